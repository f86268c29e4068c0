/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An error state of i915, printed in the order of its file: registers with
 * their names and fields, fences, and buffers as commands.
 *
 * Source: i915: i915_gpu_error.c of Linux 6.1 and 6.12; VLV PRM vol. 2c,
 * FENCE.
 */
#include <string.h>

#include "decode-error.h"

#define WORDS_INDENT        "      "
#define FENCES              32

static const uint32_t engine_base[GVIRT_ENGINE_COUNT] = {
    [GVIRT_RCS] = GVIRT_RCS_BASE,
    [GVIRT_VCS] = GVIRT_VCS_BASE,
    [GVIRT_BCS] = GVIRT_BCS_BASE,
    [GVIRT_VECS] = GVIRT_VECS_BASE,
};

/* A line as it is, but for characters that a terminal would act on. */
static void append_line(GString *out, const ErrorLine *line, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        char c = line->text[i];

        g_string_append_c(out, g_ascii_isprint(c) ? c : c == '\t' ? ' ' : '?');
    }
}

static void append_indented(GString *out, const char *words)
{
    g_auto(GStrv) line = g_strsplit(words, "\n", -1);
    unsigned i;

    for (i = 0; line[i]; i++) {
        if (line[i][0]) {
            g_string_append_printf(out, WORDS_INDENT "%s\n", line[i] + 2);
        }
    }
}

static void append_acthd(ErrorState *state)
{
    const EngineRecord *record = &state->record[state->engine];
    GString *out = state->decode->out;
    unsigned i;

    if (!error_in_batch(record)) {
        g_string_append(out, WORDS_INDENT "in the ring\n");
        return;
    }
    for (i = 0; i < state->sections->len; i++) {
        const ErrorSection *section = &g_array_index(state->sections,
                                                     ErrorSection, i);
        const DecodeBuffer *buffer = section->buffer;
        uint64_t at_B = record->acthd - buffer->addr;

        if (section->kind != SECTION_BATCH ||
            buffer->engine != state->engine ||
            record->acthd < buffer->addr || at_B / 4 >= buffer->len_dw) {
            continue;
        }
        g_string_append_printf(out, WORDS_INDENT "in %s, 0x%" PRIx64
                               " bytes behind its start", buffer->name, at_B);
        if (record->has_ipehr) {
            g_string_append_printf(out, ": the command there is %s IPEHR",
                                   buffer->dw[at_B / 4] == record->ipehr
                                   ? "the one in" : "not the one in");
        }
        g_string_append_c(out, '\n');
        return;
    }
    g_string_append(out, WORDS_INDENT "in a batch that is not in this "
                    "file\n");
}

static void print_register(ErrorState *state, const ErrorLine *line,
                           unsigned which, uint64_t value)
{
    GString *out = state->decode->out;
    uint32_t offset = error_labels[which].offset;
    g_autofree char *name = NULL;
    g_autofree char *words = NULL;

    if (error_labels[which].stride) {
        offset += state->engine * error_labels[which].stride;
    } else if (error_labels[which].of_engine) {
        offset += engine_base[state->engine];
    }
    name = gvirt_reg_name(offset);
    /* of a fault that is not valid nothing is to be told */
    words = error_labels[which].offset == GVIRT_REG_RING_FAULT && !(value & 1)
            ? g_strdup("") : gvirt_reg_describe(offset, value);
    append_line(out, line, line->len);
    g_string_append_printf(out, "%*s%s (0x%x)\n",
                           line->len < 44 ? (int)(44 - line->len) : 2, "",
                           name ? name : "", offset);
    append_indented(out, words);
    if (strcmp(error_labels[which].label, "ACTHD") == 0) {
        append_acthd(state);
    }
}

/* Fences that are 0, in a row: they stand in one line. */
typedef struct EmptyFences {
    bool any;
    unsigned first, last;
} EmptyFences;

static void end_fences(ErrorState *state, EmptyFences *empty)
{
    if (empty->any) {
        g_string_append_printf(state->decode->out, "  fence[%u] to fence[%u]"
                               " = 0\n", empty->first, empty->last);
    }
    empty->any = false;
}

/* "  fence[0] = 00000000"; false when the line is something else. */
static bool print_fence(ErrorState *state, const ErrorLine *line,
                        EmptyFences *empty)
{
    GString *out = state->decode->out;
    const char *at = line->text + strlen("  fence[");
    const char *end = line->text + line->len;
    unsigned number = 0;
    uint64_t fence;

    if (!error_starts_with(line, "  fence[")) {
        return false;
    }
    while (at < end && g_ascii_isdigit(*at) && number < FENCES) {
        number = number * 10 + (*at++ - '0');
    }
    if (end - at < 4 || memcmp(at, "] =", 3) != 0) {
        return false;
    }
    at += 3;
    if (!error_take_hex(&at, end, &fence) || number >= FENCES) {
        return false;
    }
    if (fence == 0) {
        empty->first = empty->any ? empty->first : number;
        empty->last = number;
        empty->any = true;
        return true;
    }
    end_fences(state, empty);
    append_line(out, line, line->len);
    g_string_append_printf(out, "\n" WORDS_INDENT "%s, %c-tiled, pitch %u "
                           "bytes, 0x%08x to 0x%08x ggtt\n",
                           fence & 1 ? "valid" : "not valid",
                           fence & 2 ? 'Y' : 'X',
                           ((uint32_t)(fence >> 32 & 0xfff) + 1) * 128,
                           (uint32_t)fence & 0xfffff000,
                           (uint32_t)(fence >> 32) | 0xfff);
    return true;
}

static void mark_ring(ErrorState *state, const DecodeBuffer *buffer)
{
    const EngineRecord *record = &state->record[buffer->engine];
    uint64_t start = buffer->addr;

    decode_clear_marks(state->decode);
    if (record->has_rq) {
        decode_mark(state->decode, "the request's head",
                    start + record->rq_head);
        decode_mark(state->decode, "the request's breadcrumb",
                    start + record->rq_post);
        decode_mark(state->decode, "the request's tail",
                    start + record->rq_tail);
    }
    if (record->has_head) {
        decode_mark(state->decode, "HEAD", start + record->head);
    }
    if (record->has_tail) {
        decode_mark(state->decode, "TAIL", start + record->tail);
    }
}

static void print_ring(ErrorState *state, DecodeBuffer *buffer)
{
    const EngineRecord *record = &state->record[buffer->engine];
    Decode *decode = state->decode;
    uint32_t from = error_ring_from(record);
    uint32_t size_B = buffer->len_dw * 4;

    mark_ring(state, buffer);
    if (!record->has_head || !record->has_tail || from >= size_B ||
        record->tail >= size_B) {
        g_string_append(decode->out, "  (no HEAD and TAIL in it: as a "
                        "whole)\n");
        decode_print_state(decode, buffer);
    } else {
        if (decode->options.all) {
            g_string_append(decode->out, "  behind TAIL, of earlier work:\n");
            decode_print_ring(decode, buffer, record->tail, from);
            g_string_append(decode->out, "  the request, up to TAIL:\n");
        }
        decode_print_ring(decode, buffer, from, record->tail);
    }
    decode_clear_marks(decode);
}

static void print_status(Decode *decode, const DecodeBuffer *buffer)
{
    uint32_t i;

    for (i = 0; i < buffer->len_dw; i++) {
        if (buffer->dw[i]) {
            g_string_append_printf(decode->out, "  dword 0x%03x: 0x%08x%s\n",
                                   i, buffer->dw[i],
                                   i == 0x40 ? "  (i915's last breadcrumb)"
                                             : "");
        }
    }
}

static void print_section(ErrorState *state, ErrorSection *section)
{
    Decode *decode = state->decode;
    DecodeBuffer *buffer = section->buffer;
    const EngineRecord *record = &state->record[buffer->engine];

    g_string_append_printf(decode->out, "%s: %s, %u dwords at 0x%08" PRIx64
                           " %s\n", decode_engine_name(buffer->engine),
                           buffer->name, buffer->len_dw, buffer->addr,
                           buffer->space == GVIRT_SPACE_GGTT ? "ggtt"
                                                             : "ppgtt");
    if (section->problem) {
        g_string_append_printf(decode->out, "  (damaged: %s)\n",
                               section->problem);
    }
    switch (section->kind) {
    case SECTION_RING:
        print_ring(state, buffer);
        break;
    case SECTION_STATE:
        decode_print_state(decode, buffer);
        break;
    case SECTION_STATUS:
        print_status(decode, buffer);
        break;
    case SECTION_BATCH:
        if (buffer->entry->len) {
            if (error_in_batch(record)) {
                decode_mark(decode, "ACTHD", record->acthd);
            }
            decode_print_batch(decode, buffer);
            decode_clear_marks(decode);
            break;
        }
        /* fall through */
    default:
        decode_print_dwords(decode, buffer, 0, buffer->len_dw);
        break;
    }
}

void error_print(ErrorState *state)
{
    GString *out = state->decode->out;
    ErrorLine line = { .number = 0 };
    EmptyFences empty = { .any = false };
    unsigned which, next_section = 0;
    const char *value_end;
    uint64_t value;
    size_t at = 0;

    state->has_engine = false;
    while (error_next_line(state, &at, &line)) {
        ErrorSection *section = next_section < state->sections->len
            ? &g_array_index(state->sections, ErrorSection, next_section)
            : NULL;

        if (print_fence(state, &line, &empty)) {
            continue;
        }
        end_fences(state, &empty);
        if (section && line.number >= section->line &&
            line.number <= section->last_line) {
            if (line.number == section->line) {
                print_section(state, section);
            }
            next_section += line.number == section->last_line;
            continue;
        }
        error_take_engine(state, &line);
        if (error_take_register(state, &line, &which, &value_end, &value)) {
            print_register(state, &line, which, value);
            continue;
        }
        append_line(out, &line, MIN(line.len, 200));
        g_string_append_c(out, '\n');
    }
    end_fences(state, &empty);
}
