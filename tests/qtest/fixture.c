/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of our PCI functions in a machine of its own: see fixture.h. */
#include "qemu/osdep.h"
#include "fixture.h"
#include "guests.h"
#include "libqos/pci-pc.h"

void fixture_start(Fixture *f, const char *device, const char *more)
{
    *f = (Fixture) {
        .qts = qtest_initf("-machine q35 -m 256M -nodefaults %s "
                           "-device %s,id=f0,addr=%d.0", more, device, SLOT),
    };
    f->bus = qpci_new_pc(f->qts, NULL);
    f->dev = qpci_device_find(f->bus, QPCI_DEVFN(SLOT, 0));
    g_assert_nonnull(f->dev);
    f->aperture = qpci_iomap(f->dev, 2, NULL);
    f->mmio = qpci_iomap(f->dev, 0, NULL);
    qpci_device_enable(f->dev);
}

void fixture_close(Fixture *f)
{
    g_free(f->dev);
    qpci_free_pc(f->bus);
    qtest_quit(f->qts);
}

uint32_t rd(Fixture *f, uint32_t offset)
{
    return qpci_io_readl(f->dev, f->mmio, offset);
}

void wr(Fixture *f, uint32_t offset, uint32_t value)
{
    qpci_io_writel(f->dev, f->mmio, offset, value);
}

uint64_t counter(Fixture *f, const char *name)
{
    return guest_counter(f->qts, "f0", name);
}

void fixture_add_cases(const char *path, const FixtureCase *cases,
                       unsigned count)
{
    static const char *const devices[] = {
        "gvirt-passthrough", "gvirt-vgpu",
    };
    unsigned i, k;

    for (i = 0; i < G_N_ELEMENTS(devices); i++) {
        for (k = 0; k < count; k++) {
            g_autofree char *name =
                g_strdup_printf("%s/%s/%s", path,
                                devices[i] + strlen("gvirt-"), cases[k].name);

            qtest_add_data_func(name, devices[i], cases[k].fn);
        }
    }
}
