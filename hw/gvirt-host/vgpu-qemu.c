/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-vgpu: a mediated vGPU as a PCI display function. It translates PCI
 * accesses to the doors of mediator.h, and decides nothing.
 *
 * Properties, besides those of gvirt-function:
 *   low-gm=SIZE     graphics memory below 256 MiB, which the aperture shows
 *   high-gm=SIZE    graphics memory above it (0: all that is left of either)
 *   fences=N        fence registers, 1 to 32 (0: all that are left)
 *   weight=N        share of render time, 1 to 1000 (100)
 *   cap=PERCENT     upper bound of render time, 1 to 100 (0: none)
 */
#include "qemu/osdep.h"
#include "hw/qdev-properties.h"
#include "mediator-qemu.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "qemu/units.h"

#define TYPE_GVIRT_VGPU "gvirt-vgpu"
OBJECT_DECLARE_SIMPLE_TYPE(GvirtVgpuDevice, GVIRT_VGPU)

struct GvirtVgpuDevice {
    GvirtFunction parent_obj;

    uint64_t low_gm_B;
    uint64_t high_gm_B;
    uint32_t fences;
    uint32_t weight;
    uint32_t cap_percent;

    GvirtMediatorGlue *mediator;
    GvirtGlueHost host;
    GvirtVgpu *vgpu;
};

static bool vgpu_check(GvirtVgpuDevice *v, Error **errp)
{
    if (v->low_gm_B % MiB || v->low_gm_B > GVIRT_APERTURE_SIZE_B) {
        error_setg(errp, "low-gm=%" PRIu64 ": must be whole MiB up to 256M",
                   v->low_gm_B);
        return false;
    }
    if (v->high_gm_B % MiB ||
        v->high_gm_B > GVIRT_GGTT_SIZE_B - GVIRT_APERTURE_SIZE_B) {
        error_setg(errp, "high-gm=%" PRIu64 ": must be whole MiB up to 1792M",
                   v->high_gm_B);
        return false;
    }
    if (v->fences > GVIRT_FENCE_COUNT) {
        error_setg(errp, "fences=%u: must be 1 to %d", v->fences,
                   GVIRT_FENCE_COUNT);
        return false;
    }
    if (v->weight < 1 || v->weight > 1000) {
        error_setg(errp, "weight=%u: must be 1 to 1000", v->weight);
        return false;
    }
    if (v->cap_percent > 100) {
        error_setg(errp, "cap=%u: must be 1 to 100", v->cap_percent);
        return false;
    }
    return true;
}

static void vgpu_attach(GvirtFunction *f, Error **errp)
{
    GvirtVgpuDevice *v = GVIRT_VGPU(f);
    DeviceState *dev = DEVICE(f);
    GvirtVgpuConfig config;
    char *message = NULL;

    if (!vgpu_check(v, errp)) {
        return;
    }
    v->mediator = gvirt_mediator_glue_get(f->gpu, errp);
    if (!v->mediator) {
        return;
    }
    gvirt_glue_host_init(&v->host, f->gpu, dev->id ? dev->id : TYPE_GVIRT_VGPU,
                         &gvirt_function_events, f, false);
    config = (GvirtVgpuConfig) {
        .window_hpa = f->window->base_hpa,
        .window_size_B = f->window->size_B,
        .low_gm_B = v->low_gm_B,
        .high_gm_B = v->high_gm_B,
        .fences = v->fences,
        .weight = v->weight,
        .cap_percent = v->cap_percent,
    };
    v->vgpu = gvirt_vgpu_new(v->mediator->mediator, &v->host.host, &config,
                             &message);
    if (!v->vgpu) {
        error_setg(errp, "%s", message);
        g_free(message);
        gvirt_glue_host_destroy(&v->host);
        gvirt_mediator_glue_put(v->mediator);
        v->mediator = NULL;
    }
}

static void vgpu_detach(GvirtFunction *f)
{
    GvirtVgpuDevice *v = GVIRT_VGPU(f);

    gvirt_vgpu_free(v->vgpu);
    v->vgpu = NULL;
    gvirt_glue_host_destroy(&v->host);
    gvirt_mediator_glue_put(v->mediator);
    v->mediator = NULL;
}

static void vgpu_reset(GvirtFunction *f)
{
    gvirt_vgpu_reset(GVIRT_VGPU(f)->vgpu);
}

static uint64_t vgpu_read(GvirtFunction *f, uint32_t offset, unsigned size_B)
{
    return gvirt_vgpu_read(GVIRT_VGPU(f)->vgpu, offset, size_B);
}

static void vgpu_write(GvirtFunction *f, uint32_t offset, uint64_t value,
                       unsigned size_B)
{
    gvirt_vgpu_write(GVIRT_VGPU(f)->vgpu, offset, value, size_B);
}

static uint64_t vgpu_aperture_read(GvirtFunction *f, uint64_t offset,
                                   unsigned size_B)
{
    return gvirt_vgpu_aperture_read(GVIRT_VGPU(f)->vgpu, offset, size_B);
}

static void vgpu_aperture_write(GvirtFunction *f, uint64_t offset,
                                uint64_t value, unsigned size_B)
{
    gvirt_vgpu_aperture_write(GVIRT_VGPU(f)->vgpu, offset, value, size_B);
}

static bool vgpu_aperture_page(GvirtFunction *f, uint32_t page,
                               uint64_t *page_hpa)
{
    return gvirt_vgpu_aperture_page(GVIRT_VGPU(f)->vgpu, page, page_hpa);
}

static uint32_t vgpu_io_read(GvirtFunction *f, uint32_t offset,
                             unsigned size_B)
{
    return gvirt_vgpu_io_read(GVIRT_VGPU(f)->vgpu, offset, size_B);
}

static void vgpu_io_write(GvirtFunction *f, uint32_t offset, uint32_t value,
                          unsigned size_B)
{
    gvirt_vgpu_io_write(GVIRT_VGPU(f)->vgpu, offset, value, size_B);
}

static void vgpu_set_monitor(GvirtFunction *f, GvirtPort port,
                             const GvirtMonitor *monitor)
{
    gvirt_vgpu_set_monitor(GVIRT_VGPU(f)->vgpu, port, monitor);
}

static bool vgpu_display_mode(GvirtFunction *f, GvirtPort port,
                              uint32_t *width_px, uint32_t *height_px)
{
    return gvirt_vgpu_display_mode(GVIRT_VGPU(f)->vgpu, port, width_px,
                                   height_px);
}

static bool vgpu_display_draw(GvirtFunction *f, GvirtPort port,
                              pixman_image_t *image, bool all,
                              pixman_region32_t *damage)
{
    return gvirt_vgpu_display_draw(GVIRT_VGPU(f)->vgpu, port, image, all,
                                   damage);
}

static char *vgpu_unknown_registers(GvirtFunction *f)
{
    return gvirt_vgpu_unknown_registers(GVIRT_VGPU(f)->vgpu);
}

static const GvirtCounter vgpu_counters[] = {
    { "mmio-reads", offsetof(GvirtVgpuStats, mmio_reads),
      "Register reads trapped" },
    { "mmio-writes", offsetof(GvirtVgpuStats, mmio_writes),
      "Register writes trapped" },
    { "mmio-denied", offsetof(GvirtVgpuStats, mmio_denied),
      "Register writes refused" },
    { "pte-writes", offsetof(GvirtVgpuStats, pte_writes),
      "Global page-table entries written" },
    { "shadow-syncs", offsetof(GvirtVgpuStats, shadow_syncs),
      "Local page tables read again" },
    { "shadow-entries", offsetof(GvirtVgpuStats, shadow_entries),
      "Entries of local page tables translated" },
    { "aperture-traps", offsetof(GvirtVgpuStats, aperture_traps),
      "Aperture accesses that the mediator served" },
    { "rcs-submissions", offsetof(GvirtVgpuStats, submissions[GVIRT_RCS]),
      "Tail writes of the render ring" },
    { "vcs-submissions", offsetof(GvirtVgpuStats, submissions[GVIRT_VCS]),
      "Tail writes of the video ring" },
    { "bcs-submissions", offsetof(GvirtVgpuStats, submissions[GVIRT_BCS]),
      "Tail writes of the blitter ring" },
    { "vecs-submissions", offsetof(GvirtVgpuStats, submissions[GVIRT_VECS]),
      "Tail writes of the video enhancement ring" },
    { "audited-dwords", offsetof(GvirtVgpuStats, audited_dw),
      "Dwords of commands audited" },
    { "audit-rejects", offsetof(GvirtVgpuStats, audit_rejects),
      "Commands that the audit took out" },
    { "switches-in", offsetof(GvirtVgpuStats, switches_in),
      "Times that the vGPU was given the render engines" },
    { "run-ns", offsetof(GvirtVgpuStats, run_ns),
      "Virtual time that it had them, in ns" },
    { "vgpu-interrupts", offsetof(GvirtVgpuStats, interrupts),
      "Interrupts injected" },
    { "vgpu-resets", offsetof(GvirtVgpuStats, resets),
      "Resets of the vGPU or of its engines" },
};

static void vgpu_get_counter(Object *obj, Visitor *v, const char *name,
                             void *opaque, Error **errp)
{
    GvirtVgpuDevice *device = GVIRT_VGPU(obj);
    const GvirtCounter *counter = opaque;
    GvirtVgpuStats stats = {};
    uint64_t value;

    if (device->vgpu) {
        gvirt_vgpu_stats(device->vgpu, &stats);
    }
    value = *(uint64_t *)((char *)&stats + counter->offset);
    visit_type_uint64(v, name, &value, errp);
}

static const Property vgpu_properties[] = {
    DEFINE_PROP_SIZE("low-gm", GvirtVgpuDevice, low_gm_B, 0),
    DEFINE_PROP_SIZE("high-gm", GvirtVgpuDevice, high_gm_B, 0),
    DEFINE_PROP_UINT32("fences", GvirtVgpuDevice, fences, 0),
    DEFINE_PROP_UINT32("weight", GvirtVgpuDevice, weight, 100),
    DEFINE_PROP_UINT32("cap", GvirtVgpuDevice, cap_percent, 0),
};

static void vgpu_class_init(ObjectClass *klass, GVIRT_CLASS_DATA void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    GvirtFunctionClass *fc = GVIRT_FUNCTION_CLASS(klass);
    size_t i;

    dc->desc = "Haswell GT2 vGPU, mediated";
    device_class_set_props(dc, vgpu_properties);
    fc->attach = vgpu_attach;
    fc->detach = vgpu_detach;
    fc->reset = vgpu_reset;
    fc->read = vgpu_read;
    fc->write = vgpu_write;
    fc->aperture_read = vgpu_aperture_read;
    fc->aperture_write = vgpu_aperture_write;
    fc->aperture_page = vgpu_aperture_page;
    fc->io_read = vgpu_io_read;
    fc->io_write = vgpu_io_write;
    fc->set_monitor = vgpu_set_monitor;
    fc->display_mode = vgpu_display_mode;
    fc->display_draw = vgpu_display_draw;
    fc->unknown_registers = vgpu_unknown_registers;

    for (i = 0; i < ARRAY_SIZE(vgpu_counters); i++) {
        object_class_property_add(klass, vgpu_counters[i].name, "uint64",
                                  vgpu_get_counter, NULL, NULL,
                                  (void *)&vgpu_counters[i]);
        object_class_property_set_description(klass, vgpu_counters[i].name,
                                              vgpu_counters[i].description);
    }
}

static const TypeInfo vgpu_info = {
    .name = TYPE_GVIRT_VGPU,
    .parent = TYPE_GVIRT_FUNCTION,
    .instance_size = sizeof(GvirtVgpuDevice),
    .class_init = vgpu_class_init,
};

static void vgpu_register_types(void)
{
    type_register_static(&vgpu_info);
}

type_init(vgpu_register_types)
