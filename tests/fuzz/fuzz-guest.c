/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that does what the input says, see fuzz-guest.h.
 */
#include "fuzz-guest.h"

#include <stdlib.h>
#include <string.h>

#include "hw/gvirt/commands.h"
#include "hw/gvirt/regs.h"

typedef enum FuzzOp {
    OP_REG_WRITE,               /* u16 register, u32 value, u8 size */
    OP_REG_READ,
    OP_REG_BITS,                /* u16 register, u8 which bits to set */
    OP_RAW_WRITE,               /* u32 offset, u32, u32, u8 size */
    OP_RAW_READ,
    OP_PTE,                     /* u8 kind, u16 page, u32 value */
    OP_MEMORY,                  /* u16 page, u16 dword, u8 count, u32 ... */
    OP_TABLE,                   /* u16 entry, u32 value */
    OP_COMMAND,                 /* u8 engine, u16 command, u8 how, u32 ... */
    OP_COMMAND_AGAIN,           /* so that they are chosen more often */
    OP_PACKET,                  /* u8 kind, see fuzz-packet.c */
    OP_SUBMIT,                  /* u8 engine, u8 budget */
    OP_BATCH,                   /* u8 engine, u8 how, u8 budget */
    OP_RUN,                     /* u8 budget */
    OP_CLOCK,                   /* u8 power of two, in ns */
    OP_APERTURE,                /* u8 kind, u32 offset, u32 value */
    OP_DRAW,                    /* u8 port and all */
    OP_MODE,                    /* u8 pipe and port, u16 width, height */
    OP_PLANE,                   /* u8 which, u32 ctl, stride, surface */
    OP_MONITOR,                 /* u8 port, kind, blocks */
    OP_IO,                      /* u8 kind, u32 */
    OP_RESET,                   /* u8: rarely the function's, else GDRST */
    OP_MEMORY_CHANGED,
    OP_SPECIAL,                 /* u8 */
    OP_COUNT,
} FuzzOp;

static const uint32_t engine_base[GVIRT_ENGINE_COUNT] = {
    GVIRT_RCS_BASE, GVIRT_VCS_BASE, GVIRT_BCS_BASE, GVIRT_VECS_BASE,
};

uint8_t fuzz_u8(FuzzInput *input)
{
    return input->at < input->size ? input->data[input->at++] : 0;
}

static uint16_t fuzz_u16(FuzzInput *input)
{
    uint16_t low = fuzz_u8(input);

    return low | (uint16_t)fuzz_u8(input) << 8;
}

uint32_t fuzz_u32(FuzzInput *input)
{
    uint32_t low = fuzz_u16(input);

    return low | (uint32_t)fuzz_u16(input) << 16;
}

static unsigned fuzz_size(FuzzInput *input)
{
    static const uint8_t sizes[8] = { 4, 4, 4, 1, 2, 8, 4, 3 };

    return sizes[fuzz_u8(input) & 7];
}

static void wr(FuzzGuest *guest, uint32_t offset, uint32_t value)
{
    guest->doors->write(guest->to, offset, value, 4);
}

static uint32_t entry(uint64_t addr, uint32_t flags)
{
    return (uint32_t)(addr & 0xfffff000u) | (uint32_t)(addr >> 28 & 0x7f0) |
           flags;
}

static void memory(FuzzGuest *guest, uint32_t page, uint32_t offset_B,
                   uint32_t value)
{
    fuzz_host_write32(guest->host, guest->window_hpa +
                      (uint64_t)page * GVIRT_PAGE_SIZE_B + offset_B, value);
}

static uint32_t gm(const FuzzGuest *guest, uint32_t page)
{
    return (guest->high_page + page) << GVIRT_PAGE_SHIFT;
}

void fuzz_guest_start(FuzzGuest *guest)
{
    uint32_t i;

    memset(guest->tail, 0, sizeof(guest->tail));
    guest->batch_tail = 0;
    for (i = 0; i < FUZZ_GUEST_PAGES; i++) {
        wr(guest, GVIRT_GTT_BAR0_OFFSET + (guest->high_page + i) * 4,
           entry((uint64_t)i << GVIRT_PAGE_SHIFT, 1));
    }
    for (i = 0; i < 256; i++) {
        wr(guest, GVIRT_GTT_BAR0_OFFSET + (guest->low_page + i) * 4,
           entry((uint64_t)(FUZZ_DATA_PAGE + i) << GVIRT_PAGE_SHIFT, 1));
    }
    for (i = 0; i < GVIRT_PDE_COUNT; i++) {
        wr(guest, GVIRT_GTT_BAR0_OFFSET +
           (guest->high_page + FUZZ_DIR_SLOT + i) * 4,
           entry((FUZZ_TABLE_PAGE + (i > 1)) << GVIRT_PAGE_SHIFT, i < 4));
    }
    for (i = 0; i < GVIRT_PTE_PER_TABLE; i++) {
        memory(guest, FUZZ_TABLE_PAGE, i * 4,
               entry((uint64_t)(FUZZ_BATCH_PAGE + i % 896) <<
                     GVIRT_PAGE_SHIFT, 1));
    }
    for (i = 0; i < GVIRT_ENGINE_COUNT; i++) {
        uint32_t base = engine_base[i];

        wr(guest, base + 0x3c, 0);
        wr(guest, base + 0x34, 0);
        wr(guest, base + 0x30, 0);
        wr(guest, 0x4080 + i * 0x100, gm(guest, FUZZ_HWSP_PAGE(i)));
        wr(guest, base + 0x29c, 0x02000200);
        wr(guest, base + 0x220, UINT32_MAX);
        wr(guest, base + 0x228,
           (guest->high_page + FUZZ_DIR_SLOT) / 16 << 16);
        wr(guest, base + 0x38, gm(guest, FUZZ_RING_PAGE(i)));
        wr(guest, base + 0x3c, (FUZZ_RING_SIZE_B - 0x1000) | 1);
        wr(guest, base + 0xa8, 0);
    }
    wr(guest, 0x44014, 0);
    wr(guest, 0x4401c, UINT32_MAX);
    wr(guest, 0x44004, 0);
    wr(guest, 0x4400c, UINT32_MAX);
}

static uint32_t register_offset(FuzzInput *input, const GvirtRegInfo **info)
{
    unsigned count;
    const GvirtRegInfo *table = gvirt_reg_table(&count);
    uint16_t which = fuzz_u16(input);

    *info = &table[which % count];
    return (*info)->offset + which / count % (*info)->count *
           (*info)->stride_B;
}

static void do_register(FuzzGuest *guest, FuzzInput *input, FuzzOp op)
{
    const GvirtRegInfo *info;
    uint32_t offset = register_offset(input, &info);
    uint32_t value;
    unsigned size_B;

    if (op == OP_REG_BITS) {
        uint8_t bits = fuzz_u8(input);

        value = 1u << (bits & 31);
        value |= bits & 32 ? value << 16 : 0;
        value |= bits & 64 ? guest->doors->read(guest->to, offset, 4) : 0;
        wr(guest, offset, bits & 128 ? ~value : value);
        return;
    }
    size_B = fuzz_size(input);
    if (op == OP_REG_READ) {
        guest->doors->read(guest->to, offset, size_B);
        return;
    }
    value = fuzz_u32(input);
    if (info->flags & GVIRT_REG_MASKED) {
        value |= value << 16;
    }
    guest->doors->write(guest->to, offset, value, size_B);
}

static void do_raw(FuzzGuest *guest, FuzzInput *input, FuzzOp op)
{
    uint32_t offset = fuzz_u32(input);
    unsigned size_B = fuzz_size(input);
    uint64_t value;

    offset &= offset & 0x80000000u ? UINT32_MAX : GVIRT_BAR0_SIZE_B - 1;
    if (op == OP_RAW_READ) {
        guest->doors->read(guest->to, offset, size_B);
        return;
    }
    value = fuzz_u32(input);
    guest->doors->write(guest->to, offset, value | value << 32, size_B);
}

static void do_pte(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t kind = fuzz_u8(input);
    uint32_t page = fuzz_u16(input), value = fuzz_u32(input);

    switch (kind & 3) {
    case 0:
        page = guest->high_page + page % 0x800;
        break;
    case 1:
        page = guest->low_page + page % 0x400;
        break;
    case 2:
        page = page * 8u;
        break;
    default:
        page = GVIRT_GTT_ENTRIES - 1 - page % 0x4000;
        break;
    }
    if (kind & 4) {
        value = entry((uint64_t)(value % (2 * FUZZ_GUEST_PAGES)) <<
                      GVIRT_PAGE_SHIFT, 1);
    }
    guest->doors->write(guest->to, GVIRT_GTT_BAR0_OFFSET +
                        page % GVIRT_GTT_ENTRIES * 4, value,
                        kind & 8 ? 8 : 4);
}

static void do_memory(FuzzGuest *guest, FuzzInput *input)
{
    uint32_t page = fuzz_u16(input) % FUZZ_GUEST_PAGES;
    uint32_t offset_B = fuzz_u16(input) % 1024 * 4;
    unsigned count = fuzz_u8(input) % 32 + 1;

    while (count--) {
        memory(guest, page, offset_B, fuzz_u32(input));
        offset_B = (offset_B + 4) & GVIRT_PAGE_MASK;
    }
}

/* Where commands go: the ring, or the batch that is being built. */
void fuzz_guest_emit(FuzzGuest *guest, unsigned id, bool batch, uint32_t dw)
{
    if (batch) {
        memory(guest, FUZZ_BATCH_PAGE, guest->batch_tail, dw);
        guest->batch_tail = (guest->batch_tail + 4) % (64 * 4096 - 64);
    } else {
        memory(guest, FUZZ_RING_PAGE(id), guest->tail[id], dw);
        guest->tail[id] = (guest->tail[id] + 4) % FUZZ_RING_SIZE_B;
    }
}

/*
 * A command of the table with the input's dwords; how: 1: into the batch, 2:
 * addresses into what is mapped, 4: short dwords, 8: another length, 16:
 * global addresses, 32: real registers, 64: other bits of the header.
 */
static void do_command(FuzzGuest *guest, FuzzInput *input)
{
    unsigned id = fuzz_u8(input) % GVIRT_ENGINE_COUNT;
    uint16_t which = fuzz_u16(input);
    uint8_t how = fuzz_u8(input);
    uint32_t header_bits = how & 64 ? fuzz_u32(input) : 0;
    uint32_t dw[72] = { 0 };
    const GvirtCommandInfo *info;
    uint32_t len_dw, i;
    unsigned count, k;

    info = gvirt_command_table(&count);
    info += which % count;
    dw[0] = info->value | (header_bits & ~info->mask);
    if (!info->fixed_len_dw && !(how & 8)) {
        /* The length that its highest operand needs, at least. */
        dw[0] &= ~info->len_mask;
        len_dw = 3 + which / count % 8;
        for (i = 0; i < GVIRT_OPERANDS_MAX; i++) {
            len_dw = MAX(len_dw, info->operand[i].dword + 1u);
        }
        dw[0] |= (len_dw - MIN(len_dw, info->len_bias_dw)) & info->len_mask;
    }
    len_dw = gvirt_command_len_dw(info, dw[0]);
    if (how & 16 && (info->value >> 29) == 0) {
        dw[0] |= 1u << 22;
    }
    for (i = 1; i < MIN(len_dw, G_N_ELEMENTS(dw)); i++) {
        dw[i] = how & 4 ? fuzz_u8(input) : fuzz_u32(input);
    }
    for (k = 0; k < GVIRT_OPERANDS_MAX && how & 2; k++) {
        uint32_t *at = &dw[info->operand[k].dword % G_N_ELEMENTS(dw)];

        if (info->operand[k].space != GVIRT_OPERAND_NONE) {
            *at = (*at & 0x1fffff) + (how & 16 ? gm(guest, 0) : 0);
        }
    }
    for (i = 1; i < 8 && how & 32 &&
         info->flags & (GVIRT_CMD_LRI | GVIRT_CMD_REG_AT_1 |
                        GVIRT_CMD_REG_AT_2); i += 2) {
        const GvirtRegInfo *reg;

        dw[i] = register_offset(input, &reg);
        if (!(info->flags & GVIRT_CMD_LRI)) {
            dw[2] = info->flags & GVIRT_CMD_REG_AT_2 ?
                    register_offset(input, &reg) : dw[2];
            break;
        }
    }
    for (i = 0; i < MIN(len_dw, G_N_ELEMENTS(dw)); i++) {
        fuzz_guest_emit(guest, id, how & 1, dw[i]);
    }
}

void fuzz_guest_submit(FuzzGuest *guest, unsigned id)
{
    if (guest->tail[id] & 4) {
        fuzz_guest_emit(guest, id, false, 0);
    }
    wr(guest, engine_base[id] + 0x30, guest->tail[id]);
}

static unsigned budget(FuzzInput *input)
{
    return (fuzz_u8(input) + 1) * 16u;
}

/* how: bits 8 and 13 of the header, second level, not closed, twice */
static void do_batch(FuzzGuest *guest, void *machine, FuzzInput *input)
{
    unsigned id = fuzz_u8(input) % GVIRT_ENGINE_COUNT;
    uint8_t how = fuzz_u8(input);
    uint32_t header = 0x18800000 | (how & 1) << 8 | (how & 2) << 12 |
                      (how & 4) << 20;
    uint32_t local = how & 1 ? 0 : gm(guest, FUZZ_BATCH_PAGE);

    if (!(how & 8)) {
        fuzz_guest_emit(guest, id, true, 0x05000000);
    }
    fuzz_guest_emit(guest, id, false, header);
    fuzz_guest_emit(guest, id, false, local);
    fuzz_guest_submit(guest, id);
    guest->doors->run(machine, budget(input));
    if (!(how & 16)) {
        guest->batch_tail = 0;
    }
}

static void do_aperture(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t kind = fuzz_u8(input);
    uint64_t offset = fuzz_u32(input);
    unsigned size_B = fuzz_size(input);
    uint64_t hpa;

    if (!(kind & 1)) {
        offset = ((uint64_t)guest->low_page << GVIRT_PAGE_SHIFT) +
                 offset % 0x200000;
    } else if (kind & 2) {
        offset |= (uint64_t)fuzz_u8(input) << 32;
    }
    if (kind & 4) {
        guest->doors->aperture_page(guest->to, offset >> GVIRT_PAGE_SHIFT,
                                    &hpa);
    } else if (kind & 8) {
        guest->doors->aperture_read(guest->to, offset, size_B);
    } else {
        guest->doors->aperture_write(guest->to, offset, fuzz_u32(input),
                                     size_B);
    }
}

static void do_draw(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t how = fuzz_u8(input);
    GvirtPort port = how % GVIRT_PORT_COUNT;
    uint32_t width_px, height_px;
    pixman_region32_t damage;
    pixman_image_t *image;
    pixman_box32_t *box;

    if (!guest->doors->display_mode(guest->to, port, &width_px,
                                    &height_px)) {
        return;
    }
    if (!width_px || !height_px || width_px > 16384 || height_px > 16384) {
        fuzz_fail("a mode of %ux%u", width_px, height_px);
    }
    /* The largest ones take their time: now and then. */
    if ((uint64_t)width_px * height_px > 1 << 19 && how < 0xf0) {
        return;
    }
    image = pixman_image_create_bits(PIXMAN_x8r8g8b8, width_px, height_px,
                                     NULL, 0);
    pixman_region32_init(&damage);
    if (guest->doors->display_draw(guest->to, port, image, how & 16,
                                   &damage)) {
        box = pixman_region32_extents(&damage);
        if (box->x1 < 0 || box->y1 < 0 || box->x2 > (int64_t)width_px ||
            box->y2 > (int64_t)height_px) {
            fuzz_fail("damage %d,%d-%d,%d in %ux%u", box->x1, box->y1,
                      box->x2, box->y2, width_px, height_px);
        }
    }
    pixman_region32_fini(&damage);
    pixman_image_unref(image);
}

/* A pipe on a port, as i915 lights it, with the input's sizes. */
static void do_mode(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t how = fuzz_u8(input);
    unsigned pipe = (how & 3) % GVIRT_PIPE_COUNT;
    uint32_t at = pipe * 0x1000, ddi = 1 + (how >> 2 & 3) % 3;
    uint32_t width = fuzz_u16(input) % 1200 + 1;
    uint32_t height = fuzz_u16(input) % 600 + 1;
    uint32_t func = 0x80000000u | ddi << 28 | (how & 0x20 ? 2u << 24 : 0);

    wr(guest, 0x46040, 0xb0200a15);
    wr(guest, 0x46100 + ddi * 4, 4u << 29);
    wr(guest, 0x46140 + pipe * 4, (ddi + 1) << 29);
    wr(guest, 0x60000 + at, (width + 160 - 1) << 16 | (width - 1));
    wr(guest, 0x60004 + at, (width + 160 - 1) << 16 | (width - 1));
    wr(guest, 0x60008 + at, (width + 80 - 1) << 16 | (width + 48 - 1));
    wr(guest, 0x6000c + at, (height + 30 - 1) << 16 | (height - 1));
    wr(guest, 0x60010 + at, (height + 30 - 1) << 16 | (height - 1));
    wr(guest, 0x60014 + at, (height + 7 - 1) << 16 | (height + 3 - 1));
    wr(guest, 0x6001c + at, (width - 1) << 16 | (height - 1));
    wr(guest, 0x60400 + at, func);
    wr(guest, 0x64000 + ddi * 0x100, 0x80000000u);
    wr(guest, 0x70008 + at, 0x80000000u);
}

/* Primary, sprite or cursor of a pipe, armed by its surface register. */
static void do_plane(FuzzGuest *guest, FuzzInput *input)
{
    static const uint32_t base[4] = { 0x70180, 0x70280, 0x70080, 0x70180 };
    uint8_t which = fuzz_u8(input);
    uint32_t at = base[which & 3] + (which >> 2 & 3) % 3 * 0x1000;
    bool cursor = (which & 3) == 2;
    uint32_t ctl = fuzz_u32(input), stride = fuzz_u32(input);
    uint32_t surface = fuzz_u32(input);

    if (which & 0x40) {
        stride = (stride & 0x3fc0) + 64;
        surface = gm(guest, surface % 0x500);
    }
    wr(guest, at, ctl | 0x80000000u);
    if (cursor) {
        wr(guest, at + 8, stride);
        wr(guest, at + 4, surface);
        return;
    }
    wr(guest, at + 8, stride);
    if (which & 0x80) {
        wr(guest, at + 0x10, fuzz_u32(input));
        wr(guest, at + 0x24, fuzz_u32(input));
        wr(guest, at + 0x0c, fuzz_u32(input));
    }
    wr(guest, at + 0x1c, surface);
}

static void do_monitor(FuzzGuest *guest, FuzzInput *input)
{
    GvirtMonitor monitor = { 0 };
    GvirtPort port = fuzz_u8(input) % GVIRT_PORT_COUNT;

    monitor.kind = fuzz_u8(input) % 4;
    monitor.connected = monitor.kind != GVIRT_MONITOR_NONE;
    monitor.edid_size_B = fuzz_u8(input) % 5 * 128;
    guest->doors->set_monitor(guest->to, port, &monitor);
}

static void do_io(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t kind = fuzz_u8(input);

    if (kind & 1) {
        guest->doors->io_read(guest->to, kind >> 1 & 63, fuzz_size(input));
    } else {
        guest->doors->io_write(guest->to, kind >> 1 & 63, fuzz_u32(input),
                               fuzz_size(input));
    }
}

static void do_reset(FuzzGuest *guest, FuzzInput *input)
{
    uint8_t how = fuzz_u8(input);

    if (how < 0xe0) {
        wr(guest, 0x941c, how & 0x1f);
    } else {
        guest->doors->reset(guest->to);
    }
    if (how & 0x20) {
        fuzz_guest_start(guest);
    }
}

void fuzz_guest_step(FuzzGuest *guest, void *machine, FuzzInput *input)
{
    FuzzOp op = fuzz_u8(input) % OP_COUNT;

    switch (op) {
    case OP_REG_WRITE:
    case OP_REG_READ:
    case OP_REG_BITS:
        do_register(guest, input, op);
        break;
    case OP_RAW_WRITE:
    case OP_RAW_READ:
        do_raw(guest, input, op);
        break;
    case OP_PTE:
        do_pte(guest, input);
        break;
    case OP_MEMORY:
        do_memory(guest, input);
        break;
    case OP_TABLE:
        memory(guest, FUZZ_TABLE_PAGE, fuzz_u16(input) % 2048 * 4,
               fuzz_u32(input));
        break;
    case OP_COMMAND:
    case OP_COMMAND_AGAIN:
        do_command(guest, input);
        break;
    case OP_PACKET:
        fuzz_guest_packet(guest, input);
        break;
    case OP_SUBMIT:
        fuzz_guest_submit(guest, fuzz_u8(input) % GVIRT_ENGINE_COUNT);
        guest->doors->run(machine, budget(input));
        break;
    case OP_BATCH:
        do_batch(guest, machine, input);
        break;
    case OP_RUN:
        guest->doors->run(machine, budget(input));
        break;
    case OP_CLOCK:
        guest->doors->advance(machine, 1ll << fuzz_u8(input) % 40);
        break;
    case OP_APERTURE:
        do_aperture(guest, input);
        break;
    case OP_DRAW:
        do_draw(guest, input);
        break;
    case OP_MODE:
        do_mode(guest, input);
        break;
    case OP_PLANE:
        do_plane(guest, input);
        break;
    case OP_MONITOR:
        do_monitor(guest, input);
        break;
    case OP_IO:
        do_io(guest, input);
        break;
    case OP_RESET:
        do_reset(guest, input);
        break;
    case OP_MEMORY_CHANGED:
        guest->doors->memory_changed(machine);
        break;
    case OP_SPECIAL:
        if (guest->doors->special) {
            guest->doors->special(machine, fuzz_u8(input));
        } else {
            g_free(guest->doors->unknown_registers(guest->to));
        }
        break;
    case OP_COUNT:
        break;
    }
    if (guest->doors->check) {
        guest->doors->check(machine);
    }
}
