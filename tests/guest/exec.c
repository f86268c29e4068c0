/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What i915 promises of buffers and batches, each a short test: stores on
 * all engines at once, fences in and out, busy and wait, names and prime,
 * buffers closed while at work, tiled buffers through the aperture, user
 * memory, registers of contexts, and the parser of batches without privilege.
 *
 *     exec [NAME...]
 *
 * Source: HSW PRM vol. 5 for the tiles, vol. 2 for the commands; i915:
 * i915_cmd_parser.c for what is let through.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gem.h"
#include "points.h"

#define MI_STORE_DWORD_IMM      ((0x20u << 23) | 2)
#define MI_LOAD_REGISTER_IMM    ((0x22u << 23) | 1)
#define MI_STORE_REGISTER_MEM   ((0x24u << 23) | 1)
#define MI_LOAD_REGISTER_REG    ((0x2au << 23) | 1)
#define MI_SET_CONTEXT          (0x18u << 23)
#define MI_BATCH_BUFFER_START   ((0x31u << 23) | 1u << 8)   /* PPGTT */
#define MI_BATCH_BUFFER_END     (0x0au << 23)
#define PIPE_CONTROL            (0x7a000000u | 3)
#define PIPE_CONTROL_QW_WRITE   (1u << 14)
#define PIPE_CONTROL_LRI        (1u << 23)
#define NO_CLIENT               (1u << 29)

#define SO_WRITE_OFFSET_0       0x5280
#define PRIM_START_VERTEX       0x2430
#define PRIM_BASE_VERTEX        0x2440
#define CS_GPR_0                0x2600
#define OACONTROL               0x2360

#define WAIT_NS                 10000000000ll

enum { PAGE_B = 4096, STORES = 48, TILED_PITCH_B = 1024, TILED_ROWS = 256,
       MANY = 48 };

static int fd;

static void submit(Batch *b, uint32_t engine, uint32_t context,
                   const char *what)
{
    int ret = batch_submit(b, engine, context);

    expect(ret == 0, "%s: execbuf: %s", what, strerror(-ret));
}

static void emit_store(Batch *b, uint32_t handle, uint32_t delta,
                       uint32_t value)
{
    batch_emit(b, MI_STORE_DWORD_IMM);
    batch_emit(b, 0);
    batch_emit_address(b, handle, delta, true);
    batch_emit(b, value);
}

/* The dword of a buffer when the GPU is done with it. */
static uint32_t dword(int of_fd, uint32_t handle, uint32_t offset)
{
    uint32_t value = 0;
    int ret = gem_wait(of_fd, handle, WAIT_NS);

    expect(ret == 0, "buffer %u: %s", handle, strerror(-ret));
    gem_read(of_fd, handle, offset, &value, 4);
    return value;
}

/* A batch that starts itself again, until spin_end(). */
typedef struct Spin {
    Batch batch;
    uint32_t *map;
} Spin;

static void spin_start(Spin *s, uint32_t engine, int *out_fd)
{
    int ret;

    batch_init(&s->batch, fd);
    s->map = gem_map_cpu(fd, s->batch.handle, PAGE_B);
    batch_emit(&s->batch, MI_BATCH_BUFFER_START);
    batch_emit_own_address(&s->batch, 0);
    ret = batch_submit_fenced(&s->batch, engine, 0, -1, out_fd);
    if (ret < 0) {
        errno = -ret;
        gem_fail("execbuf of an endless batch");
    }
}

static void spin_end(Spin *s)
{
    /* an aligned dword: the GPU sees the old or the new one */
    __atomic_store_n(s->map, MI_BATCH_BUFFER_END, __ATOMIC_SEQ_CST);
}

static void spin_free(Spin *s)
{
    munmap(s->map, PAGE_B);
    batch_free(&s->batch);
}

/* From four engines, a context each, into buffers that they share. */
static void test_stores(void)
{
    static Batch batches[STORES][GEM_ENGINES];
    uint32_t contexts[GEM_ENGINES], targets[4];
    unsigned i, k, slot;

    for (i = 0; i < 4; i++) {
        targets[i] = gem_create(fd, PAGE_B);
    }
    for (k = 0; k < GEM_ENGINES; k++) {
        contexts[k] = gem_context_create(fd);
    }
    for (i = 0; i < STORES; i++) {
        for (k = 0; k < GEM_ENGINES; k++) {
            Batch *b = &batches[i][k];

            slot = i * GEM_ENGINES + k;
            batch_init(b, fd);
            emit_store(b, targets[slot & 3], slot * 4, 0x51000000 + slot);
            emit_store(b, targets[(slot + 1) & 3], slot * 4,
                       0x52000000 + slot);
            submit(b, gem_engines[k].engine, contexts[k], "store");
        }
    }
    for (slot = 0; slot < STORES * GEM_ENGINES; slot++) {
        uint32_t first = dword(fd, targets[slot & 3], slot * 4);
        uint32_t second = dword(fd, targets[(slot + 1) & 3], slot * 4);

        expect(first == 0x51000000 + slot && second == 0x52000000 + slot,
               "store %u: %08x and %08x", slot, first, second);
        batch_free(&batches[slot / GEM_ENGINES][slot % GEM_ENGINES]);
    }
    for (i = 0; i < 4; i++) {
        gem_close(fd, targets[i]);
        gem_context_destroy(fd, contexts[i]);
    }
}

static bool signalled(int fence_fd, int ms)
{
    struct pollfd fds = { .fd = fence_fd, .events = POLLIN };

    return poll(&fds, 1, ms) == 1 && fds.revents & POLLIN;
}

/* Work waits for another engine's fence, and for two merged ones. */
static void test_fences(void)
{
    unsigned k;

    for (k = 0; k < GEM_ENGINES; k++) {
        const GemEngine *other = &gem_engines[(k + 1) % GEM_ENGINES];
        struct sync_merge_data merge = { .name = "both" };
        struct sync_file_info info = { 0 };
        uint32_t target = gem_create(fd, PAGE_B), seen = 0;
        int first = -1, second = -1, last = -1, ret;
        Spin a, b;
        Batch work;

        spin_start(&a, gem_engines[k].engine, &first);
        spin_start(&b, gem_engines[(k + 2) % GEM_ENGINES].engine, &second);
        merge.fd2 = second;
        ret = gem_ioctl(first, SYNC_IOC_MERGE, &merge);
        expect(ret == 0, "SYNC_IOC_MERGE: %s", strerror(-ret));
        batch_init(&work, fd);
        emit_store(&work, target, 0, 0xfe9ce000 + k);
        ret = batch_submit_fenced(&work, other->engine, 0, merge.fence,
                                  &last);
        expect(ret == 0, "%s: behind a fence: %s", other->name,
               strerror(-ret));
        expect(!signalled(first, 0) && !signalled(merge.fence, 50) &&
               !signalled(last, 0), "%s: a fence before its time", other->name);
        spin_end(&a);
        expect(signalled(first, 10000), "%s: no fence", gem_engines[k].name);
        expect(!signalled(last, 50), "%s: one of two fences is enough",
               other->name);
        gem_read(fd, work.handle, 0, &seen, 4);
        expect(seen == MI_STORE_DWORD_IMM, "the batch is not there: %08x",
               seen);
        spin_end(&b);
        expect(signalled(last, 10000) && signalled(merge.fence, 0),
               "%s: does not go on", other->name);
        ret = gem_ioctl(last, SYNC_IOC_FILE_INFO, &info);
        expect(ret == 0 && info.status == 1 && info.num_fences == 1,
               "fence: status %d of %u", info.status, info.num_fences);
        seen = dword(fd, target, 0);
        expect(seen == 0xfe9ce000 + k, "%s: %08x behind the fence",
               other->name, seen);
        close(first);
        close(second);
        close(last);
        close(merge.fence);
        spin_free(&a);
        spin_free(&b);
        batch_free(&work);
        gem_close(fd, target);
    }
}

static void test_busy(void)
{
    unsigned k;

    for (k = 0; k < GEM_ENGINES; k++) {
        const char *name = gem_engines[k].name;
        struct drm_i915_gem_busy busy = { 0 };
        Spin s;
        int ret;

        spin_start(&s, gem_engines[k].engine, NULL);
        busy.handle = s.batch.handle;
        ret = gem_ioctl(fd, DRM_IOCTL_I915_GEM_BUSY, &busy);
        expect(ret == 0 && busy.busy >> 16 != 0, "%s: busy %08x", name,
               busy.busy);
        expect(gem_wait(fd, busy.handle, 0) == -ETIME &&
               gem_wait(fd, busy.handle, 20000000) == -ETIME,
               "%s: wait ended before its time", name);
        spin_end(&s);
        ret = gem_wait(fd, busy.handle, WAIT_NS);
        expect(ret == 0, "%s: wait: %s", name, strerror(-ret));
        ret = gem_ioctl(fd, DRM_IOCTL_I915_GEM_BUSY, &busy);
        expect(ret == 0 && busy.busy == 0, "%s: idle, yet busy %08x", name,
               busy.busy);
        spin_free(&s);
    }
}

static int try_close(uint32_t handle)
{
    struct drm_gem_close arg = { .handle = handle };

    return gem_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &arg);
}

/* Names of buffers, in one file and from one to another. */
static void test_names(void)
{
    struct drm_prime_handle export = { .flags = DRM_CLOEXEC | DRM_RDWR };
    struct drm_prime_handle import = { 0 }, again = { 0 };
    struct drm_gem_flink flink = { 0 };
    struct drm_gem_open open_name = { 0 };
    struct drm_gem_open no_name = { .name = 0x7fffffff };
    struct drm_i915_gem_busy busy = { 0 };
    int other = gem_open(), ret;
    uint32_t target, value;
    Batch work;
    Spin s;

    target = gem_create(fd, 2 * PAGE_B);
    flink.handle = export.handle = target;
    ret = gem_ioctl(fd, DRM_IOCTL_GEM_FLINK, &flink);
    expect(ret == 0 && flink.name, "flink: %s", strerror(-ret));
    open_name.name = flink.name;
    ret = gem_ioctl(other, DRM_IOCTL_GEM_OPEN, &open_name);
    expect(ret == 0 && open_name.size == 2 * PAGE_B, "open of a name: %s",
           strerror(-ret));
    ret = gem_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export);
    expect(ret == 0, "export: %s", strerror(-ret));
    import.fd = export.fd;
    ret = gem_ioctl(other, DRM_IOCTL_PRIME_FD_TO_HANDLE, &import);
    again.fd = export.fd;
    expect(ret == 0 && import.handle &&
           gem_ioctl(other, DRM_IOCTL_PRIME_FD_TO_HANDLE, &again) == 0 &&
           again.handle == import.handle, "import: %s, handles %u and %u",
           strerror(-ret), import.handle, again.handle);
    /* written here behind an endless batch, closed, and read there */
    spin_start(&s, I915_EXEC_BLT, NULL);
    batch_init(&work, fd);
    emit_store(&work, target, PAGE_B + 8, 0xc105ed);
    submit(&work, I915_EXEC_BLT, 0, "store");
    batch_free(&work);
    expect(try_close(target) == 0, "close of a busy buffer");
    expect(try_close(target) == -EINVAL, "closed twice");
    busy.handle = target;
    ret = gem_ioctl(fd, DRM_IOCTL_I915_GEM_BUSY, &busy);
    expect(ret == -ENOENT, "busy of a closed buffer: %d", ret);
    expect(gem_wait(other, open_name.handle, 0) == -ETIME,
           "the closed buffer is not busy");
    spin_end(&s);
    value = dword(other, open_name.handle, PAGE_B + 8);
    expect(value == 0xc105ed, "by another name: %08x", value);
    value = dword(other, import.handle, PAGE_B + 8);
    expect(value == 0xc105ed, "as imported: %08x", value);
    close(export.fd);
    gem_close(other, import.handle);
    gem_close(other, open_name.handle);
    no_name.name = flink.name;
    ret = gem_ioctl(other, DRM_IOCTL_GEM_OPEN, &no_name);
    expect(ret == -ENOENT, "a name of nothing: %d", ret);
    spin_free(&s);
    close(other);
}

/* Where a byte of a picture is in memory. */
static uint32_t tile_offset(uint32_t tiling, uint32_t swizzle, uint32_t x_B,
                            uint32_t y)
{
    uint32_t at, bit = 0;

    if (tiling == I915_TILING_X) {
        at = (y / 8 * (TILED_PITCH_B / 512) + x_B / 512) * PAGE_B +
             y % 8 * 512 + x_B % 512;
    } else {
        at = (y / 32 * (TILED_PITCH_B / 128) + x_B / 128) * PAGE_B +
             x_B % 128 / 16 * 512 + y % 32 * 16 + x_B % 16;
    }
    if (swizzle == I915_BIT_6_SWIZZLE_9) {
        bit = at >> 9;
    } else if (swizzle == I915_BIT_6_SWIZZLE_9_10) {
        bit = at >> 9 ^ at >> 10;
    }
    return at ^ (bit & 1) << 6;
}

static uint32_t sample(uint32_t tiling, uint32_t index)
{
    return (index * 2654435761u) ^ tiling << 28;
}

/* Written through the aperture and read as memory, and the other way. */
static void test_tiled(void)
{
    static uint32_t raw[TILED_PITCH_B * TILED_ROWS / 4];
    uint32_t tiling, x, y, n, got, bad;

    for (tiling = I915_TILING_X; tiling <= I915_TILING_Y; tiling++) {
        const char *name = tiling == I915_TILING_X ? "X" : "Y";
        uint32_t handle = gem_create(fd, sizeof(raw));
        uint32_t swizzle = gem_set_tiling(fd, handle, tiling, TILED_PITCH_B);
        /* volatile: the program means each access */
        volatile uint32_t *map = gem_map_aperture(fd, handle, sizeof(raw));

        if (swizzle != I915_BIT_6_SWIZZLE_NONE &&
            swizzle != I915_BIT_6_SWIZZLE_9 &&
            swizzle != I915_BIT_6_SWIZZLE_9_10) {
            printf("tile %s: swizzling %u, left out\n", name, swizzle);
            continue;
        }
        gem_set_domain(fd, handle, I915_GEM_DOMAIN_GTT, true);
        for (n = 0; n < sizeof(raw) / 4; n++) {
            map[n] = sample(tiling, n);
        }
        gem_read(fd, handle, 0, raw, sizeof(raw));
        for (bad = 0, y = 0; y < TILED_ROWS; y++) {
            for (x = 0; x < TILED_PITCH_B; x += 4) {
                n = (y * TILED_PITCH_B + x) / 4;
                got = raw[tile_offset(tiling, swizzle, x, y) / 4];
                bad += got != sample(tiling, n);
                raw[tile_offset(tiling, swizzle, x, y) / 4] =
                    ~sample(tiling, n);
            }
        }
        expect(bad == 0, "tile %s, written through the aperture: %u dwords",
               name, bad);
        gem_write(fd, handle, 0, raw, sizeof(raw));
        gem_set_domain(fd, handle, I915_GEM_DOMAIN_GTT, false);
        for (bad = 0, n = 0; n < sizeof(raw) / 4; n++) {
            bad += map[n] != ~sample(tiling, n);
        }
        expect(bad == 0, "tile %s, read through the aperture: %u dwords",
               name, bad);
        munmap((void *)map, sizeof(raw));
        gem_close(fd, handle);
    }
}

/* More tiled buffers than there are fences, in turn. */
static void test_many_tiled(void)
{
    uint32_t handles[MANY], *maps[MANY], i, round, x, bad = 0;

    for (i = 0; i < MANY; i++) {
        handles[i] = gem_create(fd, 16 * PAGE_B);
        gem_set_tiling(fd, handles[i], I915_TILING_X + (i & 1),
                       TILED_PITCH_B);
        maps[i] = gem_map_aperture(fd, handles[i], 16 * PAGE_B);
    }
    for (round = 0; round < 8; round++) {
        for (i = 0; i < MANY; i++) {
            gem_set_domain(fd, handles[i], I915_GEM_DOMAIN_GTT, true);
            for (x = 0; x < 16; x++) {
                uint32_t at = x * (TILED_PITCH_B / 4) + (x * 37 + round) % 256;

                maps[i][at] = sample(i, at + round);
            }
        }
        for (i = MANY; i-- > 0;) {
            for (x = 0; x < 16; x++) {
                uint32_t at = x * (TILED_PITCH_B / 4) + (x * 37 + round) % 256;

                bad += maps[i][at] != sample(i, at + round);
            }
        }
    }
    expect(bad == 0, "%u dwords of many tiled buffers", bad);
    for (i = 0; i < MANY; i++) {
        munmap(maps[i], 16 * PAGE_B);
        gem_close(fd, handles[i]);
    }
}

/* The program's own memory as a buffer. */
static void test_user_memory(void)
{
    struct drm_i915_gem_userptr arg = { .user_size = 4 * PAGE_B };
    struct drm_i915_gem_userptr odd = { .user_size = 100 };
    uint32_t *memory = mmap(NULL, 4 * PAGE_B, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t got;
    unsigned k;
    int ret;

    if (memory == MAP_FAILED) {
        gem_fail("mmap");
    }
    memset(memory, 0x5a, 4 * PAGE_B);
    arg.user_ptr = odd.user_ptr = (uintptr_t)memory;
    ret = gem_ioctl(fd, DRM_IOCTL_I915_GEM_USERPTR, &odd);
    expect(ret == -EINVAL, "an odd size: %d", ret);
    ret = gem_ioctl(fd, DRM_IOCTL_I915_GEM_USERPTR, &arg);
    if (ret < 0) {
        expect(false, "USERPTR: %s", strerror(-ret));
        return;
    }
    for (k = 0; k < GEM_ENGINES; k++) {
        uint32_t at = k * PAGE_B + 16 * k + 4;
        Batch b;

        batch_init(&b, fd);
        emit_store(&b, arg.handle, at, 0x05e20000 + k);
        submit(&b, gem_engines[k].engine, 0, "store to user memory");
        ret = gem_wait(fd, arg.handle, WAIT_NS);
        got = __atomic_load_n(&memory[at / 4], __ATOMIC_SEQ_CST);
        expect(ret == 0 && got == 0x05e20000 + k && memory[at / 4 + 1] ==
               0x5a5a5a5a, "%s: %08x in user memory", gem_engines[k].name,
               got);
        batch_free(&b);
    }
    /* the memory goes away under the buffer */
    munmap(memory, 4 * PAGE_B);
    {
        Batch b;

        batch_init(&b, fd);
        emit_store(&b, arg.handle, 0, 1);
        ret = batch_submit(&b, I915_EXEC_BLT, 0);
        expect(ret == -EFAULT, "user memory that is gone: %d", ret);
        batch_free(&b);
    }
    gem_close(fd, arg.handle);
}

static void emit_register(Batch *b, uint32_t reg, uint32_t value)
{
    batch_emit(b, MI_LOAD_REGISTER_IMM);
    batch_emit(b, reg);
    batch_emit(b, value);
}

static uint32_t read_register(uint32_t reg, uint32_t context)
{
    uint32_t target = gem_create(fd, PAGE_B), value;
    Batch b;

    batch_init(&b, fd);
    batch_emit(&b, MI_STORE_REGISTER_MEM);
    batch_emit(&b, reg);
    batch_emit_address(&b, target, 0, true);
    submit(&b, I915_EXEC_RENDER, context, "register read");
    value = dword(fd, target, 0);
    batch_free(&b);
    gem_close(fd, target);
    return value;
}

static void write_register(uint32_t reg, uint32_t value, uint32_t context)
{
    Batch b;

    batch_init(&b, fd);
    emit_register(&b, reg, value);
    submit(&b, I915_EXEC_RENDER, context, "register write");
    gem_wait(fd, b.handle, WAIT_NS);
    batch_free(&b);
}

/* Each context has its own registers, and a new one none of theirs. */
static void test_contexts(void)
{
    static const uint32_t regs[] = {
        SO_WRITE_OFFSET_0, PRIM_START_VERTEX, PRIM_BASE_VERTEX
    };
    uint32_t contexts[3], i, k, got, want;

    for (k = 0; k < 2; k++) {
        contexts[k] = gem_context_create(fd);
        for (i = 0; i < 3; i++) {
            write_register(regs[i], 0xc0de0000 + k * 256 + i * 16,
                           contexts[k]);
        }
    }
    contexts[2] = gem_context_create(fd);
    for (k = 0; k < 3; k++) {
        for (i = 0; i < 3; i++) {
            got = read_register(regs[i], contexts[k]);
            want = k < 2 ? 0xc0de0000 + k * 256 + i * 16 : 0;
            expect(got == want, "context %u, register %x: %08x, not %08x", k,
                   regs[i], got, want);
        }
    }
    for (k = 0; k < 3; k++) {
        gem_context_destroy(fd, contexts[k]);
    }
}

static void rejected(const uint32_t *dw, unsigned len_dw, uint32_t engine,
                     bool end, const char *what)
{
    struct drm_i915_gem_exec_object2 object = {
        .handle = gem_create(fd, PAGE_B)
    };
    struct drm_i915_gem_execbuffer2 arg = {
        .buffers_ptr = (uintptr_t)&object, .buffer_count = 1,
        .batch_len = (len_dw + 2) * 4 & ~7u, .flags = engine
    };
    static uint32_t batch[PAGE_B / 4];
    int ret;

    memset(batch, 0, sizeof(batch));
    memcpy(batch, dw, len_dw * 4);
    if (end) {
        batch[len_dw] = MI_BATCH_BUFFER_END;
    } else {
        arg.batch_len = PAGE_B;
    }
    gem_write(fd, object.handle, 0, batch, sizeof(batch));
    ret = gem_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &arg);
    expect(ret == -EINVAL, "%s: %d", what, ret);
    gem_close(fd, object.handle);
}

/* A register of the GPU's as the processor sees it. */
static uint32_t mmio(uint32_t reg)
{
    static const char path[] = "/sys/bus/pci/devices/0000:00:02.0/resource0";
    int wake_fd = open("/sys/kernel/debug/dri/0/i915_forcewake_user",
                       O_RDONLY | O_CLOEXEC);
    int bar_fd = open(path, O_RDWR | O_CLOEXEC);
    /* volatile: registers change by themselves */
    volatile uint32_t *bar;
    uint32_t value;

    bar = bar_fd < 0 ? MAP_FAILED
                     : mmap(NULL, PAGE_B, PROT_READ, MAP_SHARED, bar_fd,
                            reg & ~(PAGE_B - 1u));
    if (bar == MAP_FAILED || wake_fd < 0) {
        gem_fail(path);
    }
    value = bar[reg % PAGE_B / 4];
    munmap((void *)bar, PAGE_B);
    close(bar_fd);
    close(wake_fd);
    return value;
}

/* i915 looks through each batch: what it lets through, and what not. */
static void test_parser(void)
{
    static const uint32_t no_client[] = { NO_CLIENT };
    static const uint32_t too_long[] = { MI_SET_CONTEXT | 32 };
    static const uint32_t no_end[] = { 0 };
    uint32_t context = gem_context_create(fd);
    uint32_t target = gem_create(fd, PAGE_B), before, got;
    unsigned k;
    Batch b;

    for (k = 0; k < GEM_ENGINES; k++) {
        rejected(no_client, 1, gem_engines[k].engine, true, "no command");
        rejected(no_end, 1, gem_engines[k].engine, false, "no end");
    }
    rejected(too_long, 1, I915_EXEC_RENDER, true, "too long");

    write_register(SO_WRITE_OFFSET_0, 0xabcdabc0, context);
    got = read_register(SO_WRITE_OFFSET_0, context);
    expect(got == 0xabcdabc0, "a register that is let through: %08x", got);
    write_register(CS_GPR_0, 0xabcdabc4, context);
    got = read_register(CS_GPR_0, context);
    expect(got == 0xabcdabc4, "a general register: %08x", got);

    /* not refused, because Mesa tries it; but without effect */
    before = mmio(OACONTROL);
    write_register(OACONTROL, 0x31337000, context);
    got = mmio(OACONTROL);
    expect(got == before, "OACONTROL %08x, was %08x", got, before);
    batch_init(&b, fd);
    batch_emit(&b, MI_LOAD_REGISTER_REG);
    batch_emit(&b, OACONTROL);
    batch_emit(&b, CS_GPR_0);
    submit(&b, I915_EXEC_RENDER, context, "from OACONTROL");
    batch_free(&b);
    got = read_register(CS_GPR_0, context);
    expect(got == 0xabcdabc4, "a general register from OACONTROL: %08x", got);
    batch_init(&b, fd);
    batch_emit(&b, MI_LOAD_REGISTER_REG);
    batch_emit(&b, SO_WRITE_OFFSET_0);
    batch_emit(&b, CS_GPR_0);
    submit(&b, I915_EXEC_RENDER, context, "from another register");
    batch_free(&b);
    got = read_register(CS_GPR_0, context);
    expect(got == 0xabcdabc0, "a general register from another: %08x", got);

    for (k = 0; k < 2; k++) {
        batch_init(&b, fd);
        batch_emit(&b, PIPE_CONTROL);
        batch_emit(&b, PIPE_CONTROL_QW_WRITE | (k ? PIPE_CONTROL_LRI : 0));
        batch_emit_address(&b, target, k * 64, true);
        batch_emit(&b, 0x12000000);
        batch_emit(&b, 0);
        submit(&b, I915_EXEC_RENDER, context, "PIPE_CONTROL");
        got = dword(fd, target, k * 64);
        expect(got == (k ? 0 : 0x12000000), "PIPE_CONTROL %s: %08x",
               k ? "with a load of a register" : "that stores", got);
        batch_free(&b);
    }
    gem_close(fd, target);
    gem_context_destroy(fd, context);
}

static const Point tests[] = {
    { "stores", test_stores },
    { "fences", test_fences },
    { "busy", test_busy },
    { "names", test_names },
    { "tiled", test_tiled },
    { "many-tiled", test_many_tiled },
    { "user-memory", test_user_memory },
    { "contexts", test_contexts },
    { "parser", test_parser },
};

int main(int argc, char **argv)
{
    const unsigned count = sizeof(tests) / sizeof(tests[0]);

    points_check(tests, count, argc, argv);
    fd = gem_open();
    return points_run(tests, count, argc, argv);
}
