/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row of the picture that a pipe sends: primary plane, sprite, cursor,
 * then gamma and CSC.
 *
 * Source: HSW PRM vol. 11a, "North Display Engine Pipe and Plane Controls";
 * IVB PRM vol. 3 part 3, 4.5 and 5.2 to 5.4.
 */
#include "scanout-internal.h"

#define SPR_DEST_KEY    (1u << 2)

/* Mode bits 5 and 2:0 of CUR_CTL. */
enum {
    CUR_128_AND_INVERT  = 0x02,
    CUR_256_AND_INVERT  = 0x03,
    CUR_64_3COLOR       = 0x04,
    CUR_64_2PLANE       = 0x05,
    CUR_64_4COLOR       = 0x06,
    CUR_64_AND_INVERT   = 0x07,
    CUR_128_ARGB        = 0x22,
    CUR_256_ARGB        = 0x23,
    CUR_64_AND_XOR      = 0x24,
    CUR_128_AND_XOR     = 0x25,
    CUR_256_AND_XOR     = 0x26,
    CUR_64_ARGB         = 0x27,
};

uint32_t gvirt_cursor_size(uint32_t ctl)
{
    switch (ctl & CUR_CTL_MODE_MASK) {
    case CUR_64_3COLOR:
    case CUR_64_2PLANE:
    case CUR_64_4COLOR:
    case CUR_64_AND_INVERT:
    case CUR_64_AND_XOR:
    case CUR_64_ARGB:
        return 64;
    case CUR_128_AND_INVERT:
    case CUR_128_ARGB:
    case CUR_128_AND_XOR:
        return 128;
    case CUR_256_AND_INVERT:
    case CUR_256_ARGB:
    case CUR_256_AND_XOR:
        return 256;
    default:
        return 0;
    }
}

bool gvirt_cursor_indexed(uint32_t ctl)
{
    uint32_t mode = ctl & CUR_CTL_MODE_MASK;

    return mode == CUR_64_3COLOR || mode == CUR_64_2PLANE ||
           mode == CUR_64_4COLOR;
}

GvirtCursorBox gvirt_cursor_box(const GvirtCursorRegs *cursor)
{
    uint32_t size = gvirt_cursor_size(cursor->ctl);
    int32_t x = d_bits(cursor->pos, 11, 0), y = d_bits(cursor->pos, 27, 16);
    GvirtCursorBox box = {
        .x = cursor->pos & 0x8000 ? -x : x,
        .y = cursor->pos & 0x80000000u ? -y : y,
        .width = size,
        .height = size,
    };

    if (cursor->fbc_ctl & D_ENABLE) {
        box.height = MIN((uint32_t)box.height,
                         d_bits(cursor->fbc_ctl, 7, 0) + 1);
    }
    return box;
}

/* What the blender sees under or instead of a channel of 8 bits. */
static uint32_t force_alpha(const GvirtFrame *frame, uint32_t alpha,
                            bool sprite)
{
    static const uint8_t threshold[4] = { 0, 128, 192, 255 };
    uint32_t planes = d_bits(frame->cursor->ctl, 11, 10);
    uint32_t value = d_bits(frame->cursor->ctl, 9, 8);

    if (!value || !(planes & (sprite ? 1 : 2))) {
        return alpha;
    }
    return alpha >= threshold[value] ? 255 : 0;
}

/* One cursor pixel over a picture of 8 bits a channel. */
static uint32_t cursor_over(const GvirtFrame *frame, uint32_t source,
                            uint32_t below, bool sprite)
{
    uint32_t alpha = source >> 24, out = 0, s, d;
    unsigned shift;

    switch (frame->cursor->ctl & CUR_CTL_MODE_MASK) {
    case CUR_64_ARGB:
    case CUR_128_ARGB:
    case CUR_256_ARGB:
        /* Colours are multiplied by alpha already. */
        s = force_alpha(frame, alpha, sprite);
        if (s != alpha) {
            return s ? source & 0xffffff : below;
        }
        for (shift = 0; shift < 24; shift += 8) {
            d = (below >> shift & 0xff) * (255 - alpha) + 127;
            s = (source >> shift & 0xff) + d / 255;
            out |= MIN(s, 255) << shift;
        }
        return out;
    case CUR_64_AND_INVERT:
    case CUR_128_AND_INVERT:
    case CUR_256_AND_INVERT:
        return alpha == 0xff ? source & 0xffffff :
               alpha == 0 ? below : ~below & 0xffffff;
    default:
        return alpha == 0xff ? source & 0xffffff :
               alpha == 0 ? below : (below ^ source) & 0xffffff;
    }
}

/* Two planes of a bit, 64 pixels each, the leftmost in the top bit. */
static bool cursor_index(const GvirtFrame *frame, const uint8_t *row,
                         uint32_t x, uint32_t below, uint32_t *out)
{
    uint32_t index = (row[x / 8] >> (7 - x % 8) & 1) << 1 |
                     (row[8 + x / 8] >> (7 - x % 8) & 1);
    uint32_t mode = frame->cursor->ctl & CUR_CTL_MODE_MASK;

    if (index >= 2 && mode == CUR_64_2PLANE) {
        if (index == 2) {
            return false;
        }
        *out = (below ^ frame->cursor->pal[3]) & 0xffffff;
        return true;
    }
    if (index == 2 && mode == CUR_64_3COLOR) {
        return false;
    }
    *out = frame->cursor->pal[index] & 0xffffff;
    return true;
}

/* The cursor's part of row y as columns of the pipe: [*first, *end). */
static bool cursor_row(GvirtFrame *frame, uint32_t y, int32_t *first,
                       int32_t *end)
{
    int64_t row = (int64_t)y - frame->box.y;

    if (!frame->cursor_on || row < 0 || row >= frame->box.height) {
        return false;
    }
    *first = MAX(frame->box.x, 0);
    *end = MIN((int64_t)frame->box.x + frame->box.width,
               (int64_t)frame->width);
    if (*first >= *end) {
        return false;
    }
    gvirt_surface_fetch(frame->display,
                        &frame->scanout->surface[SURFACE_CURSOR], row,
                        frame->scanout->bytes);
    return true;
}

static bool cursor_pixel(const GvirtFrame *frame, int32_t x, uint32_t below,
                         bool sprite, uint32_t *out)
{
    const uint8_t *row = frame->scanout->bytes;
    uint32_t column = x - frame->box.x, source;

    if (gvirt_cursor_indexed(frame->cursor->ctl)) {
        return cursor_index(frame, row, column, below, out);
    }
    if (frame->cursor->ctl & PRI_CTL_ROTATE) {
        column = frame->box.width - 1 - column;
    }
    memcpy(&source, row + column * 4, 4);
    source = GUINT32_FROM_LE(source);
    *out = cursor_over(frame, source, below, sprite);
    return *out != below;
}

/* Rows of a plane of 8:8:8 without any work on its colours. */
static void compose_direct(GvirtFrame *frame, uint32_t y, uint32_t *line)
{
    uint32_t i, v;
    int32_t x, first, end;

    gvirt_surface_fetch(frame->display,
                        &frame->scanout->surface[SURFACE_PRIMARY], y,
                        (uint8_t *)line);
    if (d_bits(frame->primary->ctl, 29, 26) == 14) {
        for (i = 0; i < frame->width; i++) {
            v = GUINT32_FROM_LE(line[i]);
            line[i] = (v & 0xff) << 16 | (v & 0xff00) | (v >> 16 & 0xff);
        }
    } else {
        for (i = 0; i < frame->width; i++) {
            line[i] = GUINT32_FROM_LE(line[i]) & 0xffffff;
        }
    }
    if (cursor_row(frame, y, &first, &end)) {
        for (x = first; x < end; x++) {
            cursor_pixel(frame, x, line[x], false, &line[x]);
        }
    }
    if (frame->primary->ctl & PRI_CTL_GAMMA) {
        for (i = 0; i < frame->width; i++) {
            v = line[i];
            line[i] = frame->lut[0][v >> 16] | frame->lut[1][v >> 8 & 0xff] |
                      frame->lut[2][v & 0xff];
        }
    }
}

static void reverse(GvirtPixel *row, uint32_t count)
{
    GvirtPixel swap;
    uint32_t i;

    for (i = 0; i < count / 2; i++) {
        swap = row[i];
        row[i] = row[count - 1 - i];
        row[count - 1 - i] = swap;
    }
}

static uint32_t to_rgb8(const GvirtPixel *pixel)
{
    return gvirt_color_to8(pixel->c[0]) << 16 |
           gvirt_color_to8(pixel->c[1]) << 8 | gvirt_color_to8(pixel->c[2]);
}

static void compose_sprite(GvirtFrame *frame, uint32_t y, uint8_t *from_sprite)
{
    GvirtScanout *scanout = frame->scanout;
    GvirtSurface *surface = &scanout->surface[SURFACE_SPRITE];
    GvirtPixel *row = scanout->sprite_pixels;
    uint32_t pos = frame->sprite->pos, ctl = frame->sprite->ctl;
    uint32_t x0 = d_bits(pos, 12, 0), y0 = d_bits(pos, 28, 16);
    uint32_t i, mask = frame->sprite->keymsk & 0xffffff;
    uint32_t key = frame->sprite->keyval & mask;

    if (!frame->sprite_on || y < y0 || y - y0 >= surface->height_px) {
        return;
    }
    gvirt_surface_fetch(frame->display, surface, y - y0, scanout->bytes);
    gvirt_sprite_unpack(frame->pipe, frame->sprite, scanout->bytes,
                        surface->width_px, row);
    if (ctl & PRI_CTL_ROTATE) {
        reverse(row, surface->width_px);
    }
    for (i = 0; i < surface->width_px && x0 + i < frame->width; i++) {
        if (row[i].key || (ctl & SPR_DEST_KEY && frame->primary_on &&
                           (to_rgb8(&scanout->pixels[x0 + i]) & mask) != key)) {
            continue;
        }
        scanout->pixels[x0 + i] = row[i];
        from_sprite[x0 + i] = 1;
    }
}

static void compose_cursor(GvirtFrame *frame, uint32_t y,
                           const uint8_t *from_sprite)
{
    uint32_t ctl = frame->cursor->ctl, rgb;
    int32_t x, first, end;
    GvirtPixel *pixel;

    if (!cursor_row(frame, y, &first, &end)) {
        return;
    }
    for (x = first; x < end; x++) {
        pixel = &frame->scanout->pixels[x];
        if (!cursor_pixel(frame, x, to_rgb8(pixel), from_sprite[x], &rgb)) {
            continue;
        }
        pixel->c[0] = gvirt_color_from8(rgb >> 16 & 0xff);
        pixel->c[1] = gvirt_color_from8(rgb >> 8 & 0xff);
        pixel->c[2] = gvirt_color_from8(rgb & 0xff);
        pixel->gamma = !!(ctl & 1u << 26);
        pixel->csc = !!(ctl & 1u << 24);
    }
}

static void compose_general(GvirtFrame *frame, uint32_t y, uint32_t *line)
{
    GvirtScanout *scanout = frame->scanout;
    GvirtPixel *pixels = scanout->pixels;
    uint32_t i, ctl = frame->primary->ctl;
    uint8_t from_sprite[SCANOUT_WIDTH_MAX] = { 0 };

    if (frame->primary_on) {
        gvirt_surface_fetch(frame->display,
                            &scanout->surface[SURFACE_PRIMARY], y,
                            scanout->bytes);
        gvirt_primary_unpack(ctl, frame->color.legacy, scanout->bytes,
                             frame->width, pixels);
        if (ctl & PRI_CTL_ROTATE) {
            reverse(pixels, frame->width);
        }
    } else {
        /* The primary's bits rule the colour behind all planes, too. */
        memset(pixels, 0, frame->width * sizeof(*pixels));
        for (i = 0; i < frame->width; i++) {
            pixels[i].gamma = !!(ctl & PRI_CTL_GAMMA);
            pixels[i].csc = !!(ctl & PRI_CTL_CSC);
        }
    }
    compose_sprite(frame, y, from_sprite);
    compose_cursor(frame, y, from_sprite);
    gvirt_color_row(&frame->color, pixels, frame->width, line);
}

/* A monitor that is told of 16 to 235 shows that as black to white. */
static uint32_t expand(uint32_t value)
{
    value &= 0xff;
    return value <= 16 ? 0 : value >= 235 ? 255
                           : ((value - 16) * 255 + 109) / 219;
}

void gvirt_compose_row(GvirtFrame *frame, uint32_t y, uint32_t *line)
{
    uint32_t i, v;

    if (frame->direct) {
        compose_direct(frame, y, line);
    } else {
        compose_general(frame, y, line);
    }
    if (frame->planes & SCANOUT_LIMITED) {
        for (i = 0; i < frame->width; i++) {
            v = line[i];
            line[i] = expand(v >> 16) << 16 | expand(v >> 8) << 8 | expand(v);
        }
    }
}
