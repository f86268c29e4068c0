/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The glue of the mediator room: one mediator on a gvirt-gpu, shared by its
 * vGPUs.
 */
#ifndef HW_GVIRT_HOST_MEDIATOR_QEMU_H
#define HW_GVIRT_HOST_MEDIATOR_QEMU_H

#include "hw/gvirt/glue-qemu.h"
#include "hw/gvirt/mediator.h"

typedef struct GvirtMediatorGlue {
    GvirtGpuDevice *gpu;
    GvirtMediator *mediator;
    GvirtGlueHost host;
    GvirtWindow *window;        /* the mediator's own memory */
    unsigned users;
} GvirtMediatorGlue;

/* The mediator of a GPU, made when there is none yet. NULL with errp set. */
GvirtMediatorGlue *gvirt_mediator_glue_get(GvirtGpuDevice *gpu, Error **errp);
void gvirt_mediator_glue_put(GvirtMediatorGlue *glue);

#endif /* HW_GVIRT_HOST_MEDIATOR_QEMU_H */
