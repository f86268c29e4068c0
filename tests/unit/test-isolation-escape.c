/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways out of a vGPU that once were open, or that would be the first to try:
 * each test is an attack by guest 0, and looks at what it did to guest 1, to
 * the mediator or to the time that the host has left.
 */
#include "mediator-fixture.h"
#include "suite.h"

#define VICTIM_VALUE    0x07be7007u
#define EVIL_VALUE      0xbadc0de5u

#define SDI_GLOBAL      0x10400000u
#define SRM_GLOBAL      0x12400001u
#define BB_START        0x18800000u
#define BB_LOCAL        0x00000100u
#define BB_SECOND_LEVEL 0x00400000u
#define BB_END          0x05000000u
#define SET_PREDICATE   0x00800000u

/* The mediator's looks at memory, counted. */
static GvirtHostOps counting_ops;
static unsigned own_maps;

static void *counting_map(void *opaque, uint64_t page_hpa, bool write)
{
    own_maps++;
    return own_map(opaque, page_hpa, write);
}

/* Engines that go on in the middle of an audit. */
static bool run_in_log;

static void running_log(void *opaque, GvirtLogKind kind, const char *message)
{
    own_log(opaque, kind, message);
    if (run_in_log) {
        run_in_log = false;
        gvirt_gpu_run(gpu, 4096);
    }
}

static void setup(void)
{
    mediator_start(false);
    counting_ops = own_ops;
    counting_ops.map = counting_map;
    counting_ops.log = running_log;
    own.host.ops = &counting_ops;
    guest_new(0);
    guest_new(1);
    guest_start(0);
    guest_start(1);
    mem_set(&guest[1], GPA_SCRATCH, VICTIM_VALUE);
}

static void teardown(void)
{
    mediator_stop();
}

static void batch_run(Guest *g, GvirtEngineId id)
{
    emit(g, id, BB_START);
    emit(g, id, gm(g, GM_BATCH));
    emit_breadcrumb(g, id);
    submit(g, id);
    settle(MS(20));
    ck_assert_uint_eq(seqno_done(g, id), g->seqno[id]);
}

/*
 * A jump that a predicate makes a no-op: the streamer would go on behind the
 * copied batch, in what an earlier one left in the arena, here the data of a
 * store, which no audit has seen as commands.
 */
START_TEST(test_predicated_chain)
{
    Guest *g = &guest[0];
    uint32_t evil[] = {
        SET_PREDICATE, SDI_GLOBAL | 2, 0, gm(&guest[1], GM_SCRATCH),
        EVIL_VALUE, BB_END,
    };
    unsigned i;

    mem_set(g, GPA_BATCH, SDI_GLOBAL | 60);
    mem_set(g, GPA_BATCH + 4, 0);
    mem_set(g, GPA_BATCH + 8, gm(g, GM_SCRATCH));
    for (i = 0; i < 59; i++) {
        mem_set(g, GPA_BATCH + 12 + i * 4,
                i < G_N_ELEMENTS(evil) ? evil[i] : 0);
    }
    mem_set(g, GPA_BATCH + 62 * 4, BB_END);
    batch_run(g, GVIRT_RCS);

    mem_set(g, GPA_BATCH, SET_PREDICATE | 3);
    mem_set(g, GPA_BATCH + 4, BB_START);
    mem_set(g, GPA_BATCH + 8, gm(g, GM_BATCH) + 0x1000);
    mem_set(g, GPA_BATCH + 0x1000, BB_END);
    batch_run(g, GVIRT_RCS);
    ck_assert_uint_eq(mem(&guest[1], GPA_SCRATCH), VICTIM_VALUE);
}
END_TEST

/* Registers by way of a mailbox, from the ring and from a global batch. */
START_TEST(test_mailbox_register)
{
    static const uint32_t target[] = {
        0x2228, 0x22228, 0x2134, 0x2038, 0x4080, 0x2180, 0x941c, 0x100000,
        0x23b0, 0xa188, 0x44004, 0x101008,
    };
    Guest *g = &guest[0];
    uint32_t offset = target[_i];
    uint32_t before;

    mem_set(g, GPA_BATCH, BB_END);
    batch_run(g, GVIRT_RCS);
    before = hw(offset);
    emit(g, GVIRT_RCS, 0x0b240001);
    emit(g, GVIRT_RCS, gm(&guest[1], GM_SCRATCH) | 1);
    emit(g, GVIRT_RCS, offset);
    mem_set(g, GPA_BATCH, 0x0b240001);
    mem_set(g, GPA_BATCH + 4, gm(&guest[1], GM_SCRATCH) | 1);
    mem_set(g, GPA_BATCH + 8, offset);
    mem_set(g, GPA_BATCH + 12, BB_END);
    batch_run(g, GVIRT_RCS);
    ck_assert_uint_eq(hw(offset), before);
}
END_TEST

/* What guest n finds in a register, read from its ring on the blitter. */
static uint32_t stored_register(unsigned n, uint32_t offset)
{
    Guest *g = &guest[n];

    mem_set(g, GPA_SCRATCH, EVIL_VALUE);
    emit(g, GVIRT_BCS, SRM_GLOBAL);
    emit(g, GVIRT_BCS, offset);
    emit(g, GVIRT_BCS, gm(g, GM_SCRATCH));
    emit_breadcrumb(g, GVIRT_BCS);
    submit(g, GVIRT_BCS);
    settle(MS(50));
    ck_assert_uint_eq(seqno_done(g, GVIRT_BCS), g->seqno[GVIRT_BCS]);
    return mem(g, GPA_SCRATCH);
}

/*
 * The one register that a batch without privileges may write: the tiling of
 * all blits. No audit sees it, and the next guest's blits must not follow it.
 */
START_TEST(test_blitter_tiling)
{
    Guest *g = &guest[0];

    mem_set(g, GPA_DATA + 0x80000, 0x11000001);
    mem_set(g, GPA_DATA + 0x80004, 0x22200);
    mem_set(g, GPA_DATA + 0x80008, 3 << 16 | 3);
    mem_set(g, GPA_DATA + 0x8000c, BB_END);
    emit(g, GVIRT_BCS, BB_START | BB_LOCAL);
    emit(g, GVIRT_BCS, 0x80000);
    submit(g, GVIRT_BCS);
    settle(MS(20));
    ck_assert_uint_eq(hw(0x22200) & 3, 3);
    ck_assert_uint_eq(stored_register(1, 0x22200) & 3, 0);
    ck_assert_uint_eq(stored_register(0, 0x22200) & 3, 3);
    ck_assert_uint_eq(rd(g, 0x22200) & 3, 3);
    ck_assert_uint_eq(rd(&guest[1], 0x22200) & 3, 0);
}
END_TEST

/* Thousands of batches, a dword each: their copies must not be pages each. */
START_TEST(test_many_batches)
{
    Guest *g = &guest[0];
    uint32_t targets = 0x4000, jumps = 4000;
    uint32_t i;

    for (i = 0; i < jumps; i++) {
        mem_set(g, GPA_BATCH + i * 8, BB_START | BB_SECOND_LEVEL);
        mem_set(g, GPA_BATCH + i * 8 + 4,
                gm(g, GM_BATCH) + 0x10000 + (targets - 4 - i * 4));
    }
    mem_set(g, GPA_BATCH + i * 8, BB_END);
    for (i = 0; i < targets; i += 4) {
        mem_set(g, GPA_BATCH + 0x10000 + i, BB_END);
    }
    batch_run(g, GVIRT_RCS);
    /* What is copied counts, to the end of the page: 512 dwords each. */
    ck_assert_uint_ge(stats(g).audit_rejects, jumps - 2200);
    ck_assert_uint_le(stats(g).audited_dw, 100000);
}
END_TEST

START_TEST(test_many_jumps)
{
    Guest *g = &guest[0];
    uint32_t jumps = 6000, i;

    for (i = 0; i < jumps; i++) {
        mem_set(g, GPA_BATCH + i * 8, BB_START | BB_SECOND_LEVEL);
        mem_set(g, GPA_BATCH + i * 8 + 4, gm(g, GM_BATCH) + 0x3f000);
    }
    mem_set(g, GPA_BATCH + i * 8, BB_END);
    mem_set(g, GPA_BATCH + 0x3f000, BB_END);
    batch_run(g, GVIRT_RCS);
    ck_assert_uint_ge(stats(g).audit_rejects, 1900);
}
END_TEST

/*
 * Nine page directories in one submission while an engine runs for ever:
 * there is no room, and to find that out once is enough.
 */
START_TEST(test_no_room_once)
{
    Guest *g = &guest[0];
    unsigned before, i;

    mem_set(g, GPA_BATCH, BB_START);
    mem_set(g, GPA_BATCH + 4, gm(g, GM_BATCH));
    emit(g, GVIRT_BCS, BB_START);
    emit(g, GVIRT_BCS, gm(g, GM_BATCH));
    submit(g, GVIRT_BCS);
    settle(MS(1));
    for (i = 0; i < 9; i++) {
        emit(g, GVIRT_RCS, 0x11000001);
        emit(g, GVIRT_RCS, 0x2228);
        emit(g, GVIRT_RCS, (g->high_page + GM_PD + 0x40 * i) / 16 << 16);
    }
    submit(g, GVIRT_RCS);
    settle(MS(1));
    before = own_maps;
    settle(MS(100));
    /* 1000 looks of the scheduler, each without the ring's page. */
    ck_assert_uint_le(own_maps - before, 100);
}
END_TEST

static void emit_dir(Guest *g, unsigned dir)
{
    emit(g, GVIRT_RCS, 0x11000001);
    emit(g, GVIRT_RCS, 0x2228);
    emit(g, GVIRT_RCS, (g->high_page + GM_PD + 0x40 * dir) / 16 << 16);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
}

/* The engine that the audit waits for goes idle before the audit is over. */
START_TEST(test_room_meanwhile)
{
    Guest *g = &guest[0];
    unsigned i;

    for (i = 0; i < 8; i++) {
        emit_dir(g, i);
        settle(MS(1));
    }
    emit_breadcrumb(g, GVIRT_BCS);
    submit(g, GVIRT_BCS);
    run_in_log = true;
    emit_dir(g, 8);
    ck_assert(!run_in_log);
    settle(MS(100));
    ck_assert_uint_eq(seqno_done(g, GVIRT_BCS), 1);
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 9);
}
END_TEST

/*
 * HEAD in the middle of a quadword never meets TAIL: the streamer would run
 * what others have left in the shadow ring.
 */
START_TEST(test_odd_head)
{
    Guest *g = &guest[0], *other = &guest[1];
    unsigned i;

    for (i = 0; i < 64; i++) {
        emit(other, GVIRT_BCS, SDI_GLOBAL | 2);
        emit(other, GVIRT_BCS, 0);
        emit(other, GVIRT_BCS, gm(other, GM_SCRATCH));
        emit(other, GVIRT_BCS, EVIL_VALUE);
    }
    submit(other, GVIRT_BCS);
    settle(MS(20));
    ck_assert_uint_eq(mem(other, GPA_SCRATCH), EVIL_VALUE);
    mem_set(other, GPA_SCRATCH, VICTIM_VALUE);

    wr(g, 0x2203c, 0);
    wr(g, 0x22034, 0x14);
    wr(g, 0x22030, 0x10);
    wr(g, 0x2203c, (RING_SIZE_B - 0x1000) | 1);
    emit_breadcrumb(g, GVIRT_RCS);
    submit(g, GVIRT_RCS);
    settle(MS(50));
    ck_assert_uint_eq(seqno_done(g, GVIRT_RCS), 1);
    ck_assert_uint_eq(mem(other, GPA_SCRATCH), VICTIM_VALUE);
    ck_assert_uint_eq(hw(0x22034), 0x10);
}
END_TEST

static gpointer run_thread(gpointer data)
{
    while (gvirt_gpu_run(data, 64)) {
        continue;
    }
    return NULL;
}

static void start_blit(GvirtGpu *whole)
{
    gvirt_gpu_write(whole, 0x2203c, 0, 4);
    gvirt_gpu_write(whole, 0x22034, 0, 4);
    gvirt_gpu_write(whole, 0x22030, 0, 4);
    gvirt_gpu_write(whole, 0x22038, 0x1000, 4);
    gvirt_gpu_write(whole, 0x2203c, 1, 4);
    gvirt_gpu_write(whole, 0x22030, 24, 4);
}

/*
 * A blit of a gigabyte on the whole GPU, and the function is reset: that does
 * not wait for its end, and the big lock would with it.
 */
START_TEST(test_reset_in_blit)
{
    static const uint32_t blit[] = {
        0x54300004, 0x035a7ffc, 0, 32767u << 16 | 8191, 0x10000000,
        0x01020304,
    };
    FakeHost *host = fakehost_new();
    GvirtGpu *whole = fakehost_gpu(host);
    gint64 start_us, blit_us, reset_us;
    GThread *thread;
    unsigned i;

    fakehost_map_ggtt(whole, 1, 1, 0x1000);
    for (i = 0; i < 0x40000; i++) {
        fakehost_map_ggtt(whole, 0x10000 + i, 1, 0x2000);
    }
    for (i = 0; i < G_N_ELEMENTS(blit); i++) {
        fakehost_write32(host, 0x1000 + i * 4, blit[i]);
    }
    start_blit(whole);
    start_us = g_get_monotonic_time();
    run_thread(whole);
    blit_us = g_get_monotonic_time() - start_us;

    fakehost_write32(host, 0x2800, 0);
    start_blit(whole);
    thread = g_thread_new("engines", run_thread, whole);
    while (!fakehost_read32(host, 0x2800)) {
        g_thread_yield();
    }
    start_us = g_get_monotonic_time();
    gvirt_gpu_reset(whole);
    reset_us = g_get_monotonic_time() - start_us;
    g_thread_join(thread);
    ck_assert_int_lt(reset_us, blit_us / 2);
    ck_assert_uint_eq(gvirt_gpu_read(whole, 0x22034, 4), 0);
    gvirt_gpu_free(whole);
    fakehost_free(host);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("isolation-escape");
    TCase *tc = tcase_create("attacks");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_predicated_chain);
    tcase_add_loop_test(tc, test_mailbox_register, 0, 12);
    tcase_add_test(tc, test_blitter_tiling);
    tcase_add_test(tc, test_many_batches);
    tcase_add_test(tc, test_many_jumps);
    tcase_add_test(tc, test_no_room_once);
    tcase_add_test(tc, test_room_meanwhile);
    tcase_add_test(tc, test_odd_head);
    tcase_add_test(tc, test_reset_in_blit);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
