"""Reads labelled cases: text files that hold many small files or changes each, named after the rule they are about.

    === bad: returns an empty list after any error
    --- src/loader.py
    (the file)
    === good: an assertion helper takes over
    --- before tests/test_x.py
    (the file before)
    --- after tests/test_x.py
    (the file after)

`--- both PATH` did not change; `--- task` is what was asked for; `--- failed` is output of commands that
failed in the run. In a bad case the rule that the file is named after must be found, in a good one nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from learnagent.lint.change import Change, FileChange
from learnagent.lint.engine import lint_change, lint_file
from learnagent.lint.finding import Finding
from learnagent.lint.source_file import parse_file

CASES = Path(__file__).parent / "cases"
_CASE = re.compile(r"^=== (bad|good): (.+)\n", re.M)
_PART = re.compile(r"^--- (?:(before|after|both) )?(\S+)\n", re.M)


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled file, several of them, or a change."""

    rule: str
    kind: str
    """Language, or `change`."""
    is_bad: bool
    title: str
    parts: tuple[tuple[str, str, str], ...]
    """State, path and text."""

    @property
    def id(self) -> str:
        return f"{self.rule}.{self.kind}: {self.title}"

    @property
    def is_change(self) -> bool:
        return any(state for state, _, _ in self.parts)

    def findings(self) -> list[Finding]:
        """Lint the case as a user would: as a change where it is one, else file by file."""
        if self.is_change:
            return lint_change(self.change())
        files = [parse_file(path, text.encode()) for _, path, text in self.parts]
        return [finding for file in files if file is not None for finding in lint_file(file)]

    def change(self) -> Change:
        before = {path: text.encode() for state, path, text in self.parts if state in {"before", "both"}}
        after = {path: text.encode() for state, path, text in self.parts if state in {"after", "both"}}
        loose = {path: text.strip() for state, path, text in self.parts if not state}
        files = [
            FileChange(path, before.get(path), after.get(path), path)
            for path in sorted(before.keys() | after.keys())
            if before.get(path) != after.get(path)
        ]
        failures = (loose["failed"],) if "failed" in loose else ()
        return Change(tuple(with_renames(files)), task=loose.get("task", ""), failures=failures)


def with_renames(files: list[FileChange]) -> list[FileChange]:
    """Join a file that is gone with a new one that holds half of its lines or more, as git does."""
    gone = [one for one in files if one.after is None]
    new = [one for one in files if one.before is None]
    joined: list[FileChange] = []
    for old in gone:
        lines = (old.before or b"").split(b"\n")
        for one in new:
            shared = len(set(lines) & set((one.after or b"").split(b"\n")))
            if shared >= 0.5 * len(set(lines)):
                joined.append(FileChange(one.path, old.before, one.after, old.path))
                new.remove(one)
                break
    taken = {name for one in joined for name in (one.path, one.old_path)}
    return [*(one for one in files if one.path not in taken), *joined]


def read_cases(folder: Path = CASES) -> Iterator[Case]:
    """Yield every case. Raises ValueError for a file that is not in the form."""
    for path in sorted(folder.glob("*.txt")):
        rule, kind = path.name.removesuffix(".txt").split(".")
        yield from _read(path.read_text(encoding="utf-8"), rule, kind)


def _read(text: str, rule: str, kind: str) -> Iterator[Case]:
    pieces = _CASE.split(text)
    if pieces[0].strip():
        raise ValueError(f"{rule}.{kind}: text before the first case")
    for label, title, body in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        parts = _PART.split(body)
        found = tuple((s or "", p, t) for s, p, t in zip(parts[1::3], parts[2::3], parts[3::3], strict=True))
        if not found or parts[0].strip():
            raise ValueError(f"{rule}.{kind}: {title}: no file")
        yield Case(rule, kind, label == "bad", title, found)
