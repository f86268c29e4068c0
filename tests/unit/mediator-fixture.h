/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of the mediator: a GPU, a mediator, guests with memory
 * windows of their own, and a small driver that takes the steps i915 takes
 * (gt/intel_ring_submission.c, gt/gen6_ppgtt.c).
 */
#ifndef GVIRT_TESTS_UNIT_MEDIATOR_FIXTURE_H
#define GVIRT_TESTS_UNIT_MEDIATOR_FIXTURE_H

#include <string.h>

#include "fakehost.h"
#include "hw/gvirt/mediator.h"

#define WINDOW_SIZE_B       0x4000000ull
#define WINDOW_HPA(n)       (0x10000000ull + (n) * 0x10000000ull)
#define OWN_HPA             0x80000000ull
#define OWN_SIZE_B          GVIRT_MEDIATOR_MEMORY_MIN_B

#define MS(n)               ((n) * 1000000ll)

/* The driver's memory map: guest addresses. */
#define GPA_RING(engine)    (0x100000ull + (engine) * 0x10000)
#define GPA_HWSP(engine)    (0x140000ull + (engine) * 0x1000)
#define GPA_SCRATCH         0x150000ull
#define GPA_CONTEXT         0x160000ull
#define GPA_BATCH           0x180000ull     /* 64 pages */
#define GPA_TABLE           0x200000ull     /* page tables */
#define GPA_DATA            0x300000ull     /* 256 pages */
/* ... and pages in its high graphics memory, from its base. */
#define GM_RING(engine)     (0x00u + (engine) * 0x10)
#define GM_HWSP(engine)     (0x40u + (engine))
#define GM_SCRATCH          0x50u
#define GM_CONTEXT          0x60u
#define GM_BATCH            0x80u           /* 64 pages */
#define GM_DATA             0x100u          /* 256 pages */
#define GM_PD               0x400u          /* slots */
#define RING_SIZE_B         0x4000u
#define RING_PAGES          4u

#define HWSP_SEQNO          0x100u

typedef struct MediatorHost {
    GvirtHost host;
    FakeHost *fake;
    int64_t deadline_ns;
    int64_t stalled_ns;         /* the engines had none of this time */
    /* What the mediator has asked for. */
    unsigned maps;
    unsigned gens;
    uint64_t dirty_B;
} MediatorHost;

typedef struct GuestHost {
    GvirtHost host;
    FakeHost *fake;
    bool level;
    unsigned edges;
    unsigned aperture_calls;
    uint32_t aperture_first;
    uint32_t aperture_pages;
} GuestHost;

typedef struct Guest {
    GvirtVgpu *vgpu;
    GuestHost host;
    uint64_t window_hpa;
    uint32_t low_page;
    uint32_t low_pages;
    uint32_t high_page;
    uint32_t high_pages;
    uint32_t fences;
    uint32_t tail[GVIRT_ENGINE_COUNT];
    uint32_t seqno[GVIRT_ENGINE_COUNT];
} Guest;

static FakeHost *fake;
static MediatorHost own;
static GvirtGpu *gpu;
static GvirtMediator *mediator;
static Guest guest[3];
static unsigned irqs_seen;
static bool swizzling;              /* of the GPU that is started next */
static uint64_t own_size_B = OWN_SIZE_B;        /* of its mediator */

static const uint32_t engine_base[GVIRT_ENGINE_COUNT] = {
    GVIRT_RCS_BASE, GVIRT_VCS_BASE, GVIRT_BCS_BASE, GVIRT_VECS_BASE,
};
/* The user interrupt of each engine in RING_IMR. */
static const uint32_t user_bit[GVIRT_ENGINE_COUNT] = {
    1u << 0, 1u << 12, 1u << 22, 1u << 10,
};

static inline const GvirtHost *below(void *opaque)
{
    return &((MediatorHost *)opaque)->fake->host;
}

static inline void *own_map(void *opaque, uint64_t page_hpa, bool write)
{
    ((MediatorHost *)opaque)->maps++;
    return below(opaque)->ops->map(below(opaque)->opaque, page_hpa, write);
}

static inline void own_dirty(void *opaque, uint64_t addr_hpa, uint32_t size_B)
{
    ((MediatorHost *)opaque)->dirty_B += size_B;
    below(opaque)->ops->dirty(below(opaque)->opaque, addr_hpa, size_B);
}

static inline uint32_t own_page_gen(void *opaque, uint64_t page_hpa)
{
    ((MediatorHost *)opaque)->gens++;
    return below(opaque)->ops->page_gen(below(opaque)->opaque, page_hpa);
}

static inline int64_t own_clock(void *opaque)
{
    return below(opaque)->ops->clock_ns(below(opaque)->opaque);
}

static inline int64_t own_work(void *opaque)
{
    return own_clock(opaque) - ((MediatorHost *)opaque)->stalled_ns;
}

static inline void own_timer(void *opaque, int64_t deadline_ns)
{
    ((MediatorHost *)opaque)->deadline_ns = deadline_ns;
}

static inline void own_log(void *opaque, GvirtLogKind kind,
                           const char *message)
{
    below(opaque)->ops->log(below(opaque)->opaque, kind, message);
}

static inline void guest_irq(void *opaque, bool level)
{
    GuestHost *host = opaque;

    host->edges += level && !host->level;
    host->level = level;
}

static inline void guest_aperture(void *opaque, uint32_t first_page,
                                  uint32_t pages)
{
    GuestHost *host = opaque;

    host->aperture_calls++;
    host->aperture_first = first_page;
    host->aperture_pages = pages;
}

static const GvirtHostOps own_ops = {
    .map = own_map,
    .dirty = own_dirty,
    .page_gen = own_page_gen,
    .clock_ns = own_clock,
    .work_ns = own_work,
    .timer_set = own_timer,
    .log = own_log,
};

static const GvirtHostOps guest_ops = {
    .irq = guest_irq,
    .aperture_changed = guest_aperture,
};

/* blind: page tables are compared, not asked for their generation. */
static inline void mediator_start_timed(bool blind, GvirtTiming timing)
{
    GvirtGpuConfig gpu_config = { .timing = timing, .swizzle = swizzling };
    GvirtMediatorConfig config = {
        .memory_hpa = OWN_HPA,
        .memory_size_B = own_size_B,
        .cheap_generations = !blind,
    };

    fake = fakehost_new();
    gpu = gvirt_gpu_new(&fake->host, &gpu_config);
    own.host.ops = &own_ops;
    own.host.opaque = &own;
    own.fake = fake;
    own.deadline_ns = INT64_MAX;
    own.stalled_ns = 0;
    irqs_seen = 0;
    mediator = gvirt_mediator_new(gpu, &own.host, &config);
    memset(guest, 0, sizeof(guest));
}

static inline void mediator_start(bool blind)
{
    mediator_start_timed(blind, GVIRT_TIMING_FUNCTIONAL);
}

static inline void mediator_stop(void)
{
    gvirt_mediator_free(mediator);
    gvirt_gpu_free(gpu);
    fakehost_free(fake);
}

static inline uint32_t rd(Guest *g, uint32_t offset)
{
    return gvirt_vgpu_read(g->vgpu, offset, 4);
}

static inline void wr(Guest *g, uint32_t offset, uint32_t value)
{
    gvirt_vgpu_write(g->vgpu, offset, value, 4);
}

static inline uint32_t hw(uint32_t offset)
{
    return gvirt_gpu_read(gpu, offset, 4);
}

static inline uint32_t hw_pte(uint32_t page)
{
    return hw(GVIRT_GTT_BAR0_OFFSET + page * 4);
}

static inline uint32_t pte_of(uint64_t addr)
{
    return (uint32_t)(addr & 0xfffff000u) | (uint32_t)(addr >> 28 & 0x7f0) |
           1;
}

/* The guest's own memory. */
static inline uint32_t mem(Guest *g, uint64_t gpa)
{
    return fakehost_read32(fake, g->window_hpa + gpa);
}

static inline void mem_set(Guest *g, uint64_t gpa, uint32_t value)
{
    fakehost_write32(fake, g->window_hpa + gpa, value);
}

static inline void gm_map(Guest *g, uint32_t page, uint32_t count,
                          uint64_t gpa)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        wr(g, GVIRT_GTT_BAR0_OFFSET + (page + i) * 4,
           pte_of(gpa + i * 0x1000ull));
    }
}

/* A graphics address of the guest's high memory. */
static inline uint32_t gm(Guest *g, uint32_t page)
{
    return (g->high_page + page) << 12;
}

static inline GvirtVgpuConfig guest_config(unsigned n, uint64_t low_B,
                                           uint64_t high_B, unsigned fences)
{
    GvirtVgpuConfig config = {
        .window_hpa = WINDOW_HPA(n),
        .window_size_B = WINDOW_SIZE_B,
        .low_gm_B = low_B,
        .high_gm_B = high_B,
        .fences = fences,
        .weight = 100,
    };

    return config;
}

static inline bool guest_new_with(unsigned n, const GvirtVgpuConfig *config,
                                  char **error)
{
    Guest *g = &guest[n];

    memset(g, 0, sizeof(*g));
    g->host.host.ops = &guest_ops;
    g->host.host.opaque = &g->host;
    g->host.fake = fake;
    g->window_hpa = config->window_hpa;
    g->vgpu = gvirt_vgpu_new(mediator, &g->host.host, config, error);
    if (!g->vgpu) {
        return false;
    }
    g->low_page = rd(g, 0x78040) >> 12;
    g->low_pages = rd(g, 0x78044) >> 12;
    g->high_page = rd(g, 0x78048) >> 12;
    g->high_pages = rd(g, 0x7804c) >> 12;
    g->fences = rd(g, 0x78050);
    return true;
}

static inline void guest_new(unsigned n)
{
    GvirtVgpuConfig config = guest_config(n, 64 << 20, 256 << 20, 8);

    if (!guest_new_with(n, &config, NULL)) {
        g_error("no vGPU %u", n);
    }
}

/* Directory and tables: local page p -> guest page data_gpa + p. */
static inline void guest_ppgtt(Guest *g)
{
    uint32_t i;

    for (i = 0; i < GVIRT_PDE_COUNT; i++) {
        /* One table for the first 4 MiB, another one for all the rest. */
        wr(g, GVIRT_GTT_BAR0_OFFSET + (g->high_page + GM_PD + i) * 4,
           pte_of(GPA_TABLE + (i ? 0x1000 : 0)));
    }
    for (i = 0; i < 256; i++) {
        mem_set(g, GPA_TABLE + i * 4, pte_of(GPA_DATA + i * 0x1000));
    }
}

static inline uint32_t guest_pp_dir(Guest *g)
{
    return (g->high_page + GM_PD) / 16 << 16;
}

static inline void guest_ring_on(Guest *g, GvirtEngineId id)
{
    uint32_t base = engine_base[id];

    gm_map(g, g->high_page + GM_RING(id), RING_PAGES, GPA_RING(id));
    gm_map(g, g->high_page + GM_HWSP(id), 1, GPA_HWSP(id));
    wr(g, base + 0x3c, 0);
    wr(g, base + 0x34, 0);
    wr(g, base + 0x30, 0);
    wr(g, 0x4080 + id * 0x100, gm(g, GM_HWSP(id)));
    wr(g, base + 0x29c, 0x02000200);
    wr(g, base + 0x38, gm(g, GM_RING(id)));
    wr(g, base + 0x220, 0xffffffff);
    wr(g, base + 0x228, guest_pp_dir(g));
    wr(g, base + 0x3c, (RING_SIZE_B - 0x1000) | 1);
    wr(g, base + 0xa8, ~user_bit[id]);
    g->tail[id] = 0;
}

static inline void guest_start(unsigned n)
{
    Guest *g = &guest[n];
    int id;

    gm_map(g, g->high_page + GM_SCRATCH, 1, GPA_SCRATCH);
    gm_map(g, g->high_page + GM_CONTEXT, 18, GPA_CONTEXT);
    gm_map(g, g->high_page + GM_BATCH, 64, GPA_BATCH);
    gm_map(g, g->high_page + GM_DATA, 256, GPA_DATA);
    guest_ppgtt(g);
    for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
        guest_ring_on(g, id);
    }
    /* GT and PM interrupts on, and the master. */
    wr(g, 0x44014, 0);
    wr(g, 0x4401c, 0xffffffff);
    wr(g, 0x44024, 0);
    wr(g, 0x4402c, 0xffffffff);
    wr(g, 0x4400c, 0x80000000);
}

static inline void emit(Guest *g, GvirtEngineId id, uint32_t dw)
{
    mem_set(g, GPA_RING(id) + g->tail[id], dw);
    g->tail[id] = (g->tail[id] + 4) % RING_SIZE_B;
}

static inline void submit(Guest *g, GvirtEngineId id)
{
    if (g->tail[id] & 4) {
        emit(g, id, 0);
    }
    wr(g, engine_base[id] + 0x30, g->tail[id]);
}

/* Two guests, bound and started. */
static inline void mediator_start_two(bool blind)
{
    mediator_start(blind);
    guest_new(0);
    guest_new(1);
    guest_start(0);
    guest_start(1);
}

static inline void emit_batch(Guest *g, GvirtEngineId id, uint32_t header,
                              uint32_t addr)
{
    emit(g, id, header);
    emit(g, id, addr);
}

/* A dword to a graphics address, by RCS. */
static inline void emit_store(Guest *g, uint32_t addr_ggtt, uint32_t value)
{
    emit(g, GVIRT_RCS, 0x10400002);
    emit(g, GVIRT_RCS, 0);
    emit(g, GVIRT_RCS, addr_ggtt);
    emit(g, GVIRT_RCS, value);
}

/* Breadcrumb: the next seqno into the status page, and an interrupt. */
static inline uint32_t emit_breadcrumb(Guest *g, GvirtEngineId id)
{
    emit(g, id, 0x10800001);
    emit(g, id, HWSP_SEQNO);
    emit(g, id, ++g->seqno[id]);
    emit(g, id, 0x01000000);
    return g->seqno[id];
}

static inline uint32_t seqno_done(Guest *g, GvirtEngineId id)
{
    return mem(g, GPA_HWSP(id) + HWSP_SEQNO);
}

/* Timers whose time has come, the GPU's and the mediator's. */
static inline void fire_timers(void)
{
    if (fake->deadline_ns <= fake->now_ns) {
        fake->deadline_ns = INT64_MAX;
        gvirt_gpu_timer(gpu);
    }
    if (own.deadline_ns <= fake->now_ns) {
        own.deadline_ns = INT64_MAX;
        gvirt_mediator_timer(mediator);
    }
}

/* Engines, interrupts and timers until all is still, or for limit_ns. */
static inline void settle(int64_t limit_ns)
{
    int64_t end_ns = fake->now_ns + limit_ns;
    int rounds;

    for (rounds = 0; rounds < 1000000; rounds++) {
        int64_t next_ns = MIN(fake->deadline_ns, own.deadline_ns);

        if (fake->irq_edges != irqs_seen) {
            irqs_seen = fake->irq_edges;
            gvirt_mediator_irq(mediator, fake->irq_level);
        } else if (fake->kicked) {
            fake->kicked = false;
            fake->kicked |= gvirt_gpu_run(gpu, 4096);
            /* An endless batch: time goes by. */
            fake->now_ns += fake->kicked ? 100000 : 0;
            if (fake->now_ns > end_ns) {
                break;
            }
        } else if (next_ns > end_ns) {
            break;
        }
        if (next_ns <= end_ns && (!fake->kicked || next_ns <= fake->now_ns)) {
            fake->now_ns = MAX(fake->now_ns, next_ns);
            fire_timers();
        }
    }
    fake->now_ns = MAX(fake->now_ns, end_ns);
}

static inline GvirtVgpuStats stats(Guest *g)
{
    GvirtVgpuStats result;

    gvirt_vgpu_stats(g->vgpu, &result);
    return result;
}

#endif /* GVIRT_TESTS_UNIT_MEDIATOR_FIXTURE_H */
