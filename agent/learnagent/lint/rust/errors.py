"""Finds where Rust code turns to an error: `Err` arms, `if let Err`, `else` of `if let Ok`, `let Ok(..) else`.

It does not judge them: `rust_reaction` says what an arm does with the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_TAKES_ERROR = ("unwrap_or_else", "map_or_else", "or_else")


@dataclass(frozen=True, slots=True)
class ErrorArm:
    """Code that runs because of an error of any kind."""

    node: Node
    """The head: what a finding points at."""
    binding: str
    """What the error is called there; empty where it is dropped."""
    body: Node
    """A block or an expression."""
    whole: Node
    """The whole match, branch, declaration or call."""
    subject: Node | None
    """The result that is looked at."""


def error_arms(file: SourceFile) -> Iterator[ErrorArm]:
    """Yield the arms for errors of any kind."""
    for node in file.nodes("match_arm"):
        yield from _of_match(file, node)
    for node in file.nodes("if_expression"):
        yield from _of_if(file, node)
    for node in file.nodes("let_declaration"):
        yield from _of_let(file, node)
    for call in file.calls(*_TAKES_ERROR):
        yield from _of_closure(file, call)


def error_pattern(file: SourceFile, pattern: Node | None) -> str | None:
    """Return the name that a pattern for any error gives it, `_` for none; None for another pattern."""
    if pattern is None:
        return None
    if pattern.type == "match_pattern":
        if pattern.child_by_field_name("condition") is not None or pattern.named_child_count > 1:
            return None
        return error_pattern(file, pattern.named_children[0]) if pattern.named_children else None
    if pattern.type != "tuple_struct_pattern" or _last(file, pattern.child_by_field_name("type")) != "Err":
        return None
    inner = pattern.named_children[1:]
    if not inner:
        return "_"
    if len(inner) != 1 or inner[0].type not in {"identifier", "ref_pattern", "mut_pattern", "remaining_field_pattern"}:
        return None
    name = file.text(inner[0]).split()[-1] if inner[0].type != "remaining_field_pattern" else "_"
    return None if name[:1].isupper() else name  # a variant, or a constant: one kind of error


def is_ok_pattern(file: SourceFile, pattern: Node | None) -> bool:
    """Return whether a pattern holds for a success."""
    if pattern is not None and pattern.type == "match_pattern":
        pattern = pattern.named_children[0] if pattern.named_children else None
    if pattern is None or pattern.type != "tuple_struct_pattern":
        return False
    return _last(file, pattern.child_by_field_name("type")) == "Ok"


def function_of(file: SourceFile, node: Node) -> Node | None:
    """Return the function or closure around a node."""
    return file.enclosing(node, *FUNCTIONS["rust"])


def _last(file: SourceFile, node: Node | None) -> str:
    return file.text(node).rpartition("::")[2]


def _of_match(file: SourceFile, arm: Node) -> Iterator[ErrorArm]:
    pattern, body = arm.child_by_field_name("pattern"), arm.child_by_field_name("value")
    whole = file.enclosing(arm, "match_expression")
    if pattern is None or body is None or whole is None:
        return
    binding = error_pattern(file, pattern)
    if binding is None and file.text(pattern) == "_" and _has_ok(file, arm):
        binding = "_"
    if binding is not None:
        yield ErrorArm(pattern, binding.strip("_") and binding, body, whole, whole.child_by_field_name("value"))


def _has_ok(file: SourceFile, arm: Node) -> bool:
    """Return whether an arm beside this one takes every success that has no form of its own."""
    others = arm.parent.named_children if arm.parent is not None else []
    patterns = [other.child_by_field_name("pattern") for other in others if other.type == "match_arm"]
    if any(error_pattern(file, pattern) is not None for pattern in patterns):
        return False
    return any(
        is_ok_pattern(file, pattern) and pattern is not None and pattern.child_by_field_name("condition") is None
        for pattern in patterns
    )


def _of_if(file: SourceFile, node: Node) -> Iterator[ErrorArm]:
    condition, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    if condition is None or then is None:
        return
    if condition.type == "let_condition":
        pattern, value = condition.child_by_field_name("pattern"), condition.child_by_field_name("value")
        binding = error_pattern(file, pattern)
        if binding is not None and pattern is not None:
            yield ErrorArm(condition, binding.strip("_") and binding, then, node, value)
        elif is_ok_pattern(file, pattern) and (other := else_block(node)) is not None:
            yield ErrorArm(condition, "", other, node, value)
    elif condition.type == "call_expression" and file.text(condition).endswith(".is_err()"):
        yield ErrorArm(condition, "", then, node, receiver(condition))


def else_block(node: Node) -> Node | None:
    """Return the block behind `else`; None where there is none, or another `if`."""
    clause = node.child_by_field_name("alternative")
    if clause is None or clause.type != "else_clause":
        return None
    return next((child for child in clause.named_children if child.type == "block"), None)


def _of_let(file: SourceFile, node: Node) -> Iterator[ErrorArm]:
    pattern, other = node.child_by_field_name("pattern"), node.child_by_field_name("alternative")
    if pattern is not None and other is not None and is_ok_pattern(file, pattern):
        yield ErrorArm(pattern, "", other, node, node.child_by_field_name("value"))


def _of_closure(file: SourceFile, call: Node) -> Iterator[ErrorArm]:
    """`unwrap_or_else(|e| ..)` of a result takes the error; that of an option takes nothing."""
    arguments = file.arguments(call)
    closure = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if closure is None or closure.type != "closure_expression":
        return
    parameters, body = closure.child_by_field_name("parameters"), closure.child_by_field_name("body")
    if parameters is None or body is None or file.text(parameters).strip("| ") == "":
        return
    binding = file.text(parameters).strip("| ").split(":")[0].strip()
    yield ErrorArm(closure, binding.strip("_") and binding, body, call, receiver(call))


def receiver(call: Node) -> Node | None:
    """Return what a method is called on; None for a function."""
    function = call.child_by_field_name("function")
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    return (
        function.child_by_field_name("value") if function is not None and function.type == "field_expression" else None
    )
