"""What a task asks for: verbs, names, and what it denies."""

from __future__ import annotations

import re

import pytest

from learnagent.lint.comparison.asked import asks

LOWERS = re.compile(r"\b(?:lower\w*|ignor\w*)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    "task",
    [
        "",
        "Fix the build.",
        "Raise fail_under to 95.",
        "Do not lower fail_under.",
        "Make it pass without lowering fail_under.",
        "Lower the volume. Keep fail_under.",
    ],
)
def test_what_is_not_asked_for(task: str) -> None:
    assert not asks(task, LOWERS, ("fail_under",))


@pytest.mark.parametrize(
    "task",
    [
        "Lower fail_under to 70.",
        "ci: lowered `fail_under`, the client is not ours",
        "Do not touch the tests; lower fail_under instead.",
        "Mend the parser.\n\n- lower fail_under to 70",
    ],
)
def test_what_is_asked_for(task: str) -> None:
    assert asks(task, LOWERS, ("fail_under",))


def test_a_name_that_holds_the_verb_is_no_verb() -> None:
    assert not asks("Fix it, but add no type: ignore there.", LOWERS, ("type: ignore",))
