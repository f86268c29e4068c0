/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The display of a vGPU: a display component of its own, which reads the
 * guest's graphics memory through the guest's own entries. The hardware's
 * display shows nothing; which guest a person looks at is the host's choice
 * of console.
 *
 * Sources: gVirt (USENIX ATC'14), "Display engine"; MI_DISPLAY_FLIP: IVB PRM
 * vol. 1 part 3.
 */
#include "mediator-internal.h"

#define FLIP_PLANE(header)  ((header) >> 19 & 7)
#define FLIP_STRIDE_MASK    0x0000ffc0u
#define FLIP_TILED          0x1u
#define FLIP_ADDR_MASK      0xfffff000u
#define FLIP_TYPE(dw)       ((dw) & 3)
#define FLIP_ASYNC          1u

static int64_t vdisplay_clock_ns(void *opaque)
{
    GvirtVgpu *vgpu = opaque;

    return gvirt_mediator_now_ns(vgpu->mediator);
}

static const void *vdisplay_page(void *opaque, uint64_t addr_ggtt,
                                 uint64_t *page_hpa)
{
    GvirtVgpu *vgpu = opaque;
    const GvirtHost *host = vgpu->mediator->host;

    if (!gvirt_ggtt_page(vgpu, addr_ggtt, page_hpa)) {
        return NULL;
    }
    return host->ops->map(host->opaque, *page_hpa, false);
}

static void vdisplay_deadline(void *opaque, int64_t deadline_ns)
{
    GvirtVgpu *vgpu = opaque;

    vgpu->display_deadline_ns = deadline_ns;
}

static void vdisplay_changed(void *opaque)
{
    GvirtVgpu *vgpu = opaque;

    if (vgpu->host->ops->display_changed) {
        vgpu->host->ops->display_changed(vgpu->host->opaque);
    }
}

/* No streamer waits for a guest's display: such commands are taken out. */
static void vdisplay_vblank(void *opaque, unsigned pipe)
{
    (void)opaque;
    (void)pipe;
}

static void vdisplay_flip_done(void *opaque, unsigned pipe, unsigned plane)
{
    (void)opaque;
    (void)pipe;
    (void)plane;
}

static const GvirtDisplayOps vdisplay_ops = {
    .clock_ns = vdisplay_clock_ns,
    .page = vdisplay_page,
    .deadline = vdisplay_deadline,
    .changed = vdisplay_changed,
    .vblank = vdisplay_vblank,
    .flip_done = vdisplay_flip_done,
};

void gvirt_vdisplay_init(GvirtVgpu *vgpu)
{
    vgpu->display_deadline_ns = INT64_MAX;
    vgpu->display = gvirt_display_new(vgpu->mediator->host, &vgpu->regs,
                                      &vgpu->irq, &vdisplay_ops, vgpu);
}

void gvirt_vdisplay_flip(GvirtVgpu *vgpu, const uint32_t *dw, uint32_t len_dw)
{
    /* Display plane select of Gen7: A, B, sprite A, sprite B, C, sprite C. */
    static const struct {
        uint8_t pipe;
        uint8_t plane;
    } target[] = {
        { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 }, { 2, 0 }, { 2, 1 },
    };
    unsigned select = FLIP_PLANE(dw[0]);

    if (len_dw < 3 || select >= G_N_ELEMENTS(target)) {
        gvirt_log_guest_error(vgpu->mediator->host, "%s: flip of plane %u",
                              vgpu->name, select);
        return;
    }
    gvirt_display_flip(vgpu->display, target[select].pipe,
                       target[select].plane, dw[1] & FLIP_STRIDE_MASK,
                       dw[1] & FLIP_TILED, dw[2] & FLIP_ADDR_MASK,
                       FLIP_TYPE(dw[2]) == FLIP_ASYNC);
}

void gvirt_vgpu_set_monitor(GvirtVgpu *vgpu, GvirtPort port,
                            const GvirtMonitor *monitor)
{
    gvirt_display_set_monitor(vgpu->display, port, monitor);
    gvirt_mediator_rearm(vgpu->mediator);
}

bool gvirt_vgpu_display_mode(GvirtVgpu *vgpu, GvirtPort port,
                             uint32_t *width_px, uint32_t *height_px)
{
    return gvirt_display_mode(vgpu->display, port, width_px, height_px);
}

bool gvirt_vgpu_display_draw(GvirtVgpu *vgpu, GvirtPort port,
                             pixman_image_t *image, bool all,
                             pixman_region32_t *damage)
{
    const GvirtHost *host = vgpu->mediator->host;

    /* Otherwise nobody says that pages will be asked about. */
    if (host->ops->sync_dirty) {
        host->ops->sync_dirty(host->opaque, vgpu->config.window_hpa,
                              vgpu->config.window_size_B);
    }
    return gvirt_display_draw(vgpu->display, port, image, all, damage);
}

bool gvirt_vgpu_display_rows_left(const GvirtVgpu *vgpu, GvirtPort port)
{
    return gvirt_display_rows_left(vgpu->display, port);
}
