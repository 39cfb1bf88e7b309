"""Makes lessons and events for tests, and hypothesis strategies of arbitrary ones."""

from __future__ import annotations

from hypothesis import strategies as st

from learnagent_memory.lesson import Anchor, Evidence, Lesson, When
from learnagent_memory.lesson_event import (
    Accepted,
    AnyLessonEvent,
    Credit,
    Credited,
    Learned,
    Refuted,
    Retracted,
    Superseded,
    Verified,
    digest_of,
    to_bytes,
)
from learnagent_memory.standing import Entry

ME = "Me <me@example.invalid>"
ANN = "Ann <ann@example.invalid>"
BOB = "Bob <bob@example.invalid>"


def at(minute: int) -> str:
    """Return a time that sorts by the minute."""
    return f"2026-11-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00.000000+00:00"


def lesson(number: int = 0) -> Lesson:
    return Lesson(
        kind="command",
        title=f"Run check {number}",
        do=f"Run `make check-{number}`.",
        when=When(words=("check",)),
        anchors=(Anchor(path=f"src/m{number}.py", symbol="A.b", digest="0" * 64),),
    )


def learned(number: int = 0, *, author: str = ME, minute: int = 0, run: str = "r1") -> Learned:
    evidence = (Evidence(command=f"make check-{number}", exit_code=0, episode=run),)
    return Learned(at=at(minute), author=author, run=run, lesson=lesson(number), origin="code", evidence=evidence)


def verified(number: int = 0, *, author: str = ME, minute: int = 1) -> Verified:
    evidence = Evidence(command=f"make check-{number}", exit_code=0)
    return Verified(at=at(minute), author=author, lesson=lesson(number).id, evidence=evidence)


def refuted(number: int = 0, *, author: str = ME, minute: int = 1) -> Refuted:
    evidence = Evidence(command=f"make check-{number}", exit_code=2)
    return Refuted(at=at(minute), author=author, lesson=lesson(number).id, evidence=evidence)


def retracted(number: int = 0, *, author: str = ME, minute: int = 1) -> Retracted:
    return Retracted(at=at(minute), author=author, target=lesson(number).id, reason="wrong")


def accepted(number: int = 0, *, author: str = ME, minute: int = 1) -> Accepted:
    return Accepted(at=at(minute), author=author, lesson=lesson(number).id)


def helped(number: int = 0, *, author: str = ME, run: str = "r1", minute: int = 1) -> Credited:
    credit = Credit(lesson=lesson(number).id, verdict="helped")
    return Credited(at=at(minute), author=author, run=run, credits=(credit,))


def entry(event: AnyLessonEvent, *, own: bool = False, signer: str = "") -> Entry:
    return Entry(digest_of(to_bytes(event)), event, own=own, shared=not own, signer=signer)


NUMBERS = st.integers(0, 3)
AUTHORS = st.sampled_from((ME, ANN, BOB))
MINUTES = st.integers(0, 9)
RUNS = st.sampled_from(("", "r1", "r2"))
IDS = NUMBERS.map(lambda number: lesson(number).id)
EVENTS: st.SearchStrategy[AnyLessonEvent] = st.one_of(
    st.builds(
        lambda number, author, minute, run: learned(number, author=author, minute=minute, run=run),
        NUMBERS,
        AUTHORS,
        MINUTES,
        RUNS,
    ),
    st.builds(lambda number, author, minute: verified(number, author=author, minute=minute), NUMBERS, AUTHORS, MINUTES),
    st.builds(lambda number, author, minute: refuted(number, author=author, minute=minute), NUMBERS, AUTHORS, MINUTES),
    st.builds(lambda number, author, minute: accepted(number, author=author, minute=minute), NUMBERS, AUTHORS, MINUTES),
    st.builds(
        lambda author, minute, run, given: Credited(at=at(minute), author=author, run=run, credits=tuple(given)),
        AUTHORS,
        MINUTES,
        RUNS,
        st.lists(
            st.builds(Credit, lesson=IDS, verdict=st.sampled_from(("helped", "hurt", "unused"))),
            max_size=3,
            unique_by=lambda credit: credit.lesson,
        ),
    ),
    st.builds(
        lambda minute, author, old, new: Superseded(at=at(minute), author=author, lesson=old, by=new),
        MINUTES,
        AUTHORS,
        IDS,
        IDS,
    ),
    st.builds(
        lambda minute, author, what: Retracted(at=at(minute), author=author, scope=what[0], target=what[1]),
        MINUTES,
        AUTHORS,
        st.one_of(
            st.tuples(st.just("lesson"), IDS),
            st.tuples(st.just("author"), AUTHORS),
            st.tuples(st.just("run"), st.sampled_from(("r1", "r2"))),
        ),
    ),
)
ENTRIES = st.lists(
    st.builds(
        lambda event, own, signer: entry(event, own=own, signer=signer),
        EVENTS,
        st.booleans(),
        st.sampled_from(("", "", "ann", "bob")),
    ),
    max_size=24,
)
