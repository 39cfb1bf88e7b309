"""Reads what the local names of a test are given: the nodes, for names that are given something once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants

if TYPE_CHECKING:
    from tree_sitter import Node

_ASSIGNMENTS = {
    "assignment": ("left", "right"),
    "assignment_expression": ("left", "right"),
    "assignment_statement": ("left", "right"),
    "short_var_declaration": ("left", "right"),
    "variable_declarator": ("name", "value"),
    "var_spec": ("name", "value"),
    "let_declaration": ("pattern", "value"),
}
"""Node types of all languages whose tests are read, with the fields of name and value."""


def local_values(file: SourceFile, body: Node | None) -> dict[str, Node]:
    """Return the value of each name that a body assigns exactly once."""
    found: dict[str, list[Node]] = defaultdict(list)
    for name, value in _assigned(file, body) if body is not None else ():
        found[name].append(value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _assigned(file: SourceFile, body: Node) -> Iterator[tuple[str, Node]]:
    for node in descendants(body):
        fields = _ASSIGNMENTS.get(node.type)
        name, value = (_single(node.child_by_field_name(field)) for field in fields) if fields else (None, None)
        if name is not None and value is not None and name.type == "identifier":
            yield file.text(name), value


def _single(node: Node | None) -> Node | None:
    """Return the one element of a list, as Go has them on both sides."""
    if node is not None and node.type == "expression_list":
        return node.named_child(0) if node.named_child_count == 1 else None
    return node
