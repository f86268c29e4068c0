# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of what is on the screen: mode setting by a program of our own, and
a desktop on Xorg.

A program in the guest says over a port what a console must show (talk.h);
here it is compared with what the console does show."""

import json
import os
import re
import socket
import tempfile
import threading
import time

FUNCTIONS = {"vgpu": "v0", "passthrough": "p0"}
# A picture may come a frame or an interrupt late.
PATIENCE_S = 5


class Monitor:
    """A connection to QEMU's monitor."""

    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(60)
        self.connection.connect(path)
        self.stream = self.connection.makefile("rwb")
        self.stream.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        request = {"execute": name, "arguments": arguments}
        self.stream.write(json.dumps(request).encode() + b"\n")
        self.stream.flush()
        answer = {}
        while not {"return", "error"} & set(answer):
            answer = json.loads(self.stream.readline())
        if "error" in answer:
            raise ValueError(answer["error"]["desc"])
        return answer["return"]


def difference(shown, wanted, tolerance):
    """In words, where two pictures differ (width, height, red, green, blue:
    a byte a pixel each); empty when they do not."""
    if shown[:2] != wanted[:2]:
        return "the console has %dx%d" % shown[:2]
    count, first = 0, ""
    width = shown[0]
    if shown[2:] == wanted[2:]:
        return ""
    for y in range(shown[1]):
        row = slice(y * width, (y + 1) * width)
        got = [channel[row] for channel in shown[2:]]
        want = [channel[row] for channel in wanted[2:]]
        if got == want:
            continue
        for x in range(width):
            if any(abs(g[x] - w[x]) > tolerance for g, w in zip(got, want)):
                count += 1
                first = first or "%d,%d: %02x%02x%02x, not %02x%02x%02x" % (
                    x, y, *(g[x] for g in got), *(w[x] for w in want))
    return f"{count} pixels differ, first {first}" if count else ""


class Talk(threading.Thread):
    """Answers the program in the guest."""

    def __init__(self, folder, device, keep):
        super().__init__(daemon=True)
        self.folder = folder
        self.device = device
        self.keep = keep            # where pictures that are wrong go
        self.over = threading.Event()
        self.monitor = None
        self.problem = ""
        self.pictures = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def qemu_args(self):
        return (f"-qmp unix:{self.path('qmp')},server=on,wait=off "
                f"-chardev socket,id=talk,path={self.path('talk')},"
                "server=on,wait=off "
                "-device virtio-serial-pci,id=talks,addr=0x14 "
                "-device virtserialport,bus=talks.0,chardev=talk,"
                "name=gvirt.talk")

    def _connect(self):
        connection = socket.socket(socket.AF_UNIX)
        while not self.over.is_set():
            try:
                connection.connect(self.path("talk"))
                return connection
            except OSError:
                time.sleep(0.1)
        return None

    def run(self):
        connection = self._connect()
        if not connection:
            return
        self.monitor = Monitor(self.path("qmp"))
        stream = connection.makefile("rwb")
        for line in stream:
            words = line.decode(errors="replace").split(" ", 4)
            try:
                answer = getattr(self, f"_{words[0]}")(stream, line.decode())
            except (AttributeError, ValueError, OSError) as error:
                answer = self.problem = f"{words[0]}: {error}"
            stream.write(answer.replace("\n", " ").encode() + b"\n")
            stream.flush()

    def _dump(self, head):
        """The console as width, height and three channels."""
        path = self.path("screen.ppm")
        self.monitor.command("screendump", filename=path, device=self.device,
                             head=head)
        with open(path, "rb") as file:
            data = file.read()
        kind, width, height, depth = data.split(maxsplit=4)[:4]
        if kind != b"P6" or depth != b"255":
            raise ValueError("the screendump is not what QEMU writes")
        width, height = int(width), int(height)
        pixels = data[len(data) - width * height * 3:]
        return (width, height, pixels[0::3], pixels[1::3], pixels[2::3])

    def _patiently(self, check):
        limit = time.monotonic() + PATIENCE_S
        while True:
            said = check()
            if not said or time.monotonic() > limit:
                return said or "yes"
            time.sleep(0.2)

    def _shows(self, stream, line):
        _, head, width, height, tolerance, what = line.split(" ", 5)
        width, height = int(width), int(height)
        data = stream.read(width * height * 4)
        wanted = (width, height, data[2::4], data[1::4], data[0::4])
        self.pictures += 1
        answer = self._patiently(lambda: difference(
            self._dump(int(head)), wanted, int(tolerance)))
        if answer != "yes":
            name = re.sub(r"\W+", "-", what.strip())
            self._save(f"{name}-is", self._dump(int(head)))
            self._save(f"{name}-should-be", wanted)
        return answer

    def _dark(self, _, line):
        """Nothing but perhaps QEMU's few words."""
        head = int(line.split(" ", 2)[1])

        def check():
            width, height, *channels = self._dump(head)
            lit = sum(width * height - channel.count(0)
                      for channel in channels) / 3
            return (f"{lit:.0f} pixels of {width}x{height} are lit"
                    if lit > 0.02 * width * height else "")

        self.pictures += 1
        return self._patiently(check)

    def _plug(self, _, line):
        _, port, there = line.split()
        self.monitor.command("qom-set", property=port, value=there == "1",
                             path=f"/machine/peripheral/{self.device}")
        return "yes"

    def _save(self, name, picture):
        os.makedirs(self.keep, exist_ok=True)
        with open(os.path.join(self.keep, name + ".ppm"), "wb") as file:
            file.write(b"P6\n%d %d\n255\n" % picture[:2])
            file.write(bytes(value for pixel in zip(*picture[2:])
                             for value in pixel))


# Xorg looks for a session manager, which a bare guest has not.
XORG_ERROR = re.compile(r"\(EE\) (?!error, |dbus-core: error connecting)")

# In the guest, after desktop-session.
DESKTOP = r"""
export DISPLAY=:0
bad=0
try() { "$@" || { echo "wrong: $*"; bad=1; }; }
same() { try ./desktop same "$@"; }
wait_for() { for i in $(seq 200); do eval "$1" && return; sleep 0.2; done
             echo "wrong: never $1"; bad=1; }
try ./desktop-session
try ./desktop wait 3000 xterm
try ./desktop wait 400 xclock
try ./desktop wait 5000 Calculator
try ./desktop wait 5000 Mousepad
same 0 0 0 1024 768
try ./desktop point 1020 5; same 0 0 0 1024 768
try ./desktop point 200 150; same 0 0 0 1024 768
for m in 640x480 1280x1024 1920x1080 1024x768; do
    try xrandr --output HDMI-1 --mode $m; same 0 0 0 ${m/x/ }
done
try xset dpms force off; try ./desktop dark 0
try xset dpms force on; same 0 0 0 1024 768
try ./desktop plug dp 1
wait_for "xrandr --current | grep -q '^DP-2 connected'"
try xrandr --output DP-2 --mode 1280x1024 --right-of HDMI-1
try ./desktop point 1100 100
same 0 0 0 1024 768; same 1 1024 0 1280 1024
try xrandr --output DP-2 --mode 1024x768 --same-as HDMI-1
same 0 0 0 1024 768; same 1 0 0 1024 768
try ./desktop plug dp 0
wait_for "xrandr --current | grep -q '^DP-2 disconnected'"
try xrandr --output DP-2 --off
try ./desktop dark 1; same 0 0 0 1024 768
try ./desktop plug hdmi 0
wait_for "xrandr --current | grep -q '^HDMI-1 disconnected'"
try ./desktop dark 0
try ./desktop plug hdmi 1
wait_for "xrandr --current | grep -q '^HDMI-1 connected'"
try xrandr --output HDMI-1 --mode 1024x768; same 0 0 0 1024 768
[ $bad = 0 ] || tail -n 5 programs.log
echo "@@@ Xorg.log"; cat Xorg.log
exit $bad
"""


class Screen:
    """The tests, on the harness that runs them."""

    def __init__(self, harness):
        self.harness = harness

    def _guest(self, setting, command, *more, timeout=300):
        """Runs a command in a guest and answers what it asks."""
        device = FUNCTIONS[setting.gpu]
        with tempfile.TemporaryDirectory() as folder:
            talk = Talk(folder, device, str(self.harness.BUILD / "pictures" /
                                            setting.gpu))
            talk.start()
            try:
                status, output, log = setting.guest(
                    command, *more, timeout=timeout, qemu_args=talk.qemu_args)
            finally:
                talk.over.set()
        return status, output + talk.problem, log, talk.pictures

    def kms(self, tap, setting):
        """What the kernel can set, in pictures."""
        what = f"kms {setting.where}"
        status, output, log, pictures = self._guest(
            setting, "./kms", "--put", str(self.harness.compiled("kms")),
            "--device-args", "dp=on,vga=on", timeout=600)
        tap.point(status == 0 and pictures > 60,
                  f"{what}: {pictures} pictures as they should be",
                  f"status {status}", output)
        self.harness.log_points(tap, setting, log, what)

    def desktop(self, tap, setting):
        """Xorg, a window manager, a few programs, monitors."""
        what = f"desktop {setting.where}"
        shot = self.harness.BUILD / "pictures" / setting.gpu / "desktop.png"
        shot.parent.mkdir(parents=True, exist_ok=True)
        status, output, log, pictures = self._guest(
            setting, DESKTOP, "--put", str(self.harness.compiled("desktop")),
            "--put", str(self.harness.HERE / "desktop-session"),
            "--screenshot", str(shot), timeout=600)
        text, _, xorg = output.partition("@@@ Xorg.log\n")
        tap.point(status == 0 and pictures >= 17,
                  f"{what}: {pictures} times what X has drawn is on the "
                  "screen", f"status {status}", text)
        errors = [line for line in xorg.split("\n") if XORG_ERROR.search(line)]
        tap.point("modeset(0): Output HDMI-1 using initial mode" in xorg and
                  not errors, f"{what}: no error in Xorg's log",
                  *(errors or [xorg]))
        self.harness.log_points(tap, setting, log, what)


def programs():
    return {"desktop": ("desktop.c", "talk.c", "gem.c"),
            "kms": ("kms.c", "kms-plane.c", "kms-card.c", "talk.c", "points.c",
                    "gem.c")}


def tests(harness):
    screen = Screen(harness)
    return {"kms": screen.kms, "desktop": screen.desktop}
