"""What each ranker says about every file of a tree for one query, before anything is weighed.

Arrays over the files; larger is better, zero is silence. Code text, definitions and paths; past messages that
vote for what they changed, and all messages of a file as one text; with an encoder, past commits and files
that are alike; lessons; what changes together with the files in play; how often and how lately a file changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent_memory.locate.corpus import Corpus, bm25, rarity
from learnagent_memory.locate.past import Past

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

VOTERS = 60
"""Past commits that vote by their words."""
NEIGHBOURS = 40
"""Past commits that vote by their vectors."""
PATH_TIMES = 3.0
"""How often a word of the path counts against one of the text."""
DEFINED_TIMES = 2.0
CHURN_COMMITS = 200.0
"""After as many commits a change counts 1/e of a new one."""


@dataclass(frozen=True, slots=True)
class Code:
    """How the text of the files answers."""

    score: Array
    added: Array
    """What each term of the query added to the score: (files, terms)."""
    covered: Array
    """Share of the query's weight that the file has, in its text or path."""
    defined: Array
    """The same, in the names that it defines."""
    path: Array
    """The same, in its path."""


@dataclass(frozen=True, slots=True)
class Votes:
    """How past commits answer."""

    score: Array
    surest: Array
    """Likeness of the most alike commit that changed the file, 0 to 1."""
    voters: dict[int, float]
    """Index of each commit that voted, with its likeness."""


def ask_code(corpus: Corpus, path_counts: Array, numbers: NDArray[np.uint32], weights: Array) -> Code:
    """Ask text, definitions and paths; `path_counts` is (files, terms)."""
    counts = corpus.counts(numbers)
    joined = counts.text + DEFINED_TIMES * counts.defined + PATH_TIMES * path_counts
    idf = rarity(joined) * weights
    added = bm25(joined, corpus.lengths, idf)
    whole = max(float(idf[(joined > 0).any(axis=0)].sum()), 1e-9)
    return Code(
        score=added.sum(axis=1),
        added=added,
        covered=(joined > 0) @ idf / whole,
        defined=counts.defined @ idf / whole,
        path=(path_counts > 0) @ idf / whole,
    )


def ask_messages(past: Past, files: int, numbers: NDArray[np.uint32], weights: Array) -> tuple[Votes, Array]:
    """Ask past messages: the votes of the best ones, and BM25 over all messages of each file as one text."""
    import numpy as np

    if not len(past):
        return silence(files), np.zeros(files)
    counts = past.corpus.counts(numbers).text
    idf = rarity(counts) * weights
    scores = bm25(counts, past.corpus.lengths, idf).sum(axis=1)
    alike = (counts > 0) @ idf / max(float(idf.sum()), 1e-9)
    votes = _vote(past, files, scores / max(float(scores.max()), 1e-9), likeness=alike, voters=VOTERS)
    texts = np.zeros((files, len(numbers)))
    np.add.at(texts, past.file_of, counts[past.commit_of])
    lengths = np.bincount(past.file_of, weights=past.corpus.lengths[past.commit_of], minlength=files).astype(float)
    return votes, bm25(texts, lengths, rarity(texts) * weights).sum(axis=1)


def ask_neighbours(past: Past, files: int, vectors: NDArray[np.float32], query: NDArray[np.float32]) -> Votes:
    """Ask the past commits whose vectors (commits, dimension) are the nearest to the query's."""
    if not len(past):
        return silence(files)
    cosine = (vectors @ query).astype(float).clip(min=0)
    return _vote(past, files, cosine, likeness=cosine, voters=NEIGHBOURS)


def ask_lessons(lessons: Sequence[tuple[Sequence[int], float]], files: int) -> tuple[Array, Array]:
    """Return the summed and the surest vote of lessons, each given as (indexes of its files, score in [0, 1])."""
    import numpy as np

    summed, surest = np.zeros(files), np.zeros(files)
    for anchored, score in lessons:
        for file in set(anchored):
            summed[file] += score / np.sqrt(len(anchored))
            surest[file] = max(surest[file], score)
    return summed, surest


def ask_companions(past: Past, files: int, in_play: Sequence[int]) -> Array:
    """Return the share of the changes of the files in play that changed each file as well; themselves are silent."""
    import numpy as np

    together = np.zeros(files)
    for file in in_play:
        commits = past.commit_of[past.file_of == file]
        members = np.isin(past.commit_of, commits)
        np.add.at(together, past.file_of[members], 1.0 / (len(commits) + 1.0))
    together[list(in_play)] = 0
    return together


def habits(past: Past, files: int) -> tuple[Array, Array, Array]:
    """Return how often each file changed, how often lately, and how lately (1 for the newest commit, towards 0)."""
    import numpy as np

    age = (len(past) - 1 - past.commit_of).astype(float)
    often = np.bincount(past.file_of, minlength=files).astype(float)
    churn = np.bincount(past.file_of, weights=np.exp(-age / CHURN_COMMITS), minlength=files).astype(float)
    youngest = np.full(files, np.inf)
    np.minimum.at(youngest, past.file_of, age)
    return often, churn, 1 / (1 + np.log1p(youngest))


def _vote(past: Past, files: int, strength: Array, *, likeness: Array, voters: int) -> Votes:
    """Let the strongest commits vote for their files: squared, and shared among all that they changed."""
    import numpy as np

    chosen = np.argsort(-strength, kind="stable")[:voters]
    chosen = chosen[strength[chosen] > 0]
    mask = np.zeros(len(past), dtype=bool)
    mask[chosen] = True
    heard = mask[past.commit_of]
    commits, voted = past.commit_of[heard], past.file_of[heard]
    ballots = strength[commits] ** 2 / np.sqrt(past.spread[commits])
    surest = np.zeros(files)
    np.maximum.at(surest, voted, likeness[commits])
    return Votes(
        score=np.bincount(voted, weights=ballots, minlength=files).astype(float),
        surest=surest,
        voters={int(commit): float(likeness[commit]) for commit in chosen},
    )


def silence(files: int) -> Votes:
    """Return what is said where nobody is asked."""
    import numpy as np

    return Votes(np.zeros(files), np.zeros(files), {})
