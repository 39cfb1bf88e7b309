"""`loosened-check`: an expected error, a tolerance, a time-out or a strict xfail lets more pass than before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.change import Change, ChangeHit, FileChange
from learnagent.lint.comparison.assertion_changes import AssertionChanges, assertion_changes
from learnagent.lint.comparison.pairs import TestPair, test_pairs
from learnagent.lint.comparison.product_change import uses_vanished
from learnagent.lint.comparison.raised_types import is_broader
from learnagent.lint.comparison.subjects import same_subject
from learnagent.lint.comparison.task_words import LOOSENS, UPDATES, asks_about, asks_of_tests
from learnagent.lint.comparison.time_limits import raised_limits
from learnagent.lint.comparison.tolerance import amount
from learnagent.lint.finding import Hit
from learnagent.lint.rule import ChangeRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code import Assertion
from learnagent.lint.test_code import tests as tests_in
from learnagent.lint.test_code.languages import TEST_LANGUAGES

WIDER = 2.0
"""Times as wide: less is a matter of rounding."""
LONGER = 3.0
"""Times as long: less is a matter of the machine."""
RELAXED = 0.1
"""Share of a bound: less is a matter of rounding."""
_BOUND = re.compile(r"([<>])=?\s*([-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)")
_SAYS_IT = re.compile(
    r"message|\bmsg\b|str\(|\.value\b|\.args\b|to_string|\.name\b|\.code\b|\berr(?:or)?\b|\be(?:xc)?\b", re.I
)
_LAX = re.compile(r"^[rRbu]*[\"'/]?\.?[*+]?[\"'/]?$")
_SETS_UP = re.compile(r"(?:^|/)[^/]*(?:conftest|set_?up|helpers?|config|support|fixtures?|utils?)[^/]*$", re.IGNORECASE)
"""Files of a suite without tests of their own, by their names."""
_STRICT = re.compile(r"strict\s*=\s*True")


def check(change: Change) -> Iterator[ChangeHit]:
    """Name checks that let more pass: a broader error, its message dropped, a wider tolerance, a time-out several-fold.

    Why it hurts: the check stays in its place and no longer catches what it was written for.

    Bad:
        -with pytest.raises(QueueFull, match="mail holds 1"):
        +with pytest.raises(Exception):

    Good:
        with pytest.raises(QueueFull, match="mail holds 1"):

    It is fine when the error was renamed, when other assertions look at its message now, when a time-out grows a
    little, and when the task asks for it.
    """
    for pair in test_pairs(change).pairs:
        if not pair.old.test.is_collected or _is_asked(change.task, pair):
            continue
        if pair.is_changed:
            changes = assertion_changes(pair)
            yield from _errors(change, pair, changes)
            yield from _tolerances(pair, changes)
            yield from _bounds(pair, changes)
        yield from _strictness(pair)
    if not asks_of_tests(change.task, LOOSENS):
        for one in change.files:
            yield from _time_limits(one)


def _is_asked(task: str, pair: TestPair) -> bool:
    names = [pair.old.test.name]
    return asks_of_tests(task, LOOSENS) or asks_about(task, LOOSENS, names) or asks_about(task, UPDATES, names)


def _hit(pair: TestPair, one: Assertion, message: str) -> ChangeHit:
    return ChangeHit(pair.new.change, Hit.at(one.node, message), symbol=pair.new.test.qualified)


def _errors(change: Change, pair: TestPair, changes: AssertionChanges) -> Iterator[ChangeHit]:
    """Compare the errors that a test expects, one by one in their order."""
    lost, gained = ([one for one in side if one.kind == "raises"] for side in (changes.lost, changes.gained))
    if len(lost) != len(gained):
        return
    for old, new in zip(lost, gained, strict=True):
        if old.is_negated or new.is_negated or uses_vanished(change, old.raised + "()"):
            continue
        if is_broader(change, old.raised, new.raised) and not (not new.raised and new.match):
            yield _hit(pair, new, f"before this change the test expected {old.raised}, now {new.raised or 'any error'}")
        elif old.match and _LAX.match(new.match) and not _LAX.match(old.match) and not _is_said(changes):
            yield _hit(pair, new, f"before this change the error had to say {old.match}, now it may say anything")


def _is_said(changes: AssertionChanges) -> bool:
    """Return whether other new assertions look at the error."""
    return any(one.kind != "raises" and _SAYS_IT.search(one.subject) for one in changes.gained)


def _tolerances(pair: TestPair, changes: AssertionChanges) -> Iterator[ChangeHit]:
    for old in changes.lost:
        if old.kind != "close":
            continue
        alike = [one for one in changes.gained if one.kind == "close" and same_subject(pair.old, old, pair.new, one)]
        new = next(iter(alike), None)
        before, after = amount(old), amount(new) if new is not None else None
        if new is not None and before and after and after >= WIDER * before and old.expected == new.expected:
            was = old.tolerance or "the default"
            yield _hit(pair, new, f"the tolerance is {after / before:.3g} times as wide as before this change ({was})")


def _bounds(pair: TestPair, changes: AssertionChanges) -> Iterator[ChangeHit]:
    """Compare limits that a value must keep: `accuracy > 0.9` that became `> 0.5`."""
    for old in changes.lost:
        for new in changes.gained:
            if old.kind == new.kind == "compare" and old.subject == new.subject and _is_relaxed(old, new):
                message = f"before this change it had to be {old.expected}, now {new.expected}"
                yield _hit(pair, new, message)


def _is_relaxed(old: Assertion, new: Assertion) -> bool:
    before, after = (_BOUND.fullmatch(one.expected) for one in (old, new))
    if before is None or after is None or before[1] != after[1]:
        return False
    was, is_now = (float(match[2].replace("_", "")) for match in (before, after))
    step = (is_now - was) if before[1] == "<" else (was - is_now)
    return step > RELAXED * abs(was)


def _strictness(pair: TestPair) -> Iterator[ChangeHit]:
    old, new = pair.old.test.skip, pair.new.test.skip
    if old is None or new is None or old.kind != "xfail" or new.kind != "xfail":
        return
    if _STRICT.search(pair.old.file.text(old.node)) and not _STRICT.search(pair.new.file.text(new.node)):
        hit = Hit.at(new.node, "this xfail was strict before: a pass went noticed")
        yield ChangeHit(pair.new.change, hit, symbol=pair.new.test.qualified)


def _time_limits(one: FileChange) -> Iterator[ChangeHit]:
    """Name time-outs of test code that grew several-fold."""
    file = one.new
    if file is None or one.old is None or not (file.is_test or tests_in(file)):
        return
    starts = [0]
    for text in file.content.split(b"\n"):
        starts.append(starts[-1] + len(text) + 1)
    for found in raised_limits(one, LONGER):
        start, end = starts[found.line - 1], starts[found.line] - 1
        if _is_of_tests(file, start):
            message = f"this time-out is {found.factor:.3g} times as long as before this change"
            yield ChangeHit(one, Hit(start, end, message))


def _is_of_tests(file: SourceFile, offset: int) -> bool:
    """Return whether a place is one of a test, or of a file that has tests or sets them up by its name."""
    found = tests_in(file)
    if not file.is_test:
        return any(test.node.start_byte <= offset < test.node.end_byte for test in found)
    return bool(found) or _SETS_UP.search(file.path) is not None


LOOSENED_CHECK = ChangeRule(
    name="loosened-check",
    level="error",
    languages=TEST_LANGUAGES,
    why="The check stays in its place and no longer catches what it was written for.",
    ways=("keep the check and make the code meet it", "if it was too strict, say why"),
    check=check,
)
