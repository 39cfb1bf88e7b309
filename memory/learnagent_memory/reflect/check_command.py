"""Mines the command that tests the project where the prompt knew none, and the project's own ones beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent_memory.lesson import Lesson, When
from learnagent_memory.reflect.candidate import Candidate, Sight, field_of, title_of
from learnagent_memory.reflect.command_line import Purpose, read_command
from learnagent_memory.reflect.retried import advice
from learnagent_memory.reflect.trace import Attempt, Trace

_NOTHING_RAN = re.compile(
    r"no tests? (?:ran|files?|found)|\[no test files\]|(?:^|\s)0 (?:passing|tests)|no test specified", re.I
)


def mine(trace: Trace, _sight: Sight) -> Iterator[Candidate]:
    """Yield at most one command for each purpose that the prompt named none for."""
    named = read_command(trace.check) if trace.check else None
    known: set[Purpose] = {named.purpose if named else "test"} if trace.check else set()
    for purpose in ("test", "lint", "build"):
        working = [attempt for attempt in trace.attempts if _shows(attempt, purpose)]
        if purpose not in known and working:
            yield _candidate(trace, min(working, key=_narrowness), purpose)


def _shows(attempt: Attempt, purpose: Purpose) -> bool:
    """Return whether an attempt is one to tell: any that tests, and such others as the project defines itself.

    That `ruff check .` lints where ruff is installed teaches nobody anything.
    """
    ran = attempt.invocation
    if ran is None or not attempt.passed or ran.purpose != purpose or _NOTHING_RAN.search(attempt.text):
        return False
    return purpose == "test" or ran.is_project_own


def _narrowness(attempt: Attempt) -> tuple[bool, int, int]:
    ran = attempt.invocation
    assert ran is not None
    return (ran.is_selective, len(ran.targets), -attempt.place)


def _candidate(trace: Trace, worked: Attempt, purpose: Purpose) -> Candidate:
    said = advice(worked)
    lesson = Lesson(kind="command", title=title_of(said), when=When(words=("run", purpose)), do=field_of(f"{said}."))
    return Candidate(lesson, "code", (trace.evidence(worked, "ran and passed"),), is_verified=True)
