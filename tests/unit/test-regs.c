/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of the register table and the register file: what every row must
 * hold, what each kind of mask does, and what happens outside the table.
 */
#include <string.h>

#include "fakehost.h"
#include "hw/gvirt/regs.h"
#include "suite.h"

/*
 * What the unmodified i915 of Linux 6.1 and 6.12 was seen to touch when it
 * binds, bare and as a vGPU, with HDMI and DP monitors: first and last dword
 * of each run.
 */
static const uint32_t first_touch[][2] = {
    { 0x02024, 0x02024 }, { 0x02030, 0x0203c }, { 0x02050, 0x02054 },
    { 0x02064, 0x02078 }, { 0x02098, 0x020a0 }, { 0x020a8, 0x020a8 },
    { 0x020b0, 0x020b8 }, { 0x020c0, 0x020c0 }, { 0x02110, 0x02110 },
    { 0x02140, 0x02140 }, { 0x02180, 0x02180 }, { 0x02214, 0x02214 },
    { 0x02220, 0x02220 }, { 0x02228, 0x02228 }, { 0x0229c, 0x0229c },
    { 0x02518, 0x02518 }, { 0x04080, 0x04080 }, { 0x04090, 0x04094 },
    { 0x040a0, 0x040a0 }, { 0x040b0, 0x040b0 }, { 0x04180, 0x04180 },
    { 0x04194, 0x04194 }, { 0x04280, 0x04280 }, { 0x04294, 0x04294 },
    { 0x04380, 0x04380 }, { 0x04394, 0x04394 }, { 0x07000, 0x07008 },
    { 0x07100, 0x07100 }, { 0x09030, 0x09030 }, { 0x0911c, 0x0911c },
    { 0x0941c, 0x0941c }, { 0x0a008, 0x0a008 }, { 0x0a010, 0x0a014 },
    { 0x0a01c, 0x0a01c }, { 0x0a024, 0x0a024 }, { 0x0a02c, 0x0a030 },
    { 0x0a050, 0x0a070 }, { 0x0a090, 0x0a0a0 }, { 0x0a0a8, 0x0a0c0 },
    { 0x0a168, 0x0a168 }, { 0x0a188, 0x0a188 }, { 0x0b038, 0x0b038 },
    { 0x0e160, 0x0e164 }, { 0x0e184, 0x0e184 }, { 0x0e49c, 0x0e49c },
    { 0x12030, 0x1203c }, { 0x12050, 0x12054 }, { 0x12064, 0x12078 },
    { 0x12098, 0x1209c }, { 0x120a8, 0x120a8 }, { 0x120b0, 0x120b8 },
    { 0x120c0, 0x120c0 }, { 0x12110, 0x12110 }, { 0x12140, 0x12140 },
    { 0x12180, 0x12180 }, { 0x12220, 0x12220 }, { 0x12228, 0x12228 },
    { 0x1229c, 0x1229c }, { 0x12518, 0x12518 }, { 0x14090, 0x14090 },
    { 0x1a030, 0x1a03c }, { 0x1a050, 0x1a054 }, { 0x1a064, 0x1a078 },
    { 0x1a098, 0x1a09c }, { 0x1a0a8, 0x1a0a8 }, { 0x1a0b0, 0x1a0b8 },
    { 0x1a0c0, 0x1a0c0 }, { 0x1a110, 0x1a110 }, { 0x1a140, 0x1a140 },
    { 0x1a180, 0x1a180 }, { 0x1a220, 0x1a220 }, { 0x1a228, 0x1a228 },
    { 0x1a29c, 0x1a29c }, { 0x1a518, 0x1a518 }, { 0x22030, 0x2203c },
    { 0x22050, 0x22054 }, { 0x22064, 0x22078 }, { 0x22098, 0x2209c },
    { 0x220a8, 0x220a8 }, { 0x220b0, 0x220b8 }, { 0x220c0, 0x220c0 },
    { 0x22110, 0x22110 }, { 0x22140, 0x22140 }, { 0x22180, 0x22180 },
    { 0x22220, 0x22220 }, { 0x22228, 0x22228 }, { 0x2229c, 0x2229c },
    { 0x22518, 0x22518 }, { 0x41000, 0x41000 }, { 0x42014, 0x42014 },
    { 0x42020, 0x42020 }, { 0x42080, 0x42080 }, { 0x420b0, 0x420b8 },
    { 0x420c0, 0x420c4 }, { 0x42300, 0x42300 }, { 0x43208, 0x43208 },
    { 0x44004, 0x4400c }, { 0x44014, 0x44030 }, { 0x44040, 0x44040 },
    { 0x44050, 0x44050 }, { 0x45000, 0x45000 }, { 0x45100, 0x45110 },
    { 0x45120, 0x45128 }, { 0x45200, 0x45200 }, { 0x45260, 0x45260 },
    { 0x45270, 0x45274 }, { 0x45400, 0x45404 }, { 0x46020, 0x46020 },
    { 0x46040, 0x46040 }, { 0x46060, 0x46060 }, { 0x46104, 0x46108 },
    { 0x46140, 0x46144 }, { 0x46408, 0x46408 }, { 0x49028, 0x49028 },
    { 0x49128, 0x49128 }, { 0x4a480, 0x4a480 }, { 0x4ac80, 0x4ac80 },
    { 0x60000, 0x60014 }, { 0x6001c, 0x6001c }, { 0x60028, 0x6002c },
    { 0x60050, 0x60050 }, { 0x60200, 0x60200 }, { 0x60400, 0x60400 },
    { 0x61000, 0x61014 }, { 0x6101c, 0x6101c }, { 0x61028, 0x61034 },
    { 0x61040, 0x61044 }, { 0x61050, 0x61050 }, { 0x61200, 0x61200 },
    { 0x61400, 0x61400 }, { 0x61410, 0x61410 }, { 0x62400, 0x62400 },
    { 0x64000, 0x64000 }, { 0x64100, 0x64100 }, { 0x64200, 0x64200 },
    { 0x64240, 0x64244 }, { 0x64834, 0x64838 }, { 0x64ea8, 0x64eac },
    { 0x64ec0, 0x64f04 }, { 0x650c0, 0x650c0 }, { 0x68080, 0x68080 },
    { 0x68880, 0x68880 }, { 0x6f400, 0x6f400 }, { 0x70000, 0x70000 },
    { 0x70008, 0x70008 }, { 0x70040, 0x70040 }, { 0x70080, 0x70080 },
    { 0x70180, 0x70180 }, { 0x70188, 0x70188 }, { 0x7019c, 0x7019c },
    { 0x701a4, 0x701a4 }, { 0x70280, 0x70280 }, { 0x71000, 0x71000 },
    { 0x71008, 0x71008 }, { 0x71040, 0x71040 }, { 0x71080, 0x71080 },
    { 0x71180, 0x71180 }, { 0x71188, 0x71188 }, { 0x7119c, 0x7119c },
    { 0x711a4, 0x711a4 }, { 0x71280, 0x71280 }, { 0x72080, 0x72080 },
    { 0x72180, 0x72180 }, { 0x72280, 0x72280 }, { 0x78000, 0x78000 },
    { 0x78008, 0x78008 }, { 0x78010, 0x78010 }, { 0x78040, 0x78050 },
    { 0x78804, 0x78804 }, { 0xc2014, 0xc2014 }, { 0xc4000, 0xc400c },
    { 0xc4030, 0xc4030 }, { 0xc4040, 0xc4040 }, { 0xc501c, 0xc501c },
    { 0xc5100, 0xc5110 }, { 0xc6000, 0xc6008 }, { 0xc6204, 0xc6204 },
    { 0xe4110, 0xe4114 }, { 0xe4210, 0xe4224 }, { 0xf0060, 0xf0060 },
    { 0x100000, 0x1000fc }, { 0x101008, 0x101008 }, { 0x120000, 0x120000 },
    { 0x120008, 0x120008 }, { 0x120010, 0x120010 }, { 0x130040, 0x130044 },
    { 0x13805c, 0x13805c }, { 0x138108, 0x138108 }, { 0x138124, 0x13812c },
    { 0x145004, 0x145008 }, { 0x145948, 0x145948 }, { 0x145994, 0x145998 },
    { 0x145d10, 0x145d10 }, { 0x145e04, 0x145e04 },
};

/*
 * What else Intel's tools read on a Haswell (intel_reg dump), and Mesa's
 * drivers name for it (gen75.xml).
 */
static const uint32_t tools_touch[][2] = {
    { 0x02020, 0x02020 }, { 0x02290, 0x02290 }, { 0x02300, 0x02300 },
    { 0x02308, 0x02308 }, { 0x02310, 0x02310 }, { 0x02318, 0x02318 },
    { 0x02320, 0x02320 }, { 0x02328, 0x02328 }, { 0x02330, 0x02330 },
    { 0x02338, 0x02338 }, { 0x02340, 0x02340 }, { 0x02348, 0x02348 },
    { 0x02520, 0x02520 }, { 0x05200, 0x05200 }, { 0x05208, 0x05208 },
    { 0x05210, 0x05210 }, { 0x05218, 0x05218 }, { 0x05240, 0x05240 },
    { 0x05248, 0x05248 }, { 0x05250, 0x05250 }, { 0x05258, 0x05258 },
    { 0x05280, 0x0528c }, { 0x091b8, 0x091b8 }, { 0x091c0, 0x091c0 },
    { 0x0a00c, 0x0a00c }, { 0x0b010, 0x0b010 }, { 0x0b020, 0x0b024 },
    { 0x42308, 0x42308 }, { 0x44000, 0x44000 }, { 0x44010, 0x44010 },
    { 0x45278, 0x45278 }, { 0x45280, 0x45280 }, { 0x45408, 0x45414 },
    { 0x46000, 0x46014 }, { 0x46030, 0x46030 }, { 0x48250, 0x48254 },
    { 0x60030, 0x6004c }, { 0x60100, 0x60100 }, { 0x61038, 0x6103c },
    { 0x61048, 0x6104c }, { 0x61100, 0x61100 }, { 0x62000, 0x62014 },
    { 0x6201c, 0x6201c }, { 0x62028, 0x62028 }, { 0x62030, 0x6204c },
    { 0x62100, 0x62100 }, { 0x65000, 0x65000 }, { 0x65010, 0x65010 },
    { 0x65020, 0x65028 }, { 0x6504c, 0x65054 }, { 0x6507c, 0x65088 },
    { 0x650a8, 0x650ac }, { 0x650b4, 0x650b4 }, { 0x650d4, 0x650d4 },
    { 0x65100, 0x65100 }, { 0x65110, 0x65110 }, { 0x65128, 0x65128 },
    { 0x65150, 0x65154 }, { 0x65180, 0x65184 }, { 0x651a8, 0x651a8 },
    { 0x651b4, 0x651b4 }, { 0x65200, 0x65200 }, { 0x65210, 0x65210 },
    { 0x65228, 0x65228 }, { 0x65250, 0x65254 }, { 0x65280, 0x65284 },
    { 0x652a8, 0x652a8 }, { 0x652b4, 0x652b4 }, { 0x65f00, 0x65f08 },
    { 0x65f10, 0x65f10 }, { 0x65f20, 0x65f20 }, { 0x65f44, 0x65f44 },
    { 0x65f54, 0x65f54 }, { 0x65f64, 0x65f64 }, { 0x68070, 0x68074 },
    { 0x68084, 0x68088 }, { 0x68090, 0x68090 }, { 0x68870, 0x68874 },
    { 0x68884, 0x68888 }, { 0x68890, 0x68890 }, { 0x69070, 0x69074 },
    { 0x69080, 0x69088 }, { 0x69090, 0x69090 }, { 0x70184, 0x70184 },
    { 0x71184, 0x71184 }, { 0x72008, 0x72008 }, { 0x72184, 0x72188 },
    { 0x7219c, 0x7219c }, { 0x721a4, 0x721a4 }, { 0xc6014, 0xc6018 },
    { 0xc6040, 0xc604c }, { 0xc6200, 0xc6200 }, { 0xc6208, 0xc6208 },
    { 0xc6210, 0xc6214 }, { 0xc6300, 0xc6300 }, { 0xc7000, 0xc7000 },
    { 0xc7200, 0xc7210 }, { 0xc8250, 0xc8254 }, { 0xe0000, 0xe0014 },
    { 0xe0028, 0xe0028 }, { 0xe0030, 0xe004c }, { 0xe0300, 0xe0300 },
    { 0xe1000, 0xe1014 }, { 0xe1028, 0xe1028 }, { 0xe1030, 0xe104c },
    { 0xe1100, 0xe1100 }, { 0xe1140, 0xe1140 }, { 0xe1150, 0xe1150 },
    { 0xe1160, 0xe1160 }, { 0xe1180, 0xe1180 }, { 0xe1300, 0xe1300 },
    { 0xe2000, 0xe2014 }, { 0xe2028, 0xe2028 }, { 0xe2030, 0xe204c },
    { 0xe2300, 0xe2300 }, { 0xe4100, 0xe4100 }, { 0xe4200, 0xe4200 },
    { 0xe4300, 0xe4300 }, { 0xf0008, 0xf0018 }, { 0xf0030, 0xf0030 },
    { 0xf0038, 0xf0038 }, { 0xf1008, 0xf1018 }, { 0xf1030, 0xf1030 },
    { 0xf1038, 0xf1038 }, { 0xf2008, 0xf2010 }, { 0xf2030, 0xf2030 },
    { 0xf2038, 0xf2038 }, { 0xfe000, 0xfe004 }, { 0x13810c, 0x138110 },
};

/* Hooks that note what they are told. */
typedef struct Noted {
    unsigned reads;
    unsigned writes;
    uint32_t offset;
    uint32_t old;
    uint32_t written;
    uint32_t stored;
    uint32_t answer;
    GvirtRegFile *file;
} Noted;

static uint32_t noted_read(void *opaque, const GvirtRegInfo *info,
                           uint32_t offset, uint32_t value)
{
    Noted *noted = opaque;

    ck_assert_ptr_eq(info, gvirt_reg_find(offset));
    noted->reads++;
    noted->offset = offset;
    return value ^ noted->answer;
}

static void noted_write(void *opaque, const GvirtRegInfo *info,
                        uint32_t offset, uint32_t old, uint32_t written)
{
    Noted *noted = opaque;

    ck_assert_ptr_eq(info, gvirt_reg_find(offset));
    noted->writes++;
    noted->offset = offset;
    noted->old = old;
    noted->written = written;
    noted->stored = gvirt_regfile_get(noted->file, offset);
}

static const GvirtRegHooks noted_hooks = {
    .read = noted_read,
    .write = noted_write,
};

static FakeHost *fake;
static GvirtRegFile file;

static void setup(void)
{
    fake = fakehost_new();
    gvirt_regfile_init(&file, &fake->host, "test");
}

static void teardown(void)
{
    gvirt_regfile_destroy(&file);
    fakehost_free(fake);
}

/* --- the table -------------------------------------------------------- */

START_TEST(test_rows)
{
    g_autofree uint16_t *owner = g_new0(uint16_t, GVIRT_MMIO_SIZE_B / 4);
    const GvirtRegInfo *table;
    unsigned count, i, element;

    table = gvirt_reg_table(&count);
    ck_assert_uint_gt(count, 500);
    for (i = 0; i < count; i++) {
        const GvirtRegInfo *info = &table[i];
        uint32_t writable = info->rw_mask | info->w1c_mask;

        ck_assert_msg(info->name[0] && info->source && info->source[0],
                      "row %u: no name or no source", i);
        ck_assert_msg(info->offset % 4 == 0 && info->stride_B % 4 == 0 &&
                      info->stride_B && info->count,
                      "%s: offset or stride", info->name);
        ck_assert_msg(!(info->rw_mask & info->w1c_mask),
                      "%s: a bit is both stored and cleared", info->name);
        ck_assert_msg(!(info->flags & GVIRT_REG_RO) || !writable,
                      "%s: read only with a mask", info->name);
        ck_assert_msg((info->flags & GVIRT_REG_RO) || writable || info->hook,
                      "%s: nothing to write, and not read only", info->name);
        ck_assert_msg(!(info->flags & GVIRT_REG_MASKED) ||
                      (!(writable >> 16) && !(info->reset >> 16)),
                      "%s: masked, but wider than 16 bits", info->name);
        ck_assert_msg(info->hook < GVIRT_HOOK_COUNT &&
                      info->policy <= GVIRT_POLICY_DENY &&
                      info->owner <= GVIRT_OWNER_MEDIATOR &&
                      info->owner != GVIRT_OWNER_NONE,
                      "%s: hook, policy or owner", info->name);
        ck_assert_msg(!(info->flags & GVIRT_REG_SAVE_VGPU) ||
                      info->policy == GVIRT_POLICY_SHADOW,
                      "%s: switched, but not a shadow", info->name);
        ck_assert_msg(!(info->flags & GVIRT_REG_FORCEWAKE) ||
                      info->offset < 0x40000,
                      "%s: forcewake beyond the GT", info->name);
        for (element = 0; element < info->count; element++) {
            uint32_t offset = info->offset + element * info->stride_B;

            ck_assert_msg(offset < GVIRT_MMIO_SIZE_B, "%s: outside",
                          info->name);
            ck_assert_msg(!owner[offset / 4], "%s and %s share 0x%06x",
                          info->name, table[owner[offset / 4] - 1].name,
                          offset);
            owner[offset / 4] = i + 1;
            ck_assert_ptr_eq(gvirt_reg_find(offset), info);
            ck_assert_ptr_eq(gvirt_reg_find(offset + 3), info);
        }
    }
    for (i = 0; i < GVIRT_MMIO_SIZE_B / 4; i++) {
        if (!owner[i]) {
            ck_assert_ptr_null(gvirt_reg_find(i * 4));
        }
    }
    ck_assert_ptr_null(gvirt_reg_find(GVIRT_MMIO_SIZE_B));
    ck_assert_ptr_null(gvirt_reg_find(UINT32_MAX));
}
END_TEST

START_TEST(test_names)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const GvirtRegInfo *table;
    unsigned count, i;

    table = gvirt_reg_table(&count);
    for (i = 0; i < count; i++) {
        ck_assert_msg(g_hash_table_add(seen, (char *)table[i].name),
                      "%s stands twice", table[i].name);
        ck_assert_int_eq(gvirt_reg_by_name(table[i].name), table[i].offset);
    }
    ck_assert_int_eq(gvirt_reg_by_name("FENCE[3]"), 0x10000c);
    ck_assert_int_eq(gvirt_reg_by_name("FENCE[63]"), 0x1000fc);
    ck_assert_int_eq(gvirt_reg_by_name("FENCE[64]"), -1);
    ck_assert_int_eq(gvirt_reg_by_name("FENCE[-1]"), -1);
    ck_assert_int_eq(gvirt_reg_by_name("FENCE[]"), -1);
    ck_assert_int_eq(gvirt_reg_by_name("FENCE[1"), -1);
    ck_assert_int_eq(gvirt_reg_by_name("FENCE[1]x"), -1);
    ck_assert_int_eq(gvirt_reg_by_name("FENCE[18446744073709551616]"), -1);
    ck_assert_int_eq(gvirt_reg_by_name("PIPE_HTOTAL[2]"), 0x62000);
    ck_assert_int_eq(gvirt_reg_by_name("RCS_RING_TAIL"), 0x2030);
    ck_assert_int_eq(gvirt_reg_by_name(""), -1);
    ck_assert_int_eq(gvirt_reg_by_name("NO_SUCH"), -1);
    ck_assert_int_eq(GVIRT_REG_VECS_RING_HEAD, 0x1a034);
}
END_TEST

static unsigned check_covered(const uint32_t (*runs)[2], unsigned count)
{
    unsigned i, total = 0;
    uint32_t offset;

    for (i = 0; i < count; i++) {
        for (offset = runs[i][0]; offset <= runs[i][1]; offset += 4) {
            ck_assert_msg(gvirt_reg_find(offset) != NULL,
                          "0x%06x is not in the table", offset);
            total++;
        }
    }
    return total;
}

START_TEST(test_first_touch)
{
    ck_assert_uint_eq(check_covered(first_touch, G_N_ELEMENTS(first_touch)),
                      411);
}
END_TEST

START_TEST(test_tools_touch)
{
    ck_assert_uint_eq(check_covered(tools_touch, G_N_ELEMENTS(tools_touch)),
                      243);
}
END_TEST

/* What drivers decide on before they have written anything. */
START_TEST(test_reset_values)
{
    static const struct {
        uint32_t offset;
        uint32_t value;
    } expected[] = {
        { 0xc2014, 0x06 }, { 0x41000, 0x80000000 }, { 0x130040, 0x40000000 },
        { 0x46100, 0xe0000000 }, { 0x46110, 0xe0000000 }, { 0xc6204, 125 },
        { 0x42014, 0 }, { 0x42020, 0 }, { 0x911c, 0 }, { 0x120010, 0 },
        { 0x1082c0, 0 }, { 0x78000, 0 }, { 0x78010, 0 }, { 0x2098, ~0u },
        { 0x20a8, ~0u }, { 0x120008, 0x40 }, { 0xb038, 0 }, { 0x44008, 0 },
        { 0x44018, 0 }, { 0x44028, 0 }, { 0xc4008, 0 }, { 0x4400c, 0 },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(expected); i++) {
        ck_assert_msg(gvirt_regfile_read(&file, expected[i].offset) ==
                      expected[i].value, "0x%06x", expected[i].offset);
    }
    /* Five microseconds of latency at least on every level of SSKPD. */
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, 0x145d10, 8),
                      0x140000a005a24040ull);
    /* Software must find a highest clock, and not below the lowest. */
    ck_assert_uint_eq(gvirt_regfile_read(&file, 0x145998), 0x00070d19);
}
END_TEST

/* What the kernel writes once and compares later. */
START_TEST(test_read_back)
{
    static const struct {
        uint32_t offset;
        uint32_t written;
        uint32_t value;
    } steps[] = {
        { 0xb038, 0x08000000, 0x08000000 },
        { 0xe49c, 0x00400040, 0x00000040 },
        { 0x7008, 0x02800200, 0x00000200 },
        { 0x7004, 0x00400040, 0x000001c0 },
        { 0x229c, 0x28002800, 0x00002800 },
        { 0x4090, 0x00000018, 0x00000018 },
        { 0x14090, 0x00000300, 0x00000300 },
        { 0x46408, 0x00000010, 0x00000010 },
        { 0x100004, 0x12345fff, 0x12345fff },
        { 0x2220, 0xffffffff, 0xffffffff },
        { 0x2228, 0x7fda0000, 0x7fda0000 },
        { 0x22038, 0x00012345, 0x00012000 },
        { 0x60000, 0x053f03ff, 0x053f03ff },
        { 0x701ac, 0x12345678, 0x00000000 },
        { 0x911c, 0xffffffff, 0x00000000 },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(steps); i++) {
        gvirt_regfile_write(&file, steps[i].offset, steps[i].written);
        ck_assert_msg(gvirt_regfile_read(&file, steps[i].offset) ==
                      steps[i].value, "0x%06x", steps[i].offset);
    }
}
END_TEST

/*
 * On Haswell no register is open to a non-secure batch (HSW PRM vol. 6, "User
 * Mode Privileged Commands"); and of what a guest shares with others, what it
 * could leave behind is switched or its own.
 */
START_TEST(test_policies)
{
    const GvirtRegInfo *table;
    unsigned count, i;

    table = gvirt_reg_table(&count);
    for (i = 0; i < count; i++) {
        const GvirtRegInfo *info = &table[i];

        /* HSW PRM vol. 10: 22xx is not protected; the context has it. */
        ck_assert_msg(!(info->flags & GVIRT_REG_USER) ||
                      (info->flags & GVIRT_REG_RO) ||
                      info->offset == 0x22200,
                      "%s: open to non-secure batches", info->name);
        ck_assert_msg(info->policy != GVIRT_POLICY_PASS ||
                      (info->flags & GVIRT_REG_RO),
                      "%s: guests write the hardware itself", info->name);
        ck_assert_msg(info->hook != GVIRT_HOOK_DISPLAY ||
                      info->policy == GVIRT_POLICY_EMULATE,
                      "%s: a display that is shared", info->name);
        ck_assert_msg((info->hook != GVIRT_HOOK_IRQ &&
                       info->hook != GVIRT_HOOK_RESET &&
                       info->hook != GVIRT_HOOK_FENCE &&
                       info->hook != GVIRT_HOOK_PVINFO) ||
                      info->policy == GVIRT_POLICY_EMULATE,
                      "%s: must be each guest's own", info->name);
    }
}
END_TEST

/* --- the masks ---------------------------------------------------------- */

START_TEST(test_read_only)
{
    Noted noted = { .file = &file };

    gvirt_regfile_hook(&file, GVIRT_HOOK_DISPLAY, &noted_hooks, &noted);
    gvirt_regfile_set(&file, GVIRT_REG_PIPE_FRMCNT, 7);
    gvirt_regfile_write(&file, GVIRT_REG_PIPE_FRMCNT, 0xffffffff);
    ck_assert_uint_eq(gvirt_regfile_get(&file, GVIRT_REG_PIPE_FRMCNT), 7);
    ck_assert_uint_eq(noted.writes, 0);
    ck_assert_uint_eq(fake->guest_errors, 0);
    ck_assert_uint_eq(gvirt_regfile_read(&file, GVIRT_REG_PIPE_FRMCNT), 7);
    ck_assert_uint_eq(noted.reads, 1);
}
END_TEST

START_TEST(test_write_mask)
{
    /* RING_BUFFER_TAIL: 20:3 alone. */
    gvirt_regfile_write(&file, GVIRT_REG_RCS_RING_TAIL, 0xffffffff);
    ck_assert_uint_eq(gvirt_regfile_read(&file, GVIRT_REG_RCS_RING_TAIL),
                      0x001ffff8);
    gvirt_regfile_write(&file, GVIRT_REG_RCS_RING_TAIL, 8);
    ck_assert_uint_eq(gvirt_regfile_read(&file, GVIRT_REG_RCS_RING_TAIL), 8);
    /* Bits outside the mask keep what the hardware put there. */
    gvirt_regfile_set(&file, GVIRT_REG_PIPE_CONF, 1u << 30);
    gvirt_regfile_write(&file, GVIRT_REG_PIPE_CONF, 1u << 31);
    ck_assert_uint_eq(gvirt_regfile_read(&file, GVIRT_REG_PIPE_CONF),
                      3u << 30);
    gvirt_regfile_write(&file, GVIRT_REG_PIPE_CONF, 0);
    ck_assert_uint_eq(gvirt_regfile_read(&file, GVIRT_REG_PIPE_CONF),
                      1u << 30);
}
END_TEST

START_TEST(test_masked)
{
    uint32_t offset = GVIRT_REG_CACHE_MODE_1;

    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0x180);
    gvirt_regfile_write(&file, offset, 0x0000ffff);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0x180);
    gvirt_regfile_write(&file, offset, 0x00010001);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0x181);
    gvirt_regfile_write(&file, offset, 0x0101fffe);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0x180);
    gvirt_regfile_write(&file, offset, 0xffff0000);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0);
    gvirt_regfile_write(&file, offset, 0xffffffff);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0xffff);
}
END_TEST

START_TEST(test_w1c)
{
    uint32_t offset = GVIRT_REG_ERR_INT;

    gvirt_regfile_set(&file, offset, 0x13);
    gvirt_regfile_write(&file, offset, 0);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0x13);
    gvirt_regfile_write(&file, offset, 0xfffffffe);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 1);
    gvirt_regfile_write(&file, offset, 1);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0);

    /* Both kinds in one register: enables stay, status clears. */
    offset = GVIRT_REG_SHOTPLUG_CTL;
    gvirt_regfile_set(&file, offset, 0x00000303);
    gvirt_regfile_write(&file, offset, 0x00001202);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0x00001101);
}
END_TEST

START_TEST(test_hooks)
{
    Noted noted = { .file = &file, .answer = 0x100 };
    uint32_t offset = GVIRT_REG_SHOTPLUG_CTL;

    gvirt_regfile_hook(&file, GVIRT_HOOK_DISPLAY, &noted_hooks, &noted);
    gvirt_regfile_set(&file, offset, 0x3);
    gvirt_regfile_write(&file, offset, 0x12);
    ck_assert_uint_eq(noted.writes, 1);
    ck_assert_uint_eq(noted.offset, offset);
    ck_assert_uint_eq(noted.old, 0x3);
    ck_assert_uint_eq(noted.written, 0x12);
    ck_assert_uint_eq(noted.stored, 0x11);
    ck_assert_uint_eq(gvirt_regfile_read(&file, offset), 0x111);
    ck_assert_uint_eq(gvirt_regfile_get(&file, offset), 0x11);
    /* Another block is not told, and reset tells nobody. */
    gvirt_regfile_write(&file, GVIRT_REG_DE_IMR, 1);
    gvirt_regfile_reset(&file);
    ck_assert_uint_eq(noted.writes, 1);
    ck_assert_uint_eq(gvirt_regfile_get(&file, offset), 0);
    gvirt_regfile_hook(&file, GVIRT_HOOK_DISPLAY, NULL, NULL);
    gvirt_regfile_write(&file, offset, 0x10);
    ck_assert_uint_eq(noted.writes, 1);
}
END_TEST

/* --- sizes -------------------------------------------------------------- */

START_TEST(test_sized_read)
{
    uint32_t offset = GVIRT_REG_FENCE + 8;

    gvirt_regfile_set(&file, offset, 0x33221100);
    gvirt_regfile_set(&file, offset + 4, 0x77665544);
    gvirt_regfile_set(&file, offset + 8, 0xbbaa9988);
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, offset, 8),
                      0x7766554433221100ull);
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, offset + 4, 4),
                      0x77665544);
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, offset + 2, 2), 0x3322);
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, offset + 3, 1), 0x33);
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, offset + 3, 2), 0x4433);
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, offset + 1, 8),
                      0x8877665544332211ull);
}
END_TEST

START_TEST(test_sized_write)
{
    uint32_t offset = GVIRT_REG_FENCE + 8;

    gvirt_regfile_write_sized(&file, offset, 0x7766554433221100ull, 8);
    ck_assert_uint_eq(gvirt_regfile_get(&file, offset), 0x33221100);
    ck_assert_uint_eq(gvirt_regfile_get(&file, offset + 4), 0x77665544);
    gvirt_regfile_write_sized(&file, offset + 1, 0xffffffaa, 1);
    ck_assert_uint_eq(gvirt_regfile_get(&file, offset), 0x3322aa00);
    gvirt_regfile_write_sized(&file, offset + 3, 0xbbcc, 2);
    ck_assert_uint_eq(gvirt_regfile_get(&file, offset), 0xcc22aa00);
    ck_assert_uint_eq(gvirt_regfile_get(&file, offset + 4), 0x776655bb);
    /* A byte written does not clear sticky bits of the other bytes. */
    gvirt_regfile_set(&file, GVIRT_REG_ERR_INT, 0x0101);
    gvirt_regfile_write_sized(&file, GVIRT_REG_ERR_INT, 1, 1);
    ck_assert_uint_eq(gvirt_regfile_get(&file, GVIRT_REG_ERR_INT), 0x0100);
}
END_TEST

START_TEST(test_sized_bounds)
{
    static const unsigned sizes[] = { 1, 2, 4, 8 };
    g_autofree char *list = NULL;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
        unsigned size_B = sizes[i];

        gvirt_regfile_write_sized(&file, GVIRT_MMIO_SIZE_B - size_B, ~0ull,
                                  size_B);
        gvirt_regfile_read_sized(&file, GVIRT_MMIO_SIZE_B - size_B, size_B);
        ck_assert_uint_eq(gvirt_regfile_read_sized(&file, GVIRT_MMIO_SIZE_B,
                                                   size_B), 0);
        ck_assert_uint_eq(gvirt_regfile_read_sized(&file, UINT32_MAX, size_B),
                          0);
        gvirt_regfile_write_sized(&file, GVIRT_MMIO_SIZE_B - size_B + 1,
                                  ~0ull, size_B);
        gvirt_regfile_write_sized(&file, UINT32_MAX - 2, ~0ull, size_B);
    }
    /* What lies outside is not even counted. */
    list = gvirt_regfile_unknown(&file);
    ck_assert_str_eq(list, "0x1ffff8,0x1ffffc");
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, 0x2030, 0), 0);
    ck_assert_uint_eq(gvirt_regfile_read_sized(&file, 0x2030, 9), 0);
    ck_assert_uint_eq(gvirt_regfile_read(&file, GVIRT_MMIO_SIZE_B), 0);
    gvirt_regfile_write(&file, GVIRT_MMIO_SIZE_B, 1);
}
END_TEST

/* --- outside the table ---------------------------------------------------- */

START_TEST(test_unknown)
{
    g_autofree char *none = gvirt_regfile_unknown(&file);
    g_autofree char *list = NULL;
    unsigned i;

    ck_assert_str_eq(none, "");
    for (i = 0; i < 5; i++) {
        gvirt_regfile_write(&file, 0x1ff000, 0x1234);
        ck_assert_uint_eq(gvirt_regfile_read(&file, 0x1ff000), 0);
        ck_assert_uint_eq(gvirt_regfile_read(&file, 0x30000), 0);
    }
    ck_assert_uint_eq(fake->unimps, 2);
    list = gvirt_regfile_unknown(&file);
    ck_assert_str_eq(list, "0x030000,0x1ff000");
    ck_assert_uint_eq(GPOINTER_TO_UINT(
        g_hash_table_lookup(file.unknown, GUINT_TO_POINTER(0x1ff000))), 10);
}
END_TEST

/* A guest that scans its whole register space costs bounded memory. */
START_TEST(test_unknown_flood)
{
    g_autofree char *list = NULL;
    uint32_t offset;

    for (offset = 0; offset < GVIRT_MMIO_SIZE_B; offset += 4) {
        gvirt_regfile_read(&file, offset);
        gvirt_regfile_write(&file, offset, ~0u);
    }
    ck_assert_uint_le(g_hash_table_size(file.unknown), 1025);
    ck_assert_uint_le(fake->unimps, 1024);
    list = gvirt_regfile_unknown(&file);
    ck_assert_ptr_nonnull(strstr(list, ",others"));
}
END_TEST

START_TEST(test_unimp_once)
{
    unsigned i;

    for (i = 0; i < 10; i++) {
        gvirt_log_unimp(&fake->host, "thing %u", i % 3);
        gvirt_log_guest_error(&fake->host, "mistake %u", i);
    }
    ck_assert_uint_eq(fake->unimps, 3);
    ck_assert_uint_eq(fake->guest_errors, 10);
    for (i = 0; i < 5000; i++) {
        gvirt_log_unimp(&fake->host, "kind %u", i);
    }
    ck_assert_uint_le(fake->unimps, GVIRT_UNIMP_KINDS);
}
END_TEST

/* One who makes mistakes all the time does not fill the host's log. */
START_TEST(test_mistakes_flood)
{
    unsigned i;

    fake->now_ns = 5000000000ll;
    for (i = 0; i < 100000; i++) {
        gvirt_log_guest_error(&fake->host, "mistake %u", i);
        fake->now_ns += i & 1;
    }
    ck_assert_uint_eq(fake->guest_errors, GVIRT_ERRORS_A_SECOND);
    /* The next second says that there were more, and begins anew. */
    fake->now_ns += 1000000000ll;
    gvirt_log_guest_error(&fake->host, "another");
    ck_assert_uint_eq(fake->guest_errors, GVIRT_ERRORS_A_SECOND + 2);
    gvirt_log_guest_error(&fake->host, "and another");
    ck_assert_uint_eq(fake->guest_errors, GVIRT_ERRORS_A_SECOND + 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("regs");
    TCase *tests = tcase_create("regs");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_rows);
    tcase_add_test(tests, test_names);
    tcase_add_test(tests, test_first_touch);
    tcase_add_test(tests, test_tools_touch);
    tcase_add_test(tests, test_reset_values);
    tcase_add_test(tests, test_read_back);
    tcase_add_test(tests, test_policies);
    tcase_add_test(tests, test_read_only);
    tcase_add_test(tests, test_write_mask);
    tcase_add_test(tests, test_masked);
    tcase_add_test(tests, test_w1c);
    tcase_add_test(tests, test_hooks);
    tcase_add_test(tests, test_sized_read);
    tcase_add_test(tests, test_sized_write);
    tcase_add_test(tests, test_sized_bounds);
    tcase_add_test(tests, test_unknown);
    tcase_add_test(tests, test_unknown_flood);
    tcase_add_test(tests, test_unimp_once);
    tcase_add_test(tests, test_mistakes_flood);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
