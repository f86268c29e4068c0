/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of what a pipe does to a picture: gamma, colour space conversion,
 * limited range, the panel fitter.
 */
#include <math.h>

#include "scanout-fixture.h"

/* ---- colour ---- */

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

/* ---- panel fitter ---- */

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

static double source_channel(int x, int y, unsigned shift)
{
    x = CLAMP(x, 0, (int)W - 1);
    y = CLAMP(y, 0, (int)H - 1);
    return pattern(x, y) >> shift & 0xff;
}

/* Between the centres of four pixels; the edge's go on outside. */
static double bilinear(double x, double y, unsigned shift)
{
    int x0 = floor(x), y0 = floor(y);
    double fx = x - x0, fy = y - y0;

    return (1 - fy) * ((1 - fx) * source_channel(x0, y0, shift) +
                       fx * source_channel(x0 + 1, y0, shift)) +
           fy * ((1 - fx) * source_channel(x0, y0 + 1, shift) +
                 fx * source_channel(x0 + 1, y0 + 1, shift));
}

/* Larger, smaller, and each in one direction. */
START_TEST(test_panel_fitter_scales)
{
    static const uint16_t sizes[][2] = {
        { 2 * W, 2 * H }, { 3 * W / 4, 3 * H / 4 }, { 300, 80 }, { 100, 190 },
    };
    uint32_t width = sizes[_i][0], height = sizes[_i][1], x, y, k;

    lit(320, 200);
    wr(0x6001c, (W - 1) << 16 | (H - 1));
    fill_pattern(GVIRT_TILING_LINEAR, W, H, 512, false);
    primary(PRI(XRGB), 512);
    wr(0x68080, ON);
    wr(0x68070, 10u << 16 | 4);
    wr(0x68074, width << 16 | height);
    show();
    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            for (k = 0; k < 24; k += 8) {
                double want = bilinear((x + 0.5) * W / width - 0.5,
                                       (y + 0.5) * H / height - 0.5, k);
                double got = pixel(10 + x, 4 + y) >> k & 0xff;

                /* positions have 7 bits of fraction, steps reach 255 */
                ck_assert_msg(fabs(got - want) <= 5, "at %u,%u bit %u: %f, "
                              "not %f", x, y, k, got, want);
            }
        }
    }
    ck_assert_uint_eq(pixel(9, 4), 0);
    ck_assert_uint_eq(pixel(10, 3), 0);
    ck_assert_uint_eq(pixel(10 + width, 4), 0);
    ck_assert_uint_eq(pixel(10, 4 + height), 0);
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

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_gamma_8bit);
    tcase_add_test(tcase, test_gamma_10bit);
    tcase_add_test(tcase, test_csc);
    tcase_add_test(tcase, test_limited_range);
    tcase_add_test(tcase, test_csc_position);
    tcase_add_test(tcase, test_gamma_split);
    tcase_add_test(tcase, test_panel_fitter);
    tcase_add_loop_test(tcase, test_panel_fitter_scales, 0, 4);
    tcase_add_test(tcase, test_panel_fitter_nonsense);
}

DISPLAY_TESTS_MAIN("display-color", add)
