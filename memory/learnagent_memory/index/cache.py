"""The database a process works with: the file, or a copy in memory when the file cannot be had."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from learnagent_memory.index.database import DamagedError, open_database, private_copy, remake_database

_CANNOT_BE_HAD = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOLFS,
    )
)
"""Primary result codes of SQLite that say nothing against the file's content."""
_log = logging.getLogger(__name__)


class Cache:
    """Holds a connection, and gets another one when that fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.note = ""
        """What the user should know; empty while all is well."""
        self.connection = self._opened()

    @property
    def is_private(self) -> bool:
        """Whether this is a copy that nobody else sees."""
        return bool(self.note)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def replace(self, error: sqlite3.Error | DamagedError) -> None:
        """Take another database after an error: a copy where the file cannot be had, else a new, empty file."""
        before = self.connection
        if self.is_private:
            self.connection = private_copy(None)
        elif _cannot_be_had(error):
            self.connection = self._copy(before, error)
        else:
            self.connection = self._remade(error)
        before.close()

    def _opened(self) -> sqlite3.Connection:
        try:
            return open_database(self.path)
        except DamagedError as error:
            return self._remade(error)
        except (sqlite3.Error, OSError) as error:
            return self._copy(None, error)

    def _remade(self, damage: Exception) -> sqlite3.Connection:
        _log.info("the index at %s is made anew: %s", self.path, damage)
        try:
            return remake_database(self.path)
        except (sqlite3.Error, OSError, DamagedError) as error:
            return self._copy(None, error)

    def _copy(self, source: sqlite3.Connection | None, error: Exception) -> sqlite3.Connection:
        self.note = f"the index cannot be used ({error}): this process works on a copy of its own"
        return private_copy(source)


def _cannot_be_had(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _CANNOT_BE_HAD
