"""Guesses from a diff without context which definitions its changed lines lie in.

Not a parser of code: git prints the nearest definition above each hunk (by the patterns of `definition`),
and from there on the indentation of the changed lines tells what they are in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from learnagent_memory.history.definition import Definition, definition_in

MAX_LINE = 4_096
"""Bytes looked at; the rest of a longer line is skipped."""
MAX_SYMBOLS = 40
"""Kept of one file in one commit."""

_CLOSING = (b")", b"]", b"}", b"end", b"{", b"(")
_COMMENT = (b"*", b"/*", b"//", b"#")
"""Documentation stands above what it is about, and git prints what stands above the documentation."""
_LAYOUT = b" \t\r\n'\",()\\;"
"""What a formatter adds and takes away."""


@dataclass(frozen=True, slots=True)
class FileHunks:
    """What the changed lines of one file say."""

    symbols: tuple[str, ...]
    """In the order of the text."""
    layout_only: bool
    """Whether old and new lines differ in white space, quotes, commas and brackets alone."""


@dataclass(frozen=True, slots=True)
class CommitHunks:
    """The files of one commit, in the order in which git lists them."""

    oid: str
    files: tuple[FileHunks, ...]


class HunkReader:
    """Reads `git diff-tree --stdin -p -U0 --format=...` line by line: bounded memory, whatever the diff."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._line = self._next()

    def commits(self, languages: dict[str, list[str | None]]) -> Iterator[CommitHunks]:
        """Yield each commit; `languages` holds, by commit, the language of each of its files in order."""
        while self._line:
            if not self._line.startswith(b"commit "):
                self._line = self._next()
                continue
            oid = self._line[7:].strip().decode()
            self._line = self._next()
            yield CommitHunks(oid, tuple(self._files(languages.get(oid, []))))

    def _files(self, languages: list[str | None]) -> Iterator[FileHunks]:
        position = 0
        while self._line and not self._line.startswith(b"commit "):
            if not self._line.startswith(b"diff --git "):
                self._line = self._next()
                continue
            language = languages[position] if position < len(languages) else None
            position += 1
            self._line = self._next()
            yield self._file(language)

    def _file(self, language: str | None) -> FileHunks:
        symbols: dict[str, None] = {}
        layout_only, hunks = True, 0
        while self._line and not self._line.startswith((b"diff --git ", b"commit ")):
            head = self._line
            self._line = self._next()
            if not head.startswith(b"@@ -"):
                continue
            hunks += 1
            removed, added, above = _numbers(head)
            old = self._side(removed, above, language, symbols)
            new = self._side(added, above, language, symbols)
            layout_only = layout_only and old == new
        return FileHunks(tuple(symbols)[:MAX_SYMBOLS], layout_only and hunks > 0)

    def _side(self, count: int, above: bytes, language: str | None, symbols: dict[str, None]) -> bytes:
        """Read the lines that a hunk removes or adds, note what they lie in, and return a digest of their text."""
        scope = definition_in(above, language)
        digest = hashlib.blake2b(digest_size=16)
        while count > 0 and self._line:
            line = self._line
            self._line = self._next()
            if line.startswith(b"\\"):
                continue
            count -= 1
            text = line[1:]
            if language is not None and not text.lstrip().startswith(_COMMENT):
                scope = _scope_after(text, scope, language)
                if scope is not None and len(symbols) < MAX_SYMBOLS:
                    symbols[scope.name] = None
            digest.update(text.translate(None, _LAYOUT))
        if self._line.startswith(b"\\"):
            self._line = self._next()
        return digest.digest()

    def _next(self) -> bytes:
        line = self._output.readline(MAX_LINE)
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = self._output.readline(MAX_LINE)
        return line


def _scope_after(text: bytes, scope: Definition | None, language: str) -> Definition | None:
    """Return the definition that a changed line lies in, given the one that the line before lay in."""
    found = definition_in(text, language)
    if found is not None:
        return found
    bare = text.lstrip()
    if scope is None or not bare or len(text) - len(bare) > scope.indent or bare.startswith(_CLOSING):
        return scope
    return None


def _numbers(head: bytes) -> tuple[int, int, bytes]:
    """Return how many lines a hunk removes and adds, and the line that git found above it."""
    _, _, rest = head.partition(b"@@ -")
    ranges, _, above = rest.partition(b" @@")
    removed, _, added = ranges.partition(b" +")
    return _length(removed), _length(added), above[1:].rstrip(b"\n")


def _length(lines: bytes) -> int:
    _, comma, count = lines.partition(b",")
    number = count if comma else b"1"
    return int(number) if number.isdigit() else 0
