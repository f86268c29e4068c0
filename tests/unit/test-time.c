/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modelled time, to the clock: what commands cost, when their effects
 * come, what the counters and timestamps say, and that RPS sets the pace.
 *
 * The clocks are written down here once more, by hand, from the sources that
 * commands.def and the blitter name: a changed cost has to be changed twice.
 */
#include "cs-fixture.h"

#define RPNSWREQ            0xa008u
#define MHZ(mhz)            ((mhz) / 50u << 24)
#define RCS_TIMESTAMP       0x2358u
#define GPR0                0x2600u
#define BEGIN_NS            1000000
#define MARK                0x40u       /* dword of the status page */
#define MARK_CLK            10u         /* MI_STORE_DATA_INDEX */
#define NOOP_CLK            2u
#define PAD_CLK             NOOP_CLK    /* to an even number of dwords */

typedef struct Cost {
    const char *name;
    GvirtEngineId id;
    uint32_t clk;
    uint32_t len_dw;
    uint32_t dw[8];
} Cost;

/* A command: its own cost, and a clock for each dword behind the first. */
static const Cost costs[] = {
    { "MI_NOOP", GVIRT_VCS, 4 * 2, 4, { 0, 0, 0, 0 } },
    { "MI_USER_INTERRUPT", GVIRT_BCS, 4, 1, { CMD_USER_IRQ } },
    { "MI_STORE_DATA_IMM", GVIRT_RCS, 8 + 3, 4,
      { CMD_SDI, 0, DATA_ADDR, 1 } },
    { "MI_STORE_DATA_INDEX", GVIRT_VECS, 8 + 2, 3,
      { CMD_SD_INDEX, 0x50 << 2, 1 } },
    { "MI_LOAD_REGISTER_IMM", GVIRT_RCS, 12 + 2, 3,
      { CMD_LRI(1), GPR0, 1 } },
    { "MI_STORE_REGISTER_MEM", GVIRT_RCS, 16 + 2, 3,
      { CMD_SRM, GPR0, DATA_ADDR } },
    { "MI_LOAD_REGISTER_REG", GVIRT_RCS, 24 + 2, 3,
      { CMD_LRR, GPR0, GPR0 + 8 } },
    { "MI_MATH", GVIRT_RCS, 4 + 4, 5,
      { 0x0d000003, 0x08008000, 0x08008401, 0x10000000, 0x18000031 } },
    { "batch", GVIRT_BCS, 32 + 1 + 4, 2, { CMD_BB_START, BATCH_ADDR } },
    { "MI_FLUSH_DW", GVIRT_VCS, 128 + 2, 3, { 0x13000001, 0, 0 } },
    { "PIPE_CONTROL", GVIRT_RCS, 128 + 3, 4, { 0x7a000002, 1 << 20, 0, 0 } },
    /* 64 pixels of 4 bytes are 4 lines, 16 rows of them, 4 clocks a line */
    { "XY_COLOR_BLT", GVIRT_BCS, 32 + 5 + 16 * 4 * 4, 6,
      { 0x54300004, 0x03f00100, 0, 16 << 16 | 64, DATA_ADDR, 0x11223344 } },
    { "XY_SRC_COPY_BLT", GVIRT_BCS, 32 + 7 + 16 * 4 * (4 + 4), 8,
      { 0x54f00006, 0x03cc0100, 0, 16 << 16 | 64, DATA_ADDR, 0, 0x100,
        DATA_ADDR + 0x8000 } },
    /* with the destination read as well */
    { "XY_COLOR_BLT, PDn", GVIRT_BCS, 32 + 5 + 16 * 4 * (4 + 4), 6,
      { 0x54300004, 0x03500100, 0, 16 << 16 | 64, DATA_ADDR, 0x11223344 } },
};

static void start(GvirtTiming timing, uint32_t mhz)
{
    cs_setup_timing(timing);
    fake->now_ns = BEGIN_NS;
    write_reg(RPNSWREQ, MHZ(mhz));
    poke(GVIRT_SPACE_GGTT, BATCH_ADDR, CMD_BB_END);
}

/* Up to the moment of the mark, or limit_ns later. */
static void run_to_mark(GvirtEngineId id, int64_t limit_ns)
{
    int64_t end_ns = fake->now_ns + limit_ns;

    while (!hwsp(id, MARK)) {
        if (gvirt_gpu_run(gpu, 4096)) {
            continue;
        }
        if (hwsp(id, MARK) || fake->deadline_ns > end_ns) {
            break;
        }
        fake->now_ns = MAX(fake->now_ns, fake->deadline_ns);
        fake->deadline_ns = INT64_MAX;
        gvirt_gpu_timer(gpu);
    }
}

static int64_t clk_ns(uint64_t clk, uint32_t mhz)
{
    return (clk * 1000 + mhz - 1) / mhz;
}

static uint32_t emit_cost(const Cost *cost)
{
    uint32_t pad = (cost->len_dw + 1) % 2;      /* the mark has 3 dwords */

    emit_n(cost->id, cost->dw, cost->len_dw);
    EMIT(cost->id, CMD_SD_INDEX, MARK << 2, 1);
    submit(cost->id);
    return pad * PAD_CLK;
}

/* The mark comes when the clocks of all that is before it are over. */
START_TEST(test_cost)
{
    static const uint32_t clocks_mhz[] = { 350, 650, 1250 };
    const Cost *cost = &costs[_i];
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(clocks_mhz); i++) {
        uint32_t mhz = clocks_mhz[i];
        uint32_t pad_clk;

        start(GVIRT_TIMING_MODEL, mhz);
        pad_clk = emit_cost(cost);
        run_to_mark(cost->id, 10000000);
        ck_assert_msg(hwsp(cost->id, MARK) == 1, "%s: no mark", cost->name);
        ck_assert_msg(fake->now_ns - BEGIN_NS == clk_ns(cost->clk, mhz),
                      "%s at %u MHz: %" PRId64 " ns, not %" PRId64,
                      cost->name, mhz, fake->now_ns - BEGIN_NS,
                      clk_ns(cost->clk, mhz));
        ck_assert(!is_idle(cost->id));
        settle();
        ck_assert(is_idle(cost->id));
        ck_assert_uint_eq(gpu->stats.busy_clk[cost->id],
                          cost->clk + MARK_CLK + pad_clk);
        cs_teardown();
    }
}
END_TEST

/* timing=functional: done when it is done, the clock stands still. */
START_TEST(test_functional)
{
    const Cost *cost = &costs[_i];
    uint32_t pad_clk;

    start(GVIRT_TIMING_FUNCTIONAL, 1250);
    pad_clk = emit_cost(cost);
    while (gvirt_gpu_run(gpu, 4096)) {
    }
    ck_assert_int_eq(fake->now_ns, BEGIN_NS);
    ck_assert_uint_eq(hwsp(cost->id, MARK), 1);
    ck_assert(is_idle(cost->id));
    /* Clocks are booked all the same. */
    ck_assert_uint_eq(gpu->stats.busy_clk[cost->id],
                      cost->clk + MARK_CLK + pad_clk);
    cs_teardown();
}
END_TEST

/* One after the other on one ring, whatever the order. */
START_TEST(test_sum)
{
    uint64_t clk = 0;
    unsigned i;

    start(GVIRT_TIMING_MODEL, 1250);
    for (i = 0; i < 4 * G_N_ELEMENTS(costs); i++) {
        const Cost *cost = &costs[(i * 5 + _i) % G_N_ELEMENTS(costs)];

        if (cost->id == GVIRT_RCS) {
            emit_n(GVIRT_RCS, cost->dw, cost->len_dw);
            clk += cost->clk;
        }
    }
    EMIT(GVIRT_RCS, CMD_SD_INDEX, MARK << 2, 1);
    submit(GVIRT_RCS);
    run_to_mark(GVIRT_RCS, 10000000);
    ck_assert_int_eq(fake->now_ns - BEGIN_NS, clk_ns(clk, 1250));
    cs_teardown();
}
END_TEST

/* The engines do not share their time. */
START_TEST(test_engines_side_by_side)
{
    unsigned id, i;

    start(GVIRT_TIMING_MODEL, 1250);
    for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
        for (i = 0; i < 1000; i++) {
            EMIT(id, CMD_NOOP);
        }
        EMIT(id, CMD_SD_INDEX, MARK << 2, 1);
        submit(id);
    }
    run_to_mark(GVIRT_RCS, 10000000);
    while (gvirt_gpu_run(gpu, 4096)) {
    }
    ck_assert_int_eq(fake->now_ns - BEGIN_NS, clk_ns(2000, 1250));
    for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
        ck_assert_uint_eq(hwsp(id, MARK), 1);
    }
    cs_teardown();
}
END_TEST

/* What TIMESTAMP says around 100000 no-ops: ticks of 80 ns. */
START_TEST(test_timestamps)
{
    const uint32_t noops = 100000;
    uint64_t clk = 18 + 33 + noops * 2 + 4;
    uint32_t i;

    start(GVIRT_TIMING_MODEL, 1250);
    batch_at(GVIRT_SPACE_GGTT, BATCH_ADDR);
    for (i = 0; i < noops; i++) {
        BATCH(CMD_NOOP);
    }
    BATCH(CMD_BB_END);
    EMIT(GVIRT_RCS,
         CMD_SRM | CMD_GLOBAL, RCS_TIMESTAMP, DATA_ADDR,
         CMD_BB_START, BATCH_ADDR,
         CMD_SRM | CMD_GLOBAL, RCS_TIMESTAMP, DATA_ADDR + 4,
         CMD_SD_INDEX, MARK << 2, 1);
    submit(GVIRT_RCS);
    run_to_mark(GVIRT_RCS, 10000000);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), BEGIN_NS / 80);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR + 4),
                      (BEGIN_NS + clk_ns(clk, 1250)) / 80);
    cs_teardown();
}
END_TEST

/* The pace changes under way: clocks that are left take their new time. */
START_TEST(test_clock_changes)
{
    const uint32_t noops = 125000;              /* 200 us at 1250 MHz */
    uint32_t i;

    start(GVIRT_TIMING_MODEL, 1250);
    batch_at(GVIRT_SPACE_GGTT, BATCH_ADDR);
    for (i = 0; i < noops; i++) {
        BATCH(CMD_NOOP);
    }
    BATCH(CMD_BB_END);
    EMIT(GVIRT_RCS, CMD_BB_START, BATCH_ADDR, CMD_SD_INDEX, MARK << 2, 1);
    submit(GVIRT_RCS);
    run_to_mark(GVIRT_RCS, 100000);
    fake->now_ns = BEGIN_NS + 100000;           /* 125000 of 250037 clocks */
    ck_assert_uint_eq(hwsp(GVIRT_RCS, MARK), 0);
    write_reg(RPNSWREQ, MHZ(350));
    run_to_mark(GVIRT_RCS, 10000000);
    ck_assert_int_eq(fake->now_ns - BEGIN_NS, 100000 + clk_ns(125037, 350));
    cs_teardown();

    /* ... and the other way round. */
    start(GVIRT_TIMING_MODEL, 350);
    batch_at(GVIRT_SPACE_GGTT, BATCH_ADDR);
    for (i = 0; i < noops; i++) {
        BATCH(CMD_NOOP);
    }
    BATCH(CMD_BB_END);
    EMIT(GVIRT_RCS, CMD_BB_START, BATCH_ADDR, CMD_SD_INDEX, MARK << 2, 1);
    submit(GVIRT_RCS);
    run_to_mark(GVIRT_RCS, 100000);
    fake->now_ns = BEGIN_NS + 100000;           /* 35000 clocks */
    write_reg(RPNSWREQ, MHZ(1250));
    run_to_mark(GVIRT_RCS, 10000000);
    ck_assert_int_eq(fake->now_ns - BEGIN_NS,
                     100000 + clk_ns(250037 - 35000, 1250));
    cs_teardown();
}
END_TEST

/* After a rest, work starts at the present time and not at the old one. */
START_TEST(test_rest)
{
    start(GVIRT_TIMING_MODEL, 1250);
    RUN(GVIRT_RCS, 0x7a000002, 1 << 20, 0, 0);
    ck_assert(is_idle(GVIRT_RCS));
    fake->now_ns = 7 * BEGIN_NS;
    EMIT(GVIRT_RCS, 0x7a000002, 1 << 20, 0, 0, CMD_SD_INDEX, MARK << 2, 1);
    submit(GVIRT_RCS);
    run_to_mark(GVIRT_RCS, 10000000);
    ck_assert_int_eq(fake->now_ns, 7 * BEGIN_NS + clk_ns(131, 1250));
    cs_teardown();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("time");
    TCase *tc = tcase_create("time");

    tcase_add_loop_test(tc, test_cost, 0, G_N_ELEMENTS(costs));
    tcase_add_loop_test(tc, test_functional, 0, G_N_ELEMENTS(costs));
    tcase_add_loop_test(tc, test_sum, 0, G_N_ELEMENTS(costs));
    tcase_add_test(tc, test_engines_side_by_side);
    tcase_add_test(tc, test_timestamps);
    tcase_add_test(tc, test_clock_changes);
    tcase_add_test(tc, test_rest);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
