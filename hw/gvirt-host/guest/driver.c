/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulated guest's driver: binding to the vGPU, interrupts, iterations of
 * the workload at their pace, and the reset of engines that hang.
 *
 * Sources: gVirt (USENIX ATC'14), "Graphics memory resource partitioning"
 * (ballooning); i915 i915_vgpu.c, i915_irq.c (the order in which masks and
 * identities are touched), gt/intel_reset.c.
 */
#include "guest.h"

#include <stdarg.h>
#include <string.h>

#define PVINFO_MAGIC            0x4776544776544776ull
#define PVINFO_VERSION          1
#define PVINFO_CAP_FULL_PPGTT   (1u << 2)
#define PVINFO_LOW_BASE         0x40
#define PVINFO_HIGH_BASE        0x48
#define PVINFO_FENCES           0x50
#define MAD_DIMM_SIZE_MASK      0xffffu

#define FORCEWAKE_KERNEL        0x1u
#define ECOCHK_PPGTT            0x18u   /* i915: WB_HSW, with LLC */
#define GDRST_FULL              0x1u
#define POLLS                   1000

/* An interrupt is served until it is gone; more than this is a storm. */
#define IRQ_ROUNDS              16
#define IRQ_STORM_NS            1000000
/* Steps that one event may cause; what is left waits for the timer. */
#define ADVANCE_STEPS           (4u * GVIRT_GUEST_QUEUE_MAX)
#define LOGS_MAX                8u

static const GuestWorkload *const workloads[] = {
    &guest_workload_copy,
    &guest_workload_fill,
    &guest_workload_checksum,
    &guest_workload_idle,
    &guest_workload_hog,
};

const char *const *gvirt_guest_workloads(void)
{
    static const char *names[G_N_ELEMENTS(workloads) + 1];
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(workloads); i++) {
        names[i] = workloads[i]->name;
    }
    return names;
}

void guest_error(GvirtGuest *guest, const char *format, ...)
{
    va_list ap;

    guest->stats.errors++;
    g_free(guest->last_error);
    va_start(ap, format);
    guest->last_error = g_strdup_vprintf(format, ap);
    va_end(ap);
    if (guest->stats.errors <= LOGS_MAX) {
        guest->host->ops->log(guest->host->opaque, guest->last_error);
    }
}

/* xorshift64*: Vigna, "An experimental exploration of xorshift generators" */
uint64_t guest_random(GvirtGuest *guest)
{
    guest->random ^= guest->random >> 12;
    guest->random ^= guest->random << 25;
    guest->random ^= guest->random >> 27;
    return guest->random * 0x2545f4914f6cdd1dull;
}

/* ---- interrupts ---- */

static void irq_install(GvirtGuest *guest)
{
    uint32_t gt = 0, pm = 0;
    unsigned i;

    guest_write(guest, REG_DEIER, 0);
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        *(guest->engine[i].pm ? &pm : &gt) |= guest->engine[i].user_bit;
    }
    /* What was latched before, and what stands behind it. */
    for (i = 0; i < 2; i++) {
        guest_write(guest, REG_GTIIR, UINT32_MAX);
        guest_write(guest, REG_PMIIR, UINT32_MAX);
        guest_write(guest, REG_DEIIR, UINT32_MAX);
        guest_write(guest, REG_SDEIIR, UINT32_MAX);
    }
    guest_write(guest, REG_SDEIMR, UINT32_MAX);
    guest_write(guest, REG_SDEIER, 0);
    guest_write(guest, REG_DEIMR, UINT32_MAX);
    guest_write(guest, REG_GTIMR, ~gt);
    guest_write(guest, REG_GTIER, gt);
    guest_write(guest, REG_PMIMR, ~pm);
    guest_write(guest, REG_PMIER, pm);
    guest_write(guest, REG_DEIER, DEIER_MASTER | DE_VBLANK_A);
}

/* Read and clear an identity register; what it said. */
static uint32_t irq_take(GvirtGuest *guest, uint32_t iir_reg)
{
    uint32_t iir = guest_read(guest, iir_reg);

    if (iir) {
        guest_write(guest, iir_reg, iir);
    }
    return iir;
}

static bool irq_serve(GvirtGuest *guest)
{
    uint32_t deier = guest_read(guest, REG_DEIER);
    uint32_t sdeier, gt, pm, de;

    /* The master off, so that what comes meanwhile makes an edge of its own. */
    guest_write(guest, REG_DEIER, deier & ~DEIER_MASTER);
    sdeier = guest_read(guest, REG_SDEIER);
    guest_write(guest, REG_SDEIER, 0);
    gt = irq_take(guest, REG_GTIIR);
    de = irq_take(guest, REG_DEIIR);
    pm = irq_take(guest, REG_PMIIR);
    if (de & DE_VBLANK_A) {
        guest->stats.vblanks++;
    }
    guest_write(guest, REG_DEIER, deier);
    guest_write(guest, REG_SDEIER, sdeier);
    return gt || pm || de;
}

/* ---- engines that do not come to an end ---- */

static bool engines_reset(GvirtGuest *guest)
{
    unsigned i, polls;

    guest_write(guest, REG_GDRST, GDRST_FULL);
    for (polls = 0; polls < POLLS; polls++) {
        if (!(guest_read(guest, REG_GDRST) & GDRST_FULL)) {
            break;
        }
    }
    for (i = 0; i < GVIRT_GUEST_QUEUE_MAX; i++) {
        guest->slot[i].active = false;
        guest->slot[i].next_ns = guest_now_ns(guest);
    }
    guest_write(guest, REG_GAM_ECOCHK, ECOCHK_PPGTT);
    if (!guest_rings_start(guest)) {
        guest_error(guest, "the rings do not start after a reset");
        guest->running = false;
        return false;
    }
    if (guest->workload->start) {
        guest->workload->start(guest);
    }
    return true;
}

static int64_t hang_deadline_ns(const GvirtGuest *guest)
{
    int64_t deadline_ns = INT64_MAX;
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        const GuestEngine *engine = &guest->engine[i];

        if (engine->count) {
            deadline_ns = MIN(deadline_ns, engine->progress_ns +
                                           guest->config.hang_ns);
        }
    }
    return deadline_ns;
}

static void hang_check(GvirtGuest *guest, int64_t now_ns)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        GuestEngine *engine = &guest->engine[i];

        if (!engine->count ||
            now_ns - engine->progress_ns < guest->config.hang_ns) {
            continue;
        }
        if (guest_retire(guest, i)) {
            guest_error(guest, "engine %u: no interrupt for seqno %u", i,
                        engine->done);
            continue;
        }
        guest->stats.hangs++;
        guest_error(guest, "engine %u: hung at seqno %u of %u, HEAD 0x%x, "
                    "TAIL 0x%x", i, engine->done, engine->seqno,
                    guest_read(guest, engine->base + REG_RING_HEAD),
                    engine->tail_B);
        engines_reset(guest);
        return;
    }
}

/* ---- iterations ---- */

static bool slot_waits(const GvirtGuest *guest, const GuestSlot *slot)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (slot->wait[i] &&
            !guest_seqno_passed(&guest->engine[i], slot->wait[i])) {
            return true;
        }
    }
    return false;
}

/* True: something was done for it. */
static bool slot_advance(GvirtGuest *guest, GuestSlot *slot, int64_t now_ns)
{
    if (!slot->active) {
        if (now_ns < slot->next_ns) {
            return false;
        }
        slot->active = true;
        slot->phase = 0;
        slot->start_ns = now_ns;
    } else if (slot_waits(guest, slot)) {
        return false;
    } else {
        slot->phase++;
    }
    memset(slot->wait, 0, sizeof(slot->wait));
    if (!guest->workload->step(guest, slot)) {
        slot->active = false;
        slot->next_ns = MAX(now_ns, slot->start_ns +
                                    guest->config.interval_ns);
        guest->stats.iterations++;
    }
    return true;
}

static void rearm(GvirtGuest *guest)
{
    int64_t deadline_ns = hang_deadline_ns(guest);
    unsigned i;

    for (i = 0; i < guest->config.queue; i++) {
        const GuestSlot *slot = &guest->slot[i];

        if (!slot->active) {
            deadline_ns = MIN(deadline_ns, slot->next_ns);
        } else if (!slot_waits(guest, slot)) {
            deadline_ns = MIN(deadline_ns, guest_now_ns(guest));
        }
    }
    if (guest->irq_left) {
        deadline_ns = MIN(deadline_ns, guest_now_ns(guest) + IRQ_STORM_NS);
    }
    guest->host->ops->timer_set(guest->host->opaque,
                                guest->running ? deadline_ns : INT64_MAX);
}

static void advance(GvirtGuest *guest)
{
    unsigned steps = 0;
    unsigned i;
    bool more;

    if (!guest->running || guest->in_advance) {
        return;
    }
    guest->in_advance = true;
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        guest_retire(guest, i);
    }
    do {
        int64_t now_ns = guest_now_ns(guest);

        more = false;
        for (i = 0; i < guest->config.queue; i++) {
            more |= slot_advance(guest, &guest->slot[i], now_ns);
            steps++;
        }
    } while (more && steps < ADVANCE_STEPS);
    guest->in_advance = false;
    rearm(guest);
}

void gvirt_guest_irq(GvirtGuest *guest, bool level)
{
    int rounds = 0;

    if (!level || !guest->running) {
        return;
    }
    /* Some other cause may have been served with this one's line. */
    while (gvirt_vgpu_irq_level(guest->vgpu) && rounds < IRQ_ROUNDS) {
        guest->stats.interrupts++;
        if (!irq_serve(guest)) {
            break;
        }
        rounds++;
    }
    guest->irq_left = rounds == IRQ_ROUNDS;
    if (rounds) {
        advance(guest);
    }
}

void gvirt_guest_timer(GvirtGuest *guest)
{
    if (guest->irq_left) {
        gvirt_guest_irq(guest, gvirt_vgpu_irq_level(guest->vgpu));
    }
    if (guest->running) {
        hang_check(guest, guest_now_ns(guest));
        advance(guest);
    }
}

/* ---- binding ---- */

static bool range_read(GvirtGuest *guest, uint32_t offset, uint64_t from,
                       uint64_t to, GuestRange *range)
{
    uint64_t base = guest_read(guest, REG_PVINFO + offset);
    uint64_t size_B = guest_read(guest, REG_PVINFO + offset + 4);

    if ((base | size_B) & GVIRT_PAGE_MASK || base < from ||
        base + size_B > to) {
        return false;
    }
    range->page = base >> GVIRT_PAGE_SHIFT;
    range->end_page = (base + size_B) >> GVIRT_PAGE_SHIFT;
    /* Address 0 means "none" here. */
    if (range->page == 0 && size_B) {
        range->page = 1;
    }
    return true;
}

static const char *probe(GvirtGuest *guest)
{
    unsigned polls;

    if (gvirt_vgpu_read(guest->vgpu, REG_PVINFO, 8) != PVINFO_MAGIC ||
        gvirt_vgpu_read(guest->vgpu, REG_PVINFO + 8, 2) != PVINFO_VERSION) {
        return "there is no PVINFO page";
    }
    if (!(guest_read(guest, REG_PVINFO + 0x10) & PVINFO_CAP_FULL_PPGTT)) {
        return "the vGPU has no local page tables";
    }
    if (!range_read(guest, PVINFO_LOW_BASE, 0, GVIRT_APERTURE_SIZE_B,
                    &guest->low) ||
        !range_read(guest, PVINFO_HIGH_BASE, GVIRT_APERTURE_SIZE_B,
                    GVIRT_GGTT_SIZE_B, &guest->high)) {
        return "the ranges in PVINFO are none";
    }
    guest->fences = guest_read(guest, REG_PVINFO + PVINFO_FENCES);
    /* Channels alike are interleaved: i915 gt/intel_ggtt_fencing.c. */
    guest->swizzled =
        (guest_read(guest, REG_MAD_DIMM_C0) & MAD_DIMM_SIZE_MASK) ==
        (guest_read(guest, REG_MAD_DIMM_C1) & MAD_DIMM_SIZE_MASK);

    guest_write(guest, REG_FORCEWAKE_MT,
                FORCEWAKE_KERNEL << 16 | FORCEWAKE_KERNEL);
    for (polls = 0; polls < POLLS; polls++) {
        if (guest_read(guest, REG_FORCEWAKE_ACK) & FORCEWAKE_KERNEL) {
            return NULL;
        }
    }
    return "forcewake is not acknowledged";
}

static const char *bind(GvirtGuest *guest)
{
    const char *why = probe(guest);
    unsigned i;

    if (why) {
        return why;
    }
    if (!guest_ppgtt_init(guest)) {
        return "memory or high-gm is too small for its page tables";
    }
    if (!guest_rings_alloc(guest)) {
        return "memory or high-gm is too small for its rings";
    }
    for (i = 0; i < guest->config.queue; i++) {
        guest->slot[i].index = i;
        guest->slot[i].fence = -1;
        if (!guest->workload->setup(guest, &guest->slot[i])) {
            return "memory or graphics memory is too small for its workload";
        }
    }
    guest_flush_tlb(guest);
    guest_write(guest, REG_GAM_ECOCHK, ECOCHK_PPGTT);
    irq_install(guest);
    if (!guest_rings_start(guest)) {
        return "its rings do not start";
    }
    return NULL;
}

GvirtGuest *gvirt_guest_new(GvirtVgpu *vgpu, const GvirtGuestHost *host,
                            const GvirtGuestConfig *config, char **error)
{
    GvirtGuest *guest = g_new0(GvirtGuest, 1);
    const char *why = NULL;
    unsigned i;

    guest->vgpu = vgpu;
    guest->host = host;
    guest->config = *config;
    guest->random = config->seed ? config->seed : 0x9e3779b97f4a7c15ull;
    for (i = 0; i < G_N_ELEMENTS(workloads); i++) {
        if (strcmp(config->workload, workloads[i]->name) == 0) {
            guest->workload = workloads[i];
        }
    }
    if (!guest->workload) {
        why = "there is no such workload";
    } else if (config->queue < 1 || config->queue > GVIRT_GUEST_QUEUE_MAX) {
        why = "its queue must hold 1 to 8 iterations";
    } else if (config->memory_size_B < GVIRT_GUEST_MEMORY_MIN_B ||
               config->memory_size_B & GVIRT_PAGE_MASK) {
        why = "its memory must be whole pages, and 16 MiB at least";
    } else if (config->interval_ns < 0 || config->hang_ns <= 0) {
        why = "its times must be positive";
    } else {
        why = bind(guest);
    }
    if (why) {
        if (error) {
            *error = g_strdup_printf("emulated guest: %s", why);
        }
        gvirt_guest_free(guest);
        return NULL;
    }
    guest->running = true;
    if (guest->workload->start) {
        guest->workload->start(guest);
    }
    advance(guest);
    return guest;
}

void gvirt_guest_free(GvirtGuest *guest)
{
    unsigned i;

    if (guest) {
        guest->host->ops->timer_set(guest->host->opaque, INT64_MAX);
        for (i = 0; i < GVIRT_GUEST_QUEUE_MAX; i++) {
            g_free(guest->slot[i].expect);
        }
        g_free(guest->last_error);
        g_free(guest);
    }
}

void gvirt_guest_stats(const GvirtGuest *guest, GvirtGuestStats *stats)
{
    *stats = guest->stats;
}

const char *gvirt_guest_last_error(const GvirtGuest *guest)
{
    return guest->last_error ? guest->last_error : "";
}
