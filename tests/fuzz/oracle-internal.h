/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the parts of the oracle: oracle.c and oracle-commands.c.
 */
#ifndef GVIRT_TESTS_FUZZ_ORACLE_INTERNAL_H
#define GVIRT_TESTS_FUZZ_ORACLE_INTERNAL_H

#include "oracle.h"

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

/* oracle.c */

extern const uint32_t oracle_engine_base[GVIRT_ENGINE_COUNT];

/* Guests are not apart: the first finding stays in oracle->breach. */
void oracle_breach(Oracle *oracle, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
/* A register of the hardware, an entry of the global table. */
uint32_t oracle_hw(Oracle *oracle, uint32_t offset);
uint32_t oracle_hw_pte(Oracle *oracle, uint32_t page);
/* The address is of the mediator's own memory, of the guest's. */
bool oracle_in_own(const Oracle *oracle, uint64_t addr_hpa);
bool oracle_in_window(const OracleGuest *guest, uint64_t addr_hpa);
/* [addr, addr + size_B) of graphics memory is the tenant's. */
bool oracle_tenant_owns(const Oracle *oracle, uint64_t addr, uint64_t size_B);

static inline uint64_t oracle_pte_hpa(uint32_t pte)
{
    return (pte & 0xfffff000u) | (uint64_t)(pte & 0x7f0u) << 28;
}

/* oracle-commands.c */

/* What was read so far may have changed. */
void oracle_forget_reads(Oracle *oracle);
/* The tenant's directory, and every table that it names. */
void oracle_check_dir(Oracle *oracle, uint32_t pp_dir_base);

#endif /* GVIRT_TESTS_FUZZ_ORACLE_INTERNAL_H */
