from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnagent_memory.errors import StorageError, UsageError
from learnagent_memory.git import open_repository
from learnagent_memory.ledger import Ledger, open_store, parse_event
from learnagent_memory.lesson import Anchor, Lesson
from learnagent_memory.lesson_event import AnyLessonEvent, Learned, Retracted, digest_of, to_bytes
from learnagent_memory.limits import MAX_EVENT_BYTES, cleaned
from learnagent_memory.project import open_project
from learnagent_memory.standing import derive, merge
from memory.lesson_events import ANN, EVENTS, ME, accepted, at, entry, learned, lesson
from runs import make_repository

WRITER = """
import sys
from pathlib import Path
from learnagent_memory.ledger import Ledger
from memory.lesson_events import learned
ledger = Ledger(Path(sys.argv[1]), redact=str, own=True)
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    print(ledger.append(learned(number, run=sys.argv[4])), flush=True)
"""


def ledger(folder: Path, *, own: bool = True, redact: Callable[[str], str] = str) -> Ledger:
    return Ledger(folder, redact=redact, own=own)


def planted(folder: Path, event: AnyLessonEvent | bytes) -> Path:
    """Put the bytes of an event where a ledger looks for it, as somebody else's program would."""
    content = event if isinstance(event, bytes) else to_bytes(event)
    path = folder / "events" / "2026-11" / f"{digest_of(content)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def reasons(folder: Path) -> list[str]:
    reading = ledger(folder).read()
    assert reading.entries == ()
    return [problem.reason for problem in reading.problems]


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True)


def test_an_event_lies_in_the_folder_of_its_month_under_the_hash_of_its_bytes(here: Path) -> None:
    digest = ledger(here / "m").append(learned())

    path = here / "m" / "events" / "2026-11" / f"{digest}.json"
    assert digest_of(path.read_bytes()) == digest
    assert path.stat().st_mode & 0o777 == 0o600
    assert [child.name for child in path.parent.iterdir()] == [path.name]


def test_appending_again_changes_nothing(here: Path) -> None:
    store = ledger(here)
    digest = store.append(learned())
    path = next(here.rglob(f"{digest}.json"))
    before = path.stat()

    assert store.append(learned()) == digest
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert store.digests() == {digest}


def test_a_folder_that_is_not_there_is_an_empty_ledger(here: Path) -> None:
    store = ledger(here / "none")

    assert store.digests() == frozenset()
    assert store.read() == ledger(here / "none").read(["0" * 64])
    assert not (here / "none").exists()


@settings(deadline=None, max_examples=20)
@given(st.lists(EVENTS, max_size=8))
def test_what_was_appended_is_read_back(events: list[AnyLessonEvent]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ledger(Path(folder))
        digests = store.extend(events)

        reading = store.read()

        assert reading.problems == ()
        assert {one.digest: one.event for one in reading.entries} == dict(zip(digests, events, strict=True))
        assert store.digests() == set(digests)
        assert {one.digest for one in store.read(digests[:1]).entries} == set(digests[:1])


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(EVENTS, st.sampled_from("abc")), max_size=10), st.randoms())
def test_copying_files_between_two_ledgers_in_any_order_gives_their_union(
    events: list[tuple[AnyLessonEvent, str]], order: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        left, right, union = (ledger(Path(folder, name), own=False) for name in ("left", "right", "union"))
        left.extend(event for event, side in events if side in "ab")
        right.extend(event for event, side in events if side in "bc")
        union.extend(event for event, _ in events)
        files = list(right.folder.rglob("*.json"))
        order.shuffle(files)
        for path in files:
            target = left.folder / path.relative_to(right.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)

        assert left.digests() == union.digests()
        assert derive(left.read().entries) == derive(union.read().entries)


@settings(deadline=None, max_examples=5)
@given(st.lists(EVENTS, min_size=1, max_size=5), st.lists(EVENTS, min_size=1, max_size=5))
def test_a_git_merge_of_two_branches_gives_their_union(
    ours: list[AnyLessonEvent], theirs: list[AnyLessonEvent]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = make_repository(Path(folder, "r"))
        store = ledger(root / "memory", own=False)
        git(root, "switch", "-qc", "theirs")
        added = store.extend(theirs)
        git(root, "add", "-A")
        git(root, "commit", "-qm", "Theirs")
        git(root, "switch", "-q", "main")
        added += store.extend(ours)
        git(root, "add", "-A")
        git(root, "commit", "-qm", "Ours")

        git(root, "merge", "-q", "--no-edit", "theirs")

        reading = store.read()
        assert reading.problems == ()
        assert store.digests() == set(added)
        assert derive(reading.entries) == derive(merge(entry(event) for event in (*ours, *theirs)).values())


def test_secrets_are_taken_out_of_what_was_said_and_names_stay(here: Path) -> None:
    store = ledger(here, redact=lambda text: text.replace("hunter2", "[redacted]"))
    spoken = Lesson(title="Log in\x1b[31m with hunter2", do="Say hunter2", anchors=(Anchor(path="src/hunter2.py"),))
    event = Learned(at=at(0), author=ME, run="hunter2", origin="model", lesson=spoken)

    digest = store.append(event)

    (found,) = store.read().entries
    assert isinstance(found.event, Learned)
    assert found.event.lesson.title == "Log in[31m with [redacted]"
    assert found.event.lesson.do == "Say [redacted]"
    assert found.event.lesson.anchors == spoken.anchors
    assert found.event.run == "hunter2"
    assert found.event == cleaned(event, lambda text: text.replace("hunter2", "[redacted]"))
    assert store.append(found.event) == digest


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "x" * 121}, "title has more than 120"),
        ({"title": " "}, "title is empty"),
        ({"do": "x" * 601}, "do has more than 600"),
        ({"anchors": tuple(Anchor(path=f"a{number}") for number in range(9))}, "more than 8 anchors"),
        ({"anchors": (Anchor(path="../etc/passwd"),)}, "leads out"),
        ({"anchors": (Anchor(path="/etc/passwd"),)}, "leads out"),
        ({"anchors": (Anchor(path=""),)}, "leads out"),
        ({"anchors": (Anchor(path="a/./b"),)}, "leads out"),
        ({"anchors": (Anchor(path=".git/config"),)}, "leads out"),
        ({"anchors": (Anchor(path="a\u202eb"),)}, "invisible"),
    ],
)
def test_what_no_reader_accepts_is_not_written_and_if_planted_not_read(
    changes: dict[str, object], said: str, here: Path
) -> None:
    event = learned().model_copy(update={"lesson": lesson().model_copy(update=changes)})

    with pytest.raises(UsageError, match=said):
        ledger(here / "mine").append(event)
    planted(here / "foreign", event)

    assert [said in reason for reason in reasons(here / "foreign")] == [True]
    assert not (here / "mine").exists()


@pytest.mark.parametrize("at_time", ["yesterday", "9999-99-99T00:00:00+00:00", "../../x", "2026-11-01T00:00:00+02:00"])
def test_an_event_without_a_proper_time_is_refused(at_time: str, here: Path) -> None:
    event = learned().model_copy(update={"at": at_time})

    with pytest.raises(UsageError):
        ledger(here / "mine").append(event)
    planted(here / "foreign", event)

    assert len(reasons(here / "foreign")) == 1


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\u202e", "\u200b", "\ufeff", "\U000e0041", "\ud800", "\x9b"])
def test_control_and_invisible_characters_of_others_are_refused(character: str, here: Path) -> None:
    planted(here, learned().model_copy(update={"lesson": lesson().model_copy(update={"do": f"a{character}b"})}))

    assert reasons(here) == ["it holds control or invisible characters"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Expecting value"),
        (b"[" * 60_000, "nested too deeply"),
        (b"x" * (MAX_EVENT_BYTES + 1), "is larger than"),
        (b"null", "not an event"),
        (b'{"schema_version": 99, "type": "learned"}', "schema 99"),
        (b'{"schema_version": 1, "type": "\\u001b[2J"}', "no event"),
        (b'{"schema_version": 1, "type": "retracted", "at": 1}', "no event: "),
        (b"\xff\xfe\x00", "utf"),
        (to_bytes(learned()).decode().encode("utf-16"), "utf"),
        (b'{"schema_version": ' + b"9" * 5000 + b"}", "Exceeds the limit"),
    ],
    ids=lambda value: None if isinstance(value, str) else str(len(value)),
)
def test_foreign_content_is_reported_in_one_printable_line(content: bytes, said: str, here: Path) -> None:
    path = planted(here, content)

    (reason,) = reasons(here)

    assert said in reason
    assert reason.isprintable()
    assert path.exists()


def test_one_bad_file_hinders_no_good_one_and_none_is_deleted(here: Path) -> None:
    store = ledger(here)
    good, torn, altered = (store.append(learned(number)) for number in range(3))
    folder = here / "events" / "2026-11"
    (folder / f"{torn}.json").write_bytes((folder / f"{torn}.json").read_bytes()[:50])
    (folder / f"{altered}.json").write_text("{}")
    (folder / "notes.txt").write_text("hello")
    (folder / f"{'a' * 64}.json").mkdir()
    (folder / f"{'b' * 64}.json").symlink_to(folder / f"{good}.json")
    os.mkfifo(folder / f"{'c' * 64}.json")
    (folder / ".half.tmp").write_text("{")
    (here / "events" / "lost+found").mkdir()
    before = sorted(here.rglob("*"))

    reading = store.read()

    assert [one.digest for one in reading.entries] == [good]
    assert {problem.path.name[:6] for problem in reading.problems} == {
        torn[:6],
        altered[:6],
        "notes.",
        "aaaaaa",
        "bbbbbb",
        "cccccc",
        "lost+f",
    }
    assert sorted(here.rglob("*")) == before
    assert store.digests() == {good, torn, altered}


def test_writing_a_torn_event_again_makes_it_whole(here: Path) -> None:
    store = ledger(here)
    digest = store.append(learned())
    next(here.rglob(f"{digest}.json")).write_text("{")

    assert store.append(learned()) == digest
    assert len(store.read().entries) == 1


@pytest.mark.parametrize("linked", ["m", "m/events", "m/events/2026-11"])
def test_no_link_leads_out_of_the_ledger(linked: str, here: Path) -> None:
    outside = here / "outside"
    ledger(outside).append(learned(7))
    targets = {"m": outside, "m/events": outside / "events", "m/events/2026-11": outside / "events" / "2026-11"}
    (here / linked).parent.mkdir(parents=True, exist_ok=True)
    (here / linked).symlink_to(targets[linked])
    before = sorted(outside.rglob("*"))

    with pytest.raises(StorageError):
        ledger(here / "m").append(learned())

    assert sorted(outside.rglob("*")) == before
    assert ledger(here / "m").read().entries == ()
    assert len(ledger(here / "m").read().problems) == 1


def test_a_disk_that_refuses_is_a_storage_error(here: Path) -> None:
    (here / "file").write_text("in the way")

    with pytest.raises(StorageError, match="cannot write"):
        ledger(here / "file").append(learned())


def test_a_full_disk_leaves_nothing_half_written(here: Path) -> None:
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n{WRITER}"

    done = _python(code, here / "m", 0, 1, "r")

    assert "StorageError" in done.stderr
    assert done.stdout == ""
    assert [path for path in here.rglob("*") if path.is_file()] == []


def test_writers_at_once_that_are_killed_lose_nothing_that_was_acknowledged(here: Path) -> None:
    processes = [_started(here / "m", start, start + 4000, f"r{start}") for start in (0, 0, 4000)]
    acknowledged: set[str] = set()
    for process in processes:
        assert process.stdout is not None
        acknowledged |= {process.stdout.readline().strip() for _ in range(20)}
    for process in processes:
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged |= set(rest.split("\n")[:-1])

    reading = ledger(here / "m").read()

    assert reading.problems == ()
    assert acknowledged <= {one.digest for one in reading.entries}


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


def _arguments(code: str, values: Iterable[object]) -> list[str]:
    return [sys.executable, "-c", code, *(str(value) for value in values)]


def _python(code: str, *values: object) -> subprocess.CompletedProcess[str]:
    command = _arguments(code, values)
    return subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)


def _started(*values: object) -> subprocess.Popen[str]:
    return subprocess.Popen(_arguments(WRITER, values), env=_environment(), stdout=subprocess.PIPE, text=True)


def test_adopted_events_keep_their_bytes_and_a_proven_signature_is_not_replaced_by_another(here: Path) -> None:
    store = Ledger(here, redact=str, own=False, signer_of=lambda _, sig: "ann" if sig == b"good" else "")
    content = json.dumps({**json.loads(to_bytes(learned(author=ANN))), "later": 1}).encode()

    def signers() -> list[str]:
        return [one.signer for one in store.read().entries]

    (digest,) = store.adopt([(content, b"bad")])
    assert signers() == [""]
    store.adopt([(content, b"good")])
    assert signers() == ["ann"]
    store.adopt([(content, b"bad"), (content, b"")])
    assert signers() == ["ann"]
    (stored,) = store.stored([digest, "0" * 64])
    assert (stored.content, stored.signature) == (content, b"good")


def test_nothing_is_adopted_when_one_of_them_is_no_event_or_holds_a_secret(here: Path) -> None:
    store = ledger(here, redact=lambda text: text.replace("make", "***"))

    with pytest.raises(ValueError, match="holds a secret"):
        store.adopt([(to_bytes(accepted()), b""), (to_bytes(learned()), b"")])
    with pytest.raises(ValueError, match="no event"):
        store.adopt([(to_bytes(accepted()), b""), (b'{"schema_version": 1}', b"")])

    assert store.digests() == frozenset()


def test_a_store_reads_private_committed_and_team_events_as_one(here: Path) -> None:
    project = open_project(open_repository(make_repository(here / "r")), os.environ)
    store = open_store(project, redact=str)
    committed, team = store.shared
    both = store.private.append(learned(0, author=ANN))
    committed.append(learned(0, author=ANN))
    team.append(learned(1, author=ANN))
    team.append(accepted(1))
    team.append(Retracted(at=at(9), author=ME, scope="author", target=ANN))

    standings = derive(store.read().entries)

    first, second = standings[lesson(0).id], standings[lesson(1).id]
    assert (first.trust, first.status, first.shared) == ("own", "theory", True)
    assert (second.trust, second.shared) == ("quarantined", True)
    assert len(store.digests()) == 4
    (found,) = store.read([both]).entries
    assert (found.own, found.shared) == (True, True)


def test_bytes_that_were_not_written_by_us_are_an_event_too(here: Path) -> None:
    content = json.dumps(json.loads(to_bytes(learned())), ensure_ascii=False).encode()
    planted(here, content)

    assert parse_event(content) == learned()
    assert len(ledger(here).read().entries) == 1
