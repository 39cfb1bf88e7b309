from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from learnagent.cli.conversation import converse
from learnagent.display import ConsoleScreen
from learnagent.session import opened
from learnagent.testing import Say, ScriptedModel, ServerError, Turn, call
from learnagent_memory import journal
from learnagent_memory.episode import Finished, Request, Undone
from runs import Recorder, make_repository, order_for


def reader(*turns: str) -> Callable[[], str]:
    left = list(turns)

    def read() -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    return read


def hold(root: Path, turns: list[Turn], *said: str) -> tuple[ScriptedModel, str, Finished]:
    """Hold a chat and return the model, what the user saw, and the end."""
    model = ScriptedModel(turns)
    out = io.StringIO()
    console = Console(file=out, soft_wrap=True, width=200)
    screen = ConsoleScreen(console, console)
    with opened(replace(order_for(root, model), mode="chat", task=""), screen) as session:
        converse(session, screen, reader(*said))
        finished = session.close_chat()
    return model, out.getvalue(), finished


def test_turns_share_one_conversation_and_one_episode(here: Path) -> None:
    root = make_repository(here / "r")
    turns: list[Turn] = [call("read", path="hello.py"), Say("It prints hello."), Say("Because it was told to.")]

    model, seen, finished = hold(root, turns, "what does it do?", "", "why?")

    last = [message.content for message in model.requests[-1][0]]
    assert "what does it do?" in last[1]
    assert last[-2:] == ["It prints hello.", "why?"]
    assert "Because it was told to." in seen
    assert finished.outcome == "done"
    model.check()


def test_a_failed_turn_keeps_the_session(here: Path) -> None:
    root = make_repository(here / "r")
    turns: list[Turn] = [ServerError(500), Say("Here again.")]

    model, seen, _ = hold(root, turns, "first", "second")

    assert "model error" in seen
    assert "Here again." in seen
    model.check()


def test_slash_commands_show_the_diff_and_end_the_session(here: Path) -> None:
    root = make_repository(here / "r")
    turns: list[Turn] = [call("write", path="new.txt", content="made\n"), Say("Made.")]

    _, seen, finished = hold(root, turns, "/diff", "make it", "/diff", "/help", "/exit", "never read")

    assert "nothing changed yet" in seen
    assert "+made" in seen
    assert "Ctrl-C stops the step" in seen
    assert finished.files_changed == ("new.txt",)


def test_the_step_cap_counts_by_turn_in_a_chat(here: Path) -> None:
    root = make_repository(here / "r")
    model = ScriptedModel([Say("one"), Say("two"), Say("three")])
    screen = Recorder()
    with opened(replace(order_for(root, model, max_steps=1), mode="chat"), screen) as session:
        endings = [session.say(text).outcome for text in ("a", "b", "c")]
        session.close_chat()
    assert endings == ["done", "done", "done"]
    assert len(screen.of(Request)) == 3


def test_undone_is_an_event_that_can_be_read_back(here: Path) -> None:
    writer = journal.Journal(here / "e")
    writer.append(Undone(to_step=0, kept="refs/x", restored=("a",), left=("b",)))
    writer.close()
    read = journal.read(here / "e").events[0]
    assert read.model_copy(update={"seq": 0, "at": ""}) == Undone(
        to_step=0, kept="refs/x", restored=("a",), left=("b",)
    )
