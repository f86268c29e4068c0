/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mix of commands like that of a driver's batches and requests. */
#ifndef GVIRT_BENCH_MIX_H
#define GVIRT_BENCH_MIX_H

#include <stdint.h>

#define MIX_BATCH_END   0x05000000u

/*
 * Of the render engine: stores, registers, PIPE_CONTROL, state. Not more than
 * max_dw; the count. data_addr: graphics memory that may be written.
 */
uint32_t mix_state(uint32_t *dw, uint32_t max_dw, uint32_t data_addr);
/* What i915's request has in the ring, as far as it writes nothing. */
uint32_t mix_request(uint32_t *dw, uint32_t data_addr);

#endif /* GVIRT_BENCH_MIX_H */
