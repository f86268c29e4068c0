/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads of the emulated guest on several engines, and on none.
 *
 *  checksum  the blitter copies random data, then the render engine adds up
 *            some of it in a register that keeps the sum of all iterations,
 *            while the video engines write values of their own
 *  idle      no engine: registers, the clock and a display with vblanks
 *  hog       all four rings full of long work
 *
 * Sources: HSW PRM vol. 6 (MI commands, MI_MATH), vol. 11a (mode set of a
 * DDI); i915 display/intel_ddi.c (its order).
 */
#include "guest.h"

#include <string.h>

/* ---- checksum ---- */

#define SUMMED_DW               64u
#define MI_GLOBAL               (1u << 22)
#define LRM_LEN                 1u
#define SRM_LEN                 1u
#define SDI_LEN                 2u
#define FLUSH_STORE_DW          (1u << 14)
#define FLUSH_LEN               1u

/* MI_MATH: R0 += R1. */
#define ALU(opcode, a, b)       ((uint32_t)(opcode) << 20 | (a) << 10 | (b))
#define ALU_LOAD                0x080
#define ALU_ADD                 0x100
#define ALU_STORE               0x180
#define ALU_SRCA                0x20u
#define ALU_SRCB                0x21u
#define ALU_ACCU                0x31u

#define GPR(n)                  (REG_CS_GPR + (n) * 8)

/* Where engines leave their results in the result page. */
#define RESULT_SUM_B            0x000u
#define RESULT_VIDEO_B(id)      (0x100u + (id) * 0x40)

static bool checksum_setup(GvirtGuest *guest, GuestSlot *slot)
{
    return guest_setup_pictures(guest, slot, true) &&
           guest_bind_high(guest, &slot->dst) &&
           guest_memory_alloc(guest, &slot->secure, 1) &&
           guest_bind_high(guest, &slot->secure) &&
           guest_memory_alloc(guest, &slot->result, 1) &&
           guest_bind_high(guest, &slot->result) &&
           guest_bind_local(guest, &slot->result);
}

/* The sum's register starts at nought; a reset has cleared it, too. */
static void checksum_start(GvirtGuest *guest)
{
    guest->sum = 0;
}

static void checksum_copy(GvirtGuest *guest, GuestSlot *slot)
{
    GuestWriter writer = guest_batch_begin(guest, slot, GVIRT_BCS);
    const GuestRect all = {
        .x2 = PICTURE_WIDTH_PX,
        .y2 = PICTURE_HEIGHT_PX,
    };
    uint32_t page;

    guest_fill_random(guest, &slot->src);
    for (page = 0; page < PICTURE_PAGES; page++) {
        const uint32_t *dw = guest_page(guest, &slot->src, page);

        if (dw) {
            memcpy((uint8_t *)slot->expect + page * GVIRT_PAGE_SIZE_B, dw,
                   GVIRT_PAGE_SIZE_B);
        }
    }
    guest_put_copy(&writer, &all, slot->dst.addr_ppgtt, 0, 0,
                   slot->src.addr_ppgtt);
    guest_batch_end(guest, slot, GVIRT_BCS, &writer);
    guest_batch_submit(guest, slot, GVIRT_BCS, 1);
}

static void put_add(GuestWriter *writer)
{
    guest_put(writer, GVIRT_OP_MI_MATH | (4 - 1));
    guest_put(writer, ALU(ALU_LOAD, ALU_SRCA, 0u));
    guest_put(writer, ALU(ALU_LOAD, ALU_SRCB, 1u));
    guest_put(writer, ALU(ALU_ADD, 0u, 0u));
    guest_put(writer, ALU(ALU_STORE, 0u, ALU_ACCU));
}

static void put_lri(GuestWriter *writer, uint32_t reg, uint32_t value)
{
    guest_put(writer, GVIRT_OP_MI_LOAD_REGISTER_IMM | 1);
    guest_put(writer, reg);
    guest_put(writer, value);
}

/* Privileged, as i915's own batches: registers are loaded from memory. */
static void checksum_render(GvirtGuest *guest, GuestSlot *slot)
{
    GuestWriter writer = { .dw = guest_page(guest, &slot->secure, 0) };
    GuestEngine *engine = &guest->engine[GVIRT_RCS];
    uint32_t at = guest_random(guest) % (PICTURE_PAGES * GVIRT_PAGE_SIZE_B /
                                         4 / SUMMED_DW);
    uint32_t i;

    if (engine->fresh) {
        put_lri(&writer, GPR(0), 0);
        put_lri(&writer, GPR(0) + 4, 0);
    }
    put_lri(&writer, GPR(1) + 4, 0);
    for (i = 0; i < SUMMED_DW; i++) {
        uint32_t dw = at + i * (PICTURE_PAGES * GVIRT_PAGE_SIZE_B / 4 /
                                SUMMED_DW);

        guest_put(&writer, GVIRT_OP_MI_LOAD_REGISTER_MEM | MI_GLOBAL |
                  LRM_LEN);
        guest_put(&writer, GPR(1));
        guest_put(&writer, slot->dst.addr_ggtt + dw * 4);
        put_add(&writer);
        guest->sum += GUINT32_FROM_LE(slot->expect[dw]);
    }
    for (i = 0; i < 2; i++) {
        guest_put(&writer, GVIRT_OP_MI_STORE_REGISTER_MEM | MI_GLOBAL |
                  SRM_LEN);
        guest_put(&writer, GPR(0) + i * 4);
        guest_put(&writer, slot->result.addr_ggtt + RESULT_SUM_B + i * 4);
    }
    guest_put(&writer, GVIRT_OP_MI_BATCH_BUFFER_END);
    guest_put(&writer, GVIRT_OP_MI_NOOP);
    guest_page_written(guest, &slot->secure, 0);
    slot->sum = guest->sum;
    slot->wait[GVIRT_RCS] = guest_submit(guest, GVIRT_RCS,
                                         slot->secure.addr_ggtt,
                                         GUEST_BATCH_SECURE, 1);
}

static void checksum_video(GvirtGuest *guest, GuestSlot *slot,
                           GvirtEngineId id)
{
    GuestWriter writer = guest_batch_begin(guest, slot, id);
    uint32_t addr = slot->result.addr_ppgtt + RESULT_VIDEO_B(id);

    guest_put(&writer, GVIRT_OP_MI_STORE_DATA_IMM | SDI_LEN);
    guest_put(&writer, 0);
    guest_put(&writer, addr);
    guest_put(&writer, slot->value + id);
    guest_put(&writer, GVIRT_OP_MI_FLUSH_DW | FLUSH_STORE_DW | FLUSH_LEN);
    guest_put(&writer, addr + 8);
    guest_put(&writer, ~(slot->value + id));
    guest_batch_end(guest, slot, id, &writer);
    guest_batch_submit(guest, slot, id, 1);
}

static void checksum_check(GvirtGuest *guest, GuestSlot *slot)
{
    static const GvirtEngineId video[] = { GVIRT_VCS, GVIRT_VECS };
    uint64_t sum = guest_get(guest, &slot->result, RESULT_SUM_B) |
                   (uint64_t)guest_get(guest, &slot->result,
                                       RESULT_SUM_B + 4) << 32;
    unsigned i;

    if (sum != slot->sum) {
        guest_error(guest, "slot %u: the sum is 0x%" PRIx64 ", should be 0x%"
                    PRIx64, slot->index, sum, slot->sum);
        return;
    }
    for (i = 0; i < G_N_ELEMENTS(video); i++) {
        uint32_t at_B = RESULT_VIDEO_B(video[i]);
        uint32_t want = slot->value + video[i];
        uint32_t stored = guest_get(guest, &slot->result, at_B);
        uint32_t flushed = guest_get(guest, &slot->result, at_B + 8);

        if (stored != want || flushed != ~want) {
            guest_error(guest, "slot %u: engine %u wrote 0x%08x and 0x%08x, "
                        "should be 0x%08x and 0x%08x", slot->index, video[i],
                        stored, flushed, want, ~want);
            return;
        }
    }
    if (guest_check_picture(guest, slot, false)) {
        guest->stats.bytes += PICTURE_PAGES * GVIRT_PAGE_SIZE_B;
    }
}

static bool checksum_step(GvirtGuest *guest, GuestSlot *slot)
{
    switch (slot->phase) {
    case 0:
        checksum_copy(guest, slot);
        return true;
    case 1:
        slot->value = guest_random(guest);
        checksum_render(guest, slot);
        checksum_video(guest, slot, GVIRT_VCS);
        checksum_video(guest, slot, GVIRT_VECS);
        return true;
    default:
        checksum_check(guest, slot);
        return false;
    }
}

const GuestWorkload guest_workload_checksum = {
    .name = "checksum",
    .setup = checksum_setup,
    .start = checksum_start,
    .step = checksum_step,
};

/* ---- idle ---- */

#define TIMESTAMP               (GVIRT_RCS_BASE + 0x358)
#define FRAME_COUNT_A           0x70040u
#define PIPECONF_A              0x70008u
#define PIPE_ON                 (1u << 31)
/* As i915 computes 1024x768: 82285 kHz, (1024 + 160) by (768 + 30). */
#define MODE_FRAME_NS           ((1024 + 160) * (768 + 30) * 1000000ll / 82285)

/* HDMI on DDI B, pipe A, 1024x768, by WRPLL 1. */
static const uint32_t idle_mode[][2] = {
    { 0x46040, 0xb0200a15 },            /* WRPLL_CTL 1 */
    { 0x46104, 4u << 29 },              /* PORT_CLK_SEL B: WRPLL 1 */
    { 0x46140, 2u << 29 },              /* TRANS_CLK_SEL A: port B */
    { 0x60000, 0x049f03ff },            /* HTOTAL */
    { 0x60004, 0x049f03ff },            /* HBLANK */
    { 0x60008, 0x044f042f },            /* HSYNC */
    { 0x6000c, 0x031d02ff },            /* VTOTAL */
    { 0x60010, 0x031d02ff },            /* VBLANK */
    { 0x60014, 0x03060302 },            /* VSYNC */
    { 0x6001c, 0x03ff02ff },            /* PIPESRC */
    { 0x60400, 0x90000000 },            /* TRANS_DDI_FUNC_CTL A: port B */
    { 0x64100, 0x80000000 },            /* DDI_BUF_CTL B */
    { PIPECONF_A, PIPE_ON },
};

static bool idle_setup(GvirtGuest *guest, GuestSlot *slot)
{
    (void)guest;
    (void)slot;
    return true;
}

static void idle_start(GvirtGuest *guest)
{
    unsigned i;

    if (guest->lit) {
        return;                         /* engines were reset, it was not */
    }
    for (i = 0; i < G_N_ELEMENTS(idle_mode); i++) {
        guest_write(guest, idle_mode[i][0], idle_mode[i][1]);
    }
    guest->lit = true;
    guest->lit_ns = guest_now_ns(guest);
    guest->frame_at_start = guest_read(guest, FRAME_COUNT_A);
    guest_write(guest, REG_DEIMR, ~DE_VBLANK_A);
}

static bool idle_step(GvirtGuest *guest, GuestSlot *slot)
{
    int64_t now_ns = guest_now_ns(guest);
    int64_t frames, want;
    uint32_t before, after;

    (void)slot;
    before = guest_read(guest, TIMESTAMP);
    frames = guest_read(guest, FRAME_COUNT_A) - guest->frame_at_start;
    after = guest_read(guest, TIMESTAMP);
    want = (now_ns - guest->lit_ns) / MODE_FRAME_NS;
    if ((int32_t)(after - before) < 0) {
        guest_error(guest, "the time stamp goes back, 0x%x after 0x%x",
                    after, before);
    }
    if (frames < want - 1 || frames > want + 2) {
        guest_error(guest, "%" PRId64 " frames in %" PRId64 " ns, should be "
                    "%" PRId64, frames, now_ns - guest->lit_ns, want);
    }
    if ((int64_t)guest->stats.vblanks > frames + 1) {
        guest_error(guest, "%" PRIu64 " vblanks in %" PRId64 " frames",
                    guest->stats.vblanks, frames);
    }
    return false;
}

const GuestWorkload guest_workload_idle = {
    .name = "idle",
    .setup = idle_setup,
    .start = idle_start,
    .step = idle_step,
};

/* ---- hog ---- */

#define HOG_NOOP_PAGES          128u    /* 131072 no-ops */
#define HOG_TIMES               2u
#define HOG_FILLS               8u

static bool hog_setup(GvirtGuest *guest, GuestSlot *slot)
{
    if (slot->index == 0) {
        if (!guest_memory_alloc(guest, &guest->noops, HOG_NOOP_PAGES) ||
            !guest_bind_local(guest, &guest->noops)) {
            return false;
        }
        guest_set(guest, &guest->noops, HOG_NOOP_PAGES * GVIRT_PAGE_SIZE_B -
                  4, GVIRT_OP_MI_BATCH_BUFFER_END);
    }
    return guest_setup_pictures(guest, slot, false);
}

static void hog_begin(GvirtGuest *guest, GuestSlot *slot)
{
    static const GvirtEngineId others[] = { GVIRT_RCS, GVIRT_VCS,
                                            GVIRT_VECS };
    GuestWriter writer = guest_batch_begin(guest, slot, GVIRT_BCS);
    const GuestRect all = {
        .x2 = PICTURE_WIDTH_PX,
        .y2 = PICTURE_HEIGHT_PX,
    };
    uint32_t i;

    for (i = 0; i < HOG_FILLS; i++) {
        slot->value = guest_random(guest);
        guest_put_color(&writer, &all, slot->dst.addr_ppgtt, slot->value,
                        false);
    }
    guest_batch_end(guest, slot, GVIRT_BCS, &writer);
    guest_batch_submit(guest, slot, GVIRT_BCS, 1);
    for (i = 0; i < G_N_ELEMENTS(others); i++) {
        slot->wait[others[i]] = guest_submit(guest, others[i],
                                             guest->noops.addr_ppgtt,
                                             GUEST_BATCH_LOCAL, HOG_TIMES);
        if (!slot->wait[others[i]]) {
            guest_error(guest, "engine %u: its ring is full", others[i]);
        }
    }
}

static bool hog_step(GvirtGuest *guest, GuestSlot *slot)
{
    uint32_t i;

    if (slot->phase == 0) {
        hog_begin(guest, slot);
        return true;
    }
    for (i = 0; i < PICTURE_WIDTH_PX * PICTURE_HEIGHT_PX; i++) {
        slot->expect[i] = GUINT32_TO_LE(slot->value);
    }
    if (guest_check_picture(guest, slot, false)) {
        guest->stats.bytes += HOG_FILLS * PICTURE_PAGES * GVIRT_PAGE_SIZE_B;
    }
    return false;
}

const GuestWorkload guest_workload_hog = {
    .name = "hog",
    .setup = hog_setup,
    .step = hog_step,
};
