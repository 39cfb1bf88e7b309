"""The files of a project at one time, as anchors are judged against them: the working tree, or a commit.

Reads only, never through a link and never outside the root. Ignored files are read when named, but not
listed. What the files mean is for `freshness`.
"""

from __future__ import annotations

import functools
import os
import re
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from learnagent_memory.git import Git, Repository

MAX_FILE_BYTES = 10_000_000
"""A larger file counts as missing."""
MAX_PATH = 4096
BATCH_BYTES = 64_000_000
"""Of a commit's files at once in memory."""

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Without O_NONBLOCK, opening a FIFO would hang."""
_PATHS_A_CALL = 100
"""That many paths of MAX_PATH fit into the arguments of a call, on macOS too."""


class Tree(Protocol):
    """Where files are read from."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a regular file; None where there is none, or it is too large or closed."""
        ...

    def read_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return what `read` would of many files, those left out that give None."""
        ...

    def changes(self, commit: str) -> Changes | None:
        """Return what differs from a commit; None where this repository does not know it."""
        ...


@dataclass(frozen=True, slots=True)
class Changes:
    """How a tree differs from an earlier one."""

    before: Tree
    paths: tuple[str, ...]
    """Changed, added and deleted files, untracked ones among them and ignored ones not, sorted."""


@dataclass(frozen=True)
class WorkingTree:
    """The files below a folder as they are now."""

    root: Path
    """Top folder of the repository's working tree."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a regular file; None where there is none, or it is too large or closed."""
        parts = _parts(path)
        if not parts:
            return None
        with suppress(OSError):
            return _read_below(self.root, parts)
        return None

    def read_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return what `read` would of many files, those left out that give None."""
        return {path: content for path in paths if (content := self.read(path)) is not None}

    def paths(self) -> list[str]:
        """Return the tracked and the untracked files, ignored ones left out, sorted."""
        names = self._git.names("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
        return sorted(name for name in names if os.path.lexists(self.root / name))

    def changes(self, commit: str) -> Changes | None:
        """Return what differs from a commit; None where this repository does not know it."""
        if not _is_known(self._git, commit):
            return None
        changed = self._git.names("diff", "--name-only", "-z", "--no-renames", commit, "--")
        untracked = self._git.names("ls-files", "-z", "--others", "--exclude-standard")
        return Changes(CommitTree(self._git, commit), tuple(sorted({*changed, *untracked})))

    @functools.cached_property
    def _git(self) -> Git:
        return Git(self.root)


class CommitTree:
    """The files of a commit. Raises GitError where the repository does not have it or is damaged."""

    def __init__(self, repository: Repository | Git, commit: str) -> None:
        """Take a full commit id."""
        self._git = repository if isinstance(repository, Git) else Git(repository.root)
        self.commit = commit

    def read(self, path: str) -> bytes | None:
        """Return the content of a regular file; None where there is none, or it is too large."""
        return self.read_all([path]).get(path)

    def read_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return what `read` would of many files, those left out that give None: a few calls of git for all."""
        wanted = [path for path in dict.fromkeys(paths) if _parts(path)]
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), _PATHS_A_CALL):
            blobs = self._blobs(wanted[start : start + _PATHS_A_CALL])
            for batch in _batches(blobs):
                found.update(self._contents(batch))
        return found

    def paths(self) -> list[str]:
        """Return all files but links and submodules, sorted."""
        entries = self._git.names("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", self.commit)
        return sorted(name for entry, _, name in (entry.partition("\t") for entry in entries) if entry[:3] == "100")

    def changes(self, commit: str) -> Changes | None:
        """Return what differs from another commit; None where this repository does not know it."""
        if not _is_known(self._git, commit):
            return None
        arguments = ("-r", "--name-only", "-z", "--no-renames", commit, self.commit)
        return Changes(CommitTree(self._git, commit), tuple(sorted(self._git.names("diff-tree", *arguments))))

    def _blobs(self, paths: Sequence[str]) -> list[_Blob]:
        """Look the files up that are regular and not too large."""
        arguments = ("-z", "-l", "--full-tree", "--end-of-options", self.commit, "--", *paths)
        found: list[_Blob] = []
        for entry in self._git.names("ls-tree", *arguments):
            facts, _, path = entry.partition("\t")
            mode, _, oid, size = facts.split()
            if mode.startswith("100") and size.isdecimal() and int(size) <= MAX_FILE_BYTES:
                found.append(_Blob(path, oid, int(size)))
        return found

    def _contents(self, blobs: Sequence[_Blob]) -> dict[str, bytes]:
        output = self._git.run("cat-file", "--batch", stdin="".join(f"{blob.oid}\n" for blob in blobs).encode())
        found: dict[str, bytes] = {}
        offset = 0
        for blob in blobs:
            start = output.index(b"\n", offset) + 1
            if output[offset:start] == f"{blob.oid} blob {blob.size}\n".encode():
                offset = start + blob.size + 1
                found[blob.path] = output[start : offset - 1]
            else:  # `<oid> missing`: a partial clone, or a damaged one
                offset = start
        return found


@dataclass(frozen=True, slots=True)
class _Blob:
    path: str
    oid: str
    size: int


def _parts(path: str) -> list[str]:
    """Return the names on the way to a file; none for a path that is empty, absolute, odd or leads upwards."""
    try:
        is_usable = len(os.fsencode(path)) <= MAX_PATH and "\0" not in path
    except UnicodeEncodeError:  # half of a surrogate pair, from somebody's JSON
        return []
    parts = path.split("/")
    return parts if is_usable and {"", ".", "..", ".git"}.isdisjoint(part.lower() for part in parts) else []


def _read_below(root: Path, parts: Sequence[str]) -> bytes | None:
    """Read a file, reached name by name so that no link on the way is followed. Raises OSError."""
    folder = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
    try:
        for name in parts[:-1]:
            above, folder = folder, os.open(name, _FOLDER, dir_fd=folder)
            os.close(above)
        with os.fdopen(os.open(parts[-1], _FILE, dir_fd=folder), "rb", buffering=0) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_FILE_BYTES:
                return None
            return file.read(MAX_FILE_BYTES)
    finally:
        os.close(folder)


def _is_known(git: Git, commit: str) -> bool:
    """Return whether a full commit id, which a teammate may have made up, is a commit here."""
    return bool(_OID.fullmatch(commit)) and not git.call("cat-file", "-e", f"{commit}^{{commit}}").code


def _batches(blobs: Iterable[_Blob]) -> list[list[_Blob]]:
    """Cut blobs into batches that fit into memory together."""
    batches: list[list[_Blob]] = [[]]
    size = 0
    for blob in blobs:
        size += blob.size
        if size > BATCH_BYTES and batches[-1]:
            batches.append([])
            size = blob.size
        batches[-1].append(blob)
    return [batch for batch in batches if batch]
