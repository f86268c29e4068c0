/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Display clocks and power: LCPLL with the package's deep sleep, and power
 * wells.
 *
 * Sources: HSW PRM vol. 11a, "Display Engine Clocks", "Display Power Well";
 * i915: display/intel_display_power.c (order of PC8).
 */
#include "power-internal.h"

#define LCPLL_DISABLE           (1u << 31)
#define LCPLL_LOCK              (1u << 30)
#define LCPLL_CD_FCLK           (1u << 21)
#define LCPLL_CD_FCLK_DONE      (1u << 19)

#define WELL_REQUEST            (1u << 31)
#define WELL_STATE              (1u << 30)
#define WELL_COUNT              4

/* The PLL locks, and the clock source switches, at once. */
static void lcpll_settle(GvirtPower *power)
{
    uint32_t value = power_get(power, GVIRT_REG_LCPLL_CTL);

    value &= ~(LCPLL_LOCK | LCPLL_CD_FCLK_DONE);
    if (!(value & LCPLL_DISABLE)) {
        value |= LCPLL_LOCK;
    }
    if (value & LCPLL_CD_FCLK) {
        value |= LCPLL_CD_FCLK_DONE;
    }
    power_set(power, GVIRT_REG_LCPLL_CTL, value);
}

static void lcpll_write(GvirtPower *power, uint32_t old)
{
    uint32_t changed;

    lcpll_settle(power);
    changed = old ^ power_get(power, GVIRT_REG_LCPLL_CTL);
    if (changed & LCPLL_LOCK && power->ops &&
        power->ops->display_clock_changed) {
        power->ops->display_clock_changed(power->opaque);
    }
}

/* The well is on while any of the four asks for it, and all four show it. */
static void wells_write(GvirtPower *power)
{
    uint32_t any = 0;
    unsigned i;

    for (i = 0; i < WELL_COUNT; i++) {
        any |= power_get(power, GVIRT_REG_PWR_WELL_CTL1 + 4 * i);
    }
    for (i = 0; i < WELL_COUNT; i++) {
        uint32_t offset = GVIRT_REG_PWR_WELL_CTL1 + 4 * i;
        uint32_t value = power_get(power, offset) & ~WELL_STATE;

        power_set(power, offset,
                  any & WELL_REQUEST ? value | WELL_STATE : value);
    }
}

void power_clocks_reset(GvirtPower *power)
{
    lcpll_settle(power);
    wells_write(power);
}

void power_clocks_write(GvirtPower *power, uint32_t offset, uint32_t old)
{
    switch (offset) {
    case GVIRT_REG_LCPLL_CTL:
        lcpll_write(power, old);
        break;
    case GVIRT_REG_PWR_WELL_CTL1:
    case GVIRT_REG_PWR_WELL_CTL2:
    case GVIRT_REG_PWR_WELL_CTL3:
    case GVIRT_REG_PWR_WELL_CTL4:
        wells_write(power);
        break;
    default:
        break;
    }
}
