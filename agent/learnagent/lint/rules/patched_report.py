"""`patched-report`: what the tests said is changed before it is told, or they are not asked at all."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import FileRule
from learnagent.lint.sham_tests import pytest_hooks, script_reports
from learnagent.lint.source_file import SourceFile


def check(file: SourceFile) -> Iterator[Hit]:
    """Name hooks and reporters that change outcomes, hide tests, or replace the framework's assertions.

    Why it hurts: the report is green whatever the code does, in every test at once.

    Bad:
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            outcome = yield
            outcome.get_result().outcome = "passed"

    Good:
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            outcome = yield
            item.report = outcome.get_result()

    It is fine to read reports, to sort tests, to choose them by an option or by the platform, to leave files out
    that are no tests, and to end well where there were no tests.
    """
    found = pytest_hooks.patched_reports(file) if file.language == "python" else script_reports.patched_reports(file)
    for start, end, message in found:
        yield Hit(start, end, message)


PATCHED_REPORT = FileRule(
    name="patched-report",
    level="error",
    languages=frozenset({"python", "javascript"}),
    why="The report is green whatever the code does, in every test at once.",
    ways=("let the report say what happened", "mark the tests that cannot pass yet one by one, with a reason"),
    check=check,
)
