"""Mines where a kind of task was really done: the files a proven run changed, and those it read for nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath

from learnagent_memory.episode import Action
from learnagent_memory.lesson import Lesson, When
from learnagent_memory.reflect.candidate import Candidate, Sight, field_of, is_test, quoted, task_words, title_of
from learnagent_memory.reflect.fix import places
from learnagent_memory.reflect.trace import Attempt, Trace, words_said

MAX_FILES = 4
"""A change of more source files is no place."""
MIN_WORDS = 2
_NO_SOURCE = frozenset({"changelog", "changes", "history", "readme", "news"})


def mine(trace: Trace, sight: Sight) -> Iterator[Candidate]:
    """Yield one candidate for a run that ended well, unless the task itself said where."""
    sources = tuple(path for path in trace.changed if not is_test(path) and not _is_prose(path))
    words = task_words(trace.task)
    if not trace.ended_well or not 1 <= len(sources) <= MAX_FILES or len(words) < MIN_WORDS:
        return
    if all(PurePosixPath(path).name in trace.task for path in sources):
        return
    tests = tuple(path for path in trace.changed if is_test(path))[:2]
    tested = f", with tests in {quoted(tests)}" if tests else ""
    lesson = Lesson(
        kind="place",
        title=title_of(f"Where {' '.join(words[:6])} was done: {quoted(sources)}"),
        when=When(words=words),
        do=field_of(f"Look first in {places(sources, sight)}{tested}."),
        avoid=field_of(f"{quoted(vain)} were read and not needed.") if (vain := read_in_vain(trace)) else "",
        anchors=sight.anchors([*sources, *tests]),
    )
    shown = _shown(trace)
    evidence = trace.evidence(shown, "passed with these files changed") if shown else trace.ending("ended as done")
    yield Candidate(lesson, "code", (evidence,), is_verified=trace.is_proven and shown is not None)


def _shown(trace: Trace) -> Attempt | None:
    """Return the check that passed at the end; without one, the last test that the model chose, which proves less."""
    last_change = max((touch.place for touch in trace.changes), default=-1)
    passed = [one for one in reversed(trace.attempts) if one.passed and one.place > last_change]
    checks = [one for one in passed if one.check]
    return next(iter(checks or [one for one in passed if one.invocation and one.invocation.purpose == "test"]), None)


def read_in_vain(trace: Trace) -> tuple[str, ...]:
    """Return source files read before the first change that nothing later mentions, at least two or none.

    One file read to understand another is no detour; a file whose name occurs in what was written, run or said
    was of use.
    """
    first_change = min((touch.place for touch in trace.changes), default=-1)
    written = " ".join(
        json.dumps(event.arguments)
        for event in trace.events
        if isinstance(event, Action) and event.tool in {"edit", "write", "bash"}
    )
    later = f"{written} {words_said(trace.events, after=first_change)}"
    read = dict.fromkeys(touch.path for touch in trace.reads if touch.place < first_change)
    vain = [path for path in read if path not in trace.changed and not _is_prose(path)]
    vain = [path for path in vain if PurePosixPath(path).stem not in later and "." in PurePosixPath(path).name]
    return tuple(vain[:3]) if len(vain) > 1 else ()


def _is_prose(path: str) -> bool:
    return PurePosixPath(path).stem.lower() in _NO_SOURCE
