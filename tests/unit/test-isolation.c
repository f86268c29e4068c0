/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Isolation as a property: three guests do what comes to a random mind, with
 * a liking for what is dangerous, and after every step the oracle of
 * tests/fuzz says that no entry, register or command reaches further than its
 * guest.
 *
 * Environment: ISOLATION_STEPS, ISOLATION_SEED.
 *
 * Compiled with GVIRT_TEST_BREAK, against a library in which one check of the
 * mediator at a time is taken out, it tests the oracle: each must be missed.
 */
#include "suite.h"

#include "../fuzz/world.h"

#define STEPS           1000000ul
#define WALKS           8
#define STEPS_BROKEN    30000ul
#define SCAN_EVERY      4096

typedef struct Mind {
    World *world;
    GRand *rand;
    unsigned index;
    FuzzGuest *guest;
} Mind;

static const uint32_t engine_base[GVIRT_ENGINE_COUNT] = {
    GVIRT_RCS_BASE, GVIRT_VCS_BASE, GVIRT_BCS_BASE, GVIRT_VECS_BASE,
};

static uint32_t below(Mind *mind, uint32_t limit)
{
    return g_rand_int(mind->rand) % limit;
}

static bool chance(Mind *mind, unsigned percent)
{
    return below(mind, 100) < percent;
}

static void wr(Mind *mind, uint32_t offset, uint32_t value)
{
    mind->guest->doors->write(mind->guest->to, offset, value, 4);
}

/* A page of graphics memory: one's own, another's, the mediator's, an edge. */
static uint32_t some_page(Mind *mind)
{
    const OracleGuest *own = &mind->world->oracle.guest[mind->index];
    const OracleGuest *other =
        &mind->world->oracle.guest[below(mind, WORLD_GUESTS)];

    switch (below(mind, 10)) {
    case 0:
    case 1:
        return other->high_page + below(mind, FUZZ_GUEST_PAGES);
    case 2:
        return other->low_page + below(mind, 256);
    case 3:
        return 0x7c000 + below(mind, 0x4000);
    case 4:
        return own->high_page + own->high_pages - below(mind, 3);
    case 5:
        return own->low_page + own->low_pages - below(mind, 3);
    case 6:
        return own->low_page + below(mind, 256);
    default:
        return own->high_page + below(mind, FUZZ_GUEST_PAGES);
    }
}

static uint32_t some_addr(Mind *mind)
{
    return some_page(mind) << 12 |
           (chance(mind, 50) ? below(mind, 1024) * 4 : chance(mind, 50) ?
            0xffc : 0);
}

static uint32_t some_register(Mind *mind)
{
    static const uint32_t dangerous[] = {
        0x30, 0x34, 0x38, 0x3c, 0x134, 0x180, 0x228, 0x220, 0x29c, 0x9c,
        0xa8, 0x40, 0xc0, 0x50,
    };
    static const uint32_t global[] = {
        0x4080, 0x4180, 0x4280, 0x4380, 0x941c, 0x100000, 0x100004, 0x100020,
        0x2360, 0x2364, 0x23b0, 0xa188, 0x44004, 0x4400c, 0x70008, 0x2600,
        0x2400, 0x2214, 0x101008, 0x101000, 0x78040, 0x4094, 0x22200,
    };
    unsigned count;
    const GvirtRegInfo *info;

    switch (below(mind, 4)) {
    case 0:
    case 1:
        return engine_base[below(mind, GVIRT_ENGINE_COUNT)] +
               dangerous[below(mind, G_N_ELEMENTS(dangerous))];
    case 2:
        return global[below(mind, G_N_ELEMENTS(global))];
    default:
        info = &gvirt_reg_table(&count)[below(mind, 512)];
        return info->offset + below(mind, info->count) * info->stride_B;
    }
}

static uint32_t some_value(Mind *mind)
{
    switch (below(mind, 7)) {
    case 0:
        return some_addr(mind);
    case 1:
        return some_addr(mind) | 1;
    case 2:
        return (some_page(mind) & ~15u) / 16 << 16;
    case 3:
        return (mind->guest->high_page + FUZZ_DIR_SLOT) / 16 << 16;
    case 4:
        return 1u << below(mind, 32) | (chance(mind, 50) ? 0x02000000 : 0);
    case 5:
        return 0x02000000u << below(mind, 4);
    default:
        return g_rand_int(mind->rand);
    }
}

static void emit(Mind *mind, unsigned id, bool batch, unsigned count, ...)
{
    va_list args;

    va_start(args, count);
    while (count--) {
        fuzz_guest_emit(mind->guest, id, batch, va_arg(args, uint32_t));
    }
    va_end(args);
}

static void some_command(Mind *mind, unsigned id, bool batch)
{
    uint32_t global = chance(mind, 80) ? 1u << 22 : 0;
    uint32_t addr = some_addr(mind), reg = some_register(mind);
    uint32_t value = some_value(mind);
    unsigned i, pairs;

    switch (below(mind, 20)) {
    case 0:
        emit(mind, id, batch, 4, 0x10000002 | global, 0, addr, value);
        break;
    case 1:
        emit(mind, id, batch, 3, 0x12000001 | global, reg, addr);
        break;
    case 2:
        emit(mind, id, batch, 3, 0x14800001 | global, reg, addr);
        break;
    case 3:
        emit(mind, id, batch, 3, 0x15000001, reg, some_register(mind));
        break;
    case 4:
    case 5:
    case 6:
        pairs = 1 + below(mind, 3);
        emit(mind, id, batch, 1, 0x11000000 | (2 * pairs - 1));
        for (i = 0; i < pairs; i++) {
            emit(mind, id, batch, 2, some_register(mind), some_value(mind));
        }
        break;
    case 7:
        emit(mind, id, batch, 3, 0x0b200001 | global, value, addr);
        break;
    case 8:
        emit(mind, id, batch, 3, 0x0b240001 | global, value, reg);
        break;
    case 9:
        emit(mind, id, batch, 5, 0x7a000003,
             chance(mind, 40) ? 0x00804000 : chance(mind, 80) ? 0x01004000 :
             0x01204000, chance(mind, 50) ? addr : reg, value, 0);
        break;
    case 10:
        emit(mind, id, batch, 4, 0x13004002, addr | 4, value, 0);
        break;
    case 11:
        emit(mind, id, batch, 2, 0x0c000000, (addr & ~0xfffu) |
             (chance(mind, 90) ? 0x108 : 0x8) | below(mind, 4));
        break;
    case 12:
        emit(mind, id, batch, 3, 0x14000001, (addr & ~63u) | 1, value);
        break;
    case 13:
        emit(mind, id, batch, 3, 0x1b200001 | global, value, addr);
        break;
    case 14:
        emit(mind, id, batch, 3, 0x11800001 | global, addr, value);
        break;
    case 15:
        emit(mind, id, batch, 2, 0x18800000 |
             (chance(mind, 50) ? 0x100 : 0) | (chance(mind, 50) ? 0x2000 : 0) |
             (chance(mind, 30) ? 0x400000 : 0),
             chance(mind, 60) ? (mind->guest->high_page + FUZZ_BATCH_PAGE) <<
             12 | below(mind, 64) * 4 : addr);
        break;
    case 16:
        emit(mind, id, batch, 1, 0x00800000 | below(mind, 4));
        break;
    case 17:
        /* Commands within the data of one. */
        emit(mind, id, batch, 9, 0x10000007 | global, 0, addr, 0x00800000,
             0x10400002, 0, some_addr(mind), value, 0x05000000);
        break;
    case 18:
        emit(mind, id, batch, 3, 0x10800001, below(mind, 2048) * 4, value);
        break;
    default:
        emit(mind, id, batch, 1, chance(mind, 50) ? 0x02800000 : 0x05000000);
        break;
    }
}

static void submit_batch(Mind *mind, unsigned id)
{
    bool local = chance(mind, 40);

    if (chance(mind, 90)) {
        emit(mind, id, true, 1, 0x05000000);
    }
    emit(mind, id, false, 2, 0x18800000 | (local ? 0x100 : 0) |
         (chance(mind, 50) ? 0x2000 : 0),
         local ? 0 : (mind->guest->high_page + FUZZ_BATCH_PAGE) << 12);
    fuzz_guest_submit(mind->guest, id);
    mind->guest->batch_tail = 0;
}

static void some_entry(Mind *mind)
{
    uint64_t addr = chance(mind, 70) ?
                    (uint64_t)below(mind, FUZZ_GUEST_PAGES) << 12 :
                    (uint64_t)g_rand_int(mind->rand) << 7;
    uint32_t entry = (uint32_t)(addr & 0xfffff000u) |
                     (uint32_t)(addr >> 28 & 0x7f0) |
                     (chance(mind, 90) ? 1 : 0);
    uint32_t page = some_page(mind);

    if (chance(mind, 40)) {
        fuzz_host_write32(mind->world->host, mind->guest->window_hpa +
                          (FUZZ_TABLE_PAGE << 12) + below(mind, 2048) * 4,
                          entry);
    } else if (chance(mind, 20)) {
        wr(mind, GVIRT_GTT_BAR0_OFFSET + (mind->guest->high_page +
           FUZZ_DIR_SLOT + below(mind, 512)) * 4, entry);
    } else {
        wr(mind, GVIRT_GTT_BAR0_OFFSET + (page % GVIRT_GTT_ENTRIES) * 4,
           entry);
    }
}

/* What the operations of the fuzz targets are, of random bytes. */
static void some_operation(Mind *mind)
{
    uint8_t data[64];
    FuzzInput input = { .data = data, .size = sizeof(data) };
    unsigned i;

    for (i = 0; i < sizeof(data); i++) {
        data[i] = g_rand_int(mind->rand);
    }
    /* Time goes by elsewhere, in smaller steps. */
    if (data[0] % 24 != 14 && data[0] % 24 != 17 && data[0] % 24 != 16) {
        world_step(mind->world, mind->index, &input);
    }
}

static void fences(Mind *mind)
{
    uint32_t offset = 0x100000 + below(mind, 8) * 8;
    uint32_t page = some_page(mind);

    wr(mind, offset + 4, (page + below(mind, 64)) << 12 | 7);
    wr(mind, offset, page << 12 | 1);
}

static void oa(Mind *mind)
{
    wr(mind, 0x23b0, some_addr(mind) & ~0x3fu);
    wr(mind, 0x2364, below(mind, 8) << 3);
    wr(mind, 0x2360, chance(mind, 70) ? 0x21 | below(mind, 64) << 6 : 0);
}

static void one_step(Mind *mind)
{
    World *world = mind->world;
    unsigned id = below(mind, GVIRT_ENGINE_COUNT), i;
    uint64_t hpa;

    switch (below(mind, 24)) {
    case 0:
    case 1:
    case 2:
        some_entry(mind);
        break;
    case 3:
    case 4:
    case 5:
    case 6:
        for (i = below(mind, 6) + 1; i > 0; i--) {
            some_command(mind, id, false);
        }
        fuzz_guest_submit(mind->guest, id);
        world_run(world, 256);
        break;
    case 7:
    case 8:
    case 9:
        for (i = below(mind, 6) + 1; i > 0; i--) {
            some_command(mind, id, true);
        }
        submit_batch(mind, id);
        world_run(world, 256);
        break;
    case 10:
    case 11:
        wr(mind, some_register(mind), some_value(mind));
        break;
    case 12:
        fences(mind);
        break;
    case 13:
        oa(mind);
        break;
    case 14:
        mind->guest->doors->aperture_write(mind->guest->to, some_addr(mind),
                                           some_value(mind), 4);
        mind->guest->doors->aperture_page(mind->guest->to, some_page(mind),
                                          &hpa);
        break;
    case 15:
        if (chance(mind, 10)) {
            wr(mind, 0x941c, chance(mind, 50) ? 1 : below(mind, 32));
        } else if (chance(mind, 5)) {
            mind->guest->doors->reset(mind->guest->to);
        }
        break;
    case 16:
        fuzz_guest_start(mind->guest);
        break;
    case 17:
        i = (mind->index + 1) % WORLD_GUESTS;
        if (!world->guest[i].vgpu) {
            world_guest_add(world, i);
        } else if (chance(mind, 3)) {
            world_guest_remove(world, i);
        }
        break;
    case 18:
    case 19:
        some_operation(mind);
        break;
    default:
        world_advance(world, 1ll << (10 + below(mind, 16)));
        break;
    }
}

static void show_stats(const World *world)
{
    unsigned i;

    for (i = 0; i < WORLD_GUESTS; i++) {
        GvirtVgpuStats stats = { 0 };

        if (world->guest[i].vgpu) {
            gvirt_vgpu_stats(world->guest[i].vgpu, &stats);
        }
        g_printerr("guest %u: %" PRIu64 " switches, %" PRIu64 " dwords "
                   "audited, %" PRIu64 " rejects, %" PRIu64 " resets\n", i,
                   stats.switches_in, stats.audited_dw, stats.audit_rejects,
                   stats.resets);
    }
}

/* Steps done until the oracle objects, or all of them. */
static unsigned long walk(uint32_t seed, unsigned long steps, char **breach)
{
    Mind mind = {
        .world = world_new(GVIRT_TIMING_FUNCTIONAL, WORLD_GUESTS),
        .rand = g_rand_new_with_seed(seed),
    };
    unsigned long step;

    for (step = 0; step < steps; step++) {
        if (chance(&mind, 20)) {
            mind.index = below(&mind, WORLD_GUESTS);
        }
        if (!mind.world->guest[mind.index].vgpu) {
            world_guest_add(mind.world, mind.index);
        }
        mind.guest = &mind.world->guest[mind.index].fuzz;
        mind.world->acting = mind.index;
        one_step(&mind);
        oracle_step(&mind.world->oracle, step % SCAN_EVERY == 0);
        if (mind.world->oracle.breach) {
            break;
        }
    }
    if (step == steps) {
        oracle_step(&mind.world->oracle, true);
    }
    *breach = g_strdup(mind.world->oracle.breach);
    if (g_getenv("ISOLATION_VERBOSE")) {
        show_stats(mind.world);
    }
    g_rand_free(mind.rand);
    world_free(mind.world);
    return step;
}

static unsigned long from_environment(const char *name, unsigned long value)
{
    const char *text = g_getenv(name);
    char *end;

    if (text) {
        value = strtoul(text, &end, 0);
        ck_assert_msg(g_ascii_isdigit(*text) && !*end && value,
                      "%s=%s: must be a number from 1 up", name, text);
    }
    return value;
}

#ifdef GVIRT_TEST_BREAK

#include "hw/gvirt-host/mediator-internal.h"

GvirtTestBreak gvirt_test_broken;

static const char *const break_name[GVIRT_BREAK_COUNT] = {
    [GVIRT_BREAK_PTE_PARTITION] = "entries outside the partition",
    [GVIRT_BREAK_PTE_WINDOW] = "entries to pages outside the window",
    [GVIRT_BREAK_GLOBAL_OPERAND] = "global addresses in commands",
    [GVIRT_BREAK_COMMAND_REGISTER] = "register writes by command",
    [GVIRT_BREAK_MAILBOX] = "register writes by mailbox",
    [GVIRT_BREAK_PIPE_CONTROL] = "register writes by PIPE_CONTROL",
    [GVIRT_BREAK_CONTEXT] = "context images",
    [GVIRT_BREAK_UPDATE_GTT] = "entries by command",
    [GVIRT_BREAK_BATCH_COPY] = "copies of privileged batches",
    [GVIRT_BREAK_BATCH_GUARD] = "the end behind a jump",
    [GVIRT_BREAK_LOCAL_PRIVILEGE] = "privileges of local batches",
    [GVIRT_BREAK_DIRECTORY] = "page directories",
    [GVIRT_BREAK_LOCAL_SPACE] = "the local space",
    [GVIRT_BREAK_STATUS_PAGE] = "status pages",
    [GVIRT_BREAK_HEAD_POINTER] = "pending head pointers",
    [GVIRT_BREAK_FENCE] = "fences",
    [GVIRT_BREAK_FENCE_INDEX] = "the number of fences",
    [GVIRT_BREAK_OA_BUFFER] = "OA buffers",
    [GVIRT_BREAK_OA_SWITCH] = "OA at a switch",
    [GVIRT_BREAK_APERTURE] = "the aperture",
    [GVIRT_BREAK_CLEAR] = "entries of one that goes",
    [GVIRT_BREAK_STATE] = "registers of the one before",
};

/* Without this check the oracle finds a breach, and soon: in about 1 s. */
START_TEST(test_teeth)
{
    gint64 start_us = g_get_monotonic_time();
    unsigned long step;
    char *breach;

    gvirt_test_broken = _i;
    step = walk(from_environment("ISOLATION_SEED", 1), STEPS_BROKEN,
                &breach);
    gvirt_test_broken = GVIRT_BREAK_NONE;
    ck_assert_msg(breach, "without the check of %s nothing was found in %lu "
                  "steps", break_name[_i], step);
    if (g_getenv("ISOLATION_VERBOSE")) {
        g_printerr("%s: step %lu, %d ms: %s\n", break_name[_i], step,
                   (int)((g_get_monotonic_time() - start_us) / 1000), breach);
    }
    g_free(breach);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, test_teeth, 1, GVIRT_BREAK_COUNT);
}

#else

/* The steps, as walks that have nothing in common, on all processors. */
typedef struct Walks {
    gint next;
    unsigned long steps;        /* of each */
    uint32_t seed;              /* of the first */
    unsigned long done[WALKS];
    char *breach[WALKS];
} Walks;

static gpointer walker(gpointer data)
{
    Walks *walks = data;
    gint i;

    while ((i = g_atomic_int_add(&walks->next, 1)) < WALKS) {
        walks->done[i] = walk(walks->seed + i, walks->steps,
                              &walks->breach[i]);
    }
    return NULL;
}

START_TEST(test_isolation)
{
    Walks walks = {
        .steps = (from_environment("ISOLATION_STEPS", STEPS) + WALKS - 1) /
                 WALKS,
        .seed = from_environment("ISOLATION_SEED", 1),
    };
    GThread *thread[WALKS];
    unsigned threads = MIN(g_get_num_processors(), WALKS), i;

    for (i = 0; i < threads; i++) {
        thread[i] = g_thread_new("walker", walker, &walks);
    }
    for (i = 0; i < threads; i++) {
        g_thread_join(thread[i]);
    }
    for (i = 0; i < WALKS; i++) {
        ck_assert_msg(!walks.breach[i], "ISOLATION_SEED=%u, step %lu: %s",
                      walks.seed + i, walks.done[i], walks.breach[i]);
        ck_assert_uint_eq(walks.done[i], walks.steps);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, test_isolation);
}

#endif

int main(void)
{
    Suite *suite = suite_create("isolation");
    TCase *tc = tcase_create("isolation");

    tcase_set_timeout(tc, 0);
    add_tests(tc);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
