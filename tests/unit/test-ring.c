/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ring buffers: start, stop, wrap, status page, interrupts, time stamps,
 * errors.
 */
#include "cs-fixture.h"

#define INSTPM_FLUSH    ((INSTPM_TLB_INVALIDATE | INSTPM_SYNC_FLUSH) * 0x10001u)

/* User interrupts: block and bit, i915: i915_reg.h. */
static const struct {
    uint32_t isr;
    uint32_t user;
    uint32_t error;
} irq_of[GVIRT_ENGINE_COUNT] = {
    [GVIRT_RCS] = { 0x44010, 1u << 0, 1u << 3 },
    [GVIRT_VCS] = { 0x44010, 1u << 12, 1u << 15 },
    [GVIRT_BCS] = { 0x44010, 1u << 22, 1u << 25 },
    [GVIRT_VECS] = { 0x44020, 1u << 10, 1u << 12 },
};

START_TEST(test_tail_wakes)
{
    ck_assert(is_idle(_i));
    EMIT(_i, CMD_SD_INDEX, 0x40 << 2, 0x1234, CMD_NOOP);
    settle();
    ck_assert_uint_eq(hwsp(_i, 0x40), 0);
    run(_i);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0x1234);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), 16);
    ck_assert(is_idle(_i));
    ck_assert(!gpu->engine[_i].busy);
}
END_TEST

START_TEST(test_needs_enable)
{
    write_reg(reg_of(_i, RING_CTL), 0);
    RUN(_i, CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0);
    /* Enabled with HEAD behind TAIL, it runs. */
    write_reg(reg_of(_i, RING_CTL), (RING_PAGES - 1) << 12 | RING_CTL_VALID);
    settle();
    ck_assert_uint_eq(hwsp(_i, 0x40), 1);
}
END_TEST

START_TEST(test_stop_ring)
{
    uint32_t mode = reg_of(_i, RING_MI_MODE);

    write_reg(mode, MI_MODE_STOP_RING * 0x10001u);
    RUN(_i, CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), 0);
    ck_assert(read_reg(mode) & MI_MODE_IDLE);
    write_reg(mode, MI_MODE_STOP_RING << 16);
    /* Work is there now: no longer idle, before it has run. */
    ck_assert(!(read_reg(mode) & MI_MODE_IDLE));
    settle();
    ck_assert_uint_eq(hwsp(_i, 0x40), 1);
    ck_assert(read_reg(mode) & MI_MODE_IDLE);
    /* The idle bit is not for writing. */
    write_reg(mode, MI_MODE_IDLE << 16);
    ck_assert(read_reg(mode) & MI_MODE_IDLE);
}
END_TEST

START_TEST(test_wrap)
{
    uint32_t size_B = RING_PAGES * 4096;
    uint32_t i;

    /* Seventeen dwords at a time: commands cross pages and the end. */
    for (i = 0; i < 3 * size_B / 72; i++) {
        EMIT(_i, CMD_SD_INDEX, 0x40 << 2, i, CMD_SD_INDEX, 0x41 << 2, ~i,
             0x10000002u | CMD_GLOBAL, 0, DATA_ADDR, i,
             CMD_LRI(3), reg_of(_i, RING_SYNC_0), i,
             reg_of(_i, RING_SYNC_1), ~i, reg_of(_i, RING_SYNC_2), i + 1,
             CMD_NOOP);
        run(_i);
        ck_assert_uint_eq(hwsp(_i, 0x40), i);
        ck_assert_uint_eq(hwsp(_i, 0x41), ~i);
        ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), i);
        ck_assert_uint_eq(read_reg(reg_of(_i, RING_SYNC_0)), i);
        ck_assert_uint_eq(read_reg(reg_of(_i, RING_SYNC_2)), i + 1);
        ck_assert(is_idle(_i));
    }
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)) >> 21,
                      i * 72 / size_B);
}
END_TEST

START_TEST(test_wrap_count_overflows)
{
    write_reg(reg_of(GVIRT_RCS, RING_CTL), 0);
    write_reg(reg_of(GVIRT_RCS, RING_HEAD), 0xffe03ff8);
    ring_tail[GVIRT_RCS] = 0x3ff8;
    EMIT(GVIRT_RCS, CMD_NOOP, CMD_NOOP, CMD_NOOP, CMD_NOOP);
    write_reg(reg_of(GVIRT_RCS, RING_TAIL), ring_tail[GVIRT_RCS]);
    write_reg(reg_of(GVIRT_RCS, RING_CTL), 0x3001);
    settle();
    ck_assert_uint_eq(read_reg(reg_of(GVIRT_RCS, RING_HEAD)), 8);
}
END_TEST

START_TEST(test_registers_mask)
{
    write_reg(reg_of(_i, RING_CTL), 0);
    write_reg(reg_of(_i, RING_TAIL), 0xffffffff);
    write_reg(reg_of(_i, RING_HEAD), 0xffffffff);
    write_reg(reg_of(_i, RING_START), 0xffffffff);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_TAIL)), 0x001ffff8);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), 0xfffffffc);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_START)), 0xfffff000);
    write_reg(0x4080 + _i * 0x100, 0xffffffff);
    ck_assert_uint_eq(read_reg(0x4080 + _i * 0x100), 0xfffff000);
}
END_TEST

START_TEST(test_tail_outside)
{
    write_reg(reg_of(_i, RING_TAIL), 0x100000);
    settle();
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), 0);
    write_reg(reg_of(_i, RING_TAIL), 0);
    RUN(_i, CMD_SD_INDEX, 0x40 << 2, 9, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 9);
}
END_TEST

/* A command whose end TAIL does not cover waits for it. */
START_TEST(test_command_behind_tail)
{
    EMIT(_i, CMD_SD_INDEX, 0x40 << 2, 5, CMD_NOOP);
    write_reg(reg_of(_i, RING_TAIL), 8);
    settle();
    ck_assert_uint_eq(hwsp(_i, 0x40), 0);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), 0);
    ck_assert(!(read_reg(reg_of(_i, RING_MI_MODE)) & MI_MODE_IDLE));
    write_reg(reg_of(_i, RING_TAIL), 16);
    settle();
    ck_assert_uint_eq(hwsp(_i, 0x40), 5);
    ck_assert(is_idle(_i));
}
END_TEST

START_TEST(test_sync_flush)
{
    uint32_t instpm = reg_of(_i, RING_INSTPM);
    uint32_t page = DATA_ADDR >> 12;

    RUN(_i, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), 1);
    /* The entry moves by a page, the TLB has the old one ... */
    fakehost_map_ggtt(gpu, page, 1, GLOBAL_HPA + DATA_ADDR + 0x1000);
    RUN(_i, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 2);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), 2);
    /* ... a flush without invalidation leaves it ... */
    write_reg(instpm, INSTPM_SYNC_FLUSH * 0x10001u);
    ck_assert(!(read_reg(instpm) & INSTPM_SYNC_FLUSH));
    RUN(_i, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 3);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), 3);
    /* ... and one with it does not. */
    write_reg(instpm, INSTPM_FLUSH);
    ck_assert(!(read_reg(instpm) & INSTPM_SYNC_FLUSH));
    RUN(_i, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 4);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), 3);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR + 0x1000), 4);
}
END_TEST

START_TEST(test_new_page_directory)
{
    GvirtEngineId other = (_i + 1) % GVIRT_ENGINE_COUNT;
    uint32_t pd = 0x50000;
    uint32_t base = reg_of(_i, RING_PP_DIR_BASE);
    uint32_t i;

    RUN(_i, CMD_SDI, 0, DATA_ADDR, 1);
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), 1);
    /* Another directory, whose table maps all a page further. */
    fakehost_map_ggtt(gpu, pd, 1, TABLE_HPA + 0x1000);
    for (i = 0; i < MAPPED_PAGES; i++) {
        fakehost_write32(fake, TABLE_HPA + 0x1000 + i * 4,
                         (LOCAL_HPA + (i + 1) * 4096) | 1);
    }
    /* By the ring, as i915 does it. */
    RUN(_i, CMD_LRI(1), base, pd * 4 << 10, CMD_SDI, 0, DATA_ADDR, 2);
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), 1);
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR + 0x1000), 2);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_PP_DIR_BASE_READ)),
                      pd * 4 << 10);
    RUN(other, CMD_SDI, 0, DATA_ADDR, 3);
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), 3);
    /* And back, by the CPU. */
    write_reg(base, PD_SLOT * 4 << 10);
    RUN(_i, CMD_SDI, 0, DATA_ADDR, 4);
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), 4);
}
END_TEST

START_TEST(test_ppgtt_off)
{
    write_reg(reg_of(_i, RING_GFX_MODE), GFX_MODE_PPGTT << 16);
    RUN(_i, CMD_SDI, 0, DATA_ADDR, 7);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), 7);
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), 0);
    write_reg(reg_of(_i, RING_GFX_MODE), GFX_MODE_PPGTT * 0x10001u);
    RUN(_i, CMD_SDI, 0, DATA_ADDR, 8);
    ck_assert_uint_eq(peek(GVIRT_SPACE_GGTT, DATA_ADDR), 7);
    ck_assert_uint_eq(peek(GVIRT_SPACE_PPGTT, DATA_ADDR), 8);
}
END_TEST

START_TEST(test_timestamp)
{
    uint32_t low = reg_of(_i, RING_TIMESTAMP);
    uint32_t before;

    fake->now_ns = 8000;
    before = read_reg(low);
    ck_assert_uint_eq(before, 100);
    fake->now_ns += 79;
    ck_assert_uint_eq(read_reg(low), before);
    fake->now_ns += 1;
    ck_assert_uint_eq(read_reg(low), before + 1);
    /* 12.5 MHz: a second. */
    fake->now_ns += 1000000000;
    ck_assert_uint_eq(read_reg(low), before + 1 + 12500000);
    fake->now_ns = 80ll << 33;
    ck_assert_uint_eq(gvirt_gpu_read(gpu, low, 8), 1ull << 33);
    /* 36 bits. */
    fake->now_ns = (80ll << 36) + 80;
    ck_assert_uint_eq(gvirt_gpu_read(gpu, low, 8), 1);
    /* Read-only. */
    write_reg(low, 0);
    ck_assert_uint_eq(read_reg(low), 1);
}
END_TEST

START_TEST(test_timestamp_lives_through_reset)
{
    fake->now_ns = 80000;
    write_reg(0x941c, 1);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_TIMESTAMP)), 1000);
}
END_TEST

START_TEST(test_user_interrupt)
{
    uint32_t isr = irq_of[_i].isr;

    write_reg(isr + 4, 0);          /* IMR: all pass */
    write_reg(isr + 0xc, ~0u);      /* IER */
    write_reg(0x4400c, 1u << 31);   /* master */
    /* Masked in the engine: nothing reaches the block. */
    write_reg(reg_of(_i, RING_IMR), ~0u);
    RUN(_i, CMD_USER_IRQ, CMD_NOOP);
    ck_assert_uint_eq(read_reg(isr + 8), 0);
    ck_assert(!fake->irq_level);
    /* Its own bit alone makes the difference. */
    write_reg(reg_of(_i, RING_IMR), ~irq_of[_i].user);
    RUN(_i, CMD_USER_IRQ, CMD_NOOP);
    ck_assert_uint_eq(read_reg(isr + 8), irq_of[_i].user);
    ck_assert(fake->irq_level);
    write_reg(isr + 8, irq_of[_i].user);
    ck_assert(!fake->irq_level);
}
END_TEST

START_TEST(test_invalid_command)
{
    uint32_t isr = irq_of[_i].isr;
    uint32_t bad = 0x9fedcba9;      /* client 4: there is none */

    write_reg(isr + 4, 0);
    write_reg(isr + 0xc, ~0u);
    /* Masked by EMR: in ESR alone. */
    RUN(_i, bad, CMD_NOOP);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_ESR)) & 1, 1);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_EIR)), 0);
    ck_assert_uint_eq(read_reg(isr + 8), 0);
    /* Let through: it shows, and interrupts. */
    write_reg(reg_of(_i, RING_EMR), ~1u);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_EIR)), 1);
    ck_assert_uint_eq(read_reg(isr + 8), irq_of[_i].error);
    /* Fatal: not cleared but by reset. */
    write_reg(reg_of(_i, RING_EIR), 1);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_EIR)), 1);
    write_reg(0x941c, 1);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_EIR)), 0);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_ESR)), 0);
}
END_TEST

/* A violated privilege is cleared, and may come again. */
START_TEST(test_privilege_error)
{
    uint32_t isr = irq_of[_i].isr;
    int round;

    write_reg(isr + 4, 0);
    write_reg(reg_of(_i, RING_EMR), ~GVIRT_ERROR_PRIVILEGE);
    for (round = 0; round < 2; round++) {
        RUN_USER(_i, CMD_LRI(1), reg_of(_i, RING_UHPTR), 1);
        ck_assert_uint_eq(read_reg(reg_of(_i, RING_EIR)),
                          GVIRT_ERROR_PRIVILEGE);
        ck_assert_uint_eq(read_reg(isr + 8), irq_of[_i].error);
        write_reg(reg_of(_i, RING_EIR), GVIRT_ERROR_PRIVILEGE);
        ck_assert_uint_eq(read_reg(reg_of(_i, RING_EIR)), 0);
        ck_assert_uint_eq(read_reg(reg_of(_i, RING_ESR)), 0);
        write_reg(isr + 8, irq_of[_i].error);
        ck_assert_uint_eq(read_reg(isr + 8), 0);
    }
}
END_TEST

START_TEST(test_invalid_command_is_seen)
{
    EMIT(_i, CMD_SD_INDEX, 0x40 << 2, 1, 0x9fedcba9);
    /* Hold the streamer right behind it. */
    EMIT(_i, CMD_MBOX | 1u << 20 | 1u << 18, 100, 0, CMD_NOOP);
    run(_i);
    ck_assert_uint_eq(hwsp(_i, 0x40), 1);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_IPEHR)),
                      CMD_MBOX | 1u << 20 | 1u << 18);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), 16);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_ACTHD)), 16);
    ck_assert_uint_ne(read_reg(reg_of(_i, RING_INSTDONE)), ~0u);
    ck_assert_uint_eq(fake->guest_errors, 1);
}
END_TEST

START_TEST(test_auto_report)
{
    uint32_t i;

    /* Mode 2: every 4 KiB; RCS has none. */
    write_reg(reg_of(_i, RING_CTL), 0);
    write_reg(reg_of(_i, RING_CTL), 0x3000 | 2 << 1 | RING_CTL_VALID);
    for (i = 0; i < 1022; i++) {
        EMIT(_i, CMD_NOOP);
    }
    run(_i);
    ck_assert_uint_eq(hwsp(_i, 4), 0);
    RUN(_i, CMD_NOOP, CMD_NOOP, CMD_NOOP, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 4) >= 4096, _i != GVIRT_RCS);
}
END_TEST

START_TEST(test_fetch_fault_hangs)
{
    write_reg(reg_of(_i, RING_CTL), 0);
    write_reg(reg_of(_i, RING_START), OUTSIDE_ADDR);
    write_reg(reg_of(_i, RING_TAIL), 64);
    write_reg(reg_of(_i, RING_CTL), RING_CTL_VALID);
    settle();
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), 0);
    ck_assert(!(read_reg(reg_of(_i, RING_MI_MODE)) & MI_MODE_IDLE));
    ck_assert_uint_eq(read_reg(0x4094 + _i * 0x100) & 1, 1);
    /* A reset gets it going again. */
    write_reg(0x941c, 1);
    start_ring(_i);
    RUN(_i, CMD_SD_INDEX, 0x40 << 2, 3, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 3);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("ring");
    TCase *t = tcase_create("ring");

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_loop_test(t, test_tail_wakes, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_needs_enable, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_stop_ring, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_wrap, 0, GVIRT_ENGINE_COUNT);
    tcase_add_test(t, test_wrap_count_overflows);
    tcase_add_loop_test(t, test_registers_mask, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_tail_outside, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_command_behind_tail, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_sync_flush, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_new_page_directory, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_ppgtt_off, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_timestamp, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_timestamp_lives_through_reset, 0,
                        GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_user_interrupt, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_invalid_command, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_privilege_error, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_invalid_command_is_seen, 0,
                        GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_auto_report, 0, GVIRT_ENGINE_COUNT);
    tcase_add_loop_test(t, test_fetch_fault_hangs, 0, GVIRT_ENGINE_COUNT);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
