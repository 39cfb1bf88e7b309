"""What the map keeps of one file, and how it is read. Decides nothing about what is shown."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from learnagent.outline.words import stems_of
from learnagent_memory import source

_FRESH_NS = 20_000_000
"""A file written this shortly before may be written again without its time changing: it is read again."""
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""No symlink is followed out of the tree, and a named pipe does not hang the reader."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One file as it was when read; texts are packed so that thousands load in milliseconds."""

    mtime_ns: int
    size: int
    digest: str
    language: str
    """Empty where no language was recognised."""
    lines: int
    symbols: str
    """JSON list of [name, parent, kind, line, end_line, signature], in the order of the text."""
    names: str
    """Names defined, each once, joined and surrounded by spaces."""
    stems: str
    """Stems of the words in those names, joined and surrounded by spaces."""
    mentions: str
    """Identifiers used, each once, joined and surrounded by spaces."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One symbol of a file, as shown."""

    name: str
    parent: str
    kind: str
    line: int
    end_line: int
    signature: str


@functools.lru_cache(maxsize=65536)
def is_candidate(path: str) -> bool:
    """Return whether a file may hold code: its suffix says so, or it has none and a `#!` line may."""
    return source.language_of(path) is not None or not source.suffix_of(path)


def read(root: str, path: str, known: Facts | None) -> Facts | None:
    """Read one regular file; None for all else. `known` is returned where the content is still the same."""
    try:
        with os.fdopen(os.open(f"{root}/{path}", _OPEN), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None
            content = file.read(source.MAX_BYTES + 1)
    except (OSError, ValueError):
        return unreadable(root, path)
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    mtime_ns = status.st_mtime_ns if time.time_ns() - status.st_mtime_ns > _FRESH_NS else -1
    if known is not None and known.digest == digest:
        return replace(known, mtime_ns=mtime_ns, size=status.st_size)
    return replace(_extract(path, content, digest), mtime_ns=mtime_ns, size=status.st_size)


def unreadable(root: str, path: str) -> Facts | None:
    """Return empty facts of a file that cannot be read or kills its reader: it is not tried again unchanged."""
    try:
        status = os.lstat(f"{root}/{path}")
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Facts(status.st_mtime_ns, status.st_size, "", "", 0, "[]", "", "", "")


def definitions(facts: Facts) -> list[Definition]:
    """Unpack the symbols; empty where the packed text is damaged."""
    try:
        return [Definition(*entry) for entry in json.loads(facts.symbols)]
    except (ValueError, TypeError):
        return []


def _extract(path: str, content: bytes, digest: str) -> Facts:
    language = source.language_of(path, content) or ""
    found = source.symbols(content, language)
    names = sorted({symbol.name for symbol in found})
    mentions = sorted(source.references(content, language))
    return Facts(
        mtime_ns=0,
        size=0,
        digest=digest,
        language=language,
        lines=content.count(b"\n") + (not content.endswith(b"\n") and bool(content)),
        symbols=json.dumps([[s.name, s.parent, s.kind, s.line, s.end_line, s.signature] for s in found]),
        names=f" {' '.join(_single(names))} ",
        stems=f" {' '.join(sorted({stem for name in names for stem in stems_of(name)}))} ",
        mentions=f" {' '.join(mentions)} ",
    )


def _single(names: list[str]) -> Iterator[str]:
    """Yield names that can stand in a list joined by spaces (`operator new` cannot)."""
    return (name for name in names if " " not in name)
