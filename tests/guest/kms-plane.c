/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of kms.c that is about planes: cursor, sprite, rotation, and the
 * colours behind them.
 */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "kms-card.h"

static void property(uint32_t object, uint32_t type, const char *name,
                     uint64_t value)
{
    kms_must_be(kms_set_property(object, type, name, value), 0, name);
}

static uint32_t map_channels(uint32_t px, uint32_t (*map)(uint32_t))
{
    return map(px >> 16 & 0xff) << 16 | map(px >> 8 & 0xff) << 8 |
           map(px & 0xff);
}

static uint32_t invert(uint32_t c)
{
    return 255 - c;
}

static void color(const char *name, uint32_t blob)
{
    property(kms_pipe[0].crtc, KMS_CRTC, name, blob);
}

static void cursor(uint32_t flags, uint32_t handle, uint32_t size_px,
                   int32_t x, int32_t y)
{
    struct drm_mode_cursor2 arg = {
        .flags = flags, .crtc_id = kms_pipe[0].crtc, .x = x, .y = y,
        .width = size_px, .height = size_px, .handle = handle
    };

    kms_must_be(gem_ioctl(kms_fd, DRM_IOCTL_MODE_CURSOR2, &arg), 0, "CURSOR2");
}

void kms_test_cursor(void)
{
    static const int16_t places[][2] = {
        { 300, 200 }, { -20, -30 },
        { KMS_WIDTH - 10, KMS_HEIGHT - 5 }, { 0, 700 }
    };
    static uint32_t image[256 * 256];
    uint32_t size_px, handle, x, y, a;
    Picture p, want;
    char what[64];
    KmsFb fb;
    unsigned i;

    kms_start(&fb, &p, 50);
    picture_init(&want, KMS_WIDTH, KMS_HEIGHT);
    for (size_px = 64; size_px <= 256; size_px *= 2) {
        for (y = 0; y < size_px; y++) {
            for (x = 0; x < size_px; x++) {
                a = (x * 4 + y) & 0xff;
                image[y * size_px + x] = a << 24 | (a * (y & 255) / 255) << 16 |
                                         (a / 2) << 8 | (a * (x & 255) / 255);
            }
        }
        handle = gem_create(kms_fd, size_px * size_px * 4);
        gem_write(kms_fd, handle, 0, image, size_px * size_px * 4);
        for (i = 0; i < 4; i++) {
            cursor(DRM_MODE_CURSOR_MOVE | (i ? 0 : DRM_MODE_CURSOR_BO),
                   handle, size_px, places[i][0], places[i][1]);
            kms_vblanks(&kms_pipe[0], 2);
            memcpy(want.px, p.px, KMS_WIDTH * KMS_HEIGHT * 4);
            picture_over(&want, image, size_px, size_px, places[i][0],
                         places[i][1]);
            snprintf(what, sizeof(what), "cursor of %u at %d,%d", size_px,
                     places[i][0], places[i][1]);
            talk_shows(0, &want, 1, what);
        }
        cursor(DRM_MODE_CURSOR_BO, 0, 0, 0, 0);
        kms_vblanks(&kms_pipe[0], 2);
        talk_shows(0, &p, 0, "no cursor");
        gem_close(kms_fd, handle);
    }
    picture_free(&want);
    kms_stop(&fb, &p);
}

static int sprite(const KmsFb *fb, int32_t x, int32_t y, uint32_t width_px,
                  uint32_t height_px)
{
    struct drm_mode_set_plane arg = {
        .plane_id = kms_pipe[0].sprite, .crtc_id = kms_pipe[0].crtc,
        .fb_id = fb ? fb->id : 0, .crtc_x = x, .crtc_y = y,
        .crtc_w = width_px, .crtc_h = height_px,
        .src_w = fb ? fb->width_px << 16 : 0,
        .src_h = fb ? fb->height_px << 16 : 0
    };

    if (!fb) {
        arg.crtc_id = 0;
    }
    return gem_ioctl(kms_fd, DRM_IOCTL_MODE_SETPLANE, &arg);
}

static void place(Picture *on, const Picture *p, int32_t x, int32_t y,
                  bool turned)
{
    uint32_t count = p->width_px * p->height_px, i;
    uint32_t *opaque = malloc(count * 4);

    if (!opaque) {
        gem_fail("picture");
    }
    for (i = 0; i < count; i++) {
        opaque[i] = p->px[turned ? count - 1 - i : i] | 0xff000000u;
    }
    picture_over(on, opaque, p->width_px, p->height_px, x, y);
    free(opaque);
}

void kms_test_sprite(void)
{
    static const struct {
        const char *name;
        uint32_t format;
    } formats[] = {
        { "XRGB8888", DRM_FORMAT_XRGB8888 },
        { "XBGR8888", DRM_FORMAT_XBGR8888 },
        { "XRGB2101010", DRM_FORMAT_XRGB2101010 },
    };
    static const int16_t places[][2] = { { 100, 60 }, { -50, -40 },
                                         { 900, 700 } };
    Picture p, want, q;
    KmsFb fb, over;
    char what[64];
    unsigned f, i;

    kms_start(&fb, &p, 60);
    picture_init(&want, KMS_WIDTH, KMS_HEIGHT);
    for (f = 0; f < 3; f++) {
        picture_init(&q, 320, 200);
        picture_paint(&q, 61 + f);
        kms_fb_new(&over, 320, 200, formats[f].format, f == 1);
        kms_fb_draw(&over, &q);
        for (i = 0; i < 3; i++) {
            kms_must_be(sprite(&over, places[i][0], places[i][1], 320, 200), 0,
                    "SETPLANE");
            memcpy(want.px, p.px, KMS_WIDTH * KMS_HEIGHT * 4);
            place(&want, &q, places[i][0], places[i][1], false);
            snprintf(what, sizeof(what), "sprite %s at %d,%d",
                     formats[f].name, places[i][0], places[i][1]);
            kms_vblanks(&kms_pipe[0], 2);
            talk_shows(0, &want, 1, what);
        }
        kms_must_be(sprite(NULL, 0, 0, 0, 0), 0, "SETPLANE off");
        kms_vblanks(&kms_pipe[0], 2);
        talk_shows(0, &p, 0, "no sprite");
        if (f == 0) {
            int ret = sprite(&over, 0, 0, 640, 400);

            /* Haswell's sprite cannot scale */
            expect(ret == -ERANGE || ret == -EINVAL, "scaled sprite: %d",
                   ret);
        }
        kms_fb_free(&over);
        picture_free(&q);
    }
    picture_free(&want);
    kms_stop(&fb, &p);
}

static void set_key(uint32_t flags, uint32_t value, uint32_t mask)
{
    struct drm_intel_sprite_colorkey key = {
        .plane_id = kms_pipe[0].sprite, .min_value = value,
        .max_value = value, .channel_mask = mask, .flags = flags
    };

    kms_must_be(gem_ioctl(kms_fd, DRM_IOCTL_I915_SET_SPRITE_COLORKEY, &key),
                0, "SET_SPRITE_COLORKEY");
}

/* Holes in the primary plane for the sprite, and holes in the sprite. */
void kms_test_keys(void)
{
    enum { X = 64, Y = 96, SIDE = 256, KEY = 0x123456, OTHER = 0x123457 };
    Picture p, want, q;
    KmsFb fb, over;
    uint32_t x, y;

    kms_start(&fb, &p, 64);
    picture_init(&want, KMS_WIDTH, KMS_HEIGHT);
    picture_init(&q, SIDE, SIDE);
    picture_paint(&q, 65);
    for (y = 0; y < SIDE; y++) {
        for (x = 0; x < SIDE; x++) {
            if ((x / 16 + y / 16) & 1) {
                p.px[(Y + y) * KMS_WIDTH + X + x] = x < 128 ? KEY : OTHER;
            }
            if (x / 32 % 3 == 0) {
                q.px[y * SIDE + x] = y < 128 ? KEY : OTHER;
            }
        }
    }
    kms_fb_draw(&fb, &p);
    kms_fb_new(&over, SIDE, SIDE, DRM_FORMAT_XRGB8888, false);
    kms_fb_draw(&over, &q);
    kms_must_be(sprite(&over, X, Y, SIDE, SIDE), 0, "SETPLANE");
    set_key(I915_SET_COLORKEY_DESTINATION, KEY, 0xffffff);
    memcpy(want.px, p.px, KMS_WIDTH * KMS_HEIGHT * 4);
    for (y = 0; y < SIDE; y++) {
        for (x = 0; x < SIDE; x++) {
            uint32_t *px = &want.px[(Y + y) * KMS_WIDTH + X + x];

            *px = *px == KEY ? q.px[y * SIDE + x] : *px;
        }
    }
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "sprite where the primary plane has the key");
    set_key(I915_SET_COLORKEY_SOURCE, KEY, 7 << 24);
    memcpy(want.px, p.px, KMS_WIDTH * KMS_HEIGHT * 4);
    for (y = 0; y < SIDE; y++) {
        for (x = 0; x < SIDE; x++) {
            if (q.px[y * SIDE + x] != KEY) {
                want.px[(Y + y) * KMS_WIDTH + X + x] = q.px[y * SIDE + x];
            }
        }
    }
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "sprite where it has not the key");
    set_key(I915_SET_COLORKEY_NONE, 0, 0);
    place(&want, &q, X, Y, false);
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "sprite without a key");
    kms_must_be(sprite(NULL, 0, 0, 0, 0), 0, "SETPLANE off");
    kms_fb_free(&over);
    picture_free(&q);
    picture_free(&want);
    kms_stop(&fb, &p);
}

/* Cursor and sprite on nothing, and all of them through the palette. */
void kms_test_stack(void)
{
    static struct drm_color_lut lut[256];
    static uint32_t image[64 * 64];
    struct drm_mode_set_plane primary = {
        .plane_id = kms_pipe[0].primary
    };
    uint32_t handle = gem_create(kms_fd, sizeof(image)), i;
    Picture p, want, q;
    KmsFb fb, over;

    kms_start(&fb, &p, 66);
    picture_init(&want, KMS_WIDTH, KMS_HEIGHT);
    picture_init(&q, 320, 240);
    picture_paint(&q, 67);
    kms_fb_new(&over, 320, 240, DRM_FORMAT_XRGB8888, true);
    kms_fb_draw(&over, &q);
    for (i = 0; i < 64 * 64; i++) {
        image[i] = i & 1 ? 0xff40a0e0 : 0x80402010;
    }
    gem_write(kms_fd, handle, 0, image, sizeof(image));
    kms_must_be(sprite(&over, 500, 300, 320, 240), 0, "SETPLANE");
    cursor(DRM_MODE_CURSOR_MOVE | DRM_MODE_CURSOR_BO, handle, 64, 480, 280);
    memcpy(want.px, p.px, KMS_WIDTH * KMS_HEIGHT * 4);
    place(&want, &q, 500, 300, false);
    picture_over(&want, image, 64, 64, 480, 280);
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "cursor over sprite over primary");
    for (i = 0; i < 256; i++) {
        lut[i].red = lut[i].green = lut[i].blue = kms_lut8(255 - i);
    }
    color("GAMMA_LUT", kms_blob(lut, sizeof(lut)));
    for (i = 0; i < KMS_WIDTH * KMS_HEIGHT; i++) {
        want.px[i] = map_channels(want.px[i], invert);
    }
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "all three through the palette");
    color("GAMMA_LUT", 0);
    kms_must_be(gem_ioctl(kms_fd, DRM_IOCTL_MODE_SETPLANE, &primary), 0,
                "primary plane off");
    memset(want.px, 0, KMS_WIDTH * KMS_HEIGHT * 4);
    place(&want, &q, 500, 300, false);
    picture_over(&want, image, 64, 64, 480, 280);
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "no primary plane");
    cursor(DRM_MODE_CURSOR_BO, 0, 0, 0, 0);
    kms_must_be(sprite(NULL, 0, 0, 0, 0), 0, "SETPLANE off");
    memset(want.px, 0, KMS_WIDTH * KMS_HEIGHT * 4);
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 0, "no plane at all");
    gem_close(kms_fd, handle);
    kms_fb_free(&over);
    picture_free(&q);
    picture_free(&want);
    kms_stop(&fb, &p);
}

/* Grey ramps and fields of colour as video of 4:2:2. */
void kms_test_video(void)
{
    /* Y, Cb, Cr of BT.601 and BT.709, limited range, and what they are */
    static const struct {
        uint8_t y[2], u[2], v[2];
        uint32_t rgb;
    } colors[] = {
        { { 16, 16 }, { 128, 128 }, { 128, 128 }, 0x000000 },
        { { 235, 235 }, { 128, 128 }, { 128, 128 }, 0xffffff },
        { { 126, 126 }, { 128, 128 }, { 128, 128 }, 0x808080 },
        { { 81, 63 }, { 90, 102 }, { 240, 240 }, 0xff0000 },
        { { 145, 173 }, { 54, 42 }, { 34, 26 }, 0x00ff00 },
        { { 41, 32 }, { 240, 240 }, { 110, 118 }, 0x0000ff },
        { { 210, 219 }, { 16, 16 }, { 146, 138 }, 0xffff00 },
        { { 106, 78 }, { 202, 214 }, { 222, 230 }, 0xff00ff },
    };
    static const struct {
        const char *name;
        uint32_t format;
        uint8_t y1, u, y2, v;           /* which byte of four */
    } formats[] = {
        { "YUYV", DRM_FORMAT_YUYV, 0, 1, 2, 3 },
        { "UYVY", DRM_FORMAT_UYVY, 1, 0, 3, 2 },
        { "YVYU", DRM_FORMAT_YVYU, 0, 3, 2, 1 },
        { "VYUY", DRM_FORMAT_VYUY, 1, 2, 3, 0 },
    };
    uint8_t row[256 * 2];
    Picture p, want;
    KmsFb fb, over;
    char what[64];
    unsigned f, i, x, y;

    kms_start(&fb, &p, 70);
    picture_init(&want, KMS_WIDTH, KMS_HEIGHT);
    for (f = 0; f < 4; f++) {
        memcpy(want.px, p.px, KMS_WIDTH * KMS_HEIGHT * 4);
        kms_fb_new(&over, 256, 64, formats[f].format, false);
        gem_set_domain(kms_fd, over.handle, I915_GEM_DOMAIN_GTT, true);
        for (y = 0; y < 64; y++) {
            for (x = 0; x < 256; x += 2) {
                i = (x / 32 + y / 16) % 8;
                row[x * 2 + formats[f].y1] = colors[i].y[f & 1];
                row[x * 2 + formats[f].y2] = colors[i].y[f & 1];
                row[x * 2 + formats[f].u] = colors[i].u[f & 1];
                row[x * 2 + formats[f].v] = colors[i].v[f & 1];
                want.px[(80 + y) * KMS_WIDTH + 40 + x] = colors[i].rgb;
                want.px[(80 + y) * KMS_WIDTH + 40 + x + 1] = colors[i].rgb;
            }
            memcpy(over.map + y * over.pitch_B, row, sizeof(row));
        }
        property(kms_pipe[0].sprite, KMS_PLANE, "COLOR_ENCODING", f & 1);
        kms_must_be(sprite(&over, 40, 80, 256, 64), 0, "SETPLANE");
        kms_vblanks(&kms_pipe[0], 2);
        snprintf(what, sizeof(what), "video %s", formats[f].name);
        talk_shows(0, &want, 3, what);
        sprite(NULL, 0, 0, 0, 0);
        kms_fb_free(&over);
    }
    picture_free(&want);
    kms_stop(&fb, &p);
}

void kms_test_rotation(void)
{
    Picture p, want, q;
    KmsFb fb, over;

    kms_start(&fb, &p, 80);
    picture_init(&q, 300, 100);
    picture_paint(&q, 81);
    kms_fb_new(&over, 300, 100, DRM_FORMAT_XRGB8888, false);
    kms_fb_draw(&over, &q);
    picture_init(&want, KMS_WIDTH, KMS_HEIGHT);
    property(kms_pipe[0].primary, KMS_PLANE, "rotation", 4);
    place(&want, &p, 0, 0, true);
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 0, "turned by 180 degrees");
    property(kms_pipe[0].sprite, KMS_PLANE, "rotation", 4);
    kms_must_be(sprite(&over, 200, 300, 300, 100), 0, "SETPLANE");
    place(&want, &q, 200, 300, true);
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "turned sprite on turned primary");
    kms_set_property(kms_pipe[0].primary, KMS_PLANE, "rotation", 1);
    kms_set_property(kms_pipe[0].sprite, KMS_PLANE, "rotation", 1);
    sprite(NULL, 0, 0, 0, 0);
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &p, 0, "and back");
    kms_fb_free(&over);
    picture_free(&q);
    picture_free(&want);
    kms_stop(&fb, &p);
}

/* A curve that doubles what is dark. */
static uint32_t brighten(uint32_t c)
{
    return c < 128 ? c * 2 : 255;
}

void kms_test_colors(void)
{
    static struct drm_color_lut lut[1024];
    struct drm_color_ctm swap = { .matrix = { 0 } };
    Picture p, want;
    KmsFb fb;
    unsigned i;

    kms_start(&fb, &p, 90);
    picture_init(&want, KMS_WIDTH, KMS_HEIGHT);
    for (i = 0; i < 256; i++) {
        lut[i].red = lut[i].green = lut[i].blue = kms_lut8(255 - i);
    }
    color("GAMMA_LUT", kms_blob(lut, 256 * sizeof(lut[0])));
    for (i = 0; i < KMS_WIDTH * KMS_HEIGHT; i++) {
        want.px[i] = map_channels(p.px[i], invert);
    }
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 0, "palette of 256 upside down");

    for (i = 0; i < 1024; i++) {
        lut[i].red = lut[i].green = lut[i].blue =
            kms_lut10(i < 512 ? i * 2 : 1023);
    }
    color("GAMMA_LUT", kms_blob(lut, sizeof(lut)));
    for (i = 0; i < KMS_WIDTH * KMS_HEIGHT; i++) {
        want.px[i] = map_channels(p.px[i], brighten);
    }
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "palette of 1024");
    color("GAMMA_LUT", 0);

    /* red from green, green from blue, blue from red */
    swap.matrix[1] = swap.matrix[5] = swap.matrix[6] = 1ull << 32;
    color("CTM", kms_blob(&swap, sizeof(swap)));
    for (i = 0; i < KMS_WIDTH * KMS_HEIGHT; i++) {
        want.px[i] = (p.px[i] & 0xffff) << 8 | (p.px[i] >> 16 & 0xff);
    }
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 1, "channels exchanged by the CSC");

    /* a curve before the CSC and one behind it: the palette is split */
    for (i = 0; i < 1024; i++) {
        lut[i].red = lut[i].green = lut[i].blue =
            kms_lut10(1023 - i);
    }
    color("DEGAMMA_LUT", kms_blob(lut, sizeof(lut)));
    for (i = 0; i < 1024; i++) {
        lut[i].red = lut[i].green = lut[i].blue = kms_lut10(i);
    }
    color("GAMMA_LUT", kms_blob(lut, sizeof(lut)));
    for (i = 0; i < KMS_WIDTH * KMS_HEIGHT; i++) {
        want.px[i] = map_channels(want.px[i], invert);
    }
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &want, 2, "two curves around the CSC");
    color("DEGAMMA_LUT", 0);
    color("CTM", 0);
    color("GAMMA_LUT", 0);
    kms_vblanks(&kms_pipe[0], 2);
    talk_shows(0, &p, 0, "colours as they are");
    picture_free(&want);
    kms_stop(&fb, &p);
}
