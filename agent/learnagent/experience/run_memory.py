"""The memory of one run: a briefing at its start, answers to `recall`, a hint after a failed command, and its end.

Each time it is recorded what was shown and why, or why nothing was: credit goes by that.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from learnagent.budget import Budget
from learnagent.experience.briefing import briefing, quoted, shown
from learnagent.experience.knowledge import Knowledge
from learnagent.experience.learning import Learning, learn
from learnagent.experience.opening import Lessons
from learnagent.experience.reflection import ask, is_worth_asking
from learnagent.model import Model
from learnagent_memory.episode import Event, Finished, Recalled, Shown
from learnagent_memory.journal import Journal, read
from learnagent_memory.recall import Choice
from learnagent_memory.reflect.signature import signature_of

PLACES = 8
"""Files that the `recall` tool names."""
BRIEFED_PLACES = 5
MAX_HINTS = 3
"""Failed commands of one run that are answered with lessons."""


class RunMemory:
    """What one run knows from before, and leaves behind. A lesson is shown once."""

    def __init__(self, lessons: Lessons, journal: Journal, earlier: Iterable[Event] = ()) -> None:
        self._lessons = lessons
        self._knowledge = Knowledge(lessons, limit_s=lessons.loaded.settings.recall_limit_s)
        self._journal = journal
        before = [event for event in earlier if isinstance(event, Recalled)]
        self._shown = {lesson for event in before for lesson in event.lessons}
        self._hints = sum(event.by == "failure" for event in before)

    def brief(self, task: str) -> str:
        """Return what the first message quotes about a task; empty where nothing fits."""
        if not (self._lessons.count or self._knowledge.knows_places):
            return ""
        started = time.monotonic()
        choice = self._knowledge.lessons(task)
        places = self._knowledge.places(task, choice, limit=BRIEFED_PLACES) if self._knowledge.knows_places else []
        found = self._record("start", task, choice, places=[place.path for place in places], started=started)
        blocks = [briefing(found)]
        if places:
            names = "\n".join(f"{quoted(place.path)} ({'; '.join(place.why)})" for place in places)
            blocks.append(f'<repository kind="files like those that such tasks changed">\n{names}\n</repository>')
        return "\n\n".join(block for block in blocks if block)

    def recall(self, query: str) -> str:
        """Return lessons and places for a query of the model."""
        started = time.monotonic()
        choice = self._knowledge.lessons(query)
        places = self._knowledge.places(query, choice, limit=PLACES)
        found = self._record("tool", query, choice, places=[place.path for place in places], started=started)
        lines = [briefing(found) or f"No lesson fits ({choice.abstained or 'those that do were shown already'})."]
        lines += [f"{quoted(place.path)}: {'; '.join(place.why)}" for place in places]
        lines += [
            f"{quoted(one.path)}:{one.line} {quoted(one.symbol)}" for one in self._knowledge.symbols(query, places)
        ]
        return "\n".join(lines)

    def after_failure(self, command: str, output: str) -> str:
        """Return the lessons about the error that a command ended with; empty where there are none."""
        found = signature_of(output)
        if found is None or self._hints >= MAX_HINTS:
            return ""
        started = time.monotonic()
        choice = self._knowledge.lessons_about_error(found.text, command)
        new = [one for one in choice.lessons if one.standing.id not in self._shown]
        if not new:
            return ""
        self._hints += 1
        return briefing(self._record("failure", f"{command}\n{found.text}", choice, places=[], started=started))

    def reflect(self, finished: Finished, *, model: Model, budget: Budget) -> str:
        """Ask the model what the run taught, where that is worth it; returns why there is no answer, if so."""
        if not is_worth_asking(finished, self._lessons.loaded.settings.reflect):
            return ""
        episode = read(self._journal.folder)
        return ask(
            replace(episode, events=(*episode.events, finished)), model=model, journal=self._journal, budget=budget
        )

    def learn(self) -> Learning:
        """Keep what the recorded run taught, and credit what it was shown. Raises LearnAgentError."""
        return learn(self._lessons, read(self._journal.folder))

    def _record(
        self,
        by: Literal["start", "tool", "failure"],
        query: str,
        choice: Choice,
        *,
        places: list[str],
        started: float,
    ) -> list[Shown]:
        new = [one for one in choice.lessons if one.standing.id not in self._shown]
        found = [shown(one) for one in new]
        self._shown.update(one.lesson for one in found)
        seconds = round(time.monotonic() - started, 3)
        self._journal.append(
            Recalled(
                by=by,
                query=query,
                shown=tuple(found),
                places=tuple(places),
                abstained=choice.abstained,
                seconds=seconds,
            )
        )
        return found
