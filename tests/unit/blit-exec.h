/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One command of the 2D engine handed to its executor, for the tests of the
 * blitter without a ring.
 */
#ifndef GVIRT_TESTS_UNIT_BLIT_EXEC_H
#define GVIRT_TESTS_UNIT_BLIT_EXEC_H

#include <check.h>
#include <string.h>

#include "../../hw/display/gvirt/gpu-internal.h"

/*
 * Carry out the command of len_dw dwords; the device's lock is held. The
 * executor gets an exact copy on the heap: reading behind the command is
 * found by AddressSanitizer.
 */
static inline GvirtStep blit_execute_locked(GvirtGpu *gpu, const uint32_t *dw,
                                            uint32_t len_dw)
{
    static const struct {
        GvirtExec exec;
        GvirtExecFn fn;
    } executors[] = {
        { GVIRT_EXEC_BLT_SETUP, gvirt_exec_BLT_SETUP },
        { GVIRT_EXEC_BLT_COLOR, gvirt_exec_BLT_COLOR },
        { GVIRT_EXEC_BLT_COPY, gvirt_exec_BLT_COPY },
        { GVIRT_EXEC_BLT_PATTERN, gvirt_exec_BLT_PATTERN },
        { GVIRT_EXEC_BLT_MONO_PATTERN, gvirt_exec_BLT_MONO_PATTERN },
        { GVIRT_EXEC_BLT_MONO_COPY, gvirt_exec_BLT_MONO_COPY },
        { GVIRT_EXEC_BLT_FULL, gvirt_exec_BLT_FULL },
        { GVIRT_EXEC_BLT_TEXT, gvirt_exec_BLT_TEXT },
        { GVIRT_EXEC_BLT_PIXEL, gvirt_exec_BLT_PIXEL },
        { GVIRT_EXEC_BLT_SCANLINES, gvirt_exec_BLT_SCANLINES },
    };
    const GvirtCommandInfo *info = gvirt_command_find(GVIRT_BCS, dw[0]);
    GvirtStep step = GVIRT_STEP_WAIT;
    uint32_t *copy = g_new(uint32_t, len_dw);
    size_t i;

    ck_assert_ptr_nonnull(info);
    memcpy(copy, dw, len_dw * sizeof(*dw));
    for (i = 0; i < G_N_ELEMENTS(executors); i++) {
        if (executors[i].exec == info->exec) {
            step = executors[i].fn(&gpu->engine[GVIRT_BCS], info, copy,
                                   len_dw);
        }
    }
    g_free(copy);
    return step;
}

static inline GvirtStep blit_execute(GvirtGpu *gpu, const uint32_t *dw,
                                     uint32_t len_dw)
{
    GvirtStep step;

    gvirt_gpu_enter(gpu);
    step = blit_execute_locked(gpu, dw, len_dw);
    gvirt_gpu_leave(gpu);
    return step;
}

#endif /* GVIRT_TESTS_UNIT_BLIT_EXEC_H */
