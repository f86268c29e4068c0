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

#endif /* HW_GVIRT_COMPAT_H */
