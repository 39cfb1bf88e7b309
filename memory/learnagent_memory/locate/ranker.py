"""A linear ranker whose weights are numbers a person can read, fitted by Newton's method. It knows no feature.

Conditional logistic regression (McFadden 1974): within one task the files compete, and the weights
maximise the probability of the files that were changed. So what is the same for all files of a task
(how good its words are, how long the history is) cannot disturb them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

PENALTY = 1.0
"""L2, on features that lie in [0, 1]."""
_STEPS = 30
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Choice:
    """One past task: its files' features, and which of them were changed."""

    features: Matrix
    """(files, features)."""
    chosen: NDArray[np.bool_]
    """(files,); at least one is true."""


def score(features: Matrix, weights: Mapping[str, float], names: Sequence[str]) -> NDArray[np.float64]:
    """Return the score of each row; a feature without a weight counts nothing."""
    import numpy as np

    scores: NDArray[np.float64] = features @ np.array([weights.get(name, 0.0) for name in names])
    return scores


def shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each of competing files, from their scores."""
    import numpy as np

    grown = np.exp(scores - scores.max())
    whole: NDArray[np.float64] = grown / grown.sum()
    return whole


def fit(
    choices: Sequence[Choice],
    names: Sequence[str],
    *,
    toward: Mapping[str, float] | None = None,
    penalty: float = PENALTY,
) -> dict[str, float]:
    """Return the weights that explain the choices, drawn towards `toward` (zero without it)."""
    import numpy as np

    start = np.array([(toward or {}).get(name, 0.0) for name in names])
    weights = start.copy()
    value = _objective(choices, weights, start, penalty)
    for _ in range(_STEPS):
        gradient, curvature = _derivatives(choices, weights)
        gradient -= penalty * (weights - start)
        step = np.linalg.solve(curvature + penalty * np.eye(len(names)), gradient)
        size = 1.0
        while (better := _objective(choices, weights + size * step, start, penalty)) < value and size > _CLOSE:
            size /= 2
        if better - value < _CLOSE * len(choices):
            break
        weights, value = weights + size * step, better
    return {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}


def _objective(
    choices: Sequence[Choice], weights: NDArray[np.float64], start: NDArray[np.float64], penalty: float
) -> float:
    import numpy as np

    total = -penalty / 2 * float(((weights - start) ** 2).sum())
    for choice in choices:
        scores = choice.features @ weights
        top = scores.max()
        total += float(scores[choice.chosen].mean() - top - np.log(np.exp(scores - top).sum()))
    return total


def _derivatives(choices: Sequence[Choice], weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], Matrix]:
    """Return gradient and negated Hessian of the log likelihood."""
    import numpy as np

    gradient = np.zeros(len(weights))
    curvature = np.zeros((len(weights), len(weights)))
    for choice in choices:
        scores = choice.features @ weights
        share = np.exp(scores - scores.max())
        share /= share.sum()
        mean = share @ choice.features
        gradient += choice.features[choice.chosen].mean(axis=0) - mean
        curvature += (choice.features * share[:, None]).T @ choice.features - np.outer(mean, mean)
    return gradient, curvature
