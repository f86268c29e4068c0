/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulated guest's memory and page tables. The global table is written
 * through BAR0 and only where ballooning leaves room; directory entries are
 * slots of the global table; page tables lie in the guest's own memory.
 *
 * Sources: HSW PRM vol. 5 (entries); i915 gt/intel_ggtt.c, gt/gen6_ppgtt.c.
 */
#include "guest.h"

#include <string.h>

#define PTE_VALID               0x1u
#define PTE_CACHED              (0x5u << 1)     /* LLC, age 3: cache bits 3:1 */
#define PDE_VALID               0x1u
#define PDE_PER_CACHELINE       16u
/* Local addresses below this stay unmapped: 0 is no address. */
#define LOCAL_FIRST_PAGE        16u

/* Address bits 38:32 stand in bits 10:4. */
static uint32_t entry(uint64_t page_gpa, uint32_t flags)
{
    return (uint32_t)(page_gpa & 0xfffff000u) |
           ((uint32_t)(page_gpa >> 28) & 0x7f0u) | flags;
}

bool guest_memory_alloc(GvirtGuest *guest, GuestBuffer *buffer, uint32_t pages)
{
    uint64_t size_B = (uint64_t)pages << GVIRT_PAGE_SHIFT;
    uint32_t i;

    if (size_B > guest->config.memory_size_B - guest->memory_next_gpa) {
        return false;
    }
    *buffer = (GuestBuffer) {
        .gpa = guest->memory_next_gpa,
        .pages = pages,
    };
    guest->memory_next_gpa += size_B;
    for (i = 0; i < pages; i++) {
        uint32_t *page = guest_page(guest, buffer, i);

        if (!page) {
            return false;
        }
        memset(page, 0, GVIRT_PAGE_SIZE_B);
        guest_page_written(guest, buffer, i);
    }
    return true;
}

static bool bind_global(GvirtGuest *guest, GuestRange *range,
                        GuestBuffer *buffer)
{
    uint32_t i;

    if (buffer->pages > range->end_page - range->page) {
        return false;
    }
    for (i = 0; i < buffer->pages; i++) {
        uint64_t gpa = buffer->gpa + ((uint64_t)i << GVIRT_PAGE_SHIFT);

        guest_write(guest, GVIRT_GTT_BAR0_OFFSET + (range->page + i) * 4,
                    entry(gpa, PTE_CACHED | PTE_VALID));
    }
    buffer->addr_ggtt = range->page << GVIRT_PAGE_SHIFT;
    range->page += buffer->pages;
    return true;
}

bool guest_bind_high(GvirtGuest *guest, GuestBuffer *buffer)
{
    return bind_global(guest, &guest->high, buffer);
}

bool guest_bind_low(GvirtGuest *guest, GuestBuffer *buffer)
{
    return bind_global(guest, &guest->low, buffer);
}

bool guest_bind_local(GvirtGuest *guest, GuestBuffer *buffer)
{
    const uint32_t end_page = GUEST_TABLES * GVIRT_PTE_PER_TABLE;
    uint32_t i;

    if (buffer->pages > end_page - guest->local_page) {
        return false;
    }
    for (i = 0; i < buffer->pages; i++) {
        uint32_t page = guest->local_page + i;
        uint64_t gpa = buffer->gpa + ((uint64_t)i << GVIRT_PAGE_SHIFT);

        guest_set(guest, &guest->table[page / GVIRT_PTE_PER_TABLE],
                  page % GVIRT_PTE_PER_TABLE * 4,
                  entry(gpa, PTE_CACHED | PTE_VALID));
    }
    buffer->addr_ppgtt = guest->local_page << GVIRT_PAGE_SHIFT;
    guest->local_page += buffer->pages;
    return true;
}

static void table_scratch(GvirtGuest *guest, const GuestBuffer *table)
{
    uint32_t *page = guest_page(guest, table, 0);
    uint32_t pte = entry(guest->scratch.gpa, PTE_CACHED | PTE_VALID);
    uint32_t i;

    for (i = 0; page && i < GVIRT_PTE_PER_TABLE; i++) {
        page[i] = GUINT32_TO_LE(pte);
    }
    guest_page_written(guest, table, 0);
}

bool guest_ppgtt_init(GvirtGuest *guest)
{
    uint32_t first, i;

    if (!guest_memory_alloc(guest, &guest->scratch, 1) ||
        !guest_bind_high(guest, &guest->scratch) ||
        !guest_memory_alloc(guest, &guest->scratch_table, 1)) {
        return false;
    }
    table_scratch(guest, &guest->scratch_table);
    /* PP_DIR_BASE counts cachelines of entries. */
    first = (guest->high.page + PDE_PER_CACHELINE - 1) &
            ~(PDE_PER_CACHELINE - 1);
    if (first > guest->high.end_page ||
        GVIRT_PDE_COUNT > guest->high.end_page - first) {
        return false;
    }
    guest->dir_page = first;
    guest->high.page = first + GVIRT_PDE_COUNT;
    for (i = 0; i < GVIRT_PDE_COUNT; i++) {
        const GuestBuffer *table = &guest->scratch_table;

        if (i < GUEST_TABLES) {
            if (!guest_memory_alloc(guest, &guest->table[i], 1)) {
                return false;
            }
            table = &guest->table[i];
            table_scratch(guest, table);
        }
        guest_write(guest, GVIRT_GTT_BAR0_OFFSET + (first + i) * 4,
                    entry(table->gpa, PDE_VALID));
    }
    guest->local_page = LOCAL_FIRST_PAGE;
    return true;
}

uint32_t guest_pp_dir(const GvirtGuest *guest)
{
    return guest->dir_page / PDE_PER_CACHELINE << 16;
}

void guest_flush_tlb(GvirtGuest *guest)
{
    guest_write(guest, REG_FLSH_CNTL, 1);
    guest_read(guest, REG_FLSH_CNTL);
}

uint32_t *guest_page(GvirtGuest *guest, const GuestBuffer *buffer,
                     uint32_t index)
{
    const GvirtGuestHost *host = guest->host;

    return index < buffer->pages ?
           host->ops->page(host->opaque, buffer->gpa +
                           ((uint64_t)index << GVIRT_PAGE_SHIFT)) : NULL;
}

void guest_page_written(GvirtGuest *guest, const GuestBuffer *buffer,
                        uint32_t index)
{
    const GvirtGuestHost *host = guest->host;

    host->ops->dirty(host->opaque, buffer->gpa +
                     ((uint64_t)index << GVIRT_PAGE_SHIFT),
                     GVIRT_PAGE_SIZE_B);
}

uint32_t guest_get(GvirtGuest *guest, const GuestBuffer *buffer,
                   uint32_t offset_B)
{
    uint32_t *page = guest_page(guest, buffer, offset_B >> GVIRT_PAGE_SHIFT);
    gint value;

    if (!page) {
        return 0;
    }
    /* An engine may be writing it at this moment, on another thread. */
    value = g_atomic_int_get((gint *)&page[(offset_B & GVIRT_PAGE_MASK) / 4]);
    return GUINT32_FROM_LE((uint32_t)value);
}

void guest_set(GvirtGuest *guest, const GuestBuffer *buffer,
               uint32_t offset_B, uint32_t value)
{
    const GvirtGuestHost *host = guest->host;
    uint32_t *page = guest_page(guest, buffer, offset_B >> GVIRT_PAGE_SHIFT);

    if (page) {
        page[(offset_B & GVIRT_PAGE_MASK) / 4] = GUINT32_TO_LE(value);
        host->ops->dirty(host->opaque, buffer->gpa + (offset_B & ~3u), 4);
    }
}
