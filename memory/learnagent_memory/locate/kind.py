"""Which files are ranked at all, beside what `history.paths` says a file is for."""

from __future__ import annotations

import re
from functools import lru_cache

from learnagent_memory.history.paths import kind_of

_DATA = re.compile(
    r"\.(?:bmp|webp|tiff?|mp[34]|ogg|wav|bz2|xz|7z|tar|whl|egg|dylib|exe|ttf|eot|bin|dat|db|sqlite3?|a|csv|tsv|ipynb|"
    r"npy|npz|pkl|pickle|parquet|h5|onnx|safetensors)$",
    re.IGNORECASE,
)
_NOT_RANKED = frozenset(("vendored", "generated", "lock"))
_ENTRY = frozenset("__init__ __main__ index mod lib main doc".split())


@lru_cache(maxsize=100_000)
def is_ranked(path: str) -> bool:
    """Return whether a file may be a place to look: no vendored or generated code, lock file, image or data."""
    return kind_of(path) not in _NOT_RANKED and not _DATA.search(path) and not path.startswith(".learnagent/")


@lru_cache(maxsize=100_000)
def is_entry(path: str) -> bool:
    """Return whether a file is the door of its folder: named by all, changed for little."""
    return path.rpartition("/")[2].partition(".")[0] in _ENTRY
