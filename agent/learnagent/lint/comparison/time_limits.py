"""Finds time-outs that a change raised, by the lines that differ in nothing but numbers and units of time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from learnagent.lint.change import FileChange, line_opcodes, lines_of
from learnagent.lint.syntax.patterns import lazy_pattern

_LIMIT = lazy_pattern(
    r"time_?-?out|deadline|time_?limit|wait_for\b|waitFor\b|\b(?:atMost|within|Eventually|EventuallyWithT|max_?wait|await\(\))",
    re.IGNORECASE,
)
_NO_LIMIT = lazy_pattern(r"(?<!jest\.)(?<!this\.)(?<!vi\.)\bsetTimeout\s*\(|raises|Throws|toThrow|expect\w*\(|assert")
_LAST_ARGUMENT = lazy_pattern(r"^\s*\}\s*,\s*(?:\d_?\d{3}|\d{2,}_?\d{3})\s*\)\s*;?\s*$")
"""Of `it`, in milliseconds; shorter ones are those of setTimeout."""
_NUMBER = lazy_pattern(r"(?<![\w.])(\d[\d_]*(?:\.\d+)?)(?![\w.]*\w*\()")
_UNITS = {
    "nanos": 1e-9, "micros": 1e-6, "millis": 1e-3, "milliseconds": 1e-3, "millisecond": 1e-3, "ms": 1e-3,
    "secs": 1.0, "seconds": 1.0, "second": 1.0, "s": 1.0, "minutes": 60.0, "minute": 60.0, "mins": 60.0,
    "hours": 3600.0, "hour": 3600.0,
}  # fmt: skip
_UNIT = lazy_pattern(
    r"(?i)(?<=from_)(?:secs|millis|micros|nanos|mins|hours)\b|(?:(?<=\bof)|(?<=\.)|\b)(?:milliseconds?|millis|seconds?|minutes?|hours?)\b"
)


@dataclass(frozen=True, slots=True)
class RaisedLimit:
    """A time-out that lasts longer now."""

    line: int
    """Of the file after, from 1."""
    factor: float


def raised_limits(one: FileChange, least: float) -> Iterator[RaisedLimit]:
    """Yield the time-outs that last `least` times as long or longer."""
    before, after = lines_of(one.before), lines_of(one.after)
    for tag, i1, i2, j1, j2 in line_opcodes(before, after):
        if tag != "replace":
            continue
        free = list(range(i1, i2))
        for j in range(j1, j2):
            i = next((i for i in free if _shape(before[i]) == _shape(after[j])), None)
            if i is None:
                continue
            free.remove(i)
            if _is_limit(after[j]) and (factor := _factor(before[i], after[j])) >= least:
                yield RaisedLimit(j + 1, factor)


def _is_limit(line: str) -> bool:
    is_named = _LIMIT.search(line) is not None and _NO_LIMIT.search(line) is None
    return is_named or _LAST_ARGUMENT.match(line) is not None


def _shape(line: str) -> str:
    return _UNIT.sub("U", _NUMBER.sub("#", line)).strip()


def _factor(old: str, new: str) -> float:
    """Return by how much the one number that differs grew, units counted; 0 where it is not one."""
    before, after = _seconds(old), _seconds(new)
    grown = [n / o for o, n in zip(before, after, strict=False) if o != n and o > 0]
    return grown[0] if len(grown) == 1 and len(before) == len(after) else 0.0


def _seconds(line: str) -> list[float]:
    units = [_UNITS.get(unit.lower(), 1.0) for unit in _UNIT.findall(line)]
    numbers = [float(number.replace("_", "")) for number in _NUMBER.findall(line)]
    if len(units) == len(numbers):
        return [number * unit for number, unit in zip(numbers, units, strict=True)]
    return numbers
