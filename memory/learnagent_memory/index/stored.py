"""The vectors in the database: those of one embedder, by the number of their lesson. It searches nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from learnagent_memory.index.database import MADE, DamagedError, transaction
from learnagent_memory.index.fold import parse_standing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

_PAGE = 2000


class StoredVectors:
    """What one embedder made; another one's vectors are thrown away before anything is read or written."""

    def __init__(self, connection: sqlite3.Connection, embedder: str, dimension: int) -> None:
        self._connection = connection
        self._embedder = embedder
        self._dimension = dimension
        self.claim()

    @property
    def key(self) -> str:
        """What tells these vectors and their numbers from all others."""
        made = self._connection.execute("SELECT value FROM meta WHERE key = ?", (MADE,)).fetchone()[0]
        return f"{made}/{self._embedder}"

    def claim(self) -> None:
        """Throw away the vectors of another embedder, if there are any."""
        if not self._is_ours():
            with transaction(self._connection):
                self._connection.execute("DELETE FROM vector")
                self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (self._embedder,))

    def count(self) -> int:
        """Return how many lessons have a vector."""
        return int(self._connection.execute("SELECT count(*) FROM vector").fetchone()[0])

    def missing(self) -> list[int]:
        """Return the numbers of the lessons that have no vector, the newest first."""
        query = "SELECT number FROM lesson WHERE number NOT IN (SELECT number FROM vector)"
        return sorted((number for (number,) in self._connection.execute(query)), reverse=True)

    def texts(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return what lessons say, by number."""
        query = f"SELECT number, standing FROM lesson WHERE number IN ({','.join('?' * len(numbers))})"
        rows = self._connection.execute(query, numbers)
        return {number: parse_standing(content).lesson.text for number, content in rows}

    def add(self, vectors: Mapping[int, Vector]) -> bool:
        """Write vectors of lessons that are still there; False when another embedder has taken over meanwhile."""
        with transaction(self._connection):
            if not self._is_ours():
                return False
            self._connection.executemany(
                "INSERT OR REPLACE INTO vector SELECT number, ? FROM lesson WHERE number = ?",
                [(vector.astype("<f4").tobytes(), number) for number, vector in vectors.items()],
            )
        return True

    def numbers(self) -> frozenset[int]:
        """Return the numbers of all lessons with a vector."""
        return frozenset(number for (number,) in self._connection.execute("SELECT number FROM vector"))

    def pages(self, numbers: Iterable[int]) -> Iterator[tuple[list[int], Vector]]:
        """Yield numbers and their vectors (n, dimension), some thousand at a time, those that are there."""
        left = iter(sorted(numbers))
        while page := list(islice(left, _PAGE)):
            yield self._read(page)

    def live(self, numbers: Iterable[int], least: int) -> frozenset[int]:
        """Return those of the lessons whose `live` is at least that."""
        left, found = iter(numbers), set[int]()
        while page := list(islice(left, _PAGE)):  # SQLite binds 32,766 values at most
            query = f"SELECT number FROM lesson WHERE live >= ? AND number IN ({','.join('?' * len(page))})"
            found.update(number for (number,) in self._connection.execute(query, (least, *page)))
        return frozenset(found)

    def _read(self, numbers: list[int]) -> tuple[list[int], Vector]:
        import numpy as np

        query = f"SELECT number, vector FROM vector WHERE number IN ({','.join('?' * len(numbers))})"
        found = self._connection.execute(query, numbers).fetchall()
        if any(len(content) != 4 * self._dimension for _, content in found):
            raise DamagedError("a vector")
        joined = b"".join(content for _, content in found)
        return [number for number, _ in found], np.frombuffer(joined, "<f4").reshape(-1, self._dimension)

    def _is_ours(self) -> bool:
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
        return row is not None and row[0] == self._embedder
