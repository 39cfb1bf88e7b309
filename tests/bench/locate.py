"""How well the locator finds the files that the next commit changed, without a model, on real histories.

For each repository (a full clone, given by path) commits are walked in order. A task is the message of a commit at
its parent's tree; right are the source files, no tests, that it changes (1 to 5; with tests, documents and changelog
where said); only its ancestors are seen. Commits by bots, bumps, reverts, mass changes and repeated subjects are left
out. A hit at k is any right file among the first k, `all` that all are. Tasks are sampled evenly from the newer half.

- code: BM25 over text, definitions and paths. history: past messages that vote. lessons: each past commit as one
  lesson (title = subject, anchors = its files). fused: the locator with the weights that come with the program, with
  and without the encoder. refitted: with weights fitted on the older two thirds of the tasks, shown on the rest.
- The curve gives the fused locator the newest N commits only. Lessons: code with none, against the same with K.
  placebo: the lessons' texts shuffled. opened: files opened until all are found, as a ratio to content search.

Intervals are 95% bootstraps over tasks. Run: python tests/bench/locate.py REPO... [--tasks 300] [--model FOLDER]
[--cache FOLDER]. A model folder holds MiniLM's model.safetensors and tokenizer.json; without it the encoder is off.
Messages are written after the fact and often name the file: real issues are harder. The weights that come with the
program were fitted on other repositories (`fit_ranker.py`, which uses this file).
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learnagent_memory.git import Git
from learnagent_memory.history.commit import Commit
from learnagent_memory.history.log import read_log
from learnagent_memory.locate import features, ranker, replay, weights
from learnagent_memory.locate.corpus import Corpus, Row, rarity
from learnagent_memory.locate.document import make_row
from learnagent_memory.locate.locator import Locator
from learnagent_memory.locate.refit import HELD_OUT, judge_refit
from learnagent_memory.locate.terms import STOP_WORDS, count, number
from learnagent_memory.tree import CommitTree

HISTORIES = (0, 50, 200, 1_000, 3_000)
LESSONS = (10, 100, 1_000)
SHOWN_LESSONS = 10
ENCODER = [n for n, name in enumerate(features.NAMES) if name.startswith(("neighbours", "about", "surest_neighbour"))]
IS_SOURCE = features.NAMES.index("is_source")

Array = NDArray[np.float64]


@dataclass(slots=True)
class Seen:
    """One task: its features under each condition, and what was right."""

    at: int
    conditions: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    right: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    """By scope."""
    targets: dict[str, int] = field(default_factory=dict)
    """By scope: how many files were right, those that cannot be ranked included."""


def observe(root: Path, tasks: int, embedder: CachedEmbedder | None, cache: Path) -> list[Seen]:
    """Return the tasks of a repository with the features of their files."""
    kept = cache / f"{root.name}-{tasks}-{bool(embedder)}.pickle"
    if kept.exists():
        return list(pickle.loads(kept.read_bytes()))
    commits = list(read_log(root, limit=20_000))
    every = replay.eligible(commits)
    newer = every[: max(len(every) // 2, tasks)]
    chosen = [newer[int(place)] for place in np.linspace(0, len(newer) - 1, min(tasks, len(newer)))]
    locator = Locator(cache / root.name, embedder=embedder)
    seen = [observed(root, locator, case) for case in replay.cases(root, commits, chosen[::-1])]
    kept.write_bytes(pickle.dumps(seen))
    return seen


def observed(root: Path, locator: Locator, case: replay.Case) -> Seen:
    """Return the features of one task under every condition."""
    seen = Seen(case.commit.at)
    paths = sorted(case.files)

    def look(
        condition: str, history: int | None, *, scope: weights.Scope = "source", task: str = "", **more: object
    ) -> None:
        before = case.before if history is None else case.before[:history]
        locator.refresh(case.files, CommitTree(Git(root), case.parent).read_all, before, embed_s=3600)
        judged = locator.judge(task or case.task, scope=scope, **more)
        # A test that the message names is a candidate too; here all conditions rank the same files.
        rows = np.flatnonzero(judged.features[:, IS_SOURCE]) if scope == "source" else slice(None)
        seen.conditions[condition] = judged.features[rows].astype(np.float32)
        targets = case.targets if scope == "source" else case.all_targets
        seen.right[scope] = np.array([paths[file] in targets for file in judged.candidates[rows]], dtype=bool)
        seen.targets[scope] = len(targets)

    for history in HISTORIES:
        look(f"{history}", history)
    look("all", None)
    look("subject", None, task=case.commit.subject)
    look("any", None, scope="any")
    if len(case.targets) > 1:
        play(seen, locator, case)
    known = [commit for commit in case.before if not commit.is_noise and commit.files <= replay.MOST_FILES]
    look("all lessons 1000", None, lessons=recalled(case, known[:1000]))
    look("all placebo 1000", None, lessons=recalled(case, known[:1000], shuffled=True))
    look("any 0", 0, scope="any")
    for size in LESSONS:
        look(f"lessons {size}", 0, lessons=recalled(case, known[:size]))
        look(f"placebo {size}", 0, lessons=recalled(case, known[:size], shuffled=True))
    return seen


def play(seen: Seen, locator: Locator, case: replay.Case) -> None:
    """Add the task as it stands when the first right file was touched already."""
    touched, *left = sorted(case.targets)
    judged = locator.judge(case.task, in_play=(touched,))
    paths = sorted(case.files)
    rows = [row for row, file in enumerate(judged.candidates) if paths[file] != touched]
    seen.conditions["play"] = judged.features[rows].astype(np.float32)
    seen.right["play"] = np.array([paths[judged.candidates[row]] in left for row in rows], dtype=bool)
    seen.targets["play"] = len(left)


def scope_of(condition: str) -> str:
    """Return which files are right under a condition."""
    return condition if condition == "play" else "any" if condition.startswith("any") else "source"


def recalled(case: replay.Case, known: Sequence[Commit], *, shuffled: bool = False) -> list[tuple[list[str], float]]:
    """Return the lessons that a recall would bring: paths and cosine of the titles' words, the nearest ten."""
    titles = [commit.subject for commit in known]
    if shuffled:
        titles = [titles[place] for place in np.random.default_rng(len(titles)).permutation(len(titles))]
    corpus = Corpus([title_row(title) for title in (case.task, *titles)])
    numbers = np.array(sorted({number(term) for term in count(case.task) if term not in STOP_WORDS}), dtype=np.uint32)
    counts = np.minimum(corpus.counts(numbers).text, 1)
    idf = rarity(counts[1:]) if titles else np.zeros(len(numbers))
    other = np.log(len(titles) + 2) / 2
    shared = (counts[1:] * idf**2).sum(1)
    sizes = np.sqrt(np.maximum(corpus.lengths[1:] * other**2, shared))
    cosine = shared / (np.sqrt((idf**2).sum()) * sizes + 1e-9)
    best = np.argsort(-cosine, kind="stable")[:SHOWN_LESSONS]
    return [([change.path for change in known[n].changes], float(cosine[n])) for n in best if cosine[n] > 0.15]


@dataclass(frozen=True, slots=True)
class Found:
    """Where the right files came in a ranking, a number a task."""

    first: Array
    """Rank of the first right file, from 1."""
    last: Array
    """Rank of the last one: files opened until all are found; all files where one cannot be ranked."""

    def measures(self) -> dict[str, Array]:
        """Return each measure, a number a task."""
        hits = {f"@{k}": (self.first <= k).astype(float) for k in (1, 5, 10)}
        return {**hits, "MRR": 1 / self.first, "all@5": (self.last <= 5).astype(float), "opened": np.log(self.last)}


def ranked(seen: Sequence[Seen], condition: str, score: Callable[[NDArray[np.float32]], Array]) -> Found:
    """Rank every task's files by a score of their features; ties count as the worst place among them."""
    scope = scope_of(condition)
    first, last = [], []
    for one in seen:
        scores, right = score(one.conditions[condition]), one.right[scope]
        places = [(scores >= scores[file] - 1e-12).sum() for file in np.flatnonzero(right)]
        whole = len(places) == one.targets[scope]
        first.append(min(places, default=len(right) + 1))
        last.append(max(places) if whole and places else len(right) + 1)
    return Found(np.array(first, dtype=float), np.array(last, dtype=float))


def by(feature: str) -> Callable[[NDArray[np.float32]], Array]:
    """Return a score that is one feature."""
    column = features.NAMES.index(feature)
    return lambda matrix: matrix[:, column].astype(float)


def fused(chosen: dict[str, float], *, encoder: bool) -> Callable[[NDArray[np.float32]], Array]:
    """Return the score of the ranker, the encoder's features silent without it."""

    def score(matrix: NDArray[np.float32]) -> Array:
        return ranker.score(without_encoder(matrix) if not encoder else matrix.astype(float), chosen, features.NAMES)

    return score


def without_encoder(matrix: NDArray[np.float32]) -> Array:
    """Return features as they are where no encoder is there."""
    silent = matrix.astype(float)
    silent[:, ENCODER] = 0
    return silent


def choices(seen: Sequence[Seen], conditions: Iterable[str], *, encoder: bool) -> list[ranker.Choice]:
    """Return tasks as the ranker is fitted on them."""
    made = []
    for condition in conditions:
        scope = scope_of(condition)
        for one in seen:
            if condition not in one.conditions:
                continue
            matrix, right = one.conditions[condition], one.right[scope]
            if right.any():
                made.append(ranker.Choice(matrix.astype(float) if encoder else without_encoder(matrix), right))
    return made


def interval(values: Array) -> tuple[float, float]:
    """Return the 95% bootstrap interval of a mean."""
    draws = np.random.default_rng(0).integers(0, len(values), size=(2_000, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


@lru_cache(maxsize=20_000)
def title_row(title: str) -> Row:
    """Return the terms of a title."""
    return make_row(count(title), set())


class CachedEmbedder:
    """An Embedder that keeps every vector, so that a second run embeds nothing."""

    def __init__(self, folder: Path, cache: Path) -> None:
        import sqlite3

        from learnagent_memory.embedding.minilm import MiniLM

        self._inner = MiniLM(folder)
        self.name, self.dimension = self._inner.name, self._inner.dimension
        self._db = sqlite3.connect(cache / "vectors.sqlite", timeout=60, isolation_level=None)
        self._db.execute("CREATE TABLE IF NOT EXISTS v (k BLOB PRIMARY KEY, v BLOB)")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors, those that are not known yet made now."""
        keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest() for text in texts]
        found = {key: self._known(key) for key in keys}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if found[key] is None}
        if missing:
            for key, vector in zip(missing, self._inner.embed(list(missing.values())), strict=True):
                found[key] = vector.astype(np.float16).tobytes()
                self._db.execute("INSERT OR IGNORE INTO v VALUES (?, ?)", (key, found[key]))
        return np.stack([np.frombuffer(found[key] or b"", dtype=np.float16) for key in keys]).astype(np.float32)

    def _known(self, key: bytes) -> bytes | None:
        row = self._db.execute("SELECT v FROM v WHERE k = ?", (key,)).fetchone()
        return row[0] if row else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--cache", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = arguments.cache or Path(scratch)
        embedder = CachedEmbedder(arguments.model, cache) if arguments.model else None
        every = {
            root.name: observe(root.resolve(), arguments.tasks, embedder, cache) for root in arguments.repositories
        }
    for name, seen in every.items():
        show_rankers(f"{name}, n = {len(seen)}", seen, encoder=embedder is not None)
    pooled = [one for seen in every.values() for one in seen]
    show_rankers(f"all, n = {len(pooled)}", pooled, encoder=embedder is not None)
    show_refits(every, encoder=embedder is not None)
    show_curve(pooled, encoder=embedder is not None)
    show_lessons(every, encoder=embedder is not None)
    show_opened(every, encoder=embedder is not None)


def sets(scope: weights.Scope, *, history: bool, encoder: bool) -> dict[str, float]:
    """Return weights that come with the program."""
    return weights.shipped().sets[weights.name_of(scope, history=history, encoder=encoder)]


def rankers(encoder: bool) -> dict[str, tuple[str, Callable[[NDArray[np.float32]], Array]]]:
    """Return each row of the main table: (condition, score)."""
    much = sets("source", history=True, encoder=False)
    rows = {
        "code BM25": ("0", by("code_scaled")),
        "code, fused": ("0", fused(sets("source", history=False, encoder=False), encoder=False)),
        "history: commits vote": ("all", by("commits_scaled")),
        "history: profiles": ("all", by("profile_scaled")),
        "lessons only (1,000)": ("lessons 1000", by("lessons")),
        "fused": ("all", fused(much, encoder=False)),
        "subject: code BM25": ("subject", by("code_scaled")),
        "subject: fused": ("subject", fused(much, encoder=False)),
    }
    if encoder:
        most = fused(sets("source", history=True, encoder=True), encoder=True)
        rows |= {
            "encoder: commits vote": ("all", by("neighbours_scaled")),
            "encoder: files": ("all", by("about_scaled")),
        }
        rows |= {"fused + encoder": ("all", most), "subject: fused + encoder": ("subject", most)}
    return rows


def show_rankers(title: str, seen: Sequence[Seen], *, encoder: bool) -> None:
    """Print each ranker's measures."""
    print(f"\n{title}\n{'ranker':28}{'Acc@1':>7}{'@5':>7}{'':16}{'@10':>7}{'MRR':>7}{'all@5':>7}{'opened':>8}")
    for name, (condition, score) in rankers(encoder).items():
        found = ranked(seen, condition, score).measures()
        low, high = interval(found["@5"])
        means = {key: float(values.mean()) for key, values in found.items()}
        print(
            f"{name:28}{means['@1']:7.3f}{means['@5']:7.3f} [{low:.3f}, {high:.3f}]{means['@10']:7.3f}"
            f"{means['MRR']:7.3f}{means['all@5']:7.3f}{np.exp(means['opened']):8.2f}"
        )


def show_refits(every: dict[str, list[Seen]], *, encoder: bool) -> None:
    """Fit on each project's own older tasks and compare on its newer half, as `refit` would."""
    print("\nrefitted on the older two thirds, on the newer third: MRR and Acc@5 with the program's weights -> own")
    old = sets("source", history=True, encoder=encoder)
    for name, seen in every.items():
        in_time = sorted(seen, key=lambda one: one.at)
        new, verdict = judge_refit(choices(in_time, ("all",), encoder=encoder), old)
        newer = in_time[round(len(in_time) * (1 - HELD_OUT)) :]
        told = [ranked(newer, "all", fused(one, encoder=encoder)).measures() for one in (old, new)]
        cells = " ".join(f"{key} {told[0][key].mean():.3f} -> {told[1][key].mean():.3f}" for key in ("MRR", "@5"))
        print(f"{name:12}n = {len(newer):4} {cells}; published: {verdict.published} ({verdict.reason})")


def show_curve(seen: Sequence[Seen], *, encoder: bool) -> None:
    """Print what the newest N commits are worth, on the same tasks."""
    print("\nhistory     Acc@1    @5                     @10    MRR")
    for condition in (*map(str, HISTORIES), "all"):
        history = condition != "0"
        found = ranked(
            seen, condition, fused(sets("source", history=history, encoder=encoder), encoder=encoder)
        ).measures()
        low, high = interval(found["@5"])
        cells = [float(found[key].mean()) for key in ("@1", "@5", "@10", "MRR")]
        label = "7000" if condition == "all" else condition
        print(f"{label:10}{cells[0]:7.3f}{cells[1]:7.3f} [{low:.3f}, {high:.3f}]{cells[2]:7.3f}{cells[3]:7.3f}")


def show_lessons(every: dict[str, list[Seen]], *, encoder: bool) -> None:
    """Print the paired gain of lessons over none, with the least of its interval, and the placebo's."""
    print("\nlessons on - off, points [95% interval]: without history, then beside a full history")
    little, much = (sets("source", history=history, encoder=encoder) for history in (False, True))
    pairs = [(f"{kind} {size}", "0", little) for kind in ("lessons", "placebo") for size in LESSONS]
    pairs += [(f"all {kind} 1000", "all", much) for kind in ("lessons", "placebo")]
    groups = {"all": [one for seen in every.values() for one in seen], **every}
    for condition, off, chosen in pairs:
        for name, seen in groups.items():
            score = fused(chosen, encoder=encoder)
            with_them, without = ranked(seen, condition, score).measures(), ranked(seen, off, score).measures()
            cells = []
            for key in ("@5", "MRR"):
                gain = 100 * (with_them[key] - without[key])
                low, high = interval(gain)
                cells.append(f"{key} {gain.mean():+5.1f} [{low:+5.1f}, {high:+5.1f}]")
            print(f"{condition:18}{name:10} {'  '.join(cells)}")


def show_opened(every: dict[str, list[Seen]], *, encoder: bool) -> None:
    """Print files opened until all are found, fused against content search, as a ratio of geometric means."""
    print("\nfiles opened until all are found: fused / code BM25 [95% interval]; source files; all kinds of files")
    for name, seen in {**every, "all": list(chain.from_iterable(every.values()))}.items():
        cells = []
        for condition, scope in (("all", "source"), ("any", "any")):
            chosen = sets("any" if scope == "any" else "source", history=True, encoder=encoder)
            logs = ranked(seen, condition, fused(chosen, encoder=encoder)).measures()["opened"]
            logs = logs - ranked(seen, condition, by("code_scaled")).measures()["opened"]
            low, high = interval(logs)
            cells.append(f"{np.exp(logs.mean()):.2f} [{np.exp(low):.2f}, {np.exp(high):.2f}]")
        print(f"{name:12}{'   '.join(cells)}")


if __name__ == "__main__":
    main()
