"""Reads what Python tests assert: assert statements, unittest methods, pytest.raises, mocks, helpers by their name.

It does not ask which test they belong to: `python_functions` does.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.syntax.word_search import starting_lines, words
from learnagent.lint.test_code.model import EXACT, Assertion, Kind
from learnagent.lint.test_code.places import calls_like, calls_of, first_child, folded, stands_alone
from learnagent.lint.test_code.python_conditions import conditions
from learnagent.lint.test_code.python_values import callee, keyword, named, positional
from learnagent.lint.test_code.sides import Side, compared, in_order, made, side

if TYPE_CHECKING:
    from tree_sitter import Node

_FRAGMENTS = (
    b"assert",
    b"raises",
    b"check",
    b"verif",
    b"expect",
    b"should",
    b"ensure",
    b"fail",
    b"warns",
    b"deprecated_call",
    b"match_line",
    b"assume",
)
_ASSERTING = lazy_pattern(
    rb"\w*assert\w*|_*(?:check|verify|verifies|expects?|should|ensure|fails?)(?:_\w+|[A-Z]\w*)?|raises\w*|warns|"
    rb"deprecated_call|(?:no_)?fnmatch_lines?\w*|re_match_lines\w*|assume"
)
_SHORT = (
    *("eq_", "ne_", "is_", "is_not", "is_not_", "in_", "not_in", "not_in_", "ok_", "lt_", "le_", "gt_", "ge_"),
    *("is_true", "is_false", "is_none", "is_instance_of"),
)
"""Names of nose and of sqlalchemy.testing."""
_END = lazy_pattern(rb"(?![\w$])")
_IMPORTED = lazy_pattern(
    rb"from\s+(?:[\w.]*\.)?(?:testing|assertions?|asserts|hamcrest|expects|sure|verif\w+)(?:\.\w+)*\s+import\s+"
    rb"(\([^)]*\)|[^\n]*)"
)
"""What a module that is there to assert gives away."""
_MODULES = (b".testing", b"assertion", b"asserts", b"hamcrest", b"expects", b"sure import", b"verif")
_RAISES = lazy_pattern(
    r"^(?:raises\w*|warns|deprecated_call|assert(?:_)?[Rr]aises\w*|assert(?:_)?[Ww]arns\w*|RaisesGroup)$"
)
_EQUAL = lazy_pattern(
    r"^(?:assertEquals?|assertListEqual|assertDictEqual|assertSetEqual|assertTupleEqual|assertSequenceEqual|"
    r"assertMultiLineEqual|assertCountEqual|assertItemsEqual|assertIs|assertQuerySetEqual|assertQuerysetEqual|"
    r"assertJSONEqual|assertXMLEqual|assertHTMLEqual|assert_equals?|assert_eq|assert_array_equal|assert_frame_equal|"
    r"assert_series_equal|assert_index_equal|assert_extension_array_equal|failUnlessEqual|assert_dict_equal|"
    r"assert_string_equal|assert_is)$"
)
_CLOSE = lazy_pattern(
    r"^(?:assertAlmostEquals?|assert_allclose|assert_almost_equal|assert_array_almost_equal\w*|assert_approx_equal|"
    r"assert_close|assert_array_max_ulp)$"
)
_COMPARE = {
    "assertGreater": ">",
    "assertGreaterEqual": ">=",
    "assertLess": "<",
    "assertLessEqual": "<=",
    "assert_array_less": "<",
    "assertNotEqual": "!=",
    "assertNotEquals": "!=",
    "assertIsNot": "!=",
    "assert_not_equal": "!=",
    "eq_": "==",
    "ne_": "!=",
    "is_": "==",
    "is_not": "!=",
    "is_not_": "!=",
    "lt_": "<",
    "le_": "<=",
    "gt_": ">",
    "ge_": ">=",
}
_TWO_SIDED: dict[str, tuple[Kind, bool]] = {
    "assertIn": ("contains", False),
    "assertNotIn": ("contains", True),
    "assertContains": ("contains", False),
    "assertNotContains": ("contains", True),
    "assertInHTML": ("contains", False),
    "assertDictContainsSubset": ("contains", False),
    "assertRegex": ("matches", False),
    "assertRegexpMatches": ("matches", False),
    "assertNotRegex": ("matches", True),
    "assertIsInstance": ("instance", False),
    "assertNotIsInstance": ("instance", True),
    "in_": ("contains", False),
    "not_in": ("contains", True),
    "not_in_": ("contains", True),
}
_PART_FIRST = frozenset(
    {"in_", "not_in", "not_in_", "assertIn", "assertNotIn", "assertInHTML", "assertDictContainsSubset"}
)
_TRUTH = {"assertTrue": False, "assertFalse": True, "assert_": False, "failUnless": False, "failIf": True}
_TRUTH |= {"ok_": False, "is_true": False, "is_false": True}
_CALLED = lazy_pattern(
    r"^assert_(?:any_)?(?:await(?:ed|s)?|call(?:ed|s)?|has_calls|has_awaits|not_called|not_awaited)\w*$|^assert_has_\w+$"
    r"|^assert_not_(?:called|awaited)$|^assert_any_(?:call|await)$"
)
_Form = Literal["raises", "truth", "none", "not none", "called", "equal", "close", "compare", "two-sided", "other"]
_OF_TWO = frozenset({"equal", "close", "compare", "two-sided"})
EXACT_CALLS = lazy_pattern(r"_with$|has_calls|has_awaits|any_call|any_await")
"""Mock assertions that look at the arguments."""


def read(file: SourceFile) -> list[Assertion]:
    """Return all assertions of a file, in no order."""
    found = [one for node in file.nodes("assert_statement") for one in _statement(file, node)]
    for name, call in calls_like(file, _FRAGMENTS, _ASSERTING):
        found += _call(file, name, call)
    if any(any(words(file.content, word, _END)) for word in (b"eq_", b"ok_")):
        for name, call in calls_of(file, _SHORT):
            found += _call(file, name, call)
    found += _imported(file, {one.node.start_byte for one in found})
    if b"AssertionError" in file.content:
        raised = [node for node in file.nodes("raise_statement") if "AssertionError" in file.text(node)]
        found += [made(node, "other", callee="raise") for node in raised]
    return found


def _imported(file: SourceFile, taken: set[int]) -> Iterator[Assertion]:
    """Yield statements that call what a module of assertions gives away, under whatever name."""
    if not any(word in file.content for word in _MODULES):
        return
    given = b" ".join(match[1] for match in starting_lines(_IMPORTED, file.content))
    names = sorted({name for name in re.findall(rb"\b[a-z_]\w*", given) if name != b"as"})
    for name, call in calls_of(file, [name.decode() for name in names]):
        if call.start_byte not in taken and stands_alone(call):
            yield made(call, "other", callee=name)


def _statement(file: SourceFile, node: Node) -> Iterator[Assertion]:
    asked = first_child(node)
    if asked is not None:
        yield from conditions(file, asked, whole=node)


@functools.lru_cache(maxsize=4096)
def _form(name: str) -> _Form:
    """Return how the arguments of a call of that name are read; a suite uses few names, thousands of times."""
    if _RAISES.match(name):
        return "raises"
    if name in _TRUTH:
        return "truth"
    if name in {"assertIsNone", "assert_is_none"}:
        return "none"
    if name in {"assertIsNotNone", "assert_is_not_none"}:
        return "not none"
    if _CALLED.match(name):
        return "called"
    if _EQUAL.match(name):
        return "equal"
    if _CLOSE.match(name):
        return "close"
    if name in _COMPARE:
        return "compare"
    return "two-sided" if name in _TWO_SIDED else "other"


def _call(file: SourceFile, name: str, call: Node) -> Iterator[Assertion]:
    form, arguments = _form(name), positional(call)
    if form == "raises":
        yield _raised(file, name, call, arguments)
    elif form == "called":
        yield _called(file, name, call)
    elif form == "truth" and arguments:
        yield from conditions(file, arguments[0], whole=call, is_negated=_TRUTH[name], callee=name)
    elif form == "none" and arguments:
        yield made(call, "equal", folded(file, arguments[0]), Side("None", is_literal=True), callee=name)
    elif form == "not none" and arguments:
        yield made(call, "not_none", folded(file, arguments[0]), callee=name)
    elif form in _OF_TWO and len(arguments) >= 2:
        yield _two_sided(file, name, call, arguments)
    elif "assert" in name.lower() or stands_alone(call):
        yield made(call, "other", callee=name)


def _two_sided(file: SourceFile, name: str, call: Node, arguments: list[Node]) -> Assertion:
    form, first, second = _form(name), side(file, arguments[0]), side(file, arguments[1])
    if form == "equal":
        return compared(call, "==", first, second, callee=name)
    if form == "close":
        subject, expected = in_order(first, second)
        return made(call, "close", subject, expected, tolerance=_tolerance(file, call, arguments), callee=name)
    if form == "compare":
        return compared(call, _COMPARE[name], first, second, callee=name)
    kind, is_negated = _TWO_SIDED[name]
    if name in _PART_FIRST and (first.is_literal or not second.is_literal):
        first, second = second, first
    return made(call, kind, first, second, is_negated=is_negated, callee=name)


def _tolerance(file: SourceFile, call: Node, arguments: list[Node]) -> str:
    given = named(file, call, "delta", "places", "decimal", "rtol", "atol", "significant")
    if not given and len(arguments) > 2 and "ulp" not in callee(file, call):
        by_place = "significant" if "approx" in callee(file, call) else "places"
        by_place = by_place if "lmost" in callee(file, call) or by_place == "significant" else "rtol"
        given = [f"{by_place}={folded(file, arguments[2])}"]
    return ", ".join(given)


def _raised(file: SourceFile, name: str, call: Node, arguments: list[Node]) -> Assertion:
    match, rest = keyword(file, call, "match"), arguments[1:]
    if name.endswith(("Regex", "RegexpMatches", "Message", "Regexp", "_message", "_regex")) and rest:
        match, rest = rest[0], rest[1:]
    given = arguments[0] if arguments else keyword(file, call, "expected_exception")
    return made(
        call,
        "raises",
        ", ".join(folded(file, one) for one in rest),
        raised=folded(file, given),
        match=folded(file, match),
        callee=name,
    )


def _called(file: SourceFile, name: str, call: Node) -> Assertion:
    function = call.child_by_field_name("function")
    mock = function.child_by_field_name("object") if function is not None else None
    arguments = folded(file, file.arguments(call))[1:-1] if EXACT_CALLS.search(name) else ""
    return made(
        call,
        "called",
        folded(file, mock),
        arguments,
        strength=EXACT if arguments else 0,
        is_negated="_not_" in name,
        callee=name,
    )
