/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vGPU on PCI that comes and goes at run time while others work: behind a
 * root port, by device_add, and by device_del with the guest's leave, which
 * it gives by ACPI's hot-plug registers; or the guest turns the slot's power
 * off by itself. It is unplugged at rest and in the middle of work that has no
 * end; what it had is there for the next one each time. What device_add
 * refuses leaves nothing behind.
 *
 * Source of the registers: QEMU docs/specs/acpi_pci_hotplug.rst; PCI Express
 * base specification 3.0, 7.8.10 (slot control).
 */
#include "qemu/osdep.h"
#include "guests.h"
#include "libqtest.h"
#include "libqos/pci.h"
#include "libqos/pci-pc.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qdict.h"

#define PORT_DEVFN      QPCI_DEVFN(2, 0)
#define BEHIND_PORT     (1 << 8)        /* devfn with the bus number */

/* ACPI's PCI hot-plug registers on q35. */
#define HOTPLUG_BASE    0x0cc0
#define HOTPLUG_UP      0x00
#define HOTPLUG_DOWN    0x04
#define HOTPLUG_EJECT   0x08
#define HOTPLUG_BUS     0x10

#define GTT             0x200000
#define PAGE            4096u
#define RING_GPA        0x01000000u
#define BATCH_GPA       0x01001000u
#define PVINFO_HIGH     0x78048
#define BCS_BASE        0x22000
#define RING_TAIL       0x30
#define RING_HEAD       0x34
#define RING_START      0x38
#define RING_CTL        0x3c
#define MI_BATCH_BUFFER_START   0x18800000u

#define LEFT_LOW        (224u << 20)    /* beside two emulated guests */
#define ROUNDS          8

typedef struct Plug {
    QTestState *qts;
    QPCIBus *bus;
    uint64_t first_bar;         /* where BARs go, each time */
} Plug;

static const char *const tenants[] = { "g1", "g2" };

/* by_acpi: how hot-plug is done; else by the port's own registers. */
static void plug_open(Plug *plug, bool by_acpi)
{
    QPCIDevice *port;

    plug->qts = qtest_initf("-machine q35 -m 256M -nodefaults "
                            "-global ICH9-LPC.acpi-pci-hotplug-with-bridge-"
                            "support=%s "
                            "-device pcie-root-port,id=rp0,chassis=1,slot=1,"
                            "addr=2.0 "
                            "-device gvirt-guest,id=g1,workload=copy "
                            "-device gvirt-guest,id=g2,workload=checksum",
                            by_acpi ? "on" : "off");
    plug->bus = qpci_new_pc(plug->qts, NULL);
    plug->first_bar = plug->bus->mmio_alloc_ptr;
    port = qpci_device_find(plug->bus, PORT_DEVFN);
    g_assert_nonnull(port);
    qpci_config_writeb(port, PCI_SECONDARY_BUS, 1);
    qpci_config_writeb(port, PCI_SUBORDINATE_BUS, 1);
    qpci_config_writew(port, PCI_MEMORY_BASE, plug->first_bar >> 16);
    qpci_config_writew(port, PCI_MEMORY_LIMIT, 0xfebf);
    qpci_device_enable(port);
    g_free(port);
}

static void plug_close(Plug *plug)
{
    qpci_free_pc(plug->bus);
    qtest_quit(plug->qts);
}

static QDict *vgpu_arguments(void)
{
    QDict *arguments = qdict_new();

    qdict_put_str(arguments, "driver", "gvirt-vgpu");
    qdict_put_str(arguments, "id", "v0");
    qdict_put_str(arguments, "bus", "rp0");
    qdict_put_int(arguments, "low-gm", LEFT_LOW);
    qdict_put_int(arguments, "high-gm", 256 << 20);
    qdict_put_int(arguments, "fences", 28);
    return arguments;
}

/* All that the tenants have left: refused, if somebody still had any of it. */
static void vgpu_add(Plug *plug)
{
    qtest_qmp_assert_success(plug->qts, "{ 'execute': 'device_add', "
                             "'arguments': %p }", vgpu_arguments());
}

/* The guest has seen the request and lets it go. */
static void vgpu_eject(Plug *plug)
{
    qtest_outl(plug->qts, HOTPLUG_BASE + HOTPLUG_BUS, 0);
    g_assert_cmphex(qtest_inl(plug->qts, HOTPLUG_BASE + HOTPLUG_DOWN), ==, 1);
    qtest_outl(plug->qts, HOTPLUG_BASE + HOTPLUG_EJECT, 1);
    qtest_qmp_eventwait(plug->qts, "DEVICE_DELETED");
}

/* The slot's power, without asking or telling anybody. */
static void slot_power(Plug *plug, bool on)
{
    QPCIDevice *port = qpci_device_find(plug->bus, PORT_DEVFN);
    uint8_t express = qpci_find_capability(port, PCI_CAP_ID_EXP, 0);

    g_assert_cmphex(express, !=, 0);
    qpci_config_writew(port, express + PCI_EXP_SLTCTL,
                       on ? PCI_EXP_SLTCTL_PWR_IND_ON :
                       PCI_EXP_SLTCTL_PCC | PCI_EXP_SLTCTL_PWR_IND_OFF);
    g_free(port);
}

/* Its blitter runs a batch that jumps to itself. */
static void vgpu_work(Plug *plug)
{
    QPCIDevice *dev;
    QPCIBar mmio;
    uint32_t ring_ggtt, batch_ggtt, wait;

    plug->bus->mmio_alloc_ptr = plug->first_bar;
    dev = qpci_device_find(plug->bus, BEHIND_PORT);
    g_assert_nonnull(dev);
    mmio = qpci_iomap(dev, 0, NULL);
    qpci_device_enable(dev);
    ring_ggtt = qpci_io_readl(dev, mmio, PVINFO_HIGH);
    batch_ggtt = ring_ggtt + PAGE;
    qpci_io_writel(dev, mmio, GTT + ring_ggtt / PAGE * 4, RING_GPA | 1);
    qpci_io_writel(dev, mmio, GTT + batch_ggtt / PAGE * 4, BATCH_GPA | 1);
    qtest_writel(plug->qts, RING_GPA, MI_BATCH_BUFFER_START);
    qtest_writel(plug->qts, RING_GPA + 4, batch_ggtt);
    qtest_writel(plug->qts, BATCH_GPA, MI_BATCH_BUFFER_START);
    qtest_writel(plug->qts, BATCH_GPA + 4, batch_ggtt);
    qpci_io_writel(dev, mmio, BCS_BASE + RING_START, ring_ggtt);
    qpci_io_writel(dev, mmio, BCS_BASE + RING_CTL, 1);
    qpci_io_writel(dev, mmio, BCS_BASE + RING_TAIL, 8);
    /* Until it has the engines and is on its way. */
    for (wait = 0; wait < 5000 &&
         qpci_io_readl(dev, mmio, BCS_BASE + RING_HEAD) == 0; wait++) {
        qtest_clock_step(plug->qts, GUESTS_STEP_NS / 10);
        g_usleep(100);
    }
    g_assert_cmphex(qpci_io_readl(dev, mmio, BCS_BASE + RING_HEAD), !=, 0);
    g_free(dev);
}

static void tenants_good(Plug *plug)
{
    guests_run(plug->qts, tenants, G_N_ELEMENTS(tenants), 5);
    guest_check_good(plug->qts, "g1");
    guest_check_good(plug->qts, "g2");
}

static void test_come_and_go(void)
{
    Plug plug;
    unsigned round;

    plug_open(&plug, true);
    for (round = 0; round < ROUNDS; round++) {
        vgpu_add(&plug);
        if (round % 2) {
            vgpu_work(&plug);
        }
        if (round % 4 < 2) {
            tenants_good(&plug);
        }
        qtest_qmp_device_del_send(plug.qts, "v0");
        vgpu_eject(&plug);
        tenants_good(&plug);
    }
    plug_close(&plug);
}

/* No driver has been asked, and an engine is in the middle of its work. */
static void test_surprise(void)
{
    Plug plug;
    unsigned round;

    plug_open(&plug, false);
    for (round = 0; round < ROUNDS; round++) {
        vgpu_add(&plug);
        slot_power(&plug, true);
        vgpu_work(&plug);
        if (round % 2) {
            tenants_good(&plug);
        }
        slot_power(&plug, false);
        qtest_qmp_eventwait(plug.qts, "DEVICE_DELETED");
        tenants_good(&plug);
    }
    plug_close(&plug);
}

/* A guest that never answers: the request waits, until the machine resets. */
static void test_no_answer(void)
{
    Plug plug;

    plug_open(&plug, true);
    vgpu_add(&plug);
    vgpu_work(&plug);
    qtest_qmp_device_del_send(plug.qts, "v0");
    tenants_good(&plug);
    g_assert_cmpuint(guest_counter(plug.qts, "v0", "bcs-submissions"), >, 0);
    qtest_system_reset_nowait(plug.qts);
    qtest_qmp_eventwait(plug.qts, "DEVICE_DELETED");
    tenants_good(&plug);
    vgpu_add(&plug);
    tenants_good(&plug);
    plug_close(&plug);
}

static void test_refused(void)
{
    static const struct {
        const char *property;
        int64_t value;
        const char *words[3];
    } cases[] = {
        { "low-gm", LEFT_LOW + (1 << 20), { "not enough low", "224 MiB" } },
        { "low-gm", 4097, { "low-gm=4097", "whole MiB" } },
        { "high-gm", 1729ll << 20, { "high-gm=1729M", "1728M" } },
        { "fences", 29, { "not enough fences", "28 fences" } },
        { "weight", 0, { "weight=0", "1 to 1000" } },
        { "cap", 101, { "cap=101", "1 to 100" } },
        { "xres", 641, { "xres=641", "steps of 8" } },
        { "yres", 0, { "yres=0", "480 to 2160" } },
    };
    Plug plug;
    size_t i;

    plug_open(&plug, true);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        QDict *arguments = vgpu_arguments();

        qdict_put_int(arguments, cases[i].property, cases[i].value);
        guests_refused(plug.qts, arguments, cases[i].words);
        /* Its id is free, and so is all of its share. */
        vgpu_add(&plug);
        qtest_qmp_device_del_send(plug.qts, "v0");
        vgpu_eject(&plug);
    }
    tenants_good(&plug);
    plug_close(&plug);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/gvirt/vgpu-hotplug/come-and-go", test_come_and_go);
    qtest_add_func("/gvirt/vgpu-hotplug/surprise", test_surprise);
    qtest_add_func("/gvirt/vgpu-hotplug/no-answer", test_no_answer);
    qtest_add_func("/gvirt/vgpu-hotplug/refused", test_refused);
    return g_test_run();
}
