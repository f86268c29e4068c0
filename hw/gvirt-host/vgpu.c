/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vGPU: what a guest sees as its GPU, and the doors to it.
 *
 * Sources: gVirt (USENIX ATC'14), section 3; HSW PRM vol. 12 (BARs).
 */
#include "mediator-internal.h"

#include <string.h>

#define IO_MMIO_INDEX       0
#define IO_MMIO_DATA        4
#define IO_INDEX_GTT        1u          /* bits 1:0: what is meant */

#define WEIGHT_MAX          1000u

/* What straps, fuses and DIMMs say is the same for all. */
static const uint32_t straps[] = {
    0x911c,                             /* PAVP_FUSE1 */
    0x42014,                            /* FUSE_STRAP */
    0x145004, 0x145008,                 /* MAD_DIMM: swizzling */
    0x145998,                           /* RP_STATE_CAP */
};

static bool gt_busy(void *opaque)
{
    GvirtVgpu *vgpu = opaque;

    return vgpu->busy;
}

static void power_deadline(void *opaque, int64_t deadline_ns)
{
    GvirtVgpu *vgpu = opaque;

    vgpu->power_deadline_ns = deadline_ns;
}

static void display_clock_changed(void *opaque)
{
    gvirt_display_clock_changed(((GvirtVgpu *)opaque)->display);
}

static const GvirtPowerOps power_ops = {
    .display_clock_changed = display_clock_changed,
    .gt_busy = gt_busy,
    .deadline = power_deadline,
};

static void irq_line(void *opaque, bool level)
{
    GvirtVgpu *vgpu = opaque;

    vgpu->host->ops->irq(vgpu->host->opaque, level);
}

/* Registers and components as after power-on. */
void gvirt_vgpu_power_on(GvirtVgpu *vgpu)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned i;

    gvirt_regfile_reset(&vgpu->regs);
    gvirt_pvinfo_reset(vgpu);
    gvirt_irq_reset(&vgpu->irq);
    gvirt_power_reset(vgpu->power);
    vgpu->power_deadline_ns =
        gvirt_power_advance(vgpu->power, gvirt_mediator_now_ns(mediator));
    gvirt_display_reset(vgpu->display);
    for (i = 0; i < G_N_ELEMENTS(straps); i++) {
        gvirt_regfile_set(&vgpu->regs, straps[i],
                          gvirt_hw_read(mediator, straps[i]));
    }
}

static bool config_check(const GvirtMediator *mediator,
                         const GvirtVgpuConfig *config, char **error)
{
    const GvirtMediatorConfig *own = &mediator->config;
    uint64_t limit_hpa = GVIRT_HPA_MASK + 1;

    if (config->weight < 1 || config->weight > WEIGHT_MAX) {
        *error = g_strdup_printf("weight is %u, must be 1 to %u",
                                 config->weight, WEIGHT_MAX);
    } else if (config->cap_percent > 100) {
        *error = g_strdup_printf("cap is %u percent, must be 0 to 100",
                                 config->cap_percent);
    } else if (config->fences > GVIRT_FENCE_COUNT) {
        *error = g_strdup_printf("%u fences asked for, the GPU has %u",
                                 config->fences, GVIRT_FENCE_COUNT);
    } else if ((config->window_hpa | config->window_size_B) &
               GVIRT_PAGE_MASK || config->window_hpa >= limit_hpa ||
               config->window_size_B == 0 ||
               config->window_size_B > limit_hpa - config->window_hpa) {
        *error = g_strdup_printf("memory window 0x%" PRIx64 "+0x%" PRIx64
                                 " is not in whole pages of the machine's "
                                 "%u bits", config->window_hpa,
                                 config->window_size_B, GVIRT_HPA_BITS);
    } else if (config->window_hpa < own->memory_hpa + own->memory_size_B &&
               own->memory_hpa < config->window_hpa + config->window_size_B) {
        *error = g_strdup_printf("memory window 0x%" PRIx64 "+0x%" PRIx64
                                 " overlaps the mediator's own memory",
                                 config->window_hpa, config->window_size_B);
    } else {
        return true;
    }
    return false;
}

/* Its place among the vGPUs, and memory for its context. */
static bool vgpu_settle(GvirtVgpu *vgpu, char **error)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned slot;

    for (slot = 0; slot < GVIRT_VGPUS_MAX; slot++) {
        if (!mediator->vgpu[slot]) {
            break;
        }
    }
    if (slot == GVIRT_VGPUS_MAX) {
        *error = g_strdup_printf("no more vGPUs: there are %u already",
                                 mediator->vgpus);
        return false;
    }
    vgpu->id = slot + 1;
    g_snprintf(vgpu->name, sizeof(vgpu->name), "vgpu %u", vgpu->id);
    if (!gvirt_context_area_take(vgpu)) {
        *error = g_strdup("the mediator's memory has no room for another "
                          "context");
        return false;
    }
    if (!gvirt_partition_take(vgpu, error)) {
        gvirt_context_area_give(vgpu);
        return false;
    }
    mediator->vgpu[slot] = vgpu;
    mediator->vgpu_top = MAX(mediator->vgpu_top, slot + 1);
    mediator->vgpus++;
    return true;
}

GvirtVgpu *gvirt_vgpu_new(GvirtMediator *mediator, const GvirtHost *host,
                          const GvirtVgpuConfig *config, char **error)
{
    char *ignored = NULL;
    GvirtVgpu *vgpu;

    error = error ? error : &ignored;
    *error = NULL;
    if (!config_check(mediator, config, error)) {
        g_free(ignored);
        return NULL;
    }
    vgpu = g_new0(GvirtVgpu, 1);
    vgpu->mediator = mediator;
    vgpu->host = host;
    vgpu->config = *config;
    if (!vgpu_settle(vgpu, error)) {
        g_free(vgpu);
        g_free(ignored);
        return NULL;
    }
    vgpu->pte = g_new0(uint32_t, GVIRT_GTT_ENTRIES);
    vgpu->power_deadline_ns = INT64_MAX;
    gvirt_regfile_init(&vgpu->regs, mediator->host, vgpu->name);
    gvirt_irq_init(&vgpu->irq, &vgpu->regs, irq_line, vgpu);
    vgpu->power = gvirt_power_new(&vgpu->regs, &vgpu->irq, &power_ops, vgpu);
    gvirt_vdisplay_init(vgpu);
    gvirt_policy_init(vgpu);
    gvirt_shadow_init(vgpu);
    gvirt_vgpu_fences_clear(vgpu);
    gvirt_vgpu_power_on(vgpu);
    gvirt_mediator_rearm(mediator);
    return vgpu;
}

void gvirt_vgpu_free(GvirtVgpu *vgpu)
{
    GvirtMediator *mediator;

    if (!vgpu) {
        return;
    }
    mediator = vgpu->mediator;
    gvirt_sched_remove(vgpu);
    gvirt_shadow_destroy(vgpu);
    gvirt_ggtt_clear(vgpu);
    gvirt_vgpu_fences_clear(vgpu);
    gvirt_partition_give(vgpu);
    gvirt_context_area_give(vgpu);
    mediator->vgpu[vgpu->id - 1] = NULL;
    mediator->vgpus--;
    gvirt_display_free(vgpu->display);
    gvirt_power_free(vgpu->power);
    gvirt_regfile_destroy(&vgpu->regs);
    g_free(vgpu->pte);
    g_free(vgpu);
    gvirt_sched_run(mediator);
    gvirt_mediator_rearm(mediator);
}

static bool access_ok(uint32_t offset, unsigned size_B)
{
    return (size_B == 1 || size_B == 2 || size_B == 4 || size_B == 8) &&
           (uint64_t)offset + size_B <= GVIRT_BAR0_SIZE_B;
}

/*
 * The bytes of [offset, offset + size_B) that lie in the dword at dword:
 * shift of the first within the dword, and a mask over them, in place.
 */
static uint32_t bytes_in(uint32_t offset, unsigned size_B, uint32_t dword)
{
    uint32_t mask = 0;
    unsigned i;

    for (i = 0; i < 4; i++) {
        if (dword + i >= offset && dword + i < offset + size_B) {
            mask |= 0xffu << i * 8;
        }
    }
    return mask;
}

static uint64_t mmio_read(GvirtVgpu *vgpu, uint32_t offset, unsigned size_B)
{
    uint64_t value = 0;
    uint32_t dword;

    if (G_LIKELY(size_B == 4 && offset % 4 == 0)) {
        return gvirt_policy_read(vgpu, offset);
    }
    for (dword = offset & ~3u; dword < offset + size_B; dword += 4) {
        uint64_t part = 0;

        if (dword < GVIRT_MMIO_SIZE_B) {
            part = gvirt_policy_read(vgpu, dword);
        }
        part &= bytes_in(offset, size_B, dword);
        value |= dword < offset ? part >> (offset - dword) * 8 :
                                  part << (dword - offset) * 8;
    }
    return value;
}

static void mmio_write(GvirtVgpu *vgpu, uint32_t offset, uint64_t value,
                       unsigned size_B)
{
    uint32_t dword;

    if (G_LIKELY(size_B == 4 && offset % 4 == 0)) {
        gvirt_policy_write(vgpu, offset, value);
        return;
    }
    for (dword = offset & ~3u; dword < offset + size_B; dword += 4) {
        uint32_t mask = bytes_in(offset, size_B, dword);
        uint32_t part = dword < offset ?
                        (uint32_t)(value << (offset - dword) * 8) :
                        (uint32_t)(value >> (dword - offset) * 8);
        const GvirtRegInfo *info = gvirt_reg_find(dword);

        if (dword >= GVIRT_MMIO_SIZE_B) {
            break;
        }
        part &= mask;
        if (info && mask != UINT32_MAX) {
            /* Bytes that were not written clear no sticky bit. */
            part |= gvirt_regfile_get(&vgpu->regs, dword) & ~info->w1c_mask &
                    ~mask;
        }
        gvirt_policy_write(vgpu, dword, part);
    }
}

uint64_t gvirt_vgpu_read(GvirtVgpu *vgpu, uint32_t offset, unsigned size_B)
{
    uint64_t value;

    if (!access_ok(offset, size_B)) {
        return 0;
    }
    vgpu->stats.mmio_reads++;
    if (offset >= GVIRT_GTT_BAR0_OFFSET) {
        return gvirt_ggtt_read(vgpu, offset - GVIRT_GTT_BAR0_OFFSET, size_B);
    }
    value = mmio_read(vgpu, offset, size_B);
    gvirt_trace(vgpu->mediator->host, mmio_read, offset, value, size_B,
                vgpu->id);
    gvirt_mediator_rearm(vgpu->mediator);
    return value;
}

void gvirt_vgpu_write(GvirtVgpu *vgpu, uint32_t offset, uint64_t value,
                      unsigned size_B)
{
    if (!access_ok(offset, size_B)) {
        return;
    }
    if (offset >= GVIRT_GTT_BAR0_OFFSET) {
        gvirt_ggtt_write(vgpu, offset - GVIRT_GTT_BAR0_OFFSET, value, size_B);
        return;
    }
    vgpu->stats.mmio_writes++;
    gvirt_trace(vgpu->mediator->host, mmio_write, offset, value, size_B,
                vgpu->id);
    mmio_write(vgpu, offset, value, size_B);
    gvirt_mediator_rearm(vgpu->mediator);
}

/* Where MMIO_INDEX points, in BAR0; false: nowhere. */
static bool io_target(const GvirtVgpu *vgpu, uint32_t *offset)
{
    uint32_t kind = vgpu->io_index & 3;

    *offset = vgpu->io_index & ~3u;
    if (*offset >= GVIRT_MMIO_SIZE_B || kind > IO_INDEX_GTT) {
        return false;
    }
    if (kind == IO_INDEX_GTT) {
        *offset += GVIRT_GTT_BAR0_OFFSET;
    }
    return true;
}

uint32_t gvirt_vgpu_io_read(GvirtVgpu *vgpu, uint32_t offset, unsigned size_B)
{
    uint32_t target;

    if (size_B != 4) {
        return 0;
    }
    if (offset == IO_MMIO_INDEX) {
        return vgpu->io_index;
    }
    if (offset == IO_MMIO_DATA && io_target(vgpu, &target)) {
        return gvirt_vgpu_read(vgpu, target, 4);
    }
    return 0;
}

void gvirt_vgpu_io_write(GvirtVgpu *vgpu, uint32_t offset, uint32_t value,
                         unsigned size_B)
{
    uint32_t target;

    if (size_B != 4) {
        return;
    }
    if (offset == IO_MMIO_INDEX) {
        vgpu->io_index = value;
    } else if (offset == IO_MMIO_DATA && io_target(vgpu, &target)) {
        gvirt_vgpu_write(vgpu, target, value, 4);
    }
}

bool gvirt_vgpu_irq_level(const GvirtVgpu *vgpu)
{
    return vgpu->irq.level;
}
