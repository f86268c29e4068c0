/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scan-out: the picture that a pipe sends, row by row (compose.c), then the
 * panel fitter. Only rows whose memory or registers have changed are composed
 * again, and only pixels that differ become damage. One drawing does a bounded
 * amount of work; rows that it has not come to are left for the next.
 *
 * Source: HSW PRM vol. 11a, "North Display Engine Pipe and Plane Controls",
 * "Panel Fitter"; IVB PRM vol. 3 part 3, 4.5 and 5.2 to 5.4.
 */
#include "scanout-internal.h"

/*
 * The work of one drawing, in pixels that are only copied, and what others
 * cost by comparison: pixels with colour work, and those of the panel fitter.
 */
#define DRAW_WORK       (5u << 19)
#define GENERAL_COST    8u
#define FITTER_COST     4u
#define FITTER_MARGIN   4u      /* rows that the filter reaches beyond */

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

static void set_surface(GvirtFrame *frame, unsigned which, GvirtSurface *want,
                        bool on)
{
    if (!on) {
        memset(want, 0, sizeof(*want));
    }
    gvirt_surface_set(&frame->scanout->surface[which], want);
    gvirt_surface_begin(&frame->scanout->surface[which]);
}

static void set_plane(GvirtFrame *frame, unsigned which, uint32_t cpp,
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

static void make_lut(GvirtFrame *frame)
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

static void frame_init(GvirtFrame *frame, GvirtScanout *scanout,
                       GvirtPipe *pipe, unsigned planes)
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
                       gvirt_cursor_size(live->cursor.ctl);
    frame->box = gvirt_cursor_box(&live->cursor);
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
                    !gvirt_cursor_indexed(live->cursor.ctl);
    /* Indexed: 64 pixels are 16 bytes. */
    cursor.cpp = gvirt_cursor_indexed(live->cursor.ctl) ? 1 : 4;
    cursor.width_px = gvirt_cursor_indexed(live->cursor.ctl)
                      ? 16 : frame->box.width;
    cursor.pitch_B = cursor.width_px * cursor.cpp;
    set_surface(frame, SURFACE_CURSOR, &cursor, frame->cursor_on);
}

static void mark_rows(GvirtFrame *frame, const GvirtCursorBox *box)
{
    int64_t y = MAX(box->y, 0), end = (int64_t)box->y + box->height;

    for (; y < end && y < frame->height; y++) {
        frame->scanout->rows[y] = 1;
    }
}

/* Find the rows that must be composed. */
static void find_changes(GvirtFrame *frame, bool all)
{
    GvirtScanout *scanout = frame->scanout;
    GvirtPipe *pipe = frame->pipe;
    const GvirtPipeLive *live = &pipe->live;
    GvirtSignature now;

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

/*
 * Compose marked rows into image, clipped to width x height, from where the
 * last drawing has ended to the end, or until row_work each are work enough.
 */
static void compose(GvirtFrame *frame, pixman_image_t *image, uint32_t width,
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
        gvirt_compose_row(frame, y, line);
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

static void fit(GvirtFrame *frame, const pixman_rectangle16_t *window,
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

static bool ensure_buffers(GvirtFrame *frame, bool fitted)
{
    GvirtScanout *scanout = frame->scanout;

    if (!scanout->line) {
        scanout->bytes = g_malloc(SCANOUT_WIDTH_MAX * 8);
        scanout->pixels = g_new(GvirtPixel, SCANOUT_WIDTH_MAX);
        scanout->sprite_pixels = g_new(GvirtPixel, SCANOUT_WIDTH_MAX);
        scanout->line = g_new(uint32_t, SCANOUT_WIDTH_MAX);
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
    GvirtSignature before = scanout->signature;
    bool fitted = fitter_window(pipe, &window), rearranged;
    const pixman_box32_t *box;
    uint64_t row_work;
    int i, boxes;
    GvirtFrame frame;

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
