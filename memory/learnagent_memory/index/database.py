"""The SQLite file of the index: its schema, how it is opened without waiting for anybody, how it is thrown away.

What it holds can be made again from the ledger, so damage is never repaired: the file is made anew. It knows
tables, and not what lessons mean.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SCHEMA = 2
BUSY_MS = 2000
"""How long a writer waits for another; a chunk of a refresh takes a tenth of that."""
LOCK_S = 5
TOKENIZER = "porter unicode61"
MADE = "made"
"""What tells this file from the one that was here before: numbers begin anew in each."""

_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event (digest TEXT PRIMARY KEY, state TEXT NOT NULL, content TEXT NOT NULL, own INTEGER NOT NULL,
    shared INTEGER NOT NULL, signer TEXT NOT NULL, author TEXT NOT NULL, run TEXT NOT NULL, withdraws INTEGER NOT NULL);
CREATE INDEX event_state ON event (digest, state);
CREATE INDEX event_of_author ON event (author);
CREATE INDEX event_of_run ON event (run);
CREATE INDEX withdrawal ON event (withdraws) WHERE withdraws;
CREATE TABLE about (lesson TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (lesson, digest)) WITHOUT ROWID;
CREATE INDEX about_event ON about (digest);
CREATE TABLE lesson (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, standing TEXT NOT NULL,
    live INTEGER NOT NULL);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = '{TOKENIZER}');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, 'row');
CREATE TABLE frequent (term TEXT PRIMARY KEY, documents INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE vector (number INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE INDEX vector_number ON vector (number);
INSERT INTO meta VALUES ('{MADE}', hex(randomblob(8)));
PRAGMA user_version = {SCHEMA};
"""
"""`state` says in which of the store's ledgers an event lies; `live` is 2 for a lesson that may be shown and is
trusted, 1 for one that may be shown and is in quarantine, 0 for any other. A number is never given twice, so
that what is keyed by it elsewhere (Chroma) cannot come to mean another lesson."""


class DamagedError(Exception):
    """The file does not hold what we wrote: it is made anew."""


def open_database(path: Path) -> sqlite3.Connection:
    """Open the index file, made first where it is missing or of another schema.

    Raises DamagedError where it is no index, sqlite3.Error and OSError where it cannot be had at all.
    """
    with _only_opener(path):
        connection = _connect(str(path), path)
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def remake_database(path: Path) -> sqlite3.Connection:
    """Open a new, empty index file in place of the old one. Raises sqlite3.Error, OSError.

    Who still has the old one open goes on with it undisturbed: its files only lose their names.
    """
    with _only_opener(path):
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
            path.with_name(name).unlink(missing_ok=True)
        connection = _connect(str(path), path)
        _prepare(connection)
    return connection


def private_copy(source: sqlite3.Connection | None) -> sqlite3.Connection:
    """Return an index in memory that nobody else sees, filled from the file as far as that can be read."""
    connection = _connect(":memory:", None)
    if source is not None:
        with suppress(sqlite3.Error):
            source.backup(connection)
    try:
        _prepare(connection)
    except (sqlite3.Error, DamagedError):
        connection.close()
        connection = _connect(":memory:", None)
        _prepare(connection)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all of it or nothing; it waits for another writer for BUSY_MS at most, then raises OperationalError."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise
    connection.execute("COMMIT")


@contextmanager
def _only_opener(path: Path) -> Iterator[None]:
    """Hold off those who would open the file while it is made: a new one must not meet the old one's log."""
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(path.with_suffix(".lock"), mode=0o600)
    try:
        lock.acquire(timeout=LOCK_S)
    except Timeout as error:
        raise sqlite3.OperationalError("another process is making the index") from error
    try:
        yield
    finally:
        lock.release()


def _connect(name: str, path: Path | None) -> sqlite3.Connection:
    if path is not None:
        if path.is_symlink():
            raise OSError(f"{path} is a link")
        path.touch(mode=0o600)
    connection = sqlite3.connect(name, timeout=BUSY_MS / 1000, isolation_level=None)
    connection.execute("PRAGMA page_size = 8192")  # five vectors of 384 numbers a page; 4096 holds two
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN;{_TABLES}COMMIT;")
        elif version != SCHEMA:
            raise DamagedError(f"schema {version}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.asked USING fts5 (text, tokenize = '{TOKENIZER}')"  # see search.py
        )
        connection.execute("CREATE VIRTUAL TABLE temp.asked_term USING fts5vocab (temp, asked, 'instance')")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise DamagedError(str(error)) from error
