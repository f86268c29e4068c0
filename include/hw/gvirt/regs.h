/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The register table and a register file.
 *
 * Every register stands once in hw/display/gvirt/registers.def. The hardware
 * and each vGPU own a register file: 2 MiB of values, and for each block
 * ("hook") the functions that give its registers their side effects.
 */
#ifndef HW_GVIRT_REGS_H
#define HW_GVIRT_REGS_H

#include "hw/gvirt/fields.h"
#include "hw/gvirt/host.h"

/* Which block is told of an access. */
typedef enum GvirtRegHook {
    GVIRT_HOOK_NONE,        /* plain storage */
    GVIRT_HOOK_RING,        /* ring registers of the four engines */
    GVIRT_HOOK_CS,          /* other command-streamer state, timestamps */
    GVIRT_HOOK_GTT,         /* page-table control, TLB flush, faults */
    GVIRT_HOOK_FENCE,
    GVIRT_HOOK_IRQ,         /* GvirtIrq */
    GVIRT_HOOK_DISPLAY,     /* GvirtDisplay: CPU and PCH display */
    GVIRT_HOOK_POWER,       /* GvirtPower: forcewake, RPS, RC6, PCODE, PLLs */
    GVIRT_HOOK_RESET,       /* GDRST */
    GVIRT_HOOK_PERF,        /* OA and statistics counters */
    GVIRT_HOOK_PVINFO,      /* 0x78000: the mediator's page */
    GVIRT_HOOK_COUNT,
} GvirtRegHook;

/* What the mediator does with a guest's access (DESIGN: trap policy). */
typedef enum GvirtRegPolicy {
    GVIRT_POLICY_PASS,      /* straight to the hardware */
    GVIRT_POLICY_SHADOW,    /* own value, in the hardware while it renders */
    GVIRT_POLICY_EMULATE,   /* own value, own component */
    GVIRT_POLICY_DENY,      /* reads as reset value, writes dropped */
} GvirtRegPolicy;

typedef enum GvirtRegOwner {
    GVIRT_OWNER_NONE,
    GVIRT_OWNER_RENDER,
    GVIRT_OWNER_DISPLAY,
    GVIRT_OWNER_POWER,
    GVIRT_OWNER_MEDIATOR,
} GvirtRegOwner;

enum {
    GVIRT_REG_RO        = 1 << 0,   /* writes are dropped, no error */
    GVIRT_REG_MASKED    = 1 << 1,   /* bits 31:16 select what 15:0 change */
    GVIRT_REG_WO        = 1 << 2,   /* reads as 0 */
    GVIRT_REG_USER      = 1 << 3,   /* a non-secure batch may write it */
    GVIRT_REG_SAVE_CTX  = 1 << 4,   /* in the render context image */
    GVIRT_REG_SAVE_VGPU = 1 << 5,   /* the mediator switches it by MMIO */
    GVIRT_REG_FORCEWAKE = 1 << 6,   /* needs the GT awake (below 0x40000) */
    GVIRT_REG_LIVE      = 1 << 7,   /* changes without being written */
};

typedef struct GvirtRegInfo {
    const char *name;
    uint32_t offset;        /* of element 0 */
    uint32_t reset;
    uint32_t rw_mask;       /* bits that a write stores */
    uint32_t w1c_mask;      /* bits that a written 1 clears */
    uint16_t flags;         /* GVIRT_REG_* */
    uint8_t hook;           /* GvirtRegHook */
    uint8_t policy;         /* GvirtRegPolicy */
    uint8_t owner;          /* GvirtRegOwner */
    uint16_t count;         /* 1, or the elements of an array */
    uint16_t stride_B;
    const char *source;     /* the document that says so */
} GvirtRegInfo;

/*
 * GVIRT_REG_<name> = offset of each register (element 0 of an array), from
 * the table:
 *   REG(name, offset, reset, rw, w1c, flags, hook, policy, owner, source)
 *   REGS(name, offset, count, stride_B, reset, rw, w1c, flags, hook, policy,
 *        owner, source)
 */
enum {
#define REG(name, offset, ...)  GVIRT_REG_##name = (offset),
#define REGS(name, offset, ...) GVIRT_REG_##name = (offset),
#include "hw/gvirt/registers.def"
#undef REG
#undef REGS
};

/* The table, count entries in order of the .def file. */
const GvirtRegInfo *gvirt_reg_table(unsigned *count);

/* The register that holds the dword at offset (4-aligned), or NULL. O(1). */
const GvirtRegInfo *gvirt_reg_find(uint32_t offset);

/* The offset of a register by name ("FENCE[3]" for an element), or -1. */
int64_t gvirt_reg_by_name(const char *name);

/* "RCS_ACTHD", "FENCE[3]" for an element: g_malloc'd, NULL if unknown. */
char *gvirt_reg_name(uint32_t offset);

/*
 * A register's value in words, one line a bit field, indented by two spaces:
 * g_malloc'd, "" where no field is known. Status and control of the engines,
 * faults, interrupts, fences: what an error state or a trace shows.
 */
char *gvirt_reg_describe(uint32_t offset, uint32_t value);

/* The known bit fields of a register one by one, NULL behind the last. */
const GvirtField *gvirt_reg_field(uint32_t offset, unsigned index);

typedef struct GvirtRegHooks {
    /* value: what is stored. Returns what the reader sees. */
    uint32_t (*read)(void *opaque, const GvirtRegInfo *info, uint32_t offset,
                     uint32_t value);
    /*
     * After masks were applied and the result stored. old: the value before;
     * written: the raw dword. The hook may change the stored value.
     */
    void (*write)(void *opaque, const GvirtRegInfo *info, uint32_t offset,
                  uint32_t old, uint32_t written);
} GvirtRegHooks;

typedef struct GvirtRegFile {
    uint32_t *value;        /* GVIRT_MMIO_SIZE_B / 4 dwords */
    const GvirtHost *host;
    struct {
        const GvirtRegHooks *ops;
        void *opaque;
    } hook[GVIRT_HOOK_COUNT];
    GHashTable *unknown;    /* offset -> accesses of what no table names */
    const char *owner;      /* for messages: "gpu", "vgpu 1" */
} GvirtRegFile;

/* At reset values, without hooks. host and owner must outlive it. */
void gvirt_regfile_init(GvirtRegFile *file, const GvirtHost *host,
                        const char *owner);
void gvirt_regfile_destroy(GvirtRegFile *file);
/* A block takes its registers: those whose row names this hook. */
void gvirt_regfile_hook(GvirtRegFile *file, GvirtRegHook hook,
                        const GvirtRegHooks *ops, void *opaque);

/* All registers to their reset values, no hook is called. */
void gvirt_regfile_reset(GvirtRegFile *file);

/* One dword at offset (4-aligned, below GVIRT_MMIO_SIZE_B), with hooks. */
uint32_t gvirt_regfile_read(GvirtRegFile *file, uint32_t offset);
void gvirt_regfile_write(GvirtRegFile *file, uint32_t offset, uint32_t value);

/*
 * 1, 2, 4 or 8 bytes at any offset: a smaller access reads, or reads and
 * writes back, the dword; 8 bytes are two dwords, low first.
 */
uint64_t gvirt_regfile_read_sized(GvirtRegFile *file, uint32_t offset,
                                  unsigned size_B);
void gvirt_regfile_write_sized(GvirtRegFile *file, uint32_t offset,
                               uint64_t value, unsigned size_B);

/* A comma-separated list of the unknown offsets touched ("" if none). */
char *gvirt_regfile_unknown(const GvirtRegFile *file);

/* The stored value itself, no side effect. */
static inline uint32_t gvirt_regfile_get(const GvirtRegFile *file,
                                         uint32_t offset)
{
    return file->value[offset / 4];
}

static inline void gvirt_regfile_set(GvirtRegFile *file, uint32_t offset,
                                     uint32_t value)
{
    file->value[offset / 4] = value;
}

#endif /* HW_GVIRT_REGS_H */
