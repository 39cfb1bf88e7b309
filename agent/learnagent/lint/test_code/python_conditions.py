"""Reads what a Python condition asks, as `assert` and `assertTrue` are given one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.model import PARTLY, WEAK, Assertion
from learnagent.lint.test_code.places import first_child, folded
from learnagent.lint.test_code.python_values import callee, named, positional
from learnagent.lint.test_code.sides import compared, in_order, made, side

if TYPE_CHECKING:
    from tree_sitter import Node

_APPROX = lazy_pattern(r"(?:^|\.)\w*[Aa]pprox\w*$")
_CALLED = lazy_pattern(r"\.(?:called|awaited|called_once)$")
_WIDTHS = ("rel_tol", "abs_tol", "rtol", "atol")


class _Frame(NamedTuple):
    """Where a condition stands."""

    node: Node
    is_negated: bool
    callee: str


def conditions(
    file: SourceFile, asked: Node, *, whole: Node, is_negated: bool = False, callee: str = ""
) -> Iterator[Assertion]:
    """Yield the questions that a condition asks; `a and b` asks two, each at its own place."""
    while asked.type in {"parenthesized_expression", "not_operator", "named_expression"}:
        is_negated ^= asked.type == "not_operator"
        inner = asked.child_by_field_name("argument") or asked.child_by_field_name("value") or first_child(asked)
        if inner is None:
            return
        asked = inner
    if asked.type == "boolean_operator" and _operator(asked) == ("or" if is_negated else "and"):
        for name in ("left", "right"):
            part = asked.child_by_field_name(name)
            if part is not None:
                yield from conditions(file, part, whole=part, is_negated=is_negated, callee=callee)
        return
    frame = _Frame(whole, is_negated, callee)
    if asked.type == "comparison_operator":
        yield _comparison(file, asked, frame)
    elif asked.type == "call":
        yield _question(file, asked, frame)
    elif asked.type in {"boolean_operator", "conditional_expression"}:
        yield made(whole, "other", folded(file, asked), strength=PARTLY, is_negated=is_negated, callee=callee)
    else:
        yield _truth(file, asked, frame)


def _operator(node: Node) -> str:
    found = node.child_by_field_name("operator")
    return found.type if found is not None else ""


def _truth(file: SourceFile, asked: Node, frame: _Frame) -> Assertion:
    text = folded(file, asked)
    if _CALLED.search(text):
        subject = text.rpartition(".")[0]
        return made(frame.node, "called", subject, strength=WEAK, is_negated=frame.is_negated, callee=frame.callee)
    return made(frame.node, "truth", text, is_negated=frame.is_negated, callee=frame.callee)


def _comparison(file: SourceFile, asked: Node, frame: _Frame) -> Assertion:
    operands = [child for child in asked.named_children if child.type != "comment"]
    operators = [" ".join(file.text(child).split()) for child in asked.children_by_field_name("operators")]
    if len(operands) != 2 or len(operators) != 1:
        return _chain(file, asked, operands, operators, frame)
    (operator,), (left, right) = operators, operands
    if operator in {"in", "not in"}:
        return _membership(file, left, right, frame._replace(is_negated=frame.is_negated ^ (operator == "not in")))
    if operator == "==" and not frame.is_negated:
        for one, other in ((left, right), (right, left)):
            close = _approximate(file, one)
            if close is not None:
                value, tolerance = close
                return made(
                    frame.node, "close", side(file, other), side(file, value), tolerance=tolerance, callee=frame.callee
                )
    sides = side(file, left), side(file, right)
    return compared(frame.node, operator, *sides, is_negated=frame.is_negated, callee=frame.callee)


def _chain(file: SourceFile, asked: Node, operands: list[Node], operators: list[str], frame: _Frame) -> Assertion:
    """Return a == b == 3, or 0 < x < 9: what it examines is in the middle."""
    if len(operands) < 3:
        return made(frame.node, "other", folded(file, asked), callee=frame.callee)
    if set(operators) <= {"==", "is"}:
        return made(frame.node, "equal", side(file, operands[0]), side(file, operands[-1]), callee=frame.callee)
    return made(frame.node, "compare", side(file, operands[1]), folded(file, asked), callee=frame.callee)


def _membership(file: SourceFile, left: Node, right: Node, frame: _Frame) -> Assertion:
    """Return `x in (1, 2)`, which examines x, or `"word" in text`, which examines the text."""
    part, whole = side(file, left), side(file, right)
    of, to = (part, whole) if whole.is_literal and not part.is_literal else (whole, part)
    return made(frame.node, "contains", of, to, is_negated=frame.is_negated, callee=frame.callee)


def _approximate(file: SourceFile, node: Node) -> tuple[Node, str] | None:
    """Return value and tolerance of `approx(value, ...)`."""
    if node.type != "call" or not _APPROX.search(callee(file, node)):
        return None
    arguments = positional(node)
    if not arguments:
        return None
    by_place = [f"{name}={folded(file, one)}" for name, one in zip(("rel", "abs"), arguments[1:3], strict=False)]
    return arguments[0], ", ".join([*named(file, node, "rel", "abs"), *by_place])


def _question(file: SourceFile, call: Node, frame: _Frame) -> Assertion:
    """Return what a call that is asserted asks: isinstance, startswith, isclose, any other."""
    asked = callee(file, call).rpartition(".")[2]
    reader = _QUESTIONS.get(asked)
    if reader is not None:
        found = reader(file, call, frame)
        if found is not None:
            return found
    return made(frame.node, "truth", folded(file, call), is_negated=frame.is_negated, callee=frame.callee)


def _receiver(call: Node) -> Node | None:
    function = call.child_by_field_name("function")
    return function.child_by_field_name("object") if function is not None else None


def _instance(file: SourceFile, call: Node, frame: _Frame) -> Assertion | None:
    arguments = [side(file, one) for one in positional(call)]
    if not arguments:
        return None
    to = arguments[1] if len(arguments) > 1 else ""
    return made(frame.node, "instance", arguments[0], to, is_negated=frame.is_negated, callee=frame.callee)


def _close(file: SourceFile, call: Node, frame: _Frame) -> Assertion | None:
    arguments = positional(call)
    if len(arguments) < 2:
        return None
    of, to = in_order(side(file, arguments[0]), side(file, arguments[1]))
    widths = ", ".join([*named(file, call, *_WIDTHS), *(folded(file, one) for one in arguments[2:])])
    return made(frame.node, "close", of, to, tolerance=widths, is_negated=frame.is_negated, callee=frame.callee)


def _equal(file: SourceFile, call: Node, frame: _Frame) -> Assertion | None:
    nodes = [one for one in (_receiver(call), *positional(call)) if one is not None][-2:]
    if len(nodes) < 2:
        return None
    left, right = (side(file, one) for one in nodes)
    return compared(frame.node, "==", left, right, is_negated=frame.is_negated, callee=frame.callee)


def _pattern(file: SourceFile, call: Node, frame: _Frame) -> Assertion | None:
    nodes = [one for one in (_receiver(call), *positional(call)) if one is not None]
    if len(nodes) < 2:
        return None
    pattern, text = (nodes[1], nodes[2]) if file.text(nodes[0]) == "re" and len(nodes) > 2 else (nodes[0], nodes[1])
    return made(
        frame.node, "matches", side(file, text), side(file, pattern), is_negated=frame.is_negated, callee=frame.callee
    )


def _part(file: SourceFile, call: Node, frame: _Frame) -> Assertion | None:
    arguments = positional(call)
    to = side(file, arguments[0]) if arguments else ""
    return made(
        frame.node, "contains", side(file, _receiver(call)), to, is_negated=frame.is_negated, callee=frame.callee
    )


def _quantified(file: SourceFile, call: Node, frame: _Frame) -> Assertion | None:
    text = folded(file, call)
    return made(frame.node, "other", text, strength=PARTLY, is_negated=frame.is_negated, callee=frame.callee)


def _plain(file: SourceFile, call: Node, frame: _Frame) -> Assertion | None:
    arguments = positional(call)
    return _truth(file, arguments[0], frame) if len(arguments) == 1 else None


_QUESTIONS: dict[str, Callable[[SourceFile, Node, _Frame], Assertion | None]] = {
    **dict.fromkeys(("isinstance", "issubclass", "callable", "hasattr"), _instance),
    **dict.fromkeys(("isclose", "allclose", "is_close", "all_close"), _close),
    **dict.fromkeys(("array_equal", "array_equiv", "equals", "cmp"), _equal),
    **dict.fromkeys(("match", "search", "fullmatch", "findall"), _pattern),
    **dict.fromkeys(("startswith", "endswith", "issubset", "issuperset", "isdisjoint"), _part),
    **dict.fromkeys(("all", "any"), _quantified),
    "bool": _plain,
}
