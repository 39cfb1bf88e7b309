"""What every implementation of Embedder must do: subclass it and override `embedder`."""

from __future__ import annotations

import numpy as np
import pytest

from learnagent_memory.embedding.embedder import Embedder

TEXTS = ("Fix the parser", "", "日本語 and ünïcode", "word " * 1000, "Fix the parser", "a\x00b\n\n")


class EmbedderContract:
    @pytest.fixture
    def embedder(self) -> Embedder:
        raise NotImplementedError

    def test_it_has_a_name_and_a_dimension(self, embedder: Embedder) -> None:
        assert embedder.name
        assert embedder.dimension > 0

    def test_every_text_gets_a_vector_of_length_one(self, embedder: Embedder) -> None:
        vectors = embedder.embed(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_no_text_gets_no_vector(self, embedder: Embedder) -> None:
        assert embedder.embed([]).shape == (0, embedder.dimension)

    def test_equal_texts_get_equal_vectors_and_others_do_not(self, embedder: Embedder) -> None:
        vectors = embedder.embed(TEXTS)
        assert np.allclose(vectors[0], vectors[4], atol=1e-5)
        assert not np.allclose(vectors[0], vectors[3], atol=1e-3)

    def test_a_vector_does_not_depend_on_what_is_embedded_beside_it(self, embedder: Embedder) -> None:
        together = embedder.embed(TEXTS)
        alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
        assert np.allclose(together, alone, atol=1e-5)
