/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mediator as its own files see it.
 *
 * Who owns what: graphics memory and fences are partitioned for good; the
 * four engines belong to one vGPU at a time (scheduler.c); display, power and
 * interrupt registers exist once per vGPU and never reach the hardware.
 *
 * Guest engines never run from guest rings: what a guest submits is copied to
 * a shadow ring, audited there, and only then shown to the hardware. Batches
 * in the guest's local space run in place, behind shadow tables that hold
 * nothing but pages of the guest's own window. Batches in the global space
 * are privileged, so they are copied and audited like the ring.
 *
 * Source: K. Tian, Y. Dong, D. Cowperthwaite, "A Full GPU Virtualization
 * Solution with Mediated Pass-Through", USENIX ATC'14.
 */
#ifndef HW_GVIRT_HOST_MEDIATOR_INTERNAL_H
#define HW_GVIRT_HOST_MEDIATOR_INTERNAL_H

#include "hw/gvirt/commands.h"
#include "hw/gvirt/mediator.h"
#include "hw/gvirt/power.h"

/*
 * The checks that keep guests apart, by name. In a test's variant of the
 * library one of them can be taken out, to see that its absence is found.
 */
#ifdef GVIRT_TEST_BREAK
typedef enum GvirtTestBreak {
    GVIRT_BREAK_NONE,
    GVIRT_BREAK_PTE_PARTITION,      /* entries outside the partition */
    GVIRT_BREAK_PTE_WINDOW,         /* entries to pages outside the window */
    GVIRT_BREAK_GLOBAL_OPERAND,     /* commands with global addresses */
    GVIRT_BREAK_COMMAND_REGISTER,   /* register writes by command */
    GVIRT_BREAK_MAILBOX,            /* ... by MI_SEMAPHORE_MBOX */
    GVIRT_BREAK_PIPE_CONTROL,       /* ... by PIPE_CONTROL */
    GVIRT_BREAK_CONTEXT,            /* MI_SET_CONTEXT */
    GVIRT_BREAK_UPDATE_GTT,
    GVIRT_BREAK_BATCH_COPY,         /* privileged batches run from copies */
    GVIRT_BREAK_BATCH_GUARD,        /* the end behind a jump */
    GVIRT_BREAK_LOCAL_PRIVILEGE,    /* local batches have none */
    GVIRT_BREAK_DIRECTORY,          /* PP_DIR_BASE names a shadow */
    GVIRT_BREAK_LOCAL_SPACE,        /* PPGTT stays on */
    GVIRT_BREAK_STATUS_PAGE,
    GVIRT_BREAK_HEAD_POINTER,       /* UHPTR */
    GVIRT_BREAK_FENCE,
    GVIRT_BREAK_FENCE_INDEX,
    GVIRT_BREAK_OA_BUFFER,
    GVIRT_BREAK_OA_SWITCH,
    GVIRT_BREAK_APERTURE,
    GVIRT_BREAK_CLEAR,              /* entries go when their guest does */
    GVIRT_BREAK_STATE,              /* registers of the one before */
    GVIRT_BREAK_COUNT,
} GvirtTestBreak;

extern GvirtTestBreak gvirt_test_broken;
#define GVIRT_INTACT(check)         (gvirt_test_broken != GVIRT_BREAK_##check)
#else
#define GVIRT_INTACT(check)         true
#endif

#define GVIRT_VGPUS_MAX             63
#define GVIRT_GM_UNIT_B             (1ull << 20)
#define GVIRT_LOW_UNITS             256u
#define GVIRT_HIGH_UNITS            1792u

/* Graphics memory that the mediator keeps: the last 64 MiB. */
#define GVIRT_OWN_PAGE              \
    ((uint32_t)((GVIRT_GGTT_SIZE_B - GVIRT_OWN_GM_B) >> GVIRT_PAGE_SHIFT))
#define GVIRT_RING_PAGES_MAX        512u    /* 2 MiB: what CTL can say */
#define GVIRT_ARENA_PAGES           1024u   /* of shadow batches, an engine */
#define GVIRT_OWN_RING_PAGE         GVIRT_OWN_PAGE
#define GVIRT_OWN_ARENA_PAGE        \
    (GVIRT_OWN_RING_PAGE + GVIRT_ENGINE_COUNT * GVIRT_RING_PAGES_MAX)
#define GVIRT_OWN_MISC_PAGE         \
    (GVIRT_OWN_ARENA_PAGE + GVIRT_ENGINE_COUNT * GVIRT_ARENA_PAGES)
#define GVIRT_OWN_MISC_PAGES        2048u
#define GVIRT_OWN_DIR_SLOT          (GVIRT_OWN_MISC_PAGE + GVIRT_OWN_MISC_PAGES)
#define GVIRT_OWN_DIRS              16u     /* of GVIRT_PDE_COUNT slots each */

/* Pages of the miscellaneous part. */
#define GVIRT_SWITCH_RING_PAGE      GVIRT_OWN_MISC_PAGE
#define GVIRT_SAFE_PAGE             (GVIRT_OWN_MISC_PAGE + 1)
#define GVIRT_CONTEXT_PAGES         18u     /* 17 and a spare, as i915 */
#define GVIRT_IDLE_CONTEXT_PAGE     (GVIRT_OWN_MISC_PAGE + 2)
#define GVIRT_CONTEXT_PAGE(id)      \
    (GVIRT_IDLE_CONTEXT_PAGE + (id) * GVIRT_CONTEXT_PAGES)

#define GVIRT_DIRS_PER_VGPU         8u
/* Shadow table pages that one guest may hold: three full spaces. */
#define GVIRT_TABLES_PER_VGPU       1536u

/*
 * A bound for what one submission may ask to be copied and audited: drivers
 * have their large batches in local spaces, and everyone waits meanwhile.
 */
#define GVIRT_AUDIT_MAX_DW          (1u << 18)

#define GVIRT_CONTEXT_SIZE_B        69632u  /* HSW_CXT_TOTAL_SIZE of i915 */

/* Ring registers, from the engine's base. */
enum {
    RING_TAIL           = 0x030,
    RING_HEAD           = 0x034,
    RING_START          = 0x038,
    RING_CTL            = 0x03c,
    RING_SYNC           = 0x040,
    RING_PSMI_CTL       = 0x050,
    RING_IPEIR          = 0x064,
    RING_IPEHR          = 0x068,
    RING_INSTDONE       = 0x06c,
    RING_INSTPS         = 0x070,
    RING_ACTHD          = 0x074,
    RING_DMA_FADD       = 0x078,
    RING_MI_MODE        = 0x09c,
    RING_IMR            = 0x0a8,
    RING_EIR            = 0x0b0,
    RING_EMR            = 0x0b4,
    RING_INSTPM         = 0x0c0,
    RING_BBSTATE        = 0x110,
    RING_SBBADDR        = 0x114,
    RING_UHPTR          = 0x134,
    RING_BBADDR         = 0x140,
    RING_BBADDR_LEVEL2  = 0x144,
    RING_BB_PREEMPT     = 0x148,
    RING_CCID           = 0x180,
    RING_PP_DIR_DCLV    = 0x220,
    RING_PP_DIR_BASE    = 0x228,
    RING_GFX_MODE       = 0x29c,
    RING_PP_DIR_READ    = 0x518,
    RING_HWS_PGA        = 0x1000,   /* ours: it stands apart, 0x4080 ... */
};

#define RING_CTL_VALID              0x1u
#define RING_CTL_SEMAPHORE          (1u << 10)  /* waits for a mailbox */
#define RING_ADDR_MASK              0x001ffffcu
#define MI_MODE_STOP_RING           (1u << 8)
#define MI_MODE_IDLE                (1u << 9)
#define INSTPM_SELF_CLEARING        (1u << 5 | 1u << 9)
#define GFX_MODE_PPGTT_ENABLE       (1u << 9)
#define CCID_VALID                  0x1u

#define GFX_FLSH_CNTL               0x101008u
#define GDRST                       0x00941cu
#define FENCE_BASE                  0x100000u
#define RING_FAULT_BASE             0x004094u
#define RING_FAULT_STRIDE           0x100u
#define RING_FAULT_VALID            0x1u

#define PTE_VALID                   0x1u

typedef struct GvirtGmRange {
    uint64_t base;              /* graphics address */
    uint64_t size_B;
} GvirtGmRange;

/* Pages of the mediator's own memory. */
typedef struct GvirtPool {
    uint64_t base_hpa;
    uint32_t pages;
    uint32_t fresh;             /* first page never given */
    GArray *freed;              /* uint32_t page numbers */
} GvirtPool;

/* One page table of a guest and its shadow. */
typedef struct GvirtShadowTable {
    uint64_t page_gpa;
    uint64_t shadow_hpa;
    unsigned refs;              /* directory entries that name it */
    uint32_t gen;               /* of the guest's page at the last sync */
    bool synced;
    uint32_t *copy;             /* the guest's entries as last read, or */
    uint32_t uniform;           /* copy NULL: what they all were */
} GvirtShadowTable;

/* One page directory of a guest: 512 slots of its global table. */
typedef struct GvirtShadowDir {
    bool pinned;                /* named by work that is being audited */
    uint32_t guest_slot;        /* index of the first slot */
    unsigned own_dir;           /* which of the mediator's directories */
    bool stale;                 /* some slot was written since */
    uint64_t last_use;
    GvirtShadowTable *table[GVIRT_PDE_COUNT];
    uint32_t pde[GVIRT_PDE_COUNT];      /* the guest's, as last read */
} GvirtShadowDir;

/* How shadow local tables are kept in step (papers: strict, relaxed ...). */
typedef struct GvirtShadowPolicy {
    const char *name;
    /* A slot of a known directory has been written. */
    void (*slot_written)(GvirtVgpu *vgpu, GvirtShadowDir *dir, uint32_t index);
    /* Work is about to be shown to the hardware. */
    void (*before_submit)(GvirtVgpu *vgpu);
} GvirtShadowPolicy;

/* A copied batch, or a piece of one. */
typedef struct GvirtShadowBatch {
    uint32_t guest_addr;        /* graphics address of its first dword */
    uint32_t len_dw;
    uint32_t offset_B;          /* in the arena */
    uint64_t retire_pos;        /* free when the ring has passed this */
} GvirtShadowBatch;

/* Of a guest's requests, so many are the hardware's at a time. */
#define GVIRT_REQUESTS_MAX      8u
#define GVIRT_REQUESTS_SLOW     2u      /* of long ones */

/* An engine of the hardware, as the mediator uses it. */
typedef struct GvirtHwEngine {
    uint32_t base;
    uint64_t *ring_hpa;         /* backing, GVIRT_RING_PAGES_MAX */
    uint32_t ring_backed;       /* pages */
    uint64_t *arena_hpa;        /* backing, GVIRT_ARENA_PAGES */
    uint32_t arena_backed;
    uint32_t arena_tail;        /* bytes: next free */
    GQueue batches;             /* GvirtShadowBatch *, oldest first */

    bool loaded;                /* a guest's ring is on it */
    uint32_t size_B;
    uint32_t filled;            /* offset: shadow ring is valid up to here */
    uint64_t filled_pos;        /* the same, counted on and on */
    uint64_t done_pos;          /* what HEAD has passed */

    uint64_t request_pos[GVIRT_REQUESTS_MAX];   /* their ends, oldest first */
    unsigned requests;          /* of them, not yet passed */
    unsigned requests_limit;
    bool request_open;          /* the last one's end is yet to come */
    bool requests_full;         /* there were more than could be shown */
    int64_t request_work_ns;    /* the last one was passed, by work_ns */
} GvirtHwEngine;

typedef enum GvirtSwitchPhase {
    GVIRT_SWITCH_NONE,          /* the owner runs, or nobody does */
    GVIRT_SWITCH_DRAIN,         /* the owner's rings run dry */
    GVIRT_SWITCH_SAVE,          /* our ring saves its render context */
    GVIRT_SWITCH_RESTORE,       /* our ring restores the next one's */
} GvirtSwitchPhase;

typedef enum GvirtSwitchReason {
    GVIRT_REASON_FIRST,         /* nobody was there */
    GVIRT_REASON_IDLE,          /* the owner had nothing to do */
    GVIRT_REASON_SLICE,         /* its time was up */
    GVIRT_REASON_GONE,          /* it went away */
} GvirtSwitchReason;

struct GvirtMediator {
    GvirtGpu *gpu;
    const GvirtHost *host;
    GvirtMediatorConfig config;
    GvirtPool pool;

    GvirtVgpu *vgpu[GVIRT_VGPUS_MAX];
    unsigned vgpus;
    unsigned vgpu_top;          /* behind the last place ever taken */
    bool low_taken[GVIRT_LOW_UNITS];
    bool high_taken[GVIRT_HIGH_UNITS];
    uint32_t fences_taken;
    uint32_t dirs_taken;
    uint64_t dir_uses;          /* counts on: who was used last */

    GvirtHwEngine engine[GVIRT_ENGINE_COUNT];
    uint32_t *switch_reg;       /* offsets that change hands by MMIO */
    unsigned switch_regs;

    GvirtVgpu *owner;
    GvirtVgpu *next;
    GvirtSwitchPhase phase;
    GvirtSwitchReason reason;
    bool let_through;           /* held back, but a wait needs more work */
    unsigned turn;              /* round robin: who was last */
    int64_t slice_end_ns;
    int64_t phase_end_work_ns;  /* its limit, by work_ns of the host */
    int64_t switch_start_ns;
    int64_t account_ns;         /* run time is booked up to here */
    bool accounting;
    int64_t period_end_ns;      /* of caps */
    uint64_t least_charge;      /* of those who want to run; only grows */
    int64_t poll_ns;            /* look again at, INT64_MAX */
    int64_t told_ns;            /* the deadline the host knows */
    bool scheduling;            /* within gvirt_sched_run() */
};

/* One ring of a guest. HEAD, TAIL ... stand in its register file. */
typedef struct GvirtVring {
    bool enabled;
    bool hung;                  /* taken off the hardware, waits for reset */
    bool pending;               /* TAIL is ahead of what the hardware knows */
    bool again;                 /* the audit found no room, when: */
    uint64_t again_pos;         /* HEAD had passed this */
    uint32_t again_busy;        /* these engines were busy */
    uint32_t size_B;
    GvirtShadowDir *dir;        /* what PP_DIR_BASE names */
    bool dir_gone;              /* it made room while off the hardware */
} GvirtVring;

struct GvirtVgpu {
    GvirtMediator *mediator;
    const GvirtHost *host;
    GvirtVgpuConfig config;
    unsigned id;                /* 1 and up */
    char name[16];

    GvirtGmRange low;
    GvirtGmRange high;
    uint32_t first_fence;
    unsigned fences;

    GvirtRegFile regs;
    GvirtIrq irq;
    GvirtDisplay *display;
    GvirtPower *power;
    int64_t display_deadline_ns;
    int64_t power_deadline_ns;
    uint32_t pvinfo[GVIRT_PAGE_SIZE_B / 4];
    uint32_t io_index;
    uint32_t outside_writes;    /* PTE writes outside the partition */

    uint32_t *pte;              /* the guest's own entries, all of the GGTT */

    const GvirtShadowPolicy *shadow_policy;
    GvirtShadowDir *dir[GVIRT_DIRS_PER_VGPU];
    GHashTable *table;          /* page number -> GvirtShadowTable */
    uint64_t first_table_gpa;   /* the span that holds all tables */
    uint64_t last_table_gpa;

    GvirtVring ring[GVIRT_ENGINE_COUNT];
    bool has_context;           /* its save area holds a render context */
    uint32_t ccid;              /* while off the hardware */
    uint64_t context_hpa[GVIRT_CONTEXT_PAGES];      /* its save area */
    bool busy;                  /* as told to the power component */
    bool throttled;             /* its cap is used up */
    uint64_t period_run_ns;     /* in this period, and above the cap before */
    bool wanting;               /* it has work, and may run */
    int64_t wait_work_ns;       /* since when, by work_ns of the host */
    uint64_t charge;            /* what it has had, by its weight */

    GvirtVgpuStats stats;
};

/* ---- mediator.c ---- */

static inline uint32_t gvirt_hw_read(GvirtMediator *mediator, uint32_t offset)
{
    return gvirt_gpu_read(mediator->gpu, offset, 4);
}

static inline void gvirt_hw_write(GvirtMediator *mediator, uint32_t offset,
                                  uint32_t value)
{
    gvirt_gpu_write(mediator->gpu, offset, value, 4);
}

static inline void gvirt_hw_write_pte(GvirtMediator *mediator, uint32_t page,
                                      uint32_t pte)
{
    gvirt_gpu_write(mediator->gpu, GVIRT_GTT_BAR0_OFFSET + page * 4, pte, 4);
}

static inline int64_t gvirt_mediator_now_ns(const GvirtMediator *mediator)
{
    return mediator->host->ops->clock_ns(mediator->host->opaque);
}

/* The clock of limits: see work_ns in host.h. */
static inline int64_t gvirt_mediator_work_ns(const GvirtMediator *mediator)
{
    const GvirtHost *host = mediator->host;

    return host->ops->work_ns ? host->ops->work_ns(host->opaque) :
                                gvirt_mediator_now_ns(mediator);
}

/* Haswell's entry: bits 31:12 of the address, 38:32 in 10:4. */
static inline uint32_t gvirt_pte_encode(uint64_t page_hpa, uint32_t flags)
{
    return (uint32_t)(page_hpa & 0xfffff000u) |
           ((uint32_t)(page_hpa >> 28) & 0x7f0u) | flags;
}

/* A zeroed page of the mediator's memory; false: none left. */
bool gvirt_pool_take(GvirtMediator *mediator, uint64_t *page_hpa);
void gvirt_pool_give(GvirtMediator *mediator, uint64_t page_hpa);

/* Tell the host the next moment at which there is something to do. */
void gvirt_mediator_rearm(GvirtMediator *mediator);

/* What PTEs and tables changed is seen by the engines from now on. */
void gvirt_hw_flush_tlb(GvirtMediator *mediator);
/* The state in which an engine is lent to guests. */
void gvirt_hw_engine_init(GvirtMediator *mediator, GvirtEngineId id);
/* Neither in the ring nor in a batch. */
bool gvirt_hw_engine_idle(GvirtMediator *mediator, GvirtEngineId id);

/* ---- vgpu.c ---- */

void gvirt_vgpu_power_on(GvirtVgpu *vgpu);

/* ---- partition.c ---- */

bool gvirt_partition_take(GvirtVgpu *vgpu, char **error);
void gvirt_partition_give(GvirtVgpu *vgpu);
bool gvirt_vgpu_owns_page(const GvirtVgpu *vgpu, uint32_t page);
/* [addr, addr + size_B) lies in the guest's graphics memory. */
bool gvirt_vgpu_owns(const GvirtVgpu *vgpu, uint64_t addr, uint64_t size_B);
void gvirt_pvinfo_reset(GvirtVgpu *vgpu);
uint32_t gvirt_pvinfo_read(GvirtVgpu *vgpu, uint32_t offset);
void gvirt_pvinfo_write(GvirtVgpu *vgpu, uint32_t offset, uint32_t value);

/* ---- policy.c: registers ---- */

void gvirt_policy_init(GvirtVgpu *vgpu);
uint32_t gvirt_policy_read(GvirtVgpu *vgpu, uint32_t offset);
void gvirt_policy_write(GvirtVgpu *vgpu, uint32_t offset, uint32_t value);
/* To the hardware, if the vGPU is on it: written is the raw dword. */
void gvirt_policy_forward(GvirtVgpu *vgpu, const GvirtRegInfo *info,
                          uint32_t offset, uint32_t written);
/* The OA unit: on the hardware while the vGPU is. */
void gvirt_policy_load_oa(GvirtVgpu *vgpu);
void gvirt_policy_unload_oa(GvirtVgpu *vgpu);
/* The stored value as one write that makes the hardware hold it. */
uint32_t gvirt_policy_restore_value(const GvirtRegInfo *info, uint32_t value);

typedef enum GvirtCommandAccess {
    GVIRT_COMMAND_DENY,
    GVIRT_COMMAND_ALLOW,        /* the hardware may do it */
    GVIRT_COMMAND_EMULATE,      /* apply the value to the vGPU instead */
    GVIRT_COMMAND_PP_DIR,       /* PP_DIR_BASE: the value is translated */
} GvirtCommandAccess;

/* A register write by a privileged command; from_memory: value not known. */
GvirtCommandAccess gvirt_policy_command_write(GvirtVgpu *vgpu,
                                              GvirtEngineId id,
                                              uint32_t offset, uint32_t value,
                                              bool from_memory);
bool gvirt_policy_command_read(GvirtVgpu *vgpu, uint32_t offset);

/* ---- shadow-ggtt.c ---- */

bool gvirt_vgpu_gpa_to_hpa(const GvirtVgpu *vgpu, uint64_t page_gpa,
                           uint64_t *page_hpa);
/* A guest's entry (global or local) with its page translated, or 0. */
uint32_t gvirt_shadow_pte(const GvirtVgpu *vgpu, uint32_t pte);
uint64_t gvirt_ggtt_read(GvirtVgpu *vgpu, uint32_t offset, unsigned size_B);
void gvirt_ggtt_write(GvirtVgpu *vgpu, uint32_t offset, uint64_t value,
                      unsigned size_B);
void gvirt_ggtt_write_pte(GvirtVgpu *vgpu, uint32_t page, uint32_t pte);
void gvirt_ggtt_clear(GvirtVgpu *vgpu);
/* The host page behind the guest's graphics address; false: none. */
bool gvirt_ggtt_page(const GvirtVgpu *vgpu, uint64_t addr,
                     uint64_t *page_hpa);
/* Copy from the guest's global space; false: a page is missing (reads 0). */
bool gvirt_ggtt_copy(GvirtVgpu *vgpu, uint64_t addr, void *buffer,
                     uint32_t size_B);

/* ---- aperture.c ---- */

void gvirt_fence_changed(GvirtVgpu *vgpu, uint32_t offset, uint32_t old);
void gvirt_vgpu_fences_clear(GvirtVgpu *vgpu);
void gvirt_vgpu_aperture_told(GvirtVgpu *vgpu, uint32_t first_page,
                              uint32_t pages);

/* ---- shadow-ppgtt.c ---- */

void gvirt_shadow_init(GvirtVgpu *vgpu);
void gvirt_shadow_clear(GvirtVgpu *vgpu);
void gvirt_shadow_destroy(GvirtVgpu *vgpu);
/*
 * The shadow of the directory that a PP_DIR_BASE value names, NULL: it may
 * not be one. *again: no room now, there will be when the engines are idle.
 */
GvirtShadowDir *gvirt_shadow_dir(GvirtVgpu *vgpu, uint32_t pp_dir_base,
                                 bool *again);
/* PP_DIR_BASE for the hardware; NULL: a directory with nothing in it. */
uint32_t gvirt_shadow_dir_base(const GvirtShadowDir *dir);
void gvirt_shadow_unpin(GvirtVgpu *vgpu);
/* Pages of the pool from vGPUs off the hardware, the greediest first. */
void gvirt_shadow_reclaim(GvirtMediator *mediator);
void gvirt_shadow_slot_written(GvirtVgpu *vgpu, uint32_t page);
void gvirt_shadow_sync(GvirtVgpu *vgpu);

/* ---- shadow-ring.c ---- */

uint32_t gvirt_vring_read(GvirtVgpu *vgpu, const GvirtRegInfo *info,
                          uint32_t offset, uint32_t value);
void gvirt_vring_write(GvirtVgpu *vgpu, const GvirtRegInfo *info,
                       uint32_t offset, uint32_t old, uint32_t written);
/* Show the hardware as much of TAIL as can be. */
void gvirt_vring_submit(GvirtVgpu *vgpu, GvirtEngineId id);
/* Put a ring on the hardware; take it off, keeping HEAD. */
void gvirt_vring_load(GvirtVgpu *vgpu, GvirtEngineId id);
void gvirt_vring_unload(GvirtVgpu *vgpu, GvirtEngineId id);
/* Stop what runs, forget what is queued; the guest must start anew. */
void gvirt_vring_kill(GvirtVgpu *vgpu, uint32_t engines);
void gvirt_vring_load_pp_dir(GvirtVgpu *vgpu, GvirtEngineId id);
void gvirt_vring_load_hws(GvirtVgpu *vgpu, GvirtEngineId id);
/* There is work that the hardware does not know, and may know. */
bool gvirt_vring_has_work(const GvirtVgpu *vgpu, GvirtEngineId id);
/* Forget batches that the hardware is through with. */
void gvirt_vring_retire(GvirtMediator *mediator, GvirtEngineId id);

/* shadow-request.c: how much of a queue the hardware is shown at a time */
void gvirt_requests_retire(GvirtMediator *mediator, GvirtHwEngine *engine,
                           bool idle);
unsigned gvirt_requests_room(GvirtMediator *mediator, GvirtEngineId id);
unsigned gvirt_requests_find(GvirtEngineId id, const uint32_t *dw,
                             uint32_t len_dw, unsigned room,
                             uint32_t end_dw[GVIRT_REQUESTS_MAX]);
void gvirt_requests_add(GvirtMediator *mediator, GvirtEngineId id,
                        const uint32_t *end_dw, unsigned count,
                        uint32_t len_dw);

bool gvirt_hw_ring_back(GvirtMediator *mediator, GvirtEngineId id,
                        uint32_t pages);
/* Which engine a register belongs to (-1: none), and which one it is. */
int gvirt_ring_of(uint32_t offset, uint32_t *reg);
static inline uint32_t gvirt_ring_offset(GvirtEngineId id, uint32_t reg)
{
    static const uint32_t base[GVIRT_ENGINE_COUNT] = {
        GVIRT_RCS_BASE, GVIRT_VCS_BASE, GVIRT_BCS_BASE, GVIRT_VECS_BASE,
    };

    return reg == RING_HWS_PGA ? 0x4080 + id * 0x100 : base[id] + reg;
}

/* ---- shadow-batch.c: the arena ---- */

/* Dwords into pages of the mediator's, from a byte of the first one on. */
void gvirt_pages_write(GvirtMediator *mediator, const uint64_t *page_hpa,
                       uint32_t at_B, const uint32_t *dw, uint32_t len_dw);
/* Room for size_B bytes, or -1 (now; *never: nor later). */
int64_t gvirt_arena_take(GvirtMediator *mediator, GvirtEngineId id,
                         uint32_t size_B, bool *never);
void gvirt_arena_write(GvirtMediator *mediator, GvirtEngineId id,
                       uint32_t offset_B, const uint32_t *dw, uint32_t len_dw);
void gvirt_arena_clear(GvirtMediator *mediator, GvirtEngineId id);
/* The guest's address for one in the arena or the shadow ring. */
uint32_t gvirt_batch_guest_addr(GvirtVgpu *vgpu, GvirtEngineId id,
                                uint32_t addr);

/* ---- audit.c ---- */

typedef enum GvirtVerdict {
    GVIRT_VERDICT_PASS,
    GVIRT_VERDICT_CHANGED,      /* patched or partly neutralised */
    GVIRT_VERDICT_REJECTED,     /* made a no-op */
    GVIRT_VERDICT_AGAIN,        /* no room: the same later */
} GvirtVerdict;

/*
 * Audit len_dw dwords of a ring, in place. AGAIN: nothing has happened, the
 * dwords are void. Else they may be shown to the hardware; copied batches are
 * queued with retire_pos.
 */
GvirtVerdict gvirt_audit_ring(GvirtVgpu *vgpu, GvirtEngineId id, uint32_t *dw,
                              uint32_t len_dw, uint64_t retire_pos);

/* ---- scheduler.c ---- */

/* Registers and rings of the vGPU are on the hardware. */
static inline bool gvirt_vgpu_on_hw(const GvirtVgpu *vgpu)
{
    const GvirtMediator *mediator = vgpu->mediator;

    return mediator->owner == vgpu &&
           (mediator->phase == GVIRT_SWITCH_NONE ||
            mediator->phase == GVIRT_SWITCH_DRAIN);
}

void gvirt_sched_run(GvirtMediator *mediator);
void gvirt_sched_account(GvirtMediator *mediator);
/* The vGPU goes away, at once. */
void gvirt_sched_remove(GvirtVgpu *vgpu);

/* ---- context-switch.c ---- */

void gvirt_switch_init(GvirtMediator *mediator);
/* Begin to save; the owner's rings are dry. True: done at once. */
bool gvirt_switch_save(GvirtMediator *mediator);
bool gvirt_switch_restore(GvirtMediator *mediator);
/* Graphics memory for the render context of a vGPU that is switched out. */
bool gvirt_context_area_take(GvirtVgpu *vgpu);
void gvirt_context_area_give(GvirtVgpu *vgpu);
/* Whether our ring is through with it. */
bool gvirt_switch_done(GvirtMediator *mediator);
void gvirt_switch_finish_save(GvirtMediator *mediator);
void gvirt_switch_finish_restore(GvirtMediator *mediator);
/* The registers of switch_reg, of these engines, to and from the hardware. */
void gvirt_switch_save_registers(GvirtVgpu *vgpu, uint32_t engines);
void gvirt_switch_load_registers(GvirtVgpu *vgpu, uint32_t engines);
/* MI_MODE and the like: from here on a stopped ring is stopped. */
void gvirt_switch_load_modes(GvirtVgpu *vgpu, uint32_t engines);

/* ---- display-switch.c ---- */

void gvirt_vdisplay_init(GvirtVgpu *vgpu);
/* MI_DISPLAY_FLIP of a guest, on its own display. */
void gvirt_vdisplay_flip(GvirtVgpu *vgpu, const uint32_t *dw, uint32_t len_dw);

/* ---- virq.c ---- */

void gvirt_virq_init(GvirtMediator *mediator);
/* Read, clear and forward what the hardware has raised. */
void gvirt_virq_collect(GvirtMediator *mediator);

/* ---- reset.c ---- */

/* GDRST by a guest: the bits it wrote. */
void gvirt_vgpu_gdrst(GvirtVgpu *vgpu, uint32_t bits);
/* Reset engines of the hardware and bring them to the lending state. */
void gvirt_hw_reset_engines(GvirtMediator *mediator, uint32_t engines);
uint32_t gvirt_gdrst_engines(uint32_t bits);

#endif /* HW_GVIRT_HOST_MEDIATOR_INTERNAL_H */
