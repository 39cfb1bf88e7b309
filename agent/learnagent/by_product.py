"""Tells what running programs leaves behind in any project from what somebody changed."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_FOLDERS = frozenset(
    {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", "node_modules"}
)
_SECTION = re.compile(r"^(?=diff --git )", re.MULTILINE)
_HEADER = re.compile(r"diff --git \"?a/(.+?)\"? \"?b/")


def is_by_product(path: str) -> bool:
    """Return whether a path is a cache of a tool or an interpreter."""
    return path.endswith(".pyc") or not _FOLDERS.isdisjoint(PurePosixPath(path).parts)


def without_by_products(diff: str) -> str:
    """Return a diff without the sections about by-products."""
    return "".join(section for section in _SECTION.split(diff) if not _is_about_by_product(section))


def _is_about_by_product(section: str) -> bool:
    header = _HEADER.match(section)
    return header is not None and is_by_product(header[1])
