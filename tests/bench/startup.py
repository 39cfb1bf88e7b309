"""Start-up, side by side: `--version`, `--help`, and the time until the first request reaches the model server.

Every command runs as a process of its own, in turn (A B C A B C …), against one scripted server on
loopback that notes when each request arrives. Peers live in environments of their own, made once under
--peers: aider and mini-swe-agent by pip, Codex by npm (left out where there is no npm).

Run: python tests/bench/startup.py [--rounds 7] [--peers FOLDER] [--json]
It reports medians with minimum and maximum; it asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from learnagent.testing import ModelServer, Say

TASK = "say hello"
TIMEOUT_S = 120
BARE = """\
import os, sys
os.environ.update(LITELLM_MODE="PRODUCTION", LITELLM_LOCAL_MODEL_COST_MAP="True")
import litellm
litellm.completion(model="openai/scripted", api_base=sys.argv[1], api_key="x", max_retries=0,
                   stream=True, stream_options={"include_usage": True},
                   messages=[{"role": "user", "content": "say hello"}])
"""


@dataclass(slots=True)
class Row:
    """One command and what it took."""

    name: str
    command: Sequence[str]
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", type=Path, default=Path.home() / ".cache" / "learnagent-bench")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    peers = Peers(arguments.peers)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        starts = measure(version_rows(peers), arguments.rounds, lambda row: run_once(row, scratch))
        firsts = first_requests(peers, scratch, arguments.rounds)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    if arguments.json:
        rows = {row.name: [round(s, 4) for s in row.seconds] for row in [*starts, *firsts]}
        print(json.dumps({**report, "seconds": rows}))
        return
    print(
        f"{report['date']}, Python {report['python']}, {os.cpu_count()} cores, {arguments.rounds} rounds, milliseconds"
    )
    table("start-up", starts, "codex --version")
    table("first request", firsts, "bare litellm")


@dataclass(frozen=True, slots=True)
class Peers:
    """The agents that we are measured against, each in an environment of its own."""

    home: Path

    def python_tool(self, package: str, script: str) -> Path:
        """Return the script of a package, installed once into a fresh environment."""
        path = self.home / package / "bin" / script
        if not path.exists():
            print(f"installing {package} into {self.home / package}", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", str(self.home / package)], check=True)
            # mini-swe-agent admits litellm 1.106.2, which fails on every call with tools
            subprocess.run([str(path.with_name("pip")), "install", "--quiet", package, "litellm<1.106"], check=True)
        return path

    def codex(self) -> Path | None:
        """Return Codex's launcher; None where npm is missing."""
        path = self.home / "codex" / "node_modules" / ".bin" / "codex"
        if not path.exists() and shutil.which("npm"):
            path.parents[2].mkdir(parents=True, exist_ok=True)
            subprocess.run(["npm", "install", "--silent", "@openai/codex"], cwd=path.parents[2], check=True)
        return path if path.exists() else None


def own(script: str = "learnagent") -> str:
    return str(Path(sys.executable).with_name(script))


def version_rows(peers: Peers) -> list[Row]:
    aider = str(peers.python_tool("aider-chat", "aider"))
    mini = str(peers.python_tool("mini-swe-agent", "mini"))
    rows = [
        Row("learnagent --version", [own(), "--version"]),
        Row("learnagent --help", [own(), "--help"]),
        Row("aider --version", [aider, "--version"]),
        Row("aider --help", [aider, "--help"]),
        Row("mini --help", [mini, "--help"]),
        Row("python -c pass", [sys.executable, "-c", "pass"]),
    ]
    codex = peers.codex()
    return [*rows, Row("codex --version", [str(codex), "--version"])] if codex else rows


def measure(rows: list[Row], rounds: int, once: Callable[[Row], float]) -> list[Row]:
    """Run every row once for warmth, then `rounds` times in turn."""
    for number in range(rounds + 1):
        for row in rows:
            seconds = once(row)
            if number:
                row.seconds.append(seconds)
    return rows


def environment(scratch: Path, **more: str) -> Mapping[str, str]:
    quiet = {
        "HOME": str(scratch),
        "LEARNAGENT_HOME": str(scratch / "learnagent"),
        "MSWEA_SILENT_STARTUP": "1",
        # Offline, the peers would try to fetch a price list first, and the retry thread can deadlock.
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    dropped = {"PYTHONDONTWRITEBYTECODE"}  # else an editable install is compiled anew at every start
    cleaned = {n: v for n, v in os.environ.items() if n not in dropped and not n.endswith("_API_KEY")}
    return {**cleaned, **quiet, **more}


def run_once(row: Row, scratch: Path) -> float:
    began = time.perf_counter()
    subprocess.run(
        row.command,
        cwd=scratch,
        env=environment(scratch),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=TIMEOUT_S,
        check=True,
    )
    return time.perf_counter() - began


def first_requests(peers: Peers, scratch: Path, rounds: int) -> list[Row]:
    """Measure from the start of the process to the arrival of its first request."""
    repository = scratch / "repository"
    repository.mkdir()
    (repository / "hello.py").write_text("print('hello')\n")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "start"]):
        subprocess.run([*git, *command], cwd=repository, check=True)
    with ModelServer(lambda _request: Say("hello")) as server:
        aider = str(peers.python_tool("aider-chat", "aider"))
        mini = str(peers.python_tool("mini-swe-agent", "mini"))
        flags = (
            "--yes-always",
            "--no-check-update",
            "--no-show-model-warnings",
            "--no-gitignore",
            "--analytics-disable",
        )
        rows = [
            Row("bare litellm", [sys.executable, "-c", BARE, server.url]),
            Row(
                "learnagent do",
                [
                    own(),
                    "do",
                    TASK,
                    "--model",
                    "openai/scripted",
                    "--api-base",
                    server.url,
                    "--check",
                    "",
                    "--approve",
                    "all",
                ],
            ),
            Row("aider", [aider, "--model", "openai/scripted", *flags, "--message", TASK]),
            Row(
                "mini-swe-agent",
                [mini, "--model", "openai/scripted", "--task", TASK, "--yolo", "--exit-immediately"],
            ),
        ]
        keys = {"OPENAI_API_BASE": server.url, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "x"}
        setup = {"MSWEA_CONFIGURED": "true", "MSWEA_COST_TRACKING": "ignore_errors"}
        env = environment(scratch, **keys, **setup)
        return measure(rows, rounds, lambda row: until_request(row, server, repository, env))


def until_request(row: Row, server: ModelServer, repository: Path, env: Mapping[str, str]) -> float:
    seen = len(server.requests)
    began = time.monotonic()
    process = subprocess.Popen(
        row.command,
        cwd=repository,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while len(server.requests) == seen:
            if time.monotonic() - began > TIMEOUT_S or (process.poll() is not None and len(server.requests) == seen):
                raise SystemExit(f"{row.name} sent no request (exit {process.poll()}): {row.command}")
            time.sleep(0.002)
        return server.requests[seen].received_at - began
    finally:
        process.kill()
        process.wait()


def table(title: str, rows: list[Row], reference: str) -> None:
    base = next((row.median for row in rows if row.name == reference), None)
    print(f"\n{title:24} {'median':>8} {'min':>8} {'max':>8}   times {reference}")
    for row in rows:
        ratio = f"{row.median / base:6.2f}" if base else ""
        low, high = 1000 * min(row.seconds), 1000 * max(row.seconds)
        print(f"{row.name:24} {1000 * row.median:8.0f} {low:8.0f} {high:8.0f}   {ratio}")


if __name__ == "__main__":
    main()
