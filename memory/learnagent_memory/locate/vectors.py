"""The vectors of files and messages: embedded once, kept in the cache, as many at a time as there is time for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from learnagent_memory.locate.cache import Cache

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learnagent_memory.embedding.embedder import Embedder

BATCH = 64
KEPT = 20_000
"""Vectors of other trees that stay in memory."""
READY_SHARE = 0.5
"""Of the texts that must have a vector before the weights for an encoder are used."""


class Vectors:
    """Rows of vectors beside the files and commits of a Locator; zeros where none is there yet."""

    def __init__(self, cache: Cache, embedder: Embedder) -> None:
        self._cache = cache
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float16]] = {}
        self.is_ready = False
        self.is_whole = False
        self.cards = self._matrix([])
        self.messages = self._matrix([])

    def take(self, cards: Sequence[str], messages: Sequence[str], seconds: float) -> int:
        """Embed what is new, files and the newest messages first; return how many texts are left for next time."""
        keys = {_key(text): text for text in (*cards, *reversed(messages)) if text}
        if len(self._known) > len(keys) + KEPT:
            self._known = {key: vector for key, vector in self._known.items() if key in keys}
        self._known |= self._cache.vectors(self._embedder.name, [key for key in keys if key not in self._known])
        self._embed([key for key in keys if key not in self._known], keys, time.monotonic() + seconds)
        self.cards, self.messages = self._matrix(cards), self._matrix(messages)
        missing = sum(key not in self._known for key in keys)
        self.is_whole = not missing
        self.is_ready = len(keys) - missing >= READY_SHARE * len(keys)
        return missing

    def of(self, text: str) -> NDArray[np.float32]:
        """Return the vector of one text; a text that was taken is not embedded again."""
        import numpy as np

        known = self._known.get(_key(text))
        return self._embedder.embed([text])[0] if known is None else known.astype(np.float32)

    def _embed(self, missing: Sequence[str], texts: dict[str, str], deadline: float) -> None:
        import numpy as np

        for start in range(0, len(missing), BATCH):
            if time.monotonic() > deadline:
                return
            keys = missing[start : start + BATCH]
            made = self._embedder.embed([texts[key] for key in keys]).astype(np.float16)
            new = dict(zip(keys, made, strict=True))
            self._cache.keep_vectors(self._embedder.name, new)
            self._known |= new

    def _matrix(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        matrix = np.zeros((len(texts), self._embedder.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vector = self._known.get(_key(text)) if text else None
            if vector is not None and len(vector) == self._embedder.dimension:
                matrix[row] = vector
        return matrix


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
