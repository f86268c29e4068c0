/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The choice of cases for tests/guest/blit: only what the manual defines,
 * so that a difference is always somebody's mistake.
 */
#include "blit-case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* HSW PRM vol. 10: "The maximum immediate source size is 128 bytes." */
enum { IMMEDIATE_MAX_B = 128 };

static const Command commands[] = {
    { .name = "COLOR_BLT", .opcode = 0x40, .pattern = PATTERN_SOLID,
      .linear_addresses = true },
    { .name = "SRC_COPY_BLT", .opcode = 0x43, .source = SOURCE_COLOUR,
      .linear_addresses = true },
    { .name = "XY_COLOR_BLT", .opcode = 0x50, .pattern = PATTERN_SOLID },
    { .name = "XY_PAT_BLT", .opcode = 0x51, .pattern = PATTERN_COLOUR },
    { .name = "XY_PAT_BLT_IMMEDIATE", .opcode = 0x72,
      .pattern = PATTERN_COLOUR, .pattern_place = IN_PACKET },
    { .name = "XY_PAT_CHROMA_BLT", .opcode = 0x76,
      .pattern = PATTERN_COLOUR, .keyed = true },
    { .name = "XY_PAT_CHROMA_BLT_IMMEDIATE", .opcode = 0x77,
      .pattern = PATTERN_COLOUR, .pattern_place = IN_PACKET, .keyed = true },
    { .name = "XY_MONO_PAT_BLT", .opcode = 0x52, .pattern = PATTERN_MONO },
    { .name = "XY_SRC_COPY_BLT", .opcode = 0x53, .source = SOURCE_COLOUR },
    { .name = "XY_SRC_COPY_CHROMA_BLT", .opcode = 0x73,
      .source = SOURCE_COLOUR, .keyed = true },
    { .name = "XY_MONO_SRC_COPY_BLT", .opcode = 0x54, .source = SOURCE_MONO },
    { .name = "XY_MONO_SRC_COPY_IMMEDIATE_BLT", .opcode = 0x71,
      .source = SOURCE_MONO, .source_place = IN_PACKET },
    { .name = "XY_FULL_BLT", .opcode = OPCODE_FULL_BLT,
      .source = SOURCE_COLOUR, .pattern = PATTERN_COLOUR },
    { .name = "XY_FULL_IMMEDIATE_PATTERN_BLT", .opcode = 0x74,
      .source = SOURCE_COLOUR,
      .pattern = PATTERN_COLOUR, .pattern_place = IN_PACKET },
    { .name = "XY_FULL_MONO_SRC_BLT", .opcode = 0x56,
      .source = SOURCE_MONO, .pattern = PATTERN_COLOUR },
    { .name = "XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT", .opcode = 0x75,
      .source = SOURCE_MONO,
      .pattern = PATTERN_COLOUR, .pattern_place = IN_PACKET },
    { .name = "XY_FULL_MONO_PATTERN_BLT", .opcode = 0x57,
      .source = SOURCE_COLOUR, .pattern = PATTERN_MONO },
    { .name = "XY_FULL_MONO_PATTERN_MONO_SRC_BLT", .opcode = 0x58,
      .source = SOURCE_MONO, .pattern = PATTERN_MONO },
    { .name = "XY_PIXEL_BLT", .opcode = OPCODE_PIXEL_BLT,
      .pattern = PATTERN_SOLID, .setup_opcode = OPCODE_SETUP_BLT },
    { .name = "XY_SCANLINES_BLT", .opcode = OPCODE_SCANLINES_BLT,
      .pattern = PATTERN_COLOUR, .setup_opcode = OPCODE_SETUP_BLT },
    { .name = "XY_SCANLINES_BLT (monochrome)", .opcode = OPCODE_SCANLINES_BLT,
      .pattern = PATTERN_MONO, .setup_opcode = OPCODE_SETUP_MONO_PATTERN_BLT },
    { .name = "XY_TEXT_BLT", .opcode = OPCODE_TEXT_BLT,
      .source = SOURCE_MONO, .setup_opcode = OPCODE_SETUP_BLT },
    { .name = "XY_TEXT_IMMEDIATE_BLT", .opcode = 0x31,
      .source = SOURCE_MONO, .source_place = IN_PACKET,
      .setup_opcode = OPCODE_SETUP_BLT },
};

unsigned command_count(void)
{
    return sizeof(commands) / sizeof(commands[0]);
}

const Command *command_at(unsigned index)
{
    return &commands[index];
}

static uint64_t random_state;

static uint64_t random_word(void)
{
    /* splitmix64: any seed will do, so case numbers can be seeds */
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A number from low to high, both included. */
static int pick(int low, int high)
{
    return low + (int)(random_word() % (uint64_t)(high - low + 1));
}

static bool one_in(int n)
{
    return pick(1, n) == 1;
}

void case_random_bytes(uint8_t *bytes, unsigned size_B)
{
    unsigned i;

    for (i = 0; i < size_B; i += 8) {
        uint64_t word = random_word();

        memcpy(bytes + i, &word, 8);
    }
}

static bool uses_pattern(uint8_t rop)
{
    return (rop >> 4) != (rop & 15);
}

static bool uses_source(uint8_t rop)
{
    return (rop >> 2 & 0x33) != (rop & 0x33);
}

/* A raster operation that the command is allowed to have. */
static uint8_t pick_rop(const Case *c)
{
    const Blit *b = &c->blit;

    for (;;) {
        uint8_t rop = one_in(3) ? (b->source ? 0xcc : 0xf0) : pick(0, 255);

        if (uses_pattern(rop) && b->pattern == PATTERN_NONE) {
            continue;
        }
        if (uses_source(rop) && b->source == SOURCE_NONE) {
            continue;
        }
        /* an operand that is a mask only is left to the full commands */
        if ((b->mono_source_transparent && !uses_source(rop)) ||
            (b->mono_pattern_transparent && !uses_pattern(rop))) {
            continue;
        }
        return rop;
    }
}

static void pick_surface(Surface *s, unsigned size_B, bool allow_negative,
                         bool allow_tiled)
{
    unsigned tile_rows;
    unsigned span_B;

    s->tiling = allow_tiled ? pick(0, 2) : TILING_NONE;
    if (s->tiling == TILING_NONE) {
        s->height_px = pick(8, 64);
        s->pitch_B = 4 * pick(16, 200);
        s->width_px = s->pitch_B / (int)size_B;
        s->base = (uint32_t)pick(0, 1024) * size_B;
        if (allow_negative && one_in(4)) {
            s->base += (s->height_px - 1) * s->pitch_B;
            s->pitch_B = -s->pitch_B;
        }
        return;
    }
    tile_rows = s->tiling == TILING_X ? 8 : 32;
    s->pitch_B = s->tiling == TILING_X ? 512 * pick(1, 2)
                                            : 128 * (1 << pick(0, 3));
    span_B = s->pitch_B * tile_rows;
    s->base = pick(0, OBJECT_SIZE_B / span_B - 1) * span_B;
    s->height_px = (OBJECT_SIZE_B - s->base) / s->pitch_B;
    if (s->height_px > 64) {
        s->height_px = 64;
    }
    s->width_px = s->pitch_B / (int)size_B;
}

static void pick_mono_source(Case *c, Rect *r)
{
    Blit *b = &c->blit;
    int limit_bits = IMMEDIATE_MAX_B * 8 - 64;

    b->packing = c->command->setup_opcode
                     ? (one_in(2) ? MONO_BYTE : MONO_BIT) : MONO_WORD;
    b->mono_start = b->packing == MONO_WORD ? pick(0, 7) : 0;
    b->mono_source_transparent = one_in(2);
    if (c->command->source_place == IN_PACKET) {
        /* at least a row, and padding of a row is below 3 bytes */
        int rows;

        if (r->x2 - r->x1 > 120) {
            r->x2 = r->x1 + 120;
        }
        rows = limit_bits / (r->x2 - r->x1 + 31);
        if (r->y2 - r->y1 > rows) {
            r->y2 = r->y1 + rows;
        }
    }
}

/* A rectangle: inside the surface, or anywhere when the clip will hold it. */
static Rect pick_rect(const Surface *s, bool clipped)
{
    Rect r;
    int w = pick(1, one_in(4) ? 200 : 40);
    int h = pick(1, one_in(4) ? 64 : 16);

    if (clipped) {
        r.x1 = pick(-20, s->width_px + 10);
        r.y1 = pick(-20, s->height_px + 10);
        r.x2 = r.x1 + w;
        r.y2 = r.y1 + h;
        return r;
    }
    if (w > s->width_px) {
        w = s->width_px;
    }
    if (h > s->height_px) {
        h = s->height_px;
    }
    r.x1 = pick(0, s->width_px - w);
    r.y1 = pick(0, s->height_px - h);
    r.x2 = r.x1 + w;
    r.y2 = r.y1 + h;
    return r;
}

/* Where the source lies: every pixel that is read must be in its surface. */
static bool pick_colour_source(Case *c)
{
    Blit *b = &c->blit;
    const Surface *s = b->src;
    Rect seen;
    int tries;

    for (tries = 0; tries < 50; tries++) {
        int dx1;
        int dy1;

        b->src_x = pick(one_in(8) ? -10 : 0, s->width_px - 1);
        b->src_y = pick(one_in(8) ? -10 : 0, s->height_px - 1);
        seen = blit_visible(b);
        dx1 = b->src_x - b->rect.x1;
        dy1 = b->src_y - b->rect.y1;
        if (seen.x1 + dx1 >= 0 && seen.x2 + dx1 <= s->width_px &&
            seen.y1 + dy1 >= 0 && seen.y2 + dy1 <= s->height_px) {
            return true;
        }
        if (b->rect.x2 - b->rect.x1 > s->width_px / 2) {
            b->rect.x2 = b->rect.x1 + s->width_px / 2;
        }
        if (b->rect.y2 - b->rect.y1 > s->height_px / 2) {
            b->rect.y2 = b->rect.y1 + s->height_px / 2;
        }
    }
    return false;
}

static void pick_key(Blit *b, const Command *command)
{
    static const uint8_t with_source[] = {
        KEY_NONE, KEY_SOURCE, KEY_DESTINATION, KEY_SOURCE_ALPHA,
        KEY_DESTINATION_ALPHA
    };
    /* the components' two upper bits clear in one, set in the other */
    static const uint32_t low_bits[] = {
        0x3f, 0x39e7, 0x1ce7, 0x3f3f3f3f
    };
    static const uint32_t high_bits[] = {
        0xc0, 0xc618, 0x6318, 0xc0c0c0c0
    };
    int last = b->depth == 3 ? 4 : 2;

    do {
        b->key_mode = with_source[pick(0, last)];
    } while (command->source == SOURCE_NONE &&
             (b->key_mode == KEY_SOURCE || b->key_mode == KEY_SOURCE_ALPHA));
    /* wide ranges, or a random pixel would hardly ever be inside */
    b->key_low = (uint32_t)random_word() & low_bits[b->depth];
    b->key_high = (uint32_t)random_word() | high_bits[b->depth];
}

static void set_up_objects(Case *c, Memory *memory)
{
    Surface *s[2] = { &c->dst, &c->src };
    int i;

    for (i = 0; i < 2; i++) {
        int object = c->same_object ? 0 : i;

        s[i]->handle = memory->objects[object];
        s[i]->bytes = memory->expected[object];
    }
    c->blit.dst = &c->dst;
    c->blit.src = &c->src;
}

/* A case that the manual defines fully, from its number alone. */
void case_make(Case *c, Memory *memory, unsigned number, uint64_t seed)
{
    Blit *b = &c->blit;
    const Command *command;
    unsigned size_B;
    bool mono;

    random_state = seed * 1000003 + number;
    random_word();
    memset(c, 0, sizeof(*c));
    c->number = number;
    do {
        command = &commands[pick(0, command_count() - 1)];
    } while (number < SYSTEMATIC_CASES && command->opcode != OPCODE_FULL_BLT);
    c->command = command;
    b->depth = number < SYSTEMATIC_CASES ? number / 256
                                         : (unsigned)pick(0, 3);
    size_B = depth_size_B(b->depth);
    b->source = command->source;
    b->pattern = command->pattern;
    mono = b->source == SOURCE_MONO || command->opcode == OPCODE_PIXEL_BLT;
    set_up_objects(c, memory);
    pick_surface(&c->dst, size_B, !mono, !command->linear_addresses);
    pick_surface(&c->src, size_B, true, !command->linear_addresses);
    c->same_object = b->source == SOURCE_COLOUR && one_in(3) &&
                     !command->linear_addresses;
    if (c->same_object) {
        /* overlap is defined for one base and pitches of whole lines */
        c->dst.pitch_B = c->dst.tiling ? c->dst.pitch_B
                                       : 64 * pick(1, 12);
        c->dst.width_px = abs(c->dst.pitch_B) / (int)size_B;
        if (c->dst.tiling == TILING_NONE) {
            c->dst.base = 64 * pick(0, 16);
        }
        c->src = c->dst;
    }
    set_up_objects(c, memory);

    b->clipped = !command->linear_addresses &&
                 (command->setup_opcode || one_in(2));
    b->rect = pick_rect(&c->dst, b->clipped);
    if (!b->clipped && b->source == SOURCE_NONE && one_in(8) &&
        !command->linear_addresses) {
        b->rect.x1 = -pick(0, 5);
        b->rect.y1 = -pick(0, 5);
    }
    if (command->opcode == OPCODE_PIXEL_BLT) {
        b->rect.x2 = b->rect.x1 + 1;
        b->rect.y2 = b->rect.y1 + 1;
    }
    if (b->source == SOURCE_MONO) {
        pick_mono_source(c, &b->rect);
        b->mono_bits = memory->aux_bytes + AUX_MONO;
    }
    if (b->clipped) {
        b->clip.x1 = pick(0, c->dst.width_px - 1);
        b->clip.y1 = pick(0, c->dst.height_px - 1);
        b->clip.x2 = pick(b->clip.x1, c->dst.width_px);
        b->clip.y2 = pick(b->clip.y1, c->dst.height_px);
        if (one_in(2)) {
            b->clip = (Rect) { 0, 0, c->dst.width_px, c->dst.height_px };
        }
    }
    if (command->linear_addresses && b->source == SOURCE_COLOUR) {
        if (b->rect.x2 - b->rect.x1 > c->src.width_px) {
            b->rect.x2 = b->rect.x1 + c->src.width_px;
        }
        if (b->rect.y2 - b->rect.y1 > c->src.height_px) {
            b->rect.y2 = b->rect.y1 + c->src.height_px;
        }
        b->src_x = pick(0, c->src.width_px - (b->rect.x2 - b->rect.x1));
        b->src_y = pick(0, c->src.height_px - (b->rect.y2 - b->rect.y1));
    } else if (b->source == SOURCE_COLOUR && !pick_colour_source(c)) {
        b->rect.x2 = b->rect.x1;         /* an empty one: nothing happens */
        b->src_x = b->src_y = 0;
    }

    b->write_alpha = !one_in(6);
    b->write_rgb = !one_in(6);
    b->seed_x = b->pattern >= PATTERN_COLOUR ? pick(0, 7) : 0;
    b->seed_y = b->pattern >= PATTERN_COLOUR ? pick(0, 7) : 0;
    b->pattern_bytes = memory->aux_bytes + AUX_PATTERN;
    b->pattern_bg = random_word();
    b->pattern_fg = random_word();
    b->source_bg = random_word();
    b->source_fg = random_word();
    if (b->pattern == PATTERN_MONO) {
        c->solid_select = (command->setup_opcode || command->source) &&
                          one_in(6);
        b->mono_pattern_transparent = !c->solid_select && one_in(2);
        if (c->solid_select) {
            b->pattern = PATTERN_SOLID;
        }
    }
    if (command->keyed) {
        pick_key(b, command);
    }
    b->rop = number < SYSTEMATIC_CASES ? number % 256 : pick_rop(c);
}

static const char *tiling_name(uint32_t tiling)
{
    return tiling == TILING_X ? "X" : tiling == TILING_Y ? "Y"
                                                                   : "linear";
}

void case_describe(const Case *c)
{
    const Blit *b = &c->blit;
    static const char *const depth_names[] = { "8", "565", "1555", "32" };

    printf("case %u: %s depth %s rop %02x rect (%d,%d)-(%d,%d)",
           c->number, c->command->name, depth_names[b->depth], b->rop,
           b->rect.x1, b->rect.y1, b->rect.x2, b->rect.y2);
    if (b->clipped) {
        printf(" clip (%d,%d)-(%d,%d)", b->clip.x1, b->clip.y1, b->clip.x2,
               b->clip.y2);
    }
    printf(" dst %s base %x pitch %d", tiling_name(b->dst->tiling),
           b->dst->base, b->dst->pitch_B);
    if (b->source == SOURCE_COLOUR) {
        printf(" src%s %s base %x pitch %d at (%d,%d)",
               c->same_object ? " (same)" : "", tiling_name(b->src->tiling),
               b->src->base, b->src->pitch_B, b->src_x, b->src_y);
    }
    if (b->source == SOURCE_MONO) {
        printf(" mono start %u packing %d%s", b->mono_start, b->packing,
               b->mono_source_transparent ? " transparent" : "");
    }
    if (b->pattern != PATTERN_NONE) {
        printf(" pattern %d seed %u,%u%s", b->pattern, b->seed_x, b->seed_y,
               b->mono_pattern_transparent ? " transparent" : "");
    }
    if (b->key_mode) {
        printf(" key %u %x-%x", b->key_mode, b->key_low, b->key_high);
    }
    printf(" mask %d%d\n", b->write_alpha, b->write_rgb);
}
