"""Reads what git's log holds for learning: messages, changed files, renames, and guesses at changed symbols.

Plumbing only (`rev-list`, `diff-tree`), so that no setting of the user changes the output, and nothing is
fetched. Commits are read in batches, and hunks only of those that may teach: a mass commit costs its names.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import IO, cast

from learnagent_memory.git import Git
from learnagent_memory.hardening import Pairs
from learnagent_memory.history.commit import MASS_FILES, Change, Commit, Status
from learnagent_memory.history.definition import git_attributes, git_settings
from learnagent_memory.history.hunks import CommitHunks, HunkReader
from learnagent_memory.history.message import clean_body, clean_subject, noise_in
from learnagent_memory.languages import language_of

DEFAULT_LIMIT = 7_000
BATCH = 500
MAX_FILES = 20_000
"""Of one commit: an import of a tree of 100,000 files is known to be a mass commit long before its end."""

BATCH_LIMIT_S = 60.0
"""A batch takes 0.3 to 1.2 s on the projects measured; one that hangs is ended, and the update says so."""

_FORMAT = "--format=commit %H%x00%ct%x00%an%x00%ae%x00%s%x00%b"
_FIELDS = 6
_RENAMES = ("-M", "-l400")
"""400 x 400 files are compared at most; beyond, only renames without a change are found."""
_SETTINGS: Pairs = (("core.bigFileThreshold", "1m"),)
"""Larger files are not diffed: they are data, and one of them could fill the memory."""
_SUBMODULE = b"160000"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of git's raw diff."""

    status: str
    old_path: str
    path: str
    is_submodule: bool


@dataclass(frozen=True, slots=True)
class _Raw:
    """A commit with its files in git's order, before their hunks are known."""

    commit: Commit
    entries: tuple[_Entry, ...]


def ancestors(root: Path, until: str, *, since: str | None = None, limit: int = DEFAULT_LIMIT) -> list[str]:
    """Return `until` and its ancestors that are no merges, the newest first, children before parents.

    `since` and its ancestors are left out. Empty where `until` is no commit, as on an unborn branch. The
    oldest commits of a shallow clone are left out: they seem to add every file.
    """
    git = Git(root)
    tip = git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{until}^{{commit}}", ok=(0, 1, 128))
    if not tip or limit <= 0:
        return []
    without = [f"^{since}"] if since else []
    listed = git.text("rev-list", "--no-merges", "--topo-order", f"-n{limit}", "--end-of-options", tip, *without)
    boundary = _shallow_boundary(git)
    return [oid for oid in listed.split() if oid not in boundary]


def read_log(
    root: Path, *, until: str = "HEAD", since: str | None = None, limit: int = DEFAULT_LIMIT
) -> Iterator[Commit]:
    """Yield `until` and its ancestors that are no merges, as `ancestors` orders them.

    Raises GitError where objects are missing, StorageError where git cannot run.
    """
    return read_commits(root, ancestors(root, until, since=since, limit=limit))


def read_commits(root: Path, oids: Sequence[str]) -> Iterator[Commit]:
    """Yield these commits in this order, those without any change left out; raises as `read_log` does."""
    git = Git(root)
    has_blobs = not _is_partial(git)
    with tempfile.TemporaryDirectory(prefix="learnagent-") as folder:
        attributes = Path(folder, "attributes")
        attributes.write_text(git_attributes(), encoding="utf-8")
        settings = (*_SETTINGS, ("core.attributesFile", str(attributes)), *git_settings())
        for start in range(0, len(oids), BATCH):
            yield from _read_batch(git, oids[start : start + BATCH], settings if has_blobs else None)


def _read_batch(git: Git, oids: Sequence[str], settings: Pairs | None) -> Iterator[Commit]:
    """Yield a batch of commits; `settings` is None where the contents of files are not at hand."""
    renames = _RENAMES if settings is not None else ("-M100%",)
    command = ("diff-tree", "--stdin", "--root", "-r", *renames)
    stdin = "".join(f"{oid}\n" for oid in oids).encode()
    with git.stream(
        *command, "-z", "--raw", "--encoding=UTF-8", _FORMAT, stdin=stdin, settings=_SETTINGS, limit_s=BATCH_LIMIT_S
    ) as output:
        raws = list(_raw_commits(output))
    wanted = {raw.commit.oid: raw for raw in raws if not raw.commit.noise}
    hunks: dict[str, CommitHunks] = {}
    if wanted and settings is not None:
        patch = ("-p", "-U0", "--inter-hunk-context=0", "--no-color", "--format=commit %H")
        chosen = "".join(f"{oid}\n" for oid in wanted).encode()
        languages = {oid: [language_of(entry.path) for entry in _sections(raw)] for oid, raw in wanted.items()}
        with git.stream(*command, *patch, stdin=chosen, settings=settings, limit_s=BATCH_LIMIT_S) as output:
            hunks = {found.oid: found for found in HunkReader(output).commits(languages)}
    for raw in raws:
        yield _with_hunks(raw, hunks.get(raw.commit.oid))


def _with_hunks(raw: _Raw, hunks: CommitHunks | None) -> Commit:
    """Return the commit with its symbols; without them where the diff does not tell of the same files."""
    sections = _sections(raw)
    if hunks is None or len(hunks.files) != len(sections):
        return raw.commit
    symbols = {entry.path: found.symbols for entry, found in zip(sections, hunks.files, strict=True)}
    changes = tuple(replace(change, symbols=symbols.get(change.path, ())) for change in raw.commit.changes)
    layout_only = bool(hunks.files) and all(found.layout_only for found in hunks.files)
    return replace(raw.commit, changes=changes, noise="format" if layout_only else "")


def _sections(raw: _Raw) -> list[_Entry]:
    """Return the files as the patch shows them: one whose type changes is deleted and made anew."""
    return list(chain.from_iterable([entry] * (2 if entry.status == "T" else 1) for entry in raw.entries))


def _raw_commits(output: IO[bytes]) -> Iterator[_Raw]:
    items = _items(output)
    item = next(items, None)
    while item is not None:
        if not item.startswith(b"commit "):
            item = next(items, None)
            continue
        fields = [item, *(next(items, b"") for _ in range(_FIELDS - 1))]
        entries: list[_Entry] = []
        count = 0
        item = next(items, None)
        while item is not None and item.lstrip(b"\n").startswith(b":"):
            entry = _entry(item.lstrip(b"\n"), items)
            count += 1
            if count <= MAX_FILES:
                entries.append(entry)
            item = next(items, None)
        if entries:
            yield _raw_commit(fields, entries, count)


def _entry(head: bytes, items: Iterator[bytes]) -> _Entry:
    """Return one file of a raw diff: `:mode mode oid oid status`, then one path or two."""
    parts = head.split()
    status = chr(parts[-1][0])
    old_path = os.fsdecode(next(items, b""))
    path = os.fsdecode(next(items, b"")) if status in "RC" else old_path
    return _Entry(status, old_path, path, is_submodule=_SUBMODULE in (parts[0][1:], parts[1]))


def _raw_commit(fields: list[bytes], entries: list[_Entry], count: int) -> _Raw:
    head, at, author, address, subject, body = (field.decode("utf-8", "replace") for field in fields)
    commit = Commit(
        oid=head.removeprefix("commit "),
        at=int(at) if at.isdigit() else 0,
        author=author,
        subject=clean_subject(subject),
        body=clean_body(body),
        changes=_changes(entries, mass=count > MASS_FILES),
        files=count,
        noise="mass" if count > MASS_FILES else noise_in(subject, author=author, address=address),
    )
    return _Raw(commit, tuple(entries))


def _changes(entries: list[_Entry], *, mass: bool) -> tuple[Change, ...]:
    kept = (entry for entry in entries if not entry.is_submodule and (entry.status == "R" or not mass))
    return tuple(
        Change(path=entry.path, old_path=entry.old_path, status=_status(entry.status))
        for entry in sorted(kept, key=lambda entry: entry.path)
    )


def _status(letter: str) -> Status:
    return cast(Status, letter) if letter in "AMDR" else "M"


def _items(output: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands between NUL bytes."""
    rest = b""
    while chunk := output.read(1 << 16):
        *items, rest = (rest + chunk).split(b"\0")
        yield from items
    if rest:
        yield rest


def _is_partial(git: Git) -> bool:
    """Return whether contents of files may be missing here: a partial clone, which we never fill."""
    return bool(git.run("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$", ok=(0, 1)))


def _shallow_boundary(git: Git) -> frozenset[str]:
    """Return the commits whose parents a shallow clone does not have."""
    path = git.cwd / git.text("rev-parse", "--git-path", "shallow")
    return frozenset(path.read_text(encoding="ascii", errors="replace").split()) if path.is_file() else frozenset()
