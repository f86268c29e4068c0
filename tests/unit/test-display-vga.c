/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the analog port: the sideband and the PCH's clocks, training of
 * FDI, transcoder and underruns, load detection, DDC. The order of writes is
 * that of i915's hsw_fdi_link_train() and hsw_crtc_enable().
 */
#include "display-fixture.h"

#define DAC_CTL         0xe1100u
#define DAC_HPD_BITS    0x00f40000u     /* as i915 sets them */
#define DAC_HPD_ENABLE  (1u << 23)
#define DAC_FORCE       (1u << 16)
#define DAC_STATUS      (3u << 24)

#define TP_CTL          0x64440u
#define TP_STATUS       0x64444u
#define TP_AUTO         (1u << 15)
#define TP_ENHANCED     (1u << 18)
#define TP_NORMAL       (3u << 8)
#define TP_DONE         (1u << 12)
#define BUF_CTL         0x64400u
#define PORT_CLK        0x46110u

#define RX_CTL          0xf000cu
#define RX_MISC         0xf0010u
#define RX_IIR          0xf0014u
#define RX_IMR          0xf0018u
#define RX_TU           0xf0030u
#define RX_PLL          (1u << 13)
#define RX_AUTO         (1u << 10)
#define RX_ENHANCED     (1u << 6)
#define RX_PCDCLK       (1u << 4)
#define RX_X2           (1u << 19)
#define RX_LOCKED       0x700u
#define MISC_DOWN       (2u << 24 | 2u << 26)
#define MISC_TIMES      0x00200090u

#define TRANS_CONF      0xf0008u
#define TRANS_STATE     (1u << 30)
#define PIXCLK_GATE     0xc6020u
#define SERR_INT        0xc4040u
#define SPLL_CTL        0x46020u
#define SPLL_1350       (ON | 1u << 28 | 1u << 26)

#define CRT_IRQ         (1u << 19)
#define ERROR_IRQ       (1u << 16)
#define FDI_IRQ         (1u << 0)

/* 172.8 GHz by (39 + 2) * 64 + 34. */
#define PIXEL_KHZ       65011u
#define LINK_N          0x80000u

static bool sbi(uint32_t reg, uint32_t op, uint32_t *data)
{
    wr(0xc6000, reg << 16);
    wr(0xc6004, *data);
    wr(0xc6008, op | 1);
    ck_assert_uint_eq(rd(0xc6008) & 1, 0);
    *data = rd(0xc6004);
    return !(rd(0xc6008) & 2);
}

static void iclk_write(uint32_t reg, uint32_t value)
{
    ck_assert(sbi(reg, 0x700, &value));
}

static uint32_t iclk_read(uint32_t reg)
{
    uint32_t value = 0;

    ck_assert(sbi(reg, 0x600, &value));
    return value;
}

START_TEST(test_sbi)
{
    uint32_t data, i;

    /* CLKOUT_DP and the CRT's clock are off after reset, DPNS is on. */
    ck_assert_uint_eq(iclk_read(0x020c) & 1, 1);
    ck_assert_uint_eq(iclk_read(0x060c) & 1, 1);
    ck_assert_uint_eq(iclk_read(0x050c) & 1, 0);
    ck_assert_uint_eq(iclk_read(0x2b00) & 1, 1);
    ck_assert_uint_eq(iclk_read(0x0200) >> 1 & 0x7f, 0x12);

    iclk_write(0x020c, 8);
    ck_assert_uint_eq(iclk_read(0x020c), 8);
    /* The other unit has registers of its own. */
    data = 0;
    ck_assert(sbi(0x020c, 0x10200, &data));
    ck_assert_uint_eq(data, 0);
    data = 99;
    ck_assert(sbi(0x020c, 0x10300, &data));
    ck_assert_uint_eq(iclk_read(0x020c), 8);
    /* Propagation is done by the next look. */
    iclk_write(0x0600, 0x25);
    ck_assert_uint_eq(iclk_read(0x0600), 0x24);
    ck_assert(!sbi(0x0600, 0x100, &data));
    ck_assert(sbi(0x0600, 0x600, &data));

    for (i = 0; i < 0x10000; i++) {
        iclk_write(i, i);
    }
    ck_assert_uint_gt(fake->guest_errors, 0);
    iclk_write(0x020c, 7);
    ck_assert_uint_eq(iclk_read(0x020c), 7);
    gvirt_display_reset(display);
    ck_assert_uint_eq(iclk_read(0x1234), 0);
    ck_assert_uint_eq(iclk_read(0x020c), 1);
}
END_TEST

/* The FDI mPHY's reset answers, both ways. */
START_TEST(test_mphy_reset)
{
    wr(0xc2004, 1u << 12);
    ck_assert_uint_eq(rd(0xc2004), 3u << 12);
    wr(0xc2004, 1u << 13);
    ck_assert_uint_eq(rd(0xc2004), 0);
}
END_TEST

/* lpt_enable_clkout_dp() and SPLL: the reference, and what stands on it. */
static void clocks_on(void)
{
    iclk_write(0x0200, 0x25);
    iclk_write(0x020c, 8);
    iclk_write(0x020c, 0);
    iclk_write(0x2a00, 1);
    wr(SPLL_CTL, SPLL_1350);
}

static void receiver_prepare(uint32_t lanes)
{
    wr(RX_MISC, MISC_DOWN | MISC_TIMES);
    wr(RX_CTL, RX_ENHANCED | RX_PLL | lanes);
    wr(RX_CTL, RX_ENHANCED | RX_PLL | RX_PCDCLK | lanes);
    wr(PORT_CLK, 3u << 29);
}

static bool train(uint32_t buf, uint32_t rx)
{
    wr(TP_CTL, ON | TP_AUTO | TP_ENHANCED);
    wr(BUF_CTL, ON | buf);
    wr(RX_TU, 63u << 25);
    wr(RX_CTL, ON | RX_ENHANCED | RX_PLL | RX_PCDCLK | RX_AUTO | rx);
    ck_assert_uint_eq(rd(TP_STATUS) & TP_DONE, 0);
    wr(RX_MISC, MISC_TIMES);
    return rd(TP_STATUS) & TP_DONE;
}

static void link_up(void)
{
    clocks_on();
    receiver_prepare(RX_X2);
    ck_assert(train(1u << 1, RX_X2));
    wr(TP_CTL, ON | TP_AUTO | TP_ENHANCED | TP_NORMAL);
}

START_TEST(test_train)
{
    clocks_on();
    receiver_prepare(RX_X2);
    ck_assert(train(1u << 1, RX_X2));
    ck_assert_uint_eq(rd(RX_IIR), RX_LOCKED);
    wr(TP_CTL, ON | TP_AUTO | TP_ENHANCED | TP_NORMAL);
    ck_assert_uint_ne(rd(TP_STATUS) & TP_DONE, 0);

    /* hsw_fdi_disable(): the receiver first. */
    wr(RX_CTL, RX_ENHANCED | RX_PLL | RX_PCDCLK | RX_X2);
    ck_assert_uint_eq(rd(TP_STATUS) & TP_DONE, 0);
    wr(BUF_CTL, 1u << 1);
    ck_assert_uint_ne(rd(BUF_CTL) & 0x80, 0);
    /* Nothing comes back by itself, or with another pattern. */
    wr(BUF_CTL, ON | 1u << 1);
    wr(RX_CTL, ON | RX_ENHANCED | RX_PLL | RX_PCDCLK | RX_AUTO | RX_X2);
    ck_assert_uint_eq(rd(TP_STATUS) & TP_DONE, 0);
    wr(RX_MISC, MISC_DOWN | MISC_TIMES);
    ck_assert(train(1u << 1, RX_X2));
}
END_TEST

/* Each thing without which a real link does not train. */
START_TEST(test_train_fails)
{
    clocks_on();
    receiver_prepare(RX_X2);
    ck_assert_msg(!train(0, RX_X2), "one lane to two");
    wr(RX_MISC, MISC_DOWN);
    ck_assert_msg(!train(3u << 1, 3u << 19), "LPT has two lanes");
    wr(RX_MISC, MISC_DOWN);
    ck_assert_msg(!train(1u << 1, RX_X2 | 1u << 16), "crossed wires");
    wr(RX_MISC, MISC_DOWN);
    ck_assert_msg(!train(1u << 1, RX_X2 | 1u << 7), "scrambling");
    wr(RX_MISC, MISC_DOWN);
    wr(0x64000, 1u << 4);
    ck_assert_msg(!train(1u << 1, RX_X2), "DDI A has all four lanes");
    wr(0x64000, 0);
    wr(RX_MISC, MISC_DOWN);
    wr(SPLL_CTL, ON | 1u << 28 | 2u << 26);
    ck_assert_msg(!train(1u << 1, RX_X2), "5.4 Gb/s");
    wr(SPLL_CTL, SPLL_1350);
    wr(RX_MISC, MISC_DOWN);
    iclk_write(0x2a00, 0);
    ck_assert_msg(!train(1u << 1, RX_X2), "SPLL without its reference");
    iclk_write(0x2a00, 1);
    iclk_write(0x0200, 0x3b23);
    wr(RX_MISC, MISC_DOWN);
    ck_assert_msg(!train(1u << 1, RX_X2), "a bent reference");
    iclk_write(0x0200, 0x25);
    wr(RX_MISC, MISC_DOWN);
    ck_assert(train(1u << 1, RX_X2));
    /* ... and what is lost later takes the link along. */
    wr(SPLL_CTL, 0);
    ck_assert_uint_eq(rd(TP_STATUS) & TP_DONE, 0);
    /* One lane needs one lane's power. */
    wr(SPLL_CTL, SPLL_1350);
    wr(RX_CTL, RX_ENHANCED | RX_PLL | RX_PCDCLK);
    wr(RX_MISC, 2u << 26 | MISC_TIMES);
    wr(BUF_CTL, ON);
    wr(RX_CTL, ON | RX_ENHANCED | RX_PLL | RX_PCDCLK | RX_AUTO);
    ck_assert_uint_ne(rd(TP_STATUS) & TP_DONE, 0);
}
END_TEST

/* Pattern by pattern, without the automaton, and interrupts of each step. */
START_TEST(test_train_by_hand)
{
    const uint32_t rx = ON | RX_ENHANCED | RX_PLL | RX_PCDCLK;

    wr(SDE_IMR, ~FDI_IRQ);
    clocks_on();
    receiver_prepare(0);
    wr(RX_MISC, 0);
    wr(BUF_CTL, ON);
    wr(TP_CTL, ON | TP_ENHANCED | 1u << 8);
    wr(RX_CTL, rx | 1u << 8);
    ck_assert_uint_eq(rd(RX_IIR), 0);       /* pattern 2 is not the first */
    wr(TP_CTL, ON | TP_ENHANCED);
    wr(RX_CTL, rx);
    ck_assert_uint_eq(rd(RX_IIR), 0x100);
    ck_assert_uint_eq(rd(SDE_IIR), FDI_IRQ);
    ck_assert_uint_eq(rd(SDE_ISR) & FDI_IRQ, FDI_IRQ);
    wr(RX_IIR, 0x100);
    ck_assert_uint_eq(rd(SDE_ISR) & FDI_IRQ, 0);
    wr(SDE_IIR, FDI_IRQ);
    wr(RX_IMR, 0x400);
    wr(TP_CTL, ON | TP_ENHANCED | 1u << 8);
    wr(RX_CTL, rx | 1u << 8);
    ck_assert_uint_eq(rd(RX_IIR), 0x200);
    ck_assert_uint_eq(rd(SDE_IIR), FDI_IRQ);
    ck_assert_uint_eq(rd(TP_STATUS) & TP_DONE, 0);
}
END_TEST

static void iclkip(uint32_t divintphase, uint32_t auxdiv)
{
    wr(PIXCLK_GATE, 0);
    iclk_write(0x060c, iclk_read(0x060c) | 1);
    iclk_write(0x0600, divintphase | 1);
    iclk_write(0x0610, auxdiv);
    iclk_write(0x060c, iclk_read(0x060c) & ~1u);
    wr(PIXCLK_GATE, 1);
}

static void pch_timings(unsigned pipe)
{
    uint32_t i;

    for (i = 0; i <= 0x14; i += 4) {
        wr(0xe0000 + i, rd(0x60000 + pipe * 0x1000 + i));
    }
}

/* All of hsw_crtc_enable() for a CRT. */
static void light_vga(unsigned pipe, uint32_t width, uint32_t height)
{
    uint32_t at = pipe * 0x1000;

    link_up();
    wr(0x46140 + pipe * 4, 5u << 29);
    mode(pipe, width, height);
    wr(0x60030 + at, 63u << 25 | 1234);
    wr(0x60040 + at, (uint64_t)PIXEL_KHZ * LINK_N / 270000);
    wr(0x60044 + at, LINK_N);
    wr(0x60400 + at, ON | 4u << 28 | 4u << 24 | 1u << 1);
    wr(0x70008 + at, ON);
    iclkip(39 << 1 | 34 << 8, 0);
    pch_timings(pipe);
    wr(0xf0064, ON);
    wr(TRANS_CONF, ON);
    ck_assert_uint_eq(rd(TRANS_CONF), ON | TRANS_STATE);
    wr(DAC_CTL, ON | DAC_HPD_BITS | 1u << 3);
}

static bool shows(uint32_t *width, uint32_t *height)
{
    return gvirt_display_mode(display, GVIRT_PORT_E, width, height);
}

START_TEST(test_picture)
{
    uint32_t width = 0, height = 0, *line;
    pixman_region32_t damage;
    pixman_image_t *image;
    uint8_t *memory;
    unsigned i, pipe;

    plug(GVIRT_PORT_E, GVIRT_MONITOR_VGA, 1);
    for (pipe = 0; pipe < 3; pipe++) {
        changes = 0;
        light_vga(pipe, 640, 480);
        ck_assert(shows(&width, &height));
        ck_assert_uint_eq(width, 640);
        ck_assert_uint_eq(height, 480);
        ck_assert_uint_eq(changes, 1);
        ck_assert_uint_eq(rd(SERR_INT), 0);

        /* Memory's first pixels, through the primary plane. */
        memory = fake->host.ops->map(fake->host.opaque, base_hpa, true);
        for (i = 0; i < 16; i++) {
            ((uint32_t *)memory)[i] = 0x102030 * (i + pipe);
        }
        wr(0x70188 + pipe * 0x1000, 2560);
        wr(0x70180 + pipe * 0x1000, ON | 6u << 26);
        wr(0x7019c + pipe * 0x1000, 0);
        run(40 * MS);
        image = pixman_image_create_bits(PIXMAN_x8r8g8b8, 640, 480, NULL, 0);
        pixman_region32_init(&damage);
        ck_assert(gvirt_display_draw(display, GVIRT_PORT_E, image, true,
                                     &damage));
        line = pixman_image_get_data(image);
        for (i = 0; i < 16; i++) {
            ck_assert_uint_eq(line[i] & 0xffffff,
                              0x102030 * (i + pipe) & 0xffffff);
        }
        pixman_region32_fini(&damage);
        pixman_image_unref(image);

        wr(0x70180 + pipe * 0x1000, 0);
        wr(0x7019c + pipe * 0x1000, 0);
        wr(0x70008 + pipe * 0x1000, 0);
        ck_assert(!shows(&width, &height));
        wr(0x60400 + pipe * 0x1000, 0);
        wr(DAC_CTL, DAC_HPD_BITS);
        wr(TRANS_CONF, 0);
        ck_assert_uint_eq(rd(TRANS_CONF), 0);
        wr(SERR_INT, 1);
        wr(RX_CTL, RX_ENHANCED | RX_PLL | RX_PCDCLK | RX_X2);
        wr(BUF_CTL, 0);
    }
}
END_TEST

/* The frame is as long as M/N of the link says. */
START_TEST(test_frame)
{
    int64_t frame = (1024 + 160) * (768 + 30) * 1000000ll / PIXEL_KHZ;
    uint32_t before;

    light_vga(1, 1024, 768);
    before = rd(0x71040);
    run(frame * 100 + frame / 2);
    ck_assert_uint_ge(rd(0x71040) - before, 99);
    ck_assert_uint_le(rd(0x71040) - before, 101);
    /* The pipe's checksum sees frames that go to the PCH, too. */
    wr(DE_IMR, ~DE_ERROR);
    wr(0x61050, ON | 2u << 29);
    run(frame * 2);
    ck_assert_uint_ne(rd(ERR_INT) & 1u << 5, 0);
}
END_TEST

/* The DAC, or any part of the way to it, is dark by itself. */
START_TEST(test_dark)
{
    const uint32_t dac = ON | DAC_HPD_BITS;
    uint32_t w, h;

    light_vga(0, 1024, 768);
    ck_assert_msg(!shows(&w, &h), "no monitor");
    plug(GVIRT_PORT_E, GVIRT_MONITOR_VGA, 1);
    ck_assert(shows(&w, &h));
    wr(DAC_CTL, DAC_HPD_BITS);
    ck_assert(!shows(&w, &h));
    wr(DAC_CTL, dac);
    ck_assert(shows(&w, &h));
    wr(PIXCLK_GATE, 0);
    ck_assert(!shows(&w, &h));
    ck_assert_uint_eq(rd(TRANS_CONF), ON);
    wr(PIXCLK_GATE, 1);
    ck_assert(shows(&w, &h));
    /* Pixels that are not sent as FDI. */
    wr(0x60400, ON | 4u << 28 | 2u << 24 | 1u << 1);
    ck_assert(!shows(&w, &h));
    wr(0x60400, ON | 4u << 28 | 4u << 24 | 1u << 1);
    ck_assert(shows(&w, &h));
    gvirt_display_set_monitor(display, GVIRT_PORT_E, NULL);
    ck_assert(!shows(&w, &h));
    /* Nor does another monitor hang there, or this one elsewhere. */
    plug(GVIRT_PORT_E, GVIRT_MONITOR_HDMI, 1);
    ck_assert_uint_eq(gvirt_display_monitor(display, GVIRT_PORT_E),
                      GVIRT_MONITOR_NONE);
    plug(GVIRT_PORT_B, GVIRT_MONITOR_VGA, 1);
    ck_assert_uint_eq(gvirt_display_monitor(display, GVIRT_PORT_B),
                      GVIRT_MONITOR_NONE);
}
END_TEST

/* A transcoder that no pixels, or the wrong ones, reach says so. */
START_TEST(test_underrun)
{
    uint32_t w, h;

    plug(GVIRT_PORT_E, GVIRT_MONITOR_VGA, 1);
    light_vga(0, 1024, 768);
    wr(SDE_IMR, ~ERROR_IRQ);
    ck_assert_uint_eq(rd(SERR_INT), 0);
    wr(0x70008, 0);
    ck_assert_uint_eq(rd(SERR_INT), 1);
    ck_assert_uint_eq(rd(SDE_IIR), ERROR_IRQ);
    wr(SERR_INT, 1);
    wr(SDE_IIR, ERROR_IRQ);
    wr(0x70008, ON);
    ck_assert_uint_eq(rd(SERR_INT), 0);
    ck_assert(shows(&w, &h));

    wr(0xe0000, rd(0xe0000) + (1u << 16));          /* another total */
    ck_assert_uint_eq(rd(SERR_INT), 1);
    ck_assert(!shows(&w, &h));
    pch_timings(0);
    wr(SERR_INT, 1);
    ck_assert(shows(&w, &h));

    wr(RX_TU, 31u << 25);                           /* another unit */
    ck_assert_uint_eq(rd(SERR_INT), 1);
    wr(RX_TU, 63u << 25);
    wr(SERR_INT, 1);

    wr(TRANS_CONF, ON | 3u << 21);                  /* interlaced here only */
    ck_assert_uint_eq(rd(SERR_INT), 1);
    wr(TRANS_CONF, ON);
    wr(SERR_INT, 1);

    /* Four steps of the divider are 1500 ppm; half the clock is far off. */
    iclkip(39 << 1 | 38 << 8, 0);
    ck_assert_uint_eq(rd(SERR_INT), 1);
    wr(SERR_INT, 1);
    iclkip(39 << 1 | 35 << 8, 0);
    ck_assert_uint_eq(rd(SERR_INT), 0);
    ck_assert(shows(&w, &h));
    iclkip(39 << 1 | 34 << 8, 1u << 4);
    ck_assert_uint_eq(rd(SERR_INT), 1);

    /* A transcoder that is off misses nothing. */
    wr(TRANS_CONF, 0);
    wr(SERR_INT, 1);
    wr(0x70008, 0);
    ck_assert_uint_eq(rd(SERR_INT), 0);
}
END_TEST

/* ilk_crt_detect_hotplug(): a cycle asked for, and its result kept. */
START_TEST(test_force_detect)
{
    uint32_t saved;

    wr(SDE_IMR, ~CRT_IRQ);
    ck_assert_uint_eq(rd(DAC_CTL), 0x00040000);
    saved = rd(DAC_CTL);
    wr(DAC_CTL, saved | DAC_FORCE);
    ck_assert_uint_eq(rd(DAC_CTL), saved);
    /* Without detection enabled nothing is noticed... */
    plug(GVIRT_PORT_E, GVIRT_MONITOR_VGA, 0);
    ck_assert_uint_eq(rd(DAC_CTL), saved);
    ck_assert_uint_eq(rd(SDE_IIR), 0);
    /* ... until it is asked for; no EDID is needed. */
    wr(DAC_CTL, saved | DAC_FORCE);
    ck_assert_uint_eq(rd(DAC_CTL), saved | DAC_STATUS);
    ck_assert_uint_eq(rd(SDE_IIR), CRT_IRQ);
    ck_assert_uint_eq(rd(SDE_ISR) & CRT_IRQ, CRT_IRQ);
    wr(SDE_IIR, CRT_IRQ);
    wr(DAC_CTL, saved);
    ck_assert_uint_eq(rd(DAC_CTL), saved | DAC_STATUS);
    wr(DAC_CTL, saved | DAC_STATUS);
    ck_assert_uint_eq(rd(DAC_CTL), saved | DAC_STATUS);
    wr(DAC_CTL, saved | DAC_FORCE);
    ck_assert_uint_eq(rd(SDE_IIR), 0);
    /* Transcoder select is of earlier parts. */
    wr(DAC_CTL, saved | 3u << 29);
    ck_assert_uint_eq(rd(DAC_CTL), saved | DAC_STATUS);
}
END_TEST

START_TEST(test_hotplug)
{
    wr(SDE_IMR, ~CRT_IRQ);
    wr(DAC_CTL, DAC_HPD_BITS);
    ck_assert_uint_eq(rd(DAC_CTL), DAC_HPD_BITS);
    plug(GVIRT_PORT_E, GVIRT_MONITOR_VGA, 1);
    ck_assert_uint_eq(rd(DAC_CTL), DAC_HPD_BITS | DAC_STATUS);
    ck_assert_uint_eq(rd(SDE_IIR), CRT_IRQ);
    ck_assert_uint_eq(rd(SDE_ISR) & CRT_IRQ, CRT_IRQ);
    wr(SDE_IIR, CRT_IRQ);
    gvirt_display_set_monitor(display, GVIRT_PORT_E, NULL);
    ck_assert_uint_eq(rd(DAC_CTL), DAC_HPD_BITS);
    ck_assert_uint_eq(rd(SDE_IIR), CRT_IRQ);
    ck_assert_uint_eq(rd(SDE_ISR) & CRT_IRQ, 0);
    wr(SDE_IIR, CRT_IRQ);
    /* Enabled late, detection finds what is there. */
    wr(DAC_CTL, 0);
    plug(GVIRT_PORT_E, GVIRT_MONITOR_VGA, 1);
    ck_assert_uint_eq(rd(SDE_IIR), 0);
    wr(DAC_CTL, DAC_HPD_ENABLE);
    ck_assert_uint_eq(rd(SDE_IIR), CRT_IRQ);
    /* A reset of the display forgets the result, not the monitor. */
    gvirt_regfile_reset(&file);
    gvirt_irq_reset(&irq);
    gvirt_display_reset(display);
    ck_assert_uint_eq(rd(DAC_CTL), 0x00040000);
    ck_assert_uint_eq(rd(SDE_ISR) & CRT_IRQ, 0);
    wr(DAC_CTL, 0x00040000 | DAC_FORCE);
    ck_assert_uint_eq(rd(DAC_CTL), 0x00040000 | DAC_STATUS);
}
END_TEST

/* EDID on GMBUS pin 2, and by hand on the first pair of GPIO. */
START_TEST(test_ddc)
{
    GvirtMonitor monitor;
    uint32_t i, value = 0;

    plug(GVIRT_PORT_E, GVIRT_MONITOR_VGA, 1);
    make_monitor(&monitor, GVIRT_MONITOR_VGA, 1);
    wr(0xc5100, 2);
    wr(0xc5104, 1u << 26 | 1u << 25 | 128u << 16 | 0x50u << 1 | 1 | 1u << 30);
    for (i = 0; i < 128; i++) {
        ck_assert_uint_eq(rd(0xc5108) & 1u << 10, 0);
        value = i % 4 ? value >> 8 : rd(0xc510c);
        ck_assert_uint_eq(value & 0xff, monitor.edid[i]);
    }
    wr(0xc5104, 1u << 27 | 1u << 30);
    /* SDA down while SCL is up, then the address, and its acknowledge. */
    wr(0xc5010, 7u << 8);
    wr(0xc5010, 7u);
    for (i = 0; i < 8; i++) {
        wr(0xc5010, (0xa0 >> (7 - i) & 1 ? 5u : 7u) << 8);
        wr(0xc5010, 5u);
        wr(0xc5010, 7u);
    }
    wr(0xc5010, 5u << 8);
    wr(0xc5010, 5u);
    ck_assert_uint_eq(rd(0xc5010) & (1u << 12 | 1u << 4), 1u << 4);
    /* Nobody on the port of a digital monitor. */
    wr(0xc5018, 7u << 8);
    ck_assert_uint_eq(rd(0xc5018) & 1u << 12, 0);
    wr(0xc5018, 5u << 8);
    ck_assert_uint_eq(rd(0xc5018) & 1u << 12, 1u << 12);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_sbi);
    tcase_add_test(tcase, test_mphy_reset);
    tcase_add_test(tcase, test_train);
    tcase_add_test(tcase, test_train_fails);
    tcase_add_test(tcase, test_train_by_hand);
    tcase_add_test(tcase, test_picture);
    tcase_add_test(tcase, test_frame);
    tcase_add_test(tcase, test_dark);
    tcase_add_test(tcase, test_underrun);
    tcase_add_test(tcase, test_force_detect);
    tcase_add_test(tcase, test_hotplug);
    tcase_add_test(tcase, test_ddc);
}

DISPLAY_TESTS_MAIN("display-vga", add)
