/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the power component: power.c (doors, forcewake), power-gt.c
 * (RPS and RC6 over time), power-pcode.c (mailbox), power-clocks.c (LCPLL,
 * power wells).
 */
#ifndef HW_DISPLAY_GVIRT_POWER_INTERNAL_H
#define HW_DISPLAY_GVIRT_POWER_INTERNAL_H

#include "hw/gvirt/power.h"

/* Times of the PM unit count 1.28 us: i915, gt/intel_rps.c. */
#define PM_UNIT_NS      1280
/* Frequencies count 50 MHz. */
#define PM_MHZ          50

typedef enum PowerRc6Mode {
    POWER_RC6_OFF,
    POWER_RC6_HARDWARE,     /* enters by itself after some idle time */
    POWER_RC6_SOFTWARE,     /* enters as soon as the GT is idle */
} PowerRc6Mode;

/* One of the two evaluation windows of RPS, up and down. */
typedef struct PowerWindow {
    int64_t length_ns;      /* 0: not evaluated */
    int64_t threshold_ns;   /* busy time that decides */
    int64_t elapsed_ns;
    int64_t busy_ns;
    int64_t last_busy_ns;   /* of the window before */
} PowerWindow;

/* What software has asked for, taken from the registers at each write. */
typedef struct PowerSettings {
    PowerRc6Mode rc6;
    int64_t rc6_delay_ns;
    bool rps;
    int64_t timeout_ns;     /* time in RC6 that raises RPS_TIMEOUT */
    uint32_t masked;        /* PM events that are not wanted */
    unsigned limit_max;     /* no RPS_UP from here on, units of 50 MHz */
    unsigned limit_min;     /* no RPS_DOWN from here on */
} PowerSettings;

struct GvirtPower {
    GvirtRegFile *regs;
    GvirtIrq *irq;
    const GvirtPowerOps *ops;
    void *opaque;

    int64_t now_ns;         /* everything below is true at this time */
    int64_t deadline_ns;    /* as told last */
    bool busy;
    bool held;              /* forcewake */
    int64_t idle_since_ns;  /* neither busy nor held; INT64_MAX: is */
    uint64_t rc6_ns;        /* total residency */
    bool timeout_raised;    /* in this stay in RC6 */
    PowerWindow up;
    PowerWindow down;
    PowerSettings settings;
    unsigned ratio;         /* GT clock, units of 50 MHz */

    uint32_t rc6_vids;
    /* PCODE's table by GT ratio: CPU's in bits 7:0, ring's in 15:8. */
    uint32_t ring_ratio[256];
};

static inline uint32_t power_get(const GvirtPower *power, uint32_t offset)
{
    return gvirt_regfile_get(power->regs, offset);
}

static inline void power_set(GvirtPower *power, uint32_t offset,
                             uint32_t value)
{
    gvirt_regfile_set(power->regs, offset, value);
}

/* RP_STATE_CAP: the highest, the efficient, the lowest ratio. */
static inline unsigned power_rp0(const GvirtPower *power)
{
    return power_get(power, GVIRT_REG_RP_STATE_CAP) & 0xff;
}

static inline unsigned power_rp1(const GvirtPower *power)
{
    return power_get(power, GVIRT_REG_RP_STATE_CAP) >> 8 & 0xff;
}

static inline unsigned power_rpn(const GvirtPower *power)
{
    return power_get(power, GVIRT_REG_RP_STATE_CAP) >> 16 & 0xff;
}

/* power-gt.c */
void power_gt_reset(GvirtPower *power);
/* Account the time up to now_ns at the settings and the load so far. */
void power_gt_sync(GvirtPower *power, int64_t now_ns);
/* Forcewake, load or a register has changed, at power->now_ns. */
void power_gt_changed(GvirtPower *power);
/* ... but the settings: busy or held has changed. */
void power_gt_idle(GvirtPower *power);
bool power_gt_in_rc6(const GvirtPower *power);
int64_t power_gt_deadline_ns(const GvirtPower *power);
/* A counter or status register as it reads now; false: not one of these. */
bool power_gt_read(const GvirtPower *power, uint32_t offset, uint32_t *value);

/* power-pcode.c */
void power_pcode_reset(GvirtPower *power);
void power_pcode_run(GvirtPower *power);

/* power-clocks.c */
void power_clocks_reset(GvirtPower *power);
void power_clocks_write(GvirtPower *power, uint32_t offset, uint32_t old);

#endif /* HW_DISPLAY_GVIRT_POWER_INTERNAL_H */
