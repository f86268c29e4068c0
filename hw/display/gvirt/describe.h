/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bit fields in words: what the descriptions of commands and of registers
 * share.
 *
 * Sources are named where the fields stand.
 */
#ifndef HW_DISPLAY_GVIRT_DESCRIBE_H
#define HW_DISPLAY_GVIRT_DESCRIBE_H

#include "hw/gvirt/fields.h"

/*
 * The field of a dword as a line, indented by two spaces; nothing when a flag
 * is not to be named. suffix stands behind the value.
 */
void gvirt_field_append(GString *text, const GvirtField *field,
                        uint32_t dword, const char *suffix);

/* "NAME[element] (0x2358)", or the offset alone. */
void gvirt_register_append(GString *text, uint32_t offset);

#endif /* HW_DISPLAY_GVIRT_DESCRIBE_H */
