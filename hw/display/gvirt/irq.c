/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts: display (DE), GT, power management (PM) and south display (SDE)
 * blocks of ISR, IMR, IIR, IER, and the line they drive.
 *
 * Sources: HSW PRM vol. 11a, "Interrupt Flow"; IVB PRM vol. 3 part 3, 3.3
 * (bits of DE, GT, PM) and part 4, 2.1.1 (bits of SDE), of the generation
 * before, where the Haswell PRM names registers only; i915: i915_irq.c, for
 * what Haswell added (VECS, second L3 slice).
 */
#include "hw/gvirt/irq.h"

#include <string.h>

typedef enum Block {
    BLOCK_DE,
    BLOCK_GT,
    BLOCK_PM,
    BLOCK_SDE,
    BLOCK_COUNT,
} Block;

/* Registers of a block, from its ISR. */
#define ISR     0x0
#define IMR     0x4
#define IIR     0x8
#define IER     0xc

#define DE_MASTER       (1u << 31)  /* in DEIER alone */
#define DE_ERROR        (1u << 30)
#define DE_PCH          (1u << 28)
#define SDE_ERROR       (1u << 16)
#define SDE_FDI_RX_A    (1u << 0)

static const uint32_t block_offset[BLOCK_COUNT] = {
    [BLOCK_DE] = GVIRT_REG_DE_ISR,
    [BLOCK_GT] = GVIRT_REG_GT_ISR,
    [BLOCK_PM] = GVIRT_REG_PM_ISR,
    [BLOCK_SDE] = GVIRT_REG_SDE_ISR,
};

static const struct {
    const char *name;
    uint8_t block;
    uint8_t bit;
} events[GVIRT_IRQ_EVENT_COUNT] = {
#define E(event, block, bit) [GVIRT_IRQ_##event] = { #event, BLOCK_##block, bit }
    E(RCS_USER, GT, 0),
    E(RCS_DEBUG, GT, 1),
    E(RCS_ERROR, GT, 3),
    E(RCS_PIPE_NOTIFY, GT, 4),
    E(RCS_PAGE_FAULT, GT, 7),
    E(L3_PARITY, GT, 5),
    E(RCS_PERF_BUFFER, GT, 9),
    E(VCS_USER, GT, 12),
    E(VCS_ERROR, GT, 15),
    E(VCS_FLUSH_NOTIFY, GT, 16),
    E(BCS_USER, GT, 22),
    E(BCS_ERROR, GT, 25),
    E(BCS_FLUSH_NOTIFY, GT, 26),
    E(VECS_USER, PM, 10),
    E(VECS_ERROR, PM, 12),
    E(VECS_FLUSH_NOTIFY, PM, 13),
    E(RPS_UP, PM, 5),
    E(RPS_DOWN, PM, 4),
    E(RPS_TIMEOUT, PM, 6),
    E(VBLANK_A, DE, 0),
    E(VBLANK_B, DE, 5),
    E(VBLANK_C, DE, 10),
    E(LINE_A, DE, 2),
    E(LINE_B, DE, 7),
    E(LINE_C, DE, 12),
    E(FLIP_PRIMARY_A, DE, 3),
    E(FLIP_PRIMARY_B, DE, 8),
    E(FLIP_PRIMARY_C, DE, 13),
    E(FLIP_SPRITE_A, DE, 4),
    E(FLIP_SPRITE_B, DE, 9),
    E(FLIP_SPRITE_C, DE, 14),
    E(AUX_A, DE, 26),
    E(HOTPLUG_A, DE, 27),
    E(GSE, DE, 29),
    E(DISPLAY_ERROR, DE, 30),
    E(GMBUS, SDE, 17),
    E(AUX_B, SDE, 25),
    E(AUX_C, SDE, 26),
    E(AUX_D, SDE, 27),
    E(HOTPLUG_B, SDE, 21),
    E(HOTPLUG_C, SDE, 22),
    E(HOTPLUG_D, SDE, 23),
    E(HOTPLUG_CRT, SDE, 19),
#undef E
};

static uint32_t get(const GvirtIrq *irq, Block block, uint32_t reg)
{
    return gvirt_regfile_get(irq->regs, block_offset[block] + reg);
}

static void set(GvirtIrq *irq, Block block, uint32_t reg, uint32_t value)
{
    gvirt_regfile_set(irq->regs, block_offset[block] + reg, value);
}

/* Sets bits of IIR, or queues them behind what is there already. */
static void latch(GvirtIrq *irq, Block block, uint32_t bits)
{
    uint32_t iir = get(irq, block, IIR);

    irq->queued[block] |= iir & bits;
    set(irq, block, IIR, iir | bits);
}

/*
 * Sources that are levels: they show in ISR, and what rises behind IMR is
 * latched.
 */
static void follow_level(GvirtIrq *irq, Block block, uint32_t bits,
                         uint32_t level)
{
    uint32_t unmasked = level & ~get(irq, block, IMR);

    set(irq, block, ISR, (get(irq, block, ISR) & ~bits) | level);
    latch(irq, block, unmasked & ~irq->edge[block]);
    irq->edge[block] = (irq->edge[block] & ~bits) | unmasked;
}

/* From the innermost registers out to the line. */
void gvirt_irq_update(GvirtIrq *irq)
{
    uint32_t pch, error, fdi, master;
    bool level;

    error = gvirt_regfile_get(irq->regs, GVIRT_REG_SERR_INT);
    fdi = gvirt_regfile_get(irq->regs, GVIRT_REG_FDI_RX_IIR);
    follow_level(irq, BLOCK_SDE, SDE_ERROR | SDE_FDI_RX_A,
                 (error ? SDE_ERROR : 0) | (fdi ? SDE_FDI_RX_A : 0));

    pch = get(irq, BLOCK_SDE, IIR) & get(irq, BLOCK_SDE, IER);
    error = gvirt_regfile_get(irq->regs, GVIRT_REG_ERR_INT);
    follow_level(irq, BLOCK_DE, DE_PCH | DE_ERROR,
                 (pch ? DE_PCH : 0) | (error ? DE_ERROR : 0));

    master = get(irq, BLOCK_DE, IER) & DE_MASTER;
    level = master &&
            ((get(irq, BLOCK_DE, IIR) & get(irq, BLOCK_DE, IER)) ||
             (get(irq, BLOCK_GT, IIR) & get(irq, BLOCK_GT, IER)) ||
             (get(irq, BLOCK_PM, IIR) & get(irq, BLOCK_PM, IER)));
    if (level != irq->level) {
        irq->level = level;
        if (irq->line) {
            irq->line(irq->opaque, level);
        }
    }
}

static void irq_write(void *opaque, const GvirtRegInfo *info, uint32_t offset,
                      uint32_t old, uint32_t written)
{
    GvirtIrq *irq = opaque;
    unsigned block;

    (void)info;
    for (block = 0; block < BLOCK_COUNT; block++) {
        if (offset == block_offset[block] + IIR) {
            uint32_t again = irq->queued[block] & old & written;

            irq->queued[block] &= ~again;
            set(irq, block, IIR, get(irq, block, IIR) | again);
        }
    }
    gvirt_irq_update(irq);
    if (offset == GVIRT_REG_DE_IMR && irq->masks) {
        irq->masks(irq->masks_opaque, old);
    }
}

static const GvirtRegHooks irq_hooks = {
    .write = irq_write,
};

void gvirt_irq_init(GvirtIrq *irq, GvirtRegFile *regs,
                    void (*line)(void *opaque, bool level), void *opaque)
{
    memset(irq, 0, sizeof(*irq));
    irq->regs = regs;
    irq->line = line;
    irq->opaque = opaque;
    gvirt_regfile_hook(regs, GVIRT_HOOK_IRQ, &irq_hooks, irq);
}

static void reset_register(GvirtIrq *irq, uint32_t offset)
{
    gvirt_regfile_set(irq->regs, offset, gvirt_reg_find(offset)->reset);
}

void gvirt_irq_reset(GvirtIrq *irq)
{
    unsigned block;

    for (block = 0; block < BLOCK_COUNT; block++) {
        reset_register(irq, block_offset[block] + ISR);
        reset_register(irq, block_offset[block] + IMR);
        reset_register(irq, block_offset[block] + IIR);
        reset_register(irq, block_offset[block] + IER);
        irq->queued[block] = 0;
        irq->edge[block] = 0;
    }
    reset_register(irq, GVIRT_REG_ERR_INT);
    reset_register(irq, GVIRT_REG_SERR_INT);
    gvirt_irq_update(irq);
}

/* For traces: whose registers these are ("vgpu 3"), -1 the hardware's. */
static int64_t vgpu_id(const GvirtIrq *irq)
{
    const char *owner = irq->regs->owner;

    return owner && g_str_has_prefix(owner, "vgpu ")
           ? g_ascii_strtoll(owner + 5, NULL, 10) : -1;
}

void gvirt_irq_raise(GvirtIrq *irq, GvirtIrqEvent event)
{
    Block block;
    uint32_t bit;

    if ((unsigned)event >= GVIRT_IRQ_EVENT_COUNT) {
        return;
    }
    block = events[event].block;
    bit = 1u << events[event].bit;
    if (get(irq, block, IMR) & bit) {
        return;
    }
    irq->count[event]++;
    if (event != GVIRT_IRQ_DISPLAY_ERROR) {
        latch(irq, block, bit);
    }
    gvirt_irq_update(irq);
    gvirt_trace(irq->regs->host, irq, event, get(irq, block, IIR), irq->level,
                vgpu_id(irq));
}

void gvirt_irq_set_live(GvirtIrq *irq, GvirtIrqEvent event, bool on)
{
    Block block;
    uint32_t bit, isr;

    if ((unsigned)event >= GVIRT_IRQ_EVENT_COUNT) {
        return;
    }
    block = events[event].block;
    bit = 1u << events[event].bit;
    isr = get(irq, block, ISR);
    set(irq, block, ISR, on ? isr | bit : isr & ~bit);
}

uint32_t gvirt_irq_block(GvirtIrqEvent event)
{
    return (unsigned)event < GVIRT_IRQ_EVENT_COUNT
           ? block_offset[events[event].block] : 0;
}

uint32_t gvirt_irq_bit(GvirtIrqEvent event)
{
    return (unsigned)event < GVIRT_IRQ_EVENT_COUNT
           ? 1u << events[event].bit : 0;
}

const char *gvirt_irq_name(GvirtIrqEvent event)
{
    return (unsigned)event < GVIRT_IRQ_EVENT_COUNT
           ? events[event].name : "none";
}
