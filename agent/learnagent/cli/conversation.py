"""The prompt of `learnagent chat`: reads turns, with history and several lines, and the few slash commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from learnagent.cli import start
from learnagent.display import ConsoleScreen
from learnagent.session import Session, opened
from learnagent_memory.errors import Terminated, cannot_write
from learnagent_memory.project import state_home
from learnagent_memory.redact import redactor

HELP = (
    "/diff  what this session changed",
    "/help  this list",
    "/exit  end the session (Ctrl-D too); `learnagent episodes undo` takes it back",
    "Alt-Enter makes a new line, Ctrl-C stops the step and keeps the session.",
)

ReadTurn = Callable[[], str]
"""Returns one turn of the user; raises EOFError at the end and KeyboardInterrupt on Ctrl-C."""


def run(request: start.Start) -> int:
    """Hold a chat until the user ends it and return the exit code."""
    screen = ConsoleScreen()
    order = start.prepare(request, screen)
    read_turn = _terminal_reader() if sys.stdin.isatty() else _line_reader
    with opened(replace(order, mode="chat"), screen) as session:
        try:
            converse(session, screen, read_turn)
        finally:
            finished = session.close_chat()
        return finished.exit_code


def converse(session: Session, screen: ConsoleScreen, read_turn: ReadTurn) -> None:
    """Read turns and carry them out until the end of input."""
    while True:
        try:
            text = read_turn().strip()
        except EOFError:
            return
        except Terminated:
            raise
        except KeyboardInterrupt:
            continue
        if text == "/exit":
            return
        if text.startswith("/"):
            _command(text, session, screen)
        elif text:
            _carry_out(text, session, screen)


def _carry_out(text: str, session: Session, screen: ConsoleScreen) -> None:
    ending = session.say(text)
    if ending.outcome == "interrupted":
        screen.notice("the step was stopped; the session goes on")
    elif ending.outcome != "done":
        screen.notice(f"{ending.outcome.replace('_', ' ')}: {ending.reason}")


def _command(text: str, session: Session, screen: ConsoleScreen) -> None:
    if text == "/diff":
        screen.diff(session.diff() or "nothing changed yet")
    else:
        screen.lines(HELP)


def _line_reader() -> str:
    """Read one line of a pipe as one turn."""
    line = sys.stdin.buffer.readline()
    if not line:
        raise EOFError
    return line.decode("utf-8", "replace")


class _RedactedHistory(FileHistory):
    """The turns of earlier chats, on disk without secrets."""

    def store_string(self, string: str) -> None:
        super().store_string(redactor(os.environ)(string))


def _terminal_reader() -> ReadTurn:
    history = state_home(os.environ) / "history"
    try:
        history.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        history.touch(mode=0o600)
    except OSError as error:
        raise cannot_write(history, error) from error
    keys = KeyBindings()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    session: PromptSession[str] = PromptSession(
        history=_RedactedHistory(str(history)), key_bindings=keys, multiline=True, enable_open_in_editor=True
    )
    return lambda: session.prompt("› ", prompt_continuation="  ")
