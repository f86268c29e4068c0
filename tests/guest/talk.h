/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest program's talk with the test outside of the machine, over a
 * virtio-serial port of its own (tests/guest/screen.py is the other end):
 * what a console shows is compared there with what it should show, and
 * monitors are plugged and unplugged from there.
 */
#ifndef GVIRT_TESTS_GUEST_TALK_H
#define GVIRT_TESTS_GUEST_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Picture {
    uint32_t width_px, height_px;
    uint32_t *px;                   /* x8r8g8b8, rows without gaps */
} Picture;

/* Black; ends the program when there is no memory. */
void picture_init(Picture *p, uint32_t width_px, uint32_t height_px);
void picture_free(Picture *p);
/* No two neighbours alike, and another one for each seed. */
void picture_paint(Picture *p, uint32_t seed);
/* A source of a8r8g8b8, multiplied by alpha, over the picture at (x, y). */
void picture_over(Picture *p, const uint32_t *source, uint32_t width_px,
                  uint32_t height_px, int32_t x, int32_t y);

/*
 * expect() that the console of a head shows the picture, no channel further
 * off than tolerance.  head: 0 HDMI, 1 DisplayPort, 2 VGA.
 */
void talk_shows(unsigned head, const Picture *want, unsigned tolerance,
                const char *what);
/* The same for whom a picture may change meanwhile: yes, or the answer. */
bool talk_compare(unsigned head, const Picture *want, unsigned tolerance,
                  const char *what, char *answer, size_t answer_size);
/* expect() that it shows no picture. */
void talk_dark(unsigned head, const char *what);
/* Plugs or unplugs a monitor: "hdmi", "dp", "vga". */
void talk_plug(const char *port, bool there);

#endif /* GVIRT_TESTS_GUEST_TALK_H */
