/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the first inputs of the fuzz targets: every command alone in the
 * ring and in a batch, every register, the display with each plane, what
 * fuzz-packet.c makes. The same files each time.
 *
 * usage: seeds FOLDER
 */
#include <stdio.h>
#include <stdlib.h>

#include "hw/gvirt/commands.h"
#include "hw/gvirt/regs.h"

/* The numbers of fuzz-guest.c's operations. */
enum {
    OP_REG_WRITE = 0, OP_PTE = 5, OP_MEMORY = 6, OP_COMMAND = 8,
    OP_PACKET = 10, OP_SUBMIT = 11, OP_BATCH = 12, OP_CLOCK = 14, OP_DRAW = 16, OP_MODE = 17,
    OP_PLANE = 18, OP_MONITOR = 19, OP_RESET = 21, OP_SPECIAL = 23,
};

typedef struct Seed {
    uint8_t data[4096];
    size_t size;
} Seed;

static const char *folder;
static unsigned written;

static void put(Seed *seed, uint32_t value, unsigned bytes)
{
    while (bytes-- && seed->size < sizeof(seed->data)) {
        seed->data[seed->size++] = value;
        value >>= 8;
    }
}

static bool seed_write(const Seed *seed)
{
    char *path = g_strdup_printf("%s/seed-%04u", folder, written++);
    GError *error = NULL;
    bool good = g_file_set_contents(path, (const char *)seed->data,
                                    seed->size, &error);

    if (!good) {
        fprintf(stderr, "seeds: %s\n", error->message);
        g_error_free(error);
    }
    g_free(path);
    return good;
}

static void put_command(Seed *seed, unsigned engine, unsigned which,
                        uint8_t how, GRand *rand)
{
    unsigned i;

    put(seed, OP_COMMAND, 1);
    put(seed, engine, 1);
    put(seed, which, 2);
    put(seed, how, 1);
    for (i = 0; i < 12; i++) {
        put(seed, g_rand_int(rand) & 0x00ff0fff, 4);
    }
}

static bool command_seeds(GRand *rand)
{
    unsigned count, i, id;
    const GvirtCommandInfo *table = gvirt_command_table(&count);
    bool good = true;

    for (i = 0; i < count && good; i++) {
        Seed seed = { .size = 0 };

        for (id = 0; !(table[i].engines >> id & 1); id++) {
            continue;
        }
        /* Options of the target, and for the mediator whose turn it is. */
        put(&seed, i & 7, 1);
        put_command(&seed, id, i, 2 | 16, rand);
        put(&seed, OP_SUBMIT, 1);
        put(&seed, id, 1);
        put(&seed, 4, 1);
        put_command(&seed, id, i, 1 | 2, rand);
        put(&seed, OP_BATCH, 1);
        put(&seed, id, 1);
        put(&seed, i & 1 ? 3 : 0, 1);
        put(&seed, 8, 1);
        put(&seed, OP_CLOCK, 1);
        put(&seed, 24, 1);
        good = seed_write(&seed);
    }
    return good;
}

static bool register_seeds(GRand *rand)
{
    unsigned count, i;
    Seed seed = { .size = 0 };
    bool good = true;

    gvirt_reg_table(&count);
    put(&seed, 0, 1);
    for (i = 0; i < count && good; i++) {
        put(&seed, OP_REG_WRITE, 1);
        put(&seed, i, 2);
        put(&seed, 0, 1);
        put(&seed, g_rand_int(rand), 4);
        if (i % 32 == 31 || i == count - 1) {
            put(&seed, OP_CLOCK, 1);
            put(&seed, 22, 1);
            good = seed_write(&seed);
            seed.size = 0;
            put(&seed, i / 32 & 7, 1);
        }
    }
    return good;
}

static bool display_seeds(GRand *rand)
{
    unsigned i, k;
    bool good = true;

    for (i = 0; i < 24 && good; i++) {
        Seed seed = { .size = 0 };

        put(&seed, i & 7, 1);
        put(&seed, OP_MONITOR, 1);
        put(&seed, 1, 1);
        put(&seed, 1, 1);
        put(&seed, 1, 1);
        put(&seed, OP_MODE, 1);
        put(&seed, i % 3, 1);
        put(&seed, 320, 2);
        put(&seed, 240, 2);
        for (k = 0; k < 3; k++) {
            put(&seed, OP_PLANE, 1);
            put(&seed, 0xc0 | (i % 3) << 2 | k, 1);
            put(&seed, k == 2 ? 0x27 : g_rand_int(rand) & 0x1e000400, 4);
            put(&seed, 1280, 4);
            put(&seed, 128, 4);
            if (k < 2) {
                put(&seed, 0x000f000f, 4);
                put(&seed, 0x00100010, 4);
                put(&seed, 0, 4);
            }
        }
        put(&seed, OP_CLOCK, 1);
        put(&seed, 25, 1);
        put(&seed, OP_DRAW, 1);
        put(&seed, 1 | 16, 1);
        put(&seed, OP_MEMORY, 1);
        put(&seed, 130, 2);
        put(&seed, 5, 2);
        put(&seed, 2, 1);
        put(&seed, g_rand_int(rand), 4);
        put(&seed, OP_DRAW, 1);
        put(&seed, 1, 1);
        put(&seed, OP_SPECIAL, 1);
        put(&seed, i * 8, 1);
        put(&seed, OP_RESET, 1);
        put(&seed, 0xff, 1);
        good = seed_write(&seed);
    }
    return good;
}

/* Packets of each kind, submitted and drawn where that helps. */
static bool packet_seeds(GRand *rand)
{
    unsigned i, k, engine;
    bool good = true;

    for (i = 0; i < 16 * 8 && good; i++) {
        Seed seed = { .size = 0 };

        engine = i % 16 < 5 ? 2 : 0;
        put(&seed, i & 7, 1);
        put(&seed, OP_MODE, 1);
        put(&seed, 0, 1);
        put(&seed, 64, 2);
        put(&seed, 48, 2);
        for (k = 0; k < 8; k++) {
            unsigned byte;

            put(&seed, OP_PACKET, 1);
            put(&seed, i % 16, 1);
            for (byte = 0; byte < 47; byte++) {
                put(&seed, g_rand_int(rand), 1);
            }
        }
        put(&seed, OP_SUBMIT, 1);
        put(&seed, engine, 1);
        put(&seed, 16, 1);
        put(&seed, OP_BATCH, 1);
        put(&seed, engine, 1);
        put(&seed, i & 1 ? 3 : 0, 1);
        put(&seed, 16, 1);
        put(&seed, OP_CLOCK, 1);
        put(&seed, 25, 1);
        put(&seed, OP_DRAW, 1);
        put(&seed, 1 | 16, 1);
        good = seed_write(&seed);
    }
    return good;
}

int main(int argc, char **argv)
{
    GRand *rand;
    bool good;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return EXIT_FAILURE;
    }
    folder = argv[1];
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        fprintf(stderr, "seeds: cannot make %s\n", folder);
        return EXIT_FAILURE;
    }
    rand = g_rand_new_with_seed(1);
    good = command_seeds(rand) && register_seeds(rand) &&
           display_seeds(rand) && packet_seeds(rand);
    g_rand_free(rand);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
