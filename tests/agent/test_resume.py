from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from learnagent.session import opened
from learnagent.testing import Say, ScriptedModel, call
from learnagent_memory import journal
from learnagent_memory.errors import UsageError
from learnagent_memory.journal import FILE_NAME
from runs import Recorder, carry_out, make_repository, order_for

FINISH = call("finish", summary="Done")


def test_a_resumed_run_goes_on_in_the_same_conversation_and_episode(here: Path) -> None:
    root = make_repository(here / "r")
    first = carry_out(root, [call("write", path="a", content="1")], max_steps=1)

    second = carry_out(root, [call("write", path="b", content="2"), FINISH], resume=first.episode)

    assert second.finished.exit_code == 0
    assert second.finished.files_changed == ("a", "b")
    assert second.episode.id == first.episode.id
    roles = [message.role for message in second.model.requests[0][0]]
    assert roles == ["system", "user", "assistant", "tool"]
    second.model.check()


def test_what_the_user_changed_between_the_sessions_is_neither_counted_nor_committed(here: Path) -> None:
    root = make_repository(here / "r", {"keep.py": "k\n", "a.py": "0\n"})
    first = carry_out(root, [call("write", path="b.py", content="1\n")], max_steps=1)
    (root / "mine.txt").write_text("mine\n")
    (root / "keep.py").unlink()

    second = carry_out(root, [call("write", path="a.py", content="2\n"), FINISH], resume=first.episode, commit=True)

    assert second.finished.files_changed == ("a.py", "b.py")
    shown = subprocess.run(
        ["git", "show", "--name-only", "--format="], cwd=root, capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["a.py", "b.py"]


def test_a_file_that_both_changed_between_the_sessions_is_not_committed_and_that_is_said(here: Path) -> None:
    root = make_repository(here / "r")
    first = carry_out(root, [call("write", path="a.py", content="run\n")], max_steps=1)
    (root / "a.py").write_text("run\nuser\n")

    second = carry_out(root, [FINISH], resume=first.episode, commit=True)

    assert second.finished.commit is None
    assert "a.py changed between the sessions" in second.finished.reason


def test_a_reply_without_a_call_before_the_cap_is_answered_on_resume(here: Path) -> None:
    root = make_repository(here / "r")
    first = carry_out(root, [Say("I think.")], max_steps=1)

    second = carry_out(root, [FINISH], resume=first.episode)

    assert [message.role for message in second.model.requests[0][0]][-2:] == ["assistant", "user"]
    second.model.check()


def test_a_damaged_observation_is_answered_as_lost(here: Path) -> None:
    root = make_repository(here / "r")
    first = carry_out(root, [call("read", path="hello.py"), call("read", path=".")], max_steps=2)
    path = first.episode.folder / FILE_NAME
    lines = path.read_text().splitlines()
    place = next(n for n, line in enumerate(lines) if json.loads(line)["type"] == "observation")
    lines[place] = '{"torn'
    path.write_text("\n".join(lines) + "\n")

    second = carry_out(root, [FINISH], resume=journal.read(first.episode.folder))

    assert "damaged" in second.model.requests[0][0][3].content
    second.model.check()


def test_a_chat_is_resumed_as_a_chat_and_a_run_as_a_run(here: Path) -> None:
    root = make_repository(here / "r")
    model = ScriptedModel([Say("one")])
    with opened(replace(order_for(root, model), mode="chat"), Recorder()) as session:
        session.say("first")
        session.close_chat()
    episode = journal.read(next(iter((root / ".learnagent/local/episodes").iterdir())))

    with pytest.raises(UsageError, match="is a chat"):
        carry_out(root, [FINISH], resume=episode)
    again = ScriptedModel([Say("two")])
    with opened(replace(order_for(root, again, resume=episode), mode="chat"), Recorder()) as session:
        session.say("second")

    assert [message.content for message in again.requests[0][0]][-2:] == ["one", "second"]


def test_a_run_that_is_done_is_not_resumed(here: Path) -> None:
    root = make_repository(here / "r")
    first = carry_out(root, [FINISH])
    with pytest.raises(UsageError, match="is done"):
        carry_out(root, [FINISH], resume=first.episode)


def test_later_requests_of_the_user_survive_condensing_word_for_word(here: Path) -> None:
    root = make_repository(here / "r", {"big.txt": "word " * 1500 + "\n"})
    reads = [call("bash", command=f"cat big.txt; echo {n}") for n in range(6)]
    model = ScriptedModel([Say("ready"), *reads, Say("NOTES"), Say("done")], context_tokens=16_000)
    with opened(replace(order_for(root, model), mode="chat"), Recorder()) as session:
        session.say("FIRST request")
        session.say("SECOND request: never delete files")
    text = "\n".join(message.content for message in model.requests[-1][0])
    assert "FIRST request" in text
    assert "SECOND request: never delete files" in text


def test_a_call_whose_secret_was_taken_out_is_not_carried_out_on_resume(here: Path) -> None:
    root = make_repository(here / "r")
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    first = carry_out(root, [call("write", path="a", content=f"token = '{token}'\n"), FINISH])
    path = first.episode.folder / FILE_NAME
    lines = path.read_text().splitlines(keepends=True)
    reply = next(number for number, line in enumerate(lines) if '"type":"reply"' in line)
    path.write_text("".join(lines[: reply + 1]))  # as if it had died before the call began
    (root / "a").unlink()

    second = carry_out(root, [FINISH], resume=journal.read(first.episode.folder))

    assert not (root / "a").exists()
    assert "Interrupted" in second.model.requests[0][0][-1].content
    assert token not in path.read_text()
