"""Reads what Rust tests assert: macros with assert in their name, panics, snapshots, helpers by their name.

It reads macros off the text, so those inside other macros are found too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.model import PARTLY, Assertion, Kind
from learnagent.lint.test_code.places import calls_named, stands_alone
from learnagent.lint.test_code.rust_text import arguments, closing, is_literal, split
from learnagent.lint.test_code.sides import Side, compared, in_order, made

if TYPE_CHECKING:
    from tree_sitter import Node

_MACROS = lazy_pattern(
    rb"(?<!\w)(?:\w+::)*((?:\w*assert\w*|panic|unreachable|check\w*|verify\w*|ensure\w*|expect\w*|insta|eqnice\w*|"
    rb"\w+_eq|\w+_ne|let_assert|fail))!\s*([(\[{])"
)
_CALLS = lazy_pattern(
    rb"(?<!\w)(\w*assert\w*|_*(?:check|verify|verifies|expect|should|ensure)_\w+|check|verify)(?:::<[^>\n]*>)?(?=\s*\()"
)
_EQUAL = lazy_pattern(
    r"^(?:debug_|prop_|more_)?(?:asserts?::)?(?:assert_eq|assert_equal|assert_str_eq|eqnice|prop_assert_eq)\w*$|_eq$"
)
_CLOSE = lazy_pattern(r"relative_eq|abs_diff_eq|ulps_eq|approx|_close|_near|delta|epsilon|float_(?:absolute|relative)")
_METHOD = lazy_pattern(r"^(?P<subject>.*)\.(?P<name>\w+)\((?P<given>.*)\)$", re.S)
_STATES: dict[str, tuple[tuple[Kind, str], tuple[Kind, str]]] = {
    "is_some": (("not_none", ""), ("equal", "None")),
    "is_ok": (("not_none", ""), ("raises", "")),
    "is_none": (("equal", "None"), ("not_none", "")),
    "is_err": (("raises", ""), ("not_none", "")),
    "is_empty": (("equal", "[]"), ("truth", "")),
}
"""Kind and expected value of a question, and of its opposite."""
_ASKED: dict[str, Kind] = {
    **dict.fromkeys("contains starts_with ends_with contains_key is_subset is_superset".split(), "contains"),
    **dict.fromkeys(("is_match", "matches"), "matches"),
    **dict.fromkeys(("eq", "eq_ignore_ascii_case"), "equal"),
    **dict.fromkeys(("all", "any"), "other"),
}
_UNICODE = lazy_pattern(r"\s+")


def read(file: SourceFile) -> list[Assertion]:
    """Return all assertions of a file, in no order."""
    found: list[Assertion] = []
    for match in _MACROS.finditer(file.content):
        node = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        if node is not None and node.type == "identifier":
            found += _macro(file, node, match[1].decode(), match.start(2))
    for name, call in calls_named(file, _CALLS):
        if call.type == "call_expression" and name not in {"expect", "expect_err"} and stands_alone(call):
            found.append(made(call, "other", callee=name))
    return found


def _macro(file: SourceFile, name_node: Node, name: str, start: int) -> Iterator[Assertion]:
    node = name_node
    while node.parent is not None and node.parent.type in {"scoped_identifier", "macro_invocation"}:
        node = node.parent
    end = node.end_byte if node.type == "macro_invocation" else min(len(file.content), start + 4000)
    text = file.content[start:end].decode("utf-8", "replace")
    given = arguments(text[1 : closing(text, 0) - 1])
    sides = [_side(one) for one in given]
    if "snapshot" in name:
        yield made(node, "snapshot", sides[0] if sides else "", sides[1] if len(sides) > 1 else "", callee=name)
    elif name.endswith("assert") and given and name != "let_assert":
        yield from _conditions(node, given[0], name, is_negated=False)
    elif name.endswith(("matches", "assert_match")) and len(given) > 1:
        yield made(node, "matches", sides[0], sides[1], callee=name)
    elif _CLOSE.search(name) and len(given) > 1:
        of, to = in_order(sides[0], sides[1])
        yield made(node, "close", of, to, tolerance=", ".join(given[2:]), callee=name)
    elif name.endswith("_ne") and len(given) > 1:
        yield compared(node, "!=", sides[0], sides[1], callee=name)
    elif _EQUAL.search(name) and len(given) > 1:
        yield compared(node, "==", sides[0], sides[1], callee=name)
    elif name in {"assert_gt", "assert_ge", "assert_lt", "assert_le"} and len(given) > 1:
        operator = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}[name[-2:]]
        yield compared(node, operator, sides[0], sides[1], callee=name)
    else:
        yield made(node, "other", callee=name)


def _side(text: str) -> Side:
    return Side(_UNICODE.sub(" ", text) if "\n" in text else text, is_literal(text))


def _conditions(node: Node, text: str, callee: str, *, is_negated: bool) -> Iterator[Assertion]:
    """Yield the questions of a condition; `a && b` asks two."""
    while text.startswith("!") and not text.startswith("!=") and len(split(text, "&&", "||", "==", "!=")) == 1:
        text, is_negated = text[1:].strip(), not is_negated
    if text.startswith("(") and closing(text, 0) == len(text):
        yield from _conditions(node, text[1:-1].strip(), callee, is_negated=is_negated)
        return
    joined = split(text, "&&", "||")
    if len(joined) > 1:
        marks = {mark for mark, _ in joined[1:]}
        if marks == {"||" if is_negated else "&&"}:
            for _, part in joined:
                yield from _conditions(node, part, callee, is_negated=is_negated)
        else:
            yield made(node, "other", text, strength=PARTLY, is_negated=is_negated, callee=callee)
        return
    sides = split(text, "==", "!=", "<=", ">=", "<", ">")
    if len(sides) == 2:
        (_, left), (operator, right) = sides
        yield compared(node, operator, _side(left), _side(right), is_negated=is_negated, callee=callee)
    else:
        yield _question(node, text, callee, is_negated=is_negated)


def _question(node: Node, text: str, callee: str, *, is_negated: bool) -> Assertion:
    """Return what a call asks: is_some, contains, matches!, any other."""
    if text.startswith("matches!"):
        given = [_side(one) for one in arguments(text[text.find("(") + 1 : -1])]
        if len(given) > 1:
            return made(node, "matches", given[0], given[1], is_negated=is_negated, callee=callee)
    found = _METHOD.match(text)
    if found is not None and found["name"] in _STATES:
        kind, value = _STATES[found["name"]][is_negated]
        expected = Side(value, is_literal=True) if value else ""
        return made(node, kind, _side(found["subject"]), expected, callee=callee)
    if found is not None and found["name"] in _ASKED:
        return _asked(node, found, callee, is_negated=is_negated)
    return made(node, "truth", _side(text), is_negated=is_negated, callee=callee)


def _asked(node: Node, found: re.Match[str], callee: str, *, is_negated: bool) -> Assertion:
    kind, subject, given = _ASKED[found["name"]], _side(found["subject"]), _side(found["given"])
    if kind == "equal":
        return compared(node, "==", subject, given, is_negated=is_negated, callee=callee)
    if kind == "matches":
        subject, given = given, subject
    return made(node, kind, subject, given, strength=PARTLY, is_negated=is_negated, callee=callee)
