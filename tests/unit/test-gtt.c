/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables, TLBs, faults, and the aperture above them.
 */
#include <string.h>

#include "../../hw/display/gvirt/gpu-internal.h"
#include "fakehost.h"
#include "suite.h"

#define GFX_FLSH_CNTL       0x101008u
#define RING_FAULT_RCS      0x4094u
#define RING_FAULT_BCS      0x4294u
#define RCS_GFX_MODE        0x229cu
#define RCS_PP_DIR_DCLV     0x2220u
#define RCS_PP_DIR_BASE     0x2228u
#define PPGTT_ENABLE        0x02000200u     /* masked */

static FakeHost *fake;
static GvirtGpu *gpu;
static GvirtEngine *rcs;

static void setup(void)
{
    fake = fakehost_new();
    gpu = fakehost_gpu(fake);
    rcs = &gpu->engine[GVIRT_RCS];
}

static void teardown(void)
{
    gvirt_gpu_free(gpu);
    fakehost_free(fake);
}

static void set_pte(uint32_t page, uint32_t pte)
{
    gvirt_gpu_write(gpu, GVIRT_GTT_BAR0_OFFSET + page * 4, pte, 4);
}

START_TEST(pte_window_holds_what_was_written)
{
    set_pte(0, 0x12345001);
    set_pte(GVIRT_GTT_ENTRIES - 1, 0xabcde7f1);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_GTT_BAR0_OFFSET, 4),
                      0x12345001);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_BAR0_SIZE_B - 4, 4),
                      0xabcde7f1);
    /* Two entries at once, as a write-combining CPU does it. */
    gvirt_gpu_write(gpu, GVIRT_GTT_BAR0_OFFSET + 64,
                    0x1111100122222001ull, 8);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_GTT_BAR0_OFFSET + 64, 4),
                      0x22222001);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_GTT_BAR0_OFFSET + 68, 4),
                      0x11111001);
    /* Half an entry leaves the other half. */
    gvirt_gpu_write(gpu, GVIRT_GTT_BAR0_OFFSET + 66, 0x7777, 2);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_GTT_BAR0_OFFSET + 64, 4),
                      0x77772001);
    /* Outside of BAR0: nothing. */
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_BAR0_SIZE_B - 4, 8), 0);
    gvirt_gpu_write(gpu, GVIRT_BAR0_SIZE_B, 1, 4);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_BAR0_SIZE_B - 2, 2), 0xabcd);
}
END_TEST

START_TEST(pte_address_has_39_bits)
{
    ck_assert_uint_eq(gvirt_pte_hpa(0xfffff001), 0xfffff000ull);
    ck_assert_uint_eq(gvirt_pte_hpa(0x000007f1), 0x7f00000000ull);
    /* Cacheability bits 3:1 and 11 are no address. */
    ck_assert_uint_eq(gvirt_pte_hpa(0x0000180f), 0x1000ull);
}
END_TEST

START_TEST(global_space_reads_and_writes_across_pages)
{
    uint8_t out[64], in[64];
    size_t i;

    for (i = 0; i < sizeof(out); i++) {
        out[i] = i * 7 + 1;
    }
    /* Neighbours in graphics memory, far apart in the machine's. */
    set_pte(0x300, 0x00400001);
    set_pte(0x301, 0x00900001);
    ck_assert(gvirt_mem_write(rcs, GVIRT_SPACE_GGTT, 0x300fe0, out,
                              sizeof(out)));
    fakehost_read(fake, 0x400fe0, in, 32);
    fakehost_read(fake, 0x900000, in + 32, 32);
    ck_assert_mem_eq(in, out, sizeof(out));
    memset(in, 0, sizeof(in));
    ck_assert(gvirt_mem_read(rcs, GVIRT_SPACE_GGTT, 0x300fe0, in,
                             sizeof(in)));
    ck_assert_mem_eq(in, out, sizeof(out));
}
END_TEST

START_TEST(missing_page_faults_once_and_is_contained)
{
    uint8_t buffer[8192];

    memset(buffer, 0xee, sizeof(buffer));
    set_pte(0x300, 0x00400001);
    set_pte(0x301, 0);
    fakehost_write32(fake, 0x400ffc, 0xc0ffee);
    ck_assert(!gvirt_mem_read(rcs, GVIRT_SPACE_GGTT, 0x300ffc, buffer, 8));
    ck_assert_uint_eq(buffer[0], 0xee);
    ck_assert_uint_eq(buffer[4] | buffer[5] | buffer[6] | buffer[7], 0);
    /* Global, address bits 31:12, valid. */
    ck_assert_uint_eq(gvirt_gpu_read(gpu, RING_FAULT_RCS, 4), 0x301801);
    /* A second fault does not hide the first. */
    gvirt_mem_write32(rcs, GVIRT_SPACE_GGTT, 0x5000000, 1);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, RING_FAULT_RCS, 4), 0x301801);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, RING_FAULT_BCS, 4), 0);
    ck_assert_uint_eq(gpu->stats.faults, 2);
    /* Software clears it, and the next one is recorded. */
    gvirt_gpu_write(gpu, RING_FAULT_RCS, 0, 4);
    gvirt_mem_write32(rcs, GVIRT_SPACE_GGTT, 0x5000000, 1);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, RING_FAULT_RCS, 4), 0x5000801);
    /* Beyond the end of the space, and beyond 32 bits. */
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_GGTT, 0x80000000,
                                      false, NULL));
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_PPGTT,
                                      0x100000000ull, true, NULL));
}
END_TEST

START_TEST(tlb_keeps_until_flushed)
{
    set_pte(0x300, 0x00400001);
    fakehost_write32(fake, 0x400000, 1);
    fakehost_write32(fake, 0x500000, 2);
    ck_assert_uint_eq(gvirt_mem_read32(rcs, GVIRT_SPACE_GGTT, 0x300000), 1);
    set_pte(0x300, 0x00500001);
    ck_assert_uint_eq(gvirt_mem_read32(rcs, GVIRT_SPACE_GGTT, 0x300000), 1);
    gvirt_gpu_write(gpu, GFX_FLSH_CNTL, 1, 4);
    ck_assert_uint_eq(gvirt_mem_read32(rcs, GVIRT_SPACE_GGTT, 0x300000), 2);
    /* The host's memory has moved: no old pointer is used. */
    set_pte(0x300, 0x00400001);
    gvirt_gpu_memory_changed(gpu);
    ck_assert_uint_eq(gvirt_mem_read32(rcs, GVIRT_SPACE_GGTT, 0x300000), 1);
}
END_TEST

/* A directory in slots from 0x7fe00, one table at 6 MiB. */
static void make_ppgtt(void)
{
    uint32_t slot = 0x7fe00;

    set_pte(slot + 3, 0x00600001);
    fakehost_write32(fake, 0x600000 + 5 * 4, 0x00700001);
    gvirt_gpu_write(gpu, RCS_PP_DIR_DCLV, 0xffffffff, 4);
    gvirt_gpu_write(gpu, RCS_PP_DIR_BASE, slot / 16 << 16, 4);
    gvirt_gpu_write(gpu, RCS_GFX_MODE, PPGTT_ENABLE, 4);
}

#define LOCAL_ADDR  (3u << 22 | 5u << 12)

START_TEST(local_space_walks_two_levels)
{
    make_ppgtt();
    fakehost_write32(fake, 0x700010, 0xfeed);
    ck_assert_uint_eq(gvirt_mem_read32(rcs, GVIRT_SPACE_PPGTT,
                                       LOCAL_ADDR + 0x10), 0xfeed);
    gvirt_mem_write32(rcs, GVIRT_SPACE_PPGTT, LOCAL_ADDR + 0x20, 0xbeef);
    ck_assert_uint_eq(fakehost_read32(fake, 0x700020), 0xbeef);
    /* The same address of the global space is another place. */
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_GGTT, LOCAL_ADDR,
                                      false, NULL));
}
END_TEST

START_TEST(local_faults_say_which_level)
{
    make_ppgtt();
    /* No entry in the table. */
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_PPGTT,
                                      LOCAL_ADDR + 0x1000, false, NULL));
    ck_assert_uint_eq(gvirt_gpu_read(gpu, RING_FAULT_RCS, 4) & 0xfff, 0x001);
    gvirt_gpu_write(gpu, RING_FAULT_RCS, 0, 4);
    /* No table in the directory. */
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_PPGTT, 9u << 22,
                                      false, NULL));
    ck_assert_uint_eq(gvirt_gpu_read(gpu, RING_FAULT_RCS, 4) & 0xfff, 0x003);
    gvirt_gpu_write(gpu, RING_FAULT_RCS, 0, 4);
    /* The cache line of the directory is not marked valid. */
    gvirt_gpu_write(gpu, RCS_PP_DIR_DCLV, 0xfffffffe, 4);
    gvirt_tlb_flush(rcs);
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_PPGTT, LOCAL_ADDR,
                                      false, NULL));
    ck_assert_uint_eq(gvirt_gpu_read(gpu, RING_FAULT_RCS, 4) & 0xfff, 0x005);
}
END_TEST

START_TEST(directory_at_the_end_of_the_table)
{
    make_ppgtt();
    /* The last directory would end behind the table: no slot, no crash. */
    gvirt_gpu_write(gpu, RCS_PP_DIR_BASE, 0xffff0000, 4);
    gvirt_tlb_flush(rcs);
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_PPGTT, 511u << 22,
                                      false, NULL));
}
END_TEST

START_TEST(table_outside_memory)
{
    make_ppgtt();
    set_pte(0x7fe03, 0x000007f1);       /* a table at 508 GiB */
    set_pte(0x310, 0x000007f1);
    gvirt_tlb_flush(rcs);
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_PPGTT, LOCAL_ADDR,
                                      false, NULL));
    ck_assert_ptr_null(gvirt_mem_page(rcs, GVIRT_SPACE_GGTT, 0x310000, true,
                                      NULL));
}
END_TEST

START_TEST(without_ppgtt_addresses_are_global)
{
    make_ppgtt();
    gvirt_gpu_write(gpu, RCS_GFX_MODE, 0x02000000, 4);
    set_pte(LOCAL_ADDR >> 12, 0x00800001);
    fakehost_write32(fake, 0x800000, 0x910b);
    ck_assert_uint_eq(gvirt_mem_read32(rcs, GVIRT_SPACE_PPGTT, LOCAL_ADDR),
                      0x910b);
}
END_TEST

START_TEST(aperture_goes_through_the_table)
{
    uint64_t hpa;

    set_pte(0x40, 0x00a00001);
    set_pte(0x41, 0x00c00001);
    gvirt_gpu_aperture_write(gpu, 0x40ffc, 0x1122334455667788ull, 8);
    ck_assert_uint_eq(fakehost_read32(fake, 0xa00ffc), 0x55667788);
    ck_assert_uint_eq(fakehost_read32(fake, 0xc00000), 0x11223344);
    ck_assert_uint_eq(gvirt_gpu_aperture_read(gpu, 0x40ffc, 8),
                      0x1122334455667788ull);
    ck_assert_uint_eq(gvirt_gpu_aperture_read(gpu, 0x40ffe, 1), 0x66);
    ck_assert(gvirt_gpu_aperture_page(gpu, 0x40, &hpa));
    ck_assert_uint_eq(hpa, 0xa00000);
    ck_assert(!gvirt_gpu_aperture_page(gpu, 0x42, &hpa));
    ck_assert(!gvirt_gpu_aperture_page(gpu, GVIRT_APERTURE_PAGES, &hpa));
    ck_assert_uint_eq(gvirt_gpu_aperture_read(gpu, GVIRT_APERTURE_SIZE_B - 4,
                                              8), 0);
}
END_TEST

START_TEST(host_hears_of_changed_aperture_pages)
{
    fake->aperture_count = 0;
    set_pte(0x40, 0x00a00001);
    ck_assert_uint_eq(fake->aperture_first, 0x40);
    ck_assert_uint_eq(fake->aperture_count, 1);
    fake->aperture_count = 0;
    set_pte(0x40, 0x00a00001);          /* the same: no news */
    ck_assert_uint_eq(fake->aperture_count, 0);
    set_pte(GVIRT_APERTURE_PAGES, 0x00a00001);
    ck_assert_uint_eq(fake->aperture_count, 0);
}
END_TEST

START_TEST(fenced_page_is_not_mapped_through)
{
    uint64_t hpa;

    set_pte(0x100, 0x00a00001);
    ck_assert(gvirt_gpu_aperture_page(gpu, 0x100, &hpa));
    fake->aperture_count = 0;
    /* Fence 0 over 64 KiB at 1 MiB, X tiled, pitch 512. */
    gvirt_gpu_write(gpu, 0x100004, 0x0010f000 | 3, 4);
    gvirt_gpu_write(gpu, 0x100000, 0x00100000 | 1, 4);
    ck_assert_uint_ge(fake->aperture_count, 16);
    ck_assert(!gvirt_gpu_aperture_page(gpu, 0x100, &hpa));
    gvirt_gpu_write(gpu, 0x100000, 0, 4);
    ck_assert(gvirt_gpu_aperture_page(gpu, 0x100, &hpa));
}
END_TEST

START_TEST(io_ports_reach_registers_by_index)
{
    set_pte(0x10, 0x00123001);
    gvirt_gpu_io_write(gpu, 0, GVIRT_GTT_BAR0_OFFSET + 0x40, 4);
    ck_assert_uint_eq(gvirt_gpu_io_read(gpu, 4, 4), 0x00123001);
    gvirt_gpu_io_write(gpu, 4, 0x00456001, 4);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_GTT_BAR0_OFFSET + 0x40, 4),
                      0x00456001);
    /* An index beyond BAR0 is cut, never an access outside. */
    gvirt_gpu_io_write(gpu, 0, 0xffffffff, 4);
    ck_assert_uint_lt(gvirt_gpu_io_read(gpu, 0, 4), GVIRT_BAR0_SIZE_B);
    gvirt_gpu_io_read(gpu, 4, 4);
}
END_TEST

START_TEST(reset_clears_tables)
{
    set_pte(0x40, 0x00a00001);
    gvirt_gpu_reset(gpu);
    ck_assert_uint_eq(gvirt_gpu_read(gpu, GVIRT_GTT_BAR0_OFFSET + 0x100, 4),
                      0);
    ck_assert_uint_eq(fake->aperture_count, GVIRT_APERTURE_PAGES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gtt");
    TCase *tcase = tcase_create("gtt");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, pte_window_holds_what_was_written);
    tcase_add_test(tcase, pte_address_has_39_bits);
    tcase_add_test(tcase, global_space_reads_and_writes_across_pages);
    tcase_add_test(tcase, missing_page_faults_once_and_is_contained);
    tcase_add_test(tcase, tlb_keeps_until_flushed);
    tcase_add_test(tcase, local_space_walks_two_levels);
    tcase_add_test(tcase, local_faults_say_which_level);
    tcase_add_test(tcase, directory_at_the_end_of_the_table);
    tcase_add_test(tcase, table_outside_memory);
    tcase_add_test(tcase, without_ppgtt_addresses_are_global);
    tcase_add_test(tcase, aperture_goes_through_the_table);
    tcase_add_test(tcase, host_hears_of_changed_aperture_pages);
    tcase_add_test(tcase, fenced_page_is_not_mapped_through);
    tcase_add_test(tcase, io_ports_reach_registers_by_index);
    tcase_add_test(tcase, reset_clears_tables);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
