"""Puts an assertion together from two sides: which is expected, what is written out, what a comparison asks.

The same for all languages; a side is its source, so that macros that no grammar parses can be read too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.model import STRENGTHS, Assertion, Kind
from learnagent.lint.test_code.places import folded

if TYPE_CHECKING:
    from tree_sitter import Node

_ATOMS = frozenset(
    "integer float true false none ellipsis number null undefined regex nil int_literal float_literal"
    " interpreted_string_literal raw_string_literal rune_literal integer_literal boolean_literal string_literal"
    " char_literal decimal_integer_literal decimal_floating_point_literal hex_integer_literal"
    " character_literal null_literal imaginary_literal".split()
)
_CONTAINERS = frozenset(
    "list tuple dictionary set pair unary_operator parenthesized_expression concatenated_string binary_operator array"
    " object unary_expression composite_literal literal_value literal_element keyed_element array_expression"
    " tuple_expression reference_expression negative_literal array_initializer as_expression satisfies_expression"
    " binary_expression".split()
)
_PASSED_OVER = frozenset(
    "comment property_identifier type_identifier slice_type array_type map_type predefined_type line_comment"
    " block_comment mutable_specifier implicit_length_array_type generic_type literal_type"
    " type_arguments qualified_type pointer_type".split()
)
_STRINGS = frozenset({"string", "template_string"})
_HOLES = frozenset({"interpolation", "template_substitution"})
_EXPECTED = lazy_pattern(
    r"^(?:self\.|this\.|cls\.|&|\w+\.)?_*(?:expect(?!ation)\w*|EXPECT\w*|Expect\w*|want\w*|golden\w*|desired\w*|correct|wanted)$"
)
_NEGATES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SPELLED = {"===": "==", "!==": "!=", "is": "==", "is not": "!=", "<>": "!="}
NOTHING = frozenset({"None", "null", "nil", "undefined"})
_EMPTY = frozenset({"[]", "{}", "()", "''", '""', "set()", "dict()", "list()", "b''", 'b""'})
_SIZE = lazy_pattern(r"^(?:len\((?P<a>.*)\)|(?P<b>.*)\.(?:length|size|count|len|Length|Count)(?:\(\))?)$", re.S)
_DISTANCE = lazy_pattern(
    r"^(?:(?:\w+(?:\.|::))*(?:abs|fabs|Abs)\((?P<a>.*) - (?P<b>.*)\)|\((?P<c>.*) - (?P<d>.*)\)\.abs\(\))$", re.S
)
_TYPE = lazy_pattern(r"^(?:type\((?P<a>.*)\)|typeof (?P<b>.*))$", re.S)
NOT_EMPTY = "not empty"
"""What `len(x) > 0` expects of x."""


class Side(NamedTuple):
    """One side of a comparison."""

    text: str
    is_literal: bool = False


def side(file: SourceFile, node: Node | None) -> Side:
    """Return a node as a side; empty for None."""
    return Side("") if node is None else Side(folded(file, node), is_literal(node))


def is_literal(node: Node) -> bool:
    """Return whether an expression is written out: a literal, or a container or sum of such."""
    kind = node.type
    if kind in _ATOMS:
        return True
    if kind in _STRINGS:
        return all(child.type not in _HOLES for child in node.named_children)
    if kind not in _CONTAINERS:
        return False
    return all(is_literal(child) for child in node.named_children if child.type not in _PASSED_OVER)


def made(
    node: Node,
    kind: Kind,
    subject: str | Side = "",
    expected: str | Side = "",
    *,
    strength: int = 0,
    tolerance: str = "",
    raised: str = "",
    match: str = "",
    is_negated: bool = False,
    callee: str = "",
) -> Assertion:
    """Return an assertion; its strength follows from its kind unless it is given."""
    to, is_literal = (expected, False) if isinstance(expected, str) else expected
    return Assertion(  # by place: names take three times as long
        node,
        kind,
        strength or STRENGTHS[kind],
        subject if isinstance(subject, str) else subject.text,
        to,
        is_literal,
        tolerance,
        raised,
        match,
        is_negated,
        callee,
    )


def in_order(left: Side, right: Side) -> tuple[Side, Side]:
    """Return subject and expected value: what is written out, or called so, is expected; else the right side."""
    if right.is_literal or _EXPECTED.match(right.text):
        return left, right
    if left.is_literal or _EXPECTED.match(left.text):
        return right, left
    return left, right


def compared(
    node: Node, operator: str, left: Side, right: Side, *, is_negated: bool = False, callee: str = ""
) -> Assertion:
    """Return what a comparison asks that must hold, or must not."""
    operator = _SPELLED.get(operator, operator)
    if is_negated:
        operator = _NEGATES.get(operator, operator)
    subject, expected = in_order(left, right)
    if expected is left:
        operator = _MIRRORED.get(operator, operator)
    if operator == "==":
        return _equal(node, subject, expected, callee)
    if operator == "!=":
        return _unequal(node, subject, expected, callee)
    found = _SIZE.match(subject.text)
    if found and (operator, expected.text) in {(">", "0"), (">=", "1")}:
        return made(node, "truth", found["a"] or found["b"] or "", NOT_EMPTY, callee=callee)
    distance = _DISTANCE.match(subject.text) if operator in {"<", "<="} else None
    if distance:
        parts = [Side(text.strip(), _NUMBER.match(text.strip()) is not None) for text in distance.groups() if text]
        if len(parts) == 2:
            of, to = in_order(*parts)
            return made(node, "close", of, to, tolerance=expected.text, callee=callee)
    return made(node, "compare", subject, Side(f"{operator} {expected.text}", expected.is_literal), callee=callee)


_NUMBER = lazy_pattern(r"^-?[\d_.]+(?:[eE][+-]?\d+)?(?:f32|f64|f|d|F|D)?$")


def _equal(node: Node, subject: Side, expected: Side, callee: str) -> Assertion:
    found = _TYPE.match(subject.text) if subject.text.startswith("type") else None
    if found and expected.text.strip("\"'") != "undefined":
        return made(node, "instance", found["a"] or found["b"], expected, callee=callee)
    if "snapshot" in expected.text and re.match(r"(?:\w+_)?snapshot\b", expected.text):
        return made(node, "snapshot", subject, expected, callee=callee)
    return made(node, "equal", subject, expected, callee=callee)


def _unequal(node: Node, subject: Side, expected: Side, callee: str) -> Assertion:
    if expected.text in NOTHING:
        return made(node, "not_none", subject, callee=callee)
    if expected.text in _EMPTY:
        return made(node, "truth", subject, NOT_EMPTY, callee=callee)
    found = _SIZE.match(subject.text)
    if found and expected.text == "0":
        return made(node, "truth", found["a"] or found["b"] or "", NOT_EMPTY, callee=callee)
    return made(node, "not_equal", subject, expected, callee=callee)
