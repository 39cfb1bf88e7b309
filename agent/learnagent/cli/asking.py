"""Asks the user at the terminal."""

from __future__ import annotations

import sys

from learnagent.display import ConsoleScreen
from learnagent.permissions.permission import Answer, Question

_ANSWERS: dict[str, Answer] = {
    "y": "yes",
    "yes": "yes",
    "a": "always",
    "always": "always",
    "n": "no",
    "no": "no",
    "": "no",
}


class TerminalAsker:
    """An Asker that reads a line; the end of input means no."""

    def __init__(self, screen: ConsoleScreen) -> None:
        self._screen = screen

    def ask(self, question: Question) -> Answer:
        """Show what is asked about and return the answer."""
        self._screen.question(question.title, question.body, is_diff=question.kind == "edit")
        if question.reason:
            self._screen.notice(question.reason)
        while True:
            self._screen.prompt(f"  allow? [y]es, [N]o, [a]lways {question.always}: ")
            typed = sys.stdin.readline()
            answer = _ANSWERS.get(typed.strip().lower())
            if answer or not typed:
                return answer or "no"
