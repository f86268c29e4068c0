/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Predicates. MI_PREDICATE computes the bit that 3DPRIMITIVE, GPGPU_WALKER
 * and a predicated MI_STORE_REGISTER_MEM look at. MI_SET_PREDICATE makes
 * no-ops of the commands that follow, by MI_PREDICATE_RESULT_2: done by the
 * streamer.
 *
 * Source: IVB PRM vol. 1 part 3, MI_PREDICATE; HSW PRM vol. 6,
 * MI_SET_PREDICATE; Mesa gen75.xml.
 */
#include "gpu-internal.h"
#include "ring-regs.h"

enum {
    COMPARE_TRUE,
    COMPARE_FALSE,
    COMPARE_SRCS_EQUAL,
    COMPARE_DELTAS_EQUAL,
};

enum {
    COMBINE_SET,
    COMBINE_AND,
    COMBINE_OR,
    COMBINE_XOR,
};

enum {
    LOAD_KEEP = 0,
    LOAD_LOAD = 2,
    LOAD_LOADINV = 3,
};

static uint64_t read64(const GvirtRegFile *regs, uint32_t offset)
{
    return gvirt_regfile_get(regs, offset) |
           (uint64_t)gvirt_regfile_get(regs, offset + 4) << 32;
}

static bool compare(GvirtRegFile *regs, unsigned operation)
{
    uint64_t delta = read64(regs, CS_PREDICATE_SRC0) -
                     read64(regs, CS_PREDICATE_SRC1);

    switch (operation) {
    case COMPARE_SRCS_EQUAL:
        gvirt_regfile_set(regs, CS_PREDICATE_DATA, (uint32_t)delta);
        gvirt_regfile_set(regs, CS_PREDICATE_DATA + 4, delta >> 32);
        return delta == 0;
    case COMPARE_DELTAS_EQUAL:
        return delta == read64(regs, CS_PREDICATE_DATA);
    default:
        return operation == COMPARE_TRUE;
    }
}

GvirtStep gvirt_exec_MI_PREDICATE(GvirtEngine *engine,
                                  const GvirtCommandInfo *info,
                                  const uint32_t *dw, uint32_t len_dw)
{
    GvirtRegFile *regs = &engine->gpu->regs;
    bool result = compare(regs, dw[0] & 3);
    bool state = gvirt_regfile_get(regs, CS_PREDICATE_RESULT) & 1;
    unsigned load = dw[0] >> 6 & 3;

    (void)info;
    (void)len_dw;
    switch (dw[0] >> 3 & 3) {
    case COMBINE_AND:
        result = result && state;
        break;
    case COMBINE_OR:
        result = result || state;
        break;
    case COMBINE_XOR:
        result = result != state;
        break;
    }
    if (load == LOAD_LOAD || load == LOAD_LOADINV) {
        gvirt_regfile_set(regs, CS_PREDICATE_RESULT,
                          result != (load == LOAD_LOADINV));
    }
    return GVIRT_STEP_DONE;
}

GvirtStep gvirt_exec_MI_SET_PREDICATE(GvirtEngine *engine,
                                      const GvirtCommandInfo *info,
                                      const uint32_t *dw, uint32_t len_dw)
{
    (void)info;
    (void)len_dw;
    engine->predicate = dw[0] & 3;
    return GVIRT_STEP_DONE;
}
