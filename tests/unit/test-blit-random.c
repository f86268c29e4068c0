/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The random blits of tests/guest/blit, on the library alone: the blitter
 * against a computation that shares nothing with it.
 */
#include <stdio.h>

#include "cs-fixture.h"

#include "../guest/blit-case.h"

#define OBJECT_ADDR(i)  (0x300000u + (i) * OBJECT_SIZE_B)
#define AUX_OBJECT      2
#define OBJECT_PAGES    (OBJECT_SIZE_B / GVIRT_PAGE_SIZE_B)

typedef struct RingSink {
    Sink sink;
    uint32_t dw[1024];
    unsigned len_dw;
} RingSink;

static Memory memory;
static uint8_t seen[OBJECT_SIZE_B];

static void sink_dword(Sink *sink, uint32_t dw)
{
    RingSink *ring = (RingSink *)sink;

    ck_assert_uint_lt(ring->len_dw, G_N_ELEMENTS(ring->dw));
    ring->dw[ring->len_dw++] = dw;
}

static void sink_address(Sink *sink, uint32_t object, uint32_t offset,
                         bool write)
{
    (void)write;
    sink_dword(sink, OBJECT_ADDR(object) + offset);
}

static void describe_failure(const Case *c, unsigned object)
{
    unsigned wrong = 0;
    unsigned first = 0;
    unsigned i;

    for (i = 0; i < OBJECT_SIZE_B; i++) {
        if (seen[i] != memory.expected[object][i] && wrong++ == 0) {
            first = i;
        }
    }
    case_describe(c);
    printf("    object %u: %u bytes differ, first 0x%x is %02x, expected "
           "%02x\n", object, wrong, first, seen[first],
           memory.expected[object][first]);
}

/* i915: gt/intel_ggtt_fencing.c, detect_bit_6_swizzle */
static uint32_t swizzle_of(uint32_t tiling)
{
    return tiling == TILING_Y ? SWIZZLE_9 : SWIZZLE_9_10;
}

static uint32_t generation(unsigned object, unsigned page)
{
    return fake->host.ops->page_gen(fake, LOCAL_HPA + OBJECT_ADDR(object) +
                                    page * GVIRT_PAGE_SIZE_B);
}

/* Pages that have changed are told to be. */
static unsigned untold_pages(unsigned object, const uint8_t *before,
                             const uint32_t *before_gen)
{
    unsigned untold = 0;
    unsigned i;

    for (i = 0; i < OBJECT_PAGES; i++) {
        uint32_t at = i * GVIRT_PAGE_SIZE_B;

        untold += memcmp(before + at, seen + at, GVIRT_PAGE_SIZE_B) != 0 &&
                  generation(object, i) == before_gen[i];
    }
    return untold;
}

static bool run_case(unsigned number, uint64_t seed)
{
    static uint8_t before[2][OBJECT_SIZE_B];
    static uint32_t before_gen[2][OBJECT_PAGES];
    static Case c;
    RingSink sink = { .sink = { sink_dword, sink_address } };
    unsigned objects;
    unsigned i;
    bool good = true;

    case_make(&c, &memory, number, seed);
    c.dst.swizzle = swizzle_of(c.dst.tiling);
    c.src.swizzle = swizzle_of(c.src.tiling);
    objects = c.same_object ? 1 : 2;
    for (i = 0; i < objects; i++) {
        case_random_bytes(memory.expected[i], OBJECT_SIZE_B);
        fakehost_write(fake, LOCAL_HPA + OBJECT_ADDR(i), memory.expected[i],
                       OBJECT_SIZE_B);
        memcpy(before[i], memory.expected[i], OBJECT_SIZE_B);
    }
    case_random_bytes(memory.aux_bytes, AUX_SIZE_B);
    fakehost_write(fake, LOCAL_HPA + OBJECT_ADDR(AUX_OBJECT),
                   memory.aux_bytes, AUX_SIZE_B);
    case_emit(&c, &memory, &sink.sink);
    sink_dword(&sink.sink, CMD_BB_END);
    /* as i915 starts what its command parser has let through */
    batch_at(GVIRT_SPACE_GGTT, BATCH_ADDR);
    batch_n(sink.dw, sink.len_dw);
    for (i = 0; i < objects * OBJECT_PAGES; i++) {
        before_gen[i / OBJECT_PAGES][i % OBJECT_PAGES] =
            generation(i / OBJECT_PAGES, i % OBJECT_PAGES);
    }
    RUN(GVIRT_BCS, CMD_BB_START, BATCH_ADDR);
    ck_assert(is_idle(GVIRT_BCS));
    blit_expect(&c.blit);
    for (i = 0; i < objects; i++) {
        fakehost_read(fake, LOCAL_HPA + OBJECT_ADDR(i), seen, OBJECT_SIZE_B);
        if (memcmp(seen, memory.expected[i], OBJECT_SIZE_B) != 0) {
            describe_failure(&c, i);
            good = false;
        }
        ck_assert_uint_eq(untold_pages(i, before[i], before_gen[i]), 0);
    }
    return good;
}

/* Memory in pages here and there, then with neighbours beside each other. */
START_TEST(test_cases)
{
    unsigned first = _i / 2 * SYSTEMATIC_CASES;
    unsigned wrong = 0;
    unsigned n;

    fake->slabs_wanted = _i % 2;
    memory.objects[1] = 1;
    memory.aux = AUX_OBJECT;
    /* the memory channels' swizzle, as i915 switches it on */
    write_reg(0x45000, 1u << 13);
    write_reg(0x101000, 1u << 0);
    write_reg(0x4030, 1u << 5 | 1u << 21);
    for (n = first; n < first + SYSTEMATIC_CASES; n++) {
        wrong += !run_case(n, 1);
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blit-random");
    TCase *tcase = tcase_create("cases");

    tcase_add_checked_fixture(tcase, cs_setup, cs_teardown);
    tcase_add_loop_test(tcase, test_cases, 0, 8);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
