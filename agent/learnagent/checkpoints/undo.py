"""Plans an undo from an episode's events: where to go back to, and which changes were the run's.

It reads events and decides; `workspace` does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import ValidationError

from learnagent.tools import TOOLS
from learnagent_memory.episode import Action, Checked, Checkpointed, Event, Finished, Label, Observation, Replied
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
    kept = [event for event in events if isinstance(event, Checkpointed)]
    if not kept:
        raise UsageError("this episode changed nothing", hint="learnagent episodes list shows the others")
    last_step = max(event.step for event in kept)
    if to_step > last_step:
        raise UsageError(f"there is no change after step {last_step}", hint="learnagent episodes show lists the steps")
    first = max([0, *(number for number, event in enumerate(kept) if number and event.step <= to_step)])
    pairs = []
    for before, event in pairwise(kept[first:]):
        if event.label != "resumed":
            pairs.append((before.commit, event.commit))
    return UndoPlan(target=kept[first].commit, pairs=tuple(pairs), cut_short=whose_changes(events) != "resumed")


def whose_changes(events: Sequence[Event]) -> Label:
    """Return whose the changes since the last checkpoint are: a step's or check's that was cut short, or the user's."""
    last = max(n for n, event in enumerate(events) if isinstance(event, Checkpointed | Finished))
    tail = [event for event in events[last:] if may_have_changed(event)]
    if any(isinstance(event, Action) for event in tail):
        return "step"
    is_open = not isinstance(events[last], Finished) and _may_be_checking(events)
    return "check" if tail or is_open else "resumed"


def _may_be_checking(events: Sequence[Event]) -> bool:
    """Return whether the run died where the check runs: after the first checkpoint, or on an unanswered `finish`."""
    last = events[-1]
    answered = {event.call_id for event in events if isinstance(event, Observation)}
    replies = [event for event in events if isinstance(event, Replied)]
    calls = replies[-1].tool_calls if replies else ()
    is_first = isinstance(last, Checkpointed) and last.label == "start"
    return is_first or any(call.name == "finish" and call.id not in answered for call in calls)


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
