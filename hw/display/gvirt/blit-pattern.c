/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns: 8 x 8 pixels, in colour, monochrome, fixed or solid.
 *
 * Source: HSW PRM vol. 10, "Pattern Data"; IVB PRM vol. 1 part 4, "Monochrome
 * Pattern Memory Format" and the fixed patterns.
 */
#include <string.h>

#include "blit-internal.h"

/* BR15, BR07: patterns stand at 64 bytes, address bits below are ignored. */
#define PATTERN_ADDR_MASK   0xffffffc0u
#define FIXED_PATTERNS      16

/* One byte a scan line, leftmost pixel in bit 7; reserved numbers are 0. */
static const uint8_t fixed_pattern[FIXED_PATTERNS][8] = {
    /* HS_HORIZONTAL */
    [0] = { 0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0x00 },
    /* HS_VERTICAL */
    [1] = { 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08 },
    /* HS_FDIAGONAL */
    [2] = { 0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01 },
    /* HS_BDIAGONAL */
    [3] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80 },
    /* HS_CROSS */
    [4] = { 0x08, 0x08, 0x08, 0xff, 0x08, 0x08, 0x08, 0x08 },
    /* HS_DIAGCROSS */
    [5] = { 0x81, 0x42, 0x24, 0x18, 0x18, 0x24, 0x42, 0x81 },
    /* Screen Door */
    [8] = { 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa },
    /* SD Wide */
    [9] = { 0xcc, 0x33, 0xcc, 0x33, 0xcc, 0x33, 0xcc, 0x33 },
    /* Walking Bit (One) */
    [10] = { 0x88, 0x44, 0x22, 0x11, 0x88, 0x44, 0x22, 0x11 },
    /* Walking Zero */
    [11] = { 0x77, 0xbb, 0xdd, 0xee, 0x77, 0xbb, 0xdd, 0xee },
};

void gvirt_blit_pattern_solid(GvirtBlit *blit, uint32_t color)
{
    GvirtBlitPattern *pattern = &blit->pattern;
    int i;

    blit->patterned = true;
    pattern->solid = true;
    pattern->transparent = false;
    for (i = 0; i < 64; i++) {
        pattern->pixel[i / 8][i % 8] = color;
    }
}

static void pattern_from_rows(GvirtBlit *blit, const uint8_t *row,
                              uint32_t background, uint32_t foreground,
                              bool transparent)
{
    GvirtBlitPattern *pattern = &blit->pattern;
    int x, y;

    blit->patterned = true;
    pattern->solid = false;
    pattern->transparent = transparent;
    for (y = 0; y < 8; y++) {
        pattern->enable[y] = row[y];
        for (x = 0; x < 8; x++) {
            pattern->pixel[y][x] = row[y] >> (7 - x) & 1 ? foreground :
                                   background;
        }
    }
}

void gvirt_blit_pattern_mono(GvirtBlit *blit, uint32_t low, uint32_t high,
                             uint32_t background, uint32_t foreground,
                             bool transparent)
{
    uint8_t row[8];
    int y;

    for (y = 0; y < 4; y++) {
        row[y] = low >> y * 8;
        row[y + 4] = high >> y * 8;
    }
    pattern_from_rows(blit, row, background, foreground, transparent);
}

void gvirt_blit_pattern_fixed(GvirtBlit *blit, unsigned number,
                              uint32_t background, uint32_t foreground,
                              bool transparent)
{
    pattern_from_rows(blit, fixed_pattern[number % FIXED_PATTERNS],
                      background, foreground, transparent);
}

/* 64 pixels of cpp bytes, row by row. */
static void pattern_from_pixels(GvirtBlit *blit, const uint8_t *data)
{
    GvirtBlitPattern *pattern = &blit->pattern;
    unsigned i, byte;

    blit->patterned = true;
    pattern->solid = false;
    pattern->transparent = false;
    for (i = 0; i < 64; i++) {
        uint32_t pixel = 0;

        for (byte = 0; byte < blit->cpp; byte++) {
            pixel |= (uint32_t)data[i * blit->cpp + byte] << byte * 8;
        }
        pattern->pixel[i / 8][i % 8] = pixel;
    }
}

bool gvirt_blit_pattern_memory(GvirtBlit *blit, uint32_t addr)
{
    uint8_t data[64 * 4] = { 0 };
    bool whole = true;

    if (gvirt_rop_uses_pattern(blit->rop)) {
        whole = gvirt_mem_read(blit->engine, blit->space,
                               addr & PATTERN_ADDR_MASK, data,
                               64 * blit->cpp);
    }
    pattern_from_pixels(blit, data);
    return whole;
}

bool gvirt_blit_pattern_immediate(GvirtBlit *blit, const uint32_t *dw,
                                  uint32_t len_dw)
{
    uint8_t data[64 * 4];
    unsigned i;

    if (len_dw < 16 * blit->cpp) {
        gvirt_log_guest_error(blit->engine->gpu->host, "%s: pattern of %u "
                              "dwords, %u needed", blit->name, len_dw,
                              16 * blit->cpp);
        return false;
    }
    for (i = 0; i < 64 * blit->cpp; i++) {
        data[i] = dw[i / 4] >> i % 4 * 8;
    }
    pattern_from_pixels(blit, data);
    return true;
}

void gvirt_blit_pattern_block(const GvirtBlit *blit, uint32_t x, uint32_t y,
                              uint8_t *block)
{
    const GvirtBlitPattern *pattern = &blit->pattern;
    const uint32_t *row = pattern->pixel[(y + pattern->seed_y) & 7];
    unsigned cpp = blit->cpp;
    unsigned i, byte;

    for (i = 0; i < 8; i++) {
        uint32_t pixel = row[(x + i + pattern->seed_x) & 7];

        for (byte = 0; byte < cpp; byte++) {
            block[i * cpp + byte] = pixel >> byte * 8;
        }
    }
    for (i = 8 * cpp; i < GVIRT_ROP_BLOCK_B; i += 8 * cpp) {
        memcpy(block + i, block, 8 * cpp);
    }
}
