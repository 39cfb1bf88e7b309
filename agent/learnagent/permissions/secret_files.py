"""Knows the usual secret files by their names, and finds them in a tree; looks for no secrets in code."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SECRET_NAME = re.compile(
    r"""(?xi)
      \.env (rc|\..+)? | .+\.env                                        # dotenv, direnv
    | .+\.(pem|key|p12|pfx|pkcs12|jks|keystore|kdbx|ppk|tfstate)        # keys, stores, Terraform's state
    | id_(rsa|dsa|ecdsa|ed25519)(?!.*\.pub$).*
    | [._]netrc | \.npmrc | \.pypirc | \.pgpass | \.my\.cnf | \.htpasswd | \.dockercfg | \.vault-token
    | \.git-credentials | kubeconfig
    | (credentials?|client_secrets?.*|service[-_]account.*)\.(json|ya?ml|toml|ini)
    | secrets?\.(ya?ml|toml|json|ini|env|properties)
    """
)
_EXAMPLE = re.compile(r"(?i)(^|[._-])(examples?|samples?|templates?|tmpl|dist|defaults?)($|[._-])")
_SECRET_FOLDERS = frozenset({".ssh", ".gnupg"})
_SECRET_IN_FOLDER = frozenset(
    {
        (".aws", "credentials"),
        (".kube", "config"),
        (".docker", "config.json"),
        (".cargo", "credentials"),
        (".cargo", "credentials.toml"),
        (".gem", "credentials"),
    }
)
_TELLTALES = {".pem": re.compile(rb"PRIVATE KEY"), ".npmrc": re.compile(rb"_auth|_password", re.IGNORECASE)}
"""Where the name says too little (certificates, a registry's address), the content decides."""
_TELLTALE_BYTES = 1_000_000

_NOT_SEARCHED = frozenset(
    {".hg", ".svn", "node_modules", ".venv", "venv", ".tox", ".nox", "__pycache__", ".learnagent"}
)
MAX_ENTRIES = 50_000
"""Bounds the walk to about 0.2 s; it goes level by level, so what is missed lies deepest."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a walk through a tree found, the shallowest first."""

    secrets: tuple[Path, ...] = ()
    """Real paths of regular files; may lie outside the tree where a link leads there."""
    repositories: tuple[Path, ...] = ()
    """`.git` entries below the root's own: of submodules and embedded repositories."""
    complete: bool = True
    """False when the tree is larger than the walk's bound."""


def is_secret(path: Path) -> bool:
    """Return whether a path, or what it links to, is one of the usual secret files; folders are none."""
    return not path.is_dir() and (_is_secret_itself(path) or _is_secret_itself(_real(path)))


def has_secret_name(text: str) -> bool:
    """Return whether a path's text alone names a secret file, whether it exists or not."""
    return _is_named_secret(Path(text))


def survey(root: Path, *, max_entries: int = MAX_ENTRIES) -> Survey:
    """Walk through a tree once; unreadable folders and the folders of package managers are left out."""
    secrets: dict[Path, None] = {}
    repositories: list[Path] = []
    folders, seen = deque([str(root)]), 0  # text: a Path for each entry would double the time
    while folders and seen < max_entries:
        folder = folders.popleft()
        for entry in _entries(folder):
            seen += 1
            if entry.name == ".git":
                repositories.extend([Path(entry.path)] if folder != str(root) and not entry.is_symlink() else [])
            elif entry.is_dir(follow_symlinks=False):
                folders.extend([entry.path] if entry.name not in _NOT_SEARCHED else [])
            elif entry.is_symlink() or _is_name_of_secret(folder.rpartition("/")[2], entry.name):
                path = Path(entry.path)
                if is_secret(path) and path.is_file():
                    secrets[_real(path)] = None
    return Survey(tuple(secrets), tuple(repositories), complete=not folders)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        yield from entries


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # unlike Path.resolve, at peace with a loop of links


def _is_secret_itself(path: Path) -> bool:
    return _is_named_secret(path) and _content_agrees(path)


def _is_named_secret(path: Path) -> bool:
    return _is_name_of_secret(path.parent.name, path.name)


def _is_name_of_secret(folder: str, name: str) -> bool:
    if folder.lower() in _SECRET_FOLDERS:
        return not name.endswith(".pub")
    if (folder.lower(), name.lower()) in _SECRET_IN_FOLDER:
        return True
    return bool(_SECRET_NAME.fullmatch(name)) and not _EXAMPLE.search(name)


def _content_agrees(path: Path) -> bool:
    telltale = _TELLTALES.get(path.suffix.lower() or path.name.lower())
    if telltale is None or not path.is_file():
        return True
    try:
        with path.open("rb") as file:
            return bool(telltale.search(file.read(_TELLTALE_BYTES)))
    except OSError:
        return True
