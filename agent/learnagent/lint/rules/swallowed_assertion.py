"""`swallowed-assertion`: an assertion whose failure is caught and dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from learnagent.lint.finding import Hit
from learnagent.lint.rule import HANDLE, LET_FAIL, SCRIPT, FileRule
from learnagent.lint.sham_tests.dropped_failures import in_go, in_promises, in_rust, in_suppress, in_try
from learnagent.lint.source_file import SourceFile

_READERS: Mapping[str, tuple[Callable[[SourceFile], Iterator[Hit]], ...]] = {
    "python": (in_try, in_suppress),
    "javascript": (in_try, in_promises),
    "typescript": (in_try, in_promises),
    "tsx": (in_try, in_promises),
    "java": (in_try,),
    "rust": (in_rust,),
    "go": (in_go,),
}


def check(file: SourceFile) -> Iterator[Hit]:
    """Name handlers that catch the failure of an assertion, and neither raise it again nor keep it.

    Why it hurts: the assertion cannot fail the test, so it asks nothing.

    Bad:
        try:
            assert widths == [300, 300, 300]
        except AssertionError as error:
            print(error)

    Good:
        assert widths == [300, 300, 300]

    It is fine where the failure is raised again, collected and judged, or where the handler asserts something
    about the error that it waited for.
    """
    for read in _READERS[file.language]:
        yield from read(file)


SWALLOWED_ASSERTION = FileRule(
    name="swallowed-assertion",
    level="error",
    languages=SCRIPT | {"python", "java", "rust", "go"},
    why="The assertion cannot fail the test, so it asks nothing.",
    ways=(HANDLE, LET_FAIL, "catch only what the code under test may raise, around the one call that raises it"),
    check=check,
)
