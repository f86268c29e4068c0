/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's end of the talk with the test; see talk.h. */
#include "talk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gem.h"

#define PORTS "/sys/class/virtio-ports"
#define PORT_NAME "gvirt.talk"

static int port_fd = -1;

static bool is_port(const char *entry)
{
    char path[512], name[64] = "";
    int fd;

    snprintf(path, sizeof(path), PORTS "/%s/name", entry);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    if (read(fd, name, sizeof(name) - 1) < 0) {
        name[0] = '\0';
    }
    close(fd);
    name[strcspn(name, "\n")] = '\0';
    return strcmp(name, PORT_NAME) == 0;
}

static void open_port(void)
{
    DIR *dir = opendir(PORTS);
    struct dirent *entry;
    char path[512];

    while (dir && port_fd < 0 && (entry = readdir(dir))) {
        if (is_port(entry->d_name)) {
            snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
            port_fd = open(path, O_RDWR | O_CLOEXEC);
        }
    }
    if (dir) {
        closedir(dir);
    }
    if (port_fd < 0) {
        gem_fail("no port " PORT_NAME);
    }
}

static void send_all(const void *buf, size_t size_B)
{
    const char *p = buf;
    ssize_t n;

    while (size_B > 0) {
        n = write(port_fd, p, size_B);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            gem_fail("write to " PORT_NAME);
        }
        if (n > 0) {
            p += n;
            size_B -= n;
        }
    }
}

/* A request in one line, with bytes behind it; the answer is a line. */
static void ask(const char *request, const void *more, size_t more_B,
                char *answer, size_t answer_size)
{
    size_t len = 0;
    ssize_t n;

    if (port_fd < 0) {
        open_port();
    }
    send_all(request, strlen(request));
    send_all(more, more_B);
    while (len < answer_size - 1) {
        n = read(port_fd, answer + len, 1);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            gem_fail("read from " PORT_NAME);
        }
        if (n == 0) {
            errno = EPIPE;
            gem_fail("nobody at " PORT_NAME);
        }
        if (n > 0 && answer[len++] == '\n') {
            break;
        }
    }
    answer[len ? len - 1 : 0] = '\0';
}

static void must(const char *request, const char *what)
{
    char answer[256];

    ask(request, NULL, 0, answer, sizeof(answer));
    expect(strcmp(answer, "yes") == 0, "%s: %s", what, answer);
}

bool talk_compare(unsigned head, const Picture *want, unsigned tolerance,
                  const char *what, char *answer, size_t answer_size)
{
    char request[512];

    snprintf(request, sizeof(request), "shows %u %u %u %u %.300s\n", head,
             want->width_px, want->height_px, tolerance, what);
    ask(request, want->px, (size_t)want->width_px * want->height_px * 4,
        answer, answer_size);
    return strcmp(answer, "yes") == 0;
}

void talk_shows(unsigned head, const Picture *want, unsigned tolerance,
                const char *what)
{
    char answer[256];

    expect(talk_compare(head, want, tolerance, what, answer, sizeof(answer)),
           "%s: %s", what, answer);
}

void talk_dark(unsigned head, const char *what)
{
    char request[512];

    snprintf(request, sizeof(request), "dark %u %.300s\n", head, what);
    must(request, what);
}

void talk_plug(const char *port, bool there)
{
    char request[64];

    snprintf(request, sizeof(request), "plug %.32s %d\n", port, there);
    must(request, "plug");
}

void picture_init(Picture *p, uint32_t width_px, uint32_t height_px)
{
    p->width_px = width_px;
    p->height_px = height_px;
    p->px = calloc((size_t)width_px * height_px, 4);
    if (!p->px) {
        gem_fail("picture");
    }
}

void picture_free(Picture *p)
{
    free(p->px);
    p->px = NULL;
}

void picture_paint(Picture *p, uint32_t seed)
{
    uint32_t *px = p->px, x, y;

    for (y = 0; y < p->height_px; y++) {
        for (x = 0; x < p->width_px; x++) {
            *px++ = ((x + seed * 37) & 0xff) << 16 |
                    ((y * 3 + (x >> 8) * 40 + seed) & 0xff) << 8 |
                    (((x ^ y) + (y >> 8) * 90 + seed * 11) & 0xff);
        }
    }
}

static uint32_t over(uint32_t source, uint32_t below)
{
    uint32_t alpha = source >> 24, out = 0, c;
    unsigned shift;

    for (shift = 0; shift < 24; shift += 8) {
        c = (source >> shift & 0xff) +
            ((below >> shift & 0xff) * (255 - alpha) + 127) / 255;
        out |= (c < 255 ? c : 255) << shift;
    }
    return out;
}

void picture_over(Picture *p, const uint32_t *source, uint32_t width_px,
                  uint32_t height_px, int32_t x, int32_t y)
{
    uint32_t i, j, *px;

    for (j = 0; j < height_px; j++) {
        for (i = 0; i < width_px; i++) {
            int64_t to_x = (int64_t)x + i, to_y = (int64_t)y + j;

            if (to_x < 0 || to_y < 0 || to_x >= p->width_px ||
                to_y >= p->height_px) {
                continue;
            }
            px = &p->px[to_y * p->width_px + to_x];
            *px = over(source[j * width_px + i], *px);
        }
    }
}
