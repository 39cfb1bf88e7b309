"""`changed-expectation`: a test expects another value now, and nothing that it tests changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.change import Change, ChangeHit, FileChange
from learnagent.lint.comparison.expectations import Expectation, changed_constants, changed_expectations
from learnagent.lint.comparison.pairs import TestPair, test_pairs
from learnagent.lint.comparison.product_change import changed_product
from learnagent.lint.comparison.task_words import REMOVES, REWORKS, UPDATES, asks_about, asks_of_tests
from learnagent.lint.finding import Hit
from learnagent.lint.rule import ChangeRule
from learnagent.lint.syntax.code_words import words_of
from learnagent.lint.test_code import tests as tests_in
from learnagent.lint.test_code.languages import TEST_LANGUAGES

SHOWN = 60
"""Characters of a value in a message."""


def check(change: Change) -> Iterator[ChangeHit]:
    """Name expected values that a change rewrites while it changes no product code, and the test's input stays.

    Why it hurts: the test was made to agree with the code, so a fault of the code is written down as right.

    Bad:
        -assert yearly_interest(Decimal("1000"), Decimal("0.03")) == Decimal("30.00")
        +assert yearly_interest(Decimal("1000"), Decimal("0.03")) == Decimal("36.00")

    Good:
        the expected value stays, and `yearly_interest` is repaired

    It is fine when product code, a template, data or a dependency changed too, when the test's own input or a
    fixture changed, when the same value is only written differently, and when the task names the value.
    """
    if changed_product(change) or any(_is_new_data(one) for one in change.files):
        return
    for pair in test_pairs(change).pairs:
        if not pair.is_changed:
            continue
        for found in changed_expectations(pair):
            if not _is_asked(change.task, pair, found):
                message = f"the test expected {_shown(found.old)} before, and no product code changed"
                yield ChangeHit(pair.new.change, Hit.at(found.place, message), symbol=pair.new.test.qualified)
    for one in change.tests:
        if one.old is not None and one.new is not None and not asks_of_tests(change.task, UPDATES):
            for found in changed_constants(one.old, one.new):
                if not _names_value(change.task, one.new.language, found):
                    message = f"tests expected {_shown(found.old)} before, and no product code changed"
                    yield ChangeHit(one, Hit.at(found.place, message))


def _is_new_data(one: FileChange) -> bool:
    """Return whether test data, or code that tests share, changed: what was there reads otherwise now."""
    files = [file for file in (one.old, one.new) if file is not None]
    if not files:
        return _DATA.search(one.path) is not None
    if any(tests_in(file) for file in files) or not any(file.is_test for file in files):
        return False
    return any(words_of(line, files[0].language) and not _IMPORT.match(line) for line in one.removed_text())


_DATA = re.compile(r"(?:^|/)(?:tests?|testing|spec|specs|__tests__|testdata|fixtures|__snapshots__|playground)/", re.I)
_IMPORT = re.compile(r"\s*(?:import|from|use|require|const .*require|package|#|//|\*|/\*)")


def _shown(value: str) -> str:
    return value if len(value) <= SHOWN else value[: SHOWN - 3] + "..."


def _is_asked(task: str, pair: TestPair, found: Expectation) -> bool:
    if asks_of_tests(task, UPDATES) or asks_of_tests(task, REWORKS) or asks_of_tests(task, REMOVES):
        return True
    if asks_about(task, UPDATES, [pair.old.test.name]):
        return True
    return _names_value(task, pair.new.file.language, found)


def _names_value(task: str, language: str, found: Expectation) -> bool:
    new = [word.strip('"') for word in words_of(found.new, language)]
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", task) for word in new if len(word) > 1)


CHANGED_EXPECTATION = ChangeRule(
    name="changed-expectation",
    level="error",
    languages=TEST_LANGUAGES,
    why="The test was made to agree with the code, so a fault of the code is written down as right.",
    ways=("repair the code and leave the expected value", "if the old value was wrong, say why it was"),
    check=check,
)
