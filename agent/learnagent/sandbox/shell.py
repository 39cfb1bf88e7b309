"""Runs one command at a time at the root: bounded in time and output, with nothing left running after it.

Whether the command may run is for `permission`, what it can reach is for `sandbox`.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from learnagent.sandbox.environment import command_environment as command_environment
from learnagent.sandbox.sandbox import Sandbox
from learnagent.sandbox.spool import Spool
from learnagent_memory.redact import Redact
from learnagent_memory.redact import redact as redact_known_forms

GRACE_S = 2.0
"""Between SIGTERM and SIGKILL."""
_TICK_S = 0.05
_DRAIN_S = 1.0
"""What a daemon that left the process group, and holds our pipe open, is waited for."""
_PACE_S = 0.005
"""Rest between two reads once the spool is full: a flood is slowed, never blocked, and costs us little."""
_CHUNK_BYTES = 1 << 16
_CANNOT_START = 126


@dataclass(frozen=True, slots=True)
class Completed:
    """How a command went."""

    exit_code: int | None
    """As a shell tells it (128 + n for signal n); None when it was stopped by us."""
    text: str
    """Output and errors in the order written, cleaned; head and tail where it was too long."""
    timed_out: bool
    seconds: float
    whole: Path | None
    """The spool with the whole output, redacted, where `text` was cut; removed otherwise."""
    total_bytes: int


class Shell:
    """Runs commands by bash in a sandbox; `environ` is what they get, see `command_environment`.

    `redact` is for what of their output is kept on disk.
    """

    def __init__(
        self, root: Path, *, sandbox: Sandbox, environ: Mapping[str, str], redact: Redact = redact_known_forms
    ) -> None:
        self._root = root
        self._redact = redact
        self._sandbox = sandbox
        self._environ = dict(environ)
        self._bash = shutil.which("bash", path="/bin:/usr/bin") or shutil.which("bash") or "/bin/sh"

    def run(
        self,
        command: str,
        *,
        timeout_s: float,
        spool: Path,
        limit_chars: int = 10_000,
        cancelled: Callable[[], bool] | None = None,
    ) -> Completed:
        """Run a command to its end, its time-out, or until `cancelled` says so; no input, no terminal.

        The whole process group is ended in any case, background children too. Raises StorageError when the
        output cannot be kept; a command that cannot be started at all is told in `text`, exit code 126.
        """
        started = time.monotonic()
        with Spool(spool, limit_chars=limit_chars, redact=self._redact) as output:
            try:
                process = self._start(command)
            except (OSError, ValueError) as error:  # too long for the system, a NUL, a surrogate
                output.feed(f"the command could not be started ({error})".encode(errors="replace"))
                return _completed(output, started, exit_code=_CANNOT_START)
            running = _Running(process, output, cancelled or (lambda: False))
            running.follow(started + timeout_s)
        return _completed(output, started, exit_code=running.exit_code, timed_out=running.timed_out)

    def _start(self, command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._sandbox.wrap([self._bash, "-c", command]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._root,
            env=self._environ,
            start_new_session=True,
        )


class _Running:
    """A started command whose output is read until it ends or is made to."""

    def __init__(self, process: subprocess.Popen[bytes], output: Spool, cancelled: Callable[[], bool]) -> None:
        self._process = process
        self._output = output
        self._is_cancelled = cancelled
        self.timed_out = False
        self.cancelled = False

    @property
    def exit_code(self) -> int | None:
        code = self._process.returncode
        if self.timed_out or self.cancelled or code is None:
            return None
        return code if code >= 0 else 128 - code

    def follow(self, deadline: float) -> None:
        """Read until the end, the deadline or the cancellation; leave nothing of the group alive."""
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            try:
                self._read(pipe, deadline, stop=lambda: self._ended() or self._asked_to_stop())
                self.timed_out = not self._ended() and not self.cancelled
            finally:
                self._end(pipe)
            self._read(pipe, time.monotonic() + _DRAIN_S, stop=lambda: False)

    def _ended(self) -> bool:
        return self._process.poll() is not None

    def _asked_to_stop(self) -> bool:
        self.cancelled = self.cancelled or self._is_cancelled()
        return self.cancelled

    def _read(self, pipe: IO[bytes], deadline: float, *, stop: Callable[[], bool]) -> None:
        """Spool the output until `stop()` or the deadline; once it is closed, wait for the process alone."""
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while not stop() and (left_s := deadline - time.monotonic()) > 0:
                if not selector.get_map():
                    self._wait(min(_TICK_S, left_s))
                elif selector.select(min(_TICK_S, left_s)) and not self._take(pipe):
                    selector.unregister(pipe)
                    if self._process.returncode is not None:
                        return

    def _take(self, pipe: IO[bytes]) -> bool:
        chunk = os.read(pipe.fileno(), _CHUNK_BYTES)
        if chunk:
            self._output.feed(chunk)
        if self._output.full:
            time.sleep(_PACE_S)
        return bool(chunk)

    def _end(self, pipe: IO[bytes]) -> None:
        """Ask the group to end, if the command has not, then make it."""
        try:
            if not self._ended():
                self._signal(signal.SIGTERM)
                self._read(pipe, time.monotonic() + GRACE_S, stop=self._ended)
        finally:
            self._signal(signal.SIGKILL)
            self._wait(GRACE_S)

    def _wait(self, seconds: float) -> None:
        with suppress(subprocess.TimeoutExpired):  # also: a process of another user (sudo) cannot be killed
            self._process.wait(seconds)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _completed(output: Spool, started: float, *, exit_code: int | None, timed_out: bool = False) -> Completed:
    text, cut = output.text()
    if not cut:
        output.discard()
    return Completed(
        exit_code=exit_code,
        text=text,
        timed_out=timed_out,
        seconds=time.monotonic() - started,
        whole=output.path if cut else None,
        total_bytes=output.total_bytes,
    )
