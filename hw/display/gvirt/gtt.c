/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables and TLBs of Gen7.5.
 *
 * The global table is an array of 32-bit entries behind BAR0. A per-process
 * space has 512 directory entries, which stand in slots of the global table
 * (PP_DIR_BASE names the first), each pointing to a page of 1024 entries.
 *
 * A TLB entry lives until software invalidates it: GFX_FLSH_CNTL, a flush
 * command with TLB invalidation, INSTPM, a new PP_DIR_BASE, a reset. Writing
 * an entry of a table alone does not touch the TLBs, as on the real part.
 *
 * Source: HSW PRM vol. 5; i915: gt/gen6_ppgtt.c, gt/intel_ggtt.c.
 */
#include <string.h>

#include "gpu-internal.h"

#define PTE_VALID               0x1u
#define PTE_ADDR_LOW            0xfffff000u
#define PTE_ADDR_HIGH           0x7f0u      /* address bits 38:32 */

#define RING_GFX_MODE           0x29c
#define GFX_MODE_PPGTT_ENABLE   (1u << 9)
#define RING_PP_DIR_DCLV        0x220
#define RING_PP_DIR_BASE        0x228
#define PDE_PER_CACHELINE       16

#define GFX_FLSH_CNTL           0x101008u
#define RING_FAULT_REG          0x4094u
#define RING_FAULT_STRIDE       0x100u

/* RING_FAULT_REG, HSW PRM vol. 5, "Page faults". */
#define FAULT_VALID             0x1u
#define FAULT_TYPE(x)           ((uint32_t)(x) << 1)
#define FAULT_GTTSEL_GGTT       (1u << 11)
enum {
    FAULT_INVALID_PTE = 0,
    FAULT_INVALID_PDE = 1,
    FAULT_UNLOADED_PD = 2,
};

static void gtt_hook_write(void *opaque, const GvirtRegInfo *info,
                           uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtGpu *gpu = opaque;

    (void)info;
    (void)old;
    (void)written;
    if (offset == GFX_FLSH_CNTL) {
        gvirt_tlb_flush_all(gpu);
        gvirt_regfile_set(&gpu->regs, offset, 0);
    }
}

static const GvirtRegHooks gtt_hooks = {
    .write = gtt_hook_write,
};

void gvirt_gtt_init(GvirtGpu *gpu)
{
    gpu->gtt.pte = g_new0(uint32_t, GVIRT_GTT_ENTRIES);
    gvirt_regfile_hook(&gpu->regs, GVIRT_HOOK_GTT, &gtt_hooks, gpu);
    gvirt_tlb_flush_all(gpu);
}

void gvirt_gtt_reset(GvirtGpu *gpu)
{
    memset(gpu->gtt.pte, 0, GVIRT_GTT_ENTRIES * sizeof(uint32_t));
    gvirt_tlb_flush_all(gpu);
    gvirt_gpu_aperture_dirty(gpu, 0, GVIRT_APERTURE_PAGES - 1);
}

void gvirt_gtt_destroy(GvirtGpu *gpu)
{
    g_free(gpu->gtt.pte);
    gpu->gtt.pte = NULL;
}

uint64_t gvirt_pte_hpa(uint32_t pte)
{
    return (pte & PTE_ADDR_LOW) | (uint64_t)(pte & PTE_ADDR_HIGH) << 28;
}

uint32_t gvirt_gtt_read_pte(GvirtGpu *gpu, uint32_t index)
{
    return index < GVIRT_GTT_ENTRIES ? gpu->gtt.pte[index] : 0;
}

void gvirt_gtt_write_pte(GvirtGpu *gpu, uint32_t index, uint32_t pte)
{
    if (index >= GVIRT_GTT_ENTRIES || gpu->gtt.pte[index] == pte) {
        return;
    }
    gpu->gtt.pte[index] = pte;
    if (index < GVIRT_APERTURE_PAGES) {
        gvirt_gpu_aperture_dirty(gpu, index, index);
    }
}

bool gvirt_gtt_page_hpa(const GvirtGpu *gpu, uint32_t page,
                        uint64_t *page_hpa)
{
    uint32_t pte;

    if (page >= GVIRT_GTT_ENTRIES) {
        return false;
    }
    pte = gpu->gtt.pte[page];
    *page_hpa = gvirt_pte_hpa(pte);
    return pte & PTE_VALID;
}

void gvirt_tlb_flush(GvirtEngine *engine)
{
    int i;

    for (i = 0; i < 2; i++) {
        GvirtTlb *tlb = &engine->tlb[i];

        /* Generation 0 marks entries that were never filled. */
        if (++tlb->generation == 0) {
            memset(tlb->entry, 0, sizeof(tlb->entry));
            tlb->generation = 1;
        }
    }
}

void gvirt_tlb_flush_all(GvirtGpu *gpu)
{
    int i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        gvirt_tlb_flush(&gpu->engine[i]);
    }
}

static void gtt_fault(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                      bool write, unsigned type)
{
    GvirtGpu *gpu = engine->gpu;
    uint32_t reg = RING_FAULT_REG + engine->id * RING_FAULT_STRIDE;

    gpu->stats.faults++;
    gvirt_trace(gpu->host, fault, engine->id, space, addr, write);
    gvirt_log_guest_error(gpu->host,
                          "%s: page fault, %s of %s address 0x%" PRIx64,
                          engine->name, write ? "write" : "read",
                          space == GVIRT_SPACE_GGTT ? "global" : "local",
                          addr);
    /* The first fault stands until software clears it. */
    if (!(gvirt_regfile_get(&gpu->regs, reg) & FAULT_VALID)) {
        gvirt_regfile_set(&gpu->regs, reg,
                          (uint32_t)(addr & PTE_ADDR_LOW) |
                          (space == GVIRT_SPACE_GGTT ? FAULT_GTTSEL_GGTT : 0) |
                          FAULT_TYPE(type) | FAULT_VALID);
    }
}

/* The page table behind an address of the local space; else *fault. */
static const uint32_t *gtt_local_table(GvirtEngine *engine, uint64_t addr,
                                       unsigned *fault)
{
    GvirtGpu *gpu = engine->gpu;
    const GvirtHost *host = gpu->host;
    uint32_t pde_index = addr >> 22;
    uint32_t dclv = gvirt_regfile_get(&gpu->regs,
                                      engine->base + RING_PP_DIR_DCLV);
    /* Bits 31:16: the first slot, in units of 64 bytes of the table. */
    uint64_t slot = (uint64_t)(gvirt_regfile_get(&gpu->regs, engine->base +
                                                 RING_PP_DIR_BASE) >> 16) *
                    PDE_PER_CACHELINE + pde_index;
    uint32_t pde;

    *fault = FAULT_UNLOADED_PD;
    if (!(dclv & 1u << pde_index / PDE_PER_CACHELINE) ||
        slot >= GVIRT_GTT_ENTRIES) {
        return NULL;
    }
    pde = gpu->gtt.pte[slot];
    *fault = FAULT_INVALID_PDE;
    return pde & PTE_VALID ?
           host->ops->map(host->opaque, gvirt_pte_hpa(pde), false) : NULL;
}

static uint32_t gtt_local_entry(const uint32_t *table, uint64_t addr)
{
    /* volatile: the guest may write it meanwhile, one read decides */
    return GUINT32_FROM_LE(*(volatile const uint32_t *)
                           &table[addr >> GVIRT_PAGE_SHIFT &
                                  (GVIRT_PTE_PER_TABLE - 1)]);
}

/* Walk the tables: the entry of a page, or a fault. */
static bool gtt_walk(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                     bool write, uint64_t *page_hpa)
{
    const uint32_t *table;
    unsigned fault;
    uint32_t pte;

    if (addr >= GVIRT_GGTT_SIZE_B) {
        gtt_fault(engine, space, addr, write, FAULT_INVALID_PTE);
        return false;
    }
    if (space == GVIRT_SPACE_GGTT) {
        if (!gvirt_gtt_page_hpa(engine->gpu, addr >> GVIRT_PAGE_SHIFT,
                                page_hpa)) {
            gtt_fault(engine, space, addr, write, FAULT_INVALID_PTE);
            return false;
        }
        return true;
    }
    table = gtt_local_table(engine, addr, &fault);
    if (!table) {
        gtt_fault(engine, space, addr, write, fault);
        return false;
    }
    pte = gtt_local_entry(table, addr);
    if (!(pte & PTE_VALID)) {
        gtt_fault(engine, space, addr, write, FAULT_INVALID_PTE);
        return false;
    }
    *page_hpa = gvirt_pte_hpa(pte);
    return true;
}

/* Without a per-process space its addresses are global ones. */
static GvirtSpace gtt_space(const GvirtEngine *engine, GvirtSpace space)
{
    return space == GVIRT_SPACE_PPGTT &&
           gvirt_regfile_get(&engine->gpu->regs, engine->base +
                             RING_GFX_MODE) & GFX_MODE_PPGTT_ENABLE ?
           GVIRT_SPACE_PPGTT : GVIRT_SPACE_GGTT;
}

uint8_t *gvirt_mem_page(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                        bool write, uint64_t *page_hpa)
{
    const GvirtHost *host = engine->gpu->host;
    uint64_t page = addr >> GVIRT_PAGE_SHIFT;
    GvirtTlb *tlb;
    GvirtTlbEntry *entry;
    uint8_t *pointer;
    uint64_t hpa;

    space = gtt_space(engine, space);
    tlb = &engine->tlb[space];
    entry = &tlb->entry[page % GVIRT_TLB_ENTRIES];
    if (G_LIKELY(entry->generation == tlb->generation &&
                 entry->page == page && (entry->writable || !write))) {
        if (page_hpa) {
            *page_hpa = entry->page_hpa;
        }
        return entry->host;
    }
    if (!gtt_walk(engine, space, addr, write, &hpa)) {
        return NULL;
    }
    pointer = host->ops->map(host->opaque, hpa, write);
    if (!pointer) {
        gvirt_log_guest_error(host, "%s: no memory at 0x%" PRIx64
                              " behind graphics address 0x%" PRIx64,
                              engine->name, hpa, addr);
        return NULL;
    }
    entry->page = page;
    entry->generation = tlb->generation;
    entry->writable = write;
    entry->host = pointer;
    entry->page_hpa = hpa;
    if (page_hpa) {
        *page_hpa = hpa;
    }
    return pointer;
}

/* How far the machine's memory from page_hpa on stands at pointer, too. */
static uint64_t host_follow(const GvirtHost *host, uint64_t page_hpa,
                            bool write, const uint8_t *pointer,
                            uint64_t size_B)
{
    uint64_t run_B = size_B, done_B;

    if (host->ops->map_run) {
        return host->ops->map_run(host->opaque, page_hpa, write, &run_B) ==
               pointer ? MIN(run_B, size_B) : 0;
    }
    for (done_B = 0; done_B < size_B; done_B += GVIRT_PAGE_SIZE_B) {
        if (host->ops->map(host->opaque, page_hpa + done_B, write) !=
            pointer + done_B) {
            break;
        }
    }
    return MIN(done_B, size_B);
}

uint64_t gvirt_mem_follow(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                          bool write, const uint8_t *pointer,
                          uint64_t page_hpa, uint64_t want_B)
{
    const uint32_t *table = NULL;
    uint64_t size_B = 0;
    unsigned fault;

    space = gtt_space(engine, space);
    while (size_B < want_B && addr + size_B < GVIRT_GGTT_SIZE_B) {
        uint64_t at = addr + size_B;
        uint64_t next_hpa;

        if (space == GVIRT_SPACE_GGTT) {
            if (!gvirt_gtt_page_hpa(engine->gpu, at >> GVIRT_PAGE_SHIFT,
                                    &next_hpa)) {
                break;
            }
        } else {
            uint32_t pte;

            if (!table || !(at & (GVIRT_PTE_PER_TABLE * GVIRT_PAGE_SIZE_B -
                                  1))) {
                table = gtt_local_table(engine, at, &fault);
            }
            pte = table ? gtt_local_entry(table, at) : 0;
            if (!(pte & PTE_VALID)) {
                break;
            }
            next_hpa = gvirt_pte_hpa(pte);
        }
        if (next_hpa != page_hpa + size_B) {
            break;
        }
        size_B += GVIRT_PAGE_SIZE_B;
    }
    size_B = MIN(size_B, want_B);
    return size_B ? host_follow(engine->gpu->host, page_hpa, write, pointer,
                                size_B) : 0;
}

void gvirt_mem_dirty(GvirtEngine *engine, uint64_t addr_hpa, uint32_t size_B)
{
    const GvirtHost *host = engine->gpu->host;

    host->ops->dirty(host->opaque, addr_hpa, size_B);
}

bool gvirt_mem_read(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                    void *buffer, uint32_t size_B)
{
    uint8_t *out = buffer;
    bool whole = true;

    while (size_B) {
        uint32_t in_page = addr & GVIRT_PAGE_MASK;
        uint32_t run_B = MIN(size_B, GVIRT_PAGE_SIZE_B - in_page);
        uint8_t *page = gvirt_mem_page(engine, space, addr, false, NULL);

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

bool gvirt_mem_write(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                     const void *buffer, uint32_t size_B)
{
    const uint8_t *in = buffer;
    bool whole = true;

    while (size_B) {
        uint32_t in_page = addr & GVIRT_PAGE_MASK;
        uint32_t run_B = MIN(size_B, GVIRT_PAGE_SIZE_B - in_page);
        uint64_t hpa;
        uint8_t *page = gvirt_mem_page(engine, space, addr, true, &hpa);

        if (page) {
            memcpy(page + in_page, in, run_B);
            gvirt_mem_dirty(engine, hpa + in_page, run_B);
        } else {
            whole = false;
        }
        in += run_B;
        addr += run_B;
        size_B -= run_B;
    }
    return whole;
}

uint32_t gvirt_mem_read32(GvirtEngine *engine, GvirtSpace space,
                          uint64_t addr)
{
    uint32_t value;

    gvirt_mem_read(engine, space, addr, &value, sizeof(value));
    return GUINT32_FROM_LE(value);
}

uint64_t gvirt_mem_read64(GvirtEngine *engine, GvirtSpace space,
                          uint64_t addr)
{
    uint64_t value;

    gvirt_mem_read(engine, space, addr, &value, sizeof(value));
    return GUINT64_FROM_LE(value);
}

void gvirt_mem_write32(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                       uint32_t value)
{
    value = GUINT32_TO_LE(value);
    gvirt_mem_write(engine, space, addr, &value, sizeof(value));
}

void gvirt_mem_write64(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                       uint64_t value)
{
    value = GUINT64_TO_LE(value);
    gvirt_mem_write(engine, space, addr, &value, sizeof(value));
}
