/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every 2D command against a slow and obvious blitter: a case is made at
 * random, encoded as a command for the engine, and drawn once more by the
 * reference. Then all of the memory must be equal, also where no pixel is.
 *
 * BLIT_CASES and BLIT_SEED in the environment: more cases, and others.
 *
 * Source: IVB PRM vol. 1 part 4, SNB PRM vol. 1 part 5 (layouts).
 */
#include <stdlib.h>
#include <string.h>

#include "blit-exec.h"
#include "blit-reference.h"
#include "fakehost.h"
#include "suite.h"

#define BCS_SWCTRL      0x22200u
#define ARB_MODE        0x4030u
#define CASES           3000

static const uint8_t opcodes[] = {
    PIXEL, SCANLINES, TEXT, TEXT_IMM, COLOR, SRC_COPY, XY_COLOR, PAT,
    MONO_PAT, XY_SRC_COPY, MONO_SRC, FULL, FULL_MONO_SRC, FULL_MONO_PAT,
    FULL_MONO_BOTH, MONO_PAT_FIXED, MONO_SRC_IMM, PAT_IMM, SRC_COPY_CHROMA,
    FULL_PAT_IMM, FULL_MONO_SRC_PAT_IMM, PAT_CHROMA, PAT_CHROMA_IMM,
};

static FakeHost *fake;
static GvirtGpu *gpu;
static uint64_t random_state;

static uint32_t random32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state >> 16;
}

static int random_in(int low, int high)
{
    return low + (int)(random32() % (uint32_t)(high - low + 1));
}

static bool chance(unsigned percent)
{
    return random32() % 100 < percent;
}

/* Neighbours in graphics memory are none in the host's. */
static uint64_t page_hpa(uint32_t page)
{
    return 0x10000000 + (uint64_t)(page * 37 % PAGES) * 0x3000;
}

static void setup_memory(void)
{
    uint32_t page, i;

    fake = fakehost_new();
    gpu = fakehost_gpu(fake);
    memory = g_malloc(MEMORY_B);
    for (i = 0; i < MEMORY_B / 4; i++) {
        uint32_t value = random32();

        memcpy(memory + i * 4, &value, 4);
    }
    for (page = 0; page < PAGES; page++) {
        /* A few holes where destinations and sources are. */
        present[page] = page * 4096 >= DATA_AT || page % 61 != 13;
        if (present[page]) {
            fakehost_map_ggtt(gpu, FIRST_ADDR / 4096 + page, 1,
                              page_hpa(page));
            fakehost_write(fake, page_hpa(page), memory + page * 4096, 4096);
        }
    }
}

static void teardown_memory(void)
{
    gvirt_gpu_free(gpu);
    fakehost_free(fake);
    g_free(memory);
}

/* ---- the case as a command ---- */

static uint32_t xy(int x, int y)
{
    return (uint32_t)(y & 0xffff) << 16 | (x & 0xffff);
}

static uint32_t pitch_field(const Surface *surface)
{
    return (surface->walk ? surface->pitch_B / 4 : surface->pitch_B) & 0xffff;
}

static GvirtStep execute(uint32_t *dw, uint32_t len_dw)
{
    const GvirtCommandInfo *info;

    dw[0] |= len_dw - 2;
    info = gvirt_command_find(GVIRT_BCS, dw[0]);
    ck_assert_ptr_nonnull(info);
    ck_assert_uint_eq(gvirt_command_len_dw(info, dw[0]), len_dw);
    return blit_execute(gpu, dw, len_dw);
}

static uint32_t header(const Case *c, unsigned op)
{
    uint32_t dw = 2u << 29 | op << 22;

    if (op == SETUP || op == SETUP_MONO || op > TEXT_IMM) {
        dw |= c->channels << 20;
    }
    return dw;
}

static uint32_t control(const Case *c)
{
    return (uint32_t)c->solid << 31 | (uint32_t)c->clip << 30 |
           (uint32_t)c->src_transparent << 29 |
           (uint32_t)c->pat_transparent << 28 | c->depth << 24 |
           c->rop << 16 | pitch_field(&c->dst);
}

/* BR24 and BR25, and all else that the setup commands keep. */
static void send_setup(const Case *c)
{
    uint32_t dw[9] = { 0 };
    bool text = c->op == TEXT || c->op == TEXT_IMM;

    if (c->op != PIXEL && c->op != SCANLINES && !text) {
        dw[0] = header(c, SETUP_CLIP) & ~(3u << 20);
        dw[1] = xy(c->clip_x1, c->clip_y1);
        dw[2] = xy(c->clip_x2, c->clip_y2);
        ck_assert_int_eq(execute(dw, 3), GVIRT_STEP_DONE);
        return;
    }
    dw[0] = header(c, c->setup_mono ? SETUP_MONO : SETUP);
    dw[1] = control(c);
    dw[2] = xy(c->clip_x1, c->clip_y1);
    dw[3] = xy(c->clip_x2, c->clip_y2);
    dw[4] = c->dst.addr;
    dw[5] = text ? c->src_bg : c->pat_bg;
    dw[6] = text ? c->src_fg : c->pat_fg;
    if (c->setup_mono) {
        dw[7] = c->imm[0];
        dw[8] = c->imm[1];
    } else {
        dw[7] = FIRST_ADDR + DATA_AT + c->pattern_at;
    }
    ck_assert_int_eq(execute(dw, c->setup_mono ? 9 : 8), GVIRT_STEP_DONE);
}

static uint32_t append(uint32_t *dw, uint32_t len_dw, const uint32_t *data,
                       uint32_t count)
{
    memcpy(dw + len_dw, data, count * 4);
    return len_dw + count;
}

static uint32_t encode_linear(const Case *c, uint32_t *dw)
{
    uint32_t back_B = c->backward ? c->x2 * c->cpp - 1 : 0;

    dw[0] = header(c, c->op);
    dw[1] = (control(c) & 0x03ffffff) | (uint32_t)c->backward << 30;
    dw[2] = (uint32_t)c->y2 << 16 | c->x2 * c->cpp;
    dw[3] = c->dst.addr + back_B;
    if (c->op == COLOR) {
        dw[4] = c->pat_bg;
        return 5;
    }
    dw[4] = pitch_field(&c->src);
    dw[5] = c->src.addr + back_B;
    return 6;
}

static uint32_t encode_full(const Case *c, uint32_t *dw)
{
    if (has_mono_source(c->op)) {
        dw[5] = FIRST_ADDR + DATA_AT + c->mono_at;
        dw[6] = c->src_bg;
        dw[7] = c->src_fg;
    } else {
        dw[5] = pitch_field(&c->src);
        dw[6] = xy(c->src_x, c->src_y);
        dw[7] = c->src.addr;
    }
    if (has_mono_pattern(c)) {
        dw[8] = c->pat_bg;
        dw[9] = c->pat_fg;
        return append(dw, 10, c->imm, 2);
    }
    if (has_immediate_pattern(c->op)) {
        return append(dw, 8, c->imm, 16 * c->cpp);
    }
    dw[8] = FIRST_ADDR + DATA_AT + c->pattern_at;
    return 9;
}

/* What follows the destination's address. */
static uint32_t encode_operands(const Case *c, uint32_t *dw)
{
    switch (c->op) {
    case XY_COLOR:
        dw[5] = c->pat_bg;
        return 6;
    case PAT:
    case PAT_CHROMA:
        dw[5] = FIRST_ADDR + DATA_AT + c->pattern_at;
        dw[6] = c->low;
        dw[7] = c->high;
        return c->op == PAT ? 6 : 8;
    case PAT_IMM:
        return append(dw, 5, c->imm, 16 * c->cpp);
    case PAT_CHROMA_IMM:
        dw[5] = c->low;
        dw[6] = c->high;
        return append(dw, 7, c->imm, 16 * c->cpp);
    case MONO_PAT:
    case MONO_PAT_FIXED:
        dw[5] = c->pat_bg;
        dw[6] = c->pat_fg;
        return c->op == MONO_PAT ? append(dw, 7, c->imm, 2) : 7;
    case XY_SRC_COPY:
    case SRC_COPY_CHROMA:
        dw[5] = xy(c->src_x, c->src_y);
        dw[6] = pitch_field(&c->src);
        dw[7] = c->src.addr;
        dw[8] = c->low;
        dw[9] = c->high;
        return c->op == XY_SRC_COPY ? 8 : 10;
    case MONO_SRC:
        dw[5] = FIRST_ADDR + DATA_AT + c->mono_at;
        dw[6] = c->src_bg;
        dw[7] = c->src_fg;
        return 8;
    case MONO_SRC_IMM:
        dw[5] = c->src_bg;
        dw[6] = c->src_fg;
        return append(dw, 7, c->imm, 128);
    default:
        return encode_full(c, dw);
    }
}

static uint32_t encode(const Case *c, uint32_t *dw)
{
    if (c->op == COLOR || c->op == SRC_COPY) {
        return encode_linear(c, dw);
    }
    dw[0] = header(c, c->op) | (uint32_t)(c->dst.walk != 0) << 11;
    if (c->op == PIXEL) {
        dw[1] = xy(c->x1, c->y1);
        return 2;
    }
    if (c->op == SCANLINES || c->op == TEXT || c->op == TEXT_IMM) {
        dw[1] = xy(c->x1, c->y1);
        dw[2] = xy(c->x2, c->y2);
        if (c->op == SCANLINES) {
            dw[0] |= c->seed_x << 12 | c->seed_y << 8;
            return 3;
        }
        dw[0] |= (uint32_t)c->byte_packed << 16;
        dw[3] = FIRST_ADDR + DATA_AT + c->mono_at;
        return c->op == TEXT ? 4 : append(dw, 3, c->imm, 128);
    }
    if (has_color_source(c->op)) {
        dw[0] |= (uint32_t)(c->src.walk != 0) << 15;
    }
    if (has_mono_source(c->op)) {
        dw[0] |= c->mono_start << 17;
    }
    if (c->op == MONO_PAT_FIXED) {
        dw[0] |= c->fixed << 15;
    }
    dw[0] |= c->chroma << 17;
    if (has_mono_pattern(c) || has_color_pattern(c)) {
        dw[0] |= c->seed_x << 12 | c->seed_y << 8;
    }
    dw[1] = control(c);
    if (!has_mono_pattern(c) || c->op == MONO_PAT ||
        c->op == MONO_PAT_FIXED) {
        dw[1] &= ~(1u << 31);
    }
    dw[2] = xy(c->x1, c->y1);
    dw[3] = xy(c->x2, c->y2);
    dw[4] = c->dst.addr;
    return encode_operands(c, dw);
}

/* ---- cases at random ---- */

static Surface random_surface(uint32_t at, unsigned cpp, bool tiled)
{
    Surface surface = { .addr = FIRST_ADDR + at };

    surface.walk = tiled ? random_in(0, 2) : 0;
    if (surface.walk) {
        surface.addr += random_in(0, 3) * 4096;
        surface.pitch_B = surface.walk == 1 ? 512 * random_in(1, 4) :
                          128 * random_in(1, 12);
        if (chance(15)) {
            surface.addr += 64 * 4096;
            surface.pitch_B = -surface.pitch_B;
        }
        return surface;
    }
    surface.addr += chance(20) ? random_in(0, 8191) :
                    random_in(0, 2047) * (int)cpp;
    surface.pitch_B = random_in(1, 500) * 4;
    if (chance(20)) {
        surface.addr += 250000;
        surface.pitch_B = -surface.pitch_B;
    }
    return surface;
}

static uint32_t random_rop(void)
{
    static const uint8_t common[] = {
        0x00, 0x0f, 0x33, 0x55, 0x5a, 0x66, 0x88, 0xaa, 0xbb, 0xc0, 0xcc,
        0xcc, 0xcc, 0xee, 0xf0, 0xf0, 0xf0, 0xff,
    };

    return chance(50) ? common[random32() % G_N_ELEMENTS(common)] :
           random32() & 0xff;
}

static void random_case(Case *c, unsigned op)
{
    bool linear = op == COLOR || op == SRC_COPY;
    bool text = op == TEXT || op == TEXT_IMM;
    size_t i;

    memset(c, 0, sizeof(*c));
    c->op = op;
    c->depth = random32() & 3;
    c->cpp = c->depth == 0 ? 1 : c->depth == 3 ? 4 : 2;
    c->rop = random_rop();
    c->channels = chance(60) ? 3 : random32() & 3;
    c->swizzle = chance(30);
    c->x1 = linear ? 0 : random_in(-20, 60);
    c->y1 = linear ? 0 : random_in(-10, 40);
    /* The immediate sources are 128 dwords at most. */
    if (op == TEXT_IMM || op == MONO_SRC_IMM) {
        c->x2 = c->x1 + random_in(-1, 90);
        c->y2 = c->y1 + random_in(-1, 30);
    } else {
        c->x2 = c->x1 + random_in(linear ? 0 : -1, chance(20) ? 700 : 120);
        c->y2 = c->y1 + random_in(linear ? 0 : -1, 70);
    }
    if (op == PIXEL) {
        c->x2 = c->x1 + 1;
        c->y2 = c->y1 + 1;
    }
    c->clip = !linear && chance(40);
    c->clip_x1 = random_in(0, 60);
    c->clip_y1 = random_in(0, 30);
    c->clip_x2 = c->clip_x1 + random_in(0, 100);
    c->clip_y2 = c->clip_y1 + random_in(0, 60);
    c->dst = random_surface(0, c->cpp, !linear);
    c->src = random_surface(SRC_AT, c->cpp, !linear);
    c->src_x = linear ? 0 : random_in(-10, 60);
    c->src_y = linear ? 0 : random_in(-10, 40);
    if (!linear && chance(40)) {
        /* A surface moved within itself; its rows do not run together. */
        c->src = c->dst;
        if (c->dst.walk == 0) {
            c->dst.pitch_B = c->dst.pitch_B < 0 ? -3328 : 3328;
            c->src.pitch_B = c->dst.pitch_B;
        } else {
            c->dst.pitch_B = c->dst.pitch_B < 0 ? -3584 : 3584;
            c->src.pitch_B = c->dst.pitch_B;
        }
    }
    c->backward = op == SRC_COPY && chance(50);
    c->setup_mono = op == SCANLINES && chance(50);
    c->solid = chance(20) && !text && op != PIXEL;
    c->pat_transparent = chance(30);
    c->src_transparent = chance(30);
    c->seed_x = random32() & 7;
    c->seed_y = random32() & 7;
    c->fixed = random32() & 15;
    c->pattern_at = random_in(0, 63) * 256;
    c->mono_at = random_in(0, 2047);
    c->mono_start = random32() & 7;
    c->byte_packed = chance(50);
    c->pat_bg = random32();
    c->pat_fg = chance(10) ? 0x40404040 : random32();
    c->src_bg = random32();
    c->src_fg = random32();
    if (op == SRC_COPY_CHROMA) {
        c->chroma = random32() & 7;
    } else if (op == PAT_CHROMA || op == PAT_CHROMA_IMM) {
        c->chroma = (random32() & 3) | 4;
    }
    c->low = random32() & 0x7f7f7f7f & random32();
    c->high = random32() | 0x80808080 | random32();
    for (i = 0; i < G_N_ELEMENTS(c->imm); i++) {
        c->imm[i] = random32();
    }
    /* Modes that end in 0 are none. */
    if (!(c->chroma & 1)) {
        c->chroma &= 6;
    }
}

static void run_case(const Case *c, int number)
{
    uint32_t dw[160] = { 0 };
    uint8_t page_now[4096];
    uint32_t len_dw, page;
    Case effective = *c;

    if (!(c->chroma & 1)) {
        effective.chroma = 0;
    }
    gvirt_gpu_write(gpu, ARB_MODE, 1u << 21 | (uint32_t)c->swizzle << 5, 4);
    gvirt_gpu_write(gpu, BCS_SWCTRL, 3u << 16 | (c->dst.walk == 2) << 1 |
                    (c->src.walk == 2), 4);
    send_setup(c);
    len_dw = encode(c, dw);
    ck_assert_int_eq(execute(dw, len_dw), GVIRT_STEP_DONE);
    ref_draw(&effective);
    for (page = 0; page < PAGES; page++) {
        if (!present[page]) {
            continue;
        }
        fakehost_read(fake, page_hpa(page), page_now, 4096);
        if (memcmp(page_now, memory + page * 4096, 4096)) {
            ck_abort_msg("case %d: opcode %02x depth %u rop %02x "
                         "(%d,%d)-(%d,%d) src %d,%d walks %d %d "
                         "pitches %d %d channels %u chroma %u clip %d "
                         "swizzle %d, page %u", number, c->op, c->depth,
                         c->rop, c->x1, c->y1, c->x2, c->y2, c->src_x,
                         c->src_y, c->dst.walk, c->src.walk, c->dst.pitch_B,
                         c->src.pitch_B, c->channels, c->chroma, c->clip,
                         c->swizzle, page);
        }
    }
}

static uint32_t environment(const char *name, uint32_t otherwise)
{
    const char *value = g_getenv(name);

    return value ? strtoul(value, NULL, 0) : otherwise;
}

/* One command by loop number, all else at random. */
START_TEST(test_random)
{
    unsigned op = opcodes[_i];
    int cases = environment("BLIT_CASES", CASES) / G_N_ELEMENTS(opcodes);
    int i;

    random_state = environment("BLIT_SEED", 1) * 1000003ull + op;
    setup_memory();
    for (i = 0; i < cases; i++) {
        Case c;

        random_case(&c, op);
        run_case(&c, i);
    }
    ck_assert_uint_gt(gpu->stats.blit_bytes, 0);
    teardown_memory();
}
END_TEST

/* All 256 raster operations with three operands in colour. */
START_TEST(test_every_rop)
{
    unsigned rop;

    random_state = 99 + _i;
    setup_memory();
    for (rop = 0; rop < 256; rop++) {
        Case c;

        random_case(&c, FULL);
        c.depth = _i == 0 ? 0 : _i == 1 ? 1 : 3;
        c.cpp = 1 << _i;
        c.rop = rop;
        c.channels = 3;
        c.x2 = c.x1 + 45;
        c.y2 = c.y1 + 20;
        run_case(&c, rop);
    }
    teardown_memory();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blit");
    TCase *tests = tcase_create("blit");

    tcase_add_loop_test(tests, test_random, 0, G_N_ELEMENTS(opcodes));
    tcase_add_loop_test(tests, test_every_rop, 0, 3);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
