/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a blit of Gen7.5 must do to memory, worked out pixel by pixel from the
 * documents alone and as plainly as possible: the judge of tests/guest/blit.
 *
 * Sources: HSW PRM vol. 10 (blitter), SNB PRM vol. 1 part 5 for the layouts
 * of the packets, HSW PRM vol. 5 (tiling).
 */
#ifndef GVIRT_TESTS_GUEST_BLIT_MODEL_H
#define GVIRT_TESTS_GUEST_BLIT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { OBJECT_SIZE_B = 65536 };

/* The numbers are those of i915's interface. */
enum { TILING_NONE = 0, TILING_X = 1, TILING_Y = 2 };
enum { SWIZZLE_NONE = 0, SWIZZLE_9 = 1, SWIZZLE_9_10 = 2 };

/* A picture inside an object; pixels is a copy of the whole object's bytes. */
typedef struct Surface {
    uint32_t handle;
    uint8_t *bytes;
    uint32_t base;          /* of the pixel (0, 0), in the object */
    int32_t pitch_B;        /* negative: row 1 lies below row 0 */
    uint32_t tiling;        /* TILING_* */
    uint32_t swizzle;       /* of bit 6: SWIZZLE_* */
    int width_px;
    int height_px;
} Surface;

typedef enum SourceKind { SOURCE_NONE, SOURCE_COLOUR, SOURCE_MONO } SourceKind;

typedef enum PatternKind {
    PATTERN_NONE, PATTERN_SOLID, PATTERN_COLOUR, PATTERN_MONO
} PatternKind;

typedef enum MonoPacking {
    MONO_WORD, MONO_BYTE, MONO_BIT
} MonoPacking;

/* Field 19:17 of the CHROMA packets. */
enum {
    KEY_NONE = 0, KEY_SOURCE = 1, KEY_SOURCE_ALPHA = 3,
    KEY_DESTINATION_ALPHA = 5, KEY_DESTINATION = 7
};

typedef struct Rect {
    int x1, y1, x2, y2;     /* x2 and y2 are outside */
} Rect;

typedef struct Blit {
    Surface *dst;
    Surface *src;
    unsigned depth;         /* 0: 8, 1: 565, 2: 1555, 3: 32 bits per pixel */
    uint8_t rop;
    Rect rect;
    bool clipped;
    Rect clip;
    bool write_alpha;       /* byte masks of 32 bits per pixel */
    bool write_rgb;

    SourceKind source;
    int src_x, src_y;
    const uint8_t *mono_bits;
    unsigned mono_start;    /* first pixel's place in its byte */
    MonoPacking packing;
    bool mono_source_transparent;
    uint32_t source_bg, source_fg;

    PatternKind pattern;
    unsigned seed_x, seed_y;
    const uint8_t *pattern_bytes;
    bool mono_pattern_transparent;
    uint32_t pattern_bg, pattern_fg;

    unsigned key_mode;
    uint32_t key_low, key_high;
} Blit;

unsigned depth_size_B(unsigned depth);
/* The place of a byte of a surface in its object. */
uint32_t surface_offset(const Surface *s, int x_B, int y);
/* Bytes per row of a monochrome source with this blit's packing; 0: none. */
unsigned mono_pitch_B(const Blit *b);
/* The pixels that are written at all, after clipping and cutting. */
Rect blit_visible(const Blit *b);
/* Does it, on the copies of the surfaces' bytes. */
void blit_expect(Blit *b);

#endif /* GVIRT_TESTS_GUEST_BLIT_MODEL_H */
