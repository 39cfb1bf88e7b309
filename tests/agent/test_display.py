from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from learnagent.display import ConsoleScreen, JsonScreen, safe
from learnagent_memory.episode import (
    Action,
    Checked,
    Event,
    Finished,
    Linted,
    Observation,
    Repair,
    Replied,
    Shortcut,
    Started,
    Usage,
)
from learnagent_memory.errors import OutputError

STARTED = Started(episode="e1", task="t", model="m", project="p", root="/r", check="make test", sandbox="bubblewrap")


def shown(*events: Event, color: bool = False) -> tuple[str, str]:
    """Return what a screen prints as progress and as result."""
    progress, result = io.StringIO(), io.StringIO()
    consoles = [Console(file=out, soft_wrap=True, width=200, force_terminal=color) for out in (progress, result)]
    screen = ConsoleScreen(*consoles)
    for event in events:
        screen.event(event)
    return progress.getvalue(), result.getvalue()


def test_a_run_is_told_in_a_line_or_two_an_event() -> None:
    usage = Usage(input_tokens=1200, cached_tokens=800, output_tokens=30, cost_usd=0.0123)
    progress, result = shown(
        STARTED,
        Replied(step=1, usage=usage),
        Action(step=1, call_id="c", tool="bash", arguments={"command": "pytest -q\nsecond"}),
        Observation(step=1, call_id="c", tool="bash", text="a\nb\n3 failed\n[exit 1]", status="error", seconds=1.25),
        Checked(step=1, phase="finish", command="make test", exit_code=1, failures=("t::a",), broken=("t::a",)),
        Finished(outcome="not_done", exit_code=1, reason="red", files_changed=("a.py",), usage=usage, steps=1),
    )
    assert "e1 · m · check `make test` · sandbox bubblewrap" in progress
    assert "step 1 · 1,200 in (800 cached) · 30 out · $0.0123" in progress
    assert "▸ bash pytest -q …" in progress
    assert "✗ 1.2 s 3 failed  (4 lines)" in progress
    assert "check fails now (0.0 s): t::a" in progress
    assert "not done: red" in result
    assert "files changed: a.py" in result


def test_shortcuts_repairs_and_a_blocked_end_are_told() -> None:
    found = Shortcut(path="a.py", line=3, rule="swallowed-error", level="error", message="dropped\x1b[2J")
    progress, result = shown(
        Linted(step=1, findings=(found, found.model_copy(update={"accepted": True, "line": 9}))),
        Linted(step=2, repairs=(Repair(path="a.py", rule="swallowed-error"),), problem="b.js was not read"),
        Finished(outcome="blocked", exit_code=1, reason="no honest way", shortcuts=("a.py:3 swallowed-error",)),
    )

    assert "shortcut a.py:3 swallowed-error: dropped" in progress
    assert "a.py:9 swallowed-error: dropped[2J (a person said yes)" in progress
    assert "mended a.py swallowed-error" in progress
    assert "b.js was not read" in progress
    assert "\x1b" not in progress
    assert "blocked: no honest way" in result
    assert "shortcut left: a.py:3 swallowed-error" in result


def test_nothing_but_plain_text_is_written_where_it_is_no_terminal() -> None:
    assert "\x1b" not in "".join(shown(STARTED, Finished(outcome="done", exit_code=0)))
    assert "\x1b" in "".join(shown(STARTED, Finished(outcome="done", exit_code=0), color=True))


def test_a_terminal_is_not_commanded_by_what_a_model_or_a_file_says() -> None:
    nasty = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil\u2066\r\nnext\ttab"
    assert safe(nasty) == "]0;owned[2J31mevil\nnext\ttab"
    progress, _ = shown(Action(step=1, call_id="c", tool="bash", arguments={"command": nasty}))
    assert "\x1b" not in progress


def test_markup_of_the_printer_is_not_understood_in_other_peoples_text() -> None:
    _, result = shown(Finished(outcome="done", exit_code=0, summary="[bold]not bold[/bold] [link=x]y"))
    assert "[bold]not bold[/bold] [link=x]y" in result


def test_an_unknown_price_is_called_unknown() -> None:
    _, result = shown(Finished(outcome="done", exit_code=0, usage=Usage(input_tokens=1)))
    assert "cost unknown" in result


def test_json_lines_are_the_events_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    screen = JsonScreen()
    screen.text("streamed")
    screen.notice("a notice")
    screen.event(STARTED)
    captured = capsys.readouterr()
    assert [json.loads(line)["type"] for line in captured.out.splitlines()] == ["started"]
    assert "a notice" in captured.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_events_that_cannot_be_printed_end_the_run_in_order() -> None:
    out = io.TextIOWrapper(io.FileIO("/dev/full", "w"), write_through=True)
    with pytest.raises(OutputError, match="stdout cannot be written"):
        JsonScreen(out).event(STARTED)
    out.detach().close()


def test_json_is_ascii_whatever_is_said() -> None:
    out = io.StringIO()
    JsonScreen(out).event(Finished(outcome="done", exit_code=0, summary="föö \u2713"))
    assert out.getvalue().isascii()
    assert json.loads(out.getvalue())["summary"] == "föö \u2713"
