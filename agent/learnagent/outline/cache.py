"""Keeps the facts of files between runs, in one SQLite file that may vanish, break or be locked at any time.

It is only a cache: whatever is wrong with it costs a new scan, never an error. Two processes may use it at once.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from learnagent.outline.facts import Facts
from learnagent_memory.redact import Redact, redact_json_text
from learnagent_memory.redact import redact as redact_known_forms

SCHEMA_VERSION = 2
"""Raise it when facts are read, packed or stemmed differently, or a grammar changes its node types."""
_APPLICATION = 0x6C61676D
_BUSY_S = 1.0
_COLUMNS = tuple(field.name for field in dataclasses.fields(Facts))
_NOT_BROKEN = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    }
)
_log = logging.getLogger(__name__)


class Cache:
    """Facts by path, secrets in signatures redacted; without a path it keeps nothing."""

    def __init__(self, path: Path | None, redact: Redact = redact_known_forms) -> None:
        self.path = path
        self._redact = redact

    def load(self) -> dict[str, Facts]:
        """Return all facts kept; empty where there are none or they cannot be read."""
        query = f"SELECT path, {', '.join(_COLUMNS)} FROM facts"
        for attempt in ("first", "last"):
            try:
                with self._open() as database:
                    rows = database.execute(query).fetchall() if database else []
                    return {os.fsdecode(path): Facts(*columns) for path, *columns in rows}
            except sqlite3.Error as error:
                self._give_up(error, attempt)
        return {}

    def save(self, changed: Mapping[str, Facts], gone: Iterable[str]) -> None:
        """Keep the changed facts and drop those of files that are gone."""
        holes = ", ".join("?" * (len(_COLUMNS) + 1))
        rows = [(os.fsencode(path), *dataclasses.astuple(self._redacted(facts))) for path, facts in changed.items()]
        for attempt in ("first", "last"):
            try:
                with self._open() as database:
                    if database:
                        database.executemany(f"INSERT OR REPLACE INTO facts VALUES ({holes})", rows)
                        database.executemany(
                            "DELETE FROM facts WHERE path = ?", [(os.fsencode(path),) for path in gone]
                        )
                return
            except sqlite3.Error as error:
                self._give_up(error, attempt)

    def _redacted(self, facts: Facts) -> Facts:
        return dataclasses.replace(
            facts,
            symbols=redact_json_text(facts.symbols, self._redact),
            names=self._redact(facts.names),
            mentions=self._redact(facts.mentions),
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """Open the file, made if missing, and commit at the end; None where it must not be used."""
        if self.path is None or self.path.is_symlink():  # a link could lead to a database of the user's
            yield None
            return
        with closing(sqlite3.connect(self.path, timeout=_BUSY_S)) as database, database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("PRAGMA trusted_schema = OFF")
            _prepare(database)
            yield database

    def _give_up(self, error: sqlite3.Error, attempt: str) -> None:
        """Delete a broken file before the last attempt; leave a locked or unwritable one alone."""
        _log.debug("outline cache %s: %s", self.path, error)
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if self.path is None or code in _NOT_BROKEN or attempt == "last":
            return
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)


def _prepare(database: sqlite3.Connection) -> None:
    """Make the table in an empty file; raise DatabaseError for a file that is of another version or kind."""
    if _stamp(database) == (_APPLICATION, SCHEMA_VERSION):
        return
    database.execute("BEGIN IMMEDIATE")  # another process may be about to do the same
    if _stamp(database) != (_APPLICATION, SCHEMA_VERSION):
        if database.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            raise sqlite3.DatabaseError("of another version")
        database.execute(f"CREATE TABLE facts (path BLOB PRIMARY KEY, {', '.join(_COLUMNS)}) WITHOUT ROWID")
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    database.commit()


def _stamp(database: sqlite3.Connection) -> tuple[int, int]:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return application, version
