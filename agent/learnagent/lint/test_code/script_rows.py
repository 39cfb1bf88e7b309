"""Finds the rows that a test in JavaScript is run with: each, a table in a template, a loop around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code.places import first_child, folded
from learnagent.lint.test_code.script_chain import FUNCTION_NODES, Step, arguments

if TYPE_CHECKING:
    from tree_sitter import Node


def rows(file: SourceFile, call: Node, steps: Sequence[Step]) -> list[str]:
    """Return the rows of `each`, or of the loop that stands directly around a test."""
    for step in steps:
        if step.name in {"each", "for"} and step.call is not None:
            return list(_given(file, step.call))
    listed = _looped_over(call)
    return list(_listed(file, listed)) if listed is not None else []


def _given(file: SourceFile, call: Node) -> Iterator[str]:
    template = call.child_by_field_name("arguments")
    if template is not None and template.type == "template_string":
        lines = [" ".join(line.split()) for line in file.text(template)[1:-1].splitlines()]
        yield from [line for line in lines if line][1:]
    else:
        given = arguments(call)
        if given:
            yield from _listed(file, given[0])


def _listed(file: SourceFile, node: Node) -> Iterator[str]:
    found: Node | None = node
    while found is not None and found.type in {"as_expression", "satisfies_expression", "parenthesized_expression"}:
        found = first_child(found)
    if found is not None and found.type == "identifier":
        found = _constant(file, found)
    if found is not None and found.type == "array":
        yield from (folded(file, one) for one in found.named_children if one.type != "comment")


def _constant(file: SourceFile, name: Node) -> Node | None:
    """Return the value that a name is given, wherever it is first declared."""
    pattern = rb"\b(?:const|let|var)\s+(%s)\b" % re.escape(file.text(name).encode())
    match = re.search(pattern, file.content)
    node = file.root.descendant_for_byte_range(match.start(1), match.end(1)) if match else None
    above = node.parent if node is not None else None
    value = above.child_by_field_name("value") if above is not None and above.type == "variable_declarator" else None
    while value is not None and value.type in {"as_expression", "satisfies_expression"}:
        value = first_child(value)
    return value


def _looped_over(call: Node) -> Node | None:
    """Return what `[...].forEach((row) => it(...))` or `for (const row of [...]) it(...)` goes through."""
    node, above = call, call.parent
    while above is not None and above.type in {"expression_statement", "statement_block", "await_expression"}:
        node, above = above, above.parent
    if above is None or (node.type == "statement_block" and _statements_with_calls(node) > 1):
        return None
    if above.type == "for_in_statement":
        return above.child_by_field_name("right")
    outer = above.parent.parent if above.type in FUNCTION_NODES and above.parent is not None else None
    function = outer.child_by_field_name("function") if outer is not None and outer.type == "call_expression" else None
    return function.child_by_field_name("object") if function is not None else None


def _statements_with_calls(block: Node) -> int:
    return sum(child.type == "expression_statement" for child in block.named_children)
