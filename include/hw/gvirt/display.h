/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The display component: pipes, transcoders, planes, ports with monitors,
 * AUX, GMBUS, FDI and the CRT's DAC, hot-plug, vblank and pipe CRCs. The
 * hardware has one, and so has each vGPU.
 *
 * Source: HSW PRM vol. 11a.
 */
#ifndef HW_GVIRT_DISPLAY_H
#define HW_GVIRT_DISPLAY_H

#include <pixman.h>

#include "hw/gvirt/irq.h"
#include "hw/gvirt/regs.h"

typedef struct GvirtDisplay GvirtDisplay;

typedef enum GvirtPort {
    GVIRT_PORT_A,
    GVIRT_PORT_B,
    GVIRT_PORT_C,
    GVIRT_PORT_D,
    GVIRT_PORT_E,               /* as FDI: to the PCH's analog port */
    GVIRT_PORT_COUNT,
} GvirtPort;

typedef enum GvirtMonitorKind {
    GVIRT_MONITOR_NONE,
    GVIRT_MONITOR_HDMI,
    GVIRT_MONITOR_DP,
    GVIRT_MONITOR_VGA,          /* on port E, and there alone */
} GvirtMonitorKind;

#define GVIRT_EDID_MAX_B    512

typedef struct GvirtMonitor {
    GvirtMonitorKind kind;
    bool connected;
    uint8_t edid[GVIRT_EDID_MAX_B];
    uint32_t edid_size_B;       /* a multiple of 128 */
} GvirtMonitor;

typedef struct GvirtDisplayOps {
    int64_t (*clock_ns)(void *opaque);
    /*
     * The page of graphics memory at addr_ggtt, as the display reads it: host
     * pointer or NULL; *page_hpa its host page, for page_gen().
     */
    const void *(*page)(void *opaque, uint64_t addr_ggtt, uint64_t *page_hpa);
    /* The next deadline has changed: call gvirt_display_advance() by then. */
    void (*deadline)(void *opaque, int64_t deadline_ns);
    /* A mode, or the pipe behind a port, has changed. */
    void (*changed)(void *opaque);
    /*
     * A vblank of a pipe began, or a line that gvirt_display_in_scanlines()
     * was asked for (for MI_WAIT_FOR_EVENT and flips).
     */
    void (*vblank)(void *opaque, unsigned pipe);
    /* A flip of a pipe's primary (plane 0) or sprite (1) is done. */
    void (*flip_done)(void *opaque, unsigned pipe, unsigned plane);
} GvirtDisplayOps;

/* Hooks GVIRT_HOOK_DISPLAY of regs; irq gets its events. */
GvirtDisplay *gvirt_display_new(const GvirtHost *host, GvirtRegFile *regs,
                                GvirtIrq *irq, const GvirtDisplayOps *ops,
                                void *opaque);
void gvirt_display_free(GvirtDisplay *display);
void gvirt_display_reset(GvirtDisplay *display);

/* Advance vblanks, CRCs, flips to now_ns; the next deadline or INT64_MAX. */
int64_t gvirt_display_advance(GvirtDisplay *display, int64_t now_ns);

/* A clock that is no register of the display's has come or gone: LCPLL. */
void gvirt_display_clock_changed(GvirtDisplay *display);

/* Put a monitor on a port, or (kind NONE) take it away: a hot-plug. */
void gvirt_display_set_monitor(GvirtDisplay *display, GvirtPort port,
                               const GvirtMonitor *monitor);
GvirtMonitorKind gvirt_display_monitor(const GvirtDisplay *display,
                                       GvirtPort port);

/* The size that a monitor shows now; false when it is dark. */
bool gvirt_display_mode(GvirtDisplay *display, GvirtPort port,
                        uint32_t *width_px, uint32_t *height_px);

/*
 * Draw what the monitor shows into an x8r8g8b8 image of the size that
 * gvirt_display_mode() gave. all: every pixel, else only what has changed
 * since the last call for this port. The changed rectangles are added to
 * damage (a pixman region the caller has initialized). False: dark.
 */
bool gvirt_display_draw(GvirtDisplay *display, GvirtPort port,
                        pixman_image_t *image, bool all,
                        pixman_region32_t *damage);

/*
 * The last drawing was cut off, for it was work enough: the next one goes on
 * (a drawing copies about 2.6 million pixels at most).
 */
bool gvirt_display_rows_left(const GvirtDisplay *display, GvirtPort port);

/* A flip by command, MI_DISPLAY_FLIP: as if the plane's registers were set. */
void gvirt_display_flip(GvirtDisplay *display, unsigned pipe, unsigned plane,
                        uint32_t stride_B, bool tiled, uint32_t surface_ggtt,
                        bool async);

/* For MI_WAIT_FOR_EVENT: is the pipe in vblank; is a flip pending. */
bool gvirt_display_in_vblank(GvirtDisplay *display, unsigned pipe);
bool gvirt_display_flip_pending(GvirtDisplay *display, unsigned pipe,
                                unsigned plane);
/* Whether the scan line of a pipe stands within [first, last]. */
bool gvirt_display_in_scanlines(GvirtDisplay *display, unsigned pipe,
                                uint32_t first, uint32_t last);
bool gvirt_display_pipe_enabled(GvirtDisplay *display, unsigned pipe);

#endif /* HW_GVIRT_DISPLAY_H */
