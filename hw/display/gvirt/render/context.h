/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The render context image: what MI_SET_CONTEXT saves and restores.
 *
 * The PRM gives the order of Ivy Bridge's image (IVB PRM vol. 1 part 1,
 * "Render Logical Context Data"): a stream of commands that set the context
 * again, registers in MI_LOAD_REGISTER_IMM, then state commands. The order of
 * Haswell's is not published and software does not look into it; ours is
 *
 *   dword 0        MI_NOOP with GVIRT_CONTEXT_ID as identification
 *   then           MI_LOAD_REGISTER_IMM of at most 120 pairs, as many as it
 *                  takes for the registers with GVIRT_REG_SAVE_CTX that
 *                  gvirt_context_init() picks, each followed by an MI_NOOP
 *   then           the MI commands that are state (topology filter, URB,
 *                  application id, resource streamer on or off)
 *   then           the state commands that were given, in the order of the
 *                  command table; those of the resource streamer only when
 *                  the context was set with "Resource Streamer State Save"
 *   end            MI_BATCH_BUFFER_END, MI_NOOPs to the end of the cache line
 *
 * The guest can write the image: a restore takes nothing from it but values
 * for those registers and state commands, in checked lengths, and never goes
 * beyond the 17 pages.
 */
#ifndef HW_DISPLAY_GVIRT_RENDER_CONTEXT_H
#define HW_DISPLAY_GVIRT_RENDER_CONTEXT_H

#include "../gpu-internal.h"

/* i915: gt/intel_engine_cs.c, HSW_CXT_TOTAL_SIZE */
#define GVIRT_CONTEXT_IMAGE_B   (17 * GVIRT_PAGE_SIZE_B)
#define GVIRT_CONTEXT_ID        0x1a75u

/* MI_SET_CONTEXT, dword 1; CCID keeps bits 31:12, 8, 3, 2 and has 0: valid. */
#define GVIRT_CONTEXT_ADDR          0xfffff000u
#define GVIRT_CONTEXT_RESERVED_1    (1u << 8)
#define GVIRT_CONTEXT_RS_SAVE       (1u << 3)
#define GVIRT_CONTEXT_RS_RESTORE    (1u << 2)
#define GVIRT_CONTEXT_FORCE         (1u << 1)
#define GVIRT_CONTEXT_INHIBIT       (1u << 0)
#define GVIRT_CCID_VALID            (1u << 0)

/* By gvirt_render_init() and _destroy(); registers must have a table. */
void gvirt_context_init(GvirtGpu *gpu);
void gvirt_context_destroy(GvirtGpu *gpu);

/* The image of the present state in image->dwords; returns their number. */
uint32_t gvirt_context_build(GvirtGpu *gpu, bool rs, uint32_t *dw,
                             uint32_t room_dw);

/*
 * Make the state that of an image of len_dw dwords: registers that it does
 * not name take their reset values, state that it does not give is forgotten.
 * False where the image is not one of ours from some point on: what stood
 * before that point is taken.
 */
bool gvirt_context_apply(GvirtGpu *gpu, bool rs, const uint32_t *dw,
                         uint32_t len_dw);

#endif /* HW_DISPLAY_GVIRT_RENDER_CONTEXT_H */
