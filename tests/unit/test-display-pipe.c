/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the display's time: clocks, scan line, frame counters, vblank,
 * double buffering and flips, interrupts behind masks, and that an idle
 * display asks for no timer.
 */
#include "display-fixture.h"

static uint32_t frames(unsigned pipe)
{
    return rd(0x70040 + pipe * 0x1000);
}

START_TEST(test_rate_hdmi)
{
    const int64_t second = 1000 * MS, frame = frame_ns(1024, 768);
    uint32_t first;

    light(0, 1024, 768);
    first = frames(0);
    fake->now_ns += second;
    ck_assert_int_le(llabs((int64_t)(frames(0) - first) - second / frame), 1);
    ck_assert_int_eq(deadline_ns, INT64_MAX);
    /* A mode of twice the pixels at the same clock has half the rate. */
    dark(0);
    light(0, 1024, 1566);
    first = frames(0);
    fake->now_ns += second;
    ck_assert_int_le(llabs((int64_t)(frames(0) - first) -
                           second / frame / 2), 1);
}
END_TEST

START_TEST(test_rate_dp)
{
    uint32_t first;

    /* From a first boot's log: 1.62 Gb/s, LINK_M/N of 82.3 MHz, 75 Hz. */
    wr(0x46104, 2u << 29);
    wr(0x46144, 2u << 29);
    wr(0x61000, 0x056503ff);
    wr(0x61004, 0x056503ff);
    wr(0x61008, 0x051d04ff);
    wr(0x6100c, 0x031902ff);
    wr(0x61010, 0x031902ff);
    wr(0x61014, 0x03050302);
    wr(0x6101c, 0x03ff02ff);
    wr(0x61040, 0x0004104e);
    wr(0x61044, 0x00080000);
    wr(0x61400, 0xa2000002);
    wr(0x71008, ON);
    first = frames(1);
    fake->now_ns += 10000 * MS;
    ck_assert_uint_ge(frames(1) - first, 748);
    ck_assert_uint_le(frames(1) - first, 752);
}
END_TEST

/* Clocks: 8 bits a colour at the PLL's rate, 12 at 2/3, multiplied pixels. */
START_TEST(test_rate_variants)
{
    const int64_t second = 1000 * MS, frame = frame_ns(1024, 768);
    uint32_t first;

    light(0, 1024, 768);
    wr(0x60400, ON | 1u << 28 | 3u << 20);
    first = frames(0);
    fake->now_ns += second;
    ck_assert_int_le(llabs((int64_t)(frames(0) - first) -
                           second * 2 / 3 / frame), 1);
    wr(0x60400, ON | 1u << 28);
    wr(0x6002c, 1);
    first = frames(0);
    fake->now_ns += second;
    ck_assert_int_le(llabs((int64_t)(frames(0) - first) -
                           second / 2 / frame), 1);
}
END_TEST

START_TEST(test_no_clock_no_frames)
{
    light(0, 1024, 768);
    dark(0);
    wr(0x46104, 7u << 29);
    wr(0x60400, ON | 1u << 28);
    wr(0x70008, ON);
    ck_assert(!gvirt_display_pipe_enabled(display, 0));
    ck_assert_uint_eq(rd(0x70008), ON | 1u << 30);
    fake->now_ns += 100 * MS;
    ck_assert_uint_eq(frames(0), 0);
    ck_assert_uint_eq(rd(0x70000), 0);
    wr(0x46104, 4u << 29);
    ck_assert(gvirt_display_pipe_enabled(display, 0));
    wr(0x70008, 0);
    ck_assert_uint_eq(rd(0x70008), 0);
}
END_TEST

/* Whatever is programmed, there are at most 500 frames a second. */
START_TEST(test_nonsense_is_bounded)
{
    static const uint32_t values[] = {
        0, 0xffffffff, 0x00030003, 0x00030000, 0x1fff0000, 0x00001fff,
        0x80000001, 0x00040004,
    };
    unsigned i, j, before;

    wr(DE_IMR, 0);
    light(0, 64, 64);
    for (i = 0; i < G_N_ELEMENTS(values); i++) {
        for (j = 0; j < G_N_ELEMENTS(values); j++) {
            wr(0x60000, values[i]);
            wr(0x6000c, values[j]);
            wr(0x60010, values[i] ^ values[j]);
            wr(0x60008, values[j]);
            wr(0x70004, values[i]);
            before = vblanks;
            run(100 * MS);
            ck_assert_uint_le(vblanks - before, 60);
            rd(0x70000);
            gvirt_display_in_scanlines(display, 0, values[i], values[j]);
        }
    }
}
END_TEST

START_TEST(test_scan_line)
{
    const uint32_t total = 798;
    const int64_t line = frame_ns(1024, 768) / total;
    uint32_t dsl, previous = 0, wraps = 0;
    unsigned i;

    light(0, 1024, 768);
    /* The middle of each line: i915 adds 2 on HDMI for the line's number. */
    fake->now_ns += line / 4;
    for (i = 0; i < 3 * total; i++) {
        dsl = rd(0x70000);
        ck_assert_uint_lt(dsl, total);
        ck_assert_uint_eq((dsl + 2) % total, i % total);
        wraps += dsl < previous;
        previous = dsl;
        fake->now_ns += line;
    }
    ck_assert_uint_eq(wraps, 3);
}
END_TEST

/* The frame counter has moved when, and not before, vblank begins. */
START_TEST(test_vblank)
{
    const int64_t frame = frame_ns(1024, 768);
    uint32_t before;

    light(0, 1024, 768);
    wr(DE_IMR, ~VBLANK_A);
    before = frames(0);
    ck_assert_int_gt(deadline_ns, fake->now_ns);
    ck_assert_int_le(deadline_ns, fake->now_ns + frame);
    fake->now_ns = deadline_ns - 1;
    ck_assert_uint_eq(frames(0), before);
    ck_assert(!gvirt_display_in_vblank(display, 0));
    ck_assert_uint_eq(rd(DE_IIR), 0);
    fake->now_ns++;
    deadline_ns = gvirt_display_advance(display, fake->now_ns);
    ck_assert_uint_eq(rd(DE_IIR), VBLANK_A);
    ck_assert_uint_eq(frames(0), before + 1);
    ck_assert(gvirt_display_in_vblank(display, 0));
    /* The line at which i915 expects it: the first one of the blanking. */
    ck_assert_uint_eq(rd(0x70000) + 2, 768);
    ck_assert_int_ge(deadline_ns, fake->now_ns + frame - 1);
    ck_assert_int_le(deadline_ns, fake->now_ns + frame + 1);
    wr(DE_IIR, VBLANK_A);
    run(10 * frame);
    ck_assert_uint_eq(frames(0), before + 11);
    ck_assert_uint_eq(vblanks, 11);
}
END_TEST

/* A host that is late loses interrupts, never frames. */
START_TEST(test_late_host)
{
    const int64_t frame = frame_ns(1024, 768);
    uint32_t before;

    light(0, 1024, 768);
    wr(DE_IMR, ~VBLANK_A);
    before = frames(0);
    fake->now_ns += 1000 * frame;
    deadline_ns = gvirt_display_advance(display, fake->now_ns);
    ck_assert_uint_eq(vblanks, 1);
    ck_assert_int_gt(deadline_ns, fake->now_ns);
    ck_assert_uint_ge(frames(0) - before, 999);
    ck_assert_uint_le(frames(0) - before, 1001);
    /* A very long sleep, too. */
    before = frames(0);
    fake->now_ns += 4000000000000000ll;
    deadline_ns = gvirt_display_advance(display, fake->now_ns);
    ck_assert_int_gt(deadline_ns, fake->now_ns);
    ck_assert_int_le(deadline_ns, fake->now_ns + frame);
    ck_assert_double_eq_tol((double)(frames(0) - before),
                            4000000000000000.0 / frame,
                            40000000000.0 / frame);
}
END_TEST

START_TEST(test_masked_does_not_latch)
{
    light(0, 1024, 768);
    wr(0x7019c, 0x1000);
    run(50 * MS);
    ck_assert_uint_eq(rd(DE_IIR), 0);
    wr(DE_IMR, ~VBLANK_A);
    ck_assert_uint_eq(rd(DE_IIR), 0);
    run(50 * MS);
    ck_assert_uint_eq(rd(DE_IIR), VBLANK_A);
}
END_TEST

START_TEST(test_idle_has_no_deadline)
{
    unsigned i;

    ck_assert_int_eq(deadline_ns, INT64_MAX);
    light(0, 1024, 768);
    light(1, 1024, 768);
    for (i = 0; i < 20; i++) {
        fake->now_ns += 7 * MS;
        rd(0x70000);
        rd(0x70040);
        wr(0x70088, i);
        ck_assert_int_eq(deadline_ns, INT64_MAX);
    }
    wr(DE_IMR, ~VBLANK_A);
    ck_assert_int_ne(deadline_ns, INT64_MAX);
    wr(DE_IMR, 0xffffffff);
    ck_assert_int_eq(deadline_ns, INT64_MAX);
    /* A pipe that is off listens to nothing. */
    wr(DE_IMR, 0);
    dark(0);
    dark(1);
    ck_assert_int_eq(deadline_ns, INT64_MAX);
    wr(DE_IMR, 0xffffffff);
    light(0, 1024, 768);
    /* A flip that is outstanding, once. */
    wr(0x7019c, 0x2000);
    ck_assert_int_ne(deadline_ns, INT64_MAX);
    run(20 * MS);
    ck_assert_int_eq(deadline_ns, INT64_MAX);
    ck_assert_uint_eq(flips_done, 1);
    /* The command streamer's wait: DE_RRMR, or a question. */
    wr(0x44050, ~8u);
    ck_assert_int_ne(deadline_ns, INT64_MAX);
    wr(0x44050, 0xffffffff);
    ck_assert_int_eq(deadline_ns, INT64_MAX);
    i = vblanks;
    ck_assert(!gvirt_display_in_vblank(display, 0) ||
              gvirt_display_in_vblank(display, 0));
    run(20 * MS);
    if (vblanks == i) {
        ck_assert(!gvirt_display_in_vblank(display, 0));
        run(20 * MS);
        ck_assert_uint_gt(vblanks, i);
    }
    ck_assert_int_eq(deadline_ns, INT64_MAX);
    /* CRCs. */
    wr(0x60050, ON | 2u << 29);
    ck_assert_int_ne(deadline_ns, INT64_MAX);
    wr(0x60050, 0);
    ck_assert_int_eq(deadline_ns, INT64_MAX);
}
END_TEST

START_TEST(test_sync_flip)
{
    uint32_t count;

    light(0, 1024, 768);
    wr(0x70188, 4096);
    wr(0x70180, ON | 6u << 26);
    wr(0x7019c, 0x100000);
    run(20 * MS);
    ck_assert_uint_eq(rd(0x701ac), 0x100000);
    wr(DE_IMR, ~(FLIP_A | VBLANK_A));
    count = rd(0x70044);
    /* Just after a vblank. */
    run(deadline_ns - fake->now_ns);
    wr(DE_IIR, 0xffffffff);
    flips_done = 0;
    wr(0x7019c, 0x200000);
    ck_assert_uint_eq(rd(0x70044), count + 1);
    ck_assert_uint_eq(rd(0x7019c), 0x200000);
    ck_assert_uint_eq(rd(0x701ac), 0x100000);
    ck_assert(gvirt_display_flip_pending(display, 0, 0));
    ck_assert(!gvirt_display_flip_pending(display, 0, 1));
    fake->now_ns = deadline_ns - 1;
    ck_assert_uint_eq(rd(0x701ac), 0x100000);
    ck_assert_uint_eq(rd(DE_IIR), 0);
    fake->now_ns++;
    deadline_ns = gvirt_display_advance(display, fake->now_ns);
    ck_assert_uint_eq(rd(0x701ac), 0x200000);
    ck_assert_uint_eq(rd(DE_IIR), FLIP_A | VBLANK_A);
    ck_assert(!gvirt_display_flip_pending(display, 0, 0));
    ck_assert_uint_eq(flips_done, 1);
    /* The next vblank is no flip. */
    wr(DE_IIR, 0xffffffff);
    run(20 * MS);
    ck_assert_uint_eq(rd(DE_IIR), VBLANK_A);
    ck_assert_uint_eq(flips_done, 1);
}
END_TEST

START_TEST(test_async_flip)
{
    light(0, 1024, 768);
    wr(0x70180, ON | 6u << 26 | 1u << 10);
    wr(0x7019c, 0x100000);
    run(20 * MS);
    wr(DE_IMR, ~FLIP_A);
    wr(0x70180, ON | 6u << 26 | 1u << 10 | 1u << 9);
    wr(0x7019c, 0x200000);
    ck_assert(gvirt_display_flip_pending(display, 0, 0));
    run(40000);             /* two lines */
    ck_assert_uint_eq(rd(0x701ac), 0x200000);
    ck_assert_uint_eq(rd(DE_IIR), FLIP_A);
    ck_assert(!gvirt_display_flip_pending(display, 0, 0));
}
END_TEST

/* Two updates, a vblank between them that nobody looked at. */
START_TEST(test_each_vblank_takes_its_own_value)
{
    light(0, 1024, 768);
    wr(0x7019c, 0x100000);
    fake->now_ns += 20 * MS;
    wr(0x7019c, 0x200000);
    ck_assert_uint_eq(rd(0x701ac), 0x100000);
    fake->now_ns += 20 * MS;
    ck_assert_uint_eq(rd(0x701ac), 0x200000);
}
END_TEST

START_TEST(test_arming)
{
    light(0, 1024, 768);
    wr(0x70188, 4096);
    wr(0x70180, ON | 6u << 26);
    wr(0x7019c, 0x100000);
    run(20 * MS);
    /* Without its base a cursor does not change its mode. */
    wr(0x70080, 0x27);
    wr(0x70084, 0x300000);
    run(20 * MS);
    ck_assert_uint_eq(rd(0x700ac), 0x300000);
    wr(0x70084, 0x340000);
    ck_assert_uint_eq(rd(0x700ac), 0x300000);
    run(20 * MS);
    ck_assert_uint_eq(rd(0x700ac), 0x340000);
    /* On a pipe that is off all is taken at once. */
    dark(0);
    wr(0x7019c, 0x500000);
    ck_assert_uint_eq(rd(0x701ac), 0x500000);
    ck_assert(!gvirt_display_flip_pending(display, 0, 0));
}
END_TEST

START_TEST(test_command_flip)
{
    light(0, 1024, 768);
    wr(0x70180, ON | 6u << 26);
    wr(0x70188, 4096);
    wr(0x7019c, 0x100000);
    run(20 * MS);
    gvirt_display_flip(display, 0, 0, 8192, true, 0x400123, false);
    ck_assert_uint_eq(rd(0x70188), 8192);
    ck_assert_uint_eq(rd(0x70180), ON | 6u << 26 | 1u << 10);
    ck_assert_uint_eq(rd(0x701ac), 0x100000);
    ck_assert(gvirt_display_flip_pending(display, 0, 0));
    flips_done = 0;
    run(20 * MS);
    ck_assert_uint_eq(rd(0x701ac), 0x400000);
    ck_assert_uint_eq(flips_done, 1);
    gvirt_display_flip(display, 0, 0, 64, false, 0x800000, true);
    run(40000);
    ck_assert_uint_eq(rd(0x701ac), 0x800000);
    ck_assert_uint_eq(rd(0x70188), 8192);
    /* Pipes and planes that are not there. */
    gvirt_display_flip(display, 3, 0, 64, false, 0, false);
    gvirt_display_flip(display, 0, 2, 64, false, 0, false);
    ck_assert(!gvirt_display_flip_pending(display, 9, 0));
    /* A pipe that is off does not hold a flip back. */
    dark(0);
    gvirt_display_flip(display, 0, 1, 64, false, 0x900000, false);
    ck_assert(!gvirt_display_flip_pending(display, 0, 1));
}
END_TEST

START_TEST(test_line_interrupt)
{
    const int64_t line = frame_ns(1024, 768) / 798;
    int64_t start_ns;

    light(0, 1024, 768);
    start_ns = fake->now_ns;
    wr(0x70004, 99);
    wr(DE_IMR, ~LINE_A);
    ck_assert_int_ge(deadline_ns, start_ns + 100 * line);
    ck_assert_int_le(deadline_ns, start_ns + 100 * line + line);
    run(105 * line);
    ck_assert_uint_eq(rd(DE_IIR), LINE_A);
    ck_assert_uint_eq(vblanks, 0);
    ck_assert_uint_eq(irq.count[GVIRT_IRQ_LINE_A], 1);
    run(3 * 798 * line);
    ck_assert_uint_eq(irq.count[GVIRT_IRQ_LINE_A], 4);
}
END_TEST

START_TEST(test_wait_for_lines)
{
    const int64_t line = frame_ns(1024, 768) / 798;

    light(0, 1024, 768);
    fake->now_ns += 10 * line + line / 2;
    ck_assert(gvirt_display_in_scanlines(display, 0, 5, 20));
    ck_assert_int_eq(deadline_ns, INT64_MAX);
    ck_assert(!gvirt_display_in_scanlines(display, 0, 300, 400));
    ck_assert_int_ne(deadline_ns, INT64_MAX);
    run(deadline_ns - fake->now_ns);
    ck_assert_uint_eq(vblanks, 1);
    ck_assert(gvirt_display_in_scanlines(display, 0, 300, 400));
    /* A window over the frame's end. */
    ck_assert(gvirt_display_in_scanlines(display, 0, 290, 2));
    ck_assert(!gvirt_display_in_scanlines(display, 0, 310, 2));
}
END_TEST

/* The EDP transcoder drives the pipe that it names. */
START_TEST(test_transcoder_edp)
{
    wr(0x46100, 1u << 29);
    wr(0x6f000, 0x056503ff);
    wr(0x6f008, 0x051d04ff);
    wr(0x6f00c, 0x031902ff);
    wr(0x6f010, 0x031902ff);
    wr(0x6f040, 0x40000);
    wr(0x6f044, 0x80000);
    wr(0x6f400, ON | 2u << 24 | 5u << 12);
    ck_assert(!gvirt_display_pipe_enabled(display, 1));
    wr(0x7f008, ON);
    ck_assert_uint_eq(rd(0x7f008), ON | 1u << 30);
    ck_assert(gvirt_display_pipe_enabled(display, 1));
    ck_assert(!gvirt_display_pipe_enabled(display, 0));
    fake->now_ns += 100 * MS;
    ck_assert_uint_gt(frames(1), 5);
    ck_assert_uint_eq(frames(0), 0);
    wr(0x7f008, 0);
    ck_assert(!gvirt_display_pipe_enabled(display, 1));
}
END_TEST

START_TEST(test_timestamps)
{
    uint32_t now, then;

    light(0, 1024, 768);
    fake->now_ns += 100 * MS;
    now = rd(0x44070);
    then = rd(0x70048);
    ck_assert_uint_le(then, now);
    ck_assert_uint_le(now - then, 20000);
    fake->now_ns += 5 * MS;
    ck_assert_uint_eq(rd(0x44070), now + 5000);
    wr(0x7019c, 0);
    ck_assert_uint_eq(rd(0x7004c), now + 5000);
}
END_TEST

START_TEST(test_interlaced)
{
    uint32_t first, second;

    light(0, 1024, 768);
    first = frames(0);
    fake->now_ns += 1000 * MS;
    first = frames(0) - first;
    wr(0x70008, ON | 3u << 21);
    second = frames(0);
    fake->now_ns += 1000 * MS;
    second = frames(0) - second;
    ck_assert_uint_ge(second, first * 2 - 2);
    ck_assert_uint_le(second, first * 2 + 2);
}
END_TEST

START_TEST(test_reset)
{
    light(0, 1024, 768);
    wr(DE_IMR, ~VBLANK_A);
    wr(0x7019c, 0x1000);
    gvirt_regfile_reset(&file);
    gvirt_irq_reset(&irq);
    gvirt_display_reset(display);
    ck_assert_int_eq(deadline_ns, INT64_MAX);
    ck_assert(!gvirt_display_pipe_enabled(display, 0));
    ck_assert_uint_eq(frames(0), 0);
    ck_assert_uint_eq(rd(0x701ac), 0);
    light(0, 1024, 768);
    ck_assert(gvirt_display_pipe_enabled(display, 0));
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_rate_hdmi);
    tcase_add_test(tcase, test_rate_dp);
    tcase_add_test(tcase, test_rate_variants);
    tcase_add_test(tcase, test_no_clock_no_frames);
    tcase_add_test(tcase, test_nonsense_is_bounded);
    tcase_add_test(tcase, test_scan_line);
    tcase_add_test(tcase, test_vblank);
    tcase_add_test(tcase, test_late_host);
    tcase_add_test(tcase, test_masked_does_not_latch);
    tcase_add_test(tcase, test_idle_has_no_deadline);
    tcase_add_test(tcase, test_sync_flip);
    tcase_add_test(tcase, test_async_flip);
    tcase_add_test(tcase, test_each_vblank_takes_its_own_value);
    tcase_add_test(tcase, test_arming);
    tcase_add_test(tcase, test_command_flip);
    tcase_add_test(tcase, test_line_interrupt);
    tcase_add_test(tcase, test_wait_for_lines);
    tcase_add_test(tcase, test_transcoder_edp);
    tcase_add_test(tcase, test_timestamps);
    tcase_add_test(tcase, test_interlaced);
    tcase_add_test(tcase, test_reset);
}

DISPLAY_TESTS_MAIN("display-pipe", add)
