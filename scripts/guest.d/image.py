# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the Debian images that guests run from.

An image is a folder in the cache: the root disk (raw ext4), the kernel, and
the modules its initial RAM disk needs.  It is made beside its final place and
renamed when complete, so a broken run leaves nothing that looks like one.
"""

import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

from common import (EXIT_USAGE, HERE, SUITES, GuestError, Lock, cache_dir,
                    end_with_parent, need_program, note, run_logged)
import initrd

PACKAGES = (
    # the kernel and what boots it
    "linux-image-amd64", "systemd-sysv", "udev", "kmod", "procps", "kbd",
    # programs that drive the GPU
    "intel-gpu-tools", "libdrm-tests", "libgl1-mesa-dri", "libegl1",
    "libgles2", "mesa-utils", "kmscube", "xserver-xorg-core",
    "xserver-xorg-input-libinput", "xinit", "xterm", "x11-xserver-utils",
    # a desktop: window manager, clock and calculator, editor
    "jwm", "x11-apps", "mousepad",
    # for a person who looks around
    "pciutils", "less", "nano", "strace",
)
KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ROOT_DISK_SIZE = "6G"            # sparse: takes what is in use
NEED_FREE_B = 5 << 30
UNUSED_S = 7 * 24 * 3600
PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]+")


def check_suite(suite):
    if suite not in SUITES:
        raise GuestError(f"no suite '{suite}'; there are: "
                         f"{', '.join(SUITES)}", EXIT_USAGE)
    return suite


def recipe_hash(suite):
    digest = hashlib.sha256()
    digest.update(repr((suite, PACKAGES, initrd.MODULES,
                        ROOT_DISK_SIZE)).encode())
    digest.update((HERE / "customize").read_bytes())
    return digest.hexdigest()[:10]


def image_dir(suite):
    return cache_dir() / f"{suite}-{recipe_hash(suite)}"


def read_facts(folder):
    try:
        return json.loads((folder / "image.json").read_text())
    except (OSError, ValueError):
        return None


def _mirrors():
    """The sites of the Debian archive in this system's apt: main, security."""
    wanted = "$(SITE)|$(LABEL)"
    try:
        done = subprocess.run(
            ["apt-get", "indextargets", "--format", wanted,
             "Identifier: Packages"],
            capture_output=True, text=True, check=True)
        lines = sorted(set(done.stdout.split("\n")))
    except (OSError, subprocess.CalledProcessError):
        lines = []
    main = os.environ.get("GVIRT_MIRROR")
    security = None
    for line in lines:
        site, _, label = line.partition("|")
        last = site.rstrip("/").rpartition("/")[2]
        if "security" in label.lower() or "security" in last:
            security = security or site
        elif label == "Debian" or last == "debian":
            main = main or site
    if not main:
        raise GuestError("apt knows no Debian archive on this machine; "
                         "name one: GVIRT_MIRROR=URL scripts/guest image")
    return main, security


def _sources(suite):
    main, security = _mirrors()
    lines = [f"deb {main} {suite} main", f"deb {main} {suite}-updates main"]
    if security:
        lines.append(f"deb {security} {suite}-security main")
    return lines


def _apt_options():
    options = ['Acquire::Languages "none"', 'Acquire::Retries "3"',
               'APT::Install-Recommends "false"']
    done = subprocess.run(["apt-config", "dump", "--format", '%f "%v"%n'],
                          capture_output=True, text=True, check=False)
    for line in done.stdout.split("\n"):
        if re.match(r"Acquire::(http|https|ftp)::Proxy ", line):
            options.append(line)
    return options


def _own_namespace():
    """A prefix that ties a program's mounts and processes to its own life."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return []      # without root, mmdebstrap makes namespaces itself
    prefix = ["unshare", "--mount", "--pid", "--fork", "--kill-child",
              "--mount-proc", "--"]
    done = subprocess.run(prefix + ["true"], capture_output=True, check=False)
    return prefix if done.returncode == 0 else []


def _bootstrap(suite, include, debs, tar, log_path):
    """Runs mmdebstrap, telling what it is at."""
    debs.mkdir(exist_ok=True)
    quoted_debs = shlex.quote(str(debs))
    argv = _own_namespace()
    # a namespace dies whole; without one mmdebstrap has to clean up
    stop = signal.SIGKILL if argv else signal.SIGTERM
    argv += [need_program("mmdebstrap", "mmdebstrap"), "--variant=minbase",
            "--format=tar", "--architectures=amd64",
            f"--keyring={KEYRING}",
            "--include=" + ",".join(PACKAGES + tuple(include)),
            "--skip=essential/unlink", "--skip=cleanup/apt",
            '--setup-hook=mkdir -p "$1"/var/cache/apt/archives/',
            f"--setup-hook=sync-in {quoted_debs} /var/cache/apt/archives/",
            "--customize-hook="
            f"sync-out /var/cache/apt/archives {quoted_debs}",
            "--customize-hook=" + (HERE / "customize").read_text()]
    argv += [f"--aptopt={option}" for option in _apt_options()]
    argv += [f"--dpkgopt={option}" for option in (
        "force-unsafe-io", "path-exclude=/usr/share/doc/*",
        "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/locale/*",
        "path-exclude=/usr/share/info/*")]
    argv += [suite, str(tar)] + _sources(suite)
    # not in /tmp, which may be small memory; without root, mmdebstrap works
    # under another user id, which cannot enter a private cache folder
    environment = dict(
        os.environ, INITRD="No",       # we make our own RAM disk
        TMPDIR=str(tar.parent) if os.geteuid() == 0 else "/var/tmp")
    last = ""
    with open(log_path, "ab") as log, subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, env=environment,
            preexec_fn=lambda: end_with_parent(stop)) as child:
        try:
            for raw in child.stderr:
                log.write(raw)
                log.flush()
                line = raw.decode(errors="replace").strip()
                if re.match(r"I: (running apt-get update|downloading|"
                            r"extracting|installing|creating)", line):
                    note(f"{suite} image: {line[3:]}")
                elif line.startswith(("E:", "Err:")) and (
                        not last or "failed" in last):
                    last = line
        except BaseException:
            child.send_signal(stop)
            raise
    if child.returncode != 0:
        reason = last or f"mmdebstrap ended with {child.returncode}"
        raise GuestError(f"{suite} image: {reason}; check network, mirror "
                         f"and package names, details in {log_path}")


def _make_disk(tar, folder, log_path):
    """Unpacks the archive and makes the root disk; owners are kept."""
    tree = folder / "tree"
    disk = folder / "root.raw"
    mkfs = need_program("mkfs.ext4", "e2fsprogs")
    script = ('set -e; mkdir "$1"; tar -xf "$2" -C "$1" --numeric-owner '
              '--exclude="./dev/*"; '
              '"$3" -q -F -L gvirt -m 0 -O ^has_journal -E lazy_itable_init=1 '
              '-d "$1" "$4" "$5"')
    argv = ["sh", "-c", script, "sh", str(tree), str(tar), mkfs, str(disk),
            ROOT_DISK_SIZE]
    if os.geteuid() != 0:
        argv = [need_program("fakeroot", "fakeroot"), "--"] + argv
    run_logged(argv, log_path, "making the root disk")
    return tree


def _take_kernel(tree, folder):
    kernels = sorted((tree / "boot").glob("vmlinuz-*"),
                     key=lambda path: path.stat().st_mtime)
    if not kernels:
        raise GuestError("the image has no kernel in /boot")
    release = kernels[-1].name.partition("-")[2]
    modules = tree / "lib" / "modules" / release
    shutil.copy(kernels[-1], folder / "vmlinuz")
    initrd.make_vmlinux(kernels[-1], folder / "vmlinux")
    for path in initrd.module_files(modules):
        (folder / "modules" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(modules / path, folder / "modules" / path)
    shutil.copy(modules / "modules.dep", folder / "modules" / "modules.dep")
    return release


def _remove_tree(path):
    """Removes a folder, but never what may be mounted inside it."""
    if os.geteuid() != 0:
        subprocess.run(["chmod", "-R", "u+rwX", str(path)], check=False,
                       stderr=subprocess.DEVNULL)
    done = subprocess.run(["rm", "-rf", "--one-file-system", str(path)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GuestError(f"{path} cannot be removed: "
                         f"{done.stderr.strip().splitlines()[0]}")


def _build(suite, include, final):
    cache = cache_dir()
    cache.mkdir(parents=True, exist_ok=True)
    free_B = shutil.disk_usage(cache).free
    if free_B < NEED_FREE_B:
        raise GuestError(
            f"{suite} image: {cache} has {free_B >> 20} MB free, "
            f"{NEED_FREE_B >> 20} MB are needed; make room or set "
            "GVIRT_CACHE to a folder elsewhere")
    if not KEYRING.exists():
        raise GuestError(f"{KEYRING} is missing; install it with: "
                         "apt-get install debian-archive-keyring")
    for stale in cache.glob(f".building-{suite}-*"):
        _remove_tree(stale)
    log_path = cache / f"{suite}.log"
    log_path.unlink(missing_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix=f".building-{suite}-",
                                         dir=cache))
    began = time.monotonic()
    try:
        tar = work / "root.tar"
        note(f"building the {suite} image (a minute or two; "
             f"details in {log_path})")
        _bootstrap(suite, include, cache / "debs", tar, log_path)
        note(f"{suite} image: making the root disk")
        tree = _make_disk(tar, work, log_path)
        release = _take_kernel(tree, work)
        tar.unlink()
        _remove_tree(tree)
        facts = {"suite": suite, "kernel": release,
                 "include": sorted(include), "made": int(time.time())}
        (work / "image.json").write_text(json.dumps(facts, indent=1) + "\n")
        work.chmod(0o755)
        if final.exists():
            old = final.with_name(f".building-{suite}-old-{os.getpid()}")
            final.rename(old)
            work.rename(final)
            _remove_tree(old)
        else:
            work.rename(final)
    except BaseException:
        if work.exists():
            _remove_tree(work)
        raise
    _remove_unused(suite, final)
    note(f"{suite} image: Linux {release}, built in "
         f"{time.monotonic() - began:.0f} s, in {final}")


def _remove_unused(suite, current):
    """Images of other recipes go when no clone has used them for days."""
    for folder in cache_dir().glob(f"{suite}-*"):
        if folder != current and folder.is_dir() and \
                time.time() - folder.stat().st_mtime > UNUSED_S:
            _remove_tree(folder)


def ensure_image(suite, include=(), update=False):
    """Returns the folder of a complete image, made when it is not there."""
    check_suite(suite)
    for name in include:
        if not PACKAGE_NAME.fullmatch(name):
            raise GuestError(f"'{name}' is not a package's name",
                             EXIT_USAGE)
    final = image_dir(suite)
    facts = read_facts(final)
    if facts and not update and set(include) <= set(facts["include"]):
        os.utime(final)
        return final
    with Lock(cache_dir() / f"{suite}.lock",
              f"waiting for another build of the {suite} image"):
        facts = read_facts(final)
        have = set(facts["include"]) if facts else set()
        if not facts or update or not set(include) <= have:
            _build(suite, sorted(have | set(include)), final)
    return final


def clean():
    cache = cache_dir()
    for path in sorted(cache.glob("*")) + sorted(cache.glob(".building-*")):
        if path.is_dir():
            _remove_tree(path)
        else:
            path.unlink(missing_ok=True)
