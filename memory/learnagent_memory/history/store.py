"""The project's history at hand: reads what is new of it, keeps it, and answers for one head or an older point.

Reading lies in `log`, keeping in `database`, the answers in `past`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from learnagent_memory.errors import GitError
from learnagent_memory.git import Git, Repository
from learnagent_memory.history.commit import Commit
from learnagent_memory.history.database import CommitCache
from learnagent_memory.history.log import BATCH, DEFAULT_LIMIT, ancestors, read_commits
from learnagent_memory.history.past import ChangedSymbol, Counts, Coupled, HotSpot, Past, RelatedTest

FILE_NAME = "history.sqlite"
DEFAULT_LIMIT_S = 60.0
_FORGET_ABOVE = 4
"""Commits of other branches are dropped when the cache holds so many times the limit."""


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did."""

    commits: int
    """Known now, for this head."""
    read: int
    """Of these, read from git this time."""
    seconds: float
    complete: bool
    """Whether all that the limit allows are known; the next update goes on where this one stopped."""
    kept: bool
    """Whether the disk took them; else the next run reads them again."""
    problem: str = ""
    """What git said where it could not read on, as in a clone without contents."""


class History:
    """What git knows of a project, for one head at a time; nothing before the first `update`."""

    def __init__(self, path: Path) -> None:
        """Take the path of the cache, such as `project.index / FILE_NAME`: it may be missing or damaged."""
        self._cache = CommitCache(path)
        self._known: dict[str, Commit] = {}
        self._root: Path | None = None
        self._past = Past((), frozenset())

    def update(
        self,
        repository: Repository,
        *,
        redact: Callable[[str], str],
        head: str | None = None,
        limit: int = DEFAULT_LIMIT,
        limit_s: float = DEFAULT_LIMIT_S,
    ) -> Update:
        """Learn the history of `head` (else of the commit checked out), newest first, in at most `limit_s`.

        Messages are redacted before they are kept. Never raises for what a repository lacks; see `problem`.
        """
        began = time.monotonic()
        self._root = repository.root
        self._known = self._cache.read()
        tip = head or repository.head
        oids = ancestors(repository.root, tip, limit=limit) if tip else []
        missing = [oid for oid in oids if oid not in self._known]
        read, problem = self._read(missing, redact, deadline=began + limit_s)
        self._past = self._past_of(oids, tip)
        if len(self._known) > _FORGET_ABOVE * limit:
            self._cache.forget(self._known.keys() - set(oids))
        return Update(
            commits=len(oids) - len(missing) + read,
            read=read,
            seconds=time.monotonic() - began,
            complete=read == len(missing),
            kept=self._cache.kept,
            problem=problem,
        )

    def before(self, oid: str, *, limit: int = DEFAULT_LIMIT) -> Past:
        """Return what was known when a commit was about to be made: its ancestors, without itself.

        Of the ancestors, those that an update has read. Empty for a first commit and an unknown one.
        """
        if self._root is None:
            return Past((), frozenset())
        oids = ancestors(self._root, oid, limit=limit + 1)
        return self._past_of([each for each in oids if each != oid], f"{oid}^")

    def commits(self, *, before: str | None = None) -> list[Commit]:
        """Return the commits, newest first, with the paths that files have at that point."""
        return (self.before(before) if before else self._past).commits()

    def coupled(self, path: str, limit: int = 10) -> list[Coupled]:
        """Return the files that change with one, the surest first."""
        return self._past.coupled(path, limit)

    def couplings(self, limit: int = 10) -> list[Coupled]:
        """Return the surest pairs of source files."""
        return self._past.couplings(limit)

    def tests_for(self, path: str, limit: int = 5) -> list[RelatedTest]:
        """Return the test files of a source file, the surest first."""
        return self._past.tests_for(path, limit)

    def hot_spots(self, limit: int = 10) -> list[HotSpot]:
        """Return the source files that change most, of late above all."""
        return self._past.hot_spots(limit)

    def symbols_for(self, path: str, limit: int = 10) -> list[ChangedSymbol]:
        """Return the definitions in a file that commits touched, the most often touched first."""
        return self._past.symbols_for(path, limit)

    def counts(self) -> Counts:
        """Return how much there is to learn from."""
        return self._past.counts()

    def _read(self, missing: list[str], redact: Callable[[str], str], *, deadline: float) -> tuple[int, str]:
        """Read commits batch by batch until the deadline; return how many, and what stopped it."""
        done = 0
        while self._root and done < len(missing) and time.monotonic() < deadline:
            batch = missing[done : done + BATCH]
            try:
                found = {each.oid: _redacted(each, redact) for each in read_commits(self._root, batch)}
            except GitError as error:
                return done, error.message
            commits = [found.get(oid) or _without_changes(oid) for oid in batch]
            self._cache.add(commits)
            self._known.update((each.oid, each) for each in commits)
            done += len(batch)
        return done, ""

    def _past_of(self, oids: list[str], tree: str | None) -> Past:
        commits = [self._known[oid] for oid in oids if oid in self._known and self._known[oid].files]
        if not commits or tree is None or self._root is None:
            return Past((), frozenset())
        return Past(commits, _files_of(self._root, tree))


def _files_of(root: Path, tree: str) -> frozenset[str]:
    listed = Git(root).call("ls-tree", "-r", "-z", "--name-only", "--full-tree", "--end-of-options", tree)
    names = listed.output.split(b"\0")[:-1] if listed.code == 0 else []
    return frozenset(os.fsdecode(name) for name in names)


def _redacted(commit: Commit, redact: Callable[[str], str]) -> Commit:
    return replace(commit, subject=redact(commit.subject), body=redact(commit.body) if commit.body else "")


def _without_changes(oid: str) -> Commit:
    """Stand in for a commit that changes no file, so that it is not read again."""
    return Commit(oid=oid, at=0, author="", subject="", body="", changes=(), files=0)
