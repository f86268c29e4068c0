/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Smoke test of the QEMU that gvirt is laid over: its devices are there, the
 * PCI functions look like a Haswell GT2 to a driver that probes (HSW PRM vol.
 * 12, PCI configuration), and a wrong property is one clear error.
 */
#include "qemu/osdep.h"
#include "libqtest.h"
#include "libqos/pci.h"
#include "libqos/pci-pc.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"

#define SLOT 2

static const char *const functions[] = { "gvirt-vgpu", "gvirt-passthrough" };

static void test_types(void)
{
    static const char *const expected[] = {
        "gvirt-gpu", "gvirt-vgpu", "gvirt-passthrough",
    };
    QTestState *qts = qtest_init("-machine q35 -nodefaults");
    QDict *answer = qtest_qmp(qts, "{ 'execute': 'qom-list-types',"
                              "  'arguments': { 'implements': 'device' } }");
    QList *types = qdict_get_qlist(answer, "return");
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(expected); i++) {
        bool found = false;
        QListEntry *entry;

        QLIST_FOREACH_ENTRY(types, entry) {
            QDict *type = qobject_to(QDict, qlist_entry_obj(entry));

            found |= g_str_equal(qdict_get_str(type, "name"), expected[i]);
        }
        if (!found) {
            g_test_message("no device %s", expected[i]);
            g_test_fail();
        }
    }
    qobject_unref(answer);
    qtest_quit(qts);
}

/* What a BAR answers when all ones are written: its size mask and kind. */
static uint32_t probe_bar(QPCIDevice *dev, int bar)
{
    int offset = PCI_BASE_ADDRESS_0 + 4 * bar;
    uint32_t before = qpci_config_readl(dev, offset);
    uint32_t mask;

    qpci_config_writel(dev, offset, 0xffffffff);
    mask = qpci_config_readl(dev, offset);
    qpci_config_writel(dev, offset, before);
    return mask;
}

static void test_function(const void *data)
{
    const char *name = data;
    QTestState *qts = qtest_initf("-machine q35 -nodefaults"
                                  " -device %s,id=f0,addr=%d.0", name, SLOT);
    QPCIBus *bus = qpci_new_pc(qts, NULL);
    QPCIDevice *dev = qpci_device_find(bus, QPCI_DEVFN(SLOT, 0));
    QPCIBar mmio;

    g_assert_nonnull(dev);
    g_assert_cmphex(qpci_config_readw(dev, PCI_VENDOR_ID), ==, 0x8086);
    g_assert_cmphex(qpci_config_readw(dev, PCI_DEVICE_ID), ==, 0x0412);
    g_assert_cmphex(qpci_config_readw(dev, PCI_CLASS_DEVICE), ==, 0x0300);

    /* 4 MiB and 256 MiB of 64-bit memory, the latter prefetchable; 64 ports */
    g_assert_cmphex(probe_bar(dev, 0), ==, 0xffc00004);
    g_assert_cmphex(probe_bar(dev, 2), ==, 0xf000000c);
    g_assert_cmphex(probe_bar(dev, 4) & 0xffff, ==, 0xffc1);
    g_assert_cmphex(qpci_find_capability(dev, PCI_CAP_ID_MSI, 0), !=, 0);

    /* It answers, and survives what no driver would do. */
    mmio = qpci_iomap(dev, 0, NULL);
    qpci_device_enable(dev);
    qpci_io_readl(dev, mmio, 0);
    qpci_io_writel(dev, mmio, 0x3ffffc, 0xffffffff);
    qpci_io_readl(dev, mmio, 0x3ffffc);
    qpci_iounmap(dev, mmio);

    g_free(dev);
    qpci_free_pc(bus);
    qtest_quit(qts);
}

static void test_reset(const void *data)
{
    const char *name = data;
    QTestState *qts = qtest_initf("-machine q35 -nodefaults"
                                  " -device %s,id=f0,addr=%d.0", name, SLOT);
    int i;

    for (i = 0; i < 3; i++) {
        qtest_system_reset(qts);
    }
    qtest_quit(qts);
}

/* Without sizes named, several share the GPU. */
static void test_together(const void *data)
{
    qtest_quit(qtest_initf("-machine q35 -nodefaults %s", (char *)data));
}

/*
 * QEMU must refuse this device, or the second one of "FIRST;SECOND": status 1
 * and words about it in one line.
 */
static void test_refused(const void *data)
{
    g_auto(GStrv) devices = g_strsplit(data, ";", 2);
    const char *binary = g_getenv("QTEST_QEMU_BINARY");
    const char *argv[] = {
        binary, "-machine", "q35", "-accel", "qtest", "-nodefaults",
        "-display", "none", "-S", "-device", devices[0],
        devices[1] ? "-device" : NULL, devices[1], NULL,
    };
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned i, said = 0;
    int status;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT,
                               NULL, NULL, &out, &err, &status, &error));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_true(g_str_has_suffix(err, "\n"));
    lines = g_strsplit(err, "\n", 0);
    for (i = 0; lines[i]; i++) {
        /* A sanitizer's remarks on the build begin so. */
        said += *lines[i] && !g_str_has_prefix(lines[i], "==");
    }
    g_assert_cmpuint(said, ==, 1);
    g_assert_nonnull(strstr(err, "gvirt"));
}

int main(int argc, char **argv)
{
    static const char *const refused[] = {
        "gvirt-vgpu,gpu=nosuch",
        "gvirt-vgpu,low-gm=1",
        "gvirt-vgpu,low-gm=512M",
        "gvirt-vgpu,fences=33",
        "gvirt-vgpu,xres=7",
        "gvirt-vgpu,nosuch=1",
        "gvirt-vgpu,high-gm=1793M",
        "gvirt-vgpu,weight=0",
        "gvirt-vgpu,cap=101",
        "gvirt-vgpu,yres=9",
        "gvirt-vgpu,addr=2.1",
        "gvirt-passthrough,gpu=nosuch",
        "gvirt-gpu,timing=sometimes",
        "gvirt-gpu,max-clock=333",
        "gvirt-passthrough,yres=3",
        "gvirt-gpu,window=3G",
        "gvirt-gpu,swizzle=2",
        "gvirt-guest,gpu=nosuch",
        "gvirt-guest,workload=dance",
        "gvirt-guest,interval=9",
        "gvirt-guest,hang-timeout=99",
        "gvirt-guest;gvirt-passthrough",
        "gvirt-passthrough;gvirt-guest",
        "gvirt-guest;gvirt-gpu",
        "gvirt-vgpu;gvirt-gpu",
        "gvirt-vgpu;gvirt-passthrough",
        "gvirt-passthrough;gvirt-vgpu",
        "gvirt-passthrough;gvirt-passthrough",
        "gvirt-vgpu,low-gm=0;gvirt-vgpu",
        "gvirt-vgpu,high-gm=0;gvirt-vgpu",
        "gvirt-vgpu,fences=0;gvirt-vgpu",
    };
    size_t i;

    g_test_init(&argc, &argv, NULL);
    qtest_add_func("gvirt/types", test_types);
    for (i = 0; i < G_N_ELEMENTS(functions); i++) {
        g_autofree char *path = g_strdup_printf("gvirt/%s/pci", functions[i]);
        g_autofree char *reset = g_strdup_printf("gvirt/%s/reset",
                                                 functions[i]);

        qtest_add_data_func(path, functions[i], test_function);
        qtest_add_data_func(reset, functions[i], test_reset);
    }
    qtest_add_data_func("gvirt/together/four", "-device gvirt-vgpu "
                        "-device gvirt-vgpu -device gvirt-vgpu "
                        "-device gvirt-vgpu", test_together);
    qtest_add_data_func("gvirt/together/emulated", "-device gvirt-vgpu,id=v0 "
                        "-device gvirt-guest,id=g1 -device gvirt-guest,id=g2",
                        test_together);
    for (i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *path = g_strdup_printf("gvirt/refused/%s",
                                                refused[i]);

        qtest_add_data_func(path, refused[i], test_refused);
    }
    return g_test_run();
}
