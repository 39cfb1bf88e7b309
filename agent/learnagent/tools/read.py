"""The `read` tool: a file with line numbers, or what a folder holds."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from learnagent.permissions.paths import read_bytes, resolve
from learnagent.tools.tool import Arguments, Result, Tool, Workbench
from learnagent_memory.errors import UsageError

MAX_BYTES = 20_000_000
DEFAULT_LINES = 400


class ReadArguments(Arguments):
    """Arguments of `read`."""

    path: str = Field(min_length=1, description="File or folder, relative to the root.")
    start: int = Field(default=1, ge=1, description="First line, from 1.")
    end: int | None = Field(default=None, ge=1, description=f"Last line; {DEFAULT_LINES} lines where not given.")


def run(arguments: ReadArguments, bench: Workbench) -> Result:
    """Show the lines asked for, as many as fit."""
    path = resolve(bench.root, arguments.path)
    refusal = bench.permissions.read(path)
    if refusal:
        return Result(refusal.reason, status="refused")
    if path.is_dir():
        return Result(_entries(path))
    content = read_bytes(bench.root, path, MAX_BYTES)
    if b"\0" in content[:8192]:
        return Result(f"{arguments.path} is a binary file of {len(content):,} bytes", status="error")
    lines = content.decode("utf-8", errors="replace").split("\n")
    if lines[-1] == "":
        lines.pop()
    return _numbered(lines, arguments, limit=bench.output_chars)


def _entries(path: Path) -> str:
    names = sorted(f"{child.name}/" if child.is_dir() else child.name for child in path.iterdir())
    shown = names[:300]
    return "\n".join([*shown, *([f"… and {len(names) - 300} more"] if len(names) > 300 else [])]) or "[empty folder]"


def _numbered(lines: list[str], arguments: ReadArguments, *, limit: int) -> Result:
    if not lines:
        return Result("[empty file]")
    if arguments.start > len(lines):
        raise UsageError(f"{arguments.path} has {len(lines)} lines", hint="ask for a start within them")
    last = min(arguments.end or arguments.start + DEFAULT_LINES - 1, len(lines))
    shown: list[str] = []
    size = 0
    for number in range(arguments.start, last + 1):
        line = f"{number:>6}\t{_clipped(lines[number - 1].removesuffix(chr(13)))}"
        size += len(line) + 1
        if size > limit and shown:
            last = number - 1
            break
        shown.append(line)
    if last < len(lines):
        shown.append(f"[lines {arguments.start}-{last} of {len(lines)}; read on with start={last + 1}]")
    return Result("\n".join(shown))


def _clipped(line: str) -> str:
    return line if len(line) <= 2_000 else f"{line[:2_000]} [… {len(line) - 2_000:,} characters more]"


READ = Tool(
    name="read",
    description="Read a file with line numbers (or list a folder).",
    arguments=ReadArguments,
    run=run,
)
