/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tilings of Gen7.5 surfaces: pure functions from picture to memory.
 *
 * Source: HSW PRM vol. 5, "Tiling Algorithm".
 */
#include "hw/gvirt/tiling.h"

#include "tiling-inline.h"

#define CACHE_LINE_B        64u

uint32_t gvirt_tile_width_B(GvirtTiling tiling)
{
    switch (tiling) {
    case GVIRT_TILING_X:
        return GVIRT_TILE_X_WIDTH_B;
    case GVIRT_TILING_Y:
        return GVIRT_TILE_Y_WIDTH_B;
    case GVIRT_TILING_W:
        return GVIRT_TILE_W_WIDTH_B;
    default:
        return 1;
    }
}

uint32_t gvirt_tile_height(GvirtTiling tiling)
{
    switch (tiling) {
    case GVIRT_TILING_X:
        return GVIRT_TILE_X_HEIGHT;
    case GVIRT_TILING_Y:
        return GVIRT_TILE_Y_HEIGHT;
    case GVIRT_TILING_W:
        return GVIRT_TILE_W_HEIGHT;
    default:
        return 1;
    }
}

/* Widths and heights are constants, so that no real division is left. */
#define TILED(T, in_tile)                                                   \
    ((y / GVIRT_TILE_##T##_HEIGHT * (pitch_B / GVIRT_TILE_##T##_WIDTH_B) +  \
      x_B / GVIRT_TILE_##T##_WIDTH_B) * GVIRT_TILE_SIZE_B +                 \
     in_tile(x_B % GVIRT_TILE_##T##_WIDTH_B, y % GVIRT_TILE_##T##_HEIGHT,   \
             swizzle))

uint64_t gvirt_tile_offset(GvirtTiling tiling, uint64_t x_B, uint64_t y,
                           uint64_t pitch_B, bool swizzle)
{
    switch (tiling) {
    case GVIRT_TILING_X:
        return TILED(X, gvirt_tile_in_x);
    case GVIRT_TILING_Y:
        return TILED(Y, gvirt_tile_in_y);
    case GVIRT_TILING_W:
        return TILED(W, gvirt_tile_in_w);
    default:
        return y * pitch_B + x_B;
    }
}

uint32_t gvirt_tile_run_plain_B(GvirtTiling tiling, uint64_t x_B)
{
    switch (tiling) {
    case GVIRT_TILING_X:
        return GVIRT_TILE_X_WIDTH_B - x_B % GVIRT_TILE_X_WIDTH_B;
    case GVIRT_TILING_Y:
        return GVIRT_TILE_Y_COLUMN_B - x_B % GVIRT_TILE_Y_COLUMN_B;
    case GVIRT_TILING_W:
        return 2 - x_B % 2;
    default:
        return GVIRT_PAGE_SIZE_B;
    }
}

uint32_t gvirt_tile_run_B(GvirtTiling tiling, uint64_t x_B)
{
    /* Swizzling exchanges cache lines, so a run must not leave one. */
    if (tiling == GVIRT_TILING_X) {
        return CACHE_LINE_B - x_B % CACHE_LINE_B;
    }
    return gvirt_tile_run_plain_B(tiling, x_B);
}
