"""`ignored-errors-argument`: an argument that tells a library to drop what it cannot read or do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.cleanup import is_last_moment, is_tidying_place
from learnagent.lint.finding import Hit
from learnagent.lint.rule import HANDLE, LET_FAIL, PYTHON, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, first_of, last_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.syntax.word_search import words

if TYPE_CHECKING:
    from tree_sitter import Node

_KEYWORDS = (
    (b"errors", lazy_pattern(rb"\s*=\s*[\"']ignore[\"']")),
    (b"ignore_errors", lazy_pattern(rb"\s*=\s*True")),
    (b"on_bad_lines", lazy_pattern(rb"\s*=\s*[\"']skip[\"']")),
    (b"error_bad_lines", lazy_pattern(rb"\s*=\s*False")),
)
_POSITIONAL = lazy_pattern(rb",\s*[\"']ignore[\"']\s*[,)]")
_CODECS = frozenset(
    {"decode", "encode", "open", "str", "bytes", "getreader", "getwriter", "TextIOWrapper", "reader", "writer"}
)
_REGISTERS = frozenset(
    {"register", "addCleanup", "addfinalizer", "finalize", "callback", "push", "partial", "push_async_callback"}
)
_REMOVES = frozenset({"rmtree", "remove_tree"})
_MEANT = frozenset({"drop", "drop_columns"})
"""Of pandas: a label that is not there need not be dropped."""


def check(file: SourceFile) -> Iterator[Hit]:
    """Name `errors="ignore"`, `ignore_errors=True` and `on_bad_lines="skip"` outside clean-up and tests.

    Why it hurts: characters, lines or files are lost, and what is left looks whole.

    Bad:
        text = path.read_text(errors="ignore")

    Good:
        text = path.read_text(errors="replace")

    It is fine in clean-up (`finally`, `__exit__`, atexit), where the loss is of no use to anybody.
    """
    for call, argument in (*_keywords(file), *_positional(file), *_trees(file)):
        if not _is_fine(file, call):
            yield Hit.at(argument, f"{file.text(argument)} drops here what cannot be read or done, without a word")


def _keywords(file: SourceFile) -> Iterator[tuple[Node, Node]]:
    content = file.content
    if b"ignore" not in content and b"bad_lines" not in content:
        return
    for start in (start for word, value in _KEYWORDS for start in words(content, word, value)):
        argument = _climb(file, start, "keyword_argument")
        call = _call_of(argument)
        if argument is not None and call is not None:
            yield call, argument


def _positional(file: SourceFile) -> Iterator[tuple[Node, Node]]:
    """Yield `decode(charset, "ignore")`."""
    is_there = b"'ignore'" in file.content or b'"ignore"' in file.content
    for match in _POSITIONAL.finditer(file.content) if is_there else ():
        argument = _climb(file, match.start() + match[0].index(b"ignore"), "string")
        call = _call_of(argument)
        if argument is not None and call is not None and last_of(callee_of(file, call)) in _CODECS:
            yield call, argument


def _trees(file: SourceFile) -> Iterator[tuple[Node, Node]]:
    """Yield `rmtree(path, True)`."""
    for call in file.calls("rmtree"):
        arguments = file.arguments(call)
        given = arguments.named_children if arguments is not None else []
        if len(given) > 1 and given[1].type == "true":
            yield call, given[1]


def _climb(file: SourceFile, offset: int, kind: str) -> Node | None:
    node = file.root.descendant_for_byte_range(offset, offset)
    for _ in range(3):
        if node is None or node.type == kind:
            return node
        node = node.parent
    return None


def _call_of(argument: Node | None) -> Node | None:
    """Return the call that an argument is given to."""
    call = argument.parent.parent if argument is not None and argument.parent is not None else None
    return call if call is not None and call.type == "call" else None


def _is_fine(file: SourceFile, call: Node) -> bool:
    callee = callee_of(file, call)
    name = last_of(callee)
    if name in _MEANT or name in _REGISTERS or _is_meant_loss(file, call):
        return True
    if name not in _REMOVES:
        return is_last_moment(file, call)
    return is_last_moment(file, call) or is_tidying_place(file, call) or _is_temporary(file, call)


def _is_meant_loss(file: SourceFile, call: Node) -> bool:
    """Return whether accents are taken off, or half a character at a cut: `data[:9].decode("utf-8", "ignore")`."""
    text = file.text(call.child_by_field_name("function"))
    if re.search(r"\[[^\[\]]*:[^\[\]]*\]\s*\.decode$", text):
        return True
    return text.endswith("encode") and re.search(r"normalize\(\s*[\"']NFK?D", text) is not None


def _is_temporary(file: SourceFile, call: Node) -> bool:
    """Return whether what is removed says that it was only temporary."""
    first = file.text(first_of(file.arguments(call)))
    return re.search(r"te?mp|scratch|staging", first, re.IGNORECASE) is not None


IGNORED_ERRORS_ARGUMENT = FileRule(
    name="ignored-errors-argument",
    level="warn",
    languages=PYTHON,
    why="Characters, lines or files are lost, and what is left looks whole.",
    ways=("keep what cannot be read: `replace`, `backslashreplace`, or count and report it", HANDLE, LET_FAIL),
    check=check,
    where="product",
)
