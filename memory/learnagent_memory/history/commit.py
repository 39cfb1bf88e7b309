"""One commit as learning sees it: what was said and what changed. Data only; `log` reads it from git."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["A", "M", "D", "R"]
"""Added, modified (its mode or type too), deleted, renamed (changed as well, perhaps)."""

Noise = Literal["", "bot", "release", "revert", "mass", "format"]
"""Why nothing is learned from a commit: written by a machine, a version bump, an undoing of another, more than
MASS_FILES files at once, or only white space, quotes and line breaks; empty where it teaches."""

MASS_FILES = 30
"""Of a commit with more files only renames are kept: they change for one reason, not for each other's."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to one file."""

    path: str
    """After the commit, before it where the file was deleted; odd bytes as in os.fsdecode."""
    old_path: str
    """Before the commit; differs from `path` where the file was renamed."""
    status: Status
    symbols: tuple[str, ...] = ()
    """Simple names of the definitions that its changed lines lie in, as they come; a guess from the diff."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit that is no merge."""

    oid: str
    at: int
    """When it was committed, in seconds since 1970."""
    author: str
    """Name without address."""
    subject: str
    body: str
    """The rest of the message, without trailers and what templates leave behind."""
    changes: tuple[Change, ...]
    """Sorted by path; of a mass commit its renames only."""
    files: int
    """How many it changed, those left out of `changes` included."""
    noise: Noise = ""

    @property
    def is_noise(self) -> bool:
        """Return whether learning leaves it out."""
        return bool(self.noise)

    @property
    def message(self) -> str:
        """Return subject and body."""
        return f"{self.subject}\n\n{self.body}".rstrip()
