/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An error state of i915 in words: /sys/class/drm/card0/error, or of kernels
 * before 4.10 the file i915_error_state of debugfs.
 *
 * The file is read twice: for the buffers and what points into them, then for
 * printing, so that a ring's batch is known whichever stands first.
 *
 * Source: i915: i915_gpu_error.c of Linux 6.1 and 6.12 (4.9 for the dwords
 * that are not ascii85).
 */
#include <string.h>

#include "decode.h"

#define SECTIONS_MAX        256
#define PROBE_B             65536
#define RING_OFFSET         0x001ffffcu
#define GFX_MODE_PPGTT      (1u << 9)
#define WORDS_INDENT        "      "
#define FAULT_STRIDE        0x100u
#define FENCES              32

typedef enum SectionKind {
    SECTION_BATCH,
    SECTION_RING,
    SECTION_STATE,      /* a context image: commands without an end */
    SECTION_STATUS,     /* the status page */
    SECTION_OTHER,
} SectionKind;

typedef struct Section {
    SectionKind kind;
    DecodeBuffer *buffer;
    char *problem;      /* what could not be read of it */
    unsigned line;      /* of its title */
    unsigned last_line;
} Section;

/* What the record of an engine says; a flag for each that was there. */
typedef struct EngineRecord {
    uint32_t head, rq_head, tail, rq_post, rq_tail, ipehr, gfx_mode;
    uint64_t acthd, bbaddr;
    bool has_head, has_rq, has_tail, has_acthd, has_ipehr, has_gfx_mode;
    bool has_bbaddr;
} EngineRecord;

typedef struct ErrorState {
    Decode *decode;
    const char *data;
    size_t len;
    GArray *sections;           /* Section, in the order of the file */
    EngineRecord record[GVIRT_ENGINE_COUNT];
    GvirtEngineId engine;       /* whose record is being read */
    bool has_engine;
    unsigned records;
    char *error;
} ErrorState;

typedef struct Line {
    const char *text;           /* no newline; not terminated */
    size_t len;
    unsigned number;            /* from 1 */
} Line;

/* A register of the file: its label, and where it is. */
static const struct {
    const char *label;
    uint32_t offset;            /* in the streamer's block, or absolute */
    bool of_engine;
    uint32_t stride;            /* by engine, instead of its block */
} labels[] = {
    { "CCID", 0x180, true, 0 },
    { "START", 0x038, true, 0 },
    { "HEAD", 0x034, true, 0 },
    { "TAIL", 0x030, true, 0 },
    { "CTL", 0x03c, true, 0 },
    { "MODE", 0x09c, true, 0 },
    { "HWS", GVIRT_REG_RCS_HWS_PGA, true, FAULT_STRIDE },
    { "ACTHD", 0x074, true, 0 },
    { "IPEIR", 0x064, true, 0 },
    { "IPEHR", 0x068, true, 0 },
    { "ESR", 0x0b8, true, 0 },
    { "INSTDONE", 0x06c, true, 0 },
    { "BBADDR", 0x140, true, 0 },
    { "BB_STATE", 0x110, true, 0 },
    { "INSTPS", 0x070, true, 0 },
    { "INSTPM", 0x0c0, true, 0 },
    { "FADDR", 0x078, true, 0 },
    { "RC PSMI", 0x050, true, 0 },
    { "FAULT_REG", GVIRT_REG_RING_FAULT, true, FAULT_STRIDE },
    { "GFX_MODE", 0x29c, true, 0 },
    { "PP_DIR_BASE", 0x228, true, 0 },
    { "IER", GVIRT_REG_DE_IER, false, 0 },
    { "GTIER[0]", GVIRT_REG_GT_IER, false, 0 },
    { "DERRMR", GVIRT_REG_DE_RRMR, false, 0 },
    { "EIR", GVIRT_REG_RCS_EIR, false, 0 },
    { "PGTBL_ER", GVIRT_REG_PGTBL_ER, false, 0 },
    { "ERROR", GVIRT_REG_ERROR_GEN6, false, 0 },
    { "DONE_REG", GVIRT_REG_DONE_REG, false, 0 },
    { "ERR_INT", GVIRT_REG_ERR_INT, false, 0 },
};

static const uint32_t engine_base[GVIRT_ENGINE_COUNT] = {
    [GVIRT_RCS] = GVIRT_RCS_BASE,
    [GVIRT_VCS] = GVIRT_VCS_BASE,
    [GVIRT_BCS] = GVIRT_BCS_BASE,
    [GVIRT_VECS] = GVIRT_VECS_BASE,
};

static bool next_line(const ErrorState *state, size_t *at, Line *line)
{
    const char *end;

    if (*at >= state->len) {
        return false;
    }
    line->text = state->data + *at;
    end = memchr(line->text, '\n', state->len - *at);
    line->len = end ? (size_t)(end - line->text) : state->len - *at;
    *at += line->len + (end != NULL);
    line->number++;
    return true;
}

static bool starts_with(const Line *line, const char *words)
{
    size_t len = strlen(words);

    return line->len >= len && memcmp(line->text, words, len) == 0;
}

/* The rest of a line behind words, NULL when they are not in it. */
static const char *behind(const Line *line, const char *words)
{
    const char *at = g_strstr_len(line->text, line->len, words);

    return at ? at + strlen(words) : NULL;
}

/* Up to 16 digits in hexadecimal at *at, with or without 0x. */
static bool take_hex(const char **at, const char *end, uint64_t *value)
{
    const char *p = *at;
    unsigned digits = 0;

    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }
    if (end - p > 2 && p[0] == '0' && p[1] == 'x') {
        p += 2;
    }
    *value = 0;
    while (p < end && digits < 16 && g_ascii_isxdigit(*p)) {
        *value = *value << 4 | g_ascii_xdigit_value(*p++);
        digits++;
    }
    *at = p;
    return digits > 0;
}

/* "0x1 00000002", "0x1_00000002": 64 bits in two halves, or one number. */
static bool take_wide(const char **at, const char *end, uint64_t *value)
{
    const char *next;
    uint64_t low;

    if (!take_hex(at, end, value)) {
        return false;
    }
    next = *at;
    if (next < end && (*next == '_' || *next == ' ')) {
        next++;
        if (take_hex(&next, end, &low) && low <= UINT32_MAX) {
            *value = *value << 32 | low;
            *at = next;
        }
    }
    return true;
}

static bool is_wide(const char *label)
{
    return strcmp(label, "ACTHD") == 0 || strcmp(label, "FADDR") == 0 ||
           strcmp(label, "BBADDR") == 0;
}

/*
 * A line "  LABEL: 0x..." as a register: its place in labels and its value;
 * at is left behind the value.
 */
static bool take_register(const ErrorState *state, const Line *line,
                          unsigned *which, const char **at, uint64_t *value)
{
    const char *text = line->text;
    const char *end = line->text + line->len;
    unsigned i;

    while (text < end && *text == ' ') {
        text++;
    }
    for (i = 0; i < G_N_ELEMENTS(labels); i++) {
        size_t len = strlen(labels[i].label);

        if ((size_t)(end - text) <= len || text[len] != ':' ||
            memcmp(text, labels[i].label, len) != 0 ||
            (labels[i].of_engine && !state->has_engine)) {
            continue;
        }
        *which = i;
        *at = text + len + 1;
        return is_wide(labels[i].label) ? take_wide(at, end, value)
                                        : take_hex(at, end, value);
    }
    return false;
}

static void note_register(ErrorState *state, unsigned which, uint64_t value,
                          const char *at, const char *end)
{
    EngineRecord *record = &state->record[state->engine];
    const char *label = labels[which].label;
    uint64_t more[2] = { 0, 0 };
    bool has_more = false;

    if (at + 1 < end && at[0] == ' ' && at[1] == '[') {
        at += 2;
        has_more = take_hex(&at, end, &more[0]);
        if (has_more && at < end && *at == ',') {
            at++;
            take_hex(&at, end, &more[1]);
        }
    }
    if (strcmp(label, "HEAD") == 0) {
        record->head = value & RING_OFFSET;
        record->rq_head = more[0] & RING_OFFSET;
        record->has_head = true;
        record->has_rq = has_more;
    } else if (strcmp(label, "TAIL") == 0) {
        record->tail = value & RING_OFFSET;
        record->rq_post = more[0] & RING_OFFSET;
        record->rq_tail = more[1] & RING_OFFSET;
        record->has_tail = true;
    } else if (strcmp(label, "ACTHD") == 0) {
        record->acthd = value;
        record->has_acthd = true;
    } else if (strcmp(label, "BBADDR") == 0) {
        record->bbaddr = value;
        record->has_bbaddr = true;
    } else if (strcmp(label, "IPEHR") == 0) {
        record->ipehr = value;
        record->has_ipehr = true;
    } else if (strcmp(label, "GFX_MODE") == 0) {
        record->gfx_mode = value;
        record->has_gfx_mode = true;
    }
}

/* "rcs0 command stream:" */
static bool take_engine(ErrorState *state, const Line *line)
{
    const char *rest = behind(line, " command stream:");

    if (!rest) {
        return false;
    }
    state->has_engine = decode_engine(line->text, rest - line->text -
                                      strlen(" command stream:"),
                                      &state->engine);
    state->records += state->has_engine;
    return true;
}

static const struct {
    const char *name;
    SectionKind kind;
    GvirtSpace space;
} section_kinds[] = {
    { "batch", SECTION_BATCH, GVIRT_SPACE_PPGTT },
    { "gtt_offset", SECTION_BATCH, GVIRT_SPACE_PPGTT },
    { "user", SECTION_BATCH, GVIRT_SPACE_PPGTT },
    { "WA context", SECTION_BATCH, GVIRT_SPACE_GGTT },
    { "WA batch", SECTION_BATCH, GVIRT_SPACE_GGTT },
    { "ring", SECTION_RING, GVIRT_SPACE_GGTT },
    { "HW context", SECTION_STATE, GVIRT_SPACE_GGTT },
    { "NULL context", SECTION_STATE, GVIRT_SPACE_GGTT },
    { "HW Status", SECTION_STATUS, GVIRT_SPACE_GGTT },
};

/* "rcs0 --- batch = 0x00000000 00306000"; false when it is no title. */
static bool take_title(ErrorState *state, const Line *line, Section *section)
{
    const char *what = behind(line, " --- ");
    const char *end = line->text + line->len;
    GvirtEngineId engine = GVIRT_RCS;
    GvirtSpace space = GVIRT_SPACE_GGTT;
    const char *at;
    uint64_t addr = 0;
    g_autofree char *name = NULL;
    unsigned i;

    if (!what) {
        return false;
    }
    decode_engine(line->text, what - line->text - strlen(" --- "), &engine);
    at = memchr(what, '=', end - what);
    name = g_strndup(what, (at ? at : end) - what);
    g_strstrip(name);
    if (at) {
        at++;
        take_wide(&at, end, &addr);
    }
    *section = (Section) { .kind = SECTION_OTHER, .line = line->number };
    for (i = 0; i < G_N_ELEMENTS(section_kinds); i++) {
        if (g_ascii_strncasecmp(name, section_kinds[i].name,
                                strlen(section_kinds[i].name)) == 0) {
            section->kind = section_kinds[i].kind;
            space = section_kinds[i].space;
            break;
        }
    }
    section->buffer = decode_add_buffer(state->decode, name, engine, space,
                                        addr, NULL, 0);
    return true;
}

/* What a buffer holds becomes known; "seen" goes with its length. */
static void fill(DecodeBuffer *buffer, uint32_t *dw, uint32_t len_dw)
{
    g_free(buffer->dw);
    g_free(buffer->seen);
    buffer->dw = dw;
    buffer->len_dw = len_dw;
    buffer->seen = g_new0(uint8_t, MAX(len_dw, 1));
}

/* "00000010 :  18800100", of kernels before 4.10 */
static bool take_dword(const Line *line, uint32_t *value)
{
    const char *at = line->text;
    const char *end = line->text + line->len;
    uint64_t offset, dword;

    if (line->len < 10 || !g_ascii_isxdigit(*at) ||
        !take_hex(&at, end, &offset)) {
        return false;
    }
    while (at < end && *at == ' ') {
        at++;
    }
    if (at >= end || *at++ != ':' || !take_hex(&at, end, &dword) ||
        dword > UINT32_MAX) {
        return false;
    }
    *value = dword;
    return true;
}

/* The contents that follow a title. */
static void read_contents(ErrorState *state, size_t *at, Line *line,
                          Section *section)
{
    GArray *list = NULL;
    size_t next = *at;
    Line ahead = *line;

    section->last_line = line->number;
    while (next_line(state, &next, &ahead)) {
        uint32_t value;

        if (ahead.len && (ahead.text[0] == ':' || ahead.text[0] == '~')) {
            uint32_t len_dw;
            uint32_t *dw = decode_ascii85(ahead.text + 1, ahead.len - 1,
                                          ahead.text[0] == ':', &len_dw,
                                          &section->problem);

            fill(section->buffer, dw, len_dw);
        } else if (starts_with(&ahead, "gtt_page_sizes")) {
            *at = next;
            *line = ahead;
            continue;
        } else if (take_dword(&ahead, &value)) {
            list = list ? list : g_array_new(FALSE, FALSE, sizeof(value));
            if (list->len < DECODE_MAX_DW) {
                g_array_append_val(list, value);
            }
            *at = next;
            *line = ahead;
            continue;
        } else {
            break;
        }
        *at = next;
        *line = ahead;
        break;
    }
    if (list) {
        uint32_t len_dw = list->len;

        fill(section->buffer, (uint32_t *)g_array_free(list, FALSE), len_dw);
    }
    section->last_line = line->number;
}

static void set_error(ErrorState *state, unsigned line, const char *what,
                      const char *why)
{
    if (!state->error) {
        state->error = g_strdup_printf("line %u: '%s': %s", line, what, why);
    }
}

static void read_all(ErrorState *state)
{
    Line line = { .number = 0 };
    Section section;
    size_t at = 0;

    while (next_line(state, &at, &line)) {
        const char *value_end;
        unsigned which;
        uint64_t value;

        if (take_engine(state, &line)) {
            continue;
        }
        if (take_register(state, &line, &which, &value_end, &value)) {
            if (state->has_engine) {
                note_register(state, which, value, value_end,
                              line.text + line.len);
            }
        } else if (state->sections->len < SECTIONS_MAX &&
                   take_title(state, &line, &section)) {
            read_contents(state, &at, &line, &section);
            if (section.problem) {
                set_error(state, section.line, section.buffer->name,
                          section.problem);
            }
            g_array_append_val(state->sections, section);
        }
    }
}

static bool in_batch(const EngineRecord *record)
{
    return record->has_acthd && record->has_bbaddr && record->bbaddr & 1;
}

/* Where a ring is worth reading from: the request, else HEAD. */
static uint32_t ring_from(const EngineRecord *record)
{
    return record->has_rq ? record->rq_head : record->head;
}

/* Entries of a batch that are known without the commands that lead to it. */
static void enter_batch(ErrorState *state, DecodeBuffer *buffer)
{
    const EngineRecord *record = &state->record[buffer->engine];

    /* i915 tells no space, and runs checked batches in the global one */
    buffer->any_space = true;
    /* of what a user had captured nobody says that it has commands */
    if (g_ascii_strcasecmp(buffer->name, "user") != 0) {
        decode_enter(state->decode, buffer, 0);
    }
    if (in_batch(record) && record->acthd >= buffer->addr &&
        record->acthd % 4 == 0 &&
        record->acthd - buffer->addr < buffer->len_dw * 4ull) {
        decode_enter(state->decode, buffer,
                     (record->acthd - buffer->addr) / 4);
    }
}

/* Entries of all buffers: from rings, batches, and where engines were. */
static void follow_all(ErrorState *state)
{
    unsigned i, k;

    for (i = 0; i < state->sections->len; i++) {
        Section *section = &g_array_index(state->sections, Section, i);
        DecodeBuffer *buffer = section->buffer;
        const EngineRecord *record = &state->record[buffer->engine];

        if (record->has_gfx_mode && !(record->gfx_mode & GFX_MODE_PPGTT)) {
            buffer->local = GVIRT_SPACE_GGTT;
            buffer->space = GVIRT_SPACE_GGTT;
        }
        if (section->kind == SECTION_BATCH) {
            enter_batch(state, buffer);
        }
    }
    for (k = 0; k < state->sections->len; k++) {
        Section *section = &g_array_index(state->sections, Section, k);
        const EngineRecord *record = &state->record[section->buffer->engine];

        if (section->kind == SECTION_RING && record->has_head &&
            record->has_tail) {
            decode_follow_ring(state->decode, section->buffer,
                               ring_from(record), record->tail);
        }
    }
    decode_follow(state->decode);
}

/* --- printing ------------------------------------------------------------ */

/* A line as it is, but for characters that a terminal would act on. */
static void append_line(GString *out, const Line *line, size_t len)
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

    if (!in_batch(record)) {
        g_string_append(out, WORDS_INDENT "in the ring\n");
        return;
    }
    for (i = 0; i < state->sections->len; i++) {
        const Section *section = &g_array_index(state->sections, Section, i);
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

static void print_register(ErrorState *state, const Line *line,
                           unsigned which, uint64_t value)
{
    GString *out = state->decode->out;
    uint32_t offset = labels[which].offset;
    g_autofree char *name = NULL;
    g_autofree char *words = NULL;

    if (labels[which].stride) {
        offset += state->engine * labels[which].stride;
    } else if (labels[which].of_engine) {
        offset += engine_base[state->engine];
    }
    name = gvirt_reg_name(offset);
    /* of a fault that is not valid nothing is to be told */
    words = labels[which].offset == GVIRT_REG_RING_FAULT && !(value & 1)
            ? g_strdup("") : gvirt_reg_describe(offset, value);
    append_line(out, line, line->len);
    g_string_append_printf(out, "%*s%s (0x%x)\n",
                           line->len < 44 ? (int)(44 - line->len) : 2, "",
                           name ? name : "", offset);
    append_indented(out, words);
    if (strcmp(labels[which].label, "ACTHD") == 0) {
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
static bool print_fence(ErrorState *state, const Line *line,
                        EmptyFences *empty)
{
    GString *out = state->decode->out;
    const char *at = line->text + strlen("  fence[");
    const char *end = line->text + line->len;
    unsigned number = 0;
    uint64_t fence;

    if (!starts_with(line, "  fence[")) {
        return false;
    }
    while (at < end && g_ascii_isdigit(*at) && number < FENCES) {
        number = number * 10 + (*at++ - '0');
    }
    if (end - at < 4 || memcmp(at, "] =", 3) != 0) {
        return false;
    }
    at += 3;
    if (!take_hex(&at, end, &fence) || number >= FENCES) {
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
    uint32_t from = ring_from(record);
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

static void print_section(ErrorState *state, Section *section)
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
            if (in_batch(record)) {
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

static void print_all(ErrorState *state)
{
    GString *out = state->decode->out;
    Line line = { .number = 0 };
    EmptyFences empty = { .any = false };
    unsigned which, next_section = 0;
    const char *value_end;
    uint64_t value;
    size_t at = 0;

    state->has_engine = false;
    while (next_line(state, &at, &line)) {
        Section *section = next_section < state->sections->len
            ? &g_array_index(state->sections, Section, next_section) : NULL;

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
        take_engine(state, &line);
        if (take_register(state, &line, &which, &value_end, &value)) {
            print_register(state, &line, which, value);
            continue;
        }
        append_line(out, &line, MIN(line.len, 200));
        g_string_append_c(out, '\n');
    }
    end_fences(state, &empty);
}

bool decode_is_error_state(const char *data, size_t len)
{
    size_t probe = MIN(len, PROBE_B);

    return g_strstr_len(data, probe, "GPU HANG: ecode") ||
           g_strstr_len(data, probe, " command stream:\n");
}

bool decode_error_state(Decode *decode, const char *data, size_t len,
                        char **error)
{
    ErrorState state = {
        .decode = decode,
        .data = data,
        .len = len,
        .sections = g_array_new(FALSE, FALSE, sizeof(Section)),
    };
    unsigned i;

    read_all(&state);
    if (!state.records && !state.sections->len) {
        g_free(state.error);
        state.error = g_strdup(
            g_strstr_len(data, len, "No error state collected")
            ? "no error state was collected"
            : "no error state of i915: no engine's record is in it");
    } else {
        follow_all(&state);
        print_all(&state);
    }
    for (i = 0; i < state.sections->len; i++) {
        g_free(g_array_index(state.sections, Section, i).problem);
    }
    g_array_free(state.sections, TRUE);
    *error = state.error;
    return !state.error;
}
