/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mediator of the gVirt paper (USENIX ATC'14): one GPU, several guests,
 * each with a whole vGPU. It reaches the hardware through gpu.h alone.
 *
 * Everything here is called from one thread at a time (QEMU: under the big
 * lock).
 */
#ifndef HW_GVIRT_MEDIATOR_H
#define HW_GVIRT_MEDIATOR_H

#include "hw/gvirt/gpu.h"

typedef struct GvirtMediatorConfig {
    /*
     * Memory of the mediator itself (shadow tables, shadow rings, context
     * images) in the machine's address space, page aligned, zeroed.
     */
    uint64_t memory_hpa;
    uint64_t memory_size_B;     /* at least GVIRT_MEDIATOR_MEMORY_MIN_B */
    /*
     * page_gen is cheap enough to be asked for 512 pages at each submission;
     * else page tables are compared with what they held before.
     */
    bool cheap_generations;
} GvirtMediatorConfig;

#define GVIRT_MEDIATOR_MEMORY_MIN_B     (64ull << 20)

/* Graphics memory that no vGPU gets, at the end; what all of them can have. */
#define GVIRT_OWN_GM_B                  (64ull << 20)
#define GVIRT_HIGH_GM_MAX_B \
    (GVIRT_GGTT_SIZE_B - GVIRT_APERTURE_SIZE_B - GVIRT_OWN_GM_B)

/*
 * host: memory of the whole machine, clock, timer, log, trace. Its irq, kick
 * and aperture_changed are not used.
 */
GvirtMediator *gvirt_mediator_new(GvirtGpu *gpu, const GvirtHost *host,
                                  const GvirtMediatorConfig *config);
void gvirt_mediator_free(GvirtMediator *mediator);

/* The hardware's line is (bool level) now: read it, forward it. */
void gvirt_mediator_irq(GvirtMediator *mediator, bool level);
void gvirt_mediator_timer(GvirtMediator *mediator);
/* Windows may show other memory now: guests map their apertures anew. */
void gvirt_mediator_memory_changed(GvirtMediator *mediator);

typedef struct GvirtVgpuConfig {
    /* The guest's memory: guest page p is host address window_hpa + p. */
    uint64_t window_hpa;
    uint64_t window_size_B;
    uint64_t low_gm_B;          /* 0: all that is left */
    uint64_t high_gm_B;         /* 0: all that is left */
    unsigned fences;            /* 0: all that is left */
    unsigned weight;            /* share of render time, 1 .. 1000 */
    unsigned cap_percent;       /* 0: none */
} GvirtVgpuConfig;

/*
 * A vGPU, or NULL and one line in *error (g_malloc'd) that says what is left.
 * host: irq, aperture_changed and display_changed of this guest are used,
 * besides what the mediator's own host gives.
 */
GvirtVgpu *gvirt_vgpu_new(GvirtMediator *mediator, const GvirtHost *host,
                          const GvirtVgpuConfig *config, char **error);

/* Takes it off the hardware; its memory is not touched afterwards. */
void gvirt_vgpu_free(GvirtVgpu *vgpu);

/* The guest resets its machine or the function: as power-on. */
void gvirt_vgpu_reset(GvirtVgpu *vgpu);

/* Its number, 1 and up; free again when the vGPU has gone. */
unsigned gvirt_vgpu_id(const GvirtVgpu *vgpu);

/* The doors of gpu.h, of one guest. */
uint64_t gvirt_vgpu_read(GvirtVgpu *vgpu, uint32_t offset, unsigned size_B);
void gvirt_vgpu_write(GvirtVgpu *vgpu, uint32_t offset, uint64_t value,
                      unsigned size_B);
uint64_t gvirt_vgpu_aperture_read(GvirtVgpu *vgpu, uint64_t offset,
                                  unsigned size_B);
void gvirt_vgpu_aperture_write(GvirtVgpu *vgpu, uint64_t offset,
                               uint64_t value, unsigned size_B);
bool gvirt_vgpu_aperture_page(GvirtVgpu *vgpu, uint32_t page,
                              uint64_t *page_hpa);
uint32_t gvirt_vgpu_io_read(GvirtVgpu *vgpu, uint32_t offset,
                            unsigned size_B);
void gvirt_vgpu_io_write(GvirtVgpu *vgpu, uint32_t offset, uint32_t value,
                         unsigned size_B);
bool gvirt_vgpu_irq_level(const GvirtVgpu *vgpu);

/* The vGPU's own display: see display.h for the arguments. */
void gvirt_vgpu_set_monitor(GvirtVgpu *vgpu, GvirtPort port,
                            const GvirtMonitor *monitor);
bool gvirt_vgpu_display_mode(GvirtVgpu *vgpu, GvirtPort port,
                             uint32_t *width_px, uint32_t *height_px);
bool gvirt_vgpu_display_draw(GvirtVgpu *vgpu, GvirtPort port,
                             pixman_image_t *image, bool all,
                             pixman_region32_t *damage);
bool gvirt_vgpu_display_rows_left(const GvirtVgpu *vgpu, GvirtPort port);
/* Registers outside the table that were touched, see regs.h: g_malloc'd. */
char *gvirt_vgpu_unknown_registers(GvirtVgpu *vgpu);

typedef struct GvirtVgpuStats {
    uint64_t mmio_reads;
    uint64_t mmio_writes;
    uint64_t mmio_denied;
    uint64_t pte_writes;
    uint64_t shadow_syncs;          /* local page tables re-read */
    uint64_t shadow_entries;        /* entries translated in them */
    uint64_t aperture_traps;
    uint64_t submissions[GVIRT_ENGINE_COUNT];
    uint64_t audited_dw;
    uint64_t audit_rejects;
    uint64_t switches_in;
    uint64_t run_ns;
    uint64_t interrupts;
    uint64_t resets;
} GvirtVgpuStats;

/* A copy of the counters at this moment. */
void gvirt_vgpu_stats(const GvirtVgpu *vgpu, GvirtVgpuStats *stats);

/* What is left to give: bytes and fences. */
typedef struct GvirtPartitionLeft {
    uint64_t low_gm_B;
    uint64_t high_gm_B;
    unsigned fences;
    unsigned vgpus;
} GvirtPartitionLeft;

void gvirt_mediator_left(const GvirtMediator *mediator,
                         GvirtPartitionLeft *left);

#endif /* HW_GVIRT_MEDIATOR_H */
