/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GPU as its own blocks see it. Nothing outside this folder includes it.
 *
 * One lock guards all of it. Public functions take it by gvirt_gpu_enter()
 * and give it up by gvirt_gpu_leave(), which then tells the host what has
 * changed, with no lock held. Blocks run with the lock held and never call
 * the host's irq, kick, timer_set, aperture_changed or display_changed
 * themselves: they note it in `pending`.
 */
#ifndef HW_DISPLAY_GVIRT_GPU_INTERNAL_H
#define HW_DISPLAY_GVIRT_GPU_INTERNAL_H

#include "engine.h"
#include "gtt.h"
#include "hw/gvirt/display.h"
#include "hw/gvirt/gpu.h"
#include "hw/gvirt/irq.h"
#include "hw/gvirt/power.h"
#include "hw/gvirt/regs.h"

typedef struct GvirtRenderState GvirtRenderState;   /* render/state.h */
typedef struct GvirtPerf GvirtPerf;                 /* perf.h */

struct GvirtGpu {
    const GvirtHost *host;
    GvirtGpuConfig config;

    GMutex lock;
    gint waiters;               /* atomic: threads that want the lock */
    unsigned paused;
    bool running;               /* a thread is inside gvirt_gpu_run() */
    bool parked;                /* ... and waits for the end of a pause */
    unsigned breaths;
    unsigned leaving;           /* somebody waits for it to come out */
    GCond settled;              /* running, parked, paused or leaving has */
                                /* changed */
    unsigned settlers;          /* threads that wait for that */

    GvirtRegFile regs;
    GvirtIrq irq;
    GvirtDisplay *display;
    GvirtPower *power;
    GvirtGtt gtt;
    GvirtEngine engine[GVIRT_ENGINE_COUNT];
    GvirtRenderState *render;
    GvirtPerf *perf;
    GvirtGpuStats stats;

    /* The GT's clock: its rate, and what it showed when that was set. */
    unsigned clock_mhz;
    int64_t clock_base_ns;
    int64_t clock_base_clk;

    uint32_t io_index;          /* BAR4 MMIO_INDEX */
    uint8_t fence_map[GVIRT_APERTURE_PAGES];    /* fence + 1, 0: none */

    struct {
        bool irq;
        bool kick;
        bool timer;
        bool display;
        uint32_t aperture_first;    /* first > last: none */
        uint32_t aperture_last;
    } pending;
    bool told_irq;              /* the level the host knows */
    int64_t told_deadline_ns;   /* the deadline the host knows */
    int64_t display_deadline_ns;
    int64_t power_deadline_ns;
    int64_t perf_deadline_ns;
};

void gvirt_gpu_enter(GvirtGpu *gpu);
void gvirt_gpu_leave(GvirtGpu *gpu);

/*
 * Within a long command: let others have the lock for a moment. False when
 * the engine was reset meanwhile and the command must end (STEP_ABORT). Host
 * pointers and translations are void afterwards.
 */
bool gvirt_gpu_breathe(GvirtEngine *engine);

/*
 * The virtual clock in ns, and the GT's, which runs at the rate that RPS has
 * settled on. A change of rate keeps what it shows: work that was issued has
 * as many clocks left as before. Not for times before the last change.
 */
int64_t gvirt_gpu_now_ns(const GvirtGpu *gpu);
int64_t gvirt_gpu_ns_to_clk(const GvirtGpu *gpu, int64_t ns);
int64_t gvirt_gpu_clk_to_ns(const GvirtGpu *gpu, int64_t clk);

static inline void gvirt_gpu_kick(GvirtGpu *gpu)
{
    gpu->pending.kick = true;
}

/* These aperture pages translate otherwise now (PTE, fence). */
void gvirt_gpu_aperture_dirty(GvirtGpu *gpu, uint32_t first_page,
                              uint32_t last_page);

/* fence.c */
void gvirt_fence_init(GvirtGpu *gpu);
/* After the registers have changed without hooks: a reset, a snapshot. */
void gvirt_fence_reset(GvirtGpu *gpu);
/* The fence that covers a graphics address, -1 if none. O(1). */
int gvirt_fence_find(const GvirtGpu *gpu, uint64_t addr_ggtt);
/* Where the CPU's access at addr_ggtt really goes (one run of bytes). */
uint64_t gvirt_fence_detile(const GvirtGpu *gpu, uint64_t addr_ggtt,
                            uint32_t *run_B);

/* Bit-6 swizzling as software has set it up (TILECTL, ARB). */
bool gvirt_gpu_swizzle(const GvirtGpu *gpu);

/* reset.c: GDRST; mask of GVIRT_ENGINE_BIT()s. */
void gvirt_reset_init(GvirtGpu *gpu);
void gvirt_reset_engines(GvirtGpu *gpu, uint32_t engines);

/* perf.c: OA and statistics; render/: state, context image. */
void gvirt_perf_init(GvirtGpu *gpu);
void gvirt_perf_reset(GvirtGpu *gpu);
void gvirt_perf_destroy(GvirtGpu *gpu);
/* Timer reports up to now_ns; the next deadline or INT64_MAX. */
int64_t gvirt_perf_advance(GvirtGpu *gpu, int64_t now_ns);
/* Count up to now, before the GT's clock changes its rate. */
void gvirt_perf_clock_changing(GvirtGpu *gpu);
void gvirt_render_init(GvirtGpu *gpu);
void gvirt_render_reset(GvirtGpu *gpu);
void gvirt_render_destroy(GvirtGpu *gpu);

#endif /* HW_DISPLAY_GVIRT_GPU_INTERNAL_H */
