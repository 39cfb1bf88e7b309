"""Finds where Go code turns to an error: the branches of `if err != nil`, `else` of `if err == nil`, and cases.

It does not judge them: `go_reaction` says what a branch does with the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.go.flow import ASSIGNMENTS, targets
from learnagent.lint.go.functions import callee, function_of
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_ERROR_NAME = lazy_pattern(
    r"^_*(?:err(?:or|s|ors)?\d*|err[A-Z_]\w*|errno|\w*(?:[a-z\d]Err|[a-z\d]Error|_err)\d*|Err|Error)$"
)
_SHORT_NAME = lazy_pattern(r"^(?:e|er|ex|err\w*|problem|failure|cause|werr|rerr|cerr|perr)$")
_CONTEXT = ("ctx.Err", "ctx.Err()", "Context.Err", "Context().Err()", "context.Cause", "Ctx.Err")
_EXPECTED = lazy_pattern(
    r"^(?:errors\.(?:Is|As|AsType)|os\.Is\w+|\w+\.Is\w*(?:NotFound|NotExist|Exist|Timeout|Closed|EOF)\w*)$"
)


@dataclass(frozen=True, slots=True)
class ErrorBranch:
    """Statements that run because of an error."""

    node: Node
    """The head: what a finding points at."""
    name: str
    """What the error is called there."""
    body: tuple[Node, ...]
    """Its statements, comments left out."""
    statement: Node
    """The whole if or switch."""
    origin: Node | None
    """The call that gave the error, where it can be told."""
    function: Node | None
    """The function or literal around it."""


def error_branches(file: SourceFile) -> Iterator[ErrorBranch]:
    """Yield the branches for errors of any kind, in the order of the text."""
    for node in file.nodes("if_statement"):
        found = _of_if(file, node)
        if found is not None:
            yield found
    for node in file.nodes("expression_case"):
        found = _of_case(file, node)
        if found is not None:
            yield found


def is_error_name(text: str) -> bool:
    """Return whether an expression is called like an error: `err`, `closeErr`, `result.Error`, `rows.Err()`."""
    return _ERROR_NAME.match(text.rpartition(".")[2].removesuffix("()")) is not None


def statements(node: Node | None) -> tuple[Node, ...]:
    """Return the statements of a block or a case, comments left out."""
    if node is None:
        return ()
    inner = next((child for child in node.named_children if child.type == "statement_list"), None)
    listed = inner.named_children if inner is not None else node.named_children
    return tuple(one for one in listed if one.type not in {"comment", "empty_statement", "expression_list"})


def _of_if(file: SourceFile, node: Node) -> ErrorBranch | None:
    condition = node.child_by_field_name("condition")
    if condition is None or b"nil" not in file.content[condition.start_byte : condition.end_byte]:
        return None
    branch = node.child_by_field_name("consequence")
    name = _unequal_nil(file, condition)
    if not name:
        name, branch = _equal_nil(file, condition), node.child_by_field_name("alternative")
        if not name or (branch is not None and branch.type != "block"):
            return None
    body = statements(branch) if branch is not None else _behind(node)
    if not body and branch is None:
        return None
    origin = origin_of(file, name, node)
    called = callee(file, origin) if origin is not None else ""
    if name.endswith(_CONTEXT) or called.endswith(_CONTEXT):
        return None  # it was told to stop
    if called == "recover" and not file.is_test:
        return ErrorBranch(condition, name, body, node, origin, function_of(file, node))
    if not is_error_name(name) and not (_SHORT_NAME.match(name) and origin is not None):
        return None
    return ErrorBranch(condition, name, body, node, origin, function_of(file, node))


def _behind(node: Node) -> tuple[Node, ...]:
    """Return the statement behind `if err == nil { return .. }` where it is the last: it runs because of the error."""
    then = statements(node.child_by_field_name("consequence"))
    later = node.next_named_sibling
    if not then or then[-1].type != "return_statement" or later is None or later.next_named_sibling is not None:
        return ()
    return (later,) if later.type == "return_statement" else ()


def _of_case(file: SourceFile, node: Node) -> ErrorBranch | None:
    value = node.child_by_field_name("value")
    name = _unequal_nil(file, value) if value is not None else ""
    switch = node.parent
    if not name or not is_error_name(name) or switch is None or value is None:
        return None
    return ErrorBranch(value, name, statements(node), switch, origin_of(file, name, switch), function_of(file, node))


def _unequal_nil(file: SourceFile, condition: Node) -> str:
    """Return what is compared with nil; empty where nothing is, or where one kind of error is asked for."""
    node = condition
    while node.type in {"parenthesized_expression", "expression_list"} and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type != "binary_expression":
        return ""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = file.text(node.child_by_field_name("operator"))
    if left is None or right is None:
        return ""
    if operator == "!=":
        return _compared(file, left, right)
    if operator not in {"&&", "||"}:
        return ""
    if operator == "&&" and (file.is_test or any(asks_for_kind(file, side) for side in (left, right))):
        return ""  # a test that asks for more knows which of its cases fail
    return _unequal_nil(file, left) or _unequal_nil(file, right)


def _equal_nil(file: SourceFile, condition: Node) -> str:
    left, right = condition.child_by_field_name("left"), condition.child_by_field_name("right")
    is_equality = file.text(condition.child_by_field_name("operator")) == "=="
    return _compared(file, left, right) if is_equality and left is not None and right is not None else ""


def _compared(file: SourceFile, left: Node, right: Node) -> str:
    if right.type == "nil":
        return file.text(left)
    return file.text(right) if left.type == "nil" else ""


def asks_for_kind(file: SourceFile, condition: Node) -> bool:
    """Return whether a condition holds for one kind of error only: `errors.Is(err, io.EOF)`, `err == io.EOF`."""
    if condition.type == "parenthesized_expression" and condition.named_child_count == 1:
        return asks_for_kind(file, condition.named_children[0])
    if condition.type == "call_expression":
        return _EXPECTED.match(callee(file, condition)) is not None
    if condition.type != "binary_expression":
        return False
    sides = [condition.child_by_field_name(side) for side in ("left", "right")]
    operator = file.text(condition.child_by_field_name("operator"))
    if operator in {"&&", "||"}:
        return all(side is not None and asks_for_kind(file, side) for side in sides)
    names = [file.text(side) for side in sides]
    return operator == "==" and "nil" not in names and any(is_error_name(name) for name in names)


def origin_of(file: SourceFile, name: str, statement: Node) -> Node | None:
    """Return the call whose error this is: in the head of the branch, or assigned before it in its block."""
    if name.endswith("()"):
        return None
    first = statement.child_by_field_name("initializer")
    if first is not None and first.type in ASSIGNMENTS and _writes(file, name, first):
        return _call_in(first)
    node: Node | None = statement
    while node is not None and node.type not in {"func_literal", "function_declaration", "method_declaration"}:
        before = node.prev_named_sibling
        while before is not None:
            if before.type in ASSIGNMENTS and _writes(file, name, before):
                return _call_in(before)
            if before.type == "var_declaration" and (found := _declared(file, name, before)) is not None:
                return found
            before = before.prev_named_sibling
        node = node.parent
    return None


def _writes(file: SourceFile, name: str, statement: Node) -> bool:
    return any(file.text(one) == name or name.startswith(f"{file.text(one)}.") for one in targets(statement))


def _declared(file: SourceFile, name: str, declaration: Node) -> Node | None:
    for spec in (one for one in descendants(declaration) if one.type == "var_spec"):
        if any(file.text(one) == name for one in spec.children_by_field_name("name")):
            return _call_in(spec)
    return None


def _call_in(statement: Node) -> Node | None:
    value = statement.child_by_field_name("right") or statement.child_by_field_name("value")
    while value is not None and value.type in {"expression_list", "parenthesized_expression"}:
        value = value.named_children[-1] if value.named_children else None
    return value if value is not None and value.type == "call_expression" else None
