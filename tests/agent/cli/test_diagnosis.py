from __future__ import annotations

import json
from pathlib import Path

import pytest

from learnagent.cli.diagnosis import Finding, diagnose, run
from runs import make_repository


def found(root: Path) -> dict[str, Finding]:
    return {finding.subject: finding for finding in diagnose(root)}


@pytest.fixture
def root(here: Path) -> Path:
    return make_repository(here / "r")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("nonsense", "use provider/model"),
        ("nobody/knows", "use provider/model"),
        ("anthropic/claude-x", "set ANTHROPIC_API_KEY"),
        ("gpt-x", "set OPENAI_API_KEY"),
        ("gemini/x", "set GEMINI_API_KEY or GOOGLE_API_KEY"),
    ],
)
def test_a_model_that_no_run_could_ask_is_no_good(
    root: Path, model: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEARNAGENT_MODEL", model)
    finding = found(root)["model"]
    assert (finding.fine, finding.stops) == (False, True)
    assert said in finding.text
    assert run(root, json=True) == 1
    assert json.loads(capsys.readouterr().out)["findings"]


@pytest.mark.parametrize(
    "variables",
    [
        {"LEARNAGENT_MODEL": "anthropic/x", "ANTHROPIC_API_KEY": "k"},
        {"LEARNAGENT_MODEL": "anthropic/x", "LEARNAGENT_API_KEY": "k"},
        {"LEARNAGENT_MODEL": "nonsense", "LEARNAGENT_API_BASE": "http://127.0.0.1:9/v1"},
        {"LEARNAGENT_MODEL": "ollama_chat/x"},
    ],
)
def test_a_model_that_can_be_asked_is_fine(
    root: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert found(root)["model"].fine


def test_the_sandbox_is_the_one_that_is_set(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNAGENT_SANDBOX", "off")
    finding = found(root)["sandbox"]
    assert (finding.fine, finding.text, finding.stops) == (False, "switched off", False)


def test_what_is_not_trusted_is_listed(root: Path) -> None:
    assert found(root)["trust"].fine
    (root / ".env").write_text("OPENAI_API_KEY=planted\n")
    finding = found(root)["trust"]
    assert not finding.fine
    assert ".env: ignored" in finding.text


def test_a_repository_that_a_run_would_refuse_is_no_good(root: Path, here: Path) -> None:
    (root / ".learnagent").symlink_to(here)
    finding = found(root)["git"]
    assert (finding.fine, finding.stops) == (False, True)


def test_an_unknown_setting_stops_a_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNAGENT_FOO", "1")
    assert "LEARNAGENT_FOO: unknown setting" in found(root)["model"].text
    assert run(root, json=False) == 1
