/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts: the hardware's belong to the mediator. Those of engines go on
 * to the vGPU that the engines belong to, through its own masks; all others a
 * guest sees are made by its own display and power.
 *
 * Sources: gVirt (USENIX ATC'14), "Interrupts"; HSW PRM vol. 11a,
 * "Interrupt flow"; XenGT interrupt.c.
 */
#include "mediator-internal.h"

#define DE_BLOCK        0x44000u
#define GT_BLOCK        0x44010u
#define PM_BLOCK        0x44020u
#define SDE_BLOCK       0xc4000u
#define BLOCK_IMR       0x4
#define BLOCK_IIR       0x8
#define BLOCK_IER       0xc
#define DE_MASTER       (1u << 31)

/* An IIR holds one event more behind each bit. */
#define ROUNDS          4

typedef struct EngineEvent {
    GvirtIrqEvent event;
    GvirtEngineId id;
} EngineEvent;

static const EngineEvent engine_events[] = {
    { GVIRT_IRQ_RCS_USER, GVIRT_RCS },
    { GVIRT_IRQ_RCS_DEBUG, GVIRT_RCS },
    { GVIRT_IRQ_RCS_ERROR, GVIRT_RCS },
    { GVIRT_IRQ_RCS_PIPE_NOTIFY, GVIRT_RCS },
    { GVIRT_IRQ_RCS_PAGE_FAULT, GVIRT_RCS },
    { GVIRT_IRQ_RCS_PERF_BUFFER, GVIRT_RCS },
    { GVIRT_IRQ_VCS_USER, GVIRT_VCS },
    { GVIRT_IRQ_VCS_ERROR, GVIRT_VCS },
    { GVIRT_IRQ_VCS_FLUSH_NOTIFY, GVIRT_VCS },
    { GVIRT_IRQ_BCS_USER, GVIRT_BCS },
    { GVIRT_IRQ_BCS_ERROR, GVIRT_BCS },
    { GVIRT_IRQ_BCS_FLUSH_NOTIFY, GVIRT_BCS },
    { GVIRT_IRQ_VECS_USER, GVIRT_VECS },
    { GVIRT_IRQ_VECS_ERROR, GVIRT_VECS },
    { GVIRT_IRQ_VECS_FLUSH_NOTIFY, GVIRT_VECS },
};

static uint32_t events_of(uint32_t block)
{
    uint32_t bits = 0;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(engine_events); i++) {
        if (gvirt_irq_block(engine_events[i].event) == block) {
            bits |= gvirt_irq_bit(engine_events[i].event);
        }
    }
    return bits;
}

void gvirt_virq_init(GvirtMediator *mediator)
{
    static const uint32_t blocks[] = { GT_BLOCK, PM_BLOCK, DE_BLOCK,
                                       SDE_BLOCK };
    unsigned i, round;

    for (i = 0; i < G_N_ELEMENTS(blocks); i++) {
        uint32_t bits = blocks[i] == GT_BLOCK || blocks[i] == PM_BLOCK ?
                        events_of(blocks[i]) : 0;

        gvirt_hw_write(mediator, blocks[i] + BLOCK_IMR, ~bits);
        for (round = 0; round < ROUNDS; round++) {
            gvirt_hw_write(mediator, blocks[i] + BLOCK_IIR, UINT32_MAX);
        }
        gvirt_hw_write(mediator, blocks[i] + BLOCK_IER,
                       bits | (blocks[i] == DE_BLOCK ? DE_MASTER : 0));
    }
}

static void forward(GvirtVgpu *vgpu, const EngineEvent *what)
{
    uint32_t imr = gvirt_regfile_get(&vgpu->regs,
                                     gvirt_ring_offset(what->id, RING_IMR));
    uint32_t bit = gvirt_irq_bit(what->event);

    /* RING_IMR has the bits of the block that the engine reports to. */
    if (imr & bit) {
        return;
    }
    vgpu->stats.interrupts++;
    gvirt_irq_raise(&vgpu->irq, what->event);
}

static void collect_block(GvirtMediator *mediator, uint32_t block)
{
    unsigned i, round;

    for (round = 0; round < ROUNDS; round++) {
        uint32_t iir = gvirt_hw_read(mediator, block + BLOCK_IIR);

        if (!iir) {
            return;
        }
        gvirt_hw_write(mediator, block + BLOCK_IIR, iir);
        if (!mediator->owner || !gvirt_vgpu_on_hw(mediator->owner)) {
            continue;       /* our own ring's */
        }
        for (i = 0; i < G_N_ELEMENTS(engine_events); i++) {
            const EngineEvent *what = &engine_events[i];

            if (gvirt_irq_block(what->event) == block &&
                iir & gvirt_irq_bit(what->event)) {
                forward(mediator->owner, what);
            }
        }
    }
}

void gvirt_virq_collect(GvirtMediator *mediator)
{
    /* With the master off and on, what comes meanwhile makes an edge. */
    gvirt_hw_write(mediator, DE_BLOCK + BLOCK_IER, 0);
    collect_block(mediator, GT_BLOCK);
    collect_block(mediator, PM_BLOCK);
    gvirt_hw_write(mediator, DE_BLOCK + BLOCK_IER, DE_MASTER);
}
