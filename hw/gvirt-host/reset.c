/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resets: a guest's GDRST reaches no further than its own vGPU. If the
 * engines are its own at that moment, the hardware's are reset, too, one by
 * one; otherwise its rings are empty as soon as their registers are.
 *
 * Sources: gVirt (USENIX ATC'14), "Denial-of-service"; SNB PRM vol. 1
 * part 3, GDRST; i915 gt/intel_reset.c.
 */
#include "mediator-internal.h"

#define GDRST_FULL      (1u << 0)
#define GDRST_POLLS     1000
#define ENGINE_BLOCK_B  0x1000u

static const uint32_t gdrst_bit[GVIRT_ENGINE_COUNT] = {
    [GVIRT_RCS] = 1u << 1,
    [GVIRT_VCS] = 1u << 2,
    [GVIRT_BCS] = 1u << 3,
    [GVIRT_VECS] = 1u << 4,
};

uint32_t gvirt_gdrst_engines(uint32_t bits)
{
    uint32_t engines = bits & GDRST_FULL ? GVIRT_ALL_ENGINES : 0;
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (bits & gdrst_bit[i]) {
            engines |= GVIRT_ENGINE_BIT(i);
        }
    }
    return engines;
}

void gvirt_hw_reset_engines(GvirtMediator *mediator, uint32_t engines)
{
    uint32_t bits = 0;
    unsigned i, polls;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (engines & GVIRT_ENGINE_BIT(i)) {
            bits |= gdrst_bit[i];
        }
    }
    gvirt_hw_write(mediator, GDRST, bits);
    for (polls = 0; polls < GDRST_POLLS; polls++) {
        if (!(gvirt_hw_read(mediator, GDRST) & bits)) {
            break;
        }
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (engines & GVIRT_ENGINE_BIT(i)) {
            gvirt_arena_clear(mediator, i);
            mediator->engine[i].loaded = false;
            gvirt_hw_engine_init(mediator, i);
        }
    }
}

/* The engine's registers of the guest, as a reset leaves the hardware's. */
static void reset_registers(GvirtVgpu *vgpu, GvirtEngineId id)
{
    uint32_t base = gvirt_ring_offset(id, 0);
    unsigned count, i, element;
    const GvirtRegInfo *table = gvirt_reg_table(&count);

    for (i = 0; i < count; i++) {
        const GvirtRegInfo *info = &table[i];

        if (info->offset - base >= ENGINE_BLOCK_B ||
            info->hook == GVIRT_HOOK_PERF || info->hook == GVIRT_HOOK_GTT) {
            continue;
        }
        for (element = 0; element < info->count; element++) {
            gvirt_regfile_set(&vgpu->regs,
                              info->offset + element * info->stride_B,
                              info->reset);
        }
    }
    gvirt_regfile_set(&vgpu->regs, gvirt_ring_offset(id, RING_HWS_PGA), 0);
}

void gvirt_vgpu_gdrst(GvirtVgpu *vgpu, uint32_t bits)
{
    GvirtMediator *mediator = vgpu->mediator;
    uint32_t engines = gvirt_gdrst_engines(bits);
    bool on_hw = gvirt_vgpu_on_hw(vgpu);
    unsigned i;

    if (!engines) {
        return;
    }
    vgpu->stats.resets++;
    gvirt_trace(mediator->host, vgpu_reset, vgpu->id, engines, on_hw, 0);
    if (!on_hw && engines & GVIRT_ENGINE_BIT(GVIRT_RCS) &&
        (mediator->owner == vgpu || mediator->next == vgpu)) {
        /* Half way in or out: there is nothing to keep. */
        gvirt_sched_remove(vgpu);
    }
    gvirt_vring_kill(vgpu, engines);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (engines & GVIRT_ENGINE_BIT(i)) {
            reset_registers(vgpu, i);
            vgpu->ring[i].enabled = false;
            vgpu->ring[i].hung = false;
            vgpu->ring[i].pending = false;
            vgpu->ring[i].dir = NULL;
            vgpu->ring[i].dir_gone = false;
            if (on_hw) {
                gvirt_vring_load_hws(vgpu, i);
                gvirt_vring_load_pp_dir(vgpu, i);
            }
        }
    }
    if (on_hw) {
        gvirt_switch_load_registers(vgpu, engines);
        gvirt_switch_load_modes(vgpu, engines);
    }
    if (engines & GVIRT_ENGINE_BIT(GVIRT_RCS)) {
        vgpu->has_context = false;
        vgpu->ccid = 0;
    }
    gvirt_sched_run(mediator);
}

void gvirt_vgpu_reset(GvirtVgpu *vgpu)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned i;

    vgpu->stats.resets++;
    gvirt_trace(mediator->host, vgpu_reset, vgpu->id, GVIRT_ALL_ENGINES,
                gvirt_vgpu_on_hw(vgpu), 1);
    gvirt_sched_remove(vgpu);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        vgpu->ring[i] = (GvirtVring){ 0 };
    }
    gvirt_shadow_clear(vgpu);
    gvirt_ggtt_clear(vgpu);
    gvirt_vgpu_fences_clear(vgpu);
    vgpu->has_context = false;
    vgpu->ccid = 0;
    vgpu->io_index = 0;
    vgpu->outside_writes = 0;
    gvirt_vgpu_power_on(vgpu);
    gvirt_sched_run(mediator);
    gvirt_mediator_rearm(mediator);
}
