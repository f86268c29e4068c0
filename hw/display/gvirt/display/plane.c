/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Planes: which registers are double buffered, what arms them, when the
 * second stage takes over, and flips.
 *
 * Source: IVB PRM vol. 3 part 3, 5.2 to 5.4 ("Double Buffer Update Point");
 * HSW PRM vol. 11a, "Cursor Plane", "Primary Plane", "Sprite Plane", "Color
 * Space Conversion"; i915: i9xx_plane.c, intel_sprite.c, intel_cursor.c.
 */
#include "display-internal.h"

/* Registers that only an armed update brings to the screen. */
static void latch_plane(GvirtPipe *pipe, unsigned plane)
{
    GvirtPlaneRegs *live = &pipe->live.plane[plane];
    uint32_t at = plane * 0x100;

    live->ctl = d_pipe_get(pipe, D_PRI_CTL + at) & ~PRI_CTL_ASYNC;
    live->stride = d_pipe_get(pipe, D_PRI_STRIDE + at);
    live->surf = d_pipe_get(pipe, D_PRI_SURF + at) & ~GVIRT_PAGE_MASK;
    if (plane == PLANE_SPRITE) {
        live->pos = d_pipe_get(pipe, D_SPR_POS);
        live->size = d_pipe_get(pipe, D_SPR_SIZE);
    }
}

static void latch_cursor(GvirtPipe *pipe)
{
    GvirtCursorRegs *live = &pipe->live.cursor;

    live->ctl = d_pipe_get(pipe, D_CUR_CTL);
    live->base = d_pipe_get(pipe, D_CUR_BASE) & ~GVIRT_PAGE_MASK;
    live->fbc_ctl = d_pipe_get(pipe, D_CUR_FBC_CTL);
}

static void latch_csc(GvirtPipe *pipe)
{
    GvirtColorRegs *live = &pipe->live.color;
    uint32_t at = pipe->index * 0x100;
    unsigned i;

    for (i = 0; i < 6; i++) {
        live->csc_coeff[i] = d_get(pipe->display, D_CSC_COEFF + at + i * 4);
    }
    for (i = 0; i < 3; i++) {
        live->csc_preoff[i] = d_get(pipe->display, D_CSC_PREOFF + at + i * 4);
        live->csc_postoff[i] =
            d_get(pipe->display, D_CSC_POSTOFF + at + i * 4);
    }
    live->csc_mode = d_get(pipe->display, D_CSC_MODE + at);
}

/* The panel fitter that is connected to a pipe, if any. */
static void latch_pf(GvirtPipe *pipe)
{
    GvirtPipeLive *live = &pipe->live;
    uint32_t ctl, at;
    unsigned i;

    live->pf_ctl = 0;
    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        at = i * 0x800;
        ctl = d_get(pipe->display, D_PF_CTRL + at);
        if (ctl & D_ENABLE && d_bits(ctl, 30, 29) == pipe->index) {
            live->pf_ctl = ctl;
            live->pf_pos = d_get(pipe->display, D_PF_WIN_POS + at);
            live->pf_sz = d_get(pipe->display, D_PF_WIN_SZ + at);
            return;
        }
    }
}

static void flips_done(GvirtPipe *pipe, unsigned plane)
{
    GvirtDisplay *display = pipe->display;

    if (pipe->flip_pending[plane]) {
        pipe->flip_pending[plane] = false;
        if (display->ops->flip_done) {
            display->ops->flip_done(display->opaque, pipe->index, plane);
        }
    }
}

void gvirt_plane_latch(GvirtPipe *pipe)
{
    uint32_t armed = pipe->running ? pipe->armed : ~0u;
    GvirtPipeLive *live = &pipe->live;
    uint32_t at;
    unsigned i;

    for (i = 0; i < 2; i++) {
        if (armed & (uint32_t)ARMED_PLANE << i) {
            latch_plane(pipe, i);
        }
        at = i * 0x100;
        live->plane[i].offset = d_pipe_get(pipe, D_PRI_OFFSET + at);
    }
    live->plane[PLANE_SPRITE].keyval = d_pipe_get(pipe, D_SPR_KEYVAL);
    live->plane[PLANE_SPRITE].keymsk = d_pipe_get(pipe, D_SPR_KEYMSK);
    live->plane[PLANE_SPRITE].keymax = d_pipe_get(pipe, D_SPR_KEYMAX);
    if (armed & ARMED_CURSOR) {
        latch_cursor(pipe);
    }
    live->cursor.pos = d_pipe_get(pipe, D_CUR_POS);
    for (i = 0; i < 4; i++) {
        live->cursor.pal[i] = d_pipe_get(pipe, D_CUR_PAL + i * 4);
    }
    if (armed & ARMED_CSC) {
        latch_csc(pipe);
    }
    live->color.gamma_mode = d_get(pipe->display, D_GAMMA_MODE +
                                                  pipe->index * 0x800);
    if (armed & ARMED_PF) {
        latch_pf(pipe);
    }
    live->srcsz = d_pipe_get(pipe, D_PIPE_SRCSZ);
    pipe->armed = 0;
    pipe->async_pending = false;
    flips_done(pipe, PLANE_PRIMARY);
    flips_done(pipe, PLANE_SPRITE);
}

void gvirt_plane_async_done(GvirtPipe *pipe)
{
    pipe->async_pending = false;
    pipe->live.plane[PLANE_PRIMARY].surf =
        d_pipe_get(pipe, D_PRI_SURF) & ~GVIRT_PAGE_MASK;
    flips_done(pipe, PLANE_PRIMARY);
    gvirt_irq_raise(pipe->display->irq,
                    GVIRT_IRQ_FLIP_PRIMARY_A + pipe->index);
}

void gvirt_plane_flip_started(GvirtPipe *pipe, unsigned plane, int64_t now_ns,
                              bool async)
{
    GvirtDisplay *display = pipe->display;

    if (plane == PLANE_PRIMARY) {
        pipe->flip_count++;
        pipe->flip_timestamp_us = gvirt_display_timestamp_us(display, now_ns);
    }
    gvirt_trace(display->host, flip, pipe->index, plane,
                d_pipe_get(pipe, D_PRI_SURF + plane * 0x100), async);
    pipe->flip_pending[plane] = true;
    pipe->armed |= (uint32_t)ARMED_PLANE << plane;
    if (!pipe->running) {
        gvirt_plane_latch(pipe);
        gvirt_irq_raise(display->irq, (plane ? GVIRT_IRQ_FLIP_SPRITE_A
                                             : GVIRT_IRQ_FLIP_PRIMARY_A) +
                                      pipe->index);
    } else if (async) {
        pipe->async_pending = true;
        pipe->async_ns = gvirt_pipe_next_line_ns(pipe, now_ns);
    }
}

/* A control register arms itself while its plane is off. */
static void control_written(GvirtPipe *pipe, uint32_t armed, bool shown)
{
    if (!shown) {
        pipe->armed |= armed;
    }
}

bool gvirt_plane_write(GvirtPipe *pipe, uint32_t offset, uint32_t old,
                       int64_t now_ns)
{
    uint32_t base = offset - pipe->index * 0x1000;
    unsigned plane;

    (void)old;
    if (offset >> 12 == 0x68 || offset >> 12 == 0x69) {
        if ((offset - D_PF_WIN_SZ) % 0x800 == 0) {
            pipe->armed |= ARMED_PF;
        }
        if (!pipe->running) {
            gvirt_plane_latch(pipe);
        }
        return true;
    }
    if (base < D_CUR_CTL || base > D_SPR_GAMC17 + 8) {
        return false;
    }
    plane = base >= D_SPR_CTL ? PLANE_SPRITE : PLANE_PRIMARY;
    switch (base) {
    case D_PRI_CTL:
    case D_SPR_CTL:
        control_written(pipe, (uint32_t)ARMED_PLANE << plane,
                        pipe->live.plane[plane].ctl & D_ENABLE);
        break;
    case D_CUR_CTL:
        control_written(pipe, ARMED_CURSOR,
                        pipe->live.cursor.ctl & CUR_CTL_MODE_MASK);
        break;
    case D_PRI_SURF:
        gvirt_plane_flip_started(pipe, PLANE_PRIMARY, now_ns,
                                 d_pipe_get(pipe, D_PRI_CTL) & PRI_CTL_ASYNC);
        break;
    case D_SPR_SURF:
        gvirt_plane_flip_started(pipe, PLANE_SPRITE, now_ns, false);
        break;
    case D_CUR_BASE:
        pipe->armed |= ARMED_CURSOR;
        break;
    default:
        if (base >= D_SPR_GAMC) {
            pipe->palette_serial++;
        }
        break;
    }
    if (!pipe->running) {
        gvirt_plane_latch(pipe);
    }
    return true;
}
