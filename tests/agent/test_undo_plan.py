from __future__ import annotations

import pytest

from learnagent.checkpoints.undo import plan_undo
from learnagent_memory.episode import Action, Checkpointed, Event, Finished, Label, Replied, ToolCall
from learnagent_memory.errors import UsageError


def kept(step: int, name: str, label: Label) -> Checkpointed:
    return Checkpointed(step=step, commit=name, ref="r", label=label)


def acted(step: int, tool: str = "write") -> Action:
    arguments = {"path": "a", "content": "b"} if tool == "write" else {"path": "a"}
    return Action(step=step, call_id=f"c{step}", tool=tool, arguments=arguments)


RUN: tuple[Event, ...] = (
    kept(2, "start", "start"),
    kept(2, "check", "check"),
    acted(2),
    kept(2, "two", "step"),
    acted(3),
    kept(3, "three", "step"),
)
END = Finished(outcome="done", exit_code=0)


def test_step_0_goes_back_to_the_start_with_all_that_the_run_changed() -> None:
    plan = plan_undo([*RUN, END], 0)
    assert plan.target == "start"
    assert plan.pairs == (("start", "check"), ("check", "two"), ("two", "three"))
    assert not plan.cut_short


def test_a_step_goes_back_to_the_tree_after_it_and_a_step_before_the_first_change_to_the_start() -> None:
    assert plan_undo([*RUN, END], 2).target == "two"
    assert plan_undo([*RUN, END], 2).pairs == (("two", "three"),)
    assert plan_undo([*RUN, END], 1).target == "start"
    assert plan_undo([*RUN, END], 3).pairs == ()
    with pytest.raises(UsageError, match="no change after step 3"):
        plan_undo([*RUN, END], 9)


def test_a_run_that_died_in_a_step_is_cut_short() -> None:
    assert plan_undo([*RUN, acted(4)], 0).cut_short
    assert not plan_undo([*RUN, acted(4, "read")], 0).cut_short
    assert not plan_undo([*RUN, acted(4), END], 0).cut_short


def test_a_run_that_died_where_its_check_runs_is_cut_short() -> None:
    asked = Replied(step=4, tool_calls=(ToolCall(id="f", name="finish", arguments="{}"),))
    assert plan_undo([kept(2, "start", "start")], 0).cut_short
    assert plan_undo([*RUN, asked], 0).cut_short
    assert not plan_undo([*RUN, asked, END], 0).cut_short


def test_what_changed_while_no_run_was_alive_is_the_users() -> None:
    assert ("three", "back") not in plan_undo([*RUN, kept(3, "back", "resumed"), END], 0).pairs
    assert ("three", "back") in plan_undo([*RUN, acted(4), kept(4, "back", "step"), END], 0).pairs


def test_a_run_that_changed_nothing_cannot_be_undone() -> None:
    with pytest.raises(UsageError, match="changed nothing"):
        plan_undo([END], 0)
