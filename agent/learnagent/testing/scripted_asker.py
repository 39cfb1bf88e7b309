"""A user who answers questions from a script. It shows nothing and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from learnagent.permissions.permission import Answer, Question
from learnagent.testing.script import ScriptError


class ScriptedAsker:
    """Implement `learnagent.permission.Asker` with the answers given, in order."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = tuple(answers)
        self.questions: list[Question] = []
        """What was asked, in order."""

    def ask(self, question: Question) -> Answer:
        """Return the next answer; raises ScriptError when there is none."""
        self.questions.append(question)
        asked = len(self.questions)
        if asked > len(self._answers):
            raise ScriptError(f"question {asked} ({question.title}) has no answer in the script")
        return self._answers[asked - 1]
