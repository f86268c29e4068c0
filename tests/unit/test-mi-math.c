/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MI_MATH against a computation of its own: every operation on edge values
 * and random ones, flags, inverted and constant loads and stores.
 */
#include "cs-fixture.h"

#define GPR(n)          (0x2600u + (n) * 8)
#define MATH(n)         (0x0d000000u | ((n) - 1))
#define ALU(op, a, b)   ((uint32_t)(op) << 20 | (a) << 10 | (b))

/* gen75.xml, MI_MATH_ALU_INSTRUCTION */
#define LOAD            0x080
#define LOADINV         0x480
#define LOAD0           0x081
#define LOAD1           0x481
#define ADD             0x100
#define SUB             0x101
#define AND             0x102
#define OR              0x103
#define XOR             0x104
#define STORE           0x180
#define STOREINV        0x580
#define SRCA            0x20
#define SRCB            0x21
#define ACCU            0x31
#define ZF              0x32
#define CF              0x33

static void set_gpr(unsigned n, uint64_t value)
{
    write_reg(GPR(n), (uint32_t)value);
    write_reg(GPR(n) + 4, value >> 32);
}

static uint64_t get_gpr(unsigned n)
{
    return read_reg(GPR(n)) | (uint64_t)read_reg(GPR(n) + 4) << 32;
}

static void check_pair(uint64_t a, uint64_t b)
{
    static const unsigned opcode[] = { ADD, SUB, AND, OR, XOR };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(opcode); i++) {
        uint64_t want = opcode[i] == ADD ? a + b : opcode[i] == SUB ? a - b :
                        opcode[i] == AND ? (a & b) :
                        opcode[i] == OR ? (a | b) : (a ^ b);
        bool carry = opcode[i] == ADD ? want < a :
                     opcode[i] == SUB ? a < b : false;

        set_gpr(1, a);
        set_gpr(15, b);
        RUN(GVIRT_RCS, MATH(8), ALU(LOAD, SRCA, 1), ALU(LOAD, SRCB, 15),
            ALU(opcode[i], 0, 0), ALU(STORE, 2, ACCU), ALU(STOREINV, 3, ACCU),
            ALU(STORE, 4, ZF), ALU(STORE, 5, CF), ALU(STOREINV, 6, CF),
            CMD_NOOP);
        ck_assert_uint_eq(get_gpr(2), want);
        ck_assert_uint_eq(get_gpr(3), ~want);
        ck_assert_uint_eq(get_gpr(4), want ? 0 : UINT64_MAX);
        ck_assert_uint_eq(get_gpr(5), carry ? UINT64_MAX : 0);
        ck_assert_uint_eq(get_gpr(6), carry ? 0 : UINT64_MAX);
        ck_assert_uint_eq(get_gpr(1), a);
        ck_assert_uint_eq(get_gpr(15), b);
    }
}

START_TEST(test_operations)
{
    static const uint64_t edge[] = {
        0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
        INT64_MAX, 1ull << 63, UINT64_MAX, UINT64_MAX - 1,
        0x0123456789abcdef,
    };
    GRand *rand = g_rand_new_with_seed(7);
    unsigned i, k;

    for (i = 0; i < G_N_ELEMENTS(edge); i++) {
        for (k = 0; k < G_N_ELEMENTS(edge); k++) {
            check_pair(edge[i], edge[k]);
        }
    }
    for (i = 0; i < 200; i++) {
        check_pair(g_rand_int(rand) | (uint64_t)g_rand_int(rand) << 32,
                   g_rand_int(rand) | (uint64_t)g_rand_int(rand) << 32);
    }
    g_rand_free(rand);
}
END_TEST

START_TEST(test_loads)
{
    set_gpr(0, 0xf0f0f0f0f0f0f0f0);
    RUN(GVIRT_RCS, MATH(6), ALU(LOADINV, SRCA, 0), ALU(LOAD0, SRCB, 0),
        ALU(OR, 0, 0), ALU(STORE, 7, ACCU), ALU(STORE, 8, SRCA),
        ALU(STORE, 9, SRCB), CMD_NOOP);
    ck_assert_uint_eq(get_gpr(7), 0x0f0f0f0f0f0f0f0f);
    RUN(GVIRT_RCS, MATH(4), ALU(LOAD1, SRCA, 0), ALU(LOAD, SRCB, 0),
        ALU(AND, 0, 0), ALU(STORE, 7, ACCU), CMD_NOOP);
    ck_assert_uint_eq(get_gpr(7), 0xf0f0f0f0f0f0f0f0);
}
END_TEST

/* All sixteen registers, and no other. */
START_TEST(test_registers)
{
    unsigned i;

    for (i = 0; i < 16; i++) {
        set_gpr(i, 0x1000 + i);
    }
    for (i = 0; i < 16; i++) {
        RUN(GVIRT_RCS, MATH(4), ALU(LOAD, SRCA, i), ALU(LOAD1, SRCB, 0),
            ALU(AND, 0, 0), ALU(STORE, 15 - i, ACCU), CMD_NOOP);
        ck_assert_uint_eq(get_gpr(15 - i), i < 8 ? 0x1000 + i
                                                 : 0x1000 + 15 - i);
    }
    write_reg(0x2680, 0);
    RUN(GVIRT_RCS, MATH(1), ALU(STORE, 16, ACCU), CMD_NOOP);
    RUN(GVIRT_RCS, MATH(3), ALU(STORE, 0x3ff, ACCU), ALU(LOAD, SRCA, 0x1f),
        ALU(0xfff, 0, 0));
    ck_assert_uint_ge(fake->guest_errors, 4);
    ck_assert(is_idle(GVIRT_RCS));
}
END_TEST

/*
 * The wait loop of i915's OA streams (i915_perf.c, alloc_noa_wait) in its
 * parts: a difference of time stamps, its carry into a predicated jump.
 */
START_TEST(test_wait_loop)
{
    const uint32_t target = 1000;   /* ticks */
    GvirtSpace space = GVIRT_SPACE_GGTT;
    int i;

    set_gpr(2, UINT64_MAX - target);
    batch_at(space, BATCH_ADDR);
    BATCH(CMD_LRI(2), GPR(0) + 4, 0, GPR(1) + 4, 0,
          CMD_LRR, 0x2358, GPR(0));
    batch_at(space, BATCH_ADDR + 0x100);
    BATCH(CMD_LRR, 0x2358, GPR(1),
          MATH(9), ALU(LOAD, SRCA, 1), ALU(LOAD, SRCB, 0), ALU(SUB, 0, 0),
          ALU(STORE, 3, ACCU), ALU(LOAD, SRCA, 3), ALU(LOAD, SRCB, 2),
          ALU(ADD, 0, 0), ALU(STOREINV, 4, CF), 0,
          CMD_LRR, GPR(4), 0x241c,
          CMD_BB_START | 1u << 15, BATCH_ADDR + 0x100,
          CMD_SDI | CMD_GLOBAL, 0, DATA_ADDR, 1, CMD_BB_END);
    RUN(GVIRT_RCS, CMD_NOOP, CMD_NOOP);
    EMIT(GVIRT_RCS, CMD_BB_START, BATCH_ADDR);
    submit(GVIRT_RCS);
    for (i = 0; i < 20 && !peek(space, DATA_ADDR); i++) {
        gvirt_gpu_run(gpu, 300);
        fake->now_ns += 8000;   /* 100 ticks */
    }
    ck_assert_uint_eq(peek(space, DATA_ADDR), 1);
    ck_assert_int_ge(i, 10);
    ck_assert_int_le(i, 13);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("mi-math");
    TCase *t = tcase_create("mi-math");

    tcase_add_checked_fixture(t, cs_setup, cs_teardown);
    tcase_add_test(t, test_operations);
    tcase_add_test(t, test_loads);
    tcase_add_test(t, test_registers);
    tcase_add_test(t, test_wait_loop);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_main(suite());
}
