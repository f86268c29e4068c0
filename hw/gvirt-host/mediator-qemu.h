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

/* The counters of a vGPU as properties; vgpu() may say that there is none. */
void gvirt_vgpu_counters_add(ObjectClass *klass,
                             GvirtVgpu *(*vgpu)(Object *obj));

/* What gvirt-vgpu and gvirt-guest both take. */
typedef struct GvirtVgpuOptions {
    uint64_t low_gm_B;
    uint64_t high_gm_B;
    uint32_t fences;
    uint32_t weight;
    uint32_t cap_percent;
} GvirtVgpuOptions;

bool gvirt_vgpu_options_check(const GvirtVgpuOptions *options, Error **errp);

#endif /* HW_GVIRT_HOST_MEDIATOR_QEMU_H */
