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
TIMEOUT_S = 30.0


class EmbeddingModel:
    """An Embedder (see `learnagent_memory.embedding`) that asks a server."""

    def __init__(self, name: str, api_base: str | None = None, *, api_key: str | None = None) -> None:
        self._model = name
        self._api_base = api_base
        self._api_key = api_key

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
            rows += embed(self._model, batch, api_base=self._api_base, api_key=self._api_key, timeout_s=TIMEOUT_S)
        if len(rows) != len(texts) or len({len(row) for row in rows}) > 1:
            raise ModelError(f"{self._model} sent {len(rows)} vectors for {len(texts)} texts", hint="is it an encoder?")
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), -1)
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        normalised: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
        return normalised
