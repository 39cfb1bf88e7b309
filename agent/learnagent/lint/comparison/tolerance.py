"""Reads how wide the tolerance of an assertion is, as an amount where the value is written."""

from __future__ import annotations

from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import Assertion

_WIDE = 0.01
"""Share of the value: a tolerance that was not there before and is wider is no rounding."""
_NUMBER = r"[-+]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][-+]?\d+)?"
_PART = lazy_pattern(rf"(?:(\w+)\s*[=(]\s*)?({_NUMBER})")
_VALUE = lazy_pattern(rf"\(?({_NUMBER})(?:_?f(?:32|64)|[fFdDL])?\)?")
_SHARES = frozenset({"rel", "rel_tol", "rtol", "max_relative", "withinPercentage", "withPercentage"})
_DIGITS = frozenset({"places", "decimal", "significant"})
_DIGIT_CALLS = frozenset({"toBeCloseTo", "assertAlmostEqual", "assertAlmostEquals", "assert_almost_equal"})
_DEFAULT_DIGITS = {"toBeCloseTo": 2.0, "assertAlmostEqual": 7.0, "assertAlmostEquals": 7.0, "assert_almost_equal": 7.0}
_DEFAULT_SHARE = 1e-6
"""Of pytest.approx; others are narrower."""


def amount(one: Assertion) -> float | None:
    """Return how far a value may be off; a share of 1 where the value is not written; None where it is not told."""
    size = _size(one)
    if not one.tolerance:
        digits = _DEFAULT_DIGITS.get(one.callee)
        return 0.5 * 10**-digits if digits is not None else _DEFAULT_SHARE * size
    found = [_part(one, name, float(number.replace("_", "")), size) for name, number in _PART.findall(one.tolerance)]
    return sum(found) if found else None


def is_wide(one: Assertion) -> bool:
    """Return whether a tolerance is written and is more than a small share of a written value."""
    found = amount(one)
    is_written = _VALUE.fullmatch(one.expected) is not None and _size(one) > 0
    return bool(one.tolerance) and is_written and found is not None and found >= _WIDE * _size(one)


def _part(one: Assertion, name: str, value: float, size: float) -> float:
    if name in _DIGITS or (not name and one.callee in _DIGIT_CALLS):
        return 0.5 * 10 ** -min(value, 300.0)
    if name in _SHARES or one.callee.startswith("InEpsilon"):
        return float(value * size * (0.01 if "Percentage" in name else 1))
    return value


def _size(one: Assertion) -> float:
    match = _VALUE.fullmatch(one.expected)
    return abs(float(match[1].replace("_", ""))) if match else 1.0
