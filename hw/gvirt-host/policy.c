/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a guest's register accesses: the policies of the register
 * table, and the registers that need more than a policy.
 *
 * Sources: gVirt (USENIX ATC'14), "I/O register" classification; the policies
 * themselves stand in registers.def.
 */
#include "mediator-internal.h"

#define PVINFO_BASE         0x78000u
#define RING_NOPID          0x094

#define OACONTROL           0x2360u
#define OASTATUS1           0x2364u
#define OASTATUS2           0x2368u
#define OABUFFER            0x23b0u

static const char *access_name(bool write)
{
    return write ? "write" : "read";
}

static void deny(GvirtVgpu *vgpu, const GvirtRegInfo *info, uint32_t offset,
                 uint32_t value, bool write)
{
    vgpu->stats.mmio_denied++;
    gvirt_trace(vgpu->mediator->host, vgpu_deny, vgpu->id, offset, value,
                write);
    if (write) {
        gvirt_log_guest_error(vgpu->mediator->host, "%s: %s of %s (0x%06x) "
                              "denied", vgpu->name, access_name(write),
                              info->name, offset);
    }
}

uint32_t gvirt_policy_restore_value(const GvirtRegInfo *info, uint32_t value)
{
    return info->flags & GVIRT_REG_MASKED ?
           (info->rw_mask & 0xffff) << 16 | (value & 0xffff) : value;
}

void gvirt_policy_forward(GvirtVgpu *vgpu, const GvirtRegInfo *info,
                          uint32_t offset, uint32_t written)
{
    if (info->policy == GVIRT_POLICY_SHADOW && gvirt_vgpu_on_hw(vgpu)) {
        gvirt_hw_write(vgpu->mediator, offset, written);
    }
}

/* SHADOW registers of other blocks than the ring's. */
static uint32_t shadow_read(GvirtVgpu *vgpu, const GvirtRegInfo *info,
                            uint32_t offset, uint32_t value)
{
    return info->policy == GVIRT_POLICY_SHADOW && gvirt_vgpu_on_hw(vgpu) ?
           gvirt_hw_read(vgpu->mediator, offset) : value;
}

static uint32_t cs_hook_read(void *opaque, const GvirtRegInfo *info,
                             uint32_t offset, uint32_t value)
{
    return shadow_read(opaque, info, offset, value);
}

static void cs_hook_write(void *opaque, const GvirtRegInfo *info,
                          uint32_t offset, uint32_t old, uint32_t written)
{
    (void)old;
    gvirt_policy_forward(opaque, info, offset, written);
}

static const GvirtRegHooks cs_hooks = {
    .read = cs_hook_read,
    .write = cs_hook_write,
};

static uint32_t ring_hook_read(void *opaque, const GvirtRegInfo *info,
                               uint32_t offset, uint32_t value)
{
    return gvirt_vring_read(opaque, info, offset, value);
}

static void ring_hook_write(void *opaque, const GvirtRegInfo *info,
                            uint32_t offset, uint32_t old, uint32_t written)
{
    gvirt_vring_write(opaque, info, offset, old, written);
}

static const GvirtRegHooks ring_hooks = {
    .read = ring_hook_read,
    .write = ring_hook_write,
};

/*
 * Page-table control and faults: the owner's faults are the hardware's, but
 * one that it had before it was last switched out is the first.
 */
static uint32_t gtt_hook_read(void *opaque, const GvirtRegInfo *info,
                              uint32_t offset, uint32_t value)
{
    GvirtVgpu *vgpu = opaque;

    if (offset == GFX_FLSH_CNTL) {
        return 0;
    }
    if (info->flags & GVIRT_REG_LIVE && gvirt_vgpu_on_hw(vgpu) &&
        !(info->offset == RING_FAULT_BASE && value & RING_FAULT_VALID)) {
        return gvirt_hw_read(vgpu->mediator, offset);
    }
    return shadow_read(vgpu, info, offset, value);
}

static void gtt_hook_write(void *opaque, const GvirtRegInfo *info,
                           uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtVgpu *vgpu = opaque;

    (void)old;
    if (offset == GFX_FLSH_CNTL) {
        gvirt_hw_flush_tlb(vgpu->mediator);
    } else if (info->flags & GVIRT_REG_LIVE && gvirt_vgpu_on_hw(vgpu)) {
        gvirt_hw_write(vgpu->mediator, offset, written);
    } else {
        gvirt_policy_forward(vgpu, info, offset, written);
    }
}

static const GvirtRegHooks gtt_hooks = {
    .read = gtt_hook_read,
    .write = gtt_hook_write,
};

static void fence_hook_write(void *opaque, const GvirtRegInfo *info,
                             uint32_t offset, uint32_t old, uint32_t written)
{
    (void)info;
    (void)written;
    if (offset - FENCE_BASE < GVIRT_FENCE_COUNT * 8) {
        gvirt_fence_changed(opaque, offset, old);
    }
}

static const GvirtRegHooks fence_hooks = {
    .write = fence_hook_write,
};

static void reset_hook_write(void *opaque, const GvirtRegInfo *info,
                             uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtVgpu *vgpu = opaque;

    (void)info;
    (void)old;
    if (offset == GDRST) {
        gvirt_regfile_set(&vgpu->regs, GDRST, 0);
        gvirt_vgpu_gdrst(vgpu, written);
    }
}

static const GvirtRegHooks reset_hooks = {
    .write = reset_hook_write,
};

/* The OA unit writes to memory by itself: only to the guest's own. */
static bool oa_buffer_owned(const GvirtVgpu *vgpu)
{
    uint32_t addr = gvirt_regfile_get(&vgpu->regs, OABUFFER) & ~0x3fu;
    uint32_t size_code = gvirt_regfile_get(&vgpu->regs, OASTATUS1) >> 3 & 7;

    return !GVIRT_INTACT(OA_BUFFER) ||
           gvirt_vgpu_owns(vgpu, addr, 128ull << 10 << size_code);
}

void gvirt_policy_load_oa(GvirtVgpu *vgpu)
{
    static const uint32_t order[] = { OASTATUS2, OABUFFER, OASTATUS1 };
    GvirtMediator *mediator = vgpu->mediator;
    uint32_t control = gvirt_regfile_get(&vgpu->regs, OACONTROL);
    unsigned i;

    if ((control & 1) && !oa_buffer_owned(vgpu)) {
        gvirt_log_guest_error(mediator->host, "%s: OA buffer outside its "
                              "graphics memory", vgpu->name);
        control = 0;
    }
    gvirt_hw_write(mediator, OACONTROL, 0);
    if (control & 1) {
        for (i = 0; i < G_N_ELEMENTS(order); i++) {
            gvirt_hw_write(mediator, order[i],
                           gvirt_regfile_get(&vgpu->regs, order[i]));
        }
        gvirt_hw_write(mediator, OACONTROL, control);
    }
}

void gvirt_policy_unload_oa(GvirtVgpu *vgpu)
{
    GvirtMediator *mediator = vgpu->mediator;

    if (GVIRT_INTACT(OA_SWITCH) && gvirt_hw_read(mediator, OACONTROL) & 1) {
        gvirt_regfile_set(&vgpu->regs, OASTATUS1,
                          gvirt_hw_read(mediator, OASTATUS1));
        gvirt_regfile_set(&vgpu->regs, OASTATUS2,
                          gvirt_hw_read(mediator, OASTATUS2));
        gvirt_hw_write(mediator, OACONTROL, 0);
    }
}

static uint32_t perf_hook_read(void *opaque, const GvirtRegInfo *info,
                               uint32_t offset, uint32_t value)
{
    GvirtVgpu *vgpu = opaque;

    if ((offset == OASTATUS1 || offset == OASTATUS2) &&
        gvirt_vgpu_on_hw(vgpu) &&
        gvirt_regfile_get(&vgpu->regs, OACONTROL) & 1) {
        return gvirt_hw_read(vgpu->mediator, offset);
    }
    return shadow_read(vgpu, info, offset, value);
}

static void perf_hook_write(void *opaque, const GvirtRegInfo *info,
                            uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtVgpu *vgpu = opaque;

    (void)old;
    if (!gvirt_vgpu_on_hw(vgpu)) {
        return;
    }
    switch (offset) {
    case OACONTROL:
        gvirt_policy_load_oa(vgpu);
        break;
    case OASTATUS2:
        /* The head moves while the unit runs. */
        gvirt_hw_write(vgpu->mediator, offset, written);
        break;
    case OASTATUS1:
    case OABUFFER:
        if (gvirt_regfile_get(&vgpu->regs, OACONTROL) & 1) {
            gvirt_policy_load_oa(vgpu);
        }
        break;
    default:
        gvirt_policy_forward(vgpu, info, offset, written);
        break;
    }
}

static const GvirtRegHooks perf_hooks = {
    .read = perf_hook_read,
    .write = perf_hook_write,
};

void gvirt_policy_init(GvirtVgpu *vgpu)
{
    gvirt_regfile_hook(&vgpu->regs, GVIRT_HOOK_NONE, &cs_hooks, vgpu);
    gvirt_regfile_hook(&vgpu->regs, GVIRT_HOOK_CS, &cs_hooks, vgpu);
    gvirt_regfile_hook(&vgpu->regs, GVIRT_HOOK_RING, &ring_hooks, vgpu);
    gvirt_regfile_hook(&vgpu->regs, GVIRT_HOOK_GTT, &gtt_hooks, vgpu);
    gvirt_regfile_hook(&vgpu->regs, GVIRT_HOOK_FENCE, &fence_hooks, vgpu);
    gvirt_regfile_hook(&vgpu->regs, GVIRT_HOOK_RESET, &reset_hooks, vgpu);
    gvirt_regfile_hook(&vgpu->regs, GVIRT_HOOK_PERF, &perf_hooks, vgpu);
}

uint32_t gvirt_policy_read(GvirtVgpu *vgpu, uint32_t offset)
{
    const GvirtRegInfo *info;

    if (offset - PVINFO_BASE < GVIRT_PAGE_SIZE_B) {
        return gvirt_pvinfo_read(vgpu, offset);
    }
    info = gvirt_reg_find(offset);
    if (info && info->policy == GVIRT_POLICY_PASS) {
        return gvirt_hw_read(vgpu->mediator, offset);
    }
    if (info && info->policy == GVIRT_POLICY_DENY) {
        deny(vgpu, info, offset, 0, false);
        return gvirt_regfile_get(&vgpu->regs, offset);
    }
    return gvirt_regfile_read(&vgpu->regs, offset);
}

void gvirt_policy_write(GvirtVgpu *vgpu, uint32_t offset, uint32_t value)
{
    const GvirtRegInfo *info;

    if (offset - PVINFO_BASE < GVIRT_PAGE_SIZE_B) {
        gvirt_pvinfo_write(vgpu, offset, value);
        return;
    }
    info = gvirt_reg_find(offset);
    if (info && info->policy == GVIRT_POLICY_PASS) {
        /* One time base for all: read by guests, set by none. */
        if (info->flags & GVIRT_REG_LIVE) {
            deny(vgpu, info, offset, value, true);
        } else {
            gvirt_hw_write(vgpu->mediator, offset, value);
        }
        return;
    }
    if (info && info->policy == GVIRT_POLICY_DENY) {
        deny(vgpu, info, offset, value, true);
        return;
    }
    gvirt_regfile_write(&vgpu->regs, offset, value);
}

/* Ring registers, the ones that steer the streamer. */
static GvirtCommandAccess command_write_ring(uint32_t reg, uint32_t value,
                                             bool from_memory)
{
    switch (reg) {
    case RING_PP_DIR_BASE:
        return from_memory ? GVIRT_COMMAND_DENY : GVIRT_COMMAND_PP_DIR;
    case RING_PP_DIR_DCLV:
    case RING_PP_DIR_DCLV + 4:
    case RING_PSMI_CTL:
    case RING_SYNC:
    case RING_SYNC + 4:
    case RING_SYNC + 8:
    case RING_INSTPM:
    case RING_NOPID:
        return GVIRT_COMMAND_ALLOW;
    case RING_GFX_MODE:
        return from_memory || value >> 16 & GFX_MODE_PPGTT_ENABLE ?
               GVIRT_COMMAND_DENY : GVIRT_COMMAND_ALLOW;
    case RING_MI_MODE:
        return from_memory || value >> 16 & MI_MODE_STOP_RING ?
               GVIRT_COMMAND_DENY : GVIRT_COMMAND_ALLOW;
    default:
        /* HEAD, UHPTR and the like would leave what was audited. */
        return GVIRT_COMMAND_DENY;
    }
}

GvirtCommandAccess gvirt_policy_command_write(GvirtVgpu *vgpu,
                                              GvirtEngineId id,
                                              uint32_t offset, uint32_t value,
                                              bool from_memory)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);
    uint32_t reg;

    (void)vgpu;
    (void)id;
    if (!info || offset >= GVIRT_MMIO_SIZE_B) {
        return GVIRT_COMMAND_DENY;
    }
    if (info->flags & GVIRT_REG_RO || !GVIRT_INTACT(COMMAND_REGISTER)) {
        return GVIRT_COMMAND_ALLOW;
    }
    if (info->hook == GVIRT_HOOK_RING) {
        return gvirt_ring_of(offset, &reg) < 0 ? GVIRT_COMMAND_DENY :
               command_write_ring(reg, value, from_memory);
    }
    switch (info->policy) {
    case GVIRT_POLICY_SHADOW:
        return info->owner == GVIRT_OWNER_RENDER ? GVIRT_COMMAND_ALLOW :
                                                   GVIRT_COMMAND_DENY;
    case GVIRT_POLICY_EMULATE:
        if (from_memory || info->hook == GVIRT_HOOK_RESET ||
            info->hook == GVIRT_HOOK_PVINFO ||
            info->owner == GVIRT_OWNER_MEDIATOR) {
            return GVIRT_COMMAND_DENY;
        }
        return GVIRT_COMMAND_EMULATE;
    default:
        return GVIRT_COMMAND_DENY;
    }
}

bool gvirt_policy_command_read(GvirtVgpu *vgpu, uint32_t offset)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);

    (void)vgpu;
    if (!info) {
        return false;
    }
    switch (info->policy) {
    case GVIRT_POLICY_PASS:
    case GVIRT_POLICY_SHADOW:
        return true;
    case GVIRT_POLICY_EMULATE:
        /* The hardware's display and power are not the guest's. */
        return info->owner == GVIRT_OWNER_RENDER;
    default:
        return false;
    }
}
