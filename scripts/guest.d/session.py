# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's ends of a guest's two channels: the agent's port (frames, see
init.c) and QEMU's monitor (QMP)."""

import json
import os
import select
import socket
import struct
import time
import zlib

from common import GuestError

FRAME_HEADER = struct.Struct("<cI")


def socket_for_child():
    """A connected pair: our end, and an end that a child may inherit."""
    ours, theirs = socket.socketpair()
    theirs.set_inheritable(True)
    return ours, theirs


def _write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


def _kernel_line(record):
    """A record of /dev/kmsg in the form that dmesg prints."""
    text = record.split(b"\n", 1)[0]
    prefix, _, message = text.partition(b";")
    try:
        stamp = int(prefix.split(b",")[2])
    except (IndexError, ValueError):
        return record
    return b"[%5d.%06d] %s\n" % (stamp // 1000000, stamp % 1000000, message)


class Session:
    """One command in the guest, its output to our own: write(fd, data)."""

    def __init__(self, port, kernel_log, command, write=_write_all):
        self.port = port
        self.kernel_log = kernel_log
        self.command = command.encode()
        self.write = write
        self.ready = False
        self.failure = None
        self.status = None
        self.buffer = bytearray()

    def run(self, limit):
        """Returns the command's status, None when there was none in time."""
        while not self.ended():
            left = limit - time.monotonic()
            if left <= 0:
                return None
            if not select.select([self.port], [], [], left)[0]:
                return None
            if not self.receive():
                return None
        return self.status

    def ended(self):
        return self.status is not None or self.failure is not None

    def receive(self):
        """Takes what the port has; False when it is closed."""
        try:
            data = self.port.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        self.buffer += data
        for kind, payload in self._frames():
            if kind == b"H":
                self.ready = True
                self.port.sendall(FRAME_HEADER.pack(b"E", len(self.command)) +
                                  self.command)
            else:
                self._take(kind, payload)
        return bool(data)

    def _frames(self):
        while len(self.buffer) >= FRAME_HEADER.size:
            kind, length = FRAME_HEADER.unpack_from(self.buffer)
            end = FRAME_HEADER.size + length
            if len(self.buffer) < end:
                return
            payload = bytes(self.buffer[FRAME_HEADER.size:end])
            del self.buffer[:end]
            yield kind, payload

    def _take(self, kind, payload):
        if kind in (b"1", b"2"):
            self.write(int(kind), payload)
        elif kind == b"K":
            self.kernel_log.write(_kernel_line(payload))
            self.kernel_log.flush()
        elif kind == b"X":
            self.status = int(payload)
        elif kind == b"F":
            self.failure = payload.decode(errors="replace")


class Lines:
    """Output line by line, each with a prefix; write(fd, data)."""

    def __init__(self, prefix):
        self.prefix = prefix.encode()
        self.begun = {1: b"", 2: b""}

    def __call__(self, fd, data):
        *whole, self.begun[fd] = (self.begun[fd] + data).split(b"\n")
        if whole:
            _write_all(fd, b"".join(self.prefix + line + b"\n"
                                    for line in whole))

    def end(self):
        """The last line may lack its end."""
        for fd, line in self.begun.items():
            if line:
                self(fd, b"\n")


class Qmp:
    """Just enough of QEMU's machine protocol."""

    def __init__(self, connection):
        self.connection = connection
        self.reader = connection.makefile("rb")
        self.greeted = False
        connection.settimeout(30)

    def command(self, name, **arguments):
        if not self.greeted:
            self.greeted = True
            self.reader.readline()
            self.command("qmp_capabilities")
        request = {"execute": name}
        if arguments:
            request["arguments"] = arguments
        self.connection.sendall(json.dumps(request).encode() + b"\n")
        while True:
            line = self.reader.readline()
            if not line:
                raise GuestError(f"QEMU ended at '{name}'")
            answer = json.loads(line)
            if "error" in answer:
                raise GuestError(f"QEMU: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def quit(self):
        try:
            self.command("quit")
        except (GuestError, OSError):
            pass                 # it may be gone before it has answered

    def vnc_address(self):
        try:
            return self.command("query-vnc").get("service")
        except GuestError:
            return None

    def gpu_properties(self):
        """Every readable property of every gvirt device, by its path."""
        found = {}
        for parent in ("/machine", "/machine/peripheral"):
            for child in self.command("qom-list", path=parent):
                if not child["type"].startswith("child<gvirt-"):
                    continue
                path = f"{parent}/{child['name']}"
                try:
                    entries = self.command("qom-list", path=path)
                except GuestError:
                    continue            # unplugged meanwhile
                values = found[path] = {}
                for entry in entries:
                    if entry["type"] not in ("uint64", "uint32", "size",
                                             "bool", "string"):
                        continue
                    try:
                        values[entry["name"]] = self.command(
                            "qom-get", path=path, property=entry["name"])
                    except GuestError:
                        continue        # some are to be written only
        return found

    def screenshot(self, target, device, work_dir):
        """Writes the console of a device (else the first one) as a PNG."""
        raw = work_dir / "screen.ppm"
        arguments = {"filename": str(raw)}
        if device:
            arguments.update(device=device, head=0)
        self.command("screendump", **arguments)
        try:
            png = png_from_ppm(raw.read_bytes())
        finally:
            raw.unlink(missing_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            temporary.write_bytes(png)
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def png_from_ppm(data):
    """A PNG of QEMU's screendump; a QEMU may be built without libpng."""
    fields = data.split(maxsplit=4)[:4]
    if len(fields) < 4 or fields[0] != b"P6" or fields[3] != b"255":
        raise GuestError("the screendump is not what QEMU writes")
    width, height = int(fields[1]), int(fields[2])
    pitch_B = width * 3
    pixels = data[len(data) - pitch_B * height:]
    rows = b"".join(b"\0" + pixels[y * pitch_B:(y + 1) * pitch_B]
                    for y in range(height))

    def chunk(kind, body):
        return (struct.pack(">I", len(body)) + kind + body +
                struct.pack(">I", zlib.crc32(kind + body)))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
            chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b""))
