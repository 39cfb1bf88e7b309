"""Says what a project's history taught, as `learnagent init` prints it: typed, in the order of a reader's questions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from learnagent_memory.history.commit import Commit
from learnagent_memory.history.past import Counts, Coupled, HotSpot
from learnagent_memory.history.paths import is_source, is_test
from learnagent_memory.history.store import History, Update

SHOWN = 5
MIN_WORD_COMMITS = 5
"""A word of fewer subjects tells nothing yet."""
MIN_SHARE = 0.4
"""Of the commits with a word, so many must change the file it is said to lead to."""
MAX_WORD_SHARE = 0.05
"""Words in more of the subjects are about anything: fix, add, test."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")


@dataclass(frozen=True, slots=True)
class Area:
    """A folder that holds what was asked for."""

    path: str
    count: int


@dataclass(frozen=True, slots=True)
class WordPlace:
    """A word of commit subjects and the file it most often leads to."""

    word: str
    path: str
    together: int
    of: int
    """Commits whose subject has the word."""


@dataclass(frozen=True, slots=True)
class HistorySummary:
    """What the history taught; empty tuples where it taught nothing."""

    counts: Counts
    update: Update
    areas: tuple[Area, ...]
    """By commits that changed source files right in them."""
    hot_spots: tuple[HotSpot, ...]
    couplings: tuple[Coupled, ...]
    tests: tuple[Area, ...]
    """By test files that commits changed."""
    words: tuple[WordPlace, ...]


def summary(history: History, update: Update) -> HistorySummary:
    """Return what an updated history teaches, the most telling first, a few of each."""
    teaching = [commit for commit in history.commits() if not commit.is_noise and commit.changes]
    return HistorySummary(
        counts=history.counts(),
        update=update,
        areas=tuple(_areas(teaching)),
        hot_spots=tuple(history.hot_spots(SHOWN)),
        couplings=tuple(history.couplings(SHOWN)),
        tests=tuple(_test_places(teaching)),
        words=tuple(_word_places(teaching)),
    )


def _areas(commits: list[Commit]) -> list[Area]:
    counted = Counter(
        folder
        for commit in commits
        for folder in {_folder(change.path) for change in commit.changes if is_source(change.path)}
    )
    return [Area(path, count) for path, count in counted.most_common(SHOWN)]


def _test_places(commits: list[Commit]) -> list[Area]:
    paths = {change.path for commit in commits for change in commit.changes if is_test(change.path)}
    return [Area(path, count) for path, count in Counter(map(_folder, paths)).most_common(SHOWN)]


def _word_places(commits: list[Commit]) -> list[WordPlace]:
    """Return words that lead to one file each: common ones left out, each file named once."""
    places: dict[str, Counter[str]] = defaultdict(Counter)
    subjects: Counter[str] = Counter()
    for commit in commits:
        words = {word.lower() for word in _WORD.findall(commit.subject)}
        subjects.update(words)
        for path in {change.path for change in commit.changes if is_source(change.path)}:
            for word in words:
                places[word][path] += 1
    found = []
    for word, counted in places.items():
        path, together = counted.most_common(1)[0]
        of = subjects[word]
        is_telling = MIN_WORD_COMMITS <= of <= max(MIN_WORD_COMMITS, MAX_WORD_SHARE * len(commits))
        if is_telling and together >= MIN_SHARE * of:
            found.append(WordPlace(word, path, together, of))
    found.sort(key=lambda place: (-place.together * place.together / place.of, place.word))
    return list({place.path: place for place in reversed(found)}.values())[::-1][:SHOWN]


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "."
