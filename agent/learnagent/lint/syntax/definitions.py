"""Finds the text of a definition by its qualified name: what surrounds a finding, for pairs of bad and good code."""

from __future__ import annotations

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.watched import NAMED

AROUND_LINES = 5


def definition_text(file: SourceFile | None, symbol: str) -> str:
    """Return the text of the first definition of that qualified name; empty where there is none."""
    if file is None or not symbol:
        return ""
    kinds = NAMED[file.language]
    last = symbol.rpartition(".")[2]
    for node in descendants(file.root):
        if node.type in kinds and file.name(node) == last and file.symbol_of(node) == symbol:
            return file.text(node)
    return ""


def lines_around(file: SourceFile | None, line: int, end_line: int) -> str:
    """Return the lines from a few before to a few after; empty for no file."""
    if file is None:
        return ""
    return "\n".join(file.lines[max(0, line - 1 - AROUND_LINES) : end_line + AROUND_LINES])
