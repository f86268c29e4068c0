/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-decode: what the hardware was given, in words. Its parts, apart from
 * the command line, so that tests use them as well.
 *
 * All of it takes input that is damaged or made to do harm: what cannot be
 * read is said to be so, and the rest goes on.
 *
 * Source: commands.def, registers.def; i915: i915_gpu_error.c.
 */
#ifndef GVIRT_TOOLS_DECODE_H
#define GVIRT_TOOLS_DECODE_H

#include "hw/gvirt/commands.h"
#include "hw/gvirt/regs.h"

/* No buffer is longer, whatever a file says: 64 MiB. */
#define DECODE_MAX_DW   (16u << 20)

/* A graphics address that is pointed out: HEAD, ACTHD ... */
typedef struct DecodeMark {
    const char *name;
    uint64_t addr;
} DecodeMark;

/* Commands, or what may be, at an address. */
typedef struct DecodeBuffer {
    char *name;
    GvirtEngineId engine;
    GvirtSpace space;           /* that addr is of ... */
    bool any_space;             /* ... or maybe of the other one */
    GvirtSpace local;           /* of addresses not marked as global */
    uint64_t addr;
    uint32_t *dw;
    uint32_t len_dw;
    uint8_t *seen;              /* a byte for each dword: see below */
    GArray *entry;              /* uint32_t: dwords that are jumped to */
} DecodeBuffer;

enum {
    DECODE_ENTERED  = 1 << 0,   /* in entry already */
    DECODE_WALKED   = 1 << 1,   /* a command begins here, followed */
    DECODE_PRINTED  = 1 << 2,
    DECODE_COVERED  = 1 << 3,   /* part of a command that was printed */
};

typedef struct DecodeOptions {
    GvirtSpace local;           /* for buffers: see there */
    bool raw;                   /* all dwords of each command, too */
    bool all;                   /* also what is not likely to be of interest */
} DecodeOptions;

typedef struct Decode {
    GString *out;
    DecodeOptions options;
    GPtrArray *buffers;         /* DecodeBuffer: all that can be jumped to */
    GArray *marks;              /* DecodeMark */
} Decode;

Decode *decode_new(const DecodeOptions *options);
void decode_free(Decode *decode);

/* Takes dw (g_malloc'd); the buffer is the decode's. */
DecodeBuffer *decode_add_buffer(Decode *decode, const char *name,
                                GvirtEngineId engine, GvirtSpace space,
                                uint64_t addr, uint32_t *dw, uint32_t len_dw);
void decode_mark(Decode *decode, const char *name, uint64_t addr);
void decode_clear_marks(Decode *decode);

/*
 * A batch in words: from its first dword to its end, then whatever else is
 * jumped to, then what is left. decode_follow() finds the targets first, in
 * all buffers, when a buffer may be jumped to by one that comes behind it.
 */
void decode_enter(Decode *decode, DecodeBuffer *buffer, uint32_t at_dw);
void decode_follow(Decode *decode);
void decode_print_batch(Decode *decode, DecodeBuffer *buffer);

/* What a ring from from_B to to_B leads to, without printing it. */
void decode_follow_ring(Decode *decode, DecodeBuffer *buffer, uint64_t from_B,
                        uint64_t to_B);

/*
 * The part [from_B, to_B) of a ring, around its end when to_B < from_B; false
 * when an offset is not in it, or is no multiple of 4.
 */
bool decode_print_ring(Decode *decode, DecodeBuffer *buffer, uint64_t from_B,
                       uint64_t to_B);

/* Commands one after the other, with no end: a context image. */
void decode_print_state(Decode *decode, DecodeBuffer *buffer);

/* Dwords in hexadecimal; lines that are the same stand once. */
void decode_print_dwords(Decode *decode, const DecodeBuffer *buffer,
                         uint32_t from_dw, uint32_t to_dw);

/* "rcs", "rcs0", "render ring", "bsd" ...; false when there is none. */
bool decode_engine(const char *name, size_t len, GvirtEngineId *engine);
const char *decode_engine_name(GvirtEngineId engine);

/*
 * decode-input.c: what a file holds. The caller frees *dw. error: g_malloc'd,
 * what is wrong, in one line without a newline; NULL when all is well.
 */
bool decode_is_text(const char *data, size_t len);
/* A text that begins with a dword that is written out: 05000000, 0x5. */
bool decode_is_hex(const char *data, size_t len);
uint32_t *decode_hex(const char *data, size_t len, uint32_t *len_dw,
                     char **error);
uint32_t *decode_binary(const char *data, size_t len, uint32_t *len_dw,
                        char **error);
/*
 * i915's text: ascii85, after ':' deflated, after '~' plain. What could be
 * read is returned with the error, too.
 */
uint32_t *decode_ascii85(const char *text, size_t len, bool deflated,
                         uint32_t *len_dw, char **error);

/*
 * decode-error.c: an error state of i915. False, with *error, when a part of
 * it could not be read; the rest is in decode->out all the same.
 */
bool decode_is_error_state(const char *data, size_t len);
bool decode_error_state(Decode *decode, const char *data, size_t len,
                        char **error);

/* decode-trace.c: lines of a trace; others are left as they are. */
void decode_trace(Decode *decode, const char *data, size_t len);

/* decode-list.c: the tables, as text or as reStructuredText. */
bool decode_list(const char *what, bool rst, GString *out);

#endif /* GVIRT_TOOLS_DECODE_H */
