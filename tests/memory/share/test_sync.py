from __future__ import annotations

import dataclasses
import json
import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from gitrepo import git, make_repository
from learnagent_memory.errors import UsageError
from learnagent_memory.git import open_repository
from learnagent_memory.ledger import Ledger
from learnagent_memory.lesson import Lesson
from learnagent_memory.lesson_event import Learned, digest_of, to_bytes
from learnagent_memory.share.folder import Folder
from learnagent_memory.share.object_store import ObjectStore
from learnagent_memory.share.remote import Listing, Remote, UnreachableError
from learnagent_memory.share.side_branch import SideBranch
from learnagent_memory.share.sync import BATCH, sync
from loopback_stores import S3Server
from waiting import let_run

WRITERS = 8
ROUNDS = 2


def learned(title: str) -> Learned:
    return Learned(at="2026-11-22T10:00:00Z", author="A <a@example.invalid>", lesson=Lesson(title=title), origin="user")


def team(folder: Path) -> Ledger:
    return Ledger(folder, redact=str, own=False)


def planted(folder: Path, content: bytes, name: str | None = None) -> str:
    """Put bytes into a folder under the name of an event and return the digest in it."""
    digest = name or digest_of(content)
    path = folder / "events" / "2026-11" / f"{digest}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return digest


class Breaking:
    """A remote that is out of reach from some call of one of its methods on."""

    def __init__(self, remote: Remote, *, fetches: int = 1000, puts: int = 1000, listings: int = 1000) -> None:
        self._remote = remote
        self._left = {"listing": listings, "fetch": fetches, "put": puts}

    def _spend(self, name: str) -> None:
        self._left[name] -= 1
        if self._left[name] < 0:
            raise UnreachableError("the network is gone")

    def listing(self) -> Listing:
        self._spend("listing")
        return self._remote.listing()

    def fetch(self, names: Sequence[str]) -> Mapping[str, bytes]:
        self._spend("fetch")
        return self._remote.fetch(names)

    def put(self, files: Mapping[str, bytes]) -> None:
        self._spend("put")
        self._remote.put(files)


def test_each_side_gets_what_the_other_has_and_a_second_sync_does_nothing(tmp_path: Path) -> None:
    here, there = team(tmp_path / "here"), team(tmp_path / "there")
    here.append(learned("mine"))
    there.extend([learned("theirs"), learned("theirs too")])

    first = sync(here, Folder(there.folder))
    second = sync(here, Folder(there.folder))

    assert (first.received, first.sent, first.problems, first.offline) == (2, 1, (), False)
    assert (second.received, second.sent, second.problems) == (0, 0, ())
    assert here.digests() == there.digests()
    assert len(here.read().entries) == 3


def test_a_private_memory_is_never_synced(tmp_path: Path) -> None:
    private = Ledger(tmp_path / "private", redact=str, own=True)
    private.append(learned("secret plan"))

    with pytest.raises(UsageError, match="never synced"):
        sync(private, Folder(tmp_path / "there"))
    assert not (tmp_path / "there").exists()


def test_content_that_is_not_what_its_name_says_never_gets_here(tmp_path: Path) -> None:
    here, there = team(tmp_path / "here"), team(tmp_path / "there")
    good = there.append(learned("good"))
    planted(there.folder, to_bytes(learned("swapped")), name="0" * 64)

    report = sync(here, Folder(there.folder))

    assert here.digests() == {good}
    assert [problem.reason for problem in report.problems] == ["is not what its name says, at the remote"]


def test_what_this_version_cannot_accept_stays_there_and_is_reported(tmp_path: Path) -> None:
    here, there = team(tmp_path / "here"), team(tmp_path / "there")
    there.append(learned("good"))
    newer = json.dumps({**json.loads(to_bytes(learned("newer"))), "schema_version": 99}).encode()
    kept = {planted(there.folder, newer), planted(there.folder, b"{not json"), planted(there.folder, b"[" * 60_000)}

    report = sync(here, Folder(there.folder))

    assert report.received == 1
    assert {problem.path.stem for problem in report.problems} == kept
    assert kept < there.digests()


def test_a_secret_that_somebody_else_shared_does_not_get_here(tmp_path: Path) -> None:
    here = Ledger(tmp_path / "here", redact=lambda text: text.replace("hunter2", "[secret]"), own=False)
    there = team(tmp_path / "there")
    there.append(learned("the password is hunter2"))

    report = sync(here, Folder(there.folder))

    assert (report.received, here.digests()) == (0, frozenset())
    assert "secret" in report.problems[0].reason


def test_files_that_are_too_large_or_no_events_are_left_alone(tmp_path: Path) -> None:
    there = tmp_path / "there"
    planted(there, b"x" * 1_000_000)
    (there / "events" / "2026-11" / "notes.txt").write_text("hello")

    report = sync(team(tmp_path / "here"), Folder(there))

    assert (report.received, [problem.reason for problem in report.problems]) == (
        0,
        ["2 files there are no events"],
    )


def test_a_lie_about_the_month_is_neither_believed_nor_copied_again(tmp_path: Path) -> None:
    here, there = team(tmp_path / "here"), tmp_path / "there"
    content = to_bytes(learned("in november"))
    path = there / "events" / "1999-01" / f"{digest_of(content)}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    first, second = sync(here, Folder(there)), sync(here, Folder(there))

    assert (first.received, second.received, second.sent) == (1, 0, 0)
    assert [path.parent.name for path in here.folder.rglob("*.json")] == ["2026-11"]


def test_a_damaged_event_of_this_side_is_reported_and_not_sent(tmp_path: Path) -> None:
    here = team(tmp_path / "here")
    planted(here.folder, b"torn", name="f" * 64)

    report = sync(here, Folder(tmp_path / "there"))

    assert (report.sent, [problem.reason for problem in report.problems]) == (0, ["is damaged here"])


def test_signatures_travel_with_their_events_and_after_them(tmp_path: Path) -> None:
    here, there = team(tmp_path / "here"), team(tmp_path / "there")
    content = to_bytes(learned("signed"))
    here.adopt([(content, b"signature")])
    late = to_bytes(learned("signed later"))
    for ledger in (here, there):
        ledger.adopt([(late, b"")])
    there.adopt([(late, b"late signature")])

    sync(here, Folder(there.folder))

    for ledger in (here, there):
        assert {one.signature for one in ledger.stored(ledger.digests())} == {b"signature", b"late signature"}


@pytest.mark.parametrize("limits", [{"listings": 0}, {"fetches": 1}, {"puts": 1}])
def test_out_of_reach_anywhere_it_says_so_and_the_next_sync_catches_up(tmp_path: Path, limits: dict[str, int]) -> None:
    here, there = team(tmp_path / "here"), team(tmp_path / "there")
    here.extend(learned(f"mine {number}") for number in range(BATCH + 1))
    there.extend(learned(f"theirs {number}") for number in range(BATCH + 1))

    broken = sync(here, Breaking(Folder(there.folder), **limits))
    whole = sync(here, Folder(there.folder))

    assert (broken.offline, whole.offline) == (True, False)
    assert broken.received + whole.received == broken.sent + whole.sent == BATCH + 1
    assert here.digests() == there.digests()


def test_the_union_is_the_same_through_a_folder_an_object_store_and_a_side_branch(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "project", {"app.py": "x = 1\n"})
    remotes: list[Remote] = [
        Folder(tmp_path / "folder"),
        ObjectStore(f"memory://{secrets.token_hex(8)}/team"),
        SideBranch(open_repository(root), environ=os.environ),
    ]
    for remote in remotes:
        ledgers = [team(tmp_path / secrets.token_hex(8)) for _ in range(3)]
        for number, ledger in enumerate(ledgers):
            ledger.append(learned(f"of {number}"))

        for ledger in (*ledgers, *ledgers):
            sync(ledger, remote)

        assert len({ledger.digests() for ledger in ledgers}) == 1
        assert len(ledgers[0].digests()) == 3


def test_two_clones_share_through_the_side_branch_of_their_origin(tmp_path: Path) -> None:
    (tmp_path / "origin.git").mkdir()
    git(tmp_path / "origin.git", "init", "--quiet", "--bare")
    remotes, ledgers = [], []
    for name in ("mine", "theirs"):
        root = make_repository(tmp_path / name, {"app.py": "x = 1\n"})
        git(root, "remote", "add", "origin", str(tmp_path / "origin.git"))
        remotes.append(SideBranch(open_repository(root), environ=os.environ))
        ledgers.append(team(tmp_path / f"{name}-team"))
        ledgers[-1].append(learned(f"learned in {name}"))

    for ledger, remote in zip(ledgers * 2, remotes * 2, strict=True):
        sync(ledger, remote)

    assert ledgers[0].digests() == ledgers[1].digests()
    assert len(ledgers[0].digests()) == 2


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


def test_eight_writers_killed_at_random_lose_nothing_and_double_nothing(tmp_path: Path, s3: S3Server) -> None:
    url = s3.new_bucket()
    chance = random.Random(20261122)
    written: set[str] = set()
    sent: set[str] = set()
    for _ in range(ROUNDS):
        writers = [start_writer(tmp_path / f"team-{number}", url, number, s3) for number in range(WRITERS)]
        for writer in chance.sample(writers, len(writers)):
            wait_for_a_sync(writer)
            let_run(writer.process, chance.uniform(0, 0.3))
            writer.process.kill()
        for writer in writers:
            said_written, said_sent = writer.ended()
            written |= said_written
            sent |= said_sent
    remote = ObjectStore(url, options=s3.options)
    there = {name.split("/")[1].removesuffix(".json") for name in remote.listing().names}
    assert sent <= there

    ledgers = [team(tmp_path / f"team-{number}") for number in range(WRITERS)]
    for ledger in (*ledgers, *ledgers):
        report = sync(ledger, remote)
        assert (report.problems, report.offline) == ((), False)

    names = [name.split("/")[1] for name in remote.listing().names]
    assert len(names) == len(set(names))
    union = {name.removesuffix(".json") for name in names}
    assert written <= union
    for ledger in ledgers:
        reading = ledger.read()
        assert ({entry.digest for entry in reading.entries}, reading.problems) == (union, ())


@dataclasses.dataclass(slots=True)
class Writer:
    process: subprocess.Popen[str]
    output: Path

    def ended(self) -> tuple[set[str], set[str]]:
        """Return what it said to be on disk and what it said to be sent, before it was killed."""
        assert self.process.wait(30) == -9
        lines = [line.split() for line in self.output.read_text().split("\n")[:-1]]
        said = {
            kind: {digest for line in lines if line[0] == kind for digest in line[1:]} for kind in ("written", "sent")
        }
        return said["written"], said["sent"]


def start_writer(folder: Path, url: str, number: int, s3: S3Server) -> Writer:
    keys = {"AWS_ENDPOINT_URL": s3.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    command = [sys.executable, str(Path(__file__).with_name("writer.py")), str(folder), url, str(number)]
    output = folder.with_name(f"{folder.name}-{secrets.token_hex(4)}.log")
    with output.open("w") as log, output.with_suffix(".errors").open("w") as errors:
        process = subprocess.Popen(command, stdout=log, stderr=errors, text=True, env={**os.environ, **keys})
    return Writer(process, output)


def wait_for_a_sync(writer: Writer) -> None:
    deadline = time.monotonic() + 60
    while "sent" not in writer.output.read_text():
        errors = writer.output.with_suffix(".errors").read_text()
        assert writer.process.poll() is None, errors
        assert time.monotonic() < deadline, f"no sync within a minute: {errors}"
        time.sleep(0.05)
