"""Loads a change from a unified diff: the work tree is its after side, or its before side where it is not applied yet.

Git applies it to copies of the files in a folder of their own; the work tree stays as it is.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from learnagent.lint.change import Change, FileChange
from learnagent.lint.running.changes import LoadedChange
from learnagent.lint.running.files import Skipped, Target, left_out
from learnagent.lint.running.reading import read, unfit
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent_memory.errors import UsageError
from learnagent_memory.git import Git

MAX_BYTES = 64 << 20
_APPLY = ("apply", "--whitespace=nowarn", "--unidiff-zero")
_START = lazy_pattern(rb"^(?:diff |--- |Index: )", re.M)
_SPECIAL, _ESCAPED = lazy_pattern(r"([\\*?\[])"), r"\\\1"
HINT = "give what git diff or diff -u prints for the tree as it is, or as it was"


_Content = bytes | Skipped | None


@dataclass(frozen=True, slots=True)
class _Touched:
    path: str
    old_path: str
    is_binary: bool


def change_of_patch(patch: bytes, root: Path, exclude: Sequence[str]) -> LoadedChange:
    """Return the change that a patch makes in the tree at `root`; a message before the diff is its task.

    Raises UsageError for what is no patch, and for one that fits the tree neither way.
    """
    if len(patch) > MAX_BYTES:
        raise UsageError(f"the patch is larger than {MAX_BYTES >> 20} MB", hint="use --diff A..B")
    start = _START.search(patch)
    if start is None:
        if patch.strip():
            raise UsageError("that is no patch", hint=HINT)
        return LoadedChange(Change(()))
    task = patch[: start.start()].decode("utf-8", "replace").strip()
    with tempfile.TemporaryDirectory(prefix="learnagent-lint-") as folder:
        return _applied(_Applier(Path(folder).resolve(), patch), root, exclude, task)


def _applied(applier: _Applier, root: Path, exclude: Sequence[str], task: str) -> LoadedChange:
    for strip in ("-p1", "-p0"):
        touched = applier.touched(strip)
        for is_reversed in (True, False) if touched else ():
            here = [one.path if is_reversed else one.old_path for one in touched]
            there = [one.old_path if is_reversed else one.path for one in touched]
            tree = {path: read(Target(str(root), path)) for path in here}
            left = [one.path for one in touched if one.is_binary]
            made = applier.apply(tree, strip, "--reverse" if is_reversed else "--no-reverse", without=left)
            if made is not None:
                results = {path: read(Target(str(made), path)) for path in there}
                before, after = (results, tree) if is_reversed else (tree, results)
                return _change(touched, before, after, exclude, task)
    raise UsageError(f"the patch does not fit the files at {root} ({applier.complaint})", hint=HINT)


class _Applier:
    """Applies one patch to copies of files, each time in a new folder within its own."""

    def __init__(self, folder: Path, patch: bytes) -> None:
        self.complaint = ""
        """What git said first when it refused."""
        self._folder = folder
        self._patch = patch

    def touched(self, strip: str) -> list[_Touched]:
        """Return the files that the patch is about; none where git cannot read it with that many folders off."""
        new, old = (self._names(strip, direction) for direction in ("--no-reverse", "--reverse"))
        # Some versions of git list them in reverse order when reversed.
        order = max((old, old[::-1]), key=lambda names: sum(map(_is_same, new, names)))
        return [
            _Touched(after[2], before[2], is_binary=after[0] == "-")
            for after, before in zip(new, order, strict=False)
            if _is_inside(after[2]) and _is_inside(before[2])
        ]

    def apply(self, tree: Mapping[str, _Content], *flags: str, without: Iterable[str]) -> Path | None:
        """Return a folder with the files as the patch makes them; None where it does not fit."""
        copies = Path(tempfile.mkdtemp(dir=self._folder))
        for path, content in tree.items():
            if isinstance(content, bytes):
                file = copies / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        left = [f"--exclude={_SPECIAL.sub(_ESCAPED, path)}" for path in without]
        return None if self._run(copies, *flags, *left) is None else copies

    def _names(self, strip: str, direction: str) -> list[list[str]]:
        """Return lines added, lines removed and name of each file."""
        output = self._run(self._folder, strip, direction, "--numstat", "-z")
        return [os.fsdecode(item).split("\t", 2) for item in (output or b"").split(b"\0")[:-1]]

    def _run(self, folder: Path, *flags: str) -> bytes | None:
        # Were the folder inside a repository, git would take the paths as relative to that.
        variables = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
        done = Git(folder).call(*_APPLY, *flags, "-", stdin=self._patch, variables=variables)
        if done.code:
            self.complaint = self.complaint or done.error().message
        return None if done.code else done.output


def _is_same(new: Sequence[str], old: Sequence[str]) -> int:
    return (new[2] == old[2]) + (new[:2] == [old[1], old[0]])


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and ".." not in path.split("/")


def _change(
    touched: Iterable[_Touched],
    before: Mapping[str, _Content],
    after: Mapping[str, _Content],
    exclude: Sequence[str],
    task: str,
) -> LoadedChange:
    loaded = LoadedChange(Change((), task))
    files = []
    for one in touched:
        old, new = before.get(one.old_path), after.get(one.path)
        reason = left_out(one.path, one.path, exclude) or (Skipped.BINARY if one.is_binary else None)
        reason = reason or next((found for found in (_unfit(one.old_path, old), _unfit(one.path, new)) if found), None)
        if reason:
            loaded.skipped[reason] += 1
        elif old != new:
            files.append(FileChange(one.path, _content(old), _content(new), one.old_path))
    loaded.change = Change(tuple(files), task)
    return loaded


def _unfit(path: str, content: _Content) -> Skipped | None:
    return unfit(path, content) if isinstance(content, bytes) else content


def _content(content: _Content) -> bytes | None:
    return content if isinstance(content, bytes) else None
