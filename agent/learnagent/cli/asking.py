"""Asks the user at the terminal."""

from __future__ import annotations

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
            try:
                typed = input("  allow? [y]es, [N]o, [a]lways in this run: ").strip().lower()
            except EOFError:
                return "no"
            if typed in _ANSWERS:
                return _ANSWERS[typed]
