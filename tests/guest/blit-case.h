/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random but fully defined cases for tests/guest/blit, and the packets that
 * ask the blitter for them (SNB PRM vol. 1 part 5, "2D (X,Y) BLT
 * Instructions"; HSW PRM vol. 10 for what has changed since).
 */
#ifndef GVIRT_TESTS_GUEST_BLIT_CASE_H
#define GVIRT_TESTS_GUEST_BLIT_CASE_H

#include "blit-model.h"

enum {
    OPCODE_SETUP_BLT = 0x01,
    OPCODE_SETUP_CLIP_BLT = 0x03,
    OPCODE_SETUP_MONO_PATTERN_BLT = 0x11,
    OPCODE_PIXEL_BLT = 0x24,
    OPCODE_SCANLINES_BLT = 0x25,
    OPCODE_TEXT_BLT = 0x26,
    OPCODE_FULL_BLT = 0x55
};

/* Offsets in the object that holds patterns and monochrome sources. */
enum { AUX_PATTERN = 0x100, AUX_MONO = 0x1000, AUX_SIZE_B = 0x2000 };

/* The first cases are all raster operations at all depths. */
enum { SYSTEMATIC_CASES = 256 * 4 };

typedef enum Place { IN_MEMORY, IN_PACKET } Place;

/* What a command takes; the packets differ in little else. */
typedef struct Command {
    const char *name;
    uint8_t opcode;
    SourceKind source;
    Place source_place;
    PatternKind pattern;
    Place pattern_place;        /* of a colour pattern */
    bool keyed;
    bool linear_addresses;      /* no coordinates, no tiling, no clipping */
    uint8_t setup_opcode;       /* colours and pitch come from this command */
} Command;

/* One case: the blit, and what only the packet knows. */
typedef struct Case {
    unsigned number;
    const Command *command;
    Blit blit;
    Surface dst;
    Surface src;
    bool same_object;
    bool solid_select;
} Case;

/* What the cases work on: object 0 is the destination, 1 the source. */
typedef struct Memory {
    uint32_t objects[2];
    uint8_t expected[2][OBJECT_SIZE_B];
    uint32_t aux;
    uint8_t aux_bytes[AUX_SIZE_B];
} Memory;

/* Where the packets go: a batch of i915's, or a ring of a unit test's. */
typedef struct Sink {
    void (*dword)(struct Sink *sink, uint32_t dw);
    /* The graphics address of a byte of an object. */
    void (*address)(struct Sink *sink, uint32_t object, uint32_t offset,
                    bool write);
} Sink;

unsigned command_count(void);
const Command *command_at(unsigned index);
/* Makes a case from the seed and its number, nothing else. */
void case_make(Case *c, Memory *memory, unsigned number, uint64_t seed);
/* Goes on with the case's random numbers; size_B is a multiple of 8. */
void case_random_bytes(uint8_t *bytes, unsigned size_B);
/* Prints what the case is, on one line. */
void case_describe(const Case *c);
/* Emits all that the case needs. */
void case_emit(const Case *c, const Memory *memory, Sink *sink);

#endif /* GVIRT_TESTS_GUEST_BLIT_CASE_H */
