"""The file that keeps commits as they were read: SQLite, rebuildable, safe with several processes at once.

A commit never changes, so rows are only ever added, under its id: rewritten history, branches and interrupted
builds need no care. It knows nothing of heads or ancestors. The one importer of sqlite3 for the history.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, cast, get_args

from learnagent_memory.history.commit import Change, Commit, Noise, Status
from learnagent_memory.reading import parse_json

SCHEMA = 1
"""Counted up whenever the reading changes: another number means a rebuild."""
BUSY_S = 5.0
"""How long one process waits for another, which writes one batch at a time."""

_TABLE = """CREATE TABLE IF NOT EXISTS commits (
    oid TEXT PRIMARY KEY, at INTEGER NOT NULL, author TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    files INTEGER NOT NULL, noise TEXT NOT NULL, changes TEXT NOT NULL) WITHOUT ROWID"""
_COLUMNS = "oid, at, author, subject, body, files, noise, changes"
_NOISES = frozenset(get_args(Noise))
_STATUSES = frozenset(get_args(Status))
_DAMAGE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""No such table, torn pages, some other file."""


class CommitCache:
    """Commits by their id, on disk; in memory alone where the disk refuses."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._memory: dict[str, Commit] = {}
        self.kept = True
        """Whether what is added outlives this object."""

    def read(self) -> dict[str, Commit]:
        """Return all that is there; empty where the file is missing, damaged or of another version."""
        found = dict(self._memory)
        if self._path.is_symlink() or not self._path.is_file():
            return found
        try:
            with self._connected(writing=False) as connection:
                if connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,):
                    found.update(_commits(connection.execute(f"SELECT {_COLUMNS} FROM commits")))
        except sqlite3.Error as error:
            if _is_damage(error):
                self._remove()
        return found

    def add(self, commits: Iterable[Commit]) -> None:
        """Keep commits. Where the disk refuses, in this object alone."""
        rows = list(commits)
        try:
            self._write("INSERT OR REPLACE INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [_row(each) for each in rows])
        except (sqlite3.Error, OSError):
            self.kept = False
            self._memory.update((each.oid, each) for each in rows)

    def forget(self, oids: Collection[str]) -> None:
        """Drop commits; without effect where the disk refuses."""
        with suppress(sqlite3.Error, OSError):
            self._write("DELETE FROM commits WHERE oid = ?", [(oid,) for oid in oids])

    def _write(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        self._prepare()
        try:
            self._execute(statement, rows)
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise
            self._remove()
            self._prepare()
            self._execute(statement, rows)

    def _execute(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        with self._connected(writing=True) as connection:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("PRAGMA user_version").fetchone() != (SCHEMA,):
                connection.execute("DROP TABLE IF EXISTS commits")
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.executemany(statement, rows)
            connection.execute("COMMIT")

    def _prepare(self) -> None:
        """Make folder and file, private, and no link."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._path.is_symlink():
            self._path.unlink()
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))

    def _remove(self) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink()

    @contextmanager
    def _connected(self, *, writing: bool) -> Iterator[sqlite3.Connection]:
        uri = f"{self._path.absolute().as_uri()}?mode={'rw' if writing else 'ro'}"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA synchronous = NORMAL")
            yield connection


def _is_damage(error: sqlite3.Error) -> bool:
    """Return whether the file is at fault, not the disk, a lock or a permission: it may be whole then."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & 0xFF in _DAMAGE


def _row(commit: Commit) -> tuple[Any, ...]:
    """Write a commit as a row; JSON in ASCII carries odd bytes of paths, which SQLite's text would refuse."""
    changes = [[each.path, each.old_path, each.status, *each.symbols] for each in commit.changes]
    texts = (_storable(text) for text in (commit.author, commit.subject, commit.body))
    return (commit.oid, commit.at, *texts, commit.files, commit.noise, json.dumps(changes, separators=(",", ":")))


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _commits(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, Commit]]:
    """Yield the rows that make sense; another is read from git again."""
    for row in rows:
        with suppress(ValueError, TypeError):
            commit = _commit(row)
            yield commit.oid, commit


def _commit(row: tuple[Any, ...]) -> Commit:
    oid, at, author, subject, body, files, noise, changes = row
    if not all(isinstance(text, str) for text in (oid, author, subject, body, changes)) or noise not in _NOISES:
        raise ValueError("no commit")
    return Commit(
        oid=oid,
        at=int(at),
        author=author,
        subject=subject,
        body=body,
        changes=tuple(_change(*each) for each in cast("list[list[str]]", parse_json(changes))),
        files=int(files),
        noise=noise,
    )


def _change(path: str, old_path: str, status: str, *symbols: str) -> Change:
    if status not in _STATUSES or not all(isinstance(text, str) for text in (path, old_path, *symbols)):
        raise ValueError("no change")
    return Change(path, old_path, cast(Status, status), symbols)
