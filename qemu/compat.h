/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The differences between the QEMU versions that gvirt is laid over, in one
 * place. Included by *-qemu.c files as "hw/gvirt-compat.h", after
 * "qemu/osdep.h"; never by the library. Supported: 10.0 and 10.2.
 *
 * scripts/overlay writes include/hw/gvirt-version.h with the version at hand.
 */
#ifndef HW_GVIRT_COMPAT_H
#define HW_GVIRT_COMPAT_H

#include "hw/gvirt-version.h"

#define GVIRT_QEMU_AT_LEAST(major, minor)                               \
    (GVIRT_QEMU_MAJOR > (major) ||                                      \
     (GVIRT_QEMU_MAJOR == (major) && GVIRT_QEMU_MINOR >= (minor)))

#if GVIRT_QEMU_AT_LEAST(10, 1)
#include "exec/icount.h"
#include "system/memory.h"
#include "system/physmem.h"
#define gvirt_snapshot_dirty physical_memory_snapshot_and_clear_dirty
#define gvirt_test_and_clear_dirty physical_memory_test_and_clear_dirty
#define GVIRT_CLASS_DATA const  /* of class_init's last argument */
#define GVIRT_INTERFACES const  /* of TypeInfo's interfaces */
#else
#include "exec/memory.h"
#include "system/cpu-timers.h"
/* Its header, exec/ram_addr.h, is not for code that all targets share. */
DirtyBitmapSnapshot *
cpu_physical_memory_snapshot_and_clear_dirty(MemoryRegion *mr, hwaddr offset,
                                             hwaddr length, unsigned client);
bool cpu_physical_memory_test_and_clear_dirty(ram_addr_t start,
                                              ram_addr_t length,
                                              unsigned client);
#define gvirt_snapshot_dirty cpu_physical_memory_snapshot_and_clear_dirty
#define gvirt_test_and_clear_dirty cpu_physical_memory_test_and_clear_dirty
#define GVIRT_CLASS_DATA
#define GVIRT_INTERFACES
#endif

#endif /* HW_GVIRT_COMPAT_H */
