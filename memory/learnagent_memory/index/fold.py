"""Keeps the index equal to the set of events in the ledger: reads what is new, forgets what is gone.

Only lessons that a changed event touches are derived again. It embeds nothing and ranks nothing.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from learnagent_memory.index.database import DamagedError, transaction
from learnagent_memory.index.terms import indexed
from learnagent_memory.ledger import Problem, Store
from learnagent_memory.lesson_event import Retracted, from_json, lessons_of
from learnagent_memory.limits import cleaned
from learnagent_memory.redact import Redact
from learnagent_memory.standing import Entry, Standing, derive

T = TypeVar("T")

CHUNK = 400
"""Events a transaction: others wait for a fifth of a second at most."""
READ_AT_ONCE = 5000
"""Events of one reading: each looks through the names of all files."""
FREQUENT = 1000
"""Documents from which a word's count is kept, to be left out of a query where rarer ones are there."""

_STANDING: TypeAdapter[Standing] = TypeAdapter(Standing)
_ENTRY = "SELECT e.digest, e.content, e.own, e.shared, e.signer FROM event e"


def update(connection: sqlite3.Connection, store: Store, *, redact: Redact, signers: str = "") -> tuple[Problem, ...]:
    """Bring a database to what the ledgers hold now, and return what of it could not be read.

    `signers` stands for what is known of signers: under another one every event is read anew.
    """
    fold = _Fold(connection, redact)
    fold.update(store, signers)
    return tuple(fold.problems)


def standing_of(connection: sqlite3.Connection, lesson: str) -> Standing | None:
    """Return the standing of a lesson by its id, or by the beginning of one that no other has."""
    rows = connection.execute(
        "SELECT standing FROM lesson WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", (lesson, f"{lesson}g")
    ).fetchall()
    return parse_standing(rows[0][0]) if len(rows) == 1 else None


def all_standings(connection: sqlite3.Connection) -> Iterator[Standing]:
    """Yield every standing, by id."""
    for (content,) in connection.execute("SELECT standing FROM lesson ORDER BY id"):
        yield parse_standing(content)


@dataclass(slots=True)
class _Fold:
    """One update of a database."""

    connection: sqlite3.Connection
    redact: Redact
    problems: list[Problem] = field(default_factory=list)

    def update(self, store: Store, signers: str) -> None:
        there = _states(store, signers)
        mark = _mark(there)
        if mark == self._meta("fold"):
            return
        known = self._known()
        self._drop_all(known.keys() - there.keys())
        new = (digest for digest in there if known.get(digest) != there[digest])
        for part in _chunks(new, READ_AT_ONCE):
            reading = store.read(part)
            self.problems += reading.problems
            self._drop_all(set(part) - {entry.digest for entry in reading.entries})
            for entries in _chunks(reading.entries):
                self._take_in(entries, there)
        with self._changing():
            self._count_words()
            # asked again, as another process may have read another state of the ledger meanwhile
            if self._known() == there:
                self._remember("fold", mark)

    def _known(self) -> dict[str, str]:
        return dict(self.connection.execute("SELECT digest, state FROM event"))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Write all of it or nothing, and call the whole unfinished until `update` comes to its end."""
        with transaction(self.connection):
            self._remember("fold", "")
            yield

    def _drop_all(self, digests: Iterable[str]) -> None:
        for chunk in _chunks(digests):
            with self._changing():
                self._rederive(self._drop(chunk))

    def _take_in(self, entries: Sequence[Entry], there: Mapping[str, str]) -> None:
        with self._changing():
            touched = self._drop([entry.digest for entry in entries])
            for entry in filter(self._is_clean, entries):
                touched |= self._add(entry, there[entry.digest])
            self._rederive(touched)

    def _is_clean(self, entry: Entry) -> bool:
        """Return whether an event holds no secret: an own one was redacted when written, a foreign one is left out."""
        if entry.own or cleaned(entry.event, self.redact) == cleaned(entry.event, str):
            return True
        self.problems.append(Problem(Path(f"{entry.digest}.json"), "holds a secret"))
        return False

    def _add(self, entry: Entry, state: str) -> set[str]:
        """Write an event and return the lessons it touches."""
        event = entry.event
        withdraws = isinstance(event, Retracted) and event.scope != "lesson"
        found = (entry.own, entry.shared, entry.signer, event.author, event.run, withdraws)
        self.connection.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (entry.digest, state, event.model_dump_json(), *found),
        )
        lessons = set(lessons_of(event))
        self.connection.executemany("INSERT INTO about VALUES (?, ?)", [(lesson, entry.digest) for lesson in lessons])
        return lessons | (self._withdrawn(event.scope, event.target) if isinstance(event, Retracted) else set())

    def _drop(self, digests: Sequence[str]) -> set[str]:
        """Forget events and return the lessons they touched."""
        touched: set[str] = set()
        for digest in digests:
            touched |= {
                row[0] for row in self.connection.execute("SELECT lesson FROM about WHERE digest = ?", (digest,))
            }
            for (content,) in self.connection.execute(
                "SELECT content FROM event WHERE digest = ? AND withdraws", (digest,)
            ):
                event = from_json(json.loads(content))
                if isinstance(event, Retracted):
                    touched |= self._withdrawn(event.scope, event.target)
            self.connection.execute("DELETE FROM about WHERE digest = ?", (digest,))
            self.connection.execute("DELETE FROM event WHERE digest = ?", (digest,))
        return touched

    def _withdrawn(self, scope: str, target: str) -> set[str]:
        """Return the lessons of an author or a run."""
        if scope == "lesson":
            return set()
        column = "author" if scope == "author" else "run"
        return {
            row[0]
            for row in self.connection.execute(
                f"SELECT DISTINCT lesson FROM about JOIN event USING (digest) WHERE {column} = ?", (target,)
            )
        }

    def _rederive(self, touched: Iterable[str]) -> None:
        """Write the standing of lessons anew, from all events about them and all withdrawals."""
        for lessons in _chunks(sorted(touched)):
            entries = {entry.digest: entry for entry in self._entries(lessons)}
            found = derive(entries.values(), only=frozenset(lessons))
            for lesson in lessons:
                standing = found.get(lesson)
                if standing is None:
                    self._forget(lesson)
                else:
                    self._write(standing)

    def _entries(self, lessons: Sequence[str]) -> Iterator[Entry]:
        yield from map(_entry, self.connection.execute(f"{_ENTRY} WHERE e.withdraws"))
        for lesson in lessons:
            query = f"{_ENTRY} JOIN about a USING (digest) WHERE a.lesson = ?"
            yield from map(_entry, self.connection.execute(query, (lesson,)))

    def _write(self, standing: Standing) -> None:
        content = _STANDING.dump_json(standing).decode()
        live = standing.is_live * (2 if standing.is_trusted else 1)
        done = self.connection.execute(
            "UPDATE lesson SET standing = ?, live = ? WHERE id = ?", (content, live, standing.id)
        )
        if not done.rowcount:
            made = self.connection.execute(
                "INSERT INTO lesson (id, standing, live) VALUES (?, ?, ?)", (standing.id, content, live)
            )
            words = indexed(standing.lesson.text)
            self.connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (made.lastrowid, words))

    def _forget(self, lesson: str) -> None:
        for (number,) in self.connection.execute("SELECT number FROM lesson WHERE id = ?", (lesson,)).fetchall():
            self.connection.execute("DELETE FROM words WHERE rowid = ?", (number,))
            self.connection.execute("DELETE FROM vector WHERE number = ?", (number,))
            self.connection.execute("DELETE FROM lesson WHERE number = ?", (number,))

    def _count_words(self) -> None:
        """Note the frequent words, when the number of lessons moved by a tenth since: 90 ms at 100,000 lessons."""
        lessons = self.connection.execute("SELECT count(*) FROM lesson").fetchone()[0]
        before = int(self._meta("counted") or 0)
        if abs(lessons - before) * 10 > before:
            self.connection.execute("DELETE FROM frequent")
            self.connection.execute(f"INSERT INTO frequent SELECT term, doc FROM vocabulary WHERE doc >= {FREQUENT}")
            self._remember("counted", str(lessons))

    def _meta(self, key: str) -> str | None:
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def _remember(self, key: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _states(store: Store, signers: str) -> dict[str, str]:
    """Return for each digest which ledgers hold it, and whose signatures count: an own event may come to be shared."""
    found: dict[str, int] = {}
    for bit, ledger in enumerate((store.private, *store.shared)):
        for digest in ledger.digests():
            found[digest] = found.get(digest, 0) | 1 << bit
    known = hashlib.sha256(signers.encode()).hexdigest()[:8]
    return {digest: f"{places}-{known}" for digest, places in found.items()}


def _mark(there: Mapping[str, str]) -> str:
    """Return what stands for the whole set."""
    return hashlib.sha256("".join(f"{digest}{there[digest]}" for digest in sorted(there)).encode()).hexdigest()


def _chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


def _entry(row: tuple[str, str, int, int, str]) -> Entry:
    digest, content, own, shared, signer = row
    try:
        event = from_json(json.loads(content))
    except ValueError as error:
        raise DamagedError(f"event {digest}") from error
    return Entry(digest, event, own=bool(own), shared=bool(shared), signer=signer)


def parse_standing(content: str) -> Standing:
    """Return a standing as the database holds it. Raises DamagedError for anything else."""
    try:
        return _STANDING.validate_json(content)
    except ValidationError as error:
        raise DamagedError("a standing") from error
