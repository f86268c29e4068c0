/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory interface commands: stores, register moves, page-table updates,
 * flushes, head reports, arbitration.
 */
#include "cs-fixture.h"

#define PPGTT           GVIRT_SPACE_PPGTT
#define GGTT            GVIRT_SPACE_GGTT
#define RCS             GVIRT_RCS
#define GPR(n)          (0x2600u + (n) * 8)

#define CMD_FLUSH_DW(n)     (0x13000000u | ((n) - 2))
#define FLUSH_INDEX         (1u << 21)
#define FLUSH_TLB           (1u << 18)
#define FLUSH_WRITE         (1u << 14)
#define FLUSH_TIMESTAMP     (3u << 14)
#define FLUSH_NOTIFY        (1u << 8)
#define FLUSH_GLOBAL        (1u << 2)

START_TEST(test_noop_id)
{
    RUN(_i, 0x00412345, CMD_NOOP);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_NOPID)), 0x12345);
    RUN(_i, 0x00054321, CMD_NOOP);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_NOPID)), 0x12345);
}
END_TEST

START_TEST(test_store_data_imm)
{
    poke(PPGTT, DATA_ADDR + 4, 0x5555);
    RUN(_i, CMD_SDI, 0, DATA_ADDR, 0x11112222);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 0x11112222);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 4), 0x5555);
    RUN(_i, CMD_SDI_QW | CMD_GLOBAL, 0, DATA_ADDR + 8, 1, 2, CMD_NOOP);
    ck_assert_uint_eq(peek64(GGTT, DATA_ADDR + 8), 2ull << 32 | 1);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 8), 0);
    /* More than two: one after the other, across a page. */
    RUN(_i, 0x10000000u | 6, 0, DATA_ADDR + 0xff8, 10, 11, 12, 13, 14);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 0xff8), 10);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 0xffc), 11);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 0x1000), 12);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 0x1008), 14);
    /* No data at all: a mistake, nothing is written. */
    RUN(_i, 0x10000001u, 0, DATA_ADDR + 0x20, CMD_NOOP);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 0x20), 0);
}
END_TEST

START_TEST(test_store_data_index)
{
    GvirtEngineId other = (_i + 1) % GVIRT_ENGINE_COUNT;

    RUN(_i, CMD_SD_INDEX, 0x40 << 2, 0xabcd, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0xabcd);
    ck_assert_uint_eq(hwsp(other, 0x40), 0);
    RUN(_i, CMD_SD_INDEX + 1, 0x3fe << 2, 1, 2);
    ck_assert_uint_eq(hwsp(_i, 0x3fe), 1);
    ck_assert_uint_eq(hwsp(_i, 0x3ff), 2);
    /* The offset cannot leave the page. */
    RUN(_i, CMD_SD_INDEX, 0xfffff000 | 0x50 << 2, 7, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x50), 7);
}
END_TEST

START_TEST(test_load_register_imm)
{
    uint32_t a = reg_of(_i, RING_SYNC_0), b = reg_of(_i, RING_SYNC_2);

    RUN(_i, CMD_LRI(2), a, 0x12345678, b, 0x9abcdef0);
    ck_assert_uint_eq(read_reg(a), 0x12345678);
    ck_assert_uint_eq(read_reg(b), 0x9abcdef0);
    /* Byte write disables: bytes 0 and 2 stay. */
    RUN(_i, CMD_LRI(1) | 5 << 8, a, 0xaabbccdd, CMD_NOOP);
    ck_assert_uint_eq(read_reg(a), 0xaa34cc78);
    RUN(_i, CMD_LRI(1) | 0xf << 8, a, 0, CMD_NOOP);
    ck_assert_uint_eq(read_reg(a), 0xaa34cc78);
    /* A value without a register, and one far outside of the file. */
    RUN(_i, 0x11000002u, a, 1, b, CMD_LRI(1), 0x7ffffffc, 1, CMD_NOOP);
    ck_assert_uint_eq(read_reg(a), 1);
    ck_assert_uint_eq(read_reg(b), 0x9abcdef0);
    ck_assert(is_idle(_i));
}
END_TEST

/* VCS and VECS can be kept from registers, by CTL bit 8. */
START_TEST(test_disable_register_access)
{
    uint32_t a = reg_of(_i, RING_SYNC_0);
    bool media = _i == GVIRT_VCS || _i == GVIRT_VECS;

    write_reg(reg_of(_i, RING_CTL), 0);
    write_reg(reg_of(_i, RING_CTL), 0x3000 | 1 << 8 | RING_CTL_VALID);
    RUN(_i, CMD_LRI(1), a, 5, CMD_NOOP);
    ck_assert_uint_eq(read_reg(a), media ? 0 : 5);
}
END_TEST

START_TEST(test_store_register_mem)
{
    write_reg(reg_of(_i, RING_SYNC_1), 0xfeed);
    RUN(_i, CMD_SRM, reg_of(_i, RING_SYNC_1), DATA_ADDR, CMD_NOOP);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 0xfeed);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    RUN(_i, CMD_SRM | CMD_GLOBAL, reg_of(_i, RING_START), DATA_ADDR, CMD_NOOP);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), RING_ADDR(_i));
    /* A live one: as of this command. */
    fake->now_ns = 80 * 777;
    RUN(_i, CMD_SRM, reg_of(_i, RING_TIMESTAMP), DATA_ADDR, CMD_NOOP);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 777);
    /* HEAD is the command's own place. */
    RUN(_i, CMD_SRM, reg_of(_i, RING_HEAD), DATA_ADDR + 4, CMD_NOOP);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 4), 48);
}
END_TEST

START_TEST(test_load_register_mem)
{
    poke(PPGTT, DATA_ADDR, 0x1234);
    poke(GGTT, DATA_ADDR, 0x5678);
    RUN(_i, CMD_LRM, reg_of(_i, RING_SYNC_0), DATA_ADDR, CMD_NOOP);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_SYNC_0)), 0x1234);
    RUN(_i, CMD_LRM | CMD_GLOBAL, reg_of(_i, RING_SYNC_0), DATA_ADDR,
        CMD_NOOP);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_SYNC_0)), 0x5678);
}
END_TEST

START_TEST(test_load_register_reg)
{
    write_reg(GPR(3), 0x1111);
    RUN(RCS, CMD_LRR, GPR(3), GPR(4) + 4, CMD_NOOP);
    ck_assert_uint_eq(read_reg(GPR(4) + 4), 0x1111);
    ck_assert_uint_eq(read_reg(GPR(4)), 0);
}
END_TEST

/* A user's batch: LRR reaches what the white list has, no more. */
START_TEST(test_user_load_register_reg)
{
    uint32_t psmi = reg_of(RCS, RING_UHPTR);

    write_reg(GPR(0), 0x88);
    RUN_USER(RCS, CMD_LRR, GPR(0), psmi,
             CMD_LRR, reg_of(RCS, RING_START), GPR(1),
             CMD_LRR, GPR(0), GPR(2));
    ck_assert_uint_eq(read_reg(psmi), 0);
    ck_assert_uint_eq(read_reg(GPR(1)), 0);
    ck_assert_uint_eq(read_reg(GPR(2)),
                      gvirt_reg_find(GPR(0))->flags & GVIRT_REG_USER ? 0x88
                                                                     : 0);
}
END_TEST

/*
 * HSW PRM vol. 10, "Software Control": registers at 22xx are not protected,
 * so a user's batch says whether its blits are Tile-Y (IGT: gem_blits.c).
 */
START_TEST(test_user_blitter_tiling)
{
    RUN_USER(GVIRT_BCS, CMD_LRI(1), 0x22200, 3 << 16 | 3, CMD_NOOP);
    ck_assert_uint_eq(read_reg(0x22200) & 3, 3);
    RUN_USER(GVIRT_BCS, CMD_LRI(1), 0x22200, 3 << 16 | 1, CMD_NOOP);
    ck_assert_uint_eq(read_reg(0x22200) & 3, 1);
    /* the blitter's own batches, not another engine's */
    RUN_USER(GVIRT_RCS, CMD_LRI(1), 0x22200, 3 << 16 | 2, CMD_NOOP);
    ck_assert_uint_eq(read_reg(0x22200) & 3, 1);
}
END_TEST

START_TEST(test_update_gtt)
{
    RUN(_i, CMD_UPDATE_GTT(3) | CMD_GLOBAL, 0x00700000, 0x11111001,
        0x22222001, 0x33333001, CMD_NOOP);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, 0x200000 + 0x700 * 4, 4),
                      0x11111001);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, 0x200000 + 0x702 * 4, 4),
                      0x33333001);
    /* The host hears of the aperture. */
    ck_assert_uint_eq(fake->aperture_first, 0x700);
    ck_assert_uint_eq(fake->aperture_count, 3);
    /* The last entry, and behind it. */
    RUN(_i, CMD_UPDATE_GTT(3) | CMD_GLOBAL, 0x7ffff000, 0x44444001,
        0x55555001, 0x66666001, CMD_NOOP);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, 0x3ffffc, 4), 0x44444001);
    RUN(_i, CMD_UPDATE_GTT(3) | CMD_GLOBAL, 0xfffff000, 1, 2, 3, CMD_NOOP);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, 0x200000, 4),
                      (GLOBAL_HPA & 0xfffff000) | 1);
    ck_assert(is_idle(_i));
}
END_TEST

START_TEST(test_flush_dw_write)
{
    poke(GGTT, DATA_ADDR + 4, 0x7777);
    /* Three dwords write a dword, four a qword. */
    RUN(_i, CMD_FLUSH_DW(3) | FLUSH_WRITE, DATA_ADDR | FLUSH_GLOBAL, 0x11,
        CMD_NOOP);
    ck_assert_uint_eq(peek64(GGTT, DATA_ADDR), 0x777700000011ull);
    RUN(_i, CMD_FLUSH_DW(4) | FLUSH_WRITE, DATA_ADDR, 0x22, 0x33);
    ck_assert_uint_eq(peek64(PPGTT, DATA_ADDR), 0x3300000022ull);
    fake->now_ns = 80 * 99;
    RUN(_i, CMD_FLUSH_DW(4) | FLUSH_TIMESTAMP, DATA_ADDR, 0, 0);
    ck_assert_uint_eq(peek64(PPGTT, DATA_ADDR), 99);
    /* i915's breadcrumb: index 0x100 into the status page. */
    RUN(_i, CMD_FLUSH_DW(3) | FLUSH_WRITE | FLUSH_INDEX, 0x100 | FLUSH_GLOBAL,
        0x44, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0x44);
    /* The status page is global, said so or not. */
    RUN(_i, CMD_FLUSH_DW(3) | FLUSH_WRITE | FLUSH_INDEX, 0x108, 0x45,
        CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x42), 0x45);
    /* Without an operation, nothing. */
    RUN(_i, CMD_FLUSH_DW(4), DATA_ADDR + 8, 1, 2);
    ck_assert_uint_eq(peek64(PPGTT, DATA_ADDR + 8), 0);
}
END_TEST

START_TEST(test_flush_dw_user)
{
    RUN_USER(_i, CMD_FLUSH_DW(4) | FLUSH_WRITE, DATA_ADDR | FLUSH_GLOBAL, 1, 2,
             CMD_FLUSH_DW(4) | FLUSH_WRITE | FLUSH_INDEX, 0x100, 3, 4,
             CMD_FLUSH_DW(4) | FLUSH_WRITE, DATA_ADDR + 8, 5, 6);
    ck_assert_uint_eq(peek64(GGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(peek64(PPGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0);
    ck_assert_uint_eq(peek64(PPGTT, DATA_ADDR + 8), 0x600000005ull);
}
END_TEST

START_TEST(test_flush_dw_tlb)
{
    RUN(_i, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1);
    fakehost_map_ggtt(gpu, DATA_ADDR >> 12, 1, GLOBAL_HPA + DATA_ADDR + 4096);
    RUN(_i, CMD_FLUSH_DW(4), 0, 0, 0, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 2);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 2);
    RUN(_i, CMD_FLUSH_DW(4) | FLUSH_TLB | FLUSH_WRITE,
        (DATA_ADDR + 0x8000) | FLUSH_GLOBAL, 0, 0,
        CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 3);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 2);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 4096), 3);
}
END_TEST

START_TEST(test_flush_dw_notify)
{
    static const struct {
        uint32_t isr, bit;
    } notify[GVIRT_ENGINE_COUNT] = {
        [GVIRT_VCS] = { 0x44010, 1u << 16 },
        [GVIRT_BCS] = { 0x44010, 1u << 26 },
        [GVIRT_VECS] = { 0x44020, 1u << 13 },
    };

    write_reg(notify[_i].isr + 4, 0);
    RUN(_i, CMD_FLUSH_DW(4), 0, 0, 0);
    ck_assert_uint_eq(read_reg(notify[_i].isr + 8), 0);
    RUN(_i, CMD_FLUSH_DW(4) | FLUSH_NOTIFY, 0, 0, 0);
    ck_assert_uint_eq(read_reg(notify[_i].isr + 8), notify[_i].bit);
}
END_TEST

START_TEST(test_mi_flush_tlb)
{
    RUN(RCS, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1);
    fakehost_map_ggtt(gpu, DATA_ADDR >> 12, 1, GLOBAL_HPA + DATA_ADDR + 4096);
    /* GFX_MODE bit 13: only where TLBs are named. */
    write_reg(0x229c, 0x20002000);
    RUN(RCS, 0x02000000, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 2);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 2);
    write_reg(0x229c, 0x20000000);
    RUN(RCS, 0x02000000, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 3);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 4096), 3);
}
END_TEST

START_TEST(test_clflush_toggles)
{
    uint32_t before = read_reg(0x20c0) & INSTPM_CLFLUSH_TOGGLE;

    RUN(RCS, 0x13800003u, DATA_ADDR, 0, 0, 0);
    ck_assert_uint_ne(read_reg(0x20c0) & INSTPM_CLFLUSH_TOGGLE, before);
    RUN(RCS, 0x13800003u, DATA_ADDR, 0, 0, 0);
    ck_assert_uint_eq(read_reg(0x20c0) & INSTPM_CLFLUSH_TOGGLE, before);
}
END_TEST

START_TEST(test_report_head)
{
    RUN(_i, CMD_NOOP, CMD_NOOP, 0x03800000, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 4), 8);
    /* In the hands of a user it would write the global space. */
    RUN_USER(_i, 0x03800000);
    ck_assert_uint_eq(hwsp(_i, 4), 8);
}
END_TEST

START_TEST(test_arb_check)
{
    uint32_t uhptr = reg_of(_i, RING_UHPTR);

    EMIT(_i, 0x02800000, CMD_NOOP, CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
    ring_tail[_i] = 0x200;
    EMIT(_i, CMD_SD_INDEX, 0x41 << 2, 2, CMD_NOOP);
    write_reg(uhptr, 0x200 | 1);
    run(_i);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0);
    ck_assert_uint_eq(hwsp(_i, 0x41), 2);
    ck_assert(!(read_reg(uhptr) & 1));
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD_PREEMPT)), 4);
    /* Not valid any more: the next check goes straight on. */
    RUN(_i, 0x02800000, CMD_NOOP, CMD_SD_INDEX, 0x42 << 2, 3, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x42), 3);
    /* MI_ARB_ON_OFF holds it off. */
    write_reg(uhptr, 0x400 | 1);
    RUN(_i, 0x04000000, 0x02800000, CMD_SD_INDEX, 0x43 << 2, 4, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x43), 4);
    ck_assert(read_reg(uhptr) & 1);
}
END_TEST

START_TEST(test_arb_check_in_batch)
{
    uint32_t uhptr = reg_of(_i, RING_UHPTR);

    batch_at(PPGTT, BATCH_ADDR);
    BATCH(0x02800000, CMD_SDI, 0, DATA_ADDR, 1, CMD_BB_END);
    EMIT(_i, bb_start_user(_i), BATCH_ADDR, CMD_SD_INDEX, 0x40 << 2, 1,
         CMD_NOOP);
    ring_tail[_i] = 0x200;
    EMIT(_i, CMD_SD_INDEX, 0x41 << 2, 2, CMD_NOOP);
    write_reg(uhptr, 0x200 | 1);
    run(_i);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0);
    ck_assert_uint_eq(hwsp(_i, 0x41), 2);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_BB_PREEMPT_ADDR)),
                      (BATCH_ADDR + 4) | 1);
}
END_TEST

START_TEST(test_suspend_flush)
{
    uint32_t instpm = reg_of(_i, RING_INSTPM);

    RUN(_i, 0x05800001, CMD_NOOP);
    write_reg(instpm, INSTPM_SYNC_FLUSH * 0x10001u);
    ck_assert(read_reg(instpm) & INSTPM_SYNC_FLUSH);
    RUN(_i, 0x05800000, CMD_NOOP);
    ck_assert(!(read_reg(instpm) & INSTPM_SYNC_FLUSH));
}
END_TEST

START_TEST(test_conditional_end)
{
    const uint32_t cond = 0x1b000001u | 1u << 21;
    unsigned value;

    for (value = 4; value <= 6; value++) {
        poke(PPGTT, DATA_ADDR + 8, value);
        poke(PPGTT, DATA_ADDR, 0);
        RUN_USER(_i, cond, 5, DATA_ADDR + 8, CMD_SDI, 0, DATA_ADDR, 1);
        ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), value > 5);
        ck_assert(is_idle(_i));
    }
    /* The global bit does not take a user's batch out of its space. */
    poke(GGTT, DATA_ADDR + 8, 0);
    poke(PPGTT, DATA_ADDR, 0);
    RUN_USER(_i, cond | CMD_GLOBAL, 5, DATA_ADDR + 8,
             CMD_SDI, 0, DATA_ADDR, 1);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 1);
    /* No compare, no end. */
    poke(PPGTT, DATA_ADDR + 8, 0);
    poke(PPGTT, DATA_ADDR, 0);
    RUN_USER(_i, cond & ~(1u << 21), 5, DATA_ADDR + 8,
             CMD_SDI, 0, DATA_ADDR, 1);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 1);
}
END_TEST

START_TEST(test_kept_state)
{
    RUN(RCS, 0x06800000 | 0x0f, 0x07000000 | 0x55, 0x03000001,
        0x04800000 | 0x12 << 12 | 0x34, 0x0c800000, 0x00100020);
    ck_assert_uint_eq(gpu->engine[RCS].topology_filter, 0x0f);
    ck_assert_uint_eq(gpu->engine[RCS].app_id, 0x55);
    ck_assert(gpu->engine[RCS].resource_streamer);
    ck_assert_uint_eq(gpu->engine[RCS].urb_atomic, 0x12034);
    ck_assert_uint_eq(gpu->engine[RCS].urb_clear, 0x00100020);
    /* The resource streamer's store follows its switch. */
    RUN(RCS, 0x15800002u, 0, DATA_ADDR, 9);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 9);
    RUN(RCS, 0x03000000, 0x15800002u, 0, DATA_ADDR, 10, CMD_NOOP);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 9);
    /* A batch brings its own setting, and takes it along. */
    RUN_USER(RCS, 0x15800002u, 0, DATA_ADDR, 11);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 9);
    RUN(RCS, bb_start_user(RCS) | 1u << 10, BATCH_ADDR,
        0x15800002u, 0, DATA_ADDR + 8, 12);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 11);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 8), 0);
    write_reg(0x941c, 2);
    ck_assert_uint_eq(gpu->engine[RCS].topology_filter, 0);
}
END_TEST

/* i915's breadcrumb of the engines other than RCS, word for word. */
START_TEST(test_i915_breadcrumb)
{
    uint32_t i;

    write_reg(0x44014, 0);
    write_reg(0x44024, 0);
    EMIT(_i, 0x13244001u, 0x104, 77);
    for (i = 0; i < 32; i++) {
        EMIT(_i, 0x10800001u, 0x100, 77);
    }
    EMIT(_i, 0x13000001u, 0, 0, CMD_USER_IRQ);
    run(_i);
    ck_assert_uint_eq(hwsp(_i, 0x40), 77);
    ck_assert(is_idle(_i));
    ck_assert_uint_ne(read_reg(0x44018) | read_reg(0x44028), 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("mi");
    TCase *t = tcase_create("mi");
    const int n = GVIRT_ENGINE_COUNT;

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_loop_test(t, test_noop_id, 0, n);
    tcase_add_loop_test(t, test_store_data_imm, 0, n);
    tcase_add_loop_test(t, test_store_data_index, 0, n);
    tcase_add_loop_test(t, test_load_register_imm, 0, n);
    tcase_add_loop_test(t, test_disable_register_access, 0, n);
    tcase_add_loop_test(t, test_store_register_mem, 0, n);
    tcase_add_loop_test(t, test_load_register_mem, 0, n);
    tcase_add_test(t, test_load_register_reg);
    tcase_add_test(t, test_user_load_register_reg);
    tcase_add_test(t, test_user_blitter_tiling);
    tcase_add_loop_test(t, test_update_gtt, 0, n);
    tcase_add_loop_test(t, test_flush_dw_write, 1, n);
    tcase_add_loop_test(t, test_flush_dw_user, 1, n);
    tcase_add_loop_test(t, test_flush_dw_tlb, 1, n);
    tcase_add_loop_test(t, test_flush_dw_notify, 1, n);
    tcase_add_test(t, test_mi_flush_tlb);
    tcase_add_test(t, test_clflush_toggles);
    tcase_add_loop_test(t, test_report_head, 0, n);
    tcase_add_loop_test(t, test_arb_check, 0, n);
    tcase_add_loop_test(t, test_arb_check_in_batch, 0, n);
    tcase_add_loop_test(t, test_suspend_flush, 0, n);
    tcase_add_loop_test(t, test_conditional_end, 0, n);
    tcase_add_test(t, test_kept_state);
    tcase_add_loop_test(t, test_i915_breadcrumb, 1, n);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
