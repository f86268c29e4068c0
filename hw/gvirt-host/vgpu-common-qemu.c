/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all devices that have a vGPU share: the check of its properties, and
 * its counters as QOM properties.
 */
#include "qemu/osdep.h"
#include "mediator-qemu.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/units.h"

/* Sizes are told as they are typed: 300M, not 314572800. */
static bool size_check(const char *name, uint64_t size_B, uint64_t most_B,
                       Error **errp)
{
    g_autofree char *given = NULL;

    if (size_B % MiB == 0 && size_B <= most_B) {
        return true;
    }
    given = size_B % MiB ? g_strdup_printf("%" PRIu64, size_B) :
                           g_strdup_printf("%" PRIu64 "M", size_B / MiB);
    error_setg(errp, "%s=%s: must be whole MiB up to %" PRIu64 "M, or 0 for "
               "all that is left", name, given, most_B / MiB);
    return false;
}

bool gvirt_vgpu_options_check(const GvirtVgpuOptions *options, Error **errp)
{
    if (!size_check("low-gm", options->low_gm_B, GVIRT_APERTURE_SIZE_B,
                    errp) ||
        !size_check("high-gm", options->high_gm_B, GVIRT_HIGH_GM_MAX_B,
                    errp)) {
        return false;
    }
    if (options->fences > GVIRT_FENCE_COUNT) {
        error_setg(errp, "fences=%u: must be up to %d, or 0 for all that are "
                   "left", options->fences, GVIRT_FENCE_COUNT);
        return false;
    }
    if (options->weight < 1 || options->weight > 1000) {
        error_setg(errp, "weight=%u: must be 1 to 1000", options->weight);
        return false;
    }
    if (options->cap_percent > 100) {
        error_setg(errp, "cap=%u: must be 1 to 100, or 0 for none",
                   options->cap_percent);
        return false;
    }
    return true;
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

typedef struct VgpuCounter {
    const GvirtCounter *counter;
    GvirtVgpu *(*vgpu)(Object *obj);
} VgpuCounter;

static void vgpu_get_counter(Object *obj, Visitor *v, const char *name,
                             void *opaque, Error **errp)
{
    const VgpuCounter *property = opaque;
    GvirtVgpu *vgpu = property->vgpu(obj);
    GvirtVgpuStats stats = {};
    uint64_t value;

    if (vgpu) {
        gvirt_vgpu_stats(vgpu, &stats);
    }
    value = *(uint64_t *)((char *)&stats + property->counter->offset);
    visit_type_uint64(v, name, &value, errp);
}

void gvirt_vgpu_counters_add(ObjectClass *klass,
                             GvirtVgpu *(*vgpu)(Object *obj))
{
    /* Classes live as long as the process, and so do their properties. */
    VgpuCounter *property = g_new0(VgpuCounter, ARRAY_SIZE(vgpu_counters));
    size_t i;

    for (i = 0; i < ARRAY_SIZE(vgpu_counters); i++) {
        const GvirtCounter *counter = &vgpu_counters[i];

        property[i].counter = counter;
        property[i].vgpu = vgpu;
        object_class_property_add(klass, counter->name, "uint64",
                                  vgpu_get_counter, NULL, NULL, &property[i]);
        object_class_property_set_description(klass, counter->name,
                                              counter->description);
    }
}
