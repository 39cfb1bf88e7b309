"""Plans an undo from an episode's events: where to go back to, and which changes were the run's.

It reads events and decides; `workspace` does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import ValidationError

from learnagent.tools import TOOLS
from learnagent_memory.episode import Action, Checked, Checkpointed, Event, Finished
from learnagent_memory.errors import UsageError


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What to take back."""

    target: str
    """Commit of the checkpoint to go back to."""
    pairs: tuple[tuple[str, str], ...]
    """Checkpoints after the target whose differences are the run's, oldest first."""
    cut_short: bool
    """Whether the run died in a step that may have changed files after the last checkpoint."""


def plan_undo(events: Sequence[Event], to_step: int) -> UndoPlan:
    """Return how to go back to the tree as it was after a step; 0 is before the first change.

    Raises UsageError when the run changed nothing.
    """
    kept = [(place, event) for place, event in enumerate(events) if isinstance(event, Checkpointed)]
    if not kept:
        raise UsageError("this episode changed nothing", hint="learnagent episodes list shows the others")
    last_step = max(event.step for _, event in kept)
    if to_step > last_step:
        raise UsageError(f"there is no change after step {last_step}", hint="learnagent episodes show lists the steps")
    first = max([0, *(number for number, (_, event) in enumerate(kept) if number and event.step <= to_step)])
    pairs = []
    for (_, before), (_, event) in pairwise(kept[first:]):
        if event.label != "resumed":
            pairs.append((before.commit, event.commit))
    tail = events[kept[-1][0] :]
    ended = any(isinstance(event, Finished) for event in tail)
    return UndoPlan(
        target=kept[first][1].commit,
        pairs=tuple(pairs),
        cut_short=not ended and any(may_have_changed(event) for event in tail),
    )


def may_have_changed(event: Event) -> bool:
    """Return whether what an event records may have changed files."""
    if isinstance(event, Checked):
        return True
    if not isinstance(event, Action):
        return False
    tool = next((tool for tool in TOOLS if tool.name == event.tool), None)
    if tool is None:
        return True
    try:
        return tool.may_change(tool.arguments.model_validate(event.arguments))
    except ValidationError:
        return True
