/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two guests at work through the mediator: submission from end to end, flow
 * control, switches, resets. Batches are in test-mediator-batch.c.
 */
#include "mediator-fixture.h"
#include "suite.h"

#define LRI(n)              (0x11000000u | (2 * (n) - 1))
#define BB_START_PPGTT_RCS  0x18802100u
#define SET_CONTEXT         0x0c000000u
#define GPR(n)              (0x2600u + (n) * 8)

static void setup(void)
{
    mediator_start_two(false);
}

static void teardown(void)
{
    mediator_stop();
}

/* All four engines: seqno and interrupt arrive, HEAD comes to TAIL. */
START_TEST(test_submit)
{
    Guest *g = &guest[0];
    GvirtEngineId id = _i;
    uint32_t base = engine_base[id];
    uint32_t iir = id == GVIRT_VECS ? 0x44028 : 0x44018;
    uint32_t seqno = emit_breadcrumb(g, id);

    submit(g, id);
    settle(MS(10));
    ck_assert_uint_eq(seqno_done(g, id), seqno);
    ck_assert_uint_eq(rd(g, base + 0x34) & 0x1ffffc, g->tail[id]);
    ck_assert_uint_eq(rd(g, base + 0x30), g->tail[id]);
    ck_assert_uint_eq(rd(g, base + 0x38), gm(g, GM_RING(id)));
    ck_assert_uint_eq(rd(g, base + 0x9c) & 0x200, 0x200);
    ck_assert(g->host.level);
    ck_assert_uint_eq(rd(g, iir), user_bit[id]);
    wr(g, iir, user_bit[id]);
    ck_assert(!g->host.level);
    ck_assert_uint_eq(stats(g).submissions[id], 1);
    ck_assert_uint_eq(stats(g).interrupts, 1);
    ck_assert_uint_eq(stats(g).audit_rejects, 0);
    ck_assert(!guest[1].host.level);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* The guest's own RING_IMR stands between. */
START_TEST(test_interrupt_masked)
{
    Guest *g = &guest[0];

    wr(g, 0x20a8, 0xffffffff);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert(!g->host.level);
    ck_assert_uint_eq(rd(g, 0x44018), 0);
}
END_TEST

/* Around the ring several times, in chunks of changing size. */
START_TEST(test_ring_wrap)
{
    Guest *g = &guest[0];
    unsigned i, j;

    for (i = 0; i < 200; i++) {
        uint32_t seqno;

        for (j = 0; j < 20 + i % 7 * 50; j++) {
            emit(g, GVIRT_BCS, 0);
        }
        seqno = emit_breadcrumb(g, GVIRT_BCS);
        submit(g, GVIRT_BCS);
        settle(MS(2));
        ck_assert_uint_eq(seqno_done(g, GVIRT_BCS), seqno);
    }
    ck_assert_uint_ge(rd(g, 0x22034) >> 21, 5);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(test_store)
{
    Guest *g = &guest[0];

    emit_store(g, gm(g, GM_SCRATCH) + 0x20, 0xcafe);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_SCRATCH + 0x20), 0xcafe);
}
END_TEST

/* What is written to the ring after TAIL is not what runs. */
START_TEST(test_toctou_ring)
{
    Guest *g = &guest[0];
    uint32_t at = g->tail[GVIRT_RCS];

    emit_store(g, gm(g, GM_SCRATCH), 0x1111);
    submit(g, GVIRT_RCS);
    /* The engines have not yet run: on the real part this would be a race. */
    mem_set(g, GPA_RING(GVIRT_RCS) + at + 8, gm(&guest[1], GM_SCRATCH));
    mem_set(g, GPA_RING(GVIRT_RCS) + at + 12, 0x2222);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_SCRATCH), 0x1111);
    ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), 0);
}
END_TEST

/* TAIL runs over what the hardware has not executed yet. */
START_TEST(test_ring_overrun)
{
    Guest *g = &guest[0];
    unsigned i;

    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    for (i = 0; i < 600; i++) {
        emit_store(g, gm(g, GM_SCRATCH) + i * 4, i + 1);
    }
    submit(g, GVIRT_RCS);
    ck_assert_uint_eq(stats(g).submissions[GVIRT_RCS], 2);
    /* Around, and over the first of them, out of step by a dword. */
    emit(g, GVIRT_RCS, 0);
    for (i = 0; i < 500; i++) {
        emit_store(g, gm(g, GM_SCRATCH) + 0x800 + i % 256 * 4, 0x1000 + i);
    }
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    ck_assert_uint_eq(stats(g).submissions[GVIRT_RCS], 2);
    settle(MS(20));
    ck_assert_uint_eq(stats(g).submissions[GVIRT_RCS], 3);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 2);
    for (i = 0; i < 512; i++) {
        ck_assert_uint_eq(mem(g, GPA_SCRATCH + i * 4), i + 1);
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* Both at work: both come to an end, in turns. */
START_TEST(test_two_guests)
{
    unsigned i, n;

    for (i = 0; i < 50; i++) {
        for (n = 0; n < 2; n++) {
            emit_store(&guest[n], gm(&guest[n], GM_SCRATCH) + i * 4,
                       n << 16 | i);
            emit_breadcrumb(&guest[n], GVIRT_RCS);
            submit(&guest[n], GVIRT_RCS);
            emit_breadcrumb(&guest[n], GVIRT_BCS);
            submit(&guest[n], GVIRT_BCS);
        }
        settle(MS(40));
    }
    for (n = 0; n < 2; n++) {
        ck_assert_uint_eq(seqno_done(&guest[n], GVIRT_RCS), 50);
        ck_assert_uint_eq(seqno_done(&guest[n], GVIRT_BCS), 50);
        for (i = 0; i < 50; i++) {
            ck_assert_uint_eq(mem(&guest[n], GPA_SCRATCH + i * 4),
                              n << 16 | i);
        }
        ck_assert_uint_ge(stats(&guest[n]).switches_in, 10);
        ck_assert(guest[n].host.level);
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/*
 * RCS waits for a mailbox that BCS fills by work which comes while the rings
 * are being drained for the other guest.
 */
START_TEST(test_mailbox_across_drain)
{
    Guest *g = &guest[0];

    emit(g, GVIRT_RCS, 0x0b160001);     /* compare RBSYNC with 0 */
    emit(g, GVIRT_RCS, 0);
    emit(g, GVIRT_RCS, 0);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(20));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 0);
    emit_breadcrumb(&guest[1], GVIRT_RCS);
    submit(&guest[1], GVIRT_RCS);
    settle(MS(20));
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 0);
    /* BCS writes the mailbox that RCS looks at. */
    emit(g, GVIRT_BCS, LRI(1));
    emit(g, GVIRT_BCS, 0x2048);
    emit(g, GVIRT_BCS, 1);
    emit(g, GVIRT_BCS, LRI(1));
    emit(g, GVIRT_BCS, 0x2044);
    emit(g, GVIRT_BCS, 1);
    emit_breadcrumb(g, GVIRT_BCS);
    submit(g, GVIRT_BCS);
    settle(MS(50));
    ck_assert_uint_eq(seqno_done(g, GVIRT_BCS), 1);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 1);
    ck_assert_uint_eq(fake->guest_errors, 0);
    ck_assert_uint_eq(stats(g).resets, 0);
}
END_TEST

/* A fault is told to who made it. */
START_TEST(test_fault_is_own)
{
    Guest *g = &guest[0];
    unsigned round;

    /* Local page 0x300 is not there. */
    emit(g, GVIRT_RCS, 0x10000002);
    emit(g, GVIRT_RCS, 0);
    emit(g, GVIRT_RCS, 0x300000);
    emit(g, GVIRT_RCS, 1);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(rd(g, 0x4094) & 0xfffff001, 0x300001);
    emit_breadcrumb(&guest[1], GVIRT_RCS);
    submit(&guest[1], GVIRT_RCS);
    settle(MS(20));
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 1);
    for (round = 0; round < 2; round++) {
        ck_assert_uint_eq(rd(&guest[1], 0x4094) & 1, 0);
        ck_assert_uint_eq(rd(g, 0x4094) & 0xfffff001, 0x300001);
        emit_breadcrumb(g, GVIRT_RCS);
        submit(g, GVIRT_RCS);
        settle(MS(20));
    }
    wr(g, 0x4094, 0);
    ck_assert_uint_eq(rd(g, 0x4094) & 1, 0);
}
END_TEST

/* Registers and the render context go with their guest. */
START_TEST(test_state_is_switched)
{
    unsigned round, n;

    for (n = 0; n < 2; n++) {
        wr(&guest[n], 0xb038, 0x100 << n);
    }
    for (round = 0; round < 4; round++) {
        for (n = 0; n < 2; n++) {
            Guest *g = &guest[n];

            if (round == 0) {
                emit(g, GVIRT_RCS, SET_CONTEXT);
                emit(g, GVIRT_RCS, gm(g, GM_CONTEXT) | 0x109);
                emit(g, GVIRT_RCS, LRI(1));
                emit(g, GVIRT_RCS, GPR(3));
                emit(g, GVIRT_RCS, 0xaa00 + n);
            }
            /* SRM of the register and of the scratch one to memory. */
            emit(g, GVIRT_RCS, 0x12400001);
            emit(g, GVIRT_RCS, GPR(3));
            emit(g, GVIRT_RCS, gm(g, GM_SCRATCH) + round * 8);
            emit(g, GVIRT_RCS, 0x12400001);
            emit(g, GVIRT_RCS, 0xb038);
            emit(g, GVIRT_RCS, gm(g, GM_SCRATCH) + round * 8 + 4);
            emit_breadcrumb(g, GVIRT_RCS);
            submit(g, GVIRT_RCS);
            settle(MS(50));
            ck_assert_uint_eq(rd(g, 0x2180) & ~0xfffu, gm(g, GM_CONTEXT));
        }
    }
    for (n = 0; n < 2; n++) {
        for (round = 0; round < 4; round++) {
            ck_assert_uint_eq(mem(&guest[n], GPA_SCRATCH + round * 8),
                              0xaa00 + n);
            ck_assert_uint_eq(mem(&guest[n], GPA_SCRATCH + round * 8 + 4),
                              0x100 << n);
        }
        ck_assert_uint_ge(stats(&guest[n]).switches_in, 2);
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* A guest that has not run sees nothing of what another left behind. */
START_TEST(test_fresh_state)
{
    emit(&guest[0], GVIRT_RCS, LRI(1));
    emit(&guest[0], GVIRT_RCS, GPR(5));
    emit(&guest[0], GVIRT_RCS, 0x5ec3e7);
    submit(&guest[0], GVIRT_RCS);
    settle(MS(50));
    emit(&guest[1], GVIRT_RCS, 0x12400001);
    emit(&guest[1], GVIRT_RCS, GPR(5));
    emit(&guest[1], GVIRT_RCS, gm(&guest[1], GM_SCRATCH));
    mem_set(&guest[1], GPA_SCRATCH, 1);
    submit(&guest[1], GVIRT_RCS);
    settle(MS(50));
    ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), 0);
}
END_TEST

/* An endless local batch on RCS. */
static void hang(Guest *g)
{
    mem_set(g, GPA_DATA + 0x80000, BB_START_PPGTT_RCS);
    mem_set(g, GPA_DATA + 0x80004, 0x80000);
    emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
}

/* One hangs: the other goes on after the time-out, and so does it, reset. */
START_TEST(test_hang_is_contained)
{
    Guest *g = &guest[0];

    hang(g);
    settle(MS(5));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 0);
    ck_assert_uint_eq(rd(g, 0x209c) & 0x200, 0);
    emit_breadcrumb(&guest[1], GVIRT_RCS);
    submit(&guest[1], GVIRT_RCS);
    settle(MS(1000));
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 1);
    ck_assert_uint_ge(stats(g).resets, 1);

    /* Its driver notices, resets the engine and starts the ring again. */
    wr(g, 0x941c, 2);
    ck_assert_uint_eq(rd(g, 0x941c), 0);
    ck_assert_uint_eq(rd(g, 0x203c), 0);
    guest_ring_on(g, GVIRT_RCS);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(50));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), g->seqno[GVIRT_RCS]);
}
END_TEST

/* GDRST of the owner: its engines, at once; the other does not notice. */
START_TEST(test_reset_is_own)
{
    Guest *g = &guest[0];

    emit_breadcrumb(&guest[1], GVIRT_BCS);
    submit(&guest[1], GVIRT_BCS);
    settle(MS(20));
    hang(g);
    emit_breadcrumb(g, GVIRT_BCS);
    submit(g, GVIRT_BCS);
    settle(MS(20));
    ck_assert_uint_eq(seqno_done(g, GVIRT_BCS), 1);
    wr(g, 0x941c, _i ? 1 : 2);
    ck_assert_uint_eq(rd(g, 0x2034), 0);
    ck_assert_uint_eq(rd(g, 0x209c) & 0x200, 0x200);
    guest_ring_on(g, GVIRT_RCS);
    if (_i) {
        /* A full reset took the blitter's ring, too. */
        ck_assert_uint_eq(rd(g, 0x2203c), 0);
        guest_ring_on(g, GVIRT_BCS);
    }
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    emit_breadcrumb(g, GVIRT_BCS);
    submit(g, GVIRT_BCS);
    emit_breadcrumb(&guest[1], GVIRT_BCS);
    submit(&guest[1], GVIRT_BCS);
    settle(MS(100));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 2);
    ck_assert_uint_eq(seqno_done(g, GVIRT_BCS), 2);
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_BCS), 2);
    ck_assert_uint_eq(rd(&guest[1], 0x2203c) & 1, 1);
}
END_TEST

/* One goes away in the middle of its work. */
START_TEST(test_remove_running)
{
    hang(&guest[0]);
    emit_breadcrumb(&guest[1], GVIRT_RCS);
    submit(&guest[1], GVIRT_RCS);
    settle(MS(5));
    if (_i) {
        settle(MS(30));     /* in the middle of the switch */
    }
    gvirt_vgpu_free(guest[0].vgpu);
    settle(MS(50));
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 1);
    guest_new(0);
    guest_start(0);
    emit_breadcrumb(&guest[0], GVIRT_RCS);
    submit(&guest[0], GVIRT_RCS);
    settle(MS(50));
    ck_assert_uint_eq(seqno_done(&guest[0], GVIRT_RCS), 1);
}
END_TEST

/* Ring registers written in the middle: what was audited is what runs. */
START_TEST(test_head_into_command)
{
    Guest *g = &guest[0];
    uint32_t base = engine_base[GVIRT_RCS];
    uint32_t at;

    /*
     * The data of a harmless command is a store into the other's memory;
     * HEAD is sent there.
     */
    emit(g, GVIRT_RCS, LRI(3));
    emit(g, GVIRT_RCS, GPR(0));
    at = g->tail[GVIRT_RCS];
    emit(g, GVIRT_RCS, 0x10400002);
    emit(g, GVIRT_RCS, GPR(1));
    emit(g, GVIRT_RCS, gm(&guest[1], GM_SCRATCH));
    emit(g, GVIRT_RCS, GPR(2));
    emit(g, GVIRT_RCS, 0x66);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    wr(g, base + 0x34, at);
    settle(MS(10));
    ck_assert_uint_eq(rd(g, base + 0x34), g->tail[GVIRT_RCS]);
    ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), 0);
}
END_TEST

/* The same by UHPTR, which MI_ARB_CHECK takes up. */
START_TEST(test_uhptr)
{
    Guest *g = &guest[0];

    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    wr(g, 0x2134, 0x41);
    ck_assert_uint_eq(hw(0x2134), 0);
    /* Nor with the next switch. */
    emit_breadcrumb(&guest[1], GVIRT_RCS);
    submit(&guest[1], GVIRT_RCS);
    settle(MS(20));
    emit(g, GVIRT_RCS, 0x02800000);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(20));
    ck_assert_uint_eq(hw(0x2134), 0);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 2);
}
END_TEST

/* The OA unit writes by itself: only into the guest's own memory. */
START_TEST(test_oa_buffer)
{
    Guest *g = &guest[0];
    uint32_t own_addr = (g->high_page + 0x1000) << 12;
    uint32_t other_addr = (guest[1].high_page + 0x1000) << 12;

    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    wr(g, 0x2368, other_addr | 1);
    wr(g, 0x23b0, other_addr);
    wr(g, 0x2364, other_addr | 7 << 3);
    wr(g, 0x2360, 1);
    ck_assert_uint_eq(hw(0x2360) & 1, 0);
    ck_assert_uint_eq(fake->guest_errors, 1);
    wr(g, 0x2360, 0);
    wr(g, 0x2368, own_addr | 1);
    wr(g, 0x23b0, own_addr);
    wr(g, 0x2364, own_addr | 7 << 3);
    wr(g, 0x2360, 1);
    ck_assert_uint_eq(hw(0x2360) & 1, 1);
    ck_assert_uint_eq(hw(0x23b0), own_addr);
    /* Then the buffer is moved under it. */
    wr(g, 0x23b0, other_addr);
    ck_assert_uint_eq(hw(0x2360) & 1, 0);
    /* And it does not run for the other. */
    wr(g, 0x23b0, own_addr);
    wr(g, 0x2360, 1);
    emit_breadcrumb(&guest[1], GVIRT_RCS);
    submit(&guest[1], GVIRT_RCS);
    settle(MS(50));
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 1);
    ck_assert_uint_eq(hw(0x2360) & 1, 0);
}
END_TEST

/* STOP_RING holds, and lets go. */
START_TEST(test_stop_ring)
{
    Guest *g = &guest[0];

    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    wr(g, 0x209c, 0x01000100);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert_uint_eq(rd(g, 0x209c) & 0x300, 0x300);
    wr(g, 0x209c, 0x01000000);
    settle(MS(10));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 2);
}
END_TEST

/* Off, on, as i915 does at a resume; a status page elsewhere. */
START_TEST(test_restart)
{
    Guest *g = &guest[0];
    unsigned i;

    for (i = 1; i <= 5; i++) {
        emit_breadcrumb(g, GVIRT_RCS);
        submit(g, GVIRT_RCS);
        settle(MS(10));
        ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), i);
        guest_ring_on(g, GVIRT_RCS);
        ck_assert_uint_eq(rd(g, 0x2034), 0);
    }
    /* In the other's memory: the writes go nowhere. */
    wr(g, 0x4080, gm(&guest[1], GM_HWSP(0)));
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 0);
    ck_assert_uint_eq(rd(g, 0x2034), g->tail[GVIRT_RCS]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mediator-run");
    TCase *tc = tcase_create("run");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_submit, 0, GVIRT_ENGINE_COUNT);
    tcase_add_test(tc, test_interrupt_masked);
    tcase_add_test(tc, test_ring_wrap);
    tcase_add_test(tc, test_store);
    tcase_add_test(tc, test_toctou_ring);
    tcase_add_test(tc, test_ring_overrun);
    tcase_add_test(tc, test_two_guests);
    tcase_add_test(tc, test_mailbox_across_drain);
    tcase_add_test(tc, test_fault_is_own);
    tcase_add_test(tc, test_state_is_switched);
    tcase_add_test(tc, test_fresh_state);
    tcase_add_test(tc, test_hang_is_contained);
    tcase_add_loop_test(tc, test_reset_is_own, 0, 2);
    tcase_add_loop_test(tc, test_remove_running, 0, 2);
    tcase_add_test(tc, test_head_into_command);
    tcase_add_test(tc, test_uhptr);
    tcase_add_test(tc, test_oa_buffer);
    tcase_add_test(tc, test_stop_ring);
    tcase_add_test(tc, test_restart);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
