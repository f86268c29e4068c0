/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host operations: all that the hardware and the mediator ask of whoever
 * runs them (QEMU, a unit test, a fuzzer, a benchmark).
 *
 * Rules:
 *  - an operation must not call back into the library before it returns
 *    (defer to a bottom half, a flag, an event loop);
 *  - any of them may be called from the thread that runs gvirt_gpu_run(), and
 *    two threads' calls may overtake each other: irq says that something has
 *    changed, gvirt_gpu_irq_level() what holds now.
 */
#ifndef HW_GVIRT_HOST_H
#define HW_GVIRT_HOST_H

#include "hw/gvirt/common.h"

typedef enum GvirtLogKind {
    GVIRT_LOG_GUEST_ERROR,
    GVIRT_LOG_UNIMP,
} GvirtLogKind;

/* Trace events, see trace.def */
typedef enum GvirtTraceEvent {
#define T(name, ...) GVIRT_TRACE_##name,
#include "hw/gvirt/trace.def"
#undef T
    GVIRT_TRACE_COUNT,
} GvirtTraceEvent;

typedef struct GvirtHostOps {
    /*
     * The host pointer of the page at page_hpa (4 KiB aligned), for reading
     * or for writing, NULL where there is no memory (a hole, ROM on write, a
     * device). It stays valid until gvirt_gpu_memory_changed().
     */
    void *(*map)(void *opaque, uint64_t page_hpa, bool write);

    /*
     * The same, and how many bytes up to *run_B follow the pointer in the
     * host's memory as they follow page_hpa. May be NULL.
     */
    void *(*map_run)(void *opaque, uint64_t page_hpa, bool write,
                     uint64_t *run_B);

    /* size_B bytes at addr_hpa have been written, on one page or several. */
    void (*dirty)(void *opaque, uint64_t addr_hpa, uint32_t size_B);

    /*
     * Generation of a page: differs from the last answer when the page has
     * been written since, by whomever. 0: unknown, take it as written.
     * sync_dirty announces that pages of this range will be asked for next;
     * it may be NULL, and so may page_gen.
     */
    uint32_t (*page_gen)(void *opaque, uint64_t page_hpa);
    void (*sync_dirty)(void *opaque, uint64_t addr_hpa, uint64_t size_B);

    /* The virtual clock in ns, monotonic; never the wall clock. */
    int64_t (*clock_ns)(void *opaque);

    /*
     * How much time the engines have had, in ns: a clock that goes on with
     * clock_ns while gvirt_gpu_run() has nothing to do, and while it has, with
     * the processor time of the thread that calls it. What a busy host does
     * not let work is not late by this clock. NULL: as clock_ns.
     */
    int64_t (*work_ns)(void *opaque);

    /*
     * One-shot timer on the virtual clock: at deadline_ns call
     * gvirt_gpu_timer() (or gvirt_mediator_timer(), by whose host it is).
     * INT64_MAX cancels. Like irq, called within the library: it may not call
     * back at once.
     */
    void (*timer_set)(void *opaque, int64_t deadline_ns);

    /* There is work for the engines: call gvirt_gpu_run() soon. */
    void (*kick)(void *opaque);

    /*
     * Called by gvirt_gpu_run() now and then, and around its waits: from
     * offline to online no pointer of map() is in use. online says whether
     * memory may have gone since such pointers were asked for; then all are
     * forgotten. Both or none.
     */
    void (*offline)(void *opaque);
    bool (*online)(void *opaque);

    /* The level of the interrupt line has changed. */
    void (*irq)(void *opaque, bool level);

    /*
     * The translation or fencing of these aperture pages has changed: what
     * was mapped through must be dropped, gvirt_*_aperture_page() asked anew.
     */
    void (*aperture_changed)(void *opaque, uint32_t first_page,
                             uint32_t page_count);

    /* The mode, or which pipe drives a monitor, has changed. May be NULL. */
    void (*display_changed)(void *opaque);

    void (*log)(void *opaque, GvirtLogKind kind, const char *message);
    void (*trace)(void *opaque, GvirtTraceEvent event, uint64_t a, uint64_t b,
                  uint64_t c, uint64_t d);

    /*
     * A command that is about to run, all its len_dw dwords in host byte
     * order, at addr of the ring or batch. Called when trace_commands is set;
     * may be NULL.
     */
    void (*trace_command)(void *opaque, GvirtEngineId engine, uint64_t addr,
                          const uint32_t *dw, uint32_t len_dw);
} GvirtHostOps;

#define GVIRT_UNIMP_KINDS   1024

/* Mistakes that are told in a second of the host's clock. */
#define GVIRT_ERRORS_A_SECOND   1000

/* Zeroed at first, and not in read-only memory: what was logged is noted. */
typedef struct GvirtHost {
    const GvirtHostOps *ops;
    void *opaque;
    bool trace_enabled;         /* the host may flip it at any time */
    bool trace_commands;        /* as well */
    guint unimp_seen[GVIRT_UNIMP_KINDS];    /* hashes; gvirt_log_unimp's */
    guint errors_second;        /* gvirt_log_guest_error's */
    guint errors;               /* ... in it */
} GvirtHost;

/*
 * A mistake of the guest, contained: logged, GVIRT_ERRORS_A_SECOND at most; the
 * next second begins with how many were not. Without a clock, all of them.
 */
void gvirt_log_guest_error(const GvirtHost *host, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/*
 * What the model lacks: the same message once per host (by its hash; beyond
 * GVIRT_UNIMP_KINDS different ones it is silent).
 */
void gvirt_log_unimp(const GvirtHost *host, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

#define gvirt_trace(host, event, a, b, c, d) do {                           \
        const GvirtHost *h_ = (host);                                       \
        if (G_UNLIKELY(h_->trace_enabled) && h_->ops->trace) {              \
            h_->ops->trace(h_->opaque, GVIRT_TRACE_##event, (a), (b), (c),  \
                           (d));                                            \
        }                                                                   \
    } while (0)

#define gvirt_trace_command(host, engine, addr, dw, len_dw) do {            \
        const GvirtHost *h_ = (host);                                       \
        if (G_UNLIKELY(h_->trace_commands) && h_->ops->trace_command) {     \
            h_->ops->trace_command(h_->opaque, (engine), (addr), (dw),      \
                                   (len_dw));                               \
        }                                                                   \
    } while (0)

#endif /* HW_GVIRT_HOST_H */
