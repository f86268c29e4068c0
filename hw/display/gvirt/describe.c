/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bit fields in words, see describe.h.
 */
#include "describe.h"

#include "hw/gvirt/regs.h"

static uint32_t field_value(const GvirtField *field, uint32_t dword)
{
    unsigned width = field->high - field->low + 1;

    return dword >> field->low & (width == 32 ? UINT32_MAX
                                              : (1u << width) - 1);
}

void gvirt_register_append(GString *text, uint32_t offset)
{
    g_autofree char *name = gvirt_reg_name(offset);

    if (name) {
        g_string_append_printf(text, "%s ", name);
    }
    g_string_append_printf(text, "(0x%x)", offset);
}

static void append_name(GString *text, const char *names, uint32_t value)
{
    g_auto(GStrv) list = g_strsplit(names, "|", 0);

    if (value < g_strv_length(list)) {
        g_string_append(text, list[value]);
    } else {
        g_string_append_printf(text, "%u (reserved)", value);
    }
}

void gvirt_field_append(GString *text, const GvirtField *field,
                        uint32_t dword, const char *suffix)
{
    unsigned width = field->high - field->low + 1;
    uint32_t value = field_value(field, dword);

    if (field->kind == GVIRT_FIELD_FLAG || field->kind == GVIRT_FIELD_CLEAR) {
        if (!!value == (field->kind == GVIRT_FIELD_FLAG)) {
            g_string_append_printf(text, "  %s\n", field->name);
        }
        return;
    }
    if (field->kind == GVIRT_FIELD_BITS && !value) {
        return;
    }
    g_string_append_printf(text, "  %s: ", field->name);
    switch (field->kind) {
    case GVIRT_FIELD_DECIMAL:
        g_string_append_printf(text, "%u", value);
        break;
    case GVIRT_FIELD_SIGNED:
        g_string_append_printf(text, "%d", (int32_t)(value << (32 - width)) >>
                                           (32 - width));
        break;
    case GVIRT_FIELD_ADDRESS:
        g_string_append_printf(text, "0x%08x", value << field->low);
        break;
    case GVIRT_FIELD_REGISTER:
        gvirt_register_append(text, value << field->low);
        break;
    case GVIRT_FIELD_NAMES:
        append_name(text, field->names, value);
        break;
    case GVIRT_FIELD_PAGES:
        g_string_append_printf(text, "%u bytes",
                               (value + 1) * GVIRT_PAGE_SIZE_B);
        break;
    default:
        g_string_append_printf(text, "0x%x", value);
        break;
    }
    g_string_append_printf(text, "%s\n", suffix);
}
