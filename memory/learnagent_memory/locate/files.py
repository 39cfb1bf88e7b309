"""The files of a commit or of a working tree with an id for each content, cheaply: git knows nearly all of them.

Contents are for `learnagent_memory.tree` to read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from learnagent_memory.git import Git
from learnagent_memory.locate.kind import is_ranked
from learnagent_memory.tree import WorkingTree

_FILES = ("100644", "100755")


def files_at(root: Path, commit: str) -> dict[str, str]:
    """Return path -> blob id of the files of a commit that are worth ranking. Raises GitError."""
    entries = Git(root).names("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
    found: dict[str, str] = {}
    for entry in entries:
        head, _, path = entry.partition("\t")
        mode, _, oid = head.split(" ")
        if mode in _FILES and is_ranked(path):
            found[path] = oid
    return found


def files_of(root: Path) -> dict[str, str]:
    """Return path -> id of the files of a working tree that are worth ranking, ignored ones left out.

    What differs from the index is read and hashed, so that its id is its content's too. Raises GitError.
    """
    git = Git(root)
    tree = WorkingTree(root)
    found: dict[str, str] = {}
    for entry in git.names("ls-files", "-s", "-z"):
        head, _, path = entry.partition("\t")
        mode, oid, _ = head.split(" ")
        if mode in _FILES and is_ranked(path):
            found[path] = oid
    for path in git.names("ls-files", "-z", "--modified", "--deleted", "--others", "--exclude-standard"):
        if is_ranked(path):
            content = tree.read(path)
            if content is None:
                found.pop(path, None)
            else:
                found[path] = hashlib.blake2b(content, digest_size=20).hexdigest()
    return found
