/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-function: what gvirt-vgpu and gvirt-passthrough have in common as PCI
 * display functions: 8086:0412, BAR0 registers and PTEs, BAR2 aperture, BAR4
 * I/O ports, MSI, and a console for each monitor.
 *
 * Properties:
 *   gpu=ID                the gvirt-gpu; the only one, or a new one
 *   xres=, yres=          the preferred mode of the monitors (1024x768)
 *   hdmi=on|off           a monitor on port B, HDMI (on); may be changed at
 *   dp=on|off             run time by qom-set; on port C, DisplayPort (off);
 *   vga=on|off            on the analog port, VGA (off)
 *
 * Source: HSW PRM vol. 12 (PCI configuration registers of device 2).
 */
#include "qemu/osdep.h"
#include "hw/boards.h"
#include "function-qemu.h"
#include "hw/gvirt/glue-qemu.h"
#include "hw/pci/msi.h"
#include "hw/pci/pci.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "qemu/main-loop.h"
#include "qemu/units.h"

#define BAR_MMIO        0
#define BAR_APERTURE    2
#define BAR_IO          4
#define MSI_OFFSET      0x90        /* as the real part */
#define XRES_MIN        640
#define YRES_MIN        480
#define XRES_MAX        3840
#define YRES_MAX        2160

/* ---- doors ---- */

void gvirt_function_accessed(GvirtFunction *f)
{
    if (f->irq_level && f->gpu->machine.remote) {
        gvirt_remote_irq_again(&f->remote);
    }
}

static uint64_t function_bar0_read(void *opaque, hwaddr addr, unsigned size)
{
    GvirtFunction *f = opaque;
    uint64_t value = f->class->read(f, addr, size);

    gvirt_function_accessed(f);
    return value;
}

static void function_bar0_write(void *opaque, hwaddr addr, uint64_t value,
                                unsigned size)
{
    GvirtFunction *f = opaque;

    f->class->write(f, addr, value, size);
    gvirt_function_accessed(f);
}

static const MemoryRegionOps function_bar0_ops = {
    .read = function_bar0_read,
    .write = function_bar0_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

static uint64_t function_io_read(void *opaque, hwaddr addr, unsigned size)
{
    GvirtFunction *f = opaque;
    uint64_t value = f->class->io_read(f, addr, size);

    gvirt_function_accessed(f);
    return value;
}

static void function_io_write(void *opaque, hwaddr addr, uint64_t value,
                              unsigned size)
{
    GvirtFunction *f = opaque;

    f->class->io_write(f, addr, value, size);
    gvirt_function_accessed(f);
}

static const MemoryRegionOps function_io_ops = {
    .read = function_io_read,
    .write = function_io_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

/* The listener's question: is this address our own aperture? */
static bool function_owns(void *opaque, hwaddr addr)
{
    PCIDevice *pci = opaque;
    pcibus_t base = pci->io_regions[BAR_APERTURE].addr;

    return !GVIRT_FUNCTION(pci)->gpu->machine.remote &&
           base != PCI_BAR_UNMAPPED && addr >= base &&
           addr - base < GVIRT_APERTURE_SIZE_B;
}

/* ---- interrupts ---- */

static void function_irq(void *opaque, bool level)
{
    GvirtFunction *f = opaque;
    PCIDevice *pci = PCI_DEVICE(f);

    if (level == f->irq_level) {
        return;
    }
    f->irq_level = level;
    if (f->gpu->machine.remote && !gvirt_remote_served(&f->remote)) {
        return;
    }
    if (msi_enabled(pci)) {
        if (level) {
            msi_notify(pci, 0);
        }
    } else {
        pci_set_irq(pci, level);
    }
}

/* ---- monitors and consoles ---- */

static void function_monitor(GvirtFunction *f, GvirtHead *head)
{
    GvirtFunctionClass *class = GVIRT_FUNCTION_GET_CLASS(f);
    GvirtMonitor monitor = { .kind = GVIRT_MONITOR_NONE };

    if (head->connected) {
        gvirt_monitor_make(&monitor, head->kind, f->xres, f->yres);
    }
    class->set_monitor(f, head->port, &monitor);
}

/* Draw what there is; false: that was not all. */
static bool function_draw(GvirtFunction *f, GvirtHead *head)
{
    GvirtFunctionClass *class = GVIRT_FUNCTION_GET_CLASS(f);
    DisplaySurface *surface = qemu_console_surface(head->console);
    uint32_t width_px, height_px;
    pixman_region32_t damage;
    pixman_box32_t *box;
    int i, boxes;

    if (!f->ready ||
        !class->display_mode(f, head->port, &width_px, &height_px)) {
        if (!head->dark) {
            head->dark = true;
            dpy_gfx_replace_surface(head->console, NULL);
        }
        return true;
    }
    if (head->dark || surface_width(surface) != width_px ||
        surface_height(surface) != height_px) {
        surface = qemu_create_displaysurface(width_px, height_px);
        dpy_gfx_replace_surface(head->console, surface);
        head->dark = false;
        head->all = true;
    }
    pixman_region32_init(&damage);
    if (class->display_draw(f, head->port, surface->image, head->all,
                            &damage)) {
        head->all = false;
        box = pixman_region32_rectangles(&damage, &boxes);
        for (i = 0; i < boxes; i++) {
            dpy_gfx_update(head->console, box[i].x1, box[i].y1,
                           box[i].x2 - box[i].x1, box[i].y2 - box[i].y1);
        }
    }
    pixman_region32_fini(&damage);
    return !class->display_rows_left(f, head->port);
}

/* The rest of a large picture comes after others had the big lock. */
static void function_gfx_update(void *opaque)
{
    GvirtHead *head = opaque;

    if (function_draw(head->function, head)) {
        graphic_hw_update_done(head->console);
    } else {
        timer_mod(head->more, 1 + qemu_clock_get_ms(QEMU_CLOCK_REALTIME));
    }
}

static void function_invalidate(void *opaque)
{
    GvirtHead *head = opaque;

    head->all = true;
}

static const GraphicHwOps function_console_ops = {
    .invalidate = function_invalidate,
    .gfx_update = function_gfx_update,
    .gfx_update_async = true,
};

/* What is called a head in QEMU's consoles. */
enum {
    HEAD_HDMI,
    HEAD_DP,
    HEAD_VGA,
};

static const struct {
    GvirtMonitorKind kind;
    GvirtPort port;
} function_heads[GVIRT_HEADS_MAX] = {
    [HEAD_HDMI] = { GVIRT_MONITOR_HDMI, GVIRT_PORT_B },
    [HEAD_DP] = { GVIRT_MONITOR_DP, GVIRT_PORT_C },
    [HEAD_VGA] = { GVIRT_MONITOR_VGA, GVIRT_PORT_E },
};

static void function_head_init(GvirtFunction *f, unsigned index,
                               bool connected)
{
    GvirtHead *head = &f->head[index];

    head->function = f;
    head->kind = function_heads[index].kind;
    head->port = function_heads[index].port;
    head->connected = connected;
    head->all = true;
    head->dark = true;
    head->more = timer_new_ms(QEMU_CLOCK_REALTIME, function_gfx_update, head);
    head->console = graphic_console_init(DEVICE(f), index,
                                         &function_console_ops, head);
    dpy_gfx_replace_surface(head->console, NULL);
    function_monitor(f, head);
}

const GvirtGlueEvents gvirt_function_events = {
    .irq = function_irq,
    .aperture_changed = gvirt_function_aperture_changed,
};

/* ---- PCI ---- */

/*
 * Power management at 0xd0: D0 and D3, no PME; device-specific initialization
 * (HSW PRM vol. 12, PMCAPID, PMCAP, PMCS). In D3 the BARs are unmapped;
 * registers keep their values, a reset on the way back being optional.
 */
static bool function_power_capability(PCIDevice *pci, Error **errp)
{
    if (pci_pm_init(pci, GVIRT_PCI_PMCAPID, errp) < 0) {
        return false;
    }
    pci_set_word(pci->config + GVIRT_PCI_PMCAPID + PCI_PM_PMC,
                 PCI_PM_CAP_DSI | GVIRT_PCI_PMCAP_VERSION);
    pci_set_word(pci->wmask + GVIRT_PCI_PMCAPID + PCI_PM_CTRL,
                 PCI_PM_CTRL_STATE_MASK);
    return true;
}

static void function_config(PCIDevice *pci)
{
    uint8_t *config = pci->config;

    pci_config_set_interrupt_pin(config, 1);
    /* GGC: 2 MiB of PTEs, no stolen memory; both locked by the firmware. */
    pci_set_word(config + GVIRT_PCI_GGC, GVIRT_PCI_GGC_GGMS_2M);
    pci_set_long(config + GVIRT_PCI_BDSM, 0);
    /* No OpRegion, but a register that the firmware may use. */
    pci_set_long(config + GVIRT_PCI_ASLS, 0);
    pci_set_long(pci->wmask + GVIRT_PCI_ASLS, 0xffffffff);
}

/* The first display function is the VGA one, the others are not. */
static void function_class_code(GvirtFunction *f)
{
    PCIDevice *pci = PCI_DEVICE(f);
    PCIBus *bus = pci_get_bus(pci);
    int devfn;

    for (devfn = 0; devfn < PCI_DEVFN_MAX; devfn++) {
        PCIDevice *other = pci_find_device(bus, pci_bus_num(bus), devfn);

        if (other && other != pci &&
            pci_get_word(other->config + PCI_CLASS_DEVICE) ==
            PCI_CLASS_DISPLAY_VGA) {
            pci_config_set_class(pci->config, PCI_CLASS_DISPLAY_OTHER);
            return;
        }
    }
}

static bool function_check(GvirtFunction *f, Error **errp)
{
    if (f->xres < XRES_MIN || f->xres > XRES_MAX || f->xres % 8) {
        error_setg(errp, "xres=%u: must be %d to %d in steps of 8", f->xres,
                   XRES_MIN, XRES_MAX);
        return false;
    }
    if (f->yres < YRES_MIN || f->yres > YRES_MAX) {
        error_setg(errp, "yres=%u: must be %d to %d", f->yres, YRES_MIN,
                   YRES_MAX);
        return false;
    }
    return true;
}

/* All of a guest's memory must be within its window, or DMA would miss. */
static bool function_fits(GvirtFunction *f, Error **errp)
{
    MachineState *machine = MACHINE(qdev_get_machine());
    uint64_t end = 4 * GiB + machine->maxram_size;

    if (!GVIRT_FUNCTION_GET_CLASS(f)->whole && end > f->gpu->window_size_B) {
        error_setg(errp, "the guest's memory (%" PRIu64 " MiB) may end at %"
                   PRIu64 " MiB, its window at %" PRIu64 " MiB; give "
                   "gvirt-gpu a larger window=", machine->maxram_size / MiB,
                   end / MiB, f->gpu->window_size_B / MiB);
        return false;
    }
    return true;
}

static void function_realize(PCIDevice *pci, Error **errp)
{
    GvirtFunction *f = GVIRT_FUNCTION(pci);
    GvirtFunctionClass *class = GVIRT_FUNCTION_GET_CLASS(f);
    Error *error = NULL;
    unsigned i;

    f->class = class;
    if (!function_check(f, errp)) {
        return;
    }
    if (PCI_FUNC(pci->devfn) != 0) {
        error_setg(errp, "addr=: must be function 0 of its slot, "
                   "i915 ignores the others");
        return;
    }
    f->gpu = gvirt_gpu_device_get(f->gpu, errp);
    if (!f->gpu) {
        return;
    }
    if (!function_fits(f, errp)) {
        return;
    }
    function_config(pci);
    function_class_code(f);
    /* The last one added is the first of the list: MSI, as the real part. */
    if (!function_power_capability(pci, errp)) {
        return;
    }
    if (msi_init(pci, MSI_OFFSET, 1, false, false, errp) < 0) {
        return;
    }
    f->window = gvirt_machine_add(&f->gpu->machine,
                                  pci_get_address_space(pci), class->whole,
                                  function_owns, pci, errp);
    if (!f->window) {
        goto no_window;
    }
    gvirt_function_aperture_init(f);
    class->attach(f, &error);
    if (error) {
        error_propagate(errp, error);
        goto no_attach;
    }

    memory_region_init_io(&f->bar0, OBJECT(f), &function_bar0_ops, f,
                          "gvirt-mmio", GVIRT_BAR0_SIZE_B);
    gvirt_function_aperture_regions(f);
    memory_region_init_io(&f->io, OBJECT(f), &function_io_ops, f, "gvirt-io",
                          GVIRT_IO_SIZE_B);
    pci_register_bar(pci, BAR_MMIO, PCI_BASE_ADDRESS_MEM_TYPE_64, &f->bar0);
    pci_register_bar(pci, BAR_APERTURE, PCI_BASE_ADDRESS_MEM_TYPE_64 |
                     PCI_BASE_ADDRESS_MEM_PREFETCH, &f->aperture);
    pci_register_bar(pci, BAR_IO, PCI_BASE_ADDRESS_SPACE_IO, &f->io);
    if (f->gpu->machine.remote) {
        gvirt_remote_init(&f->remote, pci);
    }

    function_head_init(f, HEAD_HDMI, f->plugged[HEAD_HDMI]);
    for (i = HEAD_HDMI + 1; i < GVIRT_HEADS_MAX; i++) {
        if (f->plugged[i]) {
            function_head_init(f, i, true);
        }
    }
    f->ready = true;
    return;

no_attach:
    gvirt_function_aperture_destroy(f);
    gvirt_machine_remove(&f->gpu->machine, f->window);
    f->window = NULL;
no_window:
    msi_uninit(pci);
}

static void function_exit(PCIDevice *pci)
{
    GvirtFunction *f = GVIRT_FUNCTION(pci);
    unsigned i;

    f->ready = false;
    if (f->gpu->machine.remote) {
        gvirt_remote_destroy(&f->remote);
    }
    for (i = 0; i < GVIRT_HEADS_MAX; i++) {
        if (f->head[i].console) {
            timer_free(f->head[i].more);
            graphic_hw_update_done(f->head[i].console);
            graphic_console_close(f->head[i].console);
        }
    }
    gvirt_function_unmap_all(f);
    GVIRT_FUNCTION_GET_CLASS(f)->detach(f);
    gvirt_machine_remove(&f->gpu->machine, f->window);
    f->window = NULL;
    gvirt_function_aperture_destroy(f);
    msi_uninit(pci);
}

static void function_reset(DeviceState *dev)
{
    GvirtFunction *f = GVIRT_FUNCTION(dev);
    unsigned i;

    if (!f->ready) {
        return;
    }
    /* A reset of the bus comes from one vCPU while the others run. */
    gvirt_function_aperture_changed(f, 0, GVIRT_APERTURE_PAGES);
    GVIRT_FUNCTION_GET_CLASS(f)->reset(f);
    f->irq_level = false;
    for (i = 0; i < GVIRT_HEADS_MAX; i++) {
        f->head[i].all = true;
    }
}

/* ---- properties ---- */

static void function_set_plugged(GvirtFunction *f, unsigned index, bool on)
{
    GvirtHead *head = &f->head[index];

    f->plugged[index] = on;
    if (!f->ready) {
        return;
    }
    if (!head->function) {
        if (on) {
            function_head_init(f, index, true);
        }
    } else if (head->connected != on) {
        head->connected = on;
        function_monitor(f, head);
    }
}

static bool function_get_hdmi(Object *obj, Error **errp)
{
    return GVIRT_FUNCTION(obj)->plugged[HEAD_HDMI];
}

static void function_set_hdmi(Object *obj, bool on, Error **errp)
{
    function_set_plugged(GVIRT_FUNCTION(obj), HEAD_HDMI, on);
}

static bool function_get_dp(Object *obj, Error **errp)
{
    return GVIRT_FUNCTION(obj)->plugged[HEAD_DP];
}

static void function_set_dp(Object *obj, bool on, Error **errp)
{
    function_set_plugged(GVIRT_FUNCTION(obj), HEAD_DP, on);
}

static bool function_get_vga(Object *obj, Error **errp)
{
    return GVIRT_FUNCTION(obj)->plugged[HEAD_VGA];
}

static void function_set_vga(Object *obj, bool on, Error **errp)
{
    function_set_plugged(GVIRT_FUNCTION(obj), HEAD_VGA, on);
}

static char *function_get_unknown(Object *obj, Error **errp)
{
    GvirtFunction *f = GVIRT_FUNCTION(obj);

    return f->ready ?
           GVIRT_FUNCTION_GET_CLASS(f)->unknown_registers(f) : g_strdup("");
}

static void function_get_counter(Object *obj, Visitor *v, const char *name,
                                 void *opaque, Error **errp)
{
    const GvirtCounter *counter = opaque;
    uint64_t value = *(uint64_t *)((char *)GVIRT_FUNCTION(obj) +
                                   counter->offset);

    visit_type_uint64(v, name, &value, errp);
}

static const GvirtCounter function_counters[] = {
    { "aperture-exits", offsetof(GvirtFunction, aperture_traps),
      "Accesses to the aperture that left the guest" },
    { "aperture-maps", offsetof(GvirtFunction, aperture_maps),
      "Runs of aperture pages mapped through" },
    { "aperture-remaps", offsetof(GvirtFunction, aperture_remaps),
      "Changes of QEMU's memory map by the aperture" },
};

static const VMStateDescription function_vmstate = {
    .name = "gvirt-function",
    .unmigratable = 1,
};

static const Property function_properties[] = {
    DEFINE_PROP_LINK("gpu", GvirtFunction, gpu, TYPE_GVIRT_GPU,
                     GvirtGpuDevice *),
    DEFINE_PROP_UINT32("xres", GvirtFunction, xres, 1024),
    DEFINE_PROP_UINT32("yres", GvirtFunction, yres, 768),
};

static void function_instance_init(Object *obj)
{
    GVIRT_FUNCTION(obj)->plugged[HEAD_HDMI] = true;
}

static void function_class_init(ObjectClass *klass,
                                GVIRT_CLASS_DATA void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(klass);
    size_t i;

    pc->realize = function_realize;
    pc->exit = function_exit;
    pc->vendor_id = GVIRT_PCI_VENDOR_ID;
    pc->device_id = GVIRT_PCI_DEVICE_ID;
    pc->revision = GVIRT_PCI_REVISION;
    pc->class_id = PCI_CLASS_DISPLAY_VGA;
    device_class_set_legacy_reset(dc, function_reset);
    dc->vmsd = &function_vmstate;
    device_class_set_props(dc, function_properties);
    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);

    object_class_property_add_bool(klass, "hdmi", function_get_hdmi,
                                   function_set_hdmi);
    object_class_property_set_description(klass, "hdmi",
        "A monitor on port B, HDMI; may be changed at run time");
    object_class_property_add_bool(klass, "dp", function_get_dp,
                                   function_set_dp);
    object_class_property_set_description(klass, "dp",
        "A monitor on port C, DisplayPort; may be changed at run time");
    object_class_property_add_bool(klass, "vga", function_get_vga,
                                   function_set_vga);
    object_class_property_set_description(klass, "vga",
        "A monitor on the analog port, VGA; may be changed at run time");
    object_class_property_add_str(klass, "unknown-registers",
                                  function_get_unknown, NULL);
    object_class_property_set_description(klass, "unknown-registers",
        "Offsets outside the register table that the guest touched");
    for (i = 0; i < ARRAY_SIZE(function_counters); i++) {
        object_class_property_add(klass, function_counters[i].name, "uint64",
                                  function_get_counter, NULL, NULL,
                                  (void *)&function_counters[i]);
        object_class_property_set_description(klass,
            function_counters[i].name, function_counters[i].description);
    }
}

static const TypeInfo function_info = {
    .name = TYPE_GVIRT_FUNCTION,
    .parent = TYPE_PCI_DEVICE,
    .abstract = true,
    .instance_size = sizeof(GvirtFunction),
    .instance_init = function_instance_init,
    .class_size = sizeof(GvirtFunctionClass),
    .class_init = function_class_init,
    .interfaces = (GVIRT_INTERFACES InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    },
};

static void function_register_types(void)
{
    type_register_static(&function_info);
}

type_init(function_register_types)
