"""What `do` and `chat` share: from flags to an order for a session."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal

from learnagent.cli.asking import TerminalAsker
from learnagent.cli.finding import find_episode
from learnagent.display import ConsoleScreen, JsonScreen
from learnagent.model import Model
from learnagent.models import litellm_model
from learnagent.models.model_choice import Choice
from learnagent.models.model_choice import choose as choose_model
from learnagent.order import Notify, Order, Screen
from learnagent.session import opened
from learnagent.settings import Loaded, load
from learnagent_memory.episode import Started
from learnagent_memory.git import open_repository
from learnagent_memory.journal import Episode
from learnagent_memory.project import open_project


@dataclass(frozen=True, slots=True)
class Start:
    """What the command line asked for."""

    repo: Path
    task: str
    resume: str | None
    json: bool
    mode: Literal["do", "chat"]
    flags: Mapping[str, Any]


def flags(**given: object) -> dict[str, object]:
    """Return the flags as settings understand them; None stays None."""
    return {name: value.value if isinstance(value, Enum) else value for name, value in given.items()}


def prepare(start: Start, screen: Screen) -> Order:
    """Open the repository, load the settings and choose the model. Raises UsageError."""
    repository = open_repository(start.repo)
    litellm_model.preload()
    loaded = load(repository.root, os.environ, start.flags)
    for item in loaded.untrusted:
        screen.notice(f"{item.name} of this repository is ignored until you trust it: learnagent trust")
    for name, value in loaded.environ.items():
        os.environ.setdefault(name, value)  # litellm reads provider keys there; those of a trusted .env are new
    project = open_project(repository, loaded.environ)
    episode = find_episode(project, start.resume) if start.resume is not None else None
    if episode and episode.skipped:
        screen.notice(f"{episode.skipped} damaged lines of episode {episode.id} are passed over")
    choice = _choose_model(loaded, episode)
    if choice.source != "given":
        screen.notice(f"model {choice.name} ({choice.source})")
    return Order(
        project=project,
        loaded=loaded,
        choice=choice,
        task=start.task,
        start=start.repo.resolve(),
        make_model=make_model,
        mode=start.mode,
        resume=episode,
        asker=TerminalAsker(screen) if isinstance(screen, ConsoleScreen) and _is_terminal() else None,
    )


def _choose_model(loaded: Loaded, episode: Episode | None) -> Choice:
    """Return the model that is set, else the one that the resumed episode used, else one that is found."""
    settings = loaded.settings
    started = next((event for event in episode.events if isinstance(event, Started)), None) if episode else None
    if started and not settings.model:
        address = settings.api_base or started.api_base
        return Choice(started.model, address, f"as the episode{f' at {address}' if address else ''}")
    return choose_model(settings.model, settings.api_base, loaded.environ)


def run(start: Start) -> int:
    """Carry out a run from start to end and return its exit code."""
    screen = JsonScreen() if start.json else ConsoleScreen()
    with opened(prepare(start, screen), screen) as session:
        return session.carry_out().exit_code


def make_model(loaded: Loaded, choice: Choice, notify: Notify) -> Model:
    """Return the model of a run, reached through litellm."""
    settings = loaded.settings
    prices = settings.prices
    return litellm_model.LiteLLMModel(
        litellm_model.ModelSettings(
            name=choice.name,
            api_base=choice.api_base,
            api_key=settings.api_key,
            fallbacks=settings.fallbacks,
            timeout_s=settings.request_timeout_s,
            max_attempts=settings.request_attempts,
            max_output_tokens=settings.max_output_tokens,
            context_tokens=settings.context_tokens,
            tools=settings.tools,
            temperature=settings.temperature,
            prices=prices,
        ),
        on_notice=notify,
    )


def _is_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
