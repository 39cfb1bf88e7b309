"""Mines the shortcuts that the linter found in a run's diff and that the run then mended: what not to write again."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent_memory.episode import Linted, Repair
from learnagent_memory.lesson import Lesson, When
from learnagent_memory.reflect.candidate import Candidate, Sight, field_of, quoted, task_words, title_of
from learnagent_memory.reflect.command_line import is_safe_path
from learnagent_memory.reflect.trace import Trace

MAX_REPAIRS = 3


def mine(trace: Trace, sight: Sight) -> Iterator[Candidate]:
    """Yield one candidate for each rule whose shortcut was mended, where the run ended well without it.

    Path, rule and message are ours; the code itself stays in the episode, as a pair of bad and good.
    """
    if not trace.ended_well:
        return
    by_rule: dict[str, list[Repair]] = {}
    for event in trace.events:
        if isinstance(event, Linted):
            for repair in event.repairs:
                if is_safe_path(repair.path) and repair.path in trace.changed:
                    by_rule.setdefault(repair.rule, []).append(repair)
    for rule, repairs in list(by_rule.items())[:MAX_REPAIRS]:
        yield _candidate(trace, rule, repairs, sight=sight)


def _candidate(trace: Trace, rule: str, repairs: list[Repair], *, sight: Sight) -> Candidate:
    paths = tuple(dict.fromkeys(repair.path for repair in repairs))[:MAX_REPAIRS]
    passed = next((one for one in reversed(trace.attempts) if one.check and one.passed), None)
    proof = f" `{passed.command}` passed without it." if passed else ""
    lesson = Lesson(
        kind="convention",
        title=title_of(f"The shortcut `{rule}` in {quoted(paths)} was refused and mended"),
        when=When(words=task_words(trace.task), globs=paths),
        do=field_of(f"Write {quoted(paths)} without `{rule}` from the start.{proof}"),
        avoid=field_of(f"{repairs[0].message[:1].upper()}{repairs[0].message[1:]}."),
        anchors=sight.anchors(paths),
    )
    evidence = trace.evidence(passed, "passed once it was mended") if passed else trace.ending("mended before the end")
    return Candidate(lesson, "code", (evidence,), is_verified=passed is not None)
