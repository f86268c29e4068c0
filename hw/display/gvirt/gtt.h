/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables: the global table (GGTT), the per-process tables (PPGTT), the
 * TLBs, and memory as an engine sees it through them.
 *
 * Source: HSW PRM vol. 5, "GTT", "PPGTT"; i915: gt/gen6_ppgtt.c,
 * gt/intel_ggtt.c (entry encodings).
 */
#ifndef HW_DISPLAY_GVIRT_GTT_H
#define HW_DISPLAY_GVIRT_GTT_H

#include "hw/gvirt/common.h"

typedef struct GvirtEngine GvirtEngine;

#define GVIRT_TLB_ENTRIES   512

typedef struct GvirtTlbEntry {
    uint64_t page;          /* addr >> 12; valid when generation matches */
    uint32_t generation;
    bool writable;          /* host is good for writing, too */
    uint8_t *host;
    uint64_t page_hpa;
} GvirtTlbEntry;

typedef struct GvirtTlb {
    GvirtTlbEntry entry[GVIRT_TLB_ENTRIES];
    uint32_t generation;
} GvirtTlb;

typedef struct GvirtGtt {
    uint32_t *pte;          /* GVIRT_GTT_ENTRIES, as software wrote them */
} GvirtGtt;

void gvirt_gtt_init(GvirtGpu *gpu);
void gvirt_gtt_reset(GvirtGpu *gpu);
void gvirt_gtt_destroy(GvirtGpu *gpu);

uint32_t gvirt_gtt_read_pte(GvirtGpu *gpu, uint32_t index);
/* Also by MI_UPDATE_GTT. Tells the host when an aperture page changes. */
void gvirt_gtt_write_pte(GvirtGpu *gpu, uint32_t index, uint32_t pte);

/* The host page behind a global page; false: not present. No TLB. */
bool gvirt_gtt_page_hpa(const GvirtGpu *gpu, uint32_t page,
                        uint64_t *page_hpa);
/* Haswell's 32-bit entries: address bits 31:12 and, in 10:4, 38:32. */
uint64_t gvirt_pte_hpa(uint32_t pte);

/* Forget translations: of one engine (both spaces), of all. */
void gvirt_tlb_flush(GvirtEngine *engine);
void gvirt_tlb_flush_all(GvirtGpu *gpu);

/*
 * The host pointer of the page that holds addr in a space, as engine sees it,
 * or NULL: not present (a fault is recorded), or no memory behind it. Good
 * until the lock is given up (gvirt_gpu_breathe). After writing through it
 * call gvirt_mem_dirty().
 */
uint8_t *gvirt_mem_page(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                        bool write, uint64_t *page_hpa);

/*
 * How many bytes up to want_B from addr on, the start of a page, stand at
 * page_hpa and at pointer: what a run that ends there can go on for. Not by
 * the TLB, and without faults.
 */
uint64_t gvirt_mem_follow(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                          bool write, const uint8_t *pointer,
                          uint64_t page_hpa, uint64_t want_B);
void gvirt_mem_dirty(GvirtEngine *engine, uint64_t addr_hpa, uint32_t size_B);

/*
 * Copy out of / into a space, across pages. False when any part faulted: what
 * could be read is 0 there, what could not be written is dropped.
 */
bool gvirt_mem_read(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                    void *buffer, uint32_t size_B);
bool gvirt_mem_write(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                     const void *buffer, uint32_t size_B);

/* Little-endian words; a fault reads 0. */
uint32_t gvirt_mem_read32(GvirtEngine *engine, GvirtSpace space,
                          uint64_t addr);
uint64_t gvirt_mem_read64(GvirtEngine *engine, GvirtSpace space,
                          uint64_t addr);
void gvirt_mem_write32(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                       uint32_t value);
void gvirt_mem_write64(GvirtEngine *engine, GvirtSpace space, uint64_t addr,
                       uint64_t value);

#endif /* HW_DISPLAY_GVIRT_GTT_H */
