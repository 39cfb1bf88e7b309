"""Asks the model once, at the end of a run, what it taught. The answer is recorded; `learning` reads it there."""

from __future__ import annotations

import time

from learnagent.budget import Budget
from learnagent.model import Model, nowhere
from learnagent_memory.episode import Finished, Replied, Request
from learnagent_memory.errors import LearnAgentError
from learnagent_memory.journal import Episode, Journal
from learnagent_memory.reflect import model_reflection

LONG_RUN = 10
"""Steps from which a run is asked about, where the setting is `auto`."""
PATIENCE_S = 60.0


def is_worth_asking(finished: Finished, setting: str) -> bool:
    """Return whether the model is asked about a run: always, never, or after a long or failed one."""
    if setting == "off" or finished.outcome not in {"done", "not_done", "blocked"}:
        return False
    return setting == "always" or finished.steps >= LONG_RUN or finished.outcome != "done"


def ask(episode: Episode, *, model: Model, journal: Journal, budget: Budget) -> str:
    """Send one request about a finished run and record it; returns why there is no answer, or an empty text.

    What it costs counts as the run's. Raises StorageError and KeyboardInterrupt.
    """
    messages = model_reflection.request(episode)
    if not messages:
        return ""
    step = max((event.step for event in episode.events if isinstance(event, Replied)), default=0)
    started = time.monotonic()
    journal.append(Request(step=step, messages=tuple(messages), reset=True, purpose="reflect"))
    try:
        budget.require()
        reply = model.reply(messages, (), on_text=nowhere, deadline=min(started + PATIENCE_S, budget.deadline))
    except LearnAgentError as error:
        return error.message
    budget.charge(reply.usage)
    journal.append(
        Replied(
            step=step,
            text=reply.text,
            finish_reason=reply.finish_reason,
            usage=reply.usage,
            model=reply.model,
            seconds=round(time.monotonic() - started, 3),
            purpose="reflect",
        )
    )
    return ""
