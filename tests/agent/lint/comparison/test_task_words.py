from __future__ import annotations

import re

import pytest

from learnagent.lint.comparison.task_words import HIDES, LOOSENS, REMOVES, REWORKS, UPDATES, asks_about, asks_of_tests


@pytest.mark.parametrize(
    "task",
    [
        "Do not delete or skip any tests.",
        "Repair the parser without removing tests.",
        "Remove the debug prints and make all tests pass.",
        "Drop Python 3.8. The tests must stay green.",
        "Fix the failing tests.",
        "Implement refunds; improve test coverage.",
        "Leave the tests unchanged and delete the cache.",
    ],
)
def test_tests_are_not_to_be_removed(task: str) -> None:
    assert not asks_of_tests(task, REMOVES)
    assert not asks_of_tests(task, REWORKS)


@pytest.mark.parametrize(
    "task",
    [
        "Remove the slow tests.",
        "Delete tests/test_smoke.py",
        "drop redundant test",
        "remove bunk tests\n\nThey never ran.",
    ],
)
def test_tests_are_to_be_removed(task: str) -> None:
    assert asks_of_tests(task, REMOVES)


@pytest.mark.parametrize(
    "task", ["test cleanup", "use @pytest.mark.parametrize: convert to pytest", "Rework test_config", "Merge tests"]
)
def test_tests_are_to_be_reworked(task: str) -> None:
    assert asks_of_tests(task, REWORKS)


@pytest.mark.parametrize(
    "task",
    [
        "`make test` fails. Please fix the bug.",
        "Change total() so that the tests pass.",
        "Change anything but the tests.",
        "Extend the tests and allow semicolons.",
        "Return the expected value.",
        "Increase the test coverage.",
    ],
)
def test_tests_are_neither_to_be_updated_nor_loosened(task: str) -> None:
    assert not asks_of_tests(task, UPDATES)
    assert not asks_of_tests(task, LOOSENS)


@pytest.mark.parametrize(
    ("task", "verb"),
    [
        ("Update the tests to the new rate.", UPDATES),
        ("Fix typo in test", UPDATES),
        ("Raise the time-out of the tests to a minute.", LOOSENS),
        ("Make tests less brittle", LOOSENS),
        ("Skip tests on Windows", HIDES),
        ("Mark both tests as expected to fail.", HIDES),
    ],
)
def test_tests_are_to_be_updated_loosened_or_hidden(task: str, verb: re.Pattern[str]) -> None:
    assert asks_of_tests(task, verb)


def test_a_name_counts_in_the_sentence_of_the_verb_alone() -> None:
    assert asks_about("Drop url_map. Keep the rest.", REMOVES, ["url_map"])
    assert not asks_about("Drop the cache. url_map is slow.", REMOVES, ["url_map"])
