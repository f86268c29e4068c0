/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast commands are fetched and decoded, as a ratio to a loop that reads
 * the same memory.
 */
#include "bench.h"
#include "mix.h"

#define BATCH_DW        0x40000u        /* 1 MiB */
#define BATCH_START     0x18800000u
#define BATCH_LOCAL     (1u << 8)

static uint32_t batch[BATCH_DW];
static volatile uint32_t result;        /* volatile: the loop is not left out */

static void run(Bench *bench, uint32_t space)
{
    const uint32_t dw[2] = { BATCH_START | space, BENCH_BATCH_ADDR };

    bench_submit(bench, dw, 2);
}

static void run_global(Bench *bench)
{
    run(bench, 0);
}

static void run_local(Bench *bench)
{
    run(bench, BATCH_LOCAL);
}

static void read_all(Bench *bench)
{
    const uint32_t *dw = (const uint32_t *)(bench->memory + BENCH_BATCH_ADDR);
    uint32_t sum = 0;
    uint32_t i;

    for (i = 0; i < BATCH_DW; i++) {
        sum += dw[i];
    }
    result = sum;
}

static void put_batch(Bench *bench)
{
    batch[BATCH_DW - 1] = MIX_BATCH_END;
    bench_put(bench, BENCH_BATCH_ADDR, batch, BATCH_DW);
}

static void set_noops(Bench *bench)
{
    uint32_t i;

    for (i = 0; i < BATCH_DW; i++) {
        batch[i] = 0;
    }
    put_batch(bench);
}

static void set_mix(Bench *bench)
{
    set_noops(bench);
    mix_state(batch, BATCH_DW - 1, BENCH_DST_ADDR);
    put_batch(bench);
}

static const Measure measures[] = {
    { "MI_NOOP", "a loop of reads", set_noops, run_global, read_all,
      BATCH_DW, "dw", 0.25 },
    { "MI_NOOP, local space", "a loop of reads", set_noops, run_local,
      read_all, BATCH_DW, "dw", 0 },
    { "stores, registers, state", "a loop of reads", set_mix, run_global,
      read_all, BATCH_DW, "dw", 0 },
};

int main(int argc, char **argv)
{
    Bench bench;
    int status;

    bench_start(&bench, GVIRT_RCS_BASE);
    status = bench_main(argc, argv, &bench, measures,
                        G_N_ELEMENTS(measures));
    bench_stop(&bench);
    return status;
}
