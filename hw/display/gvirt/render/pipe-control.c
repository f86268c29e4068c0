/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PIPE_CONTROL: flushes, stalls, post-sync writes, notification.
 *
 * Commands take effect in order and memory is coherent in the model, so that
 * a flush or a stall is time alone. What is left is TLB invalidation, the
 * post-sync operation and what the flags do to the kept state.
 *
 * Source: SNB PRM vol. 2 part 1, PIPE_CONTROL; gen75.xml (Haswell's layout:
 * bits 24 and 23); HSW PRM vol. 6, "User Mode Privileged Commands".
 */
#include "state.h"

#define FLAG_GLOBAL_GTT         (1u << 24)
#define FLAG_LRI                (1u << 23)
#define FLAG_STORE_INDEX        (1u << 21)
#define FLAG_COUNT_RESET        (1u << 19)
#define FLAG_TLB_INVALIDATE     (1u << 18)
#define FLAG_MEDIA_CLEAR        (1u << 16)
#define FLAG_POST_SYNC_SHIFT    14
#define FLAG_ISP_DISABLE        (1u << 9)
#define FLAG_NOTIFY             (1u << 8)
#define FLAG_WRITE_FLUSH        (1u << 12 | 1u << 7 | 1u << 5 | 1u << 0)

#define ADDR_MASK               0xfffffff8u
#define HWSP_OFFSET             0x00000ff8u
#define REG_OFFSET              0x007ffffcu

/* When clear, every flush invalidates the TLBs. */
#define TLB_INVALIDATE_EXPLICIT (1u << 13)

enum {
    POST_SYNC_NONE,
    POST_SYNC_IMMEDIATE,
    POST_SYNC_DEPTH_COUNT,
    POST_SYNC_TIMESTAMP,
};

/* Statistics that "Global Snapshot Count Reset" clears: all but depth. */
static const uint32_t statistics[] = {
    GVIRT_REG_HS_INVOCATION_COUNT,
    GVIRT_REG_DS_INVOCATION_COUNT,
    GVIRT_REG_IA_VERTICES_COUNT,
    GVIRT_REG_IA_PRIMITIVES_COUNT,
    GVIRT_REG_VS_INVOCATION_COUNT,
    GVIRT_REG_GS_INVOCATION_COUNT,
    GVIRT_REG_GS_PRIMITIVES_COUNT,
    GVIRT_REG_CL_INVOCATION_COUNT,
    GVIRT_REG_CL_PRIMITIVES_COUNT,
    GVIRT_REG_PS_INVOCATION_COUNT,
};

static void write_register(GvirtEngine *engine, const uint32_t *dw,
                           uint32_t len_dw)
{
    uint32_t offset = len_dw > 2 ? dw[2] & REG_OFFSET : 0;

    /* Whatever the register: a no-op in a non-secure batch. */
    if (!engine->fetch.secure || !gvirt_engine_may_write_reg(engine, offset)) {
        gvirt_engine_deny(engine, dw[0], offset);
        return;
    }
    if (len_dw < 4 || offset >= GVIRT_MMIO_SIZE_B) {
        gvirt_log_guest_error(engine->gpu->host, "%s: PIPE_CONTROL of %u "
                              "dwords writes register 0x%x", engine->name,
                              len_dw, offset);
        return;
    }
    gvirt_regfile_write(&engine->gpu->regs, offset, dw[3]);
}

/*
 * The two forms of immediate data: a dword in a command of four, a quadword
 * in one of five (SNB PRM: "2h, 3h for QWord Write"). As with MI_FLUSH_DW the
 * address is a quadword's for both: bit 2, the address type of older parts, is
 * no part of it.
 */
static void post_sync_write(GvirtEngine *engine, const uint32_t *dw,
                            uint32_t len_dw, unsigned operation)
{
    GvirtRegFile *regs = &engine->gpu->regs;
    bool index = dw[1] & FLAG_STORE_INDEX;
    bool denied;
    GvirtSpace space;
    uint64_t addr, value;

    if (len_dw < (operation == POST_SYNC_IMMEDIATE ? 4u : 3u)) {
        gvirt_log_guest_error(engine->gpu->host, "%s: PIPE_CONTROL too short "
                              "for its write", engine->name);
        return;
    }
    /* An index is one into the global status page. */
    space = gvirt_engine_operand_space(engine,
                                       index || dw[1] & FLAG_GLOBAL_GTT,
                                       &denied);
    if (denied) {
        gvirt_engine_deny(engine, dw[0], dw[2]);
        return;
    }
    addr = index ? gvirt_ring_status_page(engine) + (dw[2] & HWSP_OFFSET)
                 : dw[2] & ADDR_MASK;
    switch (operation) {
    case POST_SYNC_IMMEDIATE:
        if (len_dw < 5) {
            gvirt_mem_write32(engine, space, addr, dw[3]);
            return;
        }
        value = dw[3] | (uint64_t)dw[4] << 32;
        break;
    case POST_SYNC_DEPTH_COUNT:
        value = gvirt_regfile_get(regs, GVIRT_REG_PS_DEPTH_COUNT) |
                (uint64_t)gvirt_regfile_get(regs,
                                            GVIRT_REG_PS_DEPTH_COUNT + 4)
                << 32;
        break;
    default:
        value = gvirt_engine_timestamp(engine);
        break;
    }
    gvirt_mem_write64(engine, space, addr, value);
}

static void forget_state(GvirtEngine *engine, uint32_t flags)
{
    static const uint32_t media[] = {
        GVIRT_OP_MEDIA_VFE_STATE, GVIRT_OP_MEDIA_CURBE_LOAD,
        GVIRT_OP_MEDIA_INTERFACE_DESCRIPTOR_LOAD,
    };
    /*
     * On Gen7 it keeps the push constants out of the image, nothing else
     * (PRM as quoted in Mesa: crocus_state.c).
     */
    static const uint32_t constants[] = {
        GVIRT_OP_3DSTATE_CONSTANT_VS, GVIRT_OP_3DSTATE_CONSTANT_HS,
        GVIRT_OP_3DSTATE_CONSTANT_DS, GVIRT_OP_3DSTATE_CONSTANT_GS,
        GVIRT_OP_3DSTATE_CONSTANT_PS,
    };
    GvirtStateStore *store = engine->gpu->render->store;
    unsigned i;

    gvirt_render_sync(engine);
    for (i = 0; flags & FLAG_MEDIA_CLEAR && i < G_N_ELEMENTS(media); i++) {
        gvirt_state_forget(store, GVIRT_RCS, media[i]);
    }
    for (i = 0; flags & FLAG_ISP_DISABLE && i < G_N_ELEMENTS(constants);
         i++) {
        gvirt_state_forget(store, GVIRT_RCS, constants[i]);
    }
}

GvirtStep gvirt_exec_PIPE_CONTROL(GvirtEngine *engine,
                                  const GvirtCommandInfo *info,
                                  const uint32_t *dw, uint32_t len_dw)
{
    GvirtRegFile *regs = &engine->gpu->regs;
    uint32_t flags = len_dw > 1 ? dw[1] : 0;
    unsigned operation = flags >> FLAG_POST_SYNC_SHIFT & 3;
    bool flush = flags & FLAG_WRITE_FLUSH;
    unsigned i;

    (void)info;
    if (flags & FLAG_LRI) {
        if (operation != POST_SYNC_NONE) {
            gvirt_log_guest_error(engine->gpu->host, "%s: PIPE_CONTROL with "
                                  "register write and operation %u",
                                  engine->name, operation);
        }
        write_register(engine, dw, len_dw);
    } else if (operation != POST_SYNC_NONE) {
        post_sync_write(engine, dw, len_dw, operation);
    }
    if (flags & (FLAG_MEDIA_CLEAR | FLAG_ISP_DISABLE)) {
        forget_state(engine, flags);
    }
    if (flags & FLAG_COUNT_RESET) {
        for (i = 0; i < G_N_ELEMENTS(statistics); i++) {
            gvirt_regfile_set(regs, statistics[i], 0);
            gvirt_regfile_set(regs, statistics[i] + 4, 0);
        }
    }
    if (flags & FLAG_TLB_INVALIDATE ||
        (flush && !(gvirt_regfile_get(regs, GVIRT_REG_RCS_MODE) &
                    TLB_INVALIDATE_EXPLICIT))) {
        gvirt_tlb_flush(engine);
    }
    if (flags & FLAG_NOTIFY) {
        gvirt_engine_irq_notify(engine);
    }
    return GVIRT_STEP_DONE;
}
