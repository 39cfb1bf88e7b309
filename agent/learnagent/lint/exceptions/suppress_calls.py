"""Finds Python's `contextlib.suppress`: what it lets go, and around what. It judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.handlers import statements
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_IMPORTED = lazy_pattern(rb"from\s+contextlib\s+import\s+(?:\([^)]*|[^\n]*?)\bsuppress\b(?:\s+as\s+(\w+))?", re.DOTALL)

BROAD = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class SuppressCall:
    """One call of suppress."""

    call: Node
    caught: tuple[str, ...]
    """Last parts of the names of the errors."""
    guarded: tuple[Node, ...]
    """The statements of the `with`; none where it is entered otherwise."""
    statement: Node | None
    """The `with`, or the statement around."""


def suppress_calls(file: SourceFile) -> list[SuppressCall]:
    """Return the calls of contextlib.suppress."""
    return file.once(_read)


def _read(file: SourceFile) -> list[SuppressCall]:
    if b"suppress" not in file.content:
        return []
    found = (_suppress_call(file, call) for name in _names(file) for call in file.calls(name))
    return [one for one in found if one is not None]


def _names(file: SourceFile) -> Iterator[str]:
    """Yield what the file calls it: its own name, or the one that it is imported as."""
    match = _IMPORTED.search(file.content)
    if match is not None and match[1] is not None:
        yield match[1].decode()
    elif match is not None or b"contextlib" in file.content:
        yield "suppress"


def _suppress_call(file: SourceFile, call: Node) -> SuppressCall | None:
    callee, arguments = callee_of(file, call), file.arguments(call)
    if arguments is None or ("." in callee and callee != "contextlib.suppress"):
        return None
    caught = tuple(file.text(one).rpartition(".")[2] for one in statements(arguments))
    statement = file.enclosing(call, "with_statement", "expression_statement", "assignment")
    is_with = statement is not None and statement.type == "with_statement"
    guarded = statements(statement.child_by_field_name("body")) if statement is not None and is_with else ()
    return SuppressCall(call, caught, guarded, statement)
