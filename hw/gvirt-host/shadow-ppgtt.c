/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shadows of the guests' local tables (PPGTT).
 *
 * A directory of the guest is 512 slots of its global table, named by
 * PP_DIR_BASE. Its shadow stands in slots of the mediator's own: the guest's
 * slots keep the meaning of global entries in the hardware, so no global
 * address of a guest ever reaches a shadow table. One shadow page stands for
 * each page table of the guest, however many directory entries name it.
 *
 * Page tables are plain guest memory and not trapped: the relaxed policy
 * looks at them before work is shown to the hardware, and translates again
 * what has changed: by the host's page generations where they are cheap, else
 * by comparing with what the table held before. Most tables of an i915 guest
 * hold the same scratch entry all over; of those one entry is kept.
 *
 * Shadow directories and the pages of shadow tables are few, and serve all
 * vGPUs. The hardware needs those of one vGPU at a time: when there is none
 * left, whoever has most of them and is off the hardware gives its least
 * recently used directory, which is made anew when it is needed again. What
 * one vGPU may have at most is less than what there is, so whoever is on the
 * hardware is never refused because of others.
 *
 * Sources: gVirt (USENIX ATC'14), "Shadow page table"; Y. Dong et al.,
 * "Boosting GPU Virtualization Performance with Hybrid Shadow Page Tables",
 * USENIX ATC'15 (strict, relaxed, hybrid); i915 gt/gen6_ppgtt.c.
 */
#include "mediator-internal.h"

#include <string.h>

#define PDE_VALID           0x1u
#define PDE_ADDR_LOW        0xfffff000u
#define PDE_ADDR_HIGH       0x00000ff0u     /* address bits 39:32 */
#define PDE_PER_CACHELINE   16u
#define TABLE_SIZE_B        GVIRT_PAGE_SIZE_B

static uint32_t own_slot(unsigned own_dir)
{
    return GVIRT_OWN_DIR_SLOT + own_dir * GVIRT_PDE_COUNT;
}

uint32_t gvirt_shadow_dir_base(const GvirtShadowDir *dir)
{
    uint32_t slot = own_slot(dir ? dir->own_dir : 0);

    return slot / PDE_PER_CACHELINE << 16;
}

static gpointer table_key(uint64_t page_gpa)
{
    return (gpointer)(uintptr_t)(page_gpa >> GVIRT_PAGE_SHIFT);
}

static void table_drop(GvirtVgpu *vgpu, GvirtShadowTable *table)
{
    if (table && --table->refs == 0) {
        g_hash_table_remove(vgpu->table, table_key(table->page_gpa));
        gvirt_pool_give(vgpu->mediator, table->shadow_hpa);
        g_free(table->copy);
        g_free(table);
    }
}

static GvirtShadowTable *table_get(GvirtVgpu *vgpu, uint64_t page_gpa)
{
    GvirtShadowTable *table;
    uint64_t hpa;

    table = g_hash_table_lookup(vgpu->table, table_key(page_gpa));
    if (table) {
        table->refs++;
        return table;
    }
    if (!gvirt_vgpu_gpa_to_hpa(vgpu, page_gpa, &hpa)) {
        gvirt_log_guest_error(vgpu->mediator->host, "%s: page table at 0x%"
                              PRIx64 " outside its memory", vgpu->name,
                              page_gpa);
        return NULL;
    }
    if (g_hash_table_size(vgpu->table) >= GVIRT_TABLES_PER_VGPU ||
        !gvirt_pool_take(vgpu->mediator, &hpa)) {
        gvirt_log_guest_error(vgpu->mediator->host, "%s: no room for the "
                              "shadow of page table 0x%" PRIx64, vgpu->name,
                              page_gpa);
        return NULL;
    }
    table = g_new0(GvirtShadowTable, 1);
    table->page_gpa = page_gpa;
    table->shadow_hpa = hpa;
    table->refs = 1;
    g_hash_table_insert(vgpu->table, table_key(page_gpa), table);
    vgpu->first_table_gpa = MIN(vgpu->first_table_gpa, page_gpa);
    vgpu->last_table_gpa = MAX(vgpu->last_table_gpa, page_gpa);
    return table;
}

/* All entries of a table are the same. */
static bool entries_uniform(const uint32_t *entry)
{
    return memcmp(entry, entry + 1, TABLE_SIZE_B - 4) == 0;
}

/* What the table held when it was last read is what it holds. */
static bool table_unchanged(const GvirtShadowTable *table,
                            const uint32_t *guest)
{
    if (!table->synced) {
        return false;
    }
    if (table->copy) {
        return memcmp(guest, table->copy, TABLE_SIZE_B) == 0;
    }
    return guest[0] == table->uniform && entries_uniform(guest);
}

static void table_keep(GvirtShadowTable *table, const uint32_t *now)
{
    if (entries_uniform(now)) {
        table->uniform = now[0];
        g_clear_pointer(&table->copy, g_free);
    } else {
        if (!table->copy) {
            table->copy = g_new(uint32_t, GVIRT_PTE_PER_TABLE);
        }
        memcpy(table->copy, now, TABLE_SIZE_B);
    }
    table->synced = true;
}

/* What differs from the last reading goes into the shadow. */
static bool table_read(GvirtVgpu *vgpu, GvirtShadowTable *table,
                       const uint32_t *guest)
{
    const GvirtHost *host = vgpu->mediator->host;
    uint32_t now[GVIRT_PTE_PER_TABLE];
    uint32_t *shadow = host->ops->map(host->opaque, table->shadow_hpa, true);
    unsigned changed = 0, outside = 0, i;

    if (!shadow) {
        return false;
    }
    /* One reading, and only that is used: the guest may be writing. */
    memcpy(now, guest, TABLE_SIZE_B);
    for (i = 0; i < GVIRT_PTE_PER_TABLE; i++) {
        uint32_t entry = GUINT32_FROM_LE(now[i]);
        uint32_t pte;

        if (table->synced &&
            now[i] == (table->copy ? table->copy[i] : table->uniform)) {
            continue;
        }
        pte = gvirt_shadow_pte(vgpu, entry);
        outside += !pte && (entry & PTE_VALID);
        shadow[i] = GUINT32_TO_LE(pte);
        changed++;
    }
    table_keep(table, now);
    host->ops->dirty(host->opaque, table->shadow_hpa, TABLE_SIZE_B);
    if (outside) {
        gvirt_log_guest_error(host, "%s: %u entries of page table 0x%" PRIx64
                              " name pages outside its memory", vgpu->name,
                              outside, table->page_gpa);
    }
    vgpu->stats.shadow_syncs++;
    vgpu->stats.shadow_entries += changed;
    gvirt_trace(host, vgpu_shadow, vgpu->id, table->page_gpa,
                table->shadow_hpa, changed);
    return true;
}

/*
 * Read one table of the guest again, if it has changed. True: its shadow has,
 * too. Asked for hundreds before each submission: there is no room for a whole
 * table here, as QEMU's builds clear each local variable.
 */
static bool table_sync(GvirtVgpu *vgpu, GvirtShadowTable *table)
{
    static const uint32_t nothing[GVIRT_PTE_PER_TABLE];
    const GvirtHost *host = vgpu->mediator->host;
    uint64_t guest_hpa;
    const uint32_t *guest;
    uint32_t gen = 0;

    if (!gvirt_vgpu_gpa_to_hpa(vgpu, table->page_gpa, &guest_hpa)) {
        return false;
    }
    if (vgpu->mediator->config.cheap_generations && host->ops->page_gen) {
        gen = host->ops->page_gen(host->opaque, guest_hpa);
        if (gen && table->synced && gen == table->gen) {
            return false;
        }
    }
    table->gen = gen;
    guest = host->ops->map(host->opaque, guest_hpa, false);
    guest = guest ? guest : nothing;
    return !table_unchanged(table, guest) && table_read(vgpu, table, guest);
}

static uint64_t pde_gpa(uint32_t pde)
{
    return (pde & PDE_ADDR_LOW) | (uint64_t)(pde & PDE_ADDR_HIGH) << 28;
}

/* Bring the slots of a directory in step. True: something has changed. */
static bool dir_sync(GvirtVgpu *vgpu, GvirtShadowDir *dir)
{
    bool changed = false;
    unsigned i;

    if (!dir->stale) {
        return false;
    }
    dir->stale = false;
    for (i = 0; i < GVIRT_PDE_COUNT; i++) {
        uint32_t pde = vgpu->pte[dir->guest_slot + i];
        GvirtShadowTable *old = dir->table[i];

        if (pde == dir->pde[i]) {
            continue;
        }
        dir->pde[i] = pde;
        dir->table[i] = pde & PDE_VALID ? table_get(vgpu, pde_gpa(pde)) : NULL;
        if (dir->table[i] != old) {
            GvirtShadowTable *table = dir->table[i];

            gvirt_hw_write_pte(vgpu->mediator, own_slot(dir->own_dir) + i,
                               table ? gvirt_pte_encode(table->shadow_hpa,
                                                        PDE_VALID) : 0);
            changed = true;
        }
        /* Flushed before the page can be given to another: see sync. */
        table_drop(vgpu, old);
    }
    return changed;
}

static void relaxed_slot_written(GvirtVgpu *vgpu, GvirtShadowDir *dir,
                                 uint32_t index)
{
    (void)vgpu;
    (void)index;
    dir->stale = true;
}

static void relaxed_before_submit(GvirtVgpu *vgpu)
{
    const GvirtHost *host = vgpu->mediator->host;
    GHashTableIter iter;
    gpointer table;
    bool changed = false;
    unsigned i;

    for (i = 0; i < GVIRT_DIRS_PER_VGPU; i++) {
        if (vgpu->dir[i]) {
            changed |= dir_sync(vgpu, vgpu->dir[i]);
        }
    }
    if (g_hash_table_size(vgpu->table) == 0) {
        if (changed) {
            gvirt_hw_flush_tlb(vgpu->mediator);
        }
        return;
    }
    if (vgpu->mediator->config.cheap_generations && host->ops->sync_dirty) {
        host->ops->sync_dirty(host->opaque, vgpu->config.window_hpa +
                              vgpu->first_table_gpa,
                              vgpu->last_table_gpa - vgpu->first_table_gpa +
                              GVIRT_PAGE_SIZE_B);
    }
    g_hash_table_iter_init(&iter, vgpu->table);
    while (g_hash_table_iter_next(&iter, NULL, &table)) {
        changed |= table_sync(vgpu, table);
    }
    if (changed) {
        gvirt_hw_flush_tlb(vgpu->mediator);
    }
}

static const GvirtShadowPolicy relaxed = {
    .name = "relaxed",
    .slot_written = relaxed_slot_written,
    .before_submit = relaxed_before_submit,
};

void gvirt_shadow_init(GvirtVgpu *vgpu)
{
    vgpu->shadow_policy = &relaxed;
    vgpu->table = g_hash_table_new(g_direct_hash, g_direct_equal);
    vgpu->first_table_gpa = UINT64_MAX;
}

static void dir_free(GvirtVgpu *vgpu, unsigned index)
{
    GvirtShadowDir *dir = vgpu->dir[index];
    unsigned i;

    for (i = 0; i < GVIRT_PDE_COUNT; i++) {
        if (dir->table[i]) {
            gvirt_hw_write_pte(vgpu->mediator, own_slot(dir->own_dir) + i, 0);
        }
    }
    gvirt_hw_flush_tlb(vgpu->mediator);
    for (i = 0; i < GVIRT_PDE_COUNT; i++) {
        table_drop(vgpu, dir->table[i]);
    }
    vgpu->mediator->dirs_taken &= ~(1u << dir->own_dir);
    vgpu->dir[index] = NULL;
    g_free(dir);
}

void gvirt_shadow_clear(GvirtVgpu *vgpu)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        vgpu->ring[i].dir = NULL;
        vgpu->ring[i].dir_gone = false;
        if (gvirt_vgpu_on_hw(vgpu)) {
            gvirt_vring_load_pp_dir(vgpu, i);
        }
    }
    for (i = 0; i < GVIRT_DIRS_PER_VGPU; i++) {
        if (vgpu->dir[i]) {
            dir_free(vgpu, i);
        }
    }
    vgpu->first_table_gpa = UINT64_MAX;
    vgpu->last_table_gpa = 0;
}

void gvirt_shadow_destroy(GvirtVgpu *vgpu)
{
    gvirt_shadow_clear(vgpu);
    g_hash_table_destroy(vgpu->table);
}

static bool dir_in_use(const GvirtVgpu *vgpu, const GvirtShadowDir *dir)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (vgpu->ring[i].dir == dir) {
            return true;
        }
    }
    return false;
}

/* Queued work may name any directory: only idle engines free one. */
static bool engines_idle(GvirtVgpu *vgpu)
{
    unsigned i;

    if (!gvirt_vgpu_on_hw(vgpu)) {
        return true;
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (!gvirt_hw_engine_idle(vgpu->mediator, i)) {
            return false;
        }
    }
    return true;
}

/* How many directories, or tables, a vGPU off the hardware holds. */
static unsigned shadows_held(const GvirtVgpu *vgpu, bool tables)
{
    unsigned dirs = 0, i;

    if (gvirt_vgpu_on_hw(vgpu)) {
        return 0;
    }
    for (i = 0; i < GVIRT_DIRS_PER_VGPU; i++) {
        dirs += vgpu->dir[i] != NULL;
    }
    return dirs && tables ? g_hash_table_size(vgpu->table) : dirs;
}

/*
 * Take a directory from whoever has most, of directories or of tables, the
 * least recently used one where several have as many. False: nobody has any.
 */
static bool dir_take_from_others(GvirtMediator *mediator,
                                 const GvirtVgpu *asking, bool tables)
{
    GvirtVgpu *from = NULL;
    unsigned most = 0, victim = 0, v, i;

    for (v = 0; v < mediator->vgpu_top; v++) {
        GvirtVgpu *vgpu = mediator->vgpu[v];
        unsigned held = vgpu && vgpu != asking ? shadows_held(vgpu, tables) :
                                                 0;

        for (i = 0; held && held >= most && i < GVIRT_DIRS_PER_VGPU; i++) {
            if (vgpu->dir[i] &&
                (held > most ||
                 vgpu->dir[i]->last_use < from->dir[victim]->last_use)) {
                most = held;
                from = vgpu;
                victim = i;
            }
        }
    }
    if (!from) {
        return false;
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (from->ring[i].dir == from->dir[victim]) {
            from->ring[i].dir = NULL;
            from->ring[i].dir_gone = true;
        }
    }
    dir_free(from, victim);
    return true;
}

void gvirt_shadow_reclaim(GvirtMediator *mediator)
{
    while (mediator->pool.freed->len == 0 &&
           dir_take_from_others(mediator, NULL, true)) {
    }
}

/* An empty place of the guest and a directory of ours; false: none. */
static bool dir_place(GvirtVgpu *vgpu, unsigned *place, unsigned *own_dir)
{
    uint32_t taken = vgpu->mediator->dirs_taken;
    unsigned i;

    for (*place = 0; *place < GVIRT_DIRS_PER_VGPU; (*place)++) {
        if (!vgpu->dir[*place]) {
            for (i = 0; i < GVIRT_OWN_DIRS; i++) {
                if (!(taken >> i & 1)) {
                    *own_dir = i;
                    return true;
                }
            }
            break;
        }
    }
    return false;
}

static bool dirs_full(const GvirtVgpu *vgpu)
{
    unsigned i;

    for (i = 0; i < GVIRT_DIRS_PER_VGPU; i++) {
        if (!vgpu->dir[i]) {
            return false;
        }
    }
    return true;
}

static bool dir_evict(GvirtVgpu *vgpu)
{
    int victim = -1;
    int i;

    for (i = 0; i < (int)GVIRT_DIRS_PER_VGPU; i++) {
        if (vgpu->dir[i] && !vgpu->dir[i]->pinned &&
            !dir_in_use(vgpu, vgpu->dir[i]) &&
            (victim < 0 ||
             vgpu->dir[i]->last_use < vgpu->dir[victim]->last_use)) {
            victim = i;
        }
    }
    if (victim >= 0) {
        dir_free(vgpu, victim);
    }
    return victim >= 0;
}

GvirtShadowDir *gvirt_shadow_dir(GvirtVgpu *vgpu, uint32_t pp_dir_base,
                                 bool *again)
{
    uint64_t slot = (uint64_t)(pp_dir_base >> 16) * PDE_PER_CACHELINE;
    GvirtShadowDir *dir;
    unsigned place, own_dir, i;

    *again = false;
    if (!gvirt_vgpu_owns(vgpu, slot << GVIRT_PAGE_SHIFT,
                         (uint64_t)GVIRT_PDE_COUNT << GVIRT_PAGE_SHIFT)) {
        gvirt_log_guest_error(vgpu->mediator->host, "%s: page directory at "
                              "entry 0x%" PRIx64 " outside its graphics "
                              "memory", vgpu->name, slot);
        return NULL;
    }
    for (i = 0; i < GVIRT_DIRS_PER_VGPU; i++) {
        dir = vgpu->dir[i];
        if (dir && dir->guest_slot == slot) {
            dir->last_use = ++vgpu->mediator->dir_uses;
            dir->pinned = true;
            return dir;
        }
    }
    while (!dir_place(vgpu, &place, &own_dir)) {
        if (!dirs_full(vgpu) &&
            dir_take_from_others(vgpu->mediator, vgpu, false)) {
            continue;
        }
        if (!engines_idle(vgpu)) {
            *again = true;
            return NULL;
        }
        if (!dir_evict(vgpu)) {
            gvirt_log_guest_error(vgpu->mediator->host, "%s: no room for "
                                  "another page directory", vgpu->name);
            return NULL;
        }
    }
    dir = g_new0(GvirtShadowDir, 1);
    dir->pinned = true;
    dir->guest_slot = slot;
    dir->own_dir = own_dir;
    dir->stale = true;
    dir->last_use = ++vgpu->mediator->dir_uses;
    vgpu->dir[place] = dir;
    vgpu->mediator->dirs_taken |= 1u << own_dir;
    return dir;
}

void gvirt_shadow_unpin(GvirtVgpu *vgpu)
{
    unsigned i;

    for (i = 0; i < GVIRT_DIRS_PER_VGPU; i++) {
        if (vgpu->dir[i]) {
            vgpu->dir[i]->pinned = false;
        }
    }
}

void gvirt_shadow_slot_written(GvirtVgpu *vgpu, uint32_t page)
{
    unsigned i;

    for (i = 0; i < GVIRT_DIRS_PER_VGPU; i++) {
        GvirtShadowDir *dir = vgpu->dir[i];

        if (dir && page - dir->guest_slot < GVIRT_PDE_COUNT) {
            vgpu->shadow_policy->slot_written(vgpu, dir,
                                              page - dir->guest_slot);
        }
    }
}

void gvirt_shadow_sync(GvirtVgpu *vgpu)
{
    vgpu->shadow_policy->before_submit(vgpu);
}
