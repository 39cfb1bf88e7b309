"""Cuts code into the words that tell it from other code: names, strings, numbers. It knows no syntax but quotes.

A string is one word, its content behind a `"`; numbers are written one way; comments are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_DOUBLE = r'"(?:\\.|[^"\\\n])*"'
_TRIPLE = r'"{3}(?:\\.|[^\\])*?"{3}'
_NAME = r"[^\W\d]\w*"
_NUMBER = r"0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?"
_REST = rf"|(?P<number>{_NUMBER})|(?P<name>{_NAME})"
_LIBERAL = lazy_pattern(
    rf"(?P<text>\b[rRbBfFuU]{{0,2}}(?:{_TRIPLE}|'{{3}}(?:\\.|[^\\])*?'{{3}}|{_DOUBLE}|'(?:\\.|[^'\\\n])*'"
    rf"|`(?:\\.|[^`\\])*`)|{_TRIPLE}|'{{3}}(?:\\.|[^\\])*?'{{3}}|{_DOUBLE}|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"
    rf"{_REST}",
    re.S,
)
"""Single quotes hold strings: Python, JavaScript."""
_STRICT = lazy_pattern(
    rf"(?P<text>b?r(?P<hashes>#*)\".*?\"(?P=hashes)|{_TRIPLE}|{_DOUBLE}|`[^`]*`|'(?:\\[^\n']+|[^'\\\n])'){_REST}", re.S
)
"""Single quotes hold one character, or begin a lifetime: Go, Rust, Java, Kotlin."""
_SINGLE_QUOTED = frozenset({"python", "javascript", "typescript", "tsx", "ruby", "php", "bash"})

_COMMON = frozenset(
    "self this cls def function func fn async await return let const var mut pub static final new void val public "
    "private protected class struct impl import from if else elif for while in is not and or True False None true "
    "false null nil undefined with as try except catch finally raise throw lambda pass break continue range yield "
    "del global assert assertEqual assertEquals assertTrue assertFalse assertThat assertIs assertIn assertRaises "
    "assertThrows assertNotNull assertNull assertIsNone assert_eq assert_ne expect should it test describe to be "
    "equal eql toBe toEqual toStrictEqual toHaveBeenCalled deep ok t err error Error Errorf Fatal Fatalf require "
    "NoError Equal EqualValues Nil NotNil True False want got expected actual result res ret pytest raises mark "
    "parametrize unittest TestCase testing T Test len str int string String bool list dict tuple unwrap Some Ok "
    "Err vec i n x done cb Run tt tc name".split()
)
_PATTERN = 0.2
"""Weight of a string with places to fill: the text of a failure, which is reworded freely."""
_FORMAT = lazy_pattern(r"%[-+#\d.]*[a-zA-Z]|\{\w*(?::[^}]*)?\}")
_SPACE = lazy_pattern(r"\s+")


def words(file: SourceFile, node: Node | None) -> list[str]:
    """Return the words of a node in the order of the text; none for None."""
    return [] if node is None else words_between(file, node.start_byte, node.end_byte)


def words_between(file: SourceFile, start: int, end: int) -> list[str]:
    """Return the words between two bytes of a file."""
    return words_of(file.once(_without_comments)[start:end].decode("utf-8", "replace"), file.language)


def words_of(text: str, language: str) -> list[str]:
    """Return the words of a piece of code."""
    pattern = _LIBERAL if language in _SINGLE_QUOTED else _STRICT
    return [_word(match) for match in pattern.finditer(text)]


def _word(match: re.Match[str]) -> str:
    if match["text"]:
        return '"' + _SPACE.sub(" ", match["text"].lstrip("rRbBfFuU#").rstrip("#").strip("\"'`"))
    return match["number"].replace("_", "").lower() if match["number"] else match["name"]


def weight(word: str) -> float:
    """Return how much a word tells: nothing where it stands in any test, most where it is long and written out."""
    if word.startswith('"'):
        return _PATTERN if _FORMAT.search(word) else 2.0 if len(word) > 2 else 1.0
    if word[0].isdigit():
        return 2.0 if len(word) > 2 else 1.0 if len(word) > 1 else 0.5
    return 0.0 if word in _COMMON or len(word) < 2 else 1.0


def telling(found: Iterable[str]) -> Counter[str]:
    """Return the words that tell something, counted."""
    return Counter(word for word in found if weight(word))


def is_literal_word(word: str) -> bool:
    """Return whether a word is a string or a number."""
    return word[0] == '"' or word[0].isdigit()


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return how much two pieces of code have in common, from 0 to 1, by what their words tell."""
    total = _sum(one) + _sum(other)
    return 2 * _sum(one & other) / total if total else 0.0


def share(part: Counter[str], whole: Counter[str]) -> float:
    """Return how much of a piece of code stands in another, from 0 to 1."""
    total = _sum(part)
    return _sum(part & whole) / total if total else 0.0


def _sum(found: Counter[str]) -> float:
    return sum(weight(word) * count for word, count in found.items())


def _without_comments(file: SourceFile) -> bytes:
    """Return the file with its comments blanked, every byte in its place."""
    content = bytearray(file.content)
    for comment in file.comments:
        length = comment.end_byte - comment.start_byte
        content[comment.start_byte : comment.end_byte] = b" " * length
    return bytes(content)
