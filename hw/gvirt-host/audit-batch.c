/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Batches in the global space, for the audit: each is copied from where it
 * starts, along every jump, within bounds, audited as it is copied, and stored
 * in the arena. A jump into what was copied already leads into that copy, so
 * loops stay loops.
 *
 * Only copies are looked at, and only copies run.
 *
 * Source: gVirt (USENIX ATC'14), "Command protection".
 */
#include "audit-internal.h"

#include <string.h>

/* A stretch of commands: the ring's, or one copied from a batch. */
typedef struct Piece {
    uint32_t guest_addr;
    uint32_t *dw;
    uint32_t len_dw;            /* dwords at hand */
    uint32_t room_dw;
    uint32_t end_dw;            /* behind the last command */
    uint8_t *boundary;          /* bitmap: a command starts here */
    bool missing;               /* the guest has no memory further on */
    bool bad;                   /* out of bounds: may not be run */
    uint32_t offset_B;          /* in the arena */
} Piece;

typedef struct Jump {
    uint32_t piece;             /* where from: index, or GVIRT_AUDIT_RING */
    uint32_t at;                /* dword of the header */
    uint32_t len_dw;
    uint32_t target;            /* guest's address */
    uint32_t to_piece;
    uint32_t to_dw;
} Jump;

static Piece *audit_piece(GvirtAudit *audit, uint32_t index)
{
    return &g_array_index(audit->piece, Piece, index);
}

void gvirt_audit_batches_init(GvirtAudit *audit)
{
    audit->piece = g_array_new(FALSE, FALSE, sizeof(Piece));
    audit->jump = g_array_new(FALSE, FALSE, sizeof(Jump));
}

void gvirt_audit_batches_destroy(GvirtAudit *audit)
{
    uint32_t i;

    for (i = 0; i < audit->piece->len; i++) {
        g_free(audit_piece(audit, i)->dw);
        g_free(audit_piece(audit, i)->boundary);
    }
    g_array_free(audit->piece, TRUE);
    g_array_free(audit->jump, TRUE);
}

bool gvirt_audit_jump(GvirtAudit *audit, uint32_t from, uint32_t at,
                      uint32_t len_dw, uint32_t target)
{
    Jump jump = {
        .piece = from,
        .at = at,
        .len_dw = len_dw,
        .target = target,
        .to_piece = GVIRT_AUDIT_RING,
    };

    if (audit->jump->len >= GVIRT_AUDIT_JUMPS_MAX) {
        return false;
    }
    g_array_append_val(audit->jump, jump);
    return true;
}

/* At least wanted dwords of the piece at hand; false: there are no more. */
static bool piece_fetch(GvirtAudit *audit, Piece *piece, uint32_t wanted_dw)
{
    while (piece->len_dw < wanted_dw) {
        uint64_t addr = piece->guest_addr + (uint64_t)piece->len_dw * 4;
        uint32_t run_dw = (GVIRT_PAGE_SIZE_B - (addr & GVIRT_PAGE_MASK)) / 4;
        uint32_t i;

        if (piece->missing || piece->bad) {
            return false;
        }
        /* By what is copied: many short pieces are as dear as a long one. */
        if (run_dw > audit->left_dw) {
            piece->bad = true;
            return false;
        }
        audit->left_dw -= run_dw;
        if (piece->len_dw + run_dw + 1 > piece->room_dw) {
            uint32_t room_dw = MAX(piece->room_dw * 2, piece->len_dw +
                                   run_dw + GVIRT_PTE_PER_TABLE);

            piece->dw = g_renew(uint32_t, piece->dw, room_dw);
            piece->boundary = g_realloc(piece->boundary, room_dw / 8 + 1);
            memset(piece->boundary + piece->room_dw / 8 +
                   (piece->room_dw != 0), 0, room_dw / 8 + 1 -
                   piece->room_dw / 8 - (piece->room_dw != 0));
            piece->room_dw = room_dw;
        }
        if (!gvirt_ggtt_copy(audit->vgpu, addr, piece->dw + piece->len_dw,
                             run_dw * 4)) {
            piece->missing = true;
            return false;
        }
        for (i = 0; i < run_dw; i++) {
            uint32_t *dw = &piece->dw[piece->len_dw + i];

            *dw = GUINT32_FROM_LE(*dw);
        }
        piece->len_dw += run_dw;
    }
    return true;
}

static void piece_end(Piece *piece, uint32_t at)
{
    if (at >= piece->room_dw) {
        piece->bad = true;
        return;
    }
    piece->dw[at] = GVIRT_OP_MI_BATCH_BUFFER_END;
    piece->end_dw = at + 1;
}

static void audit_stream_piece(GvirtAudit *audit, uint32_t index)
{
    uint32_t at = 0;
    bool ends = false;

    while (!ends && !audit->again) {
        Piece *piece = audit_piece(audit, index);
        const GvirtCommandInfo *info;
        uint32_t header, len_dw;

        if (!piece_fetch(audit, piece, at + 1)) {
            if (piece->bad) {
                return;
            }
            gvirt_log_guest_error(audit_host(audit), "%s: batch at 0x%x runs "
                                  "out of its memory", audit->vgpu->name,
                                  piece->guest_addr);
            piece_end(piece, at);
            return;
        }
        header = piece->dw[at];
        info = gvirt_command_find(audit->id, header);
        len_dw = header == GVIRT_OP_MI_NOOP ? 1 :
                 gvirt_command_len_dw(info, header);
        if (!piece_fetch(audit, piece, at + len_dw)) {
            piece_end(piece, at);
            return;
        }
        audit->seen_dw += len_dw;
        piece->boundary[at / 8] |= 1u << at % 8;
        if (header != GVIRT_OP_MI_NOOP) {
            gvirt_audit_command(audit, index, at, piece->dw + at, len_dw, info,
                                &ends);
        }
        at += len_dw;
        audit_piece(audit, index)->end_dw = at;
    }
    /*
     * MI_SET_PREDICATE can make a no-op of the jump at the end: what stands
     * behind it in the arena was never audited, or for somebody else.
     */
    if (ends && GVIRT_INTACT(BATCH_GUARD)) {
        piece_end(audit_piece(audit, index), at);
    }
}

/* Where a guest's address stands in what was copied; false: nowhere. */
static bool find_target(GvirtAudit *audit, Jump *jump)
{
    uint32_t i;

    for (i = 0; i < audit->piece->len; i++) {
        Piece *piece = audit_piece(audit, i);
        uint32_t dw = (jump->target - piece->guest_addr) / 4;

        if (jump->target >= piece->guest_addr && dw < piece->end_dw &&
            piece->boundary[dw / 8] >> dw % 8 & 1) {
            jump->to_piece = i;
            jump->to_dw = dw;
            return true;
        }
    }
    return false;
}

/* Jumps found meanwhile are appended. */
void gvirt_audit_batches(GvirtAudit *audit)
{
    uint32_t i;

    for (i = 0; i < audit->jump->len && !audit->again; i++) {
        Jump jump = g_array_index(audit->jump, Jump, i);

        if (!find_target(audit, &jump)) {
            Piece piece = { .guest_addr = jump.target };

            jump.to_piece = audit->piece->len;
            jump.to_dw = 0;
            g_array_append_val(audit->piece, piece);
            audit_stream_piece(audit, jump.to_piece);
        }
        g_array_index(audit->jump, Jump, i) = jump;
    }
}

/* All pieces stand in one stretch. */
bool gvirt_audit_place(GvirtAudit *audit)
{
    uint64_t size_B = 0;
    int64_t offset_B;
    bool never;
    uint32_t i;

    for (i = 0; i < audit->piece->len; i++) {
        Piece *piece = audit_piece(audit, i);

        piece->offset_B = size_B;
        size_B += ((uint64_t)piece->end_dw * 4 + 63) & ~63ull;
    }
    if (!size_B) {
        return true;
    }
    if (size_B > UINT32_MAX) {
        return false;
    }
    offset_B = gvirt_arena_take(audit->vgpu->mediator, audit->id, size_B,
                                &never);
    if (offset_B < 0) {
        audit->again = !never;
        return false;
    }
    for (i = 0; i < audit->piece->len; i++) {
        audit_piece(audit, i)->offset_B += offset_B;
    }
    return true;
}

void gvirt_audit_patch(GvirtAudit *audit, bool placed)
{
    uint32_t base = (GVIRT_OWN_ARENA_PAGE + audit->id * GVIRT_ARENA_PAGES) <<
                    GVIRT_PAGE_SHIFT;
    uint32_t i;

    for (i = 0; i < audit->jump->len; i++) {
        const Jump *jump = &g_array_index(audit->jump, Jump, i);
        uint32_t *from = jump->piece == GVIRT_AUDIT_RING ? audit->ring :
                         audit_piece(audit, jump->piece)->dw;
        uint32_t *dw = from + jump->at;
        const Piece *to = audit_piece(audit, jump->to_piece);

        if (!placed || to->bad) {
            gvirt_audit_reject(audit, dw, jump->len_dw,
                               "batch too long, or endless");
            if (jump->piece != GVIRT_AUDIT_RING) {
                dw[0] = GVIRT_OP_MI_BATCH_BUFFER_END;
            }
        } else {
            dw[1] = base + to->offset_B + jump->to_dw * 4;
        }
    }
}

void gvirt_audit_store(GvirtAudit *audit, uint64_t retire_pos)
{
    GvirtMediator *mediator = audit->vgpu->mediator;
    uint32_t i;

    for (i = 0; i < audit->piece->len; i++) {
        Piece *piece = audit_piece(audit, i);
        GvirtShadowBatch *batch = g_new0(GvirtShadowBatch, 1);

        gvirt_arena_write(mediator, audit->id, piece->offset_B, piece->dw,
                          piece->end_dw);
        batch->guest_addr = piece->guest_addr;
        batch->len_dw = piece->end_dw;
        batch->offset_B = piece->offset_B;
        batch->retire_pos = retire_pos;
        g_queue_push_tail(&mediator->engine[audit->id].batches, batch);
    }
}
