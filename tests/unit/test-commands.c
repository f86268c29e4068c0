/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command table against headers and lengths as the documents and the
 * software for the real part give them, and against random input.
 */
#include <string.h>

#include "hw/gvirt/commands.h"
#include "suite.h"

typedef struct Golden {
    GvirtEngineId engine;
    uint32_t header;
    uint32_t len_dw;
    const char *name;
} Golden;

/* i915 on Haswell: gt/gen6_engine_cs.c, gt/gen7_renderclear.c, and others. */
static const Golden golden_i915[] = {
    { GVIRT_RCS, 0x00000000, 1, "MI_NOOP" },
    { GVIRT_RCS, 0x01000000, 1, "MI_USER_INTERRUPT" },
    { GVIRT_RCS, 0x04000001, 1, "MI_ARB_ON_OFF" },
    { GVIRT_RCS, 0x05000000, 1, "MI_BATCH_BUFFER_END" },
    { GVIRT_RCS, 0x0a000001, 3, "MI_DISPLAY_FLIP" },
    { GVIRT_BCS, 0x0a000001, 3, "MI_DISPLAY_FLIP" },
    { GVIRT_RCS, 0x0b160001, 3, "MI_SEMAPHORE_MBOX" },
    { GVIRT_RCS, 0x0c000000, 2, "MI_SET_CONTEXT" },
    { GVIRT_RCS, 0x10400002, 4, "MI_STORE_DATA_IMM" },
    { GVIRT_BCS, 0x10000003, 5, "MI_STORE_DATA_IMM" },
    { GVIRT_VECS, 0x10800001, 3, "MI_STORE_DATA_INDEX" },
    { GVIRT_RCS, 0x11000001, 3, "MI_LOAD_REGISTER_IMM" },
    { GVIRT_RCS, 0x11000005, 7, "MI_LOAD_REGISTER_IMM" },
    { GVIRT_RCS, 0x11001077, 121, "MI_LOAD_REGISTER_IMM" },
    { GVIRT_VCS, 0x12400001, 3, "MI_STORE_REGISTER_MEM" },
    { GVIRT_BCS, 0x13244001, 3, "MI_FLUSH_DW" },
    { GVIRT_VCS, 0x13244081, 3, "MI_FLUSH_DW" },
    { GVIRT_VCS, 0x13000002, 4, "MI_FLUSH_DW" },
    { GVIRT_RCS, 0x14800001, 3, "MI_LOAD_REGISTER_MEM" },
    { GVIRT_RCS, 0x15000001, 3, "MI_LOAD_REGISTER_REG" },
    { GVIRT_RCS, 0x18802100, 2, "MI_BATCH_BUFFER_START" },
    { GVIRT_BCS, 0x18800100, 2, "MI_BATCH_BUFFER_START" },
    { GVIRT_RCS, 0x1b200001, 3, "MI_CONDITIONAL_BATCH_BUFFER_END" },
    { GVIRT_RCS, 0x61010008, 10, "STATE_BASE_ADDRESS" },
    { GVIRT_RCS, 0x69040001, 1, "PIPELINE_SELECT" },
    { GVIRT_RCS, 0x70000006, 8, "MEDIA_VFE_STATE" },
    { GVIRT_RCS, 0x70020002, 4, "MEDIA_INTERFACE_DESCRIPTOR_LOAD" },
    { GVIRT_RCS, 0x71000007, 9, "MEDIA_OBJECT" },
    { GVIRT_RCS, 0x7a000002, 4, "PIPE_CONTROL" },
    { GVIRT_RCS, 0x7a000003, 5, "PIPE_CONTROL" },
};

/* IVB PRM vol. 1 part 3, DWord Length of each; HSW PRM vol. 6 for the map. */
static const Golden golden_mi[] = {
    { GVIRT_RCS, 0x00800002, 1, "MI_SET_PREDICATE" },
    { GVIRT_BCS, 0x01800008, 1, "MI_WAIT_FOR_EVENT" },
    { GVIRT_RCS, 0x0200003f, 1, "MI_FLUSH" },
    { GVIRT_VECS, 0x02800000, 1, "MI_ARB_CHECK" },
    { GVIRT_RCS, 0x03000001, 1, "MI_RS_CONTROL" },
    { GVIRT_VCS, 0x03800000, 1, "MI_REPORT_HEAD" },
    { GVIRT_RCS, 0x048ff1ff, 1, "MI_URB_ATOMIC_ALLOC" },
    { GVIRT_RCS, 0x05800001, 1, "MI_SUSPEND_FLUSH" },
    { GVIRT_RCS, 0x060000c2, 1, "MI_PREDICATE" },
    { GVIRT_RCS, 0x06800004, 1, "MI_TOPOLOGY_FILTER" },
    { GVIRT_RCS, 0x0700007f, 1, "MI_SET_APPID" },
    { GVIRT_RCS, 0x07800001, 1, "MI_RS_CONTEXT" },
    { GVIRT_RCS, 0x09000000, 2, "MI_LOAD_SCAN_LINES_INCL" },
    { GVIRT_BCS, 0x09a00000, 2, "MI_LOAD_SCAN_LINES_EXCL" },
    { GVIRT_RCS, 0x0c800000, 2, "MI_URB_CLEAR" },
    { GVIRT_RCS, 0x0d000003, 5, "MI_MATH" },
    { GVIRT_RCS, 0x0d00003f, 65, "MI_MATH" },
    { GVIRT_RCS, 0x1000003f, 65, "MI_STORE_DATA_IMM" },
    { GVIRT_VCS, 0x100000ff, 257, "MI_STORE_DATA_IMM" },
    { GVIRT_BCS, 0x100003fe, 1024, "MI_STORE_DATA_IMM" },
    { GVIRT_RCS, 0x11c00001, 3, "MI_UPDATE_GTT" },
    { GVIRT_RCS, 0x11c000ff, 257, "MI_UPDATE_GTT" },
    { GVIRT_BCS, 0x11c0003f, 65, "MI_UPDATE_GTT" },
    { GVIRT_RCS, 0x13c00081, 131, "MI_CLFLUSH" },
    { GVIRT_RCS, 0x14000001, 3, "MI_REPORT_PERF_COUNT" },
    { GVIRT_RCS, 0x15800002, 4, "MI_RS_STORE_DATA_IMM" },
    { GVIRT_RCS, 0x16000001, 3, "MI_LOAD_URB_MEM" },
    { GVIRT_RCS, 0x16800001, 3, "MI_STORE_URB_MEM" },
};

/* IVB PRM vol. 1 part 4, DWord Length of each; n immediate dwords: 16. */
static const Golden golden_blt[] = {
    { GVIRT_BCS, 0x40400006, 8, "XY_SETUP_BLT" },
    { GVIRT_BCS, 0x40c00001, 3, "XY_SETUP_CLIP_BLT" },
    { GVIRT_BCS, 0x44400007, 9, "XY_SETUP_MONO_PATTERN_SL_BLT" },
    { GVIRT_BCS, 0x49000000, 2, "XY_PIXEL_BLT" },
    { GVIRT_BCS, 0x49400001, 3, "XY_SCANLINES_BLT" },
    { GVIRT_BCS, 0x49800002, 4, "XY_TEXT_BLT" },
    { GVIRT_BCS, 0x4c410011, 19, "XY_TEXT_IMMEDIATE_BLT" },
    { GVIRT_BCS, 0x50300003, 5, "COLOR_BLT" },
    { GVIRT_BCS, 0x50f00004, 6, "SRC_COPY_BLT" },
    { GVIRT_BCS, 0x54300004, 6, "XY_COLOR_BLT" },
    { GVIRT_BCS, 0x54700004, 6, "XY_PAT_BLT" },
    { GVIRT_BCS, 0x54b00007, 9, "XY_MONO_PAT_BLT" },
    { GVIRT_BCS, 0x54f08806, 8, "XY_SRC_COPY_BLT" },
    { GVIRT_BCS, 0x55300006, 8, "XY_MONO_SRC_COPY_BLT" },
    { GVIRT_BCS, 0x55700007, 9, "XY_FULL_BLT" },
    { GVIRT_BCS, 0x55b00007, 9, "XY_FULL_MONO_SRC_BLT" },
    { GVIRT_BCS, 0x55f0000a, 12, "XY_FULL_MONO_PATTERN_BLT" },
    { GVIRT_BCS, 0x5630000a, 12, "XY_FULL_MONO_PATTERN_MONO_SRC_BLT" },
    { GVIRT_BCS, 0x56700005, 7, "XY_MONO_PAT_FIXED_BLT" },
    { GVIRT_BCS, 0x5c700015, 23, "XY_MONO_SRC_COPY_IMMEDIATE_BLT" },
    { GVIRT_BCS, 0x5cb00013, 21, "XY_PAT_BLT_IMMEDIATE" },
    { GVIRT_BCS, 0x5cf00008, 10, "XY_SRC_COPY_CHROMA_BLT" },
    { GVIRT_BCS, 0x5d300016, 24, "XY_FULL_IMMEDIATE_PATTERN_BLT" },
    { GVIRT_BCS, 0x5d700016, 24, "XY_FULL_MONO_SRC_IMMEDIATE_PATTERN_BLT" },
    { GVIRT_BCS, 0x5db00006, 8, "XY_PAT_CHROMA_BLT" },
    { GVIRT_BCS, 0x5df00015, 23, "XY_PAT_CHROMA_BLT_IMMEDIATE" },
};

/* Mesa's gen75.xml: default header and length of 3D, GPGPU and MFX. */
static const Golden golden_genxml[] = {
    { GVIRT_RCS, 0x7b000005, 7, "3DPRIMITIVE" },
    { GVIRT_RCS, 0x790a0001, 3, "3DSTATE_AA_LINE_PARAMETERS" },
    { GVIRT_RCS, 0x78280000, 2, "3DSTATE_BINDING_TABLE_POINTERS_DS" },
    { GVIRT_RCS, 0x78290000, 2, "3DSTATE_BINDING_TABLE_POINTERS_GS" },
    { GVIRT_RCS, 0x78270000, 2, "3DSTATE_BINDING_TABLE_POINTERS_HS" },
    { GVIRT_RCS, 0x782a0000, 2, "3DSTATE_BINDING_TABLE_POINTERS_PS" },
    { GVIRT_RCS, 0x78260000, 2, "3DSTATE_BINDING_TABLE_POINTERS_VS" },
    { GVIRT_RCS, 0x79190001, 3, "3DSTATE_BINDING_TABLE_POOL_ALLOC" },
    { GVIRT_RCS, 0x78240000, 2, "3DSTATE_BLEND_STATE_POINTERS" },
    { GVIRT_RCS, 0x780e0000, 2, "3DSTATE_CC_STATE_POINTERS" },
    { GVIRT_RCS, 0x79040002, 4, "3DSTATE_CHROMA_KEY" },
    { GVIRT_RCS, 0x78040001, 3, "3DSTATE_CLEAR_PARAMS" },
    { GVIRT_RCS, 0x78120002, 4, "3DSTATE_CLIP" },
    { GVIRT_RCS, 0x781a0005, 7, "3DSTATE_CONSTANT_DS" },
    { GVIRT_RCS, 0x78160005, 7, "3DSTATE_CONSTANT_GS" },
    { GVIRT_RCS, 0x78190005, 7, "3DSTATE_CONSTANT_HS" },
    { GVIRT_RCS, 0x78170005, 7, "3DSTATE_CONSTANT_PS" },
    { GVIRT_RCS, 0x78150005, 7, "3DSTATE_CONSTANT_VS" },
    { GVIRT_RCS, 0x78050005, 7, "3DSTATE_DEPTH_BUFFER" },
    { GVIRT_RCS, 0x78250000, 2, "3DSTATE_DEPTH_STENCIL_STATE_POINTERS" },
    { GVIRT_RCS, 0x79000002, 4, "3DSTATE_DRAWING_RECTANGLE" },
    { GVIRT_RCS, 0x781d0004, 6, "3DSTATE_DS" },
    { GVIRT_RCS, 0x791a0001, 3, "3DSTATE_GATHER_POOL_ALLOC" },
    { GVIRT_RCS, 0x78110005, 7, "3DSTATE_GS" },
    { GVIRT_RCS, 0x78070001, 3, "3DSTATE_HIER_DEPTH_BUFFER" },
    { GVIRT_RCS, 0x781b0005, 7, "3DSTATE_HS" },
    { GVIRT_RCS, 0x780a0001, 3, "3DSTATE_INDEX_BUFFER" },
    { GVIRT_RCS, 0x79080001, 3, "3DSTATE_LINE_STIPPLE" },
    { GVIRT_RCS, 0x79110000, 2, "3DSTATE_MONOFILTER_SIZE" },
    { GVIRT_RCS, 0x790d0002, 4, "3DSTATE_MULTISAMPLE" },
    { GVIRT_RCS, 0x79060000, 2, "3DSTATE_POLY_STIPPLE_OFFSET" },
    { GVIRT_RCS, 0x7907001f, 33, "3DSTATE_POLY_STIPPLE_PATTERN" },
    { GVIRT_RCS, 0x78200006, 8, "3DSTATE_PS" },
    { GVIRT_RCS, 0x79140000, 2, "3DSTATE_PUSH_CONSTANT_ALLOC_DS" },
    { GVIRT_RCS, 0x79150000, 2, "3DSTATE_PUSH_CONSTANT_ALLOC_GS" },
    { GVIRT_RCS, 0x79130000, 2, "3DSTATE_PUSH_CONSTANT_ALLOC_HS" },
    { GVIRT_RCS, 0x79160000, 2, "3DSTATE_PUSH_CONSTANT_ALLOC_PS" },
    { GVIRT_RCS, 0x79120000, 2, "3DSTATE_PUSH_CONSTANT_ALLOC_VS" },
    { GVIRT_RCS, 0x790e0004, 6, "3DSTATE_RAST_MULTISAMPLE" },
    { GVIRT_RCS, 0x782d0000, 2, "3DSTATE_SAMPLER_STATE_POINTERS_DS" },
    { GVIRT_RCS, 0x782e0000, 2, "3DSTATE_SAMPLER_STATE_POINTERS_GS" },
    { GVIRT_RCS, 0x782c0000, 2, "3DSTATE_SAMPLER_STATE_POINTERS_HS" },
    { GVIRT_RCS, 0x782f0000, 2, "3DSTATE_SAMPLER_STATE_POINTERS_PS" },
    { GVIRT_RCS, 0x782b0000, 2, "3DSTATE_SAMPLER_STATE_POINTERS_VS" },
    { GVIRT_RCS, 0x78180000, 2, "3DSTATE_SAMPLE_MASK" },
    { GVIRT_RCS, 0x781f000c, 14, "3DSTATE_SBE" },
    { GVIRT_RCS, 0x780f0000, 2, "3DSTATE_SCISSOR_STATE_POINTERS" },
    { GVIRT_RCS, 0x78130005, 7, "3DSTATE_SF" },
    { GVIRT_RCS, 0x79180002, 4, "3DSTATE_SO_BUFFER" },
    { GVIRT_RCS, 0x78060001, 3, "3DSTATE_STENCIL_BUFFER" },
    { GVIRT_RCS, 0x781e0001, 3, "3DSTATE_STREAMOUT" },
    { GVIRT_RCS, 0x781c0002, 4, "3DSTATE_TE" },
    { GVIRT_RCS, 0x78320000, 2, "3DSTATE_URB_DS" },
    { GVIRT_RCS, 0x78330000, 2, "3DSTATE_URB_GS" },
    { GVIRT_RCS, 0x78310000, 2, "3DSTATE_URB_HS" },
    { GVIRT_RCS, 0x78300000, 2, "3DSTATE_URB_VS" },
    { GVIRT_RCS, 0x780c0000, 2, "3DSTATE_VF" },
    { GVIRT_RCS, 0x680b0000, 1, "3DSTATE_VF_STATISTICS" },
    { GVIRT_RCS, 0x78230000, 2, "3DSTATE_VIEWPORT_STATE_POINTERS_CC" },
    { GVIRT_RCS, 0x78210000, 2, "3DSTATE_VIEWPORT_STATE_POINTERS_SF_CLIP" },
    { GVIRT_RCS, 0x78100004, 6, "3DSTATE_VS" },
    { GVIRT_RCS, 0x78140001, 3, "3DSTATE_WM" },
    { GVIRT_RCS, 0x61040000, 2, "GPGPU_CSR_BASE_ADDRESS" },
    { GVIRT_RCS, 0x71040006, 8, "GPGPU_OBJECT" },
    { GVIRT_RCS, 0x71050009, 11, "GPGPU_WALKER" },
    { GVIRT_RCS, 0x70010002, 4, "MEDIA_CURBE_LOAD" },
    { GVIRT_RCS, 0x70020002, 4, "MEDIA_INTERFACE_DESCRIPTOR_LOAD" },
    { GVIRT_RCS, 0x7102000e, 16, "MEDIA_OBJECT_PRT" },
    { GVIRT_RCS, 0x70040000, 2, "MEDIA_STATE_FLUSH" },
    { GVIRT_RCS, 0x70000006, 8, "MEDIA_VFE_STATE" },
    { GVIRT_VCS, 0x7149000a, 12, "MFC_AVC_PAK_OBJECT" },
    { GVIRT_VCS, 0x73490007, 9, "MFC_MPEG2_PAK_OBJECT" },
    { GVIRT_VCS, 0x73430006, 8, "MFC_MPEG2_SLICEGROUP_STATE" },
    { GVIRT_VCS, 0x71280004, 6, "MFD_AVC_BSD_OBJECT" },
    { GVIRT_VCS, 0x71260019, 27, "MFD_AVC_DPB_STATE" },
    { GVIRT_VCS, 0x71250008, 10, "MFD_AVC_PICID_STATE" },
    { GVIRT_VCS, 0x71270001, 3, "MFD_AVC_SLICEADDR" },
    { GVIRT_VCS, 0x77280004, 6, "MFD_JPEG_BSD_OBJECT" },
    { GVIRT_VCS, 0x73280003, 5, "MFD_MPEG2_BSD_OBJECT" },
    { GVIRT_VCS, 0x72280003, 5, "MFD_VC1_BSD_OBJECT" },
    { GVIRT_VCS, 0x72210004, 6, "MFD_VC1_LONG_PIC_STATE" },
    { GVIRT_VCS, 0x72200003, 5, "MFD_VC1_SHORT_PIC_STATE" },
    { GVIRT_VCS, 0x71020045, 71, "MFX_AVC_DIRECTMODE_STATE" },
    { GVIRT_VCS, 0x7100000c, 14, "MFX_AVC_IMG_STATE" },
    { GVIRT_VCS, 0x71040008, 10, "MFX_AVC_REF_IDX_STATE" },
    { GVIRT_VCS, 0x71030008, 10, "MFX_AVC_SLICE_STATE" },
    { GVIRT_VCS, 0x71050060, 98, "MFX_AVC_WEIGHTOFFSET_STATE" },
    { GVIRT_VCS, 0x70040008, 10, "MFX_BSP_BUF_BASE_ADDR_STATE" },
    { GVIRT_VCS, 0x7009000b, 13, "MFX_DBK_OBJECT" },
    { GVIRT_VCS, 0x70080020, 34, "MFX_FQM_STATE" },
    { GVIRT_VCS, 0x70030018, 26, "MFX_IND_OBJ_BASE_ADDR_STATE" },
    { GVIRT_VCS, 0x7702033d, 831, "MFX_JPEG_HUFF_TABLE_STATE" },
    { GVIRT_VCS, 0x77000001, 3, "MFX_JPEG_PIC_STATE" },
    { GVIRT_VCS, 0x73000000, 2, "MFX_MPEG2_PIC_STATE" },
    { GVIRT_VCS, 0x7002003b, 61, "MFX_PIPE_BUF_ADDR_STATE" },
    { GVIRT_VCS, 0x70000003, 5, "MFX_PIPE_MODE_SELECT" },
    { GVIRT_VCS, 0x70070020, 34, "MFX_QM_STATE" },
    { GVIRT_VCS, 0x70060000, 2, "MFX_STATE_POINTER" },
    { GVIRT_VCS, 0x70010004, 6, "MFX_SURFACE_STATE" },
    { GVIRT_VCS, 0x72020005, 7, "MFX_VC1_DIRECTMODE_STATE" },
    { GVIRT_VCS, 0x72010004, 6, "MFX_VC1_PRED_PIPE_STATE" },
    { GVIRT_VCS, 0x68000000, 1, "MFX_WAIT" },
    { GVIRT_RCS, 0x69040000, 1, "PIPELINE_SELECT" },
    { GVIRT_RCS, 0x7a000003, 5, "PIPE_CONTROL" },
    { GVIRT_RCS, 0x61010008, 10, "STATE_BASE_ADDRESS" },
    { GVIRT_RCS, 0x60030000, 2, "STATE_PREFETCH" },
    { GVIRT_RCS, 0x61020000, 2, "STATE_SIP" },
    { GVIRT_RCS, 0x61030000, 2, "SWTESS_BASE_ADDRESS" },
};

/* i915: i915_cmd_parser.c (length masks); gvt/cmd_parser.c (VEBOX). */
static const Golden golden_rest[] = {
    { GVIRT_RCS, 0x783907ff, 2049, "3DSTATE_DX9_CONSTANTF_VS" },
    { GVIRT_RCS, 0x783a0000, 2, "3DSTATE_DX9_CONSTANTF_PS" },
    { GVIRT_RCS, 0x784301ff, 513, "3DSTATE_BINDING_TABLE_EDIT_VS" },
    { GVIRT_RCS, 0x784701ff, 513, "3DSTATE_BINDING_TABLE_EDIT_PS" },
    { GVIRT_RCS, 0x791701ff, 513, "3DSTATE_SO_DECL_LIST" },
    { GVIRT_RCS, 0x780b0001, 1, "3DSTATE_VF_STATISTICS" },
    { GVIRT_RCS, 0x70030000, 2, "MEDIA_GATEWAY_STATE" },
    { GVIRT_RCS, 0x78080083, 133, "3DSTATE_VERTEX_BUFFERS" },
    { GVIRT_RCS, 0x78090003, 5, "3DSTATE_VERTEX_ELEMENTS" },
    { GVIRT_RCS, 0x790200ff, 257, "3DSTATE_SAMPLER_PALETTE_LOAD0" },
    { GVIRT_RCS, 0x7100ffff, 65537, "MEDIA_OBJECT" },
    { GVIRT_RCS, 0x7103000f, 17, "MEDIA_OBJECT_WALKER" },
    { GVIRT_VCS, 0x70290010, 18, "MFD_IT_OBJECT" },
    { GVIRT_VCS, 0x70480004, 6, "MFX_PAK_INSERT_OBJECT" },
    { GVIRT_VCS, 0x70050005, 7, "MFX_2_0_0_5" },
    { GVIRT_VCS, 0x76001234, 0x1236, "MFX_2_6_0_0" },
    { GVIRT_VECS, 0x74000004, 6, "VEBOX_SURFACE_STATE" },
    { GVIRT_VECS, 0x74020004, 6, "VEBOX_STATE" },
    { GVIRT_VECS, 0x74030008, 10, "VEB_DI_IECP" },
};

static void check_golden(const Golden *list, unsigned count)
{
    unsigned i;

    for (i = 0; i < count; i++) {
        const GvirtCommandInfo *info = gvirt_command_find(list[i].engine,
                                                          list[i].header);

        ck_assert_msg(info != NULL, "%s 0x%08x: not found", list[i].name,
                      list[i].header);
        ck_assert_str_eq(info->name, list[i].name);
        ck_assert_msg(gvirt_command_len_dw(info, list[i].header) ==
                      list[i].len_dw, "%s 0x%08x: %u dwords, not %u",
                      list[i].name, list[i].header,
                      gvirt_command_len_dw(info, list[i].header),
                      list[i].len_dw);
    }
}

START_TEST(lengths_are_those_of_the_documents)
{
    check_golden(golden_i915, G_N_ELEMENTS(golden_i915));
    check_golden(golden_mi, G_N_ELEMENTS(golden_mi));
    check_golden(golden_blt, G_N_ELEMENTS(golden_blt));
    check_golden(golden_genxml, G_N_ELEMENTS(golden_genxml));
    check_golden(golden_rest, G_N_ELEMENTS(golden_rest));
}
END_TEST

/* HSW PRM vol. 6: the 2D and 3D command maps, what is not reserved. */
START_TEST(the_command_maps_are_complete)
{
    static const uint8_t blt[] = {
        0x01, 0x03, 0x11, 0x24, 0x25, 0x26, 0x31, 0x40, 0x43, 0x50, 0x51,
        0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x71, 0x72, 0x73,
        0x74, 0x75, 0x76, 0x77,
    };
    static const uint8_t mi[] = {
        0x00, 0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
        0x0c, 0x0d, 0x0e, 0x0f, 0x12, 0x13, 0x14, 0x16, 0x18, 0x19, 0x1a,
        0x20, 0x21, 0x22, 0x23, 0x24, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c,
        0x2d, 0x31, 0x36,
    };
    unsigned i, found = 0;

    for (i = 0; i < G_N_ELEMENTS(blt); i++) {
        ck_assert(gvirt_command_find(GVIRT_BCS, 2u << 29 | blt[i] << 22));
    }
    for (i = 0; i < 0x80; i++) {
        found += gvirt_command_find(GVIRT_BCS, 2u << 29 | i << 22) != NULL;
    }
    ck_assert_uint_eq(found, G_N_ELEMENTS(blt));
    for (i = 0; i < G_N_ELEMENTS(mi); i++) {
        ck_assert_msg(gvirt_command_find(GVIRT_RCS, mi[i] << 23) != NULL,
                      "MI opcode 0x%02x", mi[i]);
    }
    /* 3D pipelined state from CLEAR_PARAMS to BINDING_TABLE_EDIT_PS. */
    for (i = 0x04; i <= 0x47; i++) {
        bool reserved = i == 0x22;

        ck_assert_msg((gvirt_command_find(GVIRT_RCS, 0x78000000 | i << 16) !=
                       NULL) != reserved, "3DSTATE 0x%02x", i);
    }
}
END_TEST

START_TEST(the_table_agrees_with_itself)
{
    unsigned count, i, id, k;
    const GvirtCommandInfo *table = gvirt_command_table(&count);

    for (i = 0; i < count; i++) {
        const GvirtCommandInfo *info = &table[i];
        static const uint32_t client_mask[4] = {
            0xff800000, 0, 0xffc00000, 0xffff0000,
        };

        ck_assert_uint_ne(info->engines, 0);
        ck_assert_uint_eq(info->value & ~info->mask, 0);
        ck_assert_uint_lt(info->value >> 29, 4);
        /* The lookup relies on it. */
        ck_assert_uint_eq(info->mask, client_mask[info->value >> 29]);
        ck_assert_uint_lt(info->exec, GVIRT_EXEC_COUNT);
        ck_assert_uint_gt(info->cost_clk, 0);
        ck_assert(info->source && *info->source);
        ck_assert((info->fixed_len_dw != 0) != (info->len_mask != 0));
        ck_assert_uint_eq(info->len_mask & info->mask, 0);
        for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
            bool on = info->engines & GVIRT_ENGINE_BIT(id);

            ck_assert_msg((gvirt_command_find(id, info->value) == info) == on,
                          "%s on engine %u", info->name, id);
        }
        for (k = 0; k < GVIRT_OPERANDS_MAX; k++) {
            const GvirtOperand *operand = &info->operand[k];

            if (operand->space == GVIRT_OPERAND_NONE) {
                continue;
            }
            ck_assert_uint_gt(operand->dword, 0);
            ck_assert_uint_ne(operand->mask, 0);
            ck_assert_uint_ne(info->len_mask, 0);
        }
    }
}
END_TEST

/*
 * HSW PRM vol. 6, "User Mode Privileged Commands", both tables: what becomes
 * a no-op as a whole. MI_ARB_CHECK does nothing that a no-op would not. Of
 * the blitter's registers some are not protected (vol. 10): its loads are
 * looked at one by one.
 */
START_TEST(privileged_is_what_the_manual_says)
{
    static const char *const privileged[] = {
        "MI_WAIT_FOR_EVENT", "MI_ARB_ON_OFF", "MI_DISPLAY_FLIP",
        "MI_SET_CONTEXT", "MI_LOAD_REGISTER_IMM", "MI_UPDATE_GTT",
        "MI_LOAD_REGISTER_MEM",
    };
    unsigned count, i, k;
    const GvirtCommandInfo *table = gvirt_command_table(&count);

    for (i = 0; i < count; i++) {
        bool expected = false;

        for (k = 0; k < G_N_ELEMENTS(privileged); k++) {
            expected |= !strcmp(table[i].name, privileged[k]);
        }
        expected &= !(table[i].value == GVIRT_OP_MI_LOAD_REGISTER_IMM &&
                      table[i].engines == GVIRT_ENGINE_BIT(GVIRT_BCS));
        ck_assert_msg(!!(table[i].flags & GVIRT_CMD_PRIVILEGED) == expected,
                      "%s", table[i].name);
    }
}
END_TEST

/* Every command that stores to memory by itself says so in an operand. */
START_TEST(stores_have_an_operand)
{
    static const char *const store[] = {
        "MI_STORE_DATA_IMM", "MI_STORE_DATA_INDEX", "MI_STORE_REGISTER_MEM",
        "MI_FLUSH_DW", "MI_REPORT_PERF_COUNT", "MI_SET_CONTEXT",
        "MI_RS_STORE_DATA_IMM", "MI_STORE_URB_MEM", "MI_UPDATE_GTT",
        "MI_SEMAPHORE_MBOX", "PIPE_CONTROL", "COLOR_BLT", "SRC_COPY_BLT",
        "XY_COLOR_BLT", "XY_PAT_BLT", "XY_MONO_PAT_BLT", "XY_SRC_COPY_BLT",
        "XY_MONO_SRC_COPY_BLT", "XY_FULL_BLT", "XY_SETUP_BLT",
        "XY_PAT_CHROMA_BLT_IMMEDIATE", "3DSTATE_DEPTH_BUFFER",
        "3DSTATE_SO_BUFFER",
    };
    unsigned count, i, k, n;
    const GvirtCommandInfo *table = gvirt_command_table(&count);

    for (k = 0; k < G_N_ELEMENTS(store); k++) {
        unsigned seen = 0;

        for (i = 0; i < count; i++) {
            bool writes = false;

            if (strcmp(table[i].name, store[k])) {
                continue;
            }
            for (n = 0; n < GVIRT_OPERANDS_MAX; n++) {
                writes |= table[i].operand[n].space != GVIRT_OPERAND_NONE &&
                          table[i].operand[n].write;
            }
            ck_assert_msg(writes, "%s", store[k]);
            seen++;
        }
        ck_assert_msg(seen > 0, "%s", store[k]);
    }
}
END_TEST

START_TEST(unknown_commands_follow_the_general_rule)
{
    ck_assert(!gvirt_command_find(GVIRT_VCS, 0x54c00006));
    ck_assert(!gvirt_command_find(GVIRT_BCS, 0x7a000003));
    ck_assert(!gvirt_command_find(GVIRT_RCS, 0x80000000));
    ck_assert(!gvirt_command_find(GVIRT_ENGINE_COUNT, 0));
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0x02000005), 1);
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0x08000005), 7);
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0x1fc0003f), 65);
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0x42000010), 18);
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0x7fff00ff), 257);
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0x680000ff), 1);
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0x72000fff), 4097);
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0xffffffff), 1);
    ck_assert_uint_eq(gvirt_command_len_dw(NULL, 0x20000005), 1);
}
END_TEST

static void expect_words(GvirtEngineId engine, const uint32_t *dw,
                         uint32_t len_dw, const char *words)
{
    char *text = gvirt_command_describe(engine, GVIRT_SPACE_PPGTT, dw, len_dw);

    ck_assert_msg(strstr(text, words) != NULL, "no \"%s\" in:\n%s", words,
                  text);
    g_free(text);
}

START_TEST(commands_in_words)
{
    static const uint32_t flush[] = {
        0x7a000003, 0x01144100, 0x00001234, 0xcafe, 0,
    };
    static const uint32_t lri[] = { 0x11000003, 0x2358, 7, 0x2600, 9 };
    static const uint32_t copy[] = {
        0x54f00006, 0x03cc1000, 0x00020001, 0xfff00010, 0x10000, 0, 0xf000,
        0x20000,
    };
    static const uint32_t math[] = { 0x0d000000, 0x08008001 };
    static const uint32_t depth[] = { 0x78050005, 1, 0x12345000, 3, 4, 5, 6 };
    static const uint32_t none[] = { 0x1f800001, 0xabcd, 0x1234 };
    char *text;

    expect_words(GVIRT_RCS, flush, 5, "PIPE_CONTROL, 5 dwords\n");
    expect_words(GVIRT_RCS, flush, 5, "  use global GTT\n");
    expect_words(GVIRT_RCS, flush, 5, "  command streamer stall\n");
    expect_words(GVIRT_RCS, flush, 5, "  TLB invalidate\n");
    expect_words(GVIRT_RCS, flush, 5, "  notify\n");
    expect_words(GVIRT_RCS, flush, 5,
                 "  post-sync operation: write immediate\n");
    expect_words(GVIRT_RCS, flush, 5, "  address: 0x00001234 ggtt\n");
    expect_words(GVIRT_RCS, flush, 5, "  data: 0xcafe\n");
    expect_words(GVIRT_RCS, flush, 3, "(only 3 dwords given)");
    expect_words(GVIRT_RCS, lri, 5, "(0x2358) = 0x00000007\n");
    expect_words(GVIRT_RCS, lri, 5, "(0x2600) = 0x00000009\n");
    expect_words(GVIRT_BCS, copy, 8, "XY_SRC_COPY_BLT, 8 dwords\n");
    expect_words(GVIRT_BCS, copy, 8, "  depth: 32 bpp\n");
    expect_words(GVIRT_BCS, copy, 8, "  raster operation: 0xcc\n");
    expect_words(GVIRT_BCS, copy, 8, "  bottom right y: -16\n");
    expect_words(GVIRT_BCS, copy, 8, "  source pitch: -4096\n");
    expect_words(GVIRT_BCS, copy, 8, "  source: 0x00020000 ppgtt\n");
    expect_words(GVIRT_RCS, math, 2, "  LOAD SRCA R1\n");
    expect_words(GVIRT_RCS, depth, 7, "3DSTATE_DEPTH_BUFFER, 7 dwords\n");
    expect_words(GVIRT_RCS, depth, 7,
                 "  dword 2: writes 0x12345000 ppgtt\n");
    expect_words(GVIRT_RCS, depth, 7, "  dword 5: 0x00000005\n");
    expect_words(GVIRT_RCS, none, 3,
                 "unknown command 0x1f800001, 3 dwords\n");
    expect_words(GVIRT_RCS, none, 3, "  dword 1: 0x0000abcd\n");
    text = gvirt_command_describe(GVIRT_RCS, GVIRT_SPACE_PPGTT, none, 0);
    ck_assert_str_eq(text, "");
    g_free(text);
    /* "Store Data Index": no address at all */
    expect_words(GVIRT_BCS, (const uint32_t[]) { 0x13204001, 0x204, 1 }, 3,
                 "  address: 0x00000200 in the status page\n");
    /* An opcode that two engines give different meanings. */
    expect_words(GVIRT_VCS, (const uint32_t[]) { 0x71000000, 5 }, 2,
                 "MFX_AVC_IMG_STATE");
    expect_words(GVIRT_VCS, (const uint32_t[]) { 0x71000000, 5 }, 2,
                 "  dword 1: 0x00000005\n");
}
END_TEST

START_TEST(any_header_is_safe)
{
    uint32_t dw[20];
    uint32_t seed = 12345;
    unsigned i, id, k;

    for (i = 0; i < 50000; i++) {
        for (id = 0; id < GVIRT_ENGINE_COUNT; id++) {
            const GvirtCommandInfo *info;

            seed = seed * 1664525 + 1013904223;
            info = gvirt_command_find(id, seed);
            ck_assert_uint_ge(gvirt_command_len_dw(info, seed), 1);
            ck_assert_uint_le(gvirt_command_len_dw(info, seed), 65537);
            if (info) {
                ck_assert_uint_eq(seed & info->mask, info->value);
                ck_assert(info->engines & GVIRT_ENGINE_BIT(id));
            }
        }
    }
    for (i = 0; i < 4000; i++) {
        char *text;

        for (k = 0; k < G_N_ELEMENTS(dw); k++) {
            seed = seed * 1664525 + 1013904223;
            dw[k] = seed;
        }
        text = gvirt_command_describe(i % GVIRT_ENGINE_COUNT, i / 7 % 2, dw,
                                      1 + i % G_N_ELEMENTS(dw));
        ck_assert(g_utf8_validate(text, -1, NULL));
        g_free(text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("commands");
    TCase *tcase = tcase_create("commands");

    tcase_add_test(tcase, lengths_are_those_of_the_documents);
    tcase_add_test(tcase, the_command_maps_are_complete);
    tcase_add_test(tcase, the_table_agrees_with_itself);
    tcase_add_test(tcase, privileged_is_what_the_manual_says);
    tcase_add_test(tcase, stores_have_an_operand);
    tcase_add_test(tcase, unknown_commands_follow_the_general_rule);
    tcase_add_test(tcase, commands_in_words);
    tcase_add_test(tcase, any_header_is_safe);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
