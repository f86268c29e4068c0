/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The doors of the hardware: MMIO, page-table entries, aperture, interrupts,
 * scan-out. Nothing else of it can be reached from outside its room.
 *
 * Every function here may be called from any thread unless it says otherwise;
 * the device serializes itself.
 */
#ifndef HW_GVIRT_GPU_H
#define HW_GVIRT_GPU_H

#include "hw/gvirt/display.h"
#include "hw/gvirt/host.h"

typedef struct GvirtGpuConfig {
    GvirtTiming timing;
    unsigned max_clock_mhz;     /* RP0, in steps of 50; 0: 1250 */
    bool swizzle;               /* DIMMs match: bit-6 swizzling */
} GvirtGpuConfig;

/* NULL never; host must outlive the GPU. */
GvirtGpu *gvirt_gpu_new(const GvirtHost *host, const GvirtGpuConfig *config);
void gvirt_gpu_free(GvirtGpu *gpu);

/* As power-on: every block to its reset state. Monitors stay. */
void gvirt_gpu_reset(GvirtGpu *gpu);

/* BAR0, registers and PTEs: size_B 1, 2, 4 or 8; outside reads 0. */
uint64_t gvirt_gpu_read(GvirtGpu *gpu, uint32_t offset, unsigned size_B);
void gvirt_gpu_write(GvirtGpu *gpu, uint32_t offset, uint64_t value,
                     unsigned size_B);

/* BAR2: through the global table, and detiled where a fence covers it. */
uint64_t gvirt_gpu_aperture_read(GvirtGpu *gpu, uint64_t offset,
                                 unsigned size_B);
void gvirt_gpu_aperture_write(GvirtGpu *gpu, uint64_t offset, uint64_t value,
                              unsigned size_B);

/*
 * Whether aperture page may be mapped through to memory: its entry is valid
 * and no fence covers it. *page_hpa: where it points.
 */
bool gvirt_gpu_aperture_page(GvirtGpu *gpu, uint32_t page,
                             uint64_t *page_hpa);

/* BAR4: MMIO_INDEX at 0, MMIO_DATA at 4. */
uint32_t gvirt_gpu_io_read(GvirtGpu *gpu, uint32_t offset, unsigned size_B);
void gvirt_gpu_io_write(GvirtGpu *gpu, uint32_t offset, uint32_t value,
                        unsigned size_B);

/*
 * Let the engines work, until they are idle, wait for something, or budget
 * commands are done, up to one more for each engine. True: there is more to
 * do. Each engine gets its part of any budget. Any one thread at a time.
 */
bool gvirt_gpu_run(GvirtGpu *gpu, unsigned budget);

/* The deadline of the host's timer has come. */
void gvirt_gpu_timer(GvirtGpu *gpu);

/* The host's memory has changed: no pointer from map() is used afterwards. */
void gvirt_gpu_memory_changed(GvirtGpu *gpu);

/* No engine is in the middle of a command until resume; nests. */
void gvirt_gpu_pause(GvirtGpu *gpu);
/*
 * The same, and no thread is inside gvirt_gpu_run(): the command at hand is
 * waited for. Not from within it.
 */
void gvirt_gpu_pause_out(GvirtGpu *gpu);
void gvirt_gpu_resume(GvirtGpu *gpu);

/* The level of the interrupt line: what the host's irq() was last told. */
bool gvirt_gpu_irq_level(GvirtGpu *gpu);

/* The display, under the device's lock: see display.h for the arguments. */
void gvirt_gpu_set_monitor(GvirtGpu *gpu, GvirtPort port,
                           const GvirtMonitor *monitor);
bool gvirt_gpu_display_mode(GvirtGpu *gpu, GvirtPort port, uint32_t *width_px,
                            uint32_t *height_px);
bool gvirt_gpu_display_draw(GvirtGpu *gpu, GvirtPort port,
                            pixman_image_t *image, bool all,
                            pixman_region32_t *damage);
bool gvirt_gpu_display_rows_left(GvirtGpu *gpu, GvirtPort port);

/* Registers outside the table that were touched, see regs.h: g_malloc'd. */
char *gvirt_gpu_unknown_registers(GvirtGpu *gpu);

/* Counted since the GPU was made. */
typedef struct GvirtGpuStats {
    uint64_t commands[GVIRT_ENGINE_COUNT];
    uint64_t batches[GVIRT_ENGINE_COUNT];
    uint64_t busy_clk[GVIRT_ENGINE_COUNT];  /* modelled GPU clocks at work */
    uint64_t blit_bytes;
    uint64_t primitives_skipped;
    uint64_t faults;
    uint64_t interrupts;
    uint64_t aperture_traps;
    uint64_t context_switches;
    uint64_t denied_commands;   /* no-ops for want of privilege */
} GvirtGpuStats;

/* A copy of the counters at this moment. */
void gvirt_gpu_stats(GvirtGpu *gpu, GvirtGpuStats *stats);

/* PCI configuration that drivers read: HSW PRM vol. 12, GGC and BDSM. */
#define GVIRT_PCI_VENDOR_ID         0x8086
#define GVIRT_PCI_DEVICE_ID         0x0412
#define GVIRT_PCI_REVISION          0x06
#define GVIRT_PCI_GGC               0x50
#define GVIRT_PCI_GGC_GGMS_2M       (2 << 8)
#define GVIRT_PCI_BDSM              0x5c
#define GVIRT_PCI_PMCAPID           0xd0
#define GVIRT_PCI_PMCAP_VERSION     2
#define GVIRT_PCI_ASLS              0xfc

#endif /* HW_GVIRT_GPU_H */
