/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The colour pipeline behind the blender: palette and gamma in four modes,
 * and the pipe's colour space conversion.
 *
 * Source: HSW PRM vol. 11a, "Color Space Conversion", "Pipe Palette and
 * Gamma"; IVB PRM vol. 3 part 3, 3.10 and 3.11 (register layouts); i915:
 * intel_color.c (which coefficient row makes which channel).
 */
#include "display-internal.h"

#define ONE     0x10000
#define THREE   0x30000

/* Sign, exponent, nine bits of mantissa, to 12 fraction bits. */
static int64_t csc_coefficient(uint32_t bits)
{
    int64_t mantissa = d_bits(bits, 11, 3);
    int64_t value;

    switch (d_bits(bits, 14, 12)) {
    case 6:
        value = mantissa << 5;
        break;
    case 7:
        value = mantissa << 4;
        break;
    case 0:
        value = mantissa << 3;
        break;
    case 1:
        value = mantissa << 2;
        break;
    case 2:
        value = mantissa << 1;
        break;
    case 3:
        value = mantissa;
        break;
    default:
        value = 0;
        break;
    }
    return bits & 0x8000 ? -value : value;
}

/* 13 bits in two's complement with 12 of fraction. */
static int32_t csc_offset(uint32_t bits)
{
    int32_t value = bits & 0x1fff;

    return (value & 0x1000 ? value - 0x2000 : value) * 16;
}

void gvirt_color_init(GvirtColor *color, const GvirtPipe *pipe)
{
    const GvirtDisplay *display = pipe->display;
    const GvirtColorRegs *live = &pipe->live.color;
    uint32_t at = pipe->index * 0x800;
    unsigned i;

    color->gamma_mode = live->gamma_mode & 3;
    color->csc_first = live->csc_mode & 2;
    color->legacy = &display->regs->value[(D_PAL_LGC + at) / 4];
    color->prec = pipe->prec_palette;
    for (i = 0; i < 3; i++) {
        color->gc_max[i] = d_get(display, D_PAL_GC_MAX + at + i * 4) & 0x1ffff;
        color->ext_max[i] =
            d_get(display, D_PAL_EXT_GC_MAX + at + i * 4) & 0x7ffff;
        color->csc[i][0] = csc_coefficient(live->csc_coeff[i * 2] >> 16);
        color->csc[i][1] = csc_coefficient(live->csc_coeff[i * 2]);
        color->csc[i][2] = csc_coefficient(live->csc_coeff[i * 2 + 1] >> 16);
        color->preoff[i] = csc_offset(live->csc_preoff[i]);
        color->postoff[i] = csc_offset(live->csc_postoff[i]);
    }
}

static int32_t prec_entry(const GvirtColor *color, unsigned index,
                          unsigned channel)
{
    return gvirt_color_from10(color->prec[index & 1023] >> (20 - channel * 10)
                              & 0x3ff);
}

static int32_t interpolate(int32_t from, int32_t to, int32_t at, int32_t span)
{
    return from + (int32_t)((int64_t)(to - from) * at / span);
}

/* A point of the curve of 513 with 16 bits each. */
static int32_t point_12bit(const GvirtColor *color, unsigned index,
                           unsigned channel)
{
    unsigned shift = 20 - channel * 10;
    uint32_t low, high;

    if (index >= 512) {
        return color->gc_max[channel];
    }
    low = color->prec[index * 2] >> shift & 0x3ff;
    high = color->prec[index * 2 + 1] >> shift & 0x3ff;
    return high << 6 | low >> 4;
}

static int32_t gamma_curve(const GvirtColor *color, unsigned first,
                           unsigned entries, unsigned channel, int32_t value)
{
    bool negative = value < 0;
    int32_t in = MIN(negative ? -value : value, THREE), out;
    unsigned index;

    if (color->gamma_mode == GAMMA_12BIT) {
        if (in < ONE) {
            index = in >> 7;
            out = interpolate(point_12bit(color, index, channel),
                              point_12bit(color, index + 1, channel),
                              in & 127, 128);
        } else {
            out = interpolate(color->gc_max[channel], color->ext_max[channel],
                              in - ONE, THREE - ONE);
        }
    } else if (in <= ONE) {
        index = ((uint32_t)in * (entries - 1) + ONE / 2) >> 16;
        out = prec_entry(color, first + index, channel);
    } else {
        out = interpolate(prec_entry(color, first + entries - 1, channel),
                          color->ext_max[channel], in - ONE, THREE - ONE);
    }
    return negative ? -out : out;
}

static void apply_gamma(const GvirtColor *color, bool second, int32_t c[3])
{
    unsigned i;

    for (i = 0; i < 3; i++) {
        switch (color->gamma_mode) {
        case GAMMA_8BIT:
            c[i] = gvirt_color_from8(color->legacy[gvirt_color_to8(c[i])]
                                     >> (16 - i * 8) & 0xff);
            break;
        case GAMMA_SPLIT:
            c[i] = second ? gamma_curve(color, 512, 512, i,
                                        CLAMP(c[i], 0, ONE))
                          : gamma_curve(color, 0, 512, i, c[i]);
            break;
        default:
            c[i] = gamma_curve(color, 0, 1024, i, c[i]);
            break;
        }
    }
}

static void apply_csc(const GvirtColor *color, int32_t c[3])
{
    int64_t in[3], sum;
    unsigned i;

    for (i = 0; i < 3; i++) {
        in[i] = (int64_t)c[i] + color->preoff[i];
    }
    for (i = 0; i < 3; i++) {
        sum = color->csc[i][0] * in[0] + color->csc[i][1] * in[1] +
              color->csc[i][2] * in[2];
        sum = (sum + 2048) / 4096 + color->postoff[i];
        c[i] = CLAMP(sum, -THREE, THREE);
    }
}

void gvirt_color_row(const GvirtColor *color, const GvirtPixel *row,
                     uint32_t count, uint32_t *out)
{
    int32_t c[3];
    uint32_t i;

    for (i = 0; i < count; i++) {
        if (i && !memcmp(&row[i], &row[i - 1], sizeof(row[i]))) {
            out[i] = out[i - 1];        /* runs are common */
            continue;
        }
        memcpy(c, row[i].c, sizeof(c));
        if (color->gamma_mode == GAMMA_SPLIT) {
            if (row[i].gamma) {
                apply_gamma(color, false, c);
            }
            if (row[i].csc) {
                apply_csc(color, c);
            }
            if (row[i].gamma) {
                apply_gamma(color, true, c);
            }
        } else {
            if (row[i].csc && color->csc_first) {
                apply_csc(color, c);
            }
            if (row[i].gamma) {
                apply_gamma(color, false, c);
            }
            if (row[i].csc && !color->csc_first) {
                apply_csc(color, c);
            }
        }
        out[i] = gvirt_color_to8(c[0]) << 16 | gvirt_color_to8(c[1]) << 8 |
                 gvirt_color_to8(c[2]);
    }
}

static void next_index(GvirtPipe *pipe)
{
    uint32_t at = D_PAL_PREC_INDEX + pipe->index * 0x800;
    uint32_t index = d_get(pipe->display, at);

    if (index & 0x8000) {
        d_set(pipe->display, at, (index & ~0x3ffu) | ((index + 1) & 0x3ff));
    }
}

uint32_t gvirt_color_read(GvirtPipe *pipe, uint32_t offset, uint32_t value)
{
    uint32_t at = pipe->index * 0x800;

    if (offset == D_PAL_PREC_DATA + at) {
        value = pipe->prec_palette[d_get(pipe->display, D_PAL_PREC_INDEX + at)
                                   & 0x3ff];
        next_index(pipe);
    }
    return value;
}

bool gvirt_color_write(GvirtPipe *pipe, uint32_t offset, int64_t now_ns)
{
    uint32_t at = pipe->index * 0x800;

    (void)now_ns;
    if (offset == D_PAL_PREC_DATA + at) {
        pipe->prec_palette[d_get(pipe->display, D_PAL_PREC_INDEX + at) & 0x3ff]
            = d_get(pipe->display, offset);
        next_index(pipe);
        pipe->palette_serial++;
    } else if (offset == D_CSC_MODE + pipe->index * 0x100) {
        pipe->armed |= ARMED_CSC;
    } else if (offset >= D_PAL_LGC && offset != D_PAL_PREC_INDEX + at &&
               offset != D_GAMMA_MODE + at) {
        pipe->palette_serial++;
    }
    if (!pipe->running) {
        gvirt_plane_latch(pipe);
    }
    return true;
}
