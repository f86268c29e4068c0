/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Audit of what guests submit: rings, and batches in the global space.
 *
 * Both are privileged: their commands may name global addresses and
 * registers. Each command is looked up in the command table; its global
 * operands must lie in the guest's partition, the registers that it writes
 * must be ones that a guest may own. What fails is made a no-op of the same
 * length. Batches are copied for it (audit-batch.c), and what a command does to
 * the vGPU rather than to the hardware is noted, and done at the end.
 *
 * Sources: gVirt (USENIX ATC'14), "Command protection"; HSW PRM vol. 6;
 * i915 i915_cmd_parser.c and XenGT cmd_parser.c for what is dangerous.
 */
#include "audit-internal.h"

#include <string.h>

#define HEADER_BIT22            (1u << 22)
#define FLUSH_DW_STORE_INDEX    (1u << 21)
#define FLUSH_DW_POST_SYNC      (3u << 14)
#define FLUSH_DW_GLOBAL         (1u << 2)
#define PIPE_CONTROL_GLOBAL     (1u << 24)
#define PIPE_CONTROL_LRI        (1u << 23)
#define PIPE_CONTROL_INDEX      (1u << 21)
#define PIPE_CONTROL_POST_SYNC  (3u << 14)
#define PERF_COUNT_GLOBAL       (1u << 0)
#define MBOX_UPDATE             (1u << 21)
#define MBOX_COMPARE_REGISTER   (1u << 18)
#define SET_CONTEXT_GTT         (1u << 8)
#define VFE_MMIO_ACCESS         (3u << 3)   /* dword 2 */
#define REG_OFFSET_MASK         0x007ffffcu
#define LRI_BYTE_DISABLE        (0xfu << 8)

#define BB_SECOND_LEVEL         (1u << 22)
#define BB_ADD_OFFSET           (1u << 16)  /* RCS, as the next three */
#define BB_PREDICATE            (1u << 15)
#define BB_NON_PRIVILEGED       (1u << 13)
#define BB_CLEAR_BUFFER         (1u << 11)
#define BB_PPGTT                (1u << 8)

#define UPDATE_GTT_MAX          1024u
#define EFFECTS_MAX             8192u
#define MESSAGES_MAX            8u          /* what is said of one, too */

typedef enum EffectKind {
    EFFECT_REGISTER,            /* a: offset, b: value */
    EFFECT_PP_DIR,              /* a: engine, b: guest's value, dir */
    EFFECT_PTE,                 /* a: page, b: entry */
    EFFECT_FLIP,                /* dw */
} EffectKind;

/* What a command does to the vGPU rather than to the hardware. */
typedef struct Effect {
    EffectKind kind;
    uint32_t a, b;
    GvirtShadowDir *dir;
    uint32_t dw[4];
    uint32_t len_dw;
} Effect;

GvirtVerdict gvirt_audit_reject(GvirtAudit *audit, uint32_t *dw,
                                uint32_t len_dw, const char *why)
{
    if (audit->rejects++ < MESSAGES_MAX) {
        gvirt_log_guest_error(audit_host(audit), "%s: engine %u: command "
                              "0x%08x rejected: %s", audit->vgpu->name,
                              audit->id, dw[0], why);
    }
    gvirt_trace(audit_host(audit), vgpu_audit, audit->vgpu->id, audit->id,
                dw[0], GVIRT_VERDICT_REJECTED);
    memset(dw, 0, (size_t)len_dw * 4);
    return GVIRT_VERDICT_REJECTED;
}

/* Carried out on the vGPU: a no-op for the hardware, and no offence. */
static GvirtVerdict emulated(GvirtAudit *audit, uint32_t *dw, uint32_t len_dw)
{
    gvirt_trace(audit_host(audit), vgpu_audit, audit->vgpu->id, audit->id,
                dw[0], GVIRT_VERDICT_CHANGED);
    memset(dw, 0, (size_t)len_dw * 4);
    audit->changed = true;
    return GVIRT_VERDICT_CHANGED;
}

/* One register write: allowed as it stands, or with another *value. */
static bool register_write(GvirtAudit *audit, uint32_t offset, uint32_t *value,
                           bool from_memory, bool *drop)
{
    GvirtVgpu *vgpu = audit->vgpu;
    Effect effect = { .kind = EFFECT_REGISTER, .a = offset };
    uint32_t reg;
    bool again;

    *drop = false;
    switch (gvirt_policy_command_write(vgpu, audit->id, offset,
                                       value ? *value : 0, from_memory)) {
    case GVIRT_COMMAND_ALLOW:
        return true;
    case GVIRT_COMMAND_EMULATE:
        if (audit->effect->len >= EFFECTS_MAX) {
            return false;
        }
        effect.b = *value;
        g_array_append_val(audit->effect, effect);
        *drop = true;
        return true;
    case GVIRT_COMMAND_PP_DIR:
        effect.kind = EFFECT_PP_DIR;
        if (audit->effect->len >= EFFECTS_MAX) {
            return false;
        }
        effect.a = gvirt_ring_of(offset, &reg);
        effect.b = *value;
        effect.dir = gvirt_shadow_dir(vgpu, *value, &again);
        audit->again |= again;
        if (!effect.dir) {
            return false;
        }
        g_array_append_val(audit->effect, effect);
        *value = gvirt_shadow_dir_base(effect.dir);
        audit->changed = true;
        return true;
    default:
        vgpu->stats.mmio_denied++;
        gvirt_trace(audit_host(audit), vgpu_deny, vgpu->id, offset,
                    value ? *value : 0, 1);
        return false;
    }
}

/* Pairs that may not pass are taken out, the rest moves up. */
static GvirtVerdict audit_lri(GvirtAudit *audit, uint32_t *dw, uint32_t len_dw)
{
    uint32_t header = dw[0];
    uint32_t kept = 1;
    bool refused = false;
    uint32_t i;

    for (i = 1; i + 1 < len_dw; i += 2) {
        uint32_t offset = dw[i] & REG_OFFSET_MASK;
        uint32_t value = dw[i + 1];
        bool partial = header & LRI_BYTE_DISABLE;
        bool drop;

        if (!register_write(audit, offset, &value, false, &drop) ||
            (partial && (drop || value != dw[i + 1]))) {
            if (audit->rejects < MESSAGES_MAX) {
                gvirt_log_guest_error(audit_host(audit), "%s: engine %u: "
                                      "write of register 0x%06x by command "
                                      "refused", audit->vgpu->name, audit->id,
                                      offset);
            }
            refused = true;
            continue;
        }
        if (!drop) {
            dw[kept] = dw[i];
            dw[kept + 1] = value;
            kept += 2;
        }
    }
    if (kept == 1) {
        return refused ? gvirt_audit_reject(audit, dw, len_dw, "register") :
                         emulated(audit, dw, len_dw);
    }
    if (kept < i) {
        memset(dw + kept, 0, (size_t)(len_dw - kept) * 4);
        dw[0] = (header & ~0xffu) | (kept - 2);
        audit->changed = true;
    }
    if (refused) {
        audit->rejects++;
        gvirt_trace(audit_host(audit), vgpu_audit, audit->vgpu->id, audit->id,
                    header, GVIRT_VERDICT_REJECTED);
    }
    return refused ? GVIRT_VERDICT_REJECTED : GVIRT_VERDICT_PASS;
}

static GvirtVerdict audit_update_gtt(GvirtAudit *audit, uint32_t *dw,
                                     uint32_t len_dw)
{
    uint32_t page = dw[1] >> GVIRT_PAGE_SHIFT;
    uint32_t i;

    if (!GVIRT_INTACT(UPDATE_GTT)) {
        return GVIRT_VERDICT_PASS;
    }
    for (i = 2; i < len_dw; i++) {
        Effect effect = {
            .kind = EFFECT_PTE,
            .a = page + i - 2,
            .b = dw[i],
        };

        if (effect.a >= GVIRT_GTT_ENTRIES || audit->effect->len >
            UPDATE_GTT_MAX) {
            return gvirt_audit_reject(audit, dw, len_dw, "page-table entries");
        }
        g_array_append_val(audit->effect, effect);
    }
    return emulated(audit, dw, len_dw);
}

static GvirtVerdict audit_flip(GvirtAudit *audit, uint32_t *dw, uint32_t len_dw)
{
    Effect effect = { .kind = EFFECT_FLIP, .len_dw = MIN(len_dw, 4) };

    if (audit->effect->len >= EFFECTS_MAX) {
        return gvirt_audit_reject(audit, dw, len_dw, "too many flips");
    }
    memcpy(effect.dw, dw, effect.len_dw * 4);
    g_array_append_val(audit->effect, effect);
    return emulated(audit, dw, len_dw);
}

static GvirtVerdict audit_set_context(GvirtAudit *audit, uint32_t *dw,
                                      uint32_t len_dw)
{
    if (!(dw[1] & SET_CONTEXT_GTT)) {
        return gvirt_audit_reject(audit, dw, len_dw,
                                  "context at a physical address");
    }
    if (GVIRT_INTACT(CONTEXT) &&
        !gvirt_vgpu_owns(audit->vgpu, dw[1] & ~GVIRT_PAGE_MASK,
                         GVIRT_CONTEXT_SIZE_B)) {
        return gvirt_audit_reject(audit, dw, len_dw,
                                  "context outside its memory");
    }
    return GVIRT_VERDICT_PASS;
}

/* PIPE_CONTROL with "LRI Post-Sync Operation": dword 2 is a register. */
static GvirtVerdict audit_pipe_control_lri(GvirtAudit *audit, uint32_t *dw,
                                           uint32_t len_dw)
{
    uint32_t value;
    bool drop;

    if (len_dw < 4) {
        return gvirt_audit_reject(audit, dw, len_dw,
                                  "register write cut short");
    }
    value = dw[3];
    if (!register_write(audit, dw[2] & REG_OFFSET_MASK, &value, false,
                        &drop)) {
        return gvirt_audit_reject(audit, dw, len_dw, "register");
    }
    if (drop) {
        dw[1] &= ~(PIPE_CONTROL_LRI | PIPE_CONTROL_POST_SYNC);
        dw[2] = 0;
        audit->changed = true;
    }
    dw[3] = value;
    return GVIRT_VERDICT_PASS;
}

static GvirtVerdict audit_registers(GvirtAudit *audit,
                                    const GvirtCommandInfo *info, uint32_t *dw,
                                    uint32_t len_dw)
{
    bool drop;

    if (info->value == GVIRT_OP_MI_STORE_REGISTER_MEM) {
        if (!gvirt_policy_command_read(audit->vgpu,
                                       dw[1] & REG_OFFSET_MASK)) {
            return gvirt_audit_reject(audit, dw, len_dw, "register");
        }
    } else if (info->value == GVIRT_OP_MI_LOAD_REGISTER_MEM) {
        if (!register_write(audit, dw[1] & REG_OFFSET_MASK, NULL, true,
                            &drop)) {
            return gvirt_audit_reject(audit, dw, len_dw, "register");
        }
    } else if (info->value == GVIRT_OP_MI_LOAD_REGISTER_REG && len_dw >= 3) {
        if (!gvirt_policy_command_read(audit->vgpu,
                                       dw[1] & REG_OFFSET_MASK) ||
            !register_write(audit, dw[2] & REG_OFFSET_MASK, NULL, true,
                            &drop)) {
            return gvirt_audit_reject(audit, dw, len_dw, "register");
        }
    } else if (info->flags & (GVIRT_CMD_REG_AT_1 | GVIRT_CMD_REG_AT_2)) {
        return gvirt_audit_reject(audit, dw, len_dw,
                                  "register access not known");
    }
    return GVIRT_VERDICT_PASS;
}

/* With "Compare Register" an update writes the register in dword 2. */
static GvirtVerdict audit_mailbox(GvirtAudit *audit, uint32_t *dw,
                                  uint32_t len_dw)
{
    uint32_t value = dw[1];
    bool drop;

    if (!(dw[0] & MBOX_UPDATE) || !GVIRT_INTACT(MAILBOX)) {
        return GVIRT_VERDICT_PASS;
    }
    if (!register_write(audit, dw[2] & REG_OFFSET_MASK, &value, false,
                        &drop)) {
        return gvirt_audit_reject(audit, dw, len_dw, "register");
    }
    if (drop) {
        dw[0] &= ~MBOX_UPDATE;
        audit->changed = true;
    }
    dw[1] = value;
    return GVIRT_VERDICT_PASS;
}

/* Is this operand a global address? */
static bool operand_is_global(const GvirtOperand *operand, const uint32_t *dw,
                              uint32_t len_dw)
{
    switch (operand->space) {
    case GVIRT_OPERAND_GGTT:
        return true;
    case GVIRT_OPERAND_BIT22:
        return dw[0] & HEADER_BIT22;
    case GVIRT_OPERAND_PIPE_CONTROL:
        return len_dw > 1 && (dw[1] & PIPE_CONTROL_POST_SYNC) &&
               !(dw[1] & (PIPE_CONTROL_INDEX | PIPE_CONTROL_LRI)) &&
               (dw[1] & PIPE_CONTROL_GLOBAL);
    case GVIRT_OPERAND_FLUSH_DW:
        return (dw[0] & FLUSH_DW_POST_SYNC) &&
               !(dw[0] & FLUSH_DW_STORE_INDEX) &&
               (dw[operand->dword] & FLUSH_DW_GLOBAL);
    case GVIRT_OPERAND_PERF_COUNT:
        return dw[operand->dword] & PERF_COUNT_GLOBAL;
    default:
        /*
         * Local: the shadow tables hold nothing foreign. Status page: its
         * address is checked where it is loaded, an index stays within it.
         */
        return false;
    }
}

static GvirtVerdict audit_operands(GvirtAudit *audit,
                                   const GvirtCommandInfo *info, uint32_t *dw,
                                   uint32_t len_dw)
{
    unsigned i;

    for (i = 0; i < GVIRT_OPERANDS_MAX; i++) {
        const GvirtOperand *operand = &info->operand[i];
        uint64_t addr, size_B;

        if (operand->space == GVIRT_OPERAND_NONE || operand->dword >= len_dw ||
            !operand_is_global(operand, dw, len_dw)) {
            continue;
        }
        addr = dw[operand->dword] & operand->mask;
        size_B = operand->size_B;
        if (info->value == GVIRT_OP_MI_STORE_DATA_IMM) {
            size_B = len_dw > 3 ? (len_dw - 3) * 4ull : 4;
        } else if (!size_B) {
            size_B = GVIRT_PAGE_SIZE_B;
        }
        /* A quadword goes to its own alignment; to be safe, all do. */
        size_B = size_B <= 8 ? 8 : size_B + (addr & 7);
        if (GVIRT_INTACT(GLOBAL_OPERAND) &&
            !gvirt_vgpu_owns(audit->vgpu, addr & ~7ull, size_B)) {
            return gvirt_audit_reject(audit, dw, len_dw,
                                      "global address outside its memory");
        }
    }
    return GVIRT_VERDICT_PASS;
}

/* True in *ends: nothing behind it is reached. */
static GvirtVerdict audit_batch_start(GvirtAudit *audit, uint32_t from,
                                      uint32_t at, uint32_t *dw,
                                      uint32_t len_dw, bool *ends)
{
    bool render = audit->id == GVIRT_RCS;
    bool returns = from == GVIRT_AUDIT_RING || dw[0] & BB_SECOND_LEVEL;

    if (render && dw[0] & (BB_CLEAR_BUFFER | BB_ADD_OFFSET)) {
        return gvirt_audit_reject(audit, dw, len_dw,
                                  "batch start of an unknown kind");
    }
    *ends = !returns && !(render && dw[0] & BB_PREDICATE);
    if (dw[0] & BB_PPGTT) {
        /* A local batch is not audited, so it has no privileges. */
        if (render && !(dw[0] & BB_NON_PRIVILEGED) &&
            GVIRT_INTACT(LOCAL_PRIVILEGE)) {
            gvirt_log_guest_error(audit_host(audit), "%s: local batch with "
                                  "privileges, taken away",
                                  audit->vgpu->name);
            dw[0] |= BB_NON_PRIVILEGED;
            audit->changed = true;
        }
        return GVIRT_VERDICT_PASS;
    }
    if (!GVIRT_INTACT(BATCH_COPY)) {
        return GVIRT_VERDICT_PASS;
    }
    if (!gvirt_audit_jump(audit, from, at, len_dw, dw[1] & ~3u)) {
        return gvirt_audit_reject(audit, dw, len_dw, "too many batches");
    }
    audit->changed = true;
    return GVIRT_VERDICT_CHANGED;
}

/* One command of known length, whole in dw. */
static GvirtVerdict audit_known(GvirtAudit *audit, uint32_t from, uint32_t at,
                                const GvirtCommandInfo *info, uint32_t *dw,
                                uint32_t len_dw, bool *ends)
{
    GvirtVerdict verdict;

    *ends = from != GVIRT_AUDIT_RING && info->flags & GVIRT_CMD_END;
    switch (info->value) {
    case GVIRT_OP_MI_LOAD_REGISTER_IMM:
        return audit_lri(audit, dw, len_dw);
    case GVIRT_OP_MI_BATCH_BUFFER_START:
        return audit_batch_start(audit, from, at, dw, len_dw, ends);
    case GVIRT_OP_MI_UPDATE_GTT:
        return audit_update_gtt(audit, dw, len_dw);
    case GVIRT_OP_MI_DISPLAY_FLIP:
        return audit_flip(audit, dw, len_dw);
    case GVIRT_OP_MI_SET_CONTEXT:
        return audit_set_context(audit, dw, len_dw);
    case GVIRT_OP_MI_WAIT_FOR_EVENT:
    case GVIRT_OP_MI_LOAD_SCAN_LINES_INCL:
    case GVIRT_OP_MI_LOAD_SCAN_LINES_EXCL:
        /* Of the hardware's display, which is no guest's. */
        return emulated(audit, dw, len_dw);
    case GVIRT_OP_MI_SEMAPHORE_MBOX:
        if (dw[0] & MBOX_COMPARE_REGISTER) {
            return audit_mailbox(audit, dw, len_dw);
        }
        break;
    case GVIRT_OP_PIPE_CONTROL:
        if (len_dw > 1 && dw[1] & PIPE_CONTROL_LRI &&
            GVIRT_INTACT(PIPE_CONTROL)) {
            return audit_pipe_control_lri(audit, dw, len_dw);
        }
        break;
    case GVIRT_OP_MEDIA_VFE_STATE:
        if (len_dw > 2 && dw[2] & VFE_MMIO_ACCESS) {
            dw[2] &= ~VFE_MMIO_ACCESS;
            audit->changed = true;
        }
        break;
    default:
        break;
    }
    if (info->flags & (GVIRT_CMD_LRI | GVIRT_CMD_BATCH_START)) {
        return gvirt_audit_reject(audit, dw, len_dw, "not known to the audit");
    }
    verdict = audit_registers(audit, info, dw, len_dw);
    return verdict == GVIRT_VERDICT_PASS ?
           audit_operands(audit, info, dw, len_dw) : verdict;
}

/* The shortest form that the checks above may index. */
static uint32_t least_dw(const GvirtCommandInfo *info)
{
    switch (info->value) {
    case GVIRT_OP_MI_BATCH_BUFFER_START:
    case GVIRT_OP_MI_SET_CONTEXT:
    case GVIRT_OP_MI_UPDATE_GTT:
        return 2;
    case GVIRT_OP_MI_DISPLAY_FLIP:
    case GVIRT_OP_MI_SEMAPHORE_MBOX:
    case GVIRT_OP_MI_STORE_REGISTER_MEM:
    case GVIRT_OP_MI_LOAD_REGISTER_MEM:
    case GVIRT_OP_MI_LOAD_REGISTER_REG:
    case GVIRT_OP_MI_LOAD_REGISTER_IMM:
        return 3;
    default:
        return 1;
    }
}

void gvirt_audit_command(GvirtAudit *audit, uint32_t from, uint32_t at,
                         uint32_t *dw, uint32_t len_dw,
                         const GvirtCommandInfo *info, bool *ends)
{
    *ends = false;
    if (!info) {
        gvirt_audit_reject(audit, dw, len_dw, "no such command");
    } else if (len_dw < least_dw(info)) {
        gvirt_audit_reject(audit, dw, len_dw, "too short");
    } else {
        audit_known(audit, from, at, info, dw, len_dw, ends);
    }
}

static void audit_stream_ring(GvirtAudit *audit, uint32_t *dw,
                              uint32_t count_dw)
{
    uint32_t at = 0;

    while (at < count_dw && !audit->again) {
        uint32_t header = dw[at];
        const GvirtCommandInfo *info;
        uint32_t len_dw;
        bool ends;

        if (header == GVIRT_OP_MI_NOOP) {
            at++;
            continue;
        }
        info = gvirt_command_find(audit->id, header);
        len_dw = gvirt_command_len_dw(info, header);
        if (len_dw > count_dw - at) {
            gvirt_audit_reject(audit, dw + at, count_dw - at,
                               "ends behind TAIL");
            break;
        }
        gvirt_audit_command(audit, GVIRT_AUDIT_RING, at, dw + at, len_dw, info,
                            &ends);
        at += len_dw;
    }
    audit->seen_dw += count_dw;
}

static void audit_apply(GvirtAudit *audit)
{
    GvirtVgpu *vgpu = audit->vgpu;
    uint32_t i;

    for (i = 0; i < audit->effect->len; i++) {
        const Effect *effect = &g_array_index(audit->effect, Effect, i);

        switch (effect->kind) {
        case EFFECT_REGISTER:
            gvirt_policy_write(vgpu, effect->a, effect->b);
            break;
        case EFFECT_PP_DIR:
            vgpu->ring[effect->a].dir = effect->dir;
            gvirt_regfile_set(&vgpu->regs,
                              gvirt_ring_offset(effect->a, RING_PP_DIR_BASE),
                              effect->b & 0xffff0000u);
            break;
        case EFFECT_PTE:
            gvirt_ggtt_write_pte(vgpu, effect->a, effect->b);
            break;
        case EFFECT_FLIP:
            gvirt_vdisplay_flip(vgpu, effect->dw, effect->len_dw);
            break;
        }
    }
}

GvirtVerdict gvirt_audit_ring(GvirtVgpu *vgpu, GvirtEngineId id, uint32_t *dw,
                              uint32_t len_dw, uint64_t retire_pos)
{
    GvirtAudit audit = {
        .vgpu = vgpu,
        .id = id,
        .ring = dw,
        .effect = g_array_new(FALSE, FALSE, sizeof(Effect)),
        .left_dw = GVIRT_AUDIT_MAX_DW,
    };
    GvirtVerdict verdict = GVIRT_VERDICT_AGAIN;
    bool placed;

    gvirt_audit_batches_init(&audit);
    audit_stream_ring(&audit, dw, len_dw);
    gvirt_audit_batches(&audit);
    placed = !audit.again && gvirt_audit_place(&audit);
    if (!audit.again) {
        gvirt_audit_patch(&audit, placed);
        if (placed) {
            gvirt_audit_store(&audit, retire_pos);
        }
        audit_apply(&audit);
        vgpu->stats.audited_dw += audit.seen_dw;
        vgpu->stats.audit_rejects += audit.rejects;
        verdict = audit.rejects ? GVIRT_VERDICT_REJECTED :
                  audit.changed ? GVIRT_VERDICT_CHANGED : GVIRT_VERDICT_PASS;
    }
    gvirt_shadow_unpin(vgpu);
    gvirt_audit_batches_destroy(&audit);
    g_array_free(audit.effect, TRUE);
    return verdict;
}
