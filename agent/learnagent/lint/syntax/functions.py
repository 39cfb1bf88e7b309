"""Names the functions around a place, and finds a function by its name. It judges nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_HOLDERS = frozenset(
    {
        "variable_declarator",
        "pair",
        "assignment_expression",
        "public_field_definition",
        "field_definition",
        "assignment",
        "property_declaration",
        "init_declarator",
    }
)
"""What gives a function without a name the one that it is bound to."""
_NAMELESS = frozenset(
    "arrow_function lambda lambda_expression lambda_literal function_expression closure_expression func_literal block"
    " do_block anonymous_function anonymous_method_expression generator_function".split()
)


def function_around(file: SourceFile, node: Node) -> Node | None:
    """Return the function that a node stands in; None at the top of a file."""
    return file.enclosing(node, *FUNCTIONS[file.language])


def name_around(file: SourceFile, node: Node) -> str:
    """Return the name of the innermost function around a node that has one; empty where none has."""
    function = function_around(file, node)
    while function is not None:
        name = name_of(file, function)
        if name:
            return name
        function = function_around(file, function)
    return ""


def name_of(file: SourceFile, function: Node) -> str:
    """Return the name of a function, or of what it is bound to; empty for a lambda that is just passed on."""
    if file.language == "cpp":
        return _declared(file, function)
    if function.type not in _NAMELESS or function.child_by_field_name("name") is not None:
        return file.name(function)
    holder = function.parent
    if holder is None or holder.type not in _HOLDERS:
        return ""
    for field in ("name", "left", "key", "declarator"):
        named = holder.child_by_field_name(field)
        if named is not None:
            return re.split(r"\.|::|->", file.text(named))[-1]
    return ""


def function_named(file: SourceFile, name: str) -> Node | None:
    """Return the first function of a file by its name, or bound to it; None where there is none."""
    if not name or name.encode() not in file.content:
        return None
    kinds = FUNCTIONS[file.language]
    return next((node for node in descendants(file.root) if node.type in kinds and name_of(file, node) == name), None)


def body_of(function: Node) -> Node | None:
    """Return the body of a function."""
    body = function.child_by_field_name("body")
    if body is not None:
        return body
    return next((child for child in function.named_children if child.type in {"function_body", "block"}), None)


def _declared(file: SourceFile, function: Node) -> str:
    """Return the name in a C++ declarator: `Foo::~Foo() noexcept` is `~Foo`."""
    node: Node | None = function
    while node is not None and (below := node.child_by_field_name("declarator")) is not None:
        node = below
    return "" if node is None or node is function else file.text(node).rpartition("::")[2]
