"""`mocked-subject`: a test replaces a function and then asserts on what the replacement returns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.sham_tests.script_stand_ins import script_stand_ins
from learnagent.lint.sham_tests.stand_ins import Answer, python_stand_ins
from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code import Assertion, collected

_ABOUT_VALUES = frozenset(
    {"equal", "truth", "not_none", "instance", "compare", "contains", "close", "matches", "snapshot"}
)


def check(file: SourceFile) -> Iterator[Hit]:
    """Name tests that replace the very function whose result they assert on.

    Why it hurts: the test asks the mock for the value it was given, and no line of the code runs.

    Bad:
        @patch("billing.tax.compute_tax", return_value=19.0)
        def test_compute_tax(_):
            assert tax.compute_tax(100) == 19.0

    Good:
        @patch("billing.tax.fetch_rate", return_value=0.19)
        def test_compute_tax(_):
            assert tax.compute_tax(100) == 19.0

    It is fine to replace what the function under test calls, to wrap the real function (`wraps=`), and to count calls.
    """
    for test in collected(file):
        answers = list(python_stand_ins(file, test) if file.language == "python" else script_stand_ins(file, test))
        told: set[str] = set()
        for one in test.assertions if answers else ():
            for answer in answers:
                if answer.name not in told and _asks(one, answer):
                    told.add(answer.name)
                    yield Hit.at(
                        one.node, f"{answer.name} is replaced in this test, and then asserted on: no code of it runs"
                    )


def _asks(one: Assertion, answer: Answer) -> bool:
    """Return whether an assertion behind a replacement examines what the replacement returned."""
    if one.kind not in _ABOUT_VALUES or one.node.start_byte < answer.start:
        return False
    if answer.must_match and not (one.kind == "equal" and one.expected_is_literal):
        return False
    if answer.value and one.kind == "equal" and one.expected_is_literal and not _is_same(answer.value, one.expected):
        return False
    is_called = one.node.start_byte < answer.end and answer.call.search(one.subject) is not None
    return is_called or _root(one.subject) in answer.results


def _is_same(value: str, expected: str) -> bool:
    """Return whether two literals are one value, however written."""
    numbers = [float(text) for text in (value, expected) if re.fullmatch(r"-?\d+(?:\.\d*)?", text)]
    return numbers[0] == numbers[1] if len(numbers) == 2 else value.strip("\"'") == expected.strip("\"'")


def _root(subject: str) -> str:
    """Return the name that an expression begins with: `result["label"]`, `route.legs`."""
    name = subject
    for mark in ".[?! ":
        name = name.partition(mark)[0]
    return name


MOCKED_SUBJECT = FileRule(
    name="mocked-subject",
    level="error",
    languages=SCRIPT | {"python"},
    why="The test asks the mock for the value it was given, and no line of the code runs.",
    ways=("replace what the function calls, not the function itself", "call the real function"),
    check=check,
    where="tests",
)
