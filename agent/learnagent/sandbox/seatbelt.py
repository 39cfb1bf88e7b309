"""Confines commands on macOS by sandbox-exec: a profile in a language where the last rule that fits wins.

Unlike on Linux the home cannot be replaced by an empty one: what is hidden there cannot be written either.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from learnagent.sandbox.confinement import Boundary

_DEVICES = " ".join(f'(literal "/dev/{name}")' for name in ("null", "zero", "tty", "ptmx", "stdout", "stderr"))


class Seatbelt:
    """Runs commands under sandbox-exec."""

    name = "seatbelt"
    reason = ""

    def __init__(self, program: Path, boundary: Boundary) -> None:
        self._program = program
        self.profile = build_profile(boundary, temporary=Path(tempfile.gettempdir()).resolve())

    def wrap(self, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs `argv` confined, in the same working folder."""
        return [str(self._program), "-p", self.profile, *argv]


def build_profile(boundary: Boundary, *, temporary: Path) -> str:
    """Return the profile that enforces a boundary; commands may write to `temporary` besides the root."""
    rules = (*_network(boundary), *_reads(boundary), *_writes(boundary, temporary))
    return "\n".join(["(version 1)", "(allow default)", *rules])


def _network(boundary: Boundary) -> Iterator[str]:
    if not boundary.network:
        yield "(deny network*)"
        yield '(allow network* (local ip "localhost:*"))'  # servers that tests start
        yield '(allow network-outbound (remote ip "localhost:*"))'


def _reads(boundary: Boundary) -> Iterator[str]:
    """Yield the rules for reading, from the shallowest path to the deepest, so that the deeper wins."""
    hidden = [(path, "deny") for path in (*boundary.homes, *boundary.hidden)]
    readable = (*boundary.readable, *boundary.writable, boundary.root, *boundary.protected)
    shown = [(path, "allow") for path in readable]
    for path, verb in sorted([*hidden, *shown], key=lambda rule: len(rule[0].parts)):
        yield f"({verb} file-read* (subpath {_quoted(path)}))"
    for home in boundary.homes:
        yield f"(allow file-read-metadata (subpath {_quoted(home)}))"  # finding one's way down to the root
    for path in boundary.masked:
        yield f"(deny file-read-data (literal {_quoted(path)}))"


def _writes(boundary: Boundary, temporary: Path) -> Iterator[str]:
    yield "(deny file-write*)"
    yield f"(allow file-write* {_DEVICES})"
    for path in (temporary, *boundary.writable, boundary.root):
        yield f"(allow file-write* (subpath {_quoted(path)}))"
    for path in (*boundary.homes, *boundary.hidden):
        if path.is_relative_to(boundary.root) and path != boundary.root:
            yield f"(deny file-write* (subpath {_quoted(path)}))"
    for path in (*boundary.protected, *boundary.masked):
        yield f"(deny file-write* (subpath {_quoted(path)}))"


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
