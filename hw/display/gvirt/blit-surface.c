/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blitter's operands in memory: runs of bytes, page by page.
 *
 * Addresses are computed in 64 bits. What lies outside of the space of an
 * engine, be it below 0, faults in gvirt_mem_page() as any hole does.
 *
 * Source: HSW PRM vol. 10, "2D (X,Y) BLT Instructions" (pitches, addresses).
 */
#include <string.h>

#include "blit-internal.h"

#define TILE_SIZE_B         4096

void gvirt_blit_surface_init(GvirtBlitSurface *surface, GvirtEngine *engine,
                             uint32_t addr, uint32_t pitch, GvirtTiling tiling,
                             bool write)
{
    int i;

    surface->engine = engine;
    surface->tiling = tiling;
    surface->write = write;
    if (tiling == GVIRT_TILING_LINEAR) {
        surface->addr = addr;
        surface->pitch_B = (int16_t)pitch;
        surface->swizzle = false;
    } else {
        surface->addr = addr & ~GVIRT_PAGE_MASK;
        surface->pitch_B = (int16_t)pitch * 4;
        surface->swizzle = gvirt_gpu_swizzle(engine->gpu);
    }
    for (i = 0; i < GVIRT_BLIT_PAGES; i++) {
        surface->page[i].page = UINT64_MAX;
        surface->page[i].dirty_from = 0;
        surface->page[i].dirty_to = 0;
    }
}

static uint64_t surface_addr(const GvirtBlitSurface *surface, uint64_t x_B,
                             uint64_t y)
{
    GvirtTiling tiling = surface->tiling;
    uint32_t width_B, height;
    int64_t row_B;

    if (tiling == GVIRT_TILING_LINEAR) {
        return surface->addr + (uint64_t)surface->pitch_B * y + x_B;
    }
    /* Rows of tiles by the signed pitch, the rest within one such row. */
    width_B = gvirt_tile_width_B(tiling);
    height = gvirt_tile_height(tiling);
    row_B = surface->pitch_B / (int64_t)width_B * TILE_SIZE_B;
    return surface->addr + (uint64_t)row_B * (y / height) +
           gvirt_tile_offset(tiling, x_B, y % height, width_B,
                             surface->swizzle);
}

static void page_flush(GvirtBlitSurface *surface, GvirtBlitPage *page)
{
    if (page->dirty_from != page->dirty_to) {
        gvirt_mem_dirty(surface->engine, page->page_hpa + page->dirty_from,
                        page->dirty_to - page->dirty_from);
        page->dirty_from = 0;
        page->dirty_to = 0;
    }
}

static GvirtBlitPage *page_get(GvirtBlitSurface *surface, uint64_t addr)
{
    uint64_t number = addr >> GVIRT_PAGE_SHIFT;
    GvirtBlitPage *page = &surface->page[number % GVIRT_BLIT_PAGES];

    if (G_UNLIKELY(page->page != number)) {
        page_flush(surface, page);
        page->page = number;
        page->host = gvirt_mem_page(surface->engine,
                                    surface->engine->fetch.space,
                                    addr & ~(uint64_t)GVIRT_PAGE_MASK,
                                    surface->write, &page->page_hpa);
    }
    return page;
}

static uint8_t *page_bytes(GvirtBlitSurface *surface, uint64_t addr,
                           uint32_t size_B)
{
    GvirtBlitPage *page = page_get(surface, addr);
    uint32_t from = addr & GVIRT_PAGE_MASK;

    if (!page->host) {
        return NULL;
    }
    if (surface->write) {
        if (page->dirty_from == page->dirty_to) {
            page->dirty_from = from;
            page->dirty_to = from + size_B;
        } else {
            page->dirty_from = MIN(page->dirty_from, from);
            page->dirty_to = MAX(page->dirty_to, from + size_B);
        }
    }
    return page->host + from;
}

static uint32_t run_limit_B(const GvirtBlitSurface *surface, uint64_t x_B)
{
    return surface->swizzle ? gvirt_tile_run_B(surface->tiling, x_B) :
           gvirt_tile_run_plain_B(surface->tiling, x_B);
}

uint8_t *gvirt_blit_run(GvirtBlitSurface *surface, uint64_t x_B, uint64_t y,
                        uint64_t want_B, uint32_t *run_B)
{
    uint64_t addr = surface_addr(surface, x_B, y);
    uint32_t size_B = GVIRT_PAGE_SIZE_B - (addr & GVIRT_PAGE_MASK);

    if (surface->tiling != GVIRT_TILING_LINEAR) {
        size_B = MIN(size_B, run_limit_B(surface, x_B));
    }
    size_B = MIN(size_B, want_B);
    *run_B = size_B;
    return page_bytes(surface, addr, size_B);
}

uint8_t *gvirt_blit_run_back(GvirtBlitSurface *surface, uint64_t end_B,
                             uint64_t y, uint64_t want_B, uint32_t *run_B)
{
    uint64_t last = surface_addr(surface, end_B - 1, y);
    uint32_t size_B = (last & GVIRT_PAGE_MASK) + 1;

    if (surface->tiling != GVIRT_TILING_LINEAR) {
        /* Runs begin at multiples of the length of the one at 0. */
        size_B = MIN(size_B, (end_B - 1) % run_limit_B(surface, 0) + 1);
    }
    size_B = MIN(size_B, want_B);
    *run_B = size_B;
    return page_bytes(surface, last - size_B + 1, size_B);
}

void gvirt_blit_surface_flush(GvirtBlitSurface *surface)
{
    int i;

    for (i = 0; i < GVIRT_BLIT_PAGES; i++) {
        page_flush(surface, &surface->page[i]);
        surface->page[i].page = UINT64_MAX;
    }
}

bool gvirt_blit_gather(GvirtBlitSurface *surface, uint64_t x_B, uint64_t y,
                       uint8_t *out, uint32_t size_B, uint8_t *enable)
{
    uint32_t done = 0;
    bool whole = true;

    while (done < size_B) {
        uint32_t run_B;
        const uint8_t *from = gvirt_blit_run(surface, x_B + done, y,
                                             size_B - done, &run_B);

        if (from) {
            memcpy(out + done, from, run_B);
        } else {
            memset(out + done, 0, run_B);
            memset(enable + done, 0, run_B);
            whole = false;
        }
        done += run_B;
    }
    return whole;
}

void gvirt_blit_scatter(GvirtBlitSurface *surface, uint64_t x_B, uint64_t y,
                        const uint8_t *in, uint32_t size_B,
                        const uint8_t *enable)
{
    uint32_t done = 0;

    while (done < size_B) {
        uint32_t run_B, i;
        uint8_t *to = gvirt_blit_run(surface, x_B + done, y, size_B - done,
                                     &run_B);

        if (to && !enable) {
            memcpy(to, in + done, run_B);
        } else if (to) {
            /* Bytes that are masked are not even written back. */
            for (i = 0; i < run_B; i++) {
                if (enable[done + i]) {
                    to[i] = in[done + i];
                }
            }
        }
        done += run_B;
    }
}

bool gvirt_blit_progress(GvirtBlit *blit, uint32_t work_B)
{
    blit->work_B += work_B;
    if (blit->work_B < GVIRT_BLIT_BREATH_B) {
        return true;
    }
    blit->work_B = 0;
    gvirt_blit_surface_flush(&blit->dst);
    if (blit->source == GVIRT_BLIT_COLOR) {
        gvirt_blit_surface_flush(&blit->src);
    }
    return gvirt_gpu_breathe(blit->engine);
}
