"""Reads why a finding is right to stay: `learnagent: allow[rule] reason` in a comment, or a `noqa` with words.

A comment speaks for its own line and, standing alone, for the line below its block. Without a reason it
allows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_ALLOW = lazy_pattern(r"learnagent:\s*allow\[([^\]]*)\][ \t:,;.\u2013\u2014-]*([^\n]*)")
_NOQA = lazy_pattern(r"noqa:\s*((?:[A-Z]+\d+[,\s]*)+)[\s:,#\u2013\u2014-]*([^\n]*)")
_CODES: Mapping[str, tuple[str, ...]] = {
    "BLE001": ("swallowed-error", "broad-suppress"),
    "E722": ("swallowed-error",),
    "S110": ("swallowed-error",),
    "S112": ("swallowed-error",),
    "SIM105": ("swallowed-error",),
    "B012": ("jump-out-of-finally",),
    "SIM107": ("jump-out-of-finally",),
    "B017": ("broad-raises",),
    "PT011": ("broad-raises",),
    "S101": (),
}
"""What a ruff code stands for here; with words behind it, it is a reason."""
_CLOSING = lazy_pattern(r"\s*(?:\*/|-->)\s*$")
_WORD = lazy_pattern(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Allow:
    """One comment that allows."""

    rules: tuple[str, ...]
    reason: str
    line: int
    """Line of the comment."""
    speaks_for: frozenset[int]
    """Lines whose findings it allows."""
    start: int
    end: int
    """Bytes of the comment."""
    is_own: bool
    """Whether it is this linter's own form: only that one can be unused."""

    @property
    def has_reason(self) -> bool:
        """Whether it says why, in words."""
        return _WORD.search(self.reason) is not None

    def covers(self, rule: str, line: int) -> bool:
        """Return whether it allows a rule on a line."""
        return self.has_reason and rule in self.rules and line in self.speaks_for


def allows(file: SourceFile) -> list[Allow]:
    """Return the comments that allow something, in the order of the text."""
    return file.once(_read)


def _read(file: SourceFile) -> list[Allow]:
    if b"allow[" not in file.content and b"noqa:" not in file.content:
        return []
    return [allow for comment in file.comments for allow in _of_comment(file, comment)]


def _of_comment(file: SourceFile, comment: Node) -> list[Allow]:
    text = file.text(comment)
    found: list[Allow] = []
    if "allow[" not in text and "noqa:" not in text:
        return found
    line, last = comment.start_point[0] + 1, comment.end_point[0] + 1
    for match in _ALLOW.finditer(text):
        names = tuple(name.strip() for name in match[1].split(",") if name.strip())
        found.append(_allow(file, comment, names, match[2], line=line, last=last, is_own=True))
    for match in _NOQA.finditer(text):
        codes = re.findall(r"[A-Z]+\d+", match[1])
        names = tuple(rule for code in codes for rule in _CODES.get(code, ()))
        if names:
            found.append(_allow(file, comment, names, match[2], line=line, last=last, is_own=False))
    return found


def _allow(
    file: SourceFile, comment: Node, names: tuple[str, ...], reason: str, *, line: int, last: int, is_own: bool
) -> Allow:
    speaks_for = {line}
    if is_alone(file, comment):
        below = last + 1
        while file.line_text(below).lstrip().startswith(("#", "//", "*", "/*", "--")):
            below += 1
        speaks_for |= {below}
    return Allow(
        rules=names,
        reason=_CLOSING.sub("", reason).strip(),
        line=line,
        speaks_for=frozenset(speaks_for),
        start=comment.start_byte,
        end=comment.end_byte,
        is_own=is_own,
    )


def is_alone(file: SourceFile, comment: Node) -> bool:
    """Return whether nothing but white space stands before a comment on its line."""
    begin = file.content.rfind(b"\n", 0, comment.start_byte) + 1
    return not file.content[begin : comment.start_byte].strip()
