/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work for all four rings at once, from many contexts: batches that store
 * numbers, waits that must end when and only when they have, and objects that
 * several rings write in turn.
 *
 *     rings [--seed N] [--batches N] [--contexts N]
 *
 * Every batch appends a number to the history of one object, by
 * MI_STORE_DWORD_IMM (HSW PRM vol. 6 / vol. 2, Gen7.5: four dwords).  i915
 * orders the writers of an object across rings, so that its history is known
 * beforehand; a lost, doubled, late or misplaced store shows.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gem.h"

#define MI_STORE_DWORD_IMM ((0x20u << 23) | 2)
#define WAIT_NS 10000000000ll

enum {
    RINGS = 4,
    OBJECTS = 16,
    OBJECT_DW = 4096,
    MAX_CONTEXTS = 64,
    IN_FLIGHT = 32
};

static const struct {
    const char *name;
    uint32_t engine;
} rings[RINGS] = {
    { "render", I915_EXEC_RENDER },
    { "blitter", I915_EXEC_BLT },
    { "video", I915_EXEC_BSD },
    { "video enhancement", I915_EXEC_VEBOX },
};

typedef struct Target {
    uint32_t handle;
    uint32_t *map;
    uint32_t stores;                /* slot 0 holds the last, 1.. them all */
    uint32_t values[OBJECT_DW];
} Target;

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % limit;
}

static void emit_store(Batch *b, uint32_t handle, uint32_t slot,
                       uint32_t value)
{
    batch_emit(b, MI_STORE_DWORD_IMM);
    batch_emit(b, 0);
    batch_emit_address(b, handle, slot * 4, true);
    batch_emit(b, value);
}

/* Returns the number of dwords that are not as they should be. */
static unsigned check_target(int fd, Target *t)
{
    unsigned wrong = 0;
    uint32_t i;

    if (gem_wait(fd, t->handle, WAIT_NS) < 0) {
        printf("object %u: still busy after 10 s\n", t->handle);
        return 1;
    }
    gem_set_domain(fd, t->handle, I915_GEM_DOMAIN_CPU, false);
    if (t->stores > 0 && t->map[0] != t->values[t->stores]) {
        printf("object %u: the last store is %08x, expected %08x\n",
               t->handle, t->map[0], t->values[t->stores]);
        wrong++;
    }
    for (i = 1; i < OBJECT_DW; i++) {
        uint32_t want = i <= t->stores ? t->values[i] : 0;

        if (t->map[i] != want && wrong++ < 3) {
            printf("object %u: dword %u is %08x, expected %08x\n",
                   t->handle, i, t->map[i], want);
        }
    }
    return wrong;
}

static void restart_target(int fd, Target *t)
{
    gem_set_domain(fd, t->handle, I915_GEM_DOMAIN_CPU, true);
    memset(t->map, 0, OBJECT_DW * 4);
    t->stores = 0;
}

int main(int argc, char **argv)
{
    static Target targets[OBJECTS];
    static Batch batches[IN_FLIGHT];
    uint32_t contexts[MAX_CONTEXTS];
    unsigned submitted[RINGS] = { 0 };
    unsigned context_count = 8;
    unsigned batch_count = 4000;
    unsigned wrong = 0;
    unsigned n;
    double began;
    int fd;
    int i;

    random_state = 1;
    for (i = 1; i + 1 < argc; i += 2) {
        unsigned long value = strtoul(argv[i + 1], NULL, 0);

        if (strcmp(argv[i], "--seed") == 0) {
            random_state = value;
        } else if (strcmp(argv[i], "--batches") == 0) {
            batch_count = value;
        } else if (strcmp(argv[i], "--contexts") == 0 &&
                   value >= 1 && value <= MAX_CONTEXTS) {
            context_count = value;
        } else {
            break;
        }
    }
    if (i != argc) {
        fprintf(stderr, "usage: rings [--seed N] [--batches N] "
                "[--contexts 1..%d]\n", MAX_CONTEXTS);
        return 1;
    }
    fd = gem_open();
    for (i = 0; i < OBJECTS; i++) {
        targets[i].handle = gem_create(fd, OBJECT_DW * 4);
        targets[i].map = gem_map_cpu(fd, targets[i].handle, OBJECT_DW * 4);
    }
    for (n = 0; n < IN_FLIGHT; n++) {
        batch_init(&batches[n], fd);
    }
    contexts[0] = 0;
    for (n = 1; n < context_count; n++) {
        contexts[n] = gem_context_create(fd);
    }
    began = seconds();
    for (n = 0; n < batch_count && wrong == 0; n++) {
        Batch *b = &batches[n % IN_FLIGHT];
        Target *t = &targets[random_below(OBJECTS)];
        unsigned ring = random_below(RINGS);
        unsigned stores = 1 + random_below(8);
        unsigned k;
        int ret;

        if (t->stores + stores >= OBJECT_DW || random_below(64) == 0) {
            wrong += check_target(fd, t);
            restart_target(fd, t);
        }
        batch_start(b);
        for (k = 0; k < stores; k++) {
            uint32_t value = (n << 8) | (ring << 4) | k;

            t->values[++t->stores] = value;
            emit_store(b, t->handle, t->stores, value);
            emit_store(b, t->handle, 0, value);
        }
        ret = batch_submit(b, rings[ring].engine,
                           contexts[random_below(context_count)]);
        if (ret < 0) {
            errno = -ret;
            gem_fail(rings[ring].name);
        }
        submitted[ring]++;
    }
    for (i = 0; i < OBJECTS; i++) {
        wrong += check_target(fd, &targets[i]);
    }
    for (i = 0; i < RINGS; i++) {
        printf("%5u batches on %s\n", submitted[i], rings[i].name);
    }
    printf("rings: %u batches, %u contexts, %.0f batches/s, %u wrong\n", n,
           context_count, n / (seconds() - began), wrong);
    for (n = 1; n < context_count; n++) {
        gem_context_destroy(fd, contexts[n]);
    }
    return wrong ? 1 : 0;
}
