/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest program that is a row of short tests: see points.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gem.h"
#include "points.h"

void points_check(const Point *points, unsigned count, int argc, char **argv)
{
    unsigned k;
    int i;

    for (i = 1; i < argc; i++) {
        for (k = 0; k < count && strcmp(argv[i], points[k].name) != 0; k++) {
        }
        if (k == count) {
            fprintf(stderr, "%s: no test '%s'; there are:",
                    program_invocation_short_name, argv[i]);
            for (k = 0; k < count; k++) {
                fprintf(stderr, " %s", points[k].name);
            }
            fprintf(stderr, "\n");
            exit(1);
        }
    }
}

static bool chosen(int argc, char **argv, const char *name)
{
    int i;

    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return true;
        }
    }
    return argc < 2;
}

int points_run(const Point *points, unsigned count, int argc, char **argv)
{
    const char *program = program_invocation_short_name;
    unsigned i, before;
    double began;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (i = 0; i < count; i++) {
        if (chosen(argc, argv, points[i].name)) {
            before = gem_wrong;
            began = seconds();
            points[i].run();
            printf("%s %s: %s, %.1f s\n", program, points[i].name,
                   gem_wrong == before ? "right" : "see above",
                   seconds() - began);
        }
    }
    printf("%s: %u wrong\n", program, gem_wrong);
    return gem_wrong ? 1 : 0;
}
