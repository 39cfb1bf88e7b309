"""Tells whether two assertions examine the same thing, also where one of them gave it a name first."""

from __future__ import annotations

import functools
import re
from collections import Counter

from learnagent.lint.comparison.pairs import PlacedTest
from learnagent.lint.syntax.code_words import share, telling, words_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import Assertion

_NAME = lazy_pattern(r"(?<![\w.])[A-Za-z_]\w*")
_CAUGHT = lazy_pattern(r"[tT]hrows?\w*\(|raises\(|catchThrowable|\brescue\b")
"""What is caught is another thing than the code that threw it."""
_ROUNDS = 3
"""A name that was given a name: so deep are they followed."""
_LONG = 1_000
_SAME = 0.7
"""Share of what one subject tells that the other must hold."""


def same_subject(old: PlacedTest, one: Assertion, new: PlacedTest, other: Assertion) -> bool:
    """Return whether an assertion of the old test and one of the new examine the same."""
    if one.subject == other.subject:
        return bool(one.subject)
    if not one.subject or not other.subject:
        return False
    mine, theirs = _subject_words(old, one.subject), _subject_words(new, other.subject)
    return bool(mine) and bool(theirs) and share(mine, theirs) >= _SAME and share(theirs, mine) >= _SAME


@functools.lru_cache(maxsize=512)
def _subject_words(placed: PlacedTest, subject: str) -> Counter[str]:
    """Return the words of what is examined, local names replaced by what they were given."""
    text, replaced = subject, set[str]()
    for _ in range(_ROUNDS):
        for name in dict.fromkeys(_NAME.findall(text)):
            value = placed.file.text(placed.local_values.get(name))
            if value and name not in replaced and len(text) < _LONG and _is_plain(name, value):
                replaced.add(name)
                text = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", value.replace("\\", r"\\"), text)
    return telling(words_of(text, placed.file.language))


def _is_plain(name: str, value: str) -> bool:
    return not _CAUGHT.search(value) and name not in _NAME.findall(value)
