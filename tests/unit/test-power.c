/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the power component, register by register as i915 drives it:
 * forcewake, RPS under load, RC6 residency, PCODE, LCPLL (PC8), wells.
 */
#include "fakehost.h"
#include "suite.h"
#include "hw/gvirt/power.h"

#define MS              1000000ll
#define READY           (1u << 31)

#define RC6_HW          0x88040000u     /* enable, EI mode, RC6 */
#define RC6_SW          0x00040000u
#define RC_STATE_RC6    (4u << 16)
#define PM_IIR          0x44028u
#define PM_UP           (1u << 5)
#define PM_DOWN         (1u << 4)
#define PM_TIMEOUT      (1u << 6)

static FakeHost *fake;
static GvirtRegFile file;
static GvirtIrq irq;
static GvirtPower *power;
static int64_t deadline;
static unsigned clock_mhz;
static bool polled_busy;

static void on_deadline(void *opaque, int64_t deadline_ns)
{
    (void)opaque;
    deadline = deadline_ns;
}

static void on_clock(void *opaque, unsigned mhz)
{
    (void)opaque;
    clock_mhz = mhz;
}

static const GvirtPowerOps ops = {
    .gt_clock_changed = on_clock,
    .deadline = on_deadline,
};

static bool on_busy(void *opaque)
{
    (void)opaque;
    return polled_busy;
}

static const GvirtPowerOps polled_ops = {
    .gt_busy = on_busy,
};

static uint32_t rd(uint32_t offset)
{
    return gvirt_regfile_read(&file, offset);
}

static void wr(uint32_t offset, uint32_t value)
{
    gvirt_regfile_write(&file, offset, value);
}

static void setup(void)
{
    fake = fakehost_new();
    fake->now_ns = 5 * MS;
    gvirt_regfile_init(&file, &fake->host, "test");
    gvirt_irq_init(&irq, &file, NULL, NULL);
    deadline = INT64_MAX;
    clock_mhz = 0;
    power = gvirt_power_new(&file, &irq, &ops, NULL);
    wr(0x44024, 0);         /* PM IMR */
}

static void teardown(void)
{
    gvirt_power_free(power);
    gvirt_regfile_destroy(&file);
    fakehost_free(fake);
}

/*
 * The host's side: the clock moves on, and at each deadline the component is
 * called. Returns how often that was.
 */
static unsigned run_ns(int64_t ns)
{
    int64_t end = fake->now_ns + ns;
    unsigned calls = 0;

    while (deadline <= end) {
        ck_assert_int_gt(deadline, fake->now_ns);
        fake->now_ns = deadline;
        deadline = gvirt_power_advance(power, fake->now_ns);
        ck_assert_uint_lt(++calls, 100000);
    }
    fake->now_ns = end;
    return calls;
}

/* --- forcewake ------------------------------------------------------------ */

START_TEST(test_forcewake)
{
    wr(0xa188, 0xffff0000);
    ck_assert_uint_eq(rd(0x130044), 0);
    wr(0xa188, 0x00010001);
    ck_assert_uint_eq(rd(0x130044), 1);
    ck_assert_uint_eq(rd(0x13805c) & 7, 0);
    /* Each user has a bit of its own; the other is not touched. */
    wr(0xa188, 0x80008000);
    ck_assert_uint_eq(rd(0x130044), 0x8001);
    wr(0xa188, 0x00010000);
    ck_assert_uint_eq(rd(0x130044), 0x8000);
    wr(0xa188, 0x0000ffff);
    ck_assert_uint_eq(rd(0x130044), 0x8000);
    wr(0xa188, 0xffff0000);
    ck_assert_uint_eq(rd(0x130044), 0);
    wr(0x130044, 1);
    ck_assert_uint_eq(rd(0x130044), 0);
    /* Room for posted writes: the driver wants more than 20 entries. */
    ck_assert_uint_gt(rd(0x120008) & 0x7f, 20);
    ck_assert_uint_eq(rd(0x120000), 0);
}
END_TEST

/* --- RC6 --------------------------------------------------------------------- */

static uint32_t residency(void)
{
    return rd(0x138108);
}

START_TEST(test_rc6_off)
{
    run_ns(1000 * MS);
    ck_assert_uint_eq(residency(), 0);
    ck_assert(gvirt_power_gt_awake(power));
    ck_assert_uint_eq(rd(0x138060) & 7, 0);
}
END_TEST

/* As i915 parks: at once, and until software or work ends it. */
START_TEST(test_rc6_software)
{
    wr(0xa090, RC6_SW);
    run_ns(10 * MS);
    ck_assert_uint_eq(residency(), 0);
    wr(0xa094, RC_STATE_RC6);
    ck_assert(!gvirt_power_gt_awake(power));
    ck_assert_uint_eq(rd(0x138060) & 7, 3);
    run_ns(128 * MS);
    ck_assert_uint_eq(residency(), 100000);

    /* Forcewake wakes it and stops the counter. */
    wr(0xa188, 0x00010001);
    ck_assert(gvirt_power_gt_awake(power));
    ck_assert_uint_eq(rd(0x13805c) & 7, 0);
    run_ns(50 * MS);
    ck_assert_uint_eq(residency(), 100000);
    wr(0xa188, 0x00010000);
    run_ns(64 * MS);
    ck_assert_uint_eq(residency(), 150000);

    /* So does work. */
    gvirt_power_busy(power, true);
    ck_assert(gvirt_power_gt_awake(power));
    run_ns(50 * MS);
    ck_assert_uint_eq(residency(), 150000);
    gvirt_power_busy(power, false);
    run_ns(64 * MS);
    ck_assert_uint_eq(residency(), 200000);

    wr(0xa090, 0);
    run_ns(64 * MS);
    ck_assert_uint_eq(residency(), 200000);
    ck_assert_uint_eq(rd(0x138104) | rd(0x13810c) | rd(0x138110), 0);
    /* Of all this nothing needed a timer. */
    ck_assert_int_eq(deadline, INT64_MAX);
}
END_TEST

/* By itself only after the idle time that was set: 50000 units, 64 ms. */
START_TEST(test_rc6_hardware)
{
    wr(0xa0b8, 50000);
    wr(0xa090, RC6_HW);
    run_ns(63 * MS);
    ck_assert(gvirt_power_gt_awake(power));
    ck_assert_uint_eq(residency(), 0);
    run_ns(1 * MS + 128 * MS);
    ck_assert_uint_eq(residency(), 100000);
    gvirt_power_busy(power, true);
    gvirt_power_busy(power, false);
    run_ns(64 * MS);
    ck_assert_uint_eq(residency(), 100000);
    run_ns(64 * MS);
    ck_assert_uint_eq(residency(), 150000);
}
END_TEST

/* 32 bits that wrap, in steps that do not lose the odd nanoseconds. */
START_TEST(test_rc6_counter)
{
    int i;

    wr(0xa090, RC6_SW);
    wr(0xa094, RC_STATE_RC6);
    for (i = 0; i < 1000; i++) {
        fake->now_ns += 1279;
        residency();
    }
    ck_assert_uint_eq(residency(), 1279 * 1000 / 1280);
    fake->now_ns += (1ll << 32) * 1280;
    ck_assert_uint_eq(residency(), 1279 * 1000 / 1280);
    /* A clock that stands or runs backwards does no harm. */
    fake->now_ns -= 500 * MS;
    ck_assert_uint_eq(residency(), 1279 * 1000 / 1280);
    gvirt_power_advance(power, INT64_MIN);
    ck_assert_uint_eq(residency(), 1279 * 1000 / 1280);
}
END_TEST

/* --- RPS ---------------------------------------------------------------------- */

/* i915's low-power mode: up 95 % of 16 ms, down 85 % of 32 ms. */
static void rps_enable(unsigned ratio, unsigned max, unsigned min)
{
    wr(0xa008, ratio << 24);
    wr(0xa014, max << 24 | min << 16);
    wr(0xa010, 50000);
    wr(0xa068, 12500);
    wr(0xa02c, 11875);
    wr(0xa06c, 25000);
    wr(0xa030, 21250);
    wr(0xa024, 0x592);
    wr(0xa168, ~(PM_UP | PM_DOWN | PM_TIMEOUT));
}

START_TEST(test_clock)
{
    ck_assert_uint_eq(rd(0x145998), 0x070d19);
    ck_assert_uint_eq(gvirt_power_gt_clock_mhz(power), 350);
    wr(0xa008, 13 << 24);
    ck_assert_uint_eq(clock_mhz, 650);
    ck_assert_uint_eq(gvirt_power_gt_clock_mhz(power), 650);
    ck_assert_uint_eq(rd(0xa01c) >> 7 & 0x7f, 13);
    ck_assert_uint_eq(rd(0x145948) >> 8 & 0xff, 13);
    wr(0xa008, 0x7fu << 24);
    ck_assert_uint_eq(rd(0xa01c) >> 7 & 0x7f, 25);
    ck_assert_uint_eq(clock_mhz, 1250);
    wr(0xa008, 1 << 24);
    ck_assert_uint_eq(rd(0xa01c) >> 7 & 0x7f, 7);
    /* The limit that other agents of the package set. */
    wr(0xa008, 25 << 24);
    wr(0x145994, 20);
    ck_assert_uint_eq(clock_mhz, 1000);
    wr(0xa01c, ~0u);
    ck_assert_uint_eq(rd(0xa01c) >> 7 & 0x7f, 20);
}
END_TEST

START_TEST(test_rps_up)
{
    rps_enable(7, 25, 7);
    gvirt_power_busy(power, true);
    ck_assert_int_eq(deadline, fake->now_ns + 16 * MS);
    run_ns(15 * MS);
    ck_assert_uint_eq(rd(PM_IIR), 0);
    ck_assert_uint_eq(rd(0xa050), 15 * MS / 1280);
    ck_assert_uint_eq(rd(0xa054), 15 * MS / 1280);
    run_ns(1 * MS);
    ck_assert_uint_eq(rd(PM_IIR), PM_UP);
    ck_assert_uint_eq(rd(0xa058), 12500);
    wr(PM_IIR, PM_UP);
    /* It asks again as long as it is not answered. */
    run_ns(16 * MS);
    ck_assert_uint_eq(rd(PM_IIR), PM_UP);
}
END_TEST

/* 90 % of load is between the two thresholds: nobody is asked. */
START_TEST(test_rps_between)
{
    int i;

    rps_enable(13, 25, 0);
    for (i = 0; i < 100; i++) {
        gvirt_power_busy(power, true);
        run_ns(9 * MS / 10);
        gvirt_power_busy(power, false);
        run_ns(MS / 10);
    }
    ck_assert_uint_eq(rd(PM_IIR), 0);
}
END_TEST

START_TEST(test_rps_down)
{
    int i;

    rps_enable(13, 25, 0);
    for (i = 0; i < 33; i++) {
        gvirt_power_busy(power, true);
        run_ns(8 * MS / 10);
        gvirt_power_busy(power, false);
        run_ns(2 * MS / 10);
        ck_assert_uint_eq(rd(PM_IIR), i < 31 ? 0 : PM_DOWN);
    }
    /* At the lowest clock there is nothing to ask for, and no timer. */
    wr(PM_IIR, ~0u);
    wr(PM_IIR, ~0u);
    rps_enable(7, 25, 7);
    run_ns(1000 * MS);
    ck_assert_uint_eq(rd(PM_IIR), 0);
    ck_assert_int_eq(deadline, INT64_MAX);
}
END_TEST

/* Not enabled, masked in PMINTRMSK, at its limit: no event and no timer. */
START_TEST(test_rps_gates)
{
    gvirt_power_busy(power, true);
    rps_enable(7, 25, 7);
    wr(0xa024, 0);
    ck_assert_int_eq(deadline, INT64_MAX);
    rps_enable(7, 25, 7);
    ck_assert_int_ne(deadline, INT64_MAX);
    wr(0xa168, ~0u);
    ck_assert_int_eq(deadline, INT64_MAX);
    rps_enable(25, 25, 7);
    ck_assert_int_eq(deadline, INT64_MAX);
    rps_enable(20, 20, 7);
    ck_assert_int_eq(deadline, INT64_MAX);
    ck_assert_uint_eq(run_ns(1000 * MS), 0);
    gvirt_power_advance(power, fake->now_ns);
    ck_assert_uint_eq(rd(PM_IIR), 0);
    /* The windows are kept all the same, for who reads them. */
    ck_assert_uint_eq(rd(0xa058), 12500);
}
END_TEST

START_TEST(test_rps_timeout)
{
    rps_enable(13, 25, 0);
    wr(0xa168, ~PM_TIMEOUT);
    wr(0xa090, RC6_SW);
    wr(0xa094, RC_STATE_RC6);
    run_ns(63 * MS);
    ck_assert_uint_eq(rd(PM_IIR), 0);
    run_ns(1 * MS);
    ck_assert_uint_eq(rd(PM_IIR), PM_TIMEOUT);
    wr(PM_IIR, ~0u);
    run_ns(1000 * MS);
    ck_assert_uint_eq(rd(PM_IIR), 0);
    ck_assert_int_eq(deadline, INT64_MAX);
    gvirt_power_busy(power, true);
    gvirt_power_busy(power, false);
    run_ns(64 * MS);
    ck_assert_uint_eq(rd(PM_IIR), PM_TIMEOUT);
}
END_TEST

/* Asleep, the windows stand still: idle time there asks for no lower clock. */
START_TEST(test_rps_asleep)
{
    rps_enable(13, 25, 0);
    wr(0xa168, ~PM_DOWN);
    wr(0xa090, RC6_SW);
    wr(0xa094, RC_STATE_RC6);
    ck_assert_uint_eq(run_ns(500 * MS), 0);
    gvirt_power_advance(power, fake->now_ns);
    ck_assert_uint_eq(rd(PM_IIR), 0);
    ck_assert_uint_eq(rd(0xa01c), 0);
    wr(0xa188, 0x00010001);
    run_ns(32 * MS);
    ck_assert_uint_eq(rd(PM_IIR), PM_DOWN);
}
END_TEST

/* Windows of no or absurd length neither loop nor flood the host. */
START_TEST(test_rps_absurd)
{
    gvirt_power_busy(power, true);
    rps_enable(7, 25, 7);
    wr(0xa068, 1);
    wr(0xa02c, 0);
    ck_assert_uint_le(run_ns(100 * MS), 1000);
    fake->now_ns += 1ll << 60;
    gvirt_power_advance(power, fake->now_ns);
    ck_assert_uint_eq(rd(PM_IIR), PM_UP);
    wr(0xa068, 0);
    wr(0xa06c, ~0u);
    wr(0xa030, ~0u);
    wr(0xa0b8, ~0u);
    wr(0xa010, ~0u);
    wr(0xa090, RC6_HW);
    gvirt_power_busy(power, false);
    run_ns(100 * MS);
}
END_TEST

/* Hosts that only poll for load get the same events. */
START_TEST(test_polled)
{
    gvirt_power_free(power);
    power = gvirt_power_new(&file, &irq, &polled_ops, NULL);
    deadline = INT64_MAX;
    rps_enable(7, 25, 7);
    polled_busy = true;
    deadline = gvirt_power_advance(power, fake->now_ns);
    run_ns(16 * MS);
    ck_assert_uint_eq(rd(PM_IIR), PM_UP);
    polled_busy = false;
    gvirt_power_advance(power, fake->now_ns);
    ck_assert_uint_eq(rd(0xa054), 0);
}
END_TEST

/* --- PCODE ---------------------------------------------------------------------- */

static unsigned pcode(uint32_t command, uint32_t *data)
{
    wr(0x138128, *data);
    wr(0x13812c, 0);
    wr(0x138124, READY | command);
    ck_assert_uint_eq(rd(0x138124) & READY, 0);
    *data = rd(0x138128);
    return rd(0x138124) & 0xff;
}

START_TEST(test_pcode)
{
    uint32_t data, ratio;

    data = 0;
    ck_assert_uint_eq(pcode(0x1a, &data), 0);
    ck_assert_uint_eq(data >> 8 & 0xff, 13);
    data = 0x55;
    ck_assert_uint_eq(pcode(0x0c, &data), 0);
    ck_assert_uint_eq(data & READY, 0);
    for (ratio = 7; ratio <= 25; ratio++) {
        data = ratio | (ratio + 1) << 16 | 8 << 8;
        ck_assert_uint_eq(pcode(0x08, &data), 0);
    }
    for (ratio = 7; ratio <= 25; ratio++) {
        data = ratio;
        ck_assert_uint_eq(pcode(0x09, &data), 0);
        ck_assert_uint_eq(data, (ratio + 1) << 8 | 8);
    }
    data = 26;
    ck_assert_uint_eq(pcode(0x08, &data), 0x10);
    data = 6;
    ck_assert_uint_eq(pcode(0x09, &data), 0x10);
    data = 0x123456;
    ck_assert_uint_eq(pcode(0x04, &data), 0);
    data = 0;
    ck_assert_uint_eq(pcode(0x05, &data), 0);
    ck_assert_uint_eq(data, 0x123456);
    data = 1;
    ck_assert_uint_eq(pcode(0x17, &data), 0);

    ck_assert_uint_eq(fake->unimps, 0);
    data = 77;
    ck_assert_uint_eq(pcode(0x7e, &data), 1);
    ck_assert_uint_eq(data, 77);
    ck_assert_uint_eq(pcode(0x7e, &data), 1);
    ck_assert_uint_eq(fake->unimps, 1);

    /* Without READY nothing runs. */
    wr(0x138128, 5);
    wr(0x138124, 0x1a);
    ck_assert_uint_eq(rd(0x138128), 5);
    ck_assert_uint_eq(rd(0x138124), 0x1a);
}
END_TEST

START_TEST(test_d_comp)
{
    uint32_t data = 1;

    wr(0x145f0c, 0xff);
    ck_assert_uint_eq(rd(0x145f0c), 0);
    ck_assert_uint_eq(pcode(0x11, &data), 0);
    ck_assert_uint_eq(rd(0x145f0c), 1);
    data = 0x300;
    ck_assert_uint_eq(pcode(0x11, &data), 0);
    ck_assert_uint_eq(rd(0x145f0c) & 1u << 9, 0);
    data = 0;
    ck_assert_uint_eq(pcode(0x10, &data), 0);
    ck_assert_uint_eq(data, rd(0x145f0c));
}
END_TEST

/* --- clocks ------------------------------------------------------------------------ */

/* i915's way into PC8 and back, by its own order of steps. */
START_TEST(test_pc8)
{
    uint32_t value = rd(0x130040);

    ck_assert_uint_eq(value, 1u << 30);
    wr(0x130040, value | 1u << 21);
    ck_assert_uint_eq(rd(0x130040), 1u << 30 | 1u << 21 | 1u << 19);
    wr(0x130040, rd(0x130040) | 1u << 31);
    ck_assert_uint_eq(rd(0x130040) & 3u << 30, 1u << 31);
    wr(0x130040, rd(0x130040) | 1u << 22);
    ck_assert_uint_eq(rd(0x130040), 1u << 31 | 1u << 22 | 1u << 21 | 1u << 19);
    wr(0x130040, rd(0x130040) & ~(1u << 22));
    wr(0x130040, rd(0x130040) & ~(1u << 31));
    ck_assert_uint_eq(rd(0x130040) >> 30, 1);
    wr(0x130040, rd(0x130040) & ~(1u << 21));
    ck_assert_uint_eq(rd(0x130040), 1u << 30);
    /* Software cannot claim a lock that is not there. */
    wr(0x130040, ~0u);
    ck_assert_uint_eq(rd(0x130040) & 1u << 30, 0);
}
END_TEST

START_TEST(test_wells)
{
    ck_assert_uint_eq(rd(0x45404), 0);
    wr(0x45404, 1u << 31);
    ck_assert_uint_eq(rd(0x45404), 3u << 30);
    ck_assert_uint_eq(rd(0x45400), 1u << 30);
    wr(0x45400, 1u << 31);
    wr(0x45404, 0);
    ck_assert_uint_eq(rd(0x45404), 1u << 30);
    wr(0x45400, 1u << 30);
    ck_assert_uint_eq(rd(0x45400) | rd(0x45404) | rd(0x45408) | rd(0x4540c),
                      0);
}
END_TEST

START_TEST(test_reset)
{
    rps_enable(20, 25, 7);
    wr(0xa090, RC6_SW);
    wr(0xa094, RC_STATE_RC6);
    run_ns(10 * MS);
    wr(0xa188, 0x00010001);
    ck_assert_uint_gt(residency(), 0);
    gvirt_regfile_reset(&file);
    gvirt_power_reset(power);
    ck_assert_uint_eq(rd(0x130044), 0);
    ck_assert_uint_eq(residency(), 0);
    ck_assert(gvirt_power_gt_awake(power));
    ck_assert_uint_eq(gvirt_power_gt_clock_mhz(power), 350);
    ck_assert_int_eq(deadline, INT64_MAX);
    ck_assert_uint_eq(rd(0x130040), 1u << 30);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("power");
    TCase *tests = tcase_create("power");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_forcewake);
    tcase_add_test(tests, test_rc6_off);
    tcase_add_test(tests, test_rc6_software);
    tcase_add_test(tests, test_rc6_hardware);
    tcase_add_test(tests, test_rc6_counter);
    tcase_add_test(tests, test_clock);
    tcase_add_test(tests, test_rps_up);
    tcase_add_test(tests, test_rps_between);
    tcase_add_test(tests, test_rps_down);
    tcase_add_test(tests, test_rps_gates);
    tcase_add_test(tests, test_rps_timeout);
    tcase_add_test(tests, test_rps_asleep);
    tcase_add_test(tests, test_rps_absurd);
    tcase_add_test(tests, test_polled);
    tcase_add_test(tests, test_pcode);
    tcase_add_test(tests, test_d_comp);
    tcase_add_test(tests, test_pc8);
    tcase_add_test(tests, test_wells);
    tcase_add_test(tests, test_reset);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
