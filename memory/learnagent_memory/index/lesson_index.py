"""The index of a project's lessons: one folder, a cache over the ledger, deleted without loss.

It finds and returns; it neither judges relevance (`recall`) nor freshness. One process writes at a time and
nobody waits for long: who cannot have the file works on a copy in memory, and says so in `problems`.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from learnagent_memory.index import search
from learnagent_memory.index.cache import Cache
from learnagent_memory.index.database import DamagedError
from learnagent_memory.index.dense import DenseSearch
from learnagent_memory.index.fold import all_standings, standing_of, update
from learnagent_memory.index.guarded import GuardedEmbedder
from learnagent_memory.ledger import Problem, Store
from learnagent_memory.standing import Standing

if TYPE_CHECKING:
    from learnagent_memory.embedding.embedder import Embedder

T = TypeVar("T")
CosinesOf = Callable[[Sequence[int]], Mapping[int, float]]

FILE = "lessons.sqlite"
EMBED_S = 3.0
"""Seconds that a refresh embeds before it leaves the rest to the next one: some 200 lessons."""
_RANK_OFFSET = 60
"""Of reciprocal rank fusion: the constant of its authors."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A lesson that a search found."""

    lesson: str
    """Its id."""
    lexical: float
    """BM25, larger is better, 0 when no word matches; comparable within one search only."""
    dense: float | None
    """Cosine, -1 to 1; None where the query or the lesson has no vector."""


class LessonIndex:
    """Finds lessons by word and by meaning. For one thread; close it, or use it in a `with`."""

    def __init__(self, folder: Path, *, embedder: Embedder | None, redact: Callable[[str], str]) -> None:
        self._cache = Cache(folder / FILE)
        self._embedder = GuardedEmbedder(embedder) if embedder else None
        self._redact = redact
        self._dense: DenseSearch | None = None
        self._last: Callable[[], None] | None = None
        self._unread: tuple[Problem, ...] = ()

    def __enter__(self) -> LessonIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self._forget_dense()
        self._cache.close()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the last refresh could not read, whether the embedder failed, and whether this is but a copy."""
        notes = (self._cache.note, self._embedder.note if self._embedder else "")
        return (*(Problem(self._cache.path, note) for note in notes if note), *self._unread)

    @property
    def unembedded(self) -> int:
        """How many lessons have no vector yet: a search finds them by their words only."""
        return self._safely(lambda: dense.missing() if (dense := self._searcher()) else 0)

    def refresh(self, store: Store, *, signers: str = "", embed_s: float = EMBED_S) -> None:
        """Take in what is new in the ledger and forget what is gone.

        `signers` stands for what is known of signers: under another one every event is read anew. Embedding
        stops after `embed_s` seconds, to be continued by the next refresh. It never fails for the cache's sake:
        a damaged file is made anew, one that cannot be written gives way to a copy in memory.
        """
        self._last = lambda: self._refresh(store, signers, embed_s)
        self._safely(self._last)

    def standing(self, lesson: str) -> Standing | None:
        """Return a lesson's standing by its id or the beginning of one; None when none, or several, have it."""
        return self._safely(lambda: standing_of(self._cache.connection, lesson))

    def standings(self) -> list[Standing]:
        """Return every lesson's standing, by id."""
        return self._safely(lambda: list(all_standings(self._cache.connection)))

    @property
    def live(self) -> int:
        """How many lessons may be shown."""
        return self._count(least=1)

    @property
    def trusted(self) -> int:
        """How many of those are trusted."""
        return self._count(least=2)

    def _count(self, *, least: int) -> int:
        query = "SELECT count(*) FROM lesson WHERE live >= ?"
        return self._safely(lambda: int(self._cache.connection.execute(query, (least,)).fetchone()[0]))

    def search(self, text: str, *, limit: int = 20, only_live: bool = True, only_trusted: bool = False) -> list[Hit]:
        """Return the lessons nearest to a text, best first: at most `limit` by words and as many by meaning.

        The order is that of reciprocal rank fusion; both scores are given for every hit. `only_trusted` are those of
        the live ones that no flood of others can crowd out.
        """
        least = 2 if only_trusted else int(only_live)
        return self._safely(lambda: self._search(text, limit, least))

    def _safely(self, work: Callable[[], T]) -> T:
        """Do the work; when the file fails it, go on with another, filled again, in the end with one in memory."""
        for _ in range(2):
            try:
                return work()
            except (sqlite3.Error, DamagedError) as error:
                if isinstance(error, sqlite3.ProgrammingError):  # our mistake, not the file's
                    raise
                self._forget_dense()
                self._cache.replace(error)
                work = self._caught_up(work)
        return work()

    def _caught_up(self, work: Callable[[], T]) -> Callable[[], T]:
        def both() -> T:
            if self._last is not None and self._last is not work:
                self._last()
            return work()

        return both

    def _refresh(self, store: Store, signers: str, embed_s: float) -> None:
        self._unread = update(self._cache.connection, store, redact=self._redact, signers=signers)
        dense = self._searcher()
        if dense is not None:
            dense.embed_missing(embed_s)

    def _search(self, text: str, limit: int, least: int) -> list[Hit]:
        connection = self._cache.connection
        query = search.match_query(connection, text)
        by_words = search.best_matches(connection, query, limit=limit, least=least) if query else {}
        by_meaning, cosines_of = self._by_meaning(text, limit, least)
        numbers = _fused(list(by_words), by_meaning)
        lexical = by_words | (search.scores_of(connection, query, set(numbers) - by_words.keys()) if query else {})
        dense = cosines_of(numbers)
        names = search.names(connection, numbers)
        return [
            Hit(names[number], lexical.get(number, 0.0), dense.get(number))
            for number in numbers
            if number in names  # else another process forgot it meanwhile
        ]

    def _by_meaning(self, text: str, limit: int, least: int) -> tuple[list[int], CosinesOf]:
        """Return the nearest lessons, and what gives the cosines of any others."""
        dense = self._searcher()
        vector = dense.vector_of(text) if dense else None
        if dense is None or vector is None:
            return [], lambda _numbers: {}
        return dense.nearest(vector, limit=limit, least=least), partial(dense.cosines, vector)

    def _searcher(self) -> DenseSearch | None:
        """Return the search by meaning; None without an embedder, while it fails, and where there is no lesson.

        Asking an embedder anything may read 91 MB or wait for a server.
        """
        if self._dense is None and self._embedder is not None and self._has_lessons():
            key = self._embedder.key
            self._dense = DenseSearch(self._cache, self._embedder, key) if key else None
        return self._dense

    def _has_lessons(self) -> bool:
        return self._cache.connection.execute("SELECT 1 FROM lesson LIMIT 1").fetchone() is not None

    def _forget_dense(self) -> None:
        if self._dense is not None:
            self._dense.close()
            self._dense = None


def _fused(*rankings: Sequence[int]) -> list[int]:
    """Return the union of rankings by reciprocal rank fusion (Cormack et al. 2009)."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            scores[number] += 1 / (_RANK_OFFSET + rank)
    return sorted(scores, key=lambda number: -scores[number])
