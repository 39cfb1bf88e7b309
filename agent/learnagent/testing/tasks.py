"""A script for several runs at once: each task has turns of its own. It judges no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from learnagent.testing.request import ReceivedRequest
from learnagent.testing.script import ScriptError, Turn


class TurnsByTask:
    """Play, for each run, the turns under the first key that occurs in its first user message.

    A script for `ModelServer`, which calls it from one thread at a time.
    """

    def __init__(self, turns: Mapping[str, Sequence[Turn]]) -> None:
        self._turns = dict(turns)
        self._played = dict.fromkeys(turns, 0)

    def __call__(self, request: ReceivedRequest) -> Turn:
        """Return the next turn of the request's task; raises ScriptError when there is none."""
        key = next((key for key in self._turns if key in request.task), None)
        if key is None:
            raise ScriptError(f"no turns for the task {request.task[:80]!r}", hint="add them to the script")
        played = self._played[key]
        if played >= len(self._turns[key]):
            raise ScriptError(f"the script of {key!r} is exhausted: all {played} turns were played")
        self._played[key] += 1
        return self._turns[key][played]
