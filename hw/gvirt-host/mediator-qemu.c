/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mediator on QEMU: made by the first vGPU of a gvirt-gpu, gone with the
 * last. It hears the hardware's interrupts in the big lock, deferred.
 */
#include "qemu/osdep.h"
#include "mediator-qemu.h"
#include "qapi/error.h"
#include "system/tcg.h"

static void mediator_event_irq(void *opaque, bool level)
{
    GvirtMediatorGlue *glue = opaque;

    gvirt_mediator_irq(glue->mediator, level);
}

static void mediator_event_timer(void *opaque)
{
    GvirtMediatorGlue *glue = opaque;

    gvirt_mediator_timer(glue->mediator);
}

static void mediator_event_memory(void *opaque)
{
    GvirtMediatorGlue *glue = opaque;

    if (glue->mediator) {
        gvirt_mediator_memory_changed(glue->mediator);
    }
}

/* What the hardware tells its user, and what the mediator's host tells it. */
static const GvirtGlueEvents mediator_gpu_events = {
    .irq = mediator_event_irq,
    .memory_changed = mediator_event_memory,
};

static const GvirtGlueEvents mediator_host_events = {
    .timer = mediator_event_timer,
};

GvirtMediatorGlue *gvirt_mediator_glue_get(GvirtGpuDevice *gpu, Error **errp)
{
    GvirtMediatorGlue *glue = gpu->mediator;
    GvirtMediatorConfig config = {};

    if (glue) {
        if (!gvirt_gpu_device_claim(gpu, GVIRT_USE_MEDIATED,
                                    &mediator_gpu_events, glue, errp)) {
            return NULL;
        }
        glue->users++;
        return glue;
    }
    glue = g_new0(GvirtMediatorGlue, 1);
    if (!gvirt_gpu_device_claim(gpu, GVIRT_USE_MEDIATED, &mediator_gpu_events,
                                glue, errp)) {
        g_free(glue);
        return NULL;
    }
    glue->window = gvirt_machine_add_flat(&gpu->machine,
                                          GVIRT_MEDIATOR_MEMORY_MIN_B, errp);
    if (!glue->window) {
        gvirt_gpu_device_release(gpu);
        g_free(glue);
        return NULL;
    }
    config.memory_hpa = glue->window->base_hpa;
    config.memory_size_B = glue->window->size_B;
    /* An accelerator's dirty log is read whole, each time. */
    config.cheap_generations = tcg_enabled();
    glue->gpu = gpu;
    glue->users = 1;
    gvirt_glue_host_init(&glue->host, gpu, "gvirt-mediator",
                         &mediator_host_events, glue, true);
    glue->mediator = gvirt_mediator_new(gpu->gpu, &glue->host.host, &config);
    gpu->mediator = glue;
    return glue;
}

void gvirt_mediator_glue_put(GvirtMediatorGlue *glue)
{
    GvirtGpuDevice *gpu = glue->gpu;

    if (--glue->users == 0) {
        gvirt_mediator_free(glue->mediator);
        glue->mediator = NULL;
        gvirt_glue_host_destroy(&glue->host);
        gvirt_machine_remove(&gpu->machine, glue->window);
        gpu->mediator = NULL;
        g_free(glue);
        gvirt_gpu_reset(gpu->gpu);
    }
    gvirt_gpu_device_release(gpu);
}
