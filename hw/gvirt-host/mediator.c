/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mediator itself: its memory, its hold on the hardware, its timer.
 *
 * Sources: gVirt (USENIX ATC'14), section 3; HSW PRM vol. 3 (memory map),
 * vol. 5 (page tables).
 */
#include "mediator-internal.h"

#include <string.h>

/* The forcewake that the mediator never gives back: i915 intel_uncore.c. */
#define FORCEWAKE_MT            0xa188u
#define FORCEWAKE_ACK_HSW       0x130044u
#define FORCEWAKE_KERNEL        1u
#define ACK_POLLS               1000
#define RP_STATE_CAP            0x145998u
#define RPNSWREQ                0xa008u
#define GAC_ECO_BITS            0x14090u
#define GAM_ECOCHK              0x4090u

/* Bit-6 swizzling, for all guests alike: i915 gt/intel_ggtt_fencing.c. */
#define MAD_DIMM_C0             0x145004u
#define MAD_DIMM_C1             0x145008u
#define DISP_ARB_CTL            0x45000u
#define DISP_TILE_SWIZZLING     (1u << 13)
#define TILECTL                 0x101000u
#define TILECTL_SWZCTL          (1u << 0)
#define ARB_MODE                0x4030u
#define ARB_MODE_SWIZZLE        (1u << 5)

static bool pool_ok(const GvirtPool *pool, uint64_t page_hpa)
{
    return page_hpa >= pool->base_hpa &&
           (page_hpa - pool->base_hpa) >> GVIRT_PAGE_SHIFT < pool->pages;
}

static bool pool_zero(GvirtMediator *mediator, uint64_t page_hpa)
{
    const GvirtHost *host = mediator->host;
    void *page = host->ops->map(host->opaque, page_hpa, true);

    if (!page) {
        return false;
    }
    memset(page, 0, GVIRT_PAGE_SIZE_B);
    host->ops->dirty(host->opaque, page_hpa, GVIRT_PAGE_SIZE_B);
    return true;
}

bool gvirt_pool_take(GvirtMediator *mediator, uint64_t *page_hpa)
{
    GvirtPool *pool = &mediator->pool;
    uint32_t page;

    if (pool->freed->len == 0 && pool->fresh == pool->pages) {
        gvirt_shadow_reclaim(mediator);
    }
    if (pool->freed->len) {
        page = g_array_index(pool->freed, uint32_t, pool->freed->len - 1);
        g_array_set_size(pool->freed, pool->freed->len - 1);
    } else if (pool->fresh < pool->pages) {
        page = pool->fresh++;
    } else {
        return false;
    }
    *page_hpa = pool->base_hpa + (uint64_t)page * GVIRT_PAGE_SIZE_B;
    return pool_zero(mediator, *page_hpa);
}

void gvirt_pool_give(GvirtMediator *mediator, uint64_t page_hpa)
{
    GvirtPool *pool = &mediator->pool;
    uint32_t page;

    if (pool_ok(pool, page_hpa)) {
        page = (page_hpa - pool->base_hpa) >> GVIRT_PAGE_SHIFT;
        g_array_append_val(pool->freed, page);
    }
}

void gvirt_hw_flush_tlb(GvirtMediator *mediator)
{
    gvirt_hw_write(mediator, GFX_FLSH_CNTL, 1);
}

void gvirt_hw_engine_init(GvirtMediator *mediator, GvirtEngineId id)
{
    uint32_t base = mediator->engine[id].base;

    gvirt_hw_write(mediator, base + RING_CTL, 0);
    gvirt_hw_write(mediator, base + RING_HEAD, 0);
    gvirt_hw_write(mediator, base + RING_TAIL, 0);
    gvirt_hw_write(mediator, base + RING_MI_MODE, MI_MODE_STOP_RING << 16);
    /* No guest ever runs without a local space: it would see all memory. */
    gvirt_hw_write(mediator, base + RING_GFX_MODE,
                   GFX_MODE_PPGTT_ENABLE << 16 | GFX_MODE_PPGTT_ENABLE);
    gvirt_hw_write(mediator, base + RING_PP_DIR_DCLV, UINT32_MAX);
    gvirt_hw_write(mediator, base + RING_PP_DIR_BASE,
                   gvirt_shadow_dir_base(NULL));
    gvirt_hw_write(mediator, gvirt_ring_offset(id, RING_HWS_PGA),
                   GVIRT_SAFE_PAGE << GVIRT_PAGE_SHIFT);
    /* What of it a guest wants to hear is sorted out in virq.c. */
    gvirt_hw_write(mediator, base + RING_IMR, 0);
}

bool gvirt_hw_engine_idle(GvirtMediator *mediator, GvirtEngineId id)
{
    const GvirtHwEngine *engine = &mediator->engine[id];
    uint32_t base = engine->base;
    uint32_t tail;

    if (!(gvirt_hw_read(mediator, base + RING_MI_MODE) & MI_MODE_IDLE)) {
        return false;
    }
    /* Asked with each request: of a guest's ring TAIL is known. */
    if (!engine->loaded &&
        !(gvirt_hw_read(mediator, base + RING_CTL) & RING_CTL_VALID)) {
        return true;
    }
    tail = engine->loaded ? engine->filled :
                            gvirt_hw_read(mediator, base + RING_TAIL);
    return !((gvirt_hw_read(mediator, base + RING_HEAD) ^ tail) &
             RING_ADDR_MASK);
}

static void hw_wake(GvirtMediator *mediator)
{
    uint32_t cap;
    int i;

    gvirt_hw_write(mediator, FORCEWAKE_MT,
                   FORCEWAKE_KERNEL << 16 | FORCEWAKE_KERNEL);
    for (i = 0; i < ACK_POLLS; i++) {
        if (gvirt_hw_read(mediator, FORCEWAKE_ACK_HSW) & FORCEWAKE_KERNEL) {
            break;
        }
    }
    /* At full speed: guests have clocks of their own, which slow nobody. */
    cap = gvirt_hw_read(mediator, RP_STATE_CAP);
    gvirt_hw_write(mediator, RPNSWREQ, (cap & 0xff) << 24);
}

static void hw_swizzle(GvirtMediator *mediator)
{
    bool on = (gvirt_hw_read(mediator, MAD_DIMM_C0) & 0xffff) ==
              (gvirt_hw_read(mediator, MAD_DIMM_C1) & 0xffff);

    if (on) {
        gvirt_hw_write(mediator, DISP_ARB_CTL,
                       gvirt_hw_read(mediator, DISP_ARB_CTL) |
                       DISP_TILE_SWIZZLING);
        gvirt_hw_write(mediator, TILECTL,
                       gvirt_hw_read(mediator, TILECTL) | TILECTL_SWZCTL);
        gvirt_hw_write(mediator, ARB_MODE,
                       ARB_MODE_SWIZZLE << 16 | ARB_MODE_SWIZZLE);
    }
}

static bool hw_map_own(GvirtMediator *mediator, uint32_t page)
{
    uint64_t hpa;

    if (!gvirt_pool_take(mediator, &hpa)) {
        return false;
    }
    gvirt_hw_write_pte(mediator, page, gvirt_pte_encode(hpa, PTE_VALID));
    return true;
}

/* Our own ring, status page and idle context. */
static void mediator_map_own(GvirtMediator *mediator)
{
    bool mapped = hw_map_own(mediator, GVIRT_SWITCH_RING_PAGE) &&
                  hw_map_own(mediator, GVIRT_SAFE_PAGE);
    uint32_t i;

    for (i = 0; i < GVIRT_CONTEXT_PAGES; i++) {
        mapped = hw_map_own(mediator, GVIRT_IDLE_CONTEXT_PAGE + i) && mapped;
    }
    if (!mapped) {
        gvirt_log_guest_error(mediator->host, "mediator: no memory at 0x%"
                              PRIx64, mediator->config.memory_hpa);
    }
    gvirt_hw_flush_tlb(mediator);
}

GvirtMediator *gvirt_mediator_new(GvirtGpu *gpu, const GvirtHost *host,
                                  const GvirtMediatorConfig *config)
{
    static const uint32_t base[GVIRT_ENGINE_COUNT] = {
        GVIRT_RCS_BASE, GVIRT_VCS_BASE, GVIRT_BCS_BASE, GVIRT_VECS_BASE,
    };
    GvirtMediator *mediator = g_new0(GvirtMediator, 1);
    int i;

    mediator->gpu = gpu;
    mediator->host = host;
    mediator->config = *config;
    mediator->pool.base_hpa = config->memory_hpa;
    mediator->pool.pages = MIN(config->memory_size_B >> GVIRT_PAGE_SHIFT,
                               UINT32_MAX >> GVIRT_PAGE_SHIFT);
    mediator->pool.freed = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    mediator->poll_ns = INT64_MAX;
    mediator->told_ns = INT64_MAX;
    /* The first directory stays empty: what runs with none, faults. */
    mediator->dirs_taken = 1;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        GvirtHwEngine *engine = &mediator->engine[i];

        engine->base = base[i];
        engine->ring_hpa = g_new0(uint64_t, GVIRT_RING_PAGES_MAX);
        engine->arena_hpa = g_new0(uint64_t, GVIRT_ARENA_PAGES);
        g_queue_init(&engine->batches);
    }
    hw_wake(mediator);
    hw_swizzle(mediator);
    mediator_map_own(mediator);
    gvirt_hw_reset_engines(mediator, GVIRT_ALL_ENGINES);
    gvirt_switch_init(mediator);
    gvirt_virq_init(mediator);
    return mediator;
}

void gvirt_mediator_free(GvirtMediator *mediator)
{
    unsigned i;

    if (!mediator) {
        return;
    }
    for (i = 0; i < GVIRT_VGPUS_MAX; i++) {
        if (mediator->vgpu[i]) {
            gvirt_vgpu_free(mediator->vgpu[i]);
        }
    }
    gvirt_hw_reset_engines(mediator, GVIRT_ALL_ENGINES);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        g_free(mediator->engine[i].ring_hpa);
        g_free(mediator->engine[i].arena_hpa);
        g_queue_clear_full(&mediator->engine[i].batches, g_free);
    }
    mediator->host->ops->timer_set(mediator->host->opaque, INT64_MAX);
    g_array_free(mediator->pool.freed, TRUE);
    g_free(mediator->switch_reg);
    g_free(mediator);
}

void gvirt_mediator_irq(GvirtMediator *mediator, bool level)
{
    if (level) {
        gvirt_virq_collect(mediator);
        gvirt_sched_run(mediator);
        gvirt_mediator_rearm(mediator);
    }
}

void gvirt_mediator_rearm(GvirtMediator *mediator)
{
    int64_t deadline_ns = mediator->poll_ns;
    unsigned i;

    /* With every register access: only as far as there are vGPUs. */
    for (i = 0; i < mediator->vgpu_top; i++) {
        GvirtVgpu *vgpu = mediator->vgpu[i];

        if (vgpu) {
            deadline_ns = MIN(deadline_ns, vgpu->display_deadline_ns);
            deadline_ns = MIN(deadline_ns, vgpu->power_deadline_ns);
        }
    }
    if (deadline_ns != mediator->told_ns) {
        mediator->told_ns = deadline_ns;
        mediator->host->ops->timer_set(mediator->host->opaque, deadline_ns);
    }
}

void gvirt_mediator_timer(GvirtMediator *mediator)
{
    int64_t now_ns = gvirt_mediator_now_ns(mediator);
    unsigned i;

    mediator->told_ns = INT64_MAX;
    for (i = 0; i < mediator->vgpu_top; i++) {
        GvirtVgpu *vgpu = mediator->vgpu[i];

        if (!vgpu) {
            continue;
        }
        if (vgpu->display_deadline_ns <= now_ns) {
            vgpu->display_deadline_ns =
                gvirt_display_advance(vgpu->display, now_ns);
        }
        if (vgpu->power_deadline_ns <= now_ns) {
            vgpu->power_deadline_ns =
                gvirt_power_advance(vgpu->power, now_ns);
        }
    }
    if (mediator->poll_ns <= now_ns) {
        mediator->poll_ns = INT64_MAX;
        gvirt_virq_collect(mediator);
        gvirt_sched_run(mediator);
    }
    gvirt_mediator_rearm(mediator);
}
