/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MI_SET_CONTEXT: when it saves and restores, what is in the image, and that
 * an image changed by the guest does no harm.
 */
#include "cs-fixture.h"

#include "../../hw/display/gvirt/render/context.h"
#include "../../hw/display/gvirt/render/state.h"

#define GGTT            GVIRT_SPACE_GGTT

/* 17 pages each. */
#define CTX_A           0x300000u
#define CTX_B           0x320000u
#define CTX_C           0x340000u
#define IMAGE_DW        (GVIRT_CONTEXT_IMAGE_B / 4)

/* As i915 sets them: bit 8, with the resource streamer's, inhibit. */
#define RESERVED_1      (1u << 8)
#define RS_SAVE         (1u << 3)
#define RS_RESTORE      (1u << 2)
#define FORCE           (1u << 1)
#define INHIBIT         (1u << 0)
#define SET(flags)      0x0c000000u, (flags) | RESERVED_1, CMD_NOOP

#define GPR0            0x2600u
#define CCID            0x2180u
#define INSTPM          0x20c0u
#define MI_MODE         0x209cu
#define PP_DIR_BASE     0x2228u
#define RING_START_RCS  0x2038u

static uint64_t switches(void)
{
    GvirtGpuStats stats;

    gvirt_gpu_stats(gpu, &stats);
    return stats.context_switches;
}

static uint32_t vs_dword(unsigned i)
{
    uint32_t len;
    const uint32_t *dw = gvirt_state_get(gpu->render->store, GVIRT_RCS,
                                         GVIRT_OP_3DSTATE_VS, 0, &len);

    return dw && i < len ? dw[i] : 0;
}

#define VS(n)   0x78100004, (n), (n), (n), (n), (n)

START_TEST(first_switch_saves_nothing)
{
    /* Where a CCID of 0 would have its image. */
    poke(GGTT, 0, 0x77);
    RUN(GVIRT_RCS, CMD_LRI(1), GPR0, 5, VS(6), SET(CTX_A | INHIBIT));
    ck_assert_uint_eq(read_reg(CCID), CTX_A | RESERVED_1 | 1);
    ck_assert_uint_eq(peek(GGTT, CTX_A), 0);
    ck_assert_uint_eq(peek(GGTT, 0), 0x77);
    /* Inhibited: the values stay. */
    ck_assert_uint_eq(read_reg(GPR0), 5);
    ck_assert_uint_eq(vs_dword(1), 6);
    ck_assert_uint_eq(switches(), 1);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(there_and_back)
{
    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), CMD_LRI(1), GPR0, 5, VS(6),
        0x69040001, 0x06800004, SET(CTX_B | INHIBIT));
    ck_assert_uint_eq(peek(GGTT, CTX_A), GVIRT_CONTEXT_ID);
    ck_assert_uint_eq(peek(GGTT, CTX_B), 0);
    RUN(GVIRT_RCS, CMD_LRI(1), GPR0, 7, VS(8), 0x78110005, 1, 2, 3, 4, 5, 6,
        0x69040000, 0x06800000);
    ck_assert_uint_eq(read_reg(GPR0), 7);
    RUN(GVIRT_RCS, SET(CTX_A));
    ck_assert_uint_eq(read_reg(GPR0), 5);
    ck_assert_uint_eq(vs_dword(5), 6);
    ck_assert_int_eq(gpu->render->pipeline, GVIRT_PIPELINE_MEDIA);
    ck_assert_uint_eq(gpu->engine[GVIRT_RCS].topology_filter, 4);
    {
        uint32_t len;

        /* What the other context had is not there. */
        ck_assert_ptr_null(gvirt_state_get(gpu->render->store, GVIRT_RCS,
                                           GVIRT_OP_3DSTATE_GS, 0, &len));
    }
    RUN(GVIRT_RCS, SET(CTX_B));
    ck_assert_uint_eq(read_reg(GPR0), 7);
    ck_assert_uint_eq(vs_dword(5), 8);
    ck_assert_int_eq(gpu->render->pipeline, GVIRT_PIPELINE_3D);
    ck_assert_uint_eq(gpu->engine[GVIRT_RCS].topology_filter, 0);
    ck_assert_uint_eq(read_reg(CCID), CTX_B | RESERVED_1 | 1);
    ck_assert_uint_eq(switches(), 4);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(same_context_is_no_switch)
{
    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), CMD_LRI(1), GPR0, 5, SET(CTX_A));
    ck_assert_uint_eq(peek(GGTT, CTX_A), 0);
    ck_assert_uint_eq(read_reg(GPR0), 5);
    ck_assert_uint_eq(switches(), 1);
    /* CCID takes the flags all the same. */
    RUN(GVIRT_RCS, SET(CTX_A | RS_SAVE | RS_RESTORE));
    ck_assert_uint_eq(read_reg(CCID),
                      CTX_A | RESERVED_1 | RS_SAVE | RS_RESTORE | 1);
    ck_assert_uint_eq(switches(), 1);
    /* Forced: saved, then restored. */
    RUN(GVIRT_RCS, CMD_LRI(1), GPR0, 9, SET(CTX_A | FORCE));
    ck_assert_uint_eq(peek(GGTT, CTX_A), GVIRT_CONTEXT_ID);
    ck_assert_uint_eq(read_reg(GPR0), 9);
    ck_assert_uint_eq(switches(), 2);
}
END_TEST

static void copy_image(uint32_t to, uint32_t from)
{
    uint32_t i;

    for (i = 0; i < IMAGE_DW; i++) {
        poke(GGTT, to + i * 4, peek(GGTT, from + i * 4));
    }
}

/* i915 starts new contexts from a copy of a saved image. */
START_TEST(copied_image_is_an_image)
{
    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), CMD_LRI(1), GPR0, 5, VS(6),
        SET(CTX_B | INHIBIT), CMD_LRI(1), GPR0, 1, VS(2));
    copy_image(CTX_C, CTX_A);
    RUN(GVIRT_RCS, SET(CTX_C));
    ck_assert_uint_eq(read_reg(GPR0), 5);
    ck_assert_uint_eq(vs_dword(1), 6);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

START_TEST(only_in_the_ring)
{
    batch_at(GGTT, BATCH_ADDR);
    BATCH(SET(CTX_A | INHIBIT), CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1,
          CMD_BB_END);
    RUN(GVIRT_RCS, CMD_BB_START, BATCH_ADDR);
    ck_assert_uint_eq(read_reg(CCID), 0);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 1);
    RUN_USER(GVIRT_RCS, SET(CTX_A | INHIBIT));
    ck_assert_uint_eq(read_reg(CCID), 0);
    ck_assert_uint_eq(switches(), 0);
}
END_TEST

/* Binding table entries are the resource streamer's, only saved for it. */
START_TEST(extended_state)
{
    uint32_t len;

    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), 0x78430001, 3, 5u << 16 | 0xaaa,
        SET(CTX_B | INHIBIT | RS_SAVE), SET(CTX_A | RS_RESTORE));
    ck_assert_ptr_null(gvirt_state_get(gpu->render->store, GVIRT_RCS,
                                       GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_VS,
                                       5, &len));
    RUN(GVIRT_RCS, SET(CTX_A | RS_SAVE), 0x78430001, 3, 5u << 16 | 0xbbb,
        SET(CTX_B), 0x78430001, 3, 5u << 16 | 0xccc,
        SET(CTX_A | RS_RESTORE));
    ck_assert_uint_eq(*gvirt_state_get(gpu->render->store, GVIRT_RCS,
                                       GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_VS,
                                       5, &len) & 0xffff, 0xbbb);
}
END_TEST

/* INSTPM's ordering bit is context, its flush bits are actions. */
START_TEST(masked_registers)
{
    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), CMD_LRI(1), INSTPM, 0x00800080,
        SET(CTX_B | INHIBIT), CMD_LRI(1), INSTPM, 0x00800000);
    ck_assert_uint_eq(read_reg(INSTPM) & 0x80, 0);
    RUN(GVIRT_RCS, SET(CTX_A));
    ck_assert_uint_eq(read_reg(INSTPM) & 0x80, 0x80);
    ck_assert_uint_eq(read_reg(MI_MODE) & MI_MODE_STOP_RING, 0);
}
END_TEST

/* Where a register's pair stands in an image, 0: nowhere. */
static uint32_t find_pair(uint32_t image, uint32_t offset)
{
    uint32_t at = 0;

    while (at < IMAGE_DW) {
        uint32_t header = peek(GGTT, image + at * 4);
        const GvirtCommandInfo *info = gvirt_command_find(GVIRT_RCS, header);
        uint32_t i, len = gvirt_command_len_dw(info, header);

        ck_assert_ptr_nonnull(info);
        if (info->value == GVIRT_OP_MI_BATCH_BUFFER_END) {
            return 0;
        }
        if (info->value == GVIRT_OP_MI_LOAD_REGISTER_IMM) {
            for (i = 1; i < len; i += 2) {
                if (peek(GGTT, image + (at + i) * 4) == offset) {
                    return at + i;
                }
            }
        }
        at += len;
    }
    return 0;
}

START_TEST(what_the_image_holds)
{
    static const uint32_t held[] = {
        0x2600, 0x267c, 0x2310, 0x2354, 0x2400, 0x2414, 0x2418, 0x2430,
        0x2500, 0x5200, 0x5280, INSTPM, MI_MODE,
    };
    static const uint32_t never[] = {
        PP_DIR_BASE, 0x2220, 0x2224, RING_START_RCS, 0x2030, 0x2034, 0x203c,
        0x4080, CCID, 0x229c, 0x120c0, 0x1209c, 0x220c0, 0x2209c, 0x1a09c,
        0x12228, 0x22228, 0x1a228, 0x2360, 0x101008, 0x941c,
    };
    unsigned i;

    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), SET(CTX_B | INHIBIT));
    for (i = 0; i < G_N_ELEMENTS(held); i++) {
        ck_assert_msg(find_pair(CTX_A, held[i]) != 0, "0x%x", held[i]);
    }
    for (i = 0; i < G_N_ELEMENTS(never); i++) {
        ck_assert_msg(find_pair(CTX_A, never[i]) == 0, "0x%x", never[i]);
    }
}
END_TEST

/* All state there is at once, each command at its longest. */
START_TEST(everything_fits)
{
    static uint32_t image[IMAGE_DW], again[IMAGE_DW];
    static uint32_t dw[2048];
    unsigned count, i, element;
    const GvirtCommandInfo *table = gvirt_command_table(&count);
    uint32_t len, total = 0;

    for (i = 0; i < count; i++) {
        const GvirtCommandInfo *info = &table[i];
        uint32_t longest = 0;

        if (!(info->flags & (GVIRT_CMD_STATE | GVIRT_CMD_STATE_NP)) ||
            !(info->engines & GVIRT_ENGINE_BIT(GVIRT_RCS)) ||
            info->value >> 29 == 0) {
            continue;
        }
        for (element = 0;
             element < gvirt_state_elements(gpu->render->store, GVIRT_RCS,
                                            info->value); element++) {
            for (len = info->fixed_len_dw ? 1 : G_N_ELEMENTS(dw); len > 0;
                 len--) {
                unsigned k;

                if (!info->fixed_len_dw &&
                    (len < info->len_bias_dw ||
                     len - info->len_bias_dw > info->len_mask)) {
                    continue;
                }
                for (k = 1; k < len; k++) {
                    dw[k] = 0x01010101 * k | 1;
                }
                dw[0] = info->fixed_len_dw ? info->value :
                        info->value | (len - info->len_bias_dw);
                /* Every place where an index may stand. */
                if (info->value == GVIRT_OP_3DSTATE_VERTEX_BUFFERS) {
                    len = 5;
                    dw[0] = info->value | 3;
                    dw[1] = element << 26 | 1 << 14;
                } else if (info->flags & GVIRT_CMD_RS &&
                           gvirt_state_elements(gpu->render->store, GVIRT_RCS,
                                                info->value) == 256) {
                    len = 3;
                    dw[0] = info->value | 1;
                    dw[1] = 3;
                    dw[2] = element << 16 | 0x77;
                } else if (info->value == GVIRT_OP_3DSTATE_SO_BUFFER) {
                    dw[1] = element << 29;
                } else if (info->value == GVIRT_OP_3DSTATE_CHROMA_KEY) {
                    dw[1] = element << 30;
                }
                if (gvirt_state_set(gpu->render->store, info, dw, len)) {
                    longest = len;
                    break;
                }
            }
            ck_assert_msg(longest > 0, "%s", info->name);
            total += longest;
        }
    }
    ck_assert_uint_gt(total, 6000);
    len = gvirt_context_build(gpu, true, image, IMAGE_DW);
    ck_assert_uint_gt(len, 6000);
    ck_assert_uint_le(len, IMAGE_DW);
    /* Every register and command is in it, and comes back. */
    gvirt_state_clear(gpu->render->store, GVIRT_RCS, GVIRT_STATE_ALL);
    ck_assert(gvirt_context_apply(gpu, true, image, len));
    ck_assert_uint_eq(gvirt_context_build(gpu, true, again, IMAGE_DW), len);
    ck_assert_mem_eq(image, again, len * 4);
}
END_TEST

/* State of more than a page goes through memory and back. */
START_TEST(image_of_several_pages)
{
    const uint32_t *dw;
    uint32_t len, i;

    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT | RS_SAVE));
    EMIT(GVIRT_RCS, 0x783a0400);        /* 3DSTATE_DX9_CONSTANTF_PS */
    for (i = 1; i < 1026; i++) {
        EMIT(GVIRT_RCS, i * 3);
    }
    EMIT(GVIRT_RCS, 0x790200ff);        /* 3DSTATE_SAMPLER_PALETTE_LOAD0 */
    for (i = 1; i < 257; i++) {
        EMIT(GVIRT_RCS, i * 5);
    }
    RUN(GVIRT_RCS, SET(CTX_B | INHIBIT), 0x783a0000, 1, 0x79020000, 1);
    RUN(GVIRT_RCS, SET(CTX_A | RS_RESTORE));
    dw = gvirt_state_get(gpu->render->store, GVIRT_RCS,
                         GVIRT_OP_3DSTATE_DX9_CONSTANTF_PS, 0, &len);
    ck_assert_uint_eq(len, 1026);
    for (i = 1; i < 1026; i++) {
        ck_assert_uint_eq(dw[i], i * 3);
    }
    dw = gvirt_state_get(gpu->render->store, GVIRT_RCS,
                         GVIRT_OP_3DSTATE_SAMPLER_PALETTE_LOAD0, 0, &len);
    ck_assert_uint_eq(len, 257);
    for (i = 1; i < 257; i++) {
        ck_assert_uint_eq(dw[i], i * 5);
    }
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* What the guest must not reach, before and after. */
static const uint32_t guarded[] = {
    PP_DIR_BASE, 0x2220, RING_START_RCS, 0x203c, 0x4080, 0x229c, 0x12038,
    0x22038, 0x1a038, 0x12228, 0x22228, 0x4090, 0x2360, 0x20a8,
    MI_MODE, 0x44014, 0x4400c, 0x70008,
};

static void check_contained(const uint32_t *before)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(guarded); i++) {
        uint32_t mask = guarded[i] == MI_MODE ? MI_MODE_STOP_RING
                                              : UINT32_MAX;

        ck_assert_msg(!((read_reg(guarded[i]) ^ before[i]) & mask),
                      "register 0x%x: 0x%x", guarded[i],
                      read_reg(guarded[i]));
    }
    ck_assert(is_idle(GVIRT_RCS));
}

START_TEST(forged_registers_are_refused)
{
    uint32_t before[G_N_ELEMENTS(guarded)];
    unsigned i;
    uint32_t at;

    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), CMD_LRI(1), GPR0, 5,
        SET(CTX_B | INHIBIT));
    for (i = 0; i < G_N_ELEMENTS(guarded); i++) {
        before[i] = read_reg(guarded[i]);
    }
    /* One forged pair at a time, in place of MI_PREDICATE_DATA. */
    at = find_pair(CTX_A, 0x2410);
    ck_assert_uint_ne(at, 0);
    for (i = 0; i < G_N_ELEMENTS(guarded); i++) {
        if (guarded[i] == MI_MODE) {
            continue;
        }
        poke(GGTT, CTX_A + at * 4, guarded[i]);
        poke(GGTT, CTX_A + at * 4 + 4, 0xffffffff);
        copy_image(CTX_C, CTX_A);
        RUN(GVIRT_RCS, SET(CTX_C));
        check_contained(before);
        RUN(GVIRT_RCS, SET(CTX_B));
    }
    ck_assert_uint_ge(fake->guest_errors, G_N_ELEMENTS(guarded) - 1);
    /* And MI_MODE's own pair, asking to stop the ring. */
    poke(GGTT, CTX_A + at * 4, 0x2410);
    at = find_pair(CTX_A, MI_MODE);
    poke(GGTT, CTX_A + at * 4 + 4, 0xffffffff);
    copy_image(CTX_C, CTX_A);
    RUN(GVIRT_RCS, SET(CTX_C), CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1);
    check_contained(before);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 1);
}
END_TEST

START_TEST(no_image_at_all)
{
    unsigned errors;

    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), CMD_LRI(1), GPR0, 5, VS(6));
    RUN(GVIRT_RCS, SET(CTX_B));
    ck_assert_uint_eq(fake->guest_errors, 1);
    /* Nothing of the context before is left behind. */
    ck_assert_uint_eq(read_reg(GPR0), 0);
    ck_assert_uint_eq(vs_dword(1), 0);
    RUN(GVIRT_RCS, SET(CTX_A));
    ck_assert_uint_eq(read_reg(GPR0), 5);
    errors = fake->guest_errors;
    /* In unmapped space: neither restore nor save gets anywhere. */
    RUN(GVIRT_RCS, SET(OUTSIDE_ADDR), SET(0xfffff000u), SET(CTX_A));
    ck_assert_uint_gt(fake->guest_errors, errors);
    ck_assert_uint_eq(read_reg(GPR0), 5);
    ck_assert(is_idle(GVIRT_RCS));
}
END_TEST

START_TEST(random_images_do_no_harm)
{
    uint32_t before[G_N_ELEMENTS(guarded)];
    static uint32_t good[IMAGE_DW];
    uint32_t seed = 99;
    unsigned i, k, len;

    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT), VS(6), CMD_LRI(1), GPR0, 5,
        0x79180002, 2u << 29 | 16, 0x4000, 0x5000, SET(CTX_B | INHIBIT));
    len = 512;
    for (i = 0; i < len; i++) {
        good[i] = peek(GGTT, CTX_A + i * 4);
    }
    for (i = 0; i < G_N_ELEMENTS(guarded); i++) {
        before[i] = read_reg(guarded[i]);
    }
    for (i = 0; i < 400; i++) {
        for (k = 0; k < len; k++) {
            seed = seed * 1664525 + 1013904223;
            /* Some all random, most of them good with a few words changed. */
            poke(GGTT, CTX_C + k * 4,
                 i % 8 == 0 && k > 0 ? seed : (seed >> 24) % 64 == 0 ?
                 (seed >> 8 & 1 ? seed : good[k] ^ (1u << (seed >> 27))) :
                 good[k]);
        }
        RUN(GVIRT_RCS, SET(CTX_C), SET(CTX_B));
        check_contained(before);
    }
    RUN(GVIRT_RCS, SET(CTX_A));
    ck_assert_uint_eq(read_reg(GPR0), 5);
}
END_TEST

/* A header at the very end that asks for more than there is. */
START_TEST(lengths_end_with_the_image)
{
    /* What stands behind it would complete the last command. */
    static uint32_t image[IMAGE_DW + 16];
    unsigned i;

    for (i = IMAGE_DW; i < G_N_ELEMENTS(image); i++) {
        image[i] = i % 2 ? 0x1234 : GPR0;
    }
    image[0] = GVIRT_CONTEXT_ID;
    image[IMAGE_DW - 1] = 0x11001001;
    ck_assert(!gvirt_context_apply(gpu, true, image, IMAGE_DW));
    ck_assert_uint_eq(read_reg(GPR0), 0);
    image[IMAGE_DW - 1] = 0x78100004;
    ck_assert(!gvirt_context_apply(gpu, true, image, IMAGE_DW));
    ck_assert_uint_eq(vs_dword(1), 0);
    image[IMAGE_DW - 1] = 0x781000fe;
    ck_assert(!gvirt_context_apply(gpu, true, image, IMAGE_DW));
    /* No end at all. */
    image[IMAGE_DW - 1] = 0;
    ck_assert(!gvirt_context_apply(gpu, true, image, IMAGE_DW));
    image[IMAGE_DW - 1] = 0x05000000;
    ck_assert(gvirt_context_apply(gpu, true, image, IMAGE_DW));
    /* Commands that do something have no place in it. */
    image[1] = 0x01000000;
    ck_assert(!gvirt_context_apply(gpu, true, image, IMAGE_DW));
    image[1] = 0x7b000005;
    ck_assert(!gvirt_context_apply(gpu, true, image, IMAGE_DW));
    image[1] = 0x18800000;
    ck_assert(!gvirt_context_apply(gpu, true, image, IMAGE_DW));
    ck_assert(!gvirt_context_apply(gpu, true, image, 0));
    /* And there is no image without room. */
    ck_assert_uint_eq(gvirt_context_build(gpu, true, image, 16), 0);
}
END_TEST

START_TEST(reset_leaves_no_context)
{
    RUN(GVIRT_RCS, SET(CTX_A | INHIBIT));
    write_reg(0x941c, 1 << 1);
    settle();
    ck_assert_uint_eq(read_reg(CCID), 0);
    start_ring(GVIRT_RCS);
    RUN(GVIRT_RCS, SET(CTX_B | INHIBIT));
    ck_assert_uint_eq(peek(GGTT, CTX_A), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("context");
    TCase *tcase = tcase_create("context");

    tcase_add_checked_fixture(tcase, cs_setup, cs_teardown);
    tcase_add_test(tcase, first_switch_saves_nothing);
    tcase_add_test(tcase, there_and_back);
    tcase_add_test(tcase, same_context_is_no_switch);
    tcase_add_test(tcase, copied_image_is_an_image);
    tcase_add_test(tcase, only_in_the_ring);
    tcase_add_test(tcase, extended_state);
    tcase_add_test(tcase, masked_registers);
    tcase_add_test(tcase, what_the_image_holds);
    tcase_add_test(tcase, everything_fits);
    tcase_add_test(tcase, image_of_several_pages);
    tcase_add_test(tcase, forged_registers_are_refused);
    tcase_add_test(tcase, no_image_at_all);
    tcase_add_test(tcase, random_images_do_no_harm);
    tcase_add_test(tcase, lengths_end_with_the_image);
    tcase_add_test(tcase, reset_leaves_no_context);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
