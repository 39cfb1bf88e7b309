"""`loose-tolerance`: a tolerance as wide as the value that is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import Assertion, collected

_NUMBER = lazy_pattern(r"^\(?([-+]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][-+]?\d+)?)(?:_?f(?:32|64)|[fFdDL])?\)?$")
_RELATIVE = frozenset({"rel", "rel_tol", "rtol", "max_relative"})
_COARSE_PLACES = -2
"""Rounding to hundreds, whatever the value."""
_PLACES = frozenset({"places", "decimal"})
_DECIMAL = lazy_pattern(r"^(?:\w+\.)*(?:Decimal|float|BigDecimal|valueOf)\(\s*[\"']?([^\"']*?)[\"']?\s*\)$")
_WRAPPED = lazy_pattern(
    r"^(?:\w+\.)*(within|withinPercentage|withPercentage|offset|byLessThan|Percentage\.withPercentage|Offset\.offset)\((.*)\)$"
)


def check(file: SourceFile) -> Iterator[Hit]:
    """Name comparisons whose tolerance is at least as wide as the expected value, or as the value itself.

    Why it hurts: zero, twice the value and the wrong sign all pass.

    Bad:
        assert area == pytest.approx(3.14, abs=100)
        assert speed == pytest.approx(5.5, rel=1)

    Good:
        assert area == pytest.approx(3.1416, abs=1e-4)

    It is fine to be wide beside a large value (ten of a million), and around zero.
    """
    for test in collected(file):
        for one in test.assertions:
            if one.kind == "close" and not one.is_negated:
                loose = next((text for text in _widths(one) if _is_loose(text, one)), None)
                if loose is not None:
                    yield Hit.at(one.node, f"the tolerance ({loose}) is as wide as the value: any result passes")


def _widths(one: Assertion) -> list[str]:
    return [part.strip() for part in re.split(r",\s*(?![^(]*\))", one.tolerance) if part.strip()]


def _is_loose(text: str, one: Assertion) -> bool:
    name, _, value = text.rpartition("=")
    name = name.strip()
    wrapped = _WRAPPED.match(value.strip())
    if wrapped:
        name, value = wrapped[1], wrapped[2].partition(",")[0]
    width, expected = _number(value), _number(one.expected)
    if width is None:
        return value.strip() == one.expected and name not in _RELATIVE | _PLACES
    if name in _RELATIVE or one.callee.startswith("InEpsilon"):
        return width >= 1
    if "ercentage" in name:
        return width >= 100
    if name in _PLACES:
        if width <= _COARSE_PLACES and not expected:
            return True
        width = 0.5 * 10.0**-width if abs(width) < 300 else 0.0
    return bool(expected) and width >= abs(expected or 0.0)


def _number(text: str) -> float | None:
    wrapped = _DECIMAL.match(text.strip())
    found = _NUMBER.match((wrapped[1] if wrapped else text).strip())
    return float(found[1].replace("_", "")) if found else None


LOOSE_TOLERANCE = FileRule(
    name="loose-tolerance",
    level="error",
    languages=SCRIPT | {"python", "go", "rust", "java"},
    why="Zero, twice the value and the wrong sign all pass.",
    ways=("take the tolerance from the error that the method is known to make",),
    check=check,
)
