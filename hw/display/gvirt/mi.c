/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory interface commands that need few words: no-ops, interrupts,
 * arbitration, head reports, and state kept for the 3D pipeline.
 *
 * Source: IVB PRM vol. 1 part 3, "Memory Interface Commands for Render
 * Engine"; HSW PRM vol. 6 (which engine has which, resource streamer);
 * Mesa gen75.xml (layouts of the Haswell additions).
 */
#include "gpu-internal.h"
#include "ring-regs.h"

#define NOOP_WRITE_ID           (1u << 22)
#define NOOP_ID                 0x003fffffu

#define MI_OPCODE(header)       ((header) >> 23 & 0x3f)
#define OPCODE_ARB_CHECK        0x05
#define OPCODE_RS_CONTROL       0x06
#define OPCODE_URB_ATOMIC_ALLOC 0x09
#define OPCODE_RS_CONTEXT       0x0f
#define OPCODE_URB_CLEAR        0x19
#define OPCODE_RS_STORE_DATA    0x2b

GvirtStep gvirt_exec_MI_NOOP(GvirtEngine *engine,
                             const GvirtCommandInfo *info, const uint32_t *dw,
                             uint32_t len_dw)
{
    (void)info;
    (void)len_dw;
    if (dw[0] & NOOP_WRITE_ID) {
        gvirt_engine_set_reg(engine, RING_NOPID, dw[0] & NOOP_ID);
    }
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_USER_INTERRUPT(GvirtEngine *engine,
                                       const GvirtCommandInfo *info,
                                       const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    (void)dw;
    (void)len_dw;
    gvirt_engine_irq_user(engine);
    return GVIRT_STEP_DONE;
}

/*
 * MI_ARB_CHECK takes up a pending head pointer (UHPTR): the ring goes on
 * there, what was left is noted for software. MI_ARB_ON_OFF holds that off.
 */
static GvirtStep arb_check(GvirtEngine *engine, uint32_t len_dw)
{
    uint32_t uhptr = gvirt_engine_reg(engine, RING_UHPTR);
    uint32_t head;

    if (!(uhptr & UHPTR_VALID) || engine->arbitration_off) {
        return GVIRT_STEP_DONE;
    }
    gvirt_streamer_skip(engine, len_dw);
    head = gvirt_engine_reg(engine, RING_HEAD);
    gvirt_engine_set_reg(engine, RING_HEAD_PREEMPT, head);
    gvirt_engine_set_reg(engine, RING_BB_PREEMPT_ADDR,
                         engine->fetch.in_batch ?
                         (uint32_t)engine->fetch.addr | BBADDR_VALID : 0);
    gvirt_streamer_reset(engine);
    gvirt_engine_set_reg(engine, RING_HEAD, (head & RING_HEAD_WRAP) |
                                            (uhptr & RING_TAIL_OFFSET));
    gvirt_engine_set_reg(engine, RING_UHPTR, uhptr & ~UHPTR_VALID);
    return GVIRT_STEP_JUMPED;
}

GvirtStep gvirt_exec_MI_ARB(GvirtEngine *engine, const GvirtCommandInfo *info,
                            const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    if (MI_OPCODE(dw[0]) == OPCODE_ARB_CHECK) {
        return arb_check(engine, len_dw);
    }
    engine->arbitration_off = !(dw[0] & 1);
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_SUSPEND_FLUSH(GvirtEngine *engine,
                                      const GvirtCommandInfo *info,
                                      const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    (void)len_dw;
    engine->suspend_flush = dw[0] & 1;
    if (!engine->suspend_flush) {
        gvirt_ring_sync_flush(engine);
    }
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_REPORT_HEAD(GvirtEngine *engine,
                                    const GvirtCommandInfo *info,
                                    const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    (void)len_dw;
    /* "Must not be executed from a batch": it writes the global space. */
    if (engine->fetch.in_batch && !engine->fetch.secure) {
        gvirt_engine_deny(engine, dw[0], 0);
        return GVIRT_STEP_DONE;
    }
    gvirt_ring_report_head(engine);
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_TOPOLOGY_FILTER(GvirtEngine *engine,
                                        const GvirtCommandInfo *info,
                                        const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    (void)len_dw;
    engine->topology_filter = dw[0] & 0x3f;
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_SET_APPID(GvirtEngine *engine,
                                  const GvirtCommandInfo *info,
                                  const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    (void)len_dw;
    engine->app_id = dw[0] & 0x7f;
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_RS(GvirtEngine *engine, const GvirtCommandInfo *info,
                           const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    switch (MI_OPCODE(dw[0])) {
    case OPCODE_RS_CONTROL:
        engine->resource_streamer = dw[0] & 1;
        break;
    case OPCODE_RS_STORE_DATA:
        /* Done by the resource streamer only: skipped while it is off. */
        if (engine->resource_streamer && len_dw >= 4) {
            gvirt_mem_write32(engine, engine->fetch.space, dw[2] & ~3u, dw[3]);
        }
        break;
    case OPCODE_RS_CONTEXT:
        gvirt_log_unimp(engine->gpu->host,
                        "MI_RS_CONTEXT: resource streamer context");
        break;
    }
    return GVIRT_STEP_DONE;
}

/* The URB belongs to the fixed functions: to come with drawing. */
GvirtStep gvirt_exec_MI_URB(GvirtEngine *engine, const GvirtCommandInfo *info,
                            const uint32_t *dw, uint32_t len_dw)
{
    switch (MI_OPCODE(dw[0])) {
    case OPCODE_URB_ATOMIC_ALLOC:
        engine->urb_atomic = dw[0] & 0x000ff1ff;
        break;
    case OPCODE_URB_CLEAR:
        engine->urb_clear = len_dw >= 2 ? dw[1] : 0;
        break;
    default:
        gvirt_log_unimp(engine->gpu->host, "%s: URB storage", info->name);
        break;
    }
    return GVIRT_STEP_DONE;
}
