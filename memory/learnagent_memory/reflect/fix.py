"""Mines an error and what mended it: the command, or the change, after which the same command passed."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent_memory.lesson import Lesson, When
from learnagent_memory.reflect.candidate import Candidate, Sight, field_of, origin_of, quoted, task_words, title_of
from learnagent_memory.reflect.signature import Signature, signature_of
from learnagent_memory.reflect.trace import Attempt, Trace

MAX_FILES = 3
"""A change of more files is no fix of one error."""


def mine(trace: Trace, sight: Sight) -> Iterator[Candidate]:
    """Yield a candidate for each error that was there before the run's changes, or that a command alone mended.

    An error that the run itself brought and took back is nobody else's; one that a change of another file
    brought is a coupling.
    """
    seen: set[str] = set()
    for failed, signature, passed in mended(trace):
        if signature is None or not signature.is_telling or signature.text in seen:
            continue
        seen.add(signature.text)
        changed = trace.changed_between(failed.place, passed.place)
        cure = _cure(trace, failed, passed)
        if cure:
            yield _by_command(trace, (failed, passed, cure), signature)
        elif changed and not trace.changed_between(-1, failed.place) and _kept(trace, changed):
            yield _by_change(trace, (failed, passed), signature, sight=sight)


def mended(trace: Trace) -> Iterator[tuple[Attempt, Signature | None, Attempt]]:
    """Yield each failure after which the same command passed: the failure, its error, the next that passed."""
    for failed in trace.attempts:
        if failed.passed:
            continue
        again = (one for one in trace.attempts if one.place > failed.place and one.command == failed.command)
        if passed := next((one for one in again if one.passed), None):
            yield failed, signature_of(failed.text), passed


def _cure(trace: Trace, failed: Attempt, passed: Attempt) -> Attempt | None:
    """Return the one command that ran well in between where no file was edited by hand; None for several."""
    edited = any(
        failed.place < touch.place < passed.place and not touch.by_command and touch.path for touch in trace.changes
    )
    between = [
        one
        for one in trace.attempts
        if failed.place < one.place < passed.place
        and one.passed
        and one.invocation
        and one.invocation.purpose in {"install", "build", "script"}
        and one.command != failed.command
    ]
    return between[0] if len({one.command for one in between}) == 1 and not edited else None


def _kept(trace: Trace, changed: tuple[str, ...]) -> bool:
    return len(changed) <= MAX_FILES and set(changed) <= set(trace.changed)


def _by_command(trace: Trace, ran: tuple[Attempt, Attempt, Attempt], signature: Signature) -> Candidate:
    failed, passed, cure = ran
    lesson = Lesson(
        kind="fix",
        title=title_of(f"{_name(signature)} in `{failed.command}`: run `{cure.command}`"),
        when=When(words=("run",), error=signature.text),
        do=field_of(f"Run `{cure.command}`; after it `{failed.command}` passed."),
    )
    evidence = (trace.evidence(passed, f"passed after {cure.command}"), trace.evidence(cure), trace.evidence(failed))
    return Candidate(lesson, origin_of(signature), evidence, is_verified=True)


def _by_change(trace: Trace, ran: tuple[Attempt, Attempt], signature: Signature, *, sight: Sight) -> Candidate:
    failed, passed = ran
    changed = trace.changed_between(failed.place, passed.place)
    lesson = Lesson(
        kind="fix",
        title=title_of(f"{_name(signature)} in `{failed.command}` was mended in {quoted(changed)}"),
        when=When(words=task_words(trace.task), error=signature.text),
        do=field_of(f"Look in {places(changed, sight)}: a change there made `{failed.command}` pass."),
        anchors=sight.anchors(changed),
    )
    evidence = (trace.evidence(passed, "passed after the change"), trace.evidence(failed, "failed before it"))
    return Candidate(lesson, origin_of(signature), evidence, is_verified=True)


def places(paths: tuple[str, ...], sight: Sight) -> str:
    """Return files with the symbols touched in them, quoted."""
    told = []
    for path in paths:
        symbols = list(sight.symbols_touched(path))[:3]
        told.append(f"`{path}` ({quoted(symbols)})" if symbols else f"`{path}`")
    return ", ".join(told)


def _name(signature: Signature) -> str:
    """Return what to call an error in a title: its type, never words that a program chose."""
    return f"`{signature.text}`" if signature.is_fixed else f"`{signature.type or 'An error'}`"
