/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How every unit test ends: its suite run, and said how it went.
 */
#ifndef GVIRT_TESTS_UNIT_SUITE_H
#define GVIRT_TESTS_UNIT_SUITE_H

#include <check.h>
#include <stdlib.h>

/*
 * libcheck gives each test 4 s: too little on a busy machine. No test has a
 * limit of its own; scripts/check ends a program after 600 s.
 */
static void __attribute__((constructor)) suite_patience(void)
{
    setenv("CK_DEFAULT_TIMEOUT", "500", 0);
}

/*
 * Run and free the suite, at the verbosity of CK_VERBOSITY. Returns what
 * main() is to return.
 */
static inline int suite_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif /* GVIRT_TESTS_UNIT_SUITE_H */
