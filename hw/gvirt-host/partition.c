/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Partition of graphics memory and fences, and the page that tells the guest
 * of it (PVINFO at 0x78000), so that it balloons out what is not its own.
 *
 * Source: gVirt (USENIX ATC'14), "Graphics memory resource partitioning";
 * the page's layout: i915 i915_pvinfo.h, XenGT vgt-if.h.
 */
#include "mediator-internal.h"

#include <string.h>

#define OWN_UNITS           ((unsigned)(GVIRT_OWN_GM_B / GVIRT_GM_UNIT_B))
#define HIGH_UNITS_GIVEN    (GVIRT_HIGH_UNITS - OWN_UNITS)
#define MIB(units)          ((uint64_t)((units) * (GVIRT_GM_UNIT_B >> 20)))

#define PVINFO_MAGIC_LOW        0x000
#define PVINFO_MAGIC_HIGH       0x004
#define PVINFO_VERSION          0x008
#define PVINFO_VGT_ID           0x00c
#define PVINFO_CAPS             0x010
#define PVINFO_LOW_BASE         0x040
#define PVINFO_LOW_SIZE         0x044
#define PVINFO_HIGH_BASE        0x048
#define PVINFO_HIGH_SIZE        0x04c
#define PVINFO_FENCES           0x050
#define PVINFO_FROM_GUEST       0x800   /* the guest writes behind this */

#define PVINFO_CAP_FULL_PPGTT   (1u << 2)

typedef struct FreeUnits {
    unsigned total;
    unsigned longest;
    unsigned longest_at;
} FreeUnits;

static FreeUnits units_free(const bool *taken, unsigned count)
{
    FreeUnits units = { 0 };
    unsigned i, run = 0;

    for (i = 0; i < count; i++) {
        run = taken[i] ? 0 : run + 1;
        units.total += !taken[i];
        if (run > units.longest) {
            units.longest = run;
            units.longest_at = i + 1 - run;
        }
    }
    return units;
}

/* First fit: where wanted units in a row are free, -1 if nowhere. */
static int units_find(const bool *taken, unsigned count, uint64_t wanted)
{
    unsigned i, run = 0;

    for (i = 0; i < count; i++) {
        run = taken[i] ? 0 : run + 1;
        if (run == wanted) {
            return i + 1 - run;
        }
    }
    return -1;
}

static unsigned fences_longest(uint32_t taken, unsigned *at)
{
    unsigned i, run = 0, longest = 0;

    *at = 0;
    for (i = 0; i < GVIRT_FENCE_COUNT; i++) {
        run = taken >> i & 1 ? 0 : run + 1;
        if (run > longest) {
            longest = run;
            *at = i + 1 - run;
        }
    }
    return longest;
}

static unsigned fences_free(uint32_t taken)
{
    unsigned i, free = 0;

    for (i = 0; i < GVIRT_FENCE_COUNT; i++) {
        free += !(taken >> i & 1);
    }
    return free;
}

static char *refusal(const GvirtMediator *mediator, const char *what,
                     uint64_t wanted)
{
    FreeUnits low = units_free(mediator->low_taken, GVIRT_LOW_UNITS);
    FreeUnits high = units_free(mediator->high_taken, HIGH_UNITS_GIVEN);

    return g_strdup_printf("not enough %s (%" PRIu64 " asked for); left are "
                           "%" PRIu64 " MiB of low graphics memory "
                           "(%" PRIu64 " MiB in one piece), %" PRIu64 " MiB of "
                           "high graphics memory (%" PRIu64 " MiB in one "
                           "piece) and %u fences; smaller low-gm=, "
                           "high-gm=, fences= of all vGPUs make room", what,
                           wanted,
                           MIB(low.total), MIB(low.longest),
                           MIB(high.total), MIB(high.longest),
                           fences_free(mediator->fences_taken));
}

static uint64_t units_of(uint64_t size_B)
{
    return size_B / GVIRT_GM_UNIT_B + (size_B % GVIRT_GM_UNIT_B != 0);
}

bool gvirt_partition_take(GvirtVgpu *vgpu, char **error)
{
    GvirtMediator *mediator = vgpu->mediator;
    const GvirtVgpuConfig *config = &vgpu->config;
    FreeUnits low_free = units_free(mediator->low_taken, GVIRT_LOW_UNITS);
    FreeUnits high_free = units_free(mediator->high_taken, HIGH_UNITS_GIVEN);
    uint64_t low_units = config->low_gm_B ? units_of(config->low_gm_B) :
                                            low_free.longest;
    uint64_t high_units = config->high_gm_B ? units_of(config->high_gm_B) :
                                              high_free.longest;
    unsigned fence_at, longest, fences, i;
    uint32_t mask;
    int low, high;

    low = low_units ? units_find(mediator->low_taken, GVIRT_LOW_UNITS,
                                 low_units) : -1;
    if (low < 0) {
        *error = refusal(mediator, "low graphics memory, in MiB",
                         low_units);
        return false;
    }
    high = high_units ? units_find(mediator->high_taken, HIGH_UNITS_GIVEN,
                                   high_units) : -1;
    if (high < 0) {
        *error = refusal(mediator, "high graphics memory, in MiB",
                         high_units);
        return false;
    }
    longest = fences_longest(mediator->fences_taken, &fence_at);
    fences = config->fences ? config->fences : longest;
    if (fences == 0 || fences > longest) {
        *error = refusal(mediator, "fences", fences);
        return false;
    }

    mask = (fences == 32 ? UINT32_MAX : (1u << fences) - 1) << fence_at;
    mediator->fences_taken |= mask;
    vgpu->first_fence = fence_at;
    vgpu->fences = fences;
    for (i = 0; i < low_units; i++) {
        mediator->low_taken[low + i] = true;
    }
    for (i = 0; i < high_units; i++) {
        mediator->high_taken[high + i] = true;
    }
    vgpu->low.base = low * GVIRT_GM_UNIT_B;
    vgpu->low.size_B = low_units * GVIRT_GM_UNIT_B;
    vgpu->high.base = GVIRT_APERTURE_SIZE_B + high * GVIRT_GM_UNIT_B;
    vgpu->high.size_B = high_units * GVIRT_GM_UNIT_B;
    return true;
}

void gvirt_partition_give(GvirtVgpu *vgpu)
{
    GvirtMediator *mediator = vgpu->mediator;
    uint64_t first, i;

    first = vgpu->low.base / GVIRT_GM_UNIT_B;
    for (i = 0; i < vgpu->low.size_B / GVIRT_GM_UNIT_B; i++) {
        mediator->low_taken[first + i] = false;
    }
    if (vgpu->high.size_B) {
        first = (vgpu->high.base - GVIRT_APERTURE_SIZE_B) / GVIRT_GM_UNIT_B;
        for (i = 0; i < vgpu->high.size_B / GVIRT_GM_UNIT_B; i++) {
            mediator->high_taken[first + i] = false;
        }
    }
    for (i = 0; i < vgpu->fences; i++) {
        mediator->fences_taken &= ~(1u << (vgpu->first_fence + i));
    }
    vgpu->low.size_B = 0;
    vgpu->high.size_B = 0;
    vgpu->fences = 0;
}

void gvirt_mediator_left(const GvirtMediator *mediator,
                         GvirtPartitionLeft *left)
{
    left->low_gm_B = units_free(mediator->low_taken, GVIRT_LOW_UNITS).total *
                     GVIRT_GM_UNIT_B;
    left->high_gm_B = units_free(mediator->high_taken,
                                 HIGH_UNITS_GIVEN).total * GVIRT_GM_UNIT_B;
    left->fences = fences_free(mediator->fences_taken);
    left->vgpus = GVIRT_VGPUS_MAX - mediator->vgpus;
}

static bool range_holds(const GvirtGmRange *range, uint64_t addr)
{
    return addr >= range->base && addr - range->base < range->size_B;
}

bool gvirt_vgpu_owns_page(const GvirtVgpu *vgpu, uint32_t page)
{
    uint64_t addr = (uint64_t)page << GVIRT_PAGE_SHIFT;

    return range_holds(&vgpu->low, addr) || range_holds(&vgpu->high, addr);
}

bool gvirt_vgpu_owns(const GvirtVgpu *vgpu, uint64_t addr, uint64_t size_B)
{
    uint64_t end;

    if (addr >= GVIRT_GGTT_SIZE_B || size_B > GVIRT_GGTT_SIZE_B - addr) {
        return false;
    }
    end = addr + size_B;
    /* The two ranges may touch: at most two steps. */
    if (range_holds(&vgpu->low, addr)) {
        addr = MIN(end, vgpu->low.base + vgpu->low.size_B);
    }
    if (addr < end && range_holds(&vgpu->high, addr)) {
        addr = MIN(end, vgpu->high.base + vgpu->high.size_B);
    }
    return addr == end;
}

void gvirt_pvinfo_reset(GvirtVgpu *vgpu)
{
    uint32_t *info = vgpu->pvinfo;

    memset(info, 0, sizeof(vgpu->pvinfo));
    info[PVINFO_MAGIC_LOW / 4] = 0x76544776;
    info[PVINFO_MAGIC_HIGH / 4] = 0x47765447;
    info[PVINFO_VERSION / 4] = 1;
    info[PVINFO_VGT_ID / 4] = vgpu->id;
    info[PVINFO_CAPS / 4] = PVINFO_CAP_FULL_PPGTT;
    info[PVINFO_LOW_BASE / 4] = vgpu->low.base;
    info[PVINFO_LOW_SIZE / 4] = vgpu->low.size_B;
    info[PVINFO_HIGH_BASE / 4] = vgpu->high.base;
    info[PVINFO_HIGH_SIZE / 4] = vgpu->high.size_B;
    info[PVINFO_FENCES / 4] = vgpu->fences;
}

uint32_t gvirt_pvinfo_read(GvirtVgpu *vgpu, uint32_t offset)
{
    return vgpu->pvinfo[(offset & GVIRT_PAGE_MASK) / 4];
}

void gvirt_pvinfo_write(GvirtVgpu *vgpu, uint32_t offset, uint32_t value)
{
    offset &= GVIRT_PAGE_MASK;
    if (offset < PVINFO_FROM_GUEST) {
        gvirt_log_guest_error(vgpu->mediator->host,
                              "%s: write of what PVINFO tells, 0x%x",
                              vgpu->name, offset);
        return;
    }
    vgpu->pvinfo[offset / 4] = value;
}
