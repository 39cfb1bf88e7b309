"""Copies the events that one side lacks, both ways, between a shared ledger and a remote.

Safe at any concurrency and after any interruption: events are immutable and named after their hash, so
whatever is missing is simply copied next time. Nothing is deleted, on either side.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from learnagent_memory.errors import UsageError
from learnagent_memory.ledger import Ledger, Problem, Stored
from learnagent_memory.lesson_event import digest_of
from learnagent_memory.share.folder import Folder
from learnagent_memory.share.remote import Listing, Remote, UnreachableError, split_name

BATCH = 256
"""Events copied at once: bounds memory to 32 MiB, and what an interruption costs."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did."""

    received: int
    """Events that are new here."""
    sent: int
    """Events that are new there; stored there by now."""
    problems: tuple[Problem, ...]
    """What was not copied, and why: it stays where it is."""
    seconds: float
    offline: bool
    """Whether the remote could not be reached, at all or to the end."""


def sync(ledger: Ledger, remote: Remote) -> SyncReport:
    """Copy what is missing both ways.

    What the ledger does not accept (no event, a newer schema, a secret) stays at the remote and is
    reported. Raises UsageError for a private ledger, and where the remote refuses access.
    """
    if ledger.own:
        raise UsageError("a private memory is never synced", hint="share lessons first: learnagent memory share ID")
    started = time.monotonic()
    copying = _Copying(ledger, remote)
    offline = copying.run()
    return SyncReport(
        copying.received, copying.sent, tuple(copying.problems), time.monotonic() - started, offline=offline
    )


@dataclass(slots=True)
class _Copying:
    """One sync under way."""

    ledger: Ledger
    remote: Remote
    received: int = 0
    sent: int = 0
    problems: list[Problem] = field(default_factory=list)

    def run(self) -> bool:
        """Copy both ways and return whether the remote was out of reach."""
        try:
            listing = self.remote.listing()
            if listing.foreign:
                self.problems.append(Problem(Path("remote"), f"{listing.foreign} files there are no events"))
            here, there = _by_key(Folder(self.ledger.folder).listing()), _by_key(listing)
            self._receive({key: name for key, name in there.items() if key not in here})
            self._send({key: name for key, name in here.items() if key not in there})
        except UnreachableError as error:
            self.problems.append(Problem(Path("remote"), error.message))
            return True
        return listing.offline

    def _receive(self, wanted: Mapping[_Key, str]) -> None:
        for digests in _batches(sorted({digest for digest, _ in wanted})):
            names = {key: wanted[key] for key in _keys(digests) if key in wanted}
            found = self.remote.fetch(tuple(names.values()))
            contents = {key: found[name] for key, name in names.items() if name in found}
            known = [digest for digest in digests if (digest, False) not in names]
            contents |= {(stored.digest, False): stored.content for stored in self._stored(known)}
            self._adopt({key: content for key, content in contents.items() if self._is_itself(key, content)}, names)

    def _is_itself(self, key: _Key, content: bytes) -> bool:
        digest, is_signature = key
        if is_signature or digest_of(content) == digest:
            return True
        self.problems.append(Problem(Path(f"{digest}.json"), "is not what its name says, at the remote"))
        return False

    def _adopt(self, contents: Mapping[_Key, bytes], new: Mapping[_Key, str]) -> None:
        pairs = {
            digest: (content, contents.get((digest, True), b""))
            for (digest, is_signature), content in contents.items()
            if not is_signature
        }
        try:
            accepted = self.ledger.adopt(pairs.values())
        except ValueError:
            accepted = [digest for digest, pair in pairs.items() if self._adopt_one(digest, pair)]
        self.received += sum((digest, False) in new for digest in accepted)

    def _adopt_one(self, digest: str, pair: tuple[bytes, bytes]) -> bool:
        try:
            self.ledger.adopt([pair])
        except ValueError as error:
            self.problems.append(Problem(Path(f"{digest}.json"), str(error)))
            return False
        return True

    def _send(self, missing: Mapping[_Key, str]) -> None:
        stored = self._stored({digest for digest, _ in missing})
        for batch in _batches(stored):
            files: dict[str, bytes] = {}
            for one in batch:
                parts = (((one.digest, False), one.content), ((one.digest, True), one.signature))
                files |= {missing[key]: content for key, content in parts if key in missing and content}
            self.remote.put(files)
            self.sent += sum((one.digest, False) in missing for one in batch)

    def _stored(self, digests: Iterable[str]) -> Iterator[Stored]:
        """Yield events as they lie here; a damaged one is a problem."""
        wanted = set(digests)
        if not wanted:
            return
        for one in self.ledger.stored(frozenset(wanted)):
            wanted.discard(one.digest)
            yield one
        self.problems += [Problem(Path(f"{digest}.json"), "is damaged here") for digest in sorted(wanted)]


_Key = tuple[str, bool]
"""Digest of an event, and whether its signature is meant: the month in a foreign name may be a lie."""


def _by_key(listing: Listing) -> dict[_Key, str]:
    keys = ((split_name(name), name) for name in sorted(listing.names))
    return {key: name for key, name in keys if key}


def _keys(digests: Iterable[str]) -> Iterator[_Key]:
    return ((digest, is_signature) for digest in digests for is_signature in (False, True))


def _batches(items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    remaining = iter(items)
    while batch := tuple(islice(remaining, BATCH)):
        yield batch
