"""Which weights rank: those that came with the program, or the project's own. It fits nothing.

A set for each thing that may be there or not: `code`, `code+history`, with `+encoder` or without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from learnagent_memory.project import write_private
from learnagent_memory.reading import parse_json, read_own

Scope = Literal["source", "any"]
"""`source` ranks program code without tests; `any` every file, tests, documents and changelog too."""

OWN = "ranker.json"
VERSION = 1


class Weights(BaseModel):
    """The weights of every set, with where they come from."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: Literal[1]
    fitted_on: tuple[str, ...]
    """Names of the repositories, or of the project itself."""
    sets: dict[str, dict[str, float]]
    """By `name_of`: the weight of each feature."""


def name_of(scope: Scope, *, history: bool, encoder: bool) -> str:
    """Return the name of the set for what is there."""
    return f"{scope}: code{'+history' if history else ''}{'+encoder' if encoder else ''}"


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """Return the weights that came with the program, fitted by `tests/bench/fit_ranker.py`."""
    text = resources.files("learnagent_memory.locate").joinpath("weights.json").read_text(encoding="utf-8")
    return Weights.model_validate_json(text)


def own(folder: Path) -> Weights | None:
    """Return the weights fitted on this project; None where there are none, or damaged ones."""
    try:
        text = read_own(folder / OWN)
        return None if text is None else Weights.model_validate(parse_json(text))
    except (ValueError, ValidationError):
        return None


def publish(folder: Path, sets: Mapping[str, dict[str, float]], project: str) -> None:
    """Write the project's own weights, whole or not at all. Raises StorageError."""
    merged = {**(kept.sets if (kept := own(folder)) else {}), **sets}
    weights = Weights(version=1, fitted_on=(project,), sets=merged)
    write_private(folder / OWN, json.dumps(weights.model_dump(), indent=1, sort_keys=True) + "\n")
