"""Fits the ranker to one project's own past commits, and keeps the result only where newer commits say it is better."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import learnagent_memory.locate.weights as kept
from learnagent_memory.git import Git
from learnagent_memory.locate import features, ranker, replay
from learnagent_memory.locate.locator import Locator
from learnagent_memory.locate.ranker import Choice
from learnagent_memory.tree import CommitTree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learnagent_memory.embedding.embedder import Embedder
    from learnagent_memory.history.commit import Commit

TASKS = 300
FEWEST_TASKS = 60
HELD_OUT = 1 / 3
"""The newest tasks, on which old and new weights are compared."""
TRUST_IN_OLD = 10.0
"""How strongly the fit is drawn towards the weights in use: they were fitted on many more tasks."""
_ROUNDS = 2_000


@dataclass(frozen=True, slots=True)
class Refit:
    """What a refit came to."""

    published: bool
    reason: str
    """Why, in one sentence."""
    fitted: int
    """Tasks fitted on."""
    held_out: int
    """Tasks compared on."""
    gain: float
    """Mean reciprocal rank of the first right file, new minus old, on the held-out tasks."""
    low: float
    """Lower bound of its 95% interval."""


def refit(
    folder: Path,
    root: Path,
    commits: Sequence[Commit],
    *,
    embedder: Embedder | None = None,
    scope: kept.Scope = "source",
    tasks: int = TASKS,
    seconds: float = 60.0,
) -> Refit:
    """Fit on the project's past commits, the newest first, and publish the weights if they are proved better.

    It replays at most `tasks` commits for at most `seconds`. Raises GitError, StorageError.
    """
    locator = Locator(folder, embedder=embedder)
    choices, names = _choices(locator, root, commits, scope=scope, tasks=tasks, seconds=seconds)
    if len(choices) < FEWEST_TASKS:
        return Refit(False, f"only {len(choices)} past commits can be tasks, {FEWEST_TASKS} are needed", 0, 0, 0.0, 0.0)
    old = locator.active_weights(scope)
    new, result = judge_refit(choices, old)
    if result.published:
        kept.publish(folder, dict.fromkeys(names, new), root.name)
    return result


def judge_refit(choices: Sequence[Choice], old: dict[str, float]) -> tuple[dict[str, float], Refit]:
    """Return weights fitted on the older choices, and whether the newer ones, which come last, prefer them."""
    cut = round(len(choices) * (1 - HELD_OUT))
    new = ranker.fit(choices[:cut], features.NAMES, toward=old, penalty=TRUST_IN_OLD)
    newer = choices[cut:]
    gains = reciprocal_ranks(newer, new) - reciprocal_ranks(newer, old)
    gain, low = float(gains.mean()), lower_bound(gains)
    better = low > 0
    said = "find the right file sooner" if better else "are not proved better"
    reason = f"the new weights {said}: {gain:+.3f} (at least {low:+.3f}) on {len(newer)} held-out commits"
    return new, Refit(better, reason, cut, len(newer), gain, low)


def reciprocal_ranks(choices: Sequence[Choice], weights: dict[str, float]) -> NDArray[np.float64]:
    """Return one over the rank of the first right file of each choice."""
    import numpy as np

    found = []
    for choice in choices:
        scores = ranker.score(choice.features, weights, features.NAMES)
        found.append(1 / (1 + (scores > scores[choice.chosen].max()).sum()))
    return np.array(found)


def lower_bound(gains: NDArray[np.float64]) -> float:
    """Return the lower bound of the 95% bootstrap interval of a mean."""
    import numpy as np

    draws = np.random.default_rng(0).integers(0, len(gains), size=(_ROUNDS, len(gains)))
    return float(np.quantile(gains[draws].mean(axis=1), 0.025))


def _choices(
    locator: Locator, root: Path, commits: Sequence[Commit], *, scope: kept.Scope, tasks: int, seconds: float
) -> tuple[list[Choice], set[str]]:
    """Return past commits as choices, the oldest first, and which set of weights each of them was for."""
    deadline = time.monotonic() + seconds
    chosen = replay.eligible(commits)[:tasks]
    found: list[Choice] = []
    names: set[str] = set()
    for case in replay.cases(root, commits, chosen):
        if time.monotonic() > deadline:
            break
        locator.refresh(case.files, CommitTree(Git(root), case.parent).read_all, case.before, embed_s=0)
        choice = as_choice(locator, case, scope)
        if choice is not None:
            found.append(choice)
            names = names or {locator.weights_name(scope)}
    return found[::-1], names


def as_choice(locator: Locator, case: replay.Case, scope: kept.Scope) -> Choice | None:
    """Return a case as the ranker fits it; None where no right file can be ranked."""
    import numpy as np

    judged = locator.judge(case.task, scope=scope)
    paths = sorted(case.files)
    right = case.targets if scope == "source" else case.all_targets
    chosen = np.array([paths[file] in right for file in judged.candidates], dtype=bool)
    return Choice(judged.features, chosen) if chosen.any() else None
