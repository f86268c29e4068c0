/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MI_MATH: the arithmetic unit of the render streamer, on sixteen registers
 * of 64 bits (CS_GPR).
 *
 * Source: HSW PRM vol. 6, MI_MATH; opcodes and operands from Mesa gen75.xml
 * (MI_MATH_ALU_INSTRUCTION); that flags are stored as all ones, from the
 * expectations of Mesa's mi_builder tests, which run on the real part.
 */
#include "gpu-internal.h"
#include "ring-regs.h"

#define ALU_OPCODE(dw)          ((dw) >> 20 & 0xfff)
#define ALU_OPERAND1(dw)        ((dw) >> 10 & 0x3ff)
#define ALU_OPERAND2(dw)        ((dw) & 0x3ff)

enum {
    ALU_NOOP        = 0x000,
    ALU_LOAD        = 0x080,
    ALU_LOAD0       = 0x081,
    ALU_ADD         = 0x100,
    ALU_SUB         = 0x101,
    ALU_AND         = 0x102,
    ALU_OR          = 0x103,
    ALU_XOR         = 0x104,
    ALU_STORE       = 0x180,
    ALU_LOADINV     = 0x480,
    ALU_LOAD1       = 0x481,
    ALU_STOREINV    = 0x580,
};

enum {
    OPERAND_SRCA    = 0x20,
    OPERAND_SRCB    = 0x21,
    OPERAND_ACCU    = 0x31,
    OPERAND_ZF      = 0x32,
    OPERAND_CF      = 0x33,
};

static bool alu_read(const GvirtEngine *engine, unsigned operand,
                     uint64_t *value)
{
    const GvirtRegFile *regs = &engine->gpu->regs;
    const GvirtAlu *alu = &engine->alu;

    switch (operand) {
    case OPERAND_SRCA:
        *value = alu->srca;
        return true;
    case OPERAND_SRCB:
        *value = alu->srcb;
        return true;
    case OPERAND_ACCU:
        *value = alu->accu;
        return true;
    case OPERAND_ZF:
        *value = alu->zf ? UINT64_MAX : 0;
        return true;
    case OPERAND_CF:
        *value = alu->cf ? UINT64_MAX : 0;
        return true;
    }
    if (operand >= CS_GPR_COUNT) {
        return false;
    }
    *value = gvirt_regfile_get(regs, CS_GPR + operand * 8) |
             (uint64_t)gvirt_regfile_get(regs, CS_GPR + operand * 8 + 4) << 32;
    return true;
}

static bool alu_load(GvirtEngine *engine, unsigned operand, uint64_t value)
{
    if (operand == OPERAND_SRCA) {
        engine->alu.srca = value;
    } else if (operand == OPERAND_SRCB) {
        engine->alu.srcb = value;
    } else {
        return false;
    }
    return true;
}

static bool alu_store(GvirtEngine *engine, unsigned operand, uint64_t value)
{
    GvirtRegFile *regs = &engine->gpu->regs;

    if (operand >= CS_GPR_COUNT) {
        return false;
    }
    gvirt_regfile_set(regs, CS_GPR + operand * 8, (uint32_t)value);
    gvirt_regfile_set(regs, CS_GPR + operand * 8 + 4, value >> 32);
    return true;
}

static void alu_result(GvirtAlu *alu, uint64_t value, bool carry)
{
    alu->accu = value;
    alu->zf = value == 0;
    alu->cf = carry;
}

/* One instruction; false when it is none. */
static bool alu_step(GvirtEngine *engine, uint32_t instruction)
{
    GvirtAlu *alu = &engine->alu;
    unsigned operand1 = ALU_OPERAND1(instruction);
    unsigned operand2 = ALU_OPERAND2(instruction);
    uint64_t value;

    switch (ALU_OPCODE(instruction)) {
    case ALU_NOOP:
        return true;
    case ALU_LOAD:
        return alu_read(engine, operand2, &value) &&
               alu_load(engine, operand1, value);
    case ALU_LOADINV:
        return alu_read(engine, operand2, &value) &&
               alu_load(engine, operand1, ~value);
    case ALU_LOAD0:
        return alu_load(engine, operand1, 0);
    case ALU_LOAD1:
        return alu_load(engine, operand1, UINT64_MAX);
    case ALU_ADD:
        alu_result(alu, alu->srca + alu->srcb,
                   alu->srca + alu->srcb < alu->srca);
        return true;
    case ALU_SUB:
        alu_result(alu, alu->srca - alu->srcb, alu->srca < alu->srcb);
        return true;
    case ALU_AND:
        alu_result(alu, alu->srca & alu->srcb, false);
        return true;
    case ALU_OR:
        alu_result(alu, alu->srca | alu->srcb, false);
        return true;
    case ALU_XOR:
        alu_result(alu, alu->srca ^ alu->srcb, false);
        return true;
    case ALU_STORE:
        return alu_read(engine, operand2, &value) &&
               alu_store(engine, operand1, value);
    case ALU_STOREINV:
        return alu_read(engine, operand2, &value) &&
               alu_store(engine, operand1, ~value);
    default:
        return false;
    }
}

GvirtStep gvirt_exec_MI_MATH(GvirtEngine *engine, const GvirtCommandInfo *info,
                             const uint32_t *dw, uint32_t len_dw)
{
    uint32_t i;

    (void)info;
    for (i = 1; i < len_dw; i++) {
        if (!alu_step(engine, dw[i])) {
            gvirt_log_guest_error(engine->gpu->host, "%s: MI_MATH instruction "
                                  "0x%08x", engine->name, dw[i]);
        }
    }
    return GVIRT_STEP_DONE;
}
