/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An emulated guest: some memory, a small driver that goes through the doors
 * of its vGPU as i915 does, and a workload that checks its own results. It
 * stands where a machine with a driver would stand, and has no other way in.
 *
 * Everything here is called from the mediator's thread (QEMU: under the big
 * lock), and nothing of it from within a host operation of the vGPU's host.
 */
#ifndef HW_GVIRT_GUEST_H
#define HW_GVIRT_GUEST_H

#include "hw/gvirt/mediator.h"

typedef struct GvirtGuest GvirtGuest;

typedef struct GvirtGuestHostOps {
    /* The page of the guest's own memory; NULL: there is none. */
    void *(*page)(void *opaque, uint64_t page_gpa);
    /* The guest has written size_B bytes at addr_gpa, within a page. */
    void (*dirty)(void *opaque, uint64_t addr_gpa, uint32_t size_B);
    /* The virtual clock, and one timer: call gvirt_guest_timer() then. */
    int64_t (*clock_ns)(void *opaque);
    void (*timer_set)(void *opaque, int64_t deadline_ns);
    /* What a driver would write to its log; one line. */
    void (*log)(void *opaque, const char *message);
} GvirtGuestHostOps;

typedef struct GvirtGuestHost {
    const GvirtGuestHostOps *ops;
    void *opaque;
} GvirtGuestHost;

#define GVIRT_GUEST_MEMORY_MIN_B    (16ull << 20)
#define GVIRT_GUEST_QUEUE_MAX       8u

typedef struct GvirtGuestConfig {
    uint64_t memory_size_B;     /* whole pages, at least the minimum */
    const char *workload;       /* a name out of gvirt_guest_workloads() */
    unsigned queue;             /* iterations in flight, 1 .. 8 */
    int64_t interval_ns;        /* from one start to the next; 0: at once */
    int64_t hang_ns;            /* no progress for so long is a hang */
    uint64_t seed;              /* of the random data; 0 is as good as any */
} GvirtGuestConfig;

typedef struct GvirtGuestStats {
    uint64_t iterations;        /* done and checked */
    uint64_t errors;            /* of them wrong, or interrupts lost */
    uint64_t bytes;             /* written or summed by engines, checked */
    uint64_t requests;          /* submitted to rings */
    uint64_t interrupts;        /* that the driver served */
    uint64_t vblanks;
    uint64_t hangs;             /* found, and reset */
} GvirtGuestStats;

/* The names of all workloads, NULL behind the last. */
const char *const *gvirt_guest_workloads(void);

/*
 * Boots the guest: its driver binds to the vGPU, which it does not own. NULL
 * and one line in *error (g_malloc'd) where it can not.
 */
GvirtGuest *gvirt_guest_new(GvirtVgpu *vgpu, const GvirtGuestHost *host,
                            const GvirtGuestConfig *config, char **error);
/* Before the vGPU goes: work may still be on its rings. */
void gvirt_guest_free(GvirtGuest *guest);

/* The vGPU's interrupt line is (bool level) now; the timer has come. */
void gvirt_guest_irq(GvirtGuest *guest, bool level);
void gvirt_guest_timer(GvirtGuest *guest);

/* A copy of the counters at this moment. */
void gvirt_guest_stats(const GvirtGuest *guest, GvirtGuestStats *stats);
/* What went wrong last, "" when nothing did. The guest's own. */
const char *gvirt_guest_last_error(const GvirtGuest *guest);

#endif /* HW_GVIRT_GUEST_H */
