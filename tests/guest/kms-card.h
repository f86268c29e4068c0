/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thin layer over the kernel's mode setting ioctls for kms.c; as in gem.h
 * a failure that nothing asked for ends the program.
 */
#ifndef GVIRT_TESTS_GUEST_KMS_CARD_H
#define GVIRT_TESTS_GUEST_KMS_CARD_H

#include <drm.h>
#include <drm_fourcc.h>
#include <drm_mode.h>

#include "gem.h"
#include "talk.h"

#define KMS_PIPES 3
#define KMS_MODES 64
#define KMS_CRTC DRM_MODE_OBJECT_CRTC
#define KMS_PLANE DRM_MODE_OBJECT_PLANE
#define KMS_CONNECTOR DRM_MODE_OBJECT_CONNECTOR

/* The screen of most tests. */
enum { KMS_WIDTH = 1024, KMS_HEIGHT = 768 };

typedef struct KmsFb {
    uint32_t id, handle, format;
    uint32_t width_px, height_px, pitch_B;
    uint64_t size_B;
    uint8_t *map;               /* through the aperture */
} KmsFb;

/* A connector as it was when last looked at. */
typedef struct KmsOutput {
    const char *name;
    unsigned head;              /* of the device's console */
    uint32_t connector;
    bool connected;
    struct drm_mode_modeinfo modes[KMS_MODES];
    uint32_t mode_count;
} KmsOutput;

typedef struct KmsPipe {
    uint32_t crtc;
    unsigned index;
    uint32_t primary, sprite, cursor;       /* planes */
} KmsPipe;

extern int kms_fd;
extern KmsOutput kms_hdmi, kms_dp, kms_vga;
extern KmsPipe kms_pipe[KMS_PIPES];

/* Finds everything above. */
void kms_open(void);
void kms_look(KmsOutput *o);
/* The mode of a size, of 60 Hz where there is a choice; or ends. */
struct drm_mode_modeinfo *kms_mode(KmsOutput *o, uint32_t width_px,
                                   uint32_t height_px);
/* Returns 0 or -errno.  fb NULL: off. */
int kms_set(KmsPipe *pipe, KmsOutput *o, const KmsFb *fb, uint32_t x,
            uint32_t y, struct drm_mode_modeinfo *mode);

void kms_fb_new(KmsFb *fb, uint32_t width_px, uint32_t height_px,
                uint32_t format, bool tiled);
void kms_fb_free(KmsFb *fb);
/* Bytes of a pixel of a format. */
uint32_t kms_cpp(uint32_t format);
/*
 * Draws the picture, and puts what the format can keep of it back in the
 * picture.  C8 takes the red channel.
 */
void kms_fb_draw(KmsFb *fb, Picture *p);

/* The property's id and value; 0 when the object has none of the name. */
uint32_t kms_property(uint32_t object, uint32_t type, const char *name,
                      uint64_t *value);
/* Returns 0 or -errno. */
int kms_set_property(uint32_t object, uint32_t type, const char *name,
                     uint64_t value);
uint32_t kms_blob(const void *data, uint32_t size_B);
/*
 * Entries of a palette of 8 or 10 bits as the 16 bits that the kernel takes:
 * right whether it rounds them (Linux 6.1) or scales them (6.12).
 */
static inline uint16_t kms_lut8(uint32_t value)
{
    return value << 8 | value >> 1;
}

static inline uint16_t kms_lut10(uint32_t value)
{
    return value * 64 + (value * 31 + 1022) / 1023;
}

/* Waits for n vertical blanks; returns the number of the last one. */
uint32_t kms_vblanks(KmsPipe *pipe, unsigned n);

/* expect() of what an ioctl has returned. */
void kms_must_be(int ret, int wanted, const char *what);
/* kms_set() of the mode of a size, or the program ends. */
void kms_must_set(KmsPipe *pipe, KmsOutput *o, const KmsFb *fb, uint32_t x,
                  uint32_t y, uint32_t width_px, uint32_t height_px);
/* A painted buffer of the whole screen, shown on the first pipe. */
void kms_start(KmsFb *fb, Picture *p, uint32_t seed);
void kms_stop(KmsFb *fb, Picture *p);

/* kms-plane.c */
void kms_test_cursor(void);
void kms_test_sprite(void);
void kms_test_keys(void);
void kms_test_stack(void);
void kms_test_video(void);
void kms_test_rotation(void);
void kms_test_colors(void);

#endif /* GVIRT_TESTS_GUEST_KMS_CARD_H */
