"""`handler-around-failure`: a line that failed in this run stands in a handler now, and the failure is gone."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.change import Change, ChangeHit, FileChange, lines_of
from learnagent.lint.comparison.asked import does, sentences
from learnagent.lint.comparison.tracebacks import Failure, is_same_file, read_failures
from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.exceptions.handlers import Handler, handlers
from learnagent.lint.exceptions.reaction import Reaction, reaction
from learnagent.lint.exceptions.rejections import rejections
from learnagent.lint.exceptions.suppress_calls import suppress_calls
from learnagent.lint.finding import Hit
from learnagent.lint.rule import HANDLE, LET_FAIL, SCRIPT, ChangeRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.code_words import likeness, share, telling, words_of
from learnagent.lint.syntax.functions import name_around

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_LINES = 200
"""Of a statement that is guarded."""
ALIKE = 0.6
"""Share of telling words that a guarded statement and the line that failed have in common."""
_TOLERATES = re.compile(
    r"\b(?:catch\w*|handl\w*|treat\w*|ignor\w*|tolerat\w*|skip\w*|swallow\w*|fall(?:s|ing)?\s?back|fallback|"
    r"default\w*|suppress\w*|"
    r"guard\w*|surviv\w*|cope\w*|robust\w*|graceful\w*|lenient\w*|missing|optional|invalid|malformed|broken|bad|"
    r"corrupt\w*|absent|empty)\b",
    re.IGNORECASE,
)
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_COUNTS = re.compile(r"^\s*(?:[\w.\[\]'\"$>-]+\s*[+-]=\s*\d+|[\w.$>-]+(?:\+\+|--)|(?:\+\+|--)[\w.$>-]+)\s*;?\s*$")
_OPTIONAL_IMPORT = re.compile(r"^\s*(?:import|from|const \w+ = require|require)\b")


def check(change: Change) -> Iterator[ChangeHit]:
    """Name handlers that a change puts around a line named in the trace of a failure of this run, and that go on.

    Why it hurts: the failure was the only sign of the mistake; the mistake is still there.

    Bad:
        KeyError: 'XK' in summary(), and then
        +        try:
        +            region = REGIONS[order["country"]]
        +        except KeyError:
        +            region = None

    Good:
        +REGIONS["XK"] = "south"

    It is fine when the handler raises, wraps or hands the error on, when an import becomes optional, and when the
    task asks to live with such input.
    """
    failures = read_failures(change.failures)
    for one in change.files if failures else ():
        if one.new is not None and one.new.language in DIALECTS:
            yield from _of_file(change, one, one.new, failures)


@dataclass(frozen=True, slots=True)
class _Guard:
    """Code that is protected, and what protects it."""

    head: Node
    caught: tuple[str, ...]
    guarded: Sequence[Node]
    handler: Handler | None
    """None where nothing happens to the error."""


def _of_file(change: Change, one: FileChange, new: SourceFile, failures: Sequence[Failure]) -> Iterator[ChangeHit]:
    failed = _failed_lines(one, failures)
    old = [part for guard in _guards(one.old) for part in _parts_of(one.old, guard)] if one.old and failed else []
    for guard in _guards(new) if failed else ():
        if not _is_new(one, new, guard) or (guard.handler is not None and not _goes_on(new, guard.handler)):
            continue
        parts = _parts_of(new, guard)
        line = next((line for line in failed if any(_is_part(part, line) for part in parts)), None)
        if line is None or any(likeness(line, known) > ALIKE for known in old) or _is_asked(change, new, guard, line):
            continue
        caught = " and ".join(guard.caught) or "every error"
        yield ChangeHit(
            one,
            _first_line(
                new, guard.head, f"{caught} is caught around a line that failed in this run, and the code goes on"
            ),
        )


def _failed_lines(one: FileChange, failures: Sequence[Failure]) -> list[Counter[str]]:
    """Return the telling words of the lines of a file that the failures name."""
    lines, found = lines_of(one.before), list[str]()
    for failure in failures:
        for frame in failure.frames:
            if is_same_file(frame, one.old_path) or is_same_file(frame, one.path):
                found += [frame.source or (lines[frame.line - 1] if frame.line <= len(lines) else "")]
                found += [shown for shown in failure.shown if any(shown in line for line in lines)]
    language = one.new.language if one.new else ""
    told = (telling(words_of(line, language)) for line in dict.fromkeys(found) if not _OPTIONAL_IMPORT.match(line))
    return [line for line in told if line]


def _guards(file: SourceFile) -> Iterator[_Guard]:
    for handler in handlers(file):
        yield _Guard(handler.node, handler.caught, handler.guarded, handler)
    for call in suppress_calls(file) if file.language == "python" else ():
        yield _Guard(call.call, call.caught, call.guarded, None)
    for rejection in rejections(file) if file.language in SCRIPT else ():
        if rejection.handler is not None:
            yield _Guard(rejection.taker, (), (rejection.receiver,), rejection.handler)


def _is_new(one: FileChange, file: SourceFile, guard: _Guard) -> bool:
    first = file.line(guard.head.start_byte)
    return not one.added.isdisjoint(range(first, file.line(guard.head.end_byte) + 1))


def _goes_on(file: SourceFile, handler: Handler) -> bool:
    """Return whether a handler neither raises nor tells anybody; counting what failed is no more than a print."""
    body = tuple(node for node in handler.body if not _COUNTS.match(file.text(node)))
    return reaction(file, dataclasses.replace(handler, body=body)) is not Reaction.HANDLES


def _parts_of(file: SourceFile, guard: _Guard) -> list[Counter[str]]:
    """Return the telling words of each line that is guarded."""
    lines = [line for node in guard.guarded for line in file.text(node).split("\n")[:MOST_LINES]]
    return [part for line in lines if (part := telling(words_of(line, file.language)))]


def _is_part(part: Counter[str], line: Counter[str]) -> bool:
    """Return whether a line is the one that failed, or the telling part of it."""
    return max(share(part, line), share(line, part)) >= ALIKE and (len(part & line) > 1 or part == line)


def _is_asked(change: Change, file: SourceFile, guard: _Guard, line: Counter[str]) -> bool:
    """Return whether the task asks to live with something that the line, its function or the error is about."""
    about = _parts(" ".join([*line, *guard.caught, name_around(file, guard.head)]))
    return any(does(one, _TOLERATES) and not about.isdisjoint(_parts(one)) for one in sentences(change.task))


def _parts(text: str) -> set[str]:
    """Return the beginnings of the words that names are made of, so that `countries` is `country`."""
    return {part.lower()[:5] for part in _NAME_PART.findall(text) if len(part) > 3} - {
        "error",
        "value",
        "excep",
        "none",
    }


def _first_line(file: SourceFile, node: Node, message: str) -> Hit:
    end = file.content.find(b"\n", node.start_byte)
    return Hit(node.start_byte, min(node.end_byte, end if end > 0 else node.end_byte), message)


HANDLER_AROUND_FAILURE = ChangeRule(
    name="handler-around-failure",
    level="error",
    languages=frozenset(DIALECTS),
    why="The failure was the only sign of the mistake; the mistake is still there.",
    ways=("mend what made the line fail", HANDLE, LET_FAIL),
    check=check,
)
