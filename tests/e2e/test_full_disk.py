"""A disk that is full or closed: the run ends in one line before anything is half done."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.conftest import Serve
from e2e.console import Ran, assert_one_line_on_stderr, do, do_arguments, learnagent, started, tree
from gitrepo import make_repository, users_own
from learnagent.testing import call

FINISH = call("finish", summary="Done")


@pytest.fixture
def small_disk(here: Path) -> Iterator[Path]:
    """Mount a file system of 3 MB."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a small disk")
    place = here / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"mount is not allowed here: {done.stderr.strip()}")
    try:
        yield place.resolve()
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def assert_ended_in_one_line(ran: Ran, *parts: str) -> None:
    """Assert exit 2 with one line of error; progress may stand before it."""
    assert ran.code == 2, ran
    errors = [line for line in ran.err.splitlines() if line.startswith("learnagent: ")]
    assert len(errors) == 1, ran.err
    assert ran.err.splitlines()[-1] == errors[0]
    for part in parts:
        assert part in errors[0]


def test_a_disk_that_fills_up_during_an_edit_leaves_every_file_whole(small_disk: Path, serve: Serve) -> None:
    root = make_repository(small_disk / "r", {"a.txt": "old\n" * 1000, "b.txt": "b\n"})
    before, own = tree(root), users_own(root / ".git")
    fill = call("write", path="a.txt", content="new\n" * 250_000)

    ran = do(root, serve([fill, FINISH]))

    assert_ended_in_one_line(ran, "No space left on device")
    assert tree(root) == before
    assert users_own(root / ".git") == own


def test_a_disk_that_a_command_fills_up_ends_the_run_and_can_be_undone(small_disk: Path, serve: Serve) -> None:
    root = make_repository(small_disk / "r", {"a.txt": "old\n"})
    before, own = tree(root), users_own(root / ".git")
    fill = call("bash", command="echo new > a.txt; cat /dev/zero > big; true")

    ran = do(root, serve([fill, FINISH]))
    assert_ended_in_one_line(ran)
    undone = learnagent(root, "episodes", "undo")
    assert_ended_in_one_line(undone)
    assert (root / "a.txt").read_text() in {"new\n", "old\n"}

    (root / "big").unlink()
    assert learnagent(root, "episodes", "undo").code == 0
    assert tree(root) == before
    assert users_own(root / ".git") == own


def test_a_disk_that_is_full_from_the_start_is_said_so_before_anything_is_asked(small_disk: Path, serve: Serve) -> None:
    root = make_repository(small_disk / "r", {"a.txt": "old\n"})
    before = tree(root)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        _fill(file.fileno())
    server = serve([])

    ran = do(root, server)
    ballast.unlink()

    assert_ended_in_one_line(ran)
    assert tree(root) == before
    assert server.requests == []


def test_a_file_limit_stops_the_run_between_two_whole_states(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "old\n" * 1000})
    before = tree(root)
    fill = call("write", path="a.txt", content="new\n" * 100_000)

    with started(
        root, *do_arguments(serve([fill, FINISH])), outputs=here / "out", limits=("--file-limit", "200000")
    ) as running:
        ran = running.end()

    assert_ended_in_one_line(ran)
    assert tree(root) == before
    assert learnagent(root, "episodes", "show").code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_cannot_be_written_is_named(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    (root / ".learnagent").mkdir(mode=0o500)

    ran = do(root, serve([]))

    assert ran.code == 2
    assert_one_line_on_stderr(ran, ".learnagent")


def _fill(descriptor: int) -> None:
    """Write until nothing fits any more."""
    for size in (65_536, 1):
        try:
            while True:
                os.write(descriptor, b"x" * size)
        except OSError:
            continue
