"""Holds the paths a model writes inside the root, and opens them so that no link leads out meanwhile.

Says what is protected and what is a secret file; whether a thing may be done at all is for `permission`.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from learnagent.permissions.secret_files import is_secret as is_secret
from learnagent_memory.errors import LearnAgentError, StorageError

_PROTECTED = {
    ".git": "git's own files are not for tools to write",
    ".learnagent": "learnagent's own files are not for tools to write",
}
_INSIDE = "name a file inside the repository"
_DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
_FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_THROUGH = getattr(os, "O_PATH", os.O_RDONLY) | _FOLDER
"""Opens a folder on the way: O_PATH needs no right to list it (`/home` is 0711 on shared machines)."""


class PathRefusedError(LearnAgentError):
    """A path leaves the root or cannot be used as asked: the model names another one."""


def resolve(root: Path, text: str) -> Path:
    """Return the path a model wrote, held inside the root: its folder is real, its last name as written.

    An absolute path is fine inside the root. Raises PathRefusedError for one that is empty, holds a NUL, or
    leaves the root by `..`, by being absolute, or through a symlink anywhere on its way.
    """
    if not text.strip() or "\0" in text:
        raise PathRefusedError("the path is empty or holds a NUL", hint=_INSIDE)
    try:
        base = root.resolve()
        path = _with_real_folder(base / text)
        real = path.resolve()  # a RuntimeError is a loop of links, before Python 3.13
        with suppress(FileNotFoundError, NotADirectoryError):
            os.lstat(path)  # refuses a name too long, a folder closed to us
    except (OSError, ValueError, RuntimeError) as error:
        raise PathRefusedError(f"{text!r} is not a usable path", hint=_INSIDE) from error
    if not (path.is_relative_to(base) and real.is_relative_to(base)):
        raise PathRefusedError(f"{text!r} is outside the repository", hint=_INSIDE)
    return path


def is_protected(root: Path, path: Path) -> str | None:
    """Return why a path must not be written, or None: git's own files and learnagent's, at any depth."""
    base = root.resolve()
    for candidate in (path, path.resolve()):
        inside = candidate.relative_to(base) if candidate.is_relative_to(base) else candidate
        for name in inside.parts:
            if reason := _PROTECTED.get(_folded(name)):
                return reason
    folders = (folder for folder in path.resolve().parents if folder != base and folder.is_relative_to(base))
    return _PROTECTED[".git"] if any(_is_git_dir(folder) for folder in folders) else None


def read_bytes(root: Path, path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes, without following a link that appeared since `resolve`.

    Raises PathRefusedError where it cannot be read, is no regular file, is larger, or lies outside the root.
    """
    real = path.resolve()
    if not real.is_relative_to(root.resolve()):
        raise PathRefusedError(f"{path.name} is outside the repository", hint=_INSIDE)
    with _plain_errors("read", path), _open_folder(real.parent) as folder:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not hang us
        with os.fdopen(os.open(real.name, flags, dir_fd=folder), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise PathRefusedError(f"{path.name} is not a regular file", hint="name a file")
            content = file.read(limit + 1)
    if len(content) > limit:
        raise PathRefusedError(f"{path.name} is larger than {limit:,} bytes", hint="look at parts of it")
    return content


def write_bytes_atomic(path: Path, data: bytes) -> None:
    """Replace or create a file in one step, on disk when this returns; its permission bits are kept.

    `path` is as `resolve` returned it: a folder that became a link since is refused. Missing folders are
    made; where `path` is a symlink, its target is replaced. Raises PathRefusedError where the file cannot be
    written, StorageError where the disk cannot take it; either way the old content stands.
    """
    target = path.resolve() if path.is_symlink() else path
    with _plain_errors("write", path), _open_folder(target.parent, create=True) as folder:
        before = _existing(folder, target.name)
        temporary = f".learnagent-{secrets.token_hex(8)}.tmp"
        try:
            _write_new(folder, temporary, data, like=before)
            os.replace(temporary, target.name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise


def _with_real_folder(path: Path) -> Path:
    """Resolve all but the last name: `.env` stays `.env` even where it is a link to another name."""
    return path.resolve() if path.name in ("", "..") else path.parent.resolve() / path.name


def _folded(name: str) -> str:
    """Return a name as a case-blind file system sees it; HFS+ also skips invisible characters."""
    return "".join(char for char in name if unicodedata.category(char) != "Cf").casefold()


def _is_git_dir(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


@contextmanager
def _open_folder(folder: Path, *, create: bool = False) -> Iterator[int]:
    """Yield a descriptor of a folder, reached name by name from `/` without following any link."""
    descriptor = os.open("/", _THROUGH)
    try:
        for name in folder.parts[1:]:
            above, descriptor = descriptor, _enter(descriptor, name, create=create)
            os.close(above)
        above, descriptor = descriptor, os.open(".", os.O_RDONLY | _FOLDER, dir_fd=descriptor)
        os.close(above)
        yield descriptor
    finally:
        os.close(descriptor)


def _enter(folder: int, name: str, *, create: bool) -> int:
    try:
        return os.open(name, _THROUGH, dir_fd=folder)
    except FileNotFoundError:
        if not create:
            raise
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
    return os.open(name, _THROUGH, dir_fd=folder)


def _existing(folder: int, name: str) -> os.stat_result | None:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise PathRefusedError(f"{name} is not a regular file", hint="name a file")
    return found


def _write_new(folder: int, name: str, data: bytes, *, like: os.stat_result | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, 0o666 if like is None else 0o600, dir_fd=folder), "wb") as file:
        file.write(data)
        file.flush()
        if like is not None:
            with suppress(PermissionError):  # only root may keep another owner
                os.fchown(file.fileno(), like.st_uid, like.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(like.st_mode))
        os.fsync(file.fileno())


@contextmanager
def _plain_errors(verb: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot {verb} {path.name} ({error.strerror})"
        if verb == "write" and error.errno in _DISK_ERRORS:
            raise StorageError(message, hint="free or open that disk; the file is as it was") from error
        raise PathRefusedError(message, hint="look at the path and its folder") from error
