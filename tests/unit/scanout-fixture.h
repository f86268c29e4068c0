/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of scan-out share: a picture of W by H pixels in graphics
 * memory, planes and a cursor that show it, and what comes out at DDI B.
 */
#ifndef GVIRT_TESTS_UNIT_SCANOUT_FIXTURE_H
#define GVIRT_TESTS_UNIT_SCANOUT_FIXTURE_H

#include "display-fixture.h"
#include "hw/gvirt/tiling.h"

#define W           128u
#define H           96u

#define PRI(format) (ON | (uint32_t)(format) << 26)
#define XRGB        6u

#define SURF        0x00100000u
#define SPRITE      0x00200000u
#define CURSOR      0x00300000u

#define PRI_CTL     0x70180u
#define PRI_STRIDE  0x70188u
#define PRI_SURF    0x7019cu
#define PRI_OFFSET  0x701a4u

static G_GNUC_UNUSED pixman_image_t *image;
static G_GNUC_UNUSED pixman_region32_t damage;

static inline void put(uint32_t addr_ggtt, const void *data, uint32_t size_B)
{
    fakehost_write(fake, BASE_HPA + addr_ggtt, data, size_B);
}

static inline void put32(uint32_t addr_ggtt, uint32_t value)
{
    fakehost_write32(fake, BASE_HPA + addr_ggtt, value);
}

static inline uint32_t pixel(unsigned x, unsigned y)
{
    return pixman_image_get_data(image)[y * pixman_image_get_stride(image) / 4
                                        + x] & 0xffffff;
}

static inline void draw(bool all)
{
    uint32_t width, height;

    ck_assert(gvirt_display_mode(display, GVIRT_PORT_B, &width, &height));
    if (image && (pixman_image_get_width(image) != (int)width ||
                  pixman_image_get_height(image) != (int)height)) {
        pixman_image_unref(image);
        image = NULL;
    }
    if (!image) {
        image = pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height, NULL,
                                         0);
        memset(pixman_image_get_data(image), 0x55,
               (size_t)pixman_image_get_stride(image) * height);
        all = true;
    }
    pixman_region32_fini(&damage);
    pixman_region32_init(&damage);
    ck_assert(gvirt_display_draw(display, GVIRT_PORT_B, image, all, &damage));
}

/* Registers take effect, then everything is drawn. */
static inline void show(void)
{
    fake->now_ns += 20 * MS;
    draw(true);
}

static inline void check_damage(int x1, int y1, int x2, int y2)
{
    pixman_box32_t *box = pixman_region32_extents(&damage);

    ck_assert_msg(box->x1 == x1 && box->y1 == y1 && box->x2 == x2 &&
                  box->y2 == y2, "damage is %d,%d to %d,%d", box->x1, box->y1,
                  box->x2, box->y2);
}

static inline void primary(uint32_t ctl, uint32_t stride_B)
{
    wr(PRI_STRIDE, stride_B);
    wr(PRI_CTL, ctl);
    wr(PRI_SURF, SURF);
}

static inline void lit(uint32_t width, uint32_t height)
{
    if (image) {
        pixman_image_unref(image);
        image = NULL;
    }
    pixman_region32_init(&damage);
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 1);
    light(0, width, height);
}

static inline void fill(uint32_t value)
{
    uint32_t i;

    for (i = 0; i < W * H; i++) {
        put32(SURF + i * 4, value);
    }
}

static inline uint32_t pattern(unsigned x, unsigned y)
{
    return (x * 0x010203 + y * 0x0a0007) & 0xffffff;
}

static inline void check_pattern(unsigned x0, unsigned y0)
{
    unsigned x, y;

    for (y = 0; y < H; y++) {
        for (x = 0; x < W; x++) {
            ck_assert_msg(pixel(x, y) == pattern(x + x0, y + y0),
                          "at %u,%u: 0x%06x", x, y, pixel(x, y));
        }
    }
}

static inline void fill_pattern(GvirtTiling tiling, uint32_t width,
                                uint32_t height, uint32_t pitch_B,
                                bool swizzle)
{
    unsigned x, y;

    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            put32(SURF + gvirt_tile_offset(tiling, x * 4, y, pitch_B, swizzle),
                  pattern(x, y));
        }
    }
}

static inline uint32_t cursor_pos(int x, int y)
{
    return (y < 0 ? 0x80000000u | (uint32_t)-y << 16 : (uint32_t)y << 16) |
           (x < 0 ? 0x8000u | (uint32_t)-x : (uint32_t)x);
}

static inline void cursor(uint32_t mode_bits, int x, int y)
{
    wr(0x70080, mode_bits);
    wr(0x70088, cursor_pos(x, y));
    wr(0x70084, CURSOR);
}

static inline void cursor_fill(uint32_t argb)
{
    unsigned i;

    for (i = 0; i < 64 * 64; i++) {
        put32(CURSOR + i * 4, argb);
    }
}

#endif /* GVIRT_TESTS_UNIT_SCANOUT_FIXTURE_H */
