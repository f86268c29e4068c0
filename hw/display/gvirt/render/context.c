/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MI_SET_CONTEXT and the render context image, see context.h.
 *
 * Source: IVB PRM vol. 1 part 3, MI_SET_CONTEXT, CCID; vol. 1 part 2,
 * "Rendering Context Management"; gen75.xml (Haswell's flags).
 */
#include "context.h"

#include <string.h>

#include "../perf.h"
#include "state.h"

#define IMAGE_DW            (GVIRT_CONTEXT_IMAGE_B / 4)
#define LINE_DW             16
#define LRI_PAIRS           120
#define LRI_FORCE_POSTED    (1u << 12)      /* as in the IVB image */
#define REG_OFFSET_MASK     0x007ffffcu

/*
 * GFX_MODE: when clear, every flush and switch invalidates the TLBs.
 * i915: GFX_TLB_INVALIDATE_EXPLICIT
 */
#define TLB_INVALIDATE_EXPLICIT (1u << 13)

/* Bits that act when written: never replayed from an image. */
#define MI_MODE_ACTIONS     0x0300u         /* Stop Rings, Rings Idle */
#define INSTPM_ACTIONS      0x0220u         /* TLB invalidate, Sync Flush */

/* Derived: the 1088 cache lines of the real image, one in two clocks. */
#define IMAGE_CLOCKS        (GVIRT_CONTEXT_IMAGE_B / 64 * 2)

/* A streamer's block of registers; the image is RCS's alone. */
static bool of_other_streamer(uint32_t offset)
{
    static const uint32_t base[] = {
        GVIRT_VCS_BASE, GVIRT_BCS_BASE, GVIRT_VECS_BASE,
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(base); i++) {
        if (offset >= base[i] && offset < base[i] + 0x1000) {
            return true;
        }
    }
    return false;
}

/*
 * Page directories are never taken from memory that the guest can write:
 * software loads them by MI_LOAD_REGISTER_IMM before the switch.
 */
static bool never_saved(uint32_t offset)
{
    return of_other_streamer(offset) ||
           (offset >= GVIRT_REG_RCS_PP_DIR_DCLV &&
            offset < GVIRT_REG_RCS_PP_DIR_DCLV + 8) ||
           offset == GVIRT_REG_RCS_PP_DIR_BASE;
}

static gint compare_reg(gconstpointer a, gconstpointer b)
{
    const GvirtContextReg *left = a;
    const GvirtContextReg *right = b;

    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

void gvirt_context_init(GvirtGpu *gpu)
{
    GvirtRenderState *render = gpu->render;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(GvirtContextReg));
    unsigned count, i, element;
    const GvirtRegInfo *table = gvirt_reg_table(&count);

    for (i = 0; i < count; i++) {
        if (!(table[i].flags & GVIRT_REG_SAVE_CTX)) {
            continue;
        }
        for (element = 0; element < table[i].count; element++) {
            GvirtContextReg reg = {
                .offset = table[i].offset + element * table[i].stride_B,
                .reset = table[i].reset,
                .mask = table[i].rw_mask,
                .masked = (table[i].flags & GVIRT_REG_MASKED) != 0,
            };

            if (never_saved(reg.offset)) {
                continue;
            }
            if (reg.offset == GVIRT_REG_RCS_MI_MODE) {
                reg.mask &= ~MI_MODE_ACTIONS;
            } else if (reg.offset == GVIRT_REG_RCS_INSTPM) {
                reg.mask &= ~INSTPM_ACTIONS;
            }
            if (reg.masked) {
                reg.mask &= 0xffff;
            }
            g_array_append_val(list, reg);
        }
    }
    g_array_sort(list, compare_reg);
    render->reg_count = list->len;
    render->reg = (GvirtContextReg *)g_array_free(list, FALSE);
    render->reg_value = g_new0(uint32_t, MAX(render->reg_count, 1));
    render->image = g_new0(uint32_t, IMAGE_DW);
}

void gvirt_context_destroy(GvirtGpu *gpu)
{
    g_free(gpu->render->reg);
    g_free(gpu->render->reg_value);
    g_free(gpu->render->image);
}

/* The MI commands that are state: IVB's image has the same. */
static uint32_t build_mi(const GvirtEngine *engine, uint32_t *dw)
{
    uint32_t at = 0;

    dw[at++] = GVIRT_OP_MI_TOPOLOGY_FILTER | engine->topology_filter;
    dw[at++] = GVIRT_OP_MI_URB_ATOMIC_ALLOC | engine->urb_atomic;
    dw[at++] = GVIRT_OP_MI_URB_CLEAR;
    dw[at++] = engine->urb_clear;
    dw[at++] = GVIRT_OP_MI_SET_APPID | engine->app_id;
    dw[at++] = GVIRT_OP_MI_RS_CONTROL | engine->resource_streamer;
    return at;
}

/* False: the command is none of those. */
static bool take_mi(GvirtEngine *engine, const uint32_t *dw)
{
    switch (gvirt_command_find(GVIRT_RCS, dw[0])->value) {
    case GVIRT_OP_MI_NOOP:
        return true;
    case GVIRT_OP_MI_TOPOLOGY_FILTER:
        engine->topology_filter = dw[0] & 0x3f;
        return true;
    case GVIRT_OP_MI_URB_ATOMIC_ALLOC:
        engine->urb_atomic = dw[0] & 0x000ff1ff;
        return true;
    case GVIRT_OP_MI_URB_CLEAR:
        engine->urb_clear = dw[1];
        return true;
    case GVIRT_OP_MI_SET_APPID:
        engine->app_id = dw[0] & 0x7f;
        return true;
    case GVIRT_OP_MI_RS_CONTROL:
        engine->resource_streamer = dw[0] & 1;
        return true;
    default:
        return false;
    }
}

uint32_t gvirt_context_build(GvirtGpu *gpu, bool rs, uint32_t *dw,
                             uint32_t room_dw)
{
    const GvirtRenderState *render = gpu->render;
    uint32_t at = 0;
    unsigned done = 0;
    /* Two dwords for a pair, MI state, and a cache line for the end. */
    uint32_t need_dw = 1 + 2 * render->reg_count +
                       2 * (render->reg_count / LRI_PAIRS + 1) + 2 * LINE_DW;

    if (room_dw < need_dw) {
        return 0;
    }
    dw[at++] = GVIRT_OP_MI_NOOP | GVIRT_CONTEXT_ID;
    while (done < render->reg_count) {
        unsigned pairs = MIN(render->reg_count - done, LRI_PAIRS);
        unsigned i;

        dw[at++] = GVIRT_OP_MI_LOAD_REGISTER_IMM | LRI_FORCE_POSTED |
                   (2 * pairs - 1);
        for (i = done; i < done + pairs; i++) {
            const GvirtContextReg *reg = &render->reg[i];
            uint32_t value = gvirt_regfile_get(&gpu->regs, reg->offset);

            dw[at++] = reg->offset;
            dw[at++] = reg->masked
                       ? reg->mask << 16 | (value & reg->mask) : value;
        }
        dw[at++] = GVIRT_OP_MI_NOOP;
        done += pairs;
    }
    at += build_mi(&gpu->engine[GVIRT_RCS], dw + at);
    at += gvirt_state_save(render->store, GVIRT_RCS,
                           rs ? GVIRT_STATE_ALL : GVIRT_STATE_MAIN, dw + at,
                           room_dw - at - LINE_DW);
    dw[at++] = GVIRT_OP_MI_BATCH_BUFFER_END;
    while (at % LINE_DW) {
        dw[at++] = GVIRT_OP_MI_NOOP;
    }
    return at;
}

/* The place of a register in the image's list, or -1. */
static int find_reg(const GvirtRenderState *render, uint32_t offset)
{
    unsigned low = 0;
    unsigned high = render->reg_count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (render->reg[middle].offset == offset) {
            return middle;
        }
        if (render->reg[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -1;
}

static bool take_registers(GvirtRenderState *render, const uint32_t *dw,
                           uint32_t len_dw)
{
    bool known = true;
    uint32_t i;

    for (i = 1; i + 1 < len_dw; i += 2) {
        int index = find_reg(render, dw[i] & REG_OFFSET_MASK);

        if (index < 0) {
            known = false;
        } else {
            render->reg_value[index] = dw[i + 1];
        }
    }
    return known;
}

/*
 * Set one register to value. Only through the bits that the image owns, and
 * as a write on the register file, so that the block behind it takes part.
 */
static void put_register(GvirtGpu *gpu, const GvirtContextReg *reg,
                         uint32_t value)
{
    uint32_t old = gvirt_regfile_get(&gpu->regs, reg->offset);

    if (reg->masked) {
        gvirt_regfile_write(&gpu->regs, reg->offset,
                            reg->mask << 16 | (value & reg->mask));
    } else if (old != ((old & ~reg->mask) | (value & reg->mask))) {
        gvirt_regfile_write(&gpu->regs, reg->offset,
                            (old & ~reg->mask) | (value & reg->mask));
    }
}

bool gvirt_context_apply(GvirtGpu *gpu, bool rs, const uint32_t *dw,
                         uint32_t len_dw)
{
    GvirtEngine *engine = &gpu->engine[GVIRT_RCS];
    GvirtRenderState *render = gpu->render;
    GvirtStateSet set = rs ? GVIRT_STATE_ALL : GVIRT_STATE_MAIN;
    const uint32_t *pipeline;
    bool good = len_dw > 0 && dw[0] == (GVIRT_OP_MI_NOOP | GVIRT_CONTEXT_ID);
    bool ended = false;
    uint32_t at = 0;
    uint32_t len;
    unsigned i;

    for (i = 0; i < render->reg_count; i++) {
        render->reg_value[i] = render->reg[i].reset;
    }
    gvirt_state_clear(render->store, GVIRT_RCS, set);
    engine->topology_filter = 0;
    engine->urb_atomic = 0;
    engine->urb_clear = 0;
    engine->app_id = 0;
    engine->resource_streamer = false;
    while (good && !ended && at < len_dw) {
        const GvirtCommandInfo *info = gvirt_command_find(GVIRT_RCS, dw[at]);
        uint32_t command_dw = gvirt_command_len_dw(info, dw[at]);

        if (!info || command_dw > len_dw - at) {
            good = false;
        } else if (info->value == GVIRT_OP_MI_LOAD_REGISTER_IMM) {
            good = take_registers(render, dw + at, command_dw);
        } else if (info->value == GVIRT_OP_MI_BATCH_BUFFER_END) {
            ended = true;
        } else if (info->value >> 29 == 0) {
            good = take_mi(engine, dw + at);
        } else if (info->flags & (GVIRT_CMD_STATE | GVIRT_CMD_STATE_NP)) {
            if (rs || !(info->flags & GVIRT_CMD_RS)) {
                good = gvirt_state_set(render->store, info, dw + at,
                                       command_dw);
            }
        } else {
            good = false;
        }
        at += command_dw;
    }
    for (i = 0; i < render->reg_count; i++) {
        put_register(gpu, &render->reg[i], render->reg_value[i]);
    }
    pipeline = gvirt_state_get(render->store, GVIRT_RCS,
                               GVIRT_OP_PIPELINE_SELECT, 0, &len);
    render->pipeline = pipeline && (pipeline[0] & 3) <= GVIRT_PIPELINE_GPGPU
                       ? (GvirtPipeline)(pipeline[0] & 3)
                       : GVIRT_PIPELINE_3D;
    return good && ended;
}

static void save_image(GvirtEngine *engine, uint32_t ccid)
{
    GvirtGpu *gpu = engine->gpu;
    uint32_t *image = gpu->render->image;
    uint32_t len_dw = gvirt_context_build(gpu,
                                          (ccid & GVIRT_CONTEXT_RS_SAVE) != 0,
                                          image, IMAGE_DW);
    uint32_t i;

    for (i = 0; i < len_dw; i++) {
        image[i] = GUINT32_TO_LE(image[i]);
    }
    if (!gvirt_mem_write(engine, GVIRT_SPACE_GGTT, ccid & GVIRT_CONTEXT_ADDR,
                         image, len_dw * 4)) {
        gvirt_log_guest_error(gpu->host, "%s: context image at 0x%08x is not "
                              "all writable", engine->name,
                              ccid & GVIRT_CONTEXT_ADDR);
    }
    gvirt_engine_cost(engine, IMAGE_CLOCKS);
}

/*
 * The image at addr_ggtt, page by page up to its end or to where it is none
 * any more; returns the dwords read, *faulted when a page is missing.
 */
static uint32_t fetch_image(GvirtEngine *engine, uint64_t addr_ggtt,
                            bool *faulted)
{
    uint32_t *image = engine->gpu->render->image;
    uint32_t have_dw = 0;
    uint32_t at = 0;
    uint32_t i;

    *faulted = false;
    while (have_dw < IMAGE_DW && !*faulted) {
        *faulted = !gvirt_mem_read(engine, GVIRT_SPACE_GGTT,
                                   addr_ggtt + have_dw * 4ull,
                                   image + have_dw, GVIRT_PAGE_SIZE_B);
        for (i = have_dw; i < have_dw + GVIRT_PAGE_SIZE_B / 4; i++) {
            image[i] = GUINT32_FROM_LE(image[i]);
        }
        have_dw += GVIRT_PAGE_SIZE_B / 4;
        while (at < have_dw) {
            const GvirtCommandInfo *info = gvirt_command_find(GVIRT_RCS,
                                                              image[at]);

            if (!info || info->value == GVIRT_OP_MI_BATCH_BUFFER_END) {
                return have_dw;
            }
            at += gvirt_command_len_dw(info, image[at]);
        }
    }
    return have_dw;
}

static void restore_image(GvirtEngine *engine, uint32_t ccid)
{
    GvirtGpu *gpu = engine->gpu;
    uint32_t addr_ggtt = ccid & GVIRT_CONTEXT_ADDR;
    bool faulted;
    uint32_t len_dw = fetch_image(engine, addr_ggtt, &faulted);

    if (!gvirt_context_apply(gpu, (ccid & GVIRT_CONTEXT_RS_RESTORE) != 0,
                             gpu->render->image, len_dw)) {
        gvirt_log_guest_error(gpu->host, "%s: context image at 0x%08x is %s",
                              engine->name, addr_ggtt,
                              faulted ? "not all readable"
                                      : "none, or was changed");
    }
    gvirt_engine_cost(engine, IMAGE_CLOCKS);
}

/*
 * A switch happens when the address differs from that of CCID, when CCID is
 * not valid yet, or by force; it saves what a valid CCID names, then restores
 * unless inhibited. CCID takes the new value in any case.
 */
GvirtStep gvirt_exec_MI_SET_CONTEXT(GvirtEngine *engine,
                                    const GvirtCommandInfo *info,
                                    const uint32_t *dw, uint32_t len_dw)
{
    GvirtGpu *gpu = engine->gpu;
    uint32_t old, new;
    bool force, inhibit, changed;

    (void)info;
    if (len_dw < 2) {
        return GVIRT_STEP_DONE;
    }
    if (engine->fetch.in_batch) {
        gvirt_log_guest_error(gpu->host, "%s: MI_SET_CONTEXT in a batch "
                              "buffer, ignored", engine->name);
        return GVIRT_STEP_DONE;
    }
    gvirt_render_sync(engine);
    old = gvirt_regfile_get(&gpu->regs, GVIRT_REG_RCS_CCID);
    new = (dw[1] & (GVIRT_CONTEXT_ADDR | GVIRT_CONTEXT_RS_SAVE |
                    GVIRT_CONTEXT_RS_RESTORE)) |
          GVIRT_CONTEXT_RESERVED_1 | GVIRT_CCID_VALID;
    force = dw[1] & GVIRT_CONTEXT_FORCE;
    inhibit = dw[1] & GVIRT_CONTEXT_INHIBIT;
    changed = !(old & GVIRT_CCID_VALID) ||
              (old & GVIRT_CONTEXT_ADDR) != (new & GVIRT_CONTEXT_ADDR);
    if (!(dw[1] & GVIRT_CONTEXT_RESERVED_1) || (force && inhibit)) {
        gvirt_log_guest_error(gpu->host, "%s: MI_SET_CONTEXT 0x%08x: %s",
                              engine->name, dw[1],
                              force && inhibit ? "force and inhibit restore"
                                               : "bit 8 must be 1");
    }
    if (changed || force) {
        if (old & GVIRT_CCID_VALID) {
            save_image(engine, old);
        }
        if (!(gvirt_regfile_get(&gpu->regs, GVIRT_REG_RCS_MODE) &
              TLB_INVALIDATE_EXPLICIT)) {
            gvirt_tlb_flush(engine);
        }
        if (!inhibit) {
            restore_image(engine, new);
        }
        gpu->stats.context_switches++;
        gvirt_trace(gpu->host, context_switch, old, new, dw[1],
                    2 * IMAGE_CLOCKS);
    }
    gvirt_regfile_set(&gpu->regs, GVIRT_REG_RCS_CCID, new);
    gvirt_perf_context_changed(gpu);
    return GVIRT_STEP_DONE;
}
