/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest program that is a row of short tests: all of them, or those that
 * its command line names.
 */
#ifndef GVIRT_TESTS_GUEST_POINTS_H
#define GVIRT_TESTS_GUEST_POINTS_H

typedef struct Point {
    const char *name;
    void (*run)(void);              /* tells expect() what it finds */
} Point;

/* Ends the program when a word of the command line is no point's name. */
void points_check(const Point *points, unsigned count, int argc, char **argv);

/*
 * Runs them, with a line for each and a closing count. Returns the status
 * that the program is to end with.
 */
int points_run(const Point *points, unsigned count, int argc, char **argv);

#endif /* GVIRT_TESTS_GUEST_POINTS_H */
