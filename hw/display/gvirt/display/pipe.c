/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipes: the timing generator, scan line, frame and flip counters, vblank.
 *
 * A pipe's place in its frame is a function of the clock. The pixel clock is
 * the one that PLLs, port and transcoder are really programmed for.
 *
 * Source: HSW PRM vol. 11a, "Pipe Timing", "Pipe Control", "Display Engine
 * Clocks"; IVB PRM vol. 3 part 3, 5.1; i915: intel_dpll_mgr.c (dividers),
 * intel_ddi.c (clock selects), intel_vblank.c and intel_crtc.c (where the
 * scan line counter stands).
 */
#include "display-internal.h"

/* Beyond these rates a mode is nonsense, and must not become a load. */
#define FRAME_PS_MIN        2000000000ll        /* 500 Hz */
#define FRAME_PS_MAX        1000000000000ll     /* 1 Hz */

#define LCPLL_KHZ           2700000u
#define SPLL_REFERENCE_KHZ  135000u

void gvirt_pipe_reset(GvirtPipe *pipe)
{
    GvirtDisplay *display = pipe->display;
    unsigned index = pipe->index;

    gvirt_crc_reset(pipe);
    memset(pipe, 0, sizeof(*pipe));
    pipe->display = display;
    pipe->index = index;
    pipe->want_line_ns = INT64_MAX;
    gvirt_plane_latch(pipe);
}

/* i915: hsw_ddi_wrpll_get_freq(). Dividers: R2 of 7:0, P of 13:8, N2 of 23:16. */
static uint64_t wrpll_khz(const GvirtDisplay *display, uint32_t ctl)
{
    uint32_t reference = d_bits(ctl, 29, 28);
    uint64_t r2 = ctl & 0xff, p = d_bits(ctl, 13, 8), n2 = d_bits(ctl, 23, 16);
    uint64_t reference_khz;

    if (!(ctl & D_ENABLE) || !r2 || !p || !n2 || reference == 0) {
        return 0;
    }
    if (reference == 3) {
        reference_khz = LCPLL_KHZ;
    } else if (reference == 2 && d_get(display, D_FUSE_STRAP3) & 2) {
        reference_khz = 24000;
    } else {
        reference_khz = reference == 2 ? gvirt_iclk_nssc_khz(display)
                                       : gvirt_iclk_ssc_khz(display);
    }
    return reference_khz * n2 / 5 / (p * r2);
}

/* Symbols; the reference makes 135 MHz, unless the PCH's clock is bent. */
static uint64_t spll_khz(const GvirtDisplay *display, uint32_t ctl)
{
    static const uint32_t symbol_khz[] = { 162000, 270000, 540000, 0 };
    uint64_t khz = symbol_khz[d_bits(ctl, 27, 26)];

    if (!(ctl & D_ENABLE)) {
        return 0;
    }
    switch (d_bits(ctl, 29, 28)) {
    case 1:
        /* FUSE_STRAP: the CPU has no spread reference of its own. */
        return khz * gvirt_iclk_ssc_khz(display) / SPLL_REFERENCE_KHZ;
    case 2:
        return khz * gvirt_iclk_nssc_khz(display) / SPLL_REFERENCE_KHZ;
    default:
        return khz;
    }
}

static uint64_t lcpll_khz(const GvirtDisplay *display, uint64_t khz)
{
    return d_get(display, D_LCPLL_CTL) & D_ENABLE ? 0 : khz;
}

uint64_t gvirt_port_clock_khz(const GvirtDisplay *display, GvirtPort port)
{
    /* DisplayPort symbols: the PLL's frequency is of bits of five lanes. */
    switch (d_get(display, D_PORT_CLK_SEL + port * 4) >> 29) {
    case 0:
        return lcpll_khz(display, 540000);
    case 1:
        return lcpll_khz(display, 270000);
    case 2:
        return lcpll_khz(display, 162000);
    case 3:
        return spll_khz(display, d_get(display, D_SPLL_CTL));
    case 4:
        /* WRPLLs: 1/10 of a bit is a symbol, 1 pixel at 8 bits a colour. */
        return wrpll_khz(display, d_get(display, D_WRPLL_CTL1));
    case 5:
        return wrpll_khz(display, d_get(display, D_WRPLL_CTL2));
    default:
        return 0;
    }
}

GvirtTranscoder gvirt_pipe_transcoder(const GvirtPipe *pipe)
{
    uint32_t ctl = d_get(pipe->display, d_trans(GVIRT_TRANSCODER_EDP,
                                                D_TRANS_DDI_FUNC_CTL));
    uint32_t input = d_bits(ctl, 14, 12);
    unsigned index = input == 5 ? 1 : input == 6 ? 2 : 0;

    return ctl & D_ENABLE && index == pipe->index
           ? GVIRT_TRANSCODER_EDP : (GvirtTranscoder)pipe->index;
}

static uint64_t pixel_clock_khz(const GvirtPipe *pipe, GvirtTranscoder trans)
{
    const GvirtDisplay *display = pipe->display;
    uint32_t func = d_get(display, d_trans(trans, D_TRANS_DDI_FUNC_CTL));
    uint64_t khz, m, n;
    uint32_t select;

    if (trans == GVIRT_TRANSCODER_EDP) {
        khz = gvirt_port_clock_khz(display, GVIRT_PORT_A);
    } else {
        select = d_get(display, D_TRANS_CLK_SEL + trans * 4) >> 29;
        /* 2: DDI B, 3: C, 4: D, 5: E, the FDI link to the PCH */
        if (select < 2 || select > 5) {
            return 0;
        }
        khz = gvirt_port_clock_khz(display, select - 1);
    }
    if (d_bits(func, 26, 24) >= 2) {
        m = d_get(display, d_trans(trans, D_TRANS_LINKM1)) & 0xffffff;
        n = d_get(display, d_trans(trans, D_TRANS_LINKN1)) & 0xffffff;
        return n ? khz * m / n : 0;
    }
    if (d_bits(func, 22, 20) == 3) {
        khz = khz * 2 / 3;          /* deep colour, 12 bits */
    }
    return khz / (d_bits(d_get(display, d_trans(trans, D_TRANS_MULT)), 1, 0)
                  + 1);
}

/* False: the timing generator has nothing to run on. */
static bool compute_timing(const GvirtPipe *pipe, GvirtTranscoder trans,
                           GvirtPipeTiming *timing)
{
    const GvirtDisplay *display = pipe->display;
    uint32_t h = d_get(display, d_trans(trans, D_TRANS_HTOTAL));
    uint32_t v = d_get(display, d_trans(trans, D_TRANS_VTOTAL));
    uint32_t conf = d_get(display, d_trans(trans, D_PIPE_CONF));
    uint32_t func = d_get(display, d_trans(trans, D_TRANS_DDI_FUNC_CTL));
    int64_t frame_ps;

    memset(timing, 0, sizeof(*timing));
    timing->htotal = d_bits(h, 28, 16) + 1;
    timing->hactive = d_bits(h, 12, 0) + 1;
    timing->vtotal = d_bits(v, 28, 16) + 1;
    timing->vactive = d_bits(v, 12, 0) + 1;
    timing->active_lines = timing->vactive;
    timing->hsync_start =
        d_bits(d_get(display, d_trans(trans, D_TRANS_HSYNC)), 12, 0) + 1;
    timing->vblank_start =
        d_bits(d_get(display, d_trans(trans, D_TRANS_VBLANK)), 12, 0) + 1;
    timing->interlaced = d_bits(conf, 23, 21) == 1 ||
                         d_bits(conf, 23, 21) == 3;
    timing->hdmi = d_bits(func, 26, 24) < 2;
    if (timing->htotal < timing->hactive || timing->vtotal < 4 ||
        timing->htotal < 4 || timing->vtotal < timing->vactive) {
        return false;
    }
    if (timing->interlaced) {
        timing->vtotal /= 2;
        timing->vactive /= 2;
        timing->vblank_start /= 2;
    }
    if (timing->vblank_start == 0 || timing->vblank_start >= timing->vtotal) {
        timing->vblank_start = MIN(timing->vactive, timing->vtotal - 1);
    }
    if (timing->hsync_start >= timing->htotal) {
        timing->hsync_start = timing->hactive;
    }
    timing->clock_khz = pixel_clock_khz(pipe, trans);
    if (timing->clock_khz == 0) {
        return false;
    }
    timing->line_ps = timing->htotal * 1000000000ull / timing->clock_khz;
    frame_ps = timing->line_ps * timing->vtotal;
    frame_ps = CLAMP(frame_ps, FRAME_PS_MIN, FRAME_PS_MAX);
    timing->line_ps = frame_ps / timing->vtotal;
    timing->frame_ps = timing->line_ps * timing->vtotal;
    return true;
}

void gvirt_pipe_update(GvirtPipe *pipe, int64_t now_ns)
{
    GvirtTranscoder trans = gvirt_pipe_transcoder(pipe);
    uint32_t conf = d_get(pipe->display, d_trans(trans, D_PIPE_CONF));
    GvirtPipeTiming timing;
    bool run = conf & D_ENABLE && compute_timing(pipe, trans, &timing);

    if (!run) {
        if (pipe->running) {
            pipe->running = false;
            pipe->armed = 0;
            pipe->want_vblank = false;
            pipe->want_line_ns = INT64_MAX;
            gvirt_plane_latch(pipe);
        }
        return;
    }
    if (pipe->running && trans == pipe->transcoder &&
        !memcmp(&timing, &pipe->timing, sizeof(timing))) {
        return;
    }
    pipe->timing = timing;
    pipe->transcoder = trans;
    pipe->epoch_ns = now_ns;
    pipe->epoch_ps = 0;
    pipe->vblank_seen = false;
    pipe->line_seen = false;
    if (!pipe->running) {
        pipe->running = true;
        pipe->crc_begun = false;
        pipe->crc_stale = true;
        gvirt_plane_latch(pipe);
    }
}

/* Picoseconds since line 0 of the frame that the epoch names. */
static int64_t elapsed_ps(const GvirtPipe *pipe, int64_t now_ns)
{
    int64_t ns = now_ns - pipe->epoch_ns;

    /* pipe_sync() comes first, so this is within a few frames. */
    return MAX(ns, 0) * 1000 - pipe->epoch_ps;
}

/* The first ns at which ps after the epoch are over. */
static int64_t at_ns(const GvirtPipe *pipe, int64_t ps)
{
    return pipe->epoch_ns + (pipe->epoch_ps + ps + 999) / 1000;
}

static int64_t vblank_ps(const GvirtPipe *pipe)
{
    return pipe->timing.line_ps * pipe->timing.vblank_start;
}

/* When the line after the one in SCANLINECOMP begins. */
static int64_t compare_ps(const GvirtPipe *pipe)
{
    uint32_t line = d_bits(d_pipe_get(pipe, D_PIPE_SCANLINECOMP), 12, 0) + 1;

    return pipe->timing.line_ps * (line % pipe->timing.vtotal);
}

static void move_epoch(GvirtPipe *pipe, int64_t ps)
{
    ps += pipe->epoch_ps;
    pipe->epoch_ns += ps / 1000;
    pipe->epoch_ps = ps % 1000;
}

static void vblank(GvirtPipe *pipe, uint64_t count, int64_t when_ns,
                   int64_t now_ns)
{
    GvirtDisplay *display = pipe->display;
    bool done[2] = { pipe->flip_pending[0] && !pipe->async_pending,
                     pipe->flip_pending[1] };
    unsigned plane;

    pipe->frame_count += count;
    pipe->field ^= count & 1;
    pipe->frame_timestamp_us = gvirt_display_timestamp_us(display, when_ns);
    gvirt_trace(display->host, vblank, pipe->index, pipe->frame_count, now_ns,
                0);
    if (gvirt_crc_enabled(pipe)) {
        gvirt_crc_frame(pipe, now_ns);
    }
    gvirt_plane_latch(pipe);
    pipe->want_vblank = false;
    for (plane = 0; plane < 2; plane++) {
        if (done[plane]) {
            gvirt_irq_raise(display->irq, (plane ? GVIRT_IRQ_FLIP_SPRITE_A
                                                 : GVIRT_IRQ_FLIP_PRIMARY_A) +
                                          pipe->index);
        }
    }
    gvirt_irq_raise(display->irq, GVIRT_IRQ_VBLANK_A + pipe->index);
    if (display->ops->vblank) {
        display->ops->vblank(display->opaque, pipe->index);
    }
}

/* Whole frames that lie between the epoch and now. */
static uint64_t pass_frames(GvirtPipe *pipe, int64_t now_ns)
{
    int64_t frame_ps = pipe->timing.frame_ps;
    int64_t ns = now_ns - pipe->epoch_ns;
    uint64_t frames = 0, k;

    if (ns > 1000000000000ll) {
        /* Long asleep: a thousand frames are frame_ps nanoseconds. */
        k = ns / frame_ps;
        frames = k * 1000;
        pipe->epoch_ns += k * frame_ps;
    }
    k = MAX(elapsed_ps(pipe, now_ns), 0) / frame_ps;
    move_epoch(pipe, k * frame_ps);
    return frames + k;
}

void gvirt_pipe_sync(GvirtPipe *pipe, int64_t now_ns)
{
    GvirtDisplay *display = pipe->display;
    uint64_t frames, count;
    int64_t ps, line_ps;
    bool in_vblank, past_line;

    if (!pipe->running) {
        return;
    }
    frames = pass_frames(pipe, now_ns);
    ps = elapsed_ps(pipe, now_ns);

    in_vblank = ps >= vblank_ps(pipe);
    count = frames + in_vblank - pipe->vblank_seen;
    pipe->vblank_seen = in_vblank;

    line_ps = compare_ps(pipe);
    past_line = ps >= line_ps;
    if (frames + past_line > pipe->line_seen) {
        gvirt_irq_raise(display->irq, GVIRT_IRQ_LINE_A + pipe->index);
    }
    pipe->line_seen = past_line;

    if (pipe->async_pending && now_ns >= pipe->async_ns) {
        gvirt_plane_async_done(pipe);
    }
    if (count) {
        ps = vblank_ps(pipe) - (in_vblank ? 0 : pipe->timing.frame_ps);
        vblank(pipe, count, pipe->epoch_ns + ps / 1000, now_ns);
    }
    if (now_ns >= pipe->want_line_ns) {
        pipe->want_line_ns = INT64_MAX;
        if (display->ops->vblank) {
            display->ops->vblank(display->opaque, pipe->index);
        }
    }
}

bool gvirt_pipe_in_vblank(const GvirtPipe *pipe, int64_t now_ns)
{
    return elapsed_ps(pipe, now_ns) >= vblank_ps(pipe);
}

uint32_t gvirt_pipe_line(const GvirtPipe *pipe, int64_t now_ns)
{
    int64_t line = MAX(elapsed_ps(pipe, now_ns), 0) / pipe->timing.line_ps;

    return line % pipe->timing.vtotal;
}

int64_t gvirt_pipe_next_line_ns(const GvirtPipe *pipe, int64_t now_ns)
{
    int64_t line = MAX(elapsed_ps(pipe, now_ns), 0) / pipe->timing.line_ps;

    return at_ns(pipe, (line + 1) * pipe->timing.line_ps);
}

int64_t gvirt_pipe_when_line_ns(const GvirtPipe *pipe, uint32_t line,
                                int64_t now_ns)
{
    int64_t ps = pipe->timing.line_ps * (line % pipe->timing.vtotal);

    return at_ns(pipe, ps + (at_ns(pipe, ps) <= now_ns
                             ? pipe->timing.frame_ps : 0));
}

/* The next time that the frame stands at ps, when done: of the next frame. */
static int64_t next_ns(const GvirtPipe *pipe, int64_t ps, bool done)
{
    return at_ns(pipe, ps + (done ? pipe->timing.frame_ps : 0));
}

int64_t gvirt_pipe_deadline_ns(const GvirtPipe *pipe)
{
    const GvirtDisplay *display = pipe->display;
    uint32_t derrmr = ~d_get(display, D_DERRMR);
    int64_t deadline_ns = INT64_MAX, ps;
    unsigned i = pipe->index;

    if (!pipe->running) {
        return INT64_MAX;
    }
    /* DERRMR: five bits a pipe: line, flips of two planes, vblank, hblank. */
    if (pipe->want_vblank || pipe->flip_pending[PLANE_SPRITE] ||
        (pipe->flip_pending[PLANE_PRIMARY] && !pipe->async_pending) ||
        gvirt_crc_enabled(pipe) || derrmr & 8u << (i == 2 ? 18 : i * 8) ||
        gvirt_display_listening(display, GVIRT_IRQ_VBLANK_A + i)) {
        deadline_ns = next_ns(pipe, vblank_ps(pipe), pipe->vblank_seen);
    }
    if (pipe->async_pending) {
        deadline_ns = MIN(deadline_ns, pipe->async_ns);
    }
    if (gvirt_display_listening(display, GVIRT_IRQ_LINE_A + i)) {
        ps = next_ns(pipe, compare_ps(pipe), pipe->line_seen);
        deadline_ns = MIN(deadline_ns, ps);
    }
    return MIN(deadline_ns, pipe->want_line_ns);
}

/*
 * The counter steps at the leading edge of hsync, and with HDMI it lags a
 * line more: i915 intel_crtc_update_active_timings() adds 1 and 2.
 */
static uint32_t scan_line(const GvirtPipe *pipe, int64_t now_ns)
{
    const GvirtPipeTiming *timing = &pipe->timing;
    int64_t lead_ps, line, ps;

    /* Before the first mode there is no timing either. */
    if (!pipe->running) {
        return 0;
    }
    lead_ps = timing->line_ps * timing->hsync_start / timing->htotal;
    ps = elapsed_ps(pipe, now_ns) + timing->frame_ps - lead_ps;
    line = MAX(ps, 0) / timing->line_ps + timing->vtotal - timing->hdmi;
    return line % timing->vtotal |
           (timing->interlaced ? (pipe->field & 1) << 31 : 0);
}

uint32_t gvirt_pipe_read(GvirtPipe *pipe, uint32_t offset, uint32_t value,
                         int64_t now_ns)
{
    switch (offset - pipe->index * 0x1000) {
    case D_PIPE_SCANLINE:
        return scan_line(pipe, now_ns);
    case D_PIPE_CONF:
        return value & D_ENABLE ? value | PIPE_CONF_STATE
                                : value & ~PIPE_CONF_STATE;
    case D_PIPE_FRMCNT:
        return pipe->frame_count;
    case D_PIPE_FLIPCNT:
        return pipe->flip_count;
    case D_PIPE_FRMTMSTMP:
        return pipe->frame_timestamp_us;
    case D_PIPE_FLIPTMSTMP:
        return pipe->flip_timestamp_us;
    case D_CUR_SURFLIVE:
        return pipe->live.cursor.base;
    case D_PRI_SURFLIVE:
        return pipe->live.plane[PLANE_PRIMARY].surf;
    case D_SPR_SURFLIVE:
        return pipe->live.plane[PLANE_SPRITE].surf;
    case D_PIPE_CRC_RES_1:
        return pipe->crc;
    default:
        return value;
    }
}

void gvirt_pipe_write(GvirtPipe *pipe, uint32_t offset, uint32_t old,
                      uint32_t written, int64_t now_ns)
{
    GvirtDisplay *display = pipe->display;
    uint32_t base = offset - pipe->index * 0x1000;
    unsigned i;

    switch (base) {
    case D_PIPE_CONF:
        d_set(display, offset, d_get(display, offset) & ~PIPE_CONF_STATE);
        gvirt_pipe_update(pipe, now_ns);
        break;
    case D_PIPE_FRMTMSTMP:
        pipe->frame_timestamp_us = written;
        break;
    case D_PIPE_FLIPTMSTMP:
        pipe->flip_timestamp_us = written;
        break;
    case D_PIPE_CRC_CTL:
        if (!gvirt_crc_enabled(pipe)) {
            gvirt_crc_reset(pipe);
        }
        break;
    case D_TRANS_DDI_FUNC_CTL:
        for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
            gvirt_pipe_update(&display->pipe[i], now_ns);
        }
        break;
    case D_PIPE_SRCSZ:
        if (!pipe->running) {
            gvirt_plane_latch(pipe);
        }
        break;
    case D_PIPE_SCANLINECOMP:
        if (pipe->running) {
            pipe->line_seen = elapsed_ps(pipe, now_ns) >= compare_ps(pipe);
        }
        break;
    default:
        if (!gvirt_plane_write(pipe, offset, old, now_ns) &&
            base >= D_TRANS_HTOTAL && base <= D_TRANS_LINKN1) {
            gvirt_pipe_update(pipe, now_ns);
        }
        break;
    }
}
