/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says whether guests are apart, see oracle.h.
 *
 * Sources: HSW PRM vol. 5 (entries, directories), vol. 6 (MI commands); IVB
 * PRM vol. 1 part 3 (operands). Commands are decoded here by their opcodes,
 * not by the operands of the command table, which the audit goes by.
 */
#include "oracle.h"

#include <string.h>

#include "hw/gvirt/commands.h"

/* The mediator's graphics memory: the last 64 MiB, in pages. */
#define OWN_PAGE            0x7c000u
#define OWN_RING(e)         (OWN_PAGE + (e) * 512u)
#define OWN_ARENA(e)        (OWN_PAGE + 2048u + (e) * 1024u)
#define ARENA_PAGES         1024u
#define SWITCH_RING         0x7d800u
#define SAFE_PAGE           0x7d801u
#define IDLE_CONTEXT        0x7d802u
#define CONTEXT_PAGES       18u
#define OWN_DIRS            0x7e000u
#define DIR_SLOTS           512u

#define CONTEXT_SIZE_B      (17u * 4096)
#define REG_MASK            0x007ffffcu
#define COMMANDS_MAX        (1u << 16)

typedef struct OwnWrite {
    uint64_t page_hpa;
    int tenant;
} OwnWrite;

/* A shadow table that was good for the tenant, as it was then. */
typedef struct TableSeen {
    int tenant;
    uint64_t window_hpa;
    uint8_t data[GVIRT_PAGE_SIZE_B];
} TableSeen;

static const uint32_t engine_base[GVIRT_ENGINE_COUNT] = {
    GVIRT_RCS_BASE, GVIRT_VCS_BASE, GVIRT_BCS_BASE, GVIRT_VECS_BASE,
};

/* No guest may move these: interrupts, power, display, swizzling. */
static const uint32_t watched_reg[ORACLE_WATCHED] = {
    0x44004, 0x4400c, 0x44014, 0x4401c, 0x44024, 0x4402c, 0xa188, 0x101000,
    0x70008, 0x71008, 0x72008, 0x60400, 0x64100, 0xc4004,
};

/* What each guest has for itself: tiling of blits, predicates, a GPR. */
static const uint32_t kept_reg[ORACLE_KEPT] = {
    0x22200, 0x2214, 0x2400, 0x2600,
};

static void breach(Oracle *oracle, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static void breach(Oracle *oracle, const char *format, ...)
{
    va_list args;

    if (!oracle->breach) {
        va_start(args, format);
        oracle->breach = g_strdup_vprintf(format, args);
        va_end(args);
    }
}

static uint32_t hw(Oracle *oracle, uint32_t offset)
{
    return gvirt_gpu_read(oracle->gpu, offset, 4);
}

static uint32_t hw_pte(Oracle *oracle, uint32_t page)
{
    return hw(oracle, GVIRT_GTT_BAR0_OFFSET + page * 4);
}

static uint64_t pte_hpa(uint32_t pte)
{
    return (pte & 0xfffff000u) | (uint64_t)(pte & 0x7f0u) << 28;
}

static bool in_own(const Oracle *oracle, uint64_t addr_hpa)
{
    return addr_hpa >= oracle->own_hpa &&
           addr_hpa - oracle->own_hpa < oracle->own_size_B;
}

static bool in_window(const OracleGuest *guest, uint64_t addr_hpa)
{
    return guest->alive && addr_hpa >= guest->window_hpa &&
           addr_hpa - guest->window_hpa < guest->window_size_B;
}

/* Whose page of graphics memory it is, -1: no guest's. */
static int owner_of(const Oracle *oracle, uint32_t page)
{
    int i;

    for (i = 0; i < ORACLE_GUESTS_MAX; i++) {
        const OracleGuest *guest = &oracle->guest[i];

        if (guest->alive && (page - guest->low_page < guest->low_pages ||
                             page - guest->high_page < guest->high_pages)) {
            return i;
        }
    }
    return -1;
}

/* [addr, addr + size_B) of graphics memory is the tenant's. */
static bool tenant_owns(const Oracle *oracle, uint64_t addr, uint64_t size_B)
{
    uint64_t page;

    if (oracle->tenant < 0 || addr + size_B > GVIRT_GGTT_SIZE_B) {
        return false;
    }
    for (page = addr >> 12; page <= (addr + size_B - 1) >> 12; page++) {
        if (owner_of(oracle, page) != oracle->tenant) {
            return false;
        }
    }
    return true;
}

void oracle_init(Oracle *oracle, GvirtGpu *gpu, uint64_t own_hpa,
                 uint64_t own_size_B,
                 const uint8_t *(*page)(void *opaque, uint64_t page_hpa),
                 void *opaque)
{
    unsigned i;

    *oracle = (Oracle) {
        .gpu = gpu,
        .page = page,
        .opaque = opaque,
        .own_hpa = own_hpa,
        .own_size_B = own_size_B,
        .tenant = -1,
        .fetch_page = UINT64_MAX,
    };
    oracle->written = g_array_new(FALSE, FALSE, sizeof(OwnWrite));
    oracle->place = g_hash_table_new(NULL, NULL);
    oracle->visited = g_hash_table_new(NULL, NULL);
    oracle->tables = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (i = 0; i < ORACLE_WATCHED; i++) {
        oracle->watched[i] = hw(oracle, watched_reg[i]);
    }
}

void oracle_destroy(Oracle *oracle)
{
    g_array_free(oracle->written, TRUE);
    g_hash_table_destroy(oracle->place);
    g_hash_table_destroy(oracle->visited);
    g_hash_table_destroy(oracle->tables);
    g_free(oracle->breach);
}

/* With the GPU's lock held: what needs its registers waits for the step. */
void oracle_hardware(Oracle *oracle, uint64_t addr_hpa, bool write)
{
    OwnWrite item = { addr_hpa & ~0xfffull, oracle->tenant };

    if (in_own(oracle, addr_hpa)) {
        if (write) {
            g_array_append_val(oracle->written, item);
        }
    } else if (oracle->tenant < 0) {
        breach(oracle, "the hardware %s 0x%" PRIx64 " in nobody's turn",
               write ? "writes" : "reads", addr_hpa);
    } else if (!in_window(&oracle->guest[oracle->tenant], addr_hpa)) {
        breach(oracle, "the hardware %s 0x%" PRIx64 " in guest %d's turn",
               write ? "writes" : "reads", addr_hpa, oracle->tenant);
    }
}

void oracle_mediator(Oracle *oracle, uint64_t addr_hpa, bool write)
{
    int i;

    if (in_own(oracle, addr_hpa)) {
        return;
    }
    if (write) {
        breach(oracle, "the mediator writes 0x%" PRIx64, addr_hpa);
        return;
    }
    for (i = 0; i < ORACLE_GUESTS_MAX; i++) {
        if (in_window(&oracle->guest[i], addr_hpa)) {
            return;
        }
    }
    breach(oracle, "the mediator reads 0x%" PRIx64, addr_hpa);
}

static OracleGuest *guest_of(Oracle *oracle, int64_t vgpu_id)
{
    int i;

    for (i = 0; i < ORACLE_GUESTS_MAX && vgpu_id >= 0; i++) {
        if (oracle->guest[i].alive && oracle->guest[i].vgpu_id == vgpu_id) {
            return &oracle->guest[i];
        }
    }
    return NULL;
}

/* A guest finds its registers as it left them, or as a reset does. */
static void check_kept(Oracle *oracle, const OracleGuest *guest)
{
    unsigned i;

    for (i = 0; i < ORACLE_KEPT; i++) {
        uint32_t now = hw(oracle, kept_reg[i]);

        if (now && now != guest->kept[i] && !guest->wrote[i]) {
            breach(oracle, "guest %d left register 0x%06x as 0x%08x and "
                   "finds 0x%08x", oracle->tenant, kept_reg[i],
                   guest->kept[i], now);
        }
    }
}

void oracle_switched(Oracle *oracle, int64_t from_id, int64_t to_id)
{
    /* "From A to B" is the end of A's turn; B's begins with "from -1". */
    OracleGuest *from = guest_of(oracle, from_id);
    OracleGuest *to = from_id < 0 ? guest_of(oracle, to_id) : NULL;
    unsigned i;

    oracle->tenant = to ? (int)(to - oracle->guest) : -1;
    for (i = 0; i < ORACLE_KEPT && from; i++) {
        from->kept[i] = hw(oracle, kept_reg[i]);
    }
    if (to) {
        check_kept(oracle, to);
        memset(to->wrote, 0, sizeof(to->wrote));
    }
}

void oracle_guest_write(Oracle *oracle, unsigned guest, uint32_t offset)
{
    unsigned i;

    for (i = 0; i < ORACLE_KEPT; i++) {
        oracle->guest[guest].wrote[i] |= (offset & ~3u) == kept_reg[i];
    }
}

void oracle_aperture(Oracle *oracle, unsigned guest, uint64_t page_hpa)
{
    if (!in_window(&oracle->guest[guest], page_hpa)) {
        breach(oracle, "0x%" PRIx64 " is mapped through to guest %u",
               page_hpa, guest);
    }
}

/* What was read so far may have changed. */
static void forget_reads(Oracle *oracle)
{
    oracle->dirs = 0;
    oracle->fetch_page = UINT64_MAX;
}

static uint32_t dword_at(const uint8_t *data, uint32_t offset_B)
{
    uint32_t value;

    memcpy(&value, data + offset_B, 4);
    return GUINT32_FROM_LE(value);
}

/* A dword of the mediator's graphics memory. */
static uint32_t own_dword(Oracle *oracle, uint64_t addr)
{
    if (addr >> 12 != oracle->fetch_page) {
        uint32_t pte = hw_pte(oracle, addr >> 12);

        if (!(pte & 1) || !in_own(oracle, pte_hpa(pte))) {
            breach(oracle, "commands at 0x%" PRIx64 " are not the mediator's",
                   addr);
            return 0x05000000;
        }
        oracle->fetch_data = oracle->page(oracle->opaque, pte_hpa(pte));
        oracle->fetch_page = addr >> 12;
    }
    return dword_at(oracle->fetch_data, addr & 0xffc);
}

/* ---- directories ---- */

/* Every entry, unless not a byte has changed since they were all good. */
static void check_table(Oracle *oracle, uint64_t table_hpa)
{
    gpointer key = (gpointer)(uintptr_t)(table_hpa >> 12);
    TableSeen *seen = g_hash_table_lookup(oracle->tables, key);
    const uint8_t *data = oracle->page(oracle->opaque, table_hpa);
    const OracleGuest *guest = oracle->tenant < 0 ? NULL :
                               &oracle->guest[oracle->tenant];
    unsigned i;

    if (seen && guest && guest->alive && seen->tenant == oracle->tenant &&
        seen->window_hpa == guest->window_hpa &&
        memcmp(seen->data, data, GVIRT_PAGE_SIZE_B) == 0) {
        return;
    }
    for (i = 0; i < GVIRT_PTE_PER_TABLE; i++) {
        uint32_t pte = dword_at(data, i * 4);

        if (pte & 1 && (!guest || !in_window(guest, pte_hpa(pte)))) {
            breach(oracle, "local entry %u of the table at 0x%" PRIx64
                   " is 0x%08x in guest %d's turn", i, table_hpa, pte,
                   oracle->tenant);
            return;
        }
    }
    if (guest) {
        if (!seen) {
            seen = g_new(TableSeen, 1);
            g_hash_table_insert(oracle->tables, key, seen);
        }
        seen->tenant = oracle->tenant;
        seen->window_hpa = guest->window_hpa;
        memcpy(seen->data, data, GVIRT_PAGE_SIZE_B);
    }
}

static void check_dir(Oracle *oracle, uint32_t pp_dir_base)
{
    uint32_t slot = (pp_dir_base >> 16) * 16;
    uint64_t last_hpa = UINT64_MAX;
    unsigned i;

    if (slot < OWN_DIRS || slot % DIR_SLOTS || pp_dir_base & 0xffff) {
        breach(oracle, "PP_DIR_BASE 0x%08x is no shadow directory",
               pp_dir_base);
        return;
    }
    for (i = 0; i < oracle->dirs; i++) {
        if (oracle->dirs_seen[i] == pp_dir_base) {
            return;
        }
    }
    if (oracle->dirs < G_N_ELEMENTS(oracle->dirs_seen)) {
        oracle->dirs_seen[oracle->dirs++] = pp_dir_base;
    }
    for (i = 0; i < DIR_SLOTS; i += 2) {
        uint64_t pair = gvirt_gpu_read(oracle->gpu, GVIRT_GTT_BAR0_OFFSET +
                                       (slot + i) * 4, 8);
        unsigned k;

        for (k = 0; k < 2; k++, pair >>= 32) {
            uint32_t pde = (uint32_t)pair;

            if (!(pde & 1) || pte_hpa(pde) == last_hpa) {
                continue;
            }
            last_hpa = pte_hpa(pde);
            if (!in_own(oracle, last_hpa)) {
                breach(oracle, "directory entry 0x%x is 0x%08x",
                       slot + i + k, pde);
                return;
            }
            check_table(oracle, last_hpa);
        }
    }
}

/* ---- commands in shadow rings and copied batches ---- */

static void check_register(Oracle *oracle, uint32_t offset, bool known,
                           uint32_t value)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);
    bool bad = false;
    unsigned i;

    if (!info || info->flags & GVIRT_REG_RO) {
        return;
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        uint32_t reg = offset - engine_base[i];

        bad |= offset == 0x4080 + i * 0x100;
        switch (reg) {
        case 0x030:
        case 0x034:
        case 0x038:
        case 0x03c:
        case 0x0a8:
        case 0x0b0:
        case 0x0b4:
        case 0x134:
        case 0x180:
            bad = true;
            break;
        case 0x09c:
            bad |= !known || value >> 16 & 0x100;
            break;
        case 0x29c:
            bad |= !known || value >> 16 & 0x200;
            break;
        case 0x228:
            if (known) {
                check_dir(oracle, value);
            }
            bad |= !known;
            break;
        default:
            break;
        }
    }
    bad |= offset >= 0x40000 || (offset >= 0xa000 && offset < 0xb000) ||
           offset == 0x941c || offset == 0x2360 || offset == 0x2364 ||
           offset == 0x2368 || offset == 0x23b0;
    if (bad) {
        breach(oracle, "a command writes register 0x%06x, value 0x%08x",
               offset, value);
    }
}

static void check_read(Oracle *oracle, uint32_t offset)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);

    /* What straps and fuses say is the same for all. */
    if (offset >= 0x40000 && info && !(info->flags & GVIRT_REG_RO)) {
        breach(oracle, "a command reads register 0x%06x", offset);
    }
}

static void check_global(Oracle *oracle, uint64_t addr, uint64_t size_B)
{
    if (!tenant_owns(oracle, addr, size_B)) {
        breach(oracle, "a command of guest %d names global 0x%" PRIx64 "+0x%"
               PRIx64, oracle->tenant, addr, size_B);
    }
}

static void check_mi(Oracle *oracle, GvirtEngineId id, const uint32_t *dw,
                     uint32_t len_dw)
{
    bool global = dw[0] & 1u << 22;
    uint32_t i;

    /* Too short for its operands, the streamer leaves it alone. */
    if (len_dw == 2 && (dw[0] >> 23) != 0x18 && (dw[0] >> 23) != 0x23) {
        return;
    }
    switch (dw[0] >> 23) {
    case 0x03:      /* MI_WAIT_FOR_EVENT */
    case 0x12:      /* MI_LOAD_SCAN_LINES */
    case 0x13:
    case 0x14:      /* MI_DISPLAY_FLIP */
    case 0x23:      /* MI_UPDATE_GTT */
        breach(oracle, "engine %u is to run 0x%08x", id, dw[0]);
        break;
    case 0x16:      /* MI_SEMAPHORE_MBOX */
        if (!(dw[0] & 1u << 18)) {
            if (global) {
                check_global(oracle, dw[2] & ~3u, 4);
            }
        } else if (dw[0] & 1u << 21) {
            check_register(oracle, dw[2] & REG_MASK, true, dw[1]);
        }
        break;
    case 0x18:      /* MI_SET_CONTEXT */
        if (!(dw[1] & 1u << 8)) {
            breach(oracle, "context 0x%08x", dw[1]);
        }
        check_global(oracle, dw[1] & ~0xfffu, CONTEXT_SIZE_B);
        break;
    case 0x20:      /* MI_STORE_DATA_IMM */
        if (global && len_dw >= 4) {
            check_global(oracle, dw[2] & (len_dw == 5 ? ~7u : ~3u),
                         (len_dw - 3) * 4ull);
        }
        break;
    case 0x22:      /* MI_LOAD_REGISTER_IMM */
        for (i = 1; i + 1 < len_dw; i += 2) {
            check_register(oracle, dw[i] & REG_MASK, true, dw[i + 1]);
        }
        break;
    case 0x24:      /* MI_STORE_REGISTER_MEM */
        check_read(oracle, dw[1] & REG_MASK);
        if (global) {
            check_global(oracle, dw[2] & ~3u, 4);
        }
        break;
    case 0x26:      /* MI_FLUSH_DW */
        if (dw[0] & 3u << 14 && !(dw[0] & 1u << 21) && dw[1] & 4) {
            check_global(oracle, dw[1] & ~7u, 8);
        }
        break;
    case 0x28:      /* MI_REPORT_PERF_COUNT */
        if (dw[1] & 1) {
            check_global(oracle, dw[1] & ~63u, 256);
        }
        break;
    case 0x29:      /* MI_LOAD_REGISTER_MEM */
        check_register(oracle, dw[1] & REG_MASK, false, 0);
        if (global) {
            check_global(oracle, dw[2] & ~3u, 4);
        }
        break;
    case 0x2a:      /* MI_LOAD_REGISTER_REG */
        check_read(oracle, dw[1] & REG_MASK);
        check_register(oracle, dw[2] & REG_MASK, false, 0);
        break;
    case 0x36:      /* MI_CONDITIONAL_BATCH_BUFFER_END */
        if (global) {
            check_global(oracle, dw[2] & ~7u, 4);
        }
        break;
    default:
        break;
    }
}

static void check_pipe_control(Oracle *oracle, const uint32_t *dw)
{
    if (dw[1] & 1u << 23) {
        check_register(oracle, dw[2] & REG_MASK, true, dw[3]);
    } else if (dw[1] & 3u << 14 && dw[1] & 1u << 24 &&
               !(dw[1] & 1u << 21)) {
        check_global(oracle, dw[2] & ~7u, 8);
    }
}

static void check_batch(Oracle *oracle, GvirtEngineId id, uint64_t addr,
                        unsigned *left);

/* One command at addr; its length. */
static uint32_t check_command(Oracle *oracle, GvirtEngineId id, uint64_t addr,
                              uint64_t wrap_base, uint32_t wrap_B,
                              unsigned *left)
{
    uint32_t dw[72] = { own_dword(oracle, addr) }, i;
    const GvirtCommandInfo *info = gvirt_command_find(id, dw[0]);
    uint32_t len_dw = gvirt_command_len_dw(info, dw[0]);

    for (i = 1; i < MIN(len_dw, G_N_ELEMENTS(dw)); i++) {
        uint64_t at = addr + i * 4;

        if (wrap_B) {
            at = wrap_base + (at - wrap_base) % wrap_B;
        }
        dw[i] = own_dword(oracle, at);
    }
    if (!info) {
        breach(oracle, "engine %u is to run unknown 0x%08x", id, dw[0]);
    } else if ((dw[0] >> 23) == 0x31) {
        if (!(dw[0] & 1u << 8)) {
            check_batch(oracle, id, dw[1] & ~3u, left);
        } else if (id == GVIRT_RCS && !(dw[0] & 1u << 13)) {
            breach(oracle, "a local batch has privileges");
        }
    } else if (dw[0] >> 29 == 0) {
        check_mi(oracle, id, dw, MIN(len_dw, G_N_ELEMENTS(dw)));
    } else if (info->value == 0x7a000000) {
        check_pipe_control(oracle, dw);
    }
    return len_dw;
}

/* To its end, whatever jumps and predicates do on the way. */
static void check_batch(Oracle *oracle, GvirtEngineId id, uint64_t addr,
                        unsigned *left)
{
    while (!oracle->breach) {
        uint64_t page = addr >> 12;

        if (page - OWN_ARENA(id) >= ARENA_PAGES) {
            breach(oracle, "engine %u is to run at 0x%" PRIx64, id, addr);
            return;
        }
        if (!g_hash_table_add(oracle->visited,
                              GUINT_TO_POINTER((guint)addr)) ||
            (*left)-- == 0) {
            return;
        }
        if ((own_dword(oracle, addr) >> 23) == 0x0a) {
            return;
        }
        addr += check_command(oracle, id, addr, 0, 0, left) * 4ull;
    }
}

void oracle_submitted(Oracle *oracle, unsigned engine, uint32_t from,
                      uint32_t to)
{
    uint32_t base = OWN_RING(engine) << 12;
    uint32_t size_B = (hw(oracle, engine_base[engine] + 0x3c) & 0x1ff000) +
                      0x1000;
    uint32_t done_B = 0, len_B = (to - from) % size_B;
    unsigned left = COMMANDS_MAX;

    oracle->deep = true;
    forget_reads(oracle);
    g_hash_table_remove_all(oracle->visited);
    while (done_B < len_B && !oracle->breach) {
        done_B += check_command(oracle, engine,
                                base + (from + done_B) % size_B, base,
                                size_B, &left) * 4;
    }
    if (done_B > len_B && !oracle->breach) {
        breach(oracle, "engine %u: a command reaches behind TAIL", engine);
    }
}

/* ---- the hardware's state ---- */

/* Where a page of the mediator's stands in the global table, 0: nowhere. */
static uint32_t place_of(Oracle *oracle, uint64_t page_hpa)
{
    gpointer key = (gpointer)(uintptr_t)(page_hpa >> 12);
    uint32_t page = GPOINTER_TO_UINT(g_hash_table_lookup(oracle->place, key));

    if (page && pte_hpa(hw_pte(oracle, page)) == page_hpa) {
        return page;
    }
    for (page = OWN_PAGE; page < GVIRT_GTT_ENTRIES; page++) {
        uint32_t pte = hw_pte(oracle, page);

        if (pte & 1 && pte_hpa(pte) == page_hpa) {
            g_hash_table_insert(oracle->place, key, GUINT_TO_POINTER(page));
            return page;
        }
    }
    return 0;
}

/* Only status pages that nobody owns and contexts are the hardware's. */
static void check_written(Oracle *oracle)
{
    guint i;

    for (i = 0; i < oracle->written->len && !oracle->breach; i++) {
        const OwnWrite *item = &g_array_index(oracle->written, OwnWrite, i);
        uint32_t page = place_of(oracle, item->page_hpa);
        uint32_t area = (page - IDLE_CONTEXT) / CONTEXT_PAGES;

        if (page == SAFE_PAGE) {
            continue;
        }
        if (page < IDLE_CONTEXT || area > 63 ||
            (area && item->tenant >= 0 &&
             area != oracle->guest[item->tenant].vgpu_id)) {
            breach(oracle, "the hardware writes page 0x%x of the mediator "
                   "in guest %d's turn", page, item->tenant);
        }
    }
    g_array_set_size(oracle->written, 0);
}

static void check_engine(Oracle *oracle, GvirtEngineId id)
{
    uint32_t base = engine_base[id];
    uint32_t start = hw(oracle, base + 0x38) >> 12;
    uint32_t hws = hw(oracle, 0x4080 + id * 0x100) >> 12;

    if (hw(oracle, base + 0x3c) & 1 && start != OWN_RING(id) &&
        !(id == GVIRT_RCS && start == SWITCH_RING)) {
        breach(oracle, "engine %u runs a ring at page 0x%x", id, start);
    }
    if (hws != SAFE_PAGE && (oracle->tenant < 0 ||
                             owner_of(oracle, hws) != oracle->tenant)) {
        breach(oracle, "engine %u has its status page at 0x%x", id, hws);
    }
    if (!(hw(oracle, base + 0x29c) & 0x200)) {
        breach(oracle, "engine %u has no local space", id);
    }
    if (hw(oracle, base + 0x134) & 1) {
        breach(oracle, "engine %u has a pending head", id);
    }
    if (oracle->deep) {
        check_dir(oracle, hw(oracle, base + 0x228));
    }
}

static void check_render(Oracle *oracle)
{
    uint32_t ccid = hw(oracle, GVIRT_RCS_BASE + 0x180);
    uint32_t area = ((ccid >> 12) - IDLE_CONTEXT) / CONTEXT_PAGES;
    uint32_t buffer = hw(oracle, 0x23b0) & ~0x3fu;

    if (ccid & 1 && ccid >> 12 >= IDLE_CONTEXT) {
        if (area > 63) {
            breach(oracle, "CCID is 0x%08x", ccid);
        }
    } else if (ccid & 1 &&
               !tenant_owns(oracle, ccid & ~0xfffu, CONTEXT_SIZE_B)) {
        breach(oracle, "CCID is 0x%08x in guest %d's turn", ccid,
               oracle->tenant);
    }
    if (hw(oracle, 0x2360) & 1 &&
        !tenant_owns(oracle, buffer,
                     0x20000ull << (hw(oracle, 0x2364) >> 3 & 7))) {
        breach(oracle, "OA writes to 0x%08x in guest %d's turn", buffer,
               oracle->tenant);
    }
}

static void check_fences(Oracle *oracle)
{
    unsigned count[ORACLE_GUESTS_MAX] = { 0 };
    unsigned i;

    for (i = 0; i < GVIRT_FENCE_COUNT; i++) {
        uint32_t low = hw(oracle, 0x100000 + i * 8);
        uint32_t high = hw(oracle, 0x100004 + i * 8);
        uint32_t page;
        int owner;

        if (!(low & 1)) {
            continue;
        }
        owner = owner_of(oracle, low >> 12);
        for (page = low >> 12; page <= high >> 12; page++) {
            if (owner < 0 || owner_of(oracle, page) != owner) {
                breach(oracle, "fence %u covers 0x%08x to 0x%08x", i, low,
                       high);
                return;
            }
        }
        if (low >> 12 <= high >> 12 &&
            ++count[owner] > oracle->guest[owner].fences) {
            breach(oracle, "guest %d has more fences than its own", owner);
        }
    }
}

static void check_global_pages(Oracle *oracle, uint32_t first,
                               uint32_t count)
{
    uint32_t page;

    for (page = first & ~1u; page < first + count; page += 2) {
        uint64_t pair = gvirt_gpu_read(oracle->gpu, GVIRT_GTT_BAR0_OFFSET +
                                       page * 4, 8);
        unsigned k;

        if (!(pair & 0x100000001ull)) {
            continue;
        }
        for (k = 0; k < 2; k++, pair >>= 32) {
            uint32_t pte = (uint32_t)pair;
            int owner = owner_of(oracle, page + k);

            if (!(pte & 1)) {
                continue;
            }
            if (owner >= 0 ?
                !in_window(&oracle->guest[owner], pte_hpa(pte)) :
                page + k < OWN_PAGE || !in_own(oracle, pte_hpa(pte))) {
                breach(oracle, "global entry 0x%x is 0x%08x, of guest %d",
                       page + k, pte, owner);
                return;
            }
        }
    }
}

void oracle_gone(Oracle *oracle, unsigned guest)
{
    OracleGuest *gone = &oracle->guest[guest];

    gone->alive = false;
    /* Directories and fences, too. */
    oracle->deep = true;
    check_global_pages(oracle, gone->low_page, gone->low_pages);
    check_global_pages(oracle, gone->high_page, gone->high_pages);
    oracle_step(oracle, false);
}

void oracle_step(Oracle *oracle, bool all)
{
    unsigned i;

    oracle->steps++;
    oracle->deep |= all;
    forget_reads(oracle);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        check_engine(oracle, i);
    }
    check_render(oracle);
    check_written(oracle);
    if (oracle->deep || oracle->steps % 4 == 0) {
        check_fences(oracle);
        for (i = 0; i < ORACLE_WATCHED; i++) {
            uint32_t now = hw(oracle, watched_reg[i]);

            if (now != oracle->watched[i]) {
                breach(oracle, "register 0x%06x was 0x%08x and is 0x%08x",
                       watched_reg[i], oracle->watched[i], now);
            }
        }
    }
    if (all) {
        check_global_pages(oracle, 0, GVIRT_GTT_ENTRIES);
    }
    oracle->deep = false;
}
