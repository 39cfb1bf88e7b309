from __future__ import annotations

from collections.abc import Iterable

from learnagent_memory.audit import AuditReport, Copy, audit, said
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import Learned, Retracted, Superseded
from learnagent_memory.standing import Entry, Standing, derive
from memory.lesson_events import ANN, ME, at, entry, refuted, retracted


def teaching(title: str, do: str = "", *, minute: int = 0, run: str = "", author: str = ME) -> Learned:
    return Learned(at=at(minute), author=author, run=run, origin="model", lesson=Lesson(title=title, do=do))


def audited(
    *events: Learned | Retracted | Superseded,
    extra: Iterable[Entry] = (),
    documents: Iterable[str] = (),
    shown: dict[str, list[str]] | None = None,
) -> AuditReport:
    shown = shown or {}
    counts = {lesson: 1 for lessons in shown.values() for lesson in lessons}
    return audit(
        derive([*(entry(event, own=event.author == ME) for event in events), *extra]).values(),
        documents=documents,
        freshness_of=by_title,
        shown_counts=counts,
        shown_in=lambda run: shown.get(run, ()),
        find_secrets=lambda text: ["key"] if "sk-live" in text else [],
    )


def by_title(standing: Standing) -> str:
    return next((word for word in ("drifted", "orphaned") if word in standing.lesson.title), "fresh")


def test_an_empty_memory_has_nothing_wrong() -> None:
    report = audited()

    assert (report.lessons, report.live, report.junk) == (0, 0, frozenset())


def test_exact_and_near_copies_point_to_the_lesson_learned_first() -> None:
    first = teaching("Clear the cache before the parser tests are run", minute=1)
    exact = teaching("clear the cache, before the parser tests are run.", minute=2)
    near = teaching("Always clear the cache before the parser tests are run", minute=3)
    other = teaching("Nothing like it at all", minute=4)

    report = audited(near, other, exact, first)

    assert report.exact_duplicates == (Copy(exact.lesson.id, first.lesson.id),)
    assert report.near_duplicates == (Copy(near.lesson.id, first.lesson.id),)
    assert report.junk == {exact.lesson.id, near.lesson.id}


def test_what_the_readme_says_is_a_restatement_and_its_opposite_is_not() -> None:
    same = teaching("Run the whole suite with `make test`")
    opposite = Learned(at=at(1), author=ME, origin="model", lesson=Lesson(title="Suite", avoid="running `make test`"))

    report = audited(same, opposite, documents=["Contributors run the whole suite with `make test` before they push."])

    assert report.restatements == (same.lesson.id,)
    assert said(opposite.lesson) == "Suite\navoid running `make test`"


def test_a_lesson_that_repeats_what_its_own_run_was_shown_is_a_recall_loop() -> None:
    shown = teaching("Clear the cache before the parser tests are run", minute=1, run="r1")
    looped = teaching("Clear the cache before the parser tests are run again", minute=2, run="r2")
    free = teaching("The lexer keeps its tables in build/tables", minute=3, run="r2")

    report = audited(shown, looped, free, shown={"r2": [shown.lesson.id, "0" * 64]})

    assert report.recall_loops == (Copy(looped.lesson.id, shown.lesson.id),)
    assert set(report.never_recalled) == {looped.lesson.id, free.lesson.id}


def test_secrets_are_found_in_retracted_lessons_too() -> None:
    leaked = teaching("Log in", "Use sk-live-1234 as the key")
    gone = Retracted(at=at(5), author=ME, target=leaked.lesson.id)

    report = audited(leaked, gone)

    assert report.secrets == report.retracted == (leaked.lesson.id,)
    assert report.live == 0


def test_each_state_is_counted_by_id_and_author() -> None:
    drifted, orphaned = teaching("drifted one"), teaching("orphaned two")
    foreign, old = teaching("Something of Ann's", author=ANN), teaching("An old rule")
    link = Superseded(at=at(5), author=ME, lesson=old.lesson.id, by=drifted.lesson.id)

    report = audited(drifted, orphaned, foreign, old, link, extra=[entry(retracted(9)), entry(refuted(9))])

    assert (report.lessons, report.live) == (4, 3)
    assert report.drifted == (drifted.lesson.id,)
    assert report.orphaned == (orphaned.lesson.id,)
    assert report.quarantined == (foreign.lesson.id,)
    assert report.superseded == (old.lesson.id,)
    assert report.by_author == ((ME, 3), (ANN, 1))
