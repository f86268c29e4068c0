/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of what scan-out says of its pictures: damage, and pipe CRCs.
 */
#include "scanout-fixture.h"

/* ---- damage ---- */

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

/* ---- CRC ---- */

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

/* How many frames of a second have a CRC. */
static unsigned crcs_in_a_second(uint32_t width, uint32_t height,
                                 uint32_t wrpll, unsigned *frames)
{
    unsigned count = 0, k;

    light(0, width, height);
    wr(0x46040, wrpll);
    wr(0x60050, ON | 2u << 29);
    run(200 * MS);                          /* what was put by */
    wr(ERR_INT, ~0u);
    *frames = rd(0x70040);
    for (k = 0; k < 1000; k++) {
        run(MS);
        count += rd(ERR_INT) != 0;
        wr(ERR_INT, ~0u);
    }
    *frames = rd(0x70040) - *frames;
    wr(0x60050, 0);
    dark(0);
    return count;
}

/* Each frame of a real mode has one; a mode of 500 Hz must be no load. */
START_TEST(test_crc_rate)
{
    unsigned count, frames;

    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 1);
    primary(PRI(XRGB), 8192);
    /* 2700000 * 32 / 5 / (p * r2) kHz: 82, 144 and 480 MHz */
    count = crcs_in_a_second(1024, 768, 0xb0200a15, &frames);
    ck_assert_uint_ge(frames, 80);
    ck_assert_uint_eq(count, frames);
    count = crcs_in_a_second(1920, 1080, 0xb0200a0c, &frames);
    ck_assert_uint_ge(frames, 60);
    ck_assert_uint_eq(count, frames);
    count = crcs_in_a_second(1024, 768, 0xb0200606, &frames);
    ck_assert_uint_ge(frames, 490);
    ck_assert_uint_le(count, 250000000 / (1024 * 768) + 1);
    ck_assert_uint_ge(count, 250000000 / (1024 * 768) - 1);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_damage);
    tcase_add_test(tcase, test_damage_tiled);
    tcase_add_test(tcase, test_damage_cursor);
    tcase_add_test(tcase, test_damage_flip);
    tcase_add_test(tcase, test_damage_remap);
    tcase_add_test(tcase, test_idle_asks_for_pages_only);
    tcase_add_test(tcase, test_crc);
    tcase_add_test(tcase, test_crc_equal_pictures);
    tcase_add_test(tcase, test_crc_rate);
}

DISPLAY_TESTS_MAIN("display-damage", add)
