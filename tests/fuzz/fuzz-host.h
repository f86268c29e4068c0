/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host of the fuzz targets: a page of memory is an allocation of its own,
 * so that the address sanitizer sees every byte beside it, or one of a few
 * that stand together, for runs of several; and the rules of host.h are
 * enforced: what the library asks for is well formed, and it writes only where
 * it said that it would.
 */
#ifndef GVIRT_TESTS_FUZZ_HOST_H
#define GVIRT_TESTS_FUZZ_HOST_H

#include "hw/gvirt/host.h"

typedef struct FuzzPage {
    uint8_t *data;
    uint32_t generation;
    bool grouped;               /* data is within one of FuzzHost.groups */
    bool writable;              /* was mapped for writing at some time */
    uint32_t sum;               /* of the data while it was not */
} FuzzPage;

/* A stretch of memory; rom: maps for reading only. */
typedef struct FuzzRam {
    uint64_t base_hpa;
    uint64_t size_B;
    bool rom;
} FuzzRam;

#define FUZZ_RAMS_MAX   8

typedef struct FuzzHost {
    GvirtHost host;
    GHashTable *pages;          /* page number -> FuzzPage */
    GHashTable *groups;         /* number of a group -> its memory */
    FuzzRam ram[FUZZ_RAMS_MAX];
    unsigned rams;
    int64_t now_ns;
    int64_t deadline_ns;
    bool kicked;
    bool irq_level;
    unsigned irq_rises;
    uint64_t messages;
    /* More than the rules: NULL, or looks at every map and dirty. */
    void (*watch)(void *opaque, uint64_t addr_hpa, bool write);
    void *watch_opaque;
} FuzzHost;

FuzzHost *fuzz_host_new(void);
/* Checks what was never given for writing, then frees. */
void fuzz_host_free(FuzzHost *fuzz);
void fuzz_host_add(FuzzHost *fuzz, uint64_t base_hpa, uint64_t size_B,
                   bool rom);

/* As another bus master; outside of memory nothing happens. */
void fuzz_host_write32(FuzzHost *fuzz, uint64_t addr_hpa, uint32_t value);
uint32_t fuzz_host_read32(FuzzHost *fuzz, uint64_t addr_hpa);
/* The bytes of a page, to be read; NULL: there is no memory. */
const uint8_t *fuzz_host_page(FuzzHost *fuzz, uint64_t page_hpa);

/* What may never happen, whatever the guest does. */
G_NORETURN void fuzz_fail(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif /* GVIRT_TESTS_FUZZ_HOST_H */
