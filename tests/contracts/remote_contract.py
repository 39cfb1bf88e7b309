"""What every implementation of learnagent_memory.share.remote.Remote must do: override `make_remote`."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

import pytest

from learnagent_memory.share.remote import MAX_FILE_BYTES, Remote

MakeRemote = Callable[[], Remote]


def named(content: bytes, month: str = "2026-11", suffix: str = "") -> dict[str, bytes]:
    """Return the file that holds this content."""
    return {f"{month}/{hashlib.sha256(content).hexdigest()}.json{suffix}": content}


class RemoteContract:
    @pytest.fixture
    def make_remote(self) -> MakeRemote:
        """Return a function that gives another client of one place; the place is empty and not there yet."""
        raise NotImplementedError

    def test_a_place_that_does_not_exist_yet_is_empty(self, make_remote: MakeRemote) -> None:
        listing = make_remote().listing()

        assert (listing.names, listing.foreign, listing.offline) == (frozenset(), 0, False)

    def test_what_one_client_puts_another_lists_and_fetches_byte_for_byte(self, make_remote: MakeRemote) -> None:
        files = {**named(b"\x00first\r\n"), **named(b"second", "2025-01"), **named(b"sig", suffix=".sig")}

        make_remote().put(files)

        other = make_remote()
        assert other.listing().names == set(files)
        assert other.fetch(sorted(files)) == files

    def test_putting_the_same_again_changes_nothing(self, make_remote: MakeRemote) -> None:
        files = named(b"once")
        remote = make_remote()

        remote.put(files)
        remote.put(files)

        assert remote.listing().names == set(files)

    def test_an_early_look_does_not_hide_what_others_put_later(self, make_remote: MakeRemote) -> None:
        early = make_remote()
        early.listing()

        make_remote().put(named(b"later"))

        assert early.listing().names == set(named(b"later"))

    def test_nothing_is_asked_and_nothing_is_put(self, make_remote: MakeRemote) -> None:
        remote = make_remote()

        remote.put({})

        assert remote.fetch(()) == {}

    def test_what_is_not_there_is_left_out(self, make_remote: MakeRemote) -> None:
        remote = make_remote()
        remote.put(named(b"here"))
        remote.listing()

        assert remote.fetch([*named(b"here"), *named(b"elsewhere")]) == named(b"here")

    def test_what_is_no_event_by_name_or_size_is_counted_and_left_alone(self, make_remote: MakeRemote) -> None:
        remote = make_remote()
        remote.put({"2026-11/README.md": b"hello", **named(b"x" * (MAX_FILE_BYTES + 1)), **named(b"good")})

        listing = remote.listing()

        assert (set(listing.names), listing.foreign) == (set(named(b"good")), 2)

    def test_clients_that_put_at_once_lose_nothing(self, make_remote: MakeRemote) -> None:
        files = [named(b"%d" % number) for number in range(6)]
        threads = [threading.Thread(target=make_remote().put, args=(file,)) for file in files]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert make_remote().listing().names == {name for file in files for name in file}
