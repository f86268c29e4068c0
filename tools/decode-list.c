/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables as text or as reStructuredText, for the documentation: registers,
 * commands, trace events, with the bit fields that are known.
 *
 * Source: registers.def, commands.def, trace.def.
 */
#include <string.h>

#include "decode.h"
#include "hw/gvirt/host.h"

/* A table under construction: RST's list-table, or columns of text. */
typedef struct List {
    GString *out;
    bool rst;
} List;

static void begin_section(List *list, const char *title)
{
    g_autofree char *line = g_strnfill(strlen(title), '=');

    g_string_append_printf(list->out, "\n%s\n%s\n", title, line);
}

static void begin_table(List *list, const char *widths,
                        const char *const *head)
{
    unsigned i;

    if (list->rst) {
        g_string_append_printf(list->out, "\n.. list-table::\n"
                               "   :header-rows: 1\n   :widths: %s\n"
                               "   :class: gvirt\n\n", widths);
    }
    for (i = 0; head[i]; i++) {
        if (list->rst) {
            g_string_append_printf(list->out, "   %s - %s\n",
                                   i ? " " : "*", head[i]);
        } else {
            g_string_append_printf(list->out, "%s%s", i ? "; " : "", head[i]);
        }
    }
    g_string_append_c(list->out, '\n');
}

/* A row of count cells. Literals, those with a '`' in front, are as code. */
static void add_row(List *list, char *const *cell, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        bool code = cell[i][0] == '`';
        const char *text = cell[i] + code;

        if (!list->rst) {
            g_string_append_printf(list->out, "%s%s", i ? "; " : "", text);
            continue;
        }
        g_string_append_printf(list->out, "   %s -", i ? " " : "*");
        if (code && text[0]) {
            g_string_append_printf(list->out, " ``%s``", text);
        } else if (text[0]) {
            /* nothing in the tables is meant as markup */
            g_string_append_c(list->out, ' ');
            for (; *text; text++) {
                if (strchr("*`|_\\", *text)) {
                    g_string_append_c(list->out, '\\');
                }
                g_string_append_c(list->out, *text);
            }
        }
        g_string_append_c(list->out, '\n');
    }
    if (!list->rst) {
        g_string_append_c(list->out, '\n');
    }
}

static void free_cells(char **cell, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        g_free(cell[i]);
    }
}

/* "A, B" */
static void add_word(GString *text, const char *word)
{
    g_string_append_printf(text, "%s%s", text->len ? ", " : "", word);
}

static char *bits_text(const GvirtField *field)
{
    return field->high == field->low
           ? g_strdup_printf("%u", field->low)
           : g_strdup_printf("%u:%u", field->high, field->low);
}

static char *field_text(const GvirtField *field)
{
    if (field->kind == GVIRT_FIELD_NAMES) {
        g_auto(GStrv) names = g_strsplit(field->names, "|", -1);
        g_autofree char *joined = g_strjoinv(", ", names);

        return g_strdup_printf("%s: %s", field->name, joined);
    }
    return field->kind == GVIRT_FIELD_CLEAR
           ? g_strdup_printf("%s, when 0", field->name)
           : g_strdup(field->name);
}

/* --- registers ------------------------------------------------------------ */

static const char *const hook_names[GVIRT_HOOK_COUNT] = {
    [GVIRT_HOOK_NONE] = "Registers that keep a value",
    [GVIRT_HOOK_RING] = "Rings",
    [GVIRT_HOOK_CS] = "Command streamers",
    [GVIRT_HOOK_GTT] = "Page tables and faults",
    [GVIRT_HOOK_FENCE] = "Fences",
    [GVIRT_HOOK_IRQ] = "Interrupts",
    [GVIRT_HOOK_DISPLAY] = "Display",
    [GVIRT_HOOK_POWER] = "Power and clocks",
    [GVIRT_HOOK_RESET] = "Reset",
    [GVIRT_HOOK_PERF] = "Performance counters and statistics",
    [GVIRT_HOOK_PVINFO] = "PVINFO: what the mediator tells its guests",
};

static const char *const policy_names[] = {
    [GVIRT_POLICY_PASS] = "pass",
    [GVIRT_POLICY_SHADOW] = "shadow",
    [GVIRT_POLICY_EMULATE] = "emulate",
    [GVIRT_POLICY_DENY] = "deny",
};

static char *access_text(const GvirtRegInfo *info)
{
    static const struct {
        uint16_t flag;
        const char *name;
    } flags[] = {
        { GVIRT_REG_RO, "read only" }, { GVIRT_REG_MASKED, "masked" },
        { GVIRT_REG_WO, "write only" },
        { GVIRT_REG_USER, "for batches without privilege" },
        { GVIRT_REG_SAVE_CTX, "in the context" },
        { GVIRT_REG_SAVE_VGPU, "switched" }, { GVIRT_REG_LIVE, "live" },
    };
    GString *text = g_string_new(NULL);
    unsigned i;

    if (info->rw_mask) {
        g_autofree char *word = g_strdup_printf("rw 0x%x", info->rw_mask);

        add_word(text, word);
    }
    if (info->w1c_mask) {
        g_autofree char *word = g_strdup_printf("w1c 0x%x", info->w1c_mask);

        add_word(text, word);
    }
    for (i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (info->flags & flags[i].flag) {
            add_word(text, flags[i].name);
        }
    }
    return g_string_free(text, FALSE);
}

static void register_row(List *list, const GvirtRegInfo *info)
{
    char *cell[6];

    cell[0] = g_strdup_printf("`0x%05x", info->offset);
    if (info->count == 1) {
        cell[1] = g_strdup_printf("`%s", info->name);
    } else if (info->stride_B == 4) {
        cell[1] = g_strdup_printf("`%s[%u]", info->name, info->count);
    } else {
        cell[1] = g_strdup_printf("`%s[%u]+0x%x", info->name, info->count,
                                  info->stride_B);
    }
    cell[2] = g_strdup_printf("`0x%x", info->reset);
    cell[3] = access_text(info);
    cell[4] = g_strdup(policy_names[info->policy]);
    cell[5] = g_strdup(info->source);
    add_row(list, cell, G_N_ELEMENTS(cell));
    free_cells(cell, G_N_ELEMENTS(cell));
}

static gint by_offset(gconstpointer a, gconstpointer b)
{
    const GvirtRegInfo *x = *(GvirtRegInfo *const *)a;
    const GvirtRegInfo *y = *(GvirtRegInfo *const *)b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void register_fields(List *list, const GPtrArray *registers)
{
    static const char *const head[] = { "Register", "Bits", "Meaning", NULL };
    unsigned i, k;
    bool begun = false;

    for (i = 0; i < registers->len; i++) {
        const GvirtRegInfo *info = registers->pdata[i];
        const GvirtField *field;

        for (k = 0; (field = gvirt_reg_field(info->offset, k)); k++) {
            char *cell[3];

            if (!begun) {
                begin_table(list, "30 10 60", head);
                begun = true;
            }
            cell[0] = k ? g_strdup("") : g_strdup_printf("`%s", info->name);
            cell[1] = bits_text(field);
            cell[2] = field_text(field);
            add_row(list, cell, G_N_ELEMENTS(cell));
            free_cells(cell, G_N_ELEMENTS(cell));
        }
    }
}

static void list_registers(List *list)
{
    static const char *const head[] = {
        "Offset", "Name", "Reset", "Access", "Guest's access", "Source", NULL,
    };
    static const GvirtRegHook order[GVIRT_HOOK_COUNT] = {
        GVIRT_HOOK_RING, GVIRT_HOOK_CS, GVIRT_HOOK_GTT, GVIRT_HOOK_FENCE,
        GVIRT_HOOK_IRQ, GVIRT_HOOK_RESET, GVIRT_HOOK_POWER,
        GVIRT_HOOK_DISPLAY, GVIRT_HOOK_PERF, GVIRT_HOOK_PVINFO,
        GVIRT_HOOK_NONE,
    };
    unsigned count, i, place;
    const GvirtRegInfo *table = gvirt_reg_table(&count);

    for (place = 0; place < G_N_ELEMENTS(order); place++) {
        GvirtRegHook hook = order[place];
        GPtrArray *registers = g_ptr_array_new();

        for (i = 0; i < count; i++) {
            if (table[i].hook == hook) {
                g_ptr_array_add(registers, (GvirtRegInfo *)&table[i]);
            }
        }
        g_ptr_array_sort(registers, by_offset);
        if (registers->len) {
            begin_section(list, hook_names[hook]);
            begin_table(list, "9 26 11 21 9 24", head);
            for (i = 0; i < registers->len; i++) {
                register_row(list, registers->pdata[i]);
            }
            register_fields(list, registers);
        }
        g_ptr_array_free(registers, TRUE);
    }
}

/* --- commands ------------------------------------------------------------- */

static char *engines_text(uint8_t engines)
{
    static const char *const names[GVIRT_ENGINE_COUNT] = {
        [GVIRT_RCS] = "RCS", [GVIRT_VCS] = "VCS", [GVIRT_BCS] = "BCS",
        [GVIRT_VECS] = "VECS",
    };
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (engines & GVIRT_ENGINE_BIT(i)) {
            add_word(text, names[i]);
        }
    }
    if (engines == GVIRT_ALL_ENGINES) {
        g_string_assign(text, "all");
    }
    return g_string_free(text, FALSE);
}

static char *kind_text(uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
        { GVIRT_CMD_PRIVILEGED, "privileged" },
        { GVIRT_CMD_END, "ends a batch" },
        { GVIRT_CMD_BATCH_START, "starts a batch" },
        { GVIRT_CMD_LRI, "registers at 1, 3, 5 ..." },
        { GVIRT_CMD_REG_AT_1, "register at 1" },
        { GVIRT_CMD_REG_AT_2, "register at 2" },
        { GVIRT_CMD_STATE, "state" },
        { GVIRT_CMD_STATE_NP, "non-pipelined state" },
        { GVIRT_CMD_DRAW, "starts EUs" },
        { GVIRT_CMD_VISIBLE, "visible" },
        { GVIRT_CMD_WAIT, "may wait" },
        { GVIRT_CMD_MORE_ADDR, "more addresses" },
        { GVIRT_CMD_RS, "resource streamer" },
    };
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        if (flags & names[i].flag) {
            add_word(text, names[i].name);
        }
    }
    return g_string_free(text, FALSE);
}

static char *operands_text(const GvirtCommandInfo *info)
{
    static const char *const spaces[] = {
        [GVIRT_OPERAND_NONE] = "",
        [GVIRT_OPERAND_GGTT] = "global",
        [GVIRT_OPERAND_BATCH] = "local",
        [GVIRT_OPERAND_BIT22] = "by header bit 22",
        [GVIRT_OPERAND_PIPE_CONTROL] = "by bit 24 of dword 1",
        [GVIRT_OPERAND_FLUSH_DW] = "by its bit 2",
        [GVIRT_OPERAND_BB_START] = "by header bit 8",
        [GVIRT_OPERAND_HWSP] = "in the status page",
        [GVIRT_OPERAND_PERF_COUNT] = "by its bit 0",
    };
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < GVIRT_OPERANDS_MAX; i++) {
        const GvirtOperand *operand = &info->operand[i];

        if (operand->space != GVIRT_OPERAND_NONE) {
            g_string_append_printf(text, "%s%u %s (%s%s",
                                   text->len ? ", " : "", operand->dword,
                                   operand->write ? "written" : "read",
                                   spaces[operand->space],
                                   operand->size_B ? "" : ")");
            if (operand->size_B) {
                g_string_append_printf(text, ", %u bytes)", operand->size_B);
            }
        }
    }
    return g_string_free(text, FALSE);
}

static void command_row(List *list, const GvirtCommandInfo *info)
{
    char *cell[8];

    cell[0] = g_strdup_printf("`0x%08x", info->value);
    cell[1] = g_strdup_printf("`%s", info->name);
    cell[2] = info->fixed_len_dw
              ? g_strdup_printf("%u", info->fixed_len_dw)
              : g_strdup_printf("0x%x + %u", info->len_mask,
                                info->len_bias_dw);
    cell[3] = engines_text(info->engines);
    cell[4] = kind_text(info->flags);
    cell[5] = operands_text(info);
    cell[6] = g_strdup_printf("%u", info->cost_clk);
    cell[7] = g_strdup(info->source);
    add_row(list, cell, G_N_ELEMENTS(cell));
    free_cells(cell, G_N_ELEMENTS(cell));
}

static void command_fields(List *list, const GvirtCommandInfo *info,
                           bool *begun)
{
    static const char *const head[] = {
        "Command", "Dword", "Bits", "Meaning", NULL,
    };
    const GvirtField *field;
    unsigned dword, k;

    for (k = 0; (field = gvirt_command_field(info, k, &dword)); k++) {
        char *cell[4];

        if (!*begun) {
            begin_table(list, "40 8 10 42", head);
            *begun = true;
        }
        cell[0] = k ? g_strdup("") : g_strdup_printf("`%s", info->name);
        cell[1] = g_strdup_printf("%u", dword);
        cell[2] = bits_text(field);
        cell[3] = field_text(field);
        add_row(list, cell, G_N_ELEMENTS(cell));
        free_cells(cell, G_N_ELEMENTS(cell));
    }
}

static void list_commands(List *list)
{
    static const char *const head[] = {
        "Header", "Name", "Length", "Engines", "Kind", "Addresses", "Clocks",
        "Source", NULL,
    };
    /* by bits 31:29, and of the render engine's client all else */
    static const struct {
        const char *title;
        uint32_t client;
        uint8_t engines;
    } groups[] = {
        { "Memory interface", 0, GVIRT_ALL_ENGINES },
        { "Blitter", 2, GVIRT_ALL_ENGINES },
        { "3D, media and GPGPU", 3, GVIRT_ENGINE_BIT(GVIRT_RCS) },
        { "Codecs and video enhancement", 3,
          GVIRT_ENGINE_BIT(GVIRT_VCS) | GVIRT_ENGINE_BIT(GVIRT_VECS) },
    };
    unsigned count, i, group;
    const GvirtCommandInfo *table = gvirt_command_table(&count);

    for (group = 0; group < G_N_ELEMENTS(groups); group++) {
        bool begun = false;
        uint32_t last = UINT32_MAX;

        begin_section(list, groups[group].title);
        begin_table(list, "10 22 8 8 13 16 7 16", head);
        for (i = 0; i < count; i++) {
            if (table[i].value >> 29 == groups[group].client &&
                table[i].engines & groups[group].engines) {
                command_row(list, &table[i]);
            }
        }
        for (i = 0; i < count; i++) {
            if (table[i].value >> 29 == groups[group].client &&
                table[i].engines & groups[group].engines &&
                table[i].value != last) {
                command_fields(list, &table[i], &begun);
                last = table[i].value;
            }
        }
    }
}

/* --- trace events --------------------------------------------------------- */

static void list_traces(List *list)
{
    static const struct {
        const char *name, *format, *when;
    } events[] = {
#define T(name, format, when) { #name, format, when },
#define S T
#include "hw/gvirt/trace.def"
#undef T
#undef S
    };
    static const char *const head[] = {
        "Event", "When", "What it has", NULL,
    };
    unsigned i, k;

    begin_table(list, "24 38 38", head);
    for (i = 0; i < G_N_ELEMENTS(events); i++) {
        g_auto(GStrv) word = g_strsplit(events[i].format, " ", -1);
        GString *keys = g_string_new(NULL);
        char *cell[3];

        /* what stands in front of a conversion */
        for (k = 0; word[k] && word[k + 1]; k++) {
            if (strchr(word[k + 1], '%') && !strchr(word[k], '%')) {
                add_word(keys, word[k]);
            }
        }
        cell[0] = g_strdup_printf("`gvirt_%s", events[i].name);
        cell[1] = g_strdup(events[i].when);
        cell[2] = g_string_free(keys, FALSE);
        add_row(list, cell, G_N_ELEMENTS(cell));
        free_cells(cell, G_N_ELEMENTS(cell));
    }
}

bool decode_list(const char *what, bool rst, GString *out)
{
    List list = { out, rst };

    if (strcmp(what, "registers") == 0) {
        list_registers(&list);
    } else if (strcmp(what, "commands") == 0) {
        list_commands(&list);
    } else if (strcmp(what, "traces") == 0) {
        list_traces(&list);
    } else {
        return false;
    }
    return true;
}
