/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host for unit tests: sparse memory in the 39-bit space, a clock that the
 * test moves, and notes of what the library asked for.
 */
#ifndef GVIRT_TESTS_UNIT_FAKEHOST_H
#define GVIRT_TESTS_UNIT_FAKEHOST_H

#include "hw/gvirt/host.h"

typedef struct FakeHost {
    GvirtHost host;             /* pass &fake->host to the library */
    GHashTable *pages;          /* page number -> FakePage, made on demand */
    bool slabs_wanted;          /* new pages: neighbours lie together, too */
    GHashTable *slabs;
    uint64_t ram_limit_hpa;     /* no memory at or above this address */
    int64_t now_ns;
    int64_t deadline_ns;        /* the timer; INT64_MAX: off */
    bool kicked;
    bool irq_level;
    unsigned irq_edges;         /* rising ones */
    unsigned guest_errors;
    unsigned unimps;
    char *last_message;
    uint32_t aperture_first;    /* of the last aperture_changed */
    uint32_t aperture_count;
    unsigned display_changes;
    unsigned followed;          /* pages that map_run looked at */
} FakeHost;

/* Memory from 0 up to ram_limit_hpa (4 GiB by default), all zero. */
FakeHost *fakehost_new(void);
void fakehost_free(FakeHost *fake);

/* Direct access to the memory, as another bus master: bumps generations. */
uint32_t fakehost_read32(FakeHost *fake, uint64_t addr_hpa);
void fakehost_write32(FakeHost *fake, uint64_t addr_hpa, uint32_t value);
void fakehost_read(FakeHost *fake, uint64_t addr_hpa, void *buffer,
                   uint64_t size_B);
void fakehost_write(FakeHost *fake, uint64_t addr_hpa, const void *buffer,
                    uint64_t size_B);

/* A whole GPU on it: power-on state, functional timing. */
GvirtGpu *fakehost_gpu(FakeHost *fake);

/*
 * Run engines, timers and kicks until all is still, or the clock would pass
 * now + limit_ns. Moves the clock.
 */
void fakehost_settle(FakeHost *fake, GvirtGpu *gpu, int64_t limit_ns);

/* Global entries [first, first + count) -> consecutive pages at addr_hpa. */
void fakehost_map_ggtt(GvirtGpu *gpu, uint32_t first_page, uint32_t count,
                       uint64_t addr_hpa);

/*
 * For a test that fails: len_dw dwords at addr_hpa, which the engine sees at
 * the graphics address addr, as commands, on standard error.
 */
void fakehost_show_commands(FakeHost *fake, const char *title,
                            GvirtEngineId engine, uint32_t addr,
                            uint64_t addr_hpa, uint32_t len_dw);

#endif /* GVIRT_TESTS_UNIT_FAKEHOST_H */
