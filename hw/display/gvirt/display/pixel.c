/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source pixel formats of the primary and the sprite plane; the sprite's
 * colour key, YUV conversion and gamma.
 *
 * Source: HSW PRM vol. 11a, "Plane Source Pixel Format Mapping of Bits to
 * Colors", "Sprite Plane"; IVB PRM vol. 3 part 3, 5.3.1 and 5.4.
 */
#include "display-internal.h"

#define ONE     0x10000

enum {
    PRI_INDEXED8        = 2,
    PRI_BGRX565         = 5,
    PRI_BGRX888         = 6,
    PRI_RGBX1010102     = 8,
    PRI_RGBX_XR_BIAS    = 9,
    PRI_BGRX1010102     = 10,
    PRI_RGBX_FP16       = 12,
    PRI_RGBX888         = 14,
};

enum {
    SPR_YUV422          = 0,
    SPR_RGB1010102      = 1,
    SPR_RGB888          = 2,
    SPR_RGB_FP16        = 3,
    SPR_YUV444          = 4,
    SPR_RGB_XR_BIAS     = 5,
};

#define SPR_CTL_RANGE_DISABLE   (1u << 28)
#define SPR_CTL_SOURCE_KEY      (1u << 22)
#define SPR_CTL_ORDER_RGBX      (1u << 20)
#define SPR_CTL_YUV_CSC_DISABLE (1u << 19)
#define SPR_CTL_BT709           (1u << 18)
#define SPR_CTL_GAMMA_DISABLE   (1u << 13)

uint32_t gvirt_primary_cpp(uint32_t ctl)
{
    switch (d_bits(ctl, 29, 26)) {
    case PRI_INDEXED8:
        return 1;
    case PRI_BGRX565:
        return 2;
    case PRI_BGRX888:
    case PRI_RGBX1010102:
    case PRI_RGBX_XR_BIAS:
    case PRI_BGRX1010102:
    case PRI_RGBX888:
        return 4;
    case PRI_RGBX_FP16:
        return 8;
    default:
        return 0;
    }
}

uint32_t gvirt_sprite_cpp(uint32_t ctl)
{
    switch (d_bits(ctl, 27, 25)) {
    case SPR_YUV422:
        return 2;
    case SPR_RGB_FP16:
        return 8;
    case SPR_RGB1010102:
    case SPR_RGB888:
    case SPR_YUV444:
    case SPR_RGB_XR_BIAS:
        return 4;
    default:
        return 0;
    }
}

static uint32_t load16(const uint8_t *p)
{
    return p[0] | p[1] << 8;
}

static uint32_t load32(const uint8_t *p)
{
    return load16(p) | load16(p + 2) << 16;
}

/*
 * 1:5:10 floating point. The planes put it out at a quarter of its amplitude
 * (WaFP16GammaEnabling); beyond the pipe's +-3 it is clamped.
 */
static int32_t from_half(uint32_t half)
{
    uint32_t exponent = d_bits(half, 14, 10), mantissa = half & 0x3ff;
    int32_t value;

    if (exponent == 0) {
        value = 0;              /* below 2^-14 */
    } else if (exponent > 18) {
        value = 3 * ONE;        /* 16 and more, infinity, NaN */
    } else {
        mantissa |= 0x400;
        value = exponent >= 11 ? mantissa << (exponent - 11)
                               : mantissa >> (11 - exponent);
        value = MIN(value, 3 * ONE);
    }
    return half & 0x8000 ? -value : value;
}

/* 10 bits that stand for -0.7529 to 1.2529. */
static int32_t from_xr_bias(uint32_t value)
{
    return ((int32_t)value - 0x180) * ONE / 510;
}

static void set8(GvirtPixel *out, uint32_t r, uint32_t g, uint32_t b)
{
    out->c[0] = gvirt_color_from8(r & 0xff);
    out->c[1] = gvirt_color_from8(g & 0xff);
    out->c[2] = gvirt_color_from8(b & 0xff);
}

static void set10(GvirtPixel *out, uint32_t r, uint32_t g, uint32_t b)
{
    out->c[0] = gvirt_color_from10(r & 0x3ff);
    out->c[1] = gvirt_color_from10(g & 0x3ff);
    out->c[2] = gvirt_color_from10(b & 0x3ff);
}

static void set_fp16(GvirtPixel *out, const uint8_t *source, bool bgr)
{
    out->c[0] = from_half(load16(source + (bgr ? 4 : 0)));
    out->c[1] = from_half(load16(source + 2));
    out->c[2] = from_half(load16(source + (bgr ? 0 : 4)));
}

static void set_xr_bias(GvirtPixel *out, uint32_t v)
{
    out->c[0] = from_xr_bias(v & 0x3ff);
    out->c[1] = from_xr_bias(v >> 10 & 0x3ff);
    out->c[2] = from_xr_bias(v >> 20 & 0x3ff);
}

void gvirt_primary_unpack(uint32_t ctl, const uint32_t *legacy,
                          const uint8_t *source, uint32_t count,
                          GvirtPixel *out)
{
    uint32_t format = d_bits(ctl, 29, 26), cpp = gvirt_primary_cpp(ctl);
    uint8_t gamma = !!(ctl & PRI_CTL_GAMMA), csc = !!(ctl & PRI_CTL_CSC);
    uint32_t i, v;

    for (i = 0; i < count; i++, source += cpp, out++) {
        if (i && !memcmp(source, source - cpp, cpp)) {
            *out = out[-1];             /* runs are common */
            continue;
        }
        out->gamma = gamma;
        out->csc = csc;
        out->key = 0;
        out->pad = 0;
        switch (format) {
        case PRI_INDEXED8:
            /* The palette is its colours, whatever the gamma mode. */
            v = legacy[*source];
            set8(out, v >> 16, v >> 8, v);
            out->gamma = 0;
            break;
        case PRI_BGRX565:
            v = load16(source);
            out->c[0] = ((v >> 11) * ONE + 15) / 31;
            out->c[1] = ((v >> 5 & 63) * ONE + 31) / 63;
            out->c[2] = ((v & 31) * ONE + 15) / 31;
            break;
        case PRI_BGRX888:
            set8(out, source[2], source[1], source[0]);
            break;
        case PRI_RGBX888:
            set8(out, source[0], source[1], source[2]);
            break;
        case PRI_RGBX1010102:
            v = load32(source);
            set10(out, v, v >> 10, v >> 20);
            break;
        case PRI_BGRX1010102:
            v = load32(source);
            set10(out, v >> 20, v >> 10, v);
            break;
        case PRI_RGBX_XR_BIAS:
            set_xr_bias(out, load32(source));
            break;
        default:
            set_fp16(out, source, false);
            break;
        }
    }
}

/* BT.601 and BT.709, R'G'B' from Y'PbPr, 16 fraction bits. */
static void yuv_to_rgb(const GvirtPlaneRegs *sprite, uint32_t y, uint32_t u,
                       uint32_t v, GvirtPixel *out)
{
    static const int32_t matrix[2][4] = {
        { 91881, -22554, -46802, 116130 },      /* 601: RV, GU, GV, BU */
        { 103206, -12276, -30679, 121608 },     /* 709 */
    };
    const int32_t *m = matrix[!!(sprite->ctl & SPR_CTL_BT709)];
    int64_t luma, pb, pr;

    if (sprite->ctl & SPR_CTL_RANGE_DISABLE) {
        luma = gvirt_color_from8(y);
        pb = ((int64_t)u - 128) * ONE / 255;
        pr = ((int64_t)v - 128) * ONE / 255;
    } else {
        luma = ((int64_t)y - 16) * ONE / 219;
        pb = ((int64_t)u - 128) * ONE / 224;
        pr = ((int64_t)v - 128) * ONE / 224;
    }
    if (sprite->ctl & SPR_CTL_YUV_CSC_DISABLE) {
        out->c[0] = pr;
        out->c[1] = luma;
        out->c[2] = pb;
        return;
    }
    out->c[0] = luma + m[0] * pr / ONE;
    out->c[1] = luma + (m[1] * pb + m[2] * pr) / ONE;
    out->c[2] = luma + m[3] * pb / ONE;
}

static bool in_range(uint32_t value, uint32_t low, uint32_t high)
{
    return value >= (low & 0xff) && value <= (high & 0xff);
}

static bool source_key_yuv(const GvirtPlaneRegs *sprite, uint32_t y,
                           uint32_t u, uint32_t v)
{
    uint32_t mask = sprite->keymsk, low = sprite->keyval,
             high = sprite->keymax;

    return (!(mask & 1u << 26) || in_range(v, low >> 16, high >> 16)) &&
           (!(mask & 1u << 25) || in_range(y, low >> 8, high >> 8)) &&
           (!(mask & 1u << 24) || in_range(u, low, high));
}

static bool source_key_rgb(const GvirtPlaneRegs *sprite, const GvirtPixel *in)
{
    uint32_t mask = sprite->keymsk, key = sprite->keyval;
    unsigned i;

    for (i = 0; i < 3; i++) {
        if (mask & 1u << (26 - i) &&
            gvirt_color_to8(in->c[i]) != (key >> (16 - i * 8) & 0xff)) {
            return false;
        }
    }
    return true;
}

/* Seventeen points over 0 to 1 and one at 3; mirrored below 0. */
static void sprite_gamma(const GvirtPipe *pipe, GvirtPixel *pixel)
{
    int32_t in, from, to, out;
    unsigned i, segment;

    for (i = 0; i < 3; i++) {
        in = MIN(ABS(pixel->c[i]), 3 * ONE);
        segment = MIN(in >> 12, 16);
        if (segment < 16) {
            from = d_pipe_get(pipe, D_SPR_GAMC + segment * 4)
                   >> (20 - i * 10) & 0x3ff;
        } else {
            from = d_pipe_get(pipe, D_SPR_GAMC16 + i * 4) & 0x7ff;
        }
        if (segment < 15) {
            to = d_pipe_get(pipe, D_SPR_GAMC + (segment + 1) * 4)
                 >> (20 - i * 10) & 0x3ff;
        } else if (segment == 15) {
            to = d_pipe_get(pipe, D_SPR_GAMC16 + i * 4) & 0x7ff;
        } else {
            to = d_pipe_get(pipe, D_SPR_GAMC17 + i * 4) & 0xfff;
        }
        if (segment < 16) {
            out = from * 64 + (to - from) * (in & 0xfff) / 64;
        } else {
            out = from * 64 +
                  (int32_t)((int64_t)(to - from) * 64 * (in - ONE) /
                            (2 * ONE));
        }
        pixel->c[i] = pixel->c[i] < 0 ? -out : out;
    }
}

void gvirt_sprite_unpack(const GvirtPipe *pipe, const GvirtPlaneRegs *sprite,
                         const uint8_t *source, uint32_t count,
                         GvirtPixel *out)
{
    /* Byte of Y1, U, Y2, V in the four orders of 4:2:2. */
    static const uint8_t order[4][4] = {
        { 0, 1, 2, 3 }, { 1, 0, 3, 2 }, { 0, 3, 2, 1 }, { 1, 2, 3, 0 },
    };
    uint32_t ctl = sprite->ctl, format = d_bits(ctl, 27, 25);
    uint32_t cpp = gvirt_sprite_cpp(ctl);
    const uint8_t *o = order[d_bits(ctl, 17, 16)], *pair;
    bool rgbx = ctl & SPR_CTL_ORDER_RGBX, key = ctl & SPR_CTL_SOURCE_KEY;
    bool yuv = format == SPR_YUV422 || format == SPR_YUV444;
    uint32_t i, v, y, u;

    for (i = 0; i < count; i++, out++) {
        if (i && !yuv && !memcmp(source + i * cpp, source + (i - 1) * cpp,
                                 cpp)) {
            *out = out[-1];
            continue;
        }
        memset(out, 0, sizeof(*out));
        out->gamma = !!(ctl & PRI_CTL_GAMMA);
        out->csc = !!(ctl & PRI_CTL_CSC);
        if (yuv) {
            if (format == SPR_YUV422) {
                pair = source + (i & ~1u) * 2;
                y = pair[o[i & 1 ? 2 : 0]];
                u = pair[o[1]];
                v = pair[o[3]];
            } else {
                y = source[i * 4 + 2];
                u = source[i * 4 + 1];
                v = source[i * 4];
            }
            yuv_to_rgb(sprite, y, u, v, out);
            out->key = key && source_key_yuv(sprite, y, u, v);
        } else {
            v = cpp == 4 ? load32(source + i * 4) : 0;
            switch (format) {
            case SPR_RGB888:
                if (rgbx) {
                    set8(out, v, v >> 8, v >> 16);
                } else {
                    set8(out, v >> 16, v >> 8, v);
                }
                break;
            case SPR_RGB1010102:
                if (rgbx) {
                    set10(out, v, v >> 10, v >> 20);
                } else {
                    set10(out, v >> 20, v >> 10, v);
                }
                break;
            case SPR_RGB_XR_BIAS:
                set_xr_bias(out, v);
                break;
            default:
                set_fp16(out, source + i * 8, !rgbx);
                break;
            }
            out->key = key && source_key_rgb(sprite, out);
        }
        if (!(ctl & SPR_CTL_GAMMA_DISABLE)) {
            sprite_gamma(pipe, out);
        }
    }
}
