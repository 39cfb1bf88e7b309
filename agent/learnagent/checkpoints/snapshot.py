"""What the working tree holds at one moment, byte for byte, as blobs in the repository's object store.

No filter, no line-end conversion: the raw bytes. A stat cache makes the second snapshot cost what
changed. It makes no commit and touches neither HEAD nor the user's index.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError

from learnagent.checkpoints.modes import EXECUTABLE, LINK, REGULAR, File
from learnagent.checkpoints.survey import take_survey
from learnagent_memory.errors import cannot_write
from learnagent_memory.git import Git

RACY_NS = 2_000_000_000
"""A file changed within this time before a snapshot may change again within one tick of its clock."""


class Stamp(NamedTuple):
    """What changes whenever a file's contents do."""

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int
    mode: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole tree at one moment."""

    files: Mapping[str, File]
    """By path relative to the root, odd bytes as in os.fsdecode."""
    stamps: Mapping[str, Stamp]
    """As the files were when they were read."""
    skipped: tuple[str, ...]
    """Paths that exist but could not be read; in `files` they are as they were before, if they were."""


def take_snapshot(git: Git, cache: StatCache, before: Mapping[str, File]) -> Snapshot:
    """Store what changed since the cache was filled, and return the whole tree below the folder of `git`.

    `before` are the files of the snapshot before: what cannot be read now counts as it was then.
    Raises StorageError when the object store cannot be written.
    """
    started_ns = time.time_ns()
    found = take_survey(git, before)
    stamps = {path: stamp(status) for path, status in found.stats.items()}
    oids = {path: oid for path, seen in stamps.items() if (oid := cache.oid(path, seen))}
    oids |= _store(git, [path for path in stamps if path not in oids], stamps)
    cache.replace({path: (*stamps[path], oid) for path, oid in oids.items()}, started_ns)
    files = {path: _file(stamps[path], oid) for path, oid in oids.items()}
    unread = (path for path in stamps if path not in oids and os.path.lexists(git.cwd / path))
    skipped = (*found.unreadable, *unread)
    files |= {path: before[path] for path in skipped if path in before}
    return Snapshot(files=files, stamps=stamps, skipped=skipped)


def stamp(status: os.stat_result) -> Stamp:
    """Return the stamp of a file's status."""
    return Stamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_mode)


_Known = tuple[int, int, int, int, int, Annotated[str, Field(pattern=r"^[0-9a-f]{40,64}$")]]
_ENTRIES: TypeAdapter[dict[str, _Known]] = TypeAdapter(dict[str, _Known])


class StatCache:
    """Remembers which blob a file's contents are, for as long as its stamp stays the same."""

    def __init__(self, path: Path, git: Git) -> None:
        self._path = path
        self._unsaved = 0
        self._entries = _existing(git, _read(path))

    def oid(self, path: str, seen: Stamp) -> str | None:
        """Return the blob of a file that was not changed since; None when that is not certain."""
        known = self._entries.get(path)
        return known[5] if known is not None and known[:5] == seen else None

    def replace(self, entries: dict[str, _Known], started_ns: int) -> None:
        """Take over a snapshot begun at `started_ns`, but for the files changed just before it."""
        settled = {path: known for path, known in entries.items() if known[1] < started_ns - RACY_NS}
        self._unsaved += sum(known != self._entries.get(path) for path, known in settled.items())
        self._entries = settled

    def save(self, *, at_least: int = 1) -> None:
        """Write the cache when that many entries are new; a lost cache costs time, nothing else."""
        if self._unsaved < at_least:
            return
        spelled = {os.fsencode(path).decode("latin-1"): known for path, known in self._entries.items()}
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            temporary.write_bytes(_ENTRIES.dump_json(spelled))
            temporary.replace(self._path)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        self._unsaved = 0


def _read(path: Path) -> dict[str, _Known]:
    try:
        spelled = _ENTRIES.validate_json(path.read_bytes())
        return {os.fsdecode(name.encode("latin-1")): known for name, known in spelled.items()}
    except (OSError, ValidationError, UnicodeEncodeError):
        return {}


def _existing(git: Git, entries: dict[str, _Known]) -> dict[str, _Known]:
    """Drop the entries whose blob is gone: git's own cleaning takes what no ref holds."""
    oids = {known[5] for known in entries.values()}
    wanted = "".join(f"{oid}\n" for oid in oids).encode()
    answer = git.run("cat-file", "--batch-check=%(objecttype)", "--buffer", stdin=wanted) if oids else b""
    present = {oid for oid, kind in zip(oids, answer.splitlines(), strict=False) if kind == b"blob"}
    return {path: known for path, known in entries.items() if known[5] in present}


def _file(seen: Stamp, oid: str) -> File:
    if stat.S_ISLNK(seen.mode):
        return File(LINK, oid, 0)
    return File(EXECUTABLE if seen.mode & stat.S_IXUSR else REGULAR, oid, seen.mode & 0o777)


def _store(git: Git, paths: Sequence[str], stamps: Mapping[str, Stamp]) -> dict[str, str]:
    """Write the contents as blobs; what cannot be read is missing from the answer."""
    links = [path for path in paths if stat.S_ISLNK(stamps[path].mode)]
    regular = [path for path in paths if not stat.S_ISLNK(stamps[path].mode)]
    return _store_files(git, regular) | _store_links(git, links)


def _store_files(git: Git, paths: Sequence[str]) -> dict[str, str]:
    stored: dict[str, str] = {}
    remaining = list(paths)
    stuck = ""
    while remaining:
        lines = b"".join(_quoted(path) + b"\n" for path in remaining)
        done = git.call("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=lines)
        oids = done.output.decode().split()
        stored.update(zip(remaining, oids, strict=False))
        remaining = remaining[len(oids) :]
        if done.code == 0 or not remaining:
            break
        # git ends at the first file it cannot read: go on behind it, unless it is not the file's fault.
        if not _is_readable(git.cwd / remaining[0]):
            del remaining[0]
        elif stuck == remaining[0]:
            raise done.error()
        else:
            stuck = remaining[0]
    return stored


def _store_links(git: Git, links: Sequence[str]) -> dict[str, str]:
    """Write the targets of links as blobs, by way of files that hold them: one call for all."""
    targets = {path: target for path in links if (target := _target(git.cwd, path)) is not None}
    if not targets:
        return {}
    with tempfile.TemporaryDirectory(prefix="learnagent-links-") as folder:
        copies = {f"{folder}/{number}": path for number, path in enumerate(targets)}
        for copy, path in copies.items():
            Path(copy).write_bytes(targets[path])
        return {copies[copy]: oid for copy, oid in _store_files(git, tuple(copies)).items()}


def _target(root: Path, path: str) -> bytes | None:
    # Not Path.readlink(): it tidies the target up, and undo must give back the same bytes.
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return os.readlink(os.fsencode(path), dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)


def _is_readable(path: Path) -> bool:
    try:
        path.open("rb").close()
    except OSError:
        return False
    return True


_SPECIAL = re.compile(rb'[\x00-\x1f"\\]')


def _quoted(path: str) -> bytes:
    """Write a path as `--stdin-paths` reads it: quoted as in C where it holds what would end the line."""
    raw = os.fsencode(path)
    if not _SPECIAL.search(raw):
        return raw
    return b'"' + _SPECIAL.sub(lambda match: b"\\%03o" % match[0][0], raw) + b'"'
