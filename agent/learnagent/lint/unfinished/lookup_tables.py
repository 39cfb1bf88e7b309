"""Reads tables of literals: a dictionary, an object, a map, by the expression itself or by the name it is bound to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.constants import is_constant

if TYPE_CHECKING:
    from tree_sitter import Node

Entry = tuple[tuple[str, ...], str]
"""The parts of a key, and the result, as source."""

_WRITTEN_OUT = frozenset(
    "string integer float number true false none null nil concatenated_string template_string unary_operator"
    " unary_expression".split()
)
CONTAINERS = frozenset(
    "list tuple dictionary set array object composite_literal array_creation_expression array_expression tuple_pattern"
    " list_pattern tuple_expression reference_expression expression_list parenthesized_expression literal_element"
    " literal_value array_initializer pair keyed_element macro_invocation".split()
)
INDEXES = frozenset({"subscript", "subscript_expression", "index_expression"})
_DICTIONARIES = frozenset({"dictionary", "object", "composite_literal", "new_expression", "method_invocation"})


def is_written_out(file: SourceFile, node: Node) -> bool:
    """Return whether an expression is a literal or made of literals alone: no name, no member of an enumeration."""
    if node.type in _WRITTEN_OUT or (node.type.endswith("_literal") and node.type not in CONTAINERS):
        return is_constant(file, node)
    if node.type == "macro_invocation":
        return file.text(node).startswith("vec!") and is_constant(file, node)
    if node.type in CONTAINERS:
        return all(is_written_out(file, child) or _is_type(child) for child in node.named_children)
    return False


def _is_type(node: Node) -> bool:
    return "type" in node.type or node.type in {"dimensions", "comment", "property_identifier"}


def table_of(file: SourceFile, node: Node) -> list[Entry] | None:
    """Return the entries of a table of literals; None where it is none, or holds anything else."""
    if node.type == "parenthesized_expression" and node.named_child_count == 1:
        return table_of(file, node.named_children[0])
    if node.type not in _DICTIONARIES:
        return None
    pairs = _pairs(file, node)
    if not pairs or not all(is_key(file, key) and is_constant(file, value) for key, value in pairs):
        return None
    return [(parts_of(file, key), file.text(value)) for key, value in pairs]


def table_behind(file: SourceFile, node: Node) -> list[Entry] | None:
    """Return the entries of a table that is written there, or bound to the name that is."""
    bound = bound_to(file, file.text(node)) if node.type == "identifier" else node
    return None if bound is None else table_of(file, bound)


def _pairs(file: SourceFile, node: Node) -> list[tuple[Node, Node]]:
    if node.type in {"dictionary", "object"}:
        found = [child.named_children for child in node.named_children if child.type == "pair"]
        whole = [child for child in node.named_children if "comment" not in child.type]
        return [(one[0], one[-1]) for one in found] if len(found) == len(whole) else []
    if node.type == "composite_literal":
        body = node.child_by_field_name("body")
        elements = [] if body is None else [child for child in body.named_children if child.type == "keyed_element"]
        return [(_inner(child.named_children[0]), _inner(child.named_children[-1])) for child in elements]
    return _pairs_of_call(file, node)


def _pairs_of_call(file: SourceFile, node: Node) -> list[tuple[Node, Node]]:
    """Return the pairs of `new Map([[key, value]])` and `Map.of(key, value)`."""
    arguments = file.arguments(node)
    given = [] if arguments is None else arguments.named_children
    head = file.content[node.start_byte : arguments.start_byte if arguments is not None else node.end_byte]
    if re.search(rb"\bMap\.of$", head):
        return list(zip(given[::2], given[1::2], strict=False))
    if re.search(rb"\bMap(?:<[^>]*>)?$", head) and len(given) == 1 and given[0].type == "array":
        rows = [row.named_children for row in given[0].named_children]
        return [(row[0], row[1]) for row in rows if len(row) == 2]
    return []


def _inner(node: Node) -> Node:
    while node.type == "literal_element" and node.named_child_count == 1:
        node = node.named_children[0]
    return node


def is_key(file: SourceFile, node: Node) -> bool:
    """Return whether a key is a literal; a bare name of an object of JavaScript is one."""
    return is_written_out(file, node) or node.type == "property_identifier"


def parts_of(file: SourceFile, node: Node) -> tuple[str, ...]:
    """Return the parts of a key: those of a tuple one by one."""
    if node.type in {"tuple", "tuple_pattern", "tuple_expression"}:
        return tuple(file.text(child) for child in node.named_children)
    return (file.text(node),)


def read_of_table(file: SourceFile, value: Node) -> tuple[Node | None, Node | None, Node | None]:
    """Return table, key and what is answered otherwise, of `table[key]` and `table.get(key, other)`."""
    if value.type in INDEXES and value.named_child_count == 2:
        return value.named_children[0], value.named_children[1], None
    arguments = file.arguments(value) if "call" in value.type or "invocation" in value.type else None
    callee = value.child_by_field_name("function") or value
    table = callee.child_by_field_name("object")
    if arguments is None or table is None:
        return None, None, None
    if not re.search(rb"\.(?:get|getOrDefault)$", file.content[callee.start_byte : arguments.start_byte]):
        return None, None, None
    given = arguments.named_children
    return table, given[0] if given else None, given[1] if len(given) > 1 else None


def bound_to(file: SourceFile, name: str) -> Node | None:
    """Return the value that a name is first bound to anywhere in a file."""
    pattern = rb"(?<![\w.])%s\s*(?::[^=\n]+|[\w<>\[\], ]+)?:?=\s*" % re.escape(name.encode())
    match = re.search(pattern, file.content)
    if match is None:
        return None
    node = file.root.descendant_for_byte_range(match.end(), match.end())
    while node is not None and node.parent is not None and node.parent.start_byte == match.end():
        if node.parent.type == "expression_list" or node.type in _DICTIONARIES:
            break
        node = node.parent
    return node
