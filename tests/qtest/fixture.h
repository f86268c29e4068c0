/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One of our PCI functions in a machine of its own, as a driver has it: found
 * on the bus, its BARs mapped, enabled. The vGPU and the whole GPU answer to
 * the same cases.
 */
#ifndef TESTS_QTEST_GVIRT_FIXTURE_H
#define TESTS_QTEST_GVIRT_FIXTURE_H

#include "libqtest.h"
#include "libqos/pci.h"

/* BAR0 has the page table of graphics memory behind the registers. */
#define SLOT            2
#define GTT             0x200000
#define PAGE            4096

typedef struct Fixture {
    QTestState *qts;
    QPCIBus *bus;
    QPCIDevice *dev;
    QPCIBar mmio;
    QPCIBar aperture;
    uint32_t tail;              /* of the ring that the cases fill, in bytes */
} Fixture;

typedef struct FixtureCase {
    const char *name;
    void (*fn)(const void *device);
} FixtureCase;

/* The device "f0", and what else the machine is to have ("": nothing). */
void fixture_start(Fixture *f, const char *device, const char *more);
void fixture_close(Fixture *f);

uint32_t rd(Fixture *f, uint32_t offset);
void wr(Fixture *f, uint32_t offset, uint32_t value);

/* A counter of the device, or of what is on it. */
uint64_t counter(Fixture *f, const char *name);

/* Each case on both devices, as PATH/passthrough/NAME and PATH/vgpu/NAME. */
void fixture_add_cases(const char *path, const FixtureCase *cases,
                       unsigned count);

#endif /* TESTS_QTEST_GVIRT_FIXTURE_H */
