/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a byte stands within a 4 KiB tile, for the loops that cannot afford a
 * call for each run of bytes. x: 0 to width - 1, y: 0 to height - 1.
 *
 * Source: HSW PRM vol. 5, "Tiling Algorithm", "Address Swizzling for
 * Tiled-Y Surfaces", "... Tiled-X Surfaces".
 */
#ifndef HW_DISPLAY_GVIRT_TILING_INLINE_H
#define HW_DISPLAY_GVIRT_TILING_INLINE_H

#include "hw/gvirt/tiling.h"

#define GVIRT_TILE_SIZE_B       4096u

#define GVIRT_TILE_X_WIDTH_B    512u
#define GVIRT_TILE_X_HEIGHT     8u
#define GVIRT_TILE_Y_WIDTH_B    128u
#define GVIRT_TILE_Y_HEIGHT     32u
#define GVIRT_TILE_Y_COLUMN_B   16u
#define GVIRT_TILE_W_WIDTH_B    64u
#define GVIRT_TILE_W_HEIGHT     64u

/* Bit 6 of the address becomes its XOR with bits 9 and 10. */
static inline uint32_t gvirt_tile_in_x(uint32_t x_B, uint32_t y, bool swizzle)
{
    uint32_t offset = y * GVIRT_TILE_X_WIDTH_B + x_B;

    return swizzle ? offset ^ (((offset >> 9 ^ offset >> 10) & 1) << 6) :
           offset;
}

/* ... with bit 9. */
static inline uint32_t gvirt_tile_in_y(uint32_t x_B, uint32_t y, bool swizzle)
{
    uint32_t offset = x_B / GVIRT_TILE_Y_COLUMN_B *
                      (GVIRT_TILE_Y_HEIGHT * GVIRT_TILE_Y_COLUMN_B) +
                      y * GVIRT_TILE_Y_COLUMN_B +
                      x_B % GVIRT_TILE_Y_COLUMN_B;

    return swizzle ? offset ^ ((offset >> 9 & 1) << 6) : offset;
}

/*
 * Columns of 8 x 64 bytes, blocks of 8 x 8 in them, and in a block the bits
 * of x and y in turn. Swizzled as Y.
 */
static inline uint32_t gvirt_tile_in_w(uint32_t x_B, uint32_t y, bool swizzle)
{
    uint32_t offset = x_B / 8 * (GVIRT_TILE_W_HEIGHT * 8) + y / 8 * 64 +
                      (y / 4 % 2) * 32 + (x_B / 4 % 2) * 16 +
                      (y / 2 % 2) * 8 + (x_B / 2 % 2) * 4 +
                      (y % 2) * 2 + x_B % 2;

    return swizzle ? offset ^ ((offset >> 9 & 1) << 6) : offset;
}

#endif /* HW_DISPLAY_GVIRT_TILING_INLINE_H */
