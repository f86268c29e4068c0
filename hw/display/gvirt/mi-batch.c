/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Batch buffers: start, chain, second level, end, conditional end.
 *
 * Privilege and address space: on RCS bit 8 of MI_BATCH_BUFFER_START chooses
 * the per-process space and bit 13 takes privilege away; on the other engines
 * bit 8 does both. A batch is never more privileged than what started it, and
 * from a non-secure batch in the per-process space no start leaves that space,
 * whatever its bits say: i915 relies on it when it falls back to running a
 * rejected batch unchecked (gem/i915_gem_execbuffer.c, eb_parse).
 *
 * Source: HSW PRM vol. 6, "User Mode Privileged Commands"; IVB PRM vol. 1
 * part 3, MI_BATCH_BUFFER_START; Mesa gen75.xml (bits of Haswell).
 */
#include "gpu-internal.h"
#include "ring-regs.h"

#define BB_SECOND_LEVEL         (1u << 22)
#define BB_ADD_OFFSET           (1u << 16)
#define BB_PREDICATE            (1u << 15)
#define BB_NON_PRIVILEGED       (1u << 13)  /* RCS */
#define BB_CLEAR_COMMAND_BUFFER (1u << 11)
#define BB_RESOURCE_STREAMER    (1u << 10)
#define BB_PPGTT                (1u << 8)   /* others: and non-secure */

#define COND_COMPARE            (1u << 21)
#define COND_GLOBAL             (1u << 22)

GvirtStep gvirt_exec_MI_BATCH_BUFFER_START(GvirtEngine *engine,
                                           const GvirtCommandInfo *info,
                                           const uint32_t *dw, uint32_t len_dw)
{
    GvirtGpu *gpu = engine->gpu;
    const GvirtFetch *from = &engine->fetch;
    bool render = engine->id == GVIRT_RCS;
    bool want_secure, local;
    GvirtFetch next;

    (void)info;
    if (len_dw < 2) {
        gvirt_log_guest_error(gpu->host, "%s: MI_BATCH_BUFFER_START without "
                              "an address", engine->name);
        return GVIRT_STEP_DONE;
    }
    if (render && dw[0] & BB_CLEAR_COMMAND_BUFFER) {
        gvirt_log_unimp(gpu->host, "MI_BATCH_BUFFER_START from WOPCM");
        return GVIRT_STEP_DONE;
    }
    if (render && dw[0] & BB_PREDICATE &&
        !(gvirt_regfile_get(&gpu->regs, CS_PREDICATE_RESULT_1) & 1)) {
        return GVIRT_STEP_DONE;
    }

    want_secure = !(dw[0] & (render ? BB_NON_PRIVILEGED : BB_PPGTT));
    local = dw[0] & BB_PPGTT;
    if (from->in_batch && !from->secure &&
        from->code_space == GVIRT_SPACE_PPGTT) {
        local = true;
    }
    next = (GvirtFetch) {
        .in_batch = true,
        .second_level = from->in_batch &&
                        (from->second_level || dw[0] & BB_SECOND_LEVEL),
        .secure = from->secure && want_secure,
        .code_space = local ? GVIRT_SPACE_PPGTT : GVIRT_SPACE_GGTT,
        .space = GVIRT_SPACE_PPGTT,
        .addr = dw[1] & ~3u,
    };
    if (render && dw[0] & BB_ADD_OFFSET) {
        next.addr += gvirt_engine_reg(engine, RING_BB_OFFSET) & ~3u;
        next.addr &= UINT32_MAX;
    }
    if (!from->in_batch) {
        gpu->stats.batches[engine->id]++;
    }
    gvirt_trace(gpu->host, batch_start, engine->id, next.addr,
                next.code_space, next.secure);

    /* Two levels only: a start within the second one is a chain. */
    gvirt_streamer_skip(engine, len_dw);
    if (next.second_level && !from->second_level) {
        engine->outer = engine->fetch;
    }
    engine->fetch = next;
    engine->moved = true;
    engine->resource_streamer = render && dw[0] & BB_RESOURCE_STREAMER;
    return GVIRT_STEP_JUMPED;
}

GvirtStep gvirt_exec_MI_BATCH_BUFFER_END(GvirtEngine *engine,
                                         const GvirtCommandInfo *info,
                                         const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    (void)dw;
    (void)len_dw;
    if (!engine->fetch.in_batch) {
        gvirt_log_guest_error(engine->gpu->host, "%s: MI_BATCH_BUFFER_END in "
                              "the ring", engine->name);
        return GVIRT_STEP_DONE;
    }
    gvirt_streamer_return(engine);
    return GVIRT_STEP_JUMPED;
}

/* The batch ends unless the dword in memory is greater than the given one. */
GvirtStep gvirt_exec_MI_CONDITIONAL_BATCH_BUFFER_END(
    GvirtEngine *engine, const GvirtCommandInfo *info, const uint32_t *dw,
    uint32_t len_dw)
{
    GvirtSpace space;
    bool denied;

    (void)info;
    if (len_dw < 3 || !engine->fetch.in_batch) {
        gvirt_log_guest_error(engine->gpu->host, "%s: "
                              "MI_CONDITIONAL_BATCH_BUFFER_END %s",
                              engine->name, len_dw < 3 ? "too short"
                                                       : "in the ring");
        return GVIRT_STEP_DONE;
    }
    if (!(dw[0] & COND_COMPARE)) {
        return GVIRT_STEP_DONE;
    }
    /* In a non-secure batch the global bit does not count. */
    space = gvirt_engine_operand_space(engine, dw[0] & COND_GLOBAL, &denied);
    if (gvirt_mem_read32(engine, space, dw[2] & ~7u) > dw[1]) {
        return GVIRT_STEP_DONE;
    }
    gvirt_streamer_return(engine);
    return GVIRT_STEP_JUMPED;
}
