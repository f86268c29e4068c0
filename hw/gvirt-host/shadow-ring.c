/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rings of a vGPU.
 *
 * Ring registers are the guest's own. The hardware fetches from a shadow ring
 * of the mediator, of the same size and with the same offsets, so HEAD and
 * TAIL need no translation. What lies between what the hardware knows and the
 * guest's TAIL is copied once, audited in the copy, and then shown.
 *
 * Of a long queue only some requests are shown at a time, the next ones when
 * those are passed: what was shown has to end before a switch. Drivers end a
 * request with MI_USER_INTERRUPT, and write TAIL there.
 *
 * Sources: gVirt (USENIX ATC'14), "Command buffer"; HSW PRM vol. 2c of the
 * generation (ring registers); i915 gt/intel_ring_submission.c (how a driver
 * starts and stops a ring).
 */
#include "mediator-internal.h"

#include <string.h>

#define RING_SIZE_FIELD     0x001ff000u

#define GATHER_SIZE_B       0x100u      /* looked through first, a request */
#define BUSY_UNKNOWN        UINT32_MAX  /* no set of engines */

static uint32_t vring_get(const GvirtVgpu *vgpu, GvirtEngineId id,
                          uint32_t reg)
{
    return gvirt_regfile_get(&vgpu->regs, gvirt_ring_offset(id, reg));
}

static void vring_set(GvirtVgpu *vgpu, GvirtEngineId id, uint32_t reg,
                      uint32_t value)
{
    gvirt_regfile_set(&vgpu->regs, gvirt_ring_offset(id, reg), value);
}

int gvirt_ring_of(uint32_t offset, uint32_t *reg)
{
    static const uint32_t base[GVIRT_ENGINE_COUNT] = {
        GVIRT_RCS_BASE, GVIRT_VCS_BASE, GVIRT_BCS_BASE, GVIRT_VECS_BASE,
    };
    int i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (offset == gvirt_ring_offset(i, RING_HWS_PGA)) {
            *reg = RING_HWS_PGA;
            return i;
        }
        if (offset - base[i] < 0x1000) {
            *reg = offset - base[i];
            return i;
        }
    }
    return -1;
}

static uint32_t ring_page(GvirtEngineId id)
{
    return GVIRT_OWN_RING_PAGE + id * GVIRT_RING_PAGES_MAX;
}

bool gvirt_hw_ring_back(GvirtMediator *mediator, GvirtEngineId id,
                        uint32_t pages)
{
    GvirtHwEngine *engine = &mediator->engine[id];

    if (pages > GVIRT_RING_PAGES_MAX) {
        return false;
    }
    while (engine->ring_backed < pages) {
        uint64_t *hpa = &engine->ring_hpa[engine->ring_backed];

        if (!gvirt_pool_take(mediator, hpa)) {
            return false;
        }
        gvirt_hw_write_pte(mediator, ring_page(id) + engine->ring_backed,
                           gvirt_pte_encode(*hpa, PTE_VALID));
        engine->ring_backed++;
    }
    gvirt_hw_flush_tlb(mediator);
    return true;
}

static bool vring_stopped(const GvirtVgpu *vgpu, GvirtEngineId id)
{
    return vring_get(vgpu, id, RING_MI_MODE) & MI_MODE_STOP_RING;
}

bool gvirt_vring_has_work(const GvirtVgpu *vgpu, GvirtEngineId id)
{
    const GvirtVring *ring = &vgpu->ring[id];

    return ring->enabled && !ring->hung && ring->pending &&
           !vring_stopped(vgpu, id);
}

void gvirt_vring_load_pp_dir(GvirtVgpu *vgpu, GvirtEngineId id)
{
    GvirtMediator *mediator = vgpu->mediator;

    gvirt_hw_write(mediator, gvirt_ring_offset(id, RING_PP_DIR_DCLV),
                   UINT32_MAX);
    gvirt_hw_write(mediator, gvirt_ring_offset(id, RING_PP_DIR_BASE),
                   GVIRT_INTACT(DIRECTORY) ?
                   gvirt_shadow_dir_base(vgpu->ring[id].dir) :
                   vring_get(vgpu, id, RING_PP_DIR_BASE));
}

void gvirt_vring_load_hws(GvirtVgpu *vgpu, GvirtEngineId id)
{
    uint32_t addr = vring_get(vgpu, id, RING_HWS_PGA);

    if (GVIRT_INTACT(STATUS_PAGE) &&
        !gvirt_vgpu_owns(vgpu, addr, GVIRT_PAGE_SIZE_B)) {
        if (addr) {
            gvirt_log_guest_error(vgpu->mediator->host, "%s: status page 0x%x "
                                  "outside its graphics memory", vgpu->name,
                                  addr);
        }
        addr = GVIRT_SAFE_PAGE << GVIRT_PAGE_SHIFT;
    }
    gvirt_hw_write(vgpu->mediator, gvirt_ring_offset(id, RING_HWS_PGA), addr);
}

/* What the hardware has passed since; frees the batches behind it. */
void gvirt_vring_retire(GvirtMediator *mediator, GvirtEngineId id)
{
    GvirtHwEngine *engine = &mediator->engine[id];
    GvirtShadowBatch *batch;
    uint32_t head, step;
    bool idle;

    if (!engine->loaded) {
        return;
    }
    head = gvirt_hw_read(mediator, engine->base + RING_HEAD) &
           RING_ADDR_MASK & (engine->size_B - 1);
    step = (head - (uint32_t)(engine->done_pos)) & (engine->size_B - 1);
    engine->done_pos = MIN(engine->done_pos + step, engine->filled_pos);

    idle = engine->done_pos == engine->filled_pos &&
           gvirt_hw_engine_idle(mediator, id);
    gvirt_requests_retire(mediator, engine, idle);
    while ((batch = g_queue_peek_head(&engine->batches)) != NULL) {
        /* HEAD stands behind a batch's start while the batch still runs. */
        if (engine->done_pos <= batch->retire_pos && !idle) {
            break;
        }
        g_free(g_queue_pop_head(&engine->batches));
    }
}

/* A directory that made room for another guest's is made anew. */
static void vring_find_dir(GvirtVgpu *vgpu, GvirtEngineId id)
{
    GvirtVring *ring = &vgpu->ring[id];
    bool again;

    if (ring->dir_gone) {
        ring->dir_gone = false;
        ring->dir = gvirt_shadow_dir(vgpu, vring_get(vgpu, id,
                                                     RING_PP_DIR_BASE),
                                     &again);
        gvirt_shadow_unpin(vgpu);
    }
}

void gvirt_vring_load(GvirtVgpu *vgpu, GvirtEngineId id)
{
    GvirtMediator *mediator = vgpu->mediator;
    GvirtHwEngine *engine = &mediator->engine[id];
    GvirtVring *ring = &vgpu->ring[id];
    uint32_t head = vring_get(vgpu, id, RING_HEAD);

    gvirt_vring_load_hws(vgpu, id);
    vring_find_dir(vgpu, id);
    gvirt_vring_load_pp_dir(vgpu, id);
    gvirt_arena_clear(mediator, id);
    engine->loaded = false;
    ring->again = false;
    if (!ring->enabled || ring->hung) {
        return;
    }
    if (!gvirt_hw_ring_back(mediator, id, ring->size_B >> GVIRT_PAGE_SHIFT)) {
        gvirt_log_guest_error(mediator->host, "%s: no room for the shadow of "
                              "a ring of %u bytes", vgpu->name, ring->size_B);
        ring->hung = true;
        return;
    }
    /*
     * TAIL counts quadwords, HEAD dwords: one between them would never meet
     * TAIL, and the streamer would run through all that is left in the ring.
     */
    if (head & 7) {
        gvirt_log_guest_error(mediator->host, "%s: ring head 0x%x is no whole "
                              "quadword", vgpu->name, head);
        head &= ~7u;
    }
    engine->size_B = ring->size_B;
    engine->filled = head & RING_ADDR_MASK & (ring->size_B - 1);
    /* Counted from the offset on, so that the low bits are the offset. */
    engine->filled_pos = engine->filled;
    engine->done_pos = engine->filled;
    engine->requests = 0;
    engine->requests_limit = GVIRT_REQUESTS_SLOW;
    engine->request_open = false;
    engine->requests_full = false;
    engine->loaded = true;
    gvirt_hw_write(mediator, engine->base + RING_CTL, 0);
    gvirt_hw_write(mediator, engine->base + RING_START,
                   ring_page(id) << GVIRT_PAGE_SHIFT);
    gvirt_hw_write(mediator, engine->base + RING_HEAD, head);
    gvirt_hw_write(mediator, engine->base + RING_TAIL, engine->filled);
    gvirt_hw_write(mediator, engine->base + RING_CTL,
                   (ring->size_B - GVIRT_PAGE_SIZE_B) | RING_CTL_VALID);
}

/* What error capture looks at must still be there off the hardware. */
static void vring_keep(GvirtVgpu *vgpu, GvirtEngineId id)
{
    static const uint32_t kept[] = {
        RING_IPEIR, RING_IPEHR, RING_INSTDONE, RING_INSTPS, RING_BBSTATE,
        RING_EIR,
    };
    static const uint32_t addresses[] = {
        RING_ACTHD, RING_DMA_FADD, RING_BBADDR, RING_SBBADDR,
        RING_BBADDR_LEVEL2,
    };
    GvirtMediator *mediator = vgpu->mediator;
    uint32_t fault = RING_FAULT_BASE + id * RING_FAULT_STRIDE;
    uint32_t value = gvirt_hw_read(mediator, fault);
    unsigned i;

    if (value & RING_FAULT_VALID) {
        gvirt_regfile_set(&vgpu->regs, fault, value);
        gvirt_hw_write(mediator, fault, 0);
    }
    for (i = 0; i < G_N_ELEMENTS(kept); i++) {
        vring_set(vgpu, id, kept[i],
                  gvirt_hw_read(mediator, gvirt_ring_offset(id, kept[i])));
    }
    for (i = 0; i < G_N_ELEMENTS(addresses); i++) {
        uint32_t addr = gvirt_hw_read(mediator,
                                      gvirt_ring_offset(id, addresses[i]));

        vring_set(vgpu, id, addresses[i],
                  gvirt_batch_guest_addr(vgpu, id, addr));
    }
}

void gvirt_vring_unload(GvirtVgpu *vgpu, GvirtEngineId id)
{
    GvirtMediator *mediator = vgpu->mediator;
    GvirtHwEngine *engine = &mediator->engine[id];

    vring_keep(vgpu, id);
    if (engine->loaded) {
        vring_set(vgpu, id, RING_HEAD,
                  gvirt_hw_read(mediator, engine->base + RING_HEAD));
    }
    gvirt_hw_write(mediator, engine->base + RING_CTL, 0);
    gvirt_hw_write(mediator, gvirt_ring_offset(id, RING_HWS_PGA),
                   GVIRT_SAFE_PAGE << GVIRT_PAGE_SHIFT);
    gvirt_hw_write(mediator, engine->base + RING_PP_DIR_BASE,
                   gvirt_shadow_dir_base(NULL));
    gvirt_arena_clear(mediator, id);
    engine->loaded = false;
}

void gvirt_vring_kill(GvirtVgpu *vgpu, uint32_t engines)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned i;

    if (!engines || !gvirt_vgpu_on_hw(vgpu)) {
        return;
    }
    gvirt_switch_save_registers(vgpu, engines);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (engines & GVIRT_ENGINE_BIT(i)) {
            gvirt_vring_unload(vgpu, i);
        }
    }
    gvirt_hw_reset_engines(mediator, engines);
    gvirt_switch_load_registers(vgpu, engines);
    gvirt_switch_load_modes(vgpu, engines);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (engines & GVIRT_ENGINE_BIT(i)) {
            gvirt_vring_load_hws(vgpu, i);
            gvirt_vring_load_pp_dir(vgpu, i);
        }
    }
}

/* Take a ring off that may be in the middle of something. */
static void vring_yank(GvirtVgpu *vgpu, GvirtEngineId id)
{
    GvirtMediator *mediator = vgpu->mediator;
    GvirtHwEngine *engine = &mediator->engine[id];

    if (!gvirt_vgpu_on_hw(vgpu) || !engine->loaded) {
        return;
    }
    /*
     * Stale state of the streamer must not meet new contents of the shadow
     * ring: what is not idle is reset, on the real part it would be undefined.
     */
    if (gvirt_hw_engine_idle(mediator, id)) {
        uint32_t reg = gvirt_ring_offset(id, RING_HEAD);

        gvirt_regfile_set(&vgpu->regs, reg, gvirt_hw_read(mediator, reg));
        gvirt_hw_write(mediator, engine->base + RING_CTL, 0);
        gvirt_arena_clear(mediator, id);
        engine->loaded = false;
    } else {
        gvirt_vring_kill(vgpu, GVIRT_ENGINE_BIT(id));
    }
}

static void vring_update_pending(GvirtVgpu *vgpu, GvirtEngineId id)
{
    GvirtVring *ring = &vgpu->ring[id];
    uint32_t mask = ring->size_B - 1;
    uint32_t known;

    if (!ring->enabled) {
        ring->pending = false;
        return;
    }
    known = gvirt_vgpu_on_hw(vgpu) && vgpu->mediator->engine[id].loaded ?
            vgpu->mediator->engine[id].filled :
            vring_get(vgpu, id, RING_HEAD) & RING_ADDR_MASK & mask;
    ring->pending = ((vring_get(vgpu, id, RING_TAIL) ^ known) &
                     RING_ADDR_MASK & ~7u & mask) != 0;
}

static void vring_tail(GvirtVgpu *vgpu, GvirtEngineId id)
{
    vring_update_pending(vgpu, id);
    if (vgpu->ring[id].pending) {
        gvirt_sched_run(vgpu->mediator);
    }
}

static void vring_enable(GvirtVgpu *vgpu, GvirtEngineId id)
{
    GvirtVring *ring = &vgpu->ring[id];

    ring->enabled = true;
    ring->hung = false;
    ring->size_B = (vring_get(vgpu, id, RING_CTL) & RING_SIZE_FIELD) +
                   GVIRT_PAGE_SIZE_B;
    /* Offsets wrap by masking: other sizes are taken as the next smaller. */
    while (ring->size_B & (ring->size_B - 1)) {
        ring->size_B &= ring->size_B - 1;
    }
    if (gvirt_vgpu_on_hw(vgpu)) {
        gvirt_vring_load(vgpu, id);
    }
    vring_tail(vgpu, id);
}

static void vring_disable(GvirtVgpu *vgpu, GvirtEngineId id)
{
    vring_yank(vgpu, id);
    vgpu->ring[id].enabled = false;
    vgpu->ring[id].pending = false;
}

static void vring_ctl(GvirtVgpu *vgpu, GvirtEngineId id, uint32_t old)
{
    uint32_t value = vring_get(vgpu, id, RING_CTL);
    bool was = vgpu->ring[id].enabled;

    if (was && (!(value & RING_CTL_VALID) ||
                ((old ^ value) & RING_SIZE_FIELD))) {
        vring_disable(vgpu, id);
        was = false;
    }
    if (!was && (value & RING_CTL_VALID)) {
        vring_enable(vgpu, id);
    }
}

/* HEAD written while enabled: go on from there, with all audited anew. */
static void vring_head(GvirtVgpu *vgpu, GvirtEngineId id, uint32_t old)
{
    uint32_t value = vring_get(vgpu, id, RING_HEAD);
    GvirtVring *ring = &vgpu->ring[id];

    if (!ring->enabled) {
        return;
    }
    vring_set(vgpu, id, RING_HEAD, old);
    vring_yank(vgpu, id);
    vring_set(vgpu, id, RING_HEAD, value);
    if (gvirt_vgpu_on_hw(vgpu)) {
        gvirt_vring_load(vgpu, id);
    }
    vring_tail(vgpu, id);
}

static void vring_pp_dir(GvirtVgpu *vgpu, GvirtEngineId id)
{
    bool again;
    GvirtShadowDir *dir;

    dir = gvirt_shadow_dir(vgpu, vring_get(vgpu, id, RING_PP_DIR_BASE),
                           &again);
    if (dir) {
        vgpu->ring[id].dir = dir;
        vgpu->ring[id].dir_gone = false;
    }
    gvirt_shadow_unpin(vgpu);
    if (gvirt_vgpu_on_hw(vgpu)) {
        gvirt_shadow_sync(vgpu);
        gvirt_vring_load_pp_dir(vgpu, id);
    }
}

static void vring_mi_mode(GvirtVgpu *vgpu, const GvirtRegInfo *info,
                          GvirtEngineId id, uint32_t offset, uint32_t written)
{
    gvirt_policy_forward(vgpu, info, offset, written);
    if (written >> 16 & MI_MODE_STOP_RING && !vring_stopped(vgpu, id)) {
        vring_tail(vgpu, id);
    }
}

void gvirt_vring_write(GvirtVgpu *vgpu, const GvirtRegInfo *info,
                       uint32_t offset, uint32_t old, uint32_t written)
{
    uint32_t reg;
    int id = gvirt_ring_of(offset, &reg);

    if (id < 0) {
        gvirt_policy_forward(vgpu, info, offset, written);
        return;
    }
    switch (reg) {
    case RING_TAIL:
        vring_tail(vgpu, id);
        break;
    case RING_HEAD:
        vring_head(vgpu, id, old);
        break;
    case RING_START:
        if (vgpu->ring[id].enabled && old != vring_get(vgpu, id, reg)) {
            gvirt_log_guest_error(vgpu->mediator->host, "%s: ring start "
                                  "written while the ring is enabled",
                                  vgpu->name);
            vring_head(vgpu, id, vring_get(vgpu, id, RING_HEAD));
        }
        break;
    case RING_CTL:
        vring_ctl(vgpu, id, old);
        break;
    case RING_MI_MODE:
        vring_mi_mode(vgpu, info, id, offset, written);
        break;
    case RING_INSTPM:
        vring_set(vgpu, id, reg, vring_get(vgpu, id, reg) &
                                 ~INSTPM_SELF_CLEARING);
        gvirt_policy_forward(vgpu, info, offset, written);
        break;
    case RING_GFX_MODE:
        /* The hardware keeps PPGTT on, whatever the guest thinks. */
        if (GVIRT_INTACT(LOCAL_SPACE)) {
            written &= ~(GFX_MODE_PPGTT_ENABLE << 16 | GFX_MODE_PPGTT_ENABLE);
        }
        gvirt_policy_forward(vgpu, info, offset, written);
        break;
    case RING_HWS_PGA:
        if (gvirt_vgpu_on_hw(vgpu)) {
            gvirt_vring_load_hws(vgpu, id);
        }
        break;
    case RING_PP_DIR_BASE:
        vring_pp_dir(vgpu, id);
        break;
    case RING_EIR:
    case RING_EMR:
        if (gvirt_vgpu_on_hw(vgpu)) {
            gvirt_hw_write(vgpu->mediator, offset, written);
        }
        break;
    case RING_UHPTR:
        /* It would send the streamer to where nothing was audited. */
        gvirt_log_guest_error(vgpu->mediator->host, "%s: UHPTR is not for "
                              "guests", vgpu->name);
        if (!GVIRT_INTACT(HEAD_POINTER)) {
            gvirt_policy_forward(vgpu, info, offset, written);
        }
        break;
    case RING_IMR:
    case RING_CCID:
    case RING_PP_DIR_DCLV:
    case RING_PP_DIR_DCLV + 4:
        break;
    default:
        gvirt_policy_forward(vgpu, info, offset, written);
        break;
    }
}

static uint32_t vring_ccid(GvirtVgpu *vgpu)
{
    uint32_t ccid = gvirt_vgpu_on_hw(vgpu) ?
        gvirt_hw_read(vgpu->mediator, GVIRT_RCS_BASE + RING_CCID) :
        vgpu->ccid;

    return gvirt_vgpu_owns(vgpu, ccid & ~GVIRT_PAGE_MASK,
                           GVIRT_CONTEXT_SIZE_B) ? ccid : 0;
}

uint32_t gvirt_vring_read(GvirtVgpu *vgpu, const GvirtRegInfo *info,
                          uint32_t offset, uint32_t value)
{
    GvirtMediator *mediator = vgpu->mediator;
    uint32_t reg;
    int id = gvirt_ring_of(offset, &reg);

    if (id >= 0 && reg == RING_CCID) {
        return id == GVIRT_RCS ? vring_ccid(vgpu) : value;
    }
    if (id >= 0 && reg == RING_PP_DIR_READ) {
        return vring_get(vgpu, id, RING_PP_DIR_BASE);
    }
    if (id < 0 || !gvirt_vgpu_on_hw(vgpu)) {
        return value;
    }
    switch (reg) {
    case RING_HEAD:
        return mediator->engine[id].loaded ? gvirt_hw_read(mediator, offset) :
                                             value;
    case RING_MI_MODE:
        return gvirt_hw_read(mediator, offset);
    case RING_ACTHD:
    case RING_DMA_FADD:
    case RING_BBADDR:
    case RING_SBBADDR:
    case RING_BBADDR_LEVEL2:
        return gvirt_batch_guest_addr(vgpu, id,
                                      gvirt_hw_read(mediator, offset));
    case RING_TAIL:
    case RING_START:
    case RING_CTL:
    case RING_IMR:
    case RING_EMR:
    case RING_HWS_PGA:
    case RING_PP_DIR_BASE:
    case RING_PP_DIR_DCLV:
    case RING_GFX_MODE:
        return value;
    default:
        return info->flags & GVIRT_REG_LIVE ||
               info->policy == GVIRT_POLICY_SHADOW ?
               gvirt_hw_read(mediator, offset) : value;
    }
}

/* The guest's ring from the shadow's end on, in one piece. */
static uint32_t *vring_gather(GvirtVgpu *vgpu, GvirtEngineId id,
                              uint32_t len_B)
{
    GvirtHwEngine *engine = &vgpu->mediator->engine[id];
    uint32_t start = vring_get(vgpu, id, RING_START);
    uint32_t first_B = MIN(len_B, engine->size_B - engine->filled);
    uint32_t *dw = g_malloc(len_B);
    bool whole;
    uint32_t i;

    whole = gvirt_ggtt_copy(vgpu, (uint64_t)start + engine->filled, dw,
                            first_B);
    whole &= gvirt_ggtt_copy(vgpu, start, (uint8_t *)dw + first_B,
                             len_B - first_B);
    if (!whole) {
        gvirt_log_guest_error(vgpu->mediator->host, "%s: ring at 0x%x is not "
                              "in its graphics memory", vgpu->name, start);
    }
    for (i = 0; i < len_B / 4; i++) {
        dw[i] = GUINT32_FROM_LE(dw[i]);
    }
    return dw;
}

/* From where the ring is filled to, around its end. */
static void vring_scatter(GvirtMediator *mediator, GvirtEngineId id,
                          const uint32_t *dw, uint32_t len_dw)
{
    const GvirtHwEngine *engine = &mediator->engine[id];
    uint32_t first_dw = MIN(len_dw, (engine->size_B - engine->filled) / 4);

    gvirt_pages_write(mediator, engine->ring_hpa, engine->filled, dw,
                      first_dw);
    gvirt_pages_write(mediator, engine->ring_hpa, 0, dw + first_dw,
                      len_dw - first_dw);
}

static uint32_t busy_engines(GvirtMediator *mediator)
{
    uint32_t busy = 0;
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (!gvirt_hw_engine_idle(mediator, i)) {
            busy |= GVIRT_ENGINE_BIT(i);
        }
    }
    return busy;
}

/*
 * There was no room for what the audit makes of this ring. An audit is long:
 * it is not worth another one before the hardware has gone on.
 */
static bool vring_no_news(const GvirtVgpu *vgpu, GvirtEngineId id,
                          uint32_t busy)
{
    const GvirtVring *ring = &vgpu->ring[id];

    return ring->again && ring->again_busy == busy &&
           ring->again_pos == vgpu->mediator->engine[id].done_pos;
}

/*
 * As much of len_B bytes as may be shown now, whole requests if there are any;
 * *end_dw, *count: where they end.
 */
static uint32_t *vring_take(GvirtVgpu *vgpu, GvirtEngineId id, unsigned room,
                            uint32_t *len_B, uint32_t *end_dw,
                            unsigned *count)
{
    uint32_t part_B = GATHER_SIZE_B * MIN(room, GVIRT_REQUESTS_MAX);
    uint32_t *dw;

    for (;;) {
        part_B = MIN(part_B, *len_B);
        dw = vring_gather(vgpu, id, part_B);
        *count = gvirt_requests_find(id, dw, part_B / 4, room, end_dw);
        if (*count == room || (*count && part_B < *len_B)) {
            *len_B = end_dw[*count - 1] * 4;
            return dw;
        }
        if (part_B == *len_B) {
            return dw;
        }
        g_free(dw);
        part_B *= 2;
    }
}

void gvirt_vring_submit(GvirtVgpu *vgpu, GvirtEngineId id)
{
    GvirtMediator *mediator = vgpu->mediator;
    GvirtHwEngine *engine = &mediator->engine[id];
    GvirtVring *ring = &vgpu->ring[id];
    uint32_t end_dw[GVIRT_REQUESTS_MAX];
    uint32_t tail, len_B, busy;
    unsigned room, count;
    uint32_t *dw;

    if (!gvirt_vgpu_on_hw(vgpu) ||
        ((mediator->phase != GVIRT_SWITCH_NONE || vgpu->throttled) &&
         !mediator->let_through) ||
        !engine->loaded || !gvirt_vring_has_work(vgpu, id)) {
        return;
    }
    /*
     * Before anything is looked at: what goes idle meanwhile is news. Where
     * there was room so far nobody asks, and the second audit is not spared.
     */
    busy = ring->again ? busy_engines(mediator) : BUSY_UNKNOWN;
    gvirt_vring_retire(mediator, id);
    tail = vring_get(vgpu, id, RING_TAIL) & RING_ADDR_MASK & ~7u &
           (engine->size_B - 1);
    len_B = (tail - engine->filled) & (engine->size_B - 1) & ~3u;
    if (len_B == 0) {
        ring->pending = false;
        return;
    }
    /* What is not yet executed may not be written over: later, then. */
    if (engine->filled_pos - engine->done_pos + len_B >= engine->size_B) {
        return;
    }
    room = gvirt_requests_room(mediator, id);
    if (!room || vring_no_news(vgpu, id, busy)) {
        return;
    }
    dw = vring_take(vgpu, id, room, &len_B, end_dw, &count);
    ring->again = gvirt_audit_ring(vgpu, id, dw, len_B / 4,
                                   engine->filled_pos + len_B) ==
                  GVIRT_VERDICT_AGAIN;
    if (ring->again) {
        ring->again_pos = engine->done_pos;
        ring->again_busy = busy;
    } else {
        uint32_t from = engine->filled;

        gvirt_shadow_sync(vgpu);
        vring_scatter(mediator, id, dw, len_B / 4);
        gvirt_requests_add(mediator, id, end_dw, count, len_B / 4);
        engine->filled = (from + len_B) & (engine->size_B - 1);
        engine->filled_pos += len_B;
        ring->pending = engine->filled != tail;
        vgpu->stats.submissions[id]++;
        gvirt_trace(mediator->host, vgpu_submit, vgpu->id, id, from,
                    engine->filled);
        gvirt_hw_write(mediator, engine->base + RING_TAIL, engine->filled);
        gvirt_sched_account(mediator);
    }
    g_free(dw);
}
