"""Where a project's state lies: the `.learnagent/` layout, the user's own folder, and the run lock.

It creates folders and hands out paths. It reads no settings and knows no git beyond the repository
it is given.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from learnagent_memory.errors import UsageError, cannot_write
from learnagent_memory.git import Git, Repository, project_identity

STATE_FOLDER = ".learnagent"
_OWNER = "owner"
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

    @property
    def private_memory(self) -> Path:
        """Lesson events of this machine's user: nobody else writes there."""
        return self.local / "memory"

    @property
    def shared_memory(self) -> Path:
        """Lesson events that are committed with the code."""
        return self.root / STATE_FOLDER / "memory"

    @property
    def team_memory(self) -> Path:
        """Lesson events that go through a side branch or an object store."""
        return self.local / "team"

    @property
    def index(self) -> Path:
        """Rebuildable indexes: deleted without loss."""
        return self.local / "index"


def find_project(repository: Repository, environ: Mapping[str, str]) -> Project:
    """Return the project of a repository, without writing anything into it.

    Raises UsageError when its private folder is not the user's own.
    """
    project = Project(repository=repository, identity=project_identity(repository))
    _refuse_foreign_state(project, environ)
    return project


def open_project(repository: Repository, environ: Mapping[str, str]) -> Project:
    """Return the project of a repository, its private folder made ready.

    Raises UsageError as `find_project` does, StorageError when the folder cannot be written.
    """
    project = find_project(repository, environ)
    try:
        project.episodes.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(project.local / ".gitignore", _IGNORE_ALL)
        _write_once(project.local / _OWNER, _owner_mark(environ))
    except OSError as error:
        raise cannot_write(project.local, error) from error
    return project


def _refuse_foreign_state(project: Project, environ: Mapping[str, str]) -> None:
    """Refuse state that the user did not make: a repository that brings it could fake a run to resume or undo."""
    inside = [project.local / name for name in ("", "episodes", "checkpoints", ".gitignore", _OWNER, "run.lock")]
    for path in (project.root / STATE_FOLDER, *inside):
        if path.is_symlink():
            raise UsageError(f"{path} is a link", hint="move it away and run again")
    listed = Git(project.root).names("ls-files", "-z", "--cached", "--", STATE_FOLDER)
    if any(name == STATE_FOLDER or name.startswith(f"{STATE_FOLDER}/local") for name in listed):
        raise UsageError(
            f"this repository has {STATE_FOLDER}/local under version control",
            hint=f"it must be private to you: git rm -r --cached {STATE_FOLDER}/local (and look at what is in it)",
        )
    if project.episodes.exists() and _read_mark(project.local / _OWNER) != _owner_mark(environ):
        raise UsageError(
            f"{project.local} was not made by you on this machine",
            hint="move it away, or set LEARNAGENT_HOME to the home it was made with",
        )


def _read_mark(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _owner_mark(environ: Mapping[str, str]) -> str:
    """Return what proves that a private folder is this user's: nobody else can know it, so no repository brings it."""
    secret = state_home(environ) / "owner-secret"
    try:
        secret.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(secret, secrets.token_hex(32))
        return hashlib.sha256(secret.read_bytes()).hexdigest()
    except OSError as error:
        raise cannot_write(secret.parent, error) from error


def _write_once(path: Path, text: str) -> None:
    """Write a file that is not there yet; what is there stays, and no link is followed."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)


def config_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of the user's settings; `LEARNAGENT_HOME` moves it and the state together."""
    return _home(environ, "XDG_CONFIG_HOME", ".config")


def state_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of the user's state: trust, remembered checks, chat history."""
    return _home(environ, "XDG_STATE_HOME", ".local/state")


def cache_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of what is deleted without loss and belongs to no project."""
    return _home(environ, "XDG_CACHE_HOME", ".cache")


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
        raise cannot_write(path, error) from error


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
