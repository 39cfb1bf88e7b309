"""`focused-test`: a test that keeps all others from running."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code.script_functions import blocks_of


def check(file: SourceFile) -> Iterator[Hit]:
    """Name tests and groups that are focused: `it.only`, `describe.only`, `fit`, `fdescribe`, `{ only: true }`.

    Why it hurts: the runner leaves out every other test of the file, or of the run, and reports success.

    Bad:
        it.only('splits words', () => { ... })

    Good:
        it('splits words', () => { ... })

    It is fine on a developer's machine, and nowhere else.
    """
    for block in file.once(blocks_of):
        if block.is_focused:
            named = next((step.named for step in block.steps if step.name == "only"), block.steps[0].named)
            yield Hit.at(named, "only this runs: every other test is left out")


FOCUSED_TEST = FileRule(
    name="focused-test",
    level="error",
    languages=SCRIPT,
    why="The runner leaves out every other test and reports success.",
    ways=("take the focus off again",),
    check=check,
    where="tests",
)
