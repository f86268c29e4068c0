/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Switching the engines from one vGPU to another.
 *
 * Once the rings are dry: save registers by MMIO; from a ring of the
 * mediator's, MI_SET_CONTEXT into the vGPU's own save area (which first lets
 * the hardware save into the guest's current context), then into an idle
 * context (which saves the area). The way in is the same backwards, and ends
 * with the guest's own context current again, its state in place. A vGPU that
 * has never run starts from the state that a render reset leaves.
 *
 * Sources: gVirt (USENIX ATC'14), "Render engine context switch", the five
 * steps; HSW PRM vol. 6, MI_SET_CONTEXT; XenGT render.c.
 */
#include "mediator-internal.h"

#include <string.h>

/* MI_SET_CONTEXT, dword 1; i915: gt/intel_gpu_commands.h. */
#define MM_SPACE_GTT        (1u << 8)
#define SAVE_EXT_STATE      (1u << 3)
#define RESTORE_EXT_STATE   (1u << 2)
#define FORCE_RESTORE       (1u << 1)
#define RESTORE_INHIBIT     (1u << 0)

#define SWITCH_RING_SIZE_B  GVIRT_PAGE_SIZE_B
#define CCID_ADDR           0xfffff000u

static bool switched_by_mmio(const GvirtRegInfo *info, uint32_t offset)
{
    uint32_t reg;

    if (info->flags & (GVIRT_REG_RO | GVIRT_REG_WO) ||
        info->policy != GVIRT_POLICY_SHADOW) {
        return false;
    }
    if (info->hook != GVIRT_HOOK_RING || gvirt_ring_of(offset, &reg) < 0) {
        return info->hook != GVIRT_HOOK_RING;
    }
    /* The others are loaded with care, see shadow-ring.c. */
    return (reg >= RING_SYNC && reg < RING_SYNC + 12) || reg == RING_PSMI_CTL;
}

void gvirt_switch_init(GvirtMediator *mediator)
{
    unsigned count, i, element;
    const GvirtRegInfo *table = gvirt_reg_table(&count);
    GArray *list = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    for (i = 0; i < count; i++) {
        for (element = 0; element < table[i].count; element++) {
            uint32_t offset = table[i].offset + element * table[i].stride_B;

            if (switched_by_mmio(&table[i], offset)) {
                g_array_append_val(list, offset);
            }
        }
    }
    mediator->switch_regs = list->len;
    mediator->switch_reg = (uint32_t *)g_array_free(list, FALSE);
}

/* All of them for all engines, else those of the engines' own blocks. */
static bool register_in(uint32_t offset, uint32_t engines)
{
    uint32_t reg;
    int id;

    if (engines == GVIRT_ALL_ENGINES) {
        return true;
    }
    id = gvirt_ring_of(offset, &reg);
    return id >= 0 && engines & GVIRT_ENGINE_BIT(id);
}

/* What is stored with care: without the bits that act when written. */
static const struct {
    uint32_t reg;
    uint32_t mask;
    bool save;
} modes[] = {
    { RING_MI_MODE, 0xffff & ~MI_MODE_IDLE, true },
    { RING_INSTPM, 0xffff & ~INSTPM_SELF_CLEARING, true },
    { RING_GFX_MODE, 0xffff & ~GFX_MODE_PPGTT_ENABLE, false },
};

void gvirt_switch_save_registers(GvirtVgpu *vgpu, uint32_t engines)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned i, mode;

    for (i = 0; i < mediator->switch_regs; i++) {
        uint32_t offset = mediator->switch_reg[i];

        if (register_in(offset, engines)) {
            gvirt_regfile_set(&vgpu->regs, offset,
                              gvirt_hw_read(mediator, offset));
        }
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        for (mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
            uint32_t offset = gvirt_ring_offset(i, modes[mode].reg);

            if (engines & GVIRT_ENGINE_BIT(i) && modes[mode].save) {
                gvirt_regfile_set(&vgpu->regs, offset,
                                  gvirt_hw_read(mediator, offset));
            }
        }
    }
}

void gvirt_switch_load_registers(GvirtVgpu *vgpu, uint32_t engines)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned i;

    for (i = 0; i < mediator->switch_regs; i++) {
        uint32_t offset = mediator->switch_reg[i];
        uint32_t value = gvirt_regfile_get(&vgpu->regs, offset);

        /* Reading first spares writes with their side effects. */
        if (register_in(offset, engines) &&
            gvirt_hw_read(mediator, offset) != value) {
            gvirt_hw_write(mediator, offset,
                           gvirt_policy_restore_value(gvirt_reg_find(offset),
                                                      value));
        }
    }
}

void gvirt_switch_load_modes(GvirtVgpu *vgpu, uint32_t engines)
{
    unsigned i, mode;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        for (mode = 0; mode < G_N_ELEMENTS(modes); mode++) {
            uint32_t offset = gvirt_ring_offset(i, modes[mode].reg);
            uint32_t value = gvirt_regfile_get(&vgpu->regs, offset);
            uint32_t mask = modes[mode].mask;

            if (engines & GVIRT_ENGINE_BIT(i)) {
                gvirt_hw_write(vgpu->mediator, offset,
                               mask << 16 | (value & mask));
            }
        }
    }
}

/* The render streamer runs len_dw dwords of ours from its own ring. */
static void run_own_ring(GvirtMediator *mediator, const uint32_t *dw,
                         unsigned len_dw)
{
    const GvirtHost *host = mediator->host;
    uint32_t pte = gvirt_gpu_read(mediator->gpu, GVIRT_GTT_BAR0_OFFSET +
                                  GVIRT_SWITCH_RING_PAGE * 4, 4);
    uint64_t hpa = (pte & 0xfffff000u) | (uint64_t)(pte & 0x7f0u) << 28;
    uint32_t *page = host->ops->map(host->opaque, hpa, true);
    unsigned i;

    if (!page) {
        return;
    }
    for (i = 0; i < len_dw; i++) {
        page[i] = GUINT32_TO_LE(dw[i]);
    }
    host->ops->dirty(host->opaque, hpa, len_dw * 4);
    gvirt_hw_write(mediator, GVIRT_RCS_BASE + RING_MI_MODE,
                   MI_MODE_STOP_RING << 16);
    gvirt_hw_write(mediator, GVIRT_RCS_BASE + RING_CTL, 0);
    gvirt_hw_write(mediator, GVIRT_RCS_BASE + RING_START,
                   GVIRT_SWITCH_RING_PAGE << GVIRT_PAGE_SHIFT);
    gvirt_hw_write(mediator, GVIRT_RCS_BASE + RING_HEAD, 0);
    gvirt_hw_write(mediator, GVIRT_RCS_BASE + RING_TAIL, 0);
    gvirt_hw_write(mediator, GVIRT_RCS_BASE + RING_CTL,
                   (SWITCH_RING_SIZE_B - GVIRT_PAGE_SIZE_B) | RING_CTL_VALID);
    gvirt_hw_write(mediator, GVIRT_RCS_BASE + RING_TAIL, len_dw * 4);
}

bool gvirt_switch_done(GvirtMediator *mediator)
{
    return gvirt_hw_engine_idle(mediator, GVIRT_RCS);
}

static void stop_own_ring(GvirtMediator *mediator)
{
    gvirt_hw_write(mediator, GVIRT_RCS_BASE + RING_CTL, 0);
}

bool gvirt_context_area_take(GvirtVgpu *vgpu)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned i;

    for (i = 0; i < GVIRT_CONTEXT_PAGES; i++) {
        if (!gvirt_pool_take(mediator, &vgpu->context_hpa[i])) {
            while (i-- > 0) {
                gvirt_pool_give(mediator, vgpu->context_hpa[i]);
            }
            return false;
        }
    }
    for (i = 0; i < GVIRT_CONTEXT_PAGES; i++) {
        gvirt_hw_write_pte(mediator, GVIRT_CONTEXT_PAGE(vgpu->id) + i,
                           gvirt_pte_encode(vgpu->context_hpa[i], PTE_VALID));
    }
    gvirt_hw_flush_tlb(mediator);
    return true;
}

void gvirt_context_area_give(GvirtVgpu *vgpu)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned i;

    for (i = 0; i < GVIRT_CONTEXT_PAGES; i++) {
        gvirt_hw_write_pte(mediator, GVIRT_CONTEXT_PAGE(vgpu->id) + i, 0);
    }
    gvirt_hw_flush_tlb(mediator);
    for (i = 0; i < GVIRT_CONTEXT_PAGES; i++) {
        gvirt_pool_give(mediator, vgpu->context_hpa[i]);
    }
}

static uint32_t context_addr(const GvirtVgpu *vgpu)
{
    return GVIRT_CONTEXT_PAGE(vgpu->id) << GVIRT_PAGE_SHIFT;
}

bool gvirt_switch_save(GvirtMediator *mediator)
{
    GvirtVgpu *vgpu = mediator->owner;
    const uint32_t flags = MM_SPACE_GTT | SAVE_EXT_STATE | RESTORE_INHIBIT;
    uint32_t dw[6];
    unsigned i;

    gvirt_policy_unload_oa(vgpu);
    gvirt_switch_save_registers(vgpu, GVIRT_ALL_ENGINES);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        gvirt_vring_unload(vgpu, i);
    }
    vgpu->ccid = gvirt_hw_read(mediator, GVIRT_RCS_BASE + RING_CCID);
    dw[0] = GVIRT_OP_MI_SET_CONTEXT;
    dw[1] = context_addr(vgpu) | flags;
    dw[2] = GVIRT_OP_MI_SET_CONTEXT;
    dw[3] = (GVIRT_IDLE_CONTEXT_PAGE << GVIRT_PAGE_SHIFT) | flags;
    dw[4] = GVIRT_OP_MI_USER_INTERRUPT;
    dw[5] = GVIRT_OP_MI_NOOP;
    run_own_ring(mediator, dw, G_N_ELEMENTS(dw));
    return gvirt_switch_done(mediator);
}

void gvirt_switch_finish_save(GvirtMediator *mediator)
{
    mediator->owner->has_context = true;
    stop_own_ring(mediator);
}

bool gvirt_switch_restore(GvirtMediator *mediator)
{
    GvirtVgpu *vgpu = mediator->next;
    bool own = gvirt_vgpu_owns(vgpu, vgpu->ccid & CCID_ADDR,
                               GVIRT_CONTEXT_SIZE_B) &&
               vgpu->ccid & CCID_VALID;
    uint32_t dw[6] = { 0 };
    unsigned len_dw = 0;

    /* Nothing of the one before is to be seen. */
    if (GVIRT_INTACT(STATE)) {
        gvirt_hw_reset_engines(mediator, GVIRT_ALL_ENGINES);
        gvirt_hw_flush_tlb(mediator);
        gvirt_switch_load_registers(vgpu, GVIRT_ALL_ENGINES);
    }
    if (!vgpu->has_context) {
        return true;
    }
    dw[len_dw++] = GVIRT_OP_MI_SET_CONTEXT;
    dw[len_dw++] = context_addr(vgpu) | MM_SPACE_GTT | SAVE_EXT_STATE |
                   RESTORE_EXT_STATE | FORCE_RESTORE;
    if (own) {
        dw[len_dw++] = GVIRT_OP_MI_SET_CONTEXT;
        dw[len_dw++] = (vgpu->ccid & (CCID_ADDR | SAVE_EXT_STATE |
                                      RESTORE_EXT_STATE)) |
                       MM_SPACE_GTT | RESTORE_INHIBIT;
    }
    dw[len_dw++] = GVIRT_OP_MI_USER_INTERRUPT;
    len_dw += len_dw & 1;
    run_own_ring(mediator, dw, len_dw);
    return gvirt_switch_done(mediator);
}

void gvirt_switch_finish_restore(GvirtMediator *mediator)
{
    GvirtVgpu *vgpu = mediator->next;
    unsigned i;

    stop_own_ring(mediator);
    mediator->owner = vgpu;
    mediator->next = NULL;
    mediator->phase = GVIRT_SWITCH_NONE;
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        gvirt_vring_load(vgpu, i);
    }
    gvirt_switch_load_modes(vgpu, GVIRT_ALL_ENGINES);
    gvirt_hw_flush_tlb(mediator);
    gvirt_policy_load_oa(vgpu);
}
