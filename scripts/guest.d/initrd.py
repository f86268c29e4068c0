# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's initial RAM disk and kernel, as QEMU loads them fastest.

The RAM disk holds our own first process and the kernel modules that reach the
root disk, nothing else.  The kernel is Debian's: the ELF image is taken out of
the compressed file on the host, so that an emulated processor need not spend
seconds on the decompression.
"""

import lzma
import os
import pathlib
import struct
import subprocess

from common import GuestError, need_program

MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "crc32c_generic",
           "ext4")


def _cpio_entry(name, mode, data=b"", rdev=(0, 0), ino=0):
    encoded = name.encode() + b"\0"
    header = "070701" + "".join(
        f"{field:08x}" for field in (
            ino, mode, 0, 0, 1, 0, len(data), 0, 0, rdev[0], rdev[1],
            len(encoded), 0))
    out = header.encode() + encoded
    out += b"\0" * (-len(out) % 4) + data
    return out + b"\0" * (-len(data) % 4)


def _decompressed(path):
    data = path.read_bytes()
    if path.suffix == ".xz":
        return lzma.decompress(data)
    if path.suffix == ".zst":
        return _unzstd(data, path)
    return data


def _unzstd(data, what):
    zstd = need_program("zstd", "zstd")
    done = subprocess.run([zstd, "-dcq"], input=data, capture_output=True,
                          check=False)
    # a kernel's payload is followed by its size: bytes that zstd refuses
    if not done.stdout:
        raise GuestError(f"{what}: cannot be decompressed by zstd")
    return done.stdout


def module_files(modules_dir, names=MODULES):
    """Paths under modules_dir of the named modules, dependencies first."""
    depends = {}
    by_name = {}
    for line in (modules_dir / "modules.dep").read_text().splitlines():
        path, _, needed = line.partition(":")
        depends[path] = needed.split()
        stem = pathlib.PurePath(path).name.split(".ko")[0]
        by_name[stem.replace("-", "_")] = path
    ordered = []

    def add(path):
        for needed in depends[path]:
            add(needed)
        if path not in ordered:
            ordered.append(path)

    for name in names:
        if name in by_name:      # else it is built in
            add(by_name[name])
    return ordered


def make_initrd(init_binary, modules_dir, output):
    parts = [_cpio_entry("dev", 0o040755),
             _cpio_entry("dev/console", 0o020600, rdev=(5, 1)),
             _cpio_entry("m", 0o040755),
             _cpio_entry("init", 0o100755, init_binary.read_bytes())]
    loaded = []
    for path in module_files(modules_dir):
        stem = pathlib.PurePath(path).name.split(".ko")[0]
        data = _decompressed(modules_dir / path)
        parts.append(_cpio_entry(f"m/{stem}.ko", 0o100644, data))
        loaded.append(f"/m/{stem}.ko\n")
    parts.append(_cpio_entry("modules.list", 0o100644,
                             "".join(loaded).encode()))
    parts.append(_cpio_entry("TRAILER!!!", 0))
    temporary = output.with_suffix(".tmp")
    temporary.write_bytes(b"".join(parts))
    os.replace(temporary, output)


def make_vmlinux(bzimage, output):
    """Writes the ELF image inside a bzImage; x86 boot protocol 2.08."""
    data = bzimage.read_bytes()
    if data[0x202:0x206] != b"HdrS":
        raise GuestError(f"{bzimage}: not a bzImage")
    setup_sectors = data[0x1f1] or 4
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = data[start:start + length]
    if payload.startswith(b"\xfd7zXZ"):
        image = lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(payload)
    elif payload.startswith(b"\x28\xb5\x2f\xfd"):
        image = _unzstd(payload, bzimage)
    else:
        raise GuestError(f"{bzimage}: kernel compression not known")
    if not image.startswith(b"\x7fELF"):
        raise GuestError(f"{bzimage}: no ELF image inside")
    output.write_bytes(image)
