/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulated guest's rings: start, requests with breadcrumbs, retirement.
 *
 * Sources: HSW PRM vol. 6 and vol. 2c of the generation; i915
 * gt/intel_ring_submission.c (order of the start, context, directory),
 * gt/gen6_engine_cs.c (flushes and breadcrumbs of Gen7).
 */
#include "guest.h"

#include <string.h>

#define RING_VALID              1u
#define STOP_RING               (1u << 8)
#define MODE_IDLE               (1u << 9)
#define GFX_PPGTT_ENABLE        (1u << 9)
#define TLB_INVALIDATE          (1u << 9)       /* INSTPM */
#define MASKED_ON(bits)         ((bits) << 16 | (bits))
#define MASKED_OFF(bits)        ((bits) << 16)
#define POLLS                   1000

#define BB_LOCAL                (1u << 8)
#define BB_NON_SECURE_RCS       (1u << 13)
#define LRI_1                   (GVIRT_OP_MI_LOAD_REGISTER_IMM | 1u)
#define SRM_GLOBAL              (GVIRT_OP_MI_STORE_REGISTER_MEM | 1u << 22 | 1u)

/* PIPE_CONTROL, dword 1. */
#define PC_FLUSHES              (1u << 12 | 1u << 7 | 1u << 5 | 1u << 0)
#define PC_INVALIDATES          (1u << 18 | 1u << 16 | 0x1fu << 2 | \
                                 3u << 10)
#define PC_QW_WRITE             (1u << 14)
#define PC_GLOBAL               (1u << 24)
#define PC_CS_STALL             (1u << 20)
#define PC_SCOREBOARD           (1u << 1)
#define PC_LEN                  2u

/* MI_FLUSH_DW. */
#define FLUSH_STORE_DW          (1u << 14)
#define FLUSH_STORE_INDEX       (1u << 21)
#define FLUSH_INVALIDATE_TLB    (1u << 18)
#define FLUSH_USE_GTT           (1u << 2)
#define FLUSH_LEN               1u

/* MI_SET_CONTEXT, dword 1. */
#define CONTEXT_GLOBAL          (1u << 8)
#define CONTEXT_EXT_STATE       (1u << 3 | 1u << 2)
#define CONTEXT_INHIBIT         (1u << 0)

/* The breadcrumb's store again and again: i915, GEN7_XCS_WA. */
#define STORE_AGAIN             32

/* Dwords that a request may take at the most, with its start. */
#define REQUEST_MAX_DW          256u
/* The directory is loaded anew each so many requests. */
#define RELOAD_EVERY            32u

static const struct {
    uint32_t base;
    uint32_t user_bit;
    bool pm;
} engines[GVIRT_ENGINE_COUNT] = {
    [GVIRT_RCS] = { GVIRT_RCS_BASE, 1u << 0, false },
    [GVIRT_VCS] = { GVIRT_VCS_BASE, 1u << 12, false },
    [GVIRT_BCS] = { GVIRT_BCS_BASE, 1u << 22, false },
    [GVIRT_VECS] = { GVIRT_VECS_BASE, 1u << 10, true },
};

bool guest_rings_alloc(GvirtGuest *guest)
{
    unsigned i;

    if (!guest_memory_alloc(guest, &guest->context, GUEST_CONTEXT_PAGES) ||
        !guest_bind_high(guest, &guest->context)) {
        return false;
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        GuestEngine *engine = &guest->engine[i];

        engine->base = engines[i].base;
        engine->user_bit = engines[i].user_bit;
        engine->pm = engines[i].pm;
        if (!guest_memory_alloc(guest, &engine->ring,
                         GUEST_RING_SIZE_B >> GVIRT_PAGE_SHIFT) ||
            !guest_bind_high(guest, &engine->ring) ||
            !guest_memory_alloc(guest, &engine->hwsp, 1) ||
            !guest_bind_high(guest, &engine->hwsp)) {
            return false;
        }
    }
    return true;
}

static bool wait_for(GvirtGuest *guest, uint32_t offset, uint32_t mask,
                     uint32_t value)
{
    int polls;

    for (polls = 0; polls < POLLS; polls++) {
        if ((guest_read(guest, offset) & mask) == value) {
            return true;
        }
    }
    return false;
}

static bool ring_start(GvirtGuest *guest, GvirtEngineId id)
{
    GuestEngine *engine = &guest->engine[id];
    uint32_t base = engine->base;

    guest_write(guest, base + REG_RING_IMR, UINT32_MAX);
    guest_write(guest, base + REG_RING_MODE, MASKED_ON(GFX_PPGTT_ENABLE));
    guest_write(guest, base + REG_RING_MI_MODE, MASKED_ON(STOP_RING));
    if (!wait_for(guest, base + REG_RING_MI_MODE, MODE_IDLE, MODE_IDLE)) {
        return false;
    }
    guest_write(guest, base + REG_RING_HEAD,
                guest_read(guest, base + REG_RING_TAIL));
    guest_write(guest, base + REG_RING_HEAD, 0);
    guest_write(guest, base + REG_RING_TAIL, 0);
    guest_write(guest, base + REG_RING_CTL, 0);
    if (guest_read(guest, base + REG_RING_HEAD) & 0x1ffffc) {
        return false;
    }
    /* What is left from before, after a reset, is none of the new work. */
    guest_set(guest, &engine->hwsp, GUEST_HWS_SEQNO_B, engine->seqno);
    engine->done = engine->seqno;
    engine->tail_B = 0;
    engine->head_B = 0;
    engine->first = 0;
    engine->count = 0;
    engine->fresh = true;

    guest_write(guest, REG_RING_HWS + id * 0x100, engine->hwsp.addr_ggtt);
    guest_write(guest, base + REG_RING_HWSTAM, UINT32_MAX);
    guest_write(guest, base + REG_RING_START, engine->ring.addr_ggtt);
    guest_write(guest, base + REG_RING_DCLV, UINT32_MAX);
    guest_write(guest, base + REG_RING_PP_DIR, guest_pp_dir(guest));
    guest_write(guest, base + REG_RING_INSTPM, MASKED_ON(TLB_INVALIDATE));
    guest_write(guest, base + REG_RING_CTL,
                (GUEST_RING_SIZE_B - GVIRT_PAGE_SIZE_B) | RING_VALID);
    if (!wait_for(guest, base + REG_RING_CTL, RING_VALID, RING_VALID)) {
        return false;
    }
    guest_write(guest, base + REG_RING_MI_MODE, MASKED_OFF(STOP_RING));
    guest_write(guest, base + REG_RING_IMR, ~engine->user_bit);
    return true;
}

bool guest_rings_start(GvirtGuest *guest)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (!ring_start(guest, i)) {
            return false;
        }
    }
    return true;
}

static void emit(GvirtGuest *guest, GuestEngine *engine, uint32_t value)
{
    guest_set(guest, &engine->ring, engine->tail_B, value);
    engine->tail_B = (engine->tail_B + 4) % GUEST_RING_SIZE_B;
}

/* Room for a request in one piece; the end of the ring is filled up. */
static bool ring_room(GvirtGuest *guest, GuestEngine *engine)
{
    uint32_t free_B = (engine->head_B - engine->tail_B - 8) %
                      GUEST_RING_SIZE_B;
    uint32_t wrap_B = GUEST_RING_SIZE_B - engine->tail_B;

    if (wrap_B >= REQUEST_MAX_DW * 4) {
        wrap_B = 0;
    }
    if (free_B < wrap_B + REQUEST_MAX_DW * 4 ||
        engine->count == GUEST_REQUESTS_MAX) {
        return false;
    }
    for (; wrap_B; wrap_B -= 4) {
        emit(guest, engine, GVIRT_OP_MI_NOOP);
    }
    return true;
}

static void emit_lri(GvirtGuest *guest, GuestEngine *engine, uint32_t reg,
                     uint32_t value)
{
    emit(guest, engine, LRI_1);
    emit(guest, engine, engine->base + reg);
    emit(guest, engine, value);
}

static void emit_directory(GvirtGuest *guest, GuestEngine *engine)
{
    emit_lri(guest, engine, REG_RING_DCLV, UINT32_MAX);
    emit_lri(guest, engine, REG_RING_PP_DIR, guest_pp_dir(guest));
    emit(guest, engine, SRM_GLOBAL);
    emit(guest, engine, engine->base + REG_RING_PP_DIR);
    emit(guest, engine, guest->scratch.addr_ggtt);
    emit_lri(guest, engine, REG_RING_INSTPM, MASKED_ON(TLB_INVALIDATE));
}

static void emit_context(GvirtGuest *guest, GuestEngine *engine)
{
    emit(guest, engine, GVIRT_OP_MI_ARB_ON_OFF);
    emit(guest, engine, GVIRT_OP_MI_SET_CONTEXT);
    emit(guest, engine, guest->context.addr_ggtt | CONTEXT_GLOBAL |
         CONTEXT_EXT_STATE | CONTEXT_INHIBIT);
    emit(guest, engine, GVIRT_OP_MI_NOOP);
    emit(guest, engine, GVIRT_OP_MI_ARB_ON_OFF | 1);
}

static void emit_pipe_control(GvirtGuest *guest, GuestEngine *engine,
                              uint32_t flags, uint32_t addr_ggtt,
                              uint32_t value)
{
    emit(guest, engine, GVIRT_OP_PIPE_CONTROL | PC_LEN);
    emit(guest, engine, flags);
    emit(guest, engine, addr_ggtt);
    emit(guest, engine, value);
}

static void emit_invalidate(GvirtGuest *guest, GvirtEngineId id)
{
    GuestEngine *engine = &guest->engine[id];

    if (id == GVIRT_RCS) {
        emit_pipe_control(guest, engine, PC_CS_STALL | PC_SCOREBOARD, 0, 0);
        emit_pipe_control(guest, engine, PC_CS_STALL | PC_QW_WRITE |
                          PC_GLOBAL | PC_INVALIDATES,
                          guest->scratch.addr_ggtt + 0x80, 0);
    } else {
        emit(guest, engine, GVIRT_OP_MI_FLUSH_DW | FLUSH_STORE_DW |
             FLUSH_INVALIDATE_TLB | FLUSH_LEN);
        emit(guest, engine, (guest->scratch.addr_ggtt + 0x80) |
             FLUSH_USE_GTT);
        emit(guest, engine, 0);
    }
}

static void emit_breadcrumb(GvirtGuest *guest, GvirtEngineId id)
{
    GuestEngine *engine = &guest->engine[id];
    int i;

    if (id == GVIRT_RCS) {
        emit_pipe_control(guest, engine, PC_FLUSHES | PC_QW_WRITE |
                          PC_GLOBAL | PC_CS_STALL,
                          engine->hwsp.addr_ggtt + GUEST_HWS_SEQNO_B,
                          engine->seqno);
    } else {
        emit(guest, engine, GVIRT_OP_MI_FLUSH_DW | FLUSH_STORE_DW |
             FLUSH_STORE_INDEX | FLUSH_INVALIDATE_TLB | FLUSH_LEN);
        emit(guest, engine, GUEST_HWS_SEQNO_B | FLUSH_USE_GTT);
        emit(guest, engine, engine->seqno);
        for (i = 0; i < STORE_AGAIN; i++) {
            emit(guest, engine, GVIRT_OP_MI_STORE_DATA_INDEX | 1);
            emit(guest, engine, GUEST_HWS_SEQNO_B);
            emit(guest, engine, engine->seqno);
        }
        emit(guest, engine, GVIRT_OP_MI_FLUSH_DW | FLUSH_LEN);
        emit(guest, engine, 0);
        emit(guest, engine, 0);
    }
    emit(guest, engine, GVIRT_OP_MI_USER_INTERRUPT);
    if (engine->tail_B & 4) {
        emit(guest, engine, GVIRT_OP_MI_NOOP);
    }
}

uint32_t guest_submit(GvirtGuest *guest, GvirtEngineId id, uint32_t addr,
                      GuestBatchKind kind, unsigned times)
{
    GuestEngine *engine = &guest->engine[id];
    GuestRequest *request;
    uint32_t start = GVIRT_OP_MI_BATCH_BUFFER_START;
    unsigned i;

    if (!ring_room(guest, engine)) {
        return 0;
    }
    /* 0 stands for "none". */
    engine->seqno += engine->seqno == UINT32_MAX ? 2 : 1;
    if (engine->fresh || engine->seqno % RELOAD_EVERY == 0) {
        emit_directory(guest, engine);
        if (engine->fresh && id == GVIRT_RCS) {
            emit_context(guest, engine);
        }
        engine->fresh = false;
    }
    emit_invalidate(guest, id);
    if (kind == GUEST_BATCH_LOCAL) {
        start |= BB_LOCAL | (id == GVIRT_RCS ? BB_NON_SECURE_RCS : 0);
    }
    for (i = 0; i < MIN(times, 16u); i++) {
        emit(guest, engine, start);
        emit(guest, engine, addr);
    }
    emit_breadcrumb(guest, id);

    if (engine->count == 0) {
        engine->progress_ns = guest_now_ns(guest);
    }
    request = &engine->request[(engine->first + engine->count++) %
                               GUEST_REQUESTS_MAX];
    request->seqno = engine->seqno;
    request->tail_B = engine->tail_B;
    guest->stats.requests++;
    guest_write(guest, engine->base + REG_RING_TAIL, engine->tail_B);
    return request->seqno;
}

bool guest_seqno_passed(const GuestEngine *engine, uint32_t seqno)
{
    return (int32_t)(engine->done - seqno) >= 0;
}

bool guest_retire(GvirtGuest *guest, GvirtEngineId id)
{
    GuestEngine *engine = &guest->engine[id];
    uint32_t done = guest_get(guest, &engine->hwsp, GUEST_HWS_SEQNO_B);

    if (done == engine->done) {
        return false;
    }
    /* A number that was never given is no completion. */
    if ((int32_t)(done - engine->done) < 0 ||
        (int32_t)(engine->seqno - done) < 0) {
        guest_error(guest, "engine %u: seqno %u after %u, last given %u", id,
                    done, engine->done, engine->seqno);
        guest_set(guest, &engine->hwsp, GUEST_HWS_SEQNO_B, engine->done);
        return false;
    }
    engine->done = done;
    engine->progress_ns = guest_now_ns(guest);
    while (engine->count &&
           guest_seqno_passed(engine, engine->request[engine->first].seqno)) {
        engine->head_B = engine->request[engine->first].tail_B;
        engine->first = (engine->first + 1) % GUEST_REQUESTS_MAX;
        engine->count--;
    }
    return true;
}
