/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's mode setting can ask of a display, each compared pixel by
 * pixel with what the device's consoles then show: modes, formats, tiling,
 * panning, flips, cursor, sprite, rotation, colours, blanking, three
 * monitors on three pipes, monitors that come and go, checksums.
 *
 *     kms [NAME...]
 *
 * The pictures of a monitor that is sent the full range must be exact; where
 * a channel passes the colour pipeline it may be off by one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kms-card.h"
#include "points.h"

enum { EVENT_MS = 10000, FLIPS = 40 };

static KmsOutput *const hdmi = &kms_hdmi;
static KmsOutput *const dp = &kms_dp;
static KmsOutput *const vga = &kms_vga;

static void test_modes(void)
{
    static const uint16_t sizes[][2] = {
        { 640, 480 }, { 1280, 1024 }, { 1920, 1080 }, { 800, 600 }
    };
    char what[64];
    unsigned i;

    for (i = 0; i < 4; i++) {
        Picture p;
        KmsFb fb;

        picture_init(&p, sizes[i][0], sizes[i][1]);
        picture_paint(&p, i);
        kms_fb_new(&fb, p.width_px, p.height_px, DRM_FORMAT_XRGB8888, false);
        kms_fb_draw(&fb, &p);
        kms_must_set(&kms_pipe[0], hdmi, &fb, 0, 0, p.width_px, p.height_px);
        snprintf(what, sizeof(what), "mode %ux%u", p.width_px, p.height_px);
        talk_shows(0, &p, 0, what);
        kms_stop(&fb, &p);
    }
}

static void test_range(void)
{
    Picture p;
    KmsFb fb;

    /* a mode of CEA: the limited range, which the monitor knows of */
    kms_must_be(kms_set_property(hdmi->connector, KMS_CONNECTOR,
                                 "Broadcast RGB", 0), 0, "automatic range");
    picture_init(&p, 1920, 1080);
    picture_paint(&p, 3);
    kms_fb_new(&fb, 1920, 1080, DRM_FORMAT_XRGB8888, false);
    kms_fb_draw(&fb, &p);
    kms_must_set(&kms_pipe[0], hdmi, &fb, 0, 0, 1920, 1080);
    talk_shows(0, &p, 2, "limited range");
    kms_stop(&fb, &p);
    kms_set_property(hdmi->connector, KMS_CONNECTOR, "Broadcast RGB", 1);
}

static void test_formats(void)
{
    static const struct {
        const char *name;
        uint32_t format;
    } formats[] = {
        { "RGB565", DRM_FORMAT_RGB565 },
        { "XBGR8888", DRM_FORMAT_XBGR8888 },
        { "XRGB2101010", DRM_FORMAT_XRGB2101010 },
        { "XBGR2101010", DRM_FORMAT_XBGR2101010 },
        { "C8", DRM_FORMAT_C8 },
    };
    uint16_t lut[3][256];
    struct drm_mode_crtc_lut gamma = {
        .crtc_id = kms_pipe[0].crtc, .gamma_size = 256,
        .red = (uintptr_t)lut[0], .green = (uintptr_t)lut[1],
        .blue = (uintptr_t)lut[2]
    };
    unsigned i, n;
    int ret;

    for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        bool c8 = formats[i].format == DRM_FORMAT_C8;
        Picture p;
        KmsFb fb;

        picture_init(&p, 800, 600);
        picture_paint(&p, 20 + i);
        kms_fb_new(&fb, 800, 600, formats[i].format, false);
        kms_fb_draw(&fb, &p);
        kms_must_set(&kms_pipe[0], hdmi, &fb, 0, 0, 800, 600);
        for (n = 0; n < 256; n++) {
            lut[0][n] = kms_lut8(c8 ? n * 5 & 255 : n);
            lut[1][n] = kms_lut8(c8 ? 255 - n : n);
            lut[2][n] = kms_lut8(c8 ? n ^ 85 : n);
        }
        ret = gem_ioctl(kms_fd, DRM_IOCTL_MODE_SETGAMMA, &gamma);
        kms_must_be(ret, 0, "SETGAMMA");
        for (n = 0; c8 && n < 800 * 600; n++) {
            uint32_t index = p.px[n] >> 16 & 0xff;

            p.px[n] = (index * 5 & 255) << 16 | (255 - index) << 8 |
                      (index ^ 85);
        }
        talk_shows(0, &p, 1, formats[i].name);
        for (n = 0; n < 256; n++) {
            lut[0][n] = lut[1][n] = lut[2][n] = kms_lut8(n);
        }
        gem_ioctl(kms_fd, DRM_IOCTL_MODE_SETGAMMA, &gamma);
        kms_stop(&fb, &p);
    }
}

/* A smaller screen at different places of a larger buffer, also tiled. */
static void test_panning(void)
{
    static const uint16_t places[][2] = { { 0, 0 }, { 123, 45 }, { 384, 288 } };
    static const char *const names[] = { "linear", "X-tiled" };
    unsigned tiled, i;

    for (tiled = 0; tiled < 2; tiled++) {
        Picture whole, part;
        char what[64];
        KmsFb fb;
        uint32_t y;

        picture_init(&whole, 1024, 768);
        picture_paint(&whole, 30 + tiled);
        picture_init(&part, 640, 480);
        kms_fb_new(&fb, 1024, 768, DRM_FORMAT_XRGB8888, tiled);
        kms_fb_draw(&fb, &whole);
        for (i = 0; i < 3; i++) {
            for (y = 0; y < 480; y++) {
                memcpy(part.px + y * 640, whole.px +
                       (y + places[i][1]) * 1024 + places[i][0], 640 * 4);
            }
            kms_must_set(&kms_pipe[0], hdmi, &fb, places[i][0],
                         places[i][1], 640, 480);
            snprintf(what, sizeof(what), "%s from %u,%u", names[tiled],
                     places[i][0], places[i][1]);
            talk_shows(0, &part, 0, what);
        }
        kms_stop(&fb, &whole);
        picture_free(&part);
    }
}

/* The event of a flip or of a vertical blank that user asked for. */
static struct drm_event_vblank wait_event(uint32_t type, uint64_t user)
{
    struct drm_event_vblank event = { 0 };
    struct pollfd fds = { .fd = kms_fd, .events = POLLIN };
    int ret = poll(&fds, 1, EVENT_MS);

    expect(ret == 1 && read(kms_fd, &event, sizeof(event)) == sizeof(event) &&
           event.base.type == type && event.user_data == user,
           "event %u of request %u: poll %d, got %u of %u", type,
           (unsigned)user, ret, event.base.type, (unsigned)event.user_data);
    return event;
}

static double event_time_s(const struct drm_event_vblank *event)
{
    return event->tv_sec + event->tv_usec / 1e6;
}

static void test_flips(void)
{
    struct drm_event_vblank before = { 0 }, event;
    uint32_t sequence, last = 0;
    Picture p, q;
    KmsFb fb, other;
    unsigned i;
    int ret;

    kms_start(&fb, &p, 40);
    picture_init(&q, KMS_WIDTH, KMS_HEIGHT);
    picture_paint(&q, 41);
    kms_fb_new(&other, KMS_WIDTH, KMS_HEIGHT, DRM_FORMAT_XRGB8888, false);
    kms_fb_draw(&other, &q);
    for (i = 0; i < FLIPS; i++) {
        struct drm_mode_crtc_page_flip flip = {
            .crtc_id = kms_pipe[0].crtc, .fb_id = i & 1 ? fb.id : other.id,
            .flags = DRM_MODE_PAGE_FLIP_EVENT, .user_data = 100 + i
        };

        ret = gem_ioctl(kms_fd, DRM_IOCTL_MODE_PAGE_FLIP, &flip);
        kms_must_be(ret, 0, "PAGE_FLIP");
        if (i == 0) {
            ret = gem_ioctl(kms_fd, DRM_IOCTL_MODE_PAGE_FLIP, &flip);
            expect(ret == -EBUSY || ret == 0, "a second flip: %d", ret);
            if (ret == 0) {
                wait_event(DRM_EVENT_FLIP_COMPLETE, 100 + i);
            }
        }
        event = wait_event(DRM_EVENT_FLIP_COMPLETE, 100 + i);
        expect(event.sequence > before.sequence &&
               event_time_s(&event) > event_time_s(&before),
               "flip %u: sequence %u after %u, %f s after %f s", i,
               event.sequence, before.sequence, event_time_s(&event),
               event_time_s(&before));
        before = event;
        if (i == FLIPS - 2) {
            talk_shows(0, &q, 0, "last flip but one");
        }
    }
    talk_shows(0, &p, 0, "last flip");
    for (i = 0; i < 10; i++) {
        sequence = kms_vblanks(&kms_pipe[0], 1);
        expect(sequence > last, "vertical blank %u after %u", sequence, last);
        last = sequence;
    }
    kms_fb_free(&other);
    picture_free(&q);
    kms_stop(&fb, &p);
}

static void test_dpms(void)
{
    Picture p;
    KmsFb fb;
    unsigned i;

    kms_start(&fb, &p, 100);
    for (i = 0; i < 2; i++) {
        talk_shows(0, &p, 0, "before DPMS");
        kms_must_be(kms_set_property(hdmi->connector, KMS_CONNECTOR, "DPMS",
                                 DRM_MODE_DPMS_OFF), 0, "DPMS off");
        talk_dark(0, "DPMS off");
        kms_must_be(kms_set_property(hdmi->connector, KMS_CONNECTOR, "DPMS",
                                 DRM_MODE_DPMS_ON), 0, "DPMS on");
    }
    talk_shows(0, &p, 0, "DPMS on again");
    kms_stop(&fb, &p);
    talk_dark(0, "switched off");
}

static void test_monitors(void)
{
    Picture p, q;
    KmsFb fb, other;
    unsigned i;

    kms_start(&fb, &p, 110);
    picture_init(&q, 1280, 1024);
    picture_paint(&q, 111);
    kms_fb_new(&other, 1280, 1024, DRM_FORMAT_XRGB8888, true);
    kms_fb_draw(&other, &q);
    for (i = 1; i < KMS_PIPES; i++) {
        kms_must_set(&kms_pipe[i], dp, &other, 0, 0, 1280, 1024);
        talk_shows(0, &p, 0, "two monitors: HDMI");
        talk_shows(1, &q, 0, "two monitors: DisplayPort");
        kms_must_set(&kms_pipe[i], dp, &fb, 0, 0, KMS_WIDTH, KMS_HEIGHT);
        talk_shows(0, &p, 0, "the same on both: HDMI");
        talk_shows(1, &p, 0, "the same on both: DisplayPort");
        kms_must_set(&kms_pipe[i], dp, NULL, 0, 0, 0, 0);
        talk_dark(1, "DisplayPort off");
    }
    kms_must_set(&kms_pipe[0], hdmi, NULL, 0, 0, 0, 0);
    /* and crosswise */
    kms_must_set(&kms_pipe[0], dp, &fb, 0, 0, KMS_WIDTH, KMS_HEIGHT);
    kms_must_set(&kms_pipe[2], hdmi, &other, 0, 0, 1280, 1024);
    talk_shows(1, &p, 0, "crosswise: DisplayPort");
    talk_shows(0, &q, 0, "crosswise: HDMI");
    kms_must_set(&kms_pipe[2], hdmi, NULL, 0, 0, 0, 0);
    talk_shows(1, &p, 0, "HDMI off, DisplayPort stays");
    kms_must_set(&kms_pipe[0], dp, NULL, 0, 0, 0, 0);
    kms_fb_free(&other);
    picture_free(&q);
    kms_fb_free(&fb);
    picture_free(&p);
}

/* Flips that do not wait for a vertical blank; i915 wants tiled buffers. */
static void test_async_flips(void)
{
    struct drm_get_cap cap = { .capability = DRM_CAP_ASYNC_PAGE_FLIP };
    Picture p[2];
    KmsFb fb[2];
    unsigned i;
    int ret;

    if (gem_ioctl(kms_fd, DRM_IOCTL_GET_CAP, &cap) < 0 || !cap.value) {
        printf("no asynchronous flips\n");
        return;
    }
    for (i = 0; i < 2; i++) {
        picture_init(&p[i], 640, 480);
        picture_paint(&p[i], 45 + i);
        kms_fb_new(&fb[i], 640, 480, DRM_FORMAT_XRGB8888, true);
        kms_fb_draw(&fb[i], &p[i]);
    }
    kms_must_set(&kms_pipe[0], hdmi, &fb[0], 0, 0, 640, 480);
    for (i = 1; i <= FLIPS + 1; i++) {
        struct drm_mode_crtc_page_flip flip = {
            .crtc_id = kms_pipe[0].crtc, .fb_id = fb[i & 1].id,
            .flags = DRM_MODE_PAGE_FLIP_EVENT | DRM_MODE_PAGE_FLIP_ASYNC,
            .user_data = 200 + i
        };

        ret = gem_ioctl(kms_fd, DRM_IOCTL_MODE_PAGE_FLIP, &flip);
        kms_must_be(ret, 0, "PAGE_FLIP, asynchronous");
        if (ret == 0) {
            wait_event(DRM_EVENT_FLIP_COMPLETE, 200 + i);
        }
        if (i == FLIPS) {
            talk_shows(0, &p[0], 0, "last asynchronous flip but one");
        }
    }
    talk_shows(0, &p[1], 0, "last asynchronous flip");
    kms_fb_free(&fb[1]);
    picture_free(&p[1]);
    kms_stop(&fb[0], &p[0]);
}

/* VGA, which goes through FDI and the PCH: alone, and as the third. */
static void test_three(void)
{
    static const uint16_t sizes[][2] = {
        { 1920, 1080 }, { 640, 480 }, { 1024, 768 }
    };
    static KmsOutput *const outputs[] = { &kms_vga, &kms_hdmi, &kms_dp };
    Picture p[3];
    KmsFb fb[3];
    unsigned i, turn;

    for (i = 0; i < 3; i++) {
        picture_init(&p[i], sizes[i][0], sizes[i][1]);
        picture_paint(&p[i], 140 + i);
        kms_fb_new(&fb[i], sizes[i][0], sizes[i][1], DRM_FORMAT_XRGB8888,
                   false);
        kms_fb_draw(&fb[i], &p[i]);
        kms_must_set(&kms_pipe[0], vga, &fb[i], 0, 0, sizes[i][0],
                     sizes[i][1]);
        talk_shows(vga->head, &p[i], 0, "VGA alone");
    }
    kms_must_set(&kms_pipe[0], vga, NULL, 0, 0, 0, 0);
    talk_dark(vga->head, "VGA off");
    for (turn = 0; turn < 3; turn++) {
        for (i = 0; i < 3; i++) {
            kms_must_set(&kms_pipe[(i + turn) % 3], outputs[i], &fb[i], 0, 0,
                         sizes[i][0], sizes[i][1]);
        }
        for (i = 0; i < 3; i++) {
            talk_shows(outputs[i]->head, &p[i], 0, "one of three");
        }
        for (i = 0; i < 3; i++) {
            kms_must_set(&kms_pipe[i], vga, NULL, 0, 0, 0, 0);
        }
    }
    for (i = 0; i < 3; i++) {
        kms_fb_free(&fb[i]);
        picture_free(&p[i]);
    }
}

static int open_uevents(void)
{
    struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
                    NETLINK_KOBJECT_UEVENT);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address,
                       sizeof(address)) < 0) {
        gem_fail("uevents");
    }
    return fd;
}

/* Whether the kernel tells of a hot plug within ten seconds. */
static bool hotplug_told(int fd)
{
    struct pollfd fds = { .fd = fd, .events = POLLIN };
    char text[4096];
    ssize_t len;
    const char *at;

    while (poll(&fds, 1, EVENT_MS) == 1) {
        len = read(fd, text, sizeof(text) - 1);
        if (len <= 0) {
            continue;
        }
        text[len] = '\0';
        for (at = text; at < text + len; at += strlen(at) + 1) {
            if (strcmp(at, "HOTPLUG=1") == 0) {
                return true;
            }
        }
    }
    return false;
}

static void test_hotplug(void)
{
    KmsOutput *const outputs[] = { hdmi, dp, vga };
    static const char *const ports[] = { "hdmi", "dp", "vga" };
    int fd = open_uevents();
    unsigned i;

    for (i = 0; i < 3; i++) {
        KmsOutput *o = outputs[i];
        struct drm_mode_modeinfo mode = *kms_mode(o, KMS_WIDTH, KMS_HEIGHT);
        Picture p;
        KmsFb fb;

        picture_init(&p, KMS_WIDTH, KMS_HEIGHT);
        picture_paint(&p, 120 + i);
        kms_fb_new(&fb, KMS_WIDTH, KMS_HEIGHT, DRM_FORMAT_XRGB8888, false);
        kms_fb_draw(&fb, &p);
        kms_must_set(&kms_pipe[i], o, &fb, 0, 0, KMS_WIDTH, KMS_HEIGHT);
        talk_shows(o->head, &p, 0, "plugged");
        talk_plug(ports[i], false);
        expect(hotplug_told(fd), "%s unplugged: not told", o->name);
        kms_look(o);
        expect(!o->connected && o->mode_count == 0,
               "%s unplugged: connected %d, %u modes", o->name, o->connected,
               o->mode_count);
        talk_dark(o->head, "unplugged");
        talk_plug(ports[i], true);
        expect(hotplug_told(fd), "%s plugged: not told", o->name);
        kms_look(o);
        expect(o->connected && o->mode_count > 4,
               "%s plugged: connected %d, %u modes", o->name, o->connected,
               o->mode_count);
        /* nobody has switched the pipe off: the picture is back */
        talk_shows(o->head, &p, 0, "plugged again");
        /* unplugged and switched off, and all over again */
        talk_plug(ports[i], false);
        hotplug_told(fd);
        kms_must_set(&kms_pipe[i], o, NULL, 0, 0, 0, 0);
        talk_plug(ports[i], true);
        expect(hotplug_told(fd), "%s plugged once more: not told", o->name);
        kms_look(o);
        kms_must_be(kms_set(&kms_pipe[i], o, &fb, 0, 0, &mode), 0,
                "SETCRTC after plugging");
        talk_shows(o->head, &p, 0, "mode set after plugging");
        kms_must_set(&kms_pipe[i], o, NULL, 0, 0, 0, 0);
        kms_fb_free(&fb);
        picture_free(&p);
    }
    close(fd);
}

/* The checksum of the first frame that begins two vertical blanks from now. */
static uint32_t checksum(int data_fd)
{
    uint32_t sequence = kms_vblanks(&kms_pipe[0], 2);
    unsigned frame = 0, crc = 0, i;

    for (i = 0; i < 1000 && frame <= sequence; i++) {
        char line[128] = "";
        ssize_t len = read(data_fd, line, sizeof(line) - 1);

        line[len > 0 ? len : 0] = '\0';
        if (sscanf(line, "0x%x 0x%x", &frame, &crc) != 2) {
            expect(false, "checksum: '%s'", line);
            break;
        }
    }
    return crc;
}

static void test_checksums(void)
{
    static const char base[] = "/sys/kernel/debug/dri/0/crtc-0/crc/";
    uint32_t a, b, c;
    char path[128];
    Picture p, q;
    KmsFb fb;
    int control_fd, data_fd;

    kms_start(&fb, &p, 130);
    snprintf(path, sizeof(path), "%scontrol", base);
    control_fd = open(path, O_WRONLY | O_CLOEXEC);
    if (control_fd < 0 || write(control_fd, "auto", 4) != 4) {
        gem_fail(path);
    }
    close(control_fd);
    snprintf(path, sizeof(path), "%sdata", base);
    data_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (data_fd < 0) {
        gem_fail(path);
    }
    a = checksum(data_fd);
    picture_init(&q, KMS_WIDTH, KMS_HEIGHT);
    memcpy(q.px, p.px, KMS_WIDTH * KMS_HEIGHT * 4);
    q.px[KMS_WIDTH * KMS_HEIGHT - 1] ^= 1;
    kms_fb_draw(&fb, &q);
    b = checksum(data_fd);
    kms_fb_draw(&fb, &p);
    c = checksum(data_fd);
    expect(a == c && a != b, "checksums of a picture, of one that differs in "
           "a bit, of the first again: %08x %08x %08x", a, b, c);
    close(data_fd);
    picture_free(&q);
    kms_stop(&fb, &p);
}

static const Point tests[] = {
    { "modes", test_modes },
    { "range", test_range },
    { "formats", test_formats },
    { "panning", test_panning },
    { "flips", test_flips },
    { "async-flips", test_async_flips },
    { "cursor", kms_test_cursor },
    { "sprite", kms_test_sprite },
    { "keys", kms_test_keys },
    { "stack", kms_test_stack },
    { "video", kms_test_video },
    { "rotation", kms_test_rotation },
    { "colors", kms_test_colors },
    { "dpms", test_dpms },
    { "monitors", test_monitors },
    { "three", test_three },
    { "checksums", test_checksums },
    { "hotplug", test_hotplug },
};

int main(int argc, char **argv)
{
    const unsigned count = sizeof(tests) / sizeof(tests[0]);
    unsigned i;

    points_check(tests, count, argc, argv);
    kms_open();
    for (i = 0; i < 2; i++) {
        kms_must_be(kms_set_property((i ? dp : hdmi)->connector, KMS_CONNECTOR,
                                 "Broadcast RGB", 1), 0, "full range");
    }
    for (i = 0; i < KMS_PIPES; i++) {
        kms_set(&kms_pipe[i], NULL, NULL, 0, 0, NULL);
    }
    return points_run(tests, count, argc, argv);
}
