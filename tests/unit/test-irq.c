/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the interrupt component: what reaches IIR, its queue, the south
 * block behind DEIIR, and the edges of the line as i915's handler (MSI)
 * needs them.
 */
#include "fakehost.h"
#include "suite.h"
#include "hw/gvirt/irq.h"

#define ISR         0x0
#define IMR         0x4
#define IIR         0x8
#define IER         0xc

#define DE          0x44000u
#define GT          0x44010u
#define PM          0x44020u
#define SDE         0xc4000u

#define MASTER      (1u << 31)
#define DE_ERROR    (1u << 30)
#define DE_PCH      (1u << 28)

static FakeHost *fake;
static GvirtRegFile file;
static GvirtIrq irq;
static unsigned rises;
static unsigned changes;
static bool line;

static void on_line(void *opaque, bool level)
{
    ck_assert_ptr_eq(opaque, &irq);
    ck_assert_msg(level != line, "told of a level that had not changed");
    line = level;
    changes++;
    rises += level;
}

static uint32_t rd(uint32_t offset)
{
    return gvirt_regfile_read(&file, offset);
}

static void wr(uint32_t offset, uint32_t value)
{
    gvirt_regfile_write(&file, offset, value);
}

static void setup(void)
{
    fake = fakehost_new();
    gvirt_regfile_init(&file, &fake->host, "test");
    gvirt_irq_init(&irq, &file, on_line, &irq);
    rises = changes = 0;
    line = false;
}

static void teardown(void)
{
    gvirt_regfile_destroy(&file);
    fakehost_free(fake);
}

/* As i915 leaves the blocks: all masked, nothing pending, nothing enabled. */
static void quiet(void)
{
    static const uint32_t blocks[] = { DE, GT, PM, SDE };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(blocks); i++) {
        wr(blocks[i] + IMR, ~0u);
        wr(blocks[i] + IER, 0);
        wr(blocks[i] + IIR, ~0u);
        wr(blocks[i] + IIR, ~0u);
        ck_assert_uint_eq(rd(blocks[i] + IIR), 0);
    }
}

/* Where every event stands, by the drivers' and the PRM's own figures. */
START_TEST(test_bits)
{
    static const struct {
        GvirtIrqEvent event;
        uint32_t block;
        unsigned bit;
    } known[] = {
        { GVIRT_IRQ_RCS_USER, GT, 0 }, { GVIRT_IRQ_RCS_ERROR, GT, 3 },
        { GVIRT_IRQ_RCS_PIPE_NOTIFY, GT, 4 }, { GVIRT_IRQ_L3_PARITY, GT, 5 },
        { GVIRT_IRQ_VCS_USER, GT, 12 }, { GVIRT_IRQ_VCS_ERROR, GT, 15 },
        { GVIRT_IRQ_BCS_USER, GT, 22 }, { GVIRT_IRQ_BCS_ERROR, GT, 25 },
        { GVIRT_IRQ_BCS_FLUSH_NOTIFY, GT, 26 },
        { GVIRT_IRQ_VECS_USER, PM, 10 }, { GVIRT_IRQ_VECS_ERROR, PM, 12 },
        { GVIRT_IRQ_RPS_DOWN, PM, 4 }, { GVIRT_IRQ_RPS_UP, PM, 5 },
        { GVIRT_IRQ_RPS_TIMEOUT, PM, 6 },
        { GVIRT_IRQ_VBLANK_A, DE, 0 }, { GVIRT_IRQ_VBLANK_B, DE, 5 },
        { GVIRT_IRQ_VBLANK_C, DE, 10 }, { GVIRT_IRQ_LINE_A, DE, 2 },
        { GVIRT_IRQ_FLIP_PRIMARY_A, DE, 3 },
        { GVIRT_IRQ_FLIP_PRIMARY_B, DE, 8 },
        { GVIRT_IRQ_FLIP_PRIMARY_C, DE, 13 },
        { GVIRT_IRQ_FLIP_SPRITE_A, DE, 4 },
        { GVIRT_IRQ_FLIP_SPRITE_C, DE, 14 },
        { GVIRT_IRQ_AUX_A, DE, 26 }, { GVIRT_IRQ_HOTPLUG_A, DE, 27 },
        { GVIRT_IRQ_GSE, DE, 29 }, { GVIRT_IRQ_DISPLAY_ERROR, DE, 30 },
        { GVIRT_IRQ_GMBUS, SDE, 17 }, { GVIRT_IRQ_HOTPLUG_CRT, SDE, 19 },
        { GVIRT_IRQ_HOTPLUG_B, SDE, 21 }, { GVIRT_IRQ_HOTPLUG_C, SDE, 22 },
        { GVIRT_IRQ_HOTPLUG_D, SDE, 23 }, { GVIRT_IRQ_AUX_B, SDE, 25 },
        { GVIRT_IRQ_AUX_C, SDE, 26 }, { GVIRT_IRQ_AUX_D, SDE, 27 },
    };
    unsigned i, j;

    for (i = 0; i < G_N_ELEMENTS(known); i++) {
        ck_assert_msg(gvirt_irq_block(known[i].event) == known[i].block &&
                      gvirt_irq_bit(known[i].event) == 1u << known[i].bit,
                      "%s", gvirt_irq_name(known[i].event));
    }
    for (i = 0; i < GVIRT_IRQ_EVENT_COUNT; i++) {
        for (j = 0; j < i; j++) {
            ck_assert_msg(gvirt_irq_block(i) != gvirt_irq_block(j) ||
                          gvirt_irq_bit(i) != gvirt_irq_bit(j),
                          "%s and %s", gvirt_irq_name(i), gvirt_irq_name(j));
        }
    }
    /* Nothing of it reads out of bounds. */
    gvirt_irq_raise(&irq, GVIRT_IRQ_EVENT_COUNT);
    gvirt_irq_raise(&irq, (GvirtIrqEvent)-1);
    gvirt_irq_set_live(&irq, GVIRT_IRQ_EVENT_COUNT, true);
    ck_assert_uint_eq(gvirt_irq_bit(GVIRT_IRQ_EVENT_COUNT), 0);
    ck_assert_uint_eq(gvirt_irq_block(GVIRT_IRQ_EVENT_COUNT), 0);
    ck_assert_str_eq(gvirt_irq_name(GVIRT_IRQ_EVENT_COUNT), "none");
}
END_TEST

/* A masked event leaves no trace: not now, and not when it is unmasked. */
START_TEST(test_masked_event)
{
    GvirtIrqEvent event = _i;
    uint32_t block = gvirt_irq_block(event);
    uint32_t bit = gvirt_irq_bit(event);

    quiet();
    wr(DE + IER, MASTER);
    wr(block + IER, ~0u);
    wr(block + IMR, ~bit);
    wr(block + IMR, ~0u);
    gvirt_irq_raise(&irq, event);
    ck_assert_uint_eq(rd(block + IIR), 0);
    wr(block + IMR, 0);
    ck_assert_uint_eq(rd(block + IIR) & bit, 0);
    ck_assert_uint_eq(changes, 0);
    ck_assert_uint_eq(irq.count[event], 0);
}
END_TEST

/* Every event, let through, sets its bit alone and raises the line. */
START_TEST(test_event)
{
    GvirtIrqEvent event = _i;
    uint32_t block = gvirt_irq_block(event);
    uint32_t bit = gvirt_irq_bit(event);

    quiet();
    wr(block + IMR, ~bit);
    wr(DE + IMR, rd(DE + IMR) & ~DE_PCH);
    wr(SDE + IER, ~0u);
    wr(block + IER, ~0u);
    wr(DE + IER, MASTER | DE_PCH | rd(DE + IER));
    if (event == GVIRT_IRQ_DISPLAY_ERROR) {
        gvirt_regfile_set(&file, GVIRT_REG_ERR_INT, 1);
    }
    ck_assert(!line);
    gvirt_irq_raise(&irq, event);
    ck_assert_uint_eq(rd(block + IIR), bit);
    ck_assert_uint_eq(irq.count[event], 1);
    ck_assert(line && irq.level);
    if (block == SDE) {
        ck_assert_uint_eq(rd(DE + IIR), DE_PCH);
    }
    if (event == GVIRT_IRQ_DISPLAY_ERROR) {
        wr(GVIRT_REG_ERR_INT, ~0u);
    }
    wr(block + IIR, bit);
    wr(DE + IIR, rd(DE + IIR));
    ck_assert_uint_eq(rd(block + IIR), 0);
    ck_assert(!line);
    ck_assert_uint_eq(rises, 1);
}
END_TEST

/* IIR clears by ones alone, and a second event waits behind the first. */
START_TEST(test_queue)
{
    quiet();
    wr(GT + IMR, 0);
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    gvirt_irq_raise(&irq, GVIRT_IRQ_BCS_USER);
    wr(GT + IIR, 0);
    ck_assert_uint_eq(rd(GT + IIR), 0x400001);
    wr(GT + IIR, 0x400000);
    ck_assert_uint_eq(rd(GT + IIR), 1);
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    wr(GT + IIR, 1);
    ck_assert_uint_eq(rd(GT + IIR), 1);
    wr(GT + IIR, 1);
    ck_assert_uint_eq(rd(GT + IIR), 0);
    wr(GT + IIR, 1);
    ck_assert_uint_eq(rd(GT + IIR), 0);
}
END_TEST

/* Two writes always leave it empty, whatever came before: "poison". */
START_TEST(test_install)
{
    unsigned i;

    wr(DE + IMR, 0);
    wr(GT + IMR, 0);
    wr(PM + IMR, 0);
    wr(SDE + IMR, 0);
    for (i = 0; i < 3 * GVIRT_IRQ_EVENT_COUNT; i++) {
        gvirt_irq_raise(&irq, i % GVIRT_IRQ_EVENT_COUNT);
    }
    quiet();
    for (i = 0; i < GVIRT_IRQ_EVENT_COUNT; i++) {
        gvirt_irq_raise(&irq, i);
    }
    ck_assert_uint_eq(rd(DE + IIR) | rd(GT + IIR) | rd(PM + IIR) |
                      rd(SDE + IIR), 0);
    ck_assert_uint_eq(changes, 0);
}
END_TEST

START_TEST(test_isr_is_read_only)
{
    wr(SDE + ISR, ~0u);
    ck_assert_uint_eq(rd(SDE + ISR), 0);
    gvirt_irq_set_live(&irq, GVIRT_IRQ_HOTPLUG_B, true);
    gvirt_irq_set_live(&irq, GVIRT_IRQ_HOTPLUG_D, true);
    ck_assert_uint_eq(rd(SDE + ISR), 1u << 21 | 1u << 23);
    gvirt_irq_set_live(&irq, GVIRT_IRQ_HOTPLUG_B, false);
    ck_assert_uint_eq(rd(SDE + ISR), 1u << 23);
    /* A state is no event. */
    ck_assert_uint_eq(rd(SDE + IIR), 0);
}
END_TEST

/* No enable, no master: no line; each of them given late raises it. */
START_TEST(test_enables)
{
    quiet();
    wr(GT + IMR, ~1u);
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    ck_assert(!line);
    wr(DE + IER, MASTER);
    ck_assert(!line);
    wr(GT + IER, 2);
    ck_assert(!line);
    wr(GT + IER, 3);
    ck_assert(line);
    wr(DE + IER, 0);
    ck_assert(!line);
    /* Masking behind a latched event takes nothing back. */
    wr(GT + IMR, ~0u);
    wr(DE + IER, MASTER);
    ck_assert(line);
    /* The master bit is no interrupt of its own. */
    wr(GT + IIR, 1);
    ck_assert(!line);
}
END_TEST

/* The south block without its enable, or masked in DEIMR: no summary. */
START_TEST(test_south_gates)
{
    quiet();
    wr(SDE + IMR, ~(1u << 17));
    wr(DE + IMR, ~DE_PCH);
    wr(DE + IER, MASTER | DE_PCH);
    gvirt_irq_raise(&irq, GVIRT_IRQ_GMBUS);
    ck_assert_uint_eq(rd(DE + IIR), 0);
    ck_assert_uint_eq(rd(DE + ISR), 0);
    wr(SDE + IER, ~0u);
    ck_assert_uint_eq(rd(DE + IIR), DE_PCH);
    ck_assert_uint_eq(rd(DE + ISR), DE_PCH);
    ck_assert(line);
    /* Only a rise counts: cleared with SDEIIR still set, it stays clear. */
    wr(DE + IIR, DE_PCH);
    ck_assert_uint_eq(rd(DE + IIR), 0);
    ck_assert(!line);
    gvirt_irq_raise(&irq, GVIRT_IRQ_GMBUS);
    ck_assert_uint_eq(rd(DE + IIR), 0);

    quiet();
    wr(SDE + IMR, ~(1u << 17));
    wr(SDE + IER, ~0u);
    gvirt_irq_raise(&irq, GVIRT_IRQ_GMBUS);
    ck_assert_uint_eq(rd(DE + IIR), 0);
    /* A level still there when it is unmasked rises then. */
    wr(DE + IMR, ~DE_PCH);
    ck_assert_uint_eq(rd(DE + IIR), DE_PCH);
}
END_TEST

/* One pass of i915's ilk_irq_handler; what it saw. during: mid-way. */
typedef struct Seen {
    unsigned gt;
    unsigned de;
    unsigned pm;
    unsigned sde;
} Seen;

static void handler(Seen *seen, void (*during)(int step))
{
    uint32_t de_ier = rd(DE + IER);
    uint32_t sde_ier, iir;
    int step = 0;

    wr(DE + IER, de_ier & ~MASTER);
    sde_ier = rd(SDE + IER);
    wr(SDE + IER, 0);
    during(step++);
    iir = rd(GT + IIR);
    if (iir) {
        wr(GT + IIR, iir);
        seen->gt += iir & 1;
    }
    during(step++);
    iir = rd(DE + IIR);
    if (iir) {
        wr(DE + IIR, iir);
        seen->de += iir & 1;
        during(step++);
        if (iir & DE_PCH) {
            uint32_t pch = rd(SDE + IIR);

            during(step++);
            seen->sde += pch >> 17 & 1;
            wr(SDE + IIR, pch);
        }
    }
    during(step++);
    iir = rd(PM + IIR);
    if (iir) {
        wr(PM + IIR, iir);
        seen->pm += iir >> 10 & 1;
    }
    during(step++);
    wr(DE + IER, de_ier);
    wr(SDE + IER, sde_ier);
}

static int raise_at;

static void raise_some(int step)
{
    if (step == raise_at) {
        raise_at = -1;
        gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
        gvirt_irq_raise(&irq, GVIRT_IRQ_VBLANK_A);
        gvirt_irq_raise(&irq, GVIRT_IRQ_VECS_USER);
        gvirt_irq_raise(&irq, GVIRT_IRQ_GMBUS);
    }
}

/*
 * MSI: the handler runs once for each rise. Wherever in it more events come,
 * all are seen and the line ends low: none is lost, none is left stuck.
 */
START_TEST(test_msi)
{
    Seen seen = { 0 };
    unsigned served = 0;

    quiet();
    wr(GT + IMR, ~1u);
    wr(DE + IMR, ~(DE_PCH | 1));
    wr(PM + IMR, ~(1u << 10));
    wr(SDE + IMR, ~(1u << 17));
    wr(GT + IER, 1);
    wr(PM + IER, 1u << 10);
    wr(SDE + IER, ~0u);
    wr(DE + IER, MASTER | DE_PCH | 1);
    raise_at = -2;
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    gvirt_irq_raise(&irq, GVIRT_IRQ_VBLANK_A);
    gvirt_irq_raise(&irq, GVIRT_IRQ_VECS_USER);
    gvirt_irq_raise(&irq, GVIRT_IRQ_GMBUS);
    ck_assert_uint_eq(rises, 1);
    raise_at = _i;
    while (served < rises) {
        served++;
        ck_assert_uint_lt(served, 6);
        handler(&seen, raise_some);
    }
    ck_assert(!line);
    ck_assert_int_eq(raise_at, -1);
    ck_assert_uint_eq(seen.gt, 2);
    ck_assert_uint_eq(seen.de, 2);
    ck_assert_uint_eq(seen.pm, 2);
    ck_assert_uint_eq(seen.sde, 2);
    /* And it is alive afterwards. */
    gvirt_irq_raise(&irq, GVIRT_IRQ_GMBUS);
    ck_assert(line);
}
END_TEST

/* Still pending when the master bit comes back: a new message. */
START_TEST(test_rearm)
{
    quiet();
    wr(GT + IMR, ~1u);
    wr(GT + IER, 1);
    wr(DE + IER, MASTER);
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    ck_assert_uint_eq(rises, 1);
    wr(DE + IER, 0);
    wr(GT + IIR, 1);
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    ck_assert(!line);
    wr(DE + IER, MASTER);
    ck_assert(line);
    ck_assert_uint_eq(rises, 2);
    /* While it is high, more of the same is no new edge. */
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    wr(DE + IER, MASTER);
    ck_assert_uint_eq(rises, 2);
}
END_TEST

/* Error summaries follow their registers: DEIIR bit 30, SDEIIR bit 16. */
START_TEST(test_errors)
{
    quiet();
    wr(DE + IMR, ~DE_ERROR);
    gvirt_regfile_set(&file, GVIRT_REG_ERR_INT, 0x9);
    gvirt_irq_raise(&irq, GVIRT_IRQ_DISPLAY_ERROR);
    ck_assert_uint_eq(rd(DE + IIR), DE_ERROR);
    wr(DE + IIR, DE_ERROR);
    ck_assert_uint_eq(rd(DE + IIR), 0);
    ck_assert_uint_eq(rd(DE + ISR), DE_ERROR);
    wr(GVIRT_REG_ERR_INT, 0x9);
    ck_assert_uint_eq(rd(DE + ISR), 0);
    gvirt_regfile_set(&file, GVIRT_REG_ERR_INT, 1);
    gvirt_irq_raise(&irq, GVIRT_IRQ_DISPLAY_ERROR);
    ck_assert_uint_eq(rd(DE + IIR), DE_ERROR);
}
END_TEST

START_TEST(test_reset)
{
    quiet();
    wr(GT + IMR, 0);
    wr(GT + IER, ~0u);
    wr(DE + IER, MASTER);
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    gvirt_irq_set_live(&irq, GVIRT_IRQ_HOTPLUG_B, true);
    ck_assert(line);
    gvirt_irq_reset(&irq);
    ck_assert(!line);
    ck_assert_uint_eq(rd(GT + IIR) | rd(SDE + ISR) | rd(DE + IER), 0);
    /* Nothing waits in the queue. */
    gvirt_irq_raise(&irq, GVIRT_IRQ_RCS_USER);
    wr(GT + IIR, ~0u);
    ck_assert_uint_eq(rd(GT + IIR), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("irq");
    TCase *tests = tcase_create("irq");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_bits);
    tcase_add_loop_test(tests, test_masked_event, 0, GVIRT_IRQ_EVENT_COUNT);
    tcase_add_loop_test(tests, test_event, 0, GVIRT_IRQ_EVENT_COUNT);
    tcase_add_test(tests, test_queue);
    tcase_add_test(tests, test_install);
    tcase_add_test(tests, test_isr_is_read_only);
    tcase_add_test(tests, test_enables);
    tcase_add_test(tests, test_south_gates);
    tcase_add_loop_test(tests, test_msi, 0, 6);
    tcase_add_test(tests, test_rearm);
    tcase_add_test(tests, test_errors);
    tcase_add_test(tests, test_reset);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
