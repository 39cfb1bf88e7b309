from __future__ import annotations

from pathlib import Path

import pytest

from contracts.remote_contract import MakeRemote, RemoteContract, named
from learnagent_memory.errors import StorageError
from learnagent_memory.share.folder import Folder


class TestContract(RemoteContract):
    @pytest.fixture
    def make_remote(self, tmp_path: Path) -> MakeRemote:
        return lambda: Folder(tmp_path / "team")


def test_links_are_neither_listed_nor_read_nor_written_through(tmp_path: Path) -> None:
    (name,) = named(b"secret")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"secret")
    events = tmp_path / "team" / "events"
    (events / "2026-11").mkdir(parents=True)
    (events / name).symlink_to(outside / "file")
    (events / "2026-12").symlink_to(outside)
    remote = Folder(tmp_path / "team")

    assert remote.listing().names == frozenset()
    assert remote.fetch([name]) == {}
    with pytest.raises(StorageError):
        remote.put(named(b"new", "2026-12"))
    assert [path.name for path in outside.iterdir()] == ["file"]


def test_a_file_that_is_still_being_written_is_not_listed(tmp_path: Path) -> None:
    month = tmp_path / "events" / "2026-11"
    month.mkdir(parents=True)
    (name,) = named(b"half")
    (month / f".{name.rpartition('/')[2]}.0123.tmp").write_bytes(b"ha")

    listing = Folder(tmp_path).listing()

    assert (listing.names, listing.foreign) == (frozenset(), 0)
