/* SPDX-License-Identifier: GPL-2.0-or-later */
/* i915's ioctls for the guest's test programs; see gem.h. */
#include "gem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MI_BATCH_BUFFER_END (0x0au << 23)

const GemEngine gem_engines[GEM_ENGINES] = {
    { "rcs0", I915_EXEC_RENDER },
    { "bcs0", I915_EXEC_BLT },
    { "vcs0", I915_EXEC_BSD },
    { "vecs0", I915_EXEC_VEBOX },
};

unsigned gem_wrong;

void expect(bool good, const char *format, ...)
{
    va_list args;

    if (good) {
        return;
    }
    gem_wrong++;
    printf("wrong: ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

double seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec + ts.tv_nsec / 1e9;
}

void gem_fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

int gem_ioctl(int fd, unsigned long request, void *arg)
{
    int ret;

    do {
        ret = ioctl(fd, request, arg);
    } while (ret < 0 && (errno == EINTR || errno == EAGAIN));
    return ret < 0 ? -errno : 0;
}

static void must(int fd, unsigned long request, void *arg, const char *what)
{
    int ret = gem_ioctl(fd, request, arg);

    if (ret < 0) {
        errno = -ret;
        gem_fail(what);
    }
}

int gem_open(void)
{
    int minor;

    for (minor = 0; minor < 8; minor++) {
        char path[64];
        char name[16] = "";
        struct drm_version version = {
            .name = name, .name_len = sizeof(name) - 1
        };
        int fd;

        snprintf(path, sizeof(path), "/dev/dri/card%d", minor);
        fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd < 0) {
            continue;
        }
        if (gem_ioctl(fd, DRM_IOCTL_VERSION, &version) == 0 &&
            strcmp(name, "i915") == 0) {
            return fd;
        }
        close(fd);
    }
    errno = ENODEV;
    gem_fail("no i915 device in /dev/dri");
}

int gem_get_param(int fd, int param)
{
    int value = -1;
    struct drm_i915_getparam get = { .param = param, .value = &value };

    gem_ioctl(fd, DRM_IOCTL_I915_GETPARAM, &get);
    return value;
}

uint32_t gem_create(int fd, uint64_t size_B)
{
    struct drm_i915_gem_create create = { .size = size_B };

    must(fd, DRM_IOCTL_I915_GEM_CREATE, &create, "GEM_CREATE");
    return create.handle;
}

void gem_close(int fd, uint32_t handle)
{
    struct drm_gem_close arg = { .handle = handle };

    must(fd, DRM_IOCTL_GEM_CLOSE, &arg, "GEM_CLOSE");
}

void gem_read(int fd, uint32_t handle, uint64_t offset, void *buf,
              uint64_t size_B)
{
    struct drm_i915_gem_pread arg = {
        .handle = handle, .offset = offset, .size = size_B,
        .data_ptr = (uintptr_t)buf
    };

    must(fd, DRM_IOCTL_I915_GEM_PREAD, &arg, "GEM_PREAD");
}

void gem_write(int fd, uint32_t handle, uint64_t offset, const void *buf,
               uint64_t size_B)
{
    struct drm_i915_gem_pwrite arg = {
        .handle = handle, .offset = offset, .size = size_B,
        .data_ptr = (uintptr_t)buf
    };

    must(fd, DRM_IOCTL_I915_GEM_PWRITE, &arg, "GEM_PWRITE");
}

uint32_t gem_set_tiling(int fd, uint32_t handle, uint32_t tiling,
                        uint32_t pitch_B)
{
    struct drm_i915_gem_set_tiling arg = {
        .handle = handle, .tiling_mode = tiling,
        .stride = tiling == I915_TILING_NONE ? 0 : pitch_B
    };

    must(fd, DRM_IOCTL_I915_GEM_SET_TILING, &arg, "GEM_SET_TILING");
    if (arg.tiling_mode != tiling) {
        errno = EINVAL;
        gem_fail("GEM_SET_TILING gave another tiling");
    }
    return arg.swizzle_mode;
}

void *gem_map_cpu(int fd, uint32_t handle, uint64_t size_B)
{
    struct drm_i915_gem_mmap arg = { .handle = handle, .size = size_B };

    must(fd, DRM_IOCTL_I915_GEM_MMAP, &arg, "GEM_MMAP");
    return (void *)(uintptr_t)arg.addr_ptr;
}

void *gem_map_aperture(int fd, uint32_t handle, uint64_t size_B)
{
    struct drm_i915_gem_mmap_gtt arg = { .handle = handle };
    void *map;

    must(fd, DRM_IOCTL_I915_GEM_MMAP_GTT, &arg, "GEM_MMAP_GTT");
    map = mmap(NULL, size_B, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
               arg.offset);
    if (map == MAP_FAILED) {
        gem_fail("mmap of the aperture");
    }
    return map;
}

void gem_set_domain(int fd, uint32_t handle, uint32_t domain, bool write)
{
    struct drm_i915_gem_set_domain arg = {
        .handle = handle, .read_domains = domain,
        .write_domain = write ? domain : 0
    };

    must(fd, DRM_IOCTL_I915_GEM_SET_DOMAIN, &arg, "GEM_SET_DOMAIN");
}

int gem_wait(int fd, uint32_t handle, int64_t timeout_ns)
{
    struct drm_i915_gem_wait arg = {
        .bo_handle = handle, .timeout_ns = timeout_ns
    };

    return gem_ioctl(fd, DRM_IOCTL_I915_GEM_WAIT, &arg);
}

uint32_t gem_context_create(int fd)
{
    struct drm_i915_gem_context_create arg = { 0 };

    must(fd, DRM_IOCTL_I915_GEM_CONTEXT_CREATE, &arg, "GEM_CONTEXT_CREATE");
    return arg.ctx_id;
}

void gem_context_destroy(int fd, uint32_t context)
{
    struct drm_i915_gem_context_destroy arg = { .ctx_id = context };

    must(fd, DRM_IOCTL_I915_GEM_CONTEXT_DESTROY, &arg,
         "GEM_CONTEXT_DESTROY");
}

void gem_reset_stats(int fd, struct drm_i915_reset_stats *stats)
{
    must(fd, DRM_IOCTL_I915_GET_RESET_STATS, stats, "GET_RESET_STATS");
}

void batch_init(Batch *b, int fd)
{
    memset(b, 0, sizeof(*b));
    b->fd = fd;
    b->handle = gem_create(fd, sizeof(b->dw));
}

void batch_start(Batch *b)
{
    b->len_dw = 0;
    b->reloc_count = 0;
    b->object_count = 0;
}

void batch_emit(Batch *b, uint32_t dw)
{
    if (b->len_dw >= sizeof(b->dw) / 4 - 2) {
        errno = ENOSPC;
        gem_fail("batch buffer");
    }
    b->dw[b->len_dw++] = dw;
}

static unsigned batch_object(Batch *b, uint32_t handle)
{
    unsigned i;

    for (i = 0; i < b->object_count; i++) {
        if (b->objects[i].handle == handle) {
            return i;
        }
    }
    if (b->object_count >= sizeof(b->objects) / sizeof(b->objects[0]) - 1) {
        errno = ENOSPC;
        gem_fail("batch's objects");
    }
    b->objects[i] = (struct drm_i915_gem_exec_object2) { .handle = handle };
    return b->object_count++;
}

static void emit_relocated(Batch *b, uint32_t handle, uint32_t delta,
                           bool write)
{
    if (b->reloc_count >= sizeof(b->relocs) / sizeof(b->relocs[0])) {
        errno = ENOSPC;
        gem_fail("batch's relocations");
    }
    /* an impossible presumed offset makes the kernel write the address */
    b->relocs[b->reloc_count++] = (struct drm_i915_gem_relocation_entry) {
        .target_handle = handle, .delta = delta,
        .offset = b->len_dw * 4, .presumed_offset = -1,
        .read_domains = I915_GEM_DOMAIN_RENDER,
        .write_domain = write ? I915_GEM_DOMAIN_RENDER : 0
    };
    batch_emit(b, 0);
}

void batch_emit_address(Batch *b, uint32_t handle, uint32_t delta, bool write)
{
    unsigned object = batch_object(b, handle);

    if (write) {
        b->objects[object].flags |= EXEC_OBJECT_WRITE;
    }
    emit_relocated(b, handle, delta, write);
}

void batch_emit_own_address(Batch *b, uint32_t delta)
{
    emit_relocated(b, b->handle, delta, false);
}

int batch_submit(Batch *b, uint32_t engine, uint32_t context)
{
    return batch_submit_fenced(b, engine, context, -1, NULL);
}

int batch_submit_fenced(Batch *b, uint32_t engine, uint32_t context,
                        int in_fd, int *out_fd)
{
    struct drm_i915_gem_execbuffer2 arg = {
        .buffers_ptr = (uintptr_t)b->objects,
        .flags = engine | (in_fd >= 0 ? I915_EXEC_FENCE_IN : 0) |
                 (out_fd ? I915_EXEC_FENCE_OUT : 0),
        .rsvd1 = context, .rsvd2 = in_fd >= 0 ? (uint32_t)in_fd : 0
    };
    int ret;

    b->dw[b->len_dw++] = MI_BATCH_BUFFER_END;
    if (b->len_dw & 1) {
        b->dw[b->len_dw++] = 0;
    }
    gem_write(b->fd, b->handle, 0, b->dw, b->len_dw * 4);
    b->objects[b->object_count++] = (struct drm_i915_gem_exec_object2) {
        .handle = b->handle, .relocation_count = b->reloc_count,
        .relocs_ptr = (uintptr_t)b->relocs,
        .flags = b->capture ? EXEC_OBJECT_CAPTURE : 0
    };
    arg.buffer_count = b->object_count;
    arg.batch_len = b->len_dw * 4;
    ret = gem_ioctl(b->fd, DRM_IOCTL_I915_GEM_EXECBUFFER2_WR, &arg);
    if (out_fd) {
        *out_fd = ret < 0 ? -1 : (int)(arg.rsvd2 >> 32);
    }
    return ret;
}

uint64_t batch_address(const Batch *b)
{
    return b->object_count ? b->objects[b->object_count - 1].offset : 0;
}

void batch_free(Batch *b)
{
    gem_close(b->fd, b->handle);
}
