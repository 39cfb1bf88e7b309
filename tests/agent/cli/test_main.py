from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from learnagent.cli.main import run
from learnagent.cli.task import read_task
from learnagent.settings import Settings
from learnagent_memory.errors import UsageError
from runs import make_repository


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frob"], "No such command 'frob'"),
        (["do", "x", "--approve", "yolo"], "'yolo' is not one of"),
        (["do", "x", "--max-steps", "many"], "--max-steps"),
        (["do"], "no task"),
        (["do", "x", "--repo", "/does/not/exist"], "/does/not/exist does not exist"),
        (["do", "x", "--resume", "last"], "has its task already"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1


def test_with_json_an_error_is_one_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["episodes", "list", "--repo", "/does/not/exist", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)
    assert (error["type"], error["exit_code"]) == ("error", 2)


def test_a_command_group_without_a_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["episodes"]) == 2
    assert "undo" in capsys.readouterr().err


def test_an_empty_repository_has_no_episodes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_repository(here / "r")
    assert run(["episodes", "list", "--repo", str(root)]) == 0
    assert "no episodes here yet" in capsys.readouterr().out
    assert run(["episodes", "undo", "--repo", str(root)]) == 2


def test_a_task_comes_from_a_file(here: Path) -> None:
    (here / "task.md").write_text("  Do this, föö\n")
    assert read_task(f"@{here}/task.md", is_resume=False) == "Do this, föö"
    with pytest.raises(UsageError, match="cannot read"):
        read_task(f"@{here}/missing.md", is_resume=False)
    with pytest.raises(UsageError, match="keep it under"):
        read_task("x" * 300_000, is_resume=False)


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "settings.md").read_text()
    assert [name for name in Settings.model_fields if f"| `{name}` |" not in page] == []


def started(arguments: str, redirect: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, with a redirection of the shell."""
    line = f"exec {shlex.quote(sys.executable)} -m learnagent.cli.main {arguments} {redirect}"
    environ = {**os.environ, **variables}
    return subprocess.run(["bash", "-c", line], env=environ, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [("doctor", 1), ("doctor --json", 1), ("--version", 1), ("--help", 1), ("frob --json", 2)],
)
def test_output_that_cannot_be_written_is_one_line(arguments: str, code: int, unbuffered: str) -> None:
    done = started(arguments, ">/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == code
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("learnagent: ")
    assert "internal" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_errors_that_cannot_be_written_keep_their_exit_code() -> None:
    assert started("frob", "2>/dev/full").returncode == 2


@pytest.mark.parametrize("redirect", ["<&-", "2>&-", ">&-", "| true"])
def test_closed_streams_are_no_accident(redirect: str) -> None:
    done = started("--help", redirect)
    assert done.returncode in {0, 1}
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "utf-8:strict"])
def test_odd_characters_are_printed_in_any_encoding(encoding: str) -> None:
    printed = started("doctor --json --repo $'/tmp/\\xff'", "", PYTHONIOENCODING=encoding)
    assert "does not exist" in json.loads(printed.stdout)["findings"][1]["text"]
    plain = started("doctor --repo $'/tmp/\\xff'", "", PYTHONIOENCODING=encoding)
    assert plain.stderr == ""
    assert "does not exist" in plain.stdout


def test_a_crash_is_told_even_where_its_report_cannot_be_kept(here: Path) -> None:
    (here / "file").write_text("")
    script = "from learnagent.cli.main import _report_crash; print(ascii(_report_crash(ValueError('\\udcff'))))"
    for home, said in (("file", "LEARNAGENT_HOME=FOLDER keeps"), ("folder", "please report it with")):
        environ = {**os.environ, "LEARNAGENT_HOME": str(here / home)}
        done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)
        assert said in done.stdout
        assert done.stderr == ""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_to_end_is_told_from_ctrl_c(name: str) -> None:
    script = (
        "import os, signal, sys; sys.argv = ['learnagent', '--version']\n"
        "from learnagent.cli import main\nfrom learnagent_memory.errors import Terminated\n"
        f"signal.signal(signal.{name}, main._terminate)\n"
        f"try:\n    os.kill(os.getpid(), signal.{name}); signal.pause()\n"
        "except Terminated as ended:\n    print(isinstance(ended, KeyboardInterrupt))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "True\n"
