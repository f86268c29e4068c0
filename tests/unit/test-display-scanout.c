/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of scan-out: pixel formats, tiling, rotation, sprite and cursor with
 * their clipping, gamma, CSC, panel fitter, damage, pipe CRCs, and surfaces
 * that lead nowhere.
 */
#include "display-fixture.h"
#include "hw/gvirt/tiling.h"

#define W           128u
#define H           96u

#define PRI(format) (ON | (uint32_t)(format) << 26)
#define XRGB        6u

#define SURF        0x00100000u
#define SPRITE      0x00200000u
#define CURSOR      0x00300000u

#define PRI_CTL     0x70180u
#define PRI_STRIDE  0x70188u
#define PRI_SURF    0x7019cu
#define PRI_OFFSET  0x701a4u

static pixman_image_t *image;
static pixman_region32_t damage;

static void put(uint32_t addr_ggtt, const void *data, uint32_t size_B)
{
    fakehost_write(fake, BASE_HPA + addr_ggtt, data, size_B);
}

static void put32(uint32_t addr_ggtt, uint32_t value)
{
    fakehost_write32(fake, BASE_HPA + addr_ggtt, value);
}

static uint32_t pixel(unsigned x, unsigned y)
{
    return pixman_image_get_data(image)[y * pixman_image_get_stride(image) / 4
                                        + x] & 0xffffff;
}

static void draw(bool all)
{
    uint32_t width, height;

    ck_assert(gvirt_display_mode(display, GVIRT_PORT_B, &width, &height));
    if (image && (pixman_image_get_width(image) != (int)width ||
                  pixman_image_get_height(image) != (int)height)) {
        pixman_image_unref(image);
        image = NULL;
    }
    if (!image) {
        image = pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height, NULL,
                                         0);
        memset(pixman_image_get_data(image), 0x55,
               (size_t)pixman_image_get_stride(image) * height);
        all = true;
    }
    pixman_region32_fini(&damage);
    pixman_region32_init(&damage);
    ck_assert(gvirt_display_draw(display, GVIRT_PORT_B, image, all, &damage));
}

/* Registers take effect, then everything is drawn. */
static void show(void)
{
    fake->now_ns += 20 * MS;
    draw(true);
}

static void check_damage(int x1, int y1, int x2, int y2)
{
    pixman_box32_t *box = pixman_region32_extents(&damage);

    ck_assert_msg(box->x1 == x1 && box->y1 == y1 && box->x2 == x2 &&
                  box->y2 == y2, "damage is %d,%d to %d,%d", box->x1, box->y1,
                  box->x2, box->y2);
}

static void primary(uint32_t ctl, uint32_t stride_B)
{
    wr(PRI_STRIDE, stride_B);
    wr(PRI_CTL, ctl);
    wr(PRI_SURF, SURF);
}

static void lit(uint32_t width, uint32_t height)
{
    if (image) {
        pixman_image_unref(image);
        image = NULL;
    }
    pixman_region32_init(&damage);
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 1);
    light(0, width, height);
}

static void fill(uint32_t value)
{
    uint32_t i;

    for (i = 0; i < W * H; i++) {
        put32(SURF + i * 4, value);
    }
}

/* --- formats ------------------------------------------------------------------- */

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

static uint32_t pattern(unsigned x, unsigned y)
{
    return (x * 0x010203 + y * 0x0a0007) & 0xffffff;
}

static void check_pattern(unsigned x0, unsigned y0)
{
    unsigned x, y;

    for (y = 0; y < H; y++) {
        for (x = 0; x < W; x++) {
            ck_assert_msg(pixel(x, y) == pattern(x + x0, y + y0),
                          "at %u,%u: 0x%06x", x, y, pixel(x, y));
        }
    }
}

static void fill_pattern(GvirtTiling tiling, uint32_t width, uint32_t height,
                         uint32_t pitch_B, bool swizzle)
{
    unsigned x, y;

    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            put32(SURF + gvirt_tile_offset(tiling, x * 4, y, pitch_B, swizzle),
                  pattern(x, y));
        }
    }
}

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

/* --- sprite --------------------------------------------------------------------- */

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

/* --- cursor ---------------------------------------------------------------------- */

static uint32_t cursor_pos(int x, int y)
{
    return (y < 0 ? 0x80000000u | (uint32_t)-y << 16 : (uint32_t)y << 16) |
           (x < 0 ? 0x8000u | (uint32_t)-x : (uint32_t)x);
}

static void cursor(uint32_t mode_bits, int x, int y)
{
    wr(0x70080, mode_bits);
    wr(0x70088, cursor_pos(x, y));
    wr(0x70084, CURSOR);
}

static void cursor_fill(uint32_t argb)
{
    unsigned i;

    for (i = 0; i < 64 * 64; i++) {
        put32(CURSOR + i * 4, argb);
    }
}

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

/* --- colour ------------------------------------------------------------------------ */

static void gamma_legacy(void)
{
    unsigned i;

    for (i = 0; i < 256; i++) {
        wr(0x4a000 + i * 4, (255 - i) << 16 | i / 2 << 8 | i);
    }
}

START_TEST(test_gamma_8bit)
{
    lit(W, H);
    gamma_legacy();
    fill(0x102030);
    primary(PRI(XRGB), 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x102030);
    primary(PRI(XRGB) | 1u << 30, 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0xef1030);
    /* The same through the general path, in another format. */
    fill(0x302010);
    primary(PRI(14) | 1u << 30 | 1u << 15, 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0xef1030);
}
END_TEST

static void prec_palette(uint32_t flags, unsigned first, unsigned count,
                         bool invert)
{
    unsigned i, v;

    for (i = 0; i < count; i++) {
        wr(0x4a400, flags | (first + i));
        v = i * 1023 / (count - 1);
        v = invert ? 1023 - v : v;
        wr(0x4a404, v << 20 | v << 10 | v);
        ck_assert_uint_eq(rd(0x4a404), v << 20 | v << 10 | v);
    }
    wr(0x4a400, 0);
}

START_TEST(test_gamma_10bit)
{
    lit(W, H);
    prec_palette(0, 0, 1024, true);
    wr(0x4a480, 1);
    fill(0x00ff40);
    primary(PRI(XRGB) | 1u << 30, 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0xff00bf);
}
END_TEST

/* 2:1 exponents of the coefficient format, i915: ilk_csc_convert_ctm(). */
static void csc(uint32_t rr, uint32_t gg, uint32_t bb)
{
    wr(0x49010, rr << 16);
    wr(0x49014, 0);
    wr(0x49018, gg);
    wr(0x4901c, 0);
    wr(0x49020, 0);
    wr(0x49024, bb << 16);
    wr(0x49030, 0);
    wr(0x49034, 0);
    wr(0x49038, 0);
    wr(0x49040, 0);
    wr(0x49044, 0);
    wr(0x49048, 0);
    wr(0x49028, 2);
}

START_TEST(test_csc)
{
    lit(W, H);
    /* 1.0 = 7800, 0.5 = 1800 (0.5 * 2^0: exponent 1, mantissa 1.0), 2 - e. */
    csc(0x7800, 0x0800, 0x6800);
    fill(0x408060);
    primary(PRI(XRGB), 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x408060);
    primary(PRI(XRGB) | 1u << 24, 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x4040c0);
    /* Limited range: offset 16/255, negative coefficients clamp to it. */
    csc(0x7800, 0xf800, 0x7800);
    wr(0x49044, 0x101);
    wr(0x49028, 0);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x400060);
}
END_TEST

/* Levels 16 to 235 on the wire are black to white on the screen. */
START_TEST(test_limited_range)
{
    lit(W, H);
    fill(0x10eb7e);
    primary(PRI(XRGB), 512);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x10eb7e);
    wr(0x60200, 1u << 12);
    wr(0x60220, 0x000d0282);
    wr(0x60224, 1u << 26);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x00ff80);
    wr(0x60224, 2u << 26);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0x10eb7e);
}
END_TEST

/* Halved, then inverted, is not inverted, then halved. */
START_TEST(test_csc_position)
{
    lit(W, H);
    prec_palette(0, 0, 1024, true);
    wr(0x4a480, 1);
    csc(0x0800, 0x0800, 0x0800);
    fill(0xffffff);
    primary(PRI(XRGB) | 1u << 30 | 1u << 24, 512);
    show();
    ck_assert_int_le(abs((int)(pixel(0, 0) & 0xff) - 0x80), 1);
    wr(0x49028, 0);
    show();
    ck_assert_uint_eq(pixel(0, 0), 0);
}
END_TEST

START_TEST(test_gamma_split)
{
    lit(W, H);
    /* Inverted, unchanged by the CSC, inverted again. */
    prec_palette(ON, 0, 512, true);
    prec_palette(ON, 512, 512, true);
    wr(0x4a480, 3);
    csc(0x7800, 0x7800, 0x7800);
    fill(0x10a0ff);
    primary(PRI(XRGB) | 1u << 30 | 1u << 24, 512);
    show();
    ck_assert_int_le(abs((int)(pixel(0, 0) >> 16) - 0x10), 1);
    ck_assert_int_le(abs((int)(pixel(0, 0) >> 8 & 0xff) - 0xa0), 1);
    ck_assert_uint_eq(pixel(0, 0) & 0xff, 0xff);
    prec_palette(ON, 512, 512, false);
    show();
    ck_assert_int_le(abs((int)(pixel(0, 0) >> 16) - 0xef), 1);
    ck_assert_uint_eq(pixel(0, 0) & 0xff, 0);
}
END_TEST

/* --- panel fitter ------------------------------------------------------------------ */

START_TEST(test_panel_fitter)
{
    lit(2 * W, 2 * H);
    wr(0x6001c, (W - 1) << 16 | (H - 1));
    fill(0xaabbcc);
    primary(PRI(XRGB), 512);
    show();
    /* Off: the picture stands in the corner. */
    ck_assert_uint_eq(pixel(W - 1, H - 1), 0xaabbcc);
    ck_assert_uint_eq(pixel(W, H - 1), 0);
    ck_assert_uint_eq(pixel(2 * W - 1, 2 * H - 1), 0);
    wr(0x68080, ON);
    wr(0x68070, 0);
    wr(0x68074, 2 * W << 16 | 2 * H);
    show();
    ck_assert_uint_eq(pixel(2 * W - 1, 2 * H - 1), 0xaabbcc);
    ck_assert_uint_eq(pixel(W, H), 0xaabbcc);
    /* A window in the middle; another fitter; the edges go black. */
    wr(0x68080, 0);
    wr(0x68074, 0);
    wr(0x68880, ON);
    wr(0x68870, 64u << 16 | 48);
    wr(0x68874, W << 16 | H);
    fake->now_ns += 20 * MS;
    draw(false);
    ck_assert_uint_eq(pixel(63, 100), 0);
    ck_assert_uint_eq(pixel(64, 48), 0xaabbcc);
    ck_assert_uint_eq(pixel(64 + W - 1, 48 + H - 1), 0xaabbcc);
    ck_assert_uint_eq(pixel(64 + W, 48 + H), 0);
    /* What changes in the source changes where it is shown, no more. */
    draw(false);
    ck_assert(!pixman_region32_not_empty(&damage));
    put32(SURF + (50 * W + 60) * 4, 0xffffff);
    draw(false);
    ck_assert_uint_eq(pixel(64 + 60, 48 + 50), 0xffffff);
    check_damage(64, 48 + 48, 64 + W, 48 + 53);
}
END_TEST

START_TEST(test_panel_fitter_nonsense)
{
    static const uint32_t sizes[] = {
        0, 0xffffffff, 1u << 16 | 1, 8191u << 16 | 4095, 3u << 16 | 4095,
    };
    unsigned i, j;

    lit(W, H);
    fill(0xaabbcc);
    primary(PRI(XRGB), 512);
    for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (j = 0; j < G_N_ELEMENTS(sizes); j++) {
            wr(0x68080, ON);
            wr(0x68070, sizes[j]);
            wr(0x68074, sizes[i]);
            wr(0x6001c, sizes[j]);
            show();
            draw(false);
        }
    }
}
END_TEST

/* --- damage -------------------------------------------------------------------------- */

START_TEST(test_damage)
{
    lit(W, H);
    fill(0x111111);
    primary(PRI(XRGB), 512);
    show();
    check_damage(0, 0, W, H);
    draw(false);
    ck_assert(!pixman_region32_not_empty(&damage));
    /* One pixel: that pixel. */
    put32(SURF + (40 * W + 17) * 4, 0xffffff);
    draw(false);
    check_damage(17, 40, 18, 41);
    ck_assert_uint_eq(pixel(17, 40), 0xffffff);
    /* One row. */
    {
        uint32_t row[W];

        memset(row, 0x22, sizeof(row));
        put(SURF + 70 * W * 4, row, sizeof(row));
    }
    draw(false);
    check_damage(0, 70, W, 71);
    /* Written, but with the same: nothing to see. */
    put32(SURF + (40 * W + 17) * 4, 0xffffff);
    draw(false);
    ck_assert(!pixman_region32_not_empty(&damage));
    /* Memory that is not shown. */
    put32(SURF + 0x80000, 1);
    draw(false);
    ck_assert(!pixman_region32_not_empty(&damage));
    /* Everything when asked. */
    draw(true);
    check_damage(0, 0, W, H);
}
END_TEST

START_TEST(test_damage_tiled)
{
    lit(256, H);
    primary(PRI(XRGB) | 1u << 10, 2048);
    show();
    draw(false);
    ck_assert(!pixman_region32_not_empty(&damage));
    put32(SURF + gvirt_tile_offset(GVIRT_TILING_X, 200 * 4, 33, 2048, false),
          0x777777);
    draw(false);
    check_damage(200, 33, 201, 34);
}
END_TEST

START_TEST(test_damage_cursor)
{
    lit(W, H);
    fill(0x111111);
    primary(PRI(XRGB), 512);
    cursor_fill(0xff00ff00);
    cursor(0x27, -60, -60);
    show();
    draw(false);
    ck_assert(!pixman_region32_not_empty(&damage));
    wr(0x70088, cursor_pos(120, 90));
    wr(0x70084, CURSOR);
    fake->now_ns += 20 * MS;
    draw(false);
    ck_assert_int_eq(pixman_region32_n_rects(&damage), 2);
    ck_assert(pixman_region32_contains_point(&damage, 3, 3, NULL));
    ck_assert(!pixman_region32_contains_point(&damage, 4, 4, NULL));
    ck_assert(pixman_region32_contains_point(&damage, 120, 90, NULL));
    ck_assert(!pixman_region32_contains_point(&damage, 119, 89, NULL));
    /* Its picture changes. */
    put32(CURSOR + (2 * 64 + 3) * 4, 0xffffffff);
    draw(false);
    check_damage(123, 92, 124, 93);
}
END_TEST

START_TEST(test_damage_flip)
{
    unsigned i;

    lit(W, H);
    fill(0x111111);
    primary(PRI(XRGB), 512);
    for (i = 0; i < W * H; i++) {
        put32(SURF + 0x40000 + i * 4, 0x111111);
    }
    put32(SURF + 0x40000 + (9 * W + 9) * 4, 0xabcdef);
    show();
    wr(PRI_SURF, SURF + 0x40000);
    draw(false);
    ck_assert(!pixman_region32_not_empty(&damage));     /* not yet */
    fake->now_ns += 20 * MS;
    draw(false);
    check_damage(9, 9, 10, 10);
}
END_TEST

/* Other pages behind the same addresses are another picture. */
START_TEST(test_damage_remap)
{
    unsigned i;

    lit(W, H);
    fill(0x111111);
    primary(PRI(XRGB), 512);
    /* Written as often, so that generations alone do not tell. */
    for (i = 0; i < W * H; i++) {
        fakehost_write32(fake, BASE_HPA + 0x1000000 + SURF + i * 4, 0x654321);
    }
    show();
    ck_assert_uint_eq(pixel(0, 20), 0x111111);
    base_hpa += 0x1000000;
    draw(false);
    check_damage(0, 0, W, H);
    ck_assert_uint_eq(pixel(0, 20), 0x654321);
    draw(false);
    ck_assert(!pixman_region32_not_empty(&damage));
}
END_TEST

/* Each page of the picture is translated once for a drawing. */
START_TEST(test_idle_asks_for_pages_only)
{
    unsigned asked;

    lit(W, H);
    fill(0x111111);
    primary(PRI(XRGB), 512);
    show();
    asked = pages_asked;
    draw(false);
    ck_assert_uint_eq(pages_asked - asked, W * H * 4 / 4096);
}
END_TEST

/* --- CRC --------------------------------------------------------------------------- */

static uint32_t crc(void)
{
    fake->now_ns += 20 * MS;
    rd(0x70040);
    fake->now_ns += 20 * MS;
    rd(0x70040);
    return rd(0x60064);
}

START_TEST(test_crc)
{
    uint32_t a, b;

    lit(W, H);
    fill(0x111111);
    primary(PRI(XRGB), 512);
    show();
    wr(DE_IMR, ~DE_ERROR);
    wr(0x60050, ON | 2u << 29);
    a = crc();
    ck_assert_uint_eq(rd(ERR_INT), 1u << 2);
    ck_assert_uint_ne(rd(DE_IIR) & DE_ERROR, 0);
    wr(ERR_INT, 1u << 2);
    ck_assert_uint_eq(rd(ERR_INT), 0);
    ck_assert_uint_eq(crc(), a);
    put32(SURF + 4, 0x111112);
    b = crc();
    ck_assert_uint_ne(a, b);
    put32(SURF + 4, 0x111111);
    ck_assert_uint_eq(crc(), a);
    /* Two pixels exchanged. */
    put32(SURF + 4, 0x222222);
    b = crc();
    put32(SURF + 4, 0x111111);
    put32(SURF + 8, 0x222222);
    ck_assert_uint_ne(crc(), b);
    put32(SURF + 8, 0x111111);
    /* Bits that no monitor sees. */
    put32(SURF + 8, 0xff111111);
    ck_assert_uint_eq(crc(), a);
    /* A cursor by hardware or drawn by software: the same picture. */
    cursor_fill(0xff00ff00);
    cursor(0x27, 127, 95);
    b = crc();
    ck_assert_uint_ne(a, b);
    cursor(0, 0, 0);
    put32(SURF + (95 * W + 127) * 4, 0x00ff00);
    ck_assert_uint_eq(crc(), b);
    /* The primary alone has no cursor. */
    put32(SURF + (95 * W + 127) * 4, 0x111111);
    cursor(0x27, 127, 95);
    wr(0x60050, ON);
    ck_assert_uint_eq(crc(), a);
    wr(0x60050, 0);
    wr(ERR_INT, ~0u);
    crc();
    ck_assert_uint_eq(rd(ERR_INT), 0);
}
END_TEST

/* The same picture in another tiling, at another place, on another pipe. */
START_TEST(test_crc_equal_pictures)
{
    uint32_t a;

    lit(W, H);
    fill_pattern(GVIRT_TILING_LINEAR, W, H, 512, false);
    primary(PRI(XRGB), 512);
    wr(0x60050, ON | 2u << 29);
    a = crc();
    fill_pattern(GVIRT_TILING_X, W, H, 512, false);
    primary(PRI(XRGB) | 1u << 10, 512);
    ck_assert_uint_eq(crc(), a);
    dark(0);
    light(1, W, H);
    wr(0x71188, 512);
    wr(0x71180, PRI(XRGB) | 1u << 10);
    wr(0x7119c, SURF);
    wr(0x61050, ON | 2u << 29);
    fake->now_ns += 40 * MS;
    rd(0x71040);
    fake->now_ns += 40 * MS;
    rd(0x71040);
    ck_assert_uint_eq(rd(0x61064), a);
}
END_TEST

/* --- what leads nowhere -------------------------------------------------------------- */

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

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_formats, 0, G_N_ELEMENTS(formats));
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
    tcase_add_test(tcase, test_gamma_8bit);
    tcase_add_test(tcase, test_gamma_10bit);
    tcase_add_test(tcase, test_csc);
    tcase_add_test(tcase, test_limited_range);
    tcase_add_test(tcase, test_csc_position);
    tcase_add_test(tcase, test_gamma_split);
    tcase_add_test(tcase, test_panel_fitter);
    tcase_add_test(tcase, test_panel_fitter_nonsense);
    tcase_add_test(tcase, test_damage);
    tcase_add_test(tcase, test_damage_tiled);
    tcase_add_test(tcase, test_damage_cursor);
    tcase_add_test(tcase, test_damage_flip);
    tcase_add_test(tcase, test_damage_remap);
    tcase_add_test(tcase, test_idle_asks_for_pages_only);
    tcase_add_test(tcase, test_crc);
    tcase_add_test(tcase, test_crc_equal_pictures);
    tcase_add_test(tcase, test_outside_memory);
    tcase_add_test(tcase, test_random_registers);
}

DISPLAY_TESTS_MAIN("display-scanout", add)
