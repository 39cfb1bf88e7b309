from __future__ import annotations

import time
from pathlib import Path
from typing import IO

import pytest

from gitrepo import make_repository
from learnagent_memory.errors import GitError
from learnagent_memory.git import Git


@pytest.fixture
def root(here: Path) -> Path:
    return make_repository(here / "repo", {"big.txt": "0123456789abcdef\n" * 100_000})


def test_output_comes_as_it_is_made(root: Path) -> None:
    with Git(root).stream("cat-file", "blob", "HEAD:big.txt") as output:
        read = sum(len(chunk) for chunk in iter(lambda: output.read(4096), b""))

    assert read == 1_700_000


def test_input_longer_than_a_pipe_does_not_block(root: Path) -> None:
    with Git(root).stream("cat-file", "--batch-check", stdin=b"HEAD:big.txt\n" * 50_000) as output:
        lines = sum(1 for _ in output)

    assert lines == 50_000


def test_leaving_early_is_no_error(root: Path) -> None:
    with Git(root).stream("cat-file", "blob", "HEAD:big.txt") as output:
        assert output.read(4) == b"0123"


def test_an_error_of_the_reader_passes_through(root: Path) -> None:
    with pytest.raises(KeyError), Git(root).stream("cat-file", "blob", "HEAD:big.txt"):
        raise KeyError("reader")


def test_what_git_refuses_is_raised_at_the_end(root: Path) -> None:
    with pytest.raises(GitError, match="none"), Git(root).stream("cat-file", "blob", "HEAD:none") as output:
        assert output.read() == b""


def test_settings_come_on_top(root: Path) -> None:
    with Git(root).stream("config", "--get", "my.setting", settings=(("my.setting", "here"),)) as output:
        assert output.read() == b"here\n"


def test_a_call_that_takes_too_long_is_ended(root: Path) -> None:
    stream = Git(root).stream("cat-file", "blob", "HEAD:big.txt", limit_s=0.01)

    with pytest.raises(GitError, match="longer"), stream as output:
        _read_late(output)


def _read_late(output: IO[bytes]) -> None:
    """Read when git, which waits for its reader, has been ended."""
    time.sleep(0.5)
    assert len(output.read()) < 1_700_000
