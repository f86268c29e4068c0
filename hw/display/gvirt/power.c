/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The power component: its doors, and forcewake.
 *
 * Sources: i915: intel_uncore.c (forcewake), gt/intel_rps.c, gt/intel_rc6.c;
 * the Haswell PRM does not describe the PM unit.
 */
#include "power-internal.h"

/* When nothing has a deadline before, and never more often than this. */
#define DEADLINE_MIN_NS     (100 * 1000)

static int64_t power_clock_ns(const GvirtPower *power)
{
    const GvirtHost *host = power->regs->host;

    if (!host || !host->ops->clock_ns) {
        return power->now_ns;
    }
    return host->ops->clock_ns(host->opaque);
}

/* Time stands still rather than run backwards. */
static void power_sync(GvirtPower *power, int64_t now_ns)
{
    if (now_ns > power->now_ns) {
        power_gt_sync(power, now_ns);
    }
}

static int64_t power_next_deadline(const GvirtPower *power)
{
    int64_t deadline = power_gt_deadline_ns(power);

    if (deadline != INT64_MAX && deadline < power->now_ns + DEADLINE_MIN_NS) {
        deadline = power->now_ns + DEADLINE_MIN_NS;
    }
    return deadline;
}

static void power_tell_deadline(GvirtPower *power)
{
    int64_t deadline = power_next_deadline(power);

    if (deadline != power->deadline_ns) {
        power->deadline_ns = deadline;
        if (power->ops && power->ops->deadline) {
            power->ops->deadline(power->opaque, deadline);
        }
    }
}

/* The acknowledgements follow the requests at once. */
static void power_forcewake(GvirtPower *power)
{
    uint32_t multi = power_get(power, GVIRT_REG_FORCEWAKE_MT) & 0xffff;
    uint32_t single = power_get(power, GVIRT_REG_FORCEWAKE_SNB) & 1;
    bool held = multi || single;

    power_set(power, GVIRT_REG_FORCEWAKE_ACK, multi);
    power_set(power, GVIRT_REG_FORCEWAKE_ACK_SNB, single);
    if (held != power->held) {
        power_sync(power, power_clock_ns(power));
        power->held = held;
        power_gt_idle(power);
        power_tell_deadline(power);
    }
}

static uint32_t power_read(void *opaque, const GvirtRegInfo *info,
                           uint32_t offset, uint32_t value)
{
    GvirtPower *power = opaque;

    (void)info;
    power_sync(power, power_clock_ns(power));
    power_gt_read(power, offset, &value);
    return value;
}

static void power_write(void *opaque, const GvirtRegInfo *info,
                        uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtPower *power = opaque;

    (void)info;
    (void)written;
    if (offset == GVIRT_REG_FORCEWAKE_MT ||
        offset == GVIRT_REG_FORCEWAKE_SNB) {
        power_forcewake(power);
        return;
    }
    power_sync(power, power_clock_ns(power));
    switch (offset) {
    case GVIRT_REG_PCODE_MAILBOX:
        power_pcode_run(power);
        break;
    default:
        power_clocks_write(power, offset, old);
        break;
    }
    power_gt_changed(power);
    power_tell_deadline(power);
}

static const GvirtRegHooks power_hooks = {
    .read = power_read,
    .write = power_write,
};

GvirtPower *gvirt_power_new(GvirtRegFile *regs, GvirtIrq *irq,
                            const GvirtPowerOps *ops, void *opaque)
{
    GvirtPower *power = g_new0(GvirtPower, 1);

    power->regs = regs;
    power->irq = irq;
    power->ops = ops;
    power->opaque = opaque;
    power->deadline_ns = INT64_MAX;
    gvirt_regfile_hook(regs, GVIRT_HOOK_POWER, &power_hooks, power);
    gvirt_power_reset(power);
    return power;
}

void gvirt_power_free(GvirtPower *power)
{
    if (!power) {
        return;
    }
    gvirt_regfile_hook(power->regs, GVIRT_HOOK_POWER, NULL, NULL);
    g_free(power);
}

void gvirt_power_reset(GvirtPower *power)
{
    int64_t now_ns = power_clock_ns(power);

    power->now_ns = MAX(power->now_ns, now_ns);
    power_forcewake(power);
    power_pcode_reset(power);
    power_clocks_reset(power);
    power_gt_reset(power);
    power_tell_deadline(power);
}

void gvirt_power_busy(GvirtPower *power, bool busy)
{
    power_sync(power, power_clock_ns(power));
    if (busy != power->busy) {
        power->busy = busy;
        power_gt_changed(power);
        power_tell_deadline(power);
    }
}

int64_t gvirt_power_advance(GvirtPower *power, int64_t now_ns)
{
    power_sync(power, now_ns);
    if (power->ops && power->ops->gt_busy) {
        bool busy = power->ops->gt_busy(power->opaque);

        if (busy != power->busy) {
            power->busy = busy;
            power_gt_changed(power);
        }
    }
    power->deadline_ns = power_next_deadline(power);
    return power->deadline_ns;
}

unsigned gvirt_power_gt_clock_mhz(const GvirtPower *power)
{
    return power->ratio * PM_MHZ;
}

bool gvirt_power_gt_awake(const GvirtPower *power)
{
    return !power_gt_in_rc6(power);
}
