/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the library says to its host: mistakes of the guest, and what the
 * model lacks.
 */
#include "hw/gvirt/host.h"

#define MESSAGE_MAX_B   256
#define NS_PER_SECOND   INT64_C(1000000000)

/*
 * A guest that fills the host's log: false when it has had its share. *silent:
 * how many were not told in the second before. Several threads may log at
 * once; then the numbers are near the truth.
 */
static bool may_tell(GvirtHost *host, guint *silent)
{
    guint second, last = g_atomic_int_get(&host->errors_second), count;

    *silent = 0;
    if (!host->ops->clock_ns) {
        return true;
    }
    second = (guint)(host->ops->clock_ns(host->opaque) / NS_PER_SECOND) + 1;
    if (second != last &&
        g_atomic_int_compare_and_exchange(&host->errors_second, last,
                                          second)) {
        count = g_atomic_int_get(&host->errors);
        *silent = count - MIN(count, GVIRT_ERRORS_A_SECOND);
        g_atomic_int_set(&host->errors, 0);
    }
    /* Not counted on for ever: the count stays a count. */
    count = g_atomic_int_get(&host->errors);
    if (count < G_MAXINT) {
        g_atomic_int_inc(&host->errors);
    }
    return count < GVIRT_ERRORS_A_SECOND;
}

void gvirt_log_guest_error(const GvirtHost *host, const char *format, ...)
{
    char message[MESSAGE_MAX_B];
    va_list args;
    guint silent;
    bool tell;

    if (!host->ops->log) {
        return;
    }
    tell = may_tell((GvirtHost *)host, &silent);
    if (silent) {
        g_snprintf(message, sizeof(message), "%u more mistakes were not told",
                   silent);
        host->ops->log(host->opaque, GVIRT_LOG_GUEST_ERROR, message);
    }
    if (tell) {
        va_start(args, format);
        g_vsnprintf(message, sizeof(message), format, args);
        va_end(args);
        host->ops->log(host->opaque, GVIRT_LOG_GUEST_ERROR, message);
    }
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
