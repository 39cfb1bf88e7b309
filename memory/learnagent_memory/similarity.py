"""How alike two texts are by their words, and whether a text says anything that others do not say already.

No model and no embedding: this decides what is stored, so it is explainable and the same everywhere.
Meaning said in quite other words is not seen.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil

NEAR_DUPLICATE = 0.7
"""Of 9,116 different commit messages of pytest, scrapy, celery and httpx, 25 reach it against an earlier one, most
about the same thing; at .6 it is 48, and the others come from one template. Of 70 backports in pylint that differ
in their message, 61 reach it."""
RESTATED = 0.7
"""Share of a sentence's words that one passage must have. Of 748 sentences of README and CONTRIBUTING, a tenth of
their words lost and two added, 83% reach it; of 2,500 commit messages one does. At .6: 88% and 11; at .8: 65%, one."""

_CROWD = 50
"""Texts that may share a shingle before later ones are no longer found by it: what so many say is a template."""
_PASSAGE = 60
"""Words of a passage: two or three sentences. Passages overlap by half."""
_RUN = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SCRIPT = re.compile(f"[{_UNSPACED}]|[^{_UNSPACED}]+")
"""In scripts without spaces each character counts as a word."""
_QUOTED = re.compile(r"`([^`\n]+)`")
_PARTICULAR = re.compile(r"\w[./:=\\-]+\w|[^\W_]_+[^\W_]|[a-z][A-Z]|\d|^--?\w")
"""What names one particular thing: paths, identifiers of several parts, numbers, options."""
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+|\n+")
_NEGATIONS = frozenset(
    """avoid broken cannot couldn didn doesn don fail failed failing instead isn never no none nor not shouldn unless
    without won wouldn wrong""".split()
)
_STOP_WORDS = _NEGATIONS | frozenset(
    """a about after all also an and any are as at be because been before but by can could do doe each for from ha had
    have how i if in into is it just may more most must of on once one only or other our out over shall should so some
    such t than that the their them then there these they thi those to too use used using very wa we were what when
    where which while who why will with would you your""".split()
)
"""As `tokens` returns them."""


def tokens(text: str) -> list[str]:
    """Return the words of a text in order: identifiers split at camelCase and snake_case, lower case, singular."""
    runs = _RUN.findall(text)
    return [_singular(word.lower()) for run in runs for word in (_CAMEL if run.isascii() else _SCRIPT).findall(run)]


def words(text: str) -> frozenset[str]:
    """Return the different words of a text, as `tokens` splits them."""
    return frozenset(tokens(text))


def likeness(a: str, b: str) -> float:
    """Return how alike two texts are, from 0 to 1: near duplicates reach NEAR_DUPLICATE.

    The lower of two shares: of words and pairs of neighbours in common (Jaccard), and of the things
    named (paths, identifiers, commands, numbers) that both name. Texts made from one template differ
    in those only, and mean different things. So do texts of which one says not to: they get half.
    """
    return _alike(_shape(a), _shape(b))


def near_duplicates(texts: Mapping[str, str]) -> dict[str, str]:
    """Return those texts that are near duplicates of an earlier one, by key, with the key of that one.

    Only texts that share one of their rarest shingles are compared, which finds all of them but those
    beyond _CROWD (prefix filtering: Bayardo, Ma, Srikant 2007, Scaling Up All Pairs Similarity Search).
    """
    shapes = {key: _shape_of(text) for key, text in texts.items()}
    frequency = Counter(shingle for shape in shapes.values() for shingle in shape.shingles)
    holders: dict[str, list[str]] = defaultdict(list)
    found: dict[str, str] = {}
    for key, shape in shapes.items():
        rarest = sorted(shape.shingles, key=lambda shingle: (frequency[shingle], shingle))
        prefix = rarest[: len(rarest) - ceil(NEAR_DUPLICATE * len(rarest)) + 1]
        candidates = dict.fromkeys(other for shingle in prefix for other in holders[shingle][:_CROWD])
        like = next((other for other in candidates if _are_near(shape, shapes[other])), None)
        if like is not None:
            found[key] = like
        else:
            for shingle in prefix:
                holders[shingle].append(key)
    return found


def restates(text: str, documents: Iterable[str]) -> bool:
    """Return whether a text says nothing that the documents do not say: each sentence is in a passage of theirs.

    A text without a word says nothing. Who asks for many texts builds `Passages` once.
    """
    return Passages(documents).say(text)


class Passages:
    """Documents cut into short overlapping passages: whole ones, being long, would seem to say anything."""

    def __init__(self, documents: Iterable[str]) -> None:
        self._passages = [passage for document in documents for passage in _passages(tokens(document))]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, passage in enumerate(self._passages):
            for word in set(passage.split()) - _STOP_WORDS:
                self._holders[word].append(number)

    def say(self, text: str) -> bool:
        """Return whether every sentence of a text is said in some passage."""
        return all(self._hold(sentence) for sentence in _SENTENCE.split(text))

    def _hold(self, sentence: str) -> bool:
        """Return whether one passage has most words of a sentence, each thing that it names, and its negation."""
        said = words(sentence)
        is_negated = not said.isdisjoint(_NEGATIONS)
        said -= _STOP_WORDS
        named = _named(sentence)
        if not said:
            return not named
        counts = Counter(number for word in said for number in self._holders.get(word, ()))
        return any(
            all(name in self._passages[number] for name in named)
            and (not is_negated or not _NEGATIONS.isdisjoint(self._passages[number].split()))
            for number, count in counts.items()
            if count >= RESTATED * len(said)
        )


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a text is compared by."""

    shingles: frozenset[str]
    """Its words, and its pairs of neighbouring words."""
    said: str
    """Its words in order, a space around each."""
    named: frozenset[str]
    """The particular things it names, in the same form."""
    is_negated: bool
    """Whether it says not to, or that something does not work."""


def _shape_of(text: str) -> _Shape:
    ordered = tokens(text)
    pairs = (f"{left} {right}" for left, right in pairwise(ordered))
    is_negated = not _NEGATIONS.isdisjoint(ordered)
    return _Shape(frozenset([*ordered, *pairs]), _spaced(ordered), _named(text), is_negated)


_shape = lru_cache(maxsize=1024)(_shape_of)


def _alike(a: _Shape, b: _Shape) -> float:
    alike = min(_agreement(a, b), _overlap(a, b))
    return alike if a.is_negated == b.is_negated else alike / 2


def _are_near(a: _Shape, b: _Shape) -> bool:
    """Return whether two texts are near duplicates; sets of words are compared last, being the dearest."""
    return a.is_negated == b.is_negated and _agreement(a, b) >= NEAR_DUPLICATE and _overlap(a, b) >= NEAR_DUPLICATE


def _agreement(a: _Shape, b: _Shape) -> float:
    named = a.named | b.named
    return sum(name in a.said and name in b.said for name in named) / len(named) if named else 1.0


def _overlap(a: _Shape, b: _Shape) -> float:
    shared = len(a.shingles & b.shingles)
    union = len(a.shingles) + len(b.shingles) - shared
    return shared / union if union else 1.0


def _named(text: str) -> frozenset[str]:
    names = (*_QUOTED.findall(text), *(part for part in text.split() if _PARTICULAR.search(part)))
    return frozenset(_spaced(parts) for name in names if (parts := tokens(name)))


def _spaced(ordered: Iterable[str]) -> str:
    return f" {' '.join(ordered)} "


def _passages(ordered: list[str]) -> Iterable[str]:
    for start in range(0, max(len(ordered) - _PASSAGE // 2, 1), _PASSAGE // 2):
        yield _spaced(ordered[start : start + _PASSAGE])


def _singular(word: str) -> str:
    """Return a word without its plural s (Harman 1991, How effective is suffixing?)."""
    if word.endswith("ies") and not word.endswith(("eies", "aies")) and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")) and len(word) > 3:
        return word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and len(word) > 2:
        return word[:-1]
    return word
