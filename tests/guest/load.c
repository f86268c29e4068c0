/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps one engine after the other busy for a while and looks whether what
 * i915 tells of it is so: busyness by engine, the GT's clock, RC6.
 *
 *     load [--no-rc6] [--seconds N]
 *
 * The load is a batch that starts itself again until the CPU puts an end to
 * it. Busyness is what intel_gpu_top shows: the PMU events of i915.
 *
 * Source: i915: i915_pmu.c, gt/intel_rps.c, gt/intel_gt_sysfs_pm.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gem.h"

#define MI_BATCH_BUFFER_START ((0x31u << 23) | 1u << 8)     /* PPGTT */
#define MI_BATCH_BUFFER_END   (0x0au << 23)

#define GT                  "/sys/class/drm/card0/gt/gt0/"
#define PMU                 "/sys/bus/event_source/devices/i915/"

enum { WAIT_S = 5 };

typedef struct Sample {
    double time_s;
    double busy_s[GEM_ENGINES];
    double rc6_s;
} Sample;

static int counters[GEM_ENGINES];

static void sleep_s(double s)
{
    usleep(s * 1e6);
}

/* The number in a file, behind a prefix when there is one. */
static unsigned long read_number(const char *path, const char *prefix)
{
    char text[64] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0) {
        gem_fail(path);
    }
    close(fd);
    if (strncmp(text, prefix, strlen(prefix)) != 0) {
        errno = EINVAL;
        gem_fail(path);
    }
    return strtoul(text + strlen(prefix), NULL, 0);
}

static void open_counters(void)
{
    unsigned i;

    for (i = 0; i < GEM_ENGINES; i++) {
        struct perf_event_attr attr = {
            .type = read_number(PMU "type", ""), .size = sizeof(attr)
        };
        char path[128];

        snprintf(path, sizeof(path), PMU "events/%s-busy", gem_engines[i].name);
        attr.config = read_number(path, "config=");
        counters[i] = syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);
        if (counters[i] < 0) {
            gem_fail("perf_event_open");
        }
    }
}

static Sample sample(void)
{
    Sample s = { .time_s = seconds() };
    unsigned i;

    for (i = 0; i < GEM_ENGINES; i++) {
        uint64_t ns = 0;

        if (read(counters[i], &ns, sizeof(ns)) != sizeof(ns)) {
            gem_fail("read of a counter");
        }
        s.busy_s[i] = ns / 1e9;
    }
    s.rc6_s = read_number(GT "rc6_residency_ms", "") / 1e3;
    return s;
}

static unsigned frequency(const char *kind)
{
    char path[128];

    snprintf(path, sizeof(path), GT "rps_%s_freq_mhz", kind);
    return read_number(path, "");
}

/*
 * Waits until the GT runs at its lowest clock; i915 keeps what it requested
 * for the next load, so "cur" does not tell.
 */
static bool wait_slow(void)
{
    double end = seconds() + WAIT_S;

    while (seconds() < end) {
        if (frequency("act") <= frequency("RPn")) {
            return true;
        }
        sleep_s(0.05);
    }
    return false;
}

static double share(const Sample *from, const Sample *to, unsigned i)
{
    return (to->busy_s[i] - from->busy_s[i]) / (to->time_s - from->time_s);
}

static void check_idle(bool rc6, double for_s)
{
    Sample from, to;
    double residency;
    unsigned i;

    expect(wait_slow(), "idle: the clock stays at %u MHz", frequency("act"));
    from = sample();
    sleep_s(for_s);
    to = sample();
    residency = (to.rc6_s - from.rc6_s) / (to.time_s - from.time_s);
    printf("idle: RC6 %.0f %%, %u MHz\n", residency * 100, frequency("act"));
    expect(!rc6 || (residency > 0.5 && residency < 1.1),
           "idle: RC6 for %.0f %% of the time", residency * 100);
    for (i = 0; i < GEM_ENGINES; i++) {
        expect(share(&from, &to, i) < 0.2, "idle: %s is busy for %.0f %%",
               gem_engines[i].name, share(&from, &to, i) * 100);
    }
}

static void check_load(int fd, unsigned index, bool rc6, double for_s)
{
    const char *name = gem_engines[index].name;
    Sample from, to;
    double residency;
    uint32_t *map;
    Batch b;
    unsigned i, mhz;
    int ret;

    batch_init(&b, fd);
    map = gem_map_cpu(fd, b.handle, 4096);
    batch_emit(&b, MI_BATCH_BUFFER_START);
    batch_emit_own_address(&b, 0);
    ret = batch_submit(&b, gem_engines[index].engine, 0);
    if (ret < 0) {
        errno = -ret;
        gem_fail(name);
    }
    sleep_s(0.2);
    from = sample();
    sleep_s(for_s);
    to = sample();
    mhz = frequency("act");
    residency = (to.rc6_s - from.rc6_s) / (to.time_s - from.time_s);
    printf("%s: busy %.0f %%, RC6 %.0f %%, %u MHz\n", name,
           share(&from, &to, index) * 100, residency * 100, mhz);
    expect(gem_wait(fd, b.handle, 0) == -ETIME, "%s: the load is over", name);
    /* an aligned dword: the GPU sees the old or the new one */
    __atomic_store_n(map, MI_BATCH_BUFFER_END, __ATOMIC_SEQ_CST);
    expect(gem_wait(fd, b.handle, WAIT_S * 1000000000ll) == 0,
           "%s: the load does not end", name);
    expect(mhz == frequency("RP0"), "%s: loaded, at %u MHz", name, mhz);
    expect(!rc6 || residency < 0.1, "%s: RC6 for %.0f %% of the time under "
           "load", name, residency * 100);
    for (i = 0; i < GEM_ENGINES; i++) {
        double busy = share(&from, &to, i);

        expect(i == index ? busy > 0.6 && busy < 1.2 : busy < 0.2,
               "%s is loaded: %s is busy for %.0f %%", name,
               gem_engines[i].name, busy * 100);
    }
    batch_free(&b);
}

int main(int argc, char **argv)
{
    double for_s = 1;
    bool rc6 = true;
    unsigned i;
    int fd, arg;

    for (arg = 1; arg < argc; arg++) {
        if (strcmp(argv[arg], "--no-rc6") == 0) {
            rc6 = false;
        } else if (strcmp(argv[arg], "--seconds") == 0 && arg + 1 < argc) {
            for_s = atof(argv[++arg]);
        } else {
            fprintf(stderr, "usage: load [--no-rc6] [--seconds N]\n");
            return 1;
        }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    fd = gem_open();
    expect(gem_get_param(fd, I915_PARAM_CS_TIMESTAMP_FREQUENCY) == 12500000,
           "timestamps of %d Hz",
           gem_get_param(fd, I915_PARAM_CS_TIMESTAMP_FREQUENCY));
    open_counters();
    check_idle(rc6, for_s);
    for (i = 0; i < GEM_ENGINES; i++) {
        check_load(fd, i, rc6, for_s);
        check_idle(rc6, for_s);
    }
    printf("load: %u wrong\n", gem_wrong);
    return gem_wrong ? 1 : 0;
}
