/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The aperture of a display function, BAR2: trapped until the first access to
 * a page; then the run of pages around it that stand next to each other in
 * memory is mapped through, until one of their entries changes or a fence
 * comes over them. From then on it takes some more accesses: where entries
 * change all the time and a word is read in between, a new map, which costs as
 * much as a thousand trapped accesses and stops all processors, is not made.
 * For the same reason all of 2 MiB goes when a second part of it changes:
 * drivers write the entries of a buffer one by one, and its pages need not
 * stand next to each other.
 *
 * Source: HSW PRM vol. 5, "Memory Aperture".
 */
#include "qemu/osdep.h"
#include "qemu/bitmap.h"
#include "hw/core/cpu.h"
#include "function-qemu.h"
#include "system/tcg.h"

#define RUN_WINDOW      512         /* pages around a fault: 2 MiB */
#define REMAP_AFTER     64          /* trapped accesses */

static void run_unmap(GvirtFunction *f, unsigned index)
{
    GvirtRun *run = f->run[index];
    uint32_t i;

    memory_region_del_subregion(&f->aperture, &run->region);
    object_unref(OBJECT(&run->region));
    for (i = 0; i < run->page_count; i++) {
        f->run_of_page[run->first_page + i] = 0;
    }
    g_free(run);
    /* Keep the array dense. */
    f->run[index] = f->run[--f->runs];
    f->run[f->runs] = NULL;
    if (index < f->runs) {
        run = f->run[index];
        for (i = 0; i < run->page_count; i++) {
            f->run_of_page[run->first_page + i] = index + 1;
        }
    }
}

static void function_unmap_runs(GvirtFunction *f)
{
    if (!f->runs) {
        return;
    }
    memory_region_transaction_begin();
    while (f->runs) {
        run_unmap(f, f->runs - 1);
    }
    f->aperture_remaps++;
    memory_region_transaction_commit();
}

void gvirt_function_unmap_all(GvirtFunction *f)
{
    function_unmap_runs(f);
    /* What was to come: nothing is mapped by a function that goes. */
    f->unmap_first = GVIRT_APERTURE_PAGES;
    f->unmap_end = 0;
    f->map_page = GVIRT_APERTURE_PAGES;
}

/* Whether any of the pages was mapped. */
static bool pages_unmap(GvirtFunction *f, uint32_t page, uint32_t end_page)
{
    bool any = false;

    for (; page < end_page; page++) {
        if (f->run_of_page[page]) {
            run_unmap(f, f->run_of_page[page] - 1);
            any = true;
        }
    }
    return any;
}

static void function_unmap_pages(GvirtFunction *f, uint32_t first_page,
                                 uint32_t end_page)
{
    uint32_t page, next;
    bool any = false;

    if (!f->runs) {
        return;
    }
    if (end_page - first_page >= GVIRT_APERTURE_PAGES) {
        function_unmap_runs(f);
        return;
    }
    end_page = MIN(end_page, GVIRT_APERTURE_PAGES);
    memory_region_transaction_begin();
    for (page = first_page; page < end_page; page = next) {
        uint32_t window = page / RUN_WINDOW;

        next = MIN((window + 1) * RUN_WINDOW, end_page);
        if (!pages_unmap(f, page, next)) {
            continue;
        }
        any = true;
        f->owed[window] = REMAP_AFTER;
        if (test_and_set_bit(window, f->torn)) {
            pages_unmap(f, window * RUN_WINDOW, (window + 1) * RUN_WINDOW);
        }
    }
    f->aperture_remaps += any;
    memory_region_transaction_commit();
}

/* A page that may be mapped: where it stands in QEMU's memory. */
static MemoryRegion *function_page(GvirtFunction *f, uint32_t page,
                                   hwaddr *offset)
{
    uint64_t page_hpa;

    if (page >= GVIRT_APERTURE_PAGES || f->run_of_page[page] ||
        !f->class->aperture_page(f, page, &page_hpa)) {
        return NULL;
    }
    return gvirt_machine_region(&f->gpu->machine, page_hpa, offset);
}

static void function_map_run(GvirtFunction *f, uint32_t first, uint32_t count,
                             MemoryRegion *mr, hwaddr offset)
{
    GvirtRun *run = g_new0(GvirtRun, 1);
    uint32_t i;

    run->first_page = first;
    run->page_count = count;
    run->number = f->aperture_maps;
    /*
     * With a name it is a child of the device, and among a thousand children
     * QEMU looks for it, or for a free name, one by one. The name is for
     * "info mtree" alone.
     */
    memory_region_init_alias(&run->region, OBJECT(f), NULL, mr, offset,
                             (uint64_t)count * GVIRT_PAGE_SIZE_B);
    run->region.name = g_strdup("gvirt-run");
    memory_region_add_subregion_overlap(&f->aperture,
                                        (hwaddr)first * GVIRT_PAGE_SIZE_B,
                                        &run->region, 1);
    f->run[f->runs++] = run;
    for (i = 0; i < count; i++) {
        f->run_of_page[first + i] = f->runs;
    }
    f->aperture_maps++;
}

/* Make room: of the other windows the one that was mapped first goes. */
static void function_unmap_oldest(GvirtFunction *f, uint32_t but_window)
{
    GvirtRun *oldest = NULL;
    uint32_t window;
    unsigned i;

    for (i = 0; i < f->runs; i++) {
        if (f->run[i]->first_page / RUN_WINDOW != but_window &&
            (!oldest || f->run[i]->number < oldest->number)) {
            oldest = f->run[i];
        }
    }
    QEMU_BUILD_BUG_ON(GVIRT_RUNS_MAX <= RUN_WINDOW);
    window = oldest->first_page / RUN_WINDOW;
    pages_unmap(f, window * RUN_WINDOW, (window + 1) * RUN_WINDOW);
    f->owed[window] = REMAP_AFTER;
}

/*
 * Map the runs of the 2 MiB that a trapped access fell into: where one page
 * of a picture is touched its neighbours follow. Pages in a row that all show
 * the same memory are left out: drivers fill with one page what they do not
 * use, each would be a run, and the number of runs is what a new map costs.
 */
static void function_map_around(GvirtFunction *f, uint32_t page)
{
    uint32_t window = page / RUN_WINDOW;
    uint32_t first = window * RUN_WINDOW;
    uint32_t end = first + RUN_WINDOW;
    MemoryRegion *last_mr = NULL;
    hwaddr last = 0;
    MemoryRegion *mr;
    hwaddr offset;

    /* There each access is a message, and the memory may go at any time. */
    if (f->gpu->machine.remote || !function_page(f, page, &offset)) {
        return;
    }
    memory_region_transaction_begin();
    clear_bit(window, f->torn);
    while (first < end) {
        MemoryRegion *next_mr = NULL;
        hwaddr next = 0;
        uint32_t count = 1;
        bool again;

        mr = function_page(f, first, &offset);
        if (!mr) {
            last_mr = NULL;
            first++;
            continue;
        }
        while (first + count < end &&
               (next_mr = function_page(f, first + count, &next)) == mr &&
               next == offset + (hwaddr)count * GVIRT_PAGE_SIZE_B) {
            count++;
        }
        again = count == 1 && ((next_mr == mr && next == offset) ||
                               (last_mr == mr && last == offset));
        last_mr = mr;
        last = offset + (hwaddr)(count - 1) * GVIRT_PAGE_SIZE_B;
        if (again && first != page) {
            first++;
            continue;
        }
        if (again) {
            /* Whoever goes on to the next of them waits for its map. */
            f->owed[window] = REMAP_AFTER;
        }
        if (f->runs == GVIRT_RUNS_MAX) {
            function_unmap_oldest(f, window);
        }
        function_map_run(f, first, count, mr, offset);
        first += count;
    }
    f->aperture_remaps++;
    memory_region_transaction_commit();
}

static void function_remap(GvirtFunction *f)
{
    uint32_t first = f->unmap_first;
    uint32_t end = f->unmap_end;
    uint32_t page = f->map_page;

    f->unmap_first = GVIRT_APERTURE_PAGES;
    f->unmap_end = 0;
    f->map_page = GVIRT_APERTURE_PAGES;
    if (first < end) {
        function_unmap_pages(f, first, end);
    }
    if (page < GVIRT_APERTURE_PAGES) {
        function_map_around(f, page);
    }
}

static void function_remap_alone(CPUState *cpu, run_on_cpu_data data)
{
    GvirtFunction *f = data.host_ptr;

    bql_lock();
    if (f->remap_cpu == cpu) {
        f->remap_cpu = NULL;
    }
    if (f->ready) {
        function_remap(f);
    }
    object_unref(OBJECT(f));
    bql_unlock();
}

/*
 * TCG's processors keep numbers of memory sections in their TLBs, which a
 * change of the memory map makes stale until each has flushed: what another
 * one writes meanwhile, an end of interrupt for example, goes to a device
 * that happens to have the number now. So the map changes while no other
 * processor runs. Each one that asks gets to it before its next instruction:
 * it must not go on with the old map because another had asked before it.
 */
static void function_remap_soon(GvirtFunction *f)
{
    CPUState *cpu = current_cpu ? current_cpu : first_cpu;

    if (!tcg_enabled() || icount_enabled() || !cpu || !f->ready) {
        function_remap(f);
        return;
    }
    if (f->remap_cpu != cpu) {
        f->remap_cpu = cpu;
        object_ref(OBJECT(f));
        async_safe_run_on_cpu(cpu, function_remap_alone,
                              RUN_ON_CPU_HOST_PTR(f));
    }
}

static bool pages_mapped(const GvirtFunction *f, uint32_t page,
                         uint64_t end_page)
{
    uint32_t end = MIN(end_page, GVIRT_APERTURE_PAGES);

    if (f->runs) {
        for (; page < end; page++) {
            if (f->run_of_page[page]) {
                return true;
            }
        }
    }
    return false;
}

void gvirt_function_aperture_changed(void *opaque, uint32_t first_page,
                                     uint32_t page_count)
{
    GvirtFunction *f = opaque;
    uint8_t *owed;

    if (!f->ready) {
        return;
    }
    if (first_page < GVIRT_APERTURE_PAGES) {
        bitmap_clear(f->stays, first_page,
                     MIN(page_count, GVIRT_APERTURE_PAGES - first_page));
    }
    /* What was trapped there was for a page that is another one now. */
    owed = &f->owed[f->trap_page / RUN_WINDOW];
    if (*owed && f->trap_page >= first_page &&
        f->trap_page - first_page < page_count) {
        *owed = REMAP_AFTER;
    }
    if (pages_mapped(f, first_page, (uint64_t)first_page + page_count)) {
        f->unmap_first = MIN(f->unmap_first, first_page);
        f->unmap_end = MAX(f->unmap_end, first_page + page_count);
        function_remap_soon(f);
    }
}

static void function_map_soon(GvirtFunction *f, uint32_t page)
{
    uint8_t *owed = &f->owed[page / RUN_WINDOW];
    hwaddr offset;

    f->trap_page = page;
    if (*owed) {
        --*owed;
        return;
    }
    /* Other processors are not stopped for what stays trapped (fences). */
    if (f->gpu->machine.remote || test_bit(page, f->stays) ||
        f->run_of_page[page]) {
        return;
    }
    if (!function_page(f, page, &offset)) {
        set_bit(page, f->stays);
        return;
    }
    f->map_page = page;
    if (!f->remap_cpu) {
        function_remap_soon(f);
    }
}

static uint64_t function_aperture_read(void *opaque, hwaddr addr,
                                       unsigned size)
{
    GvirtFunction *f = opaque;
    uint64_t value = f->class->aperture_read(f, addr, size);

    f->aperture_traps++;
    function_map_soon(f, addr / GVIRT_PAGE_SIZE_B);
    gvirt_function_accessed(f);
    return value;
}

static void function_aperture_write(void *opaque, hwaddr addr, uint64_t value,
                                    unsigned size)
{
    GvirtFunction *f = opaque;

    f->class->aperture_write(f, addr, value, size);
    f->aperture_traps++;
    function_map_soon(f, addr / GVIRT_PAGE_SIZE_B);
    gvirt_function_accessed(f);
}

static const MemoryRegionOps function_aperture_ops = {
    .read = function_aperture_read,
    .write = function_aperture_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

void gvirt_function_aperture_init(GvirtFunction *f)
{
    f->run_of_page = g_new0(uint16_t, GVIRT_APERTURE_PAGES);
    f->owed = g_new0(uint8_t, GVIRT_APERTURE_PAGES / RUN_WINDOW);
    f->stays = bitmap_new(GVIRT_APERTURE_PAGES);
    f->torn = bitmap_new(GVIRT_APERTURE_PAGES / RUN_WINDOW);
    f->unmap_first = GVIRT_APERTURE_PAGES;
    f->map_page = GVIRT_APERTURE_PAGES;
}

void gvirt_function_aperture_regions(GvirtFunction *f)
{
    memory_region_init(&f->aperture, OBJECT(f), "gvirt-aperture",
                       GVIRT_APERTURE_SIZE_B);
    memory_region_init_io(&f->aperture_trap, OBJECT(f),
                          &function_aperture_ops, f, "gvirt-aperture-trap",
                          GVIRT_APERTURE_SIZE_B);
    memory_region_add_subregion(&f->aperture, 0, &f->aperture_trap);
}

void gvirt_function_aperture_destroy(GvirtFunction *f)
{
    /* Up to QEMU 10.0 a region within another one of its owner's keeps it. */
    if (f->aperture_trap.container) {
        memory_region_del_subregion(&f->aperture, &f->aperture_trap);
    }
    g_free(f->run_of_page);
    f->run_of_page = NULL;
    g_free(f->owed);
    f->owed = NULL;
    g_free(f->stays);
    f->stays = NULL;
    g_free(f->torn);
    f->torn = NULL;
}
