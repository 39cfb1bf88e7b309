"""Joins a file that is gone with a new one that holds most of its lines: git sees no renames to untracked files."""

from __future__ import annotations

from collections.abc import Sequence

from learnagent.lint.change import FileChange

ALIKE = 0.5
"""Share of lines in common, as git's own -M50%."""
MAX_PAIRS = 10_000
"""More are not compared: git stops there too."""


def join_renames(files: Sequence[FileChange]) -> list[FileChange]:
    """Return the change with each moved file as one entry; the pairs most alike are joined first."""
    gone = {one.old_path: _lines(one.before) for one in files if one.before and one.after is None}
    new = {one.path: _lines(one.after) for one in files if one.after and one.before is None}
    if len(gone) * len(new) > MAX_PAIRS:
        return list(files)
    pairs = sorted(
        ((-_likeness(old, fresh), path, target) for path, old in gone.items() for target, fresh in new.items()),
    )
    moved: dict[str, str] = {}
    for unlikeness, path, target in pairs:
        if -unlikeness >= ALIKE and path not in moved.values() and target not in moved:
            moved[target] = path
    before = {one.old_path: one.before for one in files}
    return [
        FileChange(one.path, before[moved[one.path]], one.after, moved[one.path]) if one.path in moved else one
        for one in files
        if not (one.after is None and one.old_path in moved.values())
    ]


def _likeness(old: frozenset[bytes], new: frozenset[bytes]) -> float:
    return len(old & new) / max(len(old), len(new), 1)


def _lines(content: bytes | None) -> frozenset[bytes]:
    return frozenset((content or b"").splitlines())
