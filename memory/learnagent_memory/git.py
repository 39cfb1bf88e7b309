"""The one hardened place for every git call: a hostile repository runs nothing through it.

Not GitPython: its `execute()` cannot remove inherited GIT_* variables, its import costs 80 ms, and it
had 24 advisories in 2026. Not a model of git's objects either: bytes in, bytes out. Nothing here
reaches the network, and no call changes HEAD, index or stash unless its arguments say so.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from learnagent_memory import hardening
from learnagent_memory.errors import GitError, LearnAgentError, StorageError, UsageError

OLDEST_GIT = (2, 31)
"""The first version that reads settings from GIT_CONFIG_COUNT; an older one would ignore ours."""

STREAM_LIMIT_S = 300.0
"""A call that streams is ended then: no diff of one batch of commits takes a tenth of it."""

_MAX_COMPLAINT = 65_536

_DISK_TROUBLE = (
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "Read-only file system",
    "insufficient permission for adding an object",
    "unable to create temporary file",
)


_ADVICE = (
    ("index file", "the index is damaged: move .git/index away and run git reset"),
    ("No such ref", "HEAD is broken: git symbolic-ref HEAD refs/heads/BRANCH mends it"),
    ("index.lock", "another git works here, or one crashed: end it, or remove that lock file"),
)
"""What git says, and what the user does about it."""

_OTHER_ADVICE = "run git status and git fsck in that repository and mend what they show"


@dataclass(frozen=True, slots=True)
class Completed:
    """How one git call ended."""

    code: int
    """Exit status; negative when a signal ended it."""
    output: bytes
    errors: str

    def error(self) -> LearnAgentError:
        """Return what to raise for this call: its first line of complaint, warnings left out."""
        lines = (line for line in self.errors.splitlines() if line and not line.startswith(("warning", "hint")))
        message = re.sub(r"^(fatal|error): ", "", next(lines, f"git ended with status {self.code}"))
        if any(trouble in self.errors for trouble in _DISK_TROUBLE):
            return StorageError(f"git cannot write: {message}", hint="free or open the repository's disk")
        return GitError(message, hint=_advice(self.errors))


class Git:
    """Runs git in one folder.

    The names of filters and configured hooks are read once, before the first call, and switched off
    from then on: make a fresh one for each operation, since the configuration may change in between.
    """

    def __init__(self, cwd: Path, *, git_dir: Path | None = None) -> None:
        self.cwd = cwd
        self._git_dir = git_dir
        self._switched_off: hardening.Pairs | None = None

    def run(
        self,
        *args: str,
        stdin: bytes = b"",
        index_file: Path | None = None,
        variables: Mapping[str, str] | None = None,
        ok: tuple[int, ...] = (0,),
    ) -> bytes:
        """Run git and return its output; `ok` lists the exit codes that are no error.

        `index_file` stands in for the user's index. Text of a user or a model belongs behind
        `--end-of-options` or `--`. Raises GitError with git's first line, StorageError when the disk is
        full or closed, UsageError when git is missing.
        """
        done = self.call(*args, stdin=stdin, index_file=index_file, variables=variables)
        if done.code not in ok:
            raise done.error()
        return done.output

    def text(self, *args: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> str:
        """Run git and return its output without the final newline; odd bytes as in os.fsdecode."""
        return os.fsdecode(self.run(*args, stdin=stdin, ok=ok)).removesuffix("\n")

    def names(self, *args: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> list[str]:
        """Run git and return its NUL-terminated items; odd bytes as in os.fsdecode."""
        return [os.fsdecode(item) for item in self.run(*args, stdin=stdin, ok=ok).split(b"\0")[:-1]]

    def call(
        self,
        *args: str,
        stdin: bytes = b"",
        index_file: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run git and return how it ended, whatever the exit code."""
        environment = {**self._environment(), **(variables or {})}
        if index_file is not None:
            environment["GIT_INDEX_FILE"] = str(index_file)
        return self._start(args, stdin, environment)

    def copy_blob(self, oid: str, target: IO[bytes]) -> None:
        """Write the raw bytes of a blob to an open file, without holding them in memory.

        Raises GitError when there is no such blob; an OSError of `target` passes through.
        """
        with subprocess.Popen(
            [*_command(), "cat-file", "blob", oid],
            cwd=self.cwd,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            if process.stdout is not None:
                shutil.copyfileobj(process.stdout, target)
        if process.returncode:
            raise GitError(f"blob {oid} is missing", hint="git fsck shows what else is")

    @contextmanager
    def stream(
        self, *args: str, stdin: bytes = b"", settings: hardening.Pairs = (), limit_s: float = STREAM_LIMIT_S
    ) -> Iterator[IO[bytes]]:
        """Run git and give its output as it comes, for more than fits into memory; leaving early ends it.

        `settings` come on top of the hardened ones. Raises as `run` does, but at the end: what was read until
        then may be cut off. GitError too past `limit_s`.
        """
        environment = self._environment(settings)
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as complaints:
            given.write(stdin)
            given.seek(0)
            process = self._popen(args, environment, given=given, complaints=complaints)
            with _ended(process, limit_s) as output:
                yield output
            complaints.seek(0)
            errors = complaints.read(_MAX_COMPLAINT).decode(errors="replace")
        if process.returncode == -signal.SIGKILL:
            raise GitError(f"git {args[0]} took longer than {limit_s:.0f} s", hint="is the disk slow? try again")
        if process.returncode not in (0, -signal.SIGPIPE):
            raise Completed(process.returncode, b"", errors).error()

    def _popen(
        self, args: tuple[str, ...], environment: Mapping[str, str], *, given: IO[bytes], complaints: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                _command_line(args),
                cwd=self.cwd,
                env=environment,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
        except OSError as error:
            raise _cannot_run(self.cwd, error) from error

    def _start(self, args: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        command = _command_line(args)
        try:
            done = subprocess.run(command, cwd=self.cwd, env=environment, input=stdin, capture_output=True, check=False)
        except OSError as error:
            raise _cannot_run(self.cwd, error) from error
        return Completed(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def _environment(self, more: hardening.Pairs = ()) -> dict[str, str]:
        if self._switched_off is None:
            self._switched_off = self._named_programs()
        return self._with_settings((*hardening.HARDENED, *self._switched_off, *more))

    def _named_programs(self) -> hardening.Pairs:
        """Return the settings that switch off every filter and configured hook found."""
        query = ("config", "-z", "--name-only", "--get-regexp", r"^(filter|hook)\.")
        found = self._start(query, b"", self._with_settings(hardening.HARDENED)).output
        sections = {os.fsdecode(key).rpartition(".")[0] for key in found.split(b"\0")[:-1]}
        return tuple(pair for section in sorted(sections) for pair in hardening.switched_off(section))

    def _with_settings(self, pairs: hardening.Pairs) -> dict[str, str]:
        settings = hardening.as_variables((*hardening.inherited_pairs(os.environ), *pairs))
        git_dir = {} if self._git_dir is None else {"GIT_DIR": str(self._git_dir)}
        return {**hardening.kept_variables(os.environ), **hardening.VARIABLES, **git_dir, **settings}


def hardened_environment() -> dict[str, str]:
    """Return the variables that keep a git started by somebody else from running a repository's programs.

    For the commands that the agent runs: fsmonitor, hooks and pager are off, prompts too. Filters,
    textconv and external diffs are not: they are named by the repository, and the sandbox holds them.
    """
    pairs = (*hardening.inherited_pairs(os.environ), *hardening.HARMLESS)
    return {"GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", **hardening.as_variables(pairs)}


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository with a working tree, as it was when opened."""

    root: Path
    """Top folder of the working tree, links resolved."""
    git_dir: Path
    """This working tree's own git folder: index, HEAD, states of merge and rebase."""
    common_dir: Path
    """Objects and refs; differs from `git_dir` in a linked worktree."""
    head: str | None
    """Commit checked out; None on an unborn branch."""
    branch: str | None
    """Short name of the branch; None when HEAD is detached."""


def open_repository(path: Path) -> Repository:
    """Open the repository that a folder lies in.

    Raises UsageError for a path that is missing or no folder, and for what has no working tree of its
    own there: no repository, a bare one, the inside of `.git`, a tree that belongs to somebody else.
    """
    folder = _existing_folder(path)
    git = Git(folder)
    done = git.call("rev-parse", "--is-bare-repository", "--is-inside-git-dir")
    if done.code or b"true" in done.output:
        raise _refusal(folder, done.errors or "bare repository")
    root = Path(git.text("rev-parse", "--show-toplevel"))
    git_dir = Path(git.text("rev-parse", "--absolute-git-dir"))
    _refuse_redirected(git, root, git_dir)
    branch = git.text("symbolic-ref", "--quiet", "HEAD", ok=(0, 1))
    return Repository(
        root=root,
        git_dir=git_dir,
        common_dir=Path(git.text("rev-parse", "--path-format=absolute", "--git-common-dir")),
        head=git.text("rev-parse", "--verify", "--quiet", "HEAD^{commit}", ok=(0, 1)) or None,
        branch=branch.removeprefix("refs/heads/") or None,
    )


def project_identity(repository: Repository) -> str:
    """Return a stable id: the first commit and the remote `origin` without credentials, hashed.

    The first commit is looked for along first parents, so that merging a foreign history keeps the id.
    A shallow clone does not know it and goes by its remote alone.
    """
    if repository.head is None:
        return f"unborn-{_digest(os.fsencode(repository.git_dir))}"
    git = Git(repository.root)
    remote = _remote_name(git.text("config", "--get", "remote.origin.url", ok=(0, 1)))
    if remote and git.text("rev-parse", "--is-shallow-repository") == "true":
        return _digest(os.fsencode(remote))
    roots = git.text("rev-list", "--first-parent", "--max-parents=0", "--end-of-options", repository.head)
    return _digest(os.fsencode(f"{roots}\n{remote}"))


def _existing_folder(path: Path) -> Path:
    try:
        folder = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UsageError(f"{path} does not exist", hint="give the path of a folder in a git repository") from error
    if not folder.is_dir():
        raise UsageError(f"{path} is not a folder", hint=f"give a folder, such as {path.parent}")
    return folder


def _refusal(folder: Path, errors: str) -> UsageError:
    if ".git" in folder.parts:
        return UsageError(f"{folder} lies inside .git", hint="give a folder of the working tree")
    if "bare repository" in errors:
        return UsageError(
            f"{folder} is a bare repository: it has no files to work on",
            hint="give a clone or a worktree of it",
        )
    if "dubious ownership" in errors:
        return UsageError(
            f"the repository at {folder} belongs to another user",
            hint=f"if you trust it: git config --global --add safe.directory {folder}",
        )
    if "not a git repository" in errors:
        if os.path.lexists(folder / ".git"):
            return UsageError(f"{folder / '.git'} is damaged", hint="git status says how; mend it or clone again")
        return UsageError(f"{folder} is not in a git repository", hint=f"git init {folder}")
    return UsageError(
        f"git cannot open {folder}: {Completed(1, b'', errors).error().message}", hint="git status shows more"
    )


def _refuse_redirected(git: Git, root: Path, git_dir: Path) -> None:
    """Refuse a working tree elsewhere: `core.worktree` may name any folder, the user's home for one."""
    inside = git.text("rev-parse", "--is-inside-work-tree") == "true"
    here = Git(root).text("rev-parse", "--absolute-git-dir") if os.path.lexists(root / ".git") else ""
    if not inside or here != str(git_dir):
        raise UsageError(
            f"the repository at {git_dir} names {root} as its files, which is not its own folder",
            hint="git config --unset core.worktree, if you do not know why it is set",
        )


def _remote_name(url: str) -> str:
    """Return host and path of a remote, the same for its ssh and https addresses."""
    without_scheme = re.sub(r"^[a-z][a-z0-9+.-]*://", "", url, flags=re.IGNORECASE)
    bare = re.sub(r"^[^/@]*@", "", without_scheme)
    if without_scheme == url:
        bare = re.sub(r"^([^/:]+):(?!/)", r"\1/", bare)
    else:
        bare = re.sub(r"^([^/:]+):\d+/", r"\1/", bare)
    return bare.rstrip("/").removesuffix(".git")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _advice(errors: str) -> str:
    return next((advice for sign, advice in _ADVICE if sign in errors), _OTHER_ADVICE)


def _cannot_run(folder: Path, error: OSError) -> StorageError:
    return StorageError(f"cannot run git in {folder} ({error.strerror})", hint="is the folder still there?")


@contextmanager
def _ended(process: subprocess.Popen[bytes], limit_s: float) -> Iterator[IO[bytes]]:
    """Give the output of a process that ends with the block, or when its time is up."""
    output = process.stdout
    assert output is not None
    timer = threading.Timer(limit_s, process.kill)
    timer.start()
    try:
        yield output
        output.close()  # what nobody reads ends git by SIGPIPE
        process.wait()
    finally:
        timer.cancel()
        process.kill()
        output.close()
        process.wait()


def _command_line(args: tuple[str, ...]) -> list[str]:
    return [*_command(), *args[:1], *hardening.NEVER_EXTERNAL.get(args[0], ()), *args[1:]]


def _command() -> tuple[str, ...]:
    return (_executable(os.environ.get("PATH", os.defpath)), "--no-pager")


@lru_cache(maxsize=4)
def _executable(search_path: str) -> str:
    """Find git by absolute folders only: a relative one would be searched inside the repository."""
    folders = [folder for folder in search_path.split(os.pathsep) if Path(folder).is_absolute()]
    found = shutil.which("git", path=os.pathsep.join(folders)) if folders else None
    if found is None:
        raise UsageError("git is not installed", hint="install git 2.31 or newer and try again")
    answer = subprocess.run([found, "version"], capture_output=True, check=False, text=True).stdout
    version = re.search(r"(\d+)\.(\d+)", answer)
    if version is None:
        raise UsageError(f"{found} does not run", hint="`git version` must work (macOS: xcode-select --install)")
    if (int(version[1]), int(version[2])) < OLDEST_GIT:
        raise UsageError(f"git {version[0]} is too old to be run safely", hint="install git 2.31 or newer")
    return found
