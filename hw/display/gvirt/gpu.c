/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GPU: its blocks put together, its doors, its lock.
 *
 * Source: HSW PRM vol. 3 (memory map), vol. 12 (PCI resources).
 */
#include "gpu-internal.h"

#define DEFAULT_MAX_CLOCK_MHZ   1250    /* HD Graphics 4600, RP0 */
#define ENGINE_SLICE            256     /* commands before the next engine */
/* Who waits for memory to be given up, waits for that many breaths at most. */
#define BREATHS_PER_REST        16

/* MCHBAR mirror: equal DIMMs on both channels mean bit-6 swizzling. */
#define MAD_DIMM_C0             0x145004u
#define MAD_DIMM_C1             0x145008u
#define MAD_DIMM_4G             0x00000010u

/* BAR4, HSW PRM vol. 12: indexed access to BAR0. */
#define IO_MMIO_INDEX           0
#define IO_MMIO_DATA            4

static int64_t gpu_clock_ns(void *opaque)
{
    return gvirt_gpu_now_ns(opaque);
}

static const void *gpu_display_page(void *opaque, uint64_t addr_ggtt,
                                    uint64_t *page_hpa)
{
    GvirtGpu *gpu = opaque;

    if (addr_ggtt >= GVIRT_GGTT_SIZE_B ||
        !gvirt_gtt_page_hpa(gpu, addr_ggtt >> GVIRT_PAGE_SHIFT, page_hpa)) {
        return NULL;
    }
    return gpu->host->ops->map(gpu->host->opaque, *page_hpa, false);
}

static void gpu_display_deadline(void *opaque, int64_t deadline_ns)
{
    GvirtGpu *gpu = opaque;

    gpu->display_deadline_ns = deadline_ns;
}

static void gpu_display_changed(void *opaque)
{
    GvirtGpu *gpu = opaque;

    gpu->pending.display = true;
}

static void gpu_display_vblank(void *opaque, unsigned pipe)
{
    (void)pipe;
    gvirt_streamer_wake(opaque);
}

static void gpu_display_flip_done(void *opaque, unsigned pipe, unsigned plane)
{
    (void)pipe;
    (void)plane;
    gvirt_streamer_wake(opaque);
}

static const GvirtDisplayOps gpu_display_ops = {
    .clock_ns = gpu_clock_ns,
    .page = gpu_display_page,
    .deadline = gpu_display_deadline,
    .changed = gpu_display_changed,
    .vblank = gpu_display_vblank,
    .flip_done = gpu_display_flip_done,
};

static bool gpu_gt_busy(void *opaque)
{
    GvirtGpu *gpu = opaque;
    int i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (gpu->engine[i].busy) {
            return true;
        }
    }
    return false;
}

static void gpu_power_deadline(void *opaque, int64_t deadline_ns)
{
    GvirtGpu *gpu = opaque;

    gpu->power_deadline_ns = deadline_ns;
}

/* The line is told to the host when the lock is given up. */
static void gpu_irq_line(void *opaque, bool level)
{
    GvirtGpu *gpu = opaque;

    if (level) {
        gpu->stats.interrupts++;
    }
    gpu->pending.irq = true;
}

int64_t gvirt_gpu_now_ns(const GvirtGpu *gpu)
{
    return gpu->host->ops->clock_ns(gpu->host->opaque);
}

/* Products of 64 bits for 292 years of ns: split to keep them in range. */
int64_t gvirt_gpu_ns_to_clk(const GvirtGpu *gpu, int64_t ns)
{
    int64_t mhz = gpu->clock_mhz;
    int64_t since_ns = ns - gpu->clock_base_ns;

    return gpu->clock_base_clk + since_ns / 1000 * mhz +
           since_ns % 1000 * mhz / 1000;
}

/* The first moment at which it shows clk, or more. */
int64_t gvirt_gpu_clk_to_ns(const GvirtGpu *gpu, int64_t clk)
{
    int64_t mhz = gpu->clock_mhz;
    int64_t since_clk = clk - gpu->clock_base_clk;

    if (since_clk / mhz > (INT64_MAX / 2 - gpu->clock_base_ns) / 1000) {
        return INT64_MAX / 2;
    }
    return gpu->clock_base_ns + since_clk / mhz * 1000 +
           (since_clk % mhz * 1000 + mhz - 1) / mhz;
}

static void gpu_clock_changed(void *opaque, unsigned mhz)
{
    GvirtGpu *gpu = opaque;
    int64_t now_ns = gvirt_gpu_now_ns(gpu);

    gvirt_perf_clock_changing(gpu);
    gpu->clock_base_clk = gvirt_gpu_ns_to_clk(gpu, now_ns);
    gpu->clock_base_ns = now_ns;
    gpu->clock_mhz = mhz;
    /* What waits for the clock waits for another moment now. */
    gvirt_gpu_kick(gpu);
}

static void gpu_display_clock_changed(void *opaque)
{
    gvirt_display_clock_changed(((GvirtGpu *)opaque)->display);
}

static const GvirtPowerOps gpu_power_ops = {
    .display_clock_changed = gpu_display_clock_changed,
    .gt_clock_changed = gpu_clock_changed,
    .gt_busy = gpu_gt_busy,
    .deadline = gpu_power_deadline,
};

void gvirt_gpu_enter(GvirtGpu *gpu)
{
    g_atomic_int_inc(&gpu->waiters);
    g_mutex_lock(&gpu->lock);
    g_atomic_int_add(&gpu->waiters, -1);
}

static int64_t gpu_deadline_ns(const GvirtGpu *gpu)
{
    int64_t deadline = MIN(gpu->display_deadline_ns, gpu->power_deadline_ns);
    int i;

    deadline = MIN(deadline, gpu->perf_deadline_ns);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        /* With every register access: most have none. */
        if (gpu->engine[i].deadline_ns != INT64_MAX) {
            deadline = MIN(deadline,
                           gvirt_streamer_deadline_ns(&gpu->engine[i]));
        }
    }
    return deadline;
}

void gvirt_gpu_leave(GvirtGpu *gpu)
{
    const GvirtHostOps *ops = gpu->host->ops;
    void *opaque = gpu->host->opaque;
    int64_t deadline = gpu_deadline_ns(gpu);
    bool kick = gpu->pending.kick && !gpu->paused;
    bool display = gpu->pending.display;
    bool irq = gpu->pending.irq;
    bool level = gpu->irq.level;
    uint32_t first = gpu->pending.aperture_first;
    uint32_t last = gpu->pending.aperture_last;
    bool timer = deadline != gpu->told_deadline_ns;

    if (kick) {
        gpu->pending.kick = false;
    }
    gpu->pending.display = false;
    gpu->pending.irq = false;
    gpu->pending.aperture_first = UINT32_MAX;
    gpu->pending.aperture_last = 0;
    gpu->told_deadline_ns = deadline;
    /* Within the lock: the last of two threads to tell must be the newest. */
    if (irq) {
        ops->irq(opaque, level);
    }
    if (timer) {
        ops->timer_set(opaque, deadline);
    }
    g_mutex_unlock(&gpu->lock);

    if (first <= last && ops->aperture_changed) {
        ops->aperture_changed(opaque, first, last - first + 1);
    }
    if (display && ops->display_changed) {
        ops->display_changed(opaque);
    }
    if (kick) {
        ops->kick(opaque);
    }
}

static void gpu_wait_settled(GvirtGpu *gpu)
{
    gpu->settlers++;
    g_cond_wait(&gpu->settled, &gpu->lock);
    gpu->settlers--;
}

/* With every run of engines: a broadcast to nobody is a system call, too. */
static void gpu_tell_settled(GvirtGpu *gpu)
{
    if (gpu->settlers) {
        g_cond_broadcast(&gpu->settled);
    }
}

static void gpu_offline(GvirtGpu *gpu)
{
    if (gpu->host->ops->offline) {
        gpu->host->ops->offline(gpu->host->opaque);
    }
}

/* Back, with the lock. */
static void gpu_online(GvirtGpu *gpu)
{
    bool changed = gpu->host->ops->online &&
                   gpu->host->ops->online(gpu->host->opaque);

    gvirt_gpu_enter(gpu);
    if (changed) {
        gvirt_tlb_flush_all(gpu);
    }
}

/* A long command is halfway; it goes on when the pause is over. */
static void gpu_park(GvirtGpu *gpu, const GvirtEngine *engine)
{
    uint32_t epoch = engine->epoch;

    gpu->parked = true;
    gpu_tell_settled(gpu);
    gvirt_gpu_leave(gpu);
    gpu_offline(gpu);
    g_mutex_lock(&gpu->lock);
    while (gpu->paused && !gpu->leaving && engine->epoch == epoch) {
        gpu_wait_settled(gpu);
    }
    gpu->parked = false;
    g_mutex_unlock(&gpu->lock);
    gpu_online(gpu);
}

bool gvirt_gpu_breathe(GvirtEngine *engine)
{
    GvirtGpu *gpu = engine->gpu;
    uint32_t epoch = engine->epoch;
    bool rest = ++gpu->breaths % BREATHS_PER_REST == 0;
    int spins;

    /* An interrupt that the guest may be waiting for is not held back. */
    if (g_atomic_int_get(&gpu->waiters) == 0 && !gpu->pending.irq && !rest &&
        !gpu->paused) {
        return true;
    }
    gvirt_gpu_leave(gpu);
    gpu_offline(gpu);
    /* A mutex is not fair: give the waiting thread its chance. */
    for (spins = 0; spins < 100 && g_atomic_int_get(&gpu->waiters); spins++) {
        g_thread_yield();
    }
    gpu_online(gpu);
    while (gpu->paused && !gpu->leaving && engine->in_command &&
           engine->epoch == epoch) {
        gpu_park(gpu, engine);
    }
    return engine->epoch == epoch;
}

void gvirt_gpu_aperture_dirty(GvirtGpu *gpu, uint32_t first_page,
                              uint32_t last_page)
{
    gpu->pending.aperture_first = MIN(gpu->pending.aperture_first, first_page);
    gpu->pending.aperture_last = MAX(gpu->pending.aperture_last, last_page);
}

/* What straps and DIMMs say; registers that no block resets itself. */
static void gpu_reset_straps(GvirtGpu *gpu)
{
    gvirt_regfile_set(&gpu->regs, MAD_DIMM_C0, MAD_DIMM_4G);
    gvirt_regfile_set(&gpu->regs, MAD_DIMM_C1,
                      gpu->config.swizzle ? MAD_DIMM_4G : 0);
    /* RP0, the highest clock, in units of 50 MHz. */
    gvirt_regfile_set(&gpu->regs, GVIRT_REG_RP_STATE_CAP,
                      (gvirt_reg_find(GVIRT_REG_RP_STATE_CAP)->reset & ~0xffu) |
                      MIN(gpu->config.max_clock_mhz / 50, 0xffu));
}

GvirtGpu *gvirt_gpu_new(const GvirtHost *host, const GvirtGpuConfig *config)
{
    GvirtGpu *gpu = g_new0(GvirtGpu, 1);

    gpu->host = host;
    gpu->config = *config;
    if (!gpu->config.max_clock_mhz) {
        gpu->config.max_clock_mhz = DEFAULT_MAX_CLOCK_MHZ;
    }
    gpu->clock_mhz = gpu->config.max_clock_mhz;     /* until RPS decides */
    g_mutex_init(&gpu->lock);
    g_cond_init(&gpu->settled);
    gpu->pending.aperture_first = UINT32_MAX;
    gpu->told_deadline_ns = INT64_MAX;
    gpu->display_deadline_ns = INT64_MAX;
    gpu->power_deadline_ns = INT64_MAX;
    gpu->perf_deadline_ns = INT64_MAX;

    gvirt_regfile_init(&gpu->regs, host, "gpu");
    gvirt_irq_init(&gpu->irq, &gpu->regs, gpu_irq_line, gpu);
    gvirt_ring_init(gpu);
    gvirt_gtt_init(gpu);
    gvirt_fence_init(gpu);
    gvirt_reset_init(gpu);
    gvirt_render_init(gpu);
    gvirt_perf_init(gpu);
    gpu->power = gvirt_power_new(&gpu->regs, &gpu->irq, &gpu_power_ops, gpu);
    gpu->display = gvirt_display_new(host, &gpu->regs, &gpu->irq,
                                     &gpu_display_ops, gpu);
    gvirt_gpu_reset(gpu);
    return gpu;
}

/*
 * A blit may take seconds: it ends where it is, rather than be waited for.
 * No engine starts anew until gvirt_gpu_resume().
 */
static void gpu_abort(GvirtGpu *gpu)
{
    gvirt_gpu_enter(gpu);
    gpu->paused++;
    gvirt_reset_engines(gpu, GVIRT_ALL_ENGINES);
    gpu_tell_settled(gpu);
    while (gpu->running) {
        gpu_wait_settled(gpu);
    }
    gvirt_gpu_leave(gpu);
}

void gvirt_gpu_free(GvirtGpu *gpu)
{
    if (!gpu) {
        return;
    }
    gpu_abort(gpu);
    gvirt_display_free(gpu->display);
    gvirt_power_free(gpu->power);
    gvirt_perf_destroy(gpu);
    gvirt_render_destroy(gpu);
    gvirt_gtt_destroy(gpu);
    gvirt_regfile_destroy(&gpu->regs);
    g_cond_clear(&gpu->settled);
    g_mutex_clear(&gpu->lock);
    g_free(gpu);
}

void gvirt_gpu_reset(GvirtGpu *gpu)
{
    gpu_abort(gpu);
    gvirt_gpu_enter(gpu);
    gvirt_regfile_reset(&gpu->regs);
    gpu_reset_straps(gpu);
    gvirt_reset_engines(gpu, GVIRT_ALL_ENGINES);
    gvirt_gtt_reset(gpu);
    gvirt_fence_reset(gpu);
    gvirt_perf_reset(gpu);
    gvirt_irq_reset(&gpu->irq);
    gvirt_power_reset(gpu->power);
    gvirt_display_reset(gpu->display);
    gpu->io_index = 0;
    gpu->pending.irq = true;
    gvirt_gpu_leave(gpu);
    gvirt_gpu_resume(gpu);
}

static uint64_t gpu_gtt_read(GvirtGpu *gpu, uint32_t offset, unsigned size_B)
{
    uint32_t index = offset / 4;
    uint64_t value = gvirt_gtt_read_pte(gpu, index);

    value |= (uint64_t)gvirt_gtt_read_pte(gpu, index + 1) << 32;
    value >>= offset % 4 * 8;
    return size_B == 8 ? value : value & ((1ull << size_B * 8) - 1);
}

static void gpu_gtt_write(GvirtGpu *gpu, uint32_t offset, uint64_t value,
                          unsigned size_B)
{
    uint32_t index = offset / 4;
    unsigned shift = offset % 4 * 8;
    uint64_t mask = size_B == 8 ? UINT64_MAX : (1ull << size_B * 8) - 1;
    uint64_t old = gvirt_gtt_read_pte(gpu, index) |
                   (uint64_t)gvirt_gtt_read_pte(gpu, index + 1) << 32;
    uint64_t merged = (old & ~(mask << shift)) | (value & mask) << shift;

    gvirt_trace(gpu->host, pte_write, index, value, merged, -1);
    gvirt_gtt_write_pte(gpu, index, (uint32_t)merged);
    if (mask << shift >> 32) {
        gvirt_gtt_write_pte(gpu, index + 1, merged >> 32);
    }
}

static bool gpu_size_valid(unsigned size_B)
{
    return size_B == 1 || size_B == 2 || size_B == 4 || size_B == 8;
}

uint64_t gvirt_gpu_read(GvirtGpu *gpu, uint32_t offset, unsigned size_B)
{
    uint64_t value = 0;

    if (!gpu_size_valid(size_B) ||
        (uint64_t)offset + size_B > GVIRT_BAR0_SIZE_B) {
        return 0;
    }
    gvirt_gpu_enter(gpu);
    if (offset >= GVIRT_GTT_BAR0_OFFSET) {
        value = gpu_gtt_read(gpu, offset - GVIRT_GTT_BAR0_OFFSET, size_B);
    } else {
        value = gvirt_regfile_read_sized(&gpu->regs, offset, size_B);
        gvirt_trace(gpu->host, mmio_read, offset, value, size_B, -1);
    }
    gvirt_gpu_leave(gpu);
    return value;
}

void gvirt_gpu_write(GvirtGpu *gpu, uint32_t offset, uint64_t value,
                     unsigned size_B)
{
    if (!gpu_size_valid(size_B) ||
        (uint64_t)offset + size_B > GVIRT_BAR0_SIZE_B) {
        return;
    }
    gvirt_gpu_enter(gpu);
    if (offset >= GVIRT_GTT_BAR0_OFFSET) {
        gpu_gtt_write(gpu, offset - GVIRT_GTT_BAR0_OFFSET, value, size_B);
    } else {
        gvirt_trace(gpu->host, mmio_write, offset, value, size_B, -1);
        gvirt_regfile_write_sized(&gpu->regs, offset, value, size_B);
    }
    gvirt_gpu_leave(gpu);
}

/* One byte run of the aperture: its host pointer, or NULL. */
static uint8_t *gpu_aperture_run(GvirtGpu *gpu, uint64_t offset, bool write,
                                 uint32_t *run_B, uint64_t *addr_hpa)
{
    uint64_t addr_ggtt = gvirt_fence_detile(gpu, offset, run_B);
    uint32_t in_page = addr_ggtt & GVIRT_PAGE_MASK;
    uint8_t *page;

    *run_B = MIN(*run_B, GVIRT_PAGE_SIZE_B - in_page);
    if (addr_ggtt >= GVIRT_GGTT_SIZE_B ||
        !gvirt_gtt_page_hpa(gpu, addr_ggtt >> GVIRT_PAGE_SHIFT, addr_hpa)) {
        return NULL;
    }
    page = gpu->host->ops->map(gpu->host->opaque, *addr_hpa, write);
    *addr_hpa += in_page;
    return page ? page + in_page : NULL;
}

uint64_t gvirt_gpu_aperture_read(GvirtGpu *gpu, uint64_t offset,
                                 unsigned size_B)
{
    uint64_t value = 0;
    unsigned done = 0;

    if (!gpu_size_valid(size_B) || offset > GVIRT_APERTURE_SIZE_B - size_B) {
        return 0;
    }
    gvirt_gpu_enter(gpu);
    gpu->stats.aperture_traps++;
    while (done < size_B) {
        uint32_t run_B, i;
        uint64_t addr_hpa;
        uint8_t *from = gpu_aperture_run(gpu, offset + done, false, &run_B,
                                         &addr_hpa);

        run_B = MIN(run_B, size_B - done);
        for (i = 0; from && i < run_B; i++) {
            value |= (uint64_t)from[i] << (done + i) * 8;
        }
        done += run_B;
    }
    gvirt_gpu_leave(gpu);
    return value;
}

void gvirt_gpu_aperture_write(GvirtGpu *gpu, uint64_t offset, uint64_t value,
                              unsigned size_B)
{
    const GvirtHost *host = gpu->host;
    unsigned done = 0;

    if (!gpu_size_valid(size_B) || offset > GVIRT_APERTURE_SIZE_B - size_B) {
        return;
    }
    gvirt_gpu_enter(gpu);
    gpu->stats.aperture_traps++;
    while (done < size_B) {
        uint32_t run_B, i;
        uint64_t addr_hpa;
        uint8_t *to = gpu_aperture_run(gpu, offset + done, true, &run_B,
                                       &addr_hpa);

        run_B = MIN(run_B, size_B - done);
        if (to) {
            for (i = 0; i < run_B; i++) {
                to[i] = value >> (done + i) * 8;
            }
            host->ops->dirty(host->opaque, addr_hpa, run_B);
        }
        done += run_B;
    }
    gvirt_gpu_leave(gpu);
}

bool gvirt_gpu_aperture_page(GvirtGpu *gpu, uint32_t page, uint64_t *page_hpa)
{
    bool through;

    if (page >= GVIRT_APERTURE_PAGES) {
        return false;
    }
    gvirt_gpu_enter(gpu);
    through = gvirt_gtt_page_hpa(gpu, page, page_hpa) &&
              gvirt_fence_find(gpu, (uint64_t)page << GVIRT_PAGE_SHIFT) < 0;
    gvirt_gpu_leave(gpu);
    return through;
}

uint32_t gvirt_gpu_io_read(GvirtGpu *gpu, uint32_t offset, unsigned size_B)
{
    if (offset == IO_MMIO_INDEX && size_B == 4) {
        return gpu->io_index;
    }
    if (offset == IO_MMIO_DATA && size_B == 4) {
        return gvirt_gpu_read(gpu, gpu->io_index, 4);
    }
    return 0;
}

void gvirt_gpu_io_write(GvirtGpu *gpu, uint32_t offset, uint32_t value,
                        unsigned size_B)
{
    if (offset == IO_MMIO_INDEX && size_B == 4) {
        gpu->io_index = value & (GVIRT_BAR0_SIZE_B - 4);
    } else if (offset == IO_MMIO_DATA && size_B == 4) {
        gvirt_gpu_write(gpu, gpu->io_index, value, 4);
    }
}

bool gvirt_gpu_run(GvirtGpu *gpu, unsigned budget)
{
    /* One that never ends leaves the others theirs of a small budget, too. */
    unsigned share = MIN(budget / GVIRT_ENGINE_COUNT + 1, ENGINE_SLICE);
    bool more = false;
    int i;

    gvirt_gpu_enter(gpu);
    if (gpu->paused || gpu->running) {
        gpu->pending.kick |= gpu->paused > 0;
        gvirt_gpu_leave(gpu);
        return false;
    }
    gpu->running = true;
    do {
        more = false;
        for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
            bool again = false;
            unsigned done = gvirt_streamer_run(&gpu->engine[i], share, &again);

            budget -= MIN(budget, done);
            more |= again;
            gvirt_gpu_breathe(&gpu->engine[i]);
        }
    } while (more && budget && !gpu->paused);
    gpu->pending.kick |= more && gpu->paused;
    gpu->running = false;
    gpu_tell_settled(gpu);
    gvirt_gpu_leave(gpu);
    return more;
}

void gvirt_gpu_timer(GvirtGpu *gpu)
{
    int64_t now_ns;

    gvirt_gpu_enter(gpu);
    now_ns = gvirt_gpu_now_ns(gpu);
    /* The host's timer is spent, whatever it was set to. */
    gpu->told_deadline_ns = INT64_MAX;
    gpu->display_deadline_ns = gvirt_display_advance(gpu->display, now_ns);
    gpu->power_deadline_ns = gvirt_power_advance(gpu->power, now_ns);
    gpu->perf_deadline_ns = gvirt_perf_advance(gpu, now_ns);
    gvirt_gpu_kick(gpu);
    gvirt_gpu_leave(gpu);
}

void gvirt_gpu_memory_changed(GvirtGpu *gpu)
{
    gvirt_gpu_enter(gpu);
    gvirt_tlb_flush_all(gpu);
    gvirt_gpu_aperture_dirty(gpu, 0, GVIRT_APERTURE_PAGES - 1);
    gvirt_gpu_leave(gpu);
}

void gvirt_gpu_pause(GvirtGpu *gpu)
{
    gvirt_gpu_enter(gpu);
    gpu->paused++;
    while (gpu->running && !gpu->parked) {
        gpu_wait_settled(gpu);
    }
    gvirt_gpu_leave(gpu);
}

void gvirt_gpu_pause_out(GvirtGpu *gpu)
{
    gvirt_gpu_enter(gpu);
    gpu->paused++;
    gpu->leaving++;
    gpu_tell_settled(gpu);
    while (gpu->running) {
        gpu_wait_settled(gpu);
    }
    gpu->leaving--;
    gvirt_gpu_leave(gpu);
}

void gvirt_gpu_resume(GvirtGpu *gpu)
{
    gvirt_gpu_enter(gpu);
    if (gpu->paused) {
        gpu->paused--;
        gpu_tell_settled(gpu);
    }
    gvirt_gpu_kick(gpu);
    gvirt_gpu_leave(gpu);
}

bool gvirt_gpu_irq_level(GvirtGpu *gpu)
{
    bool level;

    gvirt_gpu_enter(gpu);
    level = gpu->irq.level;
    gvirt_gpu_leave(gpu);
    return level;
}

void gvirt_gpu_set_monitor(GvirtGpu *gpu, GvirtPort port,
                           const GvirtMonitor *monitor)
{
    gvirt_gpu_enter(gpu);
    gvirt_display_set_monitor(gpu->display, port, monitor);
    gvirt_gpu_leave(gpu);
}

bool gvirt_gpu_display_mode(GvirtGpu *gpu, GvirtPort port, uint32_t *width_px,
                            uint32_t *height_px)
{
    bool lit;

    gvirt_gpu_enter(gpu);
    lit = gvirt_display_mode(gpu->display, port, width_px, height_px);
    gvirt_gpu_leave(gpu);
    return lit;
}

bool gvirt_gpu_display_draw(GvirtGpu *gpu, GvirtPort port,
                            pixman_image_t *image, bool all,
                            pixman_region32_t *damage)
{
    bool lit;

    gvirt_gpu_enter(gpu);
    lit = gvirt_display_draw(gpu->display, port, image, all, damage);
    gvirt_gpu_leave(gpu);
    return lit;
}

bool gvirt_gpu_display_rows_left(GvirtGpu *gpu, GvirtPort port)
{
    bool left;

    gvirt_gpu_enter(gpu);
    left = gvirt_display_rows_left(gpu->display, port);
    gvirt_gpu_leave(gpu);
    return left;
}

char *gvirt_gpu_unknown_registers(GvirtGpu *gpu)
{
    char *list;

    gvirt_gpu_enter(gpu);
    list = gvirt_regfile_unknown(&gpu->regs);
    gvirt_gpu_leave(gpu);
    return list;
}

void gvirt_gpu_stats(GvirtGpu *gpu, GvirtGpuStats *stats)
{
    gvirt_gpu_enter(gpu);
    *stats = gpu->stats;
    gvirt_gpu_leave(gpu);
}
