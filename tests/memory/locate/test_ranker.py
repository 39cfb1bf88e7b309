from __future__ import annotations

import numpy as np

from learnagent_memory.locate import features, ranker
from learnagent_memory.locate.ranker import Choice
from learnagent_memory.locate.refit import judge_refit


def tasks(count: int, *, telling: bool, seed: int = 0) -> list[Choice]:
    """Return tasks of ten files in which the first feature tells the right one, or nothing does."""
    chance = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        matrix = chance.random((10, len(features.NAMES)))
        right = matrix[:, 0].argmax() if telling else chance.integers(10)
        made.append(Choice(matrix, np.arange(10) == right))
    return made


def test_the_feature_that_tells_gets_the_largest_weight() -> None:
    fitted = ranker.fit(tasks(200, telling=True), features.NAMES)

    assert max(fitted, key=lambda name: fitted[name]) == features.NAMES[0]


def test_the_gradient_of_the_fit_vanishes() -> None:
    choices = tasks(80, telling=True)

    fitted = np.array(list(ranker.fit(choices, features.NAMES).values()))
    gradient, _ = ranker._derivatives(choices, fitted)

    assert np.abs(gradient - ranker.PENALTY * fitted).max() < 0.01


def test_without_tasks_the_weights_stay_where_they_were() -> None:
    fitted = ranker.fit([], ("a", "b"), toward={"a": 2.0})

    assert fitted == {"a": 2.0, "b": 0.0}


def test_shares_sum_to_one_whatever_the_scores() -> None:
    assert np.isclose(ranker.shares(np.array([1e6, -1e6, 0.0])).sum(), 1)


def test_a_refit_that_finds_files_sooner_is_published() -> None:
    wrong = {features.NAMES[1]: 5.0}

    _, verdict = judge_refit(tasks(300, telling=True), wrong)

    assert verdict.published
    assert verdict.low > 0


def test_a_refit_on_noise_is_refused() -> None:
    _, verdict = judge_refit(tasks(300, telling=False), {features.NAMES[0]: 1.0})

    assert not verdict.published
    assert "not proved" in verdict.reason


def test_the_same_tasks_give_the_same_verdict() -> None:
    old = {features.NAMES[1]: 1.0}

    assert judge_refit(tasks(120, telling=True), old) == judge_refit(tasks(120, telling=True), old)
