"""Follows one Go variable from a statement on: is it read, or overwritten first? By the text of the blocks, no graph.

Whatever is unclear counts as read: a loop that reads it elsewhere, a closure that does, its address taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING

from learnagent.lint.go.functions import declared, function_of, results
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

ASSIGNMENTS = frozenset({"assignment_statement", "short_var_declaration"})
_LISTS = frozenset({"block", "statement_list"})
_BRANCHES = frozenset(
    {"if_statement", "expression_switch_statement", "type_switch_statement", "select_statement", "labeled_statement"}
)
_CASES = frozenset({"expression_case", "default_case", "type_case", "communication_case"})


class Use(Enum):
    """What happens to a variable next."""

    READ = "read"
    OVERWRITTEN = "overwritten"
    NONE = "none"
    """Nothing, until its scope ends."""


def targets(statement: Node) -> list[Node]:
    """Return what an assignment or a declaration writes to."""
    left = statement.child_by_field_name("left")
    if left is not None:
        return left.named_children if left.type == "expression_list" else [left]
    return statement.children_by_field_name("name")


def next_use(file: SourceFile, name: str, statement: Node) -> Use:
    """Return what happens next to a variable that a statement of a block assigned."""
    declares = statement.type == "short_var_declaration"
    is_outer = not declares and is_of_outer_function(file, name, statement)
    node: Node | None = statement
    while node is not None:
        found = _in_siblings(file, name, node)
        if found is not None:
            return Use.READ if found is Use.NONE and is_outer else found
        block = _block_of(node)
        above = block.parent if block is not None else None
        if block is None or above is None:
            return Use.READ
        if above.type in FUNCTIONS["go"]:
            return Use.READ if is_outer or _is_own(file, name, above) else Use.NONE
        if declares:
            return Use.NONE
        if above.type == "for_statement" and _mentions(file, name, above, but=statement):
            return Use.READ
        node = _statement_of(block)
    return Use.READ


def is_of_outer_function(file: SourceFile, name: str, at: Node) -> bool:
    """Return whether a function literal uses a variable of the function around it."""
    function = function_of(file, at)
    if function is None or function.type != "func_literal" or _is_own(file, name, function):
        return False
    node: Node | None = at
    while node is not None and node != function:
        if _declares(file, name, node) or any(_declares(file, name, one) for one in _before(node)):
            return False
        node = node.parent
    return True


def _before(node: Node) -> Iterator[Node]:
    """Yield the statements in front of one, and the head of the branch that it is."""
    first = node.child_by_field_name("initializer")
    if first is not None:
        yield first
    before = node.prev_named_sibling
    while before is not None:
        yield before
        before = before.prev_named_sibling


def _declares(file: SourceFile, name: str, node: Node) -> bool:
    if node.type == "short_var_declaration":
        return any(file.text(one) == name for one in targets(node))
    if node.type in {"var_declaration", "range_clause"}:
        return _mentions(file, name, node.named_children[0]) if node.named_children else False
    return False


def _is_own(file: SourceFile, name: str, function: Node) -> bool:
    """Return whether a name is a parameter or a named result, which any return reads."""
    fields = ("result", "parameters")
    return any(name == known for one in fields for known, _ in declared(file, function.child_by_field_name(one)))


def _block_of(statement: Node) -> Node | None:
    """Return the block, or the case, whose statement this is."""
    above = statement.parent
    if above is not None and above.type == "statement_list":
        above = above.parent
    return above if above is not None and above.type in _LISTS | _CASES else None


def _statement_of(node: Node) -> Node | None:
    """Return the statement of a block that a branch or a loop is, or stands in."""
    while node.parent is not None and node.parent.type not in _LISTS | _CASES:
        if node.parent.type in FUNCTIONS["go"]:
            return None
        node = node.parent
    return node


def _in_siblings(file: SourceFile, name: str, statement: Node) -> Use | None:
    """Return what the statements behind one do with a name; None where none of them does anything."""
    later = statement.next_named_sibling
    while later is not None:
        if later.type != "comment" and _mentions(file, name, later):
            found = _first_use(file, name, later)
            if found is not Use.NONE:
                return found
        elif later.type == "return_statement":
            return Use.READ if not later.named_children and _is_result(file, name, later) else Use.NONE
        elif later.type in {"break_statement", "continue_statement", "goto_statement"}:
            return Use.READ
        later = later.next_named_sibling
    return None


def _is_result(file: SourceFile, name: str, node: Node) -> bool:
    function = function_of(file, node)
    return function is not None and any(known == name for known, _ in results(file, function))


def _first_use(file: SourceFile, name: str, statement: Node) -> Use:
    if statement.type in ASSIGNMENTS:
        right = statement.child_by_field_name("right")
        if right is not None and _mentions(file, name, right):
            return Use.READ
        written = any(one.type == "identifier" and file.text(one) == name for one in targets(statement))
        return Use.OVERWRITTEN if written else Use.READ
    if statement.type in _BRANCHES and _is_shadowed(file, name, statement):
        return Use.NONE
    return Use.READ


def _is_shadowed(file: SourceFile, name: str, branch: Node) -> bool:
    """Return whether a branch declares the name anew in its head, and its head does not read the old one."""
    first = branch.child_by_field_name("initializer")
    if first is None or first.type not in ASSIGNMENTS:
        return False
    right = first.child_by_field_name("right")
    if right is not None and _mentions(file, name, right):
        return False
    return first.type == "short_var_declaration" and any(file.text(one) == name for one in targets(first))


def _mentions(file: SourceFile, name: str, node: Node, *, but: Node | None = None) -> bool:
    text = file.content[node.start_byte : node.end_byte]
    if but is not None:
        text = text[: but.start_byte - node.start_byte] + text[but.end_byte - node.start_byte :]
    return re.search(rb"(?<![\w.])%s(?!\w)" % re.escape(name.encode()), text) is not None


def is_shared(file: SourceFile, name: str, statement: Node) -> bool:
    """Return whether a closure, or who holds its address, may read a variable unseen."""
    function = function_of(file, statement)
    if function is None:
        return True
    text = file.content[function.start_byte : function.end_byte]
    if re.search(rb"&%s(?!\w)" % re.escape(name.encode()), text):
        return True
    literals = (one for one in descendants(function) if one.type == "func_literal") if b"func(" in text[4:] else ()
    return any(
        _mentions(file, name, one) and not one.start_byte <= statement.start_byte < one.end_byte for one in literals
    )
