"""Chooses how commands are confined on this machine, by trying it; says plainly where they are not.

What is let through is decided in `confinement`, how it is enforced in `bubblewrap` and `seatbelt`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from learnagent.sandbox.bubblewrap import Bubblewrap
from learnagent.sandbox.confinement import Boundary, look_up
from learnagent.sandbox.confinement import Confinement as Confinement
from learnagent.sandbox.seatbelt import Seatbelt
from learnagent_memory.errors import UsageError

_PROBE_S = 20


class Sandbox(Protocol):
    """Something that confines a command."""

    @property
    def name(self) -> str:
        """What the user is told confines the commands."""
        ...

    @property
    def reason(self) -> str:
        """Why commands are not confined; empty where they are."""
        ...

    def wrap(self, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs `argv` confined, in the same working folder."""
        ...


class Unconfined:
    """No sandbox: commands can do what the user can."""

    name = "off"

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def wrap(self, argv: Sequence[str]) -> list[str]:
        """Return the command line as it is."""
        return list(argv)


def choose(mode: Literal["auto", "off"], confinement: Confinement) -> Sandbox:
    """Return the sandbox that works here, tried with a real command, or an Unconfined that says why not.

    Raises UsageError where `.git` or `.learnagent` is a symlink: a link cannot be protected, and a repository
    must not be able to switch the sandbox off by bringing one.
    """
    if mode == "off":
        return Unconfined("switched off")
    program = _program("bwrap" if sys.platform.startswith("linux") else "sandbox-exec", confinement.root)
    if program is None:
        return Unconfined(_how_to_get_one())
    _refuse_links(confinement.root)
    boundary = look_up(confinement)
    sandbox = Bubblewrap(program, boundary) if program.name == "bwrap" else Seatbelt(program, boundary)
    failure = _failure(sandbox, boundary)
    return Unconfined(f"{sandbox.name} does not work here: {failure}") if failure else sandbox


def _program(name: str, root: Path) -> Path | None:
    """Find the program where the system keeps it, and never in the repository."""
    found = shutil.which(name, path="/usr/bin:/bin:/usr/local/bin") or shutil.which(name)
    if found is None or Path(found).resolve().is_relative_to(root.resolve()):
        return None
    return Path(found)


def _how_to_get_one() -> str:
    if sys.platform.startswith("linux"):
        return "bubblewrap is not installed (apt install bubblewrap, dnf install bubblewrap, ...)"
    return "there is no sandbox-exec on this system"


def _refuse_links(root: Path) -> None:
    for name in (".git", ".learnagent"):
        if (root / name).is_symlink():
            raise UsageError(
                f"{name} is a symbolic link, which a sandbox cannot protect",
                hint="replace the link by what it points to, or run with --sandbox off",
            )


def _failure(sandbox: Sandbox, boundary: Boundary) -> str:
    """Run a command inside and return what went wrong, in one line; empty when it works."""
    argv = sandbox.wrap(["test", "-w", str(boundary.root)])
    try:
        done = subprocess.run(
            argv,
            cwd=boundary.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_S,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the repository belongs to another user"
