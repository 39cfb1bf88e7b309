"""What a sandbox must let through, hide and protect: decided once, before a model's first command runs.

Nothing is enforced here; `bubblewrap` and `seatbelt` do that.
"""

from __future__ import annotations

import logging
import os
import pwd
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from learnagent.permissions.secret_files import Survey, is_secret, survey

_LOG = logging.getLogger(__name__)

_TOOLCHAINS = (
    *(".pyenv", ".rbenv", ".nodenv", ".jenv", ".goenv", ".nvm", ".fnm", ".volta", ".asdf", ".sdkman"),
    *(".rvm", ".mise", ".virtualenvs", ".conda", "miniconda3", "anaconda3", "miniforge3", "mambaforge"),
    *("micromamba", ".cargo", ".rustup", ".bun", ".deno", ".ghcup", ".cabal", ".stack", ".opam", ".elan"),
    *(".juliaup", ".julia", ".dotnet", ".nuget/packages", ".pub-cache", ".nix-profile", ".linuxbrew"),
    *(".gem/ruby", ".m2/repository", ".npm-global", "go/bin", "go/pkg", "sdk", "bin", ".local/bin"),
    *(".local/lib", ".local/pipx", ".local/share/uv", ".local/share/mise", ".local/share/fnm"),
    *(".local/share/pnpm", ".local/share/pipx", ".local/share/hatch", ".local/share/virtualenvs"),
    *(".cache/pypoetry/virtualenvs", ".cache/ms-playwright", ".cache/puppeteer", "Library/pnpm"),
    *("Library/Python", "Library/Caches/ms-playwright"),
)
_NEVER = (
    *(".ssh", ".aws", ".gnupg", ".config", ".netrc"),
    *(".docker", ".kube", ".azure", ".gcloud", ".password-store"),
)


@dataclass(frozen=True, slots=True)
class Confinement:
    """What a command may reach."""

    root: Path
    """Writable, but for what is protected in it."""
    git_dirs: tuple[Path, ...]
    """The real git dir and common dir: readable wherever they lie, never writable."""
    readable_home: tuple[Path, ...] = ()
    """Folders of the home that are shown besides the toolchains found there."""
    network: bool = False
    allow_secret_files: bool = False
    writable: tuple[Path, ...] = ()
    """Writable besides the root; must exist."""
    home: Path = field(default_factory=Path.home)
    """Hidden, as is the home that the user database names."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A confinement looked up on this machine: no symlinks but in last names."""

    root: Path
    homes: tuple[Path, ...]
    """Hidden: commands see an empty folder."""
    readable: tuple[Path, ...]
    """Shown in a hidden home, or in the temporary folders that commands get empty."""
    writable: tuple[Path, ...]
    protected: tuple[Path, ...]
    """Never writable: git's folders and files, learnagent's folder. May not exist yet."""
    masked: tuple[Path, ...]
    """Secret files, never readable."""
    hidden: tuple[Path, ...]
    """Folders of secrets in a home that is itself the root and so cannot be hidden."""
    network: bool


def look_up(confinement: Confinement) -> Boundary:
    """Find what a confinement means here: one bounded walk through the root."""
    root = confinement.root.resolve()
    found = survey(root)
    if not found.complete:
        _LOG.warning("the repository is too large to find all secret files in it; the deepest may be readable")
    homes = tuple(dict.fromkeys(_homes(confinement.home, root)))
    readable = tuple(folder for home in homes for folder in _readable(home, confinement.readable_home, root))
    readable += tuple(_interpreters_in_temporary(root))
    return Boundary(
        root=root,
        homes=homes,
        readable=readable,
        writable=tuple(path.resolve() for path in confinement.writable if path.exists()),
        protected=tuple(_protected(root, confinement.git_dirs, found)),
        masked=() if confinement.allow_secret_files else (*found.secrets, *_secrets_in(readable)),
        hidden=tuple(_hidden(root)) if _is_home(root, confinement) else (),
        network=confinement.network,
    )


def _homes(home: Path, root: Path) -> Iterator[Path]:
    for candidate in (home, _home_by_database()):
        resolved = candidate.resolve()
        if resolved.is_dir() and resolved not in (root, Path("/")):
            yield resolved


def _is_home(root: Path, confinement: Confinement) -> bool:
    return root in (confinement.home.resolve(), _home_by_database().resolve())


def _hidden(root: Path) -> Iterator[Path]:
    yield from (folder for name in _NEVER if (folder := root / name).is_dir())


def _home_by_database() -> Path:
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a container may run under a number that has no name
        return Path("/nonexistent")


def _readable(home: Path, named: tuple[Path, ...], root: Path) -> Iterator[Path]:
    """Yield the existing folders to show: toolchains, this interpreter, what is on PATH, and what was named.

    One that the writable root shows already stays writable.
    """
    on_path = (Path(entry) for entry in os.get_exec_path() if entry)
    for folder in (*(home / name for name in _TOOLCHAINS), *_interpreters(), *on_path, *named):
        path = folder.parent.resolve() / folder.name
        inside = path.is_relative_to(home) and path != home
        shown = path.is_relative_to(root) and not home.is_relative_to(root)
        if inside and not shown and path.is_dir() and path.relative_to(home).parts[0] not in _NEVER:
            yield path


def _interpreters() -> tuple[Path, ...]:
    return Path(sys.prefix), Path(sys.base_prefix), Path(os.environ.get("VIRTUAL_ENV", sys.prefix))


def _interpreters_in_temporary(root: Path) -> Iterator[Path]:
    """Yield environments that lie under a temporary folder, as a build machine's may."""
    for folder in dict.fromkeys(path.resolve() for path in _interpreters()):
        is_temporary = folder.is_relative_to("/tmp") or folder.is_relative_to("/var/tmp")
        if is_temporary and folder.is_dir() and not folder.is_relative_to(root):
            yield folder


def _protected(root: Path, git_dirs: tuple[Path, ...], found: Survey) -> Iterator[Path]:
    yield from (root / ".git", root / ".learnagent")
    yield from (path.resolve() for path in git_dirs if path.exists())
    yield from found.repositories


def _secrets_in(folders: tuple[Path, ...]) -> Iterator[Path]:
    """Yield what a package manager keeps beside its packages, such as `.cargo/credentials.toml`."""
    for folder in folders:
        yield from (path.resolve() for path in folder.glob("*") if path.is_file() and is_secret(path))
