/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mediator without its engines: partition, PVINFO, registers, the shared
 * shadow of the global table, the aperture and its fences.
 */
#include "mediator-fixture.h"
#include "suite.h"

static void setup(void)
{
    mediator_start(false);
}

static void setup_two(void)
{
    mediator_start(false);
    guest_new(0);
    guest_new(1);
}

static void setup_swizzling(void)
{
    swizzling = true;
    setup_two();
    guest_start(0);
    guest_start(1);
}

static void teardown(void)
{
    mediator_stop();
    swizzling = false;
}

START_TEST(test_one_gets_all)
{
    GvirtVgpuConfig config = guest_config(0, 0, 0, 0);
    GvirtPartitionLeft left;

    ck_assert(guest_new_with(0, &config, NULL));
    ck_assert_uint_eq(guest[0].low_page, 0);
    ck_assert_uint_eq(guest[0].low_pages, GVIRT_APERTURE_PAGES);
    ck_assert_uint_eq(guest[0].high_page, GVIRT_APERTURE_PAGES);
    /* All but what the mediator keeps for itself. */
    ck_assert_uint_eq(guest[0].high_pages, 0x80000 - 0x10000 - 0x4000);
    ck_assert_uint_eq(guest[0].fences, 32);
    gvirt_mediator_left(mediator, &left);
    ck_assert_uint_eq(left.low_gm_B, 0);
    ck_assert_uint_eq(left.high_gm_B, 0);
    ck_assert_uint_eq(left.fences, 0);
}
END_TEST

START_TEST(test_partition_is_disjoint)
{
    ck_assert_uint_eq(guest[0].low_pages, 0x4000);
    ck_assert_uint_eq(guest[1].low_page, guest[0].low_page + 0x4000);
    ck_assert_uint_eq(guest[1].high_page, guest[0].high_page + 0x10000);
    ck_assert_uint_eq(guest[0].fences, 8);
    ck_assert_uint_ne(gvirt_vgpu_id(guest[0].vgpu),
                      gvirt_vgpu_id(guest[1].vgpu));
}
END_TEST

/* Refused in one line that says what is left; nothing is taken. */
START_TEST(test_over_commitment)
{
    GvirtVgpuConfig config = guest_config(2, 0, 256 << 20, 4);
    GvirtPartitionLeft before, after;
    char *error = NULL;

    gvirt_mediator_left(mediator, &before);
    config.low_gm_B = before.low_gm_B + 1;
    ck_assert(!guest_new_with(2, &config, &error));
    ck_assert_ptr_nonnull(error);
    ck_assert_ptr_nonnull(strstr(error, "128 MiB of low graphics memory"));
    ck_assert_ptr_null(strchr(error, '\n'));
    g_clear_pointer(&error, g_free);

    config = guest_config(2, 1 << 20, 1 << 20, 17);
    ck_assert(!guest_new_with(2, &config, &error));
    ck_assert_ptr_nonnull(strstr(error, "16 fences"));
    g_clear_pointer(&error, g_free);

    config = guest_config(2, 1 << 20, 4ull << 30, 1);
    ck_assert(!guest_new_with(2, &config, &error));
    ck_assert_ptr_nonnull(strstr(error, "high graphics memory"));
    g_clear_pointer(&error, g_free);
    gvirt_mediator_left(mediator, &after);
    ck_assert_mem_eq(&before, &after, sizeof(before));
}
END_TEST

START_TEST(test_bad_configs)
{
    struct {
        GvirtVgpuConfig config;
        const char *word;
    } bad[5];
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        bad[i].config = guest_config(2, 1 << 20, 1 << 20, 1);
    }
    bad[0].config.weight = 0;
    bad[0].word = "weight";
    bad[1].config.cap_percent = 101;
    bad[1].word = "cap";
    bad[2].config.window_hpa = OWN_HPA - 0x1000;
    bad[2].word = "overlaps";
    bad[3].config.window_size_B = 1ull << 40;
    bad[3].word = "window";
    bad[4].config.fences = 33;
    bad[4].word = "fences";
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        char *error = NULL;

        ck_assert(!guest_new_with(2, &bad[i].config, &error));
        ck_assert_msg(strstr(error, bad[i].word), "%s", error);
        g_free(error);
        ck_assert(!guest_new_with(2, &bad[i].config, NULL));
    }
}
END_TEST

/* What one gives back, the next can have. */
START_TEST(test_place_is_reused)
{
    uint32_t low = guest[0].low_page;
    GvirtPartitionLeft before, after;

    gvirt_mediator_left(mediator, &before);
    gvirt_vgpu_free(guest[0].vgpu);
    guest_new(0);
    gvirt_mediator_left(mediator, &after);
    ck_assert_uint_eq(guest[0].low_page, low);
    ck_assert_mem_eq(&before, &after, sizeof(before));
}
END_TEST

/* As i915 looks at it: i915_vgpu.c. */
START_TEST(test_pvinfo)
{
    Guest *g = &guest[1];

    ck_assert(gvirt_vgpu_read(g->vgpu, 0x78000, 8) == 0x4776544776544776ull);
    ck_assert_uint_eq(gvirt_vgpu_read(g->vgpu, 0x78008, 2), 1);
    ck_assert_uint_eq(rd(g, 0x7800c), gvirt_vgpu_id(g->vgpu));
    ck_assert_uint_eq(rd(g, 0x78010) & 4, 4);
    wr(g, 0x78804, 1);
    ck_assert_uint_eq(rd(g, 0x78804), 1);
    ck_assert_uint_eq(fake->guest_errors, 0);
    wr(g, 0x78044, 0x10000000);
    ck_assert_uint_eq(rd(g, 0x78044) >> 12, g->low_pages);
    ck_assert_uint_eq(fake->guest_errors, 1);
    ck_assert_uint_eq(hw(0x78000), 0);
}
END_TEST

START_TEST(test_ggtt_translation)
{
    Guest *g = &guest[1];
    uint32_t page = g->high_page + 5;
    uint32_t offset = GVIRT_GTT_BAR0_OFFSET + page * 4;

    wr(g, offset, pte_of(0x123000) | 0x806);
    ck_assert_uint_eq(rd(g, offset), pte_of(0x123000) | 0x806);
    ck_assert_uint_eq(hw_pte(page), pte_of(WINDOW_HPA(1) + 0x123000) | 0x806);
    /* In two halves of eight bytes, and by bytes. */
    gvirt_vgpu_write(g->vgpu, offset, (uint64_t)pte_of(0x5000) << 32 |
                     pte_of(0x4000), 8);
    ck_assert_uint_eq(hw_pte(page), pte_of(WINDOW_HPA(1) + 0x4000));
    ck_assert_uint_eq(hw_pte(page + 1), pte_of(WINDOW_HPA(1) + 0x5000));
    gvirt_vgpu_write(g->vgpu, offset + 1, 0x60, 1);
    ck_assert_uint_eq(hw_pte(page), pte_of(WINDOW_HPA(1) + 0x6000));
    wr(g, offset, 0);
    ck_assert_uint_eq(hw_pte(page), 0);
    ck_assert_uint_eq(fake->guest_errors, 0);
}
END_TEST

/* Entries of others, the mediator's, or of pages that the guest has not. */
START_TEST(test_ggtt_breach)
{
    Guest *g = &guest[0];
    const uint32_t outside[] = {
        guest[1].low_page, guest[1].high_page + 7, 0x7ffff, 0x7c000, 0x7e000,
    };
    const uint64_t beyond[] = {
        WINDOW_SIZE_B, WINDOW_SIZE_B + 0x1000, WINDOW_HPA(1) - WINDOW_HPA(0),
        OWN_HPA - WINDOW_HPA(0), GVIRT_HPA_MASK & ~0xfffull,
        (1ull << 39) - WINDOW_HPA(0),
    };
    unsigned i;

    gm_map(&guest[1], outside[0], 1, 0x77000);
    for (i = 0; i < G_N_ELEMENTS(outside); i++) {
        uint32_t before = hw_pte(outside[i]);

        wr(g, GVIRT_GTT_BAR0_OFFSET + outside[i] * 4, pte_of(0x1000));
        ck_assert_uint_eq(hw_pte(outside[i]), before);
        ck_assert_uint_eq(rd(g, GVIRT_GTT_BAR0_OFFSET + outside[i] * 4), 0);
    }
    for (i = 0; i < G_N_ELEMENTS(beyond); i++) {
        uint32_t page = g->low_page + i;

        wr(g, GVIRT_GTT_BAR0_OFFSET + page * 4, pte_of(beyond[i]));
        ck_assert_uint_eq(hw_pte(page), 0);
        ck_assert_uint_eq(rd(g, GVIRT_GTT_BAR0_OFFSET + page * 4),
                          pte_of(beyond[i]));
    }
    /* The last page of the window is the guest's, though. */
    gm_map(g, g->low_page, 1, WINDOW_SIZE_B - 0x1000);
    ck_assert_uint_eq(hw_pte(g->low_page),
                      pte_of(WINDOW_HPA(0) + WINDOW_SIZE_B - 0x1000));
    /* At the very end of BAR0 an access of eight bytes stays inside. */
    gvirt_vgpu_write(g->vgpu, GVIRT_BAR0_SIZE_B - 4, ~0ull, 8);
    ck_assert_uint_eq(gvirt_vgpu_read(g->vgpu, GVIRT_BAR0_SIZE_B - 4, 8), 0);
    gvirt_vgpu_write(g->vgpu, GVIRT_BAR0_SIZE_B - 1, ~0ull, 1);
}
END_TEST

START_TEST(test_aperture)
{
    Guest *g = &guest[1];
    uint64_t offset = (uint64_t)g->low_page << 12;
    uint64_t hpa;

    ck_assert(!gvirt_vgpu_aperture_page(g->vgpu, g->low_page, &hpa));
    gm_map(g, g->low_page, 2, 0x300000);
    ck_assert_uint_eq(g->host.aperture_first, g->low_page + 1);
    ck_assert(gvirt_vgpu_aperture_page(g->vgpu, g->low_page, &hpa));
    ck_assert(hpa == WINDOW_HPA(1) + 0x300000);
    /* Not through the other's door. */
    ck_assert(!gvirt_vgpu_aperture_page(guest[0].vgpu, g->low_page, &hpa));

    gvirt_vgpu_aperture_write(g->vgpu, offset + 0xffc, 0x1122334455667788, 8);
    ck_assert_uint_eq(mem(g, 0x300ffc), 0x55667788);
    ck_assert_uint_eq(mem(g, 0x301000), 0x11223344);
    ck_assert(gvirt_vgpu_aperture_read(g->vgpu, offset + 0xffc, 8) ==
              0x1122334455667788);
    ck_assert_uint_eq(gvirt_vgpu_aperture_read(guest[0].vgpu, offset + 0xffc,
                                               4), 0);
    gvirt_vgpu_aperture_write(guest[0].vgpu, offset - 4, ~0ull, 8);
    gvirt_vgpu_aperture_write(guest[0].vgpu, offset + 0xffc, 0, 4);
    gvirt_vgpu_aperture_write(guest[0].vgpu, UINT64_MAX - 3, 0, 8);
    ck_assert_uint_eq(mem(g, 0x300ffc), 0x55667788);
    ck_assert_uint_eq(mem(g, 0x300000), 0);
    ck_assert_uint_eq(stats(g).aperture_traps, 2);

    /* Other memory in the windows: each maps its own part anew. */
    gvirt_mediator_memory_changed(mediator);
    ck_assert_uint_eq(g->host.aperture_first, g->low_page);
    ck_assert_uint_eq(g->host.aperture_pages,
                      gvirt_vgpu_read(g->vgpu, 0x78044, 4) >> 12);
    ck_assert_uint_eq(guest[0].host.aperture_first, guest[0].low_page);
}
END_TEST

/* A fence of the guest detiles for it, and only there. */
START_TEST(test_fence)
{
    Guest *g = &guest[1];
    uint64_t start = (uint64_t)(g->low_page + 0x10) << 12;
    unsigned first = 8;         /* of the hardware's: after the other's */
    uint64_t hpa;

    gm_map(g, g->low_page + 0x10, 2, 0x400000);
    wr(g, 0x100000, 0);
    wr(g, 0x100004, (uint32_t)(start + 0x1000) | (1024 / 128 - 1));
    wr(g, 0x100000, (uint32_t)start | 1);
    ck_assert_uint_eq(hw(0x100000 + first * 8), (uint32_t)start | 1);
    ck_assert_uint_eq(rd(g, 0x100000), (uint32_t)start | 1);
    ck_assert_uint_eq(hw(0x100000), 0);
    ck_assert(!gvirt_vgpu_aperture_page(g->vgpu, g->low_page + 0x10, &hpa));
    ck_assert(!gvirt_vgpu_aperture_page(g->vgpu, g->low_page + 0x11, &hpa));
    /* X tiles of 512 bytes: byte 512 of row 0 is in the second tile. */
    gvirt_vgpu_aperture_write(g->vgpu, start + 512, 0xabcd, 4);
    ck_assert_uint_eq(mem(g, 0x401000), 0xabcd);
    wr(g, 0x100000, 0);
    ck_assert(gvirt_vgpu_aperture_page(g->vgpu, g->low_page + 0x10, &hpa));
    ck_assert_uint_eq(g->host.aperture_first, g->low_page + 0x10);
    ck_assert_uint_eq(g->host.aperture_pages, 2);

    /* One that reaches into the other's memory stays off. */
    wr(g, 0x100008 + 4, (guest[1].low_page << 12) | 7);
    wr(g, 0x100008, (guest[0].low_page << 12) | 1);
    ck_assert_uint_eq(hw(0x100000 + (first + 1) * 8) & 1, 0);
    /* And the ninth is none of its. */
    wr(g, 0x100000 + 8 * 8, (uint32_t)start | 1);
    ck_assert_uint_eq(hw(0x100000 + (first + 8) * 8), 0);
    ck_assert_uint_eq(rd(g, 0x100000 + 8 * 8), 0);
}
END_TEST

/*
 * Where the DIMMs match, blitter and aperture agree on bit 6, whatever a
 * guest has written to its own TILECTL and ARB_MODE, and for all guests.
 */
START_TEST(test_swizzle)
{
    unsigned n;

    for (n = 0; n < 4; n++) {
        Guest *g = &guest[n % 2];
        uint32_t start = (g->low_page + 0x10) << 12;
        uint32_t color = 0xc0107000 + n;
        bool on = n > 1;

        ck_assert_uint_eq(rd(g, 0x145004), rd(g, 0x145008));
        wr(g, 0x101000, on);
        wr(g, 0x4030, 0x200000 | on << 5);
        ck_assert_uint_eq(rd(g, 0x101000), on);
        ck_assert_uint_eq(rd(g, 0x4030), on << 5);
        gm_map(g, g->low_page + 0x10, 2, GPA_DATA);
        wr(g, 0x100004, (start + 0x1000) | (1024 / 128 - 1));
        wr(g, 0x100000, start | 1);
        /* XY_COLOR_BLT of the first pixel in row 1 of X tiles. */
        emit(g, GVIRT_BCS, 0x54300804);
        emit(g, GVIRT_BCS, 0x03f00000 | 1024 / 4);
        emit(g, GVIRT_BCS, 1 << 16);
        emit(g, GVIRT_BCS, 2 << 16 | 1);
        emit(g, GVIRT_BCS, 0);
        emit(g, GVIRT_BCS, color);
        submit(g, GVIRT_BCS);
        settle(MS(5));
        ck_assert_uint_eq(mem(g, GPA_DATA + 512 + 64), color);
        ck_assert_uint_eq(gvirt_vgpu_aperture_read(g->vgpu, start + 1024, 4),
                          color);
    }
}
END_TEST

/* Registers are each guest's own, and none reaches the idle hardware. */
START_TEST(test_registers_are_own)
{
    const uint32_t offsets[] = {
        0x2038, 0x2098, 0x20c0, 0x229c, 0x44004, 0x4401c, 0x45404, 0xa188,
        0xc5100, 0x60000, 0x70180, 0xb038, 0x7000,
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(offsets); i++) {
        uint32_t before = hw(offsets[i]);
        uint32_t other = rd(&guest[1], offsets[i]);

        wr(&guest[0], offsets[i], ~other);
        ck_assert_msg(hw(offsets[i]) == before, "0x%x", offsets[i]);
        ck_assert_msg(rd(&guest[1], offsets[i]) == other, "0x%x", offsets[i]);
    }
    wr(&guest[0], 0xb038, 0x08000000);
    ck_assert_uint_eq(rd(&guest[0], 0xb038), 0x08000000);
}
END_TEST

START_TEST(test_io_port)
{
    Guest *g = &guest[0];

    gvirt_vgpu_io_write(g->vgpu, 0, 0xb038, 4);
    gvirt_vgpu_io_write(g->vgpu, 4, 0x08000000, 4);
    ck_assert_uint_eq(rd(g, 0xb038), 0x08000000);
    ck_assert_uint_eq(gvirt_vgpu_io_read(g->vgpu, 4, 4), 0x08000000);
    gvirt_vgpu_io_write(g->vgpu, 0, 0xfffffffc, 4);
    gvirt_vgpu_io_write(g->vgpu, 4, 1, 4);
    ck_assert_uint_eq(gvirt_vgpu_io_read(g->vgpu, 4, 4), 0);
    ck_assert_uint_eq(gvirt_vgpu_io_read(g->vgpu, 60, 4), 0);
}
END_TEST

START_TEST(test_forcewake_is_virtual)
{
    Guest *g = &guest[0];

    wr(g, 0xa188, 0x00010001);
    ck_assert_uint_eq(rd(g, 0x130044) & 1, 1);
    ck_assert_uint_eq(rd(&guest[1], 0x130044) & 1, 0);
    wr(g, 0xa188, 0x00010000);
    ck_assert_uint_eq(rd(g, 0x130044) & 1, 0);
    /* The mediator never lets the hardware sleep. */
    ck_assert_uint_eq(hw(0x130044) & 1, 1);
}
END_TEST

/* A guest's reset gives back its entries and fences, not the others'. */
START_TEST(test_reset)
{
    gm_map(&guest[0], guest[0].low_page, 4, 0x1000);
    gm_map(&guest[1], guest[1].low_page, 4, 0x1000);
    wr(&guest[0], 0xb038, 5);
    gvirt_vgpu_reset(guest[0].vgpu);
    ck_assert_uint_eq(hw_pte(guest[0].low_page), 0);
    ck_assert_uint_eq(hw_pte(guest[1].low_page),
                      pte_of(WINDOW_HPA(1) + 0x1000));
    ck_assert_uint_eq(rd(&guest[0], 0xb038), 0);
    ck_assert_uint_eq(rd(&guest[0], 0x78050), 8);
    ck_assert_uint_eq(rd(&guest[0], GVIRT_GTT_BAR0_OFFSET +
                                    guest[0].low_page * 4), 0);
}
END_TEST

/* 1024x768 on DDI B, as i915 programs it (hsw_crtc_enable). */
static void light(Guest *g, uint32_t surface_ggtt)
{
    GvirtMonitor monitor = {
        .kind = GVIRT_MONITOR_HDMI,
        .connected = true,
        .edid_size_B = 128,
    };

    gvirt_vgpu_set_monitor(g->vgpu, GVIRT_PORT_B, &monitor);
    wr(g, 0x46040, 0xb0200a15);
    wr(g, 0x46104, 4u << 29);
    wr(g, 0x46140, 2u << 29);
    wr(g, 0x60000, 1183u << 16 | 1023);
    wr(g, 0x60004, 1183u << 16 | 1023);
    wr(g, 0x60008, 1103u << 16 | 1071);
    wr(g, 0x6000c, 797u << 16 | 767);
    wr(g, 0x60010, 797u << 16 | 767);
    wr(g, 0x60014, 774u << 16 | 770);
    wr(g, 0x6001c, 1023u << 16 | 767);
    wr(g, 0x60400, 1u << 31 | 1u << 28);
    wr(g, 0x64100, 1u << 31);
    wr(g, 0x70008, 1u << 31);
    wr(g, 0x70188, 4096);
    wr(g, 0x70180, 1u << 31 | 6u << 26);    /* 8:8:8:8 */
    wr(g, 0x7019c, surface_ggtt);
}

/* Each has a display of its own: vblanks, counters, pictures. */
START_TEST(test_display)
{
    Guest *g = &guest[1];
    uint32_t width = 0, height = 0, frame;
    pixman_region32_t damage;
    pixman_image_t *image;
    unsigned i, vblanks = 0;

    wr(g, 0x44004, 0xffffffff);
    wr(g, 0x4400c, 0x80000001);
    gm_map(g, g->low_page, 768, 0x400000);
    mem_set(g, 0x400000 + 5 * 4096 + 7 * 4, 0x00123456);
    light(g, g->low_page << 12);
    settle(MS(100));
    ck_assert(!g->host.level);
    frame = rd(g, 0x70040);
    ck_assert_uint_ge(frame, 5);

    wr(g, 0x44004, ~1u);
    for (i = 0; i < 100; i++) {
        settle(MS(1));
        if (g->host.level) {
            vblanks++;
            ck_assert_uint_eq(rd(g, 0x44008), 1);
            wr(g, 0x44008, 1);
            ck_assert(!g->host.level);
        }
    }
    /* 82.285 MHz over 1184 x 798: 87 a second. */
    ck_assert_uint_ge(vblanks, 8);
    ck_assert_uint_le(vblanks, 9);
    ck_assert(!guest[0].host.level);
    ck_assert_uint_eq(rd(&guest[0], 0x70040), 0);
    ck_assert_uint_eq(hw(0x70008), 0);

    ck_assert(gvirt_vgpu_display_mode(g->vgpu, GVIRT_PORT_B, &width,
                                      &height));
    ck_assert_uint_eq(width, 1024);
    ck_assert_uint_eq(height, 768);
    image = pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height, NULL, 0);
    pixman_region32_init(&damage);
    ck_assert(gvirt_vgpu_display_draw(g->vgpu, GVIRT_PORT_B, image, true,
                                      &damage));
    ck_assert_uint_eq(pixman_image_get_data(image)[5 * 1024 + 7] & 0xffffff,
                      0x123456);
    pixman_region32_fini(&damage);
    pixman_image_unref(image);
    ck_assert(!gvirt_vgpu_display_mode(guest[0].vgpu, GVIRT_PORT_B, &width,
                                       &height));
}
END_TEST

/* What LCPLL clocks, and no PLL of the port, stands still without it. */
START_TEST(test_display_clock)
{
    Guest *g = &guest[1];
    uint32_t width, height;

    light(g, g->low_page << 12);
    wr(g, 0x46104, 1u << 29);
    ck_assert(gvirt_vgpu_display_mode(g->vgpu, GVIRT_PORT_B, &width,
                                      &height));
    wr(g, 0x130040, rd(g, 0x130040) | 1u << 31);
    ck_assert(!gvirt_vgpu_display_mode(g->vgpu, GVIRT_PORT_B, &width,
                                       &height));
    wr(g, 0x130040, rd(g, 0x130040) & ~(1u << 31));
    ck_assert(gvirt_vgpu_display_mode(g->vgpu, GVIRT_PORT_B, &width,
                                      &height));
}
END_TEST

/* All offsets, odd sizes: nothing falls over, nothing of others changes. */
START_TEST(test_any_access)
{
    GRand *rand = g_rand_new_with_seed(7);
    uint32_t before, i;

    gm_map(&guest[1], guest[1].low_page, 1, 0x1000);
    before = hw_pte(guest[1].low_page);
    for (i = 0; i < 200000; i++) {
        uint32_t offset = g_rand_int_range(rand, 0, GVIRT_BAR0_SIZE_B + 16);
        unsigned size_B = 1u << g_rand_int_range(rand, 0, 4);

        if (i & 1) {
            gvirt_vgpu_read(guest[0].vgpu, offset, size_B);
        } else {
            gvirt_vgpu_write(guest[0].vgpu, offset, g_rand_int(rand), size_B);
        }
    }
    g_rand_free(rand);
    settle(MS(50));
    ck_assert_uint_eq(hw_pte(guest[1].low_page), before);
}
END_TEST

static TCase *tcase(const char *name, void (*before)(void))
{
    TCase *tc = tcase_create(name);

    tcase_add_checked_fixture(tc, before, teardown);
    return tc;
}

int main(void)
{
    Suite *suite = suite_create("mediator");
    TCase *tc = tcase("alone", setup);

    tcase_add_test(tc, test_one_gets_all);
    suite_add_tcase(suite, tc);
    tc = tcase("two", setup_two);
    tcase_add_test(tc, test_partition_is_disjoint);
    tcase_add_test(tc, test_over_commitment);
    tcase_add_test(tc, test_bad_configs);
    tcase_add_test(tc, test_place_is_reused);
    tcase_add_test(tc, test_pvinfo);
    tcase_add_test(tc, test_ggtt_translation);
    tcase_add_test(tc, test_ggtt_breach);
    tcase_add_test(tc, test_aperture);
    tcase_add_test(tc, test_fence);
    tcase_add_test(tc, test_registers_are_own);
    tcase_add_test(tc, test_io_port);
    tcase_add_test(tc, test_forcewake_is_virtual);
    tcase_add_test(tc, test_reset);
    tcase_add_test(tc, test_display);
    tcase_add_test(tc, test_display_clock);
    tcase_add_test(tc, test_any_access);
    suite_add_tcase(suite, tc);
    tc = tcase("swizzling", setup_swizzling);
    tcase_add_test(tc, test_swizzle);
    suite_add_tcase(suite, tc);
    return suite_main(suite);
}
