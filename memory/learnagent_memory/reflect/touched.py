"""Tells which definitions differ between two states of the tree: what miners anchor their lessons to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from learnagent_memory.source import language_of, symbol_digests
from learnagent_memory.tree import Tree


def touched_between(before: Tree, after: Tree) -> Callable[[str], Sequence[str]]:
    """Return a function that gives the definitions of a file which are new or differ after a run, innermost only."""

    def touched(path: str) -> list[str]:
        old, new = _digests(before, path), _digests(after, path)
        differ = [name for name, digest in new.items() if old.get(name) != digest]
        return [name for name in differ if not any(other.startswith(f"{name}.") for other in differ)]

    return touched


def _digests(tree: Tree, path: str) -> dict[str, str]:
    content = tree.read(path)
    language = language_of(path)
    return symbol_digests(content, language) if content is not None and language else {}
