/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the benchmarks of the library share: a GPU on plain memory, and the
 * measuring of some work against a yardstick in the same run.
 */
#ifndef GVIRT_BENCH_H
#define GVIRT_BENCH_H

#include "hw/gvirt/gpu.h"

#define BENCH_MEMORY_B      (64u << 20)
#define BENCH_RING_ADDR     0x1000u     /* a page of its own */
#define BENCH_BATCH_ADDR    0x200000u   /* 2 MiB */
#define BENCH_DST_ADDR      0x1000000u  /* 16 MiB each */
#define BENCH_SRC_ADDR      0x2000000u

/* Local space: the same pages at the same addresses. */
#define BENCH_TABLES_ADDR   0x100000u   /* 16 page tables */
#define BENCH_PD_SLOT       0x40000u

typedef struct Bench {
    GvirtHost host;
    GvirtGpu *gpu;
    uint8_t *memory;            /* the machine's, from 0 on */
    uint64_t memory_B;
    bool kicked;
    bool irq_level;
    unsigned irq_edges;
    uint32_t ring_base;         /* of the engine that is used */
    uint32_t tail;
    unsigned errors;            /* messages of the library */
} Bench;

/* The GPU alone, as it is after power-on. */
void bench_start_bare(Bench *bench, uint64_t memory_B);
/*
 * ... with all memory mapped where it is, and the ring of an engine, by the
 * base of its registers.
 */
void bench_start(Bench *bench, uint32_t engine_base);
void bench_stop(Bench *bench);
void bench_write(Bench *bench, uint32_t offset, uint32_t value);
/* An even number of dwords into the ring, and until all is done. */
void bench_submit(Bench *bench, const uint32_t *dw, uint32_t len_dw);
/* Dwords to memory, which the GPU sees at the same address. */
void bench_put(Bench *bench, uint32_t addr, const uint32_t *dw,
               uint32_t len_dw);
/* Engines until they are idle. */
void bench_settle(Bench *bench);

typedef struct Measure {
    const char *name;
    const char *against;        /* the yardstick's name */
    void (*prepare)(Bench *bench);      /* may be NULL */
    void (*work)(Bench *bench);
    void (*yardstick)(Bench *bench);
    double amount;              /* of either, in unit */
    const char *unit;
    double floor;               /* of the ratio of speeds; 0: only told */
} Measure;

/*
 * Work and yardstick in turn, so that both meet the same machine; of each the
 * best counts: what others take from a busy host is no property of ours.
 * Arguments: [--json] [--rounds N] [NAME], a part of the names wanted.
 * One line each; with --json an object each. The status is 0 but for wrong
 * use, or where the library had to complain.
 */
int bench_main(int argc, char **argv, Bench *bench, const Measure *measures,
               unsigned count);

#endif /* GVIRT_BENCH_H */
