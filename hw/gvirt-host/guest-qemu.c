/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-guest: an emulated guest inside this process: a window of plain
 * memory in the GPU's machine, a vGPU, and the driver of guest/ on both. On no
 * bus; device_add and device_del work at run time.
 *
 * Properties:
 *   gpu=ID               the gvirt-gpu (the only one, or a new one)
 *   memory=SIZE          its memory, 16M to 1G in whole MiB (64M)
 *   low-gm=, high-gm=, fences=, weight=, cap=
 *                        as of gvirt-vgpu, but 16M, 64M and 2 by default
 *   workload=NAME        copy, fill, checksum, idle or hog (copy)
 *   queue=N              iterations in flight, 1 to 8 (2)
 *   interval=US          from one start to the next, 10 to 10000000 us of
 *                        virtual time (10000)
 *   hang-timeout=MS      without progress for so long: 100 to 1000000 (10000)
 *   seed=N               of its random data (0: the vGPU's number)
 */
#include "qemu/osdep.h"
#include "hw/boards.h"
#include "hw/gvirt/guest.h"
#include "hw/hotplug.h"
#include "hw/qdev-properties.h"
#include "mediator-qemu.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/error-report.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "system/system.h"

#define TYPE_GVIRT_GUEST "gvirt-guest"
OBJECT_DECLARE_SIMPLE_TYPE(GvirtGuestDevice, GVIRT_GUEST)

#define MEMORY_MAX_B        (1 * GiB)
#define INTERVAL_MIN_US     10
#define INTERVAL_MAX_US     10000000
#define HANG_MIN_MS         100
#define HANG_MAX_MS         1000000

struct GvirtGuestDevice {
    DeviceState parent_obj;

    GvirtGpuDevice *gpu;
    uint64_t memory_size_B;
    GvirtVgpuOptions options;
    char *workload;
    uint32_t queue;
    uint32_t interval_us;
    uint32_t hang_ms;
    uint64_t seed;

    GvirtMediatorGlue *mediator;
    GvirtWindow *window;
    GvirtGlueHost host;         /* of the vGPU: interrupts */
    GvirtGuestHost guest_host;
    QEMUTimer *timer;
    GvirtVgpu *vgpu;
    GvirtGuest *guest;
};

/* ---- what the driver asks for ---- */

static void *guest_host_page(void *opaque, uint64_t page_gpa)
{
    GvirtGuestDevice *g = opaque;

    return page_gpa < g->window->size_B ?
           (uint8_t *)g->window->flat + page_gpa : NULL;
}

static void guest_host_dirty(void *opaque, uint64_t addr_gpa, uint32_t size_B)
{
    /* Flat windows have no generations: they count as written always. */
}

static int64_t guest_host_clock_ns(void *opaque)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void guest_host_timer_set(void *opaque, int64_t deadline_ns)
{
    GvirtGuestDevice *g = opaque;

    if (deadline_ns == INT64_MAX) {
        timer_del(g->timer);
    } else {
        timer_mod(g->timer, deadline_ns);
    }
}

static void guest_host_log(void *opaque, const char *message)
{
    GvirtGuestDevice *g = opaque;

    warn_report("%s: %s", g->host.name, message);
}

static const GvirtGuestHostOps guest_host_ops = {
    .page = guest_host_page,
    .dirty = guest_host_dirty,
    .clock_ns = guest_host_clock_ns,
    .timer_set = guest_host_timer_set,
    .log = guest_host_log,
};

static void guest_timer(void *opaque)
{
    GvirtGuestDevice *g = opaque;

    if (g->guest) {
        gvirt_guest_timer(g->guest);
    }
}

static void guest_event_irq(void *opaque, bool level)
{
    GvirtGuestDevice *g = opaque;

    if (g->guest) {
        gvirt_guest_irq(g->guest, level);
    }
}

static const GvirtGlueEvents guest_events = {
    .irq = guest_event_irq,
};

/* ---- the device ---- */

static bool guest_workload_known(const char *workload)
{
    const char *const *name = gvirt_guest_workloads();

    while (*name && strcmp(*name, workload) != 0) {
        name++;
    }
    return *name;
}

static bool guest_check(GvirtGuestDevice *g, Error **errp)
{
    if (!gvirt_vgpu_options_check(&g->options, errp)) {
        return false;
    }
    if (g->memory_size_B % MiB || g->memory_size_B > MEMORY_MAX_B ||
        g->memory_size_B < GVIRT_GUEST_MEMORY_MIN_B) {
        error_setg(errp, "memory=%" PRIu64 ": must be whole MiB from 16M to "
                   "1G", g->memory_size_B);
        return false;
    }
    if (!g->workload) {
        g->workload = g_strdup(gvirt_guest_workloads()[0]);
    }
    if (!guest_workload_known(g->workload)) {
        g_autofree char *names =
            g_strjoinv(", ", (char **)gvirt_guest_workloads());

        error_setg(errp, "workload=%s: must be one of %s", g->workload,
                   names);
        return false;
    }
    if (g->queue < 1 || g->queue > GVIRT_GUEST_QUEUE_MAX) {
        error_setg(errp, "queue=%u: must be 1 to %u", g->queue,
                   GVIRT_GUEST_QUEUE_MAX);
        return false;
    }
    if (g->interval_us < INTERVAL_MIN_US || g->interval_us > INTERVAL_MAX_US) {
        error_setg(errp, "interval=%u: must be %d to %d (microseconds)",
                   g->interval_us, INTERVAL_MIN_US, INTERVAL_MAX_US);
        return false;
    }
    if (g->hang_ms < HANG_MIN_MS || g->hang_ms > HANG_MAX_MS) {
        error_setg(errp, "hang-timeout=%u: must be %d to %d (milliseconds)",
                   g->hang_ms, HANG_MIN_MS, HANG_MAX_MS);
        return false;
    }
    return true;
}

/* Takes away what there is, in any state of the making. */
static void guest_take_down(GvirtGuestDevice *g)
{
    gvirt_guest_free(g->guest);
    g->guest = NULL;
    gvirt_vgpu_free(g->vgpu);
    g->vgpu = NULL;
    gvirt_glue_host_destroy(&g->host);
    if (g->mediator) {
        gvirt_mediator_glue_put(g->mediator);
        g->mediator = NULL;
    }
    if (g->window) {
        gvirt_machine_remove(&g->gpu->machine, g->window);
        g->window = NULL;
    }
    if (g->timer) {
        timer_free(g->timer);
        g->timer = NULL;
    }
}

static char *guest_make(GvirtGuestDevice *g)
{
    GvirtVgpuConfig vgpu_config = {
        .window_hpa = g->window->base_hpa,
        .window_size_B = g->window->size_B,
        .low_gm_B = g->options.low_gm_B,
        .high_gm_B = g->options.high_gm_B,
        .fences = g->options.fences,
        .weight = g->options.weight,
        .cap_percent = g->options.cap_percent,
    };
    GvirtGuestConfig config = {
        .memory_size_B = g->memory_size_B,
        .workload = g->workload,
        .queue = g->queue,
        .interval_ns = (int64_t)g->interval_us * 1000,
        .hang_ns = (int64_t)g->hang_ms * 1000000,
        .seed = g->seed,
    };
    char *message = NULL;

    g->vgpu = gvirt_vgpu_new(g->mediator->mediator, &g->host.host,
                             &vgpu_config, &message);
    if (!g->vgpu) {
        return message;
    }
    if (!config.seed) {
        config.seed = gvirt_vgpu_id(g->vgpu) * 0x9e3779b97f4a7c15ull;
    }
    g->guest = gvirt_guest_new(g->vgpu, &g->guest_host, &config, &message);
    return message;
}

static void guest_realize(DeviceState *dev, Error **errp)
{
    GvirtGuestDevice *g = GVIRT_GUEST(dev);
    g_autofree char *message = NULL;

    if (!guest_check(g, errp)) {
        return;
    }
    g->gpu = gvirt_gpu_device_get(g->gpu, errp);
    if (!g->gpu) {
        return;
    }
    g->mediator = gvirt_mediator_glue_get(g->gpu, errp);
    if (!g->mediator) {
        return;
    }
    g->window = gvirt_machine_add_flat(&g->gpu->machine, g->memory_size_B,
                                       errp);
    if (!g->window) {
        guest_take_down(g);
        return;
    }
    /* Its interrupts come from outside of the library, like a processor's. */
    gvirt_glue_host_init(&g->host, g->gpu, dev->id ? dev->id :
                         TYPE_GVIRT_GUEST, &guest_events, g, true);
    g->guest_host.ops = &guest_host_ops;
    g->guest_host.opaque = g;
    g->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, guest_timer, g);
    message = guest_make(g);
    if (message) {
        error_setg(errp, "%s", message);
        guest_take_down(g);
    }
}

static void guest_unrealize(DeviceState *dev)
{
    guest_take_down(GVIRT_GUEST(dev));
}

/* ---- properties ---- */

static const GvirtCounter guest_counters[] = {
    { "iterations", offsetof(GvirtGuestStats, iterations),
      "Iterations of the workload done and checked" },
    { "errors", offsetof(GvirtGuestStats, errors),
      "Wrong results, lost interrupts and hangs" },
    { "bytes", offsetof(GvirtGuestStats, bytes),
      "Bytes that engines wrote and that were right" },
    { "requests", offsetof(GvirtGuestStats, requests),
      "Requests submitted to rings" },
    { "interrupts", offsetof(GvirtGuestStats, interrupts),
      "Interrupts that the driver served" },
    { "vblanks", offsetof(GvirtGuestStats, vblanks),
      "Of them with a vertical blank" },
    { "hangs", offsetof(GvirtGuestStats, hangs),
      "Engines found hung, and reset" },
};

static void guest_get_counter(Object *obj, Visitor *v, const char *name,
                              void *opaque, Error **errp)
{
    GvirtGuestDevice *g = GVIRT_GUEST(obj);
    const GvirtCounter *counter = opaque;
    GvirtGuestStats stats = {};
    uint64_t value;

    if (g->guest) {
        gvirt_guest_stats(g->guest, &stats);
    }
    value = *(uint64_t *)((char *)&stats + counter->offset);
    visit_type_uint64(v, name, &value, errp);
}

static char *guest_get_last_error(Object *obj, Error **errp)
{
    GvirtGuestDevice *g = GVIRT_GUEST(obj);

    return g_strdup(g->guest ? gvirt_guest_last_error(g->guest) : "");
}

static char *guest_get_unknown(Object *obj, Error **errp)
{
    GvirtGuestDevice *g = GVIRT_GUEST(obj);

    return g->vgpu ? gvirt_vgpu_unknown_registers(g->vgpu) : g_strdup("");
}

static GvirtVgpu *guest_vgpu(Object *obj)
{
    return GVIRT_GUEST(obj)->vgpu;
}

static const VMStateDescription guest_vmstate = {
    .name = TYPE_GVIRT_GUEST,
    .unmigratable = 1,
};

static const Property guest_properties[] = {
    DEFINE_PROP_LINK("gpu", GvirtGuestDevice, gpu, TYPE_GVIRT_GPU,
                     GvirtGpuDevice *),
    DEFINE_PROP_SIZE("memory", GvirtGuestDevice, memory_size_B, 64 * MiB),
    DEFINE_PROP_SIZE("low-gm", GvirtGuestDevice, options.low_gm_B, 16 * MiB),
    DEFINE_PROP_SIZE("high-gm", GvirtGuestDevice, options.high_gm_B,
                     64 * MiB),
    DEFINE_PROP_UINT32("fences", GvirtGuestDevice, options.fences, 2),
    DEFINE_PROP_UINT32("weight", GvirtGuestDevice, options.weight, 100),
    DEFINE_PROP_UINT32("cap", GvirtGuestDevice, options.cap_percent, 0),
    DEFINE_PROP_STRING("workload", GvirtGuestDevice, workload),
    DEFINE_PROP_UINT32("queue", GvirtGuestDevice, queue, 2),
    DEFINE_PROP_UINT32("interval", GvirtGuestDevice, interval_us, 10000),
    DEFINE_PROP_UINT32("hang-timeout", GvirtGuestDevice, hang_ms, 10000),
    DEFINE_PROP_UINT64("seed", GvirtGuestDevice, seed, 0),
};

static void guest_class_init(ObjectClass *klass, GVIRT_CLASS_DATA void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    size_t i;

    dc->desc = "emulated guest on a vGPU, with a workload";
    dc->realize = guest_realize;
    dc->unrealize = guest_unrealize;
    dc->vmsd = &guest_vmstate;
    dc->user_creatable = true;
    device_class_set_props(dc, guest_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);

    for (i = 0; i < ARRAY_SIZE(guest_counters); i++) {
        object_class_property_add(klass, guest_counters[i].name, "uint64",
                                  guest_get_counter, NULL, NULL,
                                  (void *)&guest_counters[i]);
        object_class_property_set_description(klass, guest_counters[i].name,
                                              guest_counters[i].description);
    }
    object_class_property_add_str(klass, "last-error", guest_get_last_error,
                                  NULL);
    object_class_property_set_description(klass, "last-error",
        "What went wrong last, empty when nothing did");
    object_class_property_add_str(klass, "unknown-registers",
                                  guest_get_unknown, NULL);
    object_class_property_set_description(klass, "unknown-registers",
        "Offsets outside the register table that the guest touched");
    gvirt_vgpu_counters_add(klass, guest_vgpu);
}

static const TypeInfo guest_info = {
    .name = TYPE_GVIRT_GUEST,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(GvirtGuestDevice),
    .class_init = guest_class_init,
};

/* ---- plug and unplug at run time ---- */

/*
 * A device on no bus is plugged by its machine, and QEMU's machines know
 * nothing of ours. So once the machine stands, its class is asked by way of
 * us: for emulated guests there is a handler of our own, for all else there
 * is what there was.
 */
#define TYPE_GVIRT_GUEST_PLUG "gvirt-guest-plug"

static HotplugHandler *(*machine_handler)(MachineState *machine,
                                          DeviceState *dev);
static Object *guest_plug;

static HotplugHandler *guest_get_handler(MachineState *machine,
                                         DeviceState *dev)
{
    if (object_dynamic_cast(OBJECT(dev), TYPE_GVIRT_GUEST)) {
        return HOTPLUG_HANDLER(guest_plug);
    }
    return machine_handler ? machine_handler(machine, dev) : NULL;
}

static void guest_machine_done(Notifier *notifier, void *data)
{
    Object *machine = qdev_get_machine();
    MachineClass *mc;

    if (!object_dynamic_cast(machine, TYPE_MACHINE)) {
        return;
    }
    mc = MACHINE_GET_CLASS(machine);
    guest_plug = object_new(TYPE_GVIRT_GUEST_PLUG);
    machine_handler = mc->get_hotplug_handler;
    mc->get_hotplug_handler = guest_get_handler;
}

static Notifier guest_machine_notifier = {
    .notify = guest_machine_done,
};

static void guest_plug_class_init(ObjectClass *klass,
                                  GVIRT_CLASS_DATA void *data)
{
    HOTPLUG_HANDLER_CLASS(klass)->unplug = qdev_simple_device_unplug_cb;
}

static const TypeInfo guest_plug_info = {
    .name = TYPE_GVIRT_GUEST_PLUG,
    .parent = TYPE_OBJECT,
    .class_init = guest_plug_class_init,
    .interfaces = (GVIRT_INTERFACES InterfaceInfo[]) {
        { TYPE_HOTPLUG_HANDLER },
        { },
    },
};

static void guest_register_types(void)
{
    type_register_static(&guest_info);
    type_register_static(&guest_plug_info);
    qemu_add_machine_init_done_notifier(&guest_machine_notifier);
}

type_init(guest_register_types)
