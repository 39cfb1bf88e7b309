"""`unread-outcomes`: work done side by side whose failures nobody looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.cleanup import is_tidying_place, tidies
from learnagent.lint.exceptions.outcomes import Fate, fate_of, handles_itself, text_behind
from learnagent.lint.finding import Hit
from learnagent.lint.rule import PYTHON, SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, calls_below, first_of, last_of
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.syntax.word_search import lines_with
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_POOL = lazy_pattern(
    r"([\w.]+)\s*(?::[^=\n]+)?=\s*(?:[\w.]+\.)?(?:Thread|Process|Interpreter)PoolExecutor\("
    r"|PoolExecutor\((?:[^()]|\([^()]*\))*\)\s+as\s+(\w+)|(\w+)\s*:\s*(?:[\w.]+\.)?(?:\w+Pool)?Executor\b"
)
_EXECUTOR = lazy_pattern(rb"Executor\b")
_REST = lazy_pattern(rb"[^\n]*(?:\n[^\n:]*){0,4}")
"""Where a pool gets its name, to the end of the statement."""
_ASKED = lazy_pattern(r"\.(?:result|exception|exceptions|add_done_callback|done_callback)\b|\bwrap_future\(")
_CANCELS = lazy_pattern(rb"\bcancel(?:_all\w*|_tasks)?\(")
_COUNTED = (
    r"\b(?:len|bool)\(\s*{name}\s*\)|(?<![\w.]){name}\.length\b|^\s*await\s+{name}\s*;?$|(?<![\w.]){name}\s*=(?!=)"
)
"""What does not look at outcomes."""
_FILTERED = (
    r"\bfor\s+(\w+)\s+in\s+{name}\s+if\s+not\s+isinstance\(|"
    r"\bfor\s+\w+\s+in\s+{name}:\s*if\s+isinstance\([^\n]*\):\s*(?:continue|pass)\b|"
    r"(?<![\w.]){name}\s*\.(?:filter|flatMap)\([^;]{{0,160}}?\.status\s*===?\s*[\"']fulfilled[\"']|" + _COUNTED
)
"""What leaves the failures out."""
_POLLED = (
    r"\b(?:wait|as_completed|all|any|sum|tqdm|list|set|enumerate|iter|tuple)\(\s*\*?{name}\b|\bin\s+{name}\b|"
    r"(?<![\w.]){name}(?:\.(?:append|add|values|items|keys|done|cancel|running)\(|\[[^\]]*\]\s*=(?!=))|"
    r"\b(?:while|if|not)\s+{name}\b|" + _COUNTED
)
"""What does not ask a future."""


def check(file: SourceFile) -> Iterator[Hit]:
    """Name `gather(return_exceptions=True)`, `Promise.allSettled` and futures whose outcomes are never inspected.

    Why it hurts: each of the jobs may have failed, and the code goes on as if all were done.

    Bad:
        await asyncio.gather(*(send(one) for one in clients), return_exceptions=True)

    Good:
        outcomes = await asyncio.gather(*(send(one) for one in clients), return_exceptions=True)
        failures = [one for one in outcomes if isinstance(one, Exception)]
        if failures:
            raise ExceptionGroup("some clients were not reached", failures)

    It is fine where the outcomes are returned or handed on, right after the tasks were cancelled, where a
    shutdown only closes things, and where each job reports its own failure.
    """
    if file.language == "python":
        yield from _gathered(file)
        yield from _submitted(file)
    else:
        yield from _settled(file)


def _gathered(file: SourceFile) -> Iterator[Hit]:
    for call in file.calls("gather"):
        if re.search(r"\breturn_exceptions\s*=\s*True", file.text(call)) is None:
            continue
        if _is_unread(file, call) and not _is_ending(file, call) and not _is_reported(file, call):
            yield Hit.at(
                call.child_by_field_name("function") or call, "nobody looks at the exceptions that this returns"
            )


def _settled(file: SourceFile) -> Iterator[Hit]:
    for call in file.calls("allSettled"):
        if _is_unread_promise(file, call) and not _is_ending(file, call) and not _is_reported(file, call):
            yield Hit.at(call.child_by_field_name("function") or call, "nobody looks at the outcomes that this settles")


def _is_unread(file: SourceFile, call: Node) -> bool:
    fate = fate_of(file, call)
    return _is_lost(file, fate) and not (fate.is_dropped and _asks_the_tasks(file, call))


def _is_lost(file: SourceFile, fate: Fate) -> bool:
    """Return whether outcomes are dropped, or whatever uses their name passes the failures by."""
    if fate.is_dropped:
        return True
    return bool(fate.name) and _is_only(_FILTERED, fate.name, text_behind(file, fate.statement, fate.name))


def _asks_the_tasks(file: SourceFile, call: Node) -> bool:
    """Return whether the tasks themselves are asked behind the call."""
    starred = re.findall(r"\*(\w+)", file.text(file.arguments(call)))
    later = text_behind(file, call, "")
    return any(re.search(rf"\b{name}\b", later) for name in starred) and _ASKED.search(later) is not None


def _is_only(pattern: str, name: str, later: str) -> bool:
    """Return whether a name is never used behind its statement but in the ways of a pattern."""
    if name.startswith(("[", "{", "(")) or "," in name:
        return False
    word = re.escape(name)
    left = re.sub(pattern.format(name=word), "", later, flags=re.MULTILINE)
    return re.search(rf"(?<![\w.]){word}\b", left) is None


def _is_unread_promise(file: SourceFile, call: Node) -> bool:
    """Return whether the outcomes are dropped, only counted, or go to a `then` that takes no argument."""
    node = call
    while (link := node.parent) is not None and link.type == "member_expression" and link.parent is not None:
        name, chained = file.text(link.child_by_field_name("property")), link.parent
        if chained.type != "call_expression" or name not in {"then", "finally", "catch"}:
            return name == "length"
        if name == "then" and _takes_an_argument(file, chained):
            return False
        node = chained
    return _is_lost(file, fate_of(file, node))


def _takes_an_argument(file: SourceFile, then: Node) -> bool:
    taker = first_of(file.arguments(then))
    if taker is None or taker.type not in FUNCTIONS[file.language]:
        return taker is not None
    parameters = taker.child_by_field_name("parameters")
    return taker.child_by_field_name("parameter") is not None or (
        parameters is not None and parameters.named_child_count > 0
    )


def _is_ending(file: SourceFile, call: Node) -> bool:
    """Return whether the jobs were cancelled just before, or only close what a shutdown has to close."""
    function = function_around(file, call) or file.root
    if _CANCELS.search(file.content[function.start_byte : call.start_byte]):
        return True
    arguments = file.arguments(call)
    given = [] if arguments is None else [one for one in arguments.named_children if one.type != "keyword_argument"]
    inside = [one for node in given for one in calls_below(file, node)]
    return is_tidying_place(file, call) and (not inside or tidies(file, given))


def _is_reported(file: SourceFile, call: Node) -> bool:
    """Return whether each job takes care of its own failure."""
    arguments = file.arguments(call)
    if arguments is None:
        return False
    if re.search(r"\bcatch\b|\bexcept\b", file.text(arguments)):
        return True
    return any(handles_itself(file, callee_of(file, one)) for one in calls_below(file, arguments))


def _submitted(file: SourceFile) -> Iterator[Hit]:
    if b"Executor" not in file.content:
        return
    places = [place.decode("utf-8", "replace") for place in _places(file.content)]
    pools = {name for place in places for match in _POOL.finditer(place) for name in match.groups() if name}
    for call in file.calls("submit", "map"):
        pool, _, method = callee_of(file, call).rpartition(".")
        if pool not in pools:
            continue
        fate = fate_of(file, call)
        is_lost = _stands_alone(call) if method == "map" else _is_never_asked(file, fate)
        if is_lost and not _is_own_reporter(file, call):
            yield Hit.at(
                call.child_by_field_name("function") or call, "nobody asks this future for its result or exception"
            )


def _places(content: bytes) -> Iterator[bytes]:
    """Yield the lines that speak of an executor, each with the lines below it that may still belong to it."""
    ended = 0
    for start, end in lines_with(content, b"Executor"):
        start = max(start, ended)
        rest = _REST.match(content, start)
        if rest is not None and _EXECUTOR.search(content, start, end):
            ended = rest.end()
            yield rest[0]


def _stands_alone(call: Node) -> bool:
    """Return whether nothing goes through the results of a map: that alone would raise."""
    return call.parent is not None and call.parent.type == "expression_statement"


def _is_never_asked(file: SourceFile, fate: Fate) -> bool:
    if fate.is_dropped:
        return True
    if fate.taker is not None and last_of(callee_of(file, fate.taker)) in {"wait", "as_completed"}:
        return _ASKED.search(text_behind(file, fate.taker, "")) is None
    if not fate.name:
        return False
    later = text_behind(file, fate.statement, fate.name)
    if _ASKED.search(later):
        return False
    looped = re.findall(rf"\bfor\s+(\w+)\s+in\s+(?:[\w.]+\(\s*)?{re.escape(fate.name)}\b", later)
    is_handed_on = any(re.search(rf"[(,]\s*{name}\s*[,)]|\breturn {name}\b|\byield {name}\b", later) for name in looped)
    return not is_handed_on and _is_only(_POLLED, fate.name, later)


def _is_own_reporter(file: SourceFile, call: Node) -> bool:
    """Return whether what is submitted has a handler of its own around all that it does."""
    first = first_of(file.arguments(call))
    return first is not None and handles_itself(file, file.text(first))


UNREAD_OUTCOMES = FileRule(
    name="unread-outcomes",
    level="error",
    languages=PYTHON | SCRIPT,
    why="Each of the jobs may have failed, and the code goes on as if all were done.",
    ways=(
        "look at each outcome, and raise or report those that failed",
        "let the first failure be raised: no return_exceptions, or ask each future for its result",
    ),
    check=check,
)
