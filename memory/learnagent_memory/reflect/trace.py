"""One episode as what was tried, in order: commands with their exit codes, files changed and read, how it ended.

It reads the journal's events and judges nothing; miners, credit and reflection look at runs through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from learnagent_memory.episode import (
    Action,
    Checked,
    Checkpointed,
    Event,
    Finished,
    Observation,
    Replied,
    Started,
    Undone,
)
from learnagent_memory.journal import Episode
from learnagent_memory.lesson import Evidence
from learnagent_memory.reflect.command_line import Invocation, is_safe_path, read_command, spell
from learnagent_memory.reflect.signature import output_digest


@dataclass(frozen=True, slots=True)
class Attempt:
    """One command that ran to its end."""

    place: int
    """Index of its result among the events."""
    command: str
    """In the spelling that commands are compared in."""
    exit_code: int
    text: str
    """Output as the model was shown it."""
    invocation: Invocation | None
    """None where it cannot be told what ran, or nothing should be learned from it."""
    check: Checked | None = None
    """Where it was the project's check, run by the loop."""

    @property
    def passed(self) -> bool:
        """Return whether it exited with 0."""
        return self.exit_code == 0


@dataclass(frozen=True, slots=True)
class Touch:
    """A file was changed or read."""

    place: int
    path: str
    by_command: bool = False
    """Whether a command did it, so that only the checkpoint after the step tells."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What one run tried."""

    episode: str
    events: Sequence[Event]
    started: Started | None
    finished: Finished | None
    """How it last ended; None where it did not."""
    is_undone: bool
    """Whether any of it was taken back after its end."""
    attempts: tuple[Attempt, ...]
    changes: tuple[Touch, ...]
    reads: tuple[Touch, ...]

    @property
    def task(self) -> str:
        """Return what was asked for."""
        return self.started.task if self.started else ""

    @property
    def root(self) -> str:
        """Return the top folder of the working tree."""
        return self.started.root if self.started else ""

    @property
    def check(self) -> str:
        """Return the check command that the prompt named, in the spelling that commands are compared in."""
        return spell(self.started.check or "", self.root) if self.started else ""

    @property
    def is_proven(self) -> bool:
        """Return whether it ended as done, its check passed at the end, and nothing was taken back."""
        return self._is_done and self.finished is not None and self.finished.check == "passed"

    @property
    def ended_well(self) -> bool:
        """Return whether it is proven, or was a task that ended as done where no check exists."""
        is_task = self.started is not None and self.started.mode == "do"
        unchecked = self.finished is not None and self.finished.check == "none" and is_task
        return self._is_done and (self.is_proven or unchecked)

    @property
    def _is_done(self) -> bool:
        return self.finished is not None and self.finished.outcome == "done" and not self.is_undone

    @property
    def is_as_before(self) -> bool:
        """Return whether the check was red at the end without the run having broken anything."""
        checks = [attempt.check for attempt in self.attempts if attempt.check]
        before = next((check for check in checks if check.phase == "before"), None)
        last = next((check for check in reversed(checks) if check.phase == "finish"), None)
        return bool(before and last and not before.passed and not last.passed and not last.broken)

    @property
    def changed(self) -> tuple[str, ...]:
        """Return the files that the run changed and left changed, where it ended; else all it changed."""
        if self.finished:
            return tuple(path for path in self.finished.files_changed if is_safe_path(path))
        return tuple(dict.fromkeys(touch.path for touch in self.changes))

    def changed_between(self, start: int, end: int) -> tuple[str, ...]:
        """Return the files changed between two places, each once."""
        return tuple(dict.fromkeys(touch.path for touch in self.changes if start < touch.place < end))

    def evidence(self, attempt: Attempt, note: str = "") -> Evidence:
        """Return an attempt as evidence."""
        return Evidence(
            command=attempt.command,
            exit_code=attempt.exit_code,
            output_digest=output_digest(attempt.text),
            commit=self.started.head if self.started else None,
            episode=self.episode,
            note=note,
        )

    def ending(self, note: str) -> Evidence:
        """Return the run itself as evidence, where no command showed it."""
        return Evidence(commit=self.started.head if self.started else None, episode=self.episode, note=note)


def read_trace(episode: Episode) -> Trace:
    """Return what an episode tried; whatever is missing from it is missing here."""
    events = episode.events
    started = next((event for event in reversed(events) if isinstance(event, Started)), None)
    ends = [place for place, event in enumerate(events) if isinstance(event, Finished)]
    finished = events[ends[-1]] if ends else None
    root = started.root if started else ""
    changes = tuple(sorted(_changes(events, root), key=lambda touch: touch.place))
    written = {touch.path for touch in changes}
    return Trace(
        episode=episode.id,
        events=events,
        started=started,
        finished=finished if isinstance(finished, Finished) else None,
        is_undone=any(isinstance(event, Undone) for event in events[ends[-1] if ends else 0 :]),
        attempts=tuple(_attempts(events, root, written)),
        changes=changes,
        reads=tuple(_reads(events, root)),
    )


def results(events: Sequence[Event]) -> Iterator[tuple[int, Action, Observation]]:
    """Yield every call that gave a result: where the result stands, the call, the result."""
    actions: dict[str, Action] = {}
    for place, event in enumerate(events):
        if isinstance(event, Action):
            actions[event.call_id] = event
        elif isinstance(event, Observation) and event.call_id in actions:
            yield place, actions.pop(event.call_id), event


def calls_noted(events: Sequence[Event]) -> Iterator[Action]:
    """Yield the calls of the tool `note` that were answered in order."""
    for _, action, observation in results(events):
        if action.tool == "note" and observation.status == "ok":
            yield action


def words_said(events: Sequence[Event], *, after: int = -1) -> str:
    """Return what the model said from a place on, summaries included."""
    said = [event.text for event in events[after + 1 :] if isinstance(event, Replied)]
    said += [event.summary for event in events[after + 1 :] if isinstance(event, Finished)]
    return "\n".join(said)


def _attempts(events: Sequence[Event], root: str, written: set[str]) -> Iterator[Attempt]:
    found = [*_commands(events, root), *_checks(events, root)]
    for attempt in sorted(found, key=lambda attempt: attempt.place):
        ran = attempt.invocation
        if ran and ran.script in written:  # a script that the run wrote itself is nobody else's
            yield Attempt(attempt.place, attempt.command, attempt.exit_code, attempt.text, None, attempt.check)
        else:
            yield attempt


def _commands(events: Sequence[Event], root: str) -> Iterator[Attempt]:
    for place, action, result in results(events):
        command = action.arguments.get("command")
        if action.tool == "bash" and isinstance(command, str) and result.exit_code is not None:
            yield Attempt(place, spell(command, root), result.exit_code, result.text, read_command(command, root))


def _checks(events: Sequence[Event], root: str) -> Iterator[Attempt]:
    for place, event in enumerate(events):
        if isinstance(event, Checked) and event.exit_code is not None:
            invocation = read_command(event.command, root)
            yield Attempt(place, spell(event.command, root), event.exit_code, event.text, invocation, event)


def _changes(events: Sequence[Event], root: str) -> Iterator[Touch]:
    """Yield the changes; one that a command made stands at the first command of its step, to be on the safe side."""
    told: set[tuple[int, str]] = set()
    first_command: dict[int, int] = {}
    for place, action, result in results(events):
        if action.tool in {"edit", "write"} and result.status == "ok" and (path := _path(action, root)):
            told.add((result.step, path))
            yield Touch(place, path)
        elif action.tool == "bash":
            first_command.setdefault(result.step, place)
    for place, event in enumerate(events):
        if isinstance(event, Checkpointed) and event.label == "step":
            for path in event.changed:
                if (event.step, path) not in told and is_safe_path(path) and not _is_by_product(path):
                    yield Touch(first_command.get(event.step, place), path, by_command=True)


def _reads(events: Sequence[Event], root: str) -> Iterator[Touch]:
    for place, action, result in results(events):
        if action.tool == "read" and result.status == "ok" and (path := _path(action, root)):
            yield Touch(place, path)


def _path(action: Action, root: str) -> str:
    """Return the path a call names, relative to the root; empty where it is none to learn from."""
    path = action.arguments.get("path")
    if not isinstance(path, str):
        return ""
    named = PurePosixPath(path.removeprefix(f"{root.rstrip('/')}/") if root else path).as_posix()
    return named if is_safe_path(named) and not _is_by_product(named) and named != "." else ""


_CACHES = frozenset(
    {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", ".nox", "node_modules"}
)


def _is_by_product(path: str) -> bool:
    return path.endswith(".pyc") or not _CACHES.isdisjoint(PurePosixPath(path).parts)
