from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitrepo import Trap, commit_all, git, make_hostile, make_repository, write
from learnagent_memory.history.commit import MASS_FILES, Change, Commit
from learnagent_memory.history.log import BATCH, ancestors, read_log

CODE = "import os\n\n\nclass Cart:\n    def add(self, item):\n        self.items.append(item)\n\n"
CODE += "    def total(self):\n        return 1\n"


@pytest.fixture
def root(here: Path) -> Path:
    return make_repository(here / "repo", {"cart.py": CODE, "notes.md": "one\n"})


def log(root: Path, until: str = "HEAD") -> list[Commit]:
    return list(read_log(root, until=until))


def test_a_commit_tells_what_was_said_and_which_symbols_changed(root: Path) -> None:
    write(root, {"cart.py": CODE.replace("return 1", "return sum(self.items)")})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "Add up the items\n\nIt returned 1.\n\nSigned-off-by: A <a@example.org>")

    newest = log(root)[0]

    assert (newest.subject, newest.body) == ("Add up the items", "It returned 1.")
    assert newest.changes == (Change("cart.py", "cart.py", "M", ("total",)),)
    assert newest.oid == git(root, "rev-parse", "HEAD").strip()


def test_a_new_file_tells_its_definitions_and_a_deleted_one_what_it_had(root: Path) -> None:
    git(root, "rm", "--quiet", "cart.py")
    commit_all(root, "Drop the cart")

    deleted, added = log(root)

    assert deleted.changes == (Change("cart.py", "cart.py", "D", ("Cart", "add", "total")),)
    assert added.changes[0].symbols == ("Cart", "add", "total")


def test_a_moved_file_is_a_rename_even_when_it_changed_a_little(root: Path) -> None:
    git(root, "mv", "cart.py", "basket.py")
    write(root, {"basket.py": CODE.replace("return 1", "return 2")})
    commit_all(root, "Call it basket")

    assert log(root)[0].changes == (Change("basket.py", "cart.py", "R", ("total",)),)


def test_only_ancestors_are_read_however_late_another_branch_was_written(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "side")
    write(root, {"side.py": "x = 1\n"})
    commit_all(root, "On the side")
    git(root, "checkout", "--quiet", "-")
    write(root, {"notes.md": "two\n"})
    commit_all(root, "On the main line")

    assert [commit.subject for commit in log(root)] == ["On the main line", "Begin"]


def test_a_merge_is_left_out_and_what_it_merged_is_not(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "side")
    write(root, {"side.py": "x = 1\n"})
    commit_all(root, "On the side")
    git(root, "checkout", "--quiet", "-")
    write(root, {"notes.md": "two\n"})
    commit_all(root, "On the main line")
    git(root, "merge", "--quiet", "--no-edit", "side")

    assert {commit.subject for commit in log(root)} == {"On the main line", "On the side", "Begin"}


def test_since_and_limit_bound_what_is_read(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD").strip()
    for number in range(4):
        write(root, {"notes.md": f"{number}\n"})
        commit_all(root, f"Note {number}")

    assert [commit.subject for commit in read_log(root, since=first, limit=3)] == ["Note 3", "Note 2", "Note 1"]
    assert len(list(read_log(root, since=first))) == 4


def test_more_commits_than_one_batch_holds_come_in_one_order(root: Path) -> None:
    stream = b"".join(
        b"commit refs/heads/long\ncommitter A <a@example.org> %d +0000\ndata 2\nc\n%s"
        b"M 100644 inline f.txt\ndata %d\n%d\n\n" % (1000 + number, b"", len(str(number)) + 1, number)
        for number in range(BATCH + 5)
    )
    git(root, "fast-import", "--quiet", stdin=stream)

    oids = [commit.oid for commit in log(root, "long")]

    assert oids == git(root, "rev-list", "long").split()


def test_an_unborn_branch_and_an_unknown_commit_have_no_history(here: Path) -> None:
    empty = make_repository(here / "empty")

    assert log(empty) == []
    assert log(empty, "1" * 40) == []
    assert ancestors(empty, "--all") == []


def test_a_detached_head_has_its_own_history(root: Path) -> None:
    write(root, {"notes.md": "two\n"})
    commit_all(root, "Later")
    git(root, "checkout", "--quiet", "--detach", "HEAD~1")

    assert [commit.subject for commit in log(root)] == ["Begin"]


def test_the_oldest_commit_of_a_shallow_clone_is_left_out_for_it_seems_to_add_every_file(
    root: Path, here: Path
) -> None:
    for number in range(3):
        write(root, {"notes.md": f"{number}\n"})
        commit_all(root, f"Note {number}")
    git(here, "clone", "--quiet", "--depth", "2", root.as_uri(), "shallow")

    assert [commit.subject for commit in log(here / "shallow")] == ["Note 2"]


def test_a_clone_without_contents_is_read_without_symbols_and_without_a_fetch(root: Path, here: Path) -> None:
    git(root, "mv", "cart.py", "basket.py")
    commit_all(root, "Call it basket")
    git(root, "config", "uploadpack.allowFilter", "true")
    git(here, "clone", "--quiet", "--no-checkout", "--filter=blob:none", root.as_uri(), "partial")
    before = git(here / "partial", "count-objects", "-v")

    commits = log(here / "partial")

    assert [commit.subject for commit in commits] == ["Call it basket", "Begin"]
    assert commits[0].changes == (Change("basket.py", "cart.py", "R"),)
    assert git(here / "partial", "count-objects", "-v") == before


def test_a_submodule_is_no_file(root: Path) -> None:
    oid = git(root, "rev-parse", "HEAD").strip()
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{oid},sub")
    write(root, {"cart.py": CODE.replace("return 1", "return 2")})
    git(root, "add", "cart.py")
    git(root, "commit", "--quiet", "-m", "Take in sub")

    assert log(root)[0].changes == (Change("cart.py", "cart.py", "M", ("total",)),)


def test_a_file_that_becomes_a_link_does_not_shift_the_symbols_of_the_next(root: Path) -> None:
    write(root, {"a.py": "def a():\n    return 1\n", "z.py": "def z():\n    return 1\n"})
    commit_all(root, "Two")
    (root / "a.py").unlink()
    (root / "a.py").symlink_to("z.py")
    write(root, {"z.py": "def z():\n    return 2\n"})
    commit_all(root, "Link")

    assert [(change.path, change.symbols) for change in log(root)[0].changes][1] == ("z.py", ("z",))


def test_of_a_mass_commit_only_the_renames_are_kept(root: Path) -> None:
    write(root, {f"many/{number}.py": f"x = {number}\n" for number in range(MASS_FILES)})
    git(root, "mv", "cart.py", "many/cart.py")
    commit_all(root, "Move in")

    newest = log(root)[0]

    assert newest.noise == "mass"
    assert newest.files == MASS_FILES + 1
    assert newest.changes == (Change("many/cart.py", "cart.py", "R"),)


def test_a_commit_that_changes_only_layout_is_noise_and_one_that_changes_a_word_is_not(root: Path) -> None:
    write(root, {"cart.py": CODE.replace("append(item)", "append(\n            item,\n        )")})
    commit_all(root, "Look nicer")
    write(root, {"cart.py": CODE.replace("append(item)", "append(thing)")})
    commit_all(root, "Look again")

    assert [commit.noise for commit in log(root)] == ["", "format", ""]


@pytest.mark.parametrize(
    "path",
    ['quo"te.py', "tab\there.py", "new\nline.py", "commit 0000.py", "ümläut.py", "sp ace.py", ":100644 1 2 3 M.py"],
)
def test_a_strange_path_survives(root: Path, path: str) -> None:
    write(root, {path: "def odd():\n    pass\n"})
    commit_all(root, "Odd")

    assert log(root)[0].changes == (Change(path, path, "A", ("odd",)),)


@pytest.mark.skipif(os.uname().sysname == "Darwin", reason="its file system takes UTF-8 alone")
def test_a_path_in_another_encoding_survives(root: Path) -> None:
    path = os.fsdecode(b"caf\xe9.py")
    write(root, {path: "def odd():\n    pass\n"})
    commit_all(root, "Odd")

    assert log(root)[0].changes == (Change(path, path, "A", ("odd",)),)


def test_content_that_looks_like_git_output_is_taken_for_content(root: Path) -> None:
    fake = "diff --git a/x b/x\ncommit 1111\n@@ -1 +1 @@ def fake():\n--- a\n+++ b\n\\ No newline\n"
    write(root, {"a.txt": fake, "b.py": f'def real():\n    """\n{fake}    """', "c.py": "def c():\n    pass\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-F", "-", stdin=b"Fake\n\ncommit 2222\n:100644 100644 a b M\n")

    newest = log(root)[0]

    assert newest.body == "commit 2222\n:100644 100644 a b M"
    assert [(change.path, change.symbols) for change in newest.changes] == [
        ("a.txt", ()),
        ("b.py", ("real",)),
        ("c.py", ("c",)),
    ]


def test_a_message_in_another_encoding_is_read(root: Path) -> None:
    git(root, "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "--allow-empty", "-F", "-", stdin=b"x")
    write(root, {"notes.md": "two\n"})
    git(root, "add", "--all")
    git(
        root, "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "-F", "-", stdin="Änderung".encode("latin-1")
    )

    assert log(root)[0].subject == "Änderung"


def test_binary_long_lines_and_huge_files_are_passed_over(root: Path) -> None:
    write(
        root,
        {
            "a.bin": b"\0\1" * 1000,
            "b.js": "x" * 200_000 + "\nfunction small() {\n}\n",
            "c.py": "def big():\n    pass\n" * 100_000,
            "d.py": "def d():\n    pass\n",
        },
    )
    commit_all(root, "Big")

    assert [(change.path, change.symbols) for change in log(root)[0].changes] == [
        ("a.bin", ()),
        ("b.js", ("small",)),
        ("c.py", ()),
        ("d.py", ("d",)),
    ]


def test_the_settings_of_the_user_change_nothing(root: Path) -> None:
    write(root, {"cart.py": CODE.replace("return 1", "return 2")})
    commit_all(root, "Two")
    expected = log(root)
    settings = "diff.noprefix=true diff.mnemonicPrefix=true diff.context=9 diff.renames=false log.showRoot=false "
    settings += "diff.interHunkContext=50 color.ui=always core.quotePath=true diff.python.xfuncname=( format.pretty=%H"
    for setting in settings.split():
        git(root, "config", *setting.split("=", 1))

    assert log(root) == expected


def test_a_hostile_repository_runs_nothing(root: Path, here: Path) -> None:
    write(root, {"a.txt": "1\n", "b.md": "2\n", "c.bin": "3\n"})
    commit_all(root, "Files")
    trap = Trap(here / "trap")
    make_hostile(root, trap)
    trap.sprung()

    commits = log(root)

    assert trap.sprung() == []
    assert len(commits) == 2
