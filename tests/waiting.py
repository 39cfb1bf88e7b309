"""Waits for something that happens, and no longer."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress


def next_second(count: int = 1) -> None:
    """Return once the clock shows a later second: file times and checkpoints are told apart by seconds."""
    begun = int(time.time())
    while int(time.time()) < begun + count:
        time.sleep(0.01)


def let_run(process: subprocess.Popen[str], at_most_s: float) -> None:
    """Return once a process has ended, or after that time: killed then, it is killed anywhere."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(at_most_s)
