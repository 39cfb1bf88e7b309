"""Fits the weights that come with the program, on repositories other than those that `locate.py` is reported on.

Every set is fitted on the conditions it will meet: with little and with much history, with and without lessons, with
the whole message and with its subject alone. Each repository counts the same. It prints what each set scores on each
repository when it is fitted on the others, then writes `weights.json` fitted on all.

Run: python tests/bench/fit_ranker.py REPO... [--tasks 240] --model FOLDER [--cache FOLDER] [--out FILE]
The shipped file: click, httpx, scrapy, express, celery; 2026-11-22.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import locate as bench

from learnagent_memory.locate import features, ranker, weights

LITTLE = ("0", "lessons 10", "lessons 100", "lessons 1000")
MUCH = ("50", "200", "1000", "3000", "all", "subject", "all lessons 1000", "play")
ANY = {False: ("any 0",), True: ("any",)}
PENALTY = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--tasks", type=int, default=240)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    embedder = bench.CachedEmbedder(arguments.model, arguments.cache)
    seen = {
        root.name: bench.observe(root, arguments.tasks, embedder, arguments.cache) for root in arguments.repositories
    }
    for left_out in seen:
        crossed = fit_all([one for name, one in seen.items() if name != left_out])
        print(left_out, " ".join(f"{name}={value:.3f}" for name, value in scores(seen[left_out], crossed).items()))
    fitted = weights.Weights(version=1, fitted_on=tuple(seen), sets=fit_all(list(seen.values())))
    if arguments.out:
        arguments.out.write_text(json.dumps(fitted.model_dump(), indent=1) + "\n", encoding="utf-8")


def fit_all(repositories: Sequence[Sequence[bench.Seen]]) -> dict[str, dict[str, float]]:
    """Return every set of weights."""
    sets = {}
    for encoder in (False, True):
        for history in (False, True):
            for scope, conditions in (("source", MUCH if history else LITTLE), ("any", ANY[history])):
                made = [choice for seen in repositories for choice in bench.choices(seen, conditions, encoder=encoder)]
                name = weights.name_of("any" if scope == "any" else "source", history=history, encoder=encoder)
                fitted = ranker.fit(made, features.NAMES, penalty=PENALTY)
                sets[name] = {feature: weight for feature, weight in fitted.items() if weight}
    return sets


def scores(seen: Sequence[bench.Seen], sets: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return hits among the first five of the main conditions."""
    found = {"code": bench.ranked(seen, "0", bench.by("code_scaled"))}
    for name, condition in (("source: code", "0"), ("source: code+history", "all")):
        for encoder in (False, True):
            chosen = sets[name + "+encoder" * encoder]
            found[f"{condition}{'+enc' * encoder}"] = bench.ranked(
                seen, condition, bench.fused(chosen, encoder=encoder)
            )
    return {name: float(one.measures()["@5"].mean()) for name, one in found.items()}


if __name__ == "__main__":
    main()
