/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest without an operating system that measures what trapped accesses
 * cost: registers of a vGPU against QEMU's own `edu`, page-table entries of a
 * vGPU against those of a whole GPU. Prints a line for each block of
 * accesses: its kind, and the processor's ticks.
 *
 * Slot 2 has the vGPU, 3 a gvirt-passthrough, 4 `edu`.
 */
#include "../tests/guest/bare.h"

#define ROUNDS          61
#define ACCESSES        500             /* bench/run knows it, too */

#define EDU_ID          0x11e81234u
#define EDU_LIVENESS    0x04u           /* keeps what is written, inverted */
#define GPU_ID          0x04128086u

#define FORCEWAKE_MT    0xa188u
#define GT_IMR          0x44014u
#define RING_IMR        0x120a8u        /* of the video engine */
#define SWF0            0x4f000u        /* scratch: no effect */
#define PVINFO_HIGH     0x78048u        /* first high graphics memory */
#define LOW_PAGE        0x800u          /* 8 MiB: its share begins at 0 */
#define MEMORY          0x01000000u

static uint32_t vgpu, whole, edu;       /* BAR0 */
static uint32_t high_page;
static uint32_t turn;

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static uint32_t config_read(uint32_t slot, uint32_t offset)
{
    out32(0xcf8, 0x80000000u | slot << 11 | offset);
    return in32(0xcfc);
}

/*
 * BAR0 of a device, switched on. `registers` stays 0: rd() and wr() take
 * addresses of the machine here.
 */
static uint32_t bar0(uint32_t slot, uint32_t id)
{
    uint32_t command = config_read(slot, 4);

    if (config_read(slot, 0) != id) {
        print("a device is missing\n");
        stop(1);
    }
    out32(0xcf8, 0x80000000u | slot << 11 | 4);
    out32(0xcfc, command | 6);                  /* memory, bus master */
    return config_read(slot, 0x10) & ~15u;
}

static void writes(const char *kind, uint32_t addr, uint32_t value)
{
    uint64_t start = ticks();
    uint32_t i;

    for (i = 0; i < ACCESSES; i++) {
        wr(addr, value ^ i);
    }
    print(kind);
    print_number(ticks() - start);
    print("\n");
}

static void forcewakes(const char *kind, uint32_t addr)
{
    uint64_t start = ticks();
    uint32_t i;

    for (i = 0; i < ACCESSES; i++) {
        wr(addr, 0x00010000 | (i & 1));
    }
    print(kind);
    print_number(ticks() - start);
    print("\n");
}

static void reads(const char *kind, uint32_t addr)
{
    uint64_t start = ticks();
    uint32_t i;

    for (i = 0; i < ACCESSES; i++) {
        rd(addr);
    }
    print(kind);
    print_number(ticks() - start);
    print("\n");
}

/* Consecutive entries, each time to other pages. */
static void entries(const char *kind, uint32_t base, uint32_t page)
{
    uint64_t start = ticks();
    uint32_t i;

    for (i = 0; i < ACCESSES; i++) {
        wr(base + GTT + (page + i) * 4,
           (MEMORY + ((i + turn) << 12 & 0xfff000)) | PTE_VALID);
    }
    print(kind);
    print_number(ticks() - start);
    print("\n");
}

static __attribute__((used)) void bare_main(void)
{
    vgpu = bar0(2, GPU_ID);
    whole = bar0(3, GPU_ID);
    edu = bar0(4, EDU_ID);
    high_page = rd(vgpu + PVINFO_HIGH) >> 12;
    for (turn = 0; turn < ROUNDS; turn++) {
        writes("edu-write", edu + EDU_LIVENESS, turn);
        writes("vgpu-scratch", vgpu + SWF0, turn);
        writes("vgpu-imr", vgpu + GT_IMR, 0xfffff000);
        writes("vgpu-ring", vgpu + RING_IMR, 0xfffff000);
        forcewakes("vgpu-forcewake", vgpu + FORCEWAKE_MT);
        writes("whole-scratch", whole + SWF0, turn);
        reads("edu-read", edu + EDU_LIVENESS);
        reads("vgpu-read", vgpu + SWF0);
        entries("vgpu-pte", vgpu, high_page);
        entries("whole-pte", whole, high_page);
        entries("vgpu-pte-low", vgpu, LOW_PAGE);
        entries("whole-pte-low", whole, LOW_PAGE);
    }
    stop(0);
}
