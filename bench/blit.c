/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast the blitter is, as a ratio to what the host's C library does with
 * the same bytes. Commands go through the ring as a driver's would.
 *
 * Source of the layouts: HSW PRM vol. 10, IVB PRM vol. 1 part 4.
 */
#include <string.h>

#include "bench.h"

#define WIDTH_PX        1920u
#define HEIGHT_PX       1080u
#define PITCH_B         (WIDTH_PX * 4)
#define TILED_PITCH_B   8192u
#define FRAME_B         (PITCH_B * HEIGHT_PX)

/* The small ones: many in a batch, beside each other in the picture. */
#define SMALL_PX        64u
#define SMALL_COUNT     400u
#define SMALL_COLUMNS   (WIDTH_PX / SMALL_PX)
#define SMALL_B         (SMALL_PX * 4 * SMALL_PX * SMALL_COUNT)

/* One pixel on each of so many pages: the page walk. */
#define PAGES           4096u
#define PAGE_B          4096u

/* The source's pages once more, each beside others than in memory. */
#define SCATTERED_ADDR  0x3000000u      /* of the local space */
#define FRAME_PAGES     ((FRAME_B + PAGE_B - 1) / PAGE_B)

#define BCS_SWCTRL      0x22200u
#define ARB_MODE        0x4030u

#define BR00(opcode, len_dw) (2u << 29 | (opcode) << 22 | ((len_dw) - 2))
#define WRITE_RGBA      (3u << 20)
#define DEPTH_32        (3u << 24)
#define SRC_TILED       (1u << 15)
#define DST_TILED       (1u << 11)
#define ROP_COPY        (0xccu << 16)
#define ROP_XOR         (0x66u << 16)
#define ROP_PATTERN     (0xf0u << 16)
#define BATCH_START     0x18800000u
#define BATCH_LOCAL     (1u << 8)
#define BATCH_END       0x05000000u
#define COLOR           0xff204080u

static void copy_of(Bench *bench, uint32_t src_addr, uint32_t tiled,
                    uint32_t rop)
{
    const uint32_t dw[8] = {
        BR00(0x53u, 8) | WRITE_RGBA | tiled,
        DEPTH_32 | rop | (tiled & DST_TILED ? TILED_PITCH_B / 4 : PITCH_B),
        0, HEIGHT_PX << 16 | WIDTH_PX, BENCH_DST_ADDR, 0,
        tiled & SRC_TILED ? TILED_PITCH_B / 4 : PITCH_B, src_addr,
    };

    bench_submit(bench, dw, 8);
}

static void copy(Bench *bench, uint32_t tiled, uint32_t rop)
{
    copy_of(bench, BENCH_SRC_ADDR, tiled, rop);
}

static void copy_scattered(Bench *bench)
{
    copy_of(bench, SCATTERED_ADDR, 0, ROP_COPY);
}

static void copy_linear(Bench *bench)
{
    copy(bench, 0, ROP_COPY);
}

static void copy_from_tiles(Bench *bench)
{
    copy(bench, SRC_TILED, ROP_COPY);
}

static void copy_to_tiles(Bench *bench)
{
    copy(bench, DST_TILED, ROP_COPY);
}

static void copy_xor(Bench *bench)
{
    copy(bench, 0, ROP_XOR);
}

static void color(Bench *bench, uint32_t tiled)
{
    const uint32_t dw[6] = {
        BR00(0x50u, 6) | WRITE_RGBA | tiled,
        DEPTH_32 | ROP_PATTERN | (tiled ? TILED_PITCH_B / 4 : PITCH_B),
        0, HEIGHT_PX << 16 | WIDTH_PX, BENCH_DST_ADDR, COLOR,
    };

    bench_submit(bench, dw, 6);
}

static void color_linear(Bench *bench)
{
    color(bench, 0);
}

static void color_tiles(Bench *bench)
{
    color(bench, DST_TILED);
}

static void run_batch(Bench *bench, uint32_t space)
{
    const uint32_t dw[2] = { BATCH_START | space, BENCH_BATCH_ADDR };

    bench_submit(bench, dw, 2);
}

static void run_local_batch(Bench *bench)
{
    run_batch(bench, BATCH_LOCAL);
}

static uint32_t small_corner(uint32_t i)
{
    return i / SMALL_COLUMNS * SMALL_PX << 16 | i % SMALL_COLUMNS * SMALL_PX;
}

static void prepare_small_copy(Bench *bench)
{
    const uint32_t end = BATCH_END;
    uint32_t addr = BENCH_BATCH_ADDR;
    uint32_t i;

    for (i = 0; i < SMALL_COUNT; i++) {
        uint32_t corner = small_corner(i);
        const uint32_t dw[8] = {
            BR00(0x53u, 8) | WRITE_RGBA, DEPTH_32 | ROP_COPY | PITCH_B,
            corner, corner + (SMALL_PX << 16 | SMALL_PX), BENCH_DST_ADDR,
            corner, PITCH_B, BENCH_SRC_ADDR,
        };

        bench_put(bench, addr, dw, 8);
        addr += sizeof(dw);
    }
    bench_put(bench, addr, &end, 1);
}

static void prepare_small_color(Bench *bench)
{
    const uint32_t end = BATCH_END;
    uint32_t addr = BENCH_BATCH_ADDR;
    uint32_t i;

    for (i = 0; i < SMALL_COUNT; i++) {
        uint32_t corner = small_corner(i);
        const uint32_t dw[6] = {
            BR00(0x50u, 6) | WRITE_RGBA, DEPTH_32 | ROP_PATTERN | PITCH_B,
            corner, corner + (SMALL_PX << 16 | SMALL_PX), BENCH_DST_ADDR,
            COLOR,
        };

        bench_put(bench, addr, dw, 6);
        addr += sizeof(dw);
    }
    bench_put(bench, addr, &end, 1);
}

/* The rows of the small blits by the C library. */
static void small_memcpy(Bench *bench)
{
    uint32_t i, y;

    for (i = 0; i < SMALL_COUNT; i++) {
        uint32_t at = (i / SMALL_COLUMNS * PITCH_B + i % SMALL_COLUMNS * 4) *
                      SMALL_PX;

        for (y = 0; y < SMALL_PX; y++) {
            memcpy(bench->memory + BENCH_DST_ADDR + at + y * PITCH_B,
                   bench->memory + BENCH_SRC_ADDR + at + y * PITCH_B,
                   SMALL_PX * 4);
        }
    }
}

static void small_memset(Bench *bench)
{
    uint32_t i, y;

    for (i = 0; i < SMALL_COUNT; i++) {
        uint32_t at = (i / SMALL_COLUMNS * PITCH_B + i % SMALL_COLUMNS * 4) *
                      SMALL_PX;

        for (y = 0; y < SMALL_PX; y++) {
            memset(bench->memory + BENCH_DST_ADDR + at + y * PITCH_B, 0x5a,
                   SMALL_PX * 4);
        }
    }
}

/* A column of one pixel, a page to each row. */
static void prepare_column(Bench *bench)
{
    const uint32_t dw[7] = {
        BR00(0x50u, 6) | WRITE_RGBA, DEPTH_32 | ROP_PATTERN | PAGE_B,
        0, PAGES << 16 | 1, BENCH_DST_ADDR, COLOR, BATCH_END,
    };

    bench_put(bench, BENCH_BATCH_ADDR, dw, 7);
}

static void run_global_batch(Bench *bench)
{
    run_batch(bench, 0);
}

static void column_of_stores(Bench *bench)
{
    uint32_t i;

    for (i = 0; i < PAGES; i++) {
        *(volatile uint32_t *)      /* volatile: none is left out */
            (bench->memory + BENCH_DST_ADDR + i * PAGE_B) = COLOR;
    }
}

static void frame_memcpy(Bench *bench)
{
    memcpy(bench->memory + BENCH_DST_ADDR, bench->memory + BENCH_SRC_ADDR,
           FRAME_B);
}

static void frame_memset(Bench *bench)
{
    memset(bench->memory + BENCH_DST_ADDR, 0x5a, FRAME_B);
}

static void set_plain(Bench *bench)
{
    bench_write(bench, BCS_SWCTRL, 3u << 16);
    bench_write(bench, ARB_MODE, 1u << 21);
}

static void set_scattered(Bench *bench)
{
    uint32_t page;

    set_plain(bench);
    for (page = 0; page < FRAME_PAGES; page++) {
        uint32_t pte = (BENCH_SRC_ADDR + (FRAME_PAGES - 1 - page) * PAGE_B) |
                       1;

        bench_put(bench, BENCH_TABLES_ADDR +
                  (SCATTERED_ADDR / PAGE_B + page) * 4, &pte, 1);
    }
}

static void set_y_source(Bench *bench)
{
    set_plain(bench);
    bench_write(bench, BCS_SWCTRL, 3u << 16 | 1);
}

static void set_y_destination(Bench *bench)
{
    set_plain(bench);
    bench_write(bench, BCS_SWCTRL, 3u << 16 | 2);
}

static void set_swizzle(Bench *bench)
{
    set_plain(bench);
    bench_write(bench, ARB_MODE, 1u << 21 | 1 << 5);
}

static void set_small_copy(Bench *bench)
{
    set_plain(bench);
    prepare_small_copy(bench);
}

static void set_small_color(Bench *bench)
{
    set_plain(bench);
    prepare_small_color(bench);
}

static void set_column(Bench *bench)
{
    set_plain(bench);
    prepare_column(bench);
}

static const Measure measures[] = {
    { "XY_SRC_COPY_BLT linear", "memcpy", set_plain, copy_linear,
      frame_memcpy, FRAME_B, "B", 0.7 },
    { "XY_SRC_COPY_BLT X-tiled to linear", "memcpy", set_plain,
      copy_from_tiles, frame_memcpy, FRAME_B, "B", 0.4 },
    { "XY_COLOR_BLT linear", "memset", set_plain, color_linear,
      frame_memset, FRAME_B, "B", 0.7 },
    { "XY_SRC_COPY_BLT linear to X-tiled", "memcpy", set_plain,
      copy_to_tiles, frame_memcpy, FRAME_B, "B", 0 },
    { "XY_SRC_COPY_BLT X-tiled, swizzled", "memcpy", set_swizzle,
      copy_from_tiles, frame_memcpy, FRAME_B, "B", 0 },
    { "XY_SRC_COPY_BLT Y-tiled to linear", "memcpy", set_y_source,
      copy_from_tiles, frame_memcpy, FRAME_B, "B", 0 },
    { "XY_SRC_COPY_BLT linear to Y-tiled", "memcpy", set_y_destination,
      copy_to_tiles, frame_memcpy, FRAME_B, "B", 0 },
    { "XY_COLOR_BLT X-tiled", "memset", set_plain, color_tiles,
      frame_memset, FRAME_B, "B", 0 },
    { "XY_COLOR_BLT Y-tiled", "memset", set_y_destination, color_tiles,
      frame_memset, FRAME_B, "B", 0 },
    { "XY_SRC_COPY_BLT linear, xor", "memcpy", set_plain, copy_xor,
      frame_memcpy, FRAME_B, "B", 0 },
    { "XY_SRC_COPY_BLT linear, scattered source", "memcpy", set_scattered,
      copy_scattered, frame_memcpy, FRAME_B, "B", 0 },
    { "XY_SRC_COPY_BLT 64x64", "memcpy of the rows", set_small_copy,
      run_local_batch, small_memcpy, SMALL_B, "B", 0 },
    { "XY_COLOR_BLT 64x64", "memset of the rows", set_small_color,
      run_local_batch, small_memset, SMALL_B, "B", 0 },
    { "page walk, global", "a store to each page", set_column,
      run_global_batch, column_of_stores, PAGES, "page", 0 },
    { "page walk, local", "a store to each page", set_column,
      run_local_batch, column_of_stores, PAGES, "page", 0 },
};

int main(int argc, char **argv)
{
    Bench bench;
    int status;

    bench_start(&bench, GVIRT_BCS_BASE);
    status = bench_main(argc, argv, &bench, measures,
                        G_N_ELEMENTS(measures));
    bench_stop(&bench);
    return status;
}
