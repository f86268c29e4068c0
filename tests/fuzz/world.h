/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One GPU, the mediator, and up to three guests that do what an input says,
 * with the oracle looking on.
 */
#ifndef GVIRT_TESTS_FUZZ_WORLD_H
#define GVIRT_TESTS_FUZZ_WORLD_H

#include "fuzz-guest.h"
#include "hw/gvirt/mediator.h"
#include "oracle.h"

#define WORLD_GUESTS        ORACLE_GUESTS_MAX
#define WORLD_WINDOW(i)     (0x10000000ull * ((i) + 1))
#define WORLD_OWN_HPA       0x80000000ull

typedef struct World World;

typedef struct WorldGuest {
    World *world;
    unsigned index;
    GvirtVgpu *vgpu;            /* NULL: not there */
    GvirtHost host;
    FuzzGuest fuzz;
} WorldGuest;

struct World {
    FuzzHost *host;
    GvirtHost own;
    int64_t own_deadline_ns;
    unsigned irqs_seen;
    GvirtGpu *gpu;
    GvirtMediator *mediator;
    WorldGuest guest[WORLD_GUESTS];
    unsigned acting;            /* the guest of the operation at hand */
    Oracle oracle;
};

World *world_new(GvirtTiming timing, unsigned guests);
void world_free(World *world);

/* A vGPU of the fixed sizes, and what a driver sets up; or none any more. */
void world_guest_add(World *world, unsigned index);
void world_guest_remove(World *world, unsigned index);

/* Engines, interrupts and timers; then time goes by. */
void world_run(World *world, unsigned budget);
void world_advance(World *world, int64_t ns);

/* One operation of the input by a guest. */
void world_step(World *world, unsigned index, FuzzInput *input);

#endif /* GVIRT_TESTS_FUZZ_WORLD_H */
