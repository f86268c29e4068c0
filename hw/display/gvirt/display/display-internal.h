/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The display engine as its own files see it.
 *
 * North display: three pipes with a primary, a sprite and a cursor plane
 * each, four transcoders, five DDIs. South display (LPT): hot plug, GMBUS,
 * GPIO, AUX channels B to D; FDI from DDI E, a transcoder and the CRT's DAC.
 *
 * Source: HSW PRM vol. 11a for structure and names; the bit layouts that it
 * leaves out are those of IVB PRM vol. 3 part 3 where Haswell kept them, else
 * of i915 (i915_reg.h, display/).
 */
#ifndef HW_DISPLAY_GVIRT_DISPLAY_INTERNAL_H
#define HW_DISPLAY_GVIRT_DISPLAY_INTERNAL_H

#include "hw/gvirt/display.h"

/* Transcoders A, B and C stand at the same distances as pipes; EDP at 15. */
typedef enum GvirtTranscoder {
    GVIRT_TRANSCODER_A,
    GVIRT_TRANSCODER_B,
    GVIRT_TRANSCODER_C,
    GVIRT_TRANSCODER_EDP,
    GVIRT_TRANSCODER_COUNT,
} GvirtTranscoder;

/* Registers of pipe, transcoder, port or channel A. */
enum {
    D_TRANS_HTOTAL          = GVIRT_REG_PIPE_HTOTAL,
    D_TRANS_HBLANK          = GVIRT_REG_PIPE_HBLANK,
    D_TRANS_HSYNC           = GVIRT_REG_PIPE_HSYNC,
    D_TRANS_VTOTAL          = GVIRT_REG_PIPE_VTOTAL,
    D_TRANS_VBLANK          = GVIRT_REG_PIPE_VBLANK,
    D_TRANS_VSYNC           = GVIRT_REG_PIPE_VSYNC,
    D_PIPE_SRCSZ            = GVIRT_REG_PIPE_SRCSZ,
    D_TRANS_MULT            = GVIRT_REG_PIPE_MULT,
    D_TRANS_DATAM1          = GVIRT_REG_PIPE_DATAM1,
    D_TRANS_LINKM1          = GVIRT_REG_PIPE_LINKM1,
    D_TRANS_LINKN1          = GVIRT_REG_PIPE_LINKN1,
    D_PIPE_CRC_CTL          = GVIRT_REG_PIPE_CRC_CTL,
    D_PIPE_CRC_RES_1        = GVIRT_REG_PIPE_CRC_RES_1,
    D_PIPE_CRC_RES_5        = GVIRT_REG_PIPE_CRC_RES_5,
    D_TRANS_DDI_FUNC_CTL    = GVIRT_REG_PIPE_DDI_FUNC_CTL,
    D_TRANS_MSA_MISC        = GVIRT_REG_PIPE_MSA_MISC,
    D_VIDEO_DIP_CTL         = GVIRT_REG_VIDEO_DIP_CTL,
    D_VIDEO_DIP_AVI         = GVIRT_REG_VIDEO_DIP_DATA_A,

    D_PIPE_SCANLINE         = GVIRT_REG_PIPE_SCANLINE,
    D_PIPE_SCANLINECOMP     = GVIRT_REG_PIPE_SCANLINECOMP,
    D_PIPE_CONF             = GVIRT_REG_PIPE_CONF,
    D_PIPE_FRMCNT           = GVIRT_REG_PIPE_FRMCNT,
    D_PIPE_FLIPCNT          = GVIRT_REG_PIPE_FLIPCNT,
    D_PIPE_FRMTMSTMP        = GVIRT_REG_PIPE_FRMTMSTMP,
    D_PIPE_FLIPTMSTMP       = GVIRT_REG_PIPE_FLIPTMSTMP,
    D_PIPE_LOAD_SL          = GVIRT_REG_DE_LOAD_SL,
    D_CUR_CTL               = GVIRT_REG_CUR_CTL,
    D_CUR_BASE              = GVIRT_REG_CUR_BASE,
    D_CUR_POS               = GVIRT_REG_CUR_POS,
    D_CUR_PAL               = GVIRT_REG_CUR_PAL_0,
    D_CUR_FBC_CTL           = GVIRT_REG_CUR_FBC_CTL,
    D_CUR_SURFLIVE          = GVIRT_REG_CUR_SURFLIVE,
    D_PRI_CTL               = GVIRT_REG_PRI_CTL,
    D_PRI_STRIDE            = GVIRT_REG_PRI_STRIDE,
    D_PRI_SURF              = GVIRT_REG_PRI_SURF,
    D_PRI_OFFSET            = GVIRT_REG_PRI_OFFSET,
    D_PRI_SURFLIVE          = GVIRT_REG_PRI_SURFLIVE,
    D_SPR_CTL               = GVIRT_REG_SPR_CTL,
    D_SPR_STRIDE            = GVIRT_REG_SPR_STRIDE,
    D_SPR_POS               = GVIRT_REG_SPR_POS,
    D_SPR_SIZE              = GVIRT_REG_SPR_SIZE,
    D_SPR_KEYVAL            = GVIRT_REG_SPR_KEYVAL,
    D_SPR_KEYMSK            = GVIRT_REG_SPR_KEYMSK,
    D_SPR_SURF              = GVIRT_REG_SPR_SURF,
    D_SPR_KEYMAX            = GVIRT_REG_SPR_KEYMAX,
    D_SPR_OFFSET            = GVIRT_REG_SPR_OFFSET,
    D_SPR_SURFLIVE          = GVIRT_REG_SPR_SURFLIVE,
    D_SPR_GAMC              = GVIRT_REG_SPR_GAMC_A,
    D_SPR_GAMC16            = GVIRT_REG_SPR_GAMC16_A,
    D_SPR_GAMC17            = GVIRT_REG_SPR_GAMC17_A,

    D_TIMESTAMP_CTR         = GVIRT_REG_TIMESTAMP_CTR,
    D_HOTPLUG_CTL           = GVIRT_REG_HOTPLUG_CTL,
    D_ERR_INT               = GVIRT_REG_ERR_INT,
    D_DERRMR                = GVIRT_REG_DE_RRMR,
    D_ARB_CTL               = GVIRT_REG_ARB_CTL,
    D_SPLL_CTL              = GVIRT_REG_SPLL_CTL,
    D_WRPLL_CTL1            = GVIRT_REG_WRPLL_CTL1,
    D_WRPLL_CTL2            = GVIRT_REG_WRPLL_CTL2,
    D_PORT_CLK_SEL          = GVIRT_REG_PORT_CLK_SEL,  /* + 4 each port */
    D_TRANS_CLK_SEL         = GVIRT_REG_PIPE_CLK_SEL,  /* + 4 each transcoder */
    D_FUSE_STRAP3           = GVIRT_REG_FUSE_STRAP3,
    D_LCPLL_CTL             = GVIRT_REG_LCPLL_CTL,

    D_CSC_COEFF             = GVIRT_REG_CSC_COEFF_A,  /* + 0x100 each pipe */
    D_CSC_MODE              = GVIRT_REG_CSC_MODE_A,
    D_CSC_PREOFF            = GVIRT_REG_CSC_PREOFF_A,
    D_CSC_POSTOFF           = GVIRT_REG_CSC_POSTOFF_A,
    D_PAL_LGC               = GVIRT_REG_PAL_LGC_A,  /* + 0x800 each pipe */
    D_PAL_PREC_INDEX        = GVIRT_REG_PAL_PREC_INDEX_A,
    D_PAL_PREC_DATA         = GVIRT_REG_PAL_PREC_DATA_A,
    D_PAL_GC_MAX            = GVIRT_REG_PAL_GC_MAX_A,
    D_PAL_EXT_GC_MAX        = GVIRT_REG_PAL_EXT_GC_MAX_A,
    D_GAMMA_MODE            = GVIRT_REG_GAMMA_MODE_A,
    D_PF_WIN_POS            = GVIRT_REG_PF_WIN_POS,  /* + 0x800 each fitter */
    D_PF_WIN_SZ             = GVIRT_REG_PF_WIN_SZ,
    D_PF_CTRL               = GVIRT_REG_PF_CTRL,

    D_DDI_BUF_CTL           = GVIRT_REG_DDI_BUF_CTL,  /* + 0x100 each port */
    D_DDI_AUX_CTL_A         = GVIRT_REG_DDI_AUX_CTL_A,
    D_DP_TP_CTL             = GVIRT_REG_DP_TP_CTL,
    D_DP_TP_STATUS          = GVIRT_REG_DP_TP_STATUS,
    D_DP_AUX_CTL_B          = GVIRT_REG_DP_AUX_CTL,  /* + 0x100 each port */

    D_SOUTH_CHICKEN2        = GVIRT_REG_SOUTH_CHICKEN2,
    D_SFUSE_STRAP           = GVIRT_REG_SFUSE_STRAP,
    D_SHOTPLUG_CTL          = GVIRT_REG_SHOTPLUG_CTL,
    D_GPIO_CTL              = GVIRT_REG_GPIO_CTL,  /* + 4 each pin pair */
    D_GMBUS0                = GVIRT_REG_GMBUS0,
    D_GMBUS1                = GVIRT_REG_GMBUS1,
    D_GMBUS2                = GVIRT_REG_GMBUS2,
    D_GMBUS3                = GVIRT_REG_GMBUS3,
    D_GMBUS4                = GVIRT_REG_GMBUS4,
    D_GMBUS5                = GVIRT_REG_GMBUS5,
    D_PP_STATUS             = GVIRT_REG_PP_STATUS,
    D_PP_CONTROL            = GVIRT_REG_PP_CONTROL,

    /* LPT's clocks, its one transcoder, FDI receiver and DAC */
    D_SBI_ADDR              = GVIRT_REG_SBI_ADDR,
    D_SBI_DATA              = GVIRT_REG_SBI_DATA,
    D_SBI_CTL_STAT          = GVIRT_REG_SBI_CTL_STAT,
    D_PIXCLK_GATE           = GVIRT_REG_PIXCLK_GATE,
    D_PCH_TRANS_HTOTAL      = GVIRT_REG_TRANS_HTOTAL,
    D_PCH_TRANS_CONF        = GVIRT_REG_TRANS_CONF,
    D_FDI_RX_CTL            = GVIRT_REG_FDI_RX_CTL,
    D_FDI_RX_MISC           = GVIRT_REG_FDI_RX_MISC,
    D_FDI_RX_IIR            = GVIRT_REG_FDI_RX_IIR,
    D_FDI_RX_IMR            = GVIRT_REG_FDI_RX_IMR,
    D_FDI_RX_TUSIZE1        = GVIRT_REG_FDI_RX_TUSIZE1,
    D_DAC_CTL               = GVIRT_REG_DAC_CTL,
};

#define D_ENABLE            0x80000000u

#define PIPE_CONF_STATE     (1u << 30)

#define PRI_CTL_GAMMA       (1u << 30)
#define PRI_CTL_CSC         (1u << 24)
#define PRI_CTL_ROTATE      (1u << 15)
#define PRI_CTL_TILED       (1u << 10)
#define PRI_CTL_ASYNC       (1u << 9)

#define CUR_CTL_MODE_MASK   0x27u

#define DP_TP_PATTERN(ctl)  (((ctl) >> 8) & 7)
#define DP_TP_PATTERN_1     0
#define DP_TP_PATTERN_2     1
#define DP_TP_IDLE          2
#define DP_TP_NORMAL        3
#define DP_TP_PATTERN_3     4
#define DP_TP_IDLE_DONE     (1u << 25)

/* ------------------------------------------------------------------ ddc.c */

/*
 * A monitor's E-DDC slaves: the EDID at 0x50, its segment pointer at 0x30.
 * All of GMBUS, GPIO and AUX talk to it in these steps. VESA E-DDC 1.2.
 */
typedef struct GvirtDdc {
    const uint8_t *edid;        /* NULL: nothing is there */
    uint32_t edid_size_B;
    uint8_t segment;
    uint8_t offset;
    enum {
        DDC_IDLE,
        DDC_SEGMENT,            /* the next byte is the segment */
        DDC_OFFSET,             /* the next byte is the offset */
        DDC_SINK,               /* further bytes would write the EDID */
        DDC_READ,
    } state;
} GvirtDdc;

/* A (repeated) start and the address byte. True: acknowledged. */
bool gvirt_ddc_start(GvirtDdc *ddc, uint8_t address, bool read);
bool gvirt_ddc_write(GvirtDdc *ddc, uint8_t byte);
uint8_t gvirt_ddc_read(GvirtDdc *ddc);
void gvirt_ddc_stop(GvirtDdc *ddc);

/* The same slaves behind two wires, for bit-banging. */
typedef struct GvirtDdcWire {
    bool scl, sda;              /* what the lines were */
    bool pull_sda;              /* the slave holds SDA low */
    bool active;                /* between start and stop */
    bool reading;
    bool addressed;
    uint8_t shift;
    uint8_t bits;               /* clocks of this byte so far, 0..9 */
} GvirtDdcWire;

/* The master's lines (true: released). Returns the level of SDA. */
bool gvirt_ddc_wire(GvirtDdcWire *wire, GvirtDdc *ddc, bool scl, bool sda);

/* ----------------------------------------------------------------- dpcd.c */

#define GVIRT_DPCD_LANES    4

typedef struct GvirtDpcd {
    uint8_t link[0x100];        /* 0x100..0x1ff: link configuration */
    uint8_t source[0x100];      /* 0x300..0x3ff: source device specific */
    uint8_t service_irq;        /* 0x201 */
    uint8_t power;              /* 0x600 */
    uint8_t cr_done;            /* lanes, one bit each */
    uint8_t eq_done;
} GvirtDpcd;

/* ----------------------------------------------------------------- port.c */

typedef struct GvirtPortState {
    GvirtMonitor monitor;
    bool strap;                 /* the board has this port */
    GvirtDdc ddc;               /* over AUX */
    GvirtDpcd dpcd;
    bool i2c_open;              /* over AUX, between start and stop */
    bool i2c_read;
    uint8_t i2c_address;
    /* what was told to the host last */
    bool shown;
    unsigned shown_pipe;
    uint32_t shown_width, shown_height;
} GvirtPortState;

/* ------------------------------------------------------------------ crt.c */

typedef enum GvirtFdiState {
    FDI_DOWN,
    FDI_BIT_LOCK,               /* training by hand: pattern 1 was received */
    FDI_TRAINED,
} GvirtFdiState;

typedef struct GvirtCrt {
    GvirtFdiState fdi;
    bool starved;               /* the transcoder runs, and no pixels come */
} GvirtCrt;

/* ---------------------------------------------------------------- gmbus.c */

typedef struct GvirtGmbus {
    GvirtDdc ddc[GVIRT_PORT_COUNT];
    GvirtDdcWire wire[GVIRT_PORT_COUNT];
    enum {
        GMBUS_IDLE,
        GMBUS_READING,
        GMBUS_WRITING,
        GMBUS_WAITING,          /* the wait phase, bus held */
        GMBUS_NAKED,            /* until software clears it */
    } state;
    GvirtDdc *slave;            /* of the present cycle, may be NULL */
    uint32_t left_B;
    bool stop, wait;            /* what follows the last byte */
    bool hw_ready;
    bool in_use;
    uint32_t data;              /* GMBUS3 */
    uint32_t irq_seen;          /* conditions of GMBUS4 already raised */
} GvirtGmbus;

/* ----------------------------------------------------------------- pipe.c */

typedef struct GvirtPipeTiming {
    uint32_t htotal, hactive, hsync_start;
    uint32_t vtotal, vactive, vblank_start;     /* of a field if interlaced */
    uint32_t active_lines;                      /* of a frame */
    bool interlaced;
    bool hdmi;
    uint64_t clock_khz;
    int64_t line_ps;
    int64_t frame_ps;                           /* line_ps * vtotal */
} GvirtPipeTiming;

typedef struct GvirtPlaneRegs {
    uint32_t ctl, stride, surf, offset;
    uint32_t pos, size, keyval, keymsk, keymax;     /* sprite */
} GvirtPlaneRegs;

typedef struct GvirtCursorRegs {
    uint32_t ctl, base, pos, fbc_ctl;
    uint32_t pal[4];
} GvirtCursorRegs;

typedef struct GvirtColorRegs {
    uint32_t csc_coeff[6], csc_preoff[3], csc_postoff[3], csc_mode;
    uint32_t gamma_mode;
} GvirtColorRegs;

/* The second stage of the double-buffered registers: what is on screen. */
typedef struct GvirtPipeLive {
    GvirtPlaneRegs plane[2];
    GvirtColorRegs color;
    uint32_t srcsz;
    uint32_t pf_ctl, pf_pos, pf_sz;
    GvirtCursorRegs cursor;
} GvirtPipeLive;

enum {
    PLANE_PRIMARY,
    PLANE_SPRITE,
};

/* What a pipe's registers wait for a vblank for. */
enum {
    ARMED_PLANE     = 1 << 0,   /* << PLANE_* */
    ARMED_CURSOR    = 1 << 2,
    ARMED_CSC       = 1 << 3,
    ARMED_PF        = 1 << 4,
};

typedef struct GvirtScanout GvirtScanout;

typedef struct GvirtPipe {
    GvirtDisplay *display;
    unsigned index;

    bool running;
    GvirtPipeTiming timing;
    GvirtTranscoder transcoder;
    int64_t epoch_ns;           /* when line 0 of the present frame began */
    int64_t epoch_ps;           /* ... and the fraction of a ns */
    bool vblank_seen;           /* of the present frame */
    bool line_seen;             /* the line compare of the present frame */

    uint32_t frame_count;
    uint32_t flip_count;
    uint32_t frame_timestamp_us;
    uint32_t flip_timestamp_us;
    uint32_t field;             /* parity, interlaced */

    uint32_t armed;
    bool flip_pending[2];
    bool async_pending;
    int64_t async_ns;

    bool want_vblank;           /* someone asked, and waits */
    int64_t want_line_ns;       /* likewise for a line; INT64_MAX: nobody */

    GvirtPipeLive live;
    uint32_t prec_palette[1024];
    uint32_t palette_serial;    /* changes with any palette or gamma entry */

    uint32_t crc;
    GvirtScanout *crc_scanout;
    pixman_image_t *crc_image;
    bool crc_begun;             /* the image has been drawn into */
    bool crc_stale;             /* and has changed since */
    int64_t crc_paid_ns;        /* until then its work is done ahead */
} GvirtPipe;

struct GvirtDisplay {
    const GvirtHost *host;
    GvirtRegFile *regs;
    GvirtIrq *irq;
    const GvirtDisplayOps *ops;
    void *opaque;

    GvirtPipe pipe[GVIRT_PIPE_COUNT];
    GvirtPortState port[GVIRT_PORT_COUNT];
    GvirtScanout *scanout[GVIRT_PORT_COUNT];
    bool rows_left[GVIRT_PORT_COUNT];   /* of the last drawing */
    GvirtGmbus gmbus;
    GvirtCrt crt;
    GHashTable *sbi;            /* unit << 16 | address -> value */

    int64_t timestamp_zero_ns;
    int64_t deadline_ns;
    bool syncing;
    uint32_t crc_table[8][256];
};

static inline uint32_t d_get(const GvirtDisplay *display, uint32_t offset)
{
    return gvirt_regfile_get(display->regs, offset);
}

static inline void d_set(GvirtDisplay *display, uint32_t offset,
                         uint32_t value)
{
    gvirt_regfile_set(display->regs, offset, value);
}

/* A register of a pipe (or transcoder A to C), 0x1000 apart. */
static inline uint32_t d_pipe_get(const GvirtPipe *pipe, uint32_t offset)
{
    return gvirt_regfile_get(pipe->display->regs,
                             offset + pipe->index * 0x1000);
}

static inline uint32_t d_trans(GvirtTranscoder transcoder, uint32_t offset)
{
    return offset + (transcoder == GVIRT_TRANSCODER_EDP ? 0xf
                                                        : transcoder) * 0x1000;
}

static inline uint32_t d_bits(uint32_t value, unsigned high, unsigned low)
{
    return value >> low & (uint32_t)((1ull << (high - low + 1)) - 1);
}

/* display.c */
int64_t gvirt_display_now_ns(const GvirtDisplay *display);
uint32_t gvirt_display_timestamp_us(const GvirtDisplay *display,
                                    int64_t now_ns);
/* Bring everything up to now_ns. */
void gvirt_display_sync(GvirtDisplay *display, int64_t now_ns);
/* Compute the next deadline, tell the owner when it has changed. */
void gvirt_display_rearm(GvirtDisplay *display);
/* Whether an interrupt would latch. */
bool gvirt_display_listening(const GvirtDisplay *display,
                             GvirtIrqEvent event);

/* pipe.c */
void gvirt_pipe_reset(GvirtPipe *pipe);
/* Timing generator and clocks as programmed now; starts or stops the pipe. */
void gvirt_pipe_update(GvirtPipe *pipe, int64_t now_ns);
void gvirt_pipe_sync(GvirtPipe *pipe, int64_t now_ns);
int64_t gvirt_pipe_deadline_ns(const GvirtPipe *pipe);
bool gvirt_pipe_in_vblank(const GvirtPipe *pipe, int64_t now_ns);
/* Line within the frame, 0 the first active one. */
uint32_t gvirt_pipe_line(const GvirtPipe *pipe, int64_t now_ns);
/* When a line begins next, after now_ns. */
int64_t gvirt_pipe_when_line_ns(const GvirtPipe *pipe, uint32_t line,
                                int64_t now_ns);
int64_t gvirt_pipe_next_line_ns(const GvirtPipe *pipe, int64_t now_ns);
uint32_t gvirt_pipe_read(GvirtPipe *pipe, uint32_t offset, uint32_t value,
                         int64_t now_ns);
void gvirt_pipe_write(GvirtPipe *pipe, uint32_t offset, uint32_t old,
                      uint32_t written, int64_t now_ns);
/* The transcoder that drives a pipe. */
GvirtTranscoder gvirt_pipe_transcoder(const GvirtPipe *pipe);
/* What the port's clock runs at, in kHz of symbols; 0: stopped. */
uint64_t gvirt_port_clock_khz(const GvirtDisplay *display, GvirtPort port);

/* plane.c */
bool gvirt_plane_write(GvirtPipe *pipe, uint32_t offset, uint32_t old,
                       int64_t now_ns);
/* Start of vblank, or the pipe is off: the second stage takes over. */
void gvirt_plane_latch(GvirtPipe *pipe);
/* The asynchronous flip has reached the screen. */
void gvirt_plane_async_done(GvirtPipe *pipe);
void gvirt_plane_flip_started(GvirtPipe *pipe, unsigned plane,
                              int64_t now_ns, bool async);

/* color.c */

/* Channels in 16.16 fixed point, 0x10000 = 1.0. */
typedef struct GvirtPixel {
    int32_t c[3];               /* red, green, blue */
    uint8_t gamma;              /* passes through the pipe's gamma */
    uint8_t csc;                /* ... through its colour space conversion */
    uint8_t key;                /* a colour key matched: transparent */
    uint8_t pad;
} GvirtPixel;

/* The colour pipeline of a pipe, worked out once for many rows. */
typedef struct GvirtColor {
    enum {
        GAMMA_8BIT,
        GAMMA_10BIT,
        GAMMA_12BIT,
        GAMMA_SPLIT,
    } gamma_mode;
    bool csc_first;
    const uint32_t *legacy;     /* 256 entries of 8:8:8 */
    const uint32_t *prec;       /* 1024 entries of 10:10:10 */
    int32_t gc_max[3];
    int32_t ext_max[3];
    int64_t csc[3][3];          /* 12 fraction bits */
    int32_t preoff[3], postoff[3];
} GvirtColor;

void gvirt_color_init(GvirtColor *color, const GvirtPipe *pipe);
/* Gamma and CSC over a row, to x8r8g8b8. */
void gvirt_color_row(const GvirtColor *color, const GvirtPixel *row,
                     uint32_t count, uint32_t *out);
bool gvirt_color_write(GvirtPipe *pipe, uint32_t offset, int64_t now_ns);
uint32_t gvirt_color_read(GvirtPipe *pipe, uint32_t offset, uint32_t value);

static inline int32_t gvirt_color_from8(uint32_t value)
{
    return value * 257 + (value >> 7);
}

static inline int32_t gvirt_color_from10(uint32_t value)
{
    return (value << 6) + (value >> 4) + (value >> 9);
}

static inline uint32_t gvirt_color_to8(int32_t value)
{
    return value <= 0 ? 0 :
           value >= 0x10000 ? 255 : ((uint32_t)value * 255 + 0x8000) >> 16;
}

/* pixel.c: memory formats to GvirtPixel. */
uint32_t gvirt_primary_cpp(uint32_t ctl);
uint32_t gvirt_sprite_cpp(uint32_t ctl);
void gvirt_primary_unpack(uint32_t ctl, const uint32_t *legacy,
                          const uint8_t *source, uint32_t count,
                          GvirtPixel *out);
void gvirt_sprite_unpack(const GvirtPipe *pipe, const GvirtPlaneRegs *sprite,
                         const uint8_t *source, uint32_t count,
                         GvirtPixel *out);

/* surface.c: what a plane reads, and whether it has changed. */

#define SURFACE_PITCH_MAX_B 32768u

typedef struct GvirtSurfacePage {
    const uint8_t *data;        /* of this drawing only */
    uint64_t page_hpa;
    uint32_t gen;
    uint32_t serial;            /* the drawing that resolved it */
    bool moved;                 /* it is another page, nobody looked yet */
    bool changed;               /* at the last look, checked: in this drawing */
    bool checked;
} GvirtSurfacePage;

typedef struct GvirtSurface {
    /* where it is: a change of these forgets all pages */
    uint64_t base_ggtt;
    uint32_t pitch_B;
    uint32_t cpp;
    bool tiled;
    bool swizzle;
    bool rotate;
    uint32_t x_px, y_px, width_px, height_px;

    uint64_t first_page;        /* from the base */
    uint32_t page_count;
    GvirtSurfacePage *page;
    uint32_t serial;
} GvirtSurface;

/* Take the place that *want describes; true when it is another than before. */
bool gvirt_surface_set(GvirtSurface *surface, const GvirtSurface *want);
void gvirt_surface_free(GvirtSurface *surface);
/* Begin a drawing: no translation of an earlier one is used. */
void gvirt_surface_begin(GvirtSurface *surface);
/*
 * Mark the rows whose memory has changed since the last call: row r of the
 * surface as it is shown is rows[first_row + r], where that is within 0 and
 * row_limit.
 */
void gvirt_surface_changes(GvirtDisplay *display, GvirtSurface *surface,
                           uint8_t *rows, int32_t first_row,
                           uint32_t row_limit);
/*
 * The width_px * cpp bytes of row y as shown, in memory order (a rotated
 * plane shows them backwards); zeroes where there is no memory.
 */
void gvirt_surface_fetch(GvirtDisplay *display, GvirtSurface *surface,
                         uint32_t y, uint8_t *out);

/* scanout.c */
enum {
    SCANOUT_PRIMARY = 1 << 0,
    SCANOUT_SPRITE  = 1 << 1,
    SCANOUT_CURSOR  = 1 << 2,
    SCANOUT_ALL     = 7,
    SCANOUT_LIMITED = 1 << 3,   /* as a monitor shows the limited range */
};

GvirtScanout *gvirt_scanout_new(void);
void gvirt_scanout_free(GvirtScanout *scanout);
/*
 * What the pipe sends, into image (x8r8g8b8, of the active size). planes:
 * SCANOUT_*. all: every pixel; else what has changed since the last call.
 * *left: that was not all, the next call goes on. left NULL: all, however much
 * work it is.
 */
bool gvirt_scanout_draw(GvirtScanout *scanout, GvirtPipe *pipe,
                        unsigned planes, pixman_image_t *image, bool all,
                        pixman_region32_t *damage, bool *left);

/* crc.c */
void gvirt_crc_init(GvirtDisplay *display);
void gvirt_crc_frame(GvirtPipe *pipe, int64_t now_ns);
void gvirt_crc_reset(GvirtPipe *pipe);
bool gvirt_crc_enabled(const GvirtPipe *pipe);

/* port.c */
void gvirt_port_reset(GvirtDisplay *display);
/* The pipe that a monitor shows, or NULL. */
GvirtPipe *gvirt_port_pipe(GvirtDisplay *display, GvirtPort port);
/* Whether the monitor is told that RGB is of the limited (CEA) range. */
bool gvirt_port_limited_range(const GvirtDisplay *display, GvirtPort port,
                              const GvirtPipe *pipe);
/* Tell the owner when a mode, or the pipe behind a port, is another. */
void gvirt_port_notify(GvirtDisplay *display);
uint32_t gvirt_port_read(GvirtDisplay *display, uint32_t offset,
                         uint32_t value);
bool gvirt_port_write(GvirtDisplay *display, uint32_t offset, uint32_t old,
                      uint32_t written);
void gvirt_port_pulse(GvirtDisplay *display, GvirtPort port, bool is_long);

/* crt.c */
void gvirt_crt_reset(GvirtDisplay *display);
/* A monitor has come or gone. */
void gvirt_crt_plug(GvirtDisplay *display);
uint32_t gvirt_crt_read(const GvirtDisplay *display, uint32_t offset,
                        uint32_t value);
void gvirt_crt_write(GvirtDisplay *display, uint32_t offset);
/* Any of the registers, clocks or pipes behind the CRT may have changed. */
void gvirt_crt_update(GvirtDisplay *display);
/* The pipe whose picture is on the DAC's lines, or NULL. */
GvirtPipe *gvirt_crt_pipe(GvirtDisplay *display);

/* fdi.c */
void gvirt_fdi_update(GvirtDisplay *display);
/* The link is trained, and pixels go over it. */
bool gvirt_fdi_sends(const GvirtDisplay *display);

/* iclk.c: the PCH's clocks, in kHz; 0: stopped. */
void gvirt_iclk_reset(GvirtDisplay *display);
/* SBI_CTL_STAT was written. */
void gvirt_iclk_run(GvirtDisplay *display);
uint64_t gvirt_iclk_ssc_khz(const GvirtDisplay *display);
uint64_t gvirt_iclk_nssc_khz(const GvirtDisplay *display);
uint64_t gvirt_iclk_pixel_khz(const GvirtDisplay *display);

/* aux.c */
#define GVIRT_AUX_CHANNELS  4
/* The channel that an offset belongs to, or -1. */
int gvirt_aux_channel(uint32_t offset);
void gvirt_aux_write(GvirtDisplay *display, unsigned channel, uint32_t offset,
                     uint32_t old, uint32_t written);

/* dpcd.c */
void gvirt_dpcd_reset(GvirtDpcd *dpcd);
uint8_t gvirt_dpcd_read(GvirtDisplay *display, GvirtPort port,
                        uint32_t address);
/* False: not acknowledged. */
bool gvirt_dpcd_write(GvirtDisplay *display, GvirtPort port,
                      uint32_t address, uint8_t value);
/* The source's registers have changed: does the link still stand? */
void gvirt_dpcd_link(GvirtDisplay *display, GvirtPort port);
/* The sink is in step with the source and shows what comes. */
bool gvirt_dpcd_link_up(GvirtDisplay *display, GvirtPort port);

/* gmbus.c */
void gvirt_gmbus_reset(GvirtDisplay *display);
uint32_t gvirt_gmbus_read(GvirtDisplay *display, uint32_t offset,
                          uint32_t value);
void gvirt_gmbus_write(GvirtDisplay *display, uint32_t offset, uint32_t old,
                       uint32_t written);

#endif /* HW_DISPLAY_GVIRT_DISPLAY_INTERNAL_H */
