# SPDX-License-Identifier: GPL-2.0-or-later
"""The error state that i915 leaves after a hang, in a test's report: fetched
behind the guest's command, decoded by gvirt-decode, in short."""

import os
import pathlib
import re
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
MARK = "@@@ error state"

# behind a test's command, whose status goes on as "s"
FETCH = (f"for e in /sys/class/drm/card*/error; do "
         f"if [ -e $e ] && ! grep -q '^No error state' $e; then "
         f"printf '\\n{MARK}\\n'; cat $e; fi; done")

# what an excerpt has: who hung, where the engines were
TELLING = re.compile(r"GPU HANG|command stream:|^  ACTHD|^  IPEHR|^  FAULT|"
                     r"^      (in |command:|busy:|fault:|page:|space: .gtt)|"
                     r"^> ")
EXCERPT_LINES = 30


def find_decoder():
    """The path of gvirt-decode, whether it is there or not."""
    return pathlib.Path(os.environ.get("GVIRT_DECODE",
                                       PROJECT / "build" / "gvirt-decode"))


def wrapped(command):
    """The command, and the error state behind what it prints."""
    return f"( {command}\n); s=$?; {FETCH}; exit $s"


def split(output):
    """What the command printed, and the error state, empty without one."""
    text, _, state = output.partition(f"\n{MARK}\n")
    return text, state


def decoded(state):
    """In words, in full; what is wrong with the state is said at the end."""
    program = find_decoder()
    try:
        done = subprocess.run([program, "--error"], input=state.encode(),
                              capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"gvirt-decode: {error}\n"
    return (done.stdout + done.stderr).decode(errors="replace")


def report(state, folder, name="error-state"):
    """Leaves it in a folder, as it is and in words; returns an excerpt."""
    if not state:
        return ""
    words = decoded(state)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(state)
    (folder / f"{name}.words").write_text(words)
    lines = [line for line in words.split("\n") if TELLING.search(line)]
    return "\n".join([f"error state (all of it: {folder / name}.words)"] +
                     lines[:EXCERPT_LINES])
