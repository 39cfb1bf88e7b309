"""Reads many files in child processes: two cores halve the time, and a grammar that crashes kills only a child.

A child gets paths on stdin and answers READY, then one JSON line a file. The file it died on is remembered
as unreadable.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from learnagent.outline import facts as facts_of
from learnagent.outline.facts import Facts

FILES_HERE = 8
BYTES_HERE = 200_000
"""Files that were read before, up to these bounds, are read in this process: a child takes 60 ms to start."""
FILE_LIMIT_S = 10
"""The parser's own limit is shorter; this one holds where native code never looks at it."""
MEMORY_LIMIT_BYTES = 4 << 30
MAX_CHILDREN = 4
MAX_CRASHES = 16
"""For one child's share; the rest of it stays unread."""

BOOT = (
    "import json, sys; request = json.load(sys.stdin); sys.path[:] = request['sys_path'];"
    " from learnagent.outline.reader import serve; serve(request)"
)
"""What a child runs."""
READY = "ready\n"

_log = logging.getLogger(__name__)

Read = dict[str, Facts | None]
"""By path; None for a file that is gone. Paths not in it were not reached in time."""


class ChildError(Exception):
    """A child could not start or work at all: the parent does the reading."""


def read_all(root: str, wanted: Mapping[str, Facts | None], *, limit_s: float) -> Read:
    """Read the wanted files, the values being what is known of them; stop after `limit_s`."""
    sizes = {path: _size(root, path) for path in wanted}
    is_few = len(wanted) <= FILES_HERE and sum(sizes.values()) <= BYTES_HERE
    if is_few and all(known is not None and known.language for known in wanted.values()):
        return {path: facts_of.read(root, path, known) for path, known in wanted.items()}
    return Scan(root, wanted, time.monotonic() + limit_s).run(_shares(sizes))


def serve(request: Mapping[str, Any]) -> None:
    """Answer a request on stdout, as the child; an alarm ends the process where a parser hangs in native code."""
    import resource

    with contextlib.suppress(ValueError, OSError):  # macOS refuses this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    sys.stdout.write(READY)
    for path, digest in request["files"]:
        signal.alarm(FILE_LIMIT_S)
        known = Facts(0, 0, digest, "", 0, "", "", "", "") if digest else None
        facts = facts_of.read(request["root"], path, known)
        signal.alarm(0)
        sys.stdout.write(json.dumps([path, dataclasses.astuple(facts) if facts else None]) + "\n")
        sys.stdout.flush()


def _shares(sizes: Mapping[str, int]) -> list[list[str]]:
    """Deal the files to children, the large ones first, so that all end at about the same time."""
    count = min(MAX_CHILDREN, os.cpu_count() or 1, 1 + sum(sizes.values()) // BYTES_HERE)
    by_size = sorted(sizes, key=lambda path: (-sizes[path], path))
    return [by_size[start::count] for start in range(count)]


class Scan:
    """One reading of many files by children, each fed by a thread of its own."""

    def __init__(self, root: str, wanted: Mapping[str, Facts | None], deadline: float, *, boot: str = BOOT) -> None:
        self._boot = boot
        self._root = root
        self._wanted = wanted
        self._deadline = deadline
        self._read: Read = {}
        self._children: list[subprocess.Popen[str]] = []

    def run(self, shares: Sequence[Sequence[str]]) -> Read:
        """Read the shares, one child each at a time, and return what was read."""
        with ThreadPoolExecutor(max_workers=len(shares)) as pool:
            try:
                list(pool.map(self._read_share, shares))
            except (ChildError, OSError) as error:
                _log.warning("reading code without a process of its own: %s", error)
                self._read_here()
            finally:
                self._deadline = 0.0  # after Ctrl-C no thread may go on
                for child in self._children:
                    child.kill()
        return self._read

    def _read_here(self) -> None:
        for path in self._wanted.keys() - self._read.keys():
            if time.monotonic() > self._deadline:
                return
            self._read[path] = facts_of.read(self._root, path, self._wanted[path])

    def _read_share(self, share: Sequence[str]) -> None:
        """Read a share in one child after another: a new one takes over behind the file that the last died on."""
        rest = list(share)
        for _ in range(MAX_CRASHES):
            rest = rest[self._ask_child(rest) :]
            if not rest or time.monotonic() >= self._deadline:
                return
            _log.warning("cannot read %s: its reader died", rest[0])
            self._read[rest[0]] = facts_of.unreadable(self._root, rest[0])
            rest = rest[1:]

    def _ask_child(self, paths: Sequence[str]) -> int:
        """Let a child read files; return how many it answered before it ended or was killed.

        Raises ChildError when it ended before it was ready, which is no file's fault.
        """
        # -I: the child must not import from the folder it stands in, nor from PYTHONPATH.
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", self._boot],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
        )
        self._children.append(child)
        watchdog = threading.Timer(max(0.0, self._deadline - time.monotonic()), child.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            return self._converse(child, paths)
        finally:
            watchdog.cancel()
            child.wait()

    def _converse(self, child: subprocess.Popen[str], paths: Sequence[str]) -> int:
        """Send the request and take the answers, one line each, until the child closes its end."""
        assert child.stdin is not None
        assert child.stdout is not None
        answered = 0
        with contextlib.suppress(BrokenPipeError), child.stdin as stdin:
            stdin.write(self._request(paths))
        with child.stdout as stdout:
            if stdout.readline() != READY and time.monotonic() < self._deadline:
                raise ChildError("it did not start")
            for line in stdout:
                if not line.endswith("\n"):
                    break
                path, answer = json.loads(line)
                self._read[path] = _merged(Facts(*answer), self._wanted[path]) if answer else None
                answered += 1
        return answered

    def _request(self, paths: Sequence[str]) -> str:
        known = [(path, one.digest if (one := self._wanted[path]) else "") for path in paths]
        importable = [entry for entry in sys.path if entry.startswith("/")]
        return json.dumps({"sys_path": importable, "root": self._root, "files": known})


def _merged(answer: Facts, known: Facts | None) -> Facts:
    """Return the answer, or what was known where the child found the same content."""
    if known is not None and answer.digest == known.digest:
        return dataclasses.replace(known, mtime_ns=answer.mtime_ns, size=answer.size)
    return answer


def _size(root: str, path: str) -> int:
    try:
        return os.lstat(f"{root}/{path}").st_size
    except (OSError, ValueError):
        return 0
