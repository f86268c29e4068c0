/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-vgpu: a mediated vGPU as a PCI display function. It translates PCI
 * accesses to the doors of mediator.h, and decides nothing.
 *
 * Properties, besides those of gvirt-function:
 *   low-gm=SIZE     graphics memory below 256 MiB, which the aperture shows
 *                   (64M; 0: all that is left)
 *   high-gm=SIZE    graphics memory above it (384M; 0: all that is left)
 *   fences=N        fence registers, 1 to 32 (8; 0: all that are left)
 *   weight=N        share of render time, 1 to 1000 (100)
 *   cap=PERCENT     upper bound of render time, 1 to 100 (0: none)
 */
#include "qemu/osdep.h"
#include "hw/qdev-properties.h"
#include "mediator-qemu.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "qemu/units.h"

#define TYPE_GVIRT_VGPU "gvirt-vgpu"
OBJECT_DECLARE_SIMPLE_TYPE(GvirtVgpuDevice, GVIRT_VGPU)

struct GvirtVgpuDevice {
    GvirtFunction parent_obj;

    GvirtVgpuOptions options;
    GvirtMediatorGlue *mediator;
    GvirtGlueHost host;
    GvirtVgpu *vgpu;
};

static void vgpu_attach(GvirtFunction *f, Error **errp)
{
    GvirtVgpuDevice *v = GVIRT_VGPU(f);
    DeviceState *dev = DEVICE(f);
    GvirtVgpuConfig config;
    char *message = NULL;

    if (!gvirt_vgpu_options_check(&v->options, errp)) {
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
        .low_gm_B = v->options.low_gm_B,
        .high_gm_B = v->options.high_gm_B,
        .fences = v->options.fences,
        .weight = v->options.weight,
        .cap_percent = v->options.cap_percent,
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

static bool vgpu_display_rows_left(GvirtFunction *f, GvirtPort port)
{
    return gvirt_vgpu_display_rows_left(GVIRT_VGPU(f)->vgpu, port);
}

static char *vgpu_unknown_registers(GvirtFunction *f)
{
    return gvirt_vgpu_unknown_registers(GVIRT_VGPU(f)->vgpu);
}

static GvirtVgpu *vgpu_of(Object *obj)
{
    return GVIRT_VGPU(obj)->vgpu;
}

static const Property vgpu_properties[] = {
    DEFINE_PROP_SIZE("low-gm", GvirtVgpuDevice, options.low_gm_B,
                     64 * MiB),
    DEFINE_PROP_SIZE("high-gm", GvirtVgpuDevice, options.high_gm_B,
                     384 * MiB),
    DEFINE_PROP_UINT32("fences", GvirtVgpuDevice, options.fences, 8),
    DEFINE_PROP_UINT32("weight", GvirtVgpuDevice, options.weight, 100),
    DEFINE_PROP_UINT32("cap", GvirtVgpuDevice, options.cap_percent, 0),
};

static void vgpu_class_init(ObjectClass *klass, GVIRT_CLASS_DATA void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    GvirtFunctionClass *fc = GVIRT_FUNCTION_CLASS(klass);

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
    fc->display_rows_left = vgpu_display_rows_left;
    fc->unknown_registers = vgpu_unknown_registers;
    gvirt_vgpu_counters_add(klass, vgpu_of);
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
