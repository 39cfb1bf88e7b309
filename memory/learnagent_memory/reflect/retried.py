"""Mines the command that failed and the one that worked instead, with nothing changed in between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from learnagent_memory.lesson import Lesson, When
from learnagent_memory.reflect.candidate import Candidate, Sight, field_of, quoted, title_of
from learnagent_memory.reflect.command_line import Invocation, Purpose
from learnagent_memory.reflect.trace import Attempt, Trace

_AIMS: dict[Purpose, str] = {
    "test": "Run tests",
    "lint": "Lint",
    "build": "Build",
    "install": "Install the dependencies",
    "script": "Run that script",
}
_MISSING = re.compile(
    r"command not found|not found\s*$|No module named ['\"]?{program}\b|[Mm]issing script|is not recognized as"
    r"|No rule to make target|executable file not found"
)
"""What is said where a program, a module that should run, or a target does not exist."""


def mine(trace: Trace, _sight: Sight) -> Iterator[Candidate]:
    """Yield one candidate for each command that worked where others failed, and for each that cannot start here."""
    instead: dict[str, tuple[Attempt, list[Attempt]]] = {}
    for failed in _failures(trace):
        worked = _worked_instead(trace, failed)
        if worked is None:
            continue
        instead.setdefault(worked.command, (worked, []))[1].append(failed)
    for worked, failures in instead.values():
        if worked.command != trace.check:  # the prompt says that one already
            yield _pair(trace, worked, failures)
    yield from _dead(trace, {failed.command for _, failures in instead.values() for failed in failures})


def advice(worked: Attempt) -> str:
    """Return the advice to use a command that worked: as it stands, or as an example where it names a file."""
    assert worked.invocation is not None
    names_file = any(re.search(r"\w\.\w+(?:::|$)", target) for target in worked.invocation.targets)
    return f"{_AIMS[worked.invocation.purpose]} {'as in' if names_file else 'with'} `{worked.command}`"


def cannot_start(attempt: Attempt) -> bool:
    """Return whether a command failed because what it names does not exist here."""
    ran = attempt.invocation
    if ran is None or attempt.passed:
        return False
    pattern = _MISSING.pattern.replace("{program}", re.escape(ran.program))
    said = "\n".join(attempt.text.splitlines()[-5:])
    return attempt.exit_code in {126, 127} or re.search(pattern, said, re.MULTILINE) is not None


def _failures(trace: Trace) -> Iterator[Attempt]:
    """Yield failures of commands that never worked in the run, each command once."""
    passed = {attempt.command for attempt in trace.attempts if attempt.passed}
    seen: set[str] = set()
    for attempt in trace.attempts:
        if attempt.invocation and not attempt.passed and attempt.command not in passed | seen:
            seen.add(attempt.command)
            yield attempt


def _worked_instead(trace: Trace, failed: Attempt) -> Attempt | None:
    for later in trace.attempts:
        if later.place <= failed.place or not later.passed or later.invocation is None or failed.invocation is None:
            continue
        if trace.changed_between(failed.place, later.place):
            return None
        if _is_same_aim(failed, failed.invocation, later.invocation):
            return later
    return None


def _is_same_aim(failed: Attempt, one: Invocation, other: Invocation) -> bool:
    """Return whether both were to do the same, so that only the form of the command made the difference.

    Where the first ran at all, it must have been on the same files: another red test file is no other form.
    """
    if one.purpose != other.purpose or (one.purpose == "script" and one.program != other.program):
        return False
    is_same_work = one.targets == other.targets and one.program == other.program
    return cannot_start(failed) or (is_same_work and not one.is_selective and not other.is_selective)


def _pair(trace: Trace, worked: Attempt, failures: list[Attempt]) -> Candidate:
    assert worked.invocation is not None
    said = advice(worked)
    others = quoted(failed.command for failed in failures[:3])
    lesson = Lesson(
        kind="command",
        title=title_of(f"{said}, not {others}"),
        when=When(words=_words(worked.invocation)),
        do=field_of(f"{said}."),
        avoid=field_of(" ".join(_failing(failed) for failed in failures[:3])),
    )
    evidence = (
        trace.evidence(worked, "worked where the other failed, with nothing changed in between"),
        *(trace.evidence(failed, "failed") for failed in failures[:3]),
    )
    return Candidate(lesson, "code", evidence, is_verified=True)


def _dead(trace: Trace, known: Iterable[str]) -> Iterator[Candidate]:
    """Yield commands for testing, linting and building that cannot start here, and nothing did instead."""
    seen = set(known)
    works = {attempt.invocation.purpose for attempt in trace.attempts if attempt.passed and attempt.invocation}
    for failed in _failures(trace):
        ran = failed.invocation
        if ran is None or failed.command in seen or not cannot_start(failed) or ran.purpose in works | {"script"}:
            continue
        lesson = Lesson(
            kind="command",
            title=title_of(f"`{failed.command}` cannot start here"),
            when=When(words=_words(ran)),
            avoid=field_of(_failing(failed)),
        )
        yield Candidate(lesson, "code", (trace.evidence(failed, "cannot start"),), is_verified=True)


def _failing(failed: Attempt) -> str:
    why = "cannot start here" if cannot_start(failed) else "fails on the same code"
    return f"`{failed.command}` {why} (exit {failed.exit_code})."


def _words(ran: Invocation) -> tuple[str, ...]:
    return ("run", ran.purpose, ran.program)
