"""Finds text that no program runs: comments and bare strings, by the lines they hold. It judges nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_LINE_MARK = lazy_pattern(r"^\s*(?:///?!?|//|#+|--|\*(?!/)|/\*+|<!--|;+)?")
_END_MARK = lazy_pattern(r"\s*(?:\*+/\s*\}?|-->)?\s*$")
_DOCUMENTATION = lazy_pattern(r"^(?:/\*\*(?!/)|///|//!|/\*!)")
_BARE_STRING = lazy_pattern(rb"^[ \t]*[rRuUbBfF]{0,2}(?:\"{3}|'{3})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DeadLine:
    """One line of a comment, or of a string that nobody uses."""

    row: int
    """From 0."""
    key: str
    """What it says without marks and white space."""
    start: int
    end: int
    """Bytes of what the comment says on this line, its marks included."""
    whole: range
    """Rows of the comment or string it belongs to."""


def dead_lines(file: SourceFile) -> list[DeadLine]:
    """Return the lines of comments and of bare strings in the order of the text; documentation is left out."""
    return file.once(_read)


def code_lines(file: SourceFile) -> Counter[str]:
    """Return the lines of code by what they say, comments and white space left out, counted."""
    return file.once(_count)


def _read(file: SourceFile) -> list[DeadLine]:
    return sorted(
        (line for start, end in _spans(file) for line in _lines_of(file, start, end)), key=lambda one: one.start
    )


def _spans(file: SourceFile) -> Iterator[tuple[int, int]]:
    for comment in file.comments:
        if not _DOCUMENTATION.match(file.text(comment)):
            yield comment.start_byte, comment.end_byte
    if file.language == "python" and _BARE_STRING.search(file.content):
        yield from ((start, end) for start, end, documents in _bare_strings(file) if not documents)
    elif file.language == "cpp" and b"#if 0" in file.content:
        for match in re.finditer(
            rb"^[ \t]*#if 0\b.*?^[ \t]*#(?:endif|else|elif)", file.content, re.MULTILINE | re.DOTALL
        ):
            yield match.start(), match.end()


def _bare_strings(file: SourceFile) -> Iterator[tuple[int, int, bool]]:
    """Yield the strings of several lines that are statements, and whether they document what they begin."""
    for node in descendants(file.root, into=lambda one: one.type not in {"string", "call", "comment"}):
        above, is_long = node.parent, node.start_point[0] < node.end_point[0]
        if is_long and node.type == "string" and above is not None and above.type == "expression_statement":
            yield node.start_byte, node.end_byte, _begins_definition(above)


def _begins_definition(statement: Node) -> bool:
    before, block = statement.prev_named_sibling, statement.parent
    while before is not None and before.type == "comment":
        before = before.prev_named_sibling
    holder = block.parent if block is not None and block.type == "block" else None
    return before is None and (holder is None or holder.type in {"function_definition", "class_definition"})


def _lines_of(file: SourceFile, start: int, end: int) -> Iterator[DeadLine]:
    row, at = file.line(start) - 1, start
    whole = range(row, row + file.content.count(b"\n", start, end) + 1)
    for line in file.content[start:end].split(b"\n"):
        key = key_of(line.decode("utf-8", "replace"), is_dead=True)
        if key:
            yield DeadLine(row, key, at, at + len(line.rstrip()), whole)
        row, at = row + 1, at + len(line) + 1


def key_of(line: str, *, is_dead: bool = False) -> str:
    """Return what a line says, marks of a comment and white space left out."""
    if is_dead:
        line = _END_MARK.sub("", _LINE_MARK.sub("", line)).strip("\"'" if '"""' in line or "'''" in line else "")
    return "".join(line.split()).rstrip(",;")


def _count(file: SourceFile) -> Counter[str]:
    content = bytearray(file.content)
    spans = [(comment.start_byte, comment.end_byte) for comment in file.comments]
    if file.language == "python" and _BARE_STRING.search(file.content):
        spans += [(start, end) for start, end, _ in _bare_strings(file)]
    for start, end in [*spans, *_spans(file)]:
        content[start:end] = re.sub(rb"[^\n]", b" ", content[start:end])
    return Counter(key for line in content.decode("utf-8", "replace").split("\n") if (key := key_of(line)))
