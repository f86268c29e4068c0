/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the mediator has for all vGPUs together: shadow directories and the
 * pages of shadow tables. Two guests take as much as they can; a third one
 * goes on, and so do they.
 */
#include "mediator-fixture.h"
#include "suite.h"

#define LRI(n)              (0x11000000u | (2 * (n) - 1))
#define BB_START_PPGTT_RCS  0x18802100u
#define BB_END              0x05000000u
#define DIRS                8u      /* as many as a vGPU may have */
#define GM_DIRS             0x2000u /* their slots, in the high memory */
#define FULL_DIRS           3u      /* whole ones: 1534 of 1536 tables */
#define SMALL_OWN_B         (12ull << 20)   /* pages for two such guests */

static void setup(void)
{
    unsigned n;

    mediator_start(false);
    for (n = 0; n < 3; n++) {
        guest_new(n);
        guest_start(n);
    }
}

static void setup_small(void)
{
    own_size_B = SMALL_OWN_B;
    setup();
}

static void teardown(void)
{
    mediator_stop();
}

static uint32_t dir_value(const Guest *g, unsigned dir)
{
    return (g->high_page + GM_DIRS + dir * GVIRT_PDE_COUNT) / 16 << 16;
}

/* Entry 0 of a directory: the table of guest_ppgtt(). */
static void dir_fill(Guest *g, unsigned dir)
{
    uint32_t slot = g->high_page + GM_DIRS + dir * GVIRT_PDE_COUNT;

    wr(g, GVIRT_GTT_BAR0_OFFSET + slot * 4, pte_of(GPA_TABLE));
}

/* All its other entries: tables of their own, one after the other. */
static void dir_fill_whole(Guest *g, unsigned dir, unsigned first_table)
{
    uint32_t slot = g->high_page + GM_DIRS + dir * GVIRT_PDE_COUNT;
    unsigned i;

    for (i = 1; i < GVIRT_PDE_COUNT; i++) {
        wr(g, GVIRT_GTT_BAR0_OFFSET + (slot + i) * 4,
           pte_of(0x1000000 + (first_table + i) * 0x1000));
    }
}

/* A store by a batch in the local space of a directory; -1: of the last. */
static void store(Guest *g, int dir, uint32_t value)
{
    if (dir >= 0) {
        emit(g, GVIRT_RCS, LRI(2));
        emit(g, GVIRT_RCS, 0x2220);
        emit(g, GVIRT_RCS, 0xffffffff);
        emit(g, GVIRT_RCS, 0x2228);
        emit(g, GVIRT_RCS, dir_value(g, dir));
    }
    mem_set(g, GPA_DATA + 0x80000, 0x10000002);
    mem_set(g, GPA_DATA + 0x80008, 0x1000);
    mem_set(g, GPA_DATA + 0x8000c, value);
    mem_set(g, GPA_DATA + 0x80010, BB_END);
    emit_batch(g, GVIRT_RCS, BB_START_PPGTT_RCS, 0x80000);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(20));
}

static void check_stored(Guest *g, uint32_t value)
{
    ck_assert_uint_eq(mem(g, GPA_DATA + 0x1000), value);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), g->seqno[GVIRT_RCS]);
}

/* Two guests have eight directories each, of fifteen for all. */
START_TEST(test_directories)
{
    uint32_t value = 1;
    unsigned round, n, dir;

    /* The third one has its directory from before. */
    store(&guest[2], -1, value);
    check_stored(&guest[2], value);
    for (round = 0; round < 3; round++) {
        for (n = 0; n < 2; n++) {
            for (dir = 0; dir < DIRS; dir++) {
                dir_fill(&guest[n], dir);
                store(&guest[n], dir, ++value);
                check_stored(&guest[n], value);
            }
        }
        store(&guest[2], -1, ++value);
        check_stored(&guest[2], value);
        dir_fill(&guest[2], round);
        store(&guest[2], round, ++value);
        check_stored(&guest[2], value);
        /* What the others had loaded is still theirs. */
        for (n = 0; n < 2; n++) {
            ck_assert_uint_eq(rd(&guest[n], 0x2228),
                              dir_value(&guest[n], DIRS - 1));
            store(&guest[n], -1, ++value);
            check_stored(&guest[n], value);
        }
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* PP_DIR_BASE by register, of guests that do not have the engines. */
START_TEST(test_directories_by_register)
{
    uint32_t value = 1;
    unsigned n, dir;

    for (n = 0; n < 2; n++) {
        for (dir = 0; dir < DIRS; dir++) {
            dir_fill(&guest[n], dir);
            wr(&guest[n], 0x2228, dir_value(&guest[n], dir));
        }
    }
    for (n = 0; n < 3; n++) {
        store(&guest[n], -1, ++value);
        check_stored(&guest[n], value);
    }
    for (n = 0; n < 3; n++) {
        store(&guest[n], -1, ++value);
        check_stored(&guest[n], value);
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* Two guests fill the mediator's memory with shadow tables. */
START_TEST(test_tables)
{
    uint32_t value = 1;
    unsigned round, n, dir;

    for (n = 0; n < 2; n++) {
        for (dir = 0; dir < FULL_DIRS; dir++) {
            dir_fill(&guest[n], dir);
            dir_fill_whole(&guest[n], dir, dir * GVIRT_PDE_COUNT);
        }
    }
    for (round = 0; round < 2; round++) {
        for (n = 0; n < 2; n++) {
            for (dir = 0; dir < FULL_DIRS; dir++) {
                store(&guest[n], dir, ++value);
                check_stored(&guest[n], value);
            }
        }
        for (n = 0; n < 3; n++) {
            store(&guest[n], -1, ++value);
            check_stored(&guest[n], value);
        }
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mediator-share");
    TCase *dirs = tcase_create("directories");
    TCase *tables = tcase_create("tables");

    tcase_add_checked_fixture(dirs, setup, teardown);
    tcase_add_test(dirs, test_directories);
    tcase_add_test(dirs, test_directories_by_register);
    suite_add_tcase(suite, dirs);

    tcase_add_checked_fixture(tables, setup_small, teardown);
    tcase_add_test(tables, test_tables);
    suite_add_tcase(suite, tables);
    return suite_main(suite);
}
