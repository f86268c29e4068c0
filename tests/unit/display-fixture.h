/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A display component alone: a register file, interrupts, the fake host's
 * memory and clock. Graphics memory below LIMIT_GGTT is memory at BASE_HPA.
 */
#ifndef GVIRT_TESTS_UNIT_DISPLAY_FIXTURE_H
#define GVIRT_TESTS_UNIT_DISPLAY_FIXTURE_H

#include <string.h>

#include "fakehost.h"
#include "hw/gvirt/display.h"
#include "suite.h"

#define BASE_HPA        0x10000000ull
#define LIMIT_GGTT      0x08000000ull

#define DE_ISR          0x44000u
#define DE_IMR          0x44004u
#define DE_IIR          0x44008u
#define DE_IER          0x4400cu
#define ERR_INT         0x44040u
#define SDE_ISR         0xc4000u
#define SDE_IMR         0xc4004u
#define SDE_IIR         0xc4008u
#define SDE_IER         0xc400cu

#define VBLANK_A        (1u << 0)
#define LINE_A          (1u << 2)
#define FLIP_A          (1u << 3)
#define DE_ERROR        (1u << 30)

#define ON              0x80000000u
#define MS              1000000ll

static G_GNUC_UNUSED FakeHost *fake;
static G_GNUC_UNUSED GvirtRegFile file;
static G_GNUC_UNUSED GvirtIrq irq;
static G_GNUC_UNUSED GvirtDisplay *display;
static G_GNUC_UNUSED int64_t deadline_ns;
static G_GNUC_UNUSED uint64_t base_hpa;     /* behind graphics address 0 */
static G_GNUC_UNUSED unsigned changes, vblanks, flips_done, pages_asked;

static int64_t fix_clock(void *opaque)
{
    (void)opaque;
    return fake->now_ns;
}

static const void *fix_page(void *opaque, uint64_t addr_ggtt,
                            uint64_t *page_hpa)
{
    (void)opaque;
    ck_assert_uint_eq(addr_ggtt & 0xfff, 0);
    ck_assert_uint_lt(addr_ggtt, GVIRT_GGTT_SIZE_B);
    pages_asked++;
    if (addr_ggtt >= LIMIT_GGTT) {
        return NULL;
    }
    *page_hpa = base_hpa + addr_ggtt;
    return fake->host.ops->map(fake->host.opaque, *page_hpa, false);
}

static void fix_deadline(void *opaque, int64_t when_ns)
{
    (void)opaque;
    deadline_ns = when_ns;
}

static void fix_changed(void *opaque)
{
    (void)opaque;
    changes++;
}

static void fix_vblank(void *opaque, unsigned pipe)
{
    (void)opaque;
    (void)pipe;
    vblanks++;
}

static void fix_flip_done(void *opaque, unsigned pipe, unsigned plane)
{
    (void)opaque;
    (void)pipe;
    (void)plane;
    flips_done++;
}

static const GvirtDisplayOps fix_ops = {
    .clock_ns = fix_clock,
    .page = fix_page,
    .deadline = fix_deadline,
    .changed = fix_changed,
    .vblank = fix_vblank,
    .flip_done = fix_flip_done,
};

static inline uint32_t rd(uint32_t offset)
{
    return gvirt_regfile_read(&file, offset);
}

static inline void wr(uint32_t offset, uint32_t value)
{
    gvirt_regfile_write(&file, offset, value);
}

/* Move the clock by ns, at each deadline as a host's timer would. */
static inline void run(int64_t ns)
{
    int64_t end_ns = fake->now_ns + ns;
    unsigned steps = 0;

    while (deadline_ns <= end_ns) {
        ck_assert_msg(++steps < 100000, "a storm of deadlines");
        fake->now_ns = MAX(deadline_ns, fake->now_ns);
        deadline_ns = gvirt_display_advance(display, fake->now_ns);
        ck_assert_msg(deadline_ns > fake->now_ns, "a deadline in the past");
    }
    fake->now_ns = end_ns;
}

/* An EDID whose bytes are all different from one another's neighbours. */
static inline void make_monitor(GvirtMonitor *monitor, GvirtMonitorKind kind,
                                uint32_t blocks)
{
    uint32_t i;

    memset(monitor, 0, sizeof(*monitor));
    monitor->kind = kind;
    monitor->connected = true;
    monitor->edid_size_B = blocks * 128;
    for (i = 0; i < monitor->edid_size_B; i++) {
        monitor->edid[i] = i * 7 + (i >> 7) * 3 + kind;
    }
}

static inline void plug(GvirtPort port, GvirtMonitorKind kind, uint32_t blocks)
{
    GvirtMonitor monitor;

    make_monitor(&monitor, kind, blocks);
    gvirt_display_set_monitor(display, port, &monitor);
}

static inline void fix_setup(void)
{
    fake = fakehost_new();
    fake->now_ns = 5000000;
    gvirt_regfile_init(&file, &fake->host, "test");
    gvirt_regfile_reset(&file);
    gvirt_irq_init(&irq, &file, NULL, NULL);
    gvirt_irq_reset(&irq);
    deadline_ns = INT64_MAX;
    base_hpa = BASE_HPA;
    display = gvirt_display_new(&fake->host, &file, &irq, &fix_ops, NULL);
    changes = vblanks = flips_done = pages_asked = 0;
    /* As i915 leaves it: everything masked, all that may come enabled. */
    wr(DE_IMR, 0xffffffff);
    wr(DE_IER, 0xffffffff);
    wr(SDE_IMR, 0xffffffff);
    wr(SDE_IER, 0xffffffff);
    wr(DE_IIR, 0xffffffff);
    wr(SDE_IIR, 0xffffffff);
}

static inline void fix_teardown(void)
{
    gvirt_display_free(display);
    gvirt_regfile_destroy(&file);
    fakehost_free(fake);
}

/*
 * Timings as i915 programs them; blanking of 160 pixels and 30 lines. The
 * pixel clock is WRPLL1's: with the dividers of 1024x768 in the log of a
 * first boot, 2700000 * 32 / 5 / (10 * 21) = 82285 kHz.
 */
static inline void mode(unsigned pipe, uint32_t width, uint32_t height)
{
    uint32_t at = pipe * 0x1000;

    wr(0x60000 + at, (width + 160 - 1) << 16 | (width - 1));
    wr(0x60004 + at, (width + 160 - 1) << 16 | (width - 1));
    wr(0x60008 + at, (width + 80 - 1) << 16 | (width + 48 - 1));
    wr(0x6000c + at, (height + 30 - 1) << 16 | (height - 1));
    wr(0x60010 + at, (height + 30 - 1) << 16 | (height - 1));
    wr(0x60014 + at, (height + 7 - 1) << 16 | (height + 3 - 1));
    wr(0x6001c + at, (width - 1) << 16 | (height - 1));
    wr(0x6002c + at, 0);
}

#define CLOCK_KHZ   82285ull

static inline int64_t frame_ns(uint32_t width, uint32_t height)
{
    return (width + 160) * (height + 30) * 1000000ull / CLOCK_KHZ;
}

/* HDMI on DDI B, as hsw_crtc_enable() does it. */
static inline void light(unsigned pipe, uint32_t width, uint32_t height)
{
    uint32_t at = pipe * 0x1000;

    wr(0x46040, 0xb0200a15);
    wr(0x46104, 4u << 29);
    wr(0x46140 + pipe * 4, 2u << 29);
    mode(pipe, width, height);
    wr(0x60400 + at, ON | 1u << 28);
    wr(0x64100, ON);
    wr(0x70008 + at, ON);
}

static inline void dark(unsigned pipe)
{
    uint32_t at = pipe * 0x1000;

    wr(0x70008 + at, 0);
    wr(0x60400 + at, 0);
    wr(0x64100, 0);
}

#define DISPLAY_TESTS_MAIN(name, add)                                       \
int main(void)                                                              \
{                                                                           \
    Suite *suite = suite_create(name);                                      \
    TCase *tcase = tcase_create(name);                                      \
                                                                            \
    tcase_add_checked_fixture(tcase, fix_setup, fix_teardown);              \
    add(tcase);                                                             \
    suite_add_tcase(suite, tcase);                                          \
    return suite_main(suite);                                               \
}

#endif /* GVIRT_TESTS_UNIT_DISPLAY_FIXTURE_H */
