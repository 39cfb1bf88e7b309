from __future__ import annotations

import json
from pathlib import Path

import pytest

from learnagent.cli.main import run
from learnagent.cli.start import read_task
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
