# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests by guests without an operating system: the modelled clock, and the
memory map that changes under a running processor.

They use the harness of tests/guest/run, which passes itself to tests()."""

import json
import os
import re
import subprocess
import tempfile
import time

QEMU_ARGS = ("-nodefaults", "-no-user-config", "-L", "/usr/share/qemu", "-L",
             "/usr/share/seabios", "-machine", "q35,sata=off,smbus=off",
             "-m", "256M", "-vga", "none", "-display", "none", "-device",
             "isa-debug-exit,iobase=0xf4")
TIMEOUT_S = 120
# A host under load starves one of two processors; the other one waits.
REMAP_TIMEOUT_S = 300


class Bare:
    """The tests, on the harness that runs them."""

    def __init__(self, harness):
        self.harness = harness

    def _compiled(self, tap, what, name):
        """Build a program to be a -kernel; None: it said why not. A page of
        headers is loaded below it, which must not be the firmware's."""
        binary = self.harness.BUILD / name
        self.harness.BUILD.mkdir(parents=True, exist_ok=True)
        built = subprocess.run(
            [os.environ.get("CC", "gcc"), "-m32", "-std=gnu11", "-O2",
             "-Wall", "-Wextra", "-ffreestanding", "-fno-pie", "-no-pie",
             "-nostdlib", "-static", "-fno-stack-protector",
             "-fcf-protection=none", "-mgeneral-regs-only",
             "-Wl,-Ttext=0x200000", "-Wl,--build-id=none", "-o", str(binary),
             str(self.harness.HERE / f"{name}.c")],
            capture_output=True, text=True, check=False)
        return binary if tap.point(built.returncode == 0,
                                   f"{what}: compiles", built.stderr) else None

    def _argv(self, binary, gpu, timing, *more):
        qemu = self.harness.PROJECT / "build" / "qemu-system-x86_64"
        return [os.environ.get("GVIRT_QEMU", str(qemu)), *QEMU_ARGS,
                "-kernel", str(binary), "-device",
                f"gvirt-gpu,timing={timing}", "-device",
                f"gvirt-{gpu},addr=2.0,id=f0", *more]

    def _run(self, binary, gpu, timing, *more):
        """What a program prints that ends by itself."""
        try:
            done = subprocess.run(
                self._argv(binary, gpu, timing, "-accel", "tcg", "-debugcon",
                           "stdio", *more),
                capture_output=True, text=True, check=False,
                timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return "timed out"
        return done.stdout if done.returncode == 1 else (
            f"{done.stdout}\nstatus {done.returncode}\n{done.stderr}")

    def cycles(self, tap, setting):
        """Under -icount two runs are the same, whatever the host does."""
        what = f"cycles {setting.gpu}"
        binary = self._compiled(tap, what, "bare-time")
        if not binary:
            return
        icount = ("-icount", "shift=2,align=off,sleep=off",
                  "-rtc", "base=2020-01-01,clock=vm")
        runs = [self._run(binary, setting.gpu, "model", *icount)]
        # the second one on a busy machine
        with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as noise:
            runs += [self._run(binary, setting.gpu, "model", *icount)
                     for _ in range(2)]
            noise.kill()
        tap.point(runs[0] == runs[1] == runs[2] and
                  runs[0].count("\n") == 48, f"{what}: runs repeat", *runs)
        # SRM, batch start, no-ops, batch end: clocks of 0.8 ns in 80 ns
        wrong = []
        for number, passed in re.findall(r"^rcs (\d+) \d+ (\d+) \d+ \d+$",
                                         runs[0], re.M):
            clk = 18 + 33 + 2 * (1000 + 777 * int(number)) + 4
            if int(passed) not in (clk // 100, clk // 100 + 1):
                wrong.append(f"round {number}: {passed} ticks, {clk} clocks")
        tap.point(not wrong and "rcs 23 " in runs[0],
                  f"{what}: as long as the table says", *wrong)
        functional = self._run(binary, setting.gpu, "functional", *icount)
        ticks = re.findall(r"^rcs \d+ \d+ (\d+) \d+ \d+$", functional, re.M)
        tap.point(len(ticks) == 24 and set(ticks) == {"0"},
                  f"{what}: timing=functional takes no time", functional)

    @staticmethod
    def _until(process, path, limit, done):
        """What a program has printed when that is enough, or in vain."""
        text = ""
        while not done(text) and process.poll() is None and \
                time.monotonic() < limit:
            time.sleep(0.2)
            try:
                with open(path, encoding="ascii", errors="replace") as file:
                    text = file.read()
            except FileNotFoundError:
                pass            # QEMU has yet to start
        return text

    @staticmethod
    def _ask(process, command, **arguments):
        """QMP on QEMU's standard input and output; None when it is gone."""
        request = {"execute": command, "id": command, "arguments": arguments}
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            answer = json.loads(line)
            if answer.get("id") == command:
                return answer.get("return")
        return None

    def _told(self, process, path):
        """What a program has printed that was reset at work, when it said
        "end", and how often the aperture was mapped since."""
        limit = time.monotonic() + REMAP_TIMEOUT_S
        text = self._until(process, path, limit, lambda text: "begin" in text)
        if process.poll() is not None:
            return text, 0
        self._ask(process, "qmp_capabilities")
        self._ask(process, "system_reset")
        before = self._maps(process)
        text = self._until(
            process, path, limit,
            lambda text: text.count("begin") == 2 and text.endswith("end\n"))
        if process.poll() is not None:
            return text, 0
        return text, self._maps(process) - before

    def _maps(self, process):
        return self._ask(process, "qom-get", path="f0",
                         property="aperture-maps") or 0

    def remap(self, tap, setting):
        """The aperture's mapping changes while another processor is at work:
        none of what that one writes and reads is lost."""
        what = f"remap {setting.gpu}"
        binary = self._compiled(tap, what, "bare-remap")
        if not binary:
            return
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "said")
            argv = self._argv(binary, setting.gpu, "functional", "-accel",
                              "tcg,thread=multi", "-smp", "2", "-debugcon",
                              f"file:{path}", "-qmp", "stdio")
            with subprocess.Popen(argv, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.PIPE) as process:
                try:
                    text, maps = self._told(process, path)
                    status = process.poll()
                finally:
                    process.kill()
                why = process.stderr.read()
        said = {name: int(value)
                for name, value in re.findall(r"(\w+) (\d+)", text)}
        tap.point(status is None and text.count("begin") == 2 and
                  text.endswith("end\n"),
                  f"{what}: reset at work, runs to its end", text,
                  f"status {status}", why)
        tap.point(said.get("remaps", 0) >= 4000 and
                  maps >= said.get("remaps", 0) and said.get("rows", 0) >= 249,
                  f"{what}: the map changes under the other processor", text,
                  f"aperture-maps {maps}")
        tap.point(said.get("wrong") == 0, f"{what}: the new page is read",
                  text)
        lost = {name: said.get(name) for name in ("lapic", "ioapic", "gpu")}
        tap.point(not any(value != 0 for value in lost.values()),
                  f"{what}: no access is lost", text)


def tests(harness):
    bare = Bare(harness)
    return {"cycles": bare.cycles, "remap": bare.remap}
