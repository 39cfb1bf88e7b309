"""Past commits as tasks: what would have been asked, on which tree, with which history, and which files were right.

Only what came before a commit is seen: its parent's tree, its ancestors, never a later or an unmerged one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from learnagent_memory.git import Git
from learnagent_memory.history.commit import Commit
from learnagent_memory.history.paths import is_source
from learnagent_memory.locate.files import files_at

FEWEST_WORDS = 4
MOST_TARGETS = 5
MOST_FILES = 15

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Case:
    """One past commit as a task."""

    commit: Commit
    parent: str
    files: dict[str, str]
    """The parent's tree."""
    before: tuple[Commit, ...]
    """Its ancestors, the newest first."""
    targets: frozenset[str]
    """Source files, no tests, that were there and that it changed."""
    all_targets: frozenset[str]
    """The same with tests, documents and changelog."""

    @property
    def task(self) -> str:
        """Return the message."""
        return self.commit.message


def eligible(commits: Sequence[Commit]) -> list[Commit]:
    """Return the commits that can be tasks, in the order given (the newest first): one a subject, the oldest."""
    seen: set[str] = set()
    kept: list[Commit] = []
    for commit in reversed(commits):
        subject = commit.subject.lower()
        if _is_task(commit) and subject not in seen:
            kept.append(commit)
        seen.add(subject)
    return kept[::-1]


def cases(root: Path, commits: Sequence[Commit], chosen: Sequence[Commit]) -> Iterator[Case]:
    """Yield the chosen commits as cases, in their order; those without a parent or a target alive are left out.

    `commits` is the whole history, the newest first. Raises GitError.
    """
    git = Git(root)
    for commit in chosen:
        lines = git.text("rev-list", "--parents", "-n1", "--end-of-options", commit.oid).split()
        if len(lines) < 2:
            continue
        files = files_at(root, lines[1])
        changed = frozenset(change.old_path for change in commit.changes if change.status in "MRD") & files.keys()
        targets = frozenset(path for path in changed if is_source(path))
        if 1 <= len(targets) <= MOST_TARGETS:
            ancestors = set(git.text("rev-list", "--no-merges", "--end-of-options", lines[1]).splitlines())
            before = tuple(one for one in commits if one.oid in ancestors)
            yield Case(commit, lines[1], files, before, targets, changed)


def _is_task(commit: Commit) -> bool:
    targets = [change for change in commit.changes if change.status in "MRD" and is_source(change.old_path)]
    return (
        not commit.is_noise
        and commit.files <= MOST_FILES
        and 1 <= len(targets) <= MOST_TARGETS
        and len(_WORD.findall(commit.message)) >= FEWEST_WORDS
    )
