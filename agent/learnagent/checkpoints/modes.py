"""The permission bits that a git tree cannot hold: carried in the message of a checkpoint.

A tree knows 644 and 755. Most files of a working tree have the bits that the umask gives, so the most
frequent ones are written once and only the exceptions by path. No folders, no owners, no setuid.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

EXECUTABLE = "100755"
REGULAR = "100644"
LINK = "120000"


class File(NamedTuple):
    """One file as a checkpoint keeps it."""

    mode: str
    """As in a git tree: REGULAR, EXECUTABLE or LINK."""
    oid: str
    """Blob of its raw bytes; of the target for a link."""
    permissions: int
    """The lowest nine permission bits; 0 for a link."""


class Modes(BaseModel):
    """The permission bits of all files of one checkpoint."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    regular: int = 0o644
    """Of the files that are not listed and not executable by their owner."""
    executable: int = 0o755
    """Of the files that are not listed and are executable by their owner."""
    others: dict[str, int] = {}
    """By path, its bytes read as Latin-1: JSON has no other way to hold them all."""

    def of(self, path: str, mode: str) -> int:
        """Return the permission bits of a file; 0 for a link."""
        if mode == LINK:
            return 0
        usual = self.executable if mode == EXECUTABLE else self.regular
        return self.others.get(_key(path), usual) & 0o777


def modes_of(files: Mapping[str, File]) -> Modes:
    """Sum up the permission bits of files."""
    usual = {
        mode: _most_frequent([file.permissions for file in files.values() if file.mode == mode], default)
        for mode, default in ((REGULAR, 0o644), (EXECUTABLE, 0o755))
    }
    others = {
        _key(path): file.permissions for path, file in files.items() if file.permissions != usual.get(file.mode, 0)
    }
    return Modes(regular=usual[REGULAR], executable=usual[EXECUTABLE], others=others)


def write_message(label: str, modes: Modes) -> bytes:
    """Return the message of a checkpoint's commit."""
    return f"learnagent checkpoint: {label}\n\n{modes.model_dump_json()}\n".encode()


def read_message(message: bytes) -> Modes:
    """Return the modes in the message of a checkpoint; the usual ones where it is not ours."""
    try:
        return Modes.model_validate_json(message.strip().rpartition(b"\n")[2])
    except ValidationError:
        return Modes()


def _most_frequent(permissions: list[int], default: int) -> int:
    # Ties go to the lower bits, so that the same tree always gives the same message.
    counted = Counter(permissions)
    return min(counted, key=lambda bits: (-counted[bits], bits), default=default)


def _key(path: str) -> str:
    return os.fsencode(path).decode("latin-1")
