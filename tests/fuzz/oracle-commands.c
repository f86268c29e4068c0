/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the oracle thinks of what the mediator lets the hardware run: the
 * commands of shadow rings and copied batches, and shadow directories.
 *
 * Sources: HSW PRM vol. 5 (entries, directories), vol. 6 (MI commands); IVB
 * PRM vol. 1 part 3 (operands). Commands are decoded here by their opcodes,
 * not by the operands of the command table, which the audit goes by.
 */
#include "oracle-internal.h"

#include <string.h>

#include "hw/gvirt/commands.h"

#define REG_MASK            0x007ffffcu
#define COMMANDS_MAX        (1u << 16)

/* A shadow table that was good for the tenant, as it was then. */
typedef struct TableSeen {
    int tenant;
    uint64_t window_hpa;
    uint8_t data[GVIRT_PAGE_SIZE_B];
} TableSeen;

void oracle_forget_reads(Oracle *oracle)
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
        uint32_t pte = oracle_hw_pte(oracle, addr >> 12);

        if (!(pte & 1) || !oracle_in_own(oracle, oracle_pte_hpa(pte))) {
            oracle_breach(oracle, "commands at 0x%" PRIx64 " are not the "
                          "mediator's", addr);
            return 0x05000000;
        }
        oracle->fetch_data = oracle->page(oracle->opaque, oracle_pte_hpa(pte));
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

        if (pte & 1 &&
            (!guest || !oracle_in_window(guest, oracle_pte_hpa(pte)))) {
            oracle_breach(oracle, "local entry %u of the table at 0x%" PRIx64
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

void oracle_check_dir(Oracle *oracle, uint32_t pp_dir_base)
{
    uint32_t slot = (pp_dir_base >> 16) * 16;
    uint64_t last_hpa = UINT64_MAX;
    unsigned i;

    if (slot < OWN_DIRS || slot % DIR_SLOTS || pp_dir_base & 0xffff) {
        oracle_breach(oracle, "PP_DIR_BASE 0x%08x is no shadow directory",
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

            if (!(pde & 1) || oracle_pte_hpa(pde) == last_hpa) {
                continue;
            }
            last_hpa = oracle_pte_hpa(pde);
            if (!oracle_in_own(oracle, last_hpa)) {
                oracle_breach(oracle, "directory entry 0x%x is 0x%08x",
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
        uint32_t reg = offset - oracle_engine_base[i];

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
                oracle_check_dir(oracle, value);
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
        oracle_breach(oracle, "a command writes register 0x%06x, value 0x%08x",
                      offset, value);
    }
}

static void check_read(Oracle *oracle, uint32_t offset)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);

    /* What straps and fuses say is the same for all. */
    if (offset >= 0x40000 && info && !(info->flags & GVIRT_REG_RO)) {
        oracle_breach(oracle, "a command reads register 0x%06x", offset);
    }
}

static void check_global(Oracle *oracle, uint64_t addr, uint64_t size_B)
{
    if (!oracle_tenant_owns(oracle, addr, size_B)) {
        oracle_breach(oracle, "a command of guest %d names global 0x%" PRIx64
                      "+0x%" PRIx64, oracle->tenant, addr, size_B);
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
        oracle_breach(oracle, "engine %u is to run 0x%08x", id, dw[0]);
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
            oracle_breach(oracle, "context 0x%08x", dw[1]);
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
        oracle_breach(oracle, "engine %u is to run unknown 0x%08x", id, dw[0]);
    } else if ((dw[0] >> 23) == 0x31) {
        if (!(dw[0] & 1u << 8)) {
            check_batch(oracle, id, dw[1] & ~3u, left);
        } else if (id == GVIRT_RCS && !(dw[0] & 1u << 13)) {
            oracle_breach(oracle, "a local batch has privileges");
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
            oracle_breach(oracle, "engine %u is to run at 0x%" PRIx64, id,
                          addr);
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
    uint32_t ctl = oracle_hw(oracle, oracle_engine_base[engine] + 0x3c);
    uint32_t size_B = (ctl & 0x1ff000) + 0x1000;
    uint32_t done_B = 0, len_B = (to - from) % size_B;
    unsigned left = COMMANDS_MAX;

    oracle->deep = true;
    oracle_forget_reads(oracle);
    g_hash_table_remove_all(oracle->visited);
    while (done_B < len_B && !oracle->breach) {
        done_B += check_command(oracle, engine,
                                base + (from + done_B) % size_B, base,
                                size_B, &left) * 4;
    }
    if (done_B > len_B && !oracle->breach) {
        oracle_breach(oracle, "engine %u: a command reaches behind TAIL",
                      engine);
    }
}
