/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gvirt-decode: batches, rings, traces and error states in words, and what
 * becomes of input that is damaged.
 *
 * Error states are put together here, as i915 writes them (i915:
 * i915_gpu_error.c); error-state-6.1.txt and error-state-6.12.txt are of real
 * guests with tests/guest/hang.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <zlib.h>

#include "decode.h"
#include "suite.h"

#define NOOP            0x00000000u
#define BB_END          0x05000000u
#define BB_START_LOCAL  0x18800100u
#define STORE           0x10000002u
#define GARBAGE         0x9badf00du

static Decode *decode;

static void setup(void)
{
    DecodeOptions options = { .local = GVIRT_SPACE_PPGTT };

    decode = decode_new(&options);
}

static void teardown(void)
{
    decode_free(decode);
}

static void expect(const char *words)
{
    ck_assert_msg(strstr(decode->out->str, words) != NULL, "no \"%s\" in:\n%s",
                  words, decode->out->str);
}

static void expect_not(const char *words)
{
    ck_assert_msg(strstr(decode->out->str, words) == NULL, "\"%s\" in:\n%s",
                  words, decode->out->str);
}

static DecodeBuffer *add(const char *name, GvirtEngineId engine,
                         uint64_t addr, const uint32_t *dw, uint32_t len_dw)
{
    return decode_add_buffer(decode, name, engine, GVIRT_SPACE_PPGTT, addr,
                             g_memdup2(dw, len_dw * 4), len_dw);
}

START_TEST(a_batch_and_what_it_leads_to)
{
    static const uint32_t dw[] = {
        /* 0x1000 */ STORE, 0, 0x2000, 0x600dcafe,
        /* 0x1010 */ NOOP, NOOP, NOOP,
        /* 0x101c */ BB_START_LOCAL | 1u << 22, 0x1030,
        /* 0x1024 */ GARBAGE,
        /* 0x1028 */ BB_END, 77,
        /* 0x1030 */ 0x11000001, 0x2358, 5, BB_START_LOCAL, 0x1000,
        /* 0x1044 */ 88, 99,
    };
    DecodeBuffer *batch = add("batch", GVIRT_RCS, 0x1000, dw,
                              G_N_ELEMENTS(dw));

    decode_mark(decode, "ACTHD", 0x101c);
    decode_print_batch(decode, batch);
    expect("  0x00001000  10000002  MI_STORE_DATA_IMM, 4 dwords\n");
    expect("address: 0x00002000 ppgtt\n");
    expect("  0x00001010  00000000  MI_NOOP, 3 times\n");
    expect("> 0x0000101c  18c00100  MI_BATCH_BUFFER_START, 2 dwords"
           "  <- ACTHD\n");
    expect("(further down)");
    expect("  0x00001024  9badf00d  unknown\n");
    expect("  0x00001028  05000000  MI_BATCH_BUFFER_END, 1 dword\n");
    expect("  0x0000102c  1 dword that nothing leads to\n");
    expect("RCS_TIMESTAMP[0] (0x2358) = 0x00000005\n");
    expect("(back)");
    expect("  0x00001044  2 dwords that nothing leads to\n");
}
END_TEST

START_TEST(another_engines_command)
{
    static const uint32_t dw[] = { 0x54000004, 0x9badf00d, BB_END };

    decode_print_batch(decode, add("batch", GVIRT_RCS, 0, dw, 3));
    expect("  0x00000000  54000004  unknown here; XY_COLOR_BLT on bcs\n");
    expect("  0x00000004  9badf00d  unknown\n");
}
END_TEST

START_TEST(a_loop_and_a_start_into_a_command)
{
    static const uint32_t dw[] = {
        /* 0x0 */ BB_START_LOCAL, 0x8,
        /* 0x8 */ 0x11000003, 0x2600, BB_START_LOCAL, 0x10, BB_START_LOCAL,
        /* 0x1c */ BB_START_LOCAL, 0x10,
    };

    decode_print_batch(decode, add("batch", GVIRT_RCS, 0, dw,
                                   G_N_ELEMENTS(dw)));
    expect("  0x00000008  11000003  MI_LOAD_REGISTER_IMM, 5 dwords\n");
    expect("  0x00000010  18800100  MI_BATCH_BUFFER_START\n"
           "                  (over a command that is shown above)\n");
}
END_TEST

START_TEST(a_command_that_is_cut_off)
{
    static const uint32_t dw[] = { NOOP, STORE, 0 };

    decode_print_batch(decode, add("batch", GVIRT_RCS, 0, dw, 3));
    expect("(only 2 dwords given)");
    expect("  0x00000004  10000002  MI_STORE_DATA_IMM, 4 dwords\n");
}
END_TEST

START_TEST(a_ring_around_its_end)
{
    static const uint32_t dw[] = {
        BB_END, NOOP, 0x01000000, 0x02800000,
        NOOP, NOOP, STORE, 0,
    };
    DecodeBuffer *ring = add("ring", GVIRT_RCS, 0x8000, dw, G_N_ELEMENTS(dw));

    decode_mark(decode, "HEAD", 0x8010);
    decode_mark(decode, "TAIL", 0x800c);
    ck_assert(decode_print_ring(decode, ring, 0x10, 0xc));
    expect("> 0x00008010  00000000  MI_NOOP, 2 times  <- HEAD\n");
    expect("(only 2 dwords given)");
    expect("(around the ring's end)\n  0x00008000  05000000  "
           "MI_BATCH_BUFFER_END");
    expect("  0x00008008  01000000  MI_USER_INTERRUPT, 1 dword\n");
    expect_not("MI_ARB_CHECK");
    ck_assert(!decode_print_ring(decode, ring, 0x20, 0));
    ck_assert(!decode_print_ring(decode, ring, 2, 0));
    ck_assert(!decode_print_ring(decode, ring, 0, 0x24));
}
END_TEST

START_TEST(repeats_stand_once)
{
    static const uint32_t dw[] = {
        0x10800001, 0x100, 5, 0x10800001, 0x100, 5, 0x10800001, 0x100, 5,
        0x10800001, 0x100, 6, BB_END,
    };

    decode_print_batch(decode, add("batch", GVIRT_BCS, 0, dw,
                                   G_N_ELEMENTS(dw)));
    expect("(2 more of the same)\n  0x00000024  10800001");
}
END_TEST

/* --- what files hold ------------------------------------------------------ */

static void expect_hex(const char *text, const uint32_t *dw, uint32_t len_dw,
                       const char *error_words)
{
    uint32_t got_dw;
    char *error;
    uint32_t *got = decode_hex(text, strlen(text), &got_dw, &error);

    if (error_words) {
        ck_assert_msg(error && strstr(error, error_words), "%s", error);
    } else {
        ck_assert_ptr_null(error);
    }
    ck_assert_uint_eq(got_dw, len_dw);
    ck_assert(len_dw == 0 || memcmp(got, dw, len_dw * 4) == 0);
    g_free(got);
    g_free(error);
}

START_TEST(hexadecimal_text)
{
    static const uint32_t dw[] = { 0x18800100, 0x1000, 5 };
    static const char *const good[] = {
        "18800100 00001000 5\n", "0x18800100,0x1000, 0X5",
        ("# a batch\n00000000 :  18800100\n00000004 :  00001000\n"
         "00000008 :  00000005\n"),
        "0x0: 18800100 1000 # start\n8: 5",
    };
    static const char *const bad[] = {
        "", "GPU HANG", "abc", "0x", "0x 5", "# 18800100\n", "8: ", "12:30",
        "18800100x", "018800100", "ab\ncd\n", "\1\1\1\1",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(good); i++) {
        ck_assert(decode_is_hex(good[i], strlen(good[i])));
        expect_hex(good[i], dw, 3, NULL);
    }
    expect_hex("18800100\n1000 5 xyz\n", dw, 3, "line 2: 'xyz'");
    expect_hex("18800100 123456789", dw, 1, "line 1: '123456789'");
    expect_hex("", dw, 0, NULL);
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        ck_assert_msg(!decode_is_hex(bad[i], strlen(bad[i])), "%s", bad[i]);
        ck_assert(decode_is_text(bad[i], strlen(bad[i])) == (*bad[i] > 1));
    }
    ck_assert(!decode_is_hex("\0\0\0\0", 4));
    ck_assert(!decode_is_text("\0\0\0\0", 4));
}
END_TEST

START_TEST(binary_dwords)
{
    char *error;
    uint32_t len_dw;
    uint32_t *dw = decode_binary("\x00\x01\x80\x18\x00", 5, &len_dw, &error);

    ck_assert_uint_eq(len_dw, 1);
    ck_assert_uint_eq(dw[0], BB_START_LOCAL);
    ck_assert(error && strstr(error, "5 bytes"));
    g_free(error);
    g_free(dw);
}
END_TEST

/* As i915: zlib over all dwords, padded to one, then five digits for each. */
static void append_ascii85(GString *out, const uint32_t *dw, uint32_t len_dw,
                           bool deflated)
{
    uLongf size = compressBound(len_dw * 4) + 4;
    uint8_t *bytes = g_malloc0(size);
    uint32_t i, k;

    if (deflated) {
        ck_assert_int_eq(compress(bytes, &size, (const void *)dw, len_dw * 4),
                         Z_OK);
    } else {
        size = len_dw * 4;
        memcpy(bytes, dw, size);
    }
    g_string_append_c(out, deflated ? ':' : '~');
    for (i = 0; i < (size + 3) / 4; i++) {
        uint32_t value;
        char digit[6] = { 0 };

        memcpy(&value, bytes + i * 4, 4);
        for (k = 5; k-- > 0; value /= 85) {
            digit[k] = '!' + value % 85;
        }
        memcpy(&value, bytes + i * 4, 4);
        g_string_append(out, value ? digit : "z");
    }
    g_string_append_c(out, '\n');
    g_free(bytes);
}

START_TEST(ascii85_and_back)
{
    uint32_t dw[1024] = { BB_START_LOCAL, 0xffffffff, 0, 1 };
    unsigned deflated;

    for (deflated = 0; deflated < 2; deflated++) {
        GString *text = g_string_new(NULL);
        uint32_t len_dw;
        uint32_t *got;
        char *error;

        append_ascii85(text, dw, G_N_ELEMENTS(dw), deflated);
        got = decode_ascii85(text->str + 1, text->len - 2, deflated, &len_dw,
                             &error);
        ck_assert_ptr_null(error);
        ck_assert_uint_eq(len_dw, G_N_ELEMENTS(dw));
        ck_assert(memcmp(got, dw, sizeof(dw)) == 0);
        g_free(got);
        got = decode_ascii85(text->str + 1, text->len - 8, deflated, &len_dw,
                             &error);
        ck_assert_uint_le(len_dw, G_N_ELEMENTS(dw));
        ck_assert(!deflated == !error);
        g_free(got);
        g_free(error);
        text->str[3] = 'y';
        got = decode_ascii85(text->str + 1, text->len - 2, deflated, &len_dw,
                             &error);
        ck_assert(error && strstr(error, "ascii85"));
        g_free(got);
        g_free(error);
        g_string_free(text, TRUE);
    }
}
END_TEST

/* --- error states --------------------------------------------------------- */

static const uint32_t hung_batch[64] = {
    STORE, 0, 0x301000, 0x600dcafe, BB_START_LOCAL, 0x306010,
};

static uint32_t ring_dw[1024];

/* The request at 0x40: a store of the ring's, then the batch. */
static void fill_ring(void)
{
    memset(ring_dw, 0, sizeof(ring_dw));
    ring_dw[0x30 / 4] = GARBAGE;
    ring_dw[0x40 / 4] = 0x01000000;
    ring_dw[0x44 / 4] = BB_START_LOCAL;
    ring_dw[0x48 / 4] = 0x306000;
    ring_dw[0x50 / 4] = 0x10800001;
    ring_dw[0x54 / 4] = 0x100;
    ring_dw[0x58 / 4] = 7;
}

static GString *error_state(bool ascii85)
{
    GString *text = g_string_new(
        "GPU HANG: ecode 7:1:e75ffeff, in hang [98]\n"
        "Kernel: 6.1.0 x86_64\n"
        "PCI ID: 0x0412\n"
        "EIR: 0x00000000\n"
        "  fence[0] = 1ff01f00100001\n"
        "  fence[1] = 00000000\n"
        "  fence[2] = 00000000\n"
        "ERROR: 0x00000004\n"
        "rcs0 command stream:\n"
        "  CCID:  0x7bd7410d\n"
        "  START: 0x7bffa000\n"
        "  HEAD:  0x00200050 [0x00000040]\n"
        "  TAIL:  0x00000060 [0x00000050, 0x00000060]\n"
        "  CTL:   0x00000001\n"
        "  ACTHD: 0x00000000 00306010\n"
        "  IPEHR: 0x18800100\n"
        "  INSTDONE: 0xffdfffff\n"
        "  BBADDR: 0x00000000_00306011\n"
        "  FAULT_REG: 0x12345803\n"
        "  GFX_MODE: 0x00002a00\n"
        "  hung: 1\n");
    unsigned i;

    fill_ring();
    if (ascii85) {
        g_string_append(text, "rcs0 --- batch = 0x00000000 00306000\n");
        append_ascii85(text, hung_batch, G_N_ELEMENTS(hung_batch), true);
        g_string_append(text, "rcs0 --- ring = 0x00000000 7bffa000\n");
        append_ascii85(text, ring_dw, G_N_ELEMENTS(ring_dw), true);
        g_string_append(text, "rcs0 --- HW Status = 0x00000000 7bffe000\n"
                        "gtt_page_sizes = 0x00001000\n");
        append_ascii85(text, (const uint32_t[]) { 0, 0, 42, 0 }, 4, false);
    } else {
        g_string_append(text, "render ring --- gtt_offset = 0x00306000\n");
        for (i = 0; i < G_N_ELEMENTS(hung_batch); i++) {
            g_string_append_printf(text, "%08x :  %08x\n", i * 4,
                                   hung_batch[i]);
        }
        g_string_append(text, "render ring --- ringbuffer = 0x7bffa000\n");
        for (i = 0; i < G_N_ELEMENTS(ring_dw); i++) {
            g_string_append_printf(text, "%08x :  %08x\n", i * 4, ring_dw[i]);
        }
    }
    g_string_append(text, "available engines: 40403\n");
    return text;
}

static void expect_error_state(bool ascii85)
{
    GString *text = error_state(ascii85);
    char *error;

    ck_assert(decode_is_error_state(text->str, text->len));
    ck_assert(decode_error_state(decode, text->str, text->len, &error));
    expect("      valid, X-tiled, pitch 4096 bytes, 0x00100000 to 0x001fffff "
           "ggtt\n");
    expect("  fence[1] to fence[2] = 0\n");
    expect("      invalid directory entry\n");
    expect("      context: 0x7bd74000\n");
    expect("      wraps: 1\n      offset: 0x00000050\n");
    expect("      in ");
    expect("0x10 bytes behind its start: the command there is the one in "
           "IPEHR\n");
    expect("      command: MI_BATCH_BUFFER_START\n");
    expect("      busy: CS\n");
    expect("      fault: invalid directory entry\n");
    expect("      space: ggtt\n      page: 0x12345000\n");
    expect("> 0x00306010  18800100  MI_BATCH_BUFFER_START, 2 dwords"
           "  <- ACTHD\n");
    expect("> 0x7bffa040  01000000  MI_USER_INTERRUPT, 1 dword"
           "  <- the request's head\n");
    expect("HEAD\n");
    expect("(in ");
    /* what is before the request is not shown */
    expect_not("9badf00d");
    expect("available engines: 40403\n");
    g_string_free(text, TRUE);
}

START_TEST(error_state_of_today)
{
    expect_error_state(true);
    expect("  dword 0x002: 0x0000002a\n");
}
END_TEST

START_TEST(error_state_of_old)
{
    expect_error_state(false);
}
END_TEST

/* Of real guests: see the file's header. */
START_TEST(error_state_of_guests)
{
    static const char *const names[] = {
        "error-state-6.1.txt", "error-state-6.12.txt",
    };
    g_autofree char *path = g_build_filename(DECODE_DATA, names[_i], NULL);
    g_autofree char *data = NULL;
    gsize len;
    char *error;

    ck_assert_msg(g_file_get_contents(path, &data, &len, NULL), "%s", path);
    ck_assert(decode_is_error_state(data, len));
    ck_assert_msg(decode_error_state(decode, data, len, &error), "%s", error);
    expect("vcs0 command stream:\n");
    expect("      in user, 0x10 bytes behind its start: the command there is "
           "the one in IPEHR\n");
    expect("18800100  MI_BATCH_BUFFER_START, 2 dwords  <- ACTHD\n");
    expect("the request's breadcrumb, HEAD\n");
    expect("      busy: ring\n");
    expect("VCS_RING_HEAD (0x12034)\n");
    expect("data: 0x600dcafe\n");
    expect_not("unknown");
    expect_not("damaged");
}
END_TEST

START_TEST(damage_is_told_and_the_rest_goes_on)
{
    GString *text = error_state(true);
    char *batch = strstr(text->str, "batch = ");
    char *error;

    /* one digit of the deflated batch */
    batch = strchr(batch, ':');
    batch[12] = batch[12] == '5' ? '6' : '5';
    ck_assert(!decode_error_state(decode, text->str, text->len, &error));
    ck_assert_msg(g_str_has_prefix(error, "line 22: 'batch': "), "%s", error);
    ck_assert_ptr_null(strchr(error, '\n'));
    expect("(damaged: ");
    expect("<- the request's head\n");
    g_free(error);
    g_string_free(text, TRUE);
}
END_TEST

/* Of a reset that was asked for while nothing ran. */
START_TEST(error_state_of_no_engine)
{
    static const char text[] =
        "GPU HANG: ecode 7:0:00000000\n"
        "Platform: HASWELL\n"
        "  fence[0] = 00000000\n"
        "ERR_INT: 0x00000000\n";
    char *error;

    ck_assert_msg(decode_error_state(decode, text, strlen(text), &error),
                  "%s", error);
    expect("Platform: HASWELL\n");
    expect("ERR_INT");
    expect("No engine's record: none had work.\n");
}
END_TEST

START_TEST(what_is_no_error_state)
{
    static const char *const texts[] = {
        "No error state collected\n", "", "\n\n", "rcs0 --- x\n:",
        "rcs0 command stream:", " command stream:\n", "  HEAD: 0x1\n",
        "GPU HANG: ecode 7:1:85dffffb\nPlatform: HASWELL\n",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(texts); i++) {
        char *error;

        decode_error_state(decode, texts[i], strlen(texts[i]), &error);
        ck_assert((i >= 3 && i != G_N_ELEMENTS(texts) - 1) || error);
        g_free(error);
    }
    ck_assert(!decode_is_error_state("abc", 3));
}
END_TEST

/* --- traces --------------------------------------------------------------- */

START_TEST(traces_in_words)
{
    static const char text[] =
        "qemu: something else\n"
        "123@4.5:gvirt_mmio_write offset 0x209c value 0x1000100 size 4 "
        "vgpu 0\n"
        "gvirt_mmio_read offset 0x12034 value 0x200010 size 4 vgpu -1\n"
        "gvirt_command engine 2 addr 0x1000 header 0x54f00006 length 8\n"
        "gvirt_fault engine 1 space 1 addr 0x5000 write 1\n"
        "gvirt_irq event 1 iir 0x1 level 1 vgpu 0\n"
        "gvirt_vgpu_audit vgpu 1 engine 0 header 0x11000001 verdict 2\n"
        "gvirt_command_dwords engine 0 addr 0x2000 dwords 18800100 00306000\n"
        "gvirt_command_dwords engine 0 addr 0x2000 dwords zzz\n"
        "gvirt_command_dwords engine 9 addr dwords\n"
        "gvirt_ \033[31mred\n";

    decode_trace(decode, text, sizeof(text) - 1);
    expect("qemu: something else\n");
    expect("123@4.5:gvirt_mmio_write offset 0x209c (RCS_MI_MODE) value");
    expect("    sets 0x0100, clears 0x0000\n    stop rings\n");
    expect("(VCS_RING_HEAD)");
    expect("    wraps: 1\n    offset: 0x00000010\n");
    expect("engine 2 (bcs) addr 0x1000 header 0x54f00006 "
           "(XY_SRC_COPY_BLT)");
    expect("engine 1 (vcs) space 1 (ppgtt)");
    expect("verdict 2 (rejected)");
    expect("rcs 0x00002000  MI_BATCH_BUFFER_START, 2 dwords\n"
           "      space: per-process\n      address: 0x00306000 ppgtt\n");
    expect_not("\033");
}
END_TEST

/* --- input that is damaged, or means harm --------------------------------- */

static void decode_anything(const char *data, size_t len, unsigned how)
{
    DecodeOptions options = { .local = how % 2, .raw = how % 3, .all = true };
    Decode *own = decode_new(&options);
    uint32_t *dw;
    uint32_t len_dw;
    char *error = NULL;

    switch (how % 5) {
    case 0:
        decode_error_state(own, data, len, &error);
        break;
    case 1:
        decode_trace(own, data, len);
        break;
    case 2:
        dw = decode_hex(data, len, &len_dw, &error);
        decode_print_batch(own, decode_add_buffer(
            own, "batch", how % GVIRT_ENGINE_COUNT, GVIRT_SPACE_PPGTT, 0, dw,
            len_dw));
        break;
    default:
        dw = decode_binary(data, len, &len_dw, &error);
        decode_add_buffer(own, "batch", how % GVIRT_ENGINE_COUNT,
                          GVIRT_SPACE_PPGTT, 0, dw, len_dw);
        decode_mark(own, "mark", len / 8);
        decode_print_batch(own, own->buffers->pdata[0]);
        decode_print_ring(own, own->buffers->pdata[0], len / 2 & ~3u, 4);
        break;
    }
    g_free(error);
    decode_free(own);
}

START_TEST(every_beginning_of_a_file_is_safe)
{
    GString *text = error_state(_i == 0);
    size_t len;

    for (len = 0; len < text->len; len += _i ? 61 : 1) {
        g_autofree char *part = g_memdup2(text->str, len + 1);

        part[len] = 0;
        decode_anything(part, len, 0);
    }
    g_string_free(text, TRUE);
}
END_TEST

START_TEST(any_change_of_a_file_is_safe)
{
    GString *text = error_state(true);
    GRand *rand = g_rand_new_with_seed(_i + 1);
    unsigned run, k;

    for (run = 0; run < 1500; run++) {
        g_autofree char *data = g_memdup2(text->str, text->len + 1);

        for (k = 0; k < 1 + run % 5; k++) {
            unsigned at = g_rand_int_range(rand, 0, text->len);
            unsigned len = g_rand_int_range(rand, 1, 80);

            len = MIN(len, text->len - at);
            switch (g_rand_int_range(rand, 0, 3)) {
            case 0:
                data[at] = g_rand_int(rand);
                break;
            case 1:
                memset(data + at, data[at], len);
                break;
            default:
                memmove(data + at, data + g_rand_int_range(
                            rand, 0, text->len - len + 1), len);
                break;
            }
        }
        decode_anything(data, text->len, 0);
        decode_anything(data, text->len, run);
    }
    g_rand_free(rand);
    g_string_free(text, TRUE);
}
END_TEST

/* Each second dword a start to anywhere: linear, nothing begun twice. */
START_TEST(jumps_to_everywhere_end)
{
    unsigned len_dw = 1u << 18, i;
    uint32_t *dw = g_new0(uint32_t, len_dw);
    GRand *rand = g_rand_new_with_seed(5);

    for (i = 0; i + 1 < len_dw; i += 2) {
        dw[i] = i % 3 ? BB_START_LOCAL | 1u << 22 : 0x7000ffff;
        dw[i + 1] = g_rand_int_range(rand, 0, len_dw) * 4;
    }
    decode_print_batch(decode, add("batch", GVIRT_RCS, 0, dw, len_dw));
    ck_assert_uint_lt(decode->out->len, len_dw * 400ull);
    g_rand_free(rand);
    g_free(dw);
}
END_TEST

/* A small text that inflates to more than anybody has. */
START_TEST(a_bomb_is_defused)
{
    uint32_t *zeros = g_new0(uint32_t, DECODE_MAX_DW + 4096);
    GString *text = g_string_new(NULL);
    uint32_t len_dw;
    uint32_t *dw;
    char *error;

    append_ascii85(text, zeros, DECODE_MAX_DW + 4096, true);
    dw = decode_ascii85(text->str + 1, text->len - 2, true, &len_dw, &error);
    ck_assert(error && strstr(error, "more than"));
    ck_assert_uint_le(len_dw, DECODE_MAX_DW);
    g_free(dw);
    g_free(error);
    g_free(zeros);
    g_string_free(text, TRUE);
}
END_TEST

/* --- tables and the program ----------------------------------------------- */

START_TEST(the_tables_are_listed_in_full)
{
    GString *out = g_string_new(NULL);
    unsigned count, i;
    const GvirtRegInfo *reg = gvirt_reg_table(&count);
    const GvirtCommandInfo *command;

    ck_assert(decode_list("registers", true, out));
    for (i = 0; i < count; i++) {
        ck_assert_msg(strstr(out->str, reg[i].name) != NULL, "%s",
                      reg[i].name);
    }
    g_string_truncate(out, 0);
    ck_assert(decode_list("commands", false, out));
    command = gvirt_command_table(&count);
    for (i = 0; i < count; i++) {
        ck_assert_msg(strstr(out->str, command[i].name) != NULL, "%s",
                      command[i].name);
    }
    g_string_truncate(out, 0);
    ck_assert(decode_list("traces", true, out));
    ck_assert(strstr(out->str, "``gvirt_command_words``") != NULL);
    ck_assert(!decode_list("nothing", true, out));
    g_string_free(out, TRUE);
}
END_TEST

static void run_program(const char *arguments, const char *input,
                        int wanted_status, const char *wanted_error)
{
    g_autofree char *path = NULL;
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int fd = g_file_open_tmp(NULL, &path, NULL);
    int status;

    ck_assert_int_ge(fd, 0);
    g_close(fd, NULL);
    ck_assert(g_file_set_contents(path, input, -1, NULL));
    line = g_strdup_printf("%s %s %s", DECODE_PROGRAM, arguments, path);
    ck_assert(g_spawn_command_line_sync(line, &out, &err, &status, NULL));
    remove(path);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == wanted_status,
                  "%s: status 0x%x\n%s", line, status, err);
    if (wanted_error) {
        ck_assert_msg(strstr(err, wanted_error) != NULL, "%s: %s", line, err);
        ck_assert_msg(strchr(err, '\n') == err + strlen(err) - 1, "%s", err);
    } else {
        ck_assert_str_eq(err, "");
        ck_assert(strstr(out, "MI_BATCH_BUFFER_END") != NULL);
    }
}

START_TEST(the_program)
{
    run_program("--engine bcs --address 0x1000", "05000000\n", 0, NULL);
    run_program("--ring --head 0 --tail 4 --engine vecs0", "05000000 0", 0,
                NULL);
    run_program("--ring --head 8 --tail 4", "05000000 0", 1, "not in a ring");
    run_program("--engine xcs", "05000000", 1, "it is rcs, bcs");
    run_program("--address 12x", "05000000", 1, "--address 12x");
    run_program("--address 6", "05000000", 1, "multiple of 4");
    run_program("--bogus", "05000000", 1, "unknown option --bogus");
    run_program("--head 4", "05000000", 1, "--head and --tail are of a --ring");
    run_program("--ring --trace", "05000000", 1, "another kind");
    run_program("", "", 1, "it is empty");
    run_program("--error", "05000000", 1, "no error state of i915");
    run_program("--hex", "05000000 hello", 1, "line 1: 'hello'");
    run_program("", "05000000 hello", 1, "line 1: 'hello'");
    run_program("", "abc", 1, "begins with no dword");
    run_program("--ring", "Dear reader,\n", 1, "begins with no dword");
    run_program("--hex", "5000000", 0, NULL);
    run_program("/nonexistent", "", 1, "one file at a time");
    run_program("--rst", "05000000", 1, "--rst is of a --list");
    run_program("--trace --engine bcs", "", 1, "--engine is of a batch");
    run_program("--head 0", "05000000", 1, "are of a --ring");
    run_program("--list registers", "", 1, "has no place beside it");
    run_program("--raw --list", "", 1, "--raw has no place beside it");
    run_program("--list", "", 1, "it is registers");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode");
    TCase *words = tcase_create("words");
    TCase *harm = tcase_create("harm");

    tcase_add_checked_fixture(words, setup, teardown);
    tcase_add_test(words, a_batch_and_what_it_leads_to);
    tcase_add_test(words, another_engines_command);
    tcase_add_test(words, a_loop_and_a_start_into_a_command);
    tcase_add_test(words, a_command_that_is_cut_off);
    tcase_add_test(words, a_ring_around_its_end);
    tcase_add_test(words, repeats_stand_once);
    tcase_add_test(words, hexadecimal_text);
    tcase_add_test(words, binary_dwords);
    tcase_add_test(words, ascii85_and_back);
    tcase_add_test(words, error_state_of_today);
    tcase_add_test(words, error_state_of_old);
    tcase_add_loop_test(words, error_state_of_guests, 0, 2);
    tcase_add_test(words, damage_is_told_and_the_rest_goes_on);
    tcase_add_test(words, error_state_of_no_engine);
    tcase_add_test(words, what_is_no_error_state);
    tcase_add_test(words, traces_in_words);
    tcase_add_test(words, the_tables_are_listed_in_full);
    tcase_add_test(words, the_program);
    suite_add_tcase(suite, words);

    tcase_add_checked_fixture(harm, setup, teardown);
    tcase_add_loop_test(harm, every_beginning_of_a_file_is_safe, 0, 2);
    tcase_add_loop_test(harm, any_change_of_a_file_is_safe, 0, 2);
    tcase_add_test(harm, jumps_to_everywhere_end);
    tcase_add_test(harm, a_bomb_is_defused);
    suite_add_tcase(suite, harm);
    return suite_main(suite);
}
