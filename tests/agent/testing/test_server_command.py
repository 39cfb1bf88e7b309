"""`python -m learnagent.testing.server` as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SCRIPT = {"turns": [{"turn": "say", "text": "hi", "expect": ["hello"]}]}


@contextmanager
def serving(script: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-m", "learnagent.testing.server", str(script), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(SCRIPT))
    return path


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def ask(url: str, text: str) -> int:
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    return httpx.post(f"{url}/chat/completions", json=body, timeout=20).status_code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_told_to_stop_and_exits_with_0(script: Path, number: signal.Signals) -> None:
    with serving(script) as process:
        assert ask(url_of(process), "hello") == 200
        process.send_signal(number)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0


def test_problems_are_listed_and_it_exits_with_1(script: Path) -> None:
    with serving(script) as process:
        assert ask(url_of(process), "goodbye") == 500
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert errors == "request 1: turn 1 expects 'hello', the conversation ends in 'goodbye'\n"
    assert process.returncode == 1


def test_the_port_and_the_log_are_written_to_files(script: Path, tmp_path: Path) -> None:
    port_file, log = tmp_path / "port", tmp_path / "log"
    with serving(script, "--port-file", str(port_file), "--log", str(log)) as process:
        url = url_of(process)
        assert url == f"http://127.0.0.1:{port_file.read_text().strip()}/v1"
        ask(url, "hello")
        assert log.read_text() == "request 1: 1 messages -> Say\n"


def test_a_given_port_is_used_and_a_taken_one_is_one_line(script: Path) -> None:
    with serving(script) as first:
        port = url_of(first).removesuffix("/v1").rpartition(":")[2]
        with serving(script, "--port", port) as second:
            _, errors = second.communicate(timeout=20)
    assert second.returncode == 2
    assert errors.startswith("cannot serve: ")
    assert len(errors.splitlines()) == 1


def test_a_wrong_script_is_one_line(script: Path) -> None:
    script.write_text("{}")
    with serving(script) as process:
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (2, "")
    assert len(errors.splitlines()) == 1
    assert "turns: Field required" in errors


def test_learnagent_testing_needs_neither_litellm_nor_a_client_library() -> None:
    code = (
        "import sys, learnagent.testing, learnagent.testing.server.__main__ as m;"
        "print([name for name in ('litellm', 'openai', 'httpx', 'rich', 'typer') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
