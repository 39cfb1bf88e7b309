"""How likely a lesson is about a task: a logistic model over a few plain measures, its weights in JSON.

Scores of BM25 mean something within one query and one collection only, so they cannot tell "nothing fits".
Shares of a query's information can: how much of what the task says does the lesson say, each word weighed by
how rare it is in the commit messages of many repositories. `tests/bench/recall.py calibrate` fits the weights
and sets the threshold on repositories other than those it reports.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from learnagent_memory.lesson import Lesson
from learnagent_memory.similarity import words

FEATURES = ("bias", "query_share", "lesson_share", "rarest", "count", "cosine", "named")
SAME_ERROR = 0.95
"""Chance of a lesson about the very error that is asked about: not fitted, commits have no error signatures."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted model."""

    weights: tuple[float, ...]
    """One a feature, in the order of FEATURES; that of the cosine is 0 without an encoder."""
    thresholds: tuple[tuple[int, float], ...]
    """Sizes of stores, ascending, and the chance below which nothing is shown: more lessons, more chance hits."""
    rarity: Mapping[str, float]
    """Information of frequent words, in nats."""
    unseen: float
    """Information of any other word."""

    def threshold(self, lessons: int) -> float:
        """Return the chance that is asked of a store of so many lessons."""
        return next((least for size, least in self.thresholds if lessons <= size), self.thresholds[-1][1])

    def information(self, found: frozenset[str]) -> float:
        """Return what the words say together, in nats."""
        return sum(self.rarity.get(word, self.unseen) for word in found)


@dataclass(frozen=True, slots=True)
class Relevance:
    """How well a lesson fits a task."""

    chance: float
    """0 to 1."""
    shared: tuple[str, ...]
    """Words both have, the rarest first."""
    named: bool
    """Whether the task names a file or symbol of the lesson."""
    is_same_error: bool


@cache
def shipped(*, encoder: bool) -> Weights:
    """Return the weights that come with the package, for lessons with vectors or without."""
    document = json.loads((files("learnagent_memory") / "relevance.json").read_text(encoding="utf-8"))
    fitted = document["encoder" if encoder else "words"]
    return Weights(
        weights=tuple(fitted["weights"][name] for name in FEATURES),
        thresholds=tuple(sorted((int(size), least) for size, least in fitted["thresholds"].items())),
        rarity=document["rarity"],
        unseen=document["unseen"],
    )


@dataclass(frozen=True, slots=True)
class Query:
    """A task, taken apart once."""

    text: str
    words: frozenset[str]
    error: str = ""
    """Signature of the error it is about."""

    @classmethod
    def of(cls, text: str, *, error: str = "") -> Query:
        """Take a text apart."""
        return cls(text, words(text), error)


def measures(query: Query, lesson: Lesson, *, cosine: float | None, model: Weights) -> tuple[float, ...]:
    """Return the features of a pair, in the order of FEATURES; each lies between 0 and 1."""
    said = words(lesson.text)
    shared = query.words & said
    information = model.information(shared)
    return (
        1.0,
        information / (model.information(query.words) or 1.0),
        information / (model.information(said) or 1.0),
        max((model.rarity.get(word, model.unseen) for word in shared), default=0.0) / model.unseen,
        math.log1p(len(shared)) / 3,
        cosine or 0.0,
        float(_names(query.text, lesson)),
    )


def chance(features: Sequence[float], model: Weights) -> float:
    """Return the chance that the lesson is about the task."""
    return 1 / (1 + math.exp(-sum(weight * value for weight, value in zip(model.weights, features, strict=True))))


def judge(query: Query, lesson: Lesson, *, cosine: float | None, model: Weights) -> Relevance:
    """Return how well a lesson fits a task; `cosine` is that of their vectors, None without an encoder."""
    features = measures(query, lesson, cosine=cosine, model=model)
    shared = query.words & words(lesson.text)
    is_same_error = bool(query.error) and query.error == lesson.when.error
    return Relevance(
        chance=max(chance(features, model), SAME_ERROR * is_same_error),
        shared=tuple(sorted(shared, key=lambda word: (-model.rarity.get(word, model.unseen), word))),
        named=_names(query.text, lesson),
        is_same_error=is_same_error,
    )


def _names(text: str, lesson: Lesson) -> bool:
    """Return whether a text names a file or symbol that the lesson is anchored at."""
    return any(
        anchor.path in text or (len(last := anchor.symbol.rpartition(".")[2]) > 3 and last in text)
        for anchor in lesson.anchors
        if anchor.path
    )
