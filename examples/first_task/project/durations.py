"""Durations as people write them: `1h30m`, `45s`, `2d`."""

from __future__ import annotations

import re

SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PART = re.compile(r"(\d+)([a-z])")


class DurationError(ValueError):
    """The text is not a duration."""


def parse(text: str) -> int:
    """Return the seconds in a duration."""
    total = 0
    for number, unit in _PART.findall(text):
        if unit not in SECONDS:
            raise DurationError(f"unknown unit {unit!r} in {text!r}")
        total += int(number) * SECONDS[unit]
    return total


def render(seconds: int) -> str:
    """Return a duration in its shortest form; zero is `0s`."""
    parts = []
    for unit, size in SECONDS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
