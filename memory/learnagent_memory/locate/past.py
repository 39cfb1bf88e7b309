"""The history of a project as the rankers use it: which commit changed which of today's files.

Renames are followed to the names of today. It knows messages only as rows of terms; it reads no git.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent_memory.locate.corpus import Corpus, Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learnagent_memory.history.commit import Commit

MAX_COMMITS = 7_000
"""The newest are used: as RepoMem (arXiv:2510.01003) does, and older ones name files that are gone."""
MAX_FILES = 15
"""A commit that changes more says little about any of them."""


@dataclass(frozen=True, slots=True)
class Past:
    """Commits, the oldest first, and their changes to files of today as pairs (commit, file)."""

    commits: tuple[Commit, ...]
    corpus: Corpus
    """A row a commit: its message."""
    commit_of: NDArray[np.int32]
    """Of each change: index of the commit."""
    file_of: NDArray[np.int32]
    """Of each change: index of the file in the tree."""
    spread: NDArray[np.float64]
    """Of each commit: how many files it changed, those that are gone included."""

    today: Mapping[str, str]
    """The name of today of each path that was renamed."""

    def symbols_of(self, commit: int) -> Iterator[tuple[str, str]]:
        """Yield (path of today, simple name) of each definition that a commit changed."""
        for change in self.commits[commit].changes:
            path = self.today.get(change.path, change.path)
            yield from ((path, name) for name in change.symbols)

    def __len__(self) -> int:
        return len(self.commits)


def make_past(commits: Sequence[Commit], rows: Mapping[str, Row], index: Mapping[str, int]) -> Past:
    """Join commits, the newest first as git lists them, with the files of a tree."""
    import numpy as np

    teaching = [commit for commit in commits if not commit.is_noise and commit.oid in rows][:MAX_COMMITS]
    today: dict[str, str] = {}
    pairs = _changes_of_today(commits, {commit.oid: number for number, commit in enumerate(teaching)}, index, today)
    newest = len(teaching) - 1
    return Past(
        commits=tuple(reversed(teaching)),
        corpus=Corpus([rows[commit.oid] for commit in reversed(teaching)]),
        commit_of=np.array([newest - number for number, _ in pairs], dtype=np.int32),
        file_of=np.array([file for _, file in pairs], dtype=np.int32),
        spread=np.array([max(commit.files, 1) for commit in reversed(teaching)], dtype=np.float64),
        today=today,
    )


def _changes_of_today(
    commits: Sequence[Commit], numbers: Mapping[str, int], index: Mapping[str, int], today: dict[str, str]
) -> list[tuple[int, int]]:
    """Return (number of the commit, index of the file) of each change, walking from new to old names into `today`."""
    pairs: list[tuple[int, int]] = []
    for commit in commits:
        number = numbers.get(commit.oid)
        for change in commit.changes:
            name = today.get(change.path, change.path)
            if number is not None and commit.files <= MAX_FILES and (file := index.get(name)) is not None:
                pairs.append((number, file))
            if change.old_path != change.path:
                today.setdefault(change.old_path, name)
    return pairs
