/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flushes: MI_FLUSH of the render engine, MI_FLUSH_DW of the others with its
 * post-sync write, MI_CLFLUSH. Memory is coherent in the model, so that what
 * is left of a flush is its time, TLB invalidation, the write and the notice.
 *
 * Source: IVB PRM vol. 1 part 3 (MI_FLUSH, MI_CLFLUSH), part 4 and 5
 * (MI_FLUSH_DW).
 */
#include "gpu-internal.h"
#include "ring-regs.h"

#define FLUSH_DW_STORE_INDEX    (1u << 21)
#define FLUSH_DW_TLB_INVALIDATE (1u << 18)
#define FLUSH_DW_POST_SYNC(h)   ((h) >> 14 & 3)
#define FLUSH_DW_NOTIFY         (1u << 8)
#define FLUSH_DW_GLOBAL         (1u << 2)   /* of dword 1 */

enum {
    POST_SYNC_NONE = 0,
    POST_SYNC_IMMEDIATE = 1,
    POST_SYNC_TIMESTAMP = 3,
};

GvirtStep gvirt_exec_MI_FLUSH(GvirtEngine *engine,
                              const GvirtCommandInfo *info, const uint32_t *dw,
                              uint32_t len_dw)
{
    (void)info;
    (void)dw;
    (void)len_dw;
    /* "Flush TLB invalidation Mode" off: every full flush does it. */
    if (!(gvirt_engine_reg(engine, RING_GFX_MODE) & GFX_MODE_TLB_EXPLICIT)) {
        gvirt_tlb_flush(engine);
    }
    return GVIRT_STEP_DONE;
}

static void flush_dw_write(GvirtEngine *engine, const uint32_t *dw,
                           uint32_t len_dw, unsigned operation)
{
    bool index = dw[0] & FLUSH_DW_STORE_INDEX;
    uint64_t addr = dw[1] & ~7u;
    GvirtSpace space;
    bool denied;

    space = gvirt_engine_operand_space(engine,
                                       index || dw[1] & FLUSH_DW_GLOBAL,
                                       &denied);
    if (denied) {
        gvirt_engine_deny(engine, dw[0], dw[1]);
        return;
    }
    if (index) {
        addr = gvirt_ring_status_page(engine) + (addr & GVIRT_PAGE_MASK);
    }
    if (operation == POST_SYNC_TIMESTAMP) {
        gvirt_mem_write64(engine, space, addr, gvirt_engine_timestamp(engine));
    } else if (len_dw >= 4) {
        gvirt_mem_write64(engine, space, addr,
                          dw[2] | (uint64_t)dw[3] << 32);
    } else {
        gvirt_mem_write32(engine, space, addr, dw[2]);
    }
}

GvirtStep gvirt_exec_MI_FLUSH_DW(GvirtEngine *engine,
                                 const GvirtCommandInfo *info,
                                 const uint32_t *dw, uint32_t len_dw)
{
    unsigned operation = FLUSH_DW_POST_SYNC(dw[0]);

    (void)info;
    if (operation == POST_SYNC_IMMEDIATE || operation == POST_SYNC_TIMESTAMP) {
        if (len_dw >= 3) {
            flush_dw_write(engine, dw, len_dw, operation);
        } else {
            gvirt_log_guest_error(engine->gpu->host, "%s: MI_FLUSH_DW too "
                                  "short for its write", engine->name);
        }
    } else if (operation != POST_SYNC_NONE) {
        gvirt_log_guest_error(engine->gpu->host, "%s: MI_FLUSH_DW with "
                              "reserved operation", engine->name);
    }
    if (dw[0] & FLUSH_DW_TLB_INVALIDATE) {
        gvirt_tlb_flush(engine);
    }
    if (dw[0] & FLUSH_DW_NOTIFY) {
        gvirt_engine_irq_notify(engine);
    }
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_CLFLUSH(GvirtEngine *engine,
                                const GvirtCommandInfo *info,
                                const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    (void)dw;
    (void)len_dw;
    /* "Changes polarity each time the MI_CLFLUSH command completes." */
    gvirt_engine_set_reg(engine, RING_INSTPM,
                         gvirt_engine_reg(engine, RING_INSTPM) ^
                         INSTPM_CLFLUSH_TOGGLE);
    return GVIRT_STEP_DONE;
}
