# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of guests that share a GPU: a Debian guest beside emulated ones, for
minutes when asked to, their shares by weight and cap, and a vGPU that is
plugged and unplugged while the others work.

They use the harness of tests/guest/run, which passes itself to tests()."""

import json
import os
import re
import signal
import threading
import time

import life
import machine
import several

# A real guest's share, and those who have the GPU with it.
SHARED = "low-gm=128M,high-gm=512M,fences=8"
TENANTS = {
    "sharing": ("copy", "checksum"),
    "sharing-hog": ("hog,interval=2000", "checksum,interval=2000"),
}
PROGRAMS = ("rings", "blit")

# Who always has work, with weights 2 : 1, and one with a cap.
WEIGHTS = {"g1": 200, "g2": 100}
CAPPED, CAP_PERCENT = "g3", 20
WEIGHTED = ("hog,interval=10,weight=200", "hog,interval=10,weight=100",
            f"hog,interval=10,cap={CAP_PERCENT}")
# A share may be off by a quarter of itself: work is not interrupted.
TOLERANCE = 0.25
SHARES_S = 40

# Which of three machines is killed, and how often.
VICTIM = 2
RESTARTS = 10
RESTARTS_MINUTES = 6

PORT = ("-device pcie-root-port,id=rp0,chassis=1,slot=1,addr=2.0,"
        "mem-reserve=16M,pref64-reserve=512M")

# Behind the root port. There a driver needs longer than a test has patience
# for, on a busy host.
PLUG_SHELL = r"""
dev=/sys/bus/pci/devices/0000:01:00.0
mark() { echo "gvirt: $1" >/dev/kmsg; }
wait_for() { for i in $(seq 900); do eval "$1" && return; sleep 0.1; done; }
modprobe i915
"""


def tenants_args(workloads):
    return " ".join(f"-device gvirt-guest,id=g{number},workload={workload}"
                    for number, workload in enumerate(workloads, 1))


class Sampler(threading.Thread):
    """Reads counters when the guest's log has come to each of the marks."""

    def __init__(self, talker, marks, ids):
        super().__init__(daemon=True)
        self.talker = talker
        self.marks = marks
        self.ids = ids
        self.samples = []

    def run(self):
        for mark in self.marks:
            while not self.talker.reached(mark):
                if self.talker.over.wait(0.2):
                    return
            try:
                sample = {ident: self.talker.command(
                    "qom-get", path=f"/machine/peripheral/{ident}",
                    property="run-ns") for ident in self.ids}
            except (OSError, ValueError) as error:
                self.talker.problem = f"qom-get: {error}"
                return
            self.samples.append(sample | {"all": time.monotonic_ns()})

    def shares(self):
        """Of the time that has passed, by id."""
        first, last = self.samples
        had = {ident: last[ident] - first[ident] for ident in first}
        return {ident: had[ident] / had["all"] for ident in self.ids}


class Share:
    """The tests, on the harness that runs them."""

    def __init__(self, harness):
        self.harness = harness

    def _programs(self):
        return [word for program in PROGRAMS
                for word in ("--put", str(self.harness.compiled(program)))]

    def _devices(self, setting):
        try:
            return json.loads(setting.left_behind("gpu.json"))
        except ValueError:
            return {}

    def _skipped(self, tap, setting, name):
        if setting.gpu == "vgpu":
            return False
        tap.skip(f"{name} {setting.where}", "the whole GPU is not shared")
        return True

    def _tenant_points(self, tap, what, devices, ids, iterations):
        for ident in ids:
            values = devices.get(f"/machine/peripheral/{ident}", {})
            switches = values.get("switches-in", 0)
            tap.point(switches >= 20, f"{what}: {ident} takes turns",
                      f"switches-in {switches}")
            if ident == "v0":
                continue
            tap.point(values.get("iterations", 0) >= iterations,
                      f"{what}: {ident} makes progress", values)
            tap.point(values.get("errors") == 0 and
                      values.get("hangs") == 0 and
                      values.get("audit-rejects") == 0,
                      f"{what}: {ident} is right throughout", values)

    def _told(self, devices, ids, minutes):
        """What a long run is made for."""
        for ident in ids:
            values = devices.get(f"/machine/peripheral/{ident}", {})
            print(f"# {minutes:g} min, {ident}: " + ", ".join(
                f"{name} {values[name]}" for name in
                ("iterations", "errors", "bytes", "switches-in", "run-ns")
                if name in values), flush=True)

    def beside(self, name):
        """The guest's own tests beside emulated guests on one GPU."""
        def test(tap, setting):
            if self._skipped(tap, setting, name):
                return
            what = f"{name} {setting.where}"
            minutes = setting.options.minutes
            ids = [f"g{n}" for n in range(1, len(TENANTS[name]) + 1)]
            once = " && ".join(f"./{program} --seed $seed"
                               for program in PROGRAMS)
            status, output, log = setting.guest(
                f"seed={setting.options.seed}; end=$(($(date +%s) + "
                f"{int(minutes * 60)})); {once} || exit; rounds=1; "
                "while [ $(date +%s) -lt $end ]; do seed=$((seed + 1)); "
                f"{{ {once}; }} >round.txt || {{ cat round.txt; exit 1; }}; "
                "rounds=$((rounds + 1)); done; echo rounds=$rounds",
                "--device-args", SHARED, *self._programs(),
                timeout=900 + 120 * minutes,
                qemu_args=tenants_args(TENANTS[name]))
            tap.point(status == 0, f"{what}: rings and blits of the real "
                      "guest", f"status {status}", output)
            self.harness.log_points(tap, setting, log, what)
            devices = self._devices(setting)
            self._tenant_points(tap, what, devices, ids + ["v0"],
                                max(50, int(600 * minutes)))
            if minutes:
                self._told(devices, ids + ["v0"], minutes)
                print(f"# {output.strip().split(chr(10))[-1]}", flush=True)
        return test

    def shares(self, tap, setting):
        """Weights and caps, by the time that each has had the engines."""
        if self._skipped(tap, setting, "shares"):
            return
        what = f"shares {setting.where}"
        ids = ["v0", *WEIGHTS, CAPPED]
        with life.talker(self.harness, setting) as talker:
            sampler = Sampler(talker, ("gvirt: begin", "gvirt: end"), ids)
            sampler.start()
            seconds = max(SHARES_S, setting.options.minutes * 60)
            status, output, log = setting.guest(
                "for n in 1 2; do (while gem_blt -s 1048576 -t 1 -r 1; do :; "
                "done) >/dev/null & done; sleep 5; echo gvirt: begin "
                f">/dev/kmsg; sleep {seconds:g}; echo gvirt: end >/dev/kmsg; "
                "sleep 2", "--device-args", f"{SHARED},weight=100",
                timeout=300 + seconds, qemu_args=f"{talker.qemu_args} "
                f"{tenants_args(WEIGHTED)}")
            sampler.join(10)
        if not tap.point(status == 0 and len(sampler.samples) == 2,
                         f"{what}: runs to its end", f"status {status}",
                         output, talker.problem):
            return
        self.harness.log_points(tap, setting, log, what)
        got = sampler.shares()
        told = ", ".join(f"{ident} {got[ident]:.3f}" for ident in ids)
        print(f"# {what}: {told}", flush=True)
        both = sum(got[ident] for ident in WEIGHTS)
        for ident, weight in WEIGHTS.items():
            wanted = both * weight / sum(WEIGHTS.values())
            tap.point(abs(got[ident] - wanted) <= TOLERANCE * wanted,
                      f"{what}: {ident} has its weight's share",
                      f"{got[ident]:.3f}, not {wanted:.3f}", told)
        tap.point(got[CAPPED] <= (1 + TOLERANCE) * CAP_PERCENT / 100,
                  f"{what}: {CAPPED} keeps to its cap", told)
        self._tenant_points(tap, what, self._devices(setting), ids, 50)

    def hotplug(self, tap, setting):
        """A vGPU comes and goes by device_add and device_del under load."""
        name = "hotplug-vgpu"
        if self._skipped(tap, setting, name):
            return
        what = f"{name} {setting.where}"
        add = ("device_add", {"driver": "gvirt-vgpu", "id": "v0",
                              "bus": "rp0", "low-gm": 128 << 20,
                              "high-gm": 512 << 20, "fences": 8})
        remove = ("device_del", {"id": "v0"})
        seed = setting.options.seed
        script = life.SHELL + PLUG_SHELL + rf"""
            round() {{
                mark "plug $1"
                wait_for 'grep -q i915 /proc/fb' && say bound_$1 yes
                ./rings --seed {seed} >rings.txt && say right_$1 yes
                $2
                console 0; mark "unplug $1"
                wait_for '[ ! -e $dev ]' && say gone_$1 yes
                wait
            }}
            work() {{
                (while gem_blt -s 1048576 -t 1 -r 1; do :; done) \
                    >/dev/null 2>&1 & sleep 1
            }}
            round 1; round 2; round 3 work
            mark "plug 4"; wait_for 'grep -q i915 /proc/fb' && say bound_4 yes
            say works "$(works)" """
        steps = [(f"gvirt: {'un' * gone}plug {number}", None,
                  *(remove if gone else add))
                 for number in range(1, 5) for gone in (0, 1)][:-1]
        gpu, setting.gpu = setting.gpu, "none"
        try:
            with life.talker(self.harness, setting, steps) as talker:
                status, output, log = setting.guest(
                    script, *self._programs(), timeout=900,
                    qemu_args=f"{PORT} {tenants_args(TENANTS['sharing'])} "
                    f"{talker.qemu_args}")
        finally:
            setting.gpu = gpu
        values = dict(re.findall(r"^(\w+)=(.*)$", output, re.M))
        tap.point(status == 0, f"{what}: runs to its end", f"status {status}",
                  output, talker.problem)
        wanted = [f"{word}_{number}" for number in range(1, 4)
                  for word in ("bound", "right", "gone")]
        for word in [*wanted, "bound_4", "works"]:
            tap.point(values.get(word) == "yes",
                      f"{what}: {word.replace('_', ' ')}", output,
                      talker.problem)
        balloons = re.findall(r"\[drm\] (\w+ graphic memory: base \w+ size "
                              r"\w+)", log)
        tap.point(len(balloons) == 8 and len(set(balloons)) == 2,
                  f"{what}: each has the partition of the one before",
                  *balloons)
        # i915 complains of what programs had open when its device went
        log = re.sub(r"gvirt: unplug 3.*?gvirt: plug 4", "", log, flags=re.S)
        self.harness.log_points(tap, setting, log, what)
        self._tenant_points(tap, what, self._devices(setting), ["g1", "g2"],
                            50)


    def _kill(self, run, victim, earlier):
        """Kills a machine's QEMU, another one than the last time."""
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            try:
                pid = run.pid(victim)
            except (OSError, ValueError):
                pid = earlier
            if pid != earlier:
                os.kill(pid, signal.SIGKILL)
                return pid
            time.sleep(0.1)
        return None

    def restarts(self, tap, setting):
        """One of three machines is killed again and again, in its boot and at
        work; the two others work on, and nothing of theirs is wrong."""
        harness = self.harness
        what = f"vms-restart {setting.suite}"
        lacking = several.missing(machine.find_qemu())
        if setting.gpu != "vgpu" or lacking:
            tap.skip(what, f"QEMU has no {lacking}" if lacking else
                     "the whole GPU cannot be shared")
            return
        base = harness.partition(VICTIM)[0][0]
        seconds = 60 * (setting.options.minutes or RESTARTS_MINUTES)
        command = (
            f"echo '@@@ work'; n=0; work() {{ n=$((n + 1)); ./rings --seed $n "
            ">out.txt || { cat out.txt; exit 1; }; }; "
            f"if dmesg | grep -q 'Mappable graphic memory: base {base:#x} '; "
            "then work; work; work; else "
            f"while [ $(cut -d. -f1 /proc/uptime) -lt {seconds:g} ]; do work; "
            "done; fi; echo \"@@@ end\"; echo rounds $n")
        run = harness.VmsRun(setting, command, "--restart", str(RESTARTS),
                             "--put", str(harness.compiled("rings")),
                             timeout=4 * seconds + 300)
        pid, kills = 0, 0
        try:
            for number in range(RESTARTS):
                if number % 3 == 0:
                    if not run.until(f"{VICTIM}: @@@ work"):
                        break
                time.sleep(0.5 * number)
                pid = self._kill(run, str(VICTIM), pid)
                if pid is None:
                    break
                kills += 1
            late = any(run.said(other, "@@@ end") for other in (1, 3))
            run.until()
            status = run.process.wait()
        finally:
            if run.process.poll() is None:
                run.process.terminate()
                run.process.wait()
        tap.point(status == 0, f"{what}: ends well", f"status {status}",
                  *run.lines)
        tap.point(kills == RESTARTS and not late,
                  f"{what}: killed {RESTARTS} times while the others worked",
                  f"{kills} times", *run.lines)
        for number in range(1, harness.VMS + 1):
            setting.last = run.log_dir / str(number)
            tap.point(run.said(number, "@@@ end") == 1,
                      f"{what}: machine {number} is right to the end",
                      *run.lines)
            harness.log_points(tap, setting, setting.left_behind("dmesg.log"),
                               f"{what}: machine {number}")
        setting.last = run.log_dir / "server"
        harness.server_point(tap, setting, what)


def tests(harness):
    share = Share(harness)
    return {name: share.beside(name) for name in TENANTS} | {
        "shares": share.shares, "hotplug-vgpu": share.hotplug,
        "vms-restart": share.restarts}
