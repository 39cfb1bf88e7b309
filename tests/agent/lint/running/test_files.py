from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitrepo import git, make_repository, write
from learnagent.lint.running.files import Listing, Skipped, Target, list_files, shown_path, target_of
from learnagent_memory.errors import GitError, UsageError

CODE = "x = 1\n"


def listed(folder: Path, *paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return sorted(target.path for target in listing(folder, *paths, exclude=exclude).targets)


def listing(folder: Path, *paths: str, exclude: tuple[str, ...] = ()) -> Listing:
    return list_files(paths, folder=folder, exclude=exclude)


def test_what_nobody_writes_by_hand_is_left_out_and_counted(here: Path) -> None:
    root = make_repository(
        here / "r",
        {
            "src/app.py": CODE,
            "third_party/lib.py": CODE,
            "api_pb2.py": CODE,
            "package-lock.json": "{}",
            "notes.txt": "text",
            "old/legacy.py": CODE,
        },
    )

    found = listing(root, exclude=("old",))

    assert [target.path for target in found.targets] == ["src/app.py"]
    assert found.skipped == {
        Skipped.VENDORED: 1,
        Skipped.GENERATED: 1,
        Skipped.UNKNOWN: 2,
        Skipped.EXCLUDED: 1,
    }


def test_what_git_ignores_is_left_out_and_what_it_does_not_know_yet_is_in(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": CODE, ".gitignore": "ignored.py\n"})
    write(root, {"ignored.py": CODE, "new.py": CODE})

    assert listed(root) == [".gitignore", "a.py", "new.py"]


def test_a_file_that_is_named_is_always_in(here: Path) -> None:
    root = make_repository(here / "r", {"third_party/lib.py": CODE, ".gitignore": "ignored.py\n"})
    write(root, {"ignored.py": CODE})

    assert listed(root, "third_party/lib.py", "ignored.py", exclude=("*.py",)) == ["ignored.py", "third_party/lib.py"]


def test_a_folder_that_is_named_is_meant_even_if_it_is_vendored_or_ignored(here: Path) -> None:
    root = make_repository(here / "r", {"third_party/lib.py": CODE, ".gitignore": "build/\n"})
    write(root, {"build/made.py": CODE})

    assert listed(root, "third_party", "build") == ["build/made.py", "third_party/lib.py"]


def test_rules_see_paths_from_the_root_wherever_the_linter_runs(here: Path) -> None:
    root = make_repository(here / "r", {"tests/deep/test_app.py": CODE, "src/app.py": CODE})

    assert listed(root / "tests") == ["tests/deep/test_app.py"]
    assert listed(root / "tests", "deep/test_app.py") == ["tests/deep/test_app.py"]
    assert listed(here, "r/tests") == ["tests/deep/test_app.py"]


def test_a_file_named_twice_is_read_once(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": CODE})

    assert listed(root, "a.py", ".", "./a.py", str(root / "a.py")) == ["a.py"]


def test_outside_of_repositories_the_folder_is_walked(here: Path) -> None:
    write(
        here,
        {
            "src/app.py": CODE,
            ".hidden/a.py": CODE,
            "node_modules/x/a.js": CODE,
            "env/pyvenv.cfg": "",
            "env/lib/a.py": CODE,
            "__pycache__/a.py": CODE,
        },
    )
    (here / "link").symlink_to(here / "src")

    assert listed(here) == ["src/app.py"]
    assert listed(here / "src", "..") == ["src/app.py"]
    assert listed(here, "src") == ["src/app.py"]


@pytest.mark.parametrize("path", ["gone.py", "gone/", "a.py/b", "x" * 300])
def test_a_path_that_is_not_there_is_an_error(here: Path, path: str) -> None:
    write(here, {"a.py": CODE})

    with pytest.raises(UsageError, match="cannot be found"):
        list_files([path], folder=here, exclude=())


def test_a_pipe_is_neither_file_nor_folder(here: Path) -> None:
    os.mkfifo(here / "pipe.py")

    with pytest.raises(UsageError, match="neither a file nor a folder"):
        list_files(["pipe.py"], folder=here, exclude=())


def test_names_in_odd_bytes_are_found(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": CODE})
    name = os.fsdecode(b"caf\xe9\n.py")
    try:
        (root / name).write_text(CODE)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    assert listed(root) == ["a.py", name]


def test_a_nested_repository_is_a_tree_of_its_own(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": CODE})
    make_repository(root / "inner", {"tests/b.py": CODE})

    assert listed(root) == ["a.py"]
    assert listing(root, "inner").targets == [Target(str(root / "inner"), "tests/b.py")]


def test_a_damaged_repository_is_told(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": CODE})
    (root / ".git" / "HEAD").write_text("nonsense")

    with pytest.raises((UsageError, GitError)) as caught:
        list_files((), folder=root, exclude=())

    assert caught.value.hint


def test_a_file_in_conflict_is_listed_once(here: Path) -> None:
    root = make_repository(here / "r", {"a.py": CODE})
    git(root, "checkout", "-q", "-b", "other")
    write(root, {"a.py": "x = 2\n"})
    git(root, "commit", "-qam", "other")
    git(root, "checkout", "-q", "main")
    write(root, {"a.py": "x = 3\n"})
    git(root, "commit", "-qam", "main")
    git(root, "merge", "other", check=False)

    assert listed(root) == ["a.py"]


def test_a_path_is_shown_relative_to_where_the_linter_runs(here: Path) -> None:
    root = make_repository(here / "r", {"src/app.py": CODE})
    target = target_of("src/app.py", root)

    assert shown_path(target, root / "src") == "app.py"
    assert shown_path(target, here) == "r/src/app.py"
    assert shown_path(target, here / "r" / "tests") == "../src/app.py"
