"""Counts what is wrong with a memory, without a model: copies, restatements, recall loops, secrets, staleness.

It reads nothing and changes nothing: what it needs to know comes in, and what to do about it is the user's to say.
The measures follow an audit of 10,134 memories of which 97.8% were junk (mem0 issue 4573).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from learnagent_memory.lesson import Lesson
from learnagent_memory.similarity import NEAR_DUPLICATE, Passages, likeness, near_duplicates, tokens
from learnagent_memory.standing import Standing


@dataclass(frozen=True, slots=True)
class Copy:
    """A lesson that says what another one says."""

    id: str
    of: str
    """Id of the lesson that was learned earlier, or recalled."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What is in a memory; ids in the order learned. What the first five find is about live lessons only."""

    lessons: int
    live: int
    exact_duplicates: tuple[Copy, ...]
    """Word for word, whatever the case and the punctuation."""
    near_duplicates: tuple[Copy, ...]
    restatements: tuple[str, ...]
    """Said by README, AGENTS.md or another document already."""
    recall_loops: tuple[Copy, ...]
    """Near copies of a lesson that the very run that learned them had been shown."""
    secrets: tuple[str, ...]
    """Of all lessons: a secret in a retracted one is as public."""
    drifted: tuple[str, ...]
    orphaned: tuple[str, ...]
    never_recalled: tuple[str, ...]
    quarantined: tuple[str, ...]
    refuted: tuple[str, ...]
    superseded: tuple[str, ...]
    retracted: tuple[str, ...]
    by_author: tuple[tuple[str, int], ...]
    """Lessons of each author who first taught them, the most first."""

    @property
    def junk(self) -> frozenset[str]:
        """Return the live lessons that say nothing of their own."""
        copies = (*self.exact_duplicates, *self.near_duplicates, *self.recall_loops)
        return frozenset((*(copy.id for copy in copies), *self.restatements))


def said(lesson: Lesson) -> str:
    """Return what a lesson states, without the situation it is for: the words of a task are no statement."""
    avoid = f"avoid {lesson.avoid}" if lesson.avoid else ""
    return "\n".join(part for part in (lesson.title, lesson.do, avoid) if part)


def audit(
    standings: Iterable[Standing],
    *,
    documents: Iterable[str],
    freshness_of: Callable[[Standing], str],
    shown_counts: Mapping[str, int],
    shown_in: Callable[[str], Iterable[str]],
    find_secrets: Callable[[str], Sequence[object]],
) -> AuditReport:
    """Return what is in a memory.

    `freshness_of` says `fresh`, `drifted` or `orphaned`; `shown_counts` how often each lesson was shown;
    `shown_in` which lessons a run, by its id, was shown; `find_secrets` those in a text.
    """
    every = sorted(standings, key=lambda standing: (standing.learned_at, standing.id))
    live = [standing for standing in every if standing.is_live]
    texts = {standing.id: said(standing.lesson) for standing in every}
    exact = _exact_duplicates(live, texts)
    copied = {copy.id for copy in exact}
    near = near_duplicates({standing.id: texts[standing.id] for standing in live if standing.id not in copied})
    passages = Passages(documents)
    fresh = {standing.id: freshness_of(standing) for standing in live}
    return AuditReport(
        lessons=len(every),
        live=len(live),
        exact_duplicates=exact,
        near_duplicates=tuple(Copy(copy, of) for copy, of in near.items()),
        restatements=_ids(live, lambda standing: passages.say(texts[standing.id])),
        recall_loops=_recall_loops(live, texts, shown_in),
        secrets=_ids(every, lambda standing: bool(find_secrets(_everything(standing)))),
        drifted=_ids(live, lambda standing: fresh[standing.id] == "drifted"),
        orphaned=_ids(live, lambda standing: fresh[standing.id] == "orphaned"),
        never_recalled=_ids(live, lambda standing: not shown_counts.get(standing.id)),
        quarantined=_ids(live, lambda standing: not standing.is_trusted),
        refuted=_ids(every, lambda standing: standing.status == "refuted"),
        superseded=_ids(every, lambda standing: standing.status == "superseded"),
        retracted=_ids(every, lambda standing: standing.status == "retracted"),
        by_author=tuple(Counter(standing.author for standing in every).most_common()),
    )


def _ids(standings: Iterable[Standing], holds: Callable[[Standing], bool]) -> tuple[str, ...]:
    return tuple(standing.id for standing in standings if holds(standing))


def _exact_duplicates(standings: Iterable[Standing], texts: Mapping[str, str]) -> tuple[Copy, ...]:
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for standing in standings:
        groups[tuple(tokens(texts[standing.id]))].append(standing.id)
    return tuple(Copy(other, first) for first, *others in groups.values() for other in others)


def _recall_loops(
    standings: Iterable[Standing], texts: Mapping[str, str], shown_in: Callable[[str], Iterable[str]]
) -> tuple[Copy, ...]:
    """Return the lessons that repeat one which their run was shown; one that is no longer known cannot be compared."""
    loops: list[Copy] = []
    for standing in standings:
        shown = shown_in(standing.run) if standing.run else ()
        known = (lesson for lesson in shown if lesson in texts and lesson != standing.id)
        text = texts[standing.id]
        like = next((lesson for lesson in known if likeness(text, texts[lesson]) >= NEAR_DUPLICATE), None)
        if like is not None:
            loops.append(Copy(standing.id, like))
    return tuple(loops)


def _everything(standing: Standing) -> str:
    evidence = (f"{one.command}\n{one.note}" for one in standing.evidence)
    return "\n".join((standing.lesson.text, standing.reason, *evidence))
