"""Finds for each test of before the test of after that it became: by name, by body, by what it asks. It judges nothing.

Rules about tests share it; it is computed once a change. A test that was split or merged into another has no
partner: `gone_tests` says where such a one went.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.change import Change, FileChange
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.code_words import likeness, telling, words, words_of
from learnagent.lint.syntax.local_values import local_values
from learnagent.lint.test_code import Assertion, TestFunction
from learnagent.lint.test_code import tests as tests_in

if TYPE_CHECKING:
    from tree_sitter import Node

_BY_PATH = frozenset({"python", "javascript", "typescript", "tsx"})
"""Languages in which only the path tells a test from a function that is called so."""
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_SAME_BODY = 0.8
_LIKE_BODY = 0.55
_SAME_NAME = 0.3
"""Likeness of bodies: enough by itself; with a like name or half of the questions; with the very name."""
_LIKE_NAME = 0.6
_TELLING_NAME = 6
"""Letters of a name that tell enough to know it again in a longer one."""
_MANY = 60_000
"""Pairs to compare: beyond it only tests of one file are."""


@dataclass(frozen=True, eq=False)
class PlacedTest:
    """A test, and the file that it stands in."""

    change: FileChange
    file: SourceFile
    test: TestFunction

    @functools.cached_property
    def words(self) -> list[str]:
        """Words of its body and of its rows."""
        rows = [word for row in self.test.parameters for word in words_of(row, self.file.language)]
        return [*words(self.file, self.test.body), *rows]

    @functools.cached_property
    def telling(self) -> Counter[str]:
        """Words that tell it from other tests."""
        return telling(self.words)

    @functools.cached_property
    def local_values(self) -> dict[str, Node]:
        """What its local names are given, for those given something once."""
        return local_values(self.file, self.test.body)

    @functools.cached_property
    def name_words(self) -> frozenset[str]:
        """What its name is made of, in lower case, without `test`."""
        return name_words(self.test.name)

    @functools.cached_property
    def questions(self) -> Counter[tuple[str, ...]]:
        """What it asserts, counted."""
        return Counter(question(self.file, one) for one in self.test.assertions)

    @property
    def text(self) -> str:
        """Its source, decorators left out."""
        return self.file.text(self.test.node)


@dataclass(frozen=True, slots=True)
class TestPair:
    """A test before and after."""

    old: PlacedTest
    new: PlacedTest

    @property
    def is_changed(self) -> bool:
        """Whether its code, its rows or what its attributes ask are others."""
        old, new = self.old, self.new
        is_same = old.text == new.text and old.test.parameters == new.test.parameters
        return not is_same or old.questions != new.questions


@dataclass(frozen=True, slots=True)
class TestPairs:
    """The tests of a change."""

    pairs: tuple[TestPair, ...]
    """In the order of the tests before."""
    gone: tuple[PlacedTest, ...]
    """Tests before that the runner took, without a partner."""
    fresh: tuple[PlacedTest, ...]
    """Tests after without a partner."""


def test_pairs(change: Change) -> TestPairs:
    """Return the tests of a change, paired."""
    return change.once(_pair)


def name_words(name: str) -> frozenset[str]:
    """Return the parts of a name or title in lower case, without `test`."""
    return frozenset(part.lower() for part in _NAME_PART.findall(name)) - {"test", "tests"}


def question(file: SourceFile, one: Assertion) -> tuple[str, ...]:
    """Return what an assertion asks, the same however it is written."""
    if one.kind == "other":
        return (one.kind, *words(file, one.node))
    return (one.kind, one.subject, one.expected, one.raised, one.match, one.tolerance, str(one.is_negated))


def _pair(change: Change) -> TestPairs:
    olds = [placed for one in change.files for placed in _placed(one, one.old)]
    news = [placed for one in change.files for placed in _placed(one, one.new)]
    matching = _Matching(olds, news)
    matching.by(lambda one: (id(one.change), one.test.qualified), _is_any)
    matching.by(lambda one: tuple(one.words) if len(one.telling) > 1 else one, _is_any)
    matching.by(lambda one: one.test.name, lambda old, new: likeness(old.telling, new.telling) >= _SAME_NAME)
    matching.by_likeness()
    found = [TestPair(old, matching.partner[old]) for old in olds if old in matching.partner]
    return TestPairs(
        pairs=tuple(found),
        gone=tuple(one for one in matching.olds if one.test.is_collected),
        fresh=tuple(matching.news),
    )


def _placed(one: FileChange, file: SourceFile | None) -> Iterable[PlacedTest]:
    if file is None:
        return
    was_test = one.old is not None and one.old.is_test
    if file.is_test or was_test or file.language not in _BY_PATH:
        for test in tests_in(file):
            yield PlacedTest(one, file, test)


def _is_any(_old: PlacedTest, _new: PlacedTest) -> bool:
    return True


class _Matching:
    """Pairs tests step by step, what is surest first."""

    def __init__(self, olds: list[PlacedTest], news: list[PlacedTest]) -> None:
        self.olds, self.news = olds, news
        self.partner: dict[PlacedTest, PlacedTest] = {}

    def by(self, key: Callable[[PlacedTest], Hashable], is_same: Callable[[PlacedTest, PlacedTest], bool]) -> None:
        """Pair those of one key; of several the most alike first."""
        free: dict[Hashable, list[PlacedTest]] = defaultdict(list)
        for new in self.news:
            free[key(new)].append(new)
        for old in self.olds:
            found = [new for new in free.get(key(old), ()) if is_same(old, new)]
            if found:
                best = found[0] if len(found) == 1 else max(found, key=lambda new: _closeness(old, new))
                free[key(old)].remove(best)
                self.partner[old] = best
        self._leave()

    def by_likeness(self) -> None:
        """Pair what is left by likeness of bodies, names and questions, the most alike first."""
        is_many = len(self.olds) * len(self.news) > _MANY
        ranked = sorted(
            (
                (score, -i, -j)
                for i, old in enumerate(self.olds)
                for j, new in enumerate(self.news)
                if (not is_many or old.change is new.change) and (score := _score(old, new))
            ),
            reverse=True,
        )
        taken: set[PlacedTest] = set()
        for _, i, j in ranked:
            old, new = self.olds[-i], self.news[-j]
            if old not in self.partner and new not in taken:
                self.partner[old] = new
                taken.add(new)
        self._leave()

    def _leave(self) -> None:
        taken = set(self.partner.values())
        self.olds = [old for old in self.olds if old not in self.partner]
        self.news = [new for new in self.news if new not in taken]


def _closeness(old: PlacedTest, new: PlacedTest) -> tuple[bool, bool, float]:
    return (old.text == new.text, old.test.name == new.test.name, likeness(old.telling, new.telling))


def _score(old: PlacedTest, new: PlacedTest) -> float:
    """Return how alike two tests of different names are; 0 where they are not one test."""
    if old.file.language != new.file.language:
        return 0.0
    body = likeness(old.telling, new.telling)
    names = _overlap(old.name_words, new.name_words)
    if body >= _SAME_NAME and old.change is new.change and _is_longer_name(old, new):
        return body
    if body < _LIKE_BODY:
        return 0.0
    asked = sum((old.questions & new.questions).values())
    is_same = body >= _SAME_BODY and (asked > 0 or names > 0 or not old.questions)
    if is_same or names >= _LIKE_NAME or 0 < old.questions.total() <= 2 * asked:
        return body + 0.2 * names
    return 0.0


def _is_longer_name(old: PlacedTest, new: PlacedTest) -> bool:
    """Return whether one name holds all words of the other: `test_limits` became `test_limits_of_a_pool`."""
    shorter, longer = sorted((old.name_words, new.name_words), key=len)
    return sum(map(len, shorter)) >= _TELLING_NAME and shorter <= longer


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
