/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FDI, the link from DDI E to the PCH: two lanes of 2.7 Gb/s, a transmitter
 * in DP_TP_CTL and DDI_BUF_CTL of port E, a receiver in FDI_RX_*.
 *
 * The wires are good: a link trains at any voltage as soon as both ends are
 * set alike, and takes no time for it. It is lost when an end changes.
 *
 * Source: HSW PRM vol. 11a, "Sequence for CRT Port"; the receiver's bits: IVB
 * PRM vol. 3 part 4, 5.2; the transmitter's, and lanes powered down: i915,
 * i915_reg.h, intel_fdi_regs.h, hsw_fdi_link_train().
 */
#include "display-internal.h"

#define DDI_A_4_LANES           (1u << 4)

#define TP_FDI_AUTOTRAIN        (1u << 15)
#define TP_ENHANCED_FRAMING     (1u << 18)
#define TP_SCRAMBLING_DISABLE   (1u << 7)
#define TP_STATUS_AUTOTRAINED   (1u << 12)

#define RX_ENABLE               (1u << 31)
#define RX_LANES(ctl)           (d_bits(ctl, 21, 19) + 1)
#define RX_POLARITY_REVERSED    (1u << 16)
#define RX_LINK_REVERSED        (1u << 15)
#define RX_PLL_ENABLE           (1u << 13)
#define RX_AUTOTRAIN            (1u << 10)
#define RX_PATTERN(ctl)         d_bits(ctl, 9, 8)
#define RX_SCRAMBLING_DISABLE   (1u << 7)
#define RX_ENHANCED_FRAMING     (1u << 6)
#define RX_PCDCLK               (1u << 4)
#define RX_PATTERN_1            0
#define RX_PATTERN_2            1

/* FDI_RX_MISC: a lane is up when its power-down field is 0. */
#define RX_MISC_LANE0_DOWN      (3u << 24)
#define RX_MISC_LANE1_DOWN      (3u << 26)

#define RX_INTERLANE_ALIGNED    (1u << 10)
#define RX_SYMBOL_LOCK          (1u << 9)
#define RX_BIT_LOCK             (1u << 8)

#define FDI_LANES_MAX           2
#define FDI_SYMBOL_KHZ          270000u
/* CLKOUT_DP may be bent by 0.4% either way, and is then too far off. */
#define FDI_SYMBOL_TOLERANCE_KHZ 800u

static uint32_t buf_ctl(const GvirtDisplay *display)
{
    return d_get(display, D_DDI_BUF_CTL + GVIRT_PORT_E * 0x100);
}

static uint32_t tp_ctl(const GvirtDisplay *display)
{
    return d_get(display, D_DP_TP_CTL + GVIRT_PORT_E * 0x100);
}

static bool transmitter_on(const GvirtDisplay *display)
{
    uint64_t khz = gvirt_port_clock_khz(display, GVIRT_PORT_E);

    /* Four lanes of DDI A take those of E away. */
    return buf_ctl(display) & D_ENABLE && tp_ctl(display) & D_ENABLE &&
           !(d_get(display, D_DDI_BUF_CTL) & DDI_A_4_LANES) &&
           khz + FDI_SYMBOL_TOLERANCE_KHZ >= FDI_SYMBOL_KHZ &&
           khz <= FDI_SYMBOL_KHZ + FDI_SYMBOL_TOLERANCE_KHZ;
}

static bool receiver_on(const GvirtDisplay *display)
{
    const uint32_t needed = RX_ENABLE | RX_PLL_ENABLE | RX_PCDCLK;
    uint32_t ctl = d_get(display, D_FDI_RX_CTL);
    uint32_t down = RX_MISC_LANE0_DOWN;

    if (RX_LANES(ctl) > 1) {
        down |= RX_MISC_LANE1_DOWN;
    }
    return (ctl & needed) == needed && RX_LANES(ctl) <= FDI_LANES_MAX &&
           !(d_get(display, D_FDI_RX_MISC) & down);
}

/* Lanes, framing, scrambling; and this board crosses no wires. */
static bool ends_match(const GvirtDisplay *display)
{
    uint32_t rx = d_get(display, D_FDI_RX_CTL), tx = tp_ctl(display);

    return RX_LANES(rx) == d_bits(buf_ctl(display), 3, 1) + 1 &&
           !(tx & TP_ENHANCED_FRAMING) == !(rx & RX_ENHANCED_FRAMING) &&
           !(tx & TP_SCRAMBLING_DISABLE) == !(rx & RX_SCRAMBLING_DISABLE) &&
           !(rx & (RX_POLARITY_REVERSED | RX_LINK_REVERSED));
}

static void receiver_event(GvirtDisplay *display, uint32_t bits)
{
    bits &= ~d_get(display, D_FDI_RX_IMR);
    if (bits) {
        d_set(display, D_FDI_RX_IIR, d_get(display, D_FDI_RX_IIR) | bits);
        gvirt_irq_update(display->irq);
    }
}

static void train(GvirtDisplay *display)
{
    uint32_t rx = d_get(display, D_FDI_RX_CTL), tx = tp_ctl(display);
    uint32_t status = D_DP_TP_STATUS + GVIRT_PORT_E * 0x100;
    GvirtFdiState *fdi = &display->crt.fdi;

    if (tx & TP_FDI_AUTOTRAIN) {
        if (rx & RX_AUTOTRAIN && DP_TP_PATTERN(tx) == DP_TP_PATTERN_1) {
            *fdi = FDI_TRAINED;
            d_set(display, status,
                  d_get(display, status) | TP_STATUS_AUTOTRAINED);
            receiver_event(display, RX_BIT_LOCK | RX_SYMBOL_LOCK |
                                    RX_INTERLANE_ALIGNED);
        }
    } else if (!(rx & RX_AUTOTRAIN)) {
        if (*fdi == FDI_DOWN && DP_TP_PATTERN(tx) == DP_TP_PATTERN_1 &&
            RX_PATTERN(rx) == RX_PATTERN_1) {
            *fdi = FDI_BIT_LOCK;
            receiver_event(display, RX_BIT_LOCK);
        } else if (*fdi == FDI_BIT_LOCK &&
                   DP_TP_PATTERN(tx) == DP_TP_PATTERN_2 &&
                   RX_PATTERN(rx) == RX_PATTERN_2) {
            *fdi = FDI_TRAINED;
            receiver_event(display, RX_SYMBOL_LOCK | RX_INTERLANE_ALIGNED);
        }
    }
}

void gvirt_fdi_update(GvirtDisplay *display)
{
    uint32_t status = D_DP_TP_STATUS + GVIRT_PORT_E * 0x100;
    GvirtFdiState *fdi = &display->crt.fdi;

    if (*fdi == FDI_DOWN && !(d_get(display, D_FDI_RX_CTL) & RX_ENABLE)) {
        return;
    }
    if (!receiver_on(display) || !transmitter_on(display) ||
        !ends_match(display)) {
        *fdi = FDI_DOWN;
        d_set(display, status,
              d_get(display, status) & ~TP_STATUS_AUTOTRAINED);
    } else if (*fdi != FDI_TRAINED) {
        train(display);
    }
}

bool gvirt_fdi_sends(const GvirtDisplay *display)
{
    return display->crt.fdi == FDI_TRAINED &&
           DP_TP_PATTERN(tp_ctl(display)) == DP_TP_NORMAL;
}
