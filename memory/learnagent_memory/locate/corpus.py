"""Documents as rows of numbered terms, and BM25 over any selection of them. It stores nothing and reads no text.

Not SQLite's FTS5: its statistics cover every row of the table, the blobs of other commits too, and its
score cannot be taken apart by term, which saying why needs. Numbers on NumPy do both.
BM25: Robertson and Zaragoza 2009, The Probabilistic Relevance Framework.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

K1 = 1.2
B = 0.75
MAX_COUNT = 255


@dataclass(frozen=True, slots=True)
class Row:
    """One document."""

    terms: NDArray[np.uint32]
    """Numbers of its terms, each once."""
    counts: NDArray[np.uint8]
    """How often each occurs, at most MAX_COUNT."""
    defined: NDArray[np.uint8]
    """1 where the term is in the name of a definition."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often the terms of a query occur in each document: (documents, terms)."""

    text: Array
    defined: NDArray[np.bool_]


class Corpus:
    """Many rows as one block, for scoring."""

    def __init__(self, rows: Sequence[Row]) -> None:
        import numpy as np

        sizes = np.fromiter((len(row.terms) for row in rows), dtype=np.int64, count=len(rows))
        self._document = np.repeat(np.arange(len(rows), dtype=np.int32), sizes)
        self._terms = np.concatenate([np.zeros(0, np.uint32), *(row.terms for row in rows)])
        self._low = (self._terms & 0xFFFF).astype(np.uint16)
        self._counts = np.concatenate([np.zeros(0, np.uint8), *(row.counts for row in rows)])
        self._defined = np.concatenate([np.zeros(0, np.uint8), *(row.defined for row in rows)])
        self.lengths: Array = np.bincount(self._document, weights=self._counts, minlength=len(rows)).astype(float)
        """Terms of each document, repetitions included."""

    def __len__(self) -> int:
        return len(self.lengths)

    def counts(self, numbers: NDArray[np.uint32]) -> Counts:
        """Return where the numbered terms, each named once, occur."""
        import numpy as np

        text = np.zeros((len(self), len(numbers)))
        defined = np.zeros((len(self), len(numbers)), dtype=bool)
        if len(numbers):
            # 2^16 flags sort out nearly all terms in one pass: 8 ms for four million.
            flags = np.zeros(1 << 16, dtype=bool)
            flags[numbers & 0xFFFF] = True
            found = np.flatnonzero(flags[self._low])
            order = np.argsort(numbers)
            place = np.searchsorted(numbers[order], self._terms[found]).clip(max=len(numbers) - 1)
            exact = numbers[order][place] == self._terms[found]
            found, term = found[exact], order[place[exact]]
            text[self._document[found], term] = self._counts[found]
            defined[self._document[found], term] = self._defined[found] > 0
        return Counts(text, defined)


def rarity(counts: Array) -> Array:
    """Return the inverse document frequency of each term, positive for all, from counts (documents, terms)."""
    import numpy as np

    frequency = (counts > 0).sum(axis=0)
    idf: Array = np.log1p((len(counts) - frequency + 0.5) / (frequency + 0.5))
    return idf


def bm25(counts: Array, lengths: Array, idf: Array) -> Array:
    """Return what each term adds to each document's score: (documents, terms)."""
    mean = lengths.mean() if len(lengths) else 1.0
    norm = K1 * (1 - B + B * lengths / max(mean, 1.0))
    added: Array = idf * counts * (K1 + 1) / (counts + norm[:, None])
    return added
