"""HTTP on a loopback port: reads requests, sends deliveries, closes at once. Knows no model and no script."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from learnagent.testing.server.delivery import Delivery

HOST = "127.0.0.1"
Connection = socket.socket | tuple[bytes, socket.socket]
"""As socketserver types it; over TCP it is the socket."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One HTTP request."""

    method: str
    path: str
    """Without the query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Listener(ThreadingHTTPServer):
    """Answers each request with what `handle` returns, until closed."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, handle: Callable[[Incoming], Delivery], on_failure: Callable[[str], None]) -> None:
        self.handle = handle
        self.on_failure = on_failure
        self.closing = threading.Event()
        self._connections: set[Connection] = set()
        super().__init__((HOST, port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and break what is still in progress."""
        self.closing.set()
        self.shutdown()
        self._thread.join()
        for connection in tuple(self._connections):
            if isinstance(connection, socket.socket):
                with contextlib.suppress(OSError):  # the client was faster
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def server_bind(self) -> None:
        """Bind without the reverse name lookup of HTTPServer, which takes seconds on some machines."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Connection, client_address: tuple[str, int]) -> None:
        """Remember the connection, so that `close` can break it."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Connection) -> None:
        """Forget the connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: object) -> None:
        """Report what a script function raised; a client that went away is nothing to report."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.on_failure(f"{type(error).__name__}: {error}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Print nothing: ModelServer keeps the log."""

    def _answer(self) -> None:
        with contextlib.suppress(ConnectionError):  # a client may go away at any time
            incoming = self._read()
            if incoming:
                self._send(self.server.handle(incoming))

    def _read(self) -> Incoming | None:
        """Return the request; None where it has no whole body of known length."""
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(length)) if length.isdecimal() else b""
        if str(len(body)) != length:
            self.close_connection = True
            return None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Incoming(self.command, self.path.partition("?")[0], headers, body)

    def _send(self, delivery: Delivery) -> None:
        if not delivery.complete:
            self.close_connection = True
        if delivery.silence_after is None and self._silent(delivery.silence_s):
            return
        if not delivery.pieces:
            return
        self._send_head(delivery)
        for number, piece in enumerate(delivery.pieces):
            if number == delivery.silence_after and self._silent(delivery.silence_s):
                return
            self.wfile.write(piece if delivery.length is not None else _chunk(piece))
        if delivery.complete and delivery.length is None:
            self.wfile.write(_chunk(b""))

    def _send_head(self, delivery: Delivery) -> None:
        self.send_response(delivery.status)
        self.send_header("Content-Type", delivery.content_type)
        if delivery.length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(delivery.length))
        for name, value in delivery.headers:
            self.send_header(name, value)
        self.end_headers()

    def _silent(self, seconds: float) -> bool:
        """Wait; return whether the server closes meanwhile."""
        closing = bool(seconds) and self.server.closing.wait(seconds)
        self.close_connection = self.close_connection or closing
        return closing


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)
