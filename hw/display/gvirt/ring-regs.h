/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offsets within a command streamer's register block, and their bits.
 *
 * Source: IVB PRM vol. 1 part 3, VLV PRM vol. 2c; i915:
 * gt/intel_engine_regs.h (names where the PRMs differ by engine).
 */
#ifndef HW_DISPLAY_GVIRT_RING_REGS_H
#define HW_DISPLAY_GVIRT_RING_REGS_H

#include "gpu-internal.h"

#define RING_REGS_SIZE_B        0x1000u

#define RING_EXCC               0x028
#define RING_TAIL               0x030
#define   RING_TAIL_OFFSET      0x001ffff8u
#define RING_HEAD               0x034
#define   RING_HEAD_WRAP        0xffe00000u
#define   RING_HEAD_WRAP_ONE    0x00200000u
#define   RING_HEAD_OFFSET      0x001ffffcu
#define RING_START              0x038
#define   RING_START_ADDR       0xfffff000u
#define RING_CTL                0x03c
#define   RING_CTL_SIZE         0x001ff000u
#define   RING_CTL_WAIT         (1u << 11)
#define   RING_CTL_SEMAPHORE    (1u << 10)
#define   RING_CTL_NO_REG_WRITE (1u << 8)   /* VCS, VECS */
#define   RING_CTL_VALID        (1u << 0)
#define RING_SYNC_0             0x040
#define RING_SYNC_1             0x044
#define RING_SYNC_2             0x048
#define RING_IPEIR              0x064
#define RING_IPEHR              0x068
#define RING_INSTDONE           0x06c
#define RING_INSTPS             0x070
#define RING_ACTHD              0x074
#define RING_DMA_FADD           0x078
#define RING_NOPID              0x094
#define RING_MI_MODE            0x09c
#define   MI_MODE_IDLE          (1u << 9)
#define   MI_MODE_STOP_RING     (1u << 8)
#define RING_IMR                0x0a8
#define RING_EIR                0x0b0
#define   EIR_FATAL             GVIRT_ERROR_INSTRUCTION
#define RING_EMR                0x0b4
#define RING_ESR                0x0b8
#define RING_INSTPM             0x0c0
#define   INSTPM_CLFLUSH_TOGGLE (1u << 11)
#define   INSTPM_TLB_INVALIDATE (1u << 9)
#define   INSTPM_SYNC_FLUSH     (1u << 5)
#define   INSTPM_NO_MEDIA       (1u << 3)
#define   INSTPM_NO_3D_RENDERING (1u << 2)
#define   INSTPM_NO_3D_STATE    (1u << 1)
#define RING_BBSTATE            0x110
#define   BBSTATE_PPGTT_LEVEL2  (1u << 6)
#define   BBSTATE_PPGTT         (1u << 5)
#define RING_SBBADDR            0x114
#define RING_SBBSTATE           0x118
#define RING_UHPTR              0x134
#define   UHPTR_VALID           (1u << 0)
#define RING_BBADDR             0x140
#define   BBADDR_VALID          (1u << 0)
#define RING_BB_PREEMPT_ADDR    0x148
#define RING_HEAD_PREEMPT       0x14c
#define RING_BB_OFFSET          0x158
#define RING_PP_DIR_DCLV        0x220
#define RING_PP_DIR_BASE        0x228
#define RING_GFX_MODE           0x29c
#define   GFX_MODE_PPGTT        (1u << 9)
#define   GFX_MODE_TLB_EXPLICIT (1u << 13)
#define RING_TIMESTAMP          0x358
#define RING_TIMESTAMP_UDW      0x35c
#define RING_PP_DIR_BASE_READ   0x518

/* Of the render streamer alone. */
#define CS_PREDICATE_RESULT_2   0x2214u
#define CS_PREDICATE_SRC0       0x2400u
#define CS_PREDICATE_SRC1       0x2408u
#define CS_PREDICATE_DATA       0x2410u
#define CS_PREDICATE_RESULT     0x2418u
#define CS_PREDICATE_RESULT_1   0x241cu
#define CS_GPR                  0x2600u
#define CS_GPR_COUNT            16

/* Stored value of a register of this engine's block. */
static inline uint32_t gvirt_engine_reg(const GvirtEngine *engine,
                                        uint32_t offset)
{
    return gvirt_regfile_get(&engine->gpu->regs, engine->base + offset);
}

static inline void gvirt_engine_set_reg(GvirtEngine *engine, uint32_t offset,
                                        uint32_t value)
{
    gvirt_regfile_set(&engine->gpu->regs, engine->base + offset, value);
}

#endif /* HW_DISPLAY_GVIRT_RING_REGS_H */
