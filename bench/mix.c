/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * See mix.h. Source of the layouts: IVB PRM vol. 1 part 3, vol. 2 part 1;
 * i915: gt/gen7_renderclear.c, gt/gen6_engine_cs.c.
 */
#include "mix.h"

#include <string.h>

#define STORE_DWORD     0x10400002u     /* to the global space */
#define LOAD_REGISTER   0x11000001u
#define CS_GPR0         0x2600u
#define PIPE_CONTROL    0x7a000003u
#define PC_CS_STALL     (1u << 20)
#define PC_WRITE        (1u << 14)
#define PC_GLOBAL       (1u << 24)
#define STATE_VS        0x78100004u
#define STATE_CLIP      0x78120002u
#define STATE_SF        0x78130005u
#define STATE_WM        0x78140001u
#define STATE_PS        0x78200006u
#define STATE_CONST_VS  0x78150005u
#define STATE_URB_VS    0x78300000u
#define STATE_VIEWPORT  0x78230000u

uint32_t mix_state(uint32_t *dw, uint32_t max_dw, uint32_t data_addr)
{
    const uint32_t group[] = {
        STORE_DWORD, 0, data_addr, 0x12345678,
        LOAD_REGISTER, CS_GPR0, 0x5a5a5a5a,
        PIPE_CONTROL, PC_CS_STALL | PC_WRITE | PC_GLOBAL, data_addr + 8, 1, 0,
        STATE_VS, 0, 0, 0, 0, 0,
        STATE_CONST_VS, 0, 0, 0, 0, 0, 0,
        STATE_URB_VS, 0,
        STATE_CLIP, 0, 0, 0,
        STATE_SF, 0, 0, 0, 0, 0, 0,
        STATE_WM, 0, 0,
        STATE_PS, 0, 0, 0, 0, 0, 0, 0,
        STATE_VIEWPORT, 0,
    };
    const uint32_t group_dw = sizeof(group) / 4;
    uint32_t len_dw = 0;

    while (len_dw + group_dw <= max_dw) {
        memcpy(dw + len_dw, group, sizeof(group));
        len_dw += group_dw;
    }
    return len_dw;
}

uint32_t mix_request(uint32_t *dw, uint32_t data_addr)
{
    const uint32_t request[] = {
        PIPE_CONTROL, PC_CS_STALL | 1u << 1, 0, 0, 0,
        PIPE_CONTROL, PC_CS_STALL | 1u << 11 | 1u << 10, 0, 0, 0,
        STORE_DWORD, 0, data_addr, 1,
        LOAD_REGISTER, CS_GPR0, 0,
        PIPE_CONTROL, PC_CS_STALL | PC_WRITE | PC_GLOBAL | 1u << 12,
        data_addr + 8, 2, 0,
        0x01000000, 0,                  /* MI_USER_INTERRUPT */
    };

    memcpy(dw, request, sizeof(request));
    return sizeof(request) / 4;
}
