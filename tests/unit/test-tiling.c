/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tilings against a formula of another form: which bit of x and y becomes
 * which bit of the offset (HSW PRM vol. 5, the figures of the tile formats).
 */
#include <stdlib.h>

#include "hw/gvirt/tiling.h"
#include "suite.h"

#define TILES_X     2
#define TILES_Y     2

/* Twelve letters from bit 11 to bit 0; 'x' takes the next bit of x, ... */
static const char *const layout[] = {
    [GVIRT_TILING_X] = "yyyxxxxxxxxx",
    [GVIRT_TILING_Y] = "xxxyyyyyxxxx",
    [GVIRT_TILING_W] = "xxxyyyyxyxyx",
};

static const struct {
    uint32_t width_B;
    uint32_t height;
} shape[] = {
    [GVIRT_TILING_X] = { 512, 8 },
    [GVIRT_TILING_Y] = { 128, 32 },
    [GVIRT_TILING_W] = { 64, 64 },
};

/* The picture coordinates of a byte of memory: the inverse, bit by bit. */
static void untile(GvirtTiling tiling, uint64_t offset, uint64_t pitch_B,
                   bool swizzle, uint64_t *x_B, uint64_t *y)
{
    uint64_t tile = offset >> 12;
    uint32_t in_tile = offset & 0xfff;
    uint32_t x = 0, y_in = 0;
    unsigned x_bits = 0, y_bits = 0;
    int bit;

    if (swizzle) {
        /* Bits 9 and 10 are not changed by swizzling: it is an involution. */
        in_tile ^= (in_tile & 0x200) >> 3;
        if (tiling == GVIRT_TILING_X) {
            in_tile ^= (in_tile & 0x400) >> 4;
        }
    }
    for (bit = 0; bit < 12; bit++) {
        uint32_t value = in_tile >> bit & 1;

        if (layout[tiling][11 - bit] == 'x') {
            x |= value << x_bits++;
        } else {
            y_in |= value << y_bits++;
        }
    }
    *x_B = tile % (pitch_B / shape[tiling].width_B) * shape[tiling].width_B +
           x;
    *y = tile / (pitch_B / shape[tiling].width_B) * shape[tiling].height +
         y_in;
}

/* Every byte of a surface has one place, and the inverse finds it again. */
START_TEST(test_every_byte)
{
    GvirtTiling tiling = GVIRT_TILING_X + _i % 3;
    bool swizzle = _i >= 3;
    uint64_t pitch_B = shape[tiling].width_B * TILES_X;
    uint64_t height = shape[tiling].height * TILES_Y;
    uint64_t size_B = pitch_B * height;
    uint8_t *seen = calloc(1, size_B);
    uint64_t x, y;

    ck_assert_uint_eq(gvirt_tile_width_B(tiling), shape[tiling].width_B);
    ck_assert_uint_eq(gvirt_tile_height(tiling), shape[tiling].height);
    for (y = 0; y < height; y++) {
        for (x = 0; x < pitch_B; x++) {
            uint64_t offset = gvirt_tile_offset(tiling, x, y, pitch_B,
                                                swizzle);
            uint64_t back_x, back_y;

            ck_assert_uint_lt(offset, size_B);
            ck_assert(!seen[offset]);
            seen[offset] = 1;
            untile(tiling, offset, pitch_B, swizzle, &back_x, &back_y);
            ck_assert_uint_eq(back_x, x);
            ck_assert_uint_eq(back_y, y);
        }
    }
    free(seen);
}
END_TEST

/* A run lies next to each other, swizzled or not, and is never empty. */
START_TEST(test_runs)
{
    GvirtTiling tiling = GVIRT_TILING_X + _i % 3;
    bool swizzle = _i >= 3;
    uint64_t pitch_B = shape[tiling].width_B * TILES_X;
    uint64_t x, y;

    for (y = 0; y < shape[tiling].height; y++) {
        for (x = 0; x < pitch_B; x++) {
            uint32_t run_B = gvirt_tile_run_B(tiling, x);
            uint32_t plain_B = gvirt_tile_run_plain_B(tiling, x);
            uint64_t offset = gvirt_tile_offset(tiling, x, y, pitch_B,
                                                swizzle);
            uint32_t i;

            ck_assert_uint_ge(run_B, 1);
            ck_assert_uint_ge(plain_B, run_B);
            for (i = 1; i < (swizzle ? run_B : plain_B); i++) {
                if (gvirt_tile_offset(tiling, x + i, y, pitch_B, swizzle) !=
                    offset + i) {
                    ck_abort_msg("x %u + %u, y %u", (unsigned)x, i,
                                 (unsigned)y);
                }
            }
        }
    }
    ck_assert_uint_eq(gvirt_tile_run_plain_B(GVIRT_TILING_X, 0), 512);
    ck_assert_uint_eq(gvirt_tile_run_plain_B(GVIRT_TILING_Y, 0), 16);
}
END_TEST

START_TEST(test_linear)
{
    ck_assert_uint_eq(gvirt_tile_offset(GVIRT_TILING_LINEAR, 5, 7, 100, true),
                      705);
    ck_assert_uint_eq(gvirt_tile_offset(GVIRT_TILING_LINEAR, 131071, 65535,
                                        131072, false), (1ull << 33) - 1);
    ck_assert_uint_ge(gvirt_tile_run_B(GVIRT_TILING_LINEAR, 12345), 1);
}
END_TEST

/* Values far out of range are computed in 64 bits; nothing divides by 0. */
START_TEST(test_extremes)
{
    GvirtTiling tiling = GVIRT_TILING_X + _i;
    uint64_t width_B = shape[tiling].width_B;

    ck_assert_uint_eq(gvirt_tile_offset(tiling, 0, shape[tiling].height *
                                        0x100000ull, width_B * 0x400, false),
                      0x100000ull * 0x400 * 4096);
    gvirt_tile_offset(tiling, 17, 1000, 0, true);
    gvirt_tile_offset(tiling, UINT64_MAX, UINT64_MAX, UINT64_MAX, true);
    gvirt_tile_offset(tiling, 17, 1000, width_B - 1, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tiling");
    TCase *tests = tcase_create("tiling");

    tcase_add_loop_test(tests, test_every_byte, 0, 6);
    tcase_add_loop_test(tests, test_runs, 0, 6);
    tcase_add_test(tests, test_linear);
    tcase_add_loop_test(tests, test_extremes, 0, 3);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
