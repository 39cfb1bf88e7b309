"""Tells what becomes of the value of a call: dropped, kept under a name, or used. It knows Python and JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, last_of
from learnagent.lint.syntax.functions import body_of, function_around, function_named
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_AWAITS = frozenset({"await", "await_expression", "parenthesized_expression", "expression_list"})
_AROUND = frozenset({"wait_for", "shield", "run_until_complete", "timeout"})
_COLLECTS = frozenset({"append", "add", "push", "insert"})
_CONTAINERS = frozenset(
    "list_comprehension dictionary_comprehension set_comprehension generator_expression pair list dictionary tuple set"
    " array".split()
)
_TAKES = lazy_pattern(r"(?:list|set|tuple|dict|frozenset)$")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a value."""

    is_dropped: bool = False
    name: str = ""
    """What it, or the collection that it goes into, is called."""
    statement: Node | None = None
    """Where it gets the name."""
    taker: Node | None = None
    """The call that it is given to, where that is all that happens."""


def fate_of(file: SourceFile, call: Node) -> Fate:
    """Return what becomes of the value of a call; neither dropped nor named: it is used."""
    node, above = call, call.parent
    while above is not None:
        if above.type in _AWAITS or above.type in _CONTAINERS or _is_void(file, above):
            node, above = above, above.parent
            continue
        if above.type in {"argument_list", "arguments"} and above.parent is not None:
            taker = above.parent
            name = last_of(callee_of(file, taker))
            if name in _COLLECTS:
                return Fate(name=callee_of(file, taker).rpartition(".")[0], statement=taker)
            if name not in _AROUND and not _TAKES.match(name):
                return Fate(taker=taker)
            node, above = taker, taker.parent
            continue
        break
    return _ending(file, node, above)


def _ending(file: SourceFile, node: Node, above: Node | None) -> Fate:
    if above is None or above.type == "expression_statement":
        return Fate(is_dropped=True)
    if above.type in {"assignment", "assignment_expression", "variable_declarator"}:
        target = above.child_by_field_name("left") or above.child_by_field_name("name")
        if target is not None and target != node:
            name = file.text(target)
            return Fate(is_dropped=True) if name == "_" else Fate(name=name, statement=above)
    return Fate()


def _is_void(file: SourceFile, node: Node) -> bool:
    return node.type == "unary_expression" and file.text(node).startswith("void")


def text_behind(file: SourceFile, statement: Node | None, name: str) -> str:
    """Return the text in which a name may be read: behind its statement in the function; of an attribute, anywhere."""
    if statement is None:
        return ""
    if "." in name:
        return file.text(file.root)
    function = function_around(file, statement)
    end = function.end_byte if function is not None else file.root.end_byte
    return file.content[statement.end_byte : end].decode("utf-8", "replace")


def handles_itself(file: SourceFile, name: str) -> bool:
    """Return whether a function of the file is one try statement with a handler."""
    function = function_named(file, last_of(name))
    body = body_of(function) if function is not None else None
    statements = [] if body is None else [node for node in body.named_children if "comment" not in node.type]
    return any(node.type == "try_statement" for node in statements[-2:])
