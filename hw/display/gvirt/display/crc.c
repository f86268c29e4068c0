/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipe CRCs: a checksum of the pixels that a pipe has sent, once a frame.
 *
 * The real polynomial is not published; software only compares. This one is
 * CRC-32C over the active area. It is computed while PIPE_CRC_CTL enables it,
 * and again only when a pixel has changed. A large picture is drawn in parts
 * and has its CRC when it is whole; one that is larger than the real part can
 * send has none. Beyond 250 million pixels a second, more than a monitor of
 * 1920x1080 at 120 Hz takes, frames pass without one.
 *
 * Source: i915: intel_pipe_crc.c (sources), i915_irq.c (the result is
 * announced by ERR_INT).
 */
#include "display-internal.h"

#define CRC32C_POLYNOMIAL   0x82f63b78u
#define CRC_PIXELS_AT_ONCE  (1920 * 1200)
#define CRC_PIXELS_MAX      (4096 * 2304)
#define CRC_PIXEL_NS        4
#define CRC_AHEAD_NS        100000000
#define CRC_SOURCE(ctl)     ((ctl) >> 29 & 3)
#define ERR_INT_CRC(pipe)   (1u << (2 + (pipe) * 3))

void gvirt_crc_init(GvirtDisplay *display)
{
    uint32_t (*table)[256] = display->crc_table;
    uint32_t value;
    unsigned i, j;

    for (i = 0; i < 256; i++) {
        value = i;
        for (j = 0; j < 8; j++) {
            value = value >> 1 ^ (value & 1 ? CRC32C_POLYNOMIAL : 0);
        }
        table[0][i] = value;
    }
    for (i = 0; i < 256; i++) {
        for (j = 1; j < 8; j++) {
            table[j][i] = table[j - 1][i] >> 8 ^
                          table[0][table[j - 1][i] & 0xff];
        }
    }
}

/* Eight bytes, two pixels, at a time. */
static uint32_t crc_row(const GvirtDisplay *display, uint32_t crc,
                        const uint32_t *pixel, unsigned count)
{
    const uint32_t (*t)[256] = display->crc_table;
    uint32_t a, b;
    unsigned i;

    for (i = 0; i < count; i += 2) {
        a = (pixel[i] & 0xffffff) ^ crc;
        b = i + 1 < count ? pixel[i + 1] & 0xffffff : 0;
        crc = t[7][a & 0xff] ^ t[6][a >> 8 & 0xff] ^ t[5][a >> 16 & 0xff] ^
              t[4][a >> 24] ^ t[3][b & 0xff] ^ t[2][b >> 8 & 0xff] ^
              t[1][b >> 16 & 0xff] ^ t[0][b >> 24];
    }
    return crc;
}

bool gvirt_crc_enabled(const GvirtPipe *pipe)
{
    return d_pipe_get(pipe, D_PIPE_CRC_CTL) & D_ENABLE;
}

void gvirt_crc_reset(GvirtPipe *pipe)
{
    gvirt_scanout_free(pipe->crc_scanout);
    pipe->crc_scanout = NULL;
    if (pipe->crc_image) {
        pixman_image_unref(pipe->crc_image);
        pipe->crc_image = NULL;
    }
    pipe->crc_begun = false;
    pipe->crc_stale = true;
}

static unsigned source_planes(const GvirtPipe *pipe)
{
    switch (CRC_SOURCE(d_pipe_get(pipe, D_PIPE_CRC_CTL))) {
    case 0:
        return SCANOUT_PRIMARY;
    case 1:
        return SCANOUT_SPRITE;
    default:
        return SCANOUT_ALL;
    }
}

static void checksum(GvirtPipe *pipe)
{
    const uint32_t *data = pixman_image_get_data(pipe->crc_image);
    unsigned pitch = pixman_image_get_stride(pipe->crc_image) / 4;
    unsigned width = pixman_image_get_width(pipe->crc_image);
    unsigned height = pixman_image_get_height(pipe->crc_image);
    uint32_t crc = 0xffffffffu;
    unsigned y;

    for (y = 0; y < height; y++) {
        crc = crc_row(pipe->display, crc, data + (size_t)y * pitch, width);
    }
    pipe->crc = ~crc;
}

/* Is there time for so many pixels? Late frames may come in a row. */
static bool may_draw(GvirtPipe *pipe, int64_t pixels, int64_t now_ns)
{
    int64_t from_ns = MAX(pipe->crc_paid_ns, now_ns);

    if (from_ns - now_ns > CRC_AHEAD_NS) {
        return false;
    }
    pipe->crc_paid_ns = from_ns + pixels * CRC_PIXEL_NS;
    return true;
}

void gvirt_crc_frame(GvirtPipe *pipe, int64_t now_ns)
{
    GvirtDisplay *display = pipe->display;
    int width = pipe->timing.hactive, height = pipe->timing.active_lines;
    pixman_region32_t damage;
    int64_t pixels = (int64_t)width * height;
    bool drawn, left = false;

    if (pixels > CRC_PIXELS_MAX) {
        gvirt_log_unimp(display->host, "CRC of a picture of %dx%d", width,
                        height);
        return;
    }
    if (!may_draw(pipe, MIN(pixels, CRC_PIXELS_AT_ONCE), now_ns)) {
        return;
    }
    if (pipe->crc_image &&
        (pixman_image_get_width(pipe->crc_image) != width ||
         pixman_image_get_height(pipe->crc_image) != height)) {
        gvirt_crc_reset(pipe);
    }
    if (!pipe->crc_image) {
        pipe->crc_image = pixman_image_create_bits(PIXMAN_x8r8g8b8, width,
                                                   height, NULL, 0);
        pipe->crc_scanout = gvirt_scanout_new();
        if (!pipe->crc_image) {
            return;
        }
    }
    pixman_region32_init(&damage);
    drawn = gvirt_scanout_draw(pipe->crc_scanout, pipe, source_planes(pipe),
                               pipe->crc_image, !pipe->crc_begun, &damage,
                               pixels > CRC_PIXELS_AT_ONCE ? &left : NULL);
    pipe->crc_begun |= drawn;
    pipe->crc_stale |= pixman_region32_not_empty(&damage);
    pixman_region32_fini(&damage);
    if (left) {
        return;
    }
    if (drawn && pipe->crc_stale) {
        checksum(pipe);
        pipe->crc_stale = false;
    }
    d_set(display, D_ERR_INT,
          d_get(display, D_ERR_INT) | ERR_INT_CRC(pipe->index));
    gvirt_irq_raise(display->irq, GVIRT_IRQ_DISPLAY_ERROR);
}
