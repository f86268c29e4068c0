/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One command streamer with its ring: RCS, VCS, BCS or VECS.
 *
 * Source: HSW PRM vol. 6 (command stream programming), vol. 2c of the same
 * generation (ring registers).
 */
#ifndef HW_DISPLAY_GVIRT_ENGINE_H
#define HW_DISPLAY_GVIRT_ENGINE_H

#include "gtt.h"
#include "hw/gvirt/commands.h"
#include "hw/gvirt/irq.h"
#include "hw/gvirt/regs.h"

/* Where the streamer fetches from. */
typedef struct GvirtFetch {
    bool in_batch;
    bool second_level;
    bool secure;            /* privileged commands are carried out */
    GvirtSpace space;       /* of the instructions and their operands */
    uint64_t addr;          /* of the next dword, when in_batch */
} GvirtFetch;

typedef enum GvirtStep {
    GVIRT_STEP_DONE,        /* command complete, go on behind it */
    GVIRT_STEP_JUMPED,      /* fetch state was set by the command */
    GVIRT_STEP_WAIT,        /* stall: try the same command again later */
    GVIRT_STEP_ABORT,       /* the engine was reset under it */
} GvirtStep;

typedef GvirtStep (*GvirtExecFn)(GvirtEngine *engine,
                                 const GvirtCommandInfo *info,
                                 const uint32_t *dw, uint32_t len_dw);

struct GvirtEngine {
    GvirtGpu *gpu;
    GvirtEngineId id;
    uint32_t base;          /* MMIO base of its registers */
    const char *name;       /* "rcs" ... */
    GvirtTlb tlb[2];        /* by GvirtSpace */
    GvirtFetch fetch;       /* current */
    GvirtFetch outer;       /* to return to from a second-level batch */
    uint32_t epoch;         /* counts resets: a long command looks at it */
    int64_t busy_until_clk; /* model time at which issued work is done */
    bool busy;
    bool waiting;           /* stalled on an event */
};

/* A register of this engine: offset within its block, e.g. 0x34 for HEAD. */
static inline uint32_t gvirt_ring_reg(const GvirtEngine *engine,
                                      uint32_t offset)
{
    return engine->base + offset;
}

/* ring.c: registers, start, stop, reset. */
void gvirt_ring_init(GvirtGpu *gpu);
void gvirt_ring_reset_engine(GvirtEngine *engine);
bool gvirt_ring_has_work(const GvirtEngine *engine);

/*
 * streamer.c: carry out up to budget commands; returns how many were done,
 * and sets *more when there is more to do now (not when idle, waiting for an
 * event or for the clock).
 */
unsigned gvirt_streamer_run(GvirtEngine *engine, unsigned budget, bool *more);
/* An event that MI_WAIT_FOR_EVENT may wait for has happened. */
void gvirt_streamer_wake(GvirtGpu *gpu);
/* The next moment (ns) at which a stalled streamer must run, INT64_MAX. */
int64_t gvirt_streamer_deadline_ns(const GvirtEngine *engine);

/* Modelled cost of the command at hand, added to the engine's time. */
void gvirt_engine_cost(GvirtEngine *engine, uint64_t clocks);

/* An interrupt of this engine: raised if its RING_IMR (0xa8) lets imr_bit. */
void gvirt_engine_irq(GvirtEngine *engine, GvirtIrqEvent event,
                      uint32_t imr_bit);

/*
 * May the current batch write this register? HSW PRM vol. 6, "non-secure
 * batch": only the whitelisted ones; secure ones and the ring: all.
 */
bool gvirt_engine_may_write_reg(const GvirtEngine *engine, uint32_t offset);

/* The executors, one per token of exec.def: table built in streamer.c. */
#define X(token) GvirtStep gvirt_exec_##token(GvirtEngine *engine, \
    const GvirtCommandInfo *info, const uint32_t *dw, uint32_t len_dw);
#include "hw/gvirt/exec.def"
#undef X

#endif /* HW_DISPLAY_GVIRT_ENGINE_H */
