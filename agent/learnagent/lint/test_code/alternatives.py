"""Tells from the source of a condition whether it holds whatever happens: `True`, `x or True`, `x or not x`."""

from __future__ import annotations

import re

from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.rust_text import split

_TRUE = lazy_pattern(
    r"""^(?:True|true|-?[1-9]\d*|[rbfRBF]?"(?:[^"\\]|\\.)+"|'(?:[^'\\]|\\.)+'|lambda\b.*|\((?!\)).* for .* in .*\))$""",
    re.DOTALL,
)
_OPPOSITES = (
    (" is not ", " is "),
    (" not in ", " in "),
    (" !== ", " === "),
    (" != ", " == "),
    (" >= ", " < "),
    (" <= ", " > "),
)


def is_always_true(text: str) -> bool:
    """Return whether the value of an expression counts as true whatever happens: a constant, a tuple of two."""
    if _TRUE.match(text):
        return True
    if not (text.startswith("(") and text.endswith(")")):
        return False
    parts = split(text[1:-1], ",")
    return len(parts) > 1 and not _is_called(text)


def _is_called(text: str) -> bool:
    """Return whether the first bracket closes before the end: (a)(b)."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return place < len(text) - 1
    return True


def covers_everything(text: str) -> bool:
    """Return whether an alternative holds whatever happens: one side is true, or two sides are opposites."""
    parts = [part for _, part in split(re.sub(r"\s+or\s+", " || ", text), "||")]
    if len(parts) < 2:
        return False
    plain = {_plain(part) for part in parts}
    return any(is_always_true(part) for part in parts) or any(_opposite(part) in plain for part in plain)


def _plain(text: str) -> str:
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and not _is_called(text):
        text = text[1:-1].strip()
    return text


def _opposite(text: str) -> str:
    for denied in ("not ", "!"):
        if text.startswith(denied):
            return _plain(text.removeprefix(denied))
    for one, other in _OPPOSITES:
        if one in text:
            return text.replace(one, other, 1)
    return f"not {text}"
