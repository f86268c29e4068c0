/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GMBUS, the I2C controller of the south display, and the GPIO pairs that
 * reach the same pins by bit-banging.
 *
 * Transfers take no time: a cycle has run as far as the data register allows
 * when the write to GMBUS1 returns.
 *
 * Source: HSW PRM vol. 11a, "GMBUS", "GPIO Pin Usage"; SNB PRM vol. 3 part 3,
 * 2.6 (register bits); i915: intel_gmbus.c (the protocol as software sees
 * it).
 */
#include "display-internal.h"

#define GMBUS0_PIN(v)       ((v) & 7)

#define GMBUS1_SW_CLR_INT   (1u << 31)
#define GMBUS1_SW_RDY       (1u << 30)
#define GMBUS1_STOP         (1u << 27)
#define GMBUS1_INDEX        (1u << 26)
#define GMBUS1_WAIT         (1u << 25)

#define GMBUS2_INUSE        (1u << 15)
#define GMBUS2_HW_WAIT      (1u << 14)
#define GMBUS2_HW_RDY       (1u << 11)
#define GMBUS2_SATOER       (1u << 10)
#define GMBUS2_ACTIVE       (1u << 9)

/* Conditions in the order of the enables in GMBUS4. */
#define GMBUS4_HW_RDY       (1u << 0)
#define GMBUS4_HW_WAIT      (1u << 1)
#define GMBUS4_IDLE         (1u << 2)
#define GMBUS4_NAK          (1u << 3)

#define GMBUS5_2BYTE        (1u << 31)

/* GPIO_CTL: clock in bits 5:0, data in 13:8. */
#define GPIO_DIR_MASK       (1u << 0)
#define GPIO_DIR_OUT        (1u << 1)
#define GPIO_VAL_MASK       (1u << 2)
#define GPIO_VAL_OUT        (1u << 3)
#define GPIO_VAL_IN         (1u << 4)
#define GPIO_PULLUP_DISABLE (1u << 5)
#define GPIO_PAIRS          6

void gvirt_gmbus_reset(GvirtDisplay *display)
{
    GvirtGmbus *bus = &display->gmbus;
    unsigned i;

    for (i = 0; i < GVIRT_PORT_COUNT; i++) {
        memset(&bus->wire[i], 0, sizeof(bus->wire[i]));
        bus->wire[i].scl = true;
        bus->wire[i].sda = true;
        gvirt_ddc_stop(&bus->ddc[i]);
        bus->ddc[i].offset = 0;
    }
    bus->state = GMBUS_IDLE;
    bus->slave = NULL;
    bus->left_B = 0;
    bus->hw_ready = true;
    bus->in_use = false;
    bus->data = 0;
    bus->irq_seen = 0;
}

/* The pins of the DDC lines on LPT. */
static GvirtDdc *pin_slave(GvirtDisplay *display, uint32_t pin)
{
    switch (pin) {
    case 2:
        return &display->gmbus.ddc[GVIRT_PORT_E];
    case 4:
        return &display->gmbus.ddc[GVIRT_PORT_C];
    case 5:
        return &display->gmbus.ddc[GVIRT_PORT_B];
    case 6:
        return &display->gmbus.ddc[GVIRT_PORT_D];
    default:
        return NULL;
    }
}

static void check_irq(GvirtDisplay *display)
{
    GvirtGmbus *bus = &display->gmbus;
    uint32_t now = 0;

    now |= bus->hw_ready && bus->state != GMBUS_IDLE ? GMBUS4_HW_RDY : 0;
    now |= bus->state == GMBUS_WAITING ? GMBUS4_HW_WAIT : 0;
    now |= bus->state == GMBUS_IDLE ? GMBUS4_IDLE : 0;
    now |= bus->state == GMBUS_NAKED ? GMBUS4_NAK : 0;
    if (now & ~bus->irq_seen & d_get(display, D_GMBUS4)) {
        gvirt_irq_raise(display->irq, GVIRT_IRQ_GMBUS);
    }
    bus->irq_seen = now;
}

static void bus_stop(GvirtGmbus *bus)
{
    if (bus->slave) {
        gvirt_ddc_stop(bus->slave);
        bus->slave = NULL;
    }
    bus->left_B = 0;
}

static void naked(GvirtGmbus *bus)
{
    bus_stop(bus);
    bus->state = GMBUS_NAKED;
    bus->hw_ready = false;
}

/* The last byte of a cycle is through. */
static void finish(GvirtGmbus *bus)
{
    bus->hw_ready = true;
    if (bus->stop) {
        bus_stop(bus);
        bus->state = GMBUS_IDLE;
    } else {
        bus->state = GMBUS_WAITING;
    }
}

static void fill(GvirtGmbus *bus)
{
    unsigned i;

    if (bus->left_B == 0) {
        finish(bus);
        return;
    }
    bus->data = 0;
    for (i = 0; i < 4 && bus->left_B; i++, bus->left_B--) {
        bus->data |= (uint32_t)gvirt_ddc_read(bus->slave) << i * 8;
    }
    bus->hw_ready = true;
}

static void drain(GvirtGmbus *bus)
{
    unsigned i;

    for (i = 0; i < 4 && bus->left_B; i++, bus->left_B--) {
        if (!gvirt_ddc_write(bus->slave, bus->data >> i * 8 & 0xff)) {
            naked(bus);
            return;
        }
    }
    bus->hw_ready = true;
    if (bus->left_B == 0) {
        finish(bus);
    }
}

static bool send_index(GvirtDisplay *display, uint32_t command)
{
    GvirtDdc *slave = display->gmbus.slave;
    uint32_t wide = d_get(display, D_GMBUS5);

    if (!gvirt_ddc_start(slave, d_bits(command, 7, 1), false)) {
        return false;
    }
    if (wide & GMBUS5_2BYTE) {
        return gvirt_ddc_write(slave, wide >> 8 & 0xff) &&
               gvirt_ddc_write(slave, wide & 0xff);
    }
    return gvirt_ddc_write(slave, d_bits(command, 15, 8));
}

static void cycle(GvirtDisplay *display, uint32_t command)
{
    GvirtGmbus *bus = &display->gmbus;
    bool read = command & 1, index = command & GMBUS1_INDEX;

    if (bus->state == GMBUS_NAKED) {
        return;                 /* until software has seen it */
    }
    if (!(command & GMBUS1_WAIT)) {
        /* No cycle of its own; perhaps the end of the one that waits. */
        if (command & GMBUS1_STOP) {
            bus_stop(bus);
            bus->state = GMBUS_IDLE;
            bus->hw_ready = true;
        }
        return;
    }
    bus->hw_ready = false;
    bus->stop = command & GMBUS1_STOP;
    bus->left_B = d_bits(command, 24, 16);
    bus->slave = pin_slave(display, GMBUS0_PIN(d_get(display, D_GMBUS0)));
    if (!bus->slave || (index && !send_index(display, command)) ||
        ((read || !index) &&
         !gvirt_ddc_start(bus->slave, d_bits(command, 7, 1), read))) {
        naked(bus);
    } else if (read) {
        bus->state = GMBUS_READING;
        fill(bus);
    } else {
        bus->state = GMBUS_WRITING;
        drain(bus);
    }
}

static bool gpio_clock(uint32_t pair)
{
    return !(pair & GPIO_DIR_OUT) || pair & GPIO_VAL_OUT;
}

static int gpio_port(uint32_t offset)
{
    switch ((offset - D_GPIO_CTL) / 4) {
    case 0:
        return GVIRT_PORT_E;
    case 3:
        return GVIRT_PORT_C;
    case 4:
        return GVIRT_PORT_B;
    case 5:
        return GVIRT_PORT_D;
    default:
        return -1;
    }
}

/* One half of GPIO_CTL: masks choose what a write changes and read as 0. */
static uint32_t gpio_half(uint32_t old, uint32_t written)
{
    uint32_t value = old & (GPIO_DIR_OUT | GPIO_VAL_OUT);

    if (written & GPIO_DIR_MASK) {
        value = (value & ~GPIO_DIR_OUT) | (written & GPIO_DIR_OUT);
    }
    if (written & GPIO_VAL_MASK) {
        value = (value & ~GPIO_VAL_OUT) | (written & GPIO_VAL_OUT);
    }
    return value | (written & GPIO_PULLUP_DISABLE);
}

static void gpio_write(GvirtDisplay *display, uint32_t offset, uint32_t old,
                       uint32_t written)
{
    uint32_t clock = gpio_half(old & 0xff, written & 0xff);
    uint32_t data = gpio_half(old >> 8 & 0xff, written >> 8 & 0xff);
    int port = gpio_port(offset);

    d_set(display, offset, clock | data << 8);
    if (port >= 0) {
        gvirt_ddc_wire(&display->gmbus.wire[port], &display->gmbus.ddc[port],
                       gpio_clock(clock), gpio_clock(data));
    }
}

static uint32_t gpio_read(GvirtDisplay *display, uint32_t offset,
                          uint32_t value)
{
    int port = gpio_port(offset);
    bool scl = gpio_clock(value), sda = gpio_clock(value >> 8);

    if (port >= 0) {
        sda = sda && !display->gmbus.wire[port].pull_sda;
    }
    value &= ~(GPIO_VAL_IN | GPIO_VAL_IN << 8);
    return value | (scl ? GPIO_VAL_IN : 0) | (sda ? GPIO_VAL_IN << 8 : 0);
}

static bool is_gpio(uint32_t offset)
{
    return offset >= D_GPIO_CTL && offset < D_GPIO_CTL + GPIO_PAIRS * 4;
}

uint32_t gvirt_gmbus_read(GvirtDisplay *display, uint32_t offset,
                          uint32_t value)
{
    GvirtGmbus *bus = &display->gmbus;

    if (is_gpio(offset)) {
        return gpio_read(display, offset, value);
    }
    switch (offset) {
    case D_GMBUS2:
        value = (bus->in_use ? GMBUS2_INUSE : 0) |
                (bus->state == GMBUS_WAITING ? GMBUS2_HW_WAIT : 0) |
                (bus->hw_ready ? GMBUS2_HW_RDY : 0) |
                (bus->state == GMBUS_NAKED ? GMBUS2_SATOER : 0) |
                (bus->state != GMBUS_IDLE && bus->state != GMBUS_NAKED
                 ? GMBUS2_ACTIVE : 0) |
                (bus->left_B & 0x1ff);
        /* A semaphore between drivers: who reads 0 has it. */
        bus->in_use = true;
        return value;
    case D_GMBUS3:
        value = bus->data;
        if (bus->state == GMBUS_READING) {
            bus->hw_ready = false;
            check_irq(display);
            fill(bus);
            check_irq(display);
        }
        return value;
    default:
        return value;
    }
}

void gvirt_gmbus_write(GvirtDisplay *display, uint32_t offset, uint32_t old,
                       uint32_t written)
{
    GvirtGmbus *bus = &display->gmbus;

    if (is_gpio(offset)) {
        gpio_write(display, offset, old, written);
        return;
    }
    switch (offset) {
    case D_GMBUS1:
        if (written & GMBUS1_SW_CLR_INT) {
            bus_stop(bus);
            bus->state = GMBUS_IDLE;
            bus->hw_ready = true;
        } else if (written & GMBUS1_SW_RDY) {
            cycle(display, written);
        }
        break;
    case D_GMBUS2:
        if (written & GMBUS2_INUSE) {
            bus->in_use = false;
        }
        break;
    case D_GMBUS3:
        bus->data = written;
        if (bus->state == GMBUS_WRITING) {
            bus->hw_ready = false;
            check_irq(display);
            drain(bus);
        }
        break;
    case D_GMBUS4:
        bus->irq_seen = 0;
        break;
    default:
        return;
    }
    check_irq(display);
}
