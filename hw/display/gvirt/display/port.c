/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports: DDI buffers and their monitors, straps, hot plug, panel power, and
 * which pipe a monitor shows.
 *
 * Source: HSW PRM vol. 11a, "Pipe DDI Function", "DDI Buffer", "DisplayPort
 * Transport", "Interrupts and Hot Plug", "Panel Power and Backlight"; IVB PRM
 * vol. 3 part 3, 3.4.3; i915: intel_ddi.c, i915_irq.c, intel_pps.c.
 */
#include "display-internal.h"

#define DDI_BUF_IDLE        (1u << 7)
#define DDI_BUF_DETECTED    (1u << 0)
#define DDI_PORTS           5

#define SFUSE_DDI_B         (1u << 2)
#define SFUSE_DDI_C         (1u << 1)
#define SFUSE_DDI_D         (1u << 0)

#define PP_TARGET_ON        (1u << 0)
#define PP_ON_IDLE          0x80000008u

#define PLUG_LONG           2u
#define PLUG_SHORT          1u
#define PLUG_ENABLE         (1u << 4)

#define MSA_CEA_RGB         4u
#define DIP_AVI_ENABLE      (1u << 12)
#define AVI_LIMITED         1u

static const GvirtIrqEvent hotplug_event[GVIRT_PORT_COUNT] = {
    GVIRT_IRQ_HOTPLUG_A, GVIRT_IRQ_HOTPLUG_B, GVIRT_IRQ_HOTPLUG_C,
    GVIRT_IRQ_HOTPLUG_D, GVIRT_IRQ_HOTPLUG_CRT,
};

static bool plugged(const GvirtPortState *state)
{
    return state->monitor.kind != GVIRT_MONITOR_NONE &&
           state->monitor.connected;
}

static void set_straps(GvirtDisplay *display)
{
    uint32_t straps = 0;        /* "CRT disabled" is one of them */

    straps |= display->port[GVIRT_PORT_B].strap ? SFUSE_DDI_B : 0;
    straps |= display->port[GVIRT_PORT_C].strap ? SFUSE_DDI_C : 0;
    straps |= display->port[GVIRT_PORT_D].strap ? SFUSE_DDI_D : 0;
    d_set(display, D_SFUSE_STRAP, straps);
}

static void attach(GvirtDisplay *display, GvirtPort port)
{
    GvirtPortState *state = &display->port[port];
    const GvirtMonitor *monitor = &state->monitor;
    GvirtDdc *pins = &display->gmbus.ddc[port];
    bool is_dp = monitor->kind == GVIRT_MONITOR_DP;

    memset(&state->ddc, 0, sizeof(state->ddc));
    memset(pins, 0, sizeof(*pins));
    state->i2c_open = false;
    gvirt_dpcd_reset(&state->dpcd);
    if (plugged(state)) {
        state->ddc.edid = is_dp ? monitor->edid : NULL;
        state->ddc.edid_size_B = monitor->edid_size_B;
        pins->edid = is_dp ? NULL : monitor->edid;
        pins->edid_size_B = monitor->edid_size_B;
    }
    if (port != GVIRT_PORT_E) {
        gvirt_irq_set_live(display->irq, hotplug_event[port], plugged(state));
    }
}

void gvirt_port_reset(GvirtDisplay *display)
{
    unsigned i;

    set_straps(display);
    for (i = 0; i < GVIRT_PORT_COUNT; i++) {
        attach(display, i);
    }
    gvirt_crt_reset(display);
}

void gvirt_port_pulse(GvirtDisplay *display, GvirtPort port, bool is_long)
{
    uint32_t offset = port == GVIRT_PORT_A ? D_HOTPLUG_CTL : D_SHOTPLUG_CTL;
    unsigned shift = port == GVIRT_PORT_A ? 0 : (port - GVIRT_PORT_B) * 8;
    uint32_t ctl = d_get(display, offset);

    if (!(ctl & PLUG_ENABLE << shift)) {
        return;
    }
    d_set(display, offset, ctl | (is_long ? PLUG_LONG : PLUG_SHORT) << shift);
    gvirt_irq_raise(display->irq, hotplug_event[port]);
}

void gvirt_display_set_monitor(GvirtDisplay *display, GvirtPort port,
                               const GvirtMonitor *monitor)
{
    GvirtPortState *state;
    GvirtMonitor next = { .kind = GVIRT_MONITOR_NONE };
    bool was, is;

    if ((unsigned)port >= GVIRT_PORT_COUNT ||
        (monitor && monitor->kind != GVIRT_MONITOR_NONE &&
         (monitor->kind == GVIRT_MONITOR_VGA) != (port == GVIRT_PORT_E))) {
        return;
    }
    state = &display->port[port];
    if (monitor) {
        next.kind = monitor->kind;
        next.connected = monitor->connected;
        next.edid_size_B = MIN(monitor->edid_size_B, GVIRT_EDID_MAX_B) & ~127u;
        memcpy(next.edid, monitor->edid, next.edid_size_B);
    }
    if (next.kind == state->monitor.kind &&
        next.connected == state->monitor.connected &&
        next.edid_size_B == state->monitor.edid_size_B &&
        !memcmp(next.edid, state->monitor.edid, sizeof(next.edid))) {
        return;
    }
    was = plugged(state);
    state->monitor = next;
    is = plugged(state);
    if (next.kind != GVIRT_MONITOR_NONE) {
        state->strap = true;
    }
    if (display->gmbus.slave == &display->gmbus.ddc[port]) {
        /* Pulled out in the middle of a transfer. */
        gvirt_gmbus_reset(display);
    }
    set_straps(display);
    attach(display, port);
    if (port == GVIRT_PORT_E) {
        gvirt_crt_plug(display);
    } else if (was || is) {
        gvirt_port_pulse(display, port, true);
    }
    gvirt_port_notify(display);
}

GvirtMonitorKind gvirt_display_monitor(const GvirtDisplay *display,
                                       GvirtPort port)
{
    return (unsigned)port < GVIRT_PORT_COUNT ? display->port[port].monitor.kind
                                             : GVIRT_MONITOR_NONE;
}

/* The port that a transcoder feeds, or -1. */
static int transcoder_port(GvirtDisplay *display, GvirtTranscoder transcoder)
{
    uint32_t ctl = d_get(display, d_trans(transcoder, D_TRANS_DDI_FUNC_CTL));
    uint32_t port = d_bits(ctl, 30, 28);

    if (!(ctl & D_ENABLE)) {
        return -1;
    }
    if (transcoder == GVIRT_TRANSCODER_EDP) {
        return GVIRT_PORT_A;
    }
    return port >= GVIRT_PORT_B && port <= GVIRT_PORT_D ? (int)port : -1;
}

GvirtPipe *gvirt_port_pipe(GvirtDisplay *display, GvirtPort port)
{
    GvirtPortState *state;
    GvirtPipe *pipe;
    unsigned i;

    if ((unsigned)port >= GVIRT_PORT_COUNT) {
        return NULL;
    }
    state = &display->port[port];
    if (port == GVIRT_PORT_E) {
        return plugged(state) ? gvirt_crt_pipe(display) : NULL;
    }
    if (!plugged(state) ||
        !(d_get(display, D_DDI_BUF_CTL + port * 0x100) & D_ENABLE) ||
        (state->monitor.kind == GVIRT_MONITOR_DP &&
         !gvirt_dpcd_link_up(display, port))) {
        return NULL;
    }
    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        pipe = &display->pipe[i];
        if (pipe->running &&
            transcoder_port(display, pipe->transcoder) == (int)port) {
            return pipe;
        }
    }
    return NULL;
}

bool gvirt_port_limited_range(const GvirtDisplay *display, GvirtPort port,
                              const GvirtPipe *pipe)
{
    GvirtTranscoder trans = pipe->transcoder;
    uint32_t value;

    if (port == GVIRT_PORT_E) {
        return false;           /* nothing tells an analog monitor */
    }
    if (display->port[port].monitor.kind == GVIRT_MONITOR_DP) {
        /* DisplayPort 1.2, 2.2.4.3: MISC0 bits 4:1 for RGB. */
        value = d_get(display, d_trans(trans, D_TRANS_MSA_MISC));
        return d_bits(value, 4, 1) == MSA_CEA_RGB;
    }
    /* CEA-861, AVI InfoFrame: bits Q1:Q0 of byte 3. */
    value = d_get(display, d_trans(trans, D_VIDEO_DIP_CTL));
    return value & DIP_AVI_ENABLE &&
           d_bits(d_get(display, d_trans(trans, D_VIDEO_DIP_AVI) + 4), 27, 26)
           == AVI_LIMITED;
}

void gvirt_port_notify(GvirtDisplay *display)
{
    GvirtPortState *state;
    GvirtPipe *pipe;
    bool changed = false;
    unsigned i;

    for (i = 0; i < GVIRT_PORT_COUNT; i++) {
        state = &display->port[i];
        pipe = gvirt_port_pipe(display, i);
        if (!pipe) {
            changed |= state->shown;
            state->shown = false;
            continue;
        }
        if (!state->shown || state->shown_pipe != pipe->index ||
            state->shown_width != pipe->timing.hactive ||
            state->shown_height != pipe->timing.active_lines) {
            state->shown = true;
            state->shown_pipe = pipe->index;
            state->shown_width = pipe->timing.hactive;
            state->shown_height = pipe->timing.active_lines;
            changed = true;
        }
    }
    if (changed && display->ops->changed) {
        display->ops->changed(display->opaque);
    }
}

/* The DDI (A to E) whose register at `base` this is, or -1. */
static int ddi_of(uint32_t offset, uint32_t base)
{
    uint32_t index = (offset - base) / 0x100;

    return offset >= base && (offset - base) % 0x100 == 0 &&
           index < DDI_PORTS ? (int)index : -1;
}

uint32_t gvirt_port_read(GvirtDisplay *display, uint32_t offset,
                         uint32_t value)
{
    int port = ddi_of(offset, D_DDI_BUF_CTL);

    if (port >= 0) {
        value &= ~DDI_BUF_IDLE;
        value |= value & D_ENABLE ? 0 : DDI_BUF_IDLE;
        if (port == GVIRT_PORT_A) {
            value &= ~DDI_BUF_DETECTED;
            value |= display->port[port].strap ? DDI_BUF_DETECTED : 0;
        }
        return value;
    }
    if (offset == D_PP_STATUS) {
        return d_get(display, D_PP_CONTROL) & PP_TARGET_ON ? PP_ON_IDLE : 0;
    }
    return value;
}

bool gvirt_port_write(GvirtDisplay *display, uint32_t offset, uint32_t old,
                      uint32_t written)
{
    int port = ddi_of(offset, D_DP_TP_CTL);
    uint32_t status;

    (void)old;
    (void)written;
    if (port >= 0) {
        status = D_DP_TP_STATUS + port * 0x100;
        if (!(d_get(display, offset) & D_ENABLE)) {
            d_set(display, status, 0);
        } else if (DP_TP_PATTERN(d_get(display, offset)) == DP_TP_IDLE) {
            d_set(display, status, d_get(display, status) | DP_TP_IDLE_DONE);
        }
    } else {
        port = ddi_of(offset, D_DDI_BUF_CTL);
    }
    if (port >= 0 && port < GVIRT_PORT_E) {
        gvirt_dpcd_link(display, port);
    }
    return port >= 0;
}
