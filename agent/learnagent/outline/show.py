"""Writes the map as text within a budget of tokens. What is worth showing, it is told by scores."""

from __future__ import annotations

import codecs
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from learnagent.outline.facts import Definition
from learnagent_memory.source import MAX_SIGNATURE

BYTES_PER_TOKEN = 3.0
"""Measured on maps of six repositories in four languages with a Claude tokenizer: 3.0 to 3.5."""
_NEXT_IN_FILE = 0.85
"""Factor on each further symbol of a file, so that one large file does not fill the map."""
_MAX_MISSES = 50
"""Entries that did not fit before the rest, which scores lower, is given up."""
_MAX_INDENT = 8
_WIDTH = 100
"""Characters of a signature where several files are shown; one file shows them as they were read."""
_TAIL_BYTES = 80
"""Kept free for the line that says how much is missing."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One file with what could be shown of it."""

    path: str
    score: float
    found: Sequence[Definition]
    scores: Sequence[float]
    """Of `found`, in its order."""

    def best(self) -> list[int]:
        """Return the indices of the definitions, the highest score first."""
        return sorted(range(len(self.found)), key=lambda index: (-self.scores[index], index))


class _Excerpt:
    """The lines picked so far of one file."""

    def __init__(self, file: Scored, *, width: int) -> None:
        self.file = file
        self._width = width
        self.indices: set[int] = set()
        self.is_shown = False
        self._outer = outer(file.found)

    def added_by(self, index: int) -> list[int]:
        """Return what showing a definition adds: itself and those around it that are not shown yet."""
        return [one for one in self._chain(index) if one not in self.indices]

    def line(self, index: int) -> str:
        """Return one definition as a line, indented by its depth."""
        definition = self.file.found[index]
        indent = "  " * min(len(self._chain(index)) - 1, _MAX_INDENT)
        signature = definition.signature
        if len(signature) > self._width:
            signature = signature[: self._width - 1].rstrip("… ") + "…"
        return f"{definition.line:>6}  {indent}{signature}\n"

    def head(self) -> str:
        """Return the line above the definitions."""
        return printable(self.file.path) + (":\n" if self.file.found else "\n")

    def body(self) -> str:
        """Return the lines picked, in the order of the file."""
        return "".join(map(self.line, sorted(self.indices)))

    def _chain(self, index: int) -> list[int]:
        chain: list[int] = []
        current: int | None = index
        while current is not None:
            chain.append(current)
            current = self._outer[current]
        return chain


def tokens(text: str) -> int:
    """Return an estimate of a text's size in tokens that is seldom too low."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def printable(path: str) -> str:
    """Return a path in one harmless line."""
    return path if path.isprintable() else ascii(path)[1:-1]


def clipped(text: str, budget_tokens: int) -> str:
    """Cut a text to the budget."""
    if tokens(text) <= budget_tokens:
        return text
    whole = codecs.getincrementaldecoder("utf-8")()  # keeps back a character that was cut in two
    return whole.decode(text.encode("utf-8", "replace")[: _room(budget_tokens)])


def outer(found: Sequence[Definition]) -> list[int | None]:
    """Return for each definition the index of the innermost one whose lines enclose it."""
    enclosing: list[int | None] = []
    open_ones: list[int] = []
    for index, definition in enumerate(found):
        while open_ones and not _encloses(found[open_ones[-1]], definition):
            open_ones.pop()
        enclosing.append(open_ones[-1] if open_ones else None)
        open_ones.append(index)
    return enclosing


def of_file(file: Scored, *, about: str, budget_tokens: int) -> str:
    """Return the outline of one file; where not all fits, the highest scores are kept."""
    excerpt = _Excerpt(file, width=MAX_SIGNATURE)
    head = f"{printable(file.path)} ({about})\n"
    excerpt.is_shown = True
    _choose(((excerpt, index) for index in file.best()), _room(budget_tokens) - _size(head) - _TAIL_BYTES)
    missing = len(file.found) - len(excerpt.indices)
    tail = f"… {missing} more definitions\n" if missing else ""
    return clipped(head + excerpt.body() + tail, budget_tokens)


def of_files(files: Sequence[Scored], *, total: int, note: str, budget_tokens: int) -> str:
    """Return the best symbols of the best files; `total` is how many files there are."""
    excerpts = [_Excerpt(file, width=_WIDTH) for file in files]
    room = _room(budget_tokens) - _TAIL_BYTES - _size(note)
    shown = _choose(_by_score(excerpts), room)
    missing = total - len(shown)
    tail = f"… {missing} more files; name a folder or a file to see it\n" if missing else ""
    return clipped("".join(one.head() + one.body() for one in shown) + tail + note, budget_tokens)


def _by_score(excerpts: Sequence[_Excerpt]) -> list[tuple[_Excerpt, int | None]]:
    """Return all that could be shown, the best first; None stands for a file without definitions."""
    entries: list[tuple[float, str, int, _Excerpt]] = []
    for excerpt in excerpts:
        file = excerpt.file
        if not file.found:
            entries.append((-file.score, file.path, -1, excerpt))
        for place, index in enumerate(file.best()):
            score = (file.score + file.scores[index]) * _NEXT_IN_FILE**place
            entries.append((-score, file.path, index, excerpt))
    entries.sort(key=lambda entry: entry[:3])
    return [(excerpt, index if index >= 0 else None) for _, _, index, excerpt in entries]


def _choose(entries: Iterable[tuple[_Excerpt, int | None]], room: int) -> list[_Excerpt]:
    """Pick entries in turn while they fit into `room` bytes; return their files in the order of the first pick."""
    shown: list[_Excerpt] = []
    misses = 0
    for excerpt, index in entries:
        added = [] if index is None else excerpt.added_by(index)
        cost = sum(_size(excerpt.line(one)) for one in added)
        cost += 0 if excerpt.is_shown else _size(excerpt.head())
        if cost > room:
            misses += 1
            if misses > _MAX_MISSES:
                break
            continue
        room -= cost
        excerpt.indices.update(added)
        if not excerpt.is_shown:
            excerpt.is_shown = True
            shown.append(excerpt)
    return shown


def _encloses(outside: Definition, inside: Definition) -> bool:
    return outside.end_line >= inside.end_line and outside.end_line > outside.line


def _room(budget_tokens: int) -> int:
    return int(max(0, budget_tokens) * BYTES_PER_TOKEN)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
