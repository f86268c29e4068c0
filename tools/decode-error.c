/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An error state of i915 in words: /sys/class/drm/card0/error, or of kernels
 * before 4.10 the file i915_error_state of debugfs.
 *
 * The file is read twice: here, for the buffers and what points into them,
 * then for printing (decode-error-print.c), so that a ring's batch is known
 * whichever stands first.
 *
 * Source: i915: i915_gpu_error.c of Linux 6.1 and 6.12 (4.9 for the dwords
 * that are not ascii85).
 */
#include <string.h>

#include "decode-error.h"

#include <stdio.h>

#define SECTIONS_MAX        256
#define PROBE_B             65536
#define HANG_TITLE          "GPU HANG: ecode"
#define RING_OFFSET         0x001ffffcu
#define GFX_MODE_PPGTT      (1u << 9)
#define FAULT_STRIDE        0x100u

const ErrorLabel error_labels[] = {
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

bool error_next_line(const ErrorState *state, size_t *at, ErrorLine *line)
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

bool error_starts_with(const ErrorLine *line, const char *words)
{
    size_t len = strlen(words);

    return line->len >= len && memcmp(line->text, words, len) == 0;
}

/* The rest of a line behind words, NULL when they are not in it. */
static const char *behind(const ErrorLine *line, const char *words)
{
    const char *at = g_strstr_len(line->text, line->len, words);

    return at ? at + strlen(words) : NULL;
}

bool error_take_hex(const char **at, const char *end, uint64_t *value)
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

    if (!error_take_hex(at, end, value)) {
        return false;
    }
    next = *at;
    if (next < end && (*next == '_' || *next == ' ')) {
        next++;
        if (error_take_hex(&next, end, &low) && low <= UINT32_MAX) {
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

bool error_take_register(const ErrorState *state, const ErrorLine *line,
                         unsigned *which, const char **at, uint64_t *value)
{
    const char *text = line->text;
    const char *end = line->text + line->len;
    unsigned i;

    while (text < end && *text == ' ') {
        text++;
    }
    for (i = 0; i < G_N_ELEMENTS(error_labels); i++) {
        size_t len = strlen(error_labels[i].label);

        if ((size_t)(end - text) <= len || text[len] != ':' ||
            memcmp(text, error_labels[i].label, len) != 0 ||
            (error_labels[i].of_engine && !state->has_engine)) {
            continue;
        }
        *which = i;
        *at = text + len + 1;
        return is_wide(error_labels[i].label) ? take_wide(at, end, value)
                                              : error_take_hex(at, end, value);
    }
    return false;
}

static void note_register(ErrorState *state, unsigned which, uint64_t value,
                          const char *at, const char *end)
{
    EngineRecord *record = &state->record[state->engine];
    const char *label = error_labels[which].label;
    uint64_t more[2] = { 0, 0 };
    bool has_more = false;

    if (at + 1 < end && at[0] == ' ' && at[1] == '[') {
        at += 2;
        has_more = error_take_hex(&at, end, &more[0]);
        if (has_more && at < end && *at == ',') {
            at++;
            error_take_hex(&at, end, &more[1]);
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

bool error_take_engine(ErrorState *state, const ErrorLine *line)
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
static bool take_title(ErrorState *state, const ErrorLine *line,
                       ErrorSection *section)
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
    *section = (ErrorSection) { .kind = SECTION_OTHER, .line = line->number };
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
static bool take_dword(const ErrorLine *line, uint32_t *value)
{
    const char *at = line->text;
    const char *end = line->text + line->len;
    uint64_t offset, dword;

    if (line->len < 10 || !g_ascii_isxdigit(*at) ||
        !error_take_hex(&at, end, &offset)) {
        return false;
    }
    while (at < end && *at == ' ') {
        at++;
    }
    if (at >= end || *at++ != ':' || !error_take_hex(&at, end, &dword) ||
        dword > UINT32_MAX) {
        return false;
    }
    *value = dword;
    return true;
}

/* The contents that follow a title. */
static void read_contents(ErrorState *state, size_t *at, ErrorLine *line,
                          ErrorSection *section)
{
    GArray *list = NULL;
    size_t next = *at;
    ErrorLine ahead = *line;

    section->last_line = line->number;
    while (error_next_line(state, &next, &ahead)) {
        uint32_t value;

        if (ahead.len && (ahead.text[0] == ':' || ahead.text[0] == '~')) {
            uint32_t len_dw;
            uint32_t *dw = decode_ascii85(ahead.text + 1, ahead.len - 1,
                                          ahead.text[0] == ':', &len_dw,
                                          &section->problem);

            fill(section->buffer, dw, len_dw);
        } else if (error_starts_with(&ahead, "gtt_page_sizes")) {
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
    ErrorLine line = { .number = 0 };
    ErrorSection section;
    size_t at = 0;

    while (error_next_line(state, &at, &line)) {
        const char *value_end;
        unsigned which;
        uint64_t value;

        if (error_take_engine(state, &line)) {
            continue;
        }
        if (error_take_register(state, &line, &which, &value_end, &value)) {
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

bool error_in_batch(const EngineRecord *record)
{
    return record->has_acthd && record->has_bbaddr && record->bbaddr & 1;
}

uint32_t error_ring_from(const EngineRecord *record)
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
    if (error_in_batch(record) && record->acthd >= buffer->addr &&
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
        ErrorSection *section = &g_array_index(state->sections,
                                               ErrorSection, i);
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
        ErrorSection *section = &g_array_index(state->sections,
                                               ErrorSection, k);
        const EngineRecord *record = &state->record[section->buffer->engine];

        if (section->kind == SECTION_RING && record->has_head &&
            record->has_tail) {
            decode_follow_ring(state->decode, section->buffer,
                               error_ring_from(record), record->tail);
        }
    }
    decode_follow(state->decode);
}

bool decode_is_error_state(const char *data, size_t len)
{
    size_t probe = MIN(len, PROBE_B);

    return g_strstr_len(data, probe, HANG_TITLE) ||
           g_strstr_len(data, probe, " command stream:\n");
}

/* Whether the title of a record says that no engine had hung, nor had work. */
static bool no_engine_hung(const char *data, size_t len)
{
    g_autofree char *text = g_strndup(data, MIN(len, PROBE_B));
    const char *title = strstr(text, HANG_TITLE);
    unsigned generation, engines;

    return title && sscanf(title + strlen(HANG_TITLE), "%u:%x:", &generation,
                           &engines) == 2 && !engines;
}

bool decode_error_state(Decode *decode, const char *data, size_t len,
                        char **error)
{
    ErrorState state = {
        .decode = decode,
        .data = data,
        .len = len,
        .sections = g_array_new(FALSE, FALSE, sizeof(ErrorSection)),
    };
    bool nothing;
    unsigned i;

    read_all(&state);
    nothing = !state.records && !state.sections->len;
    if (nothing && no_engine_hung(data, len)) {
        /* i915 was told to reset while no engine had a request */
        error_print(&state);
        g_string_append(decode->out, "No engine's record: none had work.\n");
    } else if (nothing) {
        g_free(state.error);
        state.error = g_strdup(
            g_strstr_len(data, len, "No error state collected")
            ? "no error state was collected"
            : "no error state of i915: no engine's record is in it");
    } else {
        follow_all(&state);
        error_print(&state);
    }
    for (i = 0; i < state.sections->len; i++) {
        g_free(g_array_index(state.sections, ErrorSection, i).problem);
    }
    g_array_free(state.sections, TRUE);
    *error = state.error;
    return !state.error;
}
