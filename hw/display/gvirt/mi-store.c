/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves between registers, memory, page tables and constants.
 *
 * Registers go through the register file, so that their side effects happen:
 * one that redirects this very streamer (HEAD, START, CTL, GDRST) is seen by
 * the streamer when the command is done.
 *
 * What a non-secure batch may not do is dropped: HSW PRM vol. 6, "User Mode
 * Privileged Commands". A store of a register in such a batch is limited to
 * those that it may write, so that nothing of other processes leaks.
 *
 * Source: IVB PRM vol. 1 part 3, MI_STORE_DATA_IMM ... MI_UPDATE_GTT; Mesa
 * gen75.xml (MI_LOAD_REGISTER_REG, predicated store).
 */
#include "gpu-internal.h"
#include "ring-regs.h"

#define USE_GLOBAL_GTT          (1u << 22)
#define SRM_PREDICATE           (1u << 21)
#define REG_OFFSET              0x007ffffcu
#define HWSP_OFFSET             0x00000ffcu

static void too_short(GvirtEngine *engine, const GvirtCommandInfo *info)
{
    gvirt_log_guest_error(engine->gpu->host, "%s: %s too short",
                          engine->name, info->name);
}

GvirtStep gvirt_exec_MI_STORE_DATA_IMM(GvirtEngine *engine,
                                       const GvirtCommandInfo *info,
                                       const uint32_t *dw, uint32_t len_dw)
{
    bool denied;
    GvirtSpace space = gvirt_engine_operand_space(engine,
                                                  dw[0] & USE_GLOBAL_GTT,
                                                  &denied);
    uint64_t addr;
    uint32_t i;

    if (len_dw < 4) {
        too_short(engine, info);
        return GVIRT_STEP_DONE;
    }
    if (denied) {
        gvirt_engine_deny(engine, dw[0], dw[2]);
        return GVIRT_STEP_DONE;
    }
    addr = dw[2] & ~3u;
    if (len_dw == 5) {
        gvirt_mem_write64(engine, space, addr & ~7ull,
                          dw[3] | (uint64_t)dw[4] << 32);
        return GVIRT_STEP_DONE;
    }
    for (i = 3; i < len_dw; i++) {
        gvirt_mem_write32(engine, space, addr + (i - 3) * 4ull, dw[i]);
    }
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_STORE_DATA_INDEX(GvirtEngine *engine,
                                         const GvirtCommandInfo *info,
                                         const uint32_t *dw, uint32_t len_dw)
{
    uint64_t page = gvirt_ring_status_page(engine);
    uint32_t offset;

    if (len_dw < 3) {
        too_short(engine, info);
        return GVIRT_STEP_DONE;
    }
    if (!engine->fetch.secure) {
        gvirt_engine_deny(engine, dw[0], dw[1]);
        return GVIRT_STEP_DONE;
    }
    offset = dw[1] & HWSP_OFFSET;
    if (len_dw >= 4) {
        gvirt_mem_write64(engine, GVIRT_SPACE_GGTT, page + (offset & ~7u),
                          dw[2] | (uint64_t)dw[3] << 32);
    } else {
        gvirt_mem_write32(engine, GVIRT_SPACE_GGTT, page + offset, dw[2]);
    }
    return GVIRT_STEP_DONE;
}

/*
 * A register write by command; byte_disable has a bit for each byte that is
 * left alone. False: the batch may not, or the engine was reset by it.
 */
static bool write_register(GvirtEngine *engine, uint32_t header,
                           uint32_t offset, uint32_t value,
                           unsigned byte_disable)
{
    GvirtRegFile *regs = &engine->gpu->regs;
    uint32_t epoch = engine->epoch;
    unsigned i;

    offset &= REG_OFFSET;
    if (!gvirt_engine_may_write_reg(engine, offset)) {
        gvirt_engine_deny(engine, header, offset);
        return true;
    }
    if (!byte_disable) {
        gvirt_regfile_write(regs, offset, value);
        return engine->epoch == epoch;
    }
    for (i = 0; i < 4; i++) {
        if (!(byte_disable >> i & 1)) {
            gvirt_regfile_write_sized(regs, offset + i, value >> i * 8 & 0xff,
                                      1);
        }
    }
    return engine->epoch == epoch;
}

GvirtStep gvirt_exec_MI_LOAD_REGISTER_IMM(GvirtEngine *engine,
                                          const GvirtCommandInfo *info,
                                          const uint32_t *dw, uint32_t len_dw)
{
    unsigned byte_disable = dw[0] >> 8 & 0xf;
    uint32_t i;

    (void)info;
    for (i = 1; i + 1 < len_dw && byte_disable != 0xf; i += 2) {
        if (!write_register(engine, dw[0], dw[i], dw[i + 1], byte_disable)) {
            return GVIRT_STEP_ABORT;
        }
    }
    return GVIRT_STEP_DONE;
}

/* Whether a register may be shown to the batch at hand. */
static bool may_read_reg(const GvirtEngine *engine, uint32_t offset)
{
    const GvirtRegInfo *info;

    if (engine->fetch.secure) {
        return true;
    }
    info = gvirt_reg_find(offset);
    return info && info->flags & GVIRT_REG_USER;
}

GvirtStep gvirt_exec_MI_STORE_REGISTER_MEM(GvirtEngine *engine,
                                           const GvirtCommandInfo *info,
                                           const uint32_t *dw, uint32_t len_dw)
{
    GvirtRegFile *regs = &engine->gpu->regs;
    uint32_t offset = dw[1] & REG_OFFSET;
    GvirtSpace space;
    uint32_t value;
    bool denied;

    if (len_dw < 3) {
        too_short(engine, info);
        return GVIRT_STEP_DONE;
    }
    if (dw[0] & SRM_PREDICATE && engine->id == GVIRT_RCS &&
        !(gvirt_regfile_get(regs, CS_PREDICATE_RESULT) & 1)) {
        return GVIRT_STEP_DONE;
    }
    space = gvirt_engine_operand_space(engine, dw[0] & USE_GLOBAL_GTT,
                                       &denied);
    if (denied || !may_read_reg(engine, offset)) {
        gvirt_engine_deny(engine, dw[0], offset);
        return GVIRT_STEP_DONE;
    }
    value = gvirt_regfile_read(regs, offset);
    gvirt_mem_write32(engine, space, dw[2] & ~3u, value);
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_LOAD_REGISTER_MEM(GvirtEngine *engine,
                                          const GvirtCommandInfo *info,
                                          const uint32_t *dw, uint32_t len_dw)
{
    GvirtSpace space;
    uint32_t value;
    bool denied;

    if (len_dw < 3) {
        too_short(engine, info);
        return GVIRT_STEP_DONE;
    }
    space = gvirt_engine_operand_space(engine, dw[0] & USE_GLOBAL_GTT,
                                       &denied);
    if (denied) {
        gvirt_engine_deny(engine, dw[0], dw[2]);
        return GVIRT_STEP_DONE;
    }
    value = gvirt_mem_read32(engine, space, dw[2] & ~3u);
    return write_register(engine, dw[0], dw[1], value, 0) ? GVIRT_STEP_DONE
                                                          : GVIRT_STEP_ABORT;
}

GvirtStep gvirt_exec_MI_LOAD_REGISTER_REG(GvirtEngine *engine,
                                          const GvirtCommandInfo *info,
                                          const uint32_t *dw, uint32_t len_dw)
{
    uint32_t source = dw[1] & REG_OFFSET;
    uint32_t value;

    if (len_dw < 3) {
        too_short(engine, info);
        return GVIRT_STEP_DONE;
    }
    if (!may_read_reg(engine, source)) {
        gvirt_engine_deny(engine, dw[0], source);
        return GVIRT_STEP_DONE;
    }
    value = gvirt_regfile_read(&engine->gpu->regs, source);
    return write_register(engine, dw[0], dw[2], value, 0) ? GVIRT_STEP_DONE
                                                          : GVIRT_STEP_ABORT;
}

/* Dword 1 is the graphics address whose entry is the first to change. */
GvirtStep gvirt_exec_MI_UPDATE_GTT(GvirtEngine *engine,
                                   const GvirtCommandInfo *info,
                                   const uint32_t *dw, uint32_t len_dw)
{
    uint32_t first, i;

    if (len_dw < 3) {
        too_short(engine, info);
        return GVIRT_STEP_DONE;
    }
    if (!engine->fetch.secure) {
        gvirt_engine_deny(engine, dw[0], dw[1]);
        return GVIRT_STEP_DONE;
    }
    if (!(dw[0] & USE_GLOBAL_GTT)) {
        gvirt_log_guest_error(engine->gpu->host, "%s: MI_UPDATE_GTT of a "
                              "per-process table", engine->name);
        return GVIRT_STEP_DONE;
    }
    first = dw[1] >> GVIRT_PAGE_SHIFT;
    for (i = 2; i < len_dw && first + i - 2 < GVIRT_GTT_ENTRIES; i++) {
        gvirt_gtt_write_pte(engine->gpu, first + i - 2, dw[i]);
    }
    return GVIRT_STEP_DONE;
}
