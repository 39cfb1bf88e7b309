"""What every end-to-end test shares: planted secrets, a home of its own, and servers that judge each request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from e2e.console import SECRETS
from learnagent.testing import ModelServer
from learnagent.testing.script import Script


class Serve(Protocol):
    """Starts a scripted model server for the rest of the test."""

    def __call__(self, script: Script, *, port: int = 0, model: str = "scripted") -> ModelServer: ...


@pytest.fixture(autouse=True)
def _planted(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant secrets in the environment, and a private file in the home."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LEARNAGENT_REFLECT", "off")  # one request more than a script has turns
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    home = here / "home"
    home.mkdir()
    (home / "private.txt").write_text("nothing of the model's business\n")
    monkeypatch.setenv("HOME", str(home))


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers; at the end, whatever the test was about, every request they got must have been sound."""
    servers: list[ModelServer] = []
    with ExitStack() as stack:

        def start(script: Script, *, port: int = 0, model: str = "scripted") -> ModelServer:
            server = stack.enter_context(ModelServer(script, secrets=tuple(SECRETS.values()), port=port, model=model))
            servers.append(server)
            return server

        yield start
    for server in servers:
        server.check()
        headers = [value for request in server.requests for value in request.headers.values()]
        assert not any(secret in value for secret in SECRETS.values() for value in headers)
