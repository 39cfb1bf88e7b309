"""A change as rules see it: files before and after, the lines between them, the task, what failed.

It loads nothing: `learnagent.lint.running.changes` reads changes from git, a patch or a run.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from learnagent.lint.finding import Hit
from learnagent.lint.source_file import SourceFile, parse_file

T = TypeVar("T")

_QUADRATIC_LINES = 2_000
"""Longer stretches are compared with difflib's heuristic for popular lines: exact comparison is quadratic."""


@dataclass(frozen=True)
class FileChange:
    """One file before and after; parsed when a rule asks."""

    path: str
    """Where it is now; where it was, if it is gone."""
    before: bytes | None
    """None for a new file."""
    after: bytes | None
    """None for a deleted file."""
    old_path: str
    """Where it was; the same as `path` unless it was renamed."""

    @functools.cached_property
    def old(self) -> SourceFile | None:
        """The file before; None where there is none, or in a language that is not read."""
        return None if self.before is None else parse_file(self.old_path, self.before)

    @functools.cached_property
    def new(self) -> SourceFile | None:
        """The file after; None where there is none, or in a language that is not read."""
        return None if self.after is None else parse_file(self.path, self.after)

    @functools.cached_property
    def _blocks(self) -> list[tuple[str, int, int, int, int]]:
        return line_opcodes(lines_of(self.before), lines_of(self.after))

    @functools.cached_property
    def added(self) -> frozenset[int]:
        """Lines of the file after, from 1, that are new or changed."""
        return frozenset(n + 1 for _, _, _, start, end in self._blocks for n in range(start, end))

    @functools.cached_property
    def removed(self) -> frozenset[int]:
        """Lines of the file before, from 1, that are gone or changed."""
        return frozenset(n + 1 for _, start, end, _, _ in self._blocks for n in range(start, end))

    def added_text(self) -> list[str]:
        """Return the new or changed lines."""
        lines = lines_of(self.after)
        return [lines[n - 1] for n in sorted(self.added)]

    def removed_text(self) -> list[str]:
        """Return the lines that are gone or were changed."""
        lines = lines_of(self.before)
        return [lines[n - 1] for n in sorted(self.removed)]


@dataclass(frozen=True, slots=True)
class Change:
    """All that one commit, or one run, did."""

    files: tuple[FileChange, ...]
    task: str = ""
    """What was asked for, or the commit's message: what it names is no finding."""
    failures: tuple[str, ...] = ()
    """Output of commands that failed in this run."""
    _derived: dict[object, object] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, read: Callable[[Change], T]) -> T:
        """Return what a function reads off this change, computed once however many rules ask."""
        if read not in self._derived:
            self._derived[read] = read(self)
        return cast("T", self._derived[read])

    @property
    def tests(self) -> list[FileChange]:
        """Test code that changed."""
        return [one for one in self.files if _is_test(one)]

    @property
    def product(self) -> list[FileChange]:
        """Product code that changed."""
        return [one for one in self.files if not _is_test(one) and (one.old or one.new)]


@dataclass(frozen=True, slots=True)
class ChangeHit:
    """A place in a change that a rule objects to."""

    file: FileChange
    hit: Hit
    in_old: bool = False
    """Whether the place stands in the file before: what was deleted stands nowhere else."""
    symbol: str = field(default="")
    """Name of the test or function, where it differs from what encloses the place."""


def _is_test(one: FileChange) -> bool:
    return any(file is not None and file.is_test for file in (one.old, one.new))


def lines_of(content: bytes | None) -> list[str]:
    """Return the lines of a file's content; none for None."""
    return [] if content is None else content.decode("utf-8", "replace").split("\n")


def line_opcodes(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Return difflib's opcodes of what differs, equal stretches left out."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    is_long = len(old) > _QUADRATIC_LINES and len(new) > _QUADRATIC_LINES
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=is_long)
    return [
        (tag, i1 + head, i2 + head, j1 + head, j2 + head)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]
