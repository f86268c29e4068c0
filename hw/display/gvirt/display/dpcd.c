/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DPCD of a DisplayPort sink: capabilities, link configuration, and a
 * lane status that follows from what the source really sends.
 *
 * Source: VESA DisplayPort 1.2, 2.9.3 (address map), 3.5.1.2 (link training);
 * the source's side: HSW PRM vol. 11a, "DisplayPort Transport", "DDI Buffer".
 */
#include "display-internal.h"

enum {
    DPCD_LINK               = 0x100,
    DPCD_LINK_BW_SET        = 0x100,
    DPCD_LANE_COUNT_SET     = 0x101,
    DPCD_TRAINING_PATTERN   = 0x102,
    DPCD_SINK_COUNT         = 0x200,
    DPCD_SERVICE_IRQ        = 0x201,
    DPCD_LANE0_1_STATUS     = 0x202,
    DPCD_LANE2_3_STATUS     = 0x203,
    DPCD_ALIGN_STATUS       = 0x204,
    DPCD_SINK_STATUS        = 0x205,
    DPCD_SOURCE             = 0x300,
    DPCD_SINK_OUI           = 0x400,
    DPCD_SET_POWER          = 0x600,
    DPCD_SINK_COUNT_ESI     = 0x2002,
    DPCD_SERVICE_IRQ_ESI    = 0x2003,
    DPCD_LANE0_1_ESI        = 0x200c,
    DPCD_SINK_STATUS_ESI    = 0x200f,
};

#define POWER_D0            1

/* DPCD 1.2, 5.4 Gb/s, four lanes, TPS3, enhanced framing, 0.5% down-spread. */
static const uint8_t capabilities[16] = {
    0x12, 0x14, 0x80 | 0x40 | GVIRT_DPCD_LANES, 0x01, 0x01, 0x00, 0x01,
};

/* No OUI of a registered maker; a name for the device, revision 1.0. */
static const uint8_t sink_identity[12] = {
    0, 0, 0, 'g', 'v', 'i', 'r', 't', 0, 0x10, 1, 0,
};

void gvirt_dpcd_reset(GvirtDpcd *dpcd)
{
    memset(dpcd, 0, sizeof(*dpcd));
    dpcd->power = POWER_D0;
}

static unsigned lane_count(const GvirtDpcd *dpcd)
{
    return dpcd->link[DPCD_LANE_COUNT_SET - DPCD_LINK] & 0x1f;
}

static uint8_t lane_mask(const GvirtDpcd *dpcd)
{
    return (1u << MIN(lane_count(dpcd), GVIRT_DPCD_LANES)) - 1;
}

/* The source sends at the rate and on the lanes that it told the sink. */
static bool source_sends(GvirtDisplay *display, GvirtPort port)
{
    const GvirtDpcd *dpcd = &display->port[port].dpcd;
    uint32_t buf = d_get(display, D_DDI_BUF_CTL + port * 0x100);
    uint32_t tp = d_get(display, D_DP_TP_CTL + port * 0x100);
    uint64_t khz = dpcd->link[DPCD_LINK_BW_SET - DPCD_LINK] * 27000ull;

    return buf & D_ENABLE && tp & D_ENABLE && khz &&
           gvirt_port_clock_khz(display, port) == khz &&
           lane_count(dpcd) && lane_count(dpcd) <= d_bits(buf, 3, 1) + 1;
}

void gvirt_dpcd_link(GvirtDisplay *display, GvirtPort port)
{
    GvirtDpcd *dpcd = &display->port[port].dpcd;
    uint32_t sent = DP_TP_PATTERN(d_get(display, D_DP_TP_CTL + port * 0x100));
    uint8_t expected = dpcd->link[DPCD_TRAINING_PATTERN - DPCD_LINK] & 3;

    if (dpcd->power != POWER_D0 || !source_sends(display, port)) {
        dpcd->cr_done = 0;
        dpcd->eq_done = 0;
        return;
    }
    switch (expected) {
    case 1:
        if (sent == DP_TP_PATTERN_1) {
            dpcd->cr_done = lane_mask(dpcd);
        }
        break;
    case 2:
    case 3:
        if (sent == (expected == 2 ? DP_TP_PATTERN_2 : DP_TP_PATTERN_3)) {
            dpcd->eq_done = dpcd->cr_done;
        }
        break;
    default:
        break;
    }
}

static bool link_up(const GvirtDpcd *dpcd)
{
    return lane_mask(dpcd) && dpcd->eq_done == lane_mask(dpcd);
}

bool gvirt_dpcd_link_up(GvirtDisplay *display, GvirtPort port)
{
    return link_up(&display->port[port].dpcd);
}

/* Bits of each lane: clock recovery, equalization, symbol lock. */
static uint8_t lane_status(const GvirtDpcd *dpcd, unsigned first)
{
    uint8_t value = 0;
    unsigned i;

    for (i = 0; i < 2; i++) {
        value |= (dpcd->cr_done >> (first + i) & 1) << i * 4;
        value |= (dpcd->eq_done >> (first + i) & 1) * 6 << i * 4;
    }
    return value;
}

static bool port_idle(GvirtDisplay *display, GvirtPort port)
{
    uint32_t tp = d_get(display, D_DP_TP_CTL + port * 0x100);

    return DP_TP_PATTERN(tp) != DP_TP_NORMAL;
}

uint8_t gvirt_dpcd_read(GvirtDisplay *display, GvirtPort port,
                        uint32_t address)
{
    GvirtDpcd *dpcd = &display->port[port].dpcd;

    if (address < sizeof(capabilities)) {
        return capabilities[address];
    }
    if (address >= DPCD_LINK && address < DPCD_LINK + sizeof(dpcd->link)) {
        return dpcd->link[address - DPCD_LINK];
    }
    if (address >= DPCD_SOURCE &&
        address < DPCD_SOURCE + sizeof(dpcd->source)) {
        return dpcd->source[address - DPCD_SOURCE];
    }
    if (address >= DPCD_SINK_OUI &&
        address < DPCD_SINK_OUI + sizeof(sink_identity)) {
        return sink_identity[address - DPCD_SINK_OUI];
    }
    if (address >= DPCD_LANE0_1_ESI && address <= DPCD_SINK_STATUS_ESI) {
        address -= DPCD_LANE0_1_ESI - DPCD_LANE0_1_STATUS;
    }
    switch (address) {
    case DPCD_SINK_COUNT:
    case DPCD_SINK_COUNT_ESI:
        return 1;
    case DPCD_SERVICE_IRQ:
    case DPCD_SERVICE_IRQ_ESI:
        return dpcd->service_irq;
    case DPCD_LANE0_1_STATUS:
        gvirt_dpcd_link(display, port);
        return lane_status(dpcd, 0);
    case DPCD_LANE2_3_STATUS:
        gvirt_dpcd_link(display, port);
        return lane_status(dpcd, 2);
    case DPCD_ALIGN_STATUS:
        gvirt_dpcd_link(display, port);
        return link_up(dpcd);
    case DPCD_SINK_STATUS:
        return link_up(dpcd) && !port_idle(display, port);
    case DPCD_SET_POWER:
        return dpcd->power;
    default:
        return 0;               /* reserved, or an option that is not there */
    }
}

bool gvirt_dpcd_write(GvirtDisplay *display, GvirtPort port,
                      uint32_t address, uint8_t value)
{
    GvirtDpcd *dpcd = &display->port[port].dpcd;

    if (address < DPCD_LINK) {
        return false;           /* capabilities */
    }
    if (address < DPCD_LINK + sizeof(dpcd->link)) {
        dpcd->link[address - DPCD_LINK] = value;
        if (address == DPCD_TRAINING_PATTERN && (value & 3) == 1) {
            dpcd->cr_done = 0;
            dpcd->eq_done = 0;
        }
        if (address <= DPCD_TRAINING_PATTERN) {
            gvirt_dpcd_link(display, port);
        }
    } else if (address >= DPCD_SOURCE &&
               address < DPCD_SOURCE + sizeof(dpcd->source)) {
        dpcd->source[address - DPCD_SOURCE] = value;
    } else if (address == DPCD_SERVICE_IRQ ||
               address == DPCD_SERVICE_IRQ_ESI) {
        dpcd->service_irq &= ~value;
    } else if (address == DPCD_SET_POWER) {
        dpcd->power = value & 7;
        gvirt_dpcd_link(display, port);
    }
    return true;
}
