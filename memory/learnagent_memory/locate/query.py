"""What a task asks for: weighted terms, title first, and the paths it names. Nothing here knows a tree's content."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from learnagent_memory.locate.terms import STOP_WORDS, identifiers, spelled, stem, terms_in

MAX_TASK = 20_000
"""Characters read of a task."""
MAX_TITLE = 300
MAX_TERMS = 40
"""Terms kept: the title's first, then the body's by their weight."""
BODY_WEIGHT = 0.35
"""Of a term that only the body has. Whole issue bodies hurt: .324 recall@5 against .765 for the title on xarray."""

_PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]+|\b[\w-]+\.[a-z]{1,4}\b")
_CODE_FENCE = re.compile(r"^\s*(?:```|~~~)")
_ISSUE_NUMBER = re.compile(r"(?:\b(?:gh|pr|issue)[-_ ]?)?#\d+\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A task as the rankers see it."""

    text: str
    """Title and the beginning of the body, for the encoder."""
    terms: dict[str, float]
    """Weight of each term, the most important first."""
    written: dict[str, str]
    """Each term as the task writes it."""
    mentions: frozenset[str]
    """Paths and file names as they stand in the task and in what is in play."""


def make_query(task: str, in_play: Sequence[str] = ()) -> Query:
    """Read a task; `in_play` names paths and identifiers that were touched or asked about already."""
    title, body = _split(_ISSUE_NUMBER.sub(" ", task[:MAX_TASK]))
    weights = _weights(title)
    for term, weight in _weights(_without_code(body)).items():
        weights.setdefault(term, BODY_WEIGHT * weight)
    for name in in_play:
        for term in terms_in(name):
            weights.setdefault(term, BODY_WEIGHT)
    kept = dict(sorted(weights.items(), key=lambda item: -item[1])[:MAX_TERMS])
    return Query(
        text=f"{title}\n{body}".strip()[:160],
        terms=kept,
        written=_as_written(f"{title} {body} {' '.join(in_play)}", kept),
        mentions=frozenset(_PATH.findall(f"{title} {body} {' '.join(in_play)}")),
    )


def _split(task: str) -> tuple[str, str]:
    title, _, body = task.strip().partition("\n")
    if len(title) > MAX_TITLE:
        title, body = title[:MAX_TITLE], f"{title[MAX_TITLE:]}\n{body}"
    return title.strip(), body.strip()


def _weights(text: str) -> dict[str, float]:
    """Return each term with 1 + log of how often it occurs, stop words left out."""
    counted: dict[str, int] = {}
    for term in terms_in(text):
        if term not in _STOPPED:
            counted[term] = counted.get(term, 0) + 1
    return {term: 1 + math.log(times) for term, times in counted.items()}


def _as_written(text: str, kept: dict[str, float]) -> dict[str, str]:
    """Return each term as the text spells it first."""
    written: dict[str, str] = {}
    for identifier in identifiers(text):
        for term, spelling in spelled(identifier).items():
            if term in kept:
                written.setdefault(term, spelling)
    return written


def _without_code(body: str) -> str:
    """Return the prose: logs and pasted code name half the project."""
    kept, inside = [], False
    for line in body.splitlines():
        if _CODE_FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


_STOPPED = STOP_WORDS | {stem(word) for word in STOP_WORDS}
