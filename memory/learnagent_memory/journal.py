"""Puts the events of one run on disk, each one before what follows it, and reads them back.

One JSON object a line, flushed and fsynced. A torn last line (the process died while writing it) is
dropped: what it recorded had not been acted upon yet. Secrets are taken out of what is written and told
to listeners, not of what the caller goes on with.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from learnagent_memory.episode import EVENT_PARSER, Event, to_line
from learnagent_memory.errors import StorageError, UsageError
from learnagent_memory.reading import parse_json
from learnagent_memory.redact import Redact, redact_event
from learnagent_memory.redact import redact as redact_known_forms

FILE_NAME = "episode.jsonl"

E = TypeVar("E", bound=Event)
Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Episode:
    """One run as read from disk."""

    id: str
    folder: Path
    events: tuple[Event, ...]
    """In the order written."""
    skipped: int = 0
    """Lines that this version cannot read: foreign, damaged, or of a newer schema."""


class Journal:
    """Appends events to one episode; `append` returns when the event is on disk."""

    def __init__(
        self,
        folder: Path,
        *,
        listeners: tuple[Listener, ...] = (),
        redact: Redact = redact_known_forms,
        first_seq: int = 1,
    ) -> None:
        self.folder = folder
        self._redact = redact
        self._listeners = listeners
        self._seq = first_seq
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(folder / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise _storage_error(folder, error) from error
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        _sync_folder(folder)

    @property
    def id(self) -> str:
        """Id of the episode: the name of its folder."""
        return self.folder.name

    def append(self, event: E) -> E:
        """Write the event, fsync it, tell the listeners and return it with `seq` and `at` set.

        What is written and told is redacted, what is returned is not: the run goes on with it.
        Raises StorageError when it could not be written; the line is then taken back.
        """
        stamped = event.model_copy(update={"seq": self._seq, "at": datetime.now(UTC).isoformat()})
        public = redact_event(stamped, self._redact)
        line = to_line(public).encode() + b"\n"
        end = self._file.seek(0, os.SEEK_END)
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(28, os.strerror(28))
            os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(end)
            raise _storage_error(self.folder, error) from error
        self._seq += 1
        for listener in self._listeners:
            listener(public)
        return stamped

    def close(self) -> None:
        """Close the file; appending afterwards is a mistake."""
        self._file.close()


def new_id() -> str:
    """Return a fresh episode id that sorts by time: `20261122-193145-3fa9c1`."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def reopen(episode: Episode, *, listeners: tuple[Listener, ...] = (), redact: Redact = redact_known_forms) -> Journal:
    """Open an episode to go on writing: a torn tail is cut off first. Raises StorageError."""
    try:
        _cut_torn_tail(episode.folder / FILE_NAME)
    except OSError as error:
        raise _storage_error(episode.folder, error) from error
    last = max((event.seq for event in episode.events), default=0)
    return Journal(episode.folder, listeners=listeners, redact=redact, first_seq=last + 1)


def _cut_torn_tail(path: Path) -> None:
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        with path.open("r+b") as file:
            file.truncate(whole)


def read(folder: Path) -> Episode:
    """Read an episode; lines that cannot be understood are counted, never fatal.

    Raises UsageError when there is no episode in the folder.
    """
    try:
        content = (folder / FILE_NAME).read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"no episode {folder.name}", hint="learnagent episodes list shows them") from error
    except OSError as error:
        raise _storage_error(folder, error) from error
    events: list[Event] = []
    skipped = 0
    for line in content.split(b"\n")[:-1]:
        try:
            events.append(EVENT_PARSER.validate_python(parse_json(line)))
        except (ValidationError, ValueError):
            skipped += 1
    return Episode(id=folder.name, folder=folder, events=tuple(events), skipped=skipped)


def list_ids(episodes: Path) -> list[str]:
    """Return the ids of the episodes under a folder, oldest first; empty where there is none."""
    if not episodes.is_dir():
        return []
    return sorted(child.name for child in episodes.iterdir() if (child / FILE_NAME).is_file())


def _storage_error(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        f"cannot write the episode in {folder} ({error.strerror})",
        hint="free or open that folder; what was recorded before is kept",
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
