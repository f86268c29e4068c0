/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Display clocks and power: LCPLL with the package's deep sleep, power
 * wells, and the sideband to the clock unit of the PCH.
 *
 * Sources: HSW PRM vol. 11a, "Display Engine Clocks", "Display Power Well",
 * "Display iCLK Programming"; i915: display/intel_display_power.c (order of
 * PC8), intel_sbi.c.
 */
#include "power-internal.h"

#define LCPLL_DISABLE           (1u << 31)
#define LCPLL_LOCK              (1u << 30)
#define LCPLL_CD_FCLK           (1u << 21)
#define LCPLL_CD_FCLK_DONE      (1u << 19)

#define WELL_REQUEST            (1u << 31)
#define WELL_STATE              (1u << 30)
#define WELL_COUNT              4

#define SBI_BUSY                (1u << 0)
#define SBI_FAIL                (1u << 1)
#define SBI_OP_SHIFT            8
#define SBI_UNIT                (1u << 16)
/* Different sideband registers that one may write. */
#define SBI_REGISTERS_MAX       4096

enum {
    SBI_OP_IO_READ = 2,
    SBI_OP_IO_WRITE = 3,
    SBI_OP_CR_READ = 6,
    SBI_OP_CR_WRITE = 7,
};

/* Registers of the clock unit (unit 0): target << 8 | register. */
#define ICLK_SSCDIVINTPHASE1    0x0200
#define ICLK_SSCDIVINTPHASE5    0x0600
#define ICLK_SSCCTL1            0x020c
#define ICLK_SSCCTL5            0x060c
#define ICLK_CLKOUT_DPNS_GEN0   0x2b00

#define SSCDIVINTPHASE_DIV20    (0x12 << 1)
#define SSCDIVINTPHASE_PROPAGATE (1u << 0)
#define SSCCTL_DISABLE          (1u << 0)
#define GEN0_ENABLE_DEFAULT     (1u << 0)

static void sbi_store(GvirtPower *power, uint32_t key, uint32_t value)
{
    if (g_hash_table_size(power->sbi) >= SBI_REGISTERS_MAX &&
        !g_hash_table_contains(power->sbi, GUINT_TO_POINTER(key))) {
        gvirt_log_guest_error(power->regs->host,
                              "%s: too many sideband registers written",
                              power->regs->owner);
        return;
    }
    g_hash_table_insert(power->sbi, GUINT_TO_POINTER(key),
                        GUINT_TO_POINTER(value));
}

static uint32_t sbi_load(const GvirtPower *power, uint32_t key)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(power->sbi,
                                                GUINT_TO_POINTER(key)));
}

static void sbi_run(GvirtPower *power)
{
    uint32_t control = power_get(power, GVIRT_REG_SBI_CTL_STAT);
    uint32_t address = power_get(power, GVIRT_REG_SBI_ADDR) >> 16;
    uint32_t data = power_get(power, GVIRT_REG_SBI_DATA);
    uint32_t key = (control & SBI_UNIT) | address;

    if (!(control & SBI_BUSY)) {
        return;
    }
    control &= ~(SBI_BUSY | SBI_FAIL);
    switch (control >> SBI_OP_SHIFT & 0xff) {
    case SBI_OP_IO_READ:
    case SBI_OP_CR_READ:
        power_set(power, GVIRT_REG_SBI_DATA, sbi_load(power, key));
        break;
    case SBI_OP_IO_WRITE:
    case SBI_OP_CR_WRITE:
        if (key == ICLK_SSCDIVINTPHASE1 || key == ICLK_SSCDIVINTPHASE5) {
            data &= ~SSCDIVINTPHASE_PROPAGATE;
        }
        sbi_store(power, key, data);
        break;
    default:
        control |= SBI_FAIL;
        break;
    }
    power_set(power, GVIRT_REG_SBI_CTL_STAT, control);
}

/* The PLL locks, and the clock source switches, at once. */
static void lcpll_write(GvirtPower *power)
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
    g_hash_table_remove_all(power->sbi);
    sbi_store(power, ICLK_SSCDIVINTPHASE1, SSCDIVINTPHASE_DIV20);
    sbi_store(power, ICLK_SSCDIVINTPHASE5, SSCDIVINTPHASE_DIV20);
    sbi_store(power, ICLK_SSCCTL1, SSCCTL_DISABLE);
    sbi_store(power, ICLK_SSCCTL5, SSCCTL_DISABLE);
    sbi_store(power, ICLK_CLKOUT_DPNS_GEN0, GEN0_ENABLE_DEFAULT);
    lcpll_write(power);
    wells_write(power);
}

void power_clocks_write(GvirtPower *power, uint32_t offset)
{
    switch (offset) {
    case GVIRT_REG_LCPLL_CTL:
        lcpll_write(power);
        break;
    case GVIRT_REG_PWR_WELL_CTL1:
    case GVIRT_REG_PWR_WELL_CTL2:
    case GVIRT_REG_PWR_WELL_CTL3:
    case GVIRT_REG_PWR_WELL_CTL4:
        wells_write(power);
        break;
    case GVIRT_REG_SBI_CTL_STAT:
        sbi_run(power);
        break;
    default:
        break;
    }
}
