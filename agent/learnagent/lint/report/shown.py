"""Makes paths and messages fit to be shown: what a repository wrote must not write lines of its own."""

from __future__ import annotations

import os

from learnagent.lint.syntax.patterns import lazy_pattern

_CONTROL = lazy_pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def printable_path(path: str) -> str:
    """Return a path as text that can be written anywhere: odd bytes and control characters are escaped."""
    return one_line(os.fsencode(path).decode("utf-8", "backslashreplace"))


def one_line(text: str) -> str:
    """Return the text with its control characters, line ends too, escaped."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
