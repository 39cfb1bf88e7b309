"""The store of record: one immutable file per event, named after the hash of its bytes. Never edited, never deleted.

A file is written whole or not at all, so any number of writers, copies and merges need no lock. What a
reader cannot accept is reported and stays where it is. It says nothing about what the events mean.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from learnagent_memory.errors import UsageError, cannot_write
from learnagent_memory.lesson_event import AnyLessonEvent, digest_of, from_json, to_bytes
from learnagent_memory.limits import MAX_EVENT_BYTES, check, cleaned
from learnagent_memory.project import Project
from learnagent_memory.reading import parse_json
from learnagent_memory.standing import Entry, merge

EVENTS = "events"
SIGNATURE = ".sig"
_MAX_SIGNATURE_BYTES = 16 * 1024
_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
_NAME = re.compile(r"([0-9a-f]{64})\.json(\.sig)?", re.ASCII)
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
"""Not blocking: opening a named pipe would wait for its writer for ever."""

SignerOf = Callable[[bytes, bytes], str]
"""From the bytes of an event and of its signature to the principal it proves; empty for none."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a ledger that is not counted."""

    path: Path
    """As it is on disk: whoever prints it escapes it."""
    reason: str
    """One printable line."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it lies on disk."""

    digest: str
    content: bytes
    signature: bytes
    """Empty where there is none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a ledger holds."""

    entries: tuple[Entry, ...]
    """Each event once, in no order that means anything."""
    problems: tuple[Problem, ...]


class Ledger:
    """The events of one folder, which need not be there yet.

    `own` says that nobody but the user of this machine writes there.
    """

    def __init__(
        self, folder: Path, *, redact: Callable[[str], str], own: bool, signer_of: SignerOf | None = None
    ) -> None:
        self.folder = folder
        self.own = own
        self._redact = redact
        self._signer_of = signer_of

    def append(self, event: AnyLessonEvent) -> str:
        """Write an event and return its digest: it is on disk by then. Written again, it changes nothing.

        Secrets are taken out of what was said first (`limits.cleaned`), which gives a lesson another id:
        who goes on to refer to it asks `cleaned` first. Raises UsageError for an event that no reader
        would accept, StorageError when it cannot be written.
        """
        return self.extend([event])[0]

    def extend(self, events: Iterable[AnyLessonEvent]) -> list[str]:
        """Write events as `append` does, but wait for each folder once; none is sure to be there before the return."""
        ready = [(event, to_bytes(event)) for event in (self._prepared(event) for event in events)]
        files = [_File(event.at[:7], digest_of(content), content) for event, content in ready]
        self._write(files)
        return [file.digest for file in files]

    def adopt(self, contents: Iterable[tuple[bytes, bytes]]) -> list[str]:
        """Write events from elsewhere byte for byte, each with its signature or b"", and return their digests.

        Raises ValueError, before anything is written, for what `inspect` refuses; StorageError when they
        cannot be written.
        """
        files: list[_File] = []
        for content, signature in contents:
            month, digest = self.inspect(content).at[:7], digest_of(content)
            if signature:
                is_proven = self._signer_of is not None and bool(self._signer_of(content, signature))
                files.append(_File(month, digest, signature, suffix=SIGNATURE, replaces=is_proven))
            files.append(_File(month, digest, content))
        self._write(files)
        return [file.digest for file in files if not file.suffix]

    def inspect(self, content: bytes) -> AnyLessonEvent:
        """Return the event that foreign bytes hold.

        Raises ValueError, with one line that says why, for what is no event or holds a secret.
        """
        event = parse_event(content)
        if cleaned(event, self._redact) != cleaned(event, str):
            raise ValueError("holds a secret")
        return event

    def digests(self) -> frozenset[str]:
        """Return the digests of all events by the names of their files, without opening any."""
        return frozenset(digest for digest, _ in self._scan([]))

    def read(self, digests: Iterable[str] | None = None) -> Reading:
        """Read all events, or those of the given digests; what is damaged or foreign becomes a problem."""
        problems: list[Problem] = []
        entries: list[Entry] = []
        for digest, path in self._paths(digests, problems):
            try:
                entries.append(self._entry(_read_stored(digest, path)))
            except (OSError, ValueError) as error:
                problems.append(Problem(Path(path), _reason(error)))
        return Reading(tuple(merge(entries).values()), tuple(problems))

    def stored(self, digests: Iterable[str]) -> Iterator[Stored]:
        """Yield the bytes of events, to be copied elsewhere; damaged ones and those that are not here are left out."""
        for digest, path in self._paths(digests, []):
            with contextlib.suppress(OSError, ValueError):
                yield _read_stored(digest, path)

    def _prepared(self, event: AnyLessonEvent) -> AnyLessonEvent:
        ready = cleaned(event, self._redact)
        try:
            check(ready)
            if len(to_bytes(ready)) > MAX_EVENT_BYTES:
                raise ValueError(f"it is larger than {MAX_EVENT_BYTES} bytes")
        except ValueError as error:
            raise UsageError(f"this cannot be remembered: {error}", hint="say it in fewer, plainer words") from error
        return ready

    def _entry(self, stored: Stored) -> Entry:
        event = parse_event(stored.content)
        signer = self._signer_of(stored.content, stored.signature) if self._signer_of and stored.signature else ""
        return Entry(stored.digest, event, own=self.own, shared=not self.own, signer=signer)

    def _paths(self, digests: Iterable[str] | None, problems: list[Problem]) -> Iterator[tuple[str, str]]:
        """Yield digest and path of the files asked for; foreign files are problems of a reading of everything only."""
        if digests is None:
            yield from self._scan(problems)
            return
        wanted = frozenset(digests)
        yield from ((digest, path) for digest, path in self._scan([]) if digest in wanted)

    def _scan(self, problems: list[Problem]) -> Iterator[tuple[str, str]]:
        events = self.folder / EVENTS
        if self.folder.is_symlink() or events.is_symlink():
            problems.append(Problem(events, "is a link"))
            return
        for month in _children(str(events), problems):
            if not month.is_dir(follow_symlinks=False) or not _MONTH.fullmatch(month.name):
                problems.append(Problem(Path(month.path), "is no folder of a month"))
                continue
            yield from _event_files(month.path, problems)

    def _write(self, files: Iterable[_File]) -> None:
        months: dict[str, list[_File]] = defaultdict(list)
        for file in files:
            months[file.month].append(file)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _open_folder(self.folder) as root, _open_inside(root, EVENTS) as events:
                for month, ready in months.items():
                    with _open_inside(events, month) as folder:
                        for file in ready:
                            file.put(folder)
                        os.fsync(folder)
        except OSError as error:
            raise cannot_write(self.folder, error) from error


@dataclass(frozen=True, slots=True)
class Store:
    """Every ledger of a project, read as one."""

    private: Ledger
    """What this machine's user learned: where new events go."""
    shared: tuple[Ledger, ...]

    def digests(self) -> frozenset[str]:
        """Return the digests of all events, without opening any."""
        return frozenset().union(*(ledger.digests() for ledger in (self.private, *self.shared)))

    def read(self, digests: Iterable[str] | None = None) -> Reading:
        """Read all events, or those of the given digests, each once."""
        wanted = None if digests is None else frozenset(digests)
        readings = [ledger.read(wanted) for ledger in (self.private, *self.shared)]
        merged = merge(*(reading.entries for reading in readings))
        return Reading(tuple(merged.values()), tuple(problem for reading in readings for problem in reading.problems))


def open_store(project: Project, *, redact: Callable[[str], str], signer_of: SignerOf | None = None) -> Store:
    """Return the store of a project: private, committed and team ledger. Nothing is read or written yet."""
    return Store(
        Ledger(project.private_memory, redact=redact, own=True, signer_of=signer_of),
        tuple(
            Ledger(folder, redact=redact, own=False, signer_of=signer_of)
            for folder in (project.shared_memory, project.team_memory)
        ),
    )


def parse_event(content: bytes) -> AnyLessonEvent:
    """Return the event that bytes hold. Raises ValueError, with one printable line, for anything else."""
    try:
        if len(content) > MAX_EVENT_BYTES:
            raise ValueError(f"is larger than {MAX_EVENT_BYTES} bytes")
        event = from_json(parse_json(content.decode()))
        check(event)
    except ValueError as error:
        raise ValueError(_reason(error)) from error
    return event


@dataclass(frozen=True, slots=True)
class _File:
    """A file to be written."""

    month: str
    digest: str
    content: bytes
    suffix: str = ""
    replaces: bool = True
    """Whether it takes the place of another content: of a torn event, of a signature that proves less."""

    def put(self, folder: int) -> None:
        """Write it into an open folder, whole or not at all; other processes may do the same."""
        name = f"{self.digest}.json{self.suffix}"
        before = _present(name, folder)
        if before == self.content or (before is not None and not self.replaces):
            return
        temporary = f".{self.digest}.{secrets.token_hex(8)}.tmp"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            os.unlink(temporary, dir_fd=folder)
            raise


@contextlib.contextmanager
def _open_folder(path: Path | str, inside: int | None = None) -> Iterator[int]:
    """Hold a folder open by its descriptor: nothing below it can be led elsewhere by a link put there meanwhile."""
    descriptor = os.open(path, _DIRECTORY, dir_fd=inside)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _open_inside(parent: int, name: str) -> Iterator[int]:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o700, dir_fd=parent)
        os.fsync(parent)
    with _open_folder(name, parent) as descriptor:
        yield descriptor


def _event_files(folder: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    for file in _children(folder, problems):
        name = _NAME.fullmatch(file.name)
        if name is None:
            problems.append(Problem(Path(file.path), "is not named like an event"))
        elif not file.is_file(follow_symlinks=False):
            problems.append(Problem(Path(file.path), "is no plain file"))
        elif not name[2]:
            yield name[1], file.path


def _children(folder: str, problems: list[Problem]) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder, hidden files left out: those are temporary ones, or .gitignore and its like."""
    try:
        with os.scandir(folder) as found:
            yield from (child for child in found if not child.name.startswith("."))
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(Problem(Path(folder), _reason(error)))


def _read_stored(digest: str, path: str) -> Stored:
    content = _read_file(path, MAX_EVENT_BYTES)
    if digest_of(content) != digest:
        raise ValueError("is torn or was altered: its name is not its hash")
    return Stored(digest, content, _read_signature(f"{path}{SIGNATURE}"))


def _read_signature(path: str) -> bytes:
    """Return the signature beside an event; a damaged one proves nothing and costs nothing else."""
    with contextlib.suppress(OSError, ValueError):
        return _read_file(path, _MAX_SIGNATURE_BYTES)
    return b""


def _present(name: str, folder: int) -> bytes | None:
    with contextlib.suppress(OSError, ValueError):
        return _read_file(name, MAX_EVENT_BYTES, inside=folder)
    return None


def _read_file(path: str, limit: int, *, inside: int | None = None) -> bytes:
    """Return the content of a plain file, no link followed. Raises OSError, ValueError."""
    descriptor = os.open(path, _FILE, dir_fd=inside)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise ValueError("is no plain file")
        if state.st_size > limit:
            raise ValueError(f"is larger than {limit} bytes")
        return file.read()


def _reason(error: OSError | ValueError) -> str:
    match error:
        case OSError():
            said = error.strerror or "cannot be read"
        case ValidationError():
            first = error.errors(include_url=False, include_input=False)[0]
            said = f"no event: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        case _:
            said = str(error)
    return "".join(character if character.isprintable() else "?" for character in said)[:200]
