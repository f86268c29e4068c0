/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hot ways of the blitter: plain copies and plain fills, run by run.
 *
 * Source: HSW PRM vol. 10, "When the Source and Destination Locations
 * Overlap" (directions), "Pattern Fill".
 */
#include <string.h>
#include <wchar.h>

#include "blit-run.h"

/* From here on the machine's own string store is the faster. */
#define STRING_STORE_WORDS  2048

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

/* size_B bytes, within one page on either side. */
static void copy_span(const GvirtBlit *blit, const GvirtBlitSpan *to,
                      uint64_t dst_x_B, const GvirtBlitSpan *from,
                      uint64_t src_x_B, uint32_t size_B)
{
    uint32_t dst_run = blit->dst.run_B;
    uint32_t src_run = blit->src.run_B;
    uint32_t done = 0;

    if (blit->dst.tiling == GVIRT_TILING_LINEAR) {
        dst_run = 0;
    }
    if (blit->src.tiling == GVIRT_TILING_LINEAR) {
        src_run = 0;
    }
    while (done < size_B) {
        uint64_t to_x_B = dst_x_B + done;
        uint64_t from_x_B = src_x_B + done;
        uint32_t run_B = size_B - done;

        if (dst_run) {
            run_B = MIN(run_B, dst_run - (to_x_B & (dst_run - 1)));
        }
        if (src_run) {
            run_B = MIN(run_B, src_run - (from_x_B & (src_run - 1)));
        }
        copy_run(gvirt_blit_span_byte(&blit->dst, to, to_x_B),
                 gvirt_blit_span_byte(&blit->src, from, from_x_B), run_B);
        done += run_B;
    }
}

/* Both are linear. */
static void copy_row_linear(GvirtBlit *blit, uint64_t dst_x_B, uint64_t dst_y,
                            uint64_t src_x_B, uint64_t src_y, uint64_t size_B)
{
    uint64_t to_addr = gvirt_blit_addr(&blit->dst, dst_x_B, dst_y);
    uint64_t from_addr = gvirt_blit_addr(&blit->src, src_x_B, src_y);
    GvirtBlitLinear to = { .size_B = 0 };
    GvirtBlitLinear from = { .size_B = 0 };
    uint64_t to_done_B = 0, from_done_B = 0;
    uint64_t done, part_B;

    /* Each side is followed to its own end, however short the other's runs. */
    for (done = 0; done < size_B; done += part_B) {
        if (to_done_B == to.size_B) {
            gvirt_blit_linear(&blit->dst, to_addr + done, size_B - done, &to);
            to_done_B = 0;
        }
        if (from_done_B == from.size_B) {
            gvirt_blit_linear(&blit->src, from_addr + done, size_B - done,
                              &from);
            from_done_B = 0;
        }
        part_B = MIN(to.size_B - to_done_B, from.size_B - from_done_B);
        if (G_LIKELY(to.at && from.at)) {
            memmove(to.at + to_done_B, from.at + from_done_B, part_B);
        }
        to_done_B += part_B;
        from_done_B += part_B;
        if (to_done_B == to.size_B) {
            gvirt_blit_linear_written(&blit->dst, &to, to_done_B);
        }
    }
}

static void copy_row(GvirtBlit *blit, uint64_t dst_x_B, uint64_t dst_y,
                     uint64_t src_x_B, uint64_t src_y, uint64_t size_B)
{
    GvirtBlitSpan to = { .left_B = 0 };
    GvirtBlitSpan from = { .left_B = 0 };
    uint64_t done = 0;

    while (done < size_B) {
        uint32_t part_B;

        if (!to.left_B) {
            gvirt_blit_span(&blit->dst, dst_x_B + done, dst_y, size_B - done,
                            &to);
        }
        if (!from.left_B) {
            gvirt_blit_span(&blit->src, src_x_B + done, src_y, size_B - done,
                            &from);
        }
        part_B = MIN(to.left_B, from.left_B);
        if (G_LIKELY(to.base && from.base)) {
            copy_span(blit, &to, dst_x_B + done, &from, src_x_B + done,
                      part_B);
        }
        to.left_B -= part_B;
        from.left_B -= part_B;
        done += part_B;
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

/* Scan lines of a linear surface that touch each other: one long line. */
static bool is_contiguous(const GvirtBlitSurface *surface, uint64_t size_B)
{
    return surface->tiling == GVIRT_TILING_LINEAR &&
           surface->pitch_B == (int64_t)size_B;
}

bool gvirt_blit_copy(GvirtBlit *blit)
{
    uint64_t size_B = (uint64_t)(blit->x2 - blit->x1) * blit->cpp;
    uint64_t dst_x_B = (uint64_t)blit->x1 * blit->cpp;
    uint64_t src_x_B = (uint64_t)blit->src_x * blit->cpp;
    bool linear = blit->dst.tiling == GVIRT_TILING_LINEAR &&
                  blit->src.tiling == GVIRT_TILING_LINEAR;
    int64_t rows = blit->y2 - blit->y1;
    int64_t together = 1;
    int64_t i, n;

    if (gvirt_blit_tiles_suit(blit)) {
        return gvirt_blit_copy_tiles(blit);
    }
    if (is_contiguous(&blit->dst, size_B) &&
        is_contiguous(&blit->src, size_B) && !blit->x_backward &&
        !blit->y_backward) {
        together = MAX(1, GVIRT_BLIT_BREATH_B / (int64_t)size_B);
    }
    for (i = 0; i < rows; i += n) {
        int64_t row = blit->y_backward ? rows - 1 - i : i;

        n = MIN(together, rows - i);
        if (blit->x_backward) {
            copy_row_back(blit, dst_x_B, blit->y1 + row, src_x_B,
                          blit->src_y + row, size_B);
        } else if (linear) {
            copy_row_linear(blit, dst_x_B, blit->y1 + row, src_x_B,
                            blit->src_y + row, size_B * n);
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

/* count words, of which the C library knows how to make short work. */
static void fill_words(uint32_t *to, uint64_t count, uint32_t word)
{
#if defined(__x86_64__)
    /* Like memset(): whole lines are not read before they are written. */
    if (count >= STRING_STORE_WORDS) {
        __asm__ volatile("rep stosl" : "+D"(to), "+c"(count) : "a"(word) :
                         "memory");
        return;
    }
#endif
    if (sizeof(wchar_t) == sizeof(uint32_t)) {
        wmemset((wchar_t *)to, (wchar_t)word, count);
    } else {
        while (count--) {
            *to++ = word;
        }
    }
}

void gvirt_blit_fill_run(uint8_t *to, uint64_t size_B, uint32_t word,
                         unsigned phase)
{
    uint64_t i;

    word = word >> phase % 4 * 8 | word << (4 - phase % 4) % 4 * 8;
    while (size_B && (uintptr_t)to % 4) {
        *to++ = word;
        word = word >> 8 | word << 24;
        size_B--;
    }
    fill_words((uint32_t *)to, size_B / 4, GUINT32_TO_LE(word));
    for (i = size_B & ~3ull; i < size_B; i++) {
        to[i] = word;
        word = word >> 8 | word << 24;
    }
}

static void fill_row(GvirtBlit *blit, uint32_t word, uint64_t x_B, uint64_t y,
                     uint64_t size_B)
{
    uint64_t addr = gvirt_blit_addr(&blit->dst, x_B, y);
    GvirtBlitLinear to;
    uint64_t done;

    for (done = 0; done < size_B; done += to.size_B) {
        gvirt_blit_linear(&blit->dst, addr + done, size_B - done, &to);
        if (G_LIKELY(to.at)) {
            gvirt_blit_fill_run(to.at, to.size_B, word, done % 4);
            gvirt_blit_linear_written(&blit->dst, &to, to.size_B);
        }
    }
}

bool gvirt_blit_fill(GvirtBlit *blit, uint32_t color)
{
    uint64_t size_B = (uint64_t)(blit->x2 - blit->x1) * blit->cpp;
    uint64_t x_B = (uint64_t)blit->x1 * blit->cpp;
    int64_t together = 1;
    int64_t y, n;

    if (blit->cpp == 1) {
        color = (color & 0xff) * 0x01010101u;
    } else if (blit->cpp == 2) {
        color = (color & 0xffff) * 0x00010001u;
    }
    if (blit->dst.tiling != GVIRT_TILING_LINEAR) {
        return gvirt_blit_fill_tiles(blit, color);
    }
    if (is_contiguous(&blit->dst, size_B)) {
        together = MAX(1, GVIRT_BLIT_BREATH_B / (int64_t)size_B);
    }
    for (y = blit->y1; y < blit->y2; y += n) {
        n = MIN(together, blit->y2 - y);
        fill_row(blit, color, x_B, y, size_B * n);
        if (!gvirt_blit_progress(blit, size_B * n)) {
            return false;
        }
    }
    return true;
}
