/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: the whole GPU given to one guest, without QEMU. The first byte
 * of an input chooses timing, swizzling and set-up; the rest are operations,
 * see fuzz-guest.c.
 */
#include "fuzz-guest.h"
#include "fuzz-target.h"

typedef struct Machine {
    FuzzHost *host;
    GvirtGpu *gpu;
} Machine;

#define OPS_MAX     512

static uint64_t gpu_read(void *to, uint32_t offset, unsigned size_B)
{
    return gvirt_gpu_read(to, offset, size_B);
}

static void gpu_write(void *to, uint32_t offset, uint64_t value,
                      unsigned size_B)
{
    gvirt_gpu_write(to, offset, value, size_B);
}

static uint64_t gpu_aperture_read(void *to, uint64_t offset, unsigned size_B)
{
    return gvirt_gpu_aperture_read(to, offset, size_B);
}

static void gpu_aperture_write(void *to, uint64_t offset, uint64_t value,
                               unsigned size_B)
{
    gvirt_gpu_aperture_write(to, offset, value, size_B);
}

static bool gpu_aperture_page(void *to, uint32_t page, uint64_t *page_hpa)
{
    return gvirt_gpu_aperture_page(to, page, page_hpa);
}

static uint32_t gpu_io_read(void *to, uint32_t offset, unsigned size_B)
{
    return gvirt_gpu_io_read(to, offset, size_B);
}

static void gpu_io_write(void *to, uint32_t offset, uint32_t value,
                         unsigned size_B)
{
    gvirt_gpu_io_write(to, offset, value, size_B);
}

static void gpu_reset(void *to)
{
    gvirt_gpu_reset(to);
}

static void gpu_set_monitor(void *to, GvirtPort port,
                            const GvirtMonitor *monitor)
{
    gvirt_gpu_set_monitor(to, port, monitor);
}

static bool gpu_display_mode(void *to, GvirtPort port, uint32_t *width_px,
                             uint32_t *height_px)
{
    return gvirt_gpu_display_mode(to, port, width_px, height_px);
}

static bool gpu_display_draw(void *to, GvirtPort port, pixman_image_t *image,
                             bool all, pixman_region32_t *damage)
{
    return gvirt_gpu_display_draw(to, port, image, all, damage);
}

static char *gpu_unknown_registers(void *to)
{
    return gvirt_gpu_unknown_registers(to);
}

static void machine_run(void *opaque, unsigned budget)
{
    Machine *machine = opaque;

    machine->host->kicked = gvirt_gpu_run(machine->gpu, budget);
}

static void machine_advance(void *opaque, int64_t ns)
{
    Machine *machine = opaque;
    int64_t end_ns = machine->host->now_ns + ns;
    int timers;

    /* A long time has many deadlines: some of them come late. */
    for (timers = 0; timers < 16 && machine->host->deadline_ns <= end_ns;
         timers++) {
        machine->host->now_ns = MAX(machine->host->now_ns,
                                    machine->host->deadline_ns);
        machine->host->deadline_ns = INT64_MAX;
        gvirt_gpu_timer(machine->gpu);
        machine_run(machine, 64);
    }
    machine->host->now_ns = end_ns;
    gvirt_gpu_timer(machine->gpu);
}

static void machine_memory_changed(void *opaque)
{
    gvirt_gpu_memory_changed(((Machine *)opaque)->gpu);
}

static const FuzzDoors doors = {
    .read = gpu_read,
    .write = gpu_write,
    .aperture_read = gpu_aperture_read,
    .aperture_write = gpu_aperture_write,
    .aperture_page = gpu_aperture_page,
    .io_read = gpu_io_read,
    .io_write = gpu_io_write,
    .reset = gpu_reset,
    .set_monitor = gpu_set_monitor,
    .display_mode = gpu_display_mode,
    .display_draw = gpu_display_draw,
    .unknown_registers = gpu_unknown_registers,
    .run = machine_run,
    .advance = machine_advance,
    .memory_changed = machine_memory_changed,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = { .data = data, .size = size };
    uint8_t how = fuzz_u8(&input);
    GvirtGpuConfig config = {
        .timing = how & 1 ? GVIRT_TIMING_MODEL : GVIRT_TIMING_FUNCTIONAL,
        .swizzle = how & 2,
    };
    Machine machine = { .host = fuzz_host_new() };
    FuzzGuest guest = {
        .doors = &doors,
        .host = machine.host,
        .high_page = how & 4 ? 0x20000 : 0x800,
    };
    unsigned ops;

    fuzz_host_add(machine.host, 0, FUZZ_GUEST_PAGES * GVIRT_PAGE_SIZE_B,
                  false);
    fuzz_host_add(machine.host, 0x800000, 0x10000, true);
    fuzz_host_add(machine.host, 0x7ffffff000, GVIRT_PAGE_SIZE_B, false);
    machine.host->now_ns = how & 8 ? INT64_C(1) << 55 : 1000000;
    machine.gpu = gvirt_gpu_new(&machine.host->host, &config);
    guest.to = machine.gpu;
    if (!(how & 16)) {
        fuzz_guest_start(&guest);
    }
    for (ops = 0; ops < OPS_MAX && input.at < input.size; ops++) {
        fuzz_guest_step(&guest, &machine, &input);
    }
    machine_run(&machine, 256);
    gvirt_gpu_free(machine.gpu);
    fuzz_host_free(machine.host);
    return 0;
}
