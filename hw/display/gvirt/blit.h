/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state that the blitter keeps between commands.
 *
 * Source: HSW PRM vol. 10, "BLT Engine State" (BR01 to BR25).
 */
#ifndef HW_DISPLAY_GVIRT_BLIT_H
#define HW_DISPLAY_GVIRT_BLIT_H

#include "hw/gvirt/common.h"

/*
 * Loaded by XY_SETUP_BLT, XY_SETUP_MONO_PATTERN_SL_BLT and XY_SETUP_CLIP_BLT,
 * dwords as in the command. All 0 after a reset: what was set up in an
 * earlier epoch of the engine does not count.
 */
typedef struct GvirtBlitSetup {
    uint32_t epoch;             /* GvirtEngine.epoch of the setup */
    uint32_t control;           /* BR01: clipping, depth, ROP, pitch */
    uint32_t byte_mask;         /* BR01: 32bpp channels, as in a header */
    bool mono_pattern;          /* the pattern is BR20/BR21, not at BR07 */
    uint32_t background;        /* BR05 */
    uint32_t foreground;        /* BR06 */
    uint32_t pattern_addr;      /* BR07 */
    uint32_t dst_addr;          /* BR09 */
    uint32_t pattern[2];        /* BR20, BR21 */
    uint32_t clip_top_left;     /* BR24 */
    uint32_t clip_bottom_right; /* BR25 */
} GvirtBlitSetup;

#endif /* HW_DISPLAY_GVIRT_BLIT_H */
