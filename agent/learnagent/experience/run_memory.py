"""The memory of one run: a briefing at its start, answers to `recall`, a hint after a failed command, and its end.

Each time it is recorded what was shown and why, or why nothing was: credit goes by that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal, TypeVar

from learnagent.budget import Budget
from learnagent.experience.briefing import briefing, quoted, shown
from learnagent.experience.knowledge import Knowledge
from learnagent.experience.learning import Learning, learn
from learnagent.experience.opening import Lessons
from learnagent.experience.reflection import ask, is_worth_asking
from learnagent.model import Model
from learnagent.prompt import plain
from learnagent_memory.episode import Event, Finished, Recalled, Shown
from learnagent_memory.errors import LearnAgentError
from learnagent_memory.journal import Journal, read
from learnagent_memory.locate.locator import Place
from learnagent_memory.locate.symbols import SymbolPlace
from learnagent_memory.recall import Choice, Told
from learnagent_memory.reflect.signature import signature_of

T = TypeVar("T")
Notify = Callable[[str], None]

PLACES = 8
"""Files that the `recall` tool names."""
BRIEFED_PLACES = 5
LIKELY = 0.05
"""Score from which a file is named unasked: nonsense spreads its shares over many files."""
UNKNOWN = Choice((), "the memory failed")
MAX_HINTS = 3
"""Failed commands of one run that are answered with lessons."""


class RunMemory:
    """What one run knows from before, and leaves behind. A lesson is shown once, and one in quarantine at most.

    A memory that fails is said once, and the run goes on without it; only the journal's StorageError is raised.
    """

    def __init__(self, lessons: Lessons, journal: Journal, earlier: Iterable[Event] = (), *, notify: Notify) -> None:
        self._lessons = lessons
        self._knowledge = Knowledge(lessons, limit_s=lessons.loaded.settings.recall_limit_s)
        self._journal = journal
        before = [event for event in earlier if isinstance(event, Recalled)]
        self._notify = notify
        self._said: set[str] = set()
        self._shown = [one for event in before for one in event.shown]
        self._hints = sum(event.by == "failure" for event in before)

    def brief(self, task: str) -> str:
        """Return what the first message quotes about a task; empty where nothing fits."""
        if not (self._lessons.count or self._knowledge.knows_places):
            return ""
        started = time.monotonic()
        choice = self._lessons_for(task)
        likely = self._places_for(task, choice, limit=BRIEFED_PLACES) if self._knowledge.knows_places else []
        places = [place for place in likely if place.why and place.score >= LIKELY]
        found = self._record("start", task, choice, places=places, started=started)
        blocks = [briefing(found)]
        if places:
            names = "\n".join(f"{plain(place.path)} ({quoted('; '.join(place.why))})" for place in places)
            blocks.append(f'<repository kind="files like those that such tasks changed">\n{names}\n</repository>')
        return "\n\n".join(block for block in blocks if block)

    def recall(self, query: str) -> str:
        """Return lessons and places for a query of the model."""
        started = time.monotonic()
        choice = self._lessons_for(query)
        places = self._places_for(query, choice, limit=PLACES)
        found = self._record("tool", query, choice, places=places, started=started)
        lines = [briefing(found) or f"No lesson fits ({choice.abstained})."]
        lines += [f"{plain(place.path)}: {quoted('; '.join(place.why))}" for place in places]
        symbols: list[SymbolPlace] = self._tried(lambda: self._knowledge.symbols(query, places), otherwise=[])
        lines += [f"{plain(one.path)}:{one.line} {quoted(one.symbol)}" for one in symbols]
        return "\n".join(lines)

    def after_failure(self, command: str, output: str) -> str:
        """Return the lessons about the error that a command ended with; empty where there are none."""
        found = signature_of(output)
        if found is None or self._hints >= MAX_HINTS:
            return ""
        started = time.monotonic()
        choice = self._tried(
            lambda: self._knowledge.lessons_about_error(found.text, command, self._told), otherwise=UNKNOWN
        )
        if not choice.lessons:
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

    def say_problems(self) -> None:
        """Say what the memory could not read or had to do without, each thing once."""
        for problem in self._lessons.problems:
            self._say(f"memory: {problem.path}: {problem.reason}")

    @property
    def _told(self) -> Told:
        untrusted = sum(one.trust == "quarantined" for one in self._shown)
        return Told(frozenset(one.lesson for one in self._shown), untrusted)

    def _lessons_for(self, query: str) -> Choice:
        return self._tried(lambda: self._knowledge.lessons(query, self._told), otherwise=UNKNOWN)

    def _places_for(self, query: str, choice: Choice, *, limit: int) -> list[Place]:
        return self._tried(lambda: self._knowledge.places(query, choice, limit=limit), otherwise=[])

    def _tried(self, work: Callable[[], T], *, otherwise: T) -> T:
        """Return what the memory answers, or something else where it fails."""
        try:
            found = work()
        except LearnAgentError as error:
            self._say(f"the memory cannot answer: {error}")
            return otherwise
        self.say_problems()
        return found

    def _say(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._notify(line)

    def _record(
        self,
        by: Literal["start", "tool", "failure"],
        query: str,
        choice: Choice,
        *,
        places: Sequence[Place],
        started: float,
    ) -> list[Shown]:
        found = [shown(one) for one in choice.lessons]
        self._shown += found
        seconds = round(time.monotonic() - started, 3)
        self._journal.append(
            Recalled(
                by=by,
                query=query,
                shown=tuple(found),
                places=tuple(place.path for place in places),
                abstained=choice.abstained,
                seconds=seconds,
            )
        )
        return found
