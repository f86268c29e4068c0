/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bit fields of commands and registers, as the descriptions and the
 * documentation have them.
 *
 * Sources are named where the fields stand: commands-describe.c,
 * registers-describe.c.
 */
#ifndef HW_GVIRT_FIELDS_H
#define HW_GVIRT_FIELDS_H

#include "hw/gvirt/common.h"

typedef enum GvirtFieldKind {
    GVIRT_FIELD_HEX,
    GVIRT_FIELD_BITS,       /* the same, nothing when 0 */
    GVIRT_FIELD_DECIMAL,
    GVIRT_FIELD_SIGNED,     /* two's complement in its width */
    GVIRT_FIELD_FLAG,       /* named when set */
    GVIRT_FIELD_CLEAR,      /* a flag that is named when clear */
    GVIRT_FIELD_ADDRESS,    /* in place, lower bits 0 */
    GVIRT_FIELD_REGISTER,   /* in place: the offset of a register */
    GVIRT_FIELD_NAMES,      /* names separated by '|', from 0 on */
    GVIRT_FIELD_PAGES,      /* pages of 4 KiB, less one */
} GvirtFieldKind;

typedef struct GvirtField {
    uint8_t high;
    uint8_t low;
    uint8_t kind;           /* GvirtFieldKind */
    const char *name;
    const char *names;      /* of GVIRT_FIELD_NAMES */
} GvirtField;

#endif /* HW_GVIRT_FIELDS_H */
