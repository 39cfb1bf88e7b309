"""From the set of events to what each lesson is worth today: status, trust, helpfulness. Nothing is stored here.

The set is what counts: its order, repetitions and the way it came together change nothing, so any merge of
two stores, by git or by copying, gives the same result (a join-semilattice, as in Shapiro et al. 2011, CRDTs).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from learnagent_memory.lesson import MAX_ANCHORS, ORIGINS, Anchor, Evidence, Lesson, Origin
from learnagent_memory.lesson_event import (
    Accepted,
    AnyLessonEvent,
    Credited,
    Learned,
    Refuted,
    Retracted,
    Superseded,
    Verdict,
    Verified,
    lessons_of,
)

E = TypeVar("E", bound=AnyLessonEvent)

Status = Literal["theory", "verified", "refuted", "superseded", "retracted"]
Trust = Literal["own", "signed", "accepted", "reran", "quarantined"]
"""Why a lesson is trusted: learned here, signed by a known key, accepted by the user, its evidence ran here; or not."""

CREDIT_CAP = 3
"""Runs of one other author, for which all unsigned ones pass, that count for or against a lesson: nobody can
vote one up alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and where it was found."""

    digest: str
    """sha256 of its file."""
    event: AnyLessonEvent
    own: bool = False
    """Whether it lies in the private store of this machine: nobody else can write there."""
    shared: bool = False
    """Whether it lies in a store that others read and write."""
    signer: str = ""
    """Principal whose signature was verified; empty where there is none."""

    @property
    def trusted(self) -> bool:
        """Whether it was written here, or its author is proven."""
        return self.own or bool(self.signer)

    @property
    def order(self) -> tuple[str, str]:
        """Return what sorts events the same everywhere."""
        return (self.event.at, self.digest)


def merge(*sets: Iterable[Entry]) -> dict[str, Entry]:
    """Return the union of sets of events: commutative, associative, idempotent."""
    merged: dict[str, Entry] = {}
    for entry in (entry for entries in sets for entry in entries):
        known = merged.get(entry.digest, entry)
        merged[entry.digest] = replace(
            known,
            own=known.own or entry.own,
            shared=known.shared or entry.shared,
            signer=max(known.signer, entry.signer),
        )
    return merged


@dataclass(frozen=True, slots=True)
class Standing:
    """One lesson, and what became of it."""

    id: str
    lesson: Lesson
    """With its anchors as last learned or verified."""
    status: Status
    trust: Trust
    origin: Origin
    author: str
    """Who learned it first."""
    run: str
    learned_at: str
    authors: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """Oldest first, equal ones once."""
    verified_at: str = ""
    commit: str | None = None
    """HEAD when it was last learned or verified."""
    helped: int = 0
    hurt: int = 0
    unused: int = 0
    superseded_by: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    reason: str = ""
    """Why it was retracted or superseded."""
    shared: bool = False
    """Whether others can read it."""

    @property
    def is_live(self) -> bool:
        """Whether it may be shown at all."""
        return self.status in {"theory", "verified"}

    @property
    def is_trusted(self) -> bool:
        """Whether it is out of quarantine."""
        return self.trust != "quarantined"

    @property
    def helpfulness(self) -> float:
        """Return the mean of the Beta posterior of helped against hurt, with one of each beforehand."""
        return (self.helped + 1) / (self.helped + self.hurt + 2)


def derive(entries: Iterable[Entry], *, only: frozenset[str] | None = None) -> dict[str, Standing]:
    """Return the standing of every lesson that an event of the set teaches, by id.

    `only` leaves out the others; the entries must then hold all events about those, and all retractions.
    """
    every = sorted(entries, key=lambda entry: entry.order)
    withdrawn = _withdrawn(every)
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in every:
        for lesson in dict.fromkeys(lessons_of(entry.event)):
            if only is None or lesson in only:
                groups[lesson].append(entry)
    taught = {lesson: group for lesson, group in groups.items() if _taught(group, lesson)}
    return {lesson: _Group(lesson, group, withdrawn).standing() for lesson, group in taught.items()}


Withdrawn = Mapping[tuple[str, str, str], Entry]
"""Retractions by scope (`author` or `run`), target and who claims it (empty: a trusted one, own before signed)."""


def _withdrawn(entries: Iterable[Entry]) -> dict[tuple[str, str, str], Entry]:
    found: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, Retracted) and event.scope != "lesson":
            key = (event.scope, event.target, "" if entry.trusted else event.author)
            if key not in found or _weight(entry) >= _weight(found[key]):
                found[key] = entry
    return found


def _weight(entry: Entry) -> int:
    """Return how far an entry is to be believed: own, signed, claimed."""
    return 2 if entry.own else 1 if entry.signer else 0


def _taught(group: Iterable[Entry], lesson: str) -> list[tuple[Entry, Learned]]:
    return [
        (entry, entry.event) for entry in group if isinstance(entry.event, Learned) and entry.event.lesson.id == lesson
    ]


class _Group:
    """The events about one lesson, oldest first."""

    def __init__(self, lesson: str, entries: Sequence[Entry], withdrawn: Withdrawn) -> None:
        self._lesson = lesson
        self._entries = entries
        taught = _taught(entries, lesson)
        kept = [pair for pair in taught if self._withdrawal(pair[0], withdrawn) is None]
        self._withdrawals = [] if kept else [self._withdrawal(entry, withdrawn) for entry, _ in taught]
        self._taught = kept or taught
        # What is proven is not blended with claims: a forged restatement would bring its author, date, evidence.
        weight = max(_weight(entry) for entry, _ in self._taught)
        self._sources = [pair for pair in self._taught if _weight(pair[0]) == weight]
        self._is_own = weight == 2
        self._is_proven = weight > 0
        self._authors = tuple(dict.fromkeys(event.author for _, event in self._sources))

    def standing(self) -> Standing:
        """Return what the events make of the lesson."""
        first = self._sources[0][1]
        measured = self._measured()
        verdict = self._verdict()
        helped, hurt, unused = self._credits()
        gone = self._retraction()
        successors = [event for event in self._counting(Superseded) if event.lesson == self._lesson]
        return Standing(
            id=self._lesson,
            lesson=first.lesson.model_copy(update={"anchors": self._anchors()}),
            status=self._status(verdict, is_retracted=gone is not None, is_superseded=bool(successors)),
            trust=self._trust(),
            origin=self._origin(),
            author=first.author,
            run=first.run,
            learned_at=first.at,
            authors=self._authors,
            evidence=self._evidence(),
            verified_at=verdict.at if isinstance(verdict, Verified) else "",
            commit=next((one.commit for one in reversed(measured) if one.commit), None),
            helped=helped,
            hurt=hurt,
            unused=unused,
            superseded_by=tuple(dict.fromkeys(event.by for event in successors)),
            supersedes=tuple(
                dict.fromkeys(event.lesson for event in self._counting(Superseded) if event.by == self._lesson)
            ),
            derived_from=tuple(dict.fromkeys(source for _, event in self._sources for source in event.derived_from)),
            reason=gone.reason if gone else successors[-1].reason if successors else "",
            shared=any(entry.shared for entry, _ in self._taught),
        )

    def _withdrawal(self, entry: Entry, withdrawn: Withdrawn) -> Entry | None:
        """Return what took back the run or the author of an entry: one's own only by oneself, claims also by claims."""
        author = entry.event.author
        targets = (("author", author), ("run", entry.event.run))
        found = (withdrawn.get((*target, claimant)) for target in targets if target[1] for claimant in ("", author))
        return next((one for one in found if one and _takes_back(one, entry)), None)

    def _counting(self, kind: type[E]) -> list[E]:
        """Return the events of a kind that count: trusted ones, and for an unproven lesson those of its authors."""
        return [
            entry.event
            for entry in self._entries
            if isinstance(entry.event, kind)
            and (entry.trusted or (not self._is_proven and entry.event.author in self._authors))
        ]

    def _trusted(self, kind: type[E]) -> list[E]:
        return [entry.event for entry in self._entries if entry.trusted and isinstance(entry.event, kind)]

    def _retraction(self) -> Retracted | None:
        """Return what took the lesson back, unless the user accepted it after that."""
        found = [*self._counting(Retracted), *(entry.event for entry in self._withdrawals if entry)]
        last = max((event for event in found if isinstance(event, Retracted)), key=lambda event: event.at, default=None)
        accepted = max((event.at for event in self._own(Accepted)), default="")
        return last if last and last.at > accepted else None

    def _own(self, kind: type[E]) -> list[E]:
        return [entry.event for entry in self._entries if entry.own and isinstance(entry.event, kind)]

    def _verdict(self) -> Verified | Refuted | None:
        """Return the last trusted verdict: what somebody merely claims to have verified stays a theory."""
        verdicts: list[Verified | Refuted] = [*self._trusted(Verified), *self._trusted(Refuted)]
        return max(verdicts, key=lambda event: (event.at, event.type), default=None)

    def _status(self, verdict: Verified | Refuted | None, *, is_retracted: bool, is_superseded: bool) -> Status:
        if is_retracted:
            return "retracted"
        if is_superseded:
            return "superseded"
        if verdict is None:
            return "theory"
        return "verified" if isinstance(verdict, Verified) else "refuted"

    def _trust(self) -> Trust:
        if self._is_own:
            return "own"
        if any(entry.signer for entry, _ in self._taught):
            return "signed"
        if self._own(Accepted):
            return "accepted"
        return "reran" if any(event.evidence.command for event in self._own(Verified)) else "quarantined"

    def _origin(self) -> Origin:
        """Return the best origin among own sources; of foreign ones the lowest that anybody claims."""
        ranks = [ORIGINS.index(event.origin) for _, event in self._sources]
        return ORIGINS[min(ranks) if self._is_own else max(ranks)]

    def _measured(self) -> list[Evidence]:
        """Return the evidence of what was learned and verified, oldest first; mere claims only where all are."""
        shown: list[Evidence] = []
        for entry in self._entries:
            if self._is_proven and not entry.trusted:
                continue
            match entry.event:
                case Learned() as event:
                    shown += event.evidence
                case Verified() | Refuted() as event:
                    shown.append(event.evidence)
                case _:
                    continue
        return shown

    def _evidence(self) -> tuple[Evidence, ...]:
        return tuple(dict.fromkeys(self._measured()))

    def _anchors(self) -> tuple[Anchor, ...]:
        """Return the anchors as last read, by the sources that are believed most."""
        learned = [event for _, event in self._sources]
        verified = [event for event in self._trusted(Verified) if event.anchors]
        read: list[Learned | Verified] = [*learned, *verified]
        latest = max(read, key=lambda event: (event.at, event.type))
        anchors = latest.lesson.anchors if isinstance(latest, Learned) else latest.anchors
        return anchors[:MAX_ANCHORS]

    def _credits(self) -> tuple[int, int, int]:
        """Return the runs in which the lesson helped, hurt and was not used, other authors capped."""
        last: dict[tuple[str, str, str], tuple[str, Verdict]] = {}
        for entry in self._entries:
            event = entry.event
            if isinstance(event, Credited):
                voter = "" if entry.own else entry.signer or "unsigned"
                verdict = next(credit.verdict for credit in event.credits if credit.lesson == self._lesson)
                last[voter, event.author, event.run] = (voter, verdict)
        counts = Counter(last.values())
        return _capped(counts, "helped"), _capped(counts, "hurt"), _capped(counts, "unused")


def _takes_back(retraction: Entry, entry: Entry) -> bool:
    """Return whether a retraction of an author or a run counts for an entry.

    A signature takes back what others shared, never what was learned here; a mere claim takes back claims
    of the same author: anybody may take back what is said in their name.
    """
    if _weight(retraction) == 0:
        return _weight(entry) == 0 and retraction.event.author == entry.event.author
    return retraction.own or not entry.own


def _capped(counts: Counter[tuple[str, Verdict]], verdict: Verdict) -> int:
    return sum(
        count if not voter else min(count, CREDIT_CAP) for (voter, said), count in counts.items() if said == verdict
    )
