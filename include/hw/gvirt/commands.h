/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command table: every Gen7.5 command once (commands.def), read by the
 * hardware, the mediator's audit, the decoder and the tracer.
 *
 * Source: HSW PRM vol. 2a, 6, 10; Mesa genxml gen75.xml for the layouts that
 * the public volumes lack.
 */
#ifndef HW_GVIRT_COMMANDS_H
#define HW_GVIRT_COMMANDS_H

#include "hw/gvirt/fields.h"

/* How a command is carried out: one token each, dispatched by the streamer. */
typedef enum GvirtExec {
#define X(token) GVIRT_EXEC_##token,
#include "hw/gvirt/exec.def"
#undef X
    GVIRT_EXEC_COUNT,
} GvirtExec;

enum {
    GVIRT_CMD_PRIVILEGED    = 1 << 0,   /* a no-op in a non-secure batch */
    GVIRT_CMD_END           = 1 << 1,   /* ends a batch */
    GVIRT_CMD_BATCH_START   = 1 << 2,
    GVIRT_CMD_LRI           = 1 << 3,   /* register offsets at 1, 3, 5 ... */
    GVIRT_CMD_REG_AT_1      = 1 << 4,   /* dword 1 is a register offset */
    GVIRT_CMD_REG_AT_2      = 1 << 5,
    GVIRT_CMD_STATE         = 1 << 6,   /* render state, in the context */
    GVIRT_CMD_STATE_NP      = 1 << 7,   /* ... non-pipelined */
    GVIRT_CMD_DRAW          = 1 << 8,   /* starts EUs: primitive, walker */
    GVIRT_CMD_VISIBLE       = 1 << 9,   /* effects seen outside the engine */
    GVIRT_CMD_WAIT          = 1 << 10,  /* may stall the streamer */
    GVIRT_CMD_MORE_ADDR     = 1 << 11,  /* addresses beyond operand[] follow */
    GVIRT_CMD_RS            = 1 << 12,  /* resource streamer: extended state */
};

typedef enum GvirtOperandSpace {
    GVIRT_OPERAND_NONE,
    GVIRT_OPERAND_GGTT,         /* always the global space */
    GVIRT_OPERAND_BATCH,        /* the space the batch runs in (PPGTT if on) */
    GVIRT_OPERAND_BIT22,        /* header bit 22: 1 global, 0 per-process */
    GVIRT_OPERAND_PIPE_CONTROL, /* dword 1 bit 24 */
    GVIRT_OPERAND_FLUSH_DW,     /* address dword bit 2 */
    GVIRT_OPERAND_BB_START,     /* header bit 8: 1 per-process */
    GVIRT_OPERAND_HWSP,         /* an index into the status page */
    GVIRT_OPERAND_PERF_COUNT,   /* address dword bit 0 */
} GvirtOperandSpace;

/* One graphics address in a command. */
typedef struct GvirtOperand {
    uint8_t dword;              /* which dword holds it */
    uint8_t space;              /* GvirtOperandSpace */
    bool write;
    uint32_t mask;              /* of the dword: the address */
    uint32_t size_B;            /* that may be touched; 0: depends */
} GvirtOperand;

#define GVIRT_OPERANDS_MAX 5

typedef struct GvirtCommandInfo {
    const char *name;
    uint32_t value;             /* (header & mask) == value */
    uint32_t mask;
    uint8_t engines;            /* GVIRT_ENGINE_BIT()s */
    uint32_t flags;             /* GVIRT_CMD_* */
    uint8_t exec;               /* GvirtExec */
    uint8_t fixed_len_dw;       /* 0: by len_mask */
    uint32_t len_mask;          /* of the header */
    uint8_t len_bias_dw;        /* length = (header & len_mask) + bias */
    uint16_t cost_clk;          /* front-end clocks, without memory */
    GvirtOperand operand[GVIRT_OPERANDS_MAX];
    const char *source;
} GvirtCommandInfo;

/* GVIRT_OP_<name>: the header of each command, its length field 0 */
enum {
#define CMD(name, value, ...) GVIRT_OP_##name = (value),
#include "hw/gvirt/commands.def"
};

/* The table; further forms of one command stand behind the first. */
const GvirtCommandInfo *gvirt_command_table(unsigned *count);

/* The command of a header on an engine, NULL if there is none. O(1). */
const GvirtCommandInfo *gvirt_command_find(GvirtEngineId engine,
                                           uint32_t header);

/* The length in dwords, at least 1. For NULL: by the client's general rule. */
uint32_t gvirt_command_len_dw(const GvirtCommandInfo *info, uint32_t header);

/*
 * Whether an operand's address is one of the global space. space: where
 * addresses are that the command does not mark as global, GVIRT_SPACE_PPGTT
 * with a per-process table. dw holds len_dw dwords of the command.
 */
bool gvirt_command_operand_ggtt(const GvirtOperand *operand, GvirtSpace space,
                                const uint32_t *dw, uint32_t len_dw);

/*
 * In words, one line a field; a g_malloc'd text. Addresses are marked "ggtt"
 * or "ppgtt", space as above. dw holds len_dw dwords.
 */
char *gvirt_command_describe(GvirtEngineId engine, GvirtSpace space,
                             const uint32_t *dw, uint32_t len_dw);

/* The known bit fields of a command one by one, NULL behind the last. */
const GvirtField *gvirt_command_field(const GvirtCommandInfo *info,
                                      unsigned index, unsigned *dword);

#endif /* HW_GVIRT_COMMANDS_H */
