"""How `edit` and `write` put a new text in place: permission, diff, atomic write. Not a tool itself."""

from __future__ import annotations

import difflib
from pathlib import Path

from learnagent.permissions.paths import write_bytes_atomic
from learnagent.tools.tool import Result, Workbench, bounded

DIFF_CHARS = 4_000


def decode(content: bytes) -> str:
    """Decode so that every byte survives the way back, whatever the encoding."""
    return content.decode("utf-8", errors="surrogateescape")


def replace(path: Path, *, before: str, after: str, bench: Workbench) -> Result:
    """Write `after` where `before` stood, if the user allows it, and show the diff."""
    name = path.relative_to(bench.root).as_posix()
    diff = unified(name, before, after)
    refusal = bench.permissions.edit(path, diff)
    if refusal:
        return Result(refusal.reason, status="refused")
    write_bytes_atomic(path, after.encode("utf-8", errors="surrogateescape"))
    return Result(bounded(diff, DIFF_CHARS) or f"{name} already says that; nothing changed")


def unified(name: str, before: str, after: str) -> str:
    """Return the unified diff of two texts; undecodable bytes are shown as replacement characters."""
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}", lineterm="")
    return "\n".join(line.rstrip("\r") for line in lines).encode("utf-8", "replace").decode()


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines
