"""Which files make up the whole tree: what undo must be able to bring back.

Tracked and untracked files, ignored files that stand on their own, and the files of submodules and
embedded repositories; not wholly ignored folders (`node_modules/`, `.venv/`), not what lies in any
`.git`, not our own private state. It looks and decides; it reads no contents.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from learnagent_memory.errors import GitError
from learnagent_memory.git import Git
from learnagent_memory.project import STATE_FOLDER

MAX_IGNORED_BYTES = 10 * 1024 * 1024
"""An ignored file above this is a build product or data, which its owner can make again."""

MAX_BYTES = 512 * 1024 * 1024
"""A larger file (a data set, a disk image) would fill the repository; the user is told that it is not kept."""

_PRIVATE = f"{STATE_FOLDER}/local/"
_GITLINK = "160000 "

# A crafted index may name `.git/config` or `../x`: git believes it, we do not.
_UNSAFE = re.compile(r"(?:^|/)(?:\.{0,2}|\.git)(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found; paths are relative to the root, odd bytes as in os.fsdecode."""

    stats: Mapping[str, os.stat_result]
    """Regular files and symbolic links."""
    unreadable: tuple[str, ...]
    """Paths that exist but cannot be looked at or cannot be kept."""


class _Listed(NamedTuple):
    path: str
    nested: bool = False
    """A submodule or embedded repository, if it is a folder."""
    ignored: bool = False


def take_survey(git: Git, known: Iterable[str] = ()) -> Survey:
    """List the tree below the folder of `git`; files that vanish meanwhile, fifos and sockets are left out.

    `known` are the paths of the survey before: they stay in it as long as they exist, even if a new
    ignore rule would hide them now.
    """
    stats: dict[str, os.stat_result] = {}
    unreadable: list[str] = []
    folders = _RealFolders(git.cwd)
    pending = _listed(git)
    pending += (_Listed(path) for path in known)
    for listed in pending:  # grows while it is walked: by what nested repositories hold
        path = listed.path
        if path in stats or not is_kept(path):
            continue
        try:
            found = folders.status(path)
        except OSError:
            unreadable.append(path)
            continue
        if found is None or (listed.ignored and found.st_size > MAX_IGNORED_BYTES):
            continue
        if listed.nested and stat.S_ISDIR(found.st_mode):
            pending += (below._replace(path=f"{path}/{below.path}") for below in _listed_nested(git.cwd / path))
        elif _cannot_be_kept(path, found):
            unreadable.append(path)
        elif stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode):
            stats[path] = found
    return Survey(stats=stats, unreadable=tuple(dict.fromkeys(unreadable)))


def _cannot_be_kept(path: str, found: os.stat_result) -> bool:
    """Return whether a file is too large, or a link that git refuses to store."""
    is_refused_link = stat.S_ISLNK(found.st_mode) and path.lower().endswith(".gitmodules")
    return is_refused_link or found.st_size > MAX_BYTES


def is_kept(path: str) -> bool:
    """Return whether a path may belong to a checkpoint: not `.git`, not our own state, not outside."""
    return not path.startswith(_PRIVATE) and not _UNSAFE.search(path)


def look_at(root: Path, path: str) -> os.stat_result | None:
    """Return the file or link at a path; None where there is a folder or nothing, or a link on the way."""
    found = _RealFolders(root).status(path)
    return None if found is None or stat.S_ISDIR(found.st_mode) else found


class _RealFolders:
    """Looks at paths below a root without following a symbolic link; each folder is asked for once."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._known = {"": True}

    def status(self, path: str) -> os.stat_result | None:
        """Return what lies at a path; None where there is nothing, or only behind a link."""
        try:
            return os.lstat(f"{self._root}/{path}") if self._is_real(path.rpartition("/")[0]) else None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _is_real(self, folder: str) -> bool:
        known = self._known.get(folder)
        if known is None:
            above = self._is_real(folder.rpartition("/")[0])
            known = above and stat.S_ISDIR(os.lstat(f"{self._root}/{folder}").st_mode)
            self._known[folder] = known
        return known


def _listed_nested(folder: Path) -> list[_Listed]:
    """List a submodule or embedded repository; one that git cannot list is walked through."""
    try:
        return _listed(Git(folder)) if _is_top(folder) else _walked(folder)
    except GitError:
        return _walked(folder)


def _listed(git: Git) -> list[_Listed]:
    tracked = dict.fromkeys(git.names("ls-files", "-z", "--cached", "--stage"))
    untracked = git.names("ls-files", "-z", "--others", "--exclude-standard")
    ignored = git.names("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    caches = tuple(path.removesuffix(".gitignore") for path in ignored if path.endswith("/.gitignore"))
    return [
        *(_Listed(item.partition("\t")[2], nested=item.startswith(_GITLINK)) for item in tracked),
        *(_Listed(path.removesuffix("/"), nested=path.endswith("/")) for path in untracked),
        # A folder that ignores itself, as caches of tools do, is listed file by file and yet wholly ignored.
        *(_Listed(path, ignored=True) for path in ignored if not path.endswith("/") and not path.startswith(caches)),
    ]


def _is_top(folder: Path) -> bool:
    """Return whether a folder is the top of its own working tree: git would search upwards otherwise."""
    return os.path.lexists(folder / ".git") and Path(Git(folder).text("rev-parse", "--show-toplevel")) == folder


def _walked(folder: Path) -> list[_Listed]:
    paths: list[_Listed] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        links = (name for name in folders if Path(parent, name).is_symlink())
        paths += (_Listed(Path(parent, name).relative_to(folder).as_posix()) for name in (*files, *links))
    return paths
