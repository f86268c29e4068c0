/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces of gvirt in words: lines of QEMU's log with -trace 'gvirt_*'.
 *
 * A line of ours is "gvirt_<event> key value key value ...", behind whatever
 * QEMU puts in front. Numbers that name something get the name behind them;
 * a register's value is told by its bit fields, and gvirt_command_dwords, the
 * record of a command, is told as gvirt-decode tells a batch. Other lines
 * stay as they are.
 *
 * Source: trace.def.
 */
#include <string.h>

#include "decode.h"
#include "hw/gvirt/irq.h"

#define COMMAND_MAX_DW  70000u

/* What of a line the words of its end need. */
typedef struct TraceLine {
    GvirtEngineId engine;
    uint64_t addr;
    uint64_t offset, value;
    bool has_offset, has_value, masked;
} TraceLine;

static const char *const spaces[] = { "ggtt", "ppgtt" };
static const char *const verdicts[] = { "passed", "changed", "rejected" };

static void append_name(GString *out, const char *const *names,
                        unsigned count, uint64_t value)
{
    if (value < count) {
        g_string_append_printf(out, " (%s)", names[value]);
    }
}

/* The names behind one number. */
static void append_words(GString *out, TraceLine *line, const char *key,
                         uint64_t value)
{
    if (strcmp(key, "engine") == 0 && value < GVIRT_ENGINE_COUNT) {
        line->engine = value;
        g_string_append_printf(out, " (%s)", decode_engine_name(value));
    } else if (strcmp(key, "offset") == 0 || strcmp(key, "register") == 0) {
        const GvirtRegInfo *info = value < GVIRT_MMIO_SIZE_B
                                   ? gvirt_reg_find(value) : NULL;
        g_autofree char *name = info ? gvirt_reg_name(value) : NULL;

        if (name && (value || strcmp(key, "register") != 0)) {
            g_string_append_printf(out, " (%s)", name);
        }
        line->offset = value;
        line->has_offset = info && value % 4 == 0;
        line->masked = info && info->flags & GVIRT_REG_MASKED;
    } else if (strcmp(key, "header") == 0 && value <= UINT32_MAX) {
        const GvirtCommandInfo *info =
            gvirt_command_find(line->engine, value);

        g_string_append_printf(out, " (%s)", info ? info->name : "unknown");
    } else if (strcmp(key, "space") == 0) {
        append_name(out, spaces, G_N_ELEMENTS(spaces), value);
    } else if (strcmp(key, "verdict") == 0) {
        append_name(out, verdicts, G_N_ELEMENTS(verdicts), value);
    } else if (strcmp(key, "event") == 0 && value < GVIRT_IRQ_EVENT_COUNT) {
        g_string_append_printf(out, " (%s)", gvirt_irq_name(value));
    } else if (strcmp(key, "value") == 0) {
        line->value = value;
        line->has_value = true;
    } else if (strcmp(key, "addr") == 0) {
        line->addr = value;
    }
}

static void append_value(GString *out, const TraceLine *line, bool write)
{
    g_autofree char *words = NULL;
    g_auto(GStrv) text = NULL;
    uint32_t value = line->value;
    unsigned i;

    if (!line->has_offset || !line->has_value || line->value > UINT32_MAX) {
        return;
    }
    if (line->masked && write) {
        uint32_t mask = value >> 16;

        g_string_append_printf(out, "    sets 0x%04x, clears 0x%04x\n",
                               value & mask, ~value & mask);
        value &= mask;
    }
    words = gvirt_reg_describe(line->offset, value);
    text = g_strsplit(words, "\n", -1);
    for (i = 0; text[i]; i++) {
        if (text[i][0]) {
            g_string_append_printf(out, "  %s\n", text[i]);
        }
    }
}

/* "dwords 10000002 00000000 ...": the command itself. */
static void append_dwords(Decode *decode, const TraceLine *line,
                          const char *text, size_t len)
{
    char *error;
    uint32_t len_dw;
    uint32_t *dw = decode_hex(text, len, &len_dw, &error);
    g_autofree char *words =
        gvirt_command_describe(line->engine, decode->options.local, dw,
                               MIN(len_dw, COMMAND_MAX_DW));
    g_auto(GStrv) part = g_strsplit(words, "\n", -1);
    unsigned i;

    g_string_append_printf(decode->out, "%s 0x%08" PRIx64 "  ",
                           decode_engine_name(line->engine), line->addr);
    for (i = 0; part[i]; i++) {
        if (part[i][0]) {
            g_string_append_printf(decode->out, "%s%s\n", i ? "    " : "",
                                   part[i]);
        }
    }
    if (!part[0] || !part[0][0]) {
        g_string_append(decode->out, "no command\n");
    }
    if (error) {
        g_string_append_printf(decode->out, "      (damaged: %s)\n", error);
    }
    g_free(error);
    g_free(dw);
}

/* A line of ours, event and all; text is terminated. */
static void trace_line(Decode *decode, const char *text, const char *event)
{
    g_auto(GStrv) word = g_strsplit(event, " ", -1);
    TraceLine line = { .engine = GVIRT_RCS };
    GString *out = decode->out;
    bool dwords = strcmp(word[0], "gvirt_command_dwords") == 0;
    gsize at = out->len;
    unsigned i;

    g_string_append_len(out, text, event - text);
    g_string_append(out, word[0]);
    for (i = 1; word[i]; i++) {
        char *end;
        uint64_t value;

        if (dwords && strcmp(word[i], "dwords") == 0) {
            const char *rest = strstr(event, " dwords ");

            g_string_truncate(out, at);
            if (rest) {
                rest += strlen(" dwords ");
                append_dwords(decode, &line, rest, strlen(rest));
            }
            return;
        }
        g_string_append_printf(out, " %s", word[i]);
        value = g_ascii_strtoull(word[i], &end, 0);
        if (word[i][0] && !*end && g_ascii_isdigit(word[i][0])) {
            append_words(out, &line, word[i - 1], value);
        }
    }
    g_string_append_c(out, '\n');
    append_value(out, &line, strcmp(word[0], "gvirt_mmio_write") == 0);
}

void decode_trace(Decode *decode, const char *data, size_t len)
{
    size_t at = 0;

    while (at < len) {
        const char *end = memchr(data + at, '\n', len - at);
        size_t own = end ? (size_t)(end - data) - at : len - at;
        g_autofree char *text = g_strndup(data + at, own);
        const char *event = strstr(text, "gvirt_");
        size_t i;

        for (i = 0; text[i]; i++) {
            if (!g_ascii_isprint(text[i])) {
                text[i] = text[i] == '\t' || text[i] == '\r' ? ' ' : '?';
            }
        }
        g_strchomp(text);
        if (event && (event == text || !g_ascii_isalnum(event[-1]))) {
            trace_line(decode, text, event);
        } else {
            g_string_append_printf(decode->out, "%s\n", text);
        }
        at += own + 1;
    }
}
