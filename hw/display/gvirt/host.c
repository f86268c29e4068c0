/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the library says to its host: mistakes of the guest, and what the
 * model lacks.
 */
#include "hw/gvirt/host.h"

#define MESSAGE_MAX_B   256

void gvirt_log_guest_error(const GvirtHost *host, const char *format, ...)
{
    char message[MESSAGE_MAX_B];
    va_list args;

    if (!host->ops->log) {
        return;
    }
    va_start(args, format);
    g_vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    host->ops->log(host->opaque, GVIRT_LOG_GUEST_ERROR, message);
}

/*
 * Notes a hash in the host's open-addressed set; false if it was there or
 * the set is full. Several threads may log at once.
 */
static bool note_kind(GvirtHost *host, guint hash)
{
    unsigned i;

    for (i = 0; i < GVIRT_UNIMP_KINDS; i++) {
        guint *slot = &host->unimp_seen[(hash + i) % GVIRT_UNIMP_KINDS];

        if (g_atomic_int_compare_and_exchange(slot, 0, hash)) {
            return true;
        }
        if ((guint)g_atomic_int_get(slot) == hash) {
            return false;
        }
    }
    return false;
}

void gvirt_log_unimp(const GvirtHost *host, const char *format, ...)
{
    char message[MESSAGE_MAX_B];
    va_list args;
    guint hash;

    if (!host->ops->log) {
        return;
    }
    va_start(args, format);
    g_vsnprintf(message, sizeof(message), format, args);
    va_end(args);

    hash = g_str_hash(message);
    if (note_kind((GvirtHost *)host, hash ? hash : 1)) {
        host->ops->log(host->opaque, GVIRT_LOG_UNIMP, message);
    }
}
