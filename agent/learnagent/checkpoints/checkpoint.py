"""The objects behind a checkpoint: trees and commits on private refs, made through an index of our own.

HEAD, the user's index and the stash stay byte for byte as they are. When to make a checkpoint, and what
to restore from one, is `workspace`'s.
"""

from __future__ import annotations

import os
import re
import secrets
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from learnagent.checkpoints.modes import File, Modes, modes_of, read_message, write_message
from learnagent.checkpoints.survey import is_kept
from learnagent_memory.errors import UsageError, cannot_write
from learnagent_memory.git import Git

Change = tuple[str, str]
"""A letter (A added, M modified, D deleted, T type changed) and a path."""

_IDENTITY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "learnagent"), ("EMAIL", "learnagent@localhost"))
}
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class State:
    """What a checkpoint holds; two equal states are the same files with the same bits."""

    tree: str
    modes: Modes


class CheckpointIndex:
    """Turns files into a tree by way of a private index that is fed what changed since the last time."""

    def __init__(self, folder: Path) -> None:
        # One of its own for each process and object: two that shared one would write each other's trees.
        self._path = folder / f"index.{secrets.token_hex(6)}"
        self._holds: dict[str, File] = {}
        self._tree = ""
        _sweep(folder)
        weakref.finalize(self, _discard, self._path)

    def state(self, git: Git, files: Mapping[str, File]) -> State:
        """Return the state of these files, its tree stored."""
        gone = [path for path in self._holds if path not in files]
        new = [path for path, file in files.items() if self._holds.get(path) != file]
        if gone or new or not self._tree:
            self._feed(git, files)
        return State(tree=self._tree, modes=modes_of(files))

    def _feed(self, git: Git, files: Mapping[str, File]) -> None:
        held, self._holds, self._tree = self._holds, {}, ""
        if not held or not self._path.exists():
            held = {}
            _discard(self._path)
        gone = (
            b"0 %s\t%s\0" % (b"0" * len(file.oid), os.fsencode(path))
            for path, file in held.items()
            if path not in files
        )
        new = (
            b"%s %s\t%s\0" % (file.mode.encode(), file.oid.encode(), os.fsencode(path))
            for path, file in files.items()
            if held.get(path) != file
        )
        # A file may be called git~1 outside of Windows; nothing is ever checked out from here.
        update = ("-c", "core.protectNTFS=false", "update-index", "--add", "--replace", "-z", "--index-info")
        git.run(*update, stdin=b"".join((*gone, *new)), index_file=self._path)
        self._tree = git.run("write-tree", index_file=self._path).decode().strip()
        self._holds = dict(files)


def write_commit(git: Git, state: State, *, label: str, parent: str | None, ref: str) -> str:
    """Make a commit of a state, point a private ref at it, and return its id."""
    parents = ("-p", parent) if parent else ()
    message = write_message(label, state.modes)
    commit = git.run("commit-tree", *parents, state.tree, stdin=message, variables=_IDENTITY).decode().strip()
    git.run("update-ref", "--no-deref", "--end-of-options", ref, commit)
    return commit


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint with all it holds."""

    commit: str
    state: State
    files: Mapping[str, File]


def read_state(git: Git, commit: str) -> State:
    """Return the state of a checkpoint. Raises UsageError when it is no commit's id, GitError when gone."""
    header, _, message = git.run("cat-file", "commit", checked(commit)).partition(b"\n\n")
    return State(tree=header.split()[1].decode(), modes=read_message(message))


def read_kept(git: Git, commit: str) -> Kept:
    """Return a checkpoint with its files. Raises as `read_state` does."""
    state = read_state(git, commit)
    return Kept(commit, state, _files(git, commit, state.modes))


def made_at(git: Git, commit: str) -> int:
    """Return when a checkpoint was made, in whole seconds since the epoch."""
    return int(git.text("show", "--no-patch", "--format=%ct", checked(commit)))


def _files(git: Git, commit: str, modes: Modes) -> dict[str, File]:
    files: dict[str, File] = {}
    for item in git.names("ls-tree", "-r", "-z", "--full-tree", checked(commit)):
        entry, _, path = item.partition("\t")
        mode, kind, oid = entry.split()
        if kind == "blob" and is_kept(path):
            files[path] = File(mode, oid, modes.of(path, mode))
    return files


def changes(git: Git, before: str, after: str) -> list[Change]:
    """Return what differs between two checkpoints, by path; changed permission bits count as M."""
    items = iter(git.names("diff-tree", "-r", "-z", "--no-renames", "--name-status", checked(before), checked(after)))
    found = {path: status for status, path in zip(items, items, strict=True)}
    old_modes, new_modes = read_state(git, before).modes, read_state(git, after).modes
    if old_modes != new_modes:
        old, new = _files(git, before, old_modes), _files(git, after, new_modes)
        found |= {path: found.get(path, "M") for path in old.keys() & new.keys() if old[path] != new[path]}
    return sorted(((status, path) for path, status in found.items()), key=lambda change: change[1])


def printable(path: str) -> str:
    """Return a path as text that can be written anywhere: bytes that are no UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def checked(commit: str) -> str:
    """Return an object id. Raises UsageError for anything else: it came from a file."""
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        raise UsageError(f"{commit!r} is not the id of a checkpoint", hint="learnagent episodes show lists them")
    return commit


def prepare(folder: Path) -> Path:
    """Create the folder for cache and index and return it. Raises StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove the indexes that killed processes left; one that is still in use is made anew from nothing."""
    for path in folder.glob("index.*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - _DAY_S:
                path.unlink()
