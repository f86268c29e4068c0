/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blits by the GPU against our own computation of them, byte for byte.
 *
 * First every raster operation at every colour depth, then random cases over
 * commands, depths, tilings, clipping, overlap, negative pitches and
 * coordinates, patterns, monochrome sources and colour keys.  A case depends
 * on the seed and its number only, so that one can be repeated by itself:
 *
 *     blit [--seed N] [--cases N] [--only NUMBER] [--verbose]
 *
 * After a case the whole destination object is compared, so that a byte
 * written outside the rectangle is seen as well; every fourth tiled case is
 * also read through the aperture and a fence.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blit-case.h"
#include "gem.h"

#define HANG_NS 10000000000ll

enum { MAX_COMMANDS = 64, MAX_WRONG = 20 };

typedef struct Rig {
    int fd;
    Batch batch;
    Sink sink;
    Memory memory;
    uint8_t *maps[2];
    uint8_t *apertures[2];
    uint8_t *aux_map;
    unsigned swizzled;          /* cases with such a surface */
    bool verbose;
} Rig;

static void sink_dword(Sink *sink, uint32_t dw)
{
    Rig *rig = (Rig *)((char *)sink - offsetof(Rig, sink));

    batch_emit(&rig->batch, dw);
}

static void sink_address(Sink *sink, uint32_t object, uint32_t offset,
                         bool write)
{
    Rig *rig = (Rig *)((char *)sink - offsetof(Rig, sink));

    batch_emit_address(&rig->batch, object, offset, write);
}

static void submit_case(Rig *rig, const Case *c)
{
    int ret;

    batch_start(&rig->batch);
    case_emit(c, &rig->memory, &rig->sink);
    ret = batch_submit(&rig->batch, I915_EXEC_BLT, 0);
    if (ret < 0) {
        errno = -ret;
        gem_fail("EXECBUFFER2");
    }
    if (gem_wait(rig->fd, rig->memory.objects[0], HANG_NS) < 0) {
        errno = ETIME;
        gem_fail("the blitter did not finish in 10 s");
    }
}

/* Where in the surface a byte of the object is, for a person to read. */
static void describe_byte(const Surface *s, unsigned size_B, uint32_t offset)
{
    int x;
    int y;

    for (y = 0; y < s->height_px; y++) {
        for (x = 0; x < abs(s->pitch_B); x++) {
            if (surface_offset(s, x, y) == offset) {
                printf(" = pixel (%d,%d) byte %d", x / (int)size_B, y,
                       x % (int)size_B);
                return;
            }
        }
    }
    printf(" outside the surface");
}

static bool check_memory(const Rig *rig, const Case *c, int object)
{
    const uint8_t *want = rig->memory.expected[object];
    const uint8_t *have = rig->maps[object];
    unsigned wrong = 0;
    unsigned first = 0;
    unsigned i;

    if (memcmp(want, have, OBJECT_SIZE_B) == 0) {
        return true;
    }
    for (i = 0; i < OBJECT_SIZE_B; i++) {
        if (want[i] != have[i] && wrong++ == 0) {
            first = i;
        }
    }
    case_describe(c);
    printf("    %s: %u bytes differ, first 0x%x is %02x, expected %02x",
           object ? "source" : "destination", wrong, first, have[first],
           want[first]);
    describe_byte(&c->dst, depth_size_B(c->blit.depth), first);
    printf("\n");
    return false;
}

static bool check_aperture(Rig *rig, const Case *c)
{
    const Blit *b = &c->blit;
    unsigned size_B = depth_size_B(b->depth);
    const Surface *s = b->dst;
    Rect r = blit_visible(b);
    int x;
    int y;

    gem_set_domain(rig->fd, rig->memory.objects[0], I915_GEM_DOMAIN_GTT, false);
    for (y = r.y1; y < r.y2; y++) {
        for (x = r.x1 * (int)size_B; x < r.x2 * (int)size_B; x++) {
            uint8_t have = rig->apertures[0][s->base + y * s->pitch_B + x];
            uint8_t want = s->bytes[surface_offset(s, x, y)];

            if (have != want) {
                case_describe(c);
                printf("    through the aperture, byte %d of row %d is "
                       "%02x, expected %02x\n", x, y, have, want);
                return false;
            }
        }
    }
    return true;
}

static bool run_case(Rig *rig, Case *c)
{
    Surface *s[2] = { &c->dst, &c->src };
    bool good;
    int i;

    for (i = 0; i < (c->same_object ? 1 : 2); i++) {
        s[i]->swizzle = gem_set_tiling(rig->fd, rig->memory.objects[i],
                                       s[i]->tiling, abs(s[i]->pitch_B));
        gem_set_domain(rig->fd, rig->memory.objects[i],
                       I915_GEM_DOMAIN_CPU, true);
        case_random_bytes(rig->memory.expected[i], OBJECT_SIZE_B);
        memcpy(rig->maps[i], rig->memory.expected[i], OBJECT_SIZE_B);
    }
    if (c->same_object) {
        c->src.swizzle = c->dst.swizzle;
    }
    rig->swizzled += c->dst.swizzle || c->src.swizzle;
    gem_set_domain(rig->fd, rig->memory.aux, I915_GEM_DOMAIN_CPU, true);
    case_random_bytes(rig->memory.aux_bytes, AUX_SIZE_B);
    memcpy(rig->aux_map, rig->memory.aux_bytes, AUX_SIZE_B);
    if (rig->verbose) {
        case_describe(c);
    }
    submit_case(rig, c);
    blit_expect(&c->blit);
    gem_set_domain(rig->fd, rig->memory.objects[0], I915_GEM_DOMAIN_CPU, false);
    good = check_memory(rig, c, 0);
    if (!c->same_object) {
        gem_set_domain(rig->fd, rig->memory.objects[1],
                       I915_GEM_DOMAIN_CPU, false);
        good = check_memory(rig, c, 1) && good;
    }
    if (good && c->dst.tiling && c->number % 4 == 0) {
        good = check_aperture(rig, c);
    }
    return good;
}

static void rig_init(Rig *rig)
{
    int i;

    rig->fd = gem_open();
    if (gem_get_param(rig->fd, I915_PARAM_HAS_BLT) <= 0) {
        errno = ENODEV;
        gem_fail("no blitter");
    }
    batch_init(&rig->batch, rig->fd);
    rig->sink = (Sink) { sink_dword, sink_address };
    for (i = 0; i < 2; i++) {
        rig->memory.objects[i] = gem_create(rig->fd, OBJECT_SIZE_B);
        rig->maps[i] = gem_map_cpu(rig->fd, rig->memory.objects[i],
                                   OBJECT_SIZE_B);
        rig->apertures[i] = gem_map_aperture(rig->fd, rig->memory.objects[i],
                                             OBJECT_SIZE_B);
    }
    rig->memory.aux = gem_create(rig->fd, AUX_SIZE_B);
    rig->aux_map = gem_map_cpu(rig->fd, rig->memory.aux, AUX_SIZE_B);
}

int main(int argc, char **argv)
{
    static Rig rig;
    static unsigned tried[MAX_COMMANDS];
    static unsigned wrong[MAX_COMMANDS];
    uint64_t seed = 1;
    unsigned first = 0;
    unsigned cases = 3000 + SYSTEMATIC_CASES;
    unsigned bad = 0;
    unsigned n;
    int i;

    for (i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;

        if (strcmp(argv[i], "--verbose") == 0) {
            rig.verbose = true;
        } else if (strcmp(argv[i], "--seed") == 0 && has_value) {
            seed = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--cases") == 0 && has_value) {
            cases = strtoul(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--only") == 0 && has_value) {
            first = strtoul(argv[++i], NULL, 0);
            cases = 1;
        } else {
            fprintf(stderr, "usage: blit [--seed N] [--cases N] "
                    "[--only NUMBER] [--verbose]\n");
            return 1;
        }
    }
    rig_init(&rig);
    for (n = first; n < first + cases; n++) {
        static Case c;

        case_make(&c, &rig.memory, n, seed);
        tried[c.command - command_at(0)]++;
        if (!run_case(&rig, &c)) {
            wrong[c.command - command_at(0)]++;
            if (++bad >= MAX_WRONG) {
                printf("stopped after %u cases that went wrong\n", bad);
                n++;
                break;
            }
        }
    }
    for (i = 0; i < (int)command_count(); i++) {
        if (tried[i] > 0) {
            printf("%5u cases, %u wrong: %s\n", tried[i], wrong[i],
                   command_at(i)->name);
        }
    }
    printf("blit: seed %llu, %u cases, %u wrong, %u swizzled\n",
           (unsigned long long)seed, n - first, bad, rig.swizzled);
    return bad ? 1 : 0;
}
