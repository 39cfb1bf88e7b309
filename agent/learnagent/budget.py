"""What a run may consume: steps, dollars and minutes. It counts and refuses; it prints nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from learnagent_memory.episode import Usage
from learnagent_memory.errors import BudgetSpentError


@dataclass(slots=True)
class Budget:
    """Caps of one session, and what it has consumed of them."""

    max_steps: int
    max_cost_usd: float
    max_minutes: float
    started: float = field(default_factory=time.monotonic)
    """time.monotonic() at the start."""
    opened: float = field(default_factory=time.monotonic)
    """time.monotonic() when the session began; `started` moves with each turn of a chat."""
    steps: int = 0
    usage: Usage = field(default_factory=Usage)

    @property
    def deadline(self) -> float:
        """The time.monotonic() value after which nothing more is asked or run."""
        return self.started + 60 * self.max_minutes

    @property
    def seconds(self) -> float:
        """Time since the session began."""
        return time.monotonic() - self.opened

    @property
    def seconds_left(self) -> float:
        """Time until the deadline, never negative."""
        return max(0.0, self.deadline - time.monotonic())

    def begin_turn(self) -> None:
        """Count steps and minutes anew: in a chat they are caps of a turn, dollars of the session."""
        self.steps = 0
        self.started = time.monotonic()

    def take_step(self) -> None:
        """Count one step; raises BudgetSpentError when one of the caps does not allow it."""
        if self.steps >= self.max_steps:
            raise BudgetSpentError(f"the cap of {self.max_steps} steps is reached", hint=_more("--max-steps"))
        self.require()
        self.steps += 1

    def charge(self, usage: Usage) -> None:
        """Add what a request consumed."""
        self.usage += usage

    def require(self) -> None:
        """Raise BudgetSpentError when the dollars or the minutes are spent."""
        if (self.usage.cost_usd or 0.0) >= self.max_cost_usd:
            raise BudgetSpentError(f"the cap of ${self.max_cost_usd:g} is reached", hint=_more("--max-cost"))
        if time.monotonic() >= self.deadline:
            raise BudgetSpentError(f"the cap of {self.max_minutes:g} minutes is reached", hint=_more("--max-minutes"))


def _more(flag: str) -> str:
    return f"everything is kept; go on with --resume and a larger {flag}"
