from __future__ import annotations

import base64
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from contracts.remote_contract import MakeRemote, RemoteContract, named
from gitrepo import Trap, contents, git, make_hostile, make_repository, users_own, write
from learnagent_memory.errors import UsageError
from learnagent_memory.git import open_repository
from learnagent_memory.share.remote import UnreachableError
from learnagent_memory.share.side_branch import BRANCH, SideBranch

REF = f"refs/heads/{BRANCH}"


def side_branch(root: Path) -> SideBranch:
    return SideBranch(open_repository(root), environ=os.environ)


def make_origin(folder: Path) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--bare")
    return folder


def make_clone(folder: Path, origin: Path) -> Path:
    root = make_repository(folder, {"app.py": "x = 1\n"})
    git(root, "remote", "add", "origin", str(origin))
    return root


def files_in(repository: Path) -> set[str]:
    listed = git(repository, "ls-tree", "-r", "--name-only", "--full-tree", REF).split()
    return {name.removeprefix("events/") for name in listed}


class TestContractWithoutRemote(RemoteContract):
    @pytest.fixture
    def make_remote(self, tmp_path: Path) -> MakeRemote:
        root = make_repository(tmp_path / "project", {"app.py": "x = 1\n"})
        return lambda: side_branch(root)


class TestContractOfClonesOfOneOrigin(RemoteContract):
    @pytest.fixture
    def make_remote(self, tmp_path: Path) -> MakeRemote:
        origin = make_origin(tmp_path / "origin.git")
        lock, made = threading.Lock(), []

        def clone() -> SideBranch:
            with lock:
                made.append(make_clone(tmp_path / f"clone-{len(made)}", origin))
                return side_branch(made[-1])

        return clone


def test_head_index_stash_working_tree_and_configuration_stay_the_users(tmp_path: Path) -> None:
    root = make_clone(tmp_path / "project", make_origin(tmp_path / "origin.git"))
    write(root, {"app.py": "x = 2\n"})
    git(root, "stash")
    write(root, {"app.py": "x = 3\n", "new.py": "y = 1\n"})
    git(root, "add", "new.py")
    before = users_own(root / ".git"), contents(root)

    side_branch(root).put(named(b"event"))
    side_branch(root).listing()

    after = users_own(root / ".git")
    after.pop(REF)
    assert (after, contents(root)) == before
    assert not (root / ".git" / "FETCH_HEAD").exists()


def test_nothing_that_a_hostile_repository_or_its_origin_names_is_run(tmp_path: Path) -> None:
    trap = Trap(tmp_path / "trap")
    origin = make_origin(tmp_path / "origin.git")
    for hook in ("pre-receive", "update", "post-receive", "post-update", "reference-transaction", "proc-receive"):
        (origin / "hooks").mkdir(exist_ok=True)
        (origin / "hooks" / hook).unlink(missing_ok=True)
        (origin / "hooks" / hook).symlink_to(trap.program(f"origin-{hook}", "exit 1"))
    root = make_clone(tmp_path / "project", origin)
    make_hostile(root, trap)
    git(root, "config", "remote.origin.url", str(origin))
    git(root, "config", "remote.origin.uploadpack", trap.program("uploadpack", "exit 1"))
    git(root, "config", "remote.origin.receivepack", trap.program("receivepack", "exit 1"))
    git(root, "config", "remote.origin.vcs", "trap")
    trap.sprung()

    side_branch(root).put(named(b"event"))

    assert side_branch(root).listing().names == set(named(b"event"))
    assert files_in(origin) == set(named(b"event"))
    assert trap.sprung() == []


def test_an_origin_that_is_a_program_is_refused(tmp_path: Path) -> None:
    trap = Trap(tmp_path / "trap")
    root = make_repository(tmp_path / "project", {"app.py": "x = 1\n"})
    git(root, "remote", "add", "origin", f"ext::{trap.program('ext')}")

    with pytest.raises(UsageError, match="runs a program"):
        side_branch(root).listing()
    assert trap.sprung() == []


def test_out_of_reach_it_commits_here_and_catches_up_later(tmp_path: Path) -> None:
    origin = make_origin(tmp_path / "origin.git")
    root = make_clone(tmp_path / "project", origin)
    origin.rename(tmp_path / "away.git")

    with pytest.raises(UnreachableError):
        side_branch(root).put(named(b"offline"))
    listing = side_branch(root).listing()
    assert (listing.names, listing.offline) == (set(named(b"offline")), True)

    (tmp_path / "away.git").rename(origin)
    assert side_branch(root).listing().names == set()
    side_branch(root).put(named(b"offline"))
    assert files_in(origin) == set(named(b"offline"))


def test_branches_that_grew_apart_are_united_and_what_else_lies_there_is_kept(tmp_path: Path) -> None:
    origin = make_origin(tmp_path / "origin.git")
    mine, theirs = make_clone(tmp_path / "mine", origin), make_clone(tmp_path / "theirs", origin)
    git(theirs, "switch", "--quiet", "--orphan", BRANCH)
    write(theirs, {"README.md": "hello\n"})
    git(theirs, "add", "README.md")
    git(theirs, "commit", "--quiet", "-m", "Begin")
    git(theirs, "push", "--quiet", "origin", BRANCH)
    git(theirs, "switch", "--quiet", "main")
    origin.rename(tmp_path / "away.git")
    with pytest.raises(UnreachableError):
        side_branch(mine).put(named(b"mine"))
    (tmp_path / "away.git").rename(origin)
    side_branch(theirs).put(named(b"theirs"))

    side_branch(mine).put(named(b"mine"))

    assert files_in(origin) == {"README.md", *named(b"mine"), *named(b"theirs")}
    git(origin, "fsck", "--strict")


def test_a_branch_that_is_checked_out_is_not_moved_under_the_user(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "project", {"app.py": "x = 1\n"})
    side_branch(root).put(named(b"event"))
    git(root, "switch", "--quiet", BRANCH)

    with pytest.raises(UsageError, match="checked out"):
        side_branch(root).listing()


def test_a_branch_in_the_way_is_named(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "project", {"app.py": "x = 1\n"})
    git(root, "branch", "learnagent")

    with pytest.raises(UsageError, match="stands in the way"):
        side_branch(root).put(named(b"event"))


def test_links_and_programs_on_the_branch_are_no_events(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "project", {"app.py": "x = 1\n"})
    (name,) = named(b"event")
    git(root, "switch", "--quiet", "--orphan", BRANCH)
    path = root / "events" / name
    path.parent.mkdir(parents=True)
    path.symlink_to("/etc/passwd")
    git(root, "add", "events")
    git(root, "commit", "--quiet", "-m", "Begin")
    git(root, "switch", "--quiet", "main")

    listing = side_branch(root).listing()

    assert (listing.names, listing.foreign) == (frozenset(), 1)


def test_a_shallow_clone_and_a_linked_worktree_share_as_well(tmp_path: Path) -> None:
    origin = make_origin(tmp_path / "origin.git")
    source = make_clone(tmp_path / "source", origin)
    git(source, "push", "--quiet", "origin", "main")
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "main", f"file://{origin}", "shallow")
    git(source, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "worktree"))

    side_branch(tmp_path / "shallow").put(named(b"shallow"))
    side_branch(tmp_path / "worktree").put(named(b"worktree"))

    assert files_in(origin) == {*named(b"shallow"), *named(b"worktree")}


class _Locked(BaseHTTPRequestHandler):
    """A server that asks for a password, and after that has nothing."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        given = self.headers.get("Authorization")
        self.seen.extend([given] if given else [])
        self.send_response(404 if given else 401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_password_comes_from_the_users_helper_and_not_from_one_that_the_repository_names(tmp_path: Path) -> None:
    trap = Trap(tmp_path / "trap")
    helper = tmp_path / "helper.sh"
    helper.write_text("#!/bin/sh\nprintf 'username=me\\npassword=mine\\n'\n")
    helper.chmod(0o755)
    git(tmp_path, "config", "--global", "credential.helper", str(helper))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Locked)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = make_repository(tmp_path / "project", {"app.py": "x = 1\n"})
    git(root, "remote", "add", "origin", f"http://127.0.0.1:{server.server_port}/team.git")
    git(root, "config", "--add", "credential.helper", trap.program("helper"))

    listing = side_branch(root).listing()

    server.shutdown()
    server.server_close()
    assert listing.offline
    assert {base64.b64decode(said.split()[1]) for said in _Locked.seen} == {b"me:mine"}
    assert trap.sprung() == []
