"""`default-chain`: a path through nested data where every missing level becomes an empty default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import LET_FAIL, PYTHON, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import first_of
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

LEVELS = 2
"""So many defaults in one chain hide which level is missing."""
_EMPTY = (b"{}", b"[]", b"dict()", b"list()")
_DEFAULTS = lazy_pattern(rb"(?:\bor|,)\s*(?:default\s*=\s*)?$")
"""What stands before an empty value that is a default."""
_BEFORE = 40
_NOTHING = lazy_pattern(r"\{\}|\[\]|(?:dict|list)\(\)")
_LINKS = frozenset({"attribute", "call", "subscript", "parenthesized_expression", "boolean_operator", "await"})


def check(file: SourceFile) -> Iterator[Hit]:
    """Name chains of `.get(key, {})` and `or {}` with two or more empty defaults.

    Why it hurts: a renamed or missing level gives an empty result instead of an error that names it.

    Bad:
        city = user.get("address", {}).get("place", {}).get("city")

    Good:
        city = user["address"]["place"]["city"]

    It is fine where one level may be missing: give that one a default.
    """
    seen: set[int] = set()
    for start in _defaults_in(file.content):
        top = _top(file.root.descendant_for_byte_range(start - 1, start - 1))
        if top is None or top.id in seen:
            continue
        seen.add(top.id)
        count = _defaults(file, top)
        if count >= LEVELS:
            yield Hit.at(top, f"{count} levels of this path silently become an empty default when they are missing")


def _defaults_in(content: bytes) -> Iterator[int]:
    """Yield where an empty value stands behind an `or` or a comma; words are found ten times as fast as patterns."""
    for word in _EMPTY:
        start = content.find(word)
        while start >= 0:
            if _DEFAULTS.search(content, max(0, start - _BEFORE), start):
                yield start
            start = content.find(word, start + 1)


def _top(node: Node | None) -> Node | None:
    """Return the whole chain that a default stands in."""
    while node is not None and node.type not in {"call", "boolean_operator"}:
        node = node.parent
    while node is not None and node.parent is not None and _is_link(node, node.parent):
        node = node.parent
    return node


def _is_link(node: Node, above: Node) -> bool:
    """Return whether a chain goes on from its first part to what is above."""
    return above.type in _LINKS and first_of(above) == node


def _defaults(file: SourceFile, node: Node | None) -> int:
    """Count the empty defaults on the way down the first parts of a chain."""
    found = 0
    while node is not None:
        if node.type == "boolean_operator":
            found += _NOTHING.fullmatch(file.text(node.child_by_field_name("right"))) is not None
        elif node.type == "call":
            found += _is_defaulted_get(file, node)
        node = first_of(node) if node.type in _LINKS else None
    return found


def _is_defaulted_get(file: SourceFile, call: Node) -> bool:
    function, arguments = call.child_by_field_name("function"), file.arguments(call)
    if function is None or arguments is None or not file.text(function).endswith(".get"):
        return False
    given = [one for one in arguments.named_children if "comment" not in one.type]
    return len(given) == 2 and _NOTHING.fullmatch(re.sub(r"^default\s*=\s*", "", file.text(given[1]))) is not None


DEFAULT_CHAIN = FileRule(
    name="default-chain",
    level="warn",
    languages=PYTHON,
    why="A renamed or missing level gives an empty result instead of an error that names it.",
    ways=("ask for the levels that must be there: `data[key]`", "parse the data into a type at the border", LET_FAIL),
    check=check,
)
