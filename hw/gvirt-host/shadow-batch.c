/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for copied batches: per engine an arena of graphics memory, used in
 * turn, freed in the order of submission as the hardware's HEAD passes.
 *
 * Source: gVirt (USENIX ATC'14), "Command protection" (the copy is what is
 * audited and run, so what the guest writes later has no effect).
 */
#include "mediator-internal.h"

#include <string.h>

#define ARENA_SIZE_B    (GVIRT_ARENA_PAGES * GVIRT_PAGE_SIZE_B)
#define ARENA_ALIGN_B   64u

static uint32_t arena_page(GvirtEngineId id)
{
    return GVIRT_OWN_ARENA_PAGE + id * GVIRT_ARENA_PAGES;
}

/* Memory behind the first pages of the arena. */
static bool arena_back(GvirtMediator *mediator, GvirtEngineId id,
                       uint32_t pages)
{
    GvirtHwEngine *engine = &mediator->engine[id];
    bool mapped = false;

    while (engine->arena_backed < pages) {
        uint64_t *hpa = &engine->arena_hpa[engine->arena_backed];

        if (!gvirt_pool_take(mediator, hpa)) {
            break;
        }
        gvirt_hw_write_pte(mediator, arena_page(id) + engine->arena_backed,
                           gvirt_pte_encode(*hpa, PTE_VALID));
        engine->arena_backed++;
        mapped = true;
    }
    if (mapped) {
        gvirt_hw_flush_tlb(mediator);
    }
    return engine->arena_backed >= pages;
}

int64_t gvirt_arena_take(GvirtMediator *mediator, GvirtEngineId id,
                         uint32_t size_B, bool *never)
{
    GvirtHwEngine *engine = &mediator->engine[id];
    GvirtShadowBatch *oldest = g_queue_peek_head(&engine->batches);
    uint32_t at = engine->arena_tail;

    size_B = (size_B + ARENA_ALIGN_B - 1) & ~(ARENA_ALIGN_B - 1);
    *never = size_B == 0 || size_B > ARENA_SIZE_B;
    if (*never) {
        return -1;
    }
    if (!oldest) {
        at = 0;
    } else if (at > oldest->offset_B) {
        if (size_B > ARENA_SIZE_B - at) {
            at = 0;
            if (size_B >= oldest->offset_B) {
                return -1;
            }
        }
    } else if (size_B >= oldest->offset_B - at) {
        return -1;
    }
    if (!arena_back(mediator, id, (at + size_B + GVIRT_PAGE_MASK) >>
                                  GVIRT_PAGE_SHIFT)) {
        *never = true;
        return -1;
    }
    engine->arena_tail = at + size_B;
    return at;
}

void gvirt_pages_write(GvirtMediator *mediator, const uint64_t *page_hpa,
                       uint32_t at_B, const uint32_t *dw, uint32_t len_dw)
{
    const GvirtHost *host = mediator->host;

    while (len_dw) {
        uint32_t in_page = at_B & GVIRT_PAGE_MASK;
        uint32_t run_dw = MIN(len_dw, (GVIRT_PAGE_SIZE_B - in_page) / 4);
        uint64_t hpa = page_hpa[at_B >> GVIRT_PAGE_SHIFT];
        uint8_t *page = host->ops->map(host->opaque, hpa, true);
        uint32_t i;

        for (i = 0; page && i < run_dw; i++) {
            uint32_t value = GUINT32_TO_LE(dw[i]);

            memcpy(page + in_page + i * 4, &value, 4);
        }
        host->ops->dirty(host->opaque, hpa + in_page, run_dw * 4);
        dw += run_dw;
        at_B += run_dw * 4;
        len_dw -= run_dw;
    }
}

void gvirt_arena_write(GvirtMediator *mediator, GvirtEngineId id,
                       uint32_t offset_B, const uint32_t *dw, uint32_t len_dw)
{
    gvirt_pages_write(mediator, mediator->engine[id].arena_hpa, offset_B, dw,
                      len_dw);
}

void gvirt_arena_clear(GvirtMediator *mediator, GvirtEngineId id)
{
    g_queue_clear_full(&mediator->engine[id].batches, g_free);
    mediator->engine[id].arena_tail = 0;
}

uint32_t gvirt_batch_guest_addr(GvirtVgpu *vgpu, GvirtEngineId id,
                                uint32_t addr)
{
    GvirtHwEngine *engine = &vgpu->mediator->engine[id];
    uint32_t ring = (GVIRT_OWN_RING_PAGE + id * GVIRT_RING_PAGES_MAX) <<
                    GVIRT_PAGE_SHIFT;
    uint32_t arena = arena_page(id) << GVIRT_PAGE_SHIFT;
    GList *link;

    if (addr - ring < GVIRT_RING_PAGES_MAX << GVIRT_PAGE_SHIFT) {
        return gvirt_regfile_get(&vgpu->regs,
                                 gvirt_ring_offset(id, RING_START)) +
               (addr - ring);
    }
    if (addr - arena < ARENA_SIZE_B) {
        for (link = engine->batches.tail; link; link = link->prev) {
            GvirtShadowBatch *batch = link->data;

            if (addr - arena - batch->offset_B < batch->len_dw * 4) {
                return batch->guest_addr + (addr - arena - batch->offset_B);
            }
        }
        return 0;
    }
    return addr;
}
