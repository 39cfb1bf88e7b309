"""The repository's own words to agents: AGENTS.md, CLAUDE.md, `.learnagent/instructions.md`.

Read, bounded and labelled; they are quoted to the model and set nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from learnagent.permissions.paths import PathRefusedError, read_bytes
from learnagent_memory.project import STATE_FOLDER

NAMES = ("AGENTS.md", "CLAUDE.md", f"{STATE_FOLDER}/instructions.md")
LIMIT_CHARS = 16_000
MAX_BYTES = 1_000_000
"""A larger file is no instruction."""
_FILE_NAMES = frozenset(PurePosixPath(name).name for name in NAMES)


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
    """Return the text of an instruction file; a link counts only where it leads to another one of the tree."""
    real = path.resolve()
    if real.name not in _FILE_NAMES or ".git" in real.parts or not path.exists():
        return ""
    try:
        return read_bytes(root, path, MAX_BYTES).decode("utf-8", "replace").strip()
    except PathRefusedError:
        return ""


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + "\n[cut here: read the file for the rest]" if limit else ""
