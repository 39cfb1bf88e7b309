"""Takes up what the model noted during the run by the tool `note`: its theories, with the evidence it cites."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent_memory.episode import Action
from learnagent_memory.reflect.candidate import Candidate, Sight
from learnagent_memory.reflect.cited import Claim, theory
from learnagent_memory.reflect.trace import Trace, calls_noted

MAX_NOTES = 3


def mine(trace: Trace, sight: Sight) -> Iterator[Candidate]:
    """Yield the last notes of the run, verified where the command they cite ran and is what they are about."""
    for action in list(calls_noted(trace.events))[-MAX_NOTES:]:
        if candidate := theory(_claim(action), trace, sight):
            yield candidate


def _claim(action: Action) -> Claim:
    said = {name: value for name, value in action.arguments.items() if isinstance(value, str)}
    return Claim(
        when=said.get("when", ""),
        do=said.get("do", ""),
        avoid=said.get("avoid", ""),
        command=said.get("evidence", "").strip().strip("`"),
        path=said.get("path", ""),
        symbol=said.get("symbol", ""),
    )
