/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The analog port of the PCH: the one transcoder of LPT, which FDI feeds, the
 * DAC behind it, and the sensing of a monitor's load on the DAC's lines.
 *
 * Source: HSW PRM vol. 11a, "Sequence for CRT Port", "Transcoder", "Analog
 * Port"; register bits: IVB PRM vol. 3 part 4, 2.1.7, 3.5, 5.1; i915:
 * intel_crt.c, intel_pch_display.c, intel_pch_refclk.c.
 */
#include "display-internal.h"

#define DAC_ENABLE              (1u << 31)
#define DAC_HPD_STATUS          (3u << 24)
#define DAC_HPD_ENABLE          (1u << 23)
#define DAC_HPD_FORCE           (1u << 16)

#define TRANS_INTERLACE(conf)   d_bits(conf, 23, 21)

#define PIXCLK_UNGATE           (1u << 0)
#define SERR_UNDERRUN_A         (1u << 0)
#define MPHY_RESET              (1u << 12)
#define MPHY_RESET_STATUS       (1u << 13)

#define DDI_MODE_FDI            4
#define DDI_BPC_8               0

/* The FIFO of the transcoder runs over, or dry, beyond this. */
#define PIXEL_CLOCK_PPM         1000

void gvirt_crt_reset(GvirtDisplay *display)
{
    memset(&display->crt, 0, sizeof(display->crt));
    gvirt_irq_set_live(display->irq, GVIRT_IRQ_HOTPLUG_CRT, false);
}

static bool plugged(const GvirtDisplay *display)
{
    const GvirtMonitor *monitor = &display->port[GVIRT_PORT_E].monitor;

    return monitor->kind == GVIRT_MONITOR_VGA && monitor->connected;
}

/*
 * A detection cycle: both the blue and the green line have a load, or none.
 * The PRM calls the status read-only and cleared by writing 1, in one breath.
 * i915 writes back what it read before a cycle, and expects the result of the
 * cycle to stay; so it is read-only here.
 */
static void detect(GvirtDisplay *display)
{
    uint32_t ctl = d_get(display, D_DAC_CTL);
    uint32_t status = plugged(display) ? DAC_HPD_STATUS : 0;

    d_set(display, D_DAC_CTL, (ctl & ~DAC_HPD_STATUS) | status);
    if ((ctl & DAC_HPD_STATUS) != status) {
        gvirt_irq_set_live(display->irq, GVIRT_IRQ_HOTPLUG_CRT, status);
        gvirt_irq_raise(display->irq, GVIRT_IRQ_HOTPLUG_CRT);
    }
}

void gvirt_crt_plug(GvirtDisplay *display)
{
    /* Sampled all the time; what is seen is the result. */
    if (d_get(display, D_DAC_CTL) & DAC_HPD_ENABLE) {
        detect(display);
    }
}

void gvirt_crt_write(GvirtDisplay *display, uint32_t offset)
{
    uint32_t value = d_get(display, offset);

    switch (offset) {
    case D_DAC_CTL:
        d_set(display, offset, value & ~DAC_HPD_FORCE);
        if (value & (DAC_HPD_FORCE | DAC_HPD_ENABLE)) {
            detect(display);
        }
        break;
    case D_SOUTH_CHICKEN2:
        d_set(display, offset, value & MPHY_RESET
                               ? value | MPHY_RESET_STATUS
                               : value & ~MPHY_RESET_STATUS);
        break;
    case D_SBI_CTL_STAT:
        gvirt_iclk_run(display);
        break;
    case D_FDI_RX_IIR:
        gvirt_irq_update(display->irq);
        break;
    default:
        break;
    }
}

/* The clock that transcoder and DAC run on; 0: gated, or not made. */
static uint64_t pixel_khz(const GvirtDisplay *display)
{
    return d_get(display, D_PIXCLK_GATE) & PIXCLK_UNGATE
           ? gvirt_iclk_pixel_khz(display) : 0;
}

static bool transcoder_on(const GvirtDisplay *display)
{
    return d_get(display, D_PCH_TRANS_CONF) & D_ENABLE && pixel_khz(display);
}

uint32_t gvirt_crt_read(const GvirtDisplay *display, uint32_t offset,
                        uint32_t value)
{
    if (offset == D_PCH_TRANS_CONF) {
        value &= ~PIPE_CONF_STATE;
        value |= transcoder_on(display) ? PIPE_CONF_STATE : 0;
    }
    return value;
}

/* The pipe that sends to DDI E as FDI, or NULL. */
static GvirtPipe *sender(GvirtDisplay *display)
{
    uint32_t func;
    unsigned i;

    for (i = 0; i < GVIRT_PIPE_COUNT; i++) {
        GvirtPipe *pipe = &display->pipe[i];

        func = d_get(display, d_trans(pipe->transcoder, D_TRANS_DDI_FUNC_CTL));
        if (pipe->running && pipe->transcoder != GVIRT_TRANSCODER_EDP &&
            func & D_ENABLE && d_bits(func, 30, 28) == GVIRT_PORT_E &&
            d_bits(func, 26, 24) == DDI_MODE_FDI &&
            d_bits(func, 22, 20) == DDI_BPC_8) {
            return pipe;
        }
    }
    return NULL;
}

/* Timings, clock and transfer units of both ends are the same. */
static bool in_step(const GvirtDisplay *display, const GvirtPipe *pipe)
{
    static const uint32_t timing[] = {
        D_TRANS_HTOTAL, D_TRANS_HBLANK, D_TRANS_HSYNC,
        D_TRANS_VTOTAL, D_TRANS_VBLANK, D_TRANS_VSYNC,
    };
    GvirtTranscoder trans = pipe->transcoder;
    uint64_t here_khz = pixel_khz(display), there_khz = pipe->timing.clock_khz;
    uint64_t apart_khz = MAX(here_khz, there_khz) - MIN(here_khz, there_khz);
    uint32_t conf = d_get(display, D_PCH_TRANS_CONF);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(timing); i++) {
        if (d_get(display, d_trans(trans, timing[i])) !=
            d_get(display, D_PCH_TRANS_HTOTAL + (timing[i] - timing[0]))) {
            return false;
        }
    }
    return apart_khz * 1000000 <= here_khz * PIXEL_CLOCK_PPM &&
           (TRANS_INTERLACE(conf) != 0) == pipe->timing.interlaced &&
           d_bits(d_get(display, d_trans(trans, D_TRANS_DATAM1)), 30, 25) ==
           d_bits(d_get(display, D_FDI_RX_TUSIZE1), 30, 25);
}

static GvirtPipe *source(GvirtDisplay *display)
{
    GvirtPipe *pipe;

    if (!transcoder_on(display) || !gvirt_fdi_sends(display)) {
        return NULL;
    }
    pipe = sender(display);
    return pipe && in_step(display, pipe) ? pipe : NULL;
}

GvirtPipe *gvirt_crt_pipe(GvirtDisplay *display)
{
    return d_get(display, D_DAC_CTL) & DAC_ENABLE ? source(display) : NULL;
}

void gvirt_crt_update(GvirtDisplay *display)
{
    bool starved;

    gvirt_fdi_update(display);
    starved = transcoder_on(display) && !source(display);
    if (starved && !display->crt.starved) {
        d_set(display, GVIRT_REG_SERR_INT,
              d_get(display, GVIRT_REG_SERR_INT) | SERR_UNDERRUN_A);
        gvirt_irq_update(display->irq);
    }
    display->crt.starved = starved;
}
