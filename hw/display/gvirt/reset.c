/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Graphics reset, GDRST: of one engine or of all. A bit clears itself when
 * its domain has been reset, here before the write returns.
 *
 * The display, the global table, fences and interrupt registers stay as they
 * are; software sets up rings, PPGTT and render state anew.
 *
 * Source: SNB PRM vol. 1 part 3, GDRST; i915: gt/intel_reset.c
 * (gen6_reset_engines) for the bits of Gen7.5.
 */
#include "gpu-internal.h"

#define GDRST                   0x941cu
#define GDRST_FULL              (1u << 0)
#define GDRST_RENDER            (1u << 1)
#define GDRST_MEDIA             (1u << 2)
#define GDRST_BLT               (1u << 3)
#define GDRST_VECS              (1u << 4)

void gvirt_reset_engines(GvirtGpu *gpu, uint32_t engines)
{
    int i;

    gvirt_trace(gpu->host, engine_reset, engines, 0, 0, 0);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (engines & GVIRT_ENGINE_BIT(i)) {
            gvirt_ring_reset_engine(&gpu->engine[i]);
        }
    }
    if (engines & GVIRT_ENGINE_BIT(GVIRT_RCS)) {
        gvirt_render_reset(gpu);
    }
}

static void reset_hook_write(void *opaque, const GvirtRegInfo *info,
                             uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtGpu *gpu = opaque;
    uint32_t engines = 0;

    (void)info;
    (void)old;
    if (offset != GDRST) {
        return;
    }
    if (written & GDRST_FULL) {
        engines = GVIRT_ALL_ENGINES;
    }
    if (written & GDRST_RENDER) {
        engines |= GVIRT_ENGINE_BIT(GVIRT_RCS);
    }
    if (written & GDRST_MEDIA) {
        engines |= GVIRT_ENGINE_BIT(GVIRT_VCS);
    }
    if (written & GDRST_BLT) {
        engines |= GVIRT_ENGINE_BIT(GVIRT_BCS);
    }
    if (written & GDRST_VECS) {
        engines |= GVIRT_ENGINE_BIT(GVIRT_VECS);
    }
    if (engines) {
        gvirt_reset_engines(gpu, engines);
    }
    gvirt_regfile_set(&gpu->regs, GDRST, 0);
}

static const GvirtRegHooks reset_hooks = {
    .write = reset_hook_write,
};

void gvirt_reset_init(GvirtGpu *gpu)
{
    gvirt_regfile_hook(&gpu->regs, GVIRT_HOOK_RESET, &reset_hooks, gpu);
}
