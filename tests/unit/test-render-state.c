/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Render state as commands leave it, draws that are skipped honestly, and
 * PIPE_CONTROL.
 */
#include "cs-fixture.h"

#include "../../hw/display/gvirt/render/state.h"

#define PPGTT           GVIRT_SPACE_PPGTT
#define GGTT            GVIRT_SPACE_GGTT

#define PC(dwords)      (0x7a000000u | ((dwords) - 2))
#define PC_GLOBAL       (1u << 24)
#define PC_LRI          (1u << 23)
#define PC_INDEX        (1u << 21)
#define PC_CS_STALL     (1u << 20)
#define PC_COUNT_RESET  (1u << 19)
#define PC_TLB          (1u << 18)
#define PC_MEDIA_CLEAR  (1u << 16)
#define PC_WRITE        (1u << 14)
#define PC_DEPTH        (2u << 14)
#define PC_TIME         (3u << 14)
#define PC_ISP          (1u << 9)
#define PC_NOTIFY       (1u << 8)

#define GTIMR           0x44014u
#define GTIIR           0x44018u
#define GT_PIPE_NOTIFY  (1u << 4)

static const uint32_t *get_of(GvirtEngineId id, uint32_t op, unsigned element,
                              uint32_t *len_dw)
{
    return gvirt_state_get(gpu->render->store, id, op, element, len_dw);
}

static const uint32_t *get(uint32_t op, unsigned element, uint32_t *len_dw)
{
    return get_of(GVIRT_RCS, op, element, len_dw);
}

START_TEST(last_command_wins)
{
    const uint32_t *dw;
    uint32_t len;

    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_VS, 0, &len));
    ck_assert_uint_eq(len, 0);
    RUN(GVIRT_RCS, 0x78100004, 1, 2, 3, 4, 5, 0x78100004, 11, 12, 13, 14, 15);
    dw = get(GVIRT_OP_3DSTATE_VS, 0, &len);
    ck_assert_ptr_nonnull(dw);
    ck_assert_uint_eq(len, 6);
    ck_assert_uint_eq(dw[0], 0x78100004);
    ck_assert_uint_eq(dw[5], 15);
    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_VS, 1, &len));
    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_GS, 0, &len));
    ck_assert_uint_eq(gvirt_state_elements(gpu->render->store, GVIRT_RCS,
                                           GVIRT_OP_3DPRIMITIVE), 0);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(vertex_buffers_by_their_index)
{
    const uint32_t *dw;
    uint32_t len;

    RUN(GVIRT_RCS, 0x78080007,
        0u << 26 | 1 << 14 | 16, 0x1000, 0x1fff, 0,
        32u << 26 | 1 << 14 | 32, 0x2000, 0x2fff, 7);
    /* Address Modify Enable off: only pitch and step rate change. */
    RUN(GVIRT_RCS, 0x78080003, 32u << 26 | 64, 0xdead, 0xbeef, 9);
    dw = get(GVIRT_OP_3DSTATE_VERTEX_BUFFERS, 32, &len);
    ck_assert_ptr_nonnull(dw);
    ck_assert_uint_eq(len, 4);
    ck_assert_uint_eq(dw[0] & 0xfff, 64);
    ck_assert_uint_eq(dw[1], 0x2000);
    ck_assert_uint_eq(dw[2], 0x2fff);
    ck_assert_uint_eq(dw[3], 9);
    dw = get(GVIRT_OP_3DSTATE_VERTEX_BUFFERS, 0, &len);
    ck_assert_uint_eq(dw[1], 0x1000);
    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_VERTEX_BUFFERS, 1, &len));
    ck_assert_uint_eq(fake->guest_errors, 0);
    /* There are 33 of them. */
    RUN(GVIRT_RCS, 0x78080003, 33u << 26 | 1 << 14, 1, 2, 3);
    ck_assert_uint_eq(fake->guest_errors, 1);
    ck_assert(is_idle(GVIRT_RCS));
}
END_TEST

START_TEST(tables_by_index)
{
    const uint32_t *dw;
    uint32_t len;

    RUN(GVIRT_RCS, 0x79180002, 2u << 29 | 16, 0x4000, 0x5000,
        0x79180002, 3u << 29 | 16, 0x6000, 0x7000,
        0x79040002, 1u << 30, 0x11, 0x22);
    dw = get(GVIRT_OP_3DSTATE_SO_BUFFER, 3, &len);
    ck_assert_uint_eq(dw[2], 0x6000);
    dw = get(GVIRT_OP_3DSTATE_SO_BUFFER, 2, &len);
    ck_assert_uint_eq(dw[2], 0x4000);
    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_SO_BUFFER, 0, &len));
    dw = get(GVIRT_OP_3DSTATE_CHROMA_KEY, 1, &len);
    ck_assert_uint_eq(dw[3], 0x22);
    /* Binding table entries 5 and 40; then block 2 (32 to 47) is cleared. */
    RUN(GVIRT_RCS, 0x78430002, 3, 5u << 16 | 0xaaa, 40u << 16 | 0xbbb);
    dw = get(GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_VS, 40, &len);
    ck_assert_uint_eq(dw[0] & 0xffff, 0xbbb);
    RUN(GVIRT_RCS, 0x78430000, 1u << 18 | 3);
    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_VS, 40, &len));
    dw = get(GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_VS, 5, &len);
    ck_assert_uint_eq(dw[0] & 0xffff, 0xaaa);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(base_addresses_by_modify_bit)
{
    const uint32_t *dw;
    uint32_t len;

    RUN(GVIRT_RCS, 0x61010008, 0x1001, 0x2001, 0x3001, 0x4001, 0x5001,
        0x6001, 0x7001, 0x8001, 0x9001);
    RUN(GVIRT_RCS, 0x61010008, 0xf000, 0xf001, 0xf000, 0xf000, 0xf000, 0, 0,
        0, 0);
    dw = get(GVIRT_OP_STATE_BASE_ADDRESS, 0, &len);
    ck_assert_uint_eq(len, 10);
    ck_assert_uint_eq(dw[0], 0x61010008);
    ck_assert_uint_eq(dw[1], 0x1001);
    ck_assert_uint_eq(dw[2], 0xf001);
    ck_assert_uint_eq(dw[9], 0x9001);
}
END_TEST

START_TEST(palette_keeps_its_tail)
{
    const uint32_t *dw;
    uint32_t len;

    RUN(GVIRT_RCS, 0x79020003, 1, 2, 3, 4);
    RUN(GVIRT_RCS, 0x79020001, 11, 12);
    dw = get(GVIRT_OP_3DSTATE_SAMPLER_PALETTE_LOAD0, 0, &len);
    ck_assert_uint_eq(len, 5);
    ck_assert_uint_eq(dw[0], 0x79020003);
    ck_assert_uint_eq(dw[1], 11);
    ck_assert_uint_eq(dw[2], 12);
    ck_assert_uint_eq(dw[3], 3);
    ck_assert_uint_eq(dw[4], 4);
}
END_TEST

/* Two headers, one state. */
START_TEST(forms_share_their_state)
{
    const uint32_t *dw;
    uint32_t len;

    RUN(GVIRT_RCS, 0x680b0001);
    dw = get(GVIRT_OP_3DSTATE_VF_STATISTICS, 0, &len);
    ck_assert_uint_eq(dw[0], 0x680b0001);
    RUN(GVIRT_RCS, 0x780b0000);
    dw = get(GVIRT_OP_3DSTATE_VF_STATISTICS, 0, &len);
    ck_assert_uint_eq(dw[0], 0x780b0000);
    ck_assert_uint_eq(len, 1);
}
END_TEST

START_TEST(pipelines)
{
    RUN(GVIRT_RCS, 0x69040001);
    ck_assert_int_eq(gpu->render->pipeline, GVIRT_PIPELINE_MEDIA);
    RUN(GVIRT_RCS, 0x69040002);
    ck_assert_int_eq(gpu->render->pipeline, GVIRT_PIPELINE_GPGPU);
    RUN(GVIRT_RCS, 0x69040003);
    ck_assert_int_eq(gpu->render->pipeline, GVIRT_PIPELINE_GPGPU);
    ck_assert_uint_eq(fake->guest_errors, 1);
}
END_TEST

/* A command longer than any of its kind: ignored, said, stepped over. */
START_TEST(too_long_is_contained)
{
    uint32_t len;
    unsigned i;

    EMIT(GVIRT_RCS, 0x781000fe);
    for (i = 0; i < 0xff; i++) {
        EMIT(GVIRT_RCS, 0x55555555);
    }
    RUN(GVIRT_RCS, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 77);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 77);
    ck_assert_uint_eq(fake->guest_errors, 1);
    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_VS, 0, &len));
}
END_TEST

START_TEST(engine_reset_forgets)
{
    uint32_t len;

    RUN(GVIRT_RCS, 0x78100004, 1, 2, 3, 4, 5, 0x69040001);
    RUN(GVIRT_VCS, 0x70060000, 0x40);
    ck_assert_ptr_nonnull(get_of(GVIRT_VCS, GVIRT_OP_MFX_STATE_POINTER, 0,
                                 &len));
    write_reg(0x941c, 1 << 1);          /* GDRST, render */
    settle();
    gvirt_render_sync(&gpu->engine[GVIRT_RCS]);
    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_VS, 0, &len));
    ck_assert_int_eq(gpu->render->pipeline, GVIRT_PIPELINE_3D);
    ck_assert_ptr_nonnull(get_of(GVIRT_VCS, GVIRT_OP_MFX_STATE_POINTER, 0,
                                 &len));
    gvirt_gpu_reset(gpu);
    ck_assert_ptr_null(get_of(GVIRT_VCS, GVIRT_OP_MFX_STATE_POINTER, 0,
                              &len));
}
END_TEST

/* What is kept can be written as commands that leave the same. */
START_TEST(saved_state_sets_itself_again)
{
    static uint32_t saved[4096], again[4096];
    GvirtStateStore *other = gvirt_state_new();
    uint32_t len, at;

    RUN(GVIRT_RCS, 0x78100004, 1, 2, 3, 4, 5,
        0x78080003, 3u << 26 | 1 << 14 | 16, 0x1000, 0x1fff, 0,
        0x79180002, 2u << 29 | 16, 0x4000, 0x5000,
        0x61010008, 0x1001, 0x2001, 0, 0, 0, 0, 0, 0, 0,
        0x79020001, 11, 12, 0x680b0001,
        0x78430001, 3, 5u << 16 | 0xaaa);
    len = gvirt_state_save(gpu->render->store, GVIRT_RCS, GVIRT_STATE_ALL,
                           saved, G_N_ELEMENTS(saved));
    ck_assert_uint_eq(len, 6 + 5 + 4 + 10 + 3 + 1 + 3);
    for (at = 0; at < len;) {
        const GvirtCommandInfo *info = gvirt_command_find(GVIRT_RCS,
                                                          saved[at]);
        uint32_t own = gvirt_command_len_dw(info, saved[at]);

        ck_assert_ptr_nonnull(info);
        ck_assert(gvirt_state_set(other, info, saved + at, own));
        at += own;
    }
    ck_assert_uint_eq(at, len);
    ck_assert_uint_eq(gvirt_state_save(other, GVIRT_RCS, GVIRT_STATE_ALL,
                                       again, G_N_ELEMENTS(again)), len);
    ck_assert_mem_eq(saved, again, len * 4);
    /* Without the resource streamer's, and never beyond the room. */
    ck_assert_uint_eq(gvirt_state_save(other, GVIRT_RCS, GVIRT_STATE_MAIN,
                                       again, G_N_ELEMENTS(again)), len - 3);
    memset(again, 0x5a, sizeof(again));
    for (at = 0; at < len; at++) {
        ck_assert_uint_le(gvirt_state_save(other, GVIRT_RCS, GVIRT_STATE_ALL,
                                           again, at), at);
        ck_assert_uint_eq(again[at], 0x5a5a5a5a);
    }
    gvirt_state_free(other);
}
END_TEST

static uint64_t skipped(void)
{
    GvirtGpuStats stats;

    gvirt_gpu_stats(gpu, &stats);
    return stats.primitives_skipped;
}

START_TEST(draws_are_counted_and_fake_nothing)
{
    unsigned unimps;

    write_reg(0x2320, 41);          /* VS_INVOCATION_COUNT */
    RUN(GVIRT_RCS, 0x7b000005, 4, 3, 0, 1, 0, 0);
    ck_assert_uint_eq(skipped(), 1);
    unimps = fake->unimps;
    ck_assert_uint_eq(unimps, 1);
    RUN(GVIRT_RCS, 0x7b000005, 4, 3, 0, 1, 0, 0,
        0x7b000005, 4, 3, 0, 1, 0, 0);
    ck_assert_uint_eq(skipped(), 3);
    ck_assert_uint_eq(fake->unimps, unimps);
    RUN(GVIRT_RCS, 0x71000007, 0, 0, 0, 0, 0, 1, 2, 3);
    ck_assert_uint_eq(skipped(), 4);
    ck_assert_uint_eq(fake->unimps, unimps + 1);
    ck_assert_uint_eq(read_reg(0x2320), 41);
    ck_assert_uint_eq(read_reg(0x2310), 0);
    ck_assert(is_idle(GVIRT_RCS));
}
END_TEST

/* 3DPRIMITIVE with Predicate Enable while the predicate is false: no draw. */
START_TEST(predicated_draw_is_none)
{
    write_reg(0x2418, 0);           /* MI_PREDICATE_RESULT */
    RUN(GVIRT_RCS, 0x7b000105, 4, 3, 0, 1, 0, 0);
    ck_assert_uint_eq(skipped(), 0);
    write_reg(0x2418, 1);
    RUN(GVIRT_RCS, 0x7b000105, 4, 3, 0, 1, 0, 0);
    ck_assert_uint_eq(skipped(), 1);
}
END_TEST

START_TEST(media_engines_keep_and_complete)
{
    const uint32_t *dw;
    uint32_t len, i;

    EMIT(GVIRT_VCS, 0x70070020, 2);
    for (i = 0; i < 32; i++) {
        EMIT(GVIRT_VCS, i);
    }
    RUN(GVIRT_VCS, 0x71280004, 1, 2, 3, 4, 5, 0x68000000, CMD_SDI | CMD_GLOBAL,
        0, DATA_ADDR, 1);
    dw = get_of(GVIRT_VCS, GVIRT_OP_MFX_QM_STATE, 2, &len);
    ck_assert_uint_eq(len, 34);
    ck_assert_uint_eq(dw[33], 31);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 1);
    ck_assert_uint_eq(skipped(), 1);
    RUN(GVIRT_VECS, 0x74000004, 1, 2, 3, 4, 5, 0x74030008, 0, 0, 0, 0, 0, 0,
        0, 0, 0, CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 2);
    dw = get_of(GVIRT_VECS, GVIRT_OP_VEBOX_SURFACE_STATE, 1, &len);
    ck_assert_uint_eq(dw[5], 5);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 2);
    ck_assert_uint_eq(skipped(), 2);
}
END_TEST

START_TEST(post_sync_writes)
{
    poke(GGTT, DATA_ADDR + 4, 0x99);
    RUN(GVIRT_RCS, PC(4), PC_GLOBAL | PC_CS_STALL | PC_WRITE, DATA_ADDR, 5);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 5);
    /* Four dwords carry a dword, five a quadword. */
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 4), 0x99);
    /* Of both the address is a quadword's. */
    RUN(GVIRT_RCS, PC(4), PC_GLOBAL | PC_WRITE, DATA_ADDR | 4, 0x55);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0x55);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 4), 0x99);
    RUN(GVIRT_RCS, PC(5), PC_GLOBAL | PC_WRITE, DATA_ADDR, 6, 7);
    ck_assert_uint_eq(peek64(GGTT, DATA_ADDR), 0x700000006ull);
    RUN(GVIRT_RCS, PC(5), PC_WRITE, DATA_ADDR, 8, 9);
    ck_assert_uint_eq(peek64(PPGTT, DATA_ADDR), 0x900000008ull);
    ck_assert_uint_eq(peek64(GGTT, DATA_ADDR), 0x700000006ull);
    RUN(GVIRT_RCS, PC(5), PC_GLOBAL | PC_INDEX | PC_WRITE, 0x44 * 4, 10, 11);
    ck_assert_uint_eq(hwsp(GVIRT_RCS, 0x44), 10);
    ck_assert_uint_eq(hwsp(GVIRT_RCS, 0x45), 11);
    RUN(GVIRT_RCS, PC(4), PC_INDEX | PC_WRITE, 0x46 * 4, 12);
    ck_assert_uint_eq(hwsp(GVIRT_RCS, 0x46), 12);
    write_reg(0x2350, 0x1234);      /* PS_DEPTH_COUNT */
    write_reg(0x2354, 0x5);
    RUN(GVIRT_RCS, PC(5), PC_GLOBAL | PC_DEPTH, DATA_ADDR + 16, 0, 0);
    ck_assert_uint_eq(peek64(GGTT, DATA_ADDR + 16), 0x500001234ull);
    fake->now_ns += 80 * 1000;
    RUN(GVIRT_RCS, PC(5), PC_GLOBAL | PC_TIME, DATA_ADDR + 24, 0, 0);
    ck_assert_uint_eq((uint32_t)peek64(GGTT, DATA_ADDR + 24),
                      read_reg(0x2358));
    ck_assert_uint_ge(peek64(GGTT, DATA_ADDR + 24), 1000);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(register_write)
{
    RUN(GVIRT_RCS, PC(5), PC_LRI, 0x2600, 0xabcd, 0);
    ck_assert_uint_eq(read_reg(0x2600), 0xabcd);
    /* In a non-secure batch a no-op, whatever the register. */
    RUN_USER(GVIRT_RCS, PC(5), PC_LRI, 0x2600, 0x1111, 0);
    ck_assert_uint_eq(read_reg(0x2600), 0xabcd);
    ck_assert(read_reg(reg_of(GVIRT_RCS, RING_ESR)) & GVIRT_ERROR_PRIVILEGE);
}
END_TEST

START_TEST(user_stays_in_its_space)
{
    RUN_USER(GVIRT_RCS, PC(5), PC_WRITE, DATA_ADDR, 1, 2,
             PC(5), PC_GLOBAL | PC_WRITE, DATA_ADDR + 8, 3, 4,
             PC(5), PC_INDEX | PC_WRITE, 0x48 * 4, 5, 6,
             PC(5), PC_GLOBAL | PC_INDEX | PC_WRITE, 0x48 * 4, 5, 6,
             PC(5), PC_GLOBAL | PC_TIME, DATA_ADDR + 8, 0, 0,
             PC(5), PC_GLOBAL | PC_NOTIFY, 0, 0, 0);
    ck_assert_uint_eq(peek64(PPGTT, DATA_ADDR), 0x200000001ull);
    ck_assert_uint_eq(peek64(GGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(peek64(GGTT, DATA_ADDR + 8), 0);
    ck_assert_uint_eq(peek64(PPGTT, DATA_ADDR + 8), 0);
    ck_assert_uint_eq(hwsp(GVIRT_RCS, 0x48), 0);
    ck_assert_uint_eq(peek(PPGTT, HWSP_ADDR(GVIRT_RCS) + 0x48 * 4), 0);
    ck_assert(is_idle(GVIRT_RCS));
}
END_TEST

START_TEST(notify_interrupt)
{
    write_reg(GTIMR, ~GT_PIPE_NOTIFY);
    RUN(GVIRT_RCS, PC(4), PC_CS_STALL, 0, 0);
    ck_assert(!(read_reg(GTIIR) & GT_PIPE_NOTIFY));
    RUN(GVIRT_RCS, PC(4), PC_NOTIFY, 0, 0);
    ck_assert(read_reg(GTIIR) & GT_PIPE_NOTIFY);
    write_reg(GTIIR, GT_PIPE_NOTIFY);
    write_reg(GTIIR, GT_PIPE_NOTIFY);
    write_reg(reg_of(GVIRT_RCS, RING_IMR), GT_PIPE_NOTIFY);
    RUN(GVIRT_RCS, PC(4), PC_NOTIFY, 0, 0);
    ck_assert(!(read_reg(GTIIR) & GT_PIPE_NOTIFY));
}
END_TEST

/*
 * With GFX_MODE in explicit mode only the TLB bit invalidates. The entry of
 * DATA_ADDR is moved in memory behind the TLB's back (as by another master).
 */
START_TEST(tlb_invalidate)
{
    uint64_t pte_hpa = TABLE_HPA + (DATA_ADDR >> 12) * 4;

    write_reg(0x229c, 1u << 29 | 1u << 13);
    RUN(GVIRT_RCS, PC(5), PC_WRITE, DATA_ADDR, 1, 0);
    fakehost_write32(fake, pte_hpa, 0x04000001);
    RUN(GVIRT_RCS, PC(5), 1u << 12 | PC_WRITE, DATA_ADDR, 2, 0);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 2);
    RUN(GVIRT_RCS, PC(4), PC_TLB, 0, 0, PC(5), PC_WRITE, DATA_ADDR, 3, 0);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 2);
    ck_assert_uint_eq(fakehost_read32(fake, 0x04000000), 3);
    /* Not explicit: a write flush is enough. */
    write_reg(0x229c, 1u << 29);
    fakehost_write32(fake, pte_hpa, (uint32_t)(LOCAL_HPA + DATA_ADDR) | 1);
    RUN(GVIRT_RCS, PC(4), 1u << 12, 0, 0, PC(5), PC_WRITE, DATA_ADDR, 4, 0);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 4);
}
END_TEST

START_TEST(flags_that_forget)
{
    uint32_t len;

    RUN(GVIRT_RCS, 0x70000006, 1, 2, 3, 4, 5, 6, 7, 0x78100004, 1, 2, 3, 4, 5,
        0x78150005, 1, 0, 0x1000, 0, 0, 0);
    RUN(GVIRT_RCS, PC(4), PC_MEDIA_CLEAR, 0, 0);
    ck_assert_ptr_null(get(GVIRT_OP_MEDIA_VFE_STATE, 0, &len));
    ck_assert_ptr_nonnull(get(GVIRT_OP_3DSTATE_CONSTANT_VS, 0, &len));
    RUN(GVIRT_RCS, PC(4), PC_ISP, 0, 0);
    ck_assert_ptr_null(get(GVIRT_OP_3DSTATE_CONSTANT_VS, 0, &len));
    ck_assert_ptr_nonnull(get(GVIRT_OP_3DSTATE_VS, 0, &len));
    write_reg(0x2320, 5);
    write_reg(0x2350, 6);
    RUN(GVIRT_RCS, PC(4), PC_COUNT_RESET, 0, 0);
    ck_assert_uint_eq(read_reg(0x2320), 0);
    ck_assert_uint_eq(read_reg(0x2350), 6);
}
END_TEST

START_TEST(short_forms_are_contained)
{
    RUN(GVIRT_RCS, PC(2), PC_GLOBAL | PC_WRITE,
        PC(3), PC_GLOBAL | PC_WRITE, DATA_ADDR,
        PC(3), PC_LRI, 0x2600,
        PC(5), PC_LRI | PC_WRITE, 0x7ffffc, 1, 2,
        PC(5), PC_GLOBAL | PC_WRITE, OUTSIDE_ADDR, 1, 2,
        CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR + 8, 1);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 8), 1);
    ck_assert_uint_ge(fake->guest_errors, 4);
    ck_assert(is_idle(GVIRT_RCS));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("render-state");
    TCase *tcase = tcase_create("state");

    tcase_add_checked_fixture(tcase, cs_setup, cs_teardown);
    tcase_add_test(tcase, last_command_wins);
    tcase_add_test(tcase, vertex_buffers_by_their_index);
    tcase_add_test(tcase, tables_by_index);
    tcase_add_test(tcase, base_addresses_by_modify_bit);
    tcase_add_test(tcase, palette_keeps_its_tail);
    tcase_add_test(tcase, forms_share_their_state);
    tcase_add_test(tcase, pipelines);
    tcase_add_test(tcase, too_long_is_contained);
    tcase_add_test(tcase, engine_reset_forgets);
    tcase_add_test(tcase, saved_state_sets_itself_again);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("draw");
    tcase_add_checked_fixture(tcase, cs_setup, cs_teardown);
    tcase_add_test(tcase, draws_are_counted_and_fake_nothing);
    tcase_add_test(tcase, predicated_draw_is_none);
    tcase_add_test(tcase, media_engines_keep_and_complete);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("pipe-control");
    tcase_add_checked_fixture(tcase, cs_setup, cs_teardown);
    tcase_add_test(tcase, post_sync_writes);
    tcase_add_test(tcase, register_write);
    tcase_add_test(tcase, user_stays_in_its_space);
    tcase_add_test(tcase, notify_interrupt);
    tcase_add_test(tcase, tlb_invalidate);
    tcase_add_test(tcase, flags_that_forget);
    tcase_add_test(tcase, short_forms_are_contained);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
