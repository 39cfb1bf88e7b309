"""Takes the cases of a switch and the branches of an if apart: patterns, and the one value that they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.constants import RETURNS, value_of

if TYPE_CHECKING:
    from tree_sitter import Node

BLOCKS = frozenset(
    "block statement_block statement_list expression_statement else_clause parenthesized_expression".split()
)
_ARMS = frozenset(
    "case_clause switch_case switch_default expression_case default_case match_arm switch_block_statement_group"
    " switch_rule".split()
)
_DEFAULTS = frozenset({"switch_default", "default_case"})
_PATTERNS = frozenset(
    {"switch_label", "case_pattern", "match_pattern", "union_pattern", "or_pattern", "expression_list"}
)
"""What wraps the patterns of a case."""


def subject_of(switch: Node) -> Node | None:
    """Return what a switch asks about; None for one whose cases are conditions."""
    fields = (switch.child_by_field_name(name) for name in ("subject", "value", "condition"))
    subject = next((found for found in fields if found is not None), None)
    if subject is not None and subject.type == "parenthesized_expression" and subject.named_children:
        return subject.named_children[0]
    return subject


def arms_of(switch: Node) -> list[Node]:
    """Return the cases of a switch."""
    body = switch.child_by_field_name("body") or switch
    return [child for child in body.named_children if child.type in _ARMS]


def split(arm: Node) -> tuple[list[Node], Node | None]:
    """Return the patterns of a case and what it does; None for nothing, as where it falls through."""
    parts = [one for one in arm.named_children if "comment" not in one.type and one.type != "break_statement"]
    if arm.type in _DEFAULTS or not parts:
        return [], parts[0] if parts else None
    patterns = parts[:1]
    while len(patterns) == 1 and patterns[0].type in _PATTERNS and patterns[0].named_children:
        patterns = list(patterns[0].named_children)
    return patterns, parts[1] if len(parts) > 1 else None


def is_default(file: SourceFile, arm: Node, patterns: list[Node]) -> bool:
    """Return whether a case takes what no other takes."""
    return arm.type in _DEFAULTS or not patterns or file.text(patterns[0]) in {"_", "default"}


def single_answer(body: Node) -> Node | None:
    """Return the value that a block answers; None where it does more, or answers nothing."""
    node: Node | None = body
    while node is not None and node.type in BLOCKS:
        inner = [child for child in node.named_children if "comment" not in child.type]
        node = inner[0] if len(inner) == 1 else None
    if node is not None and node.type in RETURNS:
        node = value_of(node)
    while node is not None and node.type == "expression_list" and node.named_child_count == 1:
        node = node.named_children[0]
    return node
