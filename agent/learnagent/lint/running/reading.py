"""Reads one file, or says why it is not linted. It parses nothing."""

from __future__ import annotations

import functools
import hashlib
import os
import stat
from pathlib import Path

from learnagent.lint.rule import LANGUAGES
from learnagent.lint.running.files import Skipped, Target
from learnagent_memory.languages import language_of

MAX_BYTES = 1_000_000
"""As much of a file as `learnagent_memory.source` parses."""

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""No link is followed out of the tree, and a named pipe does not hang the reader."""
_BINARY_BYTES = 8192
_MINIFIED_BYTES, _MINIFIED_LINE = 5_000, 400
"""Nobody writes lines of 400 bytes on average by hand."""
_MINIFIED_SUFFIXES = (".js", ".mjs", ".cjs")
"""Where that is done; elsewhere it would be a way to hide code behind one long constant."""


def read(target: Target) -> bytes | Skipped | None:
    """Return the content of a file, a byte too much of one that is too large; None for what is gone or no file."""
    real = target.real
    if not _is_real(real.rpartition("/")[0]):
        return None
    try:
        file = os.open(real, _OPEN)
        try:
            status = os.fstat(file)
            return os.read(file, min(status.st_size, MAX_BYTES) + 1) if stat.S_ISREG(status.st_mode) else None
        finally:
            os.close(file)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (OSError, ValueError):
        return None if Path(real).is_symlink() else Skipped.UNREADABLE


@functools.lru_cache(maxsize=10_000)
def _is_real(folder: str) -> bool:
    """Return whether no link leads to a folder: git may list what lay in one before it became a link."""
    return os.path.realpath(folder) == folder


def read_code(target: Target, text: bytes | None = None) -> bytes | Skipped | None:
    """Return the content of a file that can be linted, or why it cannot; None for what is gone or no file.

    `text` stands for the file's own content: what an editor has not saved yet.
    """
    content = read(target) if text is None else text
    if not isinstance(content, bytes):
        return content
    return unfit(target.path, content) or (
        content if language_of(target.path, content) in LANGUAGES else Skipped.UNKNOWN
    )


def unfit(path: str, content: bytes) -> Skipped | None:
    """Return why a content is not linted, whatever its language; None for one that may be."""
    if len(content) > MAX_BYTES:
        return Skipped.TOO_LARGE
    if b"\0" in content[:_BINARY_BYTES]:
        return Skipped.BINARY
    return Skipped.GENERATED if path.endswith(_MINIFIED_SUFFIXES) and _is_minified(content) else None


def _is_minified(content: bytes) -> bool:
    return len(content) > _MINIFIED_BYTES and len(content) > (content.count(b"\n") + 1) * _MINIFIED_LINE


def key_of(version: bytes, path: str, content: bytes) -> bytes:
    """Return what a verdict is kept by: the linter's version, and all that rules see of a file."""
    digest = hashlib.blake2b(version, digest_size=16)
    digest.update(b"%d\0" % len(os.fsencode(path)) + os.fsencode(path))
    digest.update(content)
    return digest.digest()
