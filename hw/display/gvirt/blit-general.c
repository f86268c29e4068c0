/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any blit: chunk by chunk of a scan line the operands are fetched and
 * expanded, combined, masked and written.
 *
 * Where source and destination overlap, chunks and lines go in the direction
 * of the blit, so that none is written before it is read.
 *
 * Source: HSW PRM vol. 10, "Block Diagram and Data Paths of the BLT Engine".
 */
#include <string.h>

#include "blit-internal.h"

typedef struct Chunk {
    /* As words, for the raster operation. */
    uint64_t source[GVIRT_BLIT_CHUNK_B / 8];
    uint64_t destination[GVIRT_BLIT_CHUNK_B / 8];
    uint64_t result[GVIRT_BLIT_CHUNK_B / 8];
    uint64_t pattern[GVIRT_ROP_BLOCK_B / 8];
    uint8_t enable[GVIRT_BLIT_CHUNK_B];     /* 1: the byte is written */
    uint8_t channels[GVIRT_BLIT_CHUNK_B];   /* enables by the byte mask */
    bool read_source;
    bool read_destination;
    bool masked;                            /* enable counts in any chunk */
} Chunk;

static void chunk_init(const GvirtBlit *blit, Chunk *chunk)
{
    GvirtBlitChroma chroma = blit->chroma;
    unsigned i;

    memset(chunk, 0, sizeof(*chunk));
    for (i = 0; i < GVIRT_BLIT_CHUNK_B; i++) {
        chunk->channels[i] = blit->write_mask >> i % blit->cpp * 8 & 1;
    }
    chunk->read_source = gvirt_rop_uses_source(blit->rop) ||
                         chroma == GVIRT_CHROMA_SRC ||
                         chroma == GVIRT_CHROMA_SRC_ALPHA;
    chunk->read_destination = gvirt_rop_uses_destination(blit->rop) ||
                              chroma == GVIRT_CHROMA_DST ||
                              chroma == GVIRT_CHROMA_DST_ALPHA;
    chunk->masked = chroma != GVIRT_CHROMA_NONE ||
                    !gvirt_blit_writes_all(blit) ||
                    (blit->source == GVIRT_BLIT_MONO &&
                     blit->mono.transparent) ||
                    (blit->patterned && blit->pattern.transparent);
}

static void pattern_enables(const GvirtBlit *blit, uint32_t x, uint32_t y,
                            uint32_t count, uint8_t *enable)
{
    const GvirtBlitPattern *pattern = &blit->pattern;
    uint8_t row = pattern->enable[(y + pattern->seed_y) & 7];
    uint32_t i;

    for (i = 0; i < count; i++) {
        if (!(row >> (7 - ((x + i + pattern->seed_x) & 7)) & 1)) {
            memset(enable + i * blit->cpp, 0, blit->cpp);
        }
    }
}

/* count pixels from (x, y) of the destination. */
static void general_chunk(GvirtBlit *blit, Chunk *chunk, int64_t x, int64_t y,
                          uint32_t count)
{
    unsigned cpp = blit->cpp;
    uint32_t size_B = count * cpp;
    int64_t right = x - blit->x1;
    int64_t down = y - blit->y1;
    uint8_t *source = (uint8_t *)chunk->source;
    uint8_t *destination = (uint8_t *)chunk->destination;
    bool masked = chunk->masked;

    memcpy(chunk->enable, chunk->channels, size_B);
    if (blit->source == GVIRT_BLIT_COLOR && chunk->read_source) {
        masked |= !gvirt_blit_gather(&blit->src, (blit->src_x + right) * cpp,
                                     blit->src_y + down, source, size_B,
                                     chunk->enable);
    } else if (blit->source == GVIRT_BLIT_MONO &&
               (chunk->read_source || blit->mono.transparent)) {
        if (!gvirt_blit_mono_expand(blit, right, down, count, source,
                                    chunk->enable)) {
            blit->dst.faults++;
            return;
        }
    }
    if (blit->patterned) {
        gvirt_blit_pattern_block(blit, x, y, (uint8_t *)chunk->pattern);
        if (blit->pattern.transparent) {
            pattern_enables(blit, x, y, count, chunk->enable);
        }
    }
    if (chunk->read_destination) {
        masked |= !gvirt_blit_gather(&blit->dst, x * cpp, y, destination,
                                     size_B, chunk->enable);
    }
    gvirt_rop_block(blit->rop, chunk->result, chunk->source, chunk->pattern,
                    chunk->destination, size_B);
    if (blit->chroma != GVIRT_CHROMA_NONE) {
        gvirt_blit_chroma(blit, source, destination, count, chunk->enable);
    }
    gvirt_blit_scatter(&blit->dst, x * cpp, y, (uint8_t *)chunk->result,
                       size_B, masked ? chunk->enable : NULL);
}

bool gvirt_blit_general(GvirtBlit *blit)
{
    int64_t width = blit->x2 - blit->x1;
    int64_t rows = blit->y2 - blit->y1;
    int64_t chunk_px = GVIRT_BLIT_CHUNK_B / blit->cpp;
    int64_t row, done;
    Chunk chunk;

    chunk_init(blit, &chunk);
    for (row = 0; row < rows; row++) {
        int64_t y = blit->y_backward ? blit->y2 - 1 - row : blit->y1 + row;

        for (done = 0; done < width; done += chunk_px) {
            int64_t count = MIN(chunk_px, width - done);
            int64_t x = blit->x_backward ? blit->x2 - done - count :
                        blit->x1 + done;

            general_chunk(blit, &chunk, x, y, count);
            if (!gvirt_blit_progress(blit, count * blit->cpp)) {
                return false;
            }
        }
    }
    return true;
}
