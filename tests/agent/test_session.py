from __future__ import annotations

from pathlib import Path

import pytest

from learnagent.session import opened
from learnagent.testing import (
    Call,
    ContextOverflow,
    HalfToolCall,
    Say,
    ScriptedAsker,
    ScriptedModel,
    ServerError,
    Tokens,
    ToolUse,
    call,
)
from learnagent_memory.episode import Action, Checked, Checkpointed, Observation, Replied, Request, Started
from learnagent_memory.errors import UsageError
from runs import carry_out, make_repository, order_for

FINISH = call("finish", summary="Done")
TEST_FILE = "import sys, pathlib\nsys.exit('good' not in pathlib.Path('code.txt').read_text())\n"
CHECK = "python3 check.py"


def test_a_run_acts_records_and_ends_as_done(here: Path) -> None:
    root = make_repository(here / "r")

    run = carry_out(root, [call("write", path="new.txt", content="text\n"), FINISH])

    assert (run.finished.outcome, run.finished.exit_code) == ("done", 0)
    assert run.finished.files_changed == ("new.txt",)
    assert (root / "new.txt").read_text() == "text\n"
    kinds = [type(event) for event in run.episode.events]
    assert kinds.index(Checkpointed) < kinds.index(Action) < kinds.index(Observation)
    run.model.check()


def test_every_call_of_a_reply_is_answered_in_order(here: Path) -> None:
    root = make_repository(here / "r")
    several = Call(
        (ToolUse("write", {"path": "a", "content": "1"}), ToolUse("read", {"path": "a"}), ToolUse("nope", {}))
    )

    run = carry_out(root, [several, FINISH])

    observed = run.screen.of(Observation)[:3]
    assert [o.status for o in observed] == ["ok", "ok", "malformed"]
    assert "1\t1" in observed[1].text
    assert "there is no tool 'nope'" in observed[2].text


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (ToolUse("bash", "{not json"), "not valid JSON"),
        (ToolUse("bash", "[1]"), "not a JSON object"),
        (ToolUse("bash", {"cmd": "ls"}), "command: Field required"),
        (ToolUse("read", {"path": "x", "start": 0}), "start"),
        (ToolUse("sing", {}), "the tools are bash"),
    ],
)
def test_a_malformed_call_is_explained_to_the_model(here: Path, use: ToolUse, said: str) -> None:
    run = carry_out(make_repository(here / "r"), [Call((use,)), FINISH])
    first = run.screen.of(Observation)[0]
    assert first.status == "malformed"
    assert said in first.text


def test_three_malformed_replies_in_a_row_end_the_run_with_exit_3(here: Path) -> None:
    run = carry_out(make_repository(here / "r"), [Say("hm"), Call((ToolUse("bash", "{"),)), Say("hm")])
    assert (run.finished.outcome, run.finished.exit_code) == ("model_error", 3)


def test_a_good_call_between_malformed_replies_starts_the_count_anew(here: Path) -> None:
    turns = [Say("a"), Say("b"), call("read", path="hello.py"), Say("c"), Say("d"), FINISH]
    assert carry_out(make_repository(here / "r"), turns).finished.exit_code == 0


def test_the_third_identical_call_is_not_run(here: Path) -> None:
    same = call("bash", command="echo x >> log.txt")

    run = carry_out(root := make_repository(here / "r"), [same, same, same, FINISH])

    assert (root / "log.txt").read_text() == "x\nx\n"
    assert [o.status for o in run.screen.of(Observation)][:3] == ["ok", "ok", "repeated"]


def test_empty_and_repeated_call_ids_are_made_unique(here: Path) -> None:
    twice = Call((ToolUse("read", {"path": "hello.py"}, id=""), ToolUse("read", {"path": "."}, id="x")))
    again = Call((ToolUse("read", {"path": "hello.py"}, id="x"),))

    run = carry_out(make_repository(here / "r"), [twice, again, FINISH])

    ids = [used.id for reply in run.screen.of(Replied) for used in reply.tool_calls]
    assert len(set(ids)) == len(ids)
    assert all(ids)


def test_the_check_must_pass_before_a_run_is_done(here: Path) -> None:
    root = make_repository(here / "r", {"check.py": TEST_FILE, "code.txt": "good\n"})
    turns = [
        call("write", path="code.txt", content="bad\n"),
        FINISH,
        call("write", path="code.txt", content="good again\n"),
        FINISH,
    ]

    run = carry_out(root, turns, check=CHECK)

    assert run.finished.exit_code == 0
    checks = [(check.phase, check.passed) for check in run.screen.of(Checked)]
    assert checks == [("before", True), ("finish", False), ("finish", True)]
    told = next(o.text for o in run.screen.of(Observation) if o.tool == "finish")
    assert "passed before this run" in told


def test_a_check_that_stays_red_ends_the_run_with_exit_1(here: Path) -> None:
    root = make_repository(here / "r", {"check.py": TEST_FILE, "code.txt": "good\n"})
    turns = [call("write", path="code.txt", content="bad\n"), FINISH, FINISH]

    run = carry_out(root, turns, check=CHECK, check_rounds=2)

    assert (run.finished.outcome, run.finished.exit_code) == ("not_done", 1)
    assert "failed 2 times" in run.finished.reason


def test_failures_from_before_the_run_are_told_apart_from_those_it_broke(here: Path) -> None:
    script = "import pathlib, sys\nbad = pathlib.Path('bad').read_text().split()\n"
    script += "[print(f'FAILED t.py::{name} - no') for name in bad]\nsys.exit(bool(bad))\n"
    root = make_repository(here / "r", {"check.py": script, "bad": "old\n"})

    run = carry_out(root, [call("write", path="bad", content="old new\n"), FINISH], check=CHECK, check_rounds=1)

    last = run.screen.of(Checked)[-1]
    assert (last.failures, last.broken) == (("t.py::new", "t.py::old"), ("t.py::new",))
    assert "broken by the run: t.py::new" in run.finished.reason


def test_a_run_that_broke_nothing_new_stops_early_and_says_so(here: Path) -> None:
    script = "print('FAILED t.py::old - no')\nraise SystemExit(1)\n"
    root = make_repository(here / "r", {"check.py": script})

    run = carry_out(root, [call("write", path="a", content="b"), FINISH, FINISH], check=CHECK)

    assert run.finished.exit_code == 1
    assert "as it was before the run" in run.finished.reason


def test_what_a_check_leaves_behind_is_not_counted_as_changed_but_undone(here: Path) -> None:
    script = "open('report.txt', 'a').write('ran')\n"
    root = make_repository(here / "r", {"check.py": script})

    run = carry_out(root, [call("write", path="a", content="b"), FINISH], check=CHECK)

    assert run.finished.files_changed == ("a",)
    labels = [event.label for event in run.screen.of(Checkpointed)]
    assert labels == ["start", "check", "step", "check"]


def test_without_a_terminal_a_discovered_check_is_refused_and_the_run_is_not_done(here: Path) -> None:
    root = make_repository(here / "r", {"Makefile": "test:\n\ttouch ran\n"})

    run = carry_out(root, [FINISH], check=None, approve="edits")

    assert run.finished.exit_code == 1
    assert "the check was not run" in run.finished.reason
    assert not (root / "ran").exists()


def test_a_discovered_check_is_asked_about_once_and_always_is_remembered(here: Path) -> None:
    root = make_repository(here / "r", {"Makefile": "test:\n\ttrue\n"})
    asker = ScriptedAsker(["always"])

    first = carry_out(root, [FINISH], check=None, approve="edits", asker=asker)
    second = carry_out(root, [FINISH], check=None, approve="edits", asker=ScriptedAsker([]))

    assert (first.finished.exit_code, second.finished.exit_code) == (0, 0)
    assert any("found in Makefile" in line for line in first.screen.notices)
    assert asker.questions[0].body == "make test"


def test_the_step_cap_ends_with_exit_4_and_everything_kept(here: Path) -> None:
    root = make_repository(here / "r")
    turns = [call("write", path=f"f{n}", content="x") for n in range(5)]

    run = carry_out(root, turns, max_steps=2)

    assert (run.finished.outcome, run.finished.exit_code, run.finished.steps) == ("budget", 4, 2)
    assert run.finished.files_changed == ("f0", "f1")


def test_the_cost_cap_ends_with_exit_4(here: Path) -> None:
    class Dear(ScriptedModel):
        def reply(self, *args: object, **kwargs: object) -> object:
            reply = super().reply(*args, **kwargs)
            usage = reply.usage.model_copy(update={"cost_usd": 0.6})
            return type(reply)(reply.text, reply.tool_calls, usage, reply.finish_reason, reply.model)

    root = make_repository(here / "r")
    model = Dear([call("read", path="hello.py", start=1, end=n) for n in range(1, 5)])
    screen_order = order_for(root, model, max_cost=1.0)
    from runs import Recorder

    with opened(screen_order, Recorder()) as session:
        finished = session.carry_out()

    assert (finished.outcome, finished.exit_code, finished.steps) == ("budget", 4, 2)
    assert finished.usage.cost_usd == pytest.approx(1.2)


def test_a_provider_that_gives_up_ends_with_exit_3_and_everything_kept(here: Path) -> None:
    run = carry_out(make_repository(here / "r"), [call("write", path="a", content="b"), ServerError(500)])
    assert (run.finished.outcome, run.finished.exit_code) == ("model_error", 3)
    assert run.finished.files_changed == ("a",)


def test_a_full_window_is_condensed_and_the_task_and_diff_stay(here: Path) -> None:
    root = make_repository(here / "r", {"big.txt": "word " * 1500 + "\n"})
    reads = [call("bash", command=f"cat big.txt; echo {n}") for n in range(6)]
    turns = [
        call("write", path="a.txt", content="kept line\n"),
        *reads,
        Say("NOTES: big.txt holds words"),
        *reads[:1],
        FINISH,
    ]

    run = carry_out(root, turns, task="the one task", context_tokens=16_000)

    resets = [event for event in run.screen.of(Request) if event.reset][1:]
    assert len(resets) == 1
    contents = "\n".join(message.content for message in resets[0].messages)
    assert "the one task" in contents
    assert "NOTES: big.txt" in contents
    assert "+kept line" in contents
    assert run.finished.exit_code == 0
    run.model.check()


def test_a_window_smaller_than_was_thought_is_condensed_on_the_providers_word(here: Path) -> None:
    turns = [call("read", path="hello.py"), ContextOverflow(), Say("notes"), FINISH]
    run = carry_out(make_repository(here / "r"), turns)
    assert run.finished.exit_code == 0


def test_commit_makes_one_ordinary_commit_of_what_the_run_changed(here: Path) -> None:
    root = make_repository(here / "r")
    (root / "users.txt").write_text("mine\n")

    run = carry_out(root, [call("write", path="a.txt", content="b\n"), call("finish", summary="Add a")], commit=True)

    import subprocess

    shown = subprocess.run(
        ["git", "show", "--name-only", "--format=%s"], cwd=root, capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["Add", "a", "a.txt"]
    assert run.finished.commit
    status = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    assert status.stdout == "?? users.txt\n"


def test_the_state_folder_does_not_show_in_git_status(here: Path) -> None:
    root = make_repository(here / "r")
    carry_out(root, [FINISH])
    import subprocess

    status = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    assert status.stdout == ""


def test_two_runs_in_one_tree_are_refused(here: Path) -> None:
    root = make_repository(here / "r")
    order = order_for(root, ScriptedModel([]))
    from runs import Recorder

    with (
        opened(order, Recorder()),
        pytest.raises(UsageError, match="another learnagent run"),
        opened(order, Recorder()),
    ):
        pass


def test_a_repository_that_ships_private_state_is_refused(here: Path) -> None:
    root = make_repository(here / "r", {".learnagent/local/episodes/x/episode.jsonl": "{}\n"})
    with pytest.raises(UsageError, match="under version control"):
        carry_out(root, [FINISH])


def test_edits_are_shown_and_a_refused_one_changes_nothing(here: Path) -> None:
    root = make_repository(here / "r")
    asker = ScriptedAsker(["no"])

    run = carry_out(root, [call("edit", path="hello.py", old="hello", new="bye"), FINISH], approve="ask", asker=asker)

    assert "+print('bye')" in asker.questions[0].body
    assert run.screen.of(Observation)[0].status == "refused"
    assert (root / "hello.py").read_text() == "print('hello')\n"


def test_a_reply_cut_at_the_output_limit_is_told_so(here: Path) -> None:
    half = HalfToolCall(call("write", path="a", content="x" * 50), finish_reason="length")
    run = carry_out(make_repository(here / "r"), [half, FINISH])
    assert run.screen.of(Observation)[0].status == "malformed"
    assert run.finished.exit_code == 0


def test_the_same_task_is_sent_word_for_word_and_started_says_how(here: Path) -> None:
    run = carry_out(make_repository(here / "r"), [FINISH], task="Rename föö, please")
    started = run.screen.of(Started)[0]
    assert (started.task, started.approve, started.sandbox) == ("Rename föö, please", "all", "off")
    assert "<task>\nRename föö, please\n</task>" in run.model.requests[0][0][1].content


def test_tokens_add_up_over_a_run(here: Path) -> None:
    one = Call((ToolUse("read", {"path": "hello.py"}),), tokens=Tokens(prompt=100, cached=40, completion=7))
    two = Call((ToolUse("finish", {"summary": "x"}),), tokens=Tokens(prompt=150, cached=100, completion=3))
    usage = carry_out(make_repository(here / "r"), [one, two]).finished.usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (250, 140, 10)
