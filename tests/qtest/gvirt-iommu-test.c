/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices behind an IOMMU of the machine (intel-iommu): addresses are the
 * IOMMU's, and what it was told to forget is out of reach, by the engines and
 * by the aperture, at once. Every case runs on the vGPU and the whole GPU.
 *
 * Source: Intel VT-d specification 3.0, 9.1 (root entry), 9.3 (context
 * entry), 9.8 (second-level entries), 10.4 (registers).
 */
#include "qemu/osdep.h"
#include "fixture.h"

/* The IOMMU's registers and tables, in the guest's memory. */
#define DMAR            0xfed90000u
#define DMAR_GCMD       0x18
#define DMAR_GSTS       0x1c
#define DMAR_RTADDR     0x20
#define DMAR_CCMD       0x28
#define DMAR_FECTL      0x38
#define DMAR_FEDATA     0x3c
#define DMAR_FEADDR     0x40
#define DMAR_IVA        0xf0
#define DMAR_IOTLB      0xf8
#define GCMD_TE         0x80000000u
#define GCMD_SRTP       0x40000000u

#define ROOT_GPA        0x02000000u
#define CONTEXT_GPA     0x02001000u
#define L3_GPA          0x02002000u
#define L2_GPA          0x02003000u
#define L1_GPA          0x02004000u
#define READ_WRITE      3u
#define DOMAIN_ID       5u

/* What the device sees from 16 MiB on, and what stands behind it. */
#define RING_IOVA       0x01000000u
#define TARGET_IOVA     0x01001000u
#define RING_GPA        0x03000000u
#define OLD_GPA         0x03100000u
#define NEW_GPA         0x03200000u
#define RING_GGTT       0x20000000u
/* Not the ring's entry of a TLB that is indexed by low bits: it would miss. */
#define TARGET_GGTT     0x20243000u
#define APERTURE_AT     (16u << 20)

#define BCS             0x22000
#define BATCH_OFFSET            0x800u
#define MI_STORE_DATA_IMM_GGTT  0x10400002u
#define MI_BATCH_BUFFER_START   0x18800000u

/* The page of the device's address space; 0: none. */
static void iommu_page(Fixture *f, uint32_t iova, uint32_t gpa)
{
    qtest_writeq(f->qts, L1_GPA + (iova / PAGE & 511) * 8,
                 gpa ? gpa | READ_WRITE : 0);
}

/* One page of the domain is to be looked up again. */
static void iommu_forget(Fixture *f, uint32_t iova)
{
    qtest_writeq(f->qts, DMAR + DMAR_IVA, iova);
    qtest_writeq(f->qts, DMAR + DMAR_IOTLB, 0xb000000000000000ull |
                 (uint64_t)DOMAIN_ID << 32);
}

static void iommu_translate(Fixture *f, bool on)
{
    qtest_writel(f->qts, DMAR + DMAR_GCMD, on ? GCMD_TE : 0);
    g_assert_cmphex(qtest_readl(f->qts, DMAR + DMAR_GSTS) & GCMD_TE, ==,
                    on ? GCMD_TE : 0);
}

static void iommu_start(Fixture *f)
{
    qtest_writeq(f->qts, ROOT_GPA, CONTEXT_GPA | 1);
    qtest_writeq(f->qts, CONTEXT_GPA + QPCI_DEVFN(SLOT, 0) * 16, L3_GPA | 1);
    qtest_writeq(f->qts, CONTEXT_GPA + QPCI_DEVFN(SLOT, 0) * 16 + 8,
                 DOMAIN_ID << 8 | 1);
    qtest_writeq(f->qts, L3_GPA, L2_GPA | READ_WRITE);
    qtest_writeq(f->qts, L2_GPA + (RING_IOVA >> 21) * 8, L1_GPA | READ_WRITE);
    iommu_page(f, RING_IOVA, RING_GPA);
    iommu_page(f, TARGET_IOVA, OLD_GPA);

    /* A fault interrupts, also one of the device's own thread. */
    qtest_writel(f->qts, DMAR + DMAR_FEADDR, 0xfee00000u);
    qtest_writel(f->qts, DMAR + DMAR_FEDATA, 0x41);
    qtest_writel(f->qts, DMAR + DMAR_FECTL, 0);

    qtest_writeq(f->qts, DMAR + DMAR_RTADDR, ROOT_GPA);
    qtest_writel(f->qts, DMAR + DMAR_GCMD, GCMD_SRTP);
    qtest_writeq(f->qts, DMAR + DMAR_CCMD, 0xa000000000000000ull);
    iommu_translate(f, true);
}

static void fixture_open(Fixture *f, const char *device)
{
    fixture_start(f, device, "-device intel-iommu,intremap=off");
    iommu_start(f);

    wr(f, GTT + RING_GGTT / PAGE * 4, RING_IOVA | 1);
    wr(f, GTT + TARGET_GGTT / PAGE * 4, TARGET_IOVA | 1);
    wr(f, GTT + APERTURE_AT / PAGE * 4, TARGET_IOVA | 1);
    wr(f, BCS + 0x38, RING_GGTT);
    wr(f, BCS + 0x3c, 1);
}

/* By the blitter, to the start of the target. */
static void store(Fixture *f, uint32_t value)
{
    const uint32_t command[] = {
        MI_STORE_DATA_IMM_GGTT, 0, TARGET_GGTT, value,
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(command); i++) {
        qtest_writel(f->qts, RING_GPA + f->tail + i * 4, command[i]);
    }
    f->tail += sizeof(command);
    wr(f, BCS + 0x30, f->tail);
    for (i = 0; i < 2000 && (rd(f, BCS + 0x34) & 0x1ffffc) != f->tail; i++) {
        qtest_clock_step(f->qts, 100000);
        g_usleep(1000);
    }
    g_assert_cmphex(rd(f, BCS + 0x34) & 0x1ffffc, ==, f->tail);
}

static void test_engine(const void *data)
{
    Fixture f;

    fixture_open(&f, data);
    store(&f, 1);
    g_assert_cmphex(qtest_readl(f.qts, OLD_GPA), ==, 1);
    g_assert_cmphex(qtest_readl(f.qts, TARGET_IOVA), ==, 0);

    /* Unmapped: it goes nowhere. */
    iommu_page(&f, TARGET_IOVA, 0);
    iommu_forget(&f, TARGET_IOVA);
    store(&f, 2);
    store(&f, 3);
    g_assert_cmphex(qtest_readl(f.qts, OLD_GPA), ==, 1);

    /* Elsewhere. */
    iommu_page(&f, TARGET_IOVA, NEW_GPA);
    iommu_forget(&f, TARGET_IOVA);
    store(&f, 4);
    g_assert_cmphex(qtest_readl(f.qts, OLD_GPA), ==, 1);
    g_assert_cmphex(qtest_readl(f.qts, NEW_GPA), ==, 4);
    fixture_close(&f);
}

static bool wait_for(Fixture *f, uint32_t gpa, uint32_t value)
{
    unsigned i;

    for (i = 0; i < 2000 && qtest_readl(f->qts, gpa) != value; i++) {
        qtest_clock_step(f->qts, 1000);
        g_usleep(1000);
    }
    return qtest_readl(f->qts, gpa) == value;
}

/* A batch that stores without end: it has the page at hand all the time. */
static void test_running(const void *data)
{
    const uint32_t batch[] = {
        MI_STORE_DATA_IMM_GGTT, 0, TARGET_GGTT, 0x77,
        MI_BATCH_BUFFER_START, RING_GGTT + BATCH_OFFSET,
    };
    Fixture f;
    unsigned i;

    fixture_open(&f, data);
    for (i = 0; i < G_N_ELEMENTS(batch); i++) {
        qtest_writel(f.qts, RING_GPA + BATCH_OFFSET + i * 4, batch[i]);
    }
    qtest_writel(f.qts, RING_GPA, batch[4]);
    qtest_writel(f.qts, RING_GPA + 4, batch[5]);
    wr(&f, BCS + 0x30, 8);
    g_assert_true(wait_for(&f, OLD_GPA, 0x77));

    iommu_page(&f, TARGET_IOVA, 0);
    iommu_forget(&f, TARGET_IOVA);
    qtest_writel(f.qts, OLD_GPA, 0);
    for (i = 0; i < 20; i++) {
        qtest_clock_step(f.qts, 1000);
        g_usleep(1000);
        g_assert_cmphex(qtest_readl(f.qts, OLD_GPA), ==, 0);
    }
    iommu_page(&f, TARGET_IOVA, NEW_GPA);
    iommu_forget(&f, TARGET_IOVA);
    g_assert_true(wait_for(&f, NEW_GPA, 0x77));
    g_assert_cmphex(qtest_readl(f.qts, OLD_GPA), ==, 0);
    fixture_close(&f);
}

static void test_aperture(const void *data)
{
    Fixture f;
    unsigned i;

    fixture_open(&f, data);
    for (i = 0; i < 2; i++) {       /* the first one has it mapped */
        qpci_io_writel(f.dev, f.aperture, APERTURE_AT + i * 4, 5 + i);
        g_assert_cmphex(qtest_readl(f.qts, OLD_GPA + i * 4), ==, 5 + i);
    }
    iommu_page(&f, TARGET_IOVA, 0);
    iommu_forget(&f, TARGET_IOVA);
    qpci_io_writel(f.dev, f.aperture, APERTURE_AT, 7);
    g_assert_cmphex(qtest_readl(f.qts, OLD_GPA), ==, 5);
    g_assert_cmphex(qpci_io_readl(f.dev, f.aperture, APERTURE_AT), !=, 5);

    iommu_page(&f, TARGET_IOVA, NEW_GPA);
    iommu_forget(&f, TARGET_IOVA);
    for (i = 0; i < 2; i++) {
        qpci_io_writel(f.dev, f.aperture, APERTURE_AT + i * 4, 8 + i);
        g_assert_cmphex(qtest_readl(f.qts, NEW_GPA + i * 4), ==, 8 + i);
    }
    g_assert_cmphex(qtest_readl(f.qts, OLD_GPA), ==, 5);
    fixture_close(&f);
}

/* Translation itself comes and goes while there is work. */
static void test_switch(const void *data)
{
    Fixture f;
    unsigned i;

    fixture_open(&f, data);
    for (i = 0; i < 8; i++) {
        /* Untranslated it is another ring: the same commands, there too. */
        qtest_writel(f.qts, RING_IOVA + f.tail, MI_STORE_DATA_IMM_GGTT);
        qtest_writel(f.qts, RING_IOVA + f.tail + 8, TARGET_GGTT);
        qtest_writel(f.qts, RING_IOVA + f.tail + 12, 100 + i);
        iommu_translate(&f, !(i & 1));
        store(&f, 100 + i);
        g_assert_cmphex(qtest_readl(f.qts, i & 1 ? TARGET_IOVA : OLD_GPA),
                        ==, 100 + i);
    }
    fixture_close(&f);
}

int main(int argc, char **argv)
{
    static const FixtureCase cases[] = {
        { "engine", test_engine },
        { "running", test_running },
        { "aperture", test_aperture },
        { "switch", test_switch },
    };

    g_test_init(&argc, &argv, NULL);
    fixture_add_cases("/gvirt/iommu", cases, G_N_ELEMENTS(cases));
    return g_test_run();
}
