/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine address space on QEMU: a physical space of 39 bits, in which
 * each guest's memory has a window of its own.
 *
 * A page's generation comes from QEMU's dirty bitmap (the VGA client): blocks
 * of 64 pages are read and cleared once per epoch, and every page found dirty
 * counts up.
 *
 * QEMU's memory_region_snapshot_and_clear_dirty() would, under TCG, give up
 * the big lock to meet every vCPU, which a register write must not do. We
 * read the bitmap below it. A store that was under way on another vCPU when
 * the bit was cleared may then leave no mark: so a page found dirty counts up
 * once more at each look until at least SETTLE_NS have passed, whatever becomes
 * of its neighbours meanwhile: those of a page table may be written all the
 * time.
 *
 * Who reads the bits clears them. Of several GPUs in a process the first one
 * has them; to the others a page has no generation.
 *
 * Behind an IOMMU of the machine a window's addresses are the IOMMU's. What it
 * is told to forget we forget as well: pointers in TLBs, and the aperture.
 *
 * On the machine x-remote the memory belongs to another process, whose writes
 * leave no mark here: no generation is known.
 */
#include "qemu/osdep.h"
#include "hw/gvirt/glue-qemu.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/memalign.h"
#include "qemu/rcu.h"
#include "qemu/timer.h"
#include "system/tcg.h"

#define BLOCK_PAGES     64
#define BLOCK_SIZE_B    (BLOCK_PAGES * GVIRT_PAGE_SIZE_B)

#define SETTLE_NS       (100 * SCALE_MS)

struct GvirtIommu {
    GvirtWindow *window;
    MemoryRegion *mr;
    IOMMUNotifier notifier;
};

typedef struct GvirtGenerations {
    MemoryRegion *mr;
    uint64_t pages;
    uint32_t *page;
    uint32_t *block_epoch;
    int64_t *block_settled_ns;  /* real time; then hot becomes cooling */
    uint64_t *block_hot;        /* a bit a page: found dirty lately */
    uint64_t *block_cooling;    /* ... or in the span of time before */
} GvirtGenerations;

static void generations_free(gpointer data)
{
    GvirtGenerations *generations = data;

    g_free(generations->page);
    g_free(generations->block_epoch);
    g_free(generations->block_settled_ns);
    g_free(generations->block_hot);
    g_free(generations->block_cooling);
    memory_region_unref(generations->mr);
    g_free(generations);
}

/* Reads and clears the dirty bits. Under the big lock. */
static GvirtMachine *bits_owner;

void gvirt_machine_init(GvirtMachine *machine, uint64_t window_size_B,
                        void (*changed)(void *opaque),
                        void (*guarded)(void *opaque, bool guarded),
                        void *opaque)
{
    machine->window_size_B = window_size_B;
    machine->generations = g_hash_table_new_full(NULL, NULL, NULL,
                                                 generations_free);
    machine->epoch = 1;
    if (!bits_owner) {
        bits_owner = machine;
    }
    machine->remote = object_dynamic_cast(qdev_get_machine(),
                                          "x-remote-machine");
    machine->changed = changed;
    machine->guarded = guarded;
    machine->opaque = opaque;
}

void gvirt_machine_destroy(GvirtMachine *machine)
{
    g_hash_table_destroy(machine->generations);
    machine->generations = NULL;
    if (bits_owner == machine) {
        bits_owner = NULL;
    }
}

/* Before the old map can be given up: the worker may be offline. */
static void window_changed(GvirtWindow *window)
{
    window->changed = true;
    qatomic_set(&window->machine->stale, true);
}

static void iommu_unmapped(IOMMUNotifier *notifier, IOMMUTLBEntry *entry)
{
    GvirtIommu *iommu = container_of(notifier, GvirtIommu, notifier);
    GvirtMachine *machine = iommu->window->machine;

    machine->changed(machine->opaque);
}

static void iommu_add(GvirtWindow *window, MemoryRegionSection *section)
{
    IOMMUMemoryRegion *iommu_mr = IOMMU_MEMORY_REGION(section->mr);
    GvirtIommu *iommu = g_new0(GvirtIommu, 1);
    hwaddr last = section->offset_within_region +
                  int128_get64(int128_sub(section->size, int128_one()));

    iommu->window = window;
    iommu->mr = section->mr;
    iommu_notifier_init(&iommu->notifier, iommu_unmapped,
                        IOMMU_NOTIFIER_UNMAP, section->offset_within_region,
                        last, memory_region_iommu_attrs_to_index(iommu_mr,
                            MEMTXATTRS_UNSPECIFIED));
    memory_region_ref(section->mr);
    /* One that only takes away is refused by no IOMMU. */
    memory_region_register_iommu_notifier(section->mr, &iommu->notifier,
                                          &error_abort);
    window->iommus = g_slist_prepend(window->iommus, iommu);
    if (window->machine->iommus++ == 0) {
        window->machine->guarded(window->machine->opaque, true);
    }
}

static void iommu_remove(GvirtIommu *iommu)
{
    GvirtWindow *window = iommu->window;

    memory_region_unregister_iommu_notifier(iommu->mr, &iommu->notifier);
    memory_region_unref(iommu->mr);
    window->iommus = g_slist_remove(window->iommus, iommu);
    g_free(iommu);
    if (--window->machine->iommus == 0) {
        window->machine->guarded(window->machine->opaque, false);
    }
}

static void window_region(MemoryListener *listener,
                          MemoryRegionSection *section)
{
    GvirtWindow *window = container_of(listener, GvirtWindow, listener);

    if (memory_region_is_ram(section->mr) &&
        !window->own(window->own_opaque,
                     section->offset_within_address_space)) {
        window_changed(window);
    }
}

static void window_region_add(MemoryListener *listener,
                              MemoryRegionSection *section)
{
    GvirtWindow *window = container_of(listener, GvirtWindow, listener);

    if (memory_region_is_iommu(section->mr)) {
        window_changed(window);
        iommu_add(window, section);
    } else {
        window_region(listener, section);
    }
}

static void window_region_del(MemoryListener *listener,
                              MemoryRegionSection *section)
{
    GvirtWindow *window = container_of(listener, GvirtWindow, listener);
    GSList *item;

    for (item = window->iommus; item; item = item->next) {
        GvirtIommu *iommu = item->data;

        if (iommu->mr == section->mr &&
            iommu->notifier.start == section->offset_within_region) {
            window_changed(window);
            iommu_remove(iommu);
            return;
        }
    }
    window_region(listener, section);
}

static void window_commit(MemoryListener *listener)
{
    GvirtWindow *window = container_of(listener, GvirtWindow, listener);

    if (window->changed) {
        window->changed = false;
        window->machine->changed(window->machine->opaque);
    }
}

static GvirtWindow *machine_place(GvirtMachine *machine, bool whole,
                                  Error **errp)
{
    uint64_t size_B = whole ? GVIRT_HPA_MASK + 1 : machine->window_size_B;
    unsigned slots = (GVIRT_HPA_MASK + 1) / size_B;
    unsigned slot;
    GvirtWindow *window;

    for (slot = 0; slot < MIN(slots, GVIRT_WINDOWS_MAX); slot++) {
        if (!machine->window[slot]) {
            window = g_new0(GvirtWindow, 1);
            window->machine = machine;
            window->base_hpa = slot * size_B;
            window->size_B = size_B;
            machine->window[slot] = window;
            return window;
        }
    }
    if (whole) {
        error_setg(errp, "the GPU is taken already; add another gvirt-gpu and "
                   "name it with gpu=");
    } else {
        error_setg(errp, "all %u memory windows of the GPU are taken; "
                   "a smaller window= of gvirt-gpu gives more",
                   MIN(slots, GVIRT_WINDOWS_MAX));
    }
    return NULL;
}

GvirtWindow *gvirt_machine_add(GvirtMachine *machine, AddressSpace *as,
                               bool whole,
                               bool (*own)(void *opaque, hwaddr addr),
                               void *opaque, Error **errp)
{
    GvirtWindow *window = machine_place(machine, whole, errp);

    if (window) {
        window->as = as;
        window->own = own;
        window->own_opaque = opaque;
        window->listener = (MemoryListener) {
            .name = "gvirt",
            .region_add = window_region_add,
            .region_del = window_region_del,
            .commit = window_commit,
        };
        memory_listener_register(&window->listener, as);
        window->listening = true;
    }
    return window;
}

GvirtWindow *gvirt_machine_add_flat(GvirtMachine *machine, uint64_t size_B,
                                    Error **errp)
{
    GvirtWindow *window = machine_place(machine, false, errp);

    if (window) {
        window->size_B = size_B;
        window->flat = qemu_memalign(GVIRT_PAGE_SIZE_B, size_B);
        memset(window->flat, 0, size_B);
    }
    return window;
}

void gvirt_machine_remove(GvirtMachine *machine, GvirtWindow *window)
{
    unsigned slot;

    if (!window) {
        return;
    }
    for (slot = 0; slot < GVIRT_WINDOWS_MAX; slot++) {
        if (machine->window[slot] == window) {
            machine->window[slot] = NULL;
        }
    }
    if (window->listening) {
        memory_listener_unregister(&window->listener);
    }
    while (window->iommus) {
        iommu_remove(window->iommus->data);
    }
    /* No pointer into it may live on in a TLB. */
    machine->changed(machine->opaque);
    qemu_vfree(window->flat);
    g_free(window);
}

static GvirtWindow *machine_window(GvirtMachine *machine, uint64_t addr_hpa)
{
    GvirtWindow *window = machine->window[0];
    uint64_t slot;

    if (window && window->size_B > machine->window_size_B) {
        return window;          /* one that holds everything */
    }
    slot = addr_hpa / machine->window_size_B;
    window = slot < GVIRT_WINDOWS_MAX ? machine->window[slot] : NULL;
    return window && addr_hpa - window->base_hpa < window->size_B ?
           window : NULL;
}

/*
 * The run of RAM around a page, from the page on. Whoever asks, asks for its
 * neighbours next. The worker has a run of its own, for it does not have the
 * big lock; gvirt_machine_forget() comes before either meets other memory.
 * NULL: no memory, or flat memory. Under the RCU read lock.
 */
static GvirtMachineRun *machine_run(GvirtMachine *machine, uint64_t page_hpa)
{
    GvirtMachineRun *run = &machine->run[bql_locked()];
    GvirtWindow *window;
    hwaddr length;

    if (run->mr && page_hpa - run->first_hpa < run->size_B) {
        return run;
    }
    run->mr = NULL;
    window = machine_window(machine, page_hpa);
    if (!window || window->flat) {
        return NULL;
    }
    length = window->base_hpa + window->size_B - page_hpa;
    run->mr = address_space_translate(window->as, page_hpa - window->base_hpa,
                                      &run->offset, &length, true,
                                      MEMTXATTRS_UNSPECIFIED);
    /* The last page of a region may be a part of one. */
    if (!memory_region_is_ram(run->mr) ||
        memory_region_is_ram_device(run->mr) || length < GVIRT_PAGE_SIZE_B) {
        run->mr = NULL;
        return NULL;
    }
    run->window = window;
    run->generations = NULL;
    run->first_hpa = page_hpa;
    run->size_B = length & ~(hwaddr)GVIRT_PAGE_MASK;
    run->host = (uint8_t *)memory_region_get_ram_ptr(run->mr) + run->offset;
    return run;
}

void gvirt_machine_forget(GvirtMachine *machine)
{
    machine->run[false].mr = NULL;
    machine->run[true].mr = NULL;
    /* What stands at an address now has counted by itself. */
    machine->salt += 0x9e3779b1u;
    qatomic_set(&machine->stale, false);
}

void gvirt_machine_offline(GvirtMachine *machine)
{
    machine->run[false].mr = NULL;
    rcu_read_unlock();
}

bool gvirt_machine_online(GvirtMachine *machine)
{
    rcu_read_lock();
    return qatomic_read(&machine->stale);
}

void *gvirt_machine_map(GvirtMachine *machine, uint64_t page_hpa, bool write,
                        uint64_t *run_B)
{
    const GvirtMachineRun *run;
    const GvirtWindow *window;

    RCU_READ_LOCK_GUARD();

    page_hpa &= ~(uint64_t)GVIRT_PAGE_MASK;
    run = machine_run(machine, page_hpa);
    if (run) {
        if (write && run->mr->readonly) {
            return NULL;
        }
        *run_B = MIN(*run_B, run->size_B - (page_hpa - run->first_hpa));
        return run->host + (page_hpa - run->first_hpa);
    }
    window = machine_window(machine, page_hpa);
    if (!window || !window->flat) {
        return NULL;
    }
    *run_B = MIN(*run_B, window->size_B - (page_hpa - window->base_hpa));
    return (uint8_t *)window->flat + (page_hpa - window->base_hpa);
}

void gvirt_machine_dirty(GvirtMachine *machine, uint64_t addr_hpa,
                         uint32_t size_B)
{
    RCU_READ_LOCK_GUARD();

    while (size_B) {
        const GvirtMachineRun *run;
        uint64_t in_run, part_B;

        run = machine_run(machine, addr_hpa & ~(uint64_t)GVIRT_PAGE_MASK);
        if (!run) {
            part_B = GVIRT_PAGE_SIZE_B - (addr_hpa & GVIRT_PAGE_MASK);
            part_B = MIN(part_B, size_B);
        } else {
            in_run = addr_hpa - run->first_hpa;
            part_B = MIN(run->size_B - in_run, size_B);
            /* Marks the bitmaps and drops translated code, like any DMA. */
            memory_region_ref(run->mr);
            address_space_unmap(run->window->as, run->host + in_run, part_B,
                                true, part_B);
        }
        addr_hpa += part_B;
        size_B -= part_B;
    }
}

MemoryRegion *gvirt_machine_region(GvirtMachine *machine, uint64_t page_hpa,
                                   hwaddr *offset)
{
    const GvirtMachineRun *run;

    RCU_READ_LOCK_GUARD();

    run = machine_run(machine, page_hpa);
    if (!run || run->mr->readonly) {
        return NULL;
    }
    *offset = run->offset + (page_hpa - run->first_hpa);
    return run->mr;
}

static GvirtGenerations *machine_generations(GvirtMachine *machine,
                                             MemoryRegion *mr)
{
    GvirtGenerations *generations =
        g_hash_table_lookup(machine->generations, mr);
    uint64_t blocks;

    if (!generations) {
        generations = g_new0(GvirtGenerations, 1);
        generations->pages = DIV_ROUND_UP(memory_region_size(mr),
                                          GVIRT_PAGE_SIZE_B);
        blocks = DIV_ROUND_UP(generations->pages, BLOCK_PAGES);
        generations->page = g_new0(uint32_t, generations->pages);
        generations->block_epoch = g_new0(uint32_t, blocks);
        generations->block_settled_ns = g_new0(int64_t, blocks);
        generations->block_hot = g_new0(uint64_t, blocks);
        generations->block_cooling = g_new0(uint64_t, blocks);
        /* The key stays a region for as long as we count for it. */
        memory_region_ref(mr);
        generations->mr = mr;
        g_hash_table_insert(machine->generations, mr, generations);
        memory_region_set_log(mr, true, DIRTY_MEMORY_VGA);
    }
    return generations;
}

static DirtyBitmapSnapshot *generations_snapshot(MemoryRegion *mr,
                                                 uint64_t start,
                                                 uint64_t length)
{
    if (tcg_enabled()) {
        return gvirt_snapshot_dirty(mr, start, length, DIRTY_MEMORY_VGA);
    }
    return memory_region_snapshot_and_clear_dirty(mr, start, length,
                                                  DIRTY_MEMORY_VGA);
}

/* cleared: pages of the block whose bits were taken already. */
static void generations_sync(GvirtGenerations *generations, MemoryRegion *mr,
                             uint64_t block, uint64_t cleared)
{
    uint64_t start = block * BLOCK_SIZE_B;
    uint64_t length = MIN(BLOCK_SIZE_B, memory_region_size(mr) - start);
    int64_t now_ns = qemu_clock_get_ns(QEMU_CLOCK_REALTIME);
    int64_t settled_ns = generations->block_settled_ns[block];
    uint64_t hot = generations->block_hot[block] |
                   generations->block_cooling[block];
    DirtyBitmapSnapshot *snapshot;
    uint64_t dirty = cleared;
    unsigned i;

    snapshot = generations_snapshot(mr, start, length);
    for (i = 0; i < DIV_ROUND_UP(length, GVIRT_PAGE_SIZE_B); i++) {
        uint32_t *page = &generations->page[block * BLOCK_PAGES + i];
        bool found = memory_region_snapshot_get_dirty(mr, snapshot,
            start + i * GVIRT_PAGE_SIZE_B, GVIRT_PAGE_SIZE_B);

        dirty |= (uint64_t)found << i;
        if (*page == 0 || ((hot | dirty) >> i & 1)) {
            *page = *page == UINT32_MAX ? 1 : *page + 1;
        }
    }
    g_free(snapshot);
    if (now_ns >= settled_ns) {
        generations->block_cooling[block] =
            now_ns - settled_ns < SETTLE_NS ? generations->block_hot[block]
                                            : 0;
        generations->block_hot[block] = 0;
        generations->block_settled_ns[block] = now_ns + SETTLE_NS;
    }
    generations->block_hot[block] |= dirty;
}

/*
 * Page tables are asked about by hundreds before each submission, and stand
 * among pages that change all the time: a clean one answers for itself. Where
 * one is dirty its neighbours often are (a picture), and clearing them
 * together meets the vCPUs' TLBs once.
 */
static uint32_t generations_look(GvirtGenerations *generations,
                                 MemoryRegion *mr, uint64_t page,
                                 uint32_t epoch)
{
    uint64_t block = page / BLOCK_PAGES;
    uint64_t bit = 1ull << page % BLOCK_PAGES;
    bool dirty;

    if (generations->block_epoch[block] != epoch) {
        dirty = tcg_enabled() &&
                gvirt_test_and_clear_dirty(memory_region_get_ram_addr(mr) +
                                           page * GVIRT_PAGE_SIZE_B,
                                           GVIRT_PAGE_SIZE_B,
                                           DIRTY_MEMORY_VGA);
        if (dirty || !tcg_enabled() || generations->page[page] == 0 ||
            (generations->block_hot[block] |
             generations->block_cooling[block]) & bit) {
            generations->block_epoch[block] = epoch;
            generations_sync(generations, mr, block, dirty ? bit : 0);
        }
    }
    return generations->page[page];
}

uint32_t gvirt_machine_page_gen(GvirtMachine *machine, uint64_t page_hpa)
{
    GvirtMachineRun *run;
    uint64_t page;
    uint32_t gen;

    RCU_READ_LOCK_GUARD();

    if (machine->remote || bits_owner != machine) {
        return 0;
    }
    page_hpa &= ~(uint64_t)GVIRT_PAGE_MASK;
    run = machine_run(machine, page_hpa);
    if (!run || run->mr->readonly) {
        return 0;
    }
    if (!run->generations) {
        run->generations = machine_generations(machine, run->mr);
    }
    page = (run->offset + (page_hpa - run->first_hpa)) / GVIRT_PAGE_SIZE_B;
    gen = generations_look(run->generations, run->mr, page, machine->epoch) +
          machine->salt;
    return gen ? gen : 1;
}
