/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands in words: for traces, test failures and the decoder.
 *
 * Fields by table; dwords that no field covers are printed as addresses where
 * the command table says so, else raw.
 *
 * Source: as commands.def.
 */
#include "hw/gvirt/commands.h"

#include "describe.h"

/* A field of one command, and the dword that holds it. */
typedef struct Field {
    uint32_t op;
    uint8_t dword;
    GvirtField field;
} Field;

#define FIELD(op, dw, hi, lo, kind, name, names) \
    { op, dw, { hi, lo, GVIRT_FIELD_##kind, name, names } }
#define HEX(op, dw, hi, lo, name) FIELD(op, dw, hi, lo, HEX, name, NULL)
#define BITS(op, dw, hi, lo, name) FIELD(op, dw, hi, lo, BITS, name, NULL)
#define DEC(op, dw, hi, lo, name) FIELD(op, dw, hi, lo, DECIMAL, name, NULL)
#define SGN(op, dw, hi, lo, name) FIELD(op, dw, hi, lo, SIGNED, name, NULL)
#define FLAG(op, dw, bit, name)   FIELD(op, dw, bit, bit, FLAG, name, NULL)
#define ADDR(op, dw, lo, name)    FIELD(op, dw, 31, lo, ADDRESS, name, NULL)
#define REGI(op, dw, name)        FIELD(op, dw, 22, 2, REGISTER, name, NULL)
#define NAMES(op, dw, hi, lo, name, names) \
    FIELD(op, dw, hi, lo, NAMES, name, names)

#define GLOBAL(op)      FLAG(op, 0, 22, "use global GTT")

/* The blitter's common parts: header, BR13, destination rectangle. */
#define BLT_DEPTHS      "8 bpp|16 bpp 565|16 bpp 1555|32 bpp"
#define BLT_HEADER(op)                                                      \
    FLAG(op, 0, 21, "write alpha"), FLAG(op, 0, 20, "write RGB"),           \
    FLAG(op, 0, 15, "source tiled"), FLAG(op, 0, 11, "destination tiled")
#define BLT_BR13(op)                                                        \
    FLAG(op, 1, 30, "clipping"),                                            \
    NAMES(op, 1, 25, 24, "depth", BLT_DEPTHS),                              \
    HEX(op, 1, 23, 16, "raster operation"),                                 \
    SGN(op, 1, 15, 0, "destination pitch")
#define BLT_XY(op, dw, what)                                                \
    SGN(op, dw, 15, 0, what " x"), SGN(op, dw, 31, 16, what " y")
#define BLT_RECT(op)                                                        \
    BLT_HEADER(op), BLT_BR13(op), BLT_XY(op, 2, "top left"),                \
    BLT_XY(op, 3, "bottom right"), ADDR(op, 4, 0, "destination")
#define BLT_SOURCE(op)                                                      \
    BLT_XY(op, 5, "source"), SGN(op, 6, 15, 0, "source pitch"),             \
    ADDR(op, 7, 0, "source")

#define M(name)         GVIRT_OP_MI_##name
#define B(name)         GVIRT_OP_##name
#define G(name)         GVIRT_OP_##name

#define PLANES          "A|B|sprite A|sprite B|C|sprite C"

static const Field fields[] = {
    FLAG(M(NOOP), 0, 22, "write identification"),
    BITS(M(NOOP), 0, 21, 0, "identification"),
    NAMES(M(SET_PREDICATE), 0, 1, 0, "predicate",
          "never|while clear|while set|always"),
    FLAG(M(WAIT_FOR_EVENT), 0, 0, "pipe A scan line"),
    FLAG(M(WAIT_FOR_EVENT), 0, 1, "plane A flip"),
    FLAG(M(WAIT_FOR_EVENT), 0, 2, "sprite A flip"),
    FLAG(M(WAIT_FOR_EVENT), 0, 3, "pipe A vertical blank"),
    FLAG(M(WAIT_FOR_EVENT), 0, 5, "pipe A horizontal blank"),
    FLAG(M(WAIT_FOR_EVENT), 0, 8, "pipe B scan line"),
    FLAG(M(WAIT_FOR_EVENT), 0, 9, "plane B flip"),
    FLAG(M(WAIT_FOR_EVENT), 0, 10, "sprite B flip"),
    FLAG(M(WAIT_FOR_EVENT), 0, 11, "pipe B vertical blank"),
    FLAG(M(WAIT_FOR_EVENT), 0, 13, "pipe B horizontal blank"),
    FLAG(M(WAIT_FOR_EVENT), 0, 14, "pipe C scan line"),
    FLAG(M(WAIT_FOR_EVENT), 0, 15, "plane C flip"),
    DEC(M(WAIT_FOR_EVENT), 0, 19, 16, "condition code"),
    FLAG(M(WAIT_FOR_EVENT), 0, 20, "sprite C flip"),
    FLAG(M(WAIT_FOR_EVENT), 0, 21, "pipe C vertical blank"),
    FLAG(M(WAIT_FOR_EVENT), 0, 22, "pipe C horizontal blank"),
    FLAG(M(FLUSH), 0, 1, "invalidate state and instructions"),
    FLAG(M(FLUSH), 0, 2, "no render cache flush"),
    FLAG(M(FLUSH), 0, 3, "reset snapshot counts"),
    FLAG(M(FLUSH), 0, 4, "clear media state"),
    FLAG(M(FLUSH), 0, 5, "disable indirect state pointers"),
    NAMES(M(RS_CONTROL), 0, 0, 0, "resource streamer", "stop|start"),
    NAMES(M(ARB_ON_OFF), 0, 0, 0, "arbitration", "off|on"),
    DEC(M(URB_ATOMIC_ALLOC), 0, 8, 0, "size"),
    DEC(M(URB_ATOMIC_ALLOC), 0, 19, 12, "offset"),
    NAMES(M(SUSPEND_FLUSH), 0, 0, 0, "suspend flush", "off|on"),
    NAMES(M(PREDICATE), 0, 7, 6, "load", "keep|reserved|load|load inverted"),
    NAMES(M(PREDICATE), 0, 4, 3, "combine", "set|and|or|xor"),
    NAMES(M(PREDICATE), 0, 1, 0, "compare",
          "true|false|sources equal|deltas equal"),
    DEC(M(TOPOLOGY_FILTER), 0, 5, 0, "topology"),
    DEC(M(SET_APPID), 0, 6, 0, "application"),
    NAMES(M(RS_CONTEXT), 0, 0, 0, "resource streamer context",
          "restore|save"),
    NAMES(M(LOAD_SCAN_LINES_INCL), 0, 21, 19, "plane", PLANES),
    DEC(M(LOAD_SCAN_LINES_INCL), 1, 28, 16, "first line"),
    DEC(M(LOAD_SCAN_LINES_INCL), 1, 12, 0, "last line"),
    NAMES(M(LOAD_SCAN_LINES_EXCL), 0, 21, 19, "plane", PLANES),
    DEC(M(LOAD_SCAN_LINES_EXCL), 1, 28, 16, "first line"),
    DEC(M(LOAD_SCAN_LINES_EXCL), 1, 12, 0, "last line"),
    FLAG(M(DISPLAY_FLIP), 0, 22, "asynchronous"),
    NAMES(M(DISPLAY_FLIP), 0, 21, 19, "plane", PLANES),
    DEC(M(DISPLAY_FLIP), 1, 15, 6, "pitch in 64 bytes"),
    FLAG(M(DISPLAY_FLIP), 1, 0, "tiled"),
    ADDR(M(DISPLAY_FLIP), 2, 12, "surface"),
    NAMES(M(DISPLAY_FLIP), 2, 1, 0, "type",
          "synchronous|asynchronous|stereo|reserved"),
    ADDR(M(DISPLAY_FLIP), 3, 12, "left surface"),
    GLOBAL(M(SEMAPHORE_MBOX)),
    FLAG(M(SEMAPHORE_MBOX), 0, 21, "update"),
    FLAG(M(SEMAPHORE_MBOX), 0, 20, "compare"),
    FLAG(M(SEMAPHORE_MBOX), 0, 18, "with a register"),
    DEC(M(SEMAPHORE_MBOX), 0, 17, 16, "register"),
    HEX(M(SEMAPHORE_MBOX), 1, 31, 0, "data"),
    ADDR(M(SEMAPHORE_MBOX), 2, 2, "address"),
    ADDR(M(SET_CONTEXT), 1, 12, "context"),
    FLAG(M(SET_CONTEXT), 1, 3, "save resource streamer state"),
    FLAG(M(SET_CONTEXT), 1, 2, "restore resource streamer state"),
    FLAG(M(SET_CONTEXT), 1, 1, "force restore"),
    FLAG(M(SET_CONTEXT), 1, 0, "restore inhibit"),
    DEC(M(URB_CLEAR), 1, 29, 16, "length"),
    HEX(M(URB_CLEAR), 1, 14, 0, "URB address"),
    GLOBAL(M(STORE_DATA_IMM)),
    ADDR(M(STORE_DATA_IMM), 2, 2, "address"),
    HEX(M(STORE_DATA_IMM), 3, 31, 0, "data"),
    HEX(M(STORE_DATA_IMM), 4, 31, 0, "data, high"),
    HEX(M(STORE_DATA_INDEX), 1, 11, 2, "dword of the status page"),
    HEX(M(STORE_DATA_INDEX), 2, 31, 0, "data"),
    HEX(M(STORE_DATA_INDEX), 3, 31, 0, "data, high"),
    BITS(M(LOAD_REGISTER_IMM), 0, 11, 8, "byte write disables"),
    GLOBAL(M(UPDATE_GTT)),
    ADDR(M(UPDATE_GTT), 1, 12, "first page"),
    GLOBAL(M(STORE_REGISTER_MEM)),
    FLAG(M(STORE_REGISTER_MEM), 0, 21, "predicated"),
    REGI(M(STORE_REGISTER_MEM), 1, "register"),
    ADDR(M(STORE_REGISTER_MEM), 2, 2, "address"),
    GLOBAL(M(LOAD_REGISTER_MEM)),
    FLAG(M(LOAD_REGISTER_MEM), 0, 21, "asynchronous"),
    REGI(M(LOAD_REGISTER_MEM), 1, "register"),
    ADDR(M(LOAD_REGISTER_MEM), 2, 2, "address"),
    REGI(M(LOAD_REGISTER_REG), 1, "from"),
    REGI(M(LOAD_REGISTER_REG), 2, "to"),
    FLAG(M(FLUSH_DW), 0, 21, "store data index"),
    FLAG(M(FLUSH_DW), 0, 18, "TLB invalidate"),
    NAMES(M(FLUSH_DW), 0, 15, 14, "post-sync operation",
          "none|write immediate|reserved|write timestamp"),
    FLAG(M(FLUSH_DW), 0, 8, "notify"),
    FLAG(M(FLUSH_DW), 0, 7, "video pipeline cache invalidate"),
    ADDR(M(FLUSH_DW), 1, 3, "address"),
    FLAG(M(FLUSH_DW), 1, 2, "use global GTT"),
    HEX(M(FLUSH_DW), 2, 31, 0, "data"),
    HEX(M(FLUSH_DW), 3, 31, 0, "data, high"),
    GLOBAL(M(CLFLUSH)),
    ADDR(M(CLFLUSH), 1, 12, "page"),
    DEC(M(CLFLUSH), 1, 11, 6, "first cache line"),
    ADDR(M(REPORT_PERF_COUNT), 1, 6, "address"),
    FLAG(M(REPORT_PERF_COUNT), 1, 0, "use global GTT"),
    HEX(M(REPORT_PERF_COUNT), 2, 31, 0, "report id"),
    ADDR(M(RS_STORE_DATA_IMM), 2, 2, "address"),
    HEX(M(RS_STORE_DATA_IMM), 3, 31, 0, "data"),
    HEX(M(LOAD_URB_MEM), 1, 14, 2, "URB address"),
    ADDR(M(LOAD_URB_MEM), 2, 6, "address"),
    HEX(M(STORE_URB_MEM), 1, 14, 2, "URB address"),
    ADDR(M(STORE_URB_MEM), 2, 6, "address"),
    FLAG(M(BATCH_BUFFER_START), 0, 22, "second level"),
    FLAG(M(BATCH_BUFFER_START), 0, 16, "add offset"),
    FLAG(M(BATCH_BUFFER_START), 0, 15, "predicated"),
    FLAG(M(BATCH_BUFFER_START), 0, 13, "non-privileged"),
    FLAG(M(BATCH_BUFFER_START), 0, 10, "resource streamer"),
    NAMES(M(BATCH_BUFFER_START), 0, 8, 8, "space", "global|per-process"),
    ADDR(M(BATCH_BUFFER_START), 1, 2, "address"),
    GLOBAL(M(CONDITIONAL_BATCH_BUFFER_END)),
    FLAG(M(CONDITIONAL_BATCH_BUFFER_END), 0, 21, "compare"),
    HEX(M(CONDITIONAL_BATCH_BUFFER_END), 1, 31, 0, "data"),
    ADDR(M(CONDITIONAL_BATCH_BUFFER_END), 2, 3, "address"),

    FLAG(G(PIPE_CONTROL), 1, 24, "use global GTT"),
    FLAG(G(PIPE_CONTROL), 1, 23, "register write"),
    FLAG(G(PIPE_CONTROL), 1, 21, "store data index"),
    FLAG(G(PIPE_CONTROL), 1, 20, "command streamer stall"),
    FLAG(G(PIPE_CONTROL), 1, 19, "global snapshot count reset"),
    FLAG(G(PIPE_CONTROL), 1, 18, "TLB invalidate"),
    FLAG(G(PIPE_CONTROL), 1, 16, "generic media state clear"),
    NAMES(G(PIPE_CONTROL), 1, 15, 14, "post-sync operation",
          "none|write immediate|write depth count|write timestamp"),
    FLAG(G(PIPE_CONTROL), 1, 13, "depth stall"),
    FLAG(G(PIPE_CONTROL), 1, 12, "render target cache flush"),
    FLAG(G(PIPE_CONTROL), 1, 11, "instruction cache invalidate"),
    FLAG(G(PIPE_CONTROL), 1, 10, "texture cache invalidate"),
    FLAG(G(PIPE_CONTROL), 1, 9, "indirect state pointers disable"),
    FLAG(G(PIPE_CONTROL), 1, 8, "notify"),
    FLAG(G(PIPE_CONTROL), 1, 7, "pipe control flush"),
    FLAG(G(PIPE_CONTROL), 1, 5, "data cache flush"),
    FLAG(G(PIPE_CONTROL), 1, 4, "vertex fetch cache invalidate"),
    FLAG(G(PIPE_CONTROL), 1, 3, "constant cache invalidate"),
    FLAG(G(PIPE_CONTROL), 1, 2, "state cache invalidate"),
    FLAG(G(PIPE_CONTROL), 1, 1, "stall at pixel scoreboard"),
    FLAG(G(PIPE_CONTROL), 1, 0, "depth cache flush"),
    ADDR(G(PIPE_CONTROL), 2, 2, "address"),
    HEX(G(PIPE_CONTROL), 3, 31, 0, "data"),
    HEX(G(PIPE_CONTROL), 4, 31, 0, "data, high"),
    NAMES(G(PIPELINE_SELECT), 0, 1, 0, "pipeline",
          "3D|media|GPGPU|reserved"),
    ADDR(G(STATE_BASE_ADDRESS), 1, 12, "general state base"),
    ADDR(G(STATE_BASE_ADDRESS), 2, 12, "surface state base"),
    ADDR(G(STATE_BASE_ADDRESS), 3, 12, "dynamic state base"),
    ADDR(G(STATE_BASE_ADDRESS), 4, 12, "indirect object base"),
    ADDR(G(STATE_BASE_ADDRESS), 5, 12, "instruction base"),
    ADDR(G(STATE_BASE_ADDRESS), 6, 12, "general state upper bound"),
    ADDR(G(STATE_BASE_ADDRESS), 7, 12, "dynamic state upper bound"),
    ADDR(G(STATE_BASE_ADDRESS), 8, 12, "indirect object upper bound"),
    ADDR(G(STATE_BASE_ADDRESS), 9, 12, "instruction upper bound"),
    FLAG(G(3DPRIMITIVE), 0, 10, "indirect parameters"),
    FLAG(G(3DPRIMITIVE), 0, 8, "predicated"),
    DEC(G(3DPRIMITIVE), 1, 5, 0, "topology"),
    NAMES(G(3DPRIMITIVE), 1, 8, 8, "vertex access", "sequential|random"),
    DEC(G(3DPRIMITIVE), 2, 31, 0, "vertices per instance"),
    DEC(G(3DPRIMITIVE), 3, 31, 0, "first vertex"),
    DEC(G(3DPRIMITIVE), 4, 31, 0, "instances"),
    DEC(G(3DPRIMITIVE), 5, 31, 0, "first instance"),
    SGN(G(3DPRIMITIVE), 6, 31, 0, "base vertex"),
    SGN(G(3DSTATE_DRAWING_RECTANGLE), 1, 15, 0, "left"),
    SGN(G(3DSTATE_DRAWING_RECTANGLE), 1, 31, 16, "top"),
    SGN(G(3DSTATE_DRAWING_RECTANGLE), 2, 15, 0, "right"),
    SGN(G(3DSTATE_DRAWING_RECTANGLE), 2, 31, 16, "bottom"),
    SGN(G(3DSTATE_DRAWING_RECTANGLE), 3, 15, 0, "origin x"),
    SGN(G(3DSTATE_DRAWING_RECTANGLE), 3, 31, 16, "origin y"),
    FLAG(G(GPGPU_WALKER), 0, 10, "indirect parameters"),
    FLAG(G(GPGPU_WALKER), 0, 8, "predicated"),
    DEC(G(GPGPU_WALKER), 1, 5, 0, "interface descriptor"),
    NAMES(G(GPGPU_WALKER), 2, 31, 30, "SIMD", "8|16|32|reserved"),
    DEC(G(GPGPU_WALKER), 4, 31, 0, "groups x"),
    DEC(G(GPGPU_WALKER), 6, 31, 0, "groups y"),
    DEC(G(GPGPU_WALKER), 8, 31, 0, "groups z"),
    DEC(G(MEDIA_OBJECT), 1, 5, 0, "interface descriptor"),
    DEC(G(MEDIA_OBJECT), 2, 16, 0, "indirect data length"),
    ADDR(G(MEDIA_VFE_STATE), 1, 10, "scratch space offset"),
    DEC(G(MEDIA_VFE_STATE), 2, 31, 16, "last thread"),
    DEC(G(MEDIA_VFE_STATE), 2, 15, 8, "URB entries"),
    DEC(G(MEDIA_INTERFACE_DESCRIPTOR_LOAD), 2, 16, 0, "length"),
    HEX(G(MEDIA_INTERFACE_DESCRIPTOR_LOAD), 3, 31, 0, "offset"),
    DEC(G(MEDIA_CURBE_LOAD), 2, 16, 0, "length"),
    HEX(G(MEDIA_CURBE_LOAD), 3, 31, 0, "offset"),

    BLT_BR13(B(XY_SETUP_BLT)),
    BLT_XY(B(XY_SETUP_BLT), 2, "clip top left"),
    BLT_XY(B(XY_SETUP_BLT), 3, "clip bottom right"),
    ADDR(B(XY_SETUP_BLT), 4, 0, "destination"),
    HEX(B(XY_SETUP_BLT), 5, 31, 0, "background"),
    HEX(B(XY_SETUP_BLT), 6, 31, 0, "foreground"),
    ADDR(B(XY_SETUP_BLT), 7, 0, "pattern"),
    BLT_XY(B(XY_SETUP_CLIP_BLT), 1, "clip top left"),
    BLT_XY(B(XY_SETUP_CLIP_BLT), 2, "clip bottom right"),
    BLT_BR13(B(XY_SETUP_MONO_PATTERN_SL_BLT)),
    BLT_XY(B(XY_SETUP_MONO_PATTERN_SL_BLT), 2, "clip top left"),
    BLT_XY(B(XY_SETUP_MONO_PATTERN_SL_BLT), 3, "clip bottom right"),
    ADDR(B(XY_SETUP_MONO_PATTERN_SL_BLT), 4, 0, "destination"),
    HEX(B(XY_SETUP_MONO_PATTERN_SL_BLT), 5, 31, 0, "background"),
    HEX(B(XY_SETUP_MONO_PATTERN_SL_BLT), 6, 31, 0, "foreground"),
    BLT_XY(B(XY_PIXEL_BLT), 1, "pixel"),
    BLT_XY(B(XY_SCANLINES_BLT), 1, "top left"),
    BLT_XY(B(XY_SCANLINES_BLT), 2, "bottom right"),
    BLT_XY(B(XY_TEXT_BLT), 1, "top left"),
    BLT_XY(B(XY_TEXT_BLT), 2, "bottom right"),
    ADDR(B(XY_TEXT_BLT), 3, 0, "source"),
    BLT_XY(B(XY_TEXT_IMMEDIATE_BLT), 1, "top left"),
    BLT_XY(B(XY_TEXT_IMMEDIATE_BLT), 2, "bottom right"),
    BLT_HEADER(B(COLOR_BLT)),
    BLT_BR13(B(COLOR_BLT)),
    DEC(B(COLOR_BLT), 2, 31, 16, "height in lines"),
    DEC(B(COLOR_BLT), 2, 15, 0, "width in bytes"),
    ADDR(B(COLOR_BLT), 3, 0, "destination"),
    HEX(B(COLOR_BLT), 4, 31, 0, "color"),
    BLT_HEADER(B(SRC_COPY_BLT)),
    BLT_BR13(B(SRC_COPY_BLT)),
    DEC(B(SRC_COPY_BLT), 2, 31, 16, "height in lines"),
    DEC(B(SRC_COPY_BLT), 2, 15, 0, "width in bytes"),
    ADDR(B(SRC_COPY_BLT), 3, 0, "destination"),
    SGN(B(SRC_COPY_BLT), 4, 15, 0, "source pitch"),
    ADDR(B(SRC_COPY_BLT), 5, 0, "source"),
    BLT_RECT(B(XY_COLOR_BLT)),
    HEX(B(XY_COLOR_BLT), 5, 31, 0, "color"),
    BLT_RECT(B(XY_PAT_BLT)),
    ADDR(B(XY_PAT_BLT), 5, 0, "pattern"),
    BLT_RECT(B(XY_PAT_BLT_IMMEDIATE)),
    BLT_RECT(B(XY_PAT_CHROMA_BLT)),
    ADDR(B(XY_PAT_CHROMA_BLT), 5, 0, "pattern"),
    HEX(B(XY_PAT_CHROMA_BLT), 6, 31, 0, "transparency low"),
    HEX(B(XY_PAT_CHROMA_BLT), 7, 31, 0, "transparency high"),
    BLT_RECT(B(XY_PAT_CHROMA_BLT_IMMEDIATE)),
    HEX(B(XY_PAT_CHROMA_BLT_IMMEDIATE), 5, 31, 0, "transparency low"),
    HEX(B(XY_PAT_CHROMA_BLT_IMMEDIATE), 6, 31, 0, "transparency high"),
    BLT_RECT(B(XY_MONO_PAT_BLT)),
    HEX(B(XY_MONO_PAT_BLT), 5, 31, 0, "background"),
    HEX(B(XY_MONO_PAT_BLT), 6, 31, 0, "foreground"),
    BLT_RECT(B(XY_MONO_PAT_FIXED_BLT)),
    HEX(B(XY_MONO_PAT_FIXED_BLT), 5, 31, 0, "background"),
    HEX(B(XY_MONO_PAT_FIXED_BLT), 6, 31, 0, "foreground"),
    BLT_RECT(B(XY_SRC_COPY_BLT)),
    BLT_SOURCE(B(XY_SRC_COPY_BLT)),
    BLT_RECT(B(XY_SRC_COPY_CHROMA_BLT)),
    BLT_SOURCE(B(XY_SRC_COPY_CHROMA_BLT)),
    HEX(B(XY_SRC_COPY_CHROMA_BLT), 8, 31, 0, "transparency low"),
    HEX(B(XY_SRC_COPY_CHROMA_BLT), 9, 31, 0, "transparency high"),
    BLT_RECT(B(XY_MONO_SRC_COPY_BLT)),
    ADDR(B(XY_MONO_SRC_COPY_BLT), 5, 0, "source"),
    HEX(B(XY_MONO_SRC_COPY_BLT), 6, 31, 0, "background"),
    HEX(B(XY_MONO_SRC_COPY_BLT), 7, 31, 0, "foreground"),
    BLT_RECT(B(XY_MONO_SRC_COPY_IMMEDIATE_BLT)),
    HEX(B(XY_MONO_SRC_COPY_IMMEDIATE_BLT), 5, 31, 0, "background"),
    HEX(B(XY_MONO_SRC_COPY_IMMEDIATE_BLT), 6, 31, 0, "foreground"),
    BLT_RECT(B(XY_FULL_BLT)),
    BLT_SOURCE(B(XY_FULL_BLT)),
    ADDR(B(XY_FULL_BLT), 8, 0, "pattern"),
    BLT_RECT(B(XY_FULL_IMMEDIATE_PATTERN_BLT)),
    BLT_SOURCE(B(XY_FULL_IMMEDIATE_PATTERN_BLT)),
    BLT_RECT(B(XY_FULL_MONO_SRC_BLT)),
    ADDR(B(XY_FULL_MONO_SRC_BLT), 5, 0, "source"),
    HEX(B(XY_FULL_MONO_SRC_BLT), 6, 31, 0, "background"),
    HEX(B(XY_FULL_MONO_SRC_BLT), 7, 31, 0, "foreground"),
    ADDR(B(XY_FULL_MONO_SRC_BLT), 8, 0, "pattern"),
    BLT_RECT(B(XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT)),
    ADDR(B(XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT), 5, 0, "source"),
    HEX(B(XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT), 6, 31, 0, "background"),
    HEX(B(XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT), 7, 31, 0, "foreground"),
    BLT_RECT(B(XY_FULL_MONO_PATTERN_BLT)),
    BLT_SOURCE(B(XY_FULL_MONO_PATTERN_BLT)),
    HEX(B(XY_FULL_MONO_PATTERN_BLT), 8, 31, 0, "pattern background"),
    HEX(B(XY_FULL_MONO_PATTERN_BLT), 9, 31, 0, "pattern foreground"),
    BLT_RECT(B(XY_FULL_MONO_PATTERN_MONO_SRC_BLT)),
    ADDR(B(XY_FULL_MONO_PATTERN_MONO_SRC_BLT), 5, 0, "source"),
    HEX(B(XY_FULL_MONO_PATTERN_MONO_SRC_BLT), 6, 31, 0, "background"),
    HEX(B(XY_FULL_MONO_PATTERN_MONO_SRC_BLT), 7, 31, 0, "foreground"),
    HEX(B(XY_FULL_MONO_PATTERN_MONO_SRC_BLT), 8, 31, 0, "pattern background"),
    HEX(B(XY_FULL_MONO_PATTERN_MONO_SRC_BLT), 9, 31, 0, "pattern foreground"),
};

static const GvirtOperand *operand_at(const GvirtCommandInfo *info,
                                      uint32_t i)
{
    unsigned k;

    for (k = 0; k < GVIRT_OPERANDS_MAX; k++) {
        if (info->operand[k].space != GVIRT_OPERAND_NONE &&
            info->operand[k].dword == i) {
            return &info->operand[k];
        }
    }
    return NULL;
}

bool gvirt_command_operand_ggtt(const GvirtOperand *operand, GvirtSpace space,
                                const uint32_t *dw, uint32_t len_dw)
{
    bool global = space == GVIRT_SPACE_GGTT;

    if (len_dw == 0) {
        return global;
    }
    switch (operand->space) {
    case GVIRT_OPERAND_GGTT:
    case GVIRT_OPERAND_HWSP:
        return true;
    case GVIRT_OPERAND_BIT22:
        return global || dw[0] & 1u << 22;
    case GVIRT_OPERAND_PIPE_CONTROL:
        return global || (len_dw > 1 && dw[1] & 1u << 24);
    case GVIRT_OPERAND_FLUSH_DW:
        return global || (operand->dword < len_dw &&
                          dw[operand->dword] & 1u << 2);
    case GVIRT_OPERAND_PERF_COUNT:
        return global || (operand->dword < len_dw &&
                          dw[operand->dword] & 1u << 0);
    case GVIRT_OPERAND_BB_START:
        return global || !(dw[0] & 1u << 8);
    default:
        return global;
    }
}

static void append_operand(GString *text, const GvirtOperand *operand,
                           uint32_t i, uint32_t dword, const char *where)
{
    g_string_append_printf(text, "  dword %u: %s 0x%08x%s\n", i,
                           operand->write ? "writes" : "reads",
                           dword & operand->mask, where);
}

/* One instruction of MI_MATH: gen75.xml, MI_MATH_ALU_INSTRUCTION. */
static void append_alu(GString *text, uint32_t dword)
{
    static const struct {
        uint16_t value;
        const char *name;
    } names[] = {
        { 0x000, "NOOP" }, { 0x080, "LOAD" }, { 0x480, "LOADINV" },
        { 0x081, "LOAD0" }, { 0x481, "LOAD1" }, { 0x100, "ADD" },
        { 0x101, "SUB" }, { 0x102, "AND" }, { 0x103, "OR" },
        { 0x104, "XOR" }, { 0x180, "STORE" }, { 0x580, "STOREINV" },
    };
    static const struct {
        uint16_t value;
        const char *name;
    } operands[] = {
        { 0x20, "SRCA" }, { 0x21, "SRCB" }, { 0x31, "ACCU" }, { 0x32, "ZF" },
        { 0x33, "CF" },
    };
    uint32_t part[2] = { dword >> 10 & 0x3ff, dword & 0x3ff };
    unsigned i, k;

    g_string_append(text, "  ");
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        if (names[i].value == dword >> 20) {
            g_string_append(text, names[i].name);
            break;
        }
    }
    if (i == G_N_ELEMENTS(names)) {
        g_string_append_printf(text, "opcode 0x%x", dword >> 20);
    }
    for (k = 0; k < 2; k++) {
        for (i = 0; i < G_N_ELEMENTS(operands); i++) {
            if (operands[i].value == part[k]) {
                g_string_append_printf(text, " %s", operands[i].name);
                break;
            }
        }
        if (i == G_N_ELEMENTS(operands)) {
            g_string_append_printf(text, " R%u", part[k]);
        }
    }
    g_string_append_c(text, '\n');
}

static bool fields_apply(const GvirtCommandInfo *info)
{
    /* VCS and VECS reuse opcodes of the render engine's media pipeline. */
    return info->value >> 29 != 3 ||
           (info->engines & GVIRT_ENGINE_BIT(GVIRT_RCS));
}

/* "Store Data Index": the address is an offset in the status page. */
static bool in_status_page(const GvirtOperand *operand, const uint32_t *dw,
                           uint32_t len_dw)
{
    switch (operand->space) {
    case GVIRT_OPERAND_HWSP:
        return true;
    case GVIRT_OPERAND_FLUSH_DW:
        return dw[0] & 1u << 21;
    case GVIRT_OPERAND_PIPE_CONTROL:
        return len_dw > 1 && dw[1] & 1u << 21;
    default:
        return false;
    }
}

/*
 * What the fields and the operand table say of one dword; false when there is
 * nothing.
 */
static bool append_dword(GString *text, const GvirtCommandInfo *info,
                         GvirtSpace space, const uint32_t *dw,
                         uint32_t len_dw, uint32_t i)
{
    const GvirtOperand *operand = operand_at(info, i);
    const char *where = "";
    bool covered = i == 0;
    unsigned f;

    if (operand) {
        where = in_status_page(operand, dw, len_dw) ? " in the status page"
                : gvirt_command_operand_ggtt(operand, space, dw, len_dw)
                ? " ggtt" : " ppgtt";
    }
    for (f = 0; fields_apply(info) && f < G_N_ELEMENTS(fields); f++) {
        const GvirtField *field = &fields[f].field;

        if (fields[f].op == info->value && fields[f].dword == i) {
            gvirt_field_append(text, field, dw[i],
                               field->kind == GVIRT_FIELD_ADDRESS ? where
                                                                  : "");
            covered = true;
        }
    }
    if (!covered && operand) {
        append_operand(text, operand, i, dw[i], where);
        covered = true;
    }
    return covered;
}

char *gvirt_command_describe(GvirtEngineId engine, GvirtSpace space,
                             const uint32_t *dw, uint32_t len_dw)
{
    GString *text = g_string_new(NULL);
    const GvirtCommandInfo *info;
    uint32_t own_dw, i;

    if (len_dw == 0) {
        return g_string_free(text, FALSE);
    }
    info = gvirt_command_find(engine, dw[0]);
    own_dw = gvirt_command_len_dw(info, dw[0]);
    if (info) {
        g_string_append_printf(text, "%s, %u dword%s\n", info->name, own_dw,
                               own_dw == 1 ? "" : "s");
    } else {
        g_string_append_printf(text, "unknown command 0x%08x, %u dword%s\n",
                               dw[0], own_dw, own_dw == 1 ? "" : "s");
    }
    for (i = 0; i < MIN(own_dw, len_dw); i++) {
        if (info && info->flags & GVIRT_CMD_LRI && i > 0) {
            if (i % 2) {
                g_string_append(text, "  ");
                gvirt_register_append(text, dw[i] & 0x007ffffc);
            } else {
                g_string_append_printf(text, " = 0x%08x\n", dw[i]);
            }
        } else if (info && info->value == GVIRT_OP_MI_MATH && i > 0) {
            append_alu(text, dw[i]);
        } else if (info && append_dword(text, info, space, dw, len_dw, i)) {
            continue;
        } else if (i > 0) {
            g_string_append_printf(text, "  dword %u: 0x%08x\n", i, dw[i]);
        }
    }
    if (text->str[text->len - 1] != '\n') {
        g_string_append_c(text, '\n');
    }
    if (len_dw < own_dw) {
        g_string_append_printf(text, "  (only %u dword%s given)\n", len_dw,
                               len_dw == 1 ? "" : "s");
    }
    return g_string_free(text, FALSE);
}

const GvirtField *gvirt_command_field(const GvirtCommandInfo *info,
                                      unsigned index, unsigned *dword)
{
    unsigned f;

    for (f = 0; fields_apply(info) && f < G_N_ELEMENTS(fields); f++) {
        if (fields[f].op == info->value && index-- == 0) {
            *dword = fields[f].dword;
            return &fields[f].field;
        }
    }
    return NULL;
}
