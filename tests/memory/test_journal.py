from __future__ import annotations

import json
import os
import resource
import signal
from pathlib import Path

import pytest

from learnagent_memory import journal
from learnagent_memory.episode import (
    Event,
    Finished,
    Message,
    Observation,
    Replied,
    Request,
    Started,
    ToolCall,
    conversation,
)
from learnagent_memory.errors import StorageError, UsageError
from learnagent_memory.journal import FILE_NAME, Journal


def started() -> Started:
    return Started(episode="e", task="t", model="m", project="p", root="/r")


def test_what_was_appended_is_read_back_in_order(here: Path) -> None:
    writer = Journal(here / "e1")
    writer.append(started())
    writer.append(Request(step=1, messages=(Message(role="user", content="héllo \N{SNOWMAN}"),), reset=True))
    writer.close()

    episode = journal.read(here / "e1")

    assert [event.seq for event in episode.events] == [1, 2]
    assert isinstance(episode.events[1], Request)
    assert episode.events[1].messages[0].content == "héllo \N{SNOWMAN}"


def test_an_event_is_on_disk_before_listeners_hear_of_it(here: Path) -> None:
    seen: list[int] = []

    def count_lines(_event: Event) -> None:
        seen.append(len((here / "e" / FILE_NAME).read_bytes().splitlines()))

    writer = Journal(here / "e", listeners=(count_lines,))
    writer.append(started())
    writer.append(Finished(outcome="done", exit_code=0))
    writer.close()

    assert seen == [1, 2]


def test_a_torn_last_line_is_dropped_and_written_over(here: Path) -> None:
    writer = Journal(here / "e")
    writer.append(started())
    writer.close()
    path = here / "e" / FILE_NAME
    path.write_bytes(path.read_bytes() + b'{"type": "acti')

    episode = journal.read(here / "e")
    again = journal.reopen(episode)
    again.append(Finished(outcome="done", exit_code=0))
    again.close()

    events = journal.read(here / "e").events
    assert [type(event) for event in events] == [Started, Finished]
    assert [event.seq for event in events] == [1, 2]


def test_lines_of_a_newer_schema_are_counted_and_kept(here: Path) -> None:
    writer = Journal(here / "e")
    writer.append(started())
    writer.close()
    path = here / "e" / FILE_NAME
    foreign = b'{"type": "dreamt", "seq": 2}\nnot json\n'
    path.write_bytes(path.read_bytes() + foreign)

    episode = journal.read(here / "e")
    journal.reopen(episode).close()

    assert episode.skipped == 2
    assert path.read_bytes().endswith(foreign)


def test_a_field_that_a_newer_version_added_is_ignored(here: Path) -> None:
    (here / "e").mkdir()
    line = {**json.loads(started().model_dump_json()), "mood": "good"}
    (here / "e" / FILE_NAME).write_text(json.dumps(line) + "\n")

    assert isinstance(journal.read(here / "e").events[0], Started)


def test_a_missing_episode_is_a_usage_error(here: Path) -> None:
    with pytest.raises(UsageError, match="no episode nope"):
        journal.read(here / "nope")


def test_a_file_that_cannot_grow_ends_in_a_storage_error_with_whole_lines_kept(here: Path) -> None:
    writer = Journal(here / "e")
    writer.append(started())
    size = (here / "e" / FILE_NAME).stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, before[1]))
    try:
        with pytest.raises(StorageError, match="cannot write the episode"):
            writer.append(Finished(outcome="done", exit_code=0, summary="x" * 500))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
        writer.close()

    assert (here / "e" / FILE_NAME).stat().st_size == size


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_storage_error(here: Path) -> None:
    here.chmod(0o500)
    with pytest.raises(StorageError):
        Journal(here / "e")


def test_the_file_is_private_to_its_owner(here: Path) -> None:
    Journal(here / "e").close()
    assert (here / "e" / FILE_NAME).stat().st_mode & 0o077 == 0


def test_ids_sort_by_time_and_listing_knows_only_episodes(here: Path) -> None:
    first, second = "20260101-000000-aaaaaa", journal.new_id()
    for name in (second, first):
        Journal(here / name).close()
    (here / "stray").mkdir()

    assert journal.list_ids(here) == [first, second]


def test_a_conversation_is_rebuilt_from_requests_replies_and_observations() -> None:
    call = ToolCall(id="c1", name="bash", arguments="{}")
    events = [
        Request(step=1, messages=(Message(role="system"), Message(role="user", content="task")), reset=True),
        Replied(step=1, text="looking", tool_calls=(call,)),
        Observation(step=1, call_id="c1", tool="bash", text="ok"),
        Request(step=2, messages=(Message(role="user", content="summarise"),), purpose="condense"),
        Replied(step=2, text="notes", purpose="condense"),
    ]

    roles = [(message.role, message.content) for message in conversation(events)]

    assert roles == [("system", ""), ("user", "task"), ("assistant", "looking"), ("tool", "ok")]


def test_a_reset_replaces_the_conversation() -> None:
    events = [
        Request(step=1, messages=(Message(role="user", content="long"),), reset=True),
        Request(step=2, messages=(Message(role="user", content="short"),), reset=True),
    ]
    assert [message.content for message in conversation(events)] == ["short"]


def test_a_line_nested_too_deeply_is_counted_like_any_foreign_one(here: Path) -> None:
    writer = Journal(here / "e")
    writer.append(started())
    writer.close()
    with (here / "e" / FILE_NAME).open("a") as file:
        file.write("[" * 100_000 + "\n")
    episode = journal.read(here / "e")
    assert (len(episode.events), episode.skipped) == (1, 1)


def test_an_episode_that_went_away_cannot_be_reopened_and_says_so(here: Path) -> None:
    writer = Journal(here / "e")
    writer.append(started())
    writer.close()
    episode = journal.read(here / "e")
    (here / "e" / FILE_NAME).unlink()
    with pytest.raises(StorageError, match="cannot write the episode"):
        journal.reopen(episode)
