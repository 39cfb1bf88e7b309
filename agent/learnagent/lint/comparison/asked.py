"""Says whether a task, or a commit's message, asks to do something to something: `lower fail_under`, `ignore E501`.

A verb that is denied (`do not lower`, `without ignoring`) asks for nothing; what else the sentence denies is no matter.
`task_words` reads what is asked of tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from learnagent.lint.syntax.patterns import lazy_pattern

_SENTENCE = lazy_pattern(r"(?<=[.!?;])\s+|\n\s*\n|\n\s*[-*]\s")
_TRAILER = lazy_pattern(r"^(?:Signed-off-by|Co-authored-by|Reviewed-by|Change-Id)\b.*$", re.IGNORECASE | re.MULTILINE)
_DENIED = lazy_pattern(
    r"\b(?:not|never|without|avoid|cannot|can't|don't|doesn't|mustn't|shouldn't|won't|instead of|rather than|"
    r"no need to|no)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)


def sentences(task: str) -> Iterator[str]:
    """Yield the sentences of a task, without what git adds to a message."""
    return (one for one in _SENTENCE.split(_TRAILER.sub("", task)) if one.strip())


def asks(task: str, verb: re.Pattern[str], names: Iterable[str]) -> bool:
    """Return whether a sentence has the verb, not denied, and one of some names at the beginning of a word."""
    long = sorted({name for name in names if len(name) > 2}, key=len, reverse=True)
    if not long or not task:
        return False
    named = lazy_pattern(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, long))})", re.IGNORECASE)
    return any(named.search(one) and does(named.sub(" it ", one), verb) for one in sentences(task))


def does(sentence: str, verb: re.Pattern[str]) -> bool:
    """Return whether a sentence has the verb, and does not deny it."""
    return any(not _DENIED.search(sentence[: match.start()]) for match in verb.finditer(sentence))
