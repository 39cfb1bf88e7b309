"""Paths that a model writes, on a real file system with hostile links in it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learnagent.permissions.paths import PathRefusedError, is_protected, read_bytes, resolve, write_bytes_atomic
from learnagent_memory.errors import StorageError


@pytest.fixture
def root(here: Path) -> Path:
    root = here / "repo"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a.py").write_text("a = 1\n")
    (here / "outside.txt").write_text("not yours")
    return root


def test_a_path_inside_is_returned_as_an_absolute_one(root: Path) -> None:
    assert resolve(root, "src/a.py") == root / "src" / "a.py"
    assert resolve(root, "./src/../src/a.py") == root / "src" / "a.py"
    assert resolve(root, str(root / "new" / "b.py")) == root / "new" / "b.py"
    assert resolve(root, ".") == root


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a\0b", "..", "../outside.txt", "src/../../outside.txt", "/etc/passwd", "/", "../repo2"),
        *("src/\ud800", "../" * 40 + "etc/passwd", "x" * 300),
    ],
)
def test_a_path_outside_or_unusable_is_refused(root: Path, text: str) -> None:
    with pytest.raises(PathRefusedError):
        resolve(root, text)


def test_links_that_lead_out_are_refused_whatever_their_place_on_the_way(root: Path) -> None:
    (root / "file").symlink_to(root.parent / "outside.txt")
    (root / "folder").symlink_to(root.parent)
    (root / "dangling").symlink_to(root.parent / "not-there-yet")
    (root / "chain").symlink_to("folder")
    for text in ("file", "folder", "folder/outside.txt", "dangling", "chain/outside.txt", "src/../folder/x"):
        with pytest.raises(PathRefusedError):
            resolve(root, text)


def test_a_link_that_stays_inside_keeps_its_name(root: Path) -> None:
    (root / ".env").symlink_to("src/a.py")
    (root / "lib").symlink_to("src")

    assert resolve(root, ".env") == root / ".env"
    assert resolve(root, "lib/a.py") == root / "src" / "a.py"


def test_a_root_reached_through_a_link_is_the_same_root(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)

    assert resolve(link, "src/a.py") == root / "src" / "a.py"
    assert resolve(root, str(link / "src" / "a.py")) == root / "src" / "a.py"


def test_a_loop_of_links_is_refused_when_resolved_or_read(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    with pytest.raises(PathRefusedError):
        read_bytes(root, resolve(root, "loop"), 100)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["..", ".", "src", "out", "up", "x", "", "~", "/", "\n", "é"]), max_size=8))
def test_whatever_is_accepted_really_lies_inside(root: Path, parts: list[str]) -> None:
    for name, target in (("out", root.parent), ("src/up", Path("../.."))):
        if not (root / name).is_symlink():
            (root / name).symlink_to(target)
    try:
        path = resolve(root, "/".join(parts))
    except PathRefusedError:
        return
    assert Path(os.path.realpath(path)).is_relative_to(root)
    assert path.is_relative_to(root)


@pytest.mark.parametrize(
    "name",
    [
        *(".git/hooks/pre-commit", ".GIT/config", "sub/.git", "sub/.git/config", ".learnagent/config.toml"),
        *(".Learnagent", ".g\u200cit/config", "pkg/.learnagent/notes.md"),
    ],
)
def test_git_and_learnagent_are_protected_in_any_spelling_and_depth(root: Path, name: str) -> None:
    assert is_protected(root, root / name)


@pytest.mark.parametrize("name", [".gitignore", ".github/x.yml", "git/config", "src/a.py", ".gitmodules"])
def test_ordinary_files_are_not_protected(root: Path, name: str) -> None:
    assert is_protected(root, root / name) is None


def test_a_link_to_a_protected_file_is_protected(root: Path) -> None:
    (root / ".git" / "hooks").mkdir(parents=True)
    (root / "hook").symlink_to(".git/hooks/post-commit")
    assert is_protected(root, resolve(root, "hook"))


def test_the_inside_of_a_bare_repository_in_the_tree_is_protected(root: Path) -> None:
    for name in ("objects", "refs"):
        (root / "bare" / name).mkdir(parents=True)
    (root / "bare" / "HEAD").write_text("ref: refs/heads/main\n")
    assert is_protected(root, root / "bare" / "config")
    assert is_protected(root, root / "bare" / "hooks" / "post-receive")


def test_a_root_below_a_folder_named_like_git_is_not_protected_as_a_whole(here: Path) -> None:
    root = here / ".git" / "worktree"
    root.mkdir(parents=True)
    assert is_protected(root, root / "a.py") is None


def test_reading_is_bounded_and_takes_regular_files_only(root: Path) -> None:
    assert read_bytes(root, root / "src" / "a.py", 6) == b"a = 1\n"
    os.mkfifo(root / "pipe")
    for path, limit in (
        (root / "src" / "a.py", 5),
        (root / "src", 100),
        (root / "pipe", 100),
        (root / "no", 1),
    ):
        with pytest.raises(PathRefusedError):
            read_bytes(root, path, limit)


def test_a_file_that_became_a_link_after_it_was_resolved_is_not_read(root: Path) -> None:
    path = resolve(root, "src/a.py")
    path.unlink()
    path.symlink_to(root.parent / "outside.txt")
    with pytest.raises(PathRefusedError):
        read_bytes(root, path, 100)


def test_writing_makes_folders_and_new_files_with_the_usual_mode(root: Path) -> None:
    write_bytes_atomic(root / "new" / "deep" / "b.py", b"b = 2\n")

    mask = os.umask(0)
    os.umask(mask)
    assert (root / "new" / "deep" / "b.py").read_bytes() == b"b = 2\n"
    assert stat.S_IMODE((root / "new" / "deep" / "b.py").stat().st_mode) == 0o666 & ~mask


def test_replacing_keeps_the_permission_bits_and_leaves_nothing_beside(root: Path) -> None:
    script = root / "src" / "run.sh"
    script.write_text("old")
    script.chmod(0o755)

    write_bytes_atomic(script, b"new")

    assert script.read_bytes() == b"new"
    assert stat.S_IMODE(script.stat().st_mode) == 0o755
    assert sorted(path.name for path in script.parent.iterdir()) == ["a.py", "run.sh"]


def test_writing_to_a_link_replaces_its_target_and_keeps_the_link(root: Path) -> None:
    (root / "link").symlink_to("src/a.py")
    write_bytes_atomic(resolve(root, "link"), b"a = 2\n")

    assert (root / "link").is_symlink()
    assert (root / "src" / "a.py").read_bytes() == b"a = 2\n"


def test_a_folder_that_became_a_link_after_it_was_resolved_is_not_written_through(root: Path) -> None:
    path = resolve(root, "src/a.py")
    (root / "src").rename(root / "moved")
    (root / "src").symlink_to(root.parent)
    with pytest.raises(PathRefusedError):
        write_bytes_atomic(path, b"planted")
    assert not (root.parent / "a.py").exists()


def test_a_folder_or_a_pipe_is_not_replaced(root: Path) -> None:
    os.mkfifo(root / "pipe")
    for path in (root / "src", root / "pipe"):
        with pytest.raises(PathRefusedError):
            write_bytes_atomic(path, b"x")


def test_a_file_in_the_place_of_a_folder_is_told_plainly(root: Path) -> None:
    with pytest.raises(PathRefusedError, match="cannot write"):
        write_bytes_atomic(root / "src" / "a.py" / "b.py", b"x")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that takes no files")
def test_a_place_that_takes_no_files_is_told_plainly() -> None:
    with pytest.raises((StorageError, PathRefusedError), match="cannot write"):
        write_bytes_atomic(Path("/proc/learnagent-test"), b"x")


FULL_DISK = """
import resource, sys
from pathlib import Path
from learnagent.permissions.paths import write_bytes_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
write_bytes_atomic(Path(sys.argv[1]), b"x" * 10_000)
"""


def test_a_write_that_breaks_off_leaves_the_old_file_and_nothing_beside_it(root: Path) -> None:
    path = root / "src" / "a.py"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=False)

    assert "cannot write a.py" in done.stderr
    assert path.read_text() == "a = 1\n"
    assert [child.name for child in path.parent.iterdir()] == ["a.py"]
