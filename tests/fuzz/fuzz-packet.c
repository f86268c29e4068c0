/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations of the fuzz guests that take several accesses in the right
 * order: bytes alone come to them too seldom. What they carry is the input's.
 *
 * Sources: HSW PRM vol. 10 (blits), vol. 6 (MI_MATH, fences), vol. 11a (AUX,
 * GMBUS, colour); VESA DisplayPort 1.2 (DPCD); i915: intel_pcode.c.
 */
#include "fuzz-guest.h"

#include "hw/gvirt/commands.h"
#include "hw/gvirt/regs.h"

#define DWORDS_MAX  64

/* Each takes as many bytes of the input, whatever it makes of them. */
#define PACKET_SIZE_B   48

static void wr(FuzzGuest *guest, uint32_t offset, uint32_t value)
{
    guest->doors->write(guest->to, offset, value, 4);
}

static uint32_t rd(FuzzGuest *guest, uint32_t offset)
{
    return guest->doors->read(guest->to, offset, 4);
}

static uint16_t u16(FuzzInput *input)
{
    uint16_t low = fuzz_u8(input);

    return low | (uint16_t)fuzz_u8(input) << 8;
}

static bool into_batch(FuzzInput *input)
{
    return fuzz_u8(input) & 1;
}

static const GvirtCommandInfo *blit_command(unsigned which)
{
    unsigned count, i, found = 0;
    const GvirtCommandInfo *table = gvirt_command_table(&count);

    for (i = 0; i < count; i++) {
        found += table[i].value >> 29 == 2;
    }
    which %= found;
    for (i = 0; i < count - 1; i++) {
        if (table[i].value >> 29 == 2 && which-- == 0) {
            break;
        }
    }
    return &table[i];
}

/* A 2D command with a raster, small coordinates and surfaces that are there. */
static void packet_blit(FuzzGuest *guest, FuzzInput *input)
{
    static const uint8_t rops[8] = { 0xcc, 0xf0, 0x66, 0x55, 0, 0, 0, 0 };
    bool batch = into_batch(input);
    const GvirtCommandInfo *info = blit_command(fuzz_u8(input));
    uint32_t flags = fuzz_u8(input), dw[DWORDS_MAX] = { 0 };
    unsigned i, len_dw;
    uint8_t rop = fuzz_u8(input), x = fuzz_u8(input), y = fuzz_u8(input);

    dw[0] = info->value | (flags & 3) << 20 | (flags >> 2 & 1) << 15 |
            (flags >> 3 & 1) << 11 | (uint32_t)fuzz_u8(input) << 8;
    dw[0] = (dw[0] & ~info->mask) | info->value;
    if (!info->fixed_len_dw) {
        dw[0] = (dw[0] & ~info->len_mask) |
                ((fuzz_u8(input) % 24 + 1) & info->len_mask);
    }
    len_dw = MIN(gvirt_command_len_dw(info, dw[0]), DWORDS_MAX);
    dw[1] = (uint32_t)(rop & 8 ? rop : rops[rop & 7]) << 16 |
            (flags >> 4 & 3) << 24 | (flags >> 6) << 30 |
            (uint32_t)fuzz_u8(input) * 16;
    dw[2] = (uint32_t)y << 16 | x;
    dw[3] = (uint32_t)(y + fuzz_u8(input)) << 16 | (x + fuzz_u8(input));
    for (i = 4; i < len_dw; i++) {
        dw[i] = (uint32_t)fuzz_u8(input) << 16 | fuzz_u8(input);
    }
    for (i = 0; i < GVIRT_OPERANDS_MAX; i++) {
        if (info->operand[i].space != GVIRT_OPERAND_NONE) {
            /* The local space shows the same from 0 on. */
            dw[info->operand[i].dword % DWORDS_MAX] =
                (uint32_t)u16(input) * 16u;
        }
    }
    for (i = 0; i < len_dw; i++) {
        fuzz_guest_emit(guest, GVIRT_BCS, batch, dw[i]);
    }
}

static void packet_math(FuzzGuest *guest, FuzzInput *input)
{
    static const uint16_t opcodes[16] = {
        0x000, 0x080, 0x081, 0x100, 0x101, 0x102, 0x103, 0x104, 0x180, 0x480,
        0x481, 0x580, 0x080, 0x080, 0x180, 0x7ff,
    };
    static const uint8_t special[8] = {
        0x20, 0x21, 0x31, 0x32, 0x33, 0x20, 0x21, 0x3f,
    };
    bool batch = into_batch(input);
    unsigned count = fuzz_u8(input) % 32 + 1, i;

    fuzz_guest_emit(guest, GVIRT_RCS, batch, 0x0d000000 | (count - 1));
    for (i = 0; i < count; i++) {
        uint8_t opcode = fuzz_u8(input), a = fuzz_u8(input);
        uint8_t b = fuzz_u8(input);

        fuzz_guest_emit(guest, GVIRT_RCS, batch,
                        (uint32_t)opcodes[opcode & 15] << 20 |
                        (uint32_t)(a & 16 ? special[a & 7] : a & 15) << 10 |
                        (b & 16 ? special[b & 7] : b & 63));
    }
}

/* A request on an AUX channel; a DisplayPort monitor may be there or not. */
static void packet_aux(FuzzGuest *guest, FuzzInput *input)
{
    static const uint32_t places[8] = {
        0x000, 0x100, 0x200, 0x202, 0x600, 0x00050, 0x00030, 0x50050,
    };
    uint8_t how = fuzz_u8(input), kind = fuzz_u8(input);
    uint8_t size_B = fuzz_u8(input);
    unsigned channel = how & 3, i;
    uint32_t base = channel ? GVIRT_REG_DP_AUX_CTL + (channel - 1) * 0x100 :
                    GVIRT_REG_DDI_AUX_CTL_A;
    uint32_t address = how & 4 ? u16(input) : places[how >> 3 & 7] +
                       (fuzz_u8(input) & 15);

    if (how & 0x40) {
        GvirtMonitor monitor = {
            .kind = GVIRT_MONITOR_DP,
            .connected = true,
            .edid_size_B = 256,
        };

        guest->doors->set_monitor(guest->to, channel, &monitor);
    }
    wr(guest, base + 4, (uint32_t)(kind & 0xf) << 28 | address << 8 |
       (fuzz_u8(input) & 0x1f));
    for (i = 1; i < 5; i++) {
        wr(guest, base + 4 + i * 4, fuzz_u32(input));
    }
    wr(guest, base, 0x80000000u | (uint32_t)(kind >> 4 & 7) << 28 |
       (uint32_t)(size_B & 0x1f) << 20);
    for (i = 0; i < 6; i++) {
        rd(guest, base + i * 4);
    }
}

static void packet_gmbus(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t pin = fuzz_u8(input), how = fuzz_u8(input);
    uint8_t count = fuzz_u8(input), index = fuzz_u8(input);
    unsigned i;

    wr(guest, GVIRT_REG_GMBUS0, pin & 7);
    wr(guest, GVIRT_REG_GMBUS5, pin & 8 ? 0x80000000u | u16(input) : 0);
    wr(guest, GVIRT_REG_GMBUS4, pin >> 3);
    wr(guest, GVIRT_REG_GMBUS3, fuzz_u32(input));
    wr(guest, GVIRT_REG_GMBUS1, 0x40000000u | (uint32_t)(how & 0xf) << 25 |
       (how & 0x10 ? 0x80000000u : 0) |
       ((uint32_t)count << 16 | (uint32_t)(pin >> 7) << 24) |
       (uint32_t)index << 8 |
       (how & 0x20 ? 0x60 : 0xa0) | (how & 0x40 ? fuzz_u8(input) & 0x1e : 0) |
       how >> 7);
    for (i = 0; i < (count & 15u); i++) {
        rd(guest, GVIRT_REG_GMBUS2);
        if (how >> 7) {
            rd(guest, GVIRT_REG_GMBUS3);
        } else {
            wr(guest, GVIRT_REG_GMBUS3, fuzz_u32(input));
        }
    }
}

/* I2C by the pins, bit by bit: start, bytes, stop, or what comes instead. */
static void packet_pins(FuzzGuest *guest, FuzzInput *input)
{
    uint32_t gpio = GVIRT_REG_GPIO_CTL + fuzz_u8(input) % 6 * 4;
    unsigned count = fuzz_u8(input) % 24;

    while (count--) {
        uint8_t byte = fuzz_u8(input);
        unsigned bit;

        wr(guest, gpio, 0x0505 | (byte & 1 ? 0x0200 : 0));
        for (bit = 0; bit < 9; bit++) {
            uint32_t data = bit < 8 && !(byte >> (7 - bit) & 1) ? 0x0700 :
                            0x0500;

            wr(guest, gpio, data | 7);          /* clock low */
            wr(guest, gpio, data | 5);          /* and let go */
            rd(guest, gpio);
        }
        if (byte & 4) {
            wr(guest, gpio, 0x0505);            /* data up: a stop */
        }
    }
}

static void packet_pcode(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t command = fuzz_u8(input);

    wr(guest, GVIRT_REG_PCODE_DATA, fuzz_u32(input));
    wr(guest, GVIRT_REG_PCODE_MAILBOX, 0x80000000u |
       (command & 0x80 ? command : command & 0x1f));
    rd(guest, GVIRT_REG_PCODE_DATA);
}

/* A fence over low graphics memory, and the aperture through it. */
static void packet_fence(FuzzGuest *guest, FuzzInput *input)
{
    uint32_t fence = 0x100000 + fuzz_u8(input) % 32 * 8;
    uint32_t first = guest->low_page + fuzz_u8(input);
    uint32_t pages = fuzz_u8(input), how = fuzz_u8(input), i;

    wr(guest, fence + 4, (first + pages) << 12 | (how & 0x3f) << 2 |
       (how >> 6 & 1) << 1 | 3);
    wr(guest, fence, first << 12 | (how >> 6 & 1) << 1 | 1);
    for (i = 0; i < 4; i++) {
        uint64_t addr = ((uint64_t)first << 12) + (uint64_t)u16(input) * 8;
        unsigned size_B = 1u << (fuzz_u8(input) & 3);

        guest->doors->aperture_write(guest->to, addr, fuzz_u32(input),
                                     size_B);
        guest->doors->aperture_read(guest->to, addr + size_B, size_B);
    }
}

/* Palette, gamma mode and colour conversion of a pipe. */
static void packet_color(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t how = fuzz_u8(input);
    uint32_t pipe = (how & 3) % GVIRT_PIPE_COUNT;
    unsigned i;

    wr(guest, GVIRT_REG_GAMMA_MODE_A + pipe * 0x800, how >> 2 & 3);
    wr(guest, GVIRT_REG_CSC_MODE_A + pipe * 0x100, how >> 4 & 3);
    for (i = 0; i < 6; i++) {
        wr(guest, GVIRT_REG_CSC_COEFF_A + pipe * 0x100 + i * 4,
           fuzz_u32(input));
    }
    for (i = 0; i < 3; i++) {
        wr(guest, GVIRT_REG_CSC_PREOFF_A + pipe * 0x100 + i * 4,
           u16(input));
        wr(guest, GVIRT_REG_CSC_POSTOFF_A + pipe * 0x100 + i * 4,
           u16(input));
        wr(guest, GVIRT_REG_PAL_GC_MAX_A + pipe * 0x800 + i * 4,
           u16(input));
    }
    wr(guest, GVIRT_REG_PAL_PREC_INDEX_A + pipe * 0x800,
       (how & 0x40 ? 0x8000u : 0) | u16(input));
    for (i = 0; i < (how & 0x80 ? 16 : 2); i++) {
        wr(guest, GVIRT_REG_PAL_PREC_DATA_A + pipe * 0x800,
           fuzz_u32(input));
        wr(guest, GVIRT_REG_PAL_LGC_A + pipe * 0x800 +
           fuzz_u8(input) * 4u, fuzz_u32(input));
    }
}

void fuzz_guest_packet(FuzzGuest *guest, FuzzInput *whole)
{
    FuzzInput packet = {
        .data = whole->data + whole->at,
        .size = MIN(whole->size - whole->at, PACKET_SIZE_B),
    };
    FuzzInput *input = &packet;

    whole->at += packet.size;
    switch (fuzz_u8(input) & 15) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        packet_blit(guest, input);
        break;
    case 5:
    case 6:
        packet_math(guest, input);
        break;
    case 7:
    case 8:
        packet_aux(guest, input);
        break;
    case 9:
    case 10:
        packet_gmbus(guest, input);
        break;
    case 11:
        packet_pins(guest, input);
        break;
    case 12:
        packet_pcode(guest, input);
        break;
    case 13:
    case 14:
        packet_fence(guest, input);
        break;
    default:
        packet_color(guest, input);
        break;
    }
}
