/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blitter: its commands taken apart, clipped and carried out.
 *
 * Source: HSW PRM vol. 10; layouts: IVB PRM vol. 1 part 4, section 1.8 and
 * 1.9, and SNB PRM vol. 1 part 5 where the former has gaps (the vertical seed
 * of the immediate patterns).
 */
#include "blit-internal.h"

/*
 * Modelled time, in clocks of the GT. There is no published rate of the
 * blitter; it is bound by memory: 21.3 GB/s measured for linear streams on an
 * HD 4600 with two channels of DDR3-1600 (clpeak) at 1250 MHz are 17 bytes a
 * clock, a line of 64 bytes in 3.8. A line that is read and written back
 * counts for both.
 */
enum {
    LINE_B              = 64,
    LINE_READ_CLK       = 4,
    LINE_WRITE_CLK      = 4,
};

/* BCS_SWCTRL, IVB PRM vol. 1 part 4: all operands are Tile-Y. */
#define RING_SWCTRL             0x200
#define SWCTRL_SRC_Y            (1u << 0)
#define SWCTRL_DST_Y            (1u << 1)

/* Header (BR00). */
#define HEADER_SRC_TILED        (1u << 15)
#define HEADER_DST_TILED        (1u << 11)
#define HEADER_CHROMA(header)   ((header) >> 17 & 7)
#define HEADER_MONO_START(header) ((header) >> 17 & 7)
#define HEADER_FIXED(header)    ((header) >> 15 & 0xf)
#define HEADER_OPCODE(header)   ((header) >> 22 & 0x7f)

/* BR13, BR01. */
#define CONTROL_SOLID           (1u << 31)
#define CONTROL_CLIP            (1u << 30)
#define CONTROL_X_BACKWARD      (1u << 30)  /* of SRC_COPY_BLT */
#define CONTROL_MONO_SRC_TRANSPARENT (1u << 29)
#define CONTROL_MONO_PAT_TRANSPARENT (1u << 28)

enum {
    OP_COLOR                    = 0x40,
    OP_SRC_COPY                 = 0x43,
    OP_XY_COLOR                 = 0x50,
    OP_XY_PAT                   = 0x51,
    OP_XY_MONO_PAT              = 0x52,
    OP_XY_SRC_COPY              = 0x53,
    OP_XY_MONO_SRC_COPY         = 0x54,
    OP_XY_FULL                  = 0x55,
    OP_XY_FULL_MONO_SRC         = 0x56,
    OP_XY_FULL_MONO_PAT         = 0x57,
    OP_XY_FULL_MONO_PAT_MONO_SRC = 0x58,
    OP_XY_MONO_PAT_FIXED        = 0x59,
    OP_XY_MONO_SRC_COPY_IMM     = 0x71,
    OP_XY_PAT_IMM               = 0x72,
    OP_XY_SRC_COPY_CHROMA       = 0x73,
    OP_XY_FULL_IMM_PAT          = 0x74,
    OP_XY_FULL_MONO_SRC_IMM_PAT = 0x75,
    OP_XY_PAT_CHROMA            = 0x76,
    OP_XY_PAT_CHROMA_IMM        = 0x77,
};

bool gvirt_blit_length(GvirtEngine *engine, const GvirtCommandInfo *info,
                       uint32_t len_dw, uint32_t need_dw)
{
    if (len_dw < need_dw) {
        gvirt_log_guest_error(engine->gpu->host,
                              "%s: %u dwords, %u needed: not carried out",
                              info->name, len_dw, need_dw);
        return false;
    }
    return true;
}

static int64_t coordinate_x(uint32_t dw)
{
    return (int16_t)dw;
}

static int64_t coordinate_y(uint32_t dw)
{
    return (int16_t)(dw >> 16);
}

static GvirtTiling operand_tiling(const GvirtEngine *engine, bool tiled,
                                  uint32_t force_y)
{
    uint32_t swctrl = gvirt_regfile_get(&engine->gpu->regs,
                                        gvirt_ring_reg(engine, RING_SWCTRL));

    if (swctrl & force_y) {
        return GVIRT_TILING_Y;
    }
    return tiled ? GVIRT_TILING_X : GVIRT_TILING_LINEAR;
}

static void check_pitch(const GvirtBlit *blit, const GvirtBlitSurface *surface)
{
    if (surface->tiling != GVIRT_TILING_LINEAR &&
        surface->pitch_B % (int64_t)surface->tile_width_B) {
        gvirt_log_guest_error(blit->engine->gpu->host, "%s: pitch of %" PRId64
                              " bytes is no multiple of the tile's width",
                              blit->name, surface->pitch_B);
    }
}

bool gvirt_blit_writes_all(const GvirtBlit *blit)
{
    return blit->write_mask == UINT32_MAX;
}

void gvirt_blit_begin(GvirtBlit *blit, GvirtEngine *engine,
                      const GvirtCommandInfo *info, uint32_t header,
                      uint32_t control, uint32_t byte_mask,
                      uint32_t top_left, uint32_t bottom_right,
                      uint32_t dst_addr)
{
    static const uint8_t cpp[4] = { 1, 2, 2, 4 };
    /* Bits 21:20: alpha, RGB; only where there are four bytes. */
    static const uint32_t channels[4] = {
        0, 0x00ffffff, 0xff000000, 0xffffffff,
    };

    blit->engine = engine;
    blit->space = engine->fetch.space;
    blit->name = info->name;
    blit->depth = control >> 24 & 3;
    blit->cpp = cpp[blit->depth];
    blit->rop = control >> 16;
    blit->write_mask = blit->cpp == 4 ? channels[byte_mask >> 20 & 3] :
                       UINT32_MAX;
    blit->x1 = coordinate_x(top_left);
    blit->y1 = coordinate_y(top_left);
    blit->x2 = coordinate_x(bottom_right);
    blit->y2 = coordinate_y(bottom_right);
    blit->clip = control & CONTROL_CLIP;
    blit->x_backward = false;
    blit->y_backward = false;
    blit->source = GVIRT_BLIT_NO_SOURCE;
    blit->patterned = false;
    blit->pattern.seed_x = header >> 12 & 7;
    blit->pattern.seed_y = header >> 8 & 7;
    blit->chroma = GVIRT_CHROMA_NONE;
    blit->work_B = 0;
    blit->dropped = false;
    gvirt_blit_surface_init(&blit->dst, engine, dst_addr, control,
                            operand_tiling(engine, header & HEADER_DST_TILED,
                                           SWCTRL_DST_Y), true);
}

/*
 * A colour source. "If the base addresses of the source and destination are
 * the same and the Source X1 is less than Destination X1", X is backwards;
 * likewise Y. Overlaps with other addresses are undefined.
 */
static void color_source(GvirtBlit *blit, uint32_t header, uint32_t corner,
                         uint32_t pitch, uint32_t addr)
{
    blit->source = GVIRT_BLIT_COLOR;
    blit->src_x = coordinate_x(corner);
    blit->src_y = coordinate_y(corner);
    gvirt_blit_surface_init(&blit->src, blit->engine, addr, pitch,
                            operand_tiling(blit->engine,
                                           header & HEADER_SRC_TILED,
                                           SWCTRL_SRC_Y), false);
    if (blit->src.addr == blit->dst.addr) {
        blit->x_backward = blit->src_x < blit->x1;
        blit->y_backward = blit->src_y < blit->y1;
    }
}

void gvirt_blit_mono_source(GvirtBlit *blit, uint64_t first_bit,
                            uint64_t stride_bits, uint32_t background,
                            uint32_t foreground, bool transparent)
{
    GvirtBlitMono *mono = &blit->mono;

    blit->source = GVIRT_BLIT_MONO;
    mono->addr = 0;
    mono->immediate = NULL;
    mono->immediate_B = 0;
    mono->first_bit = first_bit;
    mono->stride_bits = stride_bits;
    mono->background = background;
    mono->foreground = foreground;
    mono->transparent = transparent;
    if (blit->dst.pitch_B < 0) {
        gvirt_log_guest_error(blit->engine->gpu->host, "%s: negative pitch "
                              "with a monochrome source", blit->name);
    }
}

/* Scan lines begin at a word, and there at the bit that the header says. */
static void mono_word_source(GvirtBlit *blit, uint32_t header,
                             uint32_t control, uint32_t background,
                             uint32_t foreground)
{
    uint32_t start = HEADER_MONO_START(header);
    uint64_t width = MAX(blit->x2 - blit->x1, 0);

    gvirt_blit_mono_source(blit, start, (start + width + 15) / 16 * 16,
                           background, foreground,
                           control & CONTROL_MONO_SRC_TRANSPARENT);
}

/* Away with what negative coordinates and the clip rectangle cut off. */
static bool blit_clip(GvirtBlit *blit)
{
    const GvirtBlitSetup *setup = gvirt_blit_setup(blit->engine);
    int64_t x1, y1;

    if (blit->source == GVIRT_BLIT_COLOR) {
        /* A negative source moves the destination's corner instead. */
        if (blit->src_x < 0) {
            blit->x1 -= blit->src_x;
            blit->src_x = 0;
        }
        if (blit->src_y < 0) {
            blit->y1 -= blit->src_y;
            blit->src_y = 0;
        }
    }
    x1 = MAX(blit->x1, 0);
    y1 = MAX(blit->y1, 0);
    if (blit->clip) {
        /* 15 bits each, never negative. */
        x1 = MAX(x1, setup->clip_top_left & 0x7fff);
        y1 = MAX(y1, setup->clip_top_left >> 16 & 0x7fff);
        blit->x2 = MIN(blit->x2, setup->clip_bottom_right & 0x7fff);
        blit->y2 = MIN(blit->y2, setup->clip_bottom_right >> 16 & 0x7fff);
    }
    if (x1 >= blit->x2 || y1 >= blit->y2) {
        return false;
    }
    if (blit->source == GVIRT_BLIT_COLOR) {
        blit->src_x += x1 - blit->x1;
        blit->src_y += y1 - blit->y1;
    } else if (blit->source == GVIRT_BLIT_MONO) {
        blit->mono.first_bit += (y1 - blit->y1) * blit->mono.stride_bits +
                                (x1 - blit->x1);
    }
    blit->x1 = x1;
    blit->y1 = y1;
    return true;
}

/* Lines of memory that one scan line of an operand touches. */
static uint64_t row_lines(int64_t x, int64_t width, unsigned cpp)
{
    return ((uint64_t)x * cpp % LINE_B + (uint64_t)width * cpp + LINE_B - 1) /
           LINE_B;
}

static void blit_cost(const GvirtBlit *blit)
{
    int64_t width = blit->x2 - blit->x1;
    uint64_t rows = blit->y2 - blit->y1;
    uint64_t dst_lines = row_lines(blit->x1, width, blit->cpp);
    uint64_t row_clk = dst_lines * LINE_WRITE_CLK;

    if (gvirt_rop_uses_destination(blit->rop) ||
        blit->chroma == GVIRT_CHROMA_DST ||
        blit->chroma == GVIRT_CHROMA_DST_ALPHA) {
        row_clk += dst_lines * LINE_READ_CLK;
    }
    if (blit->source == GVIRT_BLIT_COLOR) {
        row_clk += row_lines(blit->src_x, width, blit->cpp) * LINE_READ_CLK;
    } else if (blit->source == GVIRT_BLIT_MONO && !blit->mono.immediate) {
        row_clk += (width / 8 + LINE_B - 1) / LINE_B * LINE_READ_CLK;
    }
    gvirt_engine_cost(blit->engine, row_clk * rows);
}

static void check_operands(const GvirtBlit *blit)
{
    check_pitch(blit, &blit->dst);
    if (blit->source == GVIRT_BLIT_COLOR) {
        check_pitch(blit, &blit->src);
    }
    if (gvirt_rop_uses_source(blit->rop) &&
        blit->source == GVIRT_BLIT_NO_SOURCE) {
        gvirt_log_guest_error(blit->engine->gpu->host, "%s: raster operation "
                              "%02x needs a source", blit->name, blit->rop);
    }
    if (gvirt_rop_uses_pattern(blit->rop) && !blit->patterned) {
        gvirt_log_guest_error(blit->engine->gpu->host, "%s: raster operation "
                              "%02x needs a pattern", blit->name, blit->rop);
    }
}

/* Nothing masks, nothing but the source is asked for. */
static bool is_copy(const GvirtBlit *blit)
{
    return blit->rop == GVIRT_ROP_S && blit->source == GVIRT_BLIT_COLOR &&
           blit->chroma == GVIRT_CHROMA_NONE && gvirt_blit_writes_all(blit) &&
           !(blit->patterned && blit->pattern.transparent);
}

/* Each pixel becomes the same colour, whatever was there. */
static bool is_fill(const GvirtBlit *blit, uint32_t *color)
{
    bool by_pattern = gvirt_rop_uses_pattern(blit->rop);

    if (gvirt_rop_uses_source(blit->rop) ||
        gvirt_rop_uses_destination(blit->rop) ||
        blit->chroma != GVIRT_CHROMA_NONE || !gvirt_blit_writes_all(blit) ||
        (blit->source == GVIRT_BLIT_MONO && blit->mono.transparent) ||
        (blit->patterned && blit->pattern.transparent) ||
        (by_pattern && !(blit->patterned && blit->pattern.solid))) {
        return false;
    }
    *color = by_pattern ? blit->pattern.pixel[0][0] : 0;
    /* Of P alone: bit 0 of the code is the result for 0, bit 4 for 1. */
    *color = (*color & (blit->rop & 0x10 ? UINT32_MAX : 0)) |
             (~*color & (blit->rop & 0x01 ? UINT32_MAX : 0));
    return true;
}

GvirtStep gvirt_blit_finish(GvirtBlit *blit)
{
    uint64_t size_B;
    uint32_t color;
    bool whole;

    check_operands(blit);
    if (!blit_clip(blit)) {
        return GVIRT_STEP_DONE;
    }
    size_B = (uint64_t)(blit->x2 - blit->x1) * blit->cpp *
             (blit->y2 - blit->y1);
    blit_cost(blit);
    if (is_copy(blit)) {
        whole = gvirt_blit_copy(blit);
    } else if (is_fill(blit, &color)) {
        whole = gvirt_blit_fill(blit, color);
    } else {
        whole = gvirt_blit_general(blit);
    }
    if (!whole) {
        return blit->dropped ? GVIRT_STEP_DONE : GVIRT_STEP_ABORT;
    }
    gvirt_blit_surface_flush(&blit->dst);
    blit->engine->gpu->stats.blit_bytes += size_B;
    return GVIRT_STEP_DONE;
}

/* An XY command with BR13 at 1, corners at 2 and 3, the address at 4. */
static void begin_xy(GvirtBlit *blit, GvirtEngine *engine,
                     const GvirtCommandInfo *info, const uint32_t *dw)
{
    gvirt_blit_begin(blit, engine, info, dw[0], dw[1], dw[0], dw[2], dw[3],
                     dw[4]);
}

/*
 * COLOR_BLT and SRC_COPY_BLT: linear, height and width in bytes at 2, the
 * address of the first byte at 3; no clipping.
 */
static void begin_linear(GvirtBlit *blit, GvirtEngine *engine,
                         const GvirtCommandInfo *info, const uint32_t *dw)
{
    uint32_t width_B = dw[2] & 0xffff;

    gvirt_blit_begin(blit, engine, info, dw[0], dw[1], dw[0], 0, 0, dw[3]);
    gvirt_blit_surface_init(&blit->dst, engine, dw[3], dw[1],
                            GVIRT_TILING_LINEAR, true);
    blit->x2 = width_B / blit->cpp;
    blit->y2 = dw[2] >> 16;
    blit->clip = false;
    if (width_B % blit->cpp) {
        gvirt_log_guest_error(engine->gpu->host, "%s: width of %u bytes is "
                              "no whole pixels", info->name, width_B);
    }
}

/* COLOR_BLT, XY_COLOR_BLT */
GvirtStep gvirt_exec_BLT_COLOR(GvirtEngine *engine,
                               const GvirtCommandInfo *info,
                               const uint32_t *dw, uint32_t len_dw)
{
    bool linear = HEADER_OPCODE(dw[0]) == OP_COLOR;
    GvirtBlit blit;

    if (!gvirt_blit_length(engine, info, len_dw, linear ? 5 : 6)) {
        return GVIRT_STEP_DONE;
    }
    if (linear) {
        begin_linear(&blit, engine, info, dw);
        gvirt_blit_pattern_solid(&blit, dw[4]);
    } else {
        begin_xy(&blit, engine, info, dw);
        gvirt_blit_pattern_solid(&blit, dw[5]);
    }
    return gvirt_blit_finish(&blit);
}

static GvirtStep linear_copy(GvirtEngine *engine, const GvirtCommandInfo *info,
                             const uint32_t *dw)
{
    GvirtBlit blit;

    begin_linear(&blit, engine, info, dw);
    blit.source = GVIRT_BLIT_COLOR;
    blit.src_x = 0;
    blit.src_y = 0;
    gvirt_blit_surface_init(&blit.src, engine, dw[5], dw[4],
                            GVIRT_TILING_LINEAR, false);
    if (dw[1] & CONTROL_X_BACKWARD) {
        /* The addresses are those of the last bytes of the scan lines. */
        uint64_t back_B = MAX((int64_t)(dw[2] & 0xffff) - 1, 0);

        blit.x_backward = true;
        blit.dst.addr -= back_B;
        blit.src.addr -= back_B;
    }
    return gvirt_blit_finish(&blit);
}

/* SRC_COPY_BLT, XY_SRC_COPY_BLT, XY_SRC_COPY_CHROMA_BLT */
GvirtStep gvirt_exec_BLT_COPY(GvirtEngine *engine,
                              const GvirtCommandInfo *info,
                              const uint32_t *dw, uint32_t len_dw)
{
    unsigned opcode = HEADER_OPCODE(dw[0]);
    bool chroma = opcode == OP_XY_SRC_COPY_CHROMA;
    GvirtBlit blit;

    if (!gvirt_blit_length(engine, info, len_dw,
                           opcode == OP_SRC_COPY ? 6 : chroma ? 10 : 8)) {
        return GVIRT_STEP_DONE;
    }
    if (opcode == OP_SRC_COPY) {
        return linear_copy(engine, info, dw);
    }
    begin_xy(&blit, engine, info, dw);
    color_source(&blit, dw[0], dw[5], dw[6], dw[7]);
    if (chroma && HEADER_CHROMA(dw[0]) & 1) {
        blit.chroma = HEADER_CHROMA(dw[0]);
        blit.chroma_low = dw[8];
        blit.chroma_high = dw[9];
    }
    return gvirt_blit_finish(&blit);
}

/* XY_PAT_BLT, XY_PAT_CHROMA_BLT, and both with an immediate pattern */
GvirtStep gvirt_exec_BLT_PATTERN(GvirtEngine *engine,
                                 const GvirtCommandInfo *info,
                                 const uint32_t *dw, uint32_t len_dw)
{
    unsigned opcode = HEADER_OPCODE(dw[0]);
    bool immediate = opcode == OP_XY_PAT_IMM || opcode == OP_XY_PAT_CHROMA_IMM;
    bool chroma = opcode == OP_XY_PAT_CHROMA || opcode == OP_XY_PAT_CHROMA_IMM;
    /* The immediate data follow the colours, the address precedes them. */
    uint32_t colors = immediate ? 5 : 6;
    uint32_t data = chroma ? 7 : 5;
    GvirtBlit blit;
    bool whole;

    if (!gvirt_blit_length(engine, info, len_dw, immediate ? data :
                           chroma ? 8 : 6)) {
        return GVIRT_STEP_DONE;
    }
    begin_xy(&blit, engine, info, dw);
    if (chroma && HEADER_CHROMA(dw[0]) & 1) {
        blit.chroma = HEADER_CHROMA(dw[0]);
        blit.chroma_low = dw[colors];
        blit.chroma_high = dw[colors + 1];
        if (blit.chroma == GVIRT_CHROMA_SRC ||
            blit.chroma == GVIRT_CHROMA_SRC_ALPHA) {
            gvirt_log_guest_error(engine->gpu->host, "%s: transparency of a "
                                  "source that there is not", info->name);
            blit.chroma = GVIRT_CHROMA_NONE;
        }
    }
    whole = immediate ?
            gvirt_blit_pattern_immediate(&blit, dw + data, len_dw - data) :
            gvirt_blit_pattern_memory(&blit, dw[5]);
    return whole ? gvirt_blit_finish(&blit) : GVIRT_STEP_DONE;
}

/* XY_MONO_PAT_BLT, XY_MONO_PAT_FIXED_BLT */
GvirtStep gvirt_exec_BLT_MONO_PATTERN(GvirtEngine *engine,
                                      const GvirtCommandInfo *info,
                                      const uint32_t *dw, uint32_t len_dw)
{
    bool fixed = HEADER_OPCODE(dw[0]) == OP_XY_MONO_PAT_FIXED;
    bool transparent;
    GvirtBlit blit;

    if (!gvirt_blit_length(engine, info, len_dw, fixed ? 7 : 9)) {
        return GVIRT_STEP_DONE;
    }
    begin_xy(&blit, engine, info, dw);
    transparent = dw[1] & CONTROL_MONO_PAT_TRANSPARENT;
    if (fixed) {
        gvirt_blit_pattern_fixed(&blit, HEADER_FIXED(dw[0]), dw[5], dw[6],
                                 transparent);
    } else {
        gvirt_blit_pattern_mono(&blit, dw[7], dw[8], dw[5], dw[6],
                                transparent);
    }
    return gvirt_blit_finish(&blit);
}

/* XY_MONO_SRC_COPY_BLT, XY_MONO_SRC_COPY_IMMEDIATE_BLT */
GvirtStep gvirt_exec_BLT_MONO_COPY(GvirtEngine *engine,
                                   const GvirtCommandInfo *info,
                                   const uint32_t *dw, uint32_t len_dw)
{
    bool immediate = HEADER_OPCODE(dw[0]) == OP_XY_MONO_SRC_COPY_IMM;
    uint32_t colors = immediate ? 5 : 6;
    GvirtBlit blit;

    if (!gvirt_blit_length(engine, info, len_dw, colors + 2)) {
        return GVIRT_STEP_DONE;
    }
    begin_xy(&blit, engine, info, dw);
    mono_word_source(&blit, dw[0], dw[1], dw[colors], dw[colors + 1]);
    if (immediate) {
        blit.mono.immediate = dw + 7;
        blit.mono.immediate_B = (len_dw - 7) * 4;
    } else {
        blit.mono.addr = dw[5];
    }
    return gvirt_blit_finish(&blit);
}

/* Background, foreground and two dwords of bits, from dw on. */
static bool full_mono_pattern(GvirtBlit *blit, uint32_t control,
                              const uint32_t *dw)
{
    bool transparent = control & CONTROL_MONO_PAT_TRANSPARENT;

    if (control & CONTROL_SOLID) {
        gvirt_blit_pattern_solid(blit, dw[0]);
        /* "The device implementation results in NO PIXELs DRAWN." */
        return !transparent;
    }
    gvirt_blit_pattern_mono(blit, dw[2], dw[3], dw[0], dw[1], transparent);
    return true;
}

/* The six of XY_FULL_*: three operands, each in colour or monochrome. */
GvirtStep gvirt_exec_BLT_FULL(GvirtEngine *engine,
                              const GvirtCommandInfo *info,
                              const uint32_t *dw, uint32_t len_dw)
{
    unsigned opcode = HEADER_OPCODE(dw[0]);
    bool mono_source = opcode == OP_XY_FULL_MONO_SRC ||
                       opcode == OP_XY_FULL_MONO_SRC_IMM_PAT ||
                       opcode == OP_XY_FULL_MONO_PAT_MONO_SRC;
    bool mono_pattern = opcode == OP_XY_FULL_MONO_PAT ||
                        opcode == OP_XY_FULL_MONO_PAT_MONO_SRC;
    bool immediate = opcode == OP_XY_FULL_IMM_PAT ||
                     opcode == OP_XY_FULL_MONO_SRC_IMM_PAT;
    GvirtBlit blit;
    bool draw;

    if (!gvirt_blit_length(engine, info, len_dw, mono_pattern ? 12 :
                           immediate ? 8 : 9)) {
        return GVIRT_STEP_DONE;
    }
    begin_xy(&blit, engine, info, dw);
    if (mono_source) {
        mono_word_source(&blit, dw[0], dw[1], dw[6], dw[7]);
        blit.mono.addr = dw[5];
    } else {
        color_source(&blit, dw[0], dw[6], dw[5], dw[7]);
    }
    if (mono_pattern) {
        draw = full_mono_pattern(&blit, dw[1], dw + 8);
    } else if (immediate) {
        draw = gvirt_blit_pattern_immediate(&blit, dw + 8, len_dw - 8);
    } else {
        draw = gvirt_blit_pattern_memory(&blit, dw[8]);
    }
    return draw ? gvirt_blit_finish(&blit) : GVIRT_STEP_DONE;
}
