"""Reads from the task, or a commit's message, what it asks for: what is asked for is no shortcut.

A sentence that forbids (`do not delete tests`, `without skipping`) asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from learnagent.lint.syntax.patterns import lazy_pattern

_SENTENCE_END = lazy_pattern(r"(?<=[.!?;])\s+|\n\s*\n|\n\s*[-*]\s|\n(?=[A-Z#])|:\s*\n")
_FORBIDS = lazy_pattern(
    r"\b(?:not|never|without|avoid|no need to|cannot|can't|don't|doesn't|mustn't|shouldn't|instead of|rather than|"
    r"(?:any|every)thing (?:but|except)|except|other than|nothing|untouched|unchanged|"
    r"(?:keep|leave) (?:all |the )*tests?)\b",
    re.IGNORECASE,
)
_TESTS = lazy_pattern(
    r"\b(?:tests?|specs?|testing|test[_-]?(?:case|suite|file)s?|assert\w*|expectations?|"
    r"\w*pytest\w*|unittest|\w+_tests?|tests?_\w+)\b",
    re.IGNORECASE,
)
_CLAUSE_END = lazy_pattern(
    r"[,;:]|\b(?:and|so|that|until|because|to make|in order|while|which|when|if)\b", re.IGNORECASE
)
_QUOTED_LIST = lazy_pattern(r"`,?\s*(?:and\s+|,\s*)`")
_MESSAGE_TRAILER = lazy_pattern(
    r"^(?:Signed-off-by|Co-authored-by|Reviewed-by|Change-Id|Fixes|Closes|Refs?)\b.*$", re.I | re.M
)

_ENDS = (
    r"unused|unneeded|unnecessar\w*|unneccessar\w*|outdated|no longer|strip\w*|dead code|stop(?:s|ped)?|"
    r"forbid\w*|disallow\w*|prohibit\w*"
)
REMOVES = lazy_pattern(
    r"\b(?:re-?mov\w*|delet\w*|drop(?:s|ped|ping)?|revert\w*|prun\w+|retir\w+|rid of|kill\w*|deprecat\w*|undeprecat\w*|"
    r"un-deprecat\w*|obsolete\w*|redundant|duplicat\w*|dedup\w*|superfluous|nuke\w*|bye|discard\w*|trim\w*|rip)\b",
    re.IGNORECASE,
)
"""What may be done to tests."""
ENDS = lazy_pattern(rf"{REMOVES.pattern}|\b(?:{_ENDS})\b", re.IGNORECASE)
"""What may be done to code, whose tests then go with it."""
REWORKS = lazy_pattern(
    r"\b(?:clean\w*|tid(?:y|ied|ying)\w*|simplif\w*|refactor\w*|re-?work\w*|re-?writ\w*|re-?organi\w*|restructur\w*|"
    r"mov(?:e|es|ed|ing)\b|migrat\w*|merg(?:e|es|ed|ing)|combin\w*|consolidat\w*|split\w*|replac\w*|convert\w*|port(?:s|ed|ing)?|"
    r"shorten\w*|renam\w*|extract\w*|unif(?:y|ied|ies)\w*|parametr\w*|parameteri\w*)\b",
    re.IGNORECASE,
)

HIDES = lazy_pattern(
    rf"{REMOVES.pattern}|\b(?:skip\w*|disabl\w*|ignor\w*|xfail\w*|quarantin\w*|comment\w*\s+out|mut(?:e|ed|ing)|park\w*|"
    r"deactivat\w*|turn\w*\s+off|exclud\w*|mark\w*)\b",
    re.IGNORECASE,
)

UPDATES = lazy_pattern(
    r"\b(?:updat\w*|adjust\w*|correct\w*|chang\w*|amend\w*|adapt\w*|regenerat\w*|bump\w*|refresh\w*|typos?|"
    r"align\w*|moderni\w*)\b",
    re.IGNORECASE,
)
WAITS = lazy_pattern(
    r"\b(?:as flaky|sleep\w*|wait\w*|delay\w*|paus(?:e|es|ing)|retr(?:y|ies|ying)|re-?run\w*|slow\w* down)\b",
    re.IGNORECASE,
)
LOOSENS = lazy_pattern(
    r"\b(?:loos\w+|relax\w*|accept\w*|toler\w+|lenien\w+|flexib\w+|robust\w*|weak\w+|widen\w*|any order|less strict|"
    r"order-?(?:free|independent\w*)|non-?determinis\w+|less (?:brittle|fragile|sensitive)|brittle\w*|fragile|"
    r"flaky|flakey|flakiness|unstable|intermittent\w*|"
    r"(?:rais|increas|extend|bump|length|long)\w*\W+(?:\w+\W+){0,4}?(?:time-?outs?|tolerances?|limits?|deltas?))\b",
    re.IGNORECASE,
)


def sentences(task: str) -> Iterator[str]:
    """Yield the sentences that ask for something."""
    for sentence in _SENTENCE_END.split(_MESSAGE_TRAILER.sub("", task)):
        if sentence.strip() and not _FORBIDS.search(sentence):
            yield sentence


def asks_of_tests(task: str, verb: re.Pattern[str]) -> bool:
    """Return whether a sentence does to tests what the verb says: `remove the slow tests`, `test cleanup`."""
    return any(_is_object(sentence, match) for sentence in sentences(task) for match in verb.finditer(sentence))


def _is_object(sentence: str, verb: re.Match[str]) -> bool:
    behind = _CLAUSE_END.split(sentence[verb.end() :], maxsplit=1)[0]
    ahead = sentence[: verb.start()]
    if _TESTS.search(verb[0]):
        return True
    return bool(_TESTS.search(" ".join(behind.split()[:8])) or _TESTS.search(" ".join(ahead.split()[-6:])))


def objects(task: str, verb: re.Pattern[str]) -> set[str]:
    """Return the words behind the verb, to the end of the clause, in lower case: what it is done to."""
    return {word.lower() for clause in _clauses(task, verb) for word in re.findall(r"\w+", clause)}


def quoted_objects(task: str, verb: re.Pattern[str]) -> set[str]:
    """Return the words in back quotes behind the verb, as written."""
    quoted = [text for clause in _clauses(task, verb) for text in re.findall(r"`([^`]+)`", clause)]
    return {word for text in quoted for word in re.findall(r"\w+", text)}


def _clauses(task: str, verb: re.Pattern[str]) -> Iterator[str]:
    for sentence in sentences(_QUOTED_LIST.sub("` `", task)):
        for match in verb.finditer(sentence):
            behind = _CLAUSE_END.split(sentence[match.end() :], maxsplit=1)[0]
            yield " ".join(behind.split()[:12])


def asks_about(task: str, verb: re.Pattern[str], names: Iterable[str]) -> bool:
    """Return whether a sentence has the verb and one of some names, whatever its case."""
    wanted = [lazy_pattern(rf"(?<![^\W_]){re.escape(name)}", re.IGNORECASE) for name in names if len(name) > 3]
    return any(verb.search(sentence) and any(name.search(sentence) for name in wanted) for sentence in sentences(task))
