"""Says of each test that has no partner after a change where it went: into another test, out of collection, nowhere.

`test_pairs` pairs the rest. What is called honest here went with the product code it tested, or as the task asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from learnagent.lint.change import Change, FileChange
from learnagent.lint.comparison.hidden_tests import Hiding, hiding
from learnagent.lint.comparison.pairs import PlacedTest, TestPairs, name_words, test_pairs
from learnagent.lint.comparison.product_change import uses_vanished
from learnagent.lint.comparison.task_words import (
    ENDS,
    REMOVES,
    REWORKS,
    asks_about,
    asks_of_tests,
    objects,
    quoted_objects,
)
from learnagent.lint.syntax.code_words import is_literal_word, likeness, share, telling, weight, words_between, words_of
from learnagent.lint.syntax.patterns import lazy_pattern

_HELD = 0.8
"""Share of what a test tells that must stand elsewhere to have been merged into it."""
_ALIKE = 0.5
"""Likeness of a new test that took the place of one."""
_MOST = 0.5
"""Share of the tests of a file that went for a reason; the rest went with them."""


class Fate(Enum):
    """What became of a test."""

    DELETED = "deleted"
    HIDDEN = "hidden"
    """Its code is there, but the runner does not take it."""
    MERGED = "merged"
    """Another test, a table, a helper holds what it tested."""
    OUTDATED = "outdated"
    """What it tested left product code in the same change."""
    REPLACED = "replaced"
    """A new test stands in its place, or is much like it, but asks something else."""
    ASKED = "asked"
    """The task asks for it."""


@dataclass(frozen=True, slots=True)
class GoneTest:
    """A test without a partner."""

    placed: PlacedTest
    fate: Fate
    hiding: Hiding | None = None
    by: PlacedTest | None = None
    """The test in its place."""


def gone_tests(change: Change) -> list[GoneTest]:
    """Return the tests of before that no test of after is."""
    return change.once(_read)


def _read(change: Change) -> list[GoneTest]:
    pairs = test_pairs(change)
    if not pairs.gone:
        return []
    added, slots = _Added(change, pairs.gone), _Slots(pairs)
    return _vote([_fate(change, placed, added, slots) for placed in pairs.gone])


def _fate(change: Change, placed: PlacedTest, added: _Added, slots: _Slots) -> GoneTest:
    if placed.change.new is None and placed.change.path != placed.change.old_path:
        return GoneTest(placed, Fate.HIDDEN)
    hidden = hiding(change, placed)
    if hidden is not None:
        return GoneTest(placed, Fate.HIDDEN, hidden)
    if is_asked(change.task, placed):
        return GoneTest(placed, Fate.ASKED)
    if added.holds(placed):
        return GoneTest(placed, Fate.MERGED)
    if uses_vanished(change, placed.text, placed.test.name):
        return GoneTest(placed, Fate.OUTDATED)
    by = slots.replacement(placed)
    return GoneTest(placed, Fate.REPLACED if by else Fate.DELETED, by=by)


def is_asked(task: str, placed: PlacedTest) -> bool:
    """Return whether a task asks to remove a test, or what it tests, or to rework the tests."""
    if not task:
        return False
    if _REVERTS.match(task) or asks_of_tests(task, REMOVES) or asks_of_tests(task, REWORKS):
        return True
    stem = PurePosixPath(placed.change.old_path).stem
    code_names = [word.strip('"') for word in placed.telling if _CODE_NAME.search(word)]
    if asks_about(task, ENDS, [placed.test.name, stem, *code_names]):
        return True
    aimed_at = {word for word in objects(task, ENDS) if len(word) > 2} - _SMALL_WORDS
    if "deprecated" in aimed_at and _DEPRECATED.search(placed.text):
        return True
    quoted = {word for word in quoted_objects(task, ENDS) if len(word) > 2}
    numbers = {word for word in aimed_at if word.isdigit()}
    return (
        any(_is_word_of(word, placed.name_words) for word in aimed_at)
        or not (quoted | numbers).isdisjoint(placed.words)
        or not {word for word in aimed_at if len(word) > 5}.isdisjoint(_path_words(placed))
    )


def _path_words(placed: PlacedTest) -> frozenset[str]:
    return frozenset(word for part in placed.change.old_path.split("/")[:-1] for word in name_words(part))


def _is_word_of(word: str, names: frozenset[str]) -> bool:
    """Return whether a name holds a word, in singular or plural."""
    return word in names or word + "s" in names or word.removesuffix("s") in names


_SMALL_WORDS = frozenset(
    "the and for all any old new not from with into its our this that when use uses used via per add code support some"
    " more are was has have can does only also test tests now which one two after before case function method"
    " error".split()
)
_DEPRECATED = lazy_pattern(r"(?i)deprecat|\bwarns\(")


_REVERTS = lazy_pattern(r"(?i)\s*(?:\w+(?:\([^)\n]*\))?!?:\s*)?(?:this )?reverts?\b")
_CODE_NAME = lazy_pattern(r"\w_\w|[a-z][A-Z]")


class _Slots:
    """Which new tests stand between the same neighbours as tests that are gone."""

    def __init__(self, pairs: TestPairs) -> None:
        self._fresh = pairs.fresh
        self._before: dict[int, int | None] = {}
        self._after: dict[int, int | None] = {}
        for one, others, slots in (("old", pairs.gone, self._before), ("new", pairs.fresh, self._after)):
            known = [(getattr(pair, one), id(pair)) for pair in pairs.pairs]
            _fill(slots, [*known, *((placed, None) for placed in others)])

    def replacement(self, placed: PlacedTest) -> PlacedTest | None:
        """Return the new test of the file in whose place a test was, or that is much like it."""
        beside = [one for one in self._fresh if one.change is placed.change]
        alike = [one for one in beside if likeness(one.telling, placed.telling) >= _ALIKE]
        in_slot = [one for one in beside if self._after[id(one)] == self._before[id(placed)]]
        return next(iter([*alike, *in_slot]), None)


def _fill(slots: dict[int, int | None], placed: list[tuple[PlacedTest, int | None]]) -> None:
    """Write down behind which paired test each other test stands."""
    last: dict[int, int | None] = {}
    for one, pair in sorted(placed, key=lambda item: (id(item[0].change), item[0].test.node.start_byte)):
        if pair is None:
            slots[id(one)] = last.get(id(one.change))
        else:
            last[id(one.change)] = pair


def _vote(found: list[GoneTest]) -> list[GoneTest]:
    """Let the tests of a file or class that lost most of them for a reason go for it too."""
    by_file: dict[FileChange, list[GoneTest]] = defaultdict(list)
    for one in found:
        by_file[one.placed.change].append(one)
    kept = []
    for group in by_file.values():
        reasons = [one.fate for one in group if one.fate in {Fate.OUTDATED, Fate.MERGED}]
        is_explained = len(group) > 1 and len(reasons) >= _MOST * len(group)
        for one in group:
            is_open = is_explained and one.fate is Fate.DELETED
            kept.append(GoneTest(one.placed, reasons[0]) if is_open else one)
    return kept


class _Added:
    """What stands in test files after a change and did not before, tests that are gone left out of before."""

    def __init__(self, change: Change, gone: tuple[PlacedTest, ...]) -> None:
        before, after = Counter[str](), Counter[str]()
        self._names: set[str] = set()
        for one in change.tests:
            before += _all_words(one, is_old=True)
            new = _all_words(one, is_old=False)
            self._names |= new.keys()
            after += new
        for placed in gone:
            before -= placed.telling
        self._surplus = after - before

    def holds(self, placed: PlacedTest) -> bool:
        """Return whether what a test tells is there: its values are new there, its names stand there."""
        values = Counter({word: n for word, n in placed.telling.items() if is_literal_word(word)})
        names = [word for word in placed.telling if not is_literal_word(word)]
        known = sum(1 for word in names if word in self._names)
        fresh = sum(1 for word in names if word in self._surplus)
        if known < _HELD * len(names):
            return False
        if sum(weight(word) for word in values) < 2:
            return bool(names) and fresh >= _HELD * len(names) and share(values, self._surplus) >= _MOST
        return share(Counter(dict.fromkeys(values, 1)), self._surplus) >= _HELD


def _all_words(one: FileChange, *, is_old: bool) -> Counter[str]:
    file, content = (one.old, one.before) if is_old else (one.new, one.after)
    if content is None:
        return Counter()
    if file is None:
        return telling(words_of(content.decode("utf-8", "replace"), "python"))
    return telling(words_between(file, 0, len(file.content)))
