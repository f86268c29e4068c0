/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams of commands in words: batches, rings and what they lead to.
 *
 * A walk goes from command to command as the hardware does: over an end, or
 * the start of a batch that is not of the second level, it does not go on.
 * Targets of starts become entries of the buffer that holds them. What no
 * command knows is shown as it is, and the walk looks at the next dword.
 * Every dword is begun at once at most, so that the time is linear.
 *
 * Source: HSW PRM vol. 6 and IVB PRM vol. 1 part 3, MI_BATCH_BUFFER_START.
 */
#include <string.h>

#include "decode.h"

#define BB_SECOND_LEVEL     (1u << 22)
#define BB_ADDRESS          0xfffffffcu
#define DWORDS_PER_LINE     8

static void buffer_free(gpointer data)
{
    DecodeBuffer *buffer = data;

    g_free(buffer->name);
    g_free(buffer->dw);
    g_free(buffer->seen);
    g_array_free(buffer->entry, TRUE);
    g_free(buffer);
}

Decode *decode_new(const DecodeOptions *options)
{
    Decode *decode = g_new0(Decode, 1);

    decode->out = g_string_new(NULL);
    decode->options = *options;
    decode->buffers = g_ptr_array_new_with_free_func(buffer_free);
    decode->marks = g_array_new(FALSE, FALSE, sizeof(DecodeMark));
    return decode;
}

void decode_free(Decode *decode)
{
    g_string_free(decode->out, TRUE);
    g_ptr_array_free(decode->buffers, TRUE);
    g_array_free(decode->marks, TRUE);
    g_free(decode);
}

DecodeBuffer *decode_add_buffer(Decode *decode, const char *name,
                                GvirtEngineId engine, GvirtSpace space,
                                uint64_t addr, uint32_t *dw, uint32_t len_dw)
{
    DecodeBuffer *buffer = g_new0(DecodeBuffer, 1);

    buffer->name = g_strdup(name);
    buffer->engine = engine;
    buffer->space = space;
    buffer->local = decode->options.local;
    buffer->addr = addr & ~3ull;
    buffer->dw = dw;
    buffer->len_dw = len_dw;
    buffer->seen = g_new0(uint8_t, MAX(len_dw, 1));
    buffer->entry = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_ptr_array_add(decode->buffers, buffer);
    return buffer;
}

void decode_mark(Decode *decode, const char *name, uint64_t addr)
{
    DecodeMark mark = { name, addr };

    g_array_append_val(decode->marks, mark);
}

void decode_clear_marks(Decode *decode)
{
    g_array_set_size(decode->marks, 0);
}

static const char *const engine_names[GVIRT_ENGINE_COUNT] = {
    [GVIRT_RCS] = "rcs",
    [GVIRT_VCS] = "vcs",
    [GVIRT_BCS] = "bcs",
    [GVIRT_VECS] = "vecs",
};

const char *decode_engine_name(GvirtEngineId engine)
{
    return (unsigned)engine < GVIRT_ENGINE_COUNT ? engine_names[engine] : "?";
}

bool decode_engine(const char *name, size_t len, GvirtEngineId *engine)
{
    /* i915's names, those of kernels before 4.10 behind */
    static const struct {
        const char *name;
        GvirtEngineId engine;
    } names[] = {
        { "rcs", GVIRT_RCS }, { "vcs", GVIRT_VCS }, { "bcs", GVIRT_BCS },
        { "vecs", GVIRT_VECS }, { "render", GVIRT_RCS }, { "bsd", GVIRT_VCS },
        { "blt", GVIRT_BCS }, { "blitter", GVIRT_BCS },
        { "vebox", GVIRT_VECS }, { "video enhancement", GVIRT_VECS },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        size_t own = strlen(names[i].name);
        const char *rest = name + own;

        if (len < own || strncmp(name, names[i].name, own) != 0) {
            continue;
        }
        if (len == own || (*rest == '0' && (len == own + 1 ||
                                            rest[1] == ' ')) ||
            *rest == ' ') {
            *engine = names[i].engine;
            return true;
        }
    }
    return false;
}

/* The buffer that holds an address, NULL if none. */
static DecodeBuffer *find_buffer(const Decode *decode, GvirtSpace space,
                                 uint64_t addr)
{
    DecodeBuffer *found = NULL;
    unsigned i;

    for (i = 0; i < decode->buffers->len; i++) {
        DecodeBuffer *buffer = decode->buffers->pdata[i];

        if (addr < buffer->addr ||
            (addr - buffer->addr) / 4 >= buffer->len_dw) {
            continue;
        }
        if (buffer->space == space) {
            return buffer;
        }
        if (buffer->any_space && !found) {
            found = buffer;
        }
    }
    return found;
}

void decode_enter(Decode *decode, DecodeBuffer *buffer, uint32_t at_dw)
{
    (void)decode;
    if (at_dw < buffer->len_dw && !(buffer->seen[at_dw] & DECODE_ENTERED)) {
        buffer->seen[at_dw] |= DECODE_ENTERED;
        g_array_append_val(buffer->entry, at_dw);
    }
}

/* The graphics address of a dword. */
static uint64_t addr_at(const DecodeBuffer *buffer, uint32_t at)
{
    return buffer->addr + (uint64_t)at * 4;
}

/* The names of the marks in [from_dw, to_dw) of the buffer. */
static void append_marks(Decode *decode, const DecodeBuffer *buffer,
                         uint32_t from_dw, uint32_t to_dw)
{
    const char *before = "  <- ";
    unsigned i;

    for (i = 0; i < decode->marks->len; i++) {
        const DecodeMark *mark = &g_array_index(decode->marks, DecodeMark, i);

        if (mark->addr >= addr_at(buffer, from_dw) &&
            mark->addr < addr_at(buffer, to_dw)) {
            g_string_append_printf(decode->out, "%s%s", before, mark->name);
            before = ", ";
        }
    }
}

static bool is_marked(const Decode *decode, const DecodeBuffer *buffer,
                      uint32_t from_dw, uint32_t to_dw)
{
    unsigned i;

    for (i = 0; i < decode->marks->len; i++) {
        uint64_t addr = g_array_index(decode->marks, DecodeMark, i).addr;

        if (addr >= addr_at(buffer, from_dw) &&
            addr < addr_at(buffer, to_dw)) {
            return true;
        }
    }
    return false;
}

/* The first line of a command: where it is, its header, a word. */
static void append_head(Decode *decode, const DecodeBuffer *buffer,
                        uint32_t at, uint32_t len_dw, const char *words)
{
    g_string_append_printf(decode->out, "%c 0x%08" PRIx64 "  %08x  %s",
                           is_marked(decode, buffer, at, at + len_dw)
                           ? '>' : ' ', addr_at(buffer, at),
                           buffer->dw[at], words);
    append_marks(decode, buffer, at, at + len_dw);
    g_string_append_c(decode->out, '\n');
}

static void append_raw(Decode *decode, const DecodeBuffer *buffer,
                       uint32_t at, uint32_t len_dw)
{
    uint32_t i;

    for (i = 1; i < len_dw; i++) {
        if (i % DWORDS_PER_LINE == 1) {
            g_string_append_printf(decode->out, "%s                ",
                                   i > 1 ? "\n" : "");
        }
        g_string_append_printf(decode->out, " %08x", buffer->dw[at + i]);
    }
    if (len_dw > 1) {
        g_string_append_c(decode->out, '\n');
    }
}

/*
 * Marks the dwords of a command, up to one that was marked before: false
 * then. So all commands together cost no more than the buffer is long.
 */
static bool cover(DecodeBuffer *buffer, uint32_t at, uint32_t len_dw)
{
    uint32_t i;

    for (i = at; i < at + len_dw; i++) {
        if (buffer->seen[i] & DECODE_COVERED) {
            return false;
        }
        buffer->seen[i] |= DECODE_COVERED;
    }
    return true;
}

/*
 * A known command; len_dw: of its dwords, those in the buffer. False when it
 * was not told in full, as another one is there.
 */
static bool append_command(Decode *decode, DecodeBuffer *buffer, uint32_t at,
                           const GvirtCommandInfo *info, uint32_t len_dw)
{
    g_autofree char *text = NULL;
    char *line, *end;

    if (!cover(buffer, at, len_dw)) {
        append_head(decode, buffer, at, len_dw, info->name);
        g_string_append(decode->out, "                  "
                        "(over a command that is shown above)\n");
        return false;
    }
    text = gvirt_command_describe(buffer->engine, buffer->local,
                                  buffer->dw + at, len_dw);
    end = strchr(text, '\n');
    *end = 0;
    append_head(decode, buffer, at, len_dw, text);
    if (decode->options.raw) {
        append_raw(decode, buffer, at, len_dw);
    }
    /* line by line: the longest command has 65537 */
    for (line = end + 1; *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = 0;
        g_string_append_printf(decode->out, "                %s\n", line);
    }
    return true;
}

/* Where a start leads: into a buffer that is there, or elsewhere. */
static void take_start(Decode *decode, DecodeBuffer *from, uint32_t at,
                       uint32_t len_dw, bool print)
{
    const GvirtCommandInfo *info =
        gvirt_command_find(from->engine, from->dw[at]);
    GvirtSpace space;
    DecodeBuffer *to;
    uint32_t addr, to_dw;

    if (len_dw < 2) {
        return;
    }
    addr = from->dw[at + 1] & BB_ADDRESS;
    space = gvirt_command_operand_ggtt(&info->operand[0], from->local,
                                       from->dw + at, len_dw)
            ? GVIRT_SPACE_GGTT : GVIRT_SPACE_PPGTT;
    to = find_buffer(decode, space, addr);
    if (!to) {
        if (print) {
            g_string_append(decode->out, "                  "
                            "(leads to no buffer of this file)\n");
        }
        return;
    }
    to_dw = (addr - to->addr) / 4;
    decode_enter(decode, to, to_dw);
    if (print && to == from) {
        g_string_append_printf(decode->out, "                  (%s)\n",
                               to_dw > at ? "further down" : "back");
    } else if (print) {
        g_string_append_printf(decode->out, "                  (in %s)\n",
                               to->name);
    }
}

static uint32_t count_noops(const Decode *decode, const DecodeBuffer *buffer,
                            uint32_t at, uint32_t end)
{
    uint32_t n = 0;

    while (at + n < end && buffer->dw[at + n] == 0 &&
           (n == 0 || (!is_marked(decode, buffer, at + n, at + n + 1) &&
                       !(buffer->seen[at + n] & DECODE_ENTERED)))) {
        n++;
    }
    return n;
}

/*
 * Commands behind the one at at that are the same to the bit, and that
 * nothing points at: in one line. How many dwords they have.
 */
static uint32_t skip_repeats(Decode *decode, DecodeBuffer *buffer,
                             uint32_t at, uint32_t end,
                             const GvirtCommandInfo *info, uint32_t len_dw)
{
    uint32_t next = at + len_dw;
    uint32_t times = 0;

    if (info->flags & (GVIRT_CMD_END | GVIRT_CMD_BATCH_START)) {
        return 0;
    }
    while (next < end && len_dw <= end - next &&
           memcmp(buffer->dw + at, buffer->dw + next,
                  len_dw * sizeof(uint32_t)) == 0 &&
           !is_marked(decode, buffer, next, next + len_dw) &&
           !(buffer->seen[next] & (DECODE_ENTERED | DECODE_PRINTED)) &&
           cover(buffer, next, len_dw)) {
        buffer->seen[next] |= DECODE_PRINTED | DECODE_WALKED;
        next += len_dw;
        times++;
    }
    if (times) {
        g_string_append_printf(decode->out, "                  (%u more of "
                               "the same)\n", times);
    }
    return next - at - len_dw;
}

/* A blitter's batch that is read as the render engine's shows itself. */
static const char *known_elsewhere(GvirtEngineId engine, uint32_t header,
                                   GvirtEngineId *other)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        const GvirtCommandInfo *info = gvirt_command_find(i, header);

        if (info && i != engine) {
            *other = i;
            return info->name;
        }
    }
    return NULL;
}

typedef enum WalkKind {
    WALK_BATCH,         /* ends at an end */
    WALK_ALL,           /* goes on */
} WalkKind;

/*
 * From dword at to end: into decode->out with print, else only for what it
 * leads to. Returns where it ended. done: the flag of what was begun before.
 */
static uint32_t walk(Decode *decode, DecodeBuffer *buffer, uint32_t at,
                     uint32_t end, WalkKind kind, bool print)
{
    uint8_t done = print ? DECODE_PRINTED : DECODE_WALKED;

    while (at < end) {
        uint32_t header = buffer->dw[at];
        const GvirtCommandInfo *info =
            gvirt_command_find(buffer->engine, header);
        uint32_t own_dw = gvirt_command_len_dw(info, header);
        uint32_t len_dw, noops;

        if (buffer->seen[at] & done) {
            if (print && kind == WALK_BATCH) {
                g_string_append_printf(decode->out, "  0x%08" PRIx64
                                       "  (shown above)\n",
                                       addr_at(buffer, at));
            }
            return at;
        }
        noops = count_noops(decode, buffer, at, end);
        if (noops) {
            if (print) {
                g_autofree char *words =
                    g_strdup_printf(noops == 1 ? "MI_NOOP"
                                               : "MI_NOOP, %u times", noops);

                append_head(decode, buffer, at, 1, words);
            }
            while (noops--) {
                buffer->seen[at++] |= done;
            }
            continue;
        }
        buffer->seen[at] |= done;
        if (!info) {
            if (print) {
                GvirtEngineId other = buffer->engine;
                const char *name = known_elsewhere(buffer->engine, header,
                                                   &other);
                g_autofree char *words =
                    name ? g_strdup_printf("unknown here; %s on %s", name,
                                           decode_engine_name(other))
                         : g_strdup("unknown");

                append_head(decode, buffer, at, 1, words);
            }
            at++;
            continue;
        }
        len_dw = MIN(own_dw, end - at);
        if (print && append_command(decode, buffer, at, info, len_dw)) {
            at += skip_repeats(decode, buffer, at, end, info, len_dw);
        }
        if (info->flags & GVIRT_CMD_BATCH_START) {
            take_start(decode, buffer, at, len_dw, print);
            if (kind == WALK_BATCH && !(header & BB_SECOND_LEVEL)) {
                return at + len_dw;
            }
        }
        at += len_dw;
        if (kind == WALK_BATCH && info->flags & GVIRT_CMD_END) {
            return at;
        }
    }
    return at;
}

void decode_follow(Decode *decode)
{
    bool more = true;
    unsigned i, k;

    while (more) {
        more = false;
        for (i = 0; i < decode->buffers->len; i++) {
            DecodeBuffer *buffer = decode->buffers->pdata[i];

            for (k = 0; k < buffer->entry->len; k++) {
                uint32_t at = g_array_index(buffer->entry, uint32_t, k);

                if (!(buffer->seen[at] & DECODE_WALKED)) {
                    walk(decode, buffer, at, buffer->len_dw, WALK_BATCH,
                         false);
                    more = true;
                }
            }
        }
    }
}

static gint compare_entry(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* What stands between the commands: zeros in a word, the rest as it is. */
static void append_rest(Decode *decode, const DecodeBuffer *buffer,
                        uint32_t from, uint32_t to)
{
    uint32_t used = to;

    while (used > from && buffer->dw[used - 1] == 0) {
        used--;
    }
    if (from == to) {
        return;
    }
    if (used == from) {
        g_string_append_printf(decode->out, "  0x%08" PRIx64 "  %u dword%s "
                               "of 0\n", addr_at(buffer, from), to - from,
                               to - from == 1 ? "" : "s");
        return;
    }
    g_string_append_printf(decode->out, "  0x%08" PRIx64 "  %u dword%s that "
                           "nothing leads to%s\n", addr_at(buffer, from),
                           to - from, to - from == 1 ? "" : "s",
                           decode->options.all ? ":" : "");
    if (decode->options.all) {
        decode_print_dwords(decode, buffer, from, to);
    }
}

void decode_print_batch(Decode *decode, DecodeBuffer *buffer)
{
    unsigned k;
    uint32_t reached = 0;

    decode_enter(decode, buffer, 0);
    decode_follow(decode);
    for (k = 0; k < decode->marks->len; k++) {
        uint64_t addr = g_array_index(decode->marks, DecodeMark, k).addr;

        /* the hardware was there, so a command begins there */
        if (addr >= buffer->addr && addr % 4 == 0 &&
            (addr - buffer->addr) / 4 < buffer->len_dw &&
            !(buffer->seen[(addr - buffer->addr) / 4] & DECODE_WALKED)) {
            decode_enter(decode, buffer, (addr - buffer->addr) / 4);
        }
    }
    decode_follow(decode);
    g_array_sort(buffer->entry, compare_entry);
    for (k = 0; k < buffer->entry->len; k++) {
        uint32_t at = g_array_index(buffer->entry, uint32_t, k);
        uint32_t end;

        if (buffer->seen[at] & DECODE_PRINTED) {
            continue;
        }
        if (at > reached) {
            append_rest(decode, buffer, reached, at);
        }
        end = walk(decode, buffer, at, buffer->len_dw, WALK_BATCH, true);
        reached = MAX(reached, end);
    }
    append_rest(decode, buffer, reached, buffer->len_dw);
}

/* [from_B, to_B) of a ring, around its end; false when it is not in it. */
static bool walk_ring(Decode *decode, DecodeBuffer *buffer, uint64_t from_B,
                      uint64_t to_B, bool print)
{
    uint64_t size_B = buffer->len_dw * 4ull;

    if (from_B % 4 || to_B % 4 || from_B >= size_B || to_B > size_B) {
        return false;
    }
    if (to_B < from_B) {
        walk(decode, buffer, from_B / 4, buffer->len_dw, WALK_ALL, print);
        if (print) {
            g_string_append(decode->out, "  (around the ring's end)\n");
        }
        from_B = 0;
    }
    walk(decode, buffer, from_B / 4, to_B / 4, WALK_ALL, print);
    return true;
}

void decode_follow_ring(Decode *decode, DecodeBuffer *buffer, uint64_t from_B,
                        uint64_t to_B)
{
    walk_ring(decode, buffer, from_B, to_B, false);
    decode_follow(decode);
}

bool decode_print_ring(Decode *decode, DecodeBuffer *buffer, uint64_t from_B,
                       uint64_t to_B)
{
    return walk_ring(decode, buffer, from_B, to_B, true);
}

void decode_print_state(Decode *decode, DecodeBuffer *buffer)
{
    walk(decode, buffer, 0, buffer->len_dw, WALK_ALL, true);
}

void decode_print_dwords(Decode *decode, const DecodeBuffer *buffer,
                         uint32_t from_dw, uint32_t to_dw)
{
    bool same = false;
    uint32_t at, i;

    for (at = from_dw; at < to_dw; at += DWORDS_PER_LINE) {
        uint32_t count = MIN(DWORDS_PER_LINE, to_dw - at);

        if (at > from_dw && at + DWORDS_PER_LINE < to_dw &&
            memcmp(buffer->dw + at, buffer->dw + at - DWORDS_PER_LINE,
                   DWORDS_PER_LINE * sizeof(uint32_t)) == 0) {
            if (!same) {
                g_string_append(decode->out, "  *\n");
            }
            same = true;
            continue;
        }
        same = false;
        g_string_append_printf(decode->out, "  0x%08" PRIx64 " ",
                               addr_at(buffer, at));
        for (i = 0; i < count; i++) {
            g_string_append_printf(decode->out, " %08x", buffer->dw[at + i]);
        }
        append_marks(decode, buffer, at, at + count);
        g_string_append_c(decode->out, '\n');
    }
}
