/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thin layer over i915's ioctls for the programs that run in the guest:
 * no library between a test and the kernel.  Every failure ends the program
 * with a message and status 1, so callers need no error paths.
 */
#ifndef GVIRT_TESTS_GUEST_GEM_H
#define GVIRT_TESTS_GUEST_GEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <i915_drm.h>

enum { GEM_ENGINES = 4 };

typedef struct GemEngine {
    const char *name;               /* as in sysfs */
    uint32_t engine;                /* I915_EXEC_* */
} GemEngine;

extern const GemEngine gem_engines[GEM_ENGINES];

/* A batch buffer under construction, with the relocations it needs. */
typedef struct Batch {
    int fd;
    uint32_t handle;
    uint32_t dw[4096];
    unsigned len_dw;
    struct drm_i915_gem_relocation_entry relocs[64];
    unsigned reloc_count;
    struct drm_i915_gem_exec_object2 objects[8];
    unsigned object_count;
    bool capture;       /* the batch is to be in an error state */
} Batch;

/* Ends the program: "what" and the reason from errno. */
__attribute__((noreturn)) void gem_fail(const char *what);

/* How often expect() was disappointed; it tells of each. */
extern unsigned gem_wrong;
__attribute__((format(printf, 2, 3)))
void expect(bool good, const char *format, ...);
/* Of the monotonic clock. */
double seconds(void);

/* An ioctl that is not given up for a signal. Returns 0 or -errno. */
int gem_ioctl(int fd, unsigned long request, void *arg);
/* Opens the first DRM device that is driven by i915. */
int gem_open(void);
int gem_get_param(int fd, int param);
uint32_t gem_create(int fd, uint64_t size_B);
void gem_close(int fd, uint32_t handle);
void gem_read(int fd, uint32_t handle, uint64_t offset, void *buf,
              uint64_t size_B);
void gem_write(int fd, uint32_t handle, uint64_t offset, const void *buf,
               uint64_t size_B);
/* Returns the bit-6 swizzle mode, I915_BIT_6_SWIZZLE_*. */
uint32_t gem_set_tiling(int fd, uint32_t handle, uint32_t tiling,
                        uint32_t pitch_B);
/* CPU mapping of the pages, cached; raw bytes, no detiling. */
void *gem_map_cpu(int fd, uint32_t handle, uint64_t size_B);
/* Mapping through the aperture: a fence detiles it. */
void *gem_map_aperture(int fd, uint32_t handle, uint64_t size_B);
/* Waits for the GPU and moves the object to I915_GEM_DOMAIN_*. */
void gem_set_domain(int fd, uint32_t handle, uint32_t domain, bool write);
/* Returns 0, or -ETIME when the object is still busy after timeout_ns. */
int gem_wait(int fd, uint32_t handle, int64_t timeout_ns);
uint32_t gem_context_create(int fd);
void gem_context_destroy(int fd, uint32_t context);
/* How often the context in stats->ctx_id was hit by a reset. */
void gem_reset_stats(int fd, struct drm_i915_reset_stats *stats);

void batch_init(Batch *b, int fd);
void batch_start(Batch *b);
void batch_emit(Batch *b, uint32_t dw);
/* Emits the address of a byte in an object, to be relocated. */
void batch_emit_address(Batch *b, uint32_t handle, uint32_t delta,
                        bool write);
/* Emits the address of a byte of the batch itself, for a loop. */
void batch_emit_own_address(Batch *b, uint32_t delta);
/*
 * Ends the batch and submits it to an engine (I915_EXEC_*); the objects'
 * presumed addresses are learnt.  Returns 0 or a negative errno.
 */
int batch_submit(Batch *b, uint32_t engine, uint32_t context);
/*
 * The same behind a fence, with a fence of its own: in_fd and out_fd may be
 * -1 and NULL.
 */
int batch_submit_fenced(Batch *b, uint32_t engine, uint32_t context,
                        int in_fd, int *out_fd);
/* Where the batch was when it was submitted last. */
uint64_t batch_address(const Batch *b);
void batch_free(Batch *b);

#endif /* GVIRT_TESTS_GUEST_GEM_H */
