from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitrepo import Trap, commit_all, git, make_hostile, make_repository, write
from learnagent_memory.errors import GitError, StorageError, UsageError
from learnagent_memory.git import Git, Repository, hardened_environment, open_repository, project_identity

MISSING = "1" * 40


@pytest.fixture
def hostile(here: Path) -> tuple[Path, Trap]:
    root = make_repository(here / "repo", {"0.cfg": "zero\n", "a.txt": "one\n", "b.md": "two\n", "c.bin": "three\n"})
    trap = Trap(here / "trap")
    make_hostile(root, trap)
    write(root, dict.fromkeys(("0.cfg", "a.txt", "b.md", "c.bin"), "changed\n"))
    trap.sprung()
    return root, trap


CALLS = (
    ("status", "--porcelain"),
    ("diff",),
    ("diff", "--", "0.cfg"),
    ("diff", "HEAD"),
    ("diff-index", "-p", "HEAD"),
    ("diff-tree", "-p", "--root", "HEAD"),
    ("ls-files", "--others", "--modified"),
    ("check-attr", "-a", "a.txt"),
    ("grep", "two"),
    ("log", "-p"),
    ("show", "HEAD"),
    ("add", "--all"),
    ("update-index", "--add", "a.txt", "c.bin"),
    ("write-tree",),
    ("update-ref", "refs/x/y", "HEAD"),
    ("cat-file", "-e", MISSING),
    ("rev-list", "--objects", MISSING),
    ("commit", "--quiet", "--allow-empty", "-m", "x"),
    ("checkout", "--force", "HEAD", "--", "a.txt", "c.bin"),
    ("read-tree", "HEAD"),
    ("fetch", "origin"),
    ("gc", "--auto"),
)


@pytest.mark.parametrize("args", CALLS, ids=" ".join)
def test_a_hostile_repository_runs_nothing(hostile: tuple[Path, Trap], args: tuple[str, ...]) -> None:
    root, trap = hostile

    Git(root).call(*args)

    assert trap.sprung() == []


def test_the_same_calls_by_plain_git_spring_the_trap(hostile: tuple[Path, Trap]) -> None:
    root, trap = hostile

    for args in CALLS:
        git(root, *args, check=False)

    sprung = set(trap.sprung())
    assert {"fsmonitor", "external", "clean", "smudge", "process", "gpg", "ext", "view"} <= sprung
    assert {"hook-post-index-change", "hook-pre-commit", "hook-reference-transaction"} <= sprung


def test_a_git_that_a_command_of_the_agent_starts_runs_no_fsmonitor_and_no_hook(
    hostile: tuple[Path, Trap],
) -> None:
    root, trap = hostile
    git(root, "config", "commit.gpgSign", "false")

    for args in (["status"], ["commit", "--quiet", "--allow-empty", "-m", "x"], ["log"]):
        subprocess.run(
            ["git", *args],
            cwd=root,
            env={**os.environ, **hardened_environment()},
            check=True,
            capture_output=True,
        )

    assert {name for name in trap.sprung() if name.startswith(("fsmonitor", "hook", "pager"))} == set()


def test_inherited_variables_cannot_redirect_a_call(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    other = make_repository(here / "other", {"b": "1"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='false'")

    assert Git(root).names("ls-files", "-z") == ["a"]


def test_settings_from_the_users_environment_stay(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(here / "repo")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "test.key")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "kept")

    assert Git(root).text("config", "test.key") == "kept"
    assert "kept" in hardened_environment().values()


def test_a_missing_git_is_a_usage_error(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(here))

    with pytest.raises(UsageError, match="not installed"):
        Git(here).run("version")


def test_a_git_in_a_relative_folder_of_the_search_path_is_not_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = Trap(here / "bin")
    Path(trap.program("git")).rename(here / "bin" / "git")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", f"bin{os.pathsep}{os.environ['PATH']}")

    Git(here).run("version")

    assert trap.sprung() == []


def test_a_git_that_is_too_old_for_the_hardening_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = here / "bin" / "git"
    write(here, {"bin/git": "#!/bin/sh\necho git version 2.30.9\n"})
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))

    with pytest.raises(UsageError, match="too old"):
        Git(here).run("version")


def test_an_error_carries_gits_first_line_without_warnings(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})

    with pytest.raises(GitError) as caught:
        Git(root).run("rev-parse", "--verify", "nothing")

    assert caught.value.message == "Needed a single revision"


def test_a_folder_that_is_gone_is_a_storage_error(here: Path) -> None:
    with pytest.raises(StorageError, match="cannot run git"):
        Git(here / "gone").run("version")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_closed_object_store_is_a_storage_error(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    objects = root / ".git" / "objects"
    objects.chmod(0o500)
    try:
        with pytest.raises(StorageError):
            Git(root).run("hash-object", "-w", "--stdin", stdin=b"new")
    finally:
        objects.chmod(0o700)


def test_a_repository_is_opened_from_any_folder_inside(here: Path) -> None:
    root = make_repository(here / "a repo\nwith lines", {"deep/er/a": "1"})

    opened = open_repository(root / "deep" / "er")

    head = git(root, "rev-parse", "HEAD").strip()
    assert opened == Repository(root, root / ".git", root / ".git", head, "main")


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no names that are not UTF-8")
def test_a_repository_whose_name_is_not_utf8_is_opened(here: Path) -> None:
    root = make_repository(here / os.fsdecode(b"caf\xe9"), {"a": "1"})

    assert open_repository(root).root == root


def test_an_unborn_branch_has_no_head(here: Path) -> None:
    opened = open_repository(make_repository(here / "repo"))

    assert (opened.head, opened.branch) == (None, "main")


def test_a_detached_head_has_no_branch(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    git(root, "checkout", "--quiet", "--detach")

    assert open_repository(root).branch is None


def test_a_linked_worktree_shares_the_common_folder(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    git(root, "worktree", "add", "--quiet", "-b", "side", str(here / "side"))

    opened = open_repository(here / "side")

    assert (opened.root, opened.branch, opened.common_dir) == (here / "side", "side", root / ".git")
    assert opened.git_dir == root / ".git" / "worktrees" / "side"


def test_a_submodule_is_a_repository_of_its_own(here: Path) -> None:
    library = make_repository(here / "library", {"a": "1"})
    root = make_repository(here / "repo", {"b": "1"})
    git(root, "submodule", "--quiet", "add", str(library), "sub")

    opened = open_repository(root / "sub")

    assert (opened.root, opened.git_dir) == (root / "sub", root / ".git" / "modules" / "sub")


def test_what_has_no_working_tree_is_refused_with_a_hint(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    git(here, "clone", "--quiet", "--bare", str(root), "bare.git")
    (here / "plain").mkdir()
    refused = {
        here / "nowhere": "does not exist",
        root / "a": "is not a folder",
        here / "plain": "git init",
        here / "bare.git": "bare repository",
        root / ".git" / "refs": "inside .git",
    }
    for path, message in refused.items():
        with pytest.raises(UsageError, match=message) as caught:
            open_repository(path)
        assert caught.value.hint
        assert "\n" not in str(caught.value)


def test_an_embedded_bare_repository_is_refused_and_runs_nothing(here: Path) -> None:
    trap = Trap(here / "trap")
    root = make_repository(here / "repo", {"a": "1"})
    bare = root / "docs"
    git(root, "init", "--quiet", "--bare", "docs")
    git(bare, "config", "core.bare", "false")
    git(bare, "config", "core.worktree", str(root))
    git(bare, "config", "core.fsmonitor", trap.program("fsmonitor"))
    git(bare, "status")
    assert trap.sprung() == ["fsmonitor"], "plain git runs it"

    with pytest.raises(UsageError, match="bare"):
        open_repository(bare)
    open_repository(root)

    assert trap.sprung() == []


def test_a_repository_that_names_other_files_as_its_own_is_refused(here: Path) -> None:
    home = make_repository(here / "home", {"secret": "1"})
    root = make_repository(here / "repo", {"a": "1"})
    git(root, "config", "core.worktree", str(home))

    with pytest.raises(UsageError, match="not its own folder"):
        open_repository(root)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_refused_with_the_way_to_trust_it(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    for path in (root, *root.rglob("*")):
        os.chown(path, 12345, 12345)

    with pytest.raises(UsageError, match=r"safe\.directory"):
        open_repository(root)


def test_the_identity_of_a_project_does_not_depend_on_folder_protocol_or_credentials(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    git(root, "remote", "add", "origin", "https://user:secret@example.org/team/project.git")
    clone = here / "elsewhere"
    git(here, "clone", "--quiet", str(root), str(clone))
    git(clone, "remote", "set-url", "origin", "git@example.org:team/project")
    write(clone, {"b": "1"})
    commit_all(clone, "Go on")

    assert project_identity(open_repository(root)) == project_identity(open_repository(clone))


def test_projects_with_another_remote_or_another_beginning_differ(here: Path) -> None:
    identities = []
    for number, remote in enumerate(("", "https://example.org/a", "https://example.org/b")):
        root = make_repository(here / str(number), {"a": str(number)})
        if remote:
            git(root, "remote", "add", "origin", remote)
        identities.append(project_identity(open_repository(root)))
    identities.append(project_identity(open_repository(make_repository(here / "unborn"))))

    assert len(set(identities)) == 4
    assert identities[-1].startswith("unborn-")


def test_merging_a_foreign_history_keeps_the_identity(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    before = project_identity(open_repository(root))
    make_repository(here / "other", {"b": "1"})
    git(root, "fetch", "--quiet", str(here / "other"), "HEAD")
    git(root, "merge", "--quiet", "--allow-unrelated-histories", "-m", "Merge", "FETCH_HEAD")

    assert project_identity(open_repository(root)) == before


def test_a_blob_is_copied_raw(here: Path) -> None:
    root = make_repository(here / "repo")
    content = b"\r\n\x00" * 100_000
    oid = Git(root).text("hash-object", "-w", "--stdin", stdin=content)

    with (here / "copy").open("wb") as target:
        Git(root).copy_blob(oid, target)

    assert (here / "copy").read_bytes() == content
    with pytest.raises(GitError, match="missing"), (here / "copy").open("wb") as target:
        Git(root).copy_blob(MISSING, target)


@pytest.mark.parametrize(
    ("file", "content", "advice"),
    [
        ("index", "x", "move .git/index away"),
        ("HEAD", "ref: refs/heads/../x\n", "git symbolic-ref HEAD"),
        ("HEAD", "garbage\n", "git status says how"),
        ("config", "[broken\n", "git"),
    ],
)
def test_a_damaged_repository_comes_with_advice(here: Path, file: str, content: str, advice: str) -> None:
    root = make_repository(here / "r", {"a.txt": "one\n"})
    (root / ".git" / file).write_text(content)
    with pytest.raises((GitError, UsageError)) as caught:
        Git(open_repository(root).root).run("status")
    assert advice in caught.value.hint


def test_an_error_of_an_unknown_kind_has_a_hint_too(here: Path) -> None:
    root = make_repository(here / "r", {"a.txt": "one\n"})
    with pytest.raises(GitError, match="git fsck"):
        Git(root).run("cat-file", "-e", MISSING + "^{tree}")
