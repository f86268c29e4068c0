/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says whether guests are apart, without asking the mediator: it looks at the
 * hardware's registers and page tables through the hardware's doors, at
 * shadow tables and shadow rings in memory, and at every page that the
 * hardware touches.
 *
 * What it takes from the mediator is where things stand in its 64 MiB of
 * graphics memory (restated in oracle.c), and from its trace events whose
 * turn it is and which stretch of a shadow ring was just shown.
 */
#ifndef GVIRT_TESTS_FUZZ_ORACLE_H
#define GVIRT_TESTS_FUZZ_ORACLE_H

#include "hw/gvirt/gpu.h"

#define ORACLE_GUESTS_MAX   3
#define ORACLE_WATCHED      14
#define ORACLE_KEPT         4

typedef struct OracleGuest {
    bool alive;
    unsigned vgpu_id;
    uint64_t window_hpa;
    uint64_t window_size_B;
    uint32_t low_page, low_pages;
    uint32_t high_page, high_pages;
    unsigned fences;
    uint32_t kept[ORACLE_KEPT];     /* registers at the end of its turn */
    bool wrote[ORACLE_KEPT];        /* ... and itself since it began */
} OracleGuest;

typedef struct Oracle {
    GvirtGpu *gpu;
    const uint8_t *(*page)(void *opaque, uint64_t page_hpa);
    void *opaque;
    uint64_t own_hpa;
    uint64_t own_size_B;
    OracleGuest guest[ORACLE_GUESTS_MAX];
    int tenant;                 /* whose engines they are, -1: nobody's */
    GArray *written;            /* OwnWrite: own pages the hardware wrote */
    GHashTable *place;          /* own page -> index in the global table */
    GHashTable *visited;
    GHashTable *tables;         /* page -> TableSeen: a table as last read */
    uint64_t dirs_seen[4];      /* PP_DIR_BASE, in this step already */
    unsigned dirs;
    uint64_t fetch_page;        /* of the commands at hand, and its bytes */
    const uint8_t *fetch_data;
    uint32_t watched[ORACLE_WATCHED];
    uint64_t steps;
    bool deep;                  /* something was submitted */
    char *breach;               /* the first, NULL: none */
} Oracle;

/* page: the bytes of a page of memory, NULL: there is none. */
void oracle_init(Oracle *oracle, GvirtGpu *gpu, uint64_t own_hpa,
                 uint64_t own_size_B,
                 const uint8_t *(*page)(void *opaque, uint64_t page_hpa),
                 void *opaque);
void oracle_destroy(Oracle *oracle);

/* The hardware maps or has written; from the hardware's host operations. */
void oracle_hardware(Oracle *oracle, uint64_t addr_hpa, bool write);
/* The mediator does. */
void oracle_mediator(Oracle *oracle, uint64_t addr_hpa, bool write);
/* Trace events of the mediator. */
void oracle_switched(Oracle *oracle, int64_t from_id, int64_t to_id);
void oracle_submitted(Oracle *oracle, unsigned engine, uint32_t from,
                      uint32_t to);
/* The guest has gone: nothing of it may be left. */
void oracle_gone(Oracle *oracle, unsigned guest);
/* A register that a guest writes by itself, not by command. */
void oracle_guest_write(Oracle *oracle, unsigned guest, uint32_t offset);
/* A page that is mapped through to a guest. */
void oracle_aperture(Oracle *oracle, unsigned guest, uint64_t page_hpa);

/* After a step; all: every entry of the global table, too. */
void oracle_step(Oracle *oracle, bool all);

#endif /* GVIRT_TESTS_FUZZ_ORACLE_H */
