"""Finds the words that say why a check is silenced: beside the suppression, above it, or in the block before it.

Words that only repeat the code or the names on the line, and words that say nothing ("ignore", "fix later"), are
none. A description of what a definition does is none either: in documentation only a sentence that argues counts.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.suppression.forms import FORMS
from learnagent.lint.syntax.comment_rows import comment_rows, rows
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_EMPTY = frozenset(
    "ignore ignored ignores ignoring todo fixme xxx hack fix fixes fixed later now for disable disabled disables"
    " suppress suppressed suppresses suppression silence silenced silences quiet skip skipped lint linter linting"
    " warning warnings mypy pylint flake ruff noqa eslint tslint typescript ts pyright pyflakes clippy rubocop"
    " sonar checkstyle shellcheck phpstan bandit coverage cover covered codacy check checks checker rule rules error"
    " errors line type types typing code reason explanation description pending temporary temporarily temp wip please"
    " ok okay fine done remove clean cleanup refactor revisit investigate someday eventually soon needs the an of to is"
    " in on and or it its this that these those we with by here be at as from not no do does should will".split()
)
_MEANINGS: Mapping[str, str] = {
    "E501": "line too long length",
    "F401": "unused import imported but unused",
    "F403": "star wildcard import",
    "F811": "redefinition redefined",
    "F821": "undefined name",
    "F841": "unused variable local",
    "E402": "module level import top file",
    "E722": "bare except",
    "E731": "lambda assignment assign",
    "BLE001": "broad blind bare except exception catch all",
    "C901": "too complex complexity",
    "PLR0913": "too many arguments args",
    "PLR0912": "too many branches",
    "PLR0915": "too many statements",
    "S608": "sql injection",
    "S101": "assert used",
    "T201": "print used found",
    "line-too-long": "long",
    "broad-except": "exception catching",
    "broad-exception-caught": "except catching",
    "errcheck": "unchecked",
    "unchecked": "cast casts",
    "pragma: no cover": "tested untested test tests covering",
    "coverage ignore": "tested untested test tests covering next",
}
"""What a code is called in words: said again, it explains nothing."""
_REFERENCE = lazy_pattern(r"https?://\S|(?<![\w&])#\d+|\b[A-Z]{2,}-\d+\b|\bgh-\d+|\bRFC ?\d+", re.IGNORECASE)
_WORD = lazy_pattern(r"[^\W\d_]{2,}")
_PART = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_RULED = lazy_pattern(r"[-=#*~_+/]{5,}")
_LICENSE = lazy_pattern(r"copyright|licen[sc]e|SPDX|coding[:=]|^#!|vim:|all rights reserved", re.IGNORECASE)
_ARGUES = lazy_pattern(
    r"\b(?:because|since|so (?:that|we|it)|due to|need(?:s|ed)?|require[sd]?|must|cannot|can't|only|otherwise|until|"
    r"guarantee[sd]?|work-?around|avoids?|intentional(?:ly)?|deliberate(?:ly)?|on purpose|by design|legacy|compat\w*|"
    r"false positive|bug|generated|safe(?:ly)?|never|always|used (?:by|in|via|from)|reflection|called (?:by|from)|"
    r"keeps?|kept|does not|doesn't|don't|do not|unsound|suppress\w*|checked|verified|ensure[sd]?|known)\b",
    re.IGNORECASE,
)
_DOC = lazy_pattern(r"\s*(?:/\*\*(?!/)|///(?!/)|//!|/\*!)")
_OWN = lazy_pattern(r"learnagent:\s*allow\[[^\]]*\]")
_PASSED_OVER = lazy_pattern(r"^\s*(?:@|#\[|\[\w|#\s*pragma\b|#\s*if|#\s*el|#\s*endif|export\s*\{?$|template\s*<)")
_BLOCKS = frozenset(
    "module block program source_file translation_unit compilation_unit statement_block class_body declaration_list"
    " compound_statement statement_list body_statement field_declaration_list enum_body enum_class_body switch_body"
    " interface_body object_type do_block then else".split()
)
"""What holds statements."""
_LISTS = frozenset({"argument_list", "arguments", "array", "object", "dictionary", "list"})
"""What holds parts of one, each perhaps with a comment above it."""


def said(text: str, codes: Iterable[str], code: str = "") -> str:
    """Return the text if it says why; empty if it repeats the codes or the line of code, or says nothing."""
    plain = " ".join(re.sub(r"^[\s#/*!;-]+|[*/\s]+$", "", line) for line in text.split("\n")).strip(
        " :,;.()-\u2013\u2014"
    )
    if not plain or _REFERENCE.search(plain):
        return plain
    known = set(_EMPTY)
    for one in codes:
        known |= _parts(one) | set(_MEANINGS.get(one, "").split())
    known |= _parts(code)
    return plain if any(word.lower() not in known for word in _WORD.findall(plain)) else ""


@functools.lru_cache(maxsize=1024)
def _parts(text: str) -> frozenset[str]:
    """Return the words that a name or a line of code is made of; the same codes come again and again."""
    return frozenset(part.lower() for part in _PART.findall(text))


def without_directives(language: str, text: str) -> str:
    """Return a comment without what it tells checkers."""
    lower = text.lower()
    for form in FORMS[language]:
        if form.word in lower:
            text = form.pattern.sub(" ", text)
    return _OWN.sub(" ", text) if "allow[" in text else text


def _of_documentation(language: str, text: str) -> str:
    """Return the lines of documentation that tell checkers something, with what argues around them."""
    if _ARGUES.search(without_directives(language, text)):
        return text
    return "\n".join(line for line in text.split("\n") if without_directives(language, line) != line)


class Remarks:
    """What the comments of a file say about a place."""

    def __init__(self, file: SourceFile) -> None:
        """Ask `remarks`, which makes one for a file."""
        self._file = file
        self._rows = comment_rows(file)

    def beside(self, node: Node) -> str:
        """Return what comments say on the lines of a node, directives left out; of documentation the one line."""
        first, last = rows(node)
        texts = []
        for comment in self._rows.on(range(first, last + 1)):
            text = self._file.text(comment)
            if "\n" in text.strip() and _DOC.match(text):
                text = _of_documentation(self._file.language, text) if comment.id == node.id else ""
            texts.append(without_directives(self._file.language, text))
        return "\n".join(texts)

    def before(self, row: int, passed: Set[int]) -> str:
        """Return the block of comments above a row, over attributes and the rows in `passed`; empty for none."""
        span = self._rows.above(row, over=lambda one: one in passed or self._is_passed_over(one))
        return self._block(span) or self._docstring(span.start - 1 if span else row - 1)

    def after(self, node: Node) -> str:
        """Return what stands in comments directly below, and beside the line below."""
        below = self._rows.below(rows(node)[1])
        beside = [] if self._rows.is_alone(below.stop) else self._rows.on(range(below.stop, below.stop + 1))
        texts = [without_directives(self._file.language, self._file.text(one)) for one in beside]
        return "\n".join([self._block(below), *texts])

    def is_alone(self, node: Node) -> bool:
        """Return whether a comment has its lines for itself."""
        return self._rows.is_alone(rows(node)[0])

    def _is_passed_over(self, row: int) -> bool:
        return _PASSED_OVER.match(self._file.line_text(row + 1)) is not None

    def _block(self, span: range) -> str:
        texts = [self._file.text(comment) for comment in self._rows.on(span)]
        whole = "\n".join(texts)
        if not whole or _LICENSE.search(whole):
            return ""
        if self._is_documentation(whole, span) and not _ARGUES.search(whole):
            return ""
        kept = [line for text in texts for line in without_directives(self._file.language, text).split("\n")]
        return "\n".join(line for line in kept if not _RULED.search(line))

    def _is_documentation(self, text: str, span: range) -> bool:
        """Return whether a comment documents a definition; Go's begin with its name."""
        if _DOC.match(text):
            return True
        if self._file.language != "go":
            return False
        word = re.match(r"//\s*(\w+)", text)
        rest = " ".join(self._file.line_text(row + 1) for row in range(span.stop, span.stop + 3))
        return word is not None and re.search(rf"\b(?:func|type|var|const)\b[^=]*\b{word[1]}\b", rest) is not None

    def _docstring(self, row: int) -> str:
        """Return the docstring that ends on a row, if it argues."""
        text = self._file.line_text(row + 1).strip()
        if self._file.language != "python" or not text.endswith(('"""', "'''")):
            return ""
        begin = self._file.content.find(text.encode())
        node = self._file.root.descendant_for_byte_range(begin, begin)
        while node is not None and node.type != "string":
            node = node.parent
        words = self._file.text(node)
        return words if _ARGUES.search(words) else ""


def remarks(file: SourceFile) -> Remarks:
    """Return what the comments of a file say, read once."""
    return file.once(Remarks)


def statement_rows(file: SourceFile, node: Node) -> Iterator[int]:
    """Yield the first rows of what a trailing comment may speak about: the statements around it, innermost first."""
    begin = file.content.rfind(b"\n", 0, node.start_byte) + 1
    last = begin + len(file.content[begin : node.start_byte].rstrip()) - 1
    around = file.root.descendant_for_byte_range(max(begin, last), max(begin, last))
    while around is not None and around.parent is not None:
        if around.parent.type in _BLOCKS | _LISTS:
            yield around.start_point[0]
        if around.parent.type in _BLOCKS:
            return
        around = around.parent
