"""Reads JSON, TOML and small state files that somebody else may have written: every damage is a ValueError.

The parsers themselves also raise RecursionError for deep nesting, which no caller expects.
It judges nothing: what a damaged file means is the caller's to say.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from learnagent_memory.errors import StorageError


def parse_json(text: str | bytes) -> object:
    """Return what the JSON says. Raises ValueError for anything else, nesting that is too deep included."""
    try:
        parsed: object = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return parsed


def parse_toml(text: str) -> dict[str, Any]:
    """Return what the TOML says. Raises ValueError for anything else, nesting that is too deep included."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def read_own(path: Path) -> str | None:
    """Return the text of a file in the user's own folder; None where there is none.

    Raises StorageError where the folder is none or the file may not be read, ValueError for what is no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise StorageError(
            f"{path.parent} is not a folder", hint="let LEARNAGENT_HOME (or XDG_*_HOME) name a folder, or unset it"
        ) from error
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror})", hint="open it to yourself") from error
