/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of scan-out: pixel formats, tiling, rotation, sprite and cursor with
 * their clipping, and surfaces that lead nowhere.
 */
#include <math.h>

#include "scanout-fixture.h"

/* ---- formats ---- */

static const struct {
    unsigned format;
    unsigned cpp;
    uint64_t memory;
    uint32_t rgb;
} formats[] = {
    { 5, 2, 0xf800, 0xff0000 },
    { 5, 2, 0x07e0, 0x00ff00 },
    { 5, 2, 0x001f, 0x0000ff },
    { 5, 2, 0x8410, 0x848284 },
    { 6, 4, 0x99123456, 0x123456 },
    { 14, 4, 0x99123456, 0x563412 },
    { 10, 4, 0xfff00000, 0xff0000 },
    { 10, 4, 0x00080200, 0x008080 },
    { 8, 4, 0xc00003ff, 0xff0000 },
    { 8, 4, 0x3ff00000, 0x0000ff },
    { 9, 4, 0x17e | 0x180 << 10 | 0x37eu << 20, 0x0000ff },
    { 9, 4, 0x27f | 0x2be << 10 | 0x180 << 20, 0x809f00 },
    /* Half floats at a quarter of their amplitude: 4, 2, 0; -1, 1, 64. */
    { 12, 8, 0x000000004000ull << 16 | 0x4400, 0xff8000 },
    { 12, 8, 0x5400ull << 32 | 0x3c00ull << 16 | 0xbc00, 0x0040ff },
};

START_TEST(test_formats)
{
    unsigned i = _i, x = 5, y = 3;

    lit(W, H);
    fill(0);
    put(SURF + y * W * 8 + x * formats[i].cpp, &formats[i].memory,
        formats[i].cpp);
    primary(PRI(formats[i].format), W * 8);
    show();
    ck_assert_msg(pixel(x, y) == formats[i].rgb, "format %u: 0x%06x, not "
                  "0x%06x", formats[i].format, pixel(x, y), formats[i].rgb);
    ck_assert_uint_eq(pixel(x, y + 1), pixel(x + 2, y));
}
END_TEST

/* IEEE 754 binary16; infinity and what is no number are as large as can be. */
static double half_value(uint32_t half)
{
    int exponent = half >> 10 & 31;
    double value = exponent ? ldexp(1024 + (half & 1023), exponent - 25)
                            : ldexp(half & 1023, -24);

    if (exponent == 31) {
        value = 65536;
    }
    return half & 0x8000 ? -value : value;
}

/* Every half float there is, of each channel, at a quarter of its amplitude. */
START_TEST(test_half_floats)
{
    enum { EDGE = 256 };
    uint16_t row[EDGE][4];
    unsigned x, y, k;

    lit(EDGE, EDGE);
    for (y = 0; y < EDGE; y++) {
        for (x = 0; x < EDGE; x++) {
            for (k = 0; k < 4; k++) {
                row[x][k] = (y * EDGE + x) * (2 * k + 1);
            }
        }
        put(SURF + y * sizeof(row), row, sizeof(row));
    }
    primary(PRI(12), sizeof(row));
    show();
    for (y = 0; y < EDGE; y++) {
        for (x = 0; x < EDGE; x++) {
            for (k = 0; k < 3; k++) {
                uint16_t half = (y * EDGE + x) * (2 * k + 1);
                double want = CLAMP(half_value(half) / 4, 0, 1) * 255;
                double got = pixel(x, y) >> (16 - 8 * k) & 0xff;

                ck_assert_msg(fabs(got - want) <= 0.6, "0x%04x, channel %u: "
                              "%f, not %f", half, k, got, want);
            }
        }
    }
}
END_TEST

/* Two fields make the picture whole. */
START_TEST(test_interlaced_picture)
{
    lit(W, H);
    wr(0x70008, ON | 3u << 21);
    fill_pattern(GVIRT_TILING_LINEAR, W, H, 512, false);
    primary(PRI(XRGB), 512);
    show();
    check_pattern(0, 0);
}
END_TEST

START_TEST(test_indexed)
{
    uint8_t row[W];
    unsigned i;

    lit(W, H);
    for (i = 0; i < W; i++) {
        row[i] = i * 2;
    }
    put(SURF + 7 * 128, row, W);
    for (i = 0; i < 256; i++) {
        wr(0x4a000 + i * 4, i << 16 | (255 - i) << 8 | 0x33);
    }
    primary(PRI(2) | 1u << 30, 128);
    show();
    for (i = 0; i < W; i++) {
        ck_assert_uint_eq(pixel(i, 7), i * 2 << 16 | (255 - i * 2) << 8 |
                                       0x33);
    }
}
END_TEST

START_TEST(test_linear_offset)
{
    lit(W, H);
    fill_pattern(GVIRT_TILING_LINEAR, 200, 150, 1024, false);
    wr(PRI_OFFSET, 17 << 16 | 9);
    primary(PRI(XRGB), 1024);
    show();
    check_pattern(9, 17);
}
END_TEST

START_TEST(test_tiled)
{
    bool swizzle = _i;

    lit(W, H);
    fill_pattern(GVIRT_TILING_X, 256, 160, 2048, swizzle);
    wr(0x45000, swizzle ? 1u << 13 : 0);
    primary(PRI(XRGB) | 1u << 10, 2048);
    show();
    check_pattern(0, 0);
    wr(PRI_OFFSET, 21 << 16 | 75);
    show();
    check_pattern(75, 21);
}
END_TEST

START_TEST(test_rotated)
{
    unsigned x, y;

    lit(W, H);
    fill_pattern(GVIRT_TILING_LINEAR, W, H, 512, false);
    primary(PRI(XRGB) | 1u << 15, 512);
    show();
    for (y = 0; y < H; y++) {
        for (x = 0; x < W; x++) {
            ck_assert_uint_eq(pixel(x, y), pattern(W - 1 - x, H - 1 - y));
        }
    }
}
END_TEST

START_TEST(test_plane_off_is_black)
{
    lit(W, H);
    fill(0xffffff);
    primary(PRI(XRGB), 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0xffffff);
    primary(0, 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0);
    ck_assert_uint_eq(pixel(W - 1, H - 1), 0);
    /* A format that is not there, too. */
    primary(PRI(15), 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0);
}
END_TEST

/* ---- sprite ---- */

static void sprite(uint32_t ctl, unsigned x, unsigned y, unsigned width,
                   unsigned height, uint32_t stride_B)
{
    wr(0x70288, stride_B);
    wr(0x7028c, y << 16 | x);
    wr(0x70290, (height - 1) << 16 | (width - 1));
    wr(0x70280, ON | 1u << 13 | ctl);
    wr(0x7029c, SPRITE);
}

START_TEST(test_sprite)
{
    unsigned i;

    lit(W, H);
    fill(0x101010);
    primary(PRI(XRGB), 512);
    for (i = 0; i < 16 * 16; i++) {
        put32(SPRITE + i * 4, i == 0 ? 0x0000ff : 0x445566);
    }
    sprite(2u << 25, 20, 30, 16, 16, 64);
    show();
    ck_assert_uint_eq(pixel(20, 30), 0x0000ff);
    ck_assert_uint_eq(pixel(35, 45), 0x445566);
    ck_assert_uint_eq(pixel(36, 45), 0x101010);
    ck_assert_uint_eq(pixel(35, 46), 0x101010);
    ck_assert_uint_eq(pixel(19, 30), 0x101010);
    /* RGBX order, and over the right and lower edge. */
    sprite(2u << 25 | 1u << 20, W - 4, H - 4, 16, 16, 64);
    show();
    ck_assert_uint_eq(pixel(W - 4, H - 4), 0xff0000);
    ck_assert_uint_eq(pixel(W - 1, H - 1), 0x665544);
    ck_assert_uint_eq(pixel(20, 30), 0x101010);
    /* Wholly outside. */
    sprite(2u << 25, 4000, 4000, 16, 16, 64);
    show();
    ck_assert_uint_eq(pixel(W - 1, H - 1), 0x101010);
}
END_TEST

START_TEST(test_sprite_key)
{
    unsigned i;

    lit(W, H);
    fill(0x101010);
    put32(SURF + (2 * W + 3) * 4, 0x00ff00);
    primary(PRI(XRGB), 512);
    for (i = 0; i < 16 * 16; i++) {
        put32(SPRITE + i * 4, i % 2 ? 0xff00ff : 0x445566);
    }
    wr(0x70294, 0xff00ff);
    wr(0x70298, 7u << 24);
    sprite(2u << 25 | 1u << 22, 0, 0, 16, 16, 64);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x445566);
    ck_assert_uint_eq(pixel(1, 0), 0x101010);
    /* Red alone is looked at, then blue alone. */
    wr(0x70294, 0xff0000);
    wr(0x70298, 1u << 26);
    sprite(2u << 25 | 1u << 22, 0, 0, 16, 16, 64);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x445566);
    ck_assert_uint_eq(pixel(1, 0), 0x101010);
    wr(0x70294, 0x000066);
    wr(0x70298, 1u << 24);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x101010);
    ck_assert_uint_eq(pixel(1, 0), 0xff00ff);
    /* Destination key: the sprite shows where the primary is green. */
    wr(0x70294, 0x00ff00);
    wr(0x70298, 0xffffff);
    sprite(2u << 25 | 1u << 2, 0, 0, 16, 16, 64);
    show();
    ck_assert_uint_eq(pixel(3, 2), 0xff00ff);
    ck_assert_uint_eq(pixel(0, 0), 0x101010);
}
END_TEST

START_TEST(test_sprite_yuv)
{
    static const uint8_t order[4][4] = {
        { 235, 128, 16, 128 }, { 128, 235, 128, 16 },
        { 235, 128, 16, 128 }, { 128, 235, 128, 16 },
    };
    /* Y 81, U 90, V 240: red by BT.601. */
    static const uint8_t red[4] = { 81, 90, 81, 240 };
    unsigned i;

    lit(W, H);
    for (i = 0; i < 4; i++) {
        put(SPRITE, order[i], 4);
        sprite(i << 16, 10, 10, 2, 1, 64);
        show();
        ck_assert_uint_eq(pixel(10, 10), 0xffffff);
        ck_assert_uint_eq(pixel(11, 10), 0x000000);
    }
    put(SPRITE, red, 4);
    sprite(0, 10, 10, 2, 1, 64);
    show();
    ck_assert_uint_ge(pixel(10, 10) >> 16, 0xfd);
    ck_assert_uint_le(pixel(10, 10) >> 8 & 0xff, 2);
    ck_assert_uint_le(pixel(10, 10) & 0xff, 2);
    /* The other order of U and V makes it blue. */
    sprite(2u << 16, 10, 10, 2, 1, 64);
    show();
    ck_assert_uint_ge(pixel(10, 10) & 0xff, 0xf0);
    ck_assert_uint_le(pixel(10, 10) >> 16, 0x40);
}
END_TEST

/* ---- cursor ---- */

static void check_cursor(int x0, int y0, int size, uint32_t inside,
                         uint32_t outside)
{
    int x, y;
    bool in;

    for (y = 0; y < (int)H; y++) {
        for (x = 0; x < (int)W; x++) {
            in = x >= x0 && x < x0 + size && y >= y0 && y < y0 + size;
            ck_assert_msg(pixel(x, y) == (in ? inside : outside),
                          "cursor at %d,%d: pixel %d,%d is 0x%06x", x0, y0, x,
                          y, pixel(x, y));
        }
    }
}

START_TEST(test_cursor_edges)
{
    static const int at[][2] = {
        { 10, 10 }, { -10, 10 }, { 10, -10 }, { -63, -63 }, { 127, 95 },
        { 100, -20 }, { -64, 0 }, { 0, -64 }, { -4095, -4095 },
        { 128, 0 }, { 0, 96 }, { 4095, 4095 },
    };
    unsigned i;

    lit(W, H);
    fill(0x202020);
    primary(PRI(XRGB), 512);
    cursor_fill(0xff00ff00);
    for (i = 0; i < G_N_ELEMENTS(at); i++) {
        cursor(0x27, at[i][0], at[i][1]);
        show();
        check_cursor(at[i][0], at[i][1], 64, 0x00ff00, 0x202020);
    }
}
END_TEST

START_TEST(test_cursor_alpha)
{
    lit(W, H);
    fill(0x804020);
    primary(PRI(XRGB), 512);
    cursor_fill(0x80400000);        /* half, premultiplied */
    cursor(0x27, 0, 0);
    show();
    ck_assert_uint_eq(pixel(5, 5), 0x802010 - 0x000000);
    cursor_fill(0x00000000);
    show();
    ck_assert_uint_eq(pixel(5, 5), 0x804020);
    /* Invert, and XOR. */
    cursor_fill(0x01000000);
    cursor(0x07, 0, 0);
    show();
    ck_assert_uint_eq(pixel(5, 5), 0x7fbfdf);
    cursor_fill(0x010000ff);
    cursor(0x24, 0, 0);
    show();
    ck_assert_uint_eq(pixel(5, 5), 0x8040df);
}
END_TEST

/* What no base has armed stays off the screen. */
START_TEST(test_cursor_armed)
{
    lit(W, H);
    fill(0x202020);
    primary(PRI(XRGB), 512);
    cursor_fill(0xff00ff00);
    cursor(0x27, 0, 0);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x00ff00);
    wr(0x70080, 0);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x00ff00);
    wr(0x70084, CURSOR);
    ck_assert_uint_eq(rd(0x70080), 0);
    draw(false);
    ck_assert_uint_eq(pixel(0, 0), 0x00ff00);   /* before the vblank */
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x202020);
    /* The primary's stride, likewise. */
    put32(SURF + 512, 0x333333);
    wr(PRI_STRIDE, 1024);
    show();
    ck_assert_uint_eq(pixel(0, 1), 0x333333);
    wr(PRI_SURF, SURF);
    show();
    ck_assert_uint_eq(pixel(0, 1), 0x202020);
}
END_TEST

START_TEST(test_cursor_sizes)
{
    unsigned i;

    lit(512, 300);
    primary(0, 512);
    for (i = 0; i < 256 * 256; i++) {
        put32(CURSOR + i * 4, 0xff123456);
    }
    cursor(0x22, 3, 4);
    show();
    ck_assert_uint_eq(pixel(3 + 127, 4 + 127), 0x123456);
    ck_assert_uint_eq(pixel(3 + 128, 4 + 127), 0);
    cursor(0x23, 3, 4);
    show();
    ck_assert_uint_eq(pixel(3 + 255, 4 + 255), 0x123456);
    ck_assert_uint_eq(pixel(3 + 256, 4 + 255), 0);
    /* Fewer lines. */
    wr(0x700a0, ON | 31);
    cursor(0x23, 3, 4);
    show();
    ck_assert_uint_eq(pixel(3, 4 + 31), 0x123456);
    ck_assert_uint_eq(pixel(3, 4 + 32), 0);
}
END_TEST

START_TEST(test_cursor_indexed)
{
    uint8_t row[16] = { 0 };

    lit(W, H);
    fill(0x0000ff);
    primary(PRI(XRGB), 512);
    /* Indexes 0, 1, 2, 3 from the left. */
    row[0] = 0x30;
    row[8] = 0x50;
    put(CURSOR, row, 16);
    wr(0x70090, 0x111111);
    wr(0x70094, 0x222222);
    wr(0x70098, 0x333333);
    wr(0x7009c, 0xffffff);
    cursor(6, 0, 0);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x111111);
    ck_assert_uint_eq(pixel(1, 0), 0x222222);
    ck_assert_uint_eq(pixel(2, 0), 0x333333);
    ck_assert_uint_eq(pixel(3, 0), 0xffffff);
    cursor(4, 0, 0);
    show();
    ck_assert_uint_eq(pixel(2, 0), 0x0000ff);
    ck_assert_uint_eq(pixel(3, 0), 0xffffff);
    cursor(5, 0, 0);
    show();
    ck_assert_uint_eq(pixel(2, 0), 0x0000ff);
    ck_assert_uint_eq(pixel(3, 0), 0xffff00);
}
END_TEST

/* ---- what leads nowhere ---- */

START_TEST(test_outside_memory)
{
    static const uint32_t surfaces[] = {
        LIMIT_GGTT - 0x1000, 0x7ffff000, 0xfffff000, 0x80000000, LIMIT_GGTT,
    };
    unsigned i;

    lit(W, H);
    fill(0xffffff);
    for (i = 0; i < G_N_ELEMENTS(surfaces); i++) {
        wr(PRI_OFFSET, 0x1fff1fff);
        wr(PRI_STRIDE, 0x8000);
        wr(PRI_CTL, PRI(XRGB) | (i & 1) << 10);
        wr(PRI_SURF, surfaces[i]);
        wr(0x70080, 0x23);
        wr(0x70084, surfaces[i]);
        wr(0x70288, 0xffffffff);
        wr(0x70290, 0xffffffff);
        wr(0x702a4, 0xffffffff);
        wr(0x70280, ON | (i & 1) << 10);
        wr(0x7029c, surfaces[i]);
        show();
        draw(false);
        ck_assert_uint_eq(pixel(W - 1, H - 1), i ? 0 : pixel(W - 1, H - 1));
    }
}
END_TEST

START_TEST(test_random_registers)
{
    static const uint32_t offsets[] = {
        0x70080, 0x70084, 0x70088, 0x700a0, 0x70180, 0x70188, 0x7019c,
        0x701a4, 0x70280, 0x70288, 0x7028c, 0x70290, 0x70294, 0x70298,
        0x7029c, 0x702a0, 0x702a4, 0x68070, 0x68074, 0x68080, 0x6001c,
        0x4a480, 0x49010, 0x49028, 0x49040, 0x4a424, 0x45000, 0x70008,
        0x60000, 0x6000c, 0x60050,
    };
    GRand *random = g_rand_new_with_seed(20131113);
    pixman_region32_t region;
    uint32_t width, height, value, offset;
    pixman_image_t *target;
    unsigned i, j;

    lit(W, H);
    for (i = 0; i < 300; i++) {
        for (j = 0; j < 6; j++) {
            offset = offsets[g_rand_int_range(random, 0,
                                              G_N_ELEMENTS(offsets))];
            value = g_rand_int(random);
            if (g_rand_boolean(random)) {
                value |= ON;
            }
            /* Keep the pictures small enough for a quick test. */
            value &= offset == 0x60000 ? 0x01ff01ff :
                     offset == 0x6000c || offset == 0x6001c ? 0x00ff00ff :
                     0xffffffff;
            wr(offset, value);
        }
        wr(0x70008, ON);
        fake->now_ns += 1000 * MS;
        rd(0x70040);
        if (!gvirt_display_mode(display, GVIRT_PORT_B, &width, &height)) {
            wr(0x60000, (W + 31) << 16 | (W - 1));
            wr(0x6000c, (H + 31) << 16 | (H - 1));
            continue;
        }
        target = pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height,
                                          NULL, 0);
        pixman_region32_init(&region);
        gvirt_display_draw(display, GVIRT_PORT_B, target,
                           g_rand_boolean(random), &region);
        pixman_region32_fini(&region);
        pixman_image_unref(target);
    }
    g_rand_free(random);
}
END_TEST

#define LARGE_W         4096u
#define LARGE_H         2304u
#define LARGE_PITCH_B   (LARGE_W * 4)
/* Rows of a drawing: as many as make 2.6 million pixels. */
#define LARGE_ROWS      640

static void large_rows(uint32_t surf, uint32_t value)
{
    uint32_t y;

    for (y = 0; y < LARGE_H; y += 64) {
        put32(surf + y * LARGE_PITCH_B, value);
    }
}

/* Registers take effect at the end of a long frame. */
static void large_show(bool all)
{
    fake->now_ns += 200 * MS;
    draw(all);
}

static void large_check(uint32_t value)
{
    uint32_t y;

    for (y = 0; y < LARGE_H; y += 64) {
        ck_assert_uint_eq(pixel(0, y), value);
    }
}

/* A drawing is bounded; the rest follows, and then there is nothing left. */
START_TEST(test_large)
{
    unsigned draws = 1;
    pixman_box32_t *box;

    lit(LARGE_W, LARGE_H);
    large_rows(SURF, 0x112233);
    primary(PRI(XRGB), LARGE_PITCH_B);
    large_show(true);
    while (gvirt_display_rows_left(display, GVIRT_PORT_B)) {
        draw(false);
        box = pixman_region32_extents(&damage);
        ck_assert_int_le(box->y2 - box->y1, LARGE_ROWS);
        draws++;
        ck_assert_uint_lt(draws, 10);
    }
    ck_assert_uint_eq(draws, (LARGE_H + LARGE_ROWS - 1) / LARGE_ROWS);
    large_check(0x112233);
    draw(false);
    ck_assert(!gvirt_display_rows_left(display, GVIRT_PORT_B));
    ck_assert(!pixman_region32_not_empty(&damage));

    /* What changed in rows that are still to come is not forgotten. */
    large_rows(SURF, 0x445566);
    wr(PRI_SURF, SURF);
    large_show(true);
    large_rows(SURF, 0x778899);
    for (draws = 0; draws < 8; draws++) {
        draw(false);
    }
    ck_assert(!gvirt_display_rows_left(display, GVIRT_PORT_B));
    large_check(0x778899);
}
END_TEST

/* One that shows another buffer each time still gets to its last row. */
START_TEST(test_large_flips)
{
    const uint32_t other = SURF + 0x04000000;
    unsigned draws;

    lit(LARGE_W, LARGE_H);
    large_rows(SURF, 0x112233);
    large_rows(other, 0x112233);
    primary(PRI(XRGB), LARGE_PITCH_B);
    large_show(true);
    for (draws = 0; draws < 8; draws++) {
        wr(PRI_SURF, draws & 1 ? SURF : other);
        large_show(false);
    }
    large_check(0x112233);
}
END_TEST

/* Work on colours and the panel fitter cost more: fewer rows. */
START_TEST(test_large_costly)
{
    pixman_box32_t *box;

    lit(LARGE_W, LARGE_H);
    large_rows(SURF, 0x112233);
    primary(PRI(XRGB) | 1u << 24, LARGE_PITCH_B);       /* through the CSC */
    large_show(true);
    draw(false);
    box = pixman_region32_extents(&damage);
    ck_assert_int_le(box->y2 - box->y1, LARGE_ROWS / 8);
    ck_assert(gvirt_display_rows_left(display, GVIRT_PORT_B));

    wr(0x68074, LARGE_W << 16 | LARGE_H);               /* fitter on */
    wr(0x68070, 0);
    wr(0x68080, ON);
    large_show(false);
    draw(false);
    box = pixman_region32_extents(&damage);
    ck_assert_int_le(box->y2 - box->y1, LARGE_ROWS / 8);
}
END_TEST

/* The CRC is of the whole picture, when that is known. */
START_TEST(test_large_crc)
{
    unsigned i;

    lit(LARGE_W, LARGE_H);
    primary(PRI(XRGB), LARGE_PITCH_B);
    wr(0x60050, ON | 2u << 29);
    for (i = 0; i < 20 && !(rd(0x44040) & 4); i++) {
        run(70 * MS);
    }
    ck_assert_uint_gt(i, LARGE_H / LARGE_ROWS);
    ck_assert_uint_lt(i, 20);

    /* One that no part can send has none. */
    wr(0x60050, 0);
    wr(0x44040, UINT32_MAX);
    light(0, 8192, 8192);
    wr(0x60050, ON | 2u << 29);
    for (i = 0; i < 10; i++) {
        run(100 * MS);
    }
    ck_assert_uint_eq(rd(0x44040) & 4, 0);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_formats, 0, G_N_ELEMENTS(formats));
    tcase_add_test(tcase, test_half_floats);
    tcase_add_test(tcase, test_interlaced_picture);
    tcase_add_test(tcase, test_indexed);
    tcase_add_test(tcase, test_linear_offset);
    tcase_add_loop_test(tcase, test_tiled, 0, 2);
    tcase_add_test(tcase, test_rotated);
    tcase_add_test(tcase, test_plane_off_is_black);
    tcase_add_test(tcase, test_sprite);
    tcase_add_test(tcase, test_sprite_key);
    tcase_add_test(tcase, test_sprite_yuv);
    tcase_add_test(tcase, test_cursor_edges);
    tcase_add_test(tcase, test_cursor_alpha);
    tcase_add_test(tcase, test_cursor_armed);
    tcase_add_test(tcase, test_cursor_sizes);
    tcase_add_test(tcase, test_cursor_indexed);
    tcase_add_test(tcase, test_outside_memory);
    tcase_add_test(tcase, test_random_registers);
    tcase_add_test(tcase, test_large);
    tcase_add_test(tcase, test_large_flips);
    tcase_add_test(tcase, test_large_costly);
    tcase_add_test(tcase, test_large_crc);
}

DISPLAY_TESTS_MAIN("display-scanout", add)
