from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitrepo import Trap, commit_all, git, make_hostile, make_repository, write
from learnagent.lint.change import Change, FileChange
from learnagent.lint.running.changes import MAX_OTHERS, change_against, changes_between, open_tree, staged_change
from learnagent.lint.running.files import Skipped
from learnagent_memory.errors import UsageError
from learnagent_memory.git import Git

BODY = "".join(f"line_{number} = {number}\n" for number in range(10))


def sides(change: Change) -> dict[str, tuple[bytes | None, bytes | None]]:
    return {one.path: (one.before, one.after) for one in change.files}


def staged(root: Path, exclude: tuple[str, ...] = ()) -> dict[str, tuple[bytes | None, bytes | None]]:
    return sides(staged_change(open_tree(root), exclude).change)


def against(root: Path, ref: str) -> Change:
    return change_against(open_tree(root), ref, ()).change


def test_nothing_staged_is_no_change_whatever_the_work_tree_holds(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    write(root, {"a.py": "x = 2\n", "new.py": "y = 1\n"})

    assert staged(root) == {}


def test_what_is_staged_is_read_from_the_index_and_not_from_the_work_tree(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n", "gone.py": "z = 1\n"})
    write(root, {"a.py": "x = 2\n", "new.py": "y = 1\n"})
    (root / "gone.py").unlink()
    git(root, "add", "--all")
    write(root, {"a.py": "x = 3\n"})

    assert staged(root) == {
        "a.py": (b"x = 1\n", b"x = 2\n"),
        "gone.py": (b"z = 1\n", None),
        "new.py": (None, b"y = 1\n"),
    }


def test_on_an_unborn_branch_everything_staged_is_new(here: Path) -> None:
    root = make_repository(here / "r")
    write(root, {"a.py": "x = 1\n"})
    git(root, "add", "a.py")

    assert staged(root) == {"a.py": (None, b"x = 1\n")}


def test_the_index_of_a_commit_under_way_is_read_where_it_is_named(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    write(root, {"a.py": "x = 2\n"})
    (root / ".git" / "next-index").write_bytes((root / ".git" / "index").read_bytes())
    git_env = {**os.environ, "GIT_INDEX_FILE": ".git/next-index"}
    Git(root).run("add", "a.py", index_file=root / git_env["GIT_INDEX_FILE"])

    found = staged_change(open_tree(root), (), index_file=root / ".git" / "next-index")

    assert sides(found.change) == {"a.py": (b"x = 1\n", b"x = 2\n")}
    assert staged(root) == {}


def test_the_work_tree_is_compared_with_what_is_untracked_too(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n", "same.py": "s = 1\n", ".gitignore": "ignored.py\n"})
    write(root, {"a.py": "x = 2\n", "new.py": "y = 1\n", "ignored.py": "i = 1\n"})
    git(root, "add", "a.py")
    write(root, {"a.py": "x = 3\n"})

    assert sides(against(root, "HEAD")) == {"a.py": (b"x = 1\n", b"x = 3\n"), "new.py": (None, b"y = 1\n")}


def test_a_file_moved_without_git_mv_is_one_entry(here: Path) -> None:
    root = make_repository(here / "r", {"tests/old.py": BODY, "other.py": "o = 1\n"})
    (root / "tests/old.py").rename(root / "tests/new.py")
    with (root / "tests/new.py").open("a") as file:
        file.write("more = 1\n")

    (one,) = against(root, "HEAD").files

    assert one == FileChange("tests/new.py", BODY.encode(), f"{BODY}more = 1\n".encode(), "tests/old.py")


def test_a_file_taken_out_of_the_index_but_left_in_the_tree_has_not_changed(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    git(root, "rm", "-q", "--cached", "a.py")

    assert against(root, "HEAD").files == ()


def test_a_range_is_between_its_ends_and_its_messages_are_the_task(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": BODY})
    git(root, "mv", "a.py", "b.py")
    commit_all(root, "Rename a to b\n\nNobody calls it a.")
    write(root, {"b.py": "x = 1\n"})

    change = against(root, "HEAD~1..HEAD")

    assert change.files == ()
    assert [one.old_path for one in against(root, "HEAD~1..").files] == []
    assert change.task == "Rename a to b\n\nNobody calls it a."


def test_three_dots_start_where_the_branches_parted(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    git(root, "checkout", "-qb", "topic")
    write(root, {"topic.py": "t = 1\n"})
    commit_all(root, "Topic")
    git(root, "checkout", "-q", "main")
    write(root, {"main.py": "m = 1\n"})
    commit_all(root, "Main")

    assert sides(against(root, "main...topic")) == {"topic.py": (None, b"t = 1\n")}
    assert sides(against(root, "main..topic")) == {"topic.py": (None, b"t = 1\n"), "main.py": (b"m = 1\n", None)}


@pytest.mark.parametrize(
    "ref", ["nonsense", "HEAD~9", "", "..nonsense", "nonsense...HEAD", "-h", "--output=x", "HEAD:a.py", "a\nb"]
)
def test_a_name_of_no_commit_is_an_error(here: Path, ref: str) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})

    with pytest.raises(UsageError, match="names no commit here") as caught:
        against(root, ref)

    assert caught.value.hint
    assert not (root / "x").exists()


def test_branches_without_a_common_commit_are_told(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    git(root, "checkout", "-q", "--orphan", "other")
    commit_all(root, "Other")

    with pytest.raises(UsageError, match="no commit in common"):
        against(root, "main...other")


def test_a_tree_may_stand_for_a_commit(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    empty = git(root, "hash-object", "-t", "tree", "-w", "--stdin").strip()

    assert sides(against(root, f"{empty}..HEAD")) == {"a.py": (None, b"x = 1\n")}


def test_two_commits_are_compared_for_a_run(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    before = git(root, "rev-parse", "HEAD").strip()
    write(root, {"a.py": "x = 2\n"})
    after = commit_all(root, "Two")

    assert sides(changes_between(Git(root), before, after)) == {"a.py": (b"x = 1\n", b"x = 2\n")}


def test_what_cannot_be_read_as_text_is_left_out_and_counted(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    write(
        root,
        {
            "big.py": "x = 1\n" * 200_000,
            "binary.py": b"\0\1",
            "vendor/lib.py": "v = 1\n",
            "yarn.lock": "a",
            "old/a.py": "o = 1\n",
            "pyproject.toml": "[tool]\n",
        },
    )
    (root / "link.py").symlink_to("/etc/passwd")
    git(root, "add", "--all")

    found = staged_change(open_tree(root), ("old",))

    assert sides(found.change) == {"pyproject.toml": (None, b"[tool]\n")}
    assert found.skipped == {
        Skipped.TOO_LARGE: 1,
        Skipped.BINARY: 1,
        Skipped.VENDORED: 1,
        Skipped.GENERATED: 1,
        Skipped.EXCLUDED: 1,
    }


def test_a_folder_of_data_does_not_fill_the_memory(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    write(root, {f"data/{number}.csv": "1\n" for number in range(MAX_OTHERS + 5)} | {"z.py": "z = 1\n"})

    found = change_against(open_tree(root), "HEAD", ())

    assert found.skipped == {Skipped.UNKNOWN: 5}
    assert "z.py" in sides(found.change)


def test_links_and_submodules_have_no_content(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    (root / "a.py").unlink()
    (root / "a.py").symlink_to("/etc/passwd")
    make_repository(root / "inner", {"b.py": "x = 1\n"})
    git(root, "add", "--all")

    assert staged(root) == {"a.py": (b"x = 1\n", None)}
    assert sides(against(root, "HEAD")) == {"a.py": (b"x = 1\n", None)}


def test_line_ends_that_only_the_work_tree_has_are_no_change(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\ny = 2\n"})
    git(root, "config", "core.autocrlf", "true")
    write(root, {"a.py": "x = 1\r\ny = 3\r\n"})

    assert sides(against(root, "HEAD")) == {"a.py": (b"x = 1\ny = 2\n", b"x = 1\ny = 3\n")}


def test_names_in_odd_bytes_pass_through(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    name = os.fsdecode(b"caf\xe9 \n\t.py")
    try:
        (root / name).write_text("x = 1\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    git(root, "add", "--all")

    assert staged(root) == {name: (None, b"x = 1\n")}


def test_where_there_is_no_repository_it_is_told(here: Path) -> None:
    with pytest.raises(UsageError, match="is not in a git repository"):
        open_tree(here)


def test_a_tree_that_git_finds_elsewhere_is_refused(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n"})
    git(root, "config", "core.worktree", str(here))

    with pytest.raises(UsageError, match="git config --unset core"):
        open_tree(root)


def test_a_hostile_repository_runs_nothing_and_nothing_is_written(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": "x = 1\n", "b.txt": "b\n", "c.md": "c\n", "d.bin": "d\n"})
    trap = Trap(here / "trap")
    make_hostile(root, trap)
    write(root, {"a.py": "x = 2\n", "b.txt": "B\n", "c.md": "C\n", "d.bin": "D\n", "new.txt": "n\n"})
    index = (root / ".git" / "index").read_bytes()

    against(root, "HEAD")
    staged(root)
    against(root, "HEAD..HEAD")

    assert trap.sprung() == []
    assert (root / ".git" / "index").read_bytes() == index
