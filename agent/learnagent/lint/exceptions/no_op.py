"""Tells whether a function does nothing: a lambda or an inner function, or one that the file names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.callee import last_of
from learnagent.lint.syntax.functions import body_of, function_named
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_NOTHING = lazy_pattern(
    r"(?:pass|\.\.\.|return|;|\w+\.(?:preventDefault|stopPropagation)\(\)|"
    r"(?:return\s+)?(?:None|null|undefined|true|false|True|False|void 0|nil|\{\s*\}|0|1|[\"'][^\"']*[\"'])?)\s*;?",
    re.DOTALL,
)
_LIBRARY = lazy_pattern(r"^(?:_|lodash|ramda|R|angular|\$|jQuery)\.(?:noop|constant)$|^noop$")
_WRAPPERS = frozenset({"parenthesized_expression", "cast_expression", "as_expression", "argument", "value_argument"})


def is_no_op(file: SourceFile, value: Node) -> bool:
    """Return whether a value is a function that does nothing, whatever constant it returns."""
    if value.type in _WRAPPERS and value.named_child_count:
        return is_no_op(file, value.named_children[0])
    if value.type in FUNCTIONS[file.language]:
        return _does_nothing(file, value)
    if value.type == "object_creation_expression":
        return _has_only_no_ops(file, value)
    name = file.text(value)
    if _LIBRARY.match(name):
        return True
    if not re.fullmatch(r"[\w$.]+(?:::\w+)?|[\"']\w+[\"']", name):
        return False
    function = function_named(file, last_of(name.strip("\"'")))
    return function is not None and _does_nothing(file, function)


def statements_of(function: Node) -> list[Node]:
    """Return the statements of a function, comments left out; its expression where it has no block."""
    body = body_of(function)
    if body is None:
        return []
    if body.type.endswith(("block", "compound_statement", "function_body", "body")):
        return [child for child in body.named_children if "comment" not in child.type]
    return [body]


def _does_nothing(file: SourceFile, function: Node) -> bool:
    return all(_is_nothing(file, statement) for statement in statements_of(function))


def _is_nothing(file: SourceFile, statement: Node) -> bool:
    text = file.text(statement).strip()
    if statement.type == "expression_statement" and statement.named_child_count == 1:
        inner = statement.named_children[0]
        if inner.type in {"string", "concatenated_string", "template_string"}:
            return True
    return _NOTHING.fullmatch(text) is not None


def _has_only_no_ops(file: SourceFile, made: Node) -> bool:
    """Return whether an anonymous class of Java has one method, and that does nothing."""
    methods = [node for node in descendants(made) if node.type == "method_declaration"]
    return len(methods) == 1 and _does_nothing(file, methods[0])
