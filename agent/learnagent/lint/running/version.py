"""Says in one digest what findings depend on besides the file: the linter's own code, the grammars, the selection.

It goes by names, sizes and times of files and imports none of them, for a run that finds all in the cache.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import learnagent.lint
import learnagent_memory

_GRAMMARS = "tree_sitter"


def linter_version(selection: Iterable[str]) -> bytes:
    """Return the digest; `selection` is what else makes a run differ, such as the rules chosen."""
    digest = hashlib.blake2b(digest_size=16)
    memory = Path(learnagent_memory.__file__).parent
    for folder in (Path(learnagent.lint.__file__).parent, memory, memory / "history"):
        for line in sorted(_files(folder, below=folder.name == "lint")):
            digest.update(os.fsencode(line) + b"\0")
    for entry in sys.path:
        if Path(entry, _GRAMMARS).is_dir():  # installing anything there changes the folder's time
            digest.update(b"%d\0" % Path(entry).stat().st_mtime_ns)
    digest.update(repr(tuple(selection)).encode("utf-8", "surrogateescape"))
    return digest.digest()


def _files(folder: Path, *, below: bool) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"
            elif below and entry.is_dir() and entry.name != "__pycache__":
                yield from _files(Path(entry.path), below=True)
