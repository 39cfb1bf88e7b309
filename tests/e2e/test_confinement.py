"""What a command can reach from inside the sandbox, and that without it the same commands would succeed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from e2e.conftest import Serve
from e2e.console import do, last, of
from gitrepo import make_repository
from learnagent.testing import Call, ToolUse, call
from learnagent_memory.episode import Observation, Started

FINISH = call("finish", summary="Done")


@pytest.fixture
def _sandboxed() -> None:
    program = "bwrap" if sys.platform.startswith("linux") else "sandbox-exec"
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


@pytest.mark.usefixtures("_sandboxed")
def test_a_command_reaches_neither_files_nor_network_nor_home(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n", ".env": "TOKEN=planted-in-dotenv-34cd\n"})
    port = serve([]).port
    forbidden = (
        "echo owned >> .git/config",
        "echo owned > .git/hooks/post-checkout",
        "mkdir -p .learnagent; echo owned > .learnagent/config.toml",
        "cat ~/private.txt",
        "grep planted .env",
        f"exec 3<>/dev/tcp/127.0.0.1/{port}",
    )
    elsewhere = (f"echo owned > {here}/owned.txt; true", "echo owned > ~/owned.txt; true")  # /tmp may be one of its own
    inside = "echo fine > made.txt && cat made.txt && git log --oneline && echo t > /tmp/t"

    confined = outcomes(root, serve, "auto", inside, f"touch {Path(__file__).parent}/owned", *elsewhere, *forbidden)
    if of(Started, last(root))[0].sandbox == "off":
        pytest.skip("the sandbox does not work on this machine (no user namespaces?)")
    assert confined == [True, False, True, True, *[False] * len(forbidden)]
    assert not list(here.rglob("owned.txt"))
    assert "owned" not in (root / ".git" / "config").read_text()
    assert not (root / ".git" / "hooks" / "post-checkout").exists()
    assert not (root / ".learnagent" / "config.toml").exists()

    assert all(outcomes(root, serve, "off", *elsewhere, *forbidden)), "else the test above says nothing"
    assert len(list(here.rglob("owned.txt"))) == 2
    assert of(Started, last(root))[0].sandbox == "off"


def outcomes(root: Path, serve: Serve, sandbox: str, *commands: str) -> list[bool]:
    """Return which commands ended with 0 in a run."""
    uses = tuple(ToolUse("bash", {"command": command}) for command in commands)
    ran = do(root, serve([Call(uses), FINISH]), "--sandbox", sandbox)
    assert ran.code == 0, ran
    return [event.status == "ok" for event in of(Observation, last(root))[:-1]]
