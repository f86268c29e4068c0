/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The 256 raster operations of three operands.
 *
 * A code is a truth table: bit P << 2 | S << 1 | D is the result for these
 * values of pattern, source and destination. Source: HSW PRM vol. 10,
 * "Bit-Wise Operations and 8-Bit Codes".
 */
#include "blit-internal.h"

#define BLOCK_WORDS     (GVIRT_ROP_BLOCK_B / 8)

bool gvirt_rop_uses_source(uint8_t rop)
{
    return ((rop >> 2 ^ rop) & 0x33) != 0;
}

bool gvirt_rop_uses_pattern(uint8_t rop)
{
    return ((rop >> 4 ^ rop) & 0x0f) != 0;
}

bool gvirt_rop_uses_destination(uint8_t rop)
{
    return ((rop >> 1 ^ rop) & 0x55) != 0;
}

/* One loop for each operation that is worth its own, on 64 pixels' bits. */
#define ROP_LOOP(expression) do {                                           \
        for (; blocks; blocks--) {                                          \
            for (i = 0; i < BLOCK_WORDS; i++) {                             \
                out[i] = (expression);                                      \
            }                                                               \
            out += BLOCK_WORDS;                                             \
            s += BLOCK_WORDS;                                               \
            d += BLOCK_WORDS;                                               \
        }                                                                   \
    } while (0)

/* Bit k of the code in all 64 places. */
static uint64_t everywhere(uint8_t rop, unsigned k)
{
    return rop >> k & 1 ? UINT64_MAX : 0;
}

/*
 * Any code: choose by D in each of the four cases of P and S, then by S, then
 * by P. a ^ (x & (a ^ b)) is a where x is 0, b where it is 1.
 */
static void rop_any(uint8_t rop, uint64_t *out, const uint64_t *s,
                    const uint64_t *p, const uint64_t *d, uint32_t blocks)
{
    uint64_t if_0[4], change[4];
    int i;

    for (i = 0; i < 4; i++) {
        if_0[i] = everywhere(rop, i * 2);
        change[i] = if_0[i] ^ everywhere(rop, i * 2 + 1);
    }
    for (; blocks; blocks--) {
        for (i = 0; i < (int)BLOCK_WORDS; i++) {
            uint64_t p0s0 = if_0[0] ^ (d[i] & change[0]);
            uint64_t p0s1 = if_0[1] ^ (d[i] & change[1]);
            uint64_t p1s0 = if_0[2] ^ (d[i] & change[2]);
            uint64_t p1s1 = if_0[3] ^ (d[i] & change[3]);
            uint64_t p0 = p0s0 ^ (s[i] & (p0s0 ^ p0s1));
            uint64_t p1 = p1s0 ^ (s[i] & (p1s0 ^ p1s1));

            out[i] = p0 ^ (p[i] & (p0 ^ p1));
        }
        out += BLOCK_WORDS;
        s += BLOCK_WORDS;
        d += BLOCK_WORDS;
    }
}

void gvirt_rop_block(uint8_t rop, uint64_t *out, const uint64_t *s,
                     const uint64_t *p, const uint64_t *d, uint32_t size_B)
{
    uint32_t blocks = (size_B + GVIRT_ROP_BLOCK_B - 1) / GVIRT_ROP_BLOCK_B;
    unsigned i;

    switch (rop) {
    case 0x00:
        ROP_LOOP(0);
        break;
    case 0x0f:
        ROP_LOOP(~p[i]);
        break;
    case 0x22:
        ROP_LOOP(d[i] & ~s[i]);
        break;
    case 0x33:
        ROP_LOOP(~s[i]);
        break;
    case 0x44:
        ROP_LOOP(s[i] & ~d[i]);
        break;
    case 0x55:
        ROP_LOOP(~d[i]);
        break;
    case 0x5a:
        ROP_LOOP(d[i] ^ p[i]);
        break;
    case 0x66:
        ROP_LOOP(d[i] ^ s[i]);
        break;
    case 0x88:
        ROP_LOOP(d[i] & s[i]);
        break;
    case 0xaa:
        ROP_LOOP(d[i]);
        break;
    case 0xbb:
        ROP_LOOP(d[i] | ~s[i]);
        break;
    case 0xc0:
        ROP_LOOP(p[i] & s[i]);
        break;
    case 0xcc:
        ROP_LOOP(s[i]);
        break;
    case 0xee:
        ROP_LOOP(d[i] | s[i]);
        break;
    case 0xf0:
        ROP_LOOP(p[i]);
        break;
    case 0xff:
        ROP_LOOP(UINT64_MAX);
        break;
    default:
        rop_any(rop, out, s, p, d, blocks);
        break;
    }
}
