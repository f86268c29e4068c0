/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Monochrome sources, and the masks that colours make.
 *
 * Source: HSW PRM vol. 10, "Monochrome Source Data", "Per-Pixel Write-Masking
 * Operations"; IVB PRM vol. 1 part 4, BR00 (transparency range mode).
 */
#include <string.h>

#include "blit-internal.h"

#define ROW_MAX_B       (GVIRT_BLIT_CHUNK_B / 8 + 2)

/* size_B bytes of the stream from byte offset on. */
static bool mono_read(const GvirtBlit *blit, uint64_t offset, uint8_t *out,
                      uint32_t size_B)
{
    const GvirtBlitMono *mono = &blit->mono;
    uint32_t i;

    if (!mono->immediate) {
        return gvirt_mem_read(blit->engine, blit->space, mono->addr + offset,
                              out, size_B);
    }
    for (i = 0; i < size_B; i++) {
        uint64_t at = offset + i;

        /* The real part waits for data that never comes. */
        out[i] = at < mono->immediate_B ?
                 mono->immediate[at / 4] >> at % 4 * 8 : 0;
    }
    return true;
}

static void put_pixel(uint8_t *out, unsigned cpp, uint32_t pixel)
{
    unsigned byte;

    for (byte = 0; byte < cpp; byte++) {
        out[byte] = pixel >> byte * 8;
    }
}

bool gvirt_blit_mono_expand(const GvirtBlit *blit, uint32_t x, uint32_t y,
                            uint32_t count, uint8_t *out, uint8_t *enable)
{
    const GvirtBlitMono *mono = &blit->mono;
    uint64_t first = mono->first_bit + y * mono->stride_bits + x;
    unsigned cpp = blit->cpp;
    uint32_t shift = first % 8;
    uint8_t row[ROW_MAX_B];
    uint32_t i;

    if (!mono_read(blit, first / 8, row, (shift + count + 7) / 8)) {
        return false;
    }
    for (i = 0; i < count; i++) {
        bool one = row[(shift + i) / 8] >> (7 - (shift + i) % 8) & 1;

        put_pixel(out + i * cpp, cpp,
                  one ? mono->foreground : mono->background);
        if (mono->transparent && !one) {
            memset(enable + i * cpp, 0, cpp);
        }
    }
    return true;
}

/* The components of a pixel by depth: shift and bits; alpha is the last. */
typedef struct Component {
    uint8_t shift;
    uint8_t bits;
} Component;

static const Component component[4][4] = {
    { { 0, 8 } },
    { { 0, 5 }, { 5, 6 }, { 11, 5 } },
    { { 0, 5 }, { 5, 5 }, { 10, 5 }, { 15, 1 } },
    { { 0, 8 }, { 8, 8 }, { 16, 8 }, { 24, 8 } },
};

static bool in_range(const GvirtBlit *blit, uint32_t pixel, bool alpha)
{
    int i;

    for (i = 0; i < (alpha ? 4 : 3); i++) {
        const Component *c = &component[blit->depth][i];
        uint32_t mask = (1u << c->bits) - 1;
        uint32_t value = pixel >> c->shift & mask;

        if (value < (blit->chroma_low >> c->shift & mask) ||
            value > (blit->chroma_high >> c->shift & mask)) {
            return false;
        }
    }
    return true;
}

static uint32_t get_pixel(const uint8_t *in, unsigned cpp)
{
    uint32_t pixel = 0;
    unsigned byte;

    for (byte = 0; byte < cpp; byte++) {
        pixel |= (uint32_t)in[byte] << byte * 8;
    }
    return pixel;
}

void gvirt_blit_chroma(const GvirtBlit *blit, const uint8_t *source,
                       const uint8_t *destination, uint32_t count,
                       uint8_t *enable)
{
    bool by_source = blit->chroma == GVIRT_CHROMA_SRC ||
                     blit->chroma == GVIRT_CHROMA_SRC_ALPHA;
    bool alpha = blit->chroma == GVIRT_CHROMA_SRC_ALPHA ||
                 blit->chroma == GVIRT_CHROMA_DST_ALPHA;
    const uint8_t *in = by_source ? source : destination;
    unsigned cpp = blit->cpp;
    uint32_t i;

    for (i = 0; i < count; i++) {
        /* A source in range is left out, a destination in range written. */
        if (in_range(blit, get_pixel(in + i * cpp, cpp), alpha) == by_source) {
            memset(enable + i * cpp, 0, cpp);
        }
    }
}
