/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The power component: forcewake, RPS, RC6, the PCODE mailbox, CDCLK/LCPLL,
 * power wells, PC8, the MCHBAR mirror. The hardware has one, and so has each
 * vGPU.
 *
 * Source: HSW PRM vol. 11a (clocks, power wells), vol. 2c; i915:
 * gt/intel_rps.c, gt/intel_rc6.c, intel_pcode.c, display/intel_display_power.c.
 */
#ifndef HW_GVIRT_POWER_H
#define HW_GVIRT_POWER_H

#include "hw/gvirt/irq.h"
#include "hw/gvirt/regs.h"

typedef struct GvirtPower GvirtPower;

typedef struct GvirtPowerOps {
    /* The GT clock (MHz) that RPS has settled on has changed. May be NULL. */
    void (*gt_clock_changed)(void *opaque, unsigned mhz);
    /*
     * Whether any engine has work; looked at by gvirt_power_advance(). NULL:
     * gvirt_power_busy() alone tells.
     */
    bool (*gt_busy)(void *opaque);
    /* The next deadline has changed: advance by then. May be NULL. */
    void (*deadline)(void *opaque, int64_t deadline_ns);
    /* LCPLL has locked or gone off: see gvirt_display_clock_changed(). */
    void (*display_clock_changed)(void *opaque);
} GvirtPowerOps;

/* Hooks GVIRT_HOOK_POWER of regs, which must outlive it; irq gets RPS events. */
GvirtPower *gvirt_power_new(GvirtRegFile *regs, GvirtIrq *irq,
                            const GvirtPowerOps *ops, void *opaque);
void gvirt_power_free(GvirtPower *power);
void gvirt_power_reset(GvirtPower *power);

/*
 * Engines went busy or idle: feeds RC6 residency and RPS evaluation. The time
 * is that of the register file's host.
 */
void gvirt_power_busy(GvirtPower *power, bool busy);

/* Advance to now_ns; returns the next deadline in ns, INT64_MAX for none. */
int64_t gvirt_power_advance(GvirtPower *power, int64_t now_ns);

/* The rate of the render clock; whether GT registers can be reached. */
unsigned gvirt_power_gt_clock_mhz(const GvirtPower *power);
bool gvirt_power_gt_awake(const GvirtPower *power);

#endif /* HW_GVIRT_POWER_H */
