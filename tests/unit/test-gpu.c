/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two threads in the GPU at once: what the host is told of the deadline and
 * of the interrupt line last is what holds; a pause and a reset find a long
 * blit halfway; its thread lets go of memory ever so often.
 */
#include "cs-fixture.h"

#define GDRST           0x941cu
#define GDRST_BLT       (1u << 3)
#define GT_IMR          0x44014u
#define GT_IIR          0x44018u
#define GT_IER          0x4401cu
#define DE_IER          0x4400cu
#define NOOPS           12500
#define OTHER_WAIT_US   100000

/* A fill whose rows all go to the same place: as much work as one likes. */
#define FILL            0x54300004u
#define FILL_CONTROL    0x03f00000u     /* pitch 0 */
#define FILL_WIDTH_PX   16383u
#define FILL_ROWS_MAX   32767u
#define FILL_COLOR      0x11223344u
#define FILL_ROW_B      (FILL_WIDTH_PX * 4)
#define REST_B          (4u << 20)      /* between two rests, at most */
#define SENTINEL        0x5ee5ee5eu

static const GvirtHostOps *plain_ops;
static GvirtHostOps slow_ops;
static GThread *other;
static gint other_done;

/* The engines' thread. */
static gpointer other_run(gpointer opaque)
{
    (void)opaque;
    gvirt_gpu_run(gpu, 100000);
    g_atomic_int_set(&other_done, 1);
    return NULL;
}

/* This thread is slow to tell: the engines' has the time to overtake it. */
static void be_overtaken(void)
{
    int64_t end_us = g_get_monotonic_time() + OTHER_WAIT_US;

    if (other) {
        return;
    }
    other = g_thread_new("engines", other_run, NULL);
    while (!g_atomic_int_get(&other_done) &&
           g_get_monotonic_time() < end_us) {
        g_usleep(1000);
    }
}

static void slow_irq(void *opaque, bool level)
{
    if (!level) {
        be_overtaken();
    }
    plain_ops->irq(opaque, level);
}

static void slow_timer_set(void *opaque, int64_t deadline_ns)
{
    if (deadline_ns == INT64_MAX) {
        be_overtaken();
    }
    plain_ops->timer_set(opaque, deadline_ns);
}

static void slow_down(void)
{
    plain_ops = fake->host.ops;
    slow_ops = *plain_ops;
    slow_ops.irq = slow_irq;
    slow_ops.timer_set = slow_timer_set;
    fake->host.ops = &slow_ops;
    other = NULL;
    g_atomic_int_set(&other_done, 0);
}

static void join(void)
{
    ck_assert_ptr_nonnull(other);
    g_thread_join(other);
    ck_assert(g_atomic_int_get(&other_done));
}

/* The guest acknowledges an interrupt while an engine raises the next. */
START_TEST(test_irq_order)
{
    write_reg(GT_IMR, 0);
    write_reg(GT_IER, ~0u);
    write_reg(DE_IER, 1u << 31);
    EMIT(GVIRT_RCS, CMD_USER_IRQ, CMD_NOOP);
    submit(GVIRT_RCS);
    gvirt_gpu_run(gpu, 1000);
    ck_assert(fake->irq_level);
    EMIT(GVIRT_BCS, CMD_USER_IRQ, CMD_NOOP);
    submit(GVIRT_BCS);
    slow_down();
    write_reg(GT_IIR, ~0u);
    join();
    ck_assert(gvirt_gpu_irq_level(gpu));
    ck_assert(fake->irq_level);
}
END_TEST

static void emit_long(GvirtEngineId id)
{
    EMIT(id, CMD_BB_START, BATCH_ADDR);
    submit(id);
}

/* One engine is reset, which ends its wait, while another one begins its. */
START_TEST(test_timer_order)
{
    int i;

    cs_teardown();
    cs_setup_timing(GVIRT_TIMING_MODEL);
    fake->now_ns = 1000000;
    batch_at(GVIRT_SPACE_GGTT, BATCH_ADDR);
    for (i = 0; i < NOOPS; i++) {
        BATCH(CMD_NOOP);
    }
    BATCH(CMD_SDI | 1u << 22, 0, DATA_ADDR, 1, CMD_BB_END);
    emit_long(GVIRT_BCS);
    gvirt_gpu_run(gpu, 100000);
    ck_assert_int_ne(fake->deadline_ns, INT64_MAX);
    emit_long(GVIRT_RCS);
    slow_down();
    write_reg(GDRST, GDRST_BLT);
    join();
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), 0);
    ck_assert_int_ne(fake->deadline_ns, INT64_MAX);
    fake->now_ns = fake->deadline_ns;
    gvirt_gpu_timer(gpu);
    gvirt_gpu_run(gpu, 100000);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), 1);
}
END_TEST

static GvirtHostOps resting_ops;
static gint rests;              /* times that it was offline */
static gint gate;               /* at so many it waits for a pause */
static uint64_t moved_to;       /* what local DATA_ADDR becomes meanwhile */

static void resting_offline(void *opaque)
{
    (void)opaque;
    if (g_atomic_int_add(&rests, 1) + 1 == g_atomic_int_get(&gate)) {
        while (!*(volatile unsigned *)&gpu->paused) {   /* volatile: polled */
            g_usleep(100);
        }
    }
}

static bool resting_online(void *opaque)
{
    (void)opaque;
    if (moved_to) {
        fakehost_write32(fake, TABLE_HPA + DATA_ADDR / GVIRT_PAGE_SIZE_B * 4,
                         moved_to | 1);
    }
    return moved_to;
}

static void rest_at(int at)
{
    resting_ops = *fake->host.ops;
    resting_ops.offline = resting_offline;
    resting_ops.online = resting_online;
    fake->host.ops = &resting_ops;
    g_atomic_int_set(&rests, 0);
    g_atomic_int_set(&gate, at);
    moved_to = 0;
}

static void emit_fill(unsigned rows)
{
    EMIT(GVIRT_BCS, FILL, FILL_CONTROL, 0, rows << 16 | FILL_WIDTH_PX,
         DATA_ADDR, FILL_COLOR);
    submit(GVIRT_BCS);
}

static void wait_for_rests(int count)
{
    while (g_atomic_int_get(&rests) < count) {
        g_usleep(100);
    }
}

/* The fill stands still, and nothing of it is forgotten. */
static void expect_halfway(void)
{
    poke(GVIRT_SPACE_PPGTT, DATA_ADDR, SENTINEL);
    g_usleep(20000);
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), SENTINEL);
    ck_assert(!is_idle(GVIRT_BCS));
    ck_assert(!g_atomic_int_get(&other_done));
}

START_TEST(test_pause_in_blit)
{
    GvirtGpuStats stats;

    rest_at(3);
    g_atomic_int_set(&other_done, 0);
    emit_fill(FILL_ROWS_MAX);
    other = g_thread_new("engines", other_run, NULL);
    wait_for_rests(3);
    gvirt_gpu_pause(gpu);
    expect_halfway();
    g_atomic_int_set(&gate, g_atomic_int_get(&rests) + 3);
    gvirt_gpu_resume(gpu);
    wait_for_rests(g_atomic_int_get(&gate));
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), FILL_COLOR);
    gvirt_gpu_pause(gpu);
    expect_halfway();
    /* A reset does not wait for the pause to be over. */
    gvirt_gpu_reset(gpu);
    join();
    gvirt_gpu_resume(gpu);
    gvirt_gpu_stats(gpu, &stats);
    ck_assert_uint_eq(stats.blit_bytes, 0);
}
END_TEST

/* Out of the engines altogether: a blit that stands still goes to its end. */
START_TEST(test_pause_out)
{
    rest_at(3);
    g_atomic_int_set(&other_done, 0);
    emit_fill(1024);
    other = g_thread_new("engines", other_run, NULL);
    wait_for_rests(3);
    gvirt_gpu_pause(gpu);
    expect_halfway();
    gvirt_gpu_pause_out(gpu);
    join();
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), FILL_COLOR);
    gvirt_gpu_resume(gpu);
    gvirt_gpu_resume(gpu);
    settle();
    ck_assert(is_idle(GVIRT_BCS));
}
END_TEST

/* Whoever waits for memory does not wait for a whole blit. */
START_TEST(test_rests)
{
    unsigned rows = 1024;

    rest_at(0);
    emit_fill(rows);
    settle();
    ck_assert(is_idle(GVIRT_BCS));
    ck_assert_int_ge(g_atomic_int_get(&rests), rows * FILL_ROW_B / REST_B - 1);
}
END_TEST

/* Memory went while the thread was offline: nothing of it is used again. */
START_TEST(test_memory_gone)
{
    rest_at(0);
    moved_to = 0x05000000;
    emit_fill(128);
    settle();
    ck_assert(is_idle(GVIRT_BCS));
    ck_assert_uint_eq(fakehost_read32(fake, moved_to), FILL_COLOR);
}
END_TEST

/* 1024x768 on DDI B, clocked by LCPLL: no frame is shown without it. */
START_TEST(test_display_clock)
{
    static const uint32_t mode[][2] = {
        { 0x46104, 1u << 29 }, { 0x46140, 2u << 29 },
        { 0x60000, 1183u << 16 | 1023 }, { 0x60004, 1183u << 16 | 1023 },
        { 0x6000c, 797u << 16 | 767 }, { 0x60010, 797u << 16 | 767 },
        { 0x6001c, 1023u << 16 | 767 }, { 0x60400, 1u << 31 | 1u << 28 },
        { 0x64100, 1u << 31 }, { 0x70008, 1u << 31 },
    };
    uint32_t lcpll = read_reg(0x130040), frames;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(mode); i++) {
        write_reg(mode[i][0], mode[i][1]);
    }
    for (i = 0; i < 3; i++) {
        write_reg(0x130040, i == 1 ? lcpll | 1u << 31 : lcpll);
        frames = read_reg(0x70040);
        fake->now_ns += 100000000;
        gvirt_gpu_timer(gpu);
        if (i == 1) {
            ck_assert_uint_eq(read_reg(0x70040), frames);
        } else {
            ck_assert_uint_gt(read_reg(0x70040), frames + 5);
        }
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("gpu");
    TCase *t = tcase_create("threads");

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_test(t, test_irq_order);
    tcase_add_test(t, test_timer_order);
    tcase_add_test(t, test_pause_in_blit);
    tcase_add_test(t, test_pause_out);
    tcase_add_test(t, test_rests);
    tcase_add_test(t, test_memory_gone);
    suite_add_tcase(s, t);
    t = tcase_create("display");
    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_test(t, test_display_clock);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
