/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Render state: see state.h.
 */
#include "state.h"

#include <string.h>

#include "context.h"

/* How a command's dwords become elements. */
typedef enum StateShape {
    SHAPE_WHOLE,        /* replaces all of it */
    SHAPE_INDEXED,      /* one element a command, its index in dword 1 */
    SHAPE_ENTRIES,      /* entries that say their own index */
    SHAPE_OVERLAY,      /* a shorter one leaves the rest as it was */
    SHAPE_MODIFY,       /* dwords from 1 on count when their bit 0 is set */
} StateShape;

typedef struct StateLayout {
    uint32_t op;
    uint8_t engine;
    uint8_t shape;
    uint16_t elements;
    uint16_t element_dw;        /* capacity of one */
    uint8_t first_dw;           /* SHAPE_ENTRIES: where entries begin */
    uint8_t index_shift;
    uint16_t index_mask;
} StateLayout;

#define DEFAULT_ELEMENT_DW  32
#define PALETTE_DW          257     /* header and 256 entries */
#define VERTEX_BUFFERS      33
#define TABLE_ENTRIES       256

/*
 * What is not a whole command of at most DEFAULT_ELEMENT_DW dwords. Sizes of
 * the large ones: IVB PRM vol. 1 part 1, "Render Logical Context Data"; index
 * fields: gen75.xml.
 */
#define WHOLE_(op, dw)  { op, GVIRT_RCS, SHAPE_WHOLE, 1, dw, 0, 0, 0 }
#define EDIT_(op)       { op, GVIRT_RCS, SHAPE_ENTRIES, TABLE_ENTRIES, 1, 2, \
                          16, 0xff }
#define MFX_(op, dw)    { op, GVIRT_VCS, SHAPE_WHOLE, 1, dw, 0, 0, 0 }
#define MFX_INDEXED_(op, n, dw, mask) \
                        { op, GVIRT_VCS, SHAPE_INDEXED, n, dw, 0, 0, mask }

static const StateLayout state_layouts[] = {
    { GVIRT_OP_STATE_BASE_ADDRESS, GVIRT_RCS, SHAPE_MODIFY, 1, 10, 0, 0, 0 },
    { GVIRT_OP_3DSTATE_VERTEX_BUFFERS, GVIRT_RCS, SHAPE_ENTRIES,
      VERTEX_BUFFERS, 4, 1, 26, 0x3f },
    { GVIRT_OP_3DSTATE_SO_BUFFER, GVIRT_RCS, SHAPE_INDEXED, 4, 4, 0, 29, 3 },
    { GVIRT_OP_3DSTATE_CHROMA_KEY, GVIRT_RCS, SHAPE_INDEXED, 4, 4, 0, 30, 3 },
    { GVIRT_OP_3DSTATE_SAMPLER_PALETTE_LOAD0, GVIRT_RCS, SHAPE_OVERLAY, 1,
      PALETTE_DW, 0, 0, 0 },
    { GVIRT_OP_3DSTATE_SAMPLER_PALETTE_LOAD1, GVIRT_RCS, SHAPE_OVERLAY, 1,
      PALETTE_DW, 0, 0, 0 },
    WHOLE_(GVIRT_OP_3DSTATE_VERTEX_ELEMENTS, 69),
    WHOLE_(GVIRT_OP_3DSTATE_POLY_STIPPLE_PATTERN, 33),
    WHOLE_(GVIRT_OP_3DSTATE_SO_DECL_LIST, 259),
    WHOLE_(GVIRT_OP_3DSTATE_GATHER_CONSTANT_VS, 257),
    WHOLE_(GVIRT_OP_3DSTATE_GATHER_CONSTANT_GS, 257),
    WHOLE_(GVIRT_OP_3DSTATE_GATHER_CONSTANT_HS, 257),
    WHOLE_(GVIRT_OP_3DSTATE_GATHER_CONSTANT_DS, 257),
    WHOLE_(GVIRT_OP_3DSTATE_GATHER_CONSTANT_PS, 257),
    WHOLE_(GVIRT_OP_3DSTATE_DX9_CONSTANTF_VS, 1026),
    WHOLE_(GVIRT_OP_3DSTATE_DX9_CONSTANTF_PS, 1026),
    WHOLE_(GVIRT_OP_3DSTATE_DX9_CONSTANTI_VS, 66),
    WHOLE_(GVIRT_OP_3DSTATE_DX9_CONSTANTI_PS, 66),
    EDIT_(GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_VS),
    EDIT_(GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_GS),
    EDIT_(GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_HS),
    EDIT_(GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_DS),
    EDIT_(GVIRT_OP_3DSTATE_BINDING_TABLE_EDIT_PS),
    MFX_(GVIRT_OP_MFX_PIPE_BUF_ADDR_STATE, 61),
    MFX_(GVIRT_OP_MFX_IND_OBJ_BASE_ADDR_STATE, 26),
    MFX_(GVIRT_OP_MFX_AVC_DIRECTMODE_STATE, 71),
    MFX_(GVIRT_OP_MFD_AVC_DPB_STATE, 27),
    MFX_INDEXED_(GVIRT_OP_MFX_SURFACE_STATE, 8, 6, 0xf),
    MFX_INDEXED_(GVIRT_OP_MFX_QM_STATE, 4, 34, 3),
    MFX_INDEXED_(GVIRT_OP_MFX_FQM_STATE, 4, 34, 3),
    MFX_INDEXED_(GVIRT_OP_MFX_AVC_REF_IDX_STATE, 2, 10, 1),
    MFX_INDEXED_(GVIRT_OP_MFX_AVC_WEIGHTOFFSET_STATE, 2, 98, 1),
    MFX_INDEXED_(GVIRT_OP_MFX_JPEG_HUFF_TABLE_STATE, 2, 831, 1),
    { GVIRT_OP_VEBOX_SURFACE_STATE, GVIRT_VECS, SHAPE_INDEXED, 2, 8, 0, 0,
      1 },
};

/* One state command: its elements stand in dw, their lengths in len_dw. */
typedef struct StateSlot {
    StateLayout layout;
    const GvirtCommandInfo *info;
    uint32_t *dw;
    uint16_t *len_dw;       /* elements of them; 0: never given */
} StateSlot;

struct GvirtStateStore {
    unsigned slot_count;
    StateSlot *slot;
    /* by place in the command table: index into slot plus one, 0: no state */
    uint16_t *by_command;
};

static const StateLayout *layout_of(const GvirtCommandInfo *info)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(state_layouts); i++) {
        if (state_layouts[i].op == info->value &&
            (info->engines & GVIRT_ENGINE_BIT(state_layouts[i].engine))) {
            return &state_layouts[i];
        }
    }
    return NULL;
}

/* MI commands (client 0) keep their state in the engine. */
static bool is_state(const GvirtCommandInfo *info)
{
    return (info->flags & (GVIRT_CMD_STATE | GVIRT_CMD_STATE_NP)) != 0 &&
           info->value >> 29 != 0;
}

GvirtStateStore *gvirt_state_new(void)
{
    static const StateLayout plain = {
        .shape = SHAPE_WHOLE, .elements = 1, .element_dw = DEFAULT_ELEMENT_DW,
    };
    GvirtStateStore *store = g_new0(GvirtStateStore, 1);
    unsigned count, i;
    const GvirtCommandInfo *table = gvirt_command_table(&count);

    store->by_command = g_new0(uint16_t, count);
    store->slot = g_new0(StateSlot, count);
    for (i = 0; i < count; i++) {
        const StateLayout *layout;
        StateSlot *slot;

        if (!is_state(&table[i])) {
            continue;
        }
        /* A further form of the command before it. */
        if (i > 0 && !strcmp(table[i].name, table[i - 1].name)) {
            store->by_command[i] = store->by_command[i - 1];
            continue;
        }
        layout = layout_of(&table[i]);
        slot = &store->slot[store->slot_count++];
        slot->layout = layout ? *layout : plain;
        slot->layout.op = table[i].value;
        slot->info = &table[i];
        slot->dw = g_new0(uint32_t, (size_t)slot->layout.elements *
                                    slot->layout.element_dw);
        slot->len_dw = g_new0(uint16_t, slot->layout.elements);
        store->by_command[i] = store->slot_count;
    }
    return store;
}

void gvirt_state_free(GvirtStateStore *store)
{
    unsigned i;

    if (!store) {
        return;
    }
    for (i = 0; i < store->slot_count; i++) {
        g_free(store->slot[i].dw);
        g_free(store->slot[i].len_dw);
    }
    g_free(store->slot);
    g_free(store->by_command);
    g_free(store);
}

static StateSlot *slot_of(const GvirtStateStore *store,
                          const GvirtCommandInfo *info)
{
    unsigned count;
    const GvirtCommandInfo *table = gvirt_command_table(&count);
    uint16_t index = store->by_command[info - table];

    return index ? &store->slot[index - 1] : NULL;
}

static uint32_t *element_dw(const StateSlot *slot, unsigned element)
{
    return slot->dw + (size_t)element * slot->layout.element_dw;
}

static bool set_entries(StateSlot *slot, const uint32_t *dw, uint32_t len_dw)
{
    const StateLayout *layout = &slot->layout;
    bool fits = true;
    uint32_t at;

    /* 3DSTATE_BINDING_TABLE_EDIT_*: each bit clears a block of 16. */
    if (layout->elements == TABLE_ENTRIES && len_dw > 1) {
        unsigned block;

        for (block = 0; block < 16; block++) {
            if (dw[1] & (1u << (16 + block))) {
                memset(&slot->len_dw[block * 16], 0,
                       16 * sizeof(slot->len_dw[0]));
            }
        }
    }
    for (at = layout->first_dw; at + layout->element_dw <= len_dw;
         at += layout->element_dw) {
        unsigned element = dw[at] >> layout->index_shift & layout->index_mask;
        uint32_t *to;

        if (element >= layout->elements) {
            fits = false;
            continue;
        }
        to = element_dw(slot, element);
        if (layout->op == GVIRT_OP_3DSTATE_VERTEX_BUFFERS &&
            !(dw[at] & (1u << 14)) && slot->len_dw[element]) {
            /* Address Modify Enable is off: keep both addresses. */
            to[0] = dw[at] | (to[0] & (1u << 14));
            to[3] = dw[at + 3];
        } else {
            memcpy(to, dw + at, layout->element_dw * sizeof(*to));
        }
        slot->len_dw[element] = layout->element_dw;
    }
    return fits;
}

bool gvirt_state_set(GvirtStateStore *store, const GvirtCommandInfo *info,
                     const uint32_t *dw, uint32_t len_dw)
{
    StateSlot *slot = slot_of(store, info);
    const StateLayout *layout;
    unsigned element = 0;
    uint32_t *to;
    uint32_t i;

    if (!slot || len_dw == 0) {
        return false;
    }
    layout = &slot->layout;
    if (layout->shape == SHAPE_ENTRIES) {
        return set_entries(slot, dw, len_dw);
    }
    if (len_dw > layout->element_dw) {
        return false;
    }
    if (layout->shape == SHAPE_INDEXED) {
        if (len_dw < 2) {
            return false;
        }
        element = dw[1] >> layout->index_shift & layout->index_mask;
        if (element >= layout->elements) {
            return false;
        }
    }
    to = element_dw(slot, element);
    switch (layout->shape) {
    case SHAPE_MODIFY:
        for (i = 1; i < len_dw; i++) {
            if (dw[i] & 1) {
                to[i] = dw[i];
            }
        }
        break;
    default:
        memcpy(to, dw, len_dw * sizeof(*to));
        break;
    }
    if (layout->shape == SHAPE_MODIFY || layout->shape == SHAPE_OVERLAY) {
        len_dw = MAX(len_dw, slot->len_dw[element]);
        to[0] = info->value | (len_dw - info->len_bias_dw);
    }
    slot->len_dw[element] = len_dw;
    return true;
}

static StateSlot *slot_by_op(const GvirtStateStore *store,
                             GvirtEngineId engine, uint32_t op)
{
    const GvirtCommandInfo *info = gvirt_command_find(engine, op);

    return info ? slot_of(store, info) : NULL;
}

const uint32_t *gvirt_state_get(const GvirtStateStore *store,
                                GvirtEngineId engine, uint32_t op,
                                unsigned element, uint32_t *len_dw)
{
    const StateSlot *slot = slot_by_op(store, engine, op);

    *len_dw = 0;
    if (!slot || element >= slot->layout.elements ||
        !slot->len_dw[element]) {
        return NULL;
    }
    *len_dw = slot->len_dw[element];
    return element_dw(slot, element);
}

unsigned gvirt_state_elements(const GvirtStateStore *store,
                              GvirtEngineId engine, uint32_t op)
{
    const StateSlot *slot = slot_by_op(store, engine, op);

    return slot ? slot->layout.elements : 0;
}

static void slot_clear(StateSlot *slot)
{
    memset(slot->len_dw, 0, slot->layout.elements * sizeof(slot->len_dw[0]));
    memset(slot->dw, 0, (size_t)slot->layout.elements *
                        slot->layout.element_dw * sizeof(slot->dw[0]));
}

void gvirt_state_forget(GvirtStateStore *store, GvirtEngineId engine,
                        uint32_t op)
{
    StateSlot *slot = slot_by_op(store, engine, op);

    if (slot) {
        slot_clear(slot);
    }
}

static bool slot_in(const StateSlot *slot, GvirtEngineId engine,
                    GvirtStateSet set)
{
    GvirtStateSet own = slot->info->flags & GVIRT_CMD_RS ? GVIRT_STATE_RS
                                                         : GVIRT_STATE_MAIN;

    return (set & own) && (slot->info->engines & GVIRT_ENGINE_BIT(engine));
}

void gvirt_state_clear(GvirtStateStore *store, GvirtEngineId engine,
                       GvirtStateSet set)
{
    unsigned i;

    for (i = 0; i < store->slot_count; i++) {
        if (slot_in(&store->slot[i], engine, set)) {
            slot_clear(&store->slot[i]);
        }
    }
}

/* One command with all entries that were given; 0: none, or no room. */
static uint32_t save_entries(const StateSlot *slot, uint32_t *dw,
                             uint32_t room_dw)
{
    const StateLayout *layout = &slot->layout;
    uint32_t len_dw = layout->first_dw;
    unsigned i;

    for (i = 0; i < layout->elements; i++) {
        if (slot->len_dw[i]) {
            len_dw += layout->element_dw;
        }
    }
    if (len_dw == layout->first_dw || len_dw > room_dw) {
        return 0;
    }
    dw[0] = slot->info->value | (len_dw - slot->info->len_bias_dw);
    if (layout->first_dw > 1) {
        dw[1] = 3;      /* Binding Table Edit Target: all cores */
    }
    len_dw = layout->first_dw;
    for (i = 0; i < layout->elements; i++) {
        if (slot->len_dw[i]) {
            memcpy(dw + len_dw, element_dw(slot, i),
                   layout->element_dw * sizeof(*dw));
            len_dw += layout->element_dw;
        }
    }
    return len_dw;
}

uint32_t gvirt_state_save(const GvirtStateStore *store, GvirtEngineId engine,
                          GvirtStateSet set, uint32_t *dw, uint32_t room_dw)
{
    uint32_t at = 0;
    unsigned i, element;

    for (i = 0; i < store->slot_count; i++) {
        const StateSlot *slot = &store->slot[i];

        if (!slot_in(slot, engine, set)) {
            continue;
        }
        if (slot->layout.shape == SHAPE_ENTRIES) {
            at += save_entries(slot, dw + at, room_dw - at);
            continue;
        }
        for (element = 0; element < slot->layout.elements; element++) {
            uint32_t len_dw = slot->len_dw[element];

            if (len_dw && len_dw <= room_dw - at) {
                memcpy(dw + at, element_dw(slot, element),
                       len_dw * sizeof(*dw));
                at += len_dw;
            }
        }
    }
    return at;
}

/* What was kept before the engine's last reset is gone. */
void gvirt_render_sync(GvirtEngine *engine)
{
    GvirtRenderState *render = engine->gpu->render;

    if (render->epoch[engine->id] == engine->epoch) {
        return;
    }
    render->epoch[engine->id] = engine->epoch;
    gvirt_state_clear(render->store, engine->id, GVIRT_STATE_ALL);
    if (engine->id == GVIRT_RCS) {
        render->pipeline = GVIRT_PIPELINE_3D;
    }
}

void gvirt_render_note_state(GvirtEngine *engine,
                             const GvirtCommandInfo *info,
                             const uint32_t *dw, uint32_t len_dw)
{
    gvirt_render_sync(engine);
    if (!gvirt_state_set(engine->gpu->render->store, info, dw, len_dw)) {
        gvirt_log_guest_error(engine->gpu->host,
                              "%s: %s of %u dwords (0x%08x 0x%08x) does not "
                              "fit, ignored", engine->name, info->name,
                              len_dw, dw[0], len_dw > 1 ? dw[1] : 0);
    }
}

void gvirt_render_init(GvirtGpu *gpu)
{
    gpu->render = g_new0(GvirtRenderState, 1);
    gpu->render->store = gvirt_state_new();
    gvirt_context_init(gpu);
}

/* After gvirt_ring_reset_engine() of the engines that were reset. */
void gvirt_render_reset(GvirtGpu *gpu)
{
    unsigned id;

    for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
        gvirt_render_sync(&gpu->engine[id]);
    }
}

void gvirt_render_destroy(GvirtGpu *gpu)
{
    gvirt_context_destroy(gpu);
    gvirt_state_free(gpu->render->store);
    g_free(gpu->render);
    gpu->render = NULL;
}
