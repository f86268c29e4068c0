/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host of the fuzz targets, see fuzz-host.h.
 */
#include "fuzz-host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP_PAGES     4

void fuzz_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

/* Of one dword: a multiple, odd and different for each place. */
static uint32_t share_of(uint32_t offset_B, uint32_t dw)
{
    return dw * (offset_B / 4 * 0x9e3779b2u | 1);
}

static uint32_t sum_of(const uint8_t *data)
{
    uint32_t sum = 1, i;

    for (i = 0; i < GVIRT_PAGE_SIZE_B; i += 4) {
        uint32_t dw;

        memcpy(&dw, data + i, 4);
        sum += share_of(i, dw);
    }
    return sum;
}

static const FuzzRam *ram_at(const FuzzHost *fuzz, uint64_t addr_hpa)
{
    unsigned i;

    for (i = 0; i < fuzz->rams; i++) {
        const FuzzRam *ram = &fuzz->ram[i];

        if (addr_hpa >= ram->base_hpa &&
            addr_hpa - ram->base_hpa < ram->size_B) {
            return ram;
        }
    }
    return NULL;
}

/* Every other group of pages stands together, as memory does in QEMU. */
static bool in_group(uint64_t number)
{
    return number / GROUP_PAGES % 2;
}

static uint8_t *page_data(FuzzHost *fuzz, uint64_t number)
{
    gpointer key = (gpointer)(uintptr_t)(number / GROUP_PAGES);
    uint8_t *group;

    if (!in_group(number)) {
        return calloc(1, GVIRT_PAGE_SIZE_B);
    }
    group = g_hash_table_lookup(fuzz->groups, key);
    if (!group) {
        group = calloc(GROUP_PAGES, GVIRT_PAGE_SIZE_B);
        g_hash_table_insert(fuzz->groups, key, group);
    }
    return group + number % GROUP_PAGES * GVIRT_PAGE_SIZE_B;
}

static FuzzPage *page_at(FuzzHost *fuzz, uint64_t addr_hpa)
{
    gpointer key = (gpointer)(uintptr_t)(addr_hpa >> GVIRT_PAGE_SHIFT);
    FuzzPage *page;

    if (!ram_at(fuzz, addr_hpa)) {
        return NULL;
    }
    page = g_hash_table_lookup(fuzz->pages, key);
    if (!page) {
        page = calloc(1, sizeof(*page));
        page->grouped = in_group(addr_hpa >> GVIRT_PAGE_SHIFT);
        page->data = page_data(fuzz, addr_hpa >> GVIRT_PAGE_SHIFT);
        page->generation = 1;
        page->sum = sum_of(page->data);
        g_hash_table_insert(fuzz->pages, key, page);
    }
    return page;
}

static void page_free(gpointer data)
{
    FuzzPage *page = data;

    if (!page->grouped) {
        free(page->data);
    }
    free(page);
}

static void *fuzz_map(void *opaque, uint64_t page_hpa, bool write)
{
    FuzzHost *fuzz = opaque;
    const FuzzRam *ram = ram_at(fuzz, page_hpa);
    FuzzPage *page;

    if (page_hpa & GVIRT_PAGE_MASK || page_hpa > GVIRT_HPA_MASK) {
        fuzz_fail("map of 0x%" PRIx64, page_hpa);
    }
    if (!ram || (ram->rom && write)) {
        return NULL;
    }
    if (fuzz->watch) {
        fuzz->watch(fuzz->watch_opaque, page_hpa, write);
    }
    page = page_at(fuzz, page_hpa);
    page->writable |= write;
    return page->data;
}

static void *fuzz_map_run(void *opaque, uint64_t page_hpa, bool write,
                          uint64_t *run_B)
{
    void *data = fuzz_map(opaque, page_hpa, write);
    uint64_t number = page_hpa >> GVIRT_PAGE_SHIFT;
    uint64_t size_B = GVIRT_PAGE_SIZE_B;

    while (data && size_B < *run_B && in_group(number) &&
           ++number % GROUP_PAGES &&
           fuzz_map(opaque, number << GVIRT_PAGE_SHIFT, write)) {
        size_B += GVIRT_PAGE_SIZE_B;
    }
    *run_B = MIN(*run_B, size_B);
    return data;
}

static void fuzz_dirty_page(FuzzHost *fuzz, uint64_t page_hpa)
{
    FuzzPage *page = page_at(fuzz, page_hpa);

    if (!page) {
        return;     /* the memory went away meanwhile, or a failed map */
    }
    if (!page->writable) {
        fuzz_fail("written, but not mapped for it: 0x%" PRIx64, page_hpa);
    }
    if (fuzz->watch) {
        fuzz->watch(fuzz->watch_opaque, page_hpa, true);
    }
    page->generation++;
}

static void fuzz_dirty(void *opaque, uint64_t addr_hpa, uint32_t size_B)
{
    uint64_t end_hpa = addr_hpa + size_B;

    if (!size_B || end_hpa > GVIRT_HPA_MASK + 1) {
        fuzz_fail("dirty of %u bytes at 0x%" PRIx64, size_B, addr_hpa);
    }
    for (addr_hpa &= ~(uint64_t)GVIRT_PAGE_MASK; addr_hpa < end_hpa;
         addr_hpa += GVIRT_PAGE_SIZE_B) {
        fuzz_dirty_page(opaque, addr_hpa);
    }
}

static uint32_t fuzz_page_gen(void *opaque, uint64_t page_hpa)
{
    FuzzPage *page = page_at(opaque, page_hpa);

    return page ? page->generation : 0;
}

static int64_t fuzz_clock_ns(void *opaque)
{
    return ((FuzzHost *)opaque)->now_ns;
}

static void fuzz_timer_set(void *opaque, int64_t deadline_ns)
{
    ((FuzzHost *)opaque)->deadline_ns = deadline_ns;
}

static void fuzz_kick(void *opaque)
{
    ((FuzzHost *)opaque)->kicked = true;
}

static void fuzz_irq(void *opaque, bool level)
{
    FuzzHost *fuzz = opaque;

    fuzz->irq_rises += level && !fuzz->irq_level;
    fuzz->irq_level = level;
}

static void fuzz_aperture_changed(void *opaque, uint32_t first_page,
                                  uint32_t page_count)
{
    (void)opaque;
    if (!page_count || first_page >= GVIRT_APERTURE_PAGES ||
        page_count > GVIRT_APERTURE_PAGES - first_page) {
        fuzz_fail("aperture pages 0x%x + 0x%x", first_page, page_count);
    }
}

static void fuzz_log(void *opaque, GvirtLogKind kind, const char *message)
{
    FuzzHost *fuzz = opaque;

    (void)kind;
    fuzz->messages++;
    if (getenv("FUZZ_LOG")) {
        fprintf(stderr, "%s\n", message);
    }
}

static void fuzz_trace(void *opaque, GvirtTraceEvent event, uint64_t a,
                       uint64_t b, uint64_t c, uint64_t d)
{
    static const char *const text[] = {
#define T(name, ...) #name,
#include "hw/gvirt/trace.def"
#undef T
    };

    (void)opaque;
    fprintf(stderr, "%s %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64 "\n",
            text[event], a, b, c, d);
}

static const GvirtHostOps fuzz_ops = {
    .map = fuzz_map,
    .map_run = fuzz_map_run,
    .dirty = fuzz_dirty,
    .page_gen = fuzz_page_gen,
    .clock_ns = fuzz_clock_ns,
    .timer_set = fuzz_timer_set,
    .kick = fuzz_kick,
    .irq = fuzz_irq,
    .aperture_changed = fuzz_aperture_changed,
    .log = fuzz_log,
    .trace = fuzz_trace,
};

FuzzHost *fuzz_host_new(void)
{
    FuzzHost *fuzz = calloc(1, sizeof(*fuzz));

    fuzz->host.ops = &fuzz_ops;
    fuzz->host.opaque = fuzz;
    fuzz->host.trace_enabled = getenv("FUZZ_TRACE") != NULL;
    fuzz->pages = g_hash_table_new_full(NULL, NULL, NULL, page_free);
    fuzz->groups = g_hash_table_new_full(NULL, NULL, NULL, free);
    fuzz->deadline_ns = INT64_MAX;
    return fuzz;
}

void fuzz_host_free(FuzzHost *fuzz)
{
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init(&iter, fuzz->pages);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        FuzzPage *page = value;

        if (!page->writable && sum_of(page->data) != page->sum) {
            fuzz_fail("page 0x%" PRIxPTR " was written through a mapping "
                      "for reading", (uintptr_t)key);
        }
    }
    g_hash_table_destroy(fuzz->pages);
    g_hash_table_destroy(fuzz->groups);
    free(fuzz);
}

void fuzz_host_add(FuzzHost *fuzz, uint64_t base_hpa, uint64_t size_B,
                   bool rom)
{
    if (fuzz->rams < FUZZ_RAMS_MAX) {
        fuzz->ram[fuzz->rams++] = (FuzzRam) { base_hpa, size_B, rom };
    }
}

void fuzz_host_write32(FuzzHost *fuzz, uint64_t addr_hpa, uint32_t value)
{
    FuzzPage *page = page_at(fuzz, addr_hpa & ~3ull);
    uint32_t offset_B = addr_hpa & GVIRT_PAGE_MASK & ~3u, old;

    if (page) {
        value = GUINT32_TO_LE(value);
        memcpy(&old, page->data + offset_B, 4);
        memcpy(page->data + offset_B, &value, 4);
        page->generation++;
        page->sum += share_of(offset_B, value) - share_of(offset_B, old);
    }
}

uint32_t fuzz_host_read32(FuzzHost *fuzz, uint64_t addr_hpa)
{
    const uint8_t *data = fuzz_host_page(fuzz, addr_hpa);
    uint32_t value = 0;

    if (data) {
        memcpy(&value, data + (addr_hpa & GVIRT_PAGE_MASK & ~3ull), 4);
    }
    return GUINT32_FROM_LE(value);
}

const uint8_t *fuzz_host_page(FuzzHost *fuzz, uint64_t page_hpa)
{
    FuzzPage *page = page_at(fuzz, page_hpa & ~(uint64_t)GVIRT_PAGE_MASK);

    return page ? page->data : NULL;
}
