"""A parsed file as rules see it: nodes by type, calls by name, text, comments, symbols. It judges nothing.

All types that any rule asks for are collected in one pass, in Python by its statements, elsewhere by a tree-sitter
query: a query for each rule would walk the tree again each time. Calls are found by searching the
bytes for their names, which costs next to nothing for names that are not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar, cast

from learnagent.lint.rule import LANGUAGES
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.syntax.python_statements import watched_nodes
from learnagent.lint.syntax.word_search import words
from learnagent.lint.watched import CALLS, COMMENTS, NAMED, WATCHED
from learnagent_memory import source
from learnagent_memory.history.paths import is_test

if TYPE_CHECKING:
    from tree_sitter import Node

T = TypeVar("T")

_CALLED = lazy_pattern(rb"\s*[(!<]")


class SourceFile:
    """One file, parsed."""

    def __init__(self, path: str, content: bytes, language: str, root: Node) -> None:
        """`content` is what `root` was parsed from: see `parse_file`."""
        self.path = path
        self.content = content
        self.language = language
        self.root = root
        self.is_test = is_test(path)
        self._nodes: dict[str, list[Node]] | None = None
        self._derived: dict[object, object] = {}

    def nodes(self, *types: str) -> list[Node]:
        """Return the nodes of these types in the order of the text; they must stand in `WATCHED`."""
        if self._nodes is None:
            self._nodes = self._watched()
        if len(types) == 1:
            return self._nodes[types[0]]
        return sorted((node for kind in types for node in self._nodes[kind]), key=_start)

    def _watched(self) -> dict[str, list[Node]]:
        types = WATCHED[self.language]
        if self.language == "python" and not self.root.has_error:
            return watched_nodes(self.root, self.content, types)
        return source.captures(self.root, self.language, types)

    def calls(self, *names: str) -> Iterator[Node]:
        """Yield the calls of functions or methods by the last part of their name, in the order of the names."""
        for name in names:
            word = name.encode()
            for start in words(self.content, word, _CALLED):
                call = self._call_at(start, start + len(word))
                if call is not None:
                    yield call

    def _call_at(self, start: int, end: int) -> Node | None:
        """Return the call whose callee ends with the name at these bytes."""
        node = self.root.descendant_for_byte_range(start, end)
        kinds = CALLS[self.language]
        for _ in range(4):
            if node is None or node.type in kinds:
                break
            node = node.parent
        if node is None or node.type not in kinds or node.start_byte > start:
            return None
        arguments = self.arguments(node)
        return node if arguments is None or arguments.start_byte >= end else None

    def arguments(self, call: Node) -> Node | None:
        """Return the list of arguments of a call."""
        found = call.child_by_field_name("arguments")
        if found is not None:
            return found
        return next((child for child in call.named_children if "argument" in child.type), None)

    def text(self, node: Node | None) -> str:
        """Return the text of a node; empty for None."""
        return "" if node is None else self.content[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def name(self, node: Node) -> str:
        """Return what a definition calls itself; empty for one without a name."""
        named = node.child_by_field_name("name")
        if named is None:
            named = next((child for child in node.named_children if child.type.endswith("identifier")), None)
        return self.text(named)

    def line(self, offset: int) -> int:
        """Return the line of a byte, from 1."""
        return self.content.count(b"\n", 0, offset) + 1

    def line_text(self, line: int) -> str:
        """Return a line by its number, from 1, without its end; empty past the end."""
        lines = self.lines
        return lines[line - 1] if 0 < line <= len(lines) else ""

    @property
    def lines(self) -> list[str]:
        """All lines."""
        return self.once(_lines)

    @property
    def comments(self) -> list[Node]:
        """Return the comments in the order of the text."""
        return self.nodes(*COMMENTS[self.language])

    def symbol(self, offset: int) -> str:
        """Return the qualified name of the innermost definition around a byte; empty at the top."""
        return self.symbol_of(self.root.descendant_for_byte_range(offset, offset))

    def symbol_of(self, node: Node | None) -> str:
        """Return the qualified name of a definition, or of the innermost one around a node; empty at the top."""
        names = []
        while node is not None:
            if node.type in NAMED[self.language]:
                names.append(self.name(node))
            node = node.parent
        return ".".join(reversed([name for name in names if name]))

    def enclosing(self, node: Node, *types: str) -> Node | None:
        """Return the nearest node above of one of these types."""
        above = node.parent
        while above is not None and above.type not in types:
            above = above.parent
        return above

    def once(self, read: Callable[[SourceFile], T]) -> T:
        """Return what a function reads off this file, computed once however many rules ask."""
        if read not in self._derived:
            self._derived[read] = read(self)
        return cast("T", self._derived[read])


def parse_file(path: str, content: bytes) -> SourceFile | None:
    """Parse a file; None in a language that the linter does not read, or where nothing can be read."""
    language = source.language_of(path, content)
    if language not in LANGUAGES:
        return None
    text = source.readable(content)
    tree = source.parse(content, language)
    return None if tree is None else SourceFile(path, text, language, tree.root_node)


def descendants(node: Node, *, into: Callable[[Node], bool] = lambda _: True) -> Iterator[Node]:
    """Yield the named nodes below one, in the order of the text; `into` says whose children are visited."""
    stack = list(reversed(node.named_children))
    while stack:
        found = stack.pop()
        yield found
        if into(found):
            stack.extend(reversed(found.named_children))


def _start(node: Node) -> int:
    return node.start_byte


def _lines(file: SourceFile) -> list[str]:
    return file.content.decode("utf-8", "replace").split("\n")
