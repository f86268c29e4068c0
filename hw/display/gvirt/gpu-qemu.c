/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-gpu: the device that holds the hardware, on no bus.
 *
 * Properties:
 *   timing=functional|model    when work completes: at once, or when the
 *                              modelled time is reached (functional)
 *   max-clock=MHZ              the GT's highest clock, 350..1350 (1250)
 *   swizzle=on|off             equal DIMMs: bit-6 swizzling (off)
 *   window=SIZE                room of one guest's memory in the machine
 *                              address space of 512 GiB (32G)
 *
 * The engines work on a thread of their own; under -icount they work in the
 * main loop, so that a run is deterministic, and so they do behind an IOMMU,
 * which may not be asked without the big lock: it interrupts when it refuses.
 */
#include "qemu/osdep.h"
#include "hw/gvirt/glue-qemu.h"
#include "hw/qdev-properties.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/cutils.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qemu/rcu.h"
#include "qemu/units.h"
#include "system/runstate.h"

#define OWN_NAME            "gvirt-gpu" /* in the machine: made for a function */

#define RUN_BUDGET          65536   /* commands before we may be stopped */
#define RUN_BUDGET_INLINE   4096
#define RUN_PERIOD_NS       10000   /* of so many, with timing=functional */

#define RUN_BUDGET_GUARDED  16      /* behind an IOMMU, between looks at ... */
#define RUN_GUARDED_NS      (2 * SCALE_MS)      /* ... the host's clock */
#define REST_GUARDED_NS     (SCALE_MS / 2)      /* without the big lock */

/* What the time from a kick to the worker's run counts for, at most. */
#define KICK_COUNTS_NS      (4 * SCALE_MS)

/* The processor time of this thread; where that is not told, real time. */
static int64_t thread_ns(void)
{
#ifdef _POSIX_THREAD_CPUTIME
    struct timespec ts;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts) == 0) {
        return ts.tv_sec * NANOSECONDS_PER_SECOND + ts.tv_nsec;
    }
#endif
    return get_clock();
}

/*
 * The clock that the work clock goes by: while there is work, the worker's, or
 * that of the turns in the main loop.
 */
static int64_t gpu_work_source_ns(const GvirtGpuDevice *gpu)
{
    struct timespec ts;

    if (gpu->guarded && !gpu->resting) {
        return gpu->turns_ns;
    }
    if (gpu->has_work_clock && !gpu->resting &&
        clock_gettime(gpu->work_clock, &ts) == 0) {
        return ts.tv_sec * NANOSECONDS_PER_SECOND + ts.tv_nsec;
    }
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static int64_t gpu_work_ns(const GvirtGpuDevice *gpu)
{
    return gpu->work_base_ns + gpu_work_source_ns(gpu) - gpu->work_from_ns;
}

/*
 * From the kick to the worker's run no clock goes: the host may be long about
 * it. But who has nothing but waiting to do, and is kicked all the time, would
 * stop the clock: when the worker rests again, with that still waiting, a part
 * of it is counted. Work that was done in that run is past all limits.
 */
static void gpu_set_resting(GvirtGpuDevice *gpu, bool resting)
{
    if (gpu->resting != resting) {
        gpu->work_base_ns = gpu_work_ns(gpu);
        gpu->resting = resting;
        gpu->work_from_ns = gpu_work_source_ns(gpu);
        if (resting) {
            gpu->work_base_ns += MIN(gpu->late_ns, KICK_COUNTS_NS);
            gpu->late_ns = 0;
            gpu->kicked_ns = 0;
        } else {
            gpu->kicked_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        }
    }
}

/* By the worker, in its lock, when it goes to work. */
static void gpu_count_late(GvirtGpuDevice *gpu)
{
    if (gpu->kicked_ns) {
        gpu->late_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - gpu->kicked_ns;
        gpu->kicked_ns = 0;
    }
}

/*
 * In the main loop, and with it: for a while, then the others. A lock that is
 * given up and taken again at once has nobody else take it in between, so we
 * sleep: work without an end would keep processors from all their registers.
 */
static void gpu_run_guarded(GvirtGpuDevice *gpu)
{
    int64_t end_ns = get_clock() + RUN_GUARDED_NS;
    int64_t begin_ns = thread_ns();
    bool more;

    if (!gpu->guarded) {
        gvirt_gpu_device_kick(gpu);
        return;
    }
    if (timer_pending(gpu->rest)) {
        return;
    }
    qemu_mutex_lock(&gpu->lock);
    gpu->kicked = false;
    gpu_count_late(gpu);
    qemu_mutex_unlock(&gpu->lock);
    do {
        more = gvirt_gpu_run(gpu->gpu, RUN_BUDGET_GUARDED);
    } while (more && get_clock() < end_ns);
    qemu_mutex_lock(&gpu->lock);
    gpu->turns_ns += thread_ns() - begin_ns;
    if (!more && !gpu->kicked) {
        gpu_set_resting(gpu, true);
    }
    qemu_mutex_unlock(&gpu->lock);
    if (more) {
        timer_mod(gpu->rest, qemu_clock_get_ns(QEMU_CLOCK_REALTIME) +
                  REST_GUARDED_NS);
    }
}

/*
 * With timing=model the work of one moment has an end: it does not run far
 * ahead of the clock. Else the clock has to go on, for the guest to.
 */
static void gpu_run_inline(void *opaque)
{
    GvirtGpuDevice *gpu = opaque;

    if (gpu->threaded) {
        gpu_run_guarded(gpu);
        return;
    }
    if (gvirt_gpu_run(gpu->gpu, RUN_BUDGET_INLINE)) {
        gvirt_soon(&gpu->run, gpu->model ? 0 : RUN_PERIOD_NS);
    }
}

/* By the worker, in its lock. Where there is no such clock, all time counts. */
static void gpu_find_work_clock(GvirtGpuDevice *gpu)
{
    gpu_set_resting(gpu, true);
#ifdef _POSIX_THREAD_CPUTIME
    gpu->has_work_clock =
        pthread_getcpuclockid(pthread_self(), &gpu->work_clock) == 0;
#endif
    gpu_set_resting(gpu, false);
}

int64_t gvirt_gpu_device_work_ns(GvirtGpuDevice *gpu)
{
    int64_t work_ns;

    qemu_mutex_lock(&gpu->lock);
    work_ns = gpu_work_ns(gpu);
    qemu_mutex_unlock(&gpu->lock);
    return work_ns;
}

static void *gpu_worker(void *opaque)
{
    GvirtGpuDevice *gpu = opaque;
    bool more;

    rcu_register_thread();
    qemu_mutex_lock(&gpu->lock);
    gpu_find_work_clock(gpu);
    while (!gpu->stop) {
        if (!gpu->kicked || gpu->guarded) {
            gpu_set_resting(gpu, true);
            qemu_cond_wait(&gpu->cond, &gpu->lock);
            continue;
        }
        gpu->kicked = false;
        gpu->busy = true;
        gpu_count_late(gpu);
        qemu_mutex_unlock(&gpu->lock);
        do {
            /* Memory that goes away stays until we are offline. */
            if (gvirt_machine_online(&gpu->machine)) {
                gvirt_gpu_memory_changed(gpu->gpu);
            }
            more = gvirt_gpu_run(gpu->gpu, RUN_BUDGET);
            gvirt_machine_offline(&gpu->machine);
        } while (more && !qatomic_read(&gpu->stop) &&
                 !qatomic_read(&gpu->guarded));
        qemu_mutex_lock(&gpu->lock);
        gpu->kicked |= more;
        gpu->busy = false;
        qemu_cond_broadcast(&gpu->cond);
    }
    qemu_mutex_unlock(&gpu->lock);
    rcu_unregister_thread();
    return NULL;
}

void gvirt_gpu_device_kick(GvirtGpuDevice *gpu)
{
    bool guarded;

    if (!gpu->threaded) {
        gvirt_soon(&gpu->run, 0);
        return;
    }
    qemu_mutex_lock(&gpu->lock);
    gpu->kicked = true;
    /* From now on it is not idle, though it may be long until it runs. */
    gpu_set_resting(gpu, false);
    guarded = gpu->guarded;
    if (!guarded) {
        qemu_cond_broadcast(&gpu->cond);
    }
    qemu_mutex_unlock(&gpu->lock);
    if (guarded) {
        gvirt_soon(&gpu->run, 0);
    }
}

/* A stopped machine has still engines: for snapshots, and for debugging. */
static void gpu_vm_state(void *opaque, bool running, RunState state)
{
    GvirtGpuDevice *gpu = opaque;

    if (running && gpu->vm_paused) {
        gpu->vm_paused = false;
        gvirt_gpu_resume(gpu->gpu);
    } else if (!running && !gpu->vm_paused) {
        gpu->vm_paused = true;
        gvirt_gpu_pause(gpu->gpu);
    }
}

/* Events of the hardware go to whoever has claimed it. */
static void gpu_event_irq(void *opaque, bool level)
{
    GvirtGpuDevice *gpu = opaque;

    if (gpu->user_events && gpu->user_events->irq) {
        gpu->user_events->irq(gpu->user, level);
    }
}

static void gpu_event_aperture(void *opaque, uint32_t first_page,
                               uint32_t page_count)
{
    GvirtGpuDevice *gpu = opaque;

    if (gpu->user_events && gpu->user_events->aperture_changed) {
        gpu->user_events->aperture_changed(gpu->user, first_page, page_count);
    }
}

static void gpu_event_display(void *opaque)
{
    GvirtGpuDevice *gpu = opaque;

    if (gpu->user_events && gpu->user_events->display_changed) {
        gpu->user_events->display_changed(gpu->user);
    }
}

static void gpu_event_timer(void *opaque)
{
    GvirtGpuDevice *gpu = opaque;

    gvirt_gpu_timer(gpu->gpu);
}

static const GvirtGlueEvents gpu_events = {
    .irq = gpu_event_irq,
    .aperture_changed = gpu_event_aperture,
    .display_changed = gpu_event_display,
    .timer = gpu_event_timer,
};

static void gpu_memory_changed(void *opaque)
{
    GvirtGpuDevice *gpu = opaque;

    if (gpu->gpu) {
        /* Another process's memory is unmapped as soon as we return. */
        gvirt_gpu_pause(gpu->gpu);
        gvirt_machine_forget(&gpu->machine);
        gvirt_gpu_memory_changed(gpu->gpu);
        if (gpu->user_events && gpu->user_events->memory_changed) {
            gpu->user_events->memory_changed(gpu->user);
        }
        gvirt_gpu_resume(gpu->gpu);
    } else {
        gvirt_machine_forget(&gpu->machine);
    }
}

/* The worker has to be out of the hardware before the IOMMU translates. */
static void gpu_guarded(void *opaque, bool guarded)
{
    GvirtGpuDevice *gpu = opaque;

    if (!gpu->gpu || !gpu->threaded) {
        gpu->guarded = guarded;
        return;
    }
    gvirt_gpu_pause_out(gpu->gpu);
    qemu_mutex_lock(&gpu->lock);
    gpu->work_base_ns = gpu_work_ns(gpu);
    qatomic_set(&gpu->guarded, guarded);
    gpu->work_from_ns = gpu_work_source_ns(gpu);
    while (gpu->busy) {
        qemu_cond_wait(&gpu->cond, &gpu->lock);
    }
    qemu_mutex_unlock(&gpu->lock);
    gvirt_gpu_resume(gpu->gpu);
}

bool gvirt_gpu_device_claim(GvirtGpuDevice *gpu, GvirtGpuUse use,
                            const GvirtGlueEvents *events, void *opaque,
                            Error **errp)
{
    const char *id = DEVICE(gpu)->id ? DEVICE(gpu)->id : "the GPU";

    if (gpu->use == GVIRT_USE_WHOLE ||
        (gpu->use == GVIRT_USE_MEDIATED && use == GVIRT_USE_WHOLE)) {
        error_setg(errp, "%s is taken: %s; add another gvirt-gpu and name it "
                   "with gpu=", id, gpu->use == GVIRT_USE_WHOLE ?
                   "a gvirt-passthrough has all of it" :
                   "vGPUs share it already");
        return false;
    }
    if (gpu->users++ == 0) {
        gpu->use = use;
        gpu->user_events = events;
        gpu->user = opaque;
    }
    return true;
}

void gvirt_gpu_device_release(GvirtGpuDevice *gpu)
{
    if (--gpu->users == 0) {
        gpu->use = GVIRT_USE_NONE;
        gpu->user_events = NULL;
        gpu->user = NULL;
    }
}

GvirtGpuDevice *gvirt_gpu_device_get(GvirtGpuDevice *named, Error **errp)
{
    bool ambiguous = false;
    Object *object;
    DeviceState *dev;

    if (named) {
        return named;
    }
    object = object_resolve_path_type("", TYPE_GVIRT_GPU, &ambiguous);
    if (ambiguous) {
        error_setg(errp, "there are several gvirt-gpu devices: "
                   "name one with gpu=ID");
        return NULL;
    }
    if (object) {
        object_ref(object);
        return GVIRT_GPU(object);
    }
    dev = qdev_new(TYPE_GVIRT_GPU);
    /* It comes with the device that needs it, at whatever time that is. */
    dev->hotplugged = 0;
    object_property_add_child(qdev_get_machine(), OWN_NAME, OBJECT(dev));
    if (!qdev_realize(dev, NULL, errp)) {
        object_unparent(OBJECT(dev));
        object_unref(OBJECT(dev));
        return NULL;
    }
    return GVIRT_GPU(dev);
}

static void gpu_realize(DeviceState *dev, Error **errp)
{
    GvirtGpuDevice *gpu = GVIRT_GPU(dev);
    GvirtGpuConfig config = {
        .max_clock_mhz = gpu->max_clock_mhz,
        .swizzle = gpu->swizzle,
    };
    Object *made;

    made = object_resolve_path_component(qdev_get_machine(), OWN_NAME);
    if (made && made != OBJECT(dev)) {
        error_setg(errp, "a device before it has a gvirt-gpu of its own "
                   "already; put gvirt-gpu first");
        return;
    }
    if (!gpu->timing || !strcmp(gpu->timing, "functional")) {
        config.timing = GVIRT_TIMING_FUNCTIONAL;
    } else if (!strcmp(gpu->timing, "model")) {
        config.timing = GVIRT_TIMING_MODEL;
    } else {
        error_setg(errp, "timing=%s: must be functional or model",
                   gpu->timing);
        return;
    }
    if (gpu->max_clock_mhz < 350 || gpu->max_clock_mhz > 1350 ||
        gpu->max_clock_mhz % 50) {
        error_setg(errp, "max-clock=%u: must be 350 to 1350 in steps of 50",
                   gpu->max_clock_mhz);
        return;
    }
    if (gpu->window_size_B < 8 * GiB || gpu->window_size_B > 256 * GiB ||
        !is_power_of_2(gpu->window_size_B)) {
        error_setg(errp, "window=%" PRIu64 ": must be a power of two from 8G "
                   "to 256G", gpu->window_size_B);
        return;
    }

    gvirt_machine_init(&gpu->machine, gpu->window_size_B, gpu_memory_changed,
                       gpu_guarded, gpu);
    gvirt_glue_host_init(&gpu->host, gpu, dev->id ? dev->id : TYPE_GVIRT_GPU,
                         &gpu_events, gpu, true);
    qemu_mutex_init(&gpu->lock);
    qemu_cond_init(&gpu->cond);
    gpu->threaded = !icount_enabled();
    gpu->resting = true;
    gpu->work_from_ns = gpu_work_source_ns(gpu);
    gpu->model = config.timing == GVIRT_TIMING_MODEL;
    gvirt_soon_init(&gpu->run, gpu_run_inline, gpu);
    gpu->rest = timer_new_ns(QEMU_CLOCK_REALTIME, gpu_run_inline, gpu);
    gpu->gpu = gvirt_gpu_new(&gpu->host.host, &config);
    if (gpu->threaded) {
        qemu_thread_create(&gpu->worker, "gvirt-gpu", gpu_worker, gpu,
                           QEMU_THREAD_JOINABLE);
    }
    gpu->vmstate = qemu_add_vm_change_state_handler(gpu_vm_state, gpu);
}

static void gpu_unrealize(DeviceState *dev)
{
    GvirtGpuDevice *gpu = GVIRT_GPU(dev);

    qemu_del_vm_change_state_handler(gpu->vmstate);
    if (gpu->threaded) {
        /* A blit under way, or halfway in a stopped machine, ends here. */
        gvirt_gpu_reset(gpu->gpu);
        qemu_mutex_lock(&gpu->lock);
        qatomic_set(&gpu->stop, true);
        qemu_cond_broadcast(&gpu->cond);
        qemu_mutex_unlock(&gpu->lock);
        qemu_thread_join(&gpu->worker);
    }
    gvirt_soon_destroy(&gpu->run);
    timer_free(gpu->rest);
    gvirt_gpu_free(gpu->gpu);
    gpu->gpu = NULL;
    gvirt_glue_host_destroy(&gpu->host);
    gvirt_machine_destroy(&gpu->machine);
    qemu_cond_destroy(&gpu->cond);
    qemu_mutex_destroy(&gpu->lock);
}

static const GvirtCounter gpu_counters[] = {
    { "rcs-commands", offsetof(GvirtGpuStats, commands[GVIRT_RCS]),
      "Commands that the render engine has done" },
    { "vcs-commands", offsetof(GvirtGpuStats, commands[GVIRT_VCS]),
      "Commands that the video engine has done" },
    { "bcs-commands", offsetof(GvirtGpuStats, commands[GVIRT_BCS]),
      "Commands that the blitter has done" },
    { "vecs-commands", offsetof(GvirtGpuStats, commands[GVIRT_VECS]),
      "Commands that the video enhancement engine has done" },
    { "rcs-clocks", offsetof(GvirtGpuStats, busy_clk[GVIRT_RCS]),
      "Modelled clocks that the render engine was busy" },
    { "vcs-clocks", offsetof(GvirtGpuStats, busy_clk[GVIRT_VCS]),
      "Modelled clocks that the video engine was busy" },
    { "bcs-clocks", offsetof(GvirtGpuStats, busy_clk[GVIRT_BCS]),
      "Modelled clocks that the blitter was busy" },
    { "vecs-clocks", offsetof(GvirtGpuStats, busy_clk[GVIRT_VECS]),
      "Modelled clocks that the video enhancement engine was busy" },
    { "blit-bytes", offsetof(GvirtGpuStats, blit_bytes),
      "Bytes that the blitter has written" },
    { "primitives-skipped", offsetof(GvirtGpuStats, primitives_skipped),
      "Primitives and walkers completed without being drawn" },
    { "faults", offsetof(GvirtGpuStats, faults),
      "Accesses to pages that are not present" },
    { "interrupts", offsetof(GvirtGpuStats, interrupts),
      "Rising edges of the interrupt line" },
    { "aperture-traps", offsetof(GvirtGpuStats, aperture_traps),
      "Aperture accesses that the hardware served itself" },
    { "context-switches", offsetof(GvirtGpuStats, context_switches),
      "MI_SET_CONTEXT that switched" },
    { "denied-commands", offsetof(GvirtGpuStats, denied_commands),
      "Commands made no-ops for want of privilege" },
};

static void gpu_get_counter(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    GvirtGpuDevice *gpu = GVIRT_GPU(obj);
    const GvirtCounter *counter = opaque;
    GvirtGpuStats stats = {};
    uint64_t value;

    if (gpu->gpu) {
        gvirt_gpu_stats(gpu->gpu, &stats);
    }
    value = *(uint64_t *)((char *)&stats + counter->offset);
    visit_type_uint64(v, name, &value, errp);
}

static char *gpu_get_unknown(Object *obj, Error **errp)
{
    GvirtGpuDevice *gpu = GVIRT_GPU(obj);
    char *list = gpu->gpu ? gvirt_gpu_unknown_registers(gpu->gpu) : NULL;

    return list ? list : g_strdup("");
}

static const Property gpu_properties[] = {
    DEFINE_PROP_STRING("timing", GvirtGpuDevice, timing),
    DEFINE_PROP_UINT32("max-clock", GvirtGpuDevice, max_clock_mhz, 1250),
    DEFINE_PROP_BOOL("swizzle", GvirtGpuDevice, swizzle, false),
    DEFINE_PROP_SIZE("window", GvirtGpuDevice, window_size_B, 32 * GiB),
};

static void gpu_class_init(ObjectClass *klass, GVIRT_CLASS_DATA void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    size_t i;

    dc->desc = "Haswell GT2 GPU (hardware model)";
    dc->realize = gpu_realize;
    dc->unrealize = gpu_unrealize;
    dc->hotpluggable = false;
    dc->user_creatable = true;
    device_class_set_props(dc, gpu_properties);
    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);

    for (i = 0; i < ARRAY_SIZE(gpu_counters); i++) {
        object_class_property_add(klass, gpu_counters[i].name, "uint64",
                                  gpu_get_counter, NULL, NULL,
                                  (void *)&gpu_counters[i]);
        object_class_property_set_description(klass, gpu_counters[i].name,
                                              gpu_counters[i].description);
    }
    object_class_property_add_str(klass, "unknown-registers",
                                  gpu_get_unknown, NULL);
    object_class_property_set_description(klass, "unknown-registers",
        "Offsets outside the register table that were touched");
}

static const TypeInfo gpu_info = {
    .name = TYPE_GVIRT_GPU,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(GvirtGpuDevice),
    .class_init = gpu_class_init,
};

static void gpu_register_types(void)
{
    type_register_static(&gpu_info);
}

type_init(gpu_register_types)
