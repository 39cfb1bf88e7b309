"""Mines what had to change together: green before, red after one file changed, green again after another did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from learnagent_memory.lesson import Lesson, When
from learnagent_memory.reflect.candidate import (
    Candidate,
    Sight,
    field_of,
    is_obvious_pair,
    is_test,
    origin_of,
    quoted,
    title_of,
)
from learnagent_memory.reflect.fix import mended
from learnagent_memory.reflect.signature import signature_of
from learnagent_memory.reflect.trace import Attempt, Trace

MAX_FILES = 3


def mine(trace: Trace, sight: Sight) -> Iterator[Candidate]:
    """Yield a candidate where a command says so; else one where the git history says it of two changed files."""
    shown = [one for failed, _, passed in mended(trace) for one in _shown(trace, failed, passed, sight=sight)]
    yield from shown[:1] or _told_by_history(trace, sight)


def _shown(trace: Trace, failed: Attempt, passed: Attempt, *, sight: Sight) -> Iterator[Candidate]:
    first = _left(trace, trace.changed_between(-1, failed.place))
    then = [path for path in _left(trace, trace.changed_between(failed.place, passed.place)) if path not in first]
    then = [path for path in then if not any(is_obvious_pair(path, other) for other in first)]
    sources = [path for path in first if not is_test(path)]
    if not sources or not then or max(len(sources), len(then)) > MAX_FILES or not _was_green(trace, failed):
        return
    signature = signature_of(failed.text)
    lesson = Lesson(
        kind="coupling",
        title=title_of(f"{quoted(sources)} and {quoted(then)} change together"),
        when=When(error=signature.text if signature else "", globs=tuple(dict.fromkeys(map(_like, sources)))),
        do=field_of(
            f"When you change or add files like {quoted(sources)}, see whether {quoted(then)} must change too."
        ),
        avoid=field_of(f"Changing only {quoted(sources)} left `{failed.command}` red (exit {failed.exit_code})."),
        anchors=sight.anchors([*sources, *then]),
    )
    evidence = (
        trace.evidence(passed, "passed once both were changed"),
        trace.evidence(failed, f"failed with {', '.join(sources)} changed alone"),
    )
    yield Candidate(lesson, origin_of(signature), evidence, is_verified=True)


def _like(path: str) -> str:
    """Return a glob for files like one: of its folder and kind, as what is added there next has another name."""
    pure = PurePosixPath(path)
    return f"{pure.parent}/*{pure.suffix}" if len(pure.parts) > 1 and pure.suffix else path


def _left(trace: Trace, paths: tuple[str, ...]) -> list[str]:
    kept = set(trace.changed)
    return [path for path in paths if path in kept]


def _was_green(trace: Trace, failed: Attempt) -> bool:
    """Return whether the same command passed before the run changed anything, or names what the run broke."""
    if failed.check and failed.check.broken:
        return True
    first_change = min((touch.place for touch in trace.changes), default=0)
    return any(one.passed and one.command == failed.command and one.place < first_change for one in trace.attempts)


def _told_by_history(trace: Trace, sight: Sight) -> Iterator[Candidate]:
    sources = [path for path in trace.changed if not is_test(path)]
    if not 2 <= len(sources) <= 2 * MAX_FILES:
        return
    for one in sources:
        together = sight.changes_with(one)
        others = [path for path in sources if path != one and path in together and not is_obvious_pair(one, path)]
        if others:
            lesson = Lesson(
                kind="coupling",
                title=title_of(f"`{one}` and {quoted(others)} change together"),
                when=When(globs=(_like(one),)),
                do=field_of(f"When you change `{one}`, see whether {quoted(others)} must change too."),
                anchors=sight.anchors([one, *others]),
            )
            evidence = trace.ending(f"the git history and this run changed {one} and {', '.join(others)} together")
            yield Candidate(lesson, "code", (evidence,))
            return
