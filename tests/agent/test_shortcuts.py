"""The shortcut linter in a run: what it does to the end of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from learnagent.testing import ScriptedAsker, call
from learnagent_memory.episode import Checked, Linted, Observation
from runs import Run, carry_out, make_repository

FINISH = call("finish", summary="Done")
LOAD = "def load(path):\n    return open(path).read()\n"
SWALLOW = "def load(path):\n    try:\n        return open(path).read()\n    except Exception:\n        return None\n"
NARROW = (
    "def load(path):\n    try:\n        return open(path).read()\n    except FileNotFoundError:\n        return None\n"
)
ALLOWED = SWALLOW.replace("Exception:", "Exception:  # learnagent: allow[swallowed-error] a cache may be broken")


def repository(folder: Path) -> Path:
    return make_repository(folder, {"app.py": LOAD, "old.py": SWALLOW})


def answers(run: Run) -> list[str]:
    return [seen.text for seen in run.screen.of(Observation) if seen.tool == "finish"]


def test_a_clean_diff_ends_the_run_as_done(here: Path) -> None:
    run = carry_out(repository(here / "r"), [call("write", path="app.py", content=NARROW), FINISH])

    assert (run.finished.outcome, run.finished.shortcuts) == ("done", ())
    assert [event.findings for event in run.screen.of(Linted)] == [()]


def test_what_was_there_before_the_run_is_not_the_runs(here: Path) -> None:
    run = carry_out(repository(here / "r"), [call("write", path="old.py", content=f"{SWALLOW}\n\nX = 1\n"), FINISH])

    assert run.finished.outcome == "done"


def test_nothing_is_read_where_nothing_changed(here: Path) -> None:
    run = carry_out(repository(here / "r"), [call("read", path="app.py"), FINISH])

    assert run.screen.of(Linted) == []


def test_a_shortcut_goes_back_with_the_reason_and_the_ways_out_and_its_repair_is_kept(here: Path) -> None:
    turns = [
        call("write", path="app.py", content=SWALLOW),
        FINISH,
        call("write", path="app.py", content=NARROW),
        call("finish", summary="Done now"),
    ]

    run = carry_out(repository(here / "r"), turns)

    assert (run.finished.outcome, run.finished.exit_code) == ("done", 0)
    told = answers(run)[0]
    assert "app.py:4 swallowed-error in load" in told
    assert "Why it hurts" in told
    assert "let it fail" in told
    assert "`blocked`" in told
    first, second = run.screen.of(Linted)
    assert [one.rule for one in first.open] == ["swallowed-error"]
    assert (first.open[0].code, second.repairs[0].bad, second.repairs[0].good) == (
        SWALLOW.rstrip(),
        SWALLOW.rstrip(),
        NARROW.rstrip(),
    )


def test_after_two_rounds_the_run_ends_as_not_done_with_the_shortcuts_listed(here: Path) -> None:
    turns = [call("write", path="app.py", content=SWALLOW), FINISH, call("finish", summary="2"), FINISH]

    run = carry_out(repository(here / "r"), turns)

    assert (run.finished.outcome, run.finished.exit_code) == ("not_done", 1)
    assert run.finished.shortcuts == ("app.py:4 swallowed-error",)
    assert "shortcuts are left: app.py:4 swallowed-error" in run.finished.reason
    run.model.check()


def test_check_and_shortcuts_are_told_in_one_answer(here: Path) -> None:
    run = carry_out(
        repository(here / "r"),
        [call("write", path="app.py", content=SWALLOW), FINISH, FINISH],
        check="exit 3",
        check_rounds=2,
    )

    assert "the check `exit 3` failed" in answers(run)[0]
    assert "swallowed-error" in answers(run)[0]
    assert run.finished.reason == "the check failed 2 times"
    assert run.finished.shortcuts == ("app.py:4 swallowed-error",)
    assert len(run.screen.of(Checked)) == 3


def test_that_it_cannot_be_done_honestly_is_an_outcome_of_its_own(here: Path) -> None:
    turns = [call("finish", summary="Looked", blocked="the test contradicts the specification")]

    run = carry_out(repository(here / "r"), turns, check="exit 3")

    assert (run.finished.outcome, run.finished.exit_code) == ("blocked", 1)
    assert run.finished.reason == "the test contradicts the specification"
    assert run.finished.summary == "Looked"


def test_a_blocked_run_still_tells_what_its_diff_holds(here: Path) -> None:
    turns = [call("write", path="app.py", content=SWALLOW), call("finish", summary="S", blocked="no")]

    run = carry_out(repository(here / "r"), turns)

    assert (run.finished.outcome, run.finished.shortcuts) == ("blocked", ("app.py:4 swallowed-error",))


def test_a_comment_of_the_run_that_allows_a_shortcut_needs_a_persons_yes(here: Path) -> None:
    asker = ScriptedAsker(["yes"])

    run = carry_out(repository(here / "r"), [call("write", path="app.py", content=ALLOWED), FINISH], asker=asker)

    assert run.finished.outcome == "done"
    assert "a cache may be broken" in asker.questions[0].reason
    assert "swallowed-error" in asker.questions[0].title
    assert [one.accepted for one in run.screen.of(Linted)[0].findings] == [True]


def test_a_yes_holds_until_the_run_ends(here: Path) -> None:
    turns = [
        call("write", path="app.py", content=ALLOWED),
        FINISH,
        call("write", path="ok", content="1"),
        call("finish", summary="again"),
    ]
    asker = ScriptedAsker(["yes"])

    run = carry_out(repository(here / "r"), turns, asker=asker, check="test -e ok")

    assert run.finished.outcome == "done"
    assert len(asker.questions) == 1


@pytest.mark.parametrize("asker", [None, ScriptedAsker(["no"] * 3)])
def test_without_a_yes_it_stays_a_shortcut(here: Path, asker: ScriptedAsker | None) -> None:
    turns = [call("write", path="app.py", content=ALLOWED), FINISH, call("finish", summary="2"), FINISH]

    run = carry_out(repository(here / "r"), turns, asker=asker)

    assert run.finished.outcome == "not_done"
    assert "not accepted by a person: a cache may be broken" in answers(run)[0]


def test_told_only_where_the_settings_say_so(here: Path) -> None:
    run = carry_out(repository(here / "r"), [call("write", path="app.py", content=SWALLOW), FINISH], shortcuts="tell")

    assert run.finished.outcome == "done"
    assert [one.rule for one in run.screen.of(Linted)[0].findings] == ["swallowed-error"]


def test_nobody_looks_where_the_settings_say_so(here: Path) -> None:
    run = carry_out(repository(here / "r"), [call("write", path="app.py", content=SWALLOW), FINISH], shortcuts="ignore")

    assert run.finished.outcome == "done"
    assert run.screen.of(Linted) == []


def test_what_the_user_changed_between_two_sessions_is_not_the_runs(here: Path) -> None:
    root = repository(here / "r")
    first = carry_out(root, [call("write", path="new.py", content="X = 1\n")], max_steps=1)
    (root / "app.py").write_text(SWALLOW)

    second = carry_out(root, [call("write", path="more.py", content="Y = 1\n"), FINISH], resume=first.episode)

    assert second.finished.outcome == "done"
