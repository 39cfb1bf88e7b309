"""What the commits before one point teach: what changes together, where tests lie, what is hot. Pure.

It holds exactly the commits that it is given: whoever asks about an older point builds another one, so that
nothing later leaks in. Paths are those of one tree: renames are followed to it, and what is gone is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from learnagent_memory.history.commit import Change, Commit
from learnagent_memory.history.paths import is_source, is_test, kind_of, stem_of

MIN_TOGETHER = 3
"""Two files that changed together less often are no coupling."""
MIN_LIFT = 2.0
"""Together so many times as often as by chance: a changelog changes with everything, and says nothing."""
HALF_LIFE_S = 180 * 86_400
"""A change counts half as much after half a year."""
_SMOOTHING = 5.0
"""Added to the denominator of a share: 3 of 3 says less than 9 of 12."""
_NAMED_ALIKE = 0.5
"""What the same name adds to a test's share of common changes, which is at most 1."""
_NAMED_ONLY = 0.05
"""What the same name is worth alone: tests so found were right 2 times of 29, those with both 182 of 250."""


@dataclass(frozen=True, slots=True)
class Coupled:
    """Two files that change together."""

    path: str
    other: str
    together: int
    """Commits that changed both."""
    of: int
    """Commits that changed `path`."""
    lift: float
    """How many times as often as by chance."""

    @property
    def confidence(self) -> float:
        """Return the share of the commits to `path` that changed the other too."""
        return self.together / self.of


@dataclass(frozen=True, slots=True)
class RelatedTest:
    """A test file that may belong to a source file."""

    path: str
    score: float
    """From 0 to 1.5, the highest first."""
    together: int
    named_alike: bool


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A source file that changes much."""

    path: str
    score: float
    """Commits, each halved for every half year that it lies before the newest."""
    commits: int
    last_at: int


@dataclass(frozen=True, slots=True)
class ChangedSymbol:
    """A definition that commits to a file touched."""

    name: str
    commits: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much history there is."""

    commits: int
    teaching: int
    """Those that are no noise and changed a file that is still there."""
    files: int
    """Files of the tree that these changed."""
    oldest_at: int
    newest_at: int


class Past:
    """Commits that lead to one point, and the questions they answer."""

    def __init__(self, commits: Sequence[Commit], live: Collection[str]) -> None:
        """Take the commits, newest first, and the paths of the tree at that point."""
        resolved = _resolver(commits, live)
        self._commits = [_resolve(commit, resolved) for commit in commits]
        self._live = live
        self._touched: dict[str, list[int]] = defaultdict(list)
        for position, commit in enumerate(self._commits):
            for change in () if commit.is_noise else commit.changes:
                self._touched[change.path].append(position)

    def commits(self) -> list[Commit]:
        """Return all commits, newest first, with the paths of today; noise is among them, and says so."""
        return list(self._commits)

    def counts(self) -> Counts:
        """Return how much there is to learn from."""
        times = [commit.at for commit in self._commits]
        return Counts(
            commits=len(self._commits),
            teaching=self._teaching,
            files=len(self._touched),
            oldest_at=min(times, default=0),
            newest_at=max(times, default=0),
        )

    def coupled(self, path: str, limit: int = 10) -> list[Coupled]:
        """Return the files that change with one, the surest first."""
        mine = self._touched.get(path, [])
        others = Counter(
            change.path for position in mine for change in self._commits[position].changes if change.path != path
        )
        found = (
            Coupled(path, other, together, len(mine), self._lift(path, other, together))
            for other, together in others.items()
            if together >= MIN_TOGETHER
        )
        return sorted((pair for pair in found if pair.lift >= MIN_LIFT), key=_surest_first)[:limit]

    def couplings(self, limit: int = 10) -> list[Coupled]:
        """Return the surest pairs of source files, each once, from the one whose changes tell more."""
        pairs: Counter[tuple[str, str]] = Counter()
        for commit in self._commits:
            if not commit.is_noise:
                pairs.update(combinations(sorted({c.path for c in commit.changes if is_source(c.path)}), 2))
        found = []
        for (one, two), together in pairs.items():
            if together >= MIN_TOGETHER and (lift := self._lift(one, two, together)) >= MIN_LIFT:
                path, other = sorted((one, two), key=lambda each: (len(self._touched[each]), each))
                found.append(Coupled(path, other, together, len(self._touched[path]), lift))
        return sorted(found, key=_surest_first)[:limit]

    def tests_for(self, path: str, limit: int = 5) -> list[RelatedTest]:
        """Return the test files of a source file, by common changes and by name; empty for a test."""
        if is_test(path):
            return []
        mine = self._touched.get(path, [])
        together = Counter(
            change.path for position in mine for change in self._commits[position].changes if is_test(change.path)
        )
        named = self._tests_by_stem.get(stem_of(path), ())
        found = [
            RelatedTest(
                test,
                self._test_score(test, together[test], len(mine), named=test in named),
                together[test],
                test in named,
            )
            for test in {*named, *(test for test, count in together.items() if count >= MIN_TOGETHER)}
        ]
        return sorted(found, key=lambda each: (-each.score, each.path))[:limit]

    def hot_spots(self, limit: int = 10) -> list[HotSpot]:
        """Return the source files that change most, of late above all."""
        newest = self.counts().newest_at
        found = [
            HotSpot(
                path=path,
                score=sum(0.5 ** (max(0, newest - self._commits[position].at) / HALF_LIFE_S) for position in positions),
                commits=len(positions),
                last_at=max(self._commits[position].at for position in positions),
            )
            for path, positions in self._touched.items()
            if is_source(path)
        ]
        return sorted(found, key=lambda spot: (-spot.score, spot.path))[:limit]

    def symbols_for(self, path: str, limit: int = 10) -> list[ChangedSymbol]:
        """Return the definitions in a file that commits touched, the most often touched first."""
        touched = Counter(
            name
            for position in self._touched.get(path, [])
            for change in self._commits[position].changes
            if change.path == path
            for name in change.symbols
        )
        return [ChangedSymbol(name, count) for name, count in touched.most_common(limit)]

    @cached_property
    def _teaching(self) -> int:
        return sum(bool(commit.changes) and not commit.is_noise for commit in self._commits)

    @cached_property
    def _tests_by_stem(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._live:
            if kind_of(path) == "test":
                found[stem_of(path)].append(path)
        return dict(found)

    def _lift(self, one: str, two: str, together: int) -> float:
        return together * self._teaching / (len(self._touched[one]) * len(self._touched[two]))

    def _test_score(self, test: str, together: int, of: int, *, named: bool) -> float:
        """Weigh common changes down where the test changes with everything: cosine, not confidence."""
        both = (of + _SMOOTHING) * (len(self._touched.get(test, ())) + _SMOOTHING)
        bonus = (_NAMED_ALIKE if together else _NAMED_ONLY) if named else 0.0
        return float(together / both**0.5 + bonus)


def _surest_first(pair: Coupled) -> tuple[float, float, str]:
    return (-pair.together / (pair.of + _SMOOTHING), -pair.lift, pair.other)


def _resolver(commits: Iterable[Commit], live: Collection[str]) -> dict[str, str]:
    """Return, for every path that commits name and that leads to a live one, this one."""
    renamed: dict[str, str] = {}
    for commit in commits:  # newest first: a name that was used twice leads where it led last
        for change in commit.changes:
            if change.status == "R":
                renamed.setdefault(change.old_path, change.path)
    return {path: end for path in {*renamed, *live} if (end := _end(path, renamed, live)) is not None}


def _end(path: str, renamed: dict[str, str], live: Collection[str]) -> str | None:
    seen: set[str] = set()
    while path not in live:
        if path in seen or path not in renamed:
            return None
        seen.add(path)
        path = renamed[path]
    return path


def _resolve(commit: Commit, resolved: dict[str, str]) -> Commit:
    changes: dict[str, Change] = {}
    for change in commit.changes:
        path = resolved.get(change.path)
        if path is not None:
            changes.setdefault(path, change if path == change.path else replace(change, path=path))
    return replace(commit, changes=tuple(changes.values()))
