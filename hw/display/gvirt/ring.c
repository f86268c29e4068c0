/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ring buffers of the four command streamers: their registers, start, stop,
 * wrap, interrupts and reset. What runs the commands is streamer.c.
 *
 * A ring runs while CTL is valid, MI_MODE does not stop it, and HEAD has not
 * reached TAIL or a batch is under way. The registers hold the truth: HEAD is
 * advanced in place, a command that writes it redirects the streamer.
 *
 * Source: HSW PRM vol. 6 (command stream programming); register layouts from
 * IVB PRM vol. 1 part 3 (RINGBUF, MI_MODE, INSTPM, EIR) and VLV PRM vol. 2c;
 * i915: gt/intel_ring_submission.c, gt/intel_engine_regs.h.
 */
#include "gpu-internal.h"
#include "ring-regs.h"

#define ENGINE_BLOCK_B          0x1000u
#define HWS_PGA                 0x4080u
#define HWS_PGA_STRIDE_B        0x100u
#define HWSP_RING_HEAD_B        0x10u   /* dword 4 of the status page */

#define TIMESTAMP_TICK_NS       80
#define TIMESTAMP_MASK          0xfffffffffull      /* 36 bits */

/* INSTDONE: a set bit is an idle unit. i915-side names: IGT lib/instdone.c. */
#define RCS_INSTDONE_CS         (1u << 21)
#define XCS_INSTDONE_RING       (1u << 0)

typedef struct RingIdentity {
    const char *name;
    uint32_t base;
    GvirtIrqEvent user, error, notify;
    uint32_t user_bit, error_bit, notify_bit;   /* in IMR */
} RingIdentity;

/* IMR has the bit positions of the GT (VECS: PM) interrupt block. */
static const RingIdentity identity[GVIRT_ENGINE_COUNT] = {
    [GVIRT_RCS] = {
        "rcs", GVIRT_RCS_BASE,
        GVIRT_IRQ_RCS_USER, GVIRT_IRQ_RCS_ERROR, GVIRT_IRQ_RCS_PIPE_NOTIFY,
        1u << 0, 1u << 3, 1u << 4,
    },
    [GVIRT_VCS] = {
        "vcs", GVIRT_VCS_BASE,
        GVIRT_IRQ_VCS_USER, GVIRT_IRQ_VCS_ERROR, GVIRT_IRQ_VCS_FLUSH_NOTIFY,
        1u << 12, 1u << 15, 1u << 16,
    },
    [GVIRT_BCS] = {
        "bcs", GVIRT_BCS_BASE,
        GVIRT_IRQ_BCS_USER, GVIRT_IRQ_BCS_ERROR, GVIRT_IRQ_BCS_FLUSH_NOTIFY,
        1u << 22, 1u << 25, 1u << 26,
    },
    [GVIRT_VECS] = {
        "vecs", GVIRT_VECS_BASE,
        GVIRT_IRQ_VECS_USER, GVIRT_IRQ_VECS_ERROR,
        GVIRT_IRQ_VECS_FLUSH_NOTIFY,
        1u << 10, 1u << 12, 1u << 13,
    },
};

static GvirtEngine *ring_engine_at(GvirtGpu *gpu, uint32_t offset)
{
    int i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (offset - gpu->engine[i].base < ENGINE_BLOCK_B) {
            return &gpu->engine[i];
        }
    }
    return NULL;
}

uint32_t gvirt_ring_size_B(const GvirtEngine *engine)
{
    uint32_t ctl = gvirt_engine_reg(engine, RING_CTL);

    if (!(ctl & RING_CTL_VALID)) {
        return 0;
    }
    return (ctl & RING_CTL_SIZE) + GVIRT_PAGE_SIZE_B;
}

static bool ring_stopped(const GvirtEngine *engine)
{
    return gvirt_engine_reg(engine, RING_MI_MODE) & MI_MODE_STOP_RING;
}

bool gvirt_ring_has_work(const GvirtEngine *engine)
{
    uint32_t size_B = gvirt_ring_size_B(engine);
    uint32_t head = gvirt_engine_reg(engine, RING_HEAD) & RING_HEAD_OFFSET;
    uint32_t tail = gvirt_engine_reg(engine, RING_TAIL) & RING_TAIL_OFFSET;

    if (!size_B || ring_stopped(engine)) {
        return false;
    }
    /* Outside of the ring there is nothing to fetch. */
    return engine->fetch.in_batch ||
           (head != tail && head < size_B && tail < size_B);
}

/* Its modelled work is not over yet. */
static bool ring_time_left(const GvirtEngine *engine)
{
    const GvirtGpu *gpu = engine->gpu;

    return gpu->config.timing == GVIRT_TIMING_MODEL &&
           engine->busy_until_clk >
           gvirt_gpu_ns_to_clk(gpu, gvirt_gpu_now_ns(gpu));
}

static bool ring_is_busy(const GvirtEngine *engine)
{
    return engine->in_command || gvirt_ring_has_work(engine) ||
           ring_time_left(engine);
}

void gvirt_engine_update_busy(GvirtEngine *engine)
{
    GvirtGpu *gpu = engine->gpu;
    bool before = false, after = false;
    bool busy = ring_is_busy(engine);
    int i;

    if (busy == engine->busy) {
        return;
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        before |= gpu->engine[i].busy;
    }
    if (busy && gpu->config.timing == GVIRT_TIMING_MODEL) {
        /* Work begins now, not when the last one ended. */
        int64_t now = gvirt_gpu_ns_to_clk(gpu, gvirt_gpu_now_ns(gpu));

        engine->busy_until_clk = MAX(engine->busy_until_clk, now);
    }
    engine->busy = busy;
    if (busy) {
        gvirt_trace(gpu->host, ring_start, engine->id,
                    gvirt_engine_reg(engine, RING_HEAD),
                    gvirt_engine_reg(engine, RING_TAIL),
                    gvirt_engine_reg(engine, RING_START));
    } else {
        gvirt_trace(gpu->host, ring_idle, engine->id,
                    gvirt_engine_reg(engine, RING_HEAD),
                    gpu->stats.busy_clk[engine->id], 0);
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        after |= gpu->engine[i].busy;
    }
    if (before != after && gpu->power) {
        gvirt_power_busy(gpu->power, after);
    }
}

uint64_t gvirt_ring_status_page(const GvirtEngine *engine)
{
    return gvirt_regfile_get(&engine->gpu->regs,
                             HWS_PGA + engine->id * HWS_PGA_STRIDE_B) &
           ~GVIRT_PAGE_MASK;
}

void gvirt_ring_report_head(GvirtEngine *engine)
{
    gvirt_mem_write32(engine, GVIRT_SPACE_GGTT,
                      gvirt_ring_status_page(engine) + HWSP_RING_HEAD_B,
                      gvirt_engine_reg(engine, RING_HEAD));
}

/* Automatic Report Head Pointer, CTL bits 2:1: a boundary was passed. */
static bool ring_reports_at(const GvirtEngine *engine, uint32_t from,
                            uint32_t to)
{
    static const uint8_t shift[4] = { 0, 16, 12, 17 };
    unsigned mode = gvirt_engine_reg(engine, RING_CTL) >> 1 & 3;

    if (!mode || engine->id == GVIRT_RCS) {
        return false;
    }
    return from >> shift[mode] != to >> shift[mode];
}

void gvirt_ring_advance(GvirtEngine *engine, uint32_t len_dw)
{
    uint32_t size_B = gvirt_ring_size_B(engine);
    uint32_t head = gvirt_engine_reg(engine, RING_HEAD);
    uint32_t wraps = head & RING_HEAD_WRAP;
    uint32_t from = head & RING_HEAD_OFFSET;
    uint64_t to = (uint64_t)from + len_dw * 4ull;
    bool report = ring_reports_at(engine, from, to);

    if (!size_B) {
        return;
    }
    while (to >= size_B) {
        to -= size_B;
        wraps += RING_HEAD_WRAP_ONE;
        report |= ring_reports_at(engine, 0, UINT32_MAX);
    }
    gvirt_engine_set_reg(engine, RING_HEAD, wraps | (uint32_t)to);
    if (report) {
        gvirt_ring_report_head(engine);
    }
}

uint64_t gvirt_engine_timestamp(const GvirtEngine *engine)
{
    int64_t ticks = gvirt_gpu_now_ns(engine->gpu) / TIMESTAMP_TICK_NS;

    return (uint64_t)(ticks - engine->timestamp_zero) & TIMESTAMP_MASK;
}

void gvirt_engine_irq(GvirtEngine *engine, GvirtIrqEvent event,
                      uint32_t imr_bit)
{
    if (!(gvirt_engine_reg(engine, RING_IMR) & imr_bit)) {
        gvirt_irq_raise(&engine->gpu->irq, event);
    }
}

void gvirt_engine_irq_user(GvirtEngine *engine)
{
    const RingIdentity *who = &identity[engine->id];

    gvirt_engine_irq(engine, who->user, who->user_bit);
}

void gvirt_engine_irq_notify(GvirtEngine *engine)
{
    const RingIdentity *who = &identity[engine->id];

    gvirt_engine_irq(engine, who->notify, who->notify_bit);
}

/* EIR keeps what ESR has and EMR lets through; new bits interrupt. */
static void ring_update_eir(GvirtEngine *engine)
{
    const RingIdentity *who = &identity[engine->id];
    uint32_t eir = gvirt_engine_reg(engine, RING_EIR);
    uint32_t shown = gvirt_engine_reg(engine, RING_ESR) &
                     ~gvirt_engine_reg(engine, RING_EMR);

    if (shown & ~eir) {
        gvirt_engine_set_reg(engine, RING_EIR, eir | shown);
        gvirt_engine_irq(engine, who->error, who->error_bit);
    }
}

void gvirt_engine_error(GvirtEngine *engine, uint32_t esr_bits)
{
    gvirt_engine_set_reg(engine, RING_ESR,
                         gvirt_engine_reg(engine, RING_ESR) | esr_bits);
    if (esr_bits & GVIRT_ERROR_INSTRUCTION) {
        gvirt_engine_set_reg(engine, RING_IPEIR, esr_bits);
    }
    ring_update_eir(engine);
}

void gvirt_ring_sync_flush(GvirtEngine *engine)
{
    uint32_t instpm = gvirt_engine_reg(engine, RING_INSTPM);

    if (instpm & INSTPM_TLB_INVALIDATE) {
        gvirt_tlb_flush(engine);
    }
    if ((instpm & INSTPM_SYNC_FLUSH) && !engine->suspend_flush) {
        /* All work up to here is in memory already: nothing is cached. */
        gvirt_engine_set_reg(engine, RING_INSTPM,
                             instpm & ~INSTPM_SYNC_FLUSH);
    }
}

static bool ring_is_idle(const GvirtEngine *engine)
{
    if (engine->in_command) {
        return false;
    }
    return !gvirt_ring_has_work(engine) && !ring_time_left(engine);
}

static uint32_t ring_instdone(const GvirtEngine *engine)
{
    if (ring_is_idle(engine)) {
        return UINT32_MAX;
    }
    return UINT32_MAX & ~(engine->id == GVIRT_RCS ? RCS_INSTDONE_CS
                                                  : XCS_INSTDONE_RING);
}

static uint32_t ring_hook_read(void *opaque, const GvirtRegInfo *info,
                               uint32_t offset, uint32_t value)
{
    GvirtEngine *engine = ring_engine_at(opaque, offset);

    (void)info;
    if (!engine) {
        return value;
    }
    switch (offset - engine->base) {
    case RING_MI_MODE:
        return (value & ~MI_MODE_IDLE) |
               (ring_is_idle(engine) ? MI_MODE_IDLE : 0);
    case RING_INSTDONE:
        return ring_instdone(engine);
    case RING_TIMESTAMP:
        return gvirt_engine_timestamp(engine);
    case RING_TIMESTAMP_UDW:
        return gvirt_engine_timestamp(engine) >> 32;
    default:
        return value;
    }
}

/* Offsets outside of the ring are a mistake; nothing is fetched there. */
static void ring_check(const GvirtEngine *engine)
{
    uint32_t size_B = gvirt_ring_size_B(engine);
    uint32_t head = gvirt_engine_reg(engine, RING_HEAD) & RING_HEAD_OFFSET;
    uint32_t tail = gvirt_engine_reg(engine, RING_TAIL) & RING_TAIL_OFFSET;

    if (size_B && (head >= size_B || tail >= size_B)) {
        gvirt_log_guest_error(engine->gpu->host, "%s: HEAD 0x%x or TAIL 0x%x "
                              "outside of a ring of 0x%x bytes", engine->name,
                              head, tail, size_B);
    }
}

static void ring_write_ctl(GvirtEngine *engine, uint32_t old, uint32_t written)
{
    if (written & old & RING_CTL_WAIT) {
        engine->wait_broken = true;
        gvirt_streamer_wake(engine->gpu);
    }
    if (!gvirt_ring_size_B(engine)) {
        /* Disabled: what it was doing ends at the next command. */
        gvirt_streamer_reset(engine);
    }
    ring_check(engine);
}

static void ring_hook_write(void *opaque, const GvirtRegInfo *info,
                            uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtGpu *gpu = opaque;
    GvirtEngine *engine = ring_engine_at(gpu, offset);

    (void)info;
    if (!engine) {
        return;
    }
    switch (offset - engine->base) {
    case RING_TAIL:
        engine->starved = false;
        ring_check(engine);
        break;
    case RING_HEAD:
        engine->starved = false;
        engine->hung = false;
        /* In a batch it counts when the batch ends. */
        engine->moved |= !engine->fetch.in_batch;
        break;
    case RING_START:
        engine->hung = false;
        break;
    case RING_CTL:
        ring_write_ctl(engine, old, written);
        break;
    case RING_EXCC:
    case RING_SYNC_0:
    case RING_SYNC_1:
    case RING_SYNC_2:
        gvirt_streamer_wake(gpu);
        return;
    case RING_MI_MODE:
        break;
    case RING_INSTPM:
        gvirt_ring_sync_flush(engine);
        return;
    case RING_EIR:
        /* The fatal ones go only by reset. */
        written &= ~EIR_FATAL;
        gvirt_engine_set_reg(engine, RING_EIR, old & ~written);
        gvirt_engine_set_reg(engine, RING_ESR,
                             gvirt_engine_reg(engine, RING_ESR) & ~written);
        return;
    case RING_EMR:
        ring_update_eir(engine);
        return;
    case RING_PP_DIR_DCLV:
        gvirt_tlb_flush(engine);
        return;
    case RING_PP_DIR_BASE:
        gvirt_engine_set_reg(engine, RING_PP_DIR_BASE_READ,
                             gvirt_engine_reg(engine, RING_PP_DIR_BASE));
        gvirt_tlb_flush(engine);
        return;
    case RING_GFX_MODE:
        if ((old ^ gvirt_engine_reg(engine, RING_GFX_MODE)) &
            GFX_MODE_PPGTT) {
            gvirt_tlb_flush(engine);
        }
        return;
    default:
        return;
    }
    gvirt_engine_update_busy(engine);
    if (gvirt_ring_has_work(engine)) {
        gvirt_gpu_kick(gpu);
    }
}

static const GvirtRegHooks ring_hooks = {
    .read = ring_hook_read,
    .write = ring_hook_write,
};

void gvirt_ring_init(GvirtGpu *gpu)
{
    int i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        GvirtEngine *engine = &gpu->engine[i];

        engine->gpu = gpu;
        engine->id = i;
        engine->base = identity[i].base;
        engine->name = identity[i].name;
        engine->timestamp_zero = gvirt_gpu_now_ns(gpu) / TIMESTAMP_TICK_NS;
        gvirt_streamer_reset(engine);
    }
    gvirt_regfile_hook(&gpu->regs, GVIRT_HOOK_RING, &ring_hooks, gpu);
    gvirt_regfile_hook(&gpu->regs, GVIRT_HOOK_CS, &ring_hooks, gpu);
}

/* Statistics and page tables have their own blocks. */
static bool ring_reset_spares(const GvirtRegInfo *info)
{
    return info->hook == GVIRT_HOOK_PERF || info->hook == GVIRT_HOOK_GTT;
}

void gvirt_ring_reset_engine(GvirtEngine *engine)
{
    GvirtGpu *gpu = engine->gpu;
    unsigned count, i, element;
    const GvirtRegInfo *table = gvirt_reg_table(&count);

    engine->epoch++;
    for (i = 0; i < count; i++) {
        const GvirtRegInfo *info = &table[i];

        if (info->offset - engine->base >= ENGINE_BLOCK_B ||
            ring_reset_spares(info)) {
            continue;
        }
        for (element = 0; element < info->count; element++) {
            gvirt_regfile_set(&gpu->regs,
                              info->offset + element * info->stride_B,
                              info->reset);
        }
    }
    gvirt_regfile_set(&gpu->regs, HWS_PGA + engine->id * HWS_PGA_STRIDE_B, 0);
    gvirt_streamer_reset(engine);
    engine->arbitration_off = false;
    engine->suspend_flush = false;
    engine->resource_streamer = false;
    engine->topology_filter = 0;
    engine->app_id = 0;
    engine->urb_atomic = 0;
    engine->urb_clear = 0;
    engine->alu = (GvirtAlu){ 0 };
    engine->busy_until_clk = 0;
    gvirt_tlb_flush(engine);
    gvirt_engine_update_busy(engine);
}
