/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the two parts of what decodes an error state: decode-error.c, which
 * reads it, and decode-error-print.c, which prints it.
 */
#ifndef GVIRT_DECODE_ERROR_H
#define GVIRT_DECODE_ERROR_H

#include "decode.h"

typedef enum SectionKind {
    SECTION_BATCH,
    SECTION_RING,
    SECTION_STATE,      /* a context image: commands without an end */
    SECTION_STATUS,     /* the status page */
    SECTION_OTHER,
} SectionKind;

typedef struct ErrorSection {
    SectionKind kind;
    DecodeBuffer *buffer;
    char *problem;      /* what could not be read of it */
    unsigned line;      /* of its title */
    unsigned last_line;
} ErrorSection;

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
    GArray *sections;           /* ErrorSection, in the order of the file */
    EngineRecord record[GVIRT_ENGINE_COUNT];
    GvirtEngineId engine;       /* whose record is being read */
    bool has_engine;
    unsigned records;
    char *error;
} ErrorState;

typedef struct ErrorLine {
    const char *text;           /* no newline; not terminated */
    size_t len;
    unsigned number;            /* from 1 */
} ErrorLine;

/* A register of the file: its label, and where it is. */
typedef struct ErrorLabel {
    const char *label;
    uint32_t offset;            /* in the streamer's block, or absolute */
    bool of_engine;
    uint32_t stride;            /* by engine, instead of its block */
} ErrorLabel;

/* decode-error.c */

extern const ErrorLabel error_labels[];

/* The line at *at, which is left behind it; false: there is none. */
bool error_next_line(const ErrorState *state, size_t *at, ErrorLine *line);
bool error_starts_with(const ErrorLine *line, const char *words);
/* Up to 16 digits in hexadecimal at *at, with or without 0x. */
bool error_take_hex(const char **at, const char *end, uint64_t *value);
/* "rcs0 command stream:": the engine of the registers that follow. */
bool error_take_engine(ErrorState *state, const ErrorLine *line);
/*
 * A line "  LABEL: 0x..." as a register: its place in error_labels and its
 * value; at is left behind the value.
 */
bool error_take_register(const ErrorState *state, const ErrorLine *line,
                         unsigned *which, const char **at, uint64_t *value);
/* The engine was in a batch, not in its ring. */
bool error_in_batch(const EngineRecord *record);
/* Where a ring is worth reading from: the request, else HEAD. */
uint32_t error_ring_from(const EngineRecord *record);

/* decode-error-print.c: all of it, once the buffers are known and followed. */
void error_print(ErrorState *state);

#endif /* GVIRT_DECODE_ERROR_H */
