# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of what happens to a GPU in its life: hangs and resets, load and
rest, suspend, drivers and monitors that come and go.

They use the harness of tests/guest/run, which passes itself to tests()."""

import contextlib
import json
import os
import pathlib
import re
import socket
import tempfile
import threading

import errorstate

# What a hang is expected to say.
HANG_LINES = re.compile(r"GPU HANG: ecode 7:|Resetting \w+ for |"
                        r"context reset due to GPU hang")
# What gvirt-decode makes of the error state: the endless batch of hang.c,
# captured, with the engine in its loop, and the ring behind its start.
HANG_WORDS = (
    r"^rcs0 command stream:$",
    r"^      in user, 0x10 bytes behind its start: the command there is the "
    r"one in IPEHR$",
    r"^      command: MI_BATCH_BUFFER_START$",
    r"^      busy: CS$",
    r"^      per-process table enabled$",
    r"MI_STORE_DATA_IMM, 4 dwords\n *dword 1: 0x00000000\n"
    r" *address: 0x[0-9a-f]{8} ppgtt\n *data: 0x600dcafe\n"
    r"> 0x[0-9a-f]{8}  18800100  MI_BATCH_BUFFER_START, 2 dwords  <- ACTHD\n"
    r" *space: per-process\n *address: 0x[0-9a-f]{8} ppgtt\n *\(back\)$",
    r"^> .*  <- .*HEAD",
    r"MI_SET_CONTEXT, 2 dwords$",
)
ENGINES = ("rcs0", "bcs0", "vcs0", "vecs0")
FUNCTIONS = {"vgpu": "v0", "passthrough": "p0"}
HEADS = {"hdmi": 0, "dp": 1, "vga": 2}

# Without userspace, the words of a shell: everything a test prints is
# "name=value", and wait_for() gives up after 20 s.
SHELL = r"""
dev=/sys/bus/pci/devices/0000:00:02.0
say() { echo "$1=$2"; }
wait_for() { for i in $(seq 200); do eval "$1" && return; sleep 0.1; done; }
wedged() { cat /sys/kernel/debug/dri/0/i915_wedged; }
works() {
    gem_exec_nop -e all -r 1 >/dev/null && [ "$(wedged)" = 0 ] && echo yes
}
console() {
    for c in /sys/class/vtconsole/*; do
        grep -q 'frame buffer' $c/name && echo $1 >$c/bind
    done
}
connected() { grep -lx connected /sys/class/drm/card0-$1-*/status | wc -l; }
"""


def read_ppm(folder, name):
    """Size and rows of a screen dump; no size when there is none."""
    try:
        data = pathlib.Path(folder, f"{name}.ppm").read_bytes()
    except OSError:
        return None, []
    _, size, _, pixels = data.split(b"\n", 3)
    width, height = (int(word) for word in size.split())
    return (width, height), [pixels[y * width * 3:(y + 1) * width * 3]
                             for y in range(height)]


class Talker(threading.Thread):
    """Tells QEMU things when the guest's kernel log has come to a mark."""

    def __init__(self, folder, log_path, steps):
        super().__init__(daemon=True)
        self.path = os.path.join(folder, "qmp")
        self.log_path = log_path
        self.steps = steps
        self.answers = []
        self.problem = ""
        self.over = threading.Event()

    @property
    def qemu_args(self):
        return f"-qmp unix:{self.path},server=on,wait=off"

    def reached(self, mark):
        try:
            return mark in self.log_path.read_text(errors="replace")
        except OSError:
            return False

    def command(self, name, **arguments):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(self.path)
            stream = connection.makefile("rwb")
            stream.readline()
            for request in ({"execute": "qmp_capabilities"},
                            {"execute": name, "arguments": arguments}):
                stream.write(json.dumps(request).encode() + b"\n")
                stream.flush()
                answer = {}
                while not {"return", "error"} & set(answer):
                    answer = json.loads(stream.readline())
            if "error" in answer:
                raise ValueError(answer["error"]["desc"])
            self.answers.append(answer["return"])
            return answer["return"]

    def run(self):
        for mark, until, name, arguments in self.steps:
            while not self.reached(mark):
                if self.over.wait(0.2):
                    return
            try:
                self.command(name, **arguments)
                while until and not self.reached(until):
                    if self.over.wait(2):
                        return
                    self.command(name, **arguments)
            except (OSError, ValueError) as error:
                if not self.over.is_set():
                    self.problem = f"{name}: {error}"
                return


@contextlib.contextmanager
def talker(harness, setting, steps=()):
    """Somebody at the monitor of the guest that the setting runs next."""
    log = (harness.BUILD / "logs" /
           f"{setting.gpu}-{setting.suite}-{setting.runs}" / "dmesg.log")
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        one = Talker(folder, log, steps)
        one.start()
        try:
            yield one
        finally:
            one.over.set()
            one.join()


class Life:
    """The tests, on the harness that runs them."""

    def __init__(self, harness):
        self.harness = harness

    def _guest(self, setting, script, *more, steps=(), timeout=300):
        """A guest with somebody at QEMU's monitor; its values and log.
        QEMU's answers become values answer0, answer1 ..."""
        with talker(self.harness, setting, steps) as told:
            status, output, log = setting.guest(
                SHELL + script, *more, timeout=timeout,
                qemu_args=told.qemu_args)
        values = dict(re.findall(r"^(\w+)=(.*)$", output, re.M))
        values |= {f"answer{number}": str(answer)
                   for number, answer in enumerate(told.answers)}
        return status, output + told.problem, log, values

    def _points(self, tap, setting, what, got, wanted):
        """The guest came to its end, and each value is what it should be."""
        status, output, log, values = got
        tap.point(status == 0, f"{what}: runs to its end", f"status {status}",
                  output)
        for name, value in wanted.items():
            tap.point(re.fullmatch(value, values.get(name, "")) is not None,
                      f"{what}: {name.replace('_', ' ')}",
                      f"got '{values.get(name)}', not '{value}'", output)
        self.harness.log_points(tap, setting, log, what)

    def hang(self, tap, setting):
        """Each engine hangs; reset of it alone, of all, and by hand."""
        what = f"hang {setting.where}"
        status, output, log = setting.guest(
            "./hang && ./hang --full && "
            "echo 15 >/sys/kernel/debug/dri/0/i915_wedged && "
            "./hang --engine rcs0 --keep err && "
            "intel_error_decode err >words.txt; s=$?; echo words:; "
            "cat words.txt; exit $s",
            "--put", str(self.harness.compiled("hang")), timeout=300)
        text, _, words = output.partition("words:\n")
        tap.point(status == 0, f"{what}: found, reset, nobody else harmed",
                  f"status {status}", text)
        for engine in ENGINES:
            tap.point(f"Resetting {engine} for stopped heartbeat" in log and
                      f"Resetting chip for stopped heartbeat on {engine}"
                      in log, f"{what}: {engine} alone and with all", log)
        tap.point("Resetting chip for Manually reset engine" in log,
                  f"{what}: reset by hand", log)
        tap.point("Detected GEN7 chipset" in words and
                  "len=16384, enabled" in words and
                  "MI_BATCH_BUFFER_START" in words,
                  f"{what}: Intel's tool decodes the error state", words)
        # what i915 has kept is of the last one, on the render engine
        words = errorstate.decoded(setting.error_state)
        missing = [pattern for pattern in HANG_WORDS
                   if not re.search(pattern, words, re.M)]
        tap.point(not missing, f"{what}: the error state decodes in words",
                  *missing, words)
        log = "\n".join(line for line in log.split("\n")
                        if not HANG_LINES.search(line))
        self.harness.log_points(tap, setting, log, what)

    def load(self, tap, setting):
        """Busyness, clock and RC6 follow the load."""
        what = f"load {setting.where}"
        rc6 = "--no-rc6" if setting.gpu == "vgpu" else ""
        status, output, log = setting.guest(
            f"./load {rc6}", "--put", str(self.harness.compiled("load")))
        tap.point(status == 0, f"{what}: told as it is", f"status {status}",
                  output)
        self.harness.log_points(tap, setting, log, what)

    def suspend(self, tap, setting):
        """To idle and back; the driver unbound, unloaded, bound again."""
        what = f"suspend {setting.where}"
        got = self._guest(setting, r"""
            modprobe button; wait_for '[ -e /sys/class/input/input0 ]'
            echo freeze >/sys/power/state && say resumed yes
            say works_after_suspend "$(works)"
            console 0; echo 0000:00:02.0 >/sys/bus/pci/drivers/i915/unbind
            say unbound $([ -e /dev/dri/card0 ] || echo yes)
            echo 0000:00:02.0 >/sys/bus/pci/drivers/i915/bind
            wait_for 'grep -q i915 /proc/fb'
            say works_after_bind "$(works)"
            console 0; modprobe -r i915 && say unloaded yes
            modprobe i915; wait_for 'grep -q i915 /proc/fb'
            say works_after_load "$(works)"
            say monitors $(connected HDMI-A)""",
            steps=[("PM: suspend entry", "PM: suspend exit",
                    "system_powerdown", {})])
        self._points(tap, setting, what, got, {
            name: "yes" for name in (
                "resumed", "works_after_suspend", "unbound",
                "works_after_bind", "unloaded", "works_after_load")
        } | {"monitors": "1"})
        if setting.gpu != "passthrough":
            return          # i915 keeps a vGPU awake
        what = f"runtime suspend {setting.where}"
        got = self._guest(setting, r"""
            status() { cat $dev/power/runtime_status; }
            wait_for '[ $(status) = suspended ]'; say rests $(status)
            gem_exec_nop -e all -r 1 >/dev/null; say wakes $(status)
            say works "$(works)"
            wait_for '[ $(status) = suspended ]'; say rests_again $(status)
            """, "--device-args", "hdmi=off")
        self._points(tap, setting, what, got, {
            "rests": "suspended", "wakes": "active", "works": "yes",
            "rests_again": "suspended"})

    def scroll(self, tap, setting):
        """A console that scrolls does not leave the guest once."""
        def count(name):
            return ("qom-get", {"path": "/machine/peripheral/" +
                                FUNCTIONS[setting.gpu], "property": name})

        what = f"scroll {setting.where}"
        got = self._guest(setting, r"""
            wait_for 'grep -q i915 /proc/fb'; seq 200 >/dev/tty1; sleep 1
            echo "gvirt: before" >/dev/kmsg; sleep 3
            seq 5000 >/dev/tty1 && say scrolled yes; sleep 1
            echo "gvirt: after" >/dev/kmsg; sleep 3""",
            steps=[("gvirt: before", None, *count("aperture-exits")),
                   ("gvirt: after", None, *count("aperture-exits")),
                   ("gvirt: after", None, *count("aperture-maps"))])
        before, after, maps = (int(got[3].get(f"answer{n}", -1))
                               for n in range(3))
        tap.point(0 < before == after, f"{what}: no access is trapped",
                  f"{before} before, {after} after")
        tap.point(maps > 0, f"{what}: for the picture is mapped", maps)
        self._points(tap, setting, what, got, {"scrolled": "yes"})

    def hotplug(self, tap, setting):
        """Monitors come and go; a console on DisplayPort."""
        def plug(port, there):
            return ("qom-set", {"path": "/machine/peripheral/" +
                                FUNCTIONS[setting.gpu],
                                "property": port, "value": there})

        what = f"hotplug {setting.where}"
        got = self._guest(setting, r"""
            mark() { echo "gvirt: $1" >/dev/kmsg; }
            say at_first $(connected HDMI-A),$(connected DP)
            mark one; wait_for '[ $(connected DP) = 1 ]'
            say plugged $(connected HDMI-A),$(connected DP)
            mark two; wait_for '[ $(connected HDMI-A) = 0 ]'
            say unplugged $(connected HDMI-A),$(connected DP)
            mark three; wait_for '[ $(connected HDMI-A) = 1 ]'
            say back $(connected HDMI-A),$(connected DP)
            say modes $(cat /sys/class/drm/card0-DP-*/modes | grep -cx 1024x768)
            say works "$(works)" """,
            steps=[("gvirt: one", None, *plug("dp", True)),
                   ("gvirt: two", None, *plug("hdmi", False)),
                   ("gvirt: three", None, *plug("hdmi", True))])
        self._points(tap, setting, what, got, {
            "at_first": "1,0", "plugged": "1,1", "unplugged": "0,1",
            "back": "1,1", "modes": "[1-9]", "works": "yes"})

        what = f"DisplayPort {setting.where}"
        got = self._guest(setting, r"""
            wait_for 'grep -q i915 /proc/fb'; sleep 1
            say size $(cat /sys/class/graphics/fb0/virtual_size)
            say lit $(grep -lx enabled /sys/class/drm/card0-DP-*/enabled |
                      wc -l)
            say works "$(works)" """, "--device-args",
            "dp=on,hdmi=off,xres=1920,yres=1080")
        self._points(tap, setting, what, got,
                     {"size": "1920,1080", "lit": "1", "works": "yes"})

    def vga(self, tap, setting):
        """The analog port: plugged beside HDMI, and alone."""
        device = FUNCTIONS[setting.gpu]
        write = (r"""printf '\033[?25l\033[2J\033[H' >/dev/tty1
            for i in $(seq 12); do
                printf 'line %d: the quick brown fox jumps\n\n' $i >/dev/tty1
            done; sleep 1""")

        def plug(there):
            return ("qom-set", {"path": f"/machine/peripheral/{device}",
                                "property": "vga", "value": there})

        def shoot(head):
            return ("screendump", {
                "filename": os.path.join(folder, f"{head}.ppm"),
                "device": device, "head": HEADS[head]})

        with tempfile.TemporaryDirectory() as folder:
            what = f"vga plugged {setting.where}"
            got = self._guest(setting, r"""
                mark() { echo "gvirt: $1" >/dev/kmsg; }
                lit() { cat /sys/class/drm/card0-VGA-1/enabled; }
                echo 1 >/proc/sys/kernel/printk
                say at_first $(connected VGA),$(connected HDMI-A)
                mark one; wait_for '[ $(connected VGA) = 1 ]'
                say plugged $(connected VGA),$(connected HDMI-A)
                wait_for '[ $(lit) = enabled ]'; say lit $(lit)
                """ + write + r"""
                mark two; wait_for '[ $(connected VGA) = 0 ]'
                say unplugged $(connected VGA),$(connected HDMI-A)""",
                steps=[("gvirt: one", None, *plug(True)),
                       ("gvirt: two", None, *shoot("hdmi")),
                       ("gvirt: two", None, *shoot("vga")),
                       ("gvirt: two", None, *plug(False))])
            self._points(tap, setting, what, got, {
                "at_first": "0,1", "plugged": "1,1", "lit": "enabled",
                "unplugged": "0,1"})
            size, rows = read_ppm(folder, "vga")
            tap.point(size == (1024, 768) and
                      (size, rows) == read_ppm(folder, "hdmi"),
                      f"{what}: the picture that HDMI shows", size)

        with tempfile.TemporaryDirectory() as folder:
            what = f"vga alone {setting.where}"
            got = self._guest(setting, r"""
                mark() { echo "gvirt: $1" >/dev/kmsg; }
                echo 1 >/proc/sys/kernel/printk
                wait_for 'grep -q i915 /proc/fb'
                modprobe button; wait_for '[ -e /sys/class/input/input0 ]'
                echo freeze >/sys/power/state && say resumed yes
                console 0; modprobe -r i915 && say unloaded yes
                modprobe i915; wait_for 'grep -q i915 /proc/fb'
                wait_for '[ $(connected VGA) = 1 ]'; console 1
                say size $(cat /sys/class/graphics/fb0/virtual_size)
                say lit $(cat /sys/class/drm/card0-VGA-1/enabled)
                """ + write + r"""
                mark two; wait_for '[ $(connected VGA) = 0 ]'
                say works "$(works)" """,
                "--device-args", "vga=on,hdmi=off,xres=1280,yres=1024",
                steps=[("PM: suspend entry", "PM: suspend exit",
                        "system_powerdown", {}),
                       ("gvirt: two", None, *shoot("vga")),
                       ("gvirt: two", None, *plug(False))])
            self._points(tap, setting, what, got, {
                "resumed": "yes", "unloaded": "yes", "size": "1280,1024",
                "lit": "enabled", "works": "yes"})
            size, rows = read_ppm(folder, "vga")
        tap.point(size == (1280, 1024), f"{what}: size of the picture", size)
        written = self.harness.text_rows(rows)
        tap.point(written == [i % 2 == 0 and i < 24 for i in range(64)],
                  f"{what}: text is where it was written",
                  "".join("x" if row else "." for row in written))


def programs():
    return {"hang": ("hang.c", "gem.c"), "load": ("load.c", "gem.c")}


def tests(harness):
    life = Life(harness)
    return {"hang": life.hang, "load": life.load, "suspend": life.suspend,
            "hotplug": life.hotplug, "scroll": life.scroll,
            "vga": life.vga}
