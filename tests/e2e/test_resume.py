"""`kill -9` as soon as an event of each kind is on disk: the run goes on, repeats nothing, and can be undone."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from e2e.conftest import Serve
from e2e.console import do_arguments, episodes, last, learnagent, of, started, tree, wait_until
from gitrepo import commit_all, git, make_repository, users_own, write
from learnagent.testing import Call, Hang, ReceivedRequest, ToolUse, Turn, call
from learnagent_memory.episode import Action, Checked, Checkpointed, Finished, Observation, Replied, ToolCall

PLAN: tuple[Call, ...] = (
    Call(
        (
            ToolUse("bash", {"command": "echo one >> log.txt; rm gone.bin; chmod 644 tool.sh; ln -sfn elsewhere link"}),
            ToolUse("bash", {"command": "echo two >> log.txt"}),
        )
    ),
    Call(
        (
            ToolUse("write", {"path": "new/file.txt", "content": "new\n"}),
            ToolUse("edit", {"path": "dos.txt", "old": "one\ntwo\n", "new": "one\n2\n"}),
            ToolUse("read", {"path": "dos.txt"}),
        )
    ),
    call("bash", command="echo three >> log.txt; printf 'more\\0' >> notes.bin"),
    call("finish", summary="Three steps"),
)
LOOK = call("bash", command="ls -R; cat log.txt || true")
CHECK = "echo ran >> report.txt"

KILLS = {
    "early": [
        "started 1",
        "request 1",
        "reply 1",
        "checkpoint 1",
        "action 1",
        "observation 2",
        "check 1",
        "finished 1",
    ],
    "late": ["check 1", "action 2", "checkpoint 1", "request 1", "action 3", "observation 2", "reply 2", "check 1"],
}
"""Where each process of a run is killed: at the n-th event of a kind that it writes."""


def planned(request: ReceivedRequest) -> Turn:
    """Go on with the plan where the conversation stands; look first where a call was interrupted."""
    if any("Interrupted:" in message.content for message in request.latest):
        return LOOK
    asked = [call for message in request.messages if message.role == "assistant" for call in message.tool_calls[:1]]
    return PLAN[sum(not _is_look(call) for call in asked)]


def _is_look(call: ToolCall) -> bool:
    return call.arguments == json.dumps(LOOK.calls[0].arguments)


def make_rich_repository(root: Path) -> Path:
    """Make a repository with whatever undo must give back byte for byte, committed and not."""
    root = make_repository(
        root,
        {"log.txt": "", "dos.txt": "zero\r\none\r\ntwo\r\n", "tool.sh": "#!/bin/sh\n", "gone.bin": bytes(range(256))},
    )
    (root / "tool.sh").chmod(0o755)
    (root / "link").symlink_to("tool.sh")
    write(root, {".gitignore": "*.ignored\nbuild/\n"})
    commit_all(root, "Add odd things")
    write(
        root,
        {
            "notes.bin": b"\x00\xff\r\nuntracked",
            "secretly.ignored": "kept\n",
            "dos.txt": "zero\r\none\r\ntwo\r\nunsaved\r\n",
        },
    )
    git(root, "add", "dos.txt")
    write(root, {"dos.txt": "zero\r\none\r\ntwo\r\nunsaved twice\r\n"})
    return root


@pytest.mark.parametrize("kills", KILLS.values(), ids=KILLS)
def test_a_run_killed_at_every_kind_of_event_goes_on_and_repeats_nothing(
    here: Path, serve: Serve, kills: list[str]
) -> None:
    root = make_rich_repository(here / "r")
    before, own = tree(root), users_own(root / ".git")
    server = serve(planned)
    goes_on = ("do", "--resume", "last", "--api-base", server.url, "--approve", "all", "--check", CHECK)

    command: tuple[str, ...] = tuple(do_arguments(server, "--check", CHECK))
    for number, kill in enumerate(kills):
        kill_at(kill, root, *command, outputs=here / f"out{number}")
        assert_nothing_was_repeated(root)
        command = goes_on
    ran = learnagent(root, *goes_on)

    if kills[-1].startswith("finished"):
        assert ran.code == 2
        assert "is done" in ran.err
    else:
        assert ran.code == 0, ran
        assert f"resumed · {last(root).id}" in ran.err
    assert_the_record_is_whole(root)
    assert_the_last_checkpoint_is_the_tree(root)
    assert learnagent(root, "episodes", "show").code == 0
    undone = learnagent(root, "episodes", "undo")
    assert undone.code == 0, undone
    assert tree(root) == before
    assert users_own(root / ".git") == own


def test_a_run_killed_before_the_check_was_seen_red_still_knows_that_it_was_not_its_doing(
    here: Path, serve: Serve
) -> None:
    check = "test -e ../slow && sleep 600; echo 'FAILED t.py::old - no'; exit 1"
    root = make_repository(here / "r", {"a.txt": "a\n"})
    (here / "slow").touch()
    finish = call("finish", summary="Done")
    server = serve([call("bash", command="echo b > b.txt"), finish, finish, finish])
    with started(root, *do_arguments(server, "--check", check, "--sandbox", "off"), outputs=here / "out") as running:
        wait_until(lambda: count_on_disk(root, "checkpoint") == 1, "the first checkpoint")
        running.kill()
    (here / "slow").unlink()

    goes_on = ("--api-base", server.url, "--approve", "all", "--check", check, "--sandbox", "off")
    ran = learnagent(root, "do", "--resume", "last", *goes_on)

    assert ran.code == 1
    assert [(event.phase, event.passed) for event in of(Checked, last(root))][:1] == [("before", False)]
    assert "red as it was before the run" in ran.out


def test_a_torn_last_line_is_dropped_and_the_run_goes_on(here: Path, serve: Serve) -> None:
    root = make_rich_repository(here / "r")
    turns = iter([PLAN[0], Hang(600)])
    server = serve(lambda request: next(turns, None) or planned(request))
    with started(root, *do_arguments(server), outputs=here / "out") as running:
        wait_until(lambda: len(server.requests) == 2, "the second request")
        running.kill()
    with (last(root).folder / "episode.jsonl").open("ab") as file:
        file.write(b'{"seq":99,"at":"2026-11-22T00:00:00+00:00","type":"observation","te')

    ran = learnagent(root, "episodes", "resume", "--api-base", server.url, "--approve", "all", "--check", "", "--json")

    assert ran.code == 0, ran
    assert ran.lines[0]["resumed"] is True
    assert_the_record_is_whole(root)
    assert len(episodes(root)) == 1


def test_undo_takes_back_a_command_that_was_killed_halfway(here: Path, serve: Serve) -> None:
    root = make_rich_repository(here / "r")
    before = tree(root)
    halfway = "echo x > made.txt; echo y > dos.txt; rm notes.bin; mkdir deep; echo z > deep/er; touch ready; sleep 600"
    server = serve([call("bash", command=halfway)])
    with started(root, *do_arguments(server), outputs=here / "out") as running:
        wait_until(lambda: (root / "ready").exists(), "the command")
        running.kill()

    listed = learnagent(root, "episodes", "list", "--json")
    assert json.loads(listed.out)["episodes"][0]["outcome"] == "unfinished"
    ran = learnagent(root, "episodes", "undo")

    assert ran.code == 0, ran
    assert tree(root) == before


def kill_at(kill: str, root: Path, *command: str, outputs: Path) -> None:
    """Start a command and kill it as soon as it has written the event; it may have got further by then."""
    kind, nth = kill.split()
    wanted = count_on_disk(root, kind) + int(nth)
    with started(root, *command, outputs=outputs) as running:
        wait_until(lambda: count_on_disk(root, kind) >= wanted, kill, pause_s=0.0005)
        running.kill()


def count_on_disk(root: Path, kind: str) -> int:
    """Return how many events of a kind are wholly on disk."""
    found = list((root / ".learnagent" / "local" / "episodes").glob("*/episode.jsonl"))
    lines = found[0].read_bytes().split(b"\n")[:-1] if found else []
    return sum(json.loads(line)["type"] == kind for line in lines)


def assert_nothing_was_repeated(root: Path) -> None:
    """Assert that no call was begun twice, on record or in fact."""
    begun = [event.call_id for event in of(Action, last(root))]
    assert len(set(begun)) == len(begun)
    log = (root / "log.txt").read_text().split()
    assert len(set(log)) == len(log)


def assert_the_record_is_whole(root: Path) -> None:
    """Assert that every call has its answer, and that nothing was lost without saying so."""
    episode = last(root)
    assert episode.skipped == 0
    assert [event.seq for event in episode.events] == list(range(1, len(episode.events) + 1))
    assert_nothing_was_repeated(root)
    calls = [call for reply in of(Replied, episode) for call in reply.tool_calls]
    observed = of(Observation, episode)
    assert Counter(event.call_id for event in observed) == Counter(call.id for call in calls)
    assert of(Finished, episode)[-1].outcome == "done"
    interrupted = {event.call_id for event in observed if event.status == "interrupted"}
    assert interrupted <= {event.call_id for event in of(Action, episode)}
    commands = {event.call_id: str(event.arguments.get("command", "")) for event in of(Action, episode)}
    log = (root / "log.txt").read_text().split()
    for word in ("one", "two", "three"):
        id_ = next(id_ for id_, command in commands.items() if f"echo {word} " in command)
        assert word in log or id_ in interrupted


def assert_the_last_checkpoint_is_the_tree(root: Path) -> None:
    """Assert that the private ref holds what lies in the tree, and that the episode knows it."""
    kept = of(Checkpointed, last(root))[-1]
    assert git(root, "rev-parse", kept.ref).strip() == kept.commit
    names = [name for name in git(root, "ls-tree", "-r", "-z", "--name-only", kept.commit).split("\0") if name]
    assert sorted(names) == sorted(tree(root))
    for name in names:
        kind, _, content = tree(root)[name]
        assert os.fsencode(git(root, "cat-file", "blob", f"{kept.commit}:{name}")) == content, (kind, name)
