# SPDX-License-Identifier: GPL-2.0-or-later
"""What all parts of scripts/guest share: places, messages, child processes."""

import argparse
import ctypes
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
BUILD = PROJECT / "build"
GUEST_BUILD = BUILD / "guest"
SUITES = ("bookworm", "trixie")

EXIT_USAGE = 1
EXIT_TIMEOUT = 124
EXIT_FAILED = 125

# Debian packages that this tool needs on the host.
HOST_PACKAGES = (
    "mmdebstrap", "fakeroot", "uidmap", "e2fsprogs", "tar", "xz-utils",
    "zstd", "gcc", "libc6-dev", "libdrm-dev", "debian-archive-keyring",
    "qemu-system-data", "seabios",
)


class GuestError(Exception):
    """Something the user has to know; the text is one line."""

    def __init__(self, text, status=EXIT_FAILED):
        super().__init__(text)
        self.status = status


def cache_dir():
    """The folder of images and packages; clones of the project share it."""
    named = os.environ.get("GVIRT_CACHE")
    if named:
        return pathlib.Path(named).resolve() / "guest"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return pathlib.Path(base).expanduser() / "gvirt" / "guest"


def note(text):
    print(f"guest: {text}", file=sys.stderr, flush=True)


class Parser(argparse.ArgumentParser):
    """Wrong arguments are told in one line, by the name of the script."""

    def __init__(self, *args, says="guest", **kwargs):
        super().__init__(*args, allow_abbrev=False, **kwargs)
        self.says = says

    def error(self, message):
        print(f"{self.says}: {message}; see: {self.prog} --help",
              file=sys.stderr)
        sys.exit(EXIT_USAGE)


def need_program(name, package):
    path = shutil.which(name, path=os.environ.get("PATH", "") +
                        ":/usr/sbin:/sbin")
    if not path:
        raise GuestError(f"'{name}' is missing; "
                         f"install it with: apt-get install {package}")
    return path


def end_with_parent(how=signal.SIGTERM):
    """For a child: end when this process ends, however that comes about."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(how))


def run_logged(argv, log_path, what, **kwargs):
    """Runs a program with its output in a log; a failure names that log."""
    with open(log_path, "ab") as log:
        done = subprocess.run(argv, stdout=log, stderr=log,
                              stdin=subprocess.DEVNULL, check=False,
                              preexec_fn=end_with_parent, **kwargs)
    if done.returncode != 0:
        raise GuestError(f"{what} failed (status {done.returncode}); "
                         f"see {log_path}")


class Lock:
    """An advisory lock on a file, for one process at a time."""

    def __init__(self, path, waiting):
        self.path = path
        self.waiting = waiting
        self.file = None

    def __enter__(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(self.path, "w", encoding="ascii")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(self.waiting)
            fcntl.flock(self.file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *exc):
        self.file.close()
