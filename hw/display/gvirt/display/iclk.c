/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sideband to the PCH: its clock unit (iCLK), which makes the references
 * of the PLLs and the CRT's pixel clock, and the FDI receiver's mPHY.
 *
 * Accesses take no time. Of iCLK, clocks 1 (CLKOUT_DP, spread), 4
 * (CLKOUT_DPNS) and 5 (VGA pixel clock) have an effect; all other registers,
 * the mPHY's among them, keep what is written.
 *
 * Source: HSW PRM vol. 11a, "Side Band Interface", "Display iCLK
 * Programming"; i915: intel_sbi.c, intel_pch_refclk.c.
 */
#include "display-internal.h"

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
#define ICLK_SSCAUXDIV5         0x0610
#define ICLK_SSCCTL1            0x020c
#define ICLK_SSCCTL4            0x050c
#define ICLK_SSCCTL5            0x060c
#define ICLK_CLKOUT_DP_DBUFF0   0x2a00
#define ICLK_CLKOUT_DPNS_DBUFF0 0x2b00

#define SSCDIVINTPHASE_DIV20    (0x12 << 1)
#define SSCDIVINTPHASE_PROPAGATE (1u << 0)
#define SSCAUXDIV_FINALDIV2SEL  (1u << 4)
#define SSCCTL_DISABLE          (1u << 0)
/* Of the table and the sequences for it, which differ, the sequences. */
#define DBUFF0_ENABLE           (1u << 0)

#define ICLK_VIRTUAL_ROOT_KHZ   172800000u
#define ICLK_PI_RANGE           64
#define DPNS_KHZ                135000

static void sbi_store(GvirtDisplay *display, uint32_t key, uint32_t value)
{
    if (g_hash_table_size(display->sbi) >= SBI_REGISTERS_MAX &&
        !g_hash_table_contains(display->sbi, GUINT_TO_POINTER(key))) {
        gvirt_log_guest_error(display->regs->host,
                              "%s: too many sideband registers written",
                              display->regs->owner);
        return;
    }
    g_hash_table_insert(display->sbi, GUINT_TO_POINTER(key),
                        GUINT_TO_POINTER(value));
}

static uint32_t sbi_load(const GvirtDisplay *display, uint32_t key)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(display->sbi,
                                                GUINT_TO_POINTER(key)));
}

void gvirt_iclk_run(GvirtDisplay *display)
{
    uint32_t control = d_get(display, D_SBI_CTL_STAT);
    uint32_t address = d_get(display, D_SBI_ADDR) >> 16;
    uint32_t data = d_get(display, D_SBI_DATA);
    uint32_t key = (control & SBI_UNIT) | address;

    if (!(control & SBI_BUSY)) {
        return;
    }
    control &= ~(SBI_BUSY | SBI_FAIL);
    switch (control >> SBI_OP_SHIFT & 0xff) {
    case SBI_OP_IO_READ:
    case SBI_OP_CR_READ:
        d_set(display, D_SBI_DATA, sbi_load(display, key));
        break;
    case SBI_OP_IO_WRITE:
    case SBI_OP_CR_WRITE:
        if (key == ICLK_SSCDIVINTPHASE1 || key == ICLK_SSCDIVINTPHASE5) {
            data &= ~SSCDIVINTPHASE_PROPAGATE;
        }
        sbi_store(display, key, data);
        break;
    default:
        control |= SBI_FAIL;
        break;
    }
    d_set(display, D_SBI_CTL_STAT, control);
}

/* What a modulator and its divider make of the root; 0: powered down. */
static uint64_t modulator_khz(const GvirtDisplay *display, uint32_t ctl,
                              uint32_t divintphase)
{
    uint32_t value = sbi_load(display, divintphase);

    if (sbi_load(display, ctl) & SSCCTL_DISABLE) {
        return 0;
    }
    return ICLK_VIRTUAL_ROOT_KHZ /
           ((d_bits(value, 7, 1) + 2) * ICLK_PI_RANGE + d_bits(value, 14, 8));
}

uint64_t gvirt_iclk_ssc_khz(const GvirtDisplay *display)
{
    return sbi_load(display, ICLK_CLKOUT_DP_DBUFF0) & DBUFF0_ENABLE
           ? modulator_khz(display, ICLK_SSCCTL1, ICLK_SSCDIVINTPHASE1) : 0;
}

uint64_t gvirt_iclk_nssc_khz(const GvirtDisplay *display)
{
    return sbi_load(display, ICLK_CLKOUT_DPNS_DBUFF0) & DBUFF0_ENABLE &&
           !(sbi_load(display, ICLK_SSCCTL4) & SSCCTL_DISABLE) ? DPNS_KHZ : 0;
}

uint64_t gvirt_iclk_pixel_khz(const GvirtDisplay *display)
{
    uint64_t khz = modulator_khz(display, ICLK_SSCCTL5, ICLK_SSCDIVINTPHASE5);

    return sbi_load(display, ICLK_SSCAUXDIV5) & SSCAUXDIV_FINALDIV2SEL
           ? khz / 2 : khz;
}

void gvirt_iclk_reset(GvirtDisplay *display)
{
    g_hash_table_remove_all(display->sbi);
    sbi_store(display, ICLK_SSCDIVINTPHASE1, SSCDIVINTPHASE_DIV20);
    sbi_store(display, ICLK_SSCDIVINTPHASE5, SSCDIVINTPHASE_DIV20);
    sbi_store(display, ICLK_SSCCTL1, SSCCTL_DISABLE);
    sbi_store(display, ICLK_SSCCTL5, SSCCTL_DISABLE);
    sbi_store(display, ICLK_CLKOUT_DPNS_DBUFF0, DBUFF0_ENABLE);
}
