from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitrepo import commit_all, git, make_repository, write
from learnagent.lint.change import Change
from learnagent.lint.running.files import Skipped
from learnagent.lint.running.patches import change_of_patch
from learnagent_memory.errors import UsageError

BODY = "".join(f"line_{number} = {number}\n" for number in range(10))
CHANGED = BODY.replace("line_5 = 5", "line_5 = 50")


def sides(change: Change) -> dict[str, tuple[bytes | None, bytes | None]]:
    return {one.path: (one.before, one.after) for one in change.files}


def repository(here: Path) -> Path:
    return make_repository(here / "r", {"a.py": BODY, "gone.py": BODY, "dir/moved.py": BODY})


def edit(root: Path) -> None:
    write(root, {"a.py": CHANGED, "new.py": "n = 1\n"})
    (root / "gone.py").unlink()
    git(root, "mv", "dir/moved.py", "dir/there.py")
    git(root, "add", "--all")


EDITED = {
    "a.py": (BODY.encode(), CHANGED.encode()),
    "gone.py": (BODY.encode(), None),
    "new.py": (None, b"n = 1\n"),
}


@pytest.mark.parametrize("flags", [(), ("--no-prefix",), ("-U0",), ("-M",), ("--no-renames",)])
@pytest.mark.parametrize("is_applied", [True, False])
def test_a_patch_is_read_whether_it_is_applied_or_not(here: Path, flags: tuple[str, ...], is_applied: bool) -> None:
    root = repository(here)
    edit(root)
    patch = git(root, "diff", "--cached", *flags).encode()
    if not is_applied:
        git(root, "reset", "-q", "--hard")

    change = change_of_patch(patch, root, ()).change

    found = sides(change)
    assert {path: found[path] for path in EDITED if path in found} == {p: EDITED[p] for p in EDITED if p in found}
    assert found["a.py"] == EDITED["a.py"]
    assert found["new.py"] == EDITED["new.py"]


def test_a_renamed_file_keeps_where_it_was(here: Path) -> None:
    root = repository(here)
    git(root, "mv", "dir/moved.py", "dir/there.py")
    write(root, {"dir/there.py": CHANGED, "a.py": CHANGED})
    git(root, "add", "--all")

    change = change_of_patch(git(root, "diff", "--cached", "-M").encode(), root, ()).change

    assert {(one.old_path, one.path) for one in change.files} == {("a.py", "a.py"), ("dir/moved.py", "dir/there.py")}


def test_reading_a_patch_leaves_the_tree_as_it_is(here: Path) -> None:
    root = repository(here)
    edit(root)
    patch = git(root, "diff", "--cached").encode()
    git(root, "reset", "-q", "--hard")

    change_of_patch(patch, root, ())

    assert git(root, "status", "--porcelain") == ""


def test_a_patch_needs_no_repository(here: Path) -> None:
    write(here, {"src/a.py": "x = 2\n"})
    patch = b"--- src/a.py\t2024-01-01\n+++ src/a.py\t2024-01-02\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"

    assert sides(change_of_patch(patch, here, ()).change) == {"src/a.py": (b"x = 1\n", b"x = 2\n")}


def test_what_stands_before_the_diff_is_the_task(here: Path) -> None:
    root = repository(here)
    write(root, {"a.py": CHANGED})
    commit_all(root, "Make five fifty")

    change = change_of_patch(git(root, "format-patch", "-1", "--stdout").encode(), root, ()).change

    assert "Make five fifty" in change.task


def test_binary_and_vendored_files_of_a_patch_are_left_out_and_counted(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": BODY, "odd[1]*.bin": b"\0\1", "vendor/lib.py": BODY})
    write(root, {"a.py": CHANGED, "odd[1]*.bin": b"\0\2", "vendor/lib.py": CHANGED})
    patch = git(root, "diff").encode()

    found = change_of_patch(patch, root, ())

    assert sides(found.change) == {"a.py": (BODY.encode(), CHANGED.encode())}
    assert found.skipped == {Skipped.BINARY: 1, Skipped.VENDORED: 1}


def test_names_in_odd_bytes_are_understood(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": BODY})
    name = os.fsdecode(b"caf\xe9 \t.py")
    try:
        (root / name).write_text(BODY)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    git(root, "add", "--all")

    change = change_of_patch(os.fsencode(git(root, "diff", "--cached")), root, ()).change

    assert sides(change) == {name: (None, BODY.encode())}


@pytest.mark.parametrize("patch", [b"", b"\n \n"])
def test_an_empty_patch_changes_nothing(here: Path, patch: bytes) -> None:
    assert change_of_patch(patch, here, ()).change.files == ()


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        (b"hello\n", "that is no patch"),
        (b"\xff\xfe\0\0", "that is no patch"),
        (b"diff --git a/a.py b/a.py\nnonsense\n", "does not fit"),
        (b"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n", "does not fit"),
        (b"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-no such line\n+nor this\n", "does not fit"),
        (b"--- a/none.py\n+++ b/none.py\n@@ -1 +1 @@\n-x\n+y\n", "does not fit"),
        (b"--- a/../../out.py\n+++ b/../../out.py\n@@ -1 +1 @@\n-x\n+y\n", "does not fit"),
        (b"--- /etc/hosts\n+++ /etc/hosts\n@@ -1 +1 @@\n-x\n+y\n", "does not fit"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(here: Path, patch: bytes, said: str) -> None:
    root = repository(here)

    with pytest.raises(UsageError, match=said) as caught:
        change_of_patch(patch, root, ())

    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_patch_leads_through_no_link(here: Path) -> None:
    root = repository(here)
    write(here, {"outside/a.py": "x = 2\n"})
    (root / "link").symlink_to(here / "outside")
    (root / "file.py").symlink_to(here / "outside" / "a.py")

    for path in (b"link/a.py", b"file.py"):
        patch = b"--- a/%s\n+++ b/%s\n@@ -1 +1 @@\n-x = 1\n+x = 2\n" % (path, path)
        with pytest.raises(UsageError, match="does not fit"):
            change_of_patch(patch, root, ())


def test_a_folder_for_copies_inside_a_repository_does_no_harm(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(here)
    edit(root)
    (root / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(root / "tmp"))

    assert "a.py" in sides(change_of_patch(git(root, "diff", "--cached").encode(), root, ()).change)
