"""Cuts identifiers and tasks into stemmed words, so that `redirects` finds `get_redirect_url`. No scores here."""

from __future__ import annotations

import functools
import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_TOKEN = re.compile(r"[^\W\d]\w*")
_SUFFIXES = {
    **dict.fromkeys(("ations", "ation", "ings", "ions", "ing", "ion", "ies", "ied", "ie", "ed", "es"), 3),
    **dict.fromkeys(("ers", "ors", "er", "or"), 4),
}
"""Letters that must be left of a word: a `user` is no `us`."""
_ENDINGS = ("s", "e", "y")
_SAYS_NOTHING = """
a about after all also an and any are as at be been before but by can cannot could did do does doesn don each
for from had has have how i if in instead into is isn it its let ll make may more must need not now of on only
or our out please re s should so some such t than that the their them then there these they this to too up us
use used uses using was we were what when where which while who why will with would you your
add added adds allow change changed changes ensure fix fixed fixes fixing implement improve remove removed
support supports update updated
"""
_STOP_WORDS = frozenset(_SAYS_NOTHING.split())


@functools.lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the crude stem of a word: `parser`, `parsing` and `parsed` give `pars`."""
    word = word.lower()
    for suffix, left in _SUFFIXES.items():
        if word.endswith(suffix) and len(word) - len(suffix) >= left:
            return word[: -len(suffix)]
    if len(word) > 3 and word.endswith(_ENDINGS) and not word.endswith("ss"):
        return word[:-1]
    return word


def stems_of(identifier: str) -> list[str]:
    """Return the stems of an identifier's or path's words, in order, of two letters or more."""
    return [stem(word) for word in _WORD.findall(identifier) if len(word) > 1]


def identifiers_in(task: str) -> frozenset[str]:
    """Return the words of a task as written that may be names in the code."""
    return frozenset(token for token in _TOKEN.findall(task) if token.lower() not in _STOP_WORDS)


def stems_in(task: str) -> frozenset[str]:
    """Return the stems of the words of a task that say something."""
    words = (word for token in identifiers_in(task) for word in _WORD.findall(token))
    return frozenset(stem(word) for word in words if len(word) > 1 and word.lower() not in _STOP_WORDS)
