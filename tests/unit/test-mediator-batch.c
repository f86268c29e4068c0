/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Batches of two guests through the mediator: those with privileges, which
 * are copied, and those in local spaces, with the shadows of their tables,
 * found by generation and by comparing.
 */
#include "mediator-fixture.h"
#include "suite.h"

#define LRI(n)              (0x11000000u | (2 * (n) - 1))
#define BB_START_GGTT       0x18800000u
#define BB_START_PPGTT_RCS  0x18802100u
#define BB_END              0x05000000u

static void setup(void)
{
    mediator_start_two(false);
}

static void setup_blind(void)
{
    mediator_start_two(true);
}

static void teardown(void)
{
    mediator_stop();
}

static void batch_dw(Guest *g, uint32_t index, uint32_t dw)
{
    mem_set(g, GPA_BATCH + index * 4, dw);
}

static void batch_store(Guest *g, uint32_t index, uint32_t addr,
                        uint32_t value)
{
    batch_dw(g, index, 0x10400002);
    batch_dw(g, index + 1, 0);
    batch_dw(g, index + 2, addr);
    batch_dw(g, index + 3, value);
    batch_dw(g, index + 4, BB_END);
}

START_TEST(test_secure_batch)
{
    Guest *g = &guest[0];

    batch_store(g, 0, gm(g, GM_SCRATCH), 0x1234);
    emit_batch(g, GVIRT_RCS, BB_START_GGTT, gm(g, GM_BATCH));
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    /* Changed after the submission: no effect. */
    batch_dw(g, 2, gm(&guest[1], GM_SCRATCH));
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_SCRATCH), 0x1234);
    ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), 0);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert_uint_eq(stats(g).audit_rejects, 0);

    /* And now it does aim there. */
    emit_batch(g, GVIRT_RCS, BB_START_GGTT, gm(g, GM_BATCH));
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), 0);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 2);
    ck_assert_uint_eq(stats(g).audit_rejects, 1);
}
END_TEST

/* Chains, forth and back, through pages. */
START_TEST(test_secure_chain)
{
    Guest *g = &guest[0];
    uint32_t base = gm(g, GM_BATCH);
    unsigned i;

    for (i = 0; i < 8; i++) {
        /* The pieces stand in reverse order, a page and a bit apart. */
        uint32_t at = (7 - i) * 1040;

        batch_store(g, at, gm(g, GM_SCRATCH) + i * 4, 0x100 + i);
        if (i < 7) {
            batch_dw(g, at + 4, BB_START_GGTT);
            batch_dw(g, at + 5, base + (7 - i - 1) * 1040 * 4);
        }
    }
    emit_batch(g, GVIRT_RCS, BB_START_GGTT, base + 7 * 1040 * 4);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    for (i = 0; i < 8; i++) {
        ck_assert_uint_eq(mem(g, GPA_SCRATCH + i * 4), 0x100 + i);
    }
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* A second-level batch returns to the first. */
START_TEST(test_secure_second_level)
{
    Guest *g = &guest[0];
    uint32_t base = gm(g, GM_BATCH);

    batch_dw(g, 0, BB_START_GGTT | 1u << 22);
    batch_dw(g, 1, base + 0x1000);
    batch_store(g, 2, gm(g, GM_SCRATCH), 1);
    batch_store(g, 0x400, gm(g, GM_SCRATCH) + 4, 2);
    emit_batch(g, GVIRT_RCS, BB_START_GGTT, base);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_SCRATCH), 1);
    ck_assert_uint_eq(mem(g, GPA_SCRATCH + 4), 2);
}
END_TEST

/*
 * A loop stays a loop: the batch jumps back under a predicate, which i915's
 * noa_wait does. Here the predicate is false from the start.
 */
START_TEST(test_secure_predicated_loop)
{
    Guest *g = &guest[0];
    uint32_t base = gm(g, GM_BATCH);

    batch_dw(g, 0, LRI(1));
    batch_dw(g, 1, 0x241c);         /* MI_PREDICATE_RESULT_1 */
    batch_dw(g, 2, 0);
    batch_dw(g, 3, BB_START_GGTT | 1u << 15);
    batch_dw(g, 4, base + 3 * 4);
    batch_store(g, 5, gm(g, GM_SCRATCH), 0x77);
    emit_batch(g, GVIRT_RCS, BB_START_GGTT, base);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_SCRATCH), 0x77);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert_uint_eq(stats(g).audit_rejects, 0);
}
END_TEST

/* Without an end in its memory; too long for the copy: cut, not followed. */
START_TEST(test_secure_unbounded)
{
    Guest *g = &guest[0];
    unsigned i;

    for (i = 0; i < 64 * 1024; i++) {
        batch_dw(g, i, 0);
    }
    /* Behind the batch nothing is mapped: it ends there. */
    wr(g, GVIRT_GTT_BAR0_OFFSET + (g->high_page + GM_BATCH + 64) * 4, 0);
    emit_batch(g, GVIRT_RCS, BB_START_GGTT, gm(g, GM_BATCH));
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);

    /* Eight megabytes of no-ops: more than is copied. */
    for (i = 0; i < 2048; i++) {
        gm_map(g, g->high_page + 0x1000 + i, 1, GPA_BATCH);
    }
    emit_batch(g, GVIRT_RCS, BB_START_GGTT, gm(g, 0x1000));
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 2);
    ck_assert_uint_ge(stats(g).audit_rejects, 1);
}
END_TEST

/* More in flight than the arena holds: later, not never, and none is lost. */
START_TEST(test_arena_flow)
{
    Guest *g = &guest[0];
    unsigned i, n;

    for (i = 0; i < 63 * 1024; i++) {
        batch_dw(g, i, 0);
    }
    for (n = 0; n < 64; n++) {
        /* The same memory each time, with other contents. */
        batch_store(g, i, gm(g, GM_SCRATCH) + n * 4, 0x100 + n);
        emit_batch(g, GVIRT_RCS, BB_START_GGTT, gm(g, GM_BATCH));
        if (n % 20 == 19 || n == 63) {
            /* The end of a request: what is one goes as a whole. */
            emit_breadcrumb(g, GVIRT_RCS);
        }
        submit(g, GVIRT_RCS);
        if (n % 20 == 19) {
            settle(MS(50));
        } else if (n % 20 > 14) {
            /* The engine gets a little way. */
            gvirt_gpu_run(gpu, 3000);
        }
    }
    settle(MS(200));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 4);
    for (n = 0; n < 64; n++) {
        /* Submitted late, a batch is what it was then. */
        ck_assert_uint_ge(mem(g, GPA_SCRATCH + n * 4), n % 20 < 14 ?
                          0x100 + n : 0);
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/*
 * A local batch: runs in place, its stores go through the guest's tables, and
 * its privileged commands are none.
 */
START_TEST(test_ppgtt_batch)
{
    Guest *g = &guest[0];
    uint32_t data = 0x40 << 12;

    /* Local page 0x80 is guest page GPA_DATA + 0x80000: the batch. */
    mem_set(g, GPA_DATA + 0x80000, 0x10000002);
    mem_set(g, GPA_DATA + 0x80008, data);
    mem_set(g, GPA_DATA + 0x8000c, 0xbeef);
    mem_set(g, GPA_DATA + 0x80010, LRI(1));
    mem_set(g, GPA_DATA + 0x80014, 0x2228);
    mem_set(g, GPA_DATA + 0x80018, 0x12340000);
    mem_set(g, GPA_DATA + 0x8001c, BB_END);
    emit_batch(g, GVIRT_RCS, _i ? 0x18800100 : BB_START_PPGTT_RCS, 0x80000);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_DATA + data), 0xbeef);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert_uint_ne(hw(0x2228), 0x12340000);
    ck_assert_uint_ge(stats(g).shadow_syncs, 2);
}
END_TEST

/* A page table that the guest changes is seen by what is submitted next. */
START_TEST(test_ppgtt_sync)
{
    Guest *g = &guest[0];
    uint64_t entry = GPA_TABLE + 0x40 * 4;
    GvirtVgpuStats before, after;

    mem_set(g, GPA_DATA + 0x80000, 0x10000002);
    mem_set(g, GPA_DATA + 0x80008, 0x40000);
    mem_set(g, GPA_DATA + 0x8000c, 1);
    mem_set(g, GPA_DATA + 0x80010, BB_END);
    emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x40000), 1);

    before = stats(g);
    emit(g, GVIRT_RCS, 0);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    after = stats(g);
    ck_assert_uint_eq(after.shadow_syncs, before.shadow_syncs);

    mem_set(g, entry, pte_of(GPA_DATA + 0x50000));
    mem_set(g, GPA_DATA + 0x8000c, 2);
    emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x40000), 1);
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x50000), 2);
    ck_assert_uint_eq(stats(g).shadow_entries, after.shadow_entries + 1);

    /* An entry that names another guest's memory is not there. */
    mem_set(g, entry, pte_of(WINDOW_HPA(1) - WINDOW_HPA(0) + GPA_DATA));
    mem_set(g, GPA_DATA + 0x8000c, 3);
    emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(&guest[1], GPA_DATA), 0);
}
END_TEST

/* One entry in the middle of a table that held the same all over. */
START_TEST(test_ppgtt_uniform)
{
    Guest *g = &guest[0];

    mem_set(g, GPA_DATA + 0x80000, 0x10000002);
    mem_set(g, GPA_DATA + 0x80008, (1 << 22) + (5 << 12));
    mem_set(g, GPA_DATA + 0x8000c, 7);
    mem_set(g, GPA_DATA + 0x80010, BB_END);
    emit(g, GVIRT_RCS, 0);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    mem_set(g, GPA_TABLE + 0x1000 + 5 * 4, pte_of(GPA_DATA + 0x9000));
    emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x9000), 7);
}
END_TEST

/* Directory entries change: by MMIO, and one that leaves the window. */
START_TEST(test_ppgtt_directory)
{
    Guest *g = &guest[0];
    uint32_t slot = GVIRT_GTT_BAR0_OFFSET + (g->high_page + GM_PD) * 4;
    unsigned i;

    for (i = 0; i < 4; i++) {
        mem_set(g, GPA_DATA + 0x80000, 0x10000002);
        mem_set(g, GPA_DATA + 0x80008, 0x40000 + (i << 22));
        mem_set(g, GPA_DATA + 0x8000c, i + 1);
        mem_set(g, GPA_DATA + 0x80010, BB_END);
        if (i) {
            uint64_t table = GPA_TABLE + (i + 1) * 0x1000;

            mem_set(g, table + 0x40 * 4, pte_of(GPA_DATA + i * 0x1000));
            wr(g, slot + i * 4, i == 3 ? pte_of(WINDOW_SIZE_B + 0x1000) :
                                         pte_of(table));
        }
        emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
        submit(g, GVIRT_RCS);
        settle(MS(10));
    }
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x40000), 1);
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x1000), 2);
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x2000), 3);
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x3000), 0);
    /* The slots are still what the guest wrote, translated, as entries. */
    ck_assert_uint_eq(rd(g, slot + 4), pte_of(GPA_TABLE + 0x2000));
    ck_assert_uint_eq(hw_pte(g->high_page + GM_PD + 1),
                      pte_of(WINDOW_HPA(0) + GPA_TABLE + 0x2000));
}
END_TEST

/* PP_DIR_BASE by command, as i915 loads it with each context. */
START_TEST(test_pp_dir_by_lri)
{
    Guest *g = &guest[0];
    unsigned i;

    for (i = 0; i < 30; i++) {
        /* As many directories as one likes, all of the same entries. */
        uint32_t slot = g->high_page + 0x2000 + i * 0x200;
        uint32_t value = slot / 16 << 16;

        wr(g, GVIRT_GTT_BAR0_OFFSET + slot * 4, pte_of(GPA_TABLE));
        emit(g, GVIRT_RCS, LRI(2));
        emit(g, GVIRT_RCS, 0x2220);
        emit(g, GVIRT_RCS, 0xffffffff);
        emit(g, GVIRT_RCS, 0x2228);
        emit(g, GVIRT_RCS, value);
        mem_set(g, GPA_DATA + 0x80000, 0x10000002);
        mem_set(g, GPA_DATA + 0x80008, 0x1000 + i * 4);
        mem_set(g, GPA_DATA + 0x8000c, i + 1);
        mem_set(g, GPA_DATA + 0x80010, BB_END);
        emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
        emit_breadcrumb(g, GVIRT_RCS);
        submit(g, GVIRT_RCS);
        settle(MS(10));
        ck_assert_uint_eq(mem(g, GPA_DATA + 0x1000 + i * 4), i + 1);
        ck_assert_uint_eq(rd(g, 0x2228), value);
    }
    /* One in the other's graphics memory is not loaded. */
    emit(g, GVIRT_RCS, LRI(1));
    emit(g, GVIRT_RCS, 0x2228);
    emit(g, GVIRT_RCS, guest_pp_dir(&guest[1]));
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(stats(g).audit_rejects, 1);
    ck_assert_uint_ne(hw(0x2228), guest_pp_dir(&guest[1]));
}
END_TEST

/* Without a local space of its own a guest gets none, not the global one. */
START_TEST(test_ppgtt_cannot_be_off)
{
    Guest *g = &guest[0];
    uint32_t target = gm(&guest[1], GM_SCRATCH);

    wr(g, 0x229c, 0x02000000);
    mem_set(g, GPA_DATA + 0x80000, 0x10000002);
    mem_set(g, GPA_DATA + 0x80008, target);
    mem_set(g, GPA_DATA + 0x8000c, 0xbad);
    mem_set(g, GPA_DATA + 0x80010, BB_END);
    emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    wr(g, 0x229c, 0x02000000);
    ck_assert_uint_eq(hw(0x229c) & 0x200, 0x200);
    ck_assert_uint_eq(rd(g, 0x229c) & 0x200, 0);
    ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), 0);
}
END_TEST

static void add_ppgtt(TCase *tc)
{
    tcase_add_loop_test(tc, test_ppgtt_batch, 0, 2);
    tcase_add_test(tc, test_ppgtt_sync);
    tcase_add_test(tc, test_ppgtt_uniform);
    tcase_add_test(tc, test_ppgtt_directory);
    tcase_add_test(tc, test_pp_dir_by_lri);
}

int main(void)
{
    Suite *suite = suite_create("mediator-batch");
    TCase *tc = tcase_create("batch");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_secure_batch);
    tcase_add_test(tc, test_secure_chain);
    tcase_add_test(tc, test_secure_second_level);
    tcase_add_test(tc, test_secure_predicated_loop);
    tcase_add_test(tc, test_secure_unbounded);
    tcase_add_test(tc, test_arena_flow);
    tcase_add_test(tc, test_ppgtt_cannot_be_off);
    add_ppgtt(tc);
    suite_add_tcase(suite, tc);
    tc = tcase_create("no-generations");
    tcase_add_checked_fixture(tc, setup_blind, teardown);
    add_ppgtt(tc);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
