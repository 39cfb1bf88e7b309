"""What a place that a team shares its events through must do, and how files are named there.

The names are those below a ledger's `events` folder, so that a shared folder is a ledger itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from learnagent_memory.errors import LearnAgentError
from learnagent_memory.limits import MAX_EVENT_BYTES

EVENTS = "events"
MAX_FILE_BYTES = MAX_EVENT_BYTES
"""Larger files are neither fetched nor counted."""
_NAME = re.compile(r"\d{4}-\d\d/([0-9a-f]{64})\.json(\.sig)?", re.ASCII)


class UnreachableError(LearnAgentError):
    """The remote cannot be reached: the user goes on working and syncs again later."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies at a remote."""

    names: frozenset[str]
    """`<yyyy-mm>/<sha256>.json`, and the same with `.sig` for its signature."""
    foreign: int = 0
    """Files that are no event by name, kind or size: left alone."""
    offline: bool = False
    """Whether this is only what was known when the remote could last be reached."""


class Remote(Protocol):
    """A place that several machines copy events to and from, at any time and without locks.

    Every method raises UnreachableError where the network fails, UsageError where access is refused.
    """

    def listing(self) -> Listing:
        """Return what is there."""
        ...

    def fetch(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of listed files, unchecked; those that are gone by now are left out."""
        ...

    def put(self, files: Mapping[str, bytes]) -> None:
        """Store files whole or not at all, each visible to everybody when this returns; never delete one."""
        ...


def split_name(name: str) -> tuple[str, bool] | None:
    """Return the digest in a file's name and whether it is a signature; None for what is no event."""
    found = _NAME.fullmatch(name)
    return (found[1], bool(found[2])) if found else None


def listing_of(sizes: Iterable[tuple[str, int]]) -> Listing:
    """Return the listing of these names and sizes."""
    found = dict(sizes)
    names = frozenset(name for name, size in found.items() if 0 < size <= MAX_FILE_BYTES and split_name(name))
    return Listing(names, foreign=len(found) - len(names))
