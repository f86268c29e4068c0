/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the two parts of scan-out: scanout.c, which decides what is drawn,
 * and compose.c, which draws a row.
 */
#ifndef GVIRT_SCANOUT_INTERNAL_H
#define GVIRT_SCANOUT_INTERNAL_H

#include "display-internal.h"

#define SCANOUT_WIDTH_MAX   8192u

enum {
    SURFACE_PRIMARY,
    SURFACE_SPRITE,
    SURFACE_CURSOR,
    SURFACE_COUNT,
};

/* Registers that, when changed, put every row in doubt. */
typedef struct GvirtSignature {
    GvirtPlaneRegs plane[2];
    GvirtColorRegs color;
    uint32_t srcsz, pf_ctl, pf_pos, pf_sz;
    uint32_t palette_serial, planes;
    uint32_t width, height, pipe;
    uint32_t swizzle;
} GvirtSignature;

typedef struct GvirtCursorBox {
    int32_t x, y, width, height;
} GvirtCursorBox;

struct GvirtScanout {
    GvirtSignature signature;
    GvirtCursorRegs cursor;
    GvirtCursorBox cursor_box;
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
typedef struct GvirtFrame {
    GvirtScanout *scanout;
    GvirtPipe *pipe;
    GvirtDisplay *display;
    unsigned planes;
    uint32_t width, height;         /* PIPE_SRCSZ */
    const GvirtPlaneRegs *primary, *sprite;
    const GvirtCursorRegs *cursor;
    GvirtCursorBox box;
    bool primary_on, sprite_on, cursor_on;
    bool direct;                    /* 8 bits a channel, no CSC */
    uint32_t lut[3][256];           /* ... and what gamma makes of them */
    GvirtColor color;
} GvirtFrame;

/* compose.c */

/* Width and height in pixels by CUR_CTL; 0: the cursor is off. */
uint32_t gvirt_cursor_size(uint32_t ctl);
/* Its pixels are indexes of two bits. */
bool gvirt_cursor_indexed(uint32_t ctl);
/* Where it stands on the pipe; CUR_FBC_CTL may make it lower. */
GvirtCursorBox gvirt_cursor_box(const GvirtCursorRegs *cursor);
/*
 * Row y, below frame->height, as frame->width pixels of x8r8g8b8. The buffers
 * of frame->scanout are there.
 */
void gvirt_compose_row(GvirtFrame *frame, uint32_t y, uint32_t *line);

#endif /* GVIRT_SCANOUT_INTERNAL_H */
