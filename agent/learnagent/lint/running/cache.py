"""Keeps the findings of files between runs, in one SQLite file of the user's that serves all projects.

It is only a cache: whatever is wrong with it costs a new reading, never an error. It lies in the user's own
folder and never in a repository, which could bring one that hides its findings.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from learnagent_memory.project import cache_home

FILE = "lint.sqlite"
_SCHEMA = 1
"""Raise it when the table changes; what is kept depends on the linter's own files."""
_BUSY_S = 0.5
_DAY_S = 86_400
_KEPT_DAYS = 30
_MAX_BYTES = 256 << 20
_CREATE = """\
CREATE TABLE IF NOT EXISTS kept (version BLOB, key BLOB, day INTEGER, findings TEXT, PRIMARY KEY (version, key))
WITHOUT ROWID"""
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
    """Findings by what they depend on, for one version of linter and selection; without a path it keeps nothing."""

    def __init__(self, path: Path | None, version: bytes) -> None:
        self._version = version
        self._path = path
        self._database = _opened(path) if path is not None else None
        self._used: list[bytes] = []
        self._today = int(time.time()) // _DAY_S

    def is_empty(self) -> bool:
        """Return whether nothing is kept for this version: no need to look."""
        return not self._ask("SELECT 1 FROM kept WHERE version = ? LIMIT 1", self._version)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, list[dict[str, Any]]]:
        """Return the findings kept under some hundred keys; those of which none are kept, or sound, are left out."""
        holes = ", ".join("?" * len(keys))
        query = f"SELECT key, findings, day FROM kept WHERE version = ? AND key IN ({holes})"
        kept = {}
        for key, text, day in self._ask(query, self._version, *keys):
            found = _parsed(text)
            if found is not None:
                kept[key] = found
                if day != self._today:
                    self._used.append(key)
        return kept

    def close(self, new: Mapping[bytes, Sequence[Mapping[str, Any]]]) -> None:
        """Keep what was found anew, note what was used, drop what has not been for a month."""
        if self._database is None:
            return
        rows = [(self._version, key, self._today, json.dumps(found)) for key, found in new.items()]
        used = [(self._today, self._version, key) for key in self._used]
        try:
            with self._database as database:
                if rows or used:
                    database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows)
                    database.executemany("UPDATE kept SET day = ? WHERE version = ? AND key = ?", used)
                    database.execute("DELETE FROM kept WHERE day < ?", (self._today - _KEPT_DAYS,))
            self._database.close()
        except sqlite3.Error as error:
            self._give_up(error)

    def _ask(self, query: str, *values: bytes) -> list[tuple[Any, ...]]:
        if self._database is None:
            return []
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
            return []

    def _give_up(self, error: sqlite3.Error) -> None:
        """Do without from here on; remove a file that is broken, leave a locked one alone."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
        self._database = None
        if self._path is not None:
            _remove_broken(self._path, error)


def cache_path(environ: Mapping[str, str]) -> Path | None:
    """Return where the cache lies; None where the user has no home."""
    try:
        return cache_home(environ) / FILE
    except RuntimeError:
        return None


def _parsed(text: str | bytes) -> list[dict[str, Any]] | None:
    if text == "[]":
        return []
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        _log.debug("lint cache: %s", error)
        return None
    return found if isinstance(found, list) else None


def _opened(path: Path) -> sqlite3.Connection | None:
    """Open the file, made if missing and made anew if broken; None where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.is_symlink():  # it could lead to a database of the user's
            return None
        if path.exists() and path.stat().st_size > _MAX_BYTES:
            _remove(path)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        _log.debug("lint cache %s: %s", path, error)
        return None
    for _ in ("first", "made anew"):
        try:
            return _prepared(path)
        except sqlite3.Error as error:
            _remove_broken(path, error)
    return None


def _prepared(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_BUSY_S)
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA trusted_schema = OFF")
        if database.execute("PRAGMA user_version").fetchone() != (_SCHEMA,):
            database.execute("DROP TABLE IF EXISTS kept")
            database.execute(_CREATE)
            database.execute(f"PRAGMA user_version = {_SCHEMA}")
            database.commit()
    except sqlite3.Error:
        database.close()
        raise
    return database


def _remove_broken(path: Path, error: sqlite3.Error) -> None:
    """Remove the file unless the error says that it is only locked or out of reach."""
    _log.debug("lint cache %s: %s", path, error)
    if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF not in _NOT_BROKEN:
        _remove(path)


def _remove(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
