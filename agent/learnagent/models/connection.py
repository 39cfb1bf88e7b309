"""The HTTP client under every model request: ends at the deadline, and keeps keys where they belong.

A read time-out alone does not end a request: a server that sends a keep-alive each second never
trips it. So a timer shuts the socket down at the deadline. No protocol and no provider is known here.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

_KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
_PLAIN_HEADERS = frozenset(
    {
        *("host", "connection", "user-agent", "transfer-encoding", "anthropic-version", "anthropic-beta"),
        *("accept", "accept-encoding", "content-type", "content-length", "content-encoding"),
    }
)
_LOOPBACK = ("all://127.0.0.1", "all://localhost", "all://[::1]")


@dataclass(slots=True)
class Flight:
    """One request under way, as seen from its connection."""

    deadline: float | None = None
    """A time.monotonic() value."""
    only_key: str | None = None
    """Where set, the one credential that may leave; headers that are not needed stay here."""
    content_type: str = ""
    """Of the last response; empty before there is one."""
    origin: tuple[str, str, int | None] | None = None
    """Scheme, host and port first asked: no key follows a redirect elsewhere."""
    _responses: list[httpx.Response] = field(default_factory=list)
    _landed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_answered(self) -> bool:
        """Whether a status line and headers came."""
        return bool(self._responses)

    def cut(self) -> None:
        """Shut the sockets down, whoever is reading from them; nothing once the flight has ended."""
        with self._lock:
            for response in [] if self._landed else self._responses:
                _shut_down(response)

    def land(self) -> None:
        """Close what is still open: a response that was read to its end keeps its connection."""
        with self._lock:
            self._landed = True
        for response in self._responses:
            response.close()

    def departing(self, request: httpx.Request) -> None:
        """Take away what must not reach this host."""
        origin = (request.url.scheme, request.url.host, request.url.port)
        self.origin = self.origin or origin
        for name in list(request.headers):
            if self._must_stay(name.lower(), request.headers[name], elsewhere=origin != self.origin):
                del request.headers[name]

    def arriving(self, response: httpx.Response) -> None:
        """Take note of a response before its body is read."""
        self.content_type = response.headers.get("content-type", "")
        with self._lock:
            self._responses.append(response)

    def _must_stay(self, name: str, value: str, *, elsewhere: bool) -> bool:
        if name in _KEY_HEADERS:
            return elsewhere or (self.only_key is not None and not value.endswith(self.only_key))
        if self.only_key is None or name.startswith("x-stainless-"):
            return False
        return name not in _PLAIN_HEADERS


_current: ContextVar[Flight | None] = ContextVar("flight", default=None)


@contextlib.contextmanager
def flight(*, deadline: float | None, only_key: str | None) -> Iterator[Flight]:
    """Send what the block sends as one flight: cut at the deadline, closed at the end of the block."""
    under_way = Flight(deadline, only_key)
    timer = _start_timer(under_way)
    token = _current.set(under_way)
    try:
        yield under_way
    finally:
        _current.reset(token)
        if timer:
            timer.cancel()
        under_way.land()


def open_client() -> httpx.Client:
    """Return a client that obeys the current flight; proxies of the environment never see loopback."""
    import httpx

    return httpx.Client(
        event_hooks={"request": [_on_request], "response": [_on_response]},
        mounts=dict.fromkeys(_LOOPBACK),
        follow_redirects=True,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=4, keepalive_expiry=60),
    )


def _start_timer(under_way: Flight) -> threading.Timer | None:
    if under_way.deadline is None:
        return None
    timer = threading.Timer(max(0.0, under_way.deadline - time.monotonic()), under_way.cut)
    timer.daemon = True
    timer.start()
    return timer


def _on_request(request: httpx.Request) -> None:
    under_way = _current.get()
    if under_way:
        under_way.departing(request)


def _on_response(response: httpx.Response) -> None:
    under_way = _current.get()
    if under_way:
        under_way.arriving(response)


def _shut_down(response: httpx.Response) -> None:
    stream = response.extensions.get("network_stream")
    connected = stream.get_extra_info("socket") if stream else None
    if isinstance(connected, socket.socket):
        with contextlib.suppress(OSError):
            # Of the plain socket, not SSLSocket.shutdown: that one takes the TLS state away from the reader.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)
