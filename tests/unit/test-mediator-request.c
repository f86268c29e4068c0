/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queues longer than what the hardware is shown at a time: what waits is not
 * lost, not done twice and not done when it should not be any more, whatever
 * the guest does to its ring meanwhile. On the modelled clock.
 */
#include "mediator-fixture.h"
#include "suite.h"
#include "../../hw/gvirt-host/mediator-internal.h"

#define BB_START_LOCAL      0x18802100u
#define BB_END              0x05000000u
#define USER_INTERRUPT      0x01000000u
#define STOP_RING           (1u << 8)
#define BATCH_NS            420000      /* of a request's batch, about */
#define SHOWN_MAX           8u

#define RCS_TAIL            0x2030u
#define RCS_HEAD            0x2034u
#define RCS_CTL             0x203cu
#define RCS_MI_MODE         0x209cu
#define GDRST_RENDER        (1u << 1)
#define GDRST_BLT           (3u << 2)

static Guest *g = &guest[0];

static void setup(void)
{
    unsigned n;

    mediator_start_timed(false, GVIRT_TIMING_MODEL);
    for (n = 0; n < 2; n++) {
        guest_new(n);
        guest_start(n);
        mem_set(&guest[n], GPA_DATA + 256 * 0x1000 - 4, BB_END);
    }
}

static void teardown(void)
{
    ck_assert_uint_eq(fake->guest_errors, 0);
    mediator_stop();
}

static uint32_t done(unsigned n)
{
    return seqno_done(&guest[n], GVIRT_RCS);
}

static void request(Guest *of)
{
    emit_batch(of, GVIRT_RCS, BB_START_LOCAL, 0);
    emit_breadcrumb(of, GVIRT_RCS);
}

static void queue(Guest *of, unsigned count)
{
    while (count--) {
        request(of);
    }
    submit(of, GVIRT_RCS);
}

/* A request under way, of many that wait. */
static void queue_deep(void)
{
    queue(g, 300);
    settle(40 * BATCH_NS + BATCH_NS / 2);
    ck_assert_uint_ge(done(0), 30);
    ck_assert_uint_le(done(0), 41);
}

/*
 * Requests of all sizes, round and round: across the ring's end, up to the
 * brim, with an odd length, and with a TAIL in their middle (1).
 */
START_TEST(test_wrap)
{
    GRand *random = g_rand_new_with_seed(_i + 1);
    unsigned queued_dw = 0, i, k, waits;
    uint32_t head;

    for (i = 0; i < 1500; i++) {
        unsigned pad = g_rand_int_range(random, 0, i % 50 ? 40 : 1500);

        /* Of the ring there is to be room for this one. */
        waits = 0;
        while (queued_dw + pad + 32 > RING_SIZE_B / 4) {
            ck_assert_uint_lt(waits++, 10000);
            settle(1000 * (1 + i % 7));
            head = rd(g, RCS_HEAD) & 0x1ffffc;
            queued_dw = (g->tail[GVIRT_RCS] - head) % RING_SIZE_B / 4;
        }
        for (k = 0; k < pad; k++) {
            emit(g, GVIRT_RCS, 0);
        }
        if (_i) {
            submit(g, GVIRT_RCS);
        }
        emit_store(g, gm(g, GM_SCRATCH) + i % 1024 * 4, 0x1000 + i);
        if (_i) {
            submit(g, GVIRT_RCS);
        }
        emit_breadcrumb(g, GVIRT_RCS);
        if (i % 5 == 0) {
            submit(g, GVIRT_RCS);
        }
        queued_dw += pad + 12;
    }
    submit(g, GVIRT_RCS);
    settle(MS(50));
    ck_assert_uint_eq(done(0), 1500);
    for (i = 1500 - 1024; i < 1500; i++) {
        ck_assert_uint_eq(mem(g, GPA_SCRATCH + i % 1024 * 4), 0x1000 + i);
    }
    g_rand_free(random);
}
END_TEST

/* Ends that are none: no interrupt (0), one within a quadword (1). */
START_TEST(test_ends)
{
    unsigned i;

    for (i = 0; i < 200; i++) {
        emit_batch(g, GVIRT_RCS, BB_START_LOCAL, 0);
        if (_i) {
            emit(g, GVIRT_RCS, USER_INTERRUPT);
            emit_store(g, gm(g, GM_SCRATCH) + i * 4, i);
            emit(g, GVIRT_RCS, 0);
        }
        if (i % 60 == 59) {
            emit_breadcrumb(g, GVIRT_RCS);
        }
    }
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(100));
    ck_assert_uint_eq(done(0), 4);
    for (i = 0; _i && i < 200; i++) {
        ck_assert_uint_eq(mem(g, GPA_SCRATCH + i * 4), i);
    }
}
END_TEST

/* A guest that hears of nothing has its queue done all the same. */
START_TEST(test_masked)
{
    wr(g, 0x20a8, UINT32_MAX);
    queue(g, 300);
    settle(320 * BATCH_NS);
    ck_assert_uint_eq(done(0), 300);
    ck_assert_uint_eq(stats(g).interrupts, 0);
}
END_TEST

/* What waits is gone with the engine's reset, and is not done later. */
START_TEST(test_reset)
{
    uint32_t before;

    queue_deep();
    wr(g, GDRST, GDRST_RENDER);
    before = done(0);
    settle(MS(20));
    ck_assert_uint_eq(done(0), before);
    guest_ring_on(g, GVIRT_RCS);
    settle(MS(20));
    ck_assert_uint_eq(done(0), before);
    queue(g, 40);
    settle(60 * BATCH_NS);
    ck_assert_uint_eq(done(0), 340);
}
END_TEST

/* Of another engine, or of another guest: the queue goes on. */
START_TEST(test_reset_of_others)
{
    queue_deep();
    wr(&guest[_i], GDRST, GDRST_BLT);
    settle(320 * BATCH_NS);
    ck_assert_uint_eq(done(0), 300);
    ck_assert_uint_eq(stats(g).resets, !_i);
}
END_TEST

/* The ring switched off with all that waits. */
START_TEST(test_disable)
{
    uint32_t before;

    queue_deep();
    wr(g, RCS_CTL, 0);
    before = done(0);
    settle(MS(20));
    ck_assert_uint_eq(done(0), before);
    guest_ring_on(g, GVIRT_RCS);
    queue(g, 20);
    settle(40 * BATCH_NS);
    ck_assert_uint_eq(done(0), 320);
}
END_TEST

/* While the ring is stopped nothing new is begun; then all of it. */
START_TEST(test_stop)
{
    uint32_t before;

    queue_deep();
    wr(g, RCS_MI_MODE, STOP_RING << 16 | STOP_RING);
    settle(MS(1));
    before = done(0);
    settle(MS(50));
    ck_assert_uint_eq(done(0), before);
    wr(g, RCS_MI_MODE, STOP_RING << 16);
    settle(320 * BATCH_NS);
    ck_assert_uint_eq(done(0), 300);
}
END_TEST

/* HEAD set to TAIL: what waited is left out. */
START_TEST(test_head)
{
    uint32_t before;

    queue_deep();
    wr(g, RCS_HEAD, rd(g, RCS_TAIL));
    before = done(0);
    settle(MS(50));
    ck_assert_uint_eq(done(0), before);
    queue(g, 20);
    settle(40 * BATCH_NS);
    ck_assert_uint_eq(done(0), 320);
}
END_TEST

/* TAIL set back to an earlier end, before it was reached. */
START_TEST(test_tail_back)
{
    uint32_t tail;

    queue(g, 100);
    tail = g->tail[GVIRT_RCS];
    queue(g, 150);
    settle(20 * BATCH_NS);
    wr(g, RCS_TAIL, tail);
    settle(300 * BATCH_NS);
    ck_assert_uint_eq(done(0), 100);
    ck_assert_uint_eq(rd(g, RCS_HEAD) & 0x1ffffc, tail);
    wr(g, RCS_TAIL, g->tail[GVIRT_RCS]);
    settle(300 * BATCH_NS);
    ck_assert_uint_eq(done(0), 250);
}
END_TEST

/* What waits may be written anew: it was not looked at yet. */
START_TEST(test_written_anew)
{
    uint32_t tail = g->tail[GVIRT_RCS];
    unsigned i;

    queue(g, 100);
    settle(BATCH_NS);
    g->tail[GVIRT_RCS] = tail + 50 * 6 * 4;
    for (i = 50; i < 100; i++) {
        emit_store(g, gm(g, GM_SCRATCH) + i * 4, i);
        emit(g, GVIRT_RCS, 0);
        emit(g, GVIRT_RCS, i == 99 ? USER_INTERRUPT : 0);
    }
    settle(MS(60));
    ck_assert_uint_eq(done(0), 50);
    for (i = 50; i < 100; i++) {
        ck_assert_uint_eq(mem(g, GPA_SCRATCH + i * 4), i);
    }
}
END_TEST

/* Two queues, many switches: each request once, and in order. */
START_TEST(test_switches)
{
    unsigned i, n;

    for (i = 0; i < 300; i++) {
        for (n = 0; n < 2; n++) {
            emit_store(&guest[n], gm(&guest[n], GM_SCRATCH) + i * 4,
                       n << 16 | i);
            request(&guest[n]);
        }
    }
    submit(&guest[0], GVIRT_RCS);
    submit(&guest[1], GVIRT_RCS);
    settle(700 * BATCH_NS);
    for (n = 0; n < 2; n++) {
        ck_assert_uint_eq(done(n), 300);
        ck_assert_uint_ge(stats(&guest[n]).switches_in, 5);
        ck_assert_uint_eq(stats(&guest[n]).resets, 0);
        /* Each by one audit, wherever the switches were. */
        ck_assert_uint_eq(stats(&guest[n]).audited_dw, 300 * 10);
        for (i = 0; i < 300; i++) {
            ck_assert_uint_eq(mem(&guest[n], GPA_SCRATCH + i * 4),
                              n << 16 | i);
        }
    }
}
END_TEST

/* A switch waits for what was shown, not for the queue. */
START_TEST(test_switch_soon)
{
    int64_t before_ns;

    queue(g, 300);
    settle(MS(30));
    before_ns = fake->now_ns;
    queue(&guest[1], 1);
    while (done(1) == 0) {
        settle(100000);
        ck_assert_int_lt(fake->now_ns - before_ns,
                         (SHOWN_MAX + 3) * BATCH_NS);
    }
    settle(320 * BATCH_NS);
    ck_assert_uint_eq(done(0), 300);
}
END_TEST

/* Its guest goes, by reset (0) or for good (1); others are served. */
START_TEST(test_gone)
{
    queue_deep();
    queue(&guest[1], 30);
    if (_i) {
        gvirt_vgpu_free(g->vgpu);
        guest_new(0);
    } else {
        gvirt_vgpu_reset(g->vgpu);
    }
    settle(40 * BATCH_NS);
    ck_assert_uint_eq(done(1), 30);
    guest_start(0);
    mem_set(g, GPA_HWSP(GVIRT_RCS) + HWSP_SEQNO, 0);
    g->seqno[GVIRT_RCS] = 0;
    queue(g, 30);
    settle(40 * BATCH_NS);
    ck_assert_uint_eq(done(0), 30);
}
END_TEST

/*
 * The counts themselves, by their doors: one counted twice or kept too long
 * makes the others wait, and no guest sees more of it than that.
 */
START_TEST(test_counts)
{
    GvirtHwEngine *engine = &mediator->engine[GVIRT_RCS];
    const uint32_t end_dw[GVIRT_REQUESTS_MAX] = { 6, 12 };
    const uint32_t last_dw[GVIRT_REQUESTS_MAX] = { 2 };
    uint64_t from_pos;

    queue(g, 4);        /* short ones: as many as there may be go at a time */
    settle(10 * BATCH_NS);
    from_pos = engine->done_pos = engine->filled_pos;
    gvirt_requests_retire(mediator, engine, true);
    ck_assert_uint_eq(engine->requests, 0);
    ck_assert_uint_eq(gvirt_requests_room(mediator, GVIRT_RCS), SHOWN_MAX);
    /* Two whole ones, then the beginning of a third, then its end. */
    gvirt_requests_add(mediator, GVIRT_RCS, end_dw, 2, 12);
    ck_assert_uint_eq(engine->requests, 2);
    ck_assert_uint_eq(gvirt_requests_room(mediator, GVIRT_RCS), SHOWN_MAX - 2);
    engine->filled_pos = from_pos + 48;
    gvirt_requests_add(mediator, GVIRT_RCS, end_dw, 0, 4);
    ck_assert_uint_eq(engine->requests, 3);
    ck_assert_uint_eq(gvirt_requests_room(mediator, GVIRT_RCS), SHOWN_MAX - 2);
    engine->filled_pos = from_pos + 64;
    gvirt_requests_add(mediator, GVIRT_RCS, last_dw, 1, 2);
    ck_assert_uint_eq(engine->requests, 3);
    ck_assert_uint_eq(gvirt_requests_room(mediator, GVIRT_RCS), SHOWN_MAX - 3);
    engine->filled_pos = from_pos + 72;
    /* Passed with its last dword, not before and not later. */
    engine->done_pos = from_pos + 20;
    gvirt_requests_retire(mediator, engine, false);
    ck_assert_uint_eq(engine->requests, 3);
    engine->done_pos = from_pos + 24;
    gvirt_requests_retire(mediator, engine, false);
    ck_assert_uint_eq(engine->requests, 2);
    engine->done_pos = from_pos + 72;
    gvirt_requests_retire(mediator, engine, false);
    ck_assert_uint_eq(engine->requests, 0);
    /* An open one is passed when there is nothing more to be done. */
    gvirt_requests_add(mediator, GVIRT_RCS, end_dw, 0, 4);
    engine->filled_pos = engine->done_pos = from_pos + 88;
    gvirt_requests_retire(mediator, engine, false);
    ck_assert_uint_eq(engine->requests, 1);
    gvirt_requests_retire(mediator, engine, true);
    ck_assert_uint_eq(engine->requests, 0);
    ck_assert_uint_eq(gvirt_requests_room(mediator, GVIRT_RCS), SHOWN_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mediator-request");
    TCase *tc = tcase_create("request");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_wrap, 0, 2);
    tcase_add_loop_test(tc, test_ends, 0, 2);
    tcase_add_test(tc, test_masked);
    tcase_add_test(tc, test_reset);
    tcase_add_loop_test(tc, test_reset_of_others, 0, 2);
    tcase_add_test(tc, test_disable);
    tcase_add_test(tc, test_stop);
    tcase_add_test(tc, test_head);
    tcase_add_test(tc, test_tail_back);
    tcase_add_test(tc, test_written_anew);
    tcase_add_test(tc, test_switches);
    tcase_add_test(tc, test_switch_soon);
    tcase_add_loop_test(tc, test_gone, 0, 2);
    tcase_add_test(tc, test_counts);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
