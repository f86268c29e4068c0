/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Emulated guests (gvirt-guest) as qtests see them: their counters, time that
 * goes on until they have made progress, and whether all of it was right.
 */
#ifndef TESTS_QTEST_GVIRT_GUESTS_H
#define TESTS_QTEST_GVIRT_GUESTS_H

#include "libqtest.h"

#define GUESTS_STEP_NS  (2 * 1000 * 1000)

/* A counter of the device of that id. */
uint64_t guest_counter(QTestState *qts, const char *id, const char *name);

/* Time goes on until each of them (at most 8) has done more iterations. */
void guests_run(QTestState *qts, const char *const *ids, unsigned count,
                uint64_t more);

/* No wrong result, no hang, nothing refused, nothing unknown touched. */
void guest_check_good(QTestState *qts, const char *id);

/*
 * device_add with these arguments (whose reference is taken) is refused with
 * one line, which has all the words (NULL at the end).
 */
void guests_refused(QTestState *qts, QDict *arguments,
                    const char *const *words);

#endif /* TESTS_QTEST_GVIRT_GUESTS_H */
