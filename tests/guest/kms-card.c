/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's mode setting ioctls for kms.c; see kms-card.h. */
#include "kms-card.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int kms_fd;
KmsOutput kms_hdmi = { .name = "HDMI", .head = 0 };
KmsOutput kms_dp = { .name = "DP", .head = 1 };
KmsOutput kms_vga = { .name = "VGA", .head = 2 };
KmsPipe kms_pipe[KMS_PIPES];

static void must(unsigned long request, void *arg, const char *what)
{
    int ret = gem_ioctl(kms_fd, request, arg);

    if (ret < 0) {
        errno = -ret;
        gem_fail(what);
    }
}

void kms_look(KmsOutput *o)
{
    uint32_t encoders[8], properties[64];
    uint64_t values[64];
    struct drm_mode_get_connector arg = { .connector_id = o->connector };

    /* without room for modes the kernel probes the connector anew */
    must(DRM_IOCTL_MODE_GETCONNECTOR, &arg, "GETCONNECTOR");
    arg.modes_ptr = (uintptr_t)o->modes;
    arg.encoders_ptr = (uintptr_t)encoders;
    arg.props_ptr = (uintptr_t)properties;
    arg.prop_values_ptr = (uintptr_t)values;
    if (arg.count_modes > KMS_MODES || arg.count_encoders > 8 ||
        arg.count_props > 64) {
        errno = ENOSPC;
        gem_fail("GETCONNECTOR");
    }
    must(DRM_IOCTL_MODE_GETCONNECTOR, &arg, "GETCONNECTOR");
    o->connected = arg.connection == 1;
    o->mode_count = arg.count_modes;
}

static void find_outputs(const uint32_t *connectors, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        struct drm_mode_get_connector arg = { .connector_id = connectors[i] };
        KmsOutput *o;

        must(DRM_IOCTL_MODE_GETCONNECTOR, &arg, "GETCONNECTOR");
        o = arg.connector_type == DRM_MODE_CONNECTOR_HDMIA ? &kms_hdmi :
            arg.connector_type == DRM_MODE_CONNECTOR_DisplayPort ? &kms_dp :
            arg.connector_type == DRM_MODE_CONNECTOR_VGA ? &kms_vga :
            NULL;
        /* each port has a connector of both kinds: the monitor tells */
        if (o && arg.connection == 1 && !o->connector) {
            o->connector = connectors[i];
            kms_look(o);
        }
    }
}

static void find_planes(void)
{
    uint32_t planes[32];
    struct drm_mode_get_plane_res res = {
        .plane_id_ptr = (uintptr_t)planes, .count_planes = 32
    };
    unsigned i, k;

    must(DRM_IOCTL_MODE_GETPLANERESOURCES, &res, "GETPLANERESOURCES");
    for (i = 0; i < res.count_planes && i < 32; i++) {
        struct drm_mode_get_plane plane = { .plane_id = planes[i] };
        uint64_t type = 0;

        must(DRM_IOCTL_MODE_GETPLANE, &plane, "GETPLANE");
        kms_property(planes[i], DRM_MODE_OBJECT_PLANE, "type", &type);
        for (k = 0; k < KMS_PIPES; k++) {
            if (plane.possible_crtcs == 1u << k) {
                *(type == 1 ? &kms_pipe[k].primary :
                  type == 2 ? &kms_pipe[k].cursor : &kms_pipe[k].sprite) =
                    planes[i];
            }
        }
    }
}

void kms_open(void)
{
    struct drm_set_client_cap cap = {
        .capability = DRM_CLIENT_CAP_UNIVERSAL_PLANES, .value = 1
    };
    uint32_t crtcs[8], connectors[16];
    struct drm_mode_card_res res = {
        .crtc_id_ptr = (uintptr_t)crtcs, .count_crtcs = 8,
        .connector_id_ptr = (uintptr_t)connectors, .count_connectors = 16
    };
    unsigned i;

    kms_fd = gem_open();
    must(DRM_IOCTL_SET_CLIENT_CAP, &cap, "SET_CLIENT_CAP");
    must(DRM_IOCTL_MODE_GETRESOURCES, &res, "GETRESOURCES");
    if (res.count_crtcs != KMS_PIPES || res.count_connectors > 16) {
        errno = ENXIO;
        gem_fail("three pipes");
    }
    for (i = 0; i < KMS_PIPES; i++) {
        kms_pipe[i].crtc = crtcs[i];
        kms_pipe[i].index = i;
    }
    find_outputs(connectors, res.count_connectors);
    find_planes();
    for (i = 0; i < KMS_PIPES; i++) {
        expect(kms_pipe[i].primary && kms_pipe[i].sprite &&
               kms_pipe[i].cursor, "pipe %u lacks a plane", i);
    }
    if (!kms_hdmi.connector || !kms_dp.connector || !kms_vga.connector) {
        errno = ENXIO;
        gem_fail("three monitors");
    }
}

struct drm_mode_modeinfo *kms_mode(KmsOutput *o, uint32_t width_px,
                                   uint32_t height_px)
{
    struct drm_mode_modeinfo *found = NULL;
    uint32_t i;

    for (i = 0; i < o->mode_count; i++) {
        struct drm_mode_modeinfo *mode = &o->modes[i];

        if (mode->hdisplay == width_px && mode->vdisplay == height_px &&
            !(mode->flags & DRM_MODE_FLAG_INTERLACE) &&
            (!found || (found->vrefresh != 60 && mode->vrefresh == 60))) {
            found = mode;
        }
    }
    if (!found) {
        errno = ENXIO;
        gem_fail("a mode");
    }
    return found;
}

int kms_set(KmsPipe *pipe, KmsOutput *o, const KmsFb *fb, uint32_t x,
            uint32_t y, struct drm_mode_modeinfo *mode)
{
    struct drm_mode_crtc arg = {
        .crtc_id = pipe->crtc, .fb_id = fb ? fb->id : 0, .x = x, .y = y
    };

    if (fb) {
        arg.set_connectors_ptr = (uintptr_t)&o->connector;
        arg.count_connectors = 1;
        arg.mode = *mode;
        arg.mode_valid = 1;
    }
    return gem_ioctl(kms_fd, DRM_IOCTL_MODE_SETCRTC, &arg);
}

uint32_t kms_cpp(uint32_t format)
{
    switch (format) {
    case DRM_FORMAT_C8:
        return 1;
    case DRM_FORMAT_RGB565:
    case DRM_FORMAT_YUYV:
    case DRM_FORMAT_UYVY:
    case DRM_FORMAT_YVYU:
    case DRM_FORMAT_VYUY:
        return 2;
    case DRM_FORMAT_XBGR16161616F:
        return 8;
    default:
        return 4;
    }
}

void kms_fb_new(KmsFb *fb, uint32_t width_px, uint32_t height_px,
                uint32_t format, bool tiled)
{
    uint32_t align_B = tiled ? 512 : 64, rows = (height_px + 7) & ~7u;
    struct drm_mode_fb_cmd2 arg = {
        .width = width_px, .height = height_px, .pixel_format = format
    };

    fb->width_px = width_px;
    fb->height_px = height_px;
    fb->format = format;
    fb->pitch_B = (width_px * kms_cpp(format) + align_B - 1) & -align_B;
    fb->size_B = ((uint64_t)fb->pitch_B * rows + 4095) & ~4095ull;
    fb->handle = gem_create(kms_fd, fb->size_B);
    if (tiled) {
        gem_set_tiling(kms_fd, fb->handle, I915_TILING_X, fb->pitch_B);
    }
    fb->map = gem_map_aperture(kms_fd, fb->handle, fb->size_B);
    arg.handles[0] = fb->handle;
    arg.pitches[0] = fb->pitch_B;
    must(DRM_IOCTL_MODE_ADDFB2, &arg, "ADDFB2");
    fb->id = arg.fb_id;
}

void kms_fb_free(KmsFb *fb)
{
    must(DRM_IOCTL_MODE_RMFB, &fb->id, "RMFB");
    munmap(fb->map, fb->size_B);
    gem_close(kms_fd, fb->handle);
    memset(fb, 0, sizeof(*fb));
}

/* A pixel in memory, and what the format has kept of it. */
static uint32_t pack(uint32_t format, uint32_t *px)
{
    uint32_t r = *px >> 16 & 0xff, g = *px >> 8 & 0xff, b = *px & 0xff;

    switch (format) {
    case DRM_FORMAT_C8:
        return r;
    case DRM_FORMAT_RGB565:
        *px = ((r >> 3) * 255 + 15) / 31 << 16 |
              ((g >> 2) * 255 + 31) / 63 << 8 | ((b >> 3) * 255 + 15) / 31;
        return (r >> 3) << 11 | (g >> 2) << 5 | b >> 3;
    case DRM_FORMAT_XBGR8888:
        return b << 16 | g << 8 | r;
    case DRM_FORMAT_XRGB2101010:
        return (r << 2 | r >> 6) << 20 | (g << 2 | g >> 6) << 10 |
               (b << 2 | b >> 6);
    case DRM_FORMAT_XBGR2101010:
        return (b << 2 | b >> 6) << 20 | (g << 2 | g >> 6) << 10 |
               (r << 2 | r >> 6);
    default:
        return *px;
    }
}

void kms_fb_draw(KmsFb *fb, Picture *p)
{
    uint32_t cpp = kms_cpp(fb->format), x, y, v;
    uint8_t *row = malloc(fb->pitch_B);

    if (!row) {
        gem_fail("row");
    }
    gem_set_domain(kms_fd, fb->handle, I915_GEM_DOMAIN_GTT, true);
    for (y = 0; y < fb->height_px && y < p->height_px; y++) {
        for (x = 0; x < fb->width_px && x < p->width_px; x++) {
            v = pack(fb->format, &p->px[(size_t)y * p->width_px + x]);
            memcpy(row + x * cpp, &v, cpp);
        }
        memcpy(fb->map + (size_t)y * fb->pitch_B, row, x * cpp);
    }
    free(row);
}

uint32_t kms_property(uint32_t object, uint32_t type, const char *name,
                      uint64_t *value)
{
    uint32_t ids[64];
    uint64_t values[64];
    struct drm_mode_obj_get_properties arg = {
        .props_ptr = (uintptr_t)ids, .prop_values_ptr = (uintptr_t)values,
        .count_props = 64, .obj_id = object, .obj_type = type
    };
    unsigned i;

    must(DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &arg, "OBJ_GETPROPERTIES");
    for (i = 0; i < arg.count_props && i < 64; i++) {
        struct drm_mode_get_property property = { .prop_id = ids[i] };

        must(DRM_IOCTL_MODE_GETPROPERTY, &property, "GETPROPERTY");
        if (strcmp(property.name, name) == 0) {
            if (value) {
                *value = values[i];
            }
            return ids[i];
        }
    }
    return 0;
}

int kms_set_property(uint32_t object, uint32_t type, const char *name,
                     uint64_t value)
{
    struct drm_mode_obj_set_property arg = {
        .value = value, .obj_id = object, .obj_type = type,
        .prop_id = kms_property(object, type, name, NULL)
    };

    if (!arg.prop_id) {
        return -ENOENT;
    }
    return gem_ioctl(kms_fd, DRM_IOCTL_MODE_OBJ_SETPROPERTY, &arg);
}

uint32_t kms_blob(const void *data, uint32_t size_B)
{
    struct drm_mode_create_blob arg = {
        .data = (uintptr_t)data, .length = size_B
    };

    must(DRM_IOCTL_MODE_CREATEPROPBLOB, &arg, "CREATEPROPBLOB");
    return arg.blob_id;
}

uint32_t kms_vblanks(KmsPipe *pipe, unsigned n)
{
    union drm_wait_vblank arg = {
        .request = {
            .type = _DRM_VBLANK_RELATIVE |
                    pipe->index << _DRM_VBLANK_HIGH_CRTC_SHIFT,
            .sequence = n
        }
    };

    must(DRM_IOCTL_WAIT_VBLANK, &arg, "WAIT_VBLANK");
    return arg.reply.sequence;
}

void kms_must_be(int ret, int wanted, const char *what)
{
    expect(ret == wanted, "%s: %s, not %s", what, strerror(-ret),
           strerror(-wanted));
}

void kms_must_set(KmsPipe *pipe, KmsOutput *o, const KmsFb *fb, uint32_t x,
                uint32_t y, uint32_t width_px, uint32_t height_px)
{
    int ret = kms_set(pipe, o, fb, x, y, fb ? kms_mode(o, width_px, height_px)
                                            : NULL);

    if (ret < 0) {
        errno = -ret;
        gem_fail("SETCRTC");
    }
}

/* A painted buffer of the whole screen, shown on the first pipe. */
void kms_start(KmsFb *fb, Picture *p, uint32_t seed)
{
    picture_init(p, KMS_WIDTH, KMS_HEIGHT);
    picture_paint(p, seed);
    kms_fb_new(fb, KMS_WIDTH, KMS_HEIGHT, DRM_FORMAT_XRGB8888, false);
    kms_fb_draw(fb, p);
    kms_must_set(&kms_pipe[0], &kms_hdmi, fb, 0, 0, KMS_WIDTH, KMS_HEIGHT);
}

void kms_stop(KmsFb *fb, Picture *p)
{
    kms_must_set(&kms_pipe[0], &kms_hdmi, NULL, 0, 0, 0, 0);
    kms_fb_free(fb);
    picture_free(p);
}
