/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the *-qemu.c files of both rooms share. The library never includes it.
 *
 *  - GvirtMachine: the machine address space, a window for each guest
 *    (hw/display/gvirt/machine-qemu.c);
 *  - GvirtGlueHost: the host operations of host.h on QEMU
 *    (hw/display/gvirt/host-qemu.c);
 *  - gvirt-gpu: the device that owns the hardware, its worker thread and the
 *    machine (hw/display/gvirt/gpu-qemu.c);
 *  - GvirtRemote: what a PCI function needs that serves another process
 *    (hw/display/gvirt/remote-qemu.c);
 *  - gvirt-function: what the PCI functions have in common: BARs, MSI,
 *    consoles (hw/display/gvirt/function-qemu.c), the mapped aperture
 *    (hw/display/gvirt/aperture-qemu.c).
 */
#ifndef HW_GVIRT_GLUE_QEMU_H
#define HW_GVIRT_GLUE_QEMU_H

#include "hw/gvirt-compat.h"
#include "hw/gvirt/gpu.h"
#include "hw/pci/pci_device.h"
#include "hw/qdev-core.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "qom/object.h"
#include "ui/console.h"

/* ---- the machine address space ---- */

#define GVIRT_WINDOWS_MAX   64

typedef struct GvirtMachine GvirtMachine;
typedef struct GvirtIommu GvirtIommu;   /* one that a window is behind */

typedef struct GvirtWindow {
    GvirtMachine *machine;
    uint64_t base_hpa;
    uint64_t size_B;
    AddressSpace *as;           /* a guest's memory, or */
    void *flat;                 /* plain host memory */
    MemoryListener listener;
    bool listening;
    bool changed;
    GSList *iommus;             /* GvirtIommu */
    /* Our own aperture: what is mapped there is no news. */
    bool (*own)(void *opaque, hwaddr addr);
    void *own_opaque;
} GvirtWindow;

/* RAM that lies together. */
typedef struct GvirtMachineRun {
    MemoryRegion *mr;           /* NULL: none known */
    GvirtWindow *window;
    uint64_t first_hpa;
    uint64_t size_B;
    hwaddr offset;              /* of first_hpa, in mr */
    uint8_t *host;              /* ... in our memory */
    struct GvirtGenerations *generations;   /* of mr, once asked for */
} GvirtMachineRun;

struct GvirtMachine {
    GvirtWindow *window[GVIRT_WINDOWS_MAX];
    uint64_t window_size_B;
    GHashTable *generations;    /* MemoryRegion -> GvirtGenerations */
    uint32_t epoch;
    bool stale;                 /* atomic: `changed` is yet to be called */
    uint32_t salt;              /* of generations: another memory map */
    bool remote;                /* other processes write the memory, too */
    GvirtMachineRun run[2];     /* by whether one has the big lock */
    unsigned iommus;            /* of all windows */
    void (*changed)(void *opaque);
    void (*guarded)(void *opaque, bool guarded);
    void *opaque;
};

/*
 * window_size_B: of each window, a power of two. changed() is called when
 * memory came or went, before pointers from gvirt_machine_map() are used again.
 * guarded(): from now on, or no longer, an IOMMU translates, and memory may be
 * mapped with the big lock only (its faults are interrupts).
 */
void gvirt_machine_init(GvirtMachine *machine, uint64_t window_size_B,
                        void (*changed)(void *opaque),
                        void (*guarded)(void *opaque, bool guarded),
                        void *opaque);
void gvirt_machine_destroy(GvirtMachine *machine);

/* A window on an address space. whole: at 0, all of the 39 bits. */
GvirtWindow *gvirt_machine_add(GvirtMachine *machine, AddressSpace *as,
                               bool whole,
                               bool (*own)(void *opaque, hwaddr addr),
                               void *opaque, Error **errp);
/* A window of plain zeroed memory. */
GvirtWindow *gvirt_machine_add_flat(GvirtMachine *machine, uint64_t size_B,
                                    Error **errp);
void gvirt_machine_remove(GvirtMachine *machine, GvirtWindow *window);

/* As the host operation map_run. */
void *gvirt_machine_map(GvirtMachine *machine, uint64_t page_hpa, bool write,
                        uint64_t *run_B);
/*
 * What is known of where memory stands no longer holds. With the big lock,
 * while the worker is at rest; to be called by `changed`.
 */
void gvirt_machine_forget(GvirtMachine *machine);
/*
 * The worker uses memory from online to offline. online says whether the
 * memory map has changed and `changed` was not called yet: pointers of before
 * are void.
 */
void gvirt_machine_offline(GvirtMachine *machine);
bool gvirt_machine_online(GvirtMachine *machine);
void gvirt_machine_dirty(GvirtMachine *machine, uint64_t addr_hpa,
                         uint32_t size_B);
uint32_t gvirt_machine_page_gen(GvirtMachine *machine, uint64_t page_hpa);
/* Where a page stands in QEMU: its RAM region, for an alias to it. */
MemoryRegion *gvirt_machine_region(GvirtMachine *machine, uint64_t page_hpa,
                                   hwaddr *offset);

/* ---- the host operations on QEMU ---- */

/*
 * Something to do soon, with the big lock and none of ours. In the main loop;
 * under -icount at this very moment of the virtual clock, so that it does not
 * matter to the guest which of the host's threads is the faster.
 */
typedef struct GvirtSoon {
    QEMUBH *bh;
    QEMUTimer *timer;           /* under -icount */
} GvirtSoon;

/* call(opaque) is what happens; once for any number of gvirt_soon(). */
void gvirt_soon_init(GvirtSoon *soon, void (*call)(void *opaque),
                     void *opaque);
void gvirt_soon_destroy(GvirtSoon *soon);
/* Any thread. delay_ns counts under -icount only. */
void gvirt_soon(GvirtSoon *soon, int64_t delay_ns);

typedef struct GvirtGpuDevice GvirtGpuDevice;
typedef struct GvirtGlueHost GvirtGlueHost;

/* Called in the main loop, with the big lock; any may be NULL. */
typedef struct GvirtGlueEvents {
    void (*irq)(void *opaque, bool level);
    void (*aperture_changed)(void *opaque, uint32_t first_page,
                             uint32_t page_count);
    void (*display_changed)(void *opaque);
    void (*memory_changed)(void *opaque);       /* of the machine */
    void (*timer)(void *opaque);
} GvirtGlueEvents;

struct GvirtGlueHost {
    GvirtHost host;
    GvirtGpuDevice *gpu;
    const char *name;           /* for the log: the device's id */
    const GvirtGlueEvents *events;
    void *opaque;
    bool defer;
    QEMUTimer *timer;
    GvirtSoon soon;
    QemuMutex lock;             /* of what follows */
    bool irq_pending;
    bool irq_level;
    unsigned irq_rises;
    bool display_pending;
    uint32_t aperture_first;
    uint32_t aperture_last;
};

/*
 * defer: irq always from a bottom half (the receiver may not be entered from
 * within the library); else at once when the caller has the big lock.
 */
void gvirt_glue_host_init(GvirtGlueHost *host, GvirtGpuDevice *gpu,
                          const char *name, const GvirtGlueEvents *events,
                          void *opaque, bool defer);
void gvirt_glue_host_destroy(GvirtGlueHost *host);

/* ---- gvirt-gpu ---- */

#define TYPE_GVIRT_GPU "gvirt-gpu"
OBJECT_DECLARE_SIMPLE_TYPE(GvirtGpuDevice, GVIRT_GPU)

typedef enum GvirtGpuUse {
    GVIRT_USE_NONE,
    GVIRT_USE_WHOLE,        /* one gvirt-passthrough */
    GVIRT_USE_MEDIATED,     /* gvirt-vgpu and gvirt-guest */
} GvirtGpuUse;

struct GvirtGpuDevice {
    DeviceState parent_obj;

    char *timing;
    uint32_t max_clock_mhz;
    bool swizzle;
    uint64_t window_size_B;

    GvirtGpu *gpu;
    GvirtMachine machine;
    GvirtGlueHost host;
    GvirtGpuUse use;
    unsigned users;
    const GvirtGlueEvents *user_events;     /* of the function or mediator */
    void *user;
    void *mediator;             /* hw/gvirt-host's glue keeps its own here */

    QemuThread worker;
    QemuMutex lock;
    QemuCond cond;
    bool threaded;
    bool model;                 /* timing=model */
    bool kicked;
    bool stop;
    bool busy;                  /* the worker is in the hardware */
    bool guarded;               /* by an IOMMU: the worker does nothing */
    bool resting;               /* the worker waits for a kick */
    bool has_work_clock;
    clockid_t work_clock;       /* the worker's processor time */
    int64_t work_base_ns;       /* the work clock at the last change of that */
    int64_t work_from_ns;       /* of the clock that it goes by, then */
    int64_t turns_ns;           /* processor time of turns in the main loop */
    int64_t kicked_ns;          /* when it was kicked out of its rest; 0: not */
    int64_t late_ns;            /* how long after that it ran, not counted */
    GvirtSoon run;              /* then, or under -icount: in the main loop */
    QEMUTimer *rest;            /* of the main loop, between two turns */
    bool vm_paused;
    VMChangeStateEntry *vmstate;
};

/*
 * The GPU that a link names, or the only one, or a new one. The answer is to
 * be put into the link, and has the reference that the link lets go of.
 */
GvirtGpuDevice *gvirt_gpu_device_get(GvirtGpuDevice *named, Error **errp);

/* Take the GPU for a use; a second whole use, or a mix, is refused. */
bool gvirt_gpu_device_claim(GvirtGpuDevice *gpu, GvirtGpuUse use,
                            const GvirtGlueEvents *events, void *opaque,
                            Error **errp);
void gvirt_gpu_device_release(GvirtGpuDevice *gpu);

/* There is work for the engines. Any thread. */
void gvirt_gpu_device_kick(GvirtGpuDevice *gpu);

/* How much time the engines have had: work_ns of host.h. Any thread. */
int64_t gvirt_gpu_device_work_ns(GvirtGpuDevice *gpu);

/* A uint64_t counter as a read-only QOM property of every instance. */
typedef struct GvirtCounter {
    const char *name;
    size_t offset;
    const char *description;
} GvirtCounter;

/* ---- the machine x-remote: vfio-user ---- */

typedef struct GvirtRemote {
    PCIDevice *pci;
    MemoryRegion bar_space[PCI_NUM_REGIONS];
    AddressSpace bar_as[PCI_NUM_REGIONS];
    MemoryListener listener;
    unsigned memories;          /* of the client's, mapped now */
    QEMUBH *lost;
} GvirtRemote;

/* After the BARs are registered. */
void gvirt_remote_init(GvirtRemote *remote, PCIDevice *pci);
void gvirt_remote_destroy(GvirtRemote *remote);
/* Is there somebody to interrupt? */
bool gvirt_remote_served(const GvirtRemote *remote);
/* The interrupt's line is still up after an access. */
void gvirt_remote_irq_again(GvirtRemote *remote);

/* ---- gvirt-function ---- */

#define TYPE_GVIRT_FUNCTION "gvirt-function"
OBJECT_DECLARE_TYPE(GvirtFunction, GvirtFunctionClass, GVIRT_FUNCTION)

#define GVIRT_HEADS_MAX 3
#define GVIRT_RUNS_MAX  1024

typedef struct GvirtHead {
    GvirtFunction *function;
    QemuConsole *console;
    QEMUTimer *more;        /* the rest of a picture */
    GvirtPort port;
    GvirtMonitorKind kind;
    bool connected;
    bool all;               /* redraw everything */
    bool dark;
} GvirtHead;

typedef struct GvirtRun {
    MemoryRegion region;
    uint32_t first_page;
    uint32_t page_count;
    uint64_t number;            /* of those made ever */
} GvirtRun;

struct GvirtFunction {
    PCIDevice parent_obj;

    GvirtFunctionClass *class;  /* its own, without the way there */
    GvirtGpuDevice *gpu;
    uint32_t xres;
    uint32_t yres;
    bool plugged[GVIRT_HEADS_MAX];

    MemoryRegion bar0;
    MemoryRegion aperture;      /* BAR2: a container of */
    MemoryRegion aperture_trap; /* what is trapped, and of mapped runs */
    MemoryRegion io;
    GvirtRun *run[GVIRT_RUNS_MAX];
    uint16_t *run_of_page;      /* index + 1, 0: trapped */
    unsigned runs;
    uint8_t *owed;              /* by 2 MiB: traps until mapped again */
    unsigned long *stays;       /* bit a page: is not to be mapped */
    unsigned long *torn;        /* bit a 2 MiB: partly unmapped since mapped */
    uint32_t trap_page;         /* trapped last */
    uint32_t unmap_first;       /* to be unmapped: these pages ... */
    uint32_t unmap_end;
    uint32_t map_page;          /* ... and then mapped: around this one */
    CPUState *remap_cpu;        /* asked last for the map to change */
    uint64_t aperture_maps;
    uint64_t aperture_remaps;
    uint64_t aperture_traps;

    GvirtWindow *window;
    GvirtRemote remote;         /* if the machine is one */
    GvirtHead head[GVIRT_HEADS_MAX];
    bool irq_level;
    bool ready;
};

struct GvirtFunctionClass {
    PCIDeviceClass parent_class;

    /* Attach to the GPU, or set errp. The window exists already. */
    void (*attach)(GvirtFunction *function, Error **errp);
    void (*detach)(GvirtFunction *function);
    void (*reset)(GvirtFunction *function);
    bool whole;                 /* takes the GPU for itself */

    uint64_t (*read)(GvirtFunction *f, uint32_t offset, unsigned size_B);
    void (*write)(GvirtFunction *f, uint32_t offset, uint64_t value,
                  unsigned size_B);
    uint64_t (*aperture_read)(GvirtFunction *f, uint64_t offset,
                              unsigned size_B);
    void (*aperture_write)(GvirtFunction *f, uint64_t offset, uint64_t value,
                           unsigned size_B);
    bool (*aperture_page)(GvirtFunction *f, uint32_t page,
                          uint64_t *page_hpa);
    uint32_t (*io_read)(GvirtFunction *f, uint32_t offset, unsigned size_B);
    void (*io_write)(GvirtFunction *f, uint32_t offset, uint32_t value,
                     unsigned size_B);
    void (*set_monitor)(GvirtFunction *f, GvirtPort port,
                        const GvirtMonitor *monitor);
    bool (*display_mode)(GvirtFunction *f, GvirtPort port,
                         uint32_t *width_px, uint32_t *height_px);
    bool (*display_draw)(GvirtFunction *f, GvirtPort port,
                         pixman_image_t *image, bool all,
                         pixman_region32_t *damage);
    bool (*display_rows_left)(GvirtFunction *f, GvirtPort port);
    char *(*unknown_registers)(GvirtFunction *f);
};

/* A monitor (monitor-qemu.c) that prefers a mode, with its EDID. */
void gvirt_monitor_make(GvirtMonitor *monitor, GvirtMonitorKind kind,
                        uint32_t xres, uint32_t yres);

/* The events of a function: pass to gvirt_glue_host_init() or _claim(). */
extern const GvirtGlueEvents gvirt_function_events;

#endif /* HW_GVIRT_GLUE_QEMU_H */
