/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one shared shadow of the guests' global tables: the hardware's table.
 *
 * A guest's entry within its partition reaches the hardware with its page
 * translated into the guest's window; an entry outside, or one that names a
 * page outside the window, never does.
 *
 * Sources: gVirt (USENIX ATC'14), "Shadow page table"; HSW PRM vol. 5;
 * entry layout: i915 gt/intel_ggtt.c, hsw_pte_encode().
 */
#include "mediator-internal.h"

#include <string.h>

#define PTE_ADDR_LOW    0xfffff000u
#define PTE_ADDR_HIGH   0x000007f0u     /* address bits 38:32 */
#define PTE_FLAGS       0x0000080fu     /* valid, cacheability */

static uint64_t pte_gpa(uint32_t pte)
{
    return (pte & PTE_ADDR_LOW) | (uint64_t)(pte & PTE_ADDR_HIGH) << 28;
}

bool gvirt_vgpu_gpa_to_hpa(const GvirtVgpu *vgpu, uint64_t page_gpa,
                           uint64_t *page_hpa)
{
    if (GVIRT_INTACT(PTE_WINDOW) &&
        (page_gpa >= vgpu->config.window_size_B ||
         vgpu->config.window_size_B - page_gpa < GVIRT_PAGE_SIZE_B)) {
        return false;
    }
    *page_hpa = vgpu->config.window_hpa + page_gpa;
    return true;
}

uint32_t gvirt_shadow_pte(const GvirtVgpu *vgpu, uint32_t pte)
{
    uint64_t hpa;

    if (!(pte & PTE_VALID) ||
        !gvirt_vgpu_gpa_to_hpa(vgpu, pte_gpa(pte), &hpa)) {
        return 0;
    }
    return gvirt_pte_encode(hpa, pte & PTE_FLAGS);
}

bool gvirt_ggtt_page(const GvirtVgpu *vgpu, uint64_t addr, uint64_t *page_hpa)
{
    uint32_t page = addr >> GVIRT_PAGE_SHIFT;
    uint32_t pte;

    if (addr >= GVIRT_GGTT_SIZE_B || !gvirt_vgpu_owns_page(vgpu, page)) {
        return false;
    }
    pte = vgpu->pte[page];
    return (pte & PTE_VALID) &&
           gvirt_vgpu_gpa_to_hpa(vgpu, pte_gpa(pte), page_hpa);
}

bool gvirt_ggtt_copy(GvirtVgpu *vgpu, uint64_t addr, void *buffer,
                     uint32_t size_B)
{
    const GvirtHost *host = vgpu->mediator->host;
    uint8_t *out = buffer;
    bool whole = true;

    while (size_B) {
        uint32_t in_page = addr & GVIRT_PAGE_MASK;
        uint32_t run_B = MIN(size_B, GVIRT_PAGE_SIZE_B - in_page);
        const uint8_t *page = NULL;
        uint64_t hpa;

        if (gvirt_ggtt_page(vgpu, addr, &hpa)) {
            page = host->ops->map(host->opaque, hpa, false);
        }
        if (page) {
            memcpy(out, page + in_page, run_B);
        } else {
            memset(out, 0, run_B);
            whole = false;
        }
        out += run_B;
        addr += run_B;
        size_B -= run_B;
    }
    return whole;
}

void gvirt_ggtt_write_pte(GvirtVgpu *vgpu, uint32_t page, uint32_t pte)
{
    GvirtMediator *mediator = vgpu->mediator;
    uint32_t old, shadow, old_shadow;

    vgpu->stats.pte_writes++;
    if (page >= GVIRT_GTT_ENTRIES ||
        (GVIRT_INTACT(PTE_PARTITION) && !gvirt_vgpu_owns_page(vgpu, page))) {
        /*
         * No offence: i915 clears all of the table when it suspends or
         * unloads, what is ballooned out and the guard page as well.
         */
        vgpu->outside_writes++;
        gvirt_trace(mediator->host, pte_write, page, pte, 0, vgpu->id);
        return;
    }
    old = vgpu->pte[page];
    shadow = gvirt_shadow_pte(vgpu, pte);
    if ((pte & PTE_VALID) && !shadow) {
        gvirt_log_guest_error(mediator->host, "%s: page-table entry 0x%x "
                              "names page 0x%" PRIx64 " outside its memory",
                              vgpu->name, page, pte_gpa(pte));
    }
    gvirt_trace(mediator->host, pte_write, page, pte, shadow, vgpu->id);
    if (old == pte) {
        return;
    }
    old_shadow = gvirt_shadow_pte(vgpu, old);
    vgpu->pte[page] = pte;
    if (shadow != old_shadow) {
        gvirt_hw_write_pte(mediator, page, shadow);
        if (page < GVIRT_APERTURE_PAGES) {
            gvirt_vgpu_aperture_told(vgpu, page, 1);
        }
    }
    gvirt_shadow_slot_written(vgpu, page);
}

static uint32_t ggtt_read_pte(const GvirtVgpu *vgpu, uint32_t page)
{
    return page < GVIRT_GTT_ENTRIES && gvirt_vgpu_owns_page(vgpu, page) ?
           vgpu->pte[page] : 0;
}

uint64_t gvirt_ggtt_read(GvirtVgpu *vgpu, uint32_t offset, unsigned size_B)
{
    uint32_t page = offset / 4;
    unsigned shift = offset % 4 * 8;
    uint64_t value = ggtt_read_pte(vgpu, page) |
                     (uint64_t)ggtt_read_pte(vgpu, page + 1) << 32;

    value >>= shift;
    return size_B == 8 ? value : value & ((1ull << size_B * 8) - 1);
}

void gvirt_ggtt_write(GvirtVgpu *vgpu, uint32_t offset, uint64_t value,
                      unsigned size_B)
{
    uint32_t page = offset / 4;
    unsigned shift = offset % 4 * 8;
    uint64_t mask = size_B == 8 ? UINT64_MAX : (1ull << size_B * 8) - 1;
    uint64_t old = ggtt_read_pte(vgpu, page) |
                   (uint64_t)ggtt_read_pte(vgpu, page + 1) << 32;
    uint64_t merged;

    merged = (old & ~(mask << shift)) | (value & mask) << shift;
    gvirt_ggtt_write_pte(vgpu, page, (uint32_t)merged);
    if (mask << shift >> 32) {
        gvirt_ggtt_write_pte(vgpu, page + 1, merged >> 32);
    }
}

static void ggtt_clear_range(GvirtVgpu *vgpu, const GvirtGmRange *range)
{
    uint32_t first = range->base >> GVIRT_PAGE_SHIFT;
    uint32_t last = (range->base + range->size_B) >> GVIRT_PAGE_SHIFT;
    uint32_t page;

    for (page = first; page < last; page++) {
        if (vgpu->pte[page]) {
            if (GVIRT_INTACT(CLEAR) &&
                gvirt_shadow_pte(vgpu, vgpu->pte[page])) {
                gvirt_hw_write_pte(vgpu->mediator, page, 0);
            }
            vgpu->pte[page] = 0;
        }
    }
}

void gvirt_ggtt_clear(GvirtVgpu *vgpu)
{
    ggtt_clear_range(vgpu, &vgpu->low);
    ggtt_clear_range(vgpu, &vgpu->high);
    gvirt_hw_flush_tlb(vgpu->mediator);
    gvirt_vgpu_aperture_told(vgpu, vgpu->low.base >> GVIRT_PAGE_SHIFT,
                             vgpu->low.size_B >> GVIRT_PAGE_SHIFT);
}
