"""The repository's own words to agents: AGENTS.md, CLAUDE.md, `.learnagent/instructions.md`.

Read, bounded and labelled; they are quoted to the model and set nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from learnagent_memory.project import STATE_FOLDER

NAMES = ("AGENTS.md", "CLAUDE.md", f"{STATE_FOLDER}/instructions.md")
LIMIT_CHARS = 16_000


@dataclass(frozen=True, slots=True)
class Instruction:
    """One file of instructions."""

    path: str
    """Relative to the root."""
    text: str


def read_instructions(root: Path, start: Path) -> tuple[Instruction, ...]:
    """Return the instructions that hold in `start`, from the root down: the nearest folder comes last.

    Equal texts appear once, links out of the root not at all, and together they keep to LIMIT_CHARS:
    what is nearest is cut last.
    """
    chain = [root, *(root / part for part in _prefixes(start.relative_to(root)))]
    found: dict[str, Instruction] = {}
    left = LIMIT_CHARS
    for folder in reversed(chain):
        for name in NAMES:
            path = folder / name
            text = _text_inside(root, path)
            if not text or text in found:
                continue
            found[text] = Instruction(path.relative_to(root).as_posix(), _cut(text, left))
            left = max(0, left - len(text))
    return tuple(reversed([item for item in found.values() if item.text]))


def nested(files: Iterable[str], start: str) -> list[str]:
    """Return the instruction files among `files` (relative paths) that lie below the folder `start`."""
    folder = PurePosixPath(start)
    return sorted(
        path
        for path in files
        if PurePosixPath(path).name in {"AGENTS.md", "CLAUDE.md"}
        and PurePosixPath(path).parent != folder
        and PurePosixPath(path).is_relative_to(folder)
    )


def _prefixes(relative: Path) -> list[Path]:
    return [Path(*relative.parts[: count + 1]) for count in range(len(relative.parts))]


def _text_inside(root: Path, path: Path) -> str:
    try:
        if not path.resolve(strict=True).is_relative_to(root):
            return ""
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(LIMIT_CHARS + 1).strip()
    except OSError:
        return ""


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + "\n[cut here: read the file for the rest]" if limit else ""
