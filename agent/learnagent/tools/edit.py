"""The `edit` tool: replace a text that occurs exactly once. No fuzzy matching: a miss shows what is near."""

from __future__ import annotations

import difflib

from pydantic import Field

from learnagent.permissions.paths import read_bytes, resolve
from learnagent.tools.change import decode, replace
from learnagent.tools.read import MAX_BYTES
from learnagent.tools.tool import Arguments, Result, Tool, Workbench
from learnagent_memory.errors import UsageError


class EditArguments(Arguments):
    """Arguments of `edit`."""

    path: str = Field(min_length=1, description="File, relative to the root.")
    old: str = Field(min_length=1, description="Text to replace; must occur exactly once.")
    new: str = Field(description="Text to put in its place.")


def run(arguments: EditArguments, bench: Workbench) -> Result:
    """Replace the text, or show why it could not be."""
    path = resolve(bench.root, arguments.path)
    refusal = bench.permissions.read(path)
    if refusal:
        return Result(refusal.reason, status="refused")
    before = decode(read_bytes(bench.root, path, MAX_BYTES))
    old, new = arguments.old, arguments.new
    if "\r\n" in before and "\r\n" not in old:
        old, new = (text.replace("\n", "\r\n") for text in (old, new))
    found = before.count(old)
    if found != 1:
        return Result(_miss(before, old, found, arguments.path), status="error")
    if old == new:
        raise UsageError("old and new are the same", hint="give the text that shall stand there afterwards")
    return replace(path, before=before, after=before.replace(old, new), bench=bench)


def _miss(content: str, old: str, found: int, name: str) -> str:
    if found:
        places = ", ".join(str(line) for line in _line_numbers(content, old)[:10])
        return f"{name}: that text occurs {found} times (lines {places}); give more of the text around it"
    near = _closest(content, old)
    shown = f"; the closest lines are:\n{near}" if near else "; nothing there comes close"
    return f"{name}: that text does not occur{shown}"


def _line_numbers(content: str, old: str) -> list[int]:
    numbers = []
    position = content.find(old)
    while position >= 0:
        numbers.append(content.count("\n", 0, position) + 1)
        position = content.find(old, position + 1)
    return numbers


def _closest(content: str, old: str) -> str:
    """Return the window of lines most like `old`, numbered; empty where nothing is at least half alike."""
    lines = [line.rstrip("\r") for line in content.split("\n")]
    wanted = old.strip("\r\n").splitlines() or [old]
    anchors = difflib.get_close_matches(wanted[0], lines[:20_000], n=5, cutoff=0.5)
    starts = [number for number, line in enumerate(lines) if line in anchors][:50]
    scored = [(_similarity(lines[start : start + len(wanted)], wanted), -start) for start in starts]
    if not scored or max(scored)[0] < 0.5:
        return ""
    start = -max(scored)[1]
    window = lines[start : start + len(wanted)][:40]
    return "\n".join(f"{start + offset + 1:>6}\t{line}" for offset, line in enumerate(window))


def _similarity(window: list[str], wanted: list[str]) -> float:
    return difflib.SequenceMatcher(None, "\n".join(window), "\n".join(wanted), autojunk=False).ratio()


EDIT = Tool(
    name="edit",
    description="Replace a text in a file; `old` must match exactly and occur once.",
    arguments=EditArguments,
    run=run,
    may_change=lambda _: True,
)
