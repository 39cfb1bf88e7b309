"""Finds words in source bytes: the literal first, by `bytes.find`, then what stands around it.

A regular expression that begins with a look-behind or a word boundary is tried at every byte, 100 MB a second;
`bytes.find` reads 2 GB a second, and most words are not in most files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


def places(content: bytes, literal: bytes) -> Iterator[int]:
    """Yield where a literal begins; places do not overlap."""
    at = content.find(literal)
    while at >= 0:
        yield at
        at = content.find(literal, at + len(literal))


def words(content: bytes, word: bytes, behind: re.Pattern[bytes]) -> Iterator[int]:
    """Yield where a word begins that is no part of a longer one to its left, and has something behind it."""
    for at in places(content, word):
        if (not at or content[at - 1] not in WORD_BYTES) and behind.match(content, at + len(word)):
            yield at


def words_with(content: bytes, fragment: bytes, rest: re.Pattern[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the bytes of the words that hold a fragment; `rest` matches the word's rest, looking at what is behind."""
    for at in places(content, fragment):
        match = rest.match(content, at + len(fragment))
        if match is not None:
            yield start_of_word(content, at), match.end()


def lines_with(content: bytes, literal: bytes) -> Iterator[tuple[int, int]]:
    """Yield the bytes of the lines that hold a literal, without their ends."""
    at = content.find(literal)
    while at >= 0:
        end = content.find(b"\n", at)
        end = end if end >= 0 else len(content)
        yield content.rfind(b"\n", 0, at) + 1, end
        at = content.find(literal, end)


def first_on_line(pattern: re.Pattern[bytes], content: bytes) -> re.Match[bytes] | None:
    """Return the first match that has only white space before it on its line."""
    return next(starting_lines(pattern, content), None)


def starting_lines(pattern: re.Pattern[bytes], content: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the matches that have only white space before them on their line.

    For patterns that begin with a literal: behind `^` it would be tried at every byte.
    """
    for match in pattern.finditer(content):
        if not content[content.rfind(b"\n", 0, match.start()) + 1 : match.start()].strip():
            yield match


def start_of_word(content: bytes, end: int) -> int:
    """Return where the word begins that ends at a byte; that byte where none does."""
    while end and content[end - 1] in WORD_BYTES:
        end -= 1
    return end
