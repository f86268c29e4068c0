/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fence registers: the CPU's linear view of tiled memory in the aperture.
 *
 * Fences count for the aperture alone. Engines and planes carry the tiling of
 * a surface in their commands and registers; for them an enabled fence is
 * masked (HSW PRM vol. 5, "Tiled (Fenced) Regions").
 *
 * The registers hold all the state. The map from page to fence only says
 * where to look: what it names is checked against the register, so that a
 * register file that was reset without hooks finds no fence.
 *
 * Source: HSW PRM vol. 5, "Tiling Algorithm"; VLV PRM vol. 2c, FENCE;
 * i915: gt/intel_ggtt_fencing.c (order of the writes, pitch up to 256 KiB).
 */
#include <string.h>

#include "gpu-internal.h"
#include "hw/gvirt/tiling.h"

#define FENCE_BASE              0x100000u
#define FENCE_STRIDE_B          8u
#define FENCE_HIGH              4u

#define FENCE_LOW_VALID         (1u << 0)
#define FENCE_LOW_WALK_Y        (1u << 1)
#define FENCE_PAGE_BITS         0xfffff000u
#define FENCE_HIGH_PITCH        0xfffu
#define FENCE_PITCH_UNIT_B      128u

#define TILECTL                 0x101000u
#define TILECTL_SWZCTL          (1u << 0)
#define ARB_MODE                0x4030u
/* i915: ARB_MODE_SWIZZLE_IVB; the PRM's field is bits 5:4. */
#define ARB_MODE_SWIZZLE        (1u << 5)

typedef struct Fence {
    uint64_t start;         /* graphics address of the first page */
    uint64_t last_page;     /* graphics address of the last page */
    uint32_t pitch_B;
    GvirtTiling tiling;
} Fence;

/* False when the registers describe no region. */
static bool fence_decode(uint32_t low, uint32_t high, Fence *fence)
{
    fence->start = low & FENCE_PAGE_BITS;
    fence->last_page = high & FENCE_PAGE_BITS;
    fence->pitch_B = ((high & FENCE_HIGH_PITCH) + 1) * FENCE_PITCH_UNIT_B;
    fence->tiling = low & FENCE_LOW_WALK_Y ? GVIRT_TILING_Y : GVIRT_TILING_X;
    return (low & FENCE_LOW_VALID) && fence->start <= fence->last_page;
}

static bool fence_get(const GvirtGpu *gpu, unsigned i, Fence *fence)
{
    uint32_t offset = FENCE_BASE + i * FENCE_STRIDE_B;

    return fence_decode(gvirt_regfile_get(&gpu->regs, offset),
                        gvirt_regfile_get(&gpu->regs, offset + FENCE_HIGH),
                        fence);
}

static bool fence_covers(const Fence *fence, uint64_t addr_ggtt)
{
    return addr_ggtt >= fence->start &&
           addr_ggtt < fence->last_page + GVIRT_PAGE_SIZE_B;
}

/*
 * Name anew the fence of each page that one fence covered or covers. Where
 * regions overlap (UNDEFINED in the PRM) the lowest number wins.
 */
static void fence_map_range(GvirtGpu *gpu, const Fence *range)
{
    uint32_t first = range->start >> GVIRT_PAGE_SHIFT;
    uint32_t last = MIN(range->last_page >> GVIRT_PAGE_SHIFT,
                        GVIRT_APERTURE_PAGES - 1);
    int i;

    if (first > last) {
        return;
    }
    memset(&gpu->fence_map[first], 0, last - first + 1);
    for (i = GVIRT_FENCE_COUNT - 1; i >= 0; i--) {
        Fence fence;
        uint32_t from, to;

        if (!fence_get(gpu, i, &fence)) {
            continue;
        }
        from = MAX(fence.start >> GVIRT_PAGE_SHIFT, first);
        to = MIN(fence.last_page >> GVIRT_PAGE_SHIFT, last);
        if (from <= to) {
            memset(&gpu->fence_map[from], i + 1, to - from + 1);
        }
    }
    gvirt_gpu_aperture_dirty(gpu, first, last);
}

static void fence_write(void *opaque, const GvirtRegInfo *info,
                        uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtGpu *gpu = opaque;
    uint32_t low, high, i;
    bool is_high;
    Fence before, after;

    (void)info;
    (void)written;
    if (offset < FENCE_BASE ||
        offset >= FENCE_BASE + GVIRT_FENCE_COUNT * FENCE_STRIDE_B ||
        gvirt_regfile_get(&gpu->regs, offset) == old) {
        return;
    }
    i = (offset - FENCE_BASE) / FENCE_STRIDE_B;
    is_high = offset & FENCE_HIGH;
    low = gvirt_regfile_get(&gpu->regs, FENCE_BASE + i * FENCE_STRIDE_B);
    high = gvirt_regfile_get(&gpu->regs,
                             FENCE_BASE + i * FENCE_STRIDE_B + FENCE_HIGH);
    if (fence_decode(is_high ? low : old, is_high ? old : high, &before)) {
        fence_map_range(gpu, &before);
    }
    if (fence_decode(low, high, &after)) {
        fence_map_range(gpu, &after);
        if (after.pitch_B % gvirt_tile_width_B(after.tiling)) {
            gvirt_log_guest_error(gpu->host, "fence %u: pitch of %u bytes is "
                                  "no multiple of the tile's width", i,
                                  after.pitch_B);
        }
    }
}

static const GvirtRegHooks fence_hooks = {
    .write = fence_write,
};

void gvirt_fence_init(GvirtGpu *gpu)
{
    gvirt_regfile_hook(&gpu->regs, GVIRT_HOOK_FENCE, &fence_hooks, gpu);
}

void gvirt_fence_reset(GvirtGpu *gpu)
{
    const Fence all = {
        .last_page = GVIRT_APERTURE_SIZE_B - GVIRT_PAGE_SIZE_B,
    };

    fence_map_range(gpu, &all);
}

int gvirt_fence_find(const GvirtGpu *gpu, uint64_t addr_ggtt)
{
    Fence fence;
    unsigned entry;

    if (addr_ggtt >= GVIRT_APERTURE_SIZE_B) {
        return -1;
    }
    entry = gpu->fence_map[addr_ggtt >> GVIRT_PAGE_SHIFT];
    if (!entry || !fence_get(gpu, entry - 1, &fence) ||
        !fence_covers(&fence, addr_ggtt)) {
        return -1;
    }
    return entry - 1;
}

uint64_t gvirt_fence_detile(const GvirtGpu *gpu, uint64_t addr_ggtt,
                            uint32_t *run_B)
{
    int i = gvirt_fence_find(gpu, addr_ggtt);
    uint64_t offset, x_B, y, addr;
    Fence fence;
    bool swizzle;

    *run_B = GVIRT_PAGE_SIZE_B - (addr_ggtt & GVIRT_PAGE_MASK);
    if (i < 0 || !fence_get(gpu, i, &fence)) {
        return addr_ggtt;
    }
    offset = addr_ggtt - fence.start;
    x_B = offset % fence.pitch_B;
    y = offset / fence.pitch_B;
    swizzle = gvirt_regfile_get(&gpu->regs, TILECTL) & TILECTL_SWZCTL;
    addr = fence.start + gvirt_tile_offset(fence.tiling, x_B, y,
                                           fence.pitch_B, swizzle);
    /* The pitch need not be whole tiles: a run ends with the row, too. */
    *run_B = MIN(MIN(*run_B, gvirt_tile_run_B(fence.tiling, x_B)),
                 fence.pitch_B - x_B);
    /*
     * A region that ends inside a row of tiles would lead behind its end,
     * into memory that need not be its owner's: there it is as linear.
     */
    return fence_covers(&fence, addr) ? addr : addr_ggtt;
}

bool gvirt_gpu_swizzle(const GvirtGpu *gpu)
{
    return gvirt_regfile_get(&gpu->regs, ARB_MODE) & ARB_MODE_SWIZZLE;
}
