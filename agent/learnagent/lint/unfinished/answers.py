"""Reads what a function answers: the values it returns, where it returns them, in any language that is linted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_RETURNS = frozenset({"return_statement", "return_expression", "jump_expression"})
_RAISES = frozenset({"raise_statement", "throw_statement", "throw_expression"})
_BRANCHES = frozenset({"if_expression", "when_expression", "match_expression", "try_expression", "if_statement"})
_WRAPPERS = frozenset({"expression_statement", "parenthesized_expression", "function_body", "arrow_expression_clause"})


def answers(file: SourceFile, function: Node) -> list[Node]:
    """Return the values that a function returns; none where one of them cannot be told, or where it raises."""
    body = function.child_by_field_name("body")
    if body is None:
        body = next((child for child in function.named_children if "body" in child.type), None)
    if body is None:
        return []
    if body.type not in {"block", "statement_block", "compound_statement", "function_body"}:
        return [_bare(body)]
    inner = list(_inside(file, body))
    if any(one.type in _RAISES for one in inner):
        return []
    found = [_bare(value) for one in inner if one.type in _RETURNS for value in one.named_children[:1]]
    last = _last(body)
    if last is not None and last.type not in _RETURNS and last.type in _VALUES:
        found.append(last)
    return [] if last is not None and last.type in _BRANCHES and file.language in {"rust", "kotlin"} else found


_VALUES = frozenset({"boolean_literal", "true", "false", "identifier", "True", "False"})


def _inside(file: SourceFile, body: Node) -> list[Node]:
    """Return the nodes of a body that are not part of a function in it."""
    nested = FUNCTIONS[file.language]
    return list(descendants(body, into=lambda node: node.type not in nested))


def _last(body: Node) -> Node | None:
    """Return the last statement or value of a body, comments left out."""
    inner = [child for child in body.named_children if "comment" not in child.type]
    if not inner:
        return None
    last = inner[-1]
    return _last(last) if last.type == "block" and body.type == "function_body" else _bare(last)


def _bare(node: Node) -> Node:
    while node.type in _WRAPPERS and node.named_child_count == 1:
        node = node.named_children[0]
    return node
