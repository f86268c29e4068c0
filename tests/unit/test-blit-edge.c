/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blitter at its edges: what broke other devices' blitters (blits behind
 * the end of memory, negative pitches, sums that overflow, commands that are
 * too short, a reset in the middle), and what it owes the rest of the GPU.
 *
 * Each page of the fake host is a piece of the heap of its own, so that with
 * AddressSanitizer a byte beside a page is found. Pages that the library asks
 * for are counted: none but the mapped ones may be.
 */
#include <string.h>

#include "../../hw/display/gvirt/blit-internal.h"
#include "blit-exec.h"
#include "fakehost.h"
#include "suite.h"

#define PAGES           32u
#define FIRST_ADDR      0x400000u
#define MEMORY_HPA      0x10000000ull
#define PPGTT_MAPPED    0x00800000u
#define BCS_SWCTRL      0x22200u
#define BCS_GFX_MODE    0x2229cu
#define BCS_PP_DIR_DCLV 0x22220u
#define BCS_PP_DIR_BASE 0x22228u

#define BR00(opcode)    (2u << 29 | (uint32_t)(opcode) << 22 | 3u << 20)
#define BR13(depth, rop, pitch)                                             \
    ((uint32_t)(depth) << 24 | (uint32_t)(rop) << 16 | ((pitch) & 0xffff))
#define XY(x, y)        ((uint32_t)((y) & 0xffff) << 16 | ((x) & 0xffff))
#define TILED           (1u << 15 | 1u << 11)

static const struct {
    uint8_t opcode;
    uint8_t need_dw;        /* the shortest that is carried out */
    uint8_t full_dw;        /* with immediate data for 32 bpp */
} commands[] = {
    { 0x01, 8, 8 }, { 0x03, 3, 3 }, { 0x11, 9, 9 }, { 0x24, 2, 2 },
    { 0x25, 3, 3 }, { 0x26, 4, 4 }, { 0x31, 3, 35 }, { 0x40, 5, 5 },
    { 0x43, 6, 6 }, { 0x50, 6, 6 }, { 0x51, 6, 6 }, { 0x52, 9, 9 },
    { 0x53, 8, 8 }, { 0x54, 8, 8 }, { 0x55, 9, 9 }, { 0x56, 9, 9 },
    { 0x57, 12, 12 }, { 0x58, 12, 12 }, { 0x59, 7, 7 }, { 0x71, 7, 39 },
    { 0x72, 69, 69 }, { 0x73, 10, 10 }, { 0x74, 72, 72 }, { 0x75, 72, 72 },
    { 0x76, 8, 8 }, { 0x77, 71, 71 },
};

static FakeHost *fake;
static GvirtGpu *gpu;
static GvirtEngine *engine;
static uint32_t random_state = 1;

static uint32_t random32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static void setup(void)
{
    uint32_t page;

    fake = fakehost_new();
    gpu = fakehost_gpu(fake);
    engine = &gpu->engine[GVIRT_BCS];
    for (page = 0; page < PAGES; page++) {
        fakehost_map_ggtt(gpu, FIRST_ADDR / 4096 + page, 1,
                          MEMORY_HPA + page * 0x2000);
        fakehost_write32(fake, MEMORY_HPA + page * 0x2000, 0);
    }
}

static void teardown(void)
{
    gvirt_gpu_free(gpu);
    fakehost_free(fake);
}

static uint32_t read_at(uint32_t addr)
{
    uint32_t page = (addr - FIRST_ADDR) / 4096;

    return fakehost_read32(fake, MEMORY_HPA + page * 0x2000 + addr % 4096);
}

static void write_at(uint32_t addr, uint32_t value)
{
    uint32_t page = (addr - FIRST_ADDR) / 4096;

    fakehost_write32(fake, MEMORY_HPA + page * 0x2000 + addr % 4096, value);
}

static int extreme_coordinate(void)
{
    static const int values[] = {
        -32768, -32767, -1, 0, 1, 7, 8, 255, 4095, 16383, 32766, 32767,
    };

    return values[random32() % G_N_ELEMENTS(values)];
}

static int extreme_pitch(void)
{
    static const int values[] = {
        -32768, -32767, -4096, -512, -4, -1, 0, 1, 4, 128, 511, 512, 8192,
        16383, 32767,
    };

    return values[random32() % G_N_ELEMENTS(values)];
}

static uint32_t extreme_addr(void)
{
    static const uint32_t values[] = {
        0, 1, 0xfff, 0x7fffffff, 0x7ffff000, 0x80000000, 0xfffffffc,
        0xffffffff, FIRST_ADDR - 1, FIRST_ADDR + 2,
        FIRST_ADDR + PAGES * 4096 - 1, FIRST_ADDR + PAGES * 4096,
        FIRST_ADDR + PAGES * 2048 + 3,
    };

    return values[random32() % G_N_ELEMENTS(values)];
}

/*
 * Any operand at its limits. A strip is at most 64 pixels in one direction,
 * so that the test ends; the whole range has a test of its own.
 */
static uint32_t extreme_command(unsigned n, uint32_t *dw)
{
    unsigned opcode = commands[n].opcode;
    unsigned length = commands[n].full_dw;
    int x = extreme_coordinate(), y = extreme_coordinate();
    unsigned i;

    for (i = 0; i < length; i++) {
        dw[i] = random32() & 1 ? random32() : extreme_addr();
    }
    dw[0] = BR00(opcode) | (random32() & 0x000fff00 & ~(TILED));
    dw[0] |= random32() & 1 ? TILED : 0;
    if (opcode < 0x40) {
        /* What stays set up, and what draws with it. */
        dw[0] &= ~(3u << 20);
        if (opcode == 0x01 || opcode == 0x11) {
            dw[1] = (random32() & 0xffff0000) | (extreme_pitch() & 0xffff);
        } else {
            dw[1] = XY(x, y);
            dw[2] = XY(random32() & 1 ? extreme_coordinate() : x + 64,
                       MIN(y + 64, 32767));
        }
        return length;
    }
    dw[1] = (random32() & 0x7fff0000) | (extreme_pitch() & 0xffff);
    if (opcode == 0x40 || opcode == 0x43) {
        dw[2] = random32() & 1 ? 0xffff0040 : 0x0010ffff;
        return length;
    }
    dw[2] = XY(x, y);
    dw[3] = random32() & 1 ? XY(extreme_coordinate(), MIN(y + 64, 32767)) :
            XY(MIN(x + 64, 32767), extreme_coordinate());
    if (random32() & 1) {
        dw[5] = XY(extreme_coordinate(), extreme_coordinate());
        dw[6] = XY(extreme_pitch(), extreme_coordinate());
    }
    return length;
}

START_TEST(test_extremes)
{
    guint pages = g_hash_table_size(fake->pages);
    uint32_t dw[128];
    int i;

    random_state = 12345 + _i;
    for (i = 0; i < 40; i++) {
        uint32_t len_dw = extreme_command(_i, dw);
        GvirtStep step;

        gvirt_gpu_write(gpu, BCS_SWCTRL, 3u << 16 | (random32() & 3), 4);
        step = blit_execute(gpu, dw, len_dw);
        ck_assert_int_eq(step, GVIRT_STEP_DONE);
    }
    ck_assert_uint_eq(g_hash_table_size(fake->pages), pages);
}
END_TEST

/* The largest blits there are, where there is no memory: they end soon. */
START_TEST(test_whole_range_of_holes)
{
    guint pages = g_hash_table_size(fake->pages);
    uint32_t dw[12] = {
        BR00(0x53), BR13(3, 0x66, 32764), XY(-32768, -32768),
        XY(32767, 32767), 0x10000000, XY(-32768, -32768), 32764, 0x20000000,
    };
    uint64_t start_us = g_get_monotonic_time();

    ck_assert_int_eq(blit_execute(gpu, dw, 8), GVIRT_STEP_DONE);
    dw[0] |= TILED;
    ck_assert_int_eq(blit_execute(gpu, dw, 8), GVIRT_STEP_DONE);
    dw[1] = BR13(3, 0xcc, -32768);
    ck_assert_int_eq(blit_execute(gpu, dw, 8), GVIRT_STEP_DONE);
    dw[0] = BR00(0x50);
    dw[1] = BR13(3, 0xf0, 0);
    ck_assert_int_eq(blit_execute(gpu, dw, 6), GVIRT_STEP_DONE);
    dw[0] = BR00(0x54);
    dw[1] = BR13(3, 0xcc, 32764);
    dw[5] = 0x30000000;
    ck_assert_int_eq(blit_execute(gpu, dw, 8), GVIRT_STEP_DONE);
    dw[0] = BR00(0x43);
    dw[1] = BR13(0, 0xcc, 32767);
    dw[2] = 0xffffffff;
    dw[3] = 0x10000000;
    dw[4] = 32767;
    dw[5] = 0x20000000;
    ck_assert_int_eq(blit_execute(gpu, dw, 6), GVIRT_STEP_DONE);
    ck_assert_uint_lt(g_get_monotonic_time() - start_us, 30 * 1000000);
    ck_assert_uint_eq(g_hash_table_size(fake->pages), pages);
    ck_assert_uint_gt(gpu->stats.faults, 0);
    ck_assert_uint_lt(gpu->stats.faults, 6 * 4 * GVIRT_BLIT_FAULTS_MAX);
}
END_TEST

/* A command that ends too early does nothing but be logged. */
START_TEST(test_short)
{
    uint32_t dw[128] = { 0 };
    unsigned len_dw, n;
    uint32_t addr;

    for (n = 0; n < G_N_ELEMENTS(commands); n++) {
        memset(dw, 0xff, sizeof(dw));
        dw[0] = BR00(commands[n].opcode);
        for (len_dw = 1; len_dw < commands[n].need_dw; len_dw++) {
            unsigned errors = fake->guest_errors;

            dw[1] = BR13(3, 0xff, 4096);
            dw[2] = 0;
            dw[3] = XY(16, 16);
            dw[4] = FIRST_ADDR;
            ck_assert_int_eq(blit_execute(gpu, dw, len_dw), GVIRT_STEP_DONE);
            ck_assert_uint_gt(fake->guest_errors, errors);
        }
    }
    for (addr = 0; addr < PAGES * 4096; addr += 4) {
        ck_assert_uint_eq(read_at(FIRST_ADDR + addr), 0);
    }
    ck_assert_uint_eq(gpu->stats.blit_bytes, 0);
}
END_TEST

/* Bits that are not in the command are 0, whatever stands behind it. */
START_TEST(test_immediate_ends)
{
    const uint32_t dw[8] = {
        BR00(0x71), BR13(3, 0xcc, 256), 0, XY(64, 2), FIRST_ADDR, 0x11111111,
        0x22222222, 0xffffffff,
    };

    ck_assert_int_eq(blit_execute(gpu, dw, 8), GVIRT_STEP_DONE);
    ck_assert_uint_eq(read_at(FIRST_ADDR), 0x22222222);
    ck_assert_uint_eq(read_at(FIRST_ADDR + 31 * 4), 0x22222222);
    ck_assert_uint_eq(read_at(FIRST_ADDR + 32 * 4), 0x11111111);
    ck_assert_uint_eq(read_at(FIRST_ADDR + 256 + 63 * 4), 0x11111111);
}
END_TEST

/* Rows that leave memory below and above: what is inside is drawn. */
START_TEST(test_negative_pitch)
{
    const uint32_t dw[6] = {
        BR00(0x50), BR13(3, 0xf0, -4096), 0, XY(4, 8), FIRST_ADDR + 3 * 4096,
        0x89abcdef,
    };
    unsigned row;

    ck_assert_int_eq(blit_execute(gpu, dw, 6), GVIRT_STEP_DONE);
    for (row = 0; row < 4; row++) {
        ck_assert_uint_eq(read_at(FIRST_ADDR + row * 4096), 0x89abcdef);
        ck_assert_uint_eq(read_at(FIRST_ADDR + row * 4096 + 16), 0);
    }
    ck_assert_uint_eq(read_at(FIRST_ADDR + 4 * 4096), 0);
    ck_assert_uint_gt(gpu->stats.faults, 0);
}
END_TEST

/* A scroll in each of the eight directions, linear, X- and Y-tiled. */
START_TEST(test_scroll)
{
    static const int steps[8][2] = {
        { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 },
        { 1, 1 }, { -1, -1 }, { 3, -2 }, { -3, 2 },
    };
    bool tiled = _i >= 8;
    int dx = steps[_i % 8][0], dy = steps[_i % 8][1];
    uint32_t flags = tiled ? TILED : 0;
    uint32_t pitch = tiled ? 1024 / 4 : 1024;
    const uint32_t move[8] = {
        BR00(0x53) | flags, BR13(3, 0xcc, pitch), XY(10 + dx, 10 + dy),
        XY(190 + dx, 54 + dy), FIRST_ADDR, XY(10, 10), pitch, FIRST_ADDR,
    };
    int x, y;

    gvirt_gpu_write(gpu, BCS_SWCTRL, 3u << 16 | (_i >= 16 ? 3 : 0), 4);
    for (y = 0; y < 64; y++) {
        for (x = 0; x < 200; x++) {
            uint32_t dw[6] = {
                BR00(0x50) | flags, BR13(3, 0xf0, pitch), XY(x, y),
                XY(x + 1, y + 1), FIRST_ADDR, (uint32_t)y << 16 | x,
            };

            blit_execute(gpu, dw, 6);
        }
    }
    blit_execute(gpu, move, 8);
    for (y = 10; y < 54; y++) {
        for (x = 10; x < 190; x++) {
            /* One pixel to linear memory, where it can be read. */
            const uint32_t fetch[8] = {
                BR00(0x53) | (flags & (1u << 15)), BR13(3, 0xcc, 4), 0,
                XY(1, 1), FIRST_ADDR + 31 * 4096, XY(x + dx, y + dy), pitch,
                FIRST_ADDR,
            };

            gvirt_gpu_write(gpu, BCS_SWCTRL, 3u << 16 | (_i >= 16), 4);
            blit_execute(gpu, fetch, 8);
            ck_assert_uint_eq(read_at(FIRST_ADDR + 31 * 4096),
                              (uint32_t)y << 16 | x);
        }
    }
}
END_TEST

/*
 * A row that is far longer than what is fetched at a time, moved by a pixel
 * to either side; loop bit 0: with a mask, so that nothing is just copied.
 */
START_TEST(test_long_overlap)
{
    uint32_t channels = _i & 1 ? 1u << 20 : 3u << 20;
    int to = _i & 2 ? 0 : 1;
    const uint32_t dw[8] = {
        (BR00(0x53) & ~(3u << 20)) | channels, BR13(3, 0xcc, 16384),
        XY(to, 0), XY(to + 4000, 1), FIRST_ADDR, XY(1 - to, 0), 16384,
        FIRST_ADDR,
    };
    uint32_t x;

    for (x = 0; x < 4001; x++) {
        write_at(FIRST_ADDR + x * 4, x);
    }
    blit_execute(gpu, dw, 8);
    for (x = 0; x < 4000; x++) {
        ck_assert_uint_eq(read_at(FIRST_ADDR + (x + to) * 4), x + 1 - to);
    }
}
END_TEST

/* The registers of a setup do not outlive a reset. */
START_TEST(test_setup_and_reset)
{
    const uint32_t setup_dw[8] = {
        BR00(0x01), BR13(3, 0xf0, 1024), XY(0, 0), XY(9, 9), FIRST_ADDR,
        0x12345678, 0, 0,
    };
    const uint32_t pixel[2] = { 2u << 29 | 0x24u << 22, XY(3, 1) };

    blit_execute(gpu, setup_dw, 8);
    blit_execute(gpu, pixel, 2);
    ck_assert_uint_eq(read_at(FIRST_ADDR + 1024 + 12), 0x12345678);
    write_at(FIRST_ADDR + 1024 + 12, 0);
    engine->epoch++;
    blit_execute(gpu, pixel, 2);
    ck_assert_uint_eq(read_at(FIRST_ADDR + 1024 + 12), 0);
}
END_TEST

static gpointer reset_thread(gpointer data)
{
    (void)data;
    gvirt_gpu_enter(gpu);
    engine->epoch++;
    gvirt_gpu_leave(gpu);
    return NULL;
}

/* A reset while a blit is under way ends it, in all three ways of drawing. */
START_TEST(test_reset_in_the_middle)
{
    static const uint8_t rops[] = { 0xf0, 0xcc, 0x66 };
    const uint32_t dw[8] = {
        BR00(_i == 0 ? 0x50 : 0x53), BR13(3, rops[_i], 0), XY(0, 0),
        XY(8192, 32767), FIRST_ADDR, _i == 0 ? 0x01020304 : XY(0, 0), 0,
        FIRST_ADDR + 16 * 4096,
    };
    GThread *thread;
    GvirtStep step;

    gvirt_gpu_enter(gpu);
    thread = g_thread_new("reset", reset_thread, NULL);
    while (!g_atomic_int_get(&gpu->waiters)) {
        g_thread_yield();
    }
    step = blit_execute_locked(gpu, dw, _i == 0 ? 6 : 8);
    gvirt_gpu_leave(gpu);
    g_thread_join(thread);
    ck_assert_int_eq(step, GVIRT_STEP_ABORT);
}
END_TEST

static gpointer remap_thread(gpointer data)
{
    uint32_t pte = MEMORY_HPA + PAGES * 0x2000;

    (void)data;
    gvirt_gpu_enter(gpu);
    gvirt_gtt_write_pte(gpu, FIRST_ADDR / 4096, pte | 1);
    gvirt_tlb_flush_all(gpu);
    gvirt_gpu_leave(gpu);
    return NULL;
}

/*
 * What was translated before a breath does not count behind it. The blit has
 * two thousand of them, for a machine that has other things to do.
 */
START_TEST(test_remap_in_the_middle)
{
    const uint32_t dw[6] = {
        BR00(0x50), BR13(3, 0xf0, 0), XY(0, 0), XY(1024, 32767), FIRST_ADDR,
        0xabababab,
    };
    GThread *thread;

    gvirt_gpu_enter(gpu);
    thread = g_thread_new("remap", remap_thread, NULL);
    while (!g_atomic_int_get(&gpu->waiters)) {
        g_thread_yield();
    }
    ck_assert_int_eq(blit_execute_locked(gpu, dw, 6), GVIRT_STEP_DONE);
    gvirt_gpu_leave(gpu);
    g_thread_join(thread);
    ck_assert_uint_eq(read_at(FIRST_ADDR), 0xabababab);
    ck_assert_uint_eq(fakehost_read32(fake, MEMORY_HPA + PAGES * 0x2000),
                      0xabababab);
}
END_TEST

/* Operands are in the space of the batch, and one that faults is skipped. */
START_TEST(test_per_process)
{
    uint64_t table_hpa = 0x20000000;
    uint64_t page_hpa = 0x20010000;
    const uint32_t dw[6] = {
        BR00(0x50), BR13(3, 0xf0, 4096), 0, XY(2, 2), PPGTT_MAPPED,
        0xcafe0001,
    };
    uint32_t value;

    fakehost_write32(fake, table_hpa, (uint32_t)page_hpa | 1);
    gvirt_gpu_write(gpu, GVIRT_GTT_BAR0_OFFSET + 0x40000 +
                    (PPGTT_MAPPED >> 22) * 4, (uint32_t)table_hpa | 1, 4);
    gvirt_gpu_write(gpu, BCS_PP_DIR_DCLV, 0xffffffff, 4);
    gvirt_gpu_write(gpu, BCS_PP_DIR_BASE, 0x40000 / 64 << 16, 4);
    gvirt_gpu_write(gpu, BCS_GFX_MODE, 1u << 25 | 1u << 9, 4);
    engine->fetch.space = GVIRT_SPACE_PPGTT;
    ck_assert_int_eq(blit_execute(gpu, dw, 6), GVIRT_STEP_DONE);
    value = fakehost_read32(fake, page_hpa + 4);
    ck_assert_uint_eq(value, 0xcafe0001);
    ck_assert_uint_eq(fakehost_read32(fake, page_hpa + 8), 0);
    ck_assert_uint_gt(gpu->stats.faults, 0);
    engine->fetch.space = GVIRT_SPACE_GGTT;
}
END_TEST

static uint32_t generation(unsigned page)
{
    return fake->host.ops->page_gen(fake, MEMORY_HPA + page * 0x2000);
}

/* Who looks at the memory is told; bytes and time are counted. */
START_TEST(test_books)
{
    const uint32_t dw[8] = {
        BR00(0x53), BR13(3, 0xcc, 4096), 0, XY(1024, 4), FIRST_ADDR, 0, 4096,
        FIRST_ADDR + 16 * 4096,
    };
    const uint32_t one[8] = {
        BR00(0x53), BR13(3, 0xcc, 4096), 0, XY(1, 1), FIRST_ADDR, 0, 4096,
        FIRST_ADDR + 16 * 4096,
    };
    uint32_t before[PAGES];
    int64_t small_clk, large_clk, start_clk;
    unsigned page;

    for (page = 0; page < PAGES; page++) {
        before[page] = generation(page);
    }
    start_clk = engine->busy_until_clk;
    blit_execute(gpu, dw, 8);
    large_clk = engine->busy_until_clk - start_clk;
    for (page = 0; page < PAGES; page++) {
        ck_assert(page < 4 ? generation(page) != before[page] :
                  generation(page) == before[page]);
    }
    ck_assert_uint_eq(gpu->stats.blit_bytes, 1024 * 4 * 4);
    /* 256 lines read and 256 written, 4 clocks each. */
    ck_assert_int_ge(large_clk, 512 * 4);
    ck_assert_int_le(large_clk, 512 * 5);

    start_clk = engine->busy_until_clk;
    blit_execute(gpu, one, 8);
    small_clk = engine->busy_until_clk - start_clk;
    ck_assert_int_gt(small_clk, 0);
    ck_assert_int_lt(small_clk, large_clk);
}
END_TEST

/* A row of tiles with more pages than the blitter knows at a time. */
START_TEST(test_all_pages_are_told)
{
    uint64_t memory_hpa = 0x30000000;
    uint32_t addr = 0x2000000;
    const uint32_t dw[6] = {
        BR00(0x50) | 1u << 11, BR13(3, 0xf0, 200 * 512 / 4), 0,
        XY(200 * 128, 8), addr, 0x01010101,
    };
    uint32_t before[200];
    unsigned page;

    fakehost_map_ggtt(gpu, addr / 4096, 200, memory_hpa);
    for (page = 0; page < 200; page++) {
        before[page] = fake->host.ops->page_gen(fake,
                                                memory_hpa + page * 4096);
    }
    blit_execute(gpu, dw, 6);
    for (page = 0; page < 200; page++) {
        uint64_t page_hpa = memory_hpa + page * 4096;

        ck_assert_uint_ne(fake->host.ops->page_gen(fake, page_hpa),
                          before[page]);
        ck_assert_uint_eq(fakehost_read32(fake, page_hpa), 0x01010101);
        ck_assert_uint_eq(fakehost_read32(fake, page_hpa + 4092),
                          0x01010101);
    }
}
END_TEST

/* Neither alpha nor RGB: the destination is not even dirty. */
START_TEST(test_no_channels)
{
    const uint32_t dw[6] = {
        BR00(0x50) & ~(3u << 20), BR13(3, 0xf0, 4096), 0, XY(4, 4),
        FIRST_ADDR, 0xffffffff,
    };

    blit_execute(gpu, dw, 6);
    ck_assert_uint_eq(read_at(FIRST_ADDR), 0);
}
END_TEST

/*
 * A row of a tile and a line that share bytes: what arrives is what was there
 * before. AddressSanitizer looks at how it was copied.
 */
START_TEST(test_tile_over_line)
{
    bool to_tile = _i;
    uint32_t dw[8] = {
        BR00(0x53), BR13(3, 0xcc, 4096), XY(0, 0), XY(128, 1), FIRST_ADDR,
        XY(0, 0), 4096, FIRST_ADDR,
    };
    uint8_t *page = gvirt_mem_page(engine, GVIRT_SPACE_GGTT, FIRST_ADDR, true,
                                   NULL);
    uint8_t before[512];
    int i;

    for (i = 0; i < 1024; i++) {
        page[i] = i * 7 + i / 256;
    }
    memcpy(before, page + (to_tile ? 32 : 0), sizeof(before));
    if (to_tile) {
        dw[0] |= 1u << 11;
        dw[1] = BR13(3, 0xcc, 128);
        dw[7] = FIRST_ADDR + 32;
    } else {
        dw[0] |= 1u << 15;
        dw[6] = 128;
        dw[4] = FIRST_ADDR + 32;
    }
    ck_assert_int_eq(blit_execute(gpu, dw, 8), GVIRT_STEP_DONE);
    ck_assert_mem_eq(page + (to_tile ? 0 : 32), before, sizeof(before));
}
END_TEST

/*
 * One side's pages lie together (0: the destination's, 1: the source's), the
 * other's do not: each page is looked at a few times, not once for all that
 * come before it.
 */
START_TEST(test_scattered)
{
    enum { RUN_PAGES = 16, SLAB_HPA = 0x20000000, SLAB_ADDR = 0x800000 };
    const uint32_t far_addr = SLAB_ADDR + 0x100000;
    const uint32_t dw[8] = {
        BR00(0x53), BR13(3, 0xcc, 4096), XY(0, 0), XY(1024, RUN_PAGES),
        _i ? far_addr : SLAB_ADDR, XY(0, 0), 4096, _i ? SLAB_ADDR : far_addr,
    };
    uint64_t dst_hpa, src_hpa;
    uint32_t page, i;

    fake->slabs_wanted = true;
    fakehost_map_ggtt(gpu, SLAB_ADDR / 4096, RUN_PAGES, SLAB_HPA);
    for (page = 0; page < RUN_PAGES; page++) {
        /* From the last to the first. */
        fakehost_map_ggtt(gpu, far_addr / 4096 + page, 1, SLAB_HPA +
                          0x100000 + (RUN_PAGES - 1 - page) * 4096);
        for (i = 0; i < 4096; i += 4) {
            src_hpa = SLAB_HPA + (_i ? page : 0x100 + RUN_PAGES - 1 - page) *
                      4096;
            fakehost_write32(fake, src_hpa + i, page << 16 | i);
        }
    }
    fake->followed = 0;
    ck_assert_int_eq(blit_execute(gpu, dw, 8), GVIRT_STEP_DONE);
    for (page = 0; page < RUN_PAGES; page++) {
        dst_hpa = SLAB_HPA + (_i ? 0x100 + RUN_PAGES - 1 - page : page) * 4096;
        for (i = 0; i < 4096; i += 4) {
            ck_assert_uint_eq(fakehost_read32(fake, dst_hpa + i),
                              page << 16 | i);
        }
    }
    ck_assert_uint_le(fake->followed, 3 * RUN_PAGES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blit-edge");
    TCase *tests = tcase_create("blit-edge");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_extremes, 0, G_N_ELEMENTS(commands));
    tcase_add_test(tests, test_whole_range_of_holes);
    tcase_add_test(tests, test_short);
    tcase_add_test(tests, test_immediate_ends);
    tcase_add_test(tests, test_negative_pitch);
    tcase_add_loop_test(tests, test_scroll, 0, 24);
    tcase_add_loop_test(tests, test_long_overlap, 0, 4);
    tcase_add_test(tests, test_setup_and_reset);
    tcase_add_loop_test(tests, test_reset_in_the_middle, 0, 3);
    tcase_add_test(tests, test_remap_in_the_middle);
    tcase_add_test(tests, test_per_process);
    tcase_add_test(tests, test_books);
    tcase_add_test(tests, test_all_pages_are_told);
    tcase_add_test(tests, test_no_channels);
    tcase_add_loop_test(tests, test_tile_over_line, 0, 2);
    tcase_add_loop_test(tests, test_scattered, 0, 2);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
