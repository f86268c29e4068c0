# SPDX-License-Identifier: GPL-2.0-or-later
"""Several virtual machines on one GPU: a QEMU that has the GPU, the mediator
and a vGPU for each of them, and a QEMU for each, by vfio-user."""

import json
import os
import pathlib
import select
import shlex
import shutil
import subprocess
import tempfile
import time

from common import EXIT_FAILED, EXIT_TIMEOUT, EXIT_USAGE, GuestError, note
from machine import (DEFAULT_TIMEOUT_S, base_command, channels, check,
                     clean_log_dir, escaped, launch, make_log_dir, prepare,
                     qemu_problem)
from session import Lines, Qmp, Session, socket_for_child

# What all vGPUs have together (docs/devices.rst).
LOW_GM_MIB = 256
HIGH_GM_MIB = 1792 - 64
FENCES = 32
HANGUP_S = 5
END_S = 10
# A server that serves others, on a host that does other things, is late.
REPLY_MS = 120000
NEEDED = (("-device", "vfio-user-pci", "vfio-user client"),
          ("-object", "x-vfio-user-server", "vfio-user server"),
          ("-machine", "x-remote", "x-remote machine"))


def missing(qemu):
    """What a QEMU lacks for several machines; None: nothing."""
    for option, name, what in NEEDED:
        done = subprocess.run([str(qemu), option, "help"], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise GuestError(f"{qemu} {option} help: status "
                             f"{done.returncode}: " +
                             (done.stderr.strip().split("\n")[-1]))
        words = done.stdout.replace('"', " ").replace(",", " ").split()
        if name not in words:
            return f"{what} ({name})"
    return None


def _check(options):
    check(options)
    if options.command is None:
        raise GuestError("--vms needs --exec", EXIT_USAGE)
    if options.gpu != "vgpu":
        raise GuestError(f"--vms: '--gpu {options.gpu}' cannot be shared",
                         EXIT_USAGE)
    if options.display:
        raise GuestError("--display: with --vms there is none; --screenshot "
                         "and --server-args see the consoles", EXIT_USAGE)
    if "addr=" in options.device_args:
        raise GuestError("--device-args: with --vms the vGPU's place in the "
                         "virtual machine is fixed", EXIT_USAGE)


class Server:
    """The QEMU with the GPU, and a socket for each machine."""

    def __init__(self, options, qemu, log_dir, sockets):
        self.log_dir = make_log_dir(log_dir / "server")
        self.sockets = sockets
        self.numbers = range(1, options.vms + 1)
        control, control_fd = socket_for_child()
        argv = [
            str(qemu), "-nodefaults", "-no-user-config",
            "-name", "gvirt-server",
            "-machine", "x-remote,vfio-user=on,auto-shutdown=off",
            "-display", "none",
            "-d", "guest_errors,unimp",
            "-D", str(self.log_dir / "errors.log"),
            "-chardev", f"socket,id=qmp,fd={control_fd.fileno()}",
            "-mon", "chardev=qmp,mode=control",
        ] + shlex.split(options.server_args)
        for number in self.numbers:
            argv += ["-device", self._vgpu(options, number), "-object",
                     f"x-vfio-user-server,id=s{number},type=unix,"
                     f"path={escaped(self.socket(number))},device=v{number}"]
        self.process = launch(argv, self.log_dir, (control_fd.fileno(),),
                              False)
        (self.log_dir / "qemu.pid").write_text(f"{self.process.pid}\n")
        control_fd.close()
        self.qmp = Qmp(control)

    def _vgpu(self, options, number):
        """Even parts of what there is, unless something else is said."""
        words = [f"gvirt-vgpu,id=v{number}"]
        for name, whole, unit in (("low-gm", LOW_GM_MIB, "M"),
                                  ("high-gm", HIGH_GM_MIB, "M"),
                                  ("fences", FENCES, "")):
            if f"{name}=" not in options.device_args:
                words.append(f"{name}={whole // options.vms}{unit}")
        return ",".join(words + [options.device_args] * bool(
            options.device_args))

    def socket(self, number):
        return self.sockets / f"v{number}.sock"

    def wait_ready(self, limit):
        """Its sockets are there when the monitor answers."""
        while time.monotonic() < limit:
            try:
                self.qmp.command("query-status")
                return
            except (GuestError, OSError):
                self.check()
                raise
        raise GuestError("the server did not start", EXIT_TIMEOUT)

    def check(self):
        """It must live for as long as a machine does."""
        try:
            status = self.process.wait(timeout=0.01)
        except subprocess.TimeoutExpired:
            return
        problem = qemu_problem(self.log_dir, status)
        raise GuestError(f"the server: {problem}", problem.status)

    def serve_again(self, number):
        """QEMU's server object ends with its client: another one."""
        limit = time.monotonic() + HANGUP_S
        name = f"s{number}"
        while any(child["name"] == name for child in
                  self.qmp.command("qom-list", path="/objects")):
            if time.monotonic() > limit:
                # it waits for a client that never came, or came half
                self.qmp.command("object-del", id=name)
            time.sleep(0.05)
        self.socket(number).unlink(missing_ok=True)
        self.qmp.command(
            "object-add", **{"qom-type": "x-vfio-user-server", "id": name,
                             "device": f"v{number}",
                             "socket": {"type": "unix",
                                        "path": str(self.socket(number))}})

    def save_properties(self, log_dir, only=""):
        found = {path: values for path, values in
                 self.qmp.gpu_properties().items() if path.endswith(only)}
        (log_dir / "gpu.json").write_text(json.dumps(found, indent=1) + "\n")

    def end(self):
        if self.process.poll() is None:
            self.qmp.quit()
            try:
                self.process.wait(timeout=END_S)
            except subprocess.TimeoutExpired:
                note("the server did not end when told to; killed; "
                     f"logs in {self.log_dir}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Vm:
    """One virtual machine, and the command in it."""

    def __init__(self, options, qemu, files, log_dir, server, number):
        folder, ramdisk = files
        self.number = number
        self.log_dir = make_log_dir(log_dir)
        self.lines = Lines(f"{number}: ")
        port, port_fd = socket_for_child()
        control, control_fd = socket_for_child()
        argv = base_command(options, qemu, folder, ramdisk, self.log_dir)
        argv += [
            "-object", f"memory-backend-memfd,id=m0,size={options.memory},"
                       "share=on",
            "-machine", "memory-backend=m0",
            "-device", json.dumps({
                "driver": "vfio-user-pci", "addr": "2.0",
                "x-msg-timeout": REPLY_MS,
                "socket": {"type": "unix",
                           "path": str(server.socket(number))}}),
        ] + channels(options, self.log_dir, port_fd.fileno(),
                     control_fd.fileno()) + shlex.split(options.qemu_args)
        self.process = launch(argv, self.log_dir,
                              (port_fd.fileno(), control_fd.fileno()), False)
        (self.log_dir / "qemu.pid").write_text(f"{self.process.pid}\n")
        port_fd.close()
        control_fd.close()
        self.port = port
        self.qmp = Qmp(control)
        self.kernel_log = open(self.log_dir / "dmesg.log", "wb")
        self.session = Session(port, self.kernel_log, options.command,
                               self.lines)

    def problem(self):
        """Why its command has no status."""
        if self.session.failure:
            return GuestError(f"the guest: {self.session.failure}; "
                              f"logs in {self.log_dir}")
        try:
            status = self.process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            return GuestError("the guest closed its port; "
                              f"logs in {self.log_dir}")
        if self.session.ready and status == 0:
            return GuestError("the guest stopped before the command ended; "
                              f"logs in {self.log_dir}")
        return qemu_problem(self.log_dir, status)

    def end(self):
        """After the command; the kernel's log is complete then."""
        self.qmp.quit()
        try:
            self.process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            note(f"{self.number}: QEMU did not end when told to; killed; "
                 f"logs in {self.log_dir}")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.lines.end()
        self.port.close()
        self.kernel_log.close()
        clean_log_dir(self.log_dir)


class Run:
    """All of them, until the last command has ended."""

    def __init__(self, options, qemu, files, log_dir, sockets):
        self.options = options
        self.qemu = qemu
        self.files = files
        self.log_dir = log_dir
        self.restarts = options.restart
        self.limit = time.monotonic() + (options.timeout or
                                         DEFAULT_TIMEOUT_S)
        self.vms = {}
        self.lives = {}
        self.status = 0
        self.server = Server(options, qemu, log_dir, sockets)

    def start(self, number):
        place = self.log_dir / str(number)
        if number in self.lives:
            earlier = self.log_dir / f"{number}-{self.lives[number]}"
            shutil.rmtree(earlier, ignore_errors=True)
            os.replace(place, earlier)
        self.lives[number] = self.lives.get(number, 0) + 1
        self.vms[number] = Vm(self.options, self.qemu, self.files, place,
                              self.server, number)

    def failed(self, status):
        self.status = self.status or status

    def screenshot(self, number):
        target = pathlib.Path(self.options.screenshot)
        self.server.qmp.screenshot(
            target.with_name(f"{target.stem}-{number}{target.suffix}"),
            f"v{number}", self.log_dir)

    def ended(self, vm):
        """One machine is through, for better or worse."""
        number = vm.number
        if vm.session.status is not None:
            self.failed(vm.session.status)
            if self.options.screenshot:
                self.screenshot(number)
            self.server.save_properties(vm.log_dir, f"/v{number}")
            vm.end()
            del self.vms[number]
            vm.close()
            return
        why = vm.problem()
        del self.vms[number]
        vm.close()
        self.server.check()
        if why.status == EXIT_USAGE:
            raise why           # all of them have the same arguments
        if vm.session.failure or self.restarts == 0:
            note(f"{number}: {why}")
            self.failed(EXIT_FAILED)
            return
        self.restarts -= 1
        note(f"{number}: {why}; another one takes its place")
        self.server.serve_again(number)
        self.start(number)

    def whole(self):
        self.server.wait_ready(self.limit)
        for number in self.server.numbers:
            self.start(number)
        while self.vms:
            left = self.limit - time.monotonic()
            if left <= 0:
                return self.timed_out()
            by_port = {vm.port: vm for vm in self.vms.values()}
            for port in select.select(list(by_port), [], [],
                                      min(left, 1))[0]:
                vm = by_port[port]
                if not vm.session.receive() or vm.session.ended():
                    self.ended(vm)
            self.server.check()
        self.server.save_properties(self.server.log_dir)
        self.server.end()
        return self.status

    def timed_out(self):
        for vm in self.vms.values():
            if self.options.screenshot:
                self.screenshot(vm.number)
            note(f"{vm.number}: timed out after "
                 f"{self.options.timeout or DEFAULT_TIMEOUT_S:g} s "
                 f"{'in the command' if vm.session.ready else 'in boot'}; "
                 f"logs in {vm.log_dir}")
        return EXIT_TIMEOUT

    def close(self):
        for vm in self.vms.values():
            vm.close()
        self.server.kill()


def run(options):
    _check(options)
    options.memory = options.memory or "1G"
    options.smp = options.smp or "1"
    qemu, folder, ramdisk, log_dir = prepare(options)
    lacking = missing(qemu)
    if lacking:
        raise GuestError(f"--vms: {qemu} has no {lacking}")
    sockets = pathlib.Path(tempfile.mkdtemp(prefix="gvirt-"))
    whole = None
    try:
        whole = Run(options, qemu, (folder, ramdisk), log_dir, sockets)
        return whole.whole()
    finally:
        if whole:
            whole.close()
        shutil.rmtree(sockets, ignore_errors=True)
        clean_log_dir(log_dir)
