"""A model server on loopback that plays a script and checks every request. No model runs here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from learnagent.testing import wire
from learnagent.testing.inspection import Inspection
from learnagent.testing.player import Player
from learnagent.testing.request import ReceivedRequest, parse_request
from learnagent.testing.script import Script, ScriptError, ToolsUnsupported
from learnagent.testing.server.delivery import Delivery, deliver, whole
from learnagent.testing.server.listener import HOST, Incoming, Listener
from learnagent_memory.errors import UsageError

Log = Callable[[str], None]


class ModelServer:
    """Serve a script as an OpenAI-compatible model while the `with` block runs.

    `secrets` must not occur in any request; `api_key`, where given, must come with each of them. The
    port is a free one unless given. Several runs may use one server, at once or in turn. `log` gets
    a line for each request and each problem, one at a time.
    """

    def __init__(
        self,
        script: Script,
        *,
        secrets: Sequence[str] = (),
        model: str = "scripted",
        api_key: str | None = None,
        port: int = 0,
        log: Log | None = None,
    ) -> None:
        self.model = model
        self._api_key = api_key
        self._port = port
        self._log = log
        self._log_lock = threading.Lock()
        self._player = Player(script)
        self._inspection = Inspection(secrets)
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        self._listener = Listener(self._port, self._handle, self._script_failed)
        self._port = self._listener.server_port
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    @property
    def port(self) -> int:
        """The port in use."""
        return self._port

    @property
    def url(self) -> str:
        """Address to give as API base; ends with `/v1`."""
        return f"http://{HOST}:{self._port}/v1"

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Chat requests so far, in the order received."""
        return self._inspection.requests

    @property
    def problems(self) -> list[str]:
        """What was wrong with the requests so far; each begins with the request's number, from 1."""
        return self._inspection.problems

    @property
    def turns_left(self) -> int | None:
        """Turns never played; None where the script is a function."""
        return self._player.turns_left

    def check(self) -> None:
        """Raise AssertionError that lists the problems, if there are any."""
        self._inspection.check()

    def _handle(self, incoming: Incoming) -> Delivery:
        if self._api_key and incoming.headers.get("authorization") != f"Bearer {self._api_key}":
            return whole(wire.unauthorized())
        match incoming.method, incoming.path:
            case "GET", "/v1/models":
                return whole(wire.model_list(self.model))
            case "POST", "/v1/chat/completions":
                return self._complete(incoming)
        return whole(wire.bad_request(404, f"Invalid URL ({incoming.method} {incoming.path})"))

    def _complete(self, incoming: Incoming) -> Delivery:
        try:
            request = parse_request(incoming.body, incoming.headers)
        except UsageError as error:
            self._problem(error.message)
            return whole(wire.bad_request(400, error.message))
        number = self._receive(request)
        try:
            turn = self._player.next(request)
        except ScriptError as error:
            self._problem(f"request {number}: {error.message}")
            return whole(wire.script_error(error.message))
        self._say(f"request {number}: {len(request.messages)} messages -> {type(turn).__name__}")
        if isinstance(turn, ToolsUnsupported):
            self._inspection.begin_anew(request)
        return deliver(turn, request, self._player)

    def _receive(self, request: ReceivedRequest) -> int:
        number, problems = self._inspection.receive(request)
        for problem in problems:
            self._say(f"problem: {problem}")
        return number

    def _script_failed(self, what: str) -> None:
        self._problem(f"the script failed: {what}")

    def _problem(self, problem: str) -> None:
        self._inspection.note(problem)
        self._say(f"problem: {problem}")

    def _say(self, line: str) -> None:
        if self._log:
            with self._log_lock:
                self._log(line)
