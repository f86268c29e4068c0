/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain copies and fills tile by tile: a tile is one page, so it is looked up
 * once for all its rows, and the scan lines of the linear side are followed
 * from tile to tile.
 *
 * Only where the order of the pixels does not matter: the operands are not to
 * overlap (where they do, as a guest may have it, the result is any order's).
 *
 * Source: HSW PRM vol. 5, "Tiling Algorithm".
 */
#include <string.h>

#include "blit-run.h"

#define ROWS_MAX        GVIRT_TILE_Y_HEIGHT
#define LINE_B          64u     /* what swizzling moves as a whole */

/* The compiler is to make a loop of its own for each set of constants. */
#define UNFOLDED        static inline __attribute__((always_inline))

/* Where a scan line of the linear side is. */
typedef struct Line {
    uint8_t *at;                /* NULL: a hole */
    uint32_t left_B;            /* of the page; 0: to be looked up */
    uint32_t begun_B;           /* what was left_B at first */
    uint64_t hpa;               /* of what was at first at */
} Line;

/* A row of tiles. */
typedef struct Band {
    GvirtBlitSurface *tiled;
    GvirtBlitSurface *linear;
    uint64_t tiled_x_B, tiled_y;
    uint64_t linear_addr;       /* of the first byte of the first row */
    uint64_t size_B;            /* of a row */
    uint32_t rows;
    uint64_t done_B;            /* of each row */
    Line line[ROWS_MAX];
} Band;

/* What the band has in one tile. */
typedef struct Part {
    uint8_t *tile;
    uint32_t x_B, y;            /* in the tile */
    uint32_t size_B;            /* of a row */
} Part;

bool gvirt_blit_tiles_suit(const GvirtBlit *blit)
{
    const GvirtBlitSurface *dst = &blit->dst;
    const GvirtBlitSurface *src = &blit->src;
    int64_t left_B = dst->tiling == GVIRT_TILING_LINEAR ? blit->x1 * blit->cpp :
                                                          0;
    int64_t row_B = dst->tiling == GVIRT_TILING_LINEAR ? ABS(dst->pitch_B) :
                    dst->pitch_B / dst->tile_width_B * dst->tile_width_B;

    /* The rows of the destination do not run into each other. */
    return (dst->tiling == GVIRT_TILING_LINEAR) !=
           (src->tiling == GVIRT_TILING_LINEAR) && dst->addr != src->addr &&
           blit->x2 * blit->cpp - left_B <= row_B &&
           !blit->x_backward && !blit->y_backward;
}

/* Both may be the same page: a guest maps, and overlaps, as it likes. */
UNFOLDED void move(uint8_t *tile, uint8_t *line, uint32_t size_B,
                   bool to_tile)
{
    memmove(to_tile ? tile : line, to_tile ? line : tile, size_B);
}

/* A whole unit: a constant where this is inlined. */
UNFOLDED void move_unit(uint8_t *tile, uint8_t *line, uint32_t unit_B,
                        bool to_tile)
{
    uint8_t unit[LINE_B];

    memcpy(unit, to_tile ? line : tile, unit_B);
    memcpy(to_tile ? tile : line, unit, unit_B);
}

/* A row of a tile of which runs of unit_B bytes lie together. */
UNFOLDED void move_units(uint8_t *tile, uint8_t *line, uint32_t x_B,
                         uint32_t y, uint32_t size_B, uint32_t unit_B,
                         bool is_y, bool swizzle, bool to_tile)
{
    while (size_B) {
        uint32_t run_B = MIN(size_B, unit_B - x_B % unit_B);
        uint8_t *at = tile + (is_y ? gvirt_tile_in_y(x_B, y, swizzle) :
                                     gvirt_tile_in_x(x_B, y, swizzle));

        if (G_LIKELY(run_B == unit_B)) {
            move_unit(at, line, unit_B, to_tile);
        } else {
            move(at, line, run_B, to_tile);
        }
        line += run_B;
        x_B += run_B;
        size_B -= run_B;
    }
}

/* All eight OWords of a row of a Y tile. */
UNFOLDED void move_columns(uint8_t *tile, uint8_t *line, uint32_t y,
                           bool swizzle, bool to_tile)
{
    uint8_t *even = tile + gvirt_tile_in_y(0, y, swizzle);
    uint8_t *odd = tile + gvirt_tile_in_y(16, y, swizzle);

    move_unit(even, line, 16, to_tile);
    move_unit(odd, line + 16, 16, to_tile);
    move_unit(even + 1024, line + 32, 16, to_tile);
    move_unit(odd + 1024, line + 48, 16, to_tile);
    move_unit(even + 2048, line + 64, 16, to_tile);
    move_unit(odd + 2048, line + 80, 16, to_tile);
    move_unit(even + 3072, line + 96, 16, to_tile);
    move_unit(odd + 3072, line + 112, 16, to_tile);
}

UNFOLDED void move_row(uint8_t *tile, uint8_t *line, uint32_t x_B, uint32_t y,
                       uint32_t size_B, bool is_y, bool swizzle, bool to_tile)
{
    if (is_y && size_B == GVIRT_TILE_Y_WIDTH_B) {
        move_columns(tile, line, y, swizzle, to_tile);
    } else if (is_y) {
        move_units(tile, line, x_B, y, size_B, GVIRT_TILE_Y_COLUMN_B, true,
                   swizzle, to_tile);
    } else if (swizzle) {
        move_units(tile, line, x_B, y, size_B, LINE_B, false, true, to_tile);
    } else {
        move(tile + gvirt_tile_in_x(x_B, y, false), line, size_B, to_tile);
    }
}

/* What was written of a page is told when the line leaves it. */
static void line_leave(Band *band, Line *line)
{
    if (band->linear->write && line->at && line->begun_B != line->left_B) {
        gvirt_mem_dirty(band->linear->engine, line->hpa,
                        line->begun_B - line->left_B);
    }
    line->at = NULL;
    line->left_B = 0;
}

static void line_find(Band *band, uint32_t row, uint64_t x_B)
{
    GvirtBlitSurface *linear = band->linear;
    uint64_t addr = band->linear_addr + (uint64_t)linear->pitch_B * row + x_B;
    uint32_t in_page = addr & GVIRT_PAGE_MASK;
    Line *line = &band->line[row];
    uint64_t page_hpa;

    line_leave(band, line);
    line->begun_B = MIN(GVIRT_PAGE_SIZE_B - in_page, band->size_B - x_B);
    line->left_B = line->begun_B;
    line->at = gvirt_mem_page(linear->engine, linear->space, addr,
                              linear->write, &page_hpa);
    if (line->at) {
        line->at += in_page;
        line->hpa = page_hpa + in_page;
    } else {
        linear->faults++;
    }
}

/* is_y, swizzle and to_tile are constants wherever this is inlined. */
UNFOLDED void part_move(Band *band, const Part *part, bool is_y, bool swizzle,
                        bool to_tile)
{
    uint32_t row, done_B, run_B;

    for (row = 0; row < band->rows; row++) {
        Line *line = &band->line[row];

        for (done_B = 0; done_B < part->size_B; done_B += run_B) {
            if (G_UNLIKELY(!line->left_B)) {
                line_find(band, row, band->done_B + done_B);
            }
            run_B = MIN(part->size_B - done_B, line->left_B);
            line->left_B -= run_B;
            if (G_LIKELY(line->at)) {
                move_row(part->tile, line->at, part->x_B + done_B,
                         part->y + row, run_B, is_y, swizzle, to_tile);
                line->at += run_B;
            }
        }
    }
}

static void part_copy(Band *band, const Part *part)
{
    switch ((band->tiled->tiling == GVIRT_TILING_Y) << 2 |
            band->tiled->swizzle << 1 | band->tiled->write) {
    case 0:
        part_move(band, part, false, false, false);
        break;
    case 1:
        part_move(band, part, false, false, true);
        break;
    case 2:
        part_move(band, part, false, true, false);
        break;
    case 3:
        part_move(band, part, false, true, true);
        break;
    case 4:
        part_move(band, part, true, false, false);
        break;
    case 5:
        part_move(band, part, true, false, true);
        break;
    case 6:
        part_move(band, part, true, true, false);
        break;
    default:
        part_move(band, part, true, true, true);
        break;
    }
}

static void band_leave_lines(Band *band)
{
    uint32_t row;

    for (row = 0; row < band->rows; row++) {
        line_leave(band, &band->line[row]);
    }
}

/* The part of the band in the next tile. */
static void band_next(Band *band, Part *part)
{
    GvirtBlitSurface *tiled = band->tiled;
    uint64_t x_B = band->tiled_x_B + band->done_B;
    uint64_t addr = gvirt_blit_addr(tiled, x_B, band->tiled_y);

    part->x_B = x_B % tiled->tile_width_B;
    part->y = band->tiled_y % (GVIRT_TILE_SIZE_B / tiled->tile_width_B);
    part->size_B = MIN(tiled->tile_width_B - part->x_B,
                       band->size_B - band->done_B);
    part->tile = gvirt_blit_bytes(tiled, addr & ~(uint64_t)GVIRT_PAGE_MASK,
                                  GVIRT_TILE_SIZE_B);
}

static bool band_copy(GvirtBlit *blit, Band *band)
{
    Part part;

    for (band->done_B = 0; band->done_B < band->size_B;
         band->done_B += part.size_B) {
        uint32_t work_B;

        band_next(band, &part);
        work_B = part.size_B * band->rows;
        if (G_LIKELY(part.tile)) {
            part_copy(band, &part);
        }
        /* Lines do not outlive a breath, nor go past a hole. */
        if (!part.tile || gvirt_blit_breath_is_near(blit, work_B) ||
            band->done_B + part.size_B == band->size_B) {
            band_leave_lines(band);
        }
        if (!gvirt_blit_progress(blit, work_B)) {
            return false;
        }
    }
    return true;
}

/* How many rows from row y on are in one row of tiles. */
static uint32_t band_rows(const GvirtBlitSurface *tiled, uint64_t y,
                          uint64_t want)
{
    uint32_t height = GVIRT_TILE_SIZE_B / tiled->tile_width_B;

    return MIN(height - y % height, want);
}

bool gvirt_blit_copy_tiles(GvirtBlit *blit)
{
    bool to_tiles = blit->dst.tiling != GVIRT_TILING_LINEAR;
    uint64_t dst_x_B = (uint64_t)blit->x1 * blit->cpp;
    uint64_t src_x_B = (uint64_t)blit->src_x * blit->cpp;
    uint64_t rows = blit->y2 - blit->y1;
    uint64_t row;
    Band band = {
        .tiled = to_tiles ? &blit->dst : &blit->src,
        .linear = to_tiles ? &blit->src : &blit->dst,
        .tiled_x_B = to_tiles ? dst_x_B : src_x_B,
        .size_B = (uint64_t)(blit->x2 - blit->x1) * blit->cpp,
    };

    for (row = 0; row < rows; row += band.rows) {
        band.tiled_y = (to_tiles ? blit->y1 : blit->src_y) + row;
        band.rows = band_rows(band.tiled, band.tiled_y, rows - row);
        band.linear_addr = to_tiles ?
            gvirt_blit_addr(band.linear, src_x_B, blit->src_y + row) :
            gvirt_blit_addr(band.linear, dst_x_B, blit->y1 + row);
        if (!band_copy(blit, &band)) {
            return false;
        }
    }
    return true;
}

/* Rows of a tile, or of columns of it, that are filled as a whole. */
static void part_fill(const Band *band, const Part *part, uint32_t color)
{
    const GvirtBlitSurface *tiled = band->tiled;
    uint32_t done_B, run_B, row;

    if (part->size_B * band->rows == GVIRT_TILE_SIZE_B) {
        gvirt_blit_fill_run(part->tile, GVIRT_TILE_SIZE_B, color, 0);
        return;
    }
    for (row = 0; row < band->rows; row++) {
        for (done_B = 0; done_B < part->size_B; done_B += run_B) {
            uint32_t x_B = part->x_B + done_B;
            uint32_t in_tile = tiled->tiling == GVIRT_TILING_Y ?
                gvirt_tile_in_y(x_B, part->y + row, tiled->swizzle) :
                gvirt_tile_in_x(x_B, part->y + row, tiled->swizzle);

            run_B = MIN(part->size_B - done_B,
                        tiled->run_B - (x_B & (tiled->run_B - 1)));
            gvirt_blit_fill_run(part->tile + in_tile, run_B, color, x_B);
        }
    }
}

bool gvirt_blit_fill_tiles(GvirtBlit *blit, uint32_t color)
{
    uint64_t rows = blit->y2 - blit->y1;
    uint64_t row;
    Band band = {
        .tiled = &blit->dst,
        .tiled_x_B = (uint64_t)blit->x1 * blit->cpp,
        .size_B = (uint64_t)(blit->x2 - blit->x1) * blit->cpp,
    };
    Part part;

    for (row = 0; row < rows; row += band.rows) {
        band.tiled_y = blit->y1 + row;
        band.rows = band_rows(band.tiled, band.tiled_y, rows - row);
        for (band.done_B = 0; band.done_B < band.size_B;
             band.done_B += part.size_B) {
            band_next(&band, &part);
            if (G_LIKELY(part.tile)) {
                part_fill(&band, &part, color);
            }
            if (!gvirt_blit_progress(blit, part.size_B * band.rows)) {
                return false;
            }
        }
    }
    return true;
}
