from __future__ import annotations

from pathlib import Path

import pytest

from learnagent_memory.errors import UsageError
from learnagent_memory.ledger import Ledger, Store
from learnagent_memory.lesson import Evidence, Lesson
from learnagent_memory.lesson_event import AnyLessonEvent, Credit, Credited, Learned, Retracted, Verified, to_bytes
from learnagent_memory.share.publishing import preview, publish
from learnagent_memory.standing import derive

ME = "Me <me@example.invalid>"
NOW = "2026-11-22T10:00:00Z"
LESSON = Lesson(title="Run pytest -q", do="The token is hunter2.")
OTHER = Lesson(title="Something else")
EVIDENCE = Evidence(command="pytest -q", exit_code=0)


def taught(lesson: Lesson, at: str = NOW) -> Learned:
    return Learned(at=at, author=ME, run="run-1", lesson=lesson, origin="code")


def make_store(folder: Path, *events: AnyLessonEvent) -> Store:
    private = Ledger(folder / "private", redact=str, own=True)
    private.extend(events)
    return Store(private, (Ledger(folder / "shared", redact=str, own=False),))


def test_what_is_shown_is_what_is_written_and_only_of_the_lessons_asked_for(tmp_path: Path) -> None:
    verified = Verified(at="2026-11-23T10:00:00Z", author=ME, lesson=LESSON.id, evidence=EVIDENCE)
    credited = Credited(at=NOW, author=ME, run="run-1", credits=(Credit(lesson=LESSON.id, verdict="helped"),))
    store = make_store(tmp_path, taught(LESSON), taught(OTHER), verified, credited)

    shown = preview([LESSON.id], store, redact=str)
    assert not (tmp_path / "shared").exists()
    publish(shown, store.shared[0])

    assert [text.encode() for text in shown.texts] == [to_bytes(taught(LESSON)), to_bytes(verified)]
    assert {one.content.decode() for one in store.shared[0].stored(store.shared[0].digests())} == set(shown.texts)
    standing = derive(store.read().entries)[LESSON.id]
    assert (standing.trust, standing.shared, standing.status) == ("own", True, "verified")


def test_a_secret_known_by_now_is_taken_out_before_it_is_shown(tmp_path: Path) -> None:
    verified = Verified(at="2026-11-23T10:00:00Z", author=ME, lesson=LESSON.id, evidence=EVIDENCE)
    store = make_store(tmp_path, taught(LESSON), verified)

    shown = preview([LESSON.id], store, redact=lambda text: text.replace("hunter2", "[secret]"))
    publish(shown, store.shared[0])

    (lesson,) = derive(store.shared[0].read().entries).values()
    assert lesson.lesson.do == "The token is [secret]."
    assert not any("hunter2" in text for text in shown.texts)
    assert [entry.event.lesson for entry in store.shared[0].read().entries if isinstance(entry.event, Verified)] == [
        lesson.id
    ]


def test_a_key_signs_each_event_that_is_shared(tmp_path: Path) -> None:
    store = make_store(tmp_path, taught(LESSON))

    publish(preview([LESSON.id], store, redact=str), store.shared[0], sign=lambda content: b"signed " + content[:1])

    assert [one.signature for one in store.shared[0].stored(store.digests())] == [b"signed {"]


def test_sharing_twice_changes_nothing(tmp_path: Path) -> None:
    store = make_store(tmp_path, taught(LESSON))
    shown = preview([LESSON.id], store, redact=str)

    assert publish(shown, store.shared[0]) == publish(shown, store.shared[0])
    assert len(store.shared[0].digests()) == 1


def test_only_live_lessons_of_ones_own_are_shared_and_never_into_a_private_memory(tmp_path: Path) -> None:
    gone = Retracted(at="2026-11-23T10:00:00Z", author=ME, target=OTHER.id)
    store = make_store(tmp_path, taught(LESSON), taught(OTHER), gone)
    foreign = Lesson(title="A teammate's")
    store.shared[0].append(taught(foreign))

    for asked, reason in (
        (OTHER.id, "retracted"),
        (foreign.id, "no lesson of yours"),
        ("0" * 64, "no lesson of yours"),
    ):
        with pytest.raises(UsageError, match=reason):
            preview([LESSON.id, asked], store, redact=str)
    with pytest.raises(UsageError, match="private"):
        publish(preview([LESSON.id], store, redact=str), store.private)


def test_a_ledger_that_refuses_one_text_gets_none(tmp_path: Path) -> None:
    store = make_store(tmp_path, taught(LESSON), taught(OTHER))
    strict = Ledger(tmp_path / "strict", redact=lambda text: text.replace("hunter2", "[secret]"), own=False)

    with pytest.raises(UsageError, match="holds a secret"):
        publish(preview([OTHER.id, LESSON.id], store, redact=str), strict)
    assert strict.digests() == frozenset()
