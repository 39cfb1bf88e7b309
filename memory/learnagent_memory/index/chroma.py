"""Nearest neighbours by an embedded Chroma: the one importer of chromadb. Its server is never used.

Two clients on one path lose vectors without a word (4 of 4 trials), and one that stays open never sees another's.
So a process holds a lock from opening to closing, and who cannot have it searches exactly instead. Our vectors are
always passed: a stored configuration that names an embedding function would be built by the client, code of
whoever wrote it included. What it holds is a copy of the vectors in the database and can be deleted.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from learnagent_memory.index.vectors import VectorsUnavailableError

if TYPE_CHECKING:
    import numpy as np
    from chromadb import Collection
    from chromadb.api.client import Client
    from chromadb.api.types import Embeddings
    from filelock import BaseFileLock
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

_COLLECTION = "lessons"
_BATCH = 2000
"""Vectors a call; Chroma takes 5,461."""
_HARMLESS = frozenset({"legacy", "unknown"})
"""Types of embedding functions in a stored configuration that name none."""
_log = logging.getLogger(__name__)


class ChromaVectors:
    """A VectorIndex in a folder of its own.

    Everything raises VectorsUnavailableError where another process has the folder, or it is damaged.
    """

    def __init__(self, folder: Path, *, wait_s: float = 0) -> None:
        self._folder = folder
        self._lock = _locked(folder, wait_s)
        self._client: Client | None = None
        self._is_damaged = False
        try:
            self._collection = self._opened()
        except BaseException:
            self.close()
            raise

    def _opened(self) -> Collection:
        """Open the collection; what cannot be opened is deleted and made anew."""
        try:
            with _faults(self._folder):
                _refuse_embedding_functions(self._folder)
                return self._connect()
        except VectorsUnavailableError as error:
            _log.info("made anew: %s", error)
            self._disconnect()
            shutil.rmtree(self._folder, ignore_errors=True)
        with _faults(self._folder):
            return self._connect()

    def _connect(self) -> Collection:
        self._client = _client(self._folder)
        return self._client.get_or_create_collection(
            _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "ip"}}
        )

    def put(self, numbers: Sequence[int], vectors: Vector) -> None:
        """Store vectors (n, dimension) under n distinct numbers, in place of what these had."""
        for start in range(0, len(numbers), _BATCH):
            part = slice(start, start + _BATCH)
            with self._using():
                self._collection.upsert(
                    ids=[str(number) for number in numbers[part]], embeddings=cast("Embeddings", vectors[part])
                )

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget vectors; unknown numbers are fine."""
        for batch in _batches(numbers):
            with self._using():
                self._collection.delete(ids=[str(number) for number in batch])

    def numbers(self) -> frozenset[int]:
        """Return the numbers of all vectors."""
        with self._using():
            return frozenset(int(number) for number in self._collection.get(include=[])["ids"])

    def nearest(self, vector: Vector, limit: int) -> list[int]:
        """Return the numbers of the nearest vectors, the nearest first; as good as all of the true ones (.999)."""
        with self._using():
            if not self._collection.count():
                return []
            found = self._collection.query(query_embeddings=cast("Embeddings", [vector]), n_results=limit, include=[])
            return [int(number) for number in found["ids"][0]]

    def close(self) -> None:
        """Let go of the folder, so that another process can have it; a damaged one is deleted."""
        self._disconnect()
        if self._is_damaged:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Note a fault, after which the folder is deleted on closing: what is in it lies in the database too."""
        try:
            with _faults(self._folder):
                yield
        except VectorsUnavailableError:
            self._is_damaged = True
            raise

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client.clear_system_cache()
            self._client = None


def delete_others(folder: Path) -> None:
    """Delete the vectors beside a folder, those of earlier databases and embedders, unless a process has them."""
    for other in folder.parent.glob("*/"):
        if other != folder:
            with suppress(VectorsUnavailableError):
                lock = _locked(other, 0)
                try:
                    shutil.rmtree(other)
                except OSError as error:  # the next opening tries again
                    _log.info("%s is not deleted: %s", other, error)
                lock.release()


def _locked(folder: Path, wait_s: float) -> BaseFileLock:
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_suffix(".lock"), mode=0o600)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire(timeout=wait_s)
    except Timeout as error:
        raise VectorsUnavailableError("another process has the vectors") from error
    except OSError as error:
        raise VectorsUnavailableError(f"{folder} cannot be used ({error.strerror})") from error
    return lock


def _client(folder: Path) -> Client:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # onnxruntime, its dependency, writes a device id on import
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(mode=0o700, exist_ok=True)
    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    return cast("Client", client)  # the declared type has no close()


def _refuse_embedding_functions(folder: Path) -> None:
    """Look into the stored configurations before Chroma does. Raises VectorsUnavailableError."""
    path = folder / "chroma.sqlite3"
    if not path.exists():
        return
    # not read-only: after a kill the journal has to be rolled back first
    with closing(sqlite3.connect(path, timeout=1)) as connection:
        rows = connection.execute("SELECT config_json_str, schema_str FROM collections").fetchall()
    documents = [json.loads(text) for row in rows for text in row if text]
    if any(function.get("type") not in _HARMLESS for function in _embedding_functions(documents)):
        raise VectorsUnavailableError("the stored configuration names an embedding function")


def _embedding_functions(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        for item in value:
            yield from _embedding_functions(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "embedding_function" and item is not None:
                yield item if isinstance(item, dict) else {"type": item}
            else:
                yield from _embedding_functions(item)


@contextmanager
def _faults(folder: Path) -> Iterator[None]:
    """Turn what Chroma raises over a damaged or full folder into one error."""
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, sqlite3.Error, OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise VectorsUnavailableError(f"the vectors in {folder} cannot be used ({error})") from error


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    left = iter(numbers)
    while batch := list(islice(left, _BATCH)):
        yield batch
