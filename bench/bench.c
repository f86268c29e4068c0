/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See bench.h. Host memory is one piece, in which page n of the machine is
 * page n; nothing of what the host would have to do is counted.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define ROUNDS          51u
#define ROUNDS_MAX      100000u

#define MESSAGES_MAX    10

#define RING_TAIL       0x30
#define RING_HEAD       0x34
#define RING_START      0x38
#define RING_CTL        0x3c
#define RING_MI_MODE    0x9c
#define RING_DCLV       0x220
#define RING_PP_DIR     0x228
#define RING_GFX_MODE   0x29c

static void *bench_map(void *opaque, uint64_t page_hpa, bool write)
{
    Bench *bench = opaque;

    (void)write;
    return page_hpa < bench->memory_B ? bench->memory + page_hpa : NULL;
}

static void *bench_map_run(void *opaque, uint64_t page_hpa, bool write,
                           uint64_t *run_B)
{
    Bench *bench = opaque;
    void *page = bench_map(opaque, page_hpa, write);

    *run_B = page ? MIN(*run_B, bench->memory_B - page_hpa) : 0;
    return page;
}

static void bench_dirty(void *opaque, uint64_t addr_hpa, uint32_t size_B)
{
    (void)opaque;
    (void)addr_hpa;
    (void)size_B;
}

static int64_t bench_clock_ns(void *opaque)
{
    (void)opaque;
    return 0;
}

static void bench_timer_set(void *opaque, int64_t deadline_ns)
{
    (void)opaque;
    (void)deadline_ns;
}

static void bench_kick(void *opaque)
{
    Bench *bench = opaque;

    bench->kicked = true;
}

static void bench_irq(void *opaque, bool level)
{
    Bench *bench = opaque;

    bench->irq_edges += level && !bench->irq_level;
    bench->irq_level = level;
}

static void bench_log(void *opaque, GvirtLogKind kind, const char *message)
{
    Bench *bench = opaque;

    (void)kind;
    if (bench->errors++ < MESSAGES_MAX) {
        fprintf(stderr, "%s\n", message);
    }
}

static const GvirtHostOps bench_ops = {
    .map = bench_map,
    .map_run = bench_map_run,
    .dirty = bench_dirty,
    .clock_ns = bench_clock_ns,
    .timer_set = bench_timer_set,
    .kick = bench_kick,
    .irq = bench_irq,
    .log = bench_log,
};

void bench_write(Bench *bench, uint32_t offset, uint32_t value)
{
    gvirt_gpu_write(bench->gpu, offset, value, 4);
}

void bench_start_bare(Bench *bench, uint64_t memory_B)
{
    const GvirtGpuConfig config = { .timing = GVIRT_TIMING_FUNCTIONAL };

    memset(bench, 0, sizeof(*bench));
    bench->host.ops = &bench_ops;
    bench->host.opaque = bench;
    bench->memory = aligned_alloc(4096, memory_B);
    bench->memory_B = memory_B;
    memset(bench->memory, 0, memory_B);
    bench->gpu = gvirt_gpu_new(&bench->host, &config);
}

void bench_start(Bench *bench, uint32_t engine_base)
{
    uint32_t page, i;

    bench_start_bare(bench, BENCH_MEMORY_B);
    bench->ring_base = engine_base;
    for (page = 0; page < BENCH_MEMORY_B / 4096; page++) {
        uint32_t pte = page << 12 | 1;

        bench_write(bench, GVIRT_GTT_BAR0_OFFSET + page * 4, pte);
        bench_put(bench, BENCH_TABLES_ADDR + page * 4, &pte, 1);
    }
    for (i = 0; i < BENCH_MEMORY_B >> 22; i++) {
        bench_write(bench, GVIRT_GTT_BAR0_OFFSET + (BENCH_PD_SLOT + i) * 4,
                    (BENCH_TABLES_ADDR + i * 4096) | 1);
    }
    bench_write(bench, engine_base + RING_GFX_MODE, 1u << 25 | 1u << 9);
    bench_write(bench, engine_base + RING_DCLV, UINT32_MAX);
    bench_write(bench, engine_base + RING_PP_DIR, BENCH_PD_SLOT / 16 << 16);
    bench_write(bench, engine_base + RING_START, BENCH_RING_ADDR);
    bench_write(bench, engine_base + RING_HEAD, 0);
    bench_write(bench, engine_base + RING_TAIL, 0);
    bench_write(bench, engine_base + RING_CTL, 1);
    bench_write(bench, engine_base + RING_MI_MODE, 1u << 24);
}

void bench_stop(Bench *bench)
{
    gvirt_gpu_free(bench->gpu);
    free(bench->memory);
}

void bench_put(Bench *bench, uint32_t addr, const uint32_t *dw,
               uint32_t len_dw)
{
    uint32_t i;

    for (i = 0; i < len_dw; i++) {
        uint32_t value = GUINT32_TO_LE(dw[i]);

        memcpy(bench->memory + addr + i * 4, &value, 4);
    }
}

void bench_settle(Bench *bench)
{
    while (bench->kicked) {
        bench->kicked = false;
        bench->kicked |= gvirt_gpu_run(bench->gpu, 65536);
    }
}

void bench_submit(Bench *bench, const uint32_t *dw, uint32_t len_dw)
{
    uint32_t i;

    for (i = 0; i < len_dw; i++) {
        bench_put(bench, BENCH_RING_ADDR + bench->tail, &dw[i], 1);
        bench->tail = (bench->tail + 4) % 4096;
    }
    bench_write(bench, bench->ring_base + RING_TAIL, bench->tail);
    bench_settle(bench);
}

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static double timed(Bench *bench, void (*run)(Bench *bench))
{
    double start_s = now_s();

    run(bench);
    return now_s() - start_s;
}

static void print_rate(double rate, const char *unit)
{
    static const char prefix[] = " kMG";
    unsigned i = 0;

    while (rate >= 1000 && prefix[i + 1]) {
        rate /= 1000;
        i++;
    }
    printf("%6.1f %c%s/s", rate, prefix[i], unit);
}

static void measure(Bench *bench, const Measure *m, unsigned rounds,
                    bool json)
{
    double work_s = INFINITY;
    double yardstick_s = INFINITY;
    double work, yardstick, ratio;
    unsigned i;

    if (m->prepare) {
        m->prepare(bench);
    }
    m->work(bench);
    m->yardstick(bench);
    for (i = 0; i < rounds; i++) {
        work_s = fmin(work_s, timed(bench, m->work));
        yardstick_s = fmin(yardstick_s, timed(bench, m->yardstick));
    }
    work = m->amount / work_s;
    yardstick = m->amount / yardstick_s;
    ratio = work / yardstick;
    if (json) {
        printf("{\"name\": \"%s\", \"value\": %.4g, \"unit\": \"%s/s\", "
               "\"against\": \"%s\", \"yardstick\": %.4g, \"ratio\": %.4g",
               m->name, work, m->unit, m->against, yardstick, ratio);
        if (m->floor > 0) {
            printf(", \"floor\": %g", m->floor);
        }
        printf("}\n");
    } else {
        printf("%-40s ", m->name);
        print_rate(work, m->unit);
        printf(", %s ", m->against);
        print_rate(yardstick, m->unit);
        printf(": %.2f", ratio);
        if (m->floor > 0) {
            printf(" (floor %g%s)", m->floor,
                   ratio < m->floor ? ": BELOW" : "");
        }
        printf("\n");
    }
    fflush(stdout);
}

int bench_main(int argc, char **argv, Bench *bench, const Measure *measures,
               unsigned count)
{
    unsigned rounds = ROUNDS;
    const char *wanted = "";
    bool json = false;
    char *end = NULL;
    unsigned i;
    int arg;

    for (arg = 1; arg < argc; arg++) {
        if (strcmp(argv[arg], "--json") == 0) {
            json = true;
        } else if (strcmp(argv[arg], "--rounds") == 0 && arg + 1 < argc) {
            rounds = strtoul(argv[++arg], &end, 10);
        } else if (argv[arg][0] == '-') {
            fprintf(stderr, "usage: %s [--json] [--rounds N] [NAME]\n",
                    argv[0]);
            return 1;
        } else {
            wanted = argv[arg];
        }
    }
    if (rounds < 1 || rounds > ROUNDS_MAX || (end && *end)) {
        fprintf(stderr, "%s: --rounds is 1 to %u\n", argv[0], ROUNDS_MAX);
        return 1;
    }
    for (i = 0; i < count; i++) {
        if (strstr(measures[i].name, wanted)) {
            measure(bench, &measures[i], rounds, json);
        }
    }
    return bench->errors ? EXIT_FAILURE : EXIT_SUCCESS;
}
