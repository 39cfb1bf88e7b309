from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitrepo import Trap, commit_all, git, make_hostile, make_repository, write
from learnagent_memory.git import open_repository
from learnagent_memory.tree import MAX_FILE_BYTES, MAX_PATH, CommitTree, Tree, WorkingTree

FILES = {"a.py": "one\n", "folder/b.py": "two\n", "folder/deep/ü ñ.py": "three\n", "empty": ""}


@pytest.fixture
def root(here: Path) -> Path:
    return make_repository(here / "repo", FILES)


@pytest.fixture(params=["working", "commit"])
def tree(request: pytest.FixtureRequest, root: Path) -> Tree:
    """Return each kind of tree, on links and files of every kind."""
    (root / "link.py").symlink_to("a.py")
    (root / "out").symlink_to("/etc")
    (root / "inside").symlink_to("folder")
    write(root, {"odd\nname.py": "odd\n", "large.bin": b"x" * (MAX_FILE_BYTES + 1)})
    commit = commit_all(root, "Links")
    return WorkingTree(root) if request.param == "working" else CommitTree(open_repository(root), commit)


def test_files_are_read_one_by_one_and_together(tree: Tree) -> None:
    paths = [*FILES, "odd\nname.py", "missing.py"]

    together = tree.read_all(paths)

    assert together == {**{path: text.encode() for path, text in FILES.items()}, "odd\nname.py": b"odd\n"}
    assert {path: tree.read(path) for path in paths} == {**together, "missing.py": None}


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../repo/a.py", "folder/../a.py", "./a.py", "folder//b.py", "folder/", "a\0b", "\ud800"),
        *("link.py", "out/passwd", "inside/b.py", "folder", "a.py/b", ".git/config", "folder/.GIT/x", "large.bin"),
        *("x" * 300, "x/" * MAX_PATH, ":(glob)**", "*.py"),
    ],
)
def test_links_folders_and_paths_that_lead_out_are_not_read(tree: Tree, path: str) -> None:
    assert tree.read(path) is None
    assert tree.read_all([path, "a.py"]) == {"a.py": b"one\n"}


def test_a_pipe_does_not_hang_the_reader(root: Path) -> None:
    os.mkfifo(root / "pipe.py")

    assert WorkingTree(root).read("pipe.py") is None


def test_a_root_behind_a_link_is_read(root: Path, here: Path) -> None:
    (here / "alias").symlink_to(root)

    assert WorkingTree(here / "alias").read("a.py") == b"one\n"


def test_the_listing_has_tracked_and_untracked_files_but_no_ignored_ones(root: Path) -> None:
    write(root, {".gitignore": "*.log\n", "new.py": "", "x.log": ""})
    (root / "a.py").unlink()

    assert WorkingTree(root).paths() == [".gitignore", "empty", "folder/b.py", "folder/deep/ü ñ.py", "new.py"]


@pytest.mark.usefixtures("tree")
def test_a_commit_lists_its_files_without_links(root: Path) -> None:
    listed = CommitTree(open_repository(root), git(root, "rev-parse", "HEAD").strip()).paths()

    assert listed == sorted([*FILES, "odd\nname.py", "large.bin"])


def test_a_working_tree_says_what_changed_since_a_commit(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD").strip()
    write(root, {"later.py": "committed"})
    commit_all(root, "Later")
    write(root, {"a.py": "changed\n", "new.py": "untracked", ".gitignore": "*.log\n", "x.log": ""})
    (root / "folder/b.py").unlink()

    changes = WorkingTree(root).changes(commit)

    assert changes is not None
    assert changes.paths == (".gitignore", "a.py", "folder/b.py", "later.py", "new.py")
    assert changes.before.read("a.py") == b"one\n"
    assert changes.before.read("later.py") is None


def test_a_commit_says_what_changed_since_another(root: Path) -> None:
    before = git(root, "rev-parse", "HEAD").strip()
    write(root, {"a.py": "changed\n", "new.py": "new"})
    after = commit_all(root, "Change")

    changes = CommitTree(open_repository(root), after).changes(before)

    assert changes is not None
    assert changes.paths == ("a.py", "new.py")
    assert changes.before.read("a.py") == b"one\n"


@pytest.mark.parametrize("commit", ["", "HEAD", "main", "--output=stolen", "1" * 40, "1" * 39, "^" + "1" * 39, "a.py"])
def test_an_unknown_commit_has_no_changes(tree: Tree, root: Path, commit: str) -> None:
    assert tree.changes(commit) is None
    assert not (root / "stolen").exists()


def test_a_folder_that_is_no_repository_is_read_but_knows_no_commits(here: Path) -> None:
    write(here, {"a.py": "one\n"})

    assert WorkingTree(here).read("a.py") == b"one\n"
    assert WorkingTree(here).changes("1" * 40) is None


def test_a_missing_blob_is_a_missing_file(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD").strip()
    oid = git(root, "rev-parse", "HEAD:a.py").strip()
    (root / ".git/objects" / oid[:2] / oid[2:]).unlink()

    assert CommitTree(open_repository(root), commit).read_all(["a.py", "folder/b.py"]) == {"folder/b.py": b"two\n"}


def test_a_hostile_repository_runs_nothing(here: Path) -> None:
    root = make_repository(here / "repo", {"a.txt": "one\n", "b.md": "two\n"})
    trap = Trap(here / "trap")
    make_hostile(root, trap)
    write(root, {"a.txt": "changed\n"})
    commit = git(root, "rev-parse", "HEAD").strip()
    trap.sprung()

    WorkingTree(root).paths()
    WorkingTree(root).changes(commit)
    CommitTree(open_repository(root), commit).read_all(["a.txt", "b.md"])

    assert trap.sprung() == []
