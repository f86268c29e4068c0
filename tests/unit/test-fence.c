/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fences through the doors of the GPU: what the CPU sees in the aperture, the
 * order of the register writes, and what the host is told.
 *
 * Where a byte must stand is computed here from the figures of HSW PRM
 * vol. 5, bit by bit, not by the code under test.
 */
#include "fakehost.h"
#include "hw/gvirt/gpu.h"
#include "suite.h"

#define FENCE(i)        (0x100000u + (i) * 8)
#define TILECTL         0x101000u

#define FIRST_PAGE      0x200u          /* of the aperture */
#define PAGES           64u
#define MEMORY_HPA      0x1000000ull
#define WALK_Y          2u
#define VALID           1u

static FakeHost *fake;
static GvirtGpu *gpu;

static void setup(void)
{
    fake = fakehost_new();
    gpu = fakehost_gpu(fake);
    fakehost_map_ggtt(gpu, 0, 0x1000, MEMORY_HPA);
}

static void teardown(void)
{
    gvirt_gpu_free(gpu);
    fakehost_free(fake);
}

/* As i915 does it: off, upper half, lower half. */
static void fence_set(unsigned i, uint32_t first_page, uint32_t pages,
                      uint32_t pitch_B, uint32_t flags)
{
    gvirt_gpu_write(gpu, FENCE(i), 0, 4);
    gvirt_gpu_write(gpu, FENCE(i) + 4, (first_page + pages - 1) << 12 |
                    (pitch_B / 128 - 1), 4);
    gvirt_gpu_write(gpu, FENCE(i), first_page << 12 | flags, 4);
}

static uint64_t expected(uint64_t linear, uint32_t pitch_B, bool walk_y,
                         bool swizzle)
{
    uint32_t x = linear % pitch_B;
    uint32_t y = linear / pitch_B;
    uint64_t offset;

    if (walk_y) {
        offset = ((uint64_t)(y >> 5) * (pitch_B >> 7) + (x >> 7)) << 12 |
                 (x & 0x70) << 5 | (y & 0x1f) << 4 | (x & 0xf);
        return swizzle ? offset ^ (offset >> 3 & 0x40) : offset;
    }
    offset = ((uint64_t)(y >> 3) * (pitch_B >> 9) + (x >> 9)) << 12 |
             (y & 7) << 9 | (x & 0x1ff);
    return swizzle ? offset ^ (offset >> 3 & 0x40) ^ (offset >> 4 & 0x40) :
           offset;
}

/* Loop: bit 0 walk, bit 1 swizzle. */
START_TEST(test_detile)
{
    bool walk_y = _i & 1;
    bool swizzle = _i & 2;
    uint32_t pitch_B = walk_y ? 384 : 2048;
    uint32_t pages = walk_y ? 9 : PAGES;
    uint64_t start = (uint64_t)FIRST_PAGE << 12;
    uint64_t linear;

    gvirt_gpu_write(gpu, TILECTL, swizzle, 4);
    fence_set(7, FIRST_PAGE, pages, pitch_B, VALID | (walk_y ? WALK_Y : 0));
    for (linear = 0; linear < pages * 4096u; linear += 4) {
        gvirt_gpu_aperture_write(gpu, start + linear, linear * 2654435761u,
                                 4);
    }
    for (linear = 0; linear < pages * 4096u; linear += 4) {
        uint64_t at = MEMORY_HPA + start +
                      expected(linear, pitch_B, walk_y, swizzle);

        ck_assert_uint_eq(fakehost_read32(fake, at),
                          (uint32_t)(linear * 2654435761u));
    }
    /* Reads of all sizes, also across the end of a run. */
    for (linear = 0; linear < pages * 4096u - 8; linear += 61) {
        uint64_t value = 0;
        unsigned i;

        for (i = 0; i < 8; i++) {
            uint8_t byte;

            fakehost_read(fake, MEMORY_HPA + start +
                          expected(linear + i, pitch_B, walk_y, swizzle),
                          &byte, 1);
            value |= (uint64_t)byte << i * 8;
        }
        ck_assert_uint_eq(gvirt_gpu_aperture_read(gpu, start + linear, 8),
                          value);
        ck_assert_uint_eq(gvirt_gpu_aperture_read(gpu, start + linear, 1),
                          value & 0xff);
    }
    /* Outside of the fence all is linear. */
    gvirt_gpu_aperture_write(gpu, start - 4, 0x11223344, 4);
    gvirt_gpu_aperture_write(gpu, start + pages * 4096u, 0x55667788, 4);
    ck_assert_uint_eq(fakehost_read32(fake, MEMORY_HPA + start - 4),
                      0x11223344);
    ck_assert_uint_eq(fakehost_read32(fake, MEMORY_HPA + start +
                                      pages * 4096u), 0x55667788);
}
END_TEST

static unsigned covered_pages(void)
{
    unsigned page, count = 0;
    uint64_t hpa;

    for (page = 0; page < 0x1000; page++) {
        count += !gvirt_gpu_aperture_page(gpu, page, &hpa);
    }
    return count;
}

START_TEST(test_half_writes)
{
    uint64_t hpa;

    /* The upper half alone is nothing. */
    gvirt_gpu_write(gpu, FENCE(3) + 4, 0x20f << 12 | 3, 4);
    ck_assert_uint_eq(covered_pages(), 0);
    gvirt_gpu_write(gpu, FENCE(3), 0x200 << 12 | VALID, 4);
    ck_assert_uint_eq(covered_pages(), 16);
    ck_assert(!gvirt_gpu_aperture_page(gpu, 0x200, &hpa));
    ck_assert(!gvirt_gpu_aperture_page(gpu, 0x20f, &hpa));
    ck_assert(gvirt_gpu_aperture_page(gpu, 0x210, &hpa));
    /* A live fence shrinks when its upper half changes. */
    gvirt_gpu_write(gpu, FENCE(3) + 4, 0x207 << 12 | 3, 4);
    ck_assert_uint_eq(covered_pages(), 8);
    /* It moves with its lower half; an end before its start is nothing. */
    gvirt_gpu_write(gpu, FENCE(3), 0x206 << 12 | VALID, 4);
    ck_assert_uint_eq(covered_pages(), 2);
    gvirt_gpu_write(gpu, FENCE(3), 0x208 << 12 | VALID, 4);
    ck_assert_uint_eq(covered_pages(), 0);
    gvirt_gpu_write(gpu, FENCE(3), 0x200 << 12 | VALID, 4);
    ck_assert_uint_eq(covered_pages(), 8);
    gvirt_gpu_write(gpu, FENCE(3), 0, 4);
    ck_assert_uint_eq(covered_pages(), 0);
    /* 64 bits at once. */
    gvirt_gpu_write(gpu, FENCE(31), (0x20full << 12 | 3) << 32 |
                    0x200 << 12 | VALID, 8);
    ck_assert_uint_eq(covered_pages(), 16);
    gvirt_gpu_reset(gpu);
    fakehost_map_ggtt(gpu, 0, 0x1000, MEMORY_HPA);
    ck_assert_uint_eq(covered_pages(), 0);
}
END_TEST

/* Two fences over the same pages: one of them, and the other when it goes. */
START_TEST(test_overlap)
{
    fence_set(5, 0x100, 16, 512, VALID);
    fence_set(2, 0x108, 16, 1024, VALID);
    ck_assert_uint_eq(covered_pages(), 24);
    fence_set(2, 0, 1, 512, 0);
    ck_assert_uint_eq(covered_pages(), 16);
    gvirt_gpu_aperture_write(gpu, 0x108000 + 512, 0xabcd, 2);
    ck_assert_uint_eq(fakehost_read32(fake, MEMORY_HPA + 0x108000 + 512),
                      0xabcd);
    fence_set(5, 0, 1, 512, 0);
    ck_assert_uint_eq(covered_pages(), 0);
}
END_TEST

START_TEST(test_host_is_told)
{
    fence_set(0, 0x40, 4, 512, VALID);
    ck_assert_uint_le(fake->aperture_first, 0x40);
    ck_assert_uint_ge(fake->aperture_first + fake->aperture_count, 0x44);
    fake->aperture_count = 0;
    gvirt_gpu_write(gpu, FENCE(0), 0x40 << 12 | VALID, 4);
    ck_assert_uint_eq(fake->aperture_count, 0);
    gvirt_gpu_write(gpu, FENCE(0), 0, 4);
    ck_assert_uint_le(fake->aperture_first, 0x40);
    ck_assert_uint_ge(fake->aperture_first + fake->aperture_count, 0x44);
}
END_TEST

/*
 * A region that ends inside a row of tiles must not lead out of itself: a
 * page behind it may be another guest's.
 */
START_TEST(test_contained)
{
    uint32_t pitch_B = 131072;
    uint64_t start = 0x300000;
    uint64_t linear;

    fence_set(1, start >> 12, 3, pitch_B, VALID);
    for (linear = 0; linear < 3 * 4096; linear += 4) {
        gvirt_gpu_aperture_write(gpu, start + linear, 0xffffffff, 4);
    }
    for (linear = 3 * 4096; linear < 64 * 4096; linear += 4) {
        ck_assert_uint_eq(fakehost_read32(fake, MEMORY_HPA + start + linear),
                          0);
    }
}
END_TEST

/* Pitches that are no whole tiles, ends behind the aperture, all fences. */
START_TEST(test_extremes)
{
    unsigned i;
    uint64_t at;
    uint32_t seed = 1;

    fakehost_map_ggtt(gpu, 0xfff0, 32, MEMORY_HPA + 0x2000000);
    for (i = 0; i < 20000; i++) {
        seed = seed * 1664525 + 1013904223;
        gvirt_gpu_write(gpu, FENCE(seed >> 24 & 31) + (seed >> 23 & 4),
                        seed << 7 ^ seed >> 5, 4);
        at = (uint64_t)(seed >> 3 & 0xfffffff);
        gvirt_gpu_aperture_write(gpu, at, seed, 1 << (seed & 3));
        gvirt_gpu_aperture_read(gpu, at, 1 << (seed & 3));
    }
    gvirt_gpu_write(gpu, FENCE(0) + 4, 0xfffff7ff, 4);
    gvirt_gpu_write(gpu, FENCE(0), VALID, 4);
    gvirt_gpu_aperture_write(gpu, GVIRT_APERTURE_SIZE_B - 8, seed, 8);
    gvirt_gpu_aperture_read(gpu, GVIRT_APERTURE_SIZE_B - 1, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fence");
    TCase *tests = tcase_create("fence");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_detile, 0, 4);
    tcase_add_test(tests, test_half_writes);
    tcase_add_test(tests, test_overlap);
    tcase_add_test(tests, test_host_is_told);
    tcase_add_test(tests, test_contained);
    tcase_add_test(tests, test_extremes);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
