/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says whether guests are apart, see oracle.h: whose memory is touched in
 * whose turn, and the hardware's registers and global table. Directories and
 * commands are in oracle-commands.c.
 *
 * Source: HSW PRM vol. 5 (entries).
 */
#include "oracle-internal.h"

#include <string.h>

typedef struct OwnWrite {
    uint64_t page_hpa;
    int tenant;
} OwnWrite;

const uint32_t oracle_engine_base[GVIRT_ENGINE_COUNT] = {
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

void oracle_breach(Oracle *oracle, const char *format, ...)
{
    va_list args;

    if (!oracle->breach) {
        va_start(args, format);
        oracle->breach = g_strdup_vprintf(format, args);
        va_end(args);
    }
}

uint32_t oracle_hw(Oracle *oracle, uint32_t offset)
{
    return gvirt_gpu_read(oracle->gpu, offset, 4);
}

uint32_t oracle_hw_pte(Oracle *oracle, uint32_t page)
{
    return oracle_hw(oracle, GVIRT_GTT_BAR0_OFFSET + page * 4);
}

bool oracle_in_own(const Oracle *oracle, uint64_t addr_hpa)
{
    return addr_hpa >= oracle->own_hpa &&
           addr_hpa - oracle->own_hpa < oracle->own_size_B;
}

bool oracle_in_window(const OracleGuest *guest, uint64_t addr_hpa)
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

bool oracle_tenant_owns(const Oracle *oracle, uint64_t addr, uint64_t size_B)
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
        oracle->watched[i] = oracle_hw(oracle, watched_reg[i]);
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

    if (oracle_in_own(oracle, addr_hpa)) {
        if (write) {
            g_array_append_val(oracle->written, item);
        }
    } else if (oracle->tenant < 0) {
        oracle_breach(oracle, "the hardware %s 0x%" PRIx64 " in nobody's turn",
                      write ? "writes" : "reads", addr_hpa);
    } else if (!oracle_in_window(&oracle->guest[oracle->tenant], addr_hpa)) {
        oracle_breach(oracle, "the hardware %s 0x%" PRIx64 " in guest %d's "
                      "turn", write ? "writes" : "reads", addr_hpa,
                      oracle->tenant);
    }
}

void oracle_mediator(Oracle *oracle, uint64_t addr_hpa, bool write)
{
    int i;

    if (oracle_in_own(oracle, addr_hpa)) {
        return;
    }
    if (write) {
        oracle_breach(oracle, "the mediator writes 0x%" PRIx64, addr_hpa);
        return;
    }
    for (i = 0; i < ORACLE_GUESTS_MAX; i++) {
        if (oracle_in_window(&oracle->guest[i], addr_hpa)) {
            return;
        }
    }
    oracle_breach(oracle, "the mediator reads 0x%" PRIx64, addr_hpa);
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
        uint32_t now = oracle_hw(oracle, kept_reg[i]);

        if (now && now != guest->kept[i] && !guest->wrote[i]) {
            oracle_breach(oracle, "guest %d left register 0x%06x as 0x%08x "
                          "and finds 0x%08x", oracle->tenant, kept_reg[i],
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
        from->kept[i] = oracle_hw(oracle, kept_reg[i]);
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
    if (!oracle_in_window(&oracle->guest[guest], page_hpa)) {
        oracle_breach(oracle, "0x%" PRIx64 " is mapped through to guest %u",
                      page_hpa, guest);
    }
}

/* ---- the hardware's state ---- */

/* Where a page of the mediator's stands in the global table, 0: nowhere. */
static uint32_t place_of(Oracle *oracle, uint64_t page_hpa)
{
    gpointer key = (gpointer)(uintptr_t)(page_hpa >> 12);
    uint32_t page = GPOINTER_TO_UINT(g_hash_table_lookup(oracle->place, key));

    if (page && oracle_pte_hpa(oracle_hw_pte(oracle, page)) == page_hpa) {
        return page;
    }
    for (page = OWN_PAGE; page < GVIRT_GTT_ENTRIES; page++) {
        uint32_t pte = oracle_hw_pte(oracle, page);

        if (pte & 1 && oracle_pte_hpa(pte) == page_hpa) {
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
            oracle_breach(oracle, "the hardware writes page 0x%x of the "
                          "mediator in guest %d's turn", page, item->tenant);
        }
    }
    g_array_set_size(oracle->written, 0);
}

static void check_engine(Oracle *oracle, GvirtEngineId id)
{
    uint32_t base = oracle_engine_base[id];
    uint32_t start = oracle_hw(oracle, base + 0x38) >> 12;
    uint32_t hws = oracle_hw(oracle, 0x4080 + id * 0x100) >> 12;

    if (oracle_hw(oracle, base + 0x3c) & 1 && start != OWN_RING(id) &&
        !(id == GVIRT_RCS && start == SWITCH_RING)) {
        oracle_breach(oracle, "engine %u runs a ring at page 0x%x", id, start);
    }
    if (hws != SAFE_PAGE && (oracle->tenant < 0 ||
                             owner_of(oracle, hws) != oracle->tenant)) {
        oracle_breach(oracle, "engine %u has its status page at 0x%x", id,
                      hws);
    }
    if (!(oracle_hw(oracle, base + 0x29c) & 0x200)) {
        oracle_breach(oracle, "engine %u has no local space", id);
    }
    if (oracle_hw(oracle, base + 0x134) & 1) {
        oracle_breach(oracle, "engine %u has a pending head", id);
    }
    if (oracle->deep) {
        oracle_check_dir(oracle, oracle_hw(oracle, base + 0x228));
    }
}

static void check_render(Oracle *oracle)
{
    uint32_t ccid = oracle_hw(oracle, GVIRT_RCS_BASE + 0x180);
    uint32_t area = ((ccid >> 12) - IDLE_CONTEXT) / CONTEXT_PAGES;
    uint32_t buffer = oracle_hw(oracle, 0x23b0) & ~0x3fu;

    if (ccid & 1 && ccid >> 12 >= IDLE_CONTEXT) {
        if (area > 63) {
            oracle_breach(oracle, "CCID is 0x%08x", ccid);
        }
    } else if (ccid & 1 &&
               !oracle_tenant_owns(oracle, ccid & ~0xfffu, CONTEXT_SIZE_B)) {
        oracle_breach(oracle, "CCID is 0x%08x in guest %d's turn", ccid,
                      oracle->tenant);
    }
    if (oracle_hw(oracle, 0x2360) & 1 &&
        !oracle_tenant_owns(oracle, buffer, 0x20000ull <<
                            (oracle_hw(oracle, 0x2364) >> 3 & 7))) {
        oracle_breach(oracle, "OA writes to 0x%08x in guest %d's turn", buffer,
                      oracle->tenant);
    }
}

static void check_fences(Oracle *oracle)
{
    unsigned count[ORACLE_GUESTS_MAX] = { 0 };
    unsigned i;

    for (i = 0; i < GVIRT_FENCE_COUNT; i++) {
        uint32_t low = oracle_hw(oracle, 0x100000 + i * 8);
        uint32_t high = oracle_hw(oracle, 0x100004 + i * 8);
        uint32_t page;
        int owner;

        if (!(low & 1)) {
            continue;
        }
        owner = owner_of(oracle, low >> 12);
        for (page = low >> 12; page <= high >> 12; page++) {
            if (owner < 0 || owner_of(oracle, page) != owner) {
                oracle_breach(oracle, "fence %u covers 0x%08x to 0x%08x", i,
                              low, high);
                return;
            }
        }
        if (low >> 12 <= high >> 12 &&
            ++count[owner] > oracle->guest[owner].fences) {
            oracle_breach(oracle, "guest %d has more fences than its own",
                          owner);
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
                !oracle_in_window(&oracle->guest[owner], oracle_pte_hpa(pte)) :
                page + k < OWN_PAGE ||
                !oracle_in_own(oracle, oracle_pte_hpa(pte))) {
                oracle_breach(oracle, "global entry 0x%x is 0x%08x, of guest "
                              "%d", page + k, pte, owner);
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
    oracle_forget_reads(oracle);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        check_engine(oracle, i);
    }
    check_render(oracle);
    check_written(oracle);
    if (oracle->deep || oracle->steps % 4 == 0) {
        check_fences(oracle);
        for (i = 0; i < ORACLE_WATCHED; i++) {
            uint32_t now = oracle_hw(oracle, watched_reg[i]);

            if (now != oracle->watched[i]) {
                oracle_breach(oracle, "register 0x%06x was 0x%08x and is "
                              "0x%08x", watched_reg[i], oracle->watched[i],
                              now);
            }
        }
    }
    if (all) {
        check_global_pages(oracle, 0, GVIRT_GTT_ENTRIES);
    }
    oracle->deep = false;
}
