/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Emulated guests as devices: three on one GPU make progress as the clock
 * goes on, one comes and goes at run time under load, and what the GPU has
 * not got is refused with a line that says what is left.
 */
#include "qemu/osdep.h"
#include "guests.h"
#include "libqtest.h"
#include "qobject/qdict.h"

static void test_progress(const void *data)
{
    static const char *const ids[] = { "g1", "g2", "g3" };
    const char *const *workloads = data;
    QTestState *qts;
    unsigned i;

    qts = qtest_initf("-machine q35 -nodefaults "
                      "-device gvirt-guest,id=g1,workload=%s "
                      "-device gvirt-guest,id=g2,workload=%s "
                      "-device gvirt-guest,id=g3,workload=%s",
                      workloads[0], workloads[1], workloads[2]);
    guests_run(qts, ids, 3, 30);
    for (i = 0; i < 3; i++) {
        guest_check_good(qts, ids[i]);
        g_assert_cmpuint(guest_counter(qts, ids[i], "interrupts"), >, 0);
        if (strcmp(workloads[i], "idle") == 0) {
            g_assert_cmpuint(guest_counter(qts, ids[i], "requests"), ==, 0);
            g_assert_cmpuint(guest_counter(qts, ids[i], "vblanks"), >, 0);
        } else {
            g_assert_cmpuint(guest_counter(qts, ids[i], "bytes"), >, 0);
            g_assert_cmpuint(guest_counter(qts, ids[i], "switches-in"), >, 1);
        }
    }
    qtest_quit(qts);
}

static void test_unplug(void)
{
    static const char *const all[] = { "g1", "g2", "g3" };
    static const char *const left[] = { "g1", "g3" };
    QTestState *qts;
    unsigned round;

    qts = qtest_init("-machine q35 -nodefaults "
                     "-device gvirt-guest,id=g1,workload=checksum "
                     "-device gvirt-guest,id=g2,workload=hog,interval=100 "
                     "-device gvirt-guest,id=g3,workload=copy");
    for (round = 0; round < 4; round++) {
        QDict *answer;

        guests_run(qts, all, 3, 5);
        guest_check_good(qts, "g2");
        qtest_qmp_device_del_send(qts, "g2");
        qtest_qmp_eventwait(qts, "DEVICE_DELETED");
        answer = qtest_qmp(qts, "{ 'execute': 'qom-get', 'arguments': "
                           "{ 'path': 'g2', 'property': 'errors' } }");
        g_assert_true(qdict_haskey(answer, "error"));
        qobject_unref(answer);
        guests_run(qts, left, 2, 5);
        qtest_qmp_assert_success(qts, "{ 'execute': 'device_add', "
                                 "'arguments': { 'driver': 'gvirt-guest', "
                                 "'id': 'g2', 'workload': %s, "
                                 "'interval': 100 } }",
                                 round % 2 ? "hog" : "checksum");
    }
    guests_run(qts, all, 3, 5);
    guest_check_good(qts, "g1");
    guest_check_good(qts, "g2");
    guest_check_good(qts, "g3");
    qtest_quit(qts);
}

/*
 * The first one makes a GPU at run time, the last one takes the mediator with
 * it, and the next makes a new one.
 */
static void test_last_out(void)
{
    static const char *const ids[] = { "g1" };
    QTestState *qts = qtest_init("-machine q35 -nodefaults");
    unsigned round;

    for (round = 0; round < 3; round++) {
        qtest_qmp_assert_success(qts, "{ 'execute': 'device_add', "
                                 "'arguments': { 'driver': 'gvirt-guest', "
                                 "'id': 'g1' } }");
        guests_run(qts, ids, 1, 5);
        guest_check_good(qts, "g1");
        qtest_qmp_device_del_send(qts, "g1");
        qtest_qmp_eventwait(qts, "DEVICE_DELETED");
        qtest_clock_step(qts, 100 * GUESTS_STEP_NS);
    }
    qtest_quit(qts);
}

static void refused(QTestState *qts, const char *property, uint64_t value,
                    const char *const *words)
{
    QDict *arguments = qdict_new();

    qdict_put_str(arguments, "driver", "gvirt-guest");
    qdict_put_str(arguments, "id", "more");
    qdict_put_int(arguments, property, value);
    guests_refused(qts, arguments, words);
}

static void test_overcommit(void)
{
    static const char *const ids[] = { "g1" };
    static const char *const low[] = {
        "not enough low graphics memory", "left are 156 MiB of low", NULL,
    };
    static const char *const high[] = {
        "not enough high graphics memory", "1228 MiB of high", NULL,
    };
    static const char *const fences[] = {
        "not enough fences", "12 fences", NULL,
    };
    static const char *const memory[] = { "memory=", "16M to 1G", NULL };
    static const char *const queue[] = { "queue=9", "1 to 8", NULL };
    QTestState *qts = qtest_init("-machine q35 -nodefaults -device "
                                 "gvirt-guest,id=g1,low-gm=100M,high-gm=500M,"
                                 "fences=20");

    refused(qts, "low-gm", 157ull << 20, low);
    refused(qts, "high-gm", 1229ull << 20, high);
    refused(qts, "fences", 13, fences);
    refused(qts, "memory", 1ull << 20, memory);
    refused(qts, "queue", 9, queue);
    /* Nothing of them is left, and the one that there is goes on. */
    qtest_qmp_assert_success(qts, "{ 'execute': 'device_add', 'arguments': "
                             "{ 'driver': 'gvirt-guest', 'id': 'more', "
                             "'low-gm': %u, 'high-gm': %u, 'fences': 12 } }",
                             156u << 20, 1228u << 20);
    guests_run(qts, ids, 1, 5);
    guest_check_good(qts, "g1");
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    static const char *const sets[][3] = {
        { "copy", "checksum", "fill" },
        { "hog", "idle", "checksum" },
    };

    g_test_init(&argc, &argv, NULL);
    qtest_add_data_func("/gvirt/guest/copy-checksum-fill", sets[0],
                        test_progress);
    qtest_add_data_func("/gvirt/guest/hog-idle-checksum", sets[1],
                        test_progress);
    qtest_add_func("/gvirt/guest/unplug", test_unplug);
    qtest_add_func("/gvirt/guest/last-out", test_last_out);
    qtest_add_func("/gvirt/guest/overcommit", test_overcommit);
    return g_test_run();
}
