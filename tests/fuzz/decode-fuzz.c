/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: gvirt-decode on any input. The first byte says what the rest
 * is: a batch or a ring in binary or hexadecimal, a trace, an error state, or
 * the contents of one of its buffers.
 */
#include "fuzz-target.h"

#include <string.h>

#include "decode.h"

#define TITLE   "GPU HANG: ecode 7:1\nrcs0 command stream:\n"              \
                "  HEAD: 0x10 [0x8]\n  TAIL: 0x20 [0x10, 0x20]\n"          \
                "  ACTHD: 0x0 8\n  BBADDR: 0x0_9\n"                        \
                "rcs0 --- ring = 0x0 4000\n"

static void fuzz_dwords(Decode *decode, const char *data, size_t size,
                        unsigned how)
{
    char *error;
    uint32_t len_dw;
    uint32_t *dw = how & 1 ? decode_hex(data, size, &len_dw, &error)
                           : decode_binary(data, size, &len_dw, &error);
    DecodeBuffer *buffer =
        decode_add_buffer(decode, "batch", how >> 1 & 3, GVIRT_SPACE_PPGTT, 0,
                          dw, len_dw);

    decode_mark(decode, "mark", how);
    if (how & 8) {
        decode_print_ring(decode, buffer, how & 0xf0, size / 2 & ~3u);
    }
    decode_print_batch(decode, buffer);
    g_free(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned how = size ? data[0] : 0;
    DecodeOptions options = { .local = how >> 2 & 1, .raw = how & 64,
                              .all = how & 128 };
    Decode *decode = decode_new(&options);
    const char *text = (const char *)data + 1;
    g_autofree char *own = NULL;
    GString *state;
    char *error = NULL;

    size = size ? size - 1 : 0;
    /* an end that is not the input's: reading over it is seen */
    own = g_malloc(size ? size : 1);
    memcpy(own, text, size);
    switch (how % 5) {
    case 0:
        decode_trace(decode, own, size);
        break;
    case 1:
        decode_error_state(decode, own, size, &error);
        break;
    case 2:
        state = g_string_new(TITLE "~");
        g_string_append_len(state, own, size);
        decode_error_state(decode, state->str, state->len, &error);
        g_string_free(state, TRUE);
        break;
    default:
        fuzz_dwords(decode, own, size, how);
        break;
    }
    g_free(error);
    decode_free(decode);
    return 0;
}
