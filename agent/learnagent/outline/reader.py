"""Reads the facts of many files: a few known ones here, all others in child processes.

A file that kills its reader is remembered as unreadable.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from learnagent import child_reader
from learnagent.child_reader import READY as READY
from learnagent.child_reader import Answer, Child, ChildError, Item
from learnagent.outline import facts as facts_of
from learnagent.outline.facts import Facts

FILES_HERE = 8
BYTES_HERE = 200_000
"""Files that were read before, up to these bounds, are read in this process: a child takes 60 ms to start."""
MAX_CHILDREN = 4

BOOT = child_reader.boot("learnagent.outline.reader")
"""What a child runs."""

_log = logging.getLogger(__name__)

Read = dict[str, Facts | None]
"""By path; None for a file that is gone. Paths not in it were not reached in time."""


def read_all(root: str, wanted: Mapping[str, Facts | None], *, limit_s: float) -> Read:
    """Read the wanted files, the values being what is known of them; stop after `limit_s`."""
    sizes = {path: _size(root, path) for path in wanted}
    is_few = len(wanted) <= FILES_HERE and sum(sizes.values()) <= BYTES_HERE
    if is_few and all(known is not None and known.language for known in wanted.values()):
        return {path: facts_of.read(root, path, known) for path, known in wanted.items()}
    return Scan(root, wanted, time.monotonic() + limit_s).run(_shares(sizes))


def serve(request: Mapping[str, Any]) -> None:
    """Answer a request on stdout, as the child."""
    root = request["root"]

    def read(path: str, digest: str) -> Answer:
        known = Facts(0, 0, digest, "", 0, "", "", "", "") if digest else None
        facts = facts_of.read(root, path, known)
        return dataclasses.astuple(facts) if facts else None

    child_reader.serve_items(request["files"], read)


def _shares(sizes: Mapping[str, int]) -> list[list[str]]:
    """Deal the files to children, the large ones first, so that all end at about the same time."""
    count = min(MAX_CHILDREN, os.cpu_count() or 1, 1 + sum(sizes.values()) // BYTES_HERE)
    by_size = sorted(sizes, key=lambda path: (-sizes[path], path))
    return [by_size[start::count] for start in range(count)]


class Scan:
    """One reading of many files by children."""

    def __init__(self, root: str, wanted: Mapping[str, Facts | None], deadline: float, *, boot: str = BOOT) -> None:
        self._boot = boot
        self._root = root
        self._wanted = wanted
        self._deadline = deadline
        self._read: Read = {}

    def run(self, shares: Sequence[Sequence[str]]) -> Read:
        """Read the shares, one child each at a time, and return what was read."""
        scan = child_reader.Scan(self, deadline=self._deadline)
        try:
            scan.run(
                [[(path, one.digest if (one := self._wanted[path]) else "") for path in share] for share in shares]
            )
        except (ChildError, OSError) as error:
            _log.warning("reading code without a process of its own: %s", error)
            self._read_here()
        return self._read

    def start(self, items: Sequence[Item]) -> Child:
        """Start a child on these files."""
        return child_reader.spawned(self._boot, {"root": self._root, "files": items})

    def answered(self, name: str, answer: Answer) -> None:
        """Keep the facts of a file."""
        self._read[name] = _merged(Facts(*answer), self._wanted[name]) if answer else None

    def lost(self, name: str) -> None:
        """Keep that a file cannot be read."""
        self._read[name] = facts_of.unreadable(self._root, name)

    def _read_here(self) -> None:
        for path in self._wanted.keys() - self._read.keys():
            if time.monotonic() > self._deadline:
                return
            self._read[path] = facts_of.read(self._root, path, self._wanted[path])


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
