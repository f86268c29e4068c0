/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest without an operating system, for runs that must repeat to the
 * cycle: it submits work to two engines, polls for its end and prints what
 * the GPU's timestamps say and how often it had to poll.
 *
 * Source: HSW PRM vol. 3, 6, 10.
 */
#include "bare.h"

/* Guest memory that graphics pages 0.. are mapped to. */
#define MEMORY              0x01000000u
#define PAGES               0x400u
#define RPNSWREQ            0xa008u
#define FORCEWAKE_MT        0xa188u
#define FORCEWAKE_ACK       0x130044u

#define RING_BYTES          0x4000u
#define BATCH_ADDR          0x100000u
#define DATA_ADDR           0x200000u
#define IMAGE_ADDR          0x210000u

enum {
    TAIL = 0x30, HEAD = 0x34, START = 0x38, CTL = 0x3c, MI_MODE = 0x9c,
    TIMESTAMP = 0x358, ROUNDS = 24, MARK = 0x40
};

typedef struct Engine {
    const char *name;
    uint32_t base, hws_reg, ring_addr, hws_addr, tail;
} Engine;

static Engine engines[2] = {
    { "rcs", 0x2000, 0x4080, 0x10000, 0x20000, 0 },
    { "bcs", 0x22000, 0x4280, 0x14000, 0x21000, 0 },
};

/* volatile: the GPU writes it. */
static volatile uint32_t *memory(uint32_t addr)
{
    return (volatile uint32_t *)(MEMORY + addr);    /* volatile: as above */
}

static void start_engine(Engine *e)
{
    uint32_t i;

    for (i = 0; i < 1024; i++) {
        memory(e->hws_addr)[i] = 0;
    }
    wr(e->base + CTL, 0);
    wr(e->base + HEAD, 0);
    wr(e->base + TAIL, 0);
    wr(e->hws_reg, e->hws_addr);
    wr(e->base + START, e->ring_addr);
    wr(e->base + CTL, (RING_BYTES - 4096) | 1);
    wr(e->base + MI_MODE, 1u << 24);            /* STOP_RING off */
}

static void emit(Engine *e, uint32_t dw)
{
    memory(e->ring_addr)[e->tail / 4] = dw;
    e->tail = (e->tail + 4) % RING_BYTES;
}

static void store_timestamp(Engine *e, uint32_t addr)
{
    emit(e, 0x12400001);                        /* SRM, global */
    emit(e, e->base + TIMESTAMP);
    emit(e, addr);
}

static void submit(Engine *e, uint32_t round)
{
    uint32_t data = DATA_ADDR + (e == &engines[1] ? 64 : 0);

    store_timestamp(e, data);
    if (e == &engines[0]) {
        uint32_t noops = 1000 + 777 * round;

        memory(BATCH_ADDR)[noops] = 0x05000000; /* MI_BATCH_BUFFER_END */
        emit(e, 0x18800000);
        emit(e, BATCH_ADDR);
    } else {
        emit(e, 0x54300004);                    /* XY_COLOR_BLT */
        emit(e, 0x03f00400);
        emit(e, 0);
        emit(e, (16 + 3 * round) << 16 | 256);
        emit(e, IMAGE_ADDR);
        emit(e, round);
    }
    store_timestamp(e, data + 4);
    emit(e, 0x10800001);                        /* MI_STORE_DATA_INDEX */
    emit(e, MARK << 2);
    emit(e, round + 1);
    if (e->tail & 4) {
        emit(e, 0);
    }
    wr(e->base + TAIL, e->tail);
}

static void report(Engine *e, uint32_t round)
{
    uint32_t data = DATA_ADDR + (e == &engines[1] ? 64 : 0);
    uint32_t polls = 0;

    while (memory(e->hws_addr)[MARK] != round + 1) {
        if (++polls == 100000000) {
            print("no answer from ");
            print(e->name);
            print("\n");
            stop(1);
        }
    }
    print(e->name);
    print_number(round);
    print_number(memory(data)[0]);
    print_number(memory(data)[1] - memory(data)[0]);
    print_number(rd(e->base + TIMESTAMP));
    print_number(polls);
    print("\n");
    if (e == &engines[0]) {
        memory(BATCH_ADDR)[1000 + 777 * round] = 0;
    }
}

static __attribute__((used)) void bare_main(void)
{
    uint32_t i;

    gpu_enable();
    wr(FORCEWAKE_MT, 0x00010001);
    while (!(rd(FORCEWAKE_ACK) & 1)) {
    }
    wr(RPNSWREQ, 25u << 24);                    /* 1250 MHz */
    for (i = 0; i < PAGES; i++) {
        wr(GTT + i * 4, (MEMORY + i * 4096) | PTE_VALID);
    }
    for (i = 0; i < 0x40000; i++) {
        memory(BATCH_ADDR)[i] = 0;
    }
    start_engine(&engines[0]);
    start_engine(&engines[1]);
    for (i = 0; i < ROUNDS; i++) {
        submit(&engines[0], i);
        submit(&engines[1], i);
        report(&engines[0], i);
        report(&engines[1], i);
    }
    stop(0);
}
