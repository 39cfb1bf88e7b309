"""A branch of the repository that holds events only: shared by git, without noise in pull requests.

Built from objects by plumbing: HEAD, index, working tree and stash stay the user's. With a remote
`origin` its branch is what is shared; the local one holds what could not be pushed yet.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from learnagent_memory.errors import GitError, UsageError
from learnagent_memory.git import Git, Repository
from learnagent_memory.share.remote import EVENTS, MAX_FILE_BYTES, Listing, UnreachableError, listing_of, split_name
from learnagent_memory.share.transfer import origin_of, transfer

BRANCH = "learnagent/memory"
_Attempt = Callable[[], bool]
_ATTEMPTS = 12
_PAUSE_S = 0.2
"""Longest wait after the first lost race; it doubles up to 5 s, and a random part of it is waited."""
_IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "learnagent"), ("EMAIL", "memory@learnagent.invalid"))
}


class SideBranch:
    """Events on a branch of one repository and of its `origin`."""

    def __init__(self, repository: Repository, *, environ: Mapping[str, str], branch: str = BRANCH) -> None:
        self._repository = repository
        self._environ = environ
        self._branch = branch
        self._git = Git(repository.root)
        self._blobs: dict[str, str] = {}

    def listing(self) -> Listing:
        """Fetch, and return what `origin` has; without a remote, or out of its reach, what the local branch has."""
        self._refuse_checked_out()
        offline = False
        try:
            commit = self._fetched() if origin_of(self._repository) else self._local()
        except UnreachableError:
            commit, offline = self._local(), True
        files = [*self._files(commit)] if commit else []
        self._blobs = {name: oid for name, oid, _ in files}
        found = listing_of((name, size) for name, _, size in files)
        return Listing(found.names, found.foreign, offline=offline)

    def fetch(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of files that were listed."""
        known = [name for name in names if name in self._blobs]
        asked = "".join(f"{self._blobs[name]}\n" for name in known).encode()
        output = self._git.run("cat-file", "--batch", "--buffer", stdin=asked) if known else b""
        return dict(zip(known, _contents(output), strict=True))

    def put(self, files: Mapping[str, bytes]) -> None:
        """Commit files to the branch and push it; when somebody else was faster, unite and try again.

        Raises UnreachableError when only the local branch has them; GitError when the races were lost.
        """
        if not files:
            return
        blobs = self._stored(files)
        self._retry(lambda: self._exchange(blobs))

    def _exchange(self, blobs: Mapping[str, str]) -> bool:
        """Unite with what the remote has and push; return False when a race was lost."""
        try:
            theirs = self._fetched()
        except UnreachableError:
            self._retry(lambda: self._commit(blobs, None) is not None)
            raise
        commit = self._commit(blobs, theirs)
        origin = origin_of(self._repository)
        if commit is None or origin is None or commit == theirs:
            return commit is not None
        with transfer(self._repository, self._branch, self._environ) as way:
            return way.push(origin.push, commit)

    def _fetched(self) -> str | None:
        """Return the commit of the branch at `origin`, its objects being here by now; None where there is none."""
        origin = origin_of(self._repository)
        if origin is None:
            return None
        with transfer(self._repository, self._branch, self._environ) as way:
            return way.fetch(origin.fetch)

    def _commit(self, blobs: Mapping[str, str], theirs: str | None) -> str | None:
        """Move the local branch to a commit that holds both branches and the files; None when a race was lost."""
        local = self._local()
        parents = self._heads(theirs, local)
        tree = self._tree(parents, blobs)
        if len(parents) == 1 and tree == self._git.text("rev-parse", f"{parents[0]}^{{tree}}"):
            commit = parents[0]
        else:
            options = [option for parent in parents for option in ("-p", parent)]
            message = f"Add {len(blobs)} files of lessons\n".encode()
            made = self._git.run("commit-tree", *options, tree, stdin=message, variables=_IDENTITY)
            commit = os.fsdecode(made).strip()
        return commit if commit == local or self._moved(commit, local) else None

    def _moved(self, commit: str, before: str | None) -> bool:
        """Move the local branch and return whether it still was where it had been."""
        expected = before or "0" * len(commit)
        done = self._git.call("update-ref", "-m", "learnagent memory sync", self._ref, commit, expected)
        if "exists; cannot create" in done.errors:
            raise UsageError(f"a branch stands in the way of {self._branch}", hint="rename it: git branch -m OLD NEW")
        if done.code and "cannot lock ref" not in done.errors:
            raise done.error()
        return done.code == 0

    def _heads(self, theirs: str | None, local: str | None) -> list[str]:
        """Return the commits to build on: theirs first, one only where it holds the other."""
        if theirs is None or local is None or theirs == local:
            return [commit for commit in (theirs or local,) if commit]
        if self._holds(local, theirs):
            return [local]
        return [theirs] if self._holds(theirs, local) else [theirs, local]

    def _holds(self, commit: str, other: str) -> bool:
        return self._git.call("merge-base", "--is-ancestor", other, commit).code == 0

    def _tree(self, parents: Sequence[str], blobs: Mapping[str, str]) -> str:
        """Write the tree of the first parent, what the others have more, and the files."""
        with TemporaryDirectory(prefix="learnagent-", ignore_cleanup_errors=True) as folder:
            index = Path(folder, "index")
            self._git.run("read-tree", parents[0] if parents else "--empty", index_file=index)
            present = {name for name, _, _ in self._files(parents[0])} if parents else set()
            more = {
                name: oid for parent in parents[1:] for name, oid, size in self._files(parent) if _is_event(name, size)
            }
            added = {name: oid for name, oid in {**more, **blobs}.items() if name not in present}
            lines = "".join(f"100644 {oid}\t{EVENTS}/{name}\0" for name, oid in sorted(added.items()))
            self._git.run("update-index", "-z", "--index-info", stdin=lines.encode(), index_file=index)
            return os.fsdecode(self._git.run("write-tree", index_file=index)).strip()

    def _stored(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Write blobs, in one process and from a hundred on in one pack, and return their ids by name."""
        stream = b"".join(
            b"blob\nmark :%d\ndata %d\n%s\nget-mark :%d\n" % (mark, len(content), content, mark)
            for mark, content in enumerate(files.values(), start=1)
        )
        oids = self._git.run("fast-import", "--quiet", stdin=stream).decode().split() if files else []
        return dict(zip(files, oids, strict=True))

    def _files(self, commit: str) -> Iterator[tuple[str, str, int]]:
        """Yield name, object and size of the files below the events' folder; links have no size."""
        for line in self._git.names("ls-tree", "-r", "-z", "-l", "--full-tree", commit, f"{EVENTS}/"):
            facts, _, path = line.partition("\t")
            mode, _, oid, size = facts.split()
            yield path.removeprefix(f"{EVENTS}/"), oid, int(size) if mode == "100644" else 0

    def _local(self) -> str | None:
        return self._git.text("rev-parse", "--verify", "--quiet", f"{self._ref}^{{commit}}", ok=(0, 1)) or None

    @property
    def _ref(self) -> str:
        return f"refs/heads/{self._branch}"

    def _refuse_checked_out(self) -> None:
        if where := self._git.text("for-each-ref", "--format=%(worktreepath)", self._ref):
            raise UsageError(f"{self._branch} is checked out in {where}", hint="switch to another branch there")

    def _retry(self, attempt: _Attempt) -> None:
        for number in range(_ATTEMPTS):
            if attempt():
                return
            time.sleep(random.uniform(0, min(5.0, _PAUSE_S * 2**number)))
        raise GitError(
            f"{self._branch} could not be moved {_ATTEMPTS} times",
            hint=f"sync again when others are done; if a crash left {self._ref}.lock in the git folder, remove it",
        )


def _is_event(name: str, size: int) -> bool:
    return split_name(name) is not None and 0 < size <= MAX_FILE_BYTES


def _contents(output: bytes) -> Iterable[bytes]:
    """Yield the objects in the output of cat-file."""
    start = 0
    while start < len(output):
        end = output.index(b"\n", start)
        size = int(output[start:end].rsplit(b" ", 1)[1])
        yield output[end + 1 : end + 1 + size]
        start = end + size + 2
