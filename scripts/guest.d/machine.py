# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots guests: the QEMU command line, the run of a command, the logs."""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

from common import (BUILD, EXIT_FAILED, EXIT_TIMEOUT, EXIT_USAGE,
                    GUEST_BUILD, HERE, SUITES, GuestError, Lock,
                    end_with_parent, need_program, note)
import image
import initrd
from session import Session, Qmp, socket_for_child

GPUS = ("vgpu", "passthrough", "none")
GPU_IDS = {"vgpu": "v0", "passthrough": "p0", "none": None}
FIRMWARE_DIRS = ("/usr/share/qemu", "/usr/share/seabios")
DEFAULT_TIMEOUT_S = 600
KEPT_RUNS = 8
VMS_MAX = 8         # a vGPU needs fences, and i915 at least four
# More processors than that need another APIC (x2APIC with an IOMMU).
_UP_TO_255 = r"[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]"
# What udev would load for devices that nobody uses here.
NEEDLESS_MODULES = ("iTCO_wdt", "pcspkr", "rapl", "intel_rapl_msr",
                    "aesni_intel", "ghash_clmulni_intel", "sha512_ssse3",
                    "crct10dif_pclmul", "crc32_pclmul", "polyval_clmulni")
LOGS = ("command", "dmesg.log", "errors.log", "gpu.json", "qemu.log",
        "qemu.pid", "serial.log")


def add_arguments(parser):
    add = parser.add_argument
    add("--gpu", choices=GPUS, default="vgpu",
        help="the GPU's function that the guest gets (vgpu)")
    add("--suite", choices=SUITES, default=SUITES[0],
        help=f"the guest's Debian ({SUITES[0]})")
    add("--device-args", metavar="NAME=VALUE,...", default="",
        help="properties of the GPU's device")
    add("--put", metavar="PATH", action="append", default=[],
        help="copy a file or folder to the guest's /root/; any number")
    add("--exec", metavar="CMD", dest="command",
        help="run a shell command in the guest, then stop; without it the "
             "guest is interactive")
    add("--timeout", metavar="S", type=_seconds,
        help="end the run after S seconds, boot included, with status 124 "
             f"(with --exec {DEFAULT_TIMEOUT_S}, else none)")
    add("--screenshot", metavar="FILE.png",
        help="at the end, write what the GPU's console shows")
    add("--kernel-args", metavar="ARGS", default="",
        help="more words for the kernel's command line")
    add("--qemu-args", metavar="ARGS", default="",
        help="more arguments for QEMU, quoted as for a shell")
    add("--accel", choices=("tcg", "kvm"), default="tcg",
        help="how QEMU runs the guest's processors (tcg)")
    add("--display", metavar="TYPE",
        help="as QEMU's -display; 'serial' for none but a VNC address "
             "(with --exec none; else SDL, or serial where there is no "
             "display)")
    add("--log-dir", metavar="DIR",
        help="leave the logs in DIR instead of build/guest/last")
    add("--memory", metavar="SIZE",
        help="the guest's memory (2G, with --vms 1G)")
    add("--smp", metavar="N", help="its processors (2, with --vms 1)")
    add("--vms", metavar="N", type=_vms,
        help="N virtual machines, each a QEMU of its own, share one GPU, "
             "which yet another QEMU has; --exec runs in each of them, and "
             "lines of their output begin with their number")
    add("--restart", metavar="N", type=_count, default=0,
        help="with --vms, start a virtual machine whose QEMU died anew, at "
             "most N times in all (0)")
    add("--server-args", metavar="ARGS", default="",
        help="with --vms, more arguments for the QEMU that has the GPU")


def _seconds(text):
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a number of seconds")
    return value


def _count(text):
    if not re.fullmatch(r"\d{1,6}", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number")
    return int(text)


def _vms(text):
    if not text.isdecimal() or not 1 <= int(text) <= VMS_MAX:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not a number from 1 to {VMS_MAX}")
    return int(text)


def find_qemu():
    named = os.environ.get("GVIRT_QEMU")
    path = pathlib.Path(named) if named else BUILD / "qemu-system-x86_64"
    if not os.access(path, os.X_OK) or path.is_dir():
        raise GuestError(f"no QEMU at {path}; " + (
            "GVIRT_QEMU names it" if named else
            "build it with: ./configure && make"), EXIT_USAGE)
    return path


def _device(options):
    if options.gpu == "none":
        if options.device_args:
            raise GuestError("--device-args needs a GPU", EXIT_USAGE)
        return []
    words = [f"gvirt-{options.gpu}", f"id={GPU_IDS[options.gpu]}"]
    if "addr=" not in options.device_args:
        words.append("addr=2.0")
    if options.device_args:
        words.append(options.device_args)
    return ["-device", ",".join(words)]


def _kernel_line(options):
    # mitigations against speculation and self-tests of ciphers cost an
    # emulated processor a lot; it may stand still while the host is busy,
    # and then a boot's check of the timer, 10 ticks long, ends it
    words = ["console=tty0", "console=ttyS0", "mitigations=off",
             "cryptomgr.notests", "rcupdate.rcu_cpu_stall_timeout=120",
             "no_timer_check", "log_buf_len=1M", "panic=-1", "net.ifnames=0"]
    # the RAM disk's init starts the other processors, once the BARs stand
    words.append("maxcpus=1")
    if options.command is not None:
        words.append("gvirt.mode=exec")
    else:
        # on a busy host udev is late with the serial console
        words += ["gvirt.mode=boot", "quiet", "systemd.show_status=1",
                  "systemd.default_device_timeout_sec=600",
                  "modprobe.blacklist=" + ",".join(NEEDLESS_MODULES)]
    return " ".join(words + options.kernel_args.split())


def _cpu(options):
    return "host" if options.accel == "kvm" else "Haswell-noTSX"


def base_command(options, qemu, folder, ramdisk, log_dir):
    """QEMU's arguments that every guest has."""
    accel = options.accel
    if accel == "tcg" and "-icount" not in options.qemu_args:
        accel += ",thread=multi"        # -icount has one thread for all
    argv = [str(qemu), "-nodefaults", "-no-user-config"]
    for directory in FIRMWARE_DIRS:
        if os.path.isdir(directory):
            argv += ["-L", directory]
    argv += [
        "-name", "gvirt-guest", "-machine", "q35,sata=off,smbus=off", "-accel", accel,
        "-cpu", _cpu(options), "-m", options.memory, "-smp", options.smp,
        "-vga", "none", "-no-reboot",
        "-d", "guest_errors,unimp", "-D", str(log_dir / "errors.log"),
        "-kernel", str(folder / "vmlinux"), "-initrd", str(ramdisk),
        "-append", _kernel_line(options),
        "-drive", f"file={escaped(folder / 'root.raw')},format=raw,if=none,"
                  "id=root,snapshot=on,cache=unsafe",
        "-device", "virtio-blk-pci,drive=root,addr=0x10",
    ]
    if options.put:
        put_disk = log_dir / "put.tar"
        write_put_disk(options.put, put_disk)
        argv += ["-drive", f"file={escaped(put_disk)},format=raw,if=none,"
                           "id=put,snapshot=on",
                 "-device", "virtio-blk-pci,drive=put,addr=0x11"]
    return argv


def escaped(path):
    return str(path).replace(",", ",,")


def write_put_disk(paths, output):
    """One tar of all files, padded as a disk must be."""
    names = {}
    for text in paths:
        path = pathlib.Path(os.path.abspath(text))
        if not path.exists():
            raise GuestError(f"--put {text}: no such file or folder",
                             EXIT_USAGE)
        if names.setdefault(path.name, path) != path:
            raise GuestError(f"--put {text}: '{path.name}' is put twice",
                             EXIT_USAGE)
    with tarfile.open(output, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, path in names.items():
            archive.add(path.resolve(), arcname=name)
    with open(output, "r+b") as disk:
        size_B = disk.seek(0, os.SEEK_END)
        disk.truncate(-(-size_B // 65536) * 65536)


def prepare_init(folder):
    """The initial RAM disk for an image; made anew when its source changed."""
    source = HERE / "init.c"
    GUEST_BUILD.mkdir(parents=True, exist_ok=True)
    binary = GUEST_BUILD / "init"
    ramdisk = GUEST_BUILD / f"initrd-{folder.name}.cpio"

    def newer(path, *sources):
        return path.exists() and all(
            path.stat().st_mtime > other.stat().st_mtime for other in sources)

    with Lock(GUEST_BUILD / "init.lock", "waiting for the initial RAM disk"):
        if not newer(binary, source):
            temporary = GUEST_BUILD / f".init-{os.getpid()}"
            compiler = need_program(os.environ.get("CC", "gcc"), "gcc")
            done = subprocess.run(
                [compiler, "-std=gnu11", "-O2", "-static", "-o",
                 str(temporary), str(source)],
                capture_output=True, text=True, check=False)
            if done.returncode != 0:
                temporary.unlink(missing_ok=True)
                lines = done.stderr.strip().split("\n")
                raise GuestError(f"cannot compile {source}: {lines[-1]}; "
                                 "is libc6-dev there?")
            os.replace(temporary, binary)
        if not newer(ramdisk, binary, folder / "image.json",
                     HERE / "initrd.py"):
            initrd.make_initrd(binary, folder / "modules", ramdisk)
    return ramdisk


def make_log_dir(chosen):
    """A folder for this run's logs; build/guest/last points at it."""
    if chosen:
        log_dir = pathlib.Path(chosen)
        try:
            log_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise GuestError(f"--log-dir {chosen}: {error.strerror}",
                             EXIT_USAGE) from error
        for name in LOGS:
            (log_dir / name).unlink(missing_ok=True)
        return log_dir.resolve()
    GUEST_BUILD.mkdir(parents=True, exist_ok=True)
    runs = GUEST_BUILD / "runs"
    runs.mkdir(exist_ok=True)
    log_dir = pathlib.Path(tempfile.mkdtemp(
        prefix=time.strftime("%Y%m%d-%H%M%S-"), dir=runs))
    (log_dir / "pid").write_text(f"{os.getpid()}\n", encoding="ascii")
    link = GUEST_BUILD / f".last-{os.getpid()}"
    link.symlink_to(os.path.relpath(log_dir, GUEST_BUILD))
    os.replace(link, GUEST_BUILD / "last")
    for old in sorted(runs.iterdir())[:-KEPT_RUNS]:
        if not _is_running(old):
            shutil.rmtree(old, ignore_errors=True)
    return log_dir


def _is_running(log_dir):
    try:
        pid = int((log_dir / "pid").read_text(encoding="ascii"))
        os.kill(pid, 0)
    except (OSError, ValueError):
        return False
    return True


def qemu_problem(log_dir, status):
    """The error of a QEMU that did not do its work. It ends with 1 when it
    does not like its arguments, and those were the caller's."""
    lines = (log_dir / "qemu.log").read_text(errors="replace").split("\n")
    lines = [line for line in lines
             if line.strip() and ": warning: " not in line]
    # the first line that has QEMU's name says what, others explain
    named = [line for line in lines if re.match(r"\S*qemu\S*: ", line)]
    reason = (named[0].partition(": ")[2] if named else
              lines[-1] if lines else
              f"killed by signal {-status}" if status < 0 else
              f"status {status}")
    return GuestError(f"QEMU ended early: {reason}; logs in {log_dir}",
                      EXIT_USAGE if status == 1 else EXIT_FAILED)


def launch(argv, log_dir, fds, interactive):
    (log_dir / "command").write_text(shlex.join(argv) + "\n")
    with open(log_dir / "qemu.log", "wb") as log:
        return subprocess.Popen(
            argv, pass_fds=fds,
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=None if interactive else log,
            stderr=log, preexec_fn=end_with_parent,
            start_new_session=not interactive)


def channels(options, log_dir, port_fd, control_fd):
    """QEMU's arguments for a guest that runs a command."""
    return [
        "-display", options.display or "none",
        "-serial", f"file:{escaped(log_dir / 'serial.log')}",
        "-device", "virtio-serial-pci,id=agents,addr=0x12",
        "-chardev", f"socket,id=agent,fd={port_fd}",
        "-device", "virtserialport,bus=agents.0,chardev=agent,"
                   "name=gvirt.agent",
        "-chardev", f"socket,id=qmp,fd={control_fd}",
        "-mon", "chardev=qmp,mode=control",
    ]


def run_command(options, qemu, folder, ramdisk, log_dir):
    """Runs one command in a fresh guest and returns its exit status."""
    port, port_fd = socket_for_child()
    control, control_fd = socket_for_child()
    argv = base_command(options, qemu, folder, ramdisk, log_dir)
    # first the caller's: a gvirt-gpu must be there before who is on it
    argv += shlex.split(options.qemu_args) + _device(options) + channels(
        options, log_dir, port_fd.fileno(), control_fd.fileno())
    limit = time.monotonic() + (options.timeout or DEFAULT_TIMEOUT_S)
    process = launch(argv, log_dir, (port_fd.fileno(), control_fd.fileno()),
                     False)
    try:
        port_fd.close()
        control_fd.close()
        qmp = Qmp(control)
        with open(log_dir / "dmesg.log", "wb") as kernel_log:
            session = Session(port, kernel_log, options.command)
            status = session.run(limit)
        if status is None and time.monotonic() < limit:
            status = process.wait()
            if session.failure:
                raise GuestError(f"the guest: {session.failure}; "
                                 f"logs in {log_dir}")
            if session.ready and status == 0:
                raise GuestError("the guest stopped before the command "
                                 f"ended; logs in {log_dir}")
            raise qemu_problem(log_dir, status)
        if options.screenshot:
            qmp.screenshot(pathlib.Path(options.screenshot),
                           GPU_IDS[options.gpu], log_dir)
        if status is None:
            note(f"timed out after {options.timeout or DEFAULT_TIMEOUT_S:g} "
                 f"s {'in the command' if session.ready else 'in boot'}; "
                 f"logs in {log_dir}")
            return EXIT_TIMEOUT
        (log_dir / "gpu.json").write_text(
            json.dumps(qmp.gpu_properties(), indent=1) + "\n")
        qmp.quit()
        process.wait(timeout=10)
        return status
    except subprocess.TimeoutExpired:
        note(f"QEMU did not end when told to; killed; logs in {log_dir}")
        return EXIT_FAILED
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _choose_display(options, qemu):
    """The -display argument, and whether a VNC address has to be told."""
    chosen = options.display
    if not chosen:
        has_screen = any(os.environ.get(name) for name in
                         ("DISPLAY", "WAYLAND_DISPLAY"))
        known = ()
        if has_screen:
            done = subprocess.run([str(qemu), "-display", "help"],
                                  capture_output=True, text=True, check=False)
            known = done.stdout.split()
        chosen = next((name for name in ("sdl", "gtk") if name in known),
                      "serial")
    if chosen == "serial":
        return "vnc=127.0.0.1:0,to=99", True
    return chosen, False


def run_interactive(options, qemu, folder, ramdisk, log_dir):
    """A guest on this terminal, with a window where there is a display."""
    control, control_fd = socket_for_child()
    display, tell_vnc = _choose_display(options, qemu)
    argv = base_command(options, qemu, folder, ramdisk, log_dir)
    argv += shlex.split(options.qemu_args) + _device(options) + [
        "-display", display,
        "-chardev", "stdio,id=console,mux=on,signal=off,"
                    f"logfile={escaped(log_dir / 'serial.log')}",
        "-serial", "chardev:console", "-mon", "chardev=console",
        "-device", "virtio-tablet-pci,addr=0x13",
        "-chardev", f"socket,id=qmp,fd={control_fd.fileno()}",
        "-mon", "chardev=qmp,mode=control",
    ]
    process = launch(argv, log_dir, (control_fd.fileno(),), True)
    try:
        control_fd.close()
        qmp = Qmp(control)
        if tell_vnc:
            service = qmp.vnc_address()
            if service:
                note(f"the GPU's display: VNC on 127.0.0.1:{service}")
        note("serial console here; root has no password; Ctrl-A x leaves, "
             "Ctrl-A c is QEMU's monitor and back")
        try:
            status = process.wait(timeout=options.timeout)
        except subprocess.TimeoutExpired:
            if options.screenshot:
                qmp.screenshot(pathlib.Path(options.screenshot),
                               GPU_IDS[options.gpu], log_dir)
            return EXIT_TIMEOUT
        if status != 0:
            raise qemu_problem(log_dir, status)
        return 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        _restore_terminal()


def _restore_terminal():
    if sys.stdin.isatty():
        subprocess.run(["stty", "sane"], check=False)


def check(options):
    if options.command is not None and not options.command.strip():
        raise GuestError("--exec: an empty command", EXIT_USAGE)
    if options.screenshot:
        target = pathlib.Path(options.screenshot)
        if target.suffix != ".png":
            raise GuestError("--screenshot: the file's name ends in .png",
                             EXIT_USAGE)
        if not target.resolve().parent.is_dir():
            raise GuestError(f"--screenshot: no folder {target.parent}",
                             EXIT_USAGE)
    for path in options.put:
        if not pathlib.Path(path).exists():
            raise GuestError(f"--put {path}: no such file or folder",
                             EXIT_USAGE)
    for name, text in (("qemu", options.qemu_args),
                       ("server", options.server_args)):
        try:
            shlex.split(text)
        except ValueError as error:
            raise GuestError(f"--{name}-args: {error}",
                             EXIT_USAGE) from error
    for name, text, form in (("memory", options.memory, r"[1-9]\d*[MGmg]?"),
                             ("smp", options.smp, _UP_TO_255)):
        if text is not None and not re.fullmatch(form, text):
            raise GuestError(f"--{name} {text}: " + (
                "must be a size such as 512M or 2G" if name == "memory" else
                "must be a number of processors, 1 to 255"), EXIT_USAGE)
    if not options.vms and (options.restart or options.server_args):
        raise GuestError("--restart and --server-args need --vms", EXIT_USAGE)
    if options.accel == "kvm" and not os.access("/dev/kvm", os.R_OK | os.W_OK):
        raise GuestError("--accel kvm: /dev/kvm cannot be opened; use tcg",
                         EXIT_USAGE)


def prepare(options):
    """QEMU, the image, its RAM disk and a place for logs."""
    qemu = find_qemu()
    folder = image.ensure_image(options.suite)
    return qemu, folder, prepare_init(folder), make_log_dir(options.log_dir)


def clean_log_dir(log_dir):
    for name in ("pid", "put.tar"):
        (log_dir / name).unlink(missing_ok=True)


def run(options):
    check(options)
    options.memory = options.memory or "2G"
    options.smp = options.smp or "2"
    qemu, folder, ramdisk, log_dir = prepare(options)
    try:
        if options.command is not None:
            return run_command(options, qemu, folder, ramdisk, log_dir)
        return run_interactive(options, qemu, folder, ramdisk, log_dir)
    finally:
        clean_log_dir(log_dir)
