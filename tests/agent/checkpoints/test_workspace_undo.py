"""Undo: everything of the run goes back byte for byte, nothing of the user's is lost."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from gitrepo import contents, git, make_repository, users_own, write
from learnagent.checkpoints.workspace import Checkpoint, UndoReport, Workspace
from learnagent_memory.errors import StorageError
from learnagent_memory.git import open_repository
from waiting import next_second


class Run:
    """A run of several steps in one tree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tree = Workspace(open_repository(root), episode="episode-1", state=root.parent / "state")
        self.checkpoints = [self.keep()]
        self.pairs: list[tuple[str, str]] = []

    def keep(self) -> Checkpoint:
        made = self.tree.checkpoint("step")
        assert made is not None
        return made

    def step(self, act: Callable[[], object]) -> None:
        """Let the run change something."""
        act()
        self.checkpoints.append(self.keep())
        self.pairs.append((self.checkpoints[-2].commit, self.checkpoints[-1].commit))

    def user(self, act: Callable[[], object]) -> None:
        """Let the user change something that a checkpoint sees."""
        act()
        self.checkpoints.append(self.keep())

    def undo(self, to: int = 0, *, force: bool = False, cut_short: bool = False) -> UndoReport:
        """Undo in a fresh process, so to speak."""
        target = self.checkpoints[to].commit
        commits = [made.commit for made in self.checkpoints]
        pairs = [pair for pair in self.pairs if commits.index(pair[0]) >= to]
        fresh = Workspace(open_repository(self.root), episode="episode-1", state=self.root.parent / "state")
        return fresh.undo(target, pairs, include_uncheckpointed=cut_short, force=force)


FILES: dict[str, str | bytes] = {
    "text": "one\n",
    "windows": b"one\r\ntwo\r\n",
    "binary": bytes(range(256)),
    "empty": "",
    "script": "#!/bin/sh\n",
    "folder/a": "1",
    "folder/b b": "2",
    "new\nline": "3",
    "file": "4",
    "swap/x": "5",
    ".gitattributes": "* text=auto\n",
    ".gitignore": ".env\n",
}


@pytest.fixture
def root(here: Path) -> Path:
    root = make_repository(here / "repo", FILES)
    git(root, "config", "core.autocrlf", "true")
    write(root, {"untracked": "mine", ".env": "KEY=1", "private": "mine", "text": "one\nuncommitted\n"})
    (root / "script").chmod(0o755)
    (root / "private").chmod(0o600)
    (root / "link").symlink_to("folder//a")
    return root


def havoc(root: Path) -> None:
    """Change a tree in every way there is."""
    write(
        root,
        {"text": "x", "windows": "one\ntwo\n", "binary": b"\0", "empty": "no", "untracked": "x", ".env": "x"},
    )
    (root / "script").chmod(0o644)
    (root / "private").chmod(0o644)
    shutil.rmtree(root / "folder")
    (root / "new\nline").rename(root / "renamed")
    (root / "link").unlink()
    (root / "link").symlink_to("elsewhere")
    (root / "file").unlink()
    shutil.rmtree(root / "swap")
    write(root, {"file/inside": "x", "swap": "x", "added/deep/er": "x"})


def test_undo_gives_back_the_start_byte_for_byte(root: Path) -> None:
    before, own = contents(root), users_own(root / ".git")
    run = Run(root)
    run.step(lambda: havoc(root))

    report = run.undo()

    assert contents(root) == before
    assert users_own(root / ".git") == own
    assert report.left == ()
    assert set(report.removed) == {"renamed", "file/inside", "swap", "added/deep/er"}
    assert not (root / "added").exists()


def test_undo_gives_back_any_step(root: Path) -> None:
    run = Run(root)
    states = [contents(root)]
    for act in (
        lambda: havoc(root),
        lambda: write(root, {"text": "again", "more": "1"}),
        lambda: (root / "more").unlink(),
        lambda: write(root, {"text": "last"}),
    ):
        run.step(act)
        states.append(contents(root))

    for number in (3, 2, 1, 0):
        run.undo(number)
        assert contents(root) == states[number]


def test_the_tree_before_an_undo_is_kept_on_a_ref_each_time(root: Path) -> None:
    run = Run(root)
    run.step(lambda: write(root, {"text": "by the run"}))
    write(root, {"user": "since"})

    reports = [run.undo(), run.undo()]

    assert [report.kept_ref for report in reports] == [f"refs/learnagent/undo/episode-1/{number}" for number in (1, 2)]
    assert git(root, "show", f"{reports[0].kept_ref}:text") == "by the run"
    assert git(root, "show", f"{reports[0].kept_ref}:user") == "since"
    assert reports[1].restored == reports[1].left == ()


def test_what_the_user_changed_since_is_left_alone_and_reported(root: Path) -> None:
    run = Run(root)
    run.step(lambda: write(root, {"text": "run", "empty": "run", "added": "run", "file": "run"}))
    write(root, {"text": "user", "added": "user", "own": "user"})
    (root / "file").unlink()

    report = run.undo()

    assert report.left == ("added", "file", "text")
    assert report.restored == ("empty",)
    assert {name: (root / name).read_text() for name in ("text", "added", "own")} == dict.fromkeys(
        ("text", "added", "own"), "user"
    )
    assert not (root / "file").exists()


def test_by_force_the_users_changes_to_the_runs_files_are_undone_but_kept(root: Path) -> None:
    before = contents(root)
    run = Run(root)
    run.step(lambda: write(root, {"text": "run", "added": "run"}))
    write(root, {"text": "user", "added": "user", "own": "user"})

    report = run.undo(force=True)

    assert contents(root) == {**before, "own": ("file", 0o644, b"user")}
    assert report.left == ()
    assert git(root, "show", f"{report.kept_ref}:text") == "user"


def test_what_the_user_changed_between_two_steps_is_left_alone(root: Path) -> None:
    run = Run(root)
    run.step(lambda: write(root, {"text": "run", "empty": "run"}))
    run.user(lambda: write(root, {"text": "user"}))
    run.step(lambda: write(root, {"text": "run again"}))

    report = run.undo()

    assert report.left == ("text",)
    assert (root / "text").read_text() == "run again"
    assert (root / "empty").read_text() == ""


def test_an_undo_between_two_steps_does_not_count_as_the_users_change(root: Path) -> None:
    before = contents(root)
    run = Run(root)
    run.step(lambda: write(root, {"text": "run", "added": "run"}))
    run.user(run.undo)
    run.step(lambda: write(root, {"text": "run again", "added": "run again"}))

    report = run.undo()

    assert contents(root) == before
    assert report.left == ()


def test_a_step_that_was_cut_short_is_undone_as_the_runs(root: Path) -> None:
    before = contents(root)
    run = Run(root)
    run.step(lambda: write(root, {"text": "run"}))
    write(root, {"text": "half done", "half": "done"})

    assert run.undo().left == ("text",)
    report = run.undo(cut_short=True)

    assert contents(root) == before
    assert report.left == ()


def test_a_run_cut_short_in_its_first_step_is_undone(root: Path) -> None:
    before = contents(root)
    run = Run(root)
    havoc(root)

    run.undo(cut_short=True)

    assert contents(root) == before


def test_a_folder_with_something_of_the_users_stays(root: Path) -> None:
    run = Run(root)
    run.step(lambda: write(root, {"added/run": "1"}))
    run.step(lambda: (root / "file").unlink())
    write(root, {"added/user": "1", "file/user": "1"})

    report = run.undo()

    assert report.removed == ("added/run",)
    assert report.left == ("file",)
    assert (root / "added" / "user").exists()
    assert (root / "file" / "user").exists()


def test_undo_never_follows_a_link_out_of_the_root(root: Path) -> None:
    outside = root.parent / "outside"
    write(outside, {"a": "theirs", "b b": "theirs"})
    run = Run(root)
    run.step(lambda: write(root, {"folder/a": "run", "folder/c": "run"}))
    shutil.rmtree(root / "folder")
    (root / "folder").symlink_to(outside)

    for force in (False, True):
        report = run.undo(force=force)

        assert "folder/a" in report.left
        assert contents(outside) == dict.fromkeys(("a", "b b"), ("file", 420, b"theirs"))


def test_a_link_that_the_run_put_in_place_of_a_folder_is_undone(root: Path) -> None:
    outside = root.parent / "outside"
    write(outside, {"a": "theirs"})
    before = contents(root)
    run = Run(root)

    def swap() -> None:
        shutil.rmtree(root / "folder")
        (root / "folder").symlink_to(outside)

    run.step(swap)
    run.undo()

    assert contents(root) == before
    assert contents(outside) == {"a": ("file", 0o644, b"theirs")}


def test_files_that_only_lost_their_ignore_rule_are_not_removed(root: Path) -> None:
    write(root, {".gitignore": "modules/\n", "modules/dependency": "1"})
    next_second(2)
    before = contents(root)
    run = Run(root)
    run.step(lambda: (root / ".gitignore").unlink())
    assert "modules/dependency" in run.checkpoints[-1].changed

    report = run.undo()

    assert contents(root) == before
    assert (report.removed, report.left) == ((), ())


def test_the_files_of_a_submodule_are_undone_and_its_repository_is_not_touched(here: Path) -> None:
    library = make_repository(here / "library", {"lib": "1"})
    root = make_repository(here / "repo", {"a": "1"})
    git(root, "submodule", "--quiet", "add", str(library), "sub")
    before, own = contents(root), users_own(root / ".git" / "modules" / "sub")
    run = Run(root)
    run.step(lambda: write(root, {"sub/lib": "run", "sub/new/x": "run"}))

    run.undo()

    assert contents(root) == before
    assert users_own(root / ".git" / "modules" / "sub") == own
    assert (root / "sub" / ".git").exists()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no names that are not UTF-8")
def test_names_that_are_not_utf8_are_undone(here: Path) -> None:
    name = os.fsdecode(b"caf\xe9/\xff")
    root = make_repository(here / "repo", {name: "1"})
    (root / name).chmod(0o640)
    before = contents(root)
    run = Run(root)
    run.step(lambda: (root / name).unlink())

    report = run.undo()

    assert contents(root) == before
    assert report.restored == ("caf\\xe9/\\xff",)


def test_undo_works_on_an_unborn_branch_and_in_a_worktree(here: Path) -> None:
    unborn = make_repository(here / "unborn")
    write(unborn, {"a": "1"})
    main = make_repository(here / "main", {"a": "1"})
    git(main, "worktree", "add", "--quiet", str(here / "side"))
    for root in (unborn, here / "side"):
        before = contents(root)
        run = Run(root)
        run.step(partial(write, root, {"a": "2", "b": "2"}))
        run.undo()
        assert contents(root) == before


def test_a_disk_that_fails_halfway_names_the_ref_and_undo_goes_on_later(root: Path) -> None:
    write(root, {"big": b"x" * 3_000_000})
    before = contents(root)
    run = Run(root)
    run.step(lambda: write(root, {"big": "run", "text": "run", "added": "run"}))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(StorageError, match="refs/learnagent/undo/episode-1/1"):
            run.undo()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (root / "big").read_bytes() == b"run"

    run.undo()

    assert contents(root) == before
