"""The seam between text and vectors, and the embedder of this machine.

It knows no provider: an embedder of a hosted model is made above this floor and passed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from learnagent_memory.embedding.weights import find_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their likeness."""

    @property
    def name(self) -> str:
        """What made the vectors, version included: vectors of different names are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text, in their order: shape (n, dimension), each of length 1."""
        ...


def open_embedder(environ: Mapping[str, str]) -> Embedder | None:
    """Return the embedder whose weights lie on this machine; None where there are none, which is no error.

    It never downloads: `weights.fetch_weights` does, when the user said yes.
    Raises StorageError when the weights cannot be read.
    """
    folder = find_weights(environ)
    if folder is None:
        return None
    from learnagent_memory.embedding.minilm import MiniLM

    return MiniLM(folder)
