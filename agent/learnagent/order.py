"""What a session is asked to do, and where it shows itself: data and one Protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from learnagent.model import Model
from learnagent.models.model_choice import Choice
from learnagent.permissions.permission import Asker
from learnagent.settings import Loaded
from learnagent_memory.episode import Event, Started
from learnagent_memory.journal import Episode
from learnagent_memory.project import Project

Mode = Literal["do", "chat"]
Notify = Callable[[str], None]
ModelMaker = Callable[[Loaded, Choice, Notify], Model]


class Screen(Protocol):
    """Where a run shows itself. `display` has the implementations."""

    def event(self, event: Event) -> None:
        """Show an event of the journal."""
        ...

    def text(self, piece: str) -> None:
        """Show a piece of the model's text as it streams."""
        ...

    def notice(self, line: str) -> None:
        """Show a line that is not part of the episode."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, and with what."""

    project: Project
    loaded: Loaded
    choice: Choice
    task: str
    """Empty for a chat, and for a resumed run."""
    start: Path
    """The folder the user stands in, resolved."""
    make_model: ModelMaker
    mode: Mode = "do"
    resume: Episode | None = None
    asker: Asker | None = None
    """None where there is no terminal: what would be asked is refused."""

    @property
    def whole_task(self) -> str:
        """The task as it was first given, also for a resumed run."""
        earlier = self.resume.events if self.resume else ()
        return next((event.task for event in earlier if isinstance(event, Started)), self.task)
