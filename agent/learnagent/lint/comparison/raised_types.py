"""Tells whether an expected error was broadened: to a base of it, to more types, to any error at all."""

from __future__ import annotations

import builtins
import re

from learnagent.lint.change import Change
from learnagent.lint.syntax.patterns import lazy_pattern

_ANY = frozenset("Exception BaseException Error Throwable RuntimeException StandardError Object object error".split())
_ROOTS = ("builtins.", "java.lang.", "std.", "System.")
_NOT_TYPES = frozenset({"class", "expect", "any", "new", "None"})
_DEPTH = 6
"""Steps from a class to its base."""


def is_broader(change: Change, old: str, new: str) -> bool:
    """Return whether what is expected now lets more errors pass than before; both as written, empty for any."""
    before, after = _types(old), _types(new)
    if not before or before.keys() == after.keys():
        return False
    if not after or after.keys() > before.keys():
        return True
    fresh = after.keys() - before.keys()
    if any(base in _ANY and is_plain for base, is_plain in after.items() if base in fresh) and _ANY.isdisjoint(before):
        return True
    return any(_is_base(change, base, name) for base in fresh for name in before)


def _types(text: str) -> dict[str, bool]:
    """Return the last parts of the names, and whether they are written without a module; strings are no types."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|`[^`]*`|/[^/]+/\w*", "", text)
    found = re.findall(r"[A-Za-z_][\w.]*", bare.replace(".class", ""))
    plain = {part.rpartition(".")[2]: "." not in part or part.startswith(_ROOTS) for part in found}
    return {name: is_plain for name, is_plain in plain.items() if name not in _NOT_TYPES}


def _is_base(change: Change, base: str, name: str) -> bool:
    mine, other = getattr(builtins, base, None), getattr(builtins, name, None)
    if isinstance(mine, type) and isinstance(other, type):
        return mine is not other and issubclass(other, mine)
    return base in _bases(change, name)


def _bases(change: Change, name: str) -> set[str]:
    """Return the bases of a class as far as the files of the change define them."""
    found: set[str] = set()
    todo = {name}
    for _ in range(_DEPTH):
        todo = {base for one in todo for base in _direct_bases(change, one)} - found
        found |= todo
    return found


def _direct_bases(change: Change, name: str) -> set[str]:
    pattern = lazy_pattern(
        rb"\bclass\s+%s\b\s*(?:\(([^)]*)\)|(?:<[^{]*?>)?\s*(?:extends|:|<)\s*([\w.]+))" % name.encode()
    )
    contents = [content for one in change.files for content in (one.before, one.after) if content is not None]
    listed = [match[1] or match[2] or b"" for content in contents for match in pattern.finditer(content)]
    return {found.rpartition(".")[2] for text in listed for found in re.findall(r"[\w.]+", text.decode())}
