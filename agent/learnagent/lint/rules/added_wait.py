"""`added-wait`: a test that stood without gets a sleep, a retry or a mark that runs it again until it passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.change import Change, ChangeHit
from learnagent.lint.comparison.flaky_marks import marks
from learnagent.lint.comparison.pairs import PlacedTest, TestPair, test_pairs
from learnagent.lint.comparison.task_words import WAITS, asks_about, asks_of_tests
from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, ChangeRule
from learnagent.lint.sham_tests.script_sleeps import script_sleeps
from learnagent.lint.sham_tests.sleeps import sleeps
from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code.languages import TEST_LANGUAGES

if TYPE_CHECKING:
    from tree_sitter import Node


def check(change: Change) -> Iterator[ChangeHit]:
    """Name fixed waits, retries and re-run marks that a change adds to a test that stood without them.

    Why it hurts: a fault in time or order is still there, and the test passes often enough not to be looked at.

    Bad:
        -pool.join()
        +time.sleep(0.5)
         assert sorted(pool.results) == squares

    Good:
        pool.join()
        assert sorted(pool.results) == squares

    It is fine to wait for the event itself or to poll until a deadline, to move a clock that the test holds, to be
    slow in a stand-in that is meant to be, and when the task asks for it.
    """
    for pair in test_pairs(change).pairs:
        if not _is_asked(change.task, pair):
            if pair.is_changed:
                yield from _waits(pair)
            yield from _marks(pair)


def _is_asked(task: str, pair: TestPair) -> bool:
    return asks_of_tests(task, WAITS) or asks_about(task, WAITS, [pair.old.test.name])


def _waits(pair: TestPair) -> Iterator[ChangeHit]:
    before, after = _sleeps_of(pair.old), _sleeps_of(pair.new)
    added = [node for node in after if pair.new.file.line(node.start_byte) in pair.new.change.added]
    for node in added[: max(0, len(after) - len(before))]:
        message = "a fixed wait is added to a test that did without"
        yield ChangeHit(pair.new.change, Hit.at(node, message), symbol=pair.new.test.qualified)


def _sleeps_of(placed: PlacedTest) -> list[Node]:
    test = placed.test.node
    return [node for node in placed.file.once(_sleeps) if test.start_byte <= node.start_byte < test.end_byte]


def _sleeps(file: SourceFile) -> list[Node]:
    return list(script_sleeps(file) if file.language in SCRIPT else sleeps(file))


def _marks(pair: TestPair) -> Iterator[ChangeHit]:
    """Name marks that have a test run again, where it has more of them now."""
    before, after = marks(pair.old), marks(pair.new)
    file, added = pair.new.file, pair.new.change.added
    fresh = [place for place in after if file.line(place[0]) in added] if len(after) > len(before) else []
    for start, end in fresh[: len(after) - len(before)]:
        message = "a test that fails here is run again until it passes"
        yield ChangeHit(pair.new.change, Hit(start, end, message), symbol=pair.new.test.qualified)


ADDED_WAIT = ChangeRule(
    name="added-wait",
    level="error",
    languages=TEST_LANGUAGES,
    why="A fault in time or order is still there, and the test passes often enough not to be looked at.",
    ways=("wait for the event itself, with a time-out", "repair what comes too late", "pass in a clock and move it"),
    check=check,
)
