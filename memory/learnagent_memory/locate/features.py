"""The features of a file for a task, each a number near [0, 1] with a name, out of what the rankers said.

A ranker gives three: its score scaled by the best, by how many deviations it stands out, and one over its rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

RANKERS = ("code", "commits", "profile", "neighbours", "about")
"""Those with three features."""
SINGLE = (
    "covered",  # share of the task's words in the text or path
    "defined",  # in the names of definitions
    "path",  # in the path
    "named",  # the task names this path
    "named_file",  # or a file of this name
    "surest_commit",
    "surest_neighbour",
    "lessons",
    "surest_lesson",
    "together",  # changes with the files in play
    "same_folder",  # as a file in play
    "often",
    "churn",
    "lately",
    "size",
    "is_test",
    "is_source",
    "is_entry",  # __init__.py, index.js, mod.rs: much named, little changed
)
NAMES = (*(f"{ranker}_{form}" for ranker in RANKERS for form in ("scaled", "stands_out", "rank")), *SINGLE)


def matrix(scores: Mapping[str, Array], single: Mapping[str, Array], files: int) -> Array:
    """Return (files, NAMES); what is not given is zero."""
    import numpy as np

    columns: list[Array] = []
    for ranker in RANKERS:
        columns += _three(scores[ranker]) if ranker in scores else [np.zeros(files)] * 3
    columns += [single.get(name, np.zeros(files)) for name in SINGLE]
    return np.stack(columns, axis=1)


def _three(scores: Array) -> list[Array]:
    import numpy as np

    top = max(float(scores.max(initial=0)), 1e-9)
    deviation = max(float(scores.std()), 1e-9) if len(scores) else 1.0
    stands_out = ((scores - scores.mean()) / deviation).clip(-2, 8) / 5 if len(scores) else scores
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return [scores / top, stands_out, np.where(scores > 0, 1 / (1 + ranks), 0.0)]
