"""`skipped-test` in a change: a test that ran before is skipped, disabled, left early or expected to fail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.change import Change, ChangeHit
from learnagent.lint.comparison.pairs import TestPair, test_pairs
from learnagent.lint.comparison.task_words import HIDES, asks_about, asks_of_tests
from learnagent.lint.finding import Hit
from learnagent.lint.rule import ChangeRule
from learnagent.lint.syntax.code_words import is_literal_word, words_of
from learnagent.lint.test_code import Skip
from learnagent.lint.test_code.languages import TEST_LANGUAGES

ROW_CHARACTERS = 60
"""Of a row in a message."""
_MARKED = re.compile(r"marks\s*=.*\bmark\.(?:skip|xfail)\b(?!if)(?!\(\s*(?:sys|os|not|platform)\b)")
_SAID = {
    "skip": "is skipped now",
    "xfail": "is expected to fail now",
    "todo": "is a to-do now",
    "return": "ends here before it asks anything more",
}


def check(change: Change) -> Iterator[ChangeHit]:
    """Name skips, xfails, disabling marks and early returns that a change puts on a test that ran.

    Why it hurts: what the test held is not held any more, and the run stays green.

    Bad:
        +@pytest.mark.skip(reason="expiry semantics are being reworked")
         def test_value_expires(clock):

    Good:
        +@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no POSIX mode bits")
         def test_only_the_owner_may_read(tmp_path):

    It is fine with a condition that can be false (a platform, a missing tool, `-short`), on a test that the same
    change adds, and when the task asks for it.
    """
    seen: set[tuple[str, int]] = set()
    for pair in test_pairs(change).pairs:
        skip = _added(pair)
        if skip is None or _is_asked(change.task, pair):
            continue
        place = (pair.new.change.path, skip.node.start_byte)
        if place not in seen:
            seen.add(place)
            message = f"the test `{pair.new.test.name}` ran before this change and {_SAID[skip.kind]}"
            yield ChangeHit(pair.new.change, Hit.at(skip.node, message), symbol=pair.new.test.qualified)
    for pair in test_pairs(change).pairs:
        if not _is_asked(change.task, pair):
            yield from _rows(pair)


def _rows(pair: TestPair) -> Iterator[ChangeHit]:
    """Name the cases of a table that ran and are marked now: `pytest.param("a", marks=pytest.mark.xfail)`."""
    old, new = pair.old.test, pair.new.test
    if old.parameters == new.parameters:
        return
    ran = [_values(row, pair) for row in old.parameters if not _MARKED.search(row)]
    marked = [row for row in new.parameters if _MARKED.search(row) and row not in old.parameters]
    for row in marked:
        if any(values and values <= _values(row, pair) for values in ran):
            shown = row if len(row) <= ROW_CHARACTERS else row[: ROW_CHARACTERS - 3] + "..."
            hit = Hit.at(new.name_node, f"a case that ran before this change is skipped or may fail now: {shown}")
            yield ChangeHit(pair.new.change, hit, symbol=new.qualified)


def _values(row: str, pair: TestPair) -> set[str]:
    return {word for word in words_of(row, pair.new.file.language) if is_literal_word(word)}


def _added(pair: TestPair) -> Skip | None:
    """Return the skip without a condition that a test has now and did not have."""
    old, new = pair.old.test.skip, pair.new.test.skip
    if new is None or new.is_conditional or not pair.old.test.is_collected:
        return None
    if old is not None and not old.is_conditional and (old.kind == new.kind or new.kind == "xfail"):
        return None
    return new


def _is_asked(task: str, pair: TestPair) -> bool:
    return asks_of_tests(task, HIDES) or asks_about(task, HIDES, [pair.old.test.name])


ADDED_SKIP = ChangeRule(
    name="skipped-test",
    level="error",
    languages=TEST_LANGUAGES,
    why="What the test held is not held any more, and the run stays green.",
    ways=("make the code pass it", "make the skip depend on what is missing", "leave it failing, and say so"),
    check=check,
)
