/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCODE, the power firmware, behind its mailbox: command and READY in, data,
 * a status and READY cleared out.
 *
 * Sources: i915: intel_pcode.c, i915_reg.h (commands, GEN7 status codes),
 * gt/intel_llc.c; HSW PRM vol. 11a, "CD clock" (command 0x17).
 */
#include "power-internal.h"

#include <string.h>

#define MAILBOX_READY       (1u << 31)

typedef enum PcodeStatus {
    PCODE_SUCCESS = 0x00,
    PCODE_ILLEGAL_COMMAND = 0x01,
    PCODE_RATIO_OUT_OF_RANGE = 0x10,
} PcodeStatus;

enum {
    PCODE_WRITE_RC6VIDS = 0x04,
    PCODE_READ_RC6VIDS = 0x05,
    PCODE_WRITE_MIN_FREQ_TABLE = 0x08,
    PCODE_READ_MIN_FREQ_TABLE = 0x09,
    PCODE_READ_OC_PARAMS = 0x0c,
    PCODE_READ_D_COMP = 0x10,
    PCODE_WRITE_D_COMP = 0x11,
    PCODE_DE_WRITE_FREQ_REQ = 0x17,
    PCODE_DYNAMIC_DUTY_CYCLE = 0x1a,
};

/* D_COMP: a compensation that was forced is done by the next look. */
#define D_COMP_RCOMP_IN_PROGRESS    (1u << 9)
#define D_COMP_COMP_FORCE           (1u << 8)

void power_pcode_reset(GvirtPower *power)
{
    power->rc6_vids = 0;
    memset(power->ring_ratio, 0, sizeof(power->ring_ratio));
}

static bool ratio_in_range(const GvirtPower *power, unsigned ratio)
{
    return ratio >= power_rpn(power) && ratio <= power_rp0(power);
}

static PcodeStatus run(GvirtPower *power, uint32_t command, uint32_t *data)
{
    unsigned ratio = *data & 0xff;

    switch (command) {
    case PCODE_WRITE_RC6VIDS:
        power->rc6_vids = *data;
        return PCODE_SUCCESS;
    case PCODE_READ_RC6VIDS:
        *data = power->rc6_vids;
        return PCODE_SUCCESS;
    case PCODE_WRITE_MIN_FREQ_TABLE:
        if (!ratio_in_range(power, ratio)) {
            return PCODE_RATIO_OUT_OF_RANGE;
        }
        power->ring_ratio[ratio] = *data >> 8;
        return PCODE_SUCCESS;
    case PCODE_READ_MIN_FREQ_TABLE:
        if (!ratio_in_range(power, ratio)) {
            return PCODE_RATIO_OUT_OF_RANGE;
        }
        *data = power->ring_ratio[ratio];
        return PCODE_SUCCESS;
    case PCODE_READ_OC_PARAMS:
        *data = 0;      /* bit 31 clear: the part is not overclocked */
        return PCODE_SUCCESS;
    case PCODE_READ_D_COMP:
        *data = power_get(power, GVIRT_REG_D_COMP);
        return PCODE_SUCCESS;
    case PCODE_WRITE_D_COMP:
        power_set(power, GVIRT_REG_D_COMP,
                  *data & ~(D_COMP_RCOMP_IN_PROGRESS | D_COMP_COMP_FORCE));
        return PCODE_SUCCESS;
    case PCODE_DE_WRITE_FREQ_REQ:
        return PCODE_SUCCESS;   /* voltage for the CD clock: always enough */
    case PCODE_DYNAMIC_DUTY_CYCLE:
        *data = power_rp1(power) << 8;
        return PCODE_SUCCESS;
    default:
        gvirt_log_unimp(power->regs->host, "%s: PCODE command 0x%02x",
                        power->regs->owner, command);
        return PCODE_ILLEGAL_COMMAND;
    }
}

void power_pcode_run(GvirtPower *power)
{
    uint32_t mailbox = power_get(power, GVIRT_REG_PCODE_MAILBOX);
    uint32_t data = power_get(power, GVIRT_REG_PCODE_DATA);
    PcodeStatus status;

    if (!(mailbox & MAILBOX_READY)) {
        return;
    }
    status = run(power, mailbox & 0xff, &data);
    power_set(power, GVIRT_REG_PCODE_DATA, data);
    power_set(power, GVIRT_REG_PCODE_DATA1, 0);
    power_set(power, GVIRT_REG_PCODE_MAILBOX,
              (mailbox & ~(MAILBOX_READY | 0xff)) | status);
}
