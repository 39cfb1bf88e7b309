"""Checkpoints: that they hold the whole tree byte for byte, and touch nothing of the user's."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from pathlib import Path

import pytest

from gitrepo import Trap, commit_all, contents, git, make_hostile, make_repository, users_own, write
from learnagent.checkpoints.survey import MAX_IGNORED_BYTES
from learnagent.checkpoints.workspace import Workspace
from learnagent_memory.errors import LearnAgentError, StorageError, UsageError
from learnagent_memory.git import open_repository
from waiting import next_second


def workspace(root: Path, episode: str = "episode-1") -> Workspace:
    return Workspace(open_repository(root), episode=episode, state=root.parent / "state")


def kept(root: Path, commit: str) -> dict[str, bytes]:
    """Return the paths and bytes of a checkpoint, read by plain git."""
    items = git(root, "ls-tree", "-r", "-z", commit).split("\0")[:-1]
    entries = (item.partition("\t") for item in items)
    return {path: os.fsencode(git(root, "cat-file", "blob", entry.split()[2])) for entry, _, path in entries}


def first(root: Path) -> dict[str, bytes]:
    """Return what the first checkpoint of a tree holds."""
    checkpoint = workspace(root).checkpoint("start")
    assert checkpoint is not None
    return kept(root, checkpoint.commit)


def test_a_checkpoint_holds_tracked_and_untracked_files(here: Path) -> None:
    root = make_repository(here / "repo", {"tracked": "1"})
    write(root, {"tracked": "2", "deep/untracked": "3", "empty": ""})

    assert first(root) == {"tracked": b"2", "deep/untracked": b"3", "empty": b""}


def test_the_first_checkpoint_is_made_even_if_nothing_changed_and_follows_head(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})

    made = workspace(root).checkpoint("start")

    assert made is not None
    assert made.changed == ()
    assert git(root, "rev-parse", f"{made.commit}^", made.ref).split() == [
        git(root, "rev-parse", "HEAD").strip(),
        made.commit,
    ]
    assert made.ref == "refs/learnagent/episodes/episode-1"


def test_a_checkpoint_is_made_only_if_something_changed(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1", "b": "1"})
    tree = workspace(root)
    start = tree.checkpoint("start")

    assert tree.checkpoint("step 1") is None
    write(root, {"a": "2", "c": "3"})
    (root / "b").unlink()
    step = tree.checkpoint("step 2")

    assert start is not None
    assert step is not None
    assert step.changed == ("a", "b", "c")
    assert tree.changed(start.commit, step.commit) == [("M", "a"), ("D", "b"), ("A", "c")]
    assert git(root, "rev-parse", f"{step.commit}^").strip() == start.commit


def test_a_file_rewritten_within_the_same_tick_and_size_is_noticed(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "0"})
    tree = workspace(root)
    tree.checkpoint("start")
    status = (root / "a").stat()

    for content in "123":
        (root / "a").write_text(content)
        os.utime(root / "a", ns=(status.st_atime_ns, status.st_mtime_ns))
        step = tree.checkpoint("step")
        assert step is not None
        assert kept(root, step.commit)["a"] == content.encode()


def test_head_index_stash_and_configuration_keep_their_bytes(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1", "b": "1"})
    write(root, {"a": "stashed"})
    git(root, "stash", "--quiet")
    write(root, {"a": "staged", "new": "intended"})
    git(root, "add", "a")
    git(root, "add", "--intent-to-add", "new")
    write(root, {"a": "dirty"})
    before, status = users_own(root / ".git"), git(root, "status", "--porcelain")

    tree = workspace(root)
    start = tree.checkpoint("start")
    write(root, {"b": "2"})
    step = tree.checkpoint("step")
    assert start is not None
    assert step is not None
    tree.diff(start.commit)
    tree.undo(start.commit, [(start.commit, step.commit)])

    assert users_own(root / ".git") == before
    assert git(root, "status", "--porcelain") == status


def test_the_bytes_are_raw_whatever_the_attributes_say(here: Path) -> None:
    root = make_repository(here / "repo", {"a.txt": "one\ntwo\n"})
    git(root, "config", "core.autocrlf", "true")
    files: dict[str, str | bytes] = {
        ".gitattributes": "* text=auto eol=crlf ident\n*.u16 working-tree-encoding=UTF-16LE\n",
        "a.txt": b"one\r\ntwo\n$Id: mine $\r\n",
        "b.u16": "text\n".encode("utf-16-le"),
        "c.bin": bytes(range(256)),
    }
    write(root, files)

    held = first(root)

    assert held == {
        name: content if isinstance(content, bytes) else content.encode() for name, content in files.items()
    }


ODD_NAMES = [
    "a b",
    "new\nline",
    '"quoted"',
    "back\\slash",
    "tab\there",
    "ends in cr\r",
    "-flag",
    ":(glob)*",
    "ü",
]


def test_odd_names_are_kept(here: Path) -> None:
    root = make_repository(here / "repo", {name: f"tracked {name}" for name in ODD_NAMES})
    write(root, {f"sub/{name}": f"untracked {name}" for name in (*ODD_NAMES, "git~1")})

    held = first(root)

    assert {name: held[name].decode() for name in ODD_NAMES} == {name: f"tracked {name}" for name in ODD_NAMES}
    assert {f"sub/{name}" for name in (*ODD_NAMES, "git~1")} <= held.keys()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no names that are not UTF-8")
def test_names_that_are_not_utf8_are_kept_and_reported_escaped(here: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    root = make_repository(here / "repo", {name: "1"})
    tree = workspace(root)
    start = tree.checkpoint("start")
    write(root, {name: "2"})
    step = tree.checkpoint("step")

    assert start is not None
    assert step is not None
    assert step.changed == ("caf\\xe9",)
    assert tree.changed(start.commit, step.commit) == [("M", "caf\\xe9")]
    assert kept(root, step.commit) == {name: b"2"}
    tree.diff(start.commit, step.commit).encode()


def test_links_are_kept_as_links_and_not_followed(here: Path) -> None:
    write(here, {"outside/secret": "no"})
    root = make_repository(here / "repo", {"a": "1", "folder/b": "1"})
    (root / "link").symlink_to("..//outside/./secret")
    (root / "dangling").symlink_to("nowhere")
    (root / "folder" / "b").unlink()
    (root / "folder").rmdir()
    (root / "folder").symlink_to("../outside")

    assert first(root) == {
        "a": b"1",
        "link": b"..//outside/./secret",
        "dangling": b"nowhere",
        "folder": b"../outside",
    }


def test_single_ignored_files_are_kept_and_wholly_ignored_folders_are_not(here: Path) -> None:
    root = make_repository(here / "repo", {".gitignore": ".env\n*.pyc\nnode_modules/\n*.data\n"})
    write(root, {".env": "KEY=1", "src/a.pyc": "code", "node_modules/x/y": "no", "only/deep/b.pyc": "code"})
    with (root / "huge.data").open("wb") as file:
        file.truncate(MAX_IGNORED_BYTES + 1)

    assert first(root).keys() == {".gitignore", ".env", "src/a.pyc", "only/deep/b.pyc"}


def test_our_own_state_is_never_kept(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    write(root, {".learnagent/local/episodes/x": "no", ".learnagent/config.toml": "yes"})

    assert first(root).keys() == {"a", ".learnagent/config.toml"}


def test_a_new_ignore_rule_does_not_hide_what_was_kept(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    write(root, {"data/x": "1"})
    tree = workspace(root)
    tree.checkpoint("start")
    write(root, {".gitignore": "data/\n"})
    step = tree.checkpoint("step")

    assert step is not None
    assert step.changed == (".gitignore",)


def test_the_files_of_submodules_and_embedded_repositories_are_kept(here: Path) -> None:
    library = make_repository(here / "library", {"lib": "1", ".gitignore": "skipped/\n"})
    root = make_repository(here / "repo", {"a": "1"})
    git(root, "submodule", "--quiet", "add", str(library), "sub")
    commit_all(root, "Add a submodule")
    write(root, {"sub/untracked": "2", "sub/skipped/x": "no"})
    write(make_repository(root / "embedded", {"e": "1"}), {"f": "2"})
    make_repository(root / "unborn")
    write(root, {"unborn/u": "1"})
    before = users_own(root / ".git" / "modules" / "sub")

    held = first(root)

    assert held.keys() == {
        *(
            ".gitmodules",
            "a",
            "sub/lib",
            "sub/.gitignore",
            "sub/untracked",
            "embedded/e",
            "embedded/f",
            "unborn/u",
        ),
    }
    assert users_own(root / ".git" / "modules" / "sub") == before


def test_an_embedded_repository_that_names_other_files_as_its_own_is_not_believed(here: Path) -> None:
    write(here, {"home/secret": "no"})
    root = make_repository(here / "repo", {"a": "1"})
    git(make_repository(root / "embedded", {"e": "1"}), "config", "core.worktree", str(here / "home"))

    assert first(root).keys() == {"a", "embedded/e"}


def test_a_damaged_embedded_repository_does_not_stop_a_checkpoint(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    make_repository(root / "embedded", {"e": "1"})
    (root / "embedded" / ".git" / "index").write_bytes(b"damaged")

    assert first(root).keys() == {"a", "embedded/e"}


def test_a_crafted_index_cannot_reach_outside_or_into_the_git_folder(here: Path) -> None:
    write(here, {"secret": "no"})
    root = make_repository(here / "repo", {"AAAsecret": "1", "BBBB/config": "1", "c": "1"})
    index = root / ".git" / "index"
    body = index.read_bytes()[:-20]
    body = body.replace(b"AAAsecret", b"../secret").replace(b"BBBB/config", b".git/config")
    index.write_bytes(body + hashlib.sha1(body, usedforsecurity=False).digest())
    assert "../secret" in git(root, "ls-files")

    assert first(root).keys() == {"AAAsecret", "BBBB/config", "c"}


def test_fifos_and_sockets_are_passed_over(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    os.mkfifo(root / "fifo")
    monkeypatch.chdir(root)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")

        assert first(root).keys() == {"a"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_cannot_be_read_is_reported_and_counts_as_unchanged(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1", "b": "1", "c": "1"})
    tree = workspace(root)
    tree.checkpoint("start")
    write(root, {"a": "2", "b": "2", "c": "2"})
    (root / "b").chmod(0)
    step = tree.checkpoint("step")

    assert step is not None
    assert (step.changed, step.skipped) == (("a", "c"), ("b",))
    assert kept(root, step.commit) == {"a": b"2", "b": b"1", "c": b"2"}


def test_permission_bits_are_changes_too(here: Path) -> None:
    root = make_repository(here / "repo", {"script": "1", "secret": "1", "c": "1"})
    tree = workspace(root)
    tree.checkpoint("start")
    (root / "script").chmod(0o755)
    executable = tree.checkpoint("step 1")
    (root / "secret").chmod(0o600)
    private = tree.checkpoint("step 2")

    assert executable is not None
    assert private is not None
    assert (executable.changed, private.changed) == (("script",), ("secret",))


def test_a_file_and_a_folder_may_change_places(here: Path) -> None:
    root = make_repository(here / "repo", {"was-file": "1", "was-folder/x": "1"})
    tree = workspace(root)
    tree.checkpoint("start")
    (root / "was-file").unlink()
    (root / "was-folder" / "x").unlink()
    (root / "was-folder").rmdir()
    write(root, {"was-file/x": "2", "was-folder": "2"})
    step = tree.checkpoint("step")

    assert step is not None
    assert kept(root, step.commit) == {"was-file/x": b"2", "was-folder": b"2"}


def test_an_unborn_branch_an_empty_repository_and_a_detached_head_work(here: Path) -> None:
    empty = make_repository(here / "empty")
    unborn = make_repository(here / "unborn")
    write(unborn, {"a": "1"})
    detached = make_repository(here / "detached", {"a": "1"})
    git(detached, "checkout", "--quiet", "--detach")

    assert first(empty) == {}
    assert first(unborn) == first(detached) == {"a": b"1"}


def test_a_linked_worktree_has_its_own_checkpoints(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    git(root, "worktree", "add", "--quiet", str(here / "side"))
    write(here / "side", {"b": "2"})
    before = users_own(root / ".git")

    assert first(here / "side") == {"a": b"1", "b": b"2"}
    assert {name: content for name, content in users_own(root / ".git").items() if name != "config"} == {
        name: content for name, content in before.items() if name != "config"
    }


def test_a_repository_with_sha256_works(here: Path) -> None:
    root = here / "repo"
    root.mkdir()
    git(root, "init", "--quiet", "--object-format=sha256")
    write(root, {"a": "1", "b": "1"})
    commit_all(root, "Begin")
    tree = workspace(root)
    start = tree.checkpoint("start")
    (root / "a").unlink()
    step = tree.checkpoint("step")

    assert start is not None
    assert step is not None
    tree.undo(start.commit, [(start.commit, step.commit)])
    assert contents(root).keys() == {"a", "b"}


def test_an_unmerged_index_is_no_obstacle(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    git(root, "checkout", "--quiet", "-b", "side")
    write(root, {"a": "2"})
    commit_all(root, "Two")
    git(root, "checkout", "--quiet", "main")
    write(root, {"a": "3"})
    commit_all(root, "Three")
    git(root, "merge", "side", check=False)
    before = users_own(root / ".git")

    assert b"<<<<<<<" in first(root)["a"]
    assert users_own(root / ".git") == before


def test_a_resumed_workspace_goes_on_where_the_last_record_was(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    start = workspace(root).checkpoint("start")
    assert start is not None

    same = workspace(root)
    same.resume(start.commit)
    assert same.checkpoint("resumed") is None

    write(root, {"a": "2"})
    changed = workspace(root)
    changed.resume(start.commit)
    step = changed.checkpoint("resumed")
    assert step is not None
    assert step.changed == ("a",)


def test_a_checkpoint_that_is_no_commit_is_refused(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})

    for commit in ("HEAD", "--output=x", "1" * 40):
        with pytest.raises(LearnAgentError):
            workspace(root).resume(commit)
    with pytest.raises(UsageError, match="episode"):
        workspace(root, "../x")


def test_a_damaged_or_forged_stat_cache_is_not_believed(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    for content in (b"", b"[]", b'{"a": [1, 2, 3, 4, 5, "HEAD"]}', b'{"a": ' + b"[" * 9000):
        write(here, {"state/checkpoints/stat-cache.json": content})
        assert first(root) == {"a": b"1"}


def test_blobs_that_git_cleaned_away_are_stored_again(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    write(root, {f"many/{number}": str(number) for number in range(600)})
    next_second(3)  # younger files are not cached at all
    made = workspace(root).checkpoint("start")
    assert made is not None
    assert (here / "state" / "checkpoints" / "stat-cache.json").exists()
    git(root, "update-ref", "-d", made.ref)
    git(root, "gc", "--quiet", "--prune=now")

    assert len(first(root)) == 601


def test_two_workspaces_in_one_folder_do_not_disturb_each_other(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    one, two = workspace(root, "one"), workspace(root, "two")
    one.checkpoint("start")
    write(root, {"a": "2", "b": "2"})
    two.checkpoint("start")
    write(root, {"c": "3"})
    step = one.checkpoint("step")

    assert step is not None
    assert kept(root, step.commit) == {"a": b"2", "b": b"2", "c": b"3"}


def test_the_private_index_is_gone_with_its_workspace(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    first(root)

    assert list((here / "state" / "checkpoints").glob("*")) == []


def test_a_diff_shows_text_and_names_binary_files(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "one\n", "b": b"\0\1"})
    tree = workspace(root)
    start = tree.checkpoint("start")
    write(root, {"a": "two\n", "b": b"\0\2", "ü new": "three\n"})

    assert start is not None
    diff = tree.diff(start.commit)

    assert "-one\n+two\n" in diff
    assert "+++ b/ü new" in diff
    assert "Binary files a/b and b/b differ" in diff


def test_an_attribute_of_the_repository_cannot_hide_a_diff(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "one\n"})
    tree = workspace(root)
    start = tree.checkpoint("start")
    write(root, {"a": "two\n", ".gitattributes": "* -diff\n"})
    step = tree.checkpoint("step")

    assert start is not None
    assert step is not None
    assert "+two" in tree.diff(start.commit)
    assert "+two" in tree.diff(start.commit, step.commit)


def test_a_state_folder_that_cannot_be_made_is_a_storage_error(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    write(here, {"state": "a file"})

    with pytest.raises(StorageError):
        workspace(root)


def test_a_hostile_repository_runs_nothing_during_an_episode(here: Path) -> None:
    root = make_repository(here / "repo", {"a.txt": "one\n", "b.md": "two\n", "c.bin": "three\n", "0.cfg": "x"})
    trap = Trap(here / "trap")
    make_hostile(root, trap)
    make_repository(root / "nested", {"a.txt": "one\n"})
    make_hostile(root / "nested", Trap(here / "trap" / "nested"))
    bare = root / "bare"
    git(here, "clone", "--quiet", "--bare", str(root / "nested"), str(bare))
    git(bare, "config", "core.fsmonitor", trap.program("fsmonitor"))
    trap.sprung()

    tree = workspace(root)
    start = tree.checkpoint("start")
    write(root, {"a.txt": "changed\n", "b.md": "changed\n", "c.bin": "changed\n", "nested/a.txt": "changed\n"})
    (root / "0.cfg").unlink()
    step = tree.checkpoint("step")
    assert start is not None
    assert step is not None
    tree.diff(start.commit, step.commit)
    tree.diff(start.commit)
    tree.changed(start.commit, step.commit)
    report = tree.undo(start.commit, [(start.commit, step.commit)])

    assert report.restored == ("0.cfg", "a.txt", "b.md", "c.bin", "nested/a.txt")
    assert trap.sprung() == []
    assert list((here / "trap").rglob("*.ran")) == []
    git(root, "status", check=False)
    assert "fsmonitor" in trap.sprung(), "plain git runs it"
