"""Real servers on loopback for the tests of sharing: S3 by moto, sftp by asyncssh."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import asyncssh


class S3Server:
    """An S3 server of this process, with keys that it does not check."""

    def __enter__(self) -> Self:
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.options: dict[str, Any] = {"endpoint_url": self.endpoint, "key": "test", "secret": "test"}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    def new_bucket(self) -> str:
        """Make an empty bucket and return the URL of a folder in it."""
        name = f"bucket-{secrets.token_hex(6)}"
        with urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/{name}", method="PUT")):
            return f"s3://{name}/team"


class SftpServer:
    """An sftp server of this process that holds one folder, with a key for the one user and a host key of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._connections: list[asyncssh.SSHServerConnection] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        import asyncssh

        host, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
        user.write_private_key(self._folder / "user")
        user.write_public_key(self._folder / "authorized")
        root = self._folder / "root"
        root.mkdir()
        self._thread.start()

        async def listen() -> asyncssh.SSHAcceptor:
            return await asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[host],
                authorized_client_keys=str(self._folder / "authorized"),
                acceptor=self._connections.append,
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root).encode()),
            )

        self._server = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)
        port = self._server.get_port()
        known = self._folder / "known_hosts"
        known.write_text(f"[127.0.0.1]:{port} {host.export_public_key().decode()}")
        self.url = f"ssh://tester@127.0.0.1:{port}"
        self.options: dict[str, Any] = {
            "known_hosts": str(known),
            "client_keys": [str(self._folder / "user")],
            "agent_path": None,
            "config": None,
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async def close() -> None:
            self._server.close()
            for connection in self._connections:
                connection.abort()
            for connection in self._connections:
                await connection.wait_closed()
            await self._server.wait_closed()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
