"""Says what the lessons shown in a run were worth there: they helped, they hurt, or they were not used.

The outcome of a later task is a free label for what was remembered (arXiv:2505.16067). It is a noisy one, so it is
given only where the run used the lesson and its end says something:

- proven (done, check passed, nothing taken back): what was used helped;
- gave up with the check red by its own doing, or done and then undone: what was used hurt;
- everything else that ended by itself (done without a check, check red as before or not allowed) says nothing about
  a lesson: unused;
- stopped from outside (interrupted, budget, model or disk failed): no credit at all, the run may go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from learnagent_memory.episode import Recalled
from learnagent_memory.journal import Episode
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import Credit, Credited, Verdict
from learnagent_memory.reflect.candidate import quotes
from learnagent_memory.reflect.trace import Trace, read_trace, words_said

CITED = 8
"""Characters of an id that are a citation."""


def credit(episode: Episode, lessons: Mapping[str, Lesson], *, author: str, at: str) -> Credited | None:
    """Return the credit of a run for each lesson it was shown; None where there is none to give.

    `lessons` are the bodies by id; one that is missing counts as unused. To be called again after an undo: the
    later event of a run replaces the earlier.
    """
    trace = read_trace(episode)
    shown = _first_shown(trace)
    if not shown or trace.finished is None or trace.finished.outcome not in {"done", "not_done"}:
        return None
    end = _end(trace)
    verdicts: Iterator[tuple[str, Verdict]] = (
        (key, end if key in lessons and is_used(lessons[key], key, trace, after=place) else "unused")
        for key, place in shown.items()
    )
    given = tuple(Credit(lesson=key, verdict=verdict) for key, verdict in verdicts)
    return Credited(at=at, author=author, run=episode.id, credits=given)


def _first_shown(trace: Trace) -> dict[str, int]:
    """Return where each lesson was first shown: what was done before that owes it nothing."""
    shown: dict[str, int] = {}
    for place, event in enumerate(trace.events):
        if isinstance(event, Recalled):
            for key in event.lessons:
                shown.setdefault(key, place)
    return shown


def _end(trace: Trace) -> Verdict:
    """Return what the end of the run says about what it used."""
    if trace.is_proven:
        return "helped"
    if trace.is_undone:
        return "hurt"
    finished = trace.finished
    is_own_failure = finished is not None and finished.outcome == "not_done" and finished.check == "failed"
    return "hurt" if is_own_failure and not trace.is_as_before else "unused"


def is_used(lesson: Lesson, key: str, trace: Trace, *, after: int) -> bool:
    """Return whether a run, after it was shown a lesson, went where it points, ran its command, or cited it."""
    paths = {anchor.path for anchor in lesson.anchors}
    went = any(touch.path in paths for touch in (*trace.changes, *trace.reads) if touch.place > after)
    advised = quotes(lesson.do) - quotes(lesson.avoid)
    ran = any(attempt.command in advised for attempt in trace.attempts if attempt.place > after and not attempt.check)
    said = words_said(trace.events, after=after)
    return went or ran or key[:CITED] in said or (len(lesson.title) > 20 and lesson.title in said)
