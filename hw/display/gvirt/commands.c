/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command table: commands.def as data, looked up by engine and header.
 *
 * Source: HSW PRM vol. 6, "Graphics Command Formats" (the clients in header
 * bits 31:29 and where each keeps its opcode).
 */
#include "hw/gvirt/commands.h"

#define CLIENT_MI       0u
#define CLIENT_2D       2u
#define CLIENT_3D       3u

/* The short names of commands.def */
#define MI_MASK         0xff800000u
#define BLT_MASK        0xffc00000u
#define GFX_MASK        0xffff0000u
#define RCS             GVIRT_ENGINE_BIT(GVIRT_RCS)
#define VCS             GVIRT_ENGINE_BIT(GVIRT_VCS)
#define BCS             GVIRT_ENGINE_BIT(GVIRT_BCS)
#define VECS            GVIRT_ENGINE_BIT(GVIRT_VECS)
#define ALL             GVIRT_ALL_ENGINES
#define PRIV            GVIRT_CMD_PRIVILEGED
#define END             GVIRT_CMD_END
#define BATCH_START     GVIRT_CMD_BATCH_START
#define LRI             GVIRT_CMD_LRI
#define REG_AT_1        GVIRT_CMD_REG_AT_1
#define REG_AT_2        GVIRT_CMD_REG_AT_2
#define STATE           GVIRT_CMD_STATE
#define STATE_NP        GVIRT_CMD_STATE_NP
#define DRAW            GVIRT_CMD_DRAW
#define VISIBLE         GVIRT_CMD_VISIBLE
#define WAIT            GVIRT_CMD_WAIT
#define MORE_ADDR       GVIRT_CMD_MORE_ADDR
#define RS              GVIRT_CMD_RS
#define FIXED(len_dw)   (len_dw), 0, 0
#define LEN(mask, bias) 0, (mask), (bias)
#define NO_OPERAND      { { 0 } }
#define OPERANDS(...)   { __VA_ARGS__ }

/* exec is pasted here, before a token could be taken for a short name. */
#define CMD(name_, value_, mask_, engines_, flags_, exec_, ...)             \
    ENTRY(#name_, value_, mask_, engines_, flags_, GVIRT_EXEC_##exec_,      \
          __VA_ARGS__)
#define CMD_ALSO CMD
#define ENTRY(...) ENTRY_(__VA_ARGS__)
#define ENTRY_(name_, value_, mask_, engines_, flags_, exec_, fixed_,       \
               len_mask_, bias_, cost_, ...)                                \
    { (name_), (value_), (mask_), (engines_), (flags_), (exec_), (fixed_),  \
      (len_mask_), (bias_), (cost_), __VA_ARGS__ },

static const GvirtCommandInfo command_table[] = {
#include "hw/gvirt/commands.def"
};

#undef ENTRY
#undef ENTRY_

/* Indices into command_table plus one, by the client's opcode bits. */
typedef struct CommandMap {
    uint16_t mi[1 << 6];        /* bits 28:23 */
    uint16_t blt[1 << 7];       /* bits 28:22 */
    uint16_t gfx[1 << 13];      /* bits 28:16 */
} CommandMap;

static CommandMap command_map[GVIRT_ENGINE_COUNT];

static uint16_t *map_slot(CommandMap *map, uint32_t header)
{
    switch (header >> 29) {
    case CLIENT_MI:
        return &map->mi[(header >> 23) & 0x3f];
    case CLIENT_2D:
        return &map->blt[(header >> 22) & 0x7f];
    case CLIENT_3D:
        return &map->gfx[(header >> 16) & 0x1fff];
    default:
        return NULL;
    }
}

static void __attribute__((constructor)) command_map_init(void)
{
    unsigned i;
    unsigned id;

    for (i = 0; i < G_N_ELEMENTS(command_table); i++) {
        for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
            uint16_t *slot = map_slot(&command_map[id],
                                      command_table[i].value);

            if (slot && (command_table[i].engines & GVIRT_ENGINE_BIT(id))) {
                *slot = i + 1;
            }
        }
    }
}

const GvirtCommandInfo *gvirt_command_table(unsigned *count)
{
    *count = G_N_ELEMENTS(command_table);
    return command_table;
}

const GvirtCommandInfo *gvirt_command_find(GvirtEngineId engine,
                                           uint32_t header)
{
    const uint16_t *slot;

    if ((unsigned)engine >= GVIRT_ENGINE_COUNT) {
        return NULL;
    }
    slot = map_slot(&command_map[engine], header);
    return slot && *slot ? &command_table[*slot - 1] : NULL;
}

/*
 * What is not in the table: MI commands below opcode 10h are single dwords,
 * the others count in bits 5:0; 2D commands count in bits 7:0; in the 3D
 * client pipeline 1 has single dwords, pipeline 2 (media) counts in bits 15:0,
 * the others in 7:0. Nobody owns the remaining clients: one dword.
 */
static uint32_t general_len_dw(uint32_t header)
{
    switch (header >> 29) {
    case CLIENT_MI:
        return ((header >> 23) & 0x3f) < 0x10 ? 1 : (header & 0x3f) + 2;
    case CLIENT_2D:
        return (header & 0xff) + 2;
    case CLIENT_3D:
        switch ((header >> 27) & 3) {
        case 1:
            return 1;
        case 2:
            return (header & 0xffff) + 2;
        default:
            return (header & 0xff) + 2;
        }
    default:
        return 1;
    }
}

uint32_t gvirt_command_len_dw(const GvirtCommandInfo *info, uint32_t header)
{
    if (!info) {
        return general_len_dw(header);
    }
    if (info->fixed_len_dw) {
        return info->fixed_len_dw;
    }
    return (header & info->len_mask) + info->len_bias_dw;
}
