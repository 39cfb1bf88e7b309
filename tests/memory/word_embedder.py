"""An embedder for tests without weights: equal words, near vectors. Deterministic, and small."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class WordEmbedder:
    """Sums a pseudo-random vector a word."""

    def __init__(self, name: str = "words-1", dimension: int = 32) -> None:
        self.name = name
        self.dimension = dimension
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        vectors = np.array([self._sum(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def _sum(self, text: str) -> NDArray[np.float64]:
        words = re.findall(r"\w+", text.lower()) or [""]
        return np.asarray(np.sum([self._vector(word) for word in words], axis=0))

    def _vector(self, word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(f"{self.name} {word}".encode()).digest()[:8], "little")
        return np.random.default_rng(seed).normal(size=self.dimension)
