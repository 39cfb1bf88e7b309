from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from e2e.conftest import Serve
from e2e.console import assert_one_line_on_stderr, do, last, learnagent, of, tree
from gitrepo import git, make_repository
from learnagent.testing import Call, Say, Tokens, ToolUse, call
from learnagent_memory.episode import Finished, Started

CALC = "def add(a, b):\n    return a - b\n"
CHECK = "import calc\nraise SystemExit('FAILED: it does not add' if calc.add(2, 3) != 5 else 0)\n"
EDIT = call("edit", path="calc.py", old="a - b", new="a + b")
FINISH = call("finish", summary="Add instead of subtracting\n\nProved by check.py.")


def test_a_run_edits_proves_and_reports_in_plain_text(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"calc.py": CALC, "check.py": CHECK})
    head = git(root, "rev-parse", "HEAD")
    looks = Call(
        (ToolUse("read", {"path": "calc.py"}), ToolUse("search", {"pattern": "def add"})), text="I look first."
    )
    server = serve([looks, EDIT, call("bash", command="python3 check.py"), FINISH])

    ran = do(root, server, "--check", "python3 check.py", task="Mend add()")

    assert ran.code == 0, ran
    assert (root / "calc.py").read_text() == CALC.replace("-", "+")
    assert ran.out.splitlines()[:4] == ["done", "Add instead of subtracting", "", "Proved by check.py."]
    assert "files changed: calc.py\n" in ran.out
    for progress in ("I look first.", "▸ edit calc.py", "+    return a + b", "check fails before", "check passes now"):
        assert progress in ran.err
        assert progress not in ran.out
    assert "\x1b" not in ran.out + ran.err
    assert "\r" not in ran.out + ran.err
    assert git(root, "status", "--porcelain") == " M calc.py\n"
    assert git(root, "rev-parse", "HEAD") == head
    assert server.turns_left == 0
    assert "<task>\nMend add()\n</task>" in server.requests[0].task


def test_json_output_is_the_episode_line_by_line_and_nothing_else(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"calc.py": CALC, "check.py": CHECK})
    server = serve([call("bash", command='echo \'{"type": "fake"}\'; echo x >&2'), FINISH])
    flags = ("--model", "openai/scripted", "--api-base", server.url, "--approve", "all", "--check", "python3 check.py")

    ran = learnagent(
        root, "do", "-", *flags, "--json", stdin="Mend it, bitte schön\n".encode(), env={"LEARNAGENT_CHECK_ROUNDS": "1"}
    )

    assert ran.code == 1
    episode = last(root)
    assert ran.out.encode() == (episode.folder / "episode.jsonl").read_bytes()
    assert [line["type"] for line in ran.lines[:2]] == ["started", "request"]
    assert ran.lines[-1]["type"] == "finished"
    assert (ran.lines[-1]["outcome"], ran.lines[-1]["exit_code"]) == ("not_done", 1)
    assert of(Started, episode)[0].task == "Mend it, bitte schön"
    assert "▸" not in ran.err


def test_a_task_comes_from_a_file_and_the_step_cap_keeps_everything(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"calc.py": CALC})
    (here / "task.md").write_text("Mend add()\n\nin *calc.py*\n")
    server = serve([EDIT, FINISH])

    ran = do(root, server, "--max-steps", "1", task="@../task.md")

    assert ran.code == 4
    assert ran.out.startswith("budget: the cap of 1 steps is reached")
    assert "<task>\nMend add()\n\nin *calc.py*\n</task>" in server.requests[0].task
    assert (root / "calc.py").read_text() == CALC.replace("-", "+")
    assert of(Finished, last(root))[0].files_changed == ("calc.py",)
    assert (
        learnagent(root, "do", "--resume", "last", "--api-base", server.url, "--approve", "all", "--check", "").code
        == 0
    )


def test_the_users_own_prices_make_a_cost_and_the_cap_holds(
    here: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository(here / "r", {"calc.py": CALC})
    monkeypatch.setenv("LEARNAGENT_HOME", str(here / "state"))
    (here / "state").mkdir()
    (here / "state" / "config.toml").write_text("[prices]\ninput = 2.0\noutput = 10.0\ncached = 0.5\n")
    dear = Call(
        (ToolUse("read", {"path": "calc.py"}),), tokens=Tokens(prompt=200_000, cached=100_000, completion=1_000)
    )
    server = serve([dear, FINISH])

    ran = do(root, server, "--max-cost", "0.2")

    assert ran.code == 4
    assert "the cap of $0.2 is reached" in ran.out
    assert "200,000 in (100,000 cached) · 1,000 out · $0.2600" in ran.out
    assert len(server.requests) == 1


def test_a_run_that_cannot_begin_says_why_in_one_line_and_ends_with_2(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"calc.py": CALC})
    (here / "plain").mkdir()
    git(here, "init", "--quiet", "--bare", "bare.git")
    before, server = tree(root), serve([])
    (here / "blank").write_text(" \n")

    def refused(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
        ran = learnagent(folder, "do", *arguments, "--model", "openai/scripted", "--api-base", server.url, stdin=stdin)
        assert ran.code == 2, ran
        assert_one_line_on_stderr(ran)
        return ran.err

    assert "no task" in refused(root)
    assert "no task" in refused(root, "-", stdin=b" \n")
    assert "no task" in refused(root, "@../blank")
    assert "cannot read missing.txt" in refused(root, "@missing.txt")
    assert "nowhere" in refused(root, "x", "--repo", "nowhere")
    assert "is not in a git repository" in refused(here / "plain", "x")
    assert "is a bare repository" in refused(here / "bare.git", "x")
    assert "--approve" in refused(root, "x", "--approve", "maybe")
    assert "max_steps" in refused(root, "x", "--max-steps", "0")
    assert "no episode" in refused(root, "--resume", "last")
    assert tree(root) == before
    assert server.requests == []


def test_an_error_under_json_is_one_object_on_stdout(here: Path) -> None:
    (here / "plain").mkdir()

    ran = learnagent(here / "plain", "do", "x", "--json")

    assert ran.code == 2
    assert [(line["type"], line["exit_code"]) for line in ran.lines] == [("error", 2)]
    assert ran.err == f"learnagent: {ran.lines[0]['message']}\n"


def test_a_setting_that_is_none_is_named_with_its_source(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"calc.py": CALC})
    ran = do(root, serve([]), env={"LEARNAGENT_APROVE": "all"})
    assert ran.code == 2
    assert_one_line_on_stderr(ran, "LEARNAGENT_APROVE", "the environment")


def test_without_a_model_all_ways_to_one_are_listed_and_a_local_server_is_found(
    here: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [port for port in (11434, 1234, 8000, 8080) if _is_open(port)]
    if busy:
        pytest.skip(f"something listens on {busy}: a model server of this machine would be found")
    monkeypatch.delenv("OPENAI_API_KEY")
    root = make_repository(here / "r", {"calc.py": CALC})

    ran = learnagent(root, "do", "x")
    assert ran.code == 2
    assert_one_line_on_stderr(
        ran, "no model to ask", "--model", "LEARNAGENT_MODEL", "ANTHROPIC_API_KEY", "Ollama", "vLLM"
    )

    server = serve([FINISH], port=1234, model="qwen-local")
    found = learnagent(root, "do", "x", "--check", "")
    assert found.code == 0
    assert "model openai/qwen-local (LM Studio on 127.0.0.1:1234)" in found.err
    assert server.requests[0].model == "qwen-local"


def test_the_models_text_cannot_drive_the_terminal(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"calc.py": CALC})
    nasty = "\x1b]0;owned\x07\x1b[2J\u202edone\u202c\r\n"
    server = serve(
        [
            Call((ToolUse("bash", {"command": f"printf '%b' '{json.dumps(nasty)[1:-1]}'"}),), text=nasty),
            call("finish", summary=nasty),
        ]
    )

    ran = do(root, server)

    assert ran.code == 0
    assert not set("\x1b\x07\u202e\u202c") & set(ran.out + ran.err)


def test_a_reply_without_a_call_is_asked_for_one_and_the_third_ends_the_run(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"calc.py": CALC})

    ran = do(root, serve([Say("Hm."), call("sing"), Call((ToolUse("bash", "{not json"),))]))

    assert ran.code == 3
    assert ran.out.startswith("model error: ")
    assert "3 replies in a row" in ran.out


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
