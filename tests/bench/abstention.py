"""Whether recall keeps silent where it knows nothing: fits the relevance of lessons, and reports on other repositories.

    python tests/bench/abstention.py fit REPO... --write     weights and threshold, into relevance.json
    python tests/bench/abstention.py report REPO...          false recalls and answers, with intervals

Each past commit is a lesson (subject, body, files), each later one a query. A query of another repository can be
answered by none: what is shown then is a false recall. It says nothing about lessons that are not commits.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from learnagent_memory import relevance
from learnagent_memory.embedding import embedder as embedders
from learnagent_memory.history.log import read_log
from learnagent_memory.lesson import MAX_FIELD, MAX_TITLE, Anchor, Lesson, When
from learnagent_memory.relevance import FEATURES, Query, Weights

WEIGHTS = Path(relevance.__file__).with_name("relevance.json")
STORES = (10, 100, 1_000, 5_000)
"""Lessons in the store; the largest is capped by the history."""
CANDIDATES = 20
HUB = 0.05
"""A file changed by more than this share of the commits makes two commits no relatives."""
FREQUENT_WORDS = 1_500
TARGET = 0.01
"""False recalls aimed at, half of what is promised: other repositories differ more than these do."""
LEAST = 0.25
"""Chance asked in any store: of what is shown, one in four at least is about the same file."""
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Past:
    """One commit, as lesson and as query."""

    lesson: Lesson
    query: Query
    files: frozenset[str]
    """Without hubs."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A query and a lesson that shares words with it."""

    features: tuple[float, ...]
    related: bool
    """Whether they changed a file in common; always False across repositories."""


class Repository:
    """The commits of one repository, oldest first, and their vectors."""

    def __init__(self, path: Path, limit: int, embedder: embedders.Embedder | None) -> None:
        self.name = path.parent.name if path.name == "repo" else path.name
        commits = [one for one in read_log(path, limit=limit) if not one.is_noise and len(one.message.split()) >= 4]
        commits = [one for one in reversed(commits) if 1 <= len(one.changes) <= 8]
        counts = Counter(change.path for one in commits for change in one.changes)
        hubs = {name for name, count in counts.items() if count > HUB * len(commits)}
        self.past = []
        for one in commits:
            anchors = tuple(Anchor(path=change.path) for change in one.changes)
            lesson = Lesson(title=one.subject[:MAX_TITLE], do=one.body[:MAX_FIELD], anchors=anchors, when=When())
            files = frozenset(change.path for change in one.changes) - hubs
            self.past.append(Past(lesson, Query.of(one.message[:800]), files))
        self.vectors = embedder.embed([one.lesson.text for one in self.past]) if embedder else None
        self.queries = embedder.embed([one.query.text for one in self.past]) if embedder else None


def candidates(query: Query, store: Sequence[int], repository: Repository, model: Weights) -> list[int]:
    """Return the places of the lessons that share most with the query, as the index would find them."""
    scores = [
        (model.information(query.words & repository.past[place].query.words), place)
        for place in store
        if query.words & repository.past[place].query.words
    ]
    return [place for _, place in sorted(scores, reverse=True)[:CANDIDATES]]


def measured(
    asked: tuple[Repository, int], stored: tuple[Repository, int], model: Weights, *, encoder: bool
) -> tuple[float, ...]:
    query, lesson = asked[0].past[asked[1]].query, stored[0].past[stored[1]].lesson
    cosine = None
    if encoder and asked[0].queries is not None and stored[0].vectors is not None:
        cosine = float(asked[0].queries[asked[1]] @ stored[0].vectors[stored[1]])
    return relevance.measures(query, lesson, cosine=cosine, model=model)


def stores(repository: Repository, chance: random.Random) -> dict[int, list[int]]:
    """Return stores of each size, made of the older part of the history."""
    older = range(int(len(repository.past) * 0.8))
    return {size: sorted(chance.sample(older, min(size, len(older)))) for size in STORES}


def pairs(repositories: Sequence[Repository], model: Weights, per_repository: int, *, encoder: bool) -> list[Pair]:
    """Return pairs of queries with the best candidates of their own and of another repository."""
    chance = random.Random(SEED)
    found: list[Pair] = []
    for repository in repositories:
        newer = range(int(len(repository.past) * 0.8), len(repository.past))
        others = [one for one in repositories if one is not repository]
        for place in chance.sample(newer, min(per_repository, len(newer))):
            query = repository.past[place]
            for target in (repository, chance.choice(others)):
                older = range(int(len(target.past) * 0.8))
                store = chance.sample(older, min(chance.choice(STORES), len(older)))
                for one in candidates(query.query, store, target, model):
                    related = target is repository and bool(query.files & target.past[one].files)
                    found.append(Pair(measured((repository, place), (target, one), model, encoder=encoder), related))
    return found


def fit_weights(found: Sequence[Pair]) -> tuple[float, ...]:
    """Fit a logistic regression by Newton's method, weakly regularised."""
    import numpy as np

    x = np.array([pair.features for pair in found])
    y = np.array([pair.related for pair in found], dtype=float)
    weights = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], 1.0)
    penalty[0] = 1e-6
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + penalty * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if abs(step).max() < 1e-8:
            break
    return tuple(float(value) for value in weights)


@dataclass(frozen=True, slots=True)
class Answer:
    """The best lesson for one query."""

    chance: float
    related: bool


def best(
    asked: tuple[Repository, int], target: Repository, store: Sequence[int], model: Weights, *, encoder: bool
) -> Answer:
    query = asked[0].past[asked[1]]
    answers = [
        Answer(
            relevance.chance(measured(asked, (target, one), model, encoder=encoder), model),
            target is asked[0] and bool(query.files & target.past[one].files),
        )
        for one in candidates(query.query, store, target, model)
    ]
    return max(answers, key=lambda answer: answer.chance, default=Answer(0.0, False))


Asked = dict[int, list[Answer]]
"""By the size of the store."""


def ask(
    asking: Sequence[Repository],
    targets: Sequence[Repository],
    model: Weights,
    per_repository: int,
    *,
    own: bool = False,
    encoder: bool,
) -> Asked:
    """Ask queries of each repository of a store of its own, or of another one among the targets."""
    chance = random.Random(SEED + 1)
    kept = {one.name: stores(one, chance) for one in (asking if own else targets)}
    answers: Asked = defaultdict(list)
    for repository in asking:
        newer = range(int(len(repository.past) * 0.8), len(repository.past))
        for place in chance.sample(newer, min(per_repository, len(newer))):
            target = repository if own else chance.choice([one for one in targets if one is not repository])
            for size, store in kept[target.name].items():
                answers[size].append(best((repository, place), target, store, model, encoder=encoder))
    return answers


def rarity(repositories: Iterable[Repository]) -> tuple[dict[str, float], float]:
    """Return the information of the most frequent words, each repository counting the same, and that of all others."""
    shares: dict[str, float] = defaultdict(float)
    known = list(repositories)
    for repository in known:
        counts = Counter(word for one in repository.past for word in one.query.words)
        for word, count in counts.items():
            shares[word] += count / len(repository.past) / len(known)
    frequent = sorted(shares, key=lambda word: (-shares[word], word))[:FREQUENT_WORDS]
    bits = {word: round(-math.log(shares[word]), 2) for word in frequent}
    return bits, max(bits.values())


def interval(hits: int, n: int) -> str:
    """Return a share with its Wilson interval of 95%."""
    if not n:
        return "-"
    z = 1.96
    middle = (hits + z * z / 2) / (n + z * z)
    half = z * math.sqrt(hits * (n - hits) / n + z * z / 4) / (n + z * z)
    return f"{hits / n:6.1%} [{max(0, middle - half):.1%}, {middle + half:.1%}] n={n}"


Models = dict[bool, Weights]
"""With an encoder, and by words alone."""


def report(repositories: Sequence[Repository], models: Models, per_repository: int) -> None:
    print(f"on {', '.join(one.name for one in repositories)}")
    for encoder, model in models.items():
        print(f"{'with encoder' if encoder else 'words alone'}, thresholds {dict(model.thresholds)}")
        foreign = ask(repositories, repositories, model, per_repository, encoder=encoder)
        own = ask(repositories, repositories, model, per_repository, own=True, encoder=encoder)
        for size in STORES:
            false = sum(one.chance >= model.threshold(size) for one in foreign[size])
            shown = [one for one in own[size] if one.chance >= model.threshold(size)]
            right = sum(one.related for one in shown)
            print(
                f"  {size:>5} lessons: false recalls {interval(false, len(foreign[size]))}"
                f" | own queries answered {interval(len(shown), len(own[size]))}"
                f" | of these about the same file {interval(right, len(shown))}"
            )


def fit(repositories: Sequence[Repository], per_repository: int, *, encoder: bool) -> Weights:
    """Fit on all; the thresholds are those that each repository needs of a model that never saw it."""
    chances: dict[int, list[float]] = defaultdict(list)
    for held in repositories:
        rest = [one for one in repositories if one is not held]
        blind = fit_once(rest, per_repository, encoder=encoder)
        for asking, targets in (([held], rest), (rest, [held])):
            share = per_repository if asking == [held] else per_repository // len(rest)
            for size, answers in ask(asking, targets, blind, share, encoder=encoder).items():
                chances[size] += [one.chance for one in answers]
    thresholds: list[tuple[int, float]] = []
    for size, found in sorted(chances.items()):
        ranked = sorted(found, reverse=True)
        least = max([LEAST, ranked[int(TARGET * len(ranked))] + 0.0005, *(before for _, before in thresholds)])
        thresholds.append((size, round(least, 3)))
    fitted = fit_once(repositories, per_repository, encoder=encoder)
    model = Weights(fitted.weights, tuple(thresholds), fitted.rarity, fitted.unseen)
    print(f"encoder {encoder}: {named(model)}, thresholds {dict(thresholds)}", flush=True)
    return model


def fit_once(repositories: Sequence[Repository], per_repository: int, *, encoder: bool) -> Weights:
    bits, unseen = rarity(repositories)
    blank = Weights((0.0,) * len(FEATURES), (), bits, unseen)
    return Weights(fit_weights(pairs(repositories, blank, per_repository, encoder=encoder)), (), bits, unseen)


def named(model: Weights) -> dict[str, float]:
    return {name: round(value, 4) for name, value in zip(FEATURES, model.weights, strict=True)}


def save(models: Models, repositories: Sequence[Repository]) -> None:
    document = {
        "fitted_on": sorted(one.name for one in repositories),
        "command": "tests/bench/abstention.py fit",
        "encoder": {"weights": named(models[True]), "thresholds": dict(models[True].thresholds)},
        "words": {"weights": named(models[False]), "thresholds": dict(models[False].thresholds)},
        "unseen": models[True].unseen,
        "rarity": models[True].rarity,
    }
    WEIGHTS.write_text(json.dumps(document, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("fit", "report"))
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=3_000, help="of each history")
    parser.add_argument("--queries", type=int, default=300, help="of each repository")
    parser.add_argument("--write", action="store_true", help="write relevance.json")
    arguments = parser.parse_args()
    embedder = embedders.open_embedder(os.environ)
    repositories = [Repository(path, arguments.commits, embedder) for path in arguments.repositories]
    for one in repositories:
        print(f"{one.name}: {len(one.past)} commits")
    kinds = (True, False)
    if arguments.action == "fit":
        models = {encoder: fit(repositories, arguments.queries, encoder=encoder) for encoder in kinds}
        if arguments.write:
            save(models, repositories)
    else:
        models = {encoder: relevance.shipped(encoder=encoder) for encoder in kinds}
    report(repositories, models, arguments.queries)


if __name__ == "__main__":
    main()
