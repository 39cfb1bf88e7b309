"""What settings hold, whatever format they were written in, and how a part of them is read. It judges nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Value = None | bool | int | float | str | Sequence["Value"] | Mapping[str, "Value"]
Table = Mapping[str, Value]

MAX_DEPTH = 24
"""Deeper settings are cut off: aliases of YAML may make a file endless."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_REMARK = re.compile(r"(?:^|\s)#.*$")


def at(value: Value, *path: str) -> Value:
    """Return what stands below some keys; None where nothing does."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def table(value: Value, *path: str) -> Table:
    """Return the table below some keys; an empty one where there is none."""
    found = at(value, *path)
    return found if isinstance(found, Mapping) else {}


def items(value: Value) -> Sequence[Value]:
    """Return the members of a list; what is no list is one member, None is none."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    return () if value is None else (value,)


def lines(value: Value) -> list[str]:
    """Return a list of texts, also where it was written as lines of one text."""
    if isinstance(value, str):
        bare = (_REMARK.sub("", line).strip() for line in value.splitlines())
        return [line for line in bare if line]
    return [text(one) for one in items(value) if not isinstance(one, Mapping)]


def words(value: Value) -> list[str]:
    """Return a list of words, also where commas or white space separate them in one text."""
    return [word for line in lines(value) for word in re.split(r"[,\s]+", line) if word]


def entries(value: Value) -> list[str]:
    """Return a list of patterns or names that may hold spaces, also where commas separate them in one text."""
    return [part.strip() for line in lines(value) for part in line.split(",") if part.strip()]


def text(value: Value) -> str:
    """Return a scalar as it would be written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def number(value: Value) -> float | None:
    """Return a number, also out of a text such as `80%`; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    match = _NUMBER.match(value.strip()) if isinstance(value, str) else None
    return float(match[0]) if match else None


def flag(value: Value, *, default: bool = False) -> bool:
    """Return whether something is switched on, as a bool or in words."""
    if isinstance(value, bool):
        return value
    written = text(value).strip().lower()
    return written in _TRUE or (default and written not in _FALSE)


def numbers(value: Value, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], float]:
    """Return all numbers in a table, by their keys."""
    found: dict[tuple[str, ...], float] = {}
    for key, one in value.items() if isinstance(value, Mapping) and len(path) < MAX_DEPTH else ():
        here = number(one) if not isinstance(one, Mapping) else None
        if here is not None:
            found[*path, key] = here
        found |= numbers(one, (*path, key)) if isinstance(one, Mapping) else {}
    return found


def is_set(value: Value, *keys: str) -> bool:
    """Return whether a table has one of the keys."""
    return isinstance(value, Mapping) and any(key in value for key in keys)
