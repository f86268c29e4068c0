/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast the blitter is, as a ratio to what the host's C library does with
 * the same bytes in the same run. Commands go through the ring as a driver's
 * would. Prints a line for each kind; exit status 1 if one is below its
 * floor.
 *
 *      blit [ROUNDS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hw/gvirt/gpu.h"

#define MEMORY_B        (64u << 20)
#define RING_PAGE       1u
#define DST_ADDR        0x1000000u
#define SRC_ADDR        0x2000000u

#define WIDTH_PX        1920u
#define HEIGHT_PX       1080u
#define PITCH_B         (WIDTH_PX * 4)
#define FRAME_B         (PITCH_B * HEIGHT_PX)

#define BCS_TAIL        0x22030u
#define BCS_HEAD        0x22034u
#define BCS_START       0x22038u
#define BCS_CTL         0x2203cu
#define BCS_SWCTRL      0x22200u
#define ARB_MODE        0x4030u

#define BR00(opcode, len_dw) (2u << 29 | (opcode) << 22 | ((len_dw) - 2))
#define WRITE_RGBA      (3u << 20)
#define DEPTH_32        (3u << 24)
#define SRC_TILED       (1u << 15)
#define DST_TILED       (1u << 11)
#define ROP_COPY        (0xccu << 16)
#define ROP_PATTERN     (0xf0u << 16)

typedef struct Bench {
    GvirtHost host;
    GvirtGpu *gpu;
    uint8_t *memory;
    bool kicked;
    uint32_t tail;
    unsigned errors;
} Bench;

static void *bench_map(void *opaque, uint64_t page_hpa, bool write)
{
    Bench *bench = opaque;

    (void)write;
    return page_hpa < MEMORY_B ? bench->memory + page_hpa : NULL;
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
    (void)opaque;
    (void)level;
}

static void bench_aperture_changed(void *opaque, uint32_t first_page,
                                   uint32_t page_count)
{
    (void)opaque;
    (void)first_page;
    (void)page_count;
}

static void bench_log(void *opaque, GvirtLogKind kind, const char *message)
{
    Bench *bench = opaque;

    (void)kind;
    bench->errors++;
    fprintf(stderr, "%s\n", message);
}

static const GvirtHostOps bench_ops = {
    .map = bench_map,
    .dirty = bench_dirty,
    .clock_ns = bench_clock_ns,
    .timer_set = bench_timer_set,
    .kick = bench_kick,
    .irq = bench_irq,
    .aperture_changed = bench_aperture_changed,
    .log = bench_log,
};

static void bench_start(Bench *bench)
{
    const GvirtGpuConfig config = { .timing = GVIRT_TIMING_FUNCTIONAL };
    uint32_t page, i;

    memset(bench, 0, sizeof(*bench));
    bench->host.ops = &bench_ops;
    bench->host.opaque = bench;
    bench->memory = aligned_alloc(4096, MEMORY_B);
    for (i = 0; i < MEMORY_B; i++) {
        bench->memory[i] = i * 2654435761u >> 24;
    }
    bench->gpu = gvirt_gpu_new(&bench->host, &config);
    for (page = 0; page < MEMORY_B / 4096; page++) {
        gvirt_gpu_write(bench->gpu, GVIRT_GTT_BAR0_OFFSET + page * 4,
                        page << 12 | 1, 4);
    }
    gvirt_gpu_write(bench->gpu, BCS_START, RING_PAGE << 12, 4);
    gvirt_gpu_write(bench->gpu, BCS_HEAD, 0, 4);
    gvirt_gpu_write(bench->gpu, BCS_TAIL, 0, 4);
    gvirt_gpu_write(bench->gpu, BCS_CTL, 1, 4);
}

static void bench_stop(Bench *bench)
{
    gvirt_gpu_free(bench->gpu);
    free(bench->memory);
}

/* An even number of dwords into the ring, and until the engine is idle. */
static void submit(Bench *bench, const uint32_t *dw, uint32_t len_dw)
{
    uint32_t i;

    for (i = 0; i < len_dw; i++) {
        memcpy(bench->memory + RING_PAGE * 4096 + bench->tail, &dw[i], 4);
        bench->tail = (bench->tail + 4) % 4096;
    }
    gvirt_gpu_write(bench->gpu, BCS_TAIL, bench->tail, 4);
    while (bench->kicked) {
        bench->kicked = gvirt_gpu_run(bench->gpu, 4096);
    }
}

static void blit_copy(Bench *bench, uint32_t tiled)
{
    uint32_t src_pitch = tiled ? 8192 / 4 : PITCH_B;
    const uint32_t dw[8] = {
        BR00(0x53u, 8) | WRITE_RGBA | tiled, DEPTH_32 | ROP_COPY | PITCH_B,
        0, HEIGHT_PX << 16 | WIDTH_PX, DST_ADDR, 0, src_pitch, SRC_ADDR,
    };

    submit(bench, dw, 8);
}

static void run_copy_linear(Bench *bench)
{
    blit_copy(bench, 0);
}

static void run_copy_tiled(Bench *bench)
{
    blit_copy(bench, SRC_TILED);
}

static void run_color(Bench *bench)
{
    const uint32_t dw[6] = {
        BR00(0x50u, 6) | WRITE_RGBA, DEPTH_32 | ROP_PATTERN | PITCH_B, 0,
        HEIGHT_PX << 16 | WIDTH_PX, DST_ADDR, 0xff204080,
    };

    submit(bench, dw, 6);
}

static void run_xor(Bench *bench)
{
    const uint32_t dw[8] = {
        BR00(0x53u, 8) | WRITE_RGBA, DEPTH_32 | 0x66u << 16 | PITCH_B, 0,
        HEIGHT_PX << 16 | WIDTH_PX, DST_ADDR, 0, PITCH_B, SRC_ADDR,
    };

    submit(bench, dw, 8);
}

static void run_memcpy(Bench *bench)
{
    memcpy(bench->memory + DST_ADDR, bench->memory + SRC_ADDR, FRAME_B);
}

static void run_memset(Bench *bench)
{
    memset(bench->memory + DST_ADDR, 0x5a, FRAME_B);
}

static void set_y(Bench *bench)
{
    gvirt_gpu_write(bench->gpu, BCS_SWCTRL, 1u << 16 | 1, 4);
}

static void set_swizzle(Bench *bench)
{
    gvirt_gpu_write(bench->gpu, ARB_MODE, 1u << 21 | 1 << 5, 4);
}

static void set_plain(Bench *bench)
{
    gvirt_gpu_write(bench->gpu, BCS_SWCTRL, 1u << 16, 4);
    gvirt_gpu_write(bench->gpu, ARB_MODE, 1u << 21, 4);
}

typedef struct Kind {
    const char *name;
    void (*prepare)(Bench *bench);
    void (*blit)(Bench *bench);
    const char *against;
    void (*host)(Bench *bench);
    double floor;               /* 0: only to be seen */
} Kind;

static const Kind kinds[] = {
    { "XY_SRC_COPY_BLT linear", set_plain, run_copy_linear, "memcpy",
      run_memcpy, 0.7 },
    { "XY_SRC_COPY_BLT X-tiled to linear", set_plain, run_copy_tiled,
      "memcpy", run_memcpy, 0.4 },
    { "XY_COLOR_BLT linear", set_plain, run_color, "memset", run_memset,
      0.7 },
    { "XY_SRC_COPY_BLT X-tiled, swizzled", set_swizzle, run_copy_tiled,
      "memcpy", run_memcpy, 0 },
    { "XY_SRC_COPY_BLT Y-tiled to linear", set_y, run_copy_tiled, "memcpy",
      run_memcpy, 0 },
    { "XY_SRC_COPY_BLT linear, xor", set_plain, run_xor, "memcpy",
      run_memcpy, 0 },
};

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static double timed(Bench *bench, void (*run)(Bench *bench))
{
    double start = now_s();

    run(bench);
    return now_s() - start;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Both in turn, so that both meet the same machine; the medians count. */
static bool measure(Bench *bench, const Kind *kind, unsigned rounds)
{
    double *blit = g_new(double, rounds);
    double *host = g_new(double, rounds);
    double blit_s, host_s, ratio;
    unsigned i;

    kind->prepare(bench);
    kind->blit(bench);
    kind->host(bench);
    for (i = 0; i < rounds; i++) {
        blit[i] = timed(bench, kind->blit);
        host[i] = timed(bench, kind->host);
    }
    kind->prepare(bench);
    qsort(blit, rounds, sizeof(double), compare_doubles);
    qsort(host, rounds, sizeof(double), compare_doubles);
    blit_s = blit[rounds / 2];
    host_s = host[rounds / 2];
    ratio = host_s / blit_s;
    printf("%-36s %6.2f GB/s, %s %6.2f GB/s, ratio %.2f", kind->name,
           FRAME_B / blit_s / 1e9, kind->against, FRAME_B / host_s / 1e9,
           ratio);
    if (kind->floor > 0) {
        printf(" (floor %.2f%s)", kind->floor,
               ratio < kind->floor ? ": BELOW" : "");
    }
    printf("\n");
    g_free(blit);
    g_free(host);
    return ratio >= kind->floor;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 51;
    bool good = true;
    Bench bench;
    size_t i;

    if (rounds < 1 || rounds > 100000) {
        fprintf(stderr, "blit: ROUNDS is 1 to 100000\n");
        return 2;
    }
    bench_start(&bench);
    for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
        good &= measure(&bench, &kinds[i], rounds);
    }
    good &= bench.errors == 0;
    bench_stop(&bench);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
