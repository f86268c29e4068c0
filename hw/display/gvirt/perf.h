/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Observability: the OA unit's counters, its reports by command and by timer,
 * and the registers of both. See perf.c.
 */
#ifndef HW_DISPLAY_GVIRT_PERF_H
#define HW_DISPLAY_GVIRT_PERF_H

#include "gpu-internal.h"

/* gvirt_perf_init(), _reset(), _destroy(), _advance(): gpu-internal.h. */

#define GVIRT_OA_REPORT_MAX_B   256

/* CCID has changed: counters that are bound to one context follow. */
void gvirt_perf_context_changed(GvirtGpu *gpu);

/*
 * The report as OACONTROL selects it, with the present counters, into dw
 * (64 dwords): returns its size in bytes.
 */
uint32_t gvirt_perf_report(GvirtGpu *gpu, uint32_t report_id, uint32_t *dw);

#endif /* HW_DISPLAY_GVIRT_PERF_H */
