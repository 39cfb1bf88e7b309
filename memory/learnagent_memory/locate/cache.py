"""Keeps rows and vectors between runs in one SQLite file: a cache, made anew when it is damaged, shared by processes.

It holds hashes of terms and numbers, no text. Keys are ids of blobs and commits, so every commit can be asked about.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from learnagent_memory.errors import StorageError, cannot_write
from learnagent_memory.locate.corpus import Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = 1
"""Counted up when terms are cut differently: older rows are then thrown away."""
_TABLES = """
CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, row BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vectors (
  embedder TEXT NOT NULL, key TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (embedder, key)
) WITHOUT ROWID;
"""
_CHUNK = 900
_WAIT_S = 20.0
_BYTES_PER_TERM = 6

_Result = TypeVar("_Result")


class Cache:
    """One file of a folder. Raises StorageError where the folder cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"locate-{SCHEMA}.sqlite"

    def rows(self, keys: Sequence[str]) -> dict[str, Row]:
        """Return the rows that are kept, by key."""
        found = self._with(lambda db: list(_select(db, "SELECT key, row FROM rows WHERE key IN", keys)))
        return {key: _unpacked(packed) for key, packed in found if len(packed) % _BYTES_PER_TERM == 0}

    def keep_rows(self, rows: Mapping[str, Row]) -> None:
        """Store rows; what another process stored meanwhile is the same."""
        packed = [(key, _packed(row)) for key, row in rows.items()]
        self._with(lambda db: db.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?)", packed))

    def vectors(self, embedder: str, keys: Sequence[str]) -> dict[str, NDArray[np.float16]]:
        """Return the vectors of an embedder that are kept, by key."""
        import numpy as np

        query = "SELECT key, vector FROM vectors WHERE embedder = ? AND key IN"
        found = self._with(lambda db: list(_select(db, query, keys, embedder)))
        return {key: np.frombuffer(vector, dtype="<f2") for key, vector in found}

    def keep_vectors(self, embedder: str, vectors: Mapping[str, NDArray[np.float16]]) -> None:
        """Store vectors of an embedder."""
        packed = [(embedder, key, vector.astype("<f2").tobytes()) for key, vector in vectors.items()]
        self._with(lambda db: db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", packed))

    def prune(self, used: Iterable[str], *, slack: int) -> None:
        """Drop the rows that are not used once there are `slack` more than those."""
        used = set(used)

        def drop(db: sqlite3.Connection) -> None:
            kept = [key for (key,) in db.execute("SELECT key FROM rows")]
            if len(kept) > len(used) + slack:
                db.executemany("DELETE FROM rows WHERE key = ?", [(key,) for key in kept if key not in used])

        self._with(drop)

    def _with(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Do one transaction; a damaged file is removed and the work done once more on an empty one."""
        try:
            return self._once(work)
        except sqlite3.OperationalError as error:
            raise StorageError(f"cannot use {self._path} ({error})", hint="free the disk or open the folder") from error
        except sqlite3.DatabaseError:
            self._remove()
        try:
            return self._once(work)
        except sqlite3.DatabaseError as error:
            raise StorageError(f"cannot use {self._path} ({error})", hint="delete it: it is a cache") from error

    def _once(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        with closing(self._open()) as db, db:
            return work(db)

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._path.exists():
                with suppress(FileExistsError):
                    self._path.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        db = sqlite3.connect(self._path, timeout=_WAIT_S)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(_TABLES)
        return db

    def _remove(self) -> None:
        try:
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(self._path, error) from error


def _select(db: sqlite3.Connection, query: str, keys: Sequence[str], *first: str) -> Iterator[tuple[str, bytes]]:
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        yield from db.execute(f"{query} ({','.join('?' * len(chunk))})", (*first, *chunk))


def _packed(row: Row) -> bytes:
    return row.terms.astype("<u4").tobytes() + row.counts.tobytes() + row.defined.tobytes()


def _unpacked(packed: bytes) -> Row:
    import numpy as np

    size = len(packed) // _BYTES_PER_TERM
    return Row(
        terms=np.frombuffer(packed, dtype="<u4", count=size),
        counts=np.frombuffer(packed, dtype=np.uint8, count=size, offset=4 * size),
        defined=np.frombuffer(packed, dtype=np.uint8, count=size, offset=5 * size),
    )
