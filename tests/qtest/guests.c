/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emulated guests as qtests see them: see guests.h. */
#include "qemu/osdep.h"
#include "guests.h"
#include "qobject/qdict.h"

#define STEPS_MAX       20000
#define GUESTS_MAX      8

static QDict *property(QTestState *qts, const char *id, const char *name)
{
    return qtest_qmp(qts, "{ 'execute': 'qom-get', 'arguments': "
                     "{ 'path': %s, 'property': %s } }", id, name);
}

uint64_t guest_counter(QTestState *qts, const char *id, const char *name)
{
    QDict *answer = property(qts, id, name);
    uint64_t value = qdict_get_int(answer, "return");

    qobject_unref(answer);
    return value;
}

static char *guest_text(QTestState *qts, const char *id, const char *name)
{
    QDict *answer = property(qts, id, name);
    char *value = g_strdup(qdict_get_str(answer, "return"));

    qobject_unref(answer);
    return value;
}

void guests_run(QTestState *qts, const char *const *ids, unsigned count,
                uint64_t more)
{
    uint64_t until[GUESTS_MAX];
    unsigned i, steps;

    g_assert_cmpuint(count, <=, GUESTS_MAX);
    for (i = 0; i < count; i++) {
        until[i] = guest_counter(qts, ids[i], "iterations") + more;
    }
    for (i = 0, steps = 0; i < count && steps < STEPS_MAX; steps++) {
        if (guest_counter(qts, ids[i], "iterations") >= until[i]) {
            i++;
            continue;
        }
        qtest_clock_step(qts, GUESTS_STEP_NS);
        /* The engines work in real time, on a thread of their own. */
        g_usleep(500);
    }
    g_assert_cmpuint(i, ==, count);
}

void guest_check_good(QTestState *qts, const char *id)
{
    g_autofree char *error = guest_text(qts, id, "last-error");
    g_autofree char *unknown = guest_text(qts, id, "unknown-registers");

    g_assert_cmpstr(error, ==, "");
    g_assert_cmpuint(guest_counter(qts, id, "errors"), ==, 0);
    g_assert_cmpuint(guest_counter(qts, id, "hangs"), ==, 0);
    g_assert_cmpuint(guest_counter(qts, id, "audit-rejects"), ==, 0);
    g_assert_cmpstr(unknown, ==, "");
}

void guests_refused(QTestState *qts, QDict *arguments,
                    const char *const *words)
{
    QDict *answer = qtest_qmp(qts, "{ 'execute': 'device_add', "
                              "'arguments': %p }", arguments);
    const char *message;

    g_assert_true(qdict_haskey(answer, "error"));
    message = qdict_get_str(qdict_get_qdict(answer, "error"), "desc");
    g_assert_null(strchr(message, '\n'));
    for (; *words; words++) {
        if (!strstr(message, *words)) {
            g_test_message("%s", message);
        }
        g_assert_nonnull(strstr(message, *words));
    }
    qobject_unref(answer);
}
