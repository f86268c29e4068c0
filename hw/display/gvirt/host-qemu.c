/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host operations of host.h on QEMU: memory, the virtual clock, a timer,
 * and events that are brought to the main loop.
 */
#include "qemu/osdep.h"
#include "hw/gvirt/commands.h"
#include "hw/gvirt/glue-qemu.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "trace/control.h"
#include "trace/trace-hw_gvirt_trace.h"

void gvirt_soon_init(GvirtSoon *soon, void (*call)(void *opaque),
                     void *opaque)
{
    if (icount_enabled()) {
        soon->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, call, opaque);
    } else {
        soon->bh = qemu_bh_new(call, opaque);
    }
}

void gvirt_soon_destroy(GvirtSoon *soon)
{
    if (soon->timer) {
        timer_free(soon->timer);
    }
    if (soon->bh) {
        qemu_bh_delete(soon->bh);
    }
    *soon = (GvirtSoon){ 0 };
}

void gvirt_soon(GvirtSoon *soon, int64_t delay_ns)
{
    if (soon->timer) {
        timer_mod_anticipate_ns(soon->timer, delay_ns +
                                qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    } else {
        qemu_bh_schedule(soon->bh);
    }
}

static void *glue_map(void *opaque, uint64_t page_hpa, bool write)
{
    GvirtGlueHost *host = opaque;

    return gvirt_machine_map(&host->gpu->machine, page_hpa, write,
                             &(uint64_t){ GVIRT_PAGE_SIZE_B });
}

static void *glue_map_run(void *opaque, uint64_t page_hpa, bool write,
                          uint64_t *run_B)
{
    GvirtGlueHost *host = opaque;

    return gvirt_machine_map(&host->gpu->machine, page_hpa, write, run_B);
}

static void glue_dirty(void *opaque, uint64_t addr_hpa, uint32_t size_B)
{
    GvirtGlueHost *host = opaque;

    gvirt_machine_dirty(&host->gpu->machine, addr_hpa, size_B);
}

static uint32_t glue_page_gen(void *opaque, uint64_t page_hpa)
{
    GvirtGlueHost *host = opaque;

    return gvirt_machine_page_gen(&host->gpu->machine, page_hpa);
}

static void glue_sync_dirty(void *opaque, uint64_t addr_hpa, uint64_t size_B)
{
    GvirtGlueHost *host = opaque;

    host->gpu->machine.epoch++;
}

static int64_t glue_clock_ns(void *opaque)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static int64_t glue_work_ns(void *opaque)
{
    GvirtGlueHost *host = opaque;

    return gvirt_gpu_device_work_ns(host->gpu);
}

static void glue_timer_set(void *opaque, int64_t deadline_ns)
{
    GvirtGlueHost *host = opaque;

    if (deadline_ns == INT64_MAX) {
        timer_del(host->timer);
    } else {
        timer_mod(host->timer, deadline_ns);
    }
}

static void glue_kick(void *opaque)
{
    GvirtGlueHost *host = opaque;

    gvirt_gpu_device_kick(host->gpu);
}

/* In the main loop, with the big lock, memory stays while we run. */
static bool glue_in_worker(const GvirtGlueHost *host)
{
    return host->gpu->threaded && !bql_locked();
}

static void glue_offline(void *opaque)
{
    GvirtGlueHost *host = opaque;

    if (glue_in_worker(host)) {
        gvirt_machine_offline(&host->gpu->machine);
    }
}

static bool glue_online(void *opaque)
{
    GvirtGlueHost *host = opaque;

    return glue_in_worker(host) && gvirt_machine_online(&host->gpu->machine);
}

static void glue_irq(void *opaque, bool level)
{
    GvirtGlueHost *host = opaque;

    /* A receiver that may be told at once is, when we are in its lock. */
    if (!host->defer && bql_locked()) {
        host->events->irq(host->opaque, level);
        return;
    }
    qemu_mutex_lock(&host->lock);
    host->irq_pending = true;
    host->irq_rises += level;
    host->irq_level = level;
    qemu_mutex_unlock(&host->lock);
    gvirt_soon(&host->soon, 0);
}

static void glue_aperture_changed(void *opaque, uint32_t first_page,
                                  uint32_t page_count)
{
    GvirtGlueHost *host = opaque;

    if (!host->events->aperture_changed) {
        return;
    }
    if (bql_locked()) {
        host->events->aperture_changed(host->opaque, first_page, page_count);
        return;
    }
    qemu_mutex_lock(&host->lock);
    host->aperture_first = MIN(host->aperture_first, first_page);
    host->aperture_last = MAX(host->aperture_last,
                              first_page + page_count - 1);
    qemu_mutex_unlock(&host->lock);
    gvirt_soon(&host->soon, 0);
}

static void glue_display_changed(void *opaque)
{
    GvirtGlueHost *host = opaque;

    qemu_mutex_lock(&host->lock);
    host->display_pending = true;
    qemu_mutex_unlock(&host->lock);
    gvirt_soon(&host->soon, 0);
}

static void glue_log(void *opaque, GvirtLogKind kind, const char *message)
{
    GvirtGlueHost *host = opaque;

    qemu_log_mask(kind == GVIRT_LOG_UNIMP ? LOG_UNIMP : LOG_GUEST_ERROR,
                  "%s: %s\n", host->name, message);
}

static void glue_trace(void *opaque, GvirtTraceEvent event, uint64_t a,
                       uint64_t b, uint64_t c, uint64_t d)
{
    switch (event) {
#define T(name, ...)                        \
    case GVIRT_TRACE_##name:                \
        trace_gvirt_##name(a, b, c, d);     \
        break;
#include "hw/gvirt/trace.def"
#undef T
    default:
        break;
    }
}

/* One line: the fields of a command are separated by semicolons. */
static void glue_trace_command(void *opaque, GvirtEngineId engine,
                               uint64_t addr, const uint32_t *dw,
                               uint32_t len_dw)
{
    if (trace_event_get_state_backends(TRACE_GVIRT_COMMAND_WORDS)) {
        g_autofree char *words =
            gvirt_command_describe(engine, GVIRT_SPACE_PPGTT, dw, len_dw);
        g_auto(GStrv) line = g_strsplit(g_strchomp(words), "\n  ", -1);
        g_autofree char *joined = g_strjoinv("; ", line);

        trace_gvirt_command_words(engine, addr, joined);
    }
    if (trace_event_get_state_backends(TRACE_GVIRT_COMMAND_DWORDS)) {
        g_autoptr(GString) text = g_string_new(NULL);
        uint32_t i;

        for (i = 0; i < len_dw; i++) {
            g_string_append_printf(text, "%s%08x", i ? " " : "", dw[i]);
        }
        trace_gvirt_command_dwords(engine, addr, text->str);
    }
}

static const GvirtHostOps glue_ops = {
    .map = glue_map,
    .map_run = glue_map_run,
    .dirty = glue_dirty,
    .page_gen = glue_page_gen,
    .sync_dirty = glue_sync_dirty,
    .clock_ns = glue_clock_ns,
    .work_ns = glue_work_ns,
    .timer_set = glue_timer_set,
    .kick = glue_kick,
    .offline = glue_offline,
    .online = glue_online,
    .irq = glue_irq,
    .aperture_changed = glue_aperture_changed,
    .display_changed = glue_display_changed,
    .log = glue_log,
    .trace = glue_trace,
    .trace_command = glue_trace_command,
};

static void glue_tell(void *opaque)
{
    GvirtGlueHost *host = opaque;
    const GvirtGlueEvents *events = host->events;
    bool irq, level, display;
    unsigned rises;
    uint32_t first, last;

    qemu_mutex_lock(&host->lock);
    irq = host->irq_pending;
    level = host->irq_level;
    rises = host->irq_rises;
    display = host->display_pending;
    first = host->aperture_first;
    last = host->aperture_last;
    host->irq_pending = false;
    host->irq_rises = 0;
    host->display_pending = false;
    host->aperture_first = UINT32_MAX;
    host->aperture_last = 0;
    qemu_mutex_unlock(&host->lock);

    if (irq && events->irq) {
        /* A fall and a rise in one go are an edge of their own. */
        if (level && rises) {
            events->irq(host->opaque, false);
        }
        events->irq(host->opaque, level);
    }
    if (first <= last && events->aperture_changed) {
        events->aperture_changed(host->opaque, first, last - first + 1);
    }
    if (display && events->display_changed) {
        events->display_changed(host->opaque);
    }
}

static void glue_timer(void *opaque)
{
    GvirtGlueHost *host = opaque;

    if (host->events->timer) {
        host->events->timer(host->opaque);
    }
}

/* Whether anybody listens to any of our events of this name. */
static bool glue_traced(const char *pattern)
{
    TraceEventIter iter;
    TraceEvent *event;

    trace_event_iter_init_pattern(&iter, pattern);
    while ((event = trace_event_iter_next(&iter))) {
        if (trace_event_get_state_static(event) &&
            trace_event_get_state_dynamic(event)) {
            return true;
        }
    }
    return false;
}

void gvirt_glue_host_init(GvirtGlueHost *host, GvirtGpuDevice *gpu,
                          const char *name, const GvirtGlueEvents *events,
                          void *opaque, bool defer)
{
    host->host.ops = &glue_ops;
    host->host.opaque = host;
    host->host.trace_enabled = glue_traced("gvirt_*");
    host->host.trace_commands = glue_traced("gvirt_command_*");
    host->gpu = gpu;
    host->name = name;
    host->events = events;
    host->opaque = opaque;
    host->defer = defer;
    host->aperture_first = UINT32_MAX;
    qemu_mutex_init(&host->lock);
    gvirt_soon_init(&host->soon, glue_tell, host);
    host->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, glue_timer, host);
}

void gvirt_glue_host_destroy(GvirtGlueHost *host)
{
    if (host->timer) {
        timer_free(host->timer);
        gvirt_soon_destroy(&host->soon);
        qemu_mutex_destroy(&host->lock);
        host->timer = NULL;
    }
}
