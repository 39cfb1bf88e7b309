"""Which files are linted: those that git knows or does not ignore, else a walk; what was named is always in.

It opens none of them. What is left out is counted by its reason.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from learnagent.lint.rule import LANGUAGES
from learnagent.lint.running.globs import matches
from learnagent_memory.errors import GitError, UsageError
from learnagent_memory.git import Git, open_repository
from learnagent_memory.history.paths import FileKind, kind_of
from learnagent_memory.languages import SUFFIXES, suffix_of

_ENVIRONMENT_MARK = "pyvenv.cfg"
_NEVER_ENTERED = frozenset({"node_modules", "__pycache__"})


class Skipped(StrEnum):
    """Why a file was not linted."""

    UNKNOWN = "in an unknown language"
    BINARY = "binary"
    GENERATED = "generated"
    VENDORED = "vendored"
    EXCLUDED = "excluded"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"


_NOT_OURS: dict[FileKind, Skipped] = {
    "vendored": Skipped.VENDORED,
    "generated": Skipped.GENERATED,
    "lock": Skipped.GENERATED,
}


@dataclass(frozen=True, slots=True)
class Target:
    """A file to be linted."""

    root: str
    """Absolute path of the tree it belongs to: its repository, else where the linter runs."""
    path: str
    """Relative to the root: what rules see, for `tests/test_x.py` is a test wherever the linter runs."""

    @property
    def real(self) -> str:
        """Absolute path."""
        return f"{self.root}/{self.path}"


@dataclass(slots=True)
class Listing:
    """What is linted and what is not."""

    targets: list[Target] = field(default_factory=list)
    skipped: Counter[Skipped] = field(default_factory=Counter)


def list_files(paths: Sequence[str], *, folder: Path, exclude: Sequence[str]) -> Listing:
    """Return the files that these paths, relative to a folder, stand for; without paths, those of the folder.

    Raises UsageError for a path that is missing or neither file nor folder, GitError where git cannot list.
    """
    found: dict[Target, bool] = {}
    listing = Listing()
    for path in paths or ["."]:
        real = os.path.realpath(folder / path)
        mode = _mode(path, real)
        if stat.S_ISREG(mode):
            found[target_of(path, folder)] = True
        elif stat.S_ISDIR(mode):
            for target, inside in _below(real, folder):
                if target not in found:
                    reason = Skipped.UNKNOWN if is_foreign(inside) else left_out(inside, target.path, exclude)
                    found[target] = reason is None
                    listing.skipped.update([reason] if reason else [])
        else:
            raise UsageError(f"{path} is neither a file nor a folder", hint="name what can be read")
    listing.targets = [target for target, is_wanted in found.items() if is_wanted]
    return listing


def is_foreign(path: str) -> bool:
    """Return whether a name says that a file is in no language that is read; without a suffix, its content does."""
    suffix = suffix_of(path)
    return bool(suffix) and SUFFIXES.get(suffix) not in LANGUAGES


def left_out(inside: str, path: str, exclude: Sequence[str]) -> Skipped | None:
    """Return why a file is left out by its name alone; None for one to look at.

    `inside` is its path below the folder that was named: who names a vendored folder means it.
    """
    if exclude and matches(path, exclude):
        return Skipped.EXCLUDED
    return _NOT_OURS.get(kind_of(inside))


def git_root(path: str) -> str | None:
    """Return the nearest folder at or above an absolute path that has a `.git`; None outside of repositories."""
    folder = Path(path)
    return next((str(one) for one in (folder, *folder.parents) if os.path.lexists(one / ".git")), None)


def target_of(path: str, folder: Path) -> Target:
    """Return the target of one file, given relative to a folder; it need not be there."""
    real = os.path.realpath(folder / path)
    parent = str(Path(real).parent)
    root = git_root(parent) or _outer(real, parent, folder)
    return Target(root, os.path.relpath(real, root))


def shown_path(target: Target, folder: Path) -> str:
    """Return a path relative to where the linter runs."""
    return os.path.relpath(target.real, folder)


def _mode(path: str, real: str) -> int:
    try:
        return Path(real).stat().st_mode
    except (OSError, ValueError) as error:
        raise UsageError(f"{path!r} cannot be found", hint="check the path, relative to where you are") from error


def _outer(real: str, parent: str, folder: Path) -> str:
    """Return what a path outside of repositories is relative to: where the linter runs, if it lies below."""
    return str(folder) if real.startswith(f"{folder}/") else parent


def _below(real: str, folder: Path) -> Iterator[tuple[Target, str]]:
    """Yield the files below a folder, each with its path from there."""
    repository = git_root(real)
    root = repository or (real if real == str(folder) else _outer(real, real, folder))
    names: Iterable[str] = _listed(root, real) if repository else ()
    if not names:  # outside of repositories, or in a folder that git ignores, which was named on purpose
        names = _walk(real)
    above = "" if real == root else f"{os.path.relpath(real, root)}/"
    for inside in names:
        yield Target(root, f"{above}{inside}"), inside


def _listed(root: str, real: str) -> list[str]:
    """Return what git tracks or does not ignore below a folder, relative to it."""
    git = Git(Path(real))
    listing = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    try:
        return [name for name in git.names(*listing) if not name.endswith("/")]  # a repository of its own
    except GitError:
        open_repository(Path(root))  # whose refusal says more
        raise


def _walk(top: str) -> Iterator[str]:
    """Yield the files below a folder, in order; hidden folders, environments and links are not entered."""
    stack = [""]
    while stack:
        inside = stack.pop()
        try:
            entries = _entries(f"{top}/{inside}")
        except PermissionError:
            yield inside.rstrip("/")  # counted as unreadable when it is opened
            continue
        if inside and any(entry.name == _ENVIRONMENT_MARK for entry in entries):
            continue
        yield from (f"{inside}{entry.name}" for entry in entries if entry.is_file(follow_symlinks=False))
        stack.extend(f"{inside}{entry.name}/" for entry in reversed(entries) if _is_entered(entry))


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_entered(entry: os.DirEntry[str]) -> bool:
    is_ours = entry.name not in _NEVER_ENTERED and not entry.name.startswith(".")
    return is_ours and entry.is_dir(follow_symlinks=False)
