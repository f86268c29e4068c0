/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GDRST: which engines a bit resets, and what it leaves alone.
 */
#include "cs-fixture.h"

#define GDRST   0x941cu

static const uint32_t bit_of[GVIRT_ENGINE_COUNT] = {
    [GVIRT_RCS] = 2, [GVIRT_VCS] = 4, [GVIRT_BCS] = 8, [GVIRT_VECS] = 0x10,
};

/* Every engine gets an endless batch and a note in a register. */
static void occupy_all(void)
{
    int i;

    batch_at(GVIRT_SPACE_GGTT, BATCH_ADDR);
    BATCH(CMD_BB_START, BATCH_ADDR);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        write_reg(reg_of(i, RING_SYNC_0), 0x100 + i);
        EMIT(i, CMD_BB_START, BATCH_ADDR);
        submit(i);
    }
    ck_assert(gvirt_gpu_run(gpu, 2000));
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        ck_assert(!(read_reg(reg_of(i, RING_MI_MODE)) & MI_MODE_IDLE));
    }
}

static void check_reset(GvirtEngineId id)
{
    ck_assert_uint_eq(read_reg(reg_of(id, RING_HEAD)), 0);
    ck_assert_uint_eq(read_reg(reg_of(id, RING_TAIL)), 0);
    ck_assert_uint_eq(read_reg(reg_of(id, RING_START)), 0);
    ck_assert_uint_eq(read_reg(reg_of(id, RING_CTL)), 0);
    ck_assert_uint_eq(read_reg(reg_of(id, RING_SYNC_0)), 0);
    ck_assert_uint_eq(read_reg(reg_of(id, RING_GFX_MODE)) & GFX_MODE_PPGTT, 0);
    ck_assert_uint_eq(read_reg(reg_of(id, RING_BBADDR)) & 1, 0);
    ck_assert_uint_eq(read_reg(0x4080 + id * 0x100), 0);
    ck_assert(read_reg(reg_of(id, RING_MI_MODE)) & MI_MODE_IDLE);
    ck_assert(!gpu->engine[id].busy);
}

START_TEST(test_one_engine)
{
    int i;

    occupy_all();
    write_reg(GDRST, bit_of[_i]);
    ck_assert_uint_eq(read_reg(GDRST), 0);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (i == _i) {
            check_reset(i);
        } else {
            ck_assert_uint_eq(read_reg(reg_of(i, RING_SYNC_0)), 0x100 + i);
            ck_assert_uint_eq(read_reg(reg_of(i, RING_START)), RING_ADDR(i));
            ck_assert(gpu->engine[i].busy);
        }
    }
    /* The others are at it still, and this one starts again. */
    ck_assert(gvirt_gpu_run(gpu, 2000));
    start_ring(_i);
    EMIT(_i, CMD_SD_INDEX, 0x40 << 2, 9, CMD_NOOP);
    submit(_i);
    gvirt_gpu_run(gpu, 2000);
    ck_assert_uint_eq(hwsp(_i, 0x40), 9);
}
END_TEST

START_TEST(test_full)
{
    int i;

    occupy_all();
    write_reg(GDRST, 1);
    ck_assert_uint_eq(read_reg(GDRST), 0);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        check_reset(i);
    }
    ck_assert(!gvirt_gpu_run(gpu, 2000));
}
END_TEST

START_TEST(test_spares)
{
    /* Global table, fences, interrupt masks, display: not of the engines. */
    write_reg(0x44014, 0x1234);
    write_reg(0x44000 + 0xc, 0x80000000);
    write_reg(0x100004, 0x00010001);
    write_reg(0x100000, 0x00000001);
    write_reg(GDRST, 1);
    ck_assert_uint_eq(read_reg(0x44014), 0x1234);
    ck_assert_uint_eq(read_reg(0x4400c), 0x80000000);
    ck_assert_uint_eq(read_reg(0x100000), 1);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, 0x200000, 4),
                      (GLOBAL_HPA & 0xfffff000) | 1);
}
END_TEST

START_TEST(test_no_bits)
{
    occupy_all();
    write_reg(GDRST, 0);
    write_reg(GDRST, 0xffffffe0);
    ck_assert_uint_eq(read_reg(GDRST), 0);
    ck_assert(gvirt_gpu_run(gpu, 100));
    ck_assert_uint_eq(read_reg(reg_of(GVIRT_RCS, RING_START)),
                      RING_ADDR(GVIRT_RCS));
}
END_TEST

/* Of another engine, by command: the writer goes on. */
START_TEST(test_by_other_engine)
{
    GvirtEngineId other = (_i + 1) % GVIRT_ENGINE_COUNT;

    RUN(other, CMD_LRI(1), GDRST, bit_of[_i], CMD_SD_INDEX, 0x40 << 2, 3,
        CMD_NOOP, CMD_NOOP);
    ck_assert_uint_eq(hwsp(other, 0x40), 3);
    check_reset(_i);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("reset");
    TCase *t = tcase_create("reset");

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_loop_test(t, test_one_engine, 0, GVIRT_ENGINE_COUNT);
    tcase_add_test(t, test_full);
    tcase_add_test(t, test_spares);
    tcase_add_test(t, test_no_bits);
    tcase_add_loop_test(t, test_by_other_engine, 0, GVIRT_ENGINE_COUNT);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
