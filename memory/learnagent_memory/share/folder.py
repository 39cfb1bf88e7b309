"""A folder that a team shares: a mounted disk, or one that another program keeps in step.

Plain files, no fsspec: its local writes are neither atomic nor synced to the disk.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from learnagent_memory.errors import UsageError, cannot_write
from learnagent_memory.share.remote import EVENTS, MAX_FILE_BYTES, Listing, listing_of

_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class Folder:
    """Events below one folder, which need not be there yet. Links are not followed."""

    def __init__(self, folder: Path) -> None:
        self._events = folder / EVENTS

    def listing(self) -> Listing:
        """Return what is there; a folder that does not exist is empty."""
        return listing_of(self._files())

    def fetch(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of files; those that are gone, links or too large are left out."""
        found: dict[str, bytes] = {}
        for name in names:
            with contextlib.suppress(OSError):
                found[name] = _read(self._events / name)
        return found

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write files by a temporary name and a rename. Raises StorageError."""
        try:
            for name, content in files.items():
                _write(self._events / name, content)
            for folder in {(self._events / name).parent for name in files}:
                _sync(folder)
        except OSError as error:
            raise cannot_write(self._events, error) from error

    def _files(self) -> Iterator[tuple[str, int]]:
        try:
            for month in _children(self._events):
                if month.is_dir(follow_symlinks=False):
                    yield from _sizes(month)
        except OSError as error:
            raise UsageError(f"cannot read {self._events} ({error.strerror})", hint="open the folder") from error


def _sizes(month: os.DirEntry[str]) -> Iterator[tuple[str, int]]:
    for file in _children(Path(month.path)):
        with contextlib.suppress(FileNotFoundError):
            is_plain = file.is_file(follow_symlinks=False)
            yield f"{month.name}/{file.name}", file.stat(follow_symlinks=False).st_size if is_plain else 0


def _children(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder; hidden files are temporary ones."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as found:
        yield from (child for child in found if not child.name.startswith("."))


def _read(path: Path) -> bytes:
    descriptor = os.open(path, _FILE)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_FILE_BYTES:
            raise OSError(f"{path} is no event")
        return file.read(MAX_FILE_BYTES + 1)


def _write(path: Path, content: bytes) -> None:
    """Write a file that others may read as far as the umask allows: the folder is shared."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.is_symlink():
        raise NotADirectoryError(20, "is a link", str(path.parent))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
