/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of command streamers share: a GPU with rings, status pages
 * and both address spaces set up, and words to fill them.
 *
 * The global and the per-process space map the same graphics addresses to
 * different memory, so that a test sees which one was used.
 */
#ifndef GVIRT_TESTS_UNIT_CS_FIXTURE_H
#define GVIRT_TESTS_UNIT_CS_FIXTURE_H

#include <string.h>

#include "../../hw/display/gvirt/gpu-internal.h"
#include "../../hw/display/gvirt/ring-regs.h"
#include "fakehost.h"
#include "suite.h"

/* Graphics addresses. */
#define RING_ADDR(id)   (0x100000u + (id) * 0x10000u)
#define RING_PAGES      4
#define HWSP_ADDR(id)   (0x180000u + (id) * 0x1000u)
#define BATCH_ADDR      0x200000u
#define DATA_ADDR       0x280000u
#define MAPPED_PAGES    0x400u      /* from address 0, in both spaces */

/* Where they stand in memory. */
#define GLOBAL_HPA      0x01000000ull
#define LOCAL_HPA       0x02000000ull
#define TABLE_HPA       0x03000000ull
#define PD_SLOT         0x40000u    /* first of 512 global entries */

#define OUTSIDE_ADDR    0x7f000000u /* mapped nowhere */

/* Commands by hand, not from the table under test. */
#define CMD_NOOP            0x00000000u
#define CMD_BB_END          0x05000000u
#define CMD_USER_IRQ        0x01000000u
#define CMD_LRI(n)          (0x11000000u | (2 * (n) - 1))
#define CMD_SRM             0x12000001u
#define CMD_LRM             0x14800001u
#define CMD_LRR             0x15000001u
#define CMD_SDI             0x10000002u
#define CMD_SDI_QW          0x10000003u
#define CMD_SD_INDEX        0x10800001u
#define CMD_BB_START        0x18800000u
#define CMD_UPDATE_GTT(n)   (0x11800000u | (n))
#define CMD_GLOBAL          (1u << 22)
#define CMD_MBOX            0x0b000001u

static FakeHost *fake;
static GvirtGpu *gpu;
static uint32_t ring_tail[GVIRT_ENGINE_COUNT];
static uint32_t batch_addr;
static uint32_t batch_first;
static GvirtEngineId batch_engine;  /* that had a ring last */
static GvirtSpace batch_space;

static inline uint32_t reg_of(GvirtEngineId id, uint32_t offset)
{
    return gpu->engine[id].base + offset;
}

static inline uint32_t read_reg(uint32_t offset)
{
    return gvirt_gpu_read(gpu, offset, 4);
}

static inline void write_reg(uint32_t offset, uint32_t value)
{
    gvirt_gpu_write(gpu, offset, value, 4);
}

static inline uint64_t space_hpa(GvirtSpace space, uint32_t addr)
{
    return (space == GVIRT_SPACE_GGTT ? GLOBAL_HPA : LOCAL_HPA) + addr;
}

static inline void poke(GvirtSpace space, uint32_t addr, uint32_t value)
{
    fakehost_write32(fake, space_hpa(space, addr), value);
}

static inline uint32_t peek(GvirtSpace space, uint32_t addr)
{
    return fakehost_read32(fake, space_hpa(space, addr));
}

static inline uint64_t peek64(GvirtSpace space, uint32_t addr)
{
    return peek(space, addr) | (uint64_t)peek(space, addr + 4) << 32;
}

static inline uint32_t hwsp(GvirtEngineId id, uint32_t dword)
{
    return peek(GVIRT_SPACE_GGTT, HWSP_ADDR(id) + dword * 4);
}

/* As i915 does it: gt/intel_ring_submission.c, xcs_resume. */
static inline void start_ring(GvirtEngineId id)
{
    write_reg(reg_of(id, RING_HEAD), read_reg(reg_of(id, RING_TAIL)));
    write_reg(reg_of(id, RING_CTL), 0);
    write_reg(reg_of(id, RING_HEAD), 0);
    write_reg(reg_of(id, RING_TAIL), 0);
    write_reg(0x4080 + id * 0x100, HWSP_ADDR(id));
    write_reg(reg_of(id, RING_START), RING_ADDR(id));
    write_reg(reg_of(id, RING_PP_DIR_DCLV), 0xffffffff);
    write_reg(reg_of(id, RING_PP_DIR_BASE), PD_SLOT * 4 << 10);
    write_reg(reg_of(id, RING_GFX_MODE), GFX_MODE_PPGTT << 16 |
                                         GFX_MODE_PPGTT);
    write_reg(reg_of(id, RING_CTL), (RING_PAGES - 1) << 12 | RING_CTL_VALID);
    write_reg(reg_of(id, RING_MI_MODE), MI_MODE_STOP_RING << 16);
    write_reg(reg_of(id, RING_IMR), 0);
    ring_tail[id] = 0;
}

/* The rings, and what was put in a batch last, in words on standard error. */
static inline void cs_show(void)
{
    uint32_t i;

    if (!gpu) {
        return;
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (ring_tail[i]) {
            fakehost_show_commands(fake, "ring", i, RING_ADDR(i),
                                   space_hpa(GVIRT_SPACE_GGTT, RING_ADDR(i)),
                                   ring_tail[i] / 4);
        }
    }
    if (batch_addr > batch_first) {
        fakehost_show_commands(fake, "batch", batch_engine, batch_first,
                               space_hpa(batch_space, batch_first),
                               MIN(batch_addr - batch_first, 4096) / 4);
    }
}

static inline void cs_setup_timing(GvirtTiming timing)
{
    GvirtGpuConfig config = { .timing = timing };
    uint32_t i;

    fake = fakehost_new();
    gpu = gvirt_gpu_new(&fake->host, &config);
    /* As with a driver under load: the highest clock, 1250 MHz. */
    write_reg(0xa008, 25u << 24);
    fakehost_map_ggtt(gpu, 0, MAPPED_PAGES, GLOBAL_HPA);
    fakehost_map_ggtt(gpu, PD_SLOT, MAPPED_PAGES / GVIRT_PTE_PER_TABLE,
                      TABLE_HPA);
    for (i = 0; i < MAPPED_PAGES; i++) {
        fakehost_write32(fake, TABLE_HPA + i * 4,
                         (LOCAL_HPA + i * GVIRT_PAGE_SIZE_B) | 1);
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        start_ring(i);
    }
    batch_addr = BATCH_ADDR;
    batch_first = BATCH_ADDR;
    batch_space = GVIRT_SPACE_GGTT;
}

static inline void cs_setup(void)
{
    cs_setup_timing(GVIRT_TIMING_FUNCTIONAL);
}

static inline void cs_teardown(void)
{
    gvirt_gpu_free(gpu);
    gpu = NULL;
    fakehost_free(fake);
}

static inline void settle(void)
{
    fakehost_settle(fake, gpu, 1000000);
}

/* Dwords into a ring, without moving TAIL. */
static inline void emit_n(GvirtEngineId id, const uint32_t *dw, unsigned n)
{
    unsigned i;

    batch_engine = id;
    for (i = 0; i < n; i++) {
        poke(GVIRT_SPACE_GGTT, RING_ADDR(id) + ring_tail[id], dw[i]);
        ring_tail[id] = (ring_tail[id] + 4) % (RING_PAGES * 4096);
    }
}

#define EMIT(id, ...) do {                                                  \
        const uint32_t emit_[] = { __VA_ARGS__ };                           \
        emit_n((id), emit_, G_N_ELEMENTS(emit_));                           \
    } while (0)

/* TAIL to where the emitted ends, padded to a qword. */
static inline void submit(GvirtEngineId id)
{
    if (ring_tail[id] & 4) {
        EMIT(id, CMD_NOOP);
    }
    write_reg(reg_of(id, RING_TAIL), ring_tail[id]);
}

static inline void run(GvirtEngineId id)
{
    submit(id);
    settle();
}

#define RUN(id, ...) do {                                                   \
        EMIT(id, __VA_ARGS__);                                              \
        run(id);                                                            \
    } while (0)

/* Where the next dword of a batch goes. */
static inline void batch_at(GvirtSpace space, uint32_t addr)
{
    batch_space = space;
    batch_addr = addr;
    batch_first = addr;
}

static inline void batch_n(const uint32_t *dw, unsigned n)
{
    unsigned i;

    for (i = 0; i < n; i++) {
        poke(batch_space, batch_addr, dw[i]);
        batch_addr += 4;
    }
}

#define BATCH(...) do {                                                     \
        const uint32_t batch_[] = { __VA_ARGS__ };                          \
        batch_n(batch_, G_N_ELEMENTS(batch_));                              \
    } while (0)

/* Header of a start: per-process and not privileged. */
static inline uint32_t bb_start_user(GvirtEngineId id)
{
    return CMD_BB_START | 1u << 8 | (id == GVIRT_RCS ? 1u << 13 : 0);
}

/* A batch of these dwords in the process's space, run without privilege. */
#define RUN_USER(id, ...) do {                                              \
        batch_at(GVIRT_SPACE_PPGTT, BATCH_ADDR);                            \
        BATCH(__VA_ARGS__, CMD_BB_END);                                     \
        RUN(id, bb_start_user(id), BATCH_ADDR);                             \
    } while (0)

static inline bool is_idle(GvirtEngineId id)
{
    uint32_t head = read_reg(reg_of(id, RING_HEAD)) & RING_HEAD_OFFSET;

    return head == read_reg(reg_of(id, RING_TAIL)) &&
           read_reg(reg_of(id, RING_MI_MODE)) & MI_MODE_IDLE;
}

/* A test that fails shows what it gave the engines. */
#define _ck_assert_failed(...) \
    (cs_show(), (_ck_assert_failed)(__VA_ARGS__))

#endif /* GVIRT_TESTS_UNIT_CS_FIXTURE_H */
