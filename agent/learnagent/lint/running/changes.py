"""Loads a change from git: the work tree against a commit, the index against HEAD, one commit against another.

It changes nothing: no index is refreshed, no file is written. `patches` loads a change from a patch.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from learnagent.lint.change import Change, FileChange
from learnagent.lint.rule import LANGUAGES
from learnagent.lint.running.files import Skipped, Target, git_root, left_out
from learnagent.lint.running.reading import MAX_BYTES, read, unfit
from learnagent.lint.running.renames import join_renames
from learnagent_memory.errors import GitError, UsageError
from learnagent_memory.git import Git, open_repository
from learnagent_memory.languages import language_of

MAX_OTHERS = 1_000
"""Files in no language that are read of one change, for settings are among them; a folder of data stays out."""
MAX_MESSAGES = 200
"""Messages of a range that are read: what they name is no finding."""
_REGULAR = frozenset({"100644", "100755", "100664"})
_RAW = ("--raw", "-z", "-M", "--no-abbrev", "--ignore-submodules")


@dataclass(slots=True)
class LoadedChange:
    """A change, and what of it was not read."""

    change: Change
    skipped: Counter[Skipped] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a change, by the objects that git has of it."""

    path: str
    old_path: str
    before: str
    """Object of its content before; empty for none."""
    after: str
    """Object of its content after; empty for none, or where only the work tree has it."""
    is_gone: bool
    """Whether there is no file after."""


def open_tree(folder: Path) -> Git:
    """Return git at the root of the repository that a folder lies in. Raises UsageError as `open_repository` does."""
    root = git_root(str(folder))
    if root is None:
        raise UsageError(f"{folder} is not in a git repository", hint="lint files there, or git init")
    git = Git(Path(root))
    done = git.call("rev-parse", "--show-toplevel")
    if done.code or os.fsdecode(done.output).removesuffix("\n") != root:
        open_repository(Path(root))  # whose refusal says more
        raise UsageError(f"the repository at {root} names another folder as its files", hint="git config core.worktree")
    return git


def staged_change(git: Git, exclude: Sequence[str], *, index_file: Path | None = None) -> LoadedChange:
    """Return what the index holds against HEAD, or against nothing on an unborn branch.

    `index_file` is the one that `git commit -a` hands to its hooks.
    """
    entries = _entries(git.run("diff", "--cached", *_RAW, index_file=index_file))
    return _loaded(git, entries, exclude)


def change_against(git: Git, ref: str, exclude: Sequence[str]) -> LoadedChange:
    """Return the work tree, untracked files too, against a commit; for `A..B` and `A...B` B against A.

    Raises UsageError for what names no commit.
    """
    match = re.fullmatch(r"(.*?)(\.\.\.?)(.*)", ref)
    if match is None:
        return _work_tree_change(git, _resolve(git, ref), exclude)
    before, after = (_resolve(git, name or "HEAD") for name in (match[1], match[3]))
    if match[2] == "...":
        before = _merge_base(git, before, after, ref)
    entries = _entries(git.run("diff-tree", "-r", *_RAW, before, after))
    return _loaded(git, entries, exclude, task=_messages(git, before, after))


def changes_between(git: Git, before_commit: str, after_commit: str) -> Change:
    """Return what one commit changed against another, as a run's checkpoints are compared. Raises GitError."""
    entries = _entries(git.run("diff-tree", "-r", *_RAW, "--end-of-options", before_commit, after_commit))
    return _loaded(git, entries, ()).change


def _work_tree_change(git: Git, before: str, exclude: Sequence[str]) -> LoadedChange:
    entries = {entry.path: entry for entry in _entries(git.run("diff", *_RAW, before, "--"))}
    for path in git.names("ls-files", "-z", "--others", "--exclude-standard"):
        if not path.endswith("/"):  # a repository of its own
            known = entries.get(path)  # taken out of the index and left in the tree
            entries[path] = Entry(path, path, known.before if known else "", "", is_gone=False)
    loaded = _loaded(git, entries.values(), exclude, task=_messages(git, before, "HEAD"))
    loaded.change = Change(tuple(join_renames(loaded.change.files)), task=loaded.change.task)
    return loaded


def _resolve(git: Git, name: str) -> str:
    """Return the commit, or tree, of a name. Raises UsageError for none."""
    for kind in ("commit", "tree"):
        found = git.call("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{{kind}}}")
        if found.code == 0:
            return found.output.decode().strip()
    raise UsageError(
        f"{name!r} names no commit here", hint="git log --oneline --all shows them; a shallow clone lacks most"
    )


def _merge_base(git: Git, before: str, after: str, ref: str) -> str:
    done = git.call("merge-base", before, after)
    if done.code:
        raise UsageError(f"{ref!r}: the two have no commit in common", hint="is this a shallow clone? use A..B")
    return done.output.decode().strip()


def _messages(git: Git, before: str, after: str) -> str:
    """Return the messages of the commits that led from one to the other; none where one of them is no commit."""
    done = git.call("log", f"--max-count={MAX_MESSAGES}", "--format=%B", f"{before}..{after}", "--")
    return "" if done.code else done.output.decode("utf-8", "replace").strip()


def _entries(raw: bytes) -> list[Entry]:
    """Read the output of `git diff --raw -z`; submodules are left out, and links have no content."""
    items = iter(os.fsdecode(raw).split("\0")[:-1])
    found = []
    for about in items:
        old_mode, new_mode, before, after, status = about.removeprefix(":").split(" ")
        old_path = next(items)
        path = next(items) if status[0] in "RC" else old_path
        is_added, is_gone = old_mode not in _REGULAR, new_mode not in _REGULAR
        if status[0] == "U" or (is_added and is_gone):
            continue
        if status[0] == "C":
            is_added, old_path = True, path
        found.append(Entry(path, old_path, _oid(before, is_added), _oid(after, is_gone), is_gone=is_gone))
    return found


def _oid(oid: str, is_missing: bool) -> str:
    return "" if is_missing or not oid.strip("0") else oid


def _loaded(git: Git, entries: Iterable[Entry], exclude: Sequence[str], *, task: str = "") -> LoadedChange:
    """Read the contents of a change, and leave out what nobody writes by hand or nothing can be said of."""
    loaded = LoadedChange(Change((), task))
    wanted = list(_wanted(entries, exclude, loaded.skipped))
    blobs = _blobs(git, {oid for entry in wanted for oid in (entry.before, entry.after) if oid})
    files = []
    for entry in wanted:
        before = blobs[entry.before] if entry.before else None
        after = blobs[entry.after] if entry.after else None
        if not entry.after and not entry.is_gone:
            after = _in_tree(Target(str(git.cwd), entry.path), before)
        reason = _unfit(entry.old_path, before) or _unfit(entry.path, after)
        if reason:
            loaded.skipped[reason] += 1
        elif before != after:
            files.append(FileChange(entry.path, _content(before), _content(after), entry.old_path))
    loaded.change = Change(tuple(files), task)
    return loaded


def _wanted(entries: Iterable[Entry], exclude: Sequence[str], skipped: Counter[Skipped]) -> Iterator[Entry]:
    others = 0
    for entry in entries:
        reason = left_out(entry.path, entry.path, exclude)
        if reason is None and language_of(entry.path) not in LANGUAGES:
            others += 1
            reason = Skipped.UNKNOWN if others > MAX_OTHERS else None
        if reason:
            skipped[reason] += 1
        else:
            yield entry


def _in_tree(target: Target, before: bytes | Skipped | None) -> bytes | Skipped | None:
    """Return the content of a file in the work tree, its line ends as git keeps them."""
    content = read(target)
    if isinstance(content, bytes) and isinstance(before, bytes) and b"\r\n" in content and b"\r\n" not in before:
        return content.replace(b"\r\n", b"\n")
    return content


def _unfit(path: str, content: bytes | Skipped | None) -> Skipped | None:
    return unfit(path, content) if isinstance(content, bytes) else content


def _content(content: bytes | Skipped | None) -> bytes | None:
    return content if isinstance(content, bytes) else None


def _blobs(git: Git, oids: Iterable[str]) -> dict[str, bytes | Skipped]:
    """Return the contents of objects, those that are too large or missing left out."""
    wanted = sorted(oids)
    if not wanted:
        return {}
    found: dict[str, bytes | Skipped] = dict.fromkeys(wanted, Skipped.UNREADABLE)
    small = []
    for line in git.run("cat-file", "--batch-check", stdin=_lines(wanted)).decode().splitlines():
        oid, *about = line.split(" ")
        if about[0] == "blob" and int(about[1]) <= MAX_BYTES:
            small.append(oid)
        elif about[0] == "blob":
            found[oid] = Skipped.TOO_LARGE
    return found | _contents(git.run("cat-file", "--batch", stdin=_lines(small)) if small else b"")


def _contents(batch: bytes) -> dict[str, bytes]:
    """Read the output of `git cat-file --batch`. Raises GitError where it is cut off."""
    found, offset = {}, 0
    while offset < len(batch):
        end = batch.index(b"\n", offset)
        oid, _, size = batch[offset:end].decode().split(" ")
        offset = end + 1 + int(size) + 1
        found[oid] = batch[end + 1 : offset - 1]
        if len(batch) < offset:
            raise GitError("git ended early", hint="try again")
    return found


def _lines(oids: Iterable[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in oids).encode()
