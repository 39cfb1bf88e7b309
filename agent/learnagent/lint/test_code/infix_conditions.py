"""Reads what a condition asks in JavaScript, Go and Java, whose operators are written alike: `a && b == 3`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code.model import PARTLY, Assertion, Kind
from learnagent.lint.test_code.places import first_child, folded
from learnagent.lint.test_code.sides import compared, made, side
from learnagent.lint.watched import CALLS

if TYPE_CHECKING:
    from tree_sitter import Node

_WRAPPERS = frozenset({"parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression"})
_METHODS: dict[str, Kind] = {
    **dict.fromkeys(
        "includes startsWith endsWith has hasOwnProperty hasOwn contains containsKey containsValue containsAll".split(),
        "contains",
    ),
    **dict.fromkeys(("isArray", "isInteger", "isBuffer", "isFinite"), "instance"),
    **dict.fromkeys("every some allMatch anyMatch noneMatch".split(), "other"),
    **dict.fromkeys(("test", "match", "matches"), "matches"),
    **dict.fromkeys(
        "isEqual equals deepEqual is isDeepStrictEqual DeepEqual Equal EqualFold equalsIgnoreCase deepEquals".split(),
        "equal",
    ),
    **dict.fromkeys(("Contains", "HasPrefix", "HasSuffix", "ContainsAny"), "contains"),
    **dict.fromkeys(("Is", "As"), "raises"),
    **dict.fromkeys(("MatchString", "Match"), "matches"),
}
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "typeof", "void", "??", "&", "|", "^", "~", "<<", ">>"})
_FIELDS = ("argument", "operand", "expression")


class Frame(NamedTuple):
    """Where a condition stands."""

    node: Node
    is_negated: bool = False
    callee: str = ""


def conditions(file: SourceFile, asked: Node, frame: Frame) -> Iterator[Assertion]:
    """Yield the questions that a condition asks; `a && b` asks two, each at its own place."""
    is_negated = frame.is_negated
    while asked.type in _WRAPPERS or (asked.type == "unary_expression" and operator_of(asked) == "!"):
        is_negated ^= asked.type == "unary_expression"
        inner = next((one for name in _FIELDS if (one := asked.child_by_field_name(name))), first_child(asked))
        if inner is None:
            return
        asked = inner
    frame = frame._replace(is_negated=is_negated)
    if asked.type == "binary_expression":
        yield from _binary(file, asked, frame)
    elif asked.type == "instanceof_expression":
        left, right = asked.child_by_field_name("left"), asked.child_by_field_name("right")
        yield made(frame.node, "instance", side(file, left), side(file, right), is_negated=is_negated)
    elif asked.type in CALLS[file.language]:
        yield _call(file, asked, frame)
    else:
        yield made(frame.node, "truth", folded(file, asked), is_negated=is_negated, callee=frame.callee)


def asks(file: SourceFile, node: Node) -> bool:
    """Return whether an expression is a question itself, whose answer is true or false."""
    while node.type in _WRAPPERS:
        inner = first_child(node)
        if inner is None:
            return False
        node = inner
    if node.type in CALLS[file.language]:
        return _method(file, node) in _METHODS
    is_infix = node.type in {"binary_expression", "unary_expression", "instanceof_expression"}
    return is_infix and operator_of(node) not in _ARITHMETIC


def operator_of(node: Node) -> str:
    """Return the operator of an expression, as written."""
    found = node.child_by_field_name("operator")
    return found.type if found is not None else ""


def _method(file: SourceFile, call: Node) -> str:
    named = call.child_by_field_name("name") or call.child_by_field_name("function")
    return re.split(r"[.?]", file.text(named))[-1]


def _binary(file: SourceFile, asked: Node, frame: Frame) -> Iterator[Assertion]:
    operator = operator_of(asked)
    left, right = asked.child_by_field_name("left"), asked.child_by_field_name("right")
    if left is None or right is None:
        return
    is_not, callee = frame.is_negated, frame.callee
    if operator == ("||" if frame.is_negated else "&&"):
        for part in (left, right):
            yield from conditions(file, part, frame._replace(node=part))
    elif operator == "instanceof":
        yield made(frame.node, "instance", side(file, left), side(file, right), is_negated=is_not, callee=callee)
    elif operator == "in":
        yield made(frame.node, "contains", side(file, right), side(file, left), is_negated=is_not, callee=callee)
    elif operator in {"&&", "||", "??"}:
        yield made(frame.node, "other", folded(file, asked), strength=PARTLY, is_negated=is_not, callee=callee)
    else:
        yield compared(frame.node, operator, side(file, left), side(file, right), is_negated=is_not, callee=callee)


def _call(file: SourceFile, call: Node, frame: Frame) -> Assertion:
    name = _method(file, call)
    kind = _METHODS.get(name)
    found = file.arguments(call)
    given = [side(file, one) for one in found.named_children if "comment" not in one.type] if found is not None else []
    if kind is None or kind == "other" or not given:
        strength = PARTLY if kind else 0
        text = folded(file, call)
        if text.endswith((".isEmpty()", ".isPresent()")):
            negated = frame.is_negated ^ text.endswith(".isEmpty()")
            return made(frame.node, "truth", text.rpartition(".")[0], is_negated=negated, callee=frame.callee)
        return made(
            frame.node, kind or "truth", text, strength=strength, is_negated=frame.is_negated, callee=frame.callee
        )
    if len(given) > 1 and (kind == "equal" or file.language == "go"):
        of, to = given[:2]
    else:
        of, to = side(file, _receiver(call)), given[0]
    if kind == "equal":
        return compared(frame.node, "==", of, to, is_negated=frame.is_negated, callee=frame.callee)
    if kind == "raises":
        return made(frame.node, kind, of, raised=to.text, is_negated=frame.is_negated, callee=frame.callee)
    if kind == "instance" or (kind == "matches" and name in {"test", "MatchString", "Match"}):
        of, to = to, of
    return made(frame.node, kind, of, to, is_negated=frame.is_negated, callee=frame.callee)


def _receiver(call: Node) -> Node | None:
    found = call.child_by_field_name("object")
    function = call.child_by_field_name("function")
    if found is None and function is not None:
        found = function.child_by_field_name("object") or function.child_by_field_name("operand")
    return found
