/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit, command by command: what passes, what is taken out, and that
 * what was taken out has no effect on the hardware or on the other guest.
 */
#include "mediator-fixture.h"
#include "suite.h"

#define LRI(n)          (0x11000000u | (2 * (n) - 1))
#define GPR(n)          (0x2600u + (n) * 8)
#define OTHER_VALUE     0x07be7007u

/* Dwords that stand for graphics addresses, replaced when emitted. */
enum {
    ADDR_OWN = 0xadd00000,      /* scratch page */
    ADDR_OWN_CONTEXT,
    ADDR_OTHER,                 /* the other guest's scratch page */
    ADDR_MEDIATOR,
    ADDR_LAST,                  /* last dword of the high partition */
    ADDR_LAST_PAGE,
    ADDR_LAST_QWORD,
};

typedef struct Case {
    const char *name;
    GvirtEngineId id;
    unsigned rejects;
    uint32_t dw[12];
    unsigned len_dw;
    uint32_t flags;             /* or-ed into the address */
} Case;

#define DW(...) { __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4

static const Case cases[] = {
    { "store, own", GVIRT_RCS, 0, DW(0x10400002, 0, ADDR_OWN, 5), 0 },
    { "store, other", GVIRT_RCS, 1, DW(0x10400002, 0, ADDR_OTHER, 5), 0 },
    { "store, mediator", GVIRT_RCS, 1, DW(0x10400002, 0, ADDR_MEDIATOR, 5),
      0 },
    { "store, last dword", GVIRT_RCS, 0, DW(0x10400002, 0, ADDR_LAST, 5), 0 },
    { "store, over the end", GVIRT_RCS, 1,
      DW(0x10400006, 0, ADDR_LAST, 5, 6, 7, 8, 9), 0 },
    { "store, local", GVIRT_RCS, 0, DW(0x10000002, 0, ADDR_OTHER, 5), 0 },
    { "store on BCS, other", GVIRT_BCS, 1, DW(0x10400002, 0, ADDR_OTHER, 5),
      0 },
    { "index", GVIRT_VCS, 0, DW(0x10800001, 0xffc, 5), 0 },
    { "SRM, own", GVIRT_RCS, 0, DW(0x12400001, GPR(0), ADDR_OWN), 0 },
    { "SRM, other", GVIRT_RCS, 1, DW(0x12400001, GPR(0), ADDR_OTHER), 0 },
    { "SRM of PP_DIR_BASE", GVIRT_BCS, 0, DW(0x12400001, 0x22228, ADDR_OWN),
      0 },
    { "SRM of the display", GVIRT_RCS, 1, DW(0x12400001, 0x70008, ADDR_OWN),
      0 },
    { "SRM of nothing", GVIRT_RCS, 1, DW(0x12400001, 0x1ffff0, ADDR_OWN), 0 },
    { "LRM of a GPR", GVIRT_RCS, 0, DW(0x14c00001, GPR(1), ADDR_OWN), 0 },
    { "LRM from other", GVIRT_RCS, 1, DW(0x14c00001, GPR(1), ADDR_OTHER), 0 },
    { "LRM of HEAD", GVIRT_RCS, 1, DW(0x14c00001, 0x2034, ADDR_OWN), 0 },
    { "LRM of PP_DIR_BASE", GVIRT_RCS, 1, DW(0x14c00001, 0x2228, ADDR_OWN),
      0 },
    { "LRM of GFX_MODE", GVIRT_RCS, 1, DW(0x14c00001, 0x229c, ADDR_OWN), 0 },
    { "LRR", GVIRT_RCS, 0, DW(0x15000001, GPR(0), GPR(1)), 0 },
    { "LRR to PP_DIR_BASE", GVIRT_RCS, 1, DW(0x15000001, GPR(0), 0x2228), 0 },
    { "LRR from the display", GVIRT_RCS, 1, DW(0x15000001, 0x70008, GPR(1)),
      0 },
    { "LRI of a chicken bit", GVIRT_RCS, 0, DW(LRI(1), 0x7004, 0x00400040),
      0 },
    { "LRI of PSMI", GVIRT_RCS, 0, DW(LRI(1), 0x22050, 0x00010001), 0 },
    { "LRI of HEAD", GVIRT_RCS, 1, DW(LRI(1), 0x2034, 0x40), 0 },
    { "LRI of TAIL, other engine", GVIRT_RCS, 1, DW(LRI(1), 0x22030, 0x40),
      0 },
    { "LRI of START", GVIRT_RCS, 1, DW(LRI(1), 0x2038, 0x1000), 0 },
    { "LRI of CTL", GVIRT_RCS, 1, DW(LRI(1), 0x203c, 0), 0 },
    { "LRI of UHPTR", GVIRT_RCS, 1, DW(LRI(1), 0x2134, 0x41), 0 },
    { "LRI of HWS_PGA", GVIRT_RCS, 1, DW(LRI(1), 0x4080, ADDR_OTHER), 0 },
    { "LRI of CCID", GVIRT_RCS, 1, DW(LRI(1), 0x2180, ADDR_OTHER), 0 },
    { "LRI, PPGTT off", GVIRT_RCS, 1, DW(LRI(1), 0x229c, 0x02000000), 0 },
    { "LRI, STOP_RING", GVIRT_RCS, 1, DW(LRI(1), 0x209c, 0x01000100), 0 },
    { "LRI of PP_DIR_BASE, outside", GVIRT_RCS, 1,
      DW(LRI(1), 0x2228, 0x7ff00000), 0 },
    { "LRI of PP_DIR_BASE by bytes", GVIRT_RCS, 1,
      DW(LRI(1) | 0x300, 0x2228, 0x10000000), 0 },
    { "LRI of GDRST", GVIRT_RCS, 1, DW(LRI(1), 0x941c, 1), 0 },
    { "LRI of a fence", GVIRT_RCS, 1, DW(LRI(1), 0x100000, 1), 0 },
    { "LRI of PVINFO", GVIRT_RCS, 1, DW(LRI(1), 0x78040, 0), 0 },
    { "LRI of nothing", GVIRT_RCS, 1, DW(LRI(1), 0x1ffff0, 1), 0 },
    { "LRI of IMR", GVIRT_RCS, 1, DW(LRI(1), 0x20a8, 0), 0 },
    { "LRI of TLB flush", GVIRT_RCS, 1, DW(LRI(1), 0x101008, 1), 0 },
    { "context, own", GVIRT_RCS, 0, DW(0x0c000000, ADDR_OWN_CONTEXT), 0x109 },
    { "context, other", GVIRT_RCS, 1, DW(0x0c000000, ADDR_OTHER), 0x109 },
    { "context, physical", GVIRT_RCS, 1, DW(0x0c000000, ADDR_OWN_CONTEXT),
      0x9 },
    { "context, over the end", GVIRT_RCS, 1, DW(0x0c000000, ADDR_LAST_PAGE),
      0x109 },
    { "PIPE_CONTROL, own", GVIRT_RCS, 0,
      DW(0x7a000002, 0x01004000, ADDR_OWN, 5), 0 },
    { "PIPE_CONTROL, other", GVIRT_RCS, 1,
      DW(0x7a000002, 0x01004000, ADDR_OTHER, 5), 0 },
    { "PIPE_CONTROL, qword, last", GVIRT_RCS, 0,
      DW(0x7a000003, 0x01004000, ADDR_LAST_QWORD, 5, 6), 0 },
    { "PIPE_CONTROL, local", GVIRT_RCS, 0,
      DW(0x7a000002, 0x00004000, 0x1000, 5), 0 },
    { "PIPE_CONTROL, index", GVIRT_RCS, 0,
      DW(0x7a000002, 0x01204000, 0xff8, 5), 0 },
    { "PIPE_CONTROL, register", GVIRT_RCS, 0,
      DW(0x7a000002, 0x00804000, GPR(2), 5), 0 },
    { "PIPE_CONTROL, HEAD", GVIRT_RCS, 1,
      DW(0x7a000002, 0x00804000, 0x2034, 5), 0 },
    { "FLUSH_DW, own", GVIRT_BCS, 0, DW(0x13004002, ADDR_OWN, 5, 0), 4 },
    { "FLUSH_DW, other", GVIRT_BCS, 1, DW(0x13004002, ADDR_OTHER, 5, 0), 4 },
    { "FLUSH_DW, local", GVIRT_BCS, 0, DW(0x13004002, 0x1000, 5, 0), 0 },
    { "FLUSH_DW, index", GVIRT_VECS, 0, DW(0x13204001, 0x104, 5), 0 },
    { "perf count, other", GVIRT_RCS, 1, DW(0x14000001, ADDR_OTHER, 5), 1 },
    { "clflush, other", GVIRT_RCS, 1, DW(0x13c00001, ADDR_OTHER, 0), 0 },
    { "mailbox, memory of other", GVIRT_RCS, 1,
      DW(0x0b600001, 5, ADDR_OTHER), 0 },
    { "mailbox, register", GVIRT_RCS, 0, DW(0x0b240001, 5, 0x22044), 0 },
    { "mailbox, HEAD", GVIRT_RCS, 1, DW(0x0b240001, 5, 0x2034), 0 },
    { "flip", GVIRT_RCS, 0, DW(0x0a000001, 4096, ADDR_OWN), 0 },
    { "flip on BCS, plane beyond", GVIRT_BCS, 0,
      DW(0x0a380001, 4096, ADDR_OWN), 0 },
    { "wait for vblank", GVIRT_RCS, 0, DW(0x01800008), 0 },
    { "scan lines", GVIRT_RCS, 0, DW(0x09000000, 0x00100020), 0 },
    { "interrupt", GVIRT_RCS, 0, DW(0x01000000), 0 },
    { "no command", GVIRT_RCS, 1, DW(0x0e800000, 0), 0 },
    { "media on BCS", GVIRT_BCS, 1, DW(0x70000006, 0, 0, 0, 0, 0, 0, 0), 0 },
    { "batch in the middle of nothing", GVIRT_RCS, 0,
      DW(0x18800000, ADDR_OTHER), 0 },
    { "batch from WOPCM", GVIRT_RCS, 1, DW(0x18800800, ADDR_OWN), 0 },
    { "batch with an offset", GVIRT_RCS, 1, DW(0x18810000, ADDR_OWN), 0 },
};

static void setup(void)
{
    mediator_start_two(false);
    mem_set(&guest[1], GPA_SCRATCH, OTHER_VALUE);
    gm_map(&guest[0], guest[0].high_page + guest[0].high_pages - 1, 1,
           GPA_SCRATCH + 0x1000);
}

static void teardown(void)
{
    mediator_stop();
}

static uint32_t resolve(uint32_t dw, uint32_t flags)
{
    Guest *g = &guest[0];
    uint32_t end = (g->high_page + g->high_pages) << 12;

    switch (dw) {
    case ADDR_OWN:
        return gm(g, GM_SCRATCH) | flags;
    case ADDR_OWN_CONTEXT:
        return gm(g, GM_CONTEXT) | flags;
    case ADDR_OTHER:
        return gm(&guest[1], GM_SCRATCH) | flags;
    case ADDR_MEDIATOR:
        return 0x7c000000 | flags;
    case ADDR_LAST:
        return end - 4;
    case ADDR_LAST_QWORD:
        return end - 8;
    case ADDR_LAST_PAGE:
        return (end - 0x1000) | flags;
    default:
        return dw;
    }
}

/* The register of hardware that matter for everyone's safety. */
static uint32_t watched(uint32_t *mode)
{
    *mode = hw(0x229c);
    return hw(0x44004) ^ hw(0x4400c) ^ hw(0xa188) ^ hw(0x100000) ^
           hw(0x70008);
}

START_TEST(test_case)
{
    const Case *c = &cases[_i];
    Guest *g = &guest[0];
    uint32_t before, mode;
    unsigned i;

    emit_breadcrumb(g, c->id);
    submit(g, c->id);
    settle(MS(10));
    before = watched(&mode);
    for (i = 0; i < c->len_dw; i++) {
        emit(g, c->id, resolve(c->dw[i], c->flags));
    }
    emit_breadcrumb(g, c->id);
    submit(g, c->id);
    settle(MS(50));

    ck_assert_msg(stats(g).audit_rejects == c->rejects, "%s: %u rejects",
                  c->name, (unsigned)stats(g).audit_rejects);
    ck_assert_msg(seqno_done(g, c->id) == 2, "%s: stuck", c->name);
    ck_assert_msg(mem(&guest[1], GPA_SCRATCH) == OTHER_VALUE, "%s: breach",
                  c->name);
    ck_assert_msg(watched(&mode) == before && mode & 0x200,
                  "%s: the hardware's registers", c->name);
    ck_assert_msg(rd(g, engine_base[c->id] + 0x34) % RING_SIZE_B ==
                  g->tail[c->id], "%s: HEAD", c->name);
}
END_TEST

/* Only the bad pair goes. */
START_TEST(test_lri_in_part)
{
    Guest *g = &guest[0];
    unsigned i;

    emit(g, GVIRT_RCS, LRI(4));
    for (i = 0; i < 4; i++) {
        emit(g, GVIRT_RCS, i == 1 ? 0x2038 : GPR(i));
        emit(g, GVIRT_RCS, 0x1000 + i);
    }
    for (i = 0; i < 4; i++) {
        emit(g, GVIRT_RCS, 0x12400001);
        emit(g, GVIRT_RCS, GPR(i));
        emit(g, GVIRT_RCS, gm(g, GM_SCRATCH) + i * 4);
    }
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(mem(g, GPA_SCRATCH), 0x1000);
    ck_assert_uint_eq(mem(g, GPA_SCRATCH + 4), 0);
    ck_assert_uint_eq(mem(g, GPA_SCRATCH + 8), 0x1002);
    ck_assert_uint_eq(mem(g, GPA_SCRATCH + 12), 0x1003);
    ck_assert_uint_eq(stats(g).audit_rejects, 1);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
}
END_TEST

/* A register of the guest's display, by command: its own changes. */
START_TEST(test_lri_emulated)
{
    Guest *g = &guest[0];
    uint32_t before = hw(0x44050);

    emit(g, GVIRT_RCS, LRI(1));
    emit(g, GVIRT_RCS, 0x44050);        /* DERRMR */
    emit(g, GVIRT_RCS, 0xfffffff0);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(rd(g, 0x44050), 0xfffffff0);
    ck_assert_uint_eq(hw(0x44050), before);
    ck_assert_uint_ne(rd(&guest[1], 0x44050), 0xfffffff0);
    ck_assert_uint_eq(stats(g).audit_rejects, 0);
}
END_TEST

START_TEST(test_update_gtt)
{
    Guest *g = &guest[0];
    uint32_t page = g->low_page + 9;

    emit(g, GVIRT_RCS, 0x11800001);
    emit(g, GVIRT_RCS, page << 12);
    emit(g, GVIRT_RCS, pte_of(0x9000));
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(hw_pte(page), pte_of(WINDOW_HPA(0) + 0x9000));
    ck_assert_uint_eq(rd(g, GVIRT_GTT_BAR0_OFFSET + page * 4),
                      pte_of(0x9000));

    emit(g, GVIRT_RCS, 0x11800001);
    emit(g, GVIRT_RCS, guest[1].low_page << 12);
    emit(g, GVIRT_RCS, pte_of(0x9000));
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(hw_pte(guest[1].low_page), 0);
}
END_TEST

START_TEST(test_flip)
{
    Guest *g = &guest[0];

    emit(g, GVIRT_BCS, 0x0a080001);     /* plane B */
    emit(g, GVIRT_BCS, 8192);
    emit(g, GVIRT_BCS, gm(g, GM_DATA));
    emit_breadcrumb(g, GVIRT_BCS);
    submit(g, GVIRT_BCS);
    settle(MS(10));
    ck_assert_uint_eq(rd(g, 0x7119c) & 0xfffff000, gm(g, GM_DATA));
    ck_assert_uint_eq(hw(0x7119c), 0);
    ck_assert_uint_eq(rd(&guest[1], 0x7119c), 0);
    ck_assert_uint_eq(seqno_done(g, GVIRT_BCS), 1);
}
END_TEST

/* EU threads get no way to registers: bits 4:3 of dword 2 are cleared. */
START_TEST(test_vfe_mmio)
{
    Guest *g = &guest[0];
    uint32_t at = g->tail[GVIRT_RCS], pte;
    unsigned i;

    emit(g, GVIRT_RCS, 0x70000006);
    for (i = 1; i < 8; i++) {
        emit(g, GVIRT_RCS, i == 2 ? 0x00270018 : 0);
    }
    submit(g, GVIRT_RCS);
    settle(MS(10));
    /* What the hardware was shown stands in the mediator's first page. */
    pte = hw_pte(0x7c000);
    ck_assert_uint_eq(fakehost_read32(fake, (pte & 0xfffff000) + at),
                      0x70000006);
    ck_assert_uint_eq(fakehost_read32(fake, (pte & 0xfffff000) + at + 8),
                      0x00270000);
}
END_TEST

/* TAIL in the middle of a command; the rest of it never runs as another. */
START_TEST(test_cut_by_tail)
{
    Guest *g = &guest[0];

    emit(g, GVIRT_RCS, LRI(3));
    emit(g, GVIRT_RCS, GPR(0));
    wr(g, engine_base[GVIRT_RCS] + 0x30, g->tail[GVIRT_RCS]);
    emit_store(g, gm(&guest[1], GM_SCRATCH), 0x66);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(10));
    ck_assert_uint_eq(stats(g).audit_rejects, 2);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), OTHER_VALUE);
}
END_TEST

/* Words without a meaning, on all engines, in rings and in batches. */
START_TEST(test_random_words)
{
    GRand *rand = g_rand_new_with_seed(_i);
    unsigned round, i;

    for (round = 0; round < 150; round++) {
        Guest *g = &guest[0];
        GvirtEngineId id = g_rand_int_range(rand, 0, GVIRT_ENGINE_COUNT);

        for (i = 0; i < 40; i++) {
            /* Mostly MI commands and addresses near the partitions. */
            uint32_t dw = g_rand_int(rand);

            dw = dw & 1 ? dw & 0x1fffffff :
                 dw & 2 ? gm(&guest[1], GM_SCRATCH) | (dw & 0xf00) : dw;
            if (g_rand_int(rand) & 1) {
                emit(g, id, dw);
            } else {
                mem_set(g, GPA_BATCH + (g_rand_int(rand) & 0xffc), dw);
            }
        }
        emit(g, id, 0x18800000);
        emit(g, id, gm(g, GM_BATCH));
        submit(g, id);
        settle(MS(2));
        ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), OTHER_VALUE);
        if (round % 10 == 0) {
            wr(g, 0x941c, 1);
            guest_ring_on(g, GVIRT_RCS);
            guest_ring_on(g, GVIRT_VCS);
            guest_ring_on(g, GVIRT_BCS);
            guest_ring_on(g, GVIRT_VECS);
        }
    }
    /* The other can still work. */
    emit_breadcrumb(&guest[1], GVIRT_RCS);
    submit(&guest[1], GVIRT_RCS);
    settle(MS(2000));
    ck_assert_uint_eq(seqno_done(&guest[1], GVIRT_RCS), 1);
    g_rand_free(rand);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mediator-audit");
    TCase *tc = tcase_create("audit");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_case, 0, G_N_ELEMENTS(cases));
    tcase_add_test(tc, test_lri_in_part);
    tcase_add_test(tc, test_lri_emulated);
    tcase_add_test(tc, test_update_gtt);
    tcase_add_test(tc, test_flip);
    tcase_add_test(tc, test_vfe_mmio);
    tcase_add_test(tc, test_cut_by_tail);
    tcase_add_loop_test(tc, test_random_words, 0, 8);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
