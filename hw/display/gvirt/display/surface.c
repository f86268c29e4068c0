/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plane reads from memory: rows of linear and X-tiled surfaces in
 * global graphics memory, and which rows have changed since last time.
 *
 * A drawing translates each page once; changes are known by the generation
 * that the host keeps for each page. Offsets are computed in 64 bits, and what
 * lies beyond the graphics memory or has no memory behind it is black.
 *
 * Source: HSW PRM vol. 11a, "Primary Plane"; vol. 5, "Tiling".
 */
#include "display-internal.h"
#include "hw/gvirt/tiling.h"

#define TILE_WIDTH_B    512u
#define TILE_HEIGHT     8u
#define CACHE_LINE_B    64u

/* One call announces all, when pages lie about this dense. */
#define HULL_FACTOR     16

static bool same_place(const GvirtSurface *a, const GvirtSurface *b)
{
    return a->base_ggtt == b->base_ggtt && a->pitch_B == b->pitch_B &&
           a->cpp == b->cpp && a->tiled == b->tiled &&
           a->swizzle == b->swizzle && a->rotate == b->rotate &&
           a->x_px == b->x_px && a->y_px == b->y_px &&
           a->width_px == b->width_px && a->height_px == b->height_px;
}

static uint64_t row_first_B(const GvirtSurface *surface)
{
    return (uint64_t)surface->x_px * surface->cpp;
}

static uint64_t row_size_B(const GvirtSurface *surface)
{
    return (uint64_t)surface->width_px * surface->cpp;
}

bool gvirt_surface_set(GvirtSurface *surface, const GvirtSurface *want)
{
    uint64_t first_B, end_B, x_end_B;
    uint32_t serial = surface->serial;

    if (same_place(surface, want)) {
        return false;
    }
    g_free(surface->page);
    *surface = *want;
    surface->serial = serial;
    surface->page = NULL;
    surface->page_count = 0;
    if (!surface->width_px || !surface->height_px || !surface->cpp) {
        return true;
    }
    x_end_B = row_first_B(surface) + row_size_B(surface);
    if (surface->tiled) {
        first_B = surface->y_px / TILE_HEIGHT *
                  ((uint64_t)surface->pitch_B * TILE_HEIGHT);
        end_B = ((uint64_t)surface->y_px + surface->height_px - 1) /
                TILE_HEIGHT * ((uint64_t)surface->pitch_B * TILE_HEIGHT) +
                ((x_end_B - 1) / TILE_WIDTH_B + 1) * GVIRT_PAGE_SIZE_B;
    } else {
        first_B = (uint64_t)surface->y_px * surface->pitch_B +
                  row_first_B(surface);
        end_B = ((uint64_t)surface->y_px + surface->height_px - 1) *
                surface->pitch_B + x_end_B;
    }
    surface->first_page = first_B >> GVIRT_PAGE_SHIFT;
    surface->page_count = ((end_B - 1) >> GVIRT_PAGE_SHIFT) + 1 -
                          surface->first_page;
    surface->page = g_new0(GvirtSurfacePage, surface->page_count);
    return true;
}

void gvirt_surface_free(GvirtSurface *surface)
{
    g_free(surface->page);
    surface->page = NULL;
}

void gvirt_surface_begin(GvirtSurface *surface)
{
    uint32_t i;

    if (++surface->serial == 0) {
        for (i = 0; i < surface->page_count; i++) {
            surface->page[i].serial = 0;
        }
        surface->serial = 1;
    }
}

/* The page that holds offset_B of the surface, translated; NULL: none. */
static GvirtSurfacePage *find_page(GvirtDisplay *display,
                                   GvirtSurface *surface, uint64_t offset_B)
{
    uint64_t index = (offset_B >> GVIRT_PAGE_SHIFT) - surface->first_page;
    GvirtSurfacePage *page;
    uint64_t addr_ggtt, page_hpa = 0;

    if (index >= surface->page_count) {
        return NULL;
    }
    page = &surface->page[index];
    if (page->serial != surface->serial) {
        addr_ggtt = surface->base_ggtt + (offset_B & ~(uint64_t)GVIRT_PAGE_MASK);
        page->data = addr_ggtt < GVIRT_GGTT_SIZE_B
                     ? display->ops->page(display->opaque, addr_ggtt,
                                          &page_hpa) : NULL;
        if (!page->data) {
            page_hpa = UINT64_MAX;
        }
        /* Another page, or first seen: changed whatever its generation. */
        page->moved |= page->page_hpa != page_hpa || page->serial == 0;
        page->page_hpa = page_hpa;
        page->checked = false;
        page->serial = surface->serial;
    }
    return page;
}

static uint64_t tile_row_B(const GvirtSurface *surface, uint64_t tile_row)
{
    return tile_row * ((uint64_t)surface->pitch_B * TILE_HEIGHT);
}

/* Bands of rows that share their pages: one row, or the rows of a tile. */
typedef struct Band {
    uint64_t first_B;           /* of its first page */
    uint32_t pages;
    uint32_t row, rows;         /* of the surface */
} Band;

static bool next_band(const GvirtSurface *surface, Band *band, bool first)
{
    uint32_t row = first ? 0 : band->row + band->rows;
    uint64_t y = (uint64_t)surface->y_px + row, start_B, end_B;

    if (row >= surface->height_px) {
        return false;
    }
    band->row = row;
    if (surface->tiled) {
        band->rows = MIN(TILE_HEIGHT - (uint32_t)(y % TILE_HEIGHT),
                         surface->height_px - row);
        start_B = row_first_B(surface) / TILE_WIDTH_B;
        end_B = (row_first_B(surface) + row_size_B(surface) - 1) /
                TILE_WIDTH_B;
        band->first_B = tile_row_B(surface, y / TILE_HEIGHT) +
                        start_B * GVIRT_PAGE_SIZE_B;
        band->pages = end_B - start_B + 1;
    } else {
        band->rows = 1;
        start_B = y * surface->pitch_B + row_first_B(surface);
        end_B = start_B + row_size_B(surface) - 1;
        band->first_B = start_B & ~(uint64_t)GVIRT_PAGE_MASK;
        band->pages = (end_B >> GVIRT_PAGE_SHIFT) -
                      (start_B >> GVIRT_PAGE_SHIFT) + 1;
    }
    return true;
}

static void announce(GvirtDisplay *display, GvirtSurface *surface)
{
    const GvirtHost *host = display->host;
    uint64_t low = UINT64_MAX, high = 0, run_hpa = 0, run_B = 0, hpa;
    uint32_t i, count = 0;

    if (!host->ops->sync_dirty) {
        return;
    }
    for (i = 0; i < surface->page_count; i++) {
        if (surface->page[i].serial == surface->serial &&
            surface->page[i].data) {
            low = MIN(low, surface->page[i].page_hpa);
            high = MAX(high, surface->page[i].page_hpa);
            count++;
        }
    }
    if (!count) {
        return;
    }
    if ((high - low) >> GVIRT_PAGE_SHIFT < (uint64_t)count * HULL_FACTOR) {
        host->ops->sync_dirty(host->opaque, low,
                              high - low + GVIRT_PAGE_SIZE_B);
        return;
    }
    for (i = 0; i < surface->page_count; i++) {
        if (surface->page[i].serial != surface->serial ||
            !surface->page[i].data) {
            continue;
        }
        hpa = surface->page[i].page_hpa;
        if (run_B && hpa == run_hpa + run_B) {
            run_B += GVIRT_PAGE_SIZE_B;
            continue;
        }
        if (run_B) {
            host->ops->sync_dirty(host->opaque, run_hpa, run_B);
        }
        run_hpa = hpa;
        run_B = GVIRT_PAGE_SIZE_B;
    }
    host->ops->sync_dirty(host->opaque, run_hpa, run_B);
}

static bool page_changed(GvirtDisplay *display, GvirtSurfacePage *page)
{
    const GvirtHost *host = display->host;
    uint32_t gen;

    if (!page->checked) {
        page->checked = true;
        page->changed = page->moved;
        page->moved = false;
        if (page->data) {
            gen = host->ops->page_gen
                  ? host->ops->page_gen(host->opaque, page->page_hpa) : 0;
            page->changed |= gen == 0 || gen != page->gen;
            page->gen = gen;
        }
    }
    return page->changed;
}

void gvirt_surface_changes(GvirtDisplay *display, GvirtSurface *surface,
                           uint8_t *rows, int32_t first_row,
                           uint32_t row_limit)
{
    GvirtSurfacePage *page;
    bool more, changed;
    uint32_t i;
    int64_t row;
    Band band;

    if (!surface->page_count) {
        return;
    }
    for (more = next_band(surface, &band, true); more;
         more = next_band(surface, &band, false)) {
        for (i = 0; i < band.pages; i++) {
            find_page(display, surface,
                      band.first_B + (uint64_t)i * GVIRT_PAGE_SIZE_B);
        }
    }
    announce(display, surface);
    for (more = next_band(surface, &band, true); more;
         more = next_band(surface, &band, false)) {
        changed = false;
        for (i = 0; i < band.pages; i++) {
            page = find_page(display, surface,
                             band.first_B + (uint64_t)i * GVIRT_PAGE_SIZE_B);
            if (page && page_changed(display, page)) {
                changed = true;
            }
        }
        for (i = 0; changed && i < band.rows; i++) {
            row = band.row + i;
            if (surface->rotate) {
                row = surface->height_px - 1 - row;
            }
            row += first_row;
            if (row >= 0 && row < row_limit) {
                rows[row] = 1;
            }
        }
    }
}

void gvirt_surface_fetch(GvirtDisplay *display, GvirtSurface *surface,
                         uint32_t y, uint8_t *out)
{
    uint64_t x_B = row_first_B(surface), left_B = row_size_B(surface);
    uint64_t offset_B, run_B;
    GvirtSurfacePage *page;

    if (y >= surface->height_px) {
        return;
    }
    if (surface->rotate) {
        y = surface->height_px - 1 - y;
    }
    y += surface->y_px;
    while (left_B) {
        if (surface->tiled) {
            offset_B = gvirt_tile_offset(GVIRT_TILING_X, x_B, y,
                                         surface->pitch_B, surface->swizzle);
            run_B = surface->swizzle ? CACHE_LINE_B - x_B % CACHE_LINE_B
                                     : TILE_WIDTH_B - x_B % TILE_WIDTH_B;
        } else {
            offset_B = (uint64_t)y * surface->pitch_B + x_B;
            run_B = GVIRT_PAGE_SIZE_B - (offset_B & GVIRT_PAGE_MASK);
        }
        run_B = MIN(run_B, left_B);
        page = find_page(display, surface, offset_B);
        if (page && page->data) {
            memcpy(out, page->data + (offset_B & GVIRT_PAGE_MASK), run_B);
        } else {
            memset(out, 0, run_B);
        }
        out += run_B;
        x_B += run_B;
        left_B -= run_B;
    }
}
