/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hangs one engine after the other and looks at what i915 makes of it: the
 * endless batch is found by the heartbeat and thrown out, the error state
 * tells where it was, and the others' work comes to its right end.
 *
 *     hang [--engine rcs0|bcs0|vcs0|vecs0] [--full] [--heartbeat MS]
 *          [--keep FILE]
 *
 * --full has i915 reset all engines at once, by its parameter "reset". --keep
 * leaves the last error state in a file, for intel_error_decode.
 *
 * Source: i915: gt/intel_engine_heartbeat.c, gt/intel_reset.c,
 * i915_gpu_error.c (what the error state has).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gem.h"

#define MI_STORE_DWORD_IMM  ((0x20u << 23) | 2)
#define MI_BATCH_BUFFER_START ((0x31u << 23) | 1u << 8)     /* PPGTT */

#define CARD                "/sys/class/drm/card0/"
#define STARTED             0x600dcafeu
#define SOON_NS             3000000000ll
#define RESET_NS            60000000000ll
#define MODE_IDLE           (1u << 9)

enum { FOLLOWERS = 3, STATE_MAX_B = 4 << 20 };

/* One engine's share of "<engine> command stream:" in the error state. */
typedef struct Record {
    uint32_t start, head, rq_head, tail, ctl, mode, acthd, ipehr, instdone;
    uint32_t bbaddr, esr;
} Record;

/* Work that is not to blame: a store, and where it has to arrive. */
typedef struct Work {
    Batch batch;
    uint32_t context;
    uint32_t target;
    uint32_t value;
} Work;

static char *state;

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        gem_fail(path);
    }
    close(fd);
}

static size_t read_file(const char *path, char *buf, size_t size_B)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t got;

    if (fd < 0) {
        gem_fail(path);
    }
    while (len < size_B - 1 &&
           (got = read(fd, buf + len, size_B - 1 - len)) > 0) {
        len += got;
    }
    buf[len] = 0;
    close(fd);
    return len;
}

/* The debugfs folder of the card, whatever its number. */
static void write_debugfs(const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof(path), "/sys/kernel/debug/dri/0/%s", name);
    write_file(path, text);
}

static void work_submit(Work *w, int fd, uint32_t engine, uint32_t value)
{
    int ret;

    w->context = gem_context_create(fd);
    w->target = gem_create(fd, 4096);
    w->value = value;
    batch_init(&w->batch, fd);
    batch_emit(&w->batch, MI_STORE_DWORD_IMM);
    batch_emit(&w->batch, 0);
    batch_emit_address(&w->batch, w->target, 64, true);
    batch_emit(&w->batch, value);
    ret = batch_submit(&w->batch, engine, w->context);
    if (ret < 0) {
        errno = -ret;
        gem_fail("execbuf of an innocent batch");
    }
}

static void work_check(Work *w, int fd, int64_t timeout_ns, const char *what)
{
    struct drm_i915_reset_stats stats = { .ctx_id = w->context };
    uint32_t got = 0;
    int ret = gem_wait(fd, w->target, timeout_ns);

    expect(ret == 0, "%s: not done (%s)", what, strerror(-ret));
    gem_read(fd, w->target, 64, &got, sizeof(got));
    expect(got == w->value, "%s: 0x%x was stored, not 0x%x", what, got,
           w->value);
    gem_reset_stats(fd, &stats);
    expect(stats.batch_active == 0, "%s: blamed for the hang", what);
    gem_context_destroy(fd, w->context);
    gem_close(fd, w->target);
    batch_free(&w->batch);
}

/* A number behind a label of the engine's record; -1 when there is none. */
static int64_t number(const char *from, const char *to, const char *label,
                      unsigned which)
{
    const char *at = strstr(from, label);

    if (!at || at >= to) {
        return -1;
    }
    at += strlen(label);
    do {
        at = strstr(at, "0x");
        if (!at || at >= to) {
            return -1;
        }
        at += 2;
    } while (which--);
    return strtoul(at, NULL, 16);
}

static bool read_record(const char *engine, Record *r)
{
    char label[64];
    const char *from, *to;

    snprintf(label, sizeof(label), "\n%s command stream:", engine);
    from = strstr(state, label);
    if (!from) {
        return false;
    }
    to = strstr(from, "  hung:");
    if (!to) {
        to = state + strlen(state);
    }
    r->start = number(from, to, "  START:", 0);
    r->head = number(from, to, "  HEAD:", 0);
    r->rq_head = number(from, to, "  HEAD:", 1);
    r->tail = number(from, to, "  TAIL:", 0);
    r->ctl = number(from, to, "  CTL:", 0);
    r->mode = number(from, to, "  MODE:", 0);
    /* the second word of ACTHD has no 0x of its own */
    r->acthd = 0;
    from = strstr(from, "  ACTHD:");
    if (!from || from >= to ||
        sscanf(from, "  ACTHD: 0x%*x %x", &r->acthd) != 1) {
        return false;
    }
    r->ipehr = number(from, to, "  IPEHR:", 0);
    r->esr = number(from, to, "  ESR:", 0);
    r->instdone = number(from, to, "  INSTDONE:", 0);
    from = strstr(from, "  BBADDR:");
    r->bbaddr = 0;
    return from && from < to &&
           sscanf(from, "  BBADDR: 0x%*x_%x", &r->bbaddr) == 1;
}

/* What the registers said while the engine ran in the loop at addr. */
static void check_state(const char *engine, uint64_t addr)
{
    Record r;
    uint32_t size_B;

    read_file(CARD "error", state, STATE_MAX_B);
    expect(strstr(state, "GPU HANG: ecode 7:") != NULL,
           "%s: the error state has no ecode: %.60s", engine, state);
    if (!read_record(engine, &r)) {
        expect(false, "%s: the error state has no record", engine);
        return;
    }
    size_B = (r.ctl & 0x1ff000) + 4096;
    printf("%s: START %08x HEAD %08x TAIL %08x CTL %08x ACTHD %08x IPEHR "
           "%08x INSTDONE %08x BBADDR %08x\n", engine, r.start, r.head,
           r.tail, r.ctl, r.acthd, r.ipehr, r.instdone, r.bbaddr);
    expect(r.ctl & 1, "%s: CTL 0x%x is not valid", engine, r.ctl);
    expect((r.head & 0x1ffffc) < size_B && (r.tail & 0x1ffffc) < size_B,
           "%s: HEAD 0x%x or TAIL 0x%x outside of the ring", engine, r.head,
           r.tail);
    expect((r.head & 0x1ffffc) != (r.tail & 0x1ffffc),
           "%s: the ring says it is done", engine);
    expect(((r.head - r.rq_head) & 0x1ffffc & (size_B - 1)) < 1024,
           "%s: HEAD 0x%x is not in the request at 0x%x", engine, r.head,
           r.rq_head);
    expect(!(r.mode & MODE_IDLE), "%s: MODE says idle", engine);
    expect(r.instdone != UINT32_MAX, "%s: INSTDONE says idle", engine);
    expect(r.acthd == (uint32_t)addr, "%s: ACTHD 0x%x, the loop is at 0x%"
           PRIx64, engine, r.acthd, addr);
    expect(r.ipehr == MI_BATCH_BUFFER_START, "%s: IPEHR 0x%x", engine,
           r.ipehr);
    expect((r.bbaddr & ~7u) == ((uint32_t)addr & ~7u) && r.bbaddr & 1,
           "%s: BBADDR 0x%x", engine, r.bbaddr);
}

static void hang(unsigned index, bool full)
{
    static Work others[GEM_ENGINES];
    static Work followers[FOLLOWERS];
    static Batch spin;
    const char *name = gem_engines[index].name;
    struct drm_i915_reset_stats stats = { 0 };
    unsigned before = gem_wrong;
    int fd = gem_open();
    uint32_t marker = gem_create(fd, 4096);
    uint32_t guilty = gem_context_create(fd);
    /* volatile: the GPU writes it */
    volatile uint32_t *map = gem_map_cpu(fd, marker, 4096);
    uint64_t addr;
    double began;
    int ret;
    unsigned i;

    batch_init(&spin, fd);
    spin.capture = true;
    batch_emit(&spin, MI_STORE_DWORD_IMM);
    batch_emit(&spin, 0);
    batch_emit_address(&spin, marker, 0, true);
    batch_emit(&spin, STARTED);
    batch_emit(&spin, MI_BATCH_BUFFER_START);
    batch_emit_own_address(&spin, 16);
    write_file(CARD "error", "1");
    began = seconds();
    ret = batch_submit(&spin, gem_engines[index].engine, guilty);
    if (ret < 0) {
        errno = -ret;
        gem_fail("execbuf of the endless batch");
    }
    addr = batch_address(&spin) + 16;
    while (map[0] != STARTED && seconds() < began + SOON_NS / 1e9) {
        usleep(1000);
    }
    expect(map[0] == STARTED, "%s: the endless batch has not begun", name);
    for (i = 0; i < GEM_ENGINES; i++) {
        if (i != index) {
            work_submit(&others[i], fd, gem_engines[i].engine, 0x1000 + i);
        }
    }
    for (i = 0; i < FOLLOWERS; i++) {
        work_submit(&followers[i], fd, gem_engines[index].engine, 0x2000 + i);
    }
    for (i = 0; i < GEM_ENGINES; i++) {
        if (i != index) {
            work_check(&others[i], fd, SOON_NS, gem_engines[i].name);
        }
    }
    expect(gem_wait(fd, marker, 0) == -ETIME, "%s: the endless batch ended",
           name);
    ret = gem_wait(fd, marker, RESET_NS);
    expect(ret == 0, "%s: not reset after 60 s", name);
    printf("%s: hung for %.1f s%s\n", name, seconds() - began,
           full ? ", reset of all" : "");
    for (i = 0; i < FOLLOWERS; i++) {
        work_check(&followers[i], fd, SOON_NS, "behind the hang");
    }
    stats.ctx_id = guilty;
    gem_reset_stats(fd, &stats);
    expect(stats.batch_active == 1, "%s: %u batches of the guilty context "
           "lost", name, stats.batch_active);
    check_state(name, addr);
    /* the guilty context may go on, too */
    batch_start(&spin);
    batch_emit(&spin, MI_STORE_DWORD_IMM);
    batch_emit(&spin, 0);
    batch_emit_address(&spin, marker, 0, true);
    batch_emit(&spin, ~STARTED);
    ret = batch_submit(&spin, gem_engines[index].engine, guilty);
    expect(ret == 0, "%s: the guilty context is barred: %s", name,
           strerror(-ret));
    expect(gem_wait(fd, marker, SOON_NS) == 0 && map[0] == ~STARTED,
           "%s: the guilty context does not go on", name);
    for (i = 0; i < GEM_ENGINES; i++) {
        work_submit(&others[i], fd, gem_engines[i].engine, 0x3000 + i);
        work_check(&others[i], fd, SOON_NS, gem_engines[i].name);
    }
    printf("%s: %s\n", name, gem_wrong == before ? "recovered" : "see above");
    batch_free(&spin);
    close(fd);
}

static void keep_state(const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file || fputs(state, file) < 0 || fclose(file) != 0) {
        gem_fail(path);
    }
}

int main(int argc, char **argv)
{
    const char *only = NULL, *keep = NULL, *heartbeat = "500";
    char path[128], text[32];
    bool full = false;
    unsigned i;
    int arg;

    for (arg = 1; arg < argc; arg++) {
        if (strcmp(argv[arg], "--full") == 0) {
            full = true;
        } else if (strcmp(argv[arg], "--engine") == 0 && arg + 1 < argc) {
            only = argv[++arg];
        } else if (strcmp(argv[arg], "--keep") == 0 && arg + 1 < argc) {
            keep = argv[++arg];
        } else if (strcmp(argv[arg], "--heartbeat") == 0 && arg + 1 < argc) {
            heartbeat = argv[++arg];
        } else {
            fprintf(stderr, "usage: hang [--engine NAME] [--full] "
                    "[--heartbeat MS] [--keep FILE]\n");
            return 1;
        }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    state = malloc(STATE_MAX_B);
    if (!state) {
        gem_fail("malloc");
    }
    write_debugfs("i915_params/reset", full ? "1" : "3");
    for (i = 0; i < GEM_ENGINES; i++) {
        snprintf(path, sizeof(path), CARD "engine/%s/heartbeat_interval_ms",
                 gem_engines[i].name);
        write_file(path, heartbeat);
    }
    for (i = 0; i < GEM_ENGINES; i++) {
        if (!only || strcmp(only, gem_engines[i].name) == 0) {
            hang(i, full);
        }
    }
    if (keep) {
        keep_state(keep);
    }
    read_file("/sys/kernel/debug/dri/0/i915_wedged", text, sizeof(text));
    expect(atoi(text) == 0, "the GPU is wedged");
    printf("hang: %u wrong\n", gem_wrong);
    return gem_wrong ? 1 : 0;
}
