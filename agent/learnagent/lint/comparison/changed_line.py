"""Places a hit on the changed line that tells it: in files that no parser reads, words are all there is."""

from __future__ import annotations

from collections.abc import Sequence

from learnagent.lint.change import ChangeHit, FileChange, lines_of
from learnagent.lint.finding import Hit, Level


def hit_on_line(file: FileChange, words: Sequence[str], message: str, *, level: Level | None = None) -> ChangeHit:
    """Return a hit on the added line with one of the words, the first of them first.

    Without one it is the line that is gone, else the first that changed.
    """
    for content, numbers, in_old in ((file.after, file.added, False), (file.before, file.removed, True)):
        line = _line(content, sorted(numbers), words)
        if line:
            return ChangeHit(file, _hit(content, line, message, level), in_old=in_old)
    in_old = not file.added
    content, numbers = (file.before, file.removed) if in_old else (file.after, file.added)
    return ChangeHit(file, _hit(content, min(numbers, default=1), message, level), in_old=in_old)


def _line(content: bytes | None, numbers: Sequence[int], words: Sequence[str]) -> int:
    lines = {number: " ".join(line.split()) for number, line in enumerate(lines_of(content), 1)}
    for word in (" ".join(one.split()) for one in words):
        for number in numbers:
            if word and word in lines[number]:
                return number
    return 0


def _hit(content: bytes | None, line: int, message: str, level: Level | None) -> Hit:
    lines = (content or b"").split(b"\n")
    start = sum(len(one) + 1 for one in lines[: line - 1])
    text = lines[line - 1] if line <= len(lines) else b""
    return Hit(start + len(text) - len(text.lstrip()), start + len(text.rstrip()), message, level)
