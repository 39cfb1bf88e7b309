"""`exit-swallows`: a context manager that drops every error of its block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.finding import Hit
from learnagent.lint.rule import LET_FAIL, NARROW, PYTHON, FileRule
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.callee import callee_of, calls_below, first_of
from learnagent.lint.syntax.functions import body_of
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = frozenset({"__exit__", "__aexit__"})
_TRUE = lazy_pattern(r"(?:True|1|.*\bor\s+True)", re.DOTALL)
_LAMBDA = lazy_pattern(rb"\b__a?exit__\s*=\s*lambda\b")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name `__exit__` and `__aexit__` that return True whatever happened.

    Why it hurts: every error inside the `with` vanishes, and nothing at the `with` shows it.

    Bad:
        def __exit__(self, kind, error, trace):
            self.close()
            return True

    Good:
        def __exit__(self, kind, error, trace):
            self.close()

    It is fine when True depends on the kind of the error, or when the error is kept, raised or reported.
    """
    if b"exit__" not in file.content:
        return
    for function in file.nodes("function_definition"):
        if file.name(function) in _NAMES and _always_true(file, function) and not _keeps_error(file, function):
            yield Hit.at(function.child_by_field_name("name") or function, "this exit drops every error of its block")
    for match in _LAMBDA.finditer(file.content) if b"lambda" in file.content else ():
        node = file.root.descendant_for_byte_range(match.end() - 1, match.end() - 1)
        made = node.parent if node is not None and not node.is_named else node
        if made is not None and made.type == "lambda" and _TRUE.fullmatch(file.text(body_of(made))):
            yield Hit(match.start(), match.end(), "this exit drops every error of its block")


def _always_true(file: SourceFile, function: Node) -> bool:
    """Return whether each way out returns True: no other return, and no end without one."""
    body = body_of(function)
    if body is None:
        return False
    inside = list(descendants(body, into=lambda node: node.type not in {"function_definition", "lambda"}))
    returns = [node for node in inside if node.type == "return_statement"]
    if not returns or any(node.type == "raise_statement" for node in inside):
        return False
    return all(_is_true(file, node) for node in returns) and _ends_in_return(body)


def _is_true(file: SourceFile, statement: Node) -> bool:
    value = first_of(statement)
    return value is not None and _TRUE.fullmatch(file.text(value)) is not None


def _ends_in_return(block: Node) -> bool:
    """Return whether a block leaves by a return, in both branches where its last statement has two."""
    statements = [node for node in block.named_children if "comment" not in node.type]
    last = statements[-1] if statements else None
    if last is None or last.type == "return_statement":
        return last is not None
    if last.type in {"with_statement", "finally_clause"}:
        inner = last.child_by_field_name("body") or last
        return _ends_in_return(inner)
    if last.type == "try_statement":
        inner = last.child_by_field_name("body") or last
        ends = [inner, *(part for part in last.named_children if part.type == "finally_clause")]
        return any(_ends_in_return(part.named_children[-1] if part.type == "finally_clause" else part) for part in ends)
    if last.type != "if_statement":
        return False
    parts = [node for node in last.named_children if node.type in {"elif_clause", "else_clause"}]
    blocks = [last.child_by_field_name("consequence"), *(_block(part) for part in parts)]
    has_else = any(part.type == "else_clause" for part in parts)
    return has_else and all(part is not None and _ends_in_return(part) for part in blocks)


def _block(clause: Node) -> Node | None:
    return clause.child_by_field_name("body") or clause.child_by_field_name("consequence")


def _keeps_error(file: SourceFile, function: Node) -> bool:
    """Return whether the error is stored, or handed to a call that is no mere print."""
    names = _parameters(file, function)
    body, dialect = body_of(function), DIALECTS["python"]
    if body is None:
        return False
    for node in descendants(body):
        if node.type == "assignment" and _mentions(file, node.child_by_field_name("right"), names):
            target = node.child_by_field_name("left")
            if target is not None and target.type in {"attribute", "subscript"}:
                return True
    for call in calls_below(file, body):
        callee, text = callee_of(file, call), file.text(call)
        if dialect.trace_call.search(callee) or dialect.trace_call.search(text):
            return True
        is_asked = callee in {"isinstance", "issubclass", "type", "str", "repr", "format"} or dialect.print_call.search(
            callee
        )
        if not is_asked and _mentions(file, file.arguments(call), names):
            return True
    return False


def _parameters(file: SourceFile, function: Node) -> set[str]:
    """Return the names of the parameters behind self."""
    parameters = function.child_by_field_name("parameters")
    found = parameters.named_children[1:] if parameters is not None else []
    return {match[0] for one in found if (match := re.search(r"\w+", file.text(one)))}


def _mentions(file: SourceFile, node: Node | None, names: set[str]) -> bool:
    if node is None:
        return False
    return any(one.type == "identifier" and file.text(one) in names for one in (node, *descendants(node)))


EXIT_SWALLOWS = FileRule(
    name="exit-swallows",
    level="error",
    languages=PYTHON,
    why="Every error inside the `with` vanishes, and nothing at the `with` shows it.",
    ways=("return nothing", NARROW, LET_FAIL),
    check=check,
)
