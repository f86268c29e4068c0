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

#include "blit-run.h"

void gvirt_blit_surface_init(GvirtBlitSurface *surface, GvirtEngine *engine,
                             uint32_t addr, uint32_t pitch, GvirtTiling tiling,
                             bool write)
{
    surface->engine = engine;
    surface->space = engine->fetch.space;
    surface->faults = 0;
    surface->tiling = tiling;
    surface->write = write;
    if (tiling == GVIRT_TILING_LINEAR) {
        surface->addr = addr;
        surface->pitch_B = (int16_t)pitch;
        surface->swizzle = false;
        surface->tile_row_B = 0;
        surface->run_B = GVIRT_PAGE_SIZE_B;
        surface->tile_width_B = GVIRT_PAGE_SIZE_B;
    } else {
        surface->addr = addr & ~GVIRT_PAGE_MASK;
        surface->pitch_B = (int16_t)pitch * 4;
        surface->swizzle = gvirt_gpu_swizzle(engine->gpu);
        surface->tile_width_B = gvirt_tile_width_B(tiling);
        surface->tile_row_B = surface->pitch_B /
                              (int64_t)surface->tile_width_B *
                              (int64_t)GVIRT_TILE_SIZE_B;
        surface->run_B = surface->swizzle ? gvirt_tile_run_B(tiling, 0) :
                         gvirt_tile_run_plain_B(tiling, 0);
    }
    surface->known = 0;
    surface->dirty = 0;
}

static void page_flush(GvirtBlitSurface *surface, unsigned slot)
{
    const GvirtBlitPage *page = &surface->page[slot];

    gvirt_mem_dirty(surface->engine, page->page_hpa + page->dirty_from,
                    page->dirty_to - page->dirty_from);
}

void gvirt_blit_page_miss(GvirtBlitSurface *surface, unsigned slot,
                          uint64_t number)
{
    GvirtBlitPage *page = &surface->page[slot];
    uint64_t bit = 1ull << slot;

    if (surface->dirty & bit) {
        page_flush(surface, slot);
        surface->dirty &= ~bit;
    }
    surface->known |= bit;
    page->number = number;
    page->host = gvirt_mem_page(surface->engine, surface->space,
                                number << GVIRT_PAGE_SHIFT, surface->write,
                                &page->page_hpa);
    surface->faults += !page->host;
}

void gvirt_blit_surface_flush(GvirtBlitSurface *surface)
{
    while (surface->dirty) {
        page_flush(surface, __builtin_ctzll(surface->dirty));
        surface->dirty &= surface->dirty - 1;
    }
    surface->known = 0;
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
    uint32_t faults = blit->dst.faults;

    blit->work_B += work_B;
    if (blit->work_B < GVIRT_BLIT_BREATH_B) {
        return true;
    }
    blit->work_B = 0;
    gvirt_blit_surface_flush(&blit->dst);
    if (blit->source == GVIRT_BLIT_COLOR) {
        gvirt_blit_surface_flush(&blit->src);
        faults += blit->src.faults;
    }
    if (faults > GVIRT_BLIT_FAULTS_MAX) {
        gvirt_log_guest_error(blit->engine->gpu->host, "%s: %u pages without "
                              "memory, the rest is dropped", blit->name,
                              faults);
        blit->dropped = true;
        return false;
    }
    return gvirt_gpu_breathe(blit->engine);
}
