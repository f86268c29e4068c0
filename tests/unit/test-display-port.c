/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the display's ports: AUX with DPCD and EDID, link training, GMBUS,
 * bit-banged GPIO, hot plug, straps. Dialogues are those that i915 has.
 */
#include "display-fixture.h"

#define AUX_C           0xe4210u
#define AUX_SEND        0x80000000u
#define AUX_DONE        0x40000000u
#define AUX_TIMEOUT     0x10000000u
/* Interrupt, W1C of the three results, precharge, divider 63. */
#define AUX_FLAGS       0x7203003fu

#define AUX_IRQ_C       (1u << 26)

/* Send as intel_dp_aux_xfer() does; the reply's size, or -1: a time-out. */
static int aux(uint32_t ctl, const uint8_t *send, unsigned count,
               uint8_t reply[20])
{
    uint32_t value, status;
    unsigned i, j;

    for (i = 0; i < count; i += 4) {
        value = 0;
        for (j = 0; j < 4; j++) {
            value = value << 8 | (i + j < count ? send[i + j] : 0);
        }
        wr(ctl + 4 + i, value);
    }
    wr(ctl, AUX_SEND | AUX_FLAGS | count << 20);
    status = rd(ctl);
    ck_assert_msg(!(status & AUX_SEND), "still busy");
    ck_assert_uint_ne(status & (AUX_DONE | AUX_TIMEOUT), 0);
    wr(ctl, status | AUX_DONE | AUX_TIMEOUT | 1u << 25);
    ck_assert_uint_eq(rd(ctl) & 0xd2000000, 0);
    if (status & AUX_TIMEOUT) {
        return -1;
    }
    for (i = 0; i < 20; i++) {
        reply[i] = rd(ctl + 4 + i / 4 * 4) >> (24 - i % 4 * 8);
    }
    return status >> 20 & 0x1f;
}

static int dpcd_read(uint32_t address, uint8_t *out, unsigned count)
{
    uint8_t send[4] = { 0x90 | address >> 16, address >> 8, address,
                        count - 1 };
    uint8_t reply[20];
    int size = aux(AUX_C, send, 4, reply);

    if (size < 0) {
        return size;
    }
    ck_assert_uint_eq(reply[0], 0);
    ck_assert_int_eq(size, count + 1);
    memcpy(out, reply + 1, count);
    return count;
}

static void dpcd_write(uint32_t address, const uint8_t *in, unsigned count)
{
    uint8_t send[20] = { 0x80 | address >> 16, address >> 8, address,
                         count - 1 };
    uint8_t reply[20];

    memcpy(send + 4, in, count);
    ck_assert_int_eq(aux(AUX_C, send, 4 + count, reply), 1);
    ck_assert_uint_eq(reply[0], 0);
}

static void dpcd_write1(uint32_t address, uint8_t value)
{
    dpcd_write(address, &value, 1);
}

/* An I2C step: command 4 write, 5 read, 1 read and stop, 0 write and stop. */
static int i2c(uint8_t command, uint8_t address, const uint8_t *in,
               unsigned count, uint8_t *out)
{
    uint8_t send[20] = { command << 4, 0, address, count ? count - 1 : 0 };
    bool read = command & 1;
    uint8_t reply[20];
    int size;

    if (in) {
        memcpy(send + 4, in, count);
    }
    size = aux(AUX_C, send, count ? (read ? 4 : 4 + count) : 3, reply);
    ck_assert_int_ge(size, 1);
    if (reply[0]) {
        return -reply[0];
    }
    if (read && out) {
        ck_assert_int_eq(size, count + 1);
        memcpy(out, reply + 1, count);
    }
    return size;
}

static void read_edid_dp(uint8_t segment, uint8_t offset, uint8_t *out)
{
    unsigned i;

    if (segment) {
        ck_assert_int_gt(i2c(4, 0x30, NULL, 0, NULL), 0);
        ck_assert_int_gt(i2c(4, 0x30, &segment, 1, NULL), 0);
    }
    ck_assert_int_gt(i2c(4, 0x50, NULL, 0, NULL), 0);
    ck_assert_int_gt(i2c(4, 0x50, &offset, 1, NULL), 0);
    ck_assert_int_gt(i2c(5, 0x50, NULL, 0, NULL), 0);
    for (i = 0; i < 128; i += 16) {
        ck_assert_int_gt(i2c(5, 0x50, NULL, 16, out + i), 0);
    }
    ck_assert_int_gt(i2c(1, 0x50, NULL, 0, NULL), 0);
}

START_TEST(test_aux_edid)
{
    GvirtMonitor monitor;
    uint8_t edid[512], byte;
    unsigned block;

    make_monitor(&monitor, GVIRT_MONITOR_DP, 4);
    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 4);
    wr(SDE_IMR, ~AUX_IRQ_C);
    /* The probe of one byte that i915 begins with. */
    ck_assert_int_gt(i2c(4, 0x50, NULL, 0, NULL), 0);
    byte = 0;
    ck_assert_int_gt(i2c(4, 0x50, &byte, 1, NULL), 0);
    ck_assert_int_gt(i2c(5, 0x50, NULL, 0, NULL), 0);
    ck_assert_int_gt(i2c(5, 0x50, NULL, 1, &byte), 0);
    ck_assert_uint_eq(byte, monitor.edid[0]);
    ck_assert_int_gt(i2c(1, 0x50, NULL, 0, NULL), 0);
    ck_assert_uint_eq(rd(SDE_IIR), AUX_IRQ_C);

    for (block = 0; block < 4; block++) {
        read_edid_dp(block / 2, block % 2 * 128, edid + block * 128);
    }
    ck_assert_mem_eq(edid, monitor.edid, 512);

    /* The stop put the segment back to 0. */
    read_edid_dp(0, 0, edid);
    ck_assert_mem_eq(edid, monitor.edid, 128);
}
END_TEST

START_TEST(test_aux_nacks)
{
    uint8_t byte = 0, reply[20];
    uint8_t cut[5] = { 0x90, 0, 0, 15 };

    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 1);
    ck_assert_int_eq(i2c(4, 0x37, NULL, 0, NULL), -0x40);
    ck_assert_int_eq(i2c(0, 0x50, &byte, 1, NULL), 1);
    /* Past the offset, the EDID cannot be written. */
    ck_assert_int_gt(i2c(4, 0x50, &byte, 1, NULL), 0);
    ck_assert_int_eq(i2c(4, 0x50, &byte, 1, NULL), -0x40);
    /* Capabilities cannot be written either. */
    cut[0] = 0x80;
    cut[3] = 0;
    ck_assert_int_eq(aux(AUX_C, cut, 4 + 1, reply), 2);
    ck_assert_uint_eq(reply[0], 0x10);
    /* Nonsense sizes end, too. */
    ck_assert_int_eq(aux(AUX_C, cut, 0, reply), -1);
    ck_assert_int_eq(aux(AUX_C, cut, 2, reply), -1);
    wr(AUX_C, AUX_SEND | AUX_FLAGS | 31u << 20);
    ck_assert_uint_eq(rd(AUX_C) & AUX_SEND, 0);
}
END_TEST

START_TEST(test_aux_no_sink)
{
    uint8_t caps[15];

    ck_assert_int_eq(dpcd_read(0, caps, 15), -1);
    /* A monitor with HDMI has no AUX, and its EDID is not there. */
    plug(GVIRT_PORT_C, GVIRT_MONITOR_HDMI, 1);
    ck_assert_int_eq(dpcd_read(0, caps, 15), -1);
    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 1);
    ck_assert_int_eq(dpcd_read(0, caps, 15), 15);
    ck_assert_uint_ge(caps[0], 0x11);
    ck_assert_uint_eq(caps[2] & 0x1f, 4);
    gvirt_display_set_monitor(display, GVIRT_PORT_C, NULL);
    ck_assert_int_eq(dpcd_read(0, caps, 15), -1);
}
END_TEST

/* What clocks DDI C: LCPLL, or else SPLL on the PCH's reference. */
static uint32_t port_clock = 1u << 29;

/* Clocks and lanes for a link of 2.7 Gb/s on two lanes from DDI C. */
static void source_on(uint32_t pattern)
{
    wr(0x46108, port_clock);
    wr(0x64240, ON | 1u << 18 | pattern << 8);
    wr(0x64200, ON | 1u << 1);
}

static void sink_link(uint8_t rate, uint8_t lanes)
{
    uint8_t link[2] = { rate, 0x80 | lanes };

    dpcd_write1(0x600, 1);
    dpcd_write(0x100, link, 2);
}

static void train(void)
{
    static const uint8_t set1[3] = { 0x21, 0, 0 }, set2[3] = { 0x22, 0, 0 };
    uint8_t status[6];

    source_on(0);
    sink_link(0x0a, 2);
    dpcd_write(0x102, set1, 3);
    dpcd_read(0x202, status, 6);
    ck_assert_uint_eq(status[0], 0x11);
    ck_assert_uint_eq(status[1], 0);
    ck_assert_uint_eq(status[2] & 1, 0);
    wr(0x64240, ON | 1u << 18 | 1u << 8);
    dpcd_write(0x102, set2, 3);
    dpcd_read(0x202, status, 6);
    ck_assert_uint_eq(status[0], 0x77);
    ck_assert_uint_eq(status[1], 0);
    ck_assert_uint_eq(status[2] & 1, 1);
    wr(0x64240, ON | 1u << 18 | 2u << 8);
    ck_assert_uint_ne(rd(0x64244) & 1u << 25, 0);
    dpcd_write1(0x102, 0);
    wr(0x64240, ON | 1u << 18 | 3u << 8);
}

static uint8_t lanes01(void)
{
    uint8_t status;

    dpcd_read(0x202, &status, 1);
    return status;
}

START_TEST(test_training)
{
    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 1);
    train();
    ck_assert_uint_eq(lanes01(), 0x77);
    /* The source stops: the link is lost, and does not come back alone. */
    wr(0x64200, 0);
    ck_assert_uint_eq(lanes01(), 0);
    wr(0x64200, ON | 1u << 1);
    ck_assert_uint_eq(lanes01(), 0);
    train();
    ck_assert_uint_eq(lanes01(), 0x77);
    dpcd_write1(0x600, 2);
    ck_assert_uint_eq(lanes01(), 0);
}
END_TEST

/* The PCH's reference of the PLL stops: a link that was, and trains anew. */
START_TEST(test_training_needs_the_reference)
{
    unsigned i;

    port_clock = 3u << 29;
    wr(0x46020, ON | 2u << 28 | 1u << 26);  /* SPLL: no spread, 2.7 Gb/s */
    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 1);
    train();
    ck_assert_uint_eq(lanes01(), 0x77);
    for (i = 0; i < 2; i++) {               /* off and on by the sideband */
        wr(0xc6000, 0x2b00u << 16);
        wr(0xc6004, i);
        wr(0xc6008, 0x701);
    }
    ck_assert_uint_eq(lanes01(), 0);
    train();
    ck_assert_uint_eq(lanes01(), 0x77);
    port_clock = 1u << 29;
}
END_TEST

START_TEST(test_training_needs_the_pattern)
{
    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 1);
    sink_link(0x0a, 2);
    dpcd_write1(0x102, 0x21);
    ck_assert_uint_eq(lanes01(), 0);        /* nobody sends */
    source_on(3);
    ck_assert_uint_eq(lanes01(), 0);        /* pixels are no pattern */
    source_on(0);
    ck_assert_uint_eq(lanes01(), 0x11);
    dpcd_write1(0x102, 0x22);
    ck_assert_uint_eq(lanes01(), 0x11);     /* still pattern 1 */
    source_on(4);
    ck_assert_uint_eq(lanes01(), 0x11);     /* pattern 3, not 2 */
    source_on(1);
    ck_assert_uint_eq(lanes01(), 0x77);

    sink_link(0x06, 2);                     /* the source runs at 2.7 */
    ck_assert_uint_eq(lanes01(), 0);
    sink_link(0x0a, 4);                     /* it has two lanes on */
    dpcd_write1(0x102, 0x21);
    source_on(0);
    ck_assert_uint_eq(lanes01(), 0);
    sink_link(0x0a, 1);
    dpcd_write1(0x102, 0x21);
    ck_assert_uint_eq(lanes01(), 0x01);
}
END_TEST

/* --- GMBUS ---------------------------------------------------------------- */

#define GMBUS0      0xc5100u
#define GMBUS1      0xc5104u
#define GMBUS2      0xc5108u
#define GMBUS3      0xc510cu
#define GMBUS4      0xc5110u

#define SW_CLR_INT  (1u << 31)
#define SW_RDY      (1u << 30)
#define STOP        (1u << 27)
#define INDEX       (1u << 26)
#define WAIT        (1u << 25)
#define HW_WAIT     (1u << 14)
#define HW_RDY      (1u << 11)
#define SATOER      (1u << 10)
#define ACTIVE      (1u << 9)

static void gmbus_stop(void)
{
    wr(GMBUS1, STOP | SW_RDY);
    ck_assert_uint_eq(rd(GMBUS2) & ACTIVE, 0);
    wr(GMBUS0, 0);
}

static bool gmbus_data(uint8_t *out, unsigned count)
{
    uint32_t value;
    unsigned i;

    while (count) {
        value = rd(GMBUS2);
        if (value & SATOER) {
            return false;
        }
        ck_assert_uint_ne(value & HW_RDY, 0);
        value = rd(GMBUS3);
        for (i = 0; i < 4 && count; i++, count--, value >>= 8) {
            *out++ = value;
        }
    }
    ck_assert_uint_eq(rd(GMBUS2) & (HW_WAIT | SATOER | ACTIVE),
                      HW_WAIT | ACTIVE);
    return true;
}

static bool gmbus_read(unsigned pin, uint8_t address, uint8_t index,
                       uint8_t *out, unsigned count)
{
    wr(GMBUS0, pin);
    wr(GMBUS1, INDEX | (uint32_t)index << 8 | WAIT | count << 16 |
               (uint32_t)address << 1 | 1 | SW_RDY);
    if (!gmbus_data(out, count)) {
        ck_assert_uint_eq(rd(GMBUS2) & ACTIVE, 0);
        wr(GMBUS1, SW_CLR_INT);
        wr(GMBUS1, 0);
        ck_assert_uint_eq(rd(GMBUS2) & SATOER, 0);
        wr(GMBUS0, 0);
        return false;
    }
    gmbus_stop();
    return true;
}

START_TEST(test_gmbus)
{
    GvirtMonitor monitor;
    uint8_t edid[511];

    make_monitor(&monitor, GVIRT_MONITOR_HDMI, 2);
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 2);
    ck_assert(gmbus_read(5, 0x50, 0, edid, 128));
    ck_assert_mem_eq(edid, monitor.edid, 128);
    ck_assert(gmbus_read(5, 0x50, 128, edid, 128));
    ck_assert_mem_eq(edid, monitor.edid + 128, 128);
    /* An odd count, and 256 in one go. */
    ck_assert(gmbus_read(5, 0x50, 3, edid, 5));
    ck_assert_mem_eq(edid, monitor.edid + 3, 5);
    ck_assert(gmbus_read(5, 0x50, 0, edid, 256));
    ck_assert_mem_eq(edid, monitor.edid, 256);
    /* Past 256 the offset wraps in its segment. */
    ck_assert(gmbus_read(5, 0x50, 0, edid, 260));
    ck_assert_mem_eq(edid + 256, monitor.edid, 4);

    ck_assert(!gmbus_read(5, 0x40, 0, edid, 1));        /* no DP dual mode */
    ck_assert(!gmbus_read(4, 0x50, 0, edid, 1));
    ck_assert(!gmbus_read(2, 0x50, 0, edid, 1));
    ck_assert(gmbus_read(5, 0x50, 0, edid, 1));         /* and go on */
}
END_TEST

START_TEST(test_gmbus_segment)
{
    GvirtMonitor monitor;
    uint8_t edid[128];

    make_monitor(&monitor, GVIRT_MONITOR_HDMI, 4);
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 4);
    /* drm_do_probe_ddc_edid(): segment, offset, read in one transaction. */
    wr(GMBUS0, 5);
    wr(GMBUS3, 1);
    wr(GMBUS1, WAIT | 1u << 16 | 0x30u << 1 | SW_RDY);
    ck_assert_uint_eq(rd(GMBUS2) & (HW_WAIT | SATOER), HW_WAIT);
    wr(GMBUS1, INDEX | WAIT | 128u << 16 | 0x50u << 1 | 1 | SW_RDY);
    ck_assert(gmbus_data(edid, 128));
    gmbus_stop();
    ck_assert_mem_eq(edid, monitor.edid + 256, 128);
    ck_assert(gmbus_read(5, 0x50, 0, edid, 128));
    ck_assert_mem_eq(edid, monitor.edid, 128);
}
END_TEST

START_TEST(test_gmbus_irq)
{
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 1);
    wr(SDE_IMR, ~(1u << 17));
    wr(GMBUS0, 5);
    wr(GMBUS1, INDEX | WAIT | 8u << 16 | 0x50u << 1 | 1 | SW_RDY);
    ck_assert_uint_eq(rd(SDE_IIR), 0);
    wr(GMBUS4, 1);
    ck_assert_uint_eq(rd(SDE_IIR), 1u << 17);
    wr(GMBUS4, 0);
    wr(SDE_IIR, 1u << 17);
    rd(GMBUS3);
    rd(GMBUS3);
    ck_assert_uint_eq(rd(SDE_IIR), 0);
    wr(GMBUS4, 2);
    ck_assert_uint_eq(rd(SDE_IIR), 1u << 17);
}
END_TEST

START_TEST(test_gmbus_pulled_out)
{
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 1);
    wr(GMBUS0, 5);
    wr(GMBUS1, INDEX | WAIT | 128u << 16 | 0x50u << 1 | 1 | SW_RDY);
    rd(GMBUS3);
    gvirt_display_set_monitor(display, GVIRT_PORT_B, NULL);
    rd(GMBUS3);
    rd(GMBUS2);
    wr(GMBUS1, INDEX | WAIT | 128u << 16 | 0x50u << 1 | 1 | SW_RDY);
    ck_assert_uint_ne(rd(GMBUS2) & SATOER, 0);
}
END_TEST

/* --- GPIO: a master by hand ------------------------------------------------- */

static uint32_t gpio_pair;

static void scl(bool high)
{
    wr(gpio_pair, high ? 1 : 1 | 2 | 4);
}

static void sda(bool high)
{
    wr(gpio_pair, (high ? 1u : 1 | 2 | 4) << 8);
}

static bool sda_in(void)
{
    wr(gpio_pair, 1u << 8);
    wr(gpio_pair, 0);
    return rd(gpio_pair) >> 12 & 1;
}

static void i2c_start(void)
{
    sda(true);
    scl(true);
    sda(false);
    scl(false);
}

static void i2c_stop(void)
{
    sda(false);
    scl(true);
    sda(true);
}

static bool i2c_out(uint8_t byte)
{
    bool ack;
    int i;

    for (i = 7; i >= 0; i--) {
        sda(byte >> i & 1);
        scl(true);
        scl(false);
    }
    sda(true);
    scl(true);
    ack = !sda_in();
    scl(false);
    return ack;
}

static uint8_t i2c_in(bool more)
{
    uint8_t byte = 0;
    int i;

    sda(true);
    for (i = 0; i < 8; i++) {
        scl(true);
        byte = byte << 1 | sda_in();
        scl(false);
    }
    sda(!more);
    scl(true);
    scl(false);
    sda(true);
    return byte;
}

START_TEST(test_gpio)
{
    GvirtMonitor monitor;
    uint8_t edid[128];
    unsigned i, turn;

    make_monitor(&monitor, GVIRT_MONITOR_HDMI, 4);
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 4);
    gpio_pair = 0xc5020;
    ck_assert_uint_eq(rd(gpio_pair) & 0x1010, 0x1010);
    for (turn = 0; turn < 2; turn++) {
        if (turn) {
            i2c_start();
            ck_assert(i2c_out(0x60));
            ck_assert(i2c_out(1));
        }
        i2c_start();
        ck_assert(i2c_out(0xa0));
        ck_assert(i2c_out(128));
        i2c_start();
        ck_assert(i2c_out(0xa1));
        for (i = 0; i < 128; i++) {
            edid[i] = i2c_in(i < 127);
        }
        i2c_stop();
        ck_assert_mem_eq(edid, monitor.edid + 128 + turn * 256, 128);
    }
    i2c_start();
    ck_assert(!i2c_out(0x6e));              /* DDC/CI: not there */
    i2c_stop();
    ck_assert_uint_eq(rd(gpio_pair) & 0x1010, 0x1010);

    /* Port C has no monitor: nobody acknowledges, lines float high. */
    gpio_pair = 0xc501c;
    ck_assert_uint_eq(rd(gpio_pair) & 0x1010, 0x1010);
    i2c_start();
    ck_assert(!i2c_out(0xa0));
    i2c_stop();
}
END_TEST

/* --- hot plug, straps --------------------------------------------------------- */

START_TEST(test_hotplug)
{
    const uint32_t b = 1u << 21, c = 1u << 22;

    wr(SDE_IMR, ~(b | c));
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 1);
    ck_assert_uint_eq(rd(SDE_ISR) & (b | c), b);
    ck_assert_uint_eq(rd(SDE_IIR), 0);      /* not enabled */
    wr(0xc4030, 1u << 4 | 1u << 12);
    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 1);
    ck_assert_uint_eq(rd(SDE_ISR) & (b | c), b | c);
    ck_assert_uint_eq(rd(SDE_IIR), c);
    ck_assert_uint_eq(rd(0xc4030), 1u << 4 | 1u << 12 | 2u << 8);
    wr(0xc4030, rd(0xc4030));               /* clears the status */
    wr(SDE_IIR, c);
    ck_assert_uint_eq(rd(0xc4030), 1u << 4 | 1u << 12);
    gvirt_display_set_monitor(display, GVIRT_PORT_B, NULL);
    ck_assert_uint_eq(rd(SDE_ISR) & (b | c), c);
    ck_assert_uint_eq(rd(SDE_IIR), b);
    ck_assert_uint_eq(rd(0xc4030) & 3, 2);
    /* The same monitor again is no event. */
    wr(SDE_IIR, b);
    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 1);
    ck_assert_uint_eq(rd(SDE_IIR), 0);
    /* Monitors stay over a reset. */
    gvirt_irq_reset(&irq);
    gvirt_display_reset(display);
    ck_assert_uint_eq(rd(SDE_ISR) & (b | c), c);
}
END_TEST

START_TEST(test_port_a)
{
    ck_assert_uint_eq(rd(0x64000) & 1, 0);
    wr(DE_IMR, ~(1u << 27));
    wr(0x44030, 1u << 4);
    plug(GVIRT_PORT_A, GVIRT_MONITOR_DP, 1);
    ck_assert_uint_eq(rd(0x64000) & 1, 1);
    ck_assert_uint_ne(rd(DE_ISR) & 1u << 27, 0);
    ck_assert_uint_eq(rd(DE_IIR), 1u << 27);
    ck_assert_uint_eq(rd(0x44030), 1u << 4 | 2);
}
END_TEST

START_TEST(test_straps)
{
    ck_assert_uint_eq(rd(0xc2014), 0x06);
    plug(GVIRT_PORT_D, GVIRT_MONITOR_DP, 1);
    ck_assert_uint_eq(rd(0xc2014), 0x07);
    ck_assert_uint_eq(rd(0x64100) & 0x80, 0x80);
    wr(0x64100, ON);
    ck_assert_uint_eq(rd(0x64100), ON);
    wr(0x64100, 0);
    ck_assert_uint_eq(rd(0x64100), 0x80);
}
END_TEST

START_TEST(test_mode_and_changed)
{
    uint32_t width, height;

    light(0, 1024, 768);
    ck_assert_uint_eq(changes, 0);
    ck_assert(!gvirt_display_mode(display, GVIRT_PORT_B, &width, &height));
    plug(GVIRT_PORT_B, GVIRT_MONITOR_HDMI, 1);
    ck_assert_uint_eq(changes, 1);
    ck_assert(gvirt_display_mode(display, GVIRT_PORT_B, &width, &height));
    ck_assert_uint_eq(width, 1024);
    ck_assert_uint_eq(height, 768);
    ck_assert(!gvirt_display_mode(display, GVIRT_PORT_C, &width, &height));
    dark(0);
    ck_assert(!gvirt_display_mode(display, GVIRT_PORT_B, &width, &height));
    ck_assert_uint_eq(changes, 2);
    light(2, 1920, 1080);
    ck_assert_uint_eq(changes, 3);
    ck_assert(gvirt_display_mode(display, GVIRT_PORT_B, &width, &height));
    ck_assert_uint_eq(width, 1920);
    gvirt_display_set_monitor(display, GVIRT_PORT_B, NULL);
    ck_assert(!gvirt_display_mode(display, GVIRT_PORT_B, &width, &height));
    ck_assert_uint_eq(changes, 4);
}
END_TEST

/* A DisplayPort monitor shows a picture once its link is trained. */
START_TEST(test_dp_picture)
{
    uint32_t width, height;

    plug(GVIRT_PORT_C, GVIRT_MONITOR_DP, 1);
    mode(1, 1024, 768);
    wr(0x46144, 3u << 29);
    wr(0x61040, 0x40000);
    wr(0x61044, 0x80000);
    wr(0x61400, ON | 2u << 28 | 2u << 24 | 1u << 1);
    wr(0x46108, 1u << 29);
    wr(0x64200, ON | 1u << 1);
    wr(0x71008, ON);
    ck_assert(gvirt_display_pipe_enabled(display, 1));
    ck_assert(!gvirt_display_mode(display, GVIRT_PORT_C, &width, &height));
    train();
    ck_assert(gvirt_display_mode(display, GVIRT_PORT_C, &width, &height));
    ck_assert_uint_eq(width, 1024);
}
END_TEST

/* Every register that the display needs is in the table and comes to it. */
START_TEST(test_registers_hooked)
{
    static const uint32_t offsets[] = {
        0x44030, 0x44070, 0x46100, 0x46104, 0x46108, 0x4610c, 0x46140,
        0x46144, 0x46148, 0x49010, 0x49028, 0x49228, 0x4a000, 0x4a3fc,
        0x4a400, 0x4a404, 0x4a480, 0x4b000, 0x4b480, 0x60000, 0x6001c,
        0x6f000, 0x6f400, 0x62400, 0x60050, 0x62064, 0x64000, 0x64300,
        0x64010, 0x64014, 0x64024, 0x64040, 0x64344, 0x68070, 0x68074,
        0x68080, 0x69080, 0x70000, 0x72004, 0x70008, 0x7f008, 0x70040,
        0x72044, 0x70048, 0x70080, 0x70084, 0x70088, 0x7009c, 0x720a0,
        0x700ac, 0x70180, 0x70188, 0x7219c, 0x701a4, 0x701ac, 0x70280,
        0x7029c, 0x722ac, 0x70400, 0x72454, 0xc4030, 0xc5010, 0xc5024,
        0xc5100, 0xc5120, 0xe4110, 0xe4310, 0xe4324, 0xc7200,
    };
    const GvirtRegInfo *info;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(offsets); i++) {
        info = gvirt_reg_find(offsets[i]);
        ck_assert_msg(info, "0x%x is not in the table", offsets[i]);
        ck_assert_msg(info->hook == GVIRT_HOOK_DISPLAY,
                      "0x%x does not reach the display", offsets[i]);
    }
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, test_aux_edid);
    tcase_add_test(tcase, test_aux_nacks);
    tcase_add_test(tcase, test_aux_no_sink);
    tcase_add_test(tcase, test_training);
    tcase_add_test(tcase, test_training_needs_the_reference);
    tcase_add_test(tcase, test_training_needs_the_pattern);
    tcase_add_test(tcase, test_gmbus);
    tcase_add_test(tcase, test_gmbus_segment);
    tcase_add_test(tcase, test_gmbus_irq);
    tcase_add_test(tcase, test_gmbus_pulled_out);
    tcase_add_test(tcase, test_gpio);
    tcase_add_test(tcase, test_hotplug);
    tcase_add_test(tcase, test_port_a);
    tcase_add_test(tcase, test_straps);
    tcase_add_test(tcase, test_mode_and_changed);
    tcase_add_test(tcase, test_dp_picture);
    tcase_add_test(tcase, test_registers_hooked);
}

DISPLAY_TESTS_MAIN("display-port", add)
