"""Puts single files back into the working tree, and takes them away: never outside of the root.

Every folder on the way is opened without following links, and a file appears under its name whole, by
rename. What to restore is decided elsewhere (`undo`).
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO

from learnagent.checkpoints.modes import LINK, File
from learnagent_memory.git import Git

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

# What stands where a folder or file must go: a link, a file, a folder that is not empty.
_IN_THE_WAY = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENOTEMPTY, errno.EEXIST, errno.EISDIR})


def put(git: Git, path: str, file: File) -> bool:
    """Write a file with its permission bits, or a link, below the folder of `git`.

    False where something is in the way: that stays as it is. An OSError of the disk passes through.
    """
    try:
        with _parent(git, path, create=True) as (folder, name):
            _replace(git, file, folder, name)
    except OSError as error:
        if error.errno not in _IN_THE_WAY:
            raise
        return False
    return True


def remove(git: Git, path: str) -> bool:
    """Remove a file or link, and the folders that become empty; as `put` where something is in the way."""
    try:
        with _parent(git, path) as (folder, name):
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno not in _IN_THE_WAY:
            raise
        return False
    with suppress(OSError):  # the first folder that is not empty, or cannot be removed, ends it
        while path := path.rpartition("/")[0]:
            with _parent(git, path) as (folder, name):
                os.rmdir(name, dir_fd=folder)
    return True


@contextmanager
def _parent(git: Git, path: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
    """Open the folder that a path lies in; yields its descriptor and the last part of the path."""
    *parts, name = path.split("/")
    folder = os.open(git.cwd, _FOLDER)
    try:
        for part in parts:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=folder)
            below = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = below
        yield folder, name
    finally:
        os.close(folder)


def _replace(git: Git, file: File, folder: int, name: str) -> None:
    temporary = f".learnagent-{secrets.token_hex(6)}"
    try:
        if file.mode == LINK:
            target = BytesIO()
            git.copy_blob(file.oid, target)
            os.symlink(target.getvalue(), temporary, dir_fd=folder)
        else:
            with os.fdopen(os.open(temporary, _FRESH, 0o600, dir_fd=folder), "wb") as stream:
                git.copy_blob(file.oid, stream)
                os.fchmod(stream.fileno(), file.permissions)
        with suppress(FileNotFoundError, NotADirectoryError):
            os.rmdir(name, dir_fd=folder)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
        raise
