"""`placeholder-value`: a constant stands where a computed value is meant, and a comment admits it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import LANGUAGES, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.suppression.suppressions import silences
from learnagent.lint.syntax.comment_rows import comment_rows, comment_words, rows
from learnagent.lint.syntax.constants import RETURNS, constant_given, is_tail, value_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.placeholders import WORDS, is_placeholder
from learnagent.lint.unfinished.stubs import idle

if TYPE_CHECKING:
    from tree_sitter import Node

_MESSAGE = "a constant stands here where the real value is meant, and the comment admits it"
_STAND_INS = lazy_pattern(
    r"(?:^|[/_.-])(?:fakes?|mocks?|stubs?|dummy|fixtures?|samples?|demos?|examples?|seeds?|testing)(?:[/_.-]|$)",
    re.I,
)
_NOTHING = lazy_pattern(r"(?:None|null|nil|undefined|\"\"|''|\[\s*\]|\{\s*\}|0|False|false|dict\(\)|list\(\)|set\(\))")
_IS_DUE = lazy_pattern(r"\bTODO\b|\bFIXME\b|\bfor now\b|\bimplement\b|\byet\b", re.IGNORECASE)
_LATER_BYTES = 1_500
_FAR = 2
"""Statements below a comment that may stand between it and the constant that is returned."""


def check(file: SourceFile) -> Iterator[Hit]:
    """Name constants that are returned or assigned beside words such as "for now", "placeholder", "hardcoded".

    Why it hurts: the program runs and answers wrongly, and nobody is told.

    Bad:
        def risk(payment: Payment) -> float:
            # For now every payment has the same risk.
            return 0.05

    Good: the value is computed, or the function says by an error that it cannot be.

    It is fine where the word means something else (the placeholder of an input field or of an SQL statement, a dummy
    node), in tests, and in fakes and samples that say by their name what they are.
    """
    if _STAND_INS.search(file.path):
        return
    seen: set[int] = set()
    for node in (*_beside_comments(file), *_by_documentation(file)):
        if node.start_byte not in seen:
            seen.add(node.start_byte)
            end = file.content.find(b"\n", node.start_byte)
            yield Hit(node.start_byte, min(node.end_byte, end if end >= 0 else node.end_byte), _MESSAGE)


def _beside_comments(file: SourceFile) -> Iterator[Node]:
    whole, content = comment_words(file), file.content
    words = [word for word in WORDS if word in whole]
    for comment in file.comments if words else ():
        text = content[comment.start_byte : comment.end_byte].lower()
        if any(word in text for word in words) and not silences(file, comment):
            node = _spoken_of(file, comment)
            if node is not None:
                yield node


def _spoken_of(file: SourceFile, comment: Node) -> Node | None:
    """Return the constant that a comment speaks of, and admits to be no real value."""
    by_row = comment_rows(file)
    first, last = rows(comment)
    if not by_row.is_alone(first):
        if not is_placeholder(file.text(comment)):
            return None
        return _unless_nothing(file, constant_given(file, first, deep=True), file.text(comment))
    span = range(by_row.above(first + 1).start, last + 1)
    if by_row.below(last) or not is_placeholder(by_row.text(span)):
        return None
    text = by_row.text(span)
    return _unless_nothing(file, constant_given(file, last + 1) or _returned_below(file, last + 1), text)


def _unless_nothing(file: SourceFile, node: Node | None, text: str) -> Node | None:
    """Leave out a variable that begins as nothing: one that is filled later, or of which a comment says no more."""
    if node is None or node.type in RETURNS or is_tail(file, node):
        return node
    value = value_of(node)
    if value is None or not _NOTHING.fullmatch(file.text(value)):
        return node
    return None if _is_filled(file, node) or not _IS_DUE.search(text) else node


def _is_filled(file: SourceFile, giver: Node) -> bool:
    """Return whether what was assigned is assigned again or added to further down."""
    name = file.text(giver.named_children[0]).split(":")[0].strip()
    if not re.fullmatch(r"[\w$.@]+", name):
        return False
    later = file.content[giver.end_byte : giver.end_byte + _LATER_BYTES].decode("utf-8", "replace")
    adds = r"\.(?:append|extend|add|push|update|insert|set|put|concat)\b"
    fills = rf"(?<![\w.]){re.escape(name)}\s*(?:[-+|]?=(?!=)|\[|{adds})"
    return re.search(fills, later) is not None


def _returned_below(file: SourceFile, row: int) -> Node | None:
    """Return the constant that is returned a few statements below a row, in the same block."""
    line = file.line_text(row + 1)
    indent = len(line) - len(line.lstrip())
    for _ in range(_FAR):
        row += 1
        line = file.line_text(row + 1)
        if not line.strip() or len(line) - len(line.lstrip()) != indent:
            return None
        node = constant_given(file, row)
        if node is not None and node.type in RETURNS:
            return node
    return None


def _by_documentation(file: SourceFile) -> Iterator[Node]:
    """Yield the constants that are all a function returns, where its documentation admits it."""
    for body in idle(file):
        if body.how == "constant" and is_placeholder(body.documentation):
            yield body.place


PLACEHOLDER_VALUE = FileRule(
    name="placeholder-value",
    level="warn",
    languages=LANGUAGES - {"bash"},
    why="The program runs and answers wrongly, and nobody is told.",
    ways=("compute the value", "raise an error that says that it cannot be computed yet"),
    check=check,
    where="product",
)
