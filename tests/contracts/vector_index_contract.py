"""What every implementation of VectorIndex must do: subclass it and override `index`."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from learnagent_memory.index.vectors import VectorIndex

DIMENSION = 16


def vectors(count: int, *, seed: int = 0) -> NDArray[np.float32]:
    found = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def numbered(count: int, *, seed: int = 0) -> dict[int, NDArray[np.float32]]:
    return dict(enumerate(vectors(count, seed=seed), start=1))


class VectorIndexContract:
    @pytest.fixture
    def index(self) -> VectorIndex:
        """Return an empty index of vectors of DIMENSION numbers."""
        raise NotImplementedError

    def test_an_empty_one_finds_nothing(self, index: VectorIndex) -> None:
        assert index.numbers() == frozenset()
        assert index.nearest(vectors(1)[0], 3) == []

    def test_a_vector_is_its_own_nearest(self, index: VectorIndex) -> None:
        stored = numbered(50)
        index.put(list(stored), np.stack(list(stored.values())))
        assert [index.nearest(vector, 1) for vector in stored.values()] == [[number] for number in stored]

    def test_the_nearest_come_first_and_as_many_as_asked(self, index: VectorIndex) -> None:
        stored = numbered(50)
        index.put(list(stored), np.stack(list(stored.values())))
        asked = vectors(1, seed=1)[0]
        by_cosine = sorted(stored, key=lambda number: -float(stored[number] @ asked))
        assert index.nearest(asked, 5) == by_cosine[:5]
        assert sorted(index.nearest(asked, 500)) == sorted(stored)

    def test_dropped_ones_are_found_no_more_and_unknown_ones_are_fine(self, index: VectorIndex) -> None:
        stored = numbered(20)
        index.put(list(stored), np.stack(list(stored.values())))
        index.drop([1, 7, 20, 999])
        assert index.numbers() == stored.keys() - {1, 7, 20}
        for number in index.numbers():
            assert index.nearest(stored[number], 1) == [number]
        assert not {1, 7, 20} & set(index.nearest(stored[7], 20))

    def test_putting_again_replaces(self, index: VectorIndex) -> None:
        before, changed = numbered(20), numbered(30, seed=2)
        index.put(list(before), np.stack(list(before.values())))
        index.put(list(changed), np.stack(list(changed.values())))
        assert index.numbers() == changed.keys()
        assert [index.nearest(vector, 1)[0] for vector in changed.values()] == list(changed)

    def test_nothing_put_or_dropped_changes_nothing(self, index: VectorIndex) -> None:
        index.put([], np.empty((0, DIMENSION), dtype=np.float32))
        index.drop([])
        assert index.numbers() == frozenset()
