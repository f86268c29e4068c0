/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests: of a guest's long queue only some are the hardware's at a time,
 * because what it was shown has to end before a switch. Drivers end a request
 * with MI_USER_INTERRUPT, and write TAIL there.
 *
 * Sources: gVirt (USENIX ATC'14), "Command buffer"; HSW PRM vol. 2a
 * (MI_USER_INTERRUPT); i915 gt/gen6_engine_cs.c (the end of a request).
 */
#include "mediator-internal.h"

#include <string.h>

#define REQUEST_LONG_NS     (8 * 1000 * 1000ll)

/* Requests that are passed; long ones make that fewer go at a time. */
void gvirt_requests_retire(GvirtMediator *mediator, GvirtHwEngine *engine,
                           bool idle)
{
    unsigned passed = 0;

    while (passed < engine->requests &&
           engine->request_pos[passed] <= engine->done_pos &&
           (idle || !engine->request_open || passed + 1 < engine->requests)) {
        passed++;
    }
    if (passed) {
        int64_t now_ns = gvirt_mediator_work_ns(mediator);
        int64_t each_ns = (now_ns - engine->request_work_ns) / passed;

        engine->requests_limit = each_ns > REQUEST_LONG_NS ?
                                 GVIRT_REQUESTS_SLOW : GVIRT_REQUESTS_MAX;
        engine->request_work_ns = now_ns;
        engine->requests -= passed;
        engine->request_open &= engine->requests != 0;
        memmove(engine->request_pos, engine->request_pos + passed,
                engine->requests * sizeof(engine->request_pos[0]));
    }
}

/*
 * How many requests more may be begun, or (an open one) ended. Where others
 * wait for room half of it is given at once: each time costs a look at the
 * guest's page tables.
 */
unsigned gvirt_requests_room(GvirtMediator *mediator, GvirtEngineId id)
{
    GvirtHwEngine *engine = &mediator->engine[id];
    unsigned room;

    if (mediator->let_through) {
        /* What another one waits for: who is at work comes to it. */
        return !engine->requests && gvirt_hw_engine_idle(mediator, id);
    }
    room = engine->requests_limit -
           MIN(engine->requests_limit, engine->requests) +
           engine->request_open;
    engine->requests_full |= !room;
    if (engine->requests_full &&
        engine->requests > engine->requests_limit / 2) {
        return 0;
    }
    engine->requests_full = false;
    return room;
}

/*
 * The ends of up to room requests within len_dw dwords of a ring, from a
 * command on: behind an MI_USER_INTERRUPT, where TAIL can stand. Their number.
 */
unsigned gvirt_requests_find(GvirtEngineId id, const uint32_t *dw,
                             uint32_t len_dw, unsigned room,
                             uint32_t end_dw[GVIRT_REQUESTS_MAX])
{
    bool interrupt = false;
    unsigned count = 0;
    uint32_t at = 0;

    while (at < len_dw && count < room) {
        const GvirtCommandInfo *info = gvirt_command_find(id, dw[at]);
        uint32_t command_dw = gvirt_command_len_dw(info, dw[at]);

        if (command_dw > len_dw - at) {
            break;
        }
        if (dw[at] != GVIRT_OP_MI_NOOP) {
            interrupt = info && info->value == GVIRT_OP_MI_USER_INTERRUPT;
        }
        at += command_dw;
        if (interrupt && !(at & 1)) {
            end_dw[count++] = at;
            interrupt = false;
        }
    }
    return count;
}

/* Requests that end at end_dw, and what is left up to len_dw, are shown. */
void gvirt_requests_add(GvirtMediator *mediator, GvirtEngineId id,
                        const uint32_t *end_dw, unsigned count,
                        uint32_t len_dw)
{
    GvirtHwEngine *engine = &mediator->engine[id];
    bool rest = !count || end_dw[count - 1] < len_dw;
    unsigned i;

    if (!engine->requests) {
        engine->request_work_ns = gvirt_mediator_work_ns(mediator);
    }
    for (i = 0; i < count + rest; i++) {
        engine->requests += !engine->request_open;
        engine->request_pos[engine->requests - 1] =
            engine->filled_pos + (i < count ? end_dw[i] : len_dw) * 4ull;
        engine->request_open = i == count;
    }
}
