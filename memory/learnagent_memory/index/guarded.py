"""An embedder that may be a server far away: its failures become a note, and it is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from learnagent_memory.errors import LearnAgentError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learnagent_memory.embedding.embedder import Embedder

T = TypeVar("T")

PAUSE_S = 60
"""Seconds after a failure in which nothing is asked: each question may cost a timeout."""


class GuardedEmbedder:
    """Answers None where the embedder fails; `note` says why."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._resume_at = 0.0
        self.note = ""
        """What the user should know; empty while all is well."""

    @property
    def key(self) -> str | None:
        """What tells its vectors from others', or None."""
        return self._asked(lambda: f"{self._embedder.name}/{self._embedder.dimension}")

    @property
    def dimension(self) -> int:
        """Length of a vector; known once `key` was."""
        return self._embedder.dimension

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """Return one vector a text, or None."""
        return self._asked(lambda: self._embedder.embed(texts))

    def _asked(self, question: Callable[[], T]) -> T | None:
        if time.monotonic() < self._resume_at:
            return None
        try:
            answer = question()
        except LearnAgentError as error:
            self.note = f"search by meaning is off: {error}"
            self._resume_at = time.monotonic() + PAUSE_S
            return None
        self.note = ""
        return answer
