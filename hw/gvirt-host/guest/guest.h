/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulated guest as its own files see it: memory.c (guest memory, global
 * and local page tables), ring.c (rings and requests), driver.c (binding,
 * interrupts, hangs, pace), workload*.c.
 */
#ifndef HW_GVIRT_HOST_GUEST_GUEST_H
#define HW_GVIRT_HOST_GUEST_GUEST_H

#include "hw/gvirt/commands.h"
#include "hw/gvirt/guest.h"

#define GUEST_RING_SIZE_B       0x4000u
#define GUEST_REQUESTS_MAX      64u
#define GUEST_TABLES            16u     /* local page tables: 64 MiB */
#define GUEST_CONTEXT_PAGES     18u     /* HSW_CXT_TOTAL_SIZE and a spare */

/* Seqnos stand in the status page where i915 has them. */
#define GUEST_HWS_SEQNO_B       0x100u

/* Registers that the driver touches, by their names in i915. */
enum {
    REG_RING_TAIL       = 0x030,
    REG_RING_HEAD       = 0x034,
    REG_RING_START      = 0x038,
    REG_RING_CTL        = 0x03c,
    REG_RING_MI_MODE    = 0x09c,
    REG_RING_HWSTAM     = 0x098,
    REG_RING_IMR        = 0x0a8,
    REG_RING_INSTPM     = 0x0c0,
    REG_RING_DCLV       = 0x220,
    REG_RING_PP_DIR     = 0x228,
    REG_RING_MODE       = 0x29c,
    REG_CS_GPR          = 0x2600,
    REG_RING_HWS        = 0x4080,       /* 0x100 an engine */
    REG_GAM_ECOCHK      = 0x4090,
    REG_GDRST           = 0x941c,
    REG_DEIMR           = 0x44004,
    REG_DEIIR           = 0x44008,
    REG_DEIER           = 0x4400c,
    REG_GTIMR           = 0x44014,
    REG_GTIIR           = 0x44018,
    REG_GTIER           = 0x4401c,
    REG_PMIMR           = 0x44024,
    REG_PMIIR           = 0x44028,
    REG_PMIER           = 0x4402c,
    REG_PVINFO          = 0x78000,
    REG_FENCE           = 0x100000,
    REG_FLSH_CNTL       = 0x101008,
    REG_FORCEWAKE_MT    = 0xa188,
    REG_FORCEWAKE_ACK   = 0x130044,
    REG_MAD_DIMM_C0     = 0x145004,
    REG_MAD_DIMM_C1     = 0x145008,
    REG_SDEIMR          = 0xc4004,
    REG_SDEIIR          = 0xc4008,
    REG_SDEIER          = 0xc400c,
};

#define DEIER_MASTER            (1u << 31)
#define DE_VBLANK_A             (1u << 0)

/* Whole pages of the guest's memory, and where engines see them. */
typedef struct GuestBuffer {
    uint64_t gpa;
    uint32_t pages;
    uint32_t addr_ppgtt;        /* 0: not there */
    uint32_t addr_ggtt;         /* 0: not there (nothing is put at 0) */
} GuestBuffer;

/* A part of graphics memory, given out from its start. */
typedef struct GuestRange {
    uint32_t page;
    uint32_t end_page;
} GuestRange;

typedef struct GuestRequest {
    uint32_t seqno;
    uint32_t tail_B;            /* the ring's, behind it */
} GuestRequest;

typedef struct GuestEngine {
    uint32_t base;
    uint32_t user_bit;          /* in GT or PM block, and in RING_IMR */
    bool pm;
    GuestBuffer ring;
    GuestBuffer hwsp;
    uint32_t tail_B;
    uint32_t head_B;            /* behind the last request seen done */
    uint32_t seqno;             /* of the last request */
    uint32_t done;              /* last seen in the status page */
    GuestRequest request[GUEST_REQUESTS_MAX];
    unsigned first;             /* of request, and how many */
    unsigned count;
    bool fresh;                 /* no request since it was started */
    int64_t progress_ns;        /* when seqno moved, or work came */
} GuestEngine;

/* One iteration in flight. */
typedef struct GuestSlot {
    unsigned index;
    bool active;
    unsigned phase;
    uint32_t wait[GVIRT_ENGINE_COUNT];  /* seqnos; 0: none */
    int64_t start_ns;
    int64_t next_ns;
    GuestBuffer src;
    GuestBuffer dst;
    GuestBuffer batch;          /* a page for each engine, local */
    GuestBuffer secure;         /* privileged batches, global */
    GuestBuffer result;         /* a page, global and local */
    int fence;                  /* whose fence covers dst; -1: none */
    uint32_t *expect;           /* what dst will hold */
    uint64_t sum;
    uint32_t value;
} GuestSlot;

typedef struct GuestWorkload {
    const char *name;
    /* Buffers of a slot; false: no memory. */
    bool (*setup)(GvirtGuest *guest, GuestSlot *slot);
    /* Once all is set up, and after a reset. */
    void (*start)(GvirtGuest *guest);
    /*
     * Phase slot->phase begins: requests, whose seqnos go to slot->wait. It
     * sees what the phases before have left. False: that was the last one,
     * and the iteration is done.
     */
    bool (*step)(GvirtGuest *guest, GuestSlot *slot);
} GuestWorkload;

extern const GuestWorkload guest_workload_copy;
extern const GuestWorkload guest_workload_fill;
extern const GuestWorkload guest_workload_checksum;
extern const GuestWorkload guest_workload_idle;
extern const GuestWorkload guest_workload_hog;

struct GvirtGuest {
    GvirtVgpu *vgpu;
    const GvirtGuestHost *host;
    GvirtGuestConfig config;
    const GuestWorkload *workload;

    uint64_t memory_next_gpa;
    GuestRange low;             /* what ballooning leaves */
    GuestRange high;
    unsigned fences;
    uint32_t fence_next;
    bool swizzled;              /* bit 6 of addresses in tiles */

    GuestBuffer scratch;        /* behind all that is not mapped */
    GuestBuffer scratch_table;
    GuestBuffer table[GUEST_TABLES];
    uint32_t dir_page;          /* first of 512 slots of the global table */
    uint32_t local_page;        /* next free, of the local space */
    GuestBuffer context;

    GuestEngine engine[GVIRT_ENGINE_COUNT];
    GuestSlot slot[GVIRT_GUEST_QUEUE_MAX];
    bool running;
    bool in_advance;
    bool irq_left;              /* the line was still up after a storm */
    uint64_t random;

    GuestBuffer noops;          /* the hog's */
    uint64_t sum;               /* the checksum's register, as it should be */
    bool lit;                   /* the idle one's display */
    uint32_t frame_at_start;
    int64_t lit_ns;

    GvirtGuestStats stats;
    char *last_error;
};

static inline uint32_t guest_read(GvirtGuest *guest, uint32_t offset)
{
    return gvirt_vgpu_read(guest->vgpu, offset, 4);
}

static inline void guest_write(GvirtGuest *guest, uint32_t offset,
                               uint32_t value)
{
    gvirt_vgpu_write(guest->vgpu, offset, value, 4);
}

static inline int64_t guest_now_ns(const GvirtGuest *guest)
{
    return guest->host->ops->clock_ns(guest->host->opaque);
}

/* ---- driver.c ---- */

/* A result is wrong: counted, and said the first times. */
void guest_error(GvirtGuest *guest, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
uint64_t guest_random(GvirtGuest *guest);

/* ---- memory.c ---- */

/* Zeroed pages; false: the memory is used up. */
bool guest_memory_alloc(GvirtGuest *guest, GuestBuffer *buffer, uint32_t pages);
/* Give a buffer addresses in the global (high, low) or the local space. */
bool guest_bind_high(GvirtGuest *guest, GuestBuffer *buffer);
bool guest_bind_low(GvirtGuest *guest, GuestBuffer *buffer);
bool guest_bind_local(GvirtGuest *guest, GuestBuffer *buffer);
/* Directory and tables with nothing but the scratch page in them. */
bool guest_ppgtt_init(GvirtGuest *guest);
uint32_t guest_pp_dir(const GvirtGuest *guest);
void guest_flush_tlb(GvirtGuest *guest);

/* Page number index of a buffer, as 1024 little-endian dwords. */
uint32_t *guest_page(GvirtGuest *guest, const GuestBuffer *buffer,
                     uint32_t index);
/* It has been written. */
void guest_page_written(GvirtGuest *guest, const GuestBuffer *buffer,
                        uint32_t index);
uint32_t guest_get(GvirtGuest *guest, const GuestBuffer *buffer,
                   uint32_t offset_B);
void guest_set(GvirtGuest *guest, const GuestBuffer *buffer,
               uint32_t offset_B, uint32_t value);

/* ---- ring.c ---- */

bool guest_rings_alloc(GvirtGuest *guest);
/* Start all rings, empty. */
bool guest_rings_start(GvirtGuest *guest);
/* How a batch is run. */
typedef enum GuestBatchKind {
    GUEST_BATCH_LOCAL,          /* non-secure, in the local space */
    GUEST_BATCH_SECURE,         /* privileged, in the global space */
} GuestBatchKind;
/*
 * One request: the batch at addr, times in a row. Its seqno, or 0: the ring
 * is full.
 */
uint32_t guest_submit(GvirtGuest *guest, GvirtEngineId id, uint32_t addr,
                      GuestBatchKind kind, unsigned times);
/* Take note of what is done. True: something is. */
bool guest_retire(GvirtGuest *guest, GvirtEngineId id);
bool guest_seqno_passed(const GuestEngine *engine, uint32_t seqno);

/* ---- workload.c: what several workloads need ---- */

#define PICTURE_WIDTH_PX        256u
#define PICTURE_HEIGHT_PX       128u
#define PICTURE_PITCH_B         (PICTURE_WIDTH_PX * 4)
#define PICTURE_PAGES           \
    (PICTURE_PITCH_B * PICTURE_HEIGHT_PX / GVIRT_PAGE_SIZE_B)

typedef struct GuestRect {
    uint32_t x1;
    uint32_t y1;
    uint32_t x2;                /* exclusive, as the blitter's */
    uint32_t y2;
} GuestRect;

/* A batch that is being written into a page. */
typedef struct GuestWriter {
    uint32_t *dw;
    uint32_t len_dw;
} GuestWriter;

static inline void guest_put(GuestWriter *writer, uint32_t value)
{
    if (writer->dw && writer->len_dw < GVIRT_PAGE_SIZE_B / 4) {
        writer->dw[writer->len_dw++] = GUINT32_TO_LE(value);
    }
}

/* The slot's batch page for an engine; end adds MI_BATCH_BUFFER_END. */
GuestWriter guest_batch_begin(GvirtGuest *guest, GuestSlot *slot,
                              GvirtEngineId id);
void guest_batch_end(GvirtGuest *guest, GuestSlot *slot, GvirtEngineId id,
                     GuestWriter *writer);
/* The batch of a slot for an engine is submitted, and waited for. */
void guest_batch_submit(GvirtGuest *guest, GuestSlot *slot, GvirtEngineId id,
                        unsigned times);
GuestRect guest_random_rect(GvirtGuest *guest);
void guest_put_copy(GuestWriter *writer, const GuestRect *rect,
                    uint32_t dst_addr, uint32_t x, uint32_t y,
                    uint32_t src_addr);
void guest_put_color(GuestWriter *writer, const GuestRect *rect,
                     uint32_t dst_addr, uint32_t color, bool tiled);
/* src, dst, batch and expect of a slot, src and dst in the local space. */
bool guest_setup_pictures(GvirtGuest *guest, GuestSlot *slot, bool with_src);
void guest_fill_random(GvirtGuest *guest, const GuestBuffer *buffer);
/* Compare dst with expect; errors are counted. */
bool guest_check_picture(GvirtGuest *guest, GuestSlot *slot, bool tiled);

#endif /* HW_GVIRT_HOST_GUEST_GUEST_H */
