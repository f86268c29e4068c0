/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Render time among guests, on the modelled clock: slices, weights, caps, and
 * that nobody waits for one who has nothing to do. On a host that does other
 * things meanwhile, work is late but not lost.
 */
#include "mediator-fixture.h"
#include "suite.h"

#define BATCH_PAGES     256u        /* of no-ops: about 0.4 ms */
#define QUEUED          4u

static void start(unsigned n, unsigned weight, unsigned cap)
{
    GvirtVgpuConfig config = guest_config(n, 64 << 20, 256 << 20, 8);

    config.weight = weight;
    config.cap_percent = cap;
    ck_assert(guest_new_with(n, &config, NULL));
    guest_start(n);
    /* Guest page GPA_DATA + p is local page p. */
    mem_set(&guest[n], GPA_DATA + BATCH_PAGES * 0x1000 - 4, 0x05000000);
}

static void setup(void)
{
    mediator_start_timed(false, GVIRT_TIMING_MODEL);
}

static void teardown(void)
{
    mediator_stop();
}

static void request_of(Guest *g, unsigned batches)
{
    while (batches--) {
        emit(g, GVIRT_RCS, 0x18802100);
        emit(g, GVIRT_RCS, 0);
    }
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
}

static void request(Guest *g)
{
    request_of(g, 1);
}

/* Keep some requests of guests [first, end) queued, for ns. */
static void work_from(unsigned first, unsigned end, int64_t ns)
{
    int64_t end_ns = fake->now_ns + ns;
    unsigned n;

    while (fake->now_ns < end_ns) {
        for (n = first; n < end; n++) {
            Guest *g = &guest[n];

            while (g->seqno[GVIRT_RCS] - seqno_done(g, GVIRT_RCS) < QUEUED) {
                request(g);
            }
        }
        settle(MS(1));
    }
}

static void work(unsigned guests, int64_t ns)
{
    work_from(0, guests, ns);
}

static double done(unsigned n)
{
    return seqno_done(&guest[n], GVIRT_RCS);
}

/* The same, with the first one's requests of so many batches. */
static void work_long(unsigned guests, unsigned batches, int64_t ns)
{
    int64_t end_ns = fake->now_ns + ns;
    unsigned n;

    while (fake->now_ns < end_ns) {
        if (guest[0].seqno[GVIRT_RCS] - seqno_done(&guest[0], GVIRT_RCS) < 2) {
            request_of(&guest[0], batches);
        }
        for (n = 1; n < guests; n++) {
            while (guest[n].seqno[GVIRT_RCS] -
                   seqno_done(&guest[n], GVIRT_RCS) < QUEUED) {
                request(&guest[n]);
            }
        }
        settle(MS(1));
    }
}

/* Alone, a guest has all the time, and no switches. */
START_TEST(test_alone)
{
    start(0, 100, 0);
    work(1, MS(400));
    ck_assert_uint_eq(stats(&guest[0]).switches_in, 1);
    ck_assert(stats(&guest[0]).run_ns > 0.9 * MS(400));
    /* 256 Ki no-ops of 2 clocks at 1250 MHz: 0.42 ms each. */
    ck_assert_double_gt(done(0), 850);
    ck_assert_double_lt(done(0), 960);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(test_equal)
{
    start(0, 100, 0);
    start(1, 100, 0);
    work(2, MS(1000));
    ck_assert_double_eq_tol(done(0) / done(1), 1.0, 0.1);
    /* In slices of 16 ms: some thirty each. */
    ck_assert_uint_ge(stats(&guest[0]).switches_in, 20);
    ck_assert_uint_le(stats(&guest[0]).switches_in, 40);
    ck_assert(stats(&guest[0]).run_ns + stats(&guest[1]).run_ns >
              0.85 * MS(1000));
}
END_TEST

START_TEST(test_weights)
{
    start(0, 300, 0);
    start(1, 100, 0);
    start(2, 100, 0);
    work(3, MS(2000));
    ck_assert_double_eq_tol(done(0) / done(1), 3.0, 0.5);
    ck_assert_double_eq_tol(done(2) / done(1), 1.0, 0.2);
}
END_TEST

#define DEEP_BATCHES    4u          /* 1.7 ms */
#define DEEP_QUEUED     300u        /* half a second, most of the ring */

/* Keep the ring full to the brim, up to the last request. */
static void fill(Guest *g, unsigned last)
{
    while (g->seqno[GVIRT_RCS] < last &&
           g->seqno[GVIRT_RCS] - seqno_done(g, GVIRT_RCS) < DEEP_QUEUED) {
        request_of(g, DEEP_BATCHES);
    }
}

/*
 * Queues that take longer than the limit, round and round the ring: no request
 * does, and all are done, beside short ones (0) or another such queue (1).
 */
START_TEST(test_deep_queue)
{
    Guest *g = &guest[0];
    unsigned round;
    uint32_t head;
    int64_t run_ns;

    start(0, 100, 0);
    start(1, 100, 0);
    for (round = 0; round < 2000; round++) {
        fill(g, 1000);
        if (_i) {
            fill(&guest[1], 1000);
        } else if (guest[1].seqno[GVIRT_RCS] ==
                   seqno_done(&guest[1], GVIRT_RCS)) {
            request(&guest[1]);
        }
        settle(MS(2));
        /* The guest's registers tell of its own ring. */
        ck_assert_uint_eq(rd(g, 0x2030), g->tail[GVIRT_RCS]);
        head = rd(g, 0x2034) & 0x1ffffc;
        ck_assert_uint_lt(head, RING_SIZE_B);
        if (round == 400) {
            run_ns = stats(g).run_ns + stats(&guest[1]).run_ns;
            ck_assert(run_ns > 0.85 * MS(800));
            ck_assert(!_i || ABS((int64_t)(stats(g).run_ns - run_ns / 2)) <
                      0.1 * run_ns);
        }
        if (done(0) == 1000 && (!_i || done(1) == 1000)) {
            break;
        }
    }
    ck_assert_double_eq(done(0), 1000);
    ck_assert_uint_eq(rd(g, 0x2034) & 0x1ffffc, g->tail[GVIRT_RCS]);
    ck_assert_double_ge(done(1), _i ? 1000 : 50);
    ck_assert_uint_ge(stats(g).switches_in, 20);
    ck_assert_uint_eq(stats(g).resets + stats(&guest[1]).resets, 0);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* Alone, the engine does not wait for the rest of a queue: nearly all of it. */
START_TEST(test_deep_queue_alone)
{
    unsigned i;

    start(0, 100, 0);
    for (i = 0; i < 300; i++) {
        request_of(&guest[0], _i);
    }
    settle(MS(500));
    ck_assert_double_eq(done(0), 300);
    ck_assert_uint_eq(stats(&guest[0]).switches_in, 1);
    /* Without a hole the same work takes this time. */
    ck_assert(stats(&guest[0]).run_ns < 1.05 * 300 * _i * 420000);
    ck_assert(stats(&guest[0]).run_ns > 0.9 * 300 * _i * 420000);
}
END_TEST

/* Long requests, many of them: fewer are the hardware's at a time. */
START_TEST(test_deep_queue_long)
{
    unsigned i;

    start(0, 100, 0);
    start(1, 100, 0);
    for (i = 0; i < 8; i++) {
        request_of(&guest[0], 200);
    }
    for (i = 0; i < 40; i++) {
        request(&guest[1]);
        settle(MS(30));
    }
    ck_assert_double_eq(done(0), 8);
    ck_assert_double_eq(done(1), 40);
    ck_assert_uint_eq(stats(&guest[0]).resets, 0);
}
END_TEST

/* One without an end amid a queue is found, after what was before it. */
START_TEST(test_deep_queue_endless)
{
    Guest *g = &guest[0];
    unsigned i;

    start(0, 100, 0);
    start(1, 100, 0);
    mem_set(g, GPA_BATCH, 0x18800000);
    mem_set(g, GPA_BATCH + 4, gm(g, GM_BATCH));
    for (i = 0; i < 250; i++) {
        if (i == 20) {
            emit(g, GVIRT_RCS, 0x18800000);
            emit(g, GVIRT_RCS, gm(g, GM_BATCH));
        }
        request_of(g, DEEP_BATCHES);
    }
    settle(MS(1));
    request(&guest[1]);
    settle(MS(100));
    ck_assert_double_eq(done(0), 20);
    ck_assert_double_eq(done(1), 1);
    request(&guest[1]);
    settle(MS(450));
    ck_assert_uint_eq(stats(g).resets, 0);
    settle(MS(100));
    ck_assert_uint_eq(stats(g).resets, 1);
    ck_assert_double_eq(done(0), 20);
    ck_assert_double_eq(done(1), 2);
    ck_assert_uint_eq(stats(&guest[1]).resets, 0);
}
END_TEST

/*
 * An engine waits for a mailbox that another one fills at the end of a long
 * queue, and the cap is reached meanwhile; or (1) another guest wants.
 */
START_TEST(test_deep_queue_mailbox)
{
    Guest *g = &guest[0];
    unsigned i;

    start(0, 100, 20);
    start(1, 100, 0);
    emit(g, GVIRT_RCS, 0x0b160001);     /* compare RBSYNC with 0 */
    emit(g, GVIRT_RCS, 0);
    emit(g, GVIRT_RCS, 0);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    for (i = 0; i < 120; i++) {
        emit_batch(g, GVIRT_BCS, 0x18800100, 0);
        emit_breadcrumb(g, GVIRT_BCS);
    }
    emit(g, GVIRT_BCS, 0x11000001);
    emit(g, GVIRT_BCS, 0x2048);
    emit(g, GVIRT_BCS, 1);
    emit(g, GVIRT_BCS, 0x11000001);
    emit(g, GVIRT_BCS, 0x2044);
    emit(g, GVIRT_BCS, 1);
    submit(g, GVIRT_BCS);
    settle(MS(1));
    if (_i) {
        request(&guest[1]);
    }
    settle(MS(300));
    ck_assert_uint_eq(seqno_done(g, GVIRT_BCS), 120);
    ck_assert_double_eq(done(0), 1);
    ck_assert_double_eq(done(1), _i);
    ck_assert_uint_eq(stats(g).resets, 0);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* Requests of 84 ms, which nothing interrupts, take nothing from others. */
START_TEST(test_overrun)
{
    start(0, 100, 0);
    start(1, _i ? 300 : 100, 0);
    work_long(2, 200, MS(3000));
    ck_assert_double_eq_tol((double)stats(&guest[1]).run_ns /
                            stats(&guest[0]).run_ns, _i ? 3.0 : 1.0,
                            _i ? 0.5 : 0.15);
    ck_assert_uint_eq(stats(&guest[0]).resets, 0);
}
END_TEST

/*
 * Of weight 1 beside two of weight 1000, with requests that take 84 ms (0) or
 * 0.4 ms (1): each is done some two seconds after it came, and the others
 * have nearly all of the time.
 */
START_TEST(test_longest_wait)
{
    int64_t since_ns = fake->now_ns;
    int64_t longest_ns = 0;
    unsigned served = 0;
    int64_t end_ns;

    start(0, 1, 0);
    start(1, 1000, 0);
    start(2, 1000, 0);
    end_ns = fake->now_ns + MS(20000);
    while (fake->now_ns < end_ns) {
        if (done(0) != served || guest[0].seqno[GVIRT_RCS] == 0) {
            served = done(0);
            since_ns = fake->now_ns;
        }
        if (guest[0].seqno[GVIRT_RCS] == served) {
            request_of(&guest[0], _i ? 1 : 200);
        }
        work_from(1, 3, MS(1));
        longest_ns = MAX(longest_ns, fake->now_ns - since_ns);
    }
    ck_assert_int_gt(longest_ns, MS(500));
    ck_assert_int_lt(longest_ns, MS(2300));
    ck_assert_uint_ge(served, 8);
    ck_assert(stats(&guest[0]).run_ns < (_i ? 0.005 : 0.05) * MS(20000));
    ck_assert_double_eq_tol(done(2) / done(1), 1.0, 0.1);
}
END_TEST

/* ... nor more than a cap, alone (0) or not. */
START_TEST(test_overrun_cap)
{
    start(0, 100, 20);
    if (_i) {
        start(1, 100, 0);
    }
    work_long(1 + _i, 200, MS(4000));
    ck_assert(stats(&guest[0]).run_ns > 0.14 * MS(4000));
    ck_assert(stats(&guest[0]).run_ns < 0.24 * MS(4000));
    ck_assert_uint_eq(stats(&guest[0]).resets, 0);
}
END_TEST

/* Who has slept does not make up for it afterwards. */
START_TEST(test_no_savings)
{
    uint64_t before_ns;

    start(0, 100, 0);
    start(1, 100, 0);
    work(1, MS(1000));
    before_ns = stats(&guest[0]).run_ns;
    work(2, MS(400));
    ck_assert(stats(&guest[0]).run_ns - before_ns > 0.4 * MS(400));
    ck_assert(stats(&guest[1]).run_ns > 0.4 * MS(400));
}
END_TEST

START_TEST(test_cap)
{
    start(0, 100, 20);
    if (_i) {
        start(1, 100, 0);
    }
    work(1 + _i, MS(1600));
    ck_assert(stats(&guest[0]).run_ns > 0.12 * MS(1600));
    ck_assert(stats(&guest[0]).run_ns < 0.26 * MS(1600));
    if (_i) {
        ck_assert(stats(&guest[1]).run_ns > 0.6 * MS(1600));
    }
}
END_TEST

/*
 * Who has used up its share gets the next one, though nobody touches the GPU
 * meanwhile: whoever has the engines (0: another, gone idle; 1: none).
 */
START_TEST(test_cap_ends)
{
    start(0, 100, 10);
    start(1, 100, 0);
    work(1, MS(40));
    ck_assert_double_gt(guest[0].seqno[GVIRT_RCS], done(0));
    request(&guest[1]);
    settle(MS(5));
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 1);
    ck_assert_double_gt(guest[0].seqno[GVIRT_RCS], done(0));
    if (_i) {
        gvirt_vgpu_free(guest[1].vgpu);
    }
    settle(MS(200));
    ck_assert_uint_eq(seqno_done(&guest[0], GVIRT_RCS),
                      guest[0].seqno[GVIRT_RCS]);
}
END_TEST

/* Looked at late, each time: all of the time is still a cap of 100. */
START_TEST(test_cap_looked_at_late)
{
    unsigned round;

    mediator_stop();
    mediator_start(false);
    start(0, 100, 100);
    for (round = 1; round <= 20; round++) {
        request(&guest[0]);
        fake->now_ns += MS(250);
        own.stalled_ns += MS(250);
        gvirt_mediator_timer(mediator);
        settle(MS(1));
        ck_assert_double_eq(done(0), round);
    }
    ck_assert(stats(&guest[0]).run_ns > MS(20 * 250));
}
END_TEST

/*
 * Two that play together: one does not end, the other wants, and at the last
 * moment does not. The third gets its turn within the limit of the first.
 */
START_TEST(test_drain_cut_short)
{
    unsigned round;

    start(0, 100, 0);
    start(1, 100, 0);
    start(2, 100, 0);
    emit(&guest[0], GVIRT_BCS, 0x18800000);
    emit(&guest[0], GVIRT_BCS, gm(&guest[0], GM_BATCH));
    mem_set(&guest[0], GPA_BATCH, 0x18800000);
    mem_set(&guest[0], GPA_BATCH + 4, gm(&guest[0], GM_BATCH));
    submit(&guest[0], GVIRT_BCS);
    settle(MS(1));
    emit_breadcrumb(&guest[1], GVIRT_BCS);
    submit(&guest[1], GVIRT_BCS);
    request(&guest[2]);
    for (round = 0; round < 8; round++) {
        settle(MS(100));
        wr(&guest[1], 0x941c, 1u << 1);
    }
    ck_assert_uint_eq(stats(&guest[0]).resets, 1);
    ck_assert_double_eq(done(2), 1);
    ck_assert_uint_eq(stats(&guest[2]).resets, 0);
}
END_TEST

/* Who made room for one that has gone goes on, however long it takes. */
START_TEST(test_drain_for_nobody)
{
    start(0, 100, 0);
    start(1, 100, 0);
    request_of(&guest[0], 400);
    settle(MS(20));
    request(&guest[1]);
    settle(MS(30));
    if (_i) {
        gvirt_vgpu_free(guest[1].vgpu);
    } else {
        wr(&guest[1], 0x941c, 1);
    }
    request_of(&guest[0], 1600);
    settle(MS(900));
    ck_assert_double_eq(done(0), 2);
    ck_assert_uint_eq(stats(&guest[0]).resets, 0);
    ck_assert_uint_eq(stats(&guest[0]).switches_in, 1);
}
END_TEST

/* Who is idle costs the other nothing. */
START_TEST(test_idle_is_passed_over)
{
    start(0, 100, 0);
    start(1, 900, 0);
    work(1, MS(400));
    ck_assert_uint_eq(stats(&guest[1]).switches_in, 0);
    ck_assert_double_gt(done(0), 850);
}
END_TEST

/* A guest with short requests is served within a slice of the hog's. */
START_TEST(test_latency)
{
    unsigned i;

    start(0, 100, 0);
    start(1, 100, 0);
    for (i = 1; i <= 20; i++) {
        int64_t before_ns = fake->now_ns;

        request(&guest[1]);
        while (seqno_done(&guest[1], GVIRT_RCS) < i) {
            work(1, MS(1));
            ck_assert_int_lt(fake->now_ns - before_ns, MS(25));
        }
        work(1, MS(5));
    }
}
END_TEST

/* The main loop goes on for ns, the engines' thread does not get to run. */
static void stall(int64_t ns)
{
    int64_t end_ns = fake->now_ns + ns;

    while (fake->now_ns < end_ns) {
        int64_t step_ns = MIN(end_ns - fake->now_ns, MS(10));

        fake->now_ns += step_ns;
        own.stalled_ns += step_ns;
        fire_timers();
    }
}

/* They get to run, for some commands and for ns. */
static void run_a_little(unsigned commands, int64_t ns)
{
    fake->now_ns += ns;
    gvirt_gpu_run(gpu, commands);
    if (fake->irq_edges != irqs_seen) {
        irqs_seen = fake->irq_edges;
        gvirt_mediator_irq(mediator, fake->irq_level);
    }
}

static void overloaded(int timing)
{
    mediator_stop();
    mediator_start_timed(false, timing ? GVIRT_TIMING_MODEL :
                                         GVIRT_TIMING_FUNCTIONAL);
    start(0, 100, 0);
    start(1, 100, 0);
}

/* Honest work under both timings: each moment of it may take seconds. */
START_TEST(test_overloaded)
{
    unsigned round, n, i;

    overloaded(_i);
    for (n = 0; n < 2; n++) {
        for (i = 0; i < QUEUED; i++) {
            request(&guest[n]);
        }
    }
    for (round = 0; round < 4000 &&
         (done(0) < QUEUED || done(1) < QUEUED); round++) {
        stall(MS(6000));
        run_a_little(_i ? 400 : 40, 1000);
    }
    settle(MS(100));
    for (n = 0; n < 2; n++) {
        ck_assert_double_eq(done(n), QUEUED);
        ck_assert_uint_ge(stats(&guest[n]).switches_in, 1);
        ck_assert_uint_eq(stats(&guest[n]).resets, 0);
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* Work without an end is found there, too, as soon as it has had its time. */
START_TEST(test_overloaded_endless)
{
    unsigned round;

    overloaded(_i);
    emit(&guest[0], GVIRT_BCS, 0x18800000);
    emit(&guest[0], GVIRT_BCS, gm(&guest[0], GM_BATCH));
    mem_set(&guest[0], GPA_BATCH, 0x18800000);
    mem_set(&guest[0], GPA_BATCH + 4, gm(&guest[0], GM_BATCH));
    submit(&guest[0], GVIRT_BCS);
    settle(MS(1));
    request(&guest[1]);
    for (round = 0; round < 200; round++) {
        ck_assert_uint_eq(stats(&guest[0]).resets, 0);
        stall(MS(100));
        run_a_little(1000, MS(2));
    }
    for (; round < 400 && done(1) == 0; round++) {
        stall(MS(100));
        run_a_little(1000, MS(2));
    }
    ck_assert_double_eq(done(1), 1);
    ck_assert_uint_eq(stats(&guest[0]).resets, 1);
    ck_assert_uint_eq(stats(&guest[1]).resets, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mediator-sched");
    TCase *tc = tcase_create("sched");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_alone);
    tcase_add_test(tc, test_equal);
    tcase_add_test(tc, test_weights);
    tcase_add_loop_test(tc, test_deep_queue, 0, 2);
    tcase_add_loop_test(tc, test_deep_queue_alone, 1, 3);
    tcase_add_test(tc, test_deep_queue_long);
    tcase_add_test(tc, test_deep_queue_endless);
    tcase_add_loop_test(tc, test_deep_queue_mailbox, 0, 2);
    tcase_add_loop_test(tc, test_overrun, 0, 2);
    tcase_add_loop_test(tc, test_longest_wait, 0, 2);
    tcase_add_loop_test(tc, test_overrun_cap, 0, 2);
    tcase_add_test(tc, test_no_savings);
    tcase_add_loop_test(tc, test_cap, 0, 2);
    tcase_add_loop_test(tc, test_cap_ends, 0, 2);
    tcase_add_test(tc, test_cap_looked_at_late);
    tcase_add_test(tc, test_drain_cut_short);
    tcase_add_loop_test(tc, test_drain_for_nobody, 0, 2);
    tcase_add_test(tc, test_idle_is_passed_over);
    tcase_add_test(tc, test_latency);
    tcase_add_loop_test(tc, test_overloaded, 0, 2);
    tcase_add_loop_test(tc, test_overloaded_endless, 0, 2);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
