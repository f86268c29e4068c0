/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Render state: the last dwords of every state command, as the fixed
 * functions would see them. The ground of the context image (context.c), and
 * where the render engine will read its state from.
 *
 * A command that addresses one entry of a table (a vertex buffer, a stream
 * output buffer, a binding table entry) has an element for each; all others
 * have the one element 0. Memory is bounded and allocated once. The few MI
 * commands that are state stand in GvirtEngine.
 *
 * Source: HSW PRM vol. 6 (command map), gen75.xml (layouts); IVB PRM vol. 1
 * part 1, "Render Logical Context Data" (what belongs to a context).
 */
#ifndef HW_DISPLAY_GVIRT_RENDER_STATE_H
#define HW_DISPLAY_GVIRT_RENDER_STATE_H

#include "../gpu-internal.h"

/* PIPELINE_SELECT */
typedef enum GvirtPipeline {
    GVIRT_PIPELINE_3D,
    GVIRT_PIPELINE_MEDIA,
    GVIRT_PIPELINE_GPGPU,
} GvirtPipeline;

typedef struct GvirtStateStore GvirtStateStore;

/* A register of the context image and the bits of it that are restored. */
typedef struct GvirtContextReg {
    uint32_t offset;
    uint32_t reset;
    uint32_t mask;
    bool masked;            /* is written with a mask in bits 31:16 */
} GvirtContextReg;

struct GvirtRenderState {
    GvirtStateStore *store;
    GvirtPipeline pipeline;
    uint32_t epoch[GVIRT_ENGINE_COUNT];     /* of the engine, last seen */
    /* What context.c saves, in ascending order of offset. */
    GvirtContextReg *reg;
    unsigned reg_count;
    uint32_t *reg_value;    /* scratch of a restore, reg_count entries */
    uint32_t *image;        /* scratch: GVIRT_CONTEXT_IMAGE_B bytes */
};

/* Which of the state a save, a load or a clear is about. */
typedef enum GvirtStateSet {
    GVIRT_STATE_MAIN = 1 << 0,      /* all but the resource streamer's */
    GVIRT_STATE_RS = 1 << 1,        /* GVIRT_CMD_RS: extended state */
    GVIRT_STATE_ALL = GVIRT_STATE_MAIN | GVIRT_STATE_RS,
} GvirtStateSet;

/*
 * A command with GVIRT_CMD_STATE or _STATE_NP has come: keep it. dw holds
 * len_dw dwords. False: it does not fit its own layout and is ignored (the
 * caller has a guest error to log).
 */
bool gvirt_state_set(GvirtStateStore *store, const GvirtCommandInfo *info,
                     const uint32_t *dw, uint32_t len_dw);

/*
 * What was kept of the command op (GVIRT_OP_*) on an engine: *len_dw dwords
 * from the header on (of tables: of the entry), NULL when it was never given.
 */
const uint32_t *gvirt_state_get(const GvirtStateStore *store,
                                GvirtEngineId engine, uint32_t op,
                                unsigned element, uint32_t *len_dw);

/* How many elements the command has, 0 when it is not a state command. */
unsigned gvirt_state_elements(const GvirtStateStore *store,
                              GvirtEngineId engine, uint32_t op);

/* Forget: one command, or all of an engine. */
void gvirt_state_forget(GvirtStateStore *store, GvirtEngineId engine,
                        uint32_t op);
void gvirt_state_clear(GvirtStateStore *store, GvirtEngineId engine,
                       GvirtStateSet set);

/*
 * The state of an engine as commands that would set it again, in the order of
 * the command table. Returns the dwords written, at most room_dw; what does
 * not fit is left out as a whole command.
 */
uint32_t gvirt_state_save(const GvirtStateStore *store, GvirtEngineId engine,
                          GvirtStateSet set, uint32_t *dw, uint32_t room_dw);

GvirtStateStore *gvirt_state_new(void);
void gvirt_state_free(GvirtStateStore *store);

/* For the executors: keep the command, log what does not fit. */
void gvirt_render_note_state(GvirtEngine *engine,
                             const GvirtCommandInfo *info,
                             const uint32_t *dw, uint32_t len_dw);

/*
 * An engine whose reset count (epoch) has moved on has lost its state: to be
 * called before its state is read. gvirt_render_note_state() does so itself.
 */
void gvirt_render_sync(GvirtEngine *engine);

#endif /* HW_DISPLAY_GVIRT_RENDER_STATE_H */
