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
    int32_t pitch = s->tiling == TILING_NONE ? s->pitch_B
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

static void emit_clip(Sink *sink, const Blit *b)
{
    sink->dword(sink, field_xy(b->clip.x1, b->clip.y1));
    sink->dword(sink, field_xy(b->clip.x2, b->clip.y2));
}

static void emit_bytes(Sink *sink, const uint8_t *bytes, unsigned size_dw)
{
    unsigned i;

    for (i = 0; i < size_dw; i++) {
        uint32_t dw;

        memcpy(&dw, bytes + i * 4, 4);
        sink->dword(sink, dw);
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

static void emit_linear(const Case *c, Sink *sink)
{
    const Blit *b = &c->blit;
    unsigned size_B = depth_size_B(b->depth);
    bool copy = c->command->source == SOURCE_COLOUR;

    sink->dword(sink, first_dword(c, c->command->opcode, copy ? 6 : 5));
    sink->dword(sink, control_dword(c));
    sink->dword(sink, (uint32_t)(b->rect.y2 - b->rect.y1) << 16 |
                      (b->rect.x2 - b->rect.x1) * size_B);
    sink->address(sink, b->dst->handle,
                       surface_offset(b->dst, b->rect.x1 * size_B,
                                      b->rect.y1), true);
    if (copy) {
        sink->dword(sink, field_pitch(b->src));
        sink->address(sink, b->src->handle,
                           surface_offset(b->src, b->src_x * size_B,
                                          b->src_y), false);
    } else {
        sink->dword(sink, b->pattern_bg);
    }
}

static void emit_with_setup(const Case *c, const Memory *memory,
                            Sink *sink)
{
    const Blit *b = &c->blit;
    bool mono_pattern =
        c->command->setup_opcode == OPCODE_SETUP_MONO_PATTERN_BLT;
    bool text = c->command->source == SOURCE_MONO;
    bool move_clip = c->number & 1;
    uint32_t dw0 = BLT_2D | BLT_OPCODE(c->command->opcode) |
                   (b->dst->tiling ? BLT_DST_TILED : 0);

    sink->dword(sink, first_dword(c, c->command->setup_opcode,
                                  mono_pattern ? 9 : 8));
    sink->dword(sink, control_dword(c));
    if (move_clip) {
        /* nothing would be drawn with these */
        sink->dword(sink, 0);
        sink->dword(sink, 0);
    } else {
        emit_clip(sink, b);
    }
    sink->address(sink, b->dst->handle, b->dst->base, true);
    sink->dword(sink, text ? b->source_bg : b->pattern_bg);
    sink->dword(sink, text ? b->source_fg : b->pattern_fg);
    if (mono_pattern) {
        emit_bytes(sink, b->pattern_bytes, 2);
    } else {
        sink->address(sink, memory->aux, AUX_PATTERN, false);
    }
    if (move_clip) {
        sink->dword(sink, BLT_2D | BLT_OPCODE(OPCODE_SETUP_CLIP_BLT) | 1 |
                          (b->dst->tiling ? BLT_DST_TILED : 0));
        emit_clip(sink, b);
    }
    switch (c->command->opcode) {
    case OPCODE_PIXEL_BLT:
        sink->dword(sink, dw0);
        sink->dword(sink, field_xy(b->rect.x1, b->rect.y1));
        return;
    case OPCODE_SCANLINES_BLT:
        sink->dword(sink, dw0 | b->seed_x << 12 | b->seed_y << 8 | 1);
        break;
    case OPCODE_TEXT_BLT:
        sink->dword(sink, dw0 | 2 |
                          (b->packing == MONO_BYTE ? BLT_BYTE_PACKED : 0));
        break;
    default:
        sink->dword(sink, dw0 | (1 + mono_size_dw(b)) |
                          (b->packing == MONO_BYTE ? BLT_BYTE_PACKED : 0));
        break;
    }
    sink->dword(sink, field_xy(b->rect.x1, b->rect.y1));
    sink->dword(sink, field_xy(b->rect.x2, b->rect.y2));
    if (c->command->opcode == OPCODE_TEXT_BLT) {
        sink->address(sink, memory->aux, AUX_MONO, false);
    } else if (text) {
        emit_bytes(sink, b->mono_bits, mono_size_dw(b));
    }
}

static void emit_source(const Case *c, const Memory *memory, Sink *sink)
{
    const Blit *b = &c->blit;
    bool full = c->command->pattern != PATTERN_NONE;

    if (c->command->source == SOURCE_MONO) {
        if (c->command->source_place == IN_MEMORY) {
            sink->address(sink, memory->aux, AUX_MONO, false);
        }
        sink->dword(sink, b->source_bg);
        sink->dword(sink, b->source_fg);
        return;
    }
    /* the two are in the other order in the FULL packets */
    if (full) {
        sink->dword(sink, field_pitch(b->src));
    }
    sink->dword(sink, field_xy(b->src_x, b->src_y));
    if (!full) {
        sink->dword(sink, field_pitch(b->src));
    }
    sink->address(sink, b->src->handle, b->src->base, false);
}

static unsigned xy_len_dw(const Case *c)
{
    static const unsigned pattern_dw[] = {
        [PATTERN_NONE] = 0, [PATTERN_SOLID] = 1, [PATTERN_COLOUR] = 1,
        [PATTERN_MONO] = 4
    };
    const Command *command = c->command;
    unsigned len_dw = 5 + pattern_dw[command->pattern] +
                      (command->keyed ? 2 : 0);

    if (command->pattern_place == IN_PACKET) {
        len_dw += pattern_size_dw(&c->blit) - 1;
    }
    if (command->source == SOURCE_MONO) {
        len_dw += 2 + (command->source_place == IN_PACKET
                           ? mono_size_dw(&c->blit) : 1);
    } else if (command->source == SOURCE_COLOUR) {
        len_dw += 3;
    }
    return len_dw;
}

static void emit_xy(const Case *c, const Memory *memory, Sink *sink)
{
    const Blit *b = &c->blit;
    const Command *command = c->command;

    if (b->clipped) {
        sink->dword(sink, BLT_2D | BLT_OPCODE(OPCODE_SETUP_CLIP_BLT) | 1);
        emit_clip(sink, b);
    }
    sink->dword(sink, first_dword(c, command->opcode, xy_len_dw(c)) |
                      b->key_mode << 17 | b->mono_start << 17 |
                      b->seed_x << 12 | b->seed_y << 8);
    sink->dword(sink, control_dword(c));
    sink->dword(sink, field_xy(b->rect.x1, b->rect.y1));
    sink->dword(sink, field_xy(b->rect.x2, b->rect.y2));
    sink->address(sink, b->dst->handle, b->dst->base, true);
    if (command->source != SOURCE_NONE) {
        emit_source(c, memory, sink);
    }
    if (command->pattern == PATTERN_COLOUR &&
        command->pattern_place == IN_MEMORY) {
        sink->address(sink, memory->aux, AUX_PATTERN, false);
    } else if (command->pattern == PATTERN_SOLID) {
        sink->dword(sink, b->pattern_bg);
    } else if (command->pattern == PATTERN_MONO) {
        sink->dword(sink, b->pattern_bg);
        sink->dword(sink, b->pattern_fg);
        emit_bytes(sink, b->pattern_bytes, 2);
    }
    if (command->keyed) {
        sink->dword(sink, b->key_low);
        sink->dword(sink, b->key_high);
    }
    if (command->pattern == PATTERN_COLOUR &&
        command->pattern_place == IN_PACKET) {
        emit_bytes(sink, b->pattern_bytes, pattern_size_dw(b));
    } else if (command->source == SOURCE_MONO &&
               command->source_place == IN_PACKET) {
        emit_bytes(sink, b->mono_bits, mono_size_dw(b));
    }
}

static void emit_y_tiling(Sink *sink, uint32_t value)
{
    unsigned i;

    sink->dword(sink, MI_FLUSH_DW);
    for (i = 0; i < 2; i++) {
        sink->dword(sink, 0);
    }
    sink->dword(sink, MI_LOAD_REGISTER_IMM);
    sink->dword(sink, BCS_SWCTRL);
    sink->dword(sink, (BCS_SRC_Y | BCS_DST_Y) << 16 | value);
}

void case_emit(const Case *c, const Memory *memory, Sink *sink)
{
    uint32_t y_tiled = 0;

    if (c->dst.tiling == TILING_Y) {
        y_tiled |= BCS_DST_Y;
    }
    if (c->command->source == SOURCE_COLOUR &&
        c->src.tiling == TILING_Y) {
        y_tiled |= BCS_SRC_Y;
    }
    if (y_tiled) {
        emit_y_tiling(sink, y_tiled);
    }
    if (c->command->linear_addresses) {
        emit_linear(c, sink);
    } else if (c->command->setup_opcode) {
        emit_with_setup(c, memory, sink);
    } else {
        emit_xy(c, memory, sink);
    }
    if (y_tiled) {
        emit_y_tiling(sink, 0);
    }
}
