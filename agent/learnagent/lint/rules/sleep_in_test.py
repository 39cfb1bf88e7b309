"""`sleep-in-test`: a test that waits for a fixed time and hopes."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.sham_tests.script_sleeps import script_sleeps
from learnagent.lint.sham_tests.sleeps import sleeps
from learnagent.lint.source_file import SourceFile


def check(file: SourceFile) -> Iterator[Hit]:
    """Name fixed waits in tests, their fixtures and hooks: time.sleep, Thread.sleep, a promise around setTimeout.

    Why it hurts: on a busy machine it is too short and the test fails now and then; everywhere else it is too long.

    Bad:
        writer.put("one")
        time.sleep(2)
        assert path.read_text() == "one"

    Good:
        writer.put("one")
        assert written.wait(timeout=10)
        assert path.read_text() == "one"

    It is fine in a stand-in that is meant to be slow, in a loop that polls until a deadline, under a clock that
    the test moves, and to yield once (`asyncio.sleep(0)`).
    """
    found = script_sleeps(file) if file.language in SCRIPT else sleeps(file)
    for node in found:
        yield Hit.at(node, "the test waits for a fixed time here: too short on a busy machine, too long on any other")


SLEEP_IN_TEST = FileRule(
    name="sleep-in-test",
    level="warn",
    languages=SCRIPT | {"python", "go", "rust", "java"},
    why="Too short on a busy machine, too long on any other.",
    ways=("wait for the event itself, with a time-out", "poll until a deadline", "pass in a clock and move it"),
    check=check,
)
