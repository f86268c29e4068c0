/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The I2C slaves of a monitor: EDID memory (0x50) and segment pointer (0x30),
 * by bytes and by wires.
 *
 * Source: VESA E-DDC 1.2, 2.2.5 (segment pointer: back to 0 at each stop);
 * I2C-bus specification UM10204, 3.1.
 */
#include "display-internal.h"

#define DDC_ADDRESS         0x50
#define DDC_SEGMENT_ADDRESS 0x30
#define SEGMENT_SIZE_B      256u

bool gvirt_ddc_start(GvirtDdc *ddc, uint8_t address, bool read)
{
    ddc->state = DDC_IDLE;
    if (!ddc->edid) {
        return false;
    }
    if (address == DDC_ADDRESS) {
        ddc->state = read ? DDC_READ : DDC_OFFSET;
    } else if (address == DDC_SEGMENT_ADDRESS && !read) {
        ddc->state = DDC_SEGMENT;
    }
    return ddc->state != DDC_IDLE;
}

bool gvirt_ddc_write(GvirtDdc *ddc, uint8_t byte)
{
    switch (ddc->state) {
    case DDC_SEGMENT:
        ddc->segment = byte;
        ddc->state = DDC_SINK;
        return true;
    case DDC_OFFSET:
        ddc->offset = byte;
        ddc->state = DDC_SINK;
        return true;
    default:
        return false;           /* the EDID is write-protected */
    }
}

uint8_t gvirt_ddc_read(GvirtDdc *ddc)
{
    uint32_t at = ddc->segment * SEGMENT_SIZE_B + ddc->offset;

    if (ddc->state != DDC_READ || !ddc->edid) {
        return 0xff;            /* nobody drives the line */
    }
    ddc->offset++;
    return at < ddc->edid_size_B ? ddc->edid[at] : 0xff;
}

void gvirt_ddc_stop(GvirtDdc *ddc)
{
    ddc->state = DDC_IDLE;
    ddc->segment = 0;
}

/* A whole byte has come from the master: pull SDA to acknowledge. */
static bool byte_received(GvirtDdcWire *wire, GvirtDdc *ddc)
{
    if (wire->addressed) {
        return gvirt_ddc_write(ddc, wire->shift);
    }
    wire->reading = wire->shift & 1;
    wire->addressed = gvirt_ddc_start(ddc, wire->shift >> 1, wire->reading);
    wire->active = wire->addressed;
    return wire->addressed;
}

static void clock_rises(GvirtDdcWire *wire, bool sda)
{
    bool sending = wire->addressed && wire->reading;

    if (wire->bits < 8) {
        if (!sending) {
            wire->shift = wire->shift << 1 | sda;
        }
    } else if (sending && sda) {
        wire->active = false;   /* the master has had enough */
    }
    wire->bits++;
}

static void clock_falls(GvirtDdcWire *wire, GvirtDdc *ddc)
{
    bool sending = wire->addressed && wire->reading;

    if (wire->bits == 8) {
        wire->pull_sda = !sending && byte_received(wire, ddc);
        /* The clock of the acknowledgement is still to come. */
        return;
    }
    if (wire->bits == 9) {
        wire->bits = 0;
        wire->shift = sending ? gvirt_ddc_read(ddc) : 0;
    }
    wire->pull_sda = sending && !(wire->shift << wire->bits & 0x80);
}

bool gvirt_ddc_wire(GvirtDdcWire *wire, GvirtDdc *ddc, bool scl, bool sda)
{
    bool line = sda && !wire->pull_sda;

    if (wire->scl && scl) {
        if (wire->sda && !line) {               /* start */
            wire->active = true;
            wire->addressed = false;
            wire->reading = false;
            wire->bits = 0;
            wire->shift = 0;
        } else if (!wire->sda && line) {        /* stop */
            wire->active = false;
            gvirt_ddc_stop(ddc);
        }
    } else if (scl && wire->active) {
        clock_rises(wire, line);
    } else if (wire->scl && !scl && wire->active) {
        clock_falls(wire, ddc);
    }
    if (!wire->active) {
        wire->pull_sda = false;
    }
    wire->scl = scl;
    wire->sda = sda && !wire->pull_sda;
    return wire->sda;
}
