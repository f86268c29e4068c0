/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command streamer: fetches from the ring and from batches, decodes by
 * the command table, hands each command to its executor, keeps the time.
 *
 * A command is copied out of guest memory before it is looked at, whole and
 * once: the guest may write the memory at any time. Runs of MI_NOOP alone are
 * skipped in place.
 *
 * Time: the cost of a command moves busy_until_clk. With timing=model a
 * streamer works ahead of it, but a command whose effects others can see
 * (GVIRT_CMD_VISIBLE) waits until the clock has come there, and so does the
 * end of the work. How long a clock is, RPS decides: it may change under way.
 *
 * Source: HSW PRM vol. 6 (ring, batches, privileges); IVB PRM vol. 1 part 3.
 */
#include <string.h>

#include "gpu-internal.h"
#include "ring-regs.h"

/* A run of so many no-ops counts as one command of the budget. */
#define NOOPS_PER_COMMAND       64
/* Commands between two looks whether someone waits for the lock. */
#define COMMANDS_PER_BREATH     32
/* How far work that nobody sees may run ahead of the clock. */
#define RUN_AHEAD_NS            1000000

/* MI_NOOP without "Identification Number Register Write Enable". */
#define NOOP_BELOW              0x00400000u
#define NOOP_CLK                2

static const GvirtExecFn executors[GVIRT_EXEC_COUNT] = {
#define X(token) [GVIRT_EXEC_##token] = gvirt_exec_##token,
#include "hw/gvirt/exec.def"
#undef X
};

/* Consecutive dwords that can be fetched without another translation. */
typedef struct StreamerWindow {
    const uint32_t *dw;
    uint64_t addr;
    uint32_t len_dw;
} StreamerWindow;

void gvirt_engine_cost(GvirtEngine *engine, uint64_t clocks)
{
    int64_t step = MIN(clocks, (uint64_t)INT64_MAX / 4);

    engine->busy_until_clk = MIN(engine->busy_until_clk, INT64_MAX / 2) + step;
    engine->gpu->stats.busy_clk[engine->id] += clocks;
}

void gvirt_streamer_reset(GvirtEngine *engine)
{
    engine->fetch = (GvirtFetch) {
        .secure = true,
        .code_space = GVIRT_SPACE_GGTT,
        .space = GVIRT_SPACE_PPGTT,
    };
    engine->outer = engine->fetch;
    engine->moved = true;
    engine->hung = false;
    engine->starved = false;
    engine->waiting = false;
    engine->wait_armed = false;
    engine->wait_broken = false;
    engine->predicate = 0;
    engine->deadline_ns = INT64_MAX;
}

void gvirt_streamer_wake(GvirtGpu *gpu)
{
    int i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (gpu->engine[i].waiting) {
            gvirt_gpu_kick(gpu);
        }
    }
}

int64_t gvirt_streamer_deadline_ns(const GvirtEngine *engine)
{
    GvirtGpu *gpu = engine->gpu;

    if (engine->deadline_ns == INT64_MAX || gpu->paused) {
        return INT64_MAX;
    }
    if (engine->deadline_ns <= gvirt_gpu_now_ns(gpu)) {
        /* It is due: a run, not another timer, is what it needs. */
        gvirt_gpu_kick(gpu);
        return INT64_MAX;
    }
    return engine->deadline_ns;
}

bool gvirt_engine_may_write_reg(const GvirtEngine *engine, uint32_t offset)
{
    const GvirtRegInfo *info;

    if ((engine->id == GVIRT_VCS || engine->id == GVIRT_VECS) &&
        gvirt_engine_reg(engine, RING_CTL) & RING_CTL_NO_REG_WRITE) {
        return false;
    }
    if (engine->fetch.secure) {
        return true;
    }
    /* Of its own engine only: HSW PRM vol. 10 speaks of the blitter's. */
    info = gvirt_reg_find(offset);
    return info && info->flags & GVIRT_REG_USER &&
           offset - gvirt_ring_reg(engine, 0) < RING_REGS_SIZE_B;
}

void gvirt_engine_deny(GvirtEngine *engine, uint32_t header, uint32_t what)
{
    GvirtGpu *gpu = engine->gpu;

    /* No log: i915 itself does so in each new context (gen7_renderclear.c). */
    gvirt_trace(gpu->host, privilege, engine->id, engine->fetch.addr, header,
                what);
    gpu->stats.denied_commands++;
    gvirt_engine_error(engine, GVIRT_ERROR_PRIVILEGE);
}

GvirtSpace gvirt_engine_operand_space(GvirtEngine *engine, bool global,
                                      bool *denied)
{
    *denied = global && !engine->fetch.secure;
    return global && engine->fetch.secure ? GVIRT_SPACE_GGTT
                                          : engine->fetch.space;
}

/* Where the next dword stands. */
static uint64_t streamer_addr(const GvirtEngine *engine)
{
    if (engine->fetch.in_batch) {
        return engine->fetch.addr;
    }
    return (uint64_t)(gvirt_engine_reg(engine, RING_START) & RING_START_ADDR) +
           (gvirt_engine_reg(engine, RING_HEAD) & RING_HEAD_OFFSET);
}

void gvirt_streamer_publish(GvirtEngine *engine, uint64_t addr,
                            uint32_t header)
{
    const GvirtFetch *fetch = &engine->fetch;
    const GvirtFetch *first = fetch->second_level ? &engine->outer : fetch;
    bool nested = fetch->in_batch && fetch->second_level;

    gvirt_engine_set_reg(engine, RING_IPEHR, header);
    gvirt_engine_set_reg(engine, RING_ACTHD, fetch->in_batch ?
                         (uint32_t)addr :
                         gvirt_engine_reg(engine, RING_HEAD));
    gvirt_engine_set_reg(engine, RING_DMA_FADD, (uint32_t)addr);
    gvirt_engine_set_reg(engine, RING_BBADDR,
                         ((uint32_t)first->addr & ~3u) |
                         (fetch->in_batch ? BBADDR_VALID : 0));
    gvirt_engine_set_reg(engine, RING_BBSTATE,
                         first->code_space == GVIRT_SPACE_PPGTT &&
                         fetch->in_batch ? BBSTATE_PPGTT : 0);
    gvirt_engine_set_reg(engine, RING_SBBADDR,
                         nested ? (uint32_t)addr | BBADDR_VALID : 0);
    gvirt_engine_set_reg(engine, RING_SBBSTATE,
                         nested && fetch->code_space == GVIRT_SPACE_PPGTT ?
                         BBSTATE_PPGTT : 0);
}

void gvirt_streamer_skip(GvirtEngine *engine, uint32_t len_dw)
{
    if (engine->fetch.in_batch) {
        engine->fetch.addr += len_dw * 4ull;
    } else {
        gvirt_ring_advance(engine, len_dw);
    }
}

void gvirt_streamer_return(GvirtEngine *engine)
{
    if (engine->fetch.second_level) {
        engine->fetch = engine->outer;
    } else {
        engine->fetch = (GvirtFetch) {
            .secure = true,
            .code_space = GVIRT_SPACE_GGTT,
            .space = GVIRT_SPACE_PPGTT,
        };
        /* A batch cannot switch off what its ring does after it. */
        engine->predicate = 0;
        engine->resource_streamer = false;
    }
    engine->moved = true;
}

/*
 * The window at the present place, at least one dword; false at a fault. In
 * the ring it ends at TAIL or at the ring's end. skip_dw: that many dwords on.
 */
static bool streamer_window(GvirtEngine *engine, uint32_t skip_dw,
                            StreamerWindow *window)
{
    const GvirtFetch *fetch = &engine->fetch;
    uint32_t left_B = UINT32_MAX;
    uint64_t addr;
    uint8_t *page;

    if (fetch->in_batch) {
        addr = fetch->addr + skip_dw * 4ull;
    } else {
        uint32_t size_B = gvirt_ring_size_B(engine);
        uint32_t tail = gvirt_engine_reg(engine, RING_TAIL) & RING_TAIL_OFFSET;
        uint64_t head = (gvirt_engine_reg(engine, RING_HEAD) &
                         RING_HEAD_OFFSET) + skip_dw * 4ull;

        head %= size_B;
        left_B = (tail > head ? tail : size_B) - (uint32_t)head;
        addr = (gvirt_engine_reg(engine, RING_START) & RING_START_ADDR) + head;
    }
    page = gvirt_mem_page(engine, fetch->code_space, addr, false, NULL);
    if (!page) {
        return false;
    }
    left_B = MIN(left_B, GVIRT_PAGE_SIZE_B - (uint32_t)(addr &
                                                        GVIRT_PAGE_MASK));
    window->dw = (const uint32_t *)(page + (addr & GVIRT_PAGE_MASK & ~3u));
    window->addr = addr;
    window->len_dw = left_B / 4;
    return true;
}

/* Dwords between HEAD and TAIL. */
static uint32_t ring_filled_dw(const GvirtEngine *engine)
{
    uint32_t size_B = gvirt_ring_size_B(engine);
    uint32_t head = gvirt_engine_reg(engine, RING_HEAD) & RING_HEAD_OFFSET;
    uint32_t tail = gvirt_engine_reg(engine, RING_TAIL) & RING_TAIL_OFFSET;

    head %= size_B;
    return (tail >= head ? tail - head : size_B - head + tail) / 4;
}

static void copy_dwords(uint32_t *to, const uint32_t *from, uint32_t len_dw)
{
    uint32_t i;

    for (i = 0; i < len_dw; i++) {
        to[i] = GUINT32_FROM_LE(from[i]);
    }
}

/* The whole command into the buffer, across pages and the ring's end. */
static bool streamer_assemble(GvirtEngine *engine,
                              const StreamerWindow *first, uint32_t header,
                              uint32_t len_dw)
{
    StreamerWindow window = *first;
    uint32_t done = 0;

    while (true) {
        uint32_t run = MIN(window.len_dw, len_dw - done);

        copy_dwords(engine->command + done, window.dw, run);
        done += run;
        if (done == len_dw) {
            break;
        }
        if (!streamer_window(engine, done, &window)) {
            return false;
        }
    }
    /* What was decoded is what runs, even if the memory changed since. */
    engine->command[0] = header;
    memset(engine->command + len_dw, 0,
           GVIRT_COMMAND_PAD_DW * sizeof(uint32_t));
    return true;
}

/* How many of the dwords are plain MI_NOOPs. */
static uint32_t count_noops(const uint32_t *dw, uint32_t len_dw)
{
    uint32_t i = 0;

    while (i + 16 <= len_dw) {
        uint32_t any = 0;
        unsigned k;

        for (k = 0; k < 16; k++) {
            any |= dw[i + k];
        }
        if (GUINT32_FROM_LE(any) >= NOOP_BELOW) {
            break;
        }
        i += 16;
    }
    while (i < len_dw && GUINT32_FROM_LE(dw[i]) < NOOP_BELOW) {
        i++;
    }
    return i;
}

/* Hang: the engine stays busy and does nothing until software steps in. */
static void streamer_hang(GvirtEngine *engine)
{
    engine->hung = true;
    gvirt_log_guest_error(engine->gpu->host, "%s: cannot fetch at 0x%" PRIx64
                          ", hung", engine->name, streamer_addr(engine));
}

/* MI_SET_PREDICATE makes commands no-ops, but for what ends or changes it. */
static bool streamer_predicated(const GvirtEngine *engine,
                                const GvirtCommandInfo *info)
{
    bool result;

    if (!engine->predicate || info->flags & GVIRT_CMD_END ||
        info->exec == GVIRT_EXEC_MI_SET_PREDICATE) {
        return false;
    }
    result = gvirt_regfile_get(&engine->gpu->regs, CS_PREDICATE_RESULT_2) & 1;
    return engine->predicate == 3 || result == (engine->predicate == 2);
}

/* INSTPM can have classes of render commands parsed and not executed. */
static bool streamer_disabled(const GvirtEngine *engine,
                              const GvirtCommandInfo *info, uint32_t header)
{
    uint32_t instpm;

    if (engine->id != GVIRT_RCS || header >> 29 != 3) {
        return false;
    }
    instpm = gvirt_engine_reg(engine, RING_INSTPM);
    if ((header >> 27 & 3) == 2) {
        return instpm & INSTPM_NO_MEDIA;
    }
    if (info->flags & GVIRT_CMD_DRAW) {
        return instpm & INSTPM_NO_3D_RENDERING;
    }
    return info->flags & GVIRT_CMD_STATE && instpm & INSTPM_NO_3D_STATE;
}

/*
 * With timing=model: whether the clock has not come as far as the work, less
 * slack_ns. If so, the deadline is set to when it will have.
 */
static bool streamer_ahead(GvirtEngine *engine, int64_t slack_ns)
{
    GvirtGpu *gpu = engine->gpu;
    int64_t now_ns, until_ns;

    if (gpu->config.timing != GVIRT_TIMING_MODEL) {
        return false;
    }
    now_ns = gvirt_gpu_now_ns(gpu);
    if (engine->busy_until_clk <=
        gvirt_gpu_ns_to_clk(gpu, now_ns + slack_ns)) {
        return false;
    }
    until_ns = gvirt_gpu_clk_to_ns(gpu, engine->busy_until_clk);
    engine->deadline_ns = MAX(until_ns - slack_ns, now_ns + 1);
    return true;
}

/* After a wait the work goes on at the present time. */
static void streamer_catch_up(GvirtEngine *engine)
{
    GvirtGpu *gpu = engine->gpu;

    if (gpu->config.timing == GVIRT_TIMING_MODEL) {
        int64_t now = gvirt_gpu_ns_to_clk(gpu, gvirt_gpu_now_ns(gpu));

        engine->busy_until_clk = MAX(engine->busy_until_clk, now);
    }
}

static void streamer_set_waiting(GvirtEngine *engine, bool waiting)
{
    if (engine->waiting == waiting) {
        return;
    }
    if (!waiting) {
        uint32_t ctl = gvirt_engine_reg(engine, RING_CTL);

        gvirt_engine_set_reg(engine, RING_CTL,
                             ctl & ~(RING_CTL_WAIT | RING_CTL_SEMAPHORE));
        streamer_catch_up(engine);
    }
    engine->waiting = waiting;
}

/* What the header is not: an instruction error, stepped over. */
static void streamer_invalid(GvirtEngine *engine, uint64_t addr,
                             uint32_t header)
{
    gvirt_log_guest_error(engine->gpu->host, "%s: invalid command 0x%08x at "
                          "0x%" PRIx64, engine->name, header, addr);
    gvirt_engine_error(engine, GVIRT_ERROR_INSTRUCTION);
}

typedef enum StreamerVerdict {
    VERDICT_NEXT,           /* go on with the next command */
    VERDICT_STALL,          /* nothing more to do for now */
    VERDICT_ABORT,          /* reset: nothing of before holds */
} StreamerVerdict;

static StreamerVerdict streamer_execute(GvirtEngine *engine,
                                        const GvirtCommandInfo *info,
                                        uint32_t len_dw)
{
    uint64_t *busy_clk = &engine->gpu->stats.busy_clk[engine->id];
    int64_t before_clk = engine->busy_until_clk;
    uint64_t before_busy_clk = *busy_clk;
    uint32_t epoch = engine->epoch;
    GvirtStep step;

    gvirt_engine_cost(engine, info->cost_clk + len_dw - 1);
    engine->moved = false;
    engine->in_command = true;
    step = executors[info->exec](engine, info, engine->command, len_dw);
    engine->in_command = false;

    if (engine->epoch != epoch || step == GVIRT_STEP_ABORT) {
        return VERDICT_ABORT;
    }
    if (step == GVIRT_STEP_WAIT) {
        /* It will be charged when it goes through. */
        engine->busy_until_clk = before_clk;
        *busy_clk = before_busy_clk;
        streamer_set_waiting(engine, true);
        return VERDICT_STALL;
    }
    streamer_set_waiting(engine, false);
    engine->wait_armed = false;
    engine->wait_broken = false;
    if (!engine->moved && step == GVIRT_STEP_DONE) {
        gvirt_streamer_skip(engine, len_dw);
    }
    engine->gpu->stats.commands[engine->id]++;
    return VERDICT_NEXT;
}

/* One command that is not a plain MI_NOOP. */
static StreamerVerdict streamer_command(GvirtEngine *engine,
                                        const StreamerWindow *window)
{
    /* volatile: the guest may be writing it, and it must be read once. */
    uint32_t header = GUINT32_FROM_LE(*(volatile const uint32_t *)window->dw);
    const GvirtCommandInfo *info = gvirt_command_find(engine->id, header);
    uint32_t len_dw = gvirt_command_len_dw(info, header);

    len_dw = CLAMP(len_dw, 1, GVIRT_COMMAND_MAX_DW);
    gvirt_streamer_publish(engine, window->addr, header);
    if (!engine->fetch.in_batch && len_dw > ring_filled_dw(engine)) {
        /* As the parser would, wait for the rest of it. */
        if (!engine->starved) {
            gvirt_log_guest_error(engine->gpu->host, "%s: command 0x%08x ends "
                                  "behind TAIL", engine->name, header);
        }
        engine->starved = true;
        return VERDICT_STALL;
    }
    if (!info) {
        streamer_invalid(engine, window->addr, header);
        gvirt_engine_cost(engine, len_dw);
        gvirt_streamer_skip(engine, len_dw);
        return VERDICT_NEXT;
    }
    if (info->flags & GVIRT_CMD_VISIBLE && streamer_ahead(engine, 0)) {
        return VERDICT_STALL;
    }
    if (streamer_predicated(engine, info) ||
        streamer_disabled(engine, info, header)) {
        gvirt_engine_cost(engine, len_dw + 1);
        gvirt_streamer_skip(engine, len_dw);
        return VERDICT_NEXT;
    }
    if (info->flags & GVIRT_CMD_PRIVILEGED && !engine->fetch.secure) {
        gvirt_engine_deny(engine, header, 0);
        gvirt_engine_cost(engine, len_dw + 1);
        gvirt_streamer_skip(engine, len_dw);
        return VERDICT_NEXT;
    }
    if (!streamer_assemble(engine, window, header, len_dw)) {
        streamer_hang(engine);
        return VERDICT_STALL;
    }
    gvirt_trace(engine->gpu->host, command, engine->id, window->addr, header,
                len_dw);
    gvirt_trace_command(engine->gpu->host, engine->id, window->addr,
                        engine->command, len_dw);
    return streamer_execute(engine, info, len_dw);
}

unsigned gvirt_streamer_run(GvirtEngine *engine, unsigned budget, bool *more)
{
    unsigned done = 0;
    unsigned breath = 0;

    *more = false;
    engine->deadline_ns = INT64_MAX;
    gvirt_engine_update_busy(engine);
    while (gvirt_ring_has_work(engine) && !engine->hung && !engine->starved) {
        StreamerWindow window;
        StreamerVerdict verdict;
        uint32_t noops, limit;

        if (done >= budget) {
            *more = true;
            break;
        }
        if (breath++ % COMMANDS_PER_BREATH == COMMANDS_PER_BREATH - 1) {
            bool alive = gvirt_gpu_breathe(engine);

            if (!alive || engine->gpu->paused) {
                *more = gvirt_ring_has_work(engine);
                break;
            }
            if (streamer_ahead(engine, RUN_AHEAD_NS)) {
                break;
            }
            continue;
        }
        if (!streamer_window(engine, 0, &window)) {
            gvirt_streamer_publish(engine, streamer_addr(engine),
                                   gvirt_engine_reg(engine, RING_IPEHR));
            streamer_hang(engine);
            break;
        }
        limit = MIN(window.len_dw,
                    (uint64_t)(budget - done) * NOOPS_PER_COMMAND);
        noops = count_noops(window.dw, limit);
        if (noops) {
            gvirt_engine_cost(engine, (uint64_t)noops * NOOP_CLK);
            gvirt_streamer_skip(engine, noops);
            gvirt_streamer_publish(engine, streamer_addr(engine), 0);
            engine->gpu->stats.commands[engine->id] += noops;
            done += (noops + NOOPS_PER_COMMAND - 1) / NOOPS_PER_COMMAND;
            continue;
        }
        verdict = streamer_command(engine, &window);
        done++;
        if (verdict == VERDICT_STALL) {
            break;
        }
    }
    if (!gvirt_ring_has_work(engine) && engine->busy) {
        /* The last command's time has to pass before the ring is idle. */
        if (!streamer_ahead(engine, 0)) {
            gvirt_streamer_publish(engine, streamer_addr(engine),
                                   gvirt_engine_reg(engine, RING_IPEHR));
        }
        gvirt_engine_update_busy(engine);
    }
    return MIN(done, budget);
}
