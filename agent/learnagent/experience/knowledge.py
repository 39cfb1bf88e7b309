"""Answers about a project from lessons, code and history together. It words nothing and records nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property

from learnagent.experience.opening import Lessons
from learnagent_memory.errors import ModelError, StorageError
from learnagent_memory.history.log import DEFAULT_LIMIT
from learnagent_memory.history.store import FILE_NAME, History, Update
from learnagent_memory.locate.files import files_at, files_of
from learnagent_memory.locate.locator import Locator, Place, Refreshed
from learnagent_memory.locate.refit import Refit, refit
from learnagent_memory.locate.symbols import SymbolPlace
from learnagent_memory.recall import NOTHING, Candidate, Choice, Told, choose
from learnagent_memory.reflect.candidate import quotes
from learnagent_memory.relevance import Query


class Knowledge:
    """What is known of a project: lessons at once, places once code and history were read."""

    def __init__(
        self, lessons: Lessons, *, at: str | None = None, limit_s: float = 3.0, commits: int = DEFAULT_LIMIT
    ) -> None:
        self._lessons = lessons
        self._at = at
        self._limit_s = limit_s
        self._commits = commits
        project = lessons.project
        self.history = History(project.index / FILE_NAME)
        self._embedder = lessons.embedder

    @cached_property
    def _locator(self) -> Locator:
        """Made when it is asked: with it come NumPy and the encoder."""
        return Locator(self._lessons.project.index, embedder=self._embedder, redact=self._lessons.redact)

    @property
    def knows_places(self) -> bool:
        """Whether code and history were read before: reading them first may take a minute."""
        return (self._lessons.project.index / FILE_NAME).exists()

    def lessons(self, task: str, told: Told = NOTHING) -> Choice:
        """Return the lessons for a task, none that it was told before."""
        return self._chosen(Query.of(task), self._lessons.candidates(task), told)

    def lessons_about_error(self, error: str, command: str, told: Told = NOTHING) -> Choice:
        """Return the lessons about the very error a command ended with, or that say not to run it so."""
        text = f"{error}\n{command}"
        found = [one for one in self._lessons.candidates(text) if _is_about(one, error, command)]
        return self._chosen(Query.of(text, error=error), found, told)

    def places(self, task: str, choice: Choice, *, limit: int) -> list[Place]:
        """Return the files to look at, the best first; without the encoder where that fails."""
        votes = [([anchor.path for anchor in one.places], one.score) for one in choice.lessons]
        try:
            self.read_code()
            return self._locator.rank(task, lessons=votes, limit=limit)
        except (ModelError, StorageError):
            self._embedder = None
            vars(self).pop("_locator", None)
            self.read_code()
            return self._locator.rank(task, lessons=votes, limit=limit)

    def symbols(self, task: str, places: Sequence[Place], *, limit: int = 10) -> list[SymbolPlace]:
        """Return the definitions in those files to look at, the best first."""
        return self._locator.symbols(task, places, self._lessons.tree.read, limit=limit)

    def _chosen(self, query: Query, candidates: Sequence[Candidate], told: Told) -> Choice:
        return choose(query, candidates, self._lessons.judge, sizes=self._lessons.sizes, told=told)

    @cached_property
    def history_update(self) -> Update:
        """What reading the git history gave, as far as it could be read in time."""
        return self.history.update(
            self._lessons.project.repository,
            redact=self._lessons.redact,
            head=self._at,
            limit=self._commits,
            limit_s=self._limit_s,
        )

    def read_code(self) -> Refreshed:
        """Take in the code and the history as they are now; what is known already costs little."""
        started = time.monotonic()
        root = self._lessons.project.root
        files = files_at(root, self._at) if self._at else files_of(root)
        commits = self.history.commits() if self.history_update.commits else []
        embed_s = max(0.0, self._limit_s - (time.monotonic() - started))
        return self._locator.refresh(files, self._read, commits, embed_s=embed_s)

    def refit(self, *, limit_s: float) -> Refit:
        """Fit the ranker on the project's own past, and keep the weights if newer commits say they are better."""
        lessons = self._lessons
        return refit(
            lessons.project.index,
            lessons.project.root,
            self.history.commits(),
            embedder=lessons.embedder,
            seconds=limit_s,
        )

    def _read(self, files: Mapping[str, str]) -> Mapping[str, bytes]:
        return self._lessons.tree.read_all(files)


def _is_about(one: Candidate, error: str, command: str) -> bool:
    lesson = one.standing.lesson
    return lesson.when.error == error or " ".join(command.split()) in quotes(lesson.avoid)
