/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitors of a PCI function: what QEMU's EDID generator makes of a mode,
 * and what of it must be another for an analog monitor.
 *
 * Sources: VESA E-EDID A.2, 3.6 (basic parameters), 3.10 (detailed timing);
 * VESA CVT 1.1, 5.4 (reduced blanking).
 */
#include "qemu/osdep.h"
#include "hw/display/edid.h"
#include "hw/gvirt/glue-qemu.h"
#include "qemu/bswap.h"

#define EDID_BLOCK_B        128
#define EDID_INPUT          20
#define EDID_FEATURES       24
#define EDID_TIMING         54
#define EDID_CHECKSUM       127

/* 0.7 V, separate syncs; stand-by, suspend, off, a colour monitor. */
#define INPUT_ANALOG        0x08
#define FEATURES_ANALOG     0xe8

/* What a DAC of 180 MHz has room for, at reduced blanking. */
#define VGA_WIDTH_MAX       1920
#define VGA_HEIGHT_MAX      1200

#define CVT_RB_HBLANK       160
#define CVT_RB_HFRONT       48
#define CVT_RB_HSYNC        32
#define CVT_RB_VFRONT       3
#define CVT_RB_VSYNC        5
#define CVT_RB_VBACK_MIN    6
#define CVT_RB_VBLANK_US    460
#define REFRESH_HZ          60

/*
 * The preferred timing, which QEMU makes wider than an analog line of this
 * width can be.
 */
static void reduce_blanking(uint8_t *timing, uint32_t width_px,
                            uint32_t height_px)
{
    uint32_t line_ns = (1000000000 / REFRESH_HZ - CVT_RB_VBLANK_US * 1000) /
                       height_px;
    uint32_t vblank = MAX(CVT_RB_VBLANK_US * 1000 / line_ns + 1,
                          CVT_RB_VFRONT + CVT_RB_VSYNC + CVT_RB_VBACK_MIN);
    uint64_t clock_hz = (uint64_t)REFRESH_HZ * (width_px + CVT_RB_HBLANK) *
                        (height_px + vblank);

    stw_le_p(timing, clock_hz / 10000);
    timing[3] = CVT_RB_HBLANK;
    timing[4] &= 0xf0;
    timing[6] = vblank;
    timing[7] &= 0xf0;
    timing[8] = CVT_RB_HFRONT;
    timing[9] = CVT_RB_HSYNC;
    timing[10] = CVT_RB_VFRONT << 4 | CVT_RB_VSYNC;
    timing[11] = 0;
}

static void make_analog(uint8_t *edid, uint32_t width_px, uint32_t height_px)
{
    uint8_t sum = 0;
    unsigned i;

    edid[EDID_INPUT] = INPUT_ANALOG;
    edid[EDID_FEATURES] = (edid[EDID_FEATURES] & 0x07) | FEATURES_ANALOG;
    reduce_blanking(edid + EDID_TIMING, width_px, height_px);
    for (i = 0; i < EDID_CHECKSUM; i++) {
        sum += edid[i];
    }
    edid[EDID_CHECKSUM] = -sum;
}

void gvirt_monitor_make(GvirtMonitor *monitor, GvirtMonitorKind kind,
                        uint32_t xres, uint32_t yres)
{
    static const char *const name[] = {
        [GVIRT_MONITOR_HDMI] = "gvirt HDMI",
        [GVIRT_MONITOR_DP] = "gvirt DP",
        [GVIRT_MONITOR_VGA] = "gvirt VGA",
    };
    bool analog = kind == GVIRT_MONITOR_VGA;
    qemu_edid_info info = {
        .vendor = "GVT",
        .name = name[kind],
        .prefx = analog ? MIN(xres, VGA_WIDTH_MAX) : xres,
        .prefy = analog ? MIN(yres, VGA_HEIGHT_MAX) : yres,
        .refresh_rate = REFRESH_HZ * 1000,
    };

    info.maxx = MAX(info.prefx, VGA_WIDTH_MAX);
    info.maxy = MAX(info.prefy, VGA_HEIGHT_MAX);
    memset(monitor, 0, sizeof(*monitor));
    monitor->kind = kind;
    monitor->connected = true;
    qemu_edid_generate(monitor->edid, (analog ? 1 : 2) * EDID_BLOCK_B, &info);
    monitor->edid_size_B = EDID_BLOCK_B * (1 + monitor->edid[126]);
    if (analog) {
        make_analog(monitor->edid, info.prefx, info.prefy);
    }
}
