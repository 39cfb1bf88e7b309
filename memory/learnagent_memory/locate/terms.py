"""Cuts code, paths and prose into terms: whole identifiers and their parts, stems of words, as numbers.

A term is stored as 32 bits of a hash, so what lies on the disk is no text. Nothing here ranks.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections import Counter
from collections.abc import Iterable

_IDENTIFIER = re.compile(r"[^\W\d]\w+|\d{3,}")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
_DEFINED = re.compile(
    r"^[ \t]*(?:(?:export|default|public|private|protected|static|final|abstract|async|pub(?:\([^)\n]*\))?|unsafe|"
    r"inline|const|virtual|override|internal|open|data|sealed)[ \t]+)*"
    r"(?:def|class|func|fn|function|struct|type|interface|trait|enum|module|namespace|macro_rules!|record|object|fun)"
    r"[ \t]+(?:\([^)\n]*\)[ \t]*)?([^\W\d]\w*)",
    re.MULTILINE,
)
_VOWEL = re.compile(r"[aeiouy]")
LONGEST = 64
"""Characters of a term; what is longer is data, not a name."""

STOP_WORDS = frozenset(
    "a about after all also an and any are as at be because been before being both but by can cannot could did do "
    "does doing done don dont each etc for from get gets got had has have he her him his how i if in into is isn it "
    "its itself just let like ll may me might more most must my no nor not now of off on once one only or other our "
    "out over own please re s same see she should so some such t than that the their them then there these they "
    "this those through to too under until up us use used uses using ve very via was we were what when where which "
    "while who why will with within without would you your".split()
)


@functools.lru_cache(maxsize=200_000)
def terms_of(identifier: str) -> tuple[str, ...]:
    """Return the identifier in lower case and, where it has several, the stems of its parts."""
    whole = identifier.lower()
    if len(whole) > LONGEST:
        return ()
    parts = [part.lower() for part in _PARTS.findall(identifier)]
    if len(parts) < 2:
        return (stem(whole),)
    return (whole.strip("_"), *(stem(part) for part in parts if len(part) > 1))


def spelled(identifier: str) -> dict[str, str]:
    """Return each term of an identifier with how it is spelled there."""
    parts = {stem(part.lower()): part for part in _PARTS.findall(identifier)}
    return parts | dict.fromkeys(terms_of(identifier)[:1], identifier)


def identifiers(text: str) -> list[str]:
    """Return the words and names of a text, in order."""
    return _IDENTIFIER.findall(text)


def terms_in(text: str) -> Iterable[str]:
    """Yield the terms of a text, repeated as they occur."""
    for identifier in _IDENTIFIER.findall(text):
        yield from terms_of(identifier)


def count(text: str) -> Counter[str]:
    """Return how often each term occurs."""
    counted: Counter[str] = Counter()
    for identifier, times in Counter(_IDENTIFIER.findall(text)).items():
        for term in terms_of(identifier):
            counted[term] += times
    return counted


def defined_in(text: str) -> list[str]:
    """Return the names that lines of the text seem to define, in order, in any language: cheap, for ranking."""
    return _DEFINED.findall(text)


def number(term: str) -> int:
    """Return 32 bits that stand for the term."""
    return zlib.crc32(term.encode("utf-8", "replace"))


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the word without the commonest English endings, so that `parsing`, `parsed` and `parses` meet.

    Less than Porter's stemmer does, and never less than three letters are left.
    """
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) > 2 and _VOWEL.search(base):
            return _undoubled(base)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("shes", "ches", "xes", "sses", "zes")) else word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def _undoubled(base: str) -> str:
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    return base.removesuffix("e") if len(base) > 4 else base
