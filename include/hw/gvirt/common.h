/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every room of gvirt agrees on: sizes, address spaces, engines.
 *
 * The machine is a Haswell GT2 (8086:0412, Gen7.5).
 * Sources: HSW PRM vol. 3 (GPU overview), vol. 5 (memory views), vol. 12
 * (PCI configuration).
 */
#ifndef HW_GVIRT_COMMON_H
#define HW_GVIRT_COMMON_H

#include <glib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GVIRT_PAGE_SHIFT        12
#define GVIRT_PAGE_SIZE_B       4096u
#define GVIRT_PAGE_MASK         0xfffu

/* BAR0: 2 MiB of registers, then 2 MiB of global page-table entries. */
#define GVIRT_BAR0_SIZE_B       0x400000u
#define GVIRT_MMIO_SIZE_B       0x200000u
#define GVIRT_GTT_BAR0_OFFSET   0x200000u
#define GVIRT_GTT_ENTRIES       0x80000u        /* 512 Ki x 4 bytes = 2 MiB */
#define GVIRT_GGTT_SIZE_B       0x80000000ull   /* 2 GiB of graphics memory */
#define GVIRT_APERTURE_SIZE_B   0x10000000ull   /* BAR2: 256 MiB */
#define GVIRT_APERTURE_PAGES    0x10000u
#define GVIRT_IO_SIZE_B         64u             /* BAR4 */
#define GVIRT_FENCE_COUNT       32

/* Per-process space: 512 directory entries x 1024 table entries x 4 KiB. */
#define GVIRT_PDE_COUNT         512u
#define GVIRT_PTE_PER_TABLE     1024u
#define GVIRT_PPGTT_SIZE_B      0x80000000ull

/* Host page numbers: a physical space of 39 bits, as Haswell's. */
#define GVIRT_HPA_BITS          39
#define GVIRT_HPA_MASK          ((1ull << GVIRT_HPA_BITS) - 1)

#define GVIRT_PIPE_COUNT        3

typedef enum GvirtEngineId {
    GVIRT_RCS,
    GVIRT_VCS,
    GVIRT_BCS,
    GVIRT_VECS,
    GVIRT_ENGINE_COUNT,
} GvirtEngineId;

#define GVIRT_ENGINE_BIT(id)    (1u << (id))
#define GVIRT_ALL_ENGINES       ((1u << GVIRT_ENGINE_COUNT) - 1)

/* MMIO bases of the four command streamers, HSW PRM vol. 3, memory map. */
#define GVIRT_RCS_BASE          0x02000u
#define GVIRT_VCS_BASE          0x12000u
#define GVIRT_BCS_BASE          0x22000u
#define GVIRT_VECS_BASE         0x1a000u

typedef enum GvirtSpace {
    GVIRT_SPACE_GGTT,
    GVIRT_SPACE_PPGTT,
} GvirtSpace;

typedef enum GvirtTiming {
    GVIRT_TIMING_FUNCTIONAL,    /* work completes as soon as it is done */
    GVIRT_TIMING_MODEL,         /* ... and the modelled time is reached */
} GvirtTiming;

typedef struct GvirtGpu GvirtGpu;
typedef struct GvirtMediator GvirtMediator;
typedef struct GvirtVgpu GvirtVgpu;

#endif /* HW_GVIRT_COMMON_H */
