/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks an X server what is on its screen, for the test of a desktop. X has
 * drawn in memory of its own; whether that has come to the device's console
 * is compared pixel by pixel.
 *
 *     desktop managed              until there is a window manager
 *     desktop wait INK NAME        until a window with NAME in its name has
 *                                  INK pixels that are not background
 *     desktop same HEAD X Y W H    the console shows this part of X's screen,
 *                                  pointer included
 *     desktop point X Y            moves the pointer
 *     desktop dark HEAD            the console shows nothing
 *     desktop plug hdmi|dp 0|1     unplugs or plugs a monitor
 *
 * It speaks the X11 protocol itself, because a program that is linked
 * statically has no library for it. Source: X Window System Protocol, version
 * 11, appendix B; X Fixes Extension, version 4.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gem.h"
#include "talk.h"

enum {
    X_GET_WINDOW_ATTRIBUTES = 3,
    X_GET_GEOMETRY = 14,
    X_QUERY_TREE = 15,
    X_INTERN_ATOM = 16,
    X_GET_PROPERTY = 20,
    X_TRANSLATE = 40,
    X_WARP_POINTER = 41,
    X_GET_IMAGE = 73,
    X_QUERY_EXTENSION = 98,
    XFIXES_QUERY_VERSION = 0,
    XFIXES_CURSOR_IMAGE = 4,

    ATOM_WM_NAME = 39,
    MAP_VIEWABLE = 2,
    Z_PIXMAP = 2,
    REPLY_B = 32,
    REPLY_MAX_B = 64 << 20,
    NAME_MAX_B = 256,
    WAIT_S = 60,
    TRIES = 4
};

/* A window's place on the screen. */
typedef struct Place {
    int32_t x, y;
    uint32_t width_px, height_px;
} Place;

static int x_fd;
static uint32_t root;

static uint16_t get16(const uint8_t *p)
{
    return p[0] | p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static void read_all(void *buf, size_t size_B)
{
    uint8_t *p = buf;
    ssize_t n;

    while (size_B > 0) {
        n = read(x_fd, p, size_B);
        if (n <= 0 && errno != EINTR) {
            gem_fail("read from the X server");
        }
        if (n > 0) {
            p += n;
            size_B -= n;
        }
    }
}

static void send_request(uint8_t opcode, uint8_t data, const void *body,
                         uint16_t body_B)
{
    uint8_t request[512] = { opcode, data };
    uint16_t len_dw = (4 + body_B + 3) / 4;

    if (body_B > sizeof(request) - 4) {
        errno = EMSGSIZE;
        gem_fail("request");
    }
    request[2] = len_dw;
    request[3] = len_dw >> 8;
    memcpy(request + 4, body, body_B);
    if (write(x_fd, request, len_dw * 4) != len_dw * 4) {
        gem_fail("write to the X server");
    }
}

/* To be freed; NULL for an error. */
static uint8_t *receive(void)
{
    uint8_t head[REPLY_B], *reply;
    uint64_t more_B;

    do {
        read_all(head, REPLY_B);
    } while (head[0] > 1);              /* events that nobody asked for */
    if (head[0] == 0) {
        return NULL;
    }
    more_B = (uint64_t)get32(head + 4) * 4;
    reply = more_B <= REPLY_MAX_B ? malloc(REPLY_B + more_B) : NULL;
    if (!reply) {
        gem_fail("reply");
    }
    memcpy(reply, head, REPLY_B);
    read_all(reply + REPLY_B, more_B);
    return reply;
}

static uint8_t *ask_x(uint8_t opcode, uint8_t data, const void *body,
                      uint16_t body_B)
{
    send_request(opcode, data, body, body_B);
    return receive();
}

/* For what cannot be refused. */
static uint8_t *must_x(uint8_t opcode, uint8_t data, const void *body,
                       uint16_t body_B, const char *what)
{
    uint8_t *reply = ask_x(opcode, data, body, body_B);

    if (!reply) {
        errno = EPROTO;
        gem_fail(what);
    }
    return reply;
}

static void open_x(void)
{
    struct sockaddr_un address = {
        .sun_family = AF_UNIX, .sun_path = "/tmp/.X11-unix/X0"
    };
    static const uint8_t hello[12] = { 'l', 0, 11 };
    uint8_t head[8], *setup;
    size_t size_B, at;

    x_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (x_fd < 0 || connect(x_fd, (struct sockaddr *)&address,
                            sizeof(address)) < 0 ||
        write(x_fd, hello, sizeof(hello)) != sizeof(hello)) {
        gem_fail("X server");
    }
    read_all(head, sizeof(head));
    size_B = get16(head + 6) * 4u;
    setup = calloc(1, size_B + 64);
    if (!setup) {
        gem_fail("X server");
    }
    read_all(setup, size_B);
    /* behind the vendor's name and the formats: the first screen */
    at = 32 + ((get16(setup + 16) + 3u) & ~3u) + setup[21] * 8u;
    if (head[0] != 1 || at + 40 > size_B) {
        errno = EACCES;
        gem_fail("X server");
    }
    root = get32(setup + at);
    free(setup);
}

static void get_image(Picture *p, const Place *place)
{
    struct {
        uint32_t drawable;
        int16_t x, y;
        uint16_t width, height;
        uint32_t planes;
    } body = { root, place->x, place->y, place->width_px, place->height_px,
               UINT32_MAX };
    uint8_t *reply = must_x(X_GET_IMAGE, Z_PIXMAP, &body, sizeof(body),
                            "GetImage");
    size_t count = (size_t)place->width_px * place->height_px, i;

    picture_init(p, place->width_px, place->height_px);
    if (get32(reply + 4) != count) {
        errno = EPROTO;
        gem_fail("GetImage: not 32 bits a pixel");
    }
    for (i = 0; i < count; i++) {
        p->px[i] = get32(reply + REPLY_B + i * 4) & 0xffffff;
    }
    free(reply);
}

static void draw_pointer(Picture *p, const Place *place)
{
    struct {
        uint16_t len;
        uint16_t pad;
        char name[8];
    } query = { 6, 0, "XFIXES" };
    static const uint32_t version[2] = { 4, 0 };
    uint8_t *reply = must_x(X_QUERY_EXTENSION, 0, &query, 10,
                            "QueryExtension");
    uint8_t opcode = reply[9];
    uint32_t width_px, height_px, i, *px;

    if (!reply[8]) {
        errno = EPROTO;
        gem_fail("XFIXES");
    }
    free(reply);
    free(must_x(opcode, XFIXES_QUERY_VERSION, version, sizeof(version),
                "XFixesQueryVersion"));
    reply = must_x(opcode, XFIXES_CURSOR_IMAGE, NULL, 0,
                   "XFixesGetCursorImage");
    width_px = get16(reply + 12);
    height_px = get16(reply + 14);
    px = malloc((size_t)width_px * height_px * 4 + 4);
    if (!px || width_px * height_px > get32(reply + 4)) {
        gem_fail("the pointer's picture");
    }
    for (i = 0; i < width_px * height_px; i++) {
        px[i] = get32(reply + REPLY_B + i * 4);
    }
    picture_over(p, px, width_px, height_px,
                 (int16_t)get16(reply + 8) - get16(reply + 16) - place->x,
                 (int16_t)get16(reply + 10) - get16(reply + 18) - place->y);
    free(px);
    free(reply);
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Pixels that do not have the commonest colour. */
static uint32_t ink(const Place *place)
{
    uint32_t count, most = 0, run = 0, i;
    Picture p;

    get_image(&p, place);
    count = p.width_px * p.height_px;
    qsort(p.px, count, 4, compare);
    for (i = 0; i < count; i++) {
        run = i && p.px[i] == p.px[i - 1] ? run + 1 : 1;
        most = run > most ? run : most;
    }
    picture_free(&p);
    return count - most;
}

static bool has_name(uint32_t window, const char *wanted)
{
    uint32_t body[5] = { window, ATOM_WM_NAME, 0, 0, NAME_MAX_B / 4 };
    uint8_t *reply = ask_x(X_GET_PROPERTY, 0, body, sizeof(body));
    char name[NAME_MAX_B + 1] = "";
    uint32_t len;

    if (!reply) {
        return false;
    }
    len = reply[1] == 8 ? get32(reply + 16) : 0;
    if (len <= NAME_MAX_B) {
        memcpy(name, reply + REPLY_B, len);
    }
    free(reply);
    return strstr(name, wanted) != NULL;
}

/* A window as far as it is on the screen; false when it is not to be seen. */
static bool find_place(uint32_t window, Place *place)
{
    struct {
        uint32_t from, to;
        int16_t x, y;
    } body = { window, root, 0, 0 };
    uint8_t *reply = ask_x(X_GET_WINDOW_ATTRIBUTES, 0, &window, 4);
    bool seen = reply && reply[26] == MAP_VIEWABLE;

    free(reply);
    reply = seen ? ask_x(X_GET_GEOMETRY, 0, &window, 4) : NULL;
    if (!reply) {
        return false;
    }
    place->width_px = get16(reply + 16);
    place->height_px = get16(reply + 18);
    free(reply);
    reply = ask_x(X_TRANSLATE, 0, &body, sizeof(body));
    if (!reply) {
        return false;
    }
    place->x = (int16_t)get16(reply + 12);
    place->y = (int16_t)get16(reply + 14);
    free(reply);
    return place->x >= 0 && place->y >= 0;
}

static bool find_window(uint32_t window, const char *name, Place *place)
{
    uint8_t *reply;
    uint32_t count, i;
    bool found = false;

    if (has_name(window, name) && find_place(window, place)) {
        return true;
    }
    reply = ask_x(X_QUERY_TREE, 0, &window, 4);
    if (!reply) {
        return false;
    }
    count = get16(reply + 16);
    for (i = 0; i < count && !found; i++) {
        found = find_window(get32(reply + REPLY_B + i * 4), name, place);
    }
    free(reply);
    return found;
}

static void screen_size(Place *place)
{
    uint8_t *reply = must_x(X_GET_GEOMETRY, 0, &root, 4, "GetGeometry");

    place->width_px = get16(reply + 16);
    place->height_px = get16(reply + 18);
    free(reply);
}

static void wait_managed(void)
{
    struct {
        uint16_t len;
        uint16_t pad;
        char name[24];
    } intern = { 24, 0, "" };
    uint32_t body[5] = { root, 0, 0, 0, 1 };
    double end = seconds() + WAIT_S;
    uint8_t *reply;
    uint32_t type = 0;

    memcpy(intern.name, "_NET_SUPPORTING_WM_CHECK", 24);
    reply = must_x(X_INTERN_ATOM, 0, &intern, sizeof(intern), "InternAtom");
    body[1] = get32(reply + 8);
    free(reply);
    while (!type && seconds() < end) {
        usleep(100000);
        reply = must_x(X_GET_PROPERTY, 0, body, sizeof(body), "GetProperty");
        type = get32(reply + 8);
        free(reply);
    }
    expect(type != 0, "no window manager");
}

static void wait_for(uint32_t wanted_ink, const char *name)
{
    double end = seconds() + WAIT_S;
    Place screen, place = { 0 };
    uint32_t got = 0;
    bool found;

    for (;;) {
        screen_size(&screen);
        found = find_window(root, name, &place) &&
                place.x + place.width_px <= screen.width_px &&
                place.y + place.height_px <= screen.height_px;
        got = found ? ink(&place) : 0;
        if (got >= wanted_ink || seconds() > end) {
            break;
        }
        usleep(200000);
    }
    printf("%s: %ux%u at %d,%d, ink %u\n", name, place.width_px,
           place.height_px, place.x, place.y, got);
    expect(found, "no window of '%s' on the screen", name);
    expect(got >= wanted_ink, "'%s' has drawn %u pixels", name, got);
}

/* X's screen when it has not changed for a moment. */
static void get_settled(Picture *p, const Place *place)
{
    double end = seconds() + WAIT_S / 4;
    bool settled = false;
    Picture before;

    get_image(p, place);
    while (!settled && seconds() < end) {
        before = *p;
        usleep(400000);
        get_image(p, place);
        settled = memcmp(before.px, p->px, (size_t)place->width_px *
                         place->height_px * 4) == 0;
        picture_free(&before);
    }
}

static void same(unsigned head, const Place *place)
{
    char answer[256], what[64];
    bool good = false;
    Place screen;
    unsigned i;

    screen_size(&screen);
    if (place->x + place->width_px > screen.width_px ||
        place->y + place->height_px > screen.height_px) {
        expect(false, "X's screen is %ux%u", screen.width_px,
               screen.height_px);
        return;
    }
    snprintf(what, sizeof(what), "desktop %ux%u at %d,%d on %u",
             place->width_px, place->height_px, place->x, place->y, head);
    /* a clock may tick in between */
    for (i = 0; i < TRIES && !good; i++) {
        Picture p;

        get_settled(&p, place);
        draw_pointer(&p, place);
        good = talk_compare(head, &p, 1, what, answer, sizeof(answer));
        picture_free(&p);
    }
    expect(good, "%s: %s", what, answer);
}

static void point(int16_t x, int16_t y)
{
    struct {
        uint32_t from, to;
        int16_t from_x, from_y;
        uint16_t from_width, from_height;
        int16_t x, y;
    } body = { 0, root, 0, 0, 0, 0, x, y };
    Place screen;

    send_request(X_WARP_POINTER, 0, &body, sizeof(body));
    screen_size(&screen);               /* the server has come to it */
}

int main(int argc, char **argv)
{
    const char *action = argc > 1 ? argv[1] : "";

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(action, "dark") == 0 && argc == 3) {
        talk_dark(atoi(argv[2]), "dark");
    } else if (strcmp(action, "plug") == 0 && argc == 4) {
        talk_plug(argv[2], atoi(argv[3]));
    } else if (strcmp(action, "managed") == 0 && argc == 2) {
        open_x();
        wait_managed();
    } else if (strcmp(action, "wait") == 0 && argc == 4) {
        open_x();
        wait_for(atoi(argv[2]), argv[3]);
    } else if (strcmp(action, "same") == 0 && argc == 7) {
        Place place = { atoi(argv[3]), atoi(argv[4]), atoi(argv[5]),
                        atoi(argv[6]) };

        open_x();
        same(atoi(argv[2]), &place);
    } else if (strcmp(action, "point") == 0 && argc == 4) {
        open_x();
        point(atoi(argv[2]), atoi(argv[3]));
    } else {
        fprintf(stderr, "usage: desktop managed | wait INK NAME | "
                "same HEAD X Y W H | point X Y | dark HEAD | plug PORT 0|1\n");
        return 1;
    }
    return gem_wrong ? 1 : 0;
}
