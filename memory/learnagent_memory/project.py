"""Where a project's state lies: the `.learnagent/` layout, the user's own folder, and the run lock.

It creates folders and hands out paths. It reads no settings and knows no git beyond the repository
it is given.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from learnagent_memory.errors import StorageError, UsageError
from learnagent_memory.git import Git, Repository, project_identity

STATE_FOLDER = ".learnagent"
_IGNORE_ALL = "# Private to this machine: episodes, index, adapters, locks.\n*\n"


@dataclass(frozen=True, slots=True)
class Project:
    """One repository's state on this machine."""

    repository: Repository
    identity: str
    """Root commit and remote, hashed: the same for every clone, whatever the folder is called."""

    @property
    def root(self) -> Path:
        """Top folder of the working tree."""
        return self.repository.root

    @property
    def local(self) -> Path:
        """Private state, ignored by git."""
        return self.root / STATE_FOLDER / "local"

    @property
    def episodes(self) -> Path:
        """One folder an episode."""
        return self.local / "episodes"


def open_project(repository: Repository) -> Project:
    """Return the project of a repository, its private folder made ready.

    Raises UsageError when the repository brings that folder itself, StorageError when it cannot be
    written.
    """
    project = Project(repository=repository, identity=project_identity(repository))
    _refuse_foreign_state(project)
    try:
        project.episodes.mkdir(parents=True, exist_ok=True, mode=0o700)
        ignore = project.local / ".gitignore"
        if not ignore.exists():
            ignore.write_text(_IGNORE_ALL, encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"cannot write {project.local} ({error.strerror})", hint="free the disk or open the folder"
        ) from error
    return project


def _refuse_foreign_state(project: Project) -> None:
    """Episodes and locks are ours alone: a repository that ships them could fake a run to resume."""
    for folder in (project.root / STATE_FOLDER, project.local):
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError(f"{folder} is not an ordinary folder", hint="move it away and run again")
    if project.local.exists() and Git(project.root).run("ls-files", "-z", "--", f"{STATE_FOLDER}/local"):
        raise UsageError(
            f"this repository has {STATE_FOLDER}/local under version control",
            hint=f"it must be private to you: git rm -r --cached {STATE_FOLDER}/local (and look at what is in it)",
        )


def config_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of the user's settings; `LEARNAGENT_HOME` moves it and the state together."""
    return _home(environ, "XDG_CONFIG_HOME", ".config")


def state_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of the user's state: trust, remembered checks, chat history."""
    return _home(environ, "XDG_STATE_HOME", ".local/state")


def _home(environ: Mapping[str, str], variable: str, default: str) -> Path:
    if own := environ.get("LEARNAGENT_HOME"):
        return Path(own).expanduser()
    base = environ.get(variable)
    return (Path(base) if base else Path.home() / default) / "learnagent"


def write_private(path: Path, text: str) -> None:
    """Write a small state file whole or not at all, readable by its owner only.

    Raises StorageError.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StorageError(
            f"cannot write {path} ({error.strerror})", hint="free the disk or open the folder"
        ) from error


@contextmanager
def run_lock(project: Project) -> Iterator[None]:
    """Hold the tree for one run; the kernel lets go of it when the process dies.

    Raises UsageError when another run works in this tree.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(project.local / "run.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(
            "another learnagent run is working in this tree",
            hint="wait for it, stop it, or use a worktree of your own (git worktree add)",
        ) from error
    try:
        yield
    finally:
        lock.release()
