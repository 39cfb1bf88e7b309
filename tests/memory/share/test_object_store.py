from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.remote_contract import MakeRemote, RemoteContract, named
from learnagent_memory.errors import UsageError
from learnagent_memory.share.object_store import ObjectStore
from learnagent_memory.share.remote import UnreachableError
from loopback_stores import S3Server, SftpServer


class TestMemoryContract(RemoteContract):
    @pytest.fixture
    def make_remote(self) -> MakeRemote:
        place = secrets.token_hex(8)
        return lambda: ObjectStore(f"memory://{place}/team")


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


class TestS3Contract(RemoteContract):
    @pytest.fixture
    def make_remote(self, s3: S3Server) -> MakeRemote:
        url = s3.new_bucket()
        return lambda: ObjectStore(url, options=s3.options)


def test_a_bucket_that_does_not_exist_is_said_to_be_missing(s3: S3Server) -> None:
    remote = ObjectStore("s3://no-such-bucket/team", options=s3.options)

    with pytest.raises(UsageError, match="does not exist"):
        remote.put(named(b"event"))


def test_a_store_out_of_reach_is_said_to_be(s3: S3Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    remote = ObjectStore("s3://bucket/team", options={**s3.options, "endpoint_url": endpoint})

    with pytest.raises(UnreachableError, match="cannot be reached"):
        remote.listing()
    with pytest.raises(UnreachableError, match="cannot be reached"):
        remote.put(named(b"event"))


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    with SftpServer(tmp_path_factory.mktemp("sftp")) as server:
        yield server


class TestSftpContract(RemoteContract):
    @pytest.fixture
    def make_remote(self, sftp: SftpServer) -> MakeRemote:
        url = f"{sftp.url}/{secrets.token_hex(8)}"
        return lambda: ObjectStore(url, options=sftp.options)


def test_an_ssh_server_whose_key_is_not_known_is_refused(sftp: SftpServer, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text("")
    remote = ObjectStore(f"{sftp.url}/x", options={**sftp.options, "known_hosts": str(tmp_path / "known_hosts")})

    with pytest.raises(UsageError, match="refuses access"):
        remote.listing()
