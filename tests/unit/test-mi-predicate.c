/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MI_PREDICATE's table, and what predicates switch off.
 */
#include "cs-fixture.h"

#define PPGTT           GVIRT_SPACE_PPGTT
#define PREDICATE(load, combine, compare) \
    (0x06000000u | (load) << 6 | (combine) << 3 | (compare))

static void set64(uint32_t reg, uint64_t value)
{
    write_reg(reg, (uint32_t)value);
    write_reg(reg + 4, value >> 32);
}

static uint64_t get64(uint32_t reg)
{
    return read_reg(reg) | (uint64_t)read_reg(reg + 4) << 32;
}

START_TEST(test_predicate_table)
{
    unsigned i;

    for (i = 0; i < 4 * 4 * 4 * 2 * 2; i++) {
        unsigned load = i & 3, combine = i >> 2 & 3, compare = i >> 4 & 3;
        unsigned state = i >> 6 & 1, equal = i >> 7;
        bool match, out, want;

        set64(CS_PREDICATE_SRC0, 0x500000005);
        set64(CS_PREDICATE_SRC1, compare == 2 && equal ? 0x500000005
                                                       : 0x300000001);
        set64(CS_PREDICATE_DATA, compare == 3 && equal ? 0x200000004 : 1);
        write_reg(CS_PREDICATE_RESULT, state);
        RUN(GVIRT_RCS, PREDICATE(load, combine, compare), CMD_NOOP);
        match = compare == 0 || (compare >= 2 && equal);
        out = combine == 0 ? match : combine == 1 ? match && state :
              combine == 2 ? match || state : match != !!state;
        want = load == 2 ? out : load == 3 ? !out : state;
        ck_assert_msg(read_reg(CS_PREDICATE_RESULT) == want,
                      "load %u combine %u compare %u state %u equal %u", load,
                      combine, compare, state, equal);
        /* The difference is kept by one of the compares alone. */
        if (compare == 2) {
            ck_assert_uint_eq(get64(CS_PREDICATE_DATA),
                              equal ? 0 : 0x200000004);
        } else {
            ck_assert_uint_ne(get64(CS_PREDICATE_DATA), 0);
        }
    }
}
END_TEST

START_TEST(test_predicated_store)
{
    unsigned state;

    write_reg(0x2600, 0x77);
    for (state = 0; state < 2; state++) {
        write_reg(CS_PREDICATE_RESULT, state);
        RUN(GVIRT_RCS, CMD_SRM | 1u << 21, 0x2600, DATA_ADDR, CMD_NOOP);
        ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), state ? 0x77 : 0);
    }
}
END_TEST

START_TEST(test_predicated_start)
{
    unsigned state;

    batch_at(PPGTT, BATCH_ADDR);
    BATCH(CMD_SDI, 0, DATA_ADDR, 1, CMD_BB_END);
    for (state = 0; state < 2; state++) {
        write_reg(CS_PREDICATE_RESULT_1, state);
        RUN(GVIRT_RCS, bb_start_user(GVIRT_RCS) | 1u << 15, BATCH_ADDR);
        ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), state);
        ck_assert(is_idle(GVIRT_RCS));
    }
}
END_TEST

/* 0 never, 1 while RESULT_2 is clear, 2 while it is set, 3 always. */
START_TEST(test_set_predicate)
{
    unsigned mode, state;

    for (mode = 0; mode < 4; mode++) {
        for (state = 0; state < 2; state++) {
            bool skip = mode == 3 || (mode == 1 && !state) ||
                        (mode == 2 && state);

            write_reg(CS_PREDICATE_RESULT_2, state);
            poke(PPGTT, DATA_ADDR, 0);
            poke(PPGTT, DATA_ADDR + 8, 0);
            RUN(GVIRT_RCS, 0x00800000 | mode, CMD_SDI, 0, DATA_ADDR, 1,
                0x00800000, CMD_SDI, 0, DATA_ADDR + 8, 2, CMD_NOOP);
            ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), !skip);
            ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 8), 2);
        }
    }
}
END_TEST

/* A batch that leaves it on must not silence the ring behind it. */
START_TEST(test_set_predicate_ends_with_batch)
{
    RUN_USER(GVIRT_RCS, 0x00800003, CMD_SDI, 0, DATA_ADDR, 1);
    RUN(GVIRT_RCS, CMD_SD_INDEX, 0x40 << 2, 5, CMD_NOOP);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(hwsp(GVIRT_RCS, 0x40), 5);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("mi-predicate");
    TCase *t = tcase_create("mi-predicate");

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_test(t, test_predicate_table);
    tcase_add_test(t, test_predicated_store);
    tcase_add_test(t, test_predicated_start);
    tcase_add_test(t, test_set_predicate);
    tcase_add_test(t, test_set_predicate_ends_with_batch);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
