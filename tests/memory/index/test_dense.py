"""Which search by meaning is used, and what happens when Chroma is in other hands, behind, or broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from learnagent_memory.index.cache import Cache
from learnagent_memory.index.chroma import ChromaVectors
from learnagent_memory.index.dense import DenseSearch
from learnagent_memory.index.fold import update
from learnagent_memory.index.guarded import GuardedEmbedder
from learnagent_memory.ledger import Ledger, Store
from memory.lesson_events import learned
from memory.word_embedder import WordEmbedder

COUNT = 60


class Opened:
    """A database of lessons, and searches over it that take Chroma from ten vectors on."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(Ledger(folder / "private", redact=str, own=True), ())
        self.cache = Cache(folder / "index" / "lessons.sqlite")
        self.chroma = folder / "index" / "chroma"
        self.searches: list[DenseSearch] = []

    def learn(self, first: int, last: int) -> None:
        self.store.private.extend([learned(number) for number in range(first, last)])
        update(self.cache.connection, self.store, redact=str)

    def search(self, embed_s: float = 60, *, name: str = "words-1") -> DenseSearch:
        search = DenseSearch(self.cache, GuardedEmbedder(WordEmbedder(name)), name, chroma_from=10)
        self.searches.append(search)
        search.embed_missing(embed_s)
        return search

    def close(self) -> None:
        for search in self.searches:
            search.close()
        self.cache.close()

    def is_held(self) -> bool:
        """Whether a process has Chroma's folder."""
        return any(is_locked(path) for path in self.chroma.glob("*/"))


def is_locked(folder: Path) -> bool:
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    made = Opened(tmp_path)
    made.learn(0, COUNT)
    yield made
    made.close()


def finds_all(search: DenseSearch, count: int = COUNT) -> bool:
    vector = search.vector_of("Run check 7")
    assert vector is not None
    found = search.nearest(vector, limit=count, least=1)
    cosines = search.cosines(vector, found)
    return len(found) == count and found[:5] == sorted(found, key=lambda number: -cosines[number])[:5]


def test_from_its_size_on_chroma_answers_and_is_kept_up_to_date(opened: Opened) -> None:
    search = opened.search()
    assert opened.is_held()
    assert finds_all(search)
    opened.learn(COUNT, COUNT + 5)
    search.embed_missing(60)
    assert finds_all(search, COUNT + 5)
    assert opened.is_held()


def test_who_cannot_have_chroma_searches_exactly(opened: Opened) -> None:
    first, second = opened.search(), opened.search()
    assert finds_all(first)
    assert finds_all(second)


def test_chroma_is_not_used_before_it_holds_everything(opened: Opened) -> None:
    opened.search().close()
    opened.learn(COUNT, COUNT + 5)
    exact = DenseSearch(opened.cache, GuardedEmbedder(WordEmbedder()), "words-1", chroma_from=10**9)
    exact.embed_missing(60)
    search = opened.search(embed_s=0)
    assert finds_all(search, COUNT + 5)
    assert not opened.is_held()


def test_lessons_that_are_gone_leave_chroma_too(opened: Opened) -> None:
    opened.search().close()
    for path in sorted(opened.store.private.folder.glob("events/*/*.json"))[:40]:
        path.unlink()
    update(opened.cache.connection, opened.store, redact=str)
    search = opened.search()
    assert finds_all(search, COUNT - 40)
    assert opened.is_held()


def test_a_broken_chroma_costs_nothing_but_time(opened: Opened) -> None:
    opened.search().close()
    for path in [*opened.chroma.glob("*/chroma.sqlite3"), *opened.chroma.glob("*/*/*.bin")]:
        path.write_bytes(b"broken" * 100)
    assert finds_all(opened.search())


def test_vectors_of_another_embedder_lie_elsewhere_and_the_old_ones_go(opened: Opened) -> None:
    opened.search().close()
    (before,) = opened.chroma.glob("*/")
    assert finds_all(opened.search(name="words-2"))
    (after,) = opened.chroma.glob("*/")
    assert before != after


def test_a_copy_in_memory_never_touches_chroma(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("in the way")
    made = Opened(tmp_path)
    made.learn(0, COUNT)
    assert made.cache.is_private
    assert finds_all(made.search())
    made.close()


def test_a_folder_held_by_another_program_is_left_alone(opened: Opened) -> None:
    opened.search().close()
    (folder,) = opened.chroma.glob("*/")
    other = ChromaVectors(folder)
    assert finds_all(opened.search())
    assert len(other.numbers()) == COUNT
    other.close()
