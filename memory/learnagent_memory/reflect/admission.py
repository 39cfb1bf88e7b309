"""Decides which candidates become events of the store: new, said nowhere else, and contradicted by nothing better.

It writes nothing and asks no model. The rules come from audits of other memories: most of what they hold restates
the prompt or was recalled a moment before (mem0#4573: 97.8% of 10,134 entries), and merging by likeness destroys
content (marm-memory#224), so a duplicate adds evidence and a contradiction leaves both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from learnagent_memory.lesson import Anchor, Evidence, Lesson
from learnagent_memory.lesson_event import AnyLessonEvent, Learned, Superseded, Verified
from learnagent_memory.reflect.candidate import Candidate, quotes
from learnagent_memory.reflect.cited import is_dangerous
from learnagent_memory.similarity import NEAR_DUPLICATE, Passages, likeness
from learnagent_memory.standing import Standing

MAX_ADMITTED = 5
"""A run; the rest is rejected as too many."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that was not admitted."""

    candidate: Candidate
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What candidates are held against."""

    similar: Callable[[Lesson], Iterable[Standing]]
    """Gives the lessons of the store most like one, the one with its id among them; it may give all."""
    documents: Sequence[str] = ()
    """README, AGENTS.md, the prompt and the first message, without the lessons that it showed."""
    recalled: Sequence[str] = ()
    """Texts of the lessons that were shown in the run."""
    redact: Callable[[str], str] = str
    """Takes secrets out, before anything is compared or named by its id."""


@dataclass(frozen=True, slots=True)
class Source:
    """What every event of one admission carries."""

    author: str
    at: str
    run: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """What becomes of the candidates."""

    events: tuple[AnyLessonEvent, ...]
    rejected: tuple[Rejected, ...]


def admit(candidates: Iterable[Candidate], known: Known, source: Source) -> Admitted:
    """Return the events to append, in this order, and why the other candidates were rejected."""
    desk = _Desk(known, source)
    for candidate in candidates:
        if reason := desk.take(_redacted(candidate, known.redact)):
            desk.rejected.append(Rejected(candidate, reason))
    return Admitted(tuple(desk.events), tuple(desk.rejected))


def contradicts(one: Lesson, other: Lesson) -> bool:
    """Return whether one says to do what the other says to avoid: a command or name that both quote.

    What a lesson quotes on both sides is its setting, not its advice. Places, couplings and conventions advise
    nothing that another could forbid: a file read in vain for one task is the place of the next.
    """
    if not {one.kind, other.kind} <= {"command", "fix", "note"}:
        return False
    one_do, one_avoid = quotes(one.do), quotes(one.avoid)
    other_do, other_avoid = quotes(other.do), quotes(other.avoid)
    opposed = ((one_do - one_avoid) & (other_avoid - other_do)) | ((one_avoid - one_do) & (other_do - other_avoid))
    return bool(opposed) and _is_same_situation(one, other)


def _is_same_situation(one: Lesson, other: Lesson) -> bool:
    """Return whether both are for the same error, and where they name words or files, for some in common."""
    if one.when.error != other.when.error:
        return False
    pairs = ((one.when.words, other.when.words), (one.when.globs, other.when.globs))
    return all(not ours or not theirs or set(ours) & set(theirs) for ours, theirs in pairs)


@dataclass(slots=True)
class _Desk:
    """Takes candidates one after the other; those admitted count for the next."""

    known: Known
    source: Source
    events: list[AnyLessonEvent] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    _taken: list[Lesson] = field(default_factory=list)
    _said: Passages = field(init=False)
    _shown: Passages = field(init=False)

    def __post_init__(self) -> None:
        self._said = Passages(self.known.documents)
        self._shown = Passages(self.known.recalled)

    def take(self, candidate: Candidate) -> str:
        """Add the events of a candidate; returns why there are none, or an empty text."""
        lesson = candidate.lesson
        if reason := self._out_of_hand(lesson):
            return reason
        standings = list(self.known.similar(lesson))
        opposed = [one for one in standings if one.is_live and one.id != lesson.id and contradicts(lesson, one.lesson)]
        if opposed:
            return self._against(candidate, opposed, _by_id(standings))
        if self._said.say(_advice(lesson)):
            return "the prompt, README or AGENTS.md say it already"
        if self._shown.say(_advice(lesson)):
            return "it was recalled in this run"
        same = next((one for one in standings if one.id == lesson.id), None) or _near(lesson, standings)
        return self._again(candidate, same) if same else self._new(candidate)

    def _out_of_hand(self, lesson: Lesson) -> str:
        if not (lesson.do or lesson.avoid):
            return "it advises nothing"
        if is_dangerous(lesson):
            return "it asks to fetch, destroy or give away something, or to follow other orders"
        if any(likeness(lesson.text, one.text) >= NEAR_DUPLICATE for one in self._taken):
            return "another lesson of this run says it"
        return "" if len(self._taken) < MAX_ADMITTED else "the run taught enough already"

    def _new(self, candidate: Candidate) -> str:
        self._taken.append(candidate.lesson)
        self.events.append(self._learned(candidate, candidate.lesson))
        if candidate.is_verified:
            self.events.append(self._verified(candidate, candidate.lesson.id, candidate.lesson.anchors))
        return ""

    def _again(self, candidate: Candidate, same: Standing) -> str:
        """Add evidence to the lesson that is there."""
        if same.status in {"retracted", "superseded"}:
            return f"lesson {same.id[:10]} says it and was {same.status}"
        if same.status == "refuted" and not candidate.is_verified:
            return f"lesson {same.id[:10]} says it and was refuted"
        if not _adds(candidate.evidence, same.evidence):
            return f"lesson {same.id[:10]} says it with the same evidence"
        self._taken.append(candidate.lesson)
        anchors = candidate.lesson.anchors
        if same.id == candidate.lesson.id:
            self.events.append(self._learned(candidate, candidate.lesson))
        elif not candidate.is_verified:
            self.events.append(self._learned(candidate, same.lesson))
        if candidate.is_verified:
            is_same_place = _places(anchors) == _places(same.lesson.anchors)
            self.events.append(self._verified(candidate, same.id, anchors if is_same_place else ()))
        return ""

    def _against(self, candidate: Candidate, opposed: list[Standing], by_id: Mapping[str, Standing]) -> str:
        """Let a candidate that was verified supersede what it contradicts; a theory supersedes theories only."""
        stronger = [one for one in opposed if one.status == "verified" and one.is_trusted]
        if not candidate.is_verified and stronger:
            return f"lesson {stronger[0].id[:10]} says the opposite and is verified"
        same = by_id.get(candidate.lesson.id)
        if reason := self._again(candidate, same) if same else self._new(candidate):
            return reason
        for one in opposed:
            reason = "seen otherwise in a later run" if candidate.is_verified else "stated otherwise in a later run"
            self.events.append(
                Superseded(
                    at=self.source.at,
                    author=self.source.author,
                    run=self.source.run,
                    lesson=one.id,
                    by=candidate.lesson.id,
                    reason=reason,
                )
            )
        return ""

    def _learned(self, candidate: Candidate, lesson: Lesson) -> Learned:
        return Learned(
            at=self.source.at,
            author=self.source.author,
            run=self.source.run,
            lesson=lesson,
            origin=candidate.origin,
            evidence=candidate.evidence,
        )

    def _verified(self, candidate: Candidate, lesson: str, anchors: tuple[Anchor, ...]) -> Verified:
        return Verified(
            at=self.source.at,
            author=self.source.author,
            run=self.source.run,
            lesson=lesson,
            evidence=candidate.evidence[0],
            anchors=anchors,
        )


def _near(lesson: Lesson, standings: Iterable[Standing]) -> Standing | None:
    """Return a near duplicate that is live and trusted, of the same kind and with the same advice quoted.

    A quarantined one is left alone: to learn it again here would make an own lesson of a stranger's words.
    """
    for one in standings:
        same_advice = quotes(one.lesson.do) == quotes(lesson.do) and quotes(one.lesson.avoid) == quotes(lesson.avoid)
        is_candidate = one.is_live and one.is_trusted and one.lesson.kind == lesson.kind and same_advice
        if is_candidate and likeness(one.lesson.text, lesson.text) >= NEAR_DUPLICATE:
            return one
    return None


def _adds(new: Iterable[Evidence], old: Iterable[Evidence]) -> bool:
    """Return whether any evidence is of another commit, command or exit code than what is there."""
    known = {(one.command, one.exit_code, one.commit) for one in old}
    return any((one.command, one.exit_code, one.commit) not in known for one in new)


def _advice(lesson: Lesson) -> str:
    """Return what a document would have to say for the lesson to be superfluous."""
    return "\n".join(part for part in (lesson.when.error, lesson.do, lesson.avoid) if part)


def _places(anchors: Iterable[Anchor]) -> list[tuple[str, str]]:
    return [(anchor.path, anchor.symbol) for anchor in anchors]


def _by_id(standings: Iterable[Standing]) -> dict[str, Standing]:
    return {one.id: one for one in standings}


def _redacted(candidate: Candidate, redact: Callable[[str], str]) -> Candidate:
    """Return a candidate without secrets, so that its id is that of what the store will hold."""
    lesson = candidate.lesson
    when = lesson.when.model_copy(
        update={"words": tuple(map(redact, lesson.when.words)), "error": redact(lesson.when.error)}
    )
    said = {"title": redact(lesson.title), "do": redact(lesson.do), "avoid": redact(lesson.avoid), "when": when}
    evidence = tuple(
        one.model_copy(update={"command": redact(one.command), "note": redact(one.note)}) for one in candidate.evidence
    )
    return replace(candidate, lesson=lesson.model_copy(update=said), evidence=evidence)
