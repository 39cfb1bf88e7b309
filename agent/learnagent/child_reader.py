"""Has child processes read many files: two cores halve the time, and a parser that crashes kills only a child.

A child says READY, then one JSON line `[name, answer]` a file. The file it died on is told as lost, and a new
child takes over behind it. What is read of a file, and what an answer means, is the caller's.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, Protocol

FILE_LIMIT_S = 10
"""Of CPU. The parser's own limit is shorter; this one holds where native code never looks at it."""
_WALL_PER_CPU = 6
"""How much longer a file may take by the clock: other processes and slow disks are no file's fault."""
MEMORY_LIMIT_BYTES = 4 << 30
MAX_CRASHES = 16
"""For one child's share; the rest of it stays unread."""
READY = "ready\n"
_FAILED = "!"
"""Starts a line that says why a child ends."""
_PIECE_BYTES = 65_536

Item = tuple[str, Any]
"""A file's name, and what else a child must know to read it; both are JSON."""
Answer = Any
"""What a child read of one file, as JSON."""

_log = logging.getLogger(__name__)


class ChildError(Exception):
    """A child could not start or work at all: the parent does the reading."""


class Child(Protocol):
    """A process that answers."""

    def fileno(self) -> int:
        """Return where its answers come from."""

    def end(self) -> None:
        """Kill it, if it still runs, and clean up."""


class Reading(Protocol):
    """What the children of one scan do, and who wants to know."""

    def start(self, items: Sequence[Item]) -> Child:
        """Start a child on these files. Raises OSError where the system has none to give."""

    def answered(self, name: str, answer: Answer) -> None:
        """Take what was read of a file."""

    def lost(self, name: str) -> None:
        """Take note that a file killed its reader."""


def spawned(boot: str, request: Mapping[str, Any]) -> Child:
    """Start a fresh interpreter that finds the request on stdin as JSON, the parent's `sys_path` added.

    Slower than a fork by the imports, and safe in a process that has threads.
    """
    importable = [entry for entry in sys.path if entry.startswith("/")]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as given:  # a pipe would block on a long request
        json.dump({**request, "sys_path": importable}, given)
        given.seek(0)
        # -I: the child must not import from the folder it stands in, nor from PYTHONPATH.
        return _Spawned(
            subprocess.Popen(
                [sys.executable, "-I", "-c", boot],
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
            )
        )


def boot(module: str) -> str:
    """Return what a fresh interpreter runs: the `serve` of a module, with the request."""
    return (
        "import json, sys; request = json.load(sys.stdin); sys.path[:] = request['sys_path'];"
        f" from {module} import serve; serve(request)"
    )


def may_fork() -> bool:
    """Return whether this process can be copied as it is: it has one thread, those of native libraries counted.

    Only Linux tells; on macOS libraries of the system may fail in a copy.
    """
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def forked(items: Sequence[Item], read: Callable[[str, Any], Answer], *, limit_s: int = FILE_LIMIT_S) -> Child:
    """Start a copy of this process: it knows what was imported, and costs 3 ms."""
    receive, send = os.pipe()
    process = os.fork()
    if not process:
        _be_child(items, read, send, limit_s)
    os.close(send)
    return _Forked(process, receive)


def serve_items(
    items: Iterable[Item], read: Callable[[str, Any], Answer], *, out: int = 1, limit_s: int = FILE_LIMIT_S
) -> None:
    """Answer for each file in turn, as the child; a timer ends the process where native code hangs."""
    _limit_resources()
    _say(out, READY)
    try:
        for name, extra in items:
            signal.setitimer(signal.ITIMER_PROF, limit_s)
            signal.alarm(limit_s * _WALL_PER_CPU)
            answer = read(name, extra)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _say(out, json.dumps([name, answer]) + "\n")
    except Exception as error:
        _say(out, f"{_FAILED}{type(error).__name__}: {error}\n")
        raise


def printable(text: str) -> str:
    """Return the text as it is, or quoted where it could write lines or colours of its own."""
    return text if text.isprintable() else repr(text)


class Scan:
    """One reading of many files by children, heard by one thread."""

    def __init__(self, reading: Reading, *, deadline: float = math.inf) -> None:
        self._reading = reading
        self._deadline = deadline
        self._talks: set[_Talk] = set()

    def run(self, shares: Iterable[Sequence[Item]]) -> None:
        """Read the shares, each by one child at a time, until the deadline (of the monotonic clock).

        Raises ChildError where a child ends before it was ready, which is no file's fault, and OSError as
        `Reading.start` does. What was answered until then has been told.
        """
        with selectors.DefaultSelector() as selector:
            try:
                for share in shares:
                    self._begin(selector, share, crashes=0)
                while self._talks and (left := self._deadline - time.monotonic()) > 0:
                    for key, _ in selector.select(min(left, 3600.0)):
                        self._hear(selector, key.data)
            finally:
                for talk in self._talks:
                    talk.child.end()

    def _begin(self, selector: selectors.BaseSelector, items: Sequence[Item], *, crashes: int) -> None:
        if items and crashes < MAX_CRASHES and time.monotonic() < self._deadline:
            talk = _Talk(self._reading.start(items), items, crashes)
            self._talks.add(talk)
            selector.register(talk.child, selectors.EVENT_READ, talk)

    def _hear(self, selector: selectors.BaseSelector, talk: _Talk) -> None:
        piece = os.read(talk.child.fileno(), _PIECE_BYTES)
        if piece:
            for name, answer in talk.answers(piece):
                self._reading.answered(name, answer)
            return
        selector.unregister(talk.child)
        self._talks.remove(talk)
        talk.child.end()
        if not talk.is_ready:
            raise ChildError("it did not start")
        if talk.rest:
            (name, _), *behind = talk.rest
            _log.warning("cannot read %s: its reader died%s", printable(name), talk.last_words)
            self._reading.lost(name)
            self._begin(selector, behind, crashes=talk.crashes + 1)


class _Talk:
    """What one child was asked and has said so far."""

    def __init__(self, child: Child, items: Sequence[Item], crashes: int) -> None:
        self.child = child
        self.crashes = crashes
        self.is_ready = False
        self.last_words = ""
        self._items = items
        self._answered = 0
        self._unended = b""

    @property
    def rest(self) -> Sequence[Item]:
        """Files without an answer."""
        return self._items[self._answered :]

    def answers(self, piece: bytes) -> Iterable[tuple[str, Answer]]:
        """Yield the answers that a piece of output completes."""
        *lines, self._unended = (self._unended + piece).split(b"\n")
        for line in lines:
            text = line.decode()
            if not self.is_ready:
                if f"{text}\n" != READY:
                    raise ChildError("it did not start")
                self.is_ready = True
            elif text.startswith(_FAILED):
                self.last_words = f" ({printable(text.removeprefix(_FAILED))})"
            else:
                name, answer = json.loads(text)
                self._answered += 1
                yield name, answer


class _Spawned:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process = process
        self._out = process.stdout

    def fileno(self) -> int:
        return self._out.fileno()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._out.close()


class _Forked:
    def __init__(self, process: int, out: int) -> None:
        self._process = process
        self._out = out

    def fileno(self) -> int:
        return self._out

    def end(self) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._out)


def _be_child(items: Sequence[Item], read: Callable[[str, Any], Answer], out: int, limit_s: int) -> NoReturn:
    """Live as a forked child: nothing of the parent's is flushed, closed or printed."""
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        serve_items(items, read, out=out, limit_s=limit_s)
        code = 0
    finally:
        os._exit(code)


def _limit_resources() -> None:
    import resource

    with contextlib.suppress(ValueError, OSError):  # macOS refuses this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)


def _say(out: int, text: str) -> None:
    left = memoryview(text.encode("utf-8", "backslashreplace"))
    while left:
        left = left[os.write(out, left) :]
