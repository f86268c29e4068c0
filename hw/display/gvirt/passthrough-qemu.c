/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-passthrough: the whole GPU given to one guest, the native baseline of
 * every comparison. It translates PCI accesses to the doors of gpu.h, and
 * decides nothing.
 */
#include "qemu/osdep.h"
#include "hw/gvirt/glue-qemu.h"
#include "qemu/module.h"

#define TYPE_GVIRT_PASSTHROUGH "gvirt-passthrough"

static void passthrough_attach(GvirtFunction *f, Error **errp)
{
    gvirt_gpu_device_claim(f->gpu, GVIRT_USE_WHOLE, &gvirt_function_events, f,
                           errp);
}

static void passthrough_detach(GvirtFunction *f)
{
    gvirt_gpu_reset(f->gpu->gpu);
    gvirt_gpu_device_release(f->gpu);
}

static void passthrough_reset(GvirtFunction *f)
{
    gvirt_gpu_reset(f->gpu->gpu);
}

static uint64_t passthrough_read(GvirtFunction *f, uint32_t offset,
                                 unsigned size_B)
{
    return gvirt_gpu_read(f->gpu->gpu, offset, size_B);
}

static void passthrough_write(GvirtFunction *f, uint32_t offset,
                              uint64_t value, unsigned size_B)
{
    gvirt_gpu_write(f->gpu->gpu, offset, value, size_B);
}

static uint64_t passthrough_aperture_read(GvirtFunction *f, uint64_t offset,
                                          unsigned size_B)
{
    return gvirt_gpu_aperture_read(f->gpu->gpu, offset, size_B);
}

static void passthrough_aperture_write(GvirtFunction *f, uint64_t offset,
                                       uint64_t value, unsigned size_B)
{
    gvirt_gpu_aperture_write(f->gpu->gpu, offset, value, size_B);
}

static bool passthrough_aperture_page(GvirtFunction *f, uint32_t page,
                                      uint64_t *page_hpa)
{
    return gvirt_gpu_aperture_page(f->gpu->gpu, page, page_hpa);
}

static uint32_t passthrough_io_read(GvirtFunction *f, uint32_t offset,
                                    unsigned size_B)
{
    return gvirt_gpu_io_read(f->gpu->gpu, offset, size_B);
}

static void passthrough_io_write(GvirtFunction *f, uint32_t offset,
                                 uint32_t value, unsigned size_B)
{
    gvirt_gpu_io_write(f->gpu->gpu, offset, value, size_B);
}

static void passthrough_set_monitor(GvirtFunction *f, GvirtPort port,
                                    const GvirtMonitor *monitor)
{
    gvirt_gpu_set_monitor(f->gpu->gpu, port, monitor);
}

static bool passthrough_display_mode(GvirtFunction *f, GvirtPort port,
                                     uint32_t *width_px, uint32_t *height_px)
{
    return gvirt_gpu_display_mode(f->gpu->gpu, port, width_px, height_px);
}

static bool passthrough_display_draw(GvirtFunction *f, GvirtPort port,
                                     pixman_image_t *image, bool all,
                                     pixman_region32_t *damage)
{
    return gvirt_gpu_display_draw(f->gpu->gpu, port, image, all, damage);
}

static bool passthrough_display_rows_left(GvirtFunction *f, GvirtPort port)
{
    return gvirt_gpu_display_rows_left(f->gpu->gpu, port);
}

static char *passthrough_unknown_registers(GvirtFunction *f)
{
    return gvirt_gpu_unknown_registers(f->gpu->gpu);
}

static void passthrough_class_init(ObjectClass *klass,
                                   GVIRT_CLASS_DATA void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    GvirtFunctionClass *fc = GVIRT_FUNCTION_CLASS(klass);

    dc->desc = "Haswell GT2 GPU, whole";
    dc->hotpluggable = false;
    fc->whole = true;
    fc->attach = passthrough_attach;
    fc->detach = passthrough_detach;
    fc->reset = passthrough_reset;
    fc->read = passthrough_read;
    fc->write = passthrough_write;
    fc->aperture_read = passthrough_aperture_read;
    fc->aperture_write = passthrough_aperture_write;
    fc->aperture_page = passthrough_aperture_page;
    fc->io_read = passthrough_io_read;
    fc->io_write = passthrough_io_write;
    fc->set_monitor = passthrough_set_monitor;
    fc->display_mode = passthrough_display_mode;
    fc->display_draw = passthrough_display_draw;
    fc->display_rows_left = passthrough_display_rows_left;
    fc->unknown_registers = passthrough_unknown_registers;
}

static const TypeInfo passthrough_info = {
    .name = TYPE_GVIRT_PASSTHROUGH,
    .parent = TYPE_GVIRT_FUNCTION,
    .class_init = passthrough_class_init,
};

static void passthrough_register_types(void)
{
    type_register_static(&passthrough_info);
}

type_init(passthrough_register_types)
