/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several GPUs in one machine: what the one looks at the other has not missed.
 * The mode is set in the order of i915 (hsw_crtc_enable()).
 */
#include "qemu/osdep.h"
#include "fixture.h"
#include "libqos/pci-pc.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"

#define GPUS            2
#define PICTURE_GPA     0x01200000u
#define PICTURE_GGTT    0x02000000u
#define WIDTH_PX        512         /* QEMU shows 640x480 where all is dark */
#define HEIGHT_PX       384
#define PITCH_B         (WIDTH_PX * 4)

static const uint32_t mode[][2] = {
    { 0x46040, 0xb0200a15 }, { 0x46104, 4u << 29 }, { 0x46140, 2u << 29 },
    { 0x60000, 671u << 16 | 511 }, { 0x60004, 671u << 16 | 511 },
    { 0x60008, 623u << 16 | 527 }, { 0x6000c, 428u << 16 | 383 },
    { 0x60010, 428u << 16 | 383 }, { 0x60014, 395u << 16 | 393 },
    { 0x6001c, 511u << 16 | 383 }, { 0x60400, 1u << 31 | 1u << 28 },
    { 0x64100, 1u << 31 }, { 0x70008, 1u << 31 }, { 0x70188, PITCH_B },
    { 0x70180, 1u << 31 | 6u << 26 }, { 0x7019c, PICTURE_GGTT },
};

static void light(QPCIBus *bus, unsigned slot)
{
    QPCIDevice *dev = qpci_device_find(bus, QPCI_DEVFN(slot, 0));
    QPCIBar mmio;
    unsigned i;

    g_assert_nonnull(dev);
    mmio = qpci_iomap(dev, 0, NULL);
    qpci_device_enable(dev);
    for (i = 0; i < HEIGHT_PX * PITCH_B / PAGE; i++) {
        qpci_io_writel(dev, mmio, GTT + (PICTURE_GGTT / PAGE + i) * 4,
                       (PICTURE_GPA + i * PAGE) | 1);
    }
    for (i = 0; i < G_N_ELEMENTS(mode); i++) {
        qpci_io_writel(dev, mmio, mode[i][0], mode[i][1]);
    }
    g_free(dev);
}

/* The first pixel of a row that a GPU's monitor shows, as 0xRRGGBB. */
static uint32_t shown(QTestState *qts, unsigned gpu, unsigned row)
{
    g_autofree char *file = NULL, *data = NULL;
    int fd = g_file_open_tmp("gvirt-XXXXXX.ppm", &file, NULL);
    const uint8_t *pixel;
    size_t size_B;

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    qtest_qmp_assert_success(qts, "{ 'execute': 'screendump', 'arguments': {"
                             " 'filename': %s, 'device': %s } }", file,
                             gpu ? "f1" : "f0");
    g_assert_true(g_file_get_contents(file, &data, &size_B, NULL));
    unlink(file);
    g_assert_cmpuint(size_B, >, WIDTH_PX * HEIGHT_PX * 3);
    g_assert_true(g_str_has_prefix(data, "P6\n512 384\n"));
    pixel = (uint8_t *)data + size_B - (HEIGHT_PX - row) * WIDTH_PX * 3;
    return (uint32_t)pixel[0] << 16 | pixel[1] << 8 | pixel[2];
}

/* Of one memory, by two GPUs: each picture follows each change. */
static void test_pictures(void)
{
    QTestState *qts = qtest_init(
        "-machine q35 -m 256M -nodefaults -device gvirt-gpu,id=a "
        "-device gvirt-gpu,id=b -device gvirt-vgpu,id=f0,gpu=a,addr=2.0 "
        "-device gvirt-passthrough,id=f1,gpu=b,addr=3.0");
    QPCIBus *bus = qpci_new_pc(qts, NULL);
    unsigned turn, gpu;

    for (gpu = 0; gpu < GPUS; gpu++) {
        light(bus, SLOT + gpu);
    }
    qtest_clock_step(qts, 100 * SCALE_MS);      /* a vblank, and more */
    for (turn = 1; turn <= 6; turn++) {
        /* Neighbours, and pages that are looked at together. */
        qtest_writel(qts, PICTURE_GPA + turn * 8 * PITCH_B, turn * 0x030201);
        for (gpu = 0; gpu < GPUS; gpu++) {
            g_assert_cmphex(shown(qts, (turn + gpu) % GPUS, turn * 8), ==,
                            turn * 0x030201);
        }
    }
    qpci_free_pc(bus);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("gvirt/several/pictures", test_pictures);
    return g_test_run();
}
