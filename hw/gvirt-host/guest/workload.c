/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workloads of the emulated guest that the blitter does, and what all
 * workloads share: batches, random pictures and their comparison.
 *
 *  copy   random data from one picture to another, by XY_SRC_COPY_BLT
 *  fill   rectangles in X-tiled pictures, by XY_COLOR_BLT, which the guest
 *         reads in its memory, and by the aperture through fences
 *
 * Sources: HSW PRM vol. 10 (blitter); vol. 5, "Tiling" (X tiles of 512 bytes
 * by 8 rows) and "Swizzling".
 */
#include "guest.h"

#include <string.h>

#define DEPTH_32                (3u << 24)
#define ROP_COPY                (0xccu << 16)
#define ROP_PATTERN             (0xf0u << 16)
#define WRITE_ALL               (3u << 20)      /* colour and alpha */
#define DST_TILED               (1u << 11)
#define SRC_COPY_LEN            6u
#define COLOR_LEN               4u

#define ROWS_PER_PAGE           (GVIRT_PAGE_SIZE_B / PICTURE_PITCH_B)
#define TILE_WIDTH_PX           128u
#define TILE_ROWS               8u
#define LINE_PX                 16u     /* 64 bytes: what swizzling moves */
#define TILES_PER_ROW           (PICTURE_WIDTH_PX / TILE_WIDTH_PX)

#define COPY_RECTS              32u
#define FILL_RECTS              16u
#define FENCE_SAMPLES           16u
#define FENCE_VALID             1u
#define FENCE_PITCH_UNIT_B      128u

/* ---- shared ---- */

GuestWriter guest_batch_begin(GvirtGuest *guest, GuestSlot *slot,
                              GvirtEngineId id)
{
    GuestWriter writer = { .dw = guest_page(guest, &slot->batch, id) };

    return writer;
}

void guest_batch_end(GvirtGuest *guest, GuestSlot *slot, GvirtEngineId id,
                     GuestWriter *writer)
{
    guest_put(writer, GVIRT_OP_MI_BATCH_BUFFER_END);
    guest_put(writer, GVIRT_OP_MI_NOOP);
    guest_page_written(guest, &slot->batch, id);
}

void guest_batch_submit(GvirtGuest *guest, GuestSlot *slot, GvirtEngineId id,
                        unsigned times)
{
    slot->wait[id] = guest_submit(guest, id, slot->batch.addr_ppgtt +
                                  id * GVIRT_PAGE_SIZE_B, GUEST_BATCH_LOCAL,
                                  times);
    if (!slot->wait[id]) {
        guest_error(guest, "engine %u: its ring is full", id);
    }
}

/* At least a pixel of either; the edges are as likely as what is inside. */
GuestRect guest_random_rect(GvirtGuest *guest)
{
    uint64_t random = guest_random(guest);
    GuestRect rect;

    rect.x1 = (random & 0xffff) % PICTURE_WIDTH_PX;
    rect.y1 = (random >> 16 & 0xffff) % PICTURE_HEIGHT_PX;
    rect.x2 = rect.x1 + 1 + (random >> 32 & 0xffff) %
              (PICTURE_WIDTH_PX - rect.x1);
    rect.y2 = rect.y1 + 1 + (random >> 48) % (PICTURE_HEIGHT_PX - rect.y1);
    return rect;
}

void guest_put_copy(GuestWriter *writer, const GuestRect *rect,
                    uint32_t dst_addr, uint32_t x, uint32_t y,
                    uint32_t src_addr)
{
    guest_put(writer, GVIRT_OP_XY_SRC_COPY_BLT | WRITE_ALL | SRC_COPY_LEN);
    guest_put(writer, DEPTH_32 | ROP_COPY | PICTURE_PITCH_B);
    guest_put(writer, rect->y1 << 16 | rect->x1);
    guest_put(writer, rect->y2 << 16 | rect->x2);
    guest_put(writer, dst_addr);
    guest_put(writer, y << 16 | x);
    guest_put(writer, PICTURE_PITCH_B);
    guest_put(writer, src_addr);
}

void guest_put_color(GuestWriter *writer, const GuestRect *rect,
                     uint32_t dst_addr, uint32_t color, bool tiled)
{
    /* The pitch of tiled surfaces counts dwords. */
    guest_put(writer, GVIRT_OP_XY_COLOR_BLT | WRITE_ALL | COLOR_LEN |
              (tiled ? DST_TILED : 0));
    guest_put(writer, DEPTH_32 | ROP_PATTERN |
              (tiled ? PICTURE_PITCH_B / 4 : PICTURE_PITCH_B));
    guest_put(writer, rect->y1 << 16 | rect->x1);
    guest_put(writer, rect->y2 << 16 | rect->x2);
    guest_put(writer, dst_addr);
    guest_put(writer, color);
}

bool guest_setup_pictures(GvirtGuest *guest, GuestSlot *slot, bool with_src)
{
    slot->expect = g_new0(uint32_t, PICTURE_WIDTH_PX * PICTURE_HEIGHT_PX);
    return guest_memory_alloc(guest, &slot->batch, GVIRT_ENGINE_COUNT) &&
           guest_bind_local(guest, &slot->batch) &&
           guest_memory_alloc(guest, &slot->dst, PICTURE_PAGES) &&
           guest_bind_local(guest, &slot->dst) &&
           (!with_src || (guest_memory_alloc(guest, &slot->src, PICTURE_PAGES) &&
                          guest_bind_local(guest, &slot->src)));
}

void guest_fill_random(GvirtGuest *guest, const GuestBuffer *buffer)
{
    uint32_t page, i;

    for (page = 0; page < buffer->pages; page++) {
        uint32_t *dw = guest_page(guest, buffer, page);

        for (i = 0; dw && i < GVIRT_PAGE_SIZE_B / 4; i += 2) {
            uint64_t random = guest_random(guest);

            memcpy(&dw[i], &random, sizeof(random));
        }
        guest_page_written(guest, buffer, page);
    }
}

/*
 * How far swizzling moves the pixels of a row in an X tile: bit 6 of the
 * address is inverted where bits 9 and 10, which count rows, differ.
 */
static uint32_t swizzle_px(const GvirtGuest *guest, uint32_t row)
{
    return guest->swizzled && (row ^ row >> 1) & 1 ? LINE_PX : 0;
}

/* dst holds what expect does: linear, or in X tiles. */
bool guest_check_picture(GvirtGuest *guest, GuestSlot *slot, bool tiled)
{
    uint32_t width_px = tiled ? TILE_WIDTH_PX : PICTURE_WIDTH_PX;
    uint32_t rows = tiled ? TILE_ROWS : ROWS_PER_PAGE;
    uint32_t page, row, left, x, y;

    for (page = 0; page < PICTURE_PAGES; page++) {
        const uint32_t *dw = guest_page(guest, &slot->dst, page);

        for (row = 0; dw && row < rows; row++) {
            uint32_t moved = tiled ? swizzle_px(guest, row) : 0;
            uint32_t run = moved ? LINE_PX : width_px;
            const uint32_t *expect;

            left = tiled ? page % TILES_PER_ROW * TILE_WIDTH_PX : 0;
            y = (tiled ? page / TILES_PER_ROW : page) * rows + row;
            expect = slot->expect + y * PICTURE_WIDTH_PX + left;
            for (x = 0; x < width_px; x += run) {
                const uint32_t *is = dw + row * width_px + (x ^ moved);
                uint32_t i = 0;

                if (memcmp(is, expect + x, run * 4) == 0) {
                    continue;
                }
                while (is[i] == expect[x + i]) {
                    i++;
                }
                guest_error(guest, "slot %u: pixel %u,%u is 0x%08x, should be "
                            "0x%08x", slot->index, left + x + i, y,
                            GUINT32_FROM_LE(is[i]),
                            GUINT32_FROM_LE(expect[x + i]));
                return false;
            }
        }
    }
    return true;
}

static uint64_t rect_bytes(const GuestRect *rect)
{
    return (uint64_t)(rect->x2 - rect->x1) * (rect->y2 - rect->y1) * 4;
}

/* ---- copy ---- */

static bool copy_setup(GvirtGuest *guest, GuestSlot *slot)
{
    return guest_setup_pictures(guest, slot, true);
}

/* A row of src, as it stands in its page. */
static const uint32_t *src_row(GvirtGuest *guest, GuestSlot *slot, uint32_t y)
{
    const uint32_t *dw = guest_page(guest, &slot->src, y / ROWS_PER_PAGE);

    return dw ? dw + y % ROWS_PER_PAGE * PICTURE_WIDTH_PX : NULL;
}

/* The same on the processor's side. */
static void copy_expect(GvirtGuest *guest, GuestSlot *slot,
                        const GuestRect *rect, uint32_t x, uint32_t y)
{
    uint32_t row;

    for (row = rect->y1; row < rect->y2; row++) {
        const uint32_t *src = src_row(guest, slot, y + row - rect->y1);

        if (src) {
            memcpy(slot->expect + row * PICTURE_WIDTH_PX + rect->x1, src + x,
                   (rect->x2 - rect->x1) * 4);
        }
    }
}

/* dst keeps what the iteration before has left outside the rectangles. */
static void copy_begin(GvirtGuest *guest, GuestSlot *slot)
{
    GuestWriter writer = guest_batch_begin(guest, slot, GVIRT_BCS);
    unsigned i;

    guest_fill_random(guest, &slot->src);
    slot->sum = 0;
    for (i = 0; i < COPY_RECTS; i++) {
        GuestRect rect = guest_random_rect(guest);
        GuestRect from = guest_random_rect(guest);
        uint32_t x = MIN(from.x1, PICTURE_WIDTH_PX - (rect.x2 - rect.x1));
        uint32_t y = MIN(from.y1, PICTURE_HEIGHT_PX - (rect.y2 - rect.y1));

        guest_put_copy(&writer, &rect, slot->dst.addr_ppgtt, x, y,
                       slot->src.addr_ppgtt);
        copy_expect(guest, slot, &rect, x, y);
        slot->sum += rect_bytes(&rect);
    }
    guest_batch_end(guest, slot, GVIRT_BCS, &writer);
    guest_batch_submit(guest, slot, GVIRT_BCS, 1);
}

static bool copy_step(GvirtGuest *guest, GuestSlot *slot)
{
    if (slot->phase == 0) {
        copy_begin(guest, slot);
        return true;
    }
    if (guest_check_picture(guest, slot, false)) {
        guest->stats.bytes += slot->sum;
    }
    return false;
}

/* After a reset nobody knows how far a copy came. */
static void pictures_restart(GvirtGuest *guest)
{
    uint32_t i, page;

    for (i = 0; i < guest->config.queue; i++) {
        GuestSlot *slot = &guest->slot[i];

        memset(slot->expect, 0, PICTURE_PAGES * GVIRT_PAGE_SIZE_B);
        for (page = 0; page < slot->dst.pages; page++) {
            uint32_t *dw = guest_page(guest, &slot->dst, page);

            if (dw) {
                memset(dw, 0, GVIRT_PAGE_SIZE_B);
                guest_page_written(guest, &slot->dst, page);
            }
        }
    }
}

const GuestWorkload guest_workload_copy = {
    .name = "copy",
    .setup = copy_setup,
    .start = pictures_restart,
    .step = copy_step,
};

/* ---- fill ---- */

/* A fence makes the aperture show the picture's rows one after another. */
static void fill_fence(GvirtGuest *guest, GuestSlot *slot)
{
    uint32_t reg = REG_FENCE + guest->fence_next * 8;
    uint32_t start = slot->dst.addr_ggtt;
    uint32_t end = start + (slot->dst.pages - 1) * GVIRT_PAGE_SIZE_B;

    guest_write(guest, reg, 0);
    guest_write(guest, reg + 4,
                end | (PICTURE_PITCH_B / FENCE_PITCH_UNIT_B - 1));
    guest_write(guest, reg, start | FENCE_VALID);
    slot->fence = guest->fence_next++;
}

static bool fill_setup(GvirtGuest *guest, GuestSlot *slot)
{
    if (!guest_setup_pictures(guest, slot, false)) {
        return false;
    }
    /* Where there is no fence left the memory alone is looked at. */
    if (guest->fence_next < guest->fences &&
        guest_bind_low(guest, &slot->dst)) {
        fill_fence(guest, slot);
    }
    return true;
}

static void fill_begin(GvirtGuest *guest, GuestSlot *slot)
{
    GuestWriter writer = guest_batch_begin(guest, slot, GVIRT_BCS);
    uint32_t i, x, y;

    slot->sum = 0;
    for (i = 0; i < FILL_RECTS; i++) {
        GuestRect rect = guest_random_rect(guest);
        uint32_t color = guest_random(guest);

        guest_put_color(&writer, &rect, slot->dst.addr_ppgtt, color, true);
        for (y = rect.y1; y < rect.y2; y++) {
            for (x = rect.x1; x < rect.x2; x++) {
                slot->expect[y * PICTURE_WIDTH_PX + x] =
                    GUINT32_TO_LE(color);
            }
        }
        slot->sum += rect_bytes(&rect);
    }
    guest_batch_end(guest, slot, GVIRT_BCS, &writer);
    guest_batch_submit(guest, slot, GVIRT_BCS, 1);
}

/* Some pixels by the aperture, which the fence shows in rows. */
static bool fill_check_aperture(GvirtGuest *guest, GuestSlot *slot)
{
    unsigned i;

    for (i = 0; slot->fence >= 0 && i < FENCE_SAMPLES; i++) {
        uint64_t random = guest_random(guest);
        uint32_t x = (random & 0xffff) % PICTURE_WIDTH_PX;
        uint32_t y = (random >> 32 & 0xffff) % PICTURE_HEIGHT_PX;
        uint64_t offset = slot->dst.addr_ggtt + y * PICTURE_PITCH_B + x * 4;
        uint32_t value = gvirt_vgpu_aperture_read(guest->vgpu, offset, 4);
        uint32_t want = GUINT32_FROM_LE(slot->expect[y * PICTURE_WIDTH_PX +
                                                     x]);

        if (value != want) {
            guest_error(guest, "slot %u: pixel %u,%u is 0x%08x by the "
                        "aperture, should be 0x%08x", slot->index, x, y,
                        value, want);
            return false;
        }
    }
    return true;
}

static bool fill_step(GvirtGuest *guest, GuestSlot *slot)
{
    if (slot->phase == 0) {
        fill_begin(guest, slot);
        return true;
    }
    if (guest_check_picture(guest, slot, true) &&
        fill_check_aperture(guest, slot)) {
        guest->stats.bytes += slot->sum;
    }
    return false;
}

const GuestWorkload guest_workload_fill = {
    .name = "fill",
    .setup = fill_setup,
    .start = pictures_restart,
    .step = fill_step,
};
