"""Compares texts by marks: what makes a build looser where it appears, or was strict and is gone. It parses nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learnagent.lint.gates.loosening import Loosening

_QUOTED = re.compile(r"[\"'>]\s*([\w.*/$:-]{3,})\s*(?:[\"'<]|$)")
_TELLING = re.compile(r"[\w.*/-]{4,}")


_XML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def without_comments(xml: str) -> str:
    """Return XML without its comments; one that is not closed runs to the end."""
    return _XML_COMMENT.sub("", xml)


def blocks(xml: str, name: str) -> list[str]:
    """Return the contents of the elements of a name, none of which holds another of that name."""
    parts = re.split(rf"<{name}\b[^<>]{{0,400}}>", xml)
    return [part.partition(f"</{name}>")[0] for part in parts[1:]]


@dataclass(frozen=True, slots=True)
class Mark:
    """Text that says something about a gate."""

    pattern: re.Pattern[str]
    message: str
    """`{}` stands for what was found."""
    names: tuple[str, ...]
    """What a task calls it."""
    is_strict: bool = False
    """Whether the build is looser without it."""


def mark(pattern: str, message: str, names: str, *, is_strict: bool = False) -> Mark:
    """Return a mark, its names from one text."""
    return Mark(re.compile(pattern), message, tuple(names.split()), is_strict)


def compare_marks(old: str, new: str, marks: Sequence[Mark]) -> Iterator[Loosening]:
    """Yield the marks that are there more often, and the strict ones of which none is left."""
    told = set[str]()
    for one in marks if old.strip() and new.strip() else ():
        were, are = (Counter(_shown(match[0]) for match in one.pattern.finditer(side)) for side in (old, new))
        found = _lost(one, were, are) if one.is_strict else _come(were, are)
        message = one.message.format(found) if found else ""
        if message and message not in told:
            told.add(message)
            moved = re.escape(found) if one.is_strict else ""
            yield Loosening(message, (found, *_TELLING.findall(found)), (*one.names, found), moved=moved)


def _lost(one: Mark, were: Counter[str], are: Counter[str]) -> str:
    gone = were.keys() - are.keys() if "{}" in one.message else were.keys() if not are else set()
    return min(gone, default="")


def _come(were: Counter[str], are: Counter[str]) -> str:
    return min(are - were, default="") if are.total() > were.total() else ""


def _shown(found: str) -> str:
    quoted = _QUOTED.search(found)
    return quoted[1] if quoted else found.strip(" \"'")
