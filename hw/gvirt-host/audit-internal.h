/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit as its two files see it: audit.c looks at commands, audit-batch.c
 * copies the batches that they start.
 */
#ifndef HW_GVIRT_HOST_AUDIT_INTERNAL_H
#define HW_GVIRT_HOST_AUDIT_INTERNAL_H

#include "mediator-internal.h"

#define GVIRT_AUDIT_RING        UINT32_MAX  /* a piece: the ring itself */
#define GVIRT_AUDIT_JUMPS_MAX   4096u       /* of one submission */

/* One submission. */
typedef struct GvirtAudit {
    GvirtVgpu *vgpu;
    GvirtEngineId id;
    uint32_t *ring;
    GArray *piece;              /* stretches copied from batches */
    GArray *jump;               /* batch starts that lead into them */
    GArray *effect;             /* on the vGPU, when all is said and done */
    uint32_t left_dw;           /* that batches may still have */
    uint64_t seen_dw;
    unsigned rejects;
    bool changed;
    bool again;                 /* no room: the same later */
} GvirtAudit;

static inline const GvirtHost *audit_host(const GvirtAudit *audit)
{
    return audit->vgpu->mediator->host;
}

/* ---- audit.c ---- */

/* Make a command of len_dw dwords a no-op, and say why. */
GvirtVerdict gvirt_audit_reject(GvirtAudit *audit, uint32_t *dw,
                                uint32_t len_dw, const char *why);
/*
 * Audit one command, whole in dw, which is dword "at" of piece "from"; info
 * NULL: there is none such. *ends: nothing behind it in the piece is reached.
 */
void gvirt_audit_command(GvirtAudit *audit, uint32_t from, uint32_t at,
                         uint32_t *dw, uint32_t len_dw,
                         const GvirtCommandInfo *info, bool *ends);

/* ---- audit-batch.c ---- */

void gvirt_audit_batches_init(GvirtAudit *audit);
void gvirt_audit_batches_destroy(GvirtAudit *audit);
/*
 * Note the batch start of len_dw dwords at dword "at" of piece "from", which
 * leads to the guest's address target. False: there are too many.
 */
bool gvirt_audit_jump(GvirtAudit *audit, uint32_t from, uint32_t at,
                      uint32_t len_dw, uint32_t target);
/* Copy and audit along all jumps. */
void gvirt_audit_batches(GvirtAudit *audit);
/* Room in the arena for all copies. False: not now (again), or never. */
bool gvirt_audit_place(GvirtAudit *audit);
/* Let the jumps lead to the copies; not placed: make no-ops of them. */
void gvirt_audit_patch(GvirtAudit *audit, bool placed);
/* Write the copies to the arena, until the ring has passed retire_pos. */
void gvirt_audit_store(GvirtAudit *audit, uint64_t retire_pos);

#endif /* HW_GVIRT_HOST_AUDIT_INTERNAL_H */
