"""Makes one ordinary commit of exactly what a run changed; all else of the user's stays as it was.

Line ends are normalised as git does it; no hook, no external filter and no signing program runs. Where
the run's change cannot be told from the user's, there is a reason and no commit.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from learnagent.checkpoints.checkpoint import Kept, made_at, printable, read_kept
from learnagent.checkpoints.commit_message import commit_message
from learnagent.checkpoints.survey import is_kept, look_at
from learnagent_memory.git import Git, Repository

STYLE_SUBJECTS = 50
"""How many of the latest subjects show the repository's style."""

_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}


_NO_FILTER = frozenset({"unspecified", "unset"})


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What became of the commit."""

    commit: str | None
    """None where none was made."""
    reason: str = ""
    """Why none was made, in one line."""


class _Entry(NamedTuple):
    mode: str
    oid: str


_Entries = Mapping[str, _Entry]


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the paths were in the places that must agree before they may be committed."""

    kept: Kept
    """The first checkpoint of the run."""
    before: _Entries
    """In the commit that was checked out then."""
    head: _Entries
    """In the commit that is checked out now."""
    index: _Entries
    """In the user's index now."""


def commit_run(repository: Repository, *, start: str, paths: Sequence[str], summary: str) -> CommitResult:
    """Commit the run's paths as they are now on the current branch, with a message in its style.

    `start` is the run's first checkpoint, `paths` what the run changed since, spelled as checkpoints
    report them. Call it right after the last checkpoint. Raises GitError or StorageError when git fails.
    """
    git = Git(repository.root)
    reason = _not_now(git, repository)
    if reason:
        return CommitResult(None, reason)
    kept = read_kept(git, start)
    names = _own(git, kept, _real_names(git, kept, paths))
    head = git.text("rev-parse", "--verify", "--quiet", "HEAD^{commit}", ok=(0, 1))
    before = git.text("rev-parse", "--verify", "--quiet", f"{start}^1", ok=(0, 1))
    basis = _Basis(kept, _tree_entries(git, before, names), _tree_entries(git, head, names), _index_entries(git, names))
    reason = _not_these(git, names, basis)
    if reason:
        return CommitResult(None, reason)
    with tempfile.TemporaryDirectory(prefix="learnagent-commit-") as folder:
        tree, entries = _build(git, head, names, Path(folder, "index"))
    reason = _not_alone(names, entries, basis)
    if reason or entries == basis.head:
        return CommitResult(None, reason or "the run left nothing to commit")
    message = commit_message(_subjects(git, head), summary)
    return CommitResult(_record(git, head, tree, names, entries, message))


def _not_now(git: Git, repository: Repository) -> str:
    """Return why no commit at all can be made at present; empty when one can."""
    under_way = [what for name, what in _UNDER_WAY.items() if (repository.git_dir / name).exists()]
    if under_way:
        return f"no commit: {under_way[0]} is under way"
    if (repository.git_dir / "index.lock").exists():
        return "no commit: another git process holds the index"
    if git.call("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").code:
        return "no commit: git does not know who you are (git config --global user.name and user.email)"
    return ""


def _real_names(git: Git, kept: Kept, paths: Iterable[str]) -> list[str]:
    """Return the names on disk of paths that were escaped to be printable."""
    known = (*kept.files, *git.names("ls-files", "-z", "--cached", "--others", "--exclude-standard"))
    spelled = {printable(name): name for name in known}
    return sorted({spelled.get(path, path) for path in paths if is_kept(path)})


def _own(git: Git, kept: Kept, names: Sequence[str]) -> list[str]:
    """Drop what is no part of a commit: ignored files, and files that only lost their ignore rule."""
    existing = {name: found for name in names if (found := look_at(git.cwd, name))}
    ignored = _ignored(git, [name for name in existing if not _nested(git, name)])
    start = made_at(git, kept.commit)
    hidden = {name for name, found in existing.items() if name not in kept.files and found.st_ctime < start}
    return [name for name in names if name not in ignored | hidden]


def _ignored(git: Git, names: Sequence[str]) -> set[str]:
    # This command refuses literal pathspecs; behind `./` nothing is special anyway.
    asked = b"".join(b"./" + os.fsencode(name) + b"\0" for name in names)
    flags = {"GIT_LITERAL_PATHSPECS": "0"}
    answer = git.run("check-ignore", "-z", "--stdin", stdin=asked, variables=flags, ok=(0, 1))
    return {os.fsdecode(item[2:]) for item in answer.split(b"\0")[:-1]}


def _not_these(git: Git, names: Sequence[str], basis: _Basis) -> str:
    """Return why these paths cannot be committed; empty when they can."""
    nested = [name for name in names if _nested(git, name)]
    if nested:
        return f"no commit: {_listed(nested)} in a nested repository"
    filtered = _filtered(git, [name for name in names if look_at(git.cwd, name)])
    if filtered:
        return f"no commit: {_listed(filtered)} under a filter such as LFS, which is not run here"
    dirty = [name for name in names if not _was_clean(git, name, basis)]
    if dirty:
        return f"no commit: {_listed(dirty)} already changed before the run"
    return ""


def _not_alone(names: Sequence[str], entries: _Entries, basis: _Basis) -> str:
    """Return why the paths hold more than the run's changes: staged or committed since; empty if not."""
    committed = [name for name in names if basis.head.get(name) not in (basis.before.get(name), entries.get(name))]
    if committed:
        return f"no commit: {_listed(committed)} committed differently during the run"
    staged = [name for name in names if basis.index.get(name) not in (basis.head.get(name), entries.get(name))]
    if staged:
        return f"no commit: {_listed(staged)} staged with other contents"
    return ""


def _was_clean(git: Git, name: str, basis: _Basis) -> bool:
    """Return whether a path was, before the run, as in the commit checked out then, line ends aside."""
    committed, began = basis.before.get(name), basis.kept.files.get(name)
    if committed is None or began is None:
        return committed is None and began is None
    if committed.mode != began.mode and git.text("config", "--bool", "core.fileMode", ok=(0, 1)) != "false":
        return False
    if committed.oid == began.oid:
        return True
    raw = git.run("cat-file", "blob", began.oid)
    return git.text("hash-object", "--stdin", f"--path={name}", stdin=raw) == committed.oid


def _filtered(git: Git, names: Sequence[str]) -> list[str]:
    asked = b"".join(os.fsencode(name) + b"\0" for name in names)
    answers = git.names("check-attr", "-z", "--stdin", "filter", stdin=asked)
    return [name for name, value in zip(answers[::3], answers[2::3], strict=True) if value not in _NO_FILTER]


def _nested(git: Git, name: str) -> bool:
    parents = Path(name).parents[:-1]
    return any(os.path.lexists(git.cwd / parent / ".git") for parent in parents)


def _tree_entries(git: Git, commit: str, names: Iterable[str]) -> _Entries:
    if not commit:
        return {}
    items = (item.partition("\t") for item in git.names("ls-tree", "-r", "-z", "--full-tree", commit))
    entries = {path: _Entry(entry.split()[0], entry.split()[2]) for entry, _, path in items}
    return {name: entries[name] for name in names if name in entries}


def _index_entries(git: Git, names: Iterable[str], index_file: Path | None = None) -> _Entries:
    items = git.run("ls-files", "-z", "--stage", index_file=index_file).split(b"\0")[:-1]
    entries: dict[str, _Entry] = {}
    for item in items:
        entry, _, path = os.fsdecode(item).partition("\t")
        mode, oid, stage = entry.split()
        entries[path] = _Entry(mode, oid if stage == "0" else f"{oid} unmerged")
    return {name: entries[name] for name in names if name in entries}


def _build(git: Git, head: str, names: Sequence[str], index: Path) -> tuple[str, _Entries]:
    """Return the tree of HEAD with these paths as they are now, and their entries in it."""
    if head:
        git.run("read-tree", head, index_file=index)
    here = {name for name in names if look_at(git.cwd, name)}
    gone = b"".join(_removal(head, name) for name in names if head and name not in here)
    git.run("update-index", "-z", "--index-info", stdin=gone, index_file=index)
    added = b"".join(os.fsencode(name) + b"\0" for name in names if name in here)
    add = ("-c", "core.safecrlf=false", "update-index", "--add", "--replace", "-z", "--stdin")
    git.run(*add, stdin=added, index_file=index)
    return git.run("write-tree", index_file=index).decode().strip(), _index_entries(git, names, index)


def _record(git: Git, head: str, tree: str, names: Sequence[str], entries: _Entries, message: str) -> str:
    """Make the commit, the user's index first: if the branch cannot be moved, the change is only staged."""
    parents = ("-p", head) if head else ()
    commit = git.run("commit-tree", *parents, tree, stdin=message.encode()).decode().strip()
    lines = (
        b"%s %s\t%s\0" % (entries[name].mode.encode(), entries[name].oid.encode(), os.fsencode(name))
        if name in entries
        else _removal(commit, name)
        for name in sorted(names, key=lambda name: name in entries)
    )
    git.run("update-index", "--add", "--replace", "-z", "--index-info", stdin=b"".join(lines))
    subject = message.partition("\n")[0]
    git.run(
        "update-ref",
        "-m",
        f"commit: {subject}",
        "--end-of-options",
        "HEAD",
        commit,
        head or "0" * len(commit),
    )
    return commit


def _removal(like: str, name: str) -> bytes:
    return b"0 %s\t%s\0" % (b"0" * len(like), os.fsencode(name))


def _subjects(git: Git, head: str) -> list[str]:
    if not head:
        return []
    count = f"--max-count={STYLE_SUBJECTS}"
    return git.text("log", "--no-merges", count, "--format=%s", "--end-of-options", head).splitlines()


def _listed(names: Sequence[str]) -> str:
    """Name the first of several paths, with the verb they take."""
    others = f" and {len(names) - 1} more are" if len(names) > 1 else " is"
    return f"{printable(names[0])}{others}"
