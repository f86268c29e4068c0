/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One command streamer with its ring: RCS, VCS, BCS or VECS.
 *
 * Source: HSW PRM vol. 6 (command stream programming), vol. 2c of the same
 * generation (ring registers).
 */
#ifndef HW_DISPLAY_GVIRT_ENGINE_H
#define HW_DISPLAY_GVIRT_ENGINE_H

#include "blit.h"
#include "gtt.h"
#include "hw/gvirt/commands.h"
#include "hw/gvirt/irq.h"
#include "hw/gvirt/regs.h"

/* Where the streamer fetches from. */
typedef struct GvirtFetch {
    bool in_batch;
    bool second_level;
    bool secure;            /* privileged commands are carried out */
    /*
     * Instructions and operands live in two spaces: a secure batch may be
     * fetched from the global space while its data is the process's. PPGTT
     * falls back to the global space while GFX_MODE has it switched off.
     */
    GvirtSpace code_space;  /* of the instructions */
    GvirtSpace space;       /* of operands that do not ask for the GGTT */
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

/* The longest command there is: 16 bits of length in some media objects. */
#define GVIRT_COMMAND_MAX_DW    (0xffff + 2)
/* What follows a command in the buffer is 0, for executors of short forms. */
#define GVIRT_COMMAND_PAD_DW    32

/* The arithmetic unit of MI_MATH, HSW PRM vol. 6. */
typedef struct GvirtAlu {
    uint64_t srca, srcb, accu;
    bool zf, cf;
} GvirtAlu;

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
    bool busy;              /* has work, or its modelled time is not over */
    bool waiting;           /* stalled on an event */

    bool in_command;        /* an executor is at work (it may breathe) */
    bool moved;             /* HEAD, CTL or fetch was set by the command */
    bool hung;              /* cannot fetch: until reset or a new HEAD */
    bool starved;           /* a command reaches beyond TAIL */
    bool wait_broken;       /* software has ended the wait by CTL bit 11 */
    int64_t deadline_ns;    /* run again then; INT64_MAX: no need */

    /* MI_WAIT_FOR_EVENT at hand: what was seen when the wait began. */
    bool wait_armed;
    uint32_t wait_seen;

    bool arbitration_off;   /* MI_ARB_ON_OFF */
    bool suspend_flush;     /* MI_SUSPEND_FLUSH: a sync flush has to wait */
    bool resource_streamer; /* MI_RS_CONTROL */
    uint8_t predicate;      /* MI_SET_PREDICATE: 0 off, 1 clear, 2 set, 3 */
    uint8_t topology_filter;
    uint32_t app_id;
    uint32_t urb_atomic;    /* MI_URB_ATOMIC_ALLOC */
    uint32_t urb_clear;     /* MI_URB_CLEAR, dword 1 */
    GvirtAlu alu;
    int64_t timestamp_zero; /* tick (80 ns) of power-on: TIMESTAMP is 0 */

    uint32_t command[GVIRT_COMMAND_MAX_DW + GVIRT_COMMAND_PAD_DW];
    GvirtBlitSetup blit;    /* what the blitter keeps between commands */
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
/* The ring's size; 0 while it is disabled. */
uint32_t gvirt_ring_size_B(const GvirtEngine *engine);
/* HEAD behind len_dw dwords: wrap count, automatic report. */
void gvirt_ring_advance(GvirtEngine *engine, uint32_t len_dw);
/* Write HEAD to the status page, as MI_REPORT_HEAD. */
void gvirt_ring_report_head(GvirtEngine *engine);
/* Graphics address of the hardware status page (global space). */
uint64_t gvirt_ring_status_page(const GvirtEngine *engine);
/* Set `busy` by what is true now; tells the power block of edges. */
void gvirt_engine_update_busy(GvirtEngine *engine);
/* A Sync Flush asked for by INSTPM, once nothing suspends it. */
void gvirt_ring_sync_flush(GvirtEngine *engine);
/* Errors in ESR: GVIRT_ERROR_*; EIR and the interrupt by EMR. */
void gvirt_engine_error(GvirtEngine *engine, uint32_t esr_bits);
/* The 36-bit TIMESTAMP: ticks of 80 ns on the virtual clock. */
uint64_t gvirt_engine_timestamp(const GvirtEngine *engine);

/* ESR bits, IVB PRM vol. 1 part 3 and HSW PRM vol. 6. */
#define GVIRT_ERROR_INSTRUCTION (1u << 0)
#define GVIRT_ERROR_PRIVILEGE   (1u << 2)

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

/* The fetch state behind the command at hand, before a jump. */
void gvirt_streamer_skip(GvirtEngine *engine, uint32_t len_dw);
/* Back from a batch: to its caller, or to the ring. */
void gvirt_streamer_return(GvirtEngine *engine);
/* The engine's fetch state to the ring, nothing pending. */
void gvirt_streamer_reset(GvirtEngine *engine);
/* ACTHD, IPEHR, BBADDR ... as of the command at addr. */
void gvirt_streamer_publish(GvirtEngine *engine, uint64_t addr,
                            uint32_t header);

/*
 * The space of an operand with a "Use Global GTT" bit. A non-secure batch
 * never gets the global space: *denied is set (command to be dropped).
 */
GvirtSpace gvirt_engine_operand_space(GvirtEngine *engine, bool global,
                                      bool *denied);
/* A non-secure batch asked for more than it may; traced, ESR set. */
void gvirt_engine_deny(GvirtEngine *engine, uint32_t header, uint32_t what);

/* Modelled cost of the command at hand, added to the engine's time. */
void gvirt_engine_cost(GvirtEngine *engine, uint64_t clocks);

/*
 * An interrupt of this engine: raised if its RING_IMR (0xa8) lets imr_bit, a
 * mask (1u << 4 for the notify of a PIPE_CONTROL).
 */
void gvirt_engine_irq(GvirtEngine *engine, GvirtIrqEvent event,
                      uint32_t imr_bit);

/*
 * May the current batch write this register? HSW PRM vol. 6, "non-secure
 * batch": only the whitelisted ones; secure ones and the ring: all.
 */
bool gvirt_engine_may_write_reg(const GvirtEngine *engine, uint32_t offset);

/* Its common interrupts, whichever engine it is. */
void gvirt_engine_irq_user(GvirtEngine *engine);
void gvirt_engine_irq_notify(GvirtEngine *engine);

/* The executors, one per token of exec.def: table built in streamer.c. */
#define X(token) GvirtStep gvirt_exec_##token(GvirtEngine *engine, \
    const GvirtCommandInfo *info, const uint32_t *dw, uint32_t len_dw);
#include "hw/gvirt/exec.def"
#undef X

#endif /* HW_DISPLAY_GVIRT_ENGINE_H */
