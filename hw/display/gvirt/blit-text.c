/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blitter's setup commands, and those that draw with what they kept:
 * pixels, scan lines and text.
 *
 * Source: HSW PRM vol. 10, "BLT Engine State"; layouts: IVB PRM vol. 1
 * part 4, 1.9.1 to 1.9.7.
 */
#include "blit-internal.h"

#define CONTROL_SOLID                   (1u << 31)
#define CONTROL_MONO_SRC_TRANSPARENT    (1u << 29)
#define CONTROL_MONO_PAT_TRANSPARENT    (1u << 28)

#define HEADER_OPCODE(header)           ((header) >> 22 & 0x7f)
#define HEADER_BYTE_PACKED              (1u << 16)
#define OP_SETUP                        0x01
#define OP_SETUP_CLIP                   0x03
#define OP_SETUP_MONO_PATTERN           0x11
#define OP_TEXT_IMMEDIATE               0x31

const GvirtBlitSetup *gvirt_blit_setup(const GvirtEngine *engine)
{
    static const GvirtBlitSetup reset;

    return engine->blit.epoch == engine->epoch ? &engine->blit : &reset;
}

/* XY_SETUP_BLT, XY_SETUP_MONO_PATTERN_SL_BLT, XY_SETUP_CLIP_BLT */
GvirtStep gvirt_exec_BLT_SETUP(GvirtEngine *engine,
                               const GvirtCommandInfo *info,
                               const uint32_t *dw, uint32_t len_dw)
{
    unsigned opcode = HEADER_OPCODE(dw[0]);
    GvirtBlitSetup setup = *gvirt_blit_setup(engine);
    uint32_t need_dw = opcode == OP_SETUP_CLIP ? 3 :
                       opcode == OP_SETUP_MONO_PATTERN ? 9 : 8;

    if (!gvirt_blit_length(engine, info, len_dw, need_dw)) {
        return GVIRT_STEP_DONE;
    }
    setup.epoch = engine->epoch;
    if (opcode == OP_SETUP_CLIP) {
        setup.clip_top_left = dw[1];
        setup.clip_bottom_right = dw[2];
    } else {
        setup.byte_mask = dw[0];
        setup.control = dw[1];
        setup.clip_top_left = dw[2];
        setup.clip_bottom_right = dw[3];
        setup.dst_addr = dw[4];
        setup.background = dw[5];
        setup.foreground = dw[6];
        setup.mono_pattern = opcode == OP_SETUP_MONO_PATTERN;
        if (setup.mono_pattern) {
            setup.pattern[0] = dw[7];
            setup.pattern[1] = dw[8];
        } else {
            setup.pattern_addr = dw[7];
        }
    }
    engine->blit = setup;
    return GVIRT_STEP_DONE;
}

static void begin_setup(GvirtBlit *blit, GvirtEngine *engine,
                        const GvirtCommandInfo *info, uint32_t header,
                        uint32_t top_left, uint32_t bottom_right)
{
    const GvirtBlitSetup *setup = gvirt_blit_setup(engine);

    gvirt_blit_begin(blit, engine, info, header, setup->control,
                     setup->byte_mask, top_left, bottom_right,
                     setup->dst_addr);
}

/* XY_PIXEL_BLT: one pixel in the background colour. */
GvirtStep gvirt_exec_BLT_PIXEL(GvirtEngine *engine,
                               const GvirtCommandInfo *info,
                               const uint32_t *dw, uint32_t len_dw)
{
    GvirtBlit blit;

    if (!gvirt_blit_length(engine, info, len_dw, 2)) {
        return GVIRT_STEP_DONE;
    }
    begin_setup(&blit, engine, info, dw[0], dw[1], dw[1]);
    blit.x2 = blit.x1 + 1;
    blit.y2 = blit.y1 + 1;
    gvirt_blit_pattern_solid(&blit, gvirt_blit_setup(engine)->background);
    return gvirt_blit_finish(&blit);
}

/* XY_SCANLINES_BLT: the kept pattern, in colour or monochrome. */
GvirtStep gvirt_exec_BLT_SCANLINES(GvirtEngine *engine,
                                   const GvirtCommandInfo *info,
                                   const uint32_t *dw, uint32_t len_dw)
{
    const GvirtBlitSetup *setup = gvirt_blit_setup(engine);
    bool transparent = setup->control & CONTROL_MONO_PAT_TRANSPARENT;
    GvirtBlit blit;

    if (!gvirt_blit_length(engine, info, len_dw, 3)) {
        return GVIRT_STEP_DONE;
    }
    begin_setup(&blit, engine, info, dw[0], dw[1], dw[2]);
    if (!setup->mono_pattern) {
        if (!gvirt_blit_pattern_memory(&blit, setup->pattern_addr)) {
            return GVIRT_STEP_DONE;
        }
    } else if (setup->control & CONTROL_SOLID) {
        if (transparent) {
            return GVIRT_STEP_DONE;
        }
        gvirt_blit_pattern_solid(&blit, setup->background);
    } else {
        gvirt_blit_pattern_mono(&blit, setup->pattern[0], setup->pattern[1],
                                setup->background, setup->foreground,
                                transparent);
    }
    return gvirt_blit_finish(&blit);
}

/* XY_TEXT_BLT, XY_TEXT_IMMEDIATE_BLT: glyphs, bit or byte packed. */
GvirtStep gvirt_exec_BLT_TEXT(GvirtEngine *engine,
                              const GvirtCommandInfo *info,
                              const uint32_t *dw, uint32_t len_dw)
{
    const GvirtBlitSetup *setup = gvirt_blit_setup(engine);
    bool immediate = HEADER_OPCODE(dw[0]) == OP_TEXT_IMMEDIATE;
    uint64_t width;
    GvirtBlit blit;

    if (!gvirt_blit_length(engine, info, len_dw, immediate ? 3 : 4)) {
        return GVIRT_STEP_DONE;
    }
    begin_setup(&blit, engine, info, dw[0], dw[1], dw[2]);
    width = MAX(blit.x2 - blit.x1, 0);
    if (dw[0] & HEADER_BYTE_PACKED) {
        width = (width + 7) / 8 * 8;
    }
    gvirt_blit_mono_source(&blit, 0, width, setup->background,
                           setup->foreground,
                           setup->control & CONTROL_MONO_SRC_TRANSPARENT);
    if (immediate) {
        blit.mono.immediate = dw + 3;
        blit.mono.immediate_B = (len_dw - 3) * 4;
    } else {
        blit.mono.addr = dw[3];
    }
    return gvirt_blit_finish(&blit);
}
