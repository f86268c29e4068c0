/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-function as its own files see it: function-qemu.c (PCI, doors,
 * monitors, properties) and aperture-qemu.c (BAR2).
 */
#ifndef HW_DISPLAY_GVIRT_FUNCTION_QEMU_H
#define HW_DISPLAY_GVIRT_FUNCTION_QEMU_H

#include "hw/gvirt/glue-qemu.h"

/* ---- function-qemu.c ---- */

/* An access by the guest is done. */
void gvirt_function_accessed(GvirtFunction *f);

/* ---- aperture-qemu.c ---- */

/* Nothing mapped, nothing asked for; before the function is attached. */
void gvirt_function_aperture_init(GvirtFunction *f);
/* The memory regions of BAR2, all of it trapped. */
void gvirt_function_aperture_regions(GvirtFunction *f);
/*
 * Trap all of it again, at once, and forget what was to be mapped: when BAR2
 * itself is out of the memory map.
 */
void gvirt_function_unmap_all(GvirtFunction *f);
/* After unmap_all, and when nothing can change the aperture any more. */
void gvirt_function_aperture_destroy(GvirtFunction *f);
/*
 * The entries of page_count pages from first_page have changed, or fences over
 * them: they are trapped again, as soon as no vCPU is in between. An event of
 * GvirtGlueEvents; opaque is the GvirtFunction.
 */
void gvirt_function_aperture_changed(void *opaque, uint32_t first_page,
                                     uint32_t page_count);

#endif /* HW_DISPLAY_GVIRT_FUNCTION_QEMU_H */
