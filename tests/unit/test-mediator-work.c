/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much the mediator does for what guests ask: counts of work, not times.
 * The ring is audited once however long the queue, page tables are translated
 * when they change, and the aperture is told what concerns it.
 */
#include "mediator-fixture.h"
#include "suite.h"

#define BB_START_LOCAL      0x18802100u
#define BB_END              0x05000000u
#define LRI                 0x11000001u
#define PP_DIR_BASE         0x2228u

#define REQUEST_DW          6u
#define REQUESTS            600u        /* all that the ring has room for */
#define TABLES              2u          /* of a directory of the fixture's */
#define TABLE_ENTRIES       1024u

static void setup(void)
{
    mediator_start_two(false);
    mem_set(&guest[0], GPA_DATA, BB_END);
    mem_set(&guest[1], GPA_DATA, BB_END);
}

static void setup_blind(void)
{
    mediator_start_two(true);
    mem_set(&guest[0], GPA_DATA, BB_END);
}

static void teardown(void)
{
    mediator_stop();
}

static void request(Guest *g)
{
    emit_batch(g, GVIRT_RCS, BB_START_LOCAL, 0);
    emit_breadcrumb(g, GVIRT_RCS);
}

static void run(Guest *g)
{
    submit(g, GVIRT_RCS);
    settle(MS(100));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), g->seqno[GVIRT_RCS]);
}

/*
 * A queue that fills the ring, known by one write of TAIL: of its dwords each
 * is audited once, and what is looked at on the way is in proportion.
 */
START_TEST(test_deep_queue)
{
    Guest *g = &guest[0];
    unsigned round, i;

    request(g);
    run(g);
    for (round = 0; round < 3; round++) {
        GvirtVgpuStats before = stats(g);
        unsigned maps = own.maps, gens = own.gens;
        uint64_t dirty_B = own.dirty_B;

        for (i = 0; i < REQUESTS; i++) {
            request(g);
        }
        run(g);
        ck_assert_uint_eq(stats(g).audited_dw - before.audited_dw,
                          REQUESTS * REQUEST_DW);
        /* A few requests at a time, not one by one. */
        ck_assert_uint_le(stats(g).submissions[GVIRT_RCS] -
                          before.submissions[GVIRT_RCS], REQUESTS / 6);
        ck_assert_uint_le(own.maps - maps, REQUESTS / 2);
        ck_assert_uint_le(own.gens - gens, TABLES * REQUESTS / 6);
        ck_assert_uint_eq(own.dirty_B - dirty_B, REQUESTS * REQUEST_DW * 4);
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/*
 * Requests of 0.4 ms, each of which is heard of: the next ones are shown when
 * half of those at a time are done, not with each.
 */
START_TEST(test_slow_queue)
{
    Guest *g = &guest[0];
    unsigned i;

    mediator_stop();
    mediator_start_timed(false, GVIRT_TIMING_MODEL);
    guest_new(0);
    guest_start(0);
    mem_set(g, GPA_DATA + 256 * 0x1000 - 4, BB_END);
    for (i = 0; i < 300; i++) {
        request(g);
    }
    submit(g, GVIRT_RCS);
    settle(MS(200));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 300);
    ck_assert_uint_eq(stats(g).interrupts, 300);
    ck_assert_uint_le(stats(g).submissions[GVIRT_RCS], 300 / 3);
    ck_assert_uint_le(own.gens, TABLES * (300 / 3 + 5));
}
END_TEST

/* Each with a write of TAIL, while the engine stands still, and then not. */
START_TEST(test_many_tails)
{
    Guest *g = &guest[0];
    GvirtVgpuStats before;
    unsigned maps, gens, i;

    request(g);
    run(g);
    before = stats(g);
    maps = own.maps;
    gens = own.gens;
    for (i = 0; i < REQUESTS; i++) {
        request(g);
        submit(g, GVIRT_RCS);
    }
    ck_assert_uint_le(stats(g).submissions[GVIRT_RCS] -
                      before.submissions[GVIRT_RCS], 10);
    run(g);
    ck_assert_uint_eq(stats(g).audited_dw - before.audited_dw,
                      REQUESTS * REQUEST_DW);
    ck_assert_uint_le(stats(g).submissions[GVIRT_RCS] -
                      before.submissions[GVIRT_RCS], REQUESTS / 6);
    ck_assert_uint_le(own.maps - maps, REQUESTS / 2);
    ck_assert_uint_le(own.gens - gens, TABLES * REQUESTS / 6);
}
END_TEST

/* One after the other: no more for the hundredth than for the first. */
START_TEST(test_shallow_queue)
{
    Guest *g = &guest[0];
    unsigned i, maps, gens;
    uint64_t submissions;

    request(g);
    run(g);
    for (i = 0; i < 100; i++) {
        maps = own.maps;
        gens = own.gens;
        request(g);
        submissions = stats(g).submissions[GVIRT_RCS];
        run(g);
        ck_assert_uint_eq(stats(g).submissions[GVIRT_RCS] -
                          submissions, 1);
        ck_assert_uint_le(own.maps - maps, 4);
        ck_assert_uint_eq(own.gens - gens, TABLES);
    }
}
END_TEST

/*
 * Tables that did not change are not translated again, of one that did only
 * the entries that did: by generation (0) or by comparing (1).
 */
START_TEST(test_table_entries)
{
    Guest *g = &guest[0];
    GvirtVgpuStats before;
    unsigned i;

    request(g);
    run(g);
    before = stats(g);
    ck_assert_uint_le(before.shadow_entries, TABLES * TABLE_ENTRIES);
    for (i = 0; i < 50; i++) {
        request(g);
        run(g);
    }
    ck_assert_uint_eq(stats(g).shadow_entries, before.shadow_entries);
    ck_assert_uint_eq(stats(g).shadow_syncs, before.shadow_syncs);
    for (i = 0; i < 50; i++) {
        mem_set(g, GPA_TABLE + (256 + i) * 4, pte_of(GPA_DATA));
        request(g);
        run(g);
    }
    ck_assert_uint_eq(stats(g).shadow_entries, before.shadow_entries + 50);
    ck_assert_uint_eq(stats(g).shadow_syncs, before.shadow_syncs + 50);
    /* Many of them at once are one look. */
    for (i = 0; i < 512; i++) {
        mem_set(g, GPA_TABLE + (512 + i) * 4, pte_of(GPA_DATA));
    }
    request(g);
    run(g);
    ck_assert_uint_eq(stats(g).shadow_entries, before.shadow_entries + 562);
    ck_assert_uint_eq(stats(g).shadow_syncs, before.shadow_syncs + 51);
}
END_TEST

/* The n-th directory of the guest, of the same two tables. */
static uint32_t directory(Guest *g, unsigned n)
{
    uint32_t slot = g->high_page + GM_PD + n * GVIRT_PDE_COUNT;
    unsigned i;

    for (i = 0; i < GVIRT_PDE_COUNT; i++) {
        wr(g, GVIRT_GTT_BAR0_OFFSET + (slot + i) * 4,
           pte_of(GPA_TABLE + (i ? 0x1000 : 0)));
    }
    return slot / 16 << 16;
}

static void request_in(Guest *g, uint32_t pp_dir_base)
{
    emit(g, GVIRT_RCS, LRI);
    emit(g, GVIRT_RCS, PP_DIR_BASE);
    emit(g, GVIRT_RCS, pp_dir_base);
    emit(g, GVIRT_RCS, 0);
    request(g);
}

/*
 * Contexts in turn, each with a directory: up to eight stay, and tables are
 * translated once however many directories name them.
 */
START_TEST(test_directories)
{
    Guest *g = &guest[0];
    GvirtVgpuStats before;
    uint32_t base[8];
    unsigned i;

    for (i = 0; i < 8; i++) {
        base[i] = directory(g, i);
    }
    for (i = 0; i < 8; i++) {
        request_in(g, base[i]);
        run(g);
    }
    before = stats(g);
    ck_assert_uint_le(before.shadow_entries, TABLES * TABLE_ENTRIES);
    for (i = 0; i < 100; i++) {
        request_in(g, base[i % 8]);
        run(g);
    }
    ck_assert_uint_eq(stats(g).shadow_entries, before.shadow_entries);
    ck_assert_uint_eq(stats(g).shadow_syncs, before.shadow_syncs);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* Two guests in turn: what a switch does not change is not made anew. */
START_TEST(test_switches)
{
    GvirtVgpuStats before[2];
    unsigned i, n, maps;

    for (n = 0; n < 2; n++) {
        request(&guest[n]);
        run(&guest[n]);
        before[n] = stats(&guest[n]);
    }
    maps = own.maps;
    for (i = 0; i < 100; i++) {
        for (n = 0; n < 2; n++) {
            request(&guest[n]);
            run(&guest[n]);
        }
    }
    for (n = 0; n < 2; n++) {
        ck_assert_uint_eq(stats(&guest[n]).switches_in -
                          before[n].switches_in, 100);
        ck_assert_uint_eq(stats(&guest[n]).shadow_entries,
                          before[n].shadow_entries);
        ck_assert_uint_eq(stats(&guest[n]).audited_dw -
                          before[n].audited_dw, 100 * REQUEST_DW);
    }
    /* The ring's pages, and those of our own ring. */
    ck_assert_uint_le(own.maps - maps, 200 * 5);
}
END_TEST

/*
 * Entries of the aperture: each change is told once, what stays the same and
 * what the aperture does not show not at all.
 */
START_TEST(test_aperture_entries)
{
    Guest *g = &guest[0];
    unsigned calls = g->host.aperture_calls;
    unsigned i;

    gm_map(g, g->low_page, 256, GPA_DATA);
    ck_assert_uint_eq(g->host.aperture_calls - calls, 256);
    calls = g->host.aperture_calls;
    for (i = 0; i < 20; i++) {
        gm_map(g, g->low_page, 256, GPA_DATA);
    }
    ck_assert_uint_eq(g->host.aperture_calls, calls);
    gm_map(g, g->high_page + 0x2000, 256, GPA_DATA);
    ck_assert_uint_eq(g->host.aperture_calls, calls);
    for (i = 0; i < 50; i++) {
        request(g);
        run(g);
        request(&guest[1]);
        run(&guest[1]);
    }
    ck_assert_uint_eq(g->host.aperture_calls, calls);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* A fence moved about, each time by four writes as i915 does. */
START_TEST(test_aperture_fences)
{
    Guest *g = &guest[0];
    unsigned calls = g->host.aperture_calls;
    unsigned i;

    for (i = 0; i < 100; i++) {
        uint32_t first = (g->low_page + i % 2 * 16) << 12;

        wr(g, 0x100000, 0);
        wr(g, 0x100004, (first + 0xf000) | (512 / 128 - 1));
        wr(g, 0x100000, first | 1);
    }
    /* One range where it was, one where it comes, and no more. */
    ck_assert_uint_le(g->host.aperture_calls - calls, 2 * 100);
    ck_assert_uint_eq(g->host.aperture_pages, 16);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mediator-work");
    TCase *tc = tcase_create("work");
    TCase *blind = tcase_create("compared");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_deep_queue);
    tcase_add_test(tc, test_slow_queue);
    tcase_add_test(tc, test_many_tails);
    tcase_add_test(tc, test_shallow_queue);
    tcase_add_test(tc, test_table_entries);
    tcase_add_test(tc, test_directories);
    tcase_add_test(tc, test_switches);
    tcase_add_test(tc, test_aperture_entries);
    tcase_add_test(tc, test_aperture_fences);
    suite_add_tcase(suite, tc);

    tcase_add_checked_fixture(blind, setup_blind, teardown);
    tcase_add_test(blind, test_table_entries);
    suite_add_tcase(suite, blind);
    return suite_main(suite);
}
