/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-decode: batches, rings, traces and error states in words; the tables
 * of registers and commands. This file is the command line; decode.h has the
 * rest.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define FILE_MAX_B  (256u << 20)

static const char usage[] =
"usage: gvirt-decode [OPTION]... [FILE]\n"
"       gvirt-decode --list registers|commands|traces [--rst]\n"
"\n"
"Prints in words what a Haswell GPU was given: a batch, a ring, a trace of\n"
"gvirt or an error state of i915. Without FILE, or with -, from standard\n"
"input. A file is taken for an error state when it looks like one, else for\n"
"a batch; dwords are binary (little-endian) or text in hexadecimal.\n"
"\n"
"  --batch             commands up to their end, and what they lead to\n"
"  --ring              commands from HEAD to TAIL\n"
"  --error             /sys/class/drm/card0/error of the guest\n"
"  --trace             lines of QEMU's log with -trace 'gvirt_*'\n"
"\n"
"  --engine ENGINE     rcs, bcs, vcs or vecs (rcs)\n"
"  --address ADDR      graphics address of the first dword (0)\n"
"  --ggtt              the batch is in the global space (per-process)\n"
"  --no-ppgtt          all addresses are of the global space\n"
"  --head, --tail N    of a ring: offsets in bytes (0, the end)\n"
"  --mark ADDR         points this address out, as ACTHD of a hang\n"
"  --hex, --binary     what the file has, when that is not clear\n"
"  --raw               all dwords of each command, too\n"
"  --all               also what nothing leads to, what is behind TAIL\n"
"  --list WHAT         the tables; --rst as reStructuredText\n"
"  --help\n"
"\n"
"Exit status: 0, or 1 with a line that says why something could not be\n"
"decoded (what could be is printed), or what is wrong with the arguments.\n";

typedef enum Mode { MODE_GUESS, MODE_BATCH, MODE_RING, MODE_ERROR,
                    MODE_TRACE } Mode;
typedef enum Form { FORM_GUESS, FORM_HEX, FORM_BINARY } Form;

typedef struct Arguments {
    Mode mode;
    Form form;
    DecodeOptions options;
    GvirtEngineId engine;
    GvirtSpace space;
    uint64_t addr;
    uint64_t head, tail;
    bool has_head, has_tail;
    uint64_t mark;
    bool has_mark;
    const char *list;
    bool rst;
    const char *file;
    const char *of_dwords;      /* an option that only they have a use for */
    const char *of_decoding;    /* one that tables have no use for */
} Arguments;

G_GNUC_NORETURN G_GNUC_PRINTF(1, 2)
static void stop(const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fprintf(stderr, "gvirt-decode: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    exit(1);
}

static uint64_t number_of(const char *option, const char *text,
                          uint64_t limit)
{
    char *end;
    guint64 value;

    errno = 0;
    value = g_ascii_strtoull(text, &end, 0);
    if (errno || end == text || *end || *text == '-' || value >= limit) {
        stop("%s %s: that is no number below 0x%" PRIx64, option, text,
             limit);
    }
    return value;
}

/* Options that stand alone; false when the word is none. */
static bool take_flag(Arguments *arguments, const char *word)
{
    static const struct {
        const char *name;
        Mode mode;
    } modes[] = {
        { "--batch", MODE_BATCH }, { "--ring", MODE_RING },
        { "--error", MODE_ERROR }, { "--trace", MODE_TRACE },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (strcmp(word, modes[i].name) == 0) {
            if (arguments->mode != MODE_GUESS &&
                arguments->mode != modes[i].mode) {
                stop("%s: there is another kind already", word);
            }
            arguments->mode = modes[i].mode;
            return true;
        }
    }
    if (strcmp(word, "--hex") == 0) {
        arguments->form = FORM_HEX;
    } else if (strcmp(word, "--binary") == 0) {
        arguments->form = FORM_BINARY;
    } else if (strcmp(word, "--ggtt") == 0) {
        arguments->space = GVIRT_SPACE_GGTT;
    } else if (strcmp(word, "--no-ppgtt") == 0) {
        arguments->space = GVIRT_SPACE_GGTT;
        arguments->options.local = GVIRT_SPACE_GGTT;
    } else if (strcmp(word, "--raw") == 0) {
        arguments->options.raw = true;
    } else if (strcmp(word, "--all") == 0) {
        arguments->options.all = true;
    } else if (strcmp(word, "--rst") == 0) {
        arguments->rst = true;
    } else {
        return false;
    }
    return true;
}

static bool take_value(Arguments *arguments, const char *word,
                       const char *value)
{
    if (strcmp(word, "--engine") == 0) {
        if (!value || !decode_engine(value, strlen(value),
                                     &arguments->engine)) {
            stop("--engine %s: it is rcs, bcs, vcs or vecs",
                 value ? value : "");
        }
    } else if (!value && (strcmp(word, "--address") == 0 ||
                          strcmp(word, "--head") == 0 ||
                          strcmp(word, "--tail") == 0 ||
                          strcmp(word, "--mark") == 0 ||
                          strcmp(word, "--list") == 0)) {
        stop("%s: its value is missing", word);
    } else if (strcmp(word, "--address") == 0) {
        arguments->addr = number_of(word, value, 1ull << 48);
    } else if (strcmp(word, "--head") == 0) {
        arguments->head = number_of(word, value, 1ull << 32);
        arguments->has_head = true;
    } else if (strcmp(word, "--tail") == 0) {
        arguments->tail = number_of(word, value, 1ull << 32);
        arguments->has_tail = true;
    } else if (strcmp(word, "--mark") == 0) {
        arguments->mark = number_of(word, value, 1ull << 48);
        arguments->has_mark = true;
    } else if (strcmp(word, "--list") == 0) {
        arguments->list = value;
    } else {
        return false;
    }
    return true;
}

/* Keeps an option that is of no use to everything. */
static void note_use(Arguments *arguments, const char *word)
{
    static const char *const of_dwords[] = {
        "--engine", "--address", "--ggtt", "--no-ppgtt", "--mark", "--hex",
        "--binary",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(of_dwords); i++) {
        if (strcmp(word, of_dwords[i]) == 0) {
            arguments->of_dwords = word;
        }
    }
    if (strcmp(word, "--list") != 0 && strcmp(word, "--rst") != 0) {
        arguments->of_decoding = word;
    }
}

/* What was asked for must have an effect. */
static void check_together(const Arguments *arguments)
{
    if (arguments->list) {
        if (arguments->file || arguments->of_decoding) {
            stop("--list: %s has no place beside it",
                 arguments->file ? arguments->file : arguments->of_decoding);
        }
    } else if (arguments->rst) {
        stop("--rst is of a --list");
    }
    if ((arguments->has_head || arguments->has_tail) &&
        arguments->mode != MODE_RING) {
        stop("--head and --tail are of a --ring");
    }
    if (arguments->of_dwords && (arguments->mode == MODE_ERROR ||
                                 arguments->mode == MODE_TRACE)) {
        stop("%s is of a batch or a ring", arguments->of_dwords);
    }
}

static void parse(Arguments *arguments, int argc, char **argv)
{
    int i;

    *arguments = (Arguments) {
        .options = { .local = GVIRT_SPACE_PPGTT },
        .space = GVIRT_SPACE_PPGTT,
    };
    for (i = 1; i < argc; i++) {
        const char *word = argv[i];

        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (take_flag(arguments, word)) {
            note_use(arguments, word);
        } else if (take_value(arguments, word,
                              i + 1 < argc ? argv[i + 1] : NULL)) {
            note_use(arguments, word);
            i++;
        } else if (word[0] == '-' && word[1]) {
            stop("unknown option %s; see --help", word);
        } else if (arguments->file) {
            stop("one file at a time: %s", word);
        } else {
            arguments->file = word;
        }
    }
    check_together(arguments);
    if (arguments->addr % 4) {
        stop("--address: no multiple of 4");
    }
}

static char *read_file(const char *path, size_t *len)
{
    bool standard = !path || strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    GByteArray *bytes = g_byte_array_new();
    uint8_t step[65536];
    size_t got;

    if (!file) {
        stop("%s: %s", path, strerror(errno));
    }
    while ((got = fread(step, 1, sizeof(step), file)) > 0) {
        g_byte_array_append(bytes, step, got);
        if (bytes->len > FILE_MAX_B) {
            stop("%s: longer than %u MiB", standard ? "-" : path,
                 FILE_MAX_B >> 20);
        }
    }
    if (ferror(file)) {
        stop("%s: %s", standard ? "-" : path, strerror(errno));
    }
    if (!standard) {
        fclose(file);
    }
    *len = bytes->len;
    /* a terminator that is not counted */
    g_byte_array_append(bytes, (const uint8_t *)"", 1);
    return (char *)g_byte_array_free(bytes, FALSE);
}

/* A batch or a ring; false, with *error, when some of it is wrong. */
static bool decode_dwords(Decode *decode, const Arguments *arguments,
                          const char *data, size_t len, char **error)
{
    bool hex = arguments->form == FORM_HEX ||
               (arguments->form == FORM_GUESS && decode_is_hex(data, len));
    uint32_t len_dw;
    uint32_t *dw = hex ? decode_hex(data, len, &len_dw, error)
                       : decode_binary(data, len, &len_dw, error);
    bool ring = arguments->mode == MODE_RING;
    DecodeBuffer *buffer =
        decode_add_buffer(decode, ring ? "ring" : "batch", arguments->engine,
                          ring ? GVIRT_SPACE_GGTT : arguments->space,
                          arguments->addr, dw, len_dw);

    if (!len_dw) {
        if (!*error) {
            *error = g_strdup("there is not one dword in it");
        }
        return false;
    }
    if (arguments->has_mark) {
        decode_mark(decode, "mark", arguments->mark);
    }
    if (!ring) {
        decode_print_batch(decode, buffer);
        return !*error;
    }
    decode_mark(decode, "HEAD", arguments->addr + arguments->head);
    if (arguments->has_tail) {
        decode_mark(decode, "TAIL", arguments->addr + arguments->tail);
    }
    if (!decode_print_ring(decode, buffer, arguments->head,
                           arguments->has_tail ? arguments->tail
                           : len_dw * 4ull) && !*error) {
        *error = g_strdup_printf("HEAD 0x%" PRIx64 " or TAIL 0x%" PRIx64
                                 " is not in a ring of 0x%" PRIx64 " bytes",
                                 arguments->head, arguments->tail,
                                 (uint64_t)len_dw * 4);
    }
    return !*error;
}

int main(int argc, char **argv)
{
    Arguments arguments;
    Decode *decode;
    char *data, *error = NULL;
    size_t len;

    parse(&arguments, argc, argv);
    decode = decode_new(&arguments.options);
    if (arguments.list) {
        if (!decode_list(arguments.list, arguments.rst, decode->out)) {
            stop("--list %s: it is registers, commands or traces",
                 arguments.list);
        }
        fputs(decode->out->str, stdout);
        decode_free(decode);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    data = read_file(arguments.file, &len);
    if (arguments.mode == MODE_GUESS && decode_is_error_state(data, len)) {
        arguments.mode = MODE_ERROR;
    }
    if (len == 0) {
        error = g_strdup("it is empty");
    } else if (arguments.mode == MODE_ERROR) {
        decode_error_state(decode, data, len, &error);
    } else if (arguments.mode == MODE_TRACE) {
        decode_trace(decode, data, len);
    } else if (arguments.form == FORM_GUESS && decode_is_text(data, len) &&
               !decode_is_hex(data, len)) {
        error = g_strdup("a text that begins with no dword; --error, --trace, "
                         "--hex or --binary says what it is");
    } else {
        decode_dwords(decode, &arguments, data, len, &error);
    }
    fwrite(decode->out->str, 1, decode->out->len, stdout);
    if (fflush(stdout) != 0) {
        stop("standard output: %s", strerror(errno));
    }
    decode_free(decode);
    g_free(data);
    if (error) {
        stop("%s: %s", arguments.file ? arguments.file : "-", error);
    }
    return 0;
}
