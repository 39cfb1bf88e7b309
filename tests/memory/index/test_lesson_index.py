from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from learnagent_memory.embedding.embedder import Embedder
from learnagent_memory.errors import ModelError
from learnagent_memory.index.lesson_index import FILE, LessonIndex
from learnagent_memory.ledger import EVENTS, Ledger, Store
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import Accepted, AnyLessonEvent, Learned, Retracted
from learnagent_memory.standing import derive
from memory.lesson_events import ANN, BOB, ME, at, learned, lesson, refuted, retracted, verified
from memory.word_embedder import WordEmbedder
from waiting import let_run


def keep(text: str) -> str:
    return text


def hide(text: str) -> str:
    return text.replace("hunter2", "[secret]")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    shared = Ledger(tmp_path / "shared", redact=keep, own=False)
    return Store(Ledger(tmp_path / "private", redact=keep, own=True), (shared,))


Open = Callable[..., LessonIndex]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    indexes: list[LessonIndex] = []

    def make(embedder: Embedder | None = None, redact: Callable[[str], str] = keep) -> LessonIndex:
        indexes.append(LessonIndex(tmp_path / "index", embedder=embedder, redact=redact))
        return indexes[-1]

    yield make
    for index in indexes:
        index.close()


def teach(title: str, *, do: str = "", author: str = ME, run: str = "r1", minute: int = 0) -> Learned:
    return Learned(at=at(minute), author=author, run=run, lesson=Lesson(title=title, do=do), origin="code")


def titles(index: LessonIndex, text: str, *, limit: int = 20) -> list[str]:
    found = (index.standing(hit.lesson) for hit in index.search(text, limit=limit))
    return [standing.lesson.title for standing in found if standing]


def agrees(index: LessonIndex, store: Store) -> bool:
    """Whether the index says what the fold of the whole ledger says."""
    return {standing.id: standing for standing in index.standings()} == derive(store.read().entries)


def test_an_empty_ledger_answers_with_nothing(store: Store, opened: Open) -> None:
    index = opened(WordEmbedder())
    assert index.search("anything") == []
    index.refresh(store)
    assert (index.search("anything"), index.search(""), index.standings(), index.problems) == ([], [], [], ())


def test_standings_are_those_of_the_whole_fold_after_every_step(store: Store, opened: Open) -> None:
    index = opened()
    steps: list[list[AnyLessonEvent]] = [
        [learned(n, minute=n) for n in range(6)],
        [verified(1, minute=10), refuted(2, minute=11), learned(1, minute=12, author=ANN, run="r9")],
        [Retracted(at=at(20), author=ME, scope="run", target="r1")],
        [learned(7, minute=21, run="r1"), retracted(3, minute=22)],
        [Retracted(at=at(30), author=ANN, scope="author", target=ANN)],
    ]
    for step in steps:
        store.private.extend(step)
        index.refresh(store)
        assert agrees(index, store)


def test_an_acceptance_and_a_retraction_by_others_touch_what_they_are_about(store: Store, opened: Open) -> None:
    index = opened()
    store.shared[0].extend([learned(1, author=ANN), learned(2, author=BOB)])
    index.refresh(store)
    store.private.append(Accepted(at=at(5), author=ME, lesson=lesson(1).id))
    store.shared[0].append(Retracted(at=at(6), author=BOB, scope="author", target=BOB))
    index.refresh(store)
    assert agrees(index, store)
    assert {(one.trust, one.status) for one in index.standings()} == {
        ("accepted", "theory"),
        ("quarantined", "retracted"),
    }


def test_events_that_vanish_from_the_ledger_vanish_from_the_index(store: Store, opened: Open) -> None:
    index = opened(WordEmbedder())
    store.private.extend([teach("Parse dates with arrow"), teach("Close the socket")])
    gone = store.private.append(Retracted(at=at(3), author=ME, scope="author", target=ME))
    index.refresh(store)
    assert titles(index, "dates") == []
    next(store.private.folder.glob(f"{EVENTS}/*/{gone}.json")).unlink()
    index.refresh(store)
    assert titles(index, "parse dates")[0] == "Parse dates with arrow"
    for path in store.private.folder.glob(f"{EVENTS}/*/*.json"):
        path.unlink()
    index.refresh(store)
    assert (index.standings(), index.search("parse dates")) == ([], [])


def test_an_own_lesson_that_is_shared_later_is_known_as_shared(store: Store, opened: Open) -> None:
    index = opened()
    digest = store.private.append(learned())
    index.refresh(store)
    assert not index.standings()[0].shared
    store.shared[0].adopt((stored.content, b"") for stored in store.private.stored([digest]))
    index.refresh(store)
    assert index.standings()[0].shared
    assert agrees(index, store)


def test_other_signers_make_every_event_be_read_anew(tmp_path: Path, opened: Open) -> None:
    known = [""]
    shared = Ledger(tmp_path / "shared", redact=keep, own=False, signer_of=lambda _content, _signature: known[0])
    store = Store(Ledger(tmp_path / "private", redact=keep, own=True), (shared,))
    digest = shared.append(learned(author=ANN))
    event = next(shared.folder.glob(f"{EVENTS}/*/{digest}.json"))
    event.with_name(f"{event.name}.sig").write_bytes(b"signature")
    index = opened()
    index.refresh(store, signers="nobody")
    assert index.standings()[0].trust == "quarantined"
    known[0] = "ann"
    index.refresh(store, signers="ann")
    assert index.standings()[0].trust == "signed"


def test_a_beginning_of_an_id_names_a_lesson_if_it_is_the_only_one(store: Store, opened: Open) -> None:
    index = opened()
    store.private.extend([learned(n) for n in range(40)])
    index.refresh(store)
    first = index.standings()[0]
    assert index.standing(first.id) == index.standing(first.id[:12]) == first
    assert index.standing("") is None
    assert index.standing("zz") is None
    assert index.standing(f"{first.id}0") is None


def test_words_are_found_in_other_forms_and_inside_identifiers(store: Store, opened: Open) -> None:
    store.private.extend([teach("Why getDefaultValue returned None"), teach("Retry uploads"), teach("snake_case_name")])
    index = opened()
    index.refresh(store)
    assert titles(index, "default") == ["Why getDefaultValue returned None"]
    assert titles(index, "get_default_value") == ["Why getDefaultValue returned None"]
    assert titles(index, "uploading was retried") == ["Retry uploads"]
    assert titles(index, "snakeCase") == ["snake_case_name"]


@pytest.mark.parametrize(
    "text", ['"', "a OR b", "NEAR(x", "*", "-x AND", "title:x", "\x00", "ünïcode 日本語", "'; DROP", "x" * 99_999]
)
def test_no_query_is_read_as_syntax(store: Store, opened: Open, text: str) -> None:
    index = opened()
    store.private.append(teach("b title x"))
    index.refresh(store)
    index.search(text)
    assert index.problems == ()


def test_what_may_not_be_shown_is_found_only_when_asked_for(store: Store, opened: Open) -> None:
    index = opened(WordEmbedder())
    store.private.extend([learned(n) for n in range(30)])
    store.private.extend([retracted(n) for n in range(29)])
    index.refresh(store)
    assert titles(index, "run check", limit=3) == ["Run check 29"]
    assert len(index.search("run check", limit=3, only_live=False)) >= 3


def test_both_scores_are_given_for_every_hit(store: Store, opened: Open) -> None:
    index = opened(WordEmbedder())
    store.private.extend([teach("alpha beta"), teach("alpha"), teach("gamma delta")])
    index.refresh(store)
    hits = index.search("alpha beta")
    assert [titles(index, "alpha beta")[0], len(hits)] == ["alpha beta", 3]
    assert hits[0].dense == pytest.approx(1, abs=1e-5)
    assert hits[0].lexical > hits[1].lexical > hits[2].lexical == 0
    assert all(hit.dense is not None for hit in hits)
    assert all(hit.dense is None for hit in opened().search("alpha beta"))


def test_only_new_lessons_are_embedded(store: Store, opened: Open) -> None:
    embedder = WordEmbedder()
    store.private.extend([learned(n) for n in range(5)])
    index = opened(embedder)
    index.refresh(store)
    store.private.extend([learned(9), verified(1)])
    index.refresh(store)
    assert (embedder.embedded, index.unembedded) == (6, 0)
    opened(again := WordEmbedder()).refresh(store)
    assert again.embedded == 0


def test_another_embedder_makes_the_vectors_anew(store: Store, opened: Open) -> None:
    store.private.extend([learned(n) for n in range(5)])
    opened(WordEmbedder()).refresh(store)
    other = WordEmbedder("words-2", 48)
    index = opened(other)
    index.refresh(store)
    assert other.embedded == 5
    assert index.search("run check 3")[0].dense is not None


def test_embedding_stops_when_its_time_is_up_and_goes_on_later(store: Store, opened: Open) -> None:
    index = opened(WordEmbedder())
    store.private.extend([learned(n) for n in range(5)])
    index.refresh(store, embed_s=0)
    assert index.unembedded == 5
    assert len(index.search("run check 3")) == 5
    index.refresh(store)
    assert index.unembedded == 0


class FailingEmbedder(WordEmbedder):
    """A provider that cannot be reached."""

    asked = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += 1
        raise ModelError(f"no route to the provider for {len(texts)} texts")


class UnreachedEmbedder:
    """A provider that cannot even be asked how long its vectors are."""

    name = "far-away"

    @property
    def dimension(self) -> int:
        raise ModelError("no route to the provider")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(f"asked for {len(texts)} vectors")


@pytest.mark.parametrize("failing", [FailingEmbedder(), UnreachedEmbedder()])
def test_a_failing_embedder_leaves_search_by_words_and_is_told(store: Store, opened: Open, failing: Embedder) -> None:
    index = opened(failing)
    store.private.append(teach("alpha beta"))
    index.refresh(store)
    assert titles(index, "alpha") == ["alpha beta"]
    assert "no route" in index.problems[0].reason


def test_a_failing_embedder_is_not_asked_at_every_search(store: Store, opened: Open) -> None:
    index = opened(failing := FailingEmbedder())
    store.private.append(teach("alpha beta"))
    index.refresh(store)
    assert [len(index.search("alpha")) for _ in range(5)] == [1] * 5
    assert failing.asked == 1


def test_a_damaged_event_is_a_problem_and_counts_when_it_is_whole_again(store: Store, opened: Open) -> None:
    index = opened()
    store.private.append(learned(1))
    digest = store.private.append(learned(2))
    path = next(store.private.folder.glob(f"{EVENTS}/*/{digest}.json"))
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    index.refresh(store)
    assert (len(index.standings()), len(index.problems)) == (1, 1)
    path.write_bytes(whole)
    index.refresh(store)
    assert (len(index.standings()), index.problems) == (2, ())


def test_a_foreign_event_with_a_secret_is_left_out_and_reaches_no_file_of_ours(
    tmp_path: Path, store: Store, opened: Open
) -> None:
    store.shared[0].extend([teach("The password is hunter2", author=ANN), teach("harmless", author=ANN)])
    index = opened(redact=hide)
    index.refresh(store)
    assert [standing.lesson.title for standing in index.standings()] == ["harmless"]
    assert "secret" in index.problems[0].reason
    index.close()
    assert not [path for path in (tmp_path / "index").rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]


@pytest.mark.parametrize("damage", ["text", "truncated", "middle", "schema", "link", "folder"])
def test_any_damage_of_the_file_costs_nothing_but_time(tmp_path: Path, store: Store, opened: Open, damage: str) -> None:
    store.private.extend([learned(n) for n in range(50)])
    with LessonIndex(tmp_path / "index", embedder=WordEmbedder(), redact=keep) as first:
        first.refresh(store)
    path = tmp_path / "index" / FILE
    content = path.read_bytes()
    match damage:
        case "text":
            path.write_text("this is no database")
        case "truncated":
            path.write_bytes(content[: len(content) // 2])
        case "middle":
            path.write_bytes(content[:8192] + os.urandom(len(content) - 8192))
        case "schema":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA user_version = 999")
        case "link":
            path.rename(tmp_path / "elsewhere")
            path.symlink_to(tmp_path / "elsewhere")
        case _:
            path.unlink()
            path.mkdir()
    index = opened(WordEmbedder())
    index.refresh(store)
    assert agrees(index, store)
    assert titles(index, "run check 7")[0] == "Run check 7"


def test_damage_found_while_searching_is_mended_from_the_ledger(tmp_path: Path, store: Store, opened: Open) -> None:
    store.private.extend([learned(n) for n in range(50)])
    index = opened(WordEmbedder())
    index.refresh(store)
    with closing(sqlite3.connect(tmp_path / "index" / FILE)) as connection, connection:
        connection.execute("UPDATE lesson SET standing = '{}'")
        connection.execute("UPDATE vector SET vector = x'00'")
    assert titles(index, "run check 7")[0] == "Run check 7"
    assert agrees(index, store)


def test_who_cannot_write_the_file_works_on_a_copy_and_says_so(tmp_path: Path, store: Store, opened: Open) -> None:
    store.private.extend([learned(n) for n in range(5)])
    index = opened(embedder := WordEmbedder())
    index.refresh(store)
    with closing(sqlite3.connect(tmp_path / "index" / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.private.append(teach("alpha"))
        began = time.monotonic()
        index.refresh(store)
        assert time.monotonic() - began < 30
        other.execute("ROLLBACK")
    assert agrees(index, store)
    assert titles(index, "alpha")[0] == "alpha"
    assert embedder.embedded == 7  # the six lessons once, and a query
    assert "copy" in index.problems[0].reason


def test_a_folder_that_cannot_be_made_leaves_a_copy_in_memory(tmp_path: Path, store: Store) -> None:
    (tmp_path / "file").write_text("")
    store.private.append(teach("alpha"))
    with LessonIndex(tmp_path / "file" / "index", embedder=None, redact=keep) as index:
        index.refresh(store)
        assert titles(index, "alpha") == ["alpha"]
        assert "copy" in index.problems[0].reason


def test_the_files_are_readable_by_their_owner_only(tmp_path: Path, store: Store, opened: Open) -> None:
    opened(WordEmbedder()).refresh(store)
    assert {path.stat().st_mode & 0o077 for path in [tmp_path / "index", *(tmp_path / "index").iterdir()]} == {0}


RUN = """
import sys
from pathlib import Path
from memory.lesson_events import learned
from memory.word_embedder import WordEmbedder
from learnagent_memory.index.lesson_index import LessonIndex
from learnagent_memory.ledger import Ledger, Store
folder, start, stop = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
store = Store(Ledger(folder / "private", redact=str, own=True), ())
with LessonIndex(folder / "index", embedder=WordEmbedder(), redact=str) as index:
    for number in range(start, stop):
        store.private.append(learned(number))
        index.refresh(store)
        found = index.search(f"run check {number}")
        assert any(index.standing(hit.lesson).lesson.title == f"Run check {number}" for hit in found), index.problems
        print(number, flush=True)
"""


def start(folder: Path, first: int, last: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder), str(first), str(last)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_three_runs_at_once_all_find_what_they_learned(tmp_path: Path) -> None:
    runs = [start(tmp_path, first, first + 25) for first in (0, 100, 200)]
    assert [len(run.communicate(timeout=150)[0].split()) for run in runs] == [25, 25, 25]
    store = Store(Ledger(tmp_path / "private", redact=keep, own=True), ())
    with LessonIndex(tmp_path / "index", embedder=WordEmbedder(), redact=keep) as index:
        index.refresh(store)
        assert len(index.standings()) == 75
        assert (index.unembedded, index.problems) == (0, ())


def test_a_run_killed_at_any_time_leaves_an_index_that_is_right_after_a_refresh(tmp_path: Path) -> None:
    store = Store(Ledger(tmp_path / "private", redact=keep, own=True), ())
    for attempt in range(10):
        run = start(tmp_path, attempt * 100, attempt * 100 + 100)
        assert run.stdout is not None
        run.stdout.readline()
        let_run(run, 0.011 * attempt)
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=60)
        with LessonIndex(tmp_path / "index", embedder=WordEmbedder(), redact=keep) as index:
            index.refresh(store)
            assert agrees(index, store)
            assert (index.unembedded, index.problems) == (0, ())
