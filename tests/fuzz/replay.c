/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A main for the fuzz targets where there is no libFuzzer: carries out the
 * files that are named, or, with "-r SEED COUNT", random inputs.
 */
#include "fuzz-target.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_SIZE_MAX     2048

static int replay_file(const char *path)
{
    GError *error = NULL;
    gsize size;
    gchar *data;

    if (!g_file_get_contents(path, &data, &size, &error)) {
        fprintf(stderr, "fuzz: %s\n", error->message);
        g_error_free(error);
        return EXIT_FAILURE;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)data, size);
    g_free(data);
    return EXIT_SUCCESS;
}

static int replay_random(const char *seed, const char *count_text)
{
    GRand *rand = g_rand_new_with_seed(strtoul(seed, NULL, 0));
    unsigned long count = strtoul(count_text, NULL, 0), i;
    uint8_t data[RANDOM_SIZE_MAX];

    for (i = 0; i < count; i++) {
        size_t size = g_rand_int_range(rand, 1, RANDOM_SIZE_MAX), at;

        for (at = 0; at < size; at++) {
            data[at] = g_rand_int(rand);
        }
        /* A crash leaves what led to it. */
        g_file_set_contents("fuzz-last-input", (const char *)data, size,
                            NULL);
        LLVMFuzzerTestOneInput(data, size);
    }
    remove("fuzz-last-input");
    g_rand_free(rand);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    int i;

    if (argc == 4 && strcmp(argv[1], "-r") == 0) {
        return replay_random(argv[2], argv[3]);
    }
    if (argc < 2 || argv[1][0] == '-') {
        fprintf(stderr, "usage: %s FILE... | -r SEED COUNT\n", argv[0]);
        return EXIT_FAILURE;
    }
    for (i = 1; i < argc; i++) {
        if (replay_file(argv[i]) != EXIT_SUCCESS) {
            return EXIT_FAILURE;
        }
    }
    printf("%d inputs\n", argc - 1);
    return EXIT_SUCCESS;
}
