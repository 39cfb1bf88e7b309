"""What a run taught: miners read an episode and state lessons with their evidence. No model, no disk.

One file per miner. `admission` decides which are kept, `credit` what the lessons shown were worth,
`model_reflection` asks a model where there is a budget for it.

Origins: what is measured, in our words, with commands, exit codes, paths and rule ids, is `code`; an error message
whose words a program chose is `outside`; what a model stated is `model`. Output never becomes part of `do`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from learnagent_memory.journal import Episode
from learnagent_memory.reflect import check_command, convention, coupling, dead_end, fix, note, place, retried, shortcut
from learnagent_memory.reflect.candidate import Candidate as Candidate
from learnagent_memory.reflect.candidate import Sight as Sight
from learnagent_memory.reflect.candidate import only_warning
from learnagent_memory.reflect.trace import Trace, read_trace

Miner = Callable[[Trace, Sight], Iterator[Candidate]]

MINERS: tuple[Miner, ...] = (
    retried.mine,
    coupling.mine,
    fix.mine,
    convention.mine,
    shortcut.mine,
    note.mine,
    check_command.mine,
    dead_end.mine,
    place.mine,
)
"""In the order of what they are worth to the next run."""

MAX_CANDIDATES = 5


def mine(episode: Episode, sight: Sight | None = None) -> list[Candidate]:
    """Return what an episode taught, best first, a handful at most; nothing is the normal case.

    A run that did not end well teaches only what to avoid.
    """
    trace, sight = read_trace(episode), sight or Sight()
    found = [candidate for miner in MINERS for candidate in miner(trace, sight)]
    if not trace.ended_well:
        found = [warning for candidate in found if (warning := only_warning(candidate))]
    once: dict[str, Candidate] = {}
    for candidate in _without_repeats(found):
        once.setdefault(candidate.lesson.id, candidate)
    return sorted(once.values(), key=lambda candidate: not candidate.is_verified)[:MAX_CANDIDATES]


def _without_repeats(found: list[Candidate]) -> list[Candidate]:
    """Leave out a place that a fix names already, and a command that another candidate names better."""
    fixed = {anchor.path for one in found if one.lesson.kind == "fix" for anchor in one.lesson.anchors}
    kept: list[Candidate] = []
    for one in found:
        paths = {anchor.path for anchor in one.lesson.anchors}
        if one.lesson.kind == "place" and fixed and paths <= fixed:
            continue
        if one.lesson.kind == "command" and any(one.lesson.do and one.lesson.do == other.lesson.do for other in kept):
            continue
        kept.append(one)
    return kept
