from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnagent_memory.lesson_event import (
    Credit,
    Credited,
    Learned,
    NewerSchemaError,
    Retracted,
    Superseded,
    Verified,
    from_json,
    to_bytes,
)
from learnagent_memory.reading import parse_json
from learnagent_memory.standing import CREDIT_CAP, Entry, Standing, derive, merge
from memory.lesson_events import (
    ANN,
    BOB,
    ENTRIES,
    EVENTS,
    ME,
    accepted,
    at,
    entry,
    helped,
    learned,
    lesson,
    refuted,
    retracted,
    verified,
)


def only(*entries: Entry) -> Standing:
    """Return the standing of the one lesson there is."""
    (standing,) = derive(entries).values()
    return standing


@settings(deadline=None, max_examples=60)
@given(ENTRIES, ENTRIES)
def test_a_merge_is_the_same_whichever_side_comes_first(left: list[Entry], right: list[Entry]) -> None:
    assert merge(left, right) == merge(right, left)
    assert derive(merge(left, right).values()) == derive(merge(right, left).values())


@settings(deadline=None, max_examples=60)
@given(ENTRIES, ENTRIES, ENTRIES)
def test_a_merge_is_the_same_in_whatever_steps_it_is_made(a: list[Entry], b: list[Entry], c: list[Entry]) -> None:
    assert merge(merge(a, b).values(), c) == merge(a, merge(b, c).values()) == merge(a, b, c)


@settings(deadline=None, max_examples=60)
@given(ENTRIES, st.integers())
def test_neither_order_nor_repetition_changes_what_a_lesson_is_worth(entries: list[Entry], seed: int) -> None:
    events = list(merge(entries).values())
    again = [*events, *events]
    random.Random(seed).shuffle(again)

    assert merge(again) == merge(events)
    assert derive(merge(again).values()) == derive(events)


@settings(deadline=None, max_examples=60)
@given(ENTRIES, st.sets(st.integers(0, 3)))
def test_some_lessons_alone_stand_as_they_do_among_all(entries: list[Entry], numbers: set[int]) -> None:
    events = list(merge(entries).values())
    wanted = frozenset(lesson(number).id for number in numbers)
    everything = derive(events)

    assert derive(events, only=wanted) == {key: everything[key] for key in everything if key in wanted}


@settings(deadline=None, max_examples=60)
@given(ENTRIES, ENTRIES)
def test_nothing_that_others_write_takes_away_trust_in_an_own_lesson(mine: list[Entry], theirs: list[Entry]) -> None:
    own = [replace(one, own=True, shared=False) for one in mine]
    foreign = [replace(one, own=False, signer="") for one in theirs]
    before = derive(merge(own).values())
    after = derive(merge(own, foreign).values())

    for key, standing in before.items():
        assert after[key].status == standing.status
        assert after[key].trust == standing.trust
        assert after[key].origin == standing.origin


@settings(deadline=None, max_examples=60)
@given(ENTRIES)
def test_what_only_strangers_wrote_is_neither_trusted_nor_verified(entries: list[Entry]) -> None:
    foreign = [replace(one, own=False, signer="") for one in entries]

    for standing in derive(merge(foreign).values()).values():
        assert standing.trust == "quarantined"
        assert standing.status not in {"verified", "refuted"}


@settings(deadline=None, max_examples=60)
@given(EVENTS)
def test_an_event_is_read_back_as_it_was_written(event: Any) -> None:
    assert from_json(parse_json(to_bytes(event))) == event


def test_one_author_cannot_vote_a_lesson_up_alone_under_any_number_of_names() -> None:
    votes = [entry(helped(author=f"Bot {run} <b@x>", run=f"run{run}")) for run in range(50)]

    assert only(entry(learned(), own=True), *votes).helped == CREDIT_CAP


def test_signed_authors_are_capped_each_and_own_runs_are_not() -> None:
    own = [entry(helped(run=f"own{run}"), own=True) for run in range(7)]
    ann = [entry(helped(author=ANN, run=f"ann{run}"), signer="ann") for run in range(9)]
    bob = [entry(helped(author=BOB, run=f"bob{run}"), signer="bob") for run in range(2)]

    assert only(entry(learned(), own=True), *own, *ann, *bob).helped == 7 + CREDIT_CAP + 2


def test_a_later_credit_of_the_same_run_replaces_the_first() -> None:
    undone = Credited(at=at(5), author=ME, run="r1", credits=(Credit(lesson=lesson().id, verdict="hurt"),))

    standing = only(entry(learned(), own=True), entry(helped(minute=2), own=True), entry(undone, own=True))

    assert (standing.helped, standing.hurt) == (0, 1)


@pytest.mark.parametrize(
    "forged",
    [
        retracted(author=ME, minute=5),
        Retracted(at=at(5), author=ME, scope="author", target=ME),
        Retracted(at=at(5), author=ME, scope="run", target="r1"),
        Superseded(at=at(5), author=ME, lesson=lesson().id, by=lesson(1).id),
        refuted(author=ME, minute=5),
    ],
    ids=lambda event: f"{event.type}-{getattr(event, 'scope', '')}",
)
def test_an_own_lesson_survives_what_somebody_writes_in_the_owners_name(forged: Any) -> None:
    assert only(entry(learned(), own=True), entry(forged)).status == "theory"


def test_a_strangers_lesson_is_quarantined_until_it_is_signed_accepted_or_rerun_here() -> None:
    foreign = entry(learned(author=ANN))

    assert only(foreign).trust == "quarantined"
    assert only(entry(learned(author=ANN), signer="ann")).trust == "signed"
    assert only(foreign, entry(accepted(), own=True)).trust == "accepted"
    assert only(foreign, entry(verified(), own=True)).trust == "reran"
    assert only(foreign, entry(learned(minute=3), own=True)).trust == "own"


def test_neither_anothers_acceptance_nor_anothers_verdict_lifts_quarantine() -> None:
    foreign = entry(learned(author=ANN))

    standing = only(foreign, entry(accepted(author=ME)), entry(verified(author=ME)))

    assert (standing.trust, standing.status) == ("quarantined", "theory")


def test_a_verdict_without_a_command_does_not_count_as_rerun() -> None:
    silent = verified().model_copy(update={"evidence": verified().evidence.model_copy(update={"command": ""})})

    assert only(entry(learned(author=ANN)), entry(silent, own=True)).trust == "quarantined"


def test_the_last_trusted_verdict_decides() -> None:
    own = [entry(learned(), own=True), entry(verified(minute=1), own=True), entry(refuted(minute=2), own=True)]

    assert only(*own).status == "refuted"
    assert only(*own, entry(verified(minute=3), own=True)).status == "verified"
    assert only(*own, entry(verified(minute=4, author=ANN))).status == "refuted"


def test_accepting_a_lesson_after_it_was_taken_back_brings_it_back() -> None:
    gone = (entry(learned(author=ANN)), entry(retracted(author=ANN, minute=2)))

    assert only(*gone).status == "retracted"
    assert only(*gone, entry(accepted(minute=1), own=True)).status == "retracted"
    assert only(*gone, entry(accepted(minute=3), own=True)).status == "theory"


def test_all_of_an_author_or_of_a_run_are_taken_back_at_once() -> None:
    events = [entry(learned(0, author=ANN)), entry(learned(1, author=ANN, run="r2")), entry(learned(2, author=BOB))]
    by_author = Retracted(at=at(5), author=ME, scope="author", target=ANN)
    by_run = Retracted(at=at(5), author=ME, scope="run", target="r2")

    without_ann = derive([*events, entry(by_author, own=True)])
    without_run = derive([*events, entry(by_run, own=True)])

    assert [without_ann[lesson(n).id].status for n in range(3)] == ["retracted", "retracted", "theory"]
    assert [without_run[lesson(n).id].status for n in range(3)] == ["theory", "retracted", "theory"]


def test_a_lesson_that_somebody_else_learned_too_stays_when_one_author_is_taken_back() -> None:
    by_author = Retracted(at=at(5), author=ME, scope="author", target=ANN)

    standing = only(entry(learned(author=ANN)), entry(learned(author=BOB, minute=1)), entry(by_author, own=True))

    assert (standing.status, standing.authors) == ("theory", (BOB,))


def test_a_superseded_lesson_is_kept_with_links_both_ways() -> None:
    link = Superseded(at=at(5), author=ME, lesson=lesson(0).id, by=lesson(1).id, reason="moved")

    standings = derive([entry(learned(0), own=True), entry(learned(1), own=True), entry(link, own=True)])

    old, new = standings[lesson(0).id], standings[lesson(1).id]
    assert (old.status, old.superseded_by, old.reason) == ("superseded", (new.id,), "moved")
    assert (new.status, new.supersedes) == ("theory", (old.id,))


def test_a_stranger_cannot_raise_the_origin_of_what_others_called_lower() -> None:
    outside = learned(author=ANN).model_copy(update={"origin": "outside"})
    user = learned(author=BOB, minute=1).model_copy(update={"origin": "user"})

    assert only(entry(outside), entry(user)).origin == "outside"


def test_anchors_follow_the_last_trusted_verification() -> None:
    moved = lesson().anchors[0].model_copy(update={"digest": "f" * 64})
    event = Verified(at=at(4), author=ME, lesson=lesson().id, evidence=verified().evidence, anchors=(moved,))

    assert only(entry(learned(), own=True), entry(event, own=True)).lesson.anchors == (moved,)
    assert only(entry(learned(), own=True), entry(event)).lesson.anchors == lesson().anchors


def test_the_digests_of_anchors_do_not_make_another_lesson() -> None:
    moved = lesson().anchors[0].model_copy(update={"digest": "f" * 64})

    assert lesson().model_copy(update={"anchors": (moved,)}).id == lesson().id
    assert lesson().model_copy(update={"do": "Something else."}).id != lesson().id


def test_an_event_of_an_older_schema_is_migrated_step_by_step_and_a_newer_one_refused() -> None:
    def named(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "author": document["by"]}

    def taught(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "origin": "code", "lesson": {"title": document["text"]}}

    old = {"schema_version": 0, "type": "learned", "at": at(0), "by": ANN, "text": "Run it"}

    event = from_json(old, migrations={0: named, 1: taught})

    assert isinstance(event, Learned)
    assert (event.author, event.lesson.title, event.schema_version) == (ANN, "Run it", 2)
    assert "author" not in old
    with pytest.raises(NewerSchemaError, match="schema 3"):
        from_json({**old, "schema_version": 3}, migrations={0: named, 1: taught})
    with pytest.raises(ValueError, match="not known"):
        from_json({**old, "schema_version": -1}, migrations={0: named, 1: taught})
