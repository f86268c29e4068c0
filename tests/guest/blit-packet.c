/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packets of tests/guest/blit's cases; see blit-case.h. */
#include "blit-case.h"

#include <string.h>

#define MI_FLUSH_DW ((0x26u << 23) | 1)
#define MI_LOAD_REGISTER_IMM ((0x22u << 23) | 1)
#define BCS_SWCTRL 0x22200
#define BCS_SRC_Y (1u << 0)
#define BCS_DST_Y (1u << 1)

/* The fields of the packets' first two dwords. */
#define BLT_2D (2u << 29)
#define BLT_OPCODE(op) ((uint32_t)(op) << 22)
#define BLT_WRITE_ALPHA (1u << 21)
#define BLT_WRITE_RGB (1u << 20)
#define BLT_SRC_TILED (1u << 15)
#define BLT_DST_TILED (1u << 11)
#define BLT_BYTE_PACKED (1u << 16)
#define BR13_SOLID_PATTERN (1u << 31)
#define BR13_CLIP (1u << 30)
#define BR13_MONO_SOURCE_TRANSPARENT (1u << 29)
#define BR13_MONO_PATTERN_TRANSPARENT (1u << 28)

static uint32_t field_pitch(const Surface *s)
{
    int32_t pitch = s->tiling == I915_TILING_NONE ? s->pitch_B
                                                  : s->pitch_B / 4;

    return (uint32_t)pitch & 0xffff;
}

static uint32_t field_xy(int x, int y)
{
    return (uint32_t)y << 16 | ((uint32_t)x & 0xffff);
}

static uint32_t control_dword(const Case *c)
{
    const Blit *b = &c->blit;

    return (c->solid_select ? BR13_SOLID_PATTERN : 0) |
           (b->clipped ? BR13_CLIP : 0) |
           (b->mono_source_transparent ? BR13_MONO_SOURCE_TRANSPARENT : 0) |
           (b->mono_pattern_transparent ? BR13_MONO_PATTERN_TRANSPARENT : 0) |
           b->depth << 24 | (uint32_t)b->rop << 16 | field_pitch(b->dst);
}

static uint32_t first_dword(const Case *c, unsigned opcode, unsigned len_dw)
{
    const Blit *b = &c->blit;
    bool has_source = c->command->source == SOURCE_COLOUR;

    return BLT_2D | BLT_OPCODE(opcode) | (len_dw - 2) |
           (b->write_alpha ? BLT_WRITE_ALPHA : 0) |
           (b->write_rgb ? BLT_WRITE_RGB : 0) |
           (has_source && b->src->tiling ? BLT_SRC_TILED : 0) |
           (b->dst->tiling ? BLT_DST_TILED : 0);
}

static void emit_clip(Batch *batch, const Blit *b)
{
    batch_emit(batch, field_xy(b->clip.x1, b->clip.y1));
    batch_emit(batch, field_xy(b->clip.x2, b->clip.y2));
}

static void emit_bytes(Batch *batch, const uint8_t *bytes, unsigned size_dw)
{
    unsigned i;

    for (i = 0; i < size_dw; i++) {
        uint32_t dw;

        memcpy(&dw, bytes + i * 4, 4);
        batch_emit(batch, dw);
    }
}

static unsigned mono_size_dw(const Blit *b)
{
    unsigned rows = b->rect.y2 - b->rect.y1;
    unsigned size_B = b->packing == MONO_BIT
                          ? (rows * (b->rect.x2 - b->rect.x1) + 7) / 8
                          : rows * mono_pitch_B(b);

    return (size_B + 7) / 8 * 2;      /* whole quadwords */
}

static unsigned pattern_size_dw(const Blit *b)
{
    return 16 * depth_size_B(b->depth);
}

static void emit_linear(const Case *c, Batch *batch)
{
    const Blit *b = &c->blit;
    unsigned size_B = depth_size_B(b->depth);
    bool copy = c->command->source == SOURCE_COLOUR;

    batch_emit(batch, first_dword(c, c->command->opcode, copy ? 6 : 5));
    batch_emit(batch, control_dword(c));
    batch_emit(batch, (uint32_t)(b->rect.y2 - b->rect.y1) << 16 |
                      (b->rect.x2 - b->rect.x1) * size_B);
    batch_emit_address(batch, b->dst->handle,
                       surface_offset(b->dst, b->rect.x1 * size_B,
                                      b->rect.y1), true);
    if (copy) {
        batch_emit(batch, field_pitch(b->src));
        batch_emit_address(batch, b->src->handle,
                           surface_offset(b->src, b->src_x * size_B,
                                          b->src_y), false);
    } else {
        batch_emit(batch, b->pattern_bg);
    }
}

static void emit_with_setup(const Case *c, const Memory *memory,
                            Batch *batch)
{
    const Blit *b = &c->blit;
    bool mono_pattern =
        c->command->setup_opcode == OPCODE_SETUP_MONO_PATTERN_BLT;
    bool text = c->command->source == SOURCE_MONO;
    bool move_clip = c->number & 1;
    uint32_t dw0 = BLT_2D | BLT_OPCODE(c->command->opcode) |
                   (b->dst->tiling ? BLT_DST_TILED : 0);

    batch_emit(batch, first_dword(c, c->command->setup_opcode,
                                  mono_pattern ? 9 : 8));
    batch_emit(batch, control_dword(c));
    if (move_clip) {
        /* nothing would be drawn with these */
        batch_emit(batch, 0);
        batch_emit(batch, 0);
    } else {
        emit_clip(batch, b);
    }
    batch_emit_address(batch, b->dst->handle, b->dst->base, true);
    batch_emit(batch, text ? b->source_bg : b->pattern_bg);
    batch_emit(batch, text ? b->source_fg : b->pattern_fg);
    if (mono_pattern) {
        emit_bytes(batch, b->pattern_bytes, 2);
    } else {
        batch_emit_address(batch, memory->aux, AUX_PATTERN, false);
    }
    if (move_clip) {
        batch_emit(batch, BLT_2D | BLT_OPCODE(OPCODE_SETUP_CLIP_BLT) | 1 |
                          (b->dst->tiling ? BLT_DST_TILED : 0));
        emit_clip(batch, b);
    }
    switch (c->command->opcode) {
    case OPCODE_PIXEL_BLT:
        batch_emit(batch, dw0);
        batch_emit(batch, field_xy(b->rect.x1, b->rect.y1));
        return;
    case OPCODE_SCANLINES_BLT:
        batch_emit(batch, dw0 | b->seed_x << 12 | b->seed_y << 8 | 1);
        break;
    case OPCODE_TEXT_BLT:
        batch_emit(batch, dw0 | 2 |
                          (b->packing == MONO_BYTE ? BLT_BYTE_PACKED : 0));
        break;
    default:
        batch_emit(batch, dw0 | (1 + mono_size_dw(b)) |
                          (b->packing == MONO_BYTE ? BLT_BYTE_PACKED : 0));
        break;
    }
    batch_emit(batch, field_xy(b->rect.x1, b->rect.y1));
    batch_emit(batch, field_xy(b->rect.x2, b->rect.y2));
    if (c->command->opcode == OPCODE_TEXT_BLT) {
        batch_emit_address(batch, memory->aux, AUX_MONO, false);
    } else if (text) {
        emit_bytes(batch, b->mono_bits, mono_size_dw(b));
    }
}

static void emit_source(const Case *c, const Memory *memory, Batch *batch)
{
    const Blit *b = &c->blit;
    bool full = c->command->pattern != PATTERN_NONE;

    if (c->command->source == SOURCE_MONO) {
        if (c->command->source_place == IN_MEMORY) {
            batch_emit_address(batch, memory->aux, AUX_MONO, false);
        }
        batch_emit(batch, b->source_bg);
        batch_emit(batch, b->source_fg);
        return;
    }
    /* the two are in the other order in the FULL packets */
    if (full) {
        batch_emit(batch, field_pitch(b->src));
    }
    batch_emit(batch, field_xy(b->src_x, b->src_y));
    if (!full) {
        batch_emit(batch, field_pitch(b->src));
    }
    batch_emit_address(batch, b->src->handle, b->src->base, false);
}

static void emit_xy(const Case *c, const Memory *memory, Batch *batch)
{
    const Blit *b = &c->blit;
    const Command *command = c->command;
    unsigned start;

    if (b->clipped) {
        batch_emit(batch, BLT_2D | BLT_OPCODE(OPCODE_SETUP_CLIP_BLT) | 1);
        emit_clip(batch, b);
    }
    start = batch->len_dw;
    batch_emit(batch, first_dword(c, command->opcode, 2) |
                      b->key_mode << 17 | b->mono_start << 17 |
                      b->seed_x << 12 | b->seed_y << 8);
    batch_emit(batch, control_dword(c));
    batch_emit(batch, field_xy(b->rect.x1, b->rect.y1));
    batch_emit(batch, field_xy(b->rect.x2, b->rect.y2));
    batch_emit_address(batch, b->dst->handle, b->dst->base, true);
    if (command->source != SOURCE_NONE) {
        emit_source(c, memory, batch);
    }
    if (command->pattern == PATTERN_COLOUR &&
        command->pattern_place == IN_MEMORY) {
        batch_emit_address(batch, memory->aux, AUX_PATTERN, false);
    } else if (command->pattern == PATTERN_SOLID) {
        batch_emit(batch, b->pattern_bg);
    } else if (command->pattern == PATTERN_MONO) {
        batch_emit(batch, b->pattern_bg);
        batch_emit(batch, b->pattern_fg);
        emit_bytes(batch, b->pattern_bytes, 2);
    }
    if (command->keyed) {
        batch_emit(batch, b->key_low);
        batch_emit(batch, b->key_high);
    }
    if (command->pattern == PATTERN_COLOUR &&
        command->pattern_place == IN_PACKET) {
        emit_bytes(batch, b->pattern_bytes, pattern_size_dw(b));
    } else if (command->source == SOURCE_MONO &&
               command->source_place == IN_PACKET) {
        emit_bytes(batch, b->mono_bits, mono_size_dw(b));
    }
    batch->dw[start] |= batch->len_dw - start - 2;
}

static void emit_y_tiling(Batch *batch, uint32_t value)
{
    unsigned i;

    batch_emit(batch, MI_FLUSH_DW);
    for (i = 0; i < 2; i++) {
        batch_emit(batch, 0);
    }
    batch_emit(batch, MI_LOAD_REGISTER_IMM);
    batch_emit(batch, BCS_SWCTRL);
    batch_emit(batch, (BCS_SRC_Y | BCS_DST_Y) << 16 | value);
}

void case_emit(const Case *c, const Memory *memory, Batch *batch)
{
    uint32_t y_tiled = 0;

    if (c->dst.tiling == I915_TILING_Y) {
        y_tiled |= BCS_DST_Y;
    }
    if (c->command->source == SOURCE_COLOUR &&
        c->src.tiling == I915_TILING_Y) {
        y_tiled |= BCS_SRC_Y;
    }
    if (y_tiled) {
        emit_y_tiling(batch, y_tiled);
    }
    if (c->command->linear_addresses) {
        emit_linear(c, batch);
    } else if (c->command->setup_opcode) {
        emit_with_setup(c, memory, batch);
    } else {
        emit_xy(c, memory, batch);
    }
    if (y_tiled) {
        emit_y_tiling(batch, 0);
    }
}
