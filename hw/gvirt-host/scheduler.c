/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has the engines: all four belong to one vGPU at a time, in turn, for a
 * slice in proportion to its weight; who has nothing to do is passed over.
 *
 * A slice may be overrun, or not used up: who has had least in proportion to
 * its weight is next, and what a cap is exceeded by counts in what follows.
 * Who has waited for two seconds is next in any case.
 *
 * There is no preemption: a switch holds the owner's TAILs back and waits for
 * its rings to run dry. What does not within the time limit is reset. Limits
 * count the time that the engines have had: on a host that does other things
 * nobody's work is reset for that.
 *
 * Source: gVirt (USENIX ATC'14), "Scheduling" (16 ms slices, coarse flow
 * control); XenGT sched.c, vgt.h (VGT_RING_TIMEOUT).
 */
#include "mediator-internal.h"

#define SLICE_NS        (16 * 1000 * 1000ll)
#define SLICE_MIN_NS    (1 * 1000 * 1000ll)
#define SLICE_MAX_NS    (160 * 1000 * 1000ll)
#define POLL_NS         (100 * 1000ll)
#define BUSY_POLL_NS    (4 * 1000 * 1000ll)
#define RING_TIMEOUT_NS (500 * 1000 * 1000ll)
/* Our own few commands end by themselves, on however slow a host. */
#define OWN_TIMEOUT_NS  (5000 * 1000 * 1000ll)
#define PERIOD_NS       (160 * 1000 * 1000ll)
#define STEPS_MAX       16

/*
 * What is paid back at most, of run time above one's share (others have theirs
 * meanwhile: by weight that can be a long wait), and of what exceeds a cap.
 */
#define AHEAD_MAX_NS    RING_TIMEOUT_NS
#define CAP_DEBT_MAX    6       /* periods */
#define WEIGHT_UNIT     100u    /* a charge is in ns of this weight */

/*
 * Who has waited for so long, by the engines' time, is next whatever its
 * weight: i915 looks after its engines every 2.5 s.
 */
#define WAIT_MAX_NS     (2000 * 1000 * 1000ll)

static bool vgpu_has_work(const GvirtVgpu *vgpu)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (gvirt_vring_has_work(vgpu, i)) {
            return true;
        }
    }
    return false;
}

static uint32_t busy_engines(GvirtMediator *mediator)
{
    uint32_t busy = 0;
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (mediator->engine[i].loaded && !gvirt_hw_engine_idle(mediator, i)) {
            busy |= GVIRT_ENGINE_BIT(i);
        }
    }
    return busy;
}

static void tell_busy(GvirtVgpu *vgpu, bool busy)
{
    if (vgpu->busy != busy) {
        vgpu->busy = busy;
        gvirt_power_busy(vgpu->power, busy);
    }
}

/* What a vGPU may have in a period, 0: all. */
static uint64_t cap_ns(const GvirtVgpu *vgpu)
{
    return (uint64_t)PERIOD_NS / 100 * vgpu->config.cap_percent;
}

/* Caps count within periods; what is above one counts in the next. */
static void account_period(GvirtMediator *mediator, int64_t now_ns)
{
    int64_t periods;
    unsigned i;

    if (now_ns < mediator->period_end_ns) {
        return;
    }
    /* One after the other, however late it is: each brings a cap. */
    periods = 1 + (now_ns - mediator->period_end_ns) / PERIOD_NS;
    mediator->period_end_ns += periods * PERIOD_NS;
    periods = MIN(periods, CAP_DEBT_MAX + 1);
    for (i = 0; i < mediator->vgpu_top; i++) {
        GvirtVgpu *vgpu = mediator->vgpu[i];
        uint64_t cap;

        if (vgpu) {
            cap = cap_ns(vgpu);
            vgpu->period_run_ns = MIN(vgpu->period_run_ns,
                                      cap * (CAP_DEBT_MAX + 1));
            vgpu->period_run_ns -= MIN(vgpu->period_run_ns, cap * periods);
            vgpu->throttled = cap && vgpu->period_run_ns >= cap;
        }
    }
}

static uint64_t charge_of(const GvirtVgpu *vgpu, uint64_t run_ns)
{
    return run_ns * WEIGHT_UNIT / vgpu->config.weight;
}

/* Its wait counts from now: it begins to want, or loses the engines. */
static void begin_waiting(GvirtVgpu *vgpu)
{
    vgpu->wait_work_ns = gvirt_mediator_work_ns(vgpu->mediator);
}

/*
 * Who wants to run, and what the one that has had least of them has had: who
 * begins to want starts from there, as if it had had its share so far.
 */
static void update_wanting(GvirtMediator *mediator)
{
    uint64_t least = UINT64_MAX;
    unsigned i;

    for (i = 0; i < mediator->vgpu_top; i++) {
        GvirtVgpu *vgpu = mediator->vgpu[i];
        bool wants;

        if (!vgpu) {
            continue;
        }
        wants = !vgpu->throttled &&
                (vgpu_has_work(vgpu) ||
                 (vgpu == mediator->owner && mediator->accounting));
        if (wants && !vgpu->wanting) {
            vgpu->charge = MAX(vgpu->charge, mediator->least_charge);
            begin_waiting(vgpu);
        }
        vgpu->wanting = wants;
        if (wants) {
            least = MIN(least, vgpu->charge);
        }
    }
    if (least == UINT64_MAX) {
        return;
    }
    mediator->least_charge = MAX(mediator->least_charge, least);
    for (i = 0; i < mediator->vgpu_top; i++) {
        GvirtVgpu *vgpu = mediator->vgpu[i];

        if (vgpu) {
            vgpu->charge = MIN(vgpu->charge, mediator->least_charge +
                               charge_of(vgpu, AHEAD_MAX_NS));
        }
    }
}

void gvirt_sched_account(GvirtMediator *mediator)
{
    GvirtVgpu *owner = mediator->owner;
    int64_t now_ns = gvirt_mediator_now_ns(mediator);

    if (mediator->accounting && owner && now_ns > mediator->account_ns) {
        uint64_t run_ns = now_ns - mediator->account_ns;

        owner->stats.run_ns += run_ns;
        owner->period_run_ns += run_ns;
        owner->charge += charge_of(owner, run_ns);
    }
    mediator->account_ns = now_ns;
    account_period(mediator, now_ns);
    mediator->accounting = owner && gvirt_vgpu_on_hw(owner) &&
                           busy_engines(mediator);
    if (!owner) {
        return;
    }
    if (cap_ns(owner) && owner->period_run_ns >= cap_ns(owner)) {
        owner->throttled = true;
    }
    tell_busy(owner, mediator->accounting);
}

static bool overdue(const GvirtVgpu *vgpu)
{
    return vgpu->wanting && gvirt_mediator_work_ns(vgpu->mediator) -
                            vgpu->wait_work_ns >= WAIT_MAX_NS;
}

/* Of two that have work and do not have the engines. */
static bool goes_before(const GvirtVgpu *vgpu, const GvirtVgpu *other)
{
    if (overdue(vgpu) || overdue(other)) {
        return vgpu->wait_work_ns < other->wait_work_ns;
    }
    return vgpu->charge < other->charge;
}

/*
 * Who has work and has waited too long, or has had least, other than the
 * owner; else by turn.
 */
static GvirtVgpu *pick_next(GvirtMediator *mediator)
{
    GvirtVgpu *next = NULL;
    unsigned i;

    for (i = 1; i <= mediator->vgpu_top; i++) {
        GvirtVgpu *vgpu = mediator->vgpu[(mediator->turn + i) %
                                         mediator->vgpu_top];

        if (vgpu && vgpu != mediator->owner && !vgpu->throttled &&
            vgpu_has_work(vgpu) && (!next || goes_before(vgpu, next))) {
            next = vgpu;
        }
    }
    return next;
}

/* In proportion to the mean weight of those who want to run. */
static int64_t slice_ns(const GvirtMediator *mediator, const GvirtVgpu *vgpu)
{
    uint64_t sum = vgpu->config.weight;
    unsigned count = 1;
    unsigned i;

    for (i = 0; i < mediator->vgpu_top; i++) {
        const GvirtVgpu *other = mediator->vgpu[i];

        if (other && other != vgpu && vgpu_has_work(other)) {
            sum += other->config.weight;
            count++;
        }
    }
    return CLAMP((int64_t)(SLICE_NS * vgpu->config.weight * count / sum),
                 SLICE_MIN_NS, SLICE_MAX_NS);
}

/* The slice is over, but the owner, at work, has had less than the next. */
static bool slice_goes_on(GvirtMediator *mediator, const GvirtVgpu *next,
                          int64_t now_ns)
{
    const GvirtVgpu *owner = mediator->owner;
    uint64_t behind_ns;

    if (owner->throttled || !mediator->accounting || overdue(next) ||
        owner->charge >= next->charge) {
        return false;
    }
    behind_ns = (next->charge - owner->charge) / WEIGHT_UNIT *
                owner->config.weight;
    mediator->slice_end_ns = now_ns + CLAMP((int64_t)MIN(behind_ns,
                                                         SLICE_MAX_NS),
                                            SLICE_MIN_NS,
                                            slice_ns(mediator, owner));
    return true;
}

static void poll_at(GvirtMediator *mediator, int64_t at_ns)
{
    mediator->poll_ns = MIN(mediator->poll_ns, at_ns);
}

/* Whoever has used up its share is looked at when the next one begins. */
static void poll_throttled(GvirtMediator *mediator)
{
    unsigned i;

    for (i = 0; i < mediator->vgpu_top; i++) {
        const GvirtVgpu *vgpu = mediator->vgpu[i];

        if (vgpu && vgpu->throttled && vgpu_has_work(vgpu)) {
            poll_at(mediator, mediator->period_end_ns);
        }
    }
}

/* A phase begins, and ends within that time. */
static void begin_phase(GvirtMediator *mediator, GvirtSwitchPhase phase,
                        int64_t limit_ns)
{
    mediator->phase = phase;
    mediator->phase_end_work_ns = gvirt_mediator_work_ns(mediator) + limit_ns;
}

static bool phase_late(const GvirtMediator *mediator)
{
    return gvirt_mediator_work_ns(mediator) >= mediator->phase_end_work_ns;
}

static void begin_restore(GvirtMediator *mediator)
{
    begin_phase(mediator, GVIRT_SWITCH_RESTORE, OWN_TIMEOUT_NS);
    gvirt_switch_restore(mediator);
}

static void begin_drain(GvirtMediator *mediator, GvirtVgpu *next,
                        GvirtSwitchReason reason, int64_t now_ns)
{
    mediator->next = next;
    mediator->reason = reason;
    begin_phase(mediator, GVIRT_SWITCH_DRAIN, RING_TIMEOUT_NS);
    mediator->switch_start_ns = now_ns;
}

static void submit_all(GvirtVgpu *vgpu)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        gvirt_vring_submit(vgpu, i);
    }
}

static bool waits_for_mailbox(GvirtMediator *mediator, uint32_t engines)
{
    unsigned i;

    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        if (engines & GVIRT_ENGINE_BIT(i) &&
            gvirt_hw_read(mediator, mediator->engine[i].base + RING_CTL) &
            RING_CTL_SEMAPHORE) {
            return true;
        }
    }
    return false;
}

/* An engine may wait for what another was not yet told to do. */
static void let_through(GvirtMediator *mediator, uint32_t busy, int64_t now_ns)
{
    mediator->let_through = waits_for_mailbox(mediator, busy);
    if (mediator->let_through) {
        submit_all(mediator->owner);
        mediator->let_through = false;
        poll_at(mediator, now_ns + POLL_NS);
    }
}

/* The owner runs. True: something has changed, look again. */
static bool step_none(GvirtMediator *mediator, int64_t now_ns)
{
    GvirtVgpu *owner = mediator->owner;
    GvirtVgpu *next = pick_next(mediator);

    poll_throttled(mediator);
    if (!owner) {
        if (next) {
            mediator->next = next;
            mediator->reason = GVIRT_REASON_FIRST;
            mediator->switch_start_ns = now_ns;
            begin_restore(mediator);
        }
        return next;
    }
    submit_all(owner);
    if (owner->throttled && owner->period_run_ns < 2 * cap_ns(owner)) {
        /* Else it would wait, and be charged for it, for ever. */
        let_through(mediator, busy_engines(mediator), now_ns);
    }
    if (next) {
        bool idle = !busy_engines(mediator);

        if (idle && (owner->throttled || !vgpu_has_work(owner))) {
            begin_drain(mediator, next, GVIRT_REASON_IDLE, now_ns);
            return true;
        }
        if (owner->throttled || (now_ns >= mediator->slice_end_ns &&
                                 !slice_goes_on(mediator, next, now_ns))) {
            begin_drain(mediator, next, GVIRT_REASON_SLICE, now_ns);
            return true;
        }
        poll_at(mediator, MIN(mediator->slice_end_ns, now_ns + POLL_NS));
    } else if (!owner->throttled && vgpu_has_work(owner)) {
        poll_at(mediator, now_ns + POLL_NS);
    }
    if (mediator->accounting) {
        /* To see it go idle, or reach its cap, without an interrupt. */
        poll_at(mediator, now_ns + (owner->config.cap_percent ? SLICE_MIN_NS :
                                                                BUSY_POLL_NS));
    }
    return false;
}

static bool step_drain(GvirtMediator *mediator, int64_t now_ns)
{
    GvirtVgpu *owner = mediator->owner;
    uint32_t busy = busy_engines(mediator);
    unsigned i;

    if (!mediator->next) {
        /* Whom it made room for has gone: for another, within the limit. */
        mediator->next = pick_next(mediator);
        if (!mediator->next) {
            mediator->phase = GVIRT_SWITCH_NONE;
            return true;
        }
    }
    if (busy && !phase_late(mediator)) {
        let_through(mediator, busy, now_ns);
        poll_at(mediator, now_ns + POLL_NS);
        return false;
    }
    if (busy) {
        gvirt_log_guest_error(mediator->host, "%s: engines 0x%x do not come "
                              "to an end, reset", owner->name, busy);
        gvirt_vring_kill(owner, busy);
        for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
            /* Its driver will find it hung, and reset it. */
            owner->ring[i].hung |= (busy & GVIRT_ENGINE_BIT(i)) != 0;
        }
        owner->stats.resets++;
    }
    gvirt_virq_collect(mediator);
    gvirt_sched_account(mediator);
    begin_phase(mediator, GVIRT_SWITCH_SAVE, OWN_TIMEOUT_NS);
    gvirt_switch_save(mediator);
    return true;
}

/* Our own ring is stuck: what it was to save or restore is lost. */
static bool own_ring_late(GvirtMediator *mediator, GvirtVgpu *vgpu,
                          int64_t now_ns)
{
    if (!phase_late(mediator)) {
        poll_at(mediator, now_ns + POLL_NS);
        return false;
    }
    gvirt_log_guest_error(mediator->host, "%s: its render context could not "
                          "be %s: HEAD 0x%x, TAIL 0x%x, IPEHR 0x%x",
                          vgpu->name, mediator->phase == GVIRT_SWITCH_SAVE ?
                          "saved" : "restored",
                          gvirt_hw_read(mediator, GVIRT_RCS_BASE + RING_HEAD),
                          gvirt_hw_read(mediator, GVIRT_RCS_BASE + RING_TAIL),
                          gvirt_hw_read(mediator, GVIRT_RCS_BASE +
                                        RING_IPEHR));
    gvirt_hw_reset_engines(mediator, GVIRT_ALL_ENGINES);
    return true;
}

static bool step_save(GvirtMediator *mediator, int64_t now_ns)
{
    GvirtVgpu *owner = mediator->owner;
    bool late = false;

    if (!gvirt_switch_done(mediator)) {
        late = own_ring_late(mediator, owner, now_ns);
        if (!late) {
            return false;
        }
    }
    gvirt_switch_finish_save(mediator);
    owner->has_context = !late;
    begin_waiting(owner);
    mediator->turn = owner->id - 1;
    tell_busy(owner, false);
    mediator->owner = NULL;
    mediator->accounting = false;
    gvirt_trace(mediator->host, vgpu_switch, owner->id,
                mediator->next ? (int64_t)mediator->next->id : -1,
                now_ns - mediator->switch_start_ns, mediator->reason);
    if (mediator->next) {
        begin_restore(mediator);
    } else {
        mediator->phase = GVIRT_SWITCH_NONE;
    }
    return true;
}

static bool step_restore(GvirtMediator *mediator, int64_t now_ns)
{
    GvirtVgpu *next = mediator->next;

    if (!gvirt_switch_done(mediator)) {
        if (!own_ring_late(mediator, next, now_ns)) {
            return false;
        }
        next->has_context = false;
    }
    gvirt_virq_collect(mediator);
    gvirt_switch_finish_restore(mediator);
    next->stats.switches_in++;
    gvirt_trace(mediator->host, vgpu_switch, -1, next->id,
                now_ns - mediator->switch_start_ns, mediator->reason);
    mediator->slice_end_ns = now_ns + slice_ns(mediator, next);
    mediator->account_ns = now_ns;
    return true;
}

void gvirt_sched_run(GvirtMediator *mediator)
{
    int steps;

    if (mediator->scheduling) {
        return;
    }
    mediator->scheduling = true;
    for (steps = 0; steps < STEPS_MAX; steps++) {
        int64_t now_ns = gvirt_mediator_now_ns(mediator);
        bool more = false;

        gvirt_sched_account(mediator);
        update_wanting(mediator);
        switch (mediator->phase) {
        case GVIRT_SWITCH_NONE:
            more = step_none(mediator, now_ns);
            break;
        case GVIRT_SWITCH_DRAIN:
            more = step_drain(mediator, now_ns);
            break;
        case GVIRT_SWITCH_SAVE:
            more = step_save(mediator, now_ns);
            break;
        case GVIRT_SWITCH_RESTORE:
            more = step_restore(mediator, now_ns);
            break;
        }
        if (!more) {
            break;
        }
    }
    if (steps == STEPS_MAX) {
        poll_at(mediator, gvirt_mediator_now_ns(mediator) + POLL_NS);
    }
    mediator->scheduling = false;
}

void gvirt_sched_remove(GvirtVgpu *vgpu)
{
    GvirtMediator *mediator = vgpu->mediator;
    unsigned i;

    if (mediator->owner != vgpu && mediator->next != vgpu) {
        return;
    }
    gvirt_sched_account(mediator);
    if (mediator->owner == vgpu || mediator->phase == GVIRT_SWITCH_RESTORE) {
        if (gvirt_vgpu_on_hw(vgpu)) {
            gvirt_virq_collect(mediator);
            gvirt_policy_unload_oa(vgpu);
            for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
                gvirt_vring_unload(vgpu, i);
            }
        }
        gvirt_hw_reset_engines(mediator, GVIRT_ALL_ENGINES);
        gvirt_hw_flush_tlb(mediator);
        if (mediator->owner == vgpu) {
            tell_busy(vgpu, false);
            gvirt_trace(mediator->host, vgpu_switch, vgpu->id, -1, 0,
                        GVIRT_REASON_GONE);
        }
        mediator->owner = NULL;
        mediator->phase = GVIRT_SWITCH_NONE;
        mediator->accounting = false;
    }
    /* A drain for it goes on while there is another who wants. */
    mediator->next = NULL;
    vgpu->has_context = false;
    begin_waiting(vgpu);
    poll_at(mediator, gvirt_mediator_now_ns(mediator));
}
