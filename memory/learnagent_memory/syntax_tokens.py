"""Turns a syntax tree into one flat list of tokens: leaves and nesting, without what only lays the code out.

Left out are comments, Python docstrings, optional semicolons, trailing commas, redundant parentheses
(Python) and the kind of quotes (Python, JavaScript). The types of nodes are left out too, so that a newer
grammar seldom changes anything. It knows nothing of digests, symbols and files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learnagent_memory.languages import GRAMMARS

if TYPE_CHECKING:
    from tree_sitter import Node

# No leaf holds a NUL, so a token that begins with one is a mark, and END ends a token beyond doubt.
END = b"\0\n"
NAME = b"\0n"
"""Begins the token of a name."""
_OPEN, _CLOSE = b"\0(", b"\0)"

_NAMES = frozenset({"constant", "name", "word", "variable_name"})
_CLOSING = frozenset({")", "]", "}", ">"})
_COMMA_COUNTS = re.compile("tuple|subscript|token_tree|brace_expression")
"""Where a single comma before the closing bracket says something."""
_TEXT = re.compile("(?!concatenated|interpolat).*(?:string|heredoc|regex|char)")
"""Nodes between whose children blanks count."""
_SEMICOLON_COUNTS = re.compile("for|c_style_for|empty_statement")
_LINE_BREAK = re.compile(rb"\s*\n\s*")

Span = tuple[int, int]
"""Index of the first token, and of the one after the last."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a type of node means for the tokens."""

    name: str
    is_skipped: bool
    is_optional: bool
    """Whether a leaf of it says nothing, except in the head of a loop."""
    is_name: bool
    is_quote: bool
    is_text: bool
    is_redundant: bool
    """Whether its own brackets say nothing."""
    is_bracketed: bool
    """Whether its nesting shows even around a single part: a second method must not change that of the first."""
    is_wrapper: bool
    is_leading: bool


@dataclass(slots=True)
class _Frame:
    """A node that is being walked."""

    kind: _Kind
    node: int
    end_byte: int
    start: int
    """Index of its first token; that of its decorators where they stand before it."""
    opened: int
    """Index of its opening mark."""
    offset: int
    """Where the text of its last child ended."""
    parts: int = 0
    commas: int = 0
    last_comma: int = -1
    """Index of its last comma."""
    leading: int = -1
    """Index of the first token of the decorators that stand before its next child."""
    wrapped: list[int] = field(default_factory=list)
    """Wanted nodes right inside it, where it wraps them."""


def syntax_tokens(
    root: Node, content: bytes, *, language: str, wanted: frozenset[int]
) -> tuple[list[bytes], dict[int, Span]]:
    """Return the tokens, some of them empty, and where each wanted node (by id) stands with its decorators."""
    walk = _Walk(content.replace(b"\0", b"\xff"), language, wanted)
    walk.run(root)
    return walk.tokens, walk.spans


class _Walk:
    """One pass over a tree, without recursion: code nests deeper than Python's stack."""

    def __init__(self, content: bytes, language: str, wanted: frozenset[int]) -> None:
        self.tokens: list[bytes] = []
        self.spans: dict[int, Span] = {}
        self._content = content
        self._language = language
        self._wanted = wanted
        self._has_docstrings = GRAMMARS[language].comments == "python"
        self._frames: list[_Frame] = []
        self._docstrings: set[int] = set()

    def run(self, root: Node) -> None:
        """Walk everything below the root.

        By cursor: making lists of children takes three times as long.
        """
        cursor = root.walk()
        known = _KNOWN[self._language]
        while (node := cursor.node) is not None:
            kind = known.get(node.kind_id)
            if kind is None:
                kind = known[node.kind_id] = _kind(node.type, self._language)
            if kind.is_skipped or (self._docstrings and node.id in self._docstrings):
                self._skip(node)
            elif cursor.goto_first_child():
                self._open(node, kind)
                continue
            else:
                self._leaf(node, kind)
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return
                self._close()

    def _skip(self, node: Node) -> None:
        if self._frames:
            self._frames[-1].offset = node.end_byte

    def _open(self, node: Node, kind: _Kind) -> None:
        start = opened = len(self.tokens)
        if self._frames:
            above = self._frames[-1]
            self._between(above, node.start_byte)
            above.offset = node.end_byte
            start, above.leading = _with_decorators(above.leading, opened, kind)
            opened = len(self.tokens)
        self.tokens.append(b"")
        self._frames.append(_Frame(kind, node.id, node.end_byte, start, opened, node.start_byte))
        if self._has_docstrings and kind.name in {"function_definition", "class_definition"}:
            self._docstrings.update(_docstring(node))

    def _close(self) -> None:
        frame = self._frames.pop()
        self._between(frame, frame.end_byte)
        if frame.kind.is_redundant and not frame.parts:
            self.tokens.append(b"()")  # an empty tuple
            frame.parts = 1
        if frame.parts > 1 or frame.kind.is_bracketed:
            self.tokens[frame.opened] = _OPEN
            self.tokens.append(_CLOSE)
        span = (frame.start, len(self.tokens))
        for node in (frame.node, *frame.wrapped):
            if node in self._wanted:
                self.spans[node] = span
        if self._frames:
            above = self._frames[-1]
            above.parts += frame.parts > 0 or frame.kind.is_bracketed
            if above.kind.is_wrapper:
                above.wrapped += [frame.node, *frame.wrapped]

    def _leaf(self, node: Node, kind: _Kind) -> None:
        if not self._frames:
            return
        frame, start, end = self._frames[-1], node.start_byte, node.end_byte
        self._between(frame, start)
        frame.offset = end
        if kind.is_optional and not _SEMICOLON_COUNTS.match(frame.kind.name):
            return
        if kind.name in _CLOSING:
            self._drop_trailing_comma(frame)
        if start == end or (frame.kind.is_redundant and kind.name in {"(", ")"}):
            return
        text = self._content[start:end]
        if kind.is_name:
            text = NAME + text
        elif kind.is_quote:
            text = bytes(sorted(text.strip(b"'\"").lower())) + b'"'
        elif kind.name == "jsx_text":
            text = _LINE_BREAK.sub(b"\n", text).strip(b"\n")
        elif kind.name == ",":
            frame.commas += 1
            frame.last_comma = len(self.tokens)
        if text:
            self.tokens.append(text)
            frame.parts += 1

    def _between(self, frame: _Frame, end: int) -> None:
        """Keep the text of a string that none of its children covers."""
        if frame.kind.is_text and frame.offset < end:
            self.tokens.append(self._content[frame.offset : end])
            frame.parts += 1

    def _drop_trailing_comma(self, frame: _Frame) -> None:
        is_last = frame.last_comma == len(self.tokens) - 1 >= 1
        if not is_last or self.tokens[-2] in {b",", b"[", b"("}:
            return  # JavaScript counts the holes of [a,,]
        if frame.commas == 1 and _COMMA_COUNTS.search(frame.kind.name):
            return
        self.tokens.pop()
        frame.parts -= 1


def _with_decorators(leading: int, opened: int, kind: _Kind) -> tuple[int, int]:
    """Return where a node begins, and where the decorators of the next one do (-1: none so far)."""
    if kind.is_leading:
        return opened, (opened if leading < 0 else leading)
    return (opened if leading < 0 else leading), -1


def _docstring(node: Node) -> list[int]:
    """Return the statement that documents a Python function or class; none for a string that computes something."""
    body = node.child_by_field_name("body")
    first = next((child for child in body.named_children if child.type != "comment"), None) if body else None
    if first is None or first.type != "expression_statement" or first.named_child_count != 1:
        return []
    said = first.named_child(0)
    if said is None or said.type not in {"string", "concatenated_string"}:
        return []
    return [] if any(part.type == "interpolation" for part in said.named_children) else [first.id]


_KNOWN: dict[str, dict[int, _Kind]] = {language: {} for language in GRAMMARS}
"""The kinds met so far, by the number that the grammar gives them."""


def _kind(name: str, language: str) -> _Kind:
    grammar = GRAMMARS[language]
    return _Kind(
        name=name,
        is_skipped="comment" in name or name == "line_continuation" or not name.strip(),
        is_optional=name in grammar.optional,
        is_name=name in _NAMES or name.endswith("identifier"),
        is_quote=name in grammar.quotes,
        is_text=_TEXT.match(name) is not None,
        is_redundant=name in grammar.redundant,
        is_bracketed=name in grammar.containers,
        is_wrapper=name in grammar.wrappers,
        is_leading=name in grammar.leading,
    )
