/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference of tests/guest/blit; see blit-model.h. */
#include "blit-model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned depth_size_B(unsigned depth)
{
    return depth == 0 ? 1 : depth == 3 ? 4 : 2;
}

/*
 * X tiles are 512 bytes by 8 rows, row after row; Y tiles are 128 bytes by 32
 * rows, in columns of 16 bytes.  The memory controller's channel swizzle
 * folds higher address bits into bit 6 of tiled accesses.
 */
uint32_t surface_offset(const Surface *s, int x_B, int y)
{
    uint32_t offset;

    switch (s->tiling) {
    case TILING_X:
        offset = s->base + y / 8 * s->pitch_B * 8 + x_B / 512 * 4096 +
                 y % 8 * 512 + x_B % 512;
        break;
    case TILING_Y:
        offset = s->base + y / 32 * s->pitch_B * 32 + x_B / 128 * 4096 +
                 x_B % 128 / 16 * 512 + y % 32 * 16 + x_B % 16;
        break;
    default:
        return s->base + y * s->pitch_B + x_B;
    }
    if (s->swizzle == SWIZZLE_9) {
        offset ^= (offset >> 9 & 1) << 6;
    } else if (s->swizzle == SWIZZLE_9_10) {
        offset ^= ((offset >> 9 ^ offset >> 10) & 1) << 6;
    }
    return offset;
}

static uint32_t get_pixel(const Surface *s, unsigned size_B, int x, int y)
{
    uint32_t value = 0;
    unsigned i;

    for (i = 0; i < size_B; i++) {
        uint32_t offset = surface_offset(s, x * (int)size_B + (int)i, y);

        if (offset >= OBJECT_SIZE_B) {
            fprintf(stderr, "the test itself is wrong: read of (%d, %d) at "
                    "0x%x\n", x, y, offset);
            exit(1);
        }
        value |= (uint32_t)s->bytes[offset] << 8 * i;
    }
    return value;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* What is cut off at the left and top because coordinates are negative. */
static void cut(const Blit *b, int *left, int *top)
{
    *left = 0;
    *top = 0;
    if (b->source == SOURCE_COLOUR) {
        *left = max_int(0, -b->src_x);
        *top = max_int(0, -b->src_y);
    }
}

Rect blit_visible(const Blit *b)
{
    Rect r = b->rect;
    int left;
    int top;

    cut(b, &left, &top);
    r.x1 = max_int(r.x1 + left, 0);
    r.y1 = max_int(r.y1 + top, 0);
    if (b->clipped) {
        r.x1 = max_int(r.x1, b->clip.x1);
        r.y1 = max_int(r.y1, b->clip.y1);
        r.x2 = min_int(r.x2, b->clip.x2);
        r.y2 = min_int(r.y2, b->clip.y2);
    }
    if (r.x1 >= r.x2 || r.y1 >= r.y2) {
        r = (Rect) { 0, 0, 0, 0 };
    }
    return r;
}

unsigned mono_pitch_B(const Blit *b)
{
    unsigned width_px = b->rect.x2 - b->rect.x1;

    switch (b->packing) {
    case MONO_WORD:
        return (b->mono_start + width_px + 15) / 16 * 2;
    case MONO_BYTE:
        return (width_px + 7) / 8;
    default:
        return 0;
    }
}

/* Monochrome pixels run from the most significant bit down. */
static bool mono_bit(const uint8_t *bytes, unsigned index)
{
    return bytes[index / 8] >> (7 - index % 8) & 1;
}

static bool mono_source_bit(const Blit *b, int x, int y)
{
    unsigned column = x - b->rect.x1;
    unsigned row = y - b->rect.y1;

    if (b->packing == MONO_BIT) {
        return mono_bit(b->mono_bits,
                        row * (b->rect.x2 - b->rect.x1) + column);
    }
    return mono_bit(b->mono_bits, row * mono_pitch_B(b) * 8 +
                    (b->packing == MONO_WORD ? b->mono_start : 0) + column);
}

/* Each bit of the code is the result for one combination of the operands. */
static uint32_t raster_operation(uint8_t rop, uint32_t p, uint32_t s,
                                 uint32_t d)
{
    uint32_t result = 0;
    unsigned row;

    for (row = 0; row < 8; row++) {
        if (rop >> row & 1) {
            result |= (row & 4 ? p : ~p) & (row & 2 ? s : ~s) &
                      (row & 1 ? d : ~d);
        }
    }
    return result;
}

static bool component_in_range(uint32_t pixel, uint32_t low, uint32_t high,
                               unsigned shift, unsigned bits)
{
    uint32_t mask = (1u << bits) - 1;
    uint32_t value = pixel >> shift & mask;

    return value >= (low >> shift & mask) && value <= (high >> shift & mask);
}

static bool in_key_range(const Blit *b, uint32_t pixel, bool with_alpha)
{
    static const struct {
        unsigned shift, bits;
    } colour[4][3] = {
        { { 0, 8 }, { 0, 8 }, { 0, 8 } },
        { { 11, 5 }, { 5, 6 }, { 0, 5 } },
        { { 10, 5 }, { 5, 5 }, { 0, 5 } },
        { { 16, 8 }, { 8, 8 }, { 0, 8 } },
    };
    unsigned i;

    for (i = 0; i < 3; i++) {
        if (!component_in_range(pixel, b->key_low, b->key_high,
                                colour[b->depth][i].shift,
                                colour[b->depth][i].bits)) {
            return false;
        }
    }
    return !with_alpha ||
           component_in_range(pixel, b->key_low, b->key_high, 24, 8);
}

static bool key_lets_through(const Blit *b, uint32_t source,
                             uint32_t destination)
{
    switch (b->key_mode) {
    case KEY_SOURCE:
        return !in_key_range(b, source, false);
    case KEY_SOURCE_ALPHA:
        return !in_key_range(b, source, true);
    case KEY_DESTINATION:
        return in_key_range(b, destination, false);
    case KEY_DESTINATION_ALPHA:
        return in_key_range(b, destination, true);
    default:
        return true;
    }
}

/* Returns false when a transparent monochrome operand hides the pixel. */
static bool fetch_operands(const Blit *b, int x, int y, uint32_t *p,
                           uint32_t *s)
{
    unsigned size_B = depth_size_B(b->depth);
    unsigned px = (x + b->seed_x) % 8;
    unsigned py = (y + b->seed_y) % 8;
    unsigned i;
    bool bit;

    *p = 0;
    *s = 0;
    switch (b->pattern) {
    case PATTERN_SOLID:
        *p = b->pattern_bg;
        break;
    case PATTERN_COLOUR:
        for (i = 0; i < size_B; i++) {
            *p |= (uint32_t)b->pattern_bytes[(py * 8 + px) * size_B + i]
                  << 8 * i;
        }
        break;
    case PATTERN_MONO:
        bit = mono_bit(b->pattern_bytes, py * 8 + px);
        if (!bit && b->mono_pattern_transparent) {
            return false;
        }
        *p = bit ? b->pattern_fg : b->pattern_bg;
        break;
    default:
        break;
    }
    switch (b->source) {
    case SOURCE_COLOUR:
        *s = get_pixel(b->src, size_B, b->src_x + x - b->rect.x1,
                       b->src_y + y - b->rect.y1);
        break;
    case SOURCE_MONO:
        bit = mono_source_bit(b, x, y);
        if (!bit && b->mono_source_transparent) {
            return false;
        }
        *s = bit ? b->source_fg : b->source_bg;
        break;
    default:
        break;
    }
    return true;
}

void blit_expect(Blit *b)
{
    static uint8_t result[OBJECT_SIZE_B];
    unsigned size_B = depth_size_B(b->depth);
    Rect r = blit_visible(b);
    int x;
    int y;

    /* every operand is read before anything is written */
    memcpy(result, b->dst->bytes, sizeof(result));
    for (y = r.y1; y < r.y2; y++) {
        for (x = r.x1; x < r.x2; x++) {
            uint32_t d = get_pixel(b->dst, size_B, x, y);
            uint32_t p;
            uint32_t s;
            uint32_t value;
            unsigned i;

            if (!fetch_operands(b, x, y, &p, &s) ||
                !key_lets_through(b, s, d)) {
                continue;
            }
            value = raster_operation(b->rop, p, s, d);
            for (i = 0; i < size_B; i++) {
                bool enabled = b->depth != 3 ||
                               (i == 3 ? b->write_alpha : b->write_rgb);

                if (enabled) {
                    result[surface_offset(b->dst, x * (int)size_B + (int)i,
                                          y)] = value >> 8 * i;
                }
            }
        }
    }
    memcpy(b->dst->bytes, result, sizeof(result));
}
