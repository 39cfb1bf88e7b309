"""What the repository itself brings to settings, and whether the user has trusted exactly that.

Trust is by content hash and by folder, kept in the user's own state; a changed byte is asked again.
Nothing here applies a setting: `settings` reads only what this module hands it as trusted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from learnagent_memory.errors import UsageError
from learnagent_memory.project import STATE_FOLDER, state_home, write_private
from learnagent_memory.reading import parse_json, parse_toml, read_own

MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Brought:
    """One piece of settings that lies in the repository."""

    name: str
    """`.learnagent/config.toml`, `pyproject.toml [tool.learnagent]` or `.env`."""
    text: str
    """What it says, as shown to the user before trust."""

    @property
    def digest(self) -> str:
        """SHA-256 of name and text, hexadecimal."""
        return hashlib.sha256(f"{self.name}\0{self.text}".encode()).hexdigest()


CONFIG = f"{STATE_FOLDER}/config.toml"
PYPROJECT = "pyproject.toml [tool.learnagent]"
DOTENV = ".env"


def brought_by(root: Path) -> tuple[Brought, ...]:
    """Return what the repository brings; files that cannot be read as text or are too large bring nothing."""
    found = []
    for name in (CONFIG, DOTENV):
        text = _text(root / name)
        if text:
            found.append(Brought(name, text))
    table = _pyproject_table(_text(root / "pyproject.toml"))
    if table:
        found.append(Brought(PYPROJECT, table))
    return tuple(found)


def _text(path: Path) -> str:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _pyproject_table(text: str) -> str:
    """Return the table as JSON; empty where there is none, or it cannot be shown."""
    try:
        tool = parse_toml(text).get("tool")
        table = tool.get("learnagent") if isinstance(tool, dict) else None
        ours = {key: value for key, value in table.items() if key != "lint"} if isinstance(table, dict) else {}
        return json.dumps(ours, indent=2, sort_keys=True, default=str) if ours else ""
    except (ValueError, RecursionError):
        return ""


_FILE: TypeAdapter[dict[Any, list[str]]] = TypeAdapter(dict[Any, list[str]])
"""Folder -> digests. `Any`, for pydantic takes no name with odd bytes for a string."""


class TrustStore:
    """What the user has trusted, on this machine."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._path = state_home(environ) / "trust.json"

    def trusts(self, root: Path, item: Brought) -> bool:
        """Return whether exactly this content was trusted in this folder."""
        return item.digest in self._load().get(str(root), [])

    def trust(self, root: Path, items: tuple[Brought, ...]) -> None:
        """Trust this content in this folder, and nothing that was trusted there before."""
        self._save({**self._load(), str(root): sorted(item.digest for item in items)})

    def revoke(self, root: Path) -> None:
        """Trust nothing in this folder any more."""
        self._save({key: value for key, value in self._load().items() if key != str(root)})

    def _load(self) -> dict[str, list[str]]:
        try:
            text = read_own(self._path)
            return {} if text is None else _FILE.validate_python(parse_json(text))
        except ValueError as error:
            raise UsageError(f"{self._path} is damaged", hint="delete it and trust again") from error

    def _save(self, content: dict[str, list[str]]) -> None:
        write_private(self._path, json.dumps(content, indent=2, sort_keys=True))
