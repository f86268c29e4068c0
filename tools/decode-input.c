/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dwords out of a file: binary, hexadecimal text, and the ascii85 of i915's
 * error states.
 *
 * Source: i915: i915_gpu_error.c (zlib over the pages, then ascii85 of each
 * dword in the processor's order); Linux: include/linux/ascii85.h.
 */
#include <string.h>
#include <zlib.h>

#include "decode.h"

#define INFLATE_STEP_B  4096u

bool decode_is_text(const char *data, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (g_ascii_iscntrl(data[i]) && !g_ascii_isspace(data[i])) {
            return false;
        }
    }
    return len > 0 && g_utf8_validate(data, len, NULL);
}

/* One word of a text: how long it is, up to white space or a comma. */
static size_t word_len(const char *data, size_t len)
{
    size_t n = 0;

    while (n < len && !g_ascii_isspace(data[n]) && data[n] != ',' &&
           data[n] != '#') {
        n++;
    }
    return n;
}

static bool hex_word(const char *word, size_t len, uint32_t *value)
{
    uint64_t sum = 0;
    size_t i;

    if (len > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
        word += 2;
        len -= 2;
    }
    if (len == 0 || len > 16) {
        return false;
    }
    for (i = 0; i < len; i++) {
        if (!g_ascii_isxdigit(word[i])) {
            return false;
        }
        sum = sum << 4 | g_ascii_xdigit_value(word[i]);
    }
    *value = sum;
    return sum <= UINT32_MAX;
}

/* "00000010 :", "0x10:": an offset in front of the dwords of a line. */
static bool is_offset(const char *data, size_t len, size_t *skip)
{
    size_t n = word_len(data, len);

    if (n > 0 && data[n - 1] == ':') {
        *skip = n;
        return true;
    }
    *skip = n;
    while (n < len && (data[n] == ' ' || data[n] == '\t')) {
        n++;
    }
    if (n < len && data[n] == ':') {
        *skip = n + 1;
        return true;
    }
    return false;
}

bool decode_is_hex(const char *data, size_t len)
{
    size_t i = 0, n;
    uint32_t value;

    while (i < len) {
        if (data[i] == '#') {
            while (i < len && data[i] != '\n') {
                i++;
            }
        } else if (g_ascii_isspace(data[i])) {
            i++;
        } else if (is_offset(data + i, len - i, &n)) {
            i += n;
        } else {
            return decode_is_text(data, len) &&
                   hex_word(data + i, n, &value) &&
                   (n == 8 || g_ascii_tolower(data[i + MIN(n - 1, 1)]) == 'x');
        }
    }
    return false;
}

uint32_t *decode_hex(const char *data, size_t len, uint32_t *len_dw,
                     char **error)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    unsigned line = 1;
    size_t i = 0;

    *error = NULL;
    while (i < len && !*error) {
        size_t n;
        uint32_t value;

        if (data[i] == '#') {
            while (i < len && data[i] != '\n') {
                i++;
            }
        } else if (g_ascii_isspace(data[i]) || data[i] == ',') {
            line += data[i] == '\n';
            i++;
        } else if (is_offset(data + i, len - i, &n)) {
            i += n;
        } else if (!hex_word(data + i, n, &value)) {
            *error = g_strdup_printf("line %u: '%.*s' is no dword in "
                                     "hexadecimal", line, (int)MIN(n, 20),
                                     data + i);
        } else if (list->len >= DECODE_MAX_DW) {
            *error = g_strdup_printf("more than %u dwords", DECODE_MAX_DW);
        } else {
            g_array_append_val(list, value);
            i += n;
        }
    }
    *len_dw = list->len;
    return (uint32_t *)g_array_free(list, FALSE);
}

uint32_t *decode_binary(const char *data, size_t len, uint32_t *len_dw,
                        char **error)
{
    uint32_t *dw;
    uint32_t i;

    *error = NULL;
    *len_dw = MIN(len / 4, DECODE_MAX_DW);
    if (len / 4 > DECODE_MAX_DW) {
        *error = g_strdup_printf("more than %u dwords", DECODE_MAX_DW);
    } else if (len % 4) {
        *error = g_strdup_printf("%zu bytes are no whole dwords", len);
    }
    dw = g_new0(uint32_t, MAX(*len_dw, 1));
    memcpy(dw, data, *len_dw * sizeof(uint32_t));
    for (i = 0; i < *len_dw; i++) {
        dw[i] = GUINT32_FROM_LE(dw[i]);
    }
    return dw;
}

/* Plain dwords of ascii85 text: groups of five digits, 'z' for 0. */
static GArray *ascii85_dwords(const char *text, size_t len, char **error)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    size_t i = 0;

    while (i < len) {
        uint64_t value = 0;
        uint32_t dword;
        unsigned k;

        if (list->len >= DECODE_MAX_DW) {
            *error = g_strdup_printf("more than %u dwords", DECODE_MAX_DW);
            break;
        }
        if (text[i] == 'z') {
            i++;
        } else {
            for (k = 0; k < 5 && i + k < len && text[i + k] >= '!' &&
                 text[i + k] <= 'u'; k++) {
                value = value * 85 + (text[i + k] - '!');
            }
            if (k < 5 || value > UINT32_MAX) {
                *error = g_strdup_printf("no ascii85 at character %zu", i);
                break;
            }
            i += 5;
        }
        dword = value;
        g_array_append_val(list, dword);
    }
    return list;
}

static uint32_t *inflate_dwords(const GArray *packed, uint32_t *len_dw,
                                char **error)
{
    z_stream stream = { 0 };
    GByteArray *bytes = g_byte_array_new();
    uint32_t *in = g_new(uint32_t, MAX(packed->len, 1));
    uint32_t *dw;
    uint8_t step[INFLATE_STEP_B];
    int status = Z_OK;
    uint32_t i;

    for (i = 0; i < packed->len; i++) {
        in[i] = GUINT32_TO_LE(g_array_index(packed, uint32_t, i));
    }
    stream.next_in = (uint8_t *)in;
    stream.avail_in = packed->len * 4;
    if (inflateInit(&stream) != Z_OK) {
        status = Z_MEM_ERROR;
    }
    while (status == Z_OK) {
        stream.next_out = step;
        stream.avail_out = INFLATE_STEP_B;
        status = inflate(&stream, Z_NO_FLUSH);
        if (status == Z_OK || status == Z_STREAM_END) {
            g_byte_array_append(bytes, step, INFLATE_STEP_B - stream.avail_out);
        }
        if (status == Z_OK && bytes->len > DECODE_MAX_DW * 4u) {
            status = Z_BUF_ERROR;
        }
    }
    inflateEnd(&stream);
    g_free(in);
    if (status != Z_STREAM_END && !*error) {
        *error = g_strdup_printf(bytes->len > DECODE_MAX_DW * 4u
                                 ? "more than %u dwords"
                                 : "inflates to %u dwords, then is damaged",
                                 MIN(bytes->len / 4, DECODE_MAX_DW));
    }
    *len_dw = MIN(bytes->len / 4, DECODE_MAX_DW);
    dw = (uint32_t *)g_byte_array_free(bytes, FALSE);
    for (i = 0; i < *len_dw; i++) {
        dw[i] = GUINT32_FROM_LE(dw[i]);
    }
    return dw;
}

uint32_t *decode_ascii85(const char *text, size_t len, bool deflated,
                         uint32_t *len_dw, char **error)
{
    uint32_t *dw;
    GArray *list;

    *error = NULL;
    list = ascii85_dwords(text, len, error);
    if (deflated) {
        dw = inflate_dwords(list, len_dw, error);
        g_array_free(list, TRUE);
        return dw;
    }
    *len_dw = list->len;
    return (uint32_t *)g_array_free(list, FALSE);
}
