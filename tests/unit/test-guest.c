/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Emulated guests on one GPU: each workload alone and in company, shares in
 * proportion to weights, memory that stays apart, one taken away under load,
 * hangs found and mended; and that the workloads' checks bite.
 */
#include "hw/gvirt/guest.h"
#include "mediator-fixture.h"
#include "suite.h"

#define TENANTS             3u
#define MEMORY_SIZE_B       (32ull << 20)

typedef struct Tenant {
    GvirtGuest *guest;
    GvirtVgpu *vgpu;
    GvirtHost host;
    GvirtGuestHost guest_host;
    uint64_t window_hpa;
    bool level;
    bool told;                  /* the level that the driver knows */
    bool lose_interrupts;
    int64_t deadline_ns;
} Tenant;

static Tenant tenant[TENANTS];
static int64_t busy_step_ns;        /* time that an endless batch takes */
static int64_t hang_ns;

static void tenant_irq(void *opaque, bool level)
{
    ((Tenant *)opaque)->level = level;
}

static void tenant_aperture(void *opaque, uint32_t first_page,
                            uint32_t page_count)
{
    (void)opaque;
    (void)first_page;
    (void)page_count;
}

static const GvirtHostOps tenant_ops = {
    .irq = tenant_irq,
    .aperture_changed = tenant_aperture,
};

static void *tenant_page(void *opaque, uint64_t page_gpa)
{
    Tenant *t = opaque;

    return page_gpa < MEMORY_SIZE_B ?
           fake->host.ops->map(fake, t->window_hpa + page_gpa, true) : NULL;
}

static void tenant_dirty(void *opaque, uint64_t addr_gpa, uint32_t size_B)
{
    fake->host.ops->dirty(fake, ((Tenant *)opaque)->window_hpa + addr_gpa,
                          size_B);
}

static int64_t tenant_clock(void *opaque)
{
    (void)opaque;
    return fake->now_ns;
}

static void tenant_timer(void *opaque, int64_t deadline_ns)
{
    ((Tenant *)opaque)->deadline_ns = deadline_ns;
}

static void tenant_log(void *opaque, const char *message)
{
    if (g_getenv("FAKEHOST_LOG")) {
        g_printerr("tenant %d: %s\n", (int)((Tenant *)opaque - tenant),
                   message);
    }
}

static const GvirtGuestHostOps tenant_guest_ops = {
    .page = tenant_page,
    .dirty = tenant_dirty,
    .clock_ns = tenant_clock,
    .timer_set = tenant_timer,
    .log = tenant_log,
};

static GvirtGuestConfig config_of(const char *workload, int64_t interval_ns)
{
    GvirtGuestConfig config = {
        .memory_size_B = MEMORY_SIZE_B,
        .workload = workload,
        .queue = 4,
        .interval_ns = interval_ns,
        .hang_ns = hang_ns,
        .seed = 42,
    };

    return config;
}

static bool tenant_try(unsigned n, const GvirtGuestConfig *config,
                       unsigned weight, char **error)
{
    Tenant *t = &tenant[n];
    GvirtVgpuConfig vgpu_config = guest_config(n, 16 << 20, 64 << 20, 2);

    memset(t, 0, sizeof(*t));
    t->host.ops = &tenant_ops;
    t->host.opaque = t;
    t->guest_host.ops = &tenant_guest_ops;
    t->guest_host.opaque = t;
    t->window_hpa = vgpu_config.window_hpa;
    t->deadline_ns = INT64_MAX;
    vgpu_config.weight = weight;
    vgpu_config.window_size_B = MEMORY_SIZE_B;
    t->vgpu = gvirt_vgpu_new(mediator, &t->host, &vgpu_config, error);
    ck_assert_ptr_nonnull(t->vgpu);
    t->guest = gvirt_guest_new(t->vgpu, &t->guest_host, config, error);
    return t->guest;
}

static void tenant_start(unsigned n, const char *workload, unsigned weight,
                         int64_t interval_ns)
{
    GvirtGuestConfig config = config_of(workload, interval_ns);

    config.seed += n;
    ck_assert(tenant_try(n, &config, weight, NULL));
}

static void tenant_stop(unsigned n)
{
    gvirt_guest_free(tenant[n].guest);
    gvirt_vgpu_free(tenant[n].vgpu);
    memset(&tenant[n], 0, sizeof(tenant[n]));
}

static GvirtGuestStats told(unsigned n)
{
    GvirtGuestStats result;

    gvirt_guest_stats(tenant[n].guest, &result);
    return result;
}

static GvirtVgpuStats vgpu_told(unsigned n)
{
    GvirtVgpuStats result;

    gvirt_vgpu_stats(tenant[n].vgpu, &result);
    return result;
}

/* One thing that is due now. */
static bool run_due(void)
{
    unsigned n;

    if (fake->irq_edges != irqs_seen) {
        irqs_seen = fake->irq_edges;
        gvirt_mediator_irq(mediator, fake->irq_level);
        return true;
    }
    for (n = 0; n < TENANTS; n++) {
        Tenant *t = &tenant[n];

        if (t->guest && t->level != t->told) {
            t->told = t->level;
            if (!t->lose_interrupts) {
                gvirt_guest_irq(t->guest, t->level);
            }
            return true;
        }
        if (t->guest && t->deadline_ns <= fake->now_ns) {
            t->deadline_ns = INT64_MAX;
            gvirt_guest_timer(t->guest);
            return true;
        }
    }
    if (own.deadline_ns <= fake->now_ns) {
        own.deadline_ns = INT64_MAX;
        gvirt_mediator_timer(mediator);
        return true;
    }
    if (fake->deadline_ns <= fake->now_ns) {
        fake->deadline_ns = INT64_MAX;
        gvirt_gpu_timer(gpu);
        return true;
    }
    if (fake->kicked) {
        fake->kicked = gvirt_gpu_run(gpu, 4096);
        fake->now_ns += fake->kicked ? busy_step_ns : 0;
        return true;
    }
    return false;
}

static int64_t next_ns(void)
{
    int64_t next = MIN(fake->deadline_ns, own.deadline_ns);
    unsigned n;

    for (n = 0; n < TENANTS; n++) {
        if (tenant[n].guest) {
            next = MIN(next, tenant[n].deadline_ns);
        }
    }
    return next;
}

static void run(int64_t ns)
{
    int64_t end_ns = fake->now_ns + ns;

    while (fake->now_ns < end_ns) {
        if (!run_due()) {
            fake->now_ns = MAX(fake->now_ns, MIN(next_ns(), end_ns));
        }
    }
}

static void check_good(unsigned n)
{
    ck_assert_msg(told(n).errors == 0, "tenant %u: %s", n,
                  gvirt_guest_last_error(tenant[n].guest));
    ck_assert_uint_eq(told(n).hangs, 0);
    ck_assert_uint_eq(vgpu_told(n).audit_rejects, 0);
    ck_assert_uint_eq(vgpu_told(n).mmio_denied, 0);
    ck_assert_msg(fake->guest_errors == 0, "%s", fake->last_message);
}

static void setup(void)
{
    mediator_start_timed(false, GVIRT_TIMING_MODEL);
    memset(tenant, 0, sizeof(tenant));
    busy_step_ns = 1000;
    hang_ns = MS(5000);
}

static void setup_functional(void)
{
    mediator_start_timed(true, GVIRT_TIMING_FUNCTIONAL);
    memset(tenant, 0, sizeof(tenant));
    busy_step_ns = 1000;
    hang_ns = MS(5000);
}

static void teardown(void)
{
    unsigned n;

    for (n = 0; n < TENANTS; n++) {
        if (tenant[n].guest) {
            tenant_stop(n);
        }
    }
    mediator_stop();
    swizzling = false;
}

/* Each workload alone, at its pace. */
START_TEST(test_alone)
{
    const char *name = gvirt_guest_workloads()[_i];

    tenant_start(0, name, 100, MS(10));
    run(MS(1000));
    check_good(0);
    ck_assert_uint_ge(told(0).iterations, 4 * 98);
    ck_assert_uint_le(told(0).iterations, 4 * 102);
    ck_assert_uint_gt(told(0).interrupts, 0);
    if (strcmp(name, "idle") == 0) {
        ck_assert_uint_eq(told(0).requests, 0);
        ck_assert_uint_ge(told(0).vblanks, 85);
        ck_assert_uint_le(told(0).vblanks, 88);
    } else {
        ck_assert_uint_gt(told(0).bytes, 1 << 20);
        ck_assert_uint_eq(told(0).vblanks, 0);
    }
    /* Its own rest is no reason for a switch. */
    ck_assert_uint_le(vgpu_told(0).switches_in, 1);
}
END_TEST

/* Two of a kind, always busy: half and half, in slices. */
START_TEST(test_two)
{
    double ratio;

    tenant_start(0, _i ? "checksum" : "copy", 100, 0);
    tenant_start(1, _i ? "checksum" : "copy", 100, 0);
    run(MS(200));
    check_good(0);
    check_good(1);
    ratio = (double)told(0).iterations / told(1).iterations;
    ck_assert_double_eq_tol(ratio, 1.0, 0.15);
    ck_assert_uint_ge(vgpu_told(0).switches_in, 4);
    ck_assert_uint_le(vgpu_told(0).switches_in, 10);
}
END_TEST

/* Three, in proportion to their weights. */
START_TEST(test_three_weights)
{
    double unit;

    tenant_start(0, "copy", 300, 0);
    tenant_start(1, "copy", 100, 0);
    tenant_start(2, "copy", 200, 0);
    run(MS(480));
    check_good(0);
    check_good(1);
    check_good(2);
    unit = told(1).iterations;
    ck_assert_double_eq_tol(told(0).iterations / unit, 3.0, 0.4);
    ck_assert_double_eq_tol(told(2).iterations / unit, 2.0, 0.3);
    ck_assert_double_eq_tol((double)vgpu_told(0).run_ns / MS(480), 0.5, 0.06);
    ck_assert_double_eq_tol((double)vgpu_told(1).run_ns / MS(480), 1 / 6.0,
                            0.04);
}
END_TEST

/* All kinds beside each other: registers and results stay everyone's own. */
START_TEST(test_three_kinds)
{
    static const char *const names[][TENANTS] = {
        { "copy", "checksum", "hog" },
        { "checksum", "fill", "checksum" },
        { "idle", "checksum", "fill" },
    };
    unsigned n;

    for (n = 0; n < TENANTS; n++) {
        tenant_start(n, names[_i][n], 100, MS(1));
    }
    run(MS(250));
    for (n = 0; n < TENANTS; n++) {
        check_good(n);
        ck_assert_uint_gt(told(n).iterations, 20);
    }
}
END_TEST

/* One goes in the middle of its work and comes back: none of it is felt. */
START_TEST(test_unplug)
{
    uint64_t before;
    unsigned i;

    tenant_start(0, "checksum", 100, 0);
    tenant_start(1, "hog", 100, 0);
    tenant_start(2, "copy", 100, 0);
    for (i = 0; i < 5; i++) {
        run(MS(23) + i * 777777);
        check_good(1);
        tenant_stop(1);
        before = told(0).iterations;
        run(MS(20));
        ck_assert_uint_gt(told(0).iterations, before);
        tenant_start(1, i % 2 ? "hog" : "checksum", 100, 0);
    }
    run(MS(50));
    for (i = 0; i < TENANTS; i++) {
        check_good(i);
    }
}
END_TEST

/* A driver that loses interrupts says so, and goes on. */
START_TEST(test_lost_interrupt)
{
    tenant_start(0, "copy", 100, MS(1));
    run(MS(20));
    check_good(0);
    tenant[0].lose_interrupts = true;
    run(MS(5100));
    ck_assert_uint_gt(told(0).errors, 0);
    ck_assert_ptr_nonnull(strstr(gvirt_guest_last_error(tenant[0].guest),
                                 "no interrupt"));
}
END_TEST

/* An endless batch planted into a guest's memory: it finds out and goes on. */
START_TEST(test_hang)
{
    uint64_t iterations, gpa, other;
    unsigned hangs = 0;

    busy_step_ns = MS(1);
    hang_ns = MS(1500);
    tenant_start(0, "hog", 100, MS(1));
    tenant_start(1, "checksum", 100, MS(1));
    run(MS(30));
    check_good(0);
    /* Where the no-ops end: each page of theirs that holds the end. */
    for (gpa = 0; gpa < MEMORY_SIZE_B; gpa += GVIRT_PAGE_SIZE_B) {
        uint64_t hpa = tenant[0].window_hpa + gpa + GVIRT_PAGE_SIZE_B - 4;

        if (fakehost_read32(fake, hpa) == 0x05000000) {
            /* A jump to the page before; it never comes to an end. */
            fakehost_write32(fake, hpa - 4, 0x18800100);
            fakehost_write32(fake, hpa, 0x00070000);
            hangs++;
            break;
        }
    }
    ck_assert_uint_eq(hangs, 1);
    other = told(1).iterations;
    run(MS(2500));
    ck_assert_uint_gt(told(0).hangs, 0);
    ck_assert_uint_gt(told(1).iterations, other + 100);
    ck_assert_msg(told(1).errors == 0, "%s",
                  gvirt_guest_last_error(tenant[1].guest));
    /* Mended, it does its work again. */
    fakehost_write32(fake, tenant[0].window_hpa + gpa + GVIRT_PAGE_SIZE_B - 8,
                     0);
    fakehost_write32(fake, tenant[0].window_hpa + gpa + GVIRT_PAGE_SIZE_B - 4,
                     0x05000000);
    run(MS(2500));
    iterations = told(0).iterations;
    run(MS(100));
    ck_assert_uint_gt(told(0).iterations, iterations + 20);
}
END_TEST

/* The checks bite: somebody else scribbles over a guest's picture. */
START_TEST(test_scribble)
{
    uint64_t gpa;
    unsigned i;

    tenant_start(0, _i ? "fill" : "copy", 100, MS(1));
    run(MS(20));
    check_good(0);
    for (i = 0; i < 40 && told(0).errors == 0; i++) {
        for (gpa = 1 << 16; gpa < 2 << 20; gpa += GVIRT_PAGE_SIZE_B) {
            uint64_t hpa = tenant[0].window_hpa + gpa + 0x804;
            uint32_t value = fakehost_read32(fake, hpa);

            /* Neither a page table nor a ring. */
            if (value && !(value & 1)) {
                fakehost_write32(fake, hpa, value ^ 0x100);
            }
        }
        run(MS(1));
    }
    ck_assert_uint_gt(told(0).errors, 0);
    ck_assert_ptr_nonnull(strstr(gvirt_guest_last_error(tenant[0].guest),
                                 "pixel"));
}
END_TEST

/* Tiles whose addresses are swizzled in bit 6. */
START_TEST(test_swizzled)
{
    mediator_stop();
    swizzling = true;
    mediator_start_timed(false, GVIRT_TIMING_MODEL);
    tenant_start(0, "fill", 100, MS(1));
    tenant_start(1, "fill", 100, MS(1));
    run(MS(40));
    check_good(0);
    check_good(1);
    ck_assert_uint_ge(told(0).iterations, 4 * 20);
}
END_TEST

START_TEST(test_refused)
{
    GvirtGuestConfig config = config_of("paint", 0);
    char *error = NULL;

    ck_assert(!tenant_try(0, &config, 100, &error));
    ck_assert_ptr_nonnull(strstr(error, "no such workload"));
    g_free(error);
    gvirt_vgpu_free(tenant[0].vgpu);

    config = config_of("copy", 0);
    config.memory_size_B = 1 << 20;
    ck_assert(!tenant_try(0, &config, 100, &error));
    ck_assert_ptr_nonnull(strstr(error, "16 MiB"));
    g_free(error);
    gvirt_vgpu_free(tenant[0].vgpu);

    config = config_of("copy", 0);
    config.queue = 9;
    ck_assert(!tenant_try(0, &config, 100, &error));
    g_free(error);
    gvirt_vgpu_free(tenant[0].vgpu);
    memset(tenant, 0, sizeof(tenant));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guest");
    TCase *model = tcase_create("model");
    TCase *functional = tcase_create("functional");

    tcase_add_checked_fixture(model, setup, teardown);
    tcase_add_loop_test(model, test_alone, 0, 5);
    tcase_add_loop_test(model, test_two, 0, 2);
    tcase_add_test(model, test_three_weights);
    tcase_add_loop_test(model, test_three_kinds, 0, 3);
    tcase_add_test(model, test_unplug);
    tcase_add_test(model, test_lost_interrupt);
    tcase_add_test(model, test_hang);
    tcase_add_loop_test(model, test_scribble, 0, 2);
    tcase_add_test(model, test_swizzled);
    tcase_add_test(model, test_refused);
    suite_add_tcase(suite, model);

    tcase_add_checked_fixture(functional, setup_functional, teardown);
    tcase_add_loop_test(functional, test_alone, 0, 5);
    tcase_add_loop_test(functional, test_three_kinds, 0, 3);
    suite_add_tcase(suite, functional);
    return suite_main(suite);
}
