"""Finds what takes the rejection of a promise: `.catch(f)` and `.then(f, g)`, read as handlers. It judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.handlers import Handler
from learnagent.lint.exceptions.no_op import statements_of
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.functions import function_named
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_STATEMENTS = ("expression_statement", "lexical_declaration", "variable_declaration", "return_statement")


@dataclass(frozen=True, slots=True)
class Rejection:
    """One taker of a rejection."""

    call: Node
    receiver: Node
    """The promise."""
    taker: Node
    """The argument that takes the rejection: a function, or the name of one."""
    handler: Handler | None
    """The function read as a handler; None where it is not in the file."""
    fulfilled: Node | None
    """What takes the result in the same call."""

    @property
    def statement(self) -> Node | None:
        """The statement around; None inside an expression of another function."""
        above = self.call.parent
        while above is not None and above.type not in _STATEMENTS:
            if above.type in FUNCTIONS["javascript"]:
                return None
            above = above.parent
        return above


def rejections(file: SourceFile) -> Iterator[Rejection]:
    """Yield the takers of rejections, `catch` before `then`."""
    for call in file.calls("catch"):
        yield from _taker(file, call, position=0)
    for call in file.calls("then"):
        yield from _taker(file, call, position=1)


def _taker(file: SourceFile, call: Node, *, position: int) -> Iterator[Rejection]:
    """Yield the argument at that place, if it is the last: `catch(TypeError, f)` is narrow."""
    function, arguments = call.child_by_field_name("function"), file.arguments(call)
    receiver = function.child_by_field_name("object") if function is not None else None
    given = [] if arguments is None else [one for one in arguments.named_children if "comment" not in one.type]
    if receiver is None or len(given) != position + 1:
        return
    taker = given[position]
    yield Rejection(call, receiver, taker, as_handler(file, taker, receiver), given[0] if position else None)


def as_handler(file: SourceFile, taker: Node, guarded: Node) -> Handler | None:
    """Return a function, or the one of that name, read as a handler of what is guarded; None where there is none."""
    function: Node | None = taker if taker.type in FUNCTIONS[file.language] else None
    if taker.type == "identifier":
        function = function_named(file, file.text(taker))
    if function is None:
        return None
    body = tuple(statements_of(function))
    return Handler(function, (), _parameter(file, function), body, (guarded,), None, is_broad=True)


def _parameter(file: SourceFile, function: Node) -> str:
    """Return the names in the first parameter."""
    single = function.child_by_field_name("parameter")
    if single is not None:
        return file.text(single)
    parameters = function.child_by_field_name("parameters")
    first = parameters.named_children[:1] if parameters is not None else []
    return re.sub(r":.*|=.*", "", file.text(first[0]), flags=re.DOTALL) if first else ""
