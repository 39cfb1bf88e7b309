"""Path patterns of settings, as .gitignore and ruff have them. It looks at no file.

A pattern without a slash is a name anywhere; one with a slash starts at the root. Both cover a folder's whole
content. `*` stays within a name, `**` does not.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

_TOKEN = re.compile(r"\*\*/|/\*\*$|\*\*|\*|\?|\[!?[^\]/]+\]|.", re.DOTALL)
_MEANINGS = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Return whether one of the patterns covers a path relative to the root."""
    return any(_compiled(pattern).fullmatch(path) for pattern in patterns)


def is_pattern(text: str) -> bool:
    """Return whether a text can be used as a pattern."""
    try:
        _compiled(text)
    except re.error:
        return False
    return True


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    bare = pattern.strip("/") or "/"
    start = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    return re.compile(f"{start}{''.join(_meaning(token) for token in _TOKEN.findall(bare))}(?:/.*)?", re.DOTALL)


def _meaning(token: str) -> str:
    if token.startswith("[") and len(token) > 2:
        inside = token[1:-1].replace("\\", "\\\\")
        return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside.replace('^', chr(92) + '^')}]"
    return _MEANINGS.get(token) or re.escape(token)
