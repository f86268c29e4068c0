/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of a vGPU, kept where things happen, read here.
 *
 * Source: XenGT's statistics (XenGT-API.txt) as the model of what to count.
 */
#include "mediator-internal.h"

void gvirt_vgpu_stats(const GvirtVgpu *vgpu, GvirtVgpuStats *stats)
{
    *stats = vgpu->stats;
}

unsigned gvirt_vgpu_id(const GvirtVgpu *vgpu)
{
    return vgpu->id;
}

char *gvirt_vgpu_unknown_registers(GvirtVgpu *vgpu)
{
    return gvirt_regfile_unknown(&vgpu->regs);
}
