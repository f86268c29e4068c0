/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interrupt component: GT, PM, display and south-display blocks, each
 * ISR/IMR/IIR/IER, and the master bit. The hardware has one, and so has each
 * vGPU.
 *
 * Source: HSW PRM vol. 11a (display interrupts), vol. 2c (GT interrupts);
 * i915: i915_irq.c (the order in which software touches them).
 */
#ifndef HW_GVIRT_IRQ_H
#define HW_GVIRT_IRQ_H

#include "hw/gvirt/regs.h"

typedef enum GvirtIrqEvent {
    /* GT block, 0x44010 */
    GVIRT_IRQ_RCS_USER,
    GVIRT_IRQ_RCS_DEBUG,
    GVIRT_IRQ_RCS_ERROR,
    GVIRT_IRQ_RCS_PIPE_NOTIFY,
    GVIRT_IRQ_RCS_PAGE_FAULT,
    GVIRT_IRQ_L3_PARITY,
    GVIRT_IRQ_RCS_PERF_BUFFER,
    GVIRT_IRQ_VCS_USER,
    GVIRT_IRQ_VCS_ERROR,
    GVIRT_IRQ_VCS_FLUSH_NOTIFY,
    GVIRT_IRQ_BCS_USER,
    GVIRT_IRQ_BCS_ERROR,
    GVIRT_IRQ_BCS_FLUSH_NOTIFY,
    /* PM block, 0x44020 */
    GVIRT_IRQ_VECS_USER,
    GVIRT_IRQ_VECS_ERROR,
    GVIRT_IRQ_VECS_FLUSH_NOTIFY,
    GVIRT_IRQ_RPS_UP,
    GVIRT_IRQ_RPS_DOWN,
    GVIRT_IRQ_RPS_TIMEOUT,
    /* display block, 0x44000; the first of each triple is pipe A's */
    GVIRT_IRQ_VBLANK_A,
    GVIRT_IRQ_VBLANK_B,
    GVIRT_IRQ_VBLANK_C,
    GVIRT_IRQ_LINE_A,
    GVIRT_IRQ_LINE_B,
    GVIRT_IRQ_LINE_C,
    GVIRT_IRQ_FLIP_PRIMARY_A,
    GVIRT_IRQ_FLIP_PRIMARY_B,
    GVIRT_IRQ_FLIP_PRIMARY_C,
    GVIRT_IRQ_FLIP_SPRITE_A,
    GVIRT_IRQ_FLIP_SPRITE_B,
    GVIRT_IRQ_FLIP_SPRITE_C,
    GVIRT_IRQ_AUX_A,
    GVIRT_IRQ_HOTPLUG_A,
    GVIRT_IRQ_GSE,
    GVIRT_IRQ_DISPLAY_ERROR,
    /* south display block, 0xc4000 */
    GVIRT_IRQ_GMBUS,
    GVIRT_IRQ_AUX_B,
    GVIRT_IRQ_AUX_C,
    GVIRT_IRQ_AUX_D,
    GVIRT_IRQ_HOTPLUG_B,
    GVIRT_IRQ_HOTPLUG_C,
    GVIRT_IRQ_HOTPLUG_D,
    GVIRT_IRQ_HOTPLUG_CRT,
    GVIRT_IRQ_EVENT_COUNT,
} GvirtIrqEvent;

typedef struct GvirtIrq {
    GvirtRegFile *regs;
    /* The level of the line has changed; called with no lock of ours. */
    void (*line)(void *opaque, bool level);
    void *opaque;
    bool level;
    uint64_t count[GVIRT_IRQ_EVENT_COUNT];  /* those that reached an IIR */
    uint32_t queued[4];     /* DE, GT, PM, SDE: a second event behind IIR's */
    uint32_t edge[4];       /* unmasked level sources as last seen */
    /* DEIMR was written: who listens decides the display's deadlines. */
    void (*masks)(void *opaque, uint32_t old_imr);
    void *masks_opaque;
} GvirtIrq;

/* Hooks GVIRT_HOOK_IRQ of regs. */
void gvirt_irq_init(GvirtIrq *irq, GvirtRegFile *regs,
                    void (*line)(void *opaque, bool level), void *opaque);
void gvirt_irq_reset(GvirtIrq *irq);

/*
 * An event has happened: a pulse latches into IIR what IMR lets through; a
 * second one behind it waits in a queue of one and shows when IIR is cleared.
 * Engine events also pass the engine's own RING_IMR (base + 0xa8): that test
 * is the caller's. For GVIRT_IRQ_DISPLAY_ERROR set the bit in ERR_INT first:
 * DEIIR follows that register.
 */
void gvirt_irq_raise(GvirtIrq *irq, GvirtIrqEvent event);

/* ERR_INT, SERR_INT or FDI_RX_IIR has changed, whose sum stands in an ISR. */
void gvirt_irq_update(GvirtIrq *irq);

/* A live state in ISR (hot-plug: a monitor is there). */
void gvirt_irq_set_live(GvirtIrq *irq, GvirtIrqEvent event, bool on);

/* Where an event stands: offset of its block's ISR, its bit, its name. */
uint32_t gvirt_irq_block(GvirtIrqEvent event);
uint32_t gvirt_irq_bit(GvirtIrqEvent event);
const char *gvirt_irq_name(GvirtIrqEvent event);

#endif /* HW_GVIRT_IRQ_H */
