/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it costs a guest that its privileged commands are audited and copied:
 * the same submissions to a vGPU, and to the whole GPU.
 */
#include "bench.h"
#include "hw/gvirt/mediator.h"
#include "mix.h"

#define BATCH_DW        4096u
#define REQUESTS        200u            /* in one measurement */
#define BATCHES         20u

#define BATCH_START     0x18800000u
#define RING_B          4096u

/* The machine: the guest's memory, then the mediator's. */
#define WINDOW_B        (64ull << 20)
#define OWN_HPA         WINDOW_B
#define MACHINE_B       (OWN_HPA + GVIRT_MEDIATOR_MEMORY_MIN_B)

/* The guest's memory, and pages in its high graphics memory. */
#define GPA_RING        0x100000u
#define GPA_STATUS      0x101000u
#define GPA_DATA        0x102000u
#define GPA_BATCH       0x110000u
#define GPA_TABLE       0x200000u
#define GM_RING         0u
#define GM_STATUS       1u
#define GM_DATA         2u
#define GM_BATCH        0x10u
#define GM_PD           0x400u          /* slots of the directory */

#define PVINFO_HIGH     0x78048u

static Bench machine;                   /* whose GPU is shared */
static GvirtHost mediator_host;
static GvirtMediator *mediator;
static GvirtVgpu *vgpu;
static uint32_t high_page;
static uint32_t tail;
static int64_t now_ns;
static int64_t deadline_ns = INT64_MAX;
static uint32_t request[64], request_dw;
static uint32_t batch[BATCH_DW], batch_dw;

static int64_t own_clock_ns(void *opaque)
{
    (void)opaque;
    return now_ns;
}

static void own_timer_set(void *opaque, int64_t at_ns)
{
    (void)opaque;
    deadline_ns = at_ns;
}

static void guest_irq(void *opaque, bool level)
{
    (void)opaque;
    (void)level;
}

static const GvirtHostOps guest_ops = {
    .irq = guest_irq,
};

static void wr(uint32_t offset, uint32_t value)
{
    gvirt_vgpu_write(vgpu, offset, value, 4);
}

static void map_pages(uint32_t page, uint32_t count, uint32_t gpa)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        wr(GVIRT_GTT_BAR0_OFFSET + (high_page + page + i) * 4,
           (gpa + i * 4096) | 1);
    }
}

static uint32_t gm(uint32_t page)
{
    return (high_page + page) << 12;
}

static void vgpu_start(void)
{
    static GvirtHostOps own_ops;
    static GvirtHost guest_host;
    const GvirtMediatorConfig config = {
        .memory_hpa = OWN_HPA,
        .memory_size_B = GVIRT_MEDIATOR_MEMORY_MIN_B,
    };
    const GvirtVgpuConfig vgpu_config = {
        .window_size_B = WINDOW_B, .low_gm_B = 64 << 20,
        .high_gm_B = 256 << 20, .fences = 8, .weight = 100,
    };
    uint32_t i;

    bench_start_bare(&machine, MACHINE_B);
    own_ops = *machine.host.ops;
    own_ops.clock_ns = own_clock_ns;
    own_ops.timer_set = own_timer_set;
    mediator_host.ops = &own_ops;
    mediator_host.opaque = &machine;
    guest_host.ops = &guest_ops;
    mediator = gvirt_mediator_new(machine.gpu, &mediator_host, &config);
    vgpu = gvirt_vgpu_new(mediator, &guest_host, &vgpu_config, NULL);
    high_page = gvirt_vgpu_read(vgpu, PVINFO_HIGH, 4) >> 12;
    map_pages(GM_RING, 1, GPA_RING);
    map_pages(GM_STATUS, 1, GPA_STATUS);
    map_pages(GM_DATA, 1, GPA_DATA);
    map_pages(GM_BATCH, BATCH_DW * 4 / 4096, GPA_BATCH);
    for (i = 0; i < GVIRT_PDE_COUNT; i++) {
        map_pages(GM_PD + i, 1, GPA_TABLE);
    }
    wr(0x4080, gm(GM_STATUS));
    wr(GVIRT_RCS_BASE + 0x29c, 0x02000200);
    wr(GVIRT_RCS_BASE + 0x38, gm(GM_RING));
    wr(GVIRT_RCS_BASE + 0x220, UINT32_MAX);
    wr(GVIRT_RCS_BASE + 0x228, (high_page + GM_PD) / 16 << 16);
    wr(GVIRT_RCS_BASE + 0x3c, 1);
    wr(GVIRT_RCS_BASE + 0xa8, ~1u);
}

static void vgpu_stop(void)
{
    gvirt_vgpu_free(vgpu);
    gvirt_mediator_free(mediator);
    bench_stop(&machine);
}

static bool vgpu_idle(void)
{
    return gvirt_vgpu_read(vgpu, GVIRT_RCS_BASE + 0x34, 4) % RING_B == tail;
}

/* Engines, interrupts and the mediator's timer until the ring is empty. */
static void vgpu_settle(void)
{
    static unsigned seen;
    unsigned rounds;

    for (rounds = 0; rounds < 100000; rounds++) {
        if (machine.kicked) {
            bench_settle(&machine);
        } else if (machine.irq_edges != seen) {
            seen = machine.irq_edges;
            gvirt_mediator_irq(mediator, machine.irq_level);
        } else if (vgpu_idle()) {
            break;
        } else if (deadline_ns != INT64_MAX) {
            now_ns = MAX(now_ns, deadline_ns);
            deadline_ns = INT64_MAX;
            gvirt_mediator_timer(mediator);
        }
    }
}

static void vgpu_submit(const uint32_t *dw, uint32_t len_dw)
{
    uint32_t i;

    for (i = 0; i < len_dw; i++) {
        bench_put(&machine, GPA_RING + tail, &dw[i], 1);
        tail = (tail + 4) % RING_B;
    }
    wr(GVIRT_RCS_BASE + 0x30, tail);
    vgpu_settle();
}

static void prepare(Bench *bench)
{
    batch_dw = mix_state(batch, BATCH_DW - 2, gm(GM_DATA));
    batch[batch_dw++] = MIX_BATCH_END;
    bench_put(&machine, GPA_BATCH, batch, batch_dw);
    mix_state(batch, BATCH_DW - 2, BENCH_DST_ADDR);
    bench_put(bench, BENCH_BATCH_ADDR, batch, batch_dw);
}

static void vgpu_requests(Bench *bench)
{
    uint32_t i;

    (void)bench;
    request_dw = mix_request(request, gm(GM_DATA));
    for (i = 0; i < REQUESTS; i++) {
        vgpu_submit(request, request_dw);
    }
}

static void whole_requests(Bench *bench)
{
    uint32_t i;

    request_dw = mix_request(request, BENCH_DST_ADDR);
    for (i = 0; i < REQUESTS; i++) {
        bench_submit(bench, request, request_dw);
    }
}

static void vgpu_batches(Bench *bench)
{
    const uint32_t dw[2] = { BATCH_START, gm(GM_BATCH) };
    uint32_t i;

    (void)bench;
    for (i = 0; i < BATCHES; i++) {
        vgpu_submit(dw, 2);
    }
}

static void whole_batches(Bench *bench)
{
    const uint32_t dw[2] = { BATCH_START, BENCH_BATCH_ADDR };
    uint32_t i;

    for (i = 0; i < BATCHES; i++) {
        bench_submit(bench, dw, 2);
    }
}

static const Measure measures[] = {
    { "vGPU: requests of 24 dwords", "the whole GPU", prepare,
      vgpu_requests, whole_requests, REQUESTS, "req", 0 },
    { "vGPU: privileged batches of 16 KiB", "the whole GPU", prepare,
      vgpu_batches, whole_batches, (double)BATCHES * BATCH_DW, "dw", 0 },
};

int main(int argc, char **argv)
{
    GvirtVgpuStats stats;
    Bench whole;
    int status;

    bench_start(&whole, GVIRT_RCS_BASE);
    vgpu_start();
    status = bench_main(argc, argv, &whole, measures,
                        G_N_ELEMENTS(measures));
    gvirt_vgpu_stats(vgpu, &stats);
    if (stats.audit_rejects || !stats.audited_dw || machine.errors) {
        g_printerr("bench-audit: the audit did not do what was measured\n");
        status = 1;
    }
    vgpu_stop();
    bench_stop(&whole);
    return status;
}
