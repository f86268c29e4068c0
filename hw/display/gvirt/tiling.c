/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tilings of Gen7.5 surfaces: pure functions from picture to memory.
 *
 * Source: HSW PRM vol. 5, "Tiling Algorithm", "Address Swizzling for
 * Tiled-Y Surfaces", "... Tiled-X Surfaces".
 */
#include "hw/gvirt/tiling.h"

#define TILE_SIZE_B         4096u

#define X_WIDTH_B           512u
#define X_HEIGHT            8u
#define Y_WIDTH_B           128u
#define Y_HEIGHT            32u
#define Y_COLUMN_B          16u
#define W_WIDTH_B           64u
#define W_HEIGHT            64u

#define CACHE_LINE_B        64u

uint32_t gvirt_tile_width_B(GvirtTiling tiling)
{
    switch (tiling) {
    case GVIRT_TILING_X:
        return X_WIDTH_B;
    case GVIRT_TILING_Y:
        return Y_WIDTH_B;
    case GVIRT_TILING_W:
        return W_WIDTH_B;
    default:
        return 1;
    }
}

uint32_t gvirt_tile_height(GvirtTiling tiling)
{
    switch (tiling) {
    case GVIRT_TILING_X:
        return X_HEIGHT;
    case GVIRT_TILING_Y:
        return Y_HEIGHT;
    case GVIRT_TILING_W:
        return W_HEIGHT;
    default:
        return 1;
    }
}

/*
 * Within a W tile: columns of 8 x 64 bytes, blocks of 8 x 8 in them, and in a
 * block the bits of x and y in turn.
 */
static uint32_t offset_in_w_tile(uint32_t x, uint32_t y)
{
    return x / 8 * (W_HEIGHT * 8) + y / 8 * 64 +
           (y / 4 % 2) * 32 + (x / 4 % 2) * 16 +
           (y / 2 % 2) * 8 + (x / 2 % 2) * 4 +
           (y % 2) * 2 + x % 2;
}

uint64_t gvirt_tile_offset(GvirtTiling tiling, uint64_t x_B, uint64_t y,
                           uint64_t pitch_B, bool swizzle)
{
    uint32_t width_B = gvirt_tile_width_B(tiling);
    uint32_t height = gvirt_tile_height(tiling);
    uint32_t in_x, in_y, in_tile, bit6;
    uint64_t tile;

    if (tiling == GVIRT_TILING_LINEAR) {
        return y * pitch_B + x_B;
    }
    in_x = x_B % width_B;
    in_y = y % height;
    tile = y / height * (pitch_B / width_B) + x_B / width_B;
    switch (tiling) {
    case GVIRT_TILING_X:
        in_tile = in_y * X_WIDTH_B + in_x;
        bit6 = (in_tile >> 9 ^ in_tile >> 10) & 1;
        break;
    case GVIRT_TILING_Y:
        in_tile = in_x / Y_COLUMN_B * (Y_HEIGHT * Y_COLUMN_B) +
                  in_y * Y_COLUMN_B + in_x % Y_COLUMN_B;
        bit6 = in_tile >> 9 & 1;
        break;
    default:
        in_tile = offset_in_w_tile(in_x, in_y);
        bit6 = in_tile >> 9 & 1;
        break;
    }
    if (swizzle) {
        in_tile ^= bit6 << 6;
    }
    return tile * TILE_SIZE_B + in_tile;
}

uint32_t gvirt_tile_run_plain_B(GvirtTiling tiling, uint64_t x_B)
{
    switch (tiling) {
    case GVIRT_TILING_X:
        return X_WIDTH_B - x_B % X_WIDTH_B;
    case GVIRT_TILING_Y:
        return Y_COLUMN_B - x_B % Y_COLUMN_B;
    case GVIRT_TILING_W:
        return 2 - x_B % 2;
    default:
        return TILE_SIZE_B;
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
