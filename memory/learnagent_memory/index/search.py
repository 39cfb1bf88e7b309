"""Full-text search over the lessons in one database, by SQLite's BM25. It knows no vectors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from learnagent_memory.index.terms import candidates, telling


def match_query(connection: sqlite3.Connection, text: str) -> str:
    """Return the FTS5 query for a task: its rarest words, any of them; empty when no lesson holds any."""
    words = telling(candidates(text), lambda asked: _documents(connection, asked))
    return " OR ".join(f'"{word}"' for word in words)


def best_matches(connection: sqlite3.Connection, query: str, *, limit: int, least: int) -> dict[int, float]:
    """Return the numbers of the best matching lessons with their BM25 scores, larger is better.

    `least` is the least value of `live` that they have.
    """
    rows = connection.execute(
        "SELECT words.rowid, words.rank FROM words JOIN lesson ON lesson.number = words.rowid"
        " WHERE words MATCH ? AND lesson.live >= ? ORDER BY words.rank LIMIT ?",
        (query, least, limit),
    )
    return {number: -rank for number, rank in rows}


def scores_of(connection: sqlite3.Connection, query: str, numbers: Iterable[int]) -> dict[int, float]:
    """Return the BM25 scores of these lessons, those that match."""
    wanted = list(numbers)
    # the plus keeps SQLite from running the whole query once a row
    rows = connection.execute(
        f"SELECT rowid, rank FROM words WHERE words MATCH ? AND +rowid IN ({','.join('?' * len(wanted))})",
        (query, *wanted),
    )
    return {number: -rank for number, rank in rows}


def names(connection: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return the ids of lessons by number."""
    wanted = list(numbers)
    return dict(
        connection.execute(f"SELECT number, id FROM lesson WHERE number IN ({','.join('?' * len(wanted))})", wanted)
    )


def _documents(connection: sqlite3.Connection, words: list[str]) -> Mapping[str, int]:
    """Return how many lessons hold each word, frequent ones as last counted.

    Only FTS5 knows to what stem it cuts a word, so the words go through a table of its own.
    """
    connection.execute("DELETE FROM temp.asked")
    connection.executemany("INSERT INTO temp.asked (rowid, text) VALUES (?, ?)", enumerate(words))
    rows = connection.execute(
        "SELECT a.doc, coalesce(f.documents, (SELECT v.doc FROM vocabulary v WHERE v.term = a.term), 0)"
        " FROM temp.asked_term a LEFT JOIN frequent f USING (term)"
    )
    return {words[place]: documents for place, documents in rows}
