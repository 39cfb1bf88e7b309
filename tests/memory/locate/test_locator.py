from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from learnagent_memory.history.commit import Commit
from learnagent_memory.locate.locator import Locator
from memory.locate.history_maker import commit

FILES = {
    "src/multipart.py": b"class MultipartParser:\n    def parse_header(self, boundary):\n        return boundary\n",
    "src/session.py": b"def open_session(user):\n    return user\n",
    "src/cache.py": b"def evict(key):\n    return key\n",
    "tests/test_multipart.py": b"def test_boundary():\n    multipart boundary boundary\n",
    "docs/usage.rst": b"Multipart boundary\n==================\n",
}


def located(folder: Path, files: Mapping[str, bytes] = FILES, commits: tuple[Commit, ...] = ()) -> Locator:
    locator = Locator(folder)
    refresh(locator, files, commits)
    return locator


def refresh(locator: Locator, files: Mapping[str, bytes], commits: tuple[Commit, ...] = ()) -> list[str]:
    """Refresh, and return the paths whose content was asked for."""
    asked: list[str] = []

    def read(wanted: Mapping[str, str]) -> dict[str, bytes]:
        asked.extend(wanted)
        return {path: files[path] for path in wanted}

    locator.refresh({path: hashlib.sha256(content).hexdigest() for path, content in files.items()}, read, commits)
    return asked


def test_the_file_with_the_words_of_the_task_comes_first_and_says_why(tmp_path: Path) -> None:
    places = located(tmp_path).rank("Wrong boundary in multipart header")

    assert places[0].path == "src/multipart.py"
    assert "`boundary`" in places[0].why[0]


def test_tests_and_documents_are_places_only_where_all_files_are_asked_for(tmp_path: Path) -> None:
    locator = located(tmp_path)

    source = {place.path for place in locator.rank("multipart boundary")}
    every = {place.path for place in locator.rank("multipart boundary", scope="any")}

    assert source == {"src/multipart.py", "src/session.py", "src/cache.py"}
    assert every == set(FILES)


def test_a_test_that_the_task_names_is_a_place(tmp_path: Path) -> None:
    places = located(tmp_path).rank("tests/test_multipart.py is flaky")

    assert "tests/test_multipart.py" in {place.path for place in places}


def test_a_past_commit_leads_to_a_file_that_does_not_say_the_word(tmp_path: Path) -> None:
    commits = tuple(commit(f"{n:040x}", f"Fix checkout cart number {n}", "src/cache.py") for n in range(30))
    others = tuple(commit(f"{n:040x}", f"Rework login form {n}", "src/session.py") for n in range(30, 60))

    places = located(tmp_path, commits=commits + others).rank("Checkout cart loses items")

    assert places[0].path == "src/cache.py"
    assert any("past commits like this" in reason for reason in places[0].why)


def test_a_renamed_file_keeps_its_history(tmp_path: Path) -> None:
    rename = commit("f" * 40, "Move the cache", renamed=("old/cache.py", "src/cache.py"))
    older = tuple(commit(f"{n:040x}", f"Fix checkout cart number {n}", "old/cache.py") for n in range(30))

    places = located(tmp_path, commits=(rename, *older)).rank("Checkout cart loses items")

    assert places[0].path == "src/cache.py"


def test_a_lesson_points_to_its_files(tmp_path: Path) -> None:
    places = located(tmp_path).rank("Items get lost", lessons=[(("src/cache.py", "gone.py"), 0.9)])

    assert places[0].path == "src/cache.py"
    assert "a lesson points to it" in places[0].why


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    locator = located(tmp_path)

    asked = refresh(locator, {**FILES, "src/cache.py": b"def evict_all():\n    return None\n"})

    assert asked == ["src/cache.py"]


def test_another_process_finds_what_was_read(tmp_path: Path) -> None:
    located(tmp_path)

    asked = refresh(Locator(tmp_path), FILES)

    assert asked == []


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    located(tmp_path)
    for file in tmp_path.glob("locate-*"):
        file.write_bytes(b"no database" * 1000)

    places = located(tmp_path).rank("multipart boundary")

    assert places[0].path == "src/multipart.py"


def test_two_locators_on_one_folder_do_not_disturb_each_other(tmp_path: Path) -> None:
    found: list[str] = []

    def work(number: int) -> None:
        files = {**FILES, f"src/extra{number}.py": b"def extra():\n    return 1\n"}
        found.append(located(tmp_path, files).rank("multipart boundary")[0].path)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["src/multipart.py"] * 6


def test_the_cache_holds_no_text(tmp_path: Path) -> None:
    secret = b"def connect():\n    return 'hunter2swordfish'\n"

    located(tmp_path, {"src/a.py": secret})

    kept = b"".join(file.read_bytes() for file in tmp_path.glob("locate-*"))
    assert b"swordfish" not in kept


def test_what_is_redacted_is_not_even_a_term(tmp_path: Path) -> None:
    files = {"src/a.py": b"key = hunter2swordfish\n", "src/b.py": b"other = 1\n"}
    locator = Locator(tmp_path, redact=lambda text: text.replace("hunter2swordfish", ""))
    refresh(locator, files)

    places = locator.rank("hunter2swordfish")

    assert not any("hunter2swordfish" in reason for place in places for reason in place.why)


@pytest.mark.parametrize(
    "content", [b"\0\1\2" * 1000, b"x=1;" * 100_000, b"", b"\xff\xfe" * 50, b"# @generated\n" + b"a = 1\n" * 10_000]
)
def test_odd_content_is_ranked_without_harm(tmp_path: Path, content: bytes) -> None:
    places = located(tmp_path, {**FILES, "src/odd.py": content}).rank("multipart boundary")

    assert places[0].path == "src/multipart.py"


@pytest.mark.parametrize("task", ["", "   ", "\n\n", "of the and", "é" * 5000, "\0", "('\"*:)"])
def test_any_text_is_a_task(tmp_path: Path, task: str) -> None:
    places = located(tmp_path).rank(task)

    assert len(places) == 3


def test_an_empty_tree_has_no_places(tmp_path: Path) -> None:
    assert located(tmp_path, {}).rank("anything at all") == []


def test_weights_of_ones_own_that_are_damaged_are_not_used(tmp_path: Path) -> None:
    (tmp_path / "ranker.json").write_text('{"version": 1, "sets": ')

    assert located(tmp_path).rank("multipart boundary")[0].path == "src/multipart.py"


def test_symbols_of_the_places_are_ranked(tmp_path: Path) -> None:
    locator = located(tmp_path)
    task = "parse_header loses the boundary"

    symbols = locator.symbols(task, locator.rank(task), FILES.get)

    best = symbols[0]
    assert (best.path, best.symbol, best.line) == ("src/multipart.py", "MultipartParser.parse_header", 2)


def test_a_damaged_row_in_the_cache_is_read_again(tmp_path: Path) -> None:
    located(tmp_path)
    with sqlite3.connect(next(tmp_path.glob("locate-*.sqlite"))) as db:
        db.execute("UPDATE rows SET row = x'01'")
    db.close()

    assert located(tmp_path).rank("multipart boundary")[0].path == "src/multipart.py"


class Synonyms:
    """An Embedder that knows which words mean the same."""

    name = "synonyms"
    dimension = 2

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        near = [any(word in text.lower() for word in ("evict", "cache", "memory")) for text in texts]
        return np.array([(1, 0) if one else (0, 1) for one in near], dtype=np.float32)


def test_an_encoder_finds_what_no_word_tells(tmp_path: Path) -> None:
    locator = Locator(tmp_path, embedder=Synonyms())
    refresh(locator, FILES)

    assert locator.rank("Too much memory is taken")[0].path == "src/cache.py"


def test_texts_that_there_was_no_time_for_are_left_for_the_next_refresh(tmp_path: Path) -> None:
    locator = Locator(tmp_path, embedder=Synonyms())
    files = {path: path for path in FILES}

    first = locator.refresh(files, lambda wanted: {path: FILES[path] for path in wanted}, embed_s=-1)
    second = locator.refresh(files, lambda wanted: {path: FILES[path] for path in wanted})

    assert (first.unread, second.unread) == (3, 0)
