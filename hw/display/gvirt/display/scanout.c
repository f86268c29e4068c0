/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scan-out: the picture that a pipe sends, row by row: primary plane, sprite,
 * cursor, gamma and CSC, then the panel fitter. Only rows whose memory or
 * registers have changed are composed again, and only pixels that differ
 * become damage. One drawing does a bounded amount of work; rows that it has
 * not come to are left for the next.
 *
 * Source: HSW PRM vol. 11a, "North Display Engine Pipe and Plane Controls",
 * "Panel Fitter"; IVB PRM vol. 3 part 3, 4.5 and 5.2 to 5.4.
 */
#include "display-internal.h"

#define WIDTH_MAX       8192u
#define SPR_DEST_KEY    (1u << 2)

/*
 * The work of one drawing, in pixels that are only copied, and what others
 * cost by comparison: pixels with colour work, and those of the panel fitter.
 */
#define DRAW_WORK       (5u << 19)
#define GENERAL_COST    8u
#define FITTER_COST     4u
#define FITTER_MARGIN   4u      /* rows that the filter reaches beyond */

enum {
    SURFACE_PRIMARY,
    SURFACE_SPRITE,
    SURFACE_CURSOR,
    SURFACE_COUNT,
};

/* Registers that, when changed, put every row in doubt. */
typedef struct Signature {
    GvirtPlaneRegs plane[2];
    GvirtColorRegs color;
    uint32_t srcsz, pf_ctl, pf_pos, pf_sz;
    uint32_t palette_serial, planes;
    uint32_t width, height, pipe;
    uint32_t swizzle;
} Signature;

typedef struct CursorBox {
    int32_t x, y, width, height;
} CursorBox;

struct GvirtScanout {
    Signature signature;
    GvirtCursorRegs cursor;
    CursorBox cursor_box;
    GvirtSurface surface[SURFACE_COUNT];
    pixman_image_t *source;         /* before the panel fitter */
    uint8_t *rows;                  /* to be composed, one byte each */
    uint32_t rows_size;
    uint32_t next_row;              /* the last drawing has ended before it */
    uint64_t work;                  /* of the last drawing */
    uint8_t *bytes;                 /* a row of a plane */
    GvirtPixel *pixels;
    GvirtPixel *sprite_pixels;
    uint32_t *line;
};

/* One drawing. */
typedef struct Frame {
    GvirtScanout *scanout;
    GvirtPipe *pipe;
    GvirtDisplay *display;
    unsigned planes;
    uint32_t width, height;         /* PIPE_SRCSZ */
    const GvirtPlaneRegs *primary, *sprite;
    const GvirtCursorRegs *cursor;
    CursorBox box;
    bool primary_on, sprite_on, cursor_on;
    bool direct;                    /* 8 bits a channel, no CSC */
    uint32_t lut[3][256];           /* ... and what gamma makes of them */
    GvirtColor color;
} Frame;

GvirtScanout *gvirt_scanout_new(void)
{
    return g_new0(GvirtScanout, 1);
}

void gvirt_scanout_free(GvirtScanout *scanout)
{
    unsigned i;

    if (!scanout) {
        return;
    }
    for (i = 0; i < SURFACE_COUNT; i++) {
        gvirt_surface_free(&scanout->surface[i]);
    }
    if (scanout->source) {
        pixman_image_unref(scanout->source);
    }
    g_free(scanout->rows);
    g_free(scanout->bytes);
    g_free(scanout->pixels);
    g_free(scanout->sprite_pixels);
    g_free(scanout->line);
    g_free(scanout);
}

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

static uint32_t cursor_size(uint32_t ctl)
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

static bool cursor_indexed(uint32_t ctl)
{
    uint32_t mode = ctl & CUR_CTL_MODE_MASK;

    return mode == CUR_64_3COLOR || mode == CUR_64_2PLANE ||
           mode == CUR_64_4COLOR;
}

static CursorBox cursor_box(const GvirtCursorRegs *cursor)
{
    uint32_t size = cursor_size(cursor->ctl);
    int32_t x = d_bits(cursor->pos, 11, 0), y = d_bits(cursor->pos, 27, 16);
    CursorBox box = {
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
static uint32_t force_alpha(const Frame *frame, uint32_t alpha, bool sprite)
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
static uint32_t cursor_over(const Frame *frame, uint32_t source,
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
static bool cursor_index(const Frame *frame, const uint8_t *row, uint32_t x,
                         uint32_t below, uint32_t *out)
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
static bool cursor_row(Frame *frame, uint32_t y, int32_t *first, int32_t *end)
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

static bool cursor_pixel(const Frame *frame, int32_t x, uint32_t below,
                         bool sprite, uint32_t *out)
{
    const uint8_t *row = frame->scanout->bytes;
    uint32_t column = x - frame->box.x, source;

    if (cursor_indexed(frame->cursor->ctl)) {
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
static void compose_direct(Frame *frame, uint32_t y, uint32_t *line)
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

static void compose_sprite(Frame *frame, uint32_t y, uint8_t *from_sprite)
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

static void compose_cursor(Frame *frame, uint32_t y,
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

static void compose_general(Frame *frame, uint32_t y, uint32_t *line)
{
    GvirtScanout *scanout = frame->scanout;
    GvirtPixel *pixels = scanout->pixels;
    uint32_t i, ctl = frame->primary->ctl;
    uint8_t from_sprite[WIDTH_MAX] = { 0 };

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

static void set_surface(Frame *frame, unsigned which, GvirtSurface *want,
                        bool on)
{
    if (!on) {
        memset(want, 0, sizeof(*want));
    }
    gvirt_surface_set(&frame->scanout->surface[which], want);
    gvirt_surface_begin(&frame->scanout->surface[which]);
}

static void set_plane(Frame *frame, unsigned which, uint32_t cpp,
                      uint32_t width, uint32_t height, bool on)
{
    const GvirtPlaneRegs *regs = &frame->pipe->live.plane[which];
    GvirtSurface want = {
        .base_ggtt = regs->surf,
        .pitch_B = regs->stride & (SURFACE_PITCH_MAX_B - 1) & ~63u,
        .cpp = cpp,
        .tiled = regs->ctl & PRI_CTL_TILED,
        .rotate = regs->ctl & PRI_CTL_ROTATE,
        .x_px = d_bits(regs->offset, 12, 0),
        .y_px = d_bits(regs->offset, 28, 16),
        .width_px = width,
        .height_px = height,
    };

    if (regs->stride == SURFACE_PITCH_MAX_B) {
        want.pitch_B = SURFACE_PITCH_MAX_B;
    }
    if (want.tiled) {
        want.pitch_B &= ~511u;
        want.swizzle = d_get(frame->display, D_ARB_CTL) & 1u << 13;
    }
    set_surface(frame, which, &want, on);
}

static void make_lut(Frame *frame)
{
    GvirtPixel grey = { .gamma = 1 };
    uint32_t i, out;

    for (i = 0; i < 256; i++) {
        grey.c[0] = grey.c[1] = grey.c[2] = gvirt_color_from8(i);
        gvirt_color_row(&frame->color, &grey, 1, &out);
        frame->lut[0][i] = out & 0xff0000;
        frame->lut[1][i] = out & 0xff00;
        frame->lut[2][i] = out & 0xff;
    }
}

static void frame_init(Frame *frame, GvirtScanout *scanout, GvirtPipe *pipe,
                       unsigned planes)
{
    GvirtPipeLive *live = &pipe->live;
    GvirtSurface cursor;
    uint32_t format;

    memset(frame, 0, sizeof(*frame));
    frame->scanout = scanout;
    frame->pipe = pipe;
    frame->display = pipe->display;
    frame->planes = planes;
    frame->width = d_bits(live->srcsz, 28, 16) + 1;
    frame->height = d_bits(live->srcsz, 12, 0) + 1;
    frame->primary = &live->plane[PLANE_PRIMARY];
    frame->sprite = &live->plane[PLANE_SPRITE];
    frame->cursor = &live->cursor;
    frame->primary_on = planes & SCANOUT_PRIMARY &&
                        frame->primary->ctl & D_ENABLE &&
                        gvirt_primary_cpp(frame->primary->ctl);
    frame->sprite_on = planes & SCANOUT_SPRITE &&
                       frame->sprite->ctl & D_ENABLE &&
                       gvirt_sprite_cpp(frame->sprite->ctl);
    frame->cursor_on = planes & SCANOUT_CURSOR &&
                       cursor_size(live->cursor.ctl);
    frame->box = cursor_box(&live->cursor);
    gvirt_color_init(&frame->color, pipe);
    format = d_bits(frame->primary->ctl, 29, 26);
    frame->direct = frame->primary_on && !frame->sprite_on &&
                    (format == 6 || format == 14) &&
                    !(frame->primary->ctl & (PRI_CTL_CSC | PRI_CTL_ROTATE)) &&
                    (!frame->cursor_on ||
                     (!(live->cursor.ctl & 1u << 24) &&
                      !(live->cursor.ctl & 1u << 26) ==
                      !(frame->primary->ctl & PRI_CTL_GAMMA)));
    if (frame->direct && frame->primary->ctl & PRI_CTL_GAMMA) {
        make_lut(frame);
    }
    set_plane(frame, PLANE_PRIMARY, gvirt_primary_cpp(frame->primary->ctl),
              frame->width, frame->height, frame->primary_on);
    set_plane(frame, PLANE_SPRITE, gvirt_sprite_cpp(frame->sprite->ctl),
              d_bits(frame->sprite->size, 12, 0) + 1,
              d_bits(frame->sprite->size, 28, 16) + 1, frame->sprite_on);
    memset(&cursor, 0, sizeof(cursor));
    cursor.base_ggtt = live->cursor.base;
    cursor.height_px = frame->box.height;
    cursor.rotate = live->cursor.ctl & PRI_CTL_ROTATE &&
                    !cursor_indexed(live->cursor.ctl);
    /* Indexed: 64 pixels are 16 bytes. */
    cursor.cpp = cursor_indexed(live->cursor.ctl) ? 1 : 4;
    cursor.width_px = cursor_indexed(live->cursor.ctl) ? 16
                                                       : frame->box.width;
    cursor.pitch_B = cursor.width_px * cursor.cpp;
    set_surface(frame, SURFACE_CURSOR, &cursor, frame->cursor_on);
}

static void mark_rows(Frame *frame, const CursorBox *box)
{
    int64_t y = MAX(box->y, 0), end = (int64_t)box->y + box->height;

    for (; y < end && y < frame->height; y++) {
        frame->scanout->rows[y] = 1;
    }
}

/* Find the rows that must be composed. */
static void find_changes(Frame *frame, bool all)
{
    GvirtScanout *scanout = frame->scanout;
    GvirtPipe *pipe = frame->pipe;
    const GvirtPipeLive *live = &pipe->live;
    Signature now;

    memset(&now, 0, sizeof(now));
    memcpy(now.plane, live->plane, sizeof(now.plane));
    now.color = live->color;
    now.srcsz = live->srcsz;
    now.pf_ctl = live->pf_ctl;
    now.pf_pos = live->pf_pos;
    now.pf_sz = live->pf_sz;
    now.palette_serial = pipe->palette_serial;
    now.planes = frame->planes;
    now.width = pipe->timing.hactive;
    now.height = pipe->timing.active_lines;
    now.pipe = pipe->index;
    now.swizzle = d_get(frame->display, D_ARB_CTL) & 1u << 13;
    if (memcmp(&now, &scanout->signature, sizeof(now))) {
        scanout->signature = now;
        all = true;
    }
    if (scanout->rows_size < frame->height) {
        g_free(scanout->rows);
        scanout->rows = g_new0(uint8_t, frame->height);
        scanout->rows_size = frame->height;
        all = true;
    }
    if (all) {
        memset(scanout->rows, 1, frame->height);
    }
    /* Still at what was found before: no end of it, if all changes always. */
    if (scanout->next_row) {
        return;
    }
    if (memcmp(&scanout->cursor, frame->cursor, sizeof(scanout->cursor))) {
        mark_rows(frame, &scanout->cursor_box);
        mark_rows(frame, &frame->box);
        scanout->cursor = *frame->cursor;
        scanout->cursor_box = frame->box;
    }
    gvirt_surface_changes(frame->display, &scanout->surface[SURFACE_PRIMARY],
                          scanout->rows, 0, frame->height);
    gvirt_surface_changes(frame->display, &scanout->surface[SURFACE_SPRITE],
                          scanout->rows,
                          d_bits(frame->sprite->pos, 28, 16), frame->height);
    gvirt_surface_changes(frame->display, &scanout->surface[SURFACE_CURSOR],
                          scanout->rows, frame->box.y, frame->height);
}

/* Put a row into an image; the columns that differ go to *first, *end. */
static bool put_row(pixman_image_t *image, uint32_t y, const uint32_t *line,
                    uint32_t count, bool all, uint32_t *first, uint32_t *end)
{
    uint32_t *to = pixman_image_get_data(image) +
                   (size_t)y * (pixman_image_get_stride(image) / 4);
    uint32_t a = 0, b = count;

    if (!all) {
        if (!memcmp(to, line, count * 4)) {
            return false;
        }
        while (to[a] == line[a]) {
            a++;
        }
        while (to[b - 1] == line[b - 1]) {
            b--;
        }
    }
    memcpy(to + a, line + a, (b - a) * 4);
    *first = a;
    *end = b;
    return true;
}

/* A monitor that is told of 16 to 235 shows that as black to white. */
static uint32_t expand(uint32_t value)
{
    value &= 0xff;
    return value <= 16 ? 0 : value >= 235 ? 255
                           : ((value - 16) * 255 + 109) / 219;
}

static void compose_row(Frame *frame, uint32_t y, uint32_t *line)
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

/*
 * Compose marked rows into image, clipped to width x height, from where the
 * last drawing has ended to the end, or until row_work each are work enough.
 */
static void compose(Frame *frame, pixman_image_t *image, uint32_t width,
                    uint32_t height, bool all, uint64_t row_work,
                    bool bounded, pixman_region32_t *damage)
{
    GvirtScanout *scanout = frame->scanout;
    uint32_t *line = scanout->line;
    uint32_t y, first, end, x0 = 0, x1 = 0, y0 = 0, y1 = 0;

    width = MIN(width, frame->width);
    height = MIN(height, frame->height);
    scanout->work = 0;
    y = scanout->next_row < height ? scanout->next_row : 0;
    scanout->next_row = 0;
    for (; y < height; y++) {
        if (!scanout->rows[y]) {
            continue;
        }
        if (bounded && scanout->work >= DRAW_WORK) {
            scanout->next_row = y;
            break;
        }
        scanout->work += row_work;
        scanout->rows[y] = 0;
        compose_row(frame, y, line);
        if (!put_row(image, y, line, width, all, &first, &end)) {
            continue;
        }
        if (y1 == y && y1 > y0) {
            x0 = MIN(x0, first);
            x1 = MAX(x1, end);
        } else {
            if (y1 > y0) {
                pixman_region32_union_rect(damage, damage, x0, y0, x1 - x0,
                                           y1 - y0);
            }
            x0 = first;
            x1 = end;
            y0 = y;
        }
        y1 = y + 1;
    }
    if (y1 > y0) {
        pixman_region32_union_rect(damage, damage, x0, y0, x1 - x0, y1 - y0);
    }
}

/* Are rows that can be seen left to be composed? */
static void note_left(const GvirtScanout *scanout, uint32_t height,
                      bool *left)
{
    if (left) {
        *left = scanout->next_row ||
                memchr(scanout->rows, 1, MIN(height, scanout->rows_size));
    }
}

/* Where the panel fitter puts the picture; false: it is off. */
static bool fitter_window(const GvirtPipe *pipe, pixman_rectangle16_t *window)
{
    const GvirtPipeLive *live = &pipe->live;

    if (!(live->pf_ctl & D_ENABLE)) {
        return false;
    }
    window->x = d_bits(live->pf_pos, 28, 16);
    window->y = d_bits(live->pf_pos, 11, 0);
    window->width = d_bits(live->pf_sz, 28, 16);
    window->height = d_bits(live->pf_sz, 11, 0);
    return window->width && window->height;
}

static void fill_black(pixman_image_t *image, int x, int y, int width,
                       int height)
{
    pixman_color_t black = { 0, 0, 0, 0xffff };
    pixman_rectangle16_t box = { x, y, width, height };

    if (width > 0 && height > 0) {
        pixman_image_fill_rectangles(PIXMAN_OP_SRC, image, &black, 1, &box);
    }
}

/* What lies around a window of the active area. */
static void fill_around(pixman_image_t *image, const pixman_rectangle16_t *w,
                        int width, int height)
{
    int right = w->x + w->width, bottom = w->y + w->height;

    fill_black(image, 0, 0, width, MIN(w->y, height));
    fill_black(image, 0, bottom, width, height - bottom);
    fill_black(image, 0, w->y, MIN(w->x, width), MIN(w->height, height - w->y));
    fill_black(image, right, w->y, width - right,
               MIN(w->height, height - w->y));
}

static void fit(Frame *frame, const pixman_rectangle16_t *window,
                pixman_image_t *image, int width, int height,
                const pixman_box32_t *box, pixman_region32_t *damage)
{
    pixman_transform_t scale;
    int64_t y1, y2;

    pixman_transform_init_scale(
        &scale, ((int64_t)frame->width << 16) / window->width,
        ((int64_t)frame->height << 16) / window->height);
    pixman_image_set_transform(frame->scanout->source, &scale);
    pixman_image_set_filter(frame->scanout->source, PIXMAN_FILTER_BILINEAR,
                            NULL, 0);
    pixman_image_set_repeat(frame->scanout->source, PIXMAN_REPEAT_PAD);
    /* Rows of the window that the changed rows reach through the filter. */
    y1 = (int64_t)box->y1 * window->height / frame->height - 2;
    y2 = (int64_t)box->y2 * window->height / frame->height + 2;
    y1 = CLAMP(y1, 0, window->height);
    y2 = CLAMP(y2, 0, window->height);
    width = MIN(window->width, width - window->x);
    y2 = MIN(y2, height - window->y);
    if (width <= 0 || y2 <= y1) {
        return;
    }
    pixman_image_composite32(PIXMAN_OP_SRC, frame->scanout->source, NULL,
                             image, 0, y1, 0, 0, window->x, window->y + y1,
                             width, y2 - y1);
    pixman_region32_union_rect(damage, damage, window->x, window->y + y1,
                               width, y2 - y1);
}

static bool ensure_buffers(Frame *frame, bool fitted)
{
    GvirtScanout *scanout = frame->scanout;

    if (!scanout->line) {
        scanout->bytes = g_malloc(WIDTH_MAX * 8);
        scanout->pixels = g_new(GvirtPixel, WIDTH_MAX);
        scanout->sprite_pixels = g_new(GvirtPixel, WIDTH_MAX);
        scanout->line = g_new(uint32_t, WIDTH_MAX);
    }
    if (scanout->source &&
        (!fitted ||
         pixman_image_get_width(scanout->source) != (int)frame->width ||
         pixman_image_get_height(scanout->source) != (int)frame->height)) {
        pixman_image_unref(scanout->source);
        scanout->source = NULL;
    }
    if (fitted && !scanout->source) {
        scanout->source = pixman_image_create_bits(
            PIXMAN_x8r8g8b8, frame->width, frame->height, NULL, 0);
        return scanout->source != NULL;
    }
    return true;
}

bool gvirt_scanout_draw(GvirtScanout *scanout, GvirtPipe *pipe,
                        unsigned planes, pixman_image_t *image, bool all,
                        pixman_region32_t *damage, bool *left)
{
    int width = MIN(pixman_image_get_width(image),
                    (int)pipe->timing.hactive);
    int height = MIN(pixman_image_get_height(image),
                     (int)pipe->timing.active_lines);
    pixman_rectangle16_t window, whole = { 0, 0, 0, 0 };
    pixman_region32_t changed;
    Signature before = scanout->signature;
    bool fitted = fitter_window(pipe, &window), rearranged;
    const pixman_box32_t *box;
    uint64_t row_work;
    int i, boxes;
    Frame frame;

    if (left) {
        *left = false;
    }
    if (PIXMAN_FORMAT_BPP(pixman_image_get_format(image)) != 32 ||
        width <= 0 || height <= 0) {
        return false;
    }
    frame_init(&frame, scanout, pipe, planes);
    if (!ensure_buffers(&frame, fitted)) {
        return false;
    }
    find_changes(&frame, all);
    /* The picture stands elsewhere: what was around it may show the old. */
    rearranged = all || before.srcsz != scanout->signature.srcsz ||
                 before.width != scanout->signature.width ||
                 before.height != scanout->signature.height ||
                 before.pf_ctl != scanout->signature.pf_ctl ||
                 before.pf_pos != scanout->signature.pf_pos ||
                 before.pf_sz != scanout->signature.pf_sz;
    row_work = (uint64_t)frame.width * (frame.direct ? 1 : GENERAL_COST);
    if (!fitted) {
        whole.width = MIN(frame.width, (uint32_t)width);
        whole.height = MIN(frame.height, (uint32_t)height);
        if (rearranged) {
            fill_around(image, &whole, width, height);
            pixman_region32_union_rect(damage, damage, 0, 0, width, height);
        }
        compose(&frame, image, width, height, all, row_work, left, damage);
        note_left(scanout, whole.height, left);
        return true;
    }
    pixman_region32_init(&changed);
    row_work += (window.height / frame.height + FITTER_MARGIN) *
                (uint64_t)window.width * FITTER_COST;
    compose(&frame, scanout->source, frame.width, frame.height, rearranged,
            row_work, left, &changed);
    note_left(scanout, frame.height, left);
    if (rearranged) {
        fill_around(image, &window, width, height);
        pixman_region32_union_rect(damage, damage, 0, 0, width, height);
    }
    box = pixman_region32_rectangles(&changed, &boxes);
    for (i = 0; i < boxes; i++) {
        fit(&frame, &window, image, width, height, &box[i], damage);
    }
    pixman_region32_fini(&changed);
    return true;
}
