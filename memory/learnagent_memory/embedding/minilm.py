"""all-MiniLM-L6-v2 on NumPy: the forward pass of a small BERT, mean pooling, unit length.

Equal to torch to six digits, at the same speed on a CPU, without its 3 s import and 1.2 GB. Inference only.
The model: Wang et al. 2020, MiniLM (arXiv:2002.10957), as trained for sentences by sentence-transformers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from learnagent_memory.embedding.blas import one_thread
from learnagent_memory.embedding.safetensors import read_tensors
from learnagent_memory.embedding.weights import MINILM
from learnagent_memory.errors import StorageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

    Array = NDArray[np.float32]

MAX_TOKENS = 256
"""What the model was trained for; the rest of a text is cut."""
BATCH_TOKENS = 1024
"""Tokens in one pass, padding included: of 256 to 4,096 the fastest."""
_HEAD = 32
"""Width of one attention head."""
_EPSILON = 1e-12


class MiniLM:
    """An Embedder from a folder with `model.safetensors` and `tokenizer.json`.

    Raises StorageError for damaged files.
    """

    def __init__(self, folder: Path, *, name: str = MINILM.name) -> None:
        self.name = name
        self._tokenizer = _read_tokenizer(folder / "tokenizer.json")
        self._bert = Bert(read_tensors(folder / "model.safetensors"))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._bert.width

    def embed(self, texts: Sequence[str]) -> Array:
        """Return one vector a text, in their order: shape (n, dimension), each of length 1."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # one by one: a batch starts threads, of which tokenizers warns on stderr at the next fork
        encodings = [self._tokenizer.encode(text) for text in texts]
        with one_thread():
            for batch in _batches(encodings):
                vectors[batch] = self._bert.vectors(*_padded([encodings[index] for index in batch]))
        return vectors


def _read_tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StorageError(f"{path} cannot be used ({error})", hint="delete it and run learnagent init") from error
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def _batches(encodings: Sequence[Encoding]) -> Iterator[list[int]]:
    """Yield indexes of texts of like length, the longest first: little padding, and memory that only falls."""
    batch: list[int] = []
    longest = 0
    for index in sorted(range(len(encodings)), key=lambda index: -len(encodings[index].ids)):
        if batch and longest * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        longest = longest if batch else len(encodings[index].ids)
        batch.append(index)
    if batch:
        yield batch


def _padded(encodings: Sequence[Encoding]) -> tuple[NDArray[np.int64], Array]:
    """Return the ids of tokens and which of them are no padding, both (texts, tokens)."""
    import numpy as np

    longest = max(len(one.ids) for one in encodings)
    ids = np.zeros((len(encodings), longest), dtype=np.int64)
    mask = np.zeros((len(encodings), longest), dtype=np.float32)
    for row, one in enumerate(encodings):
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = 1
    return ids, mask


class Bert:
    """The encoder, as many layers and as wide as the tensors say."""

    def __init__(self, tensors: dict[str, Array]) -> None:
        self._tensors = tensors
        try:
            self._words = tensors["embeddings.word_embeddings.weight"]
            self._places = tensors["embeddings.position_embeddings.weight"]
            self._kind = tensors["embeddings.token_type_embeddings.weight"][0]
        except KeyError as error:
            raise StorageError(f"the model has no {error}", hint="delete it and run learnagent init") from error
        self._layers = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith("encoder.layer."))

    @property
    def width(self) -> int:
        """Length of a vector."""
        return int(self._words.shape[1])

    def vectors(self, ids: NDArray[np.int64], mask: Array) -> Array:
        """Return the mean of the last layer over the tokens of each text, at length 1; ids and mask are (n, tokens)."""
        import numpy as np

        hidden = self._words[ids] + self._places[: ids.shape[1]] + self._kind
        hidden = self._normal(hidden, "embeddings.LayerNorm")
        hide_padding = (1 - mask)[:, None, None, :] * np.float32(-1e9)
        for number in range(self._layers):
            hidden = self._layer(hidden, f"encoder.layer.{number}.", hide_padding)
        summed = np.einsum("nth,nt->nh", hidden, mask)
        lengths = np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), np.float32(_EPSILON))
        pooled: Array = summed / lengths
        return pooled

    def _layer(self, hidden: Array, layer: str, hide_padding: Array) -> Array:
        attended = self._linear(self._attention(hidden, layer, hide_padding), f"{layer}attention.output.dense")
        hidden = self._normal(attended + hidden, f"{layer}attention.output.LayerNorm")
        wide = _gelu(self._linear(hidden, f"{layer}intermediate.dense"))
        return self._normal(self._linear(wide, f"{layer}output.dense") + hidden, f"{layer}output.LayerNorm")

    def _attention(self, hidden: Array, layer: str, hide_padding: Array) -> Array:
        import numpy as np

        texts, tokens, width = hidden.shape
        query, key, value = (
            self._linear(hidden, f"{layer}attention.self.{part}")
            .reshape(texts, tokens, width // _HEAD, _HEAD)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores: Array = query @ key.transpose(0, 1, 3, 2) * np.float32(1 / math.sqrt(_HEAD))
        scores += hide_padding
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: Array = (scores @ value).transpose(0, 2, 1, 3).reshape(texts, tokens, width)
        return mixed

    def _linear(self, hidden: Array, name: str) -> Array:
        weight, bias = self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]
        flat = hidden.reshape(-1, hidden.shape[-1]) @ weight.T
        flat += bias
        return flat.reshape(*hidden.shape[:-1], -1)

    def _normal(self, hidden: Array, name: str) -> Array:
        import numpy as np

        hidden = hidden - hidden.mean(axis=-1, keepdims=True)
        hidden /= np.sqrt(np.square(hidden).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        return hidden * self._tensors[f"{name}.weight"] + self._tensors[f"{name}.bias"]


def _gelu(x: Array) -> Array:
    """Return x * P(X <= x) of a normal X, the error function by formula 7.1.26 of Abramowitz and Stegun (1.5e-7)."""
    import numpy as np

    scaled = np.abs(x) * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * scaled)
    poly = np.float32(1.061405429) * t
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        poly += np.float32(coefficient)
        poly *= t
    error = 1 - poly * np.exp(-np.square(scaled))
    result: Array = x * np.float32(0.5) * (1 + np.copysign(error, x))
    return result
