"""`unbounded-retry`: a loop that tries again for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.handlers import Handler, handlers, statements
from learnagent.lint.exceptions.interrupts import INTERRUPTS
from learnagent.lint.exceptions.reaction import Reaction, reaction
from learnagent.lint.finding import Hit
from learnagent.lint.go.retry import go_retries
from learnagent.lint.rule import LET_FAIL, PYTHON, SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.callee import callee_of, calls_below
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_ENDLESS = lazy_pattern(r"\(?\s*(?:True|true|1|!0)\s*\)?")
_FLAG = lazy_pattern(r"\(?\s*(?:!|not\s+)([\w.]+)\s*\)?")
_COUNTS = lazy_pattern(r"^(?:itertools\.)?count\(")
_ASKS = lazy_pattern(
    r"(?:^|\.)(?:\w*input|getpass|getkey|getch(?:ar)?|prompt\w*|readline|readLine|nextLine|nextInt|ask\w*|question|confirm)$"
)
_EXPECTED = lazy_pattern(
    r"(?:Empty|Full|InterruptedError|BlockingIOError|FileExistsError|FileAlreadyExistsException|FileExistsException|"
    r"StopIteration|Conflict\w*|WatchError|\w*Optimistic\w*|StaleDataError|StaleObject\w*|IntegrityError|"
    r"Duplicate\w*|\w*Exists\w*|\w*Unique\w*|CreateError|SerializationFailure|CloseExpected\w*|WouldBlock\w*|\w*Timeout\w*Empty|KeyError)"
)
_BOUND = lazy_pattern(
    r"[<>]|deadline|attempt|tries|retries|elapsed|time_?out|max_|limit|stop|cancel|abort|shut|is_?set|closed|monotonic|running|signal",
    re.IGNORECASE,
)
_BACKS_OFF = lazy_pattern(
    r"^(?:[\w.]+\s*[+*]=|[\w.]+\+\+|\+\+|(?:\w+\.)*\w*(?:delay|pause|wait|backoff|sleep|interval|attempt|tries|retr|count)\w*\s*=)",
    re.IGNORECASE,
)
"""Statements that make the next pause longer, or count tries that nothing bounds."""
_PROGRESS = lazy_pattern(r"(?<![\w.])(\w+)\s*(?:\+\+|[+-]?=(?!=))")
_JUMPS = frozenset({"return_statement", "break_statement", "raise_statement", "throw_statement"})
_LOOPS = frozenset({"while_statement", "for_statement", "do_statement", "for_in_statement", "enhanced_for_statement"})


def check(file: SourceFile) -> Iterator[Hit]:
    """Name endless loops that try something until it works, with no bound on tries or time.

    Why it hurts: what cannot work is tried for ever: the program hangs, and the error is never seen.

    Bad:
        while True:
            try:
                return connect(host)
            except OSError:
                time.sleep(1)

    Good:
        for attempt in range(5):
            try:
                return connect(host)
            except OSError as error:
                last = error
                time.sleep(2**attempt)
        raise last

    It is fine where a person is asked again, where the handler or the loop has a way out, for a name that is
    taken or a queue that is empty, and in a server's loop, which does not end when its work succeeds.
    """
    yield from go_retries(file)
    for handler in handlers(file):
        loop = _endless_loop(file, handler)
        if loop is not None and _is_retry(file, handler, loop):
            yield Hit.at(handler.node, "this tries again for ever: nothing bounds the tries or the time")


def _endless_loop(file: SourceFile, handler: Handler) -> Node | None:
    """Return the endless loop whose body a try statement stands in."""
    node = handler.statement.parent if handler.statement is not None else None
    while node is not None and node.type not in FUNCTIONS[file.language]:
        if node.type in _LOOPS:
            return node if _is_endless(file, node) or _waits_for_success(file, node, handler) else None
        node = node.parent
    return None


def _is_endless(file: SourceFile, loop: Node) -> bool:
    if loop.type in {"while_statement", "do_statement"}:
        return _ENDLESS.fullmatch(file.text(loop.child_by_field_name("condition"))) is not None
    if file.language == "python":
        return _COUNTS.match(file.text(loop.child_by_field_name("right"))) is not None
    condition = loop.child_by_field_name("condition")
    return loop.type == "for_statement" and (condition is None or file.text(condition) in {"", ";", "true"})


def _waits_for_success(file: SourceFile, loop: Node, handler: Handler) -> bool:
    """Return whether a loop ends when a flag is set, and only what is tried sets it: `while not done`."""
    flag = _FLAG.fullmatch(file.text(loop.child_by_field_name("condition")))
    if flag is None:
        return False
    assigned = lazy_pattern(rf"(?<![\w.]){re.escape(flag[1])}\s*=(?!=)")
    tried = sum(len(assigned.findall(file.text(node))) for node in handler.guarded)
    return 0 < tried == len(assigned.findall(file.text(loop)))


def _is_retry(file: SourceFile, handler: Handler, loop: Node) -> bool:
    if handler.caught and all(_EXPECTED.fullmatch(name) or name in INTERRUPTS for name in handler.caught):
        return False
    if _jumps(file, handler.body) or _asks_a_person(file, loop):
        return False
    rest = tuple(node for node in handler.body if not _BACKS_OFF.match(file.text(node)))
    if reaction(file, replace(handler, body=rest), is_strict=True) is Reaction.HANDLES:
        return False
    return _ends_on_success(file, handler, loop) and not _is_bounded(file, handler, loop)


def _asks_a_person(file: SourceFile, loop: Node) -> bool:
    return any(_ASKS.search(callee_of(file, call)) for call in calls_below(file, loop))


def _jumps(file: SourceFile, nodes: tuple[Node, ...] | list[Node]) -> bool:
    """Return whether statements leave the loop that they stand in."""
    functions = FUNCTIONS[file.language]
    inside = (
        one
        for node in nodes
        for one in (node, *descendants(node, into=lambda below: below.type not in functions | _LOOPS))
    )
    return any(one.type in _JUMPS for one in inside)


def _ends_on_success(file: SourceFile, handler: Handler, loop: Node) -> bool:
    """Return whether the loop is left when what is tried works: inside the try, its else, or outside because of it."""
    statement = handler.statement
    if statement is None or _jumps(file, handler.guarded) or not _is_endless(file, loop):
        return True
    orelse = [part for part in statement.named_children if part.type == "else_clause"]
    around = statements(statement.parent)
    behind = [one for one in around if one.start_byte >= statement.end_byte]
    if _jumps(file, orelse) or any(one.type in {"return_statement", "break_statement"} for one in behind):
        return True
    progress = {name for node in handler.guarded for name in _PROGRESS.findall(file.text(node))}
    asked = [one for one in around if one.type == "if_statement" and _jumps(file, [one])]
    words = {word for one in asked for word in re.findall(r"\w+", file.text(one.child_by_field_name("condition")))}
    return not progress.isdisjoint(words)


def _is_bounded(file: SourceFile, handler: Handler, loop: Node) -> bool:
    """Return whether a question about tries or time, outside what is tried, leaves the loop."""
    closed = FUNCTIONS[file.language]
    outside = descendants(loop, into=lambda below: below not in handler.guarded and below.type not in closed)
    asked = [node for node in outside if node.type in {"if_statement", "elif_clause"} and node not in handler.guarded]
    bounds = [node for node in asked if _BOUND.search(file.text(node.child_by_field_name("condition")))]
    return any(_jumps(file, [node]) for node in bounds)


UNBOUNDED_RETRY = FileRule(
    name="unbounded-retry",
    level="error",
    languages=PYTHON | SCRIPT | {"go", "java"},
    why="What cannot work is tried for ever: the program hangs, and the error is never seen.",
    ways=("bound the tries or the time, and raise the last error", LET_FAIL),
    check=check,
)
