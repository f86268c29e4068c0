/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GT's clock and sleep over time: RPS evaluates how busy the engines
 * were in two windows and asks software for another clock; RC6 is the sleep
 * of an idle GT, and counts its residency.
 *
 * Nothing runs while nothing changes: the time since the last look is
 * accounted in one step, and a deadline exists only where an event is due
 * that software wants.
 *
 * Sources: i915: gt/intel_rps.c, gt/intel_rc6.c, gt/intel_gt_pm_debugfs.c,
 * gt/intel_gt_regs.h.
 */
#include "power-internal.h"

/* Bits of the PM block, PMINTRMSK among them. */
#define PM_RP_UP            (1u << 5)
#define PM_RP_DOWN          (1u << 4)
#define PM_RP_TIMEOUT       (1u << 6)

#define RP_CONTROL_ENABLE   (1u << 7)

#define RC_HW_ENABLE        (1u << 31)
#define RC_RC6_ENABLE       (1u << 18)
#define RC_SW_TARGET_SHIFT  16      /* of RC_STATE */
#define RC_SW_TARGET_RC6    4

#define CORE_STATUS_RC6     3
#define THREAD_STATUS_ASLEEP 7
#define CAGF_SHIFT          7

#define COUNTER_MASK        0xffffff

static int64_t pm_ns(const GvirtPower *power, uint32_t offset)
{
    return (int64_t)power_get(power, offset) * PM_UNIT_NS;
}

/* When the GT falls, or fell, asleep; INT64_MAX: not at this load. */
static int64_t rc6_start_ns(const GvirtPower *power)
{
    if (power->settings.rc6 == POWER_RC6_OFF ||
        power->idle_since_ns == INT64_MAX) {
        return INT64_MAX;
    }
    return power->idle_since_ns + power->settings.rc6_delay_ns;
}

bool power_gt_in_rc6(const GvirtPower *power)
{
    return power->now_ns >= rc6_start_ns(power);
}

static bool wants(const GvirtPower *power, uint32_t event)
{
    const PowerSettings *settings = &power->settings;

    if (!settings->rps || (settings->masked & event)) {
        return false;
    }
    return (event != PM_RP_UP || power->ratio < settings->limit_max) &&
           (event != PM_RP_DOWN || power->ratio > settings->limit_min);
}

/* A window has ended with that much busy time. */
static void window_end(GvirtPower *power, const PowerWindow *window)
{
    bool more = window->last_busy_ns >= window->threshold_ns;

    if (window == &power->up && more && wants(power, PM_RP_UP)) {
        gvirt_irq_raise(power->irq, GVIRT_IRQ_RPS_UP);
    }
    if (window == &power->down && !more && wants(power, PM_RP_DOWN)) {
        gvirt_irq_raise(power->irq, GVIRT_IRQ_RPS_DOWN);
    }
}

/* span_ns of one load pass; of many equal windows only the last counts. */
static void window_pass(GvirtPower *power, PowerWindow *window,
                        int64_t span_ns)
{
    int64_t left_ns;

    if (!window->length_ns) {
        return;
    }
    left_ns = window->length_ns - window->elapsed_ns;
    if (span_ns < left_ns) {
        window->elapsed_ns += span_ns;
        window->busy_ns += power->busy ? span_ns : 0;
        return;
    }
    window->last_busy_ns = window->busy_ns + (power->busy ? left_ns : 0);
    window_end(power, window);
    span_ns -= left_ns;
    if (span_ns >= window->length_ns) {
        window->last_busy_ns = power->busy ? window->length_ns : 0;
        window_end(power, window);
    }
    window->elapsed_ns = span_ns % window->length_ns;
    window->busy_ns = power->busy ? window->elapsed_ns : 0;
}

void power_gt_sync(GvirtPower *power, int64_t now_ns)
{
    int64_t start_ns = rc6_start_ns(power);
    int64_t awake_until_ns = CLAMP(start_ns, power->now_ns, now_ns);
    int64_t awake_ns = awake_until_ns - power->now_ns;

    power->rc6_ns += now_ns - awake_until_ns;
    power->now_ns = now_ns;
    window_pass(power, &power->up, awake_ns);
    window_pass(power, &power->down, awake_ns);
    if (!power->timeout_raised && start_ns <= now_ns &&
        now_ns - start_ns >= power->settings.timeout_ns &&
        wants(power, PM_RP_TIMEOUT)) {
        power->timeout_raised = true;
        gvirt_irq_raise(power->irq, GVIRT_IRQ_RPS_TIMEOUT);
    }
}

static void window_set(PowerWindow *window, int64_t length_ns,
                       int64_t threshold_ns)
{
    if (window->length_ns != length_ns) {
        window->length_ns = length_ns;
        window->elapsed_ns = 0;
        window->busy_ns = 0;
    }
    window->threshold_ns = threshold_ns;
}

/*
 * In the hardware mode RC6 is entered when the GT has been idle for the
 * threshold; in the software mode (RC_STATE) at once.
 */
static void read_settings(GvirtPower *power)
{
    PowerSettings *settings = &power->settings;
    uint32_t control = power_get(power, GVIRT_REG_RC_CONTROL);
    uint32_t target = power_get(power, GVIRT_REG_RC_STATE) >>
                      RC_SW_TARGET_SHIFT & 7;
    uint32_t limits = power_get(power, GVIRT_REG_RP_INTERRUPT_LIMITS);

    settings->rc6 = POWER_RC6_OFF;
    settings->rc6_delay_ns = 0;
    if (control & RC_RC6_ENABLE) {
        if (control & RC_HW_ENABLE) {
            settings->rc6 = POWER_RC6_HARDWARE;
            settings->rc6_delay_ns = pm_ns(power, GVIRT_REG_RC6_THRESHOLD);
        } else if (target >= RC_SW_TARGET_RC6) {
            settings->rc6 = POWER_RC6_SOFTWARE;
        }
    }
    settings->rps = power_get(power, GVIRT_REG_RP_CONTROL) &
                    RP_CONTROL_ENABLE;
    settings->timeout_ns = pm_ns(power, GVIRT_REG_RP_DOWN_TIMEOUT);
    settings->masked = power_get(power, GVIRT_REG_PMINTRMSK);
    settings->limit_max = limits >> 24;
    settings->limit_min = limits >> 16 & 0xff;
    if (!settings->limit_max) {
        settings->limit_max = power_rp0(power);
    }
    settings->limit_min = MAX(settings->limit_min, power_rpn(power));
    window_set(&power->up, pm_ns(power, GVIRT_REG_RP_UP_EI),
               pm_ns(power, GVIRT_REG_RP_UP_THRESHOLD));
    window_set(&power->down, pm_ns(power, GVIRT_REG_RP_DOWN_EI),
               pm_ns(power, GVIRT_REG_RP_DOWN_THRESHOLD));
}

/* The clock follows the request, within what the part and its owner allow. */
static void settle_clock(GvirtPower *power)
{
    unsigned ratio = power_get(power, GVIRT_REG_RPNSWREQ) >> 24;
    unsigned limit = power_get(power, GVIRT_REG_RP_STATE_LIMITS) & 0xff;

    ratio = MIN(ratio, MIN(limit, power_rp0(power)));
    ratio = MAX(ratio, power_rpn(power));
    if (ratio != power->ratio) {
        power->ratio = ratio;
        if (power->ops && power->ops->gt_clock_changed) {
            power->ops->gt_clock_changed(power->opaque, ratio * PM_MHZ);
        }
    }
}

void power_gt_idle(GvirtPower *power)
{
    if (power->busy || power->held) {
        power->idle_since_ns = INT64_MAX;
    } else if (power->idle_since_ns == INT64_MAX) {
        power->idle_since_ns = power->now_ns;
    }
    if (!power_gt_in_rc6(power)) {
        power->timeout_raised = false;
    }
}

void power_gt_changed(GvirtPower *power)
{
    read_settings(power);
    settle_clock(power);
    power_gt_idle(power);
}

void power_gt_reset(GvirtPower *power)
{
    power->busy = false;
    power->idle_since_ns = INT64_MAX;
    power->rc6_ns = 0;
    power->up = (PowerWindow){ 0 };
    power->down = (PowerWindow){ 0 };
    power_gt_changed(power);
}

/* When the current window of a wanted event ends; INT64_MAX: no matter. */
static int64_t window_deadline_ns(const GvirtPower *power,
                                  const PowerWindow *window, uint32_t event)
{
    int64_t left_ns = window->length_ns - window->elapsed_ns;
    int64_t end_ns = power->now_ns + left_ns;
    int64_t busy_ns = window->busy_ns + (power->busy ? left_ns : 0);
    bool soon = busy_ns >= window->threshold_ns;
    bool later = power->busy;

    if (event == PM_RP_DOWN) {
        soon = !soon;
        later = !later;
    }
    if (!window->length_ns || !wants(power, event) || !(soon || later) ||
        end_ns > rc6_start_ns(power)) {
        return INT64_MAX;
    }
    return end_ns;
}

int64_t power_gt_deadline_ns(const GvirtPower *power)
{
    int64_t start_ns = rc6_start_ns(power);
    int64_t deadline = MIN(window_deadline_ns(power, &power->up, PM_RP_UP),
                           window_deadline_ns(power, &power->down,
                                              PM_RP_DOWN));

    if (start_ns != INT64_MAX && !power->timeout_raised &&
        wants(power, PM_RP_TIMEOUT)) {
        deadline = MIN(deadline, start_ns + power->settings.timeout_ns);
    }
    return deadline;
}

static uint32_t counter(int64_t ns)
{
    return ns / PM_UNIT_NS & COUNTER_MASK;
}

bool power_gt_read(const GvirtPower *power, uint32_t offset, uint32_t *value)
{
    bool asleep = power_gt_in_rc6(power);

    switch (offset) {
    case GVIRT_REG_RPSTAT1:
        *value = asleep ? 0 : power->ratio << CAGF_SHIFT;
        return true;
    case GVIRT_REG_GT_PERF_STATUS:
        *value = power->ratio << 8;
        return true;
    case GVIRT_REG_RP_CUR_UP_EI:
        *value = counter(power->up.elapsed_ns);
        return true;
    case GVIRT_REG_RP_CUR_UP:
        *value = counter(power->up.busy_ns);
        return true;
    case GVIRT_REG_RP_PREV_UP:
        *value = counter(power->up.last_busy_ns);
        return true;
    case GVIRT_REG_RP_CUR_DOWN_EI:
        *value = counter(power->down.elapsed_ns);
        return true;
    case GVIRT_REG_RP_CUR_DOWN:
        *value = counter(power->down.busy_ns);
        return true;
    case GVIRT_REG_RP_PREV_DOWN:
        *value = counter(power->down.last_busy_ns);
        return true;
    case GVIRT_REG_GT_THREAD_STATUS:
        *value = asleep ? THREAD_STATUS_ASLEEP : 0;
        return true;
    case GVIRT_REG_GT_CORE_STATUS:
        *value = asleep ? CORE_STATUS_RC6 : 0;
        return true;
    case GVIRT_REG_RC_RESIDENCY + 4:
        *value = power->rc6_ns / PM_UNIT_NS;
        return true;
    default:
        return false;
    }
}
