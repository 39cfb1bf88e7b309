"""Finds the watched nodes of a Python file by walking its statements and never entering an expression.

All types watched in Python are statements, their clauses, or comments, so this takes 15 ms a megabyte where
a query, which visits every node, takes 40. Broken code is not for it: there statements stand below ERROR nodes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from learnagent.lint.syntax.word_search import places

if TYPE_CHECKING:
    from tree_sitter import Node

_HOLDERS = frozenset(
    "module block if_statement elif_clause else_clause for_statement while_statement try_statement except_clause"
    " except_group_clause finally_clause with_statement function_definition class_definition decorated_definition"
    " match_statement case_clause".split()
)
"""What statements stand in."""


def watched_nodes(root: Node, content: bytes, types: Iterable[str]) -> dict[str, list[Node]]:
    """Return the statements, clauses and comments of these types in the order of the text."""
    found: dict[str, list[Node]] = {kind: [] for kind in types}
    stack = [root]
    while stack:
        node = stack.pop()
        kind = node.type
        if kind in found:
            found[kind].append(node)
        if kind in _HOLDERS:
            stack += reversed(node.named_children)
    found["comment"] = _comments(root, content)
    return found


def _comments(root: Node, content: bytes) -> list[Node]:
    """Return the comments, those inside of expressions too."""
    found: list[Node] = []
    ended = 0
    for at in places(content, b"#"):
        if at >= ended:
            node = root.descendant_for_byte_range(at, at + 1)
            if node is not None and node.type == "comment":
                found.append(node)
                ended = node.end_byte
    return found
