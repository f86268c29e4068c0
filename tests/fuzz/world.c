/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One GPU, the mediator, and its guests, see world.h.
 */
#include "world.h"

#include <stdlib.h>

#define WINDOW_SIZE_B   (FUZZ_GUEST_PAGES * (uint64_t)GVIRT_PAGE_SIZE_B)
#define LOW_GM_B        (2ull << 20)
#define HIGH_GM_B       (8ull << 20)
#define FENCES          4

static void hardware_watch(void *opaque, uint64_t addr_hpa, bool write)
{
    World *world = opaque;

    oracle_hardware(&world->oracle, addr_hpa, write);
}

/* The mediator's memory is the GPU's, seen by other eyes. */
static void *own_map(void *opaque, uint64_t page_hpa, bool write)
{
    World *world = opaque;
    const GvirtHost *below = &world->host->host;
    void *page;

    oracle_mediator(&world->oracle, page_hpa, write);
    world->host->watch = NULL;
    page = below->ops->map(below->opaque, page_hpa, write);
    world->host->watch = hardware_watch;
    return page;
}

static void own_dirty(void *opaque, uint64_t addr_hpa, uint32_t size_B)
{
    World *world = opaque;
    const GvirtHost *below = &world->host->host;

    oracle_mediator(&world->oracle, addr_hpa, true);
    world->host->watch = NULL;
    below->ops->dirty(below->opaque, addr_hpa, size_B);
    world->host->watch = hardware_watch;
}

static uint32_t own_page_gen(void *opaque, uint64_t page_hpa)
{
    const GvirtHost *below = &((World *)opaque)->host->host;

    return below->ops->page_gen(below->opaque, page_hpa);
}

static int64_t own_clock_ns(void *opaque)
{
    return ((World *)opaque)->host->now_ns;
}

static void own_timer_set(void *opaque, int64_t deadline_ns)
{
    ((World *)opaque)->own_deadline_ns = deadline_ns;
}

static void own_log(void *opaque, GvirtLogKind kind, const char *message)
{
    const GvirtHost *below = &((World *)opaque)->host->host;

    below->ops->log(below->opaque, kind, message);
}

static void own_trace(void *opaque, GvirtTraceEvent event, uint64_t a,
                      uint64_t b, uint64_t c, uint64_t d)
{
    World *world = opaque;
    const GvirtHost *below = &world->host->host;

    if (event == GVIRT_TRACE_vgpu_switch) {
        oracle_switched(&world->oracle, (int64_t)a, (int64_t)b);
    } else if (event == GVIRT_TRACE_vgpu_submit) {
        oracle_submitted(&world->oracle, b, c, d);
    }
    if (below->trace_enabled) {
        below->ops->trace(below->opaque, event, a, b, c, d);
    }
}

static const GvirtHostOps own_ops = {
    .map = own_map,
    .dirty = own_dirty,
    .page_gen = own_page_gen,
    .clock_ns = own_clock_ns,
    .timer_set = own_timer_set,
    .log = own_log,
    .trace = own_trace,
};

static void guest_irq(void *opaque, bool level)
{
    (void)opaque;
    (void)level;
}

static void guest_aperture_changed(void *opaque, uint32_t first_page,
                                   uint32_t page_count)
{
    (void)opaque;
    if (!page_count || first_page >= GVIRT_APERTURE_PAGES ||
        page_count > GVIRT_APERTURE_PAGES - first_page) {
        fuzz_fail("guest's aperture pages 0x%x + 0x%x", first_page,
                  page_count);
    }
}

static const GvirtHostOps guest_ops = {
    .irq = guest_irq,
    .aperture_changed = guest_aperture_changed,
};

/* ---- doors ---- */

static uint64_t vgpu_read(void *to, uint32_t offset, unsigned size_B)
{
    return gvirt_vgpu_read(((WorldGuest *)to)->vgpu, offset, size_B);
}

static void vgpu_write(void *to, uint32_t offset, uint64_t value,
                       unsigned size_B)
{
    WorldGuest *guest = to;

    oracle_guest_write(&guest->world->oracle, guest->index, offset);
    if (size_B == 8) {
        oracle_guest_write(&guest->world->oracle, guest->index, offset + 4);
    }
    gvirt_vgpu_write(guest->vgpu, offset, value, size_B);
}

static uint64_t vgpu_aperture_read(void *to, uint64_t offset, unsigned size_B)
{
    WorldGuest *guest = to;
    int tenant = guest->world->oracle.tenant;
    uint64_t value;

    /* The hardware's aperture in the guest's name, whoever's turn it is. */
    guest->world->oracle.tenant = guest->index;
    value = gvirt_vgpu_aperture_read(guest->vgpu, offset, size_B);
    guest->world->oracle.tenant = tenant;
    return value;
}

static void vgpu_aperture_write(void *to, uint64_t offset, uint64_t value,
                                unsigned size_B)
{
    WorldGuest *guest = to;
    int tenant = guest->world->oracle.tenant;

    guest->world->oracle.tenant = guest->index;
    gvirt_vgpu_aperture_write(guest->vgpu, offset, value, size_B);
    guest->world->oracle.tenant = tenant;
}

static bool vgpu_aperture_page(void *to, uint32_t page, uint64_t *page_hpa)
{
    WorldGuest *guest = to;

    if (!gvirt_vgpu_aperture_page(guest->vgpu, page, page_hpa)) {
        return false;
    }
    oracle_aperture(&guest->world->oracle, guest->index, *page_hpa);
    return true;
}

static uint32_t vgpu_io_read(void *to, uint32_t offset, unsigned size_B)
{
    return gvirt_vgpu_io_read(((WorldGuest *)to)->vgpu, offset, size_B);
}

static void vgpu_io_write(void *to, uint32_t offset, uint32_t value,
                          unsigned size_B)
{
    WorldGuest *guest = to;

    oracle_guest_write(&guest->world->oracle, guest->index,
                       gvirt_vgpu_io_read(guest->vgpu, 0, 4));
    gvirt_vgpu_io_write(guest->vgpu, offset, value, size_B);
}

static void vgpu_reset(void *to)
{
    gvirt_vgpu_reset(((WorldGuest *)to)->vgpu);
}

static void vgpu_set_monitor(void *to, GvirtPort port,
                             const GvirtMonitor *monitor)
{
    gvirt_vgpu_set_monitor(((WorldGuest *)to)->vgpu, port, monitor);
}

static bool vgpu_display_mode(void *to, GvirtPort port, uint32_t *width_px,
                              uint32_t *height_px)
{
    return gvirt_vgpu_display_mode(((WorldGuest *)to)->vgpu, port, width_px,
                                   height_px);
}

static bool vgpu_display_draw(void *to, GvirtPort port, pixman_image_t *image,
                              bool all, pixman_region32_t *damage)
{
    return gvirt_vgpu_display_draw(((WorldGuest *)to)->vgpu, port, image, all,
                                   damage);
}

static char *vgpu_unknown_registers(void *to)
{
    return gvirt_vgpu_unknown_registers(((WorldGuest *)to)->vgpu);
}

static void machine_run(void *machine, unsigned budget)
{
    world_run(machine, budget);
}

static void machine_advance(void *machine, int64_t ns)
{
    world_advance(machine, ns);
}

static void machine_memory_changed(void *machine)
{
    gvirt_gpu_memory_changed(((World *)machine)->gpu);
}

/* Guests come and go; the one at work stays for the operation. */
static void machine_special(void *machine, unsigned which)
{
    World *world = machine;
    unsigned index = which % WORLD_GUESTS;

    if (which < 0xc0 || index == world->acting) {
        g_free(vgpu_unknown_registers(&world->guest[world->acting]));
    } else if (world->guest[index].vgpu) {
        world_guest_remove(world, index);
    } else {
        world_guest_add(world, index);
    }
}

static void machine_check(void *machine)
{
    oracle_step(&((World *)machine)->oracle, false);
}

static const FuzzDoors doors = {
    .read = vgpu_read,
    .write = vgpu_write,
    .aperture_read = vgpu_aperture_read,
    .aperture_write = vgpu_aperture_write,
    .aperture_page = vgpu_aperture_page,
    .io_read = vgpu_io_read,
    .io_write = vgpu_io_write,
    .reset = vgpu_reset,
    .set_monitor = vgpu_set_monitor,
    .display_mode = vgpu_display_mode,
    .display_draw = vgpu_display_draw,
    .unknown_registers = vgpu_unknown_registers,
    .run = machine_run,
    .advance = machine_advance,
    .memory_changed = machine_memory_changed,
    .special = machine_special,
    .check = machine_check,
};

/* ---- the world ---- */

static const uint8_t *world_page(void *opaque, uint64_t page_hpa)
{
    return fuzz_host_page(((World *)opaque)->host, page_hpa);
}

World *world_new(GvirtTiming timing, unsigned guests)
{
    GvirtGpuConfig gpu_config = { .timing = timing, .swizzle = true };
    GvirtMediatorConfig config = {
        .memory_hpa = WORLD_OWN_HPA,
        .memory_size_B = GVIRT_MEDIATOR_MEMORY_MIN_B,
    };
    World *world = calloc(1, sizeof(*world));
    unsigned i;

    world->host = fuzz_host_new();
    fuzz_host_add(world->host, WORLD_OWN_HPA, GVIRT_MEDIATOR_MEMORY_MIN_B,
                  false);
    for (i = 0; i < WORLD_GUESTS; i++) {
        fuzz_host_add(world->host, WORLD_WINDOW(i), WINDOW_SIZE_B, false);
    }
    world->host->now_ns = 1000000;
    world->own.ops = &own_ops;
    world->own.opaque = world;
    world->own.trace_enabled = true;
    world->own_deadline_ns = INT64_MAX;
    world->gpu = gvirt_gpu_new(&world->host->host, &gpu_config);
    oracle_init(&world->oracle, world->gpu, WORLD_OWN_HPA,
                GVIRT_MEDIATOR_MEMORY_MIN_B, world_page, world);
    world->mediator = gvirt_mediator_new(world->gpu, &world->own, &config);
    /* From here on: what the mediator has set up, nobody moves. */
    oracle_destroy(&world->oracle);
    oracle_init(&world->oracle, world->gpu, WORLD_OWN_HPA,
                GVIRT_MEDIATOR_MEMORY_MIN_B, world_page, world);
    world->host->watch = hardware_watch;
    world->host->watch_opaque = world;
    for (i = 0; i < guests; i++) {
        world_guest_add(world, i);
    }
    return world;
}

void world_free(World *world)
{
    gvirt_mediator_free(world->mediator);
    gvirt_gpu_free(world->gpu);
    oracle_destroy(&world->oracle);
    fuzz_host_free(world->host);
    free(world);
}

void world_guest_add(World *world, unsigned index)
{
    WorldGuest *guest = &world->guest[index];
    OracleGuest *seen = &world->oracle.guest[index];
    GvirtVgpuConfig config = {
        .window_hpa = WORLD_WINDOW(index),
        .window_size_B = WINDOW_SIZE_B,
        .low_gm_B = LOW_GM_B,
        .high_gm_B = HIGH_GM_B,
        .fences = FENCES,
        .weight = 100 + index * 100,
        .cap_percent = index == 2 ? 30 : 0,
    };
    char *error = NULL;

    guest->world = world;
    guest->index = index;
    guest->host.ops = &guest_ops;
    guest->host.opaque = guest;
    guest->vgpu = gvirt_vgpu_new(world->mediator, &guest->host, &config,
                                 &error);
    if (!guest->vgpu) {
        fuzz_fail("no vGPU %u: %s", index, error);
    }
    *seen = (OracleGuest) {
        .alive = true,
        .vgpu_id = gvirt_vgpu_id(guest->vgpu),
        .window_hpa = config.window_hpa,
        .window_size_B = config.window_size_B,
        .low_page = vgpu_read(guest, 0x78040, 4) >> 12,
        .low_pages = vgpu_read(guest, 0x78044, 4) >> 12,
        .high_page = vgpu_read(guest, 0x78048, 4) >> 12,
        .high_pages = vgpu_read(guest, 0x7804c, 4) >> 12,
        .fences = vgpu_read(guest, 0x78050, 4),
    };
    guest->fuzz = (FuzzGuest) {
        .doors = &doors,
        .to = guest,
        .host = world->host,
        .window_hpa = config.window_hpa,
        .low_page = seen->low_page,
        .high_page = seen->high_page,
    };
    fuzz_guest_start(&guest->fuzz);
}

void world_guest_remove(World *world, unsigned index)
{
    WorldGuest *guest = &world->guest[index];

    gvirt_vgpu_free(guest->vgpu);
    guest->vgpu = NULL;
    /* Its memory may be unmapped now: nobody may have kept a pointer. */
    gvirt_gpu_memory_changed(world->gpu);
    oracle_gone(&world->oracle, index);
}

void world_run(World *world, unsigned budget)
{
    int rounds;

    world->host->kicked = gvirt_gpu_run(world->gpu, budget);
    for (rounds = 0; rounds < 8; rounds++) {
        if (world->host->irq_rises == world->irqs_seen) {
            break;
        }
        world->irqs_seen = world->host->irq_rises;
        gvirt_mediator_irq(world->mediator, world->host->irq_level);
        world->host->kicked |= gvirt_gpu_run(world->gpu, budget);
    }
}

void world_advance(World *world, int64_t ns)
{
    int64_t end_ns = world->host->now_ns + ns;
    int rounds;

    for (rounds = 0; rounds < 16; rounds++) {
        int64_t next_ns = MIN(world->host->deadline_ns,
                              world->own_deadline_ns);

        if (next_ns > end_ns) {
            break;
        }
        world->host->now_ns = MAX(world->host->now_ns, next_ns);
        if (world->host->deadline_ns <= world->host->now_ns) {
            world->host->deadline_ns = INT64_MAX;
            gvirt_gpu_timer(world->gpu);
        }
        if (world->own_deadline_ns <= world->host->now_ns) {
            world->own_deadline_ns = INT64_MAX;
            gvirt_mediator_timer(world->mediator);
        }
        world_run(world, 64);
    }
    world->host->now_ns = end_ns;
    gvirt_gpu_timer(world->gpu);
    gvirt_mediator_timer(world->mediator);
    world_run(world, 64);
}

void world_step(World *world, unsigned index, FuzzInput *input)
{
    WorldGuest *guest = &world->guest[index % WORLD_GUESTS];

    if (!guest->vgpu) {
        guest = &world->guest[0];
    }
    if (!guest->vgpu) {
        world_guest_add(world, 0);
    }
    world->acting = guest->index;
    fuzz_guest_step(&guest->fuzz, world, input);
}
