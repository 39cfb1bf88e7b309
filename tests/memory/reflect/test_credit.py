from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from learnagent_memory.episode import (
    Action,
    Checked,
    Checkpointed,
    Event,
    Finished,
    Observation,
    Outcome,
    Recalled,
    Replied,
    Shown,
    Started,
    Undone,
)
from learnagent_memory.journal import Episode
from learnagent_memory.lesson import Anchor, Lesson
from learnagent_memory.lesson_event import Credited, Learned, digest_of, to_bytes
from learnagent_memory.reflect.credit import credit
from learnagent_memory.standing import Entry, derive

PLACE = Lesson(
    kind="place", title="Where totals are", do="Look first in `total.py`.", anchors=(Anchor(path="total.py"),)
)
COMMAND = Lesson(kind="command", title="Run tests", do="Run tests with `make test`.", avoid="`pytest` cannot start.")
BODIES = {PLACE.id: PLACE, COMMAND.id: COMMAND}
AT = "2026-11-22T00:00:00.000000+00:00"


def recalled(*ids: str, by: str = "start") -> Recalled:
    shown = [Shown(lesson=one, title="t", text="t", relevance=1, trust="own", freshness="fresh") for one in ids]
    return Recalled.model_validate({"by": by, "shown": [one.model_dump() for one in shown]})


def called(tool: str, **arguments: str) -> list[Event]:
    key = f"{tool}-{sorted(arguments.items())}"
    action = Action(step=1, call_id=key, tool=tool, arguments=arguments)
    return [action, Observation(step=1, call_id=key, tool=tool, exit_code=0 if tool == "bash" else None)]


def episode(
    *events: Event, outcome: Outcome | None = "done", check: str = "passed", after: Sequence[Event] = ()
) -> Episode:
    started = Started(episode="e", task="t", model="m", project="p", root="/r", check="make check")
    ended = Finished.model_validate({"outcome": outcome, "exit_code": 0, "check": check}) if outcome else None
    return Episode("e", Path("e"), (started, *events, *([ended] if ended else []), *after))


def verdicts(run: Episode, lessons: dict[str, Lesson] = BODIES) -> dict[str, str] | None:
    given = credit(run, lessons, author="Me <me@example.invalid>", at=AT)
    return {one.lesson: one.verdict for one in given.credits} if given else None


READ = called("read", path="total.py")


def test_a_run_that_was_shown_nothing_gives_no_credit() -> None:
    assert verdicts(episode(*READ)) is None


@pytest.mark.parametrize("outcome", ["interrupted", "budget", "model_error", "failed", None])
def test_a_run_that_was_stopped_from_outside_gives_no_credit(outcome: Outcome | None) -> None:
    assert verdicts(episode(recalled(PLACE.id), *READ, outcome=outcome)) is None


def test_what_was_done_before_the_lesson_was_shown_owes_it_nothing() -> None:
    assert verdicts(episode(*READ, recalled(PLACE.id, by="tool"))) == {PLACE.id: "unused"}


def test_done_without_a_check_says_nothing_about_a_lesson() -> None:
    assert verdicts(episode(recalled(PLACE.id), *READ, check="none")) == {PLACE.id: "unused"}


def test_a_check_that_was_as_red_before_says_nothing_about_a_lesson() -> None:
    red = [
        Checked.model_validate({"step": 1, "phase": phase, "command": "c", "exit_code": 1})
        for phase in ("before", "finish")
    ]

    run = episode(recalled(PLACE.id), *READ, *red, outcome="not_done", check="failed")

    assert verdicts(run) == {PLACE.id: "unused"}


def test_a_lesson_whose_body_is_gone_counts_as_unused() -> None:
    assert verdicts(episode(recalled(PLACE.id), *READ), {}) == {PLACE.id: "unused"}


def test_running_what_a_lesson_warns_of_is_not_using_it() -> None:
    assert verdicts(episode(recalled(COMMAND.id), *called("bash", command="pytest"))) == {COMMAND.id: "unused"}


@pytest.mark.parametrize(
    ("lesson", "use"),
    [
        (PLACE, READ),
        (PLACE, called("edit", path="/r/total.py", old="a", new="b")),
        (PLACE, [Checkpointed(step=1, commit="c", ref="r", changed=("total.py",))]),
        (COMMAND, called("bash", command="cd /r && make test 2>&1")),
        (COMMAND, [Replied(step=1, text=f"As lesson {COMMAND.id[:10]} says")]),
    ],
)
def test_what_a_proven_run_used_helped_and_what_a_failed_one_used_hurt(lesson: Lesson, use: list[Event]) -> None:
    other = next(one for one in BODIES.values() if one.id != lesson.id)
    shown = recalled(lesson.id, other.id)
    failed = episode(shown, *use, outcome="not_done", check="failed")

    assert verdicts(episode(shown, *use)) == {lesson.id: "helped", other.id: "unused"}
    assert verdicts(failed) == {lesson.id: "hurt", other.id: "unused"}


def test_an_undo_turns_the_credit_and_replaces_the_earlier_event() -> None:
    run = episode(recalled(PLACE.id), *READ)
    undone = episode(recalled(PLACE.id), *READ, after=[Undone(to_step=0, kept="refs/x")])
    learned = Learned(at=AT, author="Me <me@example.invalid>", lesson=PLACE, origin="code")
    first = credit(run, BODIES, author="Me <me@example.invalid>", at=AT)
    second = credit(undone, BODIES, author="Me <me@example.invalid>", at=AT.replace("-22T", "-23T"))
    assert isinstance(first, Credited)
    assert isinstance(second, Credited)

    events = (learned, second, first)
    [one] = derive(Entry(digest_of(to_bytes(event)), event, own=True) for event in events).values()

    assert (one.helped, one.hurt) == (0, 1)
