/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that does what the input says: bytes are decoded into operations on
 * the doors of a GPU, its own or a vGPU's.
 *
 * Any string of bytes is an input. Each operation is a byte and its
 * arguments, little-endian; what is missing at the end is 0.
 */
#ifndef GVIRT_TESTS_FUZZ_GUEST_H
#define GVIRT_TESTS_FUZZ_GUEST_H

#include "fuzz-host.h"
#include "hw/gvirt/display.h"
#include "hw/gvirt/gpu.h"

typedef struct FuzzDoors {
    uint64_t (*read)(void *to, uint32_t offset, unsigned size_B);
    void (*write)(void *to, uint32_t offset, uint64_t value, unsigned size_B);
    uint64_t (*aperture_read)(void *to, uint64_t offset, unsigned size_B);
    void (*aperture_write)(void *to, uint64_t offset, uint64_t value,
                           unsigned size_B);
    bool (*aperture_page)(void *to, uint32_t page, uint64_t *page_hpa);
    uint32_t (*io_read)(void *to, uint32_t offset, unsigned size_B);
    void (*io_write)(void *to, uint32_t offset, uint32_t value,
                     unsigned size_B);
    void (*reset)(void *to);
    void (*set_monitor)(void *to, GvirtPort port, const GvirtMonitor *monitor);
    bool (*display_mode)(void *to, GvirtPort port, uint32_t *width_px,
                         uint32_t *height_px);
    bool (*display_draw)(void *to, GvirtPort port, pixman_image_t *image,
                         bool all, pixman_region32_t *damage);
    char *(*unknown_registers)(void *to);
    /* Engines, timers and interrupts of the whole machine. */
    void (*run)(void *machine, unsigned budget);
    void (*advance)(void *machine, int64_t ns);
    void (*memory_changed)(void *machine);
    /* Something that only this target has: which 0 to 255. */
    void (*special)(void *machine, unsigned which);
    /* After each operation: whether all is as it must be. */
    void (*check)(void *machine);
} FuzzDoors;

typedef struct FuzzGuest {
    const FuzzDoors *doors;
    void *to;                   /* a GvirtGpu or a GvirtVgpu */
    FuzzHost *host;
    uint64_t window_hpa;
    uint32_t low_page;          /* of its graphics memory */
    uint32_t high_page;
    uint32_t tail[GVIRT_ENGINE_COUNT];
    uint32_t batch_tail;
} FuzzGuest;

/* The input. */
typedef struct FuzzInput {
    const uint8_t *data;
    size_t size;
    size_t at;
} FuzzInput;

uint8_t fuzz_u8(FuzzInput *input);
uint32_t fuzz_u32(FuzzInput *input);

/* Pages of a guest's memory, and where they stand in graphics memory. */
#define FUZZ_GUEST_PAGES    1024u
#define FUZZ_RING_PAGE(e)   ((e) * 4u)
#define FUZZ_RING_SIZE_B    0x4000u
#define FUZZ_HWSP_PAGE(e)   (16u + (e))
#define FUZZ_TABLE_PAGE     24u         /* two page tables */
#define FUZZ_CONTEXT_PAGE   32u         /* 18 pages */
#define FUZZ_BATCH_PAGE     64u         /* 64 pages */
#define FUZZ_DATA_PAGE      128u        /* the rest */
#define FUZZ_DIR_SLOT       0x500u      /* behind all of them: 512 slots */

/* Entries, rings, tables: a driver's set-up, so that little input does much. */
void fuzz_guest_start(FuzzGuest *guest);

/* A dword at the end of a ring, or of the batch that is being built. */
void fuzz_guest_emit(FuzzGuest *guest, unsigned id, bool batch, uint32_t dw);
/* TAIL, behind what was emitted. */
void fuzz_guest_submit(FuzzGuest *guest, unsigned id);

/* What takes several accesses in order: fuzz-packet.c. */
void fuzz_guest_packet(FuzzGuest *guest, FuzzInput *input);

/* Carries out one operation of the input, as one of several guests. */
void fuzz_guest_step(FuzzGuest *guest, void *machine, FuzzInput *input);

#endif /* GVIRT_TESTS_FUZZ_GUEST_H */
