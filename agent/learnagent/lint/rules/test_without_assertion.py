"""`test-without-assertion`: a test that runs code and asks nothing about it."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.sham_tests.other_oracles import may_fail_elsewhere
from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code import TestFunction, collected


def check(file: SourceFile) -> Iterator[Hit]:
    """Name tests without an assertion: no assert, no expected error, no mock asked, no helper that asserts.

    Why it hurts: it passes whatever the code returns, and counts as covered.

    Bad:
        def test_forecast():
            result = Forecaster().predict(days=7)
            print(result)

    Good:
        def test_forecast():
            assert Forecaster().predict(days=7).days == 7

    It is fine where the name or a comment says that the test only asks whether something raises, in benchmarks,
    and where a fixture, a decorator or a helper of another file asserts.
    """
    for test in collected(file):
        if not test.assertions and _runs(file, test) and not may_fail_elsewhere(file, test):
            yield Hit.at(test.name_node, "this test asserts nothing: it passes whatever the code does")


def _runs(file: SourceFile, test: TestFunction) -> bool:
    if test.body is None or (test.skip is not None and not test.skip.is_conditional and test.skip.kind != "return"):
        return False
    return test.skip is None or not file.text(test.skip.node).endswith((".skip", ".todo", "xit"))


TEST_WITHOUT_ASSERTION = FileRule(
    name="test-without-assertion",
    level="warn",
    languages=SCRIPT | {"python", "go", "rust", "java"},
    why="It passes whatever the code returns, and counts as covered.",
    ways=("assert what the code must have done", "say in its name that it must only not raise"),
    check=check,
)
