"""Fetches and pushes one branch of a repository, without reading that repository's configuration.

A repository's own configuration can name programs for almost every step of a transfer (helpers, proxies,
hooks, upload-pack). So git runs in an empty repository made for the purpose, which writes objects straight
into the real one; what the user set for all repositories (credentials, ssh, proxies) counts as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from learnagent_memory.errors import UsageError
from learnagent_memory.git import Completed, Git, Repository
from learnagent_memory.share.remote import UnreachableError

_PROTOCOLS = "https:http:ssh:file"
_UNATTENDED_SSH = "ssh -oBatchMode=yes -oConnectTimeout=10"
_PATIENCE = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30")
# A remote that is a folder of this machine runs its programs here: its hooks and helpers stay off.
_LOCAL = "git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.alternateRefsCommand=true -c gc.auto=0"
_LOST_RACE = ("non-fast-forward", "fetch first", "cannot lock ref", "failed to update ref", "incorrect old value")
_THEIRS = "refs/heads/theirs"


@dataclass(frozen=True, slots=True)
class Remotes:
    """Where a repository's `origin` lies."""

    fetch: str
    push: str


def origin_of(repository: Repository) -> Remotes | None:
    """Return the addresses of `origin`, None where there is none. Raises UsageError for other protocols than git's."""
    git = Git(repository.root)
    if not git.text("config", "--get", "remote.origin.url", ok=(0, 1)):
        return None
    return Remotes(
        _address(repository, git.text("remote", "get-url", "origin")),
        _address(repository, git.text("remote", "get-url", "--push", "origin")),
    )


def _address(repository: Repository, url: str) -> str:
    if _is_local(url) and not url.startswith("file://"):
        return str(repository.root / url)
    if "::" in url.partition("/")[0] or url.startswith("-"):
        raise UsageError(f"origin is at {url!r}, which runs a program", hint="use an https or ssh address")
    return url


def _is_local(url: str) -> bool:
    """Return whether git takes it for a path: no scheme, and no colon before the first slash."""
    return url.startswith("file://") or not (
        re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url) or ":" in url.partition("/")[0]
    )


class Transfer:
    """Moves one branch between a repository's objects and its remote."""

    def __init__(self, git: Git, *, objects: Path, branch: str, environ: Mapping[str, str]) -> None:
        self._git = git
        self._ref = f"refs/heads/{branch}"
        self._variables = {
            "GIT_ALLOW_PROTOCOL": _PROTOCOLS,
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_SSH_COMMAND": environ.get("GIT_SSH_COMMAND") or self._set("core.sshCommand") or _UNATTENDED_SSH,
            **{name: environ[name] for name in ("GIT_ASKPASS",) if environ.get(name)},
        }
        self._credentials = tuple(self._credential_settings())

    def fetch(self, url: str) -> str | None:
        """Fetch the branch and return its commit; None where the remote has no such branch.

        Raises UnreachableError.
        """
        local = ("--upload-pack", f"{_LOCAL} upload-pack") if _is_local(url) else ()
        quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
        done = self._call("fetch", *quiet, *local, "--", url, f"+{self._ref}:{_THEIRS}")
        if done.code and "couldn't find remote ref" in done.errors:
            return None
        if done.code:
            raise _unreachable(done)
        found = self._git.run("rev-parse", "--verify", f"{_THEIRS}^{{commit}}", variables=self._variables)
        return found.decode().strip()

    def push(self, url: str, commit: str) -> bool:
        """Push a commit to the branch and return whether it was taken: False when somebody else was faster.

        Raises UnreachableError, UsageError when the remote refuses for good.
        """
        local = ("--receive-pack", f"{_LOCAL} receive-pack") if _is_local(url) else ()
        done = self._call("push", "--quiet", "--porcelain", "--no-verify", *local, "--", url, f"{commit}:{self._ref}")
        said = f"{done.errors}\n{done.output.decode(errors='replace')}"
        if done.code == 0:
            return True
        if any(sign in said for sign in _LOST_RACE):
            return False
        if "rejected]" in said:
            reason = _printable(next(line for line in said.splitlines() if "rejected]" in line).strip())
            raise UsageError(f"the remote refuses {self._ref}: {reason}", hint="let its rules allow that branch")
        raise _unreachable(done)

    def _call(self, command: str, *args: str) -> Completed:
        return self._git.call(*_PATIENCE, *self._credentials, command, *args, variables=self._variables)

    def _set(self, key: str) -> str:
        """Return what the user set for all repositories; the repository of this call has nothing of its own."""
        lines = self._git.names("config", "-z", "--show-scope", "--get-all", key, ok=(0, 1))
        values = zip(lines[::2], lines[1::2], strict=True)
        return next((value for scope, value in reversed([*values]) if scope != "command"), "")

    def _credential_settings(self) -> Iterator[str]:
        """Yield the user's credential settings as options: the hardening before them emptied the list of helpers."""
        lines = self._git.names("config", "-z", "--show-scope", "--get-regexp", r"^credential\.", ok=(0, 1))
        for scope, setting in zip(lines[::2], lines[1::2], strict=True):
            key, _, value = setting.partition("\n")
            if scope != "command":
                yield from ("-c", f"{key}={value}")


@contextmanager
def transfer(repository: Repository, branch: str, environ: Mapping[str, str]) -> Iterator[Transfer]:
    """Hold the empty repository for the time of one exchange."""
    form = Git(repository.root).text("rev-parse", "--show-object-format")
    with TemporaryDirectory(prefix="learnagent-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        git = Git(folder, git_dir=folder)
        git.run("init", "--quiet", "--bare", "--template=", f"--object-format={form}")
        yield Transfer(git, objects=repository.common_dir / "objects", branch=branch, environ=environ)


def _unreachable(done: Completed) -> UnreachableError:
    lines = [line for line in done.errors.splitlines() if line.strip() and not line.startswith(("warning", "hint"))]
    said = re.sub(r"//[^/@\s]*@", "//", next(iter(lines), f"git ended with status {done.code}"))
    return UnreachableError(f"origin cannot be reached ({_printable(said)})", hint="sync again later")


def _printable(said: str) -> str:
    """Return what a remote said, fit for a terminal."""
    return "".join(character if character.isprintable() else " " for character in said)[:200]
