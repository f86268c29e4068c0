/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PCI function on the machine x-remote, where QEMU's x-vfio-user-server
 * gives it to a virtual machine in another process.
 *
 *  - The server looks for a BAR's access in the address space in which the
 *    BAR stands, at the address where that machine has it. Machines do not
 *    know of each other and use the same addresses: each BAR gets a space of
 *    its own, or the access of one would reach the vGPU of another.
 *  - When the client goes, the server object goes and nobody is told. The
 *    function is then reset: what the machine has left behind, ends.
 *  - An interrupt without a client would find no server to send it.
 *  - Without MSI the client takes each access to a BAR for the end of the
 *    interrupt, and counts on the device to raise it again if it was not.
 */
#include "qemu/osdep.h"
#include "hw/gvirt/glue-qemu.h"
#include "hw/pci/msi.h"
#include "hw/pci/pci.h"
#include "qemu/main-loop.h"

bool gvirt_remote_served(const GvirtRemote *remote)
{
    /* The server object keeps its context here for as long as it lives. */
    return remote->pci && remote->pci->irq_opaque;
}

void gvirt_remote_irq_again(GvirtRemote *remote)
{
    if (gvirt_remote_served(remote) && !msi_enabled(remote->pci)) {
        pci_set_irq(remote->pci, 0);
        pci_set_irq(remote->pci, 1);
    }
}

static void remote_lost(void *opaque)
{
    GvirtRemote *remote = opaque;

    if (!gvirt_remote_served(remote)) {
        device_cold_reset(DEVICE(remote->pci));
    }
}

static void remote_region_add(MemoryListener *listener,
                              MemoryRegionSection *section)
{
    GvirtRemote *remote = container_of(listener, GvirtRemote, listener);

    remote->memories += memory_region_is_ram(section->mr);
}

static void remote_region_del(MemoryListener *listener,
                              MemoryRegionSection *section)
{
    GvirtRemote *remote = container_of(listener, GvirtRemote, listener);

    if (memory_region_is_ram(section->mr) && --remote->memories == 0) {
        /* Has the client gone? The server knows a moment later. */
        qemu_bh_schedule(remote->lost);
    }
}

void gvirt_remote_init(GvirtRemote *remote, PCIDevice *pci)
{
    unsigned i;

    remote->pci = pci;
    for (i = 0; i < PCI_NUM_REGIONS; i++) {
        if (pci->io_regions[i].size) {
            memory_region_init(&remote->bar_space[i], OBJECT(pci),
                               "gvirt-bar-space", UINT64_MAX);
            address_space_init(&remote->bar_as[i], &remote->bar_space[i],
                               "gvirt-bar");
            pci->io_regions[i].address_space = &remote->bar_space[i];
        }
    }
    remote->lost = qemu_bh_new(remote_lost, remote);
    remote->listener = (MemoryListener) {
        .name = "gvirt-remote",
        .region_add = remote_region_add,
        .region_del = remote_region_del,
    };
    memory_listener_register(&remote->listener,
                             pci_device_iommu_address_space(pci));
}

void gvirt_remote_destroy(GvirtRemote *remote)
{
    unsigned i;

    if (!remote->pci) {
        return;
    }
    memory_listener_unregister(&remote->listener);
    qemu_bh_delete(remote->lost);
    for (i = 0; i < PCI_NUM_REGIONS; i++) {
        if (remote->bar_as[i].root) {
            address_space_destroy(&remote->bar_as[i]);
        }
    }
    remote->pci = NULL;
}
