/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State commands of the 3D, media and GPGPU pipelines and of the media
 * engines, and what starts work on them.
 *
 * State is kept (state.c). Work needs the execution units, samplers and fixed
 * functions, which are not modelled: it is logged once, counted, and complete
 * at once. No statistics counter moves and nothing is written for it.
 *
 * This is where the render engine comes in: run_draw() has the command, and
 * in gpu->render all state that it is to work with.
 *
 * Source: HSW PRM vol. 6, "3D Command Map"; vol. 8, 9 (media); gen75.xml.
 */
#include "state.h"

#define PREDICATE_ENABLE    (1u << 8)   /* 3DPRIMITIVE, GPGPU_WALKER */

GvirtStep gvirt_exec_STATE(GvirtEngine *engine, const GvirtCommandInfo *info,
                           const uint32_t *dw, uint32_t len_dw)
{
    if (info->flags & (GVIRT_CMD_STATE | GVIRT_CMD_STATE_NP)) {
        gvirt_render_note_state(engine, info, dw, len_dw);
    }
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_PIPELINE_SELECT(GvirtEngine *engine,
                                     const GvirtCommandInfo *info,
                                     const uint32_t *dw, uint32_t len_dw)
{
    uint32_t pipeline = dw[0] & 3;

    if (pipeline > GVIRT_PIPELINE_GPGPU) {
        gvirt_log_guest_error(engine->gpu->host, "%s: PIPELINE_SELECT of a "
                              "reserved pipeline", engine->name);
        return GVIRT_STEP_DONE;
    }
    gvirt_render_note_state(engine, info, dw, len_dw);
    engine->gpu->render->pipeline = pipeline;
    return GVIRT_STEP_DONE;
}

/* Predication by MI_PREDICATE: the command is dropped while it is false. */
static bool predicated_off(const GvirtEngine *engine,
                           const GvirtCommandInfo *info, const uint32_t *dw)
{
    return (info->value == GVIRT_OP_3DPRIMITIVE ||
            info->value == GVIRT_OP_GPGPU_WALKER) &&
           (dw[0] & PREDICATE_ENABLE) &&
           !(gvirt_regfile_get(&engine->gpu->regs,
                               GVIRT_REG_MI_PREDICATE_RESULT) & 1);
}

static GvirtStep run_draw(GvirtEngine *engine, const GvirtCommandInfo *info)
{
    gvirt_log_unimp(engine->gpu->host, "%s: %s: execution units are not "
                    "modelled, completed without effect", engine->name,
                    info->name);
    engine->gpu->stats.primitives_skipped++;
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_DRAW(GvirtEngine *engine, const GvirtCommandInfo *info,
                          const uint32_t *dw, uint32_t len_dw)
{
    (void)len_dw;
    if (predicated_off(engine, info, dw)) {
        return GVIRT_STEP_DONE;
    }
    gvirt_render_sync(engine);
    return run_draw(engine, info);
}

/* MFX and VEBOX: state and slice data of codecs, and MFX_WAIT. */
GvirtStep gvirt_exec_MFX(GvirtEngine *engine, const GvirtCommandInfo *info,
                         const uint32_t *dw, uint32_t len_dw)
{
    if (info->flags & (GVIRT_CMD_STATE | GVIRT_CMD_STATE_NP)) {
        gvirt_render_note_state(engine, info, dw, len_dw);
    } else if (info->flags & GVIRT_CMD_DRAW) {
        gvirt_log_unimp(engine->gpu->host, "%s: %s: codecs are not modelled, "
                        "completed without effect", engine->name, info->name);
        engine->gpu->stats.primitives_skipped++;
    }
    return GVIRT_STEP_DONE;
}
