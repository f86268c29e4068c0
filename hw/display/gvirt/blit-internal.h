/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blitter's parts among themselves.
 *
 *      blit.c          commands taken apart, clipping, which way is taken
 *      blit-text.c     ... those that draw with the kept setup state
 *      blit-pattern.c  8 x 8 patterns of all kinds
 *      blit-mono.c     monochrome sources, transparency by colour range
 *      blit-surface.c  where a byte of an operand stands, runs of bytes
 *      blit-rop.c      the 256 raster operations
 *      blit-copy.c     the hot ways: plain copies and fills
 *      blit-tile.c     ... tile by tile
 *      blit-general.c  everything, by chunks of a scan line
 *
 * Source: HSW PRM vol. 10; the layouts of the commands, which its text only
 * links to, from IVB PRM vol. 1 part 4 and SNB PRM vol. 1 part 5.
 */
#ifndef HW_DISPLAY_GVIRT_BLIT_INTERNAL_H
#define HW_DISPLAY_GVIRT_BLIT_INTERNAL_H

#include "gpu-internal.h"
#include "hw/gvirt/tiling.h"

/* Pages of an operand known at a time: a bit of a word for each. */
#define GVIRT_BLIT_PAGES    64
#define GVIRT_BLIT_CHUNK_B  2048u   /* of a scan line, the general way */
#define GVIRT_BLIT_BREATH_B 131072  /* work between two breaths */

/*
 * Pages that may fault in one blit, then the rest of it is dropped: a blit of
 * gigabytes without any memory must not keep the engine for long. The real
 * part may stop at the first (GAB_CTL, "continue after page fault").
 */
#define GVIRT_BLIT_FAULTS_MAX 16384

/* Raster operation codes: index P << 2 | S << 1 | D of the result's bit. */
#define GVIRT_ROP_S         0xccu

typedef struct GvirtBlitPage {
    uint64_t number;            /* address >> 12 */
    uint16_t dirty_from;        /* of what was written */
    uint16_t dirty_to;
    uint8_t *host;              /* NULL: fault */
    uint64_t page_hpa;
} GvirtBlitPage;

/* A colour operand in memory. */
typedef struct GvirtBlitSurface {
    GvirtEngine *engine;
    GvirtSpace space;
    uint64_t addr;              /* of x = 0, y = 0 */
    int64_t pitch_B;
    int64_t tile_row_B;         /* from a row of tiles to the next */
    GvirtTiling tiling;
    bool swizzle;
    bool write;
    uint32_t run_B;             /* the longest run, a power of 2 */
    uint32_t tile_width_B;      /* a power of 2; 4096 for linear */
    uint32_t faults;            /* of a destination: of bit sources, too */
    uint64_t known;             /* slots of page[] that hold a page */
    uint64_t dirty;             /* ... that was written */
    GvirtBlitPage page[GVIRT_BLIT_PAGES];
} GvirtBlitSurface;

typedef enum GvirtBlitSource {
    GVIRT_BLIT_NO_SOURCE,
    GVIRT_BLIT_COLOR,
    GVIRT_BLIT_MONO,
} GvirtBlitSource;

/* A monochrome source: a stream of bits, leftmost pixel in bit 7. */
typedef struct GvirtBlitMono {
    uint64_t addr;
    const uint32_t *immediate;  /* NULL: in memory at addr */
    uint32_t immediate_B;
    uint64_t first_bit;         /* of the pixel at x1, y1 */
    uint64_t stride_bits;       /* from a scan line to the next */
    uint32_t background;
    uint32_t foreground;
    bool transparent;           /* a 0 is not written */
} GvirtBlitMono;

/* A pattern of any kind, as colours. */
typedef struct GvirtBlitPattern {
    uint32_t pixel[8][8];       /* [y][x] */
    uint8_t enable[8];          /* bit 7 - x: 0 is not written */
    bool transparent;           /* enable counts */
    bool solid;                 /* all pixels are the same */
    unsigned seed_x, seed_y;
} GvirtBlitPattern;

/* "Transparency Range Mode", header bits 19:17. */
typedef enum GvirtBlitChroma {
    GVIRT_CHROMA_NONE = 0,
    GVIRT_CHROMA_SRC = 1,       /* not written where in range */
    GVIRT_CHROMA_SRC_ALPHA = 3,
    GVIRT_CHROMA_DST_ALPHA = 5, /* written where in range */
    GVIRT_CHROMA_DST = 7,
} GvirtBlitChroma;

/* One blit, taken apart. */
typedef struct GvirtBlit {
    GvirtEngine *engine;
    GvirtSpace space;           /* of all operands: the batch's at begin */
    const char *name;
    unsigned depth;             /* BR13 25:24: 8, 565, 1555, 32 */
    unsigned cpp;               /* bytes of a pixel */
    uint8_t rop;
    uint32_t write_mask;        /* bits of a pixel that are written */
    int64_t x1, y1, x2, y2;     /* on the destination, x2 and y2 outside */
    bool clip;                  /* to BR24, BR25; else to 0 */
    bool x_backward, y_backward;
    GvirtBlitSource source;
    int64_t src_x, src_y;       /* colour source at x1, y1 */
    GvirtBlitMono mono;
    bool patterned;
    GvirtBlitPattern pattern;
    GvirtBlitChroma chroma;
    uint32_t chroma_low, chroma_high;
    uint32_t work_B;            /* since the last breath */
    bool dropped;               /* too many faults */
    GvirtBlitSurface dst;
    GvirtBlitSurface src;
} GvirtBlit;

/* blit-surface.c */

/* pitch: the field of the command; tiled: dwords, linear: bytes. */
void gvirt_blit_surface_init(GvirtBlitSurface *surface, GvirtEngine *engine,
                             uint32_t addr, uint32_t pitch, GvirtTiling tiling,
                             bool write);

/* Tell the host what was written, forget pages (before a breath, at end). */
void gvirt_blit_surface_flush(GvirtBlitSurface *surface);

/*
 * size_B bytes from x_B of row y. Where there is no page: enable[i] = 0.
 * True when all was there.
 */
bool gvirt_blit_gather(GvirtBlitSurface *surface, uint64_t x_B, uint64_t y,
                       uint8_t *out, uint32_t size_B, uint8_t *enable);

/* ... to memory; enable NULL: all bytes. */
void gvirt_blit_scatter(GvirtBlitSurface *surface, uint64_t x_B, uint64_t y,
                        const uint8_t *in, uint32_t size_B,
                        const uint8_t *enable);

/*
 * work_B more bytes are done. False when the blit ends here: the engine was
 * reset meanwhile, or it is dropped. Pointers of runs are void afterwards.
 */
bool gvirt_blit_progress(GvirtBlit *blit, uint32_t work_B);

/* That much more work makes gvirt_blit_progress() take a breath. */
static inline bool gvirt_blit_breath_is_near(const GvirtBlit *blit,
                                             uint32_t work_B)
{
    return blit->work_B + work_B >= GVIRT_BLIT_BREATH_B;
}

/* blit-rop.c */
bool gvirt_rop_uses_source(uint8_t rop);
bool gvirt_rop_uses_pattern(uint8_t rop);
bool gvirt_rop_uses_destination(uint8_t rop);

#define GVIRT_ROP_BLOCK_B   64u

/*
 * out = rop(source s, pattern p, destination d) for size_B bytes, rounded up
 * to whole blocks; p is one block that repeats. None may be NULL.
 */
void gvirt_rop_block(uint8_t rop, uint64_t *out, const uint64_t *s,
                     const uint64_t *p, const uint64_t *d, uint32_t size_B);

/* blit-pattern.c; pixel values in the low cpp bytes of the dwords */
void gvirt_blit_pattern_solid(GvirtBlit *blit, uint32_t color);
void gvirt_blit_pattern_mono(GvirtBlit *blit, uint32_t low, uint32_t high,
                             uint32_t background, uint32_t foreground,
                             bool transparent);
void gvirt_blit_pattern_fixed(GvirtBlit *blit, unsigned number,
                              uint32_t background, uint32_t foreground,
                              bool transparent);
/* Read if the raster operation uses it. False: it faulted. */
bool gvirt_blit_pattern_memory(GvirtBlit *blit, uint32_t addr);
/* False: too few dwords. */
bool gvirt_blit_pattern_immediate(GvirtBlit *blit, const uint32_t *dw,
                                  uint32_t len_dw);
/* The pattern from pixel x of row y on: one block of GVIRT_ROP_BLOCK_B. */
void gvirt_blit_pattern_block(const GvirtBlit *blit, uint32_t x, uint32_t y,
                              uint8_t *block);

/* blit-mono.c */

/*
 * count pixels of the monochrome source from (x, y), relative to (x1, y1).
 * enable: of each byte, cleared where transparent. False when it faulted.
 */
bool gvirt_blit_mono_expand(const GvirtBlit *blit, uint32_t x, uint32_t y,
                            uint32_t count, uint8_t *out, uint8_t *enable);

/* Take away the enables of the pixels that colour transparency masks. */
void gvirt_blit_chroma(const GvirtBlit *blit, const uint8_t *source,
                       const uint8_t *destination, uint32_t count,
                       uint8_t *enable);

/*
 * blit-copy.c, blit-tile.c, blit-general.c: carry out the whole blit. False
 * when it was cut off, see gvirt_blit_progress().
 */
bool gvirt_blit_copy(GvirtBlit *blit);
bool gvirt_blit_fill(GvirtBlit *blit, uint32_t color);
bool gvirt_blit_general(GvirtBlit *blit);
/* Whether tile by tile will do for a copy, and one of that kind. */
bool gvirt_blit_tiles_suit(const GvirtBlit *blit);
bool gvirt_blit_copy_tiles(GvirtBlit *blit);
/* To a tiled destination. */
bool gvirt_blit_fill_tiles(GvirtBlit *blit, uint32_t color);
/*
 * The bytes of word, from that of number phase on, over and over: size_B of
 * them.
 */
void gvirt_blit_fill_run(uint8_t *to, uint64_t size_B, uint32_t word,
                         unsigned phase);

/* blit.c */

/* The command is long enough; else it is logged. */
bool gvirt_blit_length(GvirtEngine *engine, const GvirtCommandInfo *info,
                       uint32_t len_dw, uint32_t need_dw);

/*
 * What BR13 (or BR01) and the header say and the destination: its corners as
 * in the command, before clipping. No source, no pattern yet. byte_mask: bits
 * 21:20 of the header that has them.
 */
void gvirt_blit_begin(GvirtBlit *blit, GvirtEngine *engine,
                      const GvirtCommandInfo *info, uint32_t header,
                      uint32_t control, uint32_t byte_mask,
                      uint32_t top_left, uint32_t bottom_right,
                      uint32_t dst_addr);

/*
 * The pixel at the command's (x1, y1) has bit first_bit; a scan line is
 * stride_bits long.
 */
void gvirt_blit_mono_source(GvirtBlit *blit, uint64_t first_bit,
                            uint64_t stride_bits, uint32_t background,
                            uint32_t foreground, bool transparent);

/* All bytes of a pixel are written. */
bool gvirt_blit_writes_all(const GvirtBlit *blit);

/* Clip, choose the way, do it, count it. */
GvirtStep gvirt_blit_finish(GvirtBlit *blit);

/* The kept state, or what it is after a reset. */
const GvirtBlitSetup *gvirt_blit_setup(const GvirtEngine *engine);

#endif /* HW_DISPLAY_GVIRT_BLIT_INTERNAL_H */
