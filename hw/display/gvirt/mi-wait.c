/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting: for the display (MI_WAIT_FOR_EVENT with MI_LOAD_SCAN_LINES and
 * MI_DISPLAY_FLIP), for condition codes, for other engines
 * (MI_SEMAPHORE_MBOX).
 *
 * A waiting streamer tries its command again when something wakes it, or at
 * its deadline. One that waits for what never comes hangs, as the real part
 * does; software sees it in RING_CTL bits 11:10 and may end it there.
 *
 * Source: IVB PRM vol. 1 part 3, MI_WAIT_FOR_EVENT, MI_DISPLAY_FLIP,
 * MI_SEMAPHORE_MBOX; vol. 3 part 3, PIPE_SCANLINECOMP (it names DE_LOAD_SL);
 * Mesa gen75.xml; i915: gt/intel_gpu_commands.h (which mailbox is whose).
 */
#include "gpu-internal.h"
#include "ring-regs.h"

#define PIPE_STRIDE             0x1000u
#define PIPE_SCANLINE           0x70000u
#define PIPE_FRMCNT             0x70040u
#define DE_LOAD_SL              0x70068u
#define   LOAD_SL_START         (1u << 31)
#define   LOAD_SL_INCLUSIVE     (1u << 30)
#define   LOAD_SL_FIRST(v)      ((v) >> 16 & 0x1fff)
#define   LOAD_SL_LAST(v)       ((v) & 0x1fff)
#define   LOAD_SL_LINES         0x1fff1fffu
#define DE_RRMR                 0x44050u

#define WAIT_CONDITION_CODE(h)  ((h) >> 16 & 0xf)
#define WAIT_EVENTS             0x0070ef2fu
#define CONDITION_CODES         5

/* How often a wait that nothing wakes looks again, on the virtual clock. */
#define POLL_LINE_NS            4000
#define POLL_FRAME_NS           250000
#define POLL_SEMAPHORE_NS       20000

#define MI_OPCODE(header)       ((header) >> 23 & 0x3f)
#define OPCODE_SCAN_LINES_INCL  0x12

typedef enum WaitKind {
    WAIT_SCAN_LINES,
    WAIT_FLIP_PRIMARY,
    WAIT_FLIP_SPRITE,
    WAIT_VBLANK,
    WAIT_HBLANK,
} WaitKind;

/* Bits of the command, and alike of DE_RRMR. */
static const struct {
    uint8_t bit;
    uint8_t pipe;
    uint8_t kind;
} wait_event[] = {
    { 0, 0, WAIT_SCAN_LINES },
    { 1, 0, WAIT_FLIP_PRIMARY },
    { 2, 0, WAIT_FLIP_SPRITE },
    { 3, 0, WAIT_VBLANK },
    { 5, 0, WAIT_HBLANK },
    { 8, 1, WAIT_SCAN_LINES },
    { 9, 1, WAIT_FLIP_PRIMARY },
    { 10, 1, WAIT_FLIP_SPRITE },
    { 11, 1, WAIT_VBLANK },
    { 13, 1, WAIT_HBLANK },
    { 14, 2, WAIT_SCAN_LINES },
    { 15, 2, WAIT_FLIP_PRIMARY },
    { 20, 2, WAIT_FLIP_SPRITE },
    { 21, 2, WAIT_VBLANK },
    { 22, 2, WAIT_HBLANK },
};

static GvirtStep wait_on(GvirtEngine *engine, uint32_t ctl_bit,
                         int64_t poll_ns)
{
    gvirt_engine_set_reg(engine, RING_CTL,
                         gvirt_engine_reg(engine, RING_CTL) | ctl_bit);
    if (poll_ns) {
        engine->deadline_ns = gvirt_gpu_now_ns(engine->gpu) + poll_ns;
    }
    return GVIRT_STEP_WAIT;
}

/* A counter of the pipe that moves at the event: whether it has moved. */
static bool wait_moved(GvirtEngine *engine, uint32_t reg)
{
    uint32_t value = gvirt_regfile_read(&engine->gpu->regs, reg);

    if (!engine->wait_armed) {
        engine->wait_armed = true;
        engine->wait_seen = value;
        return false;
    }
    return value != engine->wait_seen;
}

/* Whether the wait is over; *poll_ns: when to look again. */
static bool wait_event_over(GvirtEngine *engine, unsigned pipe, WaitKind kind,
                            int64_t *poll_ns)
{
    GvirtGpu *gpu = engine->gpu;
    uint32_t lines;
    bool inside;

    *poll_ns = POLL_FRAME_NS;
    switch (kind) {
    case WAIT_SCAN_LINES:
        *poll_ns = POLL_LINE_NS;
        lines = gvirt_regfile_get(&gpu->regs, DE_LOAD_SL + pipe * PIPE_STRIDE);
        if (!gvirt_display_pipe_enabled(gpu->display, pipe)) {
            *poll_ns = POLL_FRAME_NS;
            return false;
        }
        inside = gvirt_display_in_scanlines(gpu->display, pipe,
                                            LOAD_SL_FIRST(lines),
                                            LOAD_SL_LAST(lines));
        return inside != !!(lines & LOAD_SL_INCLUSIVE);
    case WAIT_FLIP_PRIMARY:
    case WAIT_FLIP_SPRITE:
        return !gvirt_display_flip_pending(gpu->display, pipe,
                                           kind == WAIT_FLIP_SPRITE);
    case WAIT_VBLANK:
        /* Asked for, so that the display announces it. */
        gvirt_display_in_vblank(gpu->display, pipe);
        return wait_moved(engine, PIPE_FRMCNT + pipe * PIPE_STRIDE);
    case WAIT_HBLANK:
        *poll_ns = POLL_LINE_NS;
        return wait_moved(engine, PIPE_SCANLINE + pipe * PIPE_STRIDE);
    }
    return true;
}

GvirtStep gvirt_exec_MI_WAIT_FOR_EVENT(GvirtEngine *engine,
                                       const GvirtCommandInfo *info,
                                       const uint32_t *dw, uint32_t len_dw)
{
    GvirtGpu *gpu = engine->gpu;
    unsigned code = WAIT_CONDITION_CODE(dw[0]);
    int64_t poll_ns;
    unsigned i;

    (void)info;
    (void)len_dw;
    if (engine->wait_broken) {
        return GVIRT_STEP_DONE;
    }
    if (code) {
        if (code > CONDITION_CODES ||
            !(gvirt_engine_reg(engine, RING_EXCC) >> (code - 1) & 1)) {
            return GVIRT_STEP_DONE;
        }
        return wait_on(engine, RING_CTL_WAIT, 0);
    }
    if (!gpu->display) {
        return GVIRT_STEP_DONE;
    }
    /* More than one event is undefined; the lowest is taken. */
    for (i = 0; i < G_N_ELEMENTS(wait_event); i++) {
        if (dw[0] >> wait_event[i].bit & 1) {
            break;
        }
    }
    if (i == G_N_ELEMENTS(wait_event)) {
        return GVIRT_STEP_DONE;
    }
    if (wait_event_over(engine, wait_event[i].pipe, wait_event[i].kind,
                        &poll_ns) &&
        /* The display tells the streamer only what is not masked. */
        (!engine->waiting || !(gvirt_regfile_get(&gpu->regs, DE_RRMR) >>
                               wait_event[i].bit & 1))) {
        return GVIRT_STEP_DONE;
    }
    return wait_on(engine, RING_CTL_WAIT, poll_ns);
}

/* Plane select of flips and scan lines: -1 for what is reserved. */
static int select_pipe(unsigned select, unsigned *plane)
{
    static const int8_t pipe[8] = { 0, 1, 0, 1, 2, 2, -1, -1 };

    *plane = select == 2 || select == 3 || select == 5;
    return pipe[select & 7];
}

GvirtStep gvirt_exec_MI_LOAD_SCAN_LINES(GvirtEngine *engine,
                                        const GvirtCommandInfo *info,
                                        const uint32_t *dw, uint32_t len_dw)
{
    unsigned plane;
    int pipe = select_pipe(dw[0] >> 19 & 7, &plane);
    uint32_t value;

    if (len_dw < 2 || pipe < 0 || plane) {
        gvirt_log_guest_error(engine->gpu->host, "%s: %s: reserved plane or "
                              "too short", engine->name, info->name);
        return GVIRT_STEP_DONE;
    }
    value = LOAD_SL_START | (dw[1] & LOAD_SL_LINES);
    if (MI_OPCODE(dw[0]) == OPCODE_SCAN_LINES_INCL) {
        value |= LOAD_SL_INCLUSIVE;
    }
    gvirt_regfile_write(&engine->gpu->regs,
                        DE_LOAD_SL + (unsigned)pipe * PIPE_STRIDE, value);
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_DISPLAY_FLIP(GvirtEngine *engine,
                                     const GvirtCommandInfo *info,
                                     const uint32_t *dw, uint32_t len_dw)
{
    GvirtGpu *gpu = engine->gpu;
    unsigned plane;
    int pipe = select_pipe(dw[0] >> 19 & 7, &plane);
    uint32_t surface;
    bool async;

    (void)info;
    if (!engine->fetch.secure) {
        gvirt_engine_deny(engine, dw[0], 0);
        return GVIRT_STEP_DONE;
    }
    if (len_dw < 3 || pipe < 0) {
        gvirt_log_guest_error(gpu->host, "%s: MI_DISPLAY_FLIP of a reserved "
                              "plane or too short", engine->name);
        return GVIRT_STEP_DONE;
    }
    surface = dw[2] & ~GVIRT_PAGE_MASK;
    async = (dw[2] & 3) == 1;
    if (gpu->display) {
        gvirt_display_flip(gpu->display, pipe, plane, dw[1] & 0xffc0,
                           dw[1] & 1, surface, async);
    }
    return GVIRT_STEP_DONE;
}

#define MBOX_GLOBAL             (1u << 22)
#define MBOX_UPDATE             (1u << 21)
#define MBOX_COMPARE            (1u << 20)
#define MBOX_REGISTER           (1u << 18)
#define MBOX_SELECT(h)          ((h) >> 16 & 3)

/*
 * The mailboxes that an engine waits on: RVSYNC, RVESYNC, RBSYNC for RCS, and
 * alike for the others: select 0 is SYNC_0, 1 is SYNC_2, 2 is SYNC_1.
 */
static uint32_t mbox_register(const GvirtEngine *engine, uint32_t header)
{
    static const uint16_t offset[3] = { RING_SYNC_0, RING_SYNC_2, RING_SYNC_1 };

    return gvirt_engine_reg(engine, offset[MBOX_SELECT(header) % 3]);
}

static void mbox_signal(GvirtEngine *engine, const uint32_t *dw,
                        GvirtSpace space)
{
    uint32_t offset = dw[2] & 0x007ffffcu;

    if (!(dw[0] & MBOX_REGISTER)) {
        gvirt_mem_write32(engine, space, dw[2] & ~3u, dw[1]);
        gvirt_streamer_wake(engine->gpu);
    } else if (gvirt_engine_may_write_reg(engine, offset)) {
        gvirt_regfile_write(&engine->gpu->regs, offset, dw[1]);
    } else {
        gvirt_engine_deny(engine, dw[0], offset);
    }
}

/* Goes on when the mailbox is greater than the data; may write it then. */
GvirtStep gvirt_exec_MI_SEMAPHORE_MBOX(GvirtEngine *engine,
                                       const GvirtCommandInfo *info,
                                       const uint32_t *dw, uint32_t len_dw)
{
    GvirtSpace space;
    uint32_t value;
    bool denied;

    (void)info;
    if (len_dw < 3) {
        gvirt_log_guest_error(engine->gpu->host, "%s: MI_SEMAPHORE_MBOX too "
                              "short", engine->name);
        return GVIRT_STEP_DONE;
    }
    /* In a non-secure batch the global bit does not count. */
    space = gvirt_engine_operand_space(engine, dw[0] & MBOX_GLOBAL, &denied);
    if (dw[0] & MBOX_COMPARE && !engine->wait_broken) {
        if (!(dw[0] & MBOX_REGISTER)) {
            value = gvirt_mem_read32(engine, space, dw[2] & ~3u);
        } else if (MBOX_SELECT(dw[0]) == 3) {
            gvirt_log_unimp(engine->gpu->host, "MI_SEMAPHORE_MBOX with a "
                            "general register");
            return GVIRT_STEP_DONE;
        } else {
            value = mbox_register(engine, dw[0]);
        }
        if (value <= dw[1]) {
            return wait_on(engine, RING_CTL_SEMAPHORE,
                           dw[0] & MBOX_REGISTER ? 0 : POLL_SEMAPHORE_NS);
        }
    }
    if (dw[0] & MBOX_UPDATE) {
        mbox_signal(engine, dw, space);
    }
    return GVIRT_STEP_DONE;
}
