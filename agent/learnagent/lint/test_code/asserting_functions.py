"""Finds calls of functions of the same file that assert, or that call one that does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code.model import Assertion
from learnagent.lint.test_code.places import calls_of, is_any_within
from learnagent.lint.test_code.sides import made

if TYPE_CHECKING:
    from tree_sitter import Node

ROUNDS = 3
"""A helper may call a helper that asserts: so deep are they followed."""


def asserting_calls(
    file: SourceFile, functions: Sequence[tuple[Node, str]], assertions: Sequence[Assertion]
) -> list[Assertion]:
    """Return calls of those of some named functions that assert, as assertions of kind `other`."""
    if not functions or not assertions:
        return []
    known: set[str] = set()
    found: list[Assertion] = []
    places = [one.node.start_byte for one in assertions]
    taken = set(places)
    for _ in range(ROUNDS):
        places.sort()
        names = {name for node, name in functions if is_any_within(places, node.start_byte, node.end_byte)}
        names -= known | {""}
        if not names:
            break
        known |= names
        for name, call in calls_of(file, sorted(names)):
            if call.start_byte not in taken:
                taken.add(call.start_byte)
                places.append(call.start_byte)
                found.append(made(call, "other", callee=name))
    return found
