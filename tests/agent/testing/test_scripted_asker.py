from __future__ import annotations

import pytest

from learnagent.permissions.permission import Asker, Question
from learnagent.testing import ScriptedAsker, ScriptError

QUESTION = Question("command", "run a command", "make", "it is not known to be harmless")


def test_answers_are_given_in_order_and_questions_recorded() -> None:
    scripted = ScriptedAsker(["yes", "no", "always"])
    asker: Asker = scripted
    assert [asker.ask(QUESTION) for _ in range(3)] == ["yes", "no", "always"]
    assert scripted.questions == [QUESTION] * 3


def test_a_question_too_many_is_an_error() -> None:
    with pytest.raises(ScriptError, match=r"question 1 \(run a command\) has no answer"):
        ScriptedAsker([]).ask(QUESTION)
