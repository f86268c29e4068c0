/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command streamer: batches and their spaces and privileges, fetch
 * across pages, endless batches, modelled time, hostile words.
 */
#include "cs-fixture.h"

#define MBOX_WAIT       (CMD_MBOX | 1u << 20 | 1u << 18)
#define PPGTT           GVIRT_SPACE_PPGTT
#define GGTT            GVIRT_SPACE_GGTT

/* A register that only the privileged may write: MI_MODE's neighbour. */
static uint32_t secret_reg(GvirtEngineId id)
{
    return reg_of(id, RING_UHPTR);
}

START_TEST(test_secure_batch)
{
    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_LRI(1), secret_reg(_i), 0x5678 & ~7u,
          CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1,
          CMD_SDI, 0, DATA_ADDR + 8, 2,
          CMD_BB_END);
    RUN(_i, CMD_BB_START, BATCH_ADDR, CMD_SD_INDEX, 0x40 << 2, 3, CMD_NOOP);
    ck_assert_uint_eq(read_reg(secret_reg(_i)), 0x5678 & ~7u);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 1);
    /* Data without the global bit is the process's, wherever the code is. */
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 8), 2);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 8), 0);
    /* And the ring went on. */
    ck_assert_uint_eq(hwsp(_i, 0x40), 3);
    ck_assert(is_idle(_i));
}
END_TEST

START_TEST(test_user_batch)
{
    uint32_t before = read_reg(secret_reg(_i));

    /* What stands at the same address in the global space must not run. */
    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 99, CMD_BB_END);
    RUN_USER(_i, CMD_LRI(1), secret_reg(_i), 0x5678,
             CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1,
             CMD_SDI, 0, DATA_ADDR + 8, 2,
             CMD_SD_INDEX, 0x41 << 2, 3,
             CMD_UPDATE_GTT(1) | CMD_GLOBAL, DATA_ADDR, 0x12345001,
             CMD_SRM, reg_of(_i, RING_START), DATA_ADDR + 16,
             CMD_SRM | CMD_GLOBAL, 0x2600, DATA_ADDR + 24);
    ck_assert_uint_eq(read_reg(secret_reg(_i)), before);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 8), 2);
    ck_assert_uint_eq(hwsp(_i, 0x41), 0);
    ck_assert_uint_ne(gvirt_gpu_read(gpu, GVIRT_GTT_BAR0_OFFSET +
                                     (DATA_ADDR >> 12) * 4, 4), 0x12345001);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 16), 0);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 24), 0);
    ck_assert(read_reg(reg_of(_i, RING_ESR)) & GVIRT_ERROR_PRIVILEGE);
    ck_assert_uint_eq(gpu->stats.denied_commands, 6);
    ck_assert(is_idle(_i));
}
END_TEST

/* Every privileged command of the table is a no-op for a user. */
START_TEST(test_privileged_commands)
{
    unsigned count, i, tried = 0;
    const GvirtCommandInfo *table = gvirt_command_table(&count);

    for (i = 0; i < count; i++) {
        const GvirtCommandInfo *info = &table[i];
        uint32_t ring_head;
        unsigned len_dw, k;

        if (!(info->engines & GVIRT_ENGINE_BIT(_i)) ||
            !(info->flags & GVIRT_CMD_PRIVILEGED)) {
            continue;
        }
        len_dw = info->fixed_len_dw ? info->fixed_len_dw :
                 MAX(4u, info->len_bias_dw);
        batch_at(PPGTT, BATCH_ADDR);
        BATCH(info->value | (info->fixed_len_dw ? 0 :
                             len_dw - info->len_bias_dw) |
              (info->exec == GVIRT_EXEC_MI_WAIT_FOR_EVENT ? 1 << 16 : 0));
        for (k = 1; k < len_dw; k++) {
            BATCH(k & 1 ? reg_of(_i, RING_HEAD) : 0);
        }
        BATCH(CMD_SDI, 0, DATA_ADDR, i, CMD_BB_END);
        write_reg(reg_of(_i, RING_EXCC), 1 << 16 | 1);
        write_reg(reg_of(_i, RING_ESR), 0);
        EMIT(_i, bb_start_user(_i), BATCH_ADDR);
        ring_head = ring_tail[_i];
        run(_i);
        /* Stepped over at its own length: what follows it has run. */
        ck_assert_msg(peek(PPGTT, DATA_ADDR) == i, "%s", info->name);
        ck_assert_msg(is_idle(_i), "%s", info->name);
        ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), ring_head);
        ck_assert(read_reg(reg_of(_i, RING_ESR)) & GVIRT_ERROR_PRIVILEGE);
        tried++;
    }
    ck_assert_uint_ge(tried, 5);
}
END_TEST

START_TEST(test_chain)
{
    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1,
          CMD_BB_START, BATCH_ADDR + 0x800,
          CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 77, CMD_BB_END);
    batch_at(GGTT, BATCH_ADDR + 0x800);
    BATCH(CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR + 8, 2, CMD_BB_END);
    RUN(_i, CMD_BB_START, BATCH_ADDR, CMD_SD_INDEX, 0x40 << 2, 3, CMD_NOOP);
    /* A chained batch does not come back. */
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 1);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 8), 2);
    ck_assert_uint_eq(hwsp(_i, 0x40), 3);
}
END_TEST

START_TEST(test_second_level)
{
    uint32_t second = CMD_BB_START | 1u << 22;

    batch_at(GGTT, BATCH_ADDR);
    BATCH(second, BATCH_ADDR + 0x800,
          CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1,
          second | (bb_start_user(_i) & 0x2100), BATCH_ADDR + 0xc00,
          CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR + 8, 2, CMD_BB_END);
    batch_at(GGTT, BATCH_ADDR + 0x800);
    /* A chain in the second level stays in it. */
    BATCH(CMD_BB_START, BATCH_ADDR + 0xa00);
    batch_at(GGTT, BATCH_ADDR + 0xa00);
    BATCH(CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR + 16, 3, CMD_BB_END);
    /* Less privileged inside, privileged again outside. */
    batch_at(PPGTT, BATCH_ADDR + 0xc00);
    BATCH(CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR + 24, 4,
          CMD_SDI, 0, DATA_ADDR + 32, 5, CMD_BB_END);
    RUN(_i, CMD_BB_START, BATCH_ADDR, CMD_SD_INDEX, 0x40 << 2, 6, CMD_NOOP);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 1);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 8), 2);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 16), 3);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 24), 0);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 32), 5);
    ck_assert_uint_eq(hwsp(_i, 0x40), 6);
}
END_TEST

/*
 * i915's fall-back for a rejected batch: a start without the per-process bit
 * inside a user batch. It must stay in the process's space, unprivileged.
 */
START_TEST(test_trampoline)
{
    uint32_t bits[] = { 0, 1u << 13, 1u << 8, 1u << 22, 1u << 22 | 1u << 13 };
    uint32_t before = read_reg(secret_reg(_i));
    unsigned i;

    batch_at(GGTT, BATCH_ADDR + 0x800);
    BATCH(CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 99, CMD_BB_END);
    for (i = 0; i < G_N_ELEMENTS(bits); i++) {
        batch_at(PPGTT, BATCH_ADDR + 0x800);
        BATCH(CMD_LRI(1), secret_reg(_i), 0x1000,
              CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1,
              CMD_SDI, 0, DATA_ADDR + 8, i + 10, CMD_BB_END);
        RUN_USER(_i, CMD_BB_START | bits[i], BATCH_ADDR + 0x800);
        ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
        ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 8), i + 10);
        ck_assert_uint_eq(read_reg(secret_reg(_i)), before);
        ck_assert(is_idle(_i));
    }
}
END_TEST

/* RCS alone tells the space from the privilege. */
START_TEST(test_rcs_space_and_privilege)
{
    GvirtEngineId id = GVIRT_RCS;

    /* Per-process, privileged. */
    batch_at(PPGTT, BATCH_ADDR);
    BATCH(CMD_LRI(1), secret_reg(id), 0x1000, CMD_BB_END);
    RUN(id, CMD_BB_START | 1u << 8, BATCH_ADDR);
    ck_assert_uint_eq(read_reg(secret_reg(id)), 0x1000);
    /* Global, not privileged. */
    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_LRI(1), secret_reg(id), 0x2000,
          CMD_SDI, 0, DATA_ADDR, 1, CMD_BB_END);
    RUN(id, CMD_BB_START | 1u << 13, BATCH_ADDR);
    ck_assert_uint_eq(read_reg(secret_reg(id)), 0x1000);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 1);
}
END_TEST

START_TEST(test_batch_offset)
{
    batch_at(GGTT, BATCH_ADDR + 0x840);
    BATCH(CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 5, CMD_BB_END);
    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_BB_END);
    RUN(GVIRT_RCS, CMD_LRI(1), 0x2158, 0x840,
        CMD_BB_START, BATCH_ADDR, CMD_NOOP);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    RUN(GVIRT_RCS, CMD_BB_START | 1u << 16, BATCH_ADDR);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 5);
}
END_TEST

/* A long command at every place around a page's end. */
START_TEST(test_straddle)
{
    uint32_t at, i;

    for (at = 0xfd0; at <= 0x1000; at += 4) {
        batch_at(PPGTT, BATCH_ADDR + at);
        BATCH(CMD_SDI_QW, 0, DATA_ADDR, at, ~at,
              CMD_SDI, 0, DATA_ADDR + 8, at + 1, CMD_BB_END);
        RUN(_i, bb_start_user(_i), BATCH_ADDR + at);
        ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), at);
        ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 4), ~at);
        ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 8), at + 1);
    }
    /* The next page is elsewhere in memory. */
    fakehost_write32(fake, TABLE_HPA + ((BATCH_ADDR >> 12) + 1) * 4,
                     (LOCAL_HPA + 0x300000) | 1);
    write_reg(0x101008, 1);
    for (i = 0; i < 5; i++) {
        static const uint32_t dw[] = { CMD_SDI_QW, 0, DATA_ADDR, 42, 43 };
        uint64_t hpa = i < 2 ? LOCAL_HPA + BATCH_ADDR + 0xff8 + i * 4 :
                       LOCAL_HPA + 0x300000 + (i - 2) * 4;

        fakehost_write32(fake, hpa, dw[i]);
    }
    fakehost_write32(fake, LOCAL_HPA + 0x30000c, CMD_BB_END);
    RUN(_i, bb_start_user(_i), BATCH_ADDR + 0xff8);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 42);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR + 4), 43);
}
END_TEST

/* What the registers say while the streamer stands in a batch. */
START_TEST(test_registers_in_batch)
{
    uint32_t ring_head;

    batch_at(PPGTT, BATCH_ADDR);
    BATCH(CMD_NOOP, CMD_BB_START | 1u << 22, BATCH_ADDR + 0x800, CMD_BB_END);
    batch_at(PPGTT, BATCH_ADDR + 0x800);
    BATCH(CMD_NOOP, CMD_NOOP, MBOX_WAIT, 6, 0, CMD_BB_END);
    EMIT(_i, bb_start_user(_i), BATCH_ADDR);
    ring_head = ring_tail[_i];
    EMIT(_i, CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
    run(_i);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), ring_head);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_ACTHD)), BATCH_ADDR + 0x808);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_IPEHR)), MBOX_WAIT);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_BBADDR)),
                      (BATCH_ADDR + 12) | 1);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_BBSTATE)), BBSTATE_PPGTT);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_SBBADDR)),
                      (BATCH_ADDR + 0x808) | 1);
    ck_assert(read_reg(reg_of(_i, RING_CTL)) & RING_CTL_SEMAPHORE);
    ck_assert(!(read_reg(reg_of(_i, RING_MI_MODE)) & MI_MODE_IDLE));
    /* The mailbox lets it go. */
    write_reg(reg_of(_i, RING_SYNC_0), 7);
    settle();
    ck_assert_uint_eq(hwsp(_i, 0x40), 1);
    ck_assert(!(read_reg(reg_of(_i, RING_CTL)) & RING_CTL_SEMAPHORE));
    ck_assert(!(read_reg(reg_of(_i, RING_BBADDR)) & 1));
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_ACTHD)),
                      read_reg(reg_of(_i, RING_HEAD)));
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_INSTDONE)), ~0u);
}
END_TEST

/* An endless batch is busy for ever, and lets everything else go on. */
START_TEST(test_endless_batch)
{
    GvirtEngineId other = (_i + 1) % GVIRT_ENGINE_COUNT;
    uint32_t acthd;
    int i;

    batch_at(PPGTT, BATCH_ADDR);
    BATCH(CMD_NOOP, CMD_BB_START | (bb_start_user(_i) & 0x2100), BATCH_ADDR);
    EMIT(_i, bb_start_user(_i), BATCH_ADDR, CMD_SD_INDEX, 0x40 << 2, 1);
    submit(_i);
    for (i = 0; i < 10; i++) {
        ck_assert(gvirt_gpu_run(gpu, 1000));
        acthd = read_reg(reg_of(_i, RING_ACTHD));
        ck_assert(acthd >= BATCH_ADDR && acthd < BATCH_ADDR + 12);
    }
    EMIT(other, CMD_SD_INDEX, 0x40 << 2, 2, CMD_NOOP);
    submit(other);
    ck_assert(gvirt_gpu_run(gpu, 1000));
    ck_assert_uint_eq(hwsp(other, 0x40), 2);
    /* Stopped between two commands ... */
    write_reg(reg_of(_i, RING_MI_MODE), MI_MODE_STOP_RING * 0x10001u);
    ck_assert(read_reg(reg_of(_i, RING_MI_MODE)) & MI_MODE_IDLE);
    ck_assert(!gvirt_gpu_run(gpu, 1000));
    write_reg(reg_of(_i, RING_MI_MODE), MI_MODE_STOP_RING << 16);
    ck_assert(gvirt_gpu_run(gpu, 1000));
    /* ... and ended by a reset. */
    write_reg(0x941c, 1);
    ck_assert(!gvirt_gpu_run(gpu, 1000));
    ck_assert(!(read_reg(reg_of(_i, RING_BBADDR)) & 1));
    start_ring(_i);
    RUN(_i, CMD_SD_INDEX, 0x40 << 2, 3, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 3);
}
END_TEST

/* Disabling the ring ends the batch: i915's stop_ring without a reset. */
/* Behind an IOMMU a run has few commands: one engine may not take them all. */
START_TEST(test_small_budget)
{
    static const unsigned budgets[] = { 1, 3, 4, 16, 100 };
    GvirtEngineId id;
    unsigned i, k;

    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_BB_START, BATCH_ADDR);
    EMIT(_i, CMD_BB_START, BATCH_ADDR);
    submit(_i);
    for (i = 0; i < G_N_ELEMENTS(budgets); i++) {
        for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
            if ((int)id != _i) {
                EMIT(id, CMD_SD_INDEX, 0x40 << 2, i + 1, CMD_NOOP);
                submit(id);
            }
        }
        for (k = 0; k < 4; k++) {
            uint64_t before = gpu->stats.commands[_i];

            ck_assert(gvirt_gpu_run(gpu, budgets[i]));
            ck_assert_uint_le(gpu->stats.commands[_i] - before,
                              budgets[i] + GVIRT_ENGINE_COUNT);
        }
        for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
            ck_assert_uint_eq(hwsp(id, 0x40), (int)id == _i ? 0 : i + 1);
        }
    }
}
END_TEST

START_TEST(test_disable_in_batch)
{
    batch_at(PPGTT, BATCH_ADDR);
    BATCH(CMD_BB_START | (bb_start_user(_i) & 0x2100), BATCH_ADDR);
    EMIT(_i, bb_start_user(_i), BATCH_ADDR);
    submit(_i);
    ck_assert(gvirt_gpu_run(gpu, 100));
    start_ring(_i);
    ck_assert(is_idle(_i));
    RUN(_i, CMD_SD_INDEX, 0x40 << 2, 3, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 3);
}
END_TEST

START_TEST(test_noop_runs)
{
    GvirtGpuStats before, after;
    uint32_t i;

    gvirt_gpu_stats(gpu, &before);
    batch_at(PPGTT, BATCH_ADDR);
    for (i = 0; i < 5000; i++) {
        BATCH(i & 0x3fffff);    /* an identification without write enable */
    }
    BATCH(1u << 22 | 0x12345, CMD_SDI, 0, DATA_ADDR, 1, CMD_BB_END);
    RUN(_i, bb_start_user(_i), BATCH_ADDR);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 1);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_NOPID)), 0x12345);
    gvirt_gpu_stats(gpu, &after);
    ck_assert_uint_eq(after.commands[_i] - before.commands[_i], 5004);
    ck_assert_uint_eq(after.batches[_i] - before.batches[_i], 1);
    ck_assert_uint_ge(after.busy_clk[_i] - before.busy_clk[_i], 5000);
}
END_TEST

/* A write to the ring's own registers from within it. */
START_TEST(test_self_modifying)
{
    /* HEAD jumps over what follows; TAIL is moved on. */
    EMIT(_i, CMD_LRI(1), reg_of(_i, RING_HEAD), 0x100, CMD_NOOP,
         CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
    ring_tail[_i] = 0x100;
    EMIT(_i, CMD_SD_INDEX, 0x41 << 2, 2, CMD_NOOP,
         CMD_LRI(1), reg_of(_i, RING_TAIL), 0x130, CMD_NOOP);
    run(_i);
    EMIT(_i, CMD_SD_INDEX, 0x42 << 2, 3, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 0);
    ck_assert_uint_eq(hwsp(_i, 0x41), 2);
    settle();
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_HEAD)), 0x130);
    /* The same START and CTL again: as if nothing was. */
    start_ring(_i);
    RUN(_i, CMD_LRI(2), reg_of(_i, RING_START), RING_ADDR(_i),
        reg_of(_i, RING_CTL), (RING_PAGES - 1) << 12 | RING_CTL_VALID,
        CMD_SD_INDEX, 0x40 << 2, 4);
    ck_assert_uint_eq(hwsp(_i, 0x40), 4);
    ck_assert(is_idle(_i));
    /* HEAD from a batch: the batch goes on, then the ring goes there. */
    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_LRI(1), reg_of(_i, RING_HEAD), 0x100,
          CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR + 8, 5, CMD_BB_END);
    EMIT(_i, CMD_BB_START, BATCH_ADDR, CMD_SD_INDEX, 0x40 << 2, 6, CMD_NOOP);
    ring_tail[_i] = 0x100;
    RUN(_i, CMD_SD_INDEX, 0x41 << 2, 7, CMD_NOOP);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR + 8), 5);
    ck_assert_uint_eq(hwsp(_i, 0x40), 4);
    ck_assert_uint_eq(hwsp(_i, 0x41), 7);
    ck_assert(is_idle(_i));
    /* Disable from a batch: all stops. */
    start_ring(_i);
    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_LRI(1), reg_of(_i, RING_CTL), 0,
          CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1, CMD_BB_END);
    RUN(_i, CMD_BB_START, BATCH_ADDR);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    ck_assert(!gpu->engine[_i].busy);
}
END_TEST

/* GDRST by the engine's own command. */
START_TEST(test_self_reset)
{
    batch_at(GGTT, BATCH_ADDR);
    BATCH(CMD_LRI(2), 0x941c, 1, reg_of(_i, RING_UHPTR), 0x1000,
          CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1, CMD_BB_END);
    RUN(_i, CMD_BB_START, BATCH_ADDR);
    ck_assert_uint_eq(peek(GGTT, DATA_ADDR), 0);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_UHPTR)), 0);
    ck_assert_uint_eq(read_reg(reg_of(_i, RING_CTL)), 0);
    start_ring(_i);
    RUN(_i, CMD_SD_INDEX, 0x40 << 2, 3, CMD_NOOP);
    ck_assert_uint_eq(hwsp(_i, 0x40), 3);
}
END_TEST

static uint64_t commands_at_irq;
static unsigned irqs_told;

static void note_irq(void *opaque, bool level)
{
    (void)opaque;
    if (level && !irqs_told++) {
        commands_at_irq = gpu->stats.commands[GVIRT_BCS];
    }
}

/* An interrupt is told while another engine is at work, not after it. */
START_TEST(test_interrupt_in_time)
{
    static GvirtHostOps ops;

    ops = *fake->host.ops;
    ops.irq = note_irq;
    fake->host.ops = &ops;
    irqs_told = 0;
    write_reg(0x44014, 0);
    write_reg(0x4401c, ~0u);
    write_reg(0x4400c, 1u << 31);
    batch_at(PPGTT, BATCH_ADDR);
    BATCH(CMD_BB_START | 1u << 8, BATCH_ADDR);
    EMIT(GVIRT_BCS, bb_start_user(GVIRT_BCS), BATCH_ADDR);
    EMIT(GVIRT_RCS, CMD_USER_IRQ, CMD_NOOP);
    submit(GVIRT_BCS);
    submit(GVIRT_RCS);
    ck_assert(gvirt_gpu_run(gpu, 100000));
    ck_assert_uint_gt(gpu->stats.commands[GVIRT_BCS], 50000);
    ck_assert_uint_eq(irqs_told, 1);
    ck_assert_uint_lt(commands_at_irq, 1000);
}
END_TEST

/* timing=model: what others see does not come before its time. */
START_TEST(test_model_time)
{
    const uint32_t noops = 12500;   /* at least 10 us at 1250 MHz */
    int64_t begin_ns, end_ns;
    uint32_t i;

    cs_teardown();
    cs_setup_timing(GVIRT_TIMING_MODEL);
    fake->now_ns = 1000000;
    batch_at(PPGTT, BATCH_ADDR);
    for (i = 0; i < noops; i++) {
        BATCH(CMD_NOOP);
    }
    BATCH(CMD_SDI, 0, DATA_ADDR, 1, CMD_BB_END);
    EMIT(_i, bb_start_user(_i), BATCH_ADDR);
    submit(_i);
    begin_ns = fake->now_ns;
    /* Time stands still: the work is done, its effect is not there. */
    for (i = 0; i < 50; i++) {
        gvirt_gpu_run(gpu, 4096);
    }
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 0);
    ck_assert(!(read_reg(reg_of(_i, RING_MI_MODE)) & MI_MODE_IDLE));
    ck_assert_int_gt(fake->deadline_ns, begin_ns + 10000);
    ck_assert_int_lt(fake->deadline_ns, begin_ns + 100000);
    end_ns = fake->deadline_ns;
    fake->now_ns = end_ns - 1;
    gvirt_gpu_timer(gpu);
    gvirt_gpu_run(gpu, 4096);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 0);
    fake->now_ns = end_ns;
    gvirt_gpu_timer(gpu);
    gvirt_gpu_run(gpu, 4096);
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 1);
    settle();
    ck_assert(is_idle(_i));
}
END_TEST

/* Twice the same, to the nanosecond, however the runs are cut. */
START_TEST(test_model_is_deterministic)
{
    int64_t stamp[2];
    int round;

    for (round = 0; round < 2; round++) {
        unsigned i;

        cs_teardown();
        cs_setup_timing(GVIRT_TIMING_MODEL);
        fake->now_ns = 5000000;
        for (i = 0; i < 300; i++) {
            EMIT(_i, CMD_SDI, 0, DATA_ADDR, i, CMD_NOOP, CMD_NOOP);
        }
        EMIT(_i, CMD_SD_INDEX, 0x40 << 2, 1, CMD_NOOP);
        submit(_i);
        while (!hwsp(_i, 0x40)) {
            if (!gvirt_gpu_run(gpu, round ? 4096 : 7)) {
                ck_assert_int_ne(fake->deadline_ns, INT64_MAX);
                fake->now_ns = fake->deadline_ns;
                gvirt_gpu_timer(gpu);
            }
        }
        stamp[round] = fake->now_ns;
    }
    ck_assert_int_eq(stamp[0], stamp[1]);
    ck_assert_int_gt(stamp[0], 5000000 + 300 * 8);
}
END_TEST

/* An endless batch does not run ahead of the clock without bound. */
START_TEST(test_model_bounds_run_ahead)
{
    int i;

    cs_teardown();
    cs_setup_timing(GVIRT_TIMING_MODEL);
    batch_at(PPGTT, BATCH_ADDR);
    BATCH(CMD_BB_START | (bb_start_user(_i) & 0x2100), BATCH_ADDR);
    EMIT(_i, bb_start_user(_i), BATCH_ADDR);
    submit(_i);
    for (i = 0; i < 10000; i++) {
        if (!gvirt_gpu_run(gpu, 4096)) {
            break;
        }
    }
    ck_assert_int_lt(i, 10000);
    ck_assert_int_lt(gvirt_gpu_clk_to_ns(gpu, gpu->engine[_i].busy_until_clk),
                     fake->now_ns + 3000000);
    ck_assert_int_gt(fake->deadline_ns, fake->now_ns);
    ck_assert_int_lt(fake->deadline_ns, INT64_MAX);
}
END_TEST

/*
 * i915's first request of a user context on RCS, word for word, without the
 * batches: gt/intel_ring_submission.c (switch_context), gen6_engine_cs.c.
 */
START_TEST(test_i915_request)
{
    const GvirtEngineId id = GVIRT_RCS;
    const uint32_t scratch = HWSP_ADDR(id) + 0x200;
    const uint32_t context = 0x300000;
    unsigned i;

    batch_at(PPGTT, BATCH_ADDR);
    BATCH(CMD_SDI, 0, DATA_ADDR, 0xb00, CMD_BB_END);
    for (i = 0; i < 2; i++) {
        EMIT(id, 0x7a000002, 0x00144c21, scratch, 0,
             0x04000000,
             0x11000001, 0x2220, 0xffffffff,
             0x11000001, 0x2228, PD_SLOT * 4 << 10,
             0x12400001, 0x2228, scratch,
             0x11000001, 0x20c0, 0x02000200,
             0x11000005, 0x22050, 0x00010001, 0x12050, 0x00010001,
             0x1a050, 0x00010001,
             0x00000000, 0x0c000000, (context + i * 0x20000) | 0x101,
             0x00000000,
             0x11000005, 0x22050, 0x00010000, 0x12050, 0x00010000,
             0x1a050, 0x00010000,
             0x12400001, 0x1a050, scratch + 4,
             0x00000000, 0x04000001,
             0x18802100, BATCH_ADDR,
             0x7a000002, 0x011050a1, HWSP_ADDR(id) + 0x100, 40 + i,
             0x01000000, 0x00000000);
        write_reg(0x44014, 0);
        run(id);
        ck_assert(is_idle(id));
        ck_assert_uint_eq(hwsp(id, 0x40), 40 + i);
        ck_assert_uint_eq(peek(GGTT, scratch), PD_SLOT * 4 << 10);
        ck_assert_uint_eq(read_reg(0x44018) & 1, 1);
    }
    ck_assert_uint_eq(peek(PPGTT, DATA_ADDR), 0xb00);
    ck_assert_uint_eq(read_reg(0x2180) & 0xfffff000, context + 0x20000);
    ck_assert_msg(fake->guest_errors == 0, "%s", fake->last_message);
    ck_assert_msg(fake->unimps == 0, "%s", fake->last_message);
}
END_TEST

/* Render commands that INSTPM switches off are parsed and have no effect. */
START_TEST(test_instruction_disable)
{
    GvirtGpuStats before, after;

    write_reg(0x20c0, 0x00040004);
    gvirt_gpu_stats(gpu, &before);
    RUN(GVIRT_RCS, 0x7b000005, 15, 3, 0, 1, 0, 0, CMD_SD_INDEX, 0x40 << 2, 1,
        CMD_NOOP);
    gvirt_gpu_stats(gpu, &after);
    ck_assert_uint_eq(after.primitives_skipped, before.primitives_skipped);
    ck_assert_uint_eq(hwsp(GVIRT_RCS, 0x40), 1);
    write_reg(0x20c0, 0x00040000);
    RUN(GVIRT_RCS, 0x7b000005, 15, 3, 0, 1, 0, 0, CMD_SD_INDEX, 0x40 << 2, 2,
        CMD_NOOP);
    gvirt_gpu_stats(gpu, &after);
    ck_assert_uint_eq(after.primitives_skipped, before.primitives_skipped + 1);
    ck_assert_uint_eq(hwsp(GVIRT_RCS, 0x40), 2);
}
END_TEST

/* Random words, in batches of both kinds: nothing but the test ends. */
START_TEST(test_hostile_words)
{
    GRand *rand = g_rand_new_with_seed(20240 + _i);
    unsigned count, round, i;
    const GvirtCommandInfo *table = gvirt_command_table(&count);

    for (round = 0; round < 400; round++) {
        bool user = round & 1;

        batch_at(user ? PPGTT : GGTT, BATCH_ADDR);
        for (i = 0; i < 64; i++) {
            uint32_t dw = g_rand_int(rand);

            if (g_rand_boolean(rand)) {
                const GvirtCommandInfo *info =
                    &table[g_rand_int_range(rand, 0, count)];

                dw = info->value | (dw & ~info->mask & 0x00ffff0f);
            } else if (g_rand_boolean(rand)) {
                dw = DATA_ADDR + (dw & 0xffc);
            }
            BATCH(dw);
        }
        BATCH(CMD_BB_END);
        EMIT(_i, user ? bb_start_user(_i) : CMD_BB_START, BATCH_ADDR);
        submit(_i);
        for (i = 0; i < 8; i++) {
            gvirt_gpu_run(gpu, 500);
            fake->now_ns += 100000;
            gvirt_gpu_timer(gpu);
        }
        write_reg(0x941c, 1);
        start_ring(_i);
    }
    g_rand_free(rand);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("streamer");
    TCase *t = tcase_create("streamer");
    const int n = GVIRT_ENGINE_COUNT;

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_loop_test(t, test_secure_batch, 0, n);
    tcase_add_loop_test(t, test_user_batch, 0, n);
    tcase_add_loop_test(t, test_privileged_commands, 0, n);
    tcase_add_loop_test(t, test_chain, 0, n);
    tcase_add_loop_test(t, test_second_level, 0, n);
    tcase_add_loop_test(t, test_trampoline, 0, n);
    tcase_add_test(t, test_rcs_space_and_privilege);
    tcase_add_test(t, test_batch_offset);
    tcase_add_loop_test(t, test_straddle, 0, n);
    tcase_add_loop_test(t, test_registers_in_batch, 0, n);
    tcase_add_loop_test(t, test_endless_batch, 0, n);
    tcase_add_loop_test(t, test_small_budget, 0, n);
    tcase_add_loop_test(t, test_disable_in_batch, 0, n);
    tcase_add_loop_test(t, test_noop_runs, 0, n);
    tcase_add_loop_test(t, test_self_modifying, 0, n);
    tcase_add_loop_test(t, test_self_reset, 0, n);
    tcase_add_test(t, test_interrupt_in_time);
    tcase_add_loop_test(t, test_model_time, 0, n);
    tcase_add_loop_test(t, test_model_is_deterministic, 0, n);
    tcase_add_loop_test(t, test_model_bounds_run_ahead, 0, n);
    tcase_add_test(t, test_i915_request);
    tcase_add_test(t, test_instruction_disable);
    tcase_add_loop_test(t, test_hostile_words, 0, n);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
