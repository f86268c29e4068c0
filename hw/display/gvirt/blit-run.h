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
void gvirt_blit_page_miss(GvirtBlitSurface *surface, unsigned slot,
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
                                           unsigned slot, uint32_t from,
                                           uint32_t size_B)
{
    GvirtBlitPage *page = &surface->page[slot];

    if (!(surface->dirty >> slot & 1)) {
        surface->dirty |= 1ull << slot;
        page->dirty_from = from;
        page->dirty_to = from + size_B;
    } else {
        page->dirty_from = MIN(page->dirty_from, from);
        page->dirty_to = MAX(page->dirty_to, from + size_B);
    }
}

static inline uint8_t *gvirt_blit_bytes(GvirtBlitSurface *surface,
                                        uint64_t addr, uint32_t size_B)
{
    uint64_t number = addr >> GVIRT_PAGE_SHIFT;
    unsigned slot = number % GVIRT_BLIT_PAGES;
    GvirtBlitPage *page = &surface->page[slot];
    uint32_t from = addr & GVIRT_PAGE_MASK;

    if (G_UNLIKELY(!(surface->known >> slot & 1) || page->number != number)) {
        gvirt_blit_page_miss(surface, slot, number);
    }
    if (G_UNLIKELY(!page->host)) {
        return NULL;
    }
    if (surface->write) {
        gvirt_blit_page_written(surface, slot, from, size_B);
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

/* Bytes of a linear operand that lie together, on several pages even. */
typedef struct GvirtBlitLinear {
    uint8_t *at;                /* NULL: a hole */
    uint64_t size_B;
    uint64_t more_hpa;          /* behind the first page: */
    uint64_t more_B;
} GvirtBlitLinear;

/* Up to want_B bytes from addr on. */
static inline void gvirt_blit_linear(GvirtBlitSurface *surface, uint64_t addr,
                                     uint64_t want_B, GvirtBlitLinear *run)
{
    uint64_t next = (addr | GVIRT_PAGE_MASK) + 1;

    run->size_B = MIN(next - addr, want_B);
    run->more_hpa = 0;
    run->more_B = 0;
    run->at = gvirt_blit_bytes(surface, addr, run->size_B);
    if (run->at && run->size_B < want_B) {
        run->more_hpa = surface->page[(addr >> GVIRT_PAGE_SHIFT) %
                                      GVIRT_BLIT_PAGES].page_hpa +
                        GVIRT_PAGE_SIZE_B;
        run->more_B = gvirt_mem_follow(surface->engine, surface->space, next,
                                       surface->write, run->at + run->size_B,
                                       run->more_hpa, want_B - run->size_B);
        run->size_B += run->more_B;
    }
}

/* The first size_B bytes of a run of the destination are written. */
static inline void gvirt_blit_linear_written(GvirtBlitSurface *surface,
                                             const GvirtBlitLinear *run,
                                             uint64_t size_B)
{
    uint64_t first_B = run->size_B - run->more_B;

    if (run->at && size_B > first_B) {
        gvirt_mem_dirty(surface->engine, run->more_hpa, size_B - first_B);
    }
}

/* As gvirt_blit_run(), but it ends before byte end_B; points to its start. */
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
