"""Runs the installed `learnagent` the way a user does: as a process with pipes, or in a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from gitrepo import contents
from learnagent_memory import journal
from learnagent_memory.episode import Event
from learnagent_memory.journal import Episode

SCRIPT = Path(sys.executable).with_name("learnagent")
LAUNCH = Path(__file__).with_name("launch.py")
SECRETS = {"OPENAI_API_KEY": "sk-planted-5f0c6d1e9b7a42", "DEPLOY_TOKEN": "planted-deploy-token-81c3"}
"""In the environment of every run; nothing may show them or send them anywhere."""
MODEL = "openai/scripted"
PATIENCE_S = 90

E = TypeVar("E", bound=Event)


class HasUrl(Protocol):
    """A model server."""

    @property
    def url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Ran:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout; anything else there is an error."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == kind]


def learnagent(
    folder: Path, *arguments: str | bytes, stdin: bytes | None = None, env: Mapping[str, str] | None = None
) -> Ran:
    """Run a command to its end; `env` adds to the environment."""
    done = subprocess.run(
        [SCRIPT, *arguments],
        cwd=folder,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env={**os.environ, **(env or {})},
        timeout=PATIENCE_S,
        check=False,
    )
    return _ran(done.returncode, done.stdout, done.stderr)


def do_arguments(server: HasUrl, *flags: str, task: str = "do it") -> list[str]:
    """Return the arguments of a run that asks nobody and has no check; later flags win."""
    fixed = ("--model", MODEL, "--api-base", server.url, "--approve", "all", "--check", "")
    return ["do", task, *fixed, *flags]


def do(folder: Path, server: HasUrl, *flags: str, task: str = "do it", env: Mapping[str, str] | None = None) -> Ran:
    """Carry out a run to its end."""
    return learnagent(folder, *do_arguments(server, *flags, task=task), env=env)


class Running:
    """A command under way, its output in files."""

    def __init__(self, process: subprocess.Popen[bytes], outputs: Path) -> None:
        self.process = process
        self._outputs = outputs

    @property
    def err(self) -> str:
        """What it wrote to stderr so far."""
        return (self._outputs / "err").read_text(errors="replace")

    def interrupt(self) -> Ran:
        """Press Ctrl-C and wait for the end."""
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def end(self) -> Ran:
        """Wait for the end."""
        code = self.process.wait(PATIENCE_S)
        return _ran(code, (self._outputs / "out").read_bytes(), (self._outputs / "err").read_bytes())


@contextmanager
def started(
    folder: Path, *arguments: str, outputs: Path, env: Mapping[str, str] | None = None, limits: tuple[str, ...] = ()
) -> Iterator[Running]:
    """Start a command; what is left of it at the end of the block is killed."""
    outputs.mkdir(parents=True, exist_ok=True)
    with (outputs / "out").open("wb") as out, (outputs / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, LAUNCH, *limits, SCRIPT, *arguments],
            cwd=folder,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
    try:
        yield Running(process, outputs)
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def wait_until(holds: Callable[[], object], what: str, *, pause_s: float = 0.02) -> None:
    """Wait until something holds; AssertionError when it never does."""
    give_up = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up, f"waited in vain for {what}"
        time.sleep(pause_s)


def processes() -> str:
    """Return the command lines of everything that runs on this machine."""
    return subprocess.run(["ps", "-A", "-o", "args"], capture_output=True, text=True, check=True).stdout


def tree(root: Path) -> dict[str, tuple[str, int, bytes]]:
    """Return kind, bits and bytes of everything in a working tree but git's and learnagent's own."""
    return {path: entry for path, entry in contents(root).items() if not path.startswith(".learnagent/local/")}


def episodes(root: Path) -> list[Episode]:
    """Return the recorded runs, oldest first."""
    folder = root / ".learnagent" / "local" / "episodes"
    return [journal.read(folder / name) for name in journal.list_ids(folder)]


def last(root: Path) -> Episode:
    """Return the last recorded run."""
    return episodes(root)[-1]


def of(kind: type[E], episode: Episode) -> list[E]:
    """Return the events of one kind."""
    return [event for event in episode.events if isinstance(event, kind)]


def assert_one_line_on_stderr(ran: Ran, *parts: str) -> None:
    """Assert that a command said what is wrong in one line, and nothing else anywhere."""
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1, ran.err
    assert ran.err.startswith("learnagent: ")
    for part in parts:
        assert part in ran.err


def _ran(code: int, out: bytes, err: bytes) -> Ran:
    ran = Ran(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
    for text in (ran.out, ran.err):
        assert not any(secret in text for secret in SECRETS.values()), "a secret was printed"
        assert "Traceback" not in text, text
    return ran
