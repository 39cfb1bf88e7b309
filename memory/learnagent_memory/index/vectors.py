"""The seam of nearest-neighbour search, and the exact search that serves until a memory grows very large.

It holds vectors by number. What the numbers mean, and where the vectors are kept for good, is the index's to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from learnagent_memory.embedding.blas import one_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]


class VectorsUnavailableError(Exception):
    """These vectors cannot be searched now: another process has them, or they are damaged."""


class VectorIndex(Protocol):
    """Finds the stored vectors that are nearest to one; all of them have length 1."""

    def put(self, numbers: Sequence[int], vectors: Vector) -> None:
        """Store vectors (n, dimension) under n distinct numbers, in place of what these had."""
        ...

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget vectors; unknown numbers are fine."""
        ...

    def numbers(self) -> frozenset[int]:
        """Return the numbers of all vectors."""
        ...

    def nearest(self, vector: Vector, limit: int) -> list[int]:
        """Return the numbers of the nearest vectors, the nearest first."""
        ...

    def close(self) -> None:
        """Let go of files and memory."""
        ...


class ExactVectors:
    """All vectors in one matrix: exact, nothing to open, and the fastest up to the size where `chroma` takes over."""

    def __init__(self, dimension: int, *, capacity: int = 0) -> None:
        import numpy as np

        self._rows: dict[int, int] = {}
        self._numbers: list[int] = []
        self._matrix: Vector = np.empty((capacity, dimension), dtype=np.float32)

    def put(self, numbers: Sequence[int], vectors: Vector) -> None:
        """Store vectors (n, dimension) under n distinct numbers, in place of what these had."""
        rows = [self._rows.get(number) for number in numbers]
        start = len(self._numbers)
        new = [number for number, row in zip(numbers, rows, strict=True) if row is None]
        self._reserve(start + len(new))
        self._numbers += new
        self._rows |= {number: start + place for place, number in enumerate(new)}
        if len(new) == len(numbers):
            self._matrix[start : start + len(new)] = vectors
        else:
            self._matrix[[self._rows[number] for number in numbers]] = vectors

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget vectors; unknown numbers are fine."""
        for number in numbers:
            row = self._rows.pop(number, None)
            if row is None:
                continue
            last = self._numbers.pop()
            if last != number:
                self._numbers[row] = last
                self._rows[last] = row
                self._matrix[row] = self._matrix[len(self._numbers)]

    def numbers(self) -> frozenset[int]:
        """Return the numbers of all vectors."""
        return frozenset(self._rows)

    def nearest(self, vector: Vector, limit: int) -> list[int]:
        """Return the numbers of the nearest vectors, the nearest first."""
        import numpy as np

        with one_thread():
            scores = self._matrix[: len(self._numbers)] @ vector
        best = np.argpartition(-scores, limit)[:limit] if limit < len(scores) else np.arange(len(scores))
        return [self._numbers[row] for row in best[np.argsort(-scores[best], kind="stable")]]

    def close(self) -> None:
        """Let go of files and memory."""
        self._rows.clear()
        self._numbers.clear()
        self._matrix = self._matrix[:0].copy()

    def _reserve(self, rows: int) -> None:
        import numpy as np

        if rows > len(self._matrix):
            grown = np.empty((max(rows, len(self._matrix) * 5 // 4), self._matrix.shape[1]), dtype=np.float32)
            grown[: len(self._numbers)] = self._matrix[: len(self._numbers)]
            self._matrix = grown
