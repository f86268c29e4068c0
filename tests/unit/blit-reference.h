/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A slow and obvious blitter: a case is drawn pixel by pixel and bit by bit
 * into a flat copy of the graphics memory. It has its own addresses, tiles,
 * raster operations, patterns and masks, and shares nothing with the engine.
 *
 * Source: HSW PRM vol. 10, IVB PRM vol. 1 part 4, SNB PRM vol. 1 part 5.
 */
#ifndef GVIRT_TESTS_UNIT_BLIT_REFERENCE_H
#define GVIRT_TESTS_UNIT_BLIT_REFERENCE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PAGES           256u
#define MEMORY_B        (PAGES * 4096u)
#define FIRST_ADDR      0x400000u       /* pages before and behind: holes */
#define SRC_AT          (128u * 4096)
#define DATA_AT         (224u * 4096)   /* patterns, monochrome sources */

enum {
    SETUP = 0x01, SETUP_CLIP = 0x03, SETUP_MONO = 0x11, PIXEL = 0x24,
    SCANLINES = 0x25, TEXT = 0x26, TEXT_IMM = 0x31, COLOR = 0x40,
    SRC_COPY = 0x43, XY_COLOR = 0x50, PAT = 0x51, MONO_PAT = 0x52,
    XY_SRC_COPY = 0x53, MONO_SRC = 0x54, FULL = 0x55, FULL_MONO_SRC = 0x56,
    FULL_MONO_PAT = 0x57, FULL_MONO_BOTH = 0x58, MONO_PAT_FIXED = 0x59,
    MONO_SRC_IMM = 0x71, PAT_IMM = 0x72, SRC_COPY_CHROMA = 0x73,
    FULL_PAT_IMM = 0x74, FULL_MONO_SRC_PAT_IMM = 0x75, PAT_CHROMA = 0x76,
    PAT_CHROMA_IMM = 0x77,
};

typedef struct Surface {
    int64_t addr;
    int pitch_B;
    int walk;               /* 0 linear, 1 X, 2 Y */
} Surface;

typedef struct Case {
    unsigned op;
    unsigned depth;         /* 0: 8, 1: 565, 2: 1555, 3: 32 */
    unsigned cpp;
    unsigned rop;
    unsigned channels;      /* bit 1 alpha, bit 0 RGB */
    int x1, y1, x2, y2;
    bool clip;
    int clip_x1, clip_y1, clip_x2, clip_y2;
    Surface dst, src;
    int src_x, src_y;
    bool swizzle;
    bool backward;          /* SRC_COPY_BLT */
    bool setup_mono;        /* scan lines with a monochrome pattern */
    bool solid;
    bool pat_transparent, src_transparent;
    unsigned seed_x, seed_y, fixed;
    unsigned pattern_at;    /* in the data area */
    unsigned mono_at, mono_start;
    bool byte_packed;
    uint32_t pat_bg, pat_fg, src_bg, src_fg;
    unsigned chroma;
    uint32_t low, high;
    uint32_t imm[128];      /* pattern or bits in the command */
} Case;

static uint8_t *memory;     /* all of it, as it must be */
static bool present[PAGES];

static int64_t floor_div(int64_t a, int64_t b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static int64_t ref_addr(const Surface *surface, int64_t x_B, int64_t y,
                        bool swizzle)
{
    int64_t offset;
    uint32_t in;

    if (surface->walk == 0) {
        return surface->addr + y * surface->pitch_B + x_B;
    }
    if (surface->walk == 1) {
        in = (y & 7) << 9 | (x_B & 511);
        if (swizzle && (((in >> 9) + (in >> 10)) & 1)) {
            in ^= 64;
        }
        offset = floor_div(y, 8) * (surface->pitch_B / 512) + x_B / 512;
    } else {
        in = (x_B >> 4 & 7) << 9 | (y & 31) << 4 | (x_B & 15);
        if (swizzle && (in & 512)) {
            in ^= 64;
        }
        offset = floor_div(y, 32) * (surface->pitch_B / 128) + x_B / 128;
    }
    return surface->addr + offset * 4096 + in;
}

/* The byte of the reference's memory, NULL in a hole. */
static uint8_t *ref_byte(uint8_t *base, int64_t addr)
{
    int64_t at = addr - FIRST_ADDR;

    if (at < 0 || at >= MEMORY_B || !present[at / 4096]) {
        return NULL;
    }
    return base + at;
}

/* Which of a pixel's bytes are there; a hole reads as 0. */
static unsigned ref_load(uint8_t *base, const Surface *surface, int64_t x,
                         int64_t y, const Case *c, uint32_t *pixel)
{
    unsigned there = 0;
    unsigned i;

    *pixel = 0;
    for (i = 0; i < c->cpp; i++) {
        uint8_t *byte = ref_byte(base, ref_addr(surface, x * c->cpp + i, y,
                                                c->swizzle));

        if (byte) {
            *pixel |= (uint32_t)*byte << 8 * i;
            there |= 1u << i;
        }
    }
    return there;
}

static uint32_t ref_rop(unsigned rop, uint32_t s, uint32_t p, uint32_t d)
{
    uint32_t result = 0;
    int bit;

    for (bit = 0; bit < 32; bit++) {
        unsigned index = (p >> bit & 1) * 4 + (s >> bit & 1) * 2 +
                         (d >> bit & 1);

        result |= (uint32_t)(rop >> index & 1) << bit;
    }
    return result;
}

static bool has_mono_source(unsigned op)
{
    return op == TEXT || op == TEXT_IMM || op == MONO_SRC ||
           op == MONO_SRC_IMM || op == FULL_MONO_SRC ||
           op == FULL_MONO_SRC_PAT_IMM || op == FULL_MONO_BOTH;
}

static bool has_color_source(unsigned op)
{
    return op == SRC_COPY || op == XY_SRC_COPY || op == SRC_COPY_CHROMA ||
           op == FULL || op == FULL_MONO_PAT || op == FULL_PAT_IMM;
}

static bool has_mono_pattern(const Case *c)
{
    return c->op == MONO_PAT || c->op == MONO_PAT_FIXED ||
           c->op == FULL_MONO_PAT || c->op == FULL_MONO_BOTH ||
           (c->op == SCANLINES && c->setup_mono);
}

static bool has_immediate_pattern(unsigned op)
{
    return op == PAT_IMM || op == PAT_CHROMA_IMM || op == FULL_PAT_IMM ||
           op == FULL_MONO_SRC_PAT_IMM;
}

static bool has_color_pattern(const Case *c)
{
    return has_immediate_pattern(c->op) || c->op == PAT ||
           c->op == PAT_CHROMA || c->op == FULL || c->op == FULL_MONO_SRC ||
           (c->op == SCANLINES && !c->setup_mono);
}

/* The pictures of the fixed patterns as they stand in the manual. */
static bool fixed_bit(unsigned number, unsigned x, unsigned y)
{
    switch (number) {
    case 0:
        return y == 3;
    case 1:
        return x == 4;
    case 2:
        return x == y;
    case 3:
        return x == 7 - y;
    case 4:
        return x == 4 || y == 3;
    case 5:
        return x == y || x == 7 - y;
    case 8:
        return (x + y) % 2 == 1;
    case 9:
        return (x / 2 + y) % 2 == 0;
    case 10:
        return x % 4 == y % 4;
    case 11:
        return x % 4 != y % 4;
    default:
        return false;
    }
}

static bool immediate_bit(const Case *c, unsigned bit)
{
    return c->imm[bit / 32] >> (bit % 32 / 8 * 8 + 7 - bit % 8) & 1;
}

/* The pattern's pixel; false: transparent there. */
static bool ref_pattern(const Case *c, int x, int y, uint32_t *pixel)
{
    unsigned px = (x + c->seed_x) % 8;
    unsigned py = (y + c->seed_y) % 8;
    unsigned i;
    bool one;

    *pixel = 0;
    if (c->op == COLOR || c->op == XY_COLOR || c->op == PIXEL) {
        *pixel = c->pat_bg;
        return true;
    }
    if (has_mono_pattern(c)) {
        if (c->solid && c->op != MONO_PAT && c->op != MONO_PAT_FIXED) {
            *pixel = c->pat_bg;
            return !c->pat_transparent;
        }
        one = c->op == MONO_PAT_FIXED ? fixed_bit(c->fixed, px, py) :
              immediate_bit(c, py * 8 + px);
        *pixel = one ? c->pat_fg : c->pat_bg;
        return one || !c->pat_transparent;
    }
    if (has_color_pattern(c)) {
        for (i = 0; i < c->cpp; i++) {
            unsigned at = (py * 8 + px) * c->cpp + i;
            uint8_t byte = has_immediate_pattern(c->op) ?
                           c->imm[at / 4] >> at % 4 * 8 :
                           memory[DATA_AT + c->pattern_at + at];

            *pixel |= (uint32_t)byte << 8 * i;
        }
    }
    return true;
}

static bool ref_mono(const Case *c, int x, int y, uint32_t *pixel)
{
    unsigned width = c->x2 - c->x1;
    unsigned stride, bit;
    bool one;

    if (c->op == TEXT || c->op == TEXT_IMM) {
        stride = c->byte_packed ? (width + 7) / 8 * 8 : width;
        bit = (y - c->y1) * stride + (x - c->x1);
    } else {
        stride = (c->mono_start + width + 15) / 16 * 16;
        bit = (y - c->y1) * stride + c->mono_start + (x - c->x1);
    }
    if (c->op == TEXT_IMM || c->op == MONO_SRC_IMM) {
        one = immediate_bit(c, bit);
    } else {
        one = memory[DATA_AT + c->mono_at + bit / 8] >> (7 - bit % 8) & 1;
    }
    *pixel = one ? c->src_fg : c->src_bg;
    return one || !c->src_transparent;
}

static bool ref_in_range(const Case *c, uint32_t pixel, bool alpha)
{
    static const uint32_t masks[4][4] = {
        { 0xff, 0, 0, 0 },
        { 0x1f, 0x7e0, 0xf800, 0 },
        { 0x1f, 0x3e0, 0x7c00, 0x8000 },
        { 0xff, 0xff00, 0xff0000, 0xff000000 },
    };
    int i;

    for (i = 0; i < 3 + alpha; i++) {
        uint32_t mask = masks[c->depth][i];

        if ((pixel & mask) < (c->low & mask) ||
            (pixel & mask) > (c->high & mask)) {
            return false;
        }
    }
    return true;
}

static bool ref_visible(const Case *c, int x, int y)
{
    if (c->op == COLOR || c->op == SRC_COPY) {
        return true;
    }
    if (x < 0 || y < 0) {
        return false;
    }
    return !c->clip || (x >= c->clip_x1 && x < c->clip_x2 &&
                        y >= c->clip_y1 && y < c->clip_y2);
}

static void ref_pixel(const Case *c, uint8_t *before, int x, int y)
{
    uint32_t s = 0, p = 0, d = 0, result;
    unsigned there = 0xf;
    bool by_source = c->chroma == 1 || c->chroma == 3;
    bool alpha = c->chroma == 3 || c->chroma == 5;
    unsigned i;

    if (!ref_visible(c, x, y)) {
        return;
    }
    if (has_color_source(c->op)) {
        int sx = c->src_x + x - c->x1;
        int sy = c->src_y + y - c->y1;

        if ((sx < 0 || sy < 0) && c->op != SRC_COPY) {
            return;
        }
        /* A source that the operation does not use is not read. */
        if (by_source || (c->rop & 0x33) != (c->rop >> 2 & 0x33)) {
            there = ref_load(before, &c->src, sx, sy, c, &s);
        }
    } else if (has_mono_source(c->op) && !ref_mono(c, x, y, &s)) {
        return;
    }
    if (!ref_pattern(c, x, y, &p)) {
        return;
    }
    ref_load(memory, &c->dst, x, y, c, &d);
    if (c->chroma & 1) {
        bool in = ref_in_range(c, by_source ? s : d, alpha);

        if (in == by_source) {
            return;
        }
    }
    result = ref_rop(c->rop, s, p, d);
    for (i = 0; i < c->cpp; i++) {
        uint8_t *byte = ref_byte(memory, ref_addr(&c->dst, x * c->cpp + i, y,
                                                  c->swizzle));
        bool enabled = c->cpp < 4 || (c->channels & (i == 3 ? 2 : 1));

        if (byte && enabled && (there >> i & 1)) {
            *byte = result >> 8 * i;
        }
    }
}

/* As if the whole source had been read before. */
static void ref_draw(const Case *c)
{
    uint8_t *before = g_malloc(MEMORY_B);
    int x, y;

    memcpy(before, memory, MEMORY_B);
    for (y = c->y1; y < c->y2; y++) {
        for (x = c->x1; x < c->x2; x++) {
            ref_pixel(c, before, x, y);
        }
    }
    g_free(before);
}

#endif /* GVIRT_TESTS_UNIT_BLIT_REFERENCE_H */
