/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hot ways of the blitter: plain copies and plain fills, run by run.
 *
 * Source: HSW PRM vol. 10, "When the Source and Destination Locations
 * Overlap" (directions), "Pattern Fill".
 */
#include <string.h>

#include <pixman.h>

#include "blit-internal.h"

/* Short runs, of tiles, have a length that the compiler can know. */
static void copy_run(uint8_t *to, const uint8_t *from, uint32_t size_B)
{
    uint8_t part[64];

    switch (size_B) {
    case 16:
        memcpy(part, from, 16);
        memcpy(to, part, 16);
        break;
    case 64:
        memcpy(part, from, 64);
        memcpy(to, part, 64);
        break;
    default:
        memmove(to, from, size_B);
        break;
    }
}

static void copy_row(GvirtBlit *blit, uint64_t dst_x_B, uint64_t dst_y,
                     uint64_t src_x_B, uint64_t src_y, uint64_t size_B)
{
    uint64_t done = 0;

    while (done < size_B) {
        uint32_t run_B;
        uint8_t *to = gvirt_blit_run(&blit->dst, dst_x_B + done, dst_y,
                                     size_B - done, &run_B);
        const uint8_t *from = gvirt_blit_run(&blit->src, src_x_B + done,
                                             src_y, run_B, &run_B);

        if (G_LIKELY(to && from)) {
            copy_run(to, from, run_B);
        }
        done += run_B;
    }
}

static void copy_row_back(GvirtBlit *blit, uint64_t dst_x_B, uint64_t dst_y,
                          uint64_t src_x_B, uint64_t src_y, uint64_t size_B)
{
    uint64_t left = size_B;

    while (left) {
        uint32_t run_B, src_run_B;
        uint8_t *to = gvirt_blit_run_back(&blit->dst, dst_x_B + left, dst_y,
                                          left, &run_B);
        const uint8_t *from = gvirt_blit_run_back(&blit->src, src_x_B + left,
                                                  src_y, run_B, &src_run_B);

        if (G_LIKELY(to && from)) {
            /* Both end at the same pixel: the shorter run counts. */
            copy_run(to + (run_B - src_run_B), from, src_run_B);
        }
        left -= src_run_B;
    }
}

/* Scan lines that touch each other on both sides are one long line. */
static bool copy_is_contiguous(const GvirtBlit *blit, uint64_t size_B)
{
    return blit->dst.tiling == GVIRT_TILING_LINEAR &&
           blit->src.tiling == GVIRT_TILING_LINEAR &&
           blit->dst.pitch_B == (int64_t)size_B &&
           blit->src.pitch_B == (int64_t)size_B;
}

bool gvirt_blit_copy(GvirtBlit *blit)
{
    uint64_t size_B = (uint64_t)(blit->x2 - blit->x1) * blit->cpp;
    uint64_t dst_x_B = (uint64_t)blit->x1 * blit->cpp;
    uint64_t src_x_B = (uint64_t)blit->src_x * blit->cpp;
    int64_t rows = blit->y2 - blit->y1;
    int64_t together = 1;
    int64_t i, n;

    if (copy_is_contiguous(blit, size_B) && !blit->x_backward &&
        !blit->y_backward) {
        together = MAX(1, GVIRT_BLIT_BREATH_B / (int64_t)size_B);
    }
    for (i = 0; i < rows; i += n) {
        int64_t row = blit->y_backward ? rows - 1 - i : i;

        n = MIN(together, rows - i);
        if (blit->x_backward) {
            copy_row_back(blit, dst_x_B, blit->y1 + row, src_x_B,
                          blit->src_y + row, size_B);
        } else {
            copy_row(blit, dst_x_B, blit->y1 + row, src_x_B,
                     blit->src_y + row, size_B * n);
        }
        if (!gvirt_blit_progress(blit, size_B * n)) {
            return false;
        }
    }
    return true;
}

typedef struct Fill {
    uint32_t color;
    bool bytes_equal;
    unsigned cpp;
    uint8_t pixels[GVIRT_PAGE_SIZE_B + 4];  /* for what is not aligned */
} Fill;

static void fill_init(Fill *fill, uint32_t color, unsigned cpp)
{
    unsigned i;

    fill->cpp = cpp;
    fill->color = color;
    if (cpp == 1) {
        fill->bytes_equal = true;
    } else {
        fill->bytes_equal = (color & 0xff) == (color >> 8 & 0xff) &&
                            (cpp == 2 || color >> 16 == (color & 0xffff));
    }
    if (fill->bytes_equal) {
        return;
    }
    for (i = 0; i < sizeof(fill->pixels); i++) {
        fill->pixels[i] = color >> i % cpp * 8;
    }
}

/* phase: which byte of a pixel is the first. */
static void fill_run(const Fill *fill, uint8_t *to, uint32_t size_B,
                     unsigned phase)
{
    if (fill->bytes_equal) {
        memset(to, fill->color, size_B);
    } else {
        memcpy(to, fill->pixels + phase, size_B);
    }
}

bool gvirt_blit_fill(GvirtBlit *blit, uint32_t color)
{
    uint64_t size_B = (uint64_t)(blit->x2 - blit->x1) * blit->cpp;
    uint64_t dst_x_B = (uint64_t)blit->x1 * blit->cpp;
    int64_t y;
    Fill fill;

    fill_init(&fill, color, blit->cpp);
    for (y = blit->y1; y < blit->y2; y++) {
        uint64_t done = 0;

        while (done < size_B) {
            uint32_t run_B;
            uint8_t *to = gvirt_blit_run(&blit->dst, dst_x_B + done, y,
                                         size_B - done, &run_B);

            if (G_LIKELY(to)) {
                fill_run(&fill, to, run_B, done % blit->cpp);
            }
            done += run_B;
        }
        if (!gvirt_blit_progress(blit, size_B)) {
            return false;
        }
    }
    return true;
}
