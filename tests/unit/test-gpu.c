/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two threads in the GPU at once: what the host is told of the deadline and
 * of the interrupt line last is what holds.
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

static Suite *suite(void)
{
    Suite *s = suite_create("gpu");
    TCase *t = tcase_create("threads");

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_test(t, test_irq_order);
    tcase_add_test(t, test_timer_order);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
