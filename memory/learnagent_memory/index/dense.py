"""Search by meaning: embeds what has no vector yet, and asks the vector index that fits the size.

Chroma is but a second copy of the vectors in the database, so whatever happens to it costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from learnagent_memory.index.stored import StoredVectors
from learnagent_memory.index.vectors import ExactVectors, VectorsUnavailableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learnagent_memory.index.cache import Cache
    from learnagent_memory.index.guarded import GuardedEmbedder
    from learnagent_memory.index.vectors import VectorIndex

    Vector = NDArray[np.float32]

CHROMA_FROM = 250_000
"""Vectors from which Chroma is asked. At 100,000 the exact search takes 0.8 s of processor time to load and 13 ms a
query, Chroma 0.6 s to import, 0.8 to open and 4 to 15 a query; both grow with the number, the import does not, so
here a session of ten queries is even (extrapolated)."""
_AT_ONCE = 32
"""Lessons embedded between two looks at the clock: a third of a second."""


class DenseSearch:
    """Nearest lessons by the vectors of one embedder."""

    def __init__(self, cache: Cache, embedder: GuardedEmbedder, key: str, *, chroma_from: int = CHROMA_FROM) -> None:
        self._embedder = embedder
        self._stored = StoredVectors(cache.connection, key, embedder.dimension)
        self._folder = None if cache.is_private else cache.path.parent
        self._chroma_from = chroma_from
        self._index: VectorIndex | None = None
        self._held: set[int] = set()

    def close(self) -> None:
        """Let go of files and memory."""
        if self._index is not None:
            self._index.close()
        self._index = None

    def missing(self) -> int:
        """Return how many lessons have no vector."""
        return len(self._stored.missing())

    def embed_missing(self, seconds: float) -> None:
        """Embed lessons without a vector until the time is up, and let the search know them."""
        deadline = time.monotonic() + seconds
        self._stored.claim()
        missing = self._stored.missing()
        for start in range(0, len(missing), _AT_ONCE):
            if time.monotonic() >= deadline or not self._embed(missing[start : start + _AT_ONCE]):
                break
        if self._index is not None or self._wants_chroma():
            self._bring_up_to_date(deadline)

    def vector_of(self, text: str) -> Vector | None:
        """Return the vector of a text; None when the embedder failed."""
        vectors = self._embedder.embed([text])
        return None if vectors is None else vectors[0]

    def nearest(self, vector: Vector, *, limit: int, least: int) -> list[int]:
        """Return the numbers of the nearest lessons whose `live` is at least that, the nearest first."""
        asked = limit
        while True:
            numbers = self._nearest(vector, asked)
            live = self._stored.live(numbers, least) if least else frozenset(numbers)
            if len(live) >= limit or len(numbers) < asked:
                return [number for number in numbers if number in live][:limit]
            asked *= 4

    def cosines(self, vector: Vector, numbers: Iterable[int]) -> dict[int, float]:
        """Return the exact cosines of those lessons that have a vector, by number."""
        pages = self._stored.pages(numbers)
        return {
            number: float(score)
            for found, vectors in pages
            for number, score in zip(found, vectors @ vector, strict=True)
        }

    def _embed(self, numbers: list[int]) -> bool:
        texts = self._stored.texts(numbers)
        vectors = self._embedder.embed(list(texts.values()))
        return vectors is not None and self._stored.add(dict(zip(texts, vectors, strict=True)))

    def _nearest(self, vector: Vector, limit: int) -> list[int]:
        if self._index is None:
            self._bring_up_to_date(time.monotonic())
        try:
            return [] if self._index is None else self._index.nearest(vector, limit)
        except VectorsUnavailableError:
            return self._exact().nearest(vector, limit)

    def _bring_up_to_date(self, deadline: float) -> None:
        """Give the search what the database holds; Chroma is not used until it holds all of it."""
        if self._index is None and self._wants_chroma():
            self._index = self._chroma()
        try:
            if self._index is None or not self._fill(self._index, deadline):
                self._exact()
        except VectorsUnavailableError:
            self._exact()

    def _wants_chroma(self) -> bool:
        return self._folder is not None and self._stored.count() >= self._chroma_from

    def _chroma(self) -> VectorIndex | None:
        from learnagent_memory.index.chroma import ChromaVectors, delete_others

        folder = self._chroma_folder()
        try:
            delete_others(folder)
            index = ChromaVectors(folder)
            self._held = set(index.numbers())
        except VectorsUnavailableError:
            return None
        return index

    def _chroma_folder(self) -> Path:
        """Return a folder of these numbers and this embedder only: elsewhere a number means another lesson."""
        key = hashlib.sha256(self._stored.key.encode()).hexdigest()[:16]
        return (self._folder or Path()) / "chroma" / key

    def _exact(self) -> VectorIndex:
        """Go over to the exact search, filled."""
        self.close()
        self._index = ExactVectors(self._embedder.dimension, capacity=self._stored.count())
        self._held = set()
        self._fill(self._index, math.inf)
        return self._index

    def _fill(self, index: VectorIndex, deadline: float) -> bool:
        """Return whether the index holds what the database holds, by then."""
        wanted = self._stored.numbers()
        index.drop(self._held - wanted)
        self._held &= wanted
        for numbers, vectors in self._stored.pages(wanted - self._held):
            if time.monotonic() > deadline:
                return False
            index.put(numbers, vectors)
            self._held.update(numbers)
        return True
