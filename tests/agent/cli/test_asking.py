from __future__ import annotations

import subprocess
import sys

import pytest

ASK = """
from learnagent.cli.asking import TerminalAsker
from learnagent.display import ConsoleScreen
from learnagent.permissions.permission import Question
question = Question("command", "run a command", "make test", "why", **{more})
print(TerminalAsker(ConsoleScreen()).ask(question))
"""


def asked(typed: str, more: str = "{}") -> tuple[str, str]:
    """Return what is printed to stdout and to stderr."""
    command = [sys.executable, "-c", ASK.replace("{more}", more)]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("y\n", "yes"), ("\n", "no"), ("", "no"), ("what\nA\n", "always"), ("what", "no"), ("n\n", "no")],
)
def test_a_line_is_an_answer_and_the_end_of_input_is_no(typed: str, answer: str) -> None:
    assert asked(typed)[0] == f"{answer}\n"


def test_the_question_is_asked_on_stderr_and_says_how_long_always_holds() -> None:
    out, err = asked("n\n")
    assert out == "no\n"
    assert "make test" in err
    assert "[a]lways in this run: " in err
    assert "[a]lways for this repository: " in asked("n\n", '{"always": "for this repository"}')[1]
