/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tilings of Gen7.5 surfaces: where a byte of a picture stands in memory.
 *
 * Source: HSW PRM vol. 5, "Tiling and swizzling"; i915:
 * gt/intel_ggtt_fencing.c for bit-6 swizzling.
 */
#ifndef HW_GVIRT_TILING_H
#define HW_GVIRT_TILING_H

#include "hw/gvirt/common.h"

typedef enum GvirtTiling {
    GVIRT_TILING_LINEAR,
    GVIRT_TILING_X,         /* 512 bytes x 8 rows */
    GVIRT_TILING_Y,         /* 128 bytes x 32 rows, 16-byte columns */
    GVIRT_TILING_W,         /* 64 bytes x 64 rows, stencil */
} GvirtTiling;

/*
 * The offset in bytes from the surface's base of the byte x_B of row y.
 * pitch_B: a multiple of the tile's width (any for linear). swizzle: fold
 * address bits 9 and 10 (X) or 9 (Y) into bit 6 of the offset; correct for a
 * base of 4 KiB alignment.
 */
uint64_t gvirt_tile_offset(GvirtTiling tiling, uint64_t x_B, uint64_t y,
                           uint64_t pitch_B, bool swizzle);

/*
 * Bytes from x_B that stand next to each other in memory (at least 1),
 * swizzled or not; 4096 for linear, whose runs have no end of their own.
 */
uint32_t gvirt_tile_run_B(GvirtTiling tiling, uint64_t x_B);

/* The same where swizzling is off: rows of X tiles are not cut in lines. */
uint32_t gvirt_tile_run_plain_B(GvirtTiling tiling, uint64_t x_B);

uint32_t gvirt_tile_width_B(GvirtTiling tiling);
uint32_t gvirt_tile_height(GvirtTiling tiling);

#endif /* HW_GVIRT_TILING_H */
