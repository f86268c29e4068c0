/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: guests that share the GPU through the mediator, without QEMU.
 * The first byte of an input chooses timing and the number of guests; then
 * before each operation a byte says whose it is: one below 0xc0 keeps the
 * guest and is the operation itself.
 */
#include "fuzz-target.h"
#include "world.h"

#define OPS_MAX     512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = { .data = data, .size = size };
    uint8_t how = fuzz_u8(&input);
    World *world = world_new(how & 1 ? GVIRT_TIMING_MODEL :
                                       GVIRT_TIMING_FUNCTIONAL,
                             how & 2 ? 3 : 2);
    unsigned ops, index = how >> 2 & 1;

    for (ops = 0; ops < OPS_MAX && input.at < input.size; ops++) {
        if (data[input.at] >= 0xc0) {
            index = fuzz_u8(&input) % WORLD_GUESTS;
        }
        world_step(world, index, &input);
        if (world->oracle.breach) {
            fuzz_fail("breach: %s", world->oracle.breach);
        }
    }
    world_advance(world, 50000000);
    /*
     * The whole table takes longer than all the rest: now and then, and by the
     * size, too, because most inputs begin with the byte of a seed.
     */
    oracle_step(&world->oracle, ((how >> 4) + size) % 16 == 0);
    if (world->oracle.breach) {
        fuzz_fail("breach: %s", world->oracle.breach);
    }
    world_free(world);
    return 0;
}
