"""Ctrl-C, caps on time, and two runs at once: a run ends in order, leaves nothing running, and can go on."""

from __future__ import annotations

import secrets
from pathlib import Path

from e2e.conftest import Serve
from e2e.console import (
    assert_one_line_on_stderr,
    do,
    do_arguments,
    last,
    learnagent,
    of,
    processes,
    started,
    tree,
    wait_until,
)
from gitrepo import make_repository
from learnagent.testing import Call, Hang, Say, ToolUse, call
from learnagent_memory.episode import Finished, Observation

FINISH = call("finish", summary="Done")


def test_text_is_streamed_a_second_run_is_refused_and_ctrl_c_ends_with_130(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    slow = Hang(600, answer=Say("Early words of a long reply, and then silence."), after_chunks=3)
    server = serve([call("write", path="b.txt", content="b\n"), slow, FINISH])

    with started(root, *do_arguments(server), outputs=here / "out") as running:
        wait_until(lambda: "Early words" in running.err, "streamed text")
        second = do(root, server)
        ran = running.interrupt()

    assert second.code == 2
    assert_one_line_on_stderr(second, "another learnagent run is working in this tree")
    assert ran.code == 130
    assert ran.out.startswith("interrupted: ")
    assert "--resume" in ran.out
    assert (root / "b.txt").read_text() == "b\n"
    assert of(Finished, last(root))[0].files_changed == ("b.txt",)

    again = learnagent(root, "episodes", "resume", "--api-base", server.url, "--approve", "all", "--check", "")
    assert again.code == 0, again
    assert "files changed: b.txt" in again.out
    assert server.turns_left == 0


def test_ctrl_c_during_a_command_leaves_no_process_and_undo_takes_its_files_back(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    before = tree(root)
    mark = f"{secrets.randbelow(10**9) + 10**6}"
    sleep = f"echo begun > begun.txt; (trap '' TERM; sleep {mark}) & sleep {mark}1"
    server = serve([Call((ToolUse("bash", {"command": sleep}), ToolUse("read", {"path": "a.txt"})))])

    with started(root, *do_arguments(server), outputs=here / "out") as running:
        wait_until(lambda: (root / "begun.txt").exists() and f"sleep {mark}1" in processes(), "the command")
        ran = running.interrupt()

    assert ran.code == 130
    assert mark not in processes()
    assert of(Finished, last(root))[0].files_changed == ("begun.txt",)
    assert learnagent(root, "episodes", "undo").code == 0
    assert tree(root) == before


def test_the_cap_on_minutes_ends_a_hanging_request_and_a_hanging_command_with_4(here: Path, serve: Serve) -> None:
    silent = Hang(600, answer=Say("Words before the silence."), after_chunks=4)
    endless = call("bash", command="sleep 600", timeout_s=900)
    cap = ("--max-minutes", "0.3")  # a slow machine imports litellm for ten seconds of these eighteen
    asked, ran = (make_repository(here / name, {"a.txt": "a\n"}) for name in ("asked", "ran"))

    with (
        started(asked, *do_arguments(serve([silent]), *cap), outputs=here / "1") as request,
        started(ran, *do_arguments(serve([endless]), *cap), outputs=here / "2") as command,
    ):
        ends = [request.end(), command.end()]

    assert [end.code for end in ends] == [4, 4]
    assert all(end.out.startswith("budget: ") for end in ends)
    assert "Words before" in ends[0].err
    assert of(Observation, last(ran))[0].status == "timeout"


def test_sigterm_ends_a_run_in_order_too(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    server = serve([Hang(600)])

    with started(root, *do_arguments(server), outputs=here / "out") as running:
        wait_until(lambda: server.requests, "the request")
        running.process.terminate()
        ran = running.end()

    assert ran.code == 130
    assert of(Finished, last(root))[0].outcome == "interrupted"
