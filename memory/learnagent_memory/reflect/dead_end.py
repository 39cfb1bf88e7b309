"""Mines what did not work: the change that left the check red, or that the user took back."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent_memory.lesson import Lesson, When
from learnagent_memory.reflect.candidate import Candidate, Sight, field_of, origin_of, quoted, task_words, title_of
from learnagent_memory.reflect.signature import signature_of
from learnagent_memory.reflect.trace import Attempt, Trace

MAX_FILES = 4


def mine(trace: Trace, sight: Sight) -> Iterator[Candidate]:
    """Yield one warning for a run that gave up with the check red by its own doing, or that was undone."""
    changed = trace.changed[:MAX_FILES]
    if trace.finished is None or not changed:
        return
    last = next((one for one in reversed(trace.attempts) if one.check and one.check.phase == "finish"), None)
    if trace.finished.outcome == "not_done" and last and not last.passed and not trace.is_as_before:
        yield _red(trace, last, sight)
    elif trace.is_undone and trace.finished.outcome == "done":
        yield _undone(trace, sight)


def _red(trace: Trace, last: Attempt, sight: Sight) -> Candidate:
    signature = signature_of(last.text)
    changed = trace.changed[:MAX_FILES]
    broken = last.check.broken[:3] if last.check else ()
    still = f" {quoted(broken)} failed." if broken and all("`" not in name for name in broken) else ""
    lesson = Lesson(
        kind="note",
        title=title_of(f"A change of {quoted(changed)} alone did not pass `{last.command}`"),
        when=When(words=task_words(trace.task), error=signature.text if signature else ""),
        avoid=field_of(f"An attempt that changed only {quoted(changed)} left `{last.command}` red.{still}"),
        anchors=sight.anchors(changed),
    )
    origin = "outside" if still else origin_of(signature)
    return Candidate(lesson, origin, (trace.evidence(last, "still red when the run gave up"),), is_verified=True)


def _undone(trace: Trace, sight: Sight) -> Candidate:
    changed = trace.changed[:MAX_FILES]
    lesson = Lesson(
        kind="note",
        title=title_of(f"A change of {quoted(changed)} was taken back by the user"),
        when=When(words=task_words(trace.task)),
        avoid=field_of(f"A run that was called done and changed {quoted(changed)} was undone: ask before doing it so."),
        anchors=sight.anchors(changed),
    )
    return Candidate(lesson, "code", (trace.ending("undone by the user"),))
