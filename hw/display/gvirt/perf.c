/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Observability: counters, MI_REPORT_PERF_COUNT, timer reports to OABUFFER.
 *
 * What counts: A41 (render engine busy), C2 (GPU clocks: Mesa's oa-hsw.xml
 * reads them there in every metric set), and each B counter whose event is
 * set up as the PRM says for "increment every GPU clock" (CECn-0 3, CECn-1
 * FFFEh). Threads, pixels and the signals of the event network are not
 * modelled: those counters stay 0. Pipeline statistics are plain registers
 * that only drawing would move.
 *
 * Timer reports are written with the counters and the time of their strobe,
 * but in batches: when someone looks at the tail, and every half millisecond.
 *
 * Source: HSW PRM, "Observability Performance Counters"; i915:
 * i915_perf_oa_regs.h (OACONTROL bits 4:2 select the format on Haswell, too).
 */
#include "perf.h"

#include <string.h>


#define OACONTROL_CONTEXT       0xfffff000u
#define OACONTROL_PERIOD(v)     ((v) >> 6 & 0x3f)
#define OACONTROL_TIMER         (1u << 5)
#define OACONTROL_FORMAT(v)     ((v) >> 2 & 7)
#define OACONTROL_ONE_CONTEXT   (1u << 1)
#define OACONTROL_ENABLE        (1u << 0)
#define OASTATUS1_TAIL          0xffffffc0u
#define OASTATUS1_SIZE_B(v)     (0x20000u << ((v) >> 3 & 7))
#define OASTATUS1_OVERFLOW      (1u << 1)
#define OASTATUS1_LOST          (1u << 0)
#define OASTATUS2_HEAD          0xffffffc0u
#define OASTATUS2_GGTT          (1u << 0)       /* read-only 1 on Haswell */
#define OABUFFER_ADDR           0xffffffc0u
#define OABUFFER_NO_OVERRUN     (1u << 3)
#define OABUFFER_OVERRUN        (1u << 4)       /* read-only */

#define CEC_EVERY_CLOCK_0       0x00000003u
#define CEC_EVERY_CLOCK_1       0x0000fffeu

#define REPORT_ADDR             0xffffffc0u
#define REPORT_GGTT             (1u << 0)
/*
 * Haswell's report id of a timer report is not documented but never 0; the
 * reason bit "timer" of its successor (BDW PRM, OA reports) stands for it.
 */
#define REPORT_ID_TIMER         (1u << 19)
#define IMR_PERF_BUFFER         (1u << 9)

#define A_COUNTERS              45
#define B_COUNTERS              8
#define C_COUNTERS              8
#define A_RENDER_BUSY           41
#define C_GPU_CLOCKS            2

#define TICK_NS                 80
#define PERIOD_MAX              40      /* 2^41 ticks: two days */
#define BATCH_NS                500000
#define BATCH_REPORTS           4096
/*
 * No more often than each 2.56 us: shorter periods would keep the host busy
 * with nothing else. What is left out counts as lost.
 */
#define PERIOD_MIN_TICKS        32

struct GvirtPerf {
    int64_t counted_ns;         /* counters are good up to here */
    uint64_t busy_seen_clk;     /* stats.busy_clk[RCS] that was taken */
    uint64_t busy_pending_clk;  /* of it, not yet passed in time */
    uint64_t busy_clk;
    uint64_t clk;
    uint32_t b[B_COUNTERS];
    bool counting;
    int64_t strobe_tick;        /* of the next timer report */
};

typedef struct ReportPart {
    uint8_t dword;
    char kind;                  /* A, B, C; I: instruction address */
    uint8_t first;
    uint8_t count;
} ReportPart;

/*
 * HSW PRM, "Counters layout for various values of select": dword 0 is the
 * report id, dword 1 the time stamp.
 */
static const struct {
    uint16_t size_B;
    ReportPart part[4];
} report_format[8] = {
    [0] = { 64, { { 3, 'A', 0, 13 } } },
    [1] = { 128, { { 3, 'A', 0, 29 } } },
    [2] = { 128, { { 3, 'A', 0, 13 }, { 16, 'B', 0, 8 },
                   { 24, 'C', 0, 8 } } },
    [3] = { 192, { { 3, 'A', 0, 29 }, { 32, 'B', 0, 8 },
                   { 40, 'C', 0, 8 } } },
    [4] = { 64, { { 3, 'I', 0, 1 }, { 4, 'B', 0, 4 }, { 8, 'C', 0, 8 } } },
    [5] = { 256, { { 3, 'A', 0, 45 }, { 48, 'B', 0, 8 },
                   { 56, 'C', 0, 8 } } },
    [6] = { 128, { { 3, 'I', 0, 1 }, { 4, 'B', 0, 4 }, { 8, 'C', 0, 8 },
                   { 16, 'A', 29, 16 } } },
    [7] = { 64, { { 3, 'I', 0, 1 }, { 4, 'C', 0, 4 }, { 8, 'B', 0, 8 } } },
};

static uint32_t reg(const GvirtGpu *gpu, uint32_t offset)
{
    return gvirt_regfile_get(&gpu->regs, offset);
}

static bool should_count(const GvirtGpu *gpu)
{
    uint32_t control = reg(gpu, GVIRT_REG_OACONTROL);

    if (!(control & OACONTROL_ENABLE)) {
        return false;
    }
    return !(control & OACONTROL_ONE_CONTEXT) ||
           !((control ^ reg(gpu, GVIRT_REG_RCS_CCID)) & OACONTROL_CONTEXT);
}

static bool b_counts_clocks(const GvirtGpu *gpu, unsigned i)
{
    return reg(gpu, GVIRT_REG_OA_CEC + i * 8) == CEC_EVERY_CLOCK_0 &&
           reg(gpu, GVIRT_REG_OA_CEC + i * 8 + 4) == CEC_EVERY_CLOCK_1;
}

/*
 * Bring the counters to now_ns. Busy clocks are booked by the streamer when
 * work is issued; they count as their time passes. With timing=functional
 * work takes no time: no more is counted than has passed.
 */
static void count_to(GvirtGpu *gpu, int64_t now_ns)
{
    GvirtPerf *perf = gpu->perf;
    uint64_t booked_clk = gpu->stats.busy_clk[GVIRT_RCS];
    uint64_t passed_clk, busy_clk;
    unsigned i;

    if (now_ns <= perf->counted_ns) {
        return;
    }
    passed_clk = gvirt_gpu_ns_to_clk(gpu, now_ns) -
                 gvirt_gpu_ns_to_clk(gpu, perf->counted_ns);
    perf->counted_ns = now_ns;
    perf->busy_pending_clk += booked_clk - perf->busy_seen_clk;
    perf->busy_seen_clk = booked_clk;
    busy_clk = MIN(perf->busy_pending_clk, passed_clk);
    perf->busy_pending_clk = gpu->config.timing == GVIRT_TIMING_MODEL
                             ? perf->busy_pending_clk - busy_clk : 0;
    if (!perf->counting) {
        return;
    }
    perf->clk += passed_clk;
    perf->busy_clk += busy_clk;
    for (i = 0; i < B_COUNTERS; i++) {
        if (b_counts_clocks(gpu, i)) {
            perf->b[i] += (uint32_t)passed_clk;
        }
    }
}

static uint32_t counter(const GvirtGpu *gpu, char kind, unsigned i)
{
    const GvirtPerf *perf = gpu->perf;

    switch (kind) {
    case 'A':
        return i == A_RENDER_BUSY ? (uint32_t)perf->busy_clk : 0;
    case 'B':
        return perf->b[i];
    case 'C':
        return i == C_GPU_CLOCKS ? (uint32_t)perf->clk : 0;
    default:
        return reg(gpu, GVIRT_REG_RCS_ACTHD);
    }
}

static uint32_t build_report(const GvirtGpu *gpu, uint32_t report_id,
                             uint32_t timestamp, uint32_t *dw)
{
    unsigned format = OACONTROL_FORMAT(reg(gpu, GVIRT_REG_OACONTROL));
    uint32_t size_B = report_format[format].size_B;
    unsigned p, i;

    memset(dw, 0, size_B);
    dw[0] = report_id;
    dw[1] = timestamp;
    for (p = 0; p < G_N_ELEMENTS(report_format[format].part); p++) {
        const ReportPart *part = &report_format[format].part[p];

        for (i = 0; i < part->count; i++) {
            dw[part->dword + i] = counter(gpu, part->kind, part->first + i);
        }
    }
    return size_B;
}

uint32_t gvirt_perf_report(GvirtGpu *gpu, uint32_t report_id, uint32_t *dw)
{
    count_to(gpu, gvirt_gpu_now_ns(gpu));
    return build_report(gpu, report_id,
                        (uint32_t)gvirt_engine_timestamp(
                            &gpu->engine[GVIRT_RCS]), dw);
}

static bool write_lines(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                        uint32_t *dw, uint32_t size_B)
{
    uint32_t i;

    for (i = 0; i < size_B / 4; i++) {
        dw[i] = GUINT32_TO_LE(dw[i]);
    }
    return gvirt_mem_write(engine, space, addr, dw, size_B);
}

/*
 * MI_REPORT_PERF_COUNT is undefined while OA is disabled; here the report is
 * written with counters that stand still.
 */
GvirtStep gvirt_exec_MI_REPORT_PERF_COUNT(GvirtEngine *engine,
                                          const GvirtCommandInfo *info,
                                          const uint32_t *dw,
                                          uint32_t len_dw)
{
    uint32_t report[GVIRT_OA_REPORT_MAX_B / 4];
    uint32_t size_B;
    GvirtSpace space;
    bool denied;

    if (len_dw < 3) {
        gvirt_log_guest_error(engine->gpu->host, "%s: %s too short",
                              engine->name, info->name);
        return GVIRT_STEP_DONE;
    }
    space = gvirt_engine_operand_space(engine, dw[1] & REPORT_GGTT, &denied);
    if (denied) {
        gvirt_engine_deny(engine, dw[0], dw[1]);
        return GVIRT_STEP_DONE;
    }
    size_B = gvirt_perf_report(engine->gpu, dw[2], report);
    write_lines(engine, space, dw[1] & REPORT_ADDR, report, size_B);
    return GVIRT_STEP_DONE;
}

/* Software asks for more reports than are written. */
static bool strobe_loses(const GvirtGpu *gpu)
{
    uint32_t control = reg(gpu, GVIRT_REG_OACONTROL);

    return (int64_t)2 << MIN(OACONTROL_PERIOD(control), PERIOD_MAX) <
           PERIOD_MIN_TICKS;
}

/* One timer report at tick, behind the tail of OABUFFER. */
static void strobe(GvirtGpu *gpu, int64_t tick)
{
    GvirtEngine *engine = &gpu->engine[GVIRT_RCS];
    uint32_t report[GVIRT_OA_REPORT_MAX_B / 4];
    uint32_t status1 = reg(gpu, GVIRT_REG_OASTATUS1);
    uint32_t buffer = reg(gpu, GVIRT_REG_OABUFFER);
    uint32_t base = buffer & OABUFFER_ADDR;
    uint32_t size_B = OASTATUS1_SIZE_B(status1);
    uint32_t tail = ((status1 & OASTATUS1_TAIL) - base) & (size_B - 1);
    uint32_t head = ((reg(gpu, GVIRT_REG_OASTATUS2) & OASTATUS2_HEAD) - base) &
                    (size_B - 1);
    uint32_t used_B = (tail - head) & (size_B - 1);
    uint32_t report_B, first_B;

    report_B = build_report(gpu, REPORT_ID_TIMER,
                            (uint32_t)(tick - engine->timestamp_zero),
                            report);
    if (used_B + report_B >= size_B) {
        gvirt_regfile_set(&gpu->regs, GVIRT_REG_OABUFFER,
                          buffer | OABUFFER_OVERRUN);
        if (buffer & OABUFFER_NO_OVERRUN) {
            return;
        }
        status1 |= OASTATUS1_OVERFLOW;
    }
    first_B = MIN(report_B, size_B - tail);
    write_lines(engine, GVIRT_SPACE_GGTT, (uint64_t)base + tail, report,
                first_B);
    if (first_B < report_B) {
        write_lines(engine, GVIRT_SPACE_GGTT, base, report + first_B / 4,
                    report_B - first_B);
    }
    if (used_B < size_B / 2 && used_B + report_B >= size_B / 2) {
        gvirt_engine_irq(engine, GVIRT_IRQ_RCS_PERF_BUFFER, IMR_PERF_BUFFER);
    }
    if (strobe_loses(gpu)) {
        status1 |= OASTATUS1_LOST;
    }
    tail = base + ((tail + report_B) & (size_B - 1));
    gvirt_regfile_set(&gpu->regs, GVIRT_REG_OASTATUS1,
                      (status1 & ~OASTATUS1_TAIL) | (tail & OASTATUS1_TAIL));
}

/* Ticks between strobes, 0: none. */
static int64_t strobe_period(const GvirtGpu *gpu)
{
    uint32_t control = reg(gpu, GVIRT_REG_OACONTROL);

    if (!(control & OACONTROL_ENABLE) || !(control & OACONTROL_TIMER) ||
        OACONTROL_PERIOD(control) > PERIOD_MAX) {
        return 0;
    }
    return MAX((int64_t)2 << OACONTROL_PERIOD(control), PERIOD_MIN_TICKS);
}

/*
 * The first tick behind `tick` at which the chosen bit of TIMESTAMP rises:
 * "the period is determined by selecting a specified bit" (observability PRM,
 * OACONTROL). Software knows a report of the timer by that bit with zeros
 * below it (IGT: tests/i915/perf.c).
 */
static int64_t next_strobe(const GvirtGpu *gpu, int64_t tick, int64_t period)
{
    int64_t zero = gpu->engine[GVIRT_RCS].timestamp_zero;
    int64_t edge = (int64_t)1 << OACONTROL_PERIOD(reg(gpu,
                                                      GVIRT_REG_OACONTROL));
    int64_t phase = (tick - zero - edge) & (period - 1);

    return tick - phase + period;
}

int64_t gvirt_perf_advance(GvirtGpu *gpu, int64_t now_ns)
{
    GvirtPerf *perf = gpu->perf;
    int64_t period = strobe_period(gpu);
    int64_t now_tick = now_ns / TICK_NS;
    unsigned reports = 0;

    while (period && perf->strobe_tick <= now_tick) {
        if (reports++ >= BATCH_REPORTS) {
            gvirt_regfile_set(&gpu->regs, GVIRT_REG_OASTATUS1,
                              reg(gpu, GVIRT_REG_OASTATUS1) |
                              OASTATUS1_LOST);
            perf->strobe_tick = next_strobe(gpu, now_tick, period);
            break;
        }
        count_to(gpu, perf->strobe_tick * TICK_NS);
        strobe(gpu, perf->strobe_tick);
        perf->strobe_tick += period;
    }
    count_to(gpu, now_ns);
    if (!period) {
        return INT64_MAX;
    }
    return MAX(perf->strobe_tick * TICK_NS, now_ns + BATCH_NS);
}

/* Count up to now with the rules of before, from now on with those of now. */
static void rules_changed(GvirtGpu *gpu)
{
    int64_t now_ns = gvirt_gpu_now_ns(gpu);
    int64_t period = strobe_period(gpu);

    count_to(gpu, now_ns);
    gpu->perf->counting = should_count(gpu);
    if (period) {
        gpu->perf->strobe_tick = next_strobe(gpu, now_ns / TICK_NS, period);
    }
    gpu->perf_deadline_ns = gvirt_perf_advance(gpu, now_ns);
}

void gvirt_perf_clock_changing(GvirtGpu *gpu)
{
    int64_t now_ns = gvirt_gpu_now_ns(gpu);

    gpu->perf_deadline_ns = gvirt_perf_advance(gpu, now_ns);
    count_to(gpu, now_ns);
}

void gvirt_perf_context_changed(GvirtGpu *gpu)
{
    if (reg(gpu, GVIRT_REG_OACONTROL) & OACONTROL_ONE_CONTEXT) {
        count_to(gpu, gvirt_gpu_now_ns(gpu));
        gpu->perf->counting = should_count(gpu);
    }
}

static uint32_t perf_read(void *opaque, const GvirtRegInfo *info,
                          uint32_t offset, uint32_t value)
{
    GvirtGpu *gpu = opaque;

    (void)info;
    switch (offset) {
    case GVIRT_REG_OASTATUS1:
        gvirt_perf_advance(gpu, gvirt_gpu_now_ns(gpu));
        return reg(gpu, offset);
    default:
        break;
    }
    if (offset >= GVIRT_REG_OAPERF_A &&
        offset < GVIRT_REG_OAPERF_A + 4 * A_COUNTERS) {
        count_to(gpu, gvirt_gpu_now_ns(gpu));
        return counter(gpu, 'A', (offset - GVIRT_REG_OAPERF_A) / 4);
    }
    if (offset >= GVIRT_REG_OAPERF_B &&
        offset < GVIRT_REG_OAPERF_B + 4 * B_COUNTERS) {
        count_to(gpu, gvirt_gpu_now_ns(gpu));
        return counter(gpu, 'B', (offset - GVIRT_REG_OAPERF_B) / 4);
    }
    return value;
}

static void perf_write(void *opaque, const GvirtRegInfo *info,
                       uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtGpu *gpu = opaque;
    uint32_t new = reg(gpu, offset);

    (void)info;
    (void)written;
    switch (offset) {
    case GVIRT_REG_OACONTROL:
        if (old == new) {
            break;
        }
        /* What was due under the old rules is still written. */
        gvirt_regfile_set(&gpu->regs, offset, old);
        gvirt_perf_advance(gpu, gvirt_gpu_now_ns(gpu));
        gvirt_regfile_set(&gpu->regs, offset, new);
        rules_changed(gpu);
        break;
    case GVIRT_REG_OASTATUS2:
        gvirt_regfile_set(&gpu->regs, offset, new | OASTATUS2_GGTT);
        break;
    case GVIRT_REG_OABUFFER:
        gvirt_regfile_set(&gpu->regs, offset, new & ~OABUFFER_OVERRUN);
        break;
    default:
        if (offset >= GVIRT_REG_OA_CEC &&
            offset < GVIRT_REG_OA_CEC + 8 * B_COUNTERS) {
            gvirt_regfile_set(&gpu->regs, offset, old);
            count_to(gpu, gvirt_gpu_now_ns(gpu));
            gvirt_regfile_set(&gpu->regs, offset, new);
        }
        break;
    }
}

static const GvirtRegHooks perf_hooks = {
    .read = perf_read,
    .write = perf_write,
};

void gvirt_perf_init(GvirtGpu *gpu)
{
    gpu->perf = g_new0(GvirtPerf, 1);
    gvirt_regfile_hook(&gpu->regs, GVIRT_HOOK_PERF, &perf_hooks, gpu);
}

/* After the registers have taken their reset values. */
void gvirt_perf_reset(GvirtGpu *gpu)
{
    GvirtPerf *perf = gpu->perf;

    memset(perf, 0, sizeof(*perf));
    perf->counted_ns = gvirt_gpu_now_ns(gpu);
    perf->busy_seen_clk = gpu->stats.busy_clk[GVIRT_RCS];
    gvirt_regfile_set(&gpu->regs, GVIRT_REG_OASTATUS2, OASTATUS2_GGTT);
    gpu->perf_deadline_ns = INT64_MAX;
}

void gvirt_perf_destroy(GvirtGpu *gpu)
{
    g_free(gpu->perf);
    gpu->perf = NULL;
}
