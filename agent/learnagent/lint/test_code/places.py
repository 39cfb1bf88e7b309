"""Finds calls by a pattern of their name, the assertions between two bytes, and source with its white space folded."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.syntax.word_search import WORD_BYTES, start_of_word, words, words_with
from learnagent.lint.test_code.model import Assertion
from learnagent.lint.watched import CALLS

if TYPE_CHECKING:
    from tree_sitter import Node

_UNTIDY = lazy_pattern(r"\n|  |,\S|'|\( |\[ |\{ | \)| \]| \}|,\)|,\]|,\}")
_TOKENS = lazy_pattern(
    r"""(?P<text>[rbufRBUF]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`))"""
    r"|(?P<close>,?\s*[)\]}])|(?P<open>[(\[{])\s*|(?P<comma>,)\s*|(?P<space>\s+)(?P<dot>\.)?",
    re.S,
)
_AROUND = frozenset(
    "await await_expression parenthesized_expression member_expression call_expression call attribute method_invocation"
    " field_expression selector_expression try_expression as_pattern with_item with_clause yield".split()
)
_ALONE = frozenset(
    "expression_statement return_statement with_statement block statement_block statement_list return_expression lambda"
    " lambda_expression arrow_function closure_expression source_file module program"
    " defer_statement go_statement".split()
)
_CALLED = lazy_pattern(rb"\s*[(<\[!]")
_STEPS = 4
"""From a name to its call: a dotted callee, `await`, a chain."""
_TO_BRACKET = lazy_pattern(rb"[\w$]*(?= ?\()")
_ONE_QUOTE = frozenset({"python", "javascript", "typescript", "tsx"})
"""Where 'a' and "a" are the same."""


def folded(file: SourceFile, node: Node | None) -> str:
    """Return the source of a node on one line, written one way: white space, last commas, quotes."""
    text = file.text(node)
    if not _UNTIDY.search(text):
        return text
    return _TOKENS.sub(_tidy if file.language in _ONE_QUOTE else _tidy_but_quotes, text)


def _tidy_but_quotes(match: re.Match[str]) -> str:
    return match[0] if match.lastgroup == "text" else _tidy(match)


def _tidy(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0]
    if kind == "text":
        is_plain = text[0] == "'" and not text.startswith("'''") and '"' not in text and "\\" not in text
        return f'"{text[1:-1]}"' if is_plain else text
    if kind == "close":
        return text[-1]
    if kind == "open":
        return text[0]
    if kind == "comma":
        return ", "
    return "." if kind == "dot" else " "


def calls_named(file: SourceFile, pattern: re.Pattern[bytes]) -> Iterator[tuple[str, Node]]:
    """Yield name and node of the calls whose name, its last part, is the first group that matched."""
    kinds = CALLS[file.language]
    for match in pattern.finditer(file.content):
        group = match.lastindex or 1
        call = call_at(file, match.start(group), match.end(group), kinds)
        if call is not None:
            yield match[group].decode("utf-8", "replace"), call


def calls_of(file: SourceFile, names: Iterable[str]) -> Iterator[tuple[str, Node]]:
    """Yield name and node of the calls of functions or methods by their exact names, in the order of the names."""
    kinds = CALLS[file.language]
    for name in names:
        word = name.encode()
        for start in words(file.content, word, _CALLED):
            call = call_at(file, start, start + len(word), kinds)
            if call is not None:
                yield name, call


def calls_like(file: SourceFile, fragments: Sequence[bytes], name: re.Pattern[bytes]) -> Iterator[tuple[str, Node]]:
    """Yield name and node of the calls whose name holds one of some fragments and is matched as a whole."""
    kinds = CALLS[file.language]
    for start, end, word in words_like(file, fragments, name, _TO_BRACKET):
        call = call_at(file, start, end, kinds)
        if call is not None:
            yield word.decode("utf-8", "replace"), call


def words_like(
    file: SourceFile, fragments: Sequence[bytes], name: re.Pattern[bytes], rest: re.Pattern[bytes]
) -> Iterator[tuple[int, int, bytes]]:
    """Yield the places of words that hold a fragment and are matched as a whole; `rest` as in `words_with`."""
    content = file.content
    seen: set[int] = set()
    fits: dict[bytes, bool] = {}
    for fragment in fragments:
        for start, end in words_with(content, fragment, rest):
            word = content[start:end]
            if word not in fits:
                fits[word] = name.fullmatch(word) is not None
            if fits[word] and start not in seen:
                seen.add(start)
                yield start, end, word


def word_before(content: bytes, end: int) -> bytes:
    """Return the word that ends at a byte; empty where none does."""
    return content[start_of_word(content, end) : end]


def is_word_start(content: bytes, start: int) -> bool:
    """Return whether no letter, digit or dot stands before a byte."""
    return not start or (content[start - 1] not in WORD_BYTES and content[start - 1] != ord("."))


def call_at(file: SourceFile, start: int, end: int, kinds: frozenset[str]) -> Node | None:
    """Return the call whose callee ends with the name at these bytes.

    Asking for the node from the name to the bracket gives the call itself: asking for parents is slow.
    """
    bracket = file.content.find(b"(", end, end + 200) + 1
    node = file.root.descendant_for_byte_range(start, bracket or end)
    steps = 0
    while node is not None and node.type not in kinds:
        node, steps = node.parent, steps + 1
        if steps > _STEPS:
            return None
    if node is None or node.start_byte > start:
        return None
    arguments = file.arguments(node)
    return node if arguments is None or arguments.start_byte >= end else None


def first_child(node: Node) -> Node | None:
    """Return the first named node below one; None where there is none, as in broken code."""
    return node.named_children[0] if node.named_child_count else None


def stands_alone(call: Node) -> bool:
    """Return whether nobody uses what a call returns: a statement, what a context manager or a short function does."""
    node, above = call, call.parent
    while above is not None and above.type in _AROUND:
        node, above = above, above.parent
    if above is None:
        return True
    return above.type in _ALONE or above.child_by_field_name("body") == node


class Positions:
    """Assertions sorted by place, asked for by a range of bytes."""

    def __init__(self, assertions: Iterable[Assertion]) -> None:
        """Any order; those inside others stay."""
        self._all = sorted(assertions, key=lambda one: one.node.start_byte)
        self._starts = [one.node.start_byte for one in self._all]

    def within(self, start: int, end: int) -> tuple[Assertion, ...]:
        """Return those that begin between two bytes."""
        first = bisect.bisect_left(self._starts, start)
        return tuple(self._all[first : bisect.bisect_left(self._starts, end)])


def is_any_within(starts: Sequence[int], start: int, end: int) -> bool:
    """Return whether any of some sorted bytes lies between two."""
    return bisect.bisect_left(starts, start) < bisect.bisect_left(starts, end)
