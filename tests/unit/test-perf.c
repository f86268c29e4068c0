/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The OA unit: reports by command and by timer, counters, formats, buffer.
 */
#include "cs-fixture.h"

#include "../../hw/display/gvirt/perf.h"

#define PPGTT           GVIRT_SPACE_PPGTT
#define GGTT            GVIRT_SPACE_GGTT

#define OACONTROL       0x2360u
#define OASTATUS1       0x2364u
#define OASTATUS2       0x2368u
#define OABUFFER        0x23b0u
#define CEC(n)          (0x2770u + (n) * 8)
#define OAPERF_A(n)     (0x2800u + (n) * 4)
#define OAPERF_B(n)     (0x28b4u + (n) * 4)
#define TIMESTAMP       0x2358u

#define ENABLE          (1u << 0)
#define ONE_CONTEXT     (1u << 1)
#define FORMAT(f)       ((f) << 2)
#define TIMER           (1u << 5)
#define PERIOD(e)       ((e) << 6)
#define A45_B8_C8       5u
#define LOST            (1u << 0)
#define OVERFLOWED      (1u << 1)

#define REPORT(addr, id) 0x14000001u, (addr), (id)
#define GLOBAL          (1u << 0)

/* 1 MiB into the mapped space: 128 KiB and more behind it. */
#define OA_ADDR         0x00300000u
#define OA_SIZE_B       0x20000u

#define CLOCK_MHZ       1250
#define TICK_NS         80

static uint32_t report_dw(unsigned i)
{
    return peek(GGTT, DATA_ADDR + i * 4);
}

static void make_report(uint32_t id)
{
    RUN(GVIRT_RCS, REPORT(DATA_ADDR | GLOBAL, id));
}

START_TEST(report_by_command)
{
    uint32_t first[64];
    unsigned i;

    fake->now_ns = 1000000;
    write_reg(OACONTROL, FORMAT(A45_B8_C8) | ENABLE);
    make_report(0xabc);
    for (i = 0; i < 64; i++) {
        first[i] = report_dw(i);
    }
    ck_assert_uint_eq(first[0], 0xabc);
    fake->now_ns += 80000;
    make_report(0xdef);
    ck_assert_uint_eq(report_dw(0), 0xdef);
    ck_assert_uint_eq(report_dw(1) - first[1], 1000);
    /* C2: GPU clocks. */
    ck_assert_uint_eq(report_dw(56 + 2) - first[56 + 2], 80 * CLOCK_MHZ);
    /* No more A than the clocks that have passed, nothing that is not. */
    ck_assert_uint_le(report_dw(3 + 41) - first[3 + 41], 80 * CLOCK_MHZ);
    for (i = 0; i < 64; i++) {
        if (i > 1 && i != 58 && i != 3 + 41) {
            ck_assert_msg(report_dw(i) == 0, "dword %u", i);
        }
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(spaces_and_privilege)
{
    RUN(GVIRT_RCS, REPORT(DATA_ADDR, 7));
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 7);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    RUN_USER(GVIRT_RCS, REPORT(DATA_ADDR, 8),
             REPORT((DATA_ADDR + 0x100) | GLOBAL, 9));
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 8);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 0x100), 0);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 0x100), 0);
    /* Too short, and outside. */
    RUN(GVIRT_RCS, 0x14000000, DATA_ADDR | GLOBAL,
        REPORT(OUTSIDE_ADDR | GLOBAL, 1));
    ck_assert(is_idle(GVIRT_RCS));
}
END_TEST

/* HSW PRM: size and where the clocks (C2) and B0 stand in each format. */
START_TEST(formats)
{
    static const struct {
        unsigned size_B;
        unsigned c2;
        unsigned b0;
    } format[8] = {
        { 64, 0, 0 }, { 128, 0, 0 }, { 128, 26, 16 }, { 192, 42, 32 },
        { 64, 10, 4 }, { 256, 58, 48 }, { 128, 10, 4 }, { 64, 6, 8 },
    };
    unsigned i, k;

    write_reg(CEC(0), 0x3);
    write_reg(CEC(0) + 4, 0xfffe);
    fake->now_ns = 1000;
    write_reg(OACONTROL, ENABLE);
    fake->now_ns += 1000;
    for (i = 0; i < 8; i++) {
        for (k = 0; k < 80; k++) {
            poke(GGTT, DATA_ADDR + k * 4, 0x5a5a5a5a);
        }
        write_reg(OACONTROL, FORMAT(i) | ENABLE);
        make_report(1);
        ck_assert_msg(report_dw(format[i].size_B / 4) == 0x5a5a5a5a,
                      "format %u", i);
        ck_assert_msg(report_dw(format[i].size_B / 4 - 1) != 0x5a5a5a5a,
                      "format %u", i);
        if (format[i].c2) {
            ck_assert_uint_eq(report_dw(format[i].c2), CLOCK_MHZ);
            ck_assert_uint_eq(report_dw(format[i].b0), CLOCK_MHZ);
        }
    }
}
END_TEST

START_TEST(counters_count_while_enabled)
{
    uint32_t b;

    write_reg(CEC(3), 0x3);
    write_reg(CEC(3) + 4, 0xfffe);
    fake->now_ns += 10000;
    ck_assert_uint_eq(read_reg(OAPERF_B(3)), 0);
    write_reg(OACONTROL, ENABLE);
    fake->now_ns += 10000;
    ck_assert_uint_eq(read_reg(OAPERF_B(3)), 10 * CLOCK_MHZ);
    ck_assert_uint_eq(read_reg(OAPERF_B(2)), 0);
    ck_assert_uint_eq(read_reg(OAPERF_A(0)), 0);
    write_reg(CEC(3), 0);
    fake->now_ns += 10000;
    b = read_reg(OAPERF_B(3));
    ck_assert_uint_eq(b, 10 * CLOCK_MHZ);
    write_reg(CEC(3), 3);
    write_reg(OACONTROL, 0);
    fake->now_ns += 10000;
    ck_assert_uint_eq(read_reg(OAPERF_B(3)), b);
    /* They are not to be written. */
    write_reg(OAPERF_B(3), 1);
    ck_assert_uint_eq(read_reg(OAPERF_B(3)), b);
}
END_TEST

/* Clocks are those of the rate at which the time went by. */
START_TEST(counters_follow_the_clock)
{
    write_reg(CEC(3), 0x3);
    write_reg(CEC(3) + 4, 0xfffe);
    write_reg(OACONTROL, ENABLE);
    fake->now_ns += 10000;
    write_reg(0xa008, 7u << 24);        /* RPNSWREQ: 350 MHz */
    fake->now_ns += 10000;
    ck_assert_uint_eq(read_reg(OAPERF_B(3)), 10 * CLOCK_MHZ + 10 * 350);
    write_reg(0xa008, 13u << 24);
    fake->now_ns += 10000;
    ck_assert_uint_eq(read_reg(OAPERF_B(3)), 10 * (CLOCK_MHZ + 350 + 650));
}
END_TEST

/* A41: of the time that passes, what the render engine was busy. */
START_TEST(busy_counts_as_time_passes)
{
    uint32_t busy, i;

    cs_teardown();
    cs_setup_timing(GVIRT_TIMING_MODEL);
    write_reg(OACONTROL, ENABLE);
    fake->now_ns += 100000;
    ck_assert_uint_eq(read_reg(OAPERF_A(41)), 0);
    for (i = 0; i < 50; i++) {
        EMIT(GVIRT_RCS, 0x7a000002, 1 << 20, 0, 0);
    }
    run(GVIRT_RCS);
    fake->now_ns += 100000;
    busy = read_reg(OAPERF_A(41));
    ck_assert_uint_ge(busy, 50 * 64);
    ck_assert_uint_le(busy, 50 * 256);
    fake->now_ns += 1000000;
    ck_assert_uint_eq(read_reg(OAPERF_A(41)), busy);
}
END_TEST

static void start_timer(unsigned exponent, uint32_t more)
{
    /* As i915's gen7_init_oa_buffer and gen7_oa_enable. */
    write_reg(OASTATUS2, OA_ADDR | 1);
    write_reg(OABUFFER, OA_ADDR | more);
    write_reg(OASTATUS1, OA_ADDR | 0 << 3);
    write_reg(OACONTROL, PERIOD(exponent) | TIMER | FORMAT(A45_B8_C8) |
                         ENABLE);
}

static void pass(int64_t ns)
{
    int64_t end_ns = fake->now_ns + ns;

    fakehost_settle(fake, gpu, ns);
    fake->now_ns = end_ns;
}

static uint32_t tail(void)
{
    return read_reg(OASTATUS1) & 0xffffffc0u;
}

START_TEST(reports_by_timer)
{
    int64_t start_ns = 12345678;
    uint32_t i, before, last_clk = 0, last = 0;

    fake->now_ns = start_ns;
    start_timer(8, 0);              /* 512 ticks of 80 ns: 40.96 us */
    ck_assert_uint_eq(tail(), OA_ADDR);
    before = read_reg(TIMESTAMP);
    /* 10 periods, wherever the phase. */
    fake->now_ns += 10 * 512 * TICK_NS;
    ck_assert_uint_eq(tail(), OA_ADDR + 10 * 256);
    for (i = 0; i < 10; i++) {
        uint32_t report = OA_ADDR + i * 256;
        uint32_t time = peek(GGTT, report + 4);
        uint32_t clk = peek(GGTT, report + 58 * 4);

        ck_assert_uint_ne(peek(GGTT, report), 0);
        /* Bit 8 has just risen. */
        ck_assert_uint_eq(time % 512, 256);
        ck_assert_uint_gt(time, before);
        if (i) {
            ck_assert_uint_eq(time - last, 512);
            ck_assert_uint_eq(clk - last_clk, 512 * TICK_NS * CLOCK_MHZ /
                                              1000);
        }
        last = time;
        last_clk = clk;
    }
    ck_assert_uint_le(last, read_reg(TIMESTAMP));
    /* Off: no more of them. */
    write_reg(OACONTROL, 0);
    before = tail();
    fake->now_ns += 10 * 512 * TICK_NS;
    ck_assert_uint_eq(tail(), before);
}
END_TEST

/* Also when nobody reads a register: the host's timer. */
START_TEST(timer_runs_by_itself)
{
    start_timer(10, 0);             /* 163.84 us */
    ck_assert_int_ne(fake->deadline_ns, INT64_MAX);
    /* Not for every strobe, for that would be the guest's to choose. */
    ck_assert_int_ge(fake->deadline_ns, 500000);
    fakehost_settle(fake, gpu, 1640 * 1000);
    ck_assert_uint_ne(peek(GGTT, OA_ADDR), 0);
    ck_assert_uint_ne(peek(GGTT, OA_ADDR + 5 * 256), 0);
    write_reg(OACONTROL, 0);
    ck_assert_int_eq(gpu->perf_deadline_ns, INT64_MAX);
}
END_TEST

START_TEST(buffer_wraps_and_overflows)
{
    uint32_t reports = OA_SIZE_B / 256;

    poke(GGTT, OA_ADDR + OA_SIZE_B, 0x77);
    start_timer(8, 0);
    pass(500ll * 512 * TICK_NS);
    ck_assert_uint_eq(tail(), OA_ADDR + 500 * 256);
    ck_assert(!(read_reg(OASTATUS1) & OVERFLOWED));
    /* Software has read 400 of them: it may go round. */
    write_reg(OASTATUS2, OA_ADDR + 400 * 256);
    ck_assert_uint_eq(read_reg(OASTATUS2) & 1, 1);
    pass(20ll * 512 * TICK_NS);
    ck_assert_uint_eq(tail(), OA_ADDR + (520 - reports) * 256);
    ck_assert(!(read_reg(OASTATUS1) & OVERFLOWED));
    ck_assert_uint_eq(peek(GGTT, OA_ADDR + OA_SIZE_B), 0x77);
    pass(600ll * 512 * TICK_NS);
    ck_assert(read_reg(OASTATUS1) & OVERFLOWED);
    ck_assert_uint_eq(peek(GGTT, OA_ADDR + OA_SIZE_B), 0x77);
    /* Software clears it. */
    write_reg(OASTATUS1, tail());
    write_reg(OASTATUS2, tail());
    ck_assert(!(read_reg(OASTATUS1) & OVERFLOWED));
}
END_TEST

/* A29_B8_C8 has 192 bytes, which do not divide the buffer. */
START_TEST(report_across_the_end)
{
    uint32_t before = OA_SIZE_B / 192;
    uint32_t at = OA_ADDR + before * 192;

    poke(GGTT, OA_ADDR + OA_SIZE_B, 0x77);
    start_timer(8, 0);
    write_reg(OACONTROL, PERIOD(8) | TIMER | FORMAT(3) | ENABLE);
    pass((int64_t)before * 512 * TICK_NS);
    ck_assert_uint_eq(tail(), at);
    poke(GGTT, OA_ADDR, 0);
    write_reg(OASTATUS2, at);
    pass(512 * TICK_NS);
    ck_assert_uint_eq(tail(), at + 192 - OA_SIZE_B);
    ck_assert_uint_ne(peek(GGTT, at), 0);
    /* C2, 42nd of its dwords. */
    ck_assert_uint_ne(peek(GGTT, at + 42 * 4 - OA_SIZE_B), 0);
    ck_assert_uint_eq(peek(GGTT, OA_ADDR + OA_SIZE_B), 0x77);
}
END_TEST

START_TEST(no_overrun_mode_stops)
{
    uint32_t reports = OA_SIZE_B / 256;

    start_timer(8, 1 << 3);
    pass(600ll * 512 * TICK_NS);
    ck_assert_uint_eq(tail(), OA_ADDR + (reports - 1) * 256);
    ck_assert(!(read_reg(OASTATUS1) & OVERFLOWED));
    ck_assert(read_reg(OABUFFER) & 1 << 4);
    write_reg(OASTATUS2, OA_ADDR + 16 * 256);
    pass(4ll * 512 * TICK_NS);
    ck_assert_uint_eq(tail(), OA_ADDR + ((reports - 1 + 4) % reports) * 256);
}
END_TEST

/* Shorter periods than 2.56 us would be all that the host does. */
START_TEST(short_periods_lose_reports)
{
    start_timer(1, 0);
    pass(8 * 32 * TICK_NS);
    ck_assert(read_reg(OASTATUS1) & LOST);
    ck_assert_uint_ge(tail(), OA_ADDR + 7 * 256);
    ck_assert_uint_le(tail(), OA_ADDR + 9 * 256);
    write_reg(OACONTROL, 0);
    start_timer(4, 0);
    pass(8 * 32 * TICK_NS);
    ck_assert(!(read_reg(OASTATUS1) & LOST));
}
END_TEST

/* The shortest period there is, and the longest. */
START_TEST(extreme_periods_are_contained)
{
    unsigned exponent;

    start_timer(0, 0);
    fake->now_ns += 100000000;      /* 625000 strobes: not all at once */
    ck_assert(read_reg(OASTATUS1) & LOST);
    ck_assert_uint_ge(tail(), OA_ADDR);
    ck_assert_uint_lt(tail(), OA_ADDR + OA_SIZE_B);
    for (exponent = 30; exponent < 64; exponent++) {
        write_reg(OACONTROL, 0);
        start_timer(exponent, 0);
        pass(1000000);
        ck_assert_uint_eq(tail(), OA_ADDR);
        ck_assert(!(read_reg(OASTATUS1) & LOST));
    }
    /* A tail that is not in the buffer, a buffer that is not mapped. */
    write_reg(OACONTROL, 0);
    start_timer(4, 0);
    write_reg(OASTATUS1, 0xffffffff);
    write_reg(OASTATUS2, 0xffffffff);
    pass(1000000);
    write_reg(OABUFFER, OUTSIDE_ADDR);
    pass(1000000);
    ck_assert(is_idle(GVIRT_RCS));
}
END_TEST

/* Specific Context Enable: clocks count while CCID is that context. */
START_TEST(one_context)
{
    uint32_t before;

    write_reg(CEC(0), 0x3);
    write_reg(CEC(0) + 4, 0xfffe);
    write_reg(OACONTROL, 0x300000 | ONE_CONTEXT | ENABLE);
    fake->now_ns += 10000;
    ck_assert_uint_eq(read_reg(OAPERF_B(0)), 0);
    RUN(GVIRT_RCS, 0x0c000000, 0x300000 | 0x101, 0);
    fake->now_ns += 10000;
    before = read_reg(OAPERF_B(0));
    ck_assert_uint_ge(before, 10 * CLOCK_MHZ);
    RUN(GVIRT_RCS, 0x0c000000, 0x320000 | 0x101, 0);
    before = read_reg(OAPERF_B(0));
    fake->now_ns += 10000;
    ck_assert_uint_eq(read_reg(OAPERF_B(0)), before);
}
END_TEST

START_TEST(half_full_interrupt)
{
    uint32_t bit = gvirt_irq_bit(GVIRT_IRQ_RCS_PERF_BUFFER);
    uint32_t block = gvirt_irq_block(GVIRT_IRQ_RCS_PERF_BUFFER);

    write_reg(block + 4, ~bit);
    start_timer(8, 0);
    pass(250ll * 512 * TICK_NS);
    ck_assert(!(read_reg(block + 8) & bit));
    pass(10ll * 512 * TICK_NS);
    tail();
    ck_assert(read_reg(block + 8) & bit);
}
END_TEST

START_TEST(reset_stops_it)
{
    start_timer(8, 0);
    gvirt_gpu_reset(gpu);
    ck_assert_uint_eq(read_reg(OASTATUS2), 1);
    ck_assert_int_eq(gpu->perf_deadline_ns, INT64_MAX);
    fake->now_ns += 1000000;
    ck_assert_uint_eq(read_reg(OASTATUS1), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("perf");
    TCase *tcase = tcase_create("perf");

    tcase_add_checked_fixture(tcase, cs_setup, cs_teardown);
    tcase_add_test(tcase, report_by_command);
    tcase_add_test(tcase, spaces_and_privilege);
    tcase_add_test(tcase, formats);
    tcase_add_test(tcase, counters_count_while_enabled);
    tcase_add_test(tcase, counters_follow_the_clock);
    tcase_add_test(tcase, busy_counts_as_time_passes);
    tcase_add_test(tcase, reports_by_timer);
    tcase_add_test(tcase, timer_runs_by_itself);
    tcase_add_test(tcase, buffer_wraps_and_overflows);
    tcase_add_test(tcase, report_across_the_end);
    tcase_add_test(tcase, no_overrun_mode_stops);
    tcase_add_test(tcase, short_periods_lose_reports);
    tcase_add_test(tcase, extreme_periods_are_contained);
    tcase_add_test(tcase, one_context);
    tcase_add_test(tcase, half_full_interrupt);
    tcase_add_test(tcase, reset_stops_it);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
