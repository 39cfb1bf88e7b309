from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from contracts.vector_index_contract import DIMENSION, VectorIndexContract, numbered, vectors
from learnagent_memory.index.chroma import ChromaVectors, delete_others
from learnagent_memory.index.vectors import ExactVectors, VectorIndex, VectorsUnavailableError
from waiting import let_run


def fill(index: VectorIndex, count: int) -> None:
    index.put(list(numbered(count)), vectors(count))


class TestExactVectors(VectorIndexContract):
    @pytest.fixture
    def index(self) -> VectorIndex:
        return ExactVectors(DIMENSION)


class TestChromaVectors(VectorIndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[VectorIndex]:
        opened = ChromaVectors(tmp_path / "chroma" / "a")
        yield opened
        opened.close()


def test_what_was_put_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    stored = numbered(30)
    first = ChromaVectors(tmp_path / "a")
    fill(first, 30)
    first.close()
    second = ChromaVectors(tmp_path / "a")
    assert second.numbers() == stored.keys()
    assert second.nearest(stored[7], 1) == [7]
    second.close()


def test_only_one_at_a_time_has_a_folder_and_the_other_does_not_wait(tmp_path: Path) -> None:
    first = ChromaVectors(tmp_path / "a")
    with pytest.raises(VectorsUnavailableError, match="another process"):
        ChromaVectors(tmp_path / "a")
    first.close()
    ChromaVectors(tmp_path / "a").close()


@pytest.mark.parametrize("column", ["config_json_str", "schema_str"])
def test_a_stored_embedding_function_is_never_built_and_the_folder_is_made_anew(tmp_path: Path, column: str) -> None:
    first = ChromaVectors(tmp_path / "a")
    fill(first, 3)
    first.close()
    hostile = {
        "embedding_function": {
            "type": "known",
            "name": "sentence_transformer",
            "config": {"model_name": "attacker/model", "device": "cpu", "kwargs": {"trust_remote_code": True}},
        }
    }
    with closing(sqlite3.connect(tmp_path / "a" / "chroma.sqlite3")) as connection, connection:
        connection.execute(f"UPDATE collections SET {column} = ?", (json.dumps({"vector_index": [hostile]}),))
    second = ChromaVectors(tmp_path / "a")
    assert second.numbers() == frozenset()
    assert "attacker" not in (tmp_path / "a" / "chroma.sqlite3").read_bytes().decode("latin-1")
    second.close()


def test_a_damaged_folder_is_made_anew(tmp_path: Path) -> None:
    first = ChromaVectors(tmp_path / "a")
    fill(first, 3)
    first.close()
    (tmp_path / "a" / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    second = ChromaVectors(tmp_path / "a")
    assert second.numbers() == frozenset()
    fill(second, 3)
    second.close()


def test_folders_of_earlier_indexes_are_deleted_unless_in_use(tmp_path: Path) -> None:
    for name in ("old", "used", "mine"):
        ChromaVectors(tmp_path / name).close()
    used = ChromaVectors(tmp_path / "used")
    delete_others(tmp_path / "mine")
    assert sorted(path.name for path in tmp_path.glob("*/")) == ["mine", "used"]
    used.close()


WRITER = """
import sys
from pathlib import Path
import numpy as np
from contracts.vector_index_contract import vectors
from learnagent_memory.index.chroma import ChromaVectors
folder, start, stop = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
known = vectors(stop)
for first in range(start, stop, 10):
    index = ChromaVectors(folder, wait_s=120)
    index.put(list(range(first, first + 10)), known[first : first + 10])
    index.close()
    print(first, flush=True)
"""


def start_writer(folder: Path, start: int, stop: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(start), str(stop)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def acknowledged(writer: subprocess.Popen[str]) -> set[int]:
    out, _ = writer.communicate(timeout=150)
    return {number for line in out.split() for number in range(int(line), int(line) + 10)}


def test_two_writers_and_a_reader_lose_no_acknowledged_vector(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    writers = [start_writer(folder, 0, 60), start_writer(folder, 100, 160)]
    seen = 0
    while any(writer.poll() is None for writer in writers):
        try:
            reader = ChromaVectors(folder, wait_s=0.01)
        except VectorsUnavailableError:
            let_run(writers[0], 0.05)
            continue
        now = len(reader.numbers())
        reader.close()
        assert now >= seen
        seen = now
        let_run(writers[1], 0.1)
    put = acknowledged(writers[0]) | acknowledged(writers[1])
    assert put == {*range(60), *range(100, 160)}
    last = ChromaVectors(folder)
    assert last.numbers() == put
    known = vectors(160)
    assert [last.nearest(known[number], 1) for number in sorted(put)] == [[number] for number in sorted(put)]
    last.close()


def test_writers_killed_at_any_time_lose_no_acknowledged_vector(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    put: set[int] = set()
    for attempt in range(10):
        writer = start_writer(folder, attempt * 100, attempt * 100 + 100)
        assert writer.stdout is not None
        lines = [writer.stdout.readline()]
        let_run(writer, 0.013 * attempt)
        writer.send_signal(signal.SIGKILL)
        lines += writer.communicate(timeout=60)[0].splitlines()
        put |= {number for line in lines if line.strip() for number in range(int(line), int(line) + 10)}
    last = ChromaVectors(folder)
    known = vectors(1000)
    assert put <= last.numbers()
    assert [last.nearest(known[number], 1) for number in sorted(put)] == [[number] for number in sorted(put)]
    last.close()
