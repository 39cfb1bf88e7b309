"""`learnagent chat` in a terminal: turns with their context, Ctrl-C, several lines, the slash commands."""

from __future__ import annotations

import stat
from pathlib import Path

from e2e.conftest import Serve
from e2e.console import MODEL, last, learnagent, of, tree
from e2e.terminal import ALT_ENTER, CTRL_C, CTRL_D, ENTER, terminal
from gitrepo import make_repository
from learnagent.testing import Hang, ModelServer, Say, call
from learnagent_memory.episode import Finished, Started


def arguments(server: ModelServer) -> tuple[str, ...]:
    return ("chat", "--model", MODEL, "--api-base", server.url, "--approve", "all", "--check", "")


def test_a_chat_keeps_its_context_through_ctrl_c_and_ends_with_ctrl_d(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    before = tree(root)
    server = serve(
        [
            call("write", path="b.txt", content="made in a chat\n"),
            Say("First answer."),
            Hang(600, answer=Say("An answer that begins and then hangs."), after_chunks=2),
            Say("Third answer."),
        ]
    )

    with terminal(root, *arguments(server)) as screen:
        screen.see("›")
        screen.type(f"the first turn{ENTER}")
        screen.see("First answer.")
        screen.see("›")
        screen.type(f"/diff{ENTER}")
        screen.see("+made in a chat")
        screen.see("›")
        screen.type(f"the second turn{ENTER}")
        screen.see("An answer")
        screen.type(CTRL_C)
        screen.see("the step was stopped")
        screen.see("›")
        screen.type(f"line one{ALT_ENTER}line two{ENTER}")
        screen.see("Third answer.")
        screen.see("›")
        screen.type(f"/help{ENTER}")
        screen.see("/diff")
        screen.see("›")
        screen.type(CTRL_D)
        assert screen.end() == 0

    assert server.turns_left == 0
    spoken = [message.content for message in server.requests[-1].messages if message.role == "user"]
    assert ["the first turn" in spoken[0], *spoken[1:]] == [True, "the second turn", "line one\nline two"]
    assert "First answer." in [message.content for message in server.requests[-1].messages]
    assert of(Started, last(root))[0].mode == "chat"
    assert of(Finished, last(root))[-1].outcome == "done"
    assert learnagent(root, "episodes", "undo").code == 0
    assert tree(root) == before


def test_the_history_is_kept_in_the_users_own_state(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    state = here / "state"
    server = serve([Say("Yes.")])

    with terminal(root, *arguments(server), env={"LEARNAGENT_HOME": str(state)}) as screen:
        screen.see("›")
        screen.type(CTRL_C)
        screen.type(f"remember this{ENTER}")
        screen.see("Yes.")
        screen.see("›")
        screen.type(f"/exit{ENTER}")
        assert screen.end() == 0

    history = state / "history"
    assert "remember this" in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_a_chat_through_a_pipe_takes_a_line_a_turn(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    server = serve([Say("One."), Say("Two.")])

    ran = learnagent(root, *arguments(server), stdin=b"first\n\nsecond\n")

    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    assert server.requests[-1].messages[-1].content == "second"
