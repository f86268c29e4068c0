/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices as a driver meets them on the PCI bus: registers, page-table
 * entries, the aperture mapped through, a ring that works and interrupts, on
 * the vGPU and on the whole GPU. Every case runs on both.
 */
#include "qemu/osdep.h"
#include "fixture.h"
#include "hw/pci/pci_regs.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"

/* Where the tests keep things in the guest's memory. */
#define RING_GPA        0x01000000u
#define STATUS_GPA      0x01100000u
#define TARGET_GPA      0x01200000u
/* ... and in graphics memory: within any partition, above the aperture. */
#define RING_GGTT       0x20000000u
#define STATUS_GGTT     0x20100000u
#define TARGET_GGTT     0x20200000u

#define MI_USER_INTERRUPT       0x01000000u
#define MI_STORE_DATA_IMM_GGTT  0x10400002u

#define DEIER           0x4400c
#define DEIER_MASTER    0x80000000u
#define GTIMR           0x44014
#define GTIIR           0x44018
#define GTIER           0x4401c

/* The four engines: base, status page register, user interrupt's GT bit. */
static const struct {
    const char *name;
    uint32_t base;
    uint32_t hws;
    uint32_t gt_bit;        /* 0: in another block */
} engines[] = {
    { "rcs", 0x02000, 0x04080, 1u << 0 },
    { "vcs", 0x12000, 0x04180, 1u << 12 },
    { "bcs", 0x22000, 0x04280, 1u << 22 },
    { "vecs", 0x1a000, 0x04380, 0 },
};

static void fixture_open(Fixture *f, const char *device)
{
    fixture_start(f, device, "");
}

static void map_page(Fixture *f, uint32_t addr_ggtt, uint32_t addr_gpa)
{
    wr(f, GTT + addr_ggtt / PAGE * 4, addr_gpa | 1);
}

static void test_pte(const void *data)
{
    Fixture f;
    uint32_t page = RING_GGTT / PAGE;

    fixture_open(&f, data);
    wr(&f, GTT + page * 4, 0x00123001);
    wr(&f, GTT + page * 4 + 4, 0x00456007);
    g_assert_cmphex(rd(&f, GTT + page * 4), ==, 0x00123001);
    g_assert_cmphex(rd(&f, GTT + page * 4 + 4), ==, 0x00456007);
    g_assert_cmphex(qpci_io_readq(f.dev, f.mmio, GTT + page * 4), ==,
                    0x0045600700123001ull);
    fixture_close(&f);
}

static void test_aperture(const void *data)
{
    Fixture f;
    uint32_t at = 32 << 20;
    uint64_t exits;

    fixture_open(&f, data);
    map_page(&f, at, TARGET_GPA);
    map_page(&f, at + PAGE, TARGET_GPA + PAGE);
    qtest_writel(f.qts, TARGET_GPA + 8, 0xfeedf00d);
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + 8), ==, 0xfeedf00d);

    /* From here on it is mapped: no access leaves the guest. */
    exits = counter(&f, "aperture-exits");
    g_assert_cmpuint(counter(&f, "aperture-maps"), >=, 1);
    qpci_io_writel(f.dev, f.aperture, at + PAGE + 4, 0x12345678);
    g_assert_cmphex(qtest_readl(f.qts, TARGET_GPA + PAGE + 4), ==,
                    0x12345678);
    g_assert_cmpuint(counter(&f, "aperture-exits"), ==, exits);

    /* A new entry takes the old mapping away. */
    map_page(&f, at, STATUS_GPA);
    qtest_writel(f.qts, STATUS_GPA + 8, 0x0badcafe);
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + 8), ==, 0x0badcafe);

    /* No entry: nothing to read, and a write goes nowhere. */
    wr(&f, GTT + at / PAGE * 4, 0);
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + 8), ==, 0);
    qpci_io_writel(f.dev, f.aperture, at + 8, 1);
    g_assert_cmphex(qtest_readl(f.qts, STATUS_GPA + 8), ==, 0x0badcafe);
    fixture_close(&f);
}

/*
 * Where entries change and a few words are read in between, nothing is mapped;
 * who stays gets the map.
 */
static void test_aperture_walk(const void *data)
{
    Fixture f;
    uint32_t at = 32 << 20;
    uint64_t maps, exits;
    uint32_t page;
    unsigned i;

    fixture_open(&f, data);
    map_page(&f, at, TARGET_GPA);
    qpci_io_readl(f.dev, f.aperture, at);
    maps = counter(&f, "aperture-maps");
    g_assert_cmpuint(maps, >=, 1);

    for (page = 1; page < 8; page++) {
        qtest_writel(f.qts, TARGET_GPA + page * PAGE + PAGE - 4, page);
        map_page(&f, at, TARGET_GPA + page * PAGE);
        for (i = 0; i < 32; i++) {
            g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + PAGE - 4),
                            ==, page);
        }
    }
    g_assert_cmpuint(counter(&f, "aperture-maps"), ==, maps);

    for (i = 0; i < 128; i++) {
        qpci_io_readl(f.dev, f.aperture, at);
    }
    g_assert_cmpuint(counter(&f, "aperture-maps"), >, maps);
    exits = counter(&f, "aperture-exits");
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + PAGE - 4), ==, 7);
    g_assert_cmpuint(counter(&f, "aperture-exits"), ==, exits);
    fixture_close(&f);
}

static size_t children(Fixture *f)
{
    QDict *answer = qtest_qmp(f->qts, "{ 'execute': 'qom-list', 'arguments': "
                              "{ 'path': 'f0' } }");
    size_t count = qlist_size(qdict_get_qlist(answer, "return"));

    qobject_unref(answer);
    return count;
}

/*
 * Mapped runs are no children of the device: among those QEMU looks one by
 * one, half a million times for a thousand runs.
 */
static void test_aperture_runs(const void *data)
{
    Fixture f;
    uint32_t at = 32 << 20;
    unsigned i;
    size_t before;

    fixture_open(&f, data);
    before = children(&f);
    for (i = 0; i < 4; i++) {
        map_page(&f, at + i * PAGE, TARGET_GPA + i * 2 * PAGE);
    }
    qpci_io_readl(f.dev, f.aperture, at);
    g_assert_cmpuint(counter(&f, "aperture-maps"), ==, 4);
    g_assert_cmpuint(children(&f), ==, before);
    fixture_close(&f);
}

/*
 * The entries of a buffer whose pages stand apart in memory are written one by
 * one: what is mapped of its 2 MiB goes by two changes of the memory map, not
 * by one for each page. An entry that changes alone takes only its page.
 */
static void test_aperture_burst(const void *data)
{
    Fixture f;
    uint32_t at = 32 << 20;
    uint64_t remaps, exits;
    unsigned i;

    fixture_open(&f, data);
    for (i = 0; i < 32; i++) {
        map_page(&f, at + i * PAGE, TARGET_GPA + i * 2 * PAGE);
        qtest_writel(f.qts, TARGET_GPA + i * 2 * PAGE, 2 * i);
        qtest_writel(f.qts, TARGET_GPA + (i * 2 + 1) * PAGE, 2 * i + 1);
    }
    qpci_io_readl(f.dev, f.aperture, at);
    g_assert_cmpuint(counter(&f, "aperture-maps"), ==, 32);
    g_assert_cmpuint(counter(&f, "aperture-remaps"), ==, 1);

    map_page(&f, at, TARGET_GPA + PAGE);
    exits = counter(&f, "aperture-exits");
    for (i = 1; i < 32; i++) {
        g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + i * PAGE), ==,
                        2 * i);
    }
    g_assert_cmpuint(counter(&f, "aperture-exits"), ==, exits);

    remaps = counter(&f, "aperture-remaps");
    g_assert_cmpuint(remaps, ==, 2);
    for (i = 1; i < 32; i++) {
        map_page(&f, at + i * PAGE, TARGET_GPA + (i * 2 + 1) * PAGE);
        g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + i * PAGE), ==,
                        2 * i + 1);
    }
    g_assert_cmpuint(counter(&f, "aperture-remaps"), ==, remaps + 1);

    /* Whoever stays gets one map, of them all. */
    for (i = 0; i < 128; i++) {
        qpci_io_readl(f.dev, f.aperture, at);
    }
    g_assert_cmpuint(counter(&f, "aperture-remaps"), ==, remaps + 2);
    exits = counter(&f, "aperture-exits");
    for (i = 0; i < 32; i++) {
        g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + i * PAGE), ==,
                        2 * i + 1);
    }
    g_assert_cmpuint(counter(&f, "aperture-exits"), ==, exits);
    fixture_close(&f);
}

/* What is filled with one page over and over is no run for each. */
static void test_aperture_fill(const void *data)
{
    Fixture f;
    uint32_t at = 32 << 20;
    unsigned i;

    fixture_open(&f, data);
    qtest_writel(f.qts, TARGET_GPA, 0x5c5c5c5c);
    qtest_writel(f.qts, TARGET_GPA + 8 * PAGE, 0x01010101);
    for (i = 0; i < 64; i++) {
        map_page(&f, at + i * PAGE, TARGET_GPA + (i == 32 ? 8 * PAGE : 0));
    }
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + 32 * PAGE), ==,
                    0x01010101);
    g_assert_cmpuint(counter(&f, "aperture-maps"), ==, 1);
    for (i = 0; i < 64; i++) {
        if (i != 32) {
            g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + i * PAGE),
                            ==, 0x5c5c5c5c);
        }
    }
    /* The first that is read is mapped, the next ones have to wait. */
    g_assert_cmpuint(counter(&f, "aperture-remaps"), ==, 2);
    fixture_close(&f);
}

/* Where there is no room for more runs the oldest 2 MiB go, not all. */
static void test_aperture_full(const void *data)
{
    enum { WINDOW = 512 };
    Fixture f;
    uint32_t at = 32 << 20;
    uint64_t exits;
    unsigned i;

    fixture_open(&f, data);
    for (i = 0; i < 3 * WINDOW; i++) {
        map_page(&f, at + i * PAGE, TARGET_GPA + i * 2 * PAGE);
        qtest_writel(f.qts, TARGET_GPA + i * 2 * PAGE, i);
    }
    for (i = 0; i < 3; i++) {
        qpci_io_readl(f.dev, f.aperture, at + i * WINDOW * PAGE);
    }
    g_assert_cmpuint(counter(&f, "aperture-maps"), ==, 3 * WINDOW);
    g_assert_cmpuint(counter(&f, "aperture-remaps"), ==, 3);
    exits = counter(&f, "aperture-exits");
    g_assert_cmpuint(exits, ==, 3);
    for (i = WINDOW; i < 3 * WINDOW; i++) {
        g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + i * PAGE), ==,
                        i);
    }
    g_assert_cmpuint(counter(&f, "aperture-exits"), ==, exits);
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + PAGE), ==, 1);
    g_assert_cmpuint(counter(&f, "aperture-exits"), ==, exits + 1);
    /* What took another place in the list goes when its entry changes. */
    for (i = 3; i < 3 * WINDOW; i += WINDOW) {
        map_page(&f, at + i * PAGE, TARGET_GPA);
        g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + i * PAGE), ==,
                        0);
        g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + (i + 1) * PAGE),
                        ==, i + 1);
    }
    fixture_close(&f);
}

/* A fenced range shows a linear picture of X tiles. */
static void test_fence(const void *data)
{
    Fixture f;
    uint32_t at = 32 << 20;
    unsigned i;

    fixture_open(&f, data);
    for (i = 0; i < 4; i++) {
        map_page(&f, at + i * PAGE, TARGET_GPA + i * PAGE);
    }
    /* 1024 bytes pitch: two tiles in a row, 16 rows. */
    wr(&f, 0x100000, 0);
    wr(&f, 0x100004, (at + 3 * PAGE) | (1024 / 128 - 1));
    wr(&f, 0x100000, at | 1);
    qpci_io_writel(f.dev, f.aperture, at, 0x11111111);          /* 0, 0 */
    qpci_io_writel(f.dev, f.aperture, at + 512, 0x22222222);    /* 512, 0 */
    qpci_io_writel(f.dev, f.aperture, at + 1024, 0x33333333);   /* 0, 1 */
    qpci_io_writel(f.dev, f.aperture, at + 8192, 0x44444444);   /* 0, 8 */
    g_assert_cmphex(qtest_readl(f.qts, TARGET_GPA), ==, 0x11111111);
    g_assert_cmphex(qtest_readl(f.qts, TARGET_GPA + PAGE), ==, 0x22222222);
    g_assert_cmphex(qtest_readl(f.qts, TARGET_GPA + 512), ==, 0x33333333);
    g_assert_cmphex(qtest_readl(f.qts, TARGET_GPA + 2 * PAGE), ==,
                    0x44444444);
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + 1024), ==,
                    0x33333333);
    g_assert_cmpuint(counter(&f, "aperture-maps"), ==, 0);

    /* Without the fence it is mapped. */
    wr(&f, 0x100000, 0);
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + 512), ==,
                    0x33333333);
    g_assert_cmpuint(counter(&f, "aperture-maps"), >=, 1);
    fixture_close(&f);
}

/* Wait, in real time, for what the engines do on their own thread. */
static bool wait_for(Fixture *f, uint64_t addr_gpa, uint32_t value)
{
    int i;

    for (i = 0; i < 2000; i++) {
        if (qtest_readl(f->qts, addr_gpa) == value) {
            return true;
        }
        qtest_clock_step(f->qts, 100000);
        g_usleep(1000);
    }
    return false;
}

static void ring_start(Fixture *f, unsigned i)
{
    uint32_t base = engines[i].base;
    unsigned page;

    for (page = 0; page < 4; page++) {
        map_page(f, RING_GGTT + page * PAGE, RING_GPA + page * PAGE);
    }
    map_page(f, STATUS_GGTT, STATUS_GPA);
    map_page(f, TARGET_GGTT, TARGET_GPA);
    wr(f, engines[i].hws, STATUS_GGTT);
    wr(f, base + 0x34, 0);
    wr(f, base + 0x30, 0);
    wr(f, base + 0x38, RING_GGTT);
    wr(f, base + 0x3c, (3 * PAGE) | 1);
}

static void test_ring(const void *data)
{
    Fixture f;
    unsigned i, j;

    fixture_open(&f, data);
    for (i = 0; i < G_N_ELEMENTS(engines); i++) {
        const uint32_t commands[] = {
            MI_STORE_DATA_IMM_GGTT, 0, TARGET_GGTT + i * 4, 0x600d0000 + i,
            MI_USER_INTERRUPT, 0,
        };

        ring_start(&f, i);
        for (j = 0; j < G_N_ELEMENTS(commands); j++) {
            qtest_writel(f.qts, RING_GPA + j * 4, commands[j]);
        }
        wr(&f, DEIER, DEIER_MASTER);
        wr(&f, GTIER, engines[i].gt_bit);
        wr(&f, GTIMR, ~engines[i].gt_bit);
        wr(&f, engines[i].base + 0xa8, ~1u);
        wr(&f, engines[i].base + 0x30, sizeof(commands));
        g_assert_true(wait_for(&f, TARGET_GPA + i * 4, 0x600d0000 + i));
        for (j = 0; j < 2000 && (rd(&f, engines[i].base + 0x34) & 0x1ffffc) !=
             sizeof(commands); j++) {
            g_usleep(1000);
        }
        g_assert_cmphex(rd(&f, engines[i].base + 0x34) & 0x1ffffc, ==,
                        sizeof(commands));
        if (engines[i].base == 0x02000) {
            for (j = 0; j < 2000 && !(rd(&f, GTIIR) & 1); j++) {
                g_usleep(1000);
            }
            g_assert_cmphex(rd(&f, GTIIR), ==, engines[i].gt_bit);
            wr(&f, GTIIR, engines[i].gt_bit);
            g_assert_cmphex(rd(&f, GTIIR), ==, 0);
        }
        wr(&f, engines[i].base + 0x3c, 0);
    }
    fixture_close(&f);
}

/* Monitors come and go while the machine runs: SDEISR and the pulse. */
static void test_hotplug(const void *data)
{
    Fixture f;

    fixture_open(&f, data);
    g_assert_cmphex(rd(&f, 0xc4000) & (7u << 21), ==, 1u << 21);
    wr(&f, 0xc4030, 1u << 4 | 1u << 12 | 1u << 20);
    qtest_qmp_assert_success(f.qts, "{ 'execute': 'qom-set', 'arguments': "
                             "{ 'path': 'f0', 'property': 'hdmi', "
                             "'value': false } }");
    g_assert_cmphex(rd(&f, 0xc4000) & (7u << 21), ==, 0);
    g_assert_cmphex(rd(&f, 0xc4030) & 3, !=, 0);
    qtest_qmp_assert_success(f.qts, "{ 'execute': 'qom-set', 'arguments': "
                             "{ 'path': 'f0', 'property': 'hdmi', "
                             "'value': true } }");
    g_assert_cmphex(rd(&f, 0xc4000) & (7u << 21), ==, 1u << 21);
    fixture_close(&f);
}

static void plug(Fixture *f, const char *property, bool there)
{
    qtest_qmp_assert_success(f->qts, "{ 'execute': 'qom-set', 'arguments': "
                             "{ 'path': 'f0', 'property': %s, "
                             "'value': %i } }", property, there);
}

/* 128 bytes from the EDID on the analog port's pins; false: nobody is there. */
static bool read_vga_edid(Fixture *f, uint8_t *edid)
{
    uint32_t value = 0;
    unsigned i;

    wr(f, 0xc5100, 2);
    wr(f, 0xc5104, 1u << 30 | 1u << 26 | 1u << 25 | 128u << 16 | 0x50u << 1 |
                   1);
    for (i = 0; i < 128; i++) {
        if (rd(f, 0xc5108) & 1u << 10) {
            wr(f, 0xc5104, 1u << 31);
            wr(f, 0xc5104, 0);
            return false;
        }
        value = i % 4 ? value >> 8 : rd(f, 0xc510c);
        edid[i] = value;
    }
    wr(f, 0xc5104, 1u << 30 | 1u << 27);
    return true;
}

/*
 * The analog port: the load on its lines is noticed, and the EDID is that of
 * an analog monitor whose preferred mode two lanes of FDI can carry: 171.4
 * MHz (i915: ilk_get_lanes_required() leaves 5% for the spread).
 */
static void test_vga(const void *data)
{
    g_autofree char *device = g_strdup_printf("%s,xres=1920,yres=1200",
                                              (const char *)data);
    uint8_t edid[128], sum = 0;
    unsigned i, clock_10khz;
    Fixture f;

    fixture_open(&f, device);
    g_assert_cmphex(rd(&f, 0xc2014) & 1u << 6, ==, 0);
    g_assert_false(read_vga_edid(&f, edid));
    wr(&f, 0xe1100, 1u << 23);
    g_assert_cmphex(rd(&f, 0xe1100) & 3u << 24, ==, 0);
    plug(&f, "vga", true);
    g_assert_cmphex(rd(&f, 0xe1100) & 3u << 24, ==, 3u << 24);
    g_assert_cmphex(rd(&f, 0xc4000) & 1u << 19, ==, 1u << 19);

    g_assert_true(read_vga_edid(&f, edid));
    for (i = 0; i < 128; i++) {
        sum += edid[i];
    }
    g_assert_cmpuint(sum, ==, 0);
    g_assert_cmphex(edid[20] & 0x80, ==, 0);
    g_assert_cmpuint(edid[126], ==, 0);
    clock_10khz = edid[54] | edid[55] << 8;
    g_assert_cmpuint(clock_10khz, <, 17140);
    /* 60 Hz of 1920 + 160 by 1200 + 35: VESA's 1920x1200 reduced */
    g_assert_cmpuint(clock_10khz, ==, 2080 * 1235 * 60 / 10000);
    g_assert_cmpuint(edid[56] | (edid[58] & 0xf0) << 4, ==, 1920);
    g_assert_cmpuint(edid[59] | (edid[61] & 0xf0) << 4, ==, 1200);

    plug(&f, "vga", false);
    g_assert_cmphex(rd(&f, 0xe1100) & 3u << 24, ==, 0);
    g_assert_cmphex(rd(&f, 0xc4000) & 1u << 19, ==, 0);
    g_assert_false(read_vga_edid(&f, edid));
    fixture_close(&f);
}

/* Registers that no table names are listed, once each, and harmless. */
static void test_unknown(const void *data)
{
    Fixture f;
    QDict *answer;

    fixture_open(&f, data);
    wr(&f, 0x1ffff0, 1);
    g_assert_cmphex(rd(&f, 0x1ffff0), ==, 0);
    answer = qtest_qmp(f.qts, "{ 'execute': 'qom-get', 'arguments': "
                       "{ 'path': 'f0', 'property': 'unknown-registers' } }");
    g_assert_nonnull(strstr(qdict_get_str(answer, "return"), "1ffff0"));
    qobject_unref(answer);
    fixture_close(&f);
}

/*
 * The power management capability, where Intel's tests read it on the real
 * part: in D3 the registers are out of reach, back in D0 they are as before.
 */
static void test_power_state(const void *data)
{
    const uint8_t pmcap = 0xd0;
    Fixture f;

    fixture_open(&f, data);
    g_assert_cmphex(qpci_config_readb(f.dev, PCI_CAPABILITY_LIST), ==, 0x90);
    g_assert_cmphex(qpci_find_capability(f.dev, PCI_CAP_ID_PM, 0), ==, pmcap);
    g_assert_cmphex(qpci_config_readw(f.dev, pmcap + 2), ==, 0x0022);
    wr(&f, DEIER, DEIER_MASTER);
    g_assert_cmphex(rd(&f, DEIER), ==, DEIER_MASTER);

    /* D1 is not supported: the write has no effect. */
    qpci_config_writew(f.dev, pmcap + 4, 0xfffd);
    g_assert_cmphex(qpci_config_readw(f.dev, pmcap + 4), ==, 0);
    qpci_config_writew(f.dev, pmcap + 4, 3);
    g_assert_cmphex(qpci_config_readw(f.dev, pmcap + 4), ==, 3);
    g_assert_cmphex(rd(&f, DEIER), !=, DEIER_MASTER);
    wr(&f, DEIER, 0);
    qpci_config_writew(f.dev, pmcap + 4, 0);
    g_assert_cmphex(qpci_config_readw(f.dev, pmcap + 4), ==, 0);
    g_assert_cmphex(rd(&f, DEIER), ==, DEIER_MASTER);
    fixture_close(&f);
}

/* A machine reset in the middle of work leaves a device as new. */
static void test_reset_busy(const void *data)
{
    Fixture f;

    fixture_open(&f, data);
    ring_start(&f, 0);
    /* An endless batch: it jumps to itself. */
    qtest_writel(f.qts, RING_GPA, 0x18800000);
    qtest_writel(f.qts, RING_GPA + 4, TARGET_GGTT);
    qtest_writel(f.qts, TARGET_GPA, 0x18800000);
    qtest_writel(f.qts, TARGET_GPA + 4, TARGET_GGTT);
    wr(&f, 0x2030, 8);
    g_usleep(20000);
    qtest_system_reset(f.qts);
    qpci_config_writel(f.dev, PCI_BASE_ADDRESS_2, f.aperture.addr);
    qpci_device_enable(f.dev);
    qpci_config_writel(f.dev, PCI_BASE_ADDRESS_0, f.mmio.addr);
    g_assert_cmphex(rd(&f, 0x2030), ==, 0);
    g_assert_cmphex(rd(&f, 0x203c), ==, 0);
    fixture_close(&f);
}

static void test_pvinfo(void)
{
    Fixture f;
    uint32_t low_size_B;

    fixture_open(&f, "gvirt-vgpu,low-gm=64M,high-gm=256M,fences=4");
    g_assert_cmphex(qpci_io_readq(f.dev, f.mmio, 0x78000), ==,
                    0x4776544776544776ull);
    g_assert_cmpuint(qpci_io_readw(f.dev, f.mmio, 0x78008), ==, 1);
    g_assert_cmphex(rd(&f, 0x78010) & 1 << 2, !=, 0);
    low_size_B = rd(&f, 0x78044);
    g_assert_cmphex(low_size_B, ==, 64 << 20);
    g_assert_cmphex(rd(&f, 0x78040) + low_size_B, <=, 256 << 20);
    g_assert_cmphex(rd(&f, 0x78048), >=, 256 << 20);
    g_assert_cmphex(rd(&f, 0x7804c), ==, 256 << 20);
    g_assert_cmpuint(rd(&f, 0x78050), ==, 4);
    fixture_close(&f);

    fixture_open(&f, "gvirt-passthrough");
    g_assert_cmphex(qpci_io_readq(f.dev, f.mmio, 0x78000), ==, 0);
    fixture_close(&f);
}

/*
 * Entries that lead into the function's own BARs: registers, the entries
 * themselves, and the aperture onto itself. Neither the CPU through the
 * aperture nor an engine reaches a register that way.
 */
static void test_own_bars(const void *data)
{
    Fixture f;
    uint32_t at = 32 << 20, i;
    uint32_t lead[4];

    fixture_open(&f, data);
    lead[0] = f.mmio.addr + 0x2000;
    lead[1] = f.mmio.addr + GTT + TARGET_GGTT / PAGE * 4 / PAGE * PAGE;
    lead[2] = f.aperture.addr + at + 2 * PAGE;
    lead[3] = f.aperture.addr + at + PAGE;
    wr(&f, 0x2030, 0x40);
    for (i = 0; i < G_N_ELEMENTS(lead); i++) {
        map_page(&f, at + i * PAGE, lead[i]);
        map_page(&f, TARGET_GGTT + i * PAGE, lead[i]);
    }
    for (i = 0; i < G_N_ELEMENTS(lead); i++) {
        qpci_io_writel(f.dev, f.aperture, at + i * PAGE + 0x30, 0x123458);
        g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, at + i * PAGE + 0x30),
                        ==, 0);
    }
    g_assert_cmphex(rd(&f, 0x2030), ==, 0x40);

    /* The same by a store of BCS; its ring ends, whatever the store did. */
    map_page(&f, RING_GGTT, RING_GPA);
    for (i = 0; i < G_N_ELEMENTS(lead); i++) {
        qtest_writel(f.qts, RING_GPA + i * 16, MI_STORE_DATA_IMM_GGTT);
        qtest_writel(f.qts, RING_GPA + i * 16 + 4, 0);
        qtest_writel(f.qts, RING_GPA + i * 16 + 8,
                     TARGET_GGTT + i * PAGE + 0x30);
        qtest_writel(f.qts, RING_GPA + i * 16 + 12, 0x123458);
    }
    wr(&f, 0x22038, RING_GGTT);
    wr(&f, 0x2203c, 1);
    wr(&f, 0x22030, i * 16);
    for (i = 0; i < 1000 && (rd(&f, 0x22034) & 0x1ffffc) != 64; i++) {
        qtest_clock_step(f.qts, 1000000);
        g_usleep(1000);
    }
    g_assert_cmphex(rd(&f, 0x22034) & 0x1ffffc, ==, 64);
    g_assert_cmphex(rd(&f, 0x2030), ==, 0x40);
    for (i = 0; i < G_N_ELEMENTS(lead); i++) {
        g_assert_cmphex(rd(&f, GTT + (TARGET_GGTT / PAGE + i) * 4), ==,
                        lead[i] | 1);
    }
    fixture_close(&f);
}

int main(int argc, char **argv)
{
    static const FixtureCase cases[] = {
        { "pte", test_pte },
        { "aperture", test_aperture },
        { "aperture-walk", test_aperture_walk },
        { "aperture-runs", test_aperture_runs },
        { "aperture-burst", test_aperture_burst },
        { "aperture-fill", test_aperture_fill },
        { "aperture-full", test_aperture_full },
        { "fence", test_fence },
        { "ring", test_ring },
        { "hotplug", test_hotplug },
        { "vga", test_vga },
        { "unknown-registers", test_unknown },
        { "power-state", test_power_state },
        { "reset-busy", test_reset_busy },
        { "own-bars", test_own_bars },
    };

    g_test_init(&argc, &argv, NULL);
    fixture_add_cases("/gvirt", cases, G_N_ELEMENTS(cases));
    qtest_add_func("/gvirt/vgpu/pvinfo", test_pvinfo);
    return g_test_run();
}
