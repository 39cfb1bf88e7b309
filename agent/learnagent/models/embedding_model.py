"""A provider's embedding model as the memory's text encoder, reached through litellm. Keeps nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from learnagent.models.litellm_model import embed
from learnagent_memory.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 64
_HINT = "set embedder to a text encoder, or to off"


class EmbeddingModel:
    """An Embedder (see `learnagent_memory.embedding`) that asks a server."""

    def __init__(
        self, name: str, api_base: str | None = None, *, api_key: str | None = None, timeout_s: float = 30.0
    ) -> None:
        self._model = name
        self._api_base = api_base
        self._api_key = api_key
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        """The litellm name and, of a server of one's own, its address: other weights may have the same name."""
        return f"{self._model} at {self._api_base}" if self._api_base else self._model

    @cached_property
    def dimension(self) -> int:
        """Length of a vector; asks the server once. Raises ModelError."""
        return int(self.embed(["dimension"]).shape[1])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text: shape (n, dimension), each of length 1. Raises ModelError."""
        import numpy as np

        rows: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            batch = [text or " " for text in texts[start : start + BATCH]]
            rows += self._asked(batch)
        if len(rows) != len(texts) or len({len(row) for row in rows}) > 1 or not all(map(len, rows)):
            raise ModelError(f"{self._model} sent {len(rows)} vectors for {len(texts)} texts", hint=_HINT)
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), -1)
        if not np.isfinite(vectors).all():
            raise ModelError(f"{self._model} sent a vector that holds no numbers", hint=_HINT)
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        normalised: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
        return normalised

    def _asked(self, texts: list[str]) -> list[list[float]]:
        try:
            return embed(self._model, texts, api_base=self._api_base, api_key=self._api_key, timeout_s=self._timeout_s)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{self._model} sent no vectors ({type(error).__name__})", hint=_HINT) from error
