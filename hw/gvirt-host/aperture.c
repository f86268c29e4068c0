/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's aperture and its fences.
 *
 * A page of the guest's low graphics memory that no fence covers is mapped
 * through, and no access to it is seen here. What is trapped goes to the
 * hardware's aperture, where the guest's own fences detile.
 *
 * Sources: gVirt (USENIX ATC'14), "pass-through" of the frame buffer; HSW PRM
 * vol. 5 (fences, tiling); i915 gt/intel_ggtt_fencing.c (the order of the
 * two halves).
 */
#include "mediator-internal.h"

#define FENCE_VALID         0x1u
#define FENCE_ADDR_MASK     0xfffff000u

typedef struct FenceSpan {
    bool valid;
    uint64_t first;             /* graphics addresses, whole pages */
    uint64_t last;
} FenceSpan;

static FenceSpan fence_span(uint32_t low, uint32_t high)
{
    FenceSpan span;

    span.first = low & FENCE_ADDR_MASK;
    span.last = (high & FENCE_ADDR_MASK) + (uint64_t)GVIRT_PAGE_MASK;
    span.valid = (low & FENCE_VALID) && span.first <= span.last;
    return span;
}

static FenceSpan fence_of(const GvirtVgpu *vgpu, unsigned index)
{
    uint32_t offset = FENCE_BASE + index * 8;

    return fence_span(gvirt_regfile_get(&vgpu->regs, offset),
                      gvirt_regfile_get(&vgpu->regs, offset + 4));
}

void gvirt_vgpu_aperture_told(GvirtVgpu *vgpu, uint32_t first_page,
                              uint32_t pages)
{
    const GvirtHostOps *ops = vgpu->host->ops;

    if (pages && ops->aperture_changed) {
        ops->aperture_changed(vgpu->host->opaque, first_page, pages);
    }
}

void gvirt_mediator_memory_changed(GvirtMediator *mediator)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(mediator->vgpu); i++) {
        GvirtVgpu *vgpu = mediator->vgpu[i];

        if (vgpu) {
            gvirt_vgpu_aperture_told(vgpu, vgpu->low.base >> GVIRT_PAGE_SHIFT,
                                     vgpu->low.size_B >> GVIRT_PAGE_SHIFT);
        }
    }
}

static void fence_tell(GvirtVgpu *vgpu, const FenceSpan *span)
{
    uint64_t first = MAX(span->first, vgpu->low.base);
    uint64_t last = MIN(span->last, vgpu->low.base + vgpu->low.size_B - 1);

    if (span->valid && vgpu->low.size_B && first <= last) {
        gvirt_vgpu_aperture_told(vgpu, first >> GVIRT_PAGE_SHIFT,
                                 (last >> GVIRT_PAGE_SHIFT) -
                                 (first >> GVIRT_PAGE_SHIFT) + 1);
    }
}

void gvirt_fence_changed(GvirtVgpu *vgpu, uint32_t offset, uint32_t old)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned index = (offset - FENCE_BASE) / 8;
    uint32_t lower = FENCE_BASE + index * 8;
    uint32_t target;
    uint32_t low = gvirt_regfile_get(&vgpu->regs, lower);
    uint32_t high = gvirt_regfile_get(&vgpu->regs, lower + 4);
    FenceSpan was, span;

    if (GVIRT_INTACT(FENCE_INDEX) && index >= vgpu->fences) {
        gvirt_log_guest_error(mediator->host, "%s: fence %u, it has %u",
                              vgpu->name, index, vgpu->fences);
        gvirt_regfile_set(&vgpu->regs, offset, 0);
        return;
    }
    was = offset == lower ? fence_span(old, high) : fence_span(low, old);
    span = fence_span(low, high);
    target = FENCE_BASE + (vgpu->first_fence + index) * 8;
    gvirt_hw_write(mediator, target, 0);
    if (GVIRT_INTACT(FENCE) && span.valid &&
        !gvirt_vgpu_owns(vgpu, span.first, span.last - span.first + 1)) {
        gvirt_log_guest_error(mediator->host, "%s: fence %u reaches outside "
                              "its graphics memory, 0x%" PRIx64 "-0x%" PRIx64,
                              vgpu->name, index, span.first, span.last);
    } else if (span.valid) {
        gvirt_hw_write(mediator, target + 4, high);
        gvirt_hw_write(mediator, target, low);
    }
    fence_tell(vgpu, &was);
    fence_tell(vgpu, &span);
}

void gvirt_vgpu_fences_clear(GvirtVgpu *vgpu)
{
    unsigned i;

    for (i = 0; i < vgpu->fences; i++) {
        uint32_t target = FENCE_BASE + (vgpu->first_fence + i) * 8;

        gvirt_hw_write(vgpu->mediator, target, 0);
        gvirt_hw_write(vgpu->mediator, target + 4, 0);
    }
}

bool gvirt_vgpu_aperture_page(GvirtVgpu *vgpu, uint32_t page,
                              uint64_t *page_hpa)
{
    uint64_t addr = (uint64_t)page << GVIRT_PAGE_SHIFT;
    unsigned i;

    if (page >= GVIRT_APERTURE_PAGES ||
        !gvirt_ggtt_page(vgpu, addr, page_hpa)) {
        return false;
    }
    for (i = 0; i < vgpu->fences; i++) {
        FenceSpan span = fence_of(vgpu, i);

        if (span.valid && addr >= span.first && addr <= span.last) {
            return false;
        }
    }
    return true;
}

static bool aperture_allowed(GvirtVgpu *vgpu, uint64_t offset,
                             unsigned size_B)
{
    if (size_B != 1 && size_B != 2 && size_B != 4 && size_B != 8) {
        return false;
    }
    vgpu->stats.aperture_traps++;
    if (offset >= GVIRT_APERTURE_SIZE_B ||
        (GVIRT_INTACT(APERTURE) && !gvirt_vgpu_owns(vgpu, offset, size_B))) {
        gvirt_log_guest_error(vgpu->mediator->host, "%s: aperture access at "
                              "0x%" PRIx64 " outside its graphics memory",
                              vgpu->name, offset);
        return false;
    }
    return true;
}

uint64_t gvirt_vgpu_aperture_read(GvirtVgpu *vgpu, uint64_t offset,
                                  unsigned size_B)
{
    return aperture_allowed(vgpu, offset, size_B) ?
           gvirt_gpu_aperture_read(vgpu->mediator->gpu, offset, size_B) : 0;
}

void gvirt_vgpu_aperture_write(GvirtVgpu *vgpu, uint64_t offset,
                               uint64_t value, unsigned size_B)
{
    if (aperture_allowed(vgpu, offset, size_B)) {
        gvirt_gpu_aperture_write(vgpu->mediator->gpu, offset, value, size_B);
    }
}
