from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from learnagent.lint.running.cache import Cache, cache_path

FOUND = [{"line": 1, "message": "é \udce9"}]


def filled(path: Path | None, version: bytes = b"v1") -> None:
    cache = Cache(path, version)
    cache.get([b"k"])
    cache.close({b"k": FOUND, b"none": []})


def kept(path: Path | None, key: bytes = b"k", version: bytes = b"v1") -> object:
    return Cache(path, version).get([b"another", key]).get(key)


def test_what_was_kept_is_found_by_version_and_key(here: Path) -> None:
    filled(here / "deep" / "c.sqlite")

    assert kept(here / "deep" / "c.sqlite") == FOUND
    assert kept(here / "deep" / "c.sqlite", b"none") == []
    assert kept(here / "deep" / "c.sqlite", b"other") is None
    assert kept(here / "deep" / "c.sqlite", version=b"v2") is None


def test_a_cache_is_empty_until_something_of_this_version_is_kept(here: Path) -> None:
    assert Cache(here / "c.sqlite", b"v1").is_empty()
    filled(here / "c.sqlite")
    assert not Cache(here / "c.sqlite", b"v1").is_empty()
    assert Cache(here / "c.sqlite", b"v2").is_empty()


def test_without_a_path_nothing_is_kept() -> None:
    filled(None)

    assert kept(None) is None
    assert cache_path({"LEARNAGENT_HOME": "/h"}) == Path("/h/lint.sqlite")


@pytest.mark.parametrize(
    "content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000], ids=["empty", "text", "damaged"]
)
def test_a_broken_file_is_made_anew(here: Path, content: bytes) -> None:
    path = here / "c.sqlite"
    path.write_bytes(content)

    assert kept(path) is None
    filled(path)
    assert kept(path) == FOUND


def test_a_database_of_another_kind_is_made_anew(here: Path) -> None:
    path = here / "c.sqlite"
    database = sqlite3.connect(path)
    with database:
        database.execute("CREATE TABLE kept (other)")
        database.execute("PRAGMA user_version = 1")
    database.close()

    assert kept(path) is None
    filled(path)
    assert kept(path) == FOUND


@pytest.mark.parametrize("text", ["[", "3", "null", "[" * 100_000, b"\xff"])
def test_damaged_findings_are_read_anew(here: Path, text: str | bytes) -> None:
    path = here / "c.sqlite"
    filled(path)
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE kept SET findings = ?", (text,))
    database.close()

    assert kept(path) is None


def test_a_locked_file_is_done_without_and_left_alone(here: Path) -> None:
    path = here / "c.sqlite"
    filled(path)
    owner = sqlite3.connect(path)
    owner.execute("BEGIN EXCLUSIVE")
    try:
        assert kept(path) is None
        filled(path, b"v2")
    finally:
        owner.close()
    assert kept(path) == FOUND


def test_a_link_is_not_followed(here: Path) -> None:
    (here / "precious").write_text("not a cache")
    (here / "c.sqlite").symlink_to(here / "precious")

    filled(here / "c.sqlite")

    assert (here / "precious").read_text() == "not a cache"


def test_a_place_that_cannot_be_written_is_done_without(here: Path) -> None:
    (here / "file").write_text("")

    filled(here / "file" / "c.sqlite")

    assert kept(here / "file" / "c.sqlite") is None


def test_what_was_not_used_for_a_month_is_dropped(here: Path) -> None:
    path = here / "c.sqlite"
    filled(path)
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE kept SET day = day - 31")
    database.close()

    cache = Cache(path, b"v1")
    cache.get([b"k"])
    cache.close({})

    assert kept(path) == FOUND
    assert kept(path, b"none") is None


def test_several_at_once_share_a_file(here: Path) -> None:
    path = here / "c.sqlite"

    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(lambda number: filled(path, b"v%d" % number), range(12)))

    assert sum(kept(path, version=b"v%d" % number) == FOUND for number in range(12)) > 0


def test_the_file_is_the_users_alone(here: Path) -> None:
    filled(here / "c.sqlite")

    assert (here / "c.sqlite").stat().st_mode & 0o777 == 0o600
