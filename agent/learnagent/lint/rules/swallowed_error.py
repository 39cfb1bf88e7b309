"""`swallowed-error`: a handler of every error that neither raises nor reports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.cleanup import tidies
from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.exceptions.dialect.form import types
from learnagent.lint.exceptions.error_values import READERS, swallowed_values
from learnagent.lint.exceptions.expected_errors import is_expected, is_meant_to_fail, is_optional, is_probe, operations
from learnagent.lint.exceptions.handlers import Handler, handlers
from learnagent.lint.exceptions.interrupts import INTERRUPTS
from learnagent.lint.exceptions.reaction import Reaction, reaction
from learnagent.lint.exceptions.run_catching import dropped_results
from learnagent.lint.finding import Hit
from learnagent.lint.rule import HANDLE, LET_FAIL, NARROW, FileRule
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.functions import name_around
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

WORDS_OF_REASON = 3
"""In the comment of an empty handler, beside those that only say that it is empty."""
MANY_TYPES = 4
"""So many narrow types at once are a broad handler in disguise."""

_MESSAGES = {
    Reaction.SILENT: "every error is caught here and dropped",
    Reaction.DEFAULT: "every error becomes a default here, which the caller cannot tell from a result",
    Reaction.LOGS: "every error is printed or logged here without its trace, and the code carries on",
}
_IGNORED = lazy_pattern(r"^(?:_*|\$?_*(?:ignored?|expected|unused)\w*)$", re.IGNORECASE)
_QUIET = lazy_pattern(r"quiet|ignor", re.IGNORECASE)
"""Functions whose name says that they drop an error: `closeQuietly`."""
_TEXTS = frozenset({"__repr__", "__str__", "__format__", "toString", "ToString", "to_s", "inspect", "__toString"})
"""Functions that make a text for people to read: they must not raise."""
_FILLERS = types(
    "ignore ignored ignoring nothing to do not noop no op empty swallow swallowed expected intentionally ok okay the an"
    " silently this that is it exception error errors exceptions here be fine safely just we can critical block catch"
    " on purpose deliberately and skip any all"
)
"""Words that say no more than that the handler is empty."""


def check(file: SourceFile) -> Iterator[Hit]:
    """Name handlers of every error that neither raise nor report: silent, a default, or a log line and on.

    Why it hurts: the caller goes on with a wrong or missing result, and nobody can find out why.

    Bad:
        try:
            return json.loads(path.read_text())
        except Exception as error:
            print(f"could not load: {error}")
            return {}

    Good:
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            return {}

    It is fine when the handler raises or wraps the error, exits with a failure, keeps the traceback
    (`logger.exception`, `exc_info`), hands the error to a call that is no mere print, stores or returns it,
    cleans up, or guards an optional import. A retry that raises in the end is fine too. In Java, Kotlin, C#, PHP
    and C++ an empty handler of named errors is named as well, unless it stands around the one operation whose
    answer that error is, closes something, or says in a comment why nothing is to be done.
    """
    yield from swallowed_values(file)
    yield from dropped_results(file)
    for handler in handlers(file):
        hit = _hit(file, handler)
        if hit is not None:
            yield hit


def _hit(file: SourceFile, handler: Handler) -> Hit | None:
    if is_meant_to_fail(file, handler):
        return None
    if not handler.is_broad:
        return _narrow(file, handler)
    if is_optional(file, handler) or is_probe(file, handler) or name_around(file, handler.node) in _TEXTS:
        return None
    found = reaction(file, handler)
    return None if found is Reaction.HANDLES else Hit.at(handler.node, _MESSAGES[found])


def _narrow(file: SourceFile, handler: Handler) -> Hit | None:
    """Judge a handler of named errors: an empty one where the language has no use for it, many types at once."""
    if not handler.body and DIALECTS[file.language].empty_is_silent:
        kinds = " and ".join(handler.caught)
        return None if _is_meant(file, handler) else Hit.at(handler.node, f"{kinds} is caught here and dropped")
    if len(handler.caught) < MANY_TYPES or reaction(file, handler) is not Reaction.SILENT:
        return None
    return Hit.at(handler.node, f"{len(handler.caught)} kinds of errors are caught here and dropped", level="warn")


def _is_meant(file: SourceFile, handler: Handler) -> bool:
    """Return whether an empty handler of named errors is a choice: it asks, expects, tidies up, or says why."""
    if handler.filter or not INTERRUPTS.isdisjoint(handler.caught):
        return True
    if is_expected(file, handler) or tidies(file, handler.guarded) or _QUIET.search(name_around(file, handler.node)):
        return True
    words = re.findall(r"[a-z]{2,}", _comments(file, handler.node).lower())
    is_named_so, is_one = _IGNORED.match(handler.binding) is not None, len(operations(file, handler.guarded)) <= 1
    if file.is_test and ((is_one and is_named_so) or "expected" in words):
        return True
    says_why = len([word for word in words if word not in _FILLERS]) >= WORDS_OF_REASON
    return says_why and (is_named_so or is_one)


def _comments(file: SourceFile, node: Node) -> str:
    """Return the comments in a handler."""
    return " ".join(file.text(one) for one in descendants(node) if "comment" in one.type)


SWALLOWED_ERROR = FileRule(
    name="swallowed-error",
    level="error",
    languages=frozenset(DIALECTS) | frozenset(READERS),
    why="The caller goes on with a wrong or missing result, and nobody can find out why.",
    ways=(HANDLE, LET_FAIL, NARROW),
    check=check,
)
