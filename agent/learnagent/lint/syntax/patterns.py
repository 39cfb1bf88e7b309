"""Regular expressions that are compiled when they are first used.

The rules have some seven hundred: compiling all of them takes longer than linting a small change.
"""

from __future__ import annotations

import re
from typing import AnyStr, cast


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` does, compiled at its first use: a wrong pattern raises `re.error` only then."""
    return cast("re.Pattern[AnyStr]", _LazyPattern(text, flags))


class _LazyPattern:
    """Stands in for a compiled pattern; what was asked of it once is then an attribute of its own."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self.pattern = text
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        found: object = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found
