"""Runs a session in process: a real repository, real tools, a scripted model."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from learnagent.models.model_choice import Choice
from learnagent.order import Order
from learnagent.permissions.permission import Asker
from learnagent.session import opened
from learnagent.settings import load
from learnagent.testing import ScriptedModel, Turn
from learnagent_memory import journal
from learnagent_memory.episode import Event, Finished
from learnagent_memory.git import open_repository
from learnagent_memory.journal import Episode
from learnagent_memory.project import Project, open_project

E = TypeVar("E", bound=Event)


def make_repository(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Make a repository with one commit."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (files or {"hello.py": "print('hello')\n"}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Start"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@dataclass(slots=True)
class Recorder:
    """A Screen that keeps what it is shown."""

    events: list[Event] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def event(self, event: Event) -> None:
        self.events.append(event)

    def text(self, piece: str) -> None:
        self.pieces.append(piece)

    def notice(self, line: str) -> None:
        self.notices.append(line)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


@dataclass(slots=True)
class Run:
    """What a run left."""

    finished: Finished
    screen: Recorder
    model: ScriptedModel
    project: Project

    @property
    def episode(self) -> Episode:
        return journal.read(self.project.episodes / journal.list_ids(self.project.episodes)[-1])


def order_for(
    root: Path,
    model: ScriptedModel,
    *,
    task: str = "do it",
    asker: Asker | None = None,
    resume: Episode | None = None,
    **flags: Any,
) -> Order:
    """Return an order with test defaults: everything approved, no sandbox, no check."""
    flags = {"approve": "all", "sandbox": "off", "check": "", "reflect": "off", **flags}
    repository = open_repository(root)
    return Order(
        project=open_project(repository, os.environ),
        loaded=load(repository.root, os.environ, flags),
        choice=Choice("scripted", None, "given"),
        task=task,
        start=repository.root,
        make_model=lambda _loaded, _choice, _notify: model,
        asker=asker,
        resume=resume,
    )


def carry_out(root: Path, turns: Sequence[Turn], *, context_tokens: int = 128_000, **options: Any) -> Run:
    """Carry out one run and return what it left."""
    model = ScriptedModel(turns, context_tokens=context_tokens)
    screen = Recorder()
    order = order_for(root, model, **options)
    with opened(order, screen) as session:
        finished = session.carry_out()
    return Run(finished, screen, model, order.project)
