"""A terminal with `learnagent` in it: keys go in, the screen's text comes out without its escape codes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from e2e.console import LAUNCH, PATIENCE_S, SCRIPT

ENTER, ALT_ENTER, CTRL_C, CTRL_D = "\r", "\x1b\r", "\x03", "\x04"
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[@-Z\\-_=>]|\r")


class Terminal:
    """Reads and types."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self._descriptor = descriptor
        self._process = process
        self._raw = b""
        self._read_to = 0

    @property
    def raw(self) -> str:
        """Everything shown so far, escape codes included."""
        return self._raw.decode(errors="replace")

    @property
    def text(self) -> str:
        """Everything shown so far."""
        return _ESCAPE.sub("", self.raw)

    def see(self, wanted: str) -> None:
        """Wait until a text appears that has not been seen yet."""
        give_up = time.monotonic() + PATIENCE_S
        while (at := self.text.find(wanted, self._read_to)) < 0:
            assert time.monotonic() < give_up, f"waited in vain for {wanted!r} in {self.text!r}"
            assert self._take(0.2), f"it ended without {wanted!r}: {self.text!r}"
        self._read_to = at + len(wanted)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._descriptor, keys.encode())

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        give_up = time.monotonic() + PATIENCE_S
        while self._take(0.2):
            assert time.monotonic() < give_up, f"it does not end: {self.text!r}"
        return self._process.wait(PATIENCE_S)

    def _take(self, seconds: float) -> bool:
        """Read what there is; False when the program has closed the terminal."""
        if not select.select([self._descriptor], [], [], seconds)[0]:
            return self._process.poll() is None
        try:
            piece = os.read(self._descriptor, 65_536)
        except OSError:  # how Linux says that the other end is closed
            return False
        self._raw += piece
        return piece != b""


@contextmanager
def terminal(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """Start a command in a terminal of 120 columns; what is left of it at the end is killed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(
        [sys.executable, LAUNCH, "--terminal", SCRIPT, *arguments],
        cwd=folder,
        env={**os.environ, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **(env or {})},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        os.close(ours)
