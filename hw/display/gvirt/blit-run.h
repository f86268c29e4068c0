/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of bytes of an operand that lie next to each other in memory: what the
 * blitter's inner loops ask for most, hence inline.
 *
 * Source: HSW PRM vol. 10, "2D (X,Y) BLT Instructions" (addresses).
 */
#ifndef HW_DISPLAY_GVIRT_BLIT_RUN_H
#define HW_DISPLAY_GVIRT_BLIT_RUN_H

#include "blit-internal.h"
#include "tiling-inline.h"

/* blit-surface.c: find the page anew; its slot is given. */
void gvirt_blit_page_miss(GvirtBlitSurface *surface, GvirtBlitPage *page,
                          uint64_t number);

static inline uint64_t gvirt_blit_addr(const GvirtBlitSurface *surface,
                                       uint64_t x_B, uint64_t y)
{
    switch (surface->tiling) {
    case GVIRT_TILING_X:
        return surface->addr +
               (uint64_t)surface->tile_row_B * (y / GVIRT_TILE_X_HEIGHT) +
               x_B / GVIRT_TILE_X_WIDTH_B * GVIRT_TILE_SIZE_B +
               gvirt_tile_in_x(x_B % GVIRT_TILE_X_WIDTH_B,
                               y % GVIRT_TILE_X_HEIGHT, surface->swizzle);
    case GVIRT_TILING_Y:
        return surface->addr +
               (uint64_t)surface->tile_row_B * (y / GVIRT_TILE_Y_HEIGHT) +
               x_B / GVIRT_TILE_Y_WIDTH_B * GVIRT_TILE_SIZE_B +
               gvirt_tile_in_y(x_B % GVIRT_TILE_Y_WIDTH_B,
                               y % GVIRT_TILE_Y_HEIGHT, surface->swizzle);
    default:
        return surface->addr + (uint64_t)surface->pitch_B * y + x_B;
    }
}

static inline void gvirt_blit_page_written(GvirtBlitSurface *surface,
                                           GvirtBlitPage *page, uint32_t from,
                                           uint32_t size_B)
{
    if (page->dirty_from == page->dirty_to) {
        page->dirty_from = from;
        page->dirty_to = from + size_B;
        if (!page->listed) {
            page->listed = true;
            surface->dirty_slot[surface->dirty_count++] =
                page - surface->page;
        }
    } else {
        page->dirty_from = MIN(page->dirty_from, from);
        page->dirty_to = MAX(page->dirty_to, from + size_B);
    }
}

static inline uint8_t *gvirt_blit_bytes(GvirtBlitSurface *surface,
                                        uint64_t addr, uint32_t size_B)
{
    uint64_t number = addr >> GVIRT_PAGE_SHIFT;
    GvirtBlitPage *page = &surface->page[number % GVIRT_BLIT_PAGES];
    uint32_t from = addr & GVIRT_PAGE_MASK;

    if (G_UNLIKELY(page->number != number ||
                   page->generation != surface->generation)) {
        gvirt_blit_page_miss(surface, page, number);
    }
    if (G_UNLIKELY(!page->host)) {
        return NULL;
    }
    if (surface->write) {
        gvirt_blit_page_written(surface, page, from, size_B);
    }
    return page->host + from;
}

/*
 * The byte x_B of row y, and how many bytes up to want_B follow it in memory.
 * NULL where there is no page; *run_B is then the length of the hole. On a
 * destination the run counts as written. Good until the next breath.
 */
static inline uint8_t *gvirt_blit_run(GvirtBlitSurface *surface, uint64_t x_B,
                                      uint64_t y, uint64_t want_B,
                                      uint32_t *run_B)
{
    uint64_t addr = gvirt_blit_addr(surface, x_B, y);
    uint32_t size_B = GVIRT_PAGE_SIZE_B - (addr & GVIRT_PAGE_MASK);

    if (surface->tiling != GVIRT_TILING_LINEAR) {
        size_B = surface->run_B - (x_B & (surface->run_B - 1));
    }
    *run_B = MIN(size_B, want_B);
    return gvirt_blit_bytes(surface, addr, *run_B);
}

/* The same backwards: the run ends before byte end_B; points to its start. */
static inline uint8_t *gvirt_blit_run_back(GvirtBlitSurface *surface,
                                           uint64_t end_B, uint64_t y,
                                           uint64_t want_B, uint32_t *run_B)
{
    uint64_t last = gvirt_blit_addr(surface, end_B - 1, y);
    uint32_t size_B = (last & GVIRT_PAGE_MASK) + 1;

    if (surface->tiling != GVIRT_TILING_LINEAR) {
        size_B = ((end_B - 1) & (surface->run_B - 1)) + 1;
    }
    size_B = MIN(size_B, want_B);
    *run_B = size_B;
    return gvirt_blit_bytes(surface, last - size_B + 1, size_B);
}

/* A part of a row that lies within one page: of a tile, or linear. */
typedef struct GvirtBlitSpan {
    uint8_t *base;              /* of the tile, or at x_B; NULL: a hole */
    uint64_t x_B;               /* linear: of the byte at base */
    uint32_t in_y;              /* tiled: the row within the tile */
    uint32_t left_B;            /* of the row from where it was asked for */
} GvirtBlitSpan;

static inline void gvirt_blit_span(GvirtBlitSurface *surface, uint64_t x_B,
                                   uint64_t y, uint64_t want_B,
                                   GvirtBlitSpan *span)
{
    uint64_t addr = gvirt_blit_addr(surface, x_B, y);
    uint32_t in_page = addr & GVIRT_PAGE_MASK;
    uint32_t width_B = surface->tile_width_B;

    span->x_B = x_B;
    if (surface->tiling == GVIRT_TILING_LINEAR) {
        span->left_B = MIN(GVIRT_PAGE_SIZE_B - in_page, want_B);
        span->base = gvirt_blit_bytes(surface, addr, span->left_B);
    } else {
        span->in_y = y % (GVIRT_TILE_SIZE_B / width_B);
        span->left_B = MIN(width_B - x_B % width_B, want_B);
        span->base = gvirt_blit_bytes(surface, addr - in_page,
                                      GVIRT_TILE_SIZE_B);
    }
}

/* The byte x_B of a span that is no hole. */
static inline uint8_t *gvirt_blit_span_byte(const GvirtBlitSurface *surface,
                                            const GvirtBlitSpan *span,
                                            uint64_t x_B)
{
    switch (surface->tiling) {
    case GVIRT_TILING_X:
        return span->base + gvirt_tile_in_x(x_B % GVIRT_TILE_X_WIDTH_B,
                                            span->in_y, surface->swizzle);
    case GVIRT_TILING_Y:
        return span->base + gvirt_tile_in_y(x_B % GVIRT_TILE_Y_WIDTH_B,
                                            span->in_y, surface->swizzle);
    default:
        return span->base + (x_B - span->x_B);
    }
}

#endif /* HW_DISPLAY_GVIRT_BLIT_RUN_H */
