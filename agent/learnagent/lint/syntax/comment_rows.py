"""The comments of a file by row: beside a place, in the block above it, within it. It judges no words."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile

if TYPE_CHECKING:
    from tree_sitter import Node


class CommentRows:
    """Comments of one file; rows count from 0."""

    def __init__(self, file: SourceFile) -> None:
        """Read the comments once: ask `comment_rows`."""
        self._file = file
        self._comments = file.comments
        self._starts = [comment.start_byte for comment in self._comments]
        self._on: dict[int, list[Node]] = {}
        self._alone: set[int] = set()
        for comment in self._comments:
            self._add(comment)

    def _add(self, comment: Node) -> None:
        first, last = rows(comment)
        content = self._file.content
        begin = content.rfind(b"\n", 0, comment.start_byte) + 1
        is_alone = not content[begin : comment.start_byte].strip()
        for row in range(first, last + 1):
            self._on.setdefault(row, []).append(comment)
            if is_alone:
                self._alone.add(row)

    def on(self, span: range) -> list[Node]:
        """Return the comments on some rows, each once."""
        found = {comment.id: comment for row in span for comment in self._on.get(row, ())}
        return list(found.values())

    def is_alone(self, row: int) -> bool:
        """Return whether nothing but a comment stands on a row."""
        return row in self._alone

    def above(self, row: int, *, over: Callable[[int], bool] = lambda _: False) -> range:
        """Return the rows of the comments directly above a row; those in `over` may stand between."""
        row -= 1
        while row >= 0 and row not in self._alone and over(row):
            row -= 1
        last = row
        while row in self._alone:
            row -= 1
        return range(row + 1, last + 1)

    def below(self, row: int) -> range:
        """Return the rows of the comments directly below a row."""
        first = row = row + 1
        while row in self._alone:
            row += 1
        return range(first, row)

    def within(self, start: int, end: int) -> list[Node]:
        """Return the comments that begin between two bytes."""
        return self._comments[bisect.bisect_left(self._starts, start) : bisect.bisect_left(self._starts, end)]

    def text(self, span: range) -> str:
        """Return the text of the comments on some rows."""
        return "\n".join(self._file.text(comment) for comment in self.on(span))


def comment_rows(file: SourceFile) -> CommentRows:
    """Return the comments of a file by row, read once."""
    return file.once(CommentRows)


def comment_words(file: SourceFile) -> bytes:
    """Return all comments of a file in lower case, to ask for a word before any of them is read."""
    return file.once(_comment_words)


def _comment_words(file: SourceFile) -> bytes:
    content = file.content
    return b"\n".join([content[comment.start_byte : comment.end_byte] for comment in file.comments]).lower()


def rows(node: Node) -> tuple[int, int]:
    """Return the first and last row of a node; a line comment that holds its line's end ends before it."""
    first, last = node.start_point[0], node.end_point[0]
    return (first, last - 1 if last > first and node.end_point[1] == 0 else last)
