/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The display component: its life, the way of a register access to the block
 * that it belongs to, and time.
 *
 * Nothing runs by itself: counters are computed from the clock when they are
 * read, and a deadline is asked for only while somebody waits for an event.
 *
 * Source: HSW PRM vol. 11a.
 */
#include "display-internal.h"

int64_t gvirt_display_now_ns(const GvirtDisplay *display)
{
    return display->ops->clock_ns(display->opaque);
}

uint32_t gvirt_display_timestamp_us(const GvirtDisplay *display,
                                    int64_t now_ns)
{
    return (uint32_t)((uint64_t)(now_ns - display->timestamp_zero_ns) / 1000);
}

bool gvirt_display_listening(const GvirtDisplay *display, GvirtIrqEvent event)
{
    uint32_t imr = d_get(display, gvirt_irq_block(event) + 4);

    return !(imr & gvirt_irq_bit(event));
}

void gvirt_display_sync(GvirtDisplay *display, int64_t now_ns)
{
    unsigned i;

    /* A callback of the owner may ask us something. */
    if (display->syncing) {
        return;
    }
    display->syncing = true;
    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        gvirt_pipe_sync(&display->pipe[i], now_ns);
    }
    display->syncing = false;
}

static int64_t next_deadline_ns(const GvirtDisplay *display)
{
    int64_t deadline_ns = INT64_MAX, t;
    unsigned i;

    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        t = gvirt_pipe_deadline_ns(&display->pipe[i]);
        deadline_ns = MIN(deadline_ns, t);
    }
    return deadline_ns;
}

void gvirt_display_rearm(GvirtDisplay *display)
{
    int64_t deadline_ns;

    if (display->syncing) {
        return;
    }
    deadline_ns = next_deadline_ns(display);
    if (deadline_ns != display->deadline_ns) {
        display->deadline_ns = deadline_ns;
        if (display->ops->deadline) {
            display->ops->deadline(display->opaque, deadline_ns);
        }
    }
}

static void irq_masks_changed(void *opaque, uint32_t old_imr)
{
    GvirtDisplay *display = opaque;
    uint32_t imr = d_get(display, GVIRT_REG_DE_IMR);

    /* What has happened until now meets the masks of until now. */
    d_set(display, GVIRT_REG_DE_IMR, old_imr);
    gvirt_display_sync(display, gvirt_display_now_ns(display));
    d_set(display, GVIRT_REG_DE_IMR, imr);
    gvirt_display_rearm(display);
}

int64_t gvirt_display_advance(GvirtDisplay *display, int64_t now_ns)
{
    gvirt_display_sync(display, now_ns);
    display->deadline_ns = next_deadline_ns(display);
    return display->deadline_ns;
}

/* The pipe of a register that each pipe or transcoder A to C has, or NULL. */
static GvirtPipe *pipe_of(GvirtDisplay *display, uint32_t offset,
                          uint32_t base, uint32_t stride_B)
{
    uint32_t index = (offset - base) / stride_B;

    return offset >= base && index < GVIRT_PIPE_COUNT ? &display->pipe[index]
                                                      : NULL;
}

static bool is_transcoder_edp(uint32_t offset)
{
    return offset >> 12 == 0x6f || offset >> 12 == 0x7f;
}

static bool is_color(uint32_t offset)
{
    return offset >= 0x49000 && offset < 0x4b800;
}

static uint32_t display_read(void *opaque, const GvirtRegInfo *info,
                             uint32_t offset, uint32_t value)
{
    GvirtDisplay *display = opaque;
    int64_t now_ns = gvirt_display_now_ns(display);
    GvirtPipe *pipe;

    (void)info;
    if (offset >= 0xc5000 && offset < 0xc6000) {
        return gvirt_gmbus_read(display, offset, value);
    }
    if (is_color(offset)) {
        pipe = offset < 0x4a000 ? pipe_of(display, offset, 0x49000, 0x100)
                                : pipe_of(display, offset, 0x4a000, 0x800);
        return pipe ? gvirt_color_read(pipe, offset, value) : value;
    }
    if (offset == D_TIMESTAMP_CTR) {
        return gvirt_display_timestamp_us(display, now_ns);
    }
    if (offset >> 12 == 0x7f) {
        return (offset & 0xfff) == (D_PIPE_CONF & 0xfff) && value & D_ENABLE
               ? value | PIPE_CONF_STATE : value;
    }
    pipe = pipe_of(display, offset, 0x70000, 0x1000);
    if (!pipe) {
        pipe = pipe_of(display, offset, 0x60000, 0x1000);
    }
    if (pipe) {
        gvirt_display_sync(display, now_ns);
        value = gvirt_pipe_read(pipe, offset, value, now_ns);
        gvirt_display_rearm(display);
        return value;
    }
    if (offset == D_PCH_TRANS_CONF) {
        return gvirt_crt_read(display, offset, value);
    }
    return gvirt_port_read(display, offset, value);
}

static void update_pipes(GvirtDisplay *display, int64_t now_ns)
{
    unsigned i;

    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        gvirt_pipe_update(&display->pipe[i], now_ns);
    }
}

/* What runs on a clock: pipes, and the links to DisplayPort sinks. */
static void update_clocks(GvirtDisplay *display, int64_t now_ns)
{
    unsigned i;

    update_pipes(display, now_ns);
    for (i = 0; i < GVIRT_PORT_E; i++) {
        gvirt_dpcd_link(display, i);
    }
}

static void dispatch_write(GvirtDisplay *display, uint32_t offset,
                           uint32_t old, uint32_t written, int64_t now_ns)
{
    GvirtPipe *pipe;
    unsigned i;
    int channel;

    if (is_transcoder_edp(offset)) {
        if (offset >> 12 == 0x7f && (offset & 0xfff) == (D_PIPE_CONF & 0xfff)) {
            d_set(display, offset, d_get(display, offset) & ~PIPE_CONF_STATE);
        }
        update_pipes(display, now_ns);
        return;
    }
    pipe = pipe_of(display, offset, 0x70000, 0x1000);
    if (!pipe) {
        pipe = pipe_of(display, offset, 0x60000, 0x1000);
    }
    if (pipe) {
        gvirt_pipe_write(pipe, offset, old, written, now_ns);
        return;
    }
    if (is_color(offset)) {
        pipe = offset < 0x4a000 ? pipe_of(display, offset, 0x49000, 0x100)
                                : pipe_of(display, offset, 0x4a000, 0x800);
        if (pipe) {
            gvirt_color_write(pipe, offset, now_ns);
        }
        return;
    }
    if (offset >> 12 == 0x68 || offset >> 12 == 0x69) {
        /* Any fitter can serve any pipe. */
        for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
            gvirt_plane_write(&display->pipe[i], offset, old, now_ns);
        }
        return;
    }
    if (offset >> 12 == 0x46) {
        update_clocks(display, now_ns);
        return;
    }
    if (offset == D_TIMESTAMP_CTR) {
        display->timestamp_zero_ns = now_ns;
        return;
    }
    channel = gvirt_aux_channel(offset);
    if (channel >= 0) {
        gvirt_aux_write(display, channel, offset, old, written);
        return;
    }
    if (offset >= 0xc5000 && offset < 0xc6000) {
        gvirt_gmbus_write(display, offset, old, written);
        return;
    }
    if (!gvirt_port_write(display, offset, old, written)) {
        gvirt_crt_write(display, offset);
        if (offset == D_SBI_CTL_STAT) {
            update_clocks(display, now_ns);     /* a PLL's reference */
        }
    }
}

/* What follows from registers and clocks, after any change of them. */
static void display_settle(GvirtDisplay *display)
{
    gvirt_crt_update(display);
    gvirt_display_rearm(display);
    gvirt_port_notify(display);
}

static void display_write(void *opaque, const GvirtRegInfo *info,
                          uint32_t offset, uint32_t old, uint32_t written)
{
    GvirtDisplay *display = opaque;
    int64_t now_ns = gvirt_display_now_ns(display);
    uint32_t value = d_get(display, offset);

    (void)info;
    /* A vblank that has passed since belongs to the value before. */
    d_set(display, offset, old);
    gvirt_display_sync(display, now_ns);
    d_set(display, offset, value);

    dispatch_write(display, offset, old, written, now_ns);
    display_settle(display);
}

void gvirt_display_clock_changed(GvirtDisplay *display)
{
    int64_t now_ns = gvirt_display_now_ns(display);

    gvirt_display_sync(display, now_ns);
    update_clocks(display, now_ns);
    display_settle(display);
}

static const GvirtRegHooks display_hooks = {
    .read = display_read,
    .write = display_write,
};

GvirtDisplay *gvirt_display_new(const GvirtHost *host, GvirtRegFile *regs,
                                GvirtIrq *irq, const GvirtDisplayOps *ops,
                                void *opaque)
{
    GvirtDisplay *display = g_new0(GvirtDisplay, 1);
    unsigned i;

    display->host = host;
    display->regs = regs;
    display->irq = irq;
    display->ops = ops;
    display->opaque = opaque;
    display->deadline_ns = INT64_MAX;
    gvirt_crc_init(display);
    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        display->pipe[i].display = display;
        display->pipe[i].index = i;
    }
    for (i = 0; i < GVIRT_PORT_COUNT; i++) {
        display->scanout[i] = gvirt_scanout_new();
    }
    display->sbi = g_hash_table_new(g_direct_hash, g_direct_equal);
    /* What a desktop board has wired: DDI B and C, and the CRT. */
    display->port[GVIRT_PORT_B].strap = true;
    display->port[GVIRT_PORT_C].strap = true;
    display->port[GVIRT_PORT_E].strap = true;
    gvirt_regfile_hook(regs, GVIRT_HOOK_DISPLAY, &display_hooks, display);
    irq->masks = irq_masks_changed;
    irq->masks_opaque = display;
    gvirt_display_reset(display);
    return display;
}

void gvirt_display_free(GvirtDisplay *display)
{
    unsigned i;

    if (!display) {
        return;
    }
    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        gvirt_crc_reset(&display->pipe[i]);
    }
    for (i = 0; i < GVIRT_PORT_COUNT; i++) {
        gvirt_scanout_free(display->scanout[i]);
    }
    display->irq->masks = NULL;
    gvirt_regfile_hook(display->regs, GVIRT_HOOK_DISPLAY, NULL, NULL);
    g_hash_table_destroy(display->sbi);
    g_free(display);
}

void gvirt_display_reset(GvirtDisplay *display)
{
    unsigned i;

    display->timestamp_zero_ns = gvirt_display_now_ns(display);
    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        gvirt_pipe_reset(&display->pipe[i]);
    }
    gvirt_gmbus_reset(display);
    gvirt_iclk_reset(display);
    gvirt_port_reset(display);
    gvirt_display_rearm(display);
    gvirt_port_notify(display);
}

bool gvirt_display_mode(GvirtDisplay *display, GvirtPort port,
                        uint32_t *width_px, uint32_t *height_px)
{
    GvirtPipe *pipe = gvirt_port_pipe(display, port);

    if (!pipe) {
        return false;
    }
    *width_px = pipe->timing.hactive;
    *height_px = pipe->timing.active_lines;
    return true;
}

bool gvirt_display_draw(GvirtDisplay *display, GvirtPort port,
                        pixman_image_t *image, bool all,
                        pixman_region32_t *damage)
{
    unsigned planes = SCANOUT_ALL;
    GvirtPipe *pipe;

    gvirt_display_sync(display, gvirt_display_now_ns(display));
    gvirt_display_rearm(display);
    display->rows_left[port] = false;
    pipe = gvirt_port_pipe(display, port);
    if (!pipe) {
        return false;
    }
    if (gvirt_port_limited_range(display, port, pipe)) {
        planes |= SCANOUT_LIMITED;
    }
    return gvirt_scanout_draw(display->scanout[port], pipe, planes, image,
                              all, damage, &display->rows_left[port]);
}

bool gvirt_display_rows_left(const GvirtDisplay *display, GvirtPort port)
{
    return display->rows_left[port];
}

void gvirt_display_flip(GvirtDisplay *display, unsigned pipe_index,
                        unsigned plane, uint32_t stride_B, bool tiled,
                        uint32_t surface_ggtt, bool async)
{
    int64_t now_ns = gvirt_display_now_ns(display);
    uint32_t base, ctl;
    GvirtPipe *pipe;

    if (pipe_index >= GVIRT_PIPE_COUNT || plane > PLANE_SPRITE) {
        return;
    }
    pipe = &display->pipe[pipe_index];
    base = pipe_index * 0x1000 + plane * 0x100;
    gvirt_display_sync(display, now_ns);
    if (!async) {
        ctl = d_get(display, D_PRI_CTL + base) & ~PRI_CTL_TILED;
        d_set(display, D_PRI_CTL + base, ctl | (tiled ? PRI_CTL_TILED : 0));
        d_set(display, D_PRI_STRIDE + base, stride_B & 0xffc0);
    }
    d_set(display, D_PRI_SURF + base, surface_ggtt & ~GVIRT_PAGE_MASK);
    gvirt_plane_flip_started(pipe, plane, now_ns,
                             async && plane == PLANE_PRIMARY);
    gvirt_display_rearm(display);
}

bool gvirt_display_in_vblank(GvirtDisplay *display, unsigned pipe_index)
{
    int64_t now_ns = gvirt_display_now_ns(display);
    GvirtPipe *pipe;

    if (pipe_index >= GVIRT_PIPE_COUNT) {
        return true;
    }
    pipe = &display->pipe[pipe_index];
    gvirt_display_sync(display, now_ns);
    if (!pipe->running || gvirt_pipe_in_vblank(pipe, now_ns)) {
        return true;
    }
    pipe->want_vblank = true;
    gvirt_display_rearm(display);
    return false;
}

bool gvirt_display_flip_pending(GvirtDisplay *display, unsigned pipe_index,
                                unsigned plane)
{
    if (pipe_index >= GVIRT_PIPE_COUNT || plane > PLANE_SPRITE) {
        return false;
    }
    gvirt_display_sync(display, gvirt_display_now_ns(display));
    gvirt_display_rearm(display);
    return display->pipe[pipe_index].flip_pending[plane];
}

bool gvirt_display_in_scanlines(GvirtDisplay *display, unsigned pipe_index,
                                uint32_t first, uint32_t last)
{
    int64_t now_ns = gvirt_display_now_ns(display);
    GvirtPipe *pipe;
    uint32_t line;

    if (pipe_index >= GVIRT_PIPE_COUNT) {
        return true;
    }
    pipe = &display->pipe[pipe_index];
    gvirt_display_sync(display, now_ns);
    if (!pipe->running) {
        return true;
    }
    line = gvirt_pipe_line(pipe, now_ns);
    if (first <= last ? line >= first && line <= last
                      : line >= first || line <= last) {
        return true;
    }
    pipe->want_line_ns = gvirt_pipe_when_line_ns(pipe, first, now_ns);
    gvirt_display_rearm(display);
    return false;
}

bool gvirt_display_pipe_enabled(GvirtDisplay *display, unsigned pipe)
{
    return pipe < GVIRT_PIPE_COUNT && display->pipe[pipe].running;
}
