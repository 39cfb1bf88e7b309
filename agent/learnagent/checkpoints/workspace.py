"""The user's working tree during an episode: checkpoints of all of it, what changed, and undo.

A checkpoint is a commit on a private ref; HEAD, index and stash stay the user's. Paths in answers are
text that can be printed: bytes that are no UTF-8 are escaped. It does not decide when a checkpoint is
due, and it makes no commit of the user's (`commit`).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from learnagent.checkpoints import restore
from learnagent.checkpoints.checkpoint import (
    Change,
    CheckpointIndex,
    Kept,
    State,
    changes,
    checked,
    made_at,
    prepare,
    printable,
    read_kept,
    write_commit,
)
from learnagent.checkpoints.modes import File
from learnagent.checkpoints.snapshot import Snapshot, StatCache, stamp, take_snapshot
from learnagent.checkpoints.survey import look_at
from learnagent_memory.errors import StorageError, UsageError
from learnagent_memory.git import Git, Repository

EPISODES = "refs/learnagent/episodes"
UNDONE = "refs/learnagent/undo"

Pair = tuple[str, str]
"""Two checkpoints; what differs between them is the run's."""

_WORTH_SAVING = 500
"""New entries after which the stat cache is written again: hashing that many files takes longer."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole tree, kept."""

    commit: str
    ref: str
    """Private ref of the episode, which points to this commit."""
    changed: tuple[str, ...]
    """Paths that differ from the checkpoint before; empty for the first."""
    skipped: tuple[str, ...] = ()
    """Paths that could not be read: they count as unchanged, and undo cannot bring them back."""


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undo did."""

    restored: tuple[str, ...]
    """Paths that hold again what they held at the target."""
    removed: tuple[str, ...]
    """Paths that the run had added."""
    left: tuple[str, ...]
    """Paths the run changed that were left alone: changed since by the user, or something is in the way."""
    kept_ref: str
    """Ref that holds the whole tree as it was before the undo."""


class Workspace:
    """One episode's view of the working tree."""

    def __init__(self, repository: Repository, *, episode: str, state: Path) -> None:
        """`state` is the project's private folder: the stat cache in it is shared by all episodes.

        Raises UsageError when `episode` cannot be part of a ref, StorageError when `state` cannot be made.
        """
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", episode):
            raise UsageError(f"{episode!r} is not the id of an episode", hint="learnagent episodes list shows them")
        folder = prepare(state / "checkpoints")
        self._repository = repository
        self._episode = episode
        self._cache_file = folder / "stat-cache.json"
        self._cache: StatCache | None = None
        self._index = CheckpointIndex(folder)
        self._last: Kept | None = None

    @property
    def ref(self) -> str:
        """The private ref of the episode."""
        return f"{EPISODES}/{self._episode}"

    def resume(self, last_commit: str) -> None:
        """Go on after the last recorded checkpoint; a newer one that was not recorded is dropped.

        Raises GitError when it is gone.
        """
        self._last = read_kept(self._git(), last_commit)

    def checkpoint(self, label: str) -> Checkpoint | None:
        """Keep the whole tree; None when nothing changed since the last checkpoint.

        The first one is always made; its parent is HEAD where there is one. Raises StorageError when
        the disk is full or closed, with nothing recorded.
        """
        git = self._git()
        before = self._last
        snapshot, state = self._look(git, before)
        if before and before.state == state:
            return None
        head = git.text("rev-parse", "--verify", "--quiet", "HEAD^{commit}", ok=(0, 1)) or None
        parent = before.commit if before else head
        commit = write_commit(git, state, label=label, parent=parent, ref=self.ref)
        self._last = Kept(commit, state, snapshot.files)
        changed = _paths(changes(git, before.commit, commit)) if before else []
        return Checkpoint(commit, self.ref, _printable(changed), _printable(snapshot.skipped))

    def changed(self, before: str, after: str) -> list[Change]:
        """Return what differs between two checkpoints, as letters (A, M, D, T) and paths."""
        return [(status, printable(path)) for status, path in changes(self._git(), before, after)]

    def diff(self, before: str, after: str | None = None, *, context: int = 3) -> str:
        """Return the unified diff of two checkpoints; None means the tree as it is now.

        Binary files are named only. The repository's attributes have no say: `* -diff` hides nothing.
        """
        end = checked(after) if after else self._present_tree(before)
        with tempfile.TemporaryDirectory(prefix="learnagent-diff-") as empty:
            git = Git(Path(empty), git_dir=self._repository.git_dir)
            flags = ("-r", "-p", "--no-color", "--find-renames", f"--unified={context}")
            done = git.run("diff-tree", *flags, checked(before), end, index_file=Path(empty, "none"))
        return done.decode("utf-8", "replace")

    def undo(
        self,
        target: str,
        run: Sequence[Pair],
        *,
        include_uncheckpointed: bool = False,
        force: bool = False,
    ) -> UndoReport:
        """Take back what the run changed since the checkpoint `target`.

        `run` holds the pairs of checkpoints after `target` whose differences are the run's, oldest
        first; with `include_uncheckpointed` so is what changed since the last of them (a step that was
        cut short). What the user changed at any time since `target` is left alone and reported, unless
        `force`. First the present tree is kept on a ref of its own, always. Doing it again goes on
        where a failed one stopped. Raises StorageError when the disk fails, naming that ref.
        """
        git = self._git()
        last = run[-1][1] if run else target
        snapshot, state = self._look(git, read_kept(git, last))
        kept_ref, present = self._keep(git, state, parent=last)
        goal = read_kept(git, target)
        pairs = [*run, (last, present)] if include_uncheckpointed else run
        asked = _touched(git, pairs) & _touched(git, [(present, target)])
        until = [] if include_uncheckpointed else [present]
        of_user = set() if force else _of_user(git, asked, target, run, until)
        asked -= self._older(asked - goal.files.keys(), made_at(git, target))
        safe = {path for path in asked - of_user - set(snapshot.skipped) if self._is_still(path, snapshot)}
        try:
            restored, removed = _put_back(git, goal.files, safe)
        except OSError as error:
            raise StorageError(
                f"the undo stopped halfway ({error.strerror}); the tree before it is kept on {kept_ref}",
                hint="free or open the disk and undo again",
            ) from error
        left = asked - restored - removed
        return UndoReport(_printable(restored), _printable(removed), _printable(left), kept_ref)

    def _git(self) -> Git:
        return Git(self._repository.root)

    def _look(self, git: Git, before: Kept | None) -> tuple[Snapshot, State]:
        """Look at the whole tree, at the files of an earlier checkpoint in any case."""
        if self._cache is None:
            self._cache = StatCache(self._cache_file, git)
        snapshot = take_snapshot(git, self._cache, before.files if before else {})
        self._cache.save(at_least=_WORTH_SAVING)
        return snapshot, self._index.state(git, snapshot.files)

    def _present_tree(self, before: str) -> str:
        git = self._git()
        return self._look(git, self._last or read_kept(git, before))[1].tree

    def _keep(self, git: Git, state: State, *, parent: str) -> tuple[str, str]:
        """Keep the present tree on the next free ref for undone states; returns the ref and its commit."""
        taken = git.text("for-each-ref", "--format=%(refname:lstrip=4)", f"{UNDONE}/{self._episode}/").split()
        number = max((int(name) for name in taken if name.isdecimal()), default=0) + 1
        ref = f"{UNDONE}/{self._episode}/{number}"
        return ref, write_commit(git, state, label="before undo", parent=parent, ref=ref)

    def _older(self, paths: Iterable[str], made_at_s: int) -> set[str]:
        """Return the files untouched since a checkpoint that lacks them: only its ignore rules hid them."""
        statuses = ((path, look_at(self._repository.root, path)) for path in paths)
        return {path for path, status in statuses if status and status.st_ctime < made_at_s}

    def _is_still(self, path: str, snapshot: Snapshot) -> bool:
        """Return whether a file is as the snapshot saw it: an editor may have saved it meanwhile."""
        status = look_at(self._repository.root, path)
        return (stamp(status) if status else None) == snapshot.stamps.get(path)


def _of_user(git: Git, paths: set[str], target: str, run: Sequence[Pair], until: Sequence[str]) -> set[str]:
    """Return the paths that at the beginning of a step, or in the end, were as the run had never left them.

    Not simply as the step before left them: an undo in between goes back to any step.
    """
    left = [target]
    found: set[str] = set()
    for begun, ended in [*run, *((commit, commit) for commit in until)]:
        differing = paths
        for state in reversed(left):
            differing = differing & _touched(git, [(state, begun)])
            if not differing:
                break
        found |= differing
        left.append(ended)
    return found


def _touched(git: Git, pairs: Iterable[Pair]) -> set[str]:
    return {path for before, after in pairs if before != after for path in _paths(changes(git, before, after))}


def _put_back(git: Git, files: Mapping[str, File], paths: set[str]) -> tuple[set[str], set[str]]:
    """Give these paths what they are in `files`; returns those restored and those removed."""
    removed = {path for path in sorted(paths - files.keys(), reverse=True) if restore.remove(git, path)}
    restored = {path for path in sorted(paths & files.keys()) if restore.put(git, path, files[path])}
    return restored, removed


def _paths(found: Iterable[Change]) -> list[str]:
    return [path for _, path in found]


def _printable(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(printable(path) for path in sorted(paths))
