/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The register table (registers.def) and the register file.
 *
 * Sources are named line by line in the table.
 */
#include "hw/gvirt/regs.h"

#include <string.h>

#define MMIO_DWORDS         (GVIRT_MMIO_SIZE_B / 4)

/* Different unknown offsets that one file notes by themselves. */
#define UNKNOWN_MAX         1024
#define UNKNOWN_OTHERS      UINT32_MAX

static const GvirtRegInfo table[] = {
#define REG(name, offset, reset, rw, w1c, flags, hook, policy, owner, source) \
    { #name, (offset), (reset), (rw), (w1c), (flags), (hook), (policy),       \
      (owner), 1, 4, (source) },
#define REGS(name, offset, count, stride_B, reset, rw, w1c, flags, hook,      \
             policy, owner, source)                                           \
    { #name, (offset), (reset), (rw), (w1c), (flags), (hook), (policy),       \
      (owner), (count), (stride_B), (source) },
#include "hw/gvirt/registers.def"
#undef REG
#undef REGS
};

G_STATIC_ASSERT(G_N_ELEMENTS(table) < UINT16_MAX);

/* Entry number + 1 of each dword, 0: no register. The first in order wins. */
static uint16_t entry_of[MMIO_DWORDS];
static GHashTable *entry_by_name;

static void build_index(void)
{
    unsigned i, element;

    entry_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (i = 0; i < G_N_ELEMENTS(table); i++) {
        g_hash_table_insert(entry_by_name, (char *)table[i].name,
                            (GvirtRegInfo *)&table[i]);
        for (element = 0; element < table[i].count; element++) {
            uint32_t offset = table[i].offset + element * table[i].stride_B;

            if (offset < GVIRT_MMIO_SIZE_B && !entry_of[offset / 4]) {
                entry_of[offset / 4] = i + 1;
            }
        }
    }
}

static inline void ensure_index(void)
{
    static gsize once;

    if (g_once_init_enter(&once)) {
        build_index();
        g_once_init_leave(&once, 1);
    }
}

const GvirtRegInfo *gvirt_reg_table(unsigned *count)
{
    *count = G_N_ELEMENTS(table);
    return table;
}

const GvirtRegInfo *gvirt_reg_find(uint32_t offset)
{
    unsigned entry;

    ensure_index();
    if (offset >= GVIRT_MMIO_SIZE_B) {
        return NULL;
    }
    entry = entry_of[offset / 4];
    return entry ? &table[entry - 1] : NULL;
}

int64_t gvirt_reg_by_name(const char *name)
{
    const char *bracket = strchr(name, '[');
    const GvirtRegInfo *info;
    g_autofree char *base = NULL;
    char *end;
    guint64 element = 0;

    ensure_index();
    if (bracket) {
        if (!g_ascii_isdigit(bracket[1])) {
            return -1;
        }
        element = g_ascii_strtoull(bracket + 1, &end, 10);
        if (strcmp(end, "]") != 0) {
            return -1;
        }
        base = g_strndup(name, bracket - name);
        name = base;
    }
    info = g_hash_table_lookup(entry_by_name, name);
    if (!info || element >= info->count) {
        return -1;
    }
    return info->offset + (int64_t)element * info->stride_B;
}

char *gvirt_reg_name(uint32_t offset)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);

    if (!info) {
        return NULL;
    }
    if (info->count == 1) {
        return g_strdup(info->name);
    }
    return g_strdup_printf("%s[%u]", info->name,
                           (offset - info->offset) / info->stride_B);
}

void gvirt_regfile_init(GvirtRegFile *file, const GvirtHost *host,
                        const char *owner)
{
    ensure_index();
    memset(file, 0, sizeof(*file));
    file->value = g_new0(uint32_t, MMIO_DWORDS);
    file->host = host;
    file->owner = owner;
    file->unknown = g_hash_table_new(g_direct_hash, g_direct_equal);
    gvirt_regfile_reset(file);
}

void gvirt_regfile_destroy(GvirtRegFile *file)
{
    g_clear_pointer(&file->value, g_free);
    g_clear_pointer(&file->unknown, g_hash_table_destroy);
}

void gvirt_regfile_hook(GvirtRegFile *file, GvirtRegHook hook,
                        const GvirtRegHooks *ops, void *opaque)
{
    file->hook[hook].ops = ops;
    file->hook[hook].opaque = opaque;
}

void gvirt_regfile_reset(GvirtRegFile *file)
{
    unsigned i, element;

    for (i = 0; i < G_N_ELEMENTS(table); i++) {
        for (element = 0; element < table[i].count; element++) {
            uint32_t offset = table[i].offset + element * table[i].stride_B;

            gvirt_regfile_set(file, offset, table[i].reset);
        }
    }
}

/* Counts in bounded memory: what comes late is counted together. */
static void note_unknown(GvirtRegFile *file, uint32_t offset, bool write)
{
    gpointer key = GUINT_TO_POINTER(offset);
    guint seen = GPOINTER_TO_UINT(g_hash_table_lookup(file->unknown, key));

    if (!seen) {
        if (g_hash_table_size(file->unknown) >= UNKNOWN_MAX) {
            key = GUINT_TO_POINTER(UNKNOWN_OTHERS);
            seen = GPOINTER_TO_UINT(g_hash_table_lookup(file->unknown, key));
        } else {
            gvirt_log_unimp(file->host, "%s: %s of unknown register 0x%06x",
                            file->owner, write ? "write" : "read", offset);
        }
    }
    if (seen < G_MAXUINT) {
        seen++;
    }
    g_hash_table_insert(file->unknown, key, GUINT_TO_POINTER(seen));
}

uint32_t gvirt_regfile_read(GvirtRegFile *file, uint32_t offset)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);
    const GvirtRegHooks *ops;
    uint32_t value;

    offset &= ~3u;
    if (!info) {
        note_unknown(file, offset, false);
        return 0;
    }
    if (info->flags & GVIRT_REG_WO) {
        return 0;
    }
    value = gvirt_regfile_get(file, offset);
    ops = file->hook[info->hook].ops;
    if (ops && ops->read) {
        value = ops->read(file->hook[info->hook].opaque, info, offset, value);
    }
    return value;
}

void gvirt_regfile_write(GvirtRegFile *file, uint32_t offset, uint32_t value)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);
    const GvirtRegHooks *ops;
    uint32_t old, rw_mask;

    offset &= ~3u;
    if (!info) {
        note_unknown(file, offset, true);
        return;
    }
    if (info->flags & GVIRT_REG_RO) {
        return;
    }
    rw_mask = info->rw_mask;
    if (info->flags & GVIRT_REG_MASKED) {
        rw_mask &= value >> 16;
    }
    old = gvirt_regfile_get(file, offset);
    gvirt_regfile_set(file, offset, ((old & ~rw_mask) | (value & rw_mask)) &
                                    ~(value & info->w1c_mask));
    ops = file->hook[info->hook].ops;
    if (ops && ops->write) {
        ops->write(file->hook[info->hook].opaque, info, offset, old, value);
    }
}

/*
 * The part of an access [offset, offset + size_B) that falls into the dword
 * at dword: its first byte within the dword, and how many.
 */
static unsigned part_of(uint32_t offset, unsigned size_B, uint32_t dword,
                        unsigned *first)
{
    uint32_t begin = MAX(offset, dword);
    uint32_t end = MIN(offset + size_B, dword + 4);

    *first = begin - dword;
    return end - begin;
}

static bool sized_ok(uint32_t offset, unsigned size_B)
{
    return size_B >= 1 && size_B <= 8 && offset < GVIRT_MMIO_SIZE_B &&
           size_B <= GVIRT_MMIO_SIZE_B - offset;
}

uint64_t gvirt_regfile_read_sized(GvirtRegFile *file, uint32_t offset,
                                  unsigned size_B)
{
    uint64_t result = 0;
    uint32_t dword;

    if (!sized_ok(offset, size_B)) {
        return 0;
    }
    if (G_LIKELY(size_B == 4 && offset % 4 == 0)) {
        return gvirt_regfile_read(file, offset);
    }
    for (dword = offset & ~3u; dword < offset + size_B; dword += 4) {
        uint64_t value = gvirt_regfile_read(file, dword);
        unsigned first, bytes;

        bytes = part_of(offset, size_B, dword, &first);
        value = (value >> (8 * first)) & ((1ull << (8 * bytes)) - 1);
        result |= value << (8 * (dword + first - offset));
    }
    return result;
}

void gvirt_regfile_write_sized(GvirtRegFile *file, uint32_t offset,
                               uint64_t value, unsigned size_B)
{
    uint32_t dword;

    if (!sized_ok(offset, size_B)) {
        return;
    }
    if (G_LIKELY(size_B == 4 && offset % 4 == 0)) {
        gvirt_regfile_write(file, offset, value);
        return;
    }
    for (dword = offset & ~3u; dword < offset + size_B; dword += 4) {
        const GvirtRegInfo *info = gvirt_reg_find(dword);
        uint32_t mask, bits;
        unsigned first, bytes;

        bytes = part_of(offset, size_B, dword, &first);
        mask = (uint32_t)((1ull << (8 * bytes)) - 1) << (8 * first);
        bits = (uint32_t)(value >> (8 * (dword + first - offset)))
               << (8 * first);
        bits &= mask;
        if (info && mask != UINT32_MAX) {
            /* Bytes that were not written clear no sticky bit. */
            bits |= gvirt_regfile_get(file, dword) & ~info->w1c_mask & ~mask;
        }
        gvirt_regfile_write(file, dword, bits);
    }
}

static gint compare_offsets(gconstpointer a, gconstpointer b)
{
    guint x = GPOINTER_TO_UINT(a), y = GPOINTER_TO_UINT(b);

    return x < y ? -1 : x > y;
}

char *gvirt_regfile_unknown(const GvirtRegFile *file)
{
    GString *text = g_string_new(NULL);
    GList *keys = g_hash_table_get_keys(file->unknown);
    GList *key;

    keys = g_list_sort(keys, compare_offsets);
    for (key = keys; key; key = key->next) {
        guint offset = GPOINTER_TO_UINT(key->data);

        if (text->len) {
            g_string_append_c(text, ',');
        }
        if (offset == UNKNOWN_OTHERS) {
            g_string_append(text, "others");
        } else {
            g_string_append_printf(text, "0x%06x", offset);
        }
    }
    g_list_free(keys);
    return g_string_free(text, FALSE);
}
