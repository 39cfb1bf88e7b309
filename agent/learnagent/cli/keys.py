"""Reads single keys from the terminal, those typed ahead too."""

from __future__ import annotations

import os
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def single_keys() -> Iterator[None]:
    """Let keys arrive at once and unseen; the terminal is as it was afterwards. Stdin must be one.

    The switch flushes nothing: `typer.getchar` would drop a key that was pressed before it.
    """
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


def read_key() -> str:
    """Return the next key, in lower case. Raises KeyboardInterrupt at Ctrl-C, Ctrl-D and the end of input."""
    key = os.read(sys.stdin.fileno(), 1)
    if key in {b"", b"\x03", b"\x04"}:
        raise KeyboardInterrupt
    return key.decode("latin-1").lower()
