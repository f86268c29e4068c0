/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waits of the command streamer: mailboxes, memory semaphores, condition
 * codes, and the display.
 */
#include "cs-fixture.h"

#define PPGTT           GVIRT_SPACE_PPGTT
#define GGTT            GVIRT_SPACE_GGTT
#define RCS             GVIRT_RCS

#define COMPARE         (1u << 20)
#define UPDATE          (1u << 21)
#define REGISTER        (1u << 18)
#define SELECT(n)       ((uint32_t)(n) << 16)

#define WAIT(bit)       (0x01800000u | 1u << (bit))
#define WAIT_CODE(n)    (0x01800000u | (uint32_t)(n) << 16)
#define DE_RRMR         0x44050u
#define SCAN_LINES_INCL 0x09000000u
#define SCAN_LINES_EXCL 0x09800000u
#define DISPLAY_FLIP    0x0a000001u
#define ON              0x80000000u

/* Pipe frame of the mode below, at WRPLL1's 82285 kHz. */
#define LINES           798u
#define LINE_NS         14389ll     /* 1184 pixels */
#define FRAME_NS        (LINES * LINE_NS)

static bool stalled(GvirtEngineId id)
{
    return !(read_reg(reg_of(id, RING_MI_MODE)) & MI_MODE_IDLE);
}

/* HDMI on DDI B, 1024x768 with blanking of 160 and 30: intel_ddi.c. */
static void light(unsigned pipe)
{
    uint32_t at = pipe * 0x1000;

    write_reg(0x46040, 0xb0200a15);
    write_reg(0x46104, 4u << 29);
    write_reg(0x46140 + pipe * 4, 2u << 29);
    write_reg(0x60000 + at, 1183u << 16 | 1023);
    write_reg(0x60004 + at, 1183u << 16 | 1023);
    write_reg(0x60008 + at, 1103u << 16 | 1071);
    write_reg(0x6000c + at, 797u << 16 | 767);
    write_reg(0x60010 + at, 797u << 16 | 767);
    write_reg(0x60014 + at, 774u << 16 | 770);
    write_reg(0x6001c + at, 1023u << 16 | 767);
    write_reg(0x60400 + at, ON | 1u << 28);
    write_reg(0x64100, ON);
    write_reg(0x70008 + at, ON);
    fakehost_settle(fake, gpu, 3 * FRAME_NS);
}

/*
 * Which mailbox a select means, by i915's names (MI_SEMAPHORE_SYNC_*): SYNC_0
 * of RCS is from VCS, and so on around.
 */
static const struct {
    GvirtEngineId id;
    unsigned select;
    uint32_t reg;
} mbox[] = {
    { GVIRT_RCS, 0, 0x02040 },      /* RVSYNC */
    { GVIRT_RCS, 1, 0x02048 },      /* RVESYNC */
    { GVIRT_RCS, 2, 0x02044 },      /* RBSYNC */
    { GVIRT_VCS, 0, 0x12040 },      /* VBSYNC */
    { GVIRT_VCS, 1, 0x12048 },      /* VVESYNC */
    { GVIRT_VCS, 2, 0x12044 },      /* VRSYNC */
    { GVIRT_BCS, 0, 0x22040 },      /* BRSYNC */
    { GVIRT_BCS, 1, 0x22048 },      /* BVESYNC */
    { GVIRT_BCS, 2, 0x22044 },      /* BVSYNC */
    { GVIRT_VECS, 0, 0x1a040 },     /* VEBSYNC */
    { GVIRT_VECS, 1, 0x1a048 },     /* VEVSYNC */
    { GVIRT_VECS, 2, 0x1a044 },     /* VERSYNC */
};

START_TEST(test_mailbox)
{
    GvirtEngineId id = mbox[_i].id;
    GvirtEngineId other = (id + 1) % GVIRT_ENGINE_COUNT;
    unsigned k;

    RUN(id, CMD_MBOX | COMPARE | REGISTER | SELECT(mbox[_i].select), 5, 0,
        CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP, CMD_NOOP);
    ck_assert(stalled(id));
    /* The other mailboxes of this engine do not matter, nor does equality. */
    for (k = 0; k < 3; k++) {
        uint32_t reg = reg_of(id, RING_SYNC_0 + k * 4);

        write_reg(reg, reg == mbox[_i].reg ? 5 : 1000);
    }
    settle();
    ck_assert(stalled(id));
    ck_assert_uint_eq(hwsp(id, 0x40), 0);
    /* Signalled as engines do it among themselves: by a register write. */
    RUN(other, CMD_LRI(1), mbox[_i].reg, 6, CMD_NOOP);
    ck_assert_uint_eq(hwsp(id, 0x40), 1);
    ck_assert(is_idle(id));
}
END_TEST

START_TEST(test_mailbox_passed)
{
    write_reg(reg_of(_i, RING_SYNC_0), 0xffffffff);
    RUN(_i, CMD_MBOX | COMPARE | REGISTER, 0xfffffffe, 0,
        CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 1);
}
END_TEST

START_TEST(test_mailbox_signal)
{
    RUN(_i, CMD_MBOX | UPDATE | REGISTER, 77, 0x22044, CMD_NOOP);
    ck_assert_uint_eq(read_reg(0x22044), 77);
    /* Not by a user. */
    RUN_USER(_i, CMD_MBOX | UPDATE | REGISTER, 78, 0x22044);
    ck_assert_uint_eq(read_reg(0x22044), 77);
}
END_TEST

START_TEST(test_memory_semaphore)
{
    GvirtEngineId other = (_i + 1) % GVIRT_ENGINE_COUNT;

    RUN(_i, CMD_MBOX | COMPARE, 10, DATA_ADDR,
        CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP, CMD_NOOP, CMD_NOOP);
    ck_assert(stalled(_i));
    RUN(other, CMD_MBOX | UPDATE, 10, DATA_ADDR, CMD_NOOP);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 10);
    ck_assert(stalled(_i));
    /* By the CPU, whom nobody notices: the streamer looks again. */
    poke(PPGTT, DATA_ADDR, 11);
    settle();
    ck_assert(is_idle(_i));
    ck_assert_uint_eq(hwsp(_i, 0x40), 1);
    /* Compare and update: written only when passed. */
    RUN(_i, CMD_MBOX | COMPARE | UPDATE | CMD_GLOBAL, 3, DATA_ADDR, CMD_NOOP);
    ck_assert(stalled(_i));
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    poke(GGTT, DATA_ADDR, 4);
    settle();
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 3);
}
END_TEST

/* Looking again is no work: it costs nothing. */
START_TEST(test_waiting_costs_once)
{
    GvirtGpuStats waited, passed;

    RUN(_i, CMD_MBOX | COMPARE, 10, DATA_ADDR, CMD_NOOP);
    fakehost_settle(fake, gpu, 10000000);
    gvirt_gpu_stats(gpu, &waited);
    ck_assert_uint_eq(waited.busy_clk[_i], 0);
    poke(PPGTT, DATA_ADDR, 11);
    settle();
    gvirt_gpu_stats(gpu, &passed);
    ck_assert_uint_gt(passed.busy_clk[_i], 0);
    ck_assert_uint_lt(passed.busy_clk[_i], 200);
}
END_TEST

/* A user's semaphore is in the user's space, whatever bit 22 says. */
START_TEST(test_user_semaphore)
{
    RUN_USER(_i, CMD_MBOX | UPDATE | CMD_GLOBAL, 9, DATA_ADDR);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 9);
}
END_TEST

START_TEST(test_condition_code)
{
    uint32_t excc = reg_of(_i, RING_EXCC);

    /* Not set: no wait. */
    RUN(_i, WAIT_CODE(3), CMD_NOOP, CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 1);
    write_reg(excc, 4u * 0x10001u);
    RUN(_i, WAIT_CODE(3), CMD_NOOP, CMD_SD_INDEX, 0x40 << 2, 2, CMD_NOOP);
    ck_assert(stalled(_i));
    ck_assert(read_reg(reg_of(_i, RING_CTL)) & RING_CTL_WAIT);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_IPEHR)), WAIT_CODE(3));
    write_reg(excc, 4u << 16);
    settle();
    ck_assert_uint_eq(hwsp(_i, 0x40), 2);
    ck_assert(!(read_reg(reg_of(_i, RING_CTL)) & RING_CTL_WAIT));
}
END_TEST

START_TEST(test_break_wait)
{
    write_reg(reg_of(_i, RING_EXCC), 1u * 0x10001u);
    RUN(_i, WAIT_CODE(1), CMD_NOOP, CMD_SD_INDEX, 0x40 << 2, 2, CMD_NOOP);
    ck_assert(stalled(_i));
    write_reg(reg_of(_i, RING_CTL), read_reg(reg_of(_i, RING_CTL)));
    settle();
    ck_assert_uint_eq(hwsp(_i, 0x40), 2);
    ck_assert(is_idle(_i));
    /* That one only. */
    RUN(_i, WAIT_CODE(1), CMD_NOOP);
    ck_assert(stalled(_i));
}
END_TEST

static const uint8_t vblank_bit[] = { 3, 11, 21 };
static const uint8_t flip_bit[] = { 1, 9, 15 };
static const uint8_t sprite_bit[] = { 2, 10, 20 };
static const uint8_t line_bit[] = { 0, 8, 14 };

START_TEST(test_wait_vblank)
{
    uint32_t frames;
    int64_t begin_ns;

    light(_i);
    write_reg(DE_RRMR, ~(1u << vblank_bit[_i]));
    /* Just behind one, the next is a frame away. */
    frames = read_reg(0x70040 + _i * 0x1000);
    while (read_reg(0x70040 + _i * 0x1000) == frames) {
        fake->now_ns += 1000;
    }
    begin_ns = fake->now_ns;
    frames++;
    EMIT(RCS, WAIT(vblank_bit[_i]), CMD_SRM, 0x70040 + _i * 0x1000, DATA_ADDR,
         CMD_SRM, 0x2358, DATA_ADDR + 4);
    submit(RCS);
    fakehost_settle(fake, gpu, FRAME_NS / 2);
    ck_assert(stalled(RCS));
    fakehost_settle(fake, gpu, FRAME_NS);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), frames + 1);
    ck_assert_int_ge(peek(PPGTT, DATA_ADDR + 4) * 80ll,
                     begin_ns + FRAME_NS - 3000);
    ck_assert_int_le(peek(PPGTT, DATA_ADDR + 4) * 80ll,
                     begin_ns + FRAME_NS + 3000);
}
END_TEST

/* Masked in DE_RRMR, the display does not tell. */
START_TEST(test_wait_masked)
{
    light(0);
    write_reg(DE_RRMR, ~0u);
    EMIT(RCS, WAIT(3), CMD_NOOP, CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
    submit(RCS);
    fakehost_settle(fake, gpu, 3 * FRAME_NS);
    ck_assert(stalled(RCS));
    write_reg(DE_RRMR, ~(1u << 3));
    fakehost_settle(fake, gpu, 2 * FRAME_NS);
    ck_assert(is_idle(RCS));
}
END_TEST

START_TEST(test_wait_dark_pipe)
{
    write_reg(DE_RRMR, 0);
    EMIT(RCS, WAIT(vblank_bit[_i]), CMD_NOOP);
    submit(RCS);
    fakehost_settle(fake, gpu, 3 * FRAME_NS);
    ck_assert(stalled(RCS));
    RUN(GVIRT_BCS, CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
    ck_assert_uint_eq(hwsp(GVIRT_BCS, 0x40), 1);
    write_reg(0x941c, 2);
    ck_assert(!stalled(RCS));
}
END_TEST

/* Loop: pipe and plane. */
START_TEST(test_flip)
{
    static const uint8_t select[] = { 0, 1, 4, 2, 3, 5 };
    unsigned pipe = _i % 3, sprite = _i / 3;
    uint32_t plane = 0x70180 + pipe * 0x1000 + sprite * 0x100;
    uint8_t bit = sprite ? sprite_bit[pipe] : flip_bit[pipe];
    uint32_t surface = 0x00340000;

    light(pipe);
    write_reg(plane, ON | (sprite ? 2u << 25 : 6u << 26));
    write_reg(plane + 8, 4096);
    write_reg(plane + 0x1c, DATA_ADDR);
    fakehost_settle(fake, gpu, 2 * FRAME_NS);
    write_reg(DE_RRMR, ~(1u << bit));
    /* Nothing pending: no wait. */
    RUN(RCS, WAIT(bit), CMD_NOOP);
    ck_assert(is_idle(RCS));
    EMIT(RCS, DISPLAY_FLIP | (uint32_t)select[_i] << 19, 4096 * 2 | 1, surface,
         WAIT(bit), CMD_SRM, plane + 0x2c, DATA_ADDR, CMD_NOOP);
    submit(RCS);
    gvirt_gpu_run(gpu, 100);
    ck_assert_uint_eq(read_reg(plane + 0x1c), surface);
    ck_assert_uint_eq(read_reg(plane + 8), 8192);
    ck_assert(read_reg(plane) & 1u << 10);
    ck_assert(stalled(RCS));
    fakehost_settle(fake, gpu, 2 * FRAME_NS);
    ck_assert(is_idle(RCS));
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), surface);
}
END_TEST

START_TEST(test_flip_is_privileged)
{
    light(0);
    write_reg(0x70180, ON | 6u << 26);
    write_reg(0x7019c, DATA_ADDR);
    RUN_USER(RCS, DISPLAY_FLIP, 8192, 0x340000);
    ck_assert_uint_eq(read_reg(0x7019c), DATA_ADDR);
    /* Reserved planes. */
    RUN(RCS, DISPLAY_FLIP | 6u << 19, 8192, 0x340000,
        DISPLAY_FLIP | 7u << 19, 8192, 0x340000);
    ck_assert_uint_eq(read_reg(0x7019c), DATA_ADDR);
    ck_assert(is_idle(RCS));
}
END_TEST

/* Loop: pipe, and whether the range is waited out or waited for. */
START_TEST(test_scan_lines)
{
    static const uint8_t select[] = { 0, 1, 4 };
    unsigned pipe = _i % 3;
    bool inclusive = _i / 3;
    uint32_t line_reg = 0x70000 + pipe * 0x1000;
    uint32_t line;

    light(pipe);
    write_reg(DE_RRMR, ~(1u << line_bit[pipe]));
    /* Inside for the one, well outside for the other. */
    while (read_reg(line_reg) != (inclusive ? 110 : 300)) {
        fake->now_ns += 5000;
    }
    EMIT(RCS, (inclusive ? SCAN_LINES_INCL : SCAN_LINES_EXCL) |
         (uint32_t)select[pipe] << 19, 100u << 16 | 200,
         WAIT(line_bit[pipe]), CMD_SRM, line_reg, DATA_ADDR);
    submit(RCS);
    gvirt_gpu_run(gpu, 100);
    ck_assert_uint_eq(read_reg(0x70068 + pipe * 0x1000),
                      ON | (inclusive ? 1u << 30 : 0) | 100u << 16 | 200);
    ck_assert(stalled(RCS));
    fakehost_settle(fake, gpu, FRAME_NS);
    ck_assert(is_idle(RCS));
    /* With HDMI the counter shows two lines less: i915, scanline_offset. */
    line = peek(PPGTT, DATA_ADDR) + 2;
    if (inclusive) {
        ck_assert_uint_ge(line, 201);
        ck_assert_uint_le(line, 202);
    } else {
        ck_assert_uint_ge(line, 100);
        ck_assert_uint_le(line, 101);
    }
    /* Where the condition does not hold: straight on. */
    while (read_reg(line_reg) != (inclusive ? 300 : 150)) {
        fake->now_ns += 5000;
    }
    EMIT(RCS, WAIT(line_bit[pipe]), CMD_NOOP);
    submit(RCS);
    gvirt_gpu_run(gpu, 100);
    ck_assert(is_idle(RCS));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("mi-wait");
    TCase *t = tcase_create("mi-wait");
    const int n = GVIRT_ENGINE_COUNT;

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_loop_test(t, test_mailbox, 0, (int)G_N_ELEMENTS(mbox));
    tcase_add_loop_test(t, test_mailbox_passed, 0, n);
    tcase_add_loop_test(t, test_mailbox_signal, 0, n);
    tcase_add_loop_test(t, test_memory_semaphore, 0, n);
    tcase_add_loop_test(t, test_waiting_costs_once, 0, n);
    tcase_add_loop_test(t, test_user_semaphore, 0, n);
    tcase_add_loop_test(t, test_condition_code, 0, n);
    tcase_add_loop_test(t, test_break_wait, 0, n);
    tcase_add_loop_test(t, test_wait_vblank, 0, GVIRT_PIPE_COUNT);
    tcase_add_test(t, test_wait_masked);
    tcase_add_loop_test(t, test_wait_dark_pipe, 0, GVIRT_PIPE_COUNT);
    tcase_add_loop_test(t, test_flip, 0, 2 * GVIRT_PIPE_COUNT);
    tcase_add_test(t, test_flip_is_privileged);
    tcase_add_loop_test(t, test_scan_lines, 0, 2 * GVIRT_PIPE_COUNT);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
