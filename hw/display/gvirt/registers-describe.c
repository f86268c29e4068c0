/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers in words: bit fields of what an error state or a trace shows.
 *
 * Sources: VLV PRM vol. 2c (RING_BUFFER_CTL, MI_MODE, INSTPM, BB_STATE,
 * GFX_MODE, GFX_ENG_FR, GFX_ARB_ERROR_RPT, FENCE), IVB PRM vol. 1 part 3
 * (error bits, INSTDONE); i915: gt/intel_engine_regs.h; the names of the
 * units in the render engine's INSTDONE: IGT, lib/instdone.c.
 */
#include "hw/gvirt/commands.h"
#include "hw/gvirt/irq.h"
#include "hw/gvirt/regs.h"

#include "describe.h"
#include "ring-regs.h"

#define STREAMER_SIZE_B 0x1000u

/* A field of a register; array elements have those of the first. */
typedef struct RegField {
    uint32_t offset;
    GvirtField field;
} RegField;

#define FIELD(reg, hi, lo, kind, name, names) \
    { reg, { hi, lo, GVIRT_FIELD_##kind, name, names } }
#define HEX(reg, hi, lo, name)      FIELD(reg, hi, lo, HEX, name, NULL)
#define DEC(reg, hi, lo, name)      FIELD(reg, hi, lo, DECIMAL, name, NULL)
#define FLAG(reg, bit, name)        FIELD(reg, bit, bit, FLAG, name, NULL)
#define CLEAR(reg, bit, name)       FIELD(reg, bit, bit, CLEAR, name, NULL)
#define ADDR(reg, hi, lo, name)     FIELD(reg, hi, lo, ADDRESS, name, NULL)
#define NAMES(reg, hi, lo, name, names) \
    FIELD(reg, hi, lo, NAMES, name, names)

#define ERRORS(reg)                                                         \
    FLAG(reg, 0, "instruction error"),                                      \
    FLAG(reg, 2, "privilege violation"), FLAG(reg, 4, "page table error")

#define IN_BATCH(reg)                                                       \
    FLAG(reg, 0, "valid: a batch is running"), ADDR(reg, 31, 2, "address")
#define BATCH_STATE(reg)                                                    \
    NAMES(reg, 5, 5, "first level", "global space|per-process space"),      \
    FLAG(reg, 6, "second level in the per-process space")

#define BUSY(reg, bit, name)        CLEAR(reg, bit, "busy: " name)

/* By the offset in the streamer's block. */
static const RegField streamer_fields[] = {
    ADDR(RING_TAIL, 20, 3, "offset"),
    DEC(RING_HEAD, 31, 21, "wraps"),
    ADDR(RING_HEAD, 20, 2, "offset"),
    NAMES(RING_CTL, 0, 0, "ring", "off|on"),
    FIELD(RING_CTL, 20, 12, PAGES, "length", NULL),
    FLAG(RING_CTL, 11, "waits for an event"),
    FLAG(RING_CTL, 10, "waits for a semaphore"),
    FLAG(RING_CTL, 8, "writes no registers"),
    NAMES(RING_CTL, 2, 1, "HEAD reported", "never|each 64 KiB|each 4 KiB|"
          "each 128 KiB"),
    FLAG(RING_MI_MODE, 15, "suspend flush"),
    FLAG(RING_MI_MODE, 14, "asynchronous flip performance mode off"),
    FLAG(RING_MI_MODE, 13, "flush performance mode off"),
    FLAG(RING_MI_MODE, 12, "MI_FLUSH enabled"),
    FLAG(RING_MI_MODE, 11, "invalidate UHPTR"),
    FLAG(RING_MI_MODE, 9, "rings idle"),
    FLAG(RING_MI_MODE, 8, "stop rings"),
    FLAG(RING_MI_MODE, 6, "vertex shader timer dispatch"),
    FLAG(RING_MI_MODE, 0, "interrupts are not masked by IIR"),
    ERRORS(RING_EIR),
    ERRORS(RING_ESR),
    FLAG(RING_INSTPM, 11, "CLFLUSH toggle"),
    FLAG(RING_INSTPM, 9, "TLB invalidate"),
    FLAG(RING_INSTPM, 8, "memory sync"),
    FLAG(RING_INSTPM, 7, "force sync command ordering"),
    FLAG(RING_INSTPM, 6, "constant buffer addresses are absolute"),
    FLAG(RING_INSTPM, 5, "sync flush"),
    FLAG(RING_INSTPM, 3, "media instructions disabled"),
    FLAG(RING_INSTPM, 2, "3D rendering instructions disabled"),
    FLAG(RING_INSTPM, 1, "3D state instructions disabled"),
    BATCH_STATE(RING_BBSTATE),
    IN_BATCH(RING_BBADDR),
    BATCH_STATE(RING_SBBSTATE),
    IN_BATCH(RING_SBBADDR),
    FLAG(RING_UHPTR, 0, "valid: HEAD will go there"),
    ADDR(RING_UHPTR, 31, 3, "offset"),
    ADDR(0x180, 31, 12, "context"),     /* CCID: i915_reg.h */
    FLAG(0x180, 8, "reserved bit 8, set by drivers"),
    FLAG(0x180, 3, "extended state saved"),
    FLAG(0x180, 2, "extended state restored"),
    FLAG(0x180, 0, "valid"),
    FLAG(0x050, 4, "GO"),               /* PSMI_CTL */
    FLAG(0x050, 3, "idle"),
    HEX(RING_PP_DIR_BASE, 31, 16, "directory's 64 bytes of the global table"),
    HEX(RING_PP_DIR_BASE_READ, 31, 16,
        "directory's 64 bytes of the global table"),
    FLAG(RING_GFX_MODE, 13, "TLB flushed when asked for only"),
    FLAG(RING_GFX_MODE, 11, "replay mode: middle of a command buffer"),
    FLAG(RING_GFX_MODE, 9, "per-process table enabled"),
};

static const RegField render_instdone[] = {
    BUSY(RING_INSTDONE, 21, "CS"), BUSY(RING_INSTDONE, 20, "RS"),
    BUSY(RING_INSTDONE, 19, "GAM"), BUSY(RING_INSTDONE, 18, "GAFM"),
    BUSY(RING_INSTDONE, 17, "TSG"), BUSY(RING_INSTDONE, 16, "VFE"),
    BUSY(RING_INSTDONE, 15, "GAFS"), BUSY(RING_INSTDONE, 14, "SVG"),
    BUSY(RING_INSTDONE, 13, "URBM"), BUSY(RING_INSTDONE, 12, "TDG"),
    BUSY(RING_INSTDONE, 9, "SF"), BUSY(RING_INSTDONE, 8, "CL"),
    BUSY(RING_INSTDONE, 7, "SOL"), BUSY(RING_INSTDONE, 6, "GS"),
    BUSY(RING_INSTDONE, 5, "DS"), BUSY(RING_INSTDONE, 4, "TE"),
    BUSY(RING_INSTDONE, 3, "HS"), BUSY(RING_INSTDONE, 2, "VS"),
    BUSY(RING_INSTDONE, 1, "VF"),
};

static const RegField other_instdone[] = {
    BUSY(RING_INSTDONE, 0, "ring"),
};

static const RegField fields[] = {
    FLAG(GVIRT_REG_RING_FAULT, 0, "valid"),
    NAMES(GVIRT_REG_RING_FAULT, 2, 1, "fault",
          "page|invalid directory entry|directory not loaded|"
          "invalid and not loaded"),
    NAMES(GVIRT_REG_RING_FAULT, 11, 11, "space", "ppgtt|ggtt"),
    ADDR(GVIRT_REG_RING_FAULT, 31, 12, "page"),
    DEC(GVIRT_REG_RING_FAULT, 10, 3, "source"),
    FLAG(GVIRT_REG_ERROR_GEN6, 0, "page fault of a TLB"),
    FLAG(GVIRT_REG_ERROR_GEN6, 1, "page fault of a context"),
    FLAG(GVIRT_REG_ERROR_GEN6, 2, "invalid directory entry"),
    FLAG(GVIRT_REG_ERROR_GEN6, 3, "page fault of a status page"),
    FLAG(GVIRT_REG_ERROR_GEN6, 8, "directory not loaded"),
    CLEAR(GVIRT_REG_DONE_REG, 19, "busy: miss"),
    CLEAR(GVIRT_REG_DONE_REG, 18, "busy: read stream"),
    CLEAR(GVIRT_REG_DONE_REG, 15, "busy: pending TLB requests"),
    CLEAR(GVIRT_REG_DONE_REG, 12, "busy: read route"),
    CLEAR(GVIRT_REG_DONE_REG, 8, "busy: write data"),
    CLEAR(GVIRT_REG_DONE_REG, 2, "busy: fences"),
    CLEAR(GVIRT_REG_DONE_REG, 1, "busy: load of the directory"),
    FLAG(GVIRT_REG_ERR_INT, 31, "poison"),
    FLAG(GVIRT_REG_ERR_INT, 13, "unclaimed access"),
    FLAG(GVIRT_REG_ERR_INT, 6, "FIFO underrun, pipe C"),
    FLAG(GVIRT_REG_ERR_INT, 3, "FIFO underrun, pipe B"),
    FLAG(GVIRT_REG_ERR_INT, 0, "FIFO underrun, pipe A"),
    FLAG(GVIRT_REG_DE_IER, 31, "master"),
    FLAG(GVIRT_REG_DE_IER, 28, "PCH"),
};

/* FENCE[]: low and high dword in turn. */
static const RegField fence_fields[2][4] = {
    {
        FLAG(0, 0, "valid"),
        NAMES(0, 1, 1, "tiling", "X|Y"),
        ADDR(0, 31, 12, "first page"),
    }, {
        HEX(0, 11, 0, "pitch in 128 bytes, less one"),
        ADDR(0, 31, 12, "last page"),
    },
};

/* ISR, IMR, IIR, IER of a block: a bit is an event. */
static void append_events(GString *text, uint32_t offset, uint32_t value)
{
    unsigned event;

    for (event = 0; event < GVIRT_IRQ_EVENT_COUNT; event++) {
        if (gvirt_irq_block(event) == (offset & ~0xfu) &&
            value & gvirt_irq_bit(event)) {
            g_string_append_printf(text, "  %s\n", gvirt_irq_name(event));
        }
    }
}

/* False when offset is in no streamer's block. */
static bool streamer_of(uint32_t offset, GvirtEngineId *engine,
                        uint32_t *rest)
{
    static const uint32_t base[GVIRT_ENGINE_COUNT] = {
        [GVIRT_RCS] = GVIRT_RCS_BASE,
        [GVIRT_VCS] = GVIRT_VCS_BASE,
        [GVIRT_BCS] = GVIRT_BCS_BASE,
        [GVIRT_VECS] = GVIRT_VECS_BASE,
    };
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (offset >= base[i] && offset - base[i] < STREAMER_SIZE_B) {
            *engine = i;
            *rest = offset - base[i];
            return true;
        }
    }
    return false;
}

static void append_header(GString *text, GvirtEngineId engine,
                          uint32_t header)
{
    const GvirtCommandInfo *info = gvirt_command_find(engine, header);

    g_string_append_printf(text, "  command: %s\n",
                           info ? info->name : "unknown");
}

/* The fields of the register at offset are those of list that are at *key. */
static const RegField *field_list(uint32_t offset, unsigned part,
                                  unsigned *count, uint32_t *key)
{
    const GvirtRegInfo *info = gvirt_reg_find(offset);
    GvirtEngineId engine;
    const RegField *list = NULL;

    *count = 0;
    if (streamer_of(offset, &engine, key)) {
        list = part ? streamer_fields
                    : engine == GVIRT_RCS ? render_instdone : other_instdone;
        *count = part ? G_N_ELEMENTS(streamer_fields)
                      : engine == GVIRT_RCS ? G_N_ELEMENTS(render_instdone)
                                            : G_N_ELEMENTS(other_instdone);
    } else if (part == 0 && info && info->offset == GVIRT_REG_FENCE) {
        *key = 0;
        list = fence_fields[offset / 4 % 2];
        *count = G_N_ELEMENTS(fence_fields[0]);
    } else if (part == 0 && info) {
        *key = info->offset;
        list = fields;
        *count = G_N_ELEMENTS(fields);
    }
    return list;
}

const GvirtField *gvirt_reg_field(uint32_t offset, unsigned index)
{
    unsigned part, count, i;
    uint32_t key;

    for (part = 0; part < 2; part++) {
        const RegField *list = field_list(offset & ~3u, part, &count, &key);

        for (i = 0; i < count; i++) {
            if (list[i].field.name && list[i].offset == key && index-- == 0) {
                return &list[i].field;
            }
        }
    }
    return NULL;
}

char *gvirt_reg_describe(uint32_t offset, uint32_t value)
{
    GString *text = g_string_new(NULL);
    const GvirtField *field;
    GvirtEngineId engine;
    uint32_t rest;
    unsigned i;

    offset &= ~3u;
    if (streamer_of(offset, &engine, &rest) && rest == RING_IPEHR) {
        append_header(text, engine, value);
    }
    for (i = 0; (field = gvirt_reg_field(offset, i)); i++) {
        gvirt_field_append(text, field, value, "");
    }
    append_events(text, offset, value);
    return g_string_free(text, FALSE);
}
