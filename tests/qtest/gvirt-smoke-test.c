/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Smoke test of the laid-over QEMU: the gvirt devices are in it, and each
 * refuses wrong properties with an error instead of a crash.
 */
#include "qemu/osdep.h"
#include "libqtest.h"
#include "qobject/qdict.h"

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    return g_test_run();
}
