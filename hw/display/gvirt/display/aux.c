/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AUX channels: A in the north display, B to D in the south. A transaction
 * runs when SEND_BUSY is written and is over when the write returns.
 *
 * Source: HSW PRM vol. 11a, "DDI AUX Channel", "DisplayPort AUX Channel"; IVB
 * PRM vol. 3 part 3, 4.4.2 (bits); VESA DisplayPort 1.2, 2.7 (requests and
 * replies, I2C over AUX).
 */
#include "display-internal.h"

#define AUX_SEND_BUSY       (1u << 31)
#define AUX_DONE            (1u << 30)
#define AUX_INTERRUPT       (1u << 29)
#define AUX_TIMEOUT         (1u << 28)
#define AUX_RECEIVE_ERROR   (1u << 25)
#define AUX_SIZE(ctl)       ((ctl) >> 20 & 0x1f)
#define AUX_SIZE_MASK       (0x1fu << 20)

#define AUX_BYTES           20
#define AUX_PAYLOAD         16
#define AUX_HEADER          3

/* First byte of a reply. */
#define REPLY_ACK           0x00
#define REPLY_NACK          0x10
#define REPLY_I2C_NACK      0x40

#define REQUEST_NATIVE      0x8
#define REQUEST_MOT         0x4
#define REQUEST_READ        0x1

typedef struct Message {
    uint8_t byte[AUX_BYTES];
    unsigned size;
} Message;

static uint32_t ctl_offset(unsigned channel)
{
    return channel == 0 ? D_DDI_AUX_CTL_A
                        : D_DP_AUX_CTL_B + (channel - 1) * 0x100;
}

int gvirt_aux_channel(uint32_t offset)
{
    unsigned i;

    for (i = 0; i < GVIRT_AUX_CHANNELS; i++) {
        if (offset >= ctl_offset(i) && offset <= ctl_offset(i) + 20) {
            return i;
        }
    }
    return -1;
}

static void native(GvirtDisplay *display, GvirtPort port,
                   const Message *request, Message *reply)
{
    uint32_t address = (request->byte[0] & 0xf) << 16 |
                       request->byte[1] << 8 | request->byte[2];
    unsigned count = request->size > AUX_HEADER ? request->byte[3] + 1u : 0;
    unsigned i;

    reply->size = 1;
    count = MIN(count, AUX_PAYLOAD);
    if (request->byte[0] >> 4 & REQUEST_READ) {
        for (i = 0; i < count; i++) {
            reply->byte[1 + i] = gvirt_dpcd_read(display, port,
                                                 (address + i) & 0xfffff);
        }
        reply->size += count;
        return;
    }
    count = MIN(count, request->size - MIN(request->size, AUX_HEADER + 1u));
    for (i = 0; i < count; i++) {
        if (!gvirt_dpcd_write(display, port, (address + i) & 0xfffff,
                              request->byte[4 + i])) {
            reply->byte[0] = REPLY_NACK;
            reply->byte[1] = i;
            reply->size = 2;
            return;
        }
    }
}

static void i2c(GvirtDisplay *display, GvirtPort port, const Message *request,
                Message *reply)
{
    GvirtPortState *state = &display->port[port];
    uint8_t address = request->byte[2] & 0x7f;
    unsigned command = request->byte[0] >> 4, i, count = 0;
    bool read = command & REQUEST_READ, ok = true;

    reply->size = 1;
    if ((command & 3) == 2) {
        return;                 /* status update: nothing is outstanding */
    }
    if (request->size > AUX_HEADER) {
        count = MIN(request->byte[3] + 1u, AUX_PAYLOAD);
    }
    /* Address only is a (repeated) start; so is another address or way. */
    if (!count || !state->i2c_open || state->i2c_address != address ||
        state->i2c_read != read) {
        if (count || command & REQUEST_MOT) {
            ok = gvirt_ddc_start(&state->ddc, address, read);
            state->i2c_open = ok;
            state->i2c_address = address;
            state->i2c_read = read;
        }
    }
    if (ok && read) {
        for (i = 0; i < count; i++) {
            reply->byte[1 + i] = gvirt_ddc_read(&state->ddc);
        }
        reply->size += count;
    } else if (ok) {
        count = MIN(count, request->size -
                           MIN(request->size, AUX_HEADER + 1u));
        for (i = 0; i < count && ok; i++) {
            ok = gvirt_ddc_write(&state->ddc, request->byte[4 + i]);
        }
    }
    if (!ok) {
        reply->byte[0] = REPLY_I2C_NACK;
    }
    if (!(command & REQUEST_MOT) || !ok) {
        gvirt_ddc_stop(&state->ddc);
        state->i2c_open = false;
    }
}

static void load(GvirtDisplay *display, uint32_t data_offset, Message *message)
{
    unsigned i;

    for (i = 0; i < AUX_BYTES; i++) {
        message->byte[i] = d_get(display, data_offset + i / 4 * 4)
                           >> (24 - i % 4 * 8) & 0xff;
    }
}

static void store(GvirtDisplay *display, uint32_t data_offset,
                  const Message *message)
{
    uint32_t dword;
    unsigned i, j;

    for (i = 0; i < AUX_BYTES / 4; i++) {
        dword = 0;
        for (j = 0; j < 4; j++) {
            dword = dword << 8 | message->byte[i * 4 + j];
        }
        d_set(display, data_offset + i * 4, dword);
    }
}

void gvirt_aux_write(GvirtDisplay *display, unsigned channel, uint32_t offset,
                     uint32_t old, uint32_t written)
{
    static const GvirtIrqEvent event[GVIRT_AUX_CHANNELS] = {
        GVIRT_IRQ_AUX_A, GVIRT_IRQ_AUX_B, GVIRT_IRQ_AUX_C, GVIRT_IRQ_AUX_D,
    };
    const GvirtMonitor *monitor = &display->port[channel].monitor;
    uint32_t ctl = d_get(display, offset);
    Message request, reply = { .size = 0 };

    (void)old;
    if (offset != ctl_offset(channel)) {
        return;
    }
    ctl &= ~AUX_SEND_BUSY;
    if (!(written & AUX_SEND_BUSY)) {
        d_set(display, offset, ctl);
        return;
    }
    load(display, offset + 4, &request);
    request.size = AUX_SIZE(ctl);
    if (monitor->kind != GVIRT_MONITOR_DP || !monitor->connected ||
        request.size < AUX_HEADER || request.size > AUX_BYTES) {
        ctl |= AUX_DONE | AUX_TIMEOUT;  /* nobody answers */
    } else {
        if (request.byte[0] >> 4 & REQUEST_NATIVE) {
            native(display, channel, &request, &reply);
        } else {
            i2c(display, channel, &request, &reply);
        }
        store(display, offset + 4, &reply);
        ctl = (ctl & ~AUX_SIZE_MASK) | AUX_DONE | reply.size << 20;
    }
    d_set(display, offset, ctl);
    if (ctl & AUX_INTERRUPT) {
        gvirt_irq_raise(display->irq, event[channel]);
    }
}
